//! Somebody is erased from the environment they worked in and from the directory: nothing of them is left in any store of the platform.

use std::fs;
use std::path::Path;

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, Step};
use exchange::{Desk, KeptBeside};
use platform::{Asked, OperationKind, OperationState};

use crate::host::{Host, about, access, creation};

/// A text that is nowhere but in what is said of one person.
const MARK: &str = "zqmargaux";

/// Files that hold the mark, in lower or upper case, or in hexadecimal.
fn residues(folder: &Path, found: &mut Vec<String>) {
    let hexadecimal: String = MARK.bytes().map(|byte| format!("{byte:02x}")).collect();
    let marks = [MARK.to_owned(), MARK.to_uppercase(), hexadecimal];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            residues(&path, found);
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let holds =
            |mark: &String| bytes.windows(mark.len()).any(|part| part.eq_ignore_ascii_case(mark.as_bytes()));
        if marks.iter().any(holds) {
            found.push(path.display().to_string());
        }
    }
}

fn erase(host: &Host, environment: &str, id: RecordId, name: &str) {
    let open = host.platform.environment(environment).unwrap();
    let inactive = Draft::default().with("active", Value::Boolean(false));
    open.engine.transact(&Caller::system(), move |unit| unit.update("user", id, None, inactive)).unwrap();
    let erasure = open.engine.erasure_begin(&Caller::system(), "user", id, name).unwrap();
    let desk = Desk::default();
    let kept = KeptBeside { desk: &desk, folder: &open.folder };
    while open.engine.erasure_step(&Caller::system(), erasure, &kept).unwrap() != Step::Done {}
}

#[test]
fn nothing_is_left_of_somebody_who_is_erased_where_they_worked_and_in_the_directory() {
    let mut host = Host::start();
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let email = format!("{MARK}@weber.example");
    let mut asked = access(host.id_of("weber"), &email);
    asked.person_name = Some(format!("Margaux {MARK}"));
    let (state, message) = host.done(asked);
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(host.enters(&email, "weber"));
    let taken =
        Asked { person_email: Some(email.clone()), ..about(OperationKind::TakeAccess, host.id_of("weber")) };
    assert_eq!(host.done(taken).0, OperationState::Done);
    let mut found = Vec::new();
    residues(host.folder.path(), &mut found);
    assert!(!found.is_empty(), "the search finds what there is");

    let open = host.platform.environment("weber").unwrap();
    let there = open.engine.find(&Caller::system(), "user", "email", &email, &[]).unwrap().row.id();
    drop(open);
    let login = host.platform.user_by_email(&email).unwrap();
    erase(&host, "weber", there, &login.name);
    erase(&host, "platform", login.id, &login.name);
    // What memory and the log of the database held goes with the process.
    host = host.again(None);
    host.platform.evict_all();
    let mut found = Vec::new();
    residues(host.folder.path(), &mut found);
    assert_eq!(found, Vec::<String>::new());
    // Everybody else is there as before, and the journals hold.
    assert!(host.enters("paul@weber.example", "weber"));
    for environment in ["platform", "weber"] {
        assert_eq!(host.platform.journal_seals_verify(environment).unwrap().fault, None);
    }
}
