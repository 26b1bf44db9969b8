//! Two environments: one with everything and somebody whose rights are bounded, one with what they may see and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::{Language, Layer, RecordId};
use platform::{NewEnvironment, NewUser};

use super::chance::Chance;
use super::profiles::{Rule, Says, entity_static, profiles, what_static};
use super::thing::{ENTITIES, Thing, fields, thing};
use crate::app::{App, PASSWORD};
use crate::client::Client;

#[derive(Clone)]
pub struct World {
    pub seed: u64,
    pub me: RecordId,
    pub things: BTreeMap<&'static str, Vec<Thing>>,
    pub profiles: Vec<Says>,
    pub mine: BTreeSet<RecordId>,
    /// Number of the last record made.
    pub made: u64,
}

/// Two people and all records have ids like these.
pub fn id(n: u64) -> RecordId {
    RecordId::parse(&format!("01900000-0000-7000-8000-{n:012x}")).unwrap()
}

/// Somebody else, who owns things too.
pub fn other() -> RecordId {
    id(2)
}

impl World {
    /// A world in a platform: its two environments are made, filled, and somebody may enter both.
    pub fn make(app: &App, chance: &mut Chance, seed: u64) -> World {
        let me = id(1);
        let mut made = 10;
        let mut things: BTreeMap<&'static str, Vec<Thing>> = BTreeMap::new();
        for (entity, count) in [("place", 6), ("client", 14), ("item", 16), ("visit", 24)] {
            for n in 0..count {
                made += 1;
                let thing = thing(chance, entity, n, id(made), &things, [me, other()]);
                things.entry(entity).or_default().push(thing);
            }
        }
        let profiles = profiles(chance);
        let mut world = World { seed, me, things, profiles, mine: BTreeSet::new(), made };
        world.mine = world.within();
        let user = NewUser {
            name: "Farah Bounds".to_owned(),
            email: format!("farah-{seed}@acme.example"),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::En,
        };
        let user = app.platform.user_create(user).unwrap().id;
        let everything = world.files(false);
        let visible = world.files(true);
        let names: Vec<&str> = world.profiles.iter().map(|profile| profile.name).collect();
        let [whole, part] = world.places();
        for (name, layer, granted) in [(whole, everything, &names[..]), (part, visible, &["free"][..])] {
            let mut new = NewEnvironment::named(&name, &name, &[]);
            new.layers = vec![Layer::single("world", &layer)];
            app.platform.environment_create(new).unwrap_or_else(|error| panic!("{error:?}\n{layer}"));
            world.fill(app, &name, granted == ["free"]);
            app.platform.access_grant(user, &name, granted).unwrap();
        }
        world
    }

    /// The names of the environments: of everything, of what they may see.
    pub fn places(&self) -> [String; 2] {
        ["a", "b"].map(|suffix| format!("w{}-{suffix}", self.seed))
    }

    /// The same person in both.
    pub fn enter(&self, app: &App) -> (Client, Client) {
        let email = format!("farah-{}@acme.example", self.seed);
        let [everything, visible] = self.places();
        (app.signed_in(&email, &everything), app.signed_in(&email, &visible))
    }

    /// Somebody who administers the environment of everything and looks at it as that person.
    pub fn look_as(&self, app: &App) -> Client {
        let email = format!("vera-{}@acme.example", self.seed);
        let [everything, _] = self.places();
        let user = NewUser {
            name: "Vera Looks".to_owned(),
            email: email.clone(),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::En,
        };
        let user = app.platform.user_create(user).unwrap().id;
        app.platform.access_grant(user, &everything, &["administrator"]).unwrap();
        let vera = app.signed_in(&email, &everything);
        let person = app.user(&format!("farah-{}@acme.example", self.seed));
        assert_eq!(vera.put(&vera.at("$view_as"), &serde_json::json!({"person": person})).status, 200);
        vera
    }

    pub fn of(&self, entity: &str) -> &[Thing] {
        self.things.get(entity).map_or(&[], Vec::as_slice)
    }

    pub fn follow(&self, it: &Thing, field: &'static str) -> Option<&Thing> {
        let id = it.link(field)?;
        self.things.values().flatten().find(|thing| thing.id == id)
    }

    /// Places of my clients, and those beneath them.
    pub fn within(&self) -> BTreeSet<RecordId> {
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

    /// Whether something may be done to every record of an entity.
    pub fn may_always(&self, what: &str, entity: &str) -> bool {
        let gives = |profile: &&Says| {
            let given = profile.writes.contains(&(entity_static(entity), what_static(what)));
            !profile.restricts && given && profile.rows.get(entity).is_some_and(Option::is_none)
        };
        let bounds = |profile: &&Says| profile.restricts && profile.rows.contains_key(entity);
        self.profiles.iter().any(|profile| gives(&profile))
            && !self.profiles.iter().any(|profile| bounds(&profile))
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

    pub fn reads(&self, entity: &str, field: &str) -> bool {
        self.has(entity, field) && self.level(entity, field) != "masked"
    }
}
