//! Signing in with the password of a company's directory (LDAP): a real OpenLDAP at the other end.

use dictionary::Language;
use platform::ldap::NewDirectory;
use platform::{EventsWanted, NewUser};
use serde_json::{Value as Json, json};
use totp_rs::{Builder, Secret};

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client};
use crate::company_directory::{ACCOUNT_PASSWORD, BASE, CompanyDirectory, another_authority};

/// A platform, and the directory of Acme's people, whose groups `CRM lecture` and `CRM direction` say what they may do.
fn started() -> (App, CompanyDirectory) {
    let (app, directory) = (app(), CompanyDirectory::start());
    app.platform.ldap_set(&directory.setting()).unwrap();
    app.platform.group_map("acme", "CRM lecture", &["reader"]).unwrap();
    app.platform.group_map("acme", "CRM direction", &["administrator"]).unwrap();
    directory.group("groups", "CRM lecture", &["zoe"]);
    (app, directory)
}

fn app() -> App {
    App::start_on(|options| options.outgoing_hosts = vec!["127.0.0.1".to_owned()])
}

fn try_in(app: &App, email: &str, password: &str) -> Answer {
    app.stranger().post("/session", &json!({"email": email, "password": password}))
}

#[track_caller]
fn signed_in(app: &App, email: &str, password: &str) -> Client {
    let answer = try_in(app, email, password);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut client = app.stranger();
    client.keep_session(&answer, "acme");
    client
}

fn held(client: &Client) -> Json {
    client.get("/session").json()["environments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["name"], one["profiles"]]))
        .collect()
}

fn events(app: &App, email: &str) -> Vec<(String, Option<String>)> {
    let wanted = EventsWanted { limit: 20, ..Default::default() };
    let (events, _) = app.platform.sign_in_events_of(app.user(email), &wanted).unwrap();
    events.into_iter().map(|one| (one.event, one.way)).collect()
}

#[test]
fn people_sign_in_with_the_password_of_their_directory_and_hold_what_its_groups_give() {
    let (app, directory) = started();
    assert_eq!(
        app.stranger().get("/providers?domain=acme.example").json()["value"],
        json!([{"code": "acme", "name": "Acme", "protocol": "ldap"}])
    );
    assert_eq!(app.stranger().post("/providers/acme/begin", &json!({})).status, 404, "nobody goes there");
    let zoe = signed_in(&app, "Zoe@acme.example ", "zoe");
    assert_eq!(zoe.get("/session").json()["user"]["name"], "Zoé Martin");
    assert_eq!(held(&zoe), json!([["acme", ["reader"]]]));
    assert_eq!(zoe.get("/data/acme/accounts").status, 200);
    assert_eq!(events(&app, "zoe@acme.example")[0], ("signed_in".to_owned(), Some("directory".to_owned())));
    // Another group beside; then none: the profile goes at the next sign-in, in older sessions too.
    directory.group("groups", "CRM direction", &["zoe", "paul"]);
    assert_eq!(
        held(&signed_in(&app, "zoe@acme.example", "zoe")),
        json!([["acme", ["administrator", "reader"]]])
    );
    directory.dissolved("groups", "CRM lecture");
    directory.dissolved("groups", "CRM direction");
    assert_eq!(held(&signed_in(&app, "zoe@acme.example", "zoe")), json!([]));
    assert_eq!(zoe.get("/data/acme/accounts").status, 404);
    // A new password there is the one here; whoever left comes in no more.
    directory.password("zoe", "un autre");
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (401, "wrong_credentials".to_owned()));
    signed_in(&app, "zoe@acme.example", "un autre");
    directory.leaves("zoe");
    assert_eq!(try_in(&app, "zoe@acme.example", "un autre").refusal(), (401, "wrong_credentials".to_owned()));
    // Somebody in no group that opens anything.
    assert_eq!(try_in(&app, "paul@acme.example", "paul").refusal(), (403, "provider_no_group".to_owned()));
    assert!(app.platform.user_by_email("paul@acme.example").is_err(), "who enters nothing gets no account");
}

#[test]
fn nothing_that_is_typed_says_more_than_a_name_and_a_password() {
    let (app, directory) = started();
    directory.person_of("two", "Deux", "eve@globex.example");
    let attempts = [
        // A name without a password is let in by many directories, as nobody.
        ("zoe@acme.example", ""),
        ("zoe@acme.example", "paul"),
        ("nobody@acme.example", "zoe"),
        ("*@acme.example", "zoe"),
        ("zoe*@acme.example", "zoe"),
        ("*)(uid=zoe))(|(mail=x@acme.example", "zoe"),
        ("zoe\\2a@acme.example", "zoe"),
        ("zoe\0@acme.example", "zoe"),
        // Of a domain that the directory does not speak for, though it knows them.
        ("eve@globex.example", "two"),
    ];
    for (email, password) in attempts {
        let refused = try_in(&app, email, password);
        assert_eq!(refused.refusal(), (401, "wrong_credentials".to_owned()), "{email} {password}");
    }
    signed_in(&app, "zoe@acme.example", "zoe");
    // A filter that finds somebody by another name lets nobody in by an address that is not theirs.
    let by_uid = NewDirectory { filter: "(uid={name})".to_owned(), ..directory.setting() };
    app.platform.ldap_set(&by_uid).unwrap();
    directory.address("paul", "p.weber@acme.example");
    assert_eq!(try_in(&app, "paul@acme.example", "paul").refusal(), (403, "provider_not_theirs".to_owned()));
    // Several people with one address: nobody is guessed at.
    app.platform.ldap_set(&directory.setting()).unwrap();
    directory.address("paul", "zoe@acme.example");
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (502, "provider_failed".to_owned()));
}

#[test]
fn guesses_are_slowed_down_before_the_directory_locks_anybody_out() {
    let (app, _directory) = started();
    let wrong = || try_in(&app, "zoe@acme.example", "une autre").status;
    assert_eq!((0..6).map(|_| wrong()).collect::<Vec<_>>(), [401, 401, 401, 401, 429, 429]);
    let told: Vec<String> = {
        app.clock.forward(jiff::SignedDuration::from_mins(20));
        signed_in(&app, "zoe@acme.example", "zoe");
        events(&app, "zoe@acme.example").into_iter().map(|(event, _)| event).collect()
    };
    // Whoever was nobody here then has no account that their first attempts could be noted of.
    assert_eq!(told, ["signed_in"]);
    assert_eq!(wrong(), 401);
    assert_eq!(events(&app, "zoe@acme.example")[0].0, "wrong_password");
}

#[test]
fn what_is_said_on_the_way_is_encrypted_or_nothing_is_said() {
    let (app, directory) = started();
    let with = |change: &dyn Fn(&mut NewDirectory)| {
        let mut setting = directory.setting();
        change(&mut setting);
        app.platform.ldap_set(&setting).unwrap();
        try_in(&app, "zoe@acme.example", "zoe").refusal()
    };
    let fails = (502, "provider_failed".to_owned());
    assert_eq!(with(&|setting| setting.authorities = Some(another_authority())), fails);
    assert_eq!(with(&|setting| setting.authorities = None), fails, "the machine does not know its authority");
    let tls = format!("ldaps://127.0.0.1:{}", directory.tls_port);
    assert_eq!(
        with(&|setting| (setting.address, setting.authorities) = (tls.clone(), Some(another_authority()))),
        fails
    );
    assert_eq!(with(&|setting| setting.address = tls.clone()).0, 200);
    let open = CompanyDirectory::start_without_tls();
    app.platform.ldap_set(&open.setting()).unwrap();
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), fails, "it encrypts nothing");
    app.platform.ldap_set(&NewDirectory { unencrypted: true, ..open.setting() }).unwrap();
    open.group("groups", "CRM lecture", &["zoe"]);
    signed_in(&app, "zoe@acme.example", "zoe");
    // What cannot be meant is refused when it is said.
    let refused = |setting: NewDirectory| app.platform.ldap_set(&setting).unwrap_err().to_string();
    let of = || directory.setting();
    for setting in [
        NewDirectory { address: "ldap://10.0.0.1".to_owned(), ..of() },
        NewDirectory { address: "http://127.0.0.1".to_owned(), ..of() },
        NewDirectory { address: "ldap://user@127.0.0.1".to_owned(), ..of() },
        NewDirectory { address: tls.clone(), unencrypted: true, ..of() },
        NewDirectory { filter: "(mail={email}".to_owned(), ..of() },
        NewDirectory { filter: "(mail=*)".to_owned(), ..of() },
        NewDirectory { groups_filter: Some("(member={dn}".to_owned()), ..of() },
        NewDirectory { bind_pattern: Some("uid=zoe,dc=acme".to_owned()), ..of() },
        NewDirectory { authorities: Some("no certificate".to_owned()), ..of() },
        NewDirectory { base: " ".to_owned(), ..of() },
    ] {
        assert!(!refused(setting).is_empty());
    }
}

#[test]
fn a_directory_that_is_away_is_told_and_keeps_nobody_out_who_has_a_password_here() {
    let (app, directory) = started();
    // Ada has a password here, and another there: hers here, until she first comes by the directory.
    directory.person("ada", "Ada Lenoir");
    directory.group("groups", "CRM direction", &["ada"]);
    app.ada();
    let ada = signed_in(&app, "ada@acme.example", "ada");
    assert_eq!(try_in(&app, "ada@acme.example", PASSWORD).status, 401, "from then on it is the directory's");
    let setting = directory.setting();
    drop(directory);
    for (language, words) in [("fr", "ne répond pas"), ("en", "does not answer")] {
        let asked = json!({"email": "zoe@acme.example", "password": "zoe"});
        for _ in 0..10 {
            let away = app.stranger().with("accept-language", language).post("/session", &asked);
            assert_eq!(away.refusal(), (502, "provider_failed".to_owned()), "and it is not counted");
            assert!(away.json()["detail"].as_str().unwrap().contains(words), "{}", away.text());
        }
    }
    // Who is signed in goes on; who has a password here comes in by it; others are none of its business.
    assert_eq!(ada.get("/data/acme/accounts").status, 200);
    app.ada();
    app.remi();
    app.grace();
    // Another directory is another company's: what was tied to the first is not.
    let back = CompanyDirectory::start();
    back.person("ada", "Ada Lenoir");
    back.group("groups", "CRM direction", &["ada"]);
    app.platform.ldap_set(&NewDirectory { code: setting.code, ..back.setting() }).unwrap();
    app.ada();
    signed_in(&app, "ada@acme.example", "ada");
}

#[test]
fn the_directory_of_one_client_hears_nothing_of_people_it_may_not_speak_for() {
    let (app, directory) = started();
    let made = |name: &str, environment: &str, profile: &str| {
        let email = format!("{name}@acme.example");
        let user = app.platform.user_create(NewUser {
            name: "Camille Roy".to_owned(),
            email: email.clone(),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::Fr,
        });
        app.platform.access_grant(user.unwrap().id, environment, &[profile]).unwrap();
        directory.person(name, "Un imposteur");
        email
    };
    directory.dissolved("groups", "CRM lecture");
    for email in [made("two", "globex", "reader"), made("operator", "platform", "administrator")] {
        let name = email.split('@').next().unwrap();
        assert_eq!(try_in(&app, &email, name).refusal(), (401, "wrong_credentials".to_owned()));
        app.signed_in(&email, "acme");
    }
    // One of Acme's own, who is given something of Globex's later: by the directory's word they stay at Acme.
    directory.group("groups", "CRM lecture", &["zoe"]);
    let zoe = signed_in(&app, "zoe@acme.example", "zoe");
    app.platform.access_grant(app.user("zoe@acme.example"), "globex", &["reader"]).unwrap();
    assert_eq!(held(&zoe), json!([["acme", ["reader"]]]));
    assert_eq!(zoe.get("/data/globex/accounts").status, 404);
    // An address given to somebody else opens nothing until the operator says so.
    app.platform.access_revoke(app.user("zoe@acme.example"), "globex").unwrap();
    directory.leaves("zoe");
    directory.person("zoe", "Zoé Durand");
    directory.dissolved("groups", "CRM lecture");
    directory.group("groups", "CRM lecture", &["zoe"]);
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (403, "provider_not_theirs".to_owned()));
    app.platform.provider_untie("zoe@acme.example").unwrap();
    let zoe = signed_in(&app, "zoe@acme.example", "zoe");
    // Switched off, it opens nothing, and what it opened is over.
    let platform = app.signed_in("operator@acme.example", "platform");
    let shown = platform.get("/data/platform/identity_providers").json()["value"][0].clone();
    assert_eq!((&shown["protocol"], &shown["people_filter"]), (&json!("ldap"), &json!("(mail={email})")));
    assert!(
        !shown.to_string().contains(ACCOUNT_PASSWORD) && !shown.to_string().contains("sealed"),
        "{shown}"
    );
    let path = format!("/data/platform/identity_providers/{}", shown["id"].as_str().unwrap());
    assert_eq!(platform.patch(&path, &json!({"active": false})).status, 200);
    assert_eq!(zoe.get("/session").status, 401);
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (401, "wrong_credentials".to_owned()));
}

#[test]
fn groups_are_read_of_the_person_too_and_those_made_elsewhere_are_taken_for_no_other() {
    let (app, directory) = started();
    // No account: people bind by a name made of their address, and read what they are in.
    let setting = NewDirectory {
        account: None,
        account_password: None,
        bind_pattern: Some(format!("uid={{name}},ou=people,{BASE}")),
        groups_filter: None,
        ..directory.setting()
    };
    app.platform.ldap_set(&setting).unwrap();
    assert_eq!(held(&signed_in(&app, "zoe@acme.example", "zoe")), json!([["acme", ["reader"]]]));
    assert_eq!(try_in(&app, "zoe,ou=people@acme.example", "zoe").status, 401);
    // Somebody who may make groups elsewhere.
    directory.group("elsewhere", "CRM direction", &["zoe"]);
    assert_eq!(held(&signed_in(&app, "zoe@acme.example", "zoe")), json!([["acme", ["reader"]]]));
    // A rule may name one by its whole name.
    let whole = format!("cn=CRM direction,ou=elsewhere,{BASE}");
    app.platform.group_map("acme", &whole, &["administrator"]).unwrap();
    assert_eq!(
        held(&signed_in(&app, "zoe@acme.example", "zoe")),
        json!([["acme", ["administrator", "reader"]]])
    );
    // A base that is another server's: the password is not carried there.
    let elsewhere = NewDirectory { base: "dc=globex,dc=example".to_owned(), ..directory.setting() };
    app.platform.ldap_set(&elsewhere).unwrap();
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (502, "provider_failed".to_owned()));
}

#[test]
fn a_code_is_asked_beside_the_password_of_a_directory_and_that_password_is_said_again_where_it_counts() {
    let (app, directory) = started();
    let zoe = signed_in(&app, "zoe@acme.example", "zoe");
    let change =
        zoe.post("/session/password", &json!({"present": "zoe", "password": "trois chats sur un toit"}));
    assert_eq!(change.status, 422, "it is changed at the directory: {}", change.text());
    assert!(change.text().contains("directory") || change.text().contains("annuaire"), "{}", change.text());
    let begin = |password: &str| zoe.post("/session/second_factor", &json!({"password": password}));
    assert_eq!(begin("paul").status, 422);
    let begun = begin("zoe");
    assert_eq!(begun.status, 200, "{}", begun.text());
    let shared = begun.json()["secret"].as_str().unwrap().to_owned();
    let code = || {
        let telephone =
            Builder::new().with_secret(Secret::try_from_base32(&shared).unwrap()).build().unwrap();
        telephone.generate(u64::try_from(app.platform.clock().now().as_second()).unwrap()).to_string()
    };
    let confirmed = zoe.post("/session/second_factor/confirm", &json!({"code": code()}));
    assert_eq!(confirmed.status, 200, "{}", confirmed.text());
    assert_eq!(try_in(&app, "zoe@acme.example", "zoe").refusal(), (401, "code_needed".to_owned()));
    app.clock.forward(jiff::SignedDuration::from_secs(60));
    let sent = json!({"email": "zoe@acme.example", "password": "zoe", "code": code()});
    directory.group("groups", "CRM direction", &["zoe", "paul"]);
    let answer = app.stranger().post("/session", &sent);
    let mut zoe = app.stranger();
    zoe.keep_session(&answer, "acme");
    // An environment that requires a second factor asks one of those whom a directory let in: a password is one factor.
    let rule = zoe.patch("/data/acme/$sign_in", &json!({"second_factor": true}));
    assert_eq!(rule.status, 200, "{}", rule.text());
    let paul = signed_in(&app, "paul@acme.example", "paul");
    assert_eq!(paul.get("/data/acme/accounts").refusal(), (403, "second_factor_needed".to_owned()));
}
