//! The service level of many environments: every quarterly rate of five years, and one event that arrives.

use std::time::{Duration, Instant};

use agreement::calendar::{Calendar, History};
use agreement::holidays::Region;
use agreement::hours::Hours;
use agreement::incident::{Event, Incident, Kind};
use agreement::quarter::Quarter;
use agreement::rate::{Answer, guaranteed_hours, tally};
use agreement::terms::{Party, Percent, Policies, ServiceLevel, Severity};
use anyhow::{Context, Result, anyhow};

use crate::report::Report;

const ENVIRONMENTS: u64 = 10_000;
const INCIDENTS: u64 = 25;
const EVENTS: u64 = 4;
const YEARS: std::ops::Range<i16> = 2026..2031;
const THREADS: usize = 2;
const UPDATES: u64 = 10_000;

/// Three rounds of every rate of every environment, then updates one by one.
pub(crate) fn measure(report: &mut Report) -> Result<()> {
    let level = ServiceLevel {
        guaranteed_percent: Percent::read("99.4").context("a percentage")?,
        calendar: History::always(Calendar::contract(Region::AlsaceMoselle))?,
        policies: Policies::default(),
    };
    let quarters: Vec<Quarter> =
        YEARS.flat_map(|year| (1..=4).filter_map(move |number| Quarter::new(year, number))).collect();
    let began = guaranteed_hours(&level, quarters[0], None).from();
    let mut environments: Vec<Vec<Incident>> =
        (0..ENVIRONMENTS).map(|environment| history(environment, began)).collect::<Result<_>>()?;
    let mut rounds: Vec<Duration> = Vec::new();
    let mut missed = 0;
    for _ in 0..3 {
        let start = Instant::now();
        missed = every_rate(&level, &quarters, &environments);
        rounds.push(start.elapsed());
    }
    rounds.sort_unstable();
    let events = ENVIRONMENTS * INCIDENTS * EVENTS;
    report.figure(
        &format!("{} rates, {events} events, {THREADS} threads", ENVIRONMENTS as usize * quarters.len()),
        format!("{:.0} ms median of 3 ({missed} rates missed the guarantee)", ms(rounds[1])),
    );
    let times = updates(&level, &quarters, &mut environments)?;
    report.figure(
        "an event arrives: added, and the rate of its quarter made again",
        format!(
            "{:.4} ms median, {:.4} ms p99, {:.4} ms at most",
            ms(times[times.len() / 2]),
            ms(times[times.len() * 99 / 100]),
            ms(times[times.len() - 1])
        ),
    );
    Ok(())
}

/// Every quarter of every environment; how many rates miss the guarantee.
fn every_rate(level: &ServiceLevel, quarters: &[Quarter], environments: &[Vec<Incident>]) -> usize {
    let hours: Vec<(Quarter, Hours)> =
        quarters.iter().map(|quarter| (*quarter, guaranteed_hours(level, *quarter, None))).collect();
    let hours = &hours;
    std::thread::scope(|scope| {
        let parts = environments.chunks(environments.len().div_ceil(THREADS)).map(|part| {
            scope.spawn(move || {
                let rates = part.iter().flat_map(|incidents| {
                    hours
                        .iter()
                        .map(move |(quarter, hours)| rate(level, *quarter, hours, incidents, i64::MAX))
                });
                rates.filter(|answer| !answer.met).count()
            })
        });
        let parts: Vec<_> = parts.collect();
        parts.into_iter().map(|part| part.join().unwrap_or(0)).sum()
    })
}

fn rate(level: &ServiceLevel, quarter: Quarter, hours: &Hours, incidents: &[Incident], until: i64) -> Answer {
    Answer::of(quarter, hours.total_s(), tally(incidents, hours, until, level.policies), level)
}

/// A live log: an incident opens in the last quarter, changes, closes; after each event the rate is made again. Times, the shortest first.
fn updates(
    level: &ServiceLevel,
    quarters: &[Quarter],
    environments: &mut [Vec<Incident>],
) -> Result<Vec<Duration>> {
    let quarter = *quarters.last().context("no quarter")?;
    let hours = guaranteed_hours(level, quarter, None);
    let mut times = Vec::new();
    for update in 0..UPDATES {
        let incidents = &mut environments[(update.wrapping_mul(7919) % ENVIRONMENTS) as usize];
        let at = hours.from() + (update as i64 * 13) % 7_000_000;
        let mut live = Incident::new("live", "", None);
        live.push(Event { at, kind: Kind::Opened(Severity::Blocking) }).map_err(|text| anyhow!("{text}"))?;
        incidents.push(live);
        let start = Instant::now();
        let live = incidents.last_mut().context("no incident")?;
        live.push(Event { at: at + 60, kind: Kind::Severity(Severity::Major) })
            .map_err(|text| anyhow!("{text}"))?;
        let answer = rate(level, quarter, &hours, incidents, at + 120);
        times.push(start.elapsed());
        std::hint::black_box(answer);
        incidents.pop();
    }
    times.sort_unstable();
    Ok(times)
}

/// Incidents spread over the five years, from the environment's number alone.
fn history(environment: u64, began: i64) -> Result<Vec<Incident>> {
    let mut seed = environment;
    let mut roll = |sides: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % sides) as i64
    };
    (0..INCIDENTS)
        .map(|number| {
            let opened = began + number as i64 * (5 * 365 * 86_400 / INCIDENTS as i64) + roll(6_000_000);
            let severity = if roll(3) == 0 { Severity::Blocking } else { Severity::Major };
            let (asked, answered, solved) = (roll(3600), roll(7200), roll(14_400));
            let events = [
                Event { at: opened, kind: Kind::Opened(severity) },
                Event { at: opened + asked, kind: Kind::Waiting(Party::Client) },
                Event { at: opened + asked + answered, kind: Kind::Resumed },
                Event { at: opened + asked + answered + solved, kind: Kind::Closed },
            ];
            Incident::of(&format!("I-{number}"), None, &events).map_err(|(_, text)| anyhow!("{text}"))
        })
        .collect()
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
