//! Faults found in dictionary files: where, what, and what was probably meant.

use std::cell::RefCell;
use std::fmt;

use serde::Serialize;

use crate::label::{Label, Language};

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The dictionary cannot be used.
    Error,
    /// The dictionary works, but surely not as meant.
    Warning,
}

/// A fault in a dictionary file. `Display` shows it over several lines, in English; [`Diagnostic::render`] in either language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Layer and path of the file: `core/entities/account.toml`. Empty when the fault lies in no file.
    pub file: String,
    /// Line, from 1; 0 when the fault lies in no file.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How bad.
    pub severity: Severity,
    /// Stable code, such as `unknown_field`.
    pub code: &'static str,
    /// What is wrong, in French and English.
    pub message: Label,
    /// The line that holds the fault.
    pub text: String,
    /// Characters of `text` that are at fault, from `column`.
    pub length: usize,
    /// What was probably meant.
    pub suggestion: Option<String>,
    /// Other places that have to do with it, such as the other side of a conflict.
    pub related: Vec<RelatedPlace>,
}

/// Another place that has to do with a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelatedPlace {
    /// Layer and path of the file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is there.
    pub message: Label,
    /// That line.
    pub text: String,
}

impl Diagnostic {
    /// The fault over several lines with the faulty text underlined, without a final line feed.
    pub fn render(&self, language: Language) -> String {
        let kind = match (self.severity, language) {
            (Severity::Error, Language::Fr) => "erreur",
            (Severity::Error, Language::En) => "error",
            (Severity::Warning, Language::Fr) => "attention",
            (Severity::Warning, Language::En) => "warning",
        };
        let mut out = format!("{kind}[{}]: {}", self.code, self.message.text(language));
        let places = self.related.iter().map(|r| r.line).chain([self.line]);
        let gutter = places.max().unwrap_or(0).to_string().len();
        if self.line > 0 {
            out.push_str(&excerpt(gutter, &self.file, (self.line, self.column), &self.text, self.length, ""));
        }
        for related in &self.related {
            let place = (related.line, related.column);
            out.push_str(&excerpt(
                gutter,
                &related.file,
                place,
                &related.text,
                1,
                related.message.text(language),
            ));
        }
        if let Some(suggestion) = &self.suggestion {
            let question = match language {
                Language::Fr => format!("vouliez-vous dire `{suggestion}` ?"),
                Language::En => format!("did you mean `{suggestion}`?"),
            };
            out.push_str(&format!("\n{:gutter$} = {question}", ""));
        }
        out
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(Language::En))
    }
}

/// A line of a file with a mark beneath, `note` after the mark.
fn excerpt(
    gutter: usize,
    file: &str,
    (line, column): (usize, usize),
    text: &str,
    length: usize,
    note: &str,
) -> String {
    // A tab before the fault stays a tab, so that the mark stands beneath it in any terminal.
    let indent: String = text.chars().take(column - 1).map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
    let mark = "^".repeat(length.max(1));
    let marked = format!("{indent}{mark} {note}");
    let mut out = format!("\n{:gutter$}--> {file}:{line}:{column}\n{:gutter$} |", "", "");
    out.push_str(&format!("\n{line:>gutter$} | {text}\n{:gutter$} | {}", "", marked.trim_end()));
    out
}

/// A TOML file of a layer.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Layer it belongs to.
    pub(crate) layer: String,
    /// Path in the layer, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) content: String,
}

impl SourceFile {
    /// Line and column, both from 1, of a byte.
    pub(crate) fn position(&self, byte: usize) -> (usize, usize) {
        let mut start = byte.min(self.content.len());
        while !self.content.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.content[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// `layer/path`.
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.layer, self.path)
    }

    fn line(&self, number: usize) -> &str {
        self.content.lines().nth(number - 1).unwrap_or("")
    }
}

/// Bytes `start..end` of a file of the merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Position in the list of files.
    pub(crate) file: usize,
    /// First byte.
    pub(crate) start: usize,
    /// One past the last byte.
    pub(crate) end: usize,
}

impl Place {
    /// The beginning of a file.
    pub(crate) fn top(file: usize) -> Place {
        Place { file, start: 0, end: 0 }
    }
}

/// A fault before its place was turned into line and column.
#[derive(Debug)]
pub(crate) struct Finding {
    place: Option<Place>,
    code: &'static str,
    severity: Severity,
    message: Label,
    suggestion: Option<String>,
    related: Vec<(Place, Label)>,
}

impl Finding {
    /// An error at a place, with its French and English texts.
    pub(crate) fn new(place: Place, code: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> Finding {
        Finding::labelled(place, code, Label::new(fr.as_ref(), en.as_ref()))
    }

    /// An error at a place.
    pub(crate) fn labelled(place: Place, code: &'static str, message: Label) -> Finding {
        let severity = Severity::Error;
        Finding { place: Some(place), code, severity, message, suggestion: None, related: Vec::new() }
    }

    /// The same as a warning: the dictionary works without it being mended.
    pub(crate) fn into_warning(self) -> Finding {
        Finding { severity: Severity::Warning, ..self }
    }

    /// An error that lies in no file.
    pub(crate) fn nowhere(code: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> Finding {
        let finding = Finding::new(Place::top(0), code, fr, en);
        Finding { place: None, ..finding }
    }

    /// With what was probably meant.
    pub(crate) fn suggest(self, suggestion: Option<String>) -> Finding {
        Finding { suggestion, ..self }
    }

    /// With another place that has to do with it.
    pub(crate) fn also(mut self, place: Place, fr: impl AsRef<str>, en: impl AsRef<str>) -> Finding {
        self.related.push((place, Label::new(fr.as_ref(), en.as_ref())));
        self
    }
}

/// Collects findings; shared by reference among the readers of one compilation.
#[derive(Debug, Default)]
pub(crate) struct Findings(RefCell<Vec<Finding>>);

impl Findings {
    /// Adds one.
    pub(crate) fn push(&self, finding: Finding) {
        self.0.borrow_mut().push(finding);
    }

    /// Whether one of them forbids going on.
    pub(crate) fn has_errors(&self) -> bool {
        self.0.borrow().iter().any(|f| f.severity == Severity::Error)
    }

    /// Whether a file could not be read in full.
    pub(crate) fn has_syntax_errors(&self) -> bool {
        self.0.borrow().iter().any(|f| f.code == "syntax")
    }

    /// All of them in the order of files, each fault once.
    pub(crate) fn into_diagnostics(self, files: &[SourceFile]) -> Vec<Diagnostic> {
        let mut findings = self.0.into_inner();
        findings.sort_by_key(|f| f.place);
        let mut diagnostics: Vec<Diagnostic> = findings.into_iter().map(|f| resolve(f, files)).collect();
        diagnostics.dedup();
        diagnostics
    }
}

fn resolve(finding: Finding, files: &[SourceFile]) -> Diagnostic {
    let related = finding.related.into_iter().map(|(place, message)| {
        let file = &files[place.file];
        let (line, column) = file.position(place.start);
        RelatedPlace { file: file.name(), line, column, message, text: file.line(line).to_owned() }
    });
    let mut diagnostic = Diagnostic {
        file: String::new(),
        line: 0,
        column: 1,
        severity: finding.severity,
        code: finding.code,
        message: finding.message,
        text: String::new(),
        length: 0,
        suggestion: finding.suggestion,
        related: related.collect(),
    };
    if let Some(place) = finding.place {
        let file = &files[place.file];
        let (line, column) = file.position(place.start);
        let (end_line, end_column) = file.position(place.end);
        diagnostic.file = file.name();
        (diagnostic.line, diagnostic.column) = (line, column);
        diagnostic.text = file.line(line).to_owned();
        let end = if end_line > line { diagnostic.text.chars().count() + 1 } else { end_column };
        diagnostic.length = end.saturating_sub(column).max(1);
    }
    diagnostic
}
