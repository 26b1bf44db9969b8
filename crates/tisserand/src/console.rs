//! What the program says, in the language of the system, and the bars it draws on a terminal.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use dictionary::{Label, Language};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Where messages go and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    pub(crate) language: Language,
    /// Data as JSON on standard output.
    pub(crate) json: bool,
}

impl Console {
    pub(crate) fn new(language: Language, json: bool) -> Console {
        Console { language, json }
    }

    /// The text in the language of the person.
    pub(crate) fn text<'a>(&self, fr: &'a str, en: &'a str) -> &'a str {
        if self.language == Language::Fr { fr } else { en }
    }

    pub(crate) fn label(&self, label: &Label) -> String {
        label.text(self.language).to_owned()
    }

    /// A result, on standard output. A reader that went away (`| head`) is no fault.
    pub(crate) fn out(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stdout(), "{}", text.as_ref());
    }

    /// A remark, on standard error: never mixed with data.
    pub(crate) fn note(&self, fr: impl AsRef<str>, en: impl AsRef<str>) {
        let text = if self.language == Language::Fr { fr.as_ref() } else { en.as_ref() };
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Data as JSON on one line.
    pub(crate) fn data(&self, value: &serde_json::Value) {
        self.out(value.to_string());
    }

    /// A table with a header, columns aligned; nothing but JSON if `--json`.
    pub(crate) fn table(&self, header: &[&str], rows: &[Vec<String>]) {
        let width = |column: usize| {
            let cells = rows.iter().map(|row| row[column].chars().count());
            cells.chain([header[column].chars().count()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        let line = |cells: Vec<&str>| {
            let padded = cells
                .iter()
                .zip(&widths)
                .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count())));
            padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        self.out(line(header.to_vec()));
        for row in rows {
            self.out(line(row.iter().map(String::as_str).collect()));
        }
    }

    /// A bar of `total` steps, or of unknown length if 0; drawn on terminals only.
    pub(crate) fn bar(&self, total: u64, what: &str) -> ProgressBar {
        if !std::io::stderr().is_terminal() {
            return ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        }
        let template = if total == 0 {
            "{spinner:.cyan} {msg:<32} {pos:>9}   {elapsed}"
        } else {
            "{spinner:.cyan} {msg:<32} [{bar:30.cyan/blue}] {pos:>9}/{len}   {elapsed}"
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = if total == 0 { ProgressBar::new_spinner() } else { ProgressBar::new(total) };
        bar.set_style(style.progress_chars("━╸ "));
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }
}

/// French if the system speaks French, else English.
#[expect(clippy::disallowed_methods, reason = "the language of the person is configuration, read once, here")]
pub(crate) fn language_of_system() -> Language {
    let spoken = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    spoken.and_then(|value| Language::from_code(&value)).unwrap_or(Language::En)
}
