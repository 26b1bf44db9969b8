//! Somebody is erased from the environment they worked in and from the directory: nothing of them is left in any store of the platform.

use std::fs;
use std::path::Path;

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, Step};
use exchange::{Desk, KeptBeside};
use jiff::SignedDuration;
use journal::Actor;
use platform::{Answer, Asked, OperationKind, OperationState};

use crate::host::{Host, about, access, creation};

/// A text that is nowhere but in what is said of one person.
pub const MARK: &str = "zqmargaux";

/// Files that hold the mark, in lower or upper case, or in hexadecimal.
pub fn residues(folder: &Path, found: &mut Vec<String>) {
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

pub fn erase(host: &Host, environment: &str, id: RecordId, name: &str) {
    let open = host.platform.environment(environment).unwrap();
    let inactive = Draft::default().with("active", Value::Boolean(false));
    open.engine.transact(&Caller::system(), move |unit| unit.update("user", id, None, inactive)).unwrap();
    let erasure = open.engine.erasure_begin(&Caller::system(), "user", id, name).unwrap();
    let desk = Desk::default();
    let kept = KeptBeside { desk: &desk, folder: &open.folder };
    while open.engine.erasure_step(&Caller::system(), erasure, &kept).unwrap() != Step::Done {}
}

/// The same platform in another process: what memory and the log of the database held went with the first.
fn nothing_left(host: Host) -> Host {
    let host = host.again(None);
    host.platform.evict_all();
    let mut found = Vec::new();
    residues(host.folder.path(), &mut found);
    assert_eq!(found, Vec::<String>::new());
    host
}

/// Makes `weber`, in which somebody was let in whose name holds the mark, and who entered; their address.
fn margaux_works(host: &Host) -> String {
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let email = format!("{MARK}@weber.example");
    let mut asked = access(host.id_of("weber"), &email);
    asked.person_name = Some(format!("Margaux {MARK}"));
    let (state, message) = host.done(asked);
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(host.enters(&email, "weber"));
    email
}

#[test]
fn nothing_is_left_of_somebody_who_is_erased_where_they_worked_and_in_the_directory() {
    let mut host = Host::start();
    let email = margaux_works(&host);
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
    host = nothing_left(host);
    // Everybody else is there as before, and the journals hold.
    assert!(host.enters("paul@weber.example", "weber"));
    for environment in ["platform", "weber"] {
        assert_eq!(host.platform.journal_seals_verify(environment).unwrap().fault, None);
    }
}

/// Somebody of the operator, whose name and address hold the mark.
fn operator(host: &Host, name: &str) -> RecordId {
    let draft = Draft::default().with("name", format!("{name} {MARK}").as_str());
    host.add("user", draft.with("email", format!("{name}.{MARK}@hebergeur.example").as_str()))
}

/// A support access asked for by command, for the operator of that name.
fn assistance(host: &Host, name: &str, emergency: bool) -> RecordId {
    let asked = Asked {
        person_email: Some(format!("{name}.{MARK}@hebergeur.example")),
        profiles: Some("reader".to_owned()),
        purpose: Some("Une facture ne part pas".to_owned()),
        ticket: Some("T-42".to_owned()),
        emergency,
        ..about(OperationKind::Assist, host.id_of("weber"))
    };
    let id = host.platform.operation_ask(asked).unwrap();
    host.carry_out();
    id
}

#[test]
fn nothing_is_left_of_who_asked_for_support_accesses_and_of_who_decided_on_them() {
    let mut host = Host::start();
    let email = margaux_works(&host);
    let margaux = host.platform.user_by_email(&email).unwrap();
    let (omar, nina, olga) = (operator(&host, "omar"), operator(&host, "nina"), operator(&host, "olga"));
    let omars = format!("omar.{MARK}@hebergeur.example");

    // She says yes to one, and he enters; she says no to another; a third is confirmed as an emergency.
    let opened = assistance(&host, "omar", false);
    host.platform.assistance_answer("weber", opened, Answer::Approve, margaux.id).unwrap();
    host.carry_out();
    assert!(host.enters(&omars, "weber"));
    host.clock.pass(SignedDuration::from_hours(5));
    host.carry_out();
    let refused = assistance(&host, "omar", false);
    host.platform.assistance_answer("weber", refused, Answer::Refuse, margaux.id).unwrap();
    host.carry_out();
    // Somebody asks who never enters: they have no record there.
    let never = assistance(&host, "olga", false);
    host.platform.assistance_answer("weber", never, Answer::Refuse, margaux.id).unwrap();
    host.carry_out();
    let urgent = assistance(&host, "omar", true);
    let confirms =
        Draft::default().with("kind", OperationKind::ConfirmEmergency.tag()).with("confirms", urgent);
    let second = Caller { actor: Actor::User(nina), ..Caller::system() };
    let root = host.platform.environment("platform").unwrap();
    root.engine.transact(&second, move |unit| unit.create("operation", None, confirms)).unwrap();
    drop(root);
    host.carry_out();
    host.carry_out();
    host.clock.pass(SignedDuration::from_hours(5));
    host.carry_out();

    let told = host.platform.assistances("weber").unwrap();
    let decided: Vec<_> = told.iter().map(|one| (one.stage.tag(), one.decided_by.clone())).collect();
    let (margaux_name, nina_name) = (Some(format!("Margaux {MARK}")), Some(format!("nina {MARK}")));
    assert_eq!(
        decided,
        [
            ("ended", nina_name),
            ("refused", margaux_name.clone()),
            ("refused", margaux_name.clone()),
            ("ended", margaux_name)
        ],
        "who decided is told by name as long as they have one"
    );
    let names: Vec<_> = told.iter().map(|one| one.name.as_str()).collect();
    let [omars_name, olgas_name] = ["omar", "olga"].map(|name| format!("{name} {MARK}"));
    assert_eq!(names, [&omars_name, &olgas_name, &omars_name, &omars_name], "so is who asked");
    // What is held about her says that she decided, here and there.
    let open = host.platform.environment("weber").unwrap();
    let there =
        |email: &str| open.engine.find(&Caller::system(), "user", "email", email, &[]).unwrap().row.id();
    let (margaux_there, omar_there) = (there(&email), there(&omars));
    let names = |engine: &engine::Environment, id| {
        let dossier = engine.dossier(&Caller::system(), "user", id).unwrap();
        dossier.named_by.into_iter().map(|one| (one.entity, one.field, one.count)).collect::<Vec<_>>()
    };
    let thrice = |entity: &str| (entity.to_owned(), "answered_by".to_owned(), 3);
    assert!(names(&open.engine, margaux_there).contains(&thrice("assistance")));
    let root = host.platform.environment("platform").unwrap();
    assert!(names(&root.engine, margaux.id).contains(&thrice("operation")));
    drop((open, root));

    for (there, login) in
        [(Some(margaux_there), margaux.id), (Some(omar_there), omar), (None, nina), (None, olga)]
    {
        let name = host.platform.user(login).unwrap().name;
        if let Some(there) = there {
            erase(&host, "weber", there, &name);
        }
        erase(&host, "platform", login, &name);
    }
    host = nothing_left(host);
    // That it was asked for, and answered, stays.
    let told = host.platform.assistances("weber").unwrap();
    assert!(told.iter().all(|one| one.purpose == "Une facture ne part pas" && one.name == "[effacé]"));
    assert!(told.iter().all(|one| one.decided_by.as_deref() == Some("[effacé]")), "{told:?}");
    for environment in ["platform", "weber"] {
        assert_eq!(host.platform.journal_seals_verify(environment).unwrap().fault, None);
    }
}
