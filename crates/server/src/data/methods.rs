//! What addresses take: `OPTIONS`, and the answer to a method that they don't take.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};

use crate::body::discard;
use crate::data::Asked;
use crate::data::resource::Resource;
use crate::problem::Problem;

/// Methods of an address.
fn allowed(resource: &Resource) -> &'static str {
    use Resource as R;
    match resource {
        R::Batch | R::Files | R::Query(_) => "OPTIONS, POST",
        R::Collection(_) | R::List(_) => "GET, HEAD, OPTIONS, POST",
        R::ListValue(..) => "OPTIONS, PATCH",
        R::Record(..) => "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
        R::Member(..) => "DELETE, GET, HEAD, OPTIONS, POST, PUT",
        R::Service
        | R::Dictionary
        | R::Metadata
        | R::OpenApi
        | R::Search
        | R::Status
        | R::Count(_)
        | R::Value(..)
        | R::History(..) => "GET, HEAD, OPTIONS",
    }
}

/// Says which methods an address takes.
pub(crate) async fn options_show(asked: Asked, resource: &Resource) -> Result<Response, Problem> {
    asked.cx.in_environment(&asked.environment, |_| Ok(())).await?;
    Ok((StatusCode::NO_CONTENT, [(header::ALLOW, HeaderValue::from_static(allowed(resource)))])
        .into_response())
}

/// Refuses a method, and says which ones there are.
pub(crate) async fn refuse_method(asked: Asked, resource: &Resource) -> Result<Response, Problem> {
    discard(asked.body).await;
    asked.cx.in_environment(&asked.environment, |_| Ok(())).await?;
    let mut response = Problem::method_not_allowed().into_response();
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed(resource)));
    Ok(response)
}
