//! `money`: an exact amount in one currency, two digits after the point.

use serde_json::Value as Json;

use super::decimal::{self, bound};
use super::shapes::bounds_faults;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// An amount of money.
#[derive(Debug)]
pub(super) struct Money;

const SCALE: u32 = 2;
const CURRENCY_DEFAULT: &str = "EUR";

impl FieldType for Money {
    fn name(&self) -> &'static str {
        "money"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["currency", "min", "max"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Decimal
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Decimal(SCALE) }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        let mut faults = bounds_faults(options.min.as_ref(), options.max.as_ref(), bound);
        let currency = currency(options);
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            let invalid = Invalid::new(
                "currency",
                "Un code de trois lettres majuscules (ISO 4217), comme EUR.",
                "A code of three capital letters (ISO 4217), such as EUR.",
            );
            faults.push(("currency", invalid));
        }
        faults
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        decimal::check(value, SCALE, context.options)
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let currency = currency(context.options);
        decimal::parse(text, context, &[currency, symbol(currency)])
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        decimal::format(value)
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        decimal::from_json(json, SCALE)
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        decimal::to_json(value)
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Number
    }
}

fn currency(options: &Options) -> &str {
    options.currency.as_deref().unwrap_or(CURRENCY_DEFAULT)
}

/// The sign of a currency, nothing where it has none of its own.
fn symbol(currency: &str) -> &'static str {
    match currency {
        "EUR" => "€",
        "GBP" => "£",
        "USD" | "CAD" | "AUD" => "$",
        "JPY" | "CNY" => "¥",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_with_the_sign_of_its_currency() {
        let euros = Options::default();
        let pounds = Options { currency: Some("GBP".into()), ..Options::default() };
        let read = |text: &str, options: &Options| {
            let context = FieldContext::new(options);
            let value = Money.parse(text, &context).and_then(|value| Money.check(value, &context));
            value.map(|value| Money.format(&value, options)).map_err(|err| err.code)
        };
        assert_eq!(read("1 234,50 €", &euros), Ok("1234.50".into()));
        assert_eq!(read("12 EUR", &euros), Ok("12.00".into()));
        assert_eq!(read("£1,234.5", &pounds), Ok("1234.50".into()));
        assert_eq!(read("12 £", &euros), Err("not_a_number"));
        assert_eq!(read("99999999999999999", &euros), Err("too_many_digits"));
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        let options = Options { currency: Some("euro".into()), ..Options::default() };
        assert_eq!(Money.check_options(&options)[0].0, "currency");
    }
}
