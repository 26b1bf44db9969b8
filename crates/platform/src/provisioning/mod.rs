//! Provisioning: a company's directory keeps the people of an environment up to date, and says which groups they are in (SCIM 2.0, RFC 7643 and 7644).
//!
//! Decision 0124. A token is for one environment and reaches no other; what it does is in the journal under its name. Groups give what an administrator of the
//! environment mapped them to, and nothing else.

pub mod groups;
pub mod people;
mod tokens;

use std::collections::BTreeSet;
use std::sync::Arc;

use dictionary::{Label, Language, RecordId, Value};
use engine::{Caller, Draft, EngineError, Held, Query};
use journal::Origin;

use crate::access::{profiles, words};
use crate::directory::{
    self, ACCESS, Fields, ORGANISATION, PROVISIONED_GROUP, PROVISIONED_MEMBER, PROVISIONED_PERSON,
};
use crate::environments::{EnvironmentInfo, PLATFORM};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::users::User;

pub use tokens::{MadeToken, ProvisioningToken};

/// A directory that provisions an environment.
#[derive(Debug, Clone)]
pub struct Provisioner {
    /// Record of its token.
    pub token: RecordId,
    /// Name of its token.
    pub name: String,
    info: Arc<EnvironmentInfo>,
}

impl Provisioner {
    /// As what it writes.
    fn caller(&self) -> Caller {
        let name = format!("SCIM · {}", self.name);
        Caller { device: Some(name.clone()), name, origin: Origin::Api, ..Caller::system() }
    }
}

/// Why provisioning was refused, beside what refuses any call.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    /// Another person or group has that name already, or that address.
    #[error("{}", .0.text(Language::En))]
    Taken(Label),
    /// What was sent cannot be: says what.
    #[error("{}", .0.text(Language::En))]
    Invalid(Label),
}

impl ProvisioningError {
    fn taken(fr: &str, en: &str) -> ProvisioningError {
        ProvisioningError::Taken(Label::new(fr, en))
    }

    fn invalid(fr: &str, en: &str) -> ProvisioningError {
        ProvisioningError::Invalid(Label::new(fr, en))
    }
}

/// Who administers, as what is done in their name is journalled in the reserved environment, where they may have no record.
fn in_name_of(by: &str) -> Caller {
    let name: String = by.chars().take(200).collect();
    Caller { device: Some(name.clone()), name, origin: Origin::Web, ..Caller::system() }
}

impl Platform {
    /// People in an environment who are provisioned there are not given anything by what their identity provider says of their groups.
    pub(crate) fn is_provisioned(
        &self,
        user: RecordId,
        environment: RecordId,
    ) -> Result<bool, PlatformError> {
        let dictionary = self.root().dictionary();
        let found = self.records_of(PROVISIONED_PERSON, "user", user)?;
        Ok(found.iter().any(|one| Fields::of(&dictionary, one).reference("environment") == Some(environment)))
    }

    /// Makes what a person may do in the environment what their groups give: nothing once they are not active. An access that was given by hand stays as
    /// long as no group says otherwise.
    fn provisioned_apply(&self, by: &Provisioner, person: RecordId) -> Result<(), PlatformError> {
        let record = match self.root().get(&Caller::system(), PROVISIONED_PERSON, person, &[]) {
            Ok(record) => record,
            Err(EngineError::NotFound) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &record);
        let Some(user) = fields.reference("user") else { return Ok(()) };
        let (active, gave) = (people::is_active(&fields) != Some(false), fields.is_true("gave"));
        let held = if active { self.provisioned_profiles(&by.info, person)? } else { Vec::new() };
        let existing = self.access_record(user, by.info.id)?;
        if held.is_empty() {
            if existing.is_some() && (gave || !active) {
                self.provisioned_leaves(by, user)?;
            }
        } else {
            let same = match existing {
                Some(id) => {
                    let access = self.root().get(&Caller::system(), ACCESS, id, &[])?;
                    profiles(&Fields::of(&dictionary, &access)) == Held::new(held.clone())
                }
                None => false,
            };
            if !same {
                let held: Vec<&str> = held.iter().map(String::as_str).collect();
                self.access_grant_by(&by.caller(), user, &by.info.name, &held)?;
            }
            if existing.is_none() {
                self.provisioned_invite(by, user)?;
            }
        }
        let gives = !held.is_empty();
        if gives != gave {
            let draft = Draft::default().with("gave", Value::Boolean(gives));
            self.root()
                .transact(&by.caller(), move |unit| unit.update(PROVISIONED_PERSON, person, None, draft))?;
        }
        Ok(())
    }

    /// Takes a person's access to the environment away. Who is of this client alone is signed out everywhere, at once; others enter what is not this client's.
    fn provisioned_leaves(&self, by: &Provisioner, user: RecordId) -> Result<(), PlatformError> {
        let is_own = self.is_of_client_alone(user, &by.info)?;
        self.access_revoke_by(&by.caller(), user, &by.info.name)?;
        if is_own {
            self.sessions_end_where(user, Some(&by.caller().name), |_| true)?;
        }
        Ok(())
    }

    /// Who has no way in yet gets a link to choose a password, unless their company has them prove who they are elsewhere.
    fn provisioned_invite(&self, by: &Provisioner, user: RecordId) -> Result<(), PlatformError> {
        let user = self.user(user)?;
        let domain = user.email.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
        if self.providers_for(domain)?.is_empty() {
            self.invite(&user, &by.info, None)?;
        }
        Ok(())
    }

    /// The profiles that a person's groups give there, as far as the environment has them; none when they give no right.
    fn provisioned_profiles(
        &self,
        info: &EnvironmentInfo,
        person: RecordId,
    ) -> Result<Vec<String>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut held = BTreeSet::new();
        for member in self.records_of(PROVISIONED_MEMBER, "person", person)? {
            let Some(group) = Fields::of(&dictionary, &member).reference("in_group") else { continue };
            let group = self.root().get(&Caller::system(), PROVISIONED_GROUP, group, &[])?;
            held.extend(words(Fields::of(&dictionary, &group).text("profiles")));
        }
        let open = self.environment(&info.name)?;
        let known = open.engine.dictionary();
        held.retain(|name| known.profile(name).is_some());
        if held.iter().all(|name| known.profile(name).is_none_or(|profile| profile.restricts)) {
            held.clear();
        }
        Ok(held.into_iter().collect())
    }

    /// Whether somebody enters, and works for, nothing but this client's.
    fn is_of_client_alone(&self, user: RecordId, info: &EnvironmentInfo) -> Result<bool, PlatformError> {
        let dictionary = self.root().dictionary();
        let record = self.root().get(&Caller::system(), directory::USER, user, &[])?;
        let works_for = Fields::of(&dictionary, &record).reference(ORGANISATION);
        if info.client_id.is_none() || works_for.is_some_and(|one| Some(one) != info.client_id) {
            return Ok(false);
        }
        for record in self.records_of(ACCESS, "user", user)? {
            let Some(id) = Fields::of(&dictionary, &record).reference("environment") else { continue };
            let other = self.environment_info_by_id(id)?;
            if other.name == PLATFORM || other.client_id != info.client_id {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The account of whoever has an address: made if there is none. Whether it was made.
    fn provisioned_account(
        &self,
        name: &str,
        email: &str,
        language: Option<dictionary::Language>,
    ) -> Result<(User, bool), PlatformError> {
        match self.user_by_email(email) {
            Ok(user) => Ok((user, false)),
            Err(error) if error.is_not_found() => Ok((self.user_note(name, email, language)?, true)),
            Err(error) => Err(error),
        }
    }

    /// Records of an entity in the environment, by a field, or all of them.
    fn provisioned_records(
        &self,
        entity: &str,
        info: &EnvironmentInfo,
        by: Option<(&str, &str)>,
    ) -> Result<Vec<engine::Record>, PlatformError> {
        use dictionary::expression::BinaryOperator::Equal;
        let dictionary = self.root().dictionary();
        let mut filters =
            vec![directory::condition(&dictionary, entity, "environment", Equal, Value::Id(info.id))?];
        if let Some((field, value)) = by {
            filters.push(directory::condition(&dictionary, entity, field, Equal, Value::from(value))?);
        }
        let query = Query { entity: entity.to_owned(), filters, ..Query::default() };
        directory::all(self.root(), query)
    }

    /// A record of an entity, if it is of the environment.
    fn provisioned_record(
        &self,
        entity: &str,
        info: &EnvironmentInfo,
        id: RecordId,
    ) -> Result<engine::Record, PlatformError> {
        let record = self.root().get(&Caller::system(), entity, id, &[])?;
        let dictionary = self.root().dictionary();
        if Fields::of(&dictionary, &record).reference("environment") != Some(info.id) {
            return Err(PlatformError::NotFound);
        }
        Ok(record)
    }
}
