//! An environment moves from PostgreSQL to a file of its own and back: the same journal, the same digest, nothing lost, writes held back for a moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dictionary::RecordId;
use engine::{Caller, Draft, EngineError};
use parking_lot::Mutex;
use platform::operations::Trial;
use platform::{
    Asked, Keep, OpenEnvironment, OperationKind, OperationState, Options, Platform, PlatformError,
};

use crate::erasing::{MARK, erase, residues};
use crate::host::{Host, StopsOnce, about, creation, database, stopped_everywhere};

fn moving(host: &Host, to: Keep) -> Asked {
    Asked { store: Some(to.tag().to_owned()), ..about(OperationKind::Move, host.id_of("weber")) }
}

fn region(environment: &OpenEnvironment, name: &str) -> Result<RecordId, EngineError> {
    static NUMBER: AtomicUsize = AtomicUsize::new(100);
    let insee = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
    let draft = Draft::default().with("name", name).with("insee", insee.as_str());
    Ok(environment.engine.transact(&Caller::system(), move |unit| unit.create("region", None, draft))?.value)
}

fn weber(host: &Host) {
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let open = host.platform.environment("weber").unwrap();
    for name in ["Alsace", "Bretagne", "Corse"] {
        region(&open, name).unwrap();
    }
    let note = |unit: &mut dyn engine::Unit| unit.set_note("mark", Some("kept"));
    open.engine.transact(&Caller::system(), note).unwrap();
}

/// Carries out until nothing is left to wait for.
fn moved(host: &Host, to: Keep) -> (OperationState, String) {
    let id = host.platform.operation_ask(moving(host, to)).unwrap();
    host.carry_out();
    host.carry_out();
    host.stands(id)
}

fn is_in_a_file(host: &Host) -> bool {
    host.folder.path().join("data/environments/weber/environment.sqlite").exists()
}

#[test]
fn an_environment_moves_to_a_file_and_back_with_its_journal_and_all_it_holds() {
    let host = Host::start_on(database());
    weber(&host);
    let open = host.platform.environment("weber").unwrap();
    let mut content = &b"plan"[..];
    let kept = store::files::put(open.files.as_ref(), &mut content, 100).unwrap();
    let head = open.engine.head().unwrap();
    drop(open);
    for (to, name) in [(Keep::Files, "Lorraine"), (Keep::Database, "Savoie")] {
        let before = host.platform.environment("weber").unwrap().engine.head().unwrap();
        let (state, message) = moved(&host, to);
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(message.contains("rien n'y est changé"), "{message}");
        assert_eq!(is_in_a_file(&host), to == Keep::Files);
        let open = host.platform.environment("weber").unwrap();
        assert_eq!(open.keep, to);
        assert_eq!(open.engine.head().unwrap(), before);
        let report = store::verify(
            &*open.engine.store().snapshot().unwrap(),
            &open.engine.dictionary(),
            &mut |_, _| {},
        );
        assert!(report.unwrap().findings.is_empty());
        let snapshot = open.engine.store().snapshot().unwrap();
        assert_eq!(snapshot.note("mark").unwrap().as_deref(), Some("kept"));
        drop(snapshot);
        assert!(open.files.is_whole(&kept.hash).unwrap());
        assert_eq!(open.engine.search(&Caller::system(), "bretagne", 10).unwrap().len(), 1);
        region(&open, name).unwrap();
        assert!(host.enters("paul@weber.example", "weber"));
    }
    let now = host.platform.environment("weber").unwrap().engine.head().unwrap();
    assert!(now.position >= head.position + 2);
    // A second platform of the database finds it where it is.
    let host = host.again(None);
    assert_eq!(host.platform.environment("weber").unwrap().engine.head().unwrap(), now);
}

/// Works in the environment at each step of its move.
#[derive(Default)]
struct Works {
    platform: Mutex<Option<Arc<OpenEnvironment>>>,
    written: Mutex<Vec<(String, bool)>>,
}

impl Trial for Works {
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError> {
        let Some(open) = self.platform.lock().clone() else { return Ok(()) };
        let name = format!("{step} {done}");
        let written = region(&open, &name);
        assert!(written.is_ok() || written.as_ref().unwrap_err().is_held(), "{name}: {written:?}");
        // Reads go on all along.
        assert_eq!(open.engine.search(&Caller::system(), "bretagne", 10).unwrap().len(), 1, "{name}");
        if written.is_ok() || step == "switch" {
            self.written.lock().push((name, written.is_ok()));
        }
        if step == "switch" && done {
            *self.platform.lock() = None; // whoever was there goes
        }
        Ok(())
    }
}

#[test]
fn people_work_while_it_moves_and_what_they_wrote_is_there_afterwards() {
    let host = Host::start_on(database());
    weber(&host);
    let works = Arc::new(Works::default());
    let host = host.again(Some(works.clone()));
    *works.platform.lock() = Some(host.platform.environment("weber").unwrap());
    let (state, message) = moved(&host, Keep::Files);
    assert_eq!(state, OperationState::Done, "{message}");
    let written = works.written.lock().clone();
    let expected = ["check false", "check true", "replay false", "replay true", "hold false"];
    let kept: Vec<_> = written.iter().filter(|(_, kept)| *kept).map(|(name, _)| name.as_str()).collect();
    assert_eq!(kept, expected);
    // Refused while it is held, and where it was from then on.
    assert!(written.contains(&("switch false".to_owned(), false)));
    assert!(written.contains(&("switch true".to_owned(), false)));
    let open = host.platform.environment("weber").unwrap();
    for name in expected {
        assert_eq!(open.engine.search(&Caller::system(), name, 20).unwrap().len(), 1, "{name}");
    }
    region(&open, "after").unwrap();
}

/// Spoils the store that the environment moves to, before what is left is played.
#[derive(Default)]
struct Spoils(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl Trial for Spoils {
    fn at(&self, step: &str, done: bool) -> Result<(), PlatformError> {
        if step == "rest"
            && !done
            && let Some(spoil) = self.0.lock().take()
        {
            spoil();
        }
        Ok(())
    }
}

#[test]
fn a_move_that_fails_again_and_again_is_taken_back_and_people_write_again() {
    let host = Host::start_on(database());
    weber(&host);
    let spoils = Arc::new(Spoils::default());
    let host = host.again(Some(spoils.clone()));
    let folder = host.folder.path().join("data/environments/weber");
    *spoils.0.lock() = Some(Box::new(move || {
        // The log would put right what stands in the file.
        std::fs::remove_file(folder.join("environment.sqlite-wal")).ok();
        std::fs::write(folder.join("environment.sqlite"), "no database at all".repeat(1_000)).unwrap();
    }));
    let id = host.platform.operation_ask(moving(&host, Keep::Files)).unwrap();
    host.carry_out();
    let open = host.platform.environment("weber").unwrap();
    let written = region(&open, "Lorraine");
    assert!(written.is_err_and(|error| error.is_held()), "{:?}", host.platform.operation(id));
    for _ in 0..6 {
        host.carry_out();
    }
    let (state, message) = host.stands(id);
    assert_eq!(state, OperationState::Failed, "{message}");
    assert!(message.contains("repris"), "{message}");
    assert!(!is_in_a_file(&host));
    region(&open, "Lorraine").unwrap();
    assert_eq!(open.keep, Keep::Database);
    // What failed once is done when it can be.
    drop(open);
    let (state, message) = moved(&host, Keep::Files);
    assert_eq!(state, OperationState::Done, "{message}");
}

/// Somebody of `weber` whose name and address hold the mark, erased.
fn erased(host: &Host) {
    let open = host.platform.environment("weber").unwrap();
    let email = format!("{MARK}@weber.example");
    let there = open.engine.find(&Caller::system(), "user", "email", &email, &[]).unwrap().row.id();
    drop(open);
    erase(host, "weber", there, &format!("Margaux {MARK}"));
}

/// An environment in the database in which somebody works whose name and address hold the mark.
fn with_margaux(host: &Host) {
    weber(host);
    let open = host.platform.environment("weber").unwrap();
    let (name, email) = (format!("Margaux {MARK}"), format!("{MARK}@weber.example"));
    let draft = Draft::default().with("name", name.as_str()).with("email", email.as_str());
    open.engine.transact(&Caller::system(), move |unit| unit.create("user", None, draft)).unwrap();
}

/// The process ends at that moment of a move to a file, somebody is erased, and another process goes on; what stands in files then.
fn moved_while_somebody_is_erased(at: usize, moment: &str) -> (Host, OperationState, String, Vec<String>) {
    let mut host = Host::start_on(database());
    with_margaux(&host);
    let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
    host = host.again(Some(trial.clone()));
    let id = host.platform.operation_ask(moving(&host, Keep::Files)).unwrap();
    host.clock.pass(jiff::SignedDuration::from_mins(3));
    host.platform.operations_run().unwrap_err();
    assert_eq!(trial.met.lock().last().unwrap(), moment);
    host = host.again(None);
    assert!(is_in_a_file(&host));
    erased(&host);
    host.carry_out();
    host.carry_out();
    let (state, message) = host.stands(id);
    host.platform.evict_all();
    let mut found = Vec::new();
    residues(host.folder.path(), &mut found);
    (host, state, message, found)
}

#[test]
fn who_is_erased_while_an_environment_moves_is_not_brought_along() {
    // It goes on, and all of it is replayed again.
    let (host, state, message, found) = moved_while_somebody_is_erased(4, "after replay");
    assert_eq!(state, OperationState::Done, "{message}");
    assert_eq!(found, Vec::<String>::new());
    assert!(is_in_a_file(&host));
    assert_eq!(host.platform.journal_seals_verify("weber").unwrap().fault, None);
    // What would have to be replayed while people wait is given up.
    let (host, state, message, found) = moved_while_somebody_is_erased(5, "before hold");
    assert_eq!(state, OperationState::Refused, "{message}");
    assert!(message.contains("effacé"), "{message}");
    assert_eq!(found, Vec::<String>::new());
    assert!(!is_in_a_file(&host));
    region(&host.platform.environment("weber").unwrap(), "Lorraine").unwrap();
    assert_eq!(moved(&host, Keep::Files).0, OperationState::Done);
}

#[test]
fn who_is_erased_while_an_environment_is_taken_over_is_not_brought_along() {
    let host = Host::start_on(database());
    with_margaux(&host);
    let open = host.platform.environment("weber").unwrap();
    for number in 0..510 {
        region(&open, &format!("Région {number}")).unwrap();
    }
    drop(open);
    let folder = tempfile::tempdir().unwrap();
    let other = Platform::create(Options::new(folder.path().join("data"))).unwrap();
    let mut looks = 0;
    let copied = other.environment_copy(&host.platform, "weber", &mut |reached, _| {
        looks += 1;
        if looks == 2 {
            assert!(reached > 0, "some of it is there already");
            erased(&host);
        }
    });
    assert_eq!(copied.unwrap().name, "weber");
    let (here, there) = (host.platform.environment("weber").unwrap(), other.environment("weber").unwrap());
    assert_eq!(here.engine.head().unwrap().digest, there.engine.head().unwrap().digest);
    let met = there.engine.search(&Caller::system(), "Région 509", 5).unwrap();
    assert!(met.iter().any(|record| record.title.contains("Région 509")), "{met:?}");
    drop(there);
    other.evict_all();
    let mut found = Vec::new();
    residues(folder.path(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn a_platform_without_a_database_says_so() {
    let host = Host::start();
    weber(&host);
    let (state, message) = moved(&host, Keep::Database);
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("--database"), "{message}");
    let (state, message) = moved(&host, Keep::Files);
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("y est déjà"), "{message}");
}

fn stopped_on_the_way(from: Keep, to: Keep) {
    stopped_everywhere(
        database,
        |host| {
            weber(host);
            if from == Keep::Files {
                assert_eq!(moved(host, Keep::Files).0, OperationState::Done);
            }
        },
        |host| moving(host, to),
        |host, stopped| {
            let open = host.platform.environment("weber").unwrap();
            assert_eq!(open.keep, to, "stopped {stopped}");
            assert_eq!(is_in_a_file(host), to == Keep::Files, "stopped {stopped}");
            region(&open, "Lorraine").unwrap();
            let found = open.engine.search(&Caller::system(), "corse", 10).unwrap().len();
            assert_eq!(found, 1, "stopped {stopped}");
        },
    );
}

#[test]
fn a_move_to_a_file_stopped_anywhere_is_taken_up_again() {
    stopped_on_the_way(Keep::Database, Keep::Files);
}

#[test]
fn a_move_to_the_database_stopped_anywhere_is_taken_up_again() {
    stopped_on_the_way(Keep::Files, Keep::Database);
}
