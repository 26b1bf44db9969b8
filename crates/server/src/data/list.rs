//! Lists: `GET /data/{env}/{collection}`.

use axum::http::header::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use engine::changes::Moment;
use engine::reading::SKIP_MAX;
use engine::{Capability, Query};
use form_urlencoded::Serializer;

use crate::body::text;
use crate::config::ServerConfig;
use crate::data::prefer::Preferences;
use crate::data::shape::{ListView, Shape};
use crate::data::{Asked, Reply, delta, entity_of, paging, reading, summary};
use crate::odata::apply::{self, Step};
use crate::odata::options::QUERY_BYTES_MAX;
use crate::odata::{ListOptions, expand};
use crate::problem::Problem;

const ODATA_VERSION: HeaderName = HeaderName::from_static("odata-version");
const ODATA_MAX_VERSION: HeaderName = HeaderName::from_static("odata-maxversion");

/// A page of records.
///
/// `400` names the option at fault, the position in it, and the name that was probably meant.
pub(crate) async fn record_list(asked: Asked, collection: String) -> Result<Response, Problem> {
    let options = asked.options()?;
    if options.deltatoken.is_some() {
        return delta::record_changes(asked, collection, options).await;
    }
    let paging = Paging::asked(&asked.headers, &options, &asked.cx.state.config);
    let config = asked.cx.state.config.clone();
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        reading::stable(entered, |dictionary| {
            let engine = &entered.environment.engine;
            let entity = entity_of(dictionary, &collection)?;
            let steps = options.apply.as_deref().map(apply::read).transpose()?.unwrap_or_default();
            if steps.iter().any(|step| matches!(step, Step::Group { .. })) {
                let timeout_ms = config.query_timeout_ms;
                let body = summary::summary(entered, dictionary, entity, &options, &steps, timeout_ms)?;
                return Ok(Reply { style: options.style, ..Reply::json(body) });
            }
            let mut filters = reading::filters(dictionary, entity, &options)?;
            filters.extend(summary::filters(dictionary, entity, &options, &steps)?);
            let selection = expand::selection(dictionary, entity, &options)?;
            let order = reading::sort(dictionary, entity, &options)?;
            let place = match &options.skiptoken {
                Some(token) => Some(paging::read(dictionary, entity, &options, &order, token)?),
                None => None,
            };
            let since = place.as_ref().and_then(|place| place.since);
            let left = place.as_ref().map_or(paging.total, |place| place.left);
            let limit = left.map_or(paging.size, |left| left.min(paging.size));
            let page = engine.list(
                &entered.caller,
                &Query {
                    dictionary: Some(dictionary.clone()),
                    entity: entity.name.clone(),
                    filters,
                    search: reading::search_words(&options)?,
                    order: order.clone(),
                    skip: if place.is_none() { skipped(&options)? } else { 0 },
                    after: place.map(|place| place.after),
                    limit,
                    expand: selection.expand(dictionary),
                    count: options.count,
                    purpose: Capability::Read,
                    timeout_ms: config.query_timeout_ms,
                },
            )?;
            let shown = u32::try_from(page.records.len()).unwrap_or(u32::MAX);
            let left = left.map(|left| left.saturating_sub(shown));
            // What changes while pages are read is told by the changes since the first of them.
            let since = match &since {
                None => {
                    Some(Moment { epoch: page.epoch, position: page.position }).filter(|_| paging.tracked)
                }
                since => *since,
            };
            let next = page.next.as_ref().filter(|_| left != Some(0) && limit > 0).map(|keyset| {
                let token = paging::write(dictionary, entity, &options, &order, keyset, (left, since));
                link(&environment, &collection, &options, "$skiptoken", &token)
            });
            let changes = since
                .filter(|_| next.is_none())
                .map(|since| link(&environment, &collection, &options, "$deltatoken", &delta::token(since)));
            let context = format!("/data/{environment}/$metadata#{collection}");
            let shape = Shape::new(dictionary, entity, &selection);
            let view = ListView {
                context: &context,
                count: page.count,
                shape: &shape,
                records: &page.records,
                next,
                changes,
            };
            let body = serde_json::to_vec(&view).map_err(|error| Problem::internal(&error))?;
            Ok(Reply { applied: paging.applied.clone(), style: options.style, ..Reply::json(body) })
        })
    });
    Ok(reply.await?.into_response())
}

/// A list whose options are too long for an address: they are the body, as they would stand after the `?`.
pub(crate) async fn record_query(mut asked: Asked, collection: String) -> Result<Response, Problem> {
    let body = asked.admitted().await?;
    let timeout = asked.cx.state.config.body_timeout;
    let text = text(body, &asked.headers, QUERY_BYTES_MAX, timeout).await?;
    asked.query = Some(match asked.query.take().filter(|query| !query.is_empty()) {
        Some(query) => format!("{query}&{}", text.trim()),
        None => text.trim().to_owned(),
    });
    record_list(asked, collection).await
}

/// How many records there are, as a bare number; 10 000 at most.
pub(crate) async fn record_count(asked: Asked, collection: String) -> Result<Response, Problem> {
    let options = ListOptions::read(asked.query.as_deref())?;
    let config = asked.cx.state.config.clone();
    let count = asked.cx.in_environment(&asked.environment, move |entered| {
        let engine = &entered.environment.engine;
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let query = Query {
            dictionary: Some(dictionary.clone()),
            entity: entity.name.clone(),
            filters: reading::filters(&dictionary, entity, &options)?,
            search: reading::search_words(&options)?,
            count: true,
            timeout_ms: config.query_timeout_ms,
            ..Query::default()
        };
        Ok(engine.list(&entered.caller, &query)?.count.map_or(0, |(count, _)| count))
    });
    Ok(count.await?.to_string().into_response())
}

/// Records passed over: few, since each is read.
fn skipped(options: &ListOptions) -> Result<u32, Problem> {
    let skip = options.skip.unwrap_or_default();
    if skip <= SKIP_MAX {
        return Ok(skip);
    }
    Err(Problem::bad_request(
        format!("$skip passe au plus {SKIP_MAX} fiches ; suivez @odata.nextLink pour aller plus loin."),
        format!("$skip passes over {SKIP_MAX} records at most; follow @odata.nextLink to go further."),
    ))
}

/// How long pages are, and how many records are wanted in all.
struct Paging {
    size: u32,
    total: Option<u32>,
    /// The list ends with a link to what changes from now on.
    tracked: bool,
    /// Preferences that are followed.
    applied: Vec<String>,
}

impl Paging {
    /// `$top` is the length of a page, and the next link goes on from there. A client that announces OData means the number of records it
    /// wants in all, as the standard says; it gives the length of a page by `Prefer: odata.maxpagesize`.
    fn asked(headers: &HeaderMap, options: &ListOptions, config: &ServerConfig) -> Paging {
        let preferences = Preferences::read(headers);
        let preferred = preferences.page_size;
        let strict = headers.contains_key(ODATA_VERSION) || headers.contains_key(ODATA_MAX_VERSION);
        let (size, total) = if strict { (preferred, options.top) } else { (preferred.or(options.top), None) };
        let wants_none = !strict && options.top == Some(0);
        let size = size.unwrap_or(config.page_size).min(config.page_size_max);
        let size = if wants_none { 0 } else { size.max(1) };
        // Part of a list has no changes of its own, and what is found by words cannot be told from the journal.
        let whole = total.is_none() && options.skip.is_none() && options.search.is_none() && size > 0;
        let tracked = preferences.track_changes && whole && options.apply.is_none();
        let mut applied = Vec::new();
        if preferred.is_some() {
            applied.push(format!("maxpagesize={size}"));
        }
        if tracked {
            applied.push("track-changes".to_owned());
        }
        Paging { size, total, tracked, applied }
    }
}

/// The address of the same list with a token.
pub(crate) fn link(
    environment: &str,
    collection: &str,
    options: &ListOptions,
    option: &str,
    token: &str,
) -> String {
    let mut query = Serializer::new(String::new());
    let kept = [
        ("$filter", &options.filter),
        ("$where", &options.condition),
        ("$select", &options.select),
        ("$expand", &options.expand),
        ("$orderby", &options.order),
        ("$search", &options.search),
        ("$apply", &options.apply),
        ("$format", &options.format),
    ];
    for (name, value) in kept {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    for (name, value) in &options.aliases {
        query.append_pair(name, value);
    }
    if let Some(top) = options.top.filter(|_| option == "$skiptoken") {
        query.append_pair("$top", &top.to_string());
    }
    // The count is that of the first page: a client that scrolls doesn't make the server count each time.
    query.append_pair(option, token);
    format!("/data/{environment}/{collection}?{}", query.finish())
}
