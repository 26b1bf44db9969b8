//! `address`: a postal address in parts.

use serde_json::{Map, Value as Json};

use super::number_text::shortened;
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{self, Value};

/// A postal address.
#[derive(Debug)]
pub(super) struct Address;

/// The parts in the order of columns, with their longest text.
const PARTS: [(&str, u32); 6] =
    [("lines", 500), ("postcode", 20), ("city", 200), ("insee", 5), ("region", 100), ("country", 2)];

impl FieldType for Address {
    fn name(&self) -> &'static str {
        "address"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Address
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        PARTS.iter().map(|(part, _)| Column { part, kind: ColumnKind::Text }).collect()
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        let given = match value {
            Value::Null => return Ok(Value::Null),
            Value::Address(address) => address,
            _ => return Err(expected()),
        };
        let mut address = value::Address::default();
        for ((part, length_max), text) in PARTS.iter().zip(texts(&given)) {
            let Some(text) = text else { continue };
            let clean = match *part {
                "lines" => without_blank_lines(&cleaning::block(text.clone())?),
                "country" | "insee" => cleaning::line(text.to_uppercase())?,
                _ => cleaning::line(text.clone())?,
            };
            cleaning::length(&clean, None, *length_max).map_err(|err| named(part, err))?;
            set(&mut address, part, clean);
        }
        check_codes(&address)?;
        Ok(value_of(address))
    }

    /// The lines of an envelope (or the same between commas), such as `3 rue du Fil, 67000 Strasbourg, FR`; or the object of the API.
    fn parse(&self, text: &str, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim_start().starts_with('{') {
            let json = serde_json::from_str(text).map_err(|_| expected())?;
            return self.from_json(&json, context.options);
        }
        cleaning::block(text.to_owned()).map(|text| envelope(&text))
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Address(address) => text(address),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        let object = match json {
            Json::Null => return Ok(Value::Null),
            Json::Object(object) => object,
            _ => return Err(expected()),
        };
        let mut address = value::Address::default();
        for (name, json) in object {
            let text = match json {
                Json::Null => continue,
                Json::String(text) => text.clone(),
                _ => {
                    return Err(wrong(
                        "un texte dans chaque partie de l'adresse",
                        "a text in each part of the address",
                    ));
                }
            };
            if !PARTS.iter().any(|(part, _)| part == name) {
                return Err(Invalid::new(
                    "unknown_part",
                    format!("Une adresse n'a pas de partie « {} ».", shortened(name)),
                    format!("An address has no part “{}”.", shortened(name)),
                ));
            }
            set(&mut address, name, text);
        }
        Ok(value_of(address))
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Address(address) => object(address),
            _ => Json::Null,
        }
    }

    fn split(&self, value: &Value) -> Vec<Value> {
        match value {
            Value::Address(address) => {
                texts(address).map(|text| text.clone().map_or(Value::Null, Value::Text)).into()
            }
            _ => vec![Value::Null; PARTS.len()],
        }
    }

    fn join(&self, cells: Vec<Value>) -> Value {
        let mut address = value::Address::default();
        for ((part, _), cell) in PARTS.iter().zip(cells) {
            if let Value::Text(text) = cell {
                set(&mut address, part, text);
            }
        }
        value_of(address)
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Address
    }
}

/// The envelope where reading it gives the address back, else the object of the API.
pub(crate) fn text(address: &value::Address) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(address.lines.clone());
    let insee = address.insee.as_ref().map(|insee| format!("({insee})"));
    let town: Vec<&str> =
        [&address.postcode, &address.city, &insee].into_iter().flatten().map(String::as_str).collect();
    if !town.is_empty() {
        lines.push(town.join(" "));
    }
    lines.extend(address.country.clone());
    let envelope_text = lines.join("\n");
    let read = envelope(&envelope_text);
    if matches!(&read, Value::Address(read) if **read == *address) {
        envelope_text
    } else {
        object(address).to_string()
    }
}

/// Reads an envelope from its end: country of two capital letters, then postcode, city and INSEE code, then the street.
fn envelope(text: &str) -> Value {
    let marks: &[char] = if text.contains('\n') { &['\n'] } else { &[','] };
    let mut parts: Vec<&str> = text.split(marks).map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut address = value::Address::default();
    if parts.len() > 1
        && let Some(country) =
            parts.pop_if(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase()))
    {
        address.country = Some(country.to_owned());
    }
    if let Some(town) = parts.last().and_then(|part| town(part)) {
        parts.pop();
        (address.postcode, address.city, address.insee) = town;
    }
    let separator = if marks == ['\n'] { "\n" } else { ", " };
    address.lines = Some(parts.join(separator)).filter(|lines| !lines.is_empty());
    value_of(address)
}

type Town = (Option<String>, Option<String>, Option<String>);

/// `67000 Strasbourg (67482)`; the postcode is what tells a town from a street, so it starts with five digits or it is none.
fn town(text: &str) -> Option<Town> {
    let (postcode, rest) = text.split_once(' ').unwrap_or((text, ""));
    if postcode.len() != 5 || !postcode.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let rest = rest.trim();
    let coded =
        rest.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).filter(|(_, code)| is_insee(code));
    let (city, insee) = coded.map_or((rest, None), |(city, code)| (city.trim(), Some(code.to_owned())));
    Some((Some(postcode.to_owned()), Some(city.to_owned()).filter(|city| !city.is_empty()), insee))
}

fn object(address: &value::Address) -> Json {
    let part =
        |((name, _), text): (&(&str, u32), &Option<String>)| ((*name).to_owned(), Json::from(text.clone()));
    Json::Object(PARTS.iter().zip(texts(address)).map(part).collect::<Map<String, Json>>())
}

/// The texts in the order of [`PARTS`].
fn texts(address: &value::Address) -> [&Option<String>; 6] {
    let value::Address { lines, postcode, city, insee, region, country } = address;
    [lines, postcode, city, insee, region, country]
}

/// Sets a part; empty text unsets it.
fn set(address: &mut value::Address, part: &str, text: String) {
    let place = match part {
        "lines" => &mut address.lines,
        "postcode" => &mut address.postcode,
        "city" => &mut address.city,
        "insee" => &mut address.insee,
        "region" => &mut address.region,
        "country" => &mut address.country,
        _ => return,
    };
    *place = Some(text).filter(|text| !text.is_empty());
}

fn value_of(address: value::Address) -> Value {
    if address == value::Address::default() { Value::Null } else { Value::Address(Box::new(address)) }
}

fn without_blank_lines(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

fn check_codes(address: &value::Address) -> Result<(), Invalid> {
    if address.country.as_deref().is_some_and(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_uppercase()))
    {
        return Err(Invalid::new(
            "country",
            "Le pays est un code de deux lettres, comme FR.",
            "The country is a code of two letters, such as FR.",
        ));
    }
    if address.insee.as_deref().is_some_and(|insee| !is_insee(insee)) {
        return Err(Invalid::new(
            "insee",
            "Le code INSEE de la commune a cinq caractères, comme 67482 ou 2A004.",
            "The INSEE code of the commune has five characters, such as 67482 or 2A004.",
        ));
    }
    Ok(())
}

/// Department (`01` to `95`, `2A`, `2B`, `97`…) and three digits.
fn is_insee(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 5
        && bytes[0].is_ascii_digit()
        && (bytes[1].is_ascii_digit() || (bytes[0] == b'2' && matches!(bytes[1], b'A' | b'B')))
        && bytes[2..].iter().all(u8::is_ascii_digit)
}

fn named(part: &str, err: Invalid) -> Invalid {
    let (fr, en) = (err.message.text(crate::Language::Fr), err.message.text(crate::Language::En));
    Invalid::new(err.code, format!("{part} : {fr}"), format!("{part}: {en}"))
}

fn expected() -> Invalid {
    wrong("une adresse", "an address")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn home() -> value::Address {
        value::Address {
            lines: Some("Bât. C\n3, rue du Fil".into()),
            postcode: Some("67000".into()),
            city: Some("Strasbourg".into()),
            insee: Some("67482".into()),
            region: None,
            country: Some("FR".into()),
        }
    }

    #[test]
    fn an_address_is_written_as_on_an_envelope_and_read_back() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        let value = Value::Address(Box::new(home()));
        let text = Address.format(&value, &options);
        assert_eq!(text, "Bât. C\n3, rue du Fil\n67000 Strasbourg (67482)\nFR");
        assert_eq!(Address.parse(&text, &context), Ok(value));
        let abroad =
            value::Address { region: Some("Texas".into()), postcode: Some("77002-1".into()), ..home() };
        let text = Address.format(&Value::Address(Box::new(abroad.clone())), &options);
        assert!(text.starts_with('{'), "{text}");
        assert_eq!(Address.parse(&text, &context), Ok(Value::Address(Box::new(abroad))));
        let one_line = Address.parse("3 rue du Fil, Cour B, 67000 Strasbourg", &context).unwrap();
        assert_eq!(Address.to_json(&one_line, &options)["lines"], json!("3 rue du Fil, Cour B"));
        assert_eq!(Address.to_json(&one_line, &options)["city"], json!("Strasbourg"));
    }

    #[test]
    fn parts_are_cleaned_and_codes_verified() {
        let options = Options::default();
        let check = |address: value::Address| {
            let checked = Address.check(Value::Address(Box::new(address)), &FieldContext::new(&options));
            checked.map(|value| Address.to_json(&value, &options)).map_err(|err| err.code)
        };
        let messy = value::Address {
            lines: Some(" 3 rue \n\n du Fil ".into()),
            country: Some("fr".into()),
            ..home()
        };
        let kept = check(messy).unwrap();
        assert_eq!((&kept["lines"], &kept["country"]), (&json!("3 rue\ndu Fil"), &json!("FR")));
        assert_eq!(check(value::Address { country: Some("FRA".into()), ..home() }), Err("too_long"));
        assert_eq!(check(value::Address { country: Some("F1".into()), ..home() }), Err("country"));
        assert_eq!(check(value::Address { insee: Some("6748".into()), ..home() }), Err("insee"));
        assert_eq!(
            check(value::Address { city: Some("  ".into()), ..value::Address::default() }),
            Ok(Json::Null)
        );
    }

    #[test]
    fn an_address_comes_back_from_its_columns_and_json_is_strict() {
        let options = Options::default();
        let value = Value::Address(Box::new(home()));
        assert_eq!(Address.join(Address.split(&value)), value);
        assert_eq!(Address.from_json(&Address.to_json(&value, &options), &options), Ok(value));
        assert_eq!(Address.from_json(&json!({"city": ""}), &options), Ok(Value::Null));
        assert_eq!(Address.from_json(&json!({"town": "x"}), &options).unwrap_err().code, "unknown_part");
        assert_eq!(Address.from_json(&json!({"city": 1}), &options).unwrap_err().code, "wrong_type");
    }
}
