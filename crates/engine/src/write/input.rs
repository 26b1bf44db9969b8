//! What was given for a field, made into a value of its type.

use dictionary::expression::error::nearest;
use dictionary::field_types::{FieldContext, Invalid};
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::value::FileRef;
use dictionary::{Entity, Field, Label, Value, related};
use rights::{Level, masked};
use store::{Row, StoreError};

use crate::draft::Input;
use crate::error::EngineError;
use crate::write::session::Session;

/// What becomes of a value given for a field.
pub(crate) enum Verdict {
    /// It is set.
    Set,
    /// It says what is there already, or says nothing.
    Ignore,
    /// The field is not a person's to set.
    Refuse,
}

/// The label of a field that the entity lacks, with the name that was probably meant.
pub(crate) fn unknown_field(entity: &Entity, name: &str) -> Label {
    let near = nearest(name, entity.fields.iter().map(|field| field.name.as_str()));
    let (fr, en) = match near {
        Some(near) => (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")),
        None => Default::default(),
    };
    Label::new(
        &format!("« {} » n'a pas de champ « {name} ».{fr}", entity.label.text(dictionary::Language::Fr)),
        &format!("“{}” has no field “{name}”.{en}", entity.label.text(dictionary::Language::En)),
    )
}

impl Session<'_> {
    /// What a field's type needs to know beside a value.
    pub(crate) fn field_context<'f>(&'f self, field: &'f Field) -> FieldContext<'f> {
        let list = field.options.list.as_ref().and_then(|name| self.prepared.dictionary.lists.get(name));
        FieldContext {
            options: &field.options,
            list,
            zone: &self.shared.settings.zone,
            language: self.caller.language,
        }
    }

    /// The value that an input stands for, or why the field's type refuses it.
    pub(crate) fn read_input(
        &self,
        entity: EntityIndex,
        field: FieldIndex,
        input: Input,
    ) -> Result<Result<Value, Invalid>, EngineError> {
        let definition = &self.prepared.entity(entity).fields[field];
        let context = self.field_context(definition);
        match definition.kind.name() {
            "reference" => return self.read_reference(definition, input),
            related::TYPE => return self.read_related(definition, input),
            _ => {}
        }
        Ok(match input {
            Input::Value(Value::File(file)) => match self.kept_file(*file)? {
                Ok(file) => definition.kind.check(Value::File(Box::new(file)), &context),
                Err(invalid) => Err(invalid),
            },
            Input::Value(value) => definition.kind.check(value, &context),
            Input::Text(text) | Input::Code(text) if text.trim().is_empty() => Ok(Value::Null),
            Input::Text(text) | Input::Code(text) => definition
                .kind
                .parse(&text, &context)
                .and_then(|value| definition.kind.check(value, &context)),
            Input::Lines(_) => Err(Invalid::new(
                "not_lines",
                "Ce champ ne contient pas de lignes.",
                "This field does not hold lines.",
            )),
        })
    }

    /// The file as the store has it, which knows its size best.
    fn kept_file(&self, file: FileRef) -> Result<Result<FileRef, Invalid>, EngineError> {
        let size = self.shared.store.files().size(&file.hash).map_err(|source| EngineError::Store {
            action: "look for a file",
            source: StoreError::Database { action: "look for a file", source: source.into() },
        })?;
        Ok(size.map(|size| FileRef { size, ..file }).ok_or_else(|| {
            Invalid::new(
                "no_such_file",
                "Ce fichier n'a pas été reçu : envoyez-le d'abord.",
                "This file has not been received: send it first.",
            )
        }))
    }

    /// Whether that value may be set: `old` is the record before, none for a new one.
    pub(crate) fn verdict(
        &self,
        entity: EntityIndex,
        field: FieldIndex,
        value: &Value,
        old: Option<&Row>,
    ) -> Result<Verdict, EngineError> {
        let definition = &self.prepared.entity(entity).fields[field];
        let own = self.prepared.entities[entity].system.is_stamp(field) || field == ID;
        let closed = self.level(entity, field) < Level::Write;
        let sealed =
            own || closed || definition.computed.is_some() || (definition.read_only && !self.is_system());
        let same = match old {
            Some(old) => match &definition.computed {
                Some(computed) if !computed.stored => {
                    *value == self.view().evaluate(&computed.formula, entity, old)?
                }
                // What was shown masked comes back masked.
                _ if self.level(entity, field) == Level::Masked => {
                    *value == masked(definition.kind.name(), old.get(field))
                }
                _ => value == old.get(field),
            },
            None => value.is_null(),
        };
        Ok(match (sealed, same) {
            (true, true) => Verdict::Ignore,
            (true, false) => Verdict::Refuse,
            // Said again is not a change; an explicit nothing, in a new record, stands for no default.
            (false, true) if old.is_some() => Verdict::Ignore,
            (false, _) => Verdict::Set,
        })
    }
}
