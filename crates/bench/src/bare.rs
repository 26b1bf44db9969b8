//! The least that could do the job: one table in SQLite with the same columns and rows, the same durability, no dictionary, no rights, no
//! journal.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use tokio::sync::oneshot;

/// The accounts of an environment and their owners, with all their columns but no index beyond what the page below and the key need.
const COPY: &str = "
    CREATE TABLE account AS SELECT * FROM ours.account;
    CREATE TABLE user AS SELECT * FROM ours.user;
    CREATE UNIQUE INDEX account_id ON account (id);
    CREATE UNIQUE INDEX account_code ON account (code);
    CREATE INDEX account_name ON account (name, id);
    CREATE UNIQUE INDEX user_id ON user (id);";
const INSERT: &str = "INSERT INTO account (id, code, name, kind, created_at, updated_at, version)
    VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)";
/// Number of the next row inserted: ids and codes rise, as ours do.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// What Tisserand's page reads: every column, and the owner's name.
const LIST: &str = "SELECT a.*, p.id, p.name FROM account a LEFT JOIN user p ON p.id = a.owner
    WHERE a.kind = 'customer' ORDER BY a.name, a.id LIMIT 50";

/// Durable as Tisserand is: WAL, one sync per commit.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// A bare database with the rows of an environment's, column by column.
pub(crate) fn fill(path: &Path, environment: &Path) -> Result<()> {
    let connection = open(path)?;
    // Named by the columns that are read; nothing is compared.
    connection.create_collation("folded", str::cmp)?;
    connection.execute("ATTACH ?1 AS ours", [environment.to_str().context("a path in UTF-8")?])?;
    connection.execute_batch(COPY)?;
    connection.execute_batch("DETACH ours")?;
    Ok(())
}

/// A bare server: `/constant` answers these bytes, `/insert` inserts a row durably (grouped commits), `/list` answers a page.
pub(crate) async fn serve(path: PathBuf, constant: Vec<u8>) -> Result<SocketAddr> {
    let state =
        Bare { inserts: writer(&path)?, readers: Arc::new(readers(&path)?), constant: constant.into() };
    let routes = Router::new()
        .route("/constant", get(async |State(bare): State<Bare>| bare.constant.clone()))
        .route("/insert", post(insert))
        .route("/list", get(list))
        .with_state(state);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(address)
}

#[derive(Clone)]
struct Bare {
    inserts: mpsc::SyncSender<Insert>,
    readers: Arc<Vec<Mutex<Connection>>>,
    constant: axum::body::Bytes,
}

struct Insert {
    name: String,
    done: oneshot::Sender<Result<()>>,
}

async fn insert(State(bare): State<Bare>, body: String) -> Result<StatusCode, Failed> {
    let body: Value = serde_json::from_str(&body)?;
    let name = body["name"].as_str().context("a name")?.to_owned();
    let (done, committed) = oneshot::channel();
    bare.inserts.send(Insert { name, done }).map_err(|_| anyhow!("the writer ended"))?;
    committed.await??;
    Ok(StatusCode::CREATED)
}

async fn list(State(bare): State<Bare>) -> Result<Vec<u8>, Failed> {
    let readers = bare.readers.clone();
    Ok(tokio::task::spawn_blocking(move || page(&readers)).await??)
}

fn page(readers: &[Mutex<Connection>]) -> Result<Vec<u8>> {
    let connection = readers
        .iter()
        .find_map(|reader| reader.try_lock().ok())
        .map_or_else(|| readers[0].lock().map_err(|_| anyhow!("a reader panicked")), Ok)?;
    let mut statement = connection.prepare_cached(LIST)?;
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let (own, owner) = names.split_at(names.len() - 2);
    let mut rows = statement.query([])?;
    let mut value = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = |names: &[String], from: usize| -> Result<Map<String, Value>> {
            let cells = names.iter().enumerate();
            cells.map(|(index, name)| Ok((name.clone(), json(row.get_ref(from + index)?)))).collect()
        };
        let mut record = cells(own, 0)?;
        record.insert("owner".to_owned(), Value::Object(cells(owner, own.len())?));
        value.push(Value::Object(record));
    }
    Ok(serde_json::to_vec(&serde_json::json!({ "value": value }))?)
}

fn json(cell: ValueRef<'_>) -> Value {
    match cell {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    }
}

fn readers(path: &Path) -> Result<Vec<Mutex<Connection>>> {
    (0..4).map(|_| Ok(Mutex::new(open(path)?))).collect()
}

/// One thread inserts whatever waits, and syncs once for all of it.
fn writer(path: &Path) -> Result<mpsc::SyncSender<Insert>> {
    let mut connection = open(path)?;
    let (sender, receiver) = mpsc::sync_channel::<Insert>(1_024);
    thread::spawn(move || {
        while let Ok(first) = receiver.recv() {
            let group: Vec<Insert> = std::iter::once(first).chain(receiver.try_iter().take(255)).collect();
            let result = insert_group(&mut connection, &group).map_err(|error| error.to_string());
            for waiting in group {
                let _ = waiting.done.send(result.clone().map_err(|text| anyhow!(text)));
            }
        }
    });
    Ok(sender)
}

fn insert_group(connection: &mut Connection, group: &[Insert]) -> Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut statement = transaction.prepare_cached(INSERT)?;
        for waiting in group {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let id = (u128::MAX - u128::from(u64::MAX) + u128::from(number)).to_be_bytes();
            let code = format!("U{number:09}");
            statement.execute(params![id, code, waiting.name, "prospect", 1_700_000_000_000_000_i64, 1])?;
        }
    }
    transaction.commit()?;
    Ok(())
}

struct Failed(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Failed {
    fn from(error: E) -> Failed {
        Failed(error.into())
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> axum::response::Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{:#}", self.0)).into_response()
    }
}
