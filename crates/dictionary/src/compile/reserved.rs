//! Names that dictionary files may give.

use crate::compile::Compiling;
use crate::diagnostics::{Finding, Place};

/// System fields of every entity, in display order; `code` only where numbered.
pub(crate) const SYSTEM_FIELDS: &[&str] =
    &["id", "code", "version", "created_at", "created_by", "updated_at", "updated_by"];

/// Words of SQL and of the expression language that would make a query or a message ambiguous.
const WORDS: &[&str] = &[
    "all",
    "alter",
    "and",
    "any",
    "as",
    "between",
    "by",
    "case",
    "check",
    "column",
    "constraint",
    "contains",
    "create",
    "cross",
    "delete",
    "distinct",
    "drop",
    "else",
    "ends",
    "exists",
    "false",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "into",
    "is",
    "join",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "primary",
    "references",
    "revoke",
    "right",
    "rowid",
    "select",
    "set",
    "starts",
    "table",
    "then",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "using",
    "values",
    "view",
    "when",
    "where",
    "with",
];

/// Longest identifier, in characters.
const LENGTH_MAX: usize = 60;

impl Compiling<'_> {
    /// Reports a name that is no identifier: `snake_case`, ASCII, 1 to 60 characters, from a letter.
    pub(crate) fn check_identifier(&self, name: &str, place: Place) -> bool {
        let shape = name.chars().next().is_some_and(|c| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
            && !name.ends_with('_')
            // `address__city` is a column of the field `address`.
            && !name.contains("__")
            && name.len() <= LENGTH_MAX;
        if !shape {
            self.findings.push(
                Finding::new(
                    place,
                    "identifier",
                    format!("`{name}` n'est pas un identifiant : lettres minuscules sans accent, chiffres et `_`, 60 caractères au plus, en commençant par une lettre"),
                    format!("`{name}` is not an identifier: unaccented lower-case letters, digits and `_`, at most 60 characters, starting with a letter"),
                )
                .suggest(snake_case(name)),
            );
        }
        shape
    }

    /// As [`Compiling::check_identifier`], for entities and fields, whose names also become tables and columns.
    pub(crate) fn check_name(&self, name: &str, place: Place) -> bool {
        if !self.check_identifier(name, place) {
            return false;
        }
        let reserved = WORDS.contains(&name) || name.starts_with("sqlite_");
        if reserved {
            self.findings.push(Finding::new(
                place,
                "reserved",
                format!("`{name}` est un mot réservé"),
                format!("`{name}` is a reserved word"),
            ));
        }
        !reserved
    }
}

/// An identifier made from another text, if there is one.
fn snake_case(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in crate::text::fold(text).chars() {
        let c = if c.is_ascii_alphanumeric() { c } else { '_' };
        if c != '_' || !(name.is_empty() || name.ends_with('_')) {
            name.push(c);
        }
    }
    let name = name.trim_matches('_').to_owned();
    let starts_well = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    (starts_well && name != text && name.len() <= LENGTH_MAX).then_some(name)
}
