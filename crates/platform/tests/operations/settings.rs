//! A copy of how an environment is set up, without what is done in it: into a new one, and into one that is there.

use std::sync::Arc;

use dictionary::{Label, RecordId, Value};
use engine::{Caller, Draft, Query, ValueDraft, ViewDraft};
use jiff::SignedDuration;
use journal::Actor;
use platform::{Asked, OpenEnvironment, OperationKind, OperationState};

use crate::host::{Host, StopsOnce, about, creation, database, stopped_everywhere};

fn copying(host: &Host) -> Asked {
    Asked {
        name: Some("weber-test".to_owned()),
        label: Some("Essais".to_owned()),
        usage: Some("test".to_owned()),
        ..about(OperationKind::CopySettings, host.id_of("weber"))
    }
}

fn add(open: &OpenEnvironment, entity: &'static str, draft: Draft) -> RecordId {
    open.engine.transact(&Caller::system(), move |unit| unit.create(entity, None, draft)).unwrap().value
}

/// An environment that is set up, and in which people work.
fn weber(host: &Host) {
    let (_, project) = host.project_of("Weber", &["geography", "core"]);
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let open = host.platform.environment("weber").unwrap();
    let sales = add(&open, "structure", Draft::default().with("name", "Commerce"));
    let north = Draft::default().with("name", "Nord").with("parent", sales);
    let north = add(&open, "structure", north);
    let lea =
        add(&open, "user", Draft::default().with("name", "Léa Klein").with("email", "lea@weber.example"));
    add(
        &open,
        "agency",
        Draft::default().with("name", "Lille").with("structure", north).with("manager", lea),
    );
    let setting = Draft::default()
        .with("key", "visits.gap")
        .with("label", "Écart des visites")
        .with("value", Value::Json(Box::new(serde_json::json!(30))));
    let setting = add(&open, "setting", setting);
    let particular = |of: &'static str, id: RecordId| {
        let value = Value::Json(Box::new(serde_json::json!(15)));
        Draft::default().with("setting", setting).with(of, id).with("value", value)
    };
    add(&open, "setting_override", particular("structure", north));
    let remi = Draft::default().with("name", "Rémi").with("email", "remi@weber.example");
    let remi = add(&open, "user", remi);
    add(&open, "setting_override", particular("user", remi));
    add(&open, "account", Draft::default().with("name", "Garage Petit"));
    let label = Label::new("Drone", "Drone");
    let value = ValueDraft { label: Some(label), ..ValueDraft::default() };
    open.engine.list_value_add(&Caller::system(), "account_tag", "drone", &value).unwrap();
    let lea = Caller { actor: Actor::User(lea), ..Caller::system() };
    for (name, shared) in [("Pour tous", true), ("À moi", false)] {
        let view = ViewDraft {
            name: Some(name.to_owned()),
            entity: Some("account".to_owned()),
            shared: Some(shared),
            state: Some(serde_json::json!({"columns": ["name"]})),
            ..ViewDraft::default()
        };
        open.engine.view_create(&lea, view).unwrap();
    }
}

/// Records of an entity, as a field of each says.
fn texts(host: &Host, environment: &str, entity: &str, field: &str) -> Vec<String> {
    let open = host.platform.environment(environment).unwrap();
    let query = Query { entity: entity.to_owned(), limit: 50, ..Query::default() };
    let page = open.engine.list(&Caller::system(), &query).unwrap();
    let index = open.engine.dictionary().entity(entity).unwrap().index(field).unwrap();
    let text = |record: &engine::Record| dictionary::value::to_text(record.row.get(index));
    let mut texts: Vec<String> = page.records.iter().map(text).collect();
    texts.sort();
    texts
}

fn is_set_up(host: &Host, environment: &str) {
    let (source, copy) = ("weber", environment);
    let hash = |name: &str| host.platform.environment(name).unwrap().engine.dictionary().hash.clone();
    assert_eq!(hash(source), hash(copy));
    assert_eq!(texts(host, copy, "structure", "name"), ["Commerce", "Nord"]);
    assert_eq!(texts(host, copy, "agency", "name"), ["Lille"]);
    assert_eq!(texts(host, copy, "setting", "value"), ["30"]);
    // That of a person who is not there is not.
    assert_eq!(texts(host, copy, "setting_override", "value"), ["15"]);
    assert_eq!(texts(host, copy, "saved_view", "name"), ["Pour tous"]);
}

#[test]
fn a_new_environment_is_set_up_as_another_and_holds_none_of_its_data() {
    for database in [None, database()] {
        let host = Host::start_on(database);
        weber(&host);
        let (state, message) = host.done(copying(&host));
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(message.contains("réglé comme l'autre"), "{message}");
        is_set_up(&host, "weber-test");
        assert!(texts(&host, "weber-test", "account", "name").is_empty());
        assert_eq!(texts(&host, "weber-test", "user", "email"), ["lea@weber.example"]);
        assert_eq!(
            texts(&host, "weber-test", "agency", "manager").concat(),
            texts(&host, "weber", "agency", "manager").concat()
        );
        assert!(!host.enters("paul@weber.example", "weber-test"));
        let open = host.platform.environment("weber-test").unwrap();
        assert_eq!(open.engine.search(&Caller::system(), "lille", 10).unwrap().len(), 1);
        assert_eq!(host.platform.environment_info("weber-test").unwrap().modules, ["geography", "core"]);
    }
}

#[test]
fn an_environment_that_is_there_takes_settings_over_and_keeps_its_data() {
    let host = Host::start();
    weber(&host);
    let mut second = creation(host.first("project"), "atelier");
    (second.person_email, second.person_name) = (None, None);
    assert_eq!(host.done(second).0, OperationState::Done);
    let open = host.platform.environment("atelier").unwrap();
    let sales = add(&open, "structure", Draft::default().with("name", "Commerce"));
    let north = add(&open, "structure", Draft::default().with("name", "Nord").with("parent", sales));
    add(&open, "account", Draft::default().with("name", "Déjà là"));
    let value = Value::Json(Box::new(serde_json::json!(99)));
    let setting = Draft::default().with("key", "visits.gap").with("label", "Autre nom").with("value", value);
    add(&open, "setting", setting);
    let into = |from: &str, to: &str| Asked {
        into: Some(host.id_of(to)),
        ..about(OperationKind::CopySettings, host.id_of(from))
    };
    for changed in ["1 changées", "0 changées"] {
        let (state, message) = host.done(into("weber", "atelier"));
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(message.contains(changed), "{message}");
        is_set_up(&host, "atelier");
    }
    assert_eq!(texts(&host, "atelier", "setting", "label"), ["Écart des visites"]);
    assert_eq!(texts(&host, "atelier", "account", "name"), ["Déjà là"]);
    // What was there under the same name is what the others lead to.
    let agency = texts(&host, "atelier", "agency", "structure");
    assert_eq!(agency, [north.to_string()]);

    let (_, project) = host.project_of("Autre", &["geography", "core"]);
    let mut other = creation(project, "autre");
    (other.person_email, other.person_name) = (None, None);
    assert_eq!(host.done(other).0, OperationState::Done);
    let (state, message) = host.done(into("weber", "autre"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("pas du même client"), "{message}");
    let (state, _) = host.done(into("weber", "weber"));
    assert_eq!(state, OperationState::Refused);
}

#[test]
fn a_copy_of_settings_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(
        || None,
        weber,
        copying,
        |host, stopped| {
            assert_eq!(host.names(), ["platform", "weber", "weber-test"], "stopped {stopped}");
            is_set_up(host, "weber-test");
        },
    );
}

/// An environment of the same client, set up otherwise, in which people work too.
fn atelier(host: &Host) {
    weber(host);
    let mut second = creation(host.first("project"), "atelier");
    (second.person_email, second.person_name) = (None, None);
    assert_eq!(host.done(second).0, OperationState::Done);
    let open = host.platform.environment("atelier").unwrap();
    add(&open, "structure", Draft::default().with("name", "Commerce"));
    let value = Value::Json(Box::new(serde_json::json!(99)));
    let setting = Draft::default().with("key", "visits.gap").with("label", "Autre nom").with("value", value);
    add(&open, "setting", setting);
    add(&open, "account", Draft::default().with("name", "Déjà là"));
}

/// All that an environment holds and is set up with, but for who changed it when.
fn held(host: &Host, environment: &str) -> Vec<String> {
    let open = host.platform.environment(environment).unwrap();
    let dictionary = open.engine.dictionary();
    let modules = &host.platform.environment_info(environment).unwrap().modules;
    let mut held = vec![dictionary.hash.clone(), modules.join(" ")];
    for entity in dictionary.entities.iter().filter(|entity| entity.name != "dictionary_source") {
        let query = Query { entity: entity.name.clone(), limit: 500, ..Query::default() };
        for record in open.engine.list(&Caller::system(), &query).unwrap().records {
            let fields = entity.fields.iter().enumerate().filter(|(_, field)| !field.system);
            let values = fields.map(|(at, field)| format!("{} {:?}", field.name, record.row.get(at)));
            let values: Vec<String> = values.collect();
            held.push(format!("{} {} {}", entity.name, record.row.id(), values.join(", ")));
        }
    }
    held.sort();
    held
}

/// The same platform after a copy of settings into `atelier` was stopped at that moment, and the environment that it copies from was erased meanwhile; how
/// the copy stands, and the moment; `None` for the moment when nothing stopped it.
fn cut_off(
    mut host: Host,
    at: usize,
    meanwhile: impl Fn(&Host),
) -> (Host, OperationState, String, Option<String>) {
    let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
    host = host.again(Some(trial.clone()));
    let asked = Asked {
        into: Some(host.id_of("atelier")),
        ..about(OperationKind::CopySettings, host.id_of("weber"))
    };
    let id = host.platform.operation_ask(asked).unwrap();
    host.clock.pass(SignedDuration::from_mins(3));
    let stopped = host.platform.operations_run().is_err();
    let met = trial.met.lock().last().cloned().unwrap_or_default();
    host = host.again(None);
    if stopped {
        meanwhile(&host);
        let day = Some("2026-11-20".parse().unwrap());
        let gone = Asked { delete_after: day, ..about(OperationKind::Delete, host.id_of("weber")) };
        let gone = host.platform.operation_ask(gone).unwrap();
        // Who stopped keeps the copy for two minutes: the deletion is carried out meanwhile.
        host.platform.operations_run().unwrap();
        assert_eq!(host.stands(gone).0, OperationState::Done);
        host.carry_out();
    }
    let (state, message) = host.stands(id);
    let folder = host.platform.environment("atelier").unwrap().folder.clone();
    let left = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
    assert!(left.into_iter().all(|file| !file.file_name().to_string_lossy().contains("settings-")), "{met}");
    (host, state, message, stopped.then_some(met))
}

#[test]
fn a_copy_of_settings_that_cannot_be_ended_takes_everything_back() {
    for database in [|| None, database] {
        for at in 1.. {
            let host = Host::start_on(database());
            atelier(&host);
            let before = held(&host, "atelier");
            let (host, state, message, stopped) = cut_off(host, at, |_| {});
            let after = held(&host, "atelier");
            match stopped.as_deref() {
                // All was taken over by then.
                Some("before settle" | "after settle") | None => {
                    assert_eq!(state, OperationState::Done, "{stopped:?}: {message}");
                    assert_ne!(after, before, "{stopped:?}");
                }
                Some(stopped) => {
                    assert_eq!(state, OperationState::Refused, "{stopped}: {message}");
                    assert!(!message.contains("restent"), "{stopped}: {message}");
                    assert_eq!(after, before, "{stopped}");
                }
            }
            if stopped.is_none() {
                assert_eq!(at, 11, "each of five steps, before and after");
                break;
            }
        }
    }
}

#[test]
fn what_people_changed_since_stays_when_settings_are_taken_back_and_the_operation_says_so() {
    for database in [None, database()] {
        let host = Host::start_on(database);
        atelier(&host);
        let before = held(&host, "atelier");
        let (host, state, message, stopped) = cut_off(host, 8, |host| {
            let open = host.platform.environment("atelier").unwrap();
            let find = |entity: &str, field: &str, value: &str| {
                open.engine.find(&Caller::system(), entity, field, value, &[]).unwrap().row.id()
            };
            let setting = find("setting", "key", "visits.gap");
            let lea = find("user", "email", "lea@weber.example");
            let own = Caller { actor: Actor::User(lea), ..Caller::system() };
            let change = Draft::default().with("label", "Écart voulu ici");
            open.engine.transact(&own, move |unit| unit.update("setting", setting, None, change)).unwrap();
            add(&open, "account", Draft::default().with("name", "Nouveau").with("owner", lea));
        });
        assert_eq!(stopped.as_deref(), Some("after records"));
        assert_eq!(state, OperationState::Refused, "{message}");
        assert!(message.contains("sauf 2 fiche(s)"), "{message}");
        // What she changed, and she herself, whose account it is; the rest is as before.
        assert_eq!(texts(&host, "atelier", "setting", "label"), ["Écart voulu ici"]);
        assert_eq!(texts(&host, "atelier", "user", "email"), ["lea@weber.example"]);
        assert_eq!(texts(&host, "atelier", "account", "name"), ["Déjà là", "Nouveau"]);
        let after = held(&host, "atelier");
        let differ = |one: &String| ["setting ", "user ", "account "].iter().any(|of| one.starts_with(of));
        let rest = |held: &[String]| held.iter().filter(|one| !differ(one)).cloned().collect::<Vec<_>>();
        assert_eq!(rest(&after), rest(&before));
    }
}
