//! Numbers that look like the real ones: registers, telephones, places.

use crate::recipe::stream::{Shape, Stream};

/// The digit that makes `digits` valid by Luhn's formula.
fn luhn_digit(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = if place % 2 == 0 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).expect("a digit is below 10")
}

fn digits(stream: &mut Stream, count: usize) -> String {
    (0..count)
        .map(|_| char::from_digit(stream.below(10, Shape::Even) as u32, 10).expect("below 10"))
        .collect()
}

/// Nine digits, valid by Luhn, beginning with `prefix`.
pub(crate) fn siren(stream: &mut Stream, prefix: &str) -> String {
    let mut number: String = prefix.chars().filter(char::is_ascii_digit).take(8).collect();
    number += &digits(stream, 8 - number.len());
    number.push(luhn_digit(&number));
    number
}

/// An establishment of that SIREN: most companies have few.
pub(crate) fn siret(stream: &mut Stream, siren: &str) -> Option<String> {
    if siren.len() != 9 || !siren.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut number = format!("{siren}{:04}", 1 + stream.below(30, Shape::Low));
    number.push(luhn_digit(&number));
    Some(number)
}

/// The French VAT number of a SIREN. Source: article 286 ter of the general tax code; key = (12 + 3 × (SIREN mod 97)) mod 97.
pub(crate) fn vat(siren: &str) -> Option<String> {
    let number: u64 = siren.parse().ok().filter(|_| siren.len() == 9)?;
    Some(format!("FR{:02}{siren}", (12 + 3 * (number % 97)) % 97))
}

/// Ranges that no telephone has: decision 2018-0881 of ARCEP, "numbers for audiovisual works".
const FICTION: [&str; 6] = ["019900", "026191", "035301", "046571", "053649", "063998"];

/// Ten digits of a range kept for fiction; `prefix` chooses it, by default any but the mobile one.
pub(crate) fn phone(stream: &mut Stream, prefix: Option<&str>) -> Option<String> {
    let ranges: Vec<&str> = match prefix {
        None => FICTION[..5].to_vec(),
        Some(prefix) => FICTION.into_iter().filter(|range| range.starts_with(prefix)).collect(),
    };
    if ranges.is_empty() {
        return None;
    }
    let range = ranges[stream.below(ranges.len(), Shape::Even)];
    Some(format!("{range}{}", digits(stream, 4)))
}

/// Metres of one degree of latitude.
const DEGREE_M: f64 = 111_320.0;

/// A place at most `within_m` metres away, as latitude and longitude in millionths of a degree exactly.
pub(crate) fn near(stream: &mut Stream, latitude: f64, longitude: f64, within_m: f64) -> (f64, f64) {
    let (mut x, mut y) = (0.0, 0.0);
    // In the square around the circle, four draws of five fall in it.
    for _ in 0..64 {
        (x, y) = (stream.unit() * 2.0 - 1.0, stream.unit() * 2.0 - 1.0);
        if x * x + y * y <= 1.0 {
            break;
        }
        (x, y) = (0.0, 0.0);
    }
    let narrow = cosine(latitude.to_radians()).max(0.01);
    let round = |degrees: f64| (degrees * 1e6).round() / 1e6;
    (round(latitude + y * within_m / DEGREE_M), round(longitude + x * within_m / DEGREE_M / narrow))
}

/// Cosine by its series: libraries of machines differ in the last digit, and demo companies must not.
fn cosine(x: f64) -> f64 {
    let square = x * x;
    1.0 - square / 2.0 + square * square / 24.0 - square * square * square / 720.0
        + square * square * square * square / 40_320.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invented_numbers_pass_the_checks_of_real_ones() {
        let luhn = |number: &str| luhn_digit(&number[..number.len() - 1]) == number.chars().last().unwrap();
        for i in 0..200 {
            let mut stream = Stream::new(3, &[&i.to_string()]);
            let siren = siren(&mut stream, "0009");
            assert!(siren.len() == 9 && siren.starts_with("0009") && luhn(&siren), "{siren}");
            let siret = siret(&mut stream, &siren).unwrap();
            assert!(siret.len() == 14 && luhn(&siret), "{siret}");
            assert!(phone(&mut stream, Some("06")).unwrap().starts_with("063998"));
            let (lat, lon) = near(&mut stream, 48.58, 7.75, 1_000.0);
            assert!((lat - 48.58).abs() < 0.0091 && (lon - 7.75).abs() < 0.0137, "{lat} {lon}");
        }
        assert_eq!(vat("303265045").as_deref(), Some("FR40303265045"));
        assert_eq!((luhn_digit("73282932"), luhn_digit("7328293200007")), ('0', '4'));
    }
}
