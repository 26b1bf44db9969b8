//! A person erased, whatever stops it in between; and a journal of which values were taken out, replayed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use dictionary::layers::Layer;
use dictionary::{RecordId, Value};
use engine::replay::Replay;
use engine::{Beside, EngineError, Environment, Step, TimeOrderedIds};

use crate::support::{SteppingClock, World, admin, explained, reader, settings, store, with_lines, written};

const PEOPLE: &str = r#"
[entities.company]
label = { fr = "Société", en = "Company" }
plural = { fr = "Sociétés", en = "Companies" }
title = "{name}"
[entities.company.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.company.fields.longest]
type = "computed"
returns = "text"
formula = "max(contacts.name)"
label = { fr = "Dernier contact", en = "Last contact" }

[entities.contact]
label = { fr = "Contact", en = "Contact" }
plural = { fr = "Contacts", en = "Contacts" }
title = "{name}"
search = ["name", "phone"]
person = true
personal = true
[entities.contact.fields.name]
type = "text"
required = true
label = { fr = "Nom", en = "Name" }
[entities.contact.fields.phone]
type = "text"
label = { fr = "Téléphone", en = "Phone" }
[entities.contact.fields.company]
type = "reference"
to = "company"
personal = false
label = { fr = "Société", en = "Company" }
[entities.contact.fields.calls]
type = "lines"
of = "call"
by = "contact"
label = { fr = "Appels", en = "Calls" }

[entities.call]
label = { fr = "Appel", en = "Call" }
plural = { fr = "Appels", en = "Calls" }
title = "{about}"
search = ["about", "contact.name"]
lines_of = "contact"
[entities.call.fields.contact]
type = "reference"
to = "contact"
on_delete = "cascade"
required = true
label = { fr = "Contact", en = "Contact" }
[entities.call.fields.about]
type = "text"
personal = true
label = { fr = "À propos", en = "About" }
"#;

/// A field that a later dictionary no longer has.
const NICKNAME: &str = r#"
[entities.contact.fields.nickname]
type = "text"
label = { fr = "Surnom", en = "Nickname" }
"#;

struct Nothing;

impl Beside for Nothing {
    fn forget_imports(&self, _: &[String]) -> Result<u64, String> {
        Ok(0)
    }
}

struct Refusing;

impl Beside for Refusing {
    fn forget_imports(&self, _: &[String]) -> Result<u64, String> {
        Err("an import is on its way".to_owned())
    }
}

const MARKS: [&str; 5] = ["zqanne", "zqphone", "zqcall", "zqearlier", "zqnick"];

/// Somebody with a past, lines, a computed field elsewhere, and a field that was set aside; and somebody else.
fn world() -> (World, RecordId) {
    let layer = |name: &str, text: &str| Layer::single(name, text);
    let world = World::of(&[layer("people", PEOPLE), layer("more", NICKNAME)]);
    let company = world.create("company", written(&[("name", "Lenoir")]));
    let anne = written(&[("name", "zqearlier"), ("phone", "zqphone"), ("nickname", "zqnick")]);
    let calls = vec![(None, written(&[("about", "zqcall")]))];
    let anne = world.create("contact", with_lines(anne.with("company", company), "calls", calls));
    world.update("contact", anne, written(&[("name", "zqanne")]));
    world.create("contact", written(&[("name", "Bob"), ("phone", "1234")]).with("company", company));
    explained(world.environment.apply(&admin(), &[layer("people", PEOPLE)], true));
    (world, anne)
}

fn found(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(self::found(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
        for mark in MARKS {
            if bytes.windows(mark.len()).any(|window| window == mark.as_bytes()) {
                found.push(format!("{mark} in {}", path.display()));
            }
        }
    }
    found
}

fn whole(environment: &Environment) {
    let snapshot = environment.store().snapshot().unwrap();
    let report = ::store::verify(&*snapshot, &environment.dictionary(), &mut |_, _| {}).unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
}

/// What everybody can see of the environment.
fn seen(environment: &Environment) -> Vec<(String, Vec<Value>)> {
    let dictionary = environment.dictionary();
    let snapshot = environment.store().snapshot().unwrap();
    let entities = dictionary.entities.iter().filter(|entity| !entity.internal);
    let rows = entities.flat_map(|entity| {
        let rows = snapshot.scan(entity, None, 1_000).unwrap();
        rows.into_iter().map(|row| {
            // Moments and positions differ between runs that stopped elsewhere.
            let values =
                entity.fields.iter().zip(row.0).filter(|(field, _)| !field.system).map(|(_, value)| value);
            (entity.name.clone(), values.filter(|value| value.as_id().is_none()).collect())
        })
    });
    rows.collect()
}

#[test]
fn wherever_it_stops_an_erasure_goes_on_and_ends_the_same() {
    let mut ended = None;
    let mut stopped_at = Vec::new();
    for stop in 0.. {
        let (mut world, anne) = world();
        assert!(found(world.folder.path()).len() >= MARKS.len());
        let erasure = explained(world.environment.erasure_begin(&admin(), "contact", anne, "zqanne"));
        let mut over = false;
        for _ in 0..stop {
            over = explained(world.environment.erasure_step(&admin(), erasure, &Nothing)) == Step::Done;
        }
        if !over {
            stopped_at.push(explained(world.environment.erasure(&admin(), erasure)).step);
        }
        // As a crash would: what was committed is there, nothing else.
        world = world.reopened();
        whole(&world.environment);
        let again = explained(world.environment.erasure_begin(&admin(), "contacts", anne, &anne.to_string()));
        let erasure = if over {
            erasure
        } else {
            assert_eq!(again, erasure, "it is the same one");
            again
        };
        let done = explained(world.environment.erasure_carry_out(&admin(), erasure, &Nothing));
        assert!(done.done_at.is_some() && done.seal.is_some());
        assert_eq!((done.records, done.emptied), (2, 3), "the name, the phone, the call");
        whole(&world.environment);
        world = world.reopened();
        assert_eq!(found(world.folder.path()), Vec::<String>::new(), "stopped after {stop}");
        let seen = seen(&world.environment);
        assert_eq!(ended.get_or_insert(seen.clone()), &seen, "stopped after {stop}");
        if over {
            break;
        }
    }
    use Step::*;
    assert_eq!(stopped_at, [Records, Entries, Journal, Answers, Aside, Imports, Files, Scrub, Certificate]);
    let texts = format!("{ended:?}");
    assert!(texts.contains("Bob") && texts.contains("1234") && texts.contains("[effacé]"), "{texts}");
}

#[test]
fn what_stands_beside_may_refuse_and_is_asked_again() {
    let (world, anne) = world();
    let erasure = explained(world.environment.erasure_begin(&admin(), "contact", anne, "zqanne"));
    let refused = world.environment.erasure_carry_out(&admin(), erasure, &Refusing);
    assert!(matches!(refused, Err(EngineError::Store { .. })), "{refused:?}");
    assert_eq!(explained(world.environment.erasure(&admin(), erasure)).step, Step::Imports);
    explained(world.environment.erasure_carry_out(&admin(), erasure, &Nothing));
    assert_eq!(found(world.folder.path()), Vec::<String>::new());
}

#[test]
fn a_journal_of_which_values_were_taken_out_makes_the_same_environment_again() {
    let (world, anne) = world();
    let erasure = explained(world.environment.erasure_begin(&admin(), "contact", anne, "zqanne"));
    explained(world.environment.erasure_carry_out(&admin(), erasure, &Nothing));
    world.create("company", written(&[("name", "After")]));
    let snapshot = world.environment.store().snapshot().unwrap();
    let (head, entries) = (snapshot.head().unwrap(), snapshot.entries(0, 1_000).unwrap());
    drop(snapshot);
    let folder = tempfile::tempdir().unwrap();
    let mut replay = explained(Replay::new(store(folder.path())));
    entries.iter().for_each(|entry| explained(replay.entry(entry)));
    let again =
        explained(replay.into_environment(settings(), SteppingClock::new(), Arc::new(TimeOrderedIds)));
    assert_eq!(explained(again.head()), head, "content, chain and digest");
    assert_eq!(seen(&again), seen(&world.environment));
    whole(&again);
    assert_eq!(explained(again.search(&admin(), "bob", 10)).len(), 1);

    // Cut before the entry that emptied the record, what is left is not what it certifies.
    let folder = tempfile::tempdir().unwrap();
    let mut replay = explained(Replay::new(store(folder.path())));
    entries[..4].iter().for_each(|entry| explained(replay.entry(entry)));
    let cut = replay.into_environment(settings(), SteppingClock::new(), Arc::new(TimeOrderedIds));
    assert!(matches!(cut, Err(EngineError::Store { .. })));
}

#[test]
fn only_whoever_protects_people_sees_and_erases_them() {
    let (world, anne) = world();
    let company = world.all("company")[0].row.id();
    let environment = &world.environment;
    let forbidden = |error: EngineError| matches!(error, EngineError::Forbidden { .. });
    assert!(forbidden(environment.dossier(&reader(), "contact", anne).unwrap_err()));
    assert!(forbidden(environment.erasure_preview(&reader(), "contact", anne).unwrap_err()));
    assert!(forbidden(environment.erasure_begin(&reader(), "contact", anne, "zqanne").unwrap_err()));
    assert!(forbidden(environment.erasures(&reader()).unwrap_err()));
    assert!(matches!(environment.dossier(&admin(), "company", company), Err(EngineError::NotFound)));
    let nobody = RecordId::parse("01940000-0000-7000-8000-00000000abcd").unwrap();
    assert!(matches!(environment.dossier(&admin(), "contact", nobody), Err(EngineError::NotFound)));
}

const VISITS: &str = r#"
[entities.visitor]
label = { fr = "Visiteur", en = "Visitor" }
plural = { fr = "Visiteurs", en = "Visitors" }
title = "{name}"
person = true
personal = true
[entities.visitor.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.visitor.fields.came_on]
type = "date"
personal = false
label = { fr = "Venu le", en = "Came on" }
[entities.visitor.expiry]
months = 12
since = "came_on"
action = "delete"
because = { fr = "Un an.", en = "A year." }
[entities.badge]
label = { fr = "Badge", en = "Badge" }
plural = { fr = "Badges", en = "Badges" }
title = "{number}"
[entities.badge.fields.number]
type = "text"
label = { fr = "Numéro", en = "Number" }
[entities.badge.fields.visitor]
type = "reference"
to = "visitor"
label = { fr = "Visiteur", en = "Visitor" }
"#;

#[test]
fn what_is_held_too_long_is_deleted_or_emptied_where_others_must_not_lose_it() {
    let mut world = World::new(VISITS);
    let visitor =
        |name: &str, day: &str| world.create("visitor", written(&[("name", name), ("came_on", day)]));
    let (alone, named) = (visitor("zqanne", "2024-01-05"), visitor("zqphone", "2025-11-23"));
    visitor("Bob", "2025-11-24");
    world.create("badge", written(&[("number", "7")]).with("visitor", named));
    let expiring = explained(world.environment.expiring(&admin()));
    assert_eq!((expiring[0].due, expiring[0].held_back, expiring[0].delete), (2, 0, true));
    assert!(matches!(world.environment.expiring(&reader()), Err(EngineError::Forbidden { .. })));
    let refused = world.environment.expiry_begin(&admin(), "visitor", "badges");
    assert!(matches!(refused, Err(EngineError::Validation(_))));
    let run = explained(world.environment.expiry_begin(&admin(), "visitor", "visiteurs"));
    explained(world.environment.erasure_step(&admin(), run, &Nothing));
    world = world.reopened();
    assert_eq!(explained(world.environment.expiry_begin(&admin(), "visitors", "visitor")), run, "it goes on");
    explained(world.environment.erasure_carry_out(&admin(), run, &Nothing));
    whole(&world.environment);
    assert!(!world.exists("visitor", alone));
    assert_eq!(world.value("visitor", named, "name"), Value::Null);
    assert_eq!(world.all("visitor").len(), 2);
    world = world.reopened();
    assert_eq!(found(world.folder.path()), Vec::<String>::new());
}
