//! Who has which record open at this moment.
//!
//! Kept in the memory of this process and nowhere else: it is nobody's business a minute later. A page says again and again that it is
//! there; one that stops saying so is forgotten by itself (decision 0101).

use std::collections::HashMap;
use std::sync::Arc;

use dictionary::RecordId;
use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use tokio::sync::broadcast;

/// A page that was not heard of for so long is gone. Pages say it every twenty seconds: one that is late once is still there.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_secs(45);
/// Pages that have one record open, at most; those beyond are not told of.
const PAGES_MAX: usize = 100;
/// Records that somebody has open in one environment, at most.
const RECORDS_MAX: usize = 20_000;
/// Moves that a listener may be behind; one further back hears of them when its page speaks next.
const MOVES_WAITING: usize = 64;

/// A record, by the name of its entity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) entity: String,
    pub(crate) record: RecordId,
}

/// What a page says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doing {
    Looks,
    Edits,
    Leaves,
}

/// Somebody at a record, however many pages they have it open in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Present {
    pub(crate) person: RecordId,
    /// In one of their pages at least.
    pub(crate) edits: bool,
}

/// A page that has a record open.
struct Seen {
    person: RecordId,
    page: String,
    edits: bool,
    until: Timestamp,
}

/// The open records of an environment.
struct Room {
    records: HashMap<Place, Vec<Seen>>,
    moves: broadcast::Sender<Place>,
}

/// Everybody who has a record open, in all environments of this process.
pub(crate) struct Presence {
    clock: Arc<dyn Clock>,
    rooms: Mutex<HashMap<String, Room>>,
}

impl Presence {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Presence {
        Presence { clock, rooms: Mutex::default() }
    }

    /// Takes in what a page of `person` says. Those who listen are told when it makes a difference.
    pub(crate) fn note(&self, environment: &str, place: &Place, person: RecordId, page: &str, doing: Doing) {
        let now = self.clock.now();
        let mut rooms = self.rooms.lock();
        let room = rooms.entry(environment.to_owned()).or_insert_with(Room::new);
        let before = room.at(place, now);
        let known = room.records.len();
        match doing {
            Doing::Leaves => {
                if let Some(pages) = room.records.get_mut(place) {
                    pages.retain(|seen| seen.person != person || seen.page != page);
                }
            }
            Doing::Looks | Doing::Edits if known < RECORDS_MAX || room.records.contains_key(place) => {
                let pages = room.records.entry(place.clone()).or_default();
                pages.retain(|seen| seen.until > now && (seen.person != person || seen.page != page));
                if pages.len() < PAGES_MAX {
                    let (page, edits) = (page.to_owned(), doing == Doing::Edits);
                    pages.push(Seen { person, page, edits, until: now + FORGOTTEN_AFTER });
                }
            }
            Doing::Looks | Doing::Edits => {}
        }
        if room.records.get(place).is_some_and(Vec::is_empty) {
            room.records.remove(place);
        }
        if room.at(place, now) != before {
            // An error means that nobody listens.
            let _ = room.moves.send(place.clone());
        }
    }

    /// Who is at a record, in the order of their ids.
    pub(crate) fn at(&self, environment: &str, place: &Place) -> Vec<Present> {
        let now = self.clock.now();
        self.rooms.lock().get(environment).map(|room| room.at(place, now)).unwrap_or_default()
    }

    /// Places where somebody came, went, or began or ended to edit, from now on.
    pub(crate) fn moves(&self, environment: &str) -> broadcast::Receiver<Place> {
        let mut rooms = self.rooms.lock();
        rooms.entry(environment.to_owned()).or_insert_with(Room::new).moves.subscribe()
    }

    /// Gives back the memory of pages that are gone.
    pub(crate) fn sweep(&self) {
        let now = self.clock.now();
        self.rooms.lock().retain(|_, room| {
            room.records.retain(|_, pages| {
                pages.retain(|seen| seen.until > now);
                !pages.is_empty()
            });
            !room.records.is_empty() || room.moves.receiver_count() > 0
        });
    }
}

impl Room {
    fn new() -> Room {
        Room { records: HashMap::new(), moves: broadcast::channel(MOVES_WAITING).0 }
    }

    fn at(&self, place: &Place, now: Timestamp) -> Vec<Present> {
        let pages = self.records.get(place).into_iter().flatten().filter(|seen| seen.until > now);
        let mut people: Vec<Present> = Vec::new();
        for seen in pages {
            match people.iter_mut().find(|present| present.person == seen.person) {
                Some(present) => present.edits |= seen.edits,
                None => people.push(Present { person: seen.person, edits: seen.edits }),
            }
        }
        people.sort_by_key(|present| present.person);
        people
    }
}
