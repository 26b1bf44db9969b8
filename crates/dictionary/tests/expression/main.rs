//! The expression language as its users meet it: texts in, values or readable faults out.

mod faults;
mod generate;
mod golden;
mod laws;
mod limits;
mod world;
