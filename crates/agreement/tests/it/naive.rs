//! A second implementation, slow and simple: it walks the seconds one by one, with a calendar of its own. It shares with the first the types of
//! events and nothing else.

use agreement::incident::{Event, Incident, Kind};
use agreement::ledger::Ledger;
use agreement::rate::answer;
use agreement::terms::{Cause, Overlap, Party, Policies, Severity, SeverityChange};

use crate::support::{level, quarter};

/// Easter Sundays as almanacs print them.
const EASTERS: [(i64, i64, i64); 6] =
    [(2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2029, 4, 1), (2030, 4, 21)];

/// Days from 1970-01-01 to a date, by counting.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let leap = |year: i64| year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
    let mut days = 0;
    for before in 1970..year {
        days += if leap(before) { 366 } else { 365 };
    }
    for before in 1..month {
        days += match before {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
    }
    days + day - 1
}

/// 0 is Monday; 1970-01-01 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 3) % 7
}

/// The instant the clocks change: the last Sunday of March or October, 01:00 UTC.
fn clock_change(year: i64, month: i64) -> i64 {
    let mut day = day_number(year, month, 31);
    while weekday(day) != 6 {
        day -= 1;
    }
    day * 86_400 + 3600
}

/// A quarter, every second of it: guaranteed or not.
struct Seconds {
    name: String,
    first: i64,
    guaranteed: Vec<bool>,
}

impl Seconds {
    fn of(year: i64, number: i64) -> Self {
        let (_, easter_month, easter_day) = EASTERS.into_iter().find(|(y, ..)| *y == year).unwrap();
        let easter = day_number(year, easter_month, easter_day);
        let fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26)];
        let mut holidays: Vec<i64> =
            fixed.iter().map(|(month, day)| day_number(year, *month, *day)).collect();
        holidays.extend([easter - 2, easter + 1, easter + 39, easter + 50]);

        let first_day = day_number(year, number * 3 - 2, 1);
        let last_day =
            if number == 4 { day_number(year + 1, 1, 1) } else { day_number(year, number * 3 + 1, 1) } - 1;
        let (summer, winter) = (clock_change(year, 3), clock_change(year, 10));
        let mut first = None;
        let mut guaranteed = Vec::new();
        for second in (first_day - 1) * 86_400..(last_day + 2) * 86_400 {
            let shown = second + if second >= summer && second < winter { 7200 } else { 3600 };
            let day = shown / 86_400;
            if day < first_day || day > last_day {
                continue;
            }
            first.get_or_insert(second);
            let hour = shown % 86_400 / 3600;
            guaranteed.push(weekday(day) < 5 && !holidays.contains(&day) && (8..18).contains(&hour));
        }
        Self { name: format!("{year}-Q{number}"), first: first.unwrap(), guaranteed }
    }
}

/// What one incident is at the second being walked.
#[derive(Clone, Copy)]
struct Now {
    next: usize,
    open: bool,
    severity: u8,
    waiting: Option<Party>,
}

#[derive(Debug, PartialEq, Eq, Default)]
struct Walked {
    one: i64,
    two: i64,
    excluded: [i64; 8],
    paused: [i64; 4],
    /// Guaranteed seconds by the weight on them, in halves.
    halves: i64,
}

/// Walks a history second by second.
fn walk(
    seconds: &Seconds,
    history: &[(Option<Cause>, Vec<Event>)],
    until: i64,
    policies: Policies,
) -> Walked {
    let mut walked = Walked::default();
    let end = (seconds.first + seconds.guaranteed.len() as i64).min(until);
    let start = history.iter().map(|(_, events)| events[0].at).min().unwrap_or(end);
    let mut order: Vec<usize> = (0..history.len()).collect();
    order.sort_by_key(|index| history[*index].1[0].at);
    let mut now = vec![Now { next: 0, open: false, severity: 3, waiting: None }; history.len()];
    let worst: Vec<u8> = history.iter().map(|(_, events)| worst(events, end)).collect();
    for second in start..end {
        let mut lasting = false;
        for (state, (_, events)) in now.iter_mut().zip(history) {
            while state.next < events.len() && events[state.next].at <= second {
                happen(state, events[state.next].kind);
                state.next += 1;
            }
            lasting |= state.open || state.next < events.len();
        }
        if !lasting {
            break;
        }
        let place = second - seconds.first;
        if place < 0 || !seconds.guaranteed[place as usize] {
            continue;
        }
        // What each open incident says of this second.
        let mut highest = 0;
        let mut explained: Option<Result<Cause, Party>> = None;
        for index in &order {
            let (state, cause) = (now[*index], history[*index].0);
            let severity = if policies.severity_change == SeverityChange::Worst {
                worst[*index]
            } else {
                state.severity
            };
            if !state.open || severity == 3 {
                continue;
            }
            let why = match (cause, state.waiting) {
                (Some(cause), _) => Some(Ok(cause)),
                (None, Some(party @ (Party::Client | Party::Integrator))) => Some(Err(party)),
                _ => None,
            };
            let weight = if why.is_some() { 0 } else { i64::from(3 - severity) };
            if policies.overlap == Overlap::Sum {
                count(&mut walked, weight, why);
            }
            highest = highest.max(weight);
            explained = explained.or(why);
        }
        if policies.overlap == Overlap::HighestWeightOnce {
            count(&mut walked, highest, explained);
        }
    }
    walked
}

fn count(walked: &mut Walked, weight: i64, why: Option<Result<Cause, Party>>) {
    walked.halves += weight;
    match (weight, why) {
        (2, _) => walked.one += 1,
        (1, _) => walked.two += 1,
        (_, Some(Ok(cause))) => walked.excluded[cause as usize] += 1,
        (_, Some(Err(party))) => walked.paused[party as usize] += 1,
        _ => {}
    }
}

fn happen(state: &mut Now, kind: Kind) {
    match kind {
        Kind::Opened(severity) | Kind::Reopened(severity) => {
            (state.open, state.severity, state.waiting) = (true, severity.number(), None);
        }
        Kind::Severity(severity) => state.severity = severity.number(),
        Kind::Waiting(party) => state.waiting = Some(party),
        Kind::Resumed => state.waiting = None,
        Kind::Closed => state.open = false,
    }
}

fn worst(events: &[Event], end: i64) -> u8 {
    let severities = events.iter().filter(|event| event.at < end).filter_map(|event| match event.kind {
        Kind::Opened(severity) | Kind::Reopened(severity) | Kind::Severity(severity) => {
            Some(severity.number())
        }
        _ => None,
    });
    severities.min().unwrap_or(3)
}

/// Random numbers from a seed, so that a history that disagrees can be made again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 1) as i64 % sides
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.roll(among.len() as i64) as usize]
    }

    fn severity(&mut self) -> Severity {
        self.pick(&[
            Severity::Blocking,
            Severity::Blocking,
            Severity::Major,
            Severity::Major,
            Severity::Minor,
        ])
    }

    /// Mostly minutes, sometimes nothing, hours or days.
    fn gap(&mut self, long: bool) -> i64 {
        match self.roll(if long { 14 } else { 12 }) {
            0 => 0,
            1..=4 => self.roll(120),
            5..=9 => self.roll(1800),
            10 | 11 => self.roll(7200),
            12 => self.roll(86_400),
            _ => self.roll(10 * 86_400),
        }
    }

    fn incident(&mut self, start: i64, long: bool) -> (Option<Cause>, Vec<Event>) {
        let cause = if self.roll(5) == 0 { Some(self.pick(&Cause::ALL)) } else { None };
        let mut at = start + self.gap(long);
        let mut events = vec![Event { at, kind: Kind::Opened(self.severity()) }];
        let (mut open, mut waiting) = (true, false);
        for _ in 0..self.roll(9) {
            at += self.gap(long);
            let kind = match (open, waiting, self.roll(6)) {
                (false, _, _) => Kind::Reopened(self.severity()),
                (true, _, 0) => Kind::Severity(self.severity()),
                (true, true, 1..=3) => Kind::Resumed,
                (true, _, 1..=4) => Kind::Waiting(self.pick(&Party::ALL)),
                (true, _, _) => Kind::Closed,
            };
            open = kind != Kind::Closed;
            waiting = matches!(kind, Kind::Waiting(_)) || waiting && matches!(kind, Kind::Severity(_));
            events.push(Event { at, kind });
        }
        // Seldom left open: the walk then goes on to the end of the quarter.
        if open && !(long && self.roll(4) == 0) {
            events.push(Event { at: at + self.gap(long), kind: Kind::Closed });
        }
        (cause, events)
    }
}

fn compare(seed: u64, quarters: &[Seconds]) {
    let mut dice = Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    let seconds = &quarters[dice.roll(quarters.len() as i64) as usize];
    let long = dice.roll(400) == 0;
    let length = seconds.guaranteed.len() as i64;
    let start = seconds.first - 7200 + dice.roll(length + 7200);
    // Half of them around working hours, where there is something to count.
    let start =
        if dice.roll(2) == 0 { start } else { start - start.rem_euclid(86_400) + 18_000 + dice.roll(40_000) };
    let history: Vec<_> = (0..dice.roll(5)).map(|_| dice.incident(start, long)).collect();
    let until = if dice.roll(3) == 0 { start + dice.roll(20_000) } else { i64::MAX };
    let policies = Policies {
        overlap: dice.pick(&[Overlap::HighestWeightOnce, Overlap::Sum]),
        severity_change: dice.pick(&[
            SeverityChange::Piecewise,
            SeverityChange::Piecewise,
            SeverityChange::Worst,
        ]),
        ..Policies::default()
    };
    let walked = walk(seconds, &history, until, policies);

    let named = history.iter().enumerate();
    let incidents: Vec<Incident> =
        named.map(|(i, (cause, events))| Incident::of(&format!("I-{i}"), *cause, events).unwrap()).collect();
    let level = level(policies);
    let ours = answer(&level, &incidents, quarter(&seconds.name), Some(until));
    let theirs = Walked {
        one: ours.counted.severity_1_s,
        two: ours.counted.severity_2_s,
        excluded: Cause::ALL.map(|cause| ours.tally.excluded_s(cause)),
        paused: Party::ALL.map(|party| ours.tally.paused_s(party)),
        halves: ours.weighted_halves,
    };
    assert_eq!(theirs, walked, "seed {seed}, {}: {history:?} until {until}, {policies:?}", seconds.name);
    let guaranteed = seconds.guaranteed.iter().filter(|second| **second);
    if long {
        assert_eq!(ours.guaranteed_s, guaranteed.count() as i64, "{}", seconds.name);
    }
    let rate = (2 * ours.guaranteed_s - walked.halves).max(0);
    assert_eq!(ours.rate.numerator * 2 * ours.guaranteed_s, rate * ours.rate.denominator, "seed {seed}");
    let ledger = Ledger::new(&level, &incidents, quarter(&seconds.name), Some(until));
    assert_eq!(
        (ledger.halves(), ledger.sums().total_s()),
        (walked.halves, length),
        "seed {seed}: {history:?}"
    );
}

/// 20 000 random histories; as many as `AGREEMENT_HISTORIES` says, if it does.
#[test]
#[expect(clippy::disallowed_methods, reason = "how long to look is for whoever starts the tests")]
fn a_naive_walk_second_by_second_agrees_on_random_histories() {
    let histories: u64 = std::env::var("AGREEMENT_HISTORIES").map_or(20_000, |count| count.parse().unwrap());
    let chosen = [(2025, 1), (2025, 4), (2026, 2), (2027, 1), (2028, 1), (2028, 4), (2029, 3), (2030, 2)];
    let quarters = &chosen.map(|(year, number)| Seconds::of(year, number));
    std::thread::scope(|scope| {
        for half in 0..2 {
            scope.spawn(move || (half..histories).step_by(2).for_each(|seed| compare(seed, quarters)));
        }
    });
}
