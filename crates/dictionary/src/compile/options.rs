//! Attributes that belong to types of field.

use crate::compile::Compiling;
use crate::compile::lists::COLOURS;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::field_types::FieldType;
use crate::layers::tree::Setting;
use crate::model::{OnDelete, Options};
use crate::related;

/// Every attribute that some type has.
pub(crate) const ALL: &[&str] = &[
    "max_length",
    "min_length",
    "pattern",
    "transform",
    "min",
    "max",
    "unit",
    "precision",
    "scale",
    "currency",
    "list",
    "to",
    "on_delete",
    "filter",
    "of",
    "by",
    "max_size_mb",
    "max_size_kb",
    "accept",
    "region",
    "colour",
    "returns",
    "formula",
];

/// Reads the attributes that `kind` has. Reports wrong values and missing ones.
pub(crate) fn read_options(cx: &Compiling<'_>, reader: &Reader<'_>, kind: &'static dyn FieldType) -> Options {
    let mut options = Options::default();
    for attribute in kind.attributes() {
        match (*attribute, kind.name()) {
            ("to", related::TYPE) => options.targets = texts(reader, "to"),
            _ => read_option(cx, reader, attribute, &mut options),
        }
    }
    let kind_name = kind.name();
    let owner = (format!("un champ `{kind_name}`"), format!("a `{kind_name}` field"));
    for needed in ["list", "to", "of", "by"].into_iter().filter(|name| kind.attributes().contains(name)) {
        // Without `to` a related record is of any entity.
        if needed == "to" && kind.name() == related::TYPE {
            continue;
        }
        reader.require(&[needed], (&owner.0, &owner.1));
    }
    for (attribute, invalid) in kind.check_options(&options) {
        cx.findings.push(Finding::labelled(reader.value_place(attribute), "wrong_value", invalid.message));
    }
    options
}

fn read_option(cx: &Compiling<'_>, reader: &Reader<'_>, attribute: &'static str, options: &mut Options) {
    let text = |name| reader.text(name).map(|given| given.value.to_owned());
    match attribute {
        "max_length" => options.max_length = reader.number(attribute, 1..=10_000_000),
        "min_length" => options.min_length = reader.number(attribute, 0..=10_000_000),
        "pattern" => options.pattern = text(attribute),
        "transform" => {
            options.transform = reader.one_of(attribute, &["upper", "lower"]).map(|g| g.value.to_owned())
        }
        "min" => options.min = bound(cx, reader, attribute),
        "max" => options.max = bound(cx, reader, attribute),
        "unit" => options.unit = text(attribute),
        "precision" => options.precision = reader.number(attribute, 1..=18),
        "scale" => options.scale = reader.number(attribute, 0..=18),
        "currency" => options.currency = text(attribute),
        "list" => options.list = text(attribute),
        "to" => options.to = text(attribute),
        "on_delete" => options.on_delete = on_delete(reader),
        "filter" => options.filter = text(attribute),
        "of" => options.of = text(attribute),
        "by" => options.by = text(attribute),
        "max_size_mb" => options.max_size_mb = reader.number(attribute, 1..=1024),
        "max_size_kb" => options.max_size_kb = reader.number(attribute, 1..=65_536),
        "accept" => options.accept = texts(reader, attribute),
        "region" => options.region = text(attribute),
        "colour" => options.colour = reader.one_of(attribute, COLOURS).map(|g| g.value.to_owned()),
        // An attribute of a type that `Options` does not hold would be lost: say so where it is declared.
        other => unreachable!("the attribute {other} of a field type is not read"),
    }
}

fn texts(reader: &Reader<'_>, attribute: &'static str) -> Option<Vec<String>> {
    let given = reader.texts(attribute)?;
    Some(given.into_iter().map(|given| given.value.to_owned()).collect())
}

fn on_delete(reader: &Reader<'_>) -> Option<OnDelete> {
    let given = reader.one_of("on_delete", &["restrict", "cascade", "nullify"])?;
    Some(match given.value {
        "cascade" => OnDelete::Cascade,
        "nullify" => OnDelete::Nullify,
        _ => OnDelete::Restrict,
    })
}

/// A lowest or highest value: a number, a date or a text, kept as text.
fn bound(cx: &Compiling<'_>, reader: &Reader<'_>, attribute: &'static str) -> Option<String> {
    let leaf = reader.leaf(attribute)?;
    if matches!(leaf.value, Setting::Boolean(_) | Setting::List(_)) {
        cx.findings.push(Finding::new(
            leaf.place,
            "wrong_value",
            format!("`{attribute}` attend un nombre ou un texte"),
            format!("`{attribute}` expects a number or a text"),
        ));
        return None;
    }
    leaf.value.plain()
}
