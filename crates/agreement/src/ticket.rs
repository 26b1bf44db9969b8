//! Clocks of tickets: response and resolution, on the hours of a calendar, and whose each working second was.
//!
//! At every working second of an open ticket exactly one party is responsible: whom the ticket waits for, else the operator. Seconds of operator and
//! third party are spent of the targets; those of client and integrator stop the clocks.

mod clock;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calendar::History;
use crate::instant::Instant;
use crate::terms::{CalendarChange, Party};
use crate::text::Text;

pub use clock::{Answer, ByParty, Clock, State, Status};

/// How long the operator may take, in working seconds; a clock without a target does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// To the first answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_s: Option<i64>,
    /// To the solution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution_s: Option<i64>,
}

/// What a clock that already ran shows after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spent {
    /// What was spent stays spent.
    #[default]
    Kept,
    /// It starts again from nothing.
    Restarted,
}

/// What targets leave open, decided and stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockPolicies {
    /// When the priority changes. The target is that of the new priority in either case.
    pub priority_change: Spent,
    /// When a solved ticket is reopened. The time it was solved is nobody's in either case.
    pub reopened: Spent,
    /// Which calendar the past is counted by.
    pub calendar_change: CalendarChange,
}

/// What is promised for tickets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Working hours.
    pub calendar: History,
    /// Targets by priority.
    pub targets: BTreeMap<String, Target>,
    /// Open questions, settled; the defaults if absent.
    #[serde(default)]
    pub policies: ClockPolicies,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The ticket begins, with a priority.
    Opened(String),
    /// Its priority is another from now on.
    Priority(String),
    /// The operator answered.
    Answered,
    /// It waits for a party.
    Waiting(Party),
    /// It waits no longer.
    Resumed,
    /// It is solved: the clocks stop.
    Solved,
    /// It was not: it goes on, waiting for nobody.
    Reopened,
    /// It is filed; if it was not solved, it ends here.
    Closed,
}

/// An event of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: Kind,
}

/// A ticket whose events hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Its name in the log.
    pub id: String,
    events: Vec<Event>,
    place: Place,
}

/// Where a ticket is after its last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Unopened,
    Open,
    Waiting,
    Solved,
    Closed,
}

impl Ticket {
    /// A ticket without events yet; the first is [`Kind::Opened`].
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), events: Vec::new(), place: Place::Unopened }
    }

    /// Adds an event; events are only ever added.
    ///
    /// Errors: why it cannot follow from those before, and what to do; nothing changes then.
    pub fn push(&mut self, event: Event) -> Result<(), Text> {
        if self.events.last().is_some_and(|last| event.at < last.at) {
            return Err(Text::of(
                "cet événement précède celui d'avant ; les événements d'un ticket sont dans l'ordre du temps",
                "this event is earlier than the one before it; events of a ticket are in time order",
            ));
        }
        self.place = match (self.place, &event.kind) {
            (Place::Unopened, Kind::Opened(_)) => Place::Open,
            (Place::Unopened, _) => {
                return Err(Text::of(
                    "le premier événement d'un ticket est opened, avec sa priorité",
                    "the first event of a ticket is opened, with its priority",
                ));
            }
            (_, Kind::Opened(_)) => {
                return Err(Text::of(
                    "un événement antérieur a déjà ouvert le ticket ; s'il a repris, écrivez reopened",
                    "an earlier event opened the ticket; if it came back, write reopened",
                ));
            }
            (Place::Solved | Place::Closed, Kind::Reopened) => Place::Open,
            (Place::Solved, Kind::Closed) => Place::Closed,
            (Place::Solved | Place::Closed, _) => {
                return Err(Text::of(
                    "le ticket est résolu ou clos : seuls reopened, ou closed après solved, peuvent suivre",
                    "the ticket is solved or closed: only reopened, or closed after solved, can follow",
                ));
            }
            (Place::Open | Place::Waiting, Kind::Reopened) => {
                return Err(Text::of(
                    "le ticket n'est ni résolu ni clos : reopened ne peut suivre que solved ou closed",
                    "the ticket is neither solved nor closed: reopened can only follow solved or closed",
                ));
            }
            (Place::Open, Kind::Resumed) => {
                return Err(Text::of(
                    "le ticket n'attend personne : resumed ne peut suivre que waiting",
                    "the ticket waits for nobody: resumed can only follow waiting",
                ));
            }
            (Place::Waiting, Kind::Resumed) => Place::Open,
            (_, Kind::Waiting(_)) => Place::Waiting,
            (_, Kind::Solved) => Place::Solved,
            (_, Kind::Closed) => Place::Closed,
            (place, Kind::Priority(_) | Kind::Answered) => place,
        };
        self.events.push(event);
        Ok(())
    }

    /// Its events, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

/// Terms and the tickets held against them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// What is promised.
    pub terms: Terms,
    /// Tickets, in the order of the log.
    pub tickets: Vec<Ticket>,
}
