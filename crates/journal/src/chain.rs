//! The chain: every entry's hash covers the one before, so that a missing, moved or altered entry shows.

use crate::bytes::{put_bytes, put_signed, put_text, put_unsigned};
use crate::entry::{Actor, Cause, Entry, Hash, Origin, Position};
use crate::payload::{encode_changes, payload_hash};
use crate::redaction::Redactions;
use crate::value::micros_of;

/// The chain before the first entry.
pub const CHAIN_START: Hash = [0; 32];

/// Domain of chain hashes.
const CHAIN_CONTEXT: &[u8] = b"tisserand chain 1\0";

/// An entry without its changes: what the chain covers, besides the hash before it.
#[derive(Debug, Clone, Copy)]
pub struct Header<'a> {
    /// [`Entry::position`].
    pub position: Position,
    /// [`Entry::epoch`].
    pub epoch: u64,
    /// [`Entry::cause`].
    pub cause: &'a Cause,
    /// [`Entry::payload_hash`].
    pub payload_hash: &'a Hash,
    /// [`Entry::digest`].
    pub digest: &'a Hash,
}

impl Origin {
    /// The byte of the format.
    pub fn code(self) -> u8 {
        match self {
            Origin::Api => 0,
            Origin::Web => 1,
            Origin::Sync => 2,
            Origin::Import => 3,
            Origin::Flow => 4,
            Origin::Script => 5,
            Origin::Restore => 6,
            Origin::System => 7,
        }
    }

    /// The origin of that byte.
    pub fn from_code(code: u8) -> Option<Origin> {
        use Origin::*;
        [Api, Web, Sync, Import, Flow, Script, Restore, System].into_iter().nth(usize::from(code))
    }
}

/// The chain hash of an entry that comes after `previous`.
pub fn chain_hash(previous: &Hash, header: Header<'_>) -> Hash {
    let Header { position, epoch, cause, payload_hash, digest } = header;
    let mut bytes = Vec::with_capacity(256);
    bytes.extend_from_slice(CHAIN_CONTEXT);
    bytes.extend_from_slice(previous);
    put_unsigned(&mut bytes, u128::from(position));
    put_unsigned(&mut bytes, u128::from(epoch));
    put_signed(&mut bytes, i128::from(micros_of(cause.at)));
    match &cause.actor {
        Actor::System => bytes.push(0),
        Actor::User(id) => {
            bytes.push(1);
            bytes.extend_from_slice(id.0.as_bytes());
        }
    }
    bytes.push(cause.origin.code());
    for text in [&cause.device, &cause.request] {
        match text {
            None => bytes.push(0),
            Some(text) => {
                bytes.push(1);
                put_text(&mut bytes, text);
            }
        }
    }
    put_bytes(&mut bytes, payload_hash);
    put_bytes(&mut bytes, digest);
    *blake3::hash(&bytes).as_bytes()
}

/// What is wrong with an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// An entry is missing, moved or added: the position found where another was due.
    #[error("entry {found} stands where entry {due} was due")]
    Gap {
        /// What should have come.
        due: Position,
        /// What came.
        found: Position,
    },
    /// The changes are not those that were written.
    #[error("the changes of entry {position} were altered")]
    Payload {
        /// Where.
        position: Position,
    },
    /// Values were taken out of the changes, and no later entry says so.
    #[error("values of entry {position} were taken out, and no erasure says so")]
    Redaction {
        /// Where.
        position: Position,
    },
    /// A later entry says that values were taken out of the changes, and they are there.
    #[error("values of entry {position} were erased, and are there again")]
    Unredacted {
        /// Where.
        position: Position,
    },
    /// The header, the digest or the hashes are not those that were written, or the entry before was another.
    #[error("entry {position} was altered, or does not follow the entry before it")]
    Chain {
        /// Where.
        position: Position,
    },
}

impl Fault {
    /// The first position that cannot be trusted.
    pub fn position(&self) -> Position {
        match self {
            Fault::Gap { due, .. } => *due,
            Fault::Payload { position }
            | Fault::Redaction { position }
            | Fault::Unredacted { position }
            | Fault::Chain { position } => *position,
        }
    }
}

/// Checks entries one after the other.
#[derive(Debug, Clone)]
pub struct Verifier {
    position: Position,
    chain: Hash,
    redactions: Redactions,
}

impl Default for Verifier {
    fn default() -> Verifier {
        Verifier::after(0, CHAIN_START)
    }
}

impl Verifier {
    /// Starts after a position whose chain hash is known: 0 and [`CHAIN_START`], or those of a trusted anchor.
    pub fn after(position: Position, chain: Hash) -> Verifier {
        Verifier { position, chain, redactions: Redactions::after(position) }
    }

    /// Checks the next entry.
    pub fn push(&mut self, entry: &Entry) -> Result<(), Fault> {
        let due = self.position + 1;
        if entry.position != due {
            return Err(Fault::Gap { due, found: entry.position });
        }
        if let Some(changes) = &entry.changes {
            let hash = payload_hash(&encode_changes(changes).bytes);
            if !self.redactions.see(due, changes, &hash) && hash != entry.payload_hash {
                return Err(Fault::Payload { position: due });
            }
        }
        let header = Header {
            position: entry.position,
            epoch: entry.epoch,
            cause: &entry.cause,
            payload_hash: &entry.payload_hash,
            digest: &entry.digest,
        };
        if chain_hash(&self.chain, header) != entry.chain {
            return Err(Fault::Chain { position: due });
        }
        self.position = due;
        self.chain = entry.chain;
        Ok(())
    }

    /// Checks, after the last entry, that values were taken out of the changes of those entries, and so, of which later ones say it.
    pub fn finish(&self) -> Result<(), Fault> {
        self.redactions.check()
    }

    /// Position and chain hash reached.
    pub fn reached(&self) -> (Position, Hash) {
        (self.position, self.chain)
    }
}

/// Checks entries from the first; returns the position and the chain hash reached, or the first fault.
pub fn verify<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<(Position, Hash), Fault> {
    let mut verifier = Verifier::default();
    for entry in entries {
        verifier.push(entry)?;
    }
    verifier.finish()?;
    Ok(verifier.reached())
}
