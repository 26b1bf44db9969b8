//! What happened to sign-ins: a person's own, and those of the people of an environment.

use serde_json::{Map, Value as Json, json};

use crate::openapi::administration::{page, whole, words};
use crate::openapi::fixed::TAG;
use crate::openapi::operation::Operation;
use crate::openapi::shapes::{array, boolean, closed, own, text, text_or_null};
use crate::openapi::{Reader, values};

fn event() -> Json {
    let events: Vec<&str> = platform::sign_in_events::Event::ALL.iter().map(|event| event.tag()).collect();
    let mut ways: Vec<Option<&str>> =
        platform::sign_in_events::Way::ALL.iter().map(|way| Some(way.tag())).collect();
    ways.push(None);
    json!({
        "id": values::id(), "at": text(), "event": words(&events),
        "way": {"type": ["string", "null"], "enum": ways},
        "by": text_or_null(), "device": text_or_null(), "address": text_or_null(),
    })
}

/// Schemas by name.
pub(super) fn schemas() -> Vec<(&'static str, Json)> {
    let device = json!({
        "id": values::id(), "device": text_or_null(), "address": text_or_null(), "seen_at": text(),
        "trusted_until": text_or_null(), "current": boolean(),
    });
    vec![
        ("sign_in_event", closed(event())),
        ("sign_in_events", page("sign_in_event")),
        ("device", closed(device)),
        ("devices", closed(json!({"value": array(own("device"))}))),
        (
            "identity_provider",
            closed(json!({"code": text(), "name": text(), "protocol": words(&["oidc", "ldap"])})),
        ),
        ("providers", closed(json!({"value": array(own("identity_provider"))}))),
        (
            "account_link",
            closed(json!({
                "purpose": words(&["invitation", "reset"]), "name": text(), "email": text(), "language": words(&["fr", "en"]),
                "environment": text_or_null(), "expires_at": text(),
            })),
        ),
        ("provider_begun", closed(json!({"url": text()}))),
        ("second_factor", closed(json!({"since": text_or_null(), "recovery_left": whole()}))),
        ("passkey", closed(passkey())),
        ("passkeys", closed(json!({"value": array(own("passkey")), "origin": text_or_null()}))),
        (
            "ceremony",
            closed(json!({"ceremony": text(), "options": {"type": "object", "additionalProperties": true}})),
        ),
        ("enrolment", closed(json!({"secret": text(), "uri": text(), "qr": text()}))),
        ("recovery_codes", closed(json!({"recovery_codes": array(text())}))),
    ]
}

/// One's own passkey.
fn passkey() -> Json {
    json!({
        "id": values::id(), "name": text(), "site": text(), "added_at": text(), "used_at": text_or_null(),
    })
}

/// A support access.
fn assistance() -> Json {
    json!({
        "id": values::id(), "name": text(), "organisation": text_or_null(), "purpose": text(), "ticket": text(),
        "profiles": array(text()), "hours": whole(), "emergency": boolean(),
        "stage": words(&["asked", "open", "refused", "ended"]), "asked_at": text_or_null(),
        "decided_by": text_or_null(), "until": text_or_null(), "ended_at": text_or_null(),
    })
}

fn assistances(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let told = reader.say("Ce qui est demandé, ouvert ou passé.", "What is asked for, open or past.");
    let (fr, en) = ("Accès d'assistance demandés et ouverts", "Support accesses asked for and open");
    let list = operation(reader, "assistance_list", fr, en).answers(200, &told, own("assistances"));
    list.put(paths, &reader.at("/$assistance"), "get");
    let (fr, en) = ("Répondre à une demande, ou finir un accès", "Answer a request, or end an access");
    let sent = json!({
        "type": "object", "required": ["answer"],
        "properties": {"answer": words(&["approve", "refuse", "end"])}, "additionalProperties": false,
    });
    let answer = operation(reader, "assistance_answer", fr, en).writes().body("application/json", sent);
    let answer = answer.answers(200, &told, own("assistances")).refused(404);
    answer.put(paths, &reader.at("/$assistance/{id}"), "put");
}

fn provisioning(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) =
        ("Ce que l'annuaire de l'entreprise tient à jour", "What the company's directory keeps up to date");
    let show =
        operation(reader, "provisioning_show", fr, en).answers(200, &reader.say(fr, en), own("provisioning"));
    show.put(paths, &reader.at("/$provisioning"), "get");
    let sent = |field: &str, shape: Json| {
        json!({
            "type": "object", "required": [field], "properties": {field: shape}, "additionalProperties": false,
        })
    };
    let (fr, en) = ("Créer un jeton, montré une fois", "Make a token, shown once");
    let make = operation(reader, "provisioning_token_create", fr, en).writes();
    let name = json!({"type": "string", "minLength": 1, "maxLength": 120});
    let make = make.body("application/json", sent("name", name));
    let make = make.answers(201, &reader.say(fr, en), own("provisioning_token_made"));
    make.put(paths, &reader.at("/$provisioning/tokens"), "post");
    let (fr, en) = ("Révoquer un jeton", "Revoke a token");
    let revoke = operation(reader, "provisioning_token_revoke", fr, en).writes().refused(404);
    revoke.empty(204, &reader.say("Révoqué.", "Revoked.")).put(
        paths,
        &reader.at("/$provisioning/tokens/{id}"),
        "delete",
    );
    let (fr, en) = ("Dire quels profils un groupe donne", "Say which profiles a group gives");
    let map = operation(reader, "provisioning_group_map", fr, en).writes().refused(404);
    let map = map.body("application/json", sent("profiles", array(text())));
    let map = map.answers(200, &reader.say(fr, en), own("provisioned_group"));
    map.put(paths, &reader.at("/$provisioning/groups/{id}"), "put");
}

/// A token of a directory.
fn provisioning_token() -> Json {
    json!({
        "id": values::id(), "name": text(), "made_by": text_or_null(), "made_at": text_or_null(), "used_at": text_or_null(),
    })
}

fn subscription(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) = ("L'abonnement, et ce qui en est consommé", "The subscription, and what is used of it");
    let told = reader.say("Nul s'il n'y en a pas.", "Null where there is none.");
    let show = operation(reader, "subscription_show", fr, en).answers(200, &told, own("subscription_shown"));
    show.put(paths, &reader.at("/$subscription"), "get");
}

/// A measure of what a subscription includes; storage in bytes.
fn usage_line() -> Json {
    let measures = platform::Measure::ALL.map(platform::Measure::tag);
    let whole_or_null = || json!({"type": ["integer", "null"]});
    json!({
        "measure": words(&measures), "environment": text_or_null(), "profile": text_or_null(),
        "used": whole_or_null(), "most": whole_or_null(), "included": whole_or_null(), "share": whole_or_null(),
    })
}

/// Schemas of what administrators see.
pub(super) fn schemas_of_administrators() -> Vec<(&'static str, Json)> {
    let mut of_person = event();
    of_person["person"] = closed(json!({"id": values::id(), "name": text(), "email": text()}));
    vec![
        ("sign_in_rules", closed(json!({"second_factor": boolean()}))),
        (
            "security_finding",
            closed(json!({
                "name": text(), "verdict": words(&["good", "warning", "bad"]), "found": text(), "mend": text(),
                "concerned": array(text()),
            })),
        ),
        ("security_report", closed(json!({"value": array(own("security_finding"))}))),
        ("person_sign_in_event", closed(of_person)),
        ("usage_line", closed(usage_line())),
        (
            "subscription",
            closed(json!({
                "code": text(), "client": text(), "starts_on": text_or_null(), "ends_on": text_or_null(),
                "modules": array(text()), "ask": text(), "month": text(), "lines": array(own("usage_line")),
            })),
        ),
        (
            "subscription_shown",
            closed(json!({"subscription": {"anyOf": [own("subscription"), {"type": "null"}]}})),
        ),
        ("provisioning_token", closed(provisioning_token())),
        ("provisioning_token_made", {
            let mut made = provisioning_token();
            made["secret"] = text();
            closed(made)
        }),
        (
            "provisioned_group",
            closed(
                json!({"id": values::id(), "name": text(), "profiles": array(text()), "members": whole()}),
            ),
        ),
        (
            "provisioning",
            closed(json!({
                "address": text(), "tokens": array(own("provisioning_token")), "groups": array(own("provisioned_group")),
            })),
        ),
        ("assistance", closed(assistance())),
        ("assistances", closed(json!({"value": array(own("assistance"))}))),
        ("people_sign_in_events", page("person_sign_in_event")),
    ]
}

fn operation(reader: &Reader<'_>, id: &str, fr: &str, en: &str) -> Operation {
    Operation::new(format!("tisserand.{id}"), TAG, reader.say(fr, en))
}

fn own_password(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let change =
        operation(reader, "own_password_change", "Changer son mot de passe", "Change one's password");
    let sent = json!({
        "type": "object",
        "required": ["present", "password"],
        "properties": {"present": text(), "password": text()},
    });
    let told = reader.say("La personne et ses environnements.", "The person and their environments.");
    let change = change.writes().body("application/json", sent).answers(200, &told, own("session"));
    change.refused(502).put(paths, "/session/password", "post");
}

fn second_factor(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    const AT: &str = "/session/second_factor";
    let known = reader.say("Comment il en est.", "How it stands.");
    let show = operation(reader, "second_factor_show", "Son second facteur", "One's second factor");
    show.answers(200, &known, own("second_factor")).put(paths, AT, "get");
    let takes = |field: &str| json!({"type": "object", "required": [field], "properties": {field: text()}});
    let operations = [
        ("begin", "", "Ajouter un second facteur", "Add a second factor", "password", "enrolment"),
        ("confirm", "/confirm", "Confirmer par un code", "Confirm by a code", "code", "recovery_codes"),
        (
            "remove",
            "/remove",
            "Retirer le second facteur",
            "Remove the second factor",
            "code",
            "second_factor",
        ),
        (
            "recovery",
            "/recovery_codes",
            "Refaire les codes de secours",
            "Make recovery codes anew",
            "code",
            "recovery_codes",
        ),
    ];
    for (name, part, fr, en, field, answer) in operations {
        let id = if name == "recovery" {
            "recovery_codes_renew".to_owned()
        } else {
            format!("second_factor_{name}")
        };
        let done = operation(reader, &id, fr, en).writes().body("application/json", takes(field));
        let done = done.answers(200, &reader.say(fr, en), own(answer));
        // A password may be asked of a directory.
        let done = if field == "password" { done.refused(502) } else { done };
        done.put(paths, &format!("{AT}{part}"), "post");
    }
    let (fr, en) = ("Les navigateurs où l'on est connu", "The browsers one is known by");
    let list = operation(reader, "device_list", fr, en);
    list.answers(200, &reader.say(fr, en), own("devices")).put(paths, "/devices", "get");
    let forget = operation(reader, "device_forget", "En oublier un", "Forget one").writes();
    forget.empty(204, &reader.say("Oublié.", "Forgotten.")).put(paths, "/devices/{id}", "delete");
}

fn passkeys(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    const AT: &str = "/session/passkeys";
    let sent = |required: &[&str], more: &[&str]| {
        let field = |name: &&str| {
            let shape = if *name == "credential" {
                json!({"type": "object", "additionalProperties": true})
            } else {
                text()
            };
            ((*name).to_owned(), shape)
        };
        let properties: Map<String, Json> = required.iter().chain(more).map(field).collect();
        json!({"type": "object", "required": required, "properties": properties})
    };
    let (fr, en) = (
        "Ses clés d'accès, et l'adresse où l'on peut en ajouter",
        "One's passkeys, and the address at which some can be added",
    );
    let list = operation(reader, "passkey_list", fr, en);
    list.answers(200, &reader.say(fr, en), own("passkeys")).put(paths, AT, "get");
    let asked = reader.say("Ce qui est à demander au navigateur.", "What the browser is to be asked for.");
    let begin =
        operation(reader, "passkey_begin", "Commencer à ajouter une clé d'accès", "Begin to add a passkey");
    let begin = begin.writes().body("application/json", sent(&["password"], &["code"]));
    begin.answers(200, &asked, own("ceremony")).refused(409).refused(502).put(
        paths,
        &format!("{AT}/begin"),
        "post",
    );
    let (fr, en) = ("Ajouter une clé d'accès", "Add a passkey");
    let add = operation(reader, "passkey_add", fr, en).writes();
    let add = add.body("application/json", sent(&["ceremony", "credential"], &["name"]));
    add.answers(201, &reader.say(fr, en), own("passkey")).refused(409).refused(410).put(paths, AT, "post");
    let (fr, en) = ("Renommer une clé d'accès", "Rename a passkey");
    let rename =
        operation(reader, "passkey_rename", fr, en).writes().body("application/json", sent(&["name"], &[]));
    rename.answers(200, &reader.say(fr, en), own("passkey")).put(paths, &format!("{AT}/{{id}}"), "patch");
    let (fr, en) = ("Retirer une clé d'accès", "Remove a passkey");
    let remove = operation(reader, "passkey_remove", fr, en).writes();
    let remove = remove.body("application/json", sent(&["password"], &[]));
    remove.empty(204, &reader.say("Retirée.", "Removed.")).refused(502).put(
        paths,
        &format!("{AT}/{{id}}/remove"),
        "post",
    );
    let (fr, en) = ("Commencer à se connecter par une clé d'accès", "Begin to sign in by a passkey");
    let begin = operation(reader, "passkey_sign_in_begin", fr, en).open().writes();
    let begin = begin.body("application/json", sent(&[], &[]));
    begin.answers(200, &asked, own("ceremony")).refused(409).put(paths, "/passkeys/begin", "post");
    let (fr, en) = ("Se connecter par une clé d'accès", "Sign in by a passkey");
    let done = operation(reader, "passkey_sign_in", fr, en).open().writes();
    let done = done.body("application/json", sent(&["ceremony", "credential"], &[]));
    let told = reader.say("La personne et ses environnements.", "The person and their environments.");
    let done = done.answers(200, &told, own("session")).refused(409).refused(410);
    done.put(paths, "/passkeys/sign_in", "post");
}

fn links(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let takes = |fields: &[&str]| {
        let properties: Map<String, Json> =
            fields.iter().map(|field| ((*field).to_owned(), text())).collect();
        json!({"type": "object", "required": fields, "properties": properties})
    };
    let (fr, en) =
        ("Demander un lien pour choisir un autre mot de passe", "Ask for a link to choose another password");
    let asked = operation(reader, "password_forgotten", fr, en).open().writes();
    let asked = asked.body("application/json", takes(&["email"]));
    let told = reader.say("Qu'il y ait quelqu'un ou non.", "Whether there is anybody or not.");
    asked.empty(204, &told).put(paths, "/session/forgotten", "post");
    let (fr, en) = ("À quoi sert un lien", "What a link is for");
    let show = operation(reader, "link_show", fr, en).open().writes();
    let show = show.body("application/json", takes(&["link"])).answers(
        200,
        &reader.say(fr, en),
        own("account_link"),
    );
    show.refused(410).put(paths, "/session/link", "post");
    let (fr, en) = ("Choisir un mot de passe par un lien", "Choose a password by a link");
    let used = operation(reader, "link_use", fr, en).open().writes();
    let used = used
        .body("application/json", takes(&["link", "password"]))
        .empty(204, &reader.say("Choisi.", "Chosen."));
    used.refused(410).put(paths, "/session/link/password", "post");
}

fn providers(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) = ("Les fournisseurs d'identité d'un domaine", "The identity providers of a domain");
    let list = operation(reader, "provider_list", fr, en).open().takes(&["of_domain"]);
    list.answers(200, &reader.say(fr, en), own("providers")).put(paths, "/providers", "get");
    let (fr, en) = ("Commencer à se connecter par un fournisseur", "Begin to sign in by a provider");
    let sent = json!({"type": "object", "properties": {"to": text_or_null()}});
    let begin = operation(reader, "provider_begin", fr, en).open().writes().body("application/json", sent);
    let begin = begin.answers(200, &reader.say("Où aller.", "Where to go."), own("provider_begun"));
    begin.refused(502).put(paths, "/providers/{provider}/begin", "post");
    let (fr, en) = ("Revenir d'un fournisseur", "Come back from a provider");
    let end = operation(reader, "provider_end", fr, en).never_refuses();
    let end = end.takes(&["came_code", "came_state", "came_issuer", "came_error"]);
    let told = reader.say("Où aller ensuite.", "Where to go next.");
    end.empty(303, &told).put(paths, "/providers/{provider}/callback", "get");
}

/// Adds the operations.
pub(super) fn write(reader: &Reader<'_>, paths: &mut Map<String, Json>) {
    let (fr, en) =
        ("Ce qui est arrivé aux connexions de la personne", "What happened to the person's sign-ins");
    let list = operation(reader, "sign_in_events", fr, en).takes(&["top", "older_than"]);
    let list = list.answers(200, &reader.say(fr, en), own("sign_in_events"));
    list.refused(403).put(paths, "/sign_ins", "get");
    own_password(reader, paths);
    second_factor(reader, paths);
    passkeys(reader, paths);
    providers(reader, paths);
    links(reader, paths);
    if !reader.administers {
        return;
    }
    let (fr, en) =
        ("Ce qui est arrivé aux connexions des personnes", "What happened to the sign-ins of people");
    assistances(reader, paths);
    provisioning(reader, paths);
    subscription(reader, paths);
    let (shown, changed) =
        ("Ce qui est demandé à qui se connecte", "Changer ce qui est demandé à qui se connecte");
    let rules = reader.say("Les règles.", "The rules.");
    let show = operation(reader, "sign_in_rules_show", shown, "What is asked of whoever signs in");
    show.answers(200, &rules, own("sign_in_rules")).put(paths, &reader.at("/$sign_in"), "get");
    let change =
        operation(reader, "sign_in_rules_change", changed, "Change what is asked of whoever signs in");
    let sent =
        json!({"type": "object", "properties": {"second_factor": boolean()}, "additionalProperties": false});
    let change = change.writes().body("application/json", sent).answers(200, &rules, own("sign_in_rules"));
    change.put(paths, &reader.at("/$sign_in"), "patch");
    let (shown, said) = (
        "Ce qui protège cet environnement, et ce qui manque",
        "What protects this environment, and what is missing",
    );
    let report = operation(reader, "security_show", shown, said);
    let report = report.answers(200, &reader.say(shown, said), own("security_report"));
    report.put(paths, &reader.at("/$security"), "get");
    let list = operation(reader, "sign_in_events_of_people", fr, en);
    let list = list.takes(&["top", "older_than", "about_person", "by_event"]);
    let list = list.answers(200, &reader.say(fr, en), own("people_sign_in_events"));
    list.put(paths, &reader.at("/$sign_ins"), "get");
}
