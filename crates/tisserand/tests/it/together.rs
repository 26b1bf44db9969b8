//! Two server processes on one PostgreSQL database serve the same environments.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::{Value as Json, json};
use ureq::http::Method;

use crate::support::{Client, Place, Server, json_lines};

const WRITERS: usize = 4;

fn purchase(name: &str) -> Json {
    json!({ "name": name, "items": [{ "name": format!("{name}/1"), "quantity": 2 }] })
}

/// Lines of the live events of `shop` on a server.
fn events(server: &Server, token: &str) -> impl Iterator<Item = String> + use<> {
    let host = server.address.trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).unwrap();
    write!(
        stream,
        "GET /events/shop HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\r\n"
    )
    .unwrap();
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().contains(" 200 "));
    lines
}

#[test]
fn what_one_process_writes_the_other_reads_and_tells_its_listeners() {
    let place = Place::shop_on_postgres();
    let token = place.token();
    let (first, second) = (place.serve(&[]), place.serve(&[]));
    let mut heard = events(&second, &token);
    let (one, two) = (Client::new(&first, &token), Client::new(&second, &token));
    let (status, made) = one.post("/data/shop/purchases", &purchase("from the first"));
    assert_eq!(status, 201, "{made}");
    let id = made["id"].as_str().unwrap();
    let (status, seen) = two.get(&format!("/data/shop/purchases/{id}"));
    assert_eq!((status, &seen["name"]), (200, &json!("from the first")));
    assert!(heard.any(|line| line.contains(id)), "the other's listeners were not told");
    // Numbers and versions go on across processes.
    let (_, next) = two.post("/data/shop/purchases", &purchase("from the second"));
    assert_eq!((&made["code"], &next["code"]), (&json!("C000001"), &json!("C000002")));
    let changed =
        two.with("if-match", "*").patch(&format!("/data/shop/purchases/{id}"), &json!({"number": 7}));
    assert_eq!(changed.0, 200, "{}", changed.1);
    assert_eq!(one.get(&format!("/data/shop/purchases/{id}")).1["number"], 7);
}

#[test]
fn what_one_process_revokes_or_changes_in_the_dictionary_holds_in_the_other() {
    let place = Place::shop_on_postgres();
    let token = place.token();
    let server = place.serve(&[]);
    let client = Client::new(&server, &token);
    assert_eq!(client.get("/data/shop/purchases").0, 200);
    // Commands are processes of their own, beside the server.
    let layer = place.path("layer/entities");
    std::fs::create_dir_all(&layer).unwrap();
    std::fs::write(
        layer.join("purchase.toml"),
        "[fields.weight]\ntype = \"integer\"\nlabel = { fr = \"Poids\", en = \"Weight\" }\n",
    )
    .unwrap();
    place.run(&["dictionary", "apply", "shop", place.path("layer").to_str().unwrap()]).ok();
    let (status, made) =
        client.post("/data/shop/purchases", &json!({ "name": "heavy", "weight": 12, "items": [] }));
    assert_eq!((status, &made["weight"]), (201, &json!(12)), "{made}");
    place.run(&["env", "create", "second", "--label", "Une autre", "--with", "shop"]).ok();
    place.run(&["token", "revoke", "test"]).ok();
    // The hint takes milliseconds; without it, a second.
    let refused = (0..2_000).any(|_| client.get("/data/shop/purchases").0 == 401);
    assert!(refused, "a revoked token still opens");
}

/// One of two processes is killed under load, again and again: nothing that either acknowledged is lost, and the other goes on.
#[test]
fn a_process_killed_beside_another_loses_nothing_acknowledged_and_holds_nobody_up() {
    let place = Place::shop_on_postgres();
    let token = place.token();
    let survivor = place.serve(&[]);
    let mut acknowledged: HashSet<String> = HashSet::new();
    for round in 0..6 {
        let mut doomed = place.serve(&[]);
        let (told, acks) = channel();
        let writers: Vec<_> = (0..2 * WRITERS)
            .map(|writer| {
                let lives = writer % 2 == 0;
                let server = if lives { &survivor } else { &doomed };
                let (client, told) = (Client::new(server, &token), told.clone());
                thread::spawn(move || {
                    for number in 0..40 {
                        let name = format!("{round}-{writer}-{number}");
                        match client.try_send(Method::POST, "/data/shop/purchases", Some(&purchase(&name))) {
                            Ok((201, _)) if told.send(name).is_ok() => {}
                            Ok((201, _)) => return,
                            Err(_) if !lives => return,
                            other => panic!("{other:?}"),
                        }
                    }
                })
            })
            .collect();
        drop(told);
        acknowledged.extend(acks.iter().take(10 + 7 * round));
        doomed.kill();
        acknowledged.extend(acks.iter());
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        let verdict = place.run(&["env", "verify", "shop", "--json"]).ok().json();
        assert_eq!(verdict["whole"], true, "round {round}: {verdict}");
    }
    let out = place.path("all.jsonl");
    place.run(&["export", "shop", "purchase", "--out", out.to_str().unwrap()]).ok();
    let all = json_lines(&out);
    let present: HashSet<String> = all.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    let codes: HashSet<&str> = all.iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!((present.len(), codes.len()), (all.len(), all.len()), "twice the same");
    let lost: Vec<_> = acknowledged.difference(&present).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
}

#[test]
fn a_folder_and_a_database_that_do_not_go_together_are_refused_with_what_to_do() {
    let place = Place::shop_on_postgres();
    let without = |args: &[&str]| {
        let mut command = place.command(args);
        crate::support::Said::from(command.env_remove("TISSERAND_DATABASE").output().unwrap())
    };
    let said = without(&["env", "list"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("is in PostgreSQL") && said.err.contains("--database"), "{}", said.err);
    let files = Place::shop();
    let database = place.database.clone().unwrap();
    let said = files.run(&["env", "list", "--database", &database]);
    assert!(said.code == 1 && said.err.contains("files of its own"), "{}", said.err);
    let superuser = database.replace("tisserand@", "postgres@");
    let said = place.run(&["env", "list", "--database", &superuser]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("is a superuser") && said.err.contains("CREATE ROLE"), "{}", said.err);
    let said = place.run(&["env", "list", "--database", "mysql://here"]);
    assert!(said.code == 1 && said.err.contains("postgres://"), "{}", said.err);
    place.run(&["doctor"]).ok();
}

#[test]
fn an_environment_moves_to_postgresql_and_back_with_its_history_and_digest() {
    let (files, database) = (Place::shop(), Place::empty_in(Some(test_postgres::address())));
    let back = Place::empty();
    files.file("orders.csv", "name;number\nÉté;1\n👩🏽‍🚒;2\nZ;3\n");
    files.run(&["import", "shop", "purchase", "orders.csv", "--batch", "2"]).ok();
    let shown = |place: &Place| {
        let shown = place.run(&["env", "show", "shop", "--json"]).ok().json();
        (shown["position"].clone(), shown["digest"].clone(), shown["records"].clone())
    };
    let copy = |from: &Place, to: &Place| {
        drop(to.serve(&["--create"]));
        let data = from.path("data");
        let mut args = vec!["env", "copy", "shop", "--from", data.to_str().unwrap()];
        args.extend(from.database.iter().flat_map(|database| ["--from-database", database]));
        to.run(&args).ok();
        to.run(&["env", "verify", "shop"]).ok();
        let again = to.run(&args);
        assert!(again.code == 1 && again.err.contains("already"), "{}", again.err);
    };
    copy(&files, &database);
    assert_eq!(shown(&database), shown(&files));
    copy(&database, &back);
    assert_eq!(shown(&back), shown(&files));
    // Numbers go on after those that were given.
    back.run(&["import", "shop", "purchase", files.file("more.csv", "name\nnext\n").to_str().unwrap()]).ok();
    let out = back.path("all.jsonl");
    back.run(&["export", "shop", "purchase", "--out", out.to_str().unwrap()]).ok();
    let codes: HashSet<String> =
        json_lines(&out).iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 4);
}
