//! The real binary, as people run it.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

mod agreement;
mod archive;
mod commands;
mod crash;
mod damage;
mod demo;
mod directory;
mod entity;
mod erasing;
mod exchange;
mod https;
mod imports;
mod openapi;
mod support;
mod together;
