//! The history of one record.

use std::sync::Arc;

use dictionary::Value;
use journal::Operation;

use crate::support::{each, id, row};

#[test]
fn a_record_has_its_changes_newest_first_and_no_other() {
    each(|test| {
        test.add_account(id(1), &[("name", "un".into())]);
        test.add_account(id(2), &[("name", "autre".into())]);
        let second = test.change_account(id(1), "name", "deux".into());
        test.change_account(id(2), "name", "encore".into());
        let third = test.change_account(id(1), "staff", Value::Integer(4));
        let snapshot = test.store().snapshot().unwrap();
        let history = snapshot.history("account", id(1), None, 10).unwrap();
        assert_eq!(history.iter().map(|entry| entry.position).collect::<Vec<_>>(), [third, second, 2]);
        assert!(history.iter().all(|entry| entry.changes.as_ref().unwrap()[0].record == id(1)));
        assert_eq!(history[2].changes.as_ref().unwrap()[0].operation, Operation::Create);
        let older = snapshot.history("account", id(1), Some(third), 1).unwrap();
        assert_eq!(older.len(), 1);
        assert_eq!(older[0].position, second);
        assert!(snapshot.history("visit", id(1), None, 10).unwrap().is_empty());
        assert!(snapshot.history("nowhere", id(1), None, 10).unwrap().is_empty());
    });
}

#[test]
fn one_change_is_read_out_of_an_entry_of_thousands() {
    each(|test| {
        let dictionary = Arc::clone(&test.dictionary);
        test.write(1, move |tx| {
            let account = dictionary.entity("account").unwrap();
            (1..=3_000).try_for_each(|n| {
                tx.insert(account, row(account, id(n), &[("name", Value::Text(format!("n° {n}")))]), None)
            })
        })
        .unwrap();
        let history = test.store().snapshot().unwrap().history("account", id(1_700), None, 10).unwrap();
        assert_eq!(history.len(), 1);
        let changes = history[0].changes.as_ref().unwrap();
        assert_eq!(changes.len(), 1, "that record's change only");
        assert_eq!(changes[0].fields[0].new, Value::from("n° 1700"));
    });
}

#[test]
fn large_entries_are_read_a_few_at_a_time_and_none_is_left_out() {
    each(|test| {
        for group in 0..4 {
            let dictionary = Arc::clone(&test.dictionary);
            test.write(group + 1, move |tx| {
                let account = dictionary.entity("account").unwrap();
                (1..=1_000).try_for_each(|n| {
                    let name = Value::Text("long".repeat(1_250));
                    tx.insert(
                        account,
                        row(account, id(u128::from(group.unsigned_abs()) * 1_000 + n), &[("name", name)]),
                        None,
                    )
                })
            })
            .unwrap();
        }
        let snapshot = test.store().snapshot().unwrap();
        let (mut reached, mut pages) = (0, Vec::new());
        loop {
            let entries = snapshot.entries(reached, 100).unwrap();
            let Some(last) = entries.last() else { break };
            assert_eq!(entries[0].position, reached + 1);
            reached = last.position;
            pages.push(entries.len());
        }
        assert_eq!((reached, pages.iter().sum::<usize>()), (5, 5));
        assert!(pages.len() >= 3 && pages.iter().all(|page| *page <= 3), "{pages:?}");
    });
}
