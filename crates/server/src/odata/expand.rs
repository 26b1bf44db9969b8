//! `$select` and `$expand`: what of a record to answer, and what to bring along.

use std::collections::BTreeSet;

use dictionary::expression::Span;
use dictionary::expression::error::nearest;
use dictionary::model::{Dictionary, Entity, FieldIndex};
use engine::Expand;

use super::{ListOptions, OptionFault};

/// Deepest nesting of `$expand`.
const DEPTH_MAX: usize = 3;

/// What of a record to answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Selection {
    /// Fields to answer; `None` for all.
    pub(crate) fields: Option<BTreeSet<FieldIndex>>,
    /// References and lines to answer in full.
    pub(crate) expanded: Vec<(FieldIndex, Selection)>,
}

impl Selection {
    /// What the engine has to bring along.
    pub(crate) fn expand(&self, entity: &Entity, dictionary: &Dictionary) -> Vec<Expand> {
        self.expanded
            .iter()
            .map(|(field, inner)| {
                let field = &entity.fields[*field];
                let target = target(dictionary, field);
                let expand = target.map(|target| inner.expand(target, dictionary)).unwrap_or_default();
                Expand { field: field.name.clone(), expand }
            })
            .collect()
    }
}

/// The entity that a reference or `lines` field leads to.
pub(crate) fn target<'a>(dictionary: &'a Dictionary, field: &dictionary::Field) -> Option<&'a Entity> {
    let name = field.options.to.as_deref().or(field.options.of.as_deref())?;
    dictionary.entity(name)
}

/// Reads `$select` and `$expand` of an entity.
pub(crate) fn selection(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
) -> Result<Selection, OptionFault> {
    let (select, expand) = (options.select.as_deref(), options.expand.as_deref());
    let fields = select.map(|text| read_select(entity, text, 0)).transpose()?.flatten();
    let expanded = match expand {
        Some(text) => read_expand(dictionary, entity, text, 0, 1)?,
        None => Vec::new(),
    };
    Ok(Selection { fields, expanded })
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
            None => return Err(unknown("$select", entity, name, span)),
        };
    }
    Ok((!all).then_some(fields))
}

fn read_expand(
    dictionary: &Dictionary,
    entity: &Entity,
    text: &str,
    offset: usize,
    depth: usize,
) -> Result<Vec<(FieldIndex, Selection)>, OptionFault> {
    if depth > DEPTH_MAX {
        let span = Span { start: offset, end: offset + text.len() };
        return Err(OptionFault::new(
            "$expand",
            span,
            format!("$expand a au plus {DEPTH_MAX} niveaux."),
            format!("$expand is at most {DEPTH_MAX} levels deep."),
        ));
    }
    let mut expanded: Vec<(FieldIndex, Selection)> = Vec::new();
    for (start, item) in parts(text, ',') {
        let (name, options) = match item.split_once('(') {
            Some((name, rest)) => (name.trim_end(), rest.strip_suffix(')')),
            None => (item, Some("")),
        };
        let span = Span { start: offset + start, end: offset + start + item.len() };
        let Some(options) = options else {
            return Err(OptionFault::new(
                "$expand",
                span,
                "Il manque une parenthèse fermante.",
                "A closing parenthesis is missing.",
            ));
        };
        let found = entity.index(name).map(|field| (field, &entity.fields[field]));
        let found = found.and_then(|(index, field)| Some((index, target(dictionary, field)?)));
        let Some((field, target)) = found else {
            let span = Span { start: span.start, end: span.start + name.len() };
            return Err(unknown("$expand", entity, name, span));
        };
        let inside = span.start + item.find('(').map_or(item.len(), |open| open + 1);
        let mut inner = Selection::default();
        for (start, option) in parts(options, ';') {
            let at = inside + start;
            let (key, value) = option.split_once('=').unwrap_or((option, ""));
            let value_at = at + key.len() + 1;
            match key.trim() {
                "$select" | "select" => inner.fields = read_select(target, value, value_at)?,
                "$expand" | "expand" => {
                    inner.expanded = read_expand(dictionary, target, value, value_at, depth + 1)?;
                }
                other => {
                    let span = Span { start: at, end: at + option.len() };
                    return Err(OptionFault::new(
                        "$expand",
                        span,
                        format!("« {other} » n'est pas une option de $expand : $select et $expand le sont."),
                        format!("“{other}” is not an option of $expand; $select and $expand are."),
                    ));
                }
            }
        }
        expanded.retain(|(other, _)| *other != field);
        expanded.push((field, inner));
    }
    Ok(expanded)
}

/// The parts of a text between separators that stand in no parentheses, trimmed, with their byte; empty ones are passed over.
fn parts(text: &str, separator: char) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_usize);
    for (at, c) in text.char_indices().chain([(text.len(), separator)]) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == separator && (depth == 0 || at == text.len()) {
            let part = &text[start..at];
            let lead = part.len() - part.trim_start().len();
            if !part.trim().is_empty() {
                parts.push((start + lead, part.trim()));
            }
            start = (at + separator.len_utf8()).min(text.len());
        }
    }
    parts
}

fn unknown(option: &str, entity: &Entity, name: &str, span: Span) -> OptionFault {
    let names = entity.fields.iter().filter(|field| !field.secret).map(|field| field.name.as_str());
    let near = nearest(name, names);
    let entity = &entity.collection;
    let fault = match option {
        "$expand" => OptionFault::new(
            option,
            span,
            format!("« {name} » n'est ni une référence ni des lignes de {entity}."),
            format!("“{name}” is neither a reference nor lines of {entity}."),
        ),
        _ => OptionFault::new(
            option,
            span,
            format!("« {name} » n'est pas un champ de {entity}."),
            format!("“{name}” is not a field of {entity}."),
        ),
    };
    OptionFault { error: fault.error.with_near(near), ..fault }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn commas_in_parentheses_do_not_separate() {
        let text = " owner($select=name,email) , lines";
        assert_eq!(parts(text, ','), [(1, "owner($select=name,email)"), (29, "lines")]);
        assert_eq!(parts("a)(,b", ','), [(0, "a)(,b")]);
        assert!(parts(" , ", ',').is_empty());
    }
}
