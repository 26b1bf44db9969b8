//! The steps of each kind of operation. Each may be done twice, and be taken back twice.

use dictionary::{Label, Language, RecordId, Value};
use engine::{Caller, Draft};

use super::{Operation, OperationKind, assistance, exporting, moving, pseudonymising, settings};
use crate::directory::{CLIENT, ENVIRONMENT, Fields, OPERATION, ORGANISATION, PROJECT};
use crate::environments::{EnvironmentInfo, NewEnvironment, PLATFORM};
use crate::error::PlatformError;
use crate::platform::Platform;

/// How a step went.
pub(super) enum Went {
    /// The next may follow.
    On,
    /// It waits for a day or an answer, and is asked again: it has written nothing.
    Waiting,
}

type Run = fn(&Platform, &Operation) -> Result<Went, PlatformError>;
type Undo = fn(&Platform, &Operation) -> Result<(), PlatformError>;
type Told = fn(&Platform, &Operation) -> Result<Label, PlatformError>;

/// One step.
pub(super) struct Step {
    /// Its name, in logs and tests.
    pub(super) name: &'static str,
    label: [&'static str; 2],
    pub(super) run: Run,
    /// Takes it back, whether or not it was done.
    pub(super) undo: Undo,
    /// What to say once the operation is done; asked of the last step.
    pub(super) told: Told,
}

impl Step {
    pub(super) fn label(&self, language: Language) -> &'static str {
        match language {
            Language::Fr => self.label[0],
            Language::En => self.label[1],
        }
    }
}

pub(super) const fn step(
    name: &'static str,
    fr: &'static str,
    en: &'static str,
    run: Run,
    undo: Undo,
    told: Told,
) -> Step {
    Step { name, label: [fr, en], run, undo, told }
}

/// The steps of a kind, in order.
pub(super) fn steps(kind: OperationKind) -> &'static [Step] {
    const CREATE: &[Step] = &[
        step("check", "Vérifier l'abonnement", "Check the subscription", check_creation, nothing, made),
        step("make", "Faire l'environnement", "Make the environment", make, unmake, made),
        step("let_in", "Donner l'accès", "Let the administrator in", let_administrator_in, nothing, made),
    ];
    const COPY: &[Step] = &[
        step("check", "Vérifier l'abonnement", "Check the subscription", check_copy, nothing, copied),
        step(
            "copy",
            "Copier fiches, historique et fichiers",
            "Copy records, history and files",
            copy,
            unmake,
            copied,
        ),
    ];
    const RENAME: &[Step] =
        &[step("rename", "Changer l'identifiant", "Change the identifier", rename, nothing, renamed)];
    const READ_ONLY: &[Step] = &[step(
        "read_only",
        "Mettre en lecture seule",
        "Make read-only",
        make_read_only,
        nothing,
        is_read_only,
    )];
    const CLOSE: &[Step] = &[step("close", "Fermer", "Close", close, nothing, is_closed)];
    const OPEN: &[Step] = &[step("open", "Rouvrir", "Open again", open, nothing, is_open)];
    const DELETE: &[Step] = &[
        step("close", "Fermer", "Close", close_for_good, nothing, is_erased),
        step("wait", "Attendre le délai", "Wait for the day", wait_for_the_day, nothing, is_erased),
        step("certify", "Établir le certificat", "Draw up the certificate", certify, nothing, is_erased),
        step(
            "erase",
            "Détruire fiches, fichiers et journal",
            "Destroy records, files and journal",
            erase,
            nothing,
            is_erased,
        ),
    ];
    const GIVE: &[Step] = &[step("let_in", "Donner l'accès", "Let them in", let_in, nothing, is_let_in)];
    const TAKE: &[Step] =
        &[step("shut_out", "Retirer l'accès", "Take access away", shut_out, nothing, is_shut_out)];
    match kind {
        OperationKind::Create => CREATE,
        OperationKind::Copy => COPY,
        OperationKind::CopySettings => settings::COPY,
        OperationKind::CopyPseudonymised => pseudonymising::COPY,
        OperationKind::Move => moving::MOVE,
        OperationKind::Export => exporting::EXPORT,
        OperationKind::Rename => RENAME,
        OperationKind::ReadOnly => READ_ONLY,
        OperationKind::Close => CLOSE,
        OperationKind::Open => OPEN,
        OperationKind::Delete => DELETE,
        OperationKind::GiveAccess => GIVE,
        OperationKind::TakeAccess => TAKE,
        OperationKind::Assist => assistance::ASSIST,
        OperationKind::ConfirmEmergency => assistance::CONFIRM,
    }
}

pub(super) fn nothing(_: &Platform, _: &Operation) -> Result<(), PlatformError> {
    Ok(())
}

/// A project, and what its environments are made of.
struct Project {
    id: RecordId,
    client: RecordId,
    client_name: String,
    modules: Vec<String>,
}

impl Platform {
    fn project(&self, id: RecordId) -> Result<Project, PlatformError> {
        let root = self.root();
        let (dictionary, caller) = (root.dictionary(), Caller::system());
        let record = root.get(&caller, PROJECT, id, &[])?;
        let fields = Fields::of(&dictionary, &record);
        let client = fields.reference(CLIENT).ok_or(PlatformError::NotFound)?;
        let organisation = root.get(&caller, ORGANISATION, client, &[])?;
        let client_name = Fields::of(&dictionary, &organisation).text("name").unwrap_or_default();
        Ok(Project { id, client, client_name, modules: fields.tags("modules") })
    }

    /// The environment that an operation is about.
    pub(super) fn environment_of(&self, operation: &Operation) -> Result<EnvironmentInfo, PlatformError> {
        let info =
            self.environment_info_by_id(operation.asked.environment.ok_or(PlatformError::NotFound)?)?;
        if info.name == PLATFORM {
            return Err(PlatformError::refused(
                "L'environnement « platform » tient tous les autres : cette opération ne s'y fait pas.",
                "The environment “platform” holds all others: this operation cannot be done to it.",
            ));
        }
        Ok(info)
    }

    pub(super) fn environment_change(&self, id: RecordId, draft: Draft) -> Result<(), PlatformError> {
        self.root().transact(&Caller::system(), move |unit| unit.update(ENVIRONMENT, id, None, draft))?;
        Ok(())
    }

    /// Whether an operation does nothing now but wait: for its day, for an answer, for an hour, for nobody to be left.
    pub(super) fn operation_only_waits(&self, operation: &Operation) -> bool {
        let step = steps(operation.asked.kind).get(operation.steps_done);
        let waits = step.filter(|step| ["wait", "answer", "last", "clean"].contains(&step.name));
        waits.is_some_and(|step| matches!((step.run)(self, operation), Ok(Went::Waiting)))
    }
}

/// Whether the environment of that name was made by this operation: its creation may have been done, and not noted.
pub(super) fn own(platform: &Platform, operation: &Operation, name: &str) -> Result<bool, PlatformError> {
    match platform.environment_info(name) {
        Ok(info) => Ok(info.made_by == Some(operation.id)),
        Err(error) if error.is_not_found() => Ok(false),
        Err(error) => Err(error),
    }
}

pub(super) fn name_of(operation: &Operation) -> &str {
    operation.asked.name.as_deref().unwrap_or_default()
}

fn check_free(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let name = name_of(operation);
    if own(platform, operation, name)? {
        return Ok(());
    }
    platform.check_address(name, None)
}

fn check_creation(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    check_free(platform, operation)?;
    let project = platform.project(operation.asked.project.ok_or(PlatformError::NotFound)?)?;
    if !own(platform, operation, name_of(operation))? {
        platform.check_environment_is_included(project.client, project.id, &project.modules)?;
    }
    platform.modules().layers(&project.modules)?;
    Ok(Went::On)
}

fn make(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let (asked, name) = (&operation.asked, name_of(operation));
    if own(platform, operation, name)? {
        return Ok(Went::On);
    }
    let project = platform.project(asked.project.ok_or(PlatformError::NotFound)?)?;
    let modules: Vec<&str> = project.modules.iter().map(String::as_str).collect();
    let mut new = NewEnvironment::named(name, asked.label.as_deref().unwrap_or(name), &modules);
    new.client = Some(project.client_name);
    new.project = Some(project.id);
    new.made_by = Some(operation.id);
    new.kind = asked.usage.clone().unwrap_or(new.kind);
    let info = platform.environment_create(new)?;
    about(platform, operation, info.id)?;
    Ok(Went::On)
}

/// The record of the operation leads to the environment that it made.
fn about(platform: &Platform, operation: &Operation, environment: RecordId) -> Result<(), PlatformError> {
    if operation.asked.kind != OperationKind::Create {
        return Ok(());
    }
    let id = operation.id;
    let draft = Draft::default().with("environment", environment);
    platform.root().transact(&Caller::system(), move |unit| unit.update(OPERATION, id, None, draft))?;
    Ok(())
}

pub(super) fn unmake(platform: &Platform, operation: &Operation) -> Result<(), PlatformError> {
    let name = name_of(operation);
    if own(platform, operation, name)? {
        platform.environment_erase(name)?;
    }
    Ok(())
}

fn let_administrator_in(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let Some(email) = &operation.asked.person_email else { return Ok(Went::On) };
    let name = operation.asked.person_name.as_deref().unwrap_or(email);
    let info = platform.environment_info(name_of(operation))?;
    assistance::check_not_standing(platform, &info, email)?;
    platform.let_in(name_of(operation), name, email, &["administrator"])?;
    Ok(Went::On)
}

pub(super) fn check_copy(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    check_free(platform, operation)?;
    let from = platform.environment_of(operation)?;
    if let (Some(client), Some(project)) = (from.client_id, from.project_id)
        && !own(platform, operation, name_of(operation))?
    {
        platform.check_environment_is_included(client, project, &[])?;
    }
    Ok(Went::On)
}

fn copy(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let name = name_of(operation);
    if own(platform, operation, name)? {
        return Ok(Went::On);
    }
    let from = platform.environment_of(operation)?;
    let new = NewEnvironment {
        name: name.to_owned(),
        label: operation.asked.label.clone().unwrap_or_else(|| name.to_owned()),
        kind: operation.asked.usage.clone().unwrap_or_else(|| "test".to_owned()),
        made_by: Some(operation.id),
        project: from.project_id,
        ..NewEnvironment::like(&from)
    };
    platform.environment_copy_as(platform, &from.name, new, &mut |_, _| {})?;
    Ok(Went::On)
}

fn rename(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let label = operation.asked.label.as_deref().unwrap_or(&info.label);
    platform.environment_rename(&info, name_of(operation), label)?;
    Ok(Went::On)
}

fn make_read_only(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    platform.environment_change(info.id, Draft::default().with("read_only", Value::Boolean(true)))?;
    Ok(Went::On)
}

fn close(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    platform.environment_change(info.id, Draft::default().with("active", Value::Boolean(false)))?;
    Ok(Went::On)
}

fn open(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let draft = Draft::default()
        .with("active", Value::Boolean(true))
        .with("read_only", Value::Boolean(false))
        .with("delete_after", Value::Null);
    platform.environment_change(info.id, draft)?;
    Ok(Went::On)
}

fn close_for_good(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let day = operation.asked.delete_after.unwrap_or_else(|| platform.today());
    let draft = Draft::default().with("active", Value::Boolean(false)).with("delete_after", Value::Date(day));
    platform.environment_change(info.id, draft)?;
    Ok(Went::On)
}

fn wait_for_the_day(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let Some(day) = info.delete_after.filter(|_| !info.active) else {
        return Err(PlatformError::refused(
            "L'environnement a été rouvert : il n'est pas effacé.",
            "The environment was opened again: it is not erased.",
        ));
    };
    Ok(if platform.today() > day { Went::On } else { Went::Waiting })
}

/// What proves later what was destroyed, and that it was: kept by the operation, with the last digest of the journal.
fn certify(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let open = platform.environment(&info.name)?;
    let head = open.engine.head()?;
    let bytes = open.engine.store().size_bytes().unwrap_or_default();
    let digest: String = head.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!(
        "Environnement « {} » ({}), client « {} » : {} écritures au journal, empreinte {digest}, {bytes} octets de fiches.",
        info.label,
        info.name,
        info.client.as_deref().unwrap_or("—"),
        head.position
    );
    let id = operation.id;
    let draft = Draft::default().with("message", text.as_str());
    platform.root().transact(&Caller::system(), move |unit| unit.update(OPERATION, id, None, draft))?;
    Ok(Went::On)
}

fn erase(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let Some(id) = operation.asked.environment else { return Ok(Went::On) };
    match platform.environment_info_by_id(id) {
        Ok(info) => platform.environment_erase(&info.name)?,
        // Done before, and not noted.
        Err(error) if error.is_not_found() => {}
        Err(error) => return Err(error),
    }
    Ok(Went::On)
}

fn let_in(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let asked = &operation.asked;
    let email = asked.person_email.as_deref().unwrap_or_default();
    let profiles: Vec<&str> = asked.profiles.as_deref().unwrap_or_default().split_whitespace().collect();
    assistance::check_not_standing(platform, &info, email)?;
    platform.let_in(&info.name, asked.person_name.as_deref().unwrap_or(email), email, &profiles)?;
    Ok(Went::On)
}

fn shut_out(platform: &Platform, operation: &Operation) -> Result<Went, PlatformError> {
    let info = platform.environment_of(operation)?;
    let user = platform.user_by_email(operation.asked.person_email.as_deref().unwrap_or_default())?;
    match platform.member_remove(&info.name, user.id) {
        // Done before, and not noted.
        Err(error) if error.is_not_found() => Ok(Went::On),
        done => done.map(|()| Went::On),
    }
}

fn made(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let name = name_of(operation);
    Ok(match &operation.asked.person_email {
        None => Label::new(
            &format!("L'environnement « {name} » est prêt."),
            &format!("The environment “{name}” is ready."),
        ),
        Some(email) => Label::new(
            &format!("L'environnement « {name} » est prêt ; {email} l'administre."),
            &format!("The environment “{name}” is ready; {email} administers it."),
        ),
    })
}

fn copied(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let name = name_of(operation);
    Ok(Label::new(
        &format!(
            "« {name} » a les mêmes fiches, le même historique et les mêmes fichiers, empreinte égale. Personne n'y a encore accès."
        ),
        &format!(
            "“{name}” has the same records, history and files, with an equal digest. Nobody may enter it yet."
        ),
    ))
}

fn renamed(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let (name, days) = (name_of(operation), crate::addresses::KEPT.as_hours() / 24);
    Ok(Label::new(
        &format!("L'environnement s'appelle « {name} » ; son ancienne adresse y mène encore {days} jours."),
        &format!("The environment is called “{name}”; its old address leads there for {days} more days."),
    ))
}

fn is_read_only(_: &Platform, _: &Operation) -> Result<Label, PlatformError> {
    Ok(Label::new(
        "On peut y regarder, plus rien y changer.",
        "People may look, and change nothing any more.",
    ))
}

fn is_closed(_: &Platform, _: &Operation) -> Result<Label, PlatformError> {
    Ok(Label::new(
        "Plus personne n'y entre ; ses données restent.",
        "Nobody enters any more; its data stays.",
    ))
}

fn is_open(_: &Platform, _: &Operation) -> Result<Label, PlatformError> {
    Ok(Label::new("On y entre et on y travaille de nouveau.", "People enter and work there again."))
}

fn is_erased(platform: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let day = platform.today();
    let certified = operation.message.clone().unwrap_or_default();
    Ok(Label::new(
        &format!("{certified} Fiches, fichiers et journal détruits le {day}."),
        &format!("{certified} Records, files and journal destroyed on {day}."),
    ))
}

fn is_let_in(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let email = operation.asked.person_email.clone().unwrap_or_default();
    Ok(Label::new(&format!("{email} peut entrer."), &format!("{email} may enter.")))
}

fn is_shut_out(_: &Platform, operation: &Operation) -> Result<Label, PlatformError> {
    let email = operation.asked.person_email.clone().unwrap_or_default();
    Ok(Label::new(&format!("{email} n'entre plus."), &format!("{email} may not enter any more.")))
}
