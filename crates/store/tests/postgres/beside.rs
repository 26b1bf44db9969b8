//! Several processes on one database: here, several handles that share nothing but the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dictionary::Value;
use store::postgres::Connections;
use store::{PostgresDatabase, PostgresStore, Store, StoreError, UnitError};

use crate::support::{STANDARD, TestStore, cause, compiled, id, on, row, value};

/// The environment of `test`, as another process has it open.
fn another(test: &TestStore) -> PostgresStore {
    let address = std::fs::read_to_string(test.folder.path().join("address")).unwrap();
    let database = PostgresDatabase::open(&address, Connections::default()).unwrap();
    PostgresStore::open(&database, "acme", &test.folder.path().join("files")).unwrap()
}

fn add(store: &dyn Store, test: &TestStore, n: u128) -> Result<u64, UnitError> {
    let dictionary = Arc::clone(&test.dictionary);
    let unit = store.write(Box::new(move |tx| {
        tx.set_cause(cause(1, 900));
        let account = dictionary.entity("account").unwrap();
        tx.insert(account, row(account, id(n), &[("name", Value::Text(format!("n{n}")))]), None)?;
        Ok(Box::new(()))
    }));
    unit.map(|committed| committed.position)
}

#[test]
fn two_writers_share_one_order_without_gaps_and_readers_of_both_agree() {
    on("postgres", |test| {
        const EACH: u128 = 40;
        let other = another(&test);
        let stores: [&dyn Store; 2] = [test.store(), &other];
        let start = test.store().position();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let readers: Vec<_> = stores
                .map(|store| {
                    let done = &done;
                    scope.spawn(move || {
                        let mut seen = start;
                        while !done.load(Ordering::Acquire) {
                            let snapshot = store.snapshot().unwrap();
                            let head = snapshot.head().unwrap();
                            for entry in snapshot.entries(seen, 10_000).unwrap() {
                                assert_eq!(entry.position, seen + 1, "a gap");
                                seen = entry.position;
                            }
                            assert_eq!(seen, head.position);
                        }
                    })
                })
                .into_iter()
                .collect();
            let writers: Vec<_> = (0..6_u128)
                .map(|thread| {
                    let (store, test) = (stores[thread as usize % 2], &test);
                    scope.spawn(move || {
                        for n in 0..EACH {
                            add(store, test, 1 + thread * EACH + n).unwrap();
                        }
                    })
                })
                .collect();
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::Release);
            readers.into_iter().for_each(|reader| reader.join().unwrap());
        });
        let heads = stores.map(|store| store.snapshot().unwrap().head().unwrap());
        assert_eq!(heads[0], heads[1]);
        assert_eq!(heads[0].position, start + 6 * EACH as u64);
        let snapshot = other.snapshot().unwrap();
        assert!(store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap().is_whole());
    });
}

#[test]
fn who_waits_in_one_process_is_woken_by_a_commit_in_another() {
    on("postgres", |test| {
        let other = another(&test);
        let start = other.position();
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| other.wait_beyond(start, 60_000));
            add(test.store(), &test, 1).unwrap();
            assert_eq!(waiter.join().unwrap(), start + 1);
        });
        // The listener is cut off: the head is the truth, and is looked up.
        let address = std::fs::read_to_string(test.folder.path().join("address")).unwrap();
        let listeners = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND (query LIKE '%LISTEN%' OR query LIKE '%pg_notify%' OR query LIKE 'SELECT position%')";
        assert_ne!(test_postgres::sql(&test_postgres::folder_of(&address), listeners), "0");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| other.wait_beyond(start + 1, 60_000));
            add(test.store(), &test, 2).unwrap();
            assert_eq!(waiter.join().unwrap(), start + 2);
        });
    });
}

#[test]
fn a_dictionary_changed_by_another_process_is_seen_by_the_next_unit_and_snapshot() {
    on("postgres", |test| {
        add(test.store(), &test, 1).unwrap();
        let other = another(&test);
        let wider = compiled(&STANDARD.replace(
            "[entities.account.fields.siren]",
            "[entities.account.fields.weight]\ntype = \"integer\"\nlabel = { fr = \"Poids\" }\n[entities.account.fields.siren]",
        ));
        let reading = test.store().snapshot().unwrap();
        let (old, new) = (Arc::clone(&test.dictionary), Arc::clone(&wider));
        std::thread::scope(|scope| {
            let migrating = scope.spawn(|| {
                let migrated = other.write(Box::new(move |tx| {
                    tx.set_cause(cause(2, 900));
                    tx.migrate(Some(&old), &new)?;
                    Ok(Box::new(()))
                }));
                migrated.unwrap().position
            });
            // Whoever reads finishes in the tables it began in.
            let account = test.entity("account");
            assert!(reading.get(account, id(1)).unwrap().is_some());
            assert_eq!(reading.head().unwrap().dictionary, test.dictionary.hash);
            drop(reading);
            migrating.join().unwrap();
        });
        let snapshot = test.store().snapshot().unwrap();
        assert_eq!(snapshot.head().unwrap().dictionary, wider.hash);
        let account = wider.entity("account").unwrap();
        let found = snapshot.get(account, id(1)).unwrap().unwrap();
        assert_eq!(value(account, &found, "weight"), &Value::Null);
        // A unit that still thinks of the old tables is told.
        let (stale, new) = (Arc::clone(&test.dictionary), Arc::clone(&wider));
        let refused = test.store().write(Box::new(move |tx| {
            tx.set_cause(cause(3, 900));
            assert_eq!(tx.head()?.dictionary, new.hash);
            tx.migrate(Some(&stale), &new)?;
            Ok(Box::new(()))
        }));
        assert!(matches!(refused, Err(UnitError::Store(StoreError::Database { .. }))));
    });
}

#[test]
fn a_thousand_environments_do_not_mean_a_thousand_connections() {
    let address = test_postgres::address();
    let database = PostgresDatabase::open(&address, Connections { readers: 3, writers: 2 }).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let stores: Vec<PostgresStore> = (0..12)
        .map(|n| {
            PostgresStore::open(&database, &format!("e{n}"), &folder.path().join(n.to_string())).unwrap()
        })
        .collect();
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(move || {
                for n in 0..5 {
                    let noted = store.write(Box::new(move |tx| {
                        tx.set_note("n", Some(&format!("{n}")))?;
                        Ok(Box::new(()))
                    }));
                    noted.unwrap();
                    assert_eq!(store.snapshot().unwrap().note("n").unwrap().unwrap(), n.to_string());
                }
            });
        }
    });
}
