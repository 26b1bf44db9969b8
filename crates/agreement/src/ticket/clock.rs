//! What the clocks of a ticket show at an instant.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::{Event, Kind, Log, Spent, Terms, Ticket};
use crate::hours::{Hours, Known};
use crate::instant::{Instant, written};
use crate::terms::{CalendarChange, Party};

/// Where a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The operator's turn.
    Open,
    /// Waiting for a party.
    Waiting,
    /// Solved.
    Solved,
    /// Filed.
    Closed,
}

/// What a clock shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its seconds pass.
    Running,
    /// They will when working hours begin.
    OutOfHours,
    /// They do not: client or integrator is awaited.
    Paused,
    /// Done within the target.
    Met,
    /// The target is exceeded, done or not.
    Violated,
}

/// A clock: response or resolution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// Working seconds promised, by the priority of now.
    pub target_s: i64,
    /// Those spent.
    pub spent_s: i64,
    /// Those left; negative is what is over.
    pub left_s: i64,
    /// What it shows.
    pub status: Status,
    /// When the target is used up: to come if the clock runs on, past if it was exceeded. `None` while it is paused, and when done in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<String>,
}

/// Working seconds by the party responsible for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[expect(missing_docs, reason = "each is a party of the contract")]
pub struct ByParty {
    pub client: i64,
    pub integrator: i64,
    pub operator: i64,
    pub third_party: i64,
}

impl ByParty {
    fn of(&mut self, party: Party) -> &mut i64 {
        match party {
            Party::Client => &mut self.client,
            Party::Integrator => &mut self.integrator,
            Party::Operator => &mut self.operator,
            Party::ThirdParty => &mut self.third_party,
        }
    }
}

/// What the clocks of a ticket show at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Which ticket.
    pub ticket: String,
    /// At which instant.
    pub at: String,
    /// Its priority then.
    pub priority: String,
    /// Where it is.
    pub state: State,
    /// Whose turn it is; nobody's once it is solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Party>,
    /// Working seconds since it was opened, those it was solved aside.
    pub elapsed_s: i64,
    /// The same, by the party responsible: they sum to `elapsed_s`.
    pub by_party_s: ByParty,
    /// To the first answer; absent without a target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Clock>,
    /// To the solution; absent without a target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution: Option<Clock>,
}

/// A time during which one party is responsible; without an end, it lasts.
#[derive(Debug, Clone, Copy)]
struct Turn {
    from: Instant,
    to: Option<Instant>,
    party: Party,
}

/// A ticket as its events tell it up to an instant.
#[derive(Debug, Clone)]
struct Told<'a> {
    priority: &'a str,
    state: State,
    turns: Vec<Turn>,
    /// From the opening or reopening to the solution.
    open: Vec<(Instant, Option<Instant>)>,
    answered: Option<Instant>,
    solved: Option<Instant>,
    /// Since when the clocks count what is spent.
    response_since: Instant,
    resolution_since: Instant,
}

impl Ticket {
    /// What is known at `now`; `None` if the ticket is opened later.
    fn told(&self, now: Instant, terms: &Terms) -> Option<Told<'_>> {
        let mut events = self.events.iter().take_while(|event| event.at <= now);
        let Some(Event { at: opened, kind: Kind::Opened(priority) }) = events.next() else { return None };
        let mut told = Told {
            priority,
            state: State::Open,
            turns: vec![Turn { from: *opened, to: None, party: Party::Operator }],
            open: vec![(*opened, None)],
            answered: None,
            solved: None,
            response_since: *opened,
            resolution_since: *opened,
        };
        events.for_each(|event| told.then(event, terms));
        Some(told)
    }
}

impl<'a> Told<'a> {
    fn then(&mut self, event: &'a Event, terms: &Terms) {
        let at = event.at;
        match &event.kind {
            Kind::Opened(_) => {}
            Kind::Priority(priority) => {
                self.priority = priority;
                if terms.policies.priority_change == Spent::Restarted {
                    self.resolution_since = at;
                    if self.answered.is_none() {
                        self.response_since = at;
                    }
                }
            }
            Kind::Answered => self.answered = self.answered.or(Some(at)),
            Kind::Waiting(party) => self.turn(at, *party, State::Waiting),
            Kind::Resumed => self.turn(at, Party::Operator, State::Open),
            Kind::Solved => self.end(at, State::Solved),
            Kind::Closed if self.state == State::Solved => self.state = State::Closed,
            Kind::Closed => self.end(at, State::Closed),
            Kind::Reopened => {
                self.solved = None;
                self.open.push((at, None));
                self.turn(at, Party::Operator, State::Open);
                if terms.policies.reopened == Spent::Restarted {
                    self.resolution_since = at;
                }
            }
        }
    }

    fn turn(&mut self, at: Instant, party: Party, state: State) {
        if let Some(last) = self.turns.last_mut() {
            last.to = last.to.or(Some(at));
        }
        self.turns.push(Turn { from: at, to: None, party });
        self.state = state;
    }

    fn end(&mut self, at: Instant, state: State) {
        if let Some(last) = self.turns.last_mut() {
            last.to = Some(at);
        }
        if let Some(last) = self.open.last_mut() {
            last.1 = Some(at);
        }
        // A solution is an answer too.
        self.answered = self.answered.or(Some(at));
        self.solved = Some(at);
        self.state = state;
    }

    fn responsible(&self) -> Option<Party> {
        self.turns.last().filter(|turn| turn.to.is_none()).map(|turn| turn.party)
    }

    /// A clock that counts from `since` and is done at `done`, if it is.
    fn clock(
        &self,
        target_s: i64,
        since: Instant,
        done: Option<Instant>,
        now: Instant,
        hours: &Worked<'_>,
    ) -> Clock {
        let (mut spent_s, mut due) = (0, None);
        for turn in self.turns.iter().filter(|turn| !turn.party.stops_counting()) {
            let from = turn.from.max(since);
            let to = turn.to.unwrap_or(Instant::MAX).min(done.unwrap_or(Instant::MAX));
            if from >= to {
                continue;
            }
            let left = target_s - spent_s;
            if due.is_none() && left >= 0 {
                due = hours.after(from, left).filter(|due| *due <= to);
            }
            spent_s += hours.between(from, to.min(now));
        }
        let left_s = target_s - spent_s;
        let status = if left_s < 0 {
            Status::Violated
        } else if done.is_some() {
            Status::Met
        } else if self.responsible().is_some_and(Party::stops_counting) {
            Status::Paused
        } else if hours.hours.is_open(now) {
            Status::Running
        } else {
            Status::OutOfHours
        };
        let told = matches!(status, Status::Running | Status::OutOfHours | Status::Violated);
        let at = |at: Instant| written(at, hours.hours.zone());
        Clock { target_s, spent_s, left_s, status, due: due.filter(|_| told).map(at), done_at: done.map(at) }
    }
}

/// Working hours that reach as far as a deadline asks.
struct Worked<'a> {
    hours: &'a Hours,
    terms: &'a Terms,
    known: Known,
}

/// Days added to the covered ones when a deadline lies beyond them, at most: some fifty years.
const REACH_DAYS: [i32; 3] = [400, 4_000, 20_000];

impl Worked<'_> {
    fn between(&self, from: Instant, to: Instant) -> i64 {
        self.hours.between(from, to)
    }

    fn after(&self, from: Instant, seconds: i64) -> Option<Instant> {
        self.hours.after(from, seconds).or_else(|| {
            REACH_DAYS.into_iter().find_map(|days| {
                let first = day(self.hours.zone(), from);
                let end = first.saturating_add(days.days());
                Hours::new(&self.terms.calendar, first, end, self.known).after(from, seconds)
            })
        })
    }
}

fn day(zone: &TimeZone, at: Instant) -> Date {
    Timestamp::from_second(at).map_or(Date::MAX, |at| zone.to_datetime(at).date())
}

impl Log {
    /// The last instant of the log; `None` if it has no ticket.
    pub fn last(&self) -> Option<Instant> {
        self.tickets.iter().flat_map(|ticket| ticket.events().iter().map(|event| event.at)).max()
    }

    /// What the clocks show at `now`, or at the last event of the log: an answer for each ticket opened by then.
    pub fn answer(&self, now: Option<Instant>) -> Vec<Answer> {
        let Some(now) = now.or(self.last()) else { return Vec::new() };
        let first =
            self.tickets.iter().flat_map(|ticket| ticket.events().first()).map(|event| event.at).min();
        let zone = self.terms.calendar.zone();
        let known = match self.terms.policies.calendar_change {
            CalendarChange::AsKnownThen => Known::AsTimePassed(now),
            CalendarChange::AsKnownLast => Known::At(now),
        };
        let from = day(zone, first.unwrap_or(now).min(now));
        // A month more, where most deadlines are.
        let hours = Hours::new(&self.terms.calendar, from, day(zone, now).saturating_add(31.days()), known);
        let worked = Worked { hours: &hours, terms: &self.terms, known };
        self.tickets.iter().filter_map(|ticket| answer(ticket, &self.terms, now, &worked)).collect()
    }
}

fn answer(ticket: &Ticket, terms: &Terms, now: Instant, hours: &Worked<'_>) -> Option<Answer> {
    let told = ticket.told(now, terms)?;
    let mut by_party_s = ByParty::default();
    for turn in &told.turns {
        *by_party_s.of(turn.party) += hours.between(turn.from, turn.to.unwrap_or(now));
    }
    let target = terms.targets.get(told.priority);
    let clock =
        |target: Option<i64>, since, done| target.map(|target| told.clock(target, since, done, now, hours));
    Some(Answer {
        ticket: ticket.id.clone(),
        at: written(now, hours.hours.zone()),
        priority: told.priority.to_owned(),
        state: told.state,
        responsible: told.responsible(),
        elapsed_s: told.open.iter().map(|(from, to)| hours.between(*from, to.unwrap_or(now))).sum(),
        by_party_s,
        response: clock(target.and_then(|target| target.response_s), told.response_since, told.answered),
        resolution: clock(target.and_then(|target| target.resolution_s), told.resolution_since, told.solved),
    })
}
