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

#[test]
fn an_environment_gets_its_dictionary_back_when_settings_cannot_be_taken_over_to_the_end() {
    let mut host = Host::start();
    weber(&host);
    let mut second = creation(host.first("project"), "atelier");
    (second.person_email, second.person_name) = (None, None);
    assert_eq!(host.done(second).0, OperationState::Done);
    let hash = |host: &Host| host.platform.environment("atelier").unwrap().engine.dictionary().hash.clone();
    let before = hash(&host);
    let open = host.platform.environment("atelier").unwrap();
    add(&open, "account", Draft::default().with("name", "Déjà là"));
    drop(open);
    // Stopped between the dictionary and the records, and the environment that they would come from is no more.
    let trial = Arc::new(StopsOnce { at: 5, ..StopsOnce::default() });
    host = host.again(Some(trial.clone()));
    let asked = Asked {
        into: Some(host.id_of("atelier")),
        ..about(OperationKind::CopySettings, host.id_of("weber"))
    };
    let id = host.platform.operation_ask(asked).unwrap();
    host.clock.pass(SignedDuration::from_mins(3));
    host.platform.operations_run().unwrap_err();
    assert_eq!(trial.met.lock().last().unwrap(), "before records");
    host = host.again(None);
    assert_ne!(hash(&host), before, "value lists of the other were taken over");
    let day = Some("2026-11-20".parse().unwrap());
    let gone = Asked { delete_after: day, ..about(OperationKind::Delete, host.id_of("weber")) };
    let gone = host.platform.operation_ask(gone).unwrap();
    // Who stopped keeps the copy for two minutes: the deletion is carried out meanwhile.
    host.platform.operations_run().unwrap();
    assert_eq!(host.stands(gone).0, OperationState::Done);
    host.carry_out();
    let (state, message) = host.stands(id);
    assert_eq!(state, OperationState::Refused, "{message}");
    assert_eq!(hash(&host), before);
    assert_eq!(host.platform.environment_info("atelier").unwrap().modules, ["geography", "core"]);
    let folder = host.platform.environment("atelier").unwrap().folder.clone();
    let left = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
    assert!(left.into_iter().all(|file| !file.file_name().to_string_lossy().contains("settings-before")));
    assert_eq!(texts(&host, "atelier", "account", "name"), ["Déjà là"]);
}
