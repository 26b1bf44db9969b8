//! What would be: a planned act, another severity.

use crate::incident::{Event, Incident, Kind};
use crate::instant::Instant;
use crate::quarter::Quarter;
use crate::rate::{Answer, guaranteed_hours, tally};
use crate::terms::{ServiceLevel, Severity};
use crate::text::Text;

/// An act that is planned, such as a maintenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When it begins.
    pub from: Instant,
    /// How long it runs, in seconds by the clock.
    pub seconds: i64,
    /// What it is worth while it runs.
    pub severity: Severity,
}

/// What is supposed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Supposed {
    /// Acts that are planned.
    pub planned: Vec<Planned>,
    /// Incidents, by id, with the severity they are supposed to have had all along.
    pub severities: Vec<(String, Severity)>,
}

impl Supposed {
    /// The incidents as they would be.
    ///
    /// Errors: a severity is supposed for an incident that is not there.
    pub fn over(&self, incidents: &[Incident]) -> Result<Vec<Incident>, Text> {
        let mut supposed = incidents.to_vec();
        for (id, severity) in &self.severities {
            let Some(incident) = supposed.iter_mut().find(|incident| incident.id == *id) else {
                return Err(Text::made(
                    format!("aucun incident du journal ne s'appelle {id}"),
                    format!("no incident of the log is called {id}"),
                ));
            };
            *incident = incident.had_it_been(*severity);
        }
        for (index, act) in self.planned.iter().enumerate() {
            let events = [
                Event { at: act.from, kind: Kind::Opened(act.severity) },
                Event { at: act.from.saturating_add(act.seconds), kind: Kind::Closed },
            ];
            let id = format!("planned-{}", index + 1);
            supposed.push(Incident::of(&id, None, &events).map_err(|(_, text)| text)?);
        }
        Ok(supposed)
    }

    /// The rate of the quarter if it were so. Up to `until` the log speaks, after it the plan alone: an incident that is open then counts up to then.
    ///
    /// Errors: as [`Supposed::over`].
    pub fn answer(
        &self,
        level: &ServiceLevel,
        incidents: &[Incident],
        quarter: Quarter,
        until: Option<Instant>,
    ) -> Result<Answer, Text> {
        let mut supposed = self.over(incidents)?;
        if let Some(until) = until {
            let known = incidents.len();
            supposed[..known].iter_mut().for_each(|incident| *incident = incident.known_at(until));
        }
        let hours = guaranteed_hours(level, quarter, until);
        let tally = tally(&supposed, &hours, Instant::MAX, level.policies);
        Ok(Answer::of(quarter, hours.total_s(), tally, level))
    }
}
