//! Partial changes (RFC 7644, 3.5.2), in the forms that Microsoft Entra and Okta send too: operators with a capital, booleans as texts, paths as keys of a value,
//! members that are to go as a value.

use serde_json::{Map, Value as Json};

use super::attributes::{
    self, Attribute, Kind, Resource, element_formed, formed, is_not_kept, part, parts_formed,
};
use super::error::ScimError;
use super::filter::{Filter, member};

/// Operations of one change at most.
const OPERATIONS_MAX: usize = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// Where an operation goes.
struct Path {
    attribute: &'static Attribute,
    /// Of which elements.
    filter: Option<Filter>,
    part: Option<&'static Attribute>,
}

/// Applies the operations of a request to a resource.
///
/// Errors: what is sent is no such change; says what.
pub(super) fn apply(
    resource: Resource,
    document: &mut Map<String, Json>,
    sent: &Map<String, Json>,
) -> Result<(), ScimError> {
    let all = sent.iter().find(|(name, _)| name.eq_ignore_ascii_case("Operations"));
    let operations = all.and_then(|(_, all)| all.as_array());
    let operations = operations.ok_or_else(|| {
        ScimError::syntax("il manque Operations : une liste", "Operations is needed: a list")
    })?;
    if operations.len() > OPERATIONS_MAX {
        return Err(ScimError::too_many(
            format!("au plus {OPERATIONS_MAX} opérations à la fois"),
            format!("at most {OPERATIONS_MAX} operations at once"),
        ));
    }
    for operation in operations {
        let verb = member(operation, "op").and_then(Json::as_str).unwrap_or_default();
        let verb = match verb.to_ascii_lowercase().as_str() {
            "add" => Verb::Add,
            "replace" => Verb::Replace,
            "remove" => Verb::Remove,
            _ => {
                return Err(ScimError::syntax(
                    "op est add, replace ou remove",
                    "op is add, replace or remove",
                ));
            }
        };
        let value = member(operation, "value").unwrap_or(&Json::Null);
        match member(operation, "path").and_then(Json::as_str).map(str::trim) {
            Some(path) if !path.is_empty() => at(resource, document, verb, path, value)?,
            _ if verb == Verb::Remove => {
                return Err(ScimError::no_target("remove demande un path", "remove needs a path"));
            }
            _ => {
                let values = value.as_object().ok_or_else(|| {
                    ScimError::invalid_value(
                        "sans path, value est un objet d'attributs",
                        "without a path, value is an object of attributes",
                    )
                })?;
                for (path, value) in values {
                    at(resource, document, verb, path, value)?;
                }
            }
        }
    }
    Ok(())
}

fn at(
    resource: Resource,
    document: &mut Map<String, Json>,
    verb: Verb,
    path: &str,
    value: &Json,
) -> Result<(), ScimError> {
    let Some(path) = read(resource, path)? else { return Ok(()) };
    if path.attribute.told || path.part.is_some_and(|part| part.told) {
        return Err(ScimError::mutability(
            format!("{} ne se change pas", path.attribute.name),
            format!("{} is read only", path.attribute.name),
        ));
    }
    let name = path.attribute.name;
    match (path.attribute.kind, path.part) {
        (Kind::Text | Kind::Flag | Kind::Reference(_), _) => set(document, path.attribute, verb, value),
        (Kind::Parts(parts), None) => match verb {
            Verb::Remove => {
                document.remove(name);
                Ok(())
            }
            Verb::Add | Verb::Replace => {
                let given = value.as_object().and_then(|given| parts_formed(parts, given));
                let given = given.ok_or_else(|| wrong_type(path.attribute))?;
                child(document, name).extend(given);
                Ok(())
            }
        },
        (Kind::Parts(_), Some(part)) => set(child(document, name), part, verb, value),
        (Kind::Many(parts), _) => {
            let elements = document.entry(name).or_insert_with(|| Json::Array(Vec::new()));
            if !elements.is_array() {
                *elements = Json::Array(Vec::new());
            }
            let Some(elements) = elements.as_array_mut() else { return Ok(()) };
            many(elements, parts, &path, verb, value)?;
            one_primary(elements);
            Ok(())
        }
    }
}

/// Sets a simple attribute, or takes it away.
fn set(
    document: &mut Map<String, Json>,
    attribute: &Attribute,
    verb: Verb,
    value: &Json,
) -> Result<(), ScimError> {
    let value = if verb == Verb::Remove { &Json::Null } else { value };
    // Some wrap one text in a list.
    let value = match value {
        Json::Array(one) if one.len() == 1 => member(&one[0], "value").unwrap_or(&one[0]),
        value => value,
    };
    match formed(attribute, value).ok_or_else(|| wrong_type(attribute))? {
        Json::Null if attribute.required => {
            return Err(ScimError::needed(attribute.name));
        }
        Json::Null => document.remove(attribute.name),
        value => document.insert(attribute.name.to_owned(), value),
    };
    Ok(())
}

/// Changes an attribute with elements.
fn many(
    elements: &mut Vec<Json>,
    parts: &'static [Attribute],
    path: &Path,
    verb: Verb,
    value: &Json,
) -> Result<(), ScimError> {
    let formed_values = || {
        let formed = formed(path.attribute, value).ok_or_else(|| wrong_type(path.attribute))?;
        Ok::<_, ScimError>(formed.as_array().cloned().unwrap_or_default())
    };
    match (&path.filter, path.part, verb) {
        (None, None, Verb::Replace) => *elements = formed_values()?,
        (None, None, Verb::Add) => add(elements, formed_values()?),
        (None, None, Verb::Remove) => {
            let gone = if value.is_null() { Vec::new() } else { formed_values()? };
            if gone.is_empty() {
                elements.clear();
            }
            let gone: Vec<Json> = gone.iter().filter_map(|one| member(one, "value").cloned()).collect();
            elements.retain(|one| member(one, "value").is_none_or(|value| !gone.contains(value)));
        }
        // Of all elements: what is meant is the one there is.
        (None, Some(part), verb) => {
            if elements.is_empty() && verb != Verb::Remove {
                elements.push(Json::Object(Map::new()));
            }
            for one in elements.iter_mut().filter_map(Json::as_object_mut) {
                set(one, part, verb, value)?;
            }
        }
        (Some(filter), None, Verb::Remove) => elements.retain(|one| !filter.holds(one)),
        (Some(filter), None, Verb::Add | Verb::Replace) => {
            let given = element_formed(parts, value).ok_or_else(|| wrong_type(path.attribute))?;
            for one in matching(elements, filter, parts)? {
                one.extend(given.as_object().cloned().unwrap_or_default());
            }
        }
        (Some(filter), Some(part), Verb::Remove) => {
            for one in elements.iter_mut().filter(|one| filter.holds(one)).filter_map(Json::as_object_mut) {
                one.remove(part.name);
            }
            elements.retain(|one| member(one, "value").is_some());
        }
        (Some(filter), Some(part), verb) => {
            for one in matching(elements, filter, parts)? {
                set(one, part, verb, value)?;
            }
        }
    }
    Ok(())
}

/// The elements of which a filter holds; one is made as it says when there is none, as Entra expects.
fn matching<'e>(
    elements: &'e mut Vec<Json>,
    filter: &Filter,
    parts: &'static [Attribute],
) -> Result<Vec<&'e mut Map<String, Json>>, ScimError> {
    if !elements.iter().any(|one| filter.holds(one)) {
        let said = filter.equalities().ok_or_else(|| {
            ScimError::no_target("aucun élément n'est comme le path le dit", "no element is as the path says")
        })?;
        let mut made = Map::new();
        for (name, value) in said {
            let part = part(parts, name).ok_or_else(|| {
                ScimError::invalid_path(
                    "le path nomme une partie qui n'existe pas",
                    "the path names no such part",
                )
            })?;
            made.insert(part.name.to_owned(), formed(part, value).ok_or_else(|| wrong_type(part))?);
        }
        elements.push(Json::Object(made));
    }
    Ok(elements.iter_mut().filter(|one| filter.holds(one)).filter_map(Json::as_object_mut).collect())
}

/// Adds elements; one whose value is there already is changed.
fn add(elements: &mut Vec<Json>, given: Vec<Json>) {
    for one in given {
        let value = member(&one, "value").cloned();
        let known =
            elements.iter_mut().find(|known| value.is_some() && member(known, "value") == value.as_ref());
        match (known.and_then(Json::as_object_mut), one) {
            (Some(known), Json::Object(one)) => known.extend(one),
            (_, one) => elements.push(one),
        }
    }
}

/// At most one element is the one that counts: the last that was said to be.
fn one_primary(elements: &mut [Json]) {
    let is_primary = |one: &Json| member(one, "primary") == Some(&Json::Bool(true));
    let Some(last) = elements.iter().rposition(is_primary) else { return };
    for (at, one) in elements.iter_mut().enumerate() {
        if at != last
            && is_primary(one)
            && let Some(one) = one.as_object_mut()
        {
            one.remove("primary");
        }
    }
}

fn child<'d>(document: &'d mut Map<String, Json>, name: &str) -> &'d mut Map<String, Json> {
    let child = document.entry(name).or_insert_with(|| Json::Object(Map::new()));
    if !child.is_object() {
        *child = Json::Object(Map::new());
    }
    child.as_object_mut().unwrap_or_else(|| unreachable!("it was made one"))
}

/// Where a path leads; `None` to what is not kept.
fn read(resource: Resource, path: &str) -> Result<Option<Path>, ScimError> {
    let unknown = || {
        let path = shown(path);
        ScimError::invalid_path(
            format!("il n'y a pas d'attribut {path}"),
            format!("there is no attribute {path}"),
        )
    };
    let Some(path) = resource.without_schema(path.trim()) else { return Ok(None) };
    let (head, filter, tail) = match path.find('[') {
        Some(open) => {
            let close = path.rfind(']').filter(|close| *close > open).ok_or_else(unknown)?;
            let filter = Filter::read(&path[open + 1..close])
                .map_err(|why| ScimError { kind: Some("invalidPath"), ..ScimError::invalid_filter(why) })?;
            (&path[..open], Some(filter), path[close + 1..].strip_prefix('.'))
        }
        None => match path.split_once('.') {
            Some((head, tail)) => (head, None, Some(tail)),
            None => (path, None, None),
        },
    };
    let Some(attribute) = resource.attribute(head) else {
        return if is_not_kept(head) { Ok(None) } else { Err(unknown()) };
    };
    let parts: &'static [Attribute] = match attribute.kind {
        Kind::Parts(parts) if filter.is_none() => parts,
        Kind::Many(parts) => parts,
        _ if filter.is_some() || tail.is_some() => return Err(unknown()),
        _ => &[],
    };
    let part = match tail {
        Some(tail) => match attributes::part(parts, tail) {
            Some(part) => Some(part),
            // Such as `name.middleName`.
            None if matches!(attribute.kind, Kind::Parts(_)) => return Ok(None),
            None => return Err(unknown()),
        },
        None => None,
    };
    Ok(Some(Path { attribute, filter, part }))
}

fn wrong_type(attribute: &Attribute) -> ScimError {
    ScimError::wrong_type(attribute.name)
}

fn shown(path: &str) -> String {
    path.chars().take(100).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(resource: Resource, mut of: Json, operations: Json) -> Result<Json, ScimError> {
        let sent = json!({"Operations": operations});
        apply(resource, of.as_object_mut().unwrap(), sent.as_object().unwrap())?;
        Ok(of)
    }

    #[track_caller]
    fn user(operations: Json) -> Json {
        let of = json!({
            "userName": "ada", "active": true, "name": {"givenName": "Ada"},
            "emails": [{"value": "ada@acme.example", "type": "work", "primary": true}],
        });
        patched(Resource::User, of, operations).unwrap()
    }

    #[test]
    fn what_entra_sends_is_understood() {
        let off = user(json!([{"op": "Replace", "path": "active", "value": "False"}]));
        assert_eq!(off["active"], false);
        let several = user(json!([
            {"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a.lenoir@acme.example"},
            {"op": "Add", "path": "emails[type eq \"home\"].value", "value": "a@home.example"},
            {"op": "Replace", "path": "name.familyName", "value": "Lenoir"},
            {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Sales"},
            {"op": "Add", "path": "addresses[type eq \"work\"].formatted", "value": "Strasbourg"},
            {"op": "Add", "path": "title", "value": "Director"},
            {"op": "Replace", "value": {"displayName": "Ada L.", "name.givenName": "Ada B."}},
        ]));
        assert_eq!(several["name"], json!({"givenName": "Ada B.", "familyName": "Lenoir"}));
        assert_eq!(
            several["emails"],
            json!([
                {"value": "a.lenoir@acme.example", "type": "work", "primary": true},
                {"value": "a@home.example", "type": "home"},
            ])
        );
        assert_eq!((&several["displayName"], several.get("title")), (&json!("Ada L."), None));
        let members = json!({"displayName": "Sales", "members": [{"value": "1"}, {"value": "2"}]});
        let gone = json!([{"op": "Remove", "path": "members", "value": [{"value": "1"}]}]);
        assert_eq!(patched(Resource::Group, members, gone).unwrap()["members"], json!([{"value": "2"}]));
    }

    #[test]
    fn what_okta_sends_is_understood() {
        assert_eq!(user(json!([{"op": "replace", "value": {"active": false}}]))["active"], false);
        let group = || json!({"displayName": "Sales", "members": [{"value": "1"}, {"value": "2"}]});
        let renamed = json!([{"op": "replace", "value": {"id": "9", "displayName": "Sales north"}}]);
        assert_eq!(patched(Resource::Group, group(), renamed).unwrap()["displayName"], "Sales north");
        let changed = json!([
            {"op": "remove", "path": "members[value eq \"1\"]"},
            {"op": "add", "path": "members", "value": [{"value": "3", "display": "zoe"}, {"value": "2"}]},
        ]);
        assert_eq!(
            patched(Resource::Group, group(), changed).unwrap()["members"],
            json!([{"value": "2"}, {"value": "3"}])
        );
        let all = json!([{"op": "replace", "path": "members", "value": [{"value": "4"}]}]);
        assert_eq!(patched(Resource::Group, group(), all).unwrap()["members"], json!([{"value": "4"}]));
        let none = json!([{"op": "remove", "path": "members"}]);
        assert_eq!(patched(Resource::Group, group(), none).unwrap()["members"], json!([]));
    }

    #[test]
    fn one_address_counts() {
        let other = user(json!([
            {"op": "add", "path": "emails", "value": [{"value": "b@acme.example", "primary": true}]},
        ]));
        assert_eq!(
            other["emails"],
            json!([{"value": "ada@acme.example", "type": "work"}, {"value": "b@acme.example", "primary": true}])
        );
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_kind() {
        let of = |operations| patched(Resource::User, json!({"userName": "ada"}), operations).unwrap_err();
        let kind = |operations: Json| of(operations).kind.unwrap_or_default();
        assert_eq!(kind(json!([{"op": "move", "path": "active"}])), "invalidSyntax");
        assert_eq!(kind(json!([{"op": "remove"}])), "noTarget");
        assert_eq!(kind(json!([{"op": "replace", "path": "shoeSize", "value": 3}])), "invalidPath");
        assert_eq!(kind(json!([{"op": "replace", "path": "emails[type", "value": 3}])), "invalidPath");
        assert_eq!(kind(json!([{"op": "replace", "path": "active", "value": "maybe"}])), "invalidValue");
        assert_eq!(kind(json!([{"op": "remove", "path": "userName"}])), "invalidValue");
        assert_eq!(kind(json!([{"op": "replace", "value": "x"}])), "invalidValue");
        let no = json!([{"op": "replace", "path": "emails[value co \"x\"].value", "value": "y@z.example"}]);
        assert_eq!(kind(no), "noTarget");
    }
}
