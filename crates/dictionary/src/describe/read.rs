//! A description made into a dictionary again, by the same parser and checker: what a client asks about records that somebody writes.
//!
//! It holds what conduct needs and nothing of screens. What was not described is not known: expressions that read it, or that came without
//! their text, are worth [`EvaluateError::Unknown`](crate::expression::EvaluateError) there, through a field of that meaning which every
//! entity has last.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::compile::Dependencies;
use crate::compile::conduct::tags_by_default;
use crate::compile::entities::next_serial;
use crate::compile::fields::property;
use crate::compile::formulas::{FieldId, in_order, read_by};
use crate::expression::{self, Expression, Node, Path, Span, Type, Typed};
use crate::field_types::{FieldType, field_type};
use crate::label::Label;
use crate::model::protection::Protection;
use crate::model::views::Views;
use crate::model::{
    Checked, Computed, Dictionary, Entity, EntityIndex, Field, FormScreen, ListScreen, Numbering, Options,
    Personal, Rule, States, Title, Transition, ValueList,
};

#[derive(Deserialize)]
struct Description {
    hash: String,
    lists: BTreeMap<String, ValueList>,
    entities: BTreeMap<String, DescribedEntity>,
}

#[derive(Deserialize)]
struct DescribedEntity {
    name: String,
    collection: String,
    lines_of: Option<String>,
    label: Label,
    fields: Vec<DescribedField>,
    rules: Vec<DescribedRule>,
    states: Option<DescribedStates>,
}

#[derive(Deserialize)]
struct DescribedField {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    returns: Option<String>,
    required: bool,
    read_only: bool,
    #[serde(default)]
    masked: bool,
    system: bool,
    default: Option<String>,
    visible: Option<String>,
    editable: Option<String>,
    formula: Option<String>,
    #[serde(flatten)]
    options: Options,
}

#[derive(Deserialize)]
struct DescribedRule {
    name: String,
    when: Option<String>,
    require: String,
    message: Label,
    field: Option<String>,
}

#[derive(Deserialize)]
struct DescribedStates {
    field: String,
    initial: Option<String>,
    transitions: Vec<DescribedTransition>,
}

#[derive(Deserialize)]
struct DescribedTransition {
    name: String,
    label: Label,
    from: Vec<String>,
    to: String,
    require: Option<String>,
}

/// The dictionary that a description, as JSON text, is about. Positions of fields are those of the description.
///
/// Errors: a text that is no description.
pub fn read(json: &str) -> Result<Dictionary, serde_json::Error> {
    let described: Description = serde_json::from_str(json)?;
    let mut dictionary = Dictionary {
        hash: described.hash,
        modules: Vec::new(),
        entities: described.entities.values().map(entity).collect(),
        lists: described.lists,
        menu: Vec::new(),
        dashboards: Vec::new(),
        perimeters: Vec::new(),
        profiles: Vec::new(),
        dependencies: Dependencies::default(),
    };
    // A dictionary is looked up by name, whatever order its description came in.
    dictionary.entities.sort_by(|a, b| a.name.cmp(&b.name));
    let mut all: Vec<&DescribedEntity> = described.entities.values().collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    formulas(&mut dictionary, &all);
    for (position, described) in all.into_iter().enumerate() {
        let conduct = described.fields.iter().filter_map(|field| {
            let index = dictionary.entities[position].index(&field.name)?;
            Some((index, conduct_of(&dictionary, position, field)))
        });
        let conduct: Vec<_> = conduct.collect();
        let rules = described.rules.iter().map(|one| rule(&dictionary, position, one)).collect();
        let states = described.states.as_ref().and_then(|one| states(&dictionary, position, one));
        let entity = &mut dictionary.entities[position];
        (entity.rules, entity.states) = (rules, states);
        for (index, (default, visible, editable)) in conduct {
            let field = &mut entity.fields[index];
            (field.default, field.visible, field.editable) = (default, visible, editable);
        }
    }
    Ok(dictionary)
}

/// Whether that field of a described dictionary stands for what is not known.
pub fn is_unknown(field: &Field) -> bool {
    field.name.is_empty()
}

fn entity(described: &DescribedEntity) -> Entity {
    let mut fields: Vec<Field> = described.fields.iter().filter_map(field).collect();
    fields.extend(field(&DescribedField {
        name: String::new(),
        kind: "text".to_owned(),
        returns: None,
        required: false,
        read_only: true,
        masked: false,
        system: true,
        default: None,
        visible: None,
        editable: None,
        formula: None,
        options: Options::default(),
    }));
    let mut by_name: Vec<_> = fields.iter().enumerate().map(|(i, field)| (field.name.clone(), i)).collect();
    by_name.sort();
    let is_numbered = fields.iter().any(|field| field.system && field.name == "code");
    Entity {
        serial: next_serial(),
        name: described.name.clone(),
        was: None,
        collection: described.collection.clone(),
        module: String::new(),
        label: described.label.clone(),
        plural: Label::default(),
        help: None,
        icon: None,
        title: Title { source: String::new(), parts: Vec::new() },
        code: is_numbered.then(|| Numbering { prefix: String::new(), width: 0 }),
        search: Vec::new(),
        order: Vec::new(),
        lines_of: described.lines_of.clone(),
        settings: false,
        internal: false,
        people: None,
        feature: None,
        fields,
        uniques: Vec::new(),
        rules: Vec::new(),
        notices: Vec::new(),
        states: None,
        list: ListScreen::default(),
        form: FormScreen::default(),
        protection: Protection::default(),
        views: Views::default(),
        by_name,
    }
}

/// None for a type that this version does not have.
fn field(described: &DescribedField) -> Option<Field> {
    let kind: &'static dyn FieldType = field_type(described.returns.as_ref().unwrap_or(&described.kind))?;
    let name = &described.name;
    Some(Field {
        name: name.clone(),
        property: property(name, kind),
        was: None,
        kind,
        options: described.options.clone(),
        label: Label::default(),
        help: None,
        required: described.required,
        read_only: described.read_only,
        system: described.system,
        secret: name.is_empty(),
        masked: described.masked,
        feature: None,
        personal: Personal::No,
        default: None,
        visible: None,
        editable: None,
        indexed: false,
        width: None,
        computed: None,
        layer: String::new(),
    })
}

/// Sets what computed fields are worth, each after those it reads, so that the formula of one that no row keeps takes its place as it does
/// where the dictionary was compiled.
fn formulas(dictionary: &mut Dictionary, all: &[&DescribedEntity]) {
    let mut parsed: BTreeMap<FieldId, (&str, Expression)> = BTreeMap::new();
    let mut reads = BTreeMap::new();
    let mut unknown = Vec::new();
    for (position, described) in all.iter().enumerate() {
        for field in &described.fields {
            let Some(index) = dictionary.entities[position].index(&field.name) else { continue };
            let Some(source) = field.formula.as_deref().filter(|_| field.kind == "computed") else {
                continue;
            };
            let expression = expression::parse(source).ok();
            let typed =
                expression.as_ref().and_then(|e| expression::check(&e.root, &*dictionary, position).ok());
            match (expression, typed) {
                (Some(expression), Some(typed)) => {
                    reads.insert((position, index), read_by(position, &typed));
                    parsed.insert((position, index), (source, expression));
                }
                _ => unknown.push((position, index)),
            }
        }
    }
    for (entity, index) in unknown {
        let formula = unknown_at(dictionary, entity);
        dictionary.entities[entity].fields[index].computed = Some(Computed { formula, stored: true });
    }
    for (entity, index) in in_order(&reads, &mut |_| {}) {
        let (source, expression) = &parsed[&(entity, index)];
        let formula = match expression::check(&expression.root, &*dictionary, entity) {
            Ok(typed) => Checked { source: (*source).to_owned(), typed },
            Err(_) => unknown_at(dictionary, entity),
        };
        let stored = !formula.is_volatile();
        dictionary.entities[entity].fields[index].computed = Some(Computed { formula, stored });
    }
}

type Conduct = (Option<Checked>, Option<Checked>, Option<Checked>);

/// Default, visible and editable of a field.
fn conduct_of(dictionary: &Dictionary, entity: EntityIndex, described: &DescribedField) -> Conduct {
    let condition = |source: &Option<String>| source.as_ref().map(|s| condition(dictionary, entity, s));
    let default = described.default.as_ref().map(|source| match described.kind.as_str() {
        kind @ ("choice" | "choices") => tags_by_default(kind, source),
        _ => checked(dictionary, entity, source, |e, d, at| expression::check(e, d, at)),
    });
    (default, condition(&described.visible), condition(&described.editable))
}

fn rule(dictionary: &Dictionary, entity: EntityIndex, described: &DescribedRule) -> Rule {
    Rule {
        name: described.name.clone(),
        when: described.when.as_ref().map(|when| condition(dictionary, entity, when)),
        require: condition(dictionary, entity, &described.require),
        message: described.message.clone(),
        field: described.field.clone(),
    }
}

fn states(dictionary: &Dictionary, entity: EntityIndex, described: &DescribedStates) -> Option<States> {
    let transitions = described.transitions.iter().map(|one| Transition {
        name: one.name.clone(),
        label: one.label.clone(),
        from: one.from.clone(),
        to: one.to.clone(),
        require: one.require.as_ref().map(|require| condition(dictionary, entity, require)),
        icon: None,
        colour: None,
    });
    Some(States {
        field: dictionary.entities[entity].index(&described.field)?,
        initial: described.initial.clone(),
        transitions: transitions.collect(),
    })
}

fn condition(dictionary: &Dictionary, entity: EntityIndex, source: &str) -> Checked {
    checked(dictionary, entity, source, |e, d, at| expression::check_condition(e, d, at))
}

type Check =
    fn(&expression::Expr, &Dictionary, EntityIndex) -> Result<Typed, Vec<expression::ExpressionError>>;

fn checked(dictionary: &Dictionary, entity: EntityIndex, source: &str, check: Check) -> Checked {
    let parsed = expression::parse(source).ok();
    let typed = parsed.and_then(|parsed| check(&parsed.root, dictionary, entity).ok());
    typed.map_or_else(|| unknown_at(dictionary, entity), |typed| Checked { source: source.to_owned(), typed })
}

/// An expression that nobody here can work out.
fn unknown_at(dictionary: &Dictionary, entity: EntityIndex) -> Checked {
    let field = dictionary.entities[entity].fields.len() - 1;
    let path = Path { names: String::new(), hops: Vec::new(), entity, field, part: None };
    let typed = Typed { node: Node::Path(path), ty: Type::Null, span: Span::default() };
    Checked { source: String::new(), typed }
}
