//! Whose an environment is: its name and its logo.

use serde_json::{Map, Value as Json, json};

use crate::openapi::Reader;
use crate::openapi::fixed::TAG;
use crate::openapi::operation::Operation;
use crate::openapi::shapes::{closed, text_or_null};

/// Adds the operations.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let operation =
        |id: &str, fr: &str, en: &str| Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en));
    let (fr, en) = ("À qui est le nom d'hôte par lequel on vient", "Whose host name one comes by");
    let told = closed(json!({"name": text_or_null(), "logo": text_or_null()}));
    let brand = operation("brand_show", fr, en).open();
    brand.answers(200, &reader.say(fr, en), told).put(paths, "/brand", "get");
    let logo = operation("brand_logo_show", "Le logo de cet environnement", "The logo of that environment");
    picture(reader, logo.open()).put(paths, "/brand/logo", "get");
    let logo = operation("logo_show", "Le logo de l'environnement", "The logo of the environment");
    picture(reader, logo).put(paths, &reader.at("/$logo"), "get");
}

/// Answers a picture, or a part of it.
fn picture(reader: &Reader<'_>, operation: Operation) -> Operation {
    let bytes = json!({});
    let whole = reader.say("L'image.", "The picture.");
    let operation = operation.answers_as(200, &whole, "image/*", bytes.clone());
    let operation = operation.answers_as(206, &reader.say("Une partie.", "A part."), "image/*", bytes);
    let operation = operation.takes(&["if_none_match", "range"]);
    let operation = operation.empty(304, &reader.say("N'a pas changé.", "Did not change."));
    operation.empty(416, &reader.say("Au-delà de sa fin.", "Beyond its end."))
}
