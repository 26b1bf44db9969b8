//! Answers without what differs between two environments though they tell the same.

use std::collections::BTreeSet;

use dictionary::RecordId;
use serde_json::{Map, Value as Json, json};

use super::requests::Answered;
use super::thing::ENTITIES;
use super::world::World;

/// Members that name a moment, a place in a journal or an address.
const PASSING: &[&str] = &[
    "@odata.etag",
    "@odata.context",
    "@odata.nextLink",
    "@odata.deltaLink",
    "@odata.id",
    "@tisserand.not",
    "version",
    "created_at",
    "updated_at",
    "position",
    "at",
    "request",
    "request_id",
    "instance",
    "detail",
    "title_detail",
    "digest",
    "near",
    "location",
];

/// The answer, comparable.
pub fn told(answered: Answered, world: &World) -> Json {
    let Answered { path, status, body } = answered;
    if path == "content" {
        return json!({ "status": status, "body": body });
    }
    if status >= 400 {
        // What is refused is refused alike; words may name the environment.
        return json!({ "status": status, "code": body["code"] });
    }
    let body = match path {
        "description" => names_of_dictionary(&body),
        "metadata" => names_of_metadata(&body),
        "openapi" => names_of_document(&body),
        _ => plain(&body, world, path),
    };
    json!({ "status": status, "body": body })
}

/// JSON without what differs anyway.
pub fn plain(json: &Json, world: &World, path: &str) -> Json {
    match json {
        Json::Object(members) => {
            let mut kept = Map::new();
            for (name, value) in members {
                // What is masked is checked apart: in the visible world nothing stands there.
                let passing = PASSING.contains(&name.as_str())
                    || name == "phone" && world.level("client", "phone") == "masked";
                let value = plain(value, world, path);
                // From nothing to what may not be seen is no change.
                let no_change = path == "history" && value == json!([null, null]);
                if !passing && !no_change {
                    kept.insert(name.clone(), value);
                }
            }
            Json::Object(kept)
        }
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(|item| plain(item, world, path)).collect();
            if path == "everywhere" {
                items.sort_by_key(ToString::to_string);
            }
            Json::Array(items)
        }
        // Every column of a sheet is there, masked ones too.
        Json::String(text) if path == "sheet" => {
            let unseen = RecordId::parse(text).is_some_and(|id| is_thing(world, id) && !world.sees_id(id));
            if unseen || text.starts_with('•') { json!("") } else { json.clone() }
        }
        Json::String(text) if path == "export" && RecordId::parse(text).is_none() => {
            let unseen = world.things.values().flatten().filter(|it| !world.sees_id(it.id));
            json!(unseen.fold(text.clone(), |text, it| text.replace(&it.id.to_string(), "")))
        }
        // The id of a record that may not be seen is told by the reference to it, and nothing more: where it is not, nothing refers to it.
        Json::String(text) => match RecordId::parse(text) {
            Some(id) if is_thing(world, id) && !world.sees_id(id) => Json::Null,
            _ => json.clone(),
        },
        other => other.clone(),
    }
}

fn is_thing(world: &World, id: RecordId) -> bool {
    world.things.values().flatten().any(|thing| thing.id == id)
}

/// Entities, their fields, and what screens say: names only.
fn names_of_dictionary(body: &Json) -> Json {
    let mut all = Map::new();
    for (name, entity) in body["entities"].as_object().unwrap() {
        let mut fields: Vec<&str> = entity["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["name"].as_str().unwrap())
            .collect();
        fields.sort_unstable();
        // Screens name nothing that is not there.
        for column in entity["list"]["columns"].as_array().unwrap() {
            let path = column["path"].as_str().unwrap();
            let first = path.split('.').next().unwrap();
            assert!(fields.contains(&first), "{name}: the list names {path}");
        }
        all.insert(name.clone(), json!(fields));
    }
    Json::Object(all)
}

fn names_of_metadata(body: &Json) -> Json {
    let mut found = BTreeSet::new();
    if let Json::Object(members) = body {
        for schema in members.values().filter_map(Json::as_object) {
            for (name, kind) in
                schema.iter().filter(|(name, _)| !name.starts_with('$') && !name.starts_with('@'))
            {
                let members = kind.as_object().into_iter().flat_map(|kind| kind.keys());
                let members = members.filter(|member| !member.starts_with('$') && !member.contains('@'));
                found.extend(members.map(|member| format!("{name}.{member}")));
                found.insert(name.clone());
            }
        }
    }
    json!(found)
}

/// Properties of records, as the document describes them to whoever reads.
fn names_of_document(body: &Json) -> Json {
    let schemas = body["components"]["schemas"].as_object().unwrap();
    let records = schemas.iter().filter(|(name, _)| ENTITIES.contains(&name.as_str()));
    let names = |schema: &Json| -> BTreeSet<String> {
        let properties = schema["properties"].as_object().into_iter().flat_map(|all| all.keys());
        properties.cloned().collect()
    };
    records.map(|(name, schema)| (name.clone(), json!(names(schema)))).collect::<Map<_, _>>().into()
}
