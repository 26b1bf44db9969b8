//! Requests through every path that reads.

use std::io::Cursor;

use calamine::{Reader, Xlsx, open_workbook_from_rs};
use serde_json::{Value as Json, json};

use super::chance::Chance;
use super::thing::{ENTITIES, WORDS, fields, paper};
use super::world::World;
use crate::client::{Answer, Client, encoded};

/// Paths that make a file of a whole list.
pub const EXPORTS: &[&str] = &["export", "sheet"];

/// The paths: each is taken in a run of the usual size.
pub const PATHS: &[&str] = &[
    "list",
    "filter",
    "sort",
    "search",
    "everywhere",
    "count",
    "apply",
    "expand",
    "lambda",
    "record",
    "key",
    "history",
    "property",
    "export",
    "sheet",
    "content",
    "batch",
    "description",
    "metadata",
    "openapi",
    "pages",
    "related",
    "file",
];

/// A request: an address below the environment, and how its answer is told.
#[derive(Debug)]
pub struct Request {
    pub path: &'static str,
    address: String,
    /// Follow `@odata.nextLink` to the end.
    pages: bool,
    body: Option<Json>,
    /// Headers beside those of every request.
    headers: Vec<(&'static str, String)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answered {
    pub path: &'static str,
    pub status: u16,
    pub body: Json,
}

impl Request {
    /// Whether a name stands in it.
    pub fn names(&self, name: &str) -> bool {
        self.address.contains(name) || self.body.as_ref().is_some_and(|body| body.to_string().contains(name))
    }

    pub fn ask(&self, client: &Client) -> Answered {
        let mut client = client.clone();
        client.headers.extend(self.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let answer = match &self.body {
            None => client.get(&client.at(&self.address)),
            Some(body) => client.post(&client.at(&self.address), body),
        };
        let status = answer.status;
        let read = |text: &str| -> Json {
            serde_json::from_str(text).unwrap_or_else(|_| {
                // Several lines of JSON, or none.
                let lines =
                    text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap_or(json!(line)));
                Json::Array(lines.collect())
            })
        };
        let mut body = match self.path {
            "sheet" if status == 200 => cells(&answer),
            "content" => content(&answer),
            _ => read(&answer.text()),
        };
        if self.pages && status == 200 {
            let mut all = body["value"].as_array().cloned().unwrap_or_default();
            let mut next = body["@odata.nextLink"].as_str().map(str::to_owned);
            while let Some(link) = next {
                let page = client.get(&link).json();
                all.extend(page["value"].as_array().cloned().unwrap_or_default());
                next = page["@odata.nextLink"].as_str().map(str::to_owned);
            }
            body = json!({ "value": all });
        }
        Answered { path: self.path, status, body }
    }
}

/// The cells of a workbook: its bytes say when it was made.
fn cells(answer: &Answer) -> Json {
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(answer.bytes.clone())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>()).collect()
}

/// All that a download tells, headers too.
fn content(answer: &Answer) -> Json {
    const TELLING: &[&str] =
        &["etag", "content-range", "content-length", "content-type", "content-disposition"];
    let code =
        if answer.status >= 400 && !answer.bytes.is_empty() { json!(answer.code()) } else { Json::Null };
    let told = answer.headers.iter().filter(|(name, _)| TELLING.contains(&name.as_str()) && code.is_null());
    let text = if code.is_null() { json!(answer.text()) } else { Json::Null };
    json!({"code": code, "headers": told.collect::<Vec<_>>(), "text": text})
}

pub fn collection(entity: &str) -> String {
    format!("{entity}s")
}

/// A path to a value, hidden or not, of its own or of what it refers to.
fn value_path(chance: &mut Chance, entity: &str, depth: usize) -> (String, &'static str) {
    let (field, holds) = *chance.one_of(fields(entity));
    match holds {
        "user" => (format!("{field}/name"), "text"),
        to if ENTITIES.contains(&to) && depth < 3 => {
            let (rest, holds) = value_path(chance, to, depth + 1);
            (format!("{field}/{rest}"), holds)
        }
        to if ENTITIES.contains(&to) => (format!("{field}/name"), "text"),
        other => (field.to_owned(), other),
    }
}

fn comparison(chance: &mut Chance, entity: &str) -> String {
    // Figures are worked out for whoever asks.
    if entity == "client" && chance.once_in(6) {
        let field = *chance.one_of(&["twice", "live", "seen"]);
        return format!("{field} gt {}", chance.below(8));
    }
    let (path, holds) = value_path(chance, entity, 0);
    match holds {
        "integer" => {
            let operator = *chance.one_of(&["gt", "le", "eq", "ne"]);
            format!("{path} {operator} {}", chance.below(10))
        }
        _ if chance.once_in(5) => format!("{path} {} null", chance.one_of(&["eq", "ne"])),
        _ => {
            let word = *chance.one_of(&["north", "alpine", "birch", "dune", "Omar", "R3", "12"]);
            match chance.below(3) {
                0 => format!("contains({path},'{word}')"),
                1 => format!("startswith({path},'{word}')"),
                _ => format!("{path} eq '{word}'"),
            }
        }
    }
}

fn lambda(chance: &mut Chance) -> (&'static str, String) {
    let (entity, records, of) = *chance.one_of(&[
        ("client", "items", "item"),
        ("client", "visits", "visit"),
        ("place", "clients", "client"),
    ]);
    let inner = comparison(chance, of);
    // Every path inside starts with the variable.
    let inner = match inner.split_once('(') {
        Some((name, rest)) => format!("{name}(x/{rest}"),
        None => format!("x/{inner}"),
    };
    let how = *chance.one_of(&["any", "all"]);
    let text = if how == "any" && chance.once_in(4) {
        format!("{records}/any()")
    } else {
        format!("{records}/{how}(x:{inner})")
    };
    (entity, text)
}

pub fn filter(chance: &mut Chance, entity: &str) -> String {
    let one = comparison(chance, entity);
    match chance.below(4) {
        0 => format!("{one} and {}", comparison(chance, entity)),
        1 => format!("{one} or {}", comparison(chance, entity)),
        2 => format!("not ({one})"),
        _ => one,
    }
}

fn expansion(chance: &mut Chance, entity: &str) -> String {
    match entity {
        "place" => {
            (*chance.one_of(&["parent", "clients($select=name)", "parent($expand=parent)"])).to_owned()
        }
        "client" => match chance.below(5) {
            0 => "place".to_owned(),
            1 => "items".to_owned(),
            2 => format!("visits($filter={};$orderby=title;$count=true)", comparison(chance, "visit")),
            3 => "visits($top=2;$orderby=title;$expand=next)".to_owned(),
            _ => "place($expand=parent),owner".to_owned(),
        },
        "item" => "client($expand=place)".to_owned(),
        _ => (*chance.one_of(&["client", "next", "client($expand=items,place)"])).to_owned(),
    }
}

/// A request out of all there are.
pub fn random(chance: &mut Chance, world: &World) -> Request {
    let path = *chance.one_of(PATHS);
    let entity = *chance.one_of(&ENTITIES);
    let place = collection(entity);
    let first = fields(entity)[0].0;
    let any = |chance: &mut Chance| chance.one_of(world.of(entity)).id.to_string();
    let word = *chance.one_of(&WORDS);
    let mut body = None;
    let mut pages = false;
    let mut headers = Vec::new();
    let address = match path {
        "list" => format!("{place}?$top=100"),
        "filter" => format!("{place}?$top=100&$filter={}", encoded(&filter(chance, entity))),
        "sort" => {
            let (by, _) = value_path(chance, entity, 1);
            let way = *chance.one_of(&["asc", "desc"]);
            format!("{place}?$top=100&$orderby={}", encoded(&format!("{by} {way}, {first}")))
        }
        "search" => {
            let order = encoded(first);
            format!("{place}?$top=100&$search={word}&$orderby={order}&$count=true")
        }
        "everywhere" => format!("$search?q={word}&$top=100"),
        "count" => format!("{place}/$count?$filter={}", encoded(&filter(chance, entity))),
        "apply" => {
            let (by, _) = value_path(chance, entity, 1);
            let (of, _) = value_path(chance, entity, 2);
            let figure = match chance.below(4) {
                0 => "$count as n".to_owned(),
                1 => format!("{of} with countdistinct as n"),
                2 => format!("{of} with max as n"),
                _ => format!("{of} with min as n"),
            };
            let narrowed = filter(chance, entity);
            let text = if chance.once_in(3) {
                format!("filter({narrowed})/aggregate({figure})")
            } else {
                format!("filter({narrowed})/groupby(({by}),aggregate({figure}))")
            };
            format!("{place}?$apply={}", encoded(&text))
        }
        "expand" => format!("{place}?$top=100&$expand={}", encoded(&expansion(chance, entity))),
        "lambda" => {
            let (entity, text) = lambda(chance);
            format!("{}?$top=100&$filter={}", collection(entity), encoded(&text))
        }
        "record" => format!("{place}/{}", any(chance)),
        "key" => format!("clients(ref='R{}')", chance.below(16)),
        "history" => format!("{place}/{}/$history", any(chance)),
        "property" => format!("{place}/{}/{}", any(chance), chance.one_of(fields(entity)).0),
        "file" => format!("{place}/{}/{}/$value", any(chance), chance.one_of(fields(entity)).0),
        "export" => {
            let narrowed = encoded(&filter(chance, entity));
            let columns = [first, chance.one_of(fields(entity)).0].join(",");
            let format = chance.one_of(&["jsonl", "csv", "csv&labels=true"]);
            format!("{place}/$export?$format={format}&$filter={narrowed}&$select={columns}&$orderby={first}")
        }
        "sheet" => {
            let narrowed = encoded(&filter(chance, entity));
            format!("{place}/$export?$format=xlsx&$filter={narrowed}&$orderby={first}")
        }
        "content" => {
            let it = chance.one_of(world.of("client"));
            let hash = format!("\"{}\"", paper(chance.one_of(world.of("client")).text("paper")).hash);
            match chance.below(5) {
                0 => headers.push(("range", format!("bytes={}-9", chance.below(12)))),
                1 => headers.push(("range", "bytes=900-".to_owned())),
                2 => headers.push(("if-none-match", hash)),
                3 => headers.extend([("range", "bytes=0-3".to_owned()), ("if-range", hash)]),
                _ => {}
            }
            format!("clients/{}/paper{}", it.id, chance.one_of(&["", "/$value"]))
        }
        "batch" => {
            let url = |address: String| json!({"id": address, "method": "GET", "url": address});
            let requests: Vec<Json> = (0..3)
                .map(|_| match chance.below(3) {
                    0 => url(format!("{place}/{}", any(chance))),
                    1 => url(format!("{place}?$top=100&$filter={}", encoded(&filter(chance, entity)))),
                    _ => url(format!("{place}/$count")),
                })
                .collect();
            body = Some(json!({ "requests": requests }));
            "$batch".to_owned()
        }
        "description" => "$dictionary".to_owned(),
        "metadata" => "$metadata?$format=json".to_owned(),
        "openapi" => "openapi.json".to_owned(),
        "pages" => {
            pages = true;
            let (by, _) = value_path(chance, entity, 1);
            format!("{place}?$top={}&$orderby={}", 1 + chance.below(4), encoded(&format!("{by}, {first}")))
        }
        _ => format!("{place}?$top=100&$expand={}&$count=true", encoded(&expansion(chance, entity))),
    };
    Request { path, address, pages, body, headers }
}
