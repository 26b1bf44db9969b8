//! Operations on environments: each carried out, stopped at every step and taken up again, refused with the reason.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use dictionary::{Language, RecordId, Value};
use engine::{Caller, Clock, Draft, Environment, Query};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::operations::Trial;
use platform::password::Cost;
use platform::{Asked, Identity, Limits, OperationKind, OperationState, Options, Platform, PlatformError};

struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn pass(&self, time: SignedDuration) {
        *self.0.lock() += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now += SignedDuration::from_micros(1);
        *now
    }
}

/// Ends the process, so to speak, the first time that a moment comes.
#[derive(Default)]
struct StopsOnce {
    /// The moment to stop at, counted from the first.
    at: usize,
    met: Mutex<Vec<String>>,
}

impl Trial for StopsOnce {
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError> {
        let mut met = self.met.lock();
        met.push(format!("{} {step}", if done { "after" } else { "before" }));
        if met.len() == self.at {
            let source = std::io::Error::other("stopped here");
            return Err(PlatformError::Io { action: "go on", path: step.into(), source });
        }
        Ok(())
    }
}

/// Has the client say yes at the very moment that a server looks whether it did.
#[derive(Default)]
struct AnswersMeanwhile {
    asked: Mutex<Option<(Environment, RecordId)>>,
}

impl Trial for AnswersMeanwhile {
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError> {
        if step == "answer"
            && !done
            && let Some((root, id)) = self.asked.lock().take()
        {
            let yes = Draft::default().with("decision", "approved").with("decided_by", "Paul Weber");
            root.transact(&Caller::system(), move |unit| unit.update("operation", id, None, yes))?;
        }
        Ok(())
    }
}

struct Host {
    platform: Platform,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

fn options(folder: &Path, clock: Arc<TestClock>, trial: Option<Arc<dyn Trial>>) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options.clock = clock;
    options.trial = trial;
    options
}

impl Host {
    fn start() -> Host {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-11-23T09:00:00Z".parse().unwrap())));
        let platform = Platform::create(options(folder.path(), clock.clone(), None)).unwrap();
        Host { platform, clock, folder }
    }

    /// The same platform, opened by another process that may be stopped.
    fn again(self, trial: Option<Arc<dyn Trial>>) -> Host {
        let Host { platform, clock, folder } = self;
        drop(platform);
        let platform = Platform::open(options(folder.path(), clock.clone(), trial)).unwrap();
        Host { platform, clock, folder }
    }

    fn add(&self, entity: &'static str, draft: Draft) -> RecordId {
        self.directory(move |unit| unit.create(entity, None, draft))
    }

    fn directory<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn engine::Unit) -> Result<T, engine::EngineError> + Send + 'static,
    ) -> T {
        let root = self.platform.environment("platform").unwrap();
        root.engine.transact(&Caller::system(), work).unwrap().value
    }

    /// A client with a project of one module.
    fn project(&self, client: &str) -> (RecordId, RecordId) {
        let client = self.add("organisation", Draft::default().with("name", client));
        let modules = Value::Tags(vec!["geography".to_owned()]);
        let draft = Draft::default().with("name", "Suivi").with("client", client).with("modules", modules);
        (client, self.add("project", draft))
    }

    /// A subscription of a client from January on, with amounts of what it includes.
    fn subscribe(&self, client: RecordId, quotas: &[(&str, i64)]) -> RecordId {
        let draft = Draft::default()
            .with("client", client)
            .with("starts_on", Value::Date("2026-01-01".parse().unwrap()))
            .with("modules", Value::Tags(vec!["geography".to_owned()]));
        let subscription = self.add("subscription", draft);
        for (resource, amount) in quotas {
            let draft = Draft::default()
                .with("subscription", subscription)
                .with("resource", *resource)
                .with("amount", Value::Integer(*amount));
            self.add("subscription_quota", draft);
        }
        subscription
    }

    /// Asks, carries out until it ended, and says where it stands.
    fn done(&self, asked: Asked) -> (OperationState, String) {
        let id = self.platform.operation_ask(asked).unwrap();
        self.carry_out();
        self.stands(id)
    }

    fn carry_out(&self) {
        // Who stopped keeps an operation for a while.
        self.clock.pass(SignedDuration::from_mins(3));
        self.platform.operations_run().unwrap();
    }

    fn stands(&self, id: RecordId) -> (OperationState, String) {
        let operation = self.platform.operation(id).unwrap();
        (operation.state, operation.message.unwrap_or_default())
    }

    fn id_of(&self, environment: &str) -> RecordId {
        self.platform.environment_info(environment).unwrap().id
    }

    fn enters(&self, email: &str, environment: &str) -> bool {
        let user = self.platform.user_by_email(email).unwrap();
        let identity = Identity::of_command(user);
        self.platform.enter(&identity, environment, Language::Fr, None).is_ok()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.platform.environments().unwrap().into_iter().map(|info| info.name).collect();
        names.sort();
        names
    }
}

fn creation(project: RecordId, name: &str) -> Asked {
    Asked {
        project: Some(project),
        name: Some(name.to_owned()),
        label: Some(format!("{name} de Paul")),
        person_name: Some("Paul Weber".to_owned()),
        person_email: Some("paul@weber.example".to_owned()),
        ..Asked::of(OperationKind::Create)
    }
}

fn about(kind: OperationKind, environment: RecordId) -> Asked {
    Asked { environment: Some(environment), ..Asked::of(kind) }
}

fn access(environment: RecordId, email: &str) -> Asked {
    Asked {
        person_name: Some(email.to_owned()),
        person_email: Some(email.to_owned()),
        profiles: Some("reader".to_owned()),
        ..about(OperationKind::GiveAccess, environment)
    }
}

#[test]
fn an_environment_is_made_closed_opened_copied_and_erased_on_request() {
    let host = Host::start();
    let (_, project) = host.project("Weber");
    let (state, message) = host.done(creation(project, "weber"));
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(message.contains("paul@weber.example l'administre"), "{message}");
    let info = host.platform.environment_info("weber").unwrap();
    assert_eq!((info.client.as_deref(), info.modules.clone()), (Some("Weber"), vec!["geography".to_owned()]));
    assert!(host.enters("paul@weber.example", "weber"));

    host.done(about(OperationKind::ReadOnly, info.id));
    let user = host.platform.user_by_email("paul@weber.example").unwrap();
    let paul = Identity::of_command(user);
    let entered = host.platform.enter(&paul, "weber", Language::Fr, None).unwrap();
    assert!(!entered.may_write());
    drop(entered);
    host.done(about(OperationKind::Close, info.id));
    assert!(!host.enters("paul@weber.example", "weber"));
    host.done(about(OperationKind::Open, info.id));
    assert!(host.platform.enter(&paul, "weber", Language::Fr, None).unwrap().may_write());

    let head = host.platform.environment("weber").unwrap().engine.head().unwrap();
    let copy = Asked {
        name: Some("weber-test".to_owned()),
        label: Some("Essais".to_owned()),
        usage: Some("test".to_owned()),
        ..about(OperationKind::Copy, info.id)
    };
    let (state, message) = host.done(copy);
    assert_eq!(state, OperationState::Done, "{message}");
    let copied = host.platform.environment("weber-test").unwrap().engine.head().unwrap();
    assert_eq!((copied.position, copied.digest), (head.position, head.digest));
    assert!(!host.enters("paul@weber.example", "weber-test"));

    let day = Value::Date("2026-12-01".parse().unwrap());
    let Value::Date(day) = day else { unreachable!() };
    let erasure = host
        .platform
        .operation_ask(Asked { delete_after: Some(day), ..about(OperationKind::Delete, info.id) })
        .unwrap();
    host.carry_out();
    assert_eq!(host.stands(erasure).0, OperationState::Running);
    assert!(!host.enters("paul@weber.example", "weber"));
    assert!(host.folder.path().join("data/environments/weber").exists());
    // While it waits it is not written again and again.
    let position = host.platform.directory_position();
    host.carry_out();
    assert_eq!(host.platform.directory_position(), position);
    host.clock.pass(SignedDuration::from_hours(24 * 9));
    host.platform.evict_all();
    host.carry_out();
    let (state, message) = host.stands(erasure);
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(message.contains("empreinte") && message.contains("détruits le 2026-12-02"), "{message}");
    assert!(!host.folder.path().join("data/environments/weber").exists());
    assert_eq!(host.names(), ["platform", "weber-test"]);
}

#[test]
fn a_deletion_is_given_up_when_the_environment_is_opened_again() {
    let host = Host::start();
    let (_, project) = host.project("Weber");
    host.done(creation(project, "weber"));
    let weber = host.id_of("weber");
    let erasure = host.platform.operation_ask(about(OperationKind::Delete, weber)).unwrap();
    host.carry_out();
    host.done(about(OperationKind::Open, weber));
    host.clock.pass(SignedDuration::from_hours(24 * 40));
    host.carry_out();
    let (state, message) = host.stands(erasure);
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("rouvert"), "{message}");
    assert!(host.enters("paul@weber.example", "weber"));
}

/// Stops once at every moment of an operation: whatever was done, the next process ends it as if nothing had happened.
fn stopped_everywhere(kind: OperationKind) {
    for at in 1.. {
        let mut host = Host::start();
        let (_, project) = host.project("Weber");
        if kind != OperationKind::Create {
            assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
        }
        if kind == OperationKind::TakeAccess {
            assert_eq!(host.done(access(host.id_of("weber"), "lea@weber.example")).0, OperationState::Done);
        }
        let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
        host = host.again(Some(trial.clone()));
        let asked = match kind {
            OperationKind::Create => creation(project, "weber"),
            OperationKind::GiveAccess => access(host.id_of("weber"), "lea@weber.example"),
            OperationKind::TakeAccess => Asked {
                person_email: Some("lea@weber.example".to_owned()),
                ..about(kind, host.id_of("weber"))
            },
            OperationKind::Copy => Asked {
                name: Some("copie".to_owned()),
                label: Some("Copie".to_owned()),
                ..about(kind, host.id_of("weber"))
            },
            OperationKind::Delete => Asked {
                delete_after: Some("2026-11-20".parse().unwrap()),
                ..about(kind, host.id_of("weber"))
            },
            _ => about(kind, host.id_of("weber")),
        };
        let id = host.platform.operation_ask(asked).unwrap();
        host.clock.pass(SignedDuration::from_mins(3));
        let stopped = host.platform.operations_run().is_err();
        let met = trial.met.lock().clone();
        if stopped {
            let state = host.stands(id).0;
            assert_eq!(state, OperationState::Running, "{kind:?} stopped {:?}", met.last());
        }
        host = host.again(None);
        host.carry_out();
        let (state, message) = host.stands(id);
        assert_eq!(state, OperationState::Done, "{kind:?} stopped {:?}: {message}", met.last());
        let expected: &[&str] = match kind {
            OperationKind::Copy => &["copie", "platform", "weber"],
            OperationKind::Delete => &["platform"],
            _ => &["platform", "weber"],
        };
        assert_eq!(host.names(), expected, "{kind:?} stopped {:?}", met.last());
        if !stopped {
            assert!(at > 2, "{kind:?} has no moment to stop at");
            return;
        }
    }
}

fn assistance(host: &Host) -> Asked {
    Asked {
        person_email: Some("omar@hebergeur.example".to_owned()),
        profiles: Some("reader".to_owned()),
        purpose: Some("Une facture ne part pas".to_owned()),
        ticket: Some("T-42".to_owned()),
        ..about(OperationKind::Assist, host.id_of("weber"))
    }
}

/// Everything that a support access goes through: carried out, answered, carried out, the hours gone by, carried out.
fn assisted(host: &Host, id: RecordId) -> Result<(), PlatformError> {
    host.clock.pass(SignedDuration::from_mins(3));
    host.platform.operations_run()?;
    match host.platform.assistance_answer("weber", id, platform::Answer::Approve, "Paul Weber") {
        Ok(()) | Err(PlatformError::Refused { .. }) => {}
        Err(error) => return Err(error),
    }
    host.platform.operations_run()?;
    host.clock.pass(SignedDuration::from_hours(5));
    host.platform.operations_run()?;
    Ok(())
}

#[test]
fn a_support_access_stopped_anywhere_is_taken_up_again_and_never_stays_open() {
    for at in 1.. {
        let mut host = Host::start();
        let (_, project) = host.project("Weber");
        assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
        host.add("user", Draft::default().with("name", "Omar").with("email", "omar@hebergeur.example"));
        let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
        host = host.again(Some(trial.clone()));
        let id = host.platform.operation_ask(assistance(&host)).unwrap();
        let stopped = assisted(&host, id).is_err();
        let met = trial.met.lock().clone();
        host = host.again(None);
        assisted(&host, id).unwrap();
        let (state, message) = host.stands(id);
        assert_eq!(state, OperationState::Done, "stopped {:?}: {message}", met.last());
        assert!(!host.enters("omar@hebergeur.example", "weber"), "stopped {:?}", met.last());
        let noted = host.platform.assistances("weber").unwrap();
        assert_eq!(noted.len(), 1, "stopped {:?}", met.last());
        assert_eq!(noted[0].stage, platform::Stage::Ended, "stopped {:?}", met.last());
        if !stopped {
            assert_eq!(met.len(), 12, "{met:?}");
            return;
        }
    }
}

#[test]
fn a_client_who_says_yes_while_a_server_looks_does_not_wait_any_longer() {
    let mut host = Host::start();
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    host.add("user", Draft::default().with("name", "Omar").with("email", "omar@hebergeur.example"));
    let trial = Arc::new(AnswersMeanwhile::default());
    host = host.again(Some(trial.clone()));
    let id = host.platform.operation_ask(assistance(&host)).unwrap();
    *trial.asked.lock() = Some((host.platform.environment("platform").unwrap().engine.clone(), id));
    host.platform.operations_run().unwrap();
    assert!(host.enters("omar@hebergeur.example", "weber"), "{:?}", host.stands(id));
}

#[test]
fn a_creation_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(OperationKind::Create);
}

#[test]
fn a_copy_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(OperationKind::Copy);
}

#[test]
fn a_deletion_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(OperationKind::Delete);
}

#[test]
fn changes_of_access_and_of_opening_stopped_anywhere_are_taken_up_again() {
    for kind in [
        OperationKind::GiveAccess,
        OperationKind::TakeAccess,
        OperationKind::ReadOnly,
        OperationKind::Close,
        OperationKind::Open,
    ] {
        stopped_everywhere(kind);
    }
}

#[test]
fn the_eleventh_user_of_a_subscription_for_ten_is_refused_with_the_reason() {
    let host = Host::start();
    let (client, project) = host.project("Weber");
    let subscription = host.subscribe(client, &[("named_users", 10)]);
    host.done(creation(project, "weber"));
    let mut test = creation(project, "weber-test");
    test.usage = Some("test".to_owned());
    test.person_email = None;
    test.person_name = None;
    host.done(test);
    let (production, test) = (host.id_of("weber"), host.id_of("weber-test"));
    for number in 2..=10 {
        let email = format!("p{number}@weber.example");
        assert_eq!(host.done(access(production, &email)).0, OperationState::Done);
        // The same person elsewhere takes no second place.
        assert_eq!(host.done(access(test, &email)).0, OperationState::Done);
    }
    let (state, message) = host.done(access(test, "p11@weber.example"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("comprend 10 utilisateur(s) nommé(s), et tous sont pris"), "{message}");
    assert!(!host.enters("p11@weber.example", "weber-test"));
    // Somebody of the integrator is none of the client's people.
    let integrator =
        host.add("organisation", Draft::default().with("name", "Atelier").with("kind", "integrator"));
    let user = host.platform.user_by_email("p11@weber.example").unwrap();
    host.directory(move |unit| {
        unit.update("user", user.id, None, Draft::default().with("organisation", integrator))
    });
    let (state, message) = host.done(access(test, "p11@weber.example"));
    assert_eq!(state, OperationState::Done, "{message}");
    // A place that is given up is free at once, and so is one that is bought.
    let out = Asked {
        person_email: Some("p10@weber.example".to_owned()),
        ..about(OperationKind::TakeAccess, production)
    };
    assert_eq!(host.done(out.clone()).0, OperationState::Done);
    assert_eq!(host.done(access(production, "p12@weber.example")).0, OperationState::Refused);
    assert_eq!(host.done(Asked { environment: Some(test), ..out }).0, OperationState::Done);
    assert_eq!(host.done(access(production, "p12@weber.example")).0, OperationState::Done);
    let draft = Draft::default().with("ends_on", Value::Date("2026-10-31".parse().unwrap()));
    host.directory(move |unit| unit.update("subscription", subscription, None, draft));
    let (state, message) = host.done(access(production, "p13@weber.example"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("Aucun abonnement de « Weber » n'est en cours (2026-10-31)"), "{message}");
}

#[test]
fn a_creation_that_is_refused_leaves_nothing_and_says_why() {
    let host = Host::start();
    let (client, project) = host.project("Weber");
    let subscription = host.subscribe(client, &[("environments", 1), ("named_users", 1)]);
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let (state, message) = host.done(creation(project, "weber"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("existe déjà"), "{message}");
    let (state, message) = host.done(creation(project, "weber-2"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("comprend 1 environnement(s)"), "{message}");
    let modules = Value::Tags(vec!["core".to_owned(), "geography".to_owned()]);
    host.directory(move |unit| {
        unit.update("project", project, None, Draft::default().with("modules", modules))
    });
    let (_, message) = host.done(creation(project, "weber-3"));
    assert!(message.contains("ne comprend pas le module « core » (compris : geography)"), "{message}");
    // The environment is made, its administrator is one too many: what was made is taken back.
    let geography = Value::Tags(vec!["geography".to_owned()]);
    host.directory(move |unit| {
        unit.update("project", project, None, Draft::default().with("modules", geography))
    });
    let lines = Query { entity: "subscription_quota".to_owned(), limit: 10, ..Query::default() };
    let root = host.platform.environment("platform").unwrap();
    for line in root.engine.list(&Caller::system(), &lines).unwrap().records {
        let id = line.row.id();
        host.directory(move |unit| unit.delete("subscription_quota", id, None));
    }
    let draft = Draft::default()
        .with("subscription", subscription)
        .with("resource", "named_users")
        .with("amount", Value::Integer(1));
    host.add("subscription_quota", draft);
    let mut other = creation(project, "weber-4");
    other.person_email = Some("lea@weber.example".to_owned());
    let (state, message) = host.done(other);
    assert_eq!(state, OperationState::Refused, "{message}");
    assert!(message.contains("tous sont pris"), "{message}");
    assert_eq!(host.names(), ["platform", "weber"]);
    assert!(!host.folder.path().join("data/environments/weber-4").exists());
}
