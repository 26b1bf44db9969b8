#![doc = include_str!("../README.md")]

pub mod accesses;
mod apply;
mod bound;
pub mod caller;
mod catalogue;
pub mod changes;
pub mod clock;
pub mod draft;
pub mod environment;
pub mod error;
mod follow;
mod keys;
mod leaders;
pub mod personal;
mod prepared;
mod profile_places;
mod profiles;
pub mod query;
pub mod reading;
mod records;
mod related;
pub mod replay;
mod search_text;
mod sight;
mod sources;
pub mod subject;
pub mod summary;
pub mod sweep;
pub mod unit;
pub mod value_lists;
mod view;
pub mod views;
mod write;

pub use accesses::{Access, AccessLog};
pub use bound::StorageBound;
pub use caller::Caller;
pub use clock::{Clock, IdSource, SystemClock, TimeOrderedIds};
pub use draft::{Draft, Input, LineDraft};
pub use environment::{Done, Environment, Settings};
pub use error::{EngineError, FieldProblem};
pub use personal::favourites::{Favourite, Target};
pub use personal::impersonations::{Ending, Impersonation};
pub use personal::notifications::{Notification, Notifications};
pub use personal::preferences::{Preferences, PreferencesDraft};
pub use query::{Expand, Expanded, Page, Pick, Query, Record, Related};
pub use rights::{Capability, Held, Level, Power, Reach, Reason, Rights, words};
pub use store::{Head, Keyset, Row, StoreError, pace};
pub use subject::{
    Beside, Dossier, Erased, Erasure, ErasurePreview, Expiring, Kept, NamedBy, Past, PastChange, Step, Told,
};
pub use summary::{Summary, SummaryFigure};
pub use sweep::Swept;
pub use unit::Unit;
pub use value_lists::ValueDraft;
pub use views::ViewDraft;
pub use write::take_back::{Left, TakenBack, Whose};
