//! Units of work: alone, together, failing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dictionary::Value;
use journal::Operation;
use store::{StoreError, Transaction, UnitError};

use crate::support::{cause, each, id, row, value};

#[test]
fn threads_that_write_at_once_each_get_their_entry_and_readers_never_see_a_gap() {
    each(|test| {
        const THREADS: u128 = 8;
        const EACH: u128 = 25;
        let start = test.store().position();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut seen = start;
                let mut looks = 0;
                while !done.load(Ordering::Acquire) || looks == 0 {
                    let snapshot = test.store().snapshot().unwrap();
                    let head = snapshot.head().unwrap();
                    assert!(head.position >= seen, "the head went back");
                    for entry in snapshot.entries(seen, 10_000).unwrap() {
                        assert_eq!(entry.position, seen + 1, "a gap");
                        seen = entry.position;
                    }
                    assert_eq!(seen, head.position, "entries and head are of one moment");
                    looks += 1;
                }
            });
            let writers: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let test = &test;
                    scope.spawn(move || {
                        for n in 0..EACH {
                            let record = id(1 + thread * EACH + n);
                            test.add_account(record, &[("name", Value::Text(format!("{thread}-{n}")))]);
                        }
                    })
                })
                .collect();
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            done.store(true, Ordering::Release);
            reader.join().unwrap();
        });
        let snapshot = test.store().snapshot().unwrap();
        assert_eq!(snapshot.head().unwrap().position, start + (THREADS * EACH) as u64);
        let report = store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
        assert_eq!(report.rows, (THREADS * EACH) as u64);
    });
}

#[test]
fn a_unit_that_fails_or_panics_among_others_takes_only_itself_away() {
    each(|test| {
        std::thread::scope(|scope| {
            for thread in 0..12_u128 {
                let test = &test;
                scope.spawn(move || {
                    let dictionary = Arc::clone(&test.dictionary);
                    let name = format!("n{thread}");
                    let outcome = test.write(1, move |tx| {
                        let account = dictionary.entity("account").unwrap();
                        tx.insert(
                            account,
                            row(account, id(1 + thread), &[("name", Value::Text(name))]),
                            None,
                        )?;
                        match thread % 3 {
                            0 => Ok(()),
                            1 => Err(StoreError::Timeout { timeout_ms: 7 }),
                            _ => panic!("the unit's own fault"),
                        }
                    });
                    match (thread % 3, outcome) {
                        (0, Ok(_)) | (1, Err(StoreError::Timeout { timeout_ms: 7 })) => {}
                        (2, Err(StoreError::Database { action, source })) => {
                            assert_eq!(action, "run a unit of work: it panicked");
                            assert_eq!(source.to_string(), "the unit's own fault");
                        }
                        (_, outcome) => panic!("{outcome:?}"),
                    }
                });
            }
        });
        for thread in 0..12_u128 {
            assert_eq!(test.account(id(1 + thread)).is_some(), thread % 3 == 0);
        }
        let snapshot = test.store().snapshot().unwrap();
        let report = store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
        assert_eq!(report.entries, 5);
    });
}

#[test]
fn a_refusal_comes_back_as_it_was_given() {
    each(|test| {
        let refused = test.store().write(Box::new(|tx| {
            tx.set_cause(cause(1, 900));
            Err(UnitError::Refused(Box::new("not today")))
        }));
        match refused {
            Err(UnitError::Refused(reason)) => assert_eq!(*reason.downcast::<&str>().unwrap(), "not today"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn a_record_touched_several_times_in_a_unit_appears_once() {
    each(|test| {
        test.add_account(id(1), &[("name", "un".into()), ("staff", Value::Integer(1))]);
        let dictionary = Arc::clone(&test.dictionary);
        let (position, said) = test
            .write(9, move |tx| {
                let account = dictionary.entity("account").unwrap();
                let set = |tx: &mut dyn Transaction, record, field: &str, to: Value| {
                    let old = tx.get(account, record)?.unwrap();
                    let mut new = old.clone();
                    new.0[account.index(field).unwrap()] = to;
                    tx.update(account, &old, new, None)
                };
                set(tx, id(1), "name", "deux".into())?;
                set(tx, id(1), "name", "trois".into())?;
                set(tx, id(1), "staff", Value::Integer(2))?;
                set(tx, id(1), "staff", Value::Integer(1))?;
                tx.insert(account, row(account, id(2), &[("name", "né".into())]), None)?;
                set(tx, id(2), "name", "grandi".into())?;
                tx.insert(account, row(account, id(3), &[("name", "éphémère".into())]), None)?;
                let brief = tx.get(account, id(3))?.unwrap();
                tx.delete(account, &brief)?;
                Ok(tx.changes())
            })
            .unwrap();
        let entry = test.store().snapshot().unwrap().entries(position - 1, 1).unwrap().remove(0);
        let changes = entry.changes.unwrap();
        assert_eq!(changes, said, "the unit is told what the journal will say");
        assert_eq!(changes.len(), 2);
        assert_eq!((changes[0].operation, changes[0].fields.len()), (Operation::Update, 1));
        assert_eq!((&changes[0].fields[0].old, &changes[0].fields[0].new), (&"un".into(), &"trois".into()));
        assert_eq!((changes[1].operation, &changes[1].fields[0].new), (Operation::Create, &"grandi".into()));
        assert!(test.account(id(3)).is_none());
    });
}

#[test]
fn a_record_changed_and_changed_back_keeps_its_version() {
    each(|test| {
        let first = test.add_account(id(1), &[("name", "un".into())]);
        let dictionary = Arc::clone(&test.dictionary);
        let (position, ()) = test
            .write(9, move |tx| {
                let account = dictionary.entity("account").unwrap();
                for name in ["deux", "un"] {
                    let old = tx.get(account, id(1))?.unwrap();
                    let mut new = old.clone();
                    new.0[account.index("name").unwrap()] = name.into();
                    tx.update(account, &old, new, None)?;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(position, first, "nothing was written");
        let account = test.entity("account");
        assert_eq!(value(account, &test.account(id(1)).unwrap(), "version"), &Value::Integer(first as i64));
        let snapshot = test.store().snapshot().unwrap();
        assert!(store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap().is_whole());
    });
}

#[test]
fn a_row_removed_and_made_again_in_a_unit_is_an_update() {
    each(|test| {
        test.add_account(id(1), &[("name", "un".into())]);
        let before = test.account(id(1)).unwrap();
        let dictionary = Arc::clone(&test.dictionary);
        test.write(9, move |tx| {
            let account = dictionary.entity("account").unwrap();
            let old = tx.get(account, id(1))?.unwrap();
            tx.delete(account, &old)?;
            tx.insert(account, row(account, id(1), &[("name", "deux".into())]), None)
        })
        .unwrap();
        let account = test.entity("account");
        let after = test.account(id(1)).unwrap();
        assert_eq!(value(account, &after, "created_at"), value(account, &before, "created_at"));
        let snapshot = test.store().snapshot().unwrap();
        let entry = &snapshot.history("account", id(1), None, 1).unwrap()[0];
        assert_eq!(entry.changes.as_ref().unwrap()[0].operation, Operation::Update);
        assert!(store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap().is_whole());
    });
}

#[test]
fn a_stale_row_is_not_overwritten() {
    each(|test| {
        test.add_account(id(1), &[("name", "un".into())]);
        let stale = test.account(id(1)).unwrap();
        test.change_account(id(1), "name", "deux".into());
        let dictionary = Arc::clone(&test.dictionary);
        let deleted = test.write(9, move |tx| tx.delete(dictionary.entity("account").unwrap(), &stale));
        assert!(matches!(deleted, Err(StoreError::Database { action: "change a row", .. })), "{deleted:?}");
        assert!(test.account(id(1)).is_some());
    });
}

#[test]
fn a_unique_key_is_named_when_it_is_taken_and_nulls_do_not_take_it() {
    each(|test| {
        test.add_account(id(1), &[("name", "un".into()), ("siren", "732829320".into())]);
        test.add_account(id(2), &[("name", "deux".into())]);
        test.add_account(id(3), &[("name", "trois".into())]);
        let dictionary = Arc::clone(&test.dictionary);
        let taken = test.write(9, move |tx| {
            let account = dictionary.entity("account").unwrap();
            tx.insert(account, row(account, id(4), &[("siren", "732829320".into())]), None)
        });
        match taken {
            Err(StoreError::Duplicate { entity, key }) => assert_eq!((&*entity, &*key), ("account", "siren")),
            other => panic!("{other:?}"),
        }
        let dictionary = Arc::clone(&test.dictionary);
        let taken = test.write(9, move |tx| {
            let visit = dictionary.entity("visit").unwrap();
            let values = [("account", Value::Id(id(1))), ("subject", "Devis".into())];
            tx.insert(visit, row(visit, id(11), &values), None)?;
            tx.insert(visit, row(visit, id(12), &values), None)
        });
        match taken {
            Err(StoreError::Duplicate { entity, key }) => assert_eq!((&*entity, &*key), ("visit", "subject")),
            other => panic!("{other:?}"),
        }
        let account = test.entity("account");
        let siren = account.index("siren").unwrap();
        let snapshot = test.store().snapshot().unwrap();
        let found = snapshot.find(account, siren, &"732829320".into()).unwrap().unwrap();
        assert_eq!(found.id(), id(1));
        assert!(snapshot.find(account, siren, &"000000000".into()).unwrap().is_none());
    });
}

#[test]
fn a_change_without_cause_is_refused() {
    each(|test| {
        let dictionary = Arc::clone(&test.dictionary);
        let outcome = test.store().write(Box::new(move |tx| {
            let account = dictionary.entity("account").unwrap();
            tx.insert(account, row(account, id(1), &[]), None)?;
            Ok(Box::new(()))
        }));
        assert!(matches!(outcome, Err(UnitError::Store(StoreError::Database { .. }))));
    });
}

#[test]
fn counters_count_from_one_and_skip_what_is_taken() {
    each(|test| {
        let next = |at_least| test.write(1, move |tx| tx.next_number("T", at_least)).unwrap().1;
        assert_eq!([next(0), next(0), next(41), next(1)], [1, 2, 41, 42]);
        assert_eq!(test.write(1, |tx| tx.next_number("other", 5)).unwrap().1, 5);
    });
}

#[test]
fn notes_are_kept_replaced_and_removed_without_an_entry() {
    each(|mut test| {
        let before = test.store().position();
        let note =
            |test: &crate::support::TestStore| test.store().snapshot().unwrap().note("cursor").unwrap();
        assert_eq!(note(&test), None);
        test.write(1, |tx| tx.set_note("cursor", Some("12"))).unwrap();
        test.write(1, |tx| tx.set_note("cursor", Some("13"))).unwrap();
        test.reopen();
        assert_eq!(note(&test).as_deref(), Some("13"));
        test.write(1, |tx| tx.set_note("cursor", None)).unwrap();
        assert_eq!(note(&test), None);
        assert_eq!(test.store().position(), before);
    });
}

#[test]
fn who_waits_for_a_position_is_woken_by_its_commit() {
    each(|test| {
        let start = test.store().position();
        assert_eq!(test.store().wait_beyond(start, 1), start, "nothing came in time");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| test.store().wait_beyond(start, 60_000));
            test.add_account(id(1), &[("name", "un".into())]);
            assert_eq!(waiter.join().unwrap(), start + 1);
        });
        assert_eq!(test.store().wait_beyond(start, 60_000), start + 1, "it has come already");
    });
}

#[test]
fn a_snapshot_stays_at_its_moment() {
    each(|test| {
        test.add_account(id(1), &[("name", "avant".into())]);
        let snapshot = test.store().snapshot().unwrap();
        let position = snapshot.head().unwrap().position;
        test.change_account(id(1), "name", "après".into());
        let account = test.entity("account");
        let seen = snapshot.get(account, id(1)).unwrap().unwrap();
        assert_eq!(value(account, &seen, "name"), &"avant".into());
        assert_eq!(snapshot.head().unwrap().position, position);
        assert!(snapshot.entries(position, 10).unwrap().is_empty());
        drop(snapshot);
        let seen = test.account(id(1)).unwrap();
        assert_eq!(value(account, &seen, "name"), &"après".into());
    });
}

#[test]
fn what_was_written_is_there_after_reopening_and_after_a_rest() {
    each(|mut test| {
        test.add_account(id(1), &[("name", "un".into())]);
        let head = test.store().snapshot().unwrap().head().unwrap();
        test.reopen();
        assert_eq!(test.store().snapshot().unwrap().head().unwrap(), head);
        test.store().rest();
        test.change_account(id(1), "name", "deux".into());
        assert_eq!(test.store().snapshot().unwrap().head().unwrap().position, head.position + 1);
        assert!(test.store().size_bytes().unwrap() > 4_096);
    });
}

#[test]
fn of_units_that_claim_the_same_note_at_once_one_does() {
    each(|test| {
        const THREADS: usize = 8;
        let start = std::sync::Barrier::new(THREADS);
        let claimed = std::thread::scope(|scope| {
            let claims: Vec<_> = (0..THREADS)
                .map(|thread| {
                    let (test, start) = (&test, &start);
                    scope.spawn(move || {
                        start.wait();
                        test.write(1, move |tx| tx.claim_note("answer", &thread.to_string())).unwrap().1
                    })
                })
                .collect();
            claims.into_iter().map(|claim| claim.join().unwrap()).collect::<Vec<bool>>()
        });
        assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1);
        let first = claimed.iter().position(|claimed| *claimed).unwrap().to_string();
        assert_eq!(test.store().snapshot().unwrap().note("answer").unwrap(), Some(first));
    });
}
