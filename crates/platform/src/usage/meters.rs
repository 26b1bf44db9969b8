//! What environments hold and were written, counted from their journals: kept in memory, and in a note of each so that a process that starts goes on
//! from there.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dictionary::{Label, RecordId};
use engine::{Caller, EngineError, Environment, StorageBound};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journal::Position;
use journal::meter::{Meter, Weight};
use parking_lot::{Mutex, RwLock};
use store::Snapshot;

use crate::error::PlatformError;
use crate::usage::allowance::Allowance;

/// Note of an environment: its meter, as JSON. Another way to count has another name.
const NOTE: &str = "usage:1";

/// Entries read at a time.
const ENTRIES: u32 = 1_000;

/// Entries counted since the note was written, before it is written again.
const NOTE_EVERY: Position = 2_000;

/// The meter of one environment.
pub(crate) struct Gauge {
    /// When it was made.
    since: Timestamp,
    zone: TimeZone,
    meter: Mutex<Counted>,
    /// What is held as of the last entry that was counted, for those who share a subscription with it.
    held: AtomicI64,
    /// No less than what is held, with what units of work were let add since it was last counted for one. As long as there is room beside it, no
    /// entry is read for a write.
    ceiling: AtomicI64,
    /// How much it may hold.
    allowance: RwLock<Option<Arc<Allowance>>>,
}

#[derive(Default)]
struct Counted {
    meter: Meter,
    /// It was read, or counted from the first entry on.
    known: bool,
    /// Position of the note.
    noted: Position,
}

impl Gauge {
    fn new(since: Timestamp, zone: TimeZone) -> Gauge {
        let (meter, held, allowance) = (Mutex::default(), AtomicI64::new(0), RwLock::default());
        // Not known: the first write counts.
        let ceiling = AtomicI64::new(i64::MAX);
        Gauge { since, zone, meter, held, ceiling, allowance }
    }

    /// Bytes held, as of the last entry that was counted.
    pub(crate) fn held(&self) -> i64 {
        self.held.load(Ordering::Relaxed)
    }

    /// Where its days end.
    pub(crate) fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether it was ever counted here.
    pub(crate) fn is_known(&self) -> bool {
        self.meter.lock().known
    }

    /// The meter as of the last time that it was counted.
    pub(crate) fn meter(&self) -> Meter {
        self.meter.lock().meter.clone()
    }

    /// Says how much may be held from now on.
    pub(crate) fn allow(&self, allowance: Option<Arc<Allowance>>) {
        *self.allowance.write() = allowance;
    }

    /// Counts what was committed since the last time.
    pub(crate) fn keep_up(&self, engine: &Environment) -> Result<(), PlatformError> {
        let committed = engine.position();
        let stands = |counted: &Counted| counted.known && counted.meter.position >= committed;
        if stands(&self.meter.lock()) {
            return Ok(());
        }
        // Taken before the lock: a unit of work that waits for the lock has a connection already.
        let snapshot = engine.store().snapshot().map_err(failed)?;
        let note = {
            let mut counted = self.meter.lock();
            if !counted.known {
                let note = snapshot.note(NOTE).map_err(failed)?;
                counted.meter = note.and_then(|note| serde_json::from_str(&note).ok()).unwrap_or_default();
                counted.noted = counted.meter.position;
                counted.known = true;
            }
            self.count(&mut counted, &*snapshot, Position::MAX).map_err(failed)?;
            let due = counted.meter.position >= counted.noted.saturating_add(NOTE_EVERY);
            due.then(|| {
                counted.noted = counted.meter.position;
                serde_json::to_string(&counted.meter).unwrap_or_default()
            })
        };
        drop(snapshot);
        if let Some(note) = note {
            engine.transact(&Caller::system(), move |unit| unit.set_note(NOTE, Some(&note)))?;
        }
        Ok(())
    }

    /// Counts the entries that the snapshot shows, up to and with that position.
    fn count(
        &self,
        counted: &mut Counted,
        snapshot: &dyn Snapshot,
        last: Position,
    ) -> Result<(), engine::StoreError> {
        let mut again = false;
        'read: loop {
            let entries = snapshot.entries(counted.meter.position, ENTRIES)?;
            let known = counted.meter.position;
            for entry in entries.iter().take_while(|entry| entry.position <= last) {
                if again {
                    counted.meter.recount(entry, self.since, &self.zone);
                } else if !counted.meter.count(entry, self.since, &self.zone) {
                    (again, counted.meter, counted.noted) = (true, Meter::default(), 0);
                    continue 'read;
                }
            }
            if counted.meter.position == known {
                break;
            }
        }
        self.held.store(counted.meter.held.total(), Ordering::Relaxed);
        Ok(())
    }

    /// Refuses to hold so many bytes more than when it was last counted, for what comes before the record that names it.
    pub(crate) fn has_room(&self, growth_bytes: i64) -> Result<(), Label> {
        let allowance = self.allowance.read().clone();
        allowance.map_or(Ok(()), |allowance| allowance.admit(self.held(), growth_bytes))
    }
}

impl StorageBound for Gauge {
    fn is_set(&self) -> bool {
        self.allowance.read().is_some()
    }

    fn admit(
        &self,
        snapshot: &dyn Snapshot,
        committed: Position,
        growth_bytes: i64,
    ) -> Result<(), EngineError> {
        let Some(allowance) = self.allowance.read().clone() else { return Ok(()) };
        // Units of work come here one after the other, so that what each adds is there for the next. Those given up, and what was deleted, make it too
        // high: then it is counted.
        let ceiling = self.ceiling.load(Ordering::Relaxed).max(self.held()).saturating_add(growth_bytes);
        if allowance.has_room(ceiling) {
            self.ceiling.store(ceiling, Ordering::Relaxed);
            return Ok(());
        }
        let mut held = {
            let mut counted = self.meter.lock();
            self.count(&mut counted, snapshot, committed).map_err(failed)?;
            (counted.meter.held, counted.meter.position)
        };
        // Units that share a commit with this one may be given up with it: what they add counts here, and is not kept.
        loop {
            let entries = snapshot.entries(held.1, ENTRIES).map_err(failed)?;
            let Some(last) = entries.last() else { break };
            held.1 = last.position;
            let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
            held.0 = changes.fold(held.0, |held, change| held.plus(Weight::of(change)));
        }
        let held = held.0.total();
        self.ceiling.store(held, Ordering::Relaxed);
        allowance.admit(held, growth_bytes).map_err(|message| EngineError::OverQuota { message })?;
        self.ceiling.store(held.saturating_add(growth_bytes), Ordering::Relaxed);
        Ok(())
    }
}

fn failed(source: engine::StoreError) -> EngineError {
    EngineError::Store { action: "count what an environment holds", source }
}

/// Meters of the environments of a platform, by their records.
#[derive(Default)]
pub(crate) struct Gauges(Mutex<HashMap<RecordId, Arc<Gauge>>>);

impl Gauges {
    /// That of an environment, which was made at `since` and whose days end by `zone` until the process ends.
    pub(crate) fn of(&self, environment: RecordId, since: Timestamp, zone: &TimeZone) -> Arc<Gauge> {
        let mut gauges = self.0.lock();
        let gauge = gauges.entry(environment).or_insert_with(|| Arc::new(Gauge::new(since, zone.clone())));
        gauge.clone()
    }
}
