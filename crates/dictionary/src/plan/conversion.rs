//! What becomes of values when a field takes another type.

use crate::model::{Dictionary, Field};
use crate::plan::Conversion;
use crate::plan::entities::entity_renamed;

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
        "reference" => {
            let to = was.options.to.as_deref().map(|to| entity_renamed(old, new, to));
            (to != field.options.to).then_some(Conversion::Lossy)
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
