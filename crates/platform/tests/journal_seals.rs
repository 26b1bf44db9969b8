//! Journals are sealed with a signature, and whoever rewrites one shows.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use dictionary::Value;
use engine::{Caller, Clock, Draft, Query};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::password::Cost;
use platform::sealing::KeyText;
use platform::{Limits, NewEnvironment, Options, Platform};
use ring::signature::{ED25519, UnparsedPublicKey};
use store::PostgresDatabase;
use store::postgres::Connections;

struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn forward(&self, by: SignedDuration) {
        *self.0.lock() += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now += SignedDuration::from_micros(1);
        *now
    }
}

const MINUTES: fn(i64) -> SignedDuration = SignedDuration::from_mins;

fn options(
    folder: &Path,
    clock: &Arc<TestClock>,
    key: &str,
    database: Option<&Arc<PostgresDatabase>>,
) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options.clock = clock.clone();
    options.key = Some(KeyText(key.repeat(32)));
    options.database = database.cloned();
    options
}

/// A platform with the environment `acme`.
fn started(database: Option<&Arc<PostgresDatabase>>) -> (Platform, Arc<TestClock>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock(Mutex::new("2026-10-05T09:00:00Z".parse().unwrap())));
    let platform = Platform::create(options(folder.path(), &clock, "11", database)).unwrap();
    platform.environment_create(NewEnvironment::named("acme", "Acme", &["core"])).unwrap();
    (platform, clock, folder)
}

fn write(platform: &Platform, name: &str) {
    let open = platform.environment("acme").unwrap();
    let draft = Draft::default().with("name", name);
    open.engine.transact(&Caller::system(), move |unit| unit.create("account", None, draft)).unwrap();
}

#[test]
fn a_journal_is_sealed_once_it_is_quiet_or_an_hour_later_and_not_again_before_it_moved() {
    let database = PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap();
    for database in [None, Some(&database)] {
        let (platform, clock, _folder) = started(database);
        write(&platform, "Lenoir");
        assert_eq!(platform.journals_seal().unwrap(), 0, "people are at work there");
        clock.forward(MINUTES(3));
        assert_eq!(platform.journals_seal().unwrap(), 1, "it is quiet");
        let verdict = platform.journal_seals_verify("acme").unwrap();
        let position = platform.environment("acme").unwrap().engine.position();
        assert_eq!((verdict.ours, verdict.last.map(|(up_to, _)| up_to)), (1, Some(position)));
        // At work all the time: an hour after the last.
        for _ in 0..7 {
            clock.forward(MINUTES(10));
            write(&platform, "Roux");
            platform.journals_seal().unwrap();
        }
        assert_eq!(platform.journal_seals_verify("acme").unwrap().ours, 2);
        // The platform's own too; what only tells of seals is no reason for another.
        clock.forward(MINUTES(70));
        platform.journals_seal().unwrap();
        let own = platform.journal_seals_verify("platform").unwrap();
        assert!(own.ours >= 1 && own.fault.is_none(), "{own:?}");
        for _ in 0..3 {
            clock.forward(MINUTES(70));
            assert_eq!(platform.journals_seal().unwrap(), 0);
        }
        assert_eq!(platform.journal_seals_verify("acme").unwrap().fault, None);
    }
}

#[test]
fn a_journal_that_was_rewritten_with_its_chain_shows_by_its_seals() {
    let (platform, clock, folder) = started(None);
    write(&platform, "Lenoir");
    drop(platform);
    // The database and its log.
    let rows = ["environment.sqlite", "environment.sqlite-wal"]
        .map(|name| folder.path().join("data/environments/acme").join(name));
    let before = rows.each_ref().map(|path| std::fs::read(path).unwrap_or_default());
    let open = || Platform::open(options(folder.path(), &clock, "11", None)).unwrap();
    let platform = open();
    write(&platform, "what somebody would like to hide");
    let seal = platform.journal_seal("acme").unwrap();
    assert_eq!(platform.journal_seal("acme").unwrap(), seal, "it is sealed already");
    drop(platform);
    // Another history of the same length, whose chain is whole.
    for (path, bytes) in rows.iter().zip(before) {
        std::fs::write(path, bytes).unwrap();
    }
    let platform = open();
    write(&platform, "what somebody would like to be there");
    assert_eq!(platform.environment("acme").unwrap().engine.position(), seal.position);
    let verdict = platform.journal_seals_verify("acme").unwrap();
    assert_eq!((verdict.ours, verdict.fault), (0, Some(seal.position)));
}

#[test]
fn a_seal_is_checked_with_its_parts_alone_and_one_that_was_made_up_is_none() {
    let (platform, clock, folder) = started(None);
    write(&platform, "Lenoir");
    let seal = platform.journal_seal("acme").unwrap();
    // As docs/formats/journal-seal.md says.
    let said = format!(
        "tisserand journal seal 1\n{}\n{}\n{}\n{}\n{:.6}\n",
        seal.environment, seal.position, seal.chain, seal.digest, seal.sealed
    );
    let key = bytes_of(&seal.public_key);
    let signature = Base64::decode_vec(&seal.signature).unwrap();
    UnparsedPublicKey::new(&ED25519, key).verify(said.as_bytes(), &signature).unwrap();

    // By another key that is not given any more: told apart.
    drop(platform);
    let platform = Platform::open(options(folder.path(), &clock, "22", None)).unwrap();
    let verdict = platform.journal_seals_verify("acme").unwrap();
    assert_eq!((verdict.ours, verdict.unknown, verdict.fault), (0, 1, None));

    // With a part changed it is no seal.
    let root = platform.environment("platform").unwrap();
    let query = Query { entity: "journal_seal".to_owned(), limit: 10, ..Query::default() };
    let record = root.engine.list(&Caller::system(), &query).unwrap().records[0].row.id();
    let later = Draft::default().with("sealed", Value::DateTime("2026-10-05T10:00:00Z".parse().unwrap()));
    let changed =
        root.engine.transact(&Caller::system(), move |unit| unit.update("journal_seal", record, None, later));
    changed.unwrap();
    assert_eq!(platform.journal_seals_verify("acme").unwrap().fault, Some(seal.position));
}

/// 32 bytes of 64 hexadecimal digits.
fn bytes_of(text: &str) -> Vec<u8> {
    (0..32).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}
