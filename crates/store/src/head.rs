//! Where the journal stands.

use journal::{Hash, Position, StateDigest};

use crate::{Head, Moment};

/// The head with the lanes of its digest: what the next entry is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeadState {
    pub(crate) position: Position,
    pub(crate) epoch: u64,
    pub(crate) chain: Hash,
    pub(crate) digest: StateDigest,
    pub(crate) dictionary: String,
    /// Nothing is written any more: whoever holds it moves the environment elsewhere.
    pub(crate) held: bool,
}

impl HeadState {
    /// Position and dictionary.
    pub(crate) fn moment(&self) -> Moment {
        Moment { position: self.position, epoch: self.epoch, dictionary: self.dictionary.clone() }
    }

    /// As callers see it.
    pub(crate) fn view(&self) -> Head {
        Head {
            position: self.position,
            epoch: self.epoch,
            chain: self.chain,
            digest: self.digest.hash(),
            dictionary: self.dictionary.clone(),
            held: self.held,
        }
    }

    /// The number kept for the epoch, which starts at 1: below zero while the environment is held.
    pub(crate) fn epoch_kept(&self) -> i64 {
        let epoch = i64::try_from(self.epoch).unwrap_or(i64::MAX);
        if self.held { -epoch } else { epoch }
    }
}
