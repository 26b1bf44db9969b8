//! How records are named in links, lists and messages.

use crate::expression::{Context, EvaluateError, Hop, Node, Path, Scope, Typed, evaluate};
use crate::label::Language;
use crate::model::{Dictionary, EntityIndex, Field, ID, TitlePart};
use crate::value::{self, Value};

/// Titles inside titles: `{account}` shows the account's, which may show its owner's.
const NESTED_MAX: u32 = 3;

/// The title of a record of `entity`; its code, else its id, when the fields that name it are empty.
///
/// A reference shows the title of its record, a choice its label in `language`, an instant its day and time in the zone of `context`,
/// everything else what [`FieldType::format`](crate::field_types::FieldType::format) writes. A text between two values goes when one of
/// them is empty: `{name} ({city})` without a city is the name alone.
pub fn render(
    dictionary: &Dictionary,
    entity: EntityIndex,
    record: &dyn Scope,
    context: &Context,
    language: Language,
) -> Result<String, EvaluateError> {
    let titles = Titles { dictionary, context, language };
    let title = titles.of(entity, record, NESTED_MAX)?;
    if !title.is_empty() {
        return Ok(title);
    }
    Ok(value::to_text(record.field(ID)?.as_ref()))
}

struct Titles<'a> {
    dictionary: &'a Dictionary,
    context: &'a Context,
    language: Language,
}

impl Titles<'_> {
    /// The title, else the code, else nothing.
    fn of(&self, entity: EntityIndex, record: &dyn Scope, nested: u32) -> Result<String, EvaluateError> {
        let entity = &self.dictionary.entities[entity];
        let mut line = Line::default();
        for part in &entity.title.parts {
            match part {
                TitlePart::Text(text) => line.text(text),
                TitlePart::Path(path) => line.value(&self.part(path, record, nested)?),
            }
        }
        let title = line.finish();
        if !title.is_empty() {
            return Ok(title);
        }
        let code = entity.code.as_ref().and_then(|_| entity.index("code"));
        match code {
            Some(code) => Ok(value::to_text(record.field(code)?.as_ref())),
            None => Ok(String::new()),
        }
    }

    fn part(&self, typed: &Typed, record: &dyn Scope, nested: u32) -> Result<String, EvaluateError> {
        let Node::Path(path @ Path { part: None, .. }) = &typed.node else {
            return Ok(value::to_text(&evaluate(typed, record, self.context)?));
        };
        let field = &self.dictionary.entities[path.entity].fields[path.field];
        let target = field.options.to.as_deref().filter(|_| path.field != ID);
        match target.and_then(|to| self.dictionary.entity_index(to)) {
            Some(to) => {
                let last = Hop { field: path.field, to };
                let hops: Vec<Hop> = path.hops.iter().copied().chain([last]).collect();
                self.beyond(&hops, record, nested)
            }
            None => Ok(self.text(field, &evaluate(typed, record, self.context)?)),
        }
    }

    /// The title of the record that `hops` lead to; nothing if one of them is empty.
    fn beyond(&self, hops: &[Hop], record: &dyn Scope, nested: u32) -> Result<String, EvaluateError> {
        let Some((hop, rest)) = hops.split_first() else { return Ok(String::new()) };
        let Some(next) = record.follow(*hop)? else { return Ok(String::new()) };
        match (rest.is_empty(), nested.checked_sub(1)) {
            (false, _) => self.beyond(rest, next.as_ref(), nested),
            (true, Some(nested)) => self.of(hop.to, next.as_ref(), nested),
            (true, None) => Ok(String::new()),
        }
    }

    fn text(&self, field: &Field, value: &Value) -> String {
        let list = field.options.list.as_ref().and_then(|name| self.dictionary.lists.get(name));
        let label = |tag: &str| {
            let found = list.and_then(|list| list.values.iter().find(|value| value.tag == tag));
            found.map_or(tag, |found| found.label.text(self.language)).to_owned()
        };
        match value {
            Value::Null => String::new(),
            Value::Text(tag) if list.is_some() => label(tag),
            Value::Tags(tags) => tags.iter().map(|tag| label(tag)).collect::<Vec<_>>().join(", "),
            Value::DateTime(instant) => {
                let local = self.context.zone.to_datetime(*instant);
                format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
            }
            Value::Boolean(yes) => match (self.language, yes) {
                (Language::Fr, true) => "oui".to_owned(),
                (Language::Fr, false) => "non".to_owned(),
                (Language::En, true) => "yes".to_owned(),
                (Language::En, false) => "no".to_owned(),
            },
            value => field.kind.format(value, &field.options),
        }
    }
}

/// A line in the making: values, and the texts between those that are not empty.
#[derive(Default)]
struct Line<'t> {
    line: String,
    /// Texts since the last value shown.
    texts: Vec<&'t str>,
    /// Whether a value since then was empty.
    gap: bool,
}

impl<'t> Line<'t> {
    fn text(&mut self, text: &'t str) {
        self.texts.push(text);
    }

    fn value(&mut self, value: &str) {
        if value.is_empty() {
            self.gap = true;
            return;
        }
        match (self.gap, self.line.is_empty()) {
            (false, _) => self.texts.iter().for_each(|text| self.line.push_str(text)),
            (true, true) => self.line.push_str(half_of_brackets(&self.texts).unwrap_or_default()),
            (true, false) => {
                // One separator remains of those around what is missing.
                let separator =
                    self.texts.iter().find(|text| !text.contains(OPENING) && !text.contains(CLOSING));
                let kept = half_of_brackets(&self.texts).or(separator.copied());
                self.line.push_str(kept.unwrap_or(" "));
            }
        }
        self.line.push_str(value);
        self.texts.clear();
        self.gap = false;
    }

    fn finish(mut self) -> String {
        match (self.gap, self.line.is_empty()) {
            (_, true) => {}
            (false, false) => self.texts.iter().for_each(|text| self.line.push_str(text)),
            (true, false) => self.line.push_str(half_of_brackets(&self.texts).unwrap_or_default()),
        }
        self.line.trim().to_owned()
    }
}

const OPENING: [char; 3] = ['(', '[', '«'];
const CLOSING: [char; 3] = [')', ']', '»'];

/// The text among `texts` whose bracket has its other half elsewhere: without it the title would have a lone one.
fn half_of_brackets<'t>(texts: &[&'t str]) -> Option<&'t str> {
    let mut open = Vec::new();
    let mut closing = None;
    for text in texts {
        for c in text.chars() {
            if OPENING.contains(&c) {
                open.push(*text);
            } else if CLOSING.contains(&c) && open.pop().is_none() {
                closing = closing.or(Some(*text));
            }
        }
    }
    open.pop().or(closing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{}` is the next value.
    fn line(title: &str, values: &[&str]) -> String {
        let mut values = values.iter();
        let mut line = Line::default();
        for (i, text) in title.split("{}").enumerate() {
            if i > 0 {
                line.value(values.next().unwrap());
            }
            line.text(text);
        }
        line.finish()
    }

    #[test]
    fn texts_beside_what_is_missing_go_with_it() {
        assert_eq!(line("{} — {}", &["Ada", "Lenoir"]), "Ada — Lenoir");
        assert_eq!(line("{} — {}", &["Ada", ""]), "Ada");
        assert_eq!(line("{} — {}", &["", "Lenoir"]), "Lenoir");
        assert_eq!(line("{} — {}", &["", ""]), "");
        assert_eq!(line("{} ({})", &["Ada", "Lyon"]), "Ada (Lyon)");
        assert_eq!(line("{} ({})", &["Ada", ""]), "Ada");
        assert_eq!(line("{} ({}) {}", &["Ada", "", "x"]), "Ada x");
        assert_eq!(line("{} ({}, {})", &["Ada", "", "x"]), "Ada (x)");
        assert_eq!(line("{} ({}, {})", &["Ada", "x", ""]), "Ada (x)");
        assert_eq!(line("{} ({}, {}) {}", &["Ada", "x", "", "y"]), "Ada (x) y");
        assert_eq!(line("({}, {})", &["", "x"]), "(x)");
        assert_eq!(line("{} - {} / {}", &["Ada", "", "x"]), "Ada - x");
        assert_eq!(line("N° {} du {}", &["7", ""]), "N° 7");
        assert_eq!(line("N° {} du {}", &["", "jour"]), "jour");
    }
}
