//! Conditions in words.

use dictionary::expression::{AggregateFunction, BinaryOperator, Function, Node, Typed};
use dictionary::label::Label;
use dictionary::model::EntityIndex;
use dictionary::{Dictionary, Language, Value, value};

use crate::explain::flatten;

/// Items of a list told by name.
const TOLD_MAX: usize = 5;

/// A condition about records of an entity, in words: labels in place of names, brackets where one could read it otherwise.
pub fn words(dictionary: &Dictionary, entity: EntityIndex, condition: &Typed) -> Label {
    let said = |language| Sayer { dictionary, language }.say(entity, condition);
    Label::new(&said(Language::Fr), &said(Language::En))
}

struct Sayer<'a> {
    dictionary: &'a Dictionary,
    language: Language,
}

impl Sayer<'_> {
    fn one<'t>(&self, fr: &'t str, en: &'t str) -> &'t str {
        if self.language == Language::Fr { fr } else { en }
    }

    fn say(&self, entity: EntityIndex, typed: &Typed) -> String {
        let say = |piece: &Typed| self.say(entity, piece);
        match &typed.node {
            Node::Path(path) => {
                let mut at = entity;
                let mut labels: Vec<&str> = Vec::new();
                for hop in &path.hops {
                    labels.push(self.dictionary.entities[at].fields[hop.field].label.text(self.language));
                    at = hop.to;
                }
                labels
                    .push(self.dictionary.entities[path.entity].fields[path.field].label.text(self.language));
                labels.join(" › ")
            }
            Node::Literal(literal) if literal.is_null() => self.one("vide", "empty").to_owned(),
            Node::Literal(Value::Boolean(true)) => self.one("oui", "yes").to_owned(),
            Node::Literal(Value::Boolean(false)) => self.one("non", "no").to_owned(),
            Node::Literal(literal) => value::to_text(literal),
            Node::Perimeter(name) => {
                let found = self.dictionary.perimeters.iter().find(|perimeter| perimeter.name == *name);
                found.map_or_else(|| name.clone(), |found| found.label.text(self.language).to_owned())
            }
            Node::Call(Function::Me, _) => self.one("moi", "me").to_owned(),
            Node::Call(Function::Today, _) => self.one("aujourd'hui", "today").to_owned(),
            Node::Call(Function::Now, _) => self.one("maintenant", "now").to_owned(),
            Node::Not(inner) => match &inner.node {
                Node::Path(_) => format!("{}{}", say(inner), self.one(" : non", ": no")),
                _ => format!("{} ({})", self.one("pas", "not"), say(inner)),
            },
            Node::Binary(operator @ (BinaryOperator::And | BinaryOperator::Or), left, right) => {
                let mut parts = Vec::new();
                flatten(*operator, left, &mut parts);
                flatten(*operator, right, &mut parts);
                let joined = match operator {
                    BinaryOperator::And => self.one(" et ", " and "),
                    _ => self.one(" ou ", " or "),
                };
                let parts: Vec<String> = parts.into_iter().map(|part| self.bracketed(entity, part)).collect();
                parts.join(joined)
            }
            Node::Binary(operator, left, right) => {
                format!("{} {} {}", say(left), self.operator(*operator), self.choice(entity, left, right))
            }
            Node::In(left, items) => {
                let told: Vec<String> =
                    items.iter().take(TOLD_MAX).map(|item| self.choice(entity, left, item)).collect();
                let more = if items.len() > TOLD_MAX { "…" } else { "" };
                format!("{} {} {}{more}", say(left), self.one("parmi", "among"), told.join(", "))
            }
            Node::Aggregate(figure) if figure.function == AggregateFunction::Exists => {
                let records = &self.dictionary.entities[figure.entity].plural;
                let records = records.text(self.language).to_lowercase();
                match &figure.filter {
                    None => format!("{} {records}", self.one("avec", "with")),
                    Some(which) => {
                        let which = self.say(figure.entity, which);
                        format!("{} {records} ({which})", self.one("avec", "with"))
                    }
                }
            }
            _ => typed.to_string(),
        }
    }

    /// A part of an `and` or an `or`.
    fn bracketed(&self, entity: EntityIndex, part: &Typed) -> String {
        let said = self.say(entity, part);
        match &part.node {
            Node::Binary(BinaryOperator::And | BinaryOperator::Or, ..) => format!("({said})"),
            _ => said,
        }
    }

    /// The right side of a comparison: of a choice, the label of its tag.
    fn choice(&self, entity: EntityIndex, left: &Typed, right: &Typed) -> String {
        let labelled = || {
            let (Node::Path(path), Node::Literal(Value::Text(tag))) = (&left.node, &right.node) else {
                return None;
            };
            let field = &self.dictionary.entities[path.entity].fields[path.field];
            let list = self.dictionary.lists.get(field.options.list.as_deref()?)?;
            let value = list.values.iter().find(|value| value.tag == *tag)?;
            Some(value.label.text(self.language).to_owned())
        };
        labelled().unwrap_or_else(|| self.say(entity, right))
    }

    fn operator(&self, operator: BinaryOperator) -> String {
        let (fr, en) = match operator {
            BinaryOperator::Equal => ("est", "is"),
            BinaryOperator::NotEqual => ("n'est pas", "is not"),
            BinaryOperator::Contains => ("contient", "contains"),
            BinaryOperator::StartsWith => ("commence par", "starts with"),
            BinaryOperator::EndsWith => ("finit par", "ends with"),
            BinaryOperator::Less => ("est inférieur à", "is less than"),
            BinaryOperator::LessOrEqual => ("est au plus", "is at most"),
            BinaryOperator::Greater => ("est supérieur à", "is greater than"),
            BinaryOperator::GreaterOrEqual => ("est au moins", "is at least"),
            other => return other.to_string(),
        };
        self.one(fr, en).to_owned()
    }
}
