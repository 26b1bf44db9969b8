//! What an environment says of itself.

use std::fs;

use platform::NewEnvironment;
use serde_json::json;

use crate::app::App;

#[test]
fn the_dictionary_has_what_screens_need_and_comes_again_only_when_it_changed() {
    let app = App::start();
    let ada = app.ada();
    let answer = ada.get(&ada.at("$dictionary"));
    assert_eq!(answer.status, 200);
    let dictionary = answer.json();
    let mut environment = dictionary["environment"].clone();
    // The zone's TZif file: what a client counts days by.
    let rules = environment.as_object_mut().unwrap().remove("time_zone_rules").unwrap();
    assert!(rules.as_str().unwrap().starts_with("VFppZj"), "{rules}");
    assert_eq!(
        environment,
        json!({"name": "acme", "label": "Acme Chauffage", "kind": "production", "time_zone": "Europe/Paris", "currency": "EUR", "country": "FR", "logo": null, "tiles": null})
    );
    assert_eq!(
        (&dictionary["me"]["name"], &dictionary["me"]["profiles"][0]["name"]),
        (&json!("Ada Lenoir"), &json!("administrator"))
    );
    let account = &dictionary["entities"]["account"];
    assert_eq!(account["collection"], "accounts");
    let may = json!({"create": true, "update": true, "delete": true, "export": true, "import": true, "print": true, "not": []});
    assert_eq!(account["can"], may);
    assert_eq!(account["states"]["transitions"][0]["name"], "convert");
    let fields: Vec<&str> =
        account["fields"].as_array().unwrap().iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(&fields[..2], ["id", "code"]);
    assert!(fields.contains(&"name") && !fields.contains(&"secret_note"));
    assert_eq!(dictionary["lists"]["account_kind"]["values"][1]["tag"], "customer");
    assert!(dictionary["entities"].get("dictionary_source").is_none());
    assert!(!dictionary["menu"].as_array().unwrap().is_empty());

    let etag = answer.header("etag").unwrap();
    let again = ada.with("if-none-match", etag).get(&ada.at("$dictionary"));
    assert_eq!((again.status, again.bytes.len()), (304, 0));
    assert_eq!(app.remi().with("if-none-match", etag).get(&ada.at("$dictionary")).status, 200);
}

#[test]
fn status_moves_with_the_journal() {
    let app = App::start();
    let ada = app.ada();
    let before = ada.get(&ada.at("$status")).json();
    ada.create("accounts", json!({"name": "Lenoir"}));
    let after = ada.get(&ada.at("$status")).json();
    assert_eq!(after["position"].as_u64(), before["position"].as_u64().map(|position| position + 1));
    assert_ne!(after["digest"], before["digest"]);
    assert_eq!(after["dictionary"], before["dictionary"]);
    assert_eq!(after["digest"].as_str().unwrap().len(), 64);
}

#[test]
fn metadata_describes_every_collection_in_xml_and_in_json() {
    let app = App::start();
    let ada = app.ada();
    let xml = ada.get(&ada.at("$metadata"));
    assert_eq!(xml.header("content-type"), Some("application/xml; charset=utf-8"));
    let text = xml.text();
    let document = tags(&text);
    let open = document.iter().filter(|tag| !tag.starts_with('/')).count();
    let closed = document.iter().filter(|tag| tag.starts_with('/')).count();
    assert_eq!(open, closed, "tags are balanced");
    for part in [
        "<EntityType Name=\"account\">",
        "<PropertyRef Name=\"id\"/>",
        "<Property Name=\"name\" Type=\"Edm.String\" Nullable=\"false\" MaxLength=\"120\">",
        "<Property Name=\"owner_id\" Type=\"Edm.Guid\">",
        "<Property Name=\"tags\" Type=\"Collection(Edm.String)\"",
        "<Property Name=\"turnover\" Type=\"Edm.Decimal\" Precision=\"18\" Scale=\"2\">",
        "<NavigationProperty Name=\"owner\" Type=\"Tisserand.user\"><ReferentialConstraint Property=\"owner_id\" ReferencedProperty=\"id\"/>",
        "<NavigationProperty Name=\"lines\" Type=\"Collection(Tisserand.quote_line)\"/>",
        "<EntitySet Name=\"accounts\" EntityType=\"Tisserand.account\">",
        "<Annotation Term=\"Common.Label\" String=\"Chiffre d'affaires\"/>",
        "<NavigationProperty Name=\"quotes\" Type=\"Collection(Tisserand.quote)\"/>",
        "<PropertyValue Property=\"Value\" String=\"customer\"/><Annotation Term=\"Common.Label\" String=\"Client\"/>",
        "<Annotation Term=\"Capabilities.BatchSupported\" Bool=\"true\"/>",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    assert!(!text.contains("secret_note") && !text.contains("dictionary_source"));

    let json = ada.with("accept", "application/json").get(&ada.at("$metadata"));
    assert_eq!(json.get_type(), "application/json; charset=utf-8");
    let model = json.json();
    assert_eq!(model["$EntityContainer"], "Tisserand.Container");
    let types = model["Tisserand"].as_object().unwrap();
    for (name, set) in
        types["Container"].as_object().unwrap().iter().filter(|(name, _)| !name.starts_with(['$', '@']))
    {
        let ty = set["$Type"].as_str().unwrap().strip_prefix("Tisserand.").unwrap();
        assert_eq!(types[ty]["$Kind"], "EntityType", "{name}");
        let sets = set["$NavigationPropertyBinding"].as_object();
        for (property, target) in sets.into_iter().flatten() {
            assert_eq!(types[ty][property]["$Kind"], "NavigationProperty", "{name}.{property}");
            assert!(types["Container"].get(target.as_str().unwrap()).is_some(), "{name}.{property}");
        }
    }
    // Every property of a record is described, and the other way round.
    let record = ada.create("accounts", json!({"name": "Lenoir"}));
    let described = types["account"].as_object().unwrap();
    for property in record.as_object().unwrap().keys().filter(|name| !name.contains('@')) {
        assert!(described.contains_key(property), "{property}");
    }
    assert_eq!(ada.get(&ada.at("$metadata?$format=json")).get_type(), "application/json; charset=utf-8");
    assert_eq!(ada.get(&ada.at("$metadata?$format=yaml")).status, 400);
}

/// What stands between `<` and `>`, tags closed in themselves left out.
fn tags(text: &str) -> Vec<&str> {
    text.split('<')
        .skip(1)
        .filter_map(|part| part.split('>').next())
        .filter(|tag| !tag.ends_with('/') && !tag.starts_with('?'))
        .collect()
}

impl crate::client::Answer {
    fn get_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }
}

#[test]
fn an_entity_dropped_into_a_module_folder_is_served_without_a_line_of_rust() {
    let app = App::start();
    let folder = app.folder.path().join("modules").join("garden").join("entities");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.parent().unwrap().join("module.toml"),
        "name = \"garden\"\nversion = \"1.0.0\"\nlabel = { fr = \"Jardin\" }\ndepends = [\"shop\"]\n",
    )
    .unwrap();
    fs::write(
        folder.join("tree.toml"),
        "label = { fr = \"Arbre\", en = \"Tree\" }\nplural = { fr = \"Arbres\", en = \"Trees\" }\ntitle = \"{name}\"\ncode = { prefix = \"A\", width = 3 }\n\
         [fields.name]\ntype = \"text\"\nlabel = { fr = \"Nom\" }\nrequired = true\n[fields.height]\ntype = \"decimal\"\nscale = 2\nlabel = { fr = \"Hauteur\" }\n\
         [fields.keeper]\ntype = \"reference\"\nto = \"account\"\nlabel = { fr = \"Gardien\" }\n",
    )
    .unwrap();
    app.platform.environment_create(NewEnvironment::named("garden", "Jardin", &["garden"])).unwrap();
    app.platform.access_grant(app.user("ada@acme.example"), "garden", &["administrator"]).unwrap();
    let ada = app.signed_in("ada@acme.example", "garden");
    let dictionary = ada.get(&ada.at("$dictionary")).json();
    assert_eq!(dictionary["entities"]["tree"]["collection"], "trees");
    assert_eq!(
        dictionary["entities"]["tree"]["form"]["tabs"].as_array().map(Vec::len),
        Some(1),
        "{}",
        dictionary["entities"]["tree"]["form"]
    );
    let keeper = ada.create("accounts", json!({"name": "Lenoir"}));
    let tree = ada.create("trees", json!({"name": "Chêne", "height": 12.5, "keeper": keeper["code"]}));
    assert_eq!((&tree["code"], &tree["keeper_id"]), (&json!("A001"), &keeper["id"]));
    assert_eq!(ada.names("trees?$filter=height gt 12 and keeper/name eq 'Lenoir'"), ["Chêne"]);
    assert_eq!(ada.list(&format!("trees/{}/$history", tree["id"].as_str().unwrap())).len(), 1);
    assert!(ada.get(&ada.at("$metadata")).text().contains("<EntitySet Name=\"trees\""));
}
