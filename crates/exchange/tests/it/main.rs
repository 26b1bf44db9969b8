//! Files in and out of a real environment, on the real store.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

mod export;
mod fuzz;
mod import;
mod recipes;
mod support;
mod workbooks;
