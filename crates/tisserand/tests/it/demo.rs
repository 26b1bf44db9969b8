use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value as Json;

use crate::support::{Place, Server};

/// Digests of both companies.
fn digests(place: &Place) -> Vec<Json> {
    ["acme", "garance"]
        .map(|name| place.run(&["env", "show", name, "--json"]).ok().json()["digest"].clone())
        .to_vec()
}

fn demo(place: &Place, args: &[&str]) -> std::process::Command {
    let mut all = vec!["demo", "--small"];
    all.extend(args);
    let mut command = place.command(&all);
    command.env_remove("TISSERAND_MODULES");
    command
}

/// A creation that is killed leaves nothing in the way, and the same companies come out every time.
#[test]
fn two_demos_are_the_same_to_the_digest_even_after_one_was_killed() {
    let (first, second) = (Place::empty(), Place::empty());
    let mut child = demo(&first, &["--only-create"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("records")), "the first company was never made");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!first.path("data/platform.toml").exists());
    for place in [&first, &second] {
        let made = demo(place, &["--only-create"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        assert!(!place.path("data/demo-in-progress").exists());
    }
    assert_eq!(digests(&first), digests(&second));
    first.run(&["env", "verify"]).ok();
    // A second start makes nothing new, and people can sign in.
    let server = Server::of(demo(&first, &["--address", "127.0.0.1:0"]));
    let body =
        serde_json::json!({ "email": "ada.lenoir@acme-chauffage.example", "password": "tisserand-demo" });
    let request = ureq::http::Request::post(format!("{}/session", server.address))
        .header("content-type", "application/json");
    let mut answer = ureq::run(request.body(body.to_string()).unwrap()).unwrap();
    let session: Json = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(session["environments"].as_array().map(Vec::len), Some(2), "{session}");
}

#[test]
fn a_demo_whose_passwords_everybody_knows_is_not_served_beyond_this_machine_unasked() {
    let place = Place::empty();
    let said = demo(&place, &["--address", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    let told = String::from_utf8_lossy(&said.stderr);
    assert!(told.contains("--anywhere") && !place.path("data/platform.toml").exists(), "{told}");
}
