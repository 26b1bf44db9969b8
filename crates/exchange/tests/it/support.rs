//! An environment in a folder of its own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dictionary::layers::Layer;
use dictionary::value::FileRef;
use dictionary::{Label, RecordId, Value};
use engine::{Caller, Clock, Draft, Environment, IdSource, Query, Record, Settings};
use exchange::recipe::Files;
use exchange::{ExchangeError, ImportOptions, Mapping, Outcome, Report, RowReport, Watch};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use store::sqlite::SqliteStore;
use tempfile::TempDir;

pub(crate) struct Steady(AtomicU64);

impl Clock for Steady {
    fn now(&self) -> Timestamp {
        let at = 1_795_417_200_000 + self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_millisecond(at.cast_signed()).unwrap()
    }
}

pub(crate) struct Counted(AtomicU64);

impl IdSource for Counted {
    fn next(&self, now: Timestamp) -> RecordId {
        let mut random = [7; 10];
        random[2..].copy_from_slice(&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let millisecond = now.as_millisecond().cast_unsigned();
        RecordId(uuid::Builder::from_unix_timestamp_millis(millisecond, &random).into_uuid())
    }
}

/// An environment, and a folder for files beside it.
pub(crate) struct World {
    pub(crate) environment: Environment,
    pub(crate) folder: TempDir,
}

pub(crate) fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules")
}

fn layer(name: &str) -> Layer {
    fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["data", "demo", "docs", "maps", "tests"].contains(&name.as_str()) {
                    gather(root, &path, files);
                }
            } else if name.ends_with(".toml") {
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let (root, mut files) = (modules().join(name), BTreeMap::new());
    gather(&root, &root, &mut files);
    Layer { name: name.into(), files }
}

/// What tests import: every type of field, lines, references, rules.
const SHOP: &str = include_str!("shop.toml");

impl World {
    /// Made of standard modules.
    pub(crate) fn of_modules(names: &[&str]) -> World {
        World::of(&names.iter().map(|name| layer(name)).collect::<Vec<_>>())
    }

    /// A small shop.
    pub(crate) fn shop() -> World {
        World::of(&[Layer::single("shop", SHOP)])
    }

    fn of(layers: &[Layer]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            name: "test".into(),
            zone: TimeZone::get("Europe/Paris").unwrap(),
            currency: "EUR".into(),
            query_timeout_ms: 60_000,
        };
        let (clock, ids) = (Arc::new(Steady(AtomicU64::new(0))), Arc::new(Counted(AtomicU64::new(0))));
        let store = SqliteStore::open(&folder.path().join("store"), "test", clock.now()).unwrap();
        let environment = Environment::create(settings, Arc::new(store), layers, clock, ids);
        let environment = environment.unwrap_or_else(|error| match error {
            engine::EngineError::Dictionary(faults) => {
                panic!(
                    "{}",
                    faults.iter().map(|f| f.render(dictionary::Language::En)).collect::<Vec<_>>().join("\n")
                )
            }
            other => panic!("{other:?}"),
        });
        World { environment, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), content).unwrap();
        self.path(name)
    }

    pub(crate) fn digest(&self) -> Vec<u8> {
        self.environment.head().unwrap().digest.to_vec()
    }

    pub(crate) fn create(&self, entity: &'static str, draft: Draft) -> RecordId {
        self.environment
            .transact(&Caller::system(), move |unit| unit.create(entity, None, draft))
            .unwrap()
            .value
    }

    pub(crate) fn records(&self, entity: &str) -> Vec<Record> {
        let mut query = Query { entity: entity.into(), limit: 500, ..Query::default() };
        let mut records = Vec::new();
        loop {
            let page = self.environment.list(&Caller::system(), &query).unwrap();
            records.extend(page.records);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return records,
            }
        }
    }

    /// The values of a field, in the order of the list, as text.
    pub(crate) fn column(&self, entity: &str, field: &str) -> Vec<String> {
        let dictionary = self.environment.dictionary();
        let described = dictionary.entity(entity).unwrap();
        let index = described.index(field).unwrap();
        let field = &described.fields[index];
        self.records(entity).iter().map(|r| field.kind.format(r.row.get(index), &field.options)).collect()
    }

    pub(crate) fn value(&self, entity: &str, key: (&str, &str), field: &str) -> Value {
        let record = self.environment.find(&Caller::system(), entity, key.0, key.1, &[]).unwrap();
        let dictionary = self.environment.dictionary();
        record.row.get(dictionary.entity(entity).unwrap().index(field).unwrap()).clone()
    }

    pub(crate) fn import(&self, entity: &str, file: &Path) -> Result<(Report, Told), ExchangeError> {
        self.import_with(file, &Mapping::default(), &ImportOptions::new(entity))
    }

    pub(crate) fn import_with(
        &self,
        file: &Path,
        mapping: &Mapping,
        options: &ImportOptions,
    ) -> Result<(Report, Told), ExchangeError> {
        let mut told = Told::default();
        let report =
            exchange::import(&self.environment, &Caller::system(), file, mapping, options, &mut told)?;
        Ok((report, told))
    }
}

/// Remembers rows; stops an import after so many batches.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) rows: Vec<RowReport>,
    pub(crate) batches: u64,
    pub(crate) stop_after: Option<u64>,
}

impl Told {
    pub(crate) fn outcomes(&self) -> Vec<(u64, Outcome)> {
        self.rows.iter().map(|row| (row.line, row.outcome)).collect()
    }

    /// Lines of refused rows with their reasons in English.
    pub(crate) fn refusals(&self) -> Vec<(u64, String)> {
        let refused = self.rows.iter().filter(|row| row.outcome == Outcome::Refuse);
        let text = |label: &Label| label.text(dictionary::Language::En).to_owned();
        refused.map(|row| (row.line, row.reasons.iter().map(text).collect::<Vec<_>>().join("; "))).collect()
    }
}

impl Watch for Told {
    fn progress(&mut self, _: &exchange::Progress) {
        self.batches += 1;
    }

    fn row(&mut self, row: &RowReport) {
        self.rows.push(row.clone());
    }

    fn stop(&self) -> bool {
        self.stop_after.is_some_and(|after| self.batches >= after)
    }
}

/// Files go into the store, as rows that refer to them ask for.
pub(crate) struct Kept<'a>(pub(crate) &'a World);

impl Files for Kept<'_> {
    fn keep(&self, path: &Path) -> Result<FileRef, ExchangeError> {
        let mut file = std::fs::File::open(path).map_err(ExchangeError::file("read", path))?;
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let media_type = if name.ends_with(".pdf") { "application/pdf" } else { "image/png" };
        let kept = store::files::put(self.0.environment.store().files(), &mut file, u64::MAX).unwrap();
        Ok(FileRef { name, media_type: media_type.into(), size: kept.size_bytes, hash: kept.hash })
    }
}
