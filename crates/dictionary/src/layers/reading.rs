//! One TOML file → a tree that remembers where each value stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostics::{Finding, Findings, Place};
use crate::layers::tree::{Entry, Leaf, Node, Setting, Table};

/// Faults of syntax told of a file: each quotes its line, and a file may be one line of nothing but faults.
const SYNTAX_FAULTS_MAX: usize = 100;

/// Reads a file. Faults of syntax go to `findings`, and what could be read is returned. `rank` counts keys over all files.
pub(crate) fn read(file: usize, content: &str, rank: &mut u32, findings: &Findings) -> Table {
    let (document, errors) = DeTable::parse_recoverable(content);
    for error in errors.into_iter().take(SYNTAX_FAULTS_MAX) {
        let span = error.span().unwrap_or(0..0);
        let message = error.message();
        findings.push(Finding::new(
            Place { file, start: span.start, end: span.end },
            "syntax",
            format!("ce n'est pas du TOML : {message}"),
            format!("this is not TOML: {message}"),
        ));
    }
    Reading { file, rank, findings }.table(document.get_ref())
}

struct Reading<'a> {
    file: usize,
    rank: &'a mut u32,
    findings: &'a Findings,
}

impl Reading<'_> {
    fn place(&self, span: Range<usize>) -> Place {
        Place { file: self.file, start: span.start, end: span.end }
    }

    fn table(&mut self, from: &DeTable<'_>) -> Table {
        // The library sorts keys by name; their places give the written order back.
        let mut pairs: Vec<_> = from.iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        let mut table = Table::default();
        for (key, value) in pairs {
            *self.rank += 1;
            let rank = *self.rank;
            let place = self.place(key.span());
            if let Some(node) = self.node(value) {
                table.entries.insert(key.get_ref().to_string(), Entry { node, key: place, rank });
            }
        }
        table
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Node> {
        if let DeValue::Table(table) = value.get_ref() {
            return Some(Node::Table(self.table(table)));
        }
        let place = self.place(value.span());
        let items = match value.get_ref() {
            DeValue::Array(array) => array.iter().map(|item| self.place(item.span())).collect(),
            _ => Vec::new(),
        };
        let value = self.setting(value)?;
        Some(Node::Leaf(Leaf { value, place, items, beneath: Vec::new() }))
    }

    fn setting(&self, value: &Spanned<DeValue<'_>>) -> Option<Setting> {
        Some(match value.get_ref() {
            DeValue::String(text) => Setting::Text(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Setting::Integer(number),
                Err(_) => return self.refuse(value, "ce nombre est trop grand", "this number is too large"),
            },
            DeValue::Float(number) => Setting::Float(number.as_str().to_owned()),
            DeValue::Boolean(yes) => Setting::Boolean(*yes),
            DeValue::Datetime(moment) => Setting::Moment(moment.to_string()),
            DeValue::Array(array) => {
                Setting::List(array.iter().filter_map(|item| self.setting(item)).collect())
            }
            DeValue::Table(_) => {
                return self.refuse(
                    value,
                    "une liste ne contient pas de tables : donnez un nom à chacune, `[parent.nom]`",
                    "a list holds no tables: give each a name, `[parent.name]`",
                );
            }
        })
    }

    fn refuse(&self, value: &Spanned<DeValue<'_>>, fr: &str, en: &str) -> Option<Setting> {
        self.findings.push(Finding::new(self.place(value.span()), "wrong_value", fr, en));
        None
    }
}
