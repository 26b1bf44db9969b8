//! Cleaning of texts before they are kept: one form of Unicode, no invisible ends, no control characters.

use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::Invalid;

/// `text` on one line: composed Unicode, line ends and tabs as spaces, no spaces at the ends. Other control characters are refused.
pub(super) fn line(text: String) -> Result<String, Invalid> {
    let text = composed(text);
    if !text.chars().any(char::is_control) {
        return Ok(trimmed(text));
    }
    let flat = text.trim().replace("\r\n", " ").replace(['\n', '\r', '\t'], " ");
    refuse_control(&flat)?;
    Ok(trimmed(flat))
}

/// `text` on several lines: composed Unicode, line feeds as line ends, no blanks at the end nor empty lines at the start.
pub(super) fn block(text: String) -> Result<String, Invalid> {
    let mut text = composed(text);
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    refuse_control(&text)?;
    text.truncate(text.trim_end().len());
    let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
    let start = text[..start].rfind('\n').map_or(0, |line_end| line_end + 1);
    text.drain(..start);
    Ok(text)
}

/// `text` as typed but for blanks at the ends; a line end inside is refused like any control character.
pub(super) fn verbatim(text: String) -> Result<String, Invalid> {
    let text = trimmed(text);
    match text.chars().any(char::is_control) {
        true => Err(control()),
        false => Ok(text),
    }
}

/// Refuses a text of more than `max` or fewer than `min` characters.
pub(super) fn length(text: &str, min: Option<u32>, max: u32) -> Result<(), Invalid> {
    if text.len() <= max as usize && min.is_none() {
        return Ok(()); // never more characters than bytes
    }
    let length = text.chars().count();
    if length > max as usize {
        return Err(Invalid::new(
            "too_long",
            format!("{max} caractères au plus ({length} ici)."),
            format!("{max} characters at most ({length} here)."),
        ));
    }
    match min {
        Some(min) if length < min as usize => Err(Invalid::new(
            "too_short",
            format!("{min} caractères au moins ({length} ici)."),
            format!("{min} characters at least ({length} here)."),
        )),
        _ => Ok(()),
    }
}

/// Refuses control characters other than line feed and tab. NUL above all: it ends texts in too many programs.
pub(super) fn refuse_control(text: &str) -> Result<(), Invalid> {
    match text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        true => Err(control()),
        false => Ok(()),
    }
}

fn control() -> Invalid {
    Invalid::new(
        "control_character",
        "Le texte contient un caractère de contrôle invisible.",
        "The text contains an invisible control character.",
    )
}

fn composed(text: String) -> String {
    if text.is_ascii() || is_nfc(&text) { text } else { text.nfc().collect() }
}

fn trimmed(mut text: String) -> String {
    text.truncate(text.trim_end().len());
    let start = text.len() - text.trim_start().len();
    text.drain(..start);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_composed_trimmed_and_flat() {
        assert_eq!(line("  Caf\u{65}\u{301}\u{a0}".into()).unwrap(), "Café");
        assert_eq!(
            line("3 rue du Fil\r\n67000\tStrasbourg\n".into()).unwrap(),
            "3 rue du Fil 67000 Strasbourg"
        );
        assert_eq!(line("a\0b".into()).unwrap_err().code, "control_character");
        assert_eq!(line("\t\n".into()).unwrap(), "");
    }

    #[test]
    fn a_block_keeps_its_lines_and_indentation() {
        assert_eq!(block("\r\n\n  un\r\n deux \n\n".into()).unwrap(), "  un\n deux");
        assert_eq!(block(" \n\t ".into()).unwrap(), "");
        assert_eq!(block("a\u{7}".into()).unwrap_err().code, "control_character");
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(length("éé", None, 2).is_ok());
        assert_eq!(length("ééé", None, 2).unwrap_err().code, "too_long");
        assert_eq!(length("é", Some(2), 10).unwrap_err().code, "too_short");
    }
}
