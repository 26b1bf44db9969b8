//! What is held about people: told whole to who protects it, erased so that nothing is left of it anywhere.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use std::path::Path;

use dictionary::RecordId;
use engine::Caller;
use jiff::SignedDuration;
use serde_json::{Map, Value as Json, json};

use crate::app::{App, until};
use crate::client::{Client, picture};

/// Texts that nothing else holds: one for each value, looked for afterwards.
#[derive(Default)]
struct Marks {
    all: Vec<String>,
    random: RandomState,
}

impl Marks {
    fn one(&mut self) -> String {
        let mark = format!("zq{:016x}", self.random.hash_one(self.all.len()));
        self.all.push(mark.clone());
        mark
    }

    fn digits(&mut self) -> String {
        let mark = format!("+3361{:07}", self.random.hash_one(self.all.len()) % 10_000_000);
        self.all.push(mark.clone());
        mark
    }

    /// A value of each personal field of an entity that holds text, marked; files apart.
    fn fill(&mut self, dictionary: &Json, entity: &str) -> Json {
        let mut body = Map::new();
        for field in dictionary["entities"][entity]["fields"].as_array().unwrap() {
            let writable = field["read_only"] == false && field["system"] == false;
            if field["personal"] == "no" || !writable {
                continue;
            }
            let value = match field["type"].as_str().unwrap() {
                "text" | "long_text" | "rich_text" | "code" => json!(self.one()),
                "email" => json!(format!("{}@exemple.fr", self.one())),
                "phone" => json!(self.digits()),
                "url" => json!(format!("https://{}.example/", self.one())),
                "address" => json!({"lines": self.one(), "postcode": "67000", "city": self.one()}),
                _ => continue,
            };
            body.insert(field["name"].as_str().unwrap().to_owned(), value);
        }
        Json::Object(body)
    }
}

fn with(mut body: Json, more: Json) -> Json {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn id(record: &Json) -> &str {
    record["id"].as_str().unwrap()
}

/// Puts a marked content under a marked name into a file field.
fn put_file(ada: &Client, marks: &mut Marks, path: &str, media_type: &str) {
    let named = format!("attachment; filename=\"{}.bin\"", marks.one());
    let content = format!("a content with {}", marks.one());
    put(ada, &named, path, media_type, content.as_bytes());
}

/// A picture under a marked name.
fn put_picture(ada: &Client, marks: &mut Marks, path: &str, grey: u8) {
    let named = format!("attachment; filename=\"{}.png\"", marks.one());
    put(ada, &named, path, "image/png", &picture(grey));
}

fn put(ada: &Client, named: &str, path: &str, media_type: &str, content: &[u8]) {
    let answer = ada.with("content-disposition", named).send("PUT", &ada.at(path), Some(media_type), content);
    assert_eq!(answer.status, 204, "{}", answer.text());
}

/// A contact of whom everything there is to say is said, twice, in records of every kind; all of it marked.
fn somebody(ada: &Client, marks: &mut Marks) -> String {
    let dictionary = ada.get(&ada.at("$dictionary")).json();
    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    let about = json!({"account_id": id(&account)});
    let contact = ada
        .with("idempotency-key", "made-once")
        .post(&ada.at("contacts"), &with(marks.fill(&dictionary, "contact"), about.clone()));
    assert_eq!(contact.status, 201, "{}", contact.text());
    let contact = contact.json();
    let contact = id(&contact).to_owned();
    for grey in 0..2 {
        put_picture(ada, marks, &format!("contacts/{contact}/photo"), grey);
    }
    let consents = json!({"consents": [
        with(marks.fill(&dictionary, "contact_consent"), json!({"channel": "email", "status": "given"})),
    ]});
    let again = with(marks.fill(&dictionary, "contact"), consents);
    let changed = ada.patch(&ada.at(&format!("contacts/{contact}")), &again);
    assert_eq!(changed.status, 200, "{}", changed.text());

    let of = json!({"contact_id": contact, "account_id": id(&account)});
    let event = ada.create("events", with(marks.fill(&dictionary, "event"), of.clone()));
    put_file(ada, marks, &format!("events/{}/attachment", id(&event)), "text/plain");
    let steps = json!({"steps": [marks.fill(&dictionary, "task_step")]});
    ada.create("tasks", with(with(marks.fill(&dictionary, "task"), of.clone()), steps));
    let slot = json!({"starts_at": "2026-12-01T08:00:00Z", "ends_at": "2026-12-01T09:00:00Z"});
    let meeting = with(with(marks.fill(&dictionary, "appointment"), of.clone()), slot);
    let meeting = ada.create("appointments", meeting);
    put_picture(ada, marks, &format!("appointments/{}/customer_signature", id(&meeting)), 2);
    let relation = json!({"from_contact_id": contact, "to_account_id": id(&account), "kind": "works_for"});
    ada.create("relations", with(marks.fill(&dictionary, "relation"), relation));

    // One that is there no more: the journal tells of it.
    let gone = ada.create("events", with(marks.fill(&dictionary, "event"), of));
    assert_eq!(ada.delete(&ada.at(&format!("events/{}", id(&gone)))).status, 204);
    contact
}

/// Sends a file with the contact's row in it, and has it imported.
fn import(ada: &Client, marks: &mut Marks) {
    let content =
        format!("name;email\n{};{}@exemple.fr\n{};{}\n", marks.one(), marks.one(), marks.one(), marks.one());
    let named = ada.with("content-disposition", "attachment; filename=\"gens.csv\"");
    let path = ada.at("$imports?collection=contacts");
    let sent = named.send("POST", &path, Some("text/csv"), content.as_bytes());
    assert_eq!(sent.status, 201, "{}", sent.text());
    let import = sent.json();
    let mapping = json!({"mapping": {"columns": {"last_name": "name", "email": "email"}}});
    let run = ada.post(&ada.at(&format!("$imports/{}/run", id(&import))), &mapping);
    assert_eq!(run.status, 202, "{}", run.text());
    until(|| {
        let now = ada.get(&ada.at(&format!("$imports/{}", id(&import)))).json();
        (now["live"] == false).then_some(now)
    });
}

fn erased(ada: &Client, path: &str, name: &str) -> Json {
    let begun = ada.post(&ada.at(&format!("$subjects/{path}/erase")), &json!({ "name": name }));
    assert_eq!(begun.status, 202, "{}", begun.text());
    let erasure = begun.json()["id"].as_str().unwrap().to_owned();
    until(|| {
        let now = ada.get(&ada.at(&format!("$erasures/{erasure}"))).json();
        assert!(now["live"] == true || now["done_at"] != json!(null), "interrupted: {now}");
        (now["live"] == false).then_some(now)
    })
}

/// Marks found in any file below a folder, with the file.
fn in_files(folder: &Path, marks: &[String], found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            in_files(&path, marks, found);
            continue;
        }
        let Ok(bytes) = fs::read(&path) else { continue }; // of a process that ends meanwhile
        found.extend(there(&bytes, marks).into_iter().map(|mark| format!("{mark} in {}", path.display())));
    }
}

/// Marks that are in some bytes, in whatever case. All are as long as each other, or few.
fn there<'m>(bytes: &[u8], marks: &'m [String]) -> BTreeSet<&'m String> {
    let lengths: BTreeSet<usize> = marks.iter().map(String::len).collect();
    let known: HashMap<&[u8], &String> = marks.iter().map(|mark| (mark.as_bytes(), mark)).collect();
    let firsts: HashSet<u8> = marks.iter().map(|mark| mark.as_bytes()[0]).collect();
    let bytes = bytes.to_ascii_lowercase();
    let starts = (0..bytes.len()).filter(|at| firsts.contains(&bytes[*at]));
    let pieces = starts.flat_map(|at| lengths.iter().map(move |length| (at, at + length)));
    let pieces = pieces.filter_map(|(at, end)| bytes.get(at..end));
    pieces.filter_map(|piece| known.get(piece).copied()).collect()
}

fn contains(bytes: &[u8], mark: &str) -> bool {
    !there(bytes, &[mark.to_owned()]).is_empty()
}

/// Marks found in any row of any table of the schema that holds a record, where rows are in PostgreSQL.
fn in_tables(table: &str, record: &str, marks: &[String], found: &mut BTreeSet<String>) {
    if crate::database().is_none() {
        return;
    }
    let server = test_postgres::folder_of(&test_postgres::address());
    let sql = |text: &str| test_postgres::sql(&server, text);
    let schemas = sql(&format!("SELECT schemaname FROM pg_tables WHERE tablename = '{table}'"));
    let holds = |schema: &&str| {
        sql(&format!("SELECT count(*) FROM \"{schema}\".\"{table}\" WHERE id = '{record}'")) == "1"
    };
    let schema = schemas.lines().find(holds).unwrap();
    let mut words: Vec<String> = marks.iter().map(|mark| mark.replace('+', "[+]")).collect();
    words.extend(marks.iter().map(|mark| mark.bytes().map(|byte| format!("{byte:02x}")).collect()));
    let words = words.join("|");
    for table in sql(&format!("SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'")).lines() {
        let rows = sql(&format!(
            "SELECT substring(t::text from '(?i).{{0,60}}(?:{words})') FROM \"{schema}\".\"{table}\" t WHERE t::text ~* '{words}' LIMIT 3"
        ));
        found.extend(rows.lines().map(|row| format!("{row} in table {table}")));
    }
}

fn residue(app: &App, table: &str, record: &str, marks: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    in_files(app.folder.path(), marks, &mut found);
    in_tables(table, record, marks, &mut found);
    found
}

fn verified(app: &App) {
    let open = app.platform.environment("acme").unwrap();
    let snapshot = open.engine.store().snapshot().unwrap();
    let report = store::verify(&*snapshot, &open.engine.dictionary(), &mut |_, _| {}).unwrap();
    assert!(report.is_whole(), "{:?}", report.findings);
}

#[test]
fn nothing_is_left_anywhere_of_a_person_who_was_erased_and_all_else_is() {
    let app = App::start_standard();
    let ada = app.ada();
    let mut marks = Marks::default();
    let contact = somebody(&ada, &mut marks);
    let other =
        ada.create("contacts", json!({"first_name": "Paul", "last_name": "Weber", "phone": "+33388000000"}));
    ada.create("events", json!({"subject": "Visite", "contact_id": id(&other)}));
    let path = format!("contacts/{contact}");
    let before = residue(&app, "contact", &contact, &marks.all);
    assert!(!before.is_empty(), "the search finds what is there");
    let mut imported = Marks::default();
    import(&ada, &mut imported);

    let preview = ada.get(&ada.at(&format!("$subjects/{path}"))).json();
    assert_eq!((&preview["refused"], &preview["deleted"]), (&json!(null), &json!(1)));
    assert!(preview["entries"].as_u64().unwrap() >= 10, "{preview}");
    let of = |entity: &str| {
        let records = preview["records"].as_array().unwrap();
        records.iter().find(|erased| erased["entity"] == entity).unwrap()["records"].clone()
    };
    assert_eq!(
        [of("contact"), of("contact_consent"), of("event"), of("task_step")],
        [1, 1, 1, 1].map(|n| json!(n))
    );

    let title = preview["title"].as_str().unwrap().to_owned();
    let wrong = ada.post(&ada.at(&format!("$subjects/{path}/erase")), &json!({"name": "Weber"}));
    assert_eq!((wrong.status, wrong.code()), (422, "validation".to_owned()));
    assert!(ada.get(&ada.at(&path)).text().contains(&title), "nothing was done");

    let done = erased(&ada, &path, &title);
    assert_eq!((&done["step"], &done["kept"]), (&json!("done"), &json!([])));
    assert_eq!(done["seal"].as_str().unwrap().len(), 64);
    assert!(done["files"].as_u64().unwrap() >= 4, "{done}");
    assert!(done["answers"].as_u64().unwrap() >= 1, "{done}");
    assert_eq!(done["imports"], 1);

    assert_eq!(residue(&app, "contact", &contact, &marks.all), BTreeSet::new());
    let mut left = BTreeSet::new();
    in_files(&app.folder.path().join("data/environments/acme/imports"), &imported.all, &mut left);
    assert_eq!(left, BTreeSet::new(), "what files of imports say of others goes with it");
    verified(&app);

    // All else is as it was.
    let paul = ada.get(&ada.at(&format!("contacts/{}", id(&other)))).json();
    assert_eq!((&paul["name"], &paul["phone"]), (&json!("Paul Weber"), &json!("+33388000000")));
    assert_eq!(ada.list("events?$filter=subject eq 'Visite'").len(), 1);
    assert_eq!(ada.list("contacts?$search=weber").len(), 1);
    let empty = ada.get(&ada.at(&path)).json();
    assert_eq!((&empty["last_name"], &empty["email"]), (&json!("[effacé]"), &json!(null)));
    let history = ada.get(&ada.at(&format!("{path}/$history"))).json();
    assert!(history["value"].as_array().unwrap().iter().all(|entry| entry["redacted"] == true), "{history}");
    let again = erased(&ada, &path, &contact);
    assert_eq!((&again["emptied"], &again["entries"]), (&json!(0), &json!(0)), "once is enough: {again}");
    assert_eq!(ada.get(&ada.at("$erasures")).json()["value"].as_array().unwrap().len(), 2);
}

#[test]
fn a_person_is_told_all_that_is_held_about_them_and_nothing_about_others() {
    let app = App::start_standard();
    let ada = app.ada();
    let mut marks = Marks::default();
    let contact = somebody(&ada, &mut marks);
    let other = ada.create("contacts", json!({"first_name": "Paul", "last_name": "Weber-Unlikely"}));
    ada.create("events", json!({"subject": "Quelconque", "contact_id": id(&other)}));

    let answer = ada.get(&ada.at(&format!("$subjects/contacts/{contact}/export")));
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
    let files = unpacked(&app, &answer.bytes);
    let all: Vec<u8> =
        files.iter().flat_map(|(name, content)| [name.as_bytes(), b"\n", content].concat()).collect();
    let told = there(&all, &marks.all);
    let missing: Vec<&String> = marks.all.iter().filter(|mark| !told.contains(mark)).collect();
    assert_eq!(missing, Vec::<&String>::new());
    assert!(!contains(&all, "weber-unlikely") && !contains(&all, "quelconque"));

    let told: Json =
        serde_json::from_slice(&files.iter().find(|(name, _)| name == "person.json").unwrap().1).unwrap();
    assert_eq!(
        (&told["format"], &told["person"]["entity"]),
        (&json!("tisserand person 1"), &json!("contact"))
    );
    let deleted = told["records"].as_array().unwrap().iter().filter(|record| record["deleted"] == true);
    assert_eq!(deleted.count(), 1);
    let page =
        String::from_utf8(files.iter().find(|(name, _)| name == "person.html").unwrap().1.clone()).unwrap();
    assert!(page.contains("<html lang=\"fr\">") && page.contains("Nom"), "{page}");
    assert!(!page.contains("<script"), "nothing runs in it");
}

/// The files of an archive, by name.
fn unpacked(app: &App, archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let path = app.folder.path().join("person.zip");
    fs::write(&path, archive).unwrap();
    let mut archive = zip::ZipArchive::new(fs::File::open(&path).unwrap()).unwrap();
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        files.push((file.name().unwrap().into_owned(), content));
    }
    files
}

#[test]
fn what_the_law_asks_to_be_kept_is_kept_with_the_name_it_needs_and_said_why() {
    let app = App::start_standard();
    let ada = app.ada();
    let contact = ada.create("contacts", json!({"last_name": "Schmitt", "phone": "+33388111111"}));
    let path = format!("contacts/{}", id(&contact));
    let file =
        ada.send("POST", &ada.at("$files"), Some("application/pdf"), b"%PDF, the invoice of Schmitt").json();
    let paper = |name: &str, kind: &str, day: &str| {
        ada.create(
            "documents",
            json!({
                "name": name, "kind": kind, "dated_on": day, "contact_id": id(&contact), "file": file,
            }),
        )
    };
    let invoice = paper("Facture Schmitt", "invoice", "2026-03-01");
    let old = paper("Facture ancienne Schmitt", "invoice", "2012-03-01");
    paper("Photo Schmitt", "photo", "2026-03-01");

    let preview = ada.get(&ada.at(&format!("$subjects/{path}"))).json();
    let kept = preview["kept"].as_array().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["id"], &kept[0]["until"]), (&invoice["id"], &json!("2036-03-01")));
    assert!(kept[0]["because"].as_str().unwrap().contains("L. 123-22"), "{preview}");

    let done = erased(&ada, &path, "schmitt");
    assert_eq!(done["kept"][0]["id"], invoice["id"]);
    assert!(!done.to_string().contains("Schmitt"), "a certificate says nothing of the person: {done}");
    let now = ada.get(&ada.at(&path)).json();
    assert_eq!((&now["last_name"], &now["phone"]), (&json!("Schmitt"), &json!(null)));
    let of = |record: &Json| ada.get(&ada.at(&format!("documents/{}", id(record)))).json();
    assert_eq!(of(&invoice)["name"], "Facture Schmitt");
    assert_eq!(of(&old)["name"], "[effacé]");
    assert_eq!(done["files"], 0, "the invoice still names the content");
    verified(&app);

    // Ten years later nothing is kept any more.
    app.clock.forward(jiff::SignedDuration::from_hours(24 * 3_700));
    let ada = app.ada();
    let done = erased(&ada, &path, "Schmitt");
    assert_eq!((&done["kept"], &done["files"]), (&json!([]), &json!(1)));
    let mut found = BTreeSet::new();
    in_files(&app.folder.path().join("data/environments/acme"), &["schmitt".to_owned()], &mut found);
    assert_eq!(found, BTreeSet::new());
}

#[test]
fn a_colleague_is_erased_once_they_no_longer_sign_in_and_only_people_are() {
    let app = App::start_standard();
    let ada = app.ada();
    let mut marks = Marks::default();
    let dictionary = ada.get(&ada.at("$dictionary")).json();
    let user = ada.create("users", with(marks.fill(&dictionary, "user"), json!({"language": "fr"})));
    let path = format!("users/{}", id(&user));
    let title = user["name"].as_str().unwrap().to_owned();
    let early = ada.post(&ada.at(&format!("$subjects/{path}/erase")), &json!({ "name": title }));
    assert_eq!(early.status, 422);
    assert!(early.text().contains("désactivez-la"), "{}", early.text());
    assert_eq!(ada.patch(&ada.at(&path), &json!({"active": false})).status, 200);
    erased(&ada, &path, &title);
    assert_eq!(residue(&app, "user", id(&user), &marks.all), BTreeSet::new());
    verified(&app);

    let account = ada.create("accounts", json!({"name": "Lenoir"}));
    for part in ["", "/export"] {
        let answer = ada.get(&ada.at(&format!("$subjects/accounts/{}{part}", id(&account))));
        assert_eq!(answer.status, 404, "an account is no person");
    }
    let remi = app.remi();
    for path in [format!("$subjects/{path}"), format!("$subjects/{path}/export"), "$erasures".to_owned()] {
        assert_eq!(remi.get(&remi.at(&path)).refusal(), (403, "forbidden".to_owned()), "{path}");
    }
}

#[test]
fn what_is_held_longer_than_the_dictionary_says_is_shown_first_and_erased_when_told_so() {
    let app = App::start_standard();
    let ada = app.ada();
    let left = |name: &str, day: &str| ada.create("contacts", json!({"last_name": name, "closed_on": day}));
    let due = left("Ancienne", "2022-01-31");
    left("Récente", "2025-01-31");
    ada.create("contacts", json!({"last_name": "Présente"}));
    let invoiced = left("Facturée", "2022-01-31");
    let file = ada.send("POST", &ada.at("$files"), Some("text/plain"), b"invoice").json();
    let paper = json!({"name": "Facture", "kind": "invoice", "contact_id": id(&invoiced), "file": file});
    ada.create("documents", paper);
    ada.create("events", json!({"subject": "Ancienne appelle", "contact_id": id(&due)}));

    let shown = ada.get(&ada.at("$expiring")).json();
    let contacts = shown["value"].as_array().unwrap().iter().find(|one| one["entity"] == "contact").unwrap();
    let counts = [&contacts["months"], &contacts["due"], &contacts["held_back"]];
    assert_eq!((counts, &contacts["action"]), ([&json!(36), &json!(1), &json!(1)], &json!("erase")));
    let run = |name: &str| ada.post(&ada.at("$expiring/contacts/run"), &json!({ "name": name }));
    assert_eq!(run("Tiers").status, 422);
    assert_eq!(ada.post(&ada.at("$expiring/accounts/run"), &json!({"name": "Tiers"})).status, 404);

    let begun = run("contacts");
    assert_eq!(begun.status, 202, "{}", begun.text());
    let erasure = begun.json()["id"].as_str().unwrap().to_owned();
    let done = until(|| {
        let now = ada.get(&ada.at(&format!("$erasures/{erasure}"))).json();
        (now["live"] == false).then_some(now)
    });
    assert_eq!((&done["step"], &done["records"]), (&json!("done"), &json!(2)), "{done}");
    let mut names: Vec<String> =
        ada.list("contacts").iter().map(|one| one["last_name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(names, ["Facturée", "Présente", "Récente", "[effacé]"]);
    let mut found = BTreeSet::new();
    in_files(&app.folder.path().join("data/environments/acme"), &["ancienne".to_owned()], &mut found);
    assert_eq!(found, BTreeSet::new());
    let again = ada.get(&ada.at("$expiring")).json();
    assert_eq!(again["value"][0]["due"], 0, "{again}");
    verified(&app);
    let remi = app.remi();
    assert_eq!(remi.get(&remi.at("$expiring")).status, 403);
}

#[test]
fn an_erasure_that_was_left_in_the_middle_goes_on_once_its_environment_is_opened_again() {
    let app = App::start_standard();
    let ada = app.ada();
    let mut marks = Marks::default();
    let contact = ada.create("contacts", json!({"last_name": marks.one()}));
    let person = RecordId::parse(id(&contact)).unwrap();
    let erasure = {
        let environment = app.platform.environment("acme").unwrap();
        environment.engine.erasure_begin(&Caller::system(), "contact", person, &marks.all[0]).unwrap()
    };
    app.clock.forward(SignedDuration::from_hours(1));
    until(|| (app.platform.evict_idle() > 0).then_some(()));
    let done = until(|| {
        let now = ada.get(&ada.at(&format!("$erasures/{erasure}"))).json();
        (now["step"] == "done" && now["live"] == false).then_some(now)
    });
    assert_eq!(done["records"], 1, "{done}");
    assert_eq!(residue(&app, "contact", id(&contact), &marks.all), BTreeSet::new());
    verified(&app);
}
