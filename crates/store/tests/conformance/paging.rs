//! Pages of a list while others write: nothing is lost, nothing comes twice.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dictionary::Value;
use dictionary::expression::{check, parse};
use dictionary::model::Sort;
use store::{Keyset, Row, Select};

use crate::support::{context, each, id, row};

/// Records that nobody touches while they are paged through.
const STILL: u128 = 90;

#[test]
fn pages_lose_and_repeat_nothing_while_others_write() {
    each(|test| {
        let name =
            |n: u128| if n.is_multiple_of(5) { Value::Null } else { Value::Text(format!("n{}", n % 7)) };
        let dictionary = Arc::clone(&test.dictionary);
        test.write(1, move |tx| {
            let account = dictionary.entity("account").unwrap();
            (1..=STILL).try_for_each(|n| tx.insert(account, row(account, id(n), &[("name", name(n))]), None))
        })
        .unwrap();
        let account = test.dictionary.entity_index("account").unwrap();
        let position = test.entity("account").index("name").unwrap();
        let path = check(&parse("name").unwrap().root, &*test.dictionary, account).unwrap();
        let context = context();
        for descending in [false, true] {
            let order = [Sort { path: path.clone(), descending }];
            let done = AtomicBool::new(false);
            std::thread::scope(|scope| {
                let writer = scope.spawn(|| {
                    for n in 0.. {
                        if done.load(Ordering::Acquire) {
                            return;
                        }
                        // Comes, moves through the whole order, goes.
                        let passing = id(1_000 + n % 3);
                        match test.account(passing) {
                            None => {
                                test.add_account(passing, &[("name", "n0".into())]);
                            }
                            Some(_) if n % 4 != 0 => {
                                test.change_account(passing, "name", Value::Text(format!("n{}", n % 9)));
                            }
                            Some(old) => {
                                let dictionary = Arc::clone(&test.dictionary);
                                let delete = move |tx: &mut dyn store::Transaction| {
                                    tx.delete(dictionary.entity("account").unwrap(), &old)
                                };
                                test.write(2, delete).unwrap();
                            }
                        }
                    }
                });
                for limit in [1, 4, 13] {
                    let (mut seen, mut after): (Vec<Row>, Option<Keyset>) = (Vec::new(), None);
                    loop {
                        let select = Select {
                            entity: test.entity("account"),
                            filters: Vec::new(),
                            search: None,
                            order: &order,
                            after: after.as_ref(),
                            limit,
                            context: &context,
                            timeout_ms: 10_000,
                        };
                        // Each page is of a moment of its own, as pages of people are.
                        let page =
                            test.store().snapshot().unwrap().select(&test.dictionary, &select).unwrap();
                        let Some(last) = page.last() else { break };
                        after = Some(Keyset { values: vec![last.get(position).clone()], id: last.id() });
                        seen.extend(page);
                    }
                    let still: Vec<_> =
                        seen.iter().map(Row::id).filter(|found| *found <= id(STILL)).collect();
                    let distinct: HashSet<_> = still.iter().collect();
                    assert_eq!(
                        (still.len(), distinct.len()),
                        (STILL as usize, STILL as usize),
                        "pages of {limit}"
                    );
                }
                done.store(true, Ordering::Release);
                writer.join().unwrap();
            });
        }
    });
}
