//! Support access (decision 0127): somebody of the operator or of an integrator is let into a client's environment for a few hours, after the client
//! said yes, or in an emergency that a second person confirms. What is asked, answered, opened and ended is noted in both environments.

use dictionary::field_types::ERASED;
use dictionary::system::ASSISTANCE;
use dictionary::{Label, RecordId, Value};
use engine::{Caller, Draft, EngineError, Expand, Expanded, Held, Query, Record};
use jiff::{SignedDuration, Timestamp};

use super::steps::{Step, Went, nothing, step};
use super::telling::Told;
use super::{Operation, OperationKind, OperationState};
use crate::directory::{ACCESS, CLIENT, Fields, ORGANISATION, USER};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::platform::Platform;

/// The client answers within this time, or it is over.
const ANSWERED_WITHIN: SignedDuration = SignedDuration::from_hours(72);

/// Who answered: a field of the operation, which leads to their login, and of what the environment notes, which leads to their record there.
const ANSWERED_BY: &str = "answered_by";

/// Past accesses told at most, beside those that are asked for or open.
const TOLD_MAX: u32 = 100;

pub(super) const ASSIST: &[Step] = &[
    step("ask", "Demander au client", "Ask the client", ask, end, is_over),
    step("answer", "Attendre la réponse", "Wait for the answer", answer, nothing, is_over),
    step("open", "Ouvrir l'accès", "Open the access", open, nothing, is_over),
    step("last", "Accès ouvert", "Access open", last, nothing, is_over),
    step("close", "Fermer l'accès", "Close the access", close, nothing, is_over),
];

pub(super) const CONFIRM: &[Step] =
    &[step("confirm", "Confirmer l'urgence", "Confirm the emergency", confirm, nothing, is_confirmed)];

/// What a client's administrator says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Approve,
    /// No.
    Refuse,
    /// It ends now.
    End,
}

/// How far a support access is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The client has not answered yet.
    Asked,
    /// The person may enter.
    Open,
    /// It never opened.
    Refused,
    /// It was open once.
    Ended,
}

impl Stage {
    /// Its stable name.
    pub fn tag(self) -> &'static str {
        match self {
            Stage::Asked => "asked",
            Stage::Open => "open",
            Stage::Refused => "refused",
            Stage::Ended => "ended",
        }
    }
}

/// A support access, as the client's environment notes it.
#[derive(Debug, Clone)]
pub struct Assistance {
    /// The operation, in the reserved environment.
    pub operation: RecordId,
    /// Who asks, and for which organisation.
    pub name: String,
    /// The organisation they work for.
    pub organisation: Option<String>,
    /// What for.
    pub purpose: String,
    /// The ticket it is for.
    pub ticket: String,
    /// Profiles they would hold, separated by spaces.
    pub profiles: String,
    /// For how many hours.
    pub hours: i64,
    /// It did not wait for the client, or does not want to.
    pub emergency: bool,
    /// How far it is.
    pub stage: Stage,
    /// When it was asked for.
    pub asked_at: Option<Timestamp>,
    /// Who answered, as they are called today.
    pub decided_by: Option<String>,
    /// Until when it is, or was to be, open.
    pub until: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

impl Platform {
    /// Support accesses of an environment, newest first.
    ///
    /// Errors: there is no such environment.
    pub fn assistances(&self, environment: &str) -> Result<Vec<Assistance>, PlatformError> {
        let open = self.environment(environment)?;
        let dictionary = open.engine.dictionary();
        // Made by an older version, and not upgraded: nobody asked there.
        if dictionary.entity(ASSISTANCE).is_none() {
            return Ok(Vec::new());
        }
        let expand = vec![Expand { field: ANSWERED_BY.to_owned(), ..Expand::default() }];
        let query = Query { entity: ASSISTANCE.to_owned(), limit: TOLD_MAX, expand, ..Query::default() };
        let page = open.engine.list(&Caller::system(), &query)?;
        let told = page.records.iter().filter_map(|record| {
            let one = read(&Fields::of(&dictionary, record))?;
            Some(self.answered(record, one))
        });
        told.collect()
    }

    /// With the names of who asked and who answered: of the client's people as their record there says, of the operator's as the directory does.
    fn answered(&self, record: &Record, one: Assistance) -> Result<Assistance, PlatformError> {
        let field = record.dictionary.entities[record.entity].index(ANSWERED_BY);
        let there = match field.and_then(|field| record.expanded.get(&field)) {
            Some(Expanded::One(person)) => person.as_ref().map(|person| person.title.clone()),
            _ => None,
        };
        let decided_by = match there {
            Some(name) => Some(name),
            None if one.decided_by.is_some() => one.decided_by,
            None => self.confirmed_by(one.operation)?,
        };
        let name = if one.name.is_empty() { self.asked_by(one.operation)? } else { one.name };
        Ok(Assistance { decided_by, name, ..one })
    }

    /// Who asks by an operation, by name; once that is not known any more, what stands for whoever was erased.
    fn asked_by(&self, operation: RecordId) -> Result<String, PlatformError> {
        let asked = self.operation(operation).map(|operation| self.assistant(&operation).ok());
        match asked.and_then(|login| self.user(login.ok_or(PlatformError::NotFound)?)) {
            Ok(user) => Ok(user.name),
            Err(error) if error.is_not_found() => Ok(ERASED.to_owned()),
            Err(error) => Err(error),
        }
    }

    /// Who confirmed the emergency of an operation, by name.
    fn confirmed_by(&self, operation: RecordId) -> Result<Option<String>, PlatformError> {
        let answered = match self.operation(operation) {
            Ok(operation) => operation.answered_by,
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        answered.map(|user| self.user(user).map(|user| user.name)).transpose()
    }

    /// An administrator of the environment answers, or ends what is open.
    ///
    /// `by`: their login. Errors: not found when nothing of that id is asked for in this environment; refused when it is answered already, or not open.
    pub fn assistance_answer(
        &self,
        environment: &str,
        id: RecordId,
        answer: Answer,
        by: RecordId,
    ) -> Result<(), PlatformError> {
        let info = self.environment_info(environment)?;
        let operation = self.operation(id)?;
        if operation.asked.kind != OperationKind::Assist || operation.asked.environment != Some(info.id) {
            return Err(PlatformError::NotFound);
        }
        let running = matches!(operation.state, OperationState::Running | OperationState::Waiting);
        let asked = running && operation.decision.is_none();
        let decision = match answer {
            Answer::End => {
                if !running || operation.open_until.is_none() {
                    return Err(PlatformError::refused(
                        "Cet accès n'est pas ouvert.",
                        "This access is not open.",
                    ));
                }
                return self.shut(&operation);
            }
            Answer::Approve | Answer::Refuse if !asked => {
                return Err(PlatformError::refused("Il y est déjà répondu.", "It is answered already."));
            }
            Answer::Approve => "approved",
            Answer::Refuse => "refused",
        };
        self.operation_change(id, Draft::default().with("decision", decision).with(ANSWERED_BY, by))
    }

    /// Takes the access that an operation gave.
    fn shut(&self, operation: &Operation) -> Result<(), PlatformError> {
        for record in self.records_of(ACCESS, "operation", operation.id)? {
            let id = record.row.id();
            match self.root().transact(&Caller::system(), move |unit| unit.delete(ACCESS, id, None)) {
                Ok(_) | Err(EngineError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Writes what is known of it into the client's environment, once for each operation.
    fn assistance_note(&self, operation: &Operation, draft: Draft) -> Result<(), PlatformError> {
        let info = self.environment_of(operation)?;
        let open = self.environment(&info.name)?;
        let key = operation.id.to_string();
        open.engine.transact(&Caller::system(), move |unit| {
            match unit.find(ASSISTANCE, "operation", &key)? {
                Some(found) => unit.update(ASSISTANCE, found, None, draft),
                None => unit.create(ASSISTANCE, None, draft.with("operation", key.as_str())).map(drop),
            }
        })?;
        Ok(())
    }

    /// The record that somebody is in the environment of an operation, once they entered it.
    fn person_there(
        &self,
        info: &EnvironmentInfo,
        login: RecordId,
    ) -> Result<Option<RecordId>, PlatformError> {
        let (open, user) = (self.environment(&info.name)?, self.user(login)?);
        match open.engine.find(&Caller::system(), USER, "email", &user.email, &[]) {
            Ok(record) => Ok(Some(record.row.id())),
            Err(EngineError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whose names a note is about, where they have a record: who answered, and who was let in.
    fn named_there(&self, operation: &Operation, mut draft: Draft) -> Result<Draft, PlatformError> {
        let info = self.environment_of(operation)?;
        if let Some(login) = operation.answered_by
            && let Some(person) = self.person_there(&info, login)?
        {
            draft = draft.with(ANSWERED_BY, person);
        }
        let login = self.assistant(operation)?;
        if let Some(person) = self.person_there(&info, login)? {
            // Not before there is a record to be erased with: a name that nothing is tied to would stay.
            draft = draft.with("person", person).with("name", self.user(login)?.name.as_str());
        }
        Ok(draft)
    }

    /// Who would be let in: whoever asked, or by command the person named.
    pub(super) fn assistant(&self, operation: &Operation) -> Result<RecordId, PlatformError> {
        match (&operation.asked.person_email, operation.by) {
            (Some(email), None) => Ok(self.user_by_email(email)?.id),
            (_, Some(by)) => Ok(by),
            (None, None) => Err(PlatformError::refused(
                "Dites qui doit entrer : son adresse électronique.",
                "Say who is to enter: their e-mail address.",
            )),
        }
    }

    pub(crate) fn organisation_of(
        &self,
        user: RecordId,
    ) -> Result<Option<(RecordId, String, String)>, PlatformError> {
        let (root, caller) = (self.root(), Caller::system());
        let dictionary = root.dictionary();
        let user = root.get(&caller, USER, user, &[])?;
        let Some(id) = Fields::of(&dictionary, &user).reference(ORGANISATION) else { return Ok(None) };
        let record: Record = root.get(&caller, ORGANISATION, id, &[])?;
        let fields = Fields::of(&dictionary, &record);
        Ok(Some((id, fields.text("name").unwrap_or_default(), fields.text("kind").unwrap_or_default())))
    }
}

/// Refuses to let people of the operator or of an integrator into a client's production environment for good.
///
/// Its administrators may, on *People*: they know whom.
pub(super) fn check_not_standing(
    platform: &Platform,
    info: &EnvironmentInfo,
    email: &str,
) -> Result<(), PlatformError> {
    if info.kind != "production" {
        return Ok(());
    }
    let user = match platform.user_by_email(email) {
        Ok(user) => user,
        Err(error) if error.is_not_found() => return Ok(()),
        Err(error) => return Err(error),
    };
    match platform.organisation_of(user.id)? {
        Some((id, name, kind)) if kind != CLIENT && info.client_id != Some(id) => {
            Err(PlatformError::refused(
                format!(
                    "{email} est de « {name} » : on n'entre pas à demeure dans la production d'un client. Demandez un accès d'assistance."
                ),
                format!(
                    "{email} is of “{name}”: nobody enters a client's production for good. Ask for a support access."
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn ask(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let user = platform.assistant(operation)?;
    let asked = &operation.asked;
    let profiles: Vec<&str> = asked.profiles.as_deref().unwrap_or_default().split_whitespace().collect();
    platform.check_profiles(&info.name, &profiles)?;
    if platform.access_record(user, info.id)?.is_some() {
        return Err(PlatformError::refused(
            "Cette personne a déjà un accès à cet environnement.",
            "This person may enter that environment already.",
        ));
    }
    let organisation = platform.organisation_of(user)?.map(|(_, name, _)| name);
    let mut draft = Draft::default()
        .with("purpose", asked.purpose.as_deref().unwrap_or_default())
        .with("ticket", asked.ticket.as_deref().unwrap_or_default())
        .with("profiles", profiles.join(" ").as_str())
        .with("hours", Value::Integer(hours(operation)))
        .with("emergency", Value::Boolean(asked.emergency))
        .with("stage", Stage::Asked.tag());
    if let Some(organisation) = organisation {
        draft = draft.with("organisation", organisation.as_str());
    }
    platform.assistance_note(operation, draft)?;
    platform.tell_administrators(operation, &info, Told::Asked, ANSWERED_WITHIN)?;
    Ok(Went::On)
}

fn answer(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    match operation.decision.as_deref() {
        Some("approved" | "emergency") => Ok(Went::On),
        Some(_) => Err(PlatformError::refused("Le client a refusé.", "The client said no.")),
        None if operation.began.is_some_and(|began| platform.now() - began > ANSWERED_WITHIN) => {
            Err(PlatformError::refused("Le client n'a pas répondu.", "The client did not answer."))
        }
        None => Ok(Went::Waiting),
    }
}

fn open(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let user = platform.assistant(operation)?;
    let until =
        operation.open_until.unwrap_or_else(|| platform.now() + SignedDuration::from_hours(hours(operation)));
    platform.operation_change(operation.id, Draft::default().with("open_until", Value::DateTime(until)))?;
    // Noted before it is so: nobody enters unnoticed.
    let note = Draft::default()
        .with("stage", Stage::Open.tag())
        .with("until", Value::DateTime(until))
        .with("emergency", Value::Boolean(operation.decision.as_deref() == Some("emergency")));
    platform.assistance_note(operation, platform.named_there(operation, note)?)?;
    if platform.access_record(user, info.id)?.is_none() {
        let held = Held::new(operation.asked.profiles.as_deref().unwrap_or_default().split_whitespace());
        let draft = Draft::default()
            .with("user", user)
            .with("environment", info.id)
            .with("operation", operation.id)
            .with("until", Value::DateTime(until))
            .with("profiles", held.profiles().join(" ").as_str());
        platform.root().transact(&Caller::system(), move |unit| unit.create(ACCESS, None, draft))?;
    }
    if operation.decision.as_deref() == Some("emergency") {
        platform.tell_administrators(
            operation,
            &info,
            Told::Opened,
            SignedDuration::from_hours(hours(operation)),
        )?;
    }
    tracing::info!(user.id = %user, environment.name = info.name, operation.id = %operation.id, "support access opened");
    Ok(Went::On)
}

fn last(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let is_over = operation.open_until.is_none_or(|until| until <= platform.now());
    let is_taken = platform.records_of(ACCESS, "operation", operation.id)?.is_empty();
    Ok(if is_over || is_taken { Went::On } else { Went::Waiting })
}

fn close(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    platform.shut(operation)?;
    let note = platform.named_there(operation, ended(platform, Stage::Ended))?;
    platform.assistance_note(operation, note)?;
    Ok(Went::On)
}

/// What was asked for and never opened.
fn end(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    platform.shut(operation)?;
    let draft = platform.named_there(operation, ended(platform, Stage::Refused));
    match draft.and_then(|draft| platform.assistance_note(operation, draft)) {
        // The environment is no more: nothing to note there.
        Err(error) if error.is_not_found() => Ok(()),
        done => done,
    }
}

fn ended(platform: &Platform, stage: Stage) -> Draft {
    Draft::default().with("stage", stage.tag()).with("ended_at", Value::DateTime(platform.now()))
}

pub(super) fn hours(operation: &Operation) -> i64 {
    operation.asked.hours.unwrap_or(4)
}

fn confirm(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let urgent = platform.operation(operation.asked.confirms.ok_or(PlatformError::NotFound)?)?;
    // Done before, and not noted.
    if urgent.decision.as_deref() == Some("emergency") && urgent.answered_by == operation.by {
        return Ok(Went::On);
    }
    let running = matches!(urgent.state, OperationState::Running | OperationState::Waiting);
    if urgent.asked.kind != OperationKind::Assist || !urgent.asked.emergency || !running {
        return Err(PlatformError::refused(
            "Cette opération n'attend pas qu'on confirme une urgence.",
            "This operation does not wait for an emergency to be confirmed.",
        ));
    }
    if urgent.decision.is_some() {
        return Err(PlatformError::refused("Il y est déjà répondu.", "It is answered already."));
    }
    let Some(by) = operation.by.filter(|by| Some(*by) != urgent.by) else {
        return Err(PlatformError::refused(
            "Il faut une seconde personne : qui a demandé l'accès ne le confirme pas.",
            "A second person is needed: who asked for the access does not confirm it.",
        ));
    };
    platform
        .operation_change(urgent.id, Draft::default().with("decision", "emergency").with(ANSWERED_BY, by))?;
    tracing::warn!(operation.id = %urgent.id, confirmed.by = %by, "support access without the client, as an emergency");
    Ok(Went::On)
}

/// Who opened it is said by a reference, which ends with them; a text would not.
fn is_over(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    Ok(match operation.decision.as_deref() {
        Some("emergency") => Label::new("Ouvert en urgence, et fini.", "Opened as an emergency, and over."),
        _ => Label::new("Ouvert par le client, et fini.", "Opened by the client, and over."),
    })
}

fn is_confirmed(_: &Platform, _: &Operation) -> Result<Label, PlatformError> {
    Ok(Label::new("L'accès s'ouvre ; le client le voit.", "The access opens; the client sees it."))
}

fn read(fields: &Fields<'_>) -> Option<Assistance> {
    let stage = fields.text("stage")?;
    let stages = [Stage::Asked, Stage::Open, Stage::Refused, Stage::Ended];
    Some(Assistance {
        operation: RecordId::parse(&fields.text("operation")?)?,
        name: fields.text("name").unwrap_or_default(),
        organisation: fields.text("organisation"),
        purpose: fields.text("purpose").unwrap_or_default(),
        ticket: fields.text("ticket").unwrap_or_default(),
        profiles: fields.text("profiles").unwrap_or_default(),
        hours: fields.number("hours").unwrap_or_default(),
        emergency: fields.is_true("emergency"),
        stage: stages.into_iter().find(|one| one.tag() == stage)?,
        asked_at: fields.moment("created_at"),
        decided_by: fields.text("decided_by"),
        until: fields.moment("until"),
        ended_at: fields.moment("ended_at"),
    })
}
