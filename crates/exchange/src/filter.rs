//! Conditions given as text.

use dictionary::expression::{Typed, check_condition, parse};
use dictionary::{Dictionary, Entity};
use engine::EngineError;

/// A condition on records of `entity`, checked against the dictionary. Errors name the place and what was probably meant.
pub fn condition(dictionary: &Dictionary, entity: &Entity, text: &str) -> Result<Typed, EngineError> {
    let parsed = parse(text).map_err(|error| EngineError::Expression(vec![error]))?;
    let index =
        dictionary.entities.iter().position(|e| e.name == entity.name).ok_or(EngineError::NotFound)?;
    check_condition(&parsed.root, dictionary, index).map_err(EngineError::Expression)
}
