//! The least that could do the job: one table in SQLite, the same durability, no dictionary, no rights, no journal.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

use anyhow::{Context, Result, anyhow};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use rusqlite::{Connection, params};
use tokio::sync::oneshot;

const SCHEMA: &str = "
    CREATE TABLE person (id BLOB PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE account (id BLOB PRIMARY KEY, code TEXT, name TEXT NOT NULL, kind TEXT, city TEXT, postcode TEXT, owner BLOB,
        created_at INTEGER, updated_at INTEGER) STRICT;
    CREATE INDEX account_name ON account (name, id);";
const INSERT: &str = "INSERT INTO account VALUES (randomblob(16), ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)";
const LIST: &str = "SELECT lower(hex(a.id)), a.code, a.name, a.kind, a.city, a.postcode, a.created_at, lower(hex(p.id)), p.name
    FROM account a LEFT JOIN person p ON p.id = a.owner WHERE a.kind = 'customer' ORDER BY a.name, a.id LIMIT 50";

/// Durable as Tisserand is: WAL, one sync per commit.
pub(crate) fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// A bare database with that many accounts, and how long their insertion took in batches of 1 000.
pub(crate) fn fill(path: &Path, accounts: usize) -> Result<()> {
    let mut connection = open(path)?;
    connection.execute_batch(SCHEMA)?;
    connection
        .execute("INSERT INTO person VALUES (x'00000000000000000000000000000001', 'Ada Lenoir')", [])?;
    let mut done = 0;
    while done < accounts {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached(INSERT)?;
            for number in done..(done + 1_000).min(accounts) {
                let kind = if number % 3 == 0 { "customer" } else { "prospect" };
                insert.execute(params![
                    format!("T{number:06}"),
                    crate::account_name(number),
                    kind,
                    "Strasbourg",
                    "67000",
                    &[0_u8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1][..],
                    number as i64
                ])?;
            }
        }
        transaction.commit()?;
        done += 1_000;
    }
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
    let json: serde_json::Value = serde_json::from_str(&body)?;
    let name = json["name"].as_str().context("a name")?.to_owned();
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
    let mut rows = statement.query([])?;
    let mut value = Vec::new();
    while let Some(row) = rows.next()? {
        value.push(serde_json::json!({
            "id": row.get::<_, String>(0)?, "code": row.get::<_, String>(1)?, "name": row.get::<_, String>(2)?,
            "kind": row.get::<_, String>(3)?, "city": row.get::<_, String>(4)?, "postcode": row.get::<_, String>(5)?,
            "created_at": row.get::<_, i64>(6)?,
            "owner": {"id": row.get::<_, String>(7)?, "name": row.get::<_, String>(8)?},
        }));
    }
    Ok(serde_json::to_vec(&serde_json::json!({ "value": value }))?)
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
            statement.execute(params![
                "T000001",
                waiting.name,
                "prospect",
                "Strasbourg",
                "67000",
                None::<Vec<u8>>,
                1
            ])?;
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
