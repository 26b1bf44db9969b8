//! What both representations say.

use dictionary::Language;
use dictionary::model::{Dictionary, Entity, Field};

use crate::data::shape::property_name;
use crate::odata::expand::target;
use crate::odata::lambda::related;

/// The types of an environment.
pub(super) struct Model<'a> {
    pub(super) types: Vec<EntityType<'a>>,
}

/// A kind of record.
pub(super) struct EntityType<'a> {
    pub(super) name: &'a str,
    pub(super) set: &'a str,
    pub(super) label: &'a str,
    /// How the set is called.
    pub(super) plural: &'a str,
    /// Its records are written as lines of others, or by themselves.
    pub(super) searchable: bool,
    pub(super) properties: Vec<Property<'a>>,
    pub(super) navigations: Vec<Navigation<'a>>,
}

/// A value of a record.
pub(super) struct Property<'a> {
    pub(super) name: String,
    pub(super) ty: &'static str,
    pub(super) collection: bool,
    pub(super) nullable: bool,
    pub(super) max_length: Option<u32>,
    pub(super) precision: Option<u32>,
    pub(super) scale: Option<u32>,
    pub(super) label: &'a str,
    /// What it is for.
    pub(super) help: Option<&'a str>,
    /// Set by the system only.
    pub(super) computed: bool,
    /// Values of the list that it is chosen from, and how people call them.
    pub(super) choices: Vec<(&'a str, &'a str)>,
    /// Entities whose records it may name, as `entity/id`.
    pub(super) record_of: Vec<&'a str>,
}

/// A way to other records.
pub(super) struct Navigation<'a> {
    pub(super) name: &'a str,
    /// Entity and collection it leads to.
    pub(super) target: (&'a str, &'a str),
    pub(super) collection: bool,
    pub(super) nullable: bool,
    /// The property of this record, and that of the other, that hold the link.
    pub(super) constraint: Option<(String, &'static str)>,
}

/// The annotation of properties that name a record of one of several entities: which ones.
pub(super) const RECORD_OF: &str = "RecordOf";

/// Types of values that are made of parts: their name, and the parts, all texts but `size`.
pub(super) const COMPLEX: &[(&str, &[(&str, &str)])] = &[
    (
        "Address",
        &[
            ("lines", "Edm.String"),
            ("postcode", "Edm.String"),
            ("city", "Edm.String"),
            ("insee", "Edm.String"),
            ("region", "Edm.String"),
            ("country", "Edm.String"),
        ],
    ),
    (
        "File",
        &[("name", "Edm.String"), ("type", "Edm.String"), ("size", "Edm.Int64"), ("hash", "Edm.String")],
    ),
];

impl<'a> Model<'a> {
    pub(super) fn of(dictionary: &'a Dictionary, language: Language) -> Model<'a> {
        let entities = dictionary.entities.iter().filter(|entity| !entity.internal);
        Model { types: entities.map(|entity| entity_type(dictionary, entity, language)).collect() }
    }
}

fn entity_type<'a>(dictionary: &'a Dictionary, entity: &'a Entity, language: Language) -> EntityType<'a> {
    let fields = || entity.fields.iter().filter(|field| !field.secret);
    EntityType {
        name: &entity.name,
        set: &entity.collection,
        label: entity.label.text(language),
        plural: entity.plural.text(language),
        searchable: !entity.search.is_empty(),
        properties: fields()
            .filter(|field| !field.kind.is_virtual())
            .map(|field| property(dictionary, field, language))
            .collect(),
        navigations: fields()
            .filter_map(|field| navigation(dictionary, field))
            .chain(referring(dictionary, entity))
            .collect(),
    }
}

/// Collections that have one reference to an entity, where no field has their name.
fn referring<'a>(dictionary: &'a Dictionary, entity: &'a Entity) -> impl Iterator<Item = Navigation<'a>> {
    let others = dictionary.entities.iter().filter(|other| !other.internal);
    let free = others.filter(|other| entity.field(&other.collection).is_none());
    free.filter_map(|other| {
        let (target, _) = related(dictionary, entity, &other.collection)?;
        Some(Navigation {
            name: &target.collection,
            target: (&target.name, &target.collection),
            collection: true,
            nullable: true,
            constraint: None,
        })
    })
}

fn property<'a>(dictionary: &'a Dictionary, field: &'a Field, language: Language) -> Property<'a> {
    let (ty, collection) = edm_type(field);
    let options = &field.options;
    let decimal = ty == "Edm.Decimal";
    let money = field.kind.name() == "money";
    let length = if ty == "Edm.String" && !collection { options.max_length } else { None };
    Property {
        name: property_name(field).to_owned(),
        ty,
        collection,
        // Items of a collection are never null.
        nullable: !collection && (!(field.required || field.system) || field.name == "code"),
        max_length: length,
        precision: match ty {
            "Edm.Decimal" => Some(options.precision.unwrap_or(18)),
            // Instants have microseconds, the others whole seconds.
            "Edm.DateTimeOffset" => Some(6),
            "Edm.TimeOfDay" | "Edm.Duration" => Some(0),
            _ => None,
        },
        scale: decimal.then(|| options.scale.unwrap_or(if money { 2 } else { 0 })),
        label: field.label.text(language),
        help: field.help.as_ref().map(|help| help.text(language)),
        choices: choices(dictionary, field, language),
        record_of: dictionary::related::targets(dictionary, field)
            .map(|entity| dictionary.entities[entity].name.as_str())
            .collect(),
        computed: field.read_only || field.computed.is_some() || (field.system && field.name != "code"),
    }
}

/// The values there are for a choice.
fn choices<'a>(dictionary: &'a Dictionary, field: &'a Field, language: Language) -> Vec<(&'a str, &'a str)> {
    let list = field.options.list.as_deref().and_then(|list| dictionary.lists.get(list));
    let values = list.into_iter().flat_map(|list| &list.values);
    values.map(|value| (value.tag.as_str(), value.label.text(language))).collect()
}

/// The type of a field's value, and whether there are several.
pub(crate) fn edm_type(field: &Field) -> (&'static str, bool) {
    let ty = match field.kind.name() {
        "integer" => "Edm.Int64",
        "decimal" | "money" => "Edm.Decimal",
        "boolean" => "Edm.Boolean",
        "date" => "Edm.Date",
        "time" => "Edm.TimeOfDay",
        "datetime" => "Edm.DateTimeOffset",
        "duration" => "Edm.Duration",
        "reference" | "id" => "Edm.Guid",
        "choices" => return ("Edm.String", true),
        "file" | "image" | "signature" => "Tisserand.File",
        "point" => "Edm.GeographyPoint",
        "address" => "Tisserand.Address",
        "json" => "Edm.Untyped",
        _ if field.name == "id" && field.system => "Edm.Guid",
        _ => "Edm.String",
    };
    (ty, false)
}

fn navigation<'a>(dictionary: &'a Dictionary, field: &'a Field) -> Option<Navigation<'a>> {
    let target = target(dictionary, field).filter(|target| !target.internal)?;
    let collection = field.kind.is_virtual();
    Some(Navigation {
        name: &field.name,
        target: (&target.name, &target.collection),
        collection,
        nullable: !field.required,
        constraint: (!collection).then(|| (property_name(field).to_owned(), "id")),
    })
}
