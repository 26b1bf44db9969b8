//! Full-text search.

use std::sync::Arc;

use dictionary::{RecordId, Value};
use store::Select;

use crate::support::{TestStore, context, each, id, row};

fn found(test: &TestStore, text: &str) -> Vec<RecordId> {
    let mut found = test.store().snapshot().unwrap().search(test.entity("account"), text, 10).unwrap();
    found.sort();
    found
}

#[test]
fn words_are_found_without_case_and_accents_the_last_one_as_a_beginning() {
    each(|test| {
        test.add_account(id(1), &[("name", "Boulangerie Étoile-d'Or".into())]);
        test.add_account(id(2), &[("name", "Étoile du Nord".into())]);
        test.add_account(id(3), &[("name", "Plomberie Œuvre & fils".into())]);
        assert_eq!(found(&test, "etoile"), [id(1), id(2)]);
        assert_eq!(found(&test, "ÉTOILE nor"), [id(2)]);
        assert_eq!(found(&test, "nord etoile"), [id(2)], "in any order");
        assert_eq!(found(&test, "étoi nord"), [], "only the last word may go on");
        assert_eq!(found(&test, "oeuv"), [id(3)]);
        assert_eq!(found(&test, "d'or"), [id(1)]);
        assert_eq!(found(&test, "nor "), [], "a space ends the last word");
    });
}

#[test]
fn what_people_type_is_never_a_query_language() {
    each(|test| {
        test.add_account(id(1), &[("name", "Société NEAR and OR \"Not\"".into())]);
        for typed in ["\"", "near(", "a OR b", "*", "^x", "text:", "-", "société \"", "and or"] {
            let _ = found(&test, typed);
        }
        assert_eq!(found(&test, "near"), [id(1)]);
        assert_eq!(found(&test, "not \""), [id(1)]);
        assert_eq!(found(&test, "§ !"), []);
    });
}

#[test]
fn a_changed_row_is_found_by_its_new_text_only_and_a_removed_one_not_at_all() {
    each(|test| {
        test.add_account(id(1), &[("name", "Ancien".into())]);
        test.change_account(id(1), "name", "Moderne".into());
        assert_eq!((found(&test, "ancien"), found(&test, "moderne")), (vec![], vec![id(1)]));
        let dictionary = Arc::clone(&test.dictionary);
        let position = test.store().position();
        test.write(2, move |tx| tx.index(dictionary.entity("account").unwrap(), id(1), Some("Ailleurs")))
            .unwrap();
        assert_eq!(test.store().position(), position, "finding it otherwise changes no record");
        assert_eq!((found(&test, "moderne"), found(&test, "ailleurs")), (vec![], vec![id(1)]));
        let dictionary = Arc::clone(&test.dictionary);
        test.write(3, move |tx| {
            let account = dictionary.entity("account").unwrap();
            let old = tx.get(account, id(1))?.unwrap();
            tx.delete(account, &old)
        })
        .unwrap();
        assert_eq!(found(&test, "ailleurs"), []);
    });
}

#[test]
fn entities_do_not_find_each_others_rows() {
    each(|test| {
        let dictionary = Arc::clone(&test.dictionary);
        test.write(1, move |tx| {
            let visit = dictionary.entity("visit").unwrap();
            tx.insert(visit, row(visit, id(50), &[("subject", "Chaudière".into())]), Some("Chaudière"))
        })
        .unwrap();
        test.add_account(id(1), &[("name", "Chaudière SA".into())]);
        assert_eq!(found(&test, "chaudiere"), [id(1)]);
    });
}

#[test]
fn search_joins_filters_sorts_and_counts_of_a_list() {
    each(|test| {
        for n in 1..=9 {
            let name = if n % 3 == 0 { format!("Garage {n}") } else { format!("Bar {n}") };
            test.add_account(id(n), &[("name", Value::Text(name)), ("staff", Value::Integer(-(n as i64)))]);
        }
        let account = test.entity("account");
        let (context, order) = (context(), []);
        let select = |search| Select {
            entity: account,
            filters: Vec::new(),
            search: Some(search),
            order: &order,
            after: None,
            limit: 100,
            context: &context,
            timeout_ms: 1_000,
        };
        let snapshot = test.store().snapshot().unwrap();
        let rows = snapshot.select(&test.dictionary, &select("garag")).unwrap();
        assert_eq!(rows.iter().map(store::Row::id).collect::<Vec<_>>(), [id(3), id(6), id(9)]);
        assert_eq!(
            snapshot.count(&test.dictionary, &select("garag"), 2).unwrap(),
            2,
            "counting stops at the cap"
        );
        assert_eq!(snapshot.count(&test.dictionary, &select("!?"), 10).unwrap(), 0);
        assert_eq!(snapshot.count(&test.dictionary, &select("  "), 10).unwrap(), 9, "blank is no condition");
    });
}
