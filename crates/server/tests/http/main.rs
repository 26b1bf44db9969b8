//! The server as its clients see it: over HTTP, with a real platform.

#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]

mod app;
mod client;
mod module;
mod records;
