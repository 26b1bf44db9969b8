//! From one dictionary to the next, with rows in place.

use std::sync::Arc;

use dictionary::{Dictionary, Value};
use journal::Operation;
use store::{DICTIONARY_ENTITY, StoreError};

use crate::support::{KINDS, TestStore, compiled, id, row, value};

const BEFORE: &str = r#"
[entities.person]
label = { fr = "Personne", en = "Person" }
plural = { fr = "Personnes", en = "People" }
search = ["name"]
[entities.person.fields]
name = { type = "text", label = { fr = "Nom" } }
nick = { type = "text", label = { fr = "Surnom" } }
size = { type = "text", label = { fr = "Taille" } }
weight = { type = "decimal", precision = 9, scale = 1, label = { fr = "Poids" } }
home = { type = "address", label = { fr = "Domicile" } }
[entities.badge]
label = { fr = "Badge" }
plural = { fr = "Badges" }
[entities.badge.fields]
number = { type = "integer", label = { fr = "Numéro" } }
"#;

/// A store with two people and a badge under [`BEFORE`].
fn stores(test: impl Fn(TestStore)) {
    for kind in KINDS {
        let store = TestStore::new(kind, compiled(BEFORE));
        let dictionary = Arc::clone(&store.dictionary);
        store
            .write(1, move |tx| {
                let person = dictionary.entity("person").unwrap();
                let home = dictionary::value::Address { city: Some("Metz".into()), ..Default::default() };
                let ann = [
                    ("name", Value::from("Ann")),
                    ("nick", Value::from("Nan")),
                    ("size", Value::from("172")),
                    ("weight", Value::Decimal("61.5".parse().unwrap())),
                    ("home", Value::Address(Box::new(home))),
                ];
                tx.insert(person, row(person, id(1), &ann), Some("Ann"))?;
                let bob = [("name", Value::from("Bob")), ("size", Value::from("grand"))];
                tx.insert(person, row(person, id(2), &bob), Some("Bob"))?;
                let badge = dictionary.entity("badge").unwrap();
                tx.insert(badge, row(badge, id(9), &[("number", Value::Integer(7))]), None)
            })
            .unwrap();
        test(store);
    }
}

impl TestStore {
    /// Takes another dictionary, and checks that the environment is whole under it.
    fn become_(&mut self, to: &str) -> Result<(), StoreError> {
        let (old, new) = (Arc::clone(&self.dictionary), compiled(to));
        let taken = Arc::clone(&new);
        self.write(2, move |tx| tx.migrate(Some(&old), &taken))?;
        self.dictionary = new;
        self.check();
        Ok(())
    }

    fn check(&self) {
        let snapshot = self.store().snapshot().unwrap();
        let report = store::verify(&*snapshot, &self.dictionary, &mut |_, _| {}).unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
        assert_eq!(snapshot.head().unwrap().dictionary, self.dictionary.hash);
    }

    fn see(&self, entity: &str, record: u128, field: &str) -> Value {
        let found = self.store().snapshot().unwrap().get(self.entity(entity), id(record)).unwrap();
        value(self.entity(entity), &found.expect("the row is there"), field).clone()
    }
}

#[test]
fn fields_added_and_renamed_keep_the_values() {
    stores(|mut test| {
        let to = BEFORE
            .replace("name = { type", "full_name = { was = \"name\", type")
            .replace("nick = {", "nickname = { was = \"nick\",")
            .replace("home = {", "house = { was = \"home\",")
            .replace("search = [\"name\"]", "search = [\"full_name\"]\ntitle = \"{full_name}\"")
            .replace(
                "[entities.badge]",
                "age = { type = \"integer\", label = { fr = \"Âge\" } }\n[entities.badge]",
            );
        test.become_(&to).unwrap();
        assert_eq!(test.see("person", 1, "full_name"), "Ann".into());
        assert_eq!(test.see("person", 1, "nickname"), "Nan".into());
        assert!(
            matches!(test.see("person", 1, "house"), Value::Address(home) if home.city.as_deref() == Some("Metz"))
        );
        assert_eq!(test.see("person", 1, "age"), Value::Null);
        assert_eq!(test.see("person", 1, "version"), Value::Integer(2), "no record changed");
    });
}

#[test]
fn a_renamed_entity_keeps_rows_history_and_search() {
    stores(|mut test| {
        let to = BEFORE
            .replace("entities.person", "entities.human")
            .replace("[entities.human]\n", "[entities.human]\nwas = \"person\"\n");
        test.become_(&to).unwrap();
        assert_eq!(test.see("human", 1, "name"), "Ann".into());
        let snapshot = test.store().snapshot().unwrap();
        let history = snapshot.history("human", id(1), None, 10).unwrap();
        assert_eq!(history[0].changes.as_ref().unwrap()[0].entity, "person", "old entries stay as they were");
        assert_eq!(snapshot.search(test.entity("human"), "ann", 10).unwrap(), [id(1)]);
        // A new entity may take the old name without the other's history or search.
        let again =
            to.clone() + &BEFORE.split("[entities.badge]").next().unwrap().replace("Personnes", "Gens");
        let again = again.replace("[entities.human]\nwas = \"person\"\n", "[entities.human]\n");
        drop(snapshot);
        test.become_(&again).unwrap();
        let snapshot = test.store().snapshot().unwrap();
        assert!(snapshot.history("person", id(1), None, 10).unwrap().is_empty());
        assert_eq!(snapshot.history("human", id(1), None, 10).unwrap().len(), 1);
        assert!(snapshot.search(test.entity("person"), "ann", 10).unwrap().is_empty());
    });
}

#[test]
fn a_changed_type_rewrites_what_can_be_read_and_keeps_the_rest_aside() {
    stores(|mut test| {
        let to = BEFORE
            .replace("size = { type = \"text\"", "size = { type = \"integer\"")
            .replace("precision = 9, scale = 1", "precision = 12, scale = 3");
        test.become_(&to).unwrap();
        assert_eq!(test.see("person", 1, "size"), Value::Integer(172));
        assert_eq!(test.see("person", 2, "size"), Value::Null, "`grand` is no number");
        assert_eq!(test.see("person", 1, "weight"), Value::Decimal("61.500".parse().unwrap()));
        // Changing a record afterwards, and damage found by field, still work.
        let dictionary = Arc::clone(&test.dictionary);
        test.write(3, move |tx| {
            let person = dictionary.entity("person").unwrap();
            let old = tx.get(person, id(2))?.unwrap();
            let mut new = old.clone();
            new.0[person.index("size").unwrap()] = Value::Integer(190);
            tx.update(person, &old, new, None)
        })
        .unwrap();
        test.check();
    });
}

#[test]
fn dropped_fields_and_entities_are_set_aside_and_found_no_more() {
    stores(|mut test| {
        let to = BEFORE
            .split("[entities.badge]")
            .next()
            .unwrap()
            .replace("nick = { type = \"text\", label = { fr = \"Surnom\" } }\n", "");
        let digest = test.store().snapshot().unwrap().head().unwrap().digest;
        test.become_(&to).unwrap();
        assert_ne!(test.store().snapshot().unwrap().head().unwrap().digest, digest);
        assert_eq!(test.see("person", 1, "name"), "Ann".into());
        // What comes back comes back empty: the old values are aside, for a person to fetch.
        test.become_(BEFORE).unwrap();
        assert_eq!(test.see("person", 1, "nick"), Value::Null);
        let snapshot = test.store().snapshot().unwrap();
        assert!(snapshot.get(test.entity("badge"), id(9)).unwrap().is_none());
        assert_eq!(snapshot.history("badge", id(9), None, 10).unwrap().len(), 1, "its history is still told");
    });
}

#[test]
fn a_unique_key_that_rows_break_is_refused_and_nothing_changes() {
    stores(|mut test| {
        let dictionary = Arc::clone(&test.dictionary);
        test.write(2, move |tx| {
            let person = dictionary.entity("person").unwrap();
            tx.insert(person, row(person, id(3), &[("name", "Bob".into())]), None)
        })
        .unwrap();
        let before = test.store().snapshot().unwrap().head().unwrap();
        let refused =
            test.become_(&(BEFORE.to_owned() + "[entities.person.unique.called]\nfields = [\"name\"]\n"));
        match refused {
            Err(StoreError::Duplicate { entity, key }) => assert_eq!((&*entity, &*key), ("person", "called")),
            other => panic!("{other:?}"),
        }
        assert_eq!(test.store().snapshot().unwrap().head().unwrap(), before);
        test.check();
    });
}

#[test]
fn the_journal_tells_what_became_of_the_dictionary() {
    stores(|mut test| {
        let first = test.dictionary.hash.clone();
        test.become_(&BEFORE.replace("nick = {", "alias = { was = \"nick\",")).unwrap();
        let snapshot = test.store().snapshot().unwrap();
        let nil = dictionary::RecordId(uuid::Uuid::nil());
        let history = snapshot.history(DICTIONARY_ENTITY, nil, None, 10).unwrap();
        assert_eq!(history.len(), 2);
        let change = &history[0].changes.as_ref().unwrap()[0];
        assert_eq!(change.operation, Operation::Update);
        assert_eq!(change.fields[0].old, Value::Text(first));
        assert_eq!(change.fields[0].new, Value::Text(test.dictionary.hash.clone()));
        let Value::Json(plan) = &change.fields[1].new else { panic!("{change:?}") };
        assert_eq!(plan["person"]["fields"]["alias"]["was"], "nick");
    });
}

#[test]
fn the_same_dictionary_again_changes_nothing_and_a_stranger_is_refused() {
    stores(|test| {
        let before = test.store().position();
        let (old, new) = (Arc::clone(&test.dictionary), Arc::clone(&test.dictionary));
        assert_eq!(test.write(2, move |tx| tx.migrate(Some(&old), &new)).unwrap().0, before);
        let stranger: Arc<Dictionary> = compiled(&BEFORE.replace("Surnom", "Autre nom"));
        let new = Arc::clone(&test.dictionary);
        let refused = test.write(2, move |tx| tx.migrate(Some(&stranger), &new));
        assert!(matches!(refused, Err(StoreError::Database { .. })));
        let new = Arc::clone(&test.dictionary);
        assert!(test.write(2, move |tx| tx.migrate(None, &new)).is_err());
    });
}

#[test]
fn values_that_a_new_definition_has_no_place_for_are_set_aside_even_if_the_column_would_hold_them() {
    stores(|mut test| {
        let to = BEFORE
            .replace("nick = { type = \"text\"", "nick = { type = \"choice\", list = \"language\"")
            .replace(
                "size = { type = \"text\"",
                "size = { type = \"computed\", returns = \"text\", formula = \"upper(name)\"",
            );
        test.become_(&to).unwrap();
        assert_eq!(test.see("person", 1, "nick"), Value::Null, "`Nan` is no language");
        assert_eq!(test.see("person", 1, "size"), Value::Null, "to be computed by whoever migrates");
        assert_eq!(test.see("person", 1, "name"), "Ann".into());
    });
}
