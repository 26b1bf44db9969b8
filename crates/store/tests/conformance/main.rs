//! What every store must do, run for each kind of store. A new kind adds one line to [`support::KINDS`].

mod rows;
mod support;
