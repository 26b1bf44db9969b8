//! How texts are compared, sorted and searched: one rule, here, for memory and for every store.

use std::cmp::Ordering;

use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// `text` without case, accents or ligatures: what sorting and `contains` compare.
///
/// ```
/// # use dictionary::text::fold;
/// assert_eq!(fold("Œuvre d'ÉTÉ, Straße"), "oeuvre d'ete, strasse");
/// assert_eq!(fold("e\u{301}"), fold("é")); // combining or composed, the same
/// ```
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        match fold_common(c) {
            Some((first, second)) => {
                folded.push(first);
                folded.extend(second);
            }
            None => fold_any(c, &mut folded),
        }
    }
    folded
}

/// The order of texts everywhere: by folded text, then by the text itself, so that it is total and equal means identical.
pub fn compare(a: &str, b: &str) -> Ordering {
    // What both begin with folds to the same: in an index, neighbours have much of it.
    let Some(apart) = a.bytes().zip(b.bytes()).position(|(a, b)| a != b) else {
        return a.len().cmp(&b.len());
    };
    let apart = (0..=apart).rev().find(|at| a.is_char_boundary(*at) && b.is_char_boundary(*at));
    let (a, b) = (&a[apart.unwrap_or(0)..], &b[apart.unwrap_or(0)..]);
    // Sorting is where folding costs most: common texts are compared without being written out.
    let folded = compare_common(a, b).unwrap_or_else(|| fold(a).cmp(&fold(b)));
    folded.then_with(|| a.cmp(b))
}

/// Whether `part` occurs in `text`, case and accents apart.
pub fn contains(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        let (text, part) = (text.as_bytes(), part.as_bytes());
        return part.is_empty() || text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    }
    fold(text).contains(&fold(part))
}

/// Whether `text` starts with `part`, case and accents apart.
pub fn starts_with(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        return text.get(..part.len()).is_some_and(|start| start.eq_ignore_ascii_case(part));
    }
    fold(text).starts_with(&fold(part))
}

/// Whether `text` ends with `part`, case and accents apart.
pub fn ends_with(text: &str, part: &str) -> bool {
    if text.is_ascii() && part.is_ascii() {
        let start = text.len().checked_sub(part.len());
        return start.is_some_and(|start| text[start..].eq_ignore_ascii_case(part));
    }
    fold(text).ends_with(&fold(part))
}

/// The order of the folded texts, if both hold common characters only.
fn compare_common(a: &str, b: &str) -> Option<Ordering> {
    let (mut a, mut b) = (a.chars(), b.chars());
    let (mut pending_a, mut pending_b) = (None, None);
    loop {
        let x = next_common(&mut a, &mut pending_a)?;
        let y = next_common(&mut b, &mut pending_b)?;
        match x.cmp(&y) {
            Ordering::Equal if x.is_none() => return Some(Ordering::Equal),
            Ordering::Equal => {}
            // A rarer character further on cannot change it: folding goes character by character.
            different => return Some(different),
        }
    }
}

/// The next folded character (`Some(None)` at the end), or `None` at a character that is not common.
fn next_common(chars: &mut std::str::Chars<'_>, pending: &mut Option<char>) -> Option<Option<char>> {
    if let Some(second) = pending.take() {
        return Some(Some(second));
    }
    let Some(c) = chars.next() else { return Some(None) };
    let (first, second) = fold_common(c)?;
    *pending = second;
    Some(Some(first))
}

/// What `c` folds to, for the characters of French and English: a table instead of Unicode's rules, with the same result.
fn fold_common(c: char) -> Option<(char, Option<char>)> {
    let first = match c {
        '\0'..='\x7f' => c.to_ascii_lowercase(),
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'å' | 'À' | 'Â' | 'Ä' | 'Á' | 'Ã' | 'Å' => 'a',
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
        'î' | 'ï' | 'í' | 'ì' | 'Î' | 'Ï' | 'Í' | 'Ì' => 'i',
        'ô' | 'ö' | 'ó' | 'ò' | 'õ' | 'Ô' | 'Ö' | 'Ó' | 'Ò' | 'Õ' => 'o',
        'ù' | 'û' | 'ü' | 'ú' | 'Ù' | 'Û' | 'Ü' | 'Ú' => 'u',
        'ÿ' | 'ý' | 'Ÿ' | 'Ý' => 'y',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' => 'n',
        'œ' | 'Œ' => return Some(('o', Some('e'))),
        'æ' | 'Æ' => return Some(('a', Some('e'))),
        'ß' => return Some(('s', Some('s'))),
        '\u{2019}' | '\u{2018}' => '\'',
        '\u{a0}' | '\u{202f}' => ' ',
        '°' | '€' | '«' | '»' | '–' | '—' | '·' => c,
        _ => return None,
    };
    Some((first, None))
}

/// What `c` folds to, appended to `folded`: compatible decomposition without its marks, then letters that Unicode does not take apart.
fn fold_any(c: char, folded: &mut String) {
    decompose_compatible(c, |c| {
        if is_combining_mark(c) {
            return;
        }
        match c {
            'œ' | 'Œ' => folded.push_str("oe"),
            'æ' | 'Æ' => folded.push_str("ae"),
            'ß' | 'ẞ' => folded.push_str("ss"),
            'ø' | 'Ø' => folded.push('o'),
            'ł' | 'Ł' => folded.push('l'),
            'đ' | 'Đ' | 'ð' | 'Ð' => folded.push('d'),
            'þ' | 'Þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            '\u{2019}' | '\u{2018}' => folded.push('\''),
            _ => folded.extend(c.to_lowercase().filter(|c| !is_combining_mark(*c))),
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fold_slowly(text: &str) -> String {
        let mut folded = String::new();
        text.chars().for_each(|c| fold_any(c, &mut folded));
        folded
    }

    #[test]
    fn the_table_of_common_characters_says_what_unicode_says() {
        for c in ('\0'..='\u{3000}').filter(|c| fold_common(*c).is_some()) {
            let text = c.to_string();
            assert_eq!(fold(&format!("{text}é")), fold_slowly(&format!("{text}e")), "{c:?}");
        }
    }

    #[test]
    fn order_ignores_accents_first() {
        let mut names = ["zèbre", "Éloi", "eloi", "Eloi", "œuf", "of", "Zebre", "élan", ""];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(names, ["", "élan", "Eloi", "eloi", "Éloi", "œuf", "of", "Zebre", "zèbre"]);
    }

    #[test]
    fn tests_of_text_ignore_case_and_accents() {
        assert!(
            contains("Chauffage CENTRAL", "chauff") && contains("Dépôt", "DEPOT") && contains("Dupont", "")
        );
        assert!(starts_with("Œuvres", "oe") && starts_with("T000042", "t0") && !starts_with("é", "ée"));
        assert!(ends_with("Gaz à Noël", "NOEL") && ends_with("abc", "BC") && !ends_with("bc", "abc"));
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".*") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
            prop_assert_eq!(fold(&text), fold_slowly(&text));
        }

        #[test]
        fn what_two_texts_begin_with_changes_nothing_of_their_order(
            start in "[a-cAé\u{301}œ한]{0,3}", a in "[a-bAéè\u{301}\u{327}œ한핚]{0,3}", b in "[a-bAéè\u{301}\u{327}œ한핚]{0,3}",
        ) {
            let (a, b) = (format!("{start}{a}"), format!("{start}{b}"));
            prop_assert_eq!(compare(&a, &b), fold(&a).cmp(&fold(&b)).then_with(|| a.cmp(&b)));
        }

        #[test]
        fn order_is_total_and_equal_means_identical(a in "[a-eA-Eàéœ’ⅷßﬁ]{0,4}", b in "[a-eA-Eàéœ’ⅷßﬁ]{0,4}", c in "[a-eA-Eàéœ’ⅷßﬁ]{0,4}") {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare(&a, &b) == Ordering::Equal, a == b);
            if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
                prop_assert!(compare(&a, &c).is_le());
            }
            prop_assert_eq!(compare(&a, &b), fold(&a).cmp(&fold(&b)).then_with(|| a.cmp(&b)));
        }

        #[test]
        fn short_cuts_say_what_folding_says(text in "[a-cA-Cé]{0,6}", part in "[a-cA-Cé]{0,3}") {
            prop_assert_eq!(contains(&text, &part), fold(&text).contains(&fold(&part)));
            prop_assert_eq!(starts_with(&text, &part), fold(&text).starts_with(&fold(&part)));
            prop_assert_eq!(ends_with(&text, &part), fold(&text).ends_with(&fold(&part)));
        }
    }
}
