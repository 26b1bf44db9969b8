//! A copy of production in which nobody is told: nothing of the originals is anywhere in it, and the same value became the same.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use dictionary::value::{Address, FileRef};
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, Query};
use platform::{Asked, OperationKind, OperationState};
use store::PostgresDatabase;
use store::postgres::Connections;

use crate::host::{Host, about, creation, stopped_everywhere};

/// Words of people that stand nowhere else.
const CANARIES: &[&str] = &[
    "Zyxwanette",
    "Quibromard",
    "zq.quibromard@acme-hors.example",
    "33698765432",
    "06 98 76 54 32",
    "12 rue Vroubelais",
    "glorbique",
    "Trelongaux",
    "1971-03-04",
    "contenu-du-fichier-secret",
    "photo-de-zyx",
    "sonnette@societe-hors.example",
];

fn copying(host: &Host) -> Asked {
    Asked {
        name: Some("weber-test".to_owned()),
        label: Some("Essais".to_owned()),
        usage: Some("test".to_owned()),
        ..about(OperationKind::CopyPseudonymised, host.id_of("weber"))
    }
}

/// An environment with people in it: in fields that say so, in texts that do not, in files, in the history.
fn weber(host: &Host) {
    let (_, project) = host.project_of("Weber", &["geography", "core"]);
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let open = host.platform.environment("weber").unwrap();
    let mut content = &b"contenu-du-fichier-secret"[..];
    let kept = store::files::put(open.files.as_ref(), &mut content, 1_000).unwrap();
    let file = FileRef {
        name: "photo-de-zyx.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        size: kept.size_bytes,
        hash: kept.hash,
    };
    open.engine
        .transact(&Caller::system(), move |unit| {
            let account = Draft::default()
                .with("name", "Garage Quibromard")
                .with("email", "sonnette@societe-hors.example")
                .with("notes", "Demander Zyxwanette Quibromard au 06 98 76 54 32.");
            let account = unit.create("account", None, account)?;
            let address = Address {
                lines: Some("12 rue Vroubelais".to_owned()),
                postcode: Some("69003".to_owned()),
                city: Some("Lyon".to_owned()),
                country: Some("FR".to_owned()),
                ..Address::default()
            };
            let contact = Draft::default()
                .with("account", account)
                .with("first_name", "Zyxwanette")
                .with("last_name", "Quibromard")
                .with("email", "zq.quibromard@acme-hors.example")
                .with("mobile", "+33698765432")
                .with("birthday", Value::Date("1971-03-04".parse().unwrap()))
                .with("address", Value::Address(Box::new(address)))
                .with("notes", "Une allergie glorbique, à ne pas ébruiter.");
            let contact = unit.create("contact", None, contact)?;
            let sister = Draft::default()
                .with("account", account)
                .with("first_name", "Ada")
                .with("last_name", "Quibromard");
            unit.create("contact", None, sister)?;
            let event = Draft::default()
                .with("account", account)
                .with("contact", contact)
                .with("subject", "Trelongaux appelle pour Quibromard");
            unit.create("event", None, event)?;
            let document = Draft::default()
                .with("account", account)
                .with("contact", contact)
                .with("name", "Plan de Quibromard")
                .with("file", Value::File(Box::new(file)));
            unit.create("document", None, document)?;
            Ok(())
        })
        .unwrap();
    // What was and is no more is in the history of the source, and nowhere in the copy.
    let first = first(host, "weber", "contact", "last_name", "Quibromard");
    open.engine
        .transact(&Caller::system(), move |unit| {
            unit.update("contact", first, None, Draft::default().with("job_title", "Cheffe Glorbique"))
        })
        .unwrap();
}

fn records(host: &Host, environment: &str, entity: &str, field: &str) -> Vec<(RecordId, Value)> {
    let open = host.platform.environment(environment).unwrap();
    let query = Query { entity: entity.to_owned(), limit: 50, ..Query::default() };
    let page = open.engine.list(&Caller::system(), &query).unwrap();
    let index = open.engine.dictionary().entity(entity).unwrap().index(field).unwrap();
    page.records.iter().map(|record| (record.row.id(), record.row.get(index).clone())).collect()
}

fn first(host: &Host, environment: &str, entity: &str, field: &str, value: &str) -> RecordId {
    let all = records(host, environment, entity, field);
    all.iter().find(|(_, one)| one.as_text() == Some(value)).unwrap().0
}

fn text(host: &Host, entity: &str, field: &str, id: RecordId) -> String {
    let all = records(host, "weber-test", entity, field);
    all.iter().find(|(one, _)| *one == id).unwrap().1.as_text().unwrap_or_default().to_owned()
}

/// Every file of a folder, whatever it holds.
fn bytes_in(folder: &Path, all: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => bytes_in(&path, all),
            false => all.extend(fs::read(&path).unwrap()),
        }
    }
}

/// Whether some bytes hold a word, whatever its case.
fn holds(bytes: &[u8], word: &str) -> bool {
    let (bytes, word) = (bytes.to_ascii_lowercase(), word.to_ascii_lowercase());
    bytes.windows(word.len()).any(|part| part == word.as_bytes())
}

fn nothing_is_left(host: &Host, database: Option<&str>) {
    let place = host.platform.environment_info("weber-test").unwrap().place.clone();
    let (mut copy, mut source) = (Vec::new(), Vec::new());
    host.platform.evict_all();
    bytes_in(&host.folder.path().join("data/environments").join(&place), &mut copy);
    bytes_in(&host.folder.path().join("data/environments/weber"), &mut source);
    if let Some(address) = database {
        let folder = test_postgres::folder_of(address);
        for (schema, all) in [(place.as_str(), &mut copy), ("weber", &mut source)] {
            let tables = format!(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname LIKE '%{schema}' AND schemaname LIKE '{}%'",
                address.split("prefix=").nth(1).unwrap()
            );
            for table in test_postgres::sql(&folder, &tables).lines() {
                let rows = test_postgres::sql(&folder, &format!("SELECT t::text FROM {table} t"));
                all.extend(rows.as_bytes());
                // Payloads of the journal are bytes, shown in hexadecimal.
                for part in rows.split("\\\\x").skip(1) {
                    let digits: Vec<u8> = part.bytes().take_while(u8::is_ascii_hexdigit).collect();
                    let pairs = digits.chunks(2).filter_map(|pair| std::str::from_utf8(pair).ok());
                    all.extend(pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()));
                }
            }
        }
    }
    for canary in CANARIES {
        // The day is no text in the files of SQLite.
        assert!(holds(&source, canary) || canary.starts_with("1971"), "{canary} is not looked for rightly");
        assert!(!holds(&copy, canary), "{canary} is left in the copy");
    }
}

#[test]
fn nothing_of_anybody_is_left_in_a_pseudonymised_copy_and_the_same_became_the_same() {
    for address in [None, Some(test_postgres::address())] {
        let database = address
            .as_deref()
            .map(|address| PostgresDatabase::open(address, Connections::default()).unwrap());
        let host = Host::start_on(database);
        weber(&host);
        let contact = first(&host, "weber", "contact", "first_name", "Zyxwanette");
        let sister = first(&host, "weber", "contact", "first_name", "Ada");
        let account = first(&host, "weber", "account", "name", "Garage Quibromard");
        let (state, message) = host.done(copying(&host));
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(message.contains("valeurs remplacées, aucune retrouvée"), "{message}");

        let name = text(&host, "contact", "last_name", contact);
        assert!(name.len() > 3, "{name}");
        assert_eq!(text(&host, "contact", "last_name", sister), name);
        assert!(text(&host, "account", "name", account).ends_with(&name));
        let first_name = text(&host, "contact", "first_name", contact);
        assert_eq!(text(&host, "contact", "name", contact), format!("{first_name} {name}"));
        let notes = text(&host, "account", "notes", account);
        assert!(notes.starts_with(&format!("Demander {first_name} {name} au +3363998")), "{notes}");
        for (entity, field) in [("contact", "email"), ("account", "email"), ("user", "email")] {
            for (_, value) in records(&host, "weber-test", entity, field) {
                assert!(value.is_null() || value.as_text().unwrap().ends_with(".invalid"), "{value:?}");
            }
        }
        // Search finds people by what they are called now, and by nothing else.
        let copy = host.platform.environment("weber-test").unwrap();
        let found = |text: &str| copy.engine.search(&Caller::system(), text, 10).unwrap().len();
        assert!(found(&name) >= 2);
        assert_eq!(found("Quibromard"), 0);
        // Its journal begins with it, says what it is, and is whole.
        let (store, dictionary) = (copy.engine.store(), copy.engine.dictionary());
        let report = store::verify(&*store.snapshot().unwrap(), &dictionary, &mut |_, _| {}).unwrap();
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        let entries = copy.engine.entries(&Caller::system(), 0, 3).unwrap();
        assert_eq!(entries[1].cause.request.as_deref(), Some("pseudonymised copy OP000002"));
        assert!(!host.enters("paul@weber.example", "weber-test"));
        drop(copy);
        nothing_is_left(&host, address.as_deref());
        // How far it was could be seen meanwhile.
        let root = host.platform.environment("platform").unwrap();
        let history = root.engine.entries(&Caller::system(), 0, 500).unwrap();
        let told = history.iter().flat_map(|entry| entry.changes.iter().flatten());
        let told = told.filter(|change| change.entity == "operation").flat_map(|change| &change.fields);
        let progress: Vec<_> =
            told.filter(|field| field.field == "progress").map(|field| &field.new).collect();
        assert!(progress.len() > 5, "{progress:?}");
    }
}

#[test]
fn two_copies_of_the_same_have_nothing_in_common() {
    let host = Host::start();
    weber(&host);
    let contact = first(&host, "weber", "contact", "first_name", "Zyxwanette");
    let mut names = Vec::new();
    for number in 1..=2 {
        let asked = Asked { name: Some(format!("essai-{number}")), ..copying(&host) };
        assert_eq!(host.done(asked).0, OperationState::Done);
        let all = records(&host, &format!("essai-{number}"), "contact", "last_name");
        names.push(all.into_iter().find(|(id, _)| *id == contact).unwrap().1);
    }
    assert_ne!(names[0], names[1]);
}

#[test]
fn a_pseudonymised_copy_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(
        || None::<Arc<PostgresDatabase>>,
        weber,
        copying,
        |host, stopped| {
            assert_eq!(host.names(), ["platform", "weber", "weber-test"], "stopped {stopped}");
            nothing_is_left(host, None);
        },
    );
}
