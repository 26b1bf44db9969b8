use crate::support::Place;

/// What was exported is brought back under another name with the same journal and the same digest; what was altered is not.
#[test]
fn an_environment_leaves_as_an_archive_and_comes_back_with_the_same_digest() {
    Place::shops().iter().for_each(archived);
}

fn archived(place: &Place) {
    place.file("orders.csv", "name;number\nA;1\nB;2\nC;3\n");
    place.run(&["import", "shop", "purchase", "orders.csv"]).ok();
    let archive = place.path("shop.zip");
    let archive = archive.to_str().unwrap();
    let said = place.run(&["env", "export", "shop", "--out", archive, "--json"]).ok().json();
    let shown = |name: &str| {
        let shown = place.run(&["env", "show", name, "--json"]).ok().json();
        (
            shown["position"].clone(),
            shown["digest"].clone(),
            shown["dictionary"].clone(),
            shown["records"].clone(),
        )
    };
    assert_eq!((&said["position"], &said["digest"]), (&shown("shop").0, &shown("shop").1));
    let back = place.run(&["env", "import", archive, "--name", "shop-again", "--json"]).ok().json();
    assert_eq!(back["digest"], said["digest"]);
    assert_eq!(shown("shop-again"), shown("shop"));
    place.run(&["env", "verify", "shop-again"]).ok();
    let taken = place.run(&["env", "import", archive]);
    assert_eq!(taken.code, 1, "{taken:?}");

    // A byte of it is enough.
    let mut bytes = std::fs::read(archive).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(place.path("altered.zip"), bytes).unwrap();
    let altered = place.path("altered.zip");
    let refused = place.run(&["env", "import", altered.to_str().unwrap(), "--name", "altered"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let list = place.run(&["env", "list", "--json"]).ok().json();
    assert!(!list.to_string().contains("altered"), "{list}");

    let read = place.path("read.zip");
    place.run(&["env", "export", "shop", "--out", read.to_str().unwrap(), "--without-journal"]).ok();
    let refused = place.run(&["env", "import", read.to_str().unwrap(), "--name", "read"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    let refused = place.run(&["env", "export", "platform", "--out", archive]);
    assert_eq!(refused.code, 1, "{refused:?}");
}
