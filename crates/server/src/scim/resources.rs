//! People and groups as SCIM has them, and back.

use std::collections::BTreeSet;

use dictionary::RecordId;
use platform::provisioning::groups::{Group, GroupBody};
use platform::provisioning::people::{Email, Person, PersonBody};
use serde_json::{Map, Value as Json, json};

use super::attributes::{Resource, formed};
use super::error::ScimError;

/// What can be written of a person.
pub(super) fn person_document(body: &PersonBody) -> Map<String, Json> {
    let mut document = Map::new();
    let texts = [
        ("externalId", &body.external_id),
        ("displayName", &body.display_name),
        ("preferredLanguage", &body.preferred_language),
    ];
    document.insert("userName".to_owned(), json!(body.user_name));
    put_texts(&mut document, texts);
    if let Some(active) = body.active {
        document.insert("active".to_owned(), json!(active));
    }
    let mut name = Map::new();
    let parts = [
        ("formatted", &body.formatted_name),
        ("familyName", &body.family_name),
        ("givenName", &body.given_name),
    ];
    put_texts(&mut name, parts);
    if !name.is_empty() {
        document.insert("name".to_owned(), Json::Object(name));
    }
    if !body.emails.is_empty() {
        document.insert("emails".to_owned(), json!(body.emails));
    }
    document
}

fn put_texts<'t>(
    into: &mut Map<String, Json>,
    texts: impl IntoIterator<Item = (&'t str, &'t Option<String>)>,
) {
    for (name, text) in texts {
        if let Some(text) = text {
            into.insert(name.to_owned(), json!(text));
        }
    }
}

/// A person as they are told.
pub(super) fn person_view(person: &Person, base: &str) -> Json {
    let mut view = Json::Object(person_document(&person.body));
    if !person.groups.is_empty() {
        let groups = person.groups.iter().map(|(id, name)| json!({"value": id, "display": name}));
        view["groups"] = groups.collect();
    }
    let meta =
        Meta { id: person.id, version: person.version, created: person.created, modified: person.modified };
    with_meta(view, Resource::User, &meta, base)
}

/// What can be written of a group.
pub(super) fn group_document(body: &GroupBody) -> Map<String, Json> {
    let mut document = Map::from_iter([("displayName".to_owned(), json!(body.name))]);
    put_texts(&mut document, [("externalId", &body.external_id)]);
    let members: Vec<Json> = body.members.iter().map(|id| json!({"value": id})).collect();
    document.insert("members".to_owned(), Json::Array(members));
    document
}

/// A group as it is told.
pub(super) fn group_view(group: &Group, base: &str) -> Json {
    let mut view = Json::Object(group_document(&group.body));
    let members =
        group.names.iter().map(|(id, _)| json!({"value": id, "$ref": format!("{base}/Users/{id}")}));
    view["members"] = members.collect();
    let meta =
        Meta { id: group.id, version: group.version, created: group.created, modified: group.modified };
    with_meta(view, Resource::Group, &meta, base)
}

struct Meta {
    id: RecordId,
    version: u64,
    created: Option<jiff::Timestamp>,
    modified: Option<jiff::Timestamp>,
}

fn with_meta(mut view: Json, resource: Resource, meta: &Meta, base: &str) -> Json {
    view["schemas"] = json!([resource.schema()]);
    view["id"] = json!(meta.id);
    view["meta"] = json!({
        "resourceType": resource.name(),
        "created": meta.created,
        "lastModified": meta.modified,
        "location": format!("{base}/{}/{}", resource.endpoint(), meta.id),
        "version": etag(meta.version),
    });
    view
}

pub(super) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// What was sent of a whole resource, in the form of its attributes.
///
/// Errors: something is of another type, or what is needed is missing.
pub(super) fn document(resource: Resource, sent: &Map<String, Json>) -> Result<Map<String, Json>, ScimError> {
    let mut document = Map::new();
    for (name, value) in sent {
        let Some(name) = resource.without_schema(name) else { continue };
        // What has no place here, or is only told, is passed over (RFC 7644, 3.3).
        let Some(attribute) = resource.attribute(name).filter(|one| !one.told) else { continue };
        let value = formed(attribute, value).ok_or_else(|| ScimError::wrong_type(attribute.name))?;
        if !value.is_null() {
            document.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(document)
}

fn text(of: &Map<String, Json>, name: &str) -> Option<String> {
    of.get(name).and_then(Json::as_str).map(str::to_owned)
}

pub(super) fn person_body(document: &Map<String, Json>) -> Result<PersonBody, ScimError> {
    let none = Map::new();
    let name = document.get("name").and_then(Json::as_object).unwrap_or(&none);
    let emails = document.get("emails").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let emails = emails.iter().filter_map(Json::as_object).map(|one| {
        let value = text(one, "value").ok_or_else(|| {
            ScimError::invalid_value(
                "une adresse électronique est sans value",
                "an e-mail address lacks its value",
            )
        });
        let primary = one.get("primary").and_then(Json::as_bool);
        Ok(Email { value: value?, kind: text(one, "type"), primary })
    });
    Ok(PersonBody {
        user_name: text(document, "userName").ok_or_else(|| ScimError::needed("userName"))?,
        external_id: text(document, "externalId"),
        active: document.get("active").and_then(Json::as_bool),
        display_name: text(document, "displayName"),
        given_name: text(name, "givenName"),
        family_name: text(name, "familyName"),
        formatted_name: text(name, "formatted"),
        preferred_language: text(document, "preferredLanguage"),
        emails: emails.collect::<Result<_, ScimError>>()?,
    })
}

pub(super) fn group_body(document: &Map<String, Json>) -> Result<GroupBody, ScimError> {
    let members = document.get("members").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
    let members = members.iter().map(|one| {
        let id = one["value"].as_str().and_then(RecordId::parse);
        id.ok_or_else(|| {
            ScimError::invalid_value(
                "un membre n'est personne que l'annuaire tienne ici",
                "a member is nobody who is provisioned here",
            )
        })
    });
    Ok(GroupBody {
        name: text(document, "displayName").ok_or_else(|| ScimError::needed("displayName"))?,
        external_id: text(document, "externalId"),
        members: members.collect::<Result<BTreeSet<_>, ScimError>>()?,
    })
}

/// A view with the attributes that were asked for, or without those that were not wanted.
pub(super) fn chosen(view: Json, resource: Resource, attributes: &[String], excluded: &[String]) -> Json {
    let Json::Object(members) = view else { return view };
    let names = |list: &[String], name: &str| {
        list.iter().any(|one| {
            let path = resource.without_schema(one).unwrap_or_default();
            path.split('.').next().is_some_and(|head| head.eq_ignore_ascii_case(name))
        })
    };
    let always = ["schemas", "id"];
    let kept = members.into_iter().filter(|(name, _)| {
        let is_asked = attributes.is_empty() || names(attributes, name);
        always.contains(&name.as_str()) || (is_asked && !names(excluded, name))
    });
    Json::Object(kept.collect())
}
