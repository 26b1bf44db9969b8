//! Records found by fields that are not unique keys: read before the unit of work, because a unit finds by unique keys only.

use std::collections::HashMap;

use dictionary::expression::{Expr, ExprKind, Span, Type};
use dictionary::field_types::FieldContext;
use dictionary::{Dictionary, Entity, Field, FieldIndex, Label, RecordId, Value};
use engine::{Caller, EngineError, Environment, FieldProblem, Query};

use crate::import::prepare::{Piece, Prepared};
use crate::mapping::Missing;
use crate::mapping::resolve::{Key, Resolved, is_unique};

/// Records found so far.
#[derive(Default)]
pub(crate) struct Lookup {
    references: HashMap<(usize, String), RecordId>,
}

impl Lookup {
    /// Replaces references by a field that is not unique with what they lead to.
    pub(crate) fn references(
        &mut self,
        environment: &Environment,
        caller: &Caller,
        resolved: &Resolved,
        prepared: &mut Prepared,
    ) -> Result<(), EngineError> {
        for piece in &mut prepared.pieces {
            let Piece::Reference(field, source, text) = piece else { continue };
            let rule = &resolved.sources[*source].rule;
            let target =
                resolved.field(*field).options.to.as_deref().and_then(|to| resolved.dictionary.entity(to));
            let (Some(by), Some(target)) = (rule.by.as_deref(), target) else { continue };
            if text.is_empty() || target.index(by).is_none_or(|by| is_unique(target, by)) {
                continue;
            }
            let id = match self.references.get(&(*source, text.clone())) {
                Some(id) => Some(*id),
                None => only(environment, caller, target, &[(by, text)])?,
            };
            match id {
                Some(id) => {
                    self.references.insert((*source, text.clone()), id);
                    *text = id.to_string();
                    // An id is found whatever the rule says.
                    *piece = Piece::Value(*field, id.into());
                }
                None if rule.missing == Missing::Empty => {
                    *piece = Piece::Value(*field, dictionary::Value::Null)
                }
                None => {
                    return Err(refused(
                        &resolved.sources[*source].shown,
                        &format!("aucune fiche n'a {by} = « {text} »."),
                        &format!("no record has {by} = “{text}”."),
                    ));
                }
            }
        }
        Ok(())
    }

    /// The record of a key of several fields, or of one that is not unique.
    pub(crate) fn by_key(
        &self,
        environment: &Environment,
        caller: &Caller,
        resolved: &Resolved,
        prepared: &Prepared,
    ) -> Result<Option<RecordId>, EngineError> {
        let Key::Fields(fields) = &resolved.key else { return Ok(None) };
        let paths: Vec<String> = fields.iter().map(|field| key_path(resolved, *field)).collect();
        let texts = prepared.key.iter().map(String::as_str);
        let pairs: Vec<(&str, &str)> = paths.iter().map(String::as_str).zip(texts).collect();
        only(environment, caller, resolved.entity(), &pairs)
    }
}

/// What a field of a key is compared by: itself, or for a reference the field that finds its record.
fn key_path(resolved: &Resolved, field: FieldIndex) -> String {
    let Field { name, options, .. } = resolved.field(field);
    if options.to.is_none() {
        return name.clone();
    }
    let source = resolved.sources.iter().find(|source| source.field == field);
    format!("{name}.{}", source.and_then(|source| source.rule.by.as_deref()).unwrap_or("code"))
}

/// The only record with these values; `None` if there is none, a refusal if there are several.
fn only(
    environment: &Environment,
    caller: &Caller,
    entity: &Entity,
    pairs: &[(&str, &str)],
) -> Result<Option<RecordId>, EngineError> {
    let dictionary = environment.dictionary_of(caller);
    let filter = pairs
        .iter()
        .map(|(path, text)| {
            Ok(format!("{path} = {}", literal(environment, &dictionary, entity, path, text)?))
        })
        .collect::<Result<Vec<_>, EngineError>>()?;
    let typed = crate::filter::condition(&dictionary, entity, &filter.join(" and "))?;
    let query = Query { entity: entity.name.clone(), filters: vec![typed], limit: 2, ..Query::default() };
    let page = environment.list(caller, &query)?;
    match page.records.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one.row.id())),
        _ => {
            let written = filter.join(" and ");
            Err(refused(
                pairs.first().map_or("", |p| p.0),
                &format!("plusieurs fiches ont {written}."),
                &format!("several records have {written}."),
            ))
        }
    }
}

fn own<'e>(entity: &'e Entity, name: &str) -> Option<&'e Field> {
    entity.index(name).map(|index| &entity.fields[index])
}

/// What a cell says, as the field at the path is compared: a number, a date or a text.
fn literal(
    environment: &Environment,
    dictionary: &Dictionary,
    entity: &Entity,
    path: &str,
    text: &str,
) -> Result<String, EngineError> {
    let field = match path.split_once('.') {
        None => own(entity, path),
        Some((name, rest)) => own(entity, name)
            .and_then(|field| dictionary.entity(field.options.to.as_deref()?))
            .and_then(|target| own(target, rest)),
    };
    let value = match field {
        Some(field) if is_compared_by_value(&field.kind.expression_type(&field.options)) => field
            .kind
            .parse(
                text,
                &FieldContext { zone: &environment.settings().zone, ..FieldContext::new(&field.options) },
            )
            .map_err(|invalid| {
                EngineError::Validation(vec![FieldProblem {
                    field: path.to_owned(),
                    code: invalid.code,
                    message: invalid.message,
                }])
            })?,
        _ => Value::from(text),
    };
    Ok(Expr { kind: ExprKind::Literal(value), span: Span::default() }.to_string())
}

fn is_compared_by_value(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Boolean
            | Type::Integer
            | Type::Decimal
            | Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Duration
    )
}

fn refused(field: &str, fr: &str, en: &str) -> EngineError {
    EngineError::Validation(vec![FieldProblem {
        field: field.to_owned(),
        code: "no_such_record",
        message: Label::new(fr, en),
    }])
}
