//! The general document: the same operations for any environment and any collection. It is committed, and clients are generated from it.

use dictionary::Language;
use serde_json::{Map, Value as Json, json};

use crate::openapi::operation::{EXPORT, LIST, ONE, Operation, WRITE};
use crate::openapi::records::named;
use crate::openapi::shapes::{array, own, presence_said, text};
use crate::openapi::{Reader, fixed, whole};

const TAG: &str = "records";
const COLLECTION: &str = "/data/{env}/{collection}";
/// A record by its id, and by the value of a unique field.
const RECORDS: [(&str, &str); 2] =
    [("", "/data/{env}/{collection}/{id}"), ("_by_key", "/data/{env}/{collection}({unique}='{key}')")];

/// What every server answers, whatever its dictionaries say: `docs/openapi.json`. In English.
pub fn openapi_general() -> Json {
    let reader = Reader {
        dictionary: None,
        environment: "{env}",
        writes: true,
        imports: true,
        audits: true,
        administers: true,
        protects: true,
        language: Language::En,
        secure: false,
    };
    let (mut paths, mut schemas) = (Map::new(), Map::new());
    fixed::write(&reader, &mut paths, &mut schemas);
    schemas.insert("tisserand.values".to_owned(), given());
    schemas.insert("tisserand.page".to_owned(), page());
    lists(&mut paths);
    for (suffix, path) in RECORDS {
        one(&mut paths, suffix, path);
        members(&mut paths, suffix, path);
    }
    options(&mut paths);
    let info = json!({
        "title": "Tisserand",
        "version": env!("CARGO_PKG_VERSION"),
        "description": "What every Tisserand server answers. `/data/{env}/openapi.json` describes one environment, with its entities.",
    });
    let tags = vec![
        json!({"name": fixed::TAG, "description": "What every environment has."}),
        json!({"name": TAG, "description": "Records of any collection."}),
    ];
    whole(&reader, &info, tags, paths, schemas)
}

fn operation(id: &str, summary: &str) -> Operation {
    Operation::new(id, TAG, summary.to_owned())
}

/// An answer with the record, or without when little was asked for.
fn answers_record(operation: Operation, status: u16) -> Operation {
    let operation = operation.answers(status, "The record.", own("record"));
    operation.empty(204, "Done, without the record.").writes()
}

fn lists(paths: &mut Map<String, Json>) {
    let list = operation("record_list", "Records of a collection").takes(LIST);
    list.answers(200, "A page.", own("page")).put(paths, COLLECTION, "get");
    let create = operation("record_create", "Create a record");
    let create = create.takes(&["select", "expand", "prefer", "idempotency_key"]);
    answers_record(create.body("application/json", own("values")), 201).put(paths, COLLECTION, "post");
    let count = operation("record_count", "How many records").takes(&["filter", "where", "search"]);
    let number = json!({"type": "integer", "minimum": 0, "maximum": 10_000});
    let count = count.answers_as(200, "The number, 10 000 at most.", "text/plain", number);
    count.put(paths, &format!("{COLLECTION}/$count"), "get");
    let export = operation("record_export", "A whole list as CSV, XLSX or JSON lines").takes(EXPORT);
    let export = export.answers_as(200, "The file.", "*/*", json!({}));
    export.put(paths, &format!("{COLLECTION}/$export"), "get");
    let query = operation("record_query", "A list with long options");
    let query = query.body("text/plain", json!({"type": "string", "maxLength": 32_768}));
    query.answers(200, "A page.", own("page")).put(paths, &format!("{COLLECTION}/$query"), "post");
}

fn one(paths: &mut Map<String, Json>, suffix: &str, path: &str) {
    let named = |name: &str, summary: &str| operation(&format!("{name}{suffix}"), summary);
    let show = named("record_show", "One record").takes(ONE).takes(&["if_none_match"]);
    show.empty(304, "Did not change.").answers(200, "The record.", own("record")).put(paths, path, "get");
    let change = named("record_change", "Change the fields given").takes(WRITE);
    answers_record(change.body("application/json", own("values")), 200).put(paths, path, "patch");
    let upsert = named("record_upsert", "Create or change").takes(WRITE);
    let upsert = upsert.body("application/json", own("values"));
    let upsert = upsert.answers(200, "The record that was there.", own("record"));
    answers_record(upsert, 201).put(paths, path, "put");
    let delete = named("record_delete", "Delete a record").takes(&["if_match", "idempotency_key"]);
    delete.writes().empty(204, "Deleted.").put(paths, path, "delete");
}

fn members(paths: &mut Map<String, Json>, suffix: &str, path: &str) {
    let named = |name: &str, summary: &str| operation(&format!("{name}{suffix}"), summary);
    let history = named("record_history", "What happened to a record, newest first");
    let history = history.takes(&["top", "older_than"]).answers(200, "A page.", own("history"));
    history.put(paths, &format!("{path}/$history"), "get");
    let presence = named("presence_put", "Say that one has a record open, and hear who else has");
    let presence = presence.body("application/json", presence_said()).writes();
    let presence = presence.answers(200, "The others.", own("presence"));
    presence.put(paths, &format!("{path}/$presence"), "put");
    let restore = named("record_restore", "Make a record again that was deleted").takes(WRITE);
    answers_record(restore, 200).put(paths, &format!("{path}/$restore"), "post");
    let at = format!("{path}/{{member}}");
    let show = named("property_show", "One value, or the bytes of a file");
    let show = show.takes(&["if_none_match", "range"]).empty(204, "Empty.");
    bytes(show.answers(200, "The value.", own("value"))).put(paths, &at, "get");
    let transition = named("record_transition", "Run a transition").takes(WRITE);
    answers_record(transition, 200).put(paths, &at, "post");
    let put = named("file_put", "Send the bytes of a file field").takes(WRITE).bytes();
    answers_record(put, 200).put(paths, &at, "put");
    let delete = named("file_delete", "Empty a file field").takes(WRITE);
    answers_record(delete, 200).put(paths, &at, "delete");
    let value = named("value_show", "One value as text, or the bytes of a file");
    let value = value.takes(&["if_none_match", "range"]).empty(204, "Empty.");
    bytes(value.answers_as(200, "The value.", "text/plain", text())).put(
        paths,
        &format!("{at}/$value"),
        "get",
    );
}

/// What requests for the bytes of a file may be answered.
fn bytes(operation: Operation) -> Operation {
    let operation = operation.answers_as(200, "The bytes.", "*/*", json!({}));
    let operation = operation.answers_as(206, "A part.", "*/*", json!({}));
    operation.empty(304, "Did not change.").empty(416, "Beyond the end.")
}

/// `OPTIONS` of every address of data.
fn options(paths: &mut Map<String, Json>) {
    let addresses: Vec<String> = paths.keys().filter(|path| path.starts_with("/data/")).cloned().collect();
    for (number, path) in addresses.iter().enumerate() {
        let options = operation(&format!("options_show_{number}"), "What this address takes");
        let options = options.empty(204, "Its methods, in `Allow`.");
        options.put(paths, path, "options");
    }
}

/// Values that a write gives.
fn given() -> Json {
    json!({"type": "object", "additionalProperties": true})
}

/// A page of records. `$apply` answers groups in their place, a delta link what was removed too.
fn page() -> Json {
    json!({
        "type": "object",
        "required": ["value"],
        "properties": {
            "@odata.context": text(),
            "@odata.count": {"type": "integer", "minimum": 0},
            "@tisserand.count_capped": {"type": "boolean"},
            "@odata.nextLink": text(),
            "@odata.deltaLink": text(),
            "value": array(json!({"anyOf": [named("tisserand.record"), {"type": "object", "additionalProperties": true}]})),
        },
        "additionalProperties": false,
    })
}
