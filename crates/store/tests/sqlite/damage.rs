//! Somebody, or a failing disk, changes the file behind the store's back: verification says what and where.

use dictionary::Value;
use rusqlite::{Connection, params};
use store::SqliteStore;
use store::verify::{Difference, Finding, Report};

use crate::support::{TestStore, id, moment, on};

/// Three accounts in five entries: 2, 3 and 4 make them, 5 renames the first, 6 deletes the third. Entry 1 is the dictionary.
fn history(test: &TestStore) {
    for n in 1..=3 {
        let name = format!("Compte {n}");
        test.add_account(id(n), &[("name", Value::Text(name)), ("staff", Value::Integer(n as i64))]);
    }
    test.change_account(id(1), "name", Value::from("Nouveau nom"));
    let dictionary = test.dictionary.clone();
    let deleted = test.write(600, move |tx| {
        let account = dictionary.entity("account").unwrap();
        let old = tx.get(account, id(3))?.unwrap();
        tx.delete(account, &old)
    });
    assert_eq!(deleted.unwrap().0, 6);
}

fn report(test: &TestStore) -> Report {
    let snapshot = test.store().snapshot().unwrap();
    store::verify(&*snapshot, &test.dictionary, &mut |_, _| {}).unwrap()
}

/// What verification says after `damage`, the store being closed meanwhile.
fn after(damage: impl Fn(&Connection)) -> Vec<String> {
    let mut said = Vec::new();
    on("sqlite", |mut test| {
        history(&test);
        let whole = report(&test);
        assert!(whole.is_whole(), "{:?}", whole.findings);
        assert_eq!((whole.entries, whole.changes, whole.rows), (6, 6, 2));
        test.store = None;
        let db = Connection::open(test.folder.path().join("environment.sqlite")).unwrap();
        db.create_collation("folded", dictionary::text::compare).unwrap();
        damage(&db);
        drop(db);
        test.reopen();
        said = report(&test).findings.iter().map(ToString::to_string).collect();
    });
    said
}

fn after_sql(sql: &str) -> Vec<String> {
    after(|db| assert!(db.execute(sql, []).unwrap() > 0, "{sql} did nothing"))
}

fn blob(id: dictionary::RecordId) -> Vec<u8> {
    id.0.as_bytes().to_vec()
}

#[test]
fn an_altered_value_is_named_by_record_and_field() {
    let said = after(|db| {
        let sql = "UPDATE account SET staff = 99 WHERE id = ?1";
        assert_eq!(db.execute(sql, params![blob(id(2))]).unwrap(), 1);
    });
    assert_eq!(said, [format!("account {}: the value of staff is not the one in the journal", id(2))]);
}

#[test]
fn an_altered_system_field_is_named_too() {
    let said = after(|db| {
        let sql = "UPDATE account SET created_by = NULL WHERE id = ?1";
        assert_eq!(db.execute(sql, params![blob(id(1))]).unwrap(), 1);
    });
    assert_eq!(said, [format!("account {}: the value of created_by is not the one in the journal", id(1))]);
}

#[test]
fn a_missing_row_is_named() {
    let said = after(|db| {
        assert_eq!(db.execute("DELETE FROM account WHERE id = ?1", params![blob(id(2))]).unwrap(), 1);
    });
    assert_eq!(said, [format!("account {}: the row is missing", id(2))]);
}

#[test]
fn an_added_row_and_a_deleted_one_that_came_back_are_named() {
    for stranger in [id(77), id(3)] {
        let said = after(|db| {
            let sql = "INSERT INTO account (id, name, version) VALUES (?1, 'Intrus', 3)";
            assert_eq!(db.execute(sql, params![blob(stranger)]).unwrap(), 1);
        });
        assert_eq!(said, [format!("account {stranger}: the row does not come from the journal")]);
    }
}

#[test]
fn a_cell_that_cannot_be_read_is_named() {
    let said = after(|db| {
        let sql = "UPDATE account SET founded = 99999999999 WHERE id = ?1";
        assert_eq!(db.execute(sql, params![blob(id(2))]).unwrap(), 1);
    });
    assert_eq!(
        said,
        [format!("unreadable: account {}: a cell of kind Date holds Integer(99999999999)", id(2))]
    );
}

#[test]
fn an_altered_payload_is_named_by_position() {
    // The last byte of entry 5's payload is part of the new name: readable, but another text.
    let said = after_sql(
        "UPDATE _entry SET changes = CAST(substr(changes, 1, length(changes) - 1) || x'21' AS BLOB) WHERE position = 5",
    );
    assert_eq!(said, ["journal: the changes of entry 5 were altered"]);
}

#[test]
fn a_payload_that_cannot_be_read_is_named_by_position() {
    let said = after_sql("UPDATE _entry SET changes = x'01ffff' WHERE position = 4");
    assert_eq!(said.len(), 1);
    assert!(said[0].starts_with("unreadable: entry 4 of the journal: "), "{said:?}");
}

#[test]
fn a_payload_put_in_place_of_another_is_named_even_with_its_hash() {
    let said = after_sql(
        "UPDATE _entry SET changes = (SELECT changes FROM _entry WHERE position = 3),
         payload_hash = (SELECT payload_hash FROM _entry WHERE position = 3) WHERE position = 4",
    );
    assert_eq!(said, ["journal: entry 4 was altered, or does not follow the entry before it"]);
}

#[test]
fn every_part_of_an_entry_is_under_the_chain() {
    for part in [
        "at = at + 1",
        "actor = NULL",
        "origin = 3",
        "device = 'x'",
        "request = NULL",
        "epoch = 2",
        "digest = zeroblob(32)",
        "chain = zeroblob(32)",
        "payload_hash = zeroblob(32), changes = NULL",
    ] {
        let said = after_sql(&format!("UPDATE _entry SET {part} WHERE position = 4"));
        let altered = "journal: entry 4 was altered, or does not follow the entry before it";
        assert_eq!(said.first().map(String::as_str), Some(altered), "{part}");
    }
}

#[test]
fn a_removed_entry_is_named() {
    let said = after_sql("DELETE FROM _entry WHERE position = 4");
    assert_eq!(said, ["journal: entry 5 stands where entry 4 was due"]);
}

#[test]
fn the_last_entries_removed_are_counted() {
    let said = after_sql("DELETE FROM _entry WHERE position >= 5");
    assert_eq!(said, ["journal: it ends at entry 4, and entry 6 was written: 2 missing"]);
}

#[test]
fn swapped_entries_are_named() {
    let said = after(|db| {
        let swap = "UPDATE _entry SET position = 99 WHERE position = 3;
            UPDATE _entry SET position = 3 WHERE position = 4;
            UPDATE _entry SET position = 4 WHERE position = 99;";
        db.execute_batch(swap).unwrap();
    });
    assert_eq!(said, ["journal: entry 3 was altered, or does not follow the entry before it"]);
}

#[test]
fn an_added_entry_is_named() {
    let said = after_sql(
        "INSERT INTO _entry SELECT 7, epoch, at, actor, origin, device, request, payload_hash, digest, chain, changes
         FROM _entry WHERE position = 6",
    );
    assert_eq!(said, ["journal: entry 7 was altered, or does not follow the entry before it"]);
}

#[test]
fn an_altered_head_is_named() {
    assert_eq!(
        after_sql("UPDATE _head SET chain = zeroblob(32)"),
        ["journal: the chain of its head is not that of the last entry"]
    );
    assert_eq!(
        after_sql("UPDATE _head SET lanes = zeroblob(2048)"),
        ["journal: the digest of its head is not that of the last entry"]
    );
    assert_eq!(
        after_sql("UPDATE _head SET position = 5"),
        ["journal: the position of its head is not that of the last entry"]
    );
}

#[test]
fn a_head_that_cannot_be_read_keeps_the_store_closed() {
    on("sqlite", |mut test| {
        test.store = None;
        let file = test.folder.path().join("environment.sqlite");
        Connection::open(file).unwrap().execute("UPDATE _head SET lanes = zeroblob(7)", []).unwrap();
        let error = SqliteStore::open(test.folder.path(), "acme", moment(0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the store is damaged: the lanes of the digest in the journal's head are not as long as they must be"
        );
    });
}

#[test]
fn a_history_that_lost_a_change_is_told() {
    let said = after_sql("DELETE FROM _history WHERE position = 5");
    assert_eq!(said, ["histories: 5 changes are indexed, and the journal has 6"]);
}

#[test]
fn a_redacted_payload_is_no_damage() {
    assert_eq!(after_sql("UPDATE _entry SET changes = NULL WHERE position = 5"), Vec::<String>::new());
}

#[test]
fn findings_can_be_acted_on_as_values() {
    on("sqlite", |mut test| {
        history(&test);
        test.store = None;
        let db = Connection::open(test.folder.path().join("environment.sqlite")).unwrap();
        db.create_collation("folded", dictionary::text::compare).unwrap();
        db.execute("UPDATE account SET name = 'Autre' WHERE id = ?1", params![blob(id(1))]).unwrap();
        drop(db);
        test.reopen();
        let expected = Finding::Record {
            entity: "account".into(),
            record: id(1),
            difference: Difference::Field("name".into()),
        };
        assert_eq!(report(&test).findings, [expected]);
    });
}
