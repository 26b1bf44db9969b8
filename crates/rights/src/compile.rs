//! Profiles → one predicate.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dictionary::expression::{Hop, Node, Typed};
use dictionary::model::profiles::{ADMINISTRATOR, Capability, EntityGrant, Level, Power, Profile};
use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::veil::{self, Sight};
use dictionary::{Dictionary, Entity, RecordId};

use crate::held::Held;
use crate::reach::Reach;

/// What somebody may do under one dictionary. Compiled once for all who hold the same; perimeters are put in per person, by [`Rights::bound`].
#[derive(Debug, Clone)]
pub struct Rights {
    held: Held,
    dictionary: Arc<Dictionary>,
    veiled: Arc<Dictionary>,
    entities: Vec<EntityRights>,
    powers: BTreeSet<Power>,
    perimeters: Vec<String>,
}

/// What somebody may do to the records of one entity.
#[derive(Debug, Clone)]
pub struct EntityRights {
    reaches: [Reach; Capability::ALL.len()],
    transitions: BTreeMap<String, Reach>,
    levels: Vec<Level>,
    follows_parent: bool,
}

impl EntityRights {
    /// To which records a capability goes.
    pub fn reach(&self, capability: Capability) -> &Reach {
        &self.reaches[place(capability)]
    }

    /// To which records a transition goes.
    pub fn transition(&self, name: &str) -> &Reach {
        self.transitions.get(name).unwrap_or(&Reach::Never)
    }

    /// Whether they are lines of which no profile speaks: whoever may change their record may change them as a part of it.
    pub fn follows_parent(&self) -> bool {
        self.follows_parent
    }

    /// Whether anything depends on the record.
    pub fn has_rules(&self) -> bool {
        self.reaches.iter().chain(self.transitions.values()).any(|reach| reach.condition().is_some())
    }

    /// How far a field is open.
    pub fn level(&self, field: FieldIndex) -> Level {
        self.levels[field]
    }

    /// How far each field is open, by position.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }
}

fn place(capability: Capability) -> usize {
    Capability::ALL.iter().position(|one| *one == capability).unwrap_or_default()
}

impl Rights {
    /// What `held` gives under a dictionary. Profiles that the dictionary does not have give nothing.
    pub fn new(dictionary: &Arc<Dictionary>, held: &Held) -> Rights {
        let compiler = Compiler::new(dictionary, held);
        let mut entities: Vec<EntityRights> =
            (0..dictionary.entities.len()).map(|entity| compiler.entity(entity)).collect();
        compiler.hide_what_leads_nowhere(&mut entities);
        compiler.hide_what_is_made_of_hidden(&mut entities);
        let sights: Vec<Sight> = entities
            .iter()
            .map(|rights| (!rights.reach(Capability::Read).is_never()).then(|| rights.levels.clone()))
            .collect();
        let powers = compiler.givers.iter().flat_map(|profile| &profile.powers).copied();
        // Powers change things, but for looking into the journal.
        let powers = powers.filter(|power| !held.is_read_only() || *power == Power::Audit).collect();
        let mut perimeters = BTreeSet::new();
        for rights in &entities {
            let reaches = rights.reaches.iter().chain(rights.transitions.values());
            for condition in reaches.filter_map(Reach::condition) {
                condition.walk(&mut |piece| {
                    if let Node::Perimeter(name) = &piece.node {
                        perimeters.insert(name.clone());
                    }
                });
            }
        }
        Rights {
            held: held.clone(),
            veiled: Arc::new(veil::veiled(dictionary, &sights)),
            dictionary: dictionary.clone(),
            entities,
            powers,
            perimeters: perimeters.into_iter().collect(),
        }
    }

    /// What they were compiled from.
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// The whole dictionary.
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// The dictionary as they may know it: what is hidden from them is not there by name.
    pub fn veiled(&self) -> &Arc<Dictionary> {
        &self.veiled
    }

    /// What they may do to the records of an entity.
    pub fn entity(&self, entity: EntityIndex) -> &EntityRights {
        &self.entities[entity]
    }

    /// To which records of an entity a capability goes.
    pub fn reach(&self, entity: EntityIndex, capability: Capability) -> &Reach {
        self.entities[entity].reach(capability)
    }

    /// Whether a capability goes to any record of an entity.
    pub fn may(&self, entity: EntityIndex, capability: Capability) -> bool {
        !self.reach(entity, capability).is_never()
    }

    /// Whether a capability goes to any record of any entity.
    pub fn may_anywhere(&self, capability: Capability) -> bool {
        self.entities.iter().any(|rights| !rights.reach(capability).is_never())
    }

    /// Whether they have a power over the environment.
    pub fn has(&self, power: Power) -> bool {
        self.powers.contains(&power)
    }

    /// Perimeters that the rules name: what [`Rights::bound`] asks for.
    pub fn perimeters(&self) -> &[String] {
        &self.perimeters
    }

    /// The same for somebody, whose records in each perimeter `ids` answers.
    pub fn bound(&self, ids: &dyn Fn(&str) -> Vec<RecordId>) -> Rights {
        let entities = self.entities.iter().map(|rights| EntityRights {
            reaches: rights.reaches.each_ref().map(|reach| reach.bound(ids)),
            transitions: rights
                .transitions
                .iter()
                .map(|(name, reach)| (name.clone(), reach.bound(ids)))
                .collect(),
            levels: rights.levels.clone(),
            follows_parent: rights.follows_parent,
        });
        Rights { entities: entities.collect(), ..self.clone() }
    }
}

struct Compiler<'d> {
    dictionary: &'d Dictionary,
    held: &'d Held,
    givers: Vec<&'d Profile>,
    bounds: Vec<&'d Profile>,
}

impl<'d> Compiler<'d> {
    fn new(dictionary: &'d Dictionary, held: &'d Held) -> Compiler<'d> {
        let profiles = held.profiles().iter().filter_map(|name| dictionary.profile(name));
        let (bounds, givers) = profiles.partition(|profile| profile.restricts);
        Compiler { dictionary, held, givers, bounds }
    }

    fn entity(&self, index: EntityIndex) -> EntityRights {
        let entity = &self.dictionary.entities[index];
        let is_left_out = |feature: &Option<String>| {
            feature.as_ref().is_some_and(|feature| self.held.left_out().contains(feature))
        };
        let closed = is_left_out(&entity.feature);
        let given = |capability: Capability| {
            let kept = !self.held.is_system() && entity.keeps_from_people(capability);
            let whole = closed || kept || self.held.is_read_only() && capability.writes();
            if whole { Reach::Never } else { self.given(index, capability) }
        };
        let read = given(Capability::Read);
        let reaches = Capability::ALL.map(|capability| match capability {
            Capability::Read => read.clone(),
            // A record that is being made is not there to be read yet.
            Capability::Create if read.is_never() => Reach::Never,
            Capability::Create | Capability::Import => given(capability),
            // What cannot be seen cannot be touched.
            _ => given(capability).and(read.clone()),
        });
        let transitions = entity.states.iter().flat_map(|states| &states.transitions).map(|transition| {
            let kept = !self.held.is_system() && entity.keeps_from_people(Capability::Update);
            let whole = closed || kept || self.held.is_read_only();
            let reach = if whole { Reach::Never } else { self.moved(index, &transition.name) };
            (transition.name.clone(), reach.and(read.clone()))
        });
        let levels = entity.fields.iter().enumerate().map(|(field, definition)| {
            if definition.system && matches!(definition.name.as_str(), "id" | "version") {
                return Level::Read;
            }
            if is_left_out(&definition.feature) { Level::Hidden } else { self.level(index, field) }
        });
        let spoken_of =
            self.givers.iter().chain(&self.bounds).any(|profile| profile.entities.contains_key(&index));
        let follows_parent = entity.lines_of.is_some() && !spoken_of;
        EntityRights { transitions: transitions.collect(), levels: levels.collect(), reaches, follows_parent }
    }

    fn given(&self, entity: EntityIndex, capability: Capability) -> Reach {
        let given = self.givers.iter().fold(Reach::Never, |reach, profile| {
            reach.or(self.of(profile, entity, capability).unwrap_or(Reach::Never))
        });
        self.bounds.iter().fold(given, |reach, profile| {
            reach.and(self.of(profile, entity, capability).unwrap_or(Reach::Always))
        })
    }

    /// What a profile says of a capability; `None` when it says nothing of the entity.
    fn of(&self, profile: &Profile, index: EntityIndex, capability: Capability) -> Option<Reach> {
        if let Some(grant) = profile.entities.get(&index) {
            return Some(allowed(grant, capability));
        }
        let entity = &self.dictionary.entities[index];
        if let Some((parent, hop, name)) = self.parent(entity) {
            // Lines are a part of their record: who may change it may change them.
            let of_parent = match capability {
                Capability::Create | Capability::Delete => Capability::Update,
                other => other,
            };
            return Some(self.of(profile, parent, of_parent)?.through(hop, &name));
        }
        if profile.restricts {
            return None;
        }
        let known = !entity.internal || profile.name == ADMINISTRATOR;
        Some(if known && profile.all.contains(&capability) { Reach::Always } else { Reach::Never })
    }

    /// The record that lines belong to, by which reference, and its name.
    fn parent(&self, entity: &Entity) -> Option<(EntityIndex, Hop, String)> {
        let name = entity.lines_of.as_deref()?;
        let parent = self.dictionary.entities.iter().position(|other| other.name == name)?;
        let holder = self.dictionary.entities[parent]
            .fields
            .iter()
            .find(|field| field.options.of.as_deref() == Some(entity.name.as_str()))?;
        let by = holder.options.by.clone()?;
        let field = entity.index(&by)?;
        Some((parent, Hop { field, to: parent }, by))
    }

    fn moved(&self, entity: EntityIndex, transition: &str) -> Reach {
        let of = |profile: &Profile| match profile.entities.get(&entity) {
            Some(grant) => match &grant.actions {
                Some(names) if names.iter().any(|name| name == transition) => {
                    Some(rows(grant, Capability::Update))
                }
                Some(_) => Some(Reach::Never),
                None => Some(allowed(grant, Capability::Update)),
            },
            None => self.of(profile, entity, Capability::Update),
        };
        let given = self
            .givers
            .iter()
            .fold(Reach::Never, |reach, profile| reach.or(of(profile).unwrap_or(Reach::Never)));
        self.bounds.iter().fold(given, |reach, profile| reach.and(of(profile).unwrap_or(Reach::Always)))
    }

    /// How far a field is open: as far as any profile that shows the entity says, and no further than any that restricts.
    fn level(&self, entity: EntityIndex, field: FieldIndex) -> Level {
        let shows = |profile: &&&Profile| {
            self.of(profile, entity, Capability::Read).is_some_and(|reach| !reach.is_never())
        };
        let said = |profile: &&Profile| match profile.entities.get(&entity) {
            Some(grant) => grant.level(field),
            None => Level::Write,
        };
        let given = self.givers.iter().filter(shows).map(said).max().unwrap_or(Level::Hidden);
        self.bounds.iter().map(said).fold(given, Level::min)
    }

    /// Hides fields that name records of entities that are not shown.
    fn hide_what_leads_nowhere(&self, entities: &mut [EntityRights]) {
        let shown: Vec<bool> =
            entities.iter().map(|rights| !rights.reach(Capability::Read).is_never()).collect();
        for (rights, entity) in entities.iter_mut().zip(&self.dictionary.entities) {
            for (level, field) in rights.levels.iter_mut().zip(&entity.fields) {
                let named = field.options.to.as_deref().or(field.options.of.as_deref());
                let target =
                    named.and_then(|name| self.dictionary.entities.iter().position(|e| e.name == name));
                if target.is_some_and(|target| !shown[target]) {
                    *level = Level::Hidden;
                }
            }
        }
    }

    /// Hides computed fields whose formulas read what is hidden: they would tell it. One that rows keep stays where a profile opens it by its name.
    fn hide_what_is_made_of_hidden(&self, entities: &mut [EntityRights]) {
        loop {
            let mut found = Vec::new();
            for (index, entity) in self.dictionary.entities.iter().enumerate() {
                for (position, field) in entity.fields.iter().enumerate() {
                    let Some(computed) = &field.computed else { continue };
                    let told = computed.stored && self.opens_by_name(index, position);
                    if entities[index].levels[position] > Level::Hidden
                        && !told
                        && reads_hidden(&computed.formula, index, entities)
                    {
                        found.push((index, position));
                    }
                }
            }
            if found.is_empty() {
                return;
            }
            found.into_iter().for_each(|(index, position)| entities[index].levels[position] = Level::Hidden);
        }
    }

    fn opens_by_name(&self, entity: EntityIndex, field: FieldIndex) -> bool {
        let mut grants = self.givers.iter().filter_map(|profile| profile.entities.get(&entity));
        grants.any(|grant| grant.fields.get(&field).is_some_and(|level| *level >= Level::Read))
    }
}

fn allowed(grant: &EntityGrant, capability: Capability) -> Reach {
    if grant.allow.contains(&capability) { rows(grant, capability) } else { Reach::Never }
}

fn rows(grant: &EntityGrant, capability: Capability) -> Reach {
    grant.rows_of(capability).map_or(Reach::Always, |rule| Reach::When(rule.typed.clone()))
}

/// Whether an expression about a record of `entity` reads a field that is hidden or masked, or an entity that is not shown.
fn reads_hidden(typed: &Typed, entity: EntityIndex, entities: &[EntityRights]) -> bool {
    let is_open = |entity: EntityIndex, field: FieldIndex| {
        let rights = &entities[entity];
        !rights.reach(Capability::Read).is_never() && rights.levels[field] >= Level::Read
    };
    let follow = |hops: &[Hop]| {
        let mut at = entity;
        for hop in hops {
            if !is_open(at, hop.field) {
                return None;
            }
            at = hop.to;
        }
        Some(at)
    };
    match &typed.node {
        Node::Literal(_) | Node::Perimeter(_) => false,
        Node::Path(path) => !follow(&path.hops).is_some_and(|at| is_open(at, path.field)),
        Node::Not(inner) | Node::Negate(inner) => reads_hidden(inner, entity, entities),
        Node::Binary(_, left, right) => {
            reads_hidden(left, entity, entities) || reads_hidden(right, entity, entities)
        }
        Node::In(left, items) => {
            std::iter::once(&**left).chain(items).any(|one| reads_hidden(one, entity, entities))
        }
        Node::Call(_, arguments) => arguments.iter().any(|one| reads_hidden(one, entity, entities)),
        Node::Aggregate(aggregate) => {
            let mut inner = aggregate.body.iter().chain(&aggregate.filter);
            follow(&aggregate.hops).is_none()
                || !is_open(aggregate.entity, aggregate.by)
                || inner.any(|one| reads_hidden(one, aggregate.entity, entities))
        }
    }
}
