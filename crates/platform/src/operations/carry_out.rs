//! Carrying operations out: claiming them, going on from step to step, taking back, ending.

use dictionary::{Label, Language, RecordId, Value};
use engine::{Caller, Draft, EngineError};
use jiff::{SignedDuration, Timestamp};
use journal::Position;

use super::steps::{Step, Went, steps};
use super::{Operation, OperationKind, OperationState};
use crate::directory::OPERATION;
use crate::error::PlatformError;
use crate::platform::Platform;

/// A server keeps an operation for itself this long; it says so again at each step.
const HELD: SignedDuration = SignedDuration::from_mins(2);

/// Errors of the store that an operation survives.
const ATTEMPTS_MAX: i64 = 5;

/// Pause after such an error.
const PAUSE: SignedDuration = SignedDuration::from_secs(15);

/// Percent between two reports of a long step.
const REPORT_PERCENT: i64 = 2;

/// How far a long step is, as its record says; each report keeps the operation for this server.
pub(super) struct Progress<'p> {
    platform: &'p Platform,
    operation: &'p Operation,
    told: i64,
    at: Timestamp,
}

impl<'p> Progress<'p> {
    /// Of a step that begins now.
    pub(super) fn of(platform: &'p Platform, operation: &'p Operation) -> Progress<'p> {
        Progress { platform, operation, told: 0, at: platform.now() }
    }

    /// Says how much of all there is to do is done, now and then.
    pub(super) fn tell(&mut self, done: u64, all: u64) -> Result<(), EngineError> {
        let (steps, at) = (steps(self.operation.asked.kind).len().max(1), self.platform.now());
        let done = i64::try_from(100 * done.min(all) / all.max(1)).unwrap_or(100);
        let is_long = at.duration_since(self.at) >= HELD / 4;
        if done - self.told < REPORT_PERCENT && !is_long {
            return Ok(());
        }
        (self.told, self.at) = (done, at);
        let before = 100 * i64::try_from(self.operation.steps_done).unwrap_or_default();
        let (id, steps) = (self.operation.id, i64::try_from(steps).unwrap_or(1));
        let draft = Draft::default()
            .with("progress", Value::Integer((before + done) / steps))
            .with("held_until", Value::DateTime(at + HELD));
        self.platform
            .root()
            .transact(&Caller::system(), move |unit| unit.update(OPERATION, id, None, draft))?;
        Ok(())
    }
}

impl Platform {
    /// Carries out every operation that waits, or that was left in the middle and that no other server holds. Returns how many ended.
    ///
    /// Errors: the reserved environment cannot be used; the operation goes on at the next call.
    pub fn operations_run(&self) -> Result<usize, PlatformError> {
        let mut ended = 0;
        for state in [OperationState::Running, OperationState::Waiting] {
            for operation in self.operations_in(state)? {
                match self.operation_run(operation) {
                    // Another server took it from here.
                    Err(PlatformError::Engine(EngineError::Stale { .. })) => {}
                    done => ended += usize::from(done?),
                }
            }
        }
        Ok(ended)
    }

    /// How far the journal of the reserved environment is: when it moves, an operation may have been asked for. Reads nothing.
    pub fn directory_position(&self) -> Position {
        self.root().position()
    }

    /// Goes on with an operation; whether it ended.
    fn operation_run(&self, operation: Operation) -> Result<bool, PlatformError> {
        let Some(mut operation) = self.operation_claim(operation)? else { return Ok(false) };
        let plan = steps(operation.asked.kind);
        while operation.steps_done < plan.len() {
            let step = &plan[operation.steps_done];
            self.trial_at(step, false)?;
            match (step.run)(self, &operation) {
                Ok(Went::On) => {}
                Ok(Went::Waiting) => {
                    let draft = Draft::default()
                        .with("held_until", Value::Null)
                        .with("step", step.label(self.language_of(&operation)));
                    match self.operation_note_at(&operation, operation.version, draft) {
                        // Whoever it waits for has just answered: it goes on.
                        Err(PlatformError::Engine(EngineError::Stale { .. })) => {
                            operation = self.operation_kept(&operation)?;
                            continue;
                        }
                        noted => return noted.map(|()| false),
                    }
                }
                Err(error) => return self.operation_stopped(&operation, plan, error),
            }
            self.trial_at(step, true)?;
            // A step may have written what it made into the record.
            operation = Operation { steps_done: operation.steps_done + 1, ..self.operation(operation.id)? };
            operation = self.operation_step_done(&operation, plan)?;
        }
        let message = (plan.last().map_or(Ok(None), |last| (last.told)(self, &operation).map(Some)))?;
        self.operation_end(&operation, OperationState::Done, message)?;
        Ok(true)
    }

    fn trial_at(&self, step: &Step, done: bool) -> Result<(), PlatformError> {
        self.trial.as_ref().map_or(Ok(()), |trial| trial.at(step.name, done))
    }

    /// Keeps an operation for this server; `None` when another has it, or it was taken meanwhile.
    fn operation_claim(&self, operation: Operation) -> Result<Option<Operation>, PlatformError> {
        let now = self.clock.now();
        if operation.held_until.is_some_and(|until| until > now) {
            return Ok(None);
        }
        // A deletion that only waits for its day is not written at every look.
        if self.operation_only_waits(&operation) {
            return Ok(None);
        }
        let mut draft = Draft::default()
            .with("state", OperationState::Running.tag())
            .with("held_until", Value::DateTime(now + HELD));
        if operation.state == OperationState::Waiting {
            draft = draft
                .with("started", Value::DateTime(now))
                .with("about", self.operation_about(&operation).as_str());
        }
        match self.operation_note_at(&operation, operation.version, draft) {
            Ok(()) => self.operation(operation.id).map(Some),
            Err(PlatformError::Engine(EngineError::Stale { .. } | EngineError::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What it is about, for its title.
    fn operation_about(&self, operation: &Operation) -> String {
        let asked = &operation.asked;
        let environment =
            asked.environment.and_then(|id| self.environment_info_by_id(id).ok()).map(|info| info.name);
        let parts = [environment, asked.name.clone(), asked.person_email.clone()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ").chars().take(160).collect()
    }

    fn operation_step_done(&self, operation: &Operation, plan: &[Step]) -> Result<Operation, PlatformError> {
        let done = i64::try_from(operation.steps_done).unwrap_or_default();
        let all = i64::try_from(plan.len().max(1)).unwrap_or(1);
        let next = plan.get(operation.steps_done).map_or("", |step| step.label(self.language_of(operation)));
        let draft = Draft::default()
            .with("steps_done", Value::Integer(done))
            .with("progress", Value::Integer(100 * done / all))
            .with("step", next)
            .with("attempts", Value::Integer(0))
            .with("held_until", Value::DateTime(self.clock.now() + HELD));
        self.operation_note(operation, draft)?;
        self.operation(operation.id)
    }

    /// A step was refused, or failed: the first takes back what was done, the second is tried again a few times.
    fn operation_stopped(
        &self,
        operation: &Operation,
        plan: &[Step],
        error: PlatformError,
    ) -> Result<bool, PlatformError> {
        let operation = &self.operation(operation.id)?;
        let refusal = match &error {
            PlatformError::Refused { message } => Some(message.clone()),
            PlatformError::NotFound | PlatformError::Engine(EngineError::NotFound) => {
                Some(Label::new("Ce dont il s'agit n'existe plus.", "What it is about is no more."))
            }
            PlatformError::Engine(EngineError::Validation(problems)) => problems.first().map(|one| {
                let told = |language| format!("{} : {}", one.field, one.message.text(language));
                Label::new(&told(Language::Fr), &told(Language::En))
            }),
            _ => None,
        };
        if refusal.is_none() && operation.attempts + 1 < ATTEMPTS_MAX {
            tracing::warn!(operation.id = %operation.id, %error, "an operation stopped; it is tried again");
            let draft = Draft::default()
                .with("attempts", Value::Integer(operation.attempts + 1))
                .with("held_until", Value::DateTime(self.clock.now() + PAUSE));
            self.operation_note(operation, draft)?;
            return Ok(false);
        }
        for step in plan[..operation.steps_done].iter().rev() {
            (step.undo)(self, operation)?;
        }
        // What could not be taken back is said too.
        let stays = match operation.asked.kind {
            OperationKind::CopySettings => self.operation(operation.id)?.message,
            _ => None,
        };
        let (state, message) = match refusal {
            Some(message) => (OperationState::Refused, message),
            None => (
                OperationState::Failed,
                Label::new(
                    &format!("Échec répété ; ce qui était fait est repris. {error}"),
                    &format!("Failed again and again; what was done was taken back. {error}"),
                ),
            ),
        };
        let message = match stays {
            // In the language of whoever asked already.
            Some(stays) => {
                let text = |language| format!("{} {stays}", message.text(language));
                Label::new(&text(Language::Fr), &text(Language::En))
            }
            None => message,
        };
        self.operation_end(operation, state, Some(message))?;
        Ok(true)
    }

    fn operation_end(
        &self,
        operation: &Operation,
        state: OperationState,
        message: Option<Label>,
    ) -> Result<(), PlatformError> {
        let language = self.language_of(operation);
        // Taking back may have written into the record.
        let operation = &self.operation(operation.id)?;
        let mut draft = Draft::default()
            .with("state", state.tag())
            .with("step", Value::Null)
            .with("held_until", Value::Null)
            .with("ended", Value::DateTime(self.clock.now()));
        if let Some(message) = message {
            draft = draft.with("message", message.text(language));
        }
        // Whoever it told of is erased with it, once they are.
        if let Some(person) = self.operation_person(operation)? {
            draft = draft.with("person", person);
        }
        if state == OperationState::Done {
            draft = draft.with("progress", Value::Integer(100));
        }
        self.operation_note(operation, draft)?;
        tracing::info!(operation.id = %operation.id, operation.kind = operation.asked.kind.tag(), operation.state = state.tag(), "operation ended");
        Ok(())
    }

    /// Who has the address that an operation names.
    fn operation_person(&self, operation: &Operation) -> Result<Option<RecordId>, PlatformError> {
        let Some(email) = &operation.asked.person_email else { return Ok(None) };
        match self.user_by_email(email) {
            Ok(user) => Ok(Some(user.id)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes into an operation that this server holds; what somebody answered meanwhile stays.
    fn operation_note(&self, operation: &Operation, draft: Draft) -> Result<(), PlatformError> {
        let mut version = operation.version;
        loop {
            match self.operation_note_at(operation, version, draft.clone()) {
                Err(PlatformError::Engine(EngineError::Stale { .. })) => {
                    version = self.operation_kept(operation)?.version;
                }
                noted => return noted,
            }
        }
    }

    /// Writes into an operation that nobody has changed since that version.
    fn operation_note_at(
        &self,
        operation: &Operation,
        version: Position,
        draft: Draft,
    ) -> Result<(), PlatformError> {
        let id = operation.id;
        self.root()
            .transact(&Caller::system(), move |unit| unit.update(OPERATION, id, Some(version), draft))?;
        Ok(())
    }

    /// An operation as it is by now.
    ///
    /// Errors: stale when this server holds it no more.
    fn operation_kept(&self, operation: &Operation) -> Result<Operation, PlatformError> {
        let now = self.operation(operation.id)?;
        let is_kept = now.held_until == operation.held_until && now.state == operation.state;
        if is_kept {
            return Ok(now);
        }
        let (expected, stored) = (operation.version, now.version);
        Err(EngineError::Stale { id: now.id, expected, stored, moves: Vec::new() }.into())
    }

    /// The language of whoever asked.
    pub(super) fn language_of(&self, operation: &Operation) -> Language {
        let theirs = || Some(self.user(operation.by?).ok()?.language);
        operation.asked.language.or_else(theirs).unwrap_or_default()
    }
}
