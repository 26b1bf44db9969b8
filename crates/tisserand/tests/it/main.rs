//! The real binary, as people run it.
#![allow(missing_docs)]

mod commands;
mod crash;
mod damage;
mod demo;
mod entity;
mod exchange;
mod support;
