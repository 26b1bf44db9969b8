//! People who sign in: records of `user` in the reserved environment, with the hash of a password.

use dictionary::expression::BinaryOperator;
use dictionary::model::Dictionary;
use dictionary::{Language, RecordId, Value};
use engine::{Caller, Draft, Environment, Query, Record};
use jiff::Timestamp;

use crate::directory::{self, Fields, USER};
use crate::error::PlatformError;
use crate::password_policy::Of;
use crate::platform::Platform;

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Record of `user` in the reserved environment.
    pub id: RecordId,
    /// Name shown.
    pub name: String,
    /// E-mail address, in lower case.
    pub email: String,
    /// Preferred language.
    pub language: Language,
    /// May sign in.
    pub active: bool,
    /// Since when a second factor is asked of them.
    pub second_factor: Option<Timestamp>,
    /// When somebody else gave them their password, which they have to replace; `None` when it is their own.
    pub password_given: Option<Timestamp>,
}

/// Somebody to create.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Name shown.
    pub name: String,
    /// E-mail address: what they sign in with.
    pub email: String,
    /// Their first password.
    pub password: String,
    /// Whether somebody else chose that password: the person has to replace it when they first sign in.
    pub given: bool,
    /// Preferred language.
    pub language: Language,
}

/// The form in which addresses are kept and compared.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Platform {
    /// Adds a person. They may enter no environment yet: [`Platform::access_grant`].
    ///
    /// Errors: the address is taken or not valid, the password weak.
    pub fn user_create(&self, new: NewUser) -> Result<User, PlatformError> {
        let of = Of { name: &new.name, email: &new.email };
        self.password_policy.check(&new.password, of)?;
        self.user_create_unchecked(new)
    }

    /// As [`Platform::user_create`], whatever the password: for examples, whose password everybody knows.
    ///
    /// Errors: the address is taken or not valid.
    pub fn user_create_unchecked(&self, new: NewUser) -> Result<User, PlatformError> {
        let given = if new.given { Value::DateTime(self.clock.now()) } else { Value::Null };
        let hash = self.passwords.hash(&new.password, self.random.as_ref())?;
        let draft = Draft::default()
            .with("name", new.name.trim())
            .with("email", normal_email(&new.email).as_str())
            .with("language", new.language.code())
            .with("password_hash", hash.as_str())
            .with("password_given", given);
        let done = self.root().transact(&Caller::system(), move |unit| unit.create(USER, None, draft))?;
        tracing::info!(user.id = %done.value, "user created");
        self.user(done.value)
    }

    /// Adds a person without a password: they cannot sign in until they have one.
    ///
    /// Errors: the address is taken or not valid.
    pub(crate) fn user_note(
        &self,
        name: &str,
        email: &str,
        language: Option<Language>,
    ) -> Result<User, PlatformError> {
        let mut draft =
            Draft::default().with("name", name.trim()).with("email", normal_email(email).as_str());
        if let Some(language) = language {
            draft = draft.with("language", language.code());
        }
        let done = self.root().transact(&Caller::system(), move |unit| unit.create(USER, None, draft))?;
        tracing::info!(user.id = %done.value, "user created without a password");
        self.user(done.value)
    }

    /// Changes the preferred language of a person.
    ///
    /// Errors: there is no such person.
    pub fn user_set_language(&self, user: RecordId, language: Language) -> Result<User, PlatformError> {
        let draft = Draft::default().with("language", language.code());
        self.root().transact(&Caller::system(), move |unit| unit.update(USER, user, None, draft))?;
        self.user(user)
    }

    /// Everybody, by name.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn users(&self) -> Result<Vec<User>, PlatformError> {
        let records = directory::all(self.root(), Query { entity: USER.to_owned(), ..Query::default() })?;
        let dictionary = self.root().dictionary();
        Ok(records.iter().map(|record| read_user(&dictionary, record)).collect())
    }

    /// A person.
    ///
    /// Errors: there is no such person.
    pub fn user(&self, id: RecordId) -> Result<User, PlatformError> {
        let root = self.root();
        let read = || {
            let record = root.get(&Caller::system(), USER, id, &[])?;
            Ok(read_user(&root.dictionary(), &record))
        };
        let keep = |known: &mut crate::cache::Known, user: &User| {
            known.users.insert(id, user.clone());
        };
        self.cache.get(root, |known| known.users.get(&id).cloned(), read, keep)
    }

    /// The person with that e-mail address.
    ///
    /// Errors: nobody has it.
    pub fn user_by_email(&self, email: &str) -> Result<User, PlatformError> {
        let record = self.root().find(&Caller::system(), USER, "email", &normal_email(email), &[])?;
        Ok(read_user(&self.root().dictionary(), &record))
    }

    /// Records of `entity` whose field has that value.
    pub(crate) fn records_of(
        &self,
        entity: &str,
        field: &str,
        value: impl Into<Value>,
    ) -> Result<Vec<Record>, PlatformError> {
        let root: &Environment = self.root();
        let filter =
            directory::condition(&root.dictionary(), entity, field, BinaryOperator::Equal, value.into())?;
        directory::all(root, Query { entity: entity.to_owned(), filters: vec![filter], ..Query::default() })
    }
}

fn read_user(dictionary: &Dictionary, record: &Record) -> User {
    let fields = Fields::of(dictionary, record);
    User {
        id: fields.id(),
        name: fields.text("name").unwrap_or_default(),
        email: fields.text("email").unwrap_or_default(),
        language: fields.text("language").and_then(|code| Language::from_code(&code)).unwrap_or_default(),
        active: fields.is_true("active"),
        second_factor: fields.moment("second_factor"),
        password_given: fields.moment("password_given"),
    }
}
