//! Operations on the records of an entity.

use dictionary::model::{Entity, Field};
use serde_json::{Map, Value as Json, json};

use crate::data::shape::property_name;
use crate::openapi::operation::{LIST, Operation};
use crate::openapi::records::named;
use crate::openapi::{Reader, values};

/// Options of a request for one record.
const ONE: &[&str] = &["select", "expand"];
/// What writes take.
const WRITE: &[&str] = &["select", "expand", "if_match", "prefer", "idempotency_key"];
/// Any bytes.
const OCTETS: &str = "*/*";

/// Adds the operations of an entity.
pub(super) fn write(reader: &Reader<'_>, entity: &Entity, paths: &mut Map<String, Json>) {
    let about = About { reader, entity, name: entity.label.text(reader.language) };
    about.lists(paths);
    about.one(paths);
    about.members(paths);
    if reader.writes {
        about.upserts(paths);
        about.transitions(paths);
    }
}

struct About<'a> {
    reader: &'a Reader<'a>,
    entity: &'a Entity,
    name: &'a str,
}

impl About<'_> {
    fn operation(&self, what: &str, fr: &str, en: &str) -> Operation {
        let id = format!("{}.{what}", self.entity.collection);
        let summary = format!("{} : {}", self.name, self.reader.say(fr, en));
        Operation::new(id, &self.entity.collection, summary)
    }

    fn at(&self, rest: &str) -> String {
        self.reader.at(&format!("/{}{rest}", self.entity.collection))
    }

    fn schema(&self, kind: &str) -> Json {
        named(&format!("{}{kind}", self.entity.name))
    }

    /// An answer with the record, or without when little was asked for.
    fn record(&self, operation: Operation, status: u16) -> Operation {
        let minimal = self.reader.say("Fait, sans la fiche.", "Done, without the record.");
        operation.answers(status, self.name, self.schema("")).empty(204, &minimal).writes()
    }

    fn lists(&self, paths: &mut Map<String, Json>) {
        let list = self.operation("list", "liste", "list").takes(LIST);
        list.answers(200, self.name, self.schema(".page")).put(paths, &self.at(""), "get");
        let count = self.operation("count", "nombre", "count").takes(&["filter", "where", "search"]);
        let number = json!({"type": "integer", "minimum": 0, "maximum": 10_000});
        count.answers_as(200, self.name, "text/plain", number).put(paths, &self.at("/$count"), "get");
        let query = self.operation("query", "liste aux options longues", "list with long options");
        query
            .body("text/plain", json!({"type": "string", "maxLength": 32_768}))
            .answers(200, self.name, self.schema(".page"))
            .put(paths, &self.at("/$query"), "post");
        if self.reader.writes {
            let create = self.operation("create", "créer", "create");
            let create = create.takes(&["select", "expand", "prefer", "idempotency_key"]);
            let create = create.body("application/json", self.schema(".create"));
            self.record(create, 201).put(paths, &self.at(""), "post");
        }
    }

    fn one(&self, paths: &mut Map<String, Json>) {
        let at = self.at("/{id}");
        let same = self.reader.say("N'a pas changé.", "Did not change.");
        let show = self.operation("read", "lire", "read").at("id", values::id());
        let show = show.takes(ONE).takes(&["if_none_match"]).empty(304, &same);
        show.answers(200, self.name, self.schema("")).put(paths, &at, "get");
        let history = self.operation("history", "historique", "history").at("id", values::id());
        let history = history.takes(&["top", "skiptoken"]).answers(200, self.name, named("history"));
        history.put(paths, &self.at("/{id}/$history"), "get");
        if self.reader.writes {
            let change = self.operation("change", "modifier", "change").at("id", values::id()).takes(WRITE);
            let change = change.body("application/json", self.schema(".change"));
            self.record(change, 200).put(paths, &at, "patch");
            let delete = self.operation("delete", "supprimer", "delete").at("id", values::id());
            let delete = delete.takes(&["if_match", "idempotency_key"]).writes();
            let gone = self.reader.say("Supprimé.", "Deleted.");
            delete.empty(204, &gone).put(paths, &at, "delete");
        }
    }

    /// Writes by the value of a unique field.
    fn upserts(&self, paths: &mut Map<String, Json>) {
        let uniques = self.entity.uniques.iter().filter(|key| key.fields.len() == 1);
        let mut keys: Vec<&Field> = uniques.map(|key| &self.entity.fields[key.fields[0]]).collect();
        keys.extend(self.entity.field("code"));
        keys.retain(|field| !field.secret);
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        keys.dedup_by(|a, b| a.name == b.name);
        for key in keys {
            let what = format!("upsert_by_{}", key.name);
            let upsert = self.operation(&what, "créer ou modifier", "create or change");
            let upsert = upsert.at("key", json!({"type": "string", "minLength": 1})).takes(WRITE);
            let upsert = upsert.body("application/json", self.schema(".change"));
            let upsert = upsert.answers(200, self.name, self.schema(""));
            let at = self.at(&format!("({}='{{key}}')", key.name));
            self.record(upsert, 201).put(paths, &at, "put");
        }
    }

    fn transitions(&self, paths: &mut Map<String, Json>) {
        for transition in self.entity.states.iter().flat_map(|states| &states.transitions) {
            let id = format!("{}.transition.{}", self.entity.collection, transition.name);
            let summary = format!("{} : {}", self.name, transition.label.text(self.reader.language));
            let operation = Operation::new(id, &self.entity.collection, summary).at("id", values::id());
            let at = self.at(&format!("/{{id}}/{}", transition.name));
            self.record(operation.takes(WRITE), 200).put(paths, &at, "post");
        }
    }

    /// Values one by one, and the bytes of files.
    fn members(&self, paths: &mut Map<String, Json>) {
        let shown = self.entity.fields.iter().filter(|field| !field.secret && !field.kind.is_virtual());
        let (files, others): (Vec<&Field>, Vec<&Field>) =
            shown.partition(|field| matches!(field.kind.name(), "file" | "image" | "signature"));
        let names: Vec<String> = others.iter().map(|field| property_name(field).to_owned()).collect();
        let none = self.reader.say("Vide.", "Empty.");
        let value = self.operation("value", "une valeur", "one value").at("id", values::id());
        let value = value.at("property", json!({"type": "string", "enum": names})).empty(204, &none);
        let one = json!({"type": "object", "required": ["value"], "properties": {"value": {}}});
        value.answers(200, self.name, one).put(paths, &self.at("/{id}/{property}"), "get");
        for file in files {
            let at = self.at(&format!("/{{id}}/{}", file.name));
            let what = |does: &str| format!("{does}.{}", file.name);
            let bytes = json!({});
            let part = self.reader.say("Une partie.", "A part.");
            let same = self.reader.say("N'a pas changé.", "Did not change.");
            let beyond = self.reader.say("Au-delà de la fin.", "Beyond the end.");
            let show =
                self.operation(&what("file"), "lire le fichier", "read the file").at("id", values::id());
            let show = show.answers_as(200, self.name, OCTETS, bytes.clone());
            let show = show.answers_as(206, &part, OCTETS, bytes.clone()).takes(&["if_none_match"]);
            show.empty(304, &same).empty(416, &beyond).put(paths, &at, "get");
            if !self.reader.writes {
                continue;
            }
            let put = self.operation(&what("file_put"), "envoyer le fichier", "send the file");
            let put = put.at("id", values::id()).takes(WRITE).body(OCTETS, bytes);
            self.record(put, 200).put(paths, &at, "put");
            let delete = self.operation(&what("file_delete"), "retirer le fichier", "take the file away");
            let delete = delete.at("id", values::id()).takes(WRITE);
            self.record(delete, 200).put(paths, &at, "delete");
        }
    }
}
