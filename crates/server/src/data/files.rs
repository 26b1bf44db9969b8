//! Bytes of file fields.
use crate::data::Asked;
use crate::data::resource::Key;
use crate::problem::Problem;
use axum::response::Response;
pub(crate) async fn file_show(_: Asked, _: String, _: Key, _: String) -> Result<Response, Problem> {
    Err(Problem::not_found())
}
pub(crate) async fn file_put(_: Asked, _: String, _: Key, _: String) -> Result<Response, Problem> {
    Err(Problem::not_found())
}
pub(crate) async fn file_delete(_: Asked, _: String, _: Key, _: String) -> Result<Response, Problem> {
    Err(Problem::not_found())
}
