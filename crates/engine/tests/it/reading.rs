//! Lists, titles, what comes along, search.

use dictionary::expression::{check, parse};
use dictionary::{RecordId, Value};
use engine::{EngineError, Expand, Expanded, Page, Query};

use crate::support::{World, admin, draft, expand, explained, problems, written};

const PLACES: &str = r#"
[lists.size]
label = { fr = "Tailles", en = "Sizes" }
[lists.size.values]
small = { label = { fr = "Petite", en = "Small" } }
large = { label = { fr = "Grande", en = "Large" } }

[entities.region]
label = { fr = "Région", en = "Region" }
plural = { fr = "Régions", en = "Regions" }
title = "{name}"
search = ["name"]
[entities.region.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }

[entities.town]
label = { fr = "Ville", en = "Town" }
plural = { fr = "Villes", en = "Towns" }
title = "{name} ({region}, {size})"
search = ["name", "size"]
order = ["name"]
[entities.town.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.town.fields.size]
type = "choice"
list = "size"
label = { fr = "Taille", en = "Size" }
[entities.town.fields.region]
type = "reference"
to = "region"
label = { fr = "Région", en = "Region" }
[entities.town.fields.people]
type = "integer"
label = { fr = "Habitants", en = "People" }

[entities.shop]
label = { fr = "Magasin", en = "Shop" }
plural = { fr = "Magasins", en = "Shops" }
title = "{town} {name}"
order = ["town.name", "-name"]
[entities.shop.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.shop.fields.town]
type = "reference"
to = "town"
label = { fr = "Ville", en = "Town" }
"#;

fn town(world: &World, name: &str, size: &str, people: i64, region: Option<RecordId>) -> RecordId {
    let given = written(&[("name", name), ("size", size)]).with("people", Value::Integer(people));
    world.create(
        "town",
        match region {
            Some(region) => given.with("region", region),
            None => given,
        },
    )
}

fn query(world: &World, entity: &str, filter: &str) -> Query {
    let dictionary = world.dictionary();
    let index = dictionary.entity_index(entity).unwrap();
    let filters = match filter {
        "" => Vec::new(),
        filter => vec![check(&parse(filter).unwrap().root, &*dictionary, index).unwrap()],
    };
    Query { entity: entity.to_owned(), filters, limit: 100, ..Query::default() }
}

fn titles(page: &Page) -> Vec<&str> {
    page.records.iter().map(|record| record.title.as_str()).collect()
}

#[test]
fn titles_say_references_and_labels() {
    let world = World::new(PLACES);
    let region = world.create("region", written(&[("name", "Lorraine")]));
    let epinal = town(&world, "Épinal", "small", 32_000, Some(region));
    assert_eq!(world.get("town", epinal).title, "Épinal (Lorraine, Petite)");
    let shop = world.create("shop", written(&[("name", "Pain")]).with("town", epinal));
    assert_eq!(world.get("shop", shop).title, "Épinal (Lorraine, Petite) Pain");
    let english = engine::Caller { language: dictionary::Language::En, ..admin() };
    let record = explained(world.environment.get(&english, "town", epinal, &[]));
    assert_eq!(record.title, "Épinal (Lorraine, Small)");
    let nameless = world.create("region", draft());
    assert_eq!(world.get("region", nameless).title, nameless.to_string());
}

#[test]
fn a_list_is_filtered_sorted_and_counted() {
    let world = World::new(PLACES);
    for (name, people) in [("Nancy", 104_000), ("Épinal", 32_000), ("Metz", 120_000), ("Toul", 16_000)] {
        town(&world, name, "small", people, None);
    }
    let page = explained(world.environment.list(&admin(), &query(&world, "town", "people > 20000")));
    assert_eq!(
        titles(&page),
        ["Épinal (Petite)", "Metz (Petite)", "Nancy (Petite)"],
        "accents sort as letters"
    );
    assert_eq!((page.next.is_none(), page.count), (true, None));
    assert_eq!(page.position, world.environment.position());
    let counted = Query { limit: 0, count: true, ..query(&world, "town", "") };
    let page = explained(world.environment.list(&admin(), &counted));
    assert_eq!((page.records.len(), page.count, page.next), (0, Some((4, false)), None));
}

#[test]
fn pages_follow_each_other_whatever_is_written_meanwhile() {
    let world = World::new(PLACES);
    let region = world.create("region", written(&[("name", "Lorraine")]));
    let towns: Vec<RecordId> =
        ["B", "a", "C"].iter().map(|name| town(&world, name, "small", 1, Some(region))).collect();
    for number in 0..10 {
        let shop = written(&[("name", &format!("{number}"))]).with("town", towns[number % 3]);
        world.create("shop", shop);
    }
    let mut wanted = query(&world, "shop", "");
    wanted.limit = 3;
    let mut seen = Vec::new();
    loop {
        let page = explained(world.environment.list(&admin(), &wanted));
        seen.extend(page.records.iter().map(|record| record.title.replace(" (Lorraine, Petite) ", "")));
        world.create("shop", written(&[("name", "first of all")]).with("town", towns[1]));
        match page.next {
            Some(next) => wanted.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["a7", "a4", "a1", "B9", "B6", "B3", "B0", "C8", "C5", "C2"]);
}

#[test]
fn references_come_along_beneath_references() {
    let world = World::new(PLACES);
    let region = world.create("region", written(&[("name", "Lorraine")]));
    let epinal = town(&world, "Épinal", "small", 32_000, Some(region));
    world.create("shop", written(&[("name", "Pain")]).with("town", epinal));
    world.create("shop", written(&[("name", "Sans ville")]));
    let nested =
        Expand { field: "town".into(), expand: vec![expand("region"), expand("created_by")], pick: None };
    let wanted = Query { expand: vec![nested], ..query(&world, "shop", "") };
    let page = explained(world.environment.list(&admin(), &wanted));
    let along = |index: usize| page.records[index].expanded.values().next().unwrap();
    let Expanded::One(Some(town)) = along(0) else { panic!("the town was asked for") };
    assert_eq!(town.row.id(), epinal);
    let title = |one: &Expanded| match one {
        Expanded::One(found) => found.as_ref().map(|record| record.title.clone()),
        Expanded::Many(_) => panic!("references were asked for"),
    };
    let regions: Vec<_> = town.expanded.values().map(title).collect();
    assert!(regions.contains(&Some("Lorraine".to_owned())) && regions.contains(&None), "{regions:?}");
    assert!(matches!(along(1), Expanded::One(None)));
}

#[test]
fn what_cannot_come_along_is_refused_with_the_near_name() {
    let world = World::new(PLACES);
    let asked = |field: &str| {
        let wanted = Query { expand: vec![expand(field)], ..query(&world, "shop", "") };
        world.environment.list(&admin(), &wanted)
    };
    assert_eq!(problems(asked("twon")), [("twon".to_owned(), "unknown_field")]);
    assert_eq!(problems(asked("name")), [("name".to_owned(), "not_expandable")]);
    let palace = Query { entity: "palace".into(), ..Query::default() };
    assert!(matches!(world.environment.list(&admin(), &palace), Err(EngineError::NotFound)));
}

#[test]
fn search_ignores_accents_and_case_and_knows_labels() {
    let world = World::new(PLACES);
    let region = world.create("region", written(&[("name", "Éperon")]));
    let epinal = town(&world, "Épinal", "large", 1, None);
    town(&world, "Nancy", "small", 1, None);
    let found = |words: &str, limit: u32| {
        let records = explained(world.environment.search(&admin(), words, limit));
        records.into_iter().map(|record| record.row.id()).collect::<Vec<_>>()
    };
    assert_eq!(found("EPINAL", 10), [epinal]);
    assert_eq!(found("épin", 10), [epinal]);
    assert_eq!(found("grande", 10), [epinal], "tags are found by their labels");
    let mut both = found("ep", 10);
    both.sort();
    assert_eq!(both, {
        let mut wanted = vec![region, epinal];
        wanted.sort();
        wanted
    });
    assert_eq!(found("ep", 1).len(), 1);
    assert!(found("  ", 10).is_empty());

    let in_list = Query { search: Some("GRANDE épi".into()), ..query(&world, "town", "") };
    assert_eq!(explained(world.environment.list(&admin(), &in_list)).records.len(), 1);
}

#[test]
fn a_record_is_found_by_a_unique_value_only() {
    let world = World::new(PLACES);
    let user = written(&[("name", "Ada"), ("email", "ada@example.org")]);
    let id = world.create("user", user);
    let find = |key: &str, value: &str| world.environment.find(&admin(), "user", key, value, &[]);
    assert_eq!(explained(find("email", "ADA@example.org")).row.id(), id);
    assert_eq!(explained(find("id", &id.to_string())).row.id(), id);
    assert!(matches!(find("email", "bob@example.org"), Err(EngineError::NotFound)));
    assert!(matches!(find("email", "not an address"), Err(EngineError::NotFound)));
    assert_eq!(problems(find("name", "Ada")), [("name".to_owned(), "not_a_key")]);
}

#[test]
fn a_record_has_the_colour_of_the_first_rule_of_its_list_that_holds() {
    let coloured = format!(
        "{PLACES}
[screens.town.list.colours.far]
label = {{ fr = \"Loin\", en = \"Far\" }}
when = \"region.name = 'Alsace' and name != 'Metz'\"
colour = \"weld\"
[screens.town.list.colours.large]
label = {{ fr = \"Grande\", en = \"Large\" }}
when = \"size = 'large'\"
colour = \"sage\"
"
    );
    let world = World::new(&coloured);
    let alsace = world.create("region", written(&[("name", "Alsace")]));
    let region = alsace.to_string();
    for (name, size, region) in [("A", "large", region.as_str()), ("B", "large", ""), ("C", "small", "")] {
        world.create("town", written(&[("name", name), ("size", size), ("region", region)]));
    }
    let query = Query { entity: "town".into(), limit: 10, ..Query::default() };
    let page = explained(world.environment.list(&admin(), &query));
    let colours: Vec<_> = page.records.iter().map(|record| record.colour.as_deref()).collect();
    assert_eq!(colours, [Some("far"), Some("large"), None]);
}
