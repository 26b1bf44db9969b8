//! `if`: a condition on earlier answers, in the language of `$filter`; `$1/kind` is a member of the body that request 1 was answered with.

use dictionary::expression::Context;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::answer::PartAnswer;
use super::request::Part;
use crate::odata::OptionFault;
use crate::odata::columns::{Columns, holds as is_true};

/// Whether the condition holds.
pub(super) fn holds(condition: &str, answers: &[(Part, PartAnswer)]) -> Result<bool, OptionFault> {
    let text = substituted(condition, answers);
    let typed = Columns::default().condition(&[], &text).map_err(OptionFault::of("if"))?;
    let context = Context { now: Timestamp::UNIX_EPOCH, zone: TimeZone::UTC, me: None };
    Ok(is_true(&typed, &[], &context))
}

/// The condition with literals in the place of what it reads of answers; null where there is nothing.
fn substituted(condition: &str, answers: &[(Part, PartAnswer)]) -> String {
    let mut text = String::with_capacity(condition.len());
    let mut quoted = false;
    let mut rest = condition;
    while let Some(c) = rest.chars().next() {
        quoted ^= c == '\'';
        if quoted || c != '$' {
            text.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        }
        let named = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '/' | '$');
        let length = rest.find(|c| !named(c)).unwrap_or(rest.len());
        text.push_str(&literal(&rest[1..length], answers));
        rest = &rest[length..];
    }
    text
}

fn literal(path: &str, answers: &[(Part, PartAnswer)]) -> String {
    let mut names = path.split('/');
    let id = names.next().unwrap_or_default();
    let answer = answers.iter().find(|(part, _)| part.id == id).map(|(_, answer)| answer);
    let body = answer.and_then(|answer| serde_json::from_str::<Json>(answer.body.as_deref()?).ok());
    let value =
        names.try_fold(body.unwrap_or_default(), |mut value, name| value.get_mut(name).map(Json::take));
    match value {
        Some(Json::String(text)) => format!("'{}'", text.replace('\'', "''")),
        Some(value @ (Json::Number(_) | Json::Bool(_))) => value.to_string(),
        _ => "null".to_owned(),
    }
}
