//! Operations and their parameters.

use serde_json::{Map, Value as Json, json};

use crate::openapi::{Reader, problems};

/// An operation on its way into the document.
pub(super) struct Operation {
    id: String,
    tag: String,
    summary: String,
    parameters: Vec<Json>,
    body: Option<Json>,
    answers: Map<String, Json>,
    writes: bool,
    open: bool,
}

impl Operation {
    pub(super) fn new(id: impl Into<String>, tag: &str, summary: String) -> Operation {
        Operation {
            id: id.into(),
            tag: tag.to_owned(),
            summary,
            parameters: Vec::new(),
            body: None,
            answers: Map::new(),
            writes: false,
            open: false,
        }
    }

    /// Changes something.
    pub(super) fn writes(self) -> Operation {
        Operation { writes: true, ..self }
    }

    /// Answers whoever asks.
    pub(super) fn open(self) -> Operation {
        Operation { open: true, ..self }
    }

    /// Takes the parameters of the document that have these names.
    pub(super) fn takes(mut self, names: &[&str]) -> Operation {
        let named = names.iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")}));
        self.parameters.extend(named);
        self
    }

    /// Takes a part of the address.
    pub(super) fn at(mut self, name: &str, schema: Json) -> Operation {
        self.parameters.push(json!({"name": name, "in": "path", "required": true, "schema": schema}));
        self
    }

    /// Has a body.
    pub(super) fn body(self, media_type: &str, schema: Json) -> Operation {
        Operation {
            body: Some(json!({"required": true, "content": {media_type: {"schema": schema}}})),
            ..self
        }
    }

    /// Answers JSON.
    pub(super) fn answers(self, status: u16, description: &str, schema: Json) -> Operation {
        self.answers_as(status, description, "application/json", schema)
    }

    pub(super) fn answers_as(
        mut self,
        status: u16,
        description: &str,
        media_type: &str,
        schema: Json,
    ) -> Operation {
        let content = json!({media_type: {"schema": schema}});
        self.answers.insert(status.to_string(), json!({"description": description, "content": content}));
        self
    }

    /// Answers without a body.
    pub(super) fn empty(mut self, status: u16, description: &str) -> Operation {
        self.answers.insert(status.to_string(), json!({"description": description}));
        self
    }

    /// Puts the operation at an address.
    pub(super) fn put(mut self, paths: &mut Map<String, Json>, path: &str, method: &str) {
        problems::add(&mut self.answers, self.writes);
        let mut members = Map::new();
        members.insert("operationId".to_owned(), json!(self.id));
        members.insert("tags".to_owned(), json!([self.tag]));
        members.insert("summary".to_owned(), json!(self.summary));
        if !self.parameters.is_empty() {
            members.insert("parameters".to_owned(), Json::Array(self.parameters));
        }
        if let Some(body) = self.body {
            members.insert("requestBody".to_owned(), body);
        }
        members.insert("responses".to_owned(), Json::Object(self.answers));
        if self.open {
            members.insert("security".to_owned(), json!([]));
        }
        let item = paths.entry(path.to_owned()).or_insert_with(|| json!({}));
        item[method] = Json::Object(members);
    }
}

/// Options of a list, by the names they have in the document.
pub(super) const LIST: &[&str] = &[
    "filter",
    "where",
    "select",
    "expand",
    "orderby",
    "top",
    "skip",
    "skiptoken",
    "count",
    "search",
    "apply",
    "deltatoken",
    "prefer",
];

/// Parameters that several operations take.
pub(super) fn parameters(reader: &Reader<'_>) -> Json {
    let text = || json!({"type": "string"});
    let number = |least: u32| json!({"type": "integer", "minimum": least, "maximum": u32::MAX});
    let query = [
        ("filter", "$filter", text(), "Condition, en OData.", "Condition, in OData."),
        (
            "where",
            "$where",
            text(),
            "Condition, dans le langage de Tisserand.",
            "Condition, in Tisserand's language.",
        ),
        (
            "select",
            "$select",
            text(),
            "Propriétés, séparées par des virgules.",
            "Properties, separated by commas.",
        ),
        (
            "expand",
            "$expand",
            text(),
            "Références et lignes à joindre.",
            "References and lines to bring along.",
        ),
        ("orderby", "$orderby", text(), "Tri : `name desc`.", "Sort: `name desc`."),
        ("top", "$top", number(0), "Longueur d'une page, 1 000 au plus.", "Length of a page, 1 000 at most."),
        (
            "skip",
            "$skip",
            number(0),
            "Fiches passées, 10 000 au plus.",
            "Records passed over, 10 000 at most.",
        ),
        (
            "skiptoken",
            "$skiptoken",
            text(),
            "Suite d'une liste, de `nextLink`.",
            "Where a list goes on, from `nextLink`.",
        ),
        ("count", "$count", json!({"type": "boolean"}), "Compte aussi.", "Counts too."),
        ("search", "$search", text(), "Mots cherchés.", "Words looked for."),
        ("apply", "$apply", text(), "Groupes et chiffres.", "Groups and figures."),
        ("deltatoken", "$deltatoken", text(), "Changements, de `deltaLink`.", "Changes, from `deltaLink`."),
        ("q", "q", text(), "Mots cherchés.", "Words looked for."),
    ];
    let headers = [
        ("if_match", "If-Match", "Version attendue : `W/\"128\"`.", "Version expected: `W/\"128\"`."),
        ("if_none_match", "If-None-Match", "Ce que l'on a déjà.", "What is there already."),
        (
            "prefer",
            "Prefer",
            "`return=minimal`, `maxpagesize=50`, `track-changes`.",
            "`return=minimal`, `maxpagesize=50`, `track-changes`.",
        ),
        (
            "idempotency_key",
            "Idempotency-Key",
            "Rend un nouvel envoi sans danger.",
            "Makes sending again safe.",
        ),
    ];
    let mut parameters = Map::new();
    for (name, sent, schema, fr, en) in query {
        let parameter =
            json!({"name": sent, "in": "query", "description": reader.say(fr, en), "schema": schema});
        parameters.insert(name.to_owned(), parameter);
    }
    for (name, sent, fr, en) in headers {
        let parameter =
            json!({"name": sent, "in": "header", "description": reader.say(fr, en), "schema": text()});
        parameters.insert(name.to_owned(), parameter);
    }
    Json::Object(parameters)
}
