//! The import of the communes of France: the whole file when it lies beside the repository, else as many synthetic rows of its shape.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use engine::Caller;
use exchange::{ImportOptions, Mapping};
use platform::{NewEnvironment, Options, Platform};
use rusqlite::params_from_iter;

const WHOLE: &str = "../shared/data/communes/communes_fr_2026.csv";
const SYNTHETIC_ROWS: usize = 35_000;
const COLUMNS: usize = 11;

/// A file of communes and its rows.
pub(crate) struct File {
    path: PathBuf,
    pub(crate) rows: usize,
}

/// The file to import.
pub(crate) fn file(folder: &Path) -> Result<File> {
    let path = PathBuf::from(WHOLE);
    if path.exists() {
        let rows = std::fs::read_to_string(&path)?.lines().count() - 1;
        return Ok(File { path, rows });
    }
    let path = folder.join("synthetic-communes.csv");
    let mut text =
        "insee,nom,type,departement,region,siren,codes_postaux,population,lat,lon,coord_source\n".to_owned();
    for number in 0..SYNTHETIC_ROWS {
        writeln!(
            text,
            "{:05},Commune {number},commune-actuelle,67,44,,{:05},{number},48.5,7.7,synthetic",
            number + 1,
            67_000
        )?;
    }
    std::fs::write(&path, text)?;
    Ok(File { path, rows: SYNTHETIC_ROWS })
}

/// How long our import takes, journalled, in a new environment.
pub(crate) fn import(folder: &Path, file: &File) -> Result<Duration> {
    let platform = Platform::create(Options::new(folder))?;
    platform.environment_create(NewEnvironment::named("import", "Import", &["geography"]))?;
    let opened = platform.environment("import")?;
    let environment = &opened.engine;
    let caller = Caller::system();
    let modules = Path::new("modules/geography");
    for part in ["region", "departement"] {
        let mapping = Mapping::read(&modules.join(format!("maps/{part}s.toml")))?;
        let source = modules.join(format!("data/{part}s.csv"));
        exchange::import(environment, &caller, &source, &mapping, &ImportOptions::new(part), &mut ())?;
    }
    let mapping = Mapping::read(&modules.join("maps/communes.toml"))?;
    let start = Instant::now();
    let report = exchange::import(
        environment,
        &caller,
        &file.path,
        &mapping,
        &ImportOptions::new("commune"),
        &mut (),
    )?;
    let took = start.elapsed();
    ensure!(report.created as usize + report.refused as usize == file.rows, "unexpected import: {report:?}");
    Ok(took)
}

/// How long bare prepared inserts of the same rows take, in batches of 1 000.
pub(crate) fn insert(path: &Path, file: &File) -> Result<Duration> {
    let mut connection = crate::bare::open(path)?;
    connection.execute_batch(
        "CREATE TABLE commune (insee TEXT PRIMARY KEY, name TEXT, kind TEXT, departement TEXT, region TEXT, siren TEXT,
            postcodes TEXT, population INTEGER, latitude REAL, longitude REAL, source TEXT) STRICT;",
    )?;
    let start = Instant::now();
    let mut reader = csv::Reader::from_path(&file.path).context("reading the file")?;
    let mut rows = reader.records().peekable();
    while rows.peek().is_some() {
        let transaction = connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO commune VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?;
            for row in rows.by_ref().take(1_000) {
                let row = row?;
                ensure!(row.len() == COLUMNS, "a row of {} columns", row.len());
                statement
                    .execute(params_from_iter(row.iter().map(|cell| (!cell.is_empty()).then_some(cell))))?;
            }
        }
        transaction.commit()?;
    }
    Ok(start.elapsed())
}
