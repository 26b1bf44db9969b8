//! What a caller may see: their rights, found for the dictionary in force and for them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use dictionary::expression::{BinaryOperator, Function, Hop, Node, Span, Type, Typed};
use dictionary::label::Label;
use dictionary::model::profiles::Perimeter;
use dictionary::model::{Entity, EntityIndex, FieldIndex, Sort, Transition};
use dictionary::{Dictionary, RecordId, Value, conduct, text};
use journal::Position;
use parking_lot::Mutex;
use rights::{Capability, Deed, Held, Level, Power, Reach, Reason, Rights};
use store::{Context, Moment, Row, Snapshot};

use crate::caller::Caller;
use crate::environment::{Environment, Shared};
use crate::error::{EngineError, failed};
use crate::prepared::Prepared;
use crate::view::{Cache, View, evaluation_fault};

/// People whose perimeters are remembered.
const REMEMBERED_MAX: usize = 4_000;
/// Entries looked through to see whether perimeters still hold; beyond, they are read again.
const ENTRIES_MAX: u32 = 100;
/// Records of one perimeter at most.
const PERIMETER_MAX: u32 = 50_000;

/// Rights with the perimeters of one person put in, and the moment they were read at.
struct Known {
    dictionary: String,
    epoch: u64,
    position: Position,
    rights: Arc<Rights>,
}

/// Perimeters of people, kept while nothing they are made of changes.
#[derive(Default)]
pub(crate) struct Perimeters {
    known: Mutex<HashMap<(Held, Option<RecordId>), Known>>,
}

impl Prepared {
    /// Whether there is nothing to ask: whoever holds this may do everything.
    pub(crate) fn lets_all(&self, held: &Held) -> bool {
        held.is_system() || !self.keeps_from_people && held.is_everything()
    }

    /// The rights that go with what somebody holds, perimeters left open.
    pub(crate) fn rights(&self, held: &Held) -> Arc<Rights> {
        let mut kept = self.rights.lock();
        if let Some(known) = kept.get(held) {
            return known.clone();
        }
        // As many as there are sets of profiles: few.
        if kept.len() >= REMEMBERED_MAX {
            kept.clear();
        }
        let made = Arc::new(Rights::new(&self.dictionary, held));
        kept.insert(held.clone(), made.clone());
        made
    }
}

impl Shared {
    /// The rights of a caller at a moment; `None` when nothing bounds them.
    pub(crate) fn sight(
        &self,
        caller: &Caller,
        prepared: &Prepared,
        snapshot: &dyn Snapshot,
        moment: &Moment,
        context: &Context,
    ) -> Result<Option<Arc<Rights>>, EngineError> {
        if prepared.lets_all(&caller.held) {
            return Ok(None);
        }
        let open = prepared.rights(&caller.held);
        if open.perimeters().is_empty() {
            return Ok(Some(open));
        }
        let key = (caller.held.clone(), caller.me());
        let known = {
            let known = self.perimeters.known.lock();
            known
                .get(&key)
                .filter(|known| known.dictionary == moment.dictionary && known.epoch == moment.epoch)
                .map(|known| (known.position, known.rights.clone()))
        };
        if let Some((position, rights)) = known
            && still_holds(prepared, &open, snapshot, position, moment.position)?
        {
            if position != moment.position {
                self.remember(key, moment, rights.clone());
            }
            return Ok(Some(rights));
        }
        let cache = Cache::default();
        let view = View {
            prepared,
            snapshot: Some(snapshot),
            cache: &cache,
            context,
            ahead: None,
            timeout_ms: 0,
            sight: None,
        };
        let mut ids: HashMap<&str, Vec<RecordId>> = HashMap::new();
        for name in open.perimeters() {
            let perimeter = prepared.dictionary.perimeters.iter().find(|perimeter| perimeter.name == *name);
            ids.insert(
                name,
                perimeter.map(|perimeter| within(&view, perimeter)).transpose()?.unwrap_or_default(),
            );
        }
        let rights = Arc::new(open.bound(&|name| ids.get(name).cloned().unwrap_or_default()));
        self.remember(key, moment, rights.clone());
        Ok(Some(rights))
    }

    fn remember(&self, key: (Held, Option<RecordId>), moment: &Moment, rights: Arc<Rights>) {
        let mut known = self.perimeters.known.lock();
        if known.len() >= REMEMBERED_MAX {
            known.clear();
        }
        let Moment { position, epoch, ref dictionary, .. } = *moment;
        known.insert(key, Known { dictionary: dictionary.clone(), epoch, position, rights });
    }
}

/// Whether nothing that perimeters are made of changed between two positions.
fn still_holds(
    prepared: &Prepared,
    rights: &Rights,
    snapshot: &dyn Snapshot,
    from: Position,
    to: Position,
) -> Result<bool, EngineError> {
    if from == to {
        return Ok(true);
    }
    if from > to || to - from > u64::from(ENTRIES_MAX) {
        return Ok(false);
    }
    let mut read = BTreeSet::new();
    for name in rights.perimeters() {
        let found = prepared.dictionary.perimeters.iter().find(|perimeter| perimeter.name == *name);
        if let Some(perimeter) = found {
            read.insert(perimeter.of);
            entities_read(&perimeter.filter, &mut read);
        }
    }
    let names: Vec<&str> = read.iter().map(|entity| prepared.entity(*entity).name.as_str()).collect();
    let entries = snapshot.entries(from, ENTRIES_MAX).map_err(failed("read the journal"))?;
    let told = entries.iter().filter(|entry| entry.position <= to);
    let mut position = from;
    for entry in told {
        position += 1;
        let Some(changes) = entry.changes.as_ref().filter(|_| entry.position == position) else {
            return Ok(false);
        };
        if changes.iter().any(|change| names.contains(&change.entity.as_str())) {
            return Ok(false);
        }
    }
    Ok(position == to)
}

/// Entities beyond the record at hand that an expression reads.
pub(crate) fn entities_read(typed: &Typed, read: &mut BTreeSet<EntityIndex>) {
    typed.walk(&mut |piece| match &piece.node {
        Node::Path(path) => read.extend(path.hops.iter().map(|hop| hop.to)),
        Node::Aggregate(aggregate) => {
            read.extend(aggregate.hops.iter().map(|hop| hop.to));
            read.insert(aggregate.entity);
        }
        _ => {}
    });
}

/// The records of a perimeter, sorted.
fn within(view: &View<'_>, perimeter: &Perimeter) -> Result<Vec<RecordId>, EngineError> {
    let failed = || failed("read a perimeter");
    let found = view.select(perimeter.of, &[&perimeter.filter.typed], &[], PERIMETER_MAX).map_err(failed())?;
    let mut all: BTreeSet<RecordId> = found.iter().map(Row::id).collect();
    let mut level: Vec<RecordId> = all.iter().copied().collect();
    while let Some(beneath) = perimeter.beneath
        && !level.is_empty()
        && all.len() < PERIMETER_MAX as usize
    {
        let mut next = Vec::new();
        for part in level.chunks(crate::records::PARENTS_PER_QUERY) {
            let filter = view.reference_is(perimeter.of, beneath, part);
            for row in view.select(perimeter.of, &[&filter], &[], PERIMETER_MAX).map_err(failed())? {
                if all.insert(row.id()) {
                    next.push(row.id());
                }
            }
        }
        level = next;
    }
    Ok(all.into_iter().collect())
}

/// Filters and sort of a list, made to see no more than they may.
pub(crate) struct Guarded {
    pub(crate) filters: Vec<Typed>,
    pub(crate) order: Vec<Sort>,
}

impl View<'_> {
    /// The dictionary as whoever reads may know it.
    pub(crate) fn known(&self) -> &std::sync::Arc<Dictionary> {
        self.sight.map_or(&self.prepared.dictionary, |rights| rights.veiled())
    }

    /// This view with nothing left out.
    pub(crate) fn whole(&self) -> Self {
        View { sight: None, ..*self }
    }

    /// Whether a record may be seen.
    pub(crate) fn sees(&self, entity: EntityIndex, row: &Row) -> Result<bool, EngineError> {
        self.reaches(entity, Capability::Read, row)
    }

    /// Whether a capability goes to a record.
    pub(crate) fn reaches(
        &self,
        entity: EntityIndex,
        capability: Capability,
        row: &Row,
    ) -> Result<bool, EngineError> {
        match self.sight {
            None => Ok(true),
            Some(rights) => self.within(rights.reach(entity, capability), entity, row),
        }
    }

    /// Whether a record is among those that a right goes to.
    pub(crate) fn within(&self, reach: &Reach, entity: EntityIndex, row: &Row) -> Result<bool, EngineError> {
        match reach {
            Reach::Always => Ok(true),
            Reach::Never => Ok(false),
            Reach::When(condition) => self.whole().holds(condition, entity, row),
        }
    }

    /// Those of the rows that may be seen.
    pub(crate) fn seen(
        &self,
        entity: EntityIndex,
        rows: Vec<Arc<Row>>,
    ) -> Result<Vec<Arc<Row>>, EngineError> {
        if self.sight.is_none_or(|rights| *rights.reach(entity, Capability::Read) == Reach::Always) {
            return Ok(rows);
        }
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            if self.sees(entity, &row)? {
                seen.push(row);
            }
        }
        Ok(seen)
    }

    /// How far a field is open to whoever reads.
    pub(crate) fn level(&self, entity: EntityIndex, field: FieldIndex) -> Level {
        self.sight.map_or(Level::Write, |rights| rights.entity(entity).level(field))
    }

    /// The condition under which records of an entity are seen; `None` when all are.
    pub(crate) fn condition(&self, entity: EntityIndex) -> Option<Typed> {
        self.condition_for(entity, Capability::Read)
    }

    fn condition_for(&self, entity: EntityIndex, capability: Capability) -> Option<Typed> {
        match self.sight?.reach(entity, capability) {
            Reach::Always => None,
            Reach::Never => Some(literal(false)),
            Reach::When(condition) => Some(condition.clone()),
        }
    }

    /// An expression of whoever reads, made to see no more than they may.
    ///
    /// Errors: `NotFound` when it reads a field that they may not know of.
    pub(crate) fn guard(&self, typed: &Typed, entity: EntityIndex) -> Result<Typed, EngineError> {
        match self.sight {
            None => Ok(typed.clone()),
            Some(rights) => rights.guard(typed, entity).map_err(|_| EngineError::NotFound),
        }
    }

    /// What is asked of a list, with the condition of what may be seen; `None` when nothing bounds whoever reads.
    pub(crate) fn guarded(
        &self,
        (entity, purpose): (EntityIndex, Capability),
        filters: &[Typed],
        search: Option<&str>,
        order: &[Sort],
    ) -> Result<Option<Guarded>, EngineError> {
        if self.sight.is_none() {
            return Ok(None);
        }
        // What may be seen first: it is what an index serves.
        let mut guarded: Vec<Typed> = self.condition_for(entity, purpose).into_iter().collect();
        for filter in filters {
            guarded.push(self.guard(filter, entity)?);
        }
        if let Some(words) = search {
            guarded.extend(self.searched(entity, words));
        }
        let mut sorts = Vec::with_capacity(order.len());
        for sort in order {
            sorts.push(Sort { path: self.guard(&sort.path, entity)?, descending: sort.descending });
        }
        Ok(Some(Guarded { filters: guarded, order: sorts }))
    }

    /// The entity's own sort, as far as whoever reads may know of it.
    pub(crate) fn own_order(&self, entity: EntityIndex) -> &[Sort] {
        match self.sight {
            None => &self.prepared.entity(entity).order,
            Some(rights) => &rights.veiled().entities[entity].order,
        }
    }

    /// What must hold beside full-text search, whose index knows every field of a record: that each word stands in a text that may be seen. None when
    /// all of them may.
    pub(crate) fn searched(&self, entity: EntityIndex, words: &str) -> Option<Typed> {
        let rights = self.sight?;
        let paths = &self.prepared.entity(entity).search;
        let open: Vec<Typed> = paths.iter().filter_map(|path| rights.guard(path, entity).ok()).collect();
        if open == *paths {
            return None;
        }
        let folded = text::fold(words);
        let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let stands = |word: &str| {
            let one = |path: &Typed| {
                let text = Typed {
                    node: Node::Call(Function::Concat, vec![path.clone()]),
                    ty: Type::Text,
                    span: Span::default(),
                };
                let word = Typed {
                    node: Node::Literal(Value::Text(word.to_owned())),
                    ty: Type::Text,
                    span: Span::default(),
                };
                binary(BinaryOperator::Contains, text, word)
            };
            open.iter()
                .map(one)
                .reduce(|a, b| binary(BinaryOperator::Or, a, b))
                .unwrap_or_else(|| literal(false))
        };
        words.map(stands).reduce(|a, b| binary(BinaryOperator::And, a, b))
    }

    /// The record that a reference leads to, if it may be followed.
    pub(crate) fn followed(
        &self,
        from: EntityIndex,
        hop: Hop,
        id: RecordId,
    ) -> Result<Option<Arc<Row>>, EngineError> {
        if self.level(from, hop.field) < Level::Read {
            return Ok(None);
        }
        let row = self.row(hop.to, id).map_err(failed("read what a record refers to"))?;
        match row {
            Some(row) if self.sees(hop.to, &row)? => Ok(Some(row)),
            _ => Ok(None),
        }
    }
}

fn binary(operator: BinaryOperator, left: Typed, right: Typed) -> Typed {
    Typed {
        node: Node::Binary(operator, Box::new(left), Box::new(right)),
        ty: Type::Boolean,
        span: Span::default(),
    }
}

fn literal(yes: bool) -> Typed {
    Typed { node: Node::Literal(Value::Boolean(yes)), ty: Type::Boolean, span: Span::default() }
}

/// Refuses those who lack a power over the environment.
pub(crate) fn needs(rights: Option<&Rights>, power: Power) -> Result<(), EngineError> {
    match rights {
        Some(rights) if !rights.has(power) => {
            Err(EngineError::Forbidden { capability: power.name().to_owned() })
        }
        _ => Ok(()),
    }
}

impl Environment {
    /// What a caller may do here, now.
    pub fn rights(&self, caller: &Caller) -> Result<Arc<Rights>, EngineError> {
        let active = self.shared.active.load();
        if active.lets_all(&caller.held) {
            return Ok(active.rights(&caller.held));
        }
        self.read(caller, 0, |reading| match &reading.sight {
            Some(rights) => Ok(rights.clone()),
            None => Ok(reading.prepared.rights(&caller.held)),
        })
    }

    /// The dictionary in force, as a caller may know it. Its hash and its positions are those of the whole.
    pub fn dictionary_of(&self, caller: &Caller) -> Arc<Dictionary> {
        let active = self.shared.active.load();
        if active.lets_all(&caller.held) {
            return active.dictionary.clone();
        }
        active.rights(&caller.held).veiled().clone()
    }

    /// Whether a caller has a power over the environment. Reads nothing.
    pub fn has(&self, caller: &Caller, power: Power) -> bool {
        caller.held.is_everything() || self.shared.active.load().rights(&caller.held).has(power)
    }

    /// Whether a caller has a capability on any record of any entity. Reads nothing.
    pub fn may_anywhere(&self, caller: &Caller, capability: Capability) -> bool {
        caller.held.is_everything() || self.shared.active.load().rights(&caller.held).may_anywhere(capability)
    }

    /// Why `who` may, or may not, do something to an entity or one of its records: `deed` names a capability, or a transition of the entity's states. Of
    /// a transition of a record it is told too whether its state allows it.
    ///
    /// Errors: `Forbidden` when somebody without [`Power::Administer`] asks about another; `NotFound` for the entity, for a deed that there is not, and
    /// for a record that `caller` may not see.
    pub fn explain(
        &self,
        caller: &Caller,
        who: &Caller,
        entity: &str,
        deed: &str,
        id: Option<RecordId>,
    ) -> Result<Reason, EngineError> {
        let oneself = caller.me().is_some() && caller.me() == who.me() && caller.held == who.held;
        if !oneself {
            needs(Some(&*self.rights(caller)?), Power::Administer)?;
        }
        let asked = self.read(caller, 0, |reading| {
            let entity = reading.entity(caller, entity)?;
            let view = &reading.reader.view;
            if deed_of(&view.known().entities[entity], deed).is_none() {
                return Err(EngineError::NotFound);
            }
            if let Some(id) = id {
                let row = view.row(entity, id).map_err(failed("read a record"))?;
                let seen = row.map(|row| view.sees(entity, &row)).transpose()?;
                if seen != Some(true) {
                    return Err(EngineError::NotFound);
                }
            }
            Ok(entity)
        })?;
        self.read(who, 0, |reading| {
            let rights = reading.sight.clone().unwrap_or_else(|| reading.prepared.rights(&who.held));
            let deed = deed_of(reading.prepared.entity(asked), deed).ok_or(EngineError::NotFound)?;
            let Some(id) = id else { return Ok(rights.explain(asked, deed, None)) };
            let view = reading.reader.view.whole();
            let row = view.row(asked, id).map_err(failed("read a record"))?.ok_or(EngineError::NotFound)?;
            let ids = |name: &str| {
                let perimeters = &reading.prepared.dictionary.perimeters;
                let found = perimeters.iter().find(|perimeter| perimeter.name == name);
                found.and_then(|perimeter| within(&view, perimeter).ok()).unwrap_or_default()
            };
            // The rules are told as written; perimeters are put in to ask them.
            let holds = |typed: &Typed| {
                let bound = rights::bound(typed, &ids);
                view.holds(&bound, asked, &row).unwrap_or(false)
            };
            let mut reason = rights.explain(asked, deed, Some(&holds));
            if let Deed::Transition(transition) = deed
                && let Some(refusal) = state_refuses(&view, asked, &row, transition)?
            {
                reason.holds = Some(false);
                reason.because.push(Reason { text: refusal, holds: Some(false), because: Vec::new() });
            }
            Ok(reason)
        })
    }
}

/// The capability or transition of that name.
fn deed_of<'a>(entity: &'a Entity, name: &str) -> Option<Deed<'a>> {
    let transitions = || entity.states.iter().flat_map(|states| &states.transitions);
    let capability = Capability::from_name(name).map(Deed::Capability);
    capability.or_else(|| transitions().find(|one| one.name == name).map(Deed::Transition))
}

/// What in a record's state stands against a transition.
fn state_refuses(
    view: &View<'_>,
    entity: EntityIndex,
    row: &Row,
    transition: &Transition,
) -> Result<Option<Label>, EngineError> {
    let Some(states) = &view.prepared.entity(entity).states else { return Ok(None) };
    let from = row.get(states.field).as_text();
    if !from.is_some_and(|from| transition.from.iter().any(|tag| tag == from)) {
        return Ok(Some(conduct::no_way(&view.prepared.dictionary, entity, states, from, &transition.to)));
    }
    let allowed = conduct::is_allowed(transition, &view.scope(entity, row), view.context);
    Ok((!allowed.map_err(evaluation_fault)?).then(|| conduct::not_yet(transition)))
}
