//! One connection: statements prepared once, requests sent together and answered in order.
//!
//! The driver is asynchronous; each connection has an executor of its own, which runs on the thread that waits and nowhere else.
//! `docs/decisions/0020-postgresql-driver.md`.

use std::cell::{Cell as Slot, RefCell};
use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use dictionary::Value;
use dictionary::field_types::ColumnKind;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row, Statement};

use crate::error::StoreError;
use crate::layout::Layout;
use crate::postgres::cell::{Cell, Sent, decode};
use crate::postgres::duplicate;
use crate::postgres::reach::{Reach, not_proven};

/// Prepared statements kept by a connection.
const STATEMENTS_MAX: usize = 400;

/// What every session of ours is set to, whatever the server's own settings say.
const SESSION: &str = "SET timezone TO 'UTC'; SET standard_conforming_strings TO on; SET client_min_messages TO warning;
    SET idle_in_transaction_session_timeout TO '5min'; SET lock_timeout TO '30s'; SET synchronous_commit TO on; SET jit TO off";

/// What is asked of the server at once: one statement, and what its answer must be.
pub(crate) struct Request {
    pub(crate) sql: String,
    pub(crate) cells: Vec<Cell>,
    /// What was being done, for errors.
    pub(crate) action: &'static str,
    /// Called with how many rows it changed.
    pub(crate) check: Option<Check>,
    /// The table whose unique keys it may break.
    pub(crate) layout: Option<Arc<Layout>>,
}

/// What the number of rows that a statement changed must be, or why not.
pub(crate) type Check = Box<dyn FnOnce(u64) -> Result<(), StoreError> + Send>;

impl Request {
    /// A statement whose answer matters only if it is an error.
    pub(crate) fn new(action: &'static str, sql: impl Into<String>, cells: Vec<Cell>) -> Request {
        Request { sql: sql.into(), cells, action, check: None, layout: None }
    }
}

/// A connection, used by one thread at a time.
pub(crate) struct Connection {
    /// Before the client: what it still has to send is sent by the runtime.
    client: Client,
    runtime: Executor,
    prepared: RefCell<HashMap<Arc<str>, HashMap<String, Statement>>>,
    /// What statements are prepared for: a schema and the dictionary in force in it. Another dictionary has other columns.
    scope: RefCell<Arc<str>>,
    /// Sent with whatever is asked next.
    queue: RefCell<Vec<Request>>,
    timeout_ms: Slot<u64>,
    exchanges: Slot<u64>,
    /// A savepoint to go back to when a query fails, so that the next one runs.
    savepoint: Slot<Option<&'static str>>,
    broken: Slot<bool>,
}

/// An answer that will come.
type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + 'a>>;

/// How much was asked of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    exchanges: u64,
    waiting: usize,
}

/// What drives one connection, on the thread that waits for it.
struct Executor(Option<Runtime>);

impl std::ops::Deref for Executor {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        self.0.as_ref().expect("the executor is there until the drop")
    }
}

impl Drop for Executor {
    fn drop(&mut self) {
        // Not waited for: the last user of a connection may be a thread that must not block.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Connection {
    /// Connects. The outer error is the system's, the inner one the server's or the link's.
    pub(crate) fn open(reach: &Reach) -> std::io::Result<Result<Connection, Error>> {
        let runtime = Executor(Some(Builder::new_current_thread().enable_all().build()?));
        let connected = runtime.block_on(async {
            let (client, link) = reach.connect().await?;
            // Ends when the client is dropped or the link breaks; whoever asks next then hears of it.
            drop(tokio::spawn(link));
            client.batch_execute(SESSION).await?;
            Ok(client)
        });
        Ok(connected.map(|client| Connection {
            client,
            runtime,
            prepared: RefCell::default(),
            scope: RefCell::new("".into()),
            queue: RefCell::default(),
            timeout_ms: Slot::new(0),
            exchanges: Slot::new(0),
            savepoint: Slot::new(None),
            broken: Slot::new(false),
        }))
    }

    /// Whether nothing more can be asked of it.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken.get() || self.client.is_closed()
    }

    /// Never asks anything more of it.
    pub(crate) fn give_up(&self) {
        self.broken.set(true);
    }

    /// What statements are prepared for from now on.
    pub(crate) fn set_scope(&self, schema: &str, dictionary: &str) {
        *self.scope.borrow_mut() = format!("{schema}\0{dictionary}").into();
    }

    /// Whether it last served that schema: its statements are prepared here.
    pub(crate) fn knows(&self, schema: &str) -> bool {
        self.scope.borrow().split('\0').next() == Some(schema)
    }

    /// Begins a transaction in a schema and asks for the journal's head with it: one exchange.
    pub(crate) fn begin(&self, schema: &str, begin: &str, head: &str) -> Result<Option<Row>, Error> {
        self.queue.borrow_mut().clear();
        self.timeout_ms.set(0);
        self.savepoint.set(None);
        self.set_scope(schema, "");
        let statement = self.note(self.statement(head, None))?;
        let rows = self.runtime.block_on(async {
            let mut begun = Box::pin(self.client.batch_execute(begin));
            let mut read = Box::pin(self.client.query(&statement, &[]));
            let (begun_first, read_first) = sent_together(begun.as_mut(), read.as_mut()).await;
            match begun_first {
                Some(answer) => answer?,
                None => begun.await?,
            }
            match read_first {
                Some(answer) => answer,
                None => read.await,
            }
        });
        Ok(self.note(rows)?.into_iter().next())
    }

    /// Goes back to that savepoint when a query fails, until the next transaction: a snapshot outlives a query that took too long.
    pub(crate) fn go_back_to(&self, savepoint: &'static str) {
        self.savepoint.set(Some(savepoint));
    }

    /// Runs statements without parameters, after all that waits.
    pub(crate) fn batch(&self, action: &'static str, sql: &str) -> Result<(), StoreError> {
        self.flush()?;
        self.note(self.runtime.block_on(self.client.batch_execute(sql))).map_err(fault(action))
    }

    /// As [`Connection::batch`], with the driver's own error.
    pub(crate) fn batch_raw(&self, sql: &str) -> Result<(), Error> {
        self.note(self.runtime.block_on(self.client.batch_execute(sql)))
    }

    /// Sends statements whose answer nobody waits for. What goes wrong shows at the next use.
    pub(crate) fn send(&self, sql: &str) {
        self.queue.borrow_mut().clear();
        self.runtime.block_on(async {
            let mut asked = Box::pin(self.client.batch_execute(sql));
            let sent = poll_fn(|cx| Poll::Ready(asked.as_mut().poll(cx))).await;
            if let Poll::Ready(Err(_)) = sent {
                self.broken.set(true);
            }
            // The link has its turn, and writes.
            tokio::task::yield_now().await;
        });
    }

    /// Asks for something that is sent with what comes next.
    pub(crate) fn queue(&self, request: Request) {
        self.queue.borrow_mut().push(request);
    }

    /// A moment to which [`Connection::forget_since`] goes back.
    pub(crate) fn mark(&self) -> Mark {
        Mark { exchanges: self.exchanges.get(), waiting: self.queue.borrow().len() }
    }

    /// Forgets what was asked since `mark`, if nothing was sent since; says whether that was enough.
    pub(crate) fn forget_since(&self, mark: Mark) -> bool {
        let nothing_sent = mark.exchanges == self.exchanges.get();
        self.queue.borrow_mut().truncate(if nothing_sent { mark.waiting } else { 0 });
        nothing_sent
    }

    /// Bounds the time of the statements that follow; 0 for no bound.
    pub(crate) fn set_timeout(&self, timeout_ms: u64) {
        if self.timeout_ms.replace(timeout_ms) != timeout_ms {
            let sql = format!("SET LOCAL statement_timeout TO {timeout_ms}");
            self.queue(Request::new("bound the time of a query", sql, Vec::new()));
        }
    }

    /// Sends all that waits and checks the answers.
    pub(crate) fn flush(&self) -> Result<(), StoreError> {
        let waiting = self.queue.take();
        if waiting.is_empty() {
            return Ok(());
        }
        self.exchange(waiting, None).map(drop)
    }

    /// Rows of a statement, after all that waits: one exchange. `types`: those of the parameters, where the server cannot tell.
    pub(crate) fn query(
        &self,
        action: &'static str,
        sql: &str,
        cells: &[Cell],
        types: Option<&[Type]>,
    ) -> Result<Vec<Row>, StoreError> {
        let statement = self.note(self.statement(sql, types)).map_err(fault(action))?;
        let waiting = self.queue.take();
        let answer = self.exchange(waiting, Some((statement, cells, action)));
        if let (Err(_), Some(savepoint), false) = (&answer, self.savepoint.get(), self.is_broken()) {
            // The bound on time was set after it, and goes with it.
            self.timeout_ms.set(0);
            if self.batch_raw(&format!("ROLLBACK TO {savepoint}")).is_err() {
                self.give_up();
            }
        }
        answer
    }

    fn exchange(
        &self,
        mut waiting: Vec<Request>,
        last: Option<(Statement, &[Cell], &'static str)>,
    ) -> Result<Vec<Row>, StoreError> {
        self.exchanges.set(self.exchanges.get() + 1);
        let mut statements = Vec::with_capacity(waiting.len());
        for request in &waiting {
            let plain = request.cells.is_empty() && request.sql.starts_with("S"); // SET, SAVEPOINT
            statements.push(match plain {
                true => None,
                false => Some(self.note(self.statement(&request.sql, None)).map_err(fault(request.action))?),
            });
        }
        let ends: Vec<_> = waiting
            .iter_mut()
            .map(|request| (request.check.take(), request.layout.take(), request.action))
            .collect();
        self.runtime.block_on(async {
            // Every request is sent by its first poll, in order; answers come in that order too.
            let mut asked = Vec::with_capacity(waiting.len());
            for (request, statement) in waiting.iter().zip(&statements) {
                let client = &self.client;
                let answer: Asked<'_, u64> = match statement {
                    Some(statement) => {
                        let cells = &request.cells;
                        Box::pin(async move { client.execute_raw(statement, parameters(cells)).await })
                    }
                    None => Box::pin(async move { client.batch_execute(&request.sql).await.map(|()| 0) }),
                };
                asked.push((answer, None));
            }
            let mut read: Option<Asked<'_, Vec<Row>>> = last.as_ref().map(|(statement, cells, _)| {
                let cells: Vec<&(dyn ToSql + Sync)> =
                    cells.iter().map(|cell| cell as &(dyn ToSql + Sync)).collect();
                let client = &self.client;
                Box::pin(async move { client.query(statement, &cells).await })
                    as Pin<Box<dyn Future<Output = _>>>
            });
            let mut read_first = None;
            poll_fn(|cx| {
                for (answer, first) in &mut asked {
                    if let Poll::Ready(answer) = answer.as_mut().poll(cx) {
                        *first = Some(answer);
                    }
                }
                if let Some(read) = &mut read
                    && let Poll::Ready(answer) = read.as_mut().poll(cx)
                {
                    read_first = Some(answer);
                }
                Poll::Ready(())
            })
            .await;
            // All answers are taken, so that the link is clear; the first failure is the one that tells.
            let mut failure = None;
            for ((answer, first), (check, layout, action)) in asked.into_iter().zip(ends) {
                let answer = match first {
                    Some(answer) => answer,
                    None => answer.await,
                };
                let checked = match self.note(answer) {
                    Ok(count) => check.map_or(Ok(()), |check| check(count)),
                    Err(error) => Err(match layout {
                        Some(layout) => duplicate::explain(error, &layout, action),
                        None => fault(action)(error),
                    }),
                };
                if failure.is_none() {
                    failure = checked.err();
                }
            }
            let rows = match (read_first, read) {
                (Some(answer), _) => self.note(answer),
                (None, Some(read)) => self.note(read.await),
                (None, None) => Ok(Vec::new()),
            };
            match (failure, last) {
                (Some(failure), _) => Err(failure),
                (None, last) => rows.map_err(fault(last.map_or("write", |(_, _, action)| action))),
            }
        })
    }

    /// The statement, prepared here before or now.
    fn statement(&self, sql: &str, types: Option<&[Type]>) -> Result<Statement, Error> {
        let scope = self.scope.borrow().clone();
        if let Some(statement) = self.prepared.borrow().get(&scope).and_then(|known| known.get(sql)) {
            return Ok(statement.clone());
        }
        let statement = self.runtime.block_on(self.client.prepare_typed(sql, types.unwrap_or_default()))?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.values().map(HashMap::len).sum::<usize>() >= STATEMENTS_MAX {
            // What other schemas and older dictionaries needed goes first.
            prepared.retain(|known, _| *known == scope);
            if prepared.get(&scope).is_some_and(|known| known.len() >= STATEMENTS_MAX) {
                prepared.clear();
            }
        }
        prepared.entry(scope).or_default().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    /// Remembers that the link broke.
    fn note<T>(&self, answer: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &answer
            && is_lost(error)
        {
            self.broken.set(true);
        }
        answer
    }
}

fn parameters(cells: &[Cell]) -> impl ExactSizeIterator<Item = &(dyn ToSql + Sync)> {
    cells.iter().map(|cell| cell as &(dyn ToSql + Sync))
}

/// Polls two futures once, in order, so that both are sent before either is waited for.
async fn sent_together<A, B>(
    mut first: Pin<&mut impl Future<Output = A>>,
    mut second: Pin<&mut impl Future<Output = B>>,
) -> (Option<A>, Option<B>) {
    poll_fn(|cx| {
        let first = match first.as_mut().poll(cx) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        };
        let second = match second.as_mut().poll(cx) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        };
        Poll::Ready((first, second))
    })
    .await
}

/// Whether the link is gone, and with it everything that was not committed.
pub(crate) fn is_lost(error: &Error) -> bool {
    match error.code() {
        // A server that does not prove who it is does not do it at the next attempt either.
        None if not_proven(error).is_some() => false,
        None => error.is_closed() || error.as_db_error().is_none() && has_io_cause(error),
        Some(code) => {
            [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW].contains(code)
                || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        }
    }
}

fn has_io_cause(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<std::io::Error>() {
            return true;
        }
        cause = error.source();
    }
    false
}

/// The value of a column of a row.
pub(crate) fn value(row: &Row, index: usize, kind: ColumnKind) -> Result<Value, StoreError> {
    let sent: Sent<'_> = row.try_get(index).map_err(fault("read a row"))?;
    decode(kind, &sent)
}

/// What an error of the driver means to the caller.
pub(crate) fn fault(action: &'static str) -> impl Fn(Error) -> StoreError {
    move |error| match error.code() {
        Some(code) if *code == SqlState::DISK_FULL => StoreError::Full,
        Some(code) if *code == SqlState::QUERY_CANCELED => StoreError::Timeout { timeout_ms: 0 },
        Some(code) if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) => {
            StoreError::Damaged { what: error.to_string() }
        }
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => {
            StoreError::database(action, "others kept the environment busy for half a minute; try again")
        }
        _ => match error.as_db_error() {
            Some(said) => {
                StoreError::database(action, format!("{} ({})", said.message(), said.code().code()))
            }
            None => StoreError::database(action, error),
        },
    }
}
