//! The ledger as JSON and as a page of text.

use serde::{Serialize, Serializer};

use super::{Entry, Kind, Ledger, Sums, weight, written};
use crate::instant::Instant;
use crate::terms::{Party, Policies};
use crate::text::{Language, Text};

#[derive(Serialize)]
struct Page<'a> {
    quarter: String,
    from: String,
    to: String,
    total_s: i64,
    guaranteed_s: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    policies: Policies,
    sums: Sums,
    entries: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    from: String,
    to: String,
    seconds: i64,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    party: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holiday: Option<&'a Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    also: &'a [String],
}

impl Serialize for Ledger {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        let at = |at: Instant| written(at, &self.zone);
        let sums = self.sums();
        Page {
            quarter: self.quarter.to_string(),
            from: self.entries.first().map(|entry| at(entry.from)).unwrap_or_default(),
            to: self.entries.last().map(|entry| at(entry.to)).unwrap_or_default(),
            total_s: sums.total_s(),
            guaranteed_s: sums.guaranteed_s(),
            until: self.until.map(at),
            policies: self.policies,
            sums,
            entries: self.entries.iter().map(|entry| line(entry, at)).collect(),
        }
        .serialize(target)
    }
}

fn line(entry: &Entry, at: impl Fn(Instant) -> String) -> Line<'_> {
    let (kind, weight, cause, holiday, reason) = match &entry.kind {
        Kind::Guaranteed => ("guaranteed", None, None, None, None),
        Kind::Closed(reason) => ("closed", None, None, None, reason.as_deref()),
        Kind::Holiday(name) => ("holiday", None, None, Some(name), None),
        Kind::Counted(halves) => ("counted", Some(weight(*halves)), None, None, None),
        Kind::Excluded(cause) => ("excluded", None, Some(cause.key()), None, None),
        Kind::Paused(_) => ("paused", None, None, None, None),
    };
    let mut ids = entry.incidents.iter();
    Line {
        from: at(entry.from),
        to: at(entry.to),
        seconds: entry.to - entry.from,
        kind,
        weight,
        incident: ids.next().map(String::as_str),
        cause,
        party: entry.waiting.map(Party::key),
        holiday,
        reason,
        also: ids.as_slice(),
    }
}

impl Ledger {
    /// The ledger as a page: a line per span, then the sums.
    pub fn page(&self, language: Language) -> String {
        let say = |fr: &'static str, en: &'static str| if language == Language::Fr { fr } else { en };
        let mut page = format!("{}\n", self.quarter);
        for entry in &self.entries {
            let seconds = entry.to - entry.from;
            let at = |at: Instant| written(at, &self.zone).replace('T', " ");
            page += &format!("{}  {:>9}  {}\n", at(entry.from), duration(seconds), said(entry, language));
        }
        let sums = self.sums();
        let mut total = |name: &str, seconds: i64| {
            page += &format!("{name:<52} {seconds:>9} s  {:>10}\n", duration(seconds))
        };
        total(say("Garanti, rien de compté", "Guaranteed, nothing counted"), sums.guaranteed);
        for (weight, seconds) in &sums.counted {
            total(&format!("{} ×{weight}", say("Compté", "Counted")), *seconds);
        }
        for cause in crate::terms::Cause::ALL {
            if let Some(seconds) = sums.excluded.get(cause.key()) {
                total(&format!("{} : {}", say("Exclu", "Excluded"), cause.name().told(language)), *seconds);
            }
        }
        for party in Party::ALL {
            if let Some(seconds) = sums.paused.get(party.key()) {
                total(
                    &format!("{} : {}", say("En attente", "Waiting for"), party.name().told(language)),
                    *seconds,
                );
            }
        }
        total(say("Période garantie", "Guaranteed period"), sums.guaranteed_s());
        total(say("Nuits et fins de semaine", "Nights and week-ends"), sums.closed);
        total(say("Jours fériés", "Holidays"), sums.holiday);
        total(say("Trimestre entier", "Whole quarter"), sums.total_s());
        page
    }
}

fn duration(seconds: i64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

fn said(entry: &Entry, language: Language) -> String {
    let say = |fr: &'static str, en: &'static str| if language == Language::Fr { fr } else { en };
    let kind = match &entry.kind {
        Kind::Guaranteed => say("garanti", "guaranteed").to_owned(),
        Kind::Closed(None) => say("fermé", "closed").to_owned(),
        Kind::Closed(Some(reason)) => format!("{} ({reason})", say("fermé", "closed")),
        Kind::Holiday(name) => format!("{} ({})", say("férié", "holiday"), name.told(language)),
        Kind::Counted(halves) => format!("{} ×{}", say("compté", "counted"), weight(*halves)),
        Kind::Excluded(cause) => format!("{} ({})", say("exclu", "excluded"), cause.name().told(language)),
        Kind::Paused(party) => format!("{} ({})", say("suspendu", "paused"), party.name().told(language)),
    };
    if entry.incidents.is_empty() { kind } else { format!("{kind}  {}", entry.incidents.join(", ")) }
}
