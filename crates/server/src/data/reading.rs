//! What reads have in common: options of the request, checked against the dictionary.

use std::sync::Arc;

use dictionary::RecordId;
use dictionary::expression::{Typed, parse};
use dictionary::model::{Dictionary, Entity, Sort};
use engine::{Expand, Record};
use platform::Entered;

use crate::data::resource::Key;
use crate::odata::{ListOptions, OptionFault, typed};
use crate::problem::Problem;

/// Longest text of `$search`, bytes.
const SEARCH_BYTES_MAX: usize = 500;

/// Times that a read begins again because the dictionary changed under it.
const TRIES: u32 = 3;

/// Reads with the dictionary in force. When another comes into force meanwhile the engine refuses to mix them, and the read begins again.
pub(crate) fn stable<T>(
    entered: &Entered,
    mut read: impl FnMut(&Arc<Dictionary>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    for _ in 1..TRIES {
        match read(&entered.dictionary()) {
            Err(problem) if problem.code == "dictionary_changed" => {}
            result => return result,
        }
    }
    read(&entered.dictionary())
}

/// The conditions of `$filter` and `$where`.
pub(crate) fn filters(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
) -> Result<Vec<Typed>, OptionFault> {
    let mut filters = Vec::new();
    if let Some(text) = &options.filter {
        let filter = typed::condition(dictionary, entity, &options.aliases, text);
        filters.push(filter.map_err(OptionFault::of("$filter"))?);
    }
    if let Some(text) = &options.condition {
        let expression = parse(text).map_err(OptionFault::of("$where"))?;
        let filter = typed::checked(dictionary, entity, &expression.root);
        filters.push(filter.map_err(OptionFault::of("$where"))?);
    }
    Ok(filters)
}

/// The sort: of `$orderby`, else the entity's own.
pub(crate) fn sort(
    dictionary: &Dictionary,
    entity: &Entity,
    options: &ListOptions,
) -> Result<Vec<Sort>, OptionFault> {
    let Some(text) = &options.order else { return Ok(entity.order.clone()) };
    typed::sort(dictionary, entity, text).map_err(OptionFault::of("$orderby"))
}

/// The words of `$search`. OData's quotes, `AND` and parentheses are passed over: all words are wanted anyway.
pub(crate) fn search_words(options: &ListOptions) -> Result<Option<String>, Problem> {
    let Some(text) = &options.search else { return Ok(None) };
    if text.len() > SEARCH_BYTES_MAX {
        return Err(Problem::bad_request(
            format!("$search a au plus {SEARCH_BYTES_MAX} octets."),
            format!("$search has at most {SEARCH_BYTES_MAX} bytes."),
        ));
    }
    let words =
        text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')')).filter(|word| *word != "AND");
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Ok((!words.is_empty()).then(|| words.join(" ")))
}

/// The record that an address names.
pub(crate) fn record(
    entered: &Entered,
    entity: &Entity,
    key: &Key,
    expand: &[Expand],
) -> Result<Record, Problem> {
    let (engine, caller) = (&entered.environment.engine, &entered.caller);
    match key {
        Key::Id(id) => Ok(engine.get(caller, &entity.name, *id, expand)?),
        Key::Unique(field, value) => {
            check_key(entity, field)?;
            Ok(engine.find(caller, &entity.name, field, value, expand)?)
        }
    }
}

/// The id of the record that an address names.
pub(crate) fn id_of(entered: &Entered, entity: &Entity, key: &Key) -> Result<RecordId, Problem> {
    match key {
        Key::Id(id) => Ok(*id),
        Key::Unique(..) => Ok(record(entered, entity, key, &[])?.row.id()),
    }
}

/// Refuses a key that does not name one record.
pub(crate) fn check_key(entity: &Entity, field: &str) -> Result<(), Problem> {
    let unique = |index| entity.uniques.iter().any(|key| key.fields == [index]);
    let found = entity.index(field).filter(|index| !entity.fields[*index].secret);
    if found.is_some_and(|index| unique(index) || field == "code") {
        return Ok(());
    }
    let keys =
        entity.uniques.iter().filter(|key| key.fields.len() == 1).map(|key| &entity.fields[key.fields[0]]);
    let keys: Vec<&str> = keys.filter(|field| !field.secret).map(|field| field.name.as_str()).collect();
    let collection = &entity.collection;
    let keys = if keys.is_empty() { "id".to_owned() } else { format!("id, {}", keys.join(", ")) };
    Err(Problem::bad_request(
        format!("« {field} » ne désigne pas une fiche de {collection} ; les clés sont : {keys}."),
        format!("“{field}” does not name a record of {collection}; the keys are: {keys}."),
    ))
}
