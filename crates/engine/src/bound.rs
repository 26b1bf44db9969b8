//! A bound on what an environment may hold, asked before what makes it hold more is kept. What a subscription includes is not known here: whoever opened
//! the environment does.

use std::sync::{Arc, OnceLock};

use dictionary::system;
use journal::meter::Weight;
use journal::{Change, Position};
use store::Snapshot;

use crate::environment::Environment;
use crate::error::EngineError;

/// Entities of Tisserand itself: how people want their screens, what they were told, who they are. A bound holds none of them up, or who may only
/// look around, delete and export could not.
const OWN: &[&str] = &[
    system::USER,
    system::SAVED_VIEW,
    system::PREFERENCE,
    system::FAVOURITE,
    system::NOTIFICATION,
    system::IMPERSONATION,
    system::ERASURE,
    system::ASSISTANCE,
];

/// Says whether more may be held.
pub trait StorageBound: Send + Sync {
    /// Whether there is one just now; asked at each write.
    fn is_set(&self) -> bool;

    /// Refuses to hold `growth_bytes` more, which is positive. `snapshot` shows the journal without the unit of work that would; entries beyond
    /// `committed` may still be given up with it.
    ///
    /// Errors: `OverQuota`; the journal cannot be read.
    fn admit(
        &self,
        snapshot: &dyn Snapshot,
        committed: Position,
        growth_bytes: i64,
    ) -> Result<(), EngineError>;
}

/// The bound of one environment.
#[derive(Default)]
pub(crate) struct Bound(OnceLock<Arc<dyn StorageBound>>);

impl Bound {
    /// The bound, where there is one.
    pub(crate) fn get(&self) -> Option<&Arc<dyn StorageBound>> {
        self.0.get().filter(|bound| bound.is_set())
    }
}

/// Bytes that changes add to what is bounded.
pub(crate) fn growth(changes: &[Change]) -> i64 {
    let bounded = changes.iter().filter(|change| !OWN.contains(&change.entity.as_str()));
    bounded.map(|change| Weight::of(change).total()).fold(0, i64::saturating_add)
}

impl Environment {
    /// Says who bounds what is held; the first to say so is heard.
    pub fn bound_storage(&self, bound: Arc<dyn StorageBound>) {
        // Said twice by whoever opens it twice: the same subscription.
        drop(self.shared.bound.0.set(bound));
    }
}
