//! The list screen of an entity.

use serde::Serialize;

use crate::label::Label;
use crate::model::Checked;

/// List screen of an entity.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ListScreen {
    /// Columns in display order.
    pub columns: Vec<Column>,
    /// Quick filters.
    pub filters: Vec<QuickFilter>,
    /// Colours of rows; the first rule that holds gives its own.
    pub colours: Vec<ColourRule>,
}

/// When a row of a list has a colour, and what that means.
#[derive(Debug, Clone, Serialize)]
pub struct ColourRule {
    /// Identifier.
    pub name: String,
    /// What the colour says in words.
    pub label: Label,
    /// Asked of each record.
    #[serde(skip)]
    pub when: Checked,
    /// Colour name.
    pub colour: String,
}

impl PartialEq for ColourRule {
    /// By what is written: positions of fields differ from one dictionary to the next.
    fn eq(&self, other: &ColourRule) -> bool {
        let parts = |rule: &ColourRule| (rule.name.clone(), rule.label.clone(), rule.colour.clone());
        parts(self) == parts(other) && self.when.source == other.when.source
    }
}

/// Column of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Path with dots.
    pub path: String,
    /// Pixels.
    pub width: Option<u32>,
}

/// A filter offered above a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuickFilter {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// Text of the expression.
    pub filter: String,
}
