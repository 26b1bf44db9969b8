//! One value of a record: `…/{id}/{name}`, `…/{id}/{name}/$value`.

use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::model::Entity;
use serde_json::{Map, Value as Json, json};

use crate::data::resource::Key;
use crate::data::shape::{exact_number, json_value, property_name};
use crate::data::{Asked, Reply, entity_of, files, methods, reading};
use crate::problem::Problem;

/// A property: the bytes of a file field, any other value as JSON.
///
/// `204` when it is empty.
pub(crate) async fn property_show(
    asked: Asked,
    collection: String,
    key: Key,
    name: String,
) -> Result<Response, Problem> {
    let (holds_file, asked) = files_here(asked, &collection, &name).await?;
    if holds_file {
        return files::file_show(asked, collection, key, name).await;
    }
    let options = asked.options()?;
    let environment = asked.environment.clone();
    let reply = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let index = property(entity, &name)?;
        let record = reading::record(entered, entity, &key, &[])?;
        let field = &entity.fields[index];
        let value = record.row.get(index);
        if value.is_null() {
            return Ok(Reply { status: StatusCode::NO_CONTENT, ..Reply::default() });
        }
        let mut value_json = json_value(field, value);
        if options.style.exact {
            value_json = exact_number(value, value_json);
        }
        let id = record.row.id();
        let context = format!("/data/{environment}/$metadata#{collection}({id})/{name}");
        let mut body = Map::from_iter([("@odata.context".to_owned(), json!(context))]);
        body.insert("value".to_owned(), value_json);
        Ok(Reply { style: options.style, ..Reply::json(Json::Object(body).to_string().into_bytes()) })
    });
    Ok(reply.await?.into_response())
}

/// The value alone, as plain text; the bytes of a file field.
pub(crate) async fn value_show(
    asked: Asked,
    collection: String,
    key: Key,
    name: String,
) -> Result<Response, Problem> {
    let (holds_file, asked) = files_here(asked, &collection, &name).await?;
    if holds_file {
        return files::file_show(asked, collection, key, name).await;
    }
    let text = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let index = property(entity, &name).map_err(|_| Problem::not_found())?;
        let record = reading::record(entered, entity, &key, &[])?;
        let (field, value) = (&entity.fields[index], record.row.get(index));
        Ok((!value.is_null()).then(|| match json_value(field, value) {
            Json::String(text) => text,
            other => other.to_string(),
        }))
    });
    let Some(text) = text.await? else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let mut response = text.into_response();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    Ok(response)
}

/// Whether the property is a file.
async fn files_here(asked: Asked, collection: &str, name: &str) -> Result<(bool, Asked), Problem> {
    let (collection, name) = (collection.to_owned(), name.to_owned());
    let holds_file = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        Ok(files::file_field(entity, &name).is_ok())
    });
    Ok((holds_file.await?, asked))
}

/// The field of a property, if records answer it.
fn property(entity: &Entity, name: &str) -> Result<usize, Problem> {
    let fields = entity.fields.iter();
    let found = fields
        .enumerate()
        .find(|(_, field)| !field.secret && !field.kind.is_virtual() && property_name(field) == name);
    found.map(|(index, _)| index).ok_or_else(|| methods::not_this_way(entity, name))
}
