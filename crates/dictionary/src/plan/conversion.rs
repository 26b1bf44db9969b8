//! What becomes of values when the definition of their field changes.

use crate::model::{ColumnShape, Dictionary, Field};
use crate::plan::Conversion;
use crate::plan::entities::entity_renamed;
use crate::related;

/// What a store does with the columns of a field that stays, perhaps under another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They stay as they are.
    Stay,
    /// They are set aside, and their values rewritten into new ones: as text by the old type, read and checked by the new one. A value
    /// that cannot be read becomes empty; `lossless` says that there is none.
    Convert {
        /// Every value can be read.
        lossless: bool,
    },
    /// They are set aside, and new ones are empty. Either may have no columns.
    Replace {
        /// What is set aside was given by people: a formula's values can be had again.
        lost: bool,
    },
}

/// The fate of the columns of `was`, a field of `old`, when it becomes `field` of `new`.
pub fn fate(old: &Dictionary, was: &Field, new: &Dictionary, field: &Field) -> Fate {
    let lost = was.computed.is_none();
    match (was.is_stored(), field.is_stored()) {
        (false, false) => return Fate::Stay,
        (false, true) => return Fate::Replace { lost: false },
        (true, false) => return Fate::Replace { lost },
        (true, true) => {}
    }
    if field.computed.is_some() {
        let kinds = |columns: Vec<ColumnShape>| columns.into_iter().map(|c| c.kind).collect::<Vec<_>>();
        let same = !lost && kinds(was.columns()) == kinds(field.columns());
        return if same { Fate::Stay } else { Fate::Replace { lost } };
    }
    if was.kind.name() == "reference" && field.kind.name() == "reference" {
        let to = was.options.to.as_deref().map(|to| entity_renamed(old, new, to));
        return if to == field.options.to { Fate::Stay } else { Fate::Replace { lost } };
    }
    match conversion(old, was, new, field) {
        None | Some(Conversion::Keep) => Fate::Stay,
        Some(Conversion::Lossless) => Fate::Convert { lossless: true },
        Some(Conversion::Lossy) => Fate::Convert { lossless: false },
    }
}

/// `None` when the type stays the same as far as values are concerned.
pub(super) fn conversion(
    old: &Dictionary,
    was: &Field,
    new: &Dictionary,
    field: &Field,
) -> Option<Conversion> {
    let (from, to) = (was.kind.name(), field.kind.name());
    if from == to {
        return same_type(old, was, new, field);
    }
    let lists =
        || Some(if lists_agree(old, was, new, field) { Conversion::Lossless } else { Conversion::Lossy });
    match (from, to) {
        ("choice", "choices") => lists(),
        ("long_text", "rich_text") | ("rich_text", "long_text") => Some(Conversion::Keep),
        ("signature", "image" | "file") | ("image", "file") => Some(Conversion::Keep),
        ("integer", "decimal" | "money") => Some(Conversion::Lossless),
        ("decimal", "money") | ("money", "decimal") => Some(scale(was, field).unwrap_or(Conversion::Keep)),
        (_, "text" | "long_text" | "rich_text") => Some(match longest(was) {
            Some((length, is_text)) if length <= room(field) => {
                if is_text {
                    Conversion::Keep
                } else {
                    Conversion::Lossless
                }
            }
            _ => Conversion::Lossy,
        }),
        _ => Some(Conversion::Lossy),
    }
}

fn same_type(old: &Dictionary, was: &Field, new: &Dictionary, field: &Field) -> Option<Conversion> {
    match was.kind.name() {
        "decimal" | "money" => scale(was, field),
        "choice" | "choices" if was.options.list != field.options.list => {
            Some(if lists_agree(old, was, new, field) { Conversion::Keep } else { Conversion::Lossy })
        }
        _ => None,
    }
}

/// Whether digits are lost between two exact decimals; `None` when nothing changes for values.
fn scale(was: &Field, field: &Field) -> Option<Conversion> {
    use crate::field_types::ColumnKind;
    let digits = |field: &Field| {
        let scale = field.kind.columns(&field.options).iter().find_map(|column| match column.kind {
            ColumnKind::Decimal(scale) => Some(scale),
            _ => None,
        });
        let scale = scale.unwrap_or(0);
        (field.options.precision.unwrap_or(18).saturating_sub(scale), scale)
    };
    let ((old_whole, old_scale), (whole, scale)) = (digits(was), digits(field));
    match (old_scale == scale, scale > old_scale) {
        // Fewer digits in all is a check on new values, as for the length of a text.
        (true, _) => None,
        (false, true) if whole >= old_whole || field.options.precision.is_none() => {
            Some(Conversion::Lossless)
        }
        _ => Some(Conversion::Lossy),
    }
}

/// Whether every tag that values may hold exists in the new list.
fn lists_agree(old: &Dictionary, was: &Field, new: &Dictionary, field: &Field) -> bool {
    let list = |dictionary: &Dictionary, field: &Field| -> Vec<String> {
        let list = field.options.list.as_ref().and_then(|name| dictionary.lists.get(name));
        list.map(|list| list.values.iter().map(|value| value.tag.clone()).collect()).unwrap_or_default()
    };
    let tags = list(new, field);
    list(old, was).iter().all(|tag| tags.contains(tag))
}

/// Longest text that a value of a field makes, and whether its column holds that text already. `None` for types that have no one text.
fn longest(field: &Field) -> Option<(u32, bool)> {
    let length = |absent| Some((field.options.max_length.unwrap_or(absent), true));
    match field.kind.name() {
        "text" => length(200),
        "long_text" | "rich_text" => length(100_000),
        "code" | "choice" => length(60),
        "email" | "phone" | "colour" => length(200),
        "url" => length(2_000),
        related::TYPE => Some((related::LENGTH_MAX, true)),
        "integer" | "decimal" | "money" | "boolean" | "date" | "time" | "datetime" | "duration" => {
            Some((40, false))
        }
        _ => None,
    }
}

/// Longest text that a field keeps.
fn room(field: &Field) -> u32 {
    field.options.max_length.unwrap_or(if field.kind.name() == "text" { 200 } else { 100_000 })
}
