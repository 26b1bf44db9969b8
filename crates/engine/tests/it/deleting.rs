//! Deleting, and what becomes of those that refer to the record.

use dictionary::{RecordId, Value};
use engine::EngineError;

use crate::support::{World, draft, written};

const TREE: &str = r#"
[entities.site]
label = { fr = "Site", en = "Site" }
plural = { fr = "Sites", en = "Sites" }
title = "{name}"
[entities.site.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }

[entities.machine]
label = { fr = "Machine", en = "Machine" }
plural = { fr = "Machines", en = "Machines" }
title = "{name}"
[entities.machine.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.machine.fields.site]
type = "reference"
to = "site"
on_delete = "cascade"
label = { fr = "Site", en = "Site" }
[entities.machine.fields.beside]
type = "reference"
to = "machine"
on_delete = "cascade"
label = { fr = "À côté de", en = "Beside" }

[entities.visit]
label = { fr = "Visite", en = "Visit" }
plural = { fr = "Visites", en = "Visits" }
title = "{name}"
[entities.visit.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.visit.fields.machine]
type = "reference"
to = "machine"
on_delete = "nullify"
label = { fr = "Machine", en = "Machine" }

[entities.contract]
label = { fr = "Contrat", en = "Contract" }
plural = { fr = "Contrats", en = "Contracts" }
title = "{name}"
[entities.contract.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.contract.fields.machine]
type = "reference"
to = "machine"
label = { fr = "Machine", en = "Machine" }
[entities.contract.fields.site]
type = "reference"
to = "site"
on_delete = "cascade"
label = { fr = "Site", en = "Site" }
"#;

fn named(name: &str) -> engine::Draft {
    written(&[("name", name)])
}

fn machine(world: &World, site: RecordId) -> RecordId {
    world.create("machine", named("Boiler").with("site", site))
}

#[test]
fn what_cascades_goes_and_what_nullifies_is_emptied() {
    let world = World::new(TREE);
    let site = world.create("site", named("Factory"));
    let (boiler, pump) = (machine(&world, site), machine(&world, site));
    let visit = world.create("visit", named("Monday").with("machine", boiler));
    let before = world.environment.position();
    world.delete("site", site).unwrap();
    assert!(
        !world.exists("site", site) && !world.exists("machine", boiler) && !world.exists("machine", pump)
    );
    assert_eq!(world.value("visit", visit, "machine"), Value::Null);
    assert_eq!(world.environment.position(), before + 1, "all of it in one entry");
}

#[test]
fn what_restricts_refuses_and_says_who() {
    let world = World::new(TREE);
    let site = world.create("site", named("Factory"));
    let boiler = machine(&world, site);
    for number in 0..3 {
        world.create("contract", named(&number.to_string()).with("machine", boiler));
    }
    let refused = world.delete("site", site);
    let Err(EngineError::Referenced { id, by }) = refused else { panic!("{refused:?}") };
    assert_eq!((id, by), (site, vec![("contract".to_owned(), 3)]));
    assert!(world.exists("machine", boiler), "nothing of it was done");
}

#[test]
fn what_goes_along_does_not_hold_back() {
    let world = World::new(TREE);
    let site = world.create("site", named("Factory"));
    let boiler = machine(&world, site);
    let contract = world.create("contract", named("Yearly").with("machine", boiler).with("site", site));
    world.delete("site", site).unwrap();
    assert!(!world.exists("contract", contract));
}

#[test]
fn records_that_refer_to_each_other_go_together() {
    let world = World::new(TREE);
    let site = world.create("site", named("Factory"));
    let (one, two) = (machine(&world, site), machine(&world, site));
    world.update("machine", one, draft().with("beside", two));
    world.update("machine", two, draft().with("beside", one));
    world.delete("machine", one).unwrap();
    assert!(!world.exists("machine", two));
    assert!(world.exists("site", site));
}

#[test]
fn deleting_twice_finds_nothing() {
    let world = World::new(TREE);
    let site = world.create("site", named("Factory"));
    world.delete("site", site).unwrap();
    assert!(matches!(world.delete("site", site), Err(EngineError::NotFound)));
    assert!(matches!(world.delete("palace", site), Err(EngineError::NotFound)));
}
