//! Bodies of writes: JSON into drafts, by the names of the API. Every fault is found, not only the first.

use contents::{HEAD_BYTES, Looked, is_picture, looked_at, says_more};
use dictionary::expression::error::nearest;
use dictionary::field_types::Invalid;
use dictionary::label::Label;
use dictionary::model::{Dictionary, Entity, Field};
use dictionary::value::FileRef;
use dictionary::{RecordId, Value, related};
use engine::{Draft, FieldProblem, Input, LineDraft};
use platform::OpenEnvironment;
use serde_json::{Map, Value as Json};

use crate::data::files::fitting::Unfit;
use crate::data::resource::{self, Key, Resource};
use crate::data::shape::property_name;
use crate::odata::expand::target;

/// Lines in one body at most.
const LINES_MAX: usize = 5_000;

/// What a body asks for.
#[derive(Debug, Default)]
pub(crate) struct Body {
    /// The id the client chose.
    pub(crate) id: Option<RecordId>,
    pub(crate) draft: Draft,
}

/// Reads the body of a write.
///
/// Annotations (`@odata.etag`…) and what the system keeps by itself are passed over, so that a record may be sent back as it was read.
pub(crate) fn read(
    environment: &OpenEnvironment,
    dictionary: &Dictionary,
    entity: &Entity,
    body: Map<String, Json>,
) -> Result<Body, Vec<FieldProblem>> {
    let mut reader = Reader { environment, dictionary, problems: Vec::new(), lines: 0 };
    let read = reader.record(entity, body, "");
    if reader.problems.is_empty() { Ok(read) } else { Err(reader.problems) }
}

struct Reader<'a> {
    environment: &'a OpenEnvironment,
    dictionary: &'a Dictionary,
    problems: Vec<FieldProblem>,
    lines: usize,
}

impl Reader<'_> {
    fn record(&mut self, entity: &Entity, body: Map<String, Json>, prefix: &str) -> Body {
        let mut read = Body::default();
        for (name, json) in body {
            let at = format!("{prefix}{name}");
            if let Some(reference) = name.strip_suffix("@odata.bind").or_else(|| name.strip_suffix("@bind")) {
                if let Some((name, input)) = self.bound(entity, reference, &json, &at) {
                    read.draft.fields.insert(name, input);
                }
                continue;
            }
            if name.contains('@') {
                continue;
            }
            if name == "id" {
                read.id = self.id(&at, &json);
                continue;
            }
            if let Some(field) = entity.field(&name) {
                if field.system && field.name != "code" {
                    continue;
                }
                if let Some(input) = self.input(field, json, &at) {
                    read.draft.fields.insert(name, input);
                }
                continue;
            }
            match name.strip_suffix("_id").and_then(|reference| entity.field(reference)) {
                Some(field) if field.kind.name() == "reference" => {
                    if field.system {
                        continue;
                    }
                    let value =
                        if json.is_null() { Some(Value::Null) } else { self.id(&at, &json).map(Value::Id) };
                    if let Some(value) = value {
                        read.draft.fields.insert(field.name.clone(), Input::Value(value));
                    }
                }
                _ => self.unknown(entity, &name, at),
            }
        }
        read
    }

    fn input(&mut self, field: &Field, json: Json, at: &str) -> Option<Input> {
        if json.is_null() {
            return Some(if field.kind.is_virtual() {
                Input::Lines(Vec::new())
            } else {
                Input::Value(Value::Null)
            });
        }
        match field.kind.name() {
            "reference" => self.reference(json, at),
            "lines" => self.lines(field, json, at),
            related::TYPE => self.related(&json, at),
            _ => match field.kind.from_json(&json, &field.options) {
                Ok(Value::File(file)) if !self.is_kept(&file) => {
                    self.refuse(
                        at,
                        "no_such_file",
                        "Ce fichier n'a pas été envoyé ; envoyez-le d'abord par POST à $files.",
                        "This file was not sent; send it first by POST to $files.",
                    );
                    None
                }
                Ok(Value::File(mut file)) => match self.look(&file, field) {
                    Ok(media_type) => {
                        file.media_type = media_type;
                        Some(Input::Value(Value::File(file)))
                    }
                    Err(unfit) => {
                        let Invalid { code, message } = unfit.said();
                        self.problems.push(FieldProblem { field: at.to_owned(), code, message });
                        None
                    }
                },
                Ok(value) => Some(Input::Value(value)),
                Err(invalid) => {
                    let problem =
                        FieldProblem { field: at.to_owned(), code: invalid.code, message: invalid.message };
                    self.problems.push(problem);
                    None
                }
            },
        }
    }

    /// Whether the content of a file is here. Only who has seen its hash can name it, so this opens nothing to anybody else.
    fn is_kept(&self, file: &FileRef) -> bool {
        matches!(self.environment.files.size(&file.hash), Ok(Some(size)) if size == file.size)
    }

    /// The type of a content that is here: whoever names it may call it what they like.
    fn look(&self, file: &FileRef, field: &Field) -> Result<String, Unfit> {
        // One that cannot be read now is told by whoever reads it.
        let head = self.environment.files.read(&file.hash, 0, HEAD_BYTES).ok().flatten().unwrap_or_default();
        match looked_at(&file.media_type, &head) {
            Looked::Program => Err(Unfit::Program),
            Looked::Type(media_type) if field.kind.name() != "file" && !is_picture(&media_type) => {
                Err(Unfit::NoPicture { media_type })
            }
            Looked::Type(_) if field.kind.name() != "file" && says_more(&head) => Err(Unfit::NotMadeAnew),
            Looked::Type(media_type) => Ok(media_type),
        }
    }

    /// `{"id": …}`, `{"code": …}`, or a text that is an id or a code.
    fn reference(&mut self, json: Json, at: &str) -> Option<Input> {
        let text = match &json {
            Json::String(text) => Some(text),
            Json::Object(members) => match (members.get("id"), members.get("code")) {
                (Some(id), _) => return self.id(at, id).map(|id| Input::Value(Value::Id(id))),
                (None, Some(Json::String(code))) => return Some(Input::Code(code.clone())),
                _ => None,
            },
            _ => None,
        };
        match text {
            Some(text) => Some(match RecordId::parse(text) {
                Some(id) => Input::Value(Value::Id(id)),
                None => Input::Code(text.clone()),
            }),
            None => {
                self.refuse(
                    at,
                    "not_a_reference",
                    "Une référence s'écrit {\"id\": …}, {\"code\": …}, ou comme le texte d'un identifiant ou d'un code.",
                    "A reference is written {\"id\": …}, {\"code\": …}, or as the text of an id or a code.",
                );
                None
            }
        }
    }

    /// `entity/id`, `entity/code`, or an object with `entity` and one of `id` and `code`.
    fn related(&mut self, json: &Json, at: &str) -> Option<Input> {
        let text = match json {
            Json::String(text) => Some(text.clone()),
            Json::Object(members) => related::text_of_members(members),
            _ => None,
        };
        if text.is_none() {
            self.refuse(
                at,
                "not_a_record",
                "Une fiche de toute sorte s'écrit \"entité/identifiant\", \"entité/code\", {\"entity\": …, \"id\": …} ou {\"entity\": …, \"code\": …}.",
                "A record of any kind is written \"entity/id\", \"entity/code\", {\"entity\": …, \"id\": …} or {\"entity\": …, \"code\": …}.",
            );
        }
        text.map(Input::Code)
    }

    /// `owner@odata.bind`: the reference named, to the record at an address.
    fn bound(&mut self, entity: &Entity, name: &str, json: &Json, at: &str) -> Option<(String, Input)> {
        let found = entity.field(name).filter(|field| field.kind.name() == "reference" && !field.system);
        let Some(field) = found else {
            self.unknown(entity, name, at.to_owned());
            return None;
        };
        if json.is_null() {
            return Some((name.to_owned(), Input::Value(Value::Null)));
        }
        let collection = target(self.dictionary, field).map(|target| target.collection.as_str());
        let address = json.as_str().unwrap_or_default();
        // Whole addresses end with the collection and the key.
        let start = collection.and_then(|collection| address.rfind(&format!("/{collection}")));
        let path = start.map_or(address, |start| &address[start + 1..]);
        match resource::parse(path) {
            Some(Resource::Record(of, key)) if Some(of.as_str()) == collection => Some((
                name.to_owned(),
                match key {
                    Key::Id(id) => Input::Value(Value::Id(id)),
                    Key::Unique(_, value) => Input::Code(value),
                },
            )),
            _ => {
                let collection = collection.unwrap_or_default();
                self.refuse(
                    at,
                    "not_an_address",
                    &format!("Il faudrait l'adresse d'une fiche de {collection}, comme {collection}/0192…."),
                    &format!(
                        "The address of a record of {collection} is expected, such as {collection}/0192…."
                    ),
                );
                None
            }
        }
    }

    fn lines(&mut self, field: &Field, json: Json, at: &str) -> Option<Input> {
        let entity = target(self.dictionary, field)?;
        let Json::Array(items) = json else {
            self.refuse(
                at,
                "not_lines",
                "Des lignes s'écrivent comme un tableau.",
                "Lines are written as an array.",
            );
            return None;
        };
        self.lines += items.len();
        if self.lines > LINES_MAX {
            self.refuse(
                at,
                "too_many_lines",
                &format!("Au plus {LINES_MAX} lignes à la fois."),
                &format!("At most {LINES_MAX} lines at a time."),
            );
            return None;
        }
        let mut lines = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let at = format!("{at}[{index}]");
            let Json::Object(line) = item else {
                self.refuse(
                    &at,
                    "not_a_line",
                    "Une ligne s'écrit comme un objet.",
                    "A line is written as an object.",
                );
                continue;
            };
            let read = self.record(entity, line, &format!("{at}."));
            lines.push(LineDraft { id: read.id, draft: read.draft });
        }
        Some(Input::Lines(lines))
    }

    fn id(&mut self, at: &str, json: &Json) -> Option<RecordId> {
        let id = json.as_str().and_then(RecordId::parse);
        if id.is_none() && !json.is_null() {
            self.refuse(at, "not_an_id", "Ce n'est pas un identifiant.", "This is not an id.");
        }
        id
    }

    fn unknown(&mut self, entity: &Entity, name: &str, at: String) {
        let fields = entity.fields.iter().filter(|field| !field.secret);
        let names: Vec<String> =
            fields.flat_map(|field| [field.name.clone(), property_name(field).to_owned()]).collect();
        let near = nearest(name, names.iter().map(String::as_str));
        let (mut fr, mut en) = (format!("« {name} » n'existe pas."), format!("“{name}” does not exist."));
        if let Some(near) = near {
            fr.push_str(&format!(" Vouliez-vous dire « {near} » ?"));
            en.push_str(&format!(" Did you mean “{near}”?"));
        }
        self.problems.push(FieldProblem { field: at, code: "unknown_field", message: Label::new(&fr, &en) });
    }

    fn refuse(&mut self, at: &str, code: &'static str, fr: &str, en: &str) {
        self.problems.push(FieldProblem { field: at.to_owned(), code, message: Label::new(fr, en) });
    }
}
