//! What all environments of a database share: a schema of functions that say in SQL what `dictionary` says in memory.
//!
//! Its name tells its content, so that programs of two versions work side by side on one database.

use std::sync::OnceLock;

use dictionary::identifiers::{IBAN_LENGTHS, VAT_SHAPES};
use dictionary::text::fold;

use crate::error::StoreError;
use crate::folding::fold_mark;
use crate::names::quoted;
use crate::postgres::cell::Cell;
use crate::postgres::connection::Request;
use crate::postgres::pool::Lease;

const FUNCTIONS: &str = include_str!("functions.sql");

/// Held while the schema is made, so that of two processes one makes it.
const LOCK: i64 = 0x5453_5244;

/// Name of the schema.
pub(crate) fn schema() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let content = format!("{FUNCTIONS}{}", fold_mark());
        format!("tisserand_{}", &blake3::hash(content.as_bytes()).to_hex()[..8])
    })
}

/// Makes the schema if the database has none of that content.
pub(crate) fn prepare(lease: &Lease) -> Result<(), StoreError> {
    const ACTION: &str = "make what the environments of the database share";
    let exists = format!("SELECT 1 FROM pg_namespace WHERE nspname = '{}'", schema());
    lease.set_scope("", "");
    if !lease.query(ACTION, &exists, &[], None)?.is_empty() {
        return Ok(());
    }
    lease.batch(ACTION, &format!("BEGIN; SELECT pg_advisory_xact_lock({LOCK})"))?;
    if lease.query(ACTION, &exists, &[], None)?.is_empty() {
        let schema = quoted(schema());
        let made = lease
            .batch(ACTION, &format!("CREATE SCHEMA {schema}; {}", functions(&schema)))
            .and_then(|()| fill(lease, &schema, ACTION));
        if let Err(error) = made {
            lease.give_up(); // takes everything back
            return Err(error);
        }
    }
    lease.batch(ACTION, "COMMIT")
}

/// The functions as they are said to the server.
fn functions(schema: &str) -> String {
    let (letters, folded): (String, String) = ('\u{80}'..'\u{250}')
        .filter_map(|letter| {
            let folded = fold(letter.encode_utf8(&mut [0; 4]));
            let mut folded = folded.chars();
            let first = folded.next().filter(|c| c.is_ascii_alphanumeric() || *c == ' ')?;
            folded.next().is_none().then_some((letter, first))
        })
        .unzip();
    FUNCTIONS.replace("{S}", schema).replace("{LETTERS}", &letters).replace("{FOLDED}", &folded)
}

fn fill(lease: &Lease, schema: &str, action: &'static str) -> Result<(), StoreError> {
    let list = |texts: Vec<String>| Cell::List(texts.into_iter().map(Cell::Text).collect());
    let columns: [Vec<String>; 4] = letters();
    lease.queue(Request::new(
        action,
        format!("INSERT INTO {schema}.letters SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])"),
        columns.map(list).to_vec(),
    ));
    lease.queue(Request::new(
        action,
        format!("INSERT INTO {schema}.kinds SELECT * FROM unnest($1::text[], $2::text[])"),
        kinds().map(list).to_vec(),
    ));
    let blanks = ('\u{1}'..=char::MAX).filter(|c| c.is_whitespace()).collect();
    lease.queue(Request::new(
        action,
        format!("INSERT INTO {schema}.blanks VALUES ($1)"),
        vec![Cell::Text(blanks)],
    ));
    let shapes = VAT_SHAPES.iter().map(|(country, shape)| ((*country).to_owned(), pattern(shape)));
    let (countries, shapes): (Vec<String>, Vec<String>) = shapes.unzip();
    lease.queue(Request::new(
        action,
        format!("INSERT INTO {schema}.vat_shapes SELECT * FROM unnest($1::text[], $2::text[])"),
        vec![list(countries), list(shapes)],
    ));
    let (countries, lengths): (Vec<String>, Vec<Cell>) = IBAN_LENGTHS
        .iter()
        .map(|(country, length)| ((*country).to_owned(), Cell::Integer(*length as i64)))
        .unzip();
    lease.queue(Request::new(
        action,
        format!("INSERT INTO {schema}.iban_lengths SELECT * FROM unnest($1::text[], $2::int[])"),
        vec![list(countries), Cell::List(lengths)],
    ));
    lease.flush()
}

/// Characters that fold, lower or raise to something else, and to what.
fn letters() -> [Vec<String>; 4] {
    let mut columns: [Vec<String>; 4] = Default::default();
    for letter in '\u{1}'..=char::MAX {
        let lowered: String = letter.to_lowercase().collect();
        let raised: String = letter.to_uppercase().collect();
        let letter = letter.to_string();
        let folded = fold(&letter);
        if folded != letter || lowered != letter || raised != letter {
            for (column, text) in columns.iter_mut().zip([letter, folded, lowered, raised]) {
                column.push(text);
            }
        }
    }
    columns
}

/// Characters that have case (`c`), or that are overlooked where case is looked for (`i`): known by what they make of a sigma.
fn kinds() -> [Vec<String>; 2] {
    let mut columns: [Vec<String>; 2] = Default::default();
    let is_final = |text: &str| text.to_lowercase().ends_with('ς');
    for letter in '\u{1}'..=char::MAX {
        let cased = is_final(&format!("{letter}Σ"));
        let ignored = !cased && is_final(&format!("A{letter}Σ"));
        if cased || ignored {
            columns[0].push(letter.to_string());
            columns[1].push(if cased { "c" } else { "i" }.to_owned());
        }
    }
    columns
}

/// The shape of a number as a regular expression.
fn pattern(shape: &str) -> String {
    let mut pattern = String::from("^");
    for c in shape.chars() {
        match c {
            '9' => pattern.push_str("[0-9]"),
            'A' => pattern.push_str("[A-Z]"),
            '*' => pattern.push_str("[0-9A-Z]"),
            other => {
                pattern.push('[');
                pattern.push(other);
                pattern.push(']');
            }
        }
    }
    pattern.push('$');
    pattern
}
