//! What is told of changes that somebody else makes: live, to who comes back, and as what changed since a list was read.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::RecordId;
use engine::{Caller, Draft};
use serde_json::{Value as Json, json};

use super::chance::Chance;
use super::change::Change;
use super::requests::{self, collection, filter};
use super::thing::{ENTITIES, fields};
use super::told::{plain, told};
use super::world::{World, other};
use crate::app::App;
use crate::client::{Client, Events, encoded};

/// Asks while things change. Answers how many lists told what changed since.
pub fn told_as_the_model_says(
    app: &App,
    (bounded, free): (&Client, &Client),
    world: &mut World,
    chance: &mut Chance,
    rounds: usize,
) -> usize {
    let start = app.platform.environment(&world.places()[0]).unwrap().engine.position();
    let mut live = bounded.follow();
    let (mut all, mut deltas) = (Vec::new(), 0);
    for round in 0..rounds {
        let lists: Vec<Followed> =
            (0..2).filter_map(|_| Followed::read((bounded, free), world, chance)).collect();
        let before = world.clone();
        let changes = world.change(chance);
        let [everything, visible] = world.places();
        world.follow_from(&before, app, &everything, false);
        world.follow_from(&before, app, &visible, true);
        mark(app, world, round);
        let events = until_mark(&mut live, 1);
        for event in &events {
            let change = changes.iter().find(|change| is_of(event, change));
            let change = change.unwrap_or_else(|| panic!("seed {}: {event}\n{world}", world.seed));
            assert!(
                is_seen(change, (&before, world)),
                "seed {}, live: {event}\n{change:?}\n{world}",
                world.seed
            );
            names_what_is_open(event, world);
        }
        changes.iter().for_each(|change| is_told(change, &events, (&before, world)));
        for list in lists {
            deltas += usize::from(list.holds((bounded, free), (&before, world)));
        }
        for _ in 0..2 {
            let request = requests::random(chance, world);
            // What came into sight has another past in the other world.
            if request.path != "history" {
                let (a, b) = (told(request.ask(bounded), world), told(request.ask(free), world));
                let masked = world.level("client", "phone") == "masked" && request.names("phone");
                assert!(masked || a == b, "seed {}, later: {request:?}\n{a:#}\n{b:#}\n{world}", world.seed);
            }
        }
        all.extend(changes.into_iter().map(|change| (is_seen(&change, (&before, world)), change)));
    }
    // Who comes back is told of what they see now, or saw when it changed.
    let mut resumed = bounded.with("last-event-id", &start.to_string()).follow();
    for event in until_mark(&mut resumed, rounds) {
        let own: Vec<&(bool, Change)> = all.iter().filter(|(_, change)| is_of(&event, change)).collect();
        let states = own.iter().flat_map(|(_, change)| [&change.before, &change.after]).flatten();
        let now = states.into_iter().any(|it| world.sees(event["entity"].as_str().unwrap(), it));
        let seen = now || own.iter().any(|(then, _)| *then);
        assert!(seen, "seed {}, resumed: {event}\n{own:#?}\n{world}", world.seed);
    }
    deltas
}

/// A change that everybody is told, after those of a round.
fn mark(app: &App, world: &World, round: usize) {
    for place in world.places() {
        let open = app.platform.environment(&place).unwrap();
        let name = format!("Omar Other {round}");
        let marked = open.engine.transact(&Caller::system(), move |unit| {
            unit.update("user", other(), None, Draft::default().with("name", name.as_str()))
        });
        marked.unwrap();
    }
}

/// The events before the mark of that number.
fn until_mark(events: &mut Events, marks: usize) -> Vec<Json> {
    let (mut found, mut seen) = (Vec::new(), 0);
    while seen < marks {
        let (_, event) = events.next_event().unwrap();
        if event["entity"] == "user" {
            seen += 1;
        } else {
            found.push(event);
        }
    }
    found
}

/// Whether a record is seen before a change or after it.
fn is_seen(change: &Change, (before, after): (&World, &World)) -> bool {
    change.before.as_ref().is_some_and(|it| before.sees(change.entity, it))
        || change.after.as_ref().is_some_and(|it| after.sees(change.entity, it))
}

fn is_of(event: &Json, change: &Change) -> bool {
    event["entity"] == change.entity && event["id"] == json!(change.id)
}

/// An event names no field that is closed.
fn names_what_is_open(event: &Json, world: &World) {
    let entity = event["entity"].as_str().unwrap();
    for field in event["fields"].as_array().unwrap() {
        let field = field.as_str().unwrap();
        let open = match field {
            "twice" | "live" => world.reads("client", "amount"),
            field => !fields(entity).iter().any(|(name, _)| *name == field) || world.reads(entity, field),
        };
        assert!(open, "seed {}: {event}\n{world}", world.seed);
    }
}

/// What is seen before and after, and what comes or goes by itself, is told with what is open of it.
fn is_told(change: &Change, events: &[Json], (before, after): (&World, &World)) {
    let entity = change.entity;
    let wanted = match (&change.before, &change.after) {
        (Some(was), Some(is)) => was != is && before.sees(entity, was) && after.sees(entity, is),
        (None, Some(is)) => after.sees(entity, is),
        // What it led to is as it is now.
        (Some(was), None) => change.direct && before.sees(entity, was) && after.sees(entity, was),
        (None, None) => false,
    };
    if !wanted {
        return;
    }
    let event = events.iter().find(|event| is_of(event, change));
    let event = event.unwrap_or_else(|| panic!("seed {}: {change:?} is not told\n{after}", after.seed));
    for field in change.fields().into_iter().filter(|field| after.reads(entity, field)) {
        let named = event["fields"].as_array().unwrap().contains(&json!(field));
        assert!(named, "seed {}: {field} of {event}\n{after}", after.seed);
    }
}

/// A list that was read by both, and from where its changes are told.
struct Followed {
    entity: &'static str,
    options: String,
    links: [String; 2],
}

impl Followed {
    /// A list of records, perhaps of those that hold a condition; `None` if it asks for what is not open.
    fn read((bounded, free): (&Client, &Client), world: &World, chance: &mut Chance) -> Option<Followed> {
        let entity = *chance.one_of(&ENTITIES);
        let condition = if chance.once_in(2) { String::new() } else { filter(chance, entity) };
        if world.level("client", "phone") == "masked" && condition.contains("phone") {
            return None;
        }
        let options = match condition.as_str() {
            "" => "$top=100".to_owned(),
            text => format!("$top=100&$filter={}", encoded(text)),
        };
        let address = format!("{}?{options}", collection(entity));
        let [a, b] = [bounded, free].map(|client| {
            let answer = client.with("prefer", "odata.track-changes").get(&client.at(&address));
            let link = (answer.status == 200)
                .then(|| answer.json()["@odata.deltaLink"].as_str().unwrap().to_owned());
            (answer.status, link)
        });
        assert_eq!(a.0, b.0, "seed {}: {address}\n{world}", world.seed);
        Some(Followed { entity, options, links: [a.1?, b.1?] })
    }

    /// Whether changes were told; when they were, they are those of the model.
    fn holds(&self, (bounded, free): (&Client, &Client), (before, after): (&World, &World)) -> bool {
        let (a, b) = (bounded.get(&self.links[0]), free.get(&self.links[1]));
        let context = |what: &str| {
            format!(
                "seed {}: {what}: {} {}\n{}\n{}\n{after}",
                after.seed,
                self.entity,
                self.options,
                a.text(),
                b.text()
            )
        };
        assert_eq!(b.status, 200, "{}", context("free"));
        if a.status != 200 {
            assert_eq!(a.refusal(), (410, "expired".to_owned()), "{}", context("bounded"));
            return false;
        }
        let fresh = free.get(&free.at(&format!("{}?{}", collection(self.entity), self.options))).json();
        let fresh = by_id(&fresh, after).0;
        let ((records, removed), (wanted, gone)) = (by_id(&a.json(), after), by_id(&b.json(), after));
        for (id, record) in &records {
            assert!(fresh.get(id) == Some(record), "{}", context(&format!("{record:#} is not as listed")));
        }
        // What was seen already and only refers to what came into sight was told with its reference.
        let same = |id: &RecordId| {
            before
                .of(self.entity)
                .iter()
                .find(|it| it.id == *id)
                .is_some_and(|it| after.of(self.entity).contains(it))
        };
        for id in wanted.keys().filter(|id| !before.sees_id(**id) || !same(id)) {
            assert!(records.contains_key(id), "{}", context(&format!("{id} is not told")));
        }
        for id in &removed {
            assert!(
                before.sees_id(*id) || after.sees_id(*id),
                "{}",
                context(&format!("{id} was never seen"))
            );
        }
        for id in gone.iter().filter(|id| before.sees_id(**id) && !same(id)) {
            assert!(removed.contains(id), "{}", context(&format!("{id} stays")));
        }
        true
    }
}

/// The records of an answer by id, comparable; and the ids of those that are gone.
fn by_id(answer: &Json, world: &World) -> (BTreeMap<RecordId, Json>, BTreeSet<RecordId>) {
    let (mut records, mut gone) = (BTreeMap::new(), BTreeSet::new());
    for item in answer["value"].as_array().unwrap() {
        let id = RecordId::parse(item["id"].as_str().unwrap()).unwrap();
        if item.get("@removed").is_some() {
            gone.insert(id);
        } else {
            records.insert(id, plain(item, world, "list"));
        }
    }
    (records, gone)
}
