//! The server as its clients see it: over HTTP, with a real platform.

#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod app;
mod apply;
mod batch;
mod client;
mod delta;
mod descriptions;
mod events;
mod expand;
mod files;
mod idempotency;
mod lambda;
mod lists;
mod module;
mod negotiation;
mod paging;
mod records;
mod refusals;
mod sessions;
mod strangers;
mod surroundings;
mod tokens;
mod value_lists;
