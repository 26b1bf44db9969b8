//! What the engine works out once per dictionary, so that a read or a write doesn't.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use dictionary::expression::{Hop, Node, Typed};
use dictionary::model::{EntityIndex, FieldIndex, OnDelete, Personal, TitlePart};
use dictionary::{Dictionary, Entity, related};
use parking_lot::Mutex;
use rights::{Held, Rights};

/// References that titles follow at most: the title of a title of a title.
const TITLE_DEPTH: usize = 3;

/// A dictionary and what follows from it.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The dictionary.
    pub(crate) dictionary: Arc<Dictionary>,
    /// Made on today's built-in layer: nothing to upgrade.
    pub(crate) is_current: AtomicBool,
    /// By entity.
    pub(crate) entities: Vec<PreparedEntity>,
    /// Some entity keeps something from people, administrators too.
    pub(crate) keeps_from_people: bool,
    /// Rights under it, by what somebody holds.
    pub(crate) rights: Mutex<HashMap<Held, Arc<Rights>>>,
    /// By entity and field: see [`Prepared::rank`].
    ranks: Vec<Vec<Option<usize>>>,
}

/// What follows from one entity.
#[derive(Debug)]
pub(crate) struct PreparedEntity {
    /// System fields.
    pub(crate) system: SystemFields,
    /// References to it and related fields that may name it, system fields apart: `created_by` says what was, whoever has left since.
    pub(crate) referrers: Vec<Referrer>,
    /// References of this entity by which rules of another count or add up its records, and that other entity.
    pub(crate) counted_by: Vec<(FieldIndex, EntityIndex)>,
    /// References that its title follows, as branches from the record.
    pub(crate) title_reads: Reads,
    /// References and lists of records that its virtual computed fields read.
    pub(crate) virtual_reads: Reads,
    /// Computed fields that no row keeps.
    pub(crate) virtuals: Vec<FieldIndex>,
    /// Stored computed fields.
    pub(crate) computed: Vec<FieldIndex>,
    /// Sensitive fields: who reads them is noted.
    pub(crate) sensitive: Vec<FieldIndex>,
    /// Fields that never leave.
    pub(crate) secrets: Vec<FieldIndex>,
    /// Unique field by which people name a record: `code`, the e-mail of a `user`, else the first field that is unique by itself.
    pub(crate) natural_key: Option<FieldIndex>,
    /// Whether full-text search knows it.
    pub(crate) searchable: bool,
}

/// Positions of the system fields. Every entity has them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SystemFields {
    pub(crate) version: FieldIndex,
    pub(crate) created_at: FieldIndex,
    pub(crate) created_by: FieldIndex,
    pub(crate) updated_at: FieldIndex,
    pub(crate) updated_by: FieldIndex,
    pub(crate) code: Option<FieldIndex>,
}

/// A field somewhere that may name the records of an entity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Referrer {
    pub(crate) entity: EntityIndex,
    pub(crate) field: FieldIndex,
    pub(crate) on_delete: OnDelete,
}

/// Records beyond a record that expressions read: what to fetch for a whole page at once.
#[derive(Debug, Default, Clone)]
pub(crate) struct Reads {
    /// Beyond references.
    pub(crate) hops: BTreeMap<(FieldIndex, EntityIndex), Reads>,
    /// Records that refer to it: their entity and reference.
    pub(crate) children: BTreeMap<(EntityIndex, FieldIndex), Reads>,
}

impl Prepared {
    /// Works it out.
    pub(crate) fn new(dictionary: Arc<Dictionary>) -> Prepared {
        let mut ranks: Vec<Vec<Option<usize>>> =
            dictionary.entities.iter().map(|entity| vec![None; entity.fields.len()]).collect();
        for (rank, (entity, field)) in dictionary.compute_order().iter().enumerate() {
            ranks[*entity][*field] = Some(rank);
        }
        let mut entities: Vec<PreparedEntity> =
            (0..dictionary.entities.len()).map(|entity| PreparedEntity::new(&dictionary, entity)).collect();
        for (position, entity) in dictionary.entities.iter().enumerate() {
            for (index, field) in entity.fields.iter().enumerate() {
                if field.system || !field.kind.names_records() || !field.is_stored() {
                    continue;
                }
                let on_delete = match field.options.on_delete.unwrap_or(OnDelete::Restrict) {
                    // Emptying it would leave a record that may not be.
                    OnDelete::Nullify if field.required => OnDelete::Restrict,
                    given => given,
                };
                let to = field.options.to.as_deref().and_then(|to| dictionary.entity_index(to));
                for target in to.into_iter().chain(related::targets(&dictionary, field)) {
                    entities[target].referrers.push(Referrer { entity: position, field: index, on_delete });
                }
            }
        }
        for (position, entity) in dictionary.entities.iter().enumerate() {
            let mut reads = Reads::default();
            for rule in &entity.rules {
                rule.when.iter().for_each(|when| reads.add(when));
                reads.add(&rule.require);
            }
            for (child, by) in reads.children.keys() {
                entities[*child].counted_by.push((*by, position));
            }
        }
        let keeps_from_people = dictionary.entities.iter().any(|entity| entity.people.is_some());
        Prepared {
            dictionary,
            keeps_from_people,
            is_current: AtomicBool::new(false),
            entities,
            rights: Mutex::default(),
            ranks,
        }
    }

    /// Place of a stored computed field in [`Dictionary::compute_order`].
    pub(crate) fn rank(&self, entity: EntityIndex, field: FieldIndex) -> Option<usize> {
        self.ranks[entity][field]
    }

    /// The entity of that position.
    pub(crate) fn entity(&self, entity: EntityIndex) -> &Entity {
        &self.dictionary.entities[entity]
    }

    /// Position of the entity of that name.
    pub(crate) fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        self.dictionary.entity_index(name)
    }
}

impl PreparedEntity {
    fn new(dictionary: &Dictionary, position: EntityIndex) -> PreparedEntity {
        let entity = &dictionary.entities[position];
        let all = || entity.fields.iter().enumerate();
        let stored = |wanted: bool| {
            all()
                .filter(|(_, f)| f.computed.as_ref().is_some_and(|c| c.stored == wanted))
                .map(|(index, _)| index)
                .collect::<Vec<_>>()
        };
        let virtuals = stored(false);
        let mut virtual_reads = Reads::default();
        for index in &virtuals {
            if let Some(computed) = &entity.fields[*index].computed {
                virtual_reads.add(&computed.formula);
            }
        }
        entity.list.colours.iter().for_each(|rule| virtual_reads.add(&rule.when));
        let mut title_reads = Reads::default();
        add_title(dictionary, position, TITLE_DEPTH, &mut title_reads);
        PreparedEntity {
            system: SystemFields::of(entity),
            referrers: Vec::new(),
            counted_by: Vec::new(),
            title_reads,
            virtual_reads,
            virtuals,
            computed: stored(true),
            sensitive: all()
                .filter(|(_, f)| f.personal == Personal::Sensitive && !f.secret)
                .map(|(index, _)| index)
                .collect(),
            secrets: all().filter(|(_, f)| f.secret).map(|(index, _)| index).collect(),
            natural_key: natural_key(entity),
            searchable: !entity.search.is_empty() && !entity.internal,
        }
    }
}

impl SystemFields {
    fn of(entity: &Entity) -> SystemFields {
        let field = |name: &str| entity.index(name).expect("every compiled entity has the system fields");
        SystemFields {
            version: field("version"),
            created_at: field("created_at"),
            created_by: field("created_by"),
            updated_at: field("updated_at"),
            updated_by: field("updated_by"),
            code: entity.code.as_ref().and_then(|_| entity.index("code")),
        }
    }

    /// Whether the system writes that field at every change, so that journal entries leave it out.
    pub(crate) fn is_stamp(&self, field: FieldIndex) -> bool {
        [self.version, self.created_at, self.created_by, self.updated_at, self.updated_by].contains(&field)
    }
}

fn natural_key(entity: &Entity) -> Option<FieldIndex> {
    let alone = || entity.uniques.iter().filter(|key| key.fields.len() == 1).map(|key| key.fields[0]);
    let preferred = match entity.name.as_str() {
        dictionary::system::USER => entity.index("email"),
        _ => entity.index("code"),
    };
    preferred.filter(|field| alone().any(|unique| unique == *field)).or_else(|| alone().next())
}

fn add_title(dictionary: &Dictionary, position: EntityIndex, depth: usize, reads: &mut Reads) {
    if depth == 0 {
        return;
    }
    for part in &dictionary.entities[position].title.parts {
        let TitlePart::Path(path) = part else { continue };
        reads.add(path);
        let Node::Path(path) = &path.node else { continue };
        let field = &dictionary.entities[path.entity].fields[path.field];
        let to = field.options.to.as_deref().and_then(|to| dictionary.entity_index(to));
        if let (Some(to), None) = (to, path.part) {
            let end = reads.walk(&path.hops).hops.entry((path.field, to)).or_default();
            add_title(dictionary, to, depth - 1, end);
        }
    }
}

impl Reads {
    /// Whether nothing else is read.
    pub(crate) fn is_empty(&self) -> bool {
        self.hops.is_empty() && self.children.is_empty()
    }

    /// Adds what an expression reads beyond its record.
    pub(crate) fn add(&mut self, typed: &Typed) {
        match &typed.node {
            Node::Literal(_) | Node::Perimeter(_) => {}
            Node::Path(path) => {
                self.walk(&path.hops);
            }
            Node::Not(inner) | Node::Negate(inner) => self.add(inner),
            Node::Binary(_, left, right) => {
                self.add(left);
                self.add(right);
            }
            Node::In(item, among) => {
                self.add(item);
                among.iter().for_each(|one| self.add(one));
            }
            Node::Call(_, arguments) => arguments.iter().for_each(|one| self.add(one)),
            Node::Aggregate(aggregate) => {
                let child =
                    self.walk(&aggregate.hops).children.entry((aggregate.entity, aggregate.by)).or_default();
                aggregate.body.iter().chain(&aggregate.filter).for_each(|inner| child.add(inner));
            }
        }
    }

    fn walk(&mut self, hops: &[Hop]) -> &mut Reads {
        hops.iter().fold(self, |at, hop| at.hops.entry((hop.field, hop.to)).or_default())
    }
}
