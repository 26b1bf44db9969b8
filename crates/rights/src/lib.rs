#![doc = include_str!("../README.md")]

mod compile;
mod explain;
mod guard;
mod held;
mod mask;
mod reach;
mod words;

pub use compile::{EntityRights, Rights};
pub use dictionary::model::profiles::{Capability, Level, Power};
pub use explain::{Deed, Reason};
pub use guard::Denied;
pub use held::Held;
pub use mask::masked;
pub use reach::{Reach, bound, through};
pub use words::words;
