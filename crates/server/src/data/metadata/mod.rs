//! `$metadata`: the dictionary in OData's Common Schema Definition Language, XML or JSON.
//! Source: OData CSDL XML and JSON Representation 4.01.

mod json;
mod model;
mod xml;

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::data::Asked;
use crate::odata::ListOptions;
use crate::problem::Problem;
use model::Model;
pub(crate) use model::edm_type;

/// Namespace of all types.
pub(crate) const NAMESPACE: &str = "Tisserand";
/// Vocabularies whose terms are used: namespace, short name, where they are described.
const VOCABULARIES: &[(&str, &str, &str)] = &[
    (
        "Org.OData.Core.V1",
        "Core",
        "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1",
    ),
    (
        "Org.OData.Capabilities.V1",
        "Capabilities",
        "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Capabilities.V1",
    ),
    (
        "Org.OData.Validation.V1",
        "Validation",
        "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Validation.V1",
    ),
    (
        "com.sap.vocabularies.Common.v1",
        "Common",
        "https://sap.github.io/odata-vocabularies/vocabularies/Common",
    ),
];
/// What requests to the whole may ask.
const CAPABILITIES: &[(&str, bool)] = &[
    ("BatchSupported", true),
    ("BatchContinueOnErrorSupported", true),
    ("KeyAsSegmentSupported", true),
    ("QuerySegmentSupported", true),
    ("AsynchronousRequestsSupported", false),
];
/// What answers are written in.
const FORMATS: &[&str] = &["application/json;odata.metadata=minimal;IEEE754Compatible=false"];
/// Name of the entity container.
const CONTAINER: &str = "Container";

/// The description of the environment for OData clients: JSON if asked for, else XML.
pub(crate) async fn metadata_show(asked: Asked) -> Result<Response, Problem> {
    let options = ListOptions::read(asked.query.as_deref())?;
    let as_json = wants_json(&asked.headers, options.format.as_deref())?;
    let text = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let model = Model::of(&dictionary, entered.caller.language);
        if as_json { Ok(json::write(&model).to_string()) } else { Ok(xml::write(&model)) }
    });
    let media_type =
        if as_json { "application/json; charset=utf-8" } else { "application/xml; charset=utf-8" };
    let mut response = text.await?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(HeaderName::from_static("odata-version"), HeaderValue::from_static("4.01"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(
        header::VARY,
        HeaderValue::from_static("accept, accept-language, authorization, cookie, x-view-as"),
    );
    Ok(response)
}

fn wants_json(headers: &HeaderMap, format: Option<&str>) -> Result<bool, Problem> {
    match format.map(|format| format.split(';').next().unwrap_or_default().trim()) {
        Some("json" | "application/json") => return Ok(true),
        Some("xml" | "application/xml") => return Ok(false),
        Some(other) => {
            return Err(Problem::bad_request(
                format!("$format vaut json ou xml, pas « {other} »."),
                format!("$format is json or xml, not “{other}”."),
            ));
        }
        None => {}
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (json, xml) = (accept.find("application/json"), accept.find("application/xml"));
    Ok(match (json, xml) {
        (Some(json), Some(xml)) => json < xml,
        (json, None) => json.is_some(),
        (None, Some(_)) => false,
    })
}
