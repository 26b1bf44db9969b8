//! The engine at its boundary: an environment on a real store, its dictionary written as people write it.

mod support;

mod computed;
mod deleting;
mod dictionary;
mod journal;
mod lines;
mod numbering;
mod reading;
mod registry;
mod replay;
mod rights;
mod saving;
mod states;
mod value_lists;
mod versions;
