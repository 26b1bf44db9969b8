//! An incident: its events, checked one after the other, and the phases they make.

use crate::instant::Instant;
use crate::terms::{Cause, Party, Severity};
use crate::text::Text;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The incident begins.
    Opened(Severity),
    /// Its severity is another from now on, for instance because a workaround is in place.
    Severity(Severity),
    /// It waits for a party.
    Waiting(Party),
    /// It waits no longer.
    Resumed,
    /// It is over.
    Closed,
    /// It was not over: it goes on, waiting for nobody.
    Reopened(Severity),
}

/// An event of an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// What.
    pub kind: Kind,
}

/// A time during which nothing changes for an incident that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phase {
    /// Its first second.
    pub from: Instant,
    /// The first second after it; `None` while it lasts.
    pub to: Option<Instant>,
    /// Its severity.
    pub severity: Severity,
    /// Whom it waits for.
    pub waiting: Option<Party>,
}

/// An incident whose events hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its name in the log.
    pub id: String,
    /// Where it happened; empty if the log does not say.
    pub environment: String,
    /// The cause that excludes the whole of it.
    pub excluded: Option<Cause>,
    phases: Vec<Phase>,
    last: Option<Instant>,
}

impl Incident {
    /// An incident without events yet; the first is [`Kind::Opened`].
    pub fn new(id: impl Into<String>, environment: impl Into<String>, excluded: Option<Cause>) -> Self {
        Self { id: id.into(), environment: environment.into(), excluded, phases: Vec::new(), last: None }
    }

    /// An incident with these events.
    ///
    /// Errors: the index of the first event that does not follow from those before, with what to do.
    pub fn of(id: &str, excluded: Option<Cause>, events: &[Event]) -> Result<Self, (usize, Text)> {
        let mut incident = Self::new(id, "", excluded);
        for (index, event) in events.iter().enumerate() {
            incident.push(*event).map_err(|text| (index, text))?;
        }
        Ok(incident)
    }

    /// Adds an event; events are only ever added.
    ///
    /// Errors: why it cannot follow from those before, and what to do; nothing changes then.
    pub fn push(&mut self, event: Event) -> Result<(), Text> {
        let Event { at, kind } = event;
        if self.last.is_some_and(|last| at < last) {
            return Err(Text::of(
                "cet événement précède celui d'avant ; les événements d'un incident sont dans l'ordre du temps",
                "this event is earlier than the one before it; events of an incident are in time order",
            ));
        }
        let open = self.phases.last().copied().filter(|phase| phase.to.is_none());
        let next = match (kind, open) {
            (Kind::Opened(severity), None) if self.phases.is_empty() => Some((severity, None)),
            (Kind::Opened(_), _) => return Err(already_opened()),
            _ if self.phases.is_empty() => return Err(not_opened()),
            (Kind::Reopened(severity), None) => Some((severity, None)),
            (Kind::Reopened(_), Some(_)) => return Err(still_open()),
            (_, None) => return Err(closed()),
            (Kind::Severity(severity), Some(phase)) => Some((severity, phase.waiting)),
            (Kind::Waiting(party), Some(phase)) => Some((phase.severity, Some(party))),
            (Kind::Resumed, Some(phase)) if phase.waiting.is_none() => return Err(not_waiting()),
            (Kind::Resumed, Some(phase)) => Some((phase.severity, None)),
            (Kind::Closed, Some(_)) => None,
        };
        if let Some(phase) = self.phases.last_mut().filter(|phase| phase.to.is_none()) {
            phase.to = Some(at);
        }
        if let Some((severity, waiting)) = next {
            self.phases.push(Phase { from: at, to: None, severity, waiting });
        }
        self.last = Some(at);
        Ok(())
    }

    /// Its phases, in order; time between closing and reopening is in none.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// When it was opened; `None` before its first event.
    pub fn opened(&self) -> Option<Instant> {
        self.phases.first().map(|phase| phase.from)
    }

    /// Whether it is open after its last event.
    pub fn is_open(&self) -> bool {
        self.phases.last().is_some_and(|phase| phase.to.is_none())
    }

    /// The incident as it is known at `until`, ended there if it was still open.
    #[must_use]
    pub fn known_at(&self, until: Instant) -> Self {
        let mut known = self.clone();
        known.phases.retain(|phase| phase.from < until);
        known.phases.iter_mut().for_each(|phase| phase.to = Some(phase.to.unwrap_or(until).min(until)));
        known
    }

    /// The same incident had it been of one severity all along.
    #[must_use]
    pub fn had_it_been(&self, severity: Severity) -> Self {
        let mut supposed = self.clone();
        supposed.phases.iter_mut().for_each(|phase| phase.severity = severity);
        supposed
    }
}

fn already_opened() -> Text {
    Text::of(
        "l'incident est déjà ouvert par un événement antérieur ; s'il a repris après sa clôture, écrivez reopened",
        "an earlier event opened the incident; if it came back after it was closed, write reopened",
    )
}

fn not_opened() -> Text {
    Text::of(
        "le premier événement d'un incident est opened, avec sa gravité",
        "the first event of an incident is opened, with its severity",
    )
}

fn still_open() -> Text {
    Text::of(
        "l'incident n'est pas clos : reopened ne peut suivre que closed",
        "the incident is not closed: reopened can only follow closed",
    )
}

fn closed() -> Text {
    Text::of(
        "l'incident est clos : seul reopened peut suivre closed",
        "the incident is closed: only reopened can follow closed",
    )
}

fn not_waiting() -> Text {
    Text::of(
        "l'incident n'attend personne : resumed ne peut suivre que waiting",
        "the incident waits for nobody: resumed can only follow waiting",
    )
}
