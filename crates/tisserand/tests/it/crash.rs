use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::json;

use crate::support::{Client, Place, json_lines};
use ureq::http::Method;

const ROUNDS: usize = 20;
const WRITERS: usize = 6;

/// The process is killed 20 times under load: every acknowledged write is there, none is half there, journal and digest verify each time.
#[test]
fn kill_9_under_write_load_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    let place = Place::shop();
    let token = place.token();
    let mut acknowledged: HashSet<String> = HashSet::new();
    for round in 0..ROUNDS {
        let mut server = place.serve(&[]);
        let (told, acks) = channel();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let (client, told) = (Client::new(&server, &token), told.clone());
                thread::spawn(move || {
                    for number in 0.. {
                        let name = format!("{round}-{writer}-{number}");
                        let items: Vec<_> = (1..=3)
                            .map(|i| json!({ "name": format!("{name}/{i}"), "quantity": i }))
                            .collect();
                        let body = json!({ "name": name, "number": number, "items": items });
                        match client.try_send(Method::POST, "/data/shop/purchases", Some(&body)) {
                            Ok((201, _)) if told.send(name).is_ok() => {}
                            Ok((201, _)) | Err(_) => return,
                            Ok(other) => panic!("{other:?}"),
                        }
                    }
                })
            })
            .collect();
        drop(told);
        // The kill falls at another moment of the load in each round.
        acknowledged.extend(acks.iter().take(12 + 5 * round));
        server.kill();
        acknowledged.extend(acks.iter());
        for writer in writers {
            writer.join().unwrap();
        }
        let verdict = place.run(&["env", "verify", "shop", "--json"]).ok().json();
        assert_eq!(verdict["whole"], true, "round {round}: {verdict}");
    }
    let out = place.path("all.jsonl");
    place.run(&["export", "shop", "purchase", "--out", out.to_str().unwrap()]).ok();
    let mut present = HashSet::new();
    let mut codes = HashSet::new();
    for purchase in json_lines(&out) {
        let name = purchase["name"].as_str().unwrap();
        let mut items: Vec<_> =
            purchase["items"].as_array().unwrap().iter().map(|i| i["name"].as_str().unwrap()).collect();
        items.sort_unstable();
        let expected: Vec<String> = (1..=3).map(|i| format!("{name}/{i}")).collect();
        assert_eq!(items, expected, "{name} is half there");
        assert_eq!(purchase["total"], 6, "{name}");
        assert!(codes.insert(purchase["code"].as_str().unwrap().to_owned()), "a number was given twice");
        assert!(present.insert(name.to_owned()), "{name} is there twice");
    }
    let lost: Vec<_> = acknowledged.difference(&present).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    assert!(acknowledged.len() > 20 * ROUNDS);
}
