//! Imports: what a dry run says of each row, what is written, and what an undo leaves.

use serde_json::{Value as Json, json};

use super::chance::Chance;
use super::thing::WORDS;
use super::told::plain;
use super::world::World;
use crate::client::Client;

/// Rows of the file.
const ROWS: usize = 10;

/// A row to import, and what of the world it names.
struct Row {
    /// By field, as written.
    cells: Vec<(&'static str, String)>,
}

/// Tries a file in both worlds, then writes it in the bounded one and takes it back. Whoever reads in the other may do anything there: what is refused
/// here and not there is refused for want of a right, or because the key is taken by a record that they do not see. How many rows were compared.
pub fn tell_what_the_model_says(
    (bounded, free): (&Client, &Client),
    world: &World,
    chance: &mut Chance,
) -> usize {
    let context = |what: &str| format!("seed {}, import: {what}\n{world}", world.seed);
    let fields = ["ref", "name", "note", "amount", "place"];
    let fields: Vec<&str> = fields
        .into_iter()
        .filter(|f| world.has("client", f) && world.level("client", f) == "write")
        .collect();
    let rows: Vec<Row> = (0..ROWS).map(|n| row(chance, world, n, &fields)).collect();
    let file = written(&fields, &rows);
    let keyed = fields.contains(&"ref");
    let columns: serde_json::Map<String, Json> = fields.iter().map(|f| ((*f).to_owned(), json!(f))).collect();
    let mut mapping = json!({ "columns": columns });
    if keyed {
        mapping["key"] = json!("ref");
    }
    let Some(import) = sent(bounded, &file) else {
        let may = world.profiles.iter().any(|p| !p.restricts && p.writes.contains(&("client", "import")));
        assert!(!may, "{}", context("refused to who may import"));
        return 0;
    };
    let there = sent(free, &file).unwrap();
    let [a, b] = [(bounded, &import), (free, &there)].map(|(client, import)| {
        let tried = asked(client, import, "preview", &json!({ "mapping": mapping }));
        let rows = client.get(&at(client, import, "/rows?$top=100"));
        assert_eq!(rows.status, 200, "{tried}");
        (tried, rows.json())
    });
    for hidden in world.of("client").iter().filter(|it| !world.sees("client", it)) {
        let told = format!("{}{}", a.0, a.1);
        assert!(!told.contains(&hidden.id.to_string()), "{}", context(&told));
    }
    let told = |answer: &Json| answer["value"].as_array().unwrap().clone();
    let (here, wanted) = (told(&a.1), told(&b.1));
    assert_eq!(here.len(), ROWS, "{}", context(&a.1.to_string()));
    for (number, ((one, other), row)) in here.iter().zip(&wanted).zip(&rows).enumerate() {
        let said = |row: &Json| (row["outcome"].clone(), row["reasons"].clone());
        if said(one) == said(other) {
            continue;
        }
        let what = || context(&format!("{:?}\n{one:#}\n{other:#}", row.cells));
        let cell =
            |name: &str| row.cells.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| text);
        // What an earlier row of the same key was allowed to change in one world and not in the other, this one finds.
        let key = row.cells.iter().find(|(field, _)| *field == "ref");
        if keyed && rows[..number].iter().any(|earlier| earlier.cells.iter().any(|cell| Some(cell) == key)) {
            continue;
        }
        let taken = world.of("client").iter().find(|it| it.text("ref") == cell("ref"));
        // The id of a place that they do not see stands in the record already: it is a part of it.
        if taken
            .and_then(|it| it.link("place"))
            .is_some_and(|id| !world.sees_id(id) && id.to_string() == cell("place"))
        {
            continue;
        }
        assert_eq!(one["outcome"], "refuse", "{}", what());
        let reasons = one["reasons"].to_string();
        let unseen = taken.is_some_and(|it| !world.sees("client", it));
        let refused = reasons.contains("does not allow this");
        let duplicate = unseen && reasons.contains("Another record already has this value");
        assert!(refused || duplicate, "{}", what());
        // Whoever may do it to every record is not told that they may not.
        let what_for = if other["outcome"] == "create" { "create" } else { "update" };
        assert!(!refused || !world.may_always(what_for, "client"), "{}", what());
    }
    let before = list(bounded, world);
    let done = asked(bounded, &import, "run", &json!({}));
    for count in ["created", "updated", "same", "refused"] {
        assert_eq!(
            done["report"][count],
            a.0["preview"][count],
            "{}",
            context(&format!("{count} of {done:#}"))
        );
    }
    let undone = asked(bounded, &import, "undo", &json!({}));
    let left = bounded.get(&at(bounded, &import, "/left")).json();
    for one in left["value"].as_array().unwrap() {
        let why = one["why"].as_str().unwrap();
        assert!(
            why == "refused" && one["reasons"].to_string().contains("does not allow"),
            "{}",
            context(&left.to_string())
        );
    }
    if undone["undone"]["left"] == 0 {
        assert_eq!(before, list(bounded, world), "{}", context("what is taken back is as before"));
    }
    ROWS
}

/// The clients that they see, comparable.
fn list(client: &Client, world: &World) -> Json {
    let mut list = plain(&client.get(&client.at("clients?$top=100&$orderby=id")).json(), world, "list");
    // Whoever takes a change back changed the record last.
    for record in list["value"].as_array_mut().unwrap() {
        record["updated_by_id"] = Json::Null;
    }
    list
}

fn row(chance: &mut Chance, world: &World, n: usize, fields: &[&'static str]) -> Row {
    let known = chance.one_of(world.of("client")).clone();
    let place = chance.one_of(world.of("place")).clone();
    let cells = fields.iter().map(|field| {
        let text = match *field {
            // One that is there, seen or not, or a new one.
            "ref" if chance.once_in(3) => format!("N{n}"),
            "ref" => known.text("ref").to_owned(),
            "amount" => chance.below(10).to_string(),
            "place" => match chance.below(4) {
                0 => String::new(),
                1 => place.id.to_string(),
                2 => place.text("name").to_owned(),
                _ => format!("{} nowhere", chance.one_of(&WORDS)),
            },
            // The same again, now and then: then nothing changes.
            field if chance.once_in(2) => known.text(field).to_owned(),
            _ => format!("{} import", chance.one_of(&WORDS)),
        };
        (*field, text)
    });
    Row { cells: cells.collect() }
}

fn written(fields: &[&str], rows: &[Row]) -> String {
    let mut file = format!("{};x\n", fields.join(";"));
    for row in rows {
        let cells: Vec<&str> = row.cells.iter().map(|(_, text)| text.as_str()).collect();
        file.push_str(&format!("{};x\n", cells.join(";")));
    }
    file
}

/// The import; `None` for who may import nothing.
fn sent(client: &Client, file: &str) -> Option<Json> {
    let named = client.with("content-disposition", "attachment; filename=\"a.csv\"");
    let path = client.at("$imports?collection=clients");
    let answer = named.send("POST", &path, Some("text/csv"), file.as_bytes());
    match answer.status {
        201 => Some(answer.json()),
        status => {
            assert_eq!(status, 403, "{}", answer.text());
            None
        }
    }
}

fn at(client: &Client, import: &Json, part: &str) -> String {
    client.at(&format!("$imports/{}{part}", import["id"].as_str().unwrap()))
}

/// Asks for something, and waits for it.
fn asked(client: &Client, import: &Json, part: &str, body: &Json) -> Json {
    let answer = client.post(&at(client, import, &format!("/{part}")), body);
    assert_eq!(answer.status, 202, "{part}: {}", answer.text());
    loop {
        let now = client.get(&at(client, import, "")).json();
        if now["live"] == false {
            assert_eq!(now["problem"], Json::Null, "{now}");
            return now;
        }
        std::thread::yield_now();
    }
}
