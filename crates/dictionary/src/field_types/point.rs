//! `point`: a position on Earth, to the centimetre.

use serde_json::{Value as Json, json};

use super::number_text::shortened;
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{self, Value};

/// A position in WGS 84 degrees, kept with 7 digits after the point (about a centimetre), so that it survives text and decimals.
#[derive(Debug)]
pub(super) struct Point;

impl FieldType for Point {
    fn name(&self) -> &'static str {
        "point"
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::Point
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![
            Column { part: "latitude", kind: ColumnKind::Real },
            Column { part: "longitude", kind: ColumnKind::Real },
        ]
    }

    fn check(&self, value: Value, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        match value {
            Value::Null => Ok(Value::Null),
            Value::Point(point) => point_of(point.latitude, point.longitude),
            _ => Err(expected()),
        }
    }

    /// Latitude, then longitude: `48.5734, 7.7521`, `48,5734 ; 7,7521`, `48°34'24"N 7°45'8"E`.
    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Value::Null);
        }
        match halves(text).and_then(|(a, b)| Some((degrees(a, ['N', 'S'])?, degrees(b, ['E', 'W'])?))) {
            Some((latitude, longitude)) => point_of(latitude, longitude),
            None => Err(Invalid::new(
                "not_a_point",
                format!("« {} » n'est pas une position (latitude, longitude).", shortened(text)),
                format!("“{}” is not a position (latitude, longitude).", shortened(text)),
            )),
        }
    }

    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::Point(point) => text(point),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        if json.is_null() {
            return Ok(Value::Null);
        }
        let is_point = json.get("type").and_then(Json::as_str) == Some("Point");
        let coordinates = json
            .get("coordinates")
            .and_then(Json::as_array)
            .filter(|c| is_point && (2..=3).contains(&c.len()));
        match coordinates.map(|c| (c[1].as_f64(), c[0].as_f64())) {
            Some((Some(latitude), Some(longitude))) => point_of(latitude, longitude),
            _ => Err(expected()),
        }
    }

    /// GeoJSON: longitude first.
    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::Point(point) => json!({"type": "Point", "coordinates": [point.longitude, point.latitude]}),
            _ => Json::Null,
        }
    }

    fn split(&self, value: &Value) -> Vec<Value> {
        let cell = |degrees: f64| Value::Json(Box::new(json!(degrees)));
        match value {
            Value::Point(point) => vec![cell(point.latitude), cell(point.longitude)],
            _ => vec![Value::Null; 2],
        }
    }

    fn join(&self, cells: Vec<Value>) -> Value {
        let number = |cell: Option<&Value>| match cell {
            Some(Value::Json(json)) => json.as_f64(),
            _ => None,
        };
        match (number(cells.first()), number(cells.get(1))) {
            (Some(latitude), Some(longitude)) => Value::Point(value::Point { latitude, longitude }),
            _ => Value::Null,
        }
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::Point
    }
}

/// `latitude,longitude` in decimal degrees.
pub(crate) fn text(point: &value::Point) -> String {
    format!("{},{}", point.latitude, point.longitude)
}

fn point_of(latitude: f64, longitude: f64) -> Result<Value, Invalid> {
    if !(-90.0..=90.0).contains(&latitude) || !(-180.0..=180.0).contains(&longitude) {
        return Err(Invalid::new(
            "point_range",
            "La latitude va de -90 à 90, la longitude de -180 à 180.",
            "Latitude goes from -90 to 90, longitude from -180 to 180.",
        ));
    }
    // Through text, so that the double is the one nearest to seven digits; `+ 0.0` makes minus zero zero.
    let kept = |degrees: f64| format!("{degrees:.7}").parse::<f64>().map_or(degrees, |kept| kept + 0.0);
    Ok(Value::Point(value::Point { latitude: kept(latitude), longitude: kept(longitude) }))
}

/// Takes latitude and longitude apart: at `;`, else at the only comma, else at a hemisphere or at the only blank.
fn halves(text: &str) -> Option<(&str, &str)> {
    let once = |mark: char| text.split_once(mark).filter(|(_, rest)| !rest.contains(mark));
    once(';')
        .or_else(|| text.split_once(", "))
        .or_else(|| once(','))
        .or_else(|| text.find(['N', 'S']).map(|at| text.split_at(at + 1)))
        .or_else(|| once(' '))
        .map(|(a, b)| (a.trim(), b.trim()))
}

/// Degrees with decimals, or degrees, minutes and seconds; the second of `hemispheres` is negative.
fn degrees(text: &str, hemispheres: [char; 2]) -> Option<f64> {
    let (text, hemisphere) = match text.strip_suffix(hemispheres) {
        Some(rest) => (rest.trim_end(), text.chars().last()),
        None => (text, None),
    };
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut total = 0.0;
    let mut size = 1.0;
    let mut parts = text
        .split(['°', '\'', '\u{2032}', '"', '\u{2033}', '\u{2019}'])
        .map(str::trim)
        .filter(|p| !p.is_empty());
    for (part, size_of) in parts.by_ref().zip([1.0, 60.0, 3_600.0]) {
        size = size_of;
        let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        let number: f64 = plain.then(|| part.replace(',', ".").parse().ok())??;
        if size > 1.0 && number >= 60.0 {
            return None;
        }
        total += number / size;
    }
    let given = size > 1.0 || text.contains(|c: char| c.is_ascii_digit());
    let negative = negative != (hemisphere == Some(hemispheres[1]));
    (given && parts.next().is_none()).then_some(if negative { -total } else { total })
}

fn expected() -> Invalid {
    wrong("un point GeoJSON", "a GeoJSON point")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(latitude: f64, longitude: f64) -> Value {
        Value::Point(value::Point { latitude, longitude })
    }

    #[test]
    fn positions_are_read_as_people_write_them() {
        let options = Options::default();
        let context = FieldContext::new(&options);
        for text in [
            "48.5734,7.7521",
            "48.5734, 7.7521",
            "48,5734 ; 7,7521",
            "48,5734, 7,7521",
            "48.5734 7.7521",
            "48.5734N 7.7521E",
        ] {
            assert_eq!(Point.parse(text, &context), Ok(at(48.5734, 7.7521)), "{text}");
        }
        assert_eq!(Point.parse("48°34'24\"N 7°45'36\"W", &context), Ok(at(48.5733333, -7.76)));
        assert_eq!(Point.parse("-21.1,55.5", &context), Ok(at(-21.1, 55.5)));
        for text in ["48.5", "nord, sud", "1,2,3,4", "48°75' 7°", ",", "°'\", '", "inf,nan", "1e1,2"] {
            assert_eq!(Point.parse(text, &context).map_err(|e| e.code), Err("not_a_point"), "{text}");
        }
        assert_eq!(Point.parse("91,0", &context).unwrap_err().code, "point_range");
    }

    #[test]
    fn json_is_geojson_and_columns_are_doubles() {
        let options = Options::default();
        let strasbourg = at(48.5734, 7.7521);
        assert_eq!(
            Point.to_json(&strasbourg, &options),
            json!({"type": "Point", "coordinates": [7.7521, 48.5734]})
        );
        assert_eq!(
            Point.from_json(&json!({"type": "Point", "coordinates": [7.7521, 48.5734, 140]}), &options),
            Ok(strasbourg.clone())
        );
        assert_eq!(Point.join(Point.split(&strasbourg)), strasbourg);
        assert_eq!(Point.join(Point.split(&Value::Null)), Value::Null);
        for json in
            [json!([7, 48]), json!({"type": "Point"}), json!({"type": "Point", "coordinates": ["7", "48"]})]
        {
            assert!(Point.from_json(&json, &options).is_err());
        }
        assert!(Point.check(at(f64::NAN, 0.0), &FieldContext::new(&options)).is_err());
        assert_eq!(Point.check(at(1.000000049, -0.0), &FieldContext::new(&options)), Ok(at(1.0, 0.0)));
    }
}
