//! Figures over groups of records, within what a caller may read.

use std::cmp::Ordering;
use std::sync::Arc;

use dictionary::expression::{AggregateFunction, Typed};
use dictionary::label::Label;
use dictionary::model::EntityIndex;
use dictionary::{Dictionary, Value, value};
use rights::Capability;
use store::{Aggregation, Figure, Grouping, Select};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::view::View;

/// Groups of one summary at most.
pub const GROUPS_MAX: u32 = 10_000;

/// What is asked of the records of an entity.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The dictionary that all expressions were checked against.
    pub dictionary: Arc<Dictionary>,
    /// Name of the entity.
    pub entity: String,
    /// Conditions that all hold.
    pub filters: Vec<Typed>,
    /// Words of full-text search.
    pub search: Option<String>,
    /// What the records of a group have in common; without any there is one group.
    pub keys: Vec<Typed>,
    /// What is worked out over each group.
    pub figures: Vec<SummaryFigure>,
    /// Bound of the query, milliseconds; 0 for the environment's default.
    pub timeout_ms: u64,
}

/// A figure over a group.
#[derive(Debug, Clone)]
pub enum SummaryFigure {
    /// How many records.
    Count,
    /// A sum, an average, the least or the greatest.
    Of(AggregateFunction, Typed),
    /// How many different values, null apart.
    Distinct(Typed),
}

impl Environment {
    /// The groups, sorted by what they have in common: the values of the keys, then the figures.
    ///
    /// Errors: `NotFound` for the entity, `Outdated`, `TooMany` groups, `Store` with a `Timeout`.
    pub fn summarize(&self, caller: &Caller, summary: &Summary) -> Result<Vec<Vec<Value>>, EngineError> {
        let timeout_ms = match summary.timeout_ms {
            0 => self.shared.settings.query_timeout_ms,
            given => given,
        };
        let keys = summary.keys.len();
        let mut groups = self.read(caller, timeout_ms, |reading| {
            if summary.dictionary.hash != reading.moment.dictionary {
                return Err(EngineError::Outdated);
            }
            let entity = reading.entity(caller, &summary.entity)?;
            let view = &reading.reader.view;
            let search = summary.search.as_deref().filter(|words| !words.trim().is_empty());
            let guarded = view.guarded((entity, Capability::Read), &summary.filters, search, &[])?;
            let filters = guarded.as_ref().map_or(&summary.filters, |guarded| &guarded.filters);
            let keys: Vec<Typed> =
                summary.keys.iter().map(|key| view.guard(key, entity)).collect::<Result<_, _>>()?;
            let figures: Vec<SummaryFigure> = summary
                .figures
                .iter()
                .map(|figure| guarded_figure(view, entity, figure))
                .collect::<Result<_, _>>()?;
            let select = Select {
                entity: reading.prepared.entity(entity),
                filters: filters.iter().collect(),
                search,
                order: &[],
                after: None,
                limit: 0,
                context: reading.reader.view.context,
                timeout_ms,
            };
            let grouping = Grouping {
                keys: keys.iter().collect(),
                figures: figures.iter().map(figure).collect(),
                limit: GROUPS_MAX + 1,
            };
            let groups = reading.snapshot.group(&reading.prepared.dictionary, &select, &grouping);
            groups.map_err(failed("summarize records"))
        })?;
        if groups.len() > GROUPS_MAX as usize {
            return Err(EngineError::TooMany {
                message: Label::new(
                    &format!(
                        "Plus de {GROUPS_MAX} groupes : filtrez davantage, ou groupez par moins de champs."
                    ),
                    &format!("More than {GROUPS_MAX} groups: filter more, or group by fewer fields."),
                ),
            });
        }
        groups.sort_by(|a, b| in_order(&a[..keys], &b[..keys]));
        Ok(groups)
    }
}

/// A figure over what may be seen.
fn guarded_figure(
    view: &View<'_>,
    entity: EntityIndex,
    figure: &SummaryFigure,
) -> Result<SummaryFigure, EngineError> {
    Ok(match figure {
        SummaryFigure::Count => SummaryFigure::Count,
        SummaryFigure::Of(function, body) => SummaryFigure::Of(*function, view.guard(body, entity)?),
        SummaryFigure::Distinct(body) => SummaryFigure::Distinct(view.guard(body, entity)?),
    })
}

fn figure(figure: &SummaryFigure) -> Figure<'_> {
    match figure {
        SummaryFigure::Count => Figure::Of(Aggregation { function: AggregateFunction::Count, body: None }),
        SummaryFigure::Of(function, body) => {
            Figure::Of(Aggregation { function: *function, body: Some(body) })
        }
        SummaryFigure::Distinct(body) => Figure::Distinct(body),
    }
}

/// The order of groups by what they have in common: value by value, nulls last.
pub fn in_order(a: &[Value], b: &[Value]) -> Ordering {
    let one = |(a, b): (&Value, &Value)| a.is_null().cmp(&b.is_null()).then_with(|| value::compare(a, b));
    a.iter().zip(b).map(one).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}
