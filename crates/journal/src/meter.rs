//! How much an environment holds and was written, counted from its journal alone: whoever reads the same entries counts the same, on any store.
//!
//! A record weighs the bytes of its values as the journal writes them; a file weighs its bytes, once for each record that names it. What an entry adds or
//! takes away is read from the entry, so that a meter goes on from where it stands. The dictionary that an environment is made of weighs nothing: it is
//! not what people keep there.

use std::collections::BTreeMap;

use dictionary::Value;
use dictionary::system::DICTIONARY_SOURCE;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::entry::{Change, Entry, Operation, Position};
use crate::redaction;
use crate::value::encode_value;

/// Bytes of a record beside its values: its id and its place.
const RECORD_BYTES: i64 = 24;

/// Whether a change is one of a client's: not of the journal itself, nor of what the environment is made of.
fn counts(change: &Change) -> bool {
    !change.entity.starts_with('_') && change.entity != DICTIONARY_SOURCE
}

/// What records and files come to, or what a change adds to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weight {
    /// Records, bytes.
    pub rows: i64,
    /// Files that records name, bytes.
    pub files: i64,
}

impl Weight {
    /// Records and files.
    pub fn total(self) -> i64 {
        self.rows + self.files
    }

    /// What a change adds; negative where it takes away.
    pub fn of(change: &Change) -> Weight {
        if !counts(change) {
            return Weight::default();
        }
        let record = match change.operation {
            Operation::Create => RECORD_BYTES,
            Operation::Update => 0,
            Operation::Delete => -RECORD_BYTES,
        };
        change.fields.iter().fold(Weight { rows: record, files: 0 }, |sum, field| {
            sum.plus(Weight::of_value(&field.new)).minus(Weight::of_value(&field.old))
        })
    }

    fn of_value(value: &Value) -> Weight {
        if *value == Value::Null {
            return Weight::default();
        }
        let mut bytes = Vec::new();
        encode_value(&mut bytes, value);
        let files = match value {
            Value::File(file) => i64::try_from(file.size).unwrap_or(i64::MAX),
            _ => 0,
        };
        Weight { rows: i64::try_from(bytes.len()).unwrap_or(i64::MAX), files }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Weight) -> Weight {
        Weight { rows: self.rows.saturating_add(other.rows), files: self.files.saturating_add(other.files) }
    }

    fn minus(self, other: Weight) -> Weight {
        self.plus(Weight { rows: other.rows.saturating_neg(), files: other.files.saturating_neg() })
    }
}

/// A day, as the journal left it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// What was held when it ended.
    pub held: Weight,
    /// Records made, changed and deleted in it.
    pub written: u64,
    /// Position of its last entry.
    pub position: Position,
}

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// The last entry that was counted.
    pub position: Position,
    /// What is held there.
    pub held: Weight,
    /// Days with entries.
    pub days: BTreeMap<Date, Day>,
}

/// What a month came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Month {
    /// What was held at the end of each of its days, those that passed.
    pub days: Vec<Weight>,
    /// Records made, changed and deleted in it.
    pub written: u64,
    /// Position of the last entry by its end.
    pub position: Position,
}

impl Meter {
    /// Counts the next entry; `since` is when the environment was made, and `zone` says when its days end. Of entries before, which are another
    /// environment's that it is a copy of, only what is held counts. An entry that a clock dates before the one before it counts on that one's day, so
    /// that a day that ended stays as it was.
    ///
    /// Answers `false`, and counts nothing, where the entry says that values were taken out of entries before it: those have to be counted again.
    pub fn count(&mut self, entry: &Entry, since: Timestamp, zone: &TimeZone) -> bool {
        let changes = entry.changes.as_deref().unwrap_or_default();
        if self.position > 0 && changes.iter().any(|change| change.entity == redaction::ENTITY) {
            return false;
        }
        self.add(entry, changes, since, zone);
        true
    }

    /// As [`Meter::count`], of entries that are read with what was taken out of them.
    pub fn recount(&mut self, entry: &Entry, since: Timestamp, zone: &TimeZone) {
        self.add(entry, entry.changes.as_deref().unwrap_or_default(), since, zone);
    }

    fn add(&mut self, entry: &Entry, changes: &[Change], since: Timestamp, zone: &TimeZone) {
        self.position = entry.position;
        self.held = changes.iter().fold(self.held, |held, change| held.plus(Weight::of(change)));
        let at = zone.to_datetime(entry.cause.at.max(since)).date();
        let last = self.days.last_key_value().map(|(day, _)| *day);
        let day = self.days.entry(last.map_or(at, |last| last.max(at))).or_default();
        day.held = self.held;
        day.position = entry.position;
        if entry.cause.at >= since {
            let written = changes.iter().filter(|change| counts(change)).count();
            day.written += written as u64;
        }
    }

    /// The month that begins on `first`, up to and with the day `last`.
    pub fn month(&self, first: Date, last: Date) -> Month {
        let before = self.days.range(..first).next_back().map(|(_, day)| *day).unwrap_or_default();
        let mut month = Month { days: Vec::new(), written: 0, position: before.position };
        let (mut held, mut day) = (before.held, first);
        while day <= last {
            if let Some(counted) = self.days.get(&day) {
                held = counted.held;
                month.written += counted.written;
                month.position = counted.position;
            }
            month.days.push(held);
            let Ok(next) = day.checked_add(1.day()) else { break };
            day = next;
        }
        month
    }
}

#[cfg(test)]
mod tests {
    use dictionary::RecordId;
    use dictionary::value::FileRef;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::entry::{Actor, Cause, FieldChange, Origin};

    fn change(entity: &str, operation: Operation, old: Value, new: Value) -> Change {
        Change {
            entity: entity.to_owned(),
            record: RecordId(Uuid::nil()),
            operation,
            fields: vec![FieldChange { field: "content".to_owned(), old, new }],
            redacted: Vec::new(),
        }
    }

    fn entry(position: Position, at: &str, changes: Vec<Change>) -> Entry {
        let at = at.parse().expect("a moment");
        let cause = Cause { at, actor: Actor::System, origin: Origin::System, device: None, request: None };
        let (payload_hash, digest, chain) = ([0; 32], [0; 32], [0; 32]);
        Entry { position, epoch: 0, cause, changes: Some(changes), payload_hash, digest, chain }
    }

    fn paris() -> TimeZone {
        TimeZone::get("Europe/Paris").expect("a zone")
    }

    fn file(size: u64) -> Value {
        let (name, media_type, hash) = ("plan.pdf".to_owned(), "application/pdf".to_owned(), "0".repeat(64));
        Value::File(Box::new(FileRef { name, media_type, size, hash }))
    }

    #[test]
    fn what_is_made_and_deleted_again_weighs_nothing() {
        let made = Weight::of(&change("note", Operation::Create, Value::Null, file(5_000)));
        let gone = Weight::of(&change("note", Operation::Delete, file(5_000), Value::Null));
        assert_eq!(made.files, 5_000);
        assert!(made.rows > RECORD_BYTES);
        assert_eq!(made.plus(gone), Weight::default());
    }

    #[test]
    fn a_day_ends_where_the_environment_is_and_one_that_ended_stays() {
        let since = "2026-10-01T00:00:00Z".parse().expect("a moment");
        let made = || vec![change("note", Operation::Create, Value::Null, "eau".into())];
        let mut meter = Meter::default();
        // In Paris, the last second of October and the first of November.
        for (position, at) in [(1, "2026-10-31T22:59:59Z"), (2, "2026-10-31T23:00:00Z")] {
            assert!(meter.count(&entry(position, at, made()), since, &paris()));
        }
        let (first, last) = ("2026-10-01".parse().expect("a day"), "2026-10-31".parse().expect("a day"));
        let october = meter.month(first, last);
        assert_eq!((october.written, october.position, october.days.len()), (1, 1, 31));
        // A clock that went back.
        assert!(meter.count(&entry(3, "2026-10-15T12:00:00Z", made()), since, &paris()));
        assert_eq!(meter.month(first, last), october);
    }

    #[test]
    fn what_another_environment_was_before_it_was_copied_is_held_and_not_written() {
        let since = "2026-11-10T08:00:00Z".parse().expect("a moment");
        let mut meter = Meter::default();
        let made = vec![change("note", Operation::Create, Value::Null, "eau".into())];
        assert!(meter.count(&entry(1, "2026-03-01T12:00:00Z", made), since, &paris()));
        let months = [("2026-03-01", "2026-03-31"), ("2026-11-01", "2026-11-30")].map(|(first, last)| {
            let month = meter.month(first.parse().expect("a day"), last.parse().expect("a day"));
            (month.days.last().expect("a day").rows > 0, month.written)
        });
        assert_eq!(months, [(false, 0), (true, 0)]);
    }

    proptest! {
        /// A meter that goes on from where it stands counts as one that reads it all; what comes later changes no month that ended.
        #[test]
        fn a_month_is_the_same_however_often_and_however_late_it_is_counted(
            steps in prop::collection::vec((0_i64..90 * 24, 0_u64..10_000), 1..40),
            cut in 0_usize..40,
        ) {
            let since: Timestamp = "2026-09-01T00:00:00Z".parse().expect("a moment");
            let mut hours: Vec<_> = steps;
            hours.sort_unstable();
            let entries: Vec<Entry> = (1..).zip(&hours).map(|(position, (hour, size))| {
                let at = since + jiff::SignedDuration::from_hours(*hour);
                entry(position, &at.to_string(), vec![change("note", Operation::Create, Value::Null, file(*size))])
            }).collect();
            let cut = cut.min(entries.len());
            let (zone, mut whole, mut half) = (paris(), Meter::default(), Meter::default());
            for entry in &entries { whole.count(entry, since, &zone); }
            for entry in &entries[..cut] { half.count(entry, since, &zone); }
            let early = half.clone();
            for entry in &entries[cut..] { half.count(entry, since, &zone); }
            prop_assert_eq!(&half, &whole);
            let held: i64 = hours.iter().map(|(_, size)| *size as i64).sum();
            prop_assert_eq!(whole.held.files, held);
            // September ended before the next entry came: it stays.
            let (first, last) = ("2026-09-01".parse().expect("a day"), "2026-09-30".parse().expect("a day"));
            let next = entries.get(cut).map(|entry| zone.to_datetime(entry.cause.at).date());
            if next.is_some_and(|next: Date| next > last) {
                prop_assert_eq!(early.month(first, last), whole.month(first, last));
            }
        }
    }
}
