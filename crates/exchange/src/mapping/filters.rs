//! Filters of templates: `{name|fold|first(3)}`.

use dictionary::text::fold;

/// What may be done to a text between the braces of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Small letters.
    Lower,
    /// Capitals.
    Upper,
    /// No case, no accents.
    Fold,
    /// `AIX EN PROVENCE` → `Aix en Provence`.
    Proper,
    /// `Été à Metz` → `ete-a-metz`.
    Slug,
    /// As `Slug`, with dots.
    Email,
    /// Letters and digits of any case and accent, one space between.
    Words,
    /// Digits only.
    Digits,
    /// With the French *de* before: `de Metz`, `d'Obernai`, `du Havre`, `des Andelys`.
    De,
    /// The first characters.
    First(usize),
}

/// Words that stay small after the first.
const SMALL: &[&str] = &[
    "à", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "lès", "sous", "sur", "un",
    "une",
];

impl Filter {
    /// The names that [`Filter::parse`] knows.
    pub const NAMES: [&'static str; 10] =
        ["lower", "upper", "fold", "proper", "slug", "email", "words", "digits", "de", "first"];

    /// Reads `lower` or `first(3)`.
    pub fn parse(text: &str) -> Option<Filter> {
        Some(match text.trim() {
            "lower" => Filter::Lower,
            "upper" => Filter::Upper,
            "fold" => Filter::Fold,
            "proper" => Filter::Proper,
            "slug" => Filter::Slug,
            "email" => Filter::Email,
            "words" => Filter::Words,
            "digits" => Filter::Digits,
            "de" => Filter::De,
            first => Filter::First(first.strip_prefix("first(")?.strip_suffix(')')?.trim().parse().ok()?),
        })
    }

    /// The text, filtered.
    pub fn apply(self, text: &str) -> String {
        match self {
            Filter::Lower => text.to_lowercase(),
            Filter::Upper => text.to_uppercase(),
            Filter::Fold => fold(text),
            Filter::Proper => proper(text),
            Filter::Slug => runs(&fold(text), '-', |c| c.is_ascii_alphanumeric()),
            Filter::Email => runs(&fold(text), '.', |c| c.is_ascii_alphanumeric()),
            Filter::Words => runs(text, ' ', char::is_alphanumeric),
            Filter::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Filter::De => de(text),
            Filter::First(n) => text.chars().take(n).collect(),
        }
    }
}

/// Characters that are kept, and `between` where runs of others stood between them.
fn runs(text: &str, between: char, kept: impl Fn(char) -> bool) -> String {
    text.split(|c| !kept(c)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(&between.to_string())
}

/// "of" a place or person, in French.
fn de(text: &str) -> String {
    if let Some(name) = text.strip_prefix("Le ") {
        return format!("du {name}");
    }
    if let Some(name) = text.strip_prefix("Les ") {
        return format!("des {name}");
    }
    match fold(text).chars().next() {
        None => String::new(),
        Some('a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h') => format!("d'{text}"),
        Some(_) => format!("de {text}"),
    }
}

fn proper(text: &str) -> String {
    let (mut out, mut word, mut first) = (String::with_capacity(text.len()), String::new(), true);
    let mut flush = |word: &mut String, out: &mut String| {
        if word.is_empty() {
            return;
        }
        let lower = word.to_lowercase();
        if !first && SMALL.contains(&lower.as_str()) {
            out.push_str(&lower);
        } else {
            let mut letters = lower.chars();
            out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(letters.as_str());
        }
        first = false;
        word.clear();
    };
    for c in text.chars() {
        if c.is_alphanumeric() {
            word.push(c);
        } else {
            flush(&mut word, &mut out);
            out.push(c);
        }
    }
    flush(&mut word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_do_what_the_documentation_says() {
        for (filter, text, expected) in [
            ("lower", "ÉTÉ", "été"),
            ("upper", "été", "ÉTÉ"),
            ("fold", "ÉTÉ", "ete"),
            ("proper", "AIX EN PROVENCE", "Aix en Provence"),
            ("proper", "L'ISLE-SUR-LA-SORGUE", "L'Isle-sur-la-Sorgue"),
            ("proper", "rue de l'église", "Rue de l'Église"),
            ("proper", "LE HAVRE", "Le Havre"),
            ("slug", "  Café de l'Été ! ", "cafe-de-l-ete"),
            ("email", "Anne-Marie Œuf", "anne.marie.oeuf"),
            ("words", "67000|67100, Été", "67000 67100 Été"),
            ("digits", "06 39-98", "063998"),
            ("de", "Metz", "de Metz"),
            ("de", "Obernai", "d'Obernai"),
            ("de", "Étampes", "d'Étampes"),
            ("de", "Le Havre", "du Havre"),
            ("de", "Les Andelys", "des Andelys"),
            ("first(3)", "été long", "été"),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().apply(text), expected, "{filter} of {text}");
        }
        assert_eq!(Filter::parse("first(x)"), None);
        assert_eq!(Filter::parse("uppper"), None);
    }
}
