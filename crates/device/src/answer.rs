//! What is said of a record being written.

use std::collections::BTreeMap;

use dictionary::conduct::Written;
use dictionary::describe::is_unknown;
use dictionary::expression::Scope;
use dictionary::field_types::Invalid;
use dictionary::model::FieldIndex;
use serde::Serialize;
use serde_json::Value as Json;

use crate::draft::{DraftIndex, Problem, ROOT, Writing};
use crate::scope::{Here, Moment};

/// The answer: what differs from what the dictionary says of every record.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Answer {
    fields: BTreeMap<String, Said>,
    lines: BTreeMap<String, Vec<BTreeMap<String, Said>>>,
    problems: Vec<Told>,
}

/// What is said of a field.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Said {
    /// Absent when shown, null when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    visible: Option<Option<bool>>,
    /// Absent when a person may change it, as far as its own condition goes; null when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    editable: Option<Option<bool>>,
    /// Absent when it has to be filled in as the dictionary says.
    #[serde(skip_serializing_if = "Option::is_none")]
    required: Option<bool>,
    /// Of a computed field, or of one that has a default and was not given: what it will be. Absent when that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Json>,
}

/// A problem, for a person.
#[derive(Debug, Serialize)]
struct Told {
    field: String,
    code: &'static str,
    message: String,
}

impl Writing<'_> {
    /// The whole answer.
    pub(crate) fn answer(mut self) -> Answer {
        let found = self.check();
        self.problems.extend(found);
        let lines = self.lines.iter().map(|(field, drafts)| {
            let name = self.dictionary.entities[self.drafts[ROOT].entity].fields[*field].name.clone();
            (name, drafts.iter().map(|draft| self.said(*draft)).collect())
        });
        let mut problems: Vec<Told> = Vec::new();
        for Problem { field, invalid: Invalid { code, message } } in &self.problems {
            let told = Told { field: field.clone(), code, message: message.text(self.language).to_owned() };
            problems.push(told);
        }
        Answer { fields: self.said(ROOT), lines: lines.collect(), problems }
    }

    fn with_written<T>(&self, number: DraftIndex, ask: impl FnOnce(&Written<'_>) -> T) -> T {
        let draft = &self.drafts[number];
        let old = draft.old.as_ref().map(|_| Here::draft(self, number, Moment::Old));
        let new = Here::draft(self, number, Moment::New);
        ask(&Written {
            dictionary: self.dictionary,
            entity: draft.entity,
            context: &self.context,
            old: old.as_ref().map(|old| old as &dyn Scope),
            new: &new,
            given: &draft.given,
            wrong: &draft.wrong,
        })
    }

    /// What the server would refuse, as far as it is known.
    fn check(&self) -> Vec<Problem> {
        let records_are_wrong = !self.problems.is_empty();
        let mut problems = Vec::new();
        for (number, draft) in self.drafts.iter().enumerate().filter(|(_, draft)| draft.is_written) {
            let place = &draft.place;
            self.with_written(number, |written| {
                let entity = written.definition();
                let mut add = |field: &str, invalid: Invalid| {
                    problems.push(Problem { field: format!("{place}{field}"), invalid });
                };
                for (index, field) in entity.fields.iter().enumerate().filter(|(_, field)| !is_unknown(field))
                {
                    for verdict in [written.missing(index), written.forbidden(index)] {
                        if let Ok(Some(invalid)) = verdict {
                            add(&field.name, invalid);
                        }
                    }
                }
                if let (Some(states), Ok(Some(invalid))) = (&entity.states, written.wrong_state()) {
                    add(&entity.fields[states.field].name, invalid);
                }
                for rule in &entity.rules {
                    if let Ok(true) = written.breaks(rule, records_are_wrong) {
                        let invalid = Invalid { code: "rule", message: rule.message.clone() };
                        add(rule.field.as_deref().unwrap_or_default(), invalid);
                    }
                }
            });
        }
        problems
    }

    fn said(&self, number: DraftIndex) -> BTreeMap<String, Said> {
        let entity = &self.dictionary.entities[self.drafts[number].entity];
        self.with_written(number, |written| {
            let fields = entity.fields.iter().enumerate().filter(|(_, field)| !is_unknown(field));
            let said =
                fields.map(|(index, field)| (field.name.clone(), self.said_of(number, index, written)));
            said.filter(|(_, said)| *said != Said::default()).collect()
        })
    }

    fn said_of(&self, number: DraftIndex, index: FieldIndex, written: &Written<'_>) -> Said {
        let draft = &self.drafts[number];
        let field = &written.definition().fields[index];
        let (visible, editable) = (written.is_visible(index).ok(), written.is_editable(index).ok());
        let is_default = draft.old.is_none() && !draft.given.contains(&index) && field.default.is_some();
        let mut value = None;
        if field.computed.is_some() || is_default {
            let found = written.new.field(index).ok();
            value = found.map(|found| {
                if found.is_null() { Json::Null } else { field.kind.to_json(found.as_ref(), &field.options) }
            });
        }
        Said {
            visible: (visible != Some(true)).then_some(visible),
            editable: (editable != Some(true)).then_some(editable),
            required: (field.required && visible == Some(false)).then_some(false),
            value,
        }
    }
}
