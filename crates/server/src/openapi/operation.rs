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
    refuses: bool,
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
            refuses: true,
        }
    }

    /// Is answered to all, whatever they send.
    pub(super) fn never_refuses(self) -> Operation {
        Operation { open: true, refuses: false, ..self }
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

    /// Takes any bytes, were they none.
    pub(super) fn bytes(self) -> Operation {
        Operation { body: Some(json!({"content": {"*/*": {"schema": {}}}})), ..self }
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
        let answer = self.answers.entry(status.to_string());
        let answer = answer.or_insert_with(|| json!({"description": description, "content": {}}));
        answer["content"][media_type] = json!({"schema": schema});
        self
    }

    /// Answers without a body.
    pub(super) fn empty(mut self, status: u16, description: &str) -> Operation {
        self.answers.insert(status.to_string(), json!({"description": description}));
        self
    }

    /// May be refused with that status, unlike others of its kind.
    pub(super) fn refused(mut self, status: u16) -> Operation {
        problems::add_one(&mut self.answers, status);
        self
    }

    /// The parts of the address that have no description of their own are those of the document.
    fn add_parts_of(&mut self, path: &str) {
        let names = path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name);
        let told = |name: &str| self.parameters.iter().any(|told| told["name"] == name);
        let missing: Vec<Json> = names
            .filter(|name| !told(name))
            .map(|name| json!({"$ref": format!("#/components/parameters/{name}")}))
            .collect();
        self.parameters.splice(0..0, missing);
    }

    /// Puts the operation at an address.
    pub(super) fn put(mut self, paths: &mut Map<String, Json>, path: &str, method: &str) {
        if self.refuses {
            problems::add(&mut self.answers, self.writes);
        }
        self.add_parts_of(path);
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

/// Options of a request for one record.
pub(super) const ONE: &[&str] = &["select", "expand"];
/// What exports take.
pub(super) const EXPORT: &[&str] =
    &["filter", "where", "search", "orderby", "select", "file_format", "labels", "file_name"];
/// What writes take.
pub(super) const WRITE: &[&str] = &["select", "expand", "if_match", "prefer", "idempotency_key"];

/// Parts of addresses.
fn parts(reader: &Reader<'_>) -> Vec<(&'static str, Json, String)> {
    let text = || json!({"type": "string", "minLength": 1});
    let mut parts = vec![
        ("id", crate::openapi::values::id(), reader.say("La fiche.", "The record.")),
        ("key", text(), reader.say("La valeur d'un champ unique.", "The value of a unique field.")),
        ("provider", text(), reader.say("Un fournisseur d'identité.", "An identity provider.")),
    ];
    if reader.dictionary.is_none() {
        parts.extend([
            ("env", text(), reader.say("Un environnement.", "An environment.")),
            ("collection", text(), reader.say("Une collection.", "A collection.")),
            ("unique", text(), reader.say("Un champ unique.", "A unique field.")),
            (
                "member",
                text(),
                reader
                    .say("Une propriété, un fichier, ou un passage.", "A property, a file, or a transition."),
            ),
            ("import", text(), reader.say("Un import.", "An import.")),
            ("list", text(), reader.say("Une liste de valeurs.", "A value list.")),
            ("tag", text(), reader.say("L'étiquette d'une valeur.", "The tag of a value.")),
            ("profile", text(), reader.say("Un profil.", "A profile.")),
        ]);
    }
    parts
}

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
            json!({"type": "integer", "minimum": 0, "maximum": 10_000}),
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
        (
            "older_than",
            "$skiptoken",
            json!({"type": "string", "pattern": r"^\d{1,19}$"}),
            "Suite, de `nextLink`.",
            "Where it goes on, from `nextLink`.",
        ),
        ("search", "$search", text(), "Mots cherchés.", "Words looked for."),
        ("apply", "$apply", text(), "Groupes et chiffres.", "Groups and figures."),
        ("deltatoken", "$deltatoken", text(), "Changements, de `deltaLink`.", "Changes, from `deltaLink`."),
        (
            "file_format",
            "$format",
            json!({"type": "string", "enum": ["csv", "xlsx", "jsonl"]}),
            "Sorte de fichier.",
            "Kind of file.",
        ),
        (
            "labels",
            "labels",
            json!({"type": "boolean"}),
            "Pour être lu : intitulés et libellés. Sinon pour être réimporté : identifiants et codes.",
            "For reading: headings and labels. Else for an import: identifiers and codes.",
        ),
        ("file_name", "name", text(), "Nom du fichier, sans sa fin.", "Name of the file, without its end."),
        ("q", "q", text(), "Mots cherchés.", "Words looked for."),
        (
            "kept_as",
            "as",
            json!({"type": "string", "enum": ["image", "file"]}),
            "`file` garde les octets tels quels ; sinon une image est refaite, sans ce qu'elle dit de son lieu.",
            "`file` keeps the bytes as they are; otherwise a picture is made anew, without what it says of its place.",
        ),
        ("of_collection", "collection", text(), "De cette collection.", "Of this collection."),
        ("outcome", "outcome", text(), "Qui auraient ce sort.", "To which this would happen."),
        ("by_person", "person", text(), "Par cette personne, ou `system`.", "By this person, or `system`."),
        ("about_person", "person", text(), "De cette personne.", "Of this person."),
        ("of_domain", "domain", text(), "De ce domaine.", "Of this domain."),
        ("came_code", "code", text(), "Ce que le fournisseur donne.", "What the provider gives."),
        ("came_state", "state", text(), "Ce qui lui a été confié.", "What it was entrusted with."),
        ("came_issuer", "iss", text(), "Qui répond.", "Who answers."),
        ("came_error", "error", text(), "Pourquoi pas.", "Why not."),
        (
            "by_event",
            "event",
            text(),
            "De cette sorte : `wrong_password`…",
            "Of this kind: `wrong_password`…",
        ),
        (
            "with_capability",
            "capability",
            text(),
            "Ce qui est à faire : read, create, update, delete, export, import, print, ou le nom d'une transition.",
            "What is to be done: read, create, update, delete, export, import, print, or the name of a transition.",
        ),
        ("on_record", "id", text(), "À cette fiche.", "To this record."),
        ("of_record", "record", text(), "De cette fiche.", "Of this record."),
        ("from_moment", "from", text(), "À partir de ce moment.", "From this moment on."),
        ("to_moment", "to", text(), "Avant ce moment.", "Before this moment."),
        (
            "by_operation",
            "operation",
            text(),
            "`create`, `update`, `delete`.",
            "`create`, `update`, `delete`.",
        ),
        (
            "by_origin",
            "origin",
            text(),
            "Par cette porte : `web`, `api`…",
            "Through this door: `web`, `api`…",
        ),
        ("after", "after", number(0), "Reprend après cette position.", "Resumes after this position."),
    ];
    let version = || json!({"type": "string", "pattern": r#"^(\*|(W/)?"\d{1,19}")$"#});
    let headers = [
        (
            "if_match",
            "If-Match",
            version(),
            "Version attendue : `W/\"128\"`.",
            "Version expected: `W/\"128\"`.",
        ),
        ("if_none_match", "If-None-Match", text(), "Ce que l'on a déjà.", "What is there already."),
        (
            "content_disposition",
            "Content-Disposition",
            text(),
            "Le nom : `attachment; filename=\"devis.pdf\"`.",
            "The name: `attachment; filename=\"quote.pdf\"`.",
        ),
        ("range", "Range", text(), "Une partie : `bytes=0-99`.", "A part: `bytes=0-99`."),
        (
            "last_event_id",
            "Last-Event-ID",
            json!({"type": "string", "pattern": r"^\d{1,19}$"}),
            "Reprend après cette position.",
            "Resumes after this position.",
        ),
        (
            "prefer",
            "Prefer",
            text(),
            "`return=minimal`, `maxpagesize=50`, `track-changes`.",
            "`return=minimal`, `maxpagesize=50`, `track-changes`.",
        ),
        (
            "idempotency_key",
            "Idempotency-Key",
            json!({"type": "string", "pattern": r#"^[ \t]*("[!-~]{1,255}"|[!-~]{1,255})[ \t]*$"#}),
            "Rend un nouvel envoi sans danger.",
            "Makes sending again safe.",
        ),
    ];
    let mut parameters = Map::new();
    for (name, schema, description) in parts(reader) {
        let parameter = json!({
            "name": name, "in": "path", "required": true, "description": description, "schema": schema,
        });
        parameters.insert(name.to_owned(), parameter);
    }
    for (name, sent, schema, fr, en) in query {
        let parameter =
            json!({"name": sent, "in": "query", "description": reader.say(fr, en), "schema": schema});
        parameters.insert(name.to_owned(), parameter);
    }
    for (name, sent, schema, fr, en) in headers {
        let parameter =
            json!({"name": sent, "in": "header", "description": reader.say(fr, en), "schema": schema});
        parameters.insert(name.to_owned(), parameter);
    }
    Json::Object(parameters)
}
