//! Operations on environments: each carried out, stopped at every step and taken up again, refused with the reason.
#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod erasing;
mod exporting;
mod host;
mod moving;
mod pseudonymising;
mod renaming;
mod settings;

use std::sync::Arc;

use dictionary::{Language, RecordId, Value};
use engine::{Caller, Draft, Query};
use jiff::SignedDuration;
use platform::{Asked, Identity, OperationKind, OperationState, PlatformError};

use host::{AnswersMeanwhile, Host, StopsOnce, about, access, creation, stopped_everywhere};

#[test]
fn an_environment_is_made_closed_opened_copied_and_erased_on_request() {
    let host = Host::start();
    let (_, project) = host.project("Weber");
    let (state, message) = host.done(creation(project, "weber"));
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(message.contains("paul@weber.example l'administre"), "{message}");
    let info = host.platform.environment_info("weber").unwrap();
    assert_eq!((info.client.as_deref(), info.modules.clone()), (Some("Weber"), vec!["geography".to_owned()]));
    assert!(host.enters("paul@weber.example", "weber"));

    host.done(about(OperationKind::ReadOnly, info.id));
    let user = host.platform.user_by_email("paul@weber.example").unwrap();
    let paul = Identity::of_command(user);
    let entered = host.platform.enter(&paul, "weber", Language::Fr, None).unwrap();
    assert!(!entered.may_write());
    drop(entered);
    host.done(about(OperationKind::Close, info.id));
    assert!(!host.enters("paul@weber.example", "weber"));
    host.done(about(OperationKind::Open, info.id));
    assert!(host.platform.enter(&paul, "weber", Language::Fr, None).unwrap().may_write());

    let head = host.platform.environment("weber").unwrap().engine.head().unwrap();
    let copy = Asked {
        name: Some("weber-test".to_owned()),
        label: Some("Essais".to_owned()),
        usage: Some("test".to_owned()),
        ..about(OperationKind::Copy, info.id)
    };
    let (state, message) = host.done(copy);
    assert_eq!(state, OperationState::Done, "{message}");
    let copied = host.platform.environment("weber-test").unwrap().engine.head().unwrap();
    assert_eq!((copied.position, copied.digest), (head.position, head.digest));
    assert!(!host.enters("paul@weber.example", "weber-test"));

    let day = Value::Date("2026-12-01".parse().unwrap());
    let Value::Date(day) = day else { unreachable!() };
    let erasure = host
        .platform
        .operation_ask(Asked { delete_after: Some(day), ..about(OperationKind::Delete, info.id) })
        .unwrap();
    host.carry_out();
    assert_eq!(host.stands(erasure).0, OperationState::Running);
    assert!(!host.enters("paul@weber.example", "weber"));
    assert!(host.folder.path().join("data/environments/weber").exists());
    // While it waits it is not written again and again.
    let position = host.platform.directory_position();
    host.carry_out();
    assert_eq!(host.platform.directory_position(), position);
    host.clock.pass(SignedDuration::from_hours(24 * 9));
    host.platform.evict_all();
    host.carry_out();
    let (state, message) = host.stands(erasure);
    assert_eq!(state, OperationState::Done, "{message}");
    assert!(message.contains("empreinte") && message.contains("détruits le 2026-12-02"), "{message}");
    assert!(!host.folder.path().join("data/environments/weber").exists());
    assert_eq!(host.names(), ["platform", "weber-test"]);
}

#[test]
fn a_deletion_is_given_up_when_the_environment_is_opened_again() {
    let host = Host::start();
    let (_, project) = host.project("Weber");
    host.done(creation(project, "weber"));
    let weber = host.id_of("weber");
    let erasure = host.platform.operation_ask(about(OperationKind::Delete, weber)).unwrap();
    host.carry_out();
    host.done(about(OperationKind::Open, weber));
    host.clock.pass(SignedDuration::from_hours(24 * 40));
    host.carry_out();
    let (state, message) = host.stands(erasure);
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("rouvert"), "{message}");
    assert!(host.enters("paul@weber.example", "weber"));
}

fn stopped_anywhere(kind: OperationKind) {
    let prepare = |host: &Host| {
        let (_, project) = host.project("Weber");
        if kind != OperationKind::Create {
            assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
        }
        if kind == OperationKind::TakeAccess {
            assert_eq!(host.done(access(host.id_of("weber"), "lea@weber.example")).0, OperationState::Done);
        }
    };
    let asked = |host: &Host| match kind {
        OperationKind::Create => creation(host.first("project"), "weber"),
        OperationKind::GiveAccess => access(host.id_of("weber"), "lea@weber.example"),
        OperationKind::TakeAccess => {
            Asked { person_email: Some("lea@weber.example".to_owned()), ..about(kind, host.id_of("weber")) }
        }
        OperationKind::Copy => Asked {
            name: Some("copie".to_owned()),
            label: Some("Copie".to_owned()),
            ..about(kind, host.id_of("weber"))
        },
        OperationKind::Delete => {
            Asked { delete_after: Some("2026-11-20".parse().unwrap()), ..about(kind, host.id_of("weber")) }
        }
        _ => about(kind, host.id_of("weber")),
    };
    let expected: &[&str] = match kind {
        OperationKind::Copy => &["copie", "platform", "weber"],
        OperationKind::Delete => &["platform"],
        _ => &["platform", "weber"],
    };
    stopped_everywhere(
        || None,
        prepare,
        asked,
        |host, stopped| {
            assert_eq!(host.names(), expected, "{kind:?} stopped {stopped}");
        },
    );
}

fn assistance(host: &Host) -> Asked {
    Asked {
        person_email: Some("omar@hebergeur.example".to_owned()),
        profiles: Some("reader".to_owned()),
        purpose: Some("Une facture ne part pas".to_owned()),
        ticket: Some("T-42".to_owned()),
        ..about(OperationKind::Assist, host.id_of("weber"))
    }
}

/// Everything that a support access goes through: carried out, answered, carried out, the hours gone by, carried out.
fn assisted(host: &Host, id: RecordId) -> Result<(), PlatformError> {
    host.clock.pass(SignedDuration::from_mins(3));
    host.platform.operations_run()?;
    let paul = host.platform.user_by_email("paul@weber.example")?.id;
    match host.platform.assistance_answer("weber", id, platform::Answer::Approve, paul) {
        Ok(()) | Err(PlatformError::Refused { .. }) => {}
        Err(error) => return Err(error),
    }
    host.platform.operations_run()?;
    host.clock.pass(SignedDuration::from_hours(5));
    host.platform.operations_run()?;
    Ok(())
}

#[test]
fn a_support_access_stopped_anywhere_is_taken_up_again_and_never_stays_open() {
    for at in 1.. {
        let mut host = Host::start();
        let (_, project) = host.project("Weber");
        assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
        host.add("user", Draft::default().with("name", "Omar").with("email", "omar@hebergeur.example"));
        let trial = Arc::new(StopsOnce { at, ..StopsOnce::default() });
        host = host.again(Some(trial.clone()));
        let id = host.platform.operation_ask(assistance(&host)).unwrap();
        let stopped = assisted(&host, id).is_err();
        let met = trial.met.lock().clone();
        host = host.again(None);
        assisted(&host, id).unwrap();
        let (state, message) = host.stands(id);
        assert_eq!(state, OperationState::Done, "stopped {:?}: {message}", met.last());
        assert!(!host.enters("omar@hebergeur.example", "weber"), "stopped {:?}", met.last());
        let noted = host.platform.assistances("weber").unwrap();
        assert_eq!(noted.len(), 1, "stopped {:?}", met.last());
        assert_eq!(noted[0].stage, platform::Stage::Ended, "stopped {:?}", met.last());
        if !stopped {
            assert_eq!(met.len(), 12, "{met:?}");
            return;
        }
    }
}

#[test]
fn a_client_who_says_yes_while_a_server_looks_does_not_wait_any_longer() {
    let mut host = Host::start();
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    host.add("user", Draft::default().with("name", "Omar").with("email", "omar@hebergeur.example"));
    let trial = Arc::new(AnswersMeanwhile::default());
    host = host.again(Some(trial.clone()));
    let id = host.platform.operation_ask(assistance(&host)).unwrap();
    *trial.asked.lock() = Some((host.platform.environment("platform").unwrap().engine.clone(), id));
    host.platform.operations_run().unwrap();
    assert!(host.enters("omar@hebergeur.example", "weber"), "{:?}", host.stands(id));
}

#[test]
fn a_creation_stopped_anywhere_is_taken_up_again() {
    stopped_anywhere(OperationKind::Create);
}

#[test]
fn a_copy_stopped_anywhere_is_taken_up_again() {
    stopped_anywhere(OperationKind::Copy);
}

#[test]
fn a_deletion_stopped_anywhere_is_taken_up_again() {
    stopped_anywhere(OperationKind::Delete);
}

#[test]
fn changes_of_access_and_of_opening_stopped_anywhere_are_taken_up_again() {
    for kind in [
        OperationKind::GiveAccess,
        OperationKind::TakeAccess,
        OperationKind::ReadOnly,
        OperationKind::Close,
        OperationKind::Open,
    ] {
        stopped_anywhere(kind);
    }
}

#[test]
fn the_eleventh_user_of_a_subscription_for_ten_is_refused_with_the_reason() {
    let host = Host::start();
    let (client, project) = host.project("Weber");
    let subscription = host.subscribe(client, &[("named_users", 10)]);
    host.done(creation(project, "weber"));
    let mut test = creation(project, "weber-test");
    test.usage = Some("test".to_owned());
    test.person_email = None;
    test.person_name = None;
    host.done(test);
    let (production, test) = (host.id_of("weber"), host.id_of("weber-test"));
    for number in 2..=10 {
        let email = format!("p{number}@weber.example");
        assert_eq!(host.done(access(production, &email)).0, OperationState::Done);
        // The same person elsewhere takes no second place.
        assert_eq!(host.done(access(test, &email)).0, OperationState::Done);
    }
    let (state, message) = host.done(access(test, "p11@weber.example"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("comprend 10 utilisateur(s) nommé(s), et tous sont pris"), "{message}");
    assert!(!host.enters("p11@weber.example", "weber-test"));
    // Somebody of the integrator is none of the client's people.
    let integrator =
        host.add("organisation", Draft::default().with("name", "Atelier").with("kind", "integrator"));
    let user = host.platform.user_by_email("p11@weber.example").unwrap();
    host.directory(move |unit| {
        unit.update("user", user.id, None, Draft::default().with("organisation", integrator))
    });
    let (state, message) = host.done(access(test, "p11@weber.example"));
    assert_eq!(state, OperationState::Done, "{message}");
    // A place that is given up is free at once, and so is one that is bought.
    let out = Asked {
        person_email: Some("p10@weber.example".to_owned()),
        ..about(OperationKind::TakeAccess, production)
    };
    assert_eq!(host.done(out.clone()).0, OperationState::Done);
    assert_eq!(host.done(access(production, "p12@weber.example")).0, OperationState::Refused);
    assert_eq!(host.done(Asked { environment: Some(test), ..out }).0, OperationState::Done);
    assert_eq!(host.done(access(production, "p12@weber.example")).0, OperationState::Done);
    let draft = Draft::default().with("ends_on", Value::Date("2026-10-31".parse().unwrap()));
    host.directory(move |unit| unit.update("subscription", subscription, None, draft));
    let (state, message) = host.done(access(production, "p13@weber.example"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("Aucun abonnement de « Weber » n'est en cours (2026-10-31)"), "{message}");
}

#[test]
fn a_creation_that_is_refused_leaves_nothing_and_says_why() {
    let host = Host::start();
    let (client, project) = host.project("Weber");
    let subscription = host.subscribe(client, &[("environments", 1), ("named_users", 1)]);
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
    let (state, message) = host.done(creation(project, "weber"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("existe déjà"), "{message}");
    let (state, message) = host.done(creation(project, "weber-2"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("comprend 1 environnement(s)"), "{message}");
    let modules = Value::Tags(vec!["core".to_owned(), "geography".to_owned()]);
    host.directory(move |unit| {
        unit.update("project", project, None, Draft::default().with("modules", modules))
    });
    let (_, message) = host.done(creation(project, "weber-3"));
    assert!(message.contains("ne comprend pas le module « core » (compris : geography)"), "{message}");
    // The environment is made, its administrator is one too many: what was made is taken back.
    let geography = Value::Tags(vec!["geography".to_owned()]);
    host.directory(move |unit| {
        unit.update("project", project, None, Draft::default().with("modules", geography))
    });
    let lines = Query { entity: "subscription_quota".to_owned(), limit: 10, ..Query::default() };
    let root = host.platform.environment("platform").unwrap();
    for line in root.engine.list(&Caller::system(), &lines).unwrap().records {
        let id = line.row.id();
        host.directory(move |unit| unit.delete("subscription_quota", id, None));
    }
    let draft = Draft::default()
        .with("subscription", subscription)
        .with("resource", "named_users")
        .with("amount", Value::Integer(1));
    host.add("subscription_quota", draft);
    let mut other = creation(project, "weber-4");
    other.person_email = Some("lea@weber.example".to_owned());
    let (state, message) = host.done(other);
    assert_eq!(state, OperationState::Refused, "{message}");
    assert!(message.contains("tous sont pris"), "{message}");
    assert_eq!(host.names(), ["platform", "weber"]);
    assert!(!host.folder.path().join("data/environments/weber-4").exists());
}
