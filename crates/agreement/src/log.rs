//! The log of incidents as files give it, read with every fault at its place.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fault::{Fault, Source};
use crate::incident::{Event, Incident, Kind};
use crate::instant::instant;
use crate::terms::{Cause, Party, ServiceLevel, Severity};
use crate::text::Text;

/// A service level and the incidents held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// What is guaranteed.
    pub service_level: ServiceLevel,
    /// Incidents, in the order of the log.
    pub incidents: Vec<Incident>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogText<'a> {
    #[serde(borrow)]
    service_level: &'a RawValue,
    #[serde(borrow)]
    incidents: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IncidentText<'a> {
    id: String,
    #[serde(default)]
    environment: String,
    #[serde(default)]
    excluded: Option<Cause>,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    corrections: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventText {
    at: String,
    kind: Word,
    severity: Option<Severity>,
    party: Option<Party>,
    #[serde(rename = "reason")]
    _reason: Option<String>,
    #[serde(rename = "author")]
    _author: Option<String>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Word {
    Opened,
    Severity,
    Waiting,
    Resumed,
    Closed,
    Reopened,
}

/// What was agreed to be wrong in the events, and what they are instead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CorrectionText<'a> {
    /// When it was agreed.
    at: String,
    /// Index of the event it is about, from 0; absent when an event was missing.
    event: Option<usize>,
    /// The event that is true; absent when there was none.
    #[serde(borrow, default)]
    becomes: Option<&'a RawValue>,
    reason: String,
    agreed_by: Vec<Party>,
}

impl Log {
    /// Reads a log.
    ///
    /// Errors: all faults found, each with line, path and incident; at most one per incident, since what follows a faulty event means nothing.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let source = Source::new(text);
        let log: LogText<'_> = source.read().map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let service_level = match source.part::<ServiceLevel>(log.service_level, "service_level", None) {
            Ok(service_level) => Some(service_level),
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let mut incidents = Vec::with_capacity(log.incidents.len());
        let mut known = BTreeSet::new();
        for (index, raw) in log.incidents.into_iter().enumerate() {
            let path = format!("incidents[{index}]");
            match read_incident(&source, raw, &path) {
                Ok(incident) if known.insert(incident.id.clone()) => incidents.push(incident),
                Ok(incident) => {
                    faults.push(source.fault(raw, &path, Some(&incident.id), twice()));
                }
                Err(fault) => faults.push(fault),
            }
        }
        match service_level {
            Some(service_level) if faults.is_empty() => Ok(Self { service_level, incidents }),
            _ => Err(faults),
        }
    }
}

fn read_incident<'a>(source: &Source<'a>, raw: &'a RawValue, path: &str) -> Result<Incident, Fault> {
    let text: IncidentText<'_> = source.part(raw, path, None)?;
    let id = Some(text.id.as_str());
    // Events keep their index for corrections; one that never was is emptied.
    let mut events: Vec<Option<Placed<'_>>> = Vec::with_capacity(text.events.len());
    for (index, raw) in text.events.into_iter().enumerate() {
        let path = format!("{path}.events[{index}]");
        events.push(Some((read_event(source, raw, &path, id)?, raw, path)));
    }
    let mut missing = Vec::new();
    for (index, raw) in text.corrections.into_iter().enumerate() {
        let path = format!("{path}.corrections[{index}]");
        missing.extend(correct(source, raw, &path, id, &mut events)?);
    }
    for added in missing {
        let later =
            |known: &Option<Placed<'_>>| known.as_ref().is_some_and(|(event, ..)| event.at > added.0.at);
        let place = events.iter().position(later).unwrap_or(events.len());
        events.insert(place, Some(added));
    }
    let mut incident = Incident::new(text.id.clone(), text.environment, text.excluded);
    let mut told = events.into_iter().flatten().peekable();
    if told.peek().is_none() {
        let empty = Text::of(
            "l'incident n'a pas d'événement ; le premier est opened, avec sa gravité",
            "the incident has no event; the first is opened, with its severity",
        );
        return Err(source.fault(raw, path, id, empty));
    }
    for (event, raw, path) in told {
        incident.push(event).map_err(|text| source.fault(raw, &path, id, text))?;
    }
    Ok(incident)
}

fn read_event<'a>(
    source: &Source<'a>,
    raw: &'a RawValue,
    path: &str,
    id: Option<&str>,
) -> Result<Event, Fault> {
    let text: EventText = source.part(raw, path, id)?;
    let refuse = |fr: &str, en: &str| source.fault(raw, path, id, Text::made(fr, en));
    let at = read_instant(source, raw, path, id, &text.at)?;
    let severity = || {
        text.severity
            .ok_or_else(|| refuse("il manque severity : 1, 2 ou 3", "severity is missing: 1, 2 or 3"))
    };
    if text.severity.is_some() && !matches!(text.kind, Word::Opened | Word::Severity | Word::Reopened) {
        return Err(refuse(
            "seuls opened, severity et reopened portent une gravité ; retirez severity",
            "only opened, severity and reopened carry a severity; take severity away",
        ));
    }
    if text.party.is_some() && text.kind != Word::Waiting {
        return Err(refuse(
            "seul waiting nomme une partie ; retirez party",
            "only waiting names a party; take party away",
        ));
    }
    let kind = match text.kind {
        Word::Opened => Kind::Opened(severity()?),
        Word::Severity => Kind::Severity(severity()?),
        Word::Reopened => Kind::Reopened(severity()?),
        Word::Waiting => Kind::Waiting(text.party.ok_or_else(|| {
            refuse(
                "il manque party : client, integrator, operator ou third_party",
                "party is missing: client, integrator, operator or third_party",
            )
        })?),
        Word::Resumed => Kind::Resumed,
        Word::Closed => Kind::Closed,
    };
    Ok(Event { at, kind })
}

pub(crate) fn read_instant(
    source: &Source<'_>,
    raw: &RawValue,
    path: &str,
    id: Option<&str>,
    text: &str,
) -> Result<i64, Fault> {
    instant(text).map_err(|_| {
        let fr =
            format!("« {text} » n'est pas un instant avec son décalage ; écrivez 2026-04-07T09:00:00+02:00");
        let en = format!("“{text}” is no instant with its offset; write 2026-04-07T09:00:00+02:00");
        source.fault(raw, path, id, Text::made(fr, en))
    })
}

/// An event, where it is written, and the path of that.
type Placed<'a> = (Event, &'a RawValue, String);

/// Applies a correction: an event is another or never was; one that was missing is returned, so that indexes stay those of the log.
fn correct<'a>(
    source: &Source<'a>,
    raw: &'a RawValue,
    path: &str,
    id: Option<&str>,
    events: &mut [Option<Placed<'a>>],
) -> Result<Option<Placed<'a>>, Fault> {
    let text: CorrectionText<'_> = source.part(raw, path, id)?;
    let refuse = |fr: &str, en: &str| source.fault(raw, path, id, Text::made(fr, en));
    read_instant(source, raw, path, id, &text.at)?;
    if text.reason.trim().is_empty() {
        return Err(refuse("une correction dit sa raison", "a correction says its reason"));
    }
    let customer = text.agreed_by.iter().any(|party| party.stops_counting());
    if !(customer && text.agreed_by.contains(&Party::Operator)) {
        return Err(refuse(
            "une correction est convenue des deux parties : agreed_by nomme operator, et client ou integrator",
            "a correction is agreed by both parties: agreed_by names operator, and client or integrator",
        ));
    }
    let becomes = match text.becomes {
        Some(event) => Some((read_event(source, event, path, id)?, event, path.to_owned())),
        None => None,
    };
    match (text.event, becomes) {
        (Some(index), becomes) if index < events.len() => events[index] = becomes,
        (Some(_), _) => {
            return Err(refuse(
                "event ne désigne aucun événement de l'incident ; les index commencent à 0",
                "event designates no event of the incident; indexes begin at 0",
            ));
        }
        (None, Some(missing)) => return Ok(Some(missing)),
        (None, None) => {
            return Err(refuse(
                "la correction ne dit ni quel événement (event), ni ce qu'il devient (becomes)",
                "the correction says neither which event (event) nor what it becomes (becomes)",
            ));
        }
    }
    Ok(None)
}

fn twice() -> Text {
    Text::of(
        "cet identifiant est déjà celui d'un incident du journal ; chacun a le sien",
        "an incident of the log already has this id; each has its own",
    )
}
