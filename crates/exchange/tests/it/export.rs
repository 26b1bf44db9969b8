use dictionary::Language;
use engine::{Caller, Draft, Input};
use exchange::{ExportOptions, Format, ImportOptions, Mapping};

use crate::support::World;

fn exported(world: &World, entity: &str, format: Format, filter: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options = ExportOptions {
        entity: entity.into(),
        filter: filter.map(str::to_owned),
        format,
        delimiter: None,
        language: Language::Fr,
    };
    exchange::export(&world.environment, &Caller::system(), &options, &mut bytes, &mut |_| {}).unwrap();
    bytes
}

/// Every type of field, with what is awkward in each.
fn filled() -> World {
    let world = World::shop();
    world.create("maker", Draft::default().with("name", "Atelier; « Nord »"));
    let text = |text: &str| Input::Text(text.to_owned());
    let mut full = Draft::default();
    for (field, value) in [
        ("name", "Table \"ronde\"; bois"),
        ("barcode", "0001"),
        ("notes", "une ligne\nune autre, avec ; et \"\nfin"),
        ("price", "1234.5"),
        ("weight", "0.125"),
        ("stock", "-3"),
        ("organic", "oui"),
        ("since", "2026-02-28"),
        ("opens", "08:30"),
        ("seen_at", "2026-11-23T13:05:00Z"),
        ("lasts", "PT1H30M"),
        ("colour", "blue"),
        ("colours", "red;blue"),
        ("maker", "M001"),
        ("about", "makers/M001"),
        ("place", "48.573405, 7.752111"),
        ("contact", "a.b@example.org"),
        ("phone", "03 88 00 00 00"),
        ("site", "https://example.org/?a=1;2"),
        ("paint", "#B3313B"),
        ("extra", "{\"a\":[1,2.5,\"é\"]}"),
    ] {
        full.fields.insert(field.into(), text(value));
    }
    let address = dictionary::value::Address {
        lines: Some("3 rue du Fil\nBâtiment B".into()),
        city: Some("Strasbourg".into()),
        country: Some("FR".into()),
        ..Default::default()
    };
    full.fields.insert("made_at".into(), Input::Value(dictionary::Value::Address(Box::new(address))));
    world.create("article", full);
    world.create("article", Draft::default().with("name", "Nue"));
    world
}

#[test]
fn what_an_export_writes_an_import_reads_back_to_the_same_records() {
    let world = filled();
    for (format, name) in [(Format::Csv, "a.csv"), (Format::JsonLines, "a.jsonl"), (Format::Xlsx, "a.xlsx")] {
        let copy = World::shop();
        for (entity, name) in [("maker", format!("maker-{name}")), ("article", name.to_owned())] {
            let file = copy.file(&name, exported(&world, entity, format, None));
            let (report, told) = copy.import(entity, &file).unwrap();
            assert_eq!(report.refused, 0, "{name}: {:?}", told.refusals());
        }
        let (ours, theirs) = (world.records("article"), copy.records("article"));
        let dictionary = world.environment.dictionary();
        let entity = dictionary.entity("article").unwrap();
        assert_eq!(ours.len(), theirs.len());
        for (our, their) in ours.iter().zip(&theirs) {
            for (index, field) in entity.fields.iter().enumerate() {
                if !field.system || ["id", "code"].contains(&field.name.as_str()) {
                    assert_eq!(our.row.get(index), their.row.get(index), "{name}: {}", field.name);
                }
            }
        }
        // A second time, everything already is so.
        let (again, _) = copy
            .import_with(
                &copy.path(name),
                &Mapping::default(),
                &ImportOptions { restart: true, ..ImportOptions::new("article") },
            )
            .unwrap();
        assert_eq!((again.same, again.updated, again.created), (2, 0, 0), "{name}");
    }
}

#[test]
fn a_csv_export_begins_with_its_mark_and_holds_what_the_filter_keeps() {
    let world = filled();
    let text =
        String::from_utf8(exported(&world, "articles", Format::Csv, Some("name starts with 'nu'"))).unwrap();
    assert!(text.starts_with("\u{feff}id;code;name;"), "{text}");
    assert_eq!(text.trim_end().lines().count(), 2);
    assert!(text.contains("A0002;Nue"), "{text}");
}

#[test]
fn a_related_record_is_written_by_entity_and_code_and_a_wrong_one_is_refused_by_line() {
    let world = filled();
    let text = String::from_utf8(exported(&world, "article", Format::Csv, None)).unwrap();
    assert!(text.contains(";maker/M001;"), "{text}");
    let file = world
        .file("title.csv", "name;about\nUn;\"maker/Atelier; « Nord »\"\nDeux;maker/M404\nTrois;ghost/1\n");
    let (report, told) = world.import("article", &file).unwrap();
    assert_eq!((report.created, report.refused), (1, 2), "{:?}", told.refusals());
    let refusals = told.refusals();
    assert!(refusals[0].1.contains("No “Maker” matches “M404”."), "{refusals:?}");
    assert!(refusals[1].1.contains("“ghost” is not a kind of record"), "{refusals:?}");
}

#[test]
fn a_wrong_filter_says_what_was_meant() {
    let world = filled();
    let options = ExportOptions {
        entity: "article".into(),
        filter: Some("nme = 'x'".into()),
        format: Format::Csv,
        delimiter: None,
        language: Language::En,
    };
    let refused =
        exchange::export(&world.environment, &Caller::system(), &options, &mut Vec::new(), &mut |_| {});
    match refused {
        Err(exchange::ExchangeError::Engine(engine::EngineError::Expression(errors))) => {
            assert_eq!(errors[0].near.as_deref(), Some("name"));
        }
        other => panic!("{other:?}"),
    }
}
