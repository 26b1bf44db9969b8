//! What bytes that people send are, whatever they are called: their type, by what they begin with; and pictures, made anew.
//!
//! `docs/decisions/0148-what-arrives-is-looked-at.md`.

mod media_type;
mod picture;

pub use media_type::{HEAD_BYTES, Looked, looked_at};
pub use picture::{Picture, PictureError, is_picture, made_anew};
