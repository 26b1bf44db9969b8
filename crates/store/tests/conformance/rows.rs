//! Rows and the journal that follows them.

use std::sync::Arc;

use dictionary::Value;
use journal::Operation;
use store::StoreError;

use crate::support::{cause, each, id, moment, row, value};

#[test]
fn a_row_comes_back_as_it_was_put() {
    each(|test| {
        let values = [("name", Value::from("Étienne & fils")), ("staff", Value::Integer(-3))];
        let position = test.add_account(id(1), &values);
        let found = test.account(id(1)).unwrap();
        let account = test.entity("account");
        assert_eq!(value(account, &found, "name"), &Value::from("Étienne & fils"));
        assert_eq!(value(account, &found, "staff"), &Value::Integer(-3));
        assert_eq!(value(account, &found, "version"), &Value::Integer(position as i64));
        assert_eq!(value(account, &found, "created_by"), &Value::Id(id(900)));
        assert_eq!(value(account, &found, "created_at"), &Value::DateTime(moment(1)));
    });
}

#[test]
fn a_change_is_one_entry_with_old_and_new() {
    each(|test| {
        let first = test.add_account(id(1), &[("name", Value::from("Avant"))]);
        let second = test.change_account(id(1), "name", Value::from("Après"));
        assert_eq!(second, first + 1);
        let entries = test.store().snapshot().unwrap().entries(first, 10).unwrap();
        assert_eq!(entries.len(), 1);
        let change = &entries[0].changes.as_ref().unwrap()[0];
        assert_eq!((change.operation, change.record), (Operation::Update, id(1)));
        assert_eq!(change.fields.len(), 1);
        assert_eq!((&change.fields[0].old, &change.fields[0].new), (&"Avant".into(), &"Après".into()));
        assert_eq!(entries[0].cause, cause(500, 900));
    });
}

#[test]
fn a_change_that_changes_nothing_leaves_no_entry() {
    each(|test| {
        let first = test.add_account(id(1), &[("name", Value::from("Avant"))]);
        assert_eq!(test.change_account(id(1), "name", Value::from("Avant")), first);
        let found = test.account(id(1)).unwrap();
        assert_eq!(value(test.entity("account"), &found, "version"), &Value::Integer(first as i64));
    });
}

#[test]
fn a_unit_that_fails_leaves_nothing() {
    each(|test| {
        let before = test.store().snapshot().unwrap().head().unwrap();
        let dictionary = Arc::clone(&test.dictionary);
        let failed = test.write(1, move |tx| -> Result<(), StoreError> {
            let account = dictionary.entity("account").unwrap();
            tx.insert(account, row(account, id(1), &[("name", "A".into())]), Some("A"))?;
            tx.next_number("T", 1)?;
            Err(StoreError::Full)
        });
        assert!(matches!(failed, Err(StoreError::Full)));
        assert_eq!(test.store().snapshot().unwrap().head().unwrap(), before);
        assert!(test.account(id(1)).is_none());
        assert_eq!(test.write(2, |tx| tx.next_number("T", 1)).unwrap().1, 1);
    });
}
