//! Views of a collection beside its list: what `screens/<entity>.<kind>.toml` says.

use serde::Serialize;

use crate::label::Label;

/// The views that an entity has; those nobody wrote are absent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Views {
    /// Columns of cards.
    pub board: Option<Board>,
    /// Days, weeks and months.
    pub calendar: Option<Calendar>,
    /// A row per person or thing, over days.
    pub timeline: Option<Timeline>,
    /// Places.
    pub map: Option<Map>,
    /// Records beneath each other.
    pub tree: Option<Tree>,
    /// Pictures.
    pub gallery: Option<Gallery>,
    /// Figures in rows and columns.
    pub pivot: Option<Pivot>,
    /// Figures as pictures.
    pub chart: Option<Charts>,
}

impl Views {
    /// The kind of each view there is, with the paths it reads.
    pub fn paths(&self) -> Vec<(&'static str, Vec<&str>)> {
        let mut found = Vec::new();
        if let Some(board) = &self.board {
            let sums = board.sums.iter().flat_map(Measure::path);
            found.push((
                "board",
                [board.by.as_str()].into_iter().chain(sums).chain(board.look.paths()).collect(),
            ));
        }
        if let Some(view) = &self.calendar {
            let series = view.exceptions.iter().chain(&view.series).chain(&view.occurrence);
            let own = view.by.iter().chain(&view.recurrence).chain(series).map(String::as_str);
            found.push(("calendar", own.chain(view.span.paths()).chain(view.look.paths()).collect()));
        }
        if let Some(view) = &self.timeline {
            let own = [view.rows.field.as_str()].into_iter();
            found.push(("timeline", own.chain(view.span.paths()).chain(view.look.paths()).collect()));
        }
        let placed = self.map.as_ref().map(|view| ("map", &view.point, &view.look));
        let nested = self.tree.as_ref().map(|view| ("tree", &view.parent, &view.look));
        let pictured = self.gallery.as_ref().map(|view| ("gallery", &view.image, &view.look));
        for (kind, own, look) in [placed, nested, pictured].into_iter().flatten() {
            found.push((kind, [own.as_str()].into_iter().chain(look.paths()).collect()));
        }
        if let Some(pivot) = &self.pivot {
            let axes = pivot.rows.iter().chain(&pivot.columns).map(|axis| axis.path.as_str());
            found.push(("pivot", axes.chain(pivot.values.iter().flat_map(Measure::path)).collect()));
        }
        if let Some(view) = &self.chart {
            let paths = view.charts.iter().flat_map(|chart| {
                let axes = [&chart.category].into_iter().chain(&chart.series).map(|axis| axis.path.as_str());
                axes.chain(chart.value.path())
            });
            found.push(("chart", paths.collect()));
        }
        found
    }
}

/// What a card, an event or a mark shows of a record beneath its title, and in which colour.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Look {
    /// Name of the view, where it has one of its own.
    pub label: Option<Label>,
    /// Paths shown, in display order.
    pub card: Vec<String>,
    /// Paths of a choice, a boolean or a colour: the first that says a colour gives it.
    pub colour: Vec<String>,
    /// Sort: `name`, `-created_at`. Empty: the entity's.
    pub order: Vec<String>,
}

impl Look {
    fn paths(&self) -> impl Iterator<Item = &str> {
        let order = self.order.iter().map(|path| path.strip_prefix('-').unwrap_or(path));
        self.card.iter().chain(&self.colour).map(String::as_str).chain(order)
    }
}

/// Columns of cards by the value of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Board {
    /// The choice, its values being the columns.
    pub by: String,
    /// Columns in display order.
    pub columns: Vec<BoardColumn>,
    /// Figures in the head of each column.
    pub sums: Vec<Measure>,
    /// How cards look.
    #[serde(flatten)]
    pub look: Look,
}

/// A column of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BoardColumn {
    /// Value of the choice.
    pub tag: String,
    /// Cards it should hold at most; more are shown as too many.
    pub limit: Option<u32>,
    /// Folded until somebody opens it.
    pub folded: bool,
}

/// When a record takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Span {
    /// A date or datetime.
    pub starts: String,
    /// The end, of the same type; without it, an hour or a day.
    pub ends: Option<String>,
    /// A boolean: takes whole days.
    pub all_day: Option<String>,
}

impl Span {
    fn paths(&self) -> Vec<&str> {
        [Some(&self.starts), self.ends.as_ref(), self.all_day.as_ref()]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect()
    }
}

/// The hours that people look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// `07:00`: beginning of the day shown.
    pub day_from: String,
    /// `20:00`: its end.
    pub day_to: String,
    /// Minutes between two places where something may begin.
    pub step: u32,
}

/// Days, weeks and months.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Calendar {
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// A text that holds an iCalendar rule (RRULE).
    pub recurrence: Option<String>,
    /// A text that holds the days taken out of the series (EXDATE, `20260203,20260210`).
    pub exceptions: Option<String>,
    /// A reference of a record that was taken out of a series to that series.
    pub series: Option<String>,
    /// A date: the day of the series that it stands for.
    pub occurrence: Option<String>,
    /// A reference: whose it is, for columns by person or thing.
    pub by: Option<String>,
    /// What it opens on: `day`, `week` or `month`.
    pub opens: &'static str,
    /// Hours shown.
    #[serde(flatten)]
    pub hours: Hours,
    /// How events look.
    #[serde(flatten)]
    pub look: Look,
}

/// A row per person or thing, over days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// What rows are.
    pub rows: TimelineRows,
    /// When.
    #[serde(flatten)]
    pub span: Span,
    /// Hours shown.
    #[serde(flatten)]
    pub hours: Hours,
    /// How events look.
    #[serde(flatten)]
    pub look: Look,
}

/// What the rows of a timeline are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimelineRows {
    /// A reference: a row for each record that it may name.
    pub field: String,
    /// Which of those records, as an expression about them; absent, the reference's own filter.
    pub filter: Option<String>,
    /// A path of theirs that puts rows together.
    pub group: Option<String>,
}

/// Places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Map {
    /// Path of a point, the record's own or one through a reference.
    pub point: String,
    /// How marks look.
    #[serde(flatten)]
    pub look: Look,
}

/// Records beneath each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// Reference to the record above, of the same entity.
    pub parent: String,
    /// How records look.
    #[serde(flatten)]
    pub look: Look,
}

/// Pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gallery {
    /// The image.
    pub image: String,
    /// How cards look.
    #[serde(flatten)]
    pub look: Look,
}

/// Figures in rows and columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pivot {
    /// Name of the view, where it has one of its own.
    pub label: Option<Label>,
    /// What rows are by, outermost first.
    pub rows: Vec<Axis>,
    /// What columns are by, outermost first.
    pub columns: Vec<Axis>,
    /// Figures in each cell.
    pub values: Vec<Measure>,
}

/// Figures as pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Charts {
    /// Name of the view, where it has one of its own.
    pub label: Option<Label>,
    /// Charts in display order.
    pub charts: Vec<Chart>,
}

/// A chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// Identifier.
    pub name: String,
    /// Name shown.
    pub label: Label,
    /// `column`, `bar`, `line`, `area` or `pie`.
    pub kind: &'static str,
    /// What the axis is by.
    pub category: Axis,
    /// What tells several series apart.
    pub series: Option<Axis>,
    /// What is measured.
    pub value: Measure,
    /// Which records, as an expression.
    pub filter: Option<String>,
}

/// What figures are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// A path.
    pub path: String,
    /// Of a date or datetime: `day`, `week`, `month`, `quarter` or `year`.
    pub per: Option<&'static str>,
}

/// A figure over records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// Identifier.
    pub name: String,
    /// Name shown; absent, made from the field's.
    pub label: Option<Label>,
    /// `count`, `sum`, `average`, `min`, `max` or `distinct`.
    pub method: &'static str,
    /// A path; absent only where `method` is `count`.
    pub field: Option<String>,
}

impl Measure {
    fn path(&self) -> Option<&str> {
        self.field.as_deref()
    }
}
