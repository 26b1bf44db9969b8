//! Canaries: each environment holds a word of its own, in records, files and history. Nothing that anybody is answered in one environment, nothing
//! written to the log, and no file on disk holds the word of another, however many ask at once.
//!
//! `TISSERAND_CANARIES=environments,askers` makes it larger: the platform is asked to hold with 50 and 200.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use dictionary::Language;
use parking_lot::Mutex;
use platform::{NewEnvironment, NewUser};
use serde_json::json;
use server::ROUTES;

use crate::app::{App, PASSWORD};
use crate::client::{Client, encoded, filled};

/// What canaries sing; a number follows.
const SONG: &str = "canarisong";

fn word(number: usize) -> String {
    format!("{SONG}{number:04}")
}

/// Numbers of the canaries that sing in these bytes, capitals or not.
fn heard(bytes: &[u8]) -> Vec<usize> {
    let text = String::from_utf8_lossy(bytes).to_lowercase();
    let songs = text.match_indices(SONG).map(|(at, _)| at + SONG.len());
    songs.filter_map(|at| text.get(at..at + 4)?.parse().ok()).collect()
}

/// The log of the whole run.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// An environment with a canary, and somebody at home there.
struct Nest {
    number: usize,
    client: Client,
    record: String,
}

fn nest(app: &App, number: usize) -> Nest {
    let (name, word) = (format!("nest{number}"), word(number));
    app.platform.environment_create(NewEnvironment::named(&name, "Nid", &["shop"])).unwrap();
    let email = format!("p{number}@nests.example");
    let new = NewUser {
        name: format!("P {number}"),
        email: email.clone(),
        password: PASSWORD.to_owned(),
        given: false,
        language: Language::Fr,
    };
    let user = app.platform.user_create(new).unwrap();
    app.platform.access_grant(user.id, &name, &["administrator"]).unwrap();
    let client = app.signed_in(&email, &name);
    let record = client.create("accounts", json!({"name": word}))["id"].as_str().unwrap().to_owned();
    let path = client.at(&format!("accounts/{record}"));
    let sent = client.with("content-disposition", &format!("attachment; filename=\"{word}.txt\"")).send(
        "PUT",
        &format!("{path}/contract"),
        Some("text/plain"),
        word.as_bytes(),
    );
    assert_eq!(sent.status, 204, "{}", sent.text());
    // Once changed it is in the history; once deleted, in the journal only.
    let gone = client.create("accounts", json!({"name": format!("{word} parti")}));
    let gone = client.at(&format!("accounts/{}", gone["id"].as_str().unwrap()));
    assert_eq!(client.patch(&gone, &json!({"name": format!("{word} change")})).status, 200);
    assert_eq!(client.delete(&gone).status, 204);
    Nest { number, client, record }
}

/// Everything that can be asked for from `own`, of its own environment and of `other`; none of it may sing of another.
fn ask(own: &Nest, other: &Nest, failures: &Mutex<Vec<String>>) {
    let client = &own.client;
    let check = |what: String, bytes: &[u8]| {
        if heard(bytes).iter().any(|number| *number != own.number) {
            failures.lock().push(format!(
                "{what} from nest {}: {}",
                own.number,
                String::from_utf8_lossy(bytes)
            ));
        }
    };
    let own_paths = [
        "",
        "$metadata",
        "openapi.json",
        "$dictionary",
        "$journal",
        "$people",
        "$profiles",
        "$rights",
        "$views",
        "$status",
        "accounts",
        "accounts?$format=csv",
        "accounts?$apply=groupby((name),aggregate($count as n))",
        "accounts?$orderby=name desc&$count=true",
        "accounts?$search=parti",
        "$search?q=canari",
    ];
    for path in own_paths {
        check(path.to_owned(), &client.get(&client.at(path)).bytes);
    }
    let record = client.at(&format!("accounts/{}", own.record));
    for path in ["", "/$history", "/contract", "/name"] {
        check(format!("record{path}"), &client.get(&format!("{record}{path}")).bytes);
    }
    assert!(!heard(&client.get(&record).bytes).is_empty(), "one's own canary sings");
    // Asked for by its id, the other's record is one that never was.
    for path in ["", "/$history", "/contract"] {
        let answer = client.get(&format!("{}{path}", client.at(&format!("accounts/{}", other.record))));
        assert_eq!(answer.status, 404, "{path}");
        check(format!("other record{path}"), &answer.bytes);
    }
    // Asked for by its word, it is found no more than a word that nobody ever wrote.
    let never = format!("{SONG}9999");
    for question in ["accounts?$filter=name eq '{}'", "accounts?$search={}", "$search?q={}"] {
        let asked = |word: &str| {
            let answer = client.get(&client.at(&question.replace("{}", &encoded(word))));
            (answer.status, answer.text().replace(word, "word"))
        };
        assert_eq!(asked(&word(other.number)), asked(&never), "{question}");
    }
    // Whatever is asked of the other environment is answered as of one that is not there.
    let elsewhere = format!("nest{}", other.number);
    for route in
        ROUTES.iter().filter(|route| route.path.contains("{env}") && !route.path.contains("{import}"))
    {
        let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
        let path =
            filled(route.path, &elsewhere).replace("0192f3a0-7e1c-7c3a-9f5e-0123456789ab", &other.record);
        let answer = client.send(route.method, &path, body, b"{}");
        assert_eq!(answer.status, 404, "{route:?}");
        check(format!("{route:?}"), &answer.bytes);
    }
    for path in ["/session", "/session/sign_ins", "/health", "/metrics"] {
        check(path.to_owned(), &client.get(path).bytes);
    }
}

/// Every canary heard in a folder, with the file.
fn heard_in(folder: &Path, found: &mut Vec<(String, usize)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            heard_in(&path, found);
        } else if let Ok(bytes) = fs::read(&path) {
            found.extend(heard(&bytes).into_iter().map(|number| (path.display().to_string(), number)));
        }
    }
}

/// How many environments, and how many ask at once.
#[expect(clippy::disallowed_methods, reason = "a setting of this test, not of the program")]
fn size() -> (usize, usize) {
    let wanted = std::env::var("TISSERAND_CANARIES").unwrap_or_else(|_| "5,6".to_owned());
    let (environments, askers) = wanted.split_once(',').unwrap();
    (environments.parse().unwrap(), askers.parse().unwrap())
}

#[test]
fn no_environment_is_heard_in_another_nor_in_the_log() {
    let (environments, askers) = size();
    let log = Log::default();
    let writer = log.clone();
    // Another test of this program may have been first; then its log is not looked at here.
    let logged = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .try_init()
        .is_ok();
    let app = App::start();
    let nests: Vec<Nest> = (0..environments).map(|number| nest(&app, number)).collect();
    let (failures, turn) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..askers {
            scope.spawn(|| {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                let own = turn % nests.len();
                let other = (own + 1 + turn / nests.len() % (nests.len() - 1)) % nests.len();
                ask(&nests[own], &nests[other], &failures);
            });
        }
    });
    assert_eq!(failures.into_inner(), Vec::<String>::new());
    if logged {
        let log = log.0.lock();
        assert!(!log.is_empty(), "the server logs");
        assert_eq!(heard(&log), Vec::<usize>::new(), "{}", String::from_utf8_lossy(&log));
    }
    // Where rows are in files, each environment's are in its own folder alone.
    if crate::database().is_none() {
        let places = app.folder.path().join("data/environments");
        let mut nests_heard = 0;
        for place in fs::read_dir(&places).unwrap() {
            let place = place.unwrap();
            let name = place.file_name().to_string_lossy().into_owned();
            let mut found = Vec::new();
            heard_in(&place.path(), &mut found);
            let own = name.strip_prefix("nest").and_then(|number| number.parse::<usize>().ok());
            nests_heard += usize::from(!found.is_empty());
            found.retain(|(_, number)| Some(*number) != own);
            assert_eq!(found, [], "{name}");
        }
        assert_eq!(nests_heard, environments);
    }
}
