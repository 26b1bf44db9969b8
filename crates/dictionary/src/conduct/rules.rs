//! Rules that a record breaks.

use std::collections::HashSet;

use crate::conduct::Written;
use crate::expression::{EvaluateError, Node, Scope, Typed};
use crate::model::{FieldIndex, Rule};

impl Written<'_> {
    /// Whether a rule is broken for sure: not where it reads a field that is wrong already, nor records of which some are.
    pub fn breaks(&self, rule: &Rule, records_are_wrong: bool) -> Result<bool, EvaluateError> {
        let mut reads = LocalReads::default();
        rule.when.iter().for_each(|when| reads.add(when));
        reads.add(&rule.require);
        let unsure = reads.fields.iter().any(|field| self.wrong.contains(field))
            || (reads.records && records_are_wrong);
        Ok(!unsure && self.is_broken(rule, self.new)?)
    }

    /// Whether a rule was broken before.
    pub fn broke(&self, rule: &Rule) -> Result<bool, EvaluateError> {
        self.old.map_or(Ok(false), |old| self.is_broken(rule, old))
    }

    fn is_broken(&self, rule: &Rule, record: &dyn Scope) -> Result<bool, EvaluateError> {
        let applies = match &rule.when {
            Some(when) => self.holds(when, record),
            None => Ok(true),
        };
        match applies {
            Ok(false) => Ok(false),
            Ok(true) => Ok(!self.holds(&rule.require, record)?),
            // Whether it applies does not matter where it is kept.
            Err(EvaluateError::Unknown) if matches!(self.holds(&rule.require, record), Ok(true)) => Ok(false),
            Err(fault) => Err(fault),
        }
    }
}

/// What an expression reads of its own record.
#[derive(Default)]
struct LocalReads {
    fields: HashSet<FieldIndex>,
    /// It reads records that refer to it.
    records: bool,
}

impl LocalReads {
    fn add(&mut self, typed: &Typed) {
        match &typed.node {
            Node::Literal(_) | Node::Perimeter(_) => {}
            Node::Path(path) => {
                self.fields.insert(path.hops.first().map_or(path.field, |hop| hop.field));
            }
            Node::Not(inner) | Node::Negate(inner) => self.add(inner),
            Node::Binary(_, left, right) => {
                self.add(left);
                self.add(right);
            }
            Node::In(item, among) => {
                self.add(item);
                among.iter().for_each(|one| self.add(one));
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|one| self.add(one)),
            Node::Aggregate(_) => self.records = true,
        }
    }
}
