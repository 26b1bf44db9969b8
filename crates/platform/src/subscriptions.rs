//! What a client has bought, and what follows: which modules, how many environments and named users.
//!
//! Read from the directory each time it is asked, so that a change holds at once. A client without any subscription is bounded by none: the
//! operator's own environments, and those made before there were subscriptions.

use std::collections::BTreeSet;

use dictionary::RecordId;
use engine::{Caller, Held};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use parking_lot::MutexGuard;
use store::postgres::Turn;

use crate::access::profiles;
use crate::directory::{
    ACCESS, CLIENT, ENVIRONMENT, Fields, ORGANISATION, SUBSCRIPTION, SUBSCRIPTION_QUOTA, USER,
};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::usage::Month;

/// A subscription.
pub(crate) struct Subscription {
    pub(crate) id: RecordId,
    /// `AB00012`.
    pub(crate) code: String,
    /// Name of the client.
    pub(crate) client: String,
    pub(crate) client_id: RecordId,
    /// The only project that it is for; all of the client's when `None`.
    project: Option<RecordId>,
    pub(crate) modules: Vec<String>,
    pub(crate) starts_on: Option<Date>,
    /// Last day; without an end when `None`.
    pub(crate) ends_on: Option<Date>,
    /// When it was written down.
    made: Timestamp,
    quotas: Vec<Quota>,
}

/// A volume that a subscription includes.
pub(crate) struct Quota {
    resource: String,
    /// Of named users: those who hold it; all when `None`.
    pub(crate) profile: Option<String>,
    pub(crate) amount: i64,
}

impl Subscription {
    /// Volumes of a resource that it includes.
    pub(crate) fn quotas(&self, resource: &str) -> impl Iterator<Item = &Quota> {
        self.quotas.iter().filter(move |quota| quota.resource == resource)
    }

    /// How much of a resource it includes; without a bound when `None`.
    pub(crate) fn amount(&self, resource: &str) -> Option<i64> {
        self.quotas(resource).map(|quota| quota.amount).min()
    }

    /// Whether it bounds nothing.
    pub(crate) fn is_unbounded(&self) -> bool {
        self.quotas.is_empty()
    }

    /// Whether it is in force on a day.
    pub(crate) fn is_in_force(&self, day: Date) -> bool {
        self.starts_on.is_none_or(|starts| starts <= day) && self.ends_on.is_none_or(|ends| day <= ends)
    }

    /// Whether it was written down by the end of a month.
    pub(crate) fn made_by(&self, month: Month, zone: &TimeZone) -> bool {
        zone.to_datetime(self.made).date() <= month.last()
    }
}

/// Keeps others from counting while somebody who was counted is let in.
pub(crate) struct Counting<'a> {
    _here: MutexGuard<'a, ()>,
    _elsewhere: Option<Turn>,
}

impl Platform {
    /// What bounds a project of a client today: the project's own subscription, else the client's.
    ///
    /// Errors: refused when the client has subscriptions and none is in force.
    pub(crate) fn subscription(
        &self,
        client: RecordId,
        project: Option<RecordId>,
    ) -> Result<Option<Subscription>, PlatformError> {
        let root = self.root();
        let dictionary = root.dictionary();
        let records = self.records_of(SUBSCRIPTION, CLIENT, client)?;
        let today = self.today();
        let mut latest_end = None;
        let mut found: Option<(bool, Date, RecordId)> = None;
        let mut known = false;
        for record in &records {
            let fields = Fields::of(&dictionary, record);
            let own = fields.reference("project");
            if own.is_some() && own != project {
                continue;
            }
            known = true;
            let (starts, ends) = (fields.date("starts_on").unwrap_or(today), fields.date("ends_on"));
            latest_end = latest_end.max(ends);
            let candidate = (own.is_some(), starts, fields.id());
            if starts <= today
                && ends.is_none_or(|ends| today <= ends)
                && found.is_none_or(|best| best < candidate)
            {
                found = Some(candidate);
            }
        }
        let Some((_, _, id)) = found else {
            if !known {
                return Ok(None);
            }
            let client_name = self.client_name(client)?;
            let ended = latest_end.map_or_else(String::new, |day| format!(" ({day})"));
            return Err(PlatformError::refused(
                format!(
                    "Aucun abonnement de « {client_name} » n'est en cours{ended} : prolongez-le, ou faites-en un."
                ),
                format!("No subscription of “{client_name}” is in force{ended}: extend it, or make one."),
            ));
        };
        let record = root.get(&Caller::system(), SUBSCRIPTION, id, &[])?;
        Ok(Some(self.subscription_read(&Fields::of(&dictionary, &record))?))
    }

    fn client_name(&self, client: RecordId) -> Result<String, PlatformError> {
        let organisation = self.root().get(&Caller::system(), ORGANISATION, client, &[])?;
        Ok(Fields::of(&self.root().dictionary(), &organisation).text("name").unwrap_or_default())
    }

    /// A subscription with what it includes.
    pub(crate) fn subscription_read(&self, fields: &Fields<'_>) -> Result<Subscription, PlatformError> {
        let dictionary = self.root().dictionary();
        let client_id = fields.reference(CLIENT).ok_or(PlatformError::NotFound)?;
        let lines = self.records_of(SUBSCRIPTION_QUOTA, SUBSCRIPTION, fields.id())?;
        let quotas = lines.iter().map(|line| {
            let line = Fields::of(&dictionary, line);
            Quota {
                resource: line.text("resource").unwrap_or_default(),
                profile: line.text("profile"),
                amount: line.number("amount").unwrap_or_default(),
            }
        });
        Ok(Subscription {
            id: fields.id(),
            code: fields.text("code").unwrap_or_default(),
            client: self.client_name(client_id)?,
            client_id,
            project: fields.reference("project"),
            modules: fields.tags("modules"),
            starts_on: fields.date("starts_on"),
            ends_on: fields.date("ends_on"),
            made: fields.moment("created_at").unwrap_or_default(),
            quotas: quotas.collect(),
        })
    }

    /// Refuses an environment more than the subscription includes, or one with modules that it does not.
    pub(crate) fn check_environment_is_included(
        &self,
        client: RecordId,
        project: RecordId,
        modules: &[String],
    ) -> Result<(), PlatformError> {
        let Some(subscription) = self.subscription(client, Some(project))? else { return Ok(()) };
        let name = &subscription.client;
        if let Some(module) = modules.iter().find(|module| !subscription.modules.contains(module)) {
            let all = subscription.modules.join(", ");
            return Err(PlatformError::refused(
                format!(
                    "L'abonnement de « {name} » ne comprend pas le module « {module} » (compris : {all})."
                ),
                format!(
                    "The subscription of “{name}” does not include the module “{module}” (included: {all})."
                ),
            ));
        }
        for quota in subscription.quotas("environments") {
            let count = self.environments_within(&subscription)?.len();
            if i64::try_from(count).unwrap_or(i64::MAX) >= quota.amount {
                let amount = quota.amount;
                return Err(PlatformError::refused(
                    format!(
                        "L'abonnement de « {name} » comprend {amount} environnement(s), et il y en a {count} : augmentez-le, ou supprimez-en un."
                    ),
                    format!(
                        "The subscription of “{name}” includes {amount} environment(s), and there are {count}: raise it, or delete one."
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Refuses somebody more than the subscription includes. Nobody else is counted until what is returned is dropped.
    pub(crate) fn count_named_users(
        &self,
        info: &EnvironmentInfo,
        user: RecordId,
        held: &[&str],
    ) -> Result<Option<Counting<'_>>, PlatformError> {
        let Some(client) = info.client_id else { return Ok(None) };
        // Nobody waits where there is nothing to count.
        if self.records_of(SUBSCRIPTION, CLIENT, client)?.is_empty() {
            return Ok(None);
        }
        if self.works_elsewhere(user, client)? {
            return Ok(None);
        }
        let counting = Counting { _here: self.counting.lock(), _elsewhere: self.places.turn()? };
        let Some(subscription) = self.subscription(client, info.project_id)? else { return Ok(None) };
        for quota in subscription.quotas("named_users") {
            let counts =
                |held: &Held| quota.profile.as_ref().is_none_or(|profile| held.profiles().contains(profile));
            if !counts(&Held::new(held.iter().copied())) {
                continue;
            }
            let mut named = self.named_users(&subscription, &counts)?;
            named.remove(&user);
            if i64::try_from(named.len()).unwrap_or(i64::MAX) < quota.amount {
                continue;
            }
            let (name, amount) = (&subscription.client, quota.amount);
            let (fr, en) = match &quota.profile {
                Some(profile) => {
                    (format!(" avec le profil « {profile} »"), format!(" with the profile “{profile}”"))
                }
                None => (String::new(), String::new()),
            };
            return Err(PlatformError::refused(
                format!(
                    "L'abonnement de « {name} » comprend {amount} utilisateur(s) nommé(s){fr}, et tous sont pris : retirez un accès, ou augmentez l'abonnement."
                ),
                format!(
                    "The subscription of “{name}” includes {amount} named user(s){en}, and all are taken: take an access away, or raise the subscription."
                ),
            ));
        }
        Ok(Some(counting))
    }

    /// Environments that a subscription is for.
    pub(crate) fn environments_within(
        &self,
        subscription: &Subscription,
    ) -> Result<Vec<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(ENVIRONMENT, CLIENT, subscription.client_id)?;
        let within = records.iter().map(|record| Fields::of(&dictionary, record)).filter(|fields| {
            subscription.project.is_none() || fields.reference("project") == subscription.project
        });
        Ok(within.map(|fields| fields.id()).collect())
    }

    /// The client's people who may enter an environment of a subscription: each once. Those who work for somebody else, such as its integrator, are
    /// not the client's, and whoever may not sign in takes no place.
    fn named_users(
        &self,
        subscription: &Subscription,
        counts: &dyn Fn(&Held) -> bool,
    ) -> Result<BTreeSet<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut named = BTreeSet::new();
        for environment in self.environments_within(subscription)? {
            for record in self.records_of(ACCESS, "environment", environment)? {
                let fields = Fields::of(&dictionary, &record);
                if counts(&profiles(&fields)) {
                    named.extend(fields.reference("user"));
                }
            }
        }
        let mut of_client = BTreeSet::new();
        for user in named {
            if self.user(user)?.active && !self.works_elsewhere(user, subscription.client_id)? {
                of_client.insert(user);
            }
        }
        Ok(of_client)
    }

    /// Whether somebody works for another organisation than this client, such as its integrator.
    fn works_elsewhere(&self, user: RecordId, client: RecordId) -> Result<bool, PlatformError> {
        let record = self.root().get(&Caller::system(), USER, user, &[])?;
        let organisation = Fields::of(&self.root().dictionary(), &record).reference("organisation");
        Ok(organisation.is_some_and(|organisation| organisation != client))
    }
}
