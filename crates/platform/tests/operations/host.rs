//! A platform that a test has for itself, with what it asks of it.

use std::path::Path;
use std::sync::Arc;

use dictionary::{Language, RecordId, Value};
use engine::{Caller, Clock, Draft, Environment, Query};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::operations::Trial;
use platform::password::Cost;
use platform::{Asked, Identity, Limits, OperationKind, OperationState, Options, Platform, PlatformError};
use store::PostgresDatabase;
use store::postgres::Connections;

pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub fn pass(&self, time: SignedDuration) {
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
pub struct StopsOnce {
    /// The moment to stop at, counted from the first.
    pub at: usize,
    pub met: Mutex<Vec<String>>,
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
pub struct AnswersMeanwhile {
    pub asked: Mutex<Option<(Environment, RecordId)>>,
}

impl Trial for AnswersMeanwhile {
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError> {
        if step == "answer"
            && !done
            && let Some((root, id)) = self.asked.lock().take()
        {
            let yes = Draft::default().with("decision", "approved");
            root.transact(&Caller::system(), move |unit| unit.update("operation", id, None, yes))?;
        }
        Ok(())
    }
}

pub struct Host {
    pub platform: Platform,
    pub clock: Arc<TestClock>,
    pub folder: tempfile::TempDir,
    database: Option<Arc<PostgresDatabase>>,
}

/// A place of one's own in the run's server.
pub fn database() -> Option<Arc<PostgresDatabase>> {
    Some(PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap())
}

fn options(
    folder: &Path,
    database: Option<Arc<PostgresDatabase>>,
    clock: Arc<TestClock>,
    trial: Option<Arc<dyn Trial>>,
) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.database = database;
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options.clock = clock;
    options.trial = trial;
    options
}

impl Host {
    pub fn start() -> Host {
        Host::start_on(None)
    }

    pub fn start_on(database: Option<Arc<PostgresDatabase>>) -> Host {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-11-23T09:00:00Z".parse().unwrap())));
        let options = options(folder.path(), database.clone(), clock.clone(), None);
        Host { platform: Platform::create(options).unwrap(), clock, folder, database }
    }

    /// The same platform, opened by another process that may be stopped.
    pub fn again(self, trial: Option<Arc<dyn Trial>>) -> Host {
        let Host { platform, clock, folder, database } = self;
        drop(platform);
        let options = options(folder.path(), database.clone(), clock.clone(), trial);
        Host { platform: Platform::open(options).unwrap(), clock, folder, database }
    }

    pub fn add(&self, entity: &'static str, draft: Draft) -> RecordId {
        self.directory(move |unit| unit.create(entity, None, draft))
    }

    pub fn directory<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn engine::Unit) -> Result<T, engine::EngineError> + Send + 'static,
    ) -> T {
        let root = self.platform.environment("platform").unwrap();
        root.engine.transact(&Caller::system(), work).unwrap().value
    }

    /// The only record of an entity of the directory.
    pub fn first(&self, entity: &str) -> RecordId {
        let root = self.platform.environment("platform").unwrap();
        let query = Query { entity: entity.to_owned(), limit: 1, ..Query::default() };
        root.engine.list(&Caller::system(), &query).unwrap().records[0].row.id()
    }

    /// A client with a project of one module.
    pub fn project(&self, client: &str) -> (RecordId, RecordId) {
        self.project_of(client, &["geography"])
    }

    /// A client with a project of these modules.
    pub fn project_of(&self, client: &str, modules: &[&str]) -> (RecordId, RecordId) {
        let client = self.add("organisation", Draft::default().with("name", client));
        let mut modules: Vec<String> = modules.iter().map(|module| (*module).to_owned()).collect();
        modules.sort();
        let modules = Value::Tags(modules);
        let draft = Draft::default().with("name", "Suivi").with("client", client).with("modules", modules);
        (client, self.add("project", draft))
    }

    /// A subscription of a client from January on, with amounts of what it includes.
    pub fn subscribe(&self, client: RecordId, quotas: &[(&str, i64)]) -> RecordId {
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
    pub fn done(&self, asked: Asked) -> (OperationState, String) {
        let id = self.platform.operation_ask(asked).unwrap();
        self.carry_out();
        self.stands(id)
    }

    pub fn carry_out(&self) {
        // Who stopped keeps an operation for a while.
        self.clock.pass(SignedDuration::from_mins(3));
        self.platform.operations_run().unwrap();
    }

    pub fn stands(&self, id: RecordId) -> (OperationState, String) {
        let operation = self.platform.operation(id).unwrap();
        (operation.state, operation.message.unwrap_or_default())
    }

    pub fn id_of(&self, environment: &str) -> RecordId {
        self.platform.environment_info(environment).unwrap().id
    }

    pub fn enters(&self, email: &str, environment: &str) -> bool {
        let user = self.platform.user_by_email(email).unwrap();
        let identity = Identity::of_command(user);
        self.platform.enter(&identity, environment, Language::Fr, None).is_ok()
    }

    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.platform.environments().unwrap().into_iter().map(|info| info.name).collect();
        names.sort();
        names
    }
}

pub fn creation(project: RecordId, name: &str) -> Asked {
    Asked {
        project: Some(project),
        name: Some(name.to_owned()),
        label: Some(format!("{name} de Paul")),
        person_name: Some("Paul Weber".to_owned()),
        person_email: Some("paul@weber.example".to_owned()),
        ..Asked::of(OperationKind::Create)
    }
}

pub fn about(kind: OperationKind, environment: RecordId) -> Asked {
    Asked { environment: Some(environment), ..Asked::of(kind) }
}

pub fn access(environment: RecordId, email: &str) -> Asked {
    Asked {
        person_name: Some(email.to_owned()),
        person_email: Some(email.to_owned()),
        profiles: Some("reader".to_owned()),
        ..about(OperationKind::GiveAccess, environment)
    }
}

/// Stops once at every moment of an operation: whatever was done of it, the next process ends it as if nothing had happened.
pub fn stopped_everywhere(
    database: impl Fn() -> Option<Arc<PostgresDatabase>>,
    prepare: impl Fn(&Host),
    asked: impl Fn(&Host) -> Asked,
    ended: impl Fn(&Host, &str),
) {
    for at in 1.. {
        let mut host = Host::start_on(database());
        prepare(&host);
        let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
        host = host.again(Some(trial.clone()));
        let id = host.platform.operation_ask(asked(&host)).unwrap();
        host.clock.pass(SignedDuration::from_mins(3));
        let stopped = host.platform.operations_run().is_err();
        let met = trial.met.lock().last().cloned().unwrap_or_default();
        if stopped {
            assert_eq!(host.stands(id).0, OperationState::Running, "stopped {met}");
        }
        host = host.again(None);
        // Twice: some wait for a while between two steps.
        host.carry_out();
        host.carry_out();
        let (state, message) = host.stands(id);
        assert_eq!(state, OperationState::Done, "stopped {met}: {message}");
        ended(&host, &met);
        if !stopped {
            assert!(at > 2, "there is no moment to stop at");
            return;
        }
    }
}
