//! Values that nobody has, drawn from a stream of bytes: names, addresses, numbers that ring nowhere.

use blake3::OutputReader;

/// Beginnings, middles and ends of invented words: they read as names of here, and are nobody's.
const ONSETS: &[&str] = &[
    "b", "br", "ch", "cl", "d", "f", "fl", "g", "gr", "j", "l", "m", "n", "p", "pl", "r", "s", "t", "tr", "v",
];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u", "ai", "an", "au", "en", "in", "on", "ou"];
const ENDS: &[&str] = &["", "l", "lin", "n", "r", "rd", "s", "t", "tel", "val", "vin", "xe"];

/// Ranges that the French regulator keeps for fiction (ARCEP, numbering plan): the digits before the last four.
const MOBILE: &str = "+3363998";
const LANDLINES: &[&str] = &["+3319900", "+3326191", "+3335301", "+3346571", "+3353649"];

/// A stream of bytes that a value and a secret give.
pub(super) struct Draw(OutputReader);

impl Draw {
    /// The same for the same key and text.
    pub(super) fn new(key: &[u8; 32], text: &str) -> Draw {
        Draw(blake3::Hasher::new_keyed(key).update(text.as_bytes()).finalize_xof())
    }

    /// A number below `bound`, which is at least 1.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        u32::from_le_bytes(bytes) % bound.max(1)
    }

    fn one_of(&mut self, all: &[&'static str]) -> &'static str {
        all[self.below(u32::try_from(all.len()).unwrap_or(1)) as usize]
    }

    /// A lower-case word of so many letters, or a few more.
    pub(super) fn word(&mut self, letters: usize) -> String {
        let mut word = String::new();
        while word.len() + 2 < letters.max(3) {
            word.push_str(self.one_of(ONSETS));
            word.push_str(self.one_of(VOWELS));
        }
        word.push_str(self.one_of(ENDS));
        word
    }

    /// A name of so many letters or a few more, with a capital.
    pub(super) fn name(&mut self, letters: usize) -> String {
        capital(&self.word(letters))
    }

    /// An address that no mail reaches: `.invalid` is nobody's (RFC 2606).
    pub(super) fn email(&mut self) -> String {
        format!("{}.{}{}@{}.invalid", self.word(5), self.word(6), self.below(100), self.word(7))
    }

    /// A number of a range that rings nowhere; a mobile one for a mobile one.
    pub(super) fn phone(&mut self, original: &str) -> String {
        let mobile = original.starts_with("+336") || original.starts_with("+337");
        let range = if mobile { MOBILE } else { self.one_of(LANDLINES) };
        format!("{range}{:04}", self.below(10_000))
    }

    /// A page that is nowhere.
    pub(super) fn url(&mut self) -> String {
        format!("https://{}.invalid/{}", self.word(8), self.word(5))
    }

    /// A street line.
    pub(super) fn street(&mut self) -> String {
        let kind = self.one_of(&["allée", "avenue", "chemin", "impasse", "place", "rue"]);
        format!("{} {kind} {}", 1 + self.below(180), self.name(8))
    }

    /// Text of the same shape: words for words, digits for digits, what stands between as it is.
    pub(super) fn alike(&mut self, original: &str) -> String {
        let mut made = String::new();
        let mut rest = original;
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric();
            let end = rest.find(|c: char| is_word(c) != is_word(first)).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            made.push_str(&if is_word(first) { self.word_alike(part) } else { part.to_owned() });
            rest = after;
        }
        made
    }

    fn word_alike(&mut self, original: &str) -> String {
        if original.chars().any(|c| c.is_ascii_digit()) {
            let letters = |draw: &mut Draw| char::from(b'a' + u8::try_from(draw.below(26)).unwrap_or(0));
            let one = |c: char| match c {
                '0'..='9' => char::from(b'0' + u8::try_from(self.below(10)).unwrap_or(0)),
                c if c.is_uppercase() => letters(self).to_ascii_uppercase(),
                _ => letters(self),
            };
            return original.chars().map(one).collect();
        }
        let word = self.word(original.chars().count());
        match original.chars().next() {
            Some(_) if original.chars().count() > 1 && original.chars().all(char::is_uppercase) => {
                word.to_uppercase()
            }
            Some(first) if first.is_uppercase() => capital(&word),
            _ => word,
        }
    }

    /// Sentences about as long as a text of so many words.
    pub(super) fn prose(&mut self, words: usize) -> String {
        let mut text = String::new();
        for number in 0..words.clamp(3, 60) {
            let letters = 3 + self.below(7) as usize;
            let word = self.word(letters);
            match number % 9 {
                0 if number > 0 => text.push_str(&format!(". {}", capital(&word))),
                0 => text.push_str(&capital(&word)),
                _ => text.push_str(&format!(" {word}")),
            }
        }
        text.push('.');
        text
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_value_gives_the_same_invention_and_another_secret_another_one() {
        let made = |key: u8| Draw::new(&[key; 32], "Anne").email();
        assert_eq!(made(1), made(1));
        assert_ne!(made(1), made(2));
        assert!(made(1).ends_with(".invalid"));
    }

    #[test]
    fn texts_keep_their_shape_and_numbers_ring_nowhere() {
        let mut draw = Draw::new(&[1; 32], "x");
        let made = draw.alike("BX-42 Dupont, de");
        assert_eq!(made.matches(['-', ',', ' ']).count(), 4, "{made}");
        assert!(made.split(' ').nth(1).unwrap().starts_with(char::is_uppercase), "{made}");
        assert!(draw.phone("+33612345678").starts_with(MOBILE));
        assert_eq!(draw.phone("+4930123456").len(), 12);
    }
}
