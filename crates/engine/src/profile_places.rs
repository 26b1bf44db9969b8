//! Faults of a profile that was sent, as the members they lie in: what compiles a dictionary tells lines of files.

use dictionary::Language;
use dictionary::diagnostics::{Diagnostic, Severity};
use dictionary::label::Label;
use toml_edit::{Document, Item, TableLike};

use crate::error::{EngineError, FieldProblem};

/// The faults found in `content`, the client layer's file, as problems of members of the profile `name`. Where one of them lies elsewhere the refusal
/// stays as it is: it is not the profile that is wrong.
pub(crate) fn placed(error: EngineError, content: &str, name: &str) -> EngineError {
    let EngineError::Dictionary(found) = error else { return error };
    let errors = found.iter().filter(|fault| fault.severity == Severity::Error);
    let problems: Option<Vec<FieldProblem>> = errors.map(|fault| problem(fault, content, name)).collect();
    match problems {
        Some(problems) if !problems.is_empty() => EngineError::Validation(problems),
        _ => EngineError::Dictionary(found),
    }
}

fn problem(fault: &Diagnostic, content: &str, name: &str) -> Option<FieldProblem> {
    let document = Document::parse(content).ok()?;
    let profile = document.get("profiles")?.get(name)?.as_table_like()?;
    let byte = byte_of(content, fault.line, fault.column)?;
    let field = match (member(profile, byte), fault.code) {
        (Some(path), _) => path,
        // What is not written lies nowhere.
        (None, "label_missing") => "label".to_owned(),
        (None, _) if fault.text.trim_start().starts_with(&format!("[profiles.{name}]")) => "name".to_owned(),
        (None, _) => return None,
    };
    let (mut fr, mut en) =
        (fault.message.text(Language::Fr).to_owned(), fault.message.text(Language::En).to_owned());
    if let Some(meant) = &fault.suggestion {
        fr.push_str(&format!(" ; vouliez-vous dire `{meant}` ?"));
        en.push_str(&format!("; did you mean `{meant}`?"));
    }
    Some(FieldProblem { field, code: "wrong_value", message: Label::new(&fr, &en) })
}

/// The byte at a line and a column of characters, both from 1.
fn byte_of(content: &str, line: usize, column: usize) -> Option<usize> {
    let before: usize = content.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let rest = content.get(before..)?;
    let within = rest.char_indices().nth(column.checked_sub(1)?).map_or(rest.len(), |(at, _)| at);
    Some(before + within)
}

/// The path of the innermost member whose name or value is at a byte.
fn member(table: &dyn TableLike, byte: usize) -> Option<String> {
    for (name, item) in table.iter() {
        let inner = item.as_table_like().and_then(|inner| member(inner, byte));
        if let Some(rest) = inner {
            return Some(format!("{name}.{rest}"));
        }
        let key = table.key(name).and_then(|key| key.span());
        let value = if item.is_table() { None } else { Item::span(item) };
        if [key, value].into_iter().flatten().any(|span| span.contains(&byte)) {
            return Some(name.to_owned());
        }
    }
    None
}
