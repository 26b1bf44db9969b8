//! `/data/{env}/…`: reads the address, calls one handler.

mod accesses;
mod archive;
mod archives;
mod assistance;
mod batch;
mod deciding;
mod delta;
mod describe;
mod draft;
mod export;
mod favourites;
mod figures;
pub(crate) mod files;
mod history;
mod idempotency;
mod imports;
mod journal;
mod list;
mod list_exports;
mod lists;
mod metadata;
pub(crate) mod methods;
mod notifications;
mod operation;
mod paging;
pub(crate) mod parameters;
mod people;
mod prefer;
mod preferences;
pub(crate) mod presence;
mod property;
mod provisioning;
mod reading;
mod record;
pub(crate) mod resource;
mod restore;
mod rights;
mod search;
mod security;
pub(crate) mod shape;
mod sign_in_rules;
mod sign_ins;
pub(crate) mod subjects;
mod subscription;
mod summary;
mod view_as;
mod views;
mod write;

use std::pin::Pin;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dictionary::model::{Dictionary, Entity};
use percent_encoding::percent_decode_str;

use crate::body::discard;
use crate::brand;
use crate::cx::Cx;
use crate::health::named;
use crate::odata::ListOptions;
use crate::odata::style::Style;
use crate::openapi;
use crate::problem::Problem;
use resource::Resource;

/// A request for data, taken apart.
pub(crate) struct Asked {
    pub(crate) cx: Cx,
    pub(crate) method: Method,
    pub(crate) environment: String,
    /// What stands after the environment, as it was sent.
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// As a part of a batch that must be done once.
    pub(crate) once: Option<idempotency::Once>,
}

impl Asked {
    /// The body, once it is known that the sender may come in: who may not is told so, whatever they send.
    pub(crate) async fn admitted(&mut self) -> Result<Body, Problem> {
        let body = std::mem::take(&mut self.body);
        match self.cx.in_environment(&self.environment, |_| Ok(())).await {
            Ok(()) => Ok(body),
            Err(problem) => {
                discard(body).await;
                Err(problem)
            }
        }
    }

    /// The options of the query, and how the answer is written.
    pub(crate) fn options(&self) -> Result<ListOptions, Problem> {
        let options = ListOptions::read(self.query.as_deref())?;
        let style = Style::asked(&self.headers, options.format.as_deref())?;
        Ok(ListOptions { style, ..options })
    }

    /// What `Idempotency-Key` asks of this request, whose content is `content`.
    pub(crate) fn once(&self, content: &[u8]) -> Result<Option<idempotency::Once>, Problem> {
        if self.once.is_some() {
            return Ok(self.once.clone());
        }
        let (method, path) = (self.method.as_str(), self.path.as_str());
        idempotency::Once::asked(&self.headers, method, path, self.query.as_deref(), content)
    }
}

/// Answers a request below `/data`.
///
/// On the heap: what all handlers together may hold is much to move through each layer.
pub(crate) fn dispatch(cx: Cx, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(dispatched(cx, request))
}

async fn dispatched(cx: Cx, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().strip_prefix("/data/").unwrap_or_default();
    let (environment, rest) = path.split_once('/').unwrap_or((path, ""));
    let environment = percent_decode_str(environment).decode_utf8_lossy().into_owned();
    let query = parts.uri.query().map(str::to_owned);
    let path = rest.to_owned();
    let (method, headers) = (parts.method.clone(), parts.headers);
    let mut asked = Asked { cx, method, environment, path, query, headers, body, once: None };
    let Some(resource) = resource::parse(rest) else {
        return named("/data/{env}/?", unknown(asked).await.into_response());
    };
    asked.cx.looks = methods::looks(&parts.method, &resource);
    let method = if parts.method == Method::HEAD { Method::GET } else { parts.method };
    let older = asked.headers.get("odata-maxversion").is_some_and(|version| version == "4.0");
    let mut response = answered(asked, method, resource).await;
    if older && let Some(version) = response.headers_mut().get_mut("odata-version") {
        *version = HeaderValue::from_static("4.0");
    }
    response
}

async fn answered(asked: Asked, method: Method, resource: Resource) -> Response {
    if (method.as_str(), &resource) == ("POST", &Resource::Batch) {
        // Not among the others: it calls them.
        return named("/data/{env}/$batch", batch::batch(asked).await.into_response());
    }
    match methods::admitted(asked, &method, &resource).await {
        Ok(asked) => route(asked, method, resource).await,
        Err(problem) => named("/data/{env}/?", problem.into_response()),
    }
}

async fn route(asked: Asked, method: Method, resource: Resource) -> Response {
    use Resource as R;
    let (name, answer) = match (method.as_str(), resource) {
        ("GET", R::Service) => ("/data/{env}", describe::service_show(asked).await),
        ("GET", R::Dictionary) => ("/data/{env}/$dictionary", describe::dictionary_show(asked).await),
        ("GET", R::Status) => ("/data/{env}/$status", describe::status_show(asked).await),
        ("GET", R::Metadata) => ("/data/{env}/$metadata", metadata::metadata_show(asked).await),
        ("GET", R::OpenApi) => ("/data/{env}/openapi.json", openapi::openapi_show(asked).await),
        ("GET", R::Search) => ("/data/{env}/$search", search::search(asked).await),
        ("POST", R::Files) => ("/data/{env}/$files", files::file_keep(asked).await),
        ("GET", R::List(list)) => ("/data/{env}/$lists/{list}", lists::list_show(asked, list).await),
        ("POST", R::List(list)) => ("/data/{env}/$lists/{list}", lists::list_value_create(asked, list).await),
        ("PATCH", R::ListValue(list, tag)) => {
            ("/data/{env}/$lists/{list}/{tag}", lists::list_value_change(asked, list, tag).await)
        }
        ("GET", R::Assistances) => ("/data/{env}/$assistance", assistance::assistance_list(asked).await),
        ("PUT", R::Assistance(id)) => {
            ("/data/{env}/$assistance/{id}", assistance::assistance_answer(asked, id).await)
        }
        ("GET", R::Provisioning) => {
            ("/data/{env}/$provisioning", provisioning::provisioning_show(asked).await)
        }
        ("POST", R::ProvisioningTokens) => {
            ("/data/{env}/$provisioning/tokens", provisioning::provisioning_token_create(asked).await)
        }
        ("DELETE", R::ProvisioningToken(id)) => (
            "/data/{env}/$provisioning/tokens/{id}",
            provisioning::provisioning_token_revoke(asked, id).await,
        ),
        ("PUT", R::ProvisionedGroup(id)) => {
            ("/data/{env}/$provisioning/groups/{id}", provisioning::provisioning_group_map(asked, id).await)
        }
        ("GET", R::Subscription) => {
            ("/data/{env}/$subscription", subscription::subscription_show(asked).await)
        }
        ("GET", R::ViewAs) => ("/data/{env}/$view_as", view_as::view_as_show(asked).await),
        ("PUT", R::ViewAs) => ("/data/{env}/$view_as", view_as::view_as_begin(asked).await),
        ("DELETE", R::ViewAs) => ("/data/{env}/$view_as", view_as::view_as_end(asked).await),
        ("GET", R::Views) => ("/data/{env}/$views", views::view_list(asked).await),
        ("POST", R::Views) => ("/data/{env}/$views", views::view_create(asked).await),
        ("PATCH", R::View(id)) => ("/data/{env}/$views/{id}", views::view_change(asked, id).await),
        ("DELETE", R::View(id)) => ("/data/{env}/$views/{id}", views::view_delete(asked, id).await),
        ("GET", R::Preferences) => ("/data/{env}/$preferences", preferences::preferences_show(asked).await),
        ("PATCH", R::Preferences) => {
            ("/data/{env}/$preferences", preferences::preferences_change(asked).await)
        }
        ("GET", R::Favourites) => ("/data/{env}/$favourites", favourites::favourite_list(asked).await),
        ("POST", R::Favourites) => ("/data/{env}/$favourites", favourites::favourite_add(asked).await),
        ("DELETE", R::Favourite(id)) => {
            ("/data/{env}/$favourites/{id}", favourites::favourite_remove(asked, id).await)
        }
        ("GET", R::Notifications) => {
            ("/data/{env}/$notifications", notifications::notification_list(asked).await)
        }
        ("POST", R::NotificationsRead) => {
            ("/data/{env}/$notifications/read", notifications::notifications_read(asked).await)
        }
        ("PATCH", R::Notification(id)) => {
            ("/data/{env}/$notifications/{id}", notifications::notification_mark(asked, id).await)
        }
        ("GET", R::Imports) => ("/data/{env}/$imports", imports::import_list(asked).await),
        ("POST", R::Imports) => ("/data/{env}/$imports", imports::import_create(asked).await),
        ("GET", R::Import(id)) => ("/data/{env}/$imports/{import}", imports::import_show(asked, id).await),
        ("DELETE", R::Import(id)) => {
            ("/data/{env}/$imports/{import}", imports::import_delete(asked, id).await)
        }
        ("GET", R::ImportPart(id, part)) if part == "refused" => {
            ("/data/{env}/$imports/{import}/refused", imports::import_refused(asked, id).await)
        }
        ("GET", R::ImportPart(id, part)) if resource::IMPORT_LISTS.contains(&part.as_str()) => {
            ("/data/{env}/$imports/{import}/?", imports::import_rows(asked, id, part).await)
        }
        ("POST", R::ImportPart(id, part)) if resource::IMPORT_TASKS.contains(&part.as_str()) => {
            ("/data/{env}/$imports/{import}/?", imports::import_ask(asked, id, part).await)
        }
        ("GET", R::Journal) => ("/data/{env}/$journal", journal::journal_show(asked).await),
        ("GET", R::Archive) => ("/data/{env}/$archive", archive::archive_show(asked).await),
        ("GET", R::Archives) => ("/data/{env}/$archives", archives::archive_list(asked).await),
        ("POST", R::Archives) => ("/data/{env}/$archives", archives::archive_ask(asked).await),
        ("GET", R::KeptArchive(id)) => ("/data/{env}/$archives/{id}", archives::archive_get(asked, id).await),
        ("GET", R::Logo) => ("/data/{env}/$logo", brand::logo_show(asked).await),
        ("GET", R::Figures) => ("/data/{env}/$figures", figures::figures_show(asked).await),
        ("GET", R::Security) => ("/data/{env}/$security", security::security_show(asked).await),
        ("GET", R::SignInRules) => ("/data/{env}/$sign_in", sign_in_rules::sign_in_rules_show(asked).await),
        ("PATCH", R::SignInRules) => {
            ("/data/{env}/$sign_in", sign_in_rules::sign_in_rules_change(asked).await)
        }
        ("GET", R::SignIns) => ("/data/{env}/$sign_ins", sign_ins::sign_in_events_of_people(asked).await),
        ("GET", R::Subject(c, id)) => {
            ("/data/{env}/$subjects/{collection}/{id}", subjects::subject_show(asked, c, id).await)
        }
        ("GET", R::SubjectPart(c, id, part)) if part == "export" => {
            ("/data/{env}/$subjects/{collection}/{id}/export", subjects::subject_export(asked, c, id).await)
        }
        ("POST", R::SubjectPart(c, id, part)) if part == "erase" => {
            ("/data/{env}/$subjects/{collection}/{id}/erase", subjects::subject_erase(asked, c, id).await)
        }
        ("GET", R::Erasures) => ("/data/{env}/$erasures", subjects::erasure_list(asked).await),
        ("GET", R::Erasure(id)) => ("/data/{env}/$erasures/{id}", subjects::erasure_show(asked, id).await),
        ("POST", R::ErasureResume(id)) => {
            ("/data/{env}/$erasures/{id}/resume", subjects::erasure_resume(asked, id).await)
        }
        ("GET", R::Accesses) => ("/data/{env}/$accesses", accesses::access_list(asked).await),
        ("GET", R::Exports) => ("/data/{env}/$exports", list_exports::export_list(asked).await),
        ("GET", R::Expiring) => ("/data/{env}/$expiring", subjects::expiring_list(asked).await),
        ("POST", R::ExpiringRun(c)) => {
            ("/data/{env}/$expiring/{collection}/run", subjects::expiring_run(asked, c).await)
        }
        ("GET", R::Profiles) => ("/data/{env}/$profiles", rights::profile_list(asked).await),
        ("PUT", R::Profile(name)) => {
            ("/data/{env}/$profiles/{profile}", rights::profile_put(asked, name).await)
        }
        ("DELETE", R::Profile(name)) => {
            ("/data/{env}/$profiles/{profile}", rights::profile_delete(asked, name).await)
        }
        ("GET", R::Rights) => ("/data/{env}/$rights", rights::rights_show(asked).await),
        ("GET", R::Why) => ("/data/{env}/$why", rights::why_show(asked).await),
        ("GET", R::People) => ("/data/{env}/$people", people::people_list(asked).await),
        ("POST", R::People) => ("/data/{env}/$people", people::person_add(asked).await),
        ("PATCH", R::Person(id)) => ("/data/{env}/$people/{id}", people::person_change(asked, id).await),
        ("DELETE", R::Person(id)) => ("/data/{env}/$people/{id}", people::person_remove(asked, id).await),
        ("POST", R::PersonPart(id, part)) => {
            ("/data/{env}/$people/{id}/?", people::person_ask(asked, id, part).await)
        }
        ("GET", R::Collection(c)) => ("/data/{env}/{collection}", list::record_list(asked, c).await),
        ("POST", R::Collection(c)) => ("/data/{env}/{collection}", write::record_create(asked, c).await),
        ("GET", R::Count(c)) => ("/data/{env}/{collection}/$count", list::record_count(asked, c).await),
        ("GET", R::Export(c)) => ("/data/{env}/{collection}/$export", export::record_export(asked, c).await),
        ("GET", R::Record(c, key)) => {
            ("/data/{env}/{collection}/{id}", record::record_show(asked, c, key).await)
        }
        ("PATCH", R::Record(c, key)) => {
            ("/data/{env}/{collection}/{id}", write::record_change(asked, c, key).await)
        }
        ("PUT", R::Record(c, key)) => {
            ("/data/{env}/{collection}/{id}", write::record_upsert(asked, c, key).await)
        }
        ("DELETE", R::Record(c, key)) => {
            ("/data/{env}/{collection}/{id}", write::record_delete(asked, c, key).await)
        }
        ("GET", R::History(c, key)) => {
            ("/data/{env}/{collection}/{id}/$history", history::record_history(asked, c, key).await)
        }
        ("PUT", R::Presence(c, key)) => {
            ("/data/{env}/{collection}/{id}/$presence", presence::presence_put(asked, c, key).await)
        }
        ("POST", R::Restore(c, key)) => {
            ("/data/{env}/{collection}/{id}/$restore", write::record_restore(asked, c, key).await)
        }
        ("POST", R::Member(c, key, name)) => (
            "/data/{env}/{collection}/{id}/{transition}",
            write::record_transition(asked, c, key, name).await,
        ),
        ("GET", R::Member(c, key, name)) => {
            ("/data/{env}/{collection}/{id}/{field}", property::property_show(asked, c, key, name).await)
        }
        ("GET", R::Value(c, key, name)) => {
            ("/data/{env}/{collection}/{id}/{field}/$value", property::value_show(asked, c, key, name).await)
        }
        ("POST", R::Query(c)) => ("/data/{env}/{collection}/$query", list::record_query(asked, c).await),
        ("OPTIONS", resource) => ("/data/{env}/?", methods::options_show(asked, resource).await),
        ("PUT", R::Member(c, key, name)) => {
            ("/data/{env}/{collection}/{id}/{field}", files::file_put(asked, c, key, name).await)
        }
        ("DELETE", R::Member(c, key, name)) => {
            ("/data/{env}/{collection}/{id}/{field}", files::file_delete(asked, c, key, name).await)
        }
        (_, resource) => ("/data/{env}/?", methods::refuse_method(asked, resource).await),
    };
    named(name, answer.into_response())
}

/// What is at no address is not found, but a stranger is told to sign in first, as everywhere.
async fn unknown(asked: Asked) -> Result<Response, Problem> {
    discard(asked.body).await;
    asked.cx.in_environment(&asked.environment, |_| Ok(())).await?;
    Err(Problem::not_found())
}

/// The entity of a collection.
pub(crate) fn entity_of<'a>(dictionary: &'a Dictionary, collection: &str) -> Result<&'a Entity, Problem> {
    dictionary.collection(collection).filter(|entity| !entity.internal).ok_or_else(|| {
        use dictionary::expression::error::nearest;
        let known = dictionary.entities.iter().filter(|entity| !entity.internal);
        let mut problem = Problem::not_found();
        if let Some(near) = nearest(collection, known.map(|entity| entity.collection.as_str())) {
            problem.extra.insert("near".to_owned(), near.into());
        }
        problem
    })
}

/// A JSON answer made on the thread of a call.
#[derive(Debug, Default)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    /// Address of the record, when the answer has no body to tell it.
    pub(crate) entity_id: Option<String>,
    /// Preferences that were followed.
    pub(crate) applied: Vec<String>,
    /// The body is a problem.
    pub(crate) problem: bool,
    /// Browsers may keep it, and ask whether it changed: it is about the environment, and of nobody.
    pub(crate) kept: bool,
    /// How the body is written.
    pub(crate) style: Style,
}

impl Reply {
    pub(crate) fn json(body: Vec<u8>) -> Reply {
        Reply { body, ..Reply::default() }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        const ODATA: HeaderName = HeaderName::from_static("odata-version");
        let empty = self.body.is_empty();
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.reserve(16); // with those that every answer gets
        headers.remove(header::CONTENT_TYPE);
        if !empty {
            let json = match self.problem {
                true => "application/problem+json",
                false => self.style.media_type(),
            };
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(json));
        }
        headers.insert(ODATA, HeaderValue::from_static("4.01"));
        // Of records, browsers keep nothing on their disk: a machine may be shared, a record may change, or be taken from this person's sight.
        let keeps = if self.kept { "private, no-cache" } else { "private, no-store" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeps));
        headers.insert(
            header::VARY,
            HeaderValue::from_static("authorization, cookie, accept, accept-language, x-view-as"),
        );
        if let Some(applied) = prefer::applied(&self.applied) {
            headers.insert(prefer::APPLIED, applied);
        }
        const ENTITY_ID: HeaderName = HeaderName::from_static("odata-entityid");
        for (name, value) in
            [(header::ETAG, self.etag), (header::LOCATION, self.location), (ENTITY_ID, self.entity_id)]
        {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
        response
    }
}

/// The version that a header such as `If-Match: W/"128"` names; `None` when it names none or any (`*`).
pub(crate) fn version_of(headers: &HeaderMap, name: HeaderName) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get(&name) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text);
    let digits = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap_or_default();
    parameters::digits(digits).map(Some).ok_or_else(|| {
        Problem::bad_request(
            format!("« {text} » n'est pas une version, comme W/\"128\"."),
            format!("“{text}” is not a version, such as W/\"128\"."),
        )
    })
}

/// `W/"128"`.
pub(crate) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}
