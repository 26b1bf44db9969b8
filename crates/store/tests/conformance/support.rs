//! Stores to test, a dictionary for them, and short words for rows and units of work.

use std::path::Path;
use std::sync::Arc;

use dictionary::model::Entity;
use dictionary::{Dictionary, Layer, RecordId, Value, compile};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journal::{Actor, Cause, Origin, Position};
use store::postgres::Connections;
use store::{
    Context, PostgresDatabase, PostgresStore, Row, SqliteStore, Store, StoreError, Transaction, UnitError,
};
use tempfile::TempDir;
use uuid::Uuid;

/// A store on data of its own, thrown away at the end.
pub(crate) struct TestStore {
    pub(crate) store: Option<Box<dyn Store>>,
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) folder: TempDir,
    kind: &'static Kind,
    /// Nothing damages it: at the end, chain, digest and records are verified.
    pub(crate) sound: bool,
}

/// Whatever a test did, the environment is whole after it.
impl Drop for TestStore {
    fn drop(&mut self) {
        let Some(store) = self.store.as_deref().filter(|_| self.sound && !std::thread::panicking()) else {
            return;
        };
        let snapshot = store.snapshot().unwrap();
        let report = store::verify(&*snapshot, &self.dictionary, &mut |_, _| {}).unwrap();
        assert!(report.is_whole(), "{:?}", report.findings);
    }
}

/// A kind of store.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    open: fn(&Path) -> Result<Box<dyn Store>, StoreError>,
}

/// Every kind of store.
pub(crate) static KINDS: &[Kind] =
    &[Kind { name: "sqlite", open: open_sqlite }, Kind { name: "postgres", open: open_postgres }];

fn open_sqlite(folder: &Path) -> Result<Box<dyn Store>, StoreError> {
    Ok(Box::new(SqliteStore::open(folder, "acme", moment(0))?))
}

/// In a place of the test's own, whose address is kept in the folder so that it can be opened again.
fn open_postgres(folder: &Path) -> Result<Box<dyn Store>, StoreError> {
    let noted = folder.join("address");
    let address = std::fs::read_to_string(&noted).unwrap_or_else(|_| {
        let address = test_postgres::address();
        std::fs::write(&noted, &address).unwrap();
        address
    });
    let database = PostgresDatabase::open(&address, Connections::default())?;
    Ok(Box::new(PostgresStore::open(&database, "acme", &folder.join("files"))?))
}

/// Runs a test on every kind of store, each on the standard dictionary.
pub(crate) fn each(mut test: impl FnMut(TestStore)) {
    for kind in KINDS {
        eprintln!("on {}", kind.name); // shown with a failure
        test(TestStore::new(kind, compiled(STANDARD)));
    }
}

/// Runs a test on one kind of store.
#[allow(dead_code, reason = "for tests of one kind of store, which share this file")]
pub(crate) fn on(name: &str, mut test: impl FnMut(TestStore)) {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    let mut store = TestStore::new(kind.expect("a kind of store of that name"), compiled(STANDARD));
    store.sound = false;
    test(store);
}

/// Seconds after the moment at which tests play.
pub(crate) fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

/// The `n`th record id of a test.
pub(crate) fn id(n: u128) -> RecordId {
    RecordId(Uuid::from_u128(0x0192_f3a0_0000_7000_8000_0000_0000_0000 + n))
}

/// A cause at that second, by the user of that number.
pub(crate) fn cause(seconds: i64, user: u128) -> Cause {
    Cause {
        at: moment(seconds),
        actor: Actor::User(id(user)),
        origin: Origin::Api,
        device: None,
        request: Some("r-1".into()),
    }
}

/// Midnight questions are asked in Paris.
pub(crate) fn context() -> Context {
    Context { now: moment(0), zone: TimeZone::get("Europe/Paris").unwrap(), me: Some(id(900)) }
}

/// Accounts with most types of field, and their visits.
pub(crate) const STANDARD: &str = r#"
[entities.account]
label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
code = { prefix = "T", width = 6 }
search = ["name", "main_address.city"]
order = ["name"]
[entities.account.fields.name]
type = "text"
label = { fr = "Nom" }
[entities.account.fields.siren]
type = "text"
label = { fr = "SIREN" }
unique = true
[entities.account.fields.balance]
type = "decimal"
precision = 18
scale = 2
label = { fr = "Solde" }
[entities.account.fields.staff]
type = "integer"
label = { fr = "Effectif" }
indexed = true
[entities.account.fields.blocked]
type = "boolean"
label = { fr = "Bloqué" }
[entities.account.fields.founded]
type = "date"
label = { fr = "Créé le" }
[entities.account.fields.opens]
type = "time"
label = { fr = "Ouvre à" }
[entities.account.fields.seen]
type = "datetime"
label = { fr = "Vu le" }
[entities.account.fields.main_address]
type = "address"
label = { fr = "Adresse" }
[entities.account.fields.place]
type = "point"
label = { fr = "Position" }
[entities.account.fields.logo]
type = "image"
label = { fr = "Logo" }
[entities.account.fields.extra]
type = "json"
label = { fr = "Divers" }
[entities.account.fields.parent]
type = "reference"
to = "account"
label = { fr = "Maison mère" }
[entities.account.fields.visits]
type = "lines"
of = "visit"
by = "account"
label = { fr = "Visites" }

[entities.visit]
label = { fr = "Visite", en = "Visit" }
plural = { fr = "Visites", en = "Visits" }
lines_of = "account"
title = "{subject}"
[entities.visit.fields.account]
type = "reference"
to = "account"
on_delete = "cascade"
label = { fr = "Tiers" }
[entities.visit.fields.subject]
type = "text"
label = { fr = "Objet" }
[entities.visit.fields.amount]
type = "decimal"
precision = 18
scale = 4
label = { fr = "Montant" }
[entities.visit.unique.subject]
fields = ["account", "subject"]
"#;

/// The dictionary of one layer.
pub(crate) fn compiled(layer: &str) -> Arc<Dictionary> {
    Arc::new(compile(&[Layer::single("test", layer)]).unwrap_or_else(|faults| panic!("{faults:#?}")))
}

/// A row of `entity` with an id and these values.
pub(crate) fn row(entity: &Entity, record: RecordId, values: &[(&str, Value)]) -> Row {
    let mut row = Row(vec![Value::Null; entity.fields.len()]);
    row.0[0] = Value::Id(record);
    for (field, value) in values {
        let index = entity.index(field).unwrap_or_else(|| panic!("no field {field}"));
        row.0[index] = value.clone();
    }
    row
}

/// A value of a row by name.
pub(crate) fn value<'r>(entity: &Entity, row: &'r Row, field: &str) -> &'r Value {
    row.get(entity.index(field).unwrap_or_else(|| panic!("no field {field}")))
}

impl TestStore {
    /// A store of that kind with `dictionary` in force.
    pub(crate) fn new(kind: &'static Kind, dictionary: Arc<Dictionary>) -> TestStore {
        let folder = TempDir::new().unwrap();
        let store = (kind.open)(folder.path()).unwrap();
        let test =
            TestStore { store: Some(store), dictionary: Arc::clone(&dictionary), folder, kind, sound: true };
        test.write(-1, move |tx| tx.migrate(None, &dictionary)).unwrap();
        test
    }

    /// The open store.
    pub(crate) fn store(&self) -> &dyn Store {
        self.store.as_deref().expect("the store is open")
    }

    /// Closes the store and opens it again.
    pub(crate) fn reopen(&mut self) {
        self.store = None;
        self.store = Some((self.kind.open)(self.folder.path()).unwrap());
    }

    /// An entity of the dictionary.
    pub(crate) fn entity(&self, name: &str) -> &Entity {
        self.dictionary.entity(name).unwrap_or_else(|| panic!("no entity {name}"))
    }

    /// Runs a unit of work at that second by user 900.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        seconds: i64,
        unit: impl FnOnce(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Position, T), StoreError> {
        let committed = self.store().write(Box::new(move |tx| {
            tx.set_cause(cause(seconds, 900));
            Ok(Box::new(unit(tx)?))
        }));
        match committed {
            Ok(done) => Ok((done.position, *done.value.downcast::<T>().expect("the unit's own type"))),
            Err(UnitError::Store(error)) => Err(error),
            Err(UnitError::Refused(_)) => unreachable!("units of tests do not refuse"),
        }
    }

    /// Adds an account with these values; returns the position.
    pub(crate) fn add_account(&self, record: RecordId, values: &[(&str, Value)]) -> Position {
        let dictionary = Arc::clone(&self.dictionary);
        let row = row(self.entity("account"), record, values);
        let text = value(self.entity("account"), &row, "name").as_text().map(str::to_owned);
        let added = self.write(record.0.as_u128() as i64 & 0xffff, move |tx| {
            tx.insert(dictionary.entity("account").unwrap(), row, text.as_deref())
        });
        added.unwrap().0
    }

    /// Changes one field of an account; returns the position.
    pub(crate) fn change_account(&self, record: RecordId, field: &'static str, to: Value) -> Position {
        let dictionary = Arc::clone(&self.dictionary);
        let changed = self.write(500, move |tx| {
            let entity = dictionary.entity("account").unwrap();
            let old = tx.get(entity, record)?.unwrap();
            let mut new = old.clone();
            new.0[entity.index(field).unwrap()] = to;
            let text = value(entity, &new, "name").as_text().map(str::to_owned);
            tx.update(entity, &old, new, text.as_deref())
        });
        changed.unwrap().0
    }

    /// The account as stored.
    pub(crate) fn account(&self, record: RecordId) -> Option<Row> {
        self.store().snapshot().unwrap().get(self.entity("account"), record).unwrap()
    }
}
