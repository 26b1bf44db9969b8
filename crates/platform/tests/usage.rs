//! What subscriptions use, what they are refused beyond, and the statements of months.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use dictionary::value::FileRef;
use dictionary::{Language, RecordId, Value};
use engine::{Caller, Clock, Draft, EngineError, Query};
use jiff::Timestamp;
use parking_lot::Mutex;
use platform::operations::Trial;
use platform::password::Cost;
use platform::{
    Asked, Limits, Measure, Month, NewEnvironment, NewSubscription, NewUser, OperationKind, OperationState,
    Options, Platform, PlatformError, Usage,
};
use proptest::prelude::*;
use store::PostgresDatabase;
use store::postgres::Connections;

struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn set(&self, now: &str) {
        *self.0.lock() = now.parse().unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now += jiff::SignedDuration::from_micros(1);
        *now
    }
}

/// Ends the process, so to speak, at the moment of that number.
struct StopsAt {
    at: usize,
    met: Mutex<usize>,
}

impl Trial for StopsAt {
    fn at(&self, step: &str, _: bool) -> Result<(), PlatformError> {
        let mut met = self.met.lock();
        *met += 1;
        if *met == self.at {
            let source = std::io::Error::other("stopped here");
            return Err(PlatformError::Io { action: "go on", path: step.into(), source });
        }
        Ok(())
    }
}

struct Host {
    platform: Platform,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
    database: Option<Arc<PostgresDatabase>>,
}

fn options(
    folder: &Path,
    clock: &Arc<TestClock>,
    database: Option<&Arc<PostgresDatabase>>,
    trial: Option<Arc<dyn Trial>>,
) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options.clock = clock.clone();
    options.trial = trial;
    options.database = database.cloned();
    options
}

impl Host {
    fn start() -> Host {
        Host::on(None)
    }

    /// Both stores, one after the other.
    fn all() -> [Host; 2] {
        let database = PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap();
        [Host::on(None), Host::on(Some(database))]
    }

    fn on(database: Option<Arc<PostgresDatabase>>) -> Host {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-10-05T09:00:00Z".parse().unwrap())));
        let platform = Platform::create(options(folder.path(), &clock, database.as_ref(), None)).unwrap();
        platform.organisation_add("Atelier", "integrator", None).unwrap();
        platform.organisation_add("Weber", "client", Some("Atelier")).unwrap();
        Host { platform, clock, folder, database }
    }

    /// The same platform, opened by another process that may be stopped.
    fn again(self, trial: Option<Arc<dyn Trial>>) -> Host {
        let Host { platform, clock, folder, database } = self;
        drop(platform);
        let platform = Platform::open(options(folder.path(), &clock, database.as_ref(), trial)).unwrap();
        Host { platform, clock, folder, database }
    }

    fn subscribe(&self, users: Option<u32>, storage_mb: Option<u32>) -> RecordId {
        let new = NewSubscription {
            client: "Weber".to_owned(),
            project: None,
            modules: vec!["core".to_owned()],
            named_users: users,
            environments: None,
            storage_mb,
            emails: Some(10),
            starts_on: Some("2026-01-01".parse().unwrap()),
            ends_on: None,
        };
        self.platform.subscription_add(&new).unwrap()
    }

    fn environment(&self, name: &str) {
        let new = NewEnvironment::named(name, name, &["core"]);
        let new = NewEnvironment { client: Some("Weber".to_owned()), ..new };
        self.platform.environment_create(new).unwrap();
    }

    fn let_in(&self, email: &str, environment: &str) -> RecordId {
        let user = match self.platform.user_by_email(email) {
            Ok(user) => user,
            Err(_) => {
                let (name, password) = (email.to_owned(), "trois chevaux verts".to_owned());
                let email = email.to_owned();
                let new = NewUser { name, email, password, given: false, language: Language::Fr };
                self.platform.user_create(new).unwrap()
            }
        };
        self.platform.access_grant(user.id, environment, &["reader"]).unwrap();
        user.id
    }

    /// A document of that many bytes, as the record sees it.
    fn document(&self, environment: &str, size: u64) -> Result<RecordId, EngineError> {
        let open = self.platform.environment(environment).unwrap();
        let bytes = vec![b'x'; usize::try_from(size).unwrap()];
        let kept = store::files::put(open.engine.store().files(), &mut &bytes[..], u64::MAX).unwrap();
        let (name, media_type) = ("plan.pdf".to_owned(), "application/pdf".to_owned());
        let file = FileRef { name, media_type, size: kept.size_bytes, hash: kept.hash };
        let draft = Draft::default().with("name", "Plan").with("file", Value::File(Box::new(file)));
        let done = open.engine.transact(&Caller::system(), |unit| unit.create("document", None, draft));
        done.map(|done| done.value)
    }

    fn usage(&self, month: &str) -> Usage {
        let mut all = self.platform.usage(Month::parse(month).unwrap(), None).unwrap();
        assert_eq!(all.len(), 1, "one subscription");
        all.remove(0)
    }

    fn raise(&self, resource: &str, amount: i64) {
        let root = self.platform.environment("platform").unwrap();
        let query = Query { entity: "subscription_quota".to_owned(), limit: 100, ..Query::default() };
        let dictionary = root.engine.dictionary();
        let field = dictionary.entity("subscription_quota").unwrap().index("resource").unwrap();
        let page = root.engine.list(&Caller::system(), &query).unwrap();
        let found = page.records.iter().find(|record| record.row.get(field).as_text() == Some(resource));
        let (id, raised) = (found.unwrap().row.id(), Draft::default().with("amount", Value::Integer(amount)));
        root.engine
            .transact(&Caller::system(), move |unit| unit.update("subscription_quota", id, None, raised))
            .unwrap();
    }

    fn count(&self, entity: &str) -> usize {
        let root = self.platform.environment("platform").unwrap();
        let query = Query { entity: entity.to_owned(), limit: 100, ..Query::default() };
        root.engine.list(&Caller::system(), &query).unwrap().records.len()
    }
}

fn whole(usage: &Usage, measure: Measure) -> (Option<i64>, Option<i64>) {
    let line = usage.lines.iter().find(|line| line.measure == measure && line.environment.is_none());
    line.map(|line| (line.used, line.most)).unwrap()
}

fn by_environment(usage: &Usage, measure: Measure) -> i64 {
    let lines = usage.lines.iter().filter(|line| line.measure == measure && line.environment.is_some());
    lines.filter_map(|line| line.used).sum()
}

/// In French and in English.
fn refusal(result: Result<RecordId, EngineError>) -> (String, String) {
    match result {
        Err(EngineError::OverQuota { message }) => {
            (message.text(Language::Fr).to_owned(), message.text(Language::En).to_owned())
        }
        other => panic!("{other:?} is no refusal"),
    }
}

#[test]
fn storage_beyond_what_is_included_is_refused_with_the_reason_and_goes_on_once_it_is_raised() {
    for host in Host::all() {
        host.subscribe(None, Some(1));
        host.environment("weber");
        host.environment("weber-essais");
        let first = host.document("weber", 400_000).unwrap();
        host.document("weber-essais", 400_000).unwrap();
        // What one environment holds is no longer there for the other.
        let said = refusal(host.document("weber", 300_000));
        for part in [
            "« Weber »",
            "comprend 1 Mo",
            "0,8 Mo sont pris",
            "« Atelier »",
            "rien de ce qui est là n'est perdu",
        ] {
            assert!(said.0.contains(part), "{part} in {said:?}");
        }
        assert!(said.1.contains("includes 1 MB of storage, and 0.8 MB are taken"), "{said:?}");
        host.document("weber", 100_000).unwrap();

        let open = host.platform.environment("weber").unwrap();
        let caller = Caller::system();
        let shorter = Draft::default().with("name", "P");
        open.engine.transact(&caller, move |unit| unit.update("document", first, None, shorter)).unwrap();
        open.engine.get(&caller, "document", first, &[]).unwrap();
        open.engine.transact(&caller, move |unit| unit.delete("document", first, None)).unwrap();
        drop(open);
        host.document("weber", 300_000).unwrap();
        refusal(host.document("weber-essais", 300_000));

        host.raise("storage", 2);
        host.document("weber-essais", 300_000).unwrap();
        // A process that starts knows it too.
        let host = host.again(None);
        host.document("weber", 500_000).unwrap();
        refusal(host.document("weber", 900_000));
    }
}

#[test]
fn whoever_writes_at_the_same_time_never_holds_more_together_and_deleting_makes_room_at_once() {
    for host in Host::all() {
        host.subscribe(None, Some(1));
        host.environment("weber");
        host.document("weber", 1).unwrap();
        // Two thirds of what all ask for fits; some of it is deleted and asked for again.
        let kept: Vec<RecordId> = std::thread::scope(|scope| {
            let one = || {
                let documents =
                    (0..5).filter_map(|_| host.document("weber", 75_000).ok()).collect::<Vec<_>>();
                let open = host.platform.environment("weber").unwrap();
                if let Some(last) = documents.last().copied() {
                    open.engine
                        .transact(&Caller::system(), move |unit| unit.delete("document", last, None))
                        .unwrap();
                }
                documents.into_iter().rev().skip(1).collect::<Vec<_>>()
            };
            let all: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
            all.into_iter().flat_map(|one| one.join().unwrap()).collect()
        });
        let held = whole(&host.usage("2026-11"), Measure::Storage).0.unwrap();
        assert!(held <= 1_000_000, "{held}");
        let room = (1_000_000 - held) / 75_000;
        let fits = (0..20).filter(|_| host.document("weber", 75_000).is_ok()).count();
        assert!(i64::try_from(fits).unwrap() >= room - 1, "{fits} of {room}, {} kept", kept.len());
        assert!(whole(&host.usage("2026-11"), Measure::Storage).0.unwrap() > 900_000);
        refusal(host.document("weber", 75_000));
    }
}

#[test]
fn a_month_is_closed_once_and_stays_as_it_was_whatever_comes_later() {
    for host in Host::all() {
        host.subscribe(Some(5), Some(100));
        host.environment("weber");
        host.let_in("paul@weber.example", "weber");
        let zoe = host.let_in("zoe@weber.example", "weber");
        host.document("weber", 50_000).unwrap();
        assert_eq!(host.platform.usage_close_due().unwrap(), 0, "the month goes on");
        host.clock.set("2026-10-20T09:00:00Z");
        host.platform.access_revoke(zoe, "weber").unwrap();
        // In Paris, November begins an hour before midnight at Greenwich; the platform waits until it has.
        host.clock.set("2026-10-31T22:59:00Z");
        assert!(host.platform.usage_close(Month::parse("2026-10").unwrap()).is_err());
        let open = host.usage("2026-10");
        host.clock.set("2026-11-03T09:00:00Z");
        host.document("weber", 70_000).unwrap();
        assert_eq!(host.usage("2026-10").lines, open.lines, "November changes nothing of October");
        assert_eq!(host.platform.usage_close_due().unwrap(), 1);
        assert_eq!(host.platform.usage_close_due().unwrap(), 0);
        let closed = host.usage("2026-10");
        assert!(closed.is_closed && !open.is_closed);
        assert_eq!(whole(&closed, Measure::NamedUsers), (Some(1), Some(2)));
        let (held, most) = whole(&closed, Measure::Storage);
        assert!(held == most && held >= Some(50_000) && held < Some(60_000), "{held:?}");
        assert_eq!(whole(&closed, Measure::RecordsWritten).0, whole(&open, Measure::RecordsWritten).0);

        // Another process counts the same, and leaves what is kept.
        let host = host.again(None);
        assert_eq!(host.platform.usage_close(Month::parse("2026-10").unwrap()).unwrap(), 0);
        assert_eq!(host.usage("2026-10"), closed);
        assert_eq!(host.count("usage_statement"), 1);
        host.platform.usage_measure().unwrap();
        assert_eq!(host.platform.usage_measure().unwrap(), 0, "what did not move is not written");
    }
}

#[test]
fn who_is_stopped_in_the_middle_of_closing_a_month_leaves_none_and_the_next_makes_one() {
    let mut host = Host::start();
    host.subscribe(Some(5), None);
    host.environment("weber");
    host.environment("weber-essais");
    host.clock.set("2026-11-02T09:00:00Z");
    for at in 1.. {
        host = host.again(Some(Arc::new(StopsAt { at, met: Mutex::new(0) })));
        if host.platform.usage_close_due().is_ok() {
            assert!(at > 10, "it was stopped at every environment and every line");
            break;
        }
        assert_eq!((host.count("usage_statement"), host.count("usage_line")), (0, 0), "stopped at {at}");
    }
    host = host.again(None);
    assert_eq!(host.platform.usage_close_due().unwrap(), 0);
    assert_eq!(host.count("usage_statement"), 1);
}

#[test]
fn two_servers_on_one_database_close_a_month_once() {
    let [_, host] = Host::all();
    host.subscribe(None, None);
    host.environment("weber");
    host.clock.set("2026-11-02T09:00:00Z");
    let other =
        Platform::open(options(host.folder.path(), &host.clock, host.database.as_ref(), None)).unwrap();
    let made: usize = std::thread::scope(|scope| {
        let both = [&host.platform, &other].map(|one| scope.spawn(|| one.usage_close_due().unwrap()));
        both.map(|thread| thread.join().unwrap()).iter().sum()
    });
    assert_eq!((made, host.count("usage_statement")), (1, 1));
}

#[test]
fn an_environment_that_is_copied_brings_no_past_along() {
    let host = Host::start();
    host.subscribe(None, Some(100));
    host.environment("weber");
    host.document("weber", 30_000).unwrap();
    host.clock.set("2026-11-04T09:00:00Z");
    let before = host.usage("2026-10");
    let source = host.platform.environment_info("weber").unwrap();
    let asked = Asked {
        environment: Some(source.id),
        name: Some("weber-copie".to_owned()),
        label: Some("Copie".to_owned()),
        ..Asked::of(OperationKind::Copy)
    };
    let id = host.platform.operation_ask(asked).unwrap();
    host.platform.operations_run().unwrap();
    let operation = host.platform.operation(id).unwrap();
    assert_eq!(operation.state, OperationState::Done, "{:?}", operation.message);
    let after = host.usage("2026-10");
    assert_eq!(whole(&after, Measure::Storage), whole(&before, Measure::Storage));
    let november = host.usage("2026-11");
    assert!(whole(&november, Measure::Storage).0 > Some(60_000));
    assert_eq!(whole(&november, Measure::RecordsWritten).0, Some(0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// What environments used comes to what their client used, and later days change no month that ended.
    #[test]
    fn environments_come_to_their_client(
        steps in prop::collection::vec((0_usize..3, 0_u64..40_000, any::<bool>()), 1..12),
        late in prop::collection::vec((0_usize..3, 0_u64..40_000), 1..5),
    ) {
        let host = Host::start();
        host.subscribe(None, Some(1_000));
        let names = ["weber", "weber-essais", "weber-formation"];
        for name in names { host.environment(name); }
        for (index, size, next_day) in steps {
            host.document(names[index], size).unwrap();
            if next_day { *host.clock.0.lock() += jiff::SignedDuration::from_hours(30); }
        }
        host.clock.set("2026-11-10T09:00:00Z");
        let october = host.usage("2026-10");
        for measure in [Measure::Storage, Measure::RecordsWritten, Measure::Emails] {
            prop_assert_eq!(whole(&october, measure).0, Some(by_environment(&october, measure)));
        }
        for (index, size) in late { host.document(names[index], size).unwrap(); }
        prop_assert_eq!(&host.usage("2026-10"), &october);
        let host = host.again(None);
        prop_assert_eq!(&host.usage("2026-10"), &october);
    }
}
