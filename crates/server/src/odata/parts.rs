//! Texts cut at separators.

/// The parts of a text between separators that stand in no parentheses and no quotes, trimmed, with their byte; empty ones are passed over.
pub(super) fn parts(text: &str, separator: char) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted) = (0, 0_usize, false);
    for (at, c) in text.char_indices().chain([(text.len(), separator)]) {
        let last = at == text.len();
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if last || c == separator && depth == 0 && !quoted {
            let part = &text[start..at];
            let lead = part.len() - part.trim_start().len();
            if !part.trim().is_empty() {
                parts.push((start + lead, part.trim()));
            }
            start = (at + separator.len_utf8()).min(text.len());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn separators_in_parentheses_and_quotes_do_not_separate() {
        let text = " owner($select=name,email) , lines";
        assert_eq!(parts(text, ','), [(1, "owner($select=name,email)"), (29, "lines")]);
        assert_eq!(parts("a)(,b", ','), [(0, "a)(,b")]);
        assert_eq!(
            parts("$filter=name eq 'a;(b';$top=1", ';'),
            [(0, "$filter=name eq 'a;(b'"), (23, "$top=1")]
        );
        assert!(parts(" , ", ',').is_empty());
    }
}
