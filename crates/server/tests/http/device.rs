//! The device and the server say the same of a record that somebody writes, whenever the device says that it knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use device::Device;
use engine::Clock;
use jiff::tz::TimeZone;
use platform::NewEnvironment;
use serde_json::{Map, Value as Json, json};

use crate::app::App;
use crate::client::{Client, encoded};
use crate::workshop;

/// Changes of each record that was kept.
const CHANGES: usize = 2;

/// Numbers that only look like chance: the same at every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.roll(of.len())]
    }
}

type Record = Map<String, Json>;

/// An environment, what its dictionary says, and the records it has by now.
struct World {
    app: App,
    ada: Client,
    description: Json,
    device: Device,
    /// By entity, with their references and lines.
    records: BTreeMap<String, Vec<Record>>,
    dice: Dice,
    /// What was compared.
    seen: Seen,
    /// What was asked and answered.
    cases: Vec<Json>,
}

#[derive(Debug, Default)]
struct Seen {
    writes: usize,
    kept: usize,
    refusals: usize,
    /// Refusals of fields that the device knew of, and those it did not.
    problems: usize,
    unknown_problems: usize,
    worths: usize,
    unknown_worths: usize,
    conditions: usize,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

impl World {
    fn start(modules: &[&str], seed: u64) -> World {
        let app = App::start();
        let folder = app.folder.path().join("modules");
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules"), &folder);
        for (path, text) in workshop::FILES {
            let path = folder.join("workshop").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        app.platform.environment_create(NewEnvironment::named("forms", "Forms", modules)).unwrap();
        let user = app.user("ada@acme.example");
        app.platform.access_grant(user, "forms", &["administrator"]).unwrap();
        let ada = app.signed_in("ada@acme.example", "forms");
        let description = ada.get(&ada.at("$dictionary"));
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let device = Device::load(&description.text(), zone).unwrap();
        let description = description.json();
        let (records, seen, cases) = (BTreeMap::new(), Seen::default(), Vec::new());
        World { app, ada, description, device, records, dice: Dice(seed), seen, cases }
    }

    fn entity(&self, name: &str) -> Json {
        self.description["entities"][name].clone()
    }

    /// Entities that people write by themselves, those that others refer to first.
    fn entities(&self) -> Vec<String> {
        let all = self.description["entities"].as_object().unwrap();
        let writable = all.iter().filter(|(name, entity)| entity["lines_of"].is_null() && *name != "user");
        let mut names: Vec<String> = writable.map(|(name, _)| name.clone()).collect();
        let references = |name: &String| {
            let fields = all[name]["fields"].as_array().unwrap();
            fields.iter().filter(|field| field["type"] == "reference" && field["system"] == false).count()
        };
        names.sort_by_key(references);
        names
    }

    /// What somebody might give for the fields of a record; `change`: for some of them only.
    fn properties(&mut self, entity: &str, by: Option<&str>, change: bool) -> Record {
        let mut given = Record::new();
        for field in self.entity(entity)["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let is_open = field["system"] == false
                && field["read_only"] == false
                && field["type"] != "lines"
                && by != Some(name);
            // Of ten: how often it is left as it is. A field that has to be filled in mostly is; a state mostly is not given.
            let left = match field["required"] == true {
                _ if self.entity(entity)["states"]["field"] == field["name"] => 9,
                _ if change => 7,
                true => usize::from(self.dice.roll(4) == 0),
                false => 4,
            };
            if !is_open || self.dice.roll(10) < left {
                continue;
            }
            let value = if self.dice.roll(25) == 0 { Some(Json::Null) } else { self.value(field) };
            if let Some(value) = value {
                let property =
                    if field["type"] == "reference" { format!("{name}_id") } else { name.to_owned() };
                given.insert(property, value);
            }
        }
        given
    }

    fn value(&mut self, field: &Json) -> Option<Json> {
        let dice = &mut self.dice;
        let odd = dice.roll(30) == 0;
        Some(match field["type"].as_str().unwrap() {
            "text" | "long_text" | "rich_text" | "code" => match field["name"].as_str().unwrap() {
                "siret" if !odd => json!(dice.one(&["73282932000074", "55208131766522", "12345678901234"])),
                "siren" if !odd => json!(dice.one(&["732829320", "552081317", "123456789"])),
                _ if odd => json!("x".repeat(dice.roll(400))),
                _ => json!(format!(
                    "{} {}",
                    dice.one(&["Été", "chaudière", "a", "12", "FR"]),
                    dice.roll(100_000)
                )),
            },
            "integer" => json!(dice.roll(40) as i64 - if odd { 30 } else { 0 }),
            "decimal" | "money" => {
                json!((dice.roll(40_000) as f64 - if odd { 20_000.0 } else { 0.0 }) / 100.0)
            }
            "boolean" => json!(dice.roll(2) == 0),
            "date" => {
                json!(format!("{}-{:02}-{:02}", 2025 + dice.roll(3), 1 + dice.roll(12), 1 + dice.roll(28)))
            }
            "time" => json!(format!("{:02}:{:02}:00", dice.roll(24), dice.roll(60))),
            "datetime" => json!(format!(
                "2026-{:02}-{:02}T{:02}:30:00Z",
                1 + dice.roll(12),
                1 + dice.roll(28),
                dice.roll(24)
            )),
            "choice" | "choices" => {
                let list = self.description["lists"][field["list"].as_str()?]["values"].as_array()?;
                let tag = if odd { json!("nowhere") } else { dice.one(list)["tag"].clone() };
                if field["type"] == "choice" { tag } else { json!([tag]) }
            }
            "reference" => {
                let known = self.records.get(field["to"].as_str()?).filter(|known| !known.is_empty())?;
                dice.one(known)["id"].clone()
            }
            "email" => json!(if odd { "nobody" } else { *dice.one(&["a@b.fr", "Jean.Dupont@Exemple.fr"]) }),
            "phone" => json!(if odd { "12" } else { *dice.one(&["+33388123456", "03 88 12 34 56"]) }),
            "url" => json!(if odd { "nowhere" } else { "https://exemple.fr/a" }),
            "colour" => json!(if odd { "blue" } else { "#2b5c8a" }),
            "address" => {
                json!({"lines": "3 rue du Fil", "postcode": "67000", "city": "Strasbourg", "country": "FR"})
            }
            "point" => json!({"type": "Point", "coordinates": [7.75, 48.58]}),
            "json" => json!({"a": [1, 2]}),
            _ => return None,
        })
    }

    fn lines_of(&self, entity: &str) -> Vec<(String, String, String)> {
        let entity = self.entity(entity);
        let fields = entity["fields"].as_array().unwrap().iter().filter(|field| field["type"] == "lines");
        let text = |field: &Json, name: &str| field[name].as_str().unwrap().to_owned();
        fields.map(|field| (text(field, "name"), text(field, "of"), text(field, "by"))).collect()
    }

    /// Somebody writes a record: a new one, or a change of one that is there.
    fn write(&mut self, entity: &str, stored: Option<&Record>) {
        let given = self.properties(entity, None, stored.is_some());
        let mut body = given.clone();
        let mut lines = Map::new();
        let mut ids = BTreeMap::new();
        for (name, of, by) in self.lines_of(entity) {
            let before = stored.and_then(|stored| stored[&name].as_array()).cloned().unwrap_or_default();
            let written = stored.is_none() || self.dice.roll(2) == 0;
            let mut sheet = Vec::new();
            let mut sent = Vec::new();
            for line in before {
                if written && self.dice.roll(5) == 0 {
                    continue; // taken out
                }
                let change = if written { self.properties(&of, Some(&by), true) } else { Record::new() };
                sheet.push(if written {
                    json!({"stored": line, "given": change})
                } else {
                    json!({"stored": line})
                });
                let mut one = change;
                one.insert("id".to_owned(), line["id"].clone());
                sent.push(Json::Object(one));
            }
            for _ in 0..if written { self.dice.roll(4) } else { 0 } {
                let given = self.properties(&of, Some(&by), false);
                sheet.push(json!({"given": given}));
                sent.push(Json::Object(given));
            }
            if written {
                body.insert(name.clone(), Json::Array(sent));
            }
            ids.insert(
                name.clone(),
                sheet.iter().map(|line: &Json| line["stored"].get("id").cloned()).collect(),
            );
            lines.insert(name, Json::Array(sheet));
        }
        let answer = self.ask(entity, stored, &given, &lines);
        self.compare(entity, stored, body, &answer, &ids);
    }

    fn ask(
        &mut self,
        entity: &str,
        stored: Option<&Record>,
        given: &Record,
        lines: &Map<String, Json>,
    ) -> Json {
        // A form knows the records that the one it writes names, no others.
        let text = json!([stored, given, lines]).to_string();
        let is_named = |record: &&Record| text.contains(record["id"].as_str().unwrap());
        let named = |records: &Vec<Record>| records.iter().filter(is_named).cloned().collect::<Vec<_>>();
        let known: BTreeMap<&String, _> =
            self.records.iter().map(|(entity, records)| (entity, named(records))).collect();
        let mut sheet = json!({
            "entity": entity, "given": given, "lines": lines, "known": known,
            "me": self.description["me"]["id"], "now": self.app.clock.now(), "language": "fr",
        });
        if let Some(stored) = stored {
            sheet["stored"] = Json::Object(stored.clone());
        }
        let answer = serde_json::from_str(&self.device.answer(&sheet.to_string()).unwrap()).unwrap();
        self.cases.push(json!({"sheet": sheet, "answer": answer}));
        answer
    }

    fn compare(
        &mut self,
        entity: &str,
        stored: Option<&Record>,
        body: Record,
        said: &Json,
        ids: &BTreeMap<String, Vec<Option<Json>>>,
    ) {
        self.seen.writes += 1;
        let collection = self.entity(entity)["collection"].as_str().unwrap().to_owned();
        let body = Json::Object(body);
        let answer = match stored {
            Some(stored) => {
                let path = self.ada.at(&format!("{collection}/{}", stored["id"].as_str().unwrap()));
                self.ada.patch(&path, &body)
            }
            None => self.ada.post(&self.ada.at(&collection), &body),
        };
        let told = said["problems"].as_array().unwrap();
        let told: BTreeSet<(String, String)> = told
            .iter()
            .map(|one| {
                (one["field"].as_str().unwrap().to_owned(), one["message"].as_str().unwrap().to_owned())
            })
            .collect();
        let context =
            || format!("{entity} {stored:?}\n given {body}\n said {said}\n answered {}", answer.text());
        if answer.status == 422 {
            self.seen.refusals += 1;
            let fields = answer.json()["fields"].as_object().cloned().unwrap_or_default();
            for (field, message) in &told {
                let found = fields.get(field).and_then(Json::as_str);
                assert!(
                    found.is_some_and(|found| found.contains(message.as_str())),
                    "{field}: {message}\n{}",
                    context()
                );
            }
            for (field, message) in fields {
                let known = told.iter().any(|(other, _)| *other == field);
                let alone =
                    ["Une autre fiche", "déjà"].iter().any(|word| message.as_str().unwrap().contains(word));
                self.seen.problems += 1;
                if !known && !alone {
                    self.seen.unknown_problems += 1;
                    assert!(is_unknowable(message.as_str().unwrap()), "{field}: {message}\n{}", context());
                }
            }
            return;
        }
        assert!(answer.status == 201 || answer.status == 200 || answer.status == 204, "{}", context());
        assert!(told.is_empty(), "the device refuses what the server keeps\n{}", context());
        self.seen.kept += 1;
        let id = match stored {
            Some(stored) => stored["id"].as_str().unwrap().to_owned(),
            None => answer.json()["id"].as_str().unwrap().to_owned(),
        };
        let expand =
            self.lines_of(entity).iter().map(|(name, _, _)| name.clone()).collect::<Vec<_>>().join(",");
        let query = if expand.is_empty() { String::new() } else { format!("?$expand={expand}") };
        let now = self.ada.get(&self.ada.at(&format!("{collection}/{id}{query}"))).json();
        self.compare_worths(entity, &said["fields"], &now, &context());
        for (name, of, _) in self.lines_of(entity) {
            let kept = now[&name].as_array().unwrap();
            let lines = said["lines"][&name].as_array().unwrap();
            assert_eq!(kept.len(), lines.len(), "{}", context());
            // New lines have ids that rise in the order they were given in.
            let known: Vec<&Json> = ids[&name].iter().flatten().collect();
            let mut fresh: Vec<&Json> = kept.iter().filter(|line| !known.contains(&&line["id"])).collect();
            fresh.sort_by_key(|line| line["id"].as_str().unwrap().to_owned());
            let mut fresh = fresh.into_iter();
            for (said, id) in lines.iter().zip(&ids[&name]) {
                let kept = match id {
                    Some(id) => kept.iter().find(|line| line["id"] == *id).unwrap(),
                    None => fresh.next().unwrap(),
                };
                self.compare_worths(&of, said, kept, &context());
            }
        }
        self.compare_conditions(entity, &collection, &id, &said["fields"], &context());
        let now = now.as_object().unwrap().clone();
        let records = self.records.entry(entity.to_owned()).or_default();
        records.retain(|record| record["id"] != now["id"]);
        records.push(now);
    }

    /// Computed fields and defaults that the device tells are what the server kept.
    fn compare_worths(&mut self, entity: &str, said: &Json, kept: &Json, context: &str) {
        for field in self.entity(entity)["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let said = &said[name];
            let of_moment = ["default", "formula"]
                .iter()
                .any(|part| field[part].as_str().is_some_and(|it| it.contains("now(")));
            if of_moment {
                continue;
            }
            let property = if field["type"] == "reference" { format!("{name}_id") } else { name.to_owned() };
            match said.get("value") {
                Some(value) => {
                    self.seen.worths += 1;
                    assert_eq!(*value, kept[&property], "{entity}.{name}\n{context}\n kept {kept}");
                }
                None if field["type"] == "computed" => self.seen.unknown_worths += 1,
                None => {}
            }
        }
    }

    /// Fields that the device shows are those that the store's own evaluation shows.
    fn compare_conditions(&mut self, entity: &str, collection: &str, id: &str, said: &Json, context: &str) {
        for field in self.entity(entity)["fields"].as_array().unwrap() {
            let name = field["name"].as_str().unwrap();
            let Some(visible) = field["visible"].as_str() else { continue };
            let Some(shown) = said[name].get("visible").map_or(Some(true), Json::as_bool) else { continue };
            let condition = encoded(&format!("id = '{id}' and ({visible})"));
            let found = self.ada.get(&self.ada.at(&format!("{collection}?$where={condition}"))).json();
            let found = !found["value"].as_array().unwrap().is_empty();
            assert_eq!(shown, found, "{entity}.{name}: {visible}\n{context}");
            self.seen.conditions += 1;
        }
    }

    /// So many records of each entity are written, and those that were kept changed.
    fn run(mut self, records: usize) -> Seen {
        for entity in self.entities() {
            for _ in 0..records {
                self.write(&entity, None);
            }
            for record in self.records.get(&entity).cloned().unwrap_or_default() {
                for _ in 0..CHANGES {
                    let id = &record["id"];
                    let now = self.records[&entity].iter().find(|one| one["id"] == *id).unwrap().clone();
                    // What others computed of it may have moved since: it is read again, as a form would.
                    let now = self.again(&entity, &now);
                    self.write(&entity, Some(&now));
                }
            }
            self.records = self.all();
        }
        // For `crates/device/tests/cases.rs` and the web application: the same answers from every build of the device.
        if std::env::var_os("TISSERAND_KEEP_CASES").is_some()
            && self.description["entities"]["quote"].is_object()
        {
            let step = self.cases.len() / 60;
            let cases: Vec<&Json> = self.cases.iter().step_by(step).collect();
            let kept = json!({"description": self.description, "cases": cases});
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../device/tests/cases.json");
            fs::write(file, format!("{kept}\n")).unwrap();
        }
        self.seen
    }

    fn again(&self, entity: &str, record: &Record) -> Record {
        let expand =
            self.lines_of(entity).iter().map(|(name, _, _)| name.clone()).collect::<Vec<_>>().join(",");
        let query = if expand.is_empty() { String::new() } else { format!("?$expand={expand}") };
        let collection = self.entity(entity)["collection"].as_str().unwrap().to_owned();
        let path = format!("{collection}/{}{query}", record["id"].as_str().unwrap());
        self.ada.get(&self.ada.at(&path)).json().as_object().unwrap().clone()
    }

    /// Every record as it is now.
    fn all(&self) -> BTreeMap<String, Vec<Record>> {
        let again = |(entity, records): (&String, &Vec<Record>)| {
            (entity.clone(), records.iter().map(|record| self.again(entity, record)).collect())
        };
        self.records.iter().map(again).collect()
    }
}

/// Refusals that only the server can tell: of what others hold.
fn is_unknowable(message: &str) -> bool {
    ["Trop vendu.", "Aucune fiche"].iter().any(|known| message.contains(known))
}

#[test]
fn of_the_standard_modules_device_and_server_say_the_same() {
    let seen = World::start(&["core"], 0x7155_e2a4_d001).run(50);
    assert!(seen.kept > 200 && seen.refusals > 100 && seen.conditions > 100, "{seen:?}");
    assert!(seen.unknown_problems * 20 < seen.problems, "the device knows too little: {seen:?}");
}

#[test]
fn of_lines_totals_and_states_device_and_server_say_the_same() {
    let seen = World::start(&["workshop"], 0x7155_e2a4_d002).run(250);
    assert!(seen.kept > 100 && seen.refusals > 50 && seen.conditions > 100, "{seen:?}");
    assert!(seen.unknown_problems * 20 < seen.problems, "the device knows too little: {seen:?}");
    assert!(seen.unknown_worths * 3 < seen.worths, "the device computes too little: {seen:?}");
}
