//! Operations on environments: records of `operation` in the reserved environment, carried out step by step.
//!
//! The record is the request, and says how far it is. Each step may be done twice: whoever stops in between, a crash or an error of the store, the
//! next run takes it up where the record says. A step that is refused takes back those before it, and the record says why.

mod assistance;
mod carry_out;
mod exporting;
mod moving;
mod pseudonymising;
mod settings;
mod steps;
mod telling;

use dictionary::expression::BinaryOperator;
use dictionary::{Language, RecordId};
use engine::{Caller, Draft, Query, Record};
use jiff::Timestamp;
use jiff::civil::Date;
use journal::Position;

pub use assistance::{Answer, Assistance, Stage};
pub use exporting::{AT_DISPOSAL, KeptArchive};

use crate::directory::{self, Fields, OPERATION};
use crate::error::PlatformError;
use crate::platform::Platform;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Makes an environment of a project.
    Create,
    /// Makes another with the same records, history and files.
    Copy,
    /// Sets another up as it is, without its data: a new one, or one that is there.
    CopySettings,
    /// Makes another with the same records, nobody told in them.
    CopyPseudonymised,
    /// Keeps its rows in another store.
    Move,
    /// Writes the whole of it to an archive, for those who answer for it.
    Export,
    /// Calls it otherwise, in addresses too.
    Rename,
    /// Lets people look, and change nothing.
    ReadOnly,
    /// Lets nobody in.
    Close,
    /// Lets people in again, and gives up a deletion that waits.
    Open,
    /// Closes it, and erases it after a day.
    Delete,
    /// Lets somebody in.
    GiveAccess,
    /// Takes somebody's access away.
    TakeAccess,
    /// Lets somebody of the operator or the integrator in for a few hours, once the client said yes.
    Assist,
    /// Says, as a second person, that it cannot wait for the client.
    ConfirmEmergency,
}

impl OperationKind {
    /// All of them.
    pub const ALL: [OperationKind; 15] = [
        OperationKind::Create,
        OperationKind::Copy,
        OperationKind::CopySettings,
        OperationKind::CopyPseudonymised,
        OperationKind::Move,
        OperationKind::Export,
        OperationKind::Rename,
        OperationKind::ReadOnly,
        OperationKind::Close,
        OperationKind::Open,
        OperationKind::Delete,
        OperationKind::GiveAccess,
        OperationKind::TakeAccess,
        OperationKind::Assist,
        OperationKind::ConfirmEmergency,
    ];

    /// Tag of the value list `operation_kind`.
    pub fn tag(self) -> &'static str {
        match self {
            OperationKind::Create => "create",
            OperationKind::Copy => "copy",
            OperationKind::CopySettings => "copy_settings",
            OperationKind::CopyPseudonymised => "copy_pseudonymised",
            OperationKind::Move => "move",
            OperationKind::Export => "export",
            OperationKind::Rename => "rename",
            OperationKind::ReadOnly => "read_only",
            OperationKind::Close => "close",
            OperationKind::Open => "open",
            OperationKind::Delete => "delete",
            OperationKind::GiveAccess => "give_access",
            OperationKind::TakeAccess => "take_access",
            OperationKind::Assist => "assist",
            OperationKind::ConfirmEmergency => "confirm_emergency",
        }
    }

    /// The kind of that tag.
    pub fn from_tag(tag: &str) -> Option<OperationKind> {
        OperationKind::ALL.into_iter().find(|kind| kind.tag() == tag)
    }
}

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Nobody began it.
    Waiting,
    /// Some of its steps are done.
    Running,
    /// All is done.
    Done,
    /// It cannot be; what was done of it was taken back.
    Refused,
    /// It failed again and again.
    Failed,
}

impl OperationState {
    /// Tag of the value list `operation_state`.
    pub fn tag(self) -> &'static str {
        match self {
            OperationState::Waiting => "waiting",
            OperationState::Running => "running",
            OperationState::Done => "done",
            OperationState::Refused => "refused",
            OperationState::Failed => "failed",
        }
    }

    fn from_tag(tag: &str) -> OperationState {
        let all =
            [OperationState::Running, OperationState::Done, OperationState::Refused, OperationState::Failed];
        all.into_iter().find(|state| state.tag() == tag).unwrap_or(OperationState::Waiting)
    }
}

/// What is asked for. Which of its parts count, the kind says.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What to do.
    pub kind: OperationKind,
    /// Of a new environment: its project.
    pub project: Option<RecordId>,
    /// The environment that it is about.
    pub environment: Option<RecordId>,
    /// Identifier of a new environment, or the new one.
    pub name: Option<String>,
    /// Name shown of a new environment, or the new one.
    pub label: Option<String>,
    /// Kind of a new environment; production when absent.
    pub usage: Option<String>,
    /// Of a copy of settings: the environment that takes them; a new one when absent.
    pub into: Option<RecordId>,
    /// Of a move: `files` or `database`.
    pub store: Option<String>,
    /// Somebody to let in: their name.
    pub person_name: Option<String>,
    /// Somebody to let in, or whose access to take away: their address.
    pub person_email: Option<String>,
    /// Profiles of somebody to let in, separated by spaces.
    pub profiles: Option<String>,
    /// Of a support access: what for.
    pub purpose: Option<String>,
    /// Of a support access: the ticket it is for.
    pub ticket: Option<String>,
    /// Of a support access: for how many hours, 1 to 72; four when absent.
    pub hours: Option<i64>,
    /// Of a support access: whether it cannot wait for the client.
    pub emergency: bool,
    /// The support access whose emergency a second person confirms.
    pub confirms: Option<RecordId>,
    /// Of a deletion: erased after this day; in thirty days when absent.
    pub delete_after: Option<Date>,
    /// Language of what is said of it; that of whoever asks when absent.
    pub language: Option<Language>,
}

impl Asked {
    /// Asks for that, of nothing yet.
    pub fn of(kind: OperationKind) -> Asked {
        Asked {
            kind,
            project: None,
            environment: None,
            name: None,
            label: None,
            usage: None,
            store: None,
            into: None,
            person_name: None,
            person_email: None,
            profiles: None,
            purpose: None,
            ticket: None,
            hours: None,
            emergency: false,
            confirms: None,
            delete_after: None,
            language: None,
        }
    }
}

/// An operation, as its record is.
#[derive(Debug, Clone)]
pub struct Operation {
    /// Its record.
    pub id: RecordId,
    /// Its number, for people.
    pub code: String,
    /// What is asked for.
    pub asked: Asked,
    /// Where it stands.
    pub state: OperationState,
    /// Steps that are done.
    pub steps_done: usize,
    /// What came of it, in words.
    pub message: Option<String>,
    /// Who asked.
    pub by: Option<RecordId>,
    decision: Option<String>,
    answered_by: Option<RecordId>,
    told: Option<String>,
    open_until: Option<Timestamp>,
    began: Option<Timestamp>,
    attempts: i64,
    held_until: Option<Timestamp>,
    version: Position,
}

/// Stops operations on purpose.
pub trait Trial: Send + Sync {
    /// Called before and after each step; an error is as if the process had ended there.
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError>;
}

impl Platform {
    /// Notes what is asked for; [`Platform::operations_run`] carries it out.
    ///
    /// Errors: what is asked for is not complete, as the dictionary says.
    pub fn operation_ask(&self, asked: Asked) -> Result<RecordId, PlatformError> {
        let mut draft = Draft::default().with("kind", asked.kind.tag());
        let references = [
            ("project", asked.project),
            ("environment", asked.environment),
            ("confirms", asked.confirms),
            ("destination", asked.into),
        ];
        for (field, id) in references {
            if let Some(id) = id {
                draft = draft.with(field, id);
            }
        }
        let texts = [
            ("name", &asked.name),
            (label_field(asked.kind), &asked.label),
            (usage_field(asked.kind), &asked.usage),
            ("store", &asked.store),
            ("person_name", &asked.person_name),
            ("person_email", &asked.person_email),
            ("profiles", &asked.profiles),
            ("purpose", &asked.purpose),
            ("ticket", &asked.ticket),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                draft = draft.with(field, text.as_str());
            }
        }
        if let Some(language) = asked.language {
            draft = draft.with("language", language.code());
        }
        if let Some(hours) = asked.hours {
            draft = draft.with("hours", dictionary::Value::Integer(hours));
        }
        if asked.emergency {
            draft = draft.with("emergency", dictionary::Value::Boolean(true));
        }
        if let Some(day) = asked.delete_after {
            draft = draft.with("delete_after", dictionary::Value::Date(day));
        }
        let done =
            self.root().transact(&Caller::system(), move |unit| unit.create(OPERATION, None, draft))?;
        Ok(done.value)
    }

    pub(super) fn operation_change(&self, id: RecordId, draft: Draft) -> Result<(), PlatformError> {
        self.root().transact(&Caller::system(), move |unit| unit.update(OPERATION, id, None, draft))?;
        Ok(())
    }

    /// An operation.
    ///
    /// Errors: there is none of that id.
    pub fn operation(&self, id: RecordId) -> Result<Operation, PlatformError> {
        let record = self.root().get(&Caller::system(), OPERATION, id, &[])?;
        read(&self.root().dictionary(), &record)
    }

    /// All operations, newest first.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn operations(&self) -> Result<Vec<Operation>, PlatformError> {
        let records =
            directory::all(self.root(), Query { entity: OPERATION.to_owned(), ..Query::default() })?;
        let dictionary = self.root().dictionary();
        records.iter().map(|record| read(&dictionary, record)).collect()
    }

    /// Operations in a state, oldest first.
    fn operations_in(&self, state: OperationState) -> Result<Vec<Operation>, PlatformError> {
        let dictionary = self.root().dictionary();
        let value = dictionary::Value::Text(state.tag().to_owned());
        let filter = directory::condition(&dictionary, OPERATION, "state", BinaryOperator::Equal, value)?;
        let query = Query { entity: OPERATION.to_owned(), filters: vec![filter], ..Query::default() };
        let mut records = directory::all(self.root(), query)?;
        records.reverse();
        records.iter().map(|record| read(&dictionary, record)).collect()
    }
}

/// Where the name that people will see is asked for: a new environment needs one, another name may be left out.
fn label_field(kind: OperationKind) -> &'static str {
    if kind == OperationKind::Rename { "new_label" } else { "label" }
}

/// Where what an environment is for is asked for: a pseudonymised copy is never production.
fn usage_field(kind: OperationKind) -> &'static str {
    if kind == OperationKind::CopyPseudonymised { "copy_usage" } else { "usage" }
}

fn read(dictionary: &dictionary::Dictionary, record: &Record) -> Result<Operation, PlatformError> {
    let fields = Fields::of(dictionary, record);
    let kind =
        fields.text("kind").and_then(|tag| OperationKind::from_tag(&tag)).ok_or(PlatformError::NotFound)?;
    Ok(Operation {
        id: fields.id(),
        code: fields.text("code").unwrap_or_default(),
        asked: Asked {
            kind,
            project: fields.reference("project"),
            environment: fields.reference("environment"),
            name: fields.text("name"),
            label: fields.text(label_field(kind)),
            usage: fields.text(usage_field(kind)),
            store: fields.text("store"),
            into: fields.reference("destination"),
            person_name: fields.text("person_name"),
            person_email: fields.text("person_email"),
            profiles: fields.text("profiles"),
            purpose: fields.text("purpose"),
            ticket: fields.text("ticket"),
            hours: fields.number("hours"),
            emergency: fields.is_true("emergency"),
            confirms: fields.reference("confirms"),
            delete_after: fields.date("delete_after"),
            language: fields.text("language").and_then(|code| Language::from_code(&code)),
        },
        state: OperationState::from_tag(&fields.text("state").unwrap_or_default()),
        steps_done: fields.number("steps_done").and_then(|n| usize::try_from(n).ok()).unwrap_or_default(),
        message: fields.text("message"),
        by: fields.reference("created_by"),
        decision: fields.text("decision"),
        answered_by: fields.reference("answered_by"),
        told: fields.text("told"),
        open_until: fields.moment("open_until"),
        began: fields.moment("started"),
        attempts: fields.number("attempts").unwrap_or_default(),
        held_until: fields.moment("held_until"),
        version: fields.version(),
    })
}
