use rusqlite::Connection;

use crate::support::Place;

/// A value changed behind Tisserand's back is found by `journal verify`, which names the record and the field.
#[test]
fn a_value_changed_in_the_file_is_found_and_named() {
    let place = Place::shop();
    place.file("orders.csv", "name;number\nA;1\nB;2\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    place.run(&["journal", "verify", "shop"]).ok();
    let database = Connection::open(place.path("data/environments/shop/environment.sqlite")).unwrap();
    database.create_collation("folded", dictionary::text::compare).unwrap();
    let table: String = database
        .query_row(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%purchase'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let changed =
        database.execute(&format!("UPDATE \"{table}\" SET number = 3 WHERE name = 'B'"), []).unwrap();
    assert_eq!(changed, 1);
    drop(database);
    let said = place.run(&["journal", "verify", "shop"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains("purchase") && said.out.contains("number"), "{}", said.out);
    let doctor = place.run(&["doctor"]);
    assert_eq!(doctor.code, 1, "{doctor:?}");
    assert!(doctor.out.contains("restore a backup"), "{}", doctor.out);
}

/// What somebody keeps of a journal elsewhere: where it stood, signed.
#[test]
fn a_journal_is_sealed_by_command_and_verified_with_its_seals() {
    let place = Place::shop();
    place.file("orders.csv", "name;number\nA;1\nB;2\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    assert!(place.run(&["journal", "verify", "shop"]).ok().out.contains("Not sealed yet"));
    let seal = place.run(&["journal", "seal", "shop", "--json"]).ok().json();
    assert_eq!(place.run(&["journal", "seal", "shop", "--json"]).ok().json(), seal, "sealed already");
    let verdict = place.run(&["env", "verify", "shop", "--json"]).ok().json();
    assert_eq!((&verdict["whole"], &verdict["seals"]["ours"]), (&true.into(), &1.into()), "{verdict}");
    assert_eq!(verdict["seals"]["position"], seal["position"]);
    assert!(place.run(&["journal", "verify", "shop"]).ok().out.contains("1 seal(s)"));
    assert!(place.run(&["journal", "seal", "nowhere"]).err.contains("nowhere"));
}
