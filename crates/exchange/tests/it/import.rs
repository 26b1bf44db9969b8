use std::sync::atomic::{AtomicBool, Ordering};

use dictionary::value::{Address, Point};
use dictionary::{Label, Value};
use engine::{Caller, Draft};
use exchange::{ImportOptions, Mapping, Outcome};

use crate::support::{Told, World};

const MIXED: &str = "\
Désignation;Code barres;Prix;Poids;Bio;Depuis;Couleur;Couleurs;Fabricant;made_at.city;place.latitude;place.longitude
Étagère;111;1 234,50;2,5;oui;23/11/2026;Rouge;red|Vert;M001;Metz;48,5;7.75
\"Table \"\"ronde\"\"
en bois\";222;99.9;;non;2026-11-24;;;Atelier Nord;;;
";

fn shop_with_maker() -> World {
    let world = World::shop();
    world.create("maker", Draft::default().with("name", "Atelier Nord"));
    world
}

fn options(entity: &str, change: impl FnOnce(&mut ImportOptions)) -> ImportOptions {
    let mut options = ImportOptions::new(entity);
    change(&mut options);
    options
}

#[test]
fn columns_are_found_by_name_or_label_and_values_are_read_as_people_write_them() {
    let world = shop_with_maker();
    let (report, _) = world.import("article", &world.file("a.csv", MIXED)).unwrap();
    assert_eq!((report.created, report.refused, report.complete), (2, 0, true));
    let value = |field| world.value("article", ("barcode", "111"), field);
    assert_eq!(value("name"), Value::from("Étagère"));
    assert_eq!(value("price"), Value::Decimal("1234.50".parse().unwrap()));
    assert_eq!(value("organic"), Value::Boolean(true));
    assert_eq!(value("since"), Value::Date("2026-11-23".parse().unwrap()));
    assert_eq!(value("colour"), Value::from("red"));
    assert_eq!(value("colours"), Value::Tags(vec!["green".into(), "red".into()]));
    assert_eq!(value("place"), Value::Point(Point { latitude: 48.5, longitude: 7.75 }));
    assert_eq!(
        value("made_at"),
        Value::Address(Box::new(Address { city: Some("Metz".into()), ..Address::default() }))
    );
    assert_eq!(value("stock"), Value::Integer(5), "an absent column leaves the default");
    let round = world.value("article", ("barcode", "222"), "maker");
    assert_eq!(round, value("maker"), "a reference is found by code or by name");
}

#[test]
fn latin_1_and_tabs_are_recognised_without_being_told() {
    let world = World::shop();
    let text = "Désignation\tCode barres\nThé à la crème\t1\n";
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let (report, _) = world.import("article", &world.file("a.txt", latin)).unwrap();
    assert_eq!(report.created, 1);
    assert_eq!(world.column("article", "name"), ["Thé à la crème"]);
}

#[test]
fn a_workbook_of_another_library_is_read_with_its_dates_and_numbers() {
    let world = shop_with_maker();
    let file = world.file("a.xlsx", include_bytes!("openpyxl.xlsx"));
    let (report, told) = world.import("article", &file).unwrap();
    assert_eq!((report.created, report.refused), (2, 1), "{:?}", told.refusals());
    assert_eq!(
        world.value("article", ("barcode", "111"), "since"),
        Value::Date("2026-11-23".parse().unwrap())
    );
    assert_eq!(world.value("article", ("barcode", "111"), "price"), Value::Decimal("12.50".parse().unwrap()));
    assert_eq!(world.value("article", ("barcode", "111"), "opens"), Value::Time("08:30:00".parse().unwrap()));
    assert_eq!(world.value("article", ("barcode", "222"), "name"), Value::from("Chaise, « pliante »"));
    assert_eq!(told.refusals()[0].0, 4, "a row is named by its place in the sheet");
}

#[test]
fn every_fault_of_a_row_is_told_with_column_and_line_and_the_others_are_written() {
    let world = World::shop();
    let text = "name;barcode;price;colour;since\nA;1;12;red;\nB;2;free;pink;31/02/2026\nC;3;1;blue;\n;4;1;;\nE;5;1;blue\nF;1;1;;\n";
    let (report, told) = world.import("article", &world.file("a.csv", text)).unwrap();
    assert_eq!((report.created, report.refused, report.rows), (2, 4, 6));
    let refusals = told.refusals();
    assert_eq!(refusals.iter().map(|r| r.0).collect::<Vec<_>>(), [3, 5, 6, 7]);
    for part in ["price: ", "free", "colour: ", "pink", "since: "] {
        assert!(refusals[0].1.contains(part), "{part} in {refusals:?}");
    }
    assert!(refusals[1].1.contains("name"), "{refusals:?}");
    assert!(refusals[2].1.contains("4 columns instead of 5"), "{refusals:?}");
    assert!(refusals[3].1.contains("barcode"), "{refusals:?}");
    assert_eq!(world.column("article", "name"), ["A", "C"]);
}

#[test]
fn refused_rows_once_mended_are_imported_from_their_file() {
    let world = World::shop();
    let text = "name;barcode;price\nA;1;12\nB;2;free\n\"C\" x;3;1\n";
    let (report, _) = world.import("article", &world.file("a.csv", text)).unwrap();
    let path = report.refused_file.unwrap();
    let refused = std::fs::read_to_string(&path).unwrap();
    assert!(
        refused.contains("tisserand_reason")
            && refused.contains("free")
            && refused.contains("\"\"C\"\" x;3;1"),
        "{refused}"
    );
    let mended = refused
        .replace("free", "7")
        .lines()
        .filter(|line| !line.contains(" x;3;1"))
        .collect::<Vec<_>>()
        .join("\n");
    let (report, told) = world.import("article", &world.file("mended.csv", mended)).unwrap();
    assert_eq!((report.created, report.refused), (1, 0), "{:?}", told.refusals());
    assert_eq!(world.column("article", "name"), ["A", "B"]);
}

#[test]
fn a_key_finds_records_again_and_what_is_not_named_is_not_touched() {
    let world = World::shop();
    world.import("article", &world.file("a.csv", "name;barcode;price;notes\nA;1;12;x\nB;2;5;y\n")).unwrap();
    let again = options("article", |o| o.key = Some(vec!["barcode".into()]));
    let file = world.file("b.csv", "barcode;price\n1;12,00\n2;6\n3;1\n");
    let (report, told) = world.import_with(&file, &Mapping::default(), &again).unwrap();
    assert_eq!(
        (report.created, report.updated, report.same, report.refused),
        (0, 1, 1, 1),
        "{:?}",
        told.refusals()
    );
    assert!(told.refusals()[0].1.contains("name"), "a new record needs its name: {:?}", told.refusals());
    assert_eq!(world.value("article", ("barcode", "2"), "notes"), Value::from("y"));
    let before = world.environment.head().unwrap().position;
    let file = world.file("c.csv", "barcode;price;notes\n1;12;\n");
    world.import_with(&file, &Mapping::default(), &again).unwrap();
    assert_eq!(world.value("article", ("barcode", "1"), "notes"), Value::Null, "an empty cell empties");
    assert_eq!(world.environment.head().unwrap().position, before + 1);
}

#[test]
fn several_fields_together_are_a_key_within_one_file_too() {
    let world = World::shop();
    let key = options("maker", |o| o.key = Some(vec!["name".into(), "country".into()]));
    let file = world.file("a.csv", "name,country\nA,FR\nA,BE\nA,FR\n");
    let (report, _) = world.import_with(&file, &Mapping::default(), &key).unwrap();
    assert_eq!((report.created, report.same), (2, 1));
}

#[test]
fn a_reference_may_be_part_of_a_key() {
    let world = shop_with_maker();
    world.create("maker", Draft::default().with("name", "Atelier Sud"));
    let mapping = Mapping::parse(
        "key = ['maker', 'name']\n[columns]\nmaker = 'Fabricant'\nname = 'Nom'\nprice = 'Prix'\n[references.maker]\nby = 'name'\n",
    )
    .unwrap();
    let import = |text: &str| {
        world.import_with(&world.file("a.csv", text), &mapping, &ImportOptions::new("article")).unwrap().0
    };
    let first = import("Fabricant;Nom;Prix\nAtelier Nord;Table;10\nAtelier Sud;Table;20\n");
    assert_eq!((first.created, first.updated), (2, 0));
    let second = import("Fabricant;Nom;Prix\nAtelier Sud;Table;25\nAtelier Nord;Table;10\n");
    assert_eq!((second.created, second.updated, second.same), (0, 1, 1));
}

#[test]
fn a_mapping_says_columns_templates_constants_values_and_rows() {
    let world = shop_with_maker();
    let mapping = Mapping::parse(
        r#"
        entity = "article"
        key = "barcode"
        [columns]
        name = "{brand|proper} {model}"
        barcode = "ean"
        colour = "tint"
        maker = "who"
        [constants]
        stock = 3
        [values.colour]
        R = "red"
        "*" = "blue"
        [references.maker]
        by = "name"
        missing = "empty"
        [only]
        state = ["ok"]
        "#,
    )
    .unwrap();
    let text = "brand,model,ean,tint,who,state\nLE BON,X1,1,R,Atelier Nord,ok\nACME,,2,Q,Nobody,ok\nACME,Z,3,R,,old\n";
    let options = ImportOptions::new("article");
    let (report, told) = world.import_with(&world.file("a.csv", text), &mapping, &options).unwrap();
    assert_eq!((report.created, report.left_out, report.refused), (2, 1, 0), "{:?}", told.refusals());
    assert_eq!(world.column("article", "name"), ["Acme", "Le Bon X1"]);
    assert_eq!(world.column("article", "colour"), ["blue", "red"]);
    assert_eq!(world.column("article", "stock"), ["3", "3"]);
    assert!(world.value("article", ("barcode", "2"), "maker").is_null());
}

#[test]
fn wrong_names_are_refused_before_anything_is_written_and_say_what_was_meant() {
    let world = World::shop();
    let before = world.digest();
    let fault = |text: &str, mapping: &str, key: Option<&str>| {
        let mapping = Mapping::parse(mapping).unwrap();
        let options = options("article", |o| o.key = key.map(|k| vec![k.to_owned()]));
        world.import_with(&world.file("a.csv", text), &mapping, &options).err().unwrap().to_string()
    };
    assert!(fault("nane;barcode\nA;1\n", "", None).contains("nane (name ?)"));
    assert!(fault("name\nA\n", "[columns]\nname = \"nom\"", None).contains("no column “nom”"));
    assert!(fault("name\nA\n", "[columns]\nnamme = \"name\"", None).contains("“name”"));
    assert!(fault("name\nA\n", "", Some("barcode")).contains("barcode"));
    assert!(
        fault("name;double\nA;1\n", "[columns]\ndouble = \"double\"", None)
            .contains("cannot be changed here")
    );
    assert!(fault("name\nA\n", "entity = \"maker\"", None).contains("“maker”"));
    let unknown = ImportOptions::new("artcle");
    let error = world.import_with(&world.path("a.csv"), &Mapping::default(), &unknown).err().unwrap();
    assert!(error.to_string().contains("“article”"), "{error}");
    assert_eq!(world.digest(), before);
}

#[test]
fn a_dry_run_says_what_each_row_would_do_and_writes_nothing() {
    let world = World::shop();
    world.import("article", &world.file("a.csv", "name;barcode;price\nA;1;12\nB;2;5\n")).unwrap();
    let (before, position) = (world.digest(), world.environment.head().unwrap().position);
    let file = world.file("b.csv", "name;barcode;price\nA;1;12\nB;2;6\nC;3;1\nC;3;2\nD;4;free\nE;5;-1\n");
    let options = options("article", |o| {
        o.dry_run = true;
        o.key = Some(vec!["barcode".into()]);
    });
    let (report, told) = world.import_with(&file, &Mapping::default(), &options).unwrap();
    let expected = [
        (2, Outcome::Same),
        (3, Outcome::Update),
        (4, Outcome::Create),
        (5, Outcome::Update),
        (6, Outcome::Refuse),
        (7, Outcome::Refuse),
    ];
    assert_eq!(told.outcomes(), expected);
    assert_eq!((report.created, report.updated, report.same, report.refused), (1, 2, 1, 2));
    assert_eq!((world.digest(), world.environment.head().unwrap().position), (before, position));
    assert!(!world.path("b.refused.csv").exists());
}

#[test]
fn an_import_stopped_midway_goes_on_and_neither_loses_nor_doubles() {
    let world = World::shop();
    let mut text = "name;price\n".to_owned();
    for i in 0..95 {
        text.push_str(&if i % 10 == 7 { format!("N{i:03};free\n") } else { format!("N{i:03};{i}\n") });
    }
    let file = world.file("a.csv", text);
    let options = options("article", |o| o.batch_rows = 20);
    let mapping = Mapping::default();
    let mut runs = 0;
    let report = loop {
        runs += 1;
        let mut told = Told { stop_after: Some(1), ..Told::default() };
        let report =
            exchange::import(&world.environment, &Caller::system(), &file, &mapping, &options, &mut told)
                .unwrap();
        assert!(runs < 10);
        if report.complete {
            break report;
        }
        assert!(report.resumed_after < report.rows);
    };
    assert!(runs >= 4, "{runs}");
    assert_eq!((report.rows, report.created, report.refused), (95, 86, 9));
    let names = world.column("article", "name");
    let expected: Vec<_> = (0..95).filter(|i| i % 10 != 7).map(|i| format!("N{i:03}")).collect();
    assert_eq!(names, expected);
    let refused = std::fs::read_to_string(world.path("a.refused.csv")).unwrap();
    assert_eq!(refused.lines().count(), 10, "{refused}");
    // Without a key, the same file again would double everything: it is told, and nothing is done.
    let (again, _) = world.import_with(&file, &mapping, &options).unwrap();
    assert!(again.already);
    assert_eq!(world.records("article").len(), 86);
}

#[test]
fn rows_with_lines_make_smaller_units_and_a_stop_between_them_leaves_what_is_counted() {
    let world = World::shop();
    let mut text = String::new();
    for i in 0..40 {
        text.push_str(&match i % 10 {
            7 => "{oops}\n".to_owned(),
            _ => format!(
                "{{\"name\": \"N{i:02}\", \"parts\": [{{\"name\": \"Leg\"}}, {{\"name\": \"Top\"}}]}}\n"
            ),
        });
    }
    let file = world.file("a.jsonl", text);
    let options = options("article", |o| o.batch_rows = 20);
    let mut told = Told { stop_after: Some(1), ..Told::default() };
    let caller = Caller::system();
    let stopped =
        exchange::import(&world.environment, &caller, &file, &Mapping::default(), &options, &mut told)
            .unwrap();
    // Seven rows of three records each are more than twenty records.
    assert_eq!((stopped.rows, stopped.refused, stopped.complete), (7, 0, false));
    assert!(!world.path("a.refused.jsonl").exists(), "no refused row is counted yet");
    let (report, _) = world.import_with(&file, &Mapping::default(), &options).unwrap();
    assert_eq!((report.resumed_after, report.rows, report.created, report.refused), (7, 40, 36, 4));
    let refused = std::fs::read_to_string(world.path("a.refused.jsonl")).unwrap();
    assert_eq!((refused.lines().count(), world.column("article", "name").len()), (4, 36));
}

#[test]
fn an_import_makes_room_for_others_who_wait_to_write_and_counts_the_same() {
    let world = World::shop();
    let mut text = "name;barcode;price\n".to_owned();
    for i in 0..1_200 {
        // Some rows are not read, and some are refused by the engine: the bar code is taken.
        let barcode = if i % 100 == 99 { 0 } else { i };
        let price = if i % 10 == 7 { "free" } else { "1" };
        text.push_str(&format!("N{i:04};{barcode};{price}\n"));
    }
    let file = world.file("a.csv", text);
    let options = options("article", |o| o.batch_rows = 10_000);
    let done = AtomicBool::new(false);
    let (report, others) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut others = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let draft = Draft::default().with("name", "Atelier");
                let made = world
                    .environment
                    .transact(&Caller::system(), move |unit| unit.create("maker", None, draft));
                others.push(made.unwrap().position);
            }
            others
        });
        let imported = world.import_with(&file, &Mapping::default(), &options);
        done.store(true, Ordering::Relaxed);
        (imported.unwrap().0, writer.join().unwrap())
    });
    assert_eq!((report.rows, report.created, report.refused), (1_200, 1_068, 132));
    assert_eq!(world.column("article", "name").len(), 1_068);
    let refused = std::fs::read_to_string(world.path("a.refused.csv")).unwrap();
    assert_eq!(refused.lines().count(), 133, "each refused row is in their file once");
    let mut units: Vec<u64> =
        world.column("article", "version").iter().map(|version| version.parse().unwrap()).collect();
    units.sort_unstable();
    units.dedup();
    let between = |pair: &[u64]| others.iter().any(|other| (pair[0]..pair[1]).contains(other));
    assert!(units.windows(2).any(between), "nobody wrote during the import: {units:?}");
}

#[test]
fn json_lines_bring_lines_and_leave_absent_keys_alone() {
    let world = shop_with_maker();
    let text = concat!(
        r#"{"name": "Table", "barcode": "1", "price": 12.5, "colours": ["red"], "extra": {"a": [1]}, "maker": {"code": "M001"}, "#,
        r#""made_at": {"city": "Metz"}, "parts": [{"name": "Leg", "quantity": 4}, {"name": "Top"}]}"#,
        "\n{\"name\": \"Chair\", \"barcode\": \"2\", \"price\": null}\n{oops}\n[1]\n"
    );
    let key = options("article", |o| o.key = Some(vec!["barcode".into()]));
    let file = world.file("a.jsonl", text);
    let (report, told) = world.import_with(&file, &Mapping::default(), &key).unwrap();
    assert_eq!((report.created, report.refused), (2, 2), "{:?}", told.refusals());
    assert_eq!(world.column("part", "name"), ["Leg", "Top"]);
    let file = world.file("b.jsonl", "{\"barcode\": \"1\", \"price\": 13}\n");
    world.import_with(&file, &Mapping::default(), &key).unwrap();
    assert_eq!(world.value("article", ("barcode", "1"), "colours"), Value::Tags(vec!["red".into()]));
    let array = world.file("c.json", "[{\"name\": \"x\"}]");
    assert!(world.import("article", &array).err().unwrap().to_string().contains("one object a line"));
    let reason = |label: &Label| label.text(dictionary::Language::Fr).contains("objet JSON");
    assert!(told.rows.iter().filter(|r| r.outcome == Outcome::Refuse).all(|r| r.reasons.iter().any(reason)));
}

#[test]
fn a_reader_imports_nothing() {
    let world = World::shop();
    let file = world.file("a.csv", "name\nA\n");
    let caller = Caller { held: engine::Held::new(["reader"]), ..Caller::system() };
    let options = ImportOptions::new("article");
    let refused =
        exchange::import(&world.environment, &caller, &file, &Mapping::default(), &options, &mut ());
    assert!(matches!(refused, Err(exchange::ExchangeError::Engine(engine::EngineError::Forbidden { .. }))));
    assert!(world.records("article").is_empty());
}
