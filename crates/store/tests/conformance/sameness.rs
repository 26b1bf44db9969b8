//! The same history leads to the same digest and chain on every kind of store.

use std::sync::Arc;

use dictionary::Value;
use proptest::prelude::*;
use store::{Head, Row};

use crate::support::{KINDS, STANDARD, TestStore, compiled, id, row, value};
use crate::world::{Draw, TEXTS, WORLD, World};

/// Creates, changes, deletes as `numbers` say, some of it in one unit, some of it refused.
fn history(test: &TestStore, numbers: &[u16]) -> Head {
    let mut draw = Draw::new(numbers.to_vec());
    for step in 0..20_i64 {
        let (units, fails) = (1 + draw.below(4), draw.below(6) == 0);
        let plan: Vec<(u128, usize, &str, i64)> = (0..units)
            .map(|_| (1 + draw.below(6) as u128, draw.below(4), draw.one(TEXTS), draw.below(1_000) as i64))
            .collect();
        let dictionary = Arc::clone(&test.dictionary);
        drop(test.write(step, move |tx| {
            let account = dictionary.entity("account").unwrap();
            for (n, what, text, number) in plan {
                let old = tx.get(account, id(n))?;
                let values = [
                    ("name", Value::from(text)),
                    ("staff", Value::Integer(number)),
                    ("siren", Value::Text(format!("{n}"))),
                ];
                match (old, what) {
                    (None, _) => tx.insert(account, row(account, id(n), &values), Some(text))?,
                    (Some(old), 0) => tx.delete(account, &old)?,
                    (Some(old), _) => {
                        let mut new: Row = old.clone();
                        new.0[account.index("name").unwrap()] = Value::from(text);
                        tx.update(account, &old, new, Some(text))?;
                    }
                }
            }
            if fails { Err(store::StoreError::Full) } else { Ok(()) }
        }));
    }
    let snapshot = test.store().snapshot().unwrap();
    assert!(value(test.entity("account"), &row(test.entity("account"), id(1), &[]), "name").is_null());
    snapshot.head().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn the_same_history_has_the_same_digest_and_chain_on_every_store(numbers in proptest::collection::vec(any::<u16>(), 60..300)) {
        let heads: Vec<Head> = KINDS.iter().map(|kind| history(&TestStore::new(kind, compiled(STANDARD)), &numbers)).collect();
        for head in &heads {
            prop_assert_eq!(head, &heads[0]);
        }
    }

    #[test]
    fn a_world_of_every_type_has_the_same_digest_on_every_store(numbers in proptest::collection::vec(any::<u16>(), 200..600)) {
        let heads: Vec<Head> = KINDS.iter().map(|kind| {
            let test = TestStore::new(kind, compiled(WORLD));
            World::new(&mut Draw::new(numbers.clone()), &test);
            test.store().snapshot().unwrap().head().unwrap()
        }).collect();
        for head in &heads {
            prop_assert_eq!(head, &heads[0]);
        }
    }
}
