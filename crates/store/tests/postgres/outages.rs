//! The server goes away, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dictionary::expression::{check_condition, parse};
use dictionary::{Dictionary, Value};
use store::postgres::Connections;
use store::{PostgresDatabase, PostgresStore, Row, Select, Store, StoreError, UnitError};
use tempfile::TempDir;
use test_postgres::Server;

use crate::support::{STANDARD, cause, compiled, context, id, on, row};

struct Own {
    server: Server,
    store: PostgresStore,
    dictionary: Arc<Dictionary>,
    _folder: TempDir,
}

/// An environment on a server of the test's own.
fn own() -> Own {
    let (server, folder, dictionary) = (Server::start(), TempDir::new().unwrap(), compiled(STANDARD));
    let database = PostgresDatabase::open(&server.address(), Connections::default()).unwrap();
    let store = PostgresStore::open(&database, "acme", folder.path()).unwrap();
    let new = Arc::clone(&dictionary);
    let made = store.write(Box::new(move |tx| {
        tx.set_cause(cause(0, 900));
        tx.migrate(None, &new)?;
        Ok(Box::new(()))
    }));
    made.unwrap();
    Own { server, store, dictionary, _folder: folder }
}

fn add(own: &Own, n: u128) -> Result<u64, UnitError> {
    let dictionary = Arc::clone(&own.dictionary);
    let unit = own.store.write(Box::new(move |tx| {
        tx.set_cause(cause(1, 900));
        let account = dictionary.entity("account").unwrap();
        tx.insert(account, row(account, id(n), &[("name", Value::Text(format!("n{n}")))]), None)?;
        Ok(Box::new(()))
    }));
    unit.map(|committed| committed.position)
}

#[test]
fn a_server_that_crashes_and_comes_back_is_waited_for() {
    let own = own();
    add(&own, 1).unwrap();
    own.server.crash_and_restart();
    assert_eq!(own.store.snapshot().unwrap().head().unwrap().position, 2);
    assert_eq!(add(&own, 2).unwrap(), 3);
    let snapshot = own.store.snapshot().unwrap();
    own.server.crash_and_restart();
    // What was under way is told, and what begins after it works.
    let account = own.dictionary.entity("account").unwrap();
    assert!(snapshot.get(account, id(1)).is_err());
    drop(snapshot);
    assert_eq!(add(&own, 3).unwrap(), 4);
}

/// The disk of the server is full where it keeps a table: `/dev/full` takes nothing, as such a disk does.
#[test]
fn a_full_disk_refuses_the_unit_and_the_store_goes_on_when_there_is_room() {
    let own = own();
    let place = |relation: &str| {
        let found = format!(
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relname = '{relation}' AND relkind = 'r'"
        );
        own.server.folder().join("data").join(test_postgres::sql(own.server.folder(), &found))
    };
    let (table, aside) = (place("account"), place("account").with_extension("aside"));
    test_postgres::sql(own.server.folder(), "CHECKPOINT");
    std::fs::rename(&table, &aside).unwrap();
    std::os::unix::fs::symlink("/dev/full", &table).unwrap();
    own.server.crash_and_restart();
    let refused = add(&own, 1);
    assert!(matches!(refused, Err(UnitError::Store(StoreError::Full))), "{refused:?}");
    assert!(add(&own, 2).is_err(), "still no room");
    assert_eq!(own.store.snapshot().unwrap().head().unwrap().position, 1, "what is read is there");

    std::fs::rename(&aside, &table).unwrap();
    own.server.crash_and_restart();
    assert_eq!(add(&own, 3).unwrap(), 2);
    let snapshot = own.store.snapshot().unwrap();
    let account = own.dictionary.entity("account").unwrap();
    assert!(
        snapshot.get(account, id(1)).unwrap().is_none() && snapshot.get(account, id(3)).unwrap().is_some()
    );
    let report = store::verify(&*snapshot, &own.dictionary, &mut |_, _| {}).unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
}

/// Writers write while the server crashes: what was acknowledged is there, what was refused is not, and what nobody could tell is one or
/// the other.
#[test]
fn crashes_of_the_server_under_load_lose_nothing_acknowledged_and_keep_nothing_refused() {
    let own = own();
    let next = AtomicU64::new(1);
    for _ in 0..2 {
        std::thread::scope(|scope| {
            let writers: Vec<_> = (0..6)
                .map(|_| {
                    let (own, next) = (&own, &next);
                    scope.spawn(move || {
                        let mut outcomes = Vec::new();
                        for _ in 0..60 {
                            let n = u128::from(next.fetch_add(1, Ordering::Relaxed));
                            outcomes.push((n, add(own, n)));
                        }
                        outcomes
                    })
                })
                .collect();
            own.server.crash_and_restart();
            let outcomes: Vec<_> = writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect();
            let snapshot = own.store.snapshot().unwrap();
            let account = own.dictionary.entity("account").unwrap();
            for (n, outcome) in outcomes {
                let there = snapshot.get(account, id(n)).unwrap().is_some();
                match outcome {
                    Ok(_) => assert!(there, "{n} was acknowledged and is lost"),
                    Err(UnitError::Store(StoreError::Uncertain { .. })) => {}
                    Err(error) => assert!(!there, "{n} was refused and is there: {error:?}"),
                }
            }
            let report = store::verify(&*snapshot, &own.dictionary, &mut |_, _| {}).unwrap();
            assert!(report.is_whole(), "{:?}", report.findings);
        });
    }
}

/// The link of a commit breaks before its answer: the journal tells what became of it.
#[test]
fn a_commit_whose_answer_never_came_is_looked_up_in_the_journal() {
    let own = own();
    let before = add(&own, 1).unwrap();
    let backend =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'";
    let dictionary = Arc::clone(&own.dictionary);
    let cut = own.store.write(Box::new(move |tx| {
        tx.set_cause(cause(2, 900));
        let account = dictionary.entity("account").unwrap();
        tx.insert(account, row(account, id(2), &[]), None)?;
        assert!(tx.get(account, id(1))?.is_some());
        Ok(Box::new(()))
    }));
    assert_eq!(cut.unwrap().position, before + 1);
    // Cut within the unit, before anything was asked to be committed: refused, and nothing is kept.
    let (dictionary, sql) = (Arc::clone(&own.dictionary), backend.to_owned());
    let folder = own.server.folder().to_owned();
    let cut = own.store.write(Box::new(move |tx| {
        tx.set_cause(cause(3, 900));
        let account = dictionary.entity("account").unwrap();
        tx.insert(account, row(account, id(3), &[]), None)?;
        assert!(tx.get(account, id(3))?.is_some());
        test_postgres::sql(&folder, &sql);
        Ok(Box::new(()))
    }));
    assert!(matches!(cut, Err(UnitError::Store(_))));
    assert_eq!(own.store.snapshot().unwrap().head().unwrap().position, before + 1);
    assert_eq!(add(&own, 4).unwrap(), before + 2);
}

#[test]
fn a_query_that_takes_too_long_is_given_up_and_the_next_one_runs() {
    on("postgres", |test| {
        let dictionary = Arc::clone(&test.dictionary);
        test.write(1, move |tx| {
            let account = dictionary.entity("account").unwrap();
            (1..3_000).try_for_each(|n| {
                tx.insert(
                    account,
                    row(account, id(n), &[("name", Value::Text(format!("Étienne {n}")))]),
                    None,
                )
            })
        })
        .unwrap();
        let account = test.dictionary.entity_index("account").unwrap();
        let parsed = parse("fold(concat(name, name, upper(name))) contains 'zz'").unwrap();
        let filter = check_condition(&parsed.root, &*test.dictionary, account).unwrap();
        let context = context();
        let select = Select {
            entity: test.entity("account"),
            filters: vec![&filter],
            search: None,
            order: &[],
            after: None,
            limit: 10,
            context: &context,
            timeout_ms: 1,
        };
        let snapshot = test.store().snapshot().unwrap();
        let given_up = snapshot.select(&test.dictionary, &select);
        assert!(matches!(given_up, Err(StoreError::Timeout { timeout_ms: 1 })), "{given_up:?}");
        let patient = Select { timeout_ms: 60_000, ..select };
        let found = snapshot.select(&test.dictionary, &patient).unwrap();
        assert!(found.iter().map(Row::id).next().is_none());
    });
}
