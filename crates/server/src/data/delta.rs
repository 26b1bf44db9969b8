//! What changed in a list since it was read: `$deltatoken`. Source: OData JSON Format 4.01, 15.

use axum::http::header::HeaderMap;
use axum::response::{IntoResponse, Response};
use dictionary::RecordId;
use engine::changes::{Changes, Moment, Removed};
use engine::{Query, Record};
use platform::Entered;
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::json;

use crate::config::ServerConfig;
use crate::data::prefer::Preferences;
use crate::data::shape::Shape;
use crate::data::{Asked, Reply, entity_of, list, reading};
use crate::odata::style::Metadata;
use crate::odata::{ListOptions, expand};
use crate::problem::Problem;

/// The token of now.
const LATEST: &str = "latest";

/// The changes since the moment that `$deltatoken` names, brought to their last state.
///
/// `410` when they can no longer be told: the list has to be read again.
pub(crate) async fn record_changes(
    asked: Asked,
    collection: String,
    options: ListOptions,
) -> Result<Response, Problem> {
    let config = asked.cx.state.config.clone();
    let limit = page_size(&asked.headers, &config);
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let since = moment(entered, options.deltatoken.as_deref().unwrap_or_default())?;
        reading::stable(entered, |dictionary| {
            let entity = entity_of(dictionary, &collection)?;
            refuse_others(&options)?;
            let selection = expand::selection(dictionary, entity, &options)?;
            let query = Query {
                dictionary: Some(dictionary.clone()),
                entity: entity.name.clone(),
                filters: reading::filters(dictionary, entity, &options)?,
                expand: selection.expand(dictionary),
                timeout_ms: config.query_timeout_ms,
                ..Query::default()
            };
            let changes = entered.environment.engine.changes(&entered.caller, &query, since, limit)?;
            let shape = Shape::new(dictionary, entity, &selection);
            let context = format!("/data/{environment}/$metadata#{collection}/$delta");
            let link = list::link(&environment, &collection, &options, "$deltatoken", &token(changes.until));
            let view = ChangesView {
                context: &context,
                collection: &collection,
                shape: &shape,
                changes: &changes,
                link,
            };
            let body = serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?;
            Ok(Reply { style: options.style, ..Reply::json(body) })
        })
    });
    Ok(reply.await?.into_response())
}

fn page_size(headers: &HeaderMap, config: &ServerConfig) -> u32 {
    let preferred = Preferences::read(headers).page_size;
    preferred.unwrap_or(config.page_size_max).clamp(1, config.page_size_max)
}

/// Options that say nothing of what changed.
fn refuse_others(options: &ListOptions) -> Result<(), Problem> {
    let others = [
        ("$search", options.search.is_some()),
        ("$apply", options.apply.is_some()),
        ("$skip", options.skip.is_some()),
        ("$count", options.count),
    ];
    match others.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Problem::bad_request(
            format!("{option} ne va pas avec $deltatoken."),
            format!("{option} does not go with $deltatoken."),
        )),
    }
}

/// The token of a moment.
pub(crate) fn token(moment: Moment) -> String {
    format!("{}-{}", moment.epoch, moment.position)
}

/// `1-128`, or `128` of the epoch there is, or `latest`.
fn moment(entered: &Entered, text: &str) -> Result<Moment, Problem> {
    let head = || entered.environment.engine.head().map_err(Problem::from);
    if text == LATEST {
        let head = head()?;
        return Ok(Moment { epoch: head.epoch, position: head.position });
    }
    let read = match text.split_once('-') {
        Some((epoch, position)) => epoch.parse().ok().zip(position.parse().ok()),
        None => match text.parse() {
            Ok(position) => Some((head()?.epoch, position)),
            Err(_) => None,
        },
    };
    let wrong = || {
        Problem::bad_request(
            "$deltatoken est celui d'un @odata.deltaLink, ou une position du journal.",
            "$deltatoken is that of an @odata.deltaLink, or a position of the journal.",
        )
    };
    read.map(|(epoch, position)| Moment { epoch, position }).ok_or_else(wrong)
}

/// Changes on their way out.
struct ChangesView<'a> {
    context: &'a str,
    collection: &'a str,
    shape: &'a Shape<'a>,
    changes: &'a Changes,
    link: String,
}

impl Serialize for ChangesView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if self.shape.style().metadata != Metadata::None {
            map.serialize_entry("@odata.context", self.context)?;
        }
        map.serialize_entry("value", &Items(self))?;
        let link = if self.changes.more { "@odata.nextLink" } else { "@odata.deltaLink" };
        map.serialize_entry(link, &self.link)?;
        map.end()
    }
}

struct Items<'a>(&'a ChangesView<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ChangesView { collection, shape, changes, .. } = self.0;
        let mut items = serializer.serialize_seq(None)?;
        for record in &changes.records {
            let record: &Record = record;
            items.serialize_element(&shape.of(record))?;
        }
        for (id, why) in &changes.removed {
            items.serialize_element(&removed(collection, *id, *why))?;
        }
        items.end()
    }
}

fn removed(collection: &str, id: RecordId, why: Removed) -> serde_json::Value {
    let reason = match why {
        Removed::Deleted => "deleted",
        Removed::Left => "changed",
    };
    json!({"@removed": {"reason": reason}, "@odata.id": format!("{collection}/{id}"), "id": id})
}
