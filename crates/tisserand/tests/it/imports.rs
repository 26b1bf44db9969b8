//! Imports of people in a process that is killed: nothing is half, nothing is twice, and what was in hand says so and goes on when told.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use crate::support::{Client, Place, Server};

/// Rows of the file: batches of a thousand each.
const ROWS: usize = 4_000;
const PATIENCE: Duration = Duration::from_secs(120);

/// Purchases with two items each; the first row is one that is known already, with other items.
fn file() -> String {
    let mut file =
        json!({"number": 0, "name": "known", "items": [{"name": "other", "quantity": 5}]}).to_string();
    for number in 1..ROWS {
        let items = json!([{"name": format!("{number}/1"), "quantity": 1}, {"name": format!("{number}/2"), "quantity": 2}]);
        write!(file, "\n{}", json!({"number": number, "name": format!("n{number}"), "items": items}))
            .unwrap();
    }
    file
}

struct Import<'a> {
    place: &'a Place,
    token: String,
    path: String,
    server: Server,
    client: Client,
}

impl<'a> Import<'a> {
    fn send(place: &'a Place, token: String, server: Server) -> Import<'a> {
        let client = Client::new(&server, &token);
        let (status, sent) =
            client.send_file("/data/shop/$imports?collection=purchases", "purchases.jsonl", &file());
        assert_eq!(status, 201, "{sent}");
        let path = format!("/data/shop/$imports/{}", sent["id"].as_str().unwrap());
        Import { place, token, path, server, client }
    }

    fn now(&self) -> Json {
        let (status, now) = self.client.get(&self.path);
        assert_eq!(status, 200, "{now}");
        now
    }

    fn ask(&self, what: &str, body: &Json) {
        let (status, said) = self.client.post(&format!("{}/{what}", self.path), body);
        assert_eq!(status, 202, "{said}");
    }

    fn wait(&self, until: impl Fn(&Json) -> bool) -> Json {
        let begun = Instant::now();
        loop {
            let now = self.now();
            assert_eq!(now["problem"], Json::Null, "{now}");
            if until(&now) {
                return now;
            }
            assert!(begun.elapsed() < PATIENCE, "{now}");
            std::thread::yield_now();
        }
    }

    /// Kills the process, finds the environment whole, and starts another, which does nothing of itself.
    fn kill_and_start(&mut self, stage: &str) {
        self.server.kill();
        let verdict = self.place.run(&["env", "verify", "shop", "--json"]).ok().json();
        assert_eq!(verdict["whole"], true, "{verdict}");
        self.server = self.place.serve(&[]);
        self.client = Client::new(&self.server, &self.token);
        let now = self.now();
        assert_eq!((&now["stage"], &now["live"]), (&json!(stage), &json!(false)), "{now}");
        assert_eq!(now["interrupted"], true, "{now}");
    }

    fn purchases(&self) -> Vec<Json> {
        let mut found = Vec::new();
        let mut path = "/data/shop/purchases?$expand=items&$orderby=number&$top=1000".to_owned();
        loop {
            let (status, page) = self.client.get(&path);
            assert_eq!(status, 200, "{page}");
            found.extend(page["value"].as_array().unwrap().iter().cloned());
            match page["@odata.nextLink"].as_str() {
                Some(link) => path = link.trim_start_matches(&self.server.address).to_owned(),
                None => return found,
            }
        }
    }
}

/// Names and quantities of the items of a purchase.
fn items(purchase: &Json) -> Vec<(String, u64)> {
    let mut items: Vec<(String, u64)> = purchase["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["name"].as_str().unwrap().to_owned(), item["quantity"].as_u64().unwrap()))
        .collect();
    items.sort();
    items
}

#[test]
fn an_import_and_its_undo_that_are_killed_go_on_with_nothing_half_and_nothing_twice() {
    Place::shops().iter().for_each(killed);
}

fn killed(place: &Place) {
    let token = place.token();
    let server = place.serve(&[]);
    let known = json!({"name": "known", "number": 0, "items": [{"name": "a", "quantity": 1}, {"name": "b", "quantity": 2}]});
    let (status, made) = Client::new(&server, &token).post("/data/shop/purchases", &known);
    assert_eq!(status, 201, "{made}");
    let mut import = Import::send(place, token, server);

    let mapping = json!({"mapping": {"key": "number", "columns": {"number": "number", "name": "name", "items": "items"}}});
    import.ask("run", &mapping);
    for batches in 1..=2 {
        import.wait(|now| now["advance"]["done"].as_u64() >= Some(batches * 1_000));
        import.kill_and_start("running");
        let written = import.purchases().len();
        assert!(written >= batches as usize * 1_000 && written < ROWS, "{written}");
        assert_eq!(import.purchases().len(), written, "rows are written unasked");
        import.ask("run", &json!({}));
    }
    let done = import.wait(|now| now["live"] == false);
    assert_eq!((&done["stage"], &done["problem"]), (&json!("done"), &Json::Null), "{done}");
    let told = ["created", "updated", "refused"].map(|name| done["report"][name].as_u64().unwrap());
    assert_eq!(told, [ROWS as u64 - 1, 1, 0], "{done}");
    let all = import.purchases();
    assert_eq!(all.len(), ROWS);
    let names: HashSet<&str> = all.iter().map(|purchase| purchase["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), ROWS);
    assert_eq!(items(&all[0]), [("other".to_owned(), 5)]);
    for (number, purchase) in all.iter().enumerate().skip(1) {
        let wanted = [(format!("{number}/1"), 1), (format!("{number}/2"), 2)];
        assert_eq!((items(purchase), &purchase["total"]), (wanted.to_vec(), &json!(3)));
    }
    // What somebody adds to a record that the import made would go with it: it stays, and is told.
    let other = json!({"items": [{"name": "8/1", "quantity": 1}, {"name": "8/2", "quantity": 2}, {"name": "mine", "quantity": 7}]});
    let (status, said) =
        import.client.patch(&format!("/data/shop/purchases/{}", all[8]["id"].as_str().unwrap()), &other);
    assert_eq!(status, 200, "{said}");

    import.ask("undo", &json!({}));
    import.wait(|now| now["undone"]["done"].as_u64() > Some(0) || now["live"] == false);
    import.kill_and_start("undoing");
    import.ask("undo", &json!({}));
    let undone = import.wait(|now| now["live"] == false);
    assert_eq!((&undone["stage"], &undone["problem"]), (&json!("undone"), &Json::Null), "{undone}");
    let left = import.purchases();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(items(&left[0]), [("a".to_owned(), 1), ("b".to_owned(), 2)], "lines are what they were");
    assert_eq!((&left[0]["id"], &left[0]["total"]), (&made["id"], &json!(3)));
    assert!(items(&left[1]).contains(&("mine".to_owned(), 7)), "{left:?}");
    assert!(undone["undone"]["left"].as_u64() >= Some(1), "{undone}");
    let (_, told) = import.client.get(&format!("{}/left", import.path));
    assert!(told["value"].as_array().unwrap().iter().any(|one| one["id"] == left[1]["id"]), "{told}");
    let verdict = {
        import.server.kill();
        place.run(&["env", "verify", "shop", "--json"]).ok().json()
    };
    assert_eq!(verdict["whole"], true, "{verdict}");
}
