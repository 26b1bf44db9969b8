//! Numbers given by administrations and banks: whether they can be real. Spaces in them are ignored.

/// Whether `text` is made of digits that satisfy the Luhn formula (ISO/IEC 7812-1).
///
/// ```
/// # use dictionary::identifiers::luhn;
/// assert!(luhn("4539 1488 0343 6467"));
/// assert!(!luhn("4539 1488 0343 6468"));
/// ```
pub fn luhn(text: &str) -> bool {
    let compact = compact(text);
    !compact.is_empty() && luhn_sum(&compact).is_some_and(|sum| sum % 10 == 0)
}

/// Whether `text` can be a SIREN: nine digits that satisfy Luhn's formula.
///
/// ```
/// # use dictionary::identifiers::is_siren;
/// assert!(is_siren("732 829 320"));
/// assert!(!is_siren("732 829 321"));
/// ```
pub fn is_siren(text: &str) -> bool {
    compact(text).len() == 9 && luhn(text)
}

/// Whether `text` can be a SIRET: fourteen digits that satisfy Luhn's formula, after a SIREN that does.
///
/// La Poste has more establishments than the formula allows: theirs are valid when the sum of the digits is a multiple of 5.
/// Source: INSEE, SIREN 356000000.
///
/// ```
/// # use dictionary::identifiers::is_siret;
/// assert!(is_siret("732 829 320 00074"));
/// assert!(is_siret("35600000000048")); // head office of La Poste
/// assert!(is_siret("35600000049837")); // one of its post offices
/// ```
pub fn is_siret(text: &str) -> bool {
    let compact = compact(text);
    if compact.len() != 14 || !compact.get(..9).is_some_and(is_siren) {
        return false;
    }
    let of_la_poste = compact.starts_with("356000000");
    luhn_sum(&compact).is_some_and(|sum| sum % 10 == 0)
        || (of_la_poste && digit_sum(&compact).is_some_and(|sum| sum % 5 == 0))
}

/// Whether `text` can be a VAT number of the European Union or Northern Ireland, country code included.
///
/// French ones have their key and SIREN verified, others only their shape. Source: VIES, "VAT number structures"; CGI art. 286 ter.
///
/// ```
/// # use dictionary::identifiers::is_vat;
/// assert!(is_vat("FR 44 732829320"));
/// assert!(!is_vat("FR 45 732829320"));
/// assert!(is_vat("BE0428759497") && is_vat("ATU12345678") && is_vat("NL123456789B01"));
/// ```
pub fn is_vat(text: &str) -> bool {
    let compact = compact(text).to_ascii_uppercase();
    if !compact.is_ascii() || compact.len() < 4 {
        return false;
    }
    let (country, number) = compact.split_at(2);
    match country {
        "FR" => is_french_vat(number),
        _ => VAT_SHAPES.iter().any(|(c, shape)| *c == country && has_shape(number, shape)),
    }
}

/// Whether `text` is an IBAN: the length of its country, and 1 modulo 97. Source: ISO 13616, SWIFT registry.
///
/// ```
/// # use dictionary::identifiers::is_iban;
/// assert!(is_iban("FR14 2004 1010 0505 0001 3M02 606"));
/// assert!(!is_iban("FR14 2004 1010 0505 0001 3M02 607"));
/// ```
pub fn is_iban(text: &str) -> bool {
    let compact = compact(text).to_ascii_uppercase();
    if !compact.bytes().all(|b| b.is_ascii_alphanumeric()) || !(15..=34).contains(&compact.len()) {
        return false;
    }
    let (start, account) = compact.split_at(4);
    let country = &start[..2];
    let shaped =
        country.bytes().all(|b| b.is_ascii_uppercase()) && start[2..].bytes().all(|b| b.is_ascii_digit());
    let length = IBAN_LENGTHS.iter().find(|(c, _)| *c == country);
    if !shaped || length.is_some_and(|(_, length)| *length != compact.len()) {
        return false;
    }
    let rest = account.chars().chain(start.chars()).filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        let shift = if digit < 10 { 10 } else { 100 };
        (rest * shift + digit) % 97
    });
    rest == 1
}

/// Shapes of VAT numbers by country: `9` a digit, `A` a letter, `*` either, anything else itself.
pub const VAT_SHAPES: [(&str, &str); 35] = [
    ("AT", "U99999999"),
    ("BE", "0999999999"),
    ("BE", "1999999999"),
    ("BG", "999999999"),
    ("BG", "9999999999"),
    ("CY", "99999999A"),
    ("CZ", "99999999"),
    ("CZ", "999999999"),
    ("CZ", "9999999999"),
    ("DE", "999999999"),
    ("DK", "99999999"),
    ("EE", "999999999"),
    ("EL", "999999999"),
    ("ES", "*9999999*"),
    ("FI", "99999999"),
    ("HR", "99999999999"),
    ("HU", "99999999"),
    ("IE", "9*99999A"),
    ("IE", "9999999AA"),
    ("IT", "99999999999"),
    ("LT", "999999999"),
    ("LT", "999999999999"),
    ("LU", "99999999"),
    ("LV", "99999999999"),
    ("MT", "99999999"),
    ("NL", "999999999B99"),
    ("PL", "9999999999"),
    ("PT", "999999999"),
    ("RO", "9999999999"),
    ("SE", "999999999999"),
    ("SI", "99999999"),
    ("SK", "9999999999"),
    ("XI", "999999999"),
    ("XI", "999999999999"),
    ("XI", "AA999"),
];

/// Lengths of IBANs. A country that is not here only has the check digits verified.
pub const IBAN_LENGTHS: [(&str, usize); 42] = [
    ("AD", 24),
    ("AE", 23),
    ("AT", 20),
    ("BE", 16),
    ("BG", 22),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GI", 23),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IS", 26),
    ("IT", 27),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MA", 28),
    ("MT", 31),
    ("NL", 18),
    ("NO", 15),
    ("PL", 28),
    ("PT", 25),
    ("RO", 24),
    ("RS", 22),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
];

fn compact(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn digit_sum(text: &str) -> Option<u32> {
    Some(digits(text)?.iter().sum())
}

/// Every second digit from the right doubled, digits of the doubles added.
fn luhn_sum(text: &str) -> Option<u32> {
    let digits = digits(text)?;
    let sum = digits.iter().rev().enumerate().map(|(i, digit)| match i % 2 {
        0 => *digit,
        _ => digit * 2 / 10 + digit * 2 % 10,
    });
    Some(sum.sum())
}

/// Key of two characters and SIREN. A key of digits is (12 + 3 · (SIREN mod 97)) mod 97; one with letters has no published formula.
fn is_french_vat(number: &str) -> bool {
    if number.len() != 11 || !is_siren(&number[2..]) {
        return false;
    }
    let (key, siren) = number.split_at(2);
    match (key.parse::<u32>(), siren.parse::<u32>()) {
        (Ok(key), Ok(siren)) => key == (12 + 3 * (siren % 97)) % 97,
        _ => key.bytes().all(|b| b.is_ascii_alphanumeric() && b != b'O' && b != b'I'),
    }
}

fn has_shape(number: &str, shape: &str) -> bool {
    number.len() == shape.len()
        && number.bytes().zip(shape.bytes()).all(|(found, wanted)| match wanted {
            b'9' => found.is_ascii_digit(),
            b'A' => found.is_ascii_uppercase(),
            b'*' => found.is_ascii_alphanumeric(),
            _ => found == wanted,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_that_cannot_be_are_refused() {
        for text in ["", "12345678", "73282932a", "7328293200", "١٢٣٤٥٦٧٨٩", "é2829320"] {
            assert!(!is_siren(text), "{text}");
        }
        for text in [
            "",
            "73282932000075",
            "7328293200007",
            "73282932100074",
            "35600000049838",
            "ééééééé",
            "3560000004983é",
        ] {
            assert!(!is_siret(text), "{text}");
        }
        for text in [
            "",
            "FR",
            "FR44",
            "44732829320",
            "FR44732829321",
            "FRO4732829320",
            "XX123456789",
            "DE12345678",
            "é€",
            "FR4473282932é",
        ] {
            assert!(!is_vat(text), "{text}");
        }
        for text in [
            "",
            "FR14",
            "FR1420041010050500013M0260",
            "DE89370400440532013001",
            "12345678901234567",
            "FRé42004101005050001",
        ] {
            assert!(!is_iban(text), "{text}");
        }
        assert!(!luhn("") && !luhn("12a"));
    }

    #[test]
    fn real_identifiers_are_accepted() {
        for text in [
            "DE89370400440532013000",
            "GB82 WEST 1234 5698 7654 32",
            "be71 0961 2345 6769",
            "MC5811222000010123456789030",
        ] {
            assert!(is_iban(text), "{text}");
        }
        for text in ["DE 123456789", "ESX1234567X", "IE1234567WA", "XI123456789", "el123456789"] {
            assert!(is_vat(text), "{text}");
        }
    }
}
