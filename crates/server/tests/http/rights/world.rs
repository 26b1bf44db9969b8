//! Two environments: one with everything and somebody whose rights are bounded, one with what they may see and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use dictionary::{Language, Layer, RecordId, Value};
use engine::{Caller, Draft, Input};
use platform::{NewEnvironment, NewUser};

use super::chance::Chance;
use crate::app::{App, PASSWORD};
use crate::client::Client;

/// A record of the model: its values as the model reads them.
#[derive(Debug, Clone)]
pub struct Thing {
    pub id: RecordId,
    pub texts: BTreeMap<&'static str, String>,
    pub numbers: BTreeMap<&'static str, i64>,
    pub links: BTreeMap<&'static str, RecordId>,
}

/// The entities there are, each before those that refer to it.
pub const ENTITIES: [&str; 4] = ["place", "client", "item", "visit"];

/// Fields of each: name, and what it holds.
pub fn fields(entity: &str) -> &'static [(&'static str, &'static str)] {
    match entity {
        "place" => &[("name", "text"), ("region", "text"), ("parent", "place")],
        "client" => &[
            ("name", "text"),
            ("ref", "text"),
            ("note", "text"),
            ("phone", "phone"),
            ("amount", "integer"),
            ("owner", "user"),
            ("place", "place"),
        ],
        "item" => &[("label", "text"), ("price", "integer"), ("client", "client")],
        _ => &[
            ("title", "text"),
            ("kind", "text"),
            ("cost", "integer"),
            ("client", "client"),
            ("next", "place"),
        ],
    }
}

/// A row rule: as written, and as the model understands it.
#[derive(Clone, Copy)]
pub struct Rule {
    pub text: &'static str,
    holds: fn(&World, &Thing) -> bool,
}

/// What a profile says, to the model.
#[derive(Clone)]
pub struct Says {
    name: &'static str,
    restricts: bool,
    /// By entity: absent, nothing is said (or, of one that gives, nothing is given).
    rows: BTreeMap<&'static str, Option<Rule>>,
    levels: BTreeMap<(&'static str, &'static str), &'static str>,
    writes: BTreeSet<(&'static str, &'static str)>,
}

pub struct World {
    pub seed: u64,
    pub me: RecordId,
    pub things: BTreeMap<&'static str, Vec<Thing>>,
    profiles: Vec<Says>,
    mine: BTreeSet<RecordId>,
}

const RULES: &[(&str, &[Rule])] = &[
    (
        "place",
        &[
            Rule { text: "region = 'north'", holds: |_, it| it.text("region") == "north" },
            Rule { text: "id in (mine())", holds: |world, it| world.mine.contains(&it.id) },
            Rule {
                text: "exists(clients, owner = me())",
                holds: |world, it| {
                    world
                        .of("client")
                        .iter()
                        .any(|c| c.link("place") == Some(it.id) && c.link("owner") == Some(world.me))
                },
            },
        ],
    ),
    (
        "client",
        &[
            Rule { text: "owner = me()", holds: |world, it| it.link("owner") == Some(world.me) },
            Rule { text: "amount > 3", holds: |_, it| it.number("amount").is_some_and(|n| n > 3) },
            Rule {
                text: "place.region = 'north'",
                holds: |world, it| world.follow(it, "place").is_some_and(|p| p.text("region") == "north"),
            },
            Rule {
                text: "place in (mine())",
                holds: |world, it| it.link("place").is_some_and(|place| world.mine.contains(&place)),
            },
            Rule {
                text: "exists(visits, kind = 'alpine')",
                holds: |world, it| {
                    world
                        .of("visit")
                        .iter()
                        .any(|v| v.link("client") == Some(it.id) && v.text("kind") == "alpine")
                },
            },
            Rule {
                text: "owner = me() or amount > 6",
                holds: |world, it| {
                    it.link("owner") == Some(world.me) || it.number("amount").is_some_and(|n| n > 6)
                },
            },
        ],
    ),
    (
        "visit",
        &[
            Rule {
                text: "client.owner = me()",
                holds: |world, it| {
                    world.follow(it, "client").is_some_and(|c| c.link("owner") == Some(world.me))
                },
            },
            Rule { text: "kind = 'alpine'", holds: |_, it| it.text("kind") == "alpine" },
            Rule { text: "cost < 5", holds: |_, it| it.number("cost").is_some_and(|n| n < 5) },
            Rule {
                text: "client.place in (mine())",
                holds: |world, it| {
                    world
                        .follow(it, "client")
                        .and_then(|c| c.link("place"))
                        .is_some_and(|p| world.mine.contains(&p))
                },
            },
        ],
    ),
];

/// Fields that profiles may close.
const CLOSABLE: &[(&str, &str)] = &[
    ("place", "region"),
    ("client", "note"),
    ("client", "phone"),
    ("client", "amount"),
    ("client", "place"),
    ("client", "ref"),
    ("item", "price"),
    ("visit", "cost"),
    ("visit", "kind"),
    ("visit", "client"),
    ("visit", "next"),
];

impl Thing {
    pub fn text(&self, field: &str) -> &str {
        self.texts.get(field).map_or("", String::as_str)
    }

    pub fn number(&self, field: &str) -> Option<i64> {
        self.numbers.get(field).copied()
    }

    pub fn link(&self, field: &str) -> Option<RecordId> {
        self.links.get(field).copied()
    }
}

impl World {
    /// A world in a platform: its two environments are made, filled, and somebody may enter both.
    pub fn make(app: &App, chance: &mut Chance, seed: u64) -> World {
        let id = |n: u64| RecordId::parse(&format!("01900000-0000-7000-8000-{:012x}", n)).unwrap();
        let (me, other) = (id(1), id(2));
        let mut number = 10;
        let mut fresh = || {
            number += 1;
            id(number)
        };
        let mut things: BTreeMap<&'static str, Vec<Thing>> = BTreeMap::new();
        for (entity, count) in [("place", 6), ("client", 14), ("item", 16), ("visit", 24)] {
            for n in 0..count {
                let thing = thing(chance, entity, n, fresh(), &things, [me, other]);
                things.entry(entity).or_default().push(thing);
            }
        }
        let mut world = World { seed, me, things, profiles: profiles(chance), mine: BTreeSet::new() };
        world.mine = world.within();
        let user = NewUser {
            name: "Farah Bounds".to_owned(),
            email: format!("farah-{seed}@acme.example"),
            password: PASSWORD.to_owned(),
            language: Language::En,
        };
        let user = app.platform.user_create(user).unwrap().id;
        let everything = world.files(false);
        let visible = world.files(true);
        let names: Vec<&str> = world.profiles.iter().map(|profile| profile.name).collect();
        for (suffix, layer, granted) in [("a", everything, &names[..]), ("b", visible, &["free"][..])] {
            let name = format!("w{seed}-{suffix}");
            let mut new = NewEnvironment::named(&name, &name, &[]);
            new.layers = vec![Layer::single("world", &layer)];
            app.platform.environment_create(new).unwrap_or_else(|error| panic!("{error:?}\n{layer}"));
            world.fill(app, &name, suffix == "b");
            app.platform.access_grant(user, &name, granted).unwrap();
        }
        world
    }

    /// The same person in both.
    pub fn enter(&self, app: &App) -> (Client, Client) {
        let email = format!("farah-{}@acme.example", self.seed);
        let place = |suffix: &str| format!("w{}-{suffix}", self.seed);
        (app.signed_in(&email, &place("a")), app.signed_in(&email, &place("b")))
    }

    pub fn of(&self, entity: &str) -> &[Thing] {
        self.things.get(entity).map_or(&[], Vec::as_slice)
    }

    fn follow(&self, it: &Thing, field: &'static str) -> Option<&Thing> {
        let id = it.link(field)?;
        self.things.values().flatten().find(|thing| thing.id == id)
    }

    /// Places of my clients, and those beneath them.
    fn within(&self) -> BTreeSet<RecordId> {
        let own = |it: &&Thing| it.link("owner") == Some(self.me);
        let mut found: BTreeSet<RecordId> =
            self.of("client").iter().filter(own).filter_map(|it| it.link("place")).collect();
        loop {
            let more: Vec<RecordId> = self
                .of("place")
                .iter()
                .filter(|it| it.link("parent").is_some_and(|parent| found.contains(&parent)))
                .map(|it| it.id)
                .filter(|id| !found.contains(id))
                .collect();
            if more.is_empty() {
                return found;
            }
            found.extend(more);
        }
    }

    /// Whether an entity is shown at all.
    pub fn knows(&self, entity: &str) -> bool {
        let said = if entity == "item" { "client" } else { entity };
        self.profiles.iter().any(|profile| !profile.restricts && profile.rows.contains_key(said))
    }

    /// Whether a record is seen: by any profile that gives, and left by all that restrict.
    pub fn sees(&self, entity: &str, it: &Thing) -> bool {
        if entity == "item" {
            return self.follow(it, "client").is_some_and(|client| self.sees("client", client));
        }
        let holds = |rule: &Option<Rule>| rule.is_none_or(|rule| (rule.holds)(self, it));
        let given = |profile: &&Says| !profile.restricts && profile.rows.get(entity).is_some_and(holds);
        let left = |profile: &&Says| !profile.restricts || profile.rows.get(entity).is_none_or(holds);
        self.profiles.iter().any(|profile| given(&profile))
            && self.profiles.iter().all(|profile| left(&profile))
    }

    /// Whether a record of that id is seen.
    pub fn sees_id(&self, id: RecordId) -> bool {
        let mut all =
            self.things.iter().flat_map(|(entity, things)| things.iter().map(move |it| (*entity, it)));
        all.any(|(entity, it)| it.id == id && self.sees(entity, it))
    }

    /// Whether something may be done to a record, as it is.
    pub fn may(&self, what: &str, entity: &str, it: &Thing) -> bool {
        let holds = |rule: &Option<Rule>| rule.is_none_or(|rule| (rule.holds)(self, it));
        let given = |profile: &&Says| {
            !profile.restricts
                && profile.writes.contains(&(entity_static(entity), what_static(what)))
                && profile.rows.get(entity).is_some_and(holds)
        };
        let left = |profile: &&Says| !profile.restricts || profile.rows.get(entity).is_none_or(holds);
        self.profiles.iter().any(|profile| given(&profile))
            && self.profiles.iter().all(|profile| left(&profile))
    }

    /// How far a field is open: the most that any profile which shows the entity says, and no more than any that restricts.
    pub fn level(&self, entity: &str, field: &str) -> &'static str {
        const ORDER: [&str; 4] = ["hidden", "masked", "read", "write"];
        let rank = |level: &str| ORDER.iter().position(|one| *one == level).unwrap();
        let said = |profile: &Says| {
            let said = profile.levels.iter().find(|((e, f), _)| (*e, *f) == (entity, field));
            said.map_or("write", |(_, level)| *level)
        };
        let shown = if entity == "item" { "client" } else { entity };
        let givers = self.profiles.iter().filter(|p| !p.restricts && p.rows.contains_key(shown));
        let given = givers.map(|p| rank(said(p))).max().unwrap_or(0);
        let bounds = self.profiles.iter().filter(|p| p.restricts).map(|p| rank(said(p)));
        ORDER[bounds.fold(given, usize::min)]
    }

    /// Whether a field is there at all for them.
    pub fn has(&self, entity: &str, field: &str) -> bool {
        let leads = fields(entity).iter().find(|(name, _)| *name == field).map(|(_, holds)| *holds);
        let nowhere = leads.is_some_and(|to| ENTITIES.contains(&to) && !self.knows(to));
        self.level(entity, field) != "hidden" && !nowhere
    }

    fn reads(&self, entity: &str, field: &str) -> bool {
        self.has(entity, field) && self.level(entity, field) != "masked"
    }

    /// The dictionary: whole, with the profiles; or of what they may know, and one who may read it all.
    fn files(&self, only_visible: bool) -> String {
        let shown = |entity: &str| !only_visible || self.knows(entity);
        let there = |entity: &str, field: &str| !only_visible || self.has(entity, field);
        let read = |entity: &str, field: &str| !only_visible || self.reads(entity, field);
        let mut text = String::new();
        let mut put = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        for entity in ENTITIES.into_iter().filter(|entity| shown(entity)) {
            let title = fields(entity)[0].0;
            put(&format!(
                "[entities.{entity}]\nlabel = {{ fr = \"{entity}\" }}\nplural = {{ fr = \"{entity}s\" }}"
            ));
            let beyond = match entity {
                "visit" if read("visit", "client") => " — {client}",
                _ => "",
            };
            put(&format!("title = \"{{{title}}}{beyond}\"\norder = [\"{title}\"]"));
            let searched: Vec<String> = [title, "note", "region", "kind"]
                .into_iter()
                .filter(|name| fields(entity).iter().any(|(field, _)| field == name) && read(entity, name))
                .map(|name| format!("\"{name}\""))
                .collect();
            put(&format!("search = [{}]", searched.join(", ")));
            if entity == "item" {
                put("lines_of = \"client\"");
            }
            for (field, holds) in fields(entity) {
                if !there(entity, field) {
                    continue;
                }
                put(&format!("[entities.{entity}.fields.{field}]\nlabel = {{ fr = \"{field}\" }}"));
                match *holds {
                    "text" | "integer" | "phone" => put(&format!("type = \"{holds}\"")),
                    to => put(&format!("type = \"reference\"\nto = \"{to}\"\non_delete = \"cascade\"")),
                }
                if (entity, *field) == ("client", "ref") {
                    put("unique = true");
                }
                if (entity, *field) == ("item", "client") {
                    put("required = true");
                }
            }
            if entity == "client" {
                put(
                    "[entities.client.fields.items]\nlabel = { fr = \"items\" }\ntype = \"lines\"\nof = \"item\"\nby = \"client\"",
                );
                if read("client", "amount") {
                    put(
                        "[entities.client.fields.twice]\nlabel = { fr = \"twice\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"amount * 2\"",
                    );
                    put(
                        "[entities.client.fields.live]\nlabel = { fr = \"live\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"if(today() = null, 0, amount + 1)\"",
                    );
                }
                if shown("visit") && read("visit", "client") {
                    // Depends on the moment, so that it is worked out for whoever reads.
                    put(
                        "[entities.client.fields.seen]\nlabel = { fr = \"seen\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"if(today() = null, 0, count(visits))\"",
                    );
                }
            }
        }
        if only_visible {
            put("[profiles.free]\nlabel = { fr = \"free\" }\nall = [\"read\", \"export\"]");
            return text;
        }
        put(
            "[perimeters.mine]\nlabel = { fr = \"mine\" }\nof = \"place\"\nwhere = \"exists(clients, owner = me())\"\nbeneath = \"parent\"",
        );
        for profile in &self.profiles {
            profile.write(&mut put);
        }
        text
    }

    /// Puts the records in; of the visible world only those that are seen, with what is seen of them.
    fn fill(&self, app: &App, environment: &str, only_visible: bool) {
        let open = app.platform.environment(environment).unwrap();
        let mut made: Vec<(&'static str, RecordId, Draft)> = Vec::new();
        let person = |id: RecordId, name: &str, email: String| {
            let draft = Draft::default().with("name", name).with("email", email.as_str());
            ("user", id, draft)
        };
        made.push(person(self.me, "Farah Bounds", format!("farah-{}@acme.example", self.seed)));
        let other = RecordId::parse("01900000-0000-7000-8000-000000000002").unwrap();
        made.push(person(other, "Omar Other", "omar@acme.example".to_owned()));
        for entity in ENTITIES {
            if only_visible && !self.knows(entity) {
                continue;
            }
            for it in self.of(entity) {
                if only_visible && !self.sees(entity, it) {
                    continue;
                }
                let mut draft = Draft::default();
                for (field, holds) in fields(entity) {
                    if only_visible && !self.has(entity, field) {
                        continue;
                    }
                    let masked = only_visible && self.level(entity, field) == "masked";
                    let value = match it.links.get(field) {
                        Some(id) if only_visible && ENTITIES.contains(holds) && !self.sees_id(*id) => {
                            continue;
                        }
                        Some(id) => Value::Id(*id),
                        None => match (it.texts.get(field), it.numbers.get(field)) {
                            // A mask is no phone number: what is masked is compared apart.
                            (Some(_), _) if masked => continue,
                            (Some(text), _) => Value::Text(text.clone()),
                            (_, Some(number)) => Value::Integer(*number),
                            _ => continue,
                        },
                    };
                    draft.fields.insert((*field).to_owned(), Input::Value(value));
                }
                made.push((entity, it.id, draft));
            }
        }
        open.engine
            .transact(&Caller::system(), move |unit| {
                for (entity, id, draft) in made {
                    unit.create(entity, Some(id), draft)?;
                }
                Ok(())
            })
            .unwrap_or_else(|error| panic!("{error:?}"));
    }
}

impl Says {
    fn write(&self, put: &mut impl FnMut(&str)) {
        put(&format!("[profiles.{0}]\nlabel = {{ fr = \"{0}\" }}", self.name));
        if self.restricts {
            put("restricts = true");
        } else {
            put(&format!("[profiles.{}.entities.user]\nallow = [\"read\"]", self.name));
        }
        for (entity, rule) in &self.rows {
            put(&format!("[profiles.{}.entities.{entity}]", self.name));
            let mut allow = vec!["\"read\"".to_owned(), "\"export\"".to_owned()];
            if self.restricts {
                allow.extend(["\"create\"", "\"update\"", "\"delete\""].map(str::to_owned));
            }
            let own = self.writes.iter().filter(|(e, _)| e == entity);
            allow.extend(own.map(|(_, what)| format!("\"{what}\"")));
            put(&format!("allow = [{}]", allow.join(", ")));
            if let Some(rule) = rule {
                put(&format!("rows = \"{}\"", rule.text));
            }
            for ((_, field), level) in self.levels.iter().filter(|((e, _), _)| e == entity) {
                put(&format!("fields.{field} = \"{level}\""));
            }
        }
    }
}

impl Display for World {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for profile in &self.profiles {
            let mut lines = Vec::new();
            profile.write(&mut |line| lines.push(line.to_owned()));
            writeln!(f, "{}", lines.join("\n"))?;
        }
        Ok(())
    }
}

fn entity_static(entity: &str) -> &'static str {
    ENTITIES.into_iter().find(|one| *one == entity).unwrap()
}

fn what_static(what: &str) -> &'static str {
    ["create", "update", "delete"].into_iter().find(|one| *one == what).unwrap()
}

/// One or two profiles that give, and perhaps one that restricts.
fn profiles(chance: &mut Chance) -> Vec<Says> {
    let mut all = vec![says(chance, "first", false)];
    if chance.once_in(2) {
        all.push(says(chance, "second", false));
    }
    if chance.once_in(3) {
        all.push(says(chance, "bound", true));
    }
    all
}

fn says(chance: &mut Chance, name: &'static str, restricts: bool) -> Says {
    let mut says =
        Says { name, restricts, rows: BTreeMap::new(), levels: BTreeMap::new(), writes: BTreeSet::new() };
    for (entity, rules) in RULES {
        // Clients are always shown by what gives: a world without them says little.
        let spoken_of = if restricts { chance.once_in(2) } else { *entity == "client" || !chance.once_in(4) };
        if !spoken_of {
            continue;
        }
        let rule = if chance.once_in(3) { None } else { Some(*chance.one_of(rules)) };
        says.rows.insert(entity, rule);
        for what in ["create", "update", "delete"] {
            if !restricts && chance.once_in(2) {
                says.writes.insert((entity, what));
            }
        }
    }
    for (entity, field) in CLOSABLE {
        if says.rows.contains_key(entity) && chance.once_in(if restricts { 6 } else { 3 }) {
            let levels: &[&str] =
                if *field == "phone" { &["hidden", "masked", "read"] } else { &["hidden", "read"] };
            let level = levels[chance.below(levels.len())];
            says.levels.insert((entity, field), level);
        }
    }
    says
}

/// Words that are no part of each other, so that a search for one finds it alone.
pub const WORDS: [&str; 8] = ["alpine", "birch", "cobalt", "dune", "ember", "fjord", "grove", "hazel"];

fn thing(
    chance: &mut Chance,
    entity: &str,
    n: usize,
    id: RecordId,
    there: &BTreeMap<&'static str, Vec<Thing>>,
    people: [RecordId; 2],
) -> Thing {
    let mut it = Thing { id, texts: BTreeMap::new(), numbers: BTreeMap::new(), links: BTreeMap::new() };
    for (field, holds) in fields(entity) {
        match *holds {
            "text" => {
                let word = match *field {
                    "region" => (*chance.one_of(&["north", "south"])).to_owned(),
                    "kind" => (*chance.one_of(&["alpine", "birch"])).to_owned(),
                    "ref" => format!("R{n}"),
                    "note" if chance.once_in(4) => continue,
                    _ => format!("{} {}", chance.one_of(&WORDS), chance.one_of(&WORDS)),
                };
                it.texts.insert(field, word);
            }
            "phone" => {
                it.texts.insert(field, format!("+336123456{:02}", n));
            }
            "integer" => {
                if !chance.once_in(6) {
                    it.numbers.insert(field, i64::try_from(chance.below(10)).unwrap());
                }
            }
            "user" => {
                if !chance.once_in(5) {
                    it.links.insert(field, *chance.one_of(&people));
                }
            }
            to => {
                let targets = there.get(to).map_or(&[][..], Vec::as_slice);
                let needed = (entity, *field) == ("item", "client");
                if !targets.is_empty() && (needed || !chance.once_in(5)) {
                    it.links.insert(field, chance.one_of(targets).id);
                }
            }
        }
    }
    it
}
