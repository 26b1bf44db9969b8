//! `phone`: a telephone number, kept as E.164.
//!
//! Why not libphonenumber: its tables weigh megabytes and would go to every browser. What people here need is small: national numbers of
//! the regions below, and any international number, of which the shape is checked but not the carrier's plan.

use serde_json::Value as Json;

use super::number_text::shortened;
use super::shapes::{text_format, text_from_json, text_of, text_or_null, text_to_json};
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::Value;

/// A telephone number.
#[derive(Debug)]
pub(super) struct Phone;

const REGION_DEFAULT: &str = "FR";

/// How a region writes its numbers.
struct Region {
    /// ISO 3166-1 alpha-2.
    code: &'static str,
    /// Country calling code.
    calling: &'static str,
    /// Dialled before national numbers, and left out of international ones.
    trunk: &'static str,
    /// Digits of a national number without trunk prefix.
    digits: std::ops::RangeInclusive<usize>,
}

const fn region(
    code: &'static str,
    calling: &'static str,
    trunk: &'static str,
    digits: std::ops::RangeInclusive<usize>,
) -> Region {
    Region { code, calling, trunk, digits }
}

/// Source: ITU-T E.164 list of country codes and national numbering plans.
static REGIONS: [Region; 27] = [
    region("FR", "33", "0", 9..=9),
    region("GP", "590", "0", 9..=9),
    region("BL", "590", "0", 9..=9),
    region("MF", "590", "0", 9..=9),
    region("MQ", "596", "0", 9..=9),
    region("GF", "594", "0", 9..=9),
    region("RE", "262", "0", 9..=9),
    region("YT", "262", "0", 9..=9),
    region("PM", "508", "", 6..=9),
    region("NC", "687", "", 6..=6),
    region("PF", "689", "", 6..=8),
    region("WF", "681", "", 6..=6),
    region("MC", "377", "", 8..=9),
    region("BE", "32", "0", 8..=9),
    region("LU", "352", "", 4..=11),
    region("CH", "41", "0", 9..=9),
    region("DE", "49", "0", 4..=13),
    region("ES", "34", "", 9..=9),
    region("IT", "39", "", 6..=11), // the 0 is part of the number
    region("PT", "351", "", 9..=9),
    region("NL", "31", "0", 9..=9),
    region("GB", "44", "0", 9..=10),
    region("IE", "353", "0", 7..=9),
    region("MA", "212", "0", 9..=9),
    region("DZ", "213", "0", 8..=9),
    region("TN", "216", "", 8..=8),
    region("US", "1", "1", 10..=10),
];

/// French numbers that belong to an overseas calling code, by what follows the 0; the first that fits is right. Source: ARCEP, national
/// numbering plan, which also keeps 06 39 98 for fiction on the mainland.
const OVERSEAS: [(&str, &str); 15] = [
    ("63998", "33"),
    ("590", "590"),
    ("690", "590"),
    ("691", "590"),
    ("594", "594"),
    ("694", "594"),
    ("596", "596"),
    ("696", "596"),
    ("697", "596"),
    ("262", "262"),
    ("263", "262"),
    ("269", "262"),
    ("639", "262"),
    ("692", "262"),
    ("693", "262"),
];

impl FieldType for Phone {
    fn name(&self) -> &'static str {
        "phone"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["region"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Text
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![Column { part: "", kind: ColumnKind::Text }]
    }

    fn check_options(&self, options: &Options) -> Vec<(&'static str, Invalid)> {
        match &options.region {
            Some(code) if !REGIONS.iter().any(|region| region.code == code) => {
                let known: Vec<&str> = REGIONS.iter().map(|region| region.code).collect();
                let known = known.join(", ");
                vec![(
                    "region",
                    Invalid::new(
                        "region",
                        format!("Une région parmi {known}."),
                        format!("A region among {known}."),
                    ),
                )]
            }
            _ => Vec::new(),
        }
    }

    /// Reads national numbers too, so that every way in gives the same form.
    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let Some(text) = text_of(value)? else { return Ok(Value::Null) };
        let text = cleaning::line(text)?;
        if text.is_empty() {
            return Ok(Value::Null);
        }
        let region = context.options.region.as_deref().unwrap_or(REGION_DEFAULT);
        e164(&text, region).map(Value::Text).ok_or_else(|| {
            Invalid::new(
                "not_a_phone",
                format!("« {} » n'est pas un numéro de téléphone.", shortened(&text)),
                format!("“{}” is not a telephone number.", shortened(&text)),
            )
        })
    }

    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        self.check(text_or_null(text.trim().to_owned()), context)
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

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Phone
    }
}

/// `+` and digits; `None` if `text` is not a number for `region`.
fn e164(text: &str, region: &str) -> Option<String> {
    let text = text.strip_prefix("tel:").unwrap_or(text).replace("(0)", "");
    let mut digits = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if digits.is_empty() => digits.push(c),
            ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2011}'
            | '\u{2013}' => {}
            _ => return None,
        }
    }
    if let Some(international) = digits.strip_prefix('+').or_else(|| digits.strip_prefix("00")) {
        return international_number(international);
    }
    let region = REGIONS.iter().find(|known| known.code == region)?;
    let national = digits.strip_prefix(region.trunk).or((region.code == "US").then_some(digits.as_str()))?;
    national_number(region, national)
}

/// Digits that start with a calling code: as the national number of a known one, else by length alone.
fn international_number(digits: &str) -> Option<String> {
    let mut known = REGIONS.iter().filter(|region| digits.starts_with(region.calling)).peekable();
    if known.peek().is_some() {
        // `+33 0…` is a habit; the trunk prefix goes.
        return known.find_map(|region| {
            let national = &digits[region.calling.len()..];
            let national =
                national.strip_prefix(region.trunk).filter(|_| region.trunk == "0").unwrap_or(national);
            national_number(region, national)
        });
    }
    let plausible = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
    plausible.then(|| format!("+{digits}"))
}

fn national_number(region: &Region, national: &str) -> Option<String> {
    let starts_well = region.trunk != "0" || !national.starts_with('0');
    if !starts_well || !region.digits.contains(&national.len()) {
        return None;
    }
    let calling = match region.calling {
        "33" => OVERSEAS
            .iter()
            .find(|(start, _)| national.starts_with(start))
            .map_or("33", |(_, calling)| calling),
        own => own,
    };
    Some(format!("+{calling}{national}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, region: &str) -> Result<String, &'static str> {
        let options = Options { region: Some(region.into()), ..Options::default() };
        let value = Phone.parse(text, &FieldContext::new(&options)).map_err(|err| err.code)?;
        Ok(Phone.format(&value, &options))
    }

    #[test]
    fn french_numbers_become_international() {
        for text in [
            "03 88 12 34 56",
            "03.88.12.34.56",
            "0388123456",
            "+33 3 88 12 34 56",
            "+33 (0)3 88 12 34 56",
            "0033388123456",
            "+33 03 88 12 34 56",
            "tel:+33388123456",
            "03-88-12-34-56",
        ] {
            assert_eq!(read(text, "FR").as_deref(), Ok("+33388123456"), "{text}");
        }
        assert_eq!(read("0590 12 34 56", "FR").as_deref(), Ok("+590590123456"));
        assert_eq!(read("+33 692 12 34 56", "FR").as_deref(), Ok("+262692123456"));
        assert_eq!(read("06 39 01 23 45", "FR").as_deref(), Ok("+262639012345"));
        assert_eq!(read("06 39 98 12 34", "FR").as_deref(), Ok("+33639981234"));
        assert_eq!(read("0800 123 456", "FR").as_deref(), Ok("+33800123456"));
        assert_eq!(read("0692 12 34 56", "RE").as_deref(), Ok("+262692123456"));
    }

    #[test]
    fn other_regions_have_their_own_ways() {
        assert_eq!(read("02 123 45 67", "BE").as_deref(), Ok("+3221234567"));
        assert_eq!(read("06 1234 5678", "IT").as_deref(), Ok("+390612345678"));
        assert_eq!(read("(212) 555-0123", "US").as_deref(), Ok("+12125550123"));
        assert_eq!(read("1 212 555 0123", "US").as_deref(), Ok("+12125550123"));
        assert_eq!(read("+81 3-1234-5678", "FR").as_deref(), Ok("+81312345678"));
        assert_eq!(read("+1 514 555 0123", "FR").as_deref(), Ok("+15145550123"));
    }

    #[test]
    fn what_cannot_be_a_number_is_refused() {
        for text in [
            "15",
            "3631",
            "03 88 12 34",
            "0388 12 34 56 7",
            "+33",
            "+12",
            "06 12 34 56 7a",
            "++33388123456",
            "+1234567890123456",
            "٠٣٨٨١٢٣٤٥٦",
            "388123456",
        ] {
            assert_eq!(read(text, "FR"), Err("not_a_phone"), "{text}");
        }
        let options = Options { region: Some("XX".into()), ..Options::default() };
        assert_eq!(Phone.check_options(&options)[0].0, "region");
    }
}
