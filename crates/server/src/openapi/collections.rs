//! Operations on the records of an entity.

use dictionary::model::{Entity, Field};
use serde_json::{Map, Value as Json, json};

use crate::data::shape::property_name;
use crate::openapi::Reader;
use crate::openapi::operation::{EXPORT, LIST, ONE, Operation, WRITE};
use crate::openapi::records::named;
use crate::openapi::shapes::{own, presence_said, text};

/// Any bytes.
const OCTETS: &str = "*/*";

/// Adds the operations of an entity.
pub(super) fn write(reader: &Reader<'_>, entity: &Entity, paths: &mut Map<String, Json>) {
    let about = About { reader, entity, name: entity.label.text(reader.language) };
    about.lists(paths);
    about.one(paths);
    about.members(paths);
    if reader.writes {
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
        let export = self.operation("export", "liste en fichier", "list as a file").takes(EXPORT);
        let file = json!({"type": "string", "contentMediaType": "application/octet-stream"});
        export.answers_as(200, self.name, "*/*", file).put(paths, &self.at("/$export"), "get");
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
        self.by("", &self.at("/{id}"), paths);
        for key in self.keys() {
            self.by(&format!("_by_{}", key.name), &self.at(&format!("({}='{{key}}')", key.name)), paths);
        }
        let history = self.operation("history", "historique", "history");
        let history = history.takes(&["top", "older_than"]).answers(200, self.name, own("history"));
        history.put(paths, &self.at("/{id}/$history"), "get");
        let presence = self.operation("presence", "qui d'autre l'a ouverte", "who else has it open");
        let presence = presence.body("application/json", presence_said()).writes();
        let others = self.reader.say("Les autres.", "The others.");
        presence.answers(200, &others, own("presence")).put(paths, &self.at("/{id}/$presence"), "put");
        if self.reader.writes {
            let restore =
                self.operation("restore", "refaire ce qui fut supprimé", "make again what was deleted");
            let restore = self.record(restore.takes(WRITE), 200);
            restore.put(paths, &self.at("/{id}/$restore"), "post");
        }
    }

    /// A record at one of its addresses.
    fn by(&self, suffix: &str, at: &str, paths: &mut Map<String, Json>) {
        let what = |does: &str| format!("{does}{suffix}");
        let same = self.reader.say("N'a pas changé.", "Did not change.");
        let show = self.operation(&what("read"), "lire", "read");
        let show = show.takes(ONE).takes(&["if_none_match"]).empty(304, &same);
        show.answers(200, self.name, self.schema("")).put(paths, at, "get");
        if !self.reader.writes {
            return;
        }
        let change = self.operation(&what("change"), "modifier", "change").takes(WRITE);
        let change = change.body("application/json", self.schema(".change"));
        self.record(change, 200).put(paths, at, "patch");
        let upsert = self.operation(&what("upsert"), "créer ou modifier", "create or change").takes(WRITE);
        let upsert = upsert.body("application/json", self.schema(".change"));
        let upsert = upsert.answers(200, self.name, self.schema(""));
        self.record(upsert, 201).put(paths, at, "put");
        let delete = self.operation(&what("delete"), "supprimer", "delete");
        let delete = delete.takes(&["if_match", "idempotency_key"]).writes();
        let gone = self.reader.say("Supprimé.", "Deleted.");
        delete.empty(204, &gone).put(paths, at, "delete");
    }

    /// Fields whose value names one record.
    fn keys(&self) -> Vec<&Field> {
        let uniques = self.entity.uniques.iter().filter(|key| key.fields.len() == 1);
        let mut keys: Vec<&Field> = uniques.map(|key| &self.entity.fields[key.fields[0]]).collect();
        keys.extend(self.entity.field("code"));
        keys.retain(|field| !field.secret);
        keys.sort_by(|a, b| a.name.cmp(&b.name));
        keys.dedup_by(|a, b| a.name == b.name);
        keys
    }

    fn transitions(&self, paths: &mut Map<String, Json>) {
        for transition in self.entity.states.iter().flat_map(|states| &states.transitions) {
            let id = format!("{}.transition.{}", self.entity.collection, transition.name);
            let summary = format!("{} : {}", self.name, transition.label.text(self.reader.language));
            let operation = Operation::new(id, &self.entity.collection, summary);
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
        let property = || json!({"type": "string", "enum": names});
        let value = self.operation("value", "une valeur", "one value");
        let value = value.at("property", property()).empty(204, &none);
        value.answers(200, self.name, own("value")).put(paths, &self.at("/{id}/{property}"), "get");
        let raw = self.operation("raw_value", "une valeur, en texte", "one value, as text");
        let raw = raw.at("property", property()).empty(204, &none);
        let raw = raw.answers_as(200, self.name, "text/plain", text());
        raw.put(paths, &self.at("/{id}/{property}/$value"), "get");
        for file in files {
            let at = self.at(&format!("/{{id}}/{}", file.name));
            let what = |does: &str| format!("{does}.{}", file.name);
            let bytes = json!({});
            let part = self.reader.say("Une partie.", "A part.");
            let same = self.reader.say("N'a pas changé.", "Did not change.");
            let beyond = self.reader.say("Au-delà de la fin.", "Beyond the end.");
            let show = self.operation(&what("file"), "lire le fichier", "read the file");
            let show = show.answers_as(200, self.name, OCTETS, bytes.clone());
            let show = show.answers_as(206, &part, OCTETS, bytes.clone()).takes(&["if_none_match", "range"]);
            show.empty(304, &same).empty(416, &beyond).put(paths, &at, "get");
            if !self.reader.writes {
                continue;
            }
            let put = self.operation(&what("file_put"), "envoyer le fichier", "send the file");
            let put = put.takes(WRITE).bytes();
            self.record(put, 200).put(paths, &at, "put");
            let delete = self.operation(&what("file_delete"), "retirer le fichier", "take the file away");
            let delete = delete.takes(WRITE);
            self.record(delete, 200).put(paths, &at, "delete");
        }
    }
}
