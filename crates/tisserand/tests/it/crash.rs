use std::collections::HashSet;
use std::sync::mpsc::channel;
use std::thread;

use serde_json::{Value as Json, json};

use crate::support::{Client, Place, json_lines};
use ureq::http::Method;

const ROUNDS: usize = 20;
const WRITERS: usize = 6;

#[test]
fn kill_9_under_write_load_loses_nothing_acknowledged_and_leaves_nothing_half_done() {
    killed_under_load(&Place::shop());
}

#[test]
fn kill_9_under_write_load_loses_nothing_acknowledged_on_postgresql_either() {
    killed_under_load(&Place::shop_on_postgres());
}

/// The process is killed 20 times under load: every acknowledged write is there, none is half there, journal and digest verify each time.
fn killed_under_load(place: &Place) {
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

#[test]
fn kill_9_between_a_write_and_its_repetition_doubles_nothing() {
    Place::shops().iter().for_each(killed_and_repeated);
}

/// Makes a purchase, with a key of its own: by itself, or in a batch with an atomic group and a request beside it. An error when the server is
/// gone.
fn purchase(client: &Client, number: usize) -> Result<Json, ureq::Error> {
    let client = client.with("idempotency-key", &format!("purchase-{number}"));
    let body = json!({"name": format!("n{number}"), "items": [{"name": "i", "quantity": 1}]});
    if number.is_multiple_of(2) {
        let (status, answer) = client.try_send(Method::POST, "/data/shop/purchases", Some(&body))?;
        assert_eq!(status, 201, "{answer}");
        return Ok(answer);
    }
    let batch = json!({"requests": [
        {"id": "1", "atomicityGroup": "g", "method": "POST", "url": "purchases", "body": body},
        {"id": "2", "atomicityGroup": "g", "method": "PATCH", "url": "$1", "body": {"number": number}},
        {"id": "3", "method": "PATCH", "url": "$1", "body": {"number": number + 1}},
    ]});
    let (status, answer) = client.try_send(Method::POST, "/data/shop/$batch", Some(&batch))?;
    let done = answer["responses"].as_array().is_some_and(|responses| {
        responses.iter().map(|response| response["status"].as_u64()).eq([Some(201), Some(200), Some(200)])
    });
    assert!(status == 200 && done, "{answer}");
    Ok(answer)
}

/// Writers are cut off by kills and send again what they had no answer to, with the same key: everything is there once.
fn killed_and_repeated(place: &Place) {
    const NUMBERS: usize = 60;
    let token = place.token();
    let mut answers: Vec<Option<Json>> = vec![None; NUMBERS];
    let mut round = 0;
    while answers.iter().any(Option::is_none) {
        let mut server = place.serve(&[]);
        let (told, acks) = channel();
        let waiting: Vec<usize> = (0..NUMBERS).filter(|number| answers[*number].is_none()).collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let mine: Vec<usize> =
                    waiting.iter().copied().filter(|number| number % WRITERS == writer).collect();
                let (client, told) = (Client::new(&server, &token), told.clone());
                thread::spawn(move || {
                    for number in mine {
                        let Ok(answer) = purchase(&client, number) else { return };
                        if told.send((number, answer)).is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        drop(told);
        // Each round lives a little longer, so that the last one finishes.
        for (number, answer) in acks.iter().take(3 + 4 * round) {
            answers[number] = Some(answer);
        }
        server.kill();
        for (number, answer) in acks.iter() {
            answers[number] = Some(answer);
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        round += 1;
    }
    assert!(round > 3, "no kill fell between");
    let server = place.serve(&[]);
    let client = Client::new(&server, &token);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(Some(purchase(&client, number).unwrap()), *answer, "{number}");
    }
    let (_, list) = client.get("/data/shop/purchases?$count=true&$top=1");
    assert_eq!(list["@odata.count"], NUMBERS);
    let (_, items) = client.get("/data/shop/items?$count=true&$top=1");
    assert_eq!(items["@odata.count"], NUMBERS);
}
