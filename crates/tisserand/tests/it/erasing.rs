//! A person told and erased by command, and the command killed in between.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::Place;

const GUEST: &str = r#"
label = { fr = "Hôte", en = "Guest" }
plural = { fr = "Hôtes", en = "Guests" }
title = "{name}"
person = true
personal = true
search = ["name"]
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[fields.email]
type = "email"
label = { fr = "E-mail", en = "E-mail" }
unique = true
"#;

const STAY: &str = r#"
label = { fr = "Séjour", en = "Stay" }
plural = { fr = "Séjours", en = "Stays" }
title = "{number}"
search = ["note", "guest.name"]
[fields.number]
type = "integer"
label = { fr = "Numéro", en = "Number" }
[fields.guest]
type = "reference"
to = "guest"
concerns = true
label = { fr = "Hôte", en = "Guest" }
[fields.note]
type = "text"
personal = true
label = { fr = "Note", en = "Note" }
"#;

/// How many stays there are to empty.
const STAYS: usize = 1_200;

/// A text that is nowhere but in what is said of the guest.
const MARK: &str = "zqmarguerite";

fn hotel(place: Place) -> Place {
    place.module_file("entities/guest.toml", GUEST);
    place.module_file("entities/stay.toml", STAY);
    place.run(&["env", "create", "hotel", "--label", "L'hôtel", "--with", "shop"]).ok();
    let guests =
        place.file("guests.csv", format!("name,email\n{MARK},{MARK}@hotel.example\nBob,bob@hotel.example\n"));
    place.run(&["import", "hotel", "guest", guests.to_str().unwrap()]).ok();
    let mut stays = "number,guest,note\n".to_owned();
    for number in 0..STAYS {
        stays.push_str(&format!("{number},{MARK}@hotel.example,{MARK} likes room {number}\n"));
    }
    stays.push_str("9999,bob@hotel.example,likes tea\n");
    let stays = place.file("stays.csv", stays);
    place.run(&["import", "hotel", "stay", stays.to_str().unwrap()]).ok();
    place
}

fn holds_mark(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holds_mark(&path));
        } else if String::from_utf8_lossy(&fs::read(&path).unwrap()).to_lowercase().contains(MARK) {
            found.push(path.display().to_string());
        }
    }
    found
}

const ERASE: [&str; 7] = ["person", "erase", "hotel", "guest", "zqmarguerite@hotel.example", "--name", MARK];

#[test]
fn a_person_is_told_in_an_archive_and_erased_by_their_address() {
    let place = hotel(Place::shop());
    let shown =
        place.run(&["person", "show", "hotel", "guests", "zqmarguerite@hotel.example", "--json"]).ok().json();
    assert_eq!(shown["records"][1]["records"], STAYS);
    let out = place.path("marguerite.zip");
    place
        .run(&[
            "person",
            "export",
            "hotel",
            "guest",
            "zqmarguerite@hotel.example",
            "--out",
            out.to_str().unwrap(),
        ])
        .ok();
    assert_eq!(&fs::read(&out).unwrap()[..2], b"PK");
    let wrong =
        place.run(&["person", "erase", "hotel", "guest", "zqmarguerite@hotel.example", "--name", "Bob"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("not the name of this person"), "{}", wrong.err);
    let nobody = place.run(&["person", "show", "hotel", "purchase", "C000001"]);
    assert!(nobody.err.contains("guest"), "{}", nobody.err);

    let erased = place.run(&[&ERASE[..], &["--json"]].concat()).ok().json();
    assert_eq!((&erased[0]["step"], erased[0]["records"].as_u64()), (&"done".into(), Some(STAYS as u64 + 1)));
    assert_eq!(place.run(&["person", "erasures", "hotel", "--json"]).ok().json(), erased);
    assert_eq!(holds_mark(&place.path("data")), Vec::<String>::new());
}

/// Killed at one moment after another, and begun again each time: it ends, nothing is left, and the journal verifies throughout.
fn killed(place: Place) {
    let place = hotel(place);
    let id = {
        let out = place.path("guests.jsonl");
        place.run(&["export", "hotel", "guest", "--out", out.to_str().unwrap()]).ok();
        let guests = crate::support::json_lines(&out);
        let guest = guests.iter().find(|guest| guest["name"] == MARK).unwrap();
        guest["id"].as_str().unwrap().to_owned()
    };
    // By its id: after the first step nobody answers to the address any more.
    let erase = ["person", "erase", "hotel", "guest", &id, "--name", &id];
    let mut kills = 0;
    for round in 1.. {
        let mut child = place.command(&erase).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (began, life) = (Instant::now(), Duration::from_millis(40 * round));
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if began.elapsed() >= life {
                break None;
            }
            std::thread::yield_now();
        };
        if let Some(status) = ended {
            assert!(status.success());
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        let verdict = place.run(&["env", "verify", "hotel", "--json"]).ok().json();
        assert_eq!(verdict["whole"], true, "after {kills} kills: {verdict}");
        // Killed after its last step and before it told so: begun again, it would be another erasure.
        let erasures = place.run(&["person", "erasures", "hotel", "--json"]).ok().json();
        if erasures.as_array().unwrap().iter().any(|one| one["step"] == "done") {
            break;
        }
    }
    assert!(kills >= 2, "no kill fell between");
    let erasures = place.run(&["person", "erasures", "hotel", "--json"]).ok().json();
    let done: Vec<_> = erasures.as_array().unwrap().iter().filter(|one| one["step"] == "done").collect();
    assert_eq!(
        (erasures.as_array().unwrap().len(), done.len()),
        (1, 1),
        "the one that was begun: {erasures}"
    );
    assert_eq!(done[0]["emptied"], STAYS + 2, "each value once");
    assert_eq!(holds_mark(&place.path("data")), Vec::<String>::new());
    let verdict = place.run(&["env", "verify", "hotel", "--json"]).ok().json();
    assert_eq!(verdict["whole"], true, "{verdict}");
    let out = place.path("stays.jsonl");
    place.run(&["export", "hotel", "stay", "--out", out.to_str().unwrap()]).ok();
    assert_eq!(crate::support::json_lines(&out).iter().filter(|stay| stay["note"] == "likes tea").count(), 1);
}

#[test]
fn kill_9_in_the_middle_of_an_erasure_leaves_it_to_be_ended() {
    killed(Place::shop());
}

#[test]
fn kill_9_in_the_middle_of_an_erasure_leaves_it_to_be_ended_on_postgresql_too() {
    killed(Place::shop_on_postgres());
}
