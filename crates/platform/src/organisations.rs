//! Organisations, their projects and subscriptions, as commands add them. On the web they are records like any other.

use dictionary::{RecordId, Value};
use engine::{Caller, Draft};
use jiff::civil::Date;

use crate::directory::{CLIENT, Fields, ORGANISATION, PROJECT, SUBSCRIPTION, SUBSCRIPTION_QUOTA, USER};
use crate::error::PlatformError;
use crate::platform::Platform;

/// A subscription to add.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Name of the client.
    pub client: String,
    /// Name of the only project that it is for; all of the client's when absent.
    pub project: Option<String>,
    /// Modules it includes.
    pub modules: Vec<String>,
    /// Named users it includes; as many as they like when absent.
    pub named_users: Option<u32>,
    /// Environments it includes; as many as they like when absent.
    pub environments: Option<u32>,
    /// Megabytes of storage it includes; as much as they like when absent.
    pub storage_mb: Option<u32>,
    /// E-mails it includes a month; as many as they like when absent.
    pub emails: Option<u32>,
    /// First day; today when absent.
    pub starts_on: Option<Date>,
    /// Last day; without an end when absent.
    pub ends_on: Option<Date>,
}

impl Platform {
    /// Adds an organisation: `operator`, `integrator` or `client`, the last with the name of its integrator if it has one.
    ///
    /// Errors: the name is taken, there is no such integrator, or something is against a rule of the dictionary.
    pub fn organisation_add(
        &self,
        name: &str,
        kind: &str,
        integrator: Option<&str>,
    ) -> Result<RecordId, PlatformError> {
        let mut draft = Draft::default().with("name", name).with("kind", kind);
        if let Some(integrator) = integrator {
            draft = draft.with("integrator", self.organisation(integrator)?);
        }
        let done =
            self.root().transact(&Caller::system(), move |unit| unit.create(ORGANISATION, None, draft))?;
        Ok(done.value)
    }

    /// Says which organisation somebody works for.
    ///
    /// Errors: there is no such organisation.
    pub fn user_works_for(&self, user: RecordId, organisation: &str) -> Result<(), PlatformError> {
        let draft = Draft::default().with(ORGANISATION, self.organisation(organisation)?);
        self.root().transact(&Caller::system(), move |unit| unit.update(USER, user, None, draft))?;
        Ok(())
    }

    /// Adds a project of a client, made of these modules.
    ///
    /// Errors: there is no such client, or something is against a rule of the dictionary.
    pub fn project_add(
        &self,
        client: &str,
        name: &str,
        modules: &[String],
    ) -> Result<RecordId, PlatformError> {
        let draft = Draft::default()
            .with("name", name)
            .with(CLIENT, self.organisation(client)?)
            .with("modules", Value::Tags(modules.to_vec()));
        let done = self.root().transact(&Caller::system(), move |unit| unit.create(PROJECT, None, draft))?;
        Ok(done.value)
    }

    /// Adds a subscription.
    ///
    /// Errors: there is no such client or project, or something is against a rule of the dictionary.
    pub fn subscription_add(&self, new: &NewSubscription) -> Result<RecordId, PlatformError> {
        let mut draft = Draft::default()
            .with(CLIENT, self.organisation(&new.client)?)
            .with("modules", Value::Tags(new.modules.clone()));
        if let Some(project) = &new.project {
            draft = draft.with("project", self.project_of(&new.client, project)?);
        }
        for (field, day) in [("starts_on", new.starts_on), ("ends_on", new.ends_on)] {
            if let Some(day) = day {
                draft = draft.with(field, Value::Date(day));
            }
        }
        let quotas = [
            ("named_users", new.named_users),
            ("environments", new.environments),
            ("storage", new.storage_mb),
            ("emails", new.emails),
        ];
        let done = self.root().transact(&Caller::system(), move |unit| {
            let subscription = unit.create(SUBSCRIPTION, None, draft)?;
            for (resource, amount) in quotas {
                let Some(amount) = amount else { continue };
                let line = Draft::default()
                    .with("subscription", subscription)
                    .with("resource", resource)
                    .with("amount", Value::Integer(i64::from(amount)));
                unit.create(SUBSCRIPTION_QUOTA, None, line)?;
            }
            Ok(subscription)
        })?;
        Ok(done.value)
    }

    /// Record of the organisation of that name.
    ///
    /// Errors: refused when there is none.
    pub fn organisation(&self, name: &str) -> Result<RecordId, PlatformError> {
        match self.root().find(&Caller::system(), ORGANISATION, "name", name, &[]) {
            Ok(record) => Ok(record.row.id()),
            Err(engine::EngineError::NotFound) => Err(PlatformError::refused(
                format!("Aucune organisation ne s'appelle « {name} »."),
                format!("No organisation is called “{name}”."),
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Record of a client's project of that name.
    ///
    /// Errors: refused when there is none.
    pub fn project_of(&self, client: &str, name: &str) -> Result<RecordId, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(PROJECT, CLIENT, self.organisation(client)?)?;
        let mut named = records.iter().map(|record| Fields::of(&dictionary, record));
        let found =
            named.find(|fields| fields.text("name").as_deref() == Some(name)).map(|fields| fields.id());
        found.ok_or_else(|| {
            PlatformError::refused(
                format!("« {client} » n'a pas de projet « {name} »."),
                format!("“{client}” has no project “{name}”."),
            )
        })
    }
}
