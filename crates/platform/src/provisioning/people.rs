//! People, as a directory keeps them up to date.

use dictionary::{Language, RecordId, Value};
use engine::{Caller, Draft, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::directory::{Fields, PROVISIONED_GROUP, PROVISIONED_MEMBER, PROVISIONED_PERSON, USER};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::provisioning::{Provisioner, ProvisioningError};
use crate::users::normal_email;

/// Letters of a name here at most.
const NAME_MAX: usize = 120;

/// An address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The address.
    pub value: String,
    /// What for: `work`, `home`.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The one that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub primary: Option<bool>,
}

/// What a directory says of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonBody {
    /// What they are known by there.
    pub user_name: String,
    /// Their identifier there.
    pub external_id: Option<String>,
    /// Whether they may come in; they may, where nothing is said.
    pub active: Option<bool>,
    /// Name shown.
    pub display_name: Option<String>,
    /// First name.
    pub given_name: Option<String>,
    /// Last name.
    pub family_name: Option<String>,
    /// Whole name.
    pub formatted_name: Option<String>,
    /// Language tag.
    pub preferred_language: Option<String>,
    /// Addresses.
    pub emails: Vec<Email>,
}

impl PersonBody {
    /// The address that they sign in with: the one that counts, else one for work, else the first, else their user name where it is one.
    fn address(&self) -> Option<String> {
        let primary = self.emails.iter().find(|one| one.primary == Some(true));
        let work = || self.emails.iter().find(|one| one.kind.as_deref() == Some("work"));
        let found = primary.or_else(work).or(self.emails.first()).map(|one| one.value.as_str());
        let found = found.or(Some(self.user_name.as_str()).filter(|name| is_address(name)));
        found.map(normal_email)
    }

    /// What they are called here.
    fn name(&self) -> String {
        let parts = [self.given_name.as_deref(), self.family_name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        let of = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let name = of(&self.display_name).or_else(|| of(&self.formatted_name));
        let name = name.or_else(|| Some(parts.join(" ")).filter(|name| !name.is_empty()));
        name.unwrap_or_else(|| self.user_name.clone()).trim().chars().take(NAME_MAX).collect()
    }

    fn language(&self) -> Option<Language> {
        self.preferred_language.as_deref().and_then(|tag| Language::from_code(tag.get(..2)?))
    }

    fn check(&self) -> Result<(), PlatformError> {
        if self.user_name.trim().is_empty() {
            return Err(ProvisioningError::invalid("il manque userName", "userName is needed").into());
        }
        if self.emails.iter().any(|one| !is_address(&one.value)) {
            return Err(ProvisioningError::invalid(
                "une adresse électronique n'en est pas une",
                "an e-mail address is none",
            )
            .into());
        }
        Ok(())
    }

    fn draft(&self) -> Result<Draft, PlatformError> {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        let emails = serde_json::to_string(&self.emails).map_err(|_| {
            ProvisioningError::invalid(
                "les adresses électroniques ne peuvent être gardées",
                "the e-mail addresses cannot be kept",
            )
        })?;
        Ok(Draft::default()
            .with("user_name", self.user_name.trim())
            .with("user_name_key", key(&self.user_name).as_str())
            .with("external_id", text(&self.external_id))
            .with("active", self.active.map_or(Value::Null, Value::Boolean))
            .with("display_name", text(&self.display_name))
            .with("given_name", text(&self.given_name))
            .with("family_name", text(&self.family_name))
            .with("formatted_name", text(&self.formatted_name))
            .with("preferred_language", text(&self.preferred_language))
            .with("emails", emails.as_str()))
    }
}

/// A person who is provisioned.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their identifier here.
    pub id: RecordId,
    /// Position of the last change.
    pub version: u64,
    /// When they came.
    pub created: Option<Timestamp>,
    /// When they last changed.
    pub modified: Option<Timestamp>,
    /// What the directory says.
    pub body: PersonBody,
    /// Groups they are in: identifier and name.
    pub groups: Vec<(RecordId, String)>,
}

/// How names are compared.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    let parts = text.split_once('@');
    text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && parts.is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.ends_with('.')
        })
}

impl Platform {
    /// Provisioned people of the environment, by user name; `by`: only those with this user name or external identifier.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn provisioned_people(
        &self,
        provisioner: &Provisioner,
        by: Option<Lookup<'_>>,
    ) -> Result<Vec<Person>, PlatformError> {
        let lowered;
        let by = match by {
            Some(Lookup::UserName(name)) => {
                lowered = key(name);
                Some(("user_name_key", lowered.as_str()))
            }
            Some(Lookup::ExternalId(id)) => Some(("external_id", id)),
            None => None,
        };
        let records = self.provisioned_records(PROVISIONED_PERSON, &provisioner.info, by)?;
        let mut people = Vec::new();
        for record in &records {
            people.push(self.provisioned_person_of(record)?);
        }
        people.sort_by(|a, b| dictionary::text::compare(&a.body.user_name, &b.body.user_name));
        Ok(people)
    }

    /// One of them.
    ///
    /// Errors: not found.
    pub fn provisioned_person(
        &self,
        provisioner: &Provisioner,
        id: RecordId,
    ) -> Result<Person, PlatformError> {
        let record = self.provisioned_record(PROVISIONED_PERSON, &provisioner.info, id)?;
        self.provisioned_person_of(&record)
    }

    /// Adds a person. Who has an account goes on with it; who has none gets one, without a password. They enter once a group of theirs gives something.
    ///
    /// Errors: the user name, or the address, is another's here; what was sent cannot be.
    pub fn provisioned_person_create(
        &self,
        provisioner: &Provisioner,
        body: &PersonBody,
    ) -> Result<Person, PlatformError> {
        body.check()?;
        let taken = Some(("user_name_key", key(&body.user_name)));
        let taken = taken.as_ref().map(|(field, value)| (*field, value.as_str()));
        if !self.provisioned_records(PROVISIONED_PERSON, &provisioner.info, taken)?.is_empty() {
            return Err(ProvisioningError::taken(
                "une autre personne a déjà ce userName",
                "another person has this userName already",
            )
            .into());
        }
        let mut draft = body.draft()?.with("environment", provisioner.info.id);
        if let Some(email) = body.address() {
            let (user, made) = self.provisioned_account(&body.name(), &email, body.language())?;
            self.provisioned_once(provisioner, user.id, None)?;
            draft = draft.with("user", user.id).with("made", Value::Boolean(made));
        }
        let done = self
            .root()
            .transact(&provisioner.caller(), move |unit| unit.create(PROVISIONED_PERSON, None, draft))?;
        tracing::info!(provisioned.id = %done.value, token.id = %provisioner.token, "person provisioned");
        self.provisioned_apply(provisioner, done.value)?;
        self.provisioned_person(provisioner, done.value)
    }

    /// Changes a person; `expected`: the version that it is to be a change of.
    ///
    /// Errors: not found; stale; as [`Platform::provisioned_person_create`]; the address of an account that is not this client's alone is not changed.
    pub fn provisioned_person_replace(
        &self,
        provisioner: &Provisioner,
        id: RecordId,
        expected: Option<u64>,
        body: &PersonBody,
    ) -> Result<Person, PlatformError> {
        body.check()?;
        let record = self.provisioned_record(PROVISIONED_PERSON, &provisioner.info, id)?;
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, &record);
        let before = body_of(&fields);
        let name_key = key(&body.user_name);
        let named = self.provisioned_records(
            PROVISIONED_PERSON,
            &provisioner.info,
            Some(("user_name_key", name_key.as_str())),
        )?;
        if named.iter().any(|one| one.row.id() != id) {
            return Err(ProvisioningError::taken(
                "une autre personne a déjà ce userName",
                "another person has this userName already",
            )
            .into());
        }
        let mut draft = body.draft()?;
        let mut account = None;
        match (fields.reference("user"), body.address()) {
            (None, Some(email)) => {
                let (user, made) = self.provisioned_account(&body.name(), &email, body.language())?;
                self.provisioned_once(provisioner, user.id, Some(id))?;
                draft = draft.with("user", user.id).with("made", Value::Boolean(made));
            }
            (Some(user), email) => {
                account =
                    self.provisioned_account_change(provisioner, &fields, user, email, (&before, body))?;
            }
            (None, None) => {}
        }
        self.root().transact(&provisioner.caller(), move |unit| {
            unit.update(PROVISIONED_PERSON, id, expected, draft)?;
            if let Some((user, draft)) = account {
                unit.update(USER, user, None, draft)?;
            }
            Ok(())
        })?;
        self.provisioned_apply(provisioner, id)?;
        self.provisioned_person(provisioner, id)
    }

    /// Takes a person out of what is provisioned, and their access away. Their account, and what they did, stay.
    ///
    /// Errors: not found; stale.
    pub fn provisioned_person_remove(
        &self,
        provisioner: &Provisioner,
        id: RecordId,
        expected: Option<u64>,
    ) -> Result<(), PlatformError> {
        let record = self.provisioned_record(PROVISIONED_PERSON, &provisioner.info, id)?;
        let user = Fields::of(&self.root().dictionary(), &record).reference("user");
        self.root()
            .transact(&provisioner.caller(), move |unit| unit.delete(PROVISIONED_PERSON, id, expected))?;
        if let Some(user) = user {
            self.provisioned_leaves(provisioner, user)?;
        }
        tracing::info!(provisioned.id = %id, token.id = %provisioner.token, "person no longer provisioned");
        Ok(())
    }

    /// What changes of an account: only of one that was made by provisioning here, and is of this client alone. Of any other, its person decides.
    fn provisioned_account_change(
        &self,
        provisioner: &Provisioner,
        fields: &Fields<'_>,
        user: RecordId,
        email: Option<String>,
        (before, body): (&PersonBody, &PersonBody),
    ) -> Result<Option<(RecordId, Draft)>, PlatformError> {
        let account = self.user(user)?;
        let is_own = fields.is_true("made") && self.is_of_client_alone(user, &provisioner.info)?;
        let mut draft = Draft::default();
        let mut changes = false;
        let moves = before.address() != email;
        if let Some(email) = email.filter(|email| moves && *email != account.email) {
            if !is_own {
                return Err(ProvisioningError::invalid(
                    "l'adresse de ce compte ne change pas par l'annuaire : il a été fait, ou sert, ailleurs aussi",
                    "the address of this account is not changed by provisioning: it was made, or is used, elsewhere too",
                )
                .into());
            }
            match self.user_by_email(&email) {
                Ok(_) => {
                    return Err(ProvisioningError::taken(
                        "un autre compte a cette adresse",
                        "another account has this address",
                    )
                    .into());
                }
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
            (draft, changes) = (draft.with("email", email.as_str()), true);
        }
        if is_own && before.name() != body.name() {
            (draft, changes) = (draft.with("name", body.name().as_str()), true);
        }
        if let Some(language) = body.language().filter(|_| is_own && before.language() != body.language()) {
            (draft, changes) = (draft.with("language", language.code()), true);
        }
        Ok(changes.then_some((user, draft)))
    }

    /// One account is one person there.
    fn provisioned_once(
        &self,
        provisioner: &Provisioner,
        user: RecordId,
        but: Option<RecordId>,
    ) -> Result<(), PlatformError> {
        let dictionary = self.root().dictionary();
        let found = self.records_of(PROVISIONED_PERSON, "user", user)?;
        let mut others = found.iter().map(|one| Fields::of(&dictionary, one));
        let is_other = |one: &Fields<'_>| {
            Some(one.id()) != but && one.reference("environment") == Some(provisioner.info.id)
        };
        if others.any(|one| is_other(&one)) {
            return Err(ProvisioningError::taken(
                "une autre personne a déjà cette adresse électronique",
                "another person has this e-mail address already",
            )
            .into());
        }
        Ok(())
    }

    fn provisioned_person_of(&self, record: &Record) -> Result<Person, PlatformError> {
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, record);
        let mut groups = Vec::new();
        for member in self.records_of(PROVISIONED_MEMBER, "person", fields.id())? {
            let Some(group) = Fields::of(&dictionary, &member).reference("in_group") else { continue };
            let group = self.root().get(&Caller::system(), PROVISIONED_GROUP, group, &[])?;
            let name = Fields::of(&dictionary, &group).text("name").unwrap_or_default();
            groups.push((group.row.id(), name));
        }
        groups.sort_by(|a, b| dictionary::text::compare(&a.1, &b.1));
        Ok(Person {
            id: fields.id(),
            version: fields.version(),
            created: fields.moment("created_at"),
            modified: fields.moment("modified_at"),
            body: body_of(&fields),
            groups,
        })
    }
}

/// By what people are looked up.
#[derive(Debug, Clone, Copy)]
pub enum Lookup<'a> {
    /// Their user name, in any case.
    UserName(&'a str),
    /// Their identifier there.
    ExternalId(&'a str),
}

/// Whether they may come in; nothing, where nothing was said.
pub(super) fn is_active(fields: &Fields<'_>) -> Option<bool> {
    match fields.value("active") {
        Value::Boolean(active) => Some(*active),
        _ => None,
    }
}

fn body_of(fields: &Fields<'_>) -> PersonBody {
    PersonBody {
        user_name: fields.text("user_name").unwrap_or_default(),
        external_id: fields.text("external_id"),
        active: is_active(fields),
        display_name: fields.text("display_name"),
        given_name: fields.text("given_name"),
        family_name: fields.text("family_name"),
        formatted_name: fields.text("formatted_name"),
        preferred_language: fields.text("preferred_language"),
        emails: fields.text("emails").and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default(),
    }
}
