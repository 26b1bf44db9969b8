//! What a file looks like before anything is decided: its format, its columns with examples, and which field each probably feeds.

use std::collections::BTreeSet;
use std::path::Path;

use dictionary::expression::error::nearest;
use dictionary::model::ID;
use dictionary::text::fold;
use dictionary::{Dictionary, Entity, Field};
use serde::{Deserialize, Serialize};

use crate::error::ExchangeError;
use crate::mapping::Mapping;
use crate::mapping::resolve::{is_unique, parts, path_of};
use crate::source::encoding::{Encoding, survey};
use crate::source::{Format, Item, xlsx};

/// Rows looked at.
const ROWS: usize = 2_000;
/// Rows shown.
const SHOWN: usize = 5;
/// Examples of a column.
const EXAMPLES: usize = 3;
/// A column of at most so many different values may be one of choices.
const VALUES_MAX: usize = 40;
/// Longest text shown of a cell, characters.
const CELL_MAX: usize = 200;

/// What a file looks like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Detected {
    /// `csv`, `xlsx` or `jsonl`.
    pub format: String,
    /// Of text.
    pub encoding: Option<String>,
    /// Of delimited text.
    pub delimiter: Option<String>,
    /// Of a spreadsheet.
    pub sheets: Vec<String>,
    /// BLAKE3 of the content.
    pub hash: String,
    /// Bytes.
    pub size_bytes: u64,
    /// In the order of the file.
    pub columns: Vec<Column>,
    /// The first rows.
    pub rows: Vec<Vec<String>>,
    /// There are more rows than were looked at.
    pub more: bool,
    /// Rows looked at.
    pub looked_at: usize,
}

/// A column of a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Column {
    /// As the file names it.
    pub name: String,
    /// Some of what it holds.
    pub examples: Vec<String>,
    /// All of what it holds, as far as the file was looked at, where that is not much.
    pub values: Option<Vec<String>>,
    /// Cells that hold something, of the rows looked at.
    pub filled: usize,
    /// Path of the field it probably feeds.
    pub proposed: Option<String>,
    /// Why: `name`, `label` or `alike`.
    pub because: Option<String>,
}

/// A field, or a part of one, that a column may feed.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// As a mapping names it: `name`, `main_address.city`.
    pub path: String,
    /// The field.
    pub field: String,
    /// `city` of an address.
    pub part: Option<&'static str>,
    /// Rows may find their record by it.
    pub key: bool,
    /// No two records share it.
    pub unique: bool,
}

/// Looks at a file: as `[file]` of the mapping says it is written, else as it is recognised.
///
/// Errors: it cannot be read as what it seems to be.
pub fn detect(
    path: &Path,
    dictionary: &Dictionary,
    entity: &Entity,
    mapping: &Mapping,
) -> Result<Detected, ExchangeError> {
    let survey = survey(path)?;
    let options = mapping.file_options()?;
    let mut source = crate::source::open(path, &survey, &options)?;
    let format = Format::of(path);
    let encoding = match format {
        Format::Xlsx => None,
        Format::Csv | Format::JsonLines => Some(options.encoding.unwrap_or(survey.encoding)),
    };
    let mut columns: Vec<Column> =
        source.columns().iter().map(|name| Column { name: name.clone(), ..Column::default() }).collect();
    let mut values: Vec<BTreeSet<String>> = vec![BTreeSet::new(); columns.len()];
    let (mut rows, mut looked_at, mut more) = (Vec::new(), 0, false);
    while let Some(item) = source.next()? {
        if looked_at == ROWS {
            more = true;
            break;
        }
        looked_at += 1;
        let Item::Row(row) = item else { continue };
        let cells: Vec<String> = row.cells.iter().map(|cell| short(cell.text().trim())).collect();
        for (index, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let Some(column) = columns.get_mut(index) else { continue };
            column.filled += 1;
            if column.examples.len() < EXAMPLES && !column.examples.contains(text) {
                column.examples.push(text.clone());
            }
            if values[index].len() <= VALUES_MAX {
                values[index].insert(text.clone());
            }
        }
        if rows.len() < SHOWN {
            rows.push(cells);
        }
    }
    for (column, values) in columns.iter_mut().zip(values) {
        column.values = (values.len() <= VALUES_MAX).then(|| values.into_iter().collect());
    }
    propose(dictionary, entity, &mut columns);
    Ok(Detected {
        format: match format {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::JsonLines => "jsonl",
        }
        .to_owned(),
        encoding: encoding.map(|encoding| name_of(encoding).to_owned()),
        delimiter: source.delimiter().filter(|_| format == Format::Csv).map(|c| match c {
            '\t' => "tab".to_owned(),
            other => other.to_string(),
        }),
        sheets: if format == Format::Xlsx { xlsx::sheets(path)? } else { Vec::new() },
        hash: survey.hash,
        size_bytes: survey.size,
        columns,
        rows,
        more,
        looked_at,
    })
}

/// Everything that a column may feed, in the order of the entity.
pub fn targets(entity: &Entity) -> Vec<Target> {
    let mut targets = Vec::new();
    for (index, field) in entity.fields.iter().enumerate().filter(|(index, field)| takes(*index, field)) {
        let target = |part: Option<&'static str>| Target {
            path: part.map_or(field.name.clone(), |part| format!("{}.{part}", field.name)),
            field: field.name.clone(),
            part,
            key: part.is_none() && (index == ID || is_key(field)),
            unique: part.is_none() && (index == ID || is_unique(entity, index)),
        };
        targets.push(target(None));
        targets.extend(parts(field.kind.name()).iter().map(|part| target(Some(part))));
    }
    targets
}

/// Whether an import may give that field.
pub(crate) fn takes(index: usize, field: &Field) -> bool {
    let given =
        index == ID || field.name == "code" || !(field.system || field.read_only || field.computed.is_some());
    given && !field.secret && !matches!(field.kind.name(), "file" | "image" | "signature")
}

/// What people name records by.
fn is_key(field: &Field) -> bool {
    matches!(field.kind.name(), "text" | "code" | "email" | "phone" | "integer" | "date" | "reference")
}

/// Gives each column the field that it names, says, or nearly does; each field to one column.
fn propose(dictionary: &Dictionary, entity: &Entity, columns: &mut [Column]) {
    let known = targets(entity);
    let mut free: BTreeSet<&str> = known.iter().map(|target| target.path.as_str()).collect();
    let mut give = |column: &mut Column, path: &str, because: &str| {
        let field = path.split('.').next().unwrap_or(path);
        if column.proposed.is_some() || !free.remove(path) {
            return;
        }
        // The whole of a field and its parts exclude each other.
        free.retain(|other| {
            if path.contains('.') { *other != field } else { !other.starts_with(&format!("{path}.")) }
        });
        column.proposed = Some(path.to_owned());
        column.because = Some(because.to_owned());
    };
    let named = |column: &Column| {
        !(column.name.is_empty() || column.name.starts_with("tisserand_") || column.name.starts_with('@'))
    };
    for column in columns.iter_mut().filter(|column| named(column)) {
        if let Some(path) = path_of(entity, &column.name) {
            let because = if path == column.name { "name" } else { "label" };
            give(column, &path, because);
        }
    }
    // What is left: words for parts of an address, then names and labels that are nearly so.
    let addresses: Vec<&Field> =
        entity.fields.iter().filter(|field| field.kind.name() == "address" && !field.system).collect();
    for column in columns.iter_mut().filter(|column| named(column) && column.proposed.is_none()) {
        let plain = fold(&column.name).replace(['_', '.', '-'], " ");
        if let Some(part) = part_of(&plain)
            && let [address, ..] = addresses.as_slice()
        {
            give(column, &format!("{}.{part}", address.name), "alike");
        }
    }
    for column in columns.iter_mut().filter(|column| named(column)) {
        if column.proposed.is_some() || column.filled == 0 {
            continue;
        }
        let plain = fold(&column.name).replace(['_', '.', '-'], " ");
        let words: Vec<(String, String)> = known
            .iter()
            .filter(|target| target.part.is_none() && target.field != "id")
            .filter_map(|target| entity.field(&target.field).map(|field| (target, field)))
            .flat_map(|(target, field)| {
                let labels = field.label.0.values().map(|label| fold(label));
                let names = std::iter::once(field.name.replace('_', " "));
                let kinds = kind_words(field.kind.name()).iter().map(|word| (*word).to_owned());
                // What a reference leads to is often what a column is called after.
                let to = field.options.to.as_deref().and_then(|to| dictionary.entity(to));
                let led = to.into_iter().flat_map(|to| to.label.0.values().map(|label| fold(label)));
                names.chain(labels).chain(kinds).chain(led).map(|word| (word, target.path.clone()))
            })
            .collect();
        let near = nearest(&plain, words.iter().map(|(word, _)| word.as_str()));
        let found = near.and_then(|near| words.iter().find(|(word, _)| *word == near));
        if let Some((_, path)) = found {
            give(column, &path.clone(), "alike");
        }
    }
}

/// What columns of that type are called in files from elsewhere.
fn kind_words(kind: &str) -> &'static [&'static str] {
    match kind {
        "email" => &["mail", "e mail", "courriel", "adresse mail", "adresse e mail"],
        "phone" => &["tel", "telephone", "phone", "mobile", "portable"],
        "url" => &["site", "site web", "website"],
        _ => &[],
    }
}

/// The part of an address that a column's name says.
fn part_of(plain: &str) -> Option<&'static str> {
    Some(match plain {
        "adresse" | "address" | "rue" | "voie" | "street" | "adresse 1" | "ligne adresse" => "lines",
        "cp" | "code postal" | "postcode" | "zip" | "zip code" | "codepostal" | "postal code" => "postcode",
        "ville" | "commune" | "city" | "town" | "localite" => "city",
        "insee" | "code insee" | "code commune" => "insee",
        "region" | "departement" | "state" => "region",
        "pays" | "country" => "country",
        _ => return None,
    })
}

fn short(text: &str) -> String {
    if text.chars().count() <= CELL_MAX {
        return text.to_owned();
    }
    text.chars().take(CELL_MAX - 1).chain(['…']).collect()
}

fn name_of(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Utf8 => "utf-8",
        Encoding::Latin1 => "windows-1252",
        Encoding::Utf16Le => "utf-16",
        Encoding::Utf16Be => "utf-16be",
    }
}
