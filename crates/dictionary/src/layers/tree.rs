//! The keyed tree that TOML files are read into and that layers merge in.

use std::collections::BTreeMap;

use crate::diagnostics::Place;

/// What an attribute is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// Text.
    Text(String),
    /// Whole number.
    Integer(i64),
    /// Number with a fraction, as written.
    Float(String),
    /// True or false.
    Boolean(bool),
    /// Date or time, as written.
    Moment(String),
    /// Several.
    List(Vec<Setting>),
}

impl Setting {
    /// The text form of a single value: of a number, a date, a text.
    pub(crate) fn plain(&self) -> Option<String> {
        match self {
            Setting::Text(text) | Setting::Float(text) | Setting::Moment(text) => Some(text.clone()),
            Setting::Integer(number) => Some(number.to_string()),
            Setting::Boolean(yes) => Some(yes.to_string()),
            Setting::List(_) => None,
        }
    }
}

/// An attribute with its value and where it was given.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    pub(crate) value: Setting,
    /// The value in its file.
    pub(crate) place: Place,
    /// Of a list, each of its values.
    pub(crate) items: Vec<Place>,
    /// What layers beneath had set, lowest first.
    pub(crate) beneath: Vec<(Setting, Place)>,
}

/// A part with named attributes and parts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) entries: BTreeMap<String, Entry>,
}

/// A named child of a table.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) node: Node,
    /// Its key where it was first written.
    pub(crate) key: Place,
    /// Order of first appearance over all layers and files.
    pub(crate) rank: u32,
}

/// A value or a part.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Leaf(Leaf),
    Table(Table),
}

impl Entry {
    /// The table, if it is one.
    pub(crate) fn table(&self) -> Option<&Table> {
        match &self.node {
            Node::Table(table) => Some(table),
            Node::Leaf(_) => None,
        }
    }

    /// Whether a layer said `remove = true` of it.
    pub(crate) fn is_removed(&self) -> bool {
        self.table()
            .is_some_and(|table| table.leaf("remove").is_some_and(|l| l.value == Setting::Boolean(true)))
    }
}

impl Table {
    /// The child of that name, removed or not.
    pub(crate) fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The attribute of that name.
    pub(crate) fn leaf(&self, name: &str) -> Option<&Leaf> {
        match self.get(name).map(|e| &e.node) {
            Some(Node::Leaf(leaf)) => Some(leaf),
            _ => None,
        }
    }

    /// Children that no layer removed, in the order they were first written.
    pub(crate) fn written(&self) -> Vec<(&str, &Entry)> {
        let mut children = self.all_written();
        children.retain(|(_, entry)| !entry.is_removed());
        children
    }

    /// Children in the order they were first written, removed ones too.
    pub(crate) fn all_written(&self) -> Vec<(&str, &Entry)> {
        let mut children: Vec<_> = self.entries.iter().map(|(name, entry)| (name.as_str(), entry)).collect();
        children.sort_by_key(|(_, entry)| entry.rank);
        children
    }

    /// What lies at a path.
    pub(crate) fn at(&self, path: &[String]) -> Option<&Entry> {
        let (last, parents) = path.split_last()?;
        let mut table = self;
        for name in parents {
            table = table.get(name)?.table()?;
        }
        table.get(last)
    }
}

/// Names joined by dots, quoted where they need it: `screens.account.list.columns."main_address.city".width`.
pub(crate) fn path_text(path: &[String]) -> String {
    let bare = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
    };
    let names = path.iter().map(|name| if bare(name) { name.clone() } else { format!("\"{name}\"") });
    names.collect::<Vec<_>>().join(".")
}

/// The reverse of [`path_text`].
pub(crate) fn split_path(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            _ => {
                if let Some(name) = names.last_mut() {
                    name.push(c);
                }
            }
        }
    }
    names
}
