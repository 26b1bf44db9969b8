//! Numbers: each once, whoever asks and whatever was imported.

use std::collections::BTreeSet;

use dictionary::Value;
use engine::Caller;
use journal::Origin;

use crate::support::{World, admin, draft, problems, written};

const TICKETS: &str = r#"
[entities.ticket]
label = { fr = "Ticket", en = "Ticket" }
plural = { fr = "Tickets", en = "Tickets" }
code = { prefix = "T", width = 4 }
title = "{code}"
order = ["code"]
[entities.ticket.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
"#;

fn named() -> engine::Draft {
    written(&[("name", "x")])
}

#[test]
fn numbers_follow_each_other_without_gap_after_a_refusal() {
    let world = World::new(TICKETS);
    world.create("ticket", named());
    assert_eq!(problems(world.try_create("ticket", draft())), [("name".to_owned(), "required")]);
    let failed: Result<engine::Done<()>, _> = world.environment.transact(&admin(), |unit| {
        unit.create("ticket", None, named())?;
        Err(engine::EngineError::NotFound)
    });
    assert!(failed.is_err());
    world.create("ticket", named());
    assert_eq!(world.titles("ticket"), ["T0001", "T0002"]);
}

#[test]
fn eight_threads_never_get_the_same_number() {
    let world = World::new(TICKETS);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    world.create("ticket", named());
                }
            });
        }
    });
    let codes = world.titles("ticket");
    let wanted: Vec<String> = (1..=200).map(|number| format!("T{number:04}")).collect();
    assert_eq!(codes, wanted);
}

#[test]
fn codes_that_an_import_brought_are_skipped() {
    let world = World::new(TICKETS);
    world.create("ticket", named());
    let importer = Caller { origin: Origin::Import, ..admin() };
    let work = |unit: &mut dyn engine::Unit| {
        for number in 2..=300 {
            unit.create("ticket", None, named().with("code", format!("T{number:04}").as_str()))?;
        }
        unit.create("ticket", None, named().with("code", "T12345"))?;
        unit.create("ticket", None, named().with("code", "T-special"))
    };
    world.environment.transact(&importer, work).unwrap();
    for _ in 0..3 {
        world.create("ticket", named());
    }
    let codes: BTreeSet<String> = world.titles("ticket").into_iter().collect();
    assert_eq!(codes.len(), 305);
    for code in ["T12346", "T12347", "T12348"] {
        assert!(codes.contains(code), "{code} is missing");
    }
}

#[test]
fn a_code_that_is_taken_is_refused_and_one_that_is_free_is_kept() {
    let world = World::new(TICKETS);
    let id = world.create("ticket", named().with("code", "  MINE "));
    assert_eq!(world.value("ticket", id, "code"), Value::from("MINE"));
    let again = world.try_create("ticket", named().with("code", "MINE"));
    assert_eq!(problems(again), [("code".to_owned(), "duplicate")]);
    let emptied = world.try_update("ticket", id, None, draft().with("code", Value::Null));
    assert_eq!(problems(emptied), [("code".to_owned(), "required")]);
}
