//! A second process, a full disk, a query that takes too long, a file that is not ours.

use std::process::Command;
use std::sync::Arc;

use dictionary::Value;
use rusqlite::Connection;
use store::{Select, SqliteStore, Store, StoreError};
use tempfile::TempDir;

use crate::support::{TestStore, compiled, context, id, moment, on, row};

fn file(test: &TestStore) -> std::path::PathBuf {
    test.folder.path().join("environment.sqlite")
}

#[test]
fn a_second_opening_is_refused_and_says_who_has_it() {
    on("sqlite", |mut test| {
        let second = SqliteStore::open(test.folder.path(), "acme", moment(60)).unwrap_err();
        let said = format!(
            "environment acme is open in another process (process {} since 2026-09-21T14:13:20Z); \
             stop it first, or use its address",
            std::process::id()
        );
        assert_eq!(second.to_string(), said);
        test.reopen(); // closing lets go
    });
}

#[test]
fn another_process_is_refused_too() {
    on("sqlite", |test| {
        // flock(1) takes the same kind of lock as the store.
        let path = test.folder.path().join("lock");
        let tried = Command::new("flock").arg("--nonblock").arg(path).arg("true").status().unwrap();
        assert!(!tried.success(), "another process took the lock");
    });
}

#[test]
fn the_log_of_a_writer_that_never_pauses_stays_short() {
    on("sqlite", |test| {
        let log = test.folder.path().join("environment.sqlite-wal");
        for n in 0..1_800 {
            test.add_account(id(1 + n), &[("name", Value::Text(format!("{n} {}", "long ".repeat(8_000))))]);
            let length = std::fs::metadata(&log).unwrap().len();
            assert!(length < 66 << 20, "{length} bytes of log after {n} records of 40 KB");
        }
    });
}

#[test]
fn a_full_disk_refuses_the_unit_and_the_store_goes_on_when_there_is_room() {
    let folder = TempDir::new().unwrap();
    let store = SqliteStore::open(folder.path(), "acme", moment(0)).unwrap();
    let dictionary = compiled(crate::support::STANDARD);
    let migrated = Arc::clone(&dictionary);
    store
        .write(Box::new(move |tx| {
            tx.set_cause(crate::support::cause(0, 900));
            tx.migrate(None, &migrated)?;
            Ok(Box::new(()))
        }))
        .unwrap();
    let add = |n: u128| {
        let dictionary = Arc::clone(&dictionary);
        store.write(Box::new(move |tx| {
            tx.set_cause(crate::support::cause(1, 900));
            let account = dictionary.entity("account").unwrap();
            let name = Value::Text("long ".repeat(2_000));
            tx.insert(account, row(account, id(n), &[("name", name)]), None)?;
            Ok(Box::new(()))
        }))
    };
    let room = store.size_bytes().unwrap() + 300_000;
    store.limit_size(Some(room)).unwrap();
    let mut added = 0;
    let refused = loop {
        match add(added + 1) {
            Ok(_) => added += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(refused, store::UnitError::Store(StoreError::Full)), "{refused:?}");
    assert!(added > 3);
    let check = |rows: u128| {
        let snapshot = store.snapshot().unwrap();
        let report = store::verify(&*snapshot, &dictionary, &mut |_, _| {}).unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
        assert_eq!((report.rows, report.entries), (rows as u64, rows as u64 + 1));
    };
    check(added);
    assert!(add(added + 1).is_err(), "still no room");
    store.limit_size(None).unwrap();
    add(added + 1).unwrap();
    check(added + 1);
}

#[test]
fn a_query_that_takes_too_long_is_given_up_and_the_next_one_runs() {
    on("sqlite", |test| {
        let dictionary = Arc::clone(&test.dictionary);
        test.write(1, move |tx| {
            let account = dictionary.entity("account").unwrap();
            (1..=4_000).try_for_each(|n| {
                tx.insert(account, row(account, id(n), &[("staff", Value::Integer(n as i64))]), None)
            })
        })
        .unwrap();
        let source = "count(accounts, name = null or name != 'x') >= 0 and exists(accounts, staff < 0)";
        let parsed = dictionary::expression::parse(source).unwrap();
        let index = test.dictionary.entities.iter().position(|e| e.name == "account").unwrap();
        let slow = dictionary::expression::check_condition(&parsed.root, &*test.dictionary, index).unwrap();
        let context = context();
        let order = [];
        let select = |timeout_ms, filters| Select {
            entity: test.entity("account"),
            filters,
            search: None,
            order: &order,
            after: None,
            limit: 10,
            context: &context,
            timeout_ms,
        };
        let snapshot = test.store().snapshot().unwrap();
        let slowly = snapshot.select(&test.dictionary, &select(1, vec![&slow; 24]));
        assert!(matches!(slowly, Err(StoreError::Timeout { timeout_ms: 1 })), "{slowly:?}");
        assert_eq!(snapshot.select(&test.dictionary, &select(60_000, Vec::new())).unwrap().len(), 10);
    });
}

#[test]
fn a_file_of_another_program_or_of_a_newer_version_is_left_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("environment.sqlite");
    let foreign = Connection::open(&path).unwrap();
    foreign.execute_batch("PRAGMA application_id = 7; CREATE TABLE precious (x)").unwrap();
    drop(foreign);
    let error = SqliteStore::open(folder.path(), "acme", moment(0)).unwrap_err();
    assert_eq!(error.to_string(), "the store is damaged: environment.sqlite is not a file of Tisserand");

    let foreign = Connection::open(&path).unwrap();
    foreign.execute_batch("PRAGMA application_id = 0").unwrap();
    drop(foreign);
    assert!(matches!(SqliteStore::open(folder.path(), "acme", moment(0)), Err(StoreError::Damaged { .. })));

    std::fs::write(&path, b"certainly not a database, but quite long enough to be taken for one").unwrap();
    assert!(matches!(SqliteStore::open(folder.path(), "acme", moment(0)), Err(StoreError::Damaged { .. })));

    on("sqlite", |mut test| {
        test.store = None;
        Connection::open(file(&test)).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        match SqliteStore::open(test.folder.path(), "acme", moment(0)) {
            Err(StoreError::Database { source, .. }) => {
                assert!(source.to_string().contains("its format is 99"), "{source}");
            }
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn what_a_crash_left_in_the_log_is_there_after_opening() {
    on("sqlite", |test| {
        test.add_account(id(1), &[("name", "acquitté".into())]);
        // What a killed process leaves: the files as they are, the lock let go by the system.
        let copy = TempDir::new().unwrap();
        for name in ["environment.sqlite", "environment.sqlite-wal"] {
            std::fs::copy(test.folder.path().join(name), copy.path().join(name)).unwrap();
        }
        let store = SqliteStore::open(copy.path(), "acme", moment(0)).unwrap();
        let snapshot = store.snapshot().unwrap();
        assert!(snapshot.get(test.entity("account"), id(1)).unwrap().is_some());
        assert!(store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap().is_whole());
    });
}

#[test]
fn indexes_sorted_by_another_folding_are_made_again() {
    on("sqlite", |mut test| {
        for n in 1..=40 {
            test.add_account(
                id(n),
                &[("name", Value::Text(format!("Nom {n}"))), ("siren", Value::Text(n.to_string()))],
            );
        }
        test.store = None;
        let other = Connection::open(file(&test)).unwrap();
        other.create_collation("folded", |a, b| dictionary::text::compare(b, a)).unwrap();
        other.execute_batch("REINDEX; UPDATE _note SET value = 'other' WHERE key = '_folded'").unwrap();
        drop(other);
        test.reopen();
        let account = test.entity("account");
        let snapshot = test.store().snapshot().unwrap();
        let siren = account.index("siren").unwrap();
        for n in 1..=40_u128 {
            let found = snapshot.find(account, siren, &Value::Text(n.to_string())).unwrap();
            assert_eq!(found.map(|row| row.id()), Some(id(n)));
        }
    });
}
