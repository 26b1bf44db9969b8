//! Exports: records as a file that an import reads back. `docs/export.md` describes it.

mod columns;
pub(crate) mod csv;
mod dossier;
mod reading;
mod writers;

use std::io::Write;

use dictionary::{Language, related};
use engine::{Caller, EngineError, Environment, Expand, Query};

pub use dossier::export_dossier;

use crate::error::ExchangeError;
use crate::export::reading::Manner;
use crate::export::writers::Table;
use crate::source::Format;

/// What is exported, and how it is written.
#[derive(Debug, Clone)]
pub struct ExportOptions {
    /// Name or collection of the entity.
    pub entity: String,
    /// Only the records for which this holds, in the expression language.
    pub filter: Option<String>,
    /// Kind of file.
    pub format: Format,
    /// Of CSV; by default `;` in French and `,` in English, as the spreadsheets of these languages expect.
    pub delimiter: Option<char>,
    /// See `delimiter`.
    pub language: Language,
}

/// How a list is written.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Paths of the columns, in order; all that an import reads when empty.
    pub columns: Vec<String>,
    /// For people: headings and values as screens say them. Else for an import: identifiers and codes.
    pub reading: bool,
    /// Kind of file.
    pub format: Format,
    /// Of CSV: see [`ExportOptions`].
    pub delimiter: Option<char>,
    /// Of headings, labels, numbers.
    pub language: Language,
}

/// Records read at a time.
const PAGE: u32 = 500;

/// Writes records in the entity's own order, page after page, in constant memory; returns how many.
///
/// `progress` is called after every page with the records written so far.
pub fn export(
    environment: &Environment,
    caller: &Caller,
    options: &ExportOptions,
    out: &mut (dyn Write + Send),
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ExchangeError> {
    let dictionary = environment.dictionary_of(caller);
    let entity =
        dictionary.entities.iter().find(|e| e.name == options.entity || e.collection == options.entity);
    let entity = entity.ok_or_else(|| {
        let (fr, en) = crate::mapping::resolve::meant(
            &options.entity,
            dictionary.entities.iter().map(|e| e.name.as_str()),
        );
        let name = &options.entity;
        ExchangeError::refused(
            format!("Il n'y a pas d'entité « {name} ».{fr}"),
            format!("There is no entity “{name}”.{en}"),
        )
    })?;
    let filters = match &options.filter {
        Some(text) => vec![crate::filter::condition(&dictionary, entity, text)?],
        None => Vec::new(),
    };
    let query = Query {
        dictionary: Some(dictionary.clone()),
        entity: entity.name.clone(),
        filters,
        ..Query::default()
    };
    let ExportOptions { format, delimiter, language, .. } = options.clone();
    let sheet = Sheet { columns: Vec::new(), reading: false, format, delimiter, language };
    export_list(environment, caller, query, &sheet, out, progress)
}

/// Writes the records of a list in its order, page after page, in constant memory; returns how many.
///
/// `query` says which, with the dictionary it was checked against; its page and what it expands are chosen here. Nothing is written before
/// the first page was read, and of XLSX nothing before the last: what is wrong with the question is told first.
pub fn export_list(
    environment: &Environment,
    caller: &Caller,
    mut query: Query,
    sheet: &Sheet,
    out: &mut (dyn Write + Send),
    progress: &mut dyn FnMut(u64),
) -> Result<u64, ExchangeError> {
    let dictionary = query.dictionary.clone().unwrap_or_else(|| environment.dictionary_of(caller));
    query.dictionary = Some(dictionary.clone());
    let entity = dictionary.entities.iter().position(|e| e.name == query.entity && !e.internal);
    let entity = entity.ok_or(EngineError::NotFound)?;
    let zone = environment.settings().zone.clone();
    let manner = sheet.reading.then_some(Manner { language: sheet.language, zone });
    let columns = match sheet.columns.as_slice() {
        [] if sheet.reading => {
            let shown = &dictionary.entities[entity].list.columns;
            let paths: Vec<String> = shown.iter().map(|column| column.path.clone()).collect();
            columns::at(&dictionary, entity, &paths, manner.as_ref())?
        }
        [] => columns::of(&dictionary.entities[entity]),
        paths => columns::at(&dictionary, entity, paths, manner.as_ref())?,
    };
    query.expand = match sheet.format {
        Format::JsonLines => expansions(&dictionary, &dictionary.entities[entity], true),
        _ => columns::needed(&dictionary, entity, &columns),
    };
    query.limit = PAGE;
    let mut page = environment.list(caller, &query)?;
    let table = Table { dictionary: &dictionary, entity: &dictionary.entities[entity], columns, manner };
    let mut writer = writers::writer(sheet, table, out)?;
    let mut written = 0;
    loop {
        for record in &page.records {
            writer.record(record).map_err(cannot_write)?;
        }
        written += page.records.len() as u64;
        progress(written);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
        page = environment.list(caller, &query)?;
    }
    writer.finish().map_err(cannot_write)?;
    Ok(written)
}

fn cannot_write(source: std::io::Error) -> ExchangeError {
    ExchangeError::File { action: "write", path: "the export".into(), source }
}

/// References, to write their codes; lines too where the format can hold them.
fn expansions(dictionary: &dictionary::Dictionary, entity: &dictionary::Entity, lines: bool) -> Vec<Expand> {
    let mut expand = Vec::new();
    for field in entity.fields.iter().filter(|f| !f.system && !f.secret && f.computed.is_none()) {
        match field.kind.name() {
            "reference" | related::TYPE => {
                expand.push(Expand { field: field.name.clone(), ..Expand::default() })
            }
            "lines" if lines => {
                let child = field.options.of.as_deref().and_then(|of| dictionary.entity(of));
                let beneath = child.map_or(Vec::new(), |child| {
                    let mut beneath = expansions(dictionary, child, false);
                    beneath.retain(|e| Some(e.field.as_str()) != field.options.by.as_deref());
                    beneath
                });
                expand.push(Expand { field: field.name.clone(), expand: beneath, pick: None });
            }
            _ => {}
        }
    }
    expand
}

/// The condition of a filter, or why it is not one: for commands that check before they open a file.
pub fn check_filter(environment: &Environment, entity: &str, text: &str) -> Result<(), EngineError> {
    let dictionary = environment.dictionary();
    let entity = dictionary.entity(entity).ok_or(EngineError::NotFound)?;
    crate::filter::condition(&dictionary, entity, text).map(drop)
}
