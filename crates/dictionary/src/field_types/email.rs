//! `email`: an e-mail address.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{RecordId, Value};

/// An e-mail address, kept in lower case: no mail service in use tells `Ada@` from `ada@`, and people must find each other.
#[derive(Debug)]
pub(super) struct Email;

/// RFC 5321, 4.5.3.1.
const LENGTH_MAX: usize = 254;
const LOCAL_LENGTH_MAX: usize = 64;

impl FieldType for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        let text = cleaning::line(text.to_lowercase())?;
        if text.is_empty() || is_email(&text) {
            return Ok(text_or_null(text));
        }
        Err(Invalid::new(
            "not_an_email",
            format!("« {} » n'est pas une adresse électronique.", shortened(&text)),
            format!("“{}” is not an e-mail address.", shortened(&text)),
        ))
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let text = text.trim();
        self.check(Value::from(text.strip_prefix("mailto:").unwrap_or(text)), context)
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        text_format(value)
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        text_from_json(json)
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        text_to_json(value)
    }

    fn erased(&self, record: RecordId) -> Value {
        Value::Text(format!("{record}@erased.invalid"))
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Email
    }
}

/// The addresses that people have: no quotes nor comments before `@`, a domain with a dot. Letters of any script (RFC 6531).
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_holds = (1..=LOCAL_LENGTH_MAX).contains(&local.len())
        && local.split('.').all(|part| !part.is_empty())
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c));
    let label_holds = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= LENGTH_MAX
        && local_holds
        && domain.contains('.')
        && domain.split('.').all(label_holds)
        && !domain.ends_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_verified_and_lowered() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        let parse = |text: &str| Email.parse(text, &context).map_err(|err| err.code);
        assert_eq!(
            parse(" Ada.Lenoir+devis@Chauffage-Lenoir.FR "),
            Ok(Value::from("ada.lenoir+devis@chauffage-lenoir.fr"))
        );
        assert_eq!(parse("mailto:a@b.fr"), Ok(Value::from("a@b.fr")));
        assert_eq!(parse("zoé@café.fr"), Ok(Value::from("zoé@café.fr")));
        assert_eq!(parse(""), Ok(Value::Null));
        for text in [
            "ada",
            "@b.fr",
            "a@b",
            "a b@c.fr",
            "a@@b.fr",
            "a..b@c.fr",
            "a@-b.fr",
            "a@b..fr",
            "a@1.2.3.4",
            "<a@b.fr>",
            "a@b.fr, c@d.fr",
        ] {
            assert_eq!(parse(text), Err("not_an_email"), "{text}");
        }
        assert_eq!(parse(&format!("{}@b.fr", "a".repeat(65))), Err("not_an_email"));
    }
}
