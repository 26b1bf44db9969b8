//! Numbers of records: `T000042`.

use dictionary::Value;
use dictionary::expression::{BinaryOperator, Node, Type, Typed};
use dictionary::model::{EntityIndex, Numbering, Sort};
use store::Row;

use crate::error::{EngineError, failed};
use crate::write::session::Session;

/// Codes tried one after the other before the highest of all is looked up.
const TRIES: u32 = 2;

impl Session<'_> {
    /// Gives a new record its number if it has none; returns whether it did. Imports and people may have taken numbers ahead of the counter: those
    /// are skipped.
    pub(crate) fn number(&mut self, entity: EntityIndex, row: &mut Row) -> Result<bool, EngineError> {
        let prepared = self.prepared.clone();
        let definition = prepared.entity(entity);
        let (Some(numbering), Some(field)) = (&definition.code, prepared.entities[entity].system.code) else {
            return Ok(false);
        };
        if !row.get(field).is_null() {
            return Ok(false);
        }
        let mut at_least = 1;
        let mut tries = 0;
        loop {
            let number = self.tx.next_number(&definition.name, at_least).map_err(failed("take a number"))?;
            let code = Value::Text(format(numbering, number));
            if self.find_by(entity, field, &code)?.is_none() {
                row.0[field] = code;
                return Ok(true);
            }
            tries += 1;
            at_least = number + 1;
            if tries == TRIES {
                at_least = at_least.max(self.highest(entity, field, numbering)? + 1);
            }
        }
    }

    /// The highest number among the codes of a numbering: the last, in the order of texts, of each length.
    fn highest(&self, entity: EntityIndex, field: usize, numbering: &Numbering) -> Result<u64, EngineError> {
        let view = self.view();
        let Node::Binary(_, path, _) = view.field_is(entity, field, &Value::Null).node else { return Ok(0) };
        let node = |node, ty| Box::new(Typed { node, ty, span: Default::default() });
        let prefix = node(Node::Literal(Value::from(numbering.prefix.as_str())), Type::Text);
        let starts = node(Node::Binary(BinaryOperator::StartsWith, path.clone(), prefix), Type::Boolean);
        let order = [Sort { path: *path.clone(), descending: true }];
        let mut highest = 0;
        let shortest = numbering.prefix.chars().count() + numbering.width as usize;
        for length in (shortest..shortest + 12).map(|length| i64::try_from(length).unwrap_or(i64::MAX)) {
            let call = Node::Call(dictionary::expression::Function::Length, vec![*path.clone()]);
            let (call, wanted) =
                (node(call, Type::Integer), node(Node::Literal(Value::Integer(length)), Type::Integer));
            let long = node(Node::Binary(BinaryOperator::Equal, call, wanted), Type::Boolean);
            let rows =
                view.select(entity, &[&starts, &long], &order, 1).map_err(failed("read the last code"))?;
            let Some(code) = rows.first().and_then(|row| row.get(field).as_text().map(str::to_owned)) else {
                break;
            };
            highest = highest.max(number_of(numbering, &code).unwrap_or(0));
        }
        Ok(highest)
    }
}

/// The code of a number.
pub(crate) fn format(numbering: &Numbering, number: u64) -> String {
    format!("{}{number:0width$}", numbering.prefix, width = numbering.width as usize)
}

/// The number of a code that has this numbering's form.
fn number_of(numbering: &Numbering, code: &str) -> Option<u64> {
    let digits = code.strip_prefix(&numbering.prefix)?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
