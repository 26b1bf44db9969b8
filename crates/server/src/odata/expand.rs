//! `$select` and `$expand`: what of a record to answer, and what to bring along.

use std::collections::BTreeSet;
use std::sync::Arc;

use dictionary::expression::error::nearest;
use dictionary::expression::{ExpressionError, Span, Typed};
use dictionary::model::{Dictionary, Entity, FieldIndex, Sort};
use engine::{Expand, Pick};

use super::filter::Aliases;
use super::lambda::related;
use super::parts::parts;
use super::style::{Metadata, Style};
use super::{ListOptions, OptionFault, typed};

/// Deepest nesting of `$expand`.
const DEPTH_MAX: usize = 3;

/// What of a record to answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Fields to answer; `None` for all.
    pub(crate) fields: Option<BTreeSet<FieldIndex>>,
    /// Related fields answered, whose records are named beside them.
    pub(crate) named: Vec<String>,
    /// What to answer in full beside them.
    pub(crate) branches: Vec<Branch>,
    /// How it is all written.
    pub(crate) style: Style,
}

/// Records to answer along with others.
#[derive(Debug, Clone)]
pub(crate) struct Branch {
    /// Name of the field, or of the collection that refers here.
    pub(crate) name: String,
    /// `None` for a collection.
    pub(crate) field: Option<FieldIndex>,
    /// Name of their entity.
    pub(crate) target: String,
    pub(crate) selection: Selection,
    /// Which of several; `None` for what a reference leads to and for all lines.
    pub(crate) picked: Option<Picked>,
}

/// Which of several records.
#[derive(Debug, Clone, Default)]
pub(crate) struct Picked {
    filters: Vec<Typed>,
    order: Vec<Sort>,
    skip: u32,
    top: Option<u32>,
    count: bool,
}

impl Selection {
    /// What the engine has to bring along.
    pub(crate) fn expand(&self, dictionary: &Arc<Dictionary>) -> Vec<Expand> {
        let expand = |branch: &Branch| Expand {
            field: branch.name.clone(),
            expand: branch.selection.expand(dictionary),
            pick: branch.picked.clone().map(|Picked { filters, order, skip, top, count }| Pick {
                dictionary: dictionary.clone(),
                filters,
                order,
                skip,
                top,
                count,
            }),
        };
        let named = self.named.iter().map(|field| Expand { field: field.clone(), ..Expand::default() });
        self.branches.iter().map(expand).chain(named).collect()
    }
}

/// Related fields among those answered. Their records are named in annotations, so not where there are none.
fn named(entity: &Entity, fields: Option<&BTreeSet<FieldIndex>>, style: Style) -> Vec<String> {
    if style.metadata == Metadata::None {
        return Vec::new();
    }
    let all = entity.fields.iter().enumerate();
    all.filter(|(index, field)| {
        field.kind.name() == dictionary::related::TYPE
            && !field.secret
            && fields.is_none_or(|fields| fields.contains(index))
    })
    .map(|(_, field)| field.name.clone())
    .collect()
}

/// The entity that a reference or `lines` field leads to.
pub(crate) fn target<'a>(dictionary: &'a Dictionary, field: &dictionary::Field) -> Option<&'a Entity> {
    // The id of a record leads to itself: that is no way to anything.
    let leads = !(field.system && field.name == "id");
    let name = field.options.to.as_deref().or(field.options.of.as_deref()).filter(|_| leads)?;
    dictionary.entity(name)
}

/// Reads `$select` and `$expand` of an entity.
pub(crate) fn selection(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
) -> Result<Selection, OptionFault> {
    let fields = options.select.as_deref().map(|text| read_select(entity, text, 0)).transpose()?.flatten();
    let reader = Reader { dictionary, aliases: &options.aliases, style: options.style };
    let branches = match &options.expand {
        Some(text) => reader.branches(entity, text, 0, 1)?,
        None => Vec::new(),
    };
    let named = named(entity, fields.as_ref(), options.style);
    Ok(Selection { fields, named, branches, style: options.style })
}

fn read_select(
    entity: &Entity,
    text: &str,
    offset: usize,
) -> Result<Option<BTreeSet<FieldIndex>>, OptionFault> {
    let mut fields = BTreeSet::new();
    let mut all = false;
    for (start, name) in parts(text, ',') {
        let span = Span { start: offset + start, end: offset + start + name.len() };
        if name == "*" {
            all = true;
            continue;
        }
        let field = entity.index(name).or_else(|| {
            let reference = entity.index(name.strip_suffix("_id")?)?;
            (entity.fields[reference].kind.name() == "reference").then_some(reference)
        });
        match field.filter(|field| !entity.fields[*field].secret) {
            Some(field) => fields.insert(field),
            None => return Err(unknown(entity, name, span)),
        };
    }
    Ok((!all).then_some(fields))
}

/// Reads `$expand`.
struct Reader<'a> {
    dictionary: &'a Dictionary,
    aliases: &'a Aliases,
    style: Style,
}

impl Reader<'_> {
    fn branches(
        &self,
        entity: &Entity,
        text: &str,
        offset: usize,
        depth: usize,
    ) -> Result<Vec<Branch>, OptionFault> {
        if depth > DEPTH_MAX {
            let span = Span { start: offset, end: offset + text.len() };
            return Err(fault(
                span,
                format!("$expand a au plus {DEPTH_MAX} niveaux."),
                format!("$expand is at most {DEPTH_MAX} levels deep."),
            ));
        }
        let mut branches: Vec<Branch> = Vec::new();
        for (start, item) in parts(text, ',') {
            let at = offset + start;
            let span = Span { start: at, end: at + item.len() };
            let (name, options) = match item.split_once('(') {
                Some((name, rest)) => (name.trim_end(), rest.strip_suffix(')')),
                None => (item, Some("")),
            };
            let Some(options) = options else {
                return Err(fault(
                    span,
                    "Il manque une parenthèse fermante.",
                    "A closing parenthesis is missing.",
                ));
            };
            let inside = at + item.find('(').map_or(item.len(), |open| open + 1);
            let names: Vec<&str> = match name {
                "*" => self.every(entity),
                name => vec![name],
            };
            for name in names {
                let named = Span { start: at, end: at + name.len() };
                let branch = self.branch(entity, name, named, (options, inside), depth)?;
                branches.retain(|other| other.name != branch.name);
                branches.push(branch);
            }
        }
        Ok(branches)
    }

    /// `*`: all references and lines.
    fn every<'e>(&self, entity: &'e Entity) -> Vec<&'e str> {
        let leads = |field: &&dictionary::Field| {
            target(self.dictionary, field).is_some_and(|target| !field.secret && !target.internal)
        };
        entity.fields.iter().filter(leads).map(|field| field.name.as_str()).collect()
    }

    fn branch(
        &self,
        entity: &Entity,
        name: &str,
        span: Span,
        (options, offset): (&str, usize),
        depth: usize,
    ) -> Result<Branch, OptionFault> {
        let field = entity.index(name).filter(|field| !entity.fields[*field].secret);
        let found = match field {
            Some(field) => target(self.dictionary, &entity.fields[field]),
            None => related(self.dictionary, entity, name).map(|(target, _)| target),
        };
        let Some(target) = found else { return Err(not_expandable(self.dictionary, entity, name, span)) };
        let several = field.is_none_or(|field| entity.fields[field].kind.is_virtual());
        let mut selection = Selection { style: self.style, ..Selection::default() };
        let mut picked = field.is_none().then(Picked::default);
        for (start, option) in parts(options, ';') {
            let at = offset + start;
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            let (value_at, key) = (at + key.len() + 1, key.trim());
            let here = Span { start: at, end: at + option.len() };
            // What is wrong in an option has its place in the whole.
            let moved = |error: ExpressionError| OptionFault {
                option: "$expand".to_owned(),
                error: ExpressionError {
                    span: Span { start: error.span.start + value_at, end: error.span.end + value_at },
                    ..error
                },
            };
            let key = key.strip_prefix('$').unwrap_or(key);
            match key {
                "select" => selection.fields = read_select(target, value, value_at)?,
                "expand" => selection.branches = self.branches(target, value, value_at, depth + 1)?,
                "filter" | "orderby" | "top" | "skip" | "count" if several => {
                    let picked = picked.get_or_insert_default();
                    match key {
                        "filter" => {
                            let filter = typed::condition(self.dictionary, target, self.aliases, value);
                            picked.filters = vec![filter.map_err(moved)?];
                        }
                        "orderby" => {
                            picked.order = typed::sort(self.dictionary, target, value).map_err(moved)?;
                        }
                        "top" => picked.top = Some(number(value, here)?),
                        "skip" => picked.skip = number(value, here)?,
                        _ => picked.count = value.trim() == "true",
                    }
                }
                "filter" | "orderby" | "top" | "skip" | "count" => {
                    return Err(fault(
                        here,
                        format!("« {name} » est une seule fiche : ${key} porte sur plusieurs."),
                        format!("“{name}” is a single record; ${key} is about several."),
                    ));
                }
                other => {
                    let known = ["select", "expand", "filter", "orderby", "top", "skip", "count"];
                    let near = nearest(other, known).map(|near| format!("${near}"));
                    let fault = fault(
                        here,
                        format!("« ${other} » n'est pas une option de $expand."),
                        format!("“${other}” is not an option of $expand."),
                    );
                    return Err(OptionFault { error: fault.error.with_near(near), ..fault });
                }
            }
        }
        selection.named = named(target, selection.fields.as_ref(), self.style);
        Ok(Branch { name: name.to_owned(), field, target: target.name.clone(), selection, picked })
    }
}

fn number(text: &str, span: Span) -> Result<u32, OptionFault> {
    text.trim().parse().map_err(|_| {
        fault(
            span,
            format!("« {text} » n'est pas un nombre entier positif."),
            format!("“{text}” is not a whole, positive number."),
        )
    })
}

fn fault(span: Span, fr: impl AsRef<str>, en: impl AsRef<str>) -> OptionFault {
    OptionFault::new("$expand", span, fr, en)
}

fn unknown(entity: &Entity, name: &str, span: Span) -> OptionFault {
    let names = entity.fields.iter().filter(|field| !field.secret).map(|field| field.name.as_str());
    let near = nearest(name, names);
    let entity = &entity.collection;
    let fault = OptionFault::new(
        "$select",
        span,
        format!("« {name} » n'est pas un champ de {entity}."),
        format!("“{name}” is not a field of {entity}."),
    );
    OptionFault { error: fault.error.with_near(near), ..fault }
}

fn not_expandable(dictionary: &Dictionary, entity: &Entity, name: &str, span: Span) -> OptionFault {
    let fields = entity.fields.iter().filter(|field| !field.secret && target(dictionary, field).is_some());
    let fields = fields.map(|field| field.name.as_str());
    let referring = dictionary.entities.iter().map(|other| other.collection.as_str());
    let referring = referring.filter(|collection| related(dictionary, entity, collection).is_some());
    let near = nearest(name, fields.chain(referring));
    let entity = &entity.collection;
    let fault = fault(
        span,
        format!(
            "« {name} » n'est ni une référence, ni des lignes de {entity}, ni une liste qui s'y réfère une fois."
        ),
        format!("“{name}” is neither a reference, nor lines of {entity}, nor a list that refers to it once."),
    );
    OptionFault { error: fault.error.with_near(near), ..fault }
}
