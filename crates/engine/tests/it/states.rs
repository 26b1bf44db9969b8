//! State machines.

use dictionary::Value;
use engine::{Caller, EngineError};
use journal::Origin;

use crate::support::{World, admin, draft, problems, written};

const VISITS: &str = r#"
[lists.step]
label = { fr = "Étapes", en = "Steps" }
closed = true
[lists.step.values]
planned = { label = { fr = "Planifiée", en = "Planned" } }
done = { label = { fr = "Faite", en = "Done" } }
billed = { label = { fr = "Facturée", en = "Billed" } }

[entities.visit]
label = { fr = "Visite", en = "Visit" }
plural = { fr = "Visites", en = "Visits" }
title = "{report}"
[entities.visit.fields.report]
type = "text"
label = { fr = "Compte rendu", en = "Report" }
[entities.visit.fields.step]
type = "choice"
list = "step"
label = { fr = "Étape", en = "Step" }
[entities.visit.states]
field = "step"
initial = "planned"
[entities.visit.states.transitions.finish]
label = { fr = "Terminer", en = "Finish" }
from = ["planned"]
to = "done"
require = "report != null"
[entities.visit.states.transitions.bill]
label = { fr = "Facturer", en = "Bill" }
from = ["done"]
to = "billed"
"#;

fn step(world: &World, id: dictionary::RecordId) -> Value {
    world.value("visit", id, "step")
}

#[test]
fn a_new_record_starts_in_its_initial_state() {
    let world = World::new(VISITS);
    let id = world.create("visit", draft());
    assert_eq!(step(&world, id), Value::from("planned"));
    world.create("visit", draft().with("step", "planned"));
    let refused = world.try_create("visit", draft().with("step", "done"));
    assert_eq!(problems(refused), [("step".to_owned(), "transition")]);
}

#[test]
fn what_is_imported_arrives_in_the_state_it_had() {
    let world = World::new(VISITS);
    let importer = Caller { origin: Origin::Import, ..admin() };
    let id = world.create_as(&importer, "visit", draft().with("step", "billed")).unwrap();
    assert_eq!(step(&world, id), Value::from("billed"));
}

#[test]
fn a_transition_moves_from_its_states_only_and_under_its_condition() {
    let world = World::new(VISITS);
    let id = world.create("visit", draft());
    let refused = world.transition("visit", id, "finish");
    let Err(EngineError::Transition { message }) = refused else { panic!("{refused:?}") };
    assert!(message.0["fr"].contains("« Terminer »"), "{message:?}");
    let refused = world.transition("visit", id, "bill");
    let Err(EngineError::Transition { message }) = refused else { panic!("{refused:?}") };
    assert_eq!(message.0["fr"], "On ne passe pas de « Planifiée » à « Facturée ».");
    assert!(matches!(world.transition("visit", id, "teleport"), Err(EngineError::NotFound)));

    world.update("visit", id, written(&[("report", "All well")]));
    world.transition("visit", id, "finish").unwrap();
    world.transition("visit", id, "bill").unwrap();
    assert_eq!(step(&world, id), Value::from("billed"));
}

#[test]
fn a_direct_change_of_state_follows_a_transition_too() {
    let world = World::new(VISITS);
    let id = world.create("visit", draft());
    let jump = world.try_update("visit", id, None, draft().with("step", "billed"));
    assert_eq!(problems(jump), [("step".to_owned(), "transition")]);
    let early = world.try_update("visit", id, None, draft().with("step", "done"));
    assert_eq!(problems(early), [("step".to_owned(), "transition")]);
    world.update("visit", id, draft().with("step", "done").with("report", "All well"));
    assert_eq!(step(&world, id), Value::from("done"));
    let back = world.try_update("visit", id, None, draft().with("step", "planned"));
    assert_eq!(problems(back), [("step".to_owned(), "transition")]);
}
