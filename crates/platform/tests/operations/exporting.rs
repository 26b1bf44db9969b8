//! The whole of an environment is put together as an archive, left for a week to those who answer for it, and nobody else.

use std::sync::Arc;

use engine::{Beside, Caller};
use exchange::{Archive, Desk, KeptBeside};
use jiff::SignedDuration;
use platform::{Asked, OperationKind, OperationState};

use crate::host::{Host, StopsOnce, about, creation, database};

fn weber(host: &Host) {
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
}

const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

#[test]
fn an_archive_is_made_kept_for_a_week_and_removed() {
    for database in [None, database()] {
        let host = Host::start_on(database);
        weber(&host);
        let by = Caller::system();
        let asked = host.platform.archive_ask("weber", &by).unwrap();
        assert!(!asked.is_ready);
        let again = host.platform.archive_ask("weber", &by).unwrap_err();
        assert!(again.to_string().contains("prepared already"), "{again}");
        assert!(host.platform.archive_of("weber", asked.operation).unwrap_err().is_not_found());
        host.carry_out();
        let made = &host.platform.archives("weber").unwrap()[0];
        assert!(made.is_ready && made.size_bytes.is_some_and(|size| size > 0) && made.until.is_some());
        let path = host.platform.archive_of("weber", asked.operation).unwrap();
        let head = host.platform.environment("weber").unwrap().engine.head().unwrap();
        let archive = Archive::open(&path).unwrap();
        assert!(archive.has_journal());
        assert_eq!(archive.manifest().head.position, head.position);
        // While it waits it is not written again and again.
        let position = host.platform.directory_position();
        host.carry_out();
        assert_eq!(host.platform.directory_position(), position);
        assert_eq!(host.stands(asked.operation).0, OperationState::Running);
        host.clock.pass(WEEK);
        host.carry_out();
        let (state, message) = host.stands(asked.operation);
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(!path.exists() && host.platform.archives("weber").unwrap().is_empty());
    }
}

#[test]
fn an_archive_stopped_anywhere_is_taken_up_again_and_never_stays_beyond_its_week() {
    for at in 1.. {
        let mut host = Host::start();
        weber(&host);
        let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
        host = host.again(Some(trial.clone()));
        let id = host.platform.operation_ask(about(OperationKind::Export, host.id_of("weber"))).unwrap();
        let go = |host: &Host| {
            host.clock.pass(SignedDuration::from_mins(3));
            host.platform.operations_run()?;
            host.clock.pass(WEEK);
            host.platform.operations_run()
        };
        let stopped = go(&host).is_err();
        let met = trial.met.lock().clone();
        host = host.again(None);
        let folder = host.folder.path().join("data/environments/weber/archives");
        go(&host).unwrap();
        go(&host).unwrap();
        let (state, message) = host.stands(id);
        assert_eq!(state, OperationState::Done, "stopped {:?}: {message}", met.last());
        let left = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        assert_eq!(left, 0, "stopped {:?}", met.last());
        if !stopped {
            assert!(met.len() >= 8, "{met:?}");
            return;
        }
    }
}

#[test]
fn when_somebody_is_erased_archives_that_hold_them_go_too() {
    let host = Host::start();
    weber(&host);
    let asked = host.platform.archive_ask("weber", &Caller::system()).unwrap();
    host.carry_out();
    let path = host.platform.archive_of("weber", asked.operation).unwrap();
    let open = host.platform.environment("weber").unwrap();
    KeptBeside { desk: &Desk::default(), folder: &open.folder }.forget_imports(&[]).unwrap();
    assert!(!path.exists());
    assert!(host.platform.archive_of("weber", asked.operation).unwrap_err().is_not_found());
    // Nothing stands in the way of another, and the first ends as it would have.
    let second = host.platform.archive_ask("weber", &Caller::system()).unwrap();
    host.carry_out();
    assert!(host.platform.archive_of("weber", second.operation).is_ok());
    host.clock.pass(WEEK);
    host.carry_out();
    assert_eq!(host.stands(asked.operation).0, OperationState::Done);
}

#[test]
fn the_directory_of_the_platform_is_not_put_into_an_archive() {
    let host = Host::start();
    let refused = host.platform.archive_ask("platform", &Caller::system()).unwrap_err();
    assert!(refused.to_string().contains("everybody's secrets"), "{refused}");
    // Of an environment that is erased meanwhile, nothing is left to wait for.
    weber(&host);
    let asked = host.platform.archive_ask("weber", &Caller::system()).unwrap();
    host.carry_out();
    let day = Some("2026-11-20".parse().unwrap());
    let erasure = Asked { delete_after: day, ..about(OperationKind::Delete, host.id_of("weber")) };
    assert_eq!(host.done(erasure).0, OperationState::Done);
    host.clock.pass(WEEK);
    host.carry_out();
    assert_eq!(host.stands(asked.operation).0, OperationState::Done);
}
