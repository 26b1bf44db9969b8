use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::{Place, json_lines};

/// Killed in the middle and started again, an import has every row exactly once, refused rows too.
#[test]
fn an_import_killed_with_9_and_started_again_neither_loses_nor_doubles() {
    Place::shops().iter().for_each(import_killed);
}

fn import_killed(place: &Place) {
    let mut text = "name;number\n".to_owned();
    for i in 0..1_200 {
        let number = if i % 100 == 50 { "many".to_owned() } else { i.to_string() };
        writeln!(text, "N{i:04};{number}").unwrap();
    }
    place.file("orders.csv", text);
    let import = ["import", "shop", "purchase", "orders.csv", "--batch", "20", "--rows"];
    for killed_after in [150, 400] {
        let mut child = place.command(&import).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert_eq!(lines.take(killed_after).count(), killed_after);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let said = place.run(&["import", "shop", "purchase", "orders.csv", "--batch", "20", "--json"]);
    let report = said.json();
    assert_eq!(said.code, 1, "rows were refused: {said:?}");
    assert!(report["resumed_after"].as_u64().unwrap() >= 540, "{report}");
    assert_eq!(
        (report["rows"].as_u64(), report["created"].as_u64(), report["refused"].as_u64()),
        (Some(1_200), Some(1_188), Some(12))
    );
    let refused = std::fs::read_to_string(place.path("orders.refused.csv")).unwrap();
    assert_eq!(refused.lines().count(), 13, "{refused}");
    let out = place.path("all.jsonl");
    place.run(&["export", "shop", "purchase", "--out", out.to_str().unwrap()]).ok();
    let mut names: Vec<_> = json_lines(&out).iter().map(|r| r["name"].as_str().unwrap().to_owned()).collect();
    names.sort_unstable();
    let expected: Vec<_> = (0..1_200).filter(|i| i % 100 != 50).map(|i| format!("N{i:04}")).collect();
    assert_eq!(names, expected);
    let again = place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    assert!(again.out.contains("nothing was done"), "{}", again.out);
    place.run(&["env", "verify", "shop"]).ok();
}

#[test]
fn a_dry_run_leaves_the_digest_as_it_was_and_tells_every_row() {
    Place::shops().iter().for_each(dry_run);
}

fn dry_run(place: &Place) {
    let digest = || place.run(&["env", "show", "shop", "--json"]).ok().json()["digest"].clone();
    let before = digest();
    place.file("orders.csv", "name;number\nA;1\nB;x\n\"C;3\n");
    let said = place.run(&["import", "shop", "purchase", "orders.csv", "--dry-run"]).ok();
    for part in [
        "line 2: create",
        "line 3: refuse  number: ",
        "line 4: refuse",
        "never closed",
        "nothing was written",
        "1 created",
    ] {
        assert!(said.out.contains(part), "{part} in {}", said.out);
    }
    assert_eq!(digest(), before);
    assert!(!place.path("orders.refused.csv").exists());
}

#[test]
fn an_export_replaces_a_file_whole_and_its_import_changes_nothing() {
    Place::shops().iter().for_each(exported_and_imported);
}

fn exported_and_imported(place: &Place) {
    place.file("orders.csv", "name,number\nÉté,1\n\"B \"\"x\"\"\",2\n");
    place.run(&["import", "shop", "purchases", "orders.csv"]).ok();
    for name in ["out.csv", "out.xlsx", "out.jsonl"] {
        place.run(&["export", "shop", "purchase", "--out", name]).ok();
        let said = place.run(&["import", "shop", "purchase", name, "--json"]).ok().json();
        assert_eq!((said["same"].as_u64(), said["refused"].as_u64()), (Some(2), Some(0)), "{name}: {said}");
    }
    let to_screen = place.run(&["export", "shop", "purchase", "--filter", "number = 1"]).ok();
    assert_eq!(to_screen.out.lines().count(), 2, "{}", to_screen.out);
    assert!(!place.path("out.csv.part").exists());
}
