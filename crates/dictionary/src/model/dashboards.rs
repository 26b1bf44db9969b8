//! Dashboards: what `dashboards/<name>.toml` says.

use serde::Serialize;

use crate::label::Label;
use crate::model::views::Measure;

/// What somebody sees first: figures, charts, lists and what is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dashboard {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Profiles that it is for; empty: all.
    pub profiles: Vec<String>,
    /// Its parts in display order.
    pub parts: Vec<Part>,
}

/// A part of a dashboard: records of one entity, told in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// `figure`, `chart`, `list` or `agenda`.
    pub kind: &'static str,
    /// Entity of the records.
    pub entity: String,
    /// Quick filters of its list that are on.
    pub quick: Vec<String>,
    /// Which of them, beside that: an expression about them.
    pub filter: Option<String>,
    /// Columns of four that it takes.
    pub span: u32,
    /// Of a figure: what is worked out.
    pub value: Option<Measure>,
    /// Of a figure: what is aimed at.
    pub goal: Option<u32>,
    /// Of a chart: its name among those of the entity.
    pub chart: Option<String>,
    /// Of a list: paths shown; empty: the first of the entity's list.
    pub columns: Vec<String>,
    /// Of a list: rows at most.
    pub rows: Option<u32>,
    /// Of an agenda: days from today.
    pub days: Option<u32>,
}
