//! The log of tickets as files give it, read with every fault at its place.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Event, Kind, Log, Terms, Ticket};
use crate::fault::{Fault, Source};
use crate::log::read_instant;
use crate::terms::Party;
use crate::text::Text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogText<'a> {
    #[serde(borrow)]
    terms: &'a RawValue,
    #[serde(borrow)]
    tickets: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TicketText<'a> {
    id: String,
    #[serde(borrow)]
    events: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventText {
    at: String,
    kind: Word,
    priority: Option<String>,
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
    Priority,
    Answered,
    Waiting,
    Resumed,
    Solved,
    Reopened,
    Closed,
}

impl Log {
    /// Reads a log of tickets.
    ///
    /// Errors: all faults found, each with line, path and ticket; at most one per ticket.
    pub fn read(text: &str) -> Result<Self, Vec<Fault>> {
        let source = Source::new(text);
        let log: LogText<'_> = source.read().map_err(|fault| vec![fault])?;
        let terms: Terms = source.part(log.terms, "terms", None).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut tickets = Vec::with_capacity(log.tickets.len());
        let mut known = BTreeSet::new();
        for (index, raw) in log.tickets.into_iter().enumerate() {
            let path = format!("tickets[{index}]");
            match read_ticket(&source, raw, &path, &terms) {
                Ok(ticket) if known.insert(ticket.id.clone()) => tickets.push(ticket),
                Ok(ticket) => {
                    let twice = Text::of(
                        "cet identifiant est déjà celui d'un ticket du journal ; chacun a le sien",
                        "a ticket of the log already has this id; each has its own",
                    );
                    faults.push(source.fault(raw, &path, Some(&ticket.id), twice));
                }
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(Self { terms, tickets }) } else { Err(faults) }
    }
}

fn read_ticket<'a>(
    source: &Source<'a>,
    raw: &'a RawValue,
    path: &str,
    terms: &Terms,
) -> Result<Ticket, Fault> {
    let text: TicketText<'_> = source.part(raw, path, None)?;
    let id = Some(text.id.as_str());
    let mut ticket = Ticket::new(text.id.clone());
    for (index, event) in text.events.into_iter().enumerate() {
        let path = format!("{path}.events[{index}]");
        let read = read_event(source, event, &path, id, terms)?;
        ticket.push(read).map_err(|text| source.fault(event, &path, id, text))?;
    }
    if ticket.events().is_empty() {
        let empty = Text::of(
            "le ticket n'a pas d'événement ; le premier est opened, avec sa priorité",
            "the ticket has no event; the first is opened, with its priority",
        );
        return Err(source.fault(raw, path, id, empty));
    }
    Ok(ticket)
}

fn read_event<'a>(
    source: &Source<'a>,
    raw: &'a RawValue,
    path: &str,
    id: Option<&str>,
    terms: &Terms,
) -> Result<Event, Fault> {
    let text: EventText = source.part(raw, path, id)?;
    let refuse = |text: Text| source.fault(raw, path, id, text);
    let at = read_instant(source, raw, path, id, &text.at)?;
    if text.priority.is_some() && !matches!(text.kind, Word::Opened | Word::Priority) {
        return Err(refuse(Text::of(
            "seuls opened et priority portent une priorité ; retirez priority",
            "only opened and priority carry a priority; take priority away",
        )));
    }
    if text.party.is_some() && text.kind != Word::Waiting {
        return Err(refuse(Text::of(
            "seul waiting nomme une partie ; retirez party",
            "only waiting names a party; take party away",
        )));
    }
    let priority = |named: Option<String>| {
        let known = || terms.targets.keys().cloned().collect::<Vec<_>>().join(", ");
        match named {
            Some(priority) if terms.targets.contains_key(&priority) => Ok(priority),
            Some(other) => Err(refuse(Text::made(
                format!("aucune cible pour la priorité « {other} » ; il y a {}", known()),
                format!("no target for the priority “{other}”; there are {}", known()),
            ))),
            None => Err(refuse(Text::made(
                format!("il manque priority ; il y a {}", known()),
                format!("priority is missing; there are {}", known()),
            ))),
        }
    };
    let kind = match text.kind {
        Word::Opened => Kind::Opened(priority(text.priority)?),
        Word::Priority => Kind::Priority(priority(text.priority)?),
        Word::Waiting => Kind::Waiting(text.party.ok_or_else(|| {
            refuse(Text::of(
                "il manque party : client, integrator, operator ou third_party",
                "party is missing: client, integrator, operator or third_party",
            ))
        })?),
        Word::Answered => Kind::Answered,
        Word::Resumed => Kind::Resumed,
        Word::Solved => Kind::Solved,
        Word::Reopened => Kind::Reopened,
        Word::Closed => Kind::Closed,
    };
    Ok(Event { at, kind })
}
