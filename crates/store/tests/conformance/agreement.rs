//! The store and memory agree: the same filter finds the same rows, the same sort puts them in the same order, pages miss and repeat
//! nothing, figures are the same.

use std::cmp::Ordering;

use dictionary::expression::{
    AggregateFunction, Type, Typed, check, check_condition, evaluate, holds, parse,
};
use dictionary::model::Sort;
use dictionary::{RecordId, Value, value};
use proptest::prelude::*;
use store::{Aggregation, Figure, Grouping, Keyset, Row, Select};

use crate::grammar::{self, At};
use crate::support::{KINDS, TestStore, compiled};
use crate::world::{Draw, WORLD, World};

/// Expressions asked about one world.
const ASKED: usize = 12;

fn typed(world: &World, source: &str, condition: bool) -> Option<Typed> {
    let expression = parse(source).unwrap_or_else(|error| panic!("{source}: {error:?}"));
    let entity = world.entity("account");
    let checked = match condition {
        true => check_condition(&expression.root, &*world.dictionary, entity),
        false => check(&expression.root, &*world.dictionary, entity),
    };
    match checked {
        Ok(typed) => Some(typed),
        // The grammar draws types, not sizes, and doesn't know that a `min` or `max` whose first name is in a figure is one itself.
        Err(errors) if errors.iter().any(|e| e.code.starts_with("too_") || e.code == "records") => None,
        Err(errors) => panic!("{source}: {errors:?}"),
    }
}

fn select<'a>(world: &'a World, filters: Vec<&'a Typed>, order: &'a [Sort]) -> Select<'a> {
    Select {
        entity: world.dictionary.entity("account").unwrap(),
        filters,
        search: None,
        order,
        after: None,
        limit: 1_000,
        context: &world.context,
        timeout_ms: 0,
    }
}

fn ids(rows: &[Row]) -> Vec<RecordId> {
    rows.iter().map(Row::id).collect()
}

/// Runs a test on worlds of every kind of store.
fn worlds(numbers: &[u16], test: impl Fn(&TestStore, &World, &mut Draw)) {
    for kind in KINDS {
        let store = TestStore::new(kind, compiled(WORLD));
        let mut draw = Draw::new(numbers.to_vec());
        let world = World::new(&mut draw, &store);
        test(&store, &world, &mut draw);
    }
}

/// Long enough for a world, then for the expressions.
fn numbers() -> impl Strategy<Value = Vec<u16>> {
    proptest::collection::vec(any::<u16>(), 200..1_600)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn a_filter_finds_the_rows_that_it_holds_for_in_memory(numbers in numbers()) {
        worlds(&numbers, |test, world, draw| {
            let account = world.entity("account");
            let snapshot = test.store().snapshot().unwrap();
            for _ in 0..ASKED {
                let source = grammar::condition(draw, At::Account, 3);
                let Some(filter) = typed(world, &source, true) else { continue };
                let order = [];
                let found = snapshot.select(&world.dictionary, &select(world, vec![&filter], &order));
                let found = ids(&found.unwrap_or_else(|error| panic!("{source}: {error:?}")));
                let expected: Vec<RecordId> = world.records[&account]
                    .iter()
                    .filter(|(_, row)| holds(&filter, &world.record(account, row), &world.context).unwrap())
                    .map(|(id, _)| *id)
                    .collect();
                assert_eq!(found, expected, "{source} at {:?}", world.context);
                let count = snapshot.count(&world.dictionary, &select(world, vec![&filter], &order), 10_000);
                assert_eq!(count.unwrap(), expected.len() as u64);
            }
        });
    }

    #[test]
    fn a_sort_puts_rows_in_the_order_of_memory_and_pages_cover_it(numbers in numbers()) {
        worlds(&numbers, |test, world, draw| {
            let account = world.entity("account");
            let snapshot = test.store().snapshot().unwrap();
            for _ in 0..ASKED {
                let count = 1 + draw.below(3);
                let order: Vec<Sort> = (0..count).filter_map(|_| sort(world, draw)).collect();
                let filter = typed(world, &grammar::condition(draw, At::Account, 1), true);
                let filters: Vec<&Typed> = filter.iter().filter(|_| draw.below(2) == 0).collect();
                let all = snapshot.select(&world.dictionary, &select(world, filters.clone(), &order)).unwrap();
                let key = |row: &Row| -> Vec<Value> {
                    let record = world.record(account, row);
                    order.iter().map(|sort| evaluate(&sort.path, &record, &world.context).unwrap()).collect()
                };
                for pair in all.windows(2) {
                    let (a, b) = (key(&pair[0]), key(&pair[1]));
                    let sources: Vec<String> = order.iter().map(|sort| format!("{:?}", sort.path.node)).collect();
                    assert_eq!(in_order(&order, (&a, pair[0].id()), (&b, pair[1].id())), Ordering::Less, "{a:?} {b:?} {sources:?}");
                }
                let mut walked = Vec::new();
                let mut after: Option<Keyset> = None;
                let page = 1 + draw.below(4) as u32;
                loop {
                    let rows = snapshot.select(
                        &world.dictionary,
                        &Select { after: after.as_ref(), limit: page, ..select(world, filters.clone(), &order) },
                    ).unwrap();
                    let Some(last) = rows.last() else { break };
                    after = Some(Keyset { values: key(last), id: last.id() });
                    walked.extend(ids(&rows));
                }
                assert_eq!(walked, ids(&all));
            }
        });
    }

    #[test]
    fn figures_over_a_list_are_those_of_memory(numbers in numbers()) {
        worlds(&numbers, |test, world, draw| {
            use AggregateFunction::{Average, Count, Exists, Max, Min, Sum};
            let account = world.entity("account");
            let snapshot = test.store().snapshot().unwrap();
            for _ in 0..ASKED {
                let function = draw.one(&[Sum, Count, Min, Max, Average, Exists]);
                let source = match (function, draw.below(3)) {
                    (Min | Max, 0) => grammar::text(draw, At::Account, 2),
                    (Min | Max, 1) => grammar::instant(draw, At::Account, 2),
                    (_, 2) => grammar::duration(draw, At::Account, 2),
                    _ => grammar::number(draw, At::Account, 2),
                };
                let Some(body) = typed(world, &source, false) else { continue };
                let Some(filter) = typed(world, &grammar::condition(draw, At::Account, 1), true) else { continue };
                if body.ty == Type::Null { continue }
                let aggregation = Aggregation { function, body: Some(&body) };
                let order = [];
                let found = snapshot
                    .aggregate(&world.dictionary, &select(world, vec![&filter], &order), &aggregation)
                    .unwrap_or_else(|error| panic!("{function:?}({source}): {error:?}"));
                let mut expected = dictionary::expression::Accumulator::new(function, &body.ty);
                for row in world.records[&account].values() {
                    let record = world.record(account, row);
                    if holds(&filter, &record, &world.context).unwrap() {
                        expected.add(&evaluate(&body, &record, &world.context).unwrap());
                    }
                }
                assert_eq!(found, expected.finish(), "{function:?}({source})");
            }
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn groups_and_their_figures_are_those_of_memory(numbers in numbers()) {
        worlds(&numbers, |test, world, draw| {
            use AggregateFunction::{Average, Count, Max, Min, Sum};
            let account = world.entity("account");
            let snapshot = test.store().snapshot().unwrap();
            for _ in 0..ASKED {
                let sources: Vec<String> = (0..draw.below(3)).map(|_| key(draw)).collect();
                let keys: Vec<Typed> = sources.iter().filter_map(|source| typed(world, source, false)).collect();
                let Some(filter) = typed(world, &grammar::condition(draw, At::Account, 1), true) else { continue };
                let body = typed(world, "balance + coalesce(staff, 0)", false).unwrap();
                let text = typed(world, "lower(alias)", false).unwrap();
                let figures = vec![
                    Figure::Of(Aggregation { function: Count, body: None }),
                    Figure::Of(Aggregation { function: Sum, body: Some(&body) }),
                    Figure::Of(Aggregation { function: Average, body: Some(&body) }),
                    Figure::Of(Aggregation { function: Min, body: Some(&text) }),
                    Figure::Of(Aggregation { function: Max, body: Some(&body) }),
                    Figure::Distinct(&text),
                ];
                let grouping = Grouping { keys: keys.iter().collect(), figures, limit: 1_000 };
                let order = [];
                let mut found = snapshot
                    .group(&world.dictionary, &select(world, vec![&filter], &order), &grouping)
                    .unwrap_or_else(|error| panic!("{sources:?}: {error:?}"));
                let mut groups: Vec<(Vec<Value>, Vec<Row>)> = Vec::new();
                if keys.is_empty() {
                    groups.push((Vec::new(), Vec::new()));
                }
                for row in world.records[&account].values() {
                    let record = world.record(account, row);
                    if !holds(&filter, &record, &world.context).unwrap() {
                        continue;
                    }
                    let key: Vec<Value> =
                        keys.iter().map(|key| evaluate(key, &record, &world.context).unwrap()).collect();
                    match groups.iter_mut().find(|(known, _)| same(known, &key)) {
                        Some((_, rows)) => rows.push(row.clone()),
                        None => groups.push((key, vec![row.clone()])),
                    }
                }
                let mut expected: Vec<Vec<Value>> = groups
                    .into_iter()
                    .map(|(mut key, rows)| {
                        let values = |typed: &Typed| -> Vec<Value> {
                            rows.iter()
                                .map(|row| evaluate(typed, &world.record(account, row), &world.context).unwrap())
                                .collect()
                        };
                        let figure = |function, typed: &Typed| {
                            let mut figure = dictionary::expression::Accumulator::new(function, &typed.ty);
                            values(typed).iter().for_each(|value| figure.add(value));
                            figure.finish()
                        };
                        let mut texts = values(&text);
                        texts.retain(|value| !value.is_null());
                        texts.sort_by(value::compare);
                        texts.dedup();
                        key.extend([
                            Value::Integer(rows.len() as i64),
                            figure(Sum, &body),
                            figure(Average, &body),
                            figure(Min, &text),
                            figure(Max, &body),
                            Value::Integer(texts.len() as i64),
                        ]);
                        key
                    })
                    .collect();
                let by_key = |a: &Vec<Value>, b: &Vec<Value>| {
                    a.iter().zip(b).map(|(a, b)| value::compare(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
                };
                found.sort_by(by_key);
                expected.sort_by(by_key);
                let agree = found.len() == expected.len() && found.iter().zip(&expected).all(|(a, b)| same(a, b));
                assert!(agree, "{sources:?}: {found:?} instead of {expected:?}");
            }
        });
    }
}

/// What a group has in common: a field, a part, something reached or something worked out.
fn key(draw: &mut Draw) -> String {
    match draw.below(6) {
        0 => "name".to_owned(),
        1 => draw.one(&["mood", "blocked", "balance", "founded", "seen", "site.city", "parent"]).to_owned(),
        2 => "parent.name".to_owned(),
        3 => grammar::text(draw, At::Account, 1),
        4 => grammar::number(draw, At::Account, 1),
        _ => grammar::date(draw, At::Account, 1),
    }
}

/// The same values, numbers compared as numbers.
fn same(a: &[Value], b: &[Value]) -> bool {
    a.len() == b.len()
        && a.iter()
            .zip(b)
            .all(|(a, b)| a == b || value::compare(a, b) == Ordering::Equal && a.is_null() == b.is_null())
}

/// A criterion: mostly a field, sometimes anything that has an order.
fn sort(world: &World, draw: &mut Draw) -> Option<Sort> {
    let source = match draw.below(8) {
        0 => "name".to_owned(),
        1 => "balance".to_owned(),
        2 => "seen".to_owned(),
        3 => "parent.name".to_owned(),
        4 => grammar::text(draw, At::Account, 2),
        5 => grammar::number(draw, At::Account, 2),
        6 => grammar::date(draw, At::Account, 2),
        _ => "blocked".to_owned(),
    };
    Some(Sort { path: typed(world, &source, false)?, descending: draw.below(2) == 1 })
}

/// Nulls last either way; then the id, in the direction of the last criterion.
fn in_order(order: &[Sort], (a, a_id): (&[Value], RecordId), (b, b_id): (&[Value], RecordId)) -> Ordering {
    for (index, sort) in order.iter().enumerate() {
        let (a, b) = (&a[index], &b[index]);
        let by_value = if sort.descending { value::compare(b, a) } else { value::compare(a, b) };
        let ordering = a.is_null().cmp(&b.is_null()).then(by_value);
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    let by_id = a_id.cmp(&b_id);
    if order.last().is_some_and(|last| last.descending) { by_id.reverse() } else { by_id }
}

/// What the tests above once found, asked again of a world with every number in it.
#[test]
fn what_once_differed_does_not_differ_again() {
    let numbers: Vec<u16> = (0..1_200_u32).map(|n| ((n * 7_919) >> 3) as u16).collect();
    worlds(&numbers, |test, world, _| {
        let snapshot = test.store().snapshot().unwrap();
        let account = world.entity("account");
        // A whole number that its type calls a decimal: rounding it overflowed in memory only.
        for source in ["round(min(rank, 2.50), -1) = null", "round(coalesce(rank, 0.5), -1) != null"] {
            let filter = typed(world, source, true).unwrap();
            let found = snapshot.select(&world.dictionary, &select(world, vec![&filter], &[])).unwrap();
            let holds = |row: &Row| holds(&filter, &world.record(account, row), &world.context).unwrap();
            let expected = world.records[&account].values().filter(|row| holds(row)).count();
            assert_eq!(found.len(), expected, "{source}");
        }
        // A body that is null whatever the row: the sum is still of its type.
        let body = typed(world, "hours(1) * 9223372036854775807", false).unwrap();
        let aggregation = Aggregation { function: AggregateFunction::Sum, body: Some(&body) };
        let sum =
            snapshot.aggregate(&world.dictionary, &select(world, Vec::new(), &[]), &aggregation).unwrap();
        assert_eq!(sum, Value::Duration(0));
    });
}
