//! Readers and writers at once: what is in memory is what was committed, and units that nobody waits for.

use std::any::Any;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use dictionary::{RecordId, Value};
use store::{Committed, Row, Store, StoreError, Submission, Transaction, Unit, UnitError};

use crate::support::{STANDARD, TestStore, cause, compiled, each, id, value};

/// A unit that sets the staff of an account.
fn set_staff(test: &TestStore, record: RecordId, staff: i64) -> Unit {
    let dictionary = Arc::clone(&test.dictionary);
    Box::new(move |tx| {
        tx.set_cause(cause(1, 900));
        let account = dictionary.entity("account").unwrap();
        let old = tx.get(account, record)?.unwrap();
        let mut new = old.clone();
        new.0[account.index("staff").unwrap()] = Value::Integer(staff);
        tx.update(account, &old, new, None)?;
        Ok(Box::new(()))
    })
}

/// The row as memory has it, else as it is read.
fn read(test: &TestStore, record: RecordId) -> Arc<Row> {
    let (store, account) = (test.store(), test.entity("account"));
    store
        .recent(&test.dictionary.hash, account, record)
        .unwrap_or_else(|| Arc::new(test.account(record).unwrap()))
}

#[test]
fn a_row_that_is_read_while_it_is_changed_never_goes_back() {
    each(|test| {
        const CHANGES: i64 = 300;
        test.add_account(id(1), &[("staff", Value::Integer(0))]);
        let account = test.entity("account");
        let staff = |row: &Row| match value(account, row, "staff") {
            Value::Integer(staff) => *staff,
            other => panic!("{other:?}"),
        };
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut seen = 0;
                    while !done.load(Ordering::Acquire) {
                        let now = staff(&read(&test, id(1)));
                        assert!(now >= seen, "{now} after {seen}");
                        seen = now;
                    }
                });
            }
            for n in 1..=CHANGES {
                test.store().write(set_staff(&test, id(1), n)).unwrap();
                assert_eq!(staff(&read(&test, id(1))), n, "what was acknowledged is read");
            }
            done.store(true, Ordering::Release);
        });
    });
}

#[test]
fn a_row_in_memory_survives_a_unit_that_is_taken_back_and_goes_with_the_dictionary() {
    each(|mut test| {
        test.add_account(id(1), &[("staff", Value::Integer(1))]);
        let before = test.account(id(1)).unwrap();
        let change = set_staff(&test, id(1), 2);
        let failed = test.store().write(Box::new(move |tx| {
            change(tx)?;
            Err(StoreError::Timeout { timeout_ms: 1 }.into())
        }));
        assert!(failed.is_err());
        assert_eq!(*read(&test, id(1)), before);

        let field =
            "[entities.account.fields.more]\ntype = \"text\"\nlabel = { fr = \"Plus\" }\n[entities.visit]";
        let more = STANDARD.replacen("[entities.visit]", field, 1);
        let (old, new) = (Arc::clone(&test.dictionary), compiled(&more));
        let next = Arc::clone(&new);
        test.write(2, move |tx| tx.migrate(Some(&old), &next)).unwrap();
        let old = test.store().recent(&test.dictionary.hash, test.entity("account"), id(1));
        assert_eq!(old, None, "of a dictionary no longer in force");
        let wider = new.entity("account").unwrap();
        let row = test.store().snapshot().unwrap().get(wider, id(1)).unwrap().unwrap();
        assert_eq!(row.0.len(), wider.fields.len());
        if let Some(recent) = test.store().recent(&new.hash, wider, id(1)) {
            assert_eq!(*recent, row);
        }
        test.dictionary = Arc::clone(&new);
    });
}

#[test]
fn a_deleted_row_is_not_in_memory_either() {
    each(|test| {
        test.add_account(id(1), &[]);
        read(&test, id(1));
        let dictionary = Arc::clone(&test.dictionary);
        test.write(2, move |tx| {
            let account = dictionary.entity("account").unwrap();
            let old = tx.get(account, id(1))?.unwrap();
            tx.delete(account, &old)
        })
        .unwrap();
        assert_eq!(test.store().recent(&test.dictionary.hash, test.entity("account"), id(1)), None);
    });
}

#[test]
fn units_that_nobody_waits_for_are_all_told_and_those_that_fail_take_only_themselves_away() {
    each(|test| {
        const UNITS: u128 = 200;
        for n in 0..UNITS {
            test.add_account(id(1 + n), &[("staff", Value::Integer(0))]);
        }
        let store: &dyn Store = test.store();
        let (tell, told) = mpsc::channel::<(u128, Result<Committed, UnitError>)>();
        let (leads, leaders) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            scope.spawn(move || leaders.iter().for_each(|()| store.commit_waiting()));
            for n in 0..UNITS {
                let (tell, leads) = (tell.clone(), leads.clone());
                let set = set_staff(&test, id(1 + n), 7);
                let unit: Unit = match n % 4 {
                    0 => {
                        Box::new(move |tx: &mut dyn Transaction| -> Result<Box<dyn Any + Send>, UnitError> {
                            set(tx)?;
                            Err(UnitError::Refused(Box::new("no")))
                        })
                    }
                    _ => set,
                };
                let done = Box::new(move |outcome| tell.send((n, outcome)).unwrap());
                store
                    .submit(unit, Submission { done, lead: Some(Box::new(move || leads.send(()).unwrap())) });
                if n % 10 == 0 {
                    // Somebody who waits is among them, and may have to lead.
                    store.write(set_staff(&test, id(1 + n), 7)).unwrap();
                }
            }
            drop((tell, leads));
            let outcomes: Vec<_> = told.iter().collect();
            assert_eq!(outcomes.len(), UNITS as usize);
            for (n, outcome) in outcomes {
                assert_eq!(outcome.is_err(), n % 4 == 0, "{n}");
            }
        });
        let account = test.entity("account");
        for n in 0..UNITS {
            let kept = n % 4 != 0 || n % 10 == 0;
            let row = test.account(id(1 + n)).unwrap();
            assert_eq!(value(account, &row, "staff"), &Value::Integer(if kept { 7 } else { 0 }), "{n}");
        }
    });
}

#[test]
fn numbers_of_a_unit_that_is_taken_back_are_given_again() {
    each(|mut test| {
        let take = |test: &TestStore, fail: bool, at_least: u64| {
            test.store().write(Box::new(move |tx| {
                tx.set_cause(cause(1, 900));
                let number = tx.next_number("account", at_least)?;
                assert_eq!(tx.next_number("account", 1)?, number + 1);
                if fail { Err(UnitError::Refused(Box::new(number))) } else { Ok(Box::new(number)) }
            }))
        };
        let number = |taken: Result<Committed, UnitError>| match taken {
            Ok(committed) => *committed.value.downcast::<u64>().unwrap(),
            Err(UnitError::Refused(number)) => *number.downcast::<u64>().unwrap(),
            Err(other) => panic!("{other:?}"),
        };
        assert_eq!(number(take(&test, false, 1)), 1);
        assert_eq!(number(take(&test, true, 1)), 3);
        assert_eq!(number(take(&test, false, 1)), 3);
        assert_eq!(number(take(&test, false, 40)), 40);
        assert_eq!(number(take(&test, false, 1)), 42);
        test.reopen();
        let again = test.store().write(Box::new(|tx| Ok(Box::new(tx.next_number("account", 1)?))));
        assert_eq!(number(again), 44);
    });
}

/// Runs units as one group; returns what became of each.
fn grouped(test: &TestStore, units: Vec<Unit>) -> Vec<Result<Committed, UnitError>> {
    let (tell, told) = mpsc::channel();
    let (leads, leaders) = mpsc::channel();
    let count = units.len();
    for (n, unit) in units.into_iter().enumerate() {
        let tell = tell.clone();
        let done = Box::new(move |outcome| tell.send((n, outcome)).unwrap());
        let leads = leads.clone();
        let lead: Box<dyn FnOnce() + Send> = Box::new(move || leads.send(()).unwrap());
        test.store().submit(unit, Submission { done, lead: Some(lead) });
    }
    drop(leads);
    // Nobody led until all of them waited.
    leaders.iter().for_each(|()| test.store().commit_waiting());
    let mut outcomes: Vec<_> = told.iter().take(count).collect();
    outcomes.sort_by_key(|(n, _)| *n);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// As `unit`, promising that it will not be given up.
fn certain(unit: Unit) -> Unit {
    Box::new(move |tx| {
        tx.certain();
        unit(tx)
    })
}

fn then_fails(unit: Unit) -> Unit {
    Box::new(move |tx| {
        unit(tx)?;
        Err(UnitError::Refused(Box::new("after all")))
    })
}

#[test]
fn certain_units_are_kept_and_those_that_are_refused_among_them_leave_nothing() {
    each(|test| {
        for n in 1..=4 {
            test.add_account(id(n), &[("staff", Value::Integer(0))]);
        }
        let outcomes = grouped(
            &test,
            vec![
                certain(set_staff(&test, id(1), 1)),
                then_fails(set_staff(&test, id(2), 1)),
                certain(set_staff(&test, id(3), 1)),
                set_staff(&test, id(4), 1),
                then_fails(set_staff(&test, id(1), 2)),
            ],
        );
        assert_eq!(outcomes.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true, true, false]);
        let account = test.entity("account");
        let staff = |n| value(account, &test.account(id(n)).unwrap(), "staff").clone();
        assert_eq!([staff(1), staff(2), staff(3), staff(4)], [1, 0, 1, 1].map(Value::Integer));
    });
}

#[test]
fn a_unit_that_breaks_its_promise_takes_its_group_along_and_nothing_of_it_is_kept() {
    each(|test| {
        for n in 1..=3 {
            test.add_account(id(n), &[("staff", Value::Integer(0))]);
        }
        let before = test.store().position();
        let outcomes = grouped(
            &test,
            vec![
                certain(set_staff(&test, id(1), 1)),
                certain(then_fails(set_staff(&test, id(2), 1))),
                set_staff(&test, id(3), 1),
            ],
        );
        assert!(outcomes[0].is_err() && outcomes[1].is_err());
        // The one behind ran in the next group, though all had been asked to lead, or could not be.
        let third = i64::from(outcomes[2].is_ok());
        assert_eq!(test.store().position(), before + third as u64);
        let account = test.entity("account");
        let staff = |n| value(account, &test.account(id(n)).unwrap(), "staff").clone();
        assert_eq!([staff(1), staff(2), staff(3)], [0, 0, third].map(Value::Integer));
        test.store().write(certain(set_staff(&test, id(1), 5))).unwrap();
        assert_eq!(staff(1), Value::Integer(5));
    });
}
