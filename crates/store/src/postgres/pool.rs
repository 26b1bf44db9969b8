//! Connections of a process, shared by all its environments: a thousand environments do not mean a thousand connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::error::StoreError;
use crate::postgres::connection::{Connection, fault, is_lost};
use crate::postgres::reach::{Reach, not_proven};

/// Whoever finds no connection free waits this long for one.
const WAIT: Duration = Duration::from_secs(30);

/// A server that went away is awaited this long: it may be starting again.
const RETURN: Duration = Duration::from_secs(20);

/// Between two looks whether it is back.
const RETRY: Duration = Duration::from_millis(100);

/// Connections of one kind.
pub(crate) struct Pool {
    reach: Reach,
    max: usize,
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    open: usize,
}

impl Pool {
    pub(crate) fn new(reach: Reach, max: usize) -> Arc<Pool> {
        Arc::new(Pool { reach, max, state: Mutex::default(), freed: Condvar::new() })
    }

    /// A connection with a transaction begun in `schema`, and the row of the journal's head. Connections that broke meanwhile are replaced:
    /// nothing was asked of them yet.
    pub(crate) fn begin(
        self: &Arc<Pool>,
        schema: &str,
        begin: &str,
        head: &str,
    ) -> Result<(Lease, Option<Row>), StoreError> {
        let deadline = Instant::now() + RETURN;
        loop {
            let lease = self.take(schema, deadline)?;
            match lease.begin(schema, begin, head) {
                Ok(head) => return Ok((lease, head)),
                Err(error) if is_lost(&error) && Instant::now() < deadline => lease.give_up(),
                Err(error) => {
                    lease.give_up();
                    return Err(fault("begin a transaction")(error));
                }
            }
        }
    }

    /// A connection: one that served `schema` before if there is, else any, else a new one.
    pub(crate) fn take(self: &Arc<Pool>, schema: &str, deadline: Instant) -> Result<Lease, StoreError> {
        let until = Instant::now() + WAIT;
        let mut state = self.state.lock();
        loop {
            let place = state.idle.iter().rposition(|connection| connection.knows(schema));
            let found = match place {
                Some(place) => Some(state.idle.swap_remove(place)),
                None if state.open >= self.max => state.idle.pop(),
                None => None,
            };
            match found {
                Some(connection) if connection.is_broken() => state.open -= 1,
                Some(connection) => return Ok(Lease { pool: self.clone(), connection: Some(connection) }),
                None if state.open < self.max => {
                    state.open += 1;
                    break;
                }
                None => {
                    if self.freed.wait_until(&mut state, until).timed_out() {
                        let why = format!(
                            "all {} connections to the database were in use for {} s",
                            self.max,
                            WAIT.as_secs()
                        );
                        return Err(StoreError::database("reach the database", why));
                    }
                }
            }
        }
        drop(state);
        let opened = self.open(deadline);
        if opened.is_err() {
            self.forget_one();
        }
        Ok(Lease { pool: self.clone(), connection: Some(opened?) })
    }

    fn open(&self, deadline: Instant) -> Result<Connection, StoreError> {
        loop {
            let opened = Connection::open(&self.reach)
                .map_err(|error| StoreError::database("reach the database", error))?;
            match opened {
                Ok(connection) => return Ok(connection),
                Err(error) if is_away(&error) && Instant::now() < deadline => {
                    let mut state = self.state.lock();
                    // A look at the clock, not a sleep: whoever gives a connection back wakes us.
                    self.freed.wait_for(&mut state, RETRY);
                }
                Err(error) => match not_proven(&error) {
                    Some(why) => return Err(StoreError::database("reach the database", why)),
                    None => return Err(fault("reach the database")(error)),
                },
            }
        }
    }

    fn forget_one(&self) {
        self.state.lock().open -= 1;
        self.freed.notify_one();
    }
}

/// Whether a server that refuses may be starting, or full for a moment.
fn is_away(error: &tokio_postgres::Error) -> bool {
    is_lost(error) || error.code() == Some(&SqlState::TOO_MANY_CONNECTIONS)
}

/// A connection in use; goes back when dropped.
pub(crate) struct Lease {
    pool: Arc<Pool>,
    connection: Option<Connection>,
}

impl std::ops::Deref for Lease {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("the connection is there until the drop")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if connection.is_broken() {
            // Closing the link ends whatever transaction it was in.
            drop(connection);
            self.pool.forget_one();
            return;
        }
        self.pool.state.lock().idle.push(connection);
        self.pool.freed.notify_one();
    }
}
