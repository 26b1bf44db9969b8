//! Files in and out of a real environment, on the real store.
#![allow(missing_docs)]

mod export;
mod import;
mod recipes;
mod support;
