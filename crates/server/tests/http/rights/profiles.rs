//! Profiles made at random: as written, and as the model understands them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};

use super::chance::Chance;
use super::thing::{ENTITIES, Thing};
use super::world::World;

/// A row rule: as written, and as the model understands it.
#[derive(Clone, Copy)]
pub struct Rule {
    pub text: &'static str,
    pub holds: fn(&World, &Thing) -> bool,
}

/// What a profile says, to the model.
#[derive(Clone)]
pub struct Says {
    pub name: &'static str,
    pub restricts: bool,
    /// By entity: absent, nothing is said (or, of one that gives, nothing is given).
    pub rows: BTreeMap<&'static str, Option<Rule>>,
    pub levels: BTreeMap<(&'static str, &'static str), &'static str>,
    pub writes: BTreeSet<(&'static str, &'static str)>,
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

/// What profiles may give beside reading.
const WRITES: [&str; 4] = ["create", "update", "delete", "import"];

/// Fields that profiles may close.
const CLOSABLE: &[(&str, &str)] = &[
    ("place", "region"),
    ("client", "note"),
    ("client", "phone"),
    ("client", "amount"),
    ("client", "place"),
    ("client", "ref"),
    ("client", "paper"),
    ("item", "price"),
    ("visit", "cost"),
    ("visit", "kind"),
    ("visit", "client"),
    ("visit", "next"),
];

impl Says {
    pub fn write(&self, put: &mut impl FnMut(&str)) {
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
                allow.extend(WRITES.map(|what| format!("\"{what}\"")));
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

pub fn entity_static(entity: &str) -> &'static str {
    ENTITIES.into_iter().find(|one| *one == entity).unwrap()
}

pub fn what_static(what: &str) -> &'static str {
    WRITES.into_iter().find(|one| *one == what).unwrap()
}

/// One or two profiles that give, and perhaps one that restricts.
pub fn profiles(chance: &mut Chance) -> Vec<Says> {
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
        for what in WRITES {
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
