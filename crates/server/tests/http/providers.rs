//! Signing in by an identity provider (OpenID Connect): who is let in, with what, and all that is refused.

use std::fs;

use dictionary::Language;
use jiff::SignedDuration;
use platform::providers::NewProvider;
use platform::{EventsWanted, NewSubscription, NewUser, Options};
use serde_json::{Value as Json, json};
use server::ServerConfig;

use crate::app::{App, PASSWORD};
use crate::client::{Answer, Client, encoded};
use crate::identity_provider::{CLIENT_ID, IdentityProvider, Lies, SECRET, Signed};

/// A platform, and the provider of Acme's people.
fn started() -> (App, IdentityProvider) {
    started_with(|_| {})
}

/// The same, of a server that is set otherwise.
fn started_with(configure: impl FnOnce(&mut ServerConfig)) -> (App, IdentityProvider) {
    let ours = |options: &mut Options| options.outgoing_hosts = vec!["127.0.0.1".to_owned()];
    let app = App::start_so(ours, configure);
    let peer = IdentityProvider::start(app.clock.clone());
    app.platform.provider_set(&of_acme(&peer)).unwrap();
    app.platform.group_map("acme", "CRM lecture", &["reader"]).unwrap();
    app.platform.group_map("acme", "CRM direction", &["administrator"]).unwrap();
    (app, peer)
}

fn of_acme(peer: &IdentityProvider) -> NewProvider {
    NewProvider {
        code: "acme".to_owned(),
        client: "Acme Chauffage".to_owned(),
        name: "Acme".to_owned(),
        issuer: peer.issuer.clone(),
        client_id: CLIENT_ID.to_owned(),
        client_secret: Some(SECRET.to_owned()),
        domains: vec!["acme.example".to_owned()],
        groups_claim: "groups".to_owned(),
        scopes: Vec::new(),
    }
}

/// Where an answer leads, and the browser with what it keeps.
fn went(client: &Client, answer: &Answer) -> (Client, String) {
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie");
    let cookies: Vec<&str> = set.map(|(_, cookie)| cookie.split(';').next().unwrap()).collect();
    let to = answer.header("location").unwrap_or_default().to_owned();
    (client.with("cookie", &cookies.join("; ")), to)
}

/// Begins, and comes back from the provider: the browser, and the address that it is sent to here.
fn back(app: &App, code: &str, to: Option<&str>) -> (Client, String) {
    back_to((app.stranger(), &app.address), code, to)
}

/// The same, for whoever begins at an address.
fn back_to((client, address): (Client, &str), code: &str, to: Option<&str>) -> (Client, String) {
    let begun = client.post(&format!("/providers/{code}/begin"), &json!({ "to": to }));
    assert_eq!(begun.status, 200, "{}", begun.text());
    let (browser, _) = went(&client, &begun);
    let url = begun.json()["url"].as_str().unwrap().to_owned();
    let (origin, path) = url.split_once("/authorize").unwrap();
    let answer = Client::new(origin).get(&format!("/authorize{path}"));
    let location = answer.header("location").unwrap().to_owned();
    (browser, location.strip_prefix(address).unwrap().to_owned())
}

/// Comes by the provider: the browser, and where it ends up.
fn come(app: &App) -> (Client, String) {
    let (browser, path) = back(app, "acme", Some("/e/acme/accounts"));
    let answer = browser.get(&path);
    assert_eq!(answer.status, 303, "{}", answer.text());
    went(&browser, &answer)
}

#[track_caller]
fn refused(app: &App, why: &str) {
    let (browser, to) = come(app);
    assert_eq!(to, format!("/sign-in?refused={why}"));
    assert_eq!(browser.get("/session").status, 401, "no session comes with a refusal");
}

fn environments(client: &Client) -> Vec<(String, Json)> {
    let session = client.get("/session");
    assert_eq!(session.status, 200, "{}", session.text());
    let environments = session.json()["environments"].as_array().unwrap().clone();
    environments
        .iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["profiles"].clone()))
        .collect()
}

fn claims(claims: Json) -> Lies {
    Lies { claims, ..Lies::default() }
}

#[test]
fn people_come_in_by_their_provider_and_hold_what_their_groups_give_no_more_and_no_less() {
    let (app, peer) = started();
    assert_eq!(
        app.stranger().get("/providers?domain=ACME.example").json()["value"],
        json!([{"code": "acme", "name": "Acme", "protocol": "oidc"}])
    );
    assert_eq!(app.stranger().get("/providers?domain=globex.example").json()["value"], json!([]));
    // Somebody new.
    let (zoe, to) = come(&app);
    assert_eq!(to, "/e/acme/accounts");
    let user = zoe.get("/session").json()["user"].clone();
    assert_eq!((&user["name"], &user["language"]), (&json!("Zoé Martin"), &json!("en")));
    assert_eq!(environments(&zoe), [("acme".to_owned(), json!(["reader"]))]);
    assert_eq!(zoe.get("/data/acme/accounts").status, 200);
    let wanted = EventsWanted { limit: 10, ..Default::default() };
    let (events, _) = app.platform.sign_in_events_of(app.user("zoe@acme.example"), &wanted).unwrap();
    assert_eq!((events[0].event.as_str(), events[0].way.as_deref()), ("signed_in", Some("provider")));
    // They have no password that would open anything.
    let guess = app.stranger().post("/session", &json!({"email": "zoe@acme.example", "password": ""}));
    assert_eq!(guess.status, 401);
    // Another group beside, then none of either.
    peer.lie(claims(json!({"groups": ["CRM lecture", "CRM direction", "Cantine"]})));
    let (again, _) = come(&app);
    assert_eq!(environments(&again), [("acme".to_owned(), json!(["administrator", "reader"]))]);
    assert_eq!(environments(&zoe), environments(&again), "it holds at once, in other sessions too");
    peer.lie(claims(json!({"groups": ["Cantine"]})));
    let (out, _) = come(&app);
    assert!(environments(&out).is_empty());
    assert_eq!(zoe.get("/data/acme/accounts").status, 404);
    // What is not in the token is asked for.
    let told = json!({"email": "zoe@acme.example", "email_verified": "true", "groups": "CRM lecture"});
    let lies = Lies { user_info: told, ..claims(json!({"email": null, "groups": null})) };
    peer.lie(lies);
    assert_eq!(environments(&come(&app).0), [("acme".to_owned(), json!(["reader"]))]);
    // An address that changes there changes nobody here.
    peer.lie(claims(json!({"email": "zoe.durand@acme.example"})));
    assert_eq!(come(&app).0.get("/session").json()["user"]["email"], "zoe@acme.example");
}

#[test]
fn who_begins_at_a_host_of_their_companys_own_comes_back_there_and_is_let_in() {
    let (app, _peer) = started_with(|config| config.public = Some("https://crm.example.org".to_owned()));
    app.own_host("acme", "suivi.acme.localhost");
    let there = app.stranger().with("host", "suivi.acme.localhost");
    let (browser, path) = back_to((there, "http://suivi.acme.localhost"), "acme", Some("/e/acme/accounts"));
    let (zoe, to) = went(&browser, &browser.get(&path));
    assert_eq!(to, "/e/acme/accounts");
    assert_eq!(zoe.get("/session").json()["user"]["name"], "Zoé Martin");
    // From elsewhere, one comes back to the public address.
    let begun = app.stranger().post("/providers/acme/begin", &json!({}));
    let url = begun.json()["url"].as_str().unwrap().to_owned();
    assert!(url.contains(&encoded("https://crm.example.org/providers/acme/callback")), "{url}");
}

#[test]
fn whatever_is_forged_stale_or_meant_for_another_opens_nothing() {
    let (app, peer) = started();
    let now = app.platform.clock().now().as_second();
    let lies = [
        claims(json!({"nonce": "another sign-in's"})),
        claims(json!({"nonce": null})),
        claims(json!({"iss": "https://login.globex.example"})),
        claims(json!({"aud": "somebody else"})),
        claims(json!({"aud": null})),
        claims(json!({"aud": [CLIENT_ID, "somebody else"]})),
        claims(json!({"azp": "somebody else"})),
        claims(json!({"exp": now - 120})),
        claims(json!({"exp": null})),
        claims(json!({"exp": "for ever"})),
        claims(json!({"nbf": now + 30 * 86_400})),
        claims(json!({"nbf": "0"})),
        claims(json!({"iat": now + 30 * 86_400})),
        claims(json!({"sub": null})),
        Lies { signed: Signed::BySomebodyElse, ..Lies::default() },
        Lies { signed: Signed::ByThePublicKey, ..Lies::default() },
        Lies { signed: Signed::Not, ..Lies::default() },
        Lies { without_token: true, ..Lies::default() },
        Lies { issuer: Some(json!("https://login.globex.example")), ..Lies::default() },
        Lies { issuer: Some(Json::Null), ..Lies::default() },
        Lies { user_info: json!({"sub": "ada-1"}), ..claims(json!({"groups": null})) },
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        peer.lie(lie);
        let (browser, to) = come(&app);
        assert_eq!(to, "/sign-in?refused=failed", "lie {number}");
        assert_eq!(browser.get("/session").status, 401);
        app.clock.forward(SignedDuration::from_mins(61)); // guesses from one place are slowed down
    }
    assert!(app.platform.user_by_email("zoe@acme.example").is_err(), "nobody was made");
    // Nobody is even sent to a provider that says it is another, or names an address that is not to be called.
    for metadata in [
        json!({"issuer": "https://login.globex.example"}),
        json!({"token_endpoint": "http://169.254.169.254/latest"}),
        json!({"jwks_uri": "https://10.0.0.1/keys"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
    ] {
        peer.lie(Lies { metadata, ..Lies::default() });
        let begun = app.stranger().post("/providers/acme/begin", &json!({}));
        assert_eq!(begun.refusal(), (502, "provider_failed".to_owned()));
    }
    // The truth still opens.
    peer.lie(Lies::default());
    assert_eq!(come(&app).1, "/e/acme/accounts");
}

#[test]
fn an_answer_is_good_once_in_the_browser_that_asked_for_it_within_ten_minutes() {
    let (app, _peer) = started();
    let (browser, path) = back(&app, "acme", None);
    // In another browser; in one that began something else; with another state; from another provider's address.
    assert_eq!(went(&browser, &app.stranger().get(&path)).1, "/sign-in?refused=not_begun");
    let (other, _) = back(&app, "acme", None);
    assert_eq!(went(&other, &other.get(&path)).1, "/sign-in?refused=not_begun");
    let state = path.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let forged = path.replace(state, &state.chars().rev().collect::<String>());
    assert_eq!(went(&browser, &browser.get(&forged)).1, "/sign-in?refused=not_begun");
    let second = IdentityProvider::start(app.clock.clone());
    let of_globex = NewProvider {
        code: "globex".to_owned(),
        client: "Globex".to_owned(),
        domains: vec!["globex.example".to_owned()],
        ..of_acme(&second)
    };
    app.platform.provider_set(&of_globex).unwrap();
    let elsewhere = path.replace("/providers/acme/", "/providers/globex/");
    assert_eq!(went(&browser, &browser.get(&elsewhere)).1, "/sign-in?refused=not_begun");
    // What the browser keeps cannot be read or changed.
    let kept = browser.headers.iter().find(|(name, _)| name == "cookie").unwrap().1.clone();
    assert!(kept.starts_with("tisserand_begun=") && !kept.contains(state), "{kept}");
    let changed = browser.with("cookie", &format!("{}A", kept));
    assert_eq!(went(&browser, &changed.get(&path)).1, "/sign-in?refused=not_begun");
    // Rightly, and then once more: the browser keeps nothing, and the provider gave the code once.
    let answer = browser.get(&path);
    assert_eq!(went(&browser, &answer).1, "/");
    let set: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie")
        .map(|(_, value)| value.as_str())
        .collect();
    assert!(
        set.iter().any(|one| one.starts_with("tisserand_begun=;") && one.contains("Max-Age=0")),
        "{set:?}"
    );
    assert!(set.iter().all(|one| one.contains("HttpOnly") && one.contains("SameSite=Lax")), "{set:?}");
    assert_eq!(went(&browser, &browser.get(&path)).1, "/sign-in?refused=failed");
    // The person said no there.
    let (browser, path) = back(&app, "acme", None);
    let state = path.split("state=").nth(1).unwrap().split('&').next().unwrap();
    let no = format!("/providers/acme/callback?error=access_denied&state={state}");
    assert_eq!(went(&browser, &browser.get(&no)).1, "/sign-in?refused=denied");
    // Too late.
    let (browser, path) = back(&app, "acme", None);
    app.clock.forward(SignedDuration::from_mins(11));
    assert_eq!(went(&browser, &browser.get(&path)).1, "/sign-in?refused=not_begun");
}

#[test]
fn one_is_never_sent_on_to_another_site() {
    let (app, _peer) = started();
    for to in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil"] {
        let (browser, path) = back(&app, "acme", Some(to));
        assert_eq!(went(&browser, &browser.get(&path)).1, "/", "{to:?}");
    }
}

#[test]
fn the_address_has_to_be_verified_and_of_a_domain_of_the_provider() {
    let (app, peer) = started();
    for verified in [json!(false), json!("false"), json!(1)] {
        peer.lie(claims(json!({ "email_verified": verified })));
        refused(&app, "unverified");
    }
    // One address from the token and its verification from elsewhere do not make one.
    let lies = Lies {
        user_info: json!({"email": "leon@acme.example", "email_verified": true}),
        ..claims(json!({"email": "ada@acme.example", "email_verified": null}))
    };
    peer.lie(lies);
    assert_eq!(come(&app).0.get("/session").json()["user"]["email"], "leon@acme.example");
    peer.lie(claims(json!({"email": "grace@globex.example"})));
    refused(&app, "not_theirs");
    peer.lie(claims(json!({"email": "zoe@acme.example.evil.example"})));
    refused(&app, "not_theirs");
    peer.lie(claims(json!({"sub": "new", "email": "new@acme.example", "groups": ["Cantine"]})));
    refused(&app, "no_group");
}

#[test]
fn the_provider_of_one_client_never_speaks_for_people_of_another_nor_opens_what_is_theirs() {
    let (app, peer) = started();
    let made = |email: &str, environment: Option<&str>| {
        let user = app.platform.user_create(NewUser {
            name: "Camille Roy".to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::Fr,
        });
        let id = user.unwrap().id;
        if let Some(environment) = environment {
            app.platform.access_grant(id, environment, &["reader"]).unwrap();
        }
        id
    };
    let of = |name: &str| claims(json!({"sub": name, "email": format!("{name}@acme.example")}));
    // A person of two clients.
    let two = made("two@acme.example", Some("globex"));
    app.platform.access_grant(two, "acme", &["reader"]).unwrap();
    peer.lie(of("two"));
    refused(&app, "not_theirs");
    // Who keeps the platform; who works for another organisation, and enters nothing yet.
    let operator = made("operator@acme.example", None);
    app.platform.access_grant(operator, "platform", &["administrator"]).unwrap();
    peer.lie(of("operator"));
    refused(&app, "not_theirs");
    let guest = made("guest@acme.example", None);
    app.platform.organisation_add("Intégra", "integrator", None).unwrap();
    app.platform.user_works_for(guest, "Intégra").unwrap();
    peer.lie(of("guest"));
    refused(&app, "not_theirs");
    let wanted = EventsWanted { limit: 10, ..Default::default() };
    let (events, _) = app.platform.sign_in_events_of(two, &wanted).unwrap();
    assert_eq!(events[0].event, "provider_refused", "they see that somebody tried");
    // One of Acme's own, who is given something of Globex's later: by the provider's word they stay at Acme.
    let ada = app.user("ada@acme.example");
    peer.lie(Lies {
        claims: json!({"sub": "ada-1", "email": "ada@acme.example", "groups": ["CRM direction"]}),
        ..Lies::default()
    });
    let (by_provider, _) = come(&app);
    assert_eq!(by_provider.get("/data/acme/accounts").status, 200);
    app.platform.access_grant(ada, "globex", &["reader"]).unwrap();
    assert_eq!(environments(&by_provider).len(), 1);
    assert_eq!(by_provider.get("/data/globex/accounts").status, 404);
    assert_eq!(app.ada().get("/data/globex/accounts").status, 200, "by her own password");
    refused(&app, "not_theirs");
    // Her password was not asked, and is not known: nothing of it is changed by such a session.
    let csrf = by_provider.get("/session").json()["csrf"].as_str().unwrap().to_owned();
    let change = json!({"present": "", "password": "trois chats sur un toit"});
    let changed = by_provider.with("x-csrf-token", &csrf).post("/session/password", &change);
    assert_eq!(changed.status, 422, "{}", changed.text());
    // Domains are spoken for once.
    let taken = NewProvider {
        code: "globex".to_owned(),
        client: "Globex".to_owned(),
        domains: vec!["acme.example".to_owned()],
        ..of_acme(&peer)
    };
    assert!(app.platform.provider_set(&taken).is_err());
    let other = NewProvider { client: "Globex".to_owned(), ..of_acme(&peer) };
    assert!(app.platform.provider_set(&other).is_err(), "nobody takes another's identifier");
}

#[test]
fn an_address_given_to_somebody_else_opens_nothing_until_the_operator_says_so() {
    let (app, peer) = started();
    come(&app);
    peer.lie(claims(json!({"sub": "another-1"})));
    refused(&app, "not_theirs");
    app.platform.provider_untie("zoe@acme.example").unwrap();
    assert_eq!(come(&app).1, "/e/acme/accounts");
    peer.lie(Lies::default());
    refused(&app, "not_theirs");
    // Another provider altogether knows them by other names.
    let moved = IdentityProvider::start(app.clock.clone());
    moved.lie(claims(json!({"sub": "9f"})));
    app.platform.provider_set(&NewProvider { client_secret: None, ..of_acme(&moved) }).unwrap();
    assert_eq!(come(&app).1, "/e/acme/accounts");
}

#[test]
fn a_closed_account_stays_closed_and_a_provider_that_is_switched_off_ends_what_it_opened() {
    let (app, _peer) = started();
    let (zoe, _) = come(&app);
    app.platform.access_grant(app.user("grace@globex.example"), "platform", &["administrator"]).unwrap();
    let platform = app.signed_in("grace@globex.example", "platform");
    let user = app.user("zoe@acme.example");
    let closed = platform.patch(&format!("/data/platform/users/{user}"), &json!({"active": false}));
    assert_eq!(closed.status, 200, "{}", closed.text());
    assert_eq!(zoe.get("/session").status, 401);
    refused(&app, "inactive");
    platform.patch(&format!("/data/platform/users/{user}"), &json!({"active": true}));
    let (zoe, _) = come(&app);
    let providers = platform.get("/data/platform/identity_providers").json();
    let shown = &providers["value"][0];
    assert_eq!((&shown["code"], &shown["domains"]), (&json!("acme"), &json!("acme.example")));
    assert!(!providers.to_string().contains("sealed"), "{providers}");
    let id = shown["id"].as_str().unwrap();
    let off = platform.patch(&format!("/data/platform/identity_providers/{id}"), &json!({"active": false}));
    assert_eq!(off.status, 200, "{}", off.text());
    assert_eq!(zoe.get("/session").status, 401, "what it opened is over");
    assert_eq!(app.stranger().get("/providers?domain=acme.example").json()["value"], json!([]));
    assert_eq!(app.stranger().post("/providers/acme/begin", &json!({})).status, 404);
}

#[test]
fn a_full_subscription_lets_nobody_more_in_and_says_so() {
    let (app, _peer) = started();
    let new = NewSubscription {
        client: "Acme Chauffage".to_owned(),
        project: None,
        modules: vec!["core".to_owned()],
        named_users: Some(2),
        environments: None,
        storage_mb: None,
        emails: None,
        starts_on: None,
        ends_on: None,
    };
    app.platform.subscription_add(&new).unwrap();
    refused(&app, "no_room");
}

#[test]
fn a_provider_that_does_not_answer_is_told_in_both_languages_and_guessing_from_one_place_is_slowed_down() {
    let (app, peer) = started();
    let (browser, path) = back(&app, "acme", None);
    drop(peer);
    for (language, words) in [("fr", "ne répond pas"), ("en", "does not answer")] {
        let begun =
            app.stranger().with("accept-language", language).post("/providers/acme/begin", &json!({}));
        assert_eq!(begun.refusal(), (502, "provider_failed".to_owned()));
        assert!(begun.json()["detail"].as_str().unwrap().contains(words), "{}", begun.text());
    }
    assert_eq!(went(&browser, &browser.get(&path)).1, "/sign-in?refused=unreachable");
    for _ in 0..5 {
        browser.get(&path);
    }
    assert_eq!(went(&browser, &browser.get(&path)).1, "/sign-in?refused=slowed_down");
    // Passwords are asked by themselves.
    app.ada();
}

#[test]
fn a_provider_of_the_network_we_stand_in_is_not_called_unless_the_operator_names_its_host() {
    let app = App::start();
    let peer = IdentityProvider::start(app.clock.clone());
    for issuer in
        [peer.issuer.clone(), "https://169.254.169.254".to_owned(), "http://login.acme.example".to_owned()]
    {
        let set = app.platform.provider_set(&NewProvider { issuer, ..of_acme(&peer) });
        assert!(set.is_err());
    }
    // A name that leads inside is found out when it is called.
    let issuer = "https://localhost:9".to_owned();
    app.platform.provider_set(&NewProvider { issuer, ..of_acme(&peer) }).unwrap();
    let begun = app.stranger().post("/providers/acme/begin", &json!({}));
    assert_eq!(begun.refusal(), (502, "provider_failed".to_owned()));
}

#[test]
fn the_secret_at_the_provider_lies_nowhere_in_the_clear() {
    let (mut app, _peer) = started();
    come(&app);
    app.stop();
    let mut folders = vec![app.folder.path().join("data")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(SECRET.len()).any(|w| w == SECRET.as_bytes()), "{}", path.display());
        }
    }
}
