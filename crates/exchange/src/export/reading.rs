//! Cells for people to read: labels instead of tags, names instead of codes, dates and numbers as spreadsheets of their language take them.

use dictionary::value::Address;
use dictionary::{Dictionary, Field, Label, Language, Value, related};
use engine::{Expanded, Record};
use jiff::tz::TimeZone;

use crate::export::columns::{Column, From};

/// How a file for reading is written.
#[derive(Debug, Clone)]
pub(super) struct Manner {
    pub(super) language: Language,
    pub(super) zone: TimeZone,
}

/// What parts of an address are called.
fn part_label(part: &str) -> Label {
    match part {
        "lines" => Label::new("Rue", "Street"),
        "postcode" => Label::new("Code postal", "Postcode"),
        "city" => Label::new("Ville", "City"),
        "insee" => Label::new("Code INSEE", "INSEE code"),
        "region" => Label::new("Région", "Region"),
        _ => Label::new("Pays", "Country"),
    }
}

/// The heading of a column: `Tiers › Ville`.
pub(super) fn heading(through: &[&Field], field: &Field, from: From, language: Language) -> String {
    let mut words: Vec<String> = through.iter().map(|field| field.label.text(language).to_owned()).collect();
    words.push(match from {
        From::Part(_, part) => part_label(part).text(language).to_owned(),
        From::Field(_) => field.label.text(language).to_owned(),
    });
    words.join(" › ")
}

/// The text of a cell.
pub(super) fn text(manner: &Manner, dictionary: &Dictionary, column: &Column, owner: &Record) -> String {
    let entity = &dictionary.entities[owner.entity];
    let index = match column.from {
        From::Part(..) => return super::columns::text(dictionary, entity, owner, column.from),
        From::Field(index) => index,
    };
    let field = &entity.fields[index];
    let named = || match owner.expanded.get(&index) {
        Some(Expanded::One(Some(target))) => Some(target.title.clone()),
        _ => None,
    };
    match owner.row.get(index) {
        Value::Null => String::new(),
        Value::Boolean(value) => yes_or_no(*value, manner.language).to_owned(),
        Value::Address(address) => on_one_line(address),
        Value::DateTime(at) => manner.zone.to_datetime(*at).strftime("%Y-%m-%d %H:%M").to_string(),
        Value::Duration(seconds) => clock(*seconds),
        value @ Value::Decimal(_) => {
            let text = field.kind.format(value, &field.options);
            if manner.language == Language::Fr { text.replace('.', ",") } else { text }
        }
        value => match field.kind.name() {
            "reference" => named().unwrap_or_default(),
            related::TYPE => named().unwrap_or_else(|| field.kind.format(value, &field.options)),
            _ => labelled(manner, dictionary, field, value)
                .unwrap_or_else(|| super::columns::text(dictionary, entity, owner, column.from)),
        },
    }
}

/// The labels of the tags of a choice; `None` when the field holds none.
fn labelled(manner: &Manner, dictionary: &Dictionary, field: &Field, value: &Value) -> Option<String> {
    let list = dictionary.lists.get(field.options.list.as_deref()?)?;
    let label = |tag: &str| {
        let known = list.values.iter().find(|known| known.tag == tag);
        known.map_or_else(|| tag.to_owned(), |known| known.label.text(manner.language).to_owned())
    };
    match value {
        Value::Text(tag) => Some(label(tag)),
        Value::Tags(tags) => Some(tags.iter().map(|tag| label(tag)).collect::<Vec<_>>().join(", ")),
        _ => None,
    }
}

pub(super) fn yes_or_no(value: bool, language: Language) -> &'static str {
    match (value, language) {
        (true, Language::Fr) => "oui",
        (false, Language::Fr) => "non",
        (true, Language::En) => "yes",
        (false, Language::En) => "no",
    }
}

/// `3 rue du Fil, 67000 Strasbourg`.
fn on_one_line(address: &Address) -> String {
    let town = [address.postcode.as_deref(), address.city.as_deref()];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = address.lines.iter().flat_map(|lines| lines.lines().map(str::to_owned));
    lines.chain([town]).filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join(", ")
}

/// `37:05:00`: what spreadsheets take for a length of time.
fn clock(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let seconds = seconds.unsigned_abs();
    format!("{sign}{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A text that a spreadsheet would run as a formula when it opens the file, made a mere text: what a stranger typed into a form must not
/// act on the machine of whoever reads an export.
pub(super) fn harmless(text: String) -> String {
    let runs = match text.as_bytes() {
        [b'=' | b'@' | b'\t' | b'\r', ..] => true,
        [b'+' | b'-', rest @ ..] => {
            !rest.iter().all(|byte| byte.is_ascii_digit() || b" .,:()".contains(byte))
        }
        _ => false,
    };
    if runs { format!("'{text}") } else { text }
}
