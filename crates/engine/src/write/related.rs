//! Finding the record of any entity that `account/0192…`, `accounts/0192…` or `account/C000123` stands for.

use dictionary::expression::Names;
use dictionary::field_types::Invalid;
use dictionary::model::EntityIndex;
use dictionary::{Field, Value, related};

use crate::draft::Input;
use crate::error::EngineError;
use crate::write::session::Session;

impl Session<'_> {
    /// The value of a related field for what was given; its record exists, of an entity that the field accepts. An entity that is not accepted,
    /// is the system's own or does not exist is refused with the same words.
    pub(crate) fn read_related(
        &self,
        field: &Field,
        input: Input,
    ) -> Result<Result<Value, Invalid>, EngineError> {
        let (text, by_title) = match input {
            Input::Value(Value::Null) => return Ok(Ok(Value::Null)),
            Input::Value(Value::Text(text)) | Input::Code(text) => (text, false),
            Input::Text(text) => (text, true),
            Input::Value(_) | Input::Lines(_) => return Ok(Err(unclear())),
        };
        let text = text.trim();
        if text.is_empty() {
            return Ok(Ok(Value::Null));
        }
        let Some((name, record)) = text.split_once('/') else { return Ok(Err(unclear())) };
        let Some(target) = self.nameable(field, name.trim()) else {
            return Ok(Err(Invalid::new(
                "no_such_entity",
                format!("« {name} » n'est pas une sorte de fiche que ce champ peut désigner."),
                format!("“{name}” is not a kind of record that this field may name."),
            )));
        };
        let found = self.find_record(target, record.trim(), by_title)?;
        Ok(found.map(|id| related::value(&self.prepared.entity(target).name, id)))
    }

    /// The entity of that name, or of that collection, if the field may name its records.
    fn nameable(&self, field: &Field, name: &str) -> Option<EntityIndex> {
        let dictionary = self.known();
        let entity = dictionary.entity_index(name).or_else(|| dictionary.collection_index(name))?;
        related::accepts(field, &dictionary.entities[entity]).then_some(entity)
    }
}

fn unclear() -> Invalid {
    Invalid::new(
        "not_a_record",
        "Dites quelle fiche : entité/identifiant ou entité/code, comme « account/C000123 ».",
        "Say which record: entity/id or entity/code, such as “account/C000123”.",
    )
}
