//! A time zone as PostgreSQL is told of it: by the same table that the program uses, since the server's own may be of another year.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use parking_lot::Mutex;

/// From here on, changes of hour follow a rule, which repeats every 400 years: the start of 2100 and two days, as `functions.sql` has it.
const RULED: i64 = 4_102_617_600;

/// Seconds of 400 years, to the day of the week.
const CYCLE: i64 = 12_622_780_800;

/// Changes of hour, ready to be bound: arrays as PostgreSQL writes them.
#[derive(Debug)]
pub(crate) struct Zone {
    /// Seconds of the changes.
    pub(crate) changes: String,
    /// The same in local time, each at the later of its two clocks: a time before it is read with the offset before, one after it with the
    /// offset after; what is skipped with the offset before, what comes twice as the first.
    pub(crate) local_changes: String,
    /// Offset before the first change, then after each, in seconds.
    pub(crate) offsets: String,
}

/// The table of a zone, made once.
pub(crate) fn zone(zone: &TimeZone) -> Arc<Zone> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Arc<Zone>>>> = OnceLock::new();
    let Some(name) = zone.iana_name() else { return Arc::new(table(zone)) };
    let mut known = KNOWN.get_or_init(Mutex::default).lock();
    known.entry(name.to_owned()).or_insert_with(|| Arc::new(table(zone))).clone()
}

fn table(zone: &TimeZone) -> Zone {
    let seconds = |instant: Timestamp| zone.to_offset(instant).seconds();
    let mut before = seconds(Timestamp::MIN);
    let (mut changes, mut local, mut offsets) = (Vec::new(), Vec::new(), vec![before.to_string()]);
    for change in zone.following(Timestamp::MIN) {
        let at = change.timestamp().as_second();
        if at >= RULED + CYCLE {
            break;
        }
        let after = change.offset().seconds();
        if after != before {
            changes.push(at.to_string());
            local.push((at + i64::from(before.max(after))).to_string());
            offsets.push(after.to_string());
        }
        before = after;
    }
    let array = |items: Vec<String>| format!("{{{}}}", items.join(","));
    Zone { changes: array(changes), local_changes: array(local), offsets: array(offsets) }
}
