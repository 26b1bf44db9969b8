//! An environment takes another name: everything goes on under it, and the old one leads there for a while.

use dictionary::Language;
use engine::{Caller, Draft};
use jiff::SignedDuration;
use platform::{Asked, Identity, NewToken, OperationKind, OperationState, PlatformError, Scope};

use crate::host::{Host, about, access, creation, database, stopped_everywhere};

fn renaming(host: &Host, from: &str, to: &str) -> Asked {
    Asked {
        name: Some(to.to_owned()),
        label: Some("Weber & fils".to_owned()),
        ..about(OperationKind::Rename, host.id_of(from))
    }
}

fn weber(host: &Host) {
    let (_, project) = host.project("Weber");
    assert_eq!(host.done(creation(project, "weber")).0, OperationState::Done);
}

#[test]
fn everything_goes_on_under_the_new_name_and_the_old_one_leads_there_for_a_while() {
    for database in [None, database()] {
        let host = Host::start_on(database);
        weber(&host);
        let lea = access(host.id_of("weber"), "lea@weber.example");
        assert_eq!(host.done(lea).0, OperationState::Done);
        let weber = host.id_of("weber");
        let paul = host.platform.user_by_email("paul@weber.example").unwrap();
        let token = host
            .platform
            .token_create(NewToken {
                name: "ERP".to_owned(),
                user: paul.id,
                scope: Scope::Write,
                environment: Some("weber".to_owned()),
                expires: None,
            })
            .unwrap();
        let head = host.platform.environment("weber").unwrap().engine.head().unwrap();
        // Somebody works there meanwhile.
        let held = host.platform.environment("weber").unwrap();
        let (state, message) = host.done(renaming(&host, "weber", "weber-fils"));
        assert_eq!(state, OperationState::Done, "{message}");
        assert!(message.contains("90 jours"), "{message}");
        assert_eq!(host.names(), ["platform", "weber-fils"]);
        let info = host.platform.environment_info("weber-fils").unwrap();
        assert_eq!((info.id, info.label.as_str(), info.place.as_str()), (weber, "Weber & fils", "weber"));
        let draft = Draft::default().with("name", "Rémi").with("email", "remi@weber.example");
        held.engine.transact(&Caller::system(), move |unit| unit.create("user", None, draft)).unwrap();
        let now = host.platform.environment("weber-fils").unwrap().engine.head().unwrap();
        assert_eq!(now.position, head.position + 1);
        assert!(host.enters("paul@weber.example", "weber-fils"));
        assert!(host.enters("lea@weber.example", "weber-fils"));
        let program = host.platform.token(&token).unwrap();
        assert!(host.platform.enter(&program, "weber-fils", Language::Fr, None).is_ok());
        // The old address says where it is, to those who may enter and to nobody else.
        let stranger =
            host.add("user", Draft::default().with("name", "Zoé").with("email", "zoe@autre.example"));
        let stranger = Identity::of_command(host.platform.user(stranger).unwrap());
        let told = |who: &Identity| host.platform.enter(who, "weber", Language::Fr, None).err().unwrap();
        assert!(matches!(told(&program), PlatformError::Moved { name } if name == "weber-fils"));
        assert!(matches!(told(&stranger), PlatformError::NotFound));
        // Nobody takes the old name or the place meanwhile, then somebody does.
        let other = || creation(host.first("project"), "weber");
        let (state, message) = host.done(other());
        assert_eq!(state, OperationState::Refused);
        assert!(message.contains("a changé d'identifiant, jusqu'au 2027-02-21"), "{message}");
        host.clock.pass(SignedDuration::from_hours(24 * 91));
        let (state, message) = host.done(other());
        assert_eq!(state, OperationState::Done, "{message}");
        assert_eq!(host.platform.environment_info("weber").unwrap().place, "weber-2");
        let kept = host.platform.environment("weber-fils").unwrap().engine.head().unwrap();
        assert_eq!(
            kept.position,
            now.position + 2,
            "both who entered have a record there, and nothing is lost"
        );
    }
}

#[test]
fn a_name_that_is_taken_is_refused_and_the_own_former_one_is_not() {
    let host = Host::start();
    weber(&host);
    let mut second = creation(host.first("project"), "autre");
    second.person_email = None;
    second.person_name = None;
    assert_eq!(host.done(second).0, OperationState::Done);
    let (state, message) = host.done(renaming(&host, "weber", "autre"));
    assert_eq!(state, OperationState::Refused);
    assert!(message.contains("existe déjà"), "{message}");
    for (from, to) in [("weber", "w"), ("w", "weber"), ("weber", "w")] {
        let (state, message) = host.done(renaming(&host, from, to));
        assert_eq!(state, OperationState::Done, "{message}");
    }
    let info = host.platform.environment_info("w").unwrap();
    assert_eq!(host.platform.former_names(&info).unwrap(), ["weber"]);
}

#[test]
fn a_renaming_stopped_anywhere_is_taken_up_again() {
    stopped_everywhere(
        || None,
        weber,
        |host| renaming(host, "weber", "weber-fils"),
        |host, stopped| {
            assert_eq!(host.names(), ["platform", "weber-fils"], "stopped {stopped}");
            assert!(host.enters("paul@weber.example", "weber-fils"), "stopped {stopped}");
        },
    );
}
