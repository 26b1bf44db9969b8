//! The import of the communes of France: the whole file when it lies beside the repository, else as many synthetic rows of its shape.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use engine::Caller;
use exchange::{ImportOptions, Mapping};
use platform::{NewEnvironment, Options, Platform};
use rusqlite::{Connection, params_from_iter};

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

/// The file of rows that an import into this folder leaves.
pub(crate) fn imported(folder: &Path) -> PathBuf {
    folder.join("environments/import/environment.sqlite")
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

/// Rows that a bare batch writes.
const BATCH: usize = 1_000;

/// The bare database of that path with these tables of the one that the import left, empty, and that one beside it as `ours`.
fn tables_of(path: &Path, imported: &Path, names: &str) -> Result<Connection> {
    let connection = crate::bare::open(path)?;
    connection.create_collation("folded", dictionary::text::compare)?;
    connection.execute("ATTACH ?1 AS ours", [imported.to_str().context("a path in UTF-8")?])?;
    let tables = format!(
        "SELECT sql FROM ours.sqlite_schema WHERE sql IS NOT NULL AND tbl_name IN ({names}) ORDER BY type = 'index'"
    );
    let made: Vec<String> =
        connection.prepare(&tables)?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    made.iter().try_for_each(|sql| connection.execute_batch(sql))?;
    Ok(connection)
}

/// How long bare prepared inserts of the rows that the import left take, into the same table with the same indexes, in batches of 1 000. They lie in
/// memory as they are bound: no file is read, nothing else is written.
pub(crate) fn insert_same(path: &Path, imported: &Path) -> Result<Duration> {
    let mut connection = tables_of(path, imported, "'commune'")?;
    let rows: Vec<Vec<rusqlite::types::Value>> = {
        let mut all = connection.prepare("SELECT * FROM ours.commune ORDER BY _row")?;
        let columns = all.column_count();
        let cells = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
        all.query_map([], cells)?.collect::<Result<_, _>>()?
    };
    let columns = rows.first().context("the import left no row")?.len();
    let insert = format!("INSERT INTO commune VALUES ({})", vec!["?"; columns].join(", "));
    let start = Instant::now();
    for batch in rows.chunks(BATCH) {
        let transaction = connection.transaction()?;
        {
            let mut statement = transaction.prepare_cached(&insert)?;
            for row in batch {
                statement.execute(params_from_iter(row))?;
            }
        }
        transaction.commit()?;
    }
    Ok(start.elapsed())
}

/// How long SQLite alone takes for what the import left: the same rows, indexes, words to be found by, histories and journal entries, in batches of
/// as many rows, nothing checked and nothing hashed.
pub(crate) fn copy(path: &Path, imported: &Path) -> Result<Duration> {
    let connection = tables_of(path, imported, "'commune', '_history', '_entry', '_search'")?;
    let rows: i64 = connection.query_row("SELECT max(_row) FROM ours.commune", [], |row| row.get(0))?;
    let start = Instant::now();
    for first in (1..=rows).step_by(BATCH) {
        let batch = [first, first + BATCH as i64 - 1];
        connection.execute_batch("BEGIN IMMEDIATE")?;
        for part in COPY {
            connection.prepare_cached(part)?.execute(batch)?;
        }
        connection.execute_batch("COMMIT")?;
    }
    let took = start.elapsed();
    let histories: i64 = connection.query_row("SELECT count(*) FROM _history", [], |row| row.get(0))?;
    ensure!(histories == rows, "{histories} histories of {rows} rows");
    Ok(took)
}

/// What a batch copies.
const COPY: [&str; 4] = [
    "INSERT INTO commune SELECT * FROM ours.commune WHERE _row BETWEEN ?1 AND ?2",
    "INSERT INTO _search (rowid, text) SELECT _row, lower(concat_ws(' ', name, insee, postcodes))
        FROM ours.commune WHERE _row BETWEEN ?1 AND ?2",
    "INSERT INTO _history SELECT h.* FROM ours.commune c JOIN ours._history h ON h.record = c.id WHERE _row BETWEEN ?1 AND ?2",
    "INSERT OR IGNORE INTO _entry SELECT * FROM ours._entry
        WHERE position IN (SELECT version FROM ours.commune WHERE _row BETWEEN ?1 AND ?2)",
];

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
            for row in rows.by_ref().take(BATCH) {
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
