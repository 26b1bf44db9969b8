//! The compiled dictionary. Positions are stable within one `Dictionary` only: an [`EntityIndex`] or [`FieldIndex`] is never stored.

pub mod dashboards;
pub mod list;
pub mod notices;
pub mod profiles;
pub mod protection;
pub mod views;

use std::collections::BTreeMap;
use std::ops::Deref;

use serde::{Deserialize, Serialize, Serializer};

use crate::compile::Dependencies;
use crate::expression::Typed;
use crate::field_types::{ColumnKind, FieldType};
use crate::label::Label;
use crate::model::dashboards::Dashboard;
use crate::model::profiles::{Perimeter, Profile};
pub use list::{ColourRule, Column, ListScreen, QuickFilter};

/// Position of an entity in [`Dictionary::entities`].
pub type EntityIndex = usize;
/// Position of a field in [`Entity::fields`]; also the position of its value in a row.
pub type FieldIndex = usize;

/// Everything an environment is made of, after its layers were merged and the whole was validated: immutable, shared by all that have the same layers.
#[derive(Debug, Clone)]
pub struct Dictionary {
    /// BLAKE3 over the merged paths and values, 64 hexadecimal digits: equal content, equal hash.
    pub hash: String,
    /// Modules, in order of application.
    pub modules: Vec<Module>,
    /// Entities, sorted by name; [`Dictionary::entity`] finds one.
    pub entities: Vec<Entity>,
    /// Value lists by name.
    pub lists: BTreeMap<String, ValueList>,
    /// Menu groups in display order.
    pub menu: Vec<MenuGroup>,
    /// Dashboards in display order.
    pub dashboards: Vec<Dashboard>,
    /// Perimeters, sorted by name.
    pub perimeters: Vec<Perimeter>,
    /// Profiles in display order.
    pub profiles: Vec<Profile>,
    /// What must be computed again when a field changes.
    pub(crate) dependencies: Dependencies,
}

impl Dictionary {
    /// The entity of that name.
    pub fn entity(&self, name: &str) -> Option<&Entity> {
        self.entities.binary_search_by(|e| e.name.as_str().cmp(name)).ok().map(|i| &self.entities[i])
    }

    /// The profile of that name.
    pub fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// The entity whose collection has that name.
    pub fn collection(&self, collection: &str) -> Option<&Entity> {
        self.entities.iter().find(|e| e.collection == collection)
    }
}

/// An expression that was checked, with the text it was read from: what people see and what two dictionaries are compared by. It reads as
/// its [`Typed`].
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// As written.
    pub source: String,
    /// What is evaluated.
    pub typed: Typed,
}

impl Deref for Checked {
    type Target = Typed;

    fn deref(&self) -> &Typed {
        &self.typed
    }
}

/// A module or layer that the dictionary was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Module {
    /// Identifier.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Name shown.
    pub label: Label,
    /// Tabler icon name.
    pub icon: Option<String>,
}

/// A kind of record.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Unlike that of any other entity compiled by this process: tells the same one by a look.
    pub serial: u64,
    /// Identifier, also the table's name in a store.
    pub name: String,
    /// Former name, when renamed by the newest layers.
    pub was: Option<String>,
    /// Identifier in the API.
    pub collection: String,
    /// Module or layer that defined it.
    pub module: String,
    /// Name of one.
    pub label: Label,
    /// Name of many.
    pub plural: Label,
    /// Help text.
    pub help: Option<Label>,
    /// Tabler icon name.
    pub icon: Option<String>,
    /// How a record is named.
    pub title: Title,
    /// Numbering of the field `code`.
    pub code: Option<Numbering>,
    /// What full-text search reads, as paths.
    pub search: Vec<Typed>,
    /// Default sort.
    pub order: Vec<Sort>,
    /// Entity whose `lines` field holds these records.
    pub lines_of: Option<String>,
    /// Its records are settings: how the environment is set up, not what is done in it.
    pub settings: bool,
    /// The system's own: in no menu and not in the data API.
    pub internal: bool,
    /// Part of the product that a subscription switches on; always there when `None`.
    pub feature: Option<String>,
    /// What people may do to its records at most, whatever their profiles say; Tisserand itself may do the rest. `None`: nothing is kept from them.
    pub people: Option<Vec<profiles::Capability>>,
    /// Whose personal data its records hold.
    pub protection: protection::Protection,
    /// Fields in display order, system fields first: `id`, `code` (if numbered), `version`, `created_at`, `created_by`, `updated_at`,
    /// `updated_by`. `fields[ID]` is always `id`.
    pub fields: Vec<Field>,
    /// Unique keys, field `unique = true` included.
    pub uniques: Vec<UniqueKey>,
    /// Rules checked on every write.
    pub rules: Vec<Rule>,
    /// Who is told of what happens to records.
    pub notices: Vec<notices::Notice>,
    /// State machine.
    pub states: Option<States>,
    /// Resolved list screen.
    pub list: ListScreen,
    /// Resolved form screen.
    pub form: FormScreen,
    /// Views beside the list.
    pub views: views::Views,
    /// Positions of fields by name, sorted by name.
    pub(crate) by_name: Vec<(String, FieldIndex)>,
}

/// Position of the field `id` in every entity.
pub const ID: FieldIndex = 0;

impl Entity {
    /// Whether only Tisserand itself may do that to its records.
    pub fn keeps_from_people(&self, capability: profiles::Capability) -> bool {
        self.people.as_ref().is_some_and(|people| !people.contains(&capability))
    }

    /// Position of the field of that name.
    pub fn index(&self, name: &str) -> Option<FieldIndex> {
        self.by_name.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok().map(|i| self.by_name[i].1)
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.index(name).map(|i| &self.fields[i])
    }
}

/// A named, typed part of an entity.
#[derive(Debug, Clone)]
pub struct Field {
    /// Identifier, also the column's name (composite types add a suffix).
    pub name: String,
    /// Name of its value in the API: `<name>_id` of a reference, else `name`.
    pub property: String,
    /// Former name, when renamed by the newest layers.
    pub was: Option<String>,
    /// What it holds and how: see `field_types`. Of a `computed` field, the type it *returns*.
    pub kind: &'static dyn FieldType,
    /// Attributes of the type.
    pub options: Options,
    /// Name shown.
    pub label: Label,
    /// Help text.
    pub help: Option<Label>,
    /// A value must be given.
    pub required: bool,
    /// Set by the system only.
    pub read_only: bool,
    /// One of the system fields.
    pub system: bool,
    /// Never leaves the engine.
    pub secret: bool,
    /// Seen as a text without its content only: nothing compares, sorts or searches it. Never of a compiled dictionary, see [`crate::veil`].
    pub masked: bool,
    /// Part of the product that a subscription switches on; always there when `None`.
    pub feature: Option<String>,
    /// GDPR class.
    pub personal: Personal,
    /// Value of a new record when none is given.
    pub default: Option<Checked>,
    /// Shown when true.
    pub visible: Option<Checked>,
    /// May be changed when true.
    pub editable: Option<Checked>,
    /// Has an index of its own.
    pub indexed: bool,
    /// Default column width, pixels.
    pub width: Option<u32>,
    /// Of a `computed` field.
    pub computed: Option<Computed>,
    /// Module or layer that added it.
    pub layer: String,
}

impl Field {
    /// Whether rows hold a value for it in the store: not for `lines`, nor for virtual computed fields.
    pub fn is_stored(&self) -> bool {
        !self.kind.is_virtual() && self.computed.as_ref().is_none_or(|c| c.stored)
    }

    /// Columns of a store that hold it: `<field>`, or `<field>__<part>` for each part. None when rows hold no value for it.
    pub fn columns(&self) -> Vec<ColumnShape> {
        if !self.is_stored() {
            return Vec::new();
        }
        let name =
            |part: &str| if part.is_empty() { self.name.clone() } else { format!("{}__{part}", self.name) };
        let columns = self.kind.columns(&self.options).into_iter();
        columns.map(|column| ColumnShape { name: name(column.part), kind: column.kind }).collect()
    }
}

/// A column of a field in a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnShape {
    /// `<field>` or `<field>__<part>`.
    pub name: String,
    /// What it holds.
    #[serde(serialize_with = "column_kind")]
    pub kind: ColumnKind,
}

fn column_kind<S: Serializer>(kind: &ColumnKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{kind:?}").to_lowercase())
}

/// GDPR class of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Personal {
    /// Nothing about a person.
    #[default]
    No,
    /// Personal data.
    Yes,
    /// Special category (GDPR article 9).
    Sensitive,
}

/// Attributes of field types, each `None` where the type doesn't have it or the default holds. One flat struct: an attribute means the
/// same for every type that has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// Longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Shortest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// Regular expression that the whole text must match.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// `upper` or `lower`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform: Option<String>,
    /// Lowest value, in the type's text form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    /// Highest value, in the type's text form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
    /// Unit shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Digits in all, 18 at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<u32>,
    /// Digits after the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// ISO 4217.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// Value list of a choice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<String>,
    /// Entity a reference points to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Entities whose records a `related` field may name; any when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub targets: Option<Vec<String>>,
    /// What happens to this record when the one it refers to is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<OnDelete>,
    /// What the picker of a reference offers, as text of an expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Entity of the lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Reference field of the lines to their parent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Largest file, MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size_mb: Option<u32>,
    /// Largest JSON, KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_size_kb: Option<u32>,
    /// Media types, `image/*` style.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<Vec<String>>,
    /// Colour in which a `true` is shown; neutral when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<String>,
    /// Region of phone numbers, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// What happens to a record whose reference loses its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnDelete {
    /// The target cannot be deleted.
    Restrict,
    /// The record is deleted too.
    Cascade,
    /// The reference is emptied.
    Nullify,
}

/// Formula of a computed field.
#[derive(Debug, Clone)]
pub struct Computed {
    /// What it is worth.
    pub formula: Checked,
    /// Kept in a column and refreshed when what it depends on changes. Virtual when it depends on the moment or the caller.
    pub stored: bool,
}

/// How a record is named: texts and paths in turn.
#[derive(Debug, Clone)]
pub struct Title {
    /// As written: `{name} — {account}`.
    pub source: String,
    /// Its parts.
    pub parts: Vec<TitlePart>,
}

/// A part of a title.
#[derive(Debug, Clone)]
pub enum TitlePart {
    /// Text as it is.
    Text(String),
    /// The value at a path; a reference shows the title of its record.
    Path(Typed),
}

/// Numbering: prefix and digits, `T000042`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Numbering {
    /// Before the digits.
    pub prefix: String,
    /// Digits at least.
    pub width: u32,
}

/// One criterion of a sort.
#[derive(Debug, Clone)]
pub struct Sort {
    /// A path.
    pub path: Typed,
    /// Highest first. Nulls come last either way.
    pub descending: bool,
}

/// No two records share the non-null values of these fields.
#[derive(Debug, Clone)]
pub struct UniqueKey {
    /// Identifier.
    pub name: String,
    /// Positions of its fields.
    pub fields: Vec<FieldIndex>,
    /// Said to the person.
    pub message: Option<Label>,
}

/// A condition that every record holds.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Identifier.
    pub name: String,
    /// Applies when true; always if absent.
    pub when: Option<Checked>,
    /// Must be true.
    pub require: Checked,
    /// Said to the person.
    pub message: Label,
    /// Field that a form shows it on.
    pub field: Option<String>,
}

/// State machine on a choice field.
#[derive(Debug, Clone)]
pub struct States {
    /// The choice field.
    pub field: FieldIndex,
    /// Tag of new records; else the field's default.
    pub initial: Option<String>,
    /// Allowed moves in written order.
    pub transitions: Vec<Transition>,
}

/// An allowed move.
#[derive(Debug, Clone)]
pub struct Transition {
    /// Identifier, also the action's name in the API.
    pub name: String,
    /// Button text.
    pub label: Label,
    /// Tags it starts from.
    pub from: Vec<String>,
    /// Tag it ends at.
    pub to: String,
    /// Must be true of the record.
    pub require: Option<Checked>,
    /// Tabler icon name.
    pub icon: Option<String>,
    /// Colour name.
    pub colour: Option<String>,
}

/// A list of values that people choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueList {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Tags are fixed by the module.
    pub closed: bool,
    /// Module or layer that defined it.
    pub module: String,
    /// Values in display order.
    pub values: Vec<ListValue>,
}

/// One value of a list. Logic reads the tag, never the label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListValue {
    /// Identifier kept in records.
    pub tag: String,
    /// Name shown.
    pub label: Label,
    /// Colour name.
    pub colour: Option<String>,
    /// Tabler icon name.
    pub icon: Option<String>,
    /// Offered to people; records that have it keep it either way.
    pub active: bool,
    /// Layer that added it.
    pub layer: String,
}

/// Form screen of an entity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FormScreen {
    /// Tabs in display order.
    pub tabs: Vec<Tab>,
    /// Figures and facts shown at the head of a record, in display order.
    pub tiles: Vec<Tile>,
    /// What happens around a record: records of other entities on one line of time.
    pub activity: Vec<Activity>,
}

/// A field shown large at the head of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tile {
    /// Field of the record.
    pub field: String,
    /// Tab that a click on it opens.
    pub tab: Option<String>,
}

/// Records that have a place on the line of time of the record they refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Activity {
    /// Identifier.
    pub name: String,
    /// Their entity.
    pub entity: String,
    /// Their `reference` or `related` field to the record.
    pub by: String,
    /// Their `date` or `datetime`: where they stand. Those without one do not appear.
    pub at: String,
    /// Choice that says what they are.
    pub kind: Option<String>,
    /// Text shown beneath their title.
    pub text: Option<String>,
    /// The person shown with them.
    pub who: Option<String>,
    /// Which of them: an expression about them.
    pub filter: Option<String>,
    /// What somebody writes there becomes one of them, with the words in `text`.
    pub writes: bool,
}

/// Tab of a form: sections, or a list of related records, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tab {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Sections in display order.
    pub sections: Vec<Section>,
    /// Records that refer to this one.
    pub related: Option<Related>,
}

/// Records of `entity` whose reference `by` is this record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Entity listed.
    pub entity: String,
    /// Its reference field.
    pub by: String,
}

/// Section of a tab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Option<Label>,
    /// 1 to 3.
    pub columns: u32,
    /// Fields in display order.
    pub fields: Vec<FormField>,
}

/// Field of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormField {
    /// Name of the field.
    pub field: String,
    /// Columns it spans.
    pub span: u32,
}

/// Group of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuGroup {
    /// Identifier.
    pub id: String,
    /// Name shown.
    pub label: Label,
    /// Entries in display order.
    pub items: Vec<MenuItem>,
}

/// Entry of the menu.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MenuItem {
    /// Identifier.
    pub id: String,
    /// Entity whose list it opens.
    pub entity: String,
    /// Name shown.
    pub label: Label,
    /// Tabler icon name.
    pub icon: Option<String>,
}
