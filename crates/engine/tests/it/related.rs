//! Fields that name a record of any entity.

use dictionary::layers::Layer;
use dictionary::{Language, RecordId, Value};
use engine::{EngineError, Expanded};

use crate::support::{World, admin, explained, problems, written};

const NOTES: &str = r#"
[entities.note]
label = { fr = "Note", en = "Note" }
plural = { fr = "Notes", en = "Notes" }
title = "{text}"
[entities.note.fields.text]
type = "text"
label = { fr = "Texte", en = "Text" }
[entities.note.fields.about]
type = "related"
on_delete = "nullify"
label = { fr = "Concerne", en = "About" }

[entities.seal]
label = { fr = "Scellé", en = "Seal" }
plural = { fr = "Scellés", en = "Seals" }
title = "{text}"
[entities.seal.fields.text]
type = "text"
label = { fr = "Texte", en = "Text" }
[entities.seal.fields.mark]
type = "related"
to = ["machine", "note"]
label = { fr = "Sur", en = "On" }
"#;

const MACHINES: &str = r#"
[entities.machine]
label = { fr = "Machine", en = "Machine" }
plural = { fr = "Machines", en = "Machines" }
title = "{name}"
code = { prefix = "M", width = 3 }
[entities.machine.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.machine.fields.parts]
type = "lines"
of = "part"
by = "machine"
label = { fr = "Pièces", en = "Parts" }
[entities.part]
label = { fr = "Pièce", en = "Part" }
plural = { fr = "Pièces", en = "Parts" }
title = "{name}"
lines_of = "machine"
[entities.part.fields.machine]
type = "reference"
to = "machine"
label = { fr = "Machine", en = "Machine" }
[entities.part.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
"#;

fn layers(machines: &str, notes: &str) -> Vec<Layer> {
    vec![Layer::single("machines", machines), Layer::single("notes", notes)]
}

fn world() -> World {
    World::of(&layers(MACHINES, NOTES))
}

fn machine(world: &World, name: &str) -> RecordId {
    world.create("machine", written(&[("name", name)]))
}

fn note(world: &World, about: &str) -> RecordId {
    world.create("note", written(&[("text", "Leaks"), ("about", about)]))
}

fn on(id: RecordId) -> Value {
    Value::Text(format!("machine/{id}"))
}

#[test]
fn a_record_is_named_by_id_code_or_title_under_its_entity_or_collection() {
    let world = world();
    let boiler = machine(&world, "Boiler");
    for text in [
        format!("machine/{boiler}"),
        format!("machines/{boiler}"),
        "machine/M001".into(),
        " machines/Boiler ".into(),
    ] {
        assert_eq!(world.value("note", note(&world, &text), "about"), on(boiler), "{text}");
    }
    let seen = world.expand("note", note(&world, "machine/M001"), &["about"]);
    let about = world.dictionary().entity("note").unwrap().index("about").unwrap();
    let Some(Expanded::One(Some(named))) = seen.expanded.get(&about) else { panic!("{seen:?}") };
    assert_eq!(named.title, "Boiler");
}

#[test]
fn what_names_no_record_is_refused_and_says_so_in_both_languages() {
    let world = world();
    let boiler = machine(&world, "Boiler");
    let refused = |field: &str, entity: &str, text: &str| {
        problems(world.try_create(entity, written(&[("text", "x"), (field, text)])))
    };
    let gone = "01940000-0000-7000-8000-0000000000ff";
    assert_eq!(refused("about", "note", &format!("machine/{gone}")), [("about".into(), "no_such_record")]);
    assert_eq!(refused("about", "note", "machine/M999"), [("about".into(), "no_such_record")]);
    assert_eq!(refused("about", "note", &boiler.to_string()), [("about".into(), "not_a_record")]);
    // Lines, the system's own, what the field does not accept and what does not exist: the same answer.
    let part = format!("part/{gone}");
    for text in [part.as_str(), "dictionary_source/x", "ghost/x"] {
        assert_eq!(refused("about", "note", text), [("about".into(), "no_such_entity")], "{text}");
    }
    let seal = world.create("seal", written(&[("text", "s"), ("mark", "machine/M001")]));
    assert_eq!(refused("mark", "seal", &format!("seal/{seal}")), [("mark".into(), "no_such_entity")]);

    let Err(EngineError::Validation(found)) =
        world.try_create("note", written(&[("text", "x"), ("about", "machine/M999")]))
    else {
        panic!("refused")
    };
    assert_eq!(found[0].message.text(Language::Fr), "Aucune fiche « Machine » ne correspond à « M999 ».");
    assert_eq!(found[0].message.text(Language::En), "No “Machine” matches “M999”.");
}

#[test]
fn deleting_what_is_named_empties_or_refuses_as_the_field_says() {
    let world = world();
    let (boiler, pump) = (machine(&world, "Boiler"), machine(&world, "Pump"));
    let (leak, other) = (note(&world, "machine/M001"), note(&world, "machine/M002"));
    let seal = world.create("seal", written(&[("text", "s"), ("mark", "machine/M002")]));
    explained(world.delete("machine", boiler));
    assert_eq!(world.value("note", leak, "about"), Value::Null);
    assert_eq!(world.value("note", other, "about"), on(pump), "another record keeps its own");

    let refused = world.delete("machine", pump);
    let Err(EngineError::Referenced { by, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(by, [("seal".to_owned(), 1)]);
    explained(world.delete("seal", seal));
    explained(world.delete("machine", pump));
    assert_eq!(world.value("note", other, "about"), Value::Null);
}

#[test]
fn one_unit_may_make_a_record_and_name_it() {
    let world = world();
    let done = world.environment.transact(&admin(), |unit| {
        let boiler = unit.create("machine", None, written(&[("name", "Boiler")]))?;
        let about = format!("machine/{boiler}");
        let leak = unit.create("note", None, written(&[("text", "Leaks"), ("about", &about)]))?;
        Ok((boiler, leak))
    });
    let (boiler, leak) = explained(done).value;
    assert_eq!(world.value("note", leak, "about"), on(boiler));
    world.update("note", leak, written(&[("about", "")]));
    assert_eq!(world.value("note", leak, "about"), Value::Null);
}

#[test]
fn values_follow_an_entity_that_takes_another_name() {
    let world = world();
    let boiler = machine(&world, "Boiler");
    let leak = note(&world, "machine/M001");
    let seal = world.create("seal", written(&[("text", "s"), ("mark", "machine/M001")]));
    let renamed = MACHINES
        .replace("entities.machine", "entities.device")
        .replace("[entities.device]", "[entities.device]\nwas = \"machine\"")
        .replace("to = \"machine\"", "to = \"device\"")
        .replace("lines_of = \"machine\"", "lines_of = \"device\"");
    let notes = NOTES.replace("[\"machine\", \"note\"]", "[\"device\", \"note\"]");
    let before = world.environment.position();
    explained(world.environment.apply(&admin(), &layers(&renamed, &notes), false));
    assert_eq!(world.environment.position(), before + 1, "a change of dictionary is one entry");
    let device = Value::Text(format!("device/{boiler}"));
    assert_eq!(world.value("note", leak, "about"), device);
    assert_eq!(world.value("seal", seal, "mark"), device);
    let refused = world.delete("device", boiler);
    assert!(matches!(refused, Err(EngineError::Referenced { .. })), "{refused:?}");
    let snapshot = world.environment.store().snapshot().unwrap();
    let report = ::store::verify(&*snapshot, &world.dictionary(), &mut |_, _| {}).unwrap();
    assert!(report.findings.is_empty(), "{report:?}");
}

#[test]
fn an_entity_that_goes_empties_what_may_be_emptied_and_stops_where_it_may_not() {
    let world = world();
    machine(&world, "Boiler");
    let leak = note(&world, "machine/M001");
    let seal = world.create("seal", written(&[("text", "s"), ("mark", "machine/M001")]));
    let narrowed = NOTES.replace("[\"machine\", \"note\"]", "[\"note\"]");
    let unconfirmed = world.environment.apply(&admin(), &layers("", &narrowed), false);
    assert!(matches!(unconfirmed, Err(EngineError::Destructive(_))), "{unconfirmed:?}");
    let stopped = problems(world.environment.apply(&admin(), &layers("", &narrowed), true));
    assert_eq!(stopped, [("entities.seal.fields.mark".to_owned(), "still_named")]);
    explained(world.delete("seal", seal));
    explained(world.environment.apply(&admin(), &layers("", &narrowed), true));
    assert_eq!(world.value("note", leak, "about"), Value::Null);
}
