//! Exports: records as a file that an import reads back. `docs/export.md` describes it.

mod columns;
pub(crate) mod csv;
mod writers;

use std::io::Write;

use dictionary::{Language, related};
use engine::{Caller, EngineError, Environment, Expand, Query};

use crate::error::ExchangeError;
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
    let dictionary = environment.dictionary();
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
    let expand = expansions(&dictionary, entity, options.format == Format::JsonLines);
    let mut writer = writers::writer(options, &dictionary, entity, out)?;
    let mut query = Query { entity: entity.name.clone(), filters, limit: PAGE, expand, ..Query::default() };
    let mut written = 0;
    loop {
        let page = environment.list(caller, &query)?;
        for record in &page.records {
            writer.record(record).map_err(cannot_write)?;
        }
        written += page.records.len() as u64;
        progress(written);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
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
