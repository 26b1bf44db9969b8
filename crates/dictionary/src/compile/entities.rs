//! First pass over entities: names, fields and their types, without expressions. It is what expressions are then checked against.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::compile::Compiling;
use crate::compile::fields::{FieldDraft, feature, read_field, system_fields};
use crate::compile::names::plural;
use crate::compile::profiles::named;
use crate::compile::reader::{Given, Reader, unknown_attribute};
use crate::compile::reserved::SYSTEM_FIELDS;
use crate::diagnostics::{Finding, Place};
use crate::expression::error::nearest;
use crate::layers::ordered;
use crate::layers::tree::{Entry, Table};
use crate::model::profiles::Capability;
use crate::model::protection::Protection;
use crate::model::views::Views;
use crate::model::{Entity, FieldIndex, FormScreen, ListScreen, Numbering, Personal, Title, UniqueKey};
use crate::system;

/// Of the next entity compiled.
static SERIAL: AtomicU64 = AtomicU64::new(1);

/// The serial of one more entity.
pub(crate) fn next_serial() -> u64 {
    SERIAL.fetch_add(1, Ordering::Relaxed)
}

/// What is left to read of an entity once all entities are known.
pub(crate) struct EntityDraft<'m> {
    pub(crate) place: Place,
    pub(crate) collection: Place,
    pub(crate) title: Option<Given<&'m str>>,
    pub(crate) search: Option<Vec<Given<&'m str>>>,
    pub(crate) order: Option<Vec<Given<&'m str>>>,
    pub(crate) lines_of: Option<Given<&'m str>>,
    pub(crate) uniques: Option<&'m Table>,
    pub(crate) rules: Option<&'m Table>,
    pub(crate) notices: Option<&'m Table>,
    pub(crate) states: Option<&'m Entry>,
    pub(crate) person: Option<Given<bool>>,
    pub(crate) erasure: Option<&'m Entry>,
    pub(crate) retention: Option<&'m Entry>,
    pub(crate) expiry: Option<&'m Entry>,
    pub(crate) fields: Vec<FieldDraft<'m>>,
}

/// Reads every entity; the two answers have the same order, by name.
pub(crate) fn read<'m>(cx: &Compiling<'m>) -> (Vec<Entity>, Vec<EntityDraft<'m>>) {
    let Some(section) = cx.section("entities") else { return Default::default() };
    let defined: Vec<&str> = names_with(section, "label");
    let mut entities = Vec::new();
    let mut drafts = Vec::new();
    for (name, entry) in &section.entries {
        if entry.is_removed() {
            continue;
        }
        if !defined.contains(&name.as_str()) && nearest(name, defined.iter().copied()).is_some() {
            cx.findings.push(
                Finding::new(
                    entry.key,
                    "unknown_entity",
                    format!("aucune couche ne définit l'entité `{name}`"),
                    format!("no layer defines the entity `{name}`"),
                )
                .suggest(nearest(name, defined.iter().copied())),
            );
            continue;
        }
        cx.check_name(name, entry.key);
        let (entity, draft) = read_entity(cx, name, entry);
        entities.push(entity);
        drafts.push(draft);
    }
    check_collections(cx, &entities, &drafts);
    let former = entities.iter().zip(&drafts).map(|(entity, draft)| (entity.was.as_deref(), draft.place));
    check_former(cx, former);
    (entities, drafts)
}

/// Names of children that have an attribute.
fn names_with<'t>(table: &'t Table, attribute: &str) -> Vec<&'t str> {
    let has = |entry: &Entry| entry.table().is_some_and(|t| t.get(attribute).is_some());
    table.written().into_iter().filter(|(_, entry)| has(entry)).map(|(name, _)| name).collect()
}

fn read_entity<'m>(cx: &Compiling<'m>, name: &str, entry: &'m Entry) -> (Entity, EntityDraft<'m>) {
    let reader = Reader::new(cx.findings, entry);
    let label = reader.required_label("label", name);
    let plural_label = reader.required_label("plural", name);
    let collection = reader.text("collection");
    if let Some(given) = collection {
        cx.check_identifier(given.value, given.place);
    }
    let was = reader.text("was").filter(|given| cx.check_identifier(given.value, given.place));
    let code = reader.part("code").map(|entry| numbering(cx, entry));
    let personal = personal(cx, &reader).unwrap_or_default();
    let internal = reader.flag("internal");
    if internal && cx.layer_of(entry) != system::NAME {
        cx.findings.push(Finding::new(
            reader.place_of("internal"),
            "misplaced_attribute",
            "`internal` est réservé à la couche `system`",
            "`internal` is kept for the `system` layer",
        ));
    }
    let lines_of = reader.text("lines_of");
    let feature = feature(cx, &reader);
    let people = reader.texts("people").is_some();
    let people = people.then(|| named(cx, &reader, "people", &Capability::ALL, Capability::name));
    let mut draft = EntityDraft {
        place: entry.key,
        collection: collection.map_or(entry.key, |given| given.place),
        title: reader.text("title"),
        search: reader.texts("search"),
        order: reader.texts("order"),
        lines_of,
        uniques: reader.part("unique").and_then(Entry::table),
        rules: reader.part("rules").and_then(Entry::table),
        notices: reader.part("notify").and_then(Entry::table),
        states: reader.part("states"),
        person: reader
            .has("person")
            .then(|| Given { value: reader.flag("person"), place: reader.value_place("person") }),
        erasure: reader.part("erasure"),
        retention: reader.part("retention"),
        expiry: reader.part("expiry"),
        fields: Vec::new(),
    };
    let mut entity = Entity {
        serial: next_serial(),
        name: name.to_owned(),
        was: was.map(|given| given.value.to_owned()),
        collection: collection.map_or_else(|| plural(name), |given| given.value.to_owned()),
        module: cx.layer_of(entry),
        label,
        plural: plural_label,
        help: reader.label("help"),
        icon: reader.text("icon").map(|given| given.value.to_owned()),
        title: Title { source: String::new(), parts: Vec::new() },
        code,
        search: Vec::new(),
        order: Vec::new(),
        lines_of: lines_of.map(|given| given.value.to_owned()),
        settings: reader.flag("settings"),
        internal,
        feature,
        people,
        protection: Protection::default(),
        fields: Vec::new(),
        uniques: Vec::new(),
        rules: Vec::new(),
        notices: Vec::new(),
        states: None,
        list: ListScreen::default(),
        form: FormScreen::default(),
        views: Views::default(),
        by_name: Vec::new(),
    };
    entity.fields = system_fields(name, entity.code.is_some());
    if let Some(table) = reader.part("fields").and_then(Entry::table) {
        read_fields(cx, table, personal, &mut entity, &mut draft);
    }
    reader.finish();
    entity.by_name = entity.fields.iter().enumerate().map(|(i, field)| (field.name.clone(), i)).collect();
    entity.by_name.sort();
    entity.uniques = unique_fields(&entity, &draft);
    check_wire_names(cx, &entity, &draft);
    let former = draft.fields.iter().map(|field| (entity.fields[field.index].was.as_deref(), field.place));
    check_former(cx, former);
    (entity, draft)
}

fn read_fields<'m>(
    cx: &Compiling<'m>,
    table: &'m Table,
    personal: Personal,
    entity: &mut Entity,
    draft: &mut EntityDraft<'m>,
) {
    let defined = names_with(table, "type");
    for (name, entry) in ordered(table, SYSTEM_FIELDS, cx.findings) {
        if entity.fields.iter().any(|field| field.name == name)
            || (SYSTEM_FIELDS.contains(&name) && name != "code")
        {
            cx.findings.push(Finding::new(
                entry.key,
                "reserved",
                format!("`{name}` est un champ du système : il est déjà là"),
                format!("`{name}` is a system field: it is already there"),
            ));
            continue;
        }
        cx.check_name(name, entry.key);
        if !defined.contains(&name) {
            cx.findings.push(without_type(&entity.name, name, entry, &defined));
            cx.unread.borrow_mut().push(name.to_owned());
            continue;
        }
        match read_field(cx, name, entry, personal) {
            Some((field, mut field_draft)) => {
                field_draft.index = entity.fields.len();
                entity.fields.push(field);
                draft.fields.push(field_draft);
            }
            None => cx.unread.borrow_mut().push(name.to_owned()),
        }
    }
}

/// A field that no layer gives a type: a slip in `type`, or in the name of a field that exists.
fn without_type(owner: &str, name: &str, entry: &Entry, defined: &[&str]) -> Finding {
    let attributes = entry.table().map(Table::all_written).unwrap_or_default();
    let slip = attributes.into_iter().find(|(attribute, _)| nearest(attribute, ["type"]).is_some());
    if let Some((attribute, slip)) = slip {
        return unknown_attribute(slip.key, attribute).suggest(Some("type".to_owned()));
    }
    Finding::new(
        entry.key,
        "type_missing",
        format!("aucune couche ne donne de `type` au champ `{name}` de `{owner}`"),
        format!("no layer gives the field `{name}` of `{owner}` a `type`"),
    )
    .suggest(nearest(name, defined.iter().copied()))
}

fn numbering(cx: &Compiling<'_>, entry: &Entry) -> Numbering {
    let reader = Reader::new(cx.findings, entry);
    let prefix = reader.text("prefix");
    if let Some(given) =
        prefix.filter(|given| given.value.len() > 10 || given.value.contains(char::is_whitespace))
    {
        cx.findings.push(Finding::new(
            given.place,
            "wrong_value",
            "un préfixe a 10 caractères au plus, sans espace",
            "a prefix has at most 10 characters and no space",
        ));
    }
    let width = reader.number("width", 1..=12).unwrap_or(6);
    reader.finish();
    Numbering { prefix: prefix.map_or_else(String::new, |given| given.value.to_owned()), width }
}

/// The attribute `personal`: `false`, `true` or `"sensitive"`.
pub(crate) fn personal(cx: &Compiling<'_>, reader: &Reader<'_>) -> Option<Personal> {
    use crate::layers::tree::Setting;
    let leaf = reader.leaf("personal")?;
    match &leaf.value {
        Setting::Boolean(false) => Some(Personal::No),
        Setting::Boolean(true) => Some(Personal::Yes),
        Setting::Text(text) if text == "sensitive" => Some(Personal::Sensitive),
        _ => {
            cx.findings.push(Finding::new(
                leaf.place,
                "wrong_value",
                "`personal` attend `false`, `true` ou `\"sensitive\"`",
                "`personal` expects `false`, `true` or `\"sensitive\"`",
            ));
            None
        }
    }
}

/// Unique keys of one field: the number, and fields with `unique = true`.
fn unique_fields(entity: &Entity, draft: &EntityDraft<'_>) -> Vec<UniqueKey> {
    let code = entity.code.as_ref().and_then(|_| entity.index("code"));
    let fields = draft.fields.iter().filter(|field| field.unique).map(|field| field.index);
    let key = |index: FieldIndex| UniqueKey {
        name: entity.fields[index].name.clone(),
        fields: vec![index],
        message: None,
    };
    code.into_iter().chain(fields).map(key).collect()
}

/// Reports two things that say they are the same former one.
fn check_former<'e>(cx: &Compiling<'_>, former: impl Iterator<Item = (Option<&'e str>, Place)>) {
    let mut seen: Vec<(&str, Place)> = Vec::new();
    for (was, place) in former {
        let Some(was) = was else { continue };
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == was) {
            let finding = Finding::new(
                place,
                "duplicate_was",
                format!("deux ne peuvent pas être l'ancien `{was}`"),
                format!("two cannot be the former `{was}`"),
            );
            cx.findings.push(finding.also(*first, "déjà ici", "already here"));
        }
        seen.push((was, place));
    }
}

/// A reference `owner` is the property `owner_id` of the API: reports a field that already has that name.
fn check_wire_names(cx: &Compiling<'_>, entity: &Entity, draft: &EntityDraft<'_>) {
    for field in &draft.fields {
        let name = &entity.fields[field.index].name;
        let Some(reference) = name.strip_suffix("_id").and_then(|stem| entity.field(stem)) else { continue };
        if reference.kind.name() == "reference" {
            let stem = &reference.name;
            cx.findings.push(Finding::new(
                field.place,
                "reserved",
                format!("`{name}` est déjà le nom de la référence `{stem}` dans l'API"),
                format!("`{name}` is already the name of the reference `{stem}` in the API"),
            ));
        }
    }
}

fn check_collections(cx: &Compiling<'_>, entities: &[Entity], drafts: &[EntityDraft<'_>]) {
    for (position, entity) in entities.iter().enumerate() {
        let Some(other) = entities[..position].iter().position(|other| other.collection == entity.collection)
        else {
            continue;
        };
        let (collection, name) = (&entity.collection, &entities[other].name);
        let finding = Finding::new(
            drafts[position].collection,
            "duplicate_collection",
            format!(
                "la collection `{collection}` est déjà celle de `{name}` ; donnez-en une autre par `collection`"
            ),
            format!(
                "the collection `{collection}` is already that of `{name}`; give another by `collection`"
            ),
        );
        cx.findings.push(finding.also(drafts[other].collection, "déjà prise ici", "already taken here"));
    }
}
