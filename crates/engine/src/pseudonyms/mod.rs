//! A copy of an environment in which nobody is told: values that are about people become others, the same wherever the same stood (decision 0129).
//!
//! Nothing of the original is ever written in the copy. It begins with a journal of its own; what each value became is known while it is made,
//! and then to nobody: the secret that gave it is thrown away.

mod disguise;
mod invented;
mod known;
mod residue;

use std::collections::BTreeMap;

use dictionary::field_types::Disguise;
use dictionary::model::{EntityIndex, FieldIndex, Personal};
use dictionary::{Entity, Value, system};
use journal::Origin;
use store::{Row, Snapshot};

use crate::caller::Caller;
use crate::environment::Environment;
use crate::error::{EngineError, damaged, failed};
use crate::prepared::Prepared;
use crate::subject::named_by_fields;
use crate::write::session::{Session, cause};
use disguise::Disguised;
use known::{Kind, Known};

pub use residue::Residue;

/// Records read, and written in one entry of the journal.
const PAGE: u32 = 500;

/// What people have of their own in an environment, and what was done to it: none of it is of use in a copy.
const LEFT_OUT: &[&str] = &[
    system::DICTIONARY_SOURCE,
    system::PREFERENCE,
    system::FAVOURITE,
    system::NOTIFICATION,
    system::IMPERSONATION,
    system::ERASURE,
    system::ASSISTANCE,
];

/// What a pseudonymised copy came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pseudonymised {
    /// Records written.
    pub records: u64,
    /// Values that were replaced, each counted once.
    pub originals: u64,
}

/// How far it is: what is done, and all there is to do.
pub type Progress<'p> = &'p mut dyn FnMut(u64, u64) -> Result<(), EngineError>;

impl Environment {
    /// Fills this environment, which was just made of the same layers, with the records of `source` as they are at one moment, nobody told in them.
    ///
    /// `secret`: 32 bytes that nobody can guess, to be forgotten afterwards. `told`: what its journal says it was made by.
    /// Errors: it is not made of the same dictionary; a store cannot be read or written.
    pub fn fill_pseudonymised(
        &self,
        source: &Environment,
        secret: &[u8; 32],
        told: &str,
        progress: Progress<'_>,
    ) -> Result<Pseudonymised, EngineError> {
        let read = "read the environment to copy";
        let snapshot = source.shared.store.snapshot().map_err(failed(read))?;
        let (prepared, _) = source.shared.prepared(&*snapshot)?;
        if prepared.dictionary.hash != self.dictionary().hash {
            return Err(damaged("the copy is not made of the dictionary of what it is copied from"));
        }
        let caller = Caller { origin: Origin::Restore, request: Some(told.to_owned()), ..Caller::system() };
        let (mut known, all) = learned(&prepared, &*snapshot)?;
        // Learned, written, worked out: three looks at each.
        progress(all, 3 * all)?;
        known.settle(secret);
        let mut disguised = Disguised::new(&prepared, &known, secret, self.shared.store.files());
        let mut records = 0;
        for (index, entity) in copied(&prepared) {
            let mut pages = Pages::of(entity);
            while let Some(rows) = pages.next(&*snapshot)? {
                records += rows.len() as u64;
                let rows = rows
                    .into_iter()
                    .map(|row| disguised.row(index, row))
                    .collect::<Result<Vec<Row>, EngineError>>()?;
                self.put(&caller, index, rows)?;
                progress(all + records, 3 * all)?;
            }
        }
        drop(snapshot);
        let originals = known.len() as u64;
        let is_copied = |index: EntityIndex| !LEFT_OUT.contains(&prepared.entity(index).name.as_str());
        self.work_out(&caller, is_copied)?;
        let mut indexed = 0;
        self.search_again(&caller, &mut |count| {
            indexed += count;
            progress(2 * all + indexed.min(all), 3 * all)
        })?;
        Ok(Pseudonymised { records, originals })
    }

    /// Writes rows as they are, in one entry.
    fn put(&self, caller: &Caller, index: EntityIndex, rows: Vec<Row>) -> Result<(), EngineError> {
        let (inner, caller) = (self.shared.clone(), caller.clone());
        self.shared.write(move |tx| {
            let (prepared, _) = inner.prepared(&*tx)?;
            tx.set_cause(cause(&caller, &inner.context(&caller)));
            for row in rows {
                tx.insert(prepared.entity(index), row, None).map_err(failed("copy a record"))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Works out the computed fields of every record of some entities, in the order in which they read each other.
    pub(crate) fn work_out(
        &self,
        caller: &Caller,
        of: impl Fn(EntityIndex) -> bool,
    ) -> Result<(), EngineError> {
        let dictionary = self.dictionary();
        for (index, field) in dictionary.compute_order().iter().copied() {
            if !of(index) {
                continue;
            }
            let mut after = None;
            loop {
                let (inner, who) = (self.shared.clone(), caller.clone());
                let done = self.shared.write(move |tx| {
                    let (prepared, _) = inner.prepared(&*tx)?;
                    let rows =
                        tx.scan(prepared.entity(index), after, PAGE).map_err(failed("read records"))?;
                    let last = rows.last().map(Row::id).filter(|_| rows.len() == PAGE as usize);
                    let context = inner.context(&who);
                    let mut session = Session::begin(&inner, prepared, &who, tx, context);
                    for row in rows {
                        session.work_out_one(index, field, row)?;
                    }
                    session.write_out()?;
                    Ok(last)
                })?;
                match done.value {
                    Some(last) => after = Some(last),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

/// Records of an entity, a page at a time.
struct Pages<'e> {
    entity: &'e Entity,
    after: Option<dictionary::RecordId>,
    over: bool,
}

impl<'e> Pages<'e> {
    fn of(entity: &'e Entity) -> Pages<'e> {
        Pages { entity, after: None, over: false }
    }

    fn next(&mut self, snapshot: &dyn Snapshot) -> Result<Option<Vec<Row>>, EngineError> {
        if self.over {
            return Ok(None);
        }
        let rows = snapshot.scan(self.entity, self.after, PAGE).map_err(failed("read records"))?;
        self.after = rows.last().map(Row::id);
        self.over = rows.len() < PAGE as usize;
        Ok(Some(rows).filter(|rows| !rows.is_empty()))
    }
}

/// Entities whose records are copied.
fn copied(prepared: &Prepared) -> impl Iterator<Item = (EntityIndex, &Entity)> {
    let entities = prepared.dictionary.entities.iter().enumerate();
    entities.filter(|(_, entity)| !LEFT_OUT.contains(&entity.name.as_str()))
}

/// Fields of an entity that hold something of people, by the kind of text they are. E-mail addresses and phone numbers are, of whomever: nobody of the
/// copy can be written to or rung.
fn telling(prepared: &Prepared, index: EntityIndex) -> BTreeMap<FieldIndex, Kind> {
    let entity = prepared.entity(index);
    let names: Vec<FieldIndex> = match entity.protection.person {
        true => {
            let fields = named_by_fields(prepared, index).into_iter();
            fields.filter(|field| entity.fields[*field].computed.is_none()).collect()
        }
        false => Vec::new(),
    };
    let mut telling = BTreeMap::new();
    for (at, field) in entity.fields.iter().enumerate() {
        if field.computed.is_some() || !field.is_stored() || field.secret {
            continue;
        }
        let is_personal = field.personal != Personal::No;
        let kind = match field.kind.disguise() {
            Disguise::Email => Kind::Email,
            Disguise::Phone => Kind::Phone,
            _ if !is_personal => continue,
            Disguise::Words if names.len() == 1 && names[0] == at => Kind::FullName,
            Disguise::Words if names.first() == Some(&at) => Kind::GivenName,
            Disguise::Words if names.contains(&at) => Kind::FamilyName,
            Disguise::Words => Kind::Words,
            Disguise::Prose => Kind::Prose,
            Disguise::Url => Kind::Url,
            Disguise::Address => Kind::Street,
            _ => continue,
        };
        telling.insert(at, kind);
    }
    telling
}

/// Every text that is about somebody, in rows as they are; and how many rows there are.
fn learned(prepared: &Prepared, snapshot: &dyn Snapshot) -> Result<(Known, u64), EngineError> {
    let (mut known, mut all) = (Known::default(), 0);
    for (index, entity) in copied(prepared) {
        let telling = telling(prepared, index);
        let mut pages = Pages::of(entity);
        while let Some(rows) = pages.next(snapshot)? {
            all += rows.len() as u64;
            for row in &rows {
                for (field, kind) in &telling {
                    match row.get(*field) {
                        Value::Text(text) => known.learn(*kind, text),
                        Value::Address(address) => {
                            let lines = address.lines.iter().flat_map(|lines| lines.lines());
                            lines.for_each(|line| known.learn(Kind::Street, line));
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    Ok((known, all))
}
