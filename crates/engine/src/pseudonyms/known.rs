//! What was learned of the original values, and what each becomes.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use dictionary::text::fold;

use super::invented::Draw;

/// Words of an original that are looked for together; a longer text is known by its first ones.
const WORDS_MAX: usize = 12;

/// Inventions tried before one that is longer, then one that says nothing.
const TRIES: u32 = 40;

/// What kind of value a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    GivenName,
    FamilyName,
    FullName,
    Email,
    Phone,
    Url,
    Street,
    Words,
    Prose,
}

/// One original.
#[derive(Debug)]
struct Original {
    kind: Kind,
    text: String,
    /// Known by its first words: the text that holds them is taken for it as a whole.
    cut: bool,
    becomes: String,
}

/// Originals by what they are looked for as, each with what it becomes.
#[derive(Debug, Default)]
pub(super) struct Known {
    originals: HashMap<String, Original>,
    /// Words of the longest.
    longest: usize,
}

/// Where an original stands in a text.
pub(super) struct Hit<'k> {
    place: Range<usize>,
    cut: bool,
    becomes: &'k str,
}

impl Known {
    /// Notes an original. What is too short to be anybody's is not looked for.
    pub(super) fn learn(&mut self, kind: Kind, text: &str) {
        for spelling in spellings(kind, text) {
            let words = words(&spelling);
            let cut = words.len() > WORDS_MAX;
            let key = joined(&words[..words.len().min(WORDS_MAX)]);
            if !is_telling(&key) {
                continue;
            }
            self.longest = self.longest.max(words.len().min(WORDS_MAX));
            let original = || Original { kind, text: text.to_owned(), cut, becomes: String::new() };
            self.originals.entry(key).or_insert_with(original);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.originals.len()
    }

    /// Draws what each becomes: never an original, and never the same for two.
    pub(super) fn settle(&mut self, key: &[u8; 32]) {
        let mut drawn: Vec<(String, String)> = Vec::with_capacity(self.originals.len());
        let mut taken: HashSet<String> = HashSet::with_capacity(self.originals.len());
        for (name, original) in &self.originals {
            // Two spellings of one number become one.
            let seed = joined(&words(&original.text));
            let mut becomes = None;
            for number in 0..TRIES {
                let mut draw = Draw::new(key, &format!("{number} {seed}"));
                let candidate = invented(&mut draw, original.kind, &original.text, number as usize / 8);
                let folded = fold(&candidate);
                let is_free = original.kind == Kind::Phone || !taken.contains(&folded);
                if is_free && self.find(&candidate).is_empty() {
                    taken.insert(folded);
                    becomes = Some(candidate);
                    break;
                }
            }
            drawn.push((name.clone(), becomes.unwrap_or_default()));
        }
        for (name, becomes) in drawn {
            if let Some(original) = self.originals.get_mut(&name) {
                original.becomes = becomes;
            }
        }
    }

    /// What a text that is a value of its own becomes. `None` when it becomes nothing: no invention was free.
    pub(super) fn becomes(&self, key: &[u8; 32], kind: Kind, text: &str) -> Option<String> {
        let words = words(text);
        let known = self.originals.get(&joined(&words[..words.len().min(WORDS_MAX)]));
        match known {
            // Two long texts that begin alike are still two texts.
            Some(known) if !known.cut || known.text == text => {
                Some(known.becomes.clone()).filter(|becomes| !becomes.is_empty())
            }
            _ => (0..TRIES)
                .map(|number| {
                    let mut draw = Draw::new(key, &format!("{number} {}", joined(&words)));
                    invented(&mut draw, kind, text, number as usize / 8)
                })
                .find(|candidate| self.find(candidate).is_empty()),
        }
    }

    /// A text with every original in it replaced.
    pub(super) fn rewritten(&self, text: &str) -> String {
        let hits = self.find(text);
        if hits.is_empty() {
            return text.to_owned();
        }
        if let Some(whole) = hits.iter().find(|hit| hit.cut) {
            return whole.becomes.to_owned();
        }
        let mut made = String::with_capacity(text.len());
        let mut from = 0;
        for hit in hits {
            made.push_str(&text[from..hit.place.start]);
            made.push_str(hit.becomes);
            from = hit.place.end;
        }
        made.push_str(&text[from..]);
        made
    }

    /// Originals in a text, from left to right, the longest where several begin: whole words, whatever their case, accents and what parts them.
    pub(super) fn find(&self, text: &str) -> Vec<Hit<'_>> {
        if self.originals.is_empty() {
            return Vec::new();
        }
        let words = words(text);
        let mut hits = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let mut key = String::new();
            let mut found = None;
            for (count, (place, word)) in words[at..].iter().take(self.longest).enumerate() {
                if count > 0 {
                    key.push(' ');
                }
                key.push_str(word);
                if let Some(original) = self.originals.get(&key) {
                    found = Some((count, place.end, original));
                }
            }
            match found {
                Some((count, end, original)) => {
                    let place = words[at].0.start..end;
                    hits.push(Hit { place, cut: original.cut, becomes: &original.becomes });
                    at += count + 1;
                }
                None => at += 1,
            }
        }
        hits
    }
}

/// Words of a text, folded, and where each is.
fn words(text: &str) -> Vec<(Range<usize>, String)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                words.push((from..at, fold(&text[from..at])));
                start = None;
            }
            _ => {}
        }
    }
    words
}

fn joined(words: &[(Range<usize>, String)]) -> String {
    words.iter().map(|(_, word)| word.as_str()).collect::<Vec<_>>().join(" ")
}

/// How people write the same value elsewhere.
fn spellings(kind: Kind, text: &str) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    if kind == Kind::Phone
        && let Some(national) = text.strip_prefix("+33").filter(|national| national.len() == 9)
    {
        let national = format!("0{national}");
        let pairs: Vec<&str> = (0..5).map(|pair| &national[2 * pair..2 * pair + 2]).collect();
        all.push(pairs.join(" "));
        all.push(format!("33 {} {}", &pairs[0][1..], pairs[1..].join(" ")));
        all.push(national);
    }
    all
}

/// Whether finding it somewhere tells of whom it is: not of two letters, nor of a house number.
fn is_telling(key: &str) -> bool {
    let letters = key.chars().filter(|c| *c != ' ').count();
    let digits_only = key.chars().all(|c| c == ' ' || c.is_ascii_digit());
    letters >= if digits_only { 6 } else { 3 }
}

fn invented(draw: &mut Draw, kind: Kind, original: &str, longer: usize) -> String {
    match kind {
        Kind::GivenName => draw.name(6 + longer),
        Kind::FamilyName => draw.name(8 + longer),
        Kind::FullName => format!("{} {}", draw.name(6 + longer), draw.name(8 + longer)),
        Kind::Email => draw.email(),
        Kind::Phone => draw.phone(original),
        Kind::Url => draw.url(),
        Kind::Street => draw.street(),
        Kind::Words => draw.alike(original),
        Kind::Prose => draw.prose(original.split_whitespace().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(originals: &[(Kind, &str)]) -> Known {
        let mut known = Known::default();
        originals.iter().for_each(|(kind, text)| known.learn(*kind, text));
        known.settle(&[7; 32]);
        known
    }

    #[test]
    fn an_original_is_found_however_it_is_written_and_becomes_the_same_everywhere() {
        let known = known(&[
            (Kind::FamilyName, "Éluard"),
            (Kind::Phone, "+33612345678"),
            (Kind::Email, "paul.eluard@acme.example"),
        ]);
        let name = known.becomes(&[7; 32], Kind::FamilyName, "Éluard").unwrap();
        let made =
            known.rewritten("Rappeler ELUARD au 06.12.34.56.78 (Paul.Eluard@acme.example), pas Éluardin");
        assert!(made.contains(&format!("Rappeler {name} au +33639")), "{made}");
        assert!(made.contains(".invalid") && made.ends_with("pas Éluardin"), "{made}");
        assert!(known.find(&made).is_empty(), "{made}");
    }

    #[test]
    fn what_is_invented_is_nobody_s() {
        let mut known = Known::default();
        for number in 0..2_000 {
            known.learn(Kind::FamilyName, &Draw::new(&[7; 32], &format!("{number}")).name(5));
        }
        known.settle(&[7; 32]);
        let all: HashSet<&str> = known.originals.values().map(|one| one.becomes.as_str()).collect();
        assert!(all.len() >= known.len() - 1, "{} of {}", all.len(), known.len());
        assert!(all.iter().all(|one| known.find(one).is_empty()));
    }

    #[test]
    fn a_long_text_is_known_by_how_it_begins() {
        let long = "Vu avec lui le chantier de la rue haute hier soir, il hésite encore un peu";
        let known = known(&[(Kind::Prose, long)]);
        let made = known.rewritten(&format!("Copié : {long} — fin"));
        assert!(!made.contains("chantier"), "{made}");
    }
}
