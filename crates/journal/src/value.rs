//! Self-describing values: a tag byte, then the content. Old entries stay readable whatever the dictionary became.
//!
//! `docs/formats/journal.md`, "Values", is the definition. Tags are never reused.

use dictionary::value::{Address, FileRef, Point};
use dictionary::{RecordId, Value};
use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::bytes::{DecodeError, Reader, put_signed, put_text, put_unsigned};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
const INTEGER: u8 = 3;
const DECIMAL: u8 = 4;
const TEXT: u8 = 5;
const DATE: u8 = 6;
const TIME: u8 = 7;
const DATETIME: u8 = 8;
const DURATION: u8 = 9;
const ID: u8 = 10;
const TAGS: u8 = 11;
const POINT: u8 = 12;
const ADDRESS: u8 = 13;
const FILE: u8 = 14;
const JSON: u8 = 15;

const JSON_NULL: u8 = 0;
const JSON_FALSE: u8 = 1;
const JSON_TRUE: u8 = 2;
const JSON_SIGNED: u8 = 3;
const JSON_UNSIGNED: u8 = 4;
const JSON_DOUBLE: u8 = 5;
const JSON_TEXT: u8 = 6;
const JSON_ARRAY: u8 = 7;
const JSON_OBJECT: u8 = 8;

/// Deepest JSON read back; `serde_json` itself reads no deeper.
const JSON_DEPTH_MAX: u32 = 128;

/// The day that dates are counted from.
const EPOCH_DAY: civil::Date = civil::date(1970, 1, 1);

/// Days from 1 January 1970 to `date`.
pub fn days_of(date: civil::Date) -> i32 {
    (date - EPOCH_DAY).get_days()
}

/// The date that many days after 1 January 1970, if there is one.
pub fn date_of_days(days: i64) -> Option<civil::Date> {
    let span = jiff::Span::new().try_days(days).ok()?;
    EPOCH_DAY.checked_add(span).ok()
}

/// Whole microseconds since 1970, rounded down.
pub fn micros_of(instant: Timestamp) -> i64 {
    i64::try_from(instant.as_nanosecond().div_euclid(1_000)).expect("instants are within ±4·10¹⁷ µs")
}

/// The instant that many microseconds after the start of 1970, if there is one.
pub fn instant_of_micros(micros: i64) -> Option<Timestamp> {
    // By nanoseconds: counted in microseconds, the last second of all is out of jiff's range.
    Timestamp::from_nanosecond(i128::from(micros) * 1_000).ok()
}

/// Appends `value`: equal values, equal bytes. Decimals lose trailing zeros, times their fraction of a second, instants what is under
/// a microsecond.
pub fn encode_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(NULL),
        Value::Boolean(false) => out.push(FALSE),
        Value::Boolean(true) => out.push(TRUE),
        Value::Integer(number) => tagged_signed(out, INTEGER, i128::from(*number)),
        Value::Decimal(number) => {
            let number = number.normalize();
            tagged_signed(out, DECIMAL, number.mantissa());
            out.push(number.scale() as u8);
        }
        Value::Text(text) => {
            out.push(TEXT);
            put_text(out, text);
        }
        Value::Date(date) => tagged_signed(out, DATE, i128::from(days_of(*date))),
        Value::Time(time) => {
            out.push(TIME);
            let (hours, minutes, seconds) = (time.hour(), time.minute(), time.second());
            put_unsigned(out, hours as u128 * 3_600 + minutes as u128 * 60 + seconds as u128);
        }
        Value::DateTime(instant) => {
            tagged_signed(out, DATETIME, i128::from(micros_of(*instant)));
        }
        Value::Duration(seconds) => tagged_signed(out, DURATION, i128::from(*seconds)),
        Value::Id(id) => {
            out.push(ID);
            out.extend_from_slice(id.0.as_bytes());
        }
        Value::Tags(tags) => {
            out.push(TAGS);
            put_unsigned(out, tags.len() as u128);
            for tag in tags {
                put_text(out, tag);
            }
        }
        Value::Point(point) => {
            out.push(POINT);
            put_double(out, point.latitude);
            put_double(out, point.longitude);
        }
        Value::Address(address) => {
            out.push(ADDRESS);
            encode_address(out, address);
        }
        Value::File(file) => {
            out.push(FILE);
            put_text(out, &file.name);
            put_text(out, &file.media_type);
            put_unsigned(out, u128::from(file.size));
            put_text(out, &file.hash);
        }
        Value::Json(json) => {
            out.push(JSON);
            encode_json(out, json);
        }
    }
}

fn tagged_signed(out: &mut Vec<u8>, tag: u8, number: i128) {
    out.push(tag);
    put_signed(out, number);
}

/// −0 is written as 0: databases do not all tell them apart.
fn put_double(out: &mut Vec<u8>, number: f64) {
    let number = if number == 0.0 { 0.0 } else { number };
    out.extend_from_slice(&number.to_bits().to_le_bytes());
}

fn address_parts(address: &Address) -> [&Option<String>; 6] {
    let Address { lines, postcode, city, insee, region, country } = address;
    [lines, postcode, city, insee, region, country]
}

fn encode_address(out: &mut Vec<u8>, address: &Address) {
    let parts = address_parts(address);
    let present = parts.iter().enumerate().filter(|(_, part)| part.is_some());
    out.push(present.fold(0, |bits, (index, _)| bits | 1 << index));
    for part in parts.into_iter().flatten() {
        put_text(out, part);
    }
}

fn encode_json(out: &mut Vec<u8>, json: &Json) {
    match json {
        Json::Null => out.push(JSON_NULL),
        Json::Bool(false) => out.push(JSON_FALSE),
        Json::Bool(true) => out.push(JSON_TRUE),
        Json::Number(number) => {
            if let Some(number) = number.as_i64() {
                tagged_signed(out, JSON_SIGNED, i128::from(number));
            } else if let Some(number) = number.as_u64() {
                out.push(JSON_UNSIGNED);
                put_unsigned(out, u128::from(number));
            } else {
                out.push(JSON_DOUBLE);
                let number = number.as_f64().expect("a JSON number is one of three kinds");
                out.extend_from_slice(&number.to_bits().to_le_bytes());
            }
        }
        Json::String(text) => {
            out.push(JSON_TEXT);
            put_text(out, text);
        }
        Json::Array(items) => {
            out.push(JSON_ARRAY);
            put_unsigned(out, items.len() as u128);
            for item in items {
                encode_json(out, item);
            }
        }
        Json::Object(members) => {
            out.push(JSON_OBJECT);
            put_unsigned(out, members.len() as u128);
            // Sorted here, because the map's own order depends on a feature that any dependency can turn on.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(key, _)| key.as_str());
            for (key, member) in members {
                put_text(out, key);
                encode_json(out, member);
            }
        }
    }
}

/// Decodes what [`encode_value`] wrote, and nothing after it.
pub fn decode(bytes: &[u8]) -> Result<Value, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = decode_value(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// Reads a value among others.
pub(crate) fn decode_value(reader: &mut Reader<'_>) -> Result<Value, DecodeError> {
    let tag = reader.byte()?;
    Ok(match tag {
        NULL => Value::Null,
        FALSE => Value::Boolean(false),
        TRUE => Value::Boolean(true),
        INTEGER => Value::Integer(reader.signed_64()?),
        DECIMAL => Value::Decimal(decode_decimal(reader)?),
        TEXT => Value::Text(reader.text()?.to_owned()),
        DATE => {
            let days = reader.signed_64()?;
            Value::Date(date_of_days(days).ok_or_else(|| reader.fault("a date out of range"))?)
        }
        TIME => Value::Time(decode_time(reader)?),
        DATETIME => {
            let instant = instant_of_micros(reader.signed_64()?);
            Value::DateTime(instant.ok_or_else(|| reader.fault("an instant out of range"))?)
        }
        DURATION => Value::Duration(reader.signed_64()?),
        ID => Value::Id(RecordId(Uuid::from_bytes(reader.array()?))),
        TAGS => {
            let count = reader.count()?;
            let tags: Result<_, _> = (0..count).map(|_| reader.text().map(str::to_owned)).collect();
            Value::Tags(tags?)
        }
        POINT => {
            let (latitude, longitude) = (decode_double(reader)?, decode_double(reader)?);
            if [latitude, longitude].iter().any(|n| n.to_bits() == (-0.0_f64).to_bits()) {
                return Err(reader.fault("a negative zero"));
            }
            Value::Point(Point { latitude, longitude })
        }
        ADDRESS => Value::Address(Box::new(decode_address(reader)?)),
        FILE => Value::File(Box::new(FileRef {
            name: reader.text()?.to_owned(),
            media_type: reader.text()?.to_owned(),
            size: reader.unsigned_64()?,
            hash: reader.text()?.to_owned(),
        })),
        JSON => Value::Json(Box::new(decode_json(reader, JSON_DEPTH_MAX)?)),
        _ => return Err(reader.fault("an unknown kind of value")),
    })
}

fn decode_decimal(reader: &mut Reader<'_>) -> Result<Decimal, DecodeError> {
    let mantissa = reader.signed()?;
    let scale = u32::from(reader.byte()?);
    let number = Decimal::try_from_i128_with_scale(mantissa, scale)
        .map_err(|_| reader.fault("a decimal out of range"))?;
    let normal = number.normalize();
    if (normal.mantissa(), normal.scale()) != (mantissa, scale) {
        return Err(reader.fault("a decimal with trailing zeros"));
    }
    Ok(number)
}

fn decode_time(reader: &mut Reader<'_>) -> Result<civil::Time, DecodeError> {
    let seconds = reader.unsigned()?;
    if seconds >= 86_400 {
        return Err(reader.fault("a time out of range"));
    }
    let seconds = seconds as i32;
    Ok(civil::time((seconds / 3_600) as i8, (seconds / 60 % 60) as i8, (seconds % 60) as i8, 0))
}

fn decode_double(reader: &mut Reader<'_>) -> Result<f64, DecodeError> {
    let number = f64::from_bits(u64::from_le_bytes(reader.array()?));
    if number.is_finite() { Ok(number) } else { Err(reader.fault("a number that is not finite")) }
}

fn decode_address(reader: &mut Reader<'_>) -> Result<Address, DecodeError> {
    let present = reader.byte()?;
    if present >= 1 << 6 {
        return Err(reader.fault("an unknown part of an address"));
    }
    let mut part = |index: u8| match present >> index & 1 {
        0 => Ok(None),
        _ => reader.text().map(|text| Some(text.to_owned())),
    };
    Ok(Address {
        lines: part(0)?,
        postcode: part(1)?,
        city: part(2)?,
        insee: part(3)?,
        region: part(4)?,
        country: part(5)?,
    })
}

fn decode_json(reader: &mut Reader<'_>, depth: u32) -> Result<Json, DecodeError> {
    if depth == 0 {
        return Err(reader.fault("JSON nested too deeply"));
    }
    Ok(match reader.byte()? {
        JSON_NULL => Json::Null,
        JSON_FALSE => Json::Bool(false),
        JSON_TRUE => Json::Bool(true),
        JSON_SIGNED => Json::from(reader.signed_64()?),
        JSON_UNSIGNED => {
            let number = reader.unsigned_64()?;
            if i64::try_from(number).is_ok() {
                return Err(reader.fault("a small number written as a large one"));
            }
            Json::from(number)
        }
        JSON_DOUBLE => Json::from(decode_double(reader)?),
        JSON_TEXT => Json::String(reader.text()?.to_owned()),
        JSON_ARRAY => {
            let count = reader.count()?;
            let items: Result<_, _> = (0..count).map(|_| decode_json(reader, depth - 1)).collect();
            Json::Array(items?)
        }
        JSON_OBJECT => {
            let count = reader.count()?;
            let mut members = serde_json::Map::new();
            let mut last: Option<&str> = None;
            for _ in 0..count {
                let key = reader.text()?;
                if last.is_some_and(|last| last >= key) {
                    return Err(reader.fault("JSON members out of order"));
                }
                last = Some(key);
                members.insert(key.to_owned(), decode_json(reader, depth - 1)?);
            }
            Json::Object(members)
        }
        _ => return Err(reader.fault("an unknown kind of JSON")),
    })
}
