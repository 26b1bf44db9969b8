#![doc = include_str!("../README.md")]

mod media_type;
mod metadata;
mod picture;

pub use media_type::{HEAD_BYTES, Looked, looked_at};
pub use metadata::says_more;
pub use picture::{Picture, PictureError, is_picture, made_anew};
