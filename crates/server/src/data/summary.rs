//! Groups and figures instead of records: lists with `$apply`.

use std::cmp::Ordering;
use std::sync::Arc;

use dictionary::expression::{Accumulator, AggregateFunction, Node, Span, Type, Typed};
use dictionary::field_types::field_type;
use dictionary::model::{Dictionary, Entity, Options};
use dictionary::{Value, value};
use engine::summary::in_order;
use engine::{Summary, SummaryFigure};
use platform::Entered;
use serde_json::{Map, Value as Json, json};

use crate::data::reading;
use crate::data::shape::exact_number;
use crate::odata::apply::{Computed, Figure, Method, Placed, Step, fault, placed};
use crate::odata::columns::{Column, Columns, holds};
use crate::odata::style::{Metadata, Style};
use crate::odata::{ListOptions, OptionFault, typed};
use crate::problem::Problem;

/// Groups, with what they have.
struct Table {
    columns: Columns,
    rows: Vec<Vec<Value>>,
}

/// The groups that `steps` make, filtered, sorted and cut by the other options of the request.
pub(crate) fn summary(
    entered: &Entered,
    dictionary: &Arc<Dictionary>,
    entity: &Entity,
    options: &ListOptions,
    steps: &[Step],
    timeout_ms: u64,
) -> Result<Vec<u8>, Problem> {
    let first = steps.iter().position(|step| matches!(step, Step::Group { .. })).unwrap_or(steps.len());
    let mut filters = filters(dictionary, entity, options, &steps[..first])?;
    // What is asked of the list as such is asked of its records; `$filter` is asked of the groups.
    filters.extend(reading::filters(dictionary, entity, &ListOptions { filter: None, ..options.clone() })?);
    let Some(Step::Group { keys, figures }) = steps.get(first) else {
        return Err(Problem::bad_request("$apply ne groupe rien.", "$apply groups nothing."));
    };
    let context = entered.environment.engine.context(&entered.caller);
    let search = reading::search_words(options)?;
    let computed = steps[..first].iter().flat_map(|step| match step {
        Step::Compute(computed) => computed.as_slice(),
        _ => &[],
    });
    let asked = Asked { dictionary, entity, options, computed: computed.collect() };
    let (columns, keys, figures) = asked.group(keys, figures)?;
    let summary = Summary {
        dictionary: dictionary.clone(),
        entity: entity.name.clone(),
        filters,
        search,
        keys,
        figures,
        timeout_ms,
    };
    let rows = entered.environment.engine.summarize(&entered.caller, &summary)?;
    let mut table = Table { columns, rows };
    for step in &steps[first + 1..] {
        match step {
            Step::Filter((at, text)) => {
                let condition = table.columns.condition(&options.aliases, text).map_err(placed(*at))?;
                table.rows.retain(|row| holds(&condition, row, &context));
            }
            Step::Group { keys, figures } => table = table.grouped(keys, figures)?,
            // The reader lets it stand before the first groups only.
            Step::Compute(_) => {}
        }
    }
    if let Some(text) = &options.filter {
        let condition =
            table.columns.condition(&options.aliases, text).map_err(OptionFault::of("$filter"))?;
        table.rows.retain(|row| holds(&condition, row, &context));
    }
    if let Some(text) = &options.order {
        table.sort(text)?;
    }
    let count = table.rows.len();
    table.rows.drain(..count.min(options.skip.unwrap_or_default() as usize));
    if let Some(top) = options.top {
        table.rows.truncate(top as usize);
    }
    Ok(table.write(entered, entity, options.style, options.count.then_some(count)))
}

/// The conditions of the first steps, which are about records.
pub(crate) fn filters(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
    steps: &[Step],
) -> Result<Vec<Typed>, OptionFault> {
    let mut filters = Vec::new();
    for step in steps {
        if let Step::Filter((at, text)) = step {
            let filter = typed::condition(dictionary, entity, &options.aliases, text);
            filters.push(filter.map_err(placed(*at))?);
        }
    }
    Ok(filters)
}

/// Columns of the result, what groups have in common, figures.
type Grouped = (Columns, Vec<Typed>, Vec<SummaryFigure>);

/// What the first group is about.
struct Asked<'a> {
    dictionary: &'a Dictionary,
    entity: &'a Entity,
    options: &'a ListOptions,
    /// Names that stand for expressions.
    computed: Vec<&'a Computed>,
}

impl Asked<'_> {
    fn group(&self, keys: &[Placed], figures: &[Figure]) -> Result<Grouped, OptionFault> {
        let mut columns = Columns::default();
        let mut typed_keys = Vec::new();
        for (at, text) in keys {
            let span = Span { start: *at, end: at + text.len() };
            if let Some(computed) = self.computed.iter().find(|computed| computed.name == text.trim()) {
                let key = self.value(&computed.of.1).map_err(placed(computed.of.0))?;
                if !is_key(&key.ty) {
                    return Err(no_key(computed.of.0, &computed.of.1));
                }
                columns.add(&computed.name, of_type(&computed.name, &key.ty), span)?;
                typed_keys.push(key);
                continue;
            }
            let key = self.value(text).map_err(placed(*at))?;
            let good =
                matches!(key.node, Node::Path(_)) && is_key(&key.ty) || self.is_computed(text, &key.ty);
            if !good {
                return Err(no_key(*at, text));
            }
            columns.add(text, self.column(text, &key), span)?;
            typed_keys.push(key);
        }
        let mut typed_figures = Vec::new();
        for figure in figures {
            let (found, ty) = match figure.method {
                Method::Count => (SummaryFigure::Count, Type::Integer),
                method => {
                    let of = self.value(&figure.of.1).map_err(placed(figure.of.0))?;
                    let ty = figure_type(method, &of.ty).ok_or_else(|| no_figure(figure))?;
                    let found = match method {
                        Method::Of(function) => SummaryFigure::Of(function, of),
                        _ => SummaryFigure::Distinct(of),
                    };
                    (found, ty)
                }
            };
            columns.add(&figure.name, of_type(&figure.name, &ty), figure.span)?;
            typed_figures.push(found);
        }
        Ok((columns, typed_keys, typed_figures))
    }

    fn value(&self, text: &str) -> Result<Typed, dictionary::expression::ExpressionError> {
        typed::expression(self.dictionary, self.entity, &self.options.aliases, text)
    }

    /// A virtual computed field is its formula.
    fn is_computed(&self, text: &str, ty: &Type) -> bool {
        self.entity.field(text).is_some_and(|field| field.computed.is_some()) && is_key(ty)
    }

    /// The column of a key: of its field's type when it is one whole.
    fn column(&self, name: &str, key: &Typed) -> Column {
        let field = match &key.node {
            Node::Path(path) if path.part.is_none() => {
                self.dictionary.entities.get(path.entity).and_then(|entity| entity.fields.get(path.field))
            }
            _ => None,
        };
        match field {
            Some(field) => Column { name: name.to_owned(), kind: field.kind, options: field.options.clone() },
            None => of_type(name, &key.ty),
        }
    }
}

impl Columns {
    fn add(&mut self, name: &str, column: Column, span: Span) -> Result<(), OptionFault> {
        // `owner` and `owner/name` cannot both be members of one object.
        let beneath = |a: &str, b: &str| a.strip_prefix(b).is_some_and(|rest| rest.starts_with('/'));
        let taken =
            |other: &Column| other.name == name || beneath(&other.name, name) || beneath(name, &other.name);
        if self.0.iter().any(taken) {
            return Err(fault(
                span,
                format!("« {name} » est déjà le nom d'une autre colonne."),
                format!("“{name}” is the name of another column already."),
            ));
        }
        self.0.push(column);
        Ok(())
    }
}

impl Table {
    /// Groups of groups, made here: there are few.
    fn grouped(self, keys: &[Placed], figures: &[Figure]) -> Result<Table, OptionFault> {
        let mut columns = Columns::default();
        let mut positions = Vec::new();
        for (at, name) in keys {
            let position = self.column(name, "$apply", *at)?;
            columns.add(name, self.columns.0[position].clone(), Span { start: *at, end: at + name.len() })?;
            positions.push(position);
        }
        let mut sources = Vec::new();
        for figure in figures {
            let (source, ty) = match figure.method {
                Method::Count => (None, Type::Integer),
                method => {
                    let position = self.column(figure.of.1.trim(), "$apply", figure.of.0)?;
                    let column = &self.columns.0[position];
                    let own = column.kind.expression_type(&column.options);
                    (
                        Some((position, own.clone())),
                        figure_type(method, &own).ok_or_else(|| no_figure(figure))?,
                    )
                }
            };
            columns.add(&figure.name, of_type(&figure.name, &ty), figure.span)?;
            sources.push((figure.method, source));
        }
        let mut groups: Vec<(Vec<Value>, Vec<Vec<Value>>)> = Vec::new();
        let mut sorted = self.rows;
        let key = |row: &[Value]| positions.iter().map(|position| row[*position].clone()).collect::<Vec<_>>();
        sorted.sort_by(|a, b| in_order(&key(a), &key(b)));
        for row in sorted {
            let own = key(&row);
            match groups.last_mut() {
                Some((last, rows)) if *last == own => rows.push(row),
                _ => groups.push((own, vec![row])),
            }
        }
        if positions.is_empty() && groups.is_empty() {
            groups.push((Vec::new(), Vec::new()));
        }
        let rows = groups.into_iter().map(|(mut row, rows)| {
            row.extend(sources.iter().map(|(method, source)| worked_out(*method, source.as_ref(), &rows)));
            row
        });
        let rows = rows.collect();
        Ok(Table { columns, rows })
    }

    fn column(&self, name: &str, option: &str, at: usize) -> Result<usize, OptionFault> {
        use dictionary::expression::error::nearest;
        self.columns.index(name).ok_or_else(|| {
            let names = self.columns.0.iter().map(|column| column.name.as_str());
            let near = nearest(name, names);
            let fault = OptionFault::new(
                option,
                Span { start: at, end: at + name.len() },
                format!("« {name} » n'est pas une colonne de ces groupes."),
                format!("“{name}” is not a column of these groups."),
            );
            OptionFault { error: fault.error.with_near(near), ..fault }
        })
    }

    fn sort(&mut self, text: &str) -> Result<(), OptionFault> {
        let mut criteria = Vec::new();
        let mut at = 0;
        for criterion in text.split(',') {
            let mut words = criterion.split_whitespace();
            let name = words.next().unwrap_or_default();
            let start = at + criterion.find(name).unwrap_or_default();
            let position = self.column(name, "$orderby", start)?;
            let descending = match (words.next(), words.next()) {
                (None | Some("asc"), None) => false,
                (Some("desc"), None) => true,
                _ => {
                    let span = Span { start, end: start + criterion.trim().len() };
                    let (fr, en) = ("Après un nom : asc ou desc.", "After a name: asc or desc.");
                    return Err(OptionFault::new("$orderby", span, fr, en));
                }
            };
            criteria.push((position, descending));
            at += criterion.len() + 1;
        }
        self.rows.sort_by(|a, b| {
            let one = |(position, descending): &(usize, bool)| {
                let (a, b) = (&a[*position], &b[*position]);
                let by_value = if *descending { value::compare(b, a) } else { value::compare(a, b) };
                a.is_null().cmp(&b.is_null()).then(by_value)
            };
            criteria.iter().map(one).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
        });
        Ok(())
    }

    fn write(&self, entered: &Entered, entity: &Entity, style: Style, count: Option<usize>) -> Vec<u8> {
        let names: Vec<&str> = self.columns.0.iter().map(|column| column.name.as_str()).collect();
        let environment = &entered.environment.engine.settings().name;
        let mut answer = Map::new();
        let context = format!("/data/{environment}/$metadata#{}({})", entity.collection, names.join(","));
        if style.metadata != Metadata::None {
            answer.insert("@odata.context".to_owned(), json!(context));
        }
        if let Some(count) = count {
            answer.insert("@odata.count".to_owned(), json!(count));
        }
        let row = |row: &Vec<Value>| {
            let mut object = Map::new();
            for (column, value) in self.columns.0.iter().zip(row) {
                let json =
                    if value.is_null() { Json::Null } else { column.kind.to_json(value, &column.options) };
                let json = if style.exact { exact_number(value, json) } else { json };
                put(&mut object, &column.name, json);
            }
            Json::Object(object)
        };
        answer.insert("value".to_owned(), Json::Array(self.rows.iter().map(row).collect()));
        Json::Object(answer).to_string().into_bytes()
    }
}

/// `owner/name` is the member `name` of the member `owner`.
fn put(object: &mut Map<String, Json>, name: &str, value: Json) {
    match name.split_once('/') {
        None => {
            object.insert(name.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = object.entry(first.to_owned()).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

fn worked_out(method: Method, source: Option<&(usize, Type)>, rows: &[Vec<Value>]) -> Value {
    let Some((position, ty)) = source else {
        return Value::Integer(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    };
    let values = rows.iter().map(|row| &row[*position]);
    match method {
        Method::Of(function) => {
            let mut figure = Accumulator::new(function, ty);
            values.for_each(|value| figure.add(value));
            figure.finish()
        }
        _ => {
            let mut different: Vec<&Value> = values.filter(|value| !value.is_null()).collect();
            different.sort_by(|a, b| value::compare(a, b));
            different.dedup();
            Value::Integer(i64::try_from(different.len()).unwrap_or(i64::MAX))
        }
    }
}

/// Whether records can have a value of this type in common.
fn is_key(ty: &Type) -> bool {
    typed::is_sortable(ty) && *ty != Type::Null
}

/// The type of a figure; `None` where it means nothing.
fn figure_type(method: Method, of: &Type) -> Option<Type> {
    use AggregateFunction::{Average, Sum};
    match (method, of) {
        (Method::Count, _) => Some(Type::Integer),
        (Method::Distinct, of) => is_key(of).then_some(Type::Integer),
        (Method::Of(Sum), Type::Integer | Type::Decimal | Type::Duration) => Some(of.clone()),
        (Method::Of(Average), Type::Duration) => Some(Type::Duration),
        (Method::Of(Average), Type::Integer | Type::Decimal) => Some(Type::Decimal),
        (Method::Of(Sum | Average), _) | (_, Type::Boolean | Type::Reference(_)) => None,
        (_, of) => is_key(of).then(|| of.clone()),
    }
}

/// A column of values that no field has as such.
fn of_type(name: &str, ty: &Type) -> Column {
    let kind = match ty {
        Type::Boolean => "boolean",
        Type::Integer => "integer",
        Type::Decimal => "decimal",
        Type::Date => "date",
        Type::Time => "time",
        Type::DateTime => "datetime",
        Type::Duration => "duration",
        Type::Reference(_) => "reference",
        _ => "text",
    };
    let options = match ty {
        Type::Reference(to) => Options { to: Some(to.clone()), ..Options::default() },
        _ => Options::default(),
    };
    let kind = field_type(kind).unwrap_or(dictionary::field_types::FIELD_TYPES[0]);
    Column { name: name.to_owned(), kind, options }
}

fn no_key(at: usize, text: &str) -> OptionFault {
    fault(
        Span { start: at, end: at + text.len() },
        format!("On ne peut pas grouper par « {text} »."),
        format!("Records cannot be grouped by “{text}”."),
    )
}

fn no_figure(figure: &Figure) -> OptionFault {
    fault(
        figure.span,
        format!("Ce calcul ne s'applique pas à « {} ».", figure.of.1.trim()),
        format!("This figure does not apply to “{}”.", figure.of.1.trim()),
    )
}
