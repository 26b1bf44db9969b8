//! What an incident is worth at each instant, and who decides when there are several.

use crate::incident::Incident;
use crate::instant::Instant;
use crate::terms::{Cause, Party, Policies, Severity, SeverityChange};

/// What an open incident is worth at an instant of the guaranteed period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Severity 1, counted ×1.
    Blocking,
    /// Severity 2, counted ×½.
    Major,
    /// Not counted: it is of severity 1 or 2 but has an excluded cause.
    Excluded(Cause),
    /// Not counted: it is of severity 1 or 2 but waits for client or integrator.
    Paused(Party),
    /// Severity 3.
    Minor,
}

impl Standing {
    /// Half seconds that a second counts for.
    pub fn halves(self) -> i64 {
        match self {
            Self::Blocking => 2,
            Self::Major => 1,
            Self::Excluded(_) | Self::Paused(_) | Self::Minor => 0,
        }
    }

    /// Who decides among incidents at once: the highest weight; without weight, the one with something to explain.
    fn rank(self) -> u8 {
        match self {
            Self::Blocking => 0,
            Self::Major => 1,
            Self::Excluded(_) | Self::Paused(_) => 2,
            Self::Minor => 3,
        }
    }
}

/// A time during which an incident's standing does not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its first second.
    pub from: Instant,
    /// The first second after it.
    pub to: Instant,
    /// What it is worth.
    pub standing: Standing,
    /// Whom it waits for, whether that stops the counting or not.
    pub waiting: Option<Party>,
    /// Which incident, by its place among those given.
    pub incident: usize,
    /// When that incident was opened.
    opened: Instant,
}

impl Stretch {
    /// Decides over those after it: rank, then the incident opened first, then the first of the log.
    fn before(&self, other: &Self) -> bool {
        let key = |s: &Self| (s.standing.rank(), s.opened, s.incident);
        key(self) < key(other)
    }
}

/// Adds the stretches of an incident between two instants.
pub(crate) fn stretches(
    incident: &Incident,
    place: usize,
    (from, to): (Instant, Instant),
    policies: Policies,
    into: &mut Vec<Stretch>,
) {
    let Some(opened) = incident.opened().filter(|opened| *opened < to) else { return };
    // What happens from `to` on is not known yet.
    let known = || incident.phases().iter().filter(|phase| phase.from < to);
    let worst = match policies.severity_change {
        SeverityChange::Piecewise => None,
        SeverityChange::Worst => known().map(|phase| phase.severity).min(),
    };
    for phase in known() {
        let (from, to) = (phase.from.max(from), phase.to.unwrap_or(to).min(to));
        if from >= to {
            continue;
        }
        let severity = worst.unwrap_or(phase.severity);
        let standing = match (severity, incident.excluded, phase.waiting) {
            (Severity::Minor, ..) => Standing::Minor,
            (_, Some(cause), _) => Standing::Excluded(cause),
            (_, None, Some(party)) if party.stops_counting() => Standing::Paused(party),
            (Severity::Blocking, ..) => Standing::Blocking,
            (Severity::Major, ..) => Standing::Major,
        };
        into.push(Stretch { from, to, standing, waiting: phase.waiting, incident: place, opened });
    }
}

/// Calls `each` with every span during which the same incidents are open, in order of time, with their stretches: the one that decides first.
pub(crate) fn sweep(stretches: &[Stretch], mut each: impl FnMut(Instant, Instant, &[Stretch])) {
    if let [only] = stretches {
        return each(only.from, only.to, std::slice::from_ref(only));
    }
    let mut turns: Vec<(Instant, bool, usize)> = Vec::with_capacity(stretches.len() * 2);
    for (index, stretch) in stretches.iter().enumerate() {
        turns.push((stretch.from, true, index));
        turns.push((stretch.to, false, index));
    }
    turns.sort_unstable();
    let mut open: Vec<Stretch> = Vec::new();
    let mut since = Instant::MIN;
    for (at, begins, index) in turns {
        if at > since && !open.is_empty() {
            each(since, at, &open);
        }
        since = at;
        let stretch = stretches[index];
        let place = open.partition_point(|known| known.before(&stretch));
        if begins {
            open.insert(place, stretch);
        } else {
            open.remove(place);
        }
    }
}
