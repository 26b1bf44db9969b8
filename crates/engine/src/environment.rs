//! An open environment.

use std::sync::Arc;

use arc_swap::ArcSwap;
use dictionary::Dictionary;
use dictionary::layers::Layer;
use journal::Position;
use parking_lot::Mutex;
use store::{Committed, Context, Head, Moment, Snapshot, Store, StoreError, Submission, UnitError};

use crate::accesses::Accesses;
use crate::bound::{self, Bound};
use crate::caller::Caller;
use crate::catalogue;
use crate::clock::{Clock, IdSource};
use crate::error::{EngineError, damaged, failed};
use crate::leaders::Leaders;
use crate::prepared::Prepared;
use crate::sight::Perimeters;
use crate::sources;
use crate::unit::Unit;
use crate::write::session::{Session, cause};

/// What an environment is told when it is opened.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Identifier: `acme-production`.
    pub name: String,
    /// IANA time zone: `Europe/Paris`.
    pub zone: jiff::tz::TimeZone,
    /// ISO 4217.
    pub currency: String,
    /// Bound of one query, milliseconds.
    pub query_timeout_ms: u64,
}

/// What a committed unit of work left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done<T> {
    /// What the closure returned.
    pub value: T,
    /// Journal position of its entry; that of the head if it changed nothing.
    pub position: Position,
}

/// An open environment. Cheap to clone and to share; calls block and belong on blocking threads.
#[derive(Clone)]
pub struct Environment {
    pub(crate) shared: Arc<Shared>,
}

/// What every clone, and every unit of work on the store's thread, shares.
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    /// The dictionary last seen in force. The store's head decides: see [`Shared::prepared`].
    pub(crate) active: ArcSwap<Prepared>,
    pub(crate) refreshing: Mutex<()>,
    /// Perimeters of people whose rights name some.
    pub(crate) perimeters: Perimeters,
    /// Who read what is sensitive.
    pub(crate) accesses: Accesses,
    /// How much it may hold.
    pub(crate) bound: Bound,
    pub(crate) leaders: Arc<Leaders>,
}

impl Shared {
    /// Of an environment whose dictionary is known.
    pub(crate) fn new(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        prepared: Arc<Prepared>,
    ) -> Arc<Shared> {
        let active = ArcSwap::from(prepared);
        Arc::new(Shared {
            settings,
            store,
            clock,
            ids,
            active,
            refreshing: Mutex::default(),
            perimeters: Perimeters::default(),
            accesses: Accesses::default(),
            bound: Bound::default(),
            leaders: Arc::default(),
        })
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment").field("name", &self.shared.settings.name).finish_non_exhaustive()
    }
}

impl Environment {
    /// A new environment in an empty store, made of these layers.
    ///
    /// Errors: `Dictionary` when they do not make one; `Store` when the store holds an environment already.
    pub fn create(
        settings: Settings,
        store: Arc<dyn Store>,
        layers: &[Layer],
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Environment, EngineError> {
        let prepared = catalogue::compiled(layers)?;
        let shared = Shared::new(settings, store, clock, ids, prepared.clone());
        let (inner, layers) = (shared.clone(), layers.to_vec());
        shared.write(move |tx| {
            if !tx.head().map_err(failed("read the journal's head"))?.dictionary.is_empty() {
                return Err(damaged("an environment cannot be made in a store that already holds one"));
            }
            let context = inner.context(&Caller::system());
            tx.set_cause(cause(&Caller::system(), &context));
            tx.migrate(None, &prepared.dictionary).map_err(failed("make the tables"))?;
            sources::write(tx, &prepared, &layers, sources::fresh(&*inner.ids, context.now))
        })?;
        Ok(Environment { shared })
    }

    /// An existing environment. Dictionaries already compiled in this process are shared by hash, and then no file is read.
    ///
    /// Errors: `Store` when the store is empty or cannot be read; `Dictionary` when its layers no longer make a dictionary.
    pub fn open(
        settings: Settings,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Environment, EngineError> {
        let prepared = {
            let snapshot = store.snapshot().map_err(failed("read the environment"))?;
            let moment = snapshot.moment().map_err(failed("read the journal's head"))?;
            in_force(&*snapshot, &moment.dictionary)?
        };
        Ok(Environment { shared: Shared::new(settings, store, clock, ids, prepared) })
    }

    /// Lets go of the store, and waits until it is closed if this was the last to hold the environment.
    pub fn close(self) {
        let leaders = self.shared.leaders.clone();
        drop(self);
        leaders.wait_gone();
    }

    /// What it was told.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// The active dictionary.
    pub fn dictionary(&self) -> Arc<Dictionary> {
        self.shared.active.load().dictionary.clone()
    }

    /// The one way to change rows. `work` runs inside the store's transaction; when it fails nothing of it remains. An operation that is refused
    /// leaves nothing either, and `work` may go on after it.
    pub fn transact<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&mut dyn Unit) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<Done<T>, EngineError> {
        self.shared.write(self.session(caller, work))
    }

    /// As [`Environment::transact`], without waiting: `done` is told on the thread that commits, and must not hold it up. `spawn` runs the job it
    /// is given on a thread that may block; it is called when nobody commits yet.
    pub fn transact_later<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&mut dyn Unit) -> Result<T, EngineError> + Send + 'static,
        spawn: impl FnOnce(Box<dyn FnOnce() + Send>) + Send + 'static,
        done: impl FnOnce(Result<Done<T>, EngineError>) + Send + 'static,
    ) {
        let (store, leaders) = (self.shared.store.clone(), self.shared.leaders.clone());
        let lead = move || {
            let leading = leaders.begin();
            spawn(Box::new(move || {
                store.commit_waiting();
                drop(store);
                drop(leading);
            }));
        };
        let submission =
            Submission { done: Box::new(|committed| done(done_of(committed))), lead: Some(Box::new(lead)) };
        self.shared.store.submit(unit(self.session(caller, work)), submission);
    }

    /// `work` in a unit of work of its own.
    fn session<T: Send + 'static>(
        &self,
        caller: &Caller,
        work: impl FnOnce(&mut dyn Unit) -> Result<T, EngineError> + Send + 'static,
    ) -> impl FnOnce(&mut dyn store::Transaction) -> Result<T, EngineError> + Send + 'static {
        let (inner, caller) = (self.shared.clone(), caller.clone());
        move |tx| {
            caller.may_change()?;
            let (prepared, moment) = inner.prepared(&*tx)?;
            let context = inner.context(&caller);
            let sight = inner.sight(&caller, &prepared, &*tx, &moment, &context)?;
            let mut session = Session::begin(&inner, prepared, &caller, tx, context);
            session.sight = sight;
            let value = work(&mut session)?;
            session.finish()?;
            if let Some(bound) = inner.bound.get() {
                let growth = bound::growth(&session.tx.changes());
                if growth > 0 {
                    bound.admit(&*session.tx, inner.store.position(), growth)?;
                }
            }
            Ok(value)
        }
    }

    /// Looks whether another process changed the dictionary, and then knows the one in force; whether it did.
    ///
    /// Errors: the store cannot be read.
    pub fn dictionary_catch_up(&self) -> Result<bool, EngineError> {
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let moment = snapshot.moment().map_err(failed("read the journal's head"))?;
        if self.shared.active.load().dictionary.hash == moment.dictionary {
            return Ok(false);
        }
        self.shared.refresh()?;
        Ok(true)
    }

    /// Where the journal stands.
    pub fn head(&self) -> Result<Head, EngineError> {
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        snapshot.head().map_err(failed("read the journal's head"))
    }

    /// Position of the last entry, without reading anything.
    pub fn position(&self) -> Position {
        self.shared.store.position()
    }

    /// Waits until something was committed after `position`, or `timeout_ms` passed; returns the last position.
    pub fn wait_beyond(&self, position: Position, timeout_ms: u64) -> Position {
        self.shared.store.wait_beyond(position, timeout_ms)
    }

    /// Moment and person of expressions that a caller asks about something else than records.
    pub fn context(&self, caller: &Caller) -> Context {
        self.shared.context(caller)
    }

    /// The store it stands on, for what is not records: files, backups, checks.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.store
    }

    /// Gives back memory that an idle environment can do without. The next call takes it again.
    pub fn rest(&self) {
        self.shared.store.rest();
    }
}

impl Shared {
    /// Moment and person of a call that begins now.
    pub(crate) fn context(&self, caller: &Caller) -> Context {
        Context { now: self.clock.now(), zone: self.settings.zone.clone(), me: caller.me() }
    }

    /// The dictionary in force at a snapshot, or in a transaction, and the moment that says so. Another process or an earlier unit of the same commit
    /// may have changed it.
    pub(crate) fn prepared(&self, snapshot: &dyn Snapshot) -> Result<(Arc<Prepared>, Moment), EngineError> {
        let moment = snapshot.moment().map_err(failed("read the journal's head"))?;
        let active = self.active.load();
        if active.dictionary.hash == moment.dictionary {
            return Ok((active.clone(), moment));
        }
        Ok((in_force(snapshot, &moment.dictionary)?, moment))
    }

    /// Makes [`Environment::dictionary`] answer the dictionary in force.
    pub(crate) fn refresh(&self) -> Result<(), EngineError> {
        // One at a time: the last to look is the last to say.
        let _turn = self.refreshing.lock();
        let snapshot = self.store.snapshot().map_err(failed("read the environment"))?;
        let (prepared, _) = self.prepared(&*snapshot)?;
        self.active.store(prepared);
        Ok(())
    }

    /// Runs `work` in a transaction of the store.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn store::Transaction) -> Result<T, EngineError> + Send + 'static,
    ) -> Result<Done<T>, EngineError> {
        done_of(self.store.write(unit(work)))
    }
}

/// `work` as a unit of the store.
fn unit<T: Send + 'static>(
    work: impl FnOnce(&mut dyn store::Transaction) -> Result<T, EngineError> + Send + 'static,
) -> store::Unit {
    Box::new(move |tx| match work(tx) {
        Ok(value) => Ok(Box::new(value)),
        Err(refusal) => Err(UnitError::Refused(Box::new(refusal))),
    })
}

/// What became of a [`unit`].
fn done_of<T: 'static>(committed: Result<Committed, UnitError>) -> Result<Done<T>, EngineError> {
    match committed {
        Ok(committed) => {
            let value = committed.value.downcast::<T>().expect("a unit's value comes back as it was given");
            Ok(Done { value: *value, position: committed.position })
        }
        Err(UnitError::Store(source)) => Err(EngineError::Store { action: "commit a unit of work", source }),
        Err(UnitError::Refused(refusal)) => {
            Err(*refusal.downcast::<EngineError>().expect("a unit's refusal comes back as it was given"))
        }
    }
}

/// The dictionary of that hash: known in this process, or made from the layers in the store.
fn in_force(snapshot: &dyn Snapshot, hash: &str) -> Result<Arc<Prepared>, EngineError> {
    if hash.is_empty() {
        return Err(damaged("the store holds no environment"));
    }
    if let Some(known) = catalogue::known(hash) {
        return Ok(known);
    }
    let prepared = catalogue::compiled_whole(&sources::read_whole(snapshot)?)?;
    if prepared.dictionary.hash != hash {
        let source = StoreError::Damaged {
            what: format!(
                "its layers make the dictionary {}, but {hash} is in force",
                prepared.dictionary.hash
            ),
        };
        return Err(EngineError::Store { action: "read the dictionary", source });
    }
    Ok(prepared)
}
