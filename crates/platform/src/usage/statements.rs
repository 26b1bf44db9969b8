//! The statement of a month: counted once it is over everywhere, kept in one transaction, and never changed.
//!
//! A statement and its lines are one unit of work, and a subscription has one statement of a month: whoever stops in the middle leaves none, whoever comes
//! second is refused by the dictionary.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Query};

use crate::directory::{
    self, CLIENT, Fields, MESSAGE, SUBSCRIPTION, SUBSCRIPTION_QUOTA, USAGE_LINE, USAGE_STATEMENT,
};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::subscriptions::Subscription;
use crate::usage::warnings::warning_due;
use crate::usage::{Measure, Month, Usage, UsageLine};

/// What became of closing a month for a subscription.
#[derive(PartialEq, Eq)]
enum Closing {
    Done,
    /// Somebody had closed it.
    Before,
    /// It goes on somewhere.
    NotOver,
}

/// Months before the present one that are closed where nobody closed them.
const MONTHS_BACK: usize = 12;

impl Platform {
    /// What every subscription in force in a month used of it, by client: as its statement says where there is one, counted otherwise. `client`: name of
    /// the only one that is asked for.
    ///
    /// Errors: there is no such client; a journal cannot be read.
    pub fn usage(&self, month: Month, client: Option<&str>) -> Result<Vec<Usage>, PlatformError> {
        let mut all = Vec::new();
        let client = client.map(|name| self.organisation(name)).transpose()?;
        for subscription in self.subscriptions_in(month)? {
            if client.is_some_and(|client| client != subscription.client_id) {
                continue;
            }
            all.push(match self.statement(&subscription, month)? {
                Some(kept) => kept,
                None => self.usage_of(&subscription, month)?,
            });
        }
        Ok(all)
    }

    /// Keeps the statement of a month for every subscription that has none; returns how many were made. Where the month is not over, none is.
    ///
    /// Errors: the month is not over; a journal cannot be read; the reserved environment cannot be written. What was closed before stays.
    pub fn usage_close(&self, month: Month) -> Result<usize, PlatformError> {
        let mut closed = 0;
        for subscription in self.subscriptions_in(month)? {
            closed += usize::from(self.usage_close_one(&subscription, month)? == Closing::Done);
        }
        if closed == 0 && Month::of(self.today()) <= month {
            return Err(PlatformError::refused(
                format!("Le mois {month} n'est pas fini : il n'est pas encore arrêté."),
                format!("The month {month} is not over: it cannot be closed yet."),
            ));
        }
        Ok(closed)
    }

    /// Closes the months that are over and that nobody closed, a year back at most, for those who had subscribed by then; returns how many statements
    /// were made. Two servers that do it at once make one of each.
    ///
    /// Errors: as [`Platform::usage_close`].
    pub fn usage_close_due(&self) -> Result<usize, PlatformError> {
        let last = Month::of(self.today()).before();
        if *self.usage_closed.lock() == Some(last) {
            return Ok(0);
        }
        let (mut month, mut closed, mut all_over) = (last, 0, true);
        for _ in 0..MONTHS_BACK {
            for subscription in self.subscriptions_in(month)? {
                if subscription.made_by(month, &self.root().settings().zone) {
                    match self.usage_close_one(&subscription, month)? {
                        Closing::Done => closed += 1,
                        Closing::Before => {}
                        Closing::NotOver => all_over = false,
                    }
                }
            }
            month = month.before();
        }
        if all_over {
            *self.usage_closed.lock() = Some(last);
        }
        Ok(closed)
    }

    fn usage_close_one(&self, subscription: &Subscription, month: Month) -> Result<Closing, PlatformError> {
        if self.statement_id(subscription, month)?.is_some() {
            return Ok(Closing::Before);
        }
        let usage = self.usage_of(subscription, month)?;
        if !usage.is_over {
            return Ok(Closing::NotOver);
        }
        let draft = Draft::default()
            .with(SUBSCRIPTION, subscription.id)
            .with(CLIENT, subscription.client_id)
            .with("month", month.to_string().as_str())
            .with("closed", Value::DateTime(self.clock.now()));
        let lines: Vec<Draft> = usage.lines.iter().map(line_draft).collect();
        let trial = self.trial.clone();
        let done = self.root().transact(&Caller::system(), move |unit| {
            let statement = unit.create(USAGE_STATEMENT, None, draft)?;
            for line in lines {
                unit.create(USAGE_LINE, None, line.with("statement", statement))?;
                if trial.as_ref().is_some_and(|trial| trial.at("line", true).is_err()) {
                    return Err(EngineError::NotFound);
                }
            }
            Ok(())
        });
        match done {
            Ok(_) => {
                tracing::info!(client.name = %subscription.client, usage.month = %month, "month closed");
                Ok(Closing::Done)
            }
            // Another server came first.
            Err(EngineError::Validation(problems))
                if problems.iter().any(|problem| problem.code == "duplicate") =>
            {
                Ok(Closing::Before)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The statement that is kept of a month, if it was closed.
    fn statement(&self, subscription: &Subscription, month: Month) -> Result<Option<Usage>, PlatformError> {
        let Some(id) = self.statement_id(subscription, month)? else { return Ok(None) };
        let dictionary = self.root().dictionary();
        let records = self.records_of(USAGE_LINE, "statement", id)?;
        let lines = records.iter().filter_map(|record| line_read(&Fields::of(&dictionary, record)));
        let mut lines: Vec<UsageLine> = lines.collect();
        lines.sort_by(|a, b| a.environment.cmp(&b.environment).then(a.measure.cmp(&b.measure)));
        Ok(Some(Usage {
            subscription: subscription.id,
            code: subscription.code.clone(),
            client: subscription.client.clone(),
            month,
            is_over: true,
            is_closed: true,
            lines,
        }))
    }

    fn statement_id(
        &self,
        subscription: &Subscription,
        month: Month,
    ) -> Result<Option<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(USAGE_STATEMENT, SUBSCRIPTION, subscription.id)?;
        let mut of_month = records.iter().map(|record| Fields::of(&dictionary, record));
        let month = month.to_string();
        Ok(of_month.find(|fields| fields.text("month").as_ref() == Some(&month)).map(|fields| fields.id()))
    }

    /// Subscriptions in force on a day of a month, by client.
    fn subscriptions_in(&self, month: Month) -> Result<Vec<Subscription>, PlatformError> {
        let dictionary = self.root().dictionary();
        let query = Query { entity: SUBSCRIPTION.to_owned(), ..Query::default() };
        let mut found = Vec::new();
        for record in &directory::all(self.root(), query)? {
            let fields = Fields::of(&dictionary, record);
            let begins = fields.date("starts_on").is_none_or(|day| day <= month.last());
            let goes_on = fields.date("ends_on").is_none_or(|day| day >= month.first());
            if begins && goes_on {
                found.push(self.subscription_read(&fields)?);
            }
        }
        found.sort_by(|a, b| dictionary::text::compare(&a.client, &b.client).then(a.code.cmp(&b.code)));
        Ok(found)
    }

    /// Writes into the volumes of subscriptions in force how much of each is used, where that moved; returns how many did.
    ///
    /// Errors: a journal cannot be read; the reserved environment cannot be written.
    pub fn usage_measure(&self) -> Result<usize, PlatformError> {
        let month = Month::of(self.today());
        let (today, mut moved) = (self.today(), 0);
        for subscription in self.subscriptions_in(month)? {
            if subscription.is_unbounded() || !subscription.is_in_force(today) {
                continue;
            }
            moved += self.usage_note(&subscription, &self.usage_of(&subscription, month)?)?;
        }
        Ok(moved)
    }

    fn usage_note(&self, subscription: &Subscription, usage: &Usage) -> Result<usize, PlatformError> {
        let dictionary = self.root().dictionary();
        let (mut drafts, mut letters) = (Vec::new(), Vec::new());
        for record in &self.records_of(SUBSCRIPTION_QUOTA, SUBSCRIPTION, subscription.id)? {
            let fields = Fields::of(&dictionary, record);
            let resource = fields.text("resource").unwrap_or_default();
            let profile = fields.text("profile");
            let line = usage.lines.iter().find(|line| {
                line.environment.is_none() && line.measure.tag() == resource && line.profile == profile
            });
            let (used, share) = match (line, resource.as_str()) {
                (Some(line), _) => (line.used.map(|used| whole(used, line.measure.unit())), line.share()),
                (None, "environments") => {
                    let count =
                        i64::try_from(self.environments_within(subscription)?.len()).unwrap_or(i64::MAX);
                    let included = fields.number("amount").unwrap_or_default();
                    (Some(count), Some(100 * count / included.max(1)))
                }
                (None, _) => (None, None),
            };
            let used = used.map_or(Value::Null, Value::Integer);
            let percent = share;
            let share = share.map_or(Value::Null, Value::Integer);
            let warned = fields.number("warned").unwrap_or_default();
            let due = warning_due(&resource, percent.unwrap_or_default(), warned);
            if due > warned {
                let included = fields.number("amount").unwrap_or_default();
                letters.extend(self.warnings(
                    subscription,
                    &resource,
                    percent.unwrap_or_default(),
                    included,
                )?);
            }
            if (fields.value("used"), fields.value("share")) != (&used, &share) || due != warned {
                let draft = Draft::default().with("used", used).with("share", share);
                drafts.push((fields.id(), draft.with("warned", Value::Integer(due))));
            }
        }
        let moved = drafts.len();
        if moved > 0 {
            self.root().transact(&Caller::system(), move |unit| {
                for letter in letters {
                    unit.create(MESSAGE, Some(letter.id), letter.draft)?;
                }
                for (id, draft) in drafts {
                    match unit.update(SUBSCRIPTION_QUOTA, id, None, draft) {
                        // Taken out of the subscription meanwhile.
                        Ok(()) | Err(EngineError::NotFound) => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            })?;
        }
        Ok(moved)
    }
}

/// Bytes of the unit that statements tell storage in.
const KILOBYTE: i64 = 1_000;

/// How many of what is counted a statement tells one for.
fn told_by(measure: Measure) -> i64 {
    if measure == Measure::Storage { KILOBYTE } else { 1 }
}

/// Whole units, a part of one counting as one.
fn whole(counted: i64, unit: i64) -> i64 {
    counted.saturating_add(unit - 1) / unit
}

fn line_draft(line: &UsageLine) -> Draft {
    let unit = told_by(line.measure);
    let told =
        |counted: Option<i64>| counted.map_or(Value::Null, |counted| Value::Integer(whole(counted, unit)));
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let position = line.position.and_then(|position| i64::try_from(position).ok());
    Draft::default()
        .with("measure", line.measure.tag())
        .with("environment", text(&line.environment))
        .with("profile", text(&line.profile))
        .with("used", told(line.used))
        .with("most", told(line.most))
        .with("included", told(line.included))
        .with("position", position.map_or(Value::Null, Value::Integer))
}

fn line_read(fields: &Fields<'_>) -> Option<UsageLine> {
    let tag = fields.text("measure")?;
    let measure = Measure::ALL.into_iter().find(|measure| measure.tag() == tag)?;
    let counted = |name: &str| Some(fields.number(name)?.saturating_mul(told_by(measure)));
    Some(UsageLine {
        measure,
        environment: fields.text("environment"),
        profile: fields.text("profile"),
        used: counted("used"),
        most: counted("most"),
        included: counted("included"),
        position: fields.number("position").and_then(|position| u64::try_from(position).ok()),
    })
}
