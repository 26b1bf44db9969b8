#![doc = include_str!("../README.md")]

pub mod access;
mod cache;
mod copying;
mod directory;
pub mod environments;
pub mod error;
pub mod modules;
pub mod open;
pub mod operations;
pub mod organisations;
pub mod password;
pub mod people;
mod places;
pub mod platform;
pub mod random;
mod secret;
pub mod sessions;
mod subscriptions;
pub mod sweeping;
pub mod throttle;
pub mod tokens;
pub mod users;
pub mod viewing;

pub use store::files;

pub use access::{Door, Entered, Identity};
pub use environments::{EnvironmentInfo, NewEnvironment, Tiles};
pub use error::PlatformError;
pub use modules::Modules;
pub use open::OpenEnvironment;
pub use operations::{Asked, Operation, OperationKind, OperationState};
pub use organisations::NewSubscription;
pub use people::Member;
pub use platform::{Limits, Options, Platform};
pub use random::{Random, SystemRandom};
pub use sessions::{SignIn, SignedIn};
pub use sweeping::FILES_GRACE;
pub use tokens::{NewToken, Scope};
pub use users::{NewUser, User};
pub use viewing::Viewing;
