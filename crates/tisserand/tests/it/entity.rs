use serde_json::json;

use crate::support::{Client, Place};

const BIKE: &str = r#"
label = { fr = "Vélo", en = "Bike" }
plural = { fr = "Vélos", en = "Bikes" }
title = "{name}"
code = { prefix = "V", width = 4 }
search = ["name"]
[fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
[fields.gears]
type = "integer"
label = { fr = "Vitesses", en = "Gears" }
min = 1
[fields.sold_with]
type = "reference"
to = "purchase"
label = { fr = "Vendu avec", en = "Sold with" }
"#;

/// A file dropped into a module folder is all it takes.
#[test]
fn a_new_entity_has_list_form_api_import_and_history_without_any_code() {
    let place = Place::shop();
    place.module_file("entities/bike.toml", BIKE);
    let plan = place.run(&["dictionary", "plan", "shop"]).ok();
    assert!(plan.out.contains("bike"), "{}", plan.out);
    place.run(&["dictionary", "apply", "shop"]).ok();
    let again = place.run(&["dictionary", "plan", "shop"]).ok();
    assert!(again.out.contains("Nothing changes"), "{}", again.out);

    place.file("bikes.csv", "Nom;Vitesses\nMistral;21\nZéphyr;7\nBroken;0\n");
    let imported = place.run(&["import", "shop", "bike", "bikes.csv", "--json"]);
    assert_eq!((imported.code, imported.json()["created"].as_u64()), (1, Some(2)), "{imported:?}");

    let token = place.token();
    let server = place.serve(&[]);
    let client = Client::new(&server, &token);
    let (status, dictionary) = client.get("/data/shop/$dictionary");
    assert_eq!(status, 200);
    let bike = &dictionary["entities"]["bike"];
    assert!(bike["list"]["columns"].as_array().is_some_and(|c| !c.is_empty()), "{bike}");
    assert!(bike["form"]["tabs"].as_array().is_some_and(|t| !t.is_empty()), "{bike}");
    assert!(dictionary["menu"].to_string().contains("\"bike\""), "{}", dictionary["menu"]);

    let (status, list) = client.get("/data/shop/bikes?$orderby=name&$filter=gears%20gt%205&$count=true");
    assert_eq!((status, &list["@odata.count"]), (200, &json!(2)), "{list}");
    assert_eq!(list["value"][1]["name"], "Zéphyr");
    let (status, made) = client.post("/data/shop/bikes", &json!({ "name": "Bise", "gears": 18 }));
    assert_eq!((status, made["code"].as_str()), (201, Some("V0003")), "{made}");
    let id = made["id"].as_str().unwrap();
    assert_eq!(client.patch(&format!("/data/shop/bikes/{id}"), &json!({ "gears": 27 })).0, 200);
    let (status, refused) = client.patch(&format!("/data/shop/bikes/{id}"), &json!({ "gears": 0 }));
    assert_eq!((status, refused["fields"]["gears"].is_string()), (422, true), "{refused}");
    let (_, history) = client.get(&format!("/data/shop/bikes/{id}/$history"));
    let operations: Vec<_> =
        history["value"].as_array().unwrap().iter().map(|e| e["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["update", "create"]);
    assert_eq!(history["value"][0]["changes"]["gears"], json!([18, 27]));
}
