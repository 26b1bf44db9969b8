//! What other processes commit: told by `NOTIFY` as a hint, looked up in the journal's head as the truth.
//!
//! One thread and one connection per database. It tells others what was committed here, after the commit and outside it (a `NOTIFY` inside
//! a transaction makes all commits of the database wait for each other), and hears what they tell. Hints may be lost: the heads of
//! environments that somebody asks about are read every second all the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use journal::Position;
use parking_lot::{Condvar, Mutex};
use tokio::runtime::Builder;
use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, Error};

use crate::names::quoted;
use crate::postgres::reach::Reach;

/// The heads of environments in use are read this often.
const LOOK: Duration = Duration::from_secs(1);

/// Channel of `NOTIFY`; the message is a schema and a position.
const CHANNEL: &str = "tisserand";

/// Where the journal of one environment stands, as far as this process knows.
#[derive(Debug)]
pub(crate) struct Watched {
    schema: String,
    position: Mutex<Position>,
    moved: Condvar,
    /// Somebody asked since the last look.
    asked: AtomicBool,
}

impl Watched {
    /// Never goes back: hints may overtake each other.
    pub(crate) fn reached(&self, position: Position) {
        let mut known = self.position.lock();
        if position > *known {
            *known = position;
            self.moved.notify_all();
        }
    }

    pub(crate) fn position(&self) -> Position {
        self.asked.store(true, Ordering::Relaxed);
        *self.position.lock()
    }

    pub(crate) fn wait_beyond(&self, after: Position, timeout_ms: u64) -> Position {
        let end = Instant::now() + Duration::from_millis(timeout_ms);
        let mut position = self.position.lock();
        while *position <= after {
            self.asked.store(true, Ordering::Relaxed);
            // In turns no longer than a look, so that who waits is known to ask.
            let turn = end.min(Instant::now() + LOOK);
            if self.moved.wait_until(&mut position, turn).timed_out() && Instant::now() >= end {
                break;
            }
        }
        *position
    }
}

/// The watch of one database.
#[derive(Debug)]
pub(crate) struct Hints {
    watched: Arc<Mutex<HashMap<String, Weak<Watched>>>>,
    committed: mpsc::UnboundedSender<String>,
}

impl Hints {
    /// Starts watching. The thread ends when this is dropped.
    pub(crate) fn start(reach: Reach) -> std::io::Result<Hints> {
        let (committed, outgoing) = mpsc::unbounded_channel();
        let watched: Arc<Mutex<HashMap<String, Weak<Watched>>>> = Arc::default();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let seen = watched.clone();
        std::thread::Builder::new().name("postgres-hints".into()).spawn(move || {
            let mut watch = Watch { reach, watched: seen, outgoing, waiting: BTreeSet::new() };
            runtime.block_on(async {
                while watch.follow().await.is_err() {
                    // The server is away: what was missed is read when it is back.
                    if watch.pause().await.is_none() {
                        return;
                    }
                }
            });
        })?;
        Ok(Hints { watched, committed })
    }

    /// Watches one environment.
    pub(crate) fn watch(&self, schema: &str, position: Position) -> Arc<Watched> {
        let mut watched = self.watched.lock();
        if let Some(known) = watched.get(schema).and_then(Weak::upgrade) {
            known.reached(position);
            return known;
        }
        watched.retain(|_, watched| watched.strong_count() > 0);
        let new = Arc::new(Watched {
            schema: schema.to_owned(),
            position: Mutex::new(position),
            moved: Condvar::new(),
            asked: AtomicBool::new(false),
        });
        watched.insert(schema.to_owned(), Arc::downgrade(&new));
        new
    }

    /// Tells other processes that something was committed.
    pub(crate) fn tell(&self, watched: &Watched, position: Position) {
        watched.reached(position);
        // The thread only ends with this; a hint that is not sent is read from the head within a second.
        drop(self.committed.send(format!("{position} {}", watched.schema)));
    }
}

/// What the thread works with.
struct Watch {
    reach: Reach,
    watched: Arc<Mutex<HashMap<String, Weak<Watched>>>>,
    outgoing: mpsc::UnboundedReceiver<String>,
    /// Hints not told yet.
    waiting: BTreeSet<String>,
}

impl Watch {
    /// Follows until this is to end (`Ok`) or the link breaks.
    async fn follow(&mut self) -> Result<(), Error> {
        let (client, mut link) = self.reach.connect().await?;
        let (told, mut heard) = mpsc::unbounded_channel();
        let broken = tokio::spawn(async move {
            loop {
                match std::future::poll_fn(|cx| link.poll_message(cx)).await {
                    Some(Ok(AsyncMessage::Notification(said))) => drop(told.send(said.payload().to_owned())),
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Some(error),
                    None => return None,
                }
            }
        });
        client
            .batch_execute(&format!("SET timezone TO 'UTC'; SET synchronous_commit TO off; LISTEN {CHANNEL}"))
            .await?;
        self.look(&client, true).await?;
        let mut turn = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                told = self.outgoing.recv() => {
                    let Some(told) = told else { return Ok(()) };
                    self.waiting.insert(told);
                    while let Ok(more) = self.outgoing.try_recv() {
                        self.waiting.insert(more);
                    }
                    self.tell(&client).await?;
                }
                said = heard.recv() => match said {
                    Some(said) => self.hear(&said),
                    None => {
                        if let Ok(Some(error)) = broken.await {
                            return Err(error);
                        }
                        return client.batch_execute("").await; // says that the link is gone
                    }
                },
                _ = turn.tick() => self.look(&client, false).await?,
            }
        }
    }

    /// A moment before the next try; `None` when this is to end.
    async fn pause(&mut self) -> Option<()> {
        let mut turn = tokio::time::interval(LOOK);
        turn.tick().await;
        loop {
            tokio::select! {
                told = self.outgoing.recv() => drop(self.waiting.insert(told?)),
                _ = turn.tick() => return Some(()),
            }
        }
    }

    async fn tell(&mut self, client: &Client) -> Result<(), Error> {
        let waiting: Vec<String> = std::mem::take(&mut self.waiting).into_iter().collect();
        let sql = format!("SELECT pg_notify('{CHANNEL}', hint) FROM unnest($1::text[]) AS hint");
        client.query_typed(&sql, &[(&waiting, tokio_postgres::types::Type::TEXT_ARRAY)]).await.map(drop)
    }

    fn hear(&self, said: &str) {
        let Some((position, schema)) = said.split_once(' ') else { return };
        let Ok(position) = position.parse() else { return };
        let watched = self.watched.lock().get(schema).and_then(Weak::upgrade);
        if let Some(watched) = watched {
            watched.reached(position);
        }
    }

    /// Reads the heads of environments that somebody asked about, or of `all`.
    async fn look(&self, client: &Client, all: bool) -> Result<(), Error> {
        let asked: Vec<Arc<Watched>> = {
            let watched = self.watched.lock();
            let watched = watched.values().filter_map(Weak::upgrade);
            watched.filter(|one| one.asked.swap(false, Ordering::Relaxed) || all).collect()
        };
        for watched in asked {
            let sql = format!("SELECT position FROM {}._head", quoted(&watched.schema));
            match client.query_typed(&sql, &[]).await {
                Ok(rows) => {
                    let position = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok());
                    watched.reached(position.unwrap_or(0) as u64);
                }
                // Its schema was moved away under it: whoever uses it is told.
                Err(error) if error.as_db_error().is_some() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
