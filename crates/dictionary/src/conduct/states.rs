//! State machines: where a new record starts, and which moves are allowed.

use std::borrow::Cow;

use crate::conduct::{Verdict, Written};
use crate::expression::{Context, EvaluateError, Hop, Scope, evaluate, holds};
use crate::field_types::Invalid;
use crate::label::{Label, Language};
use crate::model::{Dictionary, EntityIndex, FieldIndex, States, Transition};
use crate::value::Value;

/// The state that a new record is put in when none is given; the field's default is what else it begins with.
pub fn initial_state(states: &States) -> Option<Value> {
    states.initial.as_ref().map(|initial| Value::Text(initial.clone()))
}

/// Whether the condition of a move holds for a record before it.
pub fn is_allowed(
    transition: &Transition,
    record: &dyn Scope,
    context: &Context,
) -> Result<bool, EvaluateError> {
    transition.require.as_ref().map_or(Ok(true), |require| holds(require, record, context))
}

/// The refusal of a move that no transition makes; `from` is none for a new record.
pub fn no_way(
    dictionary: &Dictionary,
    entity: EntityIndex,
    states: &States,
    from: Option<&str>,
    to: &str,
) -> Label {
    let options = &dictionary.entities[entity].fields[states.field].options;
    let list = options.list.as_ref().and_then(|name| dictionary.lists.get(name));
    let name = |tag: &str, language| {
        let value = list.and_then(|list| list.values.iter().find(|value| value.tag == tag));
        value.map_or(tag, |value| value.label.text(language)).to_owned()
    };
    let (fr, en) = (|tag| name(tag, Language::Fr), |tag| name(tag, Language::En));
    match from {
        Some(from) => Label::new(
            &format!("On ne passe pas de « {} » à « {} ».", fr(from), fr(to)),
            &format!("There is no way from “{}” to “{}”.", en(from), en(to)),
        ),
        None => Label::new(
            &format!("Une nouvelle fiche ne commence pas par « {} ».", fr(to)),
            &format!("A new record does not start as “{}”.", en(to)),
        ),
    }
}

/// The refusal of a move whose condition does not hold.
pub fn not_yet(transition: &Transition) -> Label {
    let label = &transition.label;
    Label::new(
        &format!(
            "« {} » n'est pas encore possible : la condition n'est pas remplie.",
            label.text(Language::Fr)
        ),
        &format!("“{}” is not possible yet: its condition does not hold.", label.text(Language::En)),
    )
}

impl Written<'_> {
    /// What is wrong with the state that the record begins in, or with the move that it makes.
    pub fn wrong_state(&self) -> Verdict {
        let Some(states) = &self.definition().states else { return Ok(None) };
        if self.wrong.contains(&states.field) {
            return Ok(None);
        }
        let refusal = |message| Ok(Some(Invalid { code: "transition", message }));
        let field = self.field(states.field);
        let to = self.new.field(states.field)?;
        let Some(old) = self.old else {
            let initial = match (initial_state(states), &field.default) {
                (Some(initial), _) => initial,
                (None, Some(default)) => evaluate(default, self.new, self.context)?,
                (None, None) => return Ok(None),
            };
            if *to == initial {
                return Ok(None);
            }
            return refusal(self.no_way(states, None, &to));
        };
        let from = old.field(states.field)?;
        let Some(tag) = from.as_text().filter(|_| from != to) else { return Ok(None) };
        let moves = states
            .transitions
            .iter()
            .filter(|t| Some(t.to.as_str()) == to.as_text() && t.from.iter().any(|from| from == tag));
        let mut message = self.no_way(states, Some(tag), &to);
        // The condition is about the record as it is sent on its way, other changes included.
        let before = Before { record: self.new, field: states.field, value: &from };
        for transition in moves {
            if is_allowed(transition, &before, self.context)? {
                return Ok(None);
            }
            message = not_yet(transition);
        }
        refusal(message)
    }

    fn no_way(&self, states: &States, from: Option<&str>, to: &Value) -> Label {
        no_way(self.dictionary, self.entity, states, from, to.as_text().unwrap_or_default())
    }
}

/// A record with one field as it was.
struct Before<'a> {
    record: &'a dyn Scope,
    field: FieldIndex,
    value: &'a Value,
}

impl Scope for Before<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        if field == self.field { Ok(Cow::Borrowed(self.value)) } else { self.record.field(field) }
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        self.record.follow(hop)
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        self.record.children(entity, by)
    }

    fn has_children(&self, entity: EntityIndex, by: FieldIndex) -> Result<bool, EvaluateError> {
        self.record.has_children(entity, by)
    }
}
