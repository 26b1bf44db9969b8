//! A platform in a folder: what it keeps, and what it refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use dictionary::Language;
use engine::{Caller, Draft, EngineError, Held, Query};
use platform::password::Cost;
use platform::password_change::Reset;
use platform::{Limits, Modules, NewEnvironment, NewUser, Options, Platform, PlatformError, Proof, Visitor};

const PASSWORD: &str = "une phrase de passe";
const HERE: Visitor<'_> = Visitor {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    user_agent: Some("test"),
    session: None,
    device: None,
    trusted: None,
};

fn options(folder: &Path) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options
}

fn ada(platform: &Platform) -> platform::User {
    let new = NewUser {
        name: "Ada Lenoir".to_owned(),
        email: "Ada@Acme.example".to_owned(),
        password: PASSWORD.to_owned(),
        given: false,
        language: Language::Fr,
    };
    platform.user_create(new).unwrap()
}

fn said(error: &PlatformError) -> String {
    match error {
        PlatformError::Refused { message } | PlatformError::WeakPassword { message } => {
            message.text(Language::Fr).to_owned()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_platform_keeps_its_people_environments_and_sessions_when_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let secret = {
        let platform = Platform::create(options(folder.path())).unwrap();
        let user = ada(&platform);
        let mut new = NewEnvironment::named("acme", "Acme Chauffage", &["core"]);
        new.client = Some("Acme".to_owned());
        new.zone = "Indian/Reunion".to_owned();
        let info = platform.environment_create(new).unwrap();
        assert_eq!(info.modules, ["geography", "core"]);
        platform.access_grant(user.id, "acme", &["reader"]).unwrap();
        platform.sign_in("ada@acme.example", PASSWORD, &Proof::default(), &HERE).unwrap().secret
    };
    assert!(matches!(Platform::create(options(folder.path())), Err(PlatformError::Exists { .. })));
    let platform = Platform::open(options(folder.path())).unwrap();
    let identity = platform.session(&secret).unwrap();
    assert_eq!(identity.user.email, "ada@acme.example");
    let places = platform.environments_of(&identity).unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!((places[0].0.client.as_deref(), places[0].1.clone()), (Some("Acme"), Held::new(["reader"])));
    let entered = platform.enter(&identity, "acme", Language::Fr, None).unwrap();
    assert_eq!(entered.environment.engine.settings().zone.iana_name(), Some("Indian/Reunion"));
    assert_eq!(entered.caller.held, Held::new(["reader"]));
    assert!(entered.environment.engine.dictionary().entity("account").is_some());
}

#[test]
fn neither_passwords_nor_sessions_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::create(options(folder.path())).unwrap();
    let user = ada(&platform);
    let secret = platform.sign_in("ada@acme.example", PASSWORD, &Proof::default(), &HERE).unwrap().secret;
    let root = &platform.environment("platform").unwrap().engine;
    let caller = Caller { actor: journal::Actor::User(user.id), ..Caller::system() };
    let refused = root.secret(&caller, "user", user.id, "password_hash");
    assert!(matches!(refused, Err(EngineError::Forbidden { .. })));
    let hash = root.secret(&Caller::system(), "user", user.id, "password_hash").unwrap();
    assert!(hash.as_text().unwrap().starts_with("$argon2id$"));
    for entity in ["user", "session"] {
        let query = Query { entity: entity.to_owned(), limit: 10, ..Query::default() };
        for record in root.list(&caller, &query).unwrap().records {
            let shown = format!("{:?}", record.row);
            assert!(!shown.contains("argon2") && !shown.contains(&secret), "{shown}");
        }
    }
    drop(platform);
    let mut bytes = Vec::new();
    let kept = folder.path().join("data").join("environments").join("platform");
    for entry in fs::read_dir(kept).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_file()) {
        bytes.extend(fs::read(entry.path()).unwrap());
    }
    for text in [secret.as_str(), PASSWORD] {
        assert!(
            !bytes.windows(text.len()).any(|window| window == text.as_bytes()),
            "{text} lies in the file"
        );
    }
}

#[test]
fn what_cannot_be_an_environment_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::create(options(folder.path())).unwrap();
    let with = |change: &dyn Fn(&mut NewEnvironment)| {
        let mut new = NewEnvironment::named("acme", "Acme", &["geography"]);
        change(&mut new);
        platform.environment_create(new).map_err(|error| said(&error)).unwrap_err()
    };
    for name in ["Acme", "1acme", "a b", "../acme", "", &"a".repeat(41)] {
        assert!(with(&|new| name.clone_into(&mut new.name)).contains("lettres minuscules"), "{name}");
    }
    assert!(with(&|new| "platform".clone_into(&mut new.name)).contains("existe déjà"));
    assert!(with(&|new| "Europe/Lutece".clone_into(&mut new.zone)).contains("Europe/Paris"));
    assert!(with(&|new| "euro".clone_into(&mut new.currency)).contains("EUR"));
    assert!(with(&|new| new.modules = vec!["sorcery".to_owned()]).contains("geography"));
    platform.environment_create(NewEnvironment::named("acme", "Acme", &["geography"])).unwrap();
    assert!(with(&|_| ()).contains("existe déjà"));
    assert_eq!(platform.environments().unwrap().len(), 2);
}

#[test]
fn what_is_in_the_way_of_a_new_environment_is_set_aside_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::create(options(folder.path())).unwrap();
    let remains = folder.path().join("data").join("environments").join("acme");
    fs::create_dir_all(remains.join("files")).unwrap();
    fs::write(remains.join("half"), "x").unwrap();
    platform.environment_create(NewEnvironment::named("acme", "Acme", &["geography"])).unwrap();
    assert!(!remains.join("half").exists());
    let aside = folder.path().join("data").join("environments").join("aside");
    let kept: Vec<_> = fs::read_dir(aside).unwrap().map(|entry| entry.unwrap().path().join("half")).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read_to_string(&kept[0]).unwrap(), "x");
    assert!(platform.environment("acme").unwrap().engine.dictionary().entity("commune").is_some());
}

#[test]
fn folders_that_hold_no_platform_or_one_in_use_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Platform::open(options(folder.path())), Err(PlatformError::NoPlatform { .. })));
    let platform = Platform::create(options(folder.path())).unwrap();
    let error = Platform::open(options(folder.path())).err().unwrap();
    assert!(
        matches!(
            error,
            PlatformError::Engine(EngineError::Store { source: engine::StoreError::Locked { .. }, .. })
        ),
        "{error:?}"
    );
    drop(platform);
    let mark = folder.path().join("data").join("platform.toml");
    fs::write(&mark, "layout = 99\n").unwrap();
    assert!(matches!(Platform::open(options(folder.path())), Err(PlatformError::Newer { found: 99, .. })));
    fs::write(&mark, "nonsense").unwrap();
    assert!(said(&Platform::open(options(folder.path())).err().unwrap()).contains("layout = 1"));
}

#[test]
fn people_are_refused_without_a_good_password_or_with_an_address_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let platform = Platform::create(options(folder.path())).unwrap();
    ada(&platform);
    let with = |email: &str, password: &str| {
        platform.user_create(NewUser {
            name: "X".to_owned(),
            email: email.to_owned(),
            password: password.to_owned(),
            given: false,
            language: Language::En,
        })
    };
    assert!(said(&with("x@acme.example", "court").unwrap_err()).contains("10 caractères"));
    assert!(matches!(
        with(" ADA@acme.example ", PASSWORD),
        Err(PlatformError::Engine(EngineError::Validation(_)))
    ));
    assert!(matches!(
        with("not an address", PASSWORD),
        Err(PlatformError::Engine(EngineError::Validation(_)))
    ));
    assert!(
        platform
            .user_reset("nobody@acme.example", Reset { password: PASSWORD, given: true, by: None })
            .unwrap_err()
            .is_not_found()
    );
    assert_eq!(platform.users().unwrap().len(), 1);
}

#[test]
fn many_at_once_open_an_environment_once_and_room_is_made_for_others() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path());
    options.limits.open_max = 2;
    let platform = Arc::new(Platform::create(options).unwrap());
    for n in 0..4 {
        let name = format!("e{n}");
        platform.environment_create(NewEnvironment::named(&name, &name, &["geography"])).unwrap();
    }
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for n in 0..4 {
                    let environment = platform.environment(&format!("e{n}")).unwrap();
                    let draft = Draft::default().with("name", "x").with("email", "x@y.example");
                    let done = environment.engine.transact(&Caller::system(), move |unit| {
                        unit.find("user", "email", "x@y.example")?
                            .map_or_else(|| unit.create("user", None, draft), Ok)
                    });
                    done.unwrap();
                }
            });
        }
    });
    assert!(platform.open_count() <= 1 + 3, "{}", platform.open_count());
    for n in 0..4 {
        let environment = platform.environment(&format!("e{n}")).unwrap();
        let query = Query { entity: "user".to_owned(), limit: 10, ..Query::default() };
        assert_eq!(environment.engine.list(&Caller::system(), &query).unwrap().records.len(), 1);
    }
    assert!(platform.environment("e9").err().unwrap().is_not_found());
}

#[test]
fn a_folder_of_modules_takes_the_place_of_the_built_in_ones_name_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let module = folder.path().join("modules").join("geography");
    fs::create_dir_all(module.join("entities")).unwrap();
    fs::write(
        module.join("module.toml"),
        "name = \"geography\"\nversion = \"2.0.0\"\nlabel = { fr = \"Mondes\" }\n",
    )
    .unwrap();
    let planet = "label = { fr = \"Planète\" }\nplural = { fr = \"Planètes\" }\n[fields.name]\ntype = \"text\"\nlabel = { fr = \"Nom\" }\n";
    fs::write(module.join("entities").join("planet.toml"), planet).unwrap();
    let mut options = options(folder.path());
    options.modules = Modules::folder(folder.path().join("modules"));
    assert!(options.modules.names().unwrap().contains(&"core".to_owned()));
    let platform = Platform::create(options).unwrap();
    platform.environment_create(NewEnvironment::named("space", "Espace", &["geography"])).unwrap();
    let dictionary = platform.environment("space").unwrap().engine.dictionary();
    assert!(dictionary.entity("planet").is_some() && dictionary.entity("commune").is_none());
}
