use crate::support::{Client, Place};

#[test]
fn a_second_process_on_the_same_data_is_told_who_holds_it() {
    let place = Place::shop();
    let server = place.serve(&[]);
    for command in [
        &["env", "list"][..],
        &["import", "shop", "purchase", "modules/shop/module.toml"],
        &["serve", "--address", "127.0.0.1:0"],
    ] {
        let said = place.run(command);
        assert_eq!(said.code, 1, "{said:?}");
        assert!(
            said.err.contains("held by another process") && said.err.contains(&server.address),
            "{}",
            said.err
        );
    }
    let doctor = place.run(&["doctor"]).ok();
    assert!(doctor.out.contains("held by another process"), "{}", doctor.out);
    drop(server);
    place.run(&["env", "list"]).ok();
}

#[test]
fn wrong_use_is_exit_2_a_refusal_exit_1_and_each_says_what_to_do() {
    let place = Place::shop();
    for (args, code, said) in [
        (&["exprot"][..], 2, "export"),
        (&["import", "shop"], 2, "Usage"),
        (&["env", "list", "--colour"], 2, "--colour"),
        (&["import", "shop", "purchase", "nothing.csv"], 1, "no file nothing.csv"),
        (&["import", "shpo", "purchase", "modules/shop/module.toml"], 1, "“shop”"),
        (&["export", "shop", "purchas"], 1, "“purchase”"),
        (&["export", "shop", "purchase", "--filter", "nmae = 'x'"], 1, "name"),
        (&["env", "create", "Shop!"], 1, ""),
        (&["user", "create", "--name", "X", "--email", "x@y.example", "--password", "short"], 1, ""),
        (
            &["user", "create", "--name", "X", "--email", "nothing", "--password", "une longue phrase"],
            1,
            "email",
        ),
        (&["user", "reset", "nobody@y.example"], 1, "Nobody has the address"),
        (&["token", "revoke", "none"], 1, "no token"),
        (&["journal", "show", "shop", "999999"], 1, "goes from 1 to"),
        (&["module", "check", "nowhere"], 1, "no folder nowhere"),
        (&["--data", "elsewhere", "env", "list"], 1, "no Tisserand platform in elsewhere"),
        (&["serve", "--address", "somewhere"], 2, "address to listen on"),
    ] {
        let answer = place.run(args);
        assert_eq!(answer.code, code, "{args:?}: {answer:?}");
        assert!(answer.err.contains(said) && !answer.err.trim().is_empty(), "{args:?}: {}", answer.err);
    }
    place.file("tisserand.toml", "adress = '127.0.0.1:0'\n");
    let said = place.run(&["env", "list"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("tisserand.toml:1") && said.err.contains("“address”"), "{}", said.err);
}

#[test]
fn an_environment_is_deleted_only_by_its_name_and_its_data_stays_aside() {
    Place::shops().iter().for_each(environment_deleted);
}

fn environment_deleted(place: &Place) {
    place.file("orders.csv", "name\nA\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    let token = place.token();
    for args in [&["env", "delete", "shop"][..], &["env", "delete", "shop", "--yes", "shpo"]] {
        let asked = place.run(args);
        assert_eq!(asked.code, 1);
        assert!(asked.err.contains("--yes shop") && asked.err.contains("La boutique"), "{}", asked.err);
    }
    assert_eq!(place.run(&["env", "delete", "platform", "--yes", "platform"]).code, 1);
    place.run(&["env", "show", "shop"]).ok();
    place.run(&["env", "delete", "shop", "--yes", "shop"]).ok();
    assert!(place.run(&["env", "show", "shop"]).err.contains("no environment “shop”"));
    if place.database.is_none() {
        let aside = std::fs::read_dir(place.path("data/environments/aside")).unwrap();
        assert_eq!(aside.count(), 1);
    }
    // The name is free again, and nothing of the old one comes with it.
    place.run(&["env", "create", "shop", "--with", "shop"]).ok();
    let server = place.serve(&[]);
    assert_eq!(Client::new(&server, &token).get("/data/shop/purchases").0, 404);
}

#[test]
fn a_plan_that_sets_data_aside_needs_a_confirmation_and_keeps_the_data() {
    Place::shops().iter().for_each(plan_confirmed);
}

fn plan_confirmed(place: &Place) {
    place.file("orders.csv", "name,number\nA,7\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    let without: String = {
        let text = std::fs::read_to_string(place.path("modules/shop/entities/purchase.toml")).unwrap();
        let begin = text.find("[fields.number]").unwrap();
        let end = text.find("[fields.items]").unwrap();
        format!("{}{}", &text[..begin], &text[end..])
    };
    let digest = |place: &Place| place.run(&["env", "show", "shop", "--json"]).ok().json()["digest"].clone();
    let before = digest(place);
    place.module_file("entities/purchase.toml", &without.replace("\"text\"", "\"txet\""));
    let wrong = place.run(&["dictionary", "apply", "shop", "--confirm"]);
    assert_eq!(wrong.code, 1, "{wrong:?}");
    place.module_file("entities/purchase.toml", &without);
    let plan = place.run(&["dictionary", "plan", "shop"]);
    assert!(plan.out.contains("number"), "{plan:?}");
    let refused = place.run(&["dictionary", "apply", "shop"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.err.contains("--confirm"), "{}", refused.err);
    assert_eq!(digest(place), before, "nothing changed");
    place.run(&["dictionary", "apply", "shop", "--confirm"]).ok();
    let gone = place.run(&["export", "shop", "purchase", "--filter", "number = 7"]);
    assert_eq!(gone.code, 1);
    place.run(&["env", "verify", "shop"]).ok();
}

#[test]
fn messages_follow_the_language_of_the_system() {
    let place = Place::shop();
    let said = place.command(&["env", "show", "shpo"]).env("LANG", "fr_FR.UTF-8").output().unwrap();
    let err = String::from_utf8(said.stderr).unwrap();
    assert!(err.contains("Il n'y a pas d'environnement « shpo ». Vouliez-vous dire « shop » ?"), "{err}");
    let said = place.command(&["env", "shwo"]).env("LANG", "fr_FR.UTF-8").output().unwrap();
    let err = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(2));
    assert!(err.starts_with("erreur : la commande shwo n'existe pas") && err.contains("show ?"), "{err}");
    assert!(said.stdout.is_empty());
    let english = place.run(&["env", "shwo"]);
    assert!(english.code == 2 && english.err.contains("unrecognized subcommand 'shwo'"), "{}", english.err);
}

#[test]
fn a_module_with_faults_is_told_all_of_them_with_file_line_and_column() {
    let place = Place::empty();
    place.run(&["module", "check", "modules/shop"]).ok();
    place.module_file("entities/bad.toml", "label = { fr = \"X\" }\nplural = { fr = \"X\" }\n[fields.a]\ntype = \"txet\"\nlabel = { fr = \"A\" }\n[fields.b]\ntype = \"reference\"\nto = \"purchse\"\nlabel = { fr = \"B\" }\n");
    let said = place.run(&["module", "check", "modules/shop"]);
    assert_eq!(said.code, 1);
    for part in ["bad.toml", ":4:", "text", ":8:", "purchase"] {
        assert!(said.out.contains(part), "{part} in {}", said.out);
    }
}

#[test]
fn a_token_opens_the_api_until_it_is_revoked() {
    Place::shops().iter().for_each(token_revoked);
}

fn token_revoked(place: &Place) {
    let token = place.token();
    {
        let server = place.serve(&[]);
        assert_eq!(Client::new(&server, &token).get("/data/shop/purchases").0, 200);
    }
    assert!(place.run(&["token", "list"]).ok().out.contains("test"));
    place.run(&["token", "revoke", "test"]).ok();
    let server = place.serve(&[]);
    assert_eq!(Client::new(&server, &token).get("/data/shop/purchases").0, 401);
}

#[test]
fn the_journal_and_the_dictionary_can_be_read() {
    Place::shops().iter().for_each(journal_read);
}

fn journal_read(place: &Place) {
    place.file("orders.csv", "name\nA\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    let tail = place.run(&["journal", "tail", "shop"]).ok().out;
    assert!(tail.contains("import") && tail.contains("create purchase"), "{tail}");
    let position = place.run(&["env", "show", "shop", "--json"]).ok().json()["position"].to_string();
    let entry = place.run(&["journal", "show", "shop", &position, "--json"]).ok().json();
    assert_eq!(entry["changes"][0]["fields"]["name"][1], "A", "{entry}");
    let shown = place.run(&["dictionary", "show", "shop", "entities.purchase.fields.name"]).ok().out;
    assert!(
        shown.contains("entities.purchase.fields.name.required = true") && shown.contains("purchase.toml:"),
        "{shown}"
    );
    let healthy = place.run(&["doctor"]).ok().out;
    assert!(healthy.contains("✓ environment"), "{healthy}");
    // What is as it should be is told to who asks for it.
    assert!(healthy.contains("! security") && !healthy.contains("✓ security"), "{healthy}");
    let report = place.run(&["doctor", "--security"]).ok().out;
    assert!(report.contains("✓ security") && !report.contains("environment "), "{report}");
    assert!(report.contains("shop: ") && report.contains("platform: "), "{report}");
}

#[test]
fn a_folder_that_is_made_is_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::shop();
    let mode = std::fs::metadata(place.folder.path().join("data")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "{mode:o}");
}
