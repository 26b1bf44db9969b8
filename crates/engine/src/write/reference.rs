//! Finding the record that a code, an e-mail, an id or a title stands for.

use std::sync::Arc;

use dictionary::expression::Node;
use dictionary::field_types::Invalid;
use dictionary::model::{EntityIndex, FieldIndex, ID, TitlePart};
use dictionary::{Field, Language, RecordId, Value};

use crate::draft::Input;
use crate::error::{EngineError, failed};
use crate::keys::key_value;
use crate::records::Reader;
use crate::view::View;
use crate::write::session::Session;

/// Records that a title is looked for among.
const CANDIDATES: u32 = 20;

impl Session<'_> {
    /// The id that was given for a reference; the record exists.
    pub(crate) fn read_reference(
        &self,
        field: &Field,
        input: Input,
    ) -> Result<Result<Value, Invalid>, EngineError> {
        let target = field.options.to.as_deref().and_then(|to| self.prepared.dictionary.entity_index(to));
        let Some(target) = target else { return Ok(Ok(Value::Null)) };
        let (text, by_title) = match input {
            Input::Value(Value::Null) => return Ok(Ok(Value::Null)),
            Input::Value(Value::Id(id)) => {
                return Ok(match self.is_seen(target, id)? {
                    true => Ok(Value::Id(id)),
                    false => Err(self.no_such(target, &id.to_string())),
                });
            }
            Input::Value(Value::Text(text)) | Input::Code(text) => (text, false),
            Input::Text(text) => (text, true),
            Input::Value(_) | Input::Lines(_) => {
                return Ok(Err(Invalid::new(
                    "not_a_reference",
                    "Donnez l'identifiant ou le code d'une fiche.",
                    "Give the id or the code of a record.",
                )));
            }
        };
        match text.trim() {
            "" => Ok(Ok(Value::Null)),
            text => Ok(self.find_record(target, text, by_title)?.map(Value::Id)),
        }
    }

    /// The record of an entity that a text stands for: its id, its natural key, and its title when people may write that.
    pub(crate) fn find_record(
        &self,
        target: EntityIndex,
        text: &str,
        by_title: bool,
    ) -> Result<Result<RecordId, Invalid>, EngineError> {
        if let Some(id) = RecordId::parse(text)
            && self.is_seen(target, id)?
        {
            return Ok(Ok(id));
        }
        if let Some(key) = self.prepared.entities[target].natural_key {
            let definition = &self.prepared.entity(target).fields[key];
            if let Ok(value) = definition.kind.parse(text, &self.field_context(definition))
                && self.is_open(target, key)
                && let Some(id) = self.find_by(target, key, &value)?
                && self.is_seen(target, id)?
            {
                return Ok(Ok(id));
            }
        }
        if by_title { self.by_title(target, text) } else { Ok(Err(self.no_such(target, text))) }
    }

    /// The only record of that title.
    fn by_title(&self, target: EntityIndex, text: &str) -> Result<Result<RecordId, Invalid>, EngineError> {
        let view = View { sight: self.sight.as_deref(), ..self.view() };
        let entity = &self.known().entities[target];
        let mut found: Vec<RecordId> = match &entity.title.parts[..] {
            [TitlePart::Path(path)] if matches!(&path.node, Node::Path(p) if p.hops.is_empty() && p.part.is_none()) =>
            {
                let Node::Path(path) = &path.node else { return Ok(Err(self.no_such(target, text))) };
                let filter = view.field_is(target, path.field, &Value::from(text));
                let rows =
                    view.select(target, &[&filter], &[], 2).map_err(failed("find a record by its title"))?;
                view.seen(target, rows.into_iter().map(Arc::new).collect())?
                    .iter()
                    .map(|row| row.id())
                    .collect()
            }
            _ if self.prepared.entities[target].searchable => {
                let words = dictionary::text::fold(text);
                let ids = self.tx.search(entity, &words, CANDIDATES).map_err(failed("search records"))?;
                let rows = view.rows(target, ids).map_err(failed("read records"))?;
                let rows = view.seen(target, rows)?;
                let reader = Reader { view, language: self.caller.language };
                let records = reader.records(target, rows, &[])?;
                records.iter().filter(|record| record.title == text).map(|record| record.row.id()).collect()
            }
            _ => Vec::new(),
        };
        Ok(match (found.pop(), found.is_empty()) {
            (Some(id), true) => Ok(id),
            (Some(_), false) => Err(Invalid::new(
                "ambiguous",
                format!("Plusieurs fiches s'appellent « {text} » : donnez un code."),
                format!("Several records are called “{text}”: give a code."),
            )),
            (None, _) => Err(self.no_such(target, text)),
        })
    }

    fn no_such(&self, target: EntityIndex, text: &str) -> Invalid {
        let label = &self.prepared.entity(target).label;
        Invalid::new(
            "no_such_record",
            format!("Aucune fiche « {} » ne correspond à « {text} ».", label.text(Language::Fr)),
            format!("No “{}” matches “{text}”.", label.text(Language::En)),
        )
    }

    /// The unique field of that name and the value that a text stands for in it.
    pub(crate) fn key_value(
        &self,
        entity: EntityIndex,
        key: &str,
        text: &str,
    ) -> Result<(FieldIndex, Value), EngineError> {
        key_value(self.known(), entity, key, text, &self.shared.settings.zone, self.caller.language)
    }

    /// The record whose unique field has that value, as this unit would leave it.
    pub(crate) fn find_by(
        &self,
        entity: EntityIndex,
        field: FieldIndex,
        value: &Value,
    ) -> Result<Option<RecordId>, EngineError> {
        let view = self.view();
        if field == ID {
            let Some(id) = value.as_id() else { return Ok(None) };
            return Ok(view.row(entity, id).map_err(failed("read a record"))?.map(|row| row.id()));
        }
        if value.is_null() {
            return Ok(None);
        }
        let staged = self.staging.of(entity).filter_map(|staged| staged.new.as_ref());
        if let Some(row) = staged.into_iter().find(|row| row.get(field) == value) {
            return Ok(Some(row.id()));
        }
        let found =
            self.tx.find(self.prepared.entity(entity), field, value).map_err(failed("find a record"))?;
        if found.is_none() {
            *self.absent.borrow_mut() = Some((entity, field, value.clone()));
        }
        // One that is staged no longer has it: it would have been found above.
        Ok(found.map(|row| row.id()).filter(|id| self.staging.get((entity, *id)).is_none()))
    }
}
