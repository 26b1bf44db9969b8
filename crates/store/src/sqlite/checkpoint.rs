//! The log copied back into the database while the writer goes on.
//!
//! SQLite does it at the commit that finds the log long enough, and whoever waits for that commit waits for it too. Here a thread of its own copies
//! most of it; a commit then copies the little that came meanwhile, after which the log begins again from its start.

use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

use crate::sqlite::connection::Connection;

/// Pages of the log from which on it is copied back: 16 MiB.
const PAGES_MAX: u32 = 4_000;

/// Pages of the log beyond which writers wait for it to be copied back: 64 MiB.
const WAITED_FOR: u32 = 4 * PAGES_MAX;

/// How far the log of one database is copied back.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    running: Option<JoinHandle<()>>,
    /// Pages at which the log is looked at next.
    next: u32,
}

impl Checkpoints {
    /// Called after a commit, on its thread, with the connection that made it.
    pub(crate) fn after_commit(&self, connection: &Connection, file: &Path) {
        let pages = connection.log_pages.load(Ordering::Relaxed);
        let mut state = self.0.lock();
        if pages < PAGES_MAX {
            state.next = 0; // the log has begun again
        }
        if pages < PAGES_MAX.max(state.next) {
            return;
        }
        match state.running.take() {
            Some(running) if pages < WAITED_FOR && !running.is_finished() => state.running = Some(running),
            Some(running) => {
                drop(running.join());
                copy(connection);
                // Should readers hold the log where it is, or the disk be full, then later, and not at each commit.
                state.next = pages + PAGES_MAX;
            }
            None => {
                let file = file.to_owned();
                let beside = move || {
                    if let Ok(connection) = Connection::for_checkpoint(&file) {
                        copy(&connection);
                    }
                };
                match thread::Builder::new().name("checkpoint".to_owned()).spawn(beside) {
                    Ok(running) => state.running = Some(running),
                    Err(_) => copy(connection),
                }
                state.next = 0;
            }
        }
    }

    /// Waits until no thread has the database open.
    pub(crate) fn finish(&self) {
        let running = self.0.lock().running.take();
        drop(running.map(JoinHandle::join));
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Copies what readers let be copied. When that fails the log is only longer.
fn copy(connection: &Connection) {
    drop(connection.db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())));
}
