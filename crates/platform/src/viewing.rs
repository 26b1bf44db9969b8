//! Looking at an environment as one of its people (decision 0125): a state of a session, for one environment, that nothing can be changed in.
//!
//! What decides is asked at every entry: whether the time is over, whether who looks may still, whether the person may still enter. Beginning and
//! end are noted in the environment, where its audit tells them.

use std::sync::Arc;

use dictionary::RecordId;
use dictionary::Value;
use dictionary::expression::BinaryOperator;
use engine::{Caller, Draft, Ending, EngineError, Power, Query};
use jiff::{SignedDuration, Timestamp};

use crate::access::{Door, Identity};
use crate::directory::{self, Fields, SESSION};
use crate::environments::{EnvironmentInfo, PLATFORM};
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::platform::Platform;

/// One looks as somebody else for this long at most.
pub const LONGEST: SignedDuration = SignedDuration::from_mins(60);

/// What a session looks at as somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewing {
    /// Record of the environment.
    pub environment: RecordId,
    /// As whom; nobody once their account is gone.
    pub user: Option<RecordId>,
    /// When it ends by itself.
    pub until: Timestamp,
    /// What is noted of it in the environment.
    pub note: RecordId,
}

impl Viewing {
    /// What a session looks at.
    pub(crate) fn of(session: &Fields<'_>) -> Option<Viewing> {
        Some(Viewing {
            environment: session.reference("viewed_environment")?,
            user: session.reference("viewed_as"),
            until: session.moment("viewed_until")?,
            note: RecordId::parse(&session.text("viewed_note")?)?,
        })
    }
}

impl Platform {
    /// Begins to look at an environment as one of its people. Who looks as that person already goes on.
    ///
    /// Errors: forbidden to whoever does not administer it; not found when the person may not enter; refused to a program's token, in the reserved
    /// environment, as oneself, as somebody who may do more, and while one looks as somebody else.
    pub fn view_begin(
        &self,
        identity: &Identity,
        environment: &str,
        person: RecordId,
        request: Option<String>,
    ) -> Result<Viewing, PlatformError> {
        let Door::Session { id: Some(session), viewing, .. } = &identity.door else {
            return Err(not_a_session());
        };
        let info = self.environment_info(environment)?;
        let mut caller = self.caller_of(&identity.user, &info, identity.user.language)?;
        caller.request = request;
        let open = self.environment(environment)?;
        if let Some(viewing) = viewing {
            if viewing.environment == info.id && viewing.user == Some(person) {
                return Ok(viewing.clone());
            }
            return Err(PlatformError::refused(
                "Vous regardez déjà comme quelqu'un : revenez d'abord à vous-même.",
                "You are looking as somebody already: go back to yourself first.",
            ));
        }
        if !open.engine.has(&caller, Power::Administer) {
            return Err(EngineError::Forbidden { capability: Power::Administer.name().to_owned() }.into());
        }
        if info.name == PLATFORM {
            return Err(PlatformError::refused(
                "On ne regarde pas l'environnement de la plateforme comme quelqu'un d'autre.",
                "Nobody looks at the platform's environment as somebody else.",
            ));
        }
        if person == identity.user.id {
            return Err(PlatformError::refused(
                "C'est vous-même : il n'y a rien d'autre à voir.",
                "This is yourself: there is nothing else to see.",
            ));
        }
        let member = self.member(environment, person)?;
        if !member.user.active {
            return Err(PlatformError::NotFound);
        }
        let viewed = self.caller_of(&member.user, &info, caller.language)?;
        if !self.may_look_as(identity.user.id, &caller, person, &viewed, &open)? {
            return Err(PlatformError::refused(
                "Cette personne a plus de droits que vous : vous ne pouvez pas regarder comme elle.",
                "This person has more rights than you: you cannot look as they do.",
            ));
        }
        let until = self.clock.now() + LONGEST;
        let Some(seen_as) = viewed.me() else { return Err(PlatformError::NotFound) };
        // Noted before it is so: nobody looks unnoticed.
        let note = open.engine.impersonation_begin(&caller, seen_as, until)?.value;
        let viewing = Viewing { environment: info.id, user: Some(person), until, note };
        self.session_views(*session, Some(&viewing))?;
        tracing::info!(
            user.id = %identity.user.id,
            viewed.id = %person,
            environment.name = environment,
            "looks as somebody else"
        );
        Ok(viewing)
    }

    /// Goes back to looking as oneself.
    ///
    /// Errors: not found when the session does not look at that environment as somebody else.
    pub fn view_end(
        &self,
        identity: &Identity,
        environment: &str,
        request: Option<String>,
    ) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        let Door::Session { id: Some(session), viewing: Some(viewing), .. } = &identity.door else {
            return Err(PlatformError::NotFound);
        };
        if viewing.environment != info.id {
            return Err(PlatformError::NotFound);
        }
        let caller = self.caller_of(&identity.user, &info, identity.user.language)?;
        self.view_close(&Caller { request, ..caller }, *session, viewing, Ending::Asked)
    }

    /// Name of the person as whom somebody looks now, in whatever environment.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn viewed_name(&self, identity: &Identity) -> Result<Option<String>, PlatformError> {
        let Door::Session { viewing: Some(viewing), .. } = &identity.door else { return Ok(None) };
        match viewing.user {
            Some(person) if viewing.until > self.clock.now() => Ok(Some(self.user(person)?.name)),
            _ => Ok(None),
        }
    }

    /// The person as whom a session looks, if it still may; otherwise it is over.
    pub(crate) fn viewed(
        &self,
        identity: &Identity,
        caller: &Caller,
        info: &EnvironmentInfo,
        open: &Arc<OpenEnvironment>,
    ) -> Result<Option<(Caller, Viewing)>, PlatformError> {
        let Door::Session { id: Some(session), viewing: Some(viewing), .. } = &identity.door else {
            return Ok(None);
        };
        if viewing.environment != info.id {
            return Ok(None);
        }
        let ending = match self.still_viewed(identity.user.id, caller, viewing, info, open)? {
            Ok(viewed) => return Ok(Some((viewed, viewing.clone()))),
            Err(ending) => ending,
        };
        self.view_close(&Caller::system(), *session, viewing, ending)?;
        Ok(None)
    }

    fn still_viewed(
        &self,
        viewer: RecordId,
        caller: &Caller,
        viewing: &Viewing,
        info: &EnvironmentInfo,
        open: &Arc<OpenEnvironment>,
    ) -> Result<Result<Caller, Ending>, PlatformError> {
        if viewing.until <= self.clock.now() {
            return Ok(Err(Ending::Expired));
        }
        if !open.engine.has(caller, Power::Administer) {
            return Ok(Err(Ending::RightLost));
        }
        let Some(person) = viewing.user else { return Ok(Err(Ending::PersonGone)) };
        let viewed = match self.user(person).and_then(|user| {
            if user.active {
                self.caller_of(&user, info, caller.language)
            } else {
                Err(PlatformError::NotFound)
            }
        }) {
            Ok(viewed) => viewed,
            Err(error) if error.is_not_found() => return Ok(Err(Ending::PersonGone)),
            Err(error) => return Err(error),
        };
        if !self.may_look_as(viewer, caller, person, &viewed, open)? {
            return Ok(Err(Ending::RightLost));
        }
        let viewed = Caller { viewed: Some(viewing.note), request: caller.request.clone(), ..viewed };
        Ok(Ok(viewed))
    }

    /// Whether the one may do no more than the other: neither here nor with the platform.
    fn may_look_as(
        &self,
        viewer: RecordId,
        caller: &Caller,
        person: RecordId,
        viewed: &Caller,
        open: &Arc<OpenEnvironment>,
    ) -> Result<bool, PlatformError> {
        let has = |who: &Caller, power| open.engine.has(who, power);
        if Power::ALL.into_iter().any(|power| has(viewed, power) && !has(caller, power)) {
            return Ok(false);
        }
        let platform = self.environment_info(PLATFORM)?.id;
        let operates = |user| Ok::<bool, PlatformError>(self.access_record(user, platform)?.is_some());
        Ok(!operates(person)? || operates(viewer)?)
    }

    /// Ends what a session looks at, and notes it in the environment.
    fn view_close(
        &self,
        caller: &Caller,
        session: RecordId,
        viewing: &Viewing,
        ending: Ending,
    ) -> Result<(), PlatformError> {
        match self.session_views(session, None) {
            Ok(()) => {}
            // The session is gone: what it looked at is over all the same.
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
        let environment = match self.environment_info_by_id(viewing.environment) {
            Ok(info) => self.environment(&info.name)?,
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) => return Err(error),
        };
        let at = self.clock.now().min(viewing.until);
        environment.engine.impersonation_end(caller, viewing.note, at, ending)?;
        tracing::info!(session.id = %session, ending = ending.name(), "no longer looks as somebody else");
        Ok(())
    }

    /// Ends what sessions look at, because they end.
    pub(crate) fn views_close_of(&self, sessions: &[RecordId]) -> Result<(), PlatformError> {
        let dictionary = self.root().dictionary();
        for session in sessions {
            let record = match self.root().get(&Caller::system(), SESSION, *session, &[]) {
                Ok(record) => record,
                Err(EngineError::NotFound) => continue,
                Err(error) => return Err(error.into()),
            };
            if let Some(viewing) = Viewing::of(&Fields::of(&dictionary, &record)) {
                self.view_close(&Caller::system(), *session, &viewing, Ending::SignedOut)?;
            }
        }
        Ok(())
    }

    /// Ends what sessions look at longer than they may, for those that ask nothing any more; returns how many.
    ///
    /// Errors: an environment cannot be read or written.
    pub fn views_sweep(&self) -> Result<usize, PlatformError> {
        let dictionary = self.root().dictionary();
        let now = Value::DateTime(self.clock.now());
        let over =
            directory::condition(&dictionary, SESSION, "viewed_until", BinaryOperator::LessOrEqual, now)?;
        let query = Query { entity: SESSION.to_owned(), filters: vec![over], ..Query::default() };
        let mut count = 0;
        for record in directory::all(self.root(), query)? {
            let session = Fields::of(&dictionary, &record);
            if let Some(viewing) = Viewing::of(&session) {
                self.view_close(&Caller::system(), session.id(), &viewing, Ending::Expired)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// Writes what a session looks at.
    fn session_views(&self, session: RecordId, viewing: Option<&Viewing>) -> Result<(), PlatformError> {
        let id = |id: Option<RecordId>| id.map_or(Value::Null, Value::Id);
        let draft = Draft::default()
            .with("viewed_environment", id(viewing.map(|viewing| viewing.environment)))
            .with("viewed_as", id(viewing.and_then(|viewing| viewing.user)))
            .with("viewed_until", viewing.map_or(Value::Null, |viewing| Value::DateTime(viewing.until)))
            .with(
                "viewed_note",
                viewing.map_or(Value::Null, |viewing| viewing.note.to_string().as_str().into()),
            );
        self.root().transact(&Caller::system(), move |unit| unit.update(SESSION, session, None, draft))?;
        Ok(())
    }
}

fn not_a_session() -> PlatformError {
    PlatformError::refused(
        "Un jeton ne regarde pas comme quelqu'un d'autre : connectez-vous.",
        "A token does not look as somebody else: sign in.",
    )
}
