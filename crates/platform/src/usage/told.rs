//! A subscription as the client's own administrators see it: what is included, what is used, until when.

use dictionary::Label;
use jiff::civil::Date;

use crate::error::PlatformError;
use crate::platform::Platform;
use crate::usage::{Month, UsageLine};

/// The subscription in force for an environment, in the present month.
#[derive(Debug, Clone, PartialEq)]
pub struct SubscriptionTold {
    /// Its code: `AB00012`.
    pub code: String,
    /// Name of the client.
    pub client: String,
    /// First day.
    pub starts_on: Option<Date>,
    /// Last day; without an end when `None`.
    pub ends_on: Option<Date>,
    /// Tags of modules that it includes.
    pub modules: Vec<String>,
    /// Who raises it.
    pub ask: Label,
    /// The month that is counted.
    pub month: Month,
    /// Of the whole subscription first, then of each environment.
    pub lines: Vec<UsageLine>,
}

impl Platform {
    /// The subscription in force for an environment and what is used of it now; none where nothing was bought, or all of it ended.
    ///
    /// Errors: there is no such environment; a journal cannot be read.
    pub fn subscription_told(&self, environment: &str) -> Result<Option<SubscriptionTold>, PlatformError> {
        let info = self.environment_info(environment)?;
        let Some(client) = info.client_id else { return Ok(None) };
        let subscription = match self.subscription(client, info.project_id) {
            Ok(Some(subscription)) => subscription,
            Ok(None) | Err(PlatformError::Refused { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let month = Month::of(self.today());
        let usage = self.usage_of(&subscription, month)?;
        Ok(Some(SubscriptionTold {
            code: usage.code,
            client: usage.client,
            starts_on: subscription.starts_on,
            ends_on: subscription.ends_on,
            modules: subscription.modules,
            ask: self.who_raises(client)?,
            month,
            lines: usage.lines,
        }))
    }
}
