//! The state digest: one number for the whole content, kept at two hashes a change.
//!
//! Source: LtHash (Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997; Lewi et al., "Securing Update Propagation with
//! Homomorphic Hashing", 2019): the sum, lane by lane modulo 2¹⁶, of 1 024 lanes derived from each row.

use dictionary::{RecordId, Value};

use crate::bytes::put_text;
use crate::entry::Hash;
use crate::value::encode_value;

/// Lanes of 16 bits.
const LANES: usize = 1_024;

/// Domain of row hashes.
const ROW_CONTEXT: &[u8] = b"tisserand row 1\0";

/// Sum of the lanes of all rows. Rows may be added and removed in any order.
#[derive(Clone, PartialEq, Eq)]
pub struct StateDigest {
    lanes: Box<[u16; LANES]>,
}

impl std::fmt::Debug for StateDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "StateDigest({})", crate::json::hexadecimal(&self.hash()))
    }
}

impl Default for StateDigest {
    fn default() -> StateDigest {
        StateDigest { lanes: Box::new([0; LANES]) }
    }
}

/// A row ready to be added to or removed from a [`StateDigest`]: the canonical bytes that its lanes are drawn from.
///
/// The bytes are the entity's name, the id, and each non-null stored field sorted by name, as `docs/formats/journal.md`, "State digest", says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowBytes(Vec<u8>);

impl RowBytes {
    /// Of a record. `fields` are name and value, sorted by name; nulls may be among them and do not count.
    pub fn new<'a>(
        entity: &str,
        id: RecordId,
        fields: impl IntoIterator<Item = (&'a str, &'a Value)>,
    ) -> RowBytes {
        let mut bytes = Vec::with_capacity(512);
        bytes.extend_from_slice(ROW_CONTEXT);
        put_text(&mut bytes, entity);
        bytes.extend_from_slice(id.0.as_bytes());
        for (name, value) in fields {
            if !value.is_null() {
                put_text(&mut bytes, name);
                encode_value(&mut bytes, value);
            }
        }
        RowBytes(bytes)
    }

    fn lanes(&self) -> [u8; 2 * LANES] {
        let mut stream = [0; 2 * LANES];
        blake3::Hasher::new().update(&self.0).finalize_xof().fill(&mut stream);
        stream
    }
}

impl StateDigest {
    /// Counts a row in.
    pub fn add(&mut self, row: &RowBytes) {
        self.each(row, u16::wrapping_add);
    }

    /// Counts a row out, as it was when counted in.
    pub fn remove(&mut self, row: &RowBytes) {
        self.each(row, u16::wrapping_sub);
    }

    fn each(&mut self, row: &RowBytes, operation: impl Fn(u16, u16) -> u16) {
        let stream = row.lanes();
        for (lane, pair) in self.lanes.iter_mut().zip(stream.chunks_exact(2)) {
            *lane = operation(*lane, u16::from_le_bytes([pair[0], pair[1]]));
        }
    }

    /// Counts in everything that `other` counted.
    pub fn merge(&mut self, other: &StateDigest) {
        for (lane, added) in self.lanes.iter_mut().zip(other.lanes.iter()) {
            *lane = lane.wrapping_add(*added);
        }
    }

    /// The digest that entries carry.
    pub fn hash(&self) -> Hash {
        *blake3::hash(&self.to_bytes()).as_bytes()
    }

    /// The lanes, low byte first: what a store keeps to go on from.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.lanes.iter().flat_map(|lane| lane.to_le_bytes()).collect()
    }

    /// What [`StateDigest::to_bytes`] gave; `None` if the length is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Option<StateDigest> {
        if bytes.len() != 2 * LANES {
            return None;
        }
        let mut digest = StateDigest::default();
        for (lane, pair) in digest.lanes.iter_mut().zip(bytes.chunks_exact(2)) {
            *lane = u16::from_le_bytes([pair[0], pair[1]]);
        }
        Some(digest)
    }
}
