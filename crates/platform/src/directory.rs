//! Names of the module `directory`, and how its records are read.

use dictionary::expression::{BinaryOperator, Node, Path, Span, Type, Typed};
use dictionary::model::{Dictionary, Entity};
use dictionary::{RecordId, Value};
use engine::{Caller, Environment, Query, Record};
use jiff::Timestamp;
use jiff::civil::Date;
use journal::Position;

use crate::error::PlatformError;

pub(crate) const ORGANISATION: &str = "organisation";
pub(crate) const PROJECT: &str = "project";
pub(crate) const SUBSCRIPTION: &str = "subscription";
pub(crate) const SUBSCRIPTION_QUOTA: &str = "subscription_quota";
pub(crate) const USAGE_STATEMENT: &str = "usage_statement";
pub(crate) const USAGE_LINE: &str = "usage_line";
pub(crate) const OPERATION: &str = "operation";
/// The organisation that an environment, a project or a subscription is for: a field of each.
pub(crate) const CLIENT: &str = "client";
pub(crate) const ENVIRONMENT: &str = "environment";
/// Names that environments had.
pub(crate) const ADDRESS: &str = "environment_address";
/// Host names of environments' own.
pub(crate) const HOST: &str = "environment_host";
/// Where a journal stood, signed.
pub(crate) const JOURNAL_SEAL: &str = "journal_seal";
pub(crate) const USER: &str = "user";
pub(crate) const ACCESS: &str = "access";
pub(crate) const SESSION: &str = "session";
pub(crate) const TOKEN: &str = "token";
pub(crate) const DEVICE: &str = "device";
pub(crate) const ACCOUNT_LINK: &str = "account_link";
pub(crate) const MESSAGE: &str = "message";
pub(crate) const PROVIDER: &str = "identity_provider";
pub(crate) const GROUP: &str = "group_rule";
pub(crate) const SECOND_FACTOR: &str = "second_factor";
pub(crate) const PASSKEY: &str = "passkey";
pub(crate) const PROVISIONING_TOKEN: &str = "provisioning_token";
pub(crate) const PROVISIONED_PERSON: &str = "provisioned_person";
pub(crate) const PROVISIONED_GROUP: &str = "provisioned_group";
pub(crate) const PROVISIONED_MEMBER: &str = "provisioned_member";
pub(crate) const SIGN_IN_EVENT: &str = "sign_in_event";

/// A record of the directory, read by field name. A field that the dictionary lacks reads as null.
pub(crate) struct Fields<'a> {
    entity: &'a Entity,
    record: &'a Record,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(dictionary: &'a Dictionary, record: &'a Record) -> Fields<'a> {
        Fields { entity: &dictionary.entities[record.entity], record }
    }

    pub(crate) fn id(&self) -> RecordId {
        self.record.row.id()
    }

    pub(crate) fn version(&self) -> Position {
        self.number("version").and_then(|version| Position::try_from(version).ok()).unwrap_or_default()
    }

    pub(crate) fn value(&self, field: &str) -> &'a Value {
        self.entity.index(field).map_or(&Value::Null, |index| self.record.row.get(index))
    }

    pub(crate) fn text(&self, field: &str) -> Option<String> {
        self.value(field).as_text().map(str::to_owned)
    }

    pub(crate) fn reference(&self, field: &str) -> Option<RecordId> {
        self.value(field).as_id()
    }

    pub(crate) fn tags(&self, field: &str) -> Vec<String> {
        match self.value(field) {
            Value::Tags(tags) => tags.clone(),
            _ => Vec::new(),
        }
    }

    pub(crate) fn date(&self, field: &str) -> Option<Date> {
        match self.value(field) {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    pub(crate) fn number(&self, field: &str) -> Option<i64> {
        match self.value(field) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn moment(&self, field: &str) -> Option<Timestamp> {
        match self.value(field) {
            Value::DateTime(moment) => Some(*moment),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self, field: &str) -> bool {
        matches!(self.value(field), Value::Boolean(true))
    }
}

/// `field <operator> value` on an entity of the directory.
///
/// Errors: not found when the dictionary lacks the field.
pub(crate) fn condition(
    dictionary: &Dictionary,
    entity: &str,
    field: &str,
    operator: BinaryOperator,
    value: Value,
) -> Result<Typed, PlatformError> {
    let index = dictionary.entities.iter().position(|e| e.name == entity).ok_or(PlatformError::NotFound)?;
    let position = dictionary.entities[index].index(field).ok_or(PlatformError::NotFound)?;
    let found = &dictionary.entities[index].fields[position];
    let ty = found.kind.expression_type(&found.options);
    let path = Path { names: field.to_owned(), hops: Vec::new(), entity: index, field: position, part: None };
    let span = Span::default();
    let left = Typed { node: Node::Path(path), ty: ty.clone(), span };
    let right = Typed { node: Node::Literal(value), ty, span };
    Ok(Typed { node: Node::Binary(operator, Box::new(left), Box::new(right)), ty: Type::Boolean, span })
}

/// Every record of a query, page after page.
pub(crate) fn all(environment: &Environment, mut query: Query) -> Result<Vec<Record>, PlatformError> {
    query.limit = 500;
    let mut records = Vec::new();
    loop {
        let page = environment.list(&Caller::system(), &query)?;
        records.extend(page.records);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(records),
        }
    }
}
