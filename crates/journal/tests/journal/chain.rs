//! The chain shows every alteration, at the first position that cannot be trusted.

use journal::chain::CHAIN_START;
use journal::{Actor, Entry, Fault, Verifier, verify};
use proptest::prelude::*;

use crate::values::entries;

/// A part of an entry and what alters it.
type Alteration = (&'static str, fn(&mut Entry));

/// Every way to alter one part of an entry.
fn alterations() -> Vec<Alteration> {
    vec![
        ("position", |e| e.position += 1),
        ("epoch", |e| e.epoch += 1),
        ("at", |e| {
            e.cause.at = jiff::Timestamp::UNIX_EPOCH
                + jiff::SignedDuration::from_micros(e.cause.at.as_microsecond() / 2 + 1)
        }),
        ("actor", |e| {
            e.cause.actor = match e.cause.actor {
                Actor::System => Actor::User(dictionary::RecordId(uuid::Uuid::nil())),
                Actor::User(_) => Actor::System,
            }
        }),
        ("device", |e| e.cause.device = Some(e.cause.device.take().map_or("d".into(), |d| d + "x"))),
        ("request", |e| e.cause.request = e.cause.request.take().map_or(Some("r".into()), |_| None)),
        ("payload_hash", |e| e.payload_hash[7] ^= 1),
        ("digest", |e| e.digest[0] ^= 0x80),
        ("chain", |e| e.chain[31] ^= 1),
        ("changes", |e| {
            let change = e.changes.as_mut().and_then(|changes| changes.pop());
            if change.is_none() {
                e.payload_hash[0] ^= 1; // an entry without changes has none to lose
            }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whole_entries_verify_from_the_start_and_from_any_anchor(entries in entries(), from in any::<proptest::sample::Index>()) {
        let last = entries.last().unwrap();
        prop_assert_eq!(verify(&entries), Ok((last.position, last.chain)));
        let from = from.index(entries.len());
        let anchor = if from == 0 { CHAIN_START } else { entries[from - 1].chain };
        let mut verifier = Verifier::after(from as u64, anchor);
        for entry in &entries[from..] {
            prop_assert_eq!(verifier.push(entry), Ok(()));
        }
    }

    #[test]
    fn an_altered_entry_is_found_at_its_position(entries in entries(), at in any::<proptest::sample::Index>()) {
        let at = at.index(entries.len());
        for (part, alter) in alterations() {
            let mut altered = entries.clone();
            alter(&mut altered[at]);
            if altered == entries {
                continue;
            }
            let fault = verify(&altered).expect_err(part);
            prop_assert_eq!(fault.position(), at as u64 + 1, "{}", part);
        }
    }

    #[test]
    fn entries_removed_swapped_or_doubled_are_found(entries in entries(), at in any::<proptest::sample::Index>()) {
        prop_assume!(entries.len() > 1);
        let at = at.index(entries.len() - 1);
        let mut removed = entries.clone();
        removed.remove(at);
        let (due, found) = (at as u64 + 1, at as u64 + 2);
        prop_assert_eq!(verify(&removed), Err(Fault::Gap { due, found }));
        let mut swapped = entries.clone();
        swapped.swap(at, at + 1);
        prop_assert_eq!(verify(&swapped).unwrap_err().position(), due);
        // Even when the positions are put right after.
        (swapped[at].position, swapped[at + 1].position) = (due, found);
        prop_assert_eq!(verify(&swapped), Err(Fault::Chain { position: due }));
        let mut doubled = entries.clone();
        doubled.insert(at, entries[at].clone());
        prop_assert_eq!(verify(&doubled).unwrap_err().position(), due + 1);
    }

    #[test]
    fn a_redacted_entry_still_verifies(entries in entries(), at in any::<proptest::sample::Index>()) {
        let mut redacted = entries.clone();
        redacted[at.index(entries.len())].changes = None;
        prop_assert_eq!(verify(&redacted), verify(&entries));
    }
}
