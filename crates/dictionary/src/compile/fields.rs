//! First pass over one field: its type and attributes; expressions are kept as text for later.

use crate::compile::Compiling;
use crate::compile::entities::personal;
use crate::compile::options::{ALL, read_options};
use crate::compile::reader::{Given, Reader, list_text};
use crate::diagnostics::{Finding, Place};
use crate::expression::error::nearest;
use crate::field_types::{FIELD_TYPES, FieldType, field_type};
use crate::label::Label;
use crate::layers::tree::{Entry, Leaf};
use crate::model::{Field, FieldIndex, OnDelete, Options, Personal};
use crate::related;
use crate::system;

/// What is left to read of a field once all entities are known.
pub(crate) struct FieldDraft<'m> {
    pub(crate) index: FieldIndex,
    pub(crate) place: Place,
    pub(crate) unique: bool,
    /// Where it says that what is personal in its record is about whom it names.
    pub(crate) concerns: Option<Place>,
    pub(crate) default: Option<&'m Leaf>,
    pub(crate) visible: Option<Given<&'m str>>,
    pub(crate) editable: Option<Given<&'m str>>,
    pub(crate) formula: Option<Given<&'m str>>,
    /// Attributes that name something else, by name: `to`, `of`, `by`, `list`, `filter`.
    pub(crate) links: Vec<(&'static str, Given<&'m str>)>,
    /// Entities that the `to` of a `related` field names.
    pub(crate) targets: Vec<Given<&'m str>>,
}

impl<'m> FieldDraft<'m> {
    /// An attribute that names something else.
    pub(crate) fn link(&self, name: &str) -> Option<Given<&'m str>> {
        self.links.iter().find(|(link, _)| *link == name).map(|(_, given)| *given)
    }
}

/// Types of field that a computed field cannot return, and that have neither default nor unique key.
const COMPOSED: &[&str] = &["reference", "related", "lines", "file", "image", "signature", "id"];

/// Reads a field. `None`, with the reason reported, when it has no type.
pub(crate) fn read_field<'m>(
    cx: &Compiling<'m>,
    name: &str,
    entry: &'m Entry,
    entity_personal: Personal,
) -> Option<(Field, FieldDraft<'m>)> {
    let reader = Reader::new(cx.findings, entry);
    let written = reader.text("type")?;
    let computed = written.value == "computed";
    let kind = if computed { returned_type(cx, &reader)? } else { named_type(cx, written)? };
    let options = read_options(cx, &reader, kind);
    let required = reader.flag("required");
    let is_related = kind.name() == related::TYPE;
    let draft = FieldDraft {
        index: 0,
        place: entry.key,
        unique: reader.flag("unique"),
        concerns: reader.flag("concerns").then(|| reader.place_of("concerns")),
        default: reader.leaf("default"),
        visible: reader.text("visible"),
        editable: reader.text("editable"),
        formula: if computed { reader.text("formula") } else { None },
        links: ["to", "of", "by", "list", "filter"]
            .into_iter()
            .filter(|name| *name != "to" || !is_related)
            .filter(|name| kind.attributes().contains(name))
            .filter_map(|name| Some((name, reader.text(name)?)))
            .collect(),
        targets: if is_related { reader.texts("to").unwrap_or_default() } else { Vec::new() },
    };
    let field = Field {
        name: name.to_owned(),
        property: property(name, kind),
        was: reader
            .text("was")
            .filter(|given| cx.check_identifier(given.value, given.place))
            .map(|given| given.value.to_owned()),
        kind,
        options,
        label: reader.required_label("label", name),
        help: reader.label("help"),
        required,
        read_only: reader.flag("read_only") || computed,
        system: false,
        secret: reader.flag("secret"),
        masked: false,
        feature: feature(cx, &reader),
        personal: personal(cx, &reader).unwrap_or(entity_personal),
        default: None,
        visible: None,
        editable: None,
        indexed: reader.flag("indexed"),
        width: reader.number("width", 20..=2000),
        computed: None,
        layer: cx.layer_of(entry),
    };
    reader.know(&["after"]);
    check_combination(cx, &reader, kind, computed);
    let type_name = written.value;
    reader.finish_with(|attribute| {
        ALL.contains(&attribute).then(|| {
            let own = list_text(kind.attributes());
            let (fr, en) = if own.is_empty() {
                ("il n'en a pas à lui".to_owned(), "it has none of its own".to_owned())
            } else {
                (format!("les siens sont {own}"), format!("its own are {own}"))
            };
            Label::new(
                &format!("`{attribute}` n'est pas un attribut du type `{type_name}` ; {fr}"),
                &format!("`{attribute}` is not an attribute of the type `{type_name}`; {en}"),
            )
        })
    });
    Some((field, draft))
}

/// The part of the product that something belongs to.
pub(crate) fn feature(cx: &Compiling<'_>, reader: &Reader<'_>) -> Option<String> {
    let given = reader.text("feature")?;
    cx.check_identifier(given.value, given.place);
    Some(given.value.to_owned())
}

fn named_type(cx: &Compiling<'_>, written: Given<&str>) -> Option<&'static dyn FieldType> {
    let found = field_type(written.value).filter(|kind| kind.name() != "id");
    if found.is_none() {
        let wrong = written.value;
        let names =
            FIELD_TYPES.iter().map(|kind| kind.name()).filter(|name| *name != "id").chain(["computed"]);
        let finding = Finding::new(
            written.place,
            "unknown_type",
            format!("`{wrong}` n'est pas un type de champ"),
            format!("`{wrong}` is not a type of field"),
        );
        cx.findings.push(finding.suggest(nearest(wrong, names)));
    }
    found
}

/// The type that a computed field returns.
fn returned_type(cx: &Compiling<'_>, reader: &Reader<'_>) -> Option<&'static dyn FieldType> {
    reader.require(&["returns", "formula"], ("un champ calculé", "a computed field"));
    let returns = reader.text("returns")?;
    let kind = named_type(cx, returns)?;
    if COMPOSED.contains(&kind.name()) {
        let name = kind.name();
        cx.findings.push(Finding::new(
            returns.place,
            "wrong_value",
            format!("un champ calculé ne peut pas rendre `{name}`"),
            format!("a computed field cannot return `{name}`"),
        ));
        return None;
    }
    Some(kind)
}

/// Reports common attributes that make no sense together with the type.
fn check_combination(cx: &Compiling<'_>, reader: &Reader<'_>, kind: &dyn FieldType, computed: bool) {
    let forbidden: &[&str] = match kind.name() {
        _ if computed => &["required", "unique", "default", "editable", "read_only"],
        "lines" => &["unique", "default", "indexed"],
        "file" | "image" | "signature" => &["unique", "default", "indexed"],
        "related" => &["default"],
        "json" | "long_text" | "rich_text" | "choices" | "address" | "point" => &["unique"],
        _ => &[],
    };
    if reader.has("concerns") && (computed || !kind.names_records()) {
        cx.findings.push(Finding::new(
            reader.place_of("concerns"),
            "misplaced_attribute",
            "`concerns` n'a de sens que pour un champ qui désigne une fiche (`reference`, `related`)",
            "`concerns` makes sense only for a field that names a record (`reference`, `related`)",
        ));
    }
    let what = if computed { "computed" } else { kind.name() };
    for attribute in forbidden.iter().filter(|attribute| reader.has(attribute)) {
        cx.findings.push(Finding::new(
            reader.place_of(attribute),
            "misplaced_attribute",
            format!("`{attribute}` n'a pas de sens pour un champ `{what}`"),
            format!("`{attribute}` makes no sense for a `{what}` field"),
        ));
    }
}

/// The fields that every entity has. `entity` is its name; `numbered` adds `code`.
pub(crate) fn system_fields(entity: &str, numbered: bool) -> Vec<Field> {
    let user = || Options {
        to: Some(system::USER.into()),
        on_delete: Some(OnDelete::Nullify),
        ..Options::default()
    };
    let own = Options { to: Some(entity.into()), ..Options::default() };
    let code = Options { max_length: Some(60), ..Options::default() };
    let none = Options::default;
    let all = [
        ("id", "id", own, "Identifiant", "Identifier"),
        ("code", "code", code, "Code", "Code"),
        ("version", "integer", none(), "Version", "Version"),
        ("created_at", "datetime", none(), "Créé le", "Created"),
        ("created_by", "reference", user(), "Créé par", "Created by"),
        ("updated_at", "datetime", none(), "Modifié le", "Changed"),
        ("updated_by", "reference", user(), "Modifié par", "Changed by"),
    ];
    let mut fields = Vec::new();
    for (name, kind, options, fr, en) in all {
        if name == "code" && !numbered {
            continue;
        }
        let kind = field_type(kind).expect("the types of system fields are in the registry");
        fields.push(Field {
            name: name.into(),
            property: property(name, kind),
            was: None,
            kind,
            options,
            label: Label::new(fr, en),
            help: None,
            required: false,
            // A code is given by the system when absent, so a person may give one.
            read_only: name != "code",
            system: true,
            secret: false,
            masked: false,
            feature: None,
            personal: Personal::No,
            default: None,
            visible: None,
            editable: None,
            indexed: matches!(name, "created_at" | "updated_at"),
            width: None,
            computed: None,
            layer: system::NAME.into(),
        });
    }
    fields
}

/// Name in the API of the value of a field.
pub(crate) fn property(name: &str, kind: &'static dyn FieldType) -> String {
    if kind.name() == "reference" { format!("{name}_id") } else { name.to_owned() }
}
