//! How much the environments of a subscription may hold together, and what is said to whoever would make one hold more.

use std::sync::{Arc, Weak};

use dictionary::Label;
use engine::Caller;

use crate::directory::{Fields, ORGANISATION};
use crate::environments::{self, EnvironmentInfo};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::platform::Platform;
use crate::usage::meters::Gauge;
use crate::usage::{MEGABYTE, megabytes};

/// Storage of a subscription, as one of its environments shares it.
pub(crate) struct Allowance {
    /// Bytes that it includes.
    included: i64,
    /// Of the other environments.
    others: Vec<Weak<Gauge>>,
    client: String,
    /// Who raises it.
    ask: Label,
}

impl Allowance {
    /// What is used where that much is held here.
    fn used(&self, held: i64) -> i64 {
        let others = self.others.iter().filter_map(Weak::upgrade).map(|gauge| gauge.held());
        others.fold(held, i64::saturating_add)
    }

    /// Whether as much may be held here.
    pub(crate) fn has_room(&self, held: i64) -> bool {
        self.used(held) <= self.included
    }

    /// Refuses to hold more than is included, where `held` is held here already.
    pub(crate) fn admit(&self, held: i64, growth_bytes: i64) -> Result<(), Label> {
        if self.has_room(held.saturating_add(growth_bytes)) {
            return Ok(());
        }
        let (client, included, used) = (&self.client, self.included, self.used(held));
        let say =
            |language| (megabytes(included, language), megabytes(used, language), self.ask.text(language));
        let (fr, en) = (say(dictionary::Language::Fr), say(dictionary::Language::En));
        Err(Label::new(
            &format!(
                "L'abonnement de « {client} » comprend {} Mo de stockage, et {} Mo sont pris : ceci n'a pas été enregistré, et rien de ce qui est là n'est perdu. Supprimez des fiches ou des fichiers, ou demandez à {} d'augmenter l'abonnement.",
                fr.0, fr.1, fr.2
            ),
            &format!(
                "The subscription of “{client}” includes {} MB of storage, and {} MB are taken: this was not saved, and nothing that is there is lost. Delete records or files, or ask {} to raise the subscription.",
                en.0, en.1, en.2
            ),
        ))
    }
}

/// What memory keeps of an environment's storage.
#[derive(Clone)]
pub(crate) struct Bounded {
    day: jiff::civil::Date,
    allowance: Option<Arc<Allowance>>,
    /// The environments that share it, this one among them.
    sharing: Vec<Arc<EnvironmentInfo>>,
}

impl std::fmt::Debug for Bounded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Bounded").field("day", &self.day).finish_non_exhaustive()
    }
}

impl Platform {
    /// The meter of an environment.
    pub(crate) fn gauge(&self, info: &EnvironmentInfo) -> Result<Arc<Gauge>, PlatformError> {
        Ok(self.gauges.of(info.id, info.since, &environments::zone(&info.zone)?))
    }

    /// Says to an environment that is about to be used how much it may hold, by the directory as it is now.
    pub(crate) fn storage_bound(
        &self,
        info: &Arc<EnvironmentInfo>,
        open: &OpenEnvironment,
    ) -> Result<(), PlatformError> {
        let today = self.today();
        let name = &info.name;
        let bounded = self.cache.get(
            self.root(),
            |known| known.bounded.get(name).filter(|bounded| bounded.day == today).cloned(),
            || self.bounded(info, today),
            |known, bounded| {
                known.bounded.insert(name.clone(), bounded.clone());
            },
        )?;
        let gauge = self.gauge(info)?;
        if let Some(allowance) = bounded.allowance {
            for other in &bounded.sharing {
                if other.id == info.id {
                    gauge.keep_up(&open.engine)?;
                } else if let Err(error) = self.keep_up(other) {
                    // One that cannot be opened stops nobody from using the others: it counts as it was.
                    tracing::warn!(environment.name = %other.name, %error, "what it holds could not be counted");
                }
            }
            gauge.allow(Some(allowance));
            open.engine.bound_storage(gauge);
        } else {
            gauge.allow(None);
        }
        Ok(())
    }

    /// Counts what an environment holds, opening it if it was never counted here, or if another process may have written to it.
    pub(crate) fn keep_up(&self, info: &EnvironmentInfo) -> Result<Arc<Gauge>, PlatformError> {
        let gauge = self.gauge(info)?;
        match self.environment_at_hand(info) {
            Some(open) => gauge.keep_up(&open.engine)?,
            None if gauge.is_known() && self.places.database.is_none() => {}
            None => gauge.keep_up(&self.environment_unbounded(&info.name)?.engine)?,
        }
        Ok(gauge)
    }

    fn bounded(&self, info: &Arc<EnvironmentInfo>, day: jiff::civil::Date) -> Result<Bounded, PlatformError> {
        let none = Bounded { day, allowance: None, sharing: Vec::new() };
        let Some(client) = info.client_id else { return Ok(none) };
        let subscription = match self.subscription(client, info.project_id) {
            Ok(Some(subscription)) => subscription,
            // One that ended bounds nothing: what becomes of its environments is the operator's to say.
            Ok(None) | Err(PlatformError::Refused { .. }) => return Ok(none),
            Err(error) => return Err(error),
        };
        let Some(included) = subscription.amount("storage") else { return Ok(none) };
        let mut sharing = Vec::new();
        for id in self.environments_within(&subscription)? {
            sharing.push(Arc::new(self.environment_info_by_id(id)?));
        }
        let mut others = Vec::new();
        for other in sharing.iter().filter(|other| other.id != info.id) {
            others.push(Arc::downgrade(&self.gauge(other)?));
        }
        let allowance = Allowance {
            included: included.saturating_mul(MEGABYTE),
            others,
            client: subscription.client.clone(),
            ask: self.who_raises(client)?,
        };
        Ok(Bounded { day, allowance: Some(Arc::new(allowance)), sharing })
    }

    /// Who raises a client's subscription: its integrator, else the operator.
    pub(crate) fn who_raises(&self, client: dictionary::RecordId) -> Result<Label, PlatformError> {
        let (root, dictionary) = (self.root(), self.root().dictionary());
        let name = |id| -> Result<Option<String>, PlatformError> {
            let record = root.get(&Caller::system(), ORGANISATION, id, &[])?;
            Ok(Fields::of(&dictionary, &record).text("name"))
        };
        let record = root.get(&Caller::system(), ORGANISATION, client, &[])?;
        let integrator = match Fields::of(&dictionary, &record).reference("integrator") {
            Some(id) => name(id)?,
            None => {
                let operators = self.records_of(ORGANISATION, "kind", "operator")?;
                operators.first().and_then(|record| Fields::of(&dictionary, record).text("name"))
            }
        };
        Ok(match integrator {
            Some(name) => Label::new(&format!("« {name} »"), &format!("“{name}”")),
            None => Label::new("l'exploitant de la plateforme", "the operator of the platform"),
        })
    }
}
