//! `/scim/v2/{env}/…`: a company's directory keeps the people and groups of an environment up to date (SCIM 2.0, RFC 7643 and 7644; decision 0124).

mod attributes;
mod error;
mod filter;
mod pace;
mod patch;
mod resources;
mod schemas;

use std::pin::Pin;

use axum::body::Body;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use dictionary::{Label, RecordId};
use platform::Platform;
use platform::provisioning::Provisioner;
use platform::provisioning::people::Lookup;
use serde_json::{Map, Value as Json, json};

use crate::body::scim_object;
use crate::cx::{Credentials, Cx};
use crate::data::parameters::parameter;
use crate::health::named;
use crate::origin::origin;
use crate::state::AppState;
use attributes::Resource;
use error::ScimError;
use filter::Filter;
pub(crate) use pace::Pace;

/// A request, taken apart.
struct Asked {
    cx: Cx,
    environment: String,
    method: Method,
    headers: HeaderMap,
    query: Option<String>,
    body: Body,
    /// Where the service is, as the client sees it.
    base: String,
}

/// What an answer is made of.
struct Told {
    status: StatusCode,
    body: Option<Json>,
}

pub(crate) fn dispatch(
    cx: Cx,
    State(state): State<AppState>,
    Path((environment, path)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    request: Request<Body>,
) -> Pin<Box<dyn Future<Output = Response> + Send>> {
    Box::pin(dispatched(cx, state, environment, path, query, request))
}

async fn dispatched(
    cx: Cx,
    state: AppState,
    environment: String,
    path: String,
    query: Option<String>,
    request: Request<Body>,
) -> Response {
    let (parts, body) = request.into_parts();
    let base = format!("{}/scim/v2/{environment}", origin(&state, &parts.headers));
    let asked = Asked { cx, environment, method: parts.method, headers: parts.headers, query, body, base };
    let language = asked.cx.language();
    let segments: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let (route, answer) = match segments.as_slice() {
        // Of the RFC, and not here.
        ["Bulk" | "Me" | ".search"] | [_, ".search"] => {
            ("/scim/v2/{env}/?", refused(asked, StatusCode::NOT_IMPLEMENTED).await)
        }
        ["Users"] => ("/scim/v2/{env}/Users", all(asked, Resource::User).await),
        ["Users", id] => ("/scim/v2/{env}/Users/{id}", one(asked, Resource::User, id).await),
        ["Groups"] => ("/scim/v2/{env}/Groups", all(asked, Resource::Group).await),
        ["Groups", id] => ("/scim/v2/{env}/Groups/{id}", one(asked, Resource::Group, id).await),
        ["ServiceProviderConfig"] => ("/scim/v2/{env}/ServiceProviderConfig", described(asked, None).await),
        ["ResourceTypes" | "Schemas"] | ["ResourceTypes" | "Schemas", _] => {
            ("/scim/v2/{env}/Schemas", described(asked, Some(&segments)).await)
        }
        _ => ("/scim/v2/{env}/?", refused(asked, StatusCode::NOT_FOUND).await),
    };
    named(route, answer.unwrap_or_else(|error| error.told_in(language).into_response()))
}

fn scim_json() -> [(HeaderName, HeaderValue); 2] {
    [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

impl Told {
    fn ok(body: Json) -> Told {
        Told { status: StatusCode::OK, body: Some(body) }
    }

    fn response(self) -> Response {
        let Some(body) = self.body else { return self.status.into_response() };
        let tag = body["meta"]["version"].as_str().and_then(|tag| HeaderValue::from_str(tag).ok());
        let place = body["meta"]["location"].as_str().and_then(|place| HeaderValue::from_str(place).ok());
        let mut response = (self.status, scim_json(), body.to_string()).into_response();
        if let Some(tag) = tag {
            response.headers_mut().insert(header::ETAG, tag);
        }
        if let Some(place) = place.filter(|_| self.status == StatusCode::CREATED) {
            response.headers_mut().insert(header::LOCATION, place);
        }
        response
    }
}

impl Asked {
    /// Runs `work` for who comes by a token of the environment.
    async fn by_token(
        self,
        work: impl FnOnce(&Platform, &Provisioner) -> Result<Told, ScimError> + Send + 'static,
    ) -> Result<Response, ScimError> {
        let (cx, environment) = (self.cx.clone(), self.environment.clone());
        let done = self.cx.run(move || {
            let Credentials::Token(secret) = &cx.credentials else {
                return Ok(Err(ScimError::unauthorized()));
            };
            let platform = &cx.state.platform;
            let provisioner = match platform.provisioner(secret, &environment) {
                Ok(provisioner) => provisioner,
                // A token of another environment is none here.
                Err(error) if error.is_not_found() => return Ok(Err(ScimError::unauthorized())),
                Err(error) => return Err(error.into()),
            };
            let paced = cx.state.scim.goes_on(provisioner.token, platform.clock().now());
            Ok(paced.and_then(|()| work(platform, &provisioner)))
        });
        let done = done.await.map_err(|problem| ScimError::of_problem(&problem))?;
        let answer = done.map(Told::response)?;
        Ok(unchanged(&self.method, &self.headers, answer))
    }

    async fn sent(&mut self) -> Result<Map<String, Json>, ScimError> {
        let body = std::mem::take(&mut self.body);
        let sent = scim_object(body, &self.headers, &self.cx.state.config).await;
        sent.map_err(|problem| {
            let error = ScimError::of_problem(&problem);
            let is_syntax = error.status == StatusCode::BAD_REQUEST;
            if is_syntax { ScimError { kind: Some("invalidSyntax"), ..error } } else { error }
        })
    }

    /// The version that a change is to be of.
    fn expected(&self) -> Result<Option<u64>, ScimError> {
        let Some(tag) = self.headers.get(header::IF_MATCH).and_then(|tag| tag.to_str().ok()) else {
            return Ok(None);
        };
        if tag.trim() == "*" {
            return Ok(None);
        }
        let version = tag.trim().trim_start_matches("W/").trim_matches('"').parse();
        let none = |_| {
            let detail =
                Label::new("If-Match ne nomme aucune version de ceci", "If-Match names no version of this");
            ScimError::new(StatusCode::PRECONDITION_FAILED, None, detail)
        };
        version.map(Some).map_err(none)
    }

    fn given(&self, name: &str) -> Option<String> {
        parameter(self.query.as_deref(), name)
    }

    /// The place of the first resource, from 1, and how many are wanted.
    fn page(&self) -> (usize, usize) {
        let number = |name: &str| self.given(name).and_then(|text| text.trim().parse::<i64>().ok());
        let start = usize::try_from(number("startIndex").unwrap_or(1).max(1)).unwrap_or(1);
        let count = usize::try_from(number("count").unwrap_or(100).max(0)).unwrap_or(0);
        (start, count.min(schemas::RESULTS_MAX))
    }

    fn names(&self, name: &str) -> Vec<String> {
        let given = self.given(name).unwrap_or_default();
        given.split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
    }
}

/// 304 where the client has what would be told.
fn unchanged(method: &Method, headers: &HeaderMap, answer: Response) -> Response {
    let known = headers.get(header::IF_NONE_MATCH);
    if *method == Method::GET && known.is_some() && known == answer.headers().get(header::ETAG) {
        return (StatusCode::NOT_MODIFIED, answer.headers().clone()).into_response();
    }
    answer
}

/// What there is, and something more of it.
async fn all(mut asked: Asked, resource: Resource) -> Result<Response, ScimError> {
    let base = asked.base.clone();
    match asked.method {
        Method::GET | Method::HEAD => {
            let filter = asked.given("filter").filter(|filter| !filter.trim().is_empty());
            let filter = filter.map(|filter| Filter::read(&filter)).transpose();
            let filter = filter.map_err(ScimError::invalid_filter)?;
            let (start, count) = asked.page();
            let (attributes, excluded) = (asked.names("attributes"), asked.names("excludedAttributes"));
            let work = move |platform: &Platform, by: &Provisioner| {
                let views = views(platform, by, resource, filter.as_ref(), &base);
                let views = views.map_err(ScimError::of)?;
                let total = views.len();
                let page = views.into_iter().skip(start - 1).take(count);
                let page: Vec<Json> =
                    page.map(|view| resources::chosen(view, resource, &attributes, &excluded)).collect();
                Ok(Told::ok(listed(page, total, start)))
            };
            asked.by_token(work).await
        }
        Method::POST => {
            let sent = asked.sent().await;
            let work = move |platform: &Platform, by: &Provisioner| {
                let document = resources::document(resource, &sent?)?;
                let made = match resource {
                    Resource::User => platform
                        .provisioned_person_create(by, &resources::person_body(&document)?)
                        .map(|person| resources::person_view(&person, &base)),
                    Resource::Group => platform
                        .provisioned_group_create(by, &resources::group_body(&document)?)
                        .map(|group| resources::group_view(&group, &base)),
                };
                let made = made.map_err(ScimError::of)?;
                Ok(Told { status: StatusCode::CREATED, body: Some(made) })
            };
            asked.by_token(work).await
        }
        _ => refused(asked, StatusCode::METHOD_NOT_ALLOWED).await,
    }
}

/// What is told of all that a filter holds of.
fn views(
    platform: &Platform,
    by: &Provisioner,
    resource: Resource,
    filter: Option<&Filter>,
    base: &str,
) -> Result<Vec<Json>, platform::PlatformError> {
    // What directories ask most is looked up, the rest gone through.
    let required = |path: &str| filter.and_then(|filter| filter.requires(path));
    let views: Vec<Json> = match resource {
        Resource::User => {
            let lookup = required("userName").map(Lookup::UserName);
            let lookup = lookup.or_else(|| required("externalId").map(Lookup::ExternalId));
            let people = platform.provisioned_people(by, lookup)?;
            people.iter().map(|person| resources::person_view(person, base)).collect()
        }
        Resource::Group => {
            let groups = platform.provisioned_groups(by, required("displayName"))?;
            groups.iter().map(|group| resources::group_view(group, base)).collect()
        }
    };
    Ok(views.into_iter().filter(|view| filter.is_none_or(|filter| filter.holds(view))).collect())
}

fn listed(page: Vec<Json>, total: usize, start: usize) -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": page.len(),
        "Resources": page,
    })
}

/// One person, or one group.
async fn one(mut asked: Asked, resource: Resource, id: &str) -> Result<Response, ScimError> {
    let base = asked.base.clone();
    let id = RecordId::parse(id);
    let of = ScimError::of;
    let read = move |platform: &Platform, by: &Provisioner| {
        let id = id.ok_or_else(ScimError::not_found)?;
        Ok::<_, ScimError>(match resource {
            Resource::User => Either::Person(platform.provisioned_person(by, id).map_err(of)?),
            Resource::Group => Either::Group(platform.provisioned_group(by, id).map_err(of)?),
        })
    };
    match asked.method {
        Method::GET | Method::HEAD => {
            let (attributes, excluded) = (asked.names("attributes"), asked.names("excludedAttributes"));
            let work = move |platform: &Platform, by: &Provisioner| {
                let view = read(platform, by)?.view(&base);
                Ok(Told::ok(resources::chosen(view, resource, &attributes, &excluded)))
            };
            asked.by_token(work).await
        }
        Method::PUT | Method::PATCH => {
            let (sent, expected) = (asked.sent().await, asked.expected());
            let is_whole = asked.method == Method::PUT;
            let work = move |platform: &Platform, by: &Provisioner| {
                let (before, sent, expected) = (read(platform, by)?, sent?, expected?);
                // What is changed in part is what was read: another's change between the two is not undone.
                let expected = expected.or((!is_whole).then_some(before.version()));
                let document = if is_whole {
                    resources::document(resource, &sent)?
                } else {
                    let mut document = before.document();
                    patch::apply(resource, &mut document, &sent)?;
                    document
                };
                let view = match before {
                    Either::Person(person) => {
                        let body = resources::person_body(&document)?;
                        let done = platform.provisioned_person_replace(by, person.id, expected, &body);
                        resources::person_view(&done.map_err(of)?, &base)
                    }
                    Either::Group(group) => {
                        let body = resources::group_body(&document)?;
                        let done = platform.provisioned_group_replace(by, group.id, expected, &body);
                        resources::group_view(&done.map_err(of)?, &base)
                    }
                };
                Ok(Told::ok(view))
            };
            asked.by_token(work).await
        }
        Method::DELETE => {
            let expected = asked.expected();
            let work = move |platform: &Platform, by: &Provisioner| {
                let expected = expected?;
                match read(platform, by)? {
                    Either::Person(person) => platform.provisioned_person_remove(by, person.id, expected),
                    Either::Group(group) => platform.provisioned_group_remove(by, group.id, expected),
                }
                .map_err(of)?;
                Ok(Told { status: StatusCode::NO_CONTENT, body: None })
            };
            asked.by_token(work).await
        }
        _ => refused(asked, StatusCode::METHOD_NOT_ALLOWED).await,
    }
}

/// A person or a group.
enum Either {
    Person(platform::provisioning::people::Person),
    Group(platform::provisioning::groups::Group),
}

impl Either {
    fn version(&self) -> u64 {
        match self {
            Either::Person(person) => person.version,
            Either::Group(group) => group.version,
        }
    }

    fn view(&self, base: &str) -> Json {
        match self {
            Either::Person(person) => resources::person_view(person, base),
            Either::Group(group) => resources::group_view(group, base),
        }
    }

    fn document(&self) -> Map<String, Json> {
        match self {
            Either::Person(person) => resources::person_document(&person.body),
            Either::Group(group) => resources::group_document(&group.body),
        }
    }
}

/// What the service can do, and of what its resources are made.
async fn described(asked: Asked, segments: Option<&[&str]>) -> Result<Response, ScimError> {
    if !matches!(asked.method, Method::GET | Method::HEAD) {
        return refused(asked, StatusCode::METHOD_NOT_ALLOWED).await;
    }
    let base = asked.base.clone();
    let body = match segments {
        None => Some(schemas::service(&base)),
        Some([kind, rest @ ..]) => {
            let is_schema = *kind == "Schemas";
            let told = |resource: &Resource| {
                if is_schema {
                    schemas::schema(*resource, &base)
                } else {
                    schemas::resource_type(*resource, &base)
                }
            };
            let names = |resource: &&Resource, id: &str| {
                let known = if is_schema { resource.schema() } else { resource.name() };
                known.eq_ignore_ascii_case(id)
            };
            match rest.first() {
                None => {
                    let every: Vec<Json> = schemas::ALL.iter().map(told).collect();
                    let total = every.len();
                    Some(listed(every, total, 1))
                }
                Some(id) => schemas::ALL.iter().find(|resource| names(resource, id)).map(told),
            }
        }
        Some([]) => None,
    };
    asked.by_token(move |_, _| body.map(Told::ok).ok_or_else(ScimError::not_found)).await
}

/// An address, or a method, that the service does not have.
async fn refused(asked: Asked, status: StatusCode) -> Result<Response, ScimError> {
    let detail = Label::new("le service ne fait pas cela", "the service does not do this");
    let missing = ScimError::new(status, None, detail);
    asked.by_token(move |_, _| Err(missing)).await
}
