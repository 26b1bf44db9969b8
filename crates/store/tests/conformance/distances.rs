//! Distances: the same metre in memory and in every database, and only what is near is measured.

use std::sync::Arc;

use dictionary::expression::{Typed, check, check_condition, parse};
use dictionary::value::Point;
use dictionary::{RecordId, Value, sphere};
use store::{Grouping, Select};

use crate::support::{TestStore, context, each, id, row};

/// Positions spread over the sphere in turns of the golden angle, the poles and the 180th meridian among them.
fn positions(count: u32) -> Vec<Point> {
    let spread = (0..count).map(|n| {
        let turns = f64::from(n) * 0.618_033_988_749_895;
        let sine = 2.0 * f64::from(n) / f64::from(count) - 1.0;
        let kept = |degrees: f64| (degrees * 1e7).round() / 1e7;
        Point { latitude: kept(sine.asin().to_degrees()), longitude: kept(turns.fract() * 360.0 - 180.0) }
    });
    let edges = [(90.0, 0.0), (-90.0, 180.0), (0.0, 180.0), (0.0, -180.0), (48.58, 7.75), (48.5800001, 7.75)];
    spread.chain(edges.map(|(latitude, longitude)| Point { latitude, longitude })).collect()
}

fn fill(test: &TestStore, positions: &[Point]) {
    let dictionary = Arc::clone(&test.dictionary);
    let positions = positions.to_vec();
    test.write(10, move |tx| {
        let account = dictionary.entity("account").unwrap();
        (1..).zip(positions).try_for_each(|(n, place)| {
            let values = [("name", Value::from(format!("n{n}").as_str())), ("place", Value::Point(place))];
            tx.insert(account, row(account, id(n), &values), None)
        })
    })
    .unwrap();
}

fn typed(test: &TestStore, source: &str, condition: bool) -> Typed {
    let root = parse(source).unwrap().root;
    let entity = test.dictionary.entities.iter().position(|entity| entity.name == "account").unwrap();
    let checked = if condition { check_condition } else { check }(&root, &*test.dictionary, entity);
    checked.unwrap_or_else(|faults| panic!("{source}: {faults:?}"))
}

const CENTRES: [(f64, f64); 4] = [(48.5734, 7.7521), (0.0, 179.99), (-89.9, 12.0), (0.0, 0.0)];

#[test]
fn a_distance_is_the_same_metre_everywhere() {
    let positions = positions(700);
    each(|test| {
        fill(&test, &positions);
        let snapshot = test.store().snapshot().unwrap();
        let context = context();
        for (latitude, longitude) in CENTRES {
            let centre = Point { latitude, longitude };
            let key = typed(&test, &format!("distance(place, point '{latitude},{longitude}')"), false);
            let select = Select {
                entity: test.entity("account"),
                filters: Vec::new(),
                search: None,
                order: &[],
                after: None,
                limit: 1_000,
                context: &context,
                timeout_ms: 0,
            };
            let grouping = Grouping { keys: vec![&key], figures: Vec::new(), limit: 10_000 };
            let mut found: Vec<Value> = snapshot
                .group(&test.dictionary, &select, &grouping)
                .unwrap()
                .into_iter()
                .map(|mut group| group.remove(0))
                .collect();
            let mut expected: Vec<Value> =
                positions.iter().map(|place| Value::Integer(sphere::metres(centre, *place))).collect();
            found.sort_by(dictionary::value::compare);
            expected.sort_by(dictionary::value::compare);
            expected.dedup();
            assert_eq!(found, expected, "from {centre:?}");

            for metres in [0, 12_000, 900_000, 9_999_999, 20_015_114] {
                let source = format!("distance(place, point '{latitude},{longitude}') <= {metres}");
                let near = typed(&test, &source, true);
                let found = snapshot
                    .select(&test.dictionary, &Select { filters: vec![&near], ..select.clone() })
                    .unwrap();
                let expected: Vec<RecordId> = (1..)
                    .zip(&positions)
                    .filter(|(_, place)| sphere::metres(centre, **place) <= metres)
                    .map(|(n, _)| id(n))
                    .collect();
                assert_eq!(found.iter().map(store::Row::id).collect::<Vec<_>>(), expected, "{source}");
            }
        }
    });
}
