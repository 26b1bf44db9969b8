//! An environment of one test: its own folder, its own clock, its own words.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use dictionary::layers::Layer;
use dictionary::{Dictionary, Language, RecordId, Value};
use engine::{
    Caller, Clock, Draft, EngineError, Environment, Expand, Held, Input, LineDraft, Query, Record, Settings,
    TimeOrderedIds,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use journal::{Actor, Origin};
use store::SqliteStore;
use tempfile::TempDir;

/// A clock that moves by a second at each look, so that "last" means something.
#[derive(Debug)]
pub(crate) struct SteppingClock(AtomicI64);

impl SteppingClock {
    pub(crate) fn new() -> Arc<SteppingClock> {
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        Arc::new(SteppingClock(AtomicI64::new(start.as_second())))
    }
}

impl Clock for SteppingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.fetch_add(1, Ordering::Relaxed)).unwrap()
    }
}

/// An environment and the folder it lives in.
pub(crate) struct World {
    pub(crate) environment: Environment,
    pub(crate) clock: Arc<SteppingClock>,
    pub(crate) folder: TempDir,
}

impl World {
    /// Of a single layer.
    pub(crate) fn new(layer: &str) -> World {
        World::of(&[Layer::single("test", layer)])
    }

    pub(crate) fn of(layers: &[Layer]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let clock = SteppingClock::new();
        let environment = Environment::create(
            settings(),
            store(folder.path()),
            layers,
            clock.clone(),
            Arc::new(TimeOrderedIds),
        );
        World { environment: explained(environment), clock, folder }
    }

    /// Closes the environment and opens it again.
    pub(crate) fn reopened(self) -> World {
        let World { environment, clock, folder } = self;
        drop(environment);
        let environment =
            Environment::open(settings(), store(folder.path()), clock.clone(), Arc::new(TimeOrderedIds));
        World { environment: explained(environment), clock, folder }
    }

    pub(crate) fn dictionary(&self) -> Arc<Dictionary> {
        self.environment.dictionary()
    }

    pub(crate) fn create(&self, entity: &str, draft: Draft) -> RecordId {
        explained(self.try_create(entity, draft))
    }

    pub(crate) fn try_create(&self, entity: &str, draft: Draft) -> Result<RecordId, EngineError> {
        self.create_as(&admin(), entity, draft)
    }

    pub(crate) fn create_as(
        &self,
        caller: &Caller,
        entity: &str,
        draft: Draft,
    ) -> Result<RecordId, EngineError> {
        let entity = entity.to_owned();
        self.environment
            .transact(caller, move |unit| unit.create(&entity, None, draft))
            .map(|done| done.value)
    }

    pub(crate) fn update(&self, entity: &str, id: RecordId, draft: Draft) {
        explained(self.try_update(entity, id, None, draft));
    }

    pub(crate) fn try_update(
        &self,
        entity: &str,
        id: RecordId,
        expected: Option<u64>,
        draft: Draft,
    ) -> Result<(), EngineError> {
        self.update_as(&admin(), entity, id, expected, draft)
    }

    pub(crate) fn update_as(
        &self,
        caller: &Caller,
        entity: &str,
        id: RecordId,
        expected: Option<u64>,
        draft: Draft,
    ) -> Result<(), EngineError> {
        let entity = entity.to_owned();
        let work = move |unit: &mut dyn engine::Unit| unit.update(&entity, id, expected, draft);
        self.environment.transact(caller, work).map(|done| done.value)
    }

    pub(crate) fn delete(&self, entity: &str, id: RecordId) -> Result<(), EngineError> {
        let entity = entity.to_owned();
        self.environment.transact(&admin(), move |unit| unit.delete(&entity, id, None)).map(|done| done.value)
    }

    pub(crate) fn transition(&self, entity: &str, id: RecordId, name: &str) -> Result<(), EngineError> {
        let (entity, name) = (entity.to_owned(), name.to_owned());
        let work = move |unit: &mut dyn engine::Unit| unit.transition(&entity, id, None, &name);
        self.environment.transact(&admin(), work).map(|done| done.value)
    }

    pub(crate) fn get(&self, entity: &str, id: RecordId) -> Record {
        explained(self.environment.get(&admin(), entity, id, &[]))
    }

    pub(crate) fn expand(&self, entity: &str, id: RecordId, fields: &[&str]) -> Record {
        let expand: Vec<Expand> = fields.iter().map(|field| expand(field)).collect();
        explained(self.environment.get(&admin(), entity, id, &expand))
    }

    pub(crate) fn exists(&self, entity: &str, id: RecordId) -> bool {
        match self.environment.get(&admin(), entity, id, &[]) {
            Ok(_) => true,
            Err(EngineError::NotFound) => false,
            Err(other) => panic!("{other:?}"),
        }
    }

    /// The value of a field, read anew.
    pub(crate) fn value(&self, entity: &str, id: RecordId, field: &str) -> Value {
        self.value_of(&self.get(entity, id), field)
    }

    pub(crate) fn value_of(&self, record: &Record, field: &str) -> Value {
        let dictionary = self.dictionary();
        let entity = &dictionary.entities[record.entity];
        record.row.get(entity.index(field).unwrap_or_else(|| panic!("no field {field}"))).clone()
    }

    pub(crate) fn version(&self, entity: &str, id: RecordId) -> u64 {
        match self.value(entity, id, "version") {
            Value::Integer(version) => version.try_into().unwrap(),
            other => panic!("a version is an integer, not {other:?}"),
        }
    }

    /// Everything of an entity, in its default order.
    pub(crate) fn all(&self, entity: &str) -> Vec<Record> {
        let query = Query { entity: entity.to_owned(), limit: 1_000, ..Query::default() };
        explained(self.environment.list(&admin(), &query)).records
    }

    pub(crate) fn titles(&self, entity: &str) -> Vec<String> {
        self.all(entity).into_iter().map(|record| record.title).collect()
    }
}

pub(crate) fn settings() -> Settings {
    Settings {
        name: "acme".to_owned(),
        zone: TimeZone::get("Europe/Paris").unwrap(),
        currency: "EUR".to_owned(),
        query_timeout_ms: 10_000,
    }
}

pub(crate) fn store(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(folder, "acme", "2026-11-23T09:00:00Z".parse().unwrap()).unwrap())
}

/// An administrator through the API, nobody in particular.
pub(crate) fn admin() -> Caller {
    Caller {
        actor: Actor::User(RecordId::parse("01940000-0000-7000-8000-000000000001").unwrap()),
        name: "Ada".to_owned(),
        held: Held::everything(),
        language: Language::Fr,
        origin: Origin::Api,
        device: None,
        request: Some("r1".to_owned()),
        viewed: None,
    }
}

/// Who may only look.
pub(crate) fn reader() -> Caller {
    Caller { held: Held::new(["reader"]), ..admin() }
}

pub(crate) fn expand(field: &str) -> Expand {
    Expand { field: field.to_owned(), ..Expand::default() }
}

pub(crate) fn draft() -> Draft {
    Draft::default()
}

/// A draft of texts as people write them.
pub(crate) fn written(fields: &[(&str, &str)]) -> Draft {
    let mut draft = Draft::default();
    for (field, text) in fields {
        draft.fields.insert((*field).to_owned(), Input::Text((*text).to_owned()));
    }
    draft
}

pub(crate) fn with_lines(mut draft: Draft, field: &str, lines: Vec<(Option<RecordId>, Draft)>) -> Draft {
    let lines = lines.into_iter().map(|(id, draft)| LineDraft { id, draft }).collect();
    draft.fields.insert(field.to_owned(), Input::Lines(lines));
    draft
}

pub(crate) fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// Field and code of each problem, in the order they were found.
pub(crate) fn problems<T: std::fmt::Debug>(result: Result<T, EngineError>) -> Vec<(String, &'static str)> {
    match result {
        Err(EngineError::Validation(problems)) => problems.into_iter().map(|p| (p.field, p.code)).collect(),
        other => panic!("expected a refusal on fields, got {other:?}"),
    }
}

/// The value, or a panic that shows the whole of what went wrong.
pub(crate) fn explained<T>(result: Result<T, EngineError>) -> T {
    match result {
        Ok(value) => value,
        Err(EngineError::Dictionary(faults)) => {
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}", faults.join("\n"))
        }
        Err(other) => panic!("{other:#?}"),
    }
}
