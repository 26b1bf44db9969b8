//! Memory of who is signed in and who may enter where. The truth is in `platform`; its journal tells what to forget, so that a session
//! deleted anywhere, by anybody, ends at once.

use std::collections::HashMap;
use std::sync::Arc;

use dictionary::RecordId;
use engine::{Caller, Environment};
use journal::Position;
use parking_lot::Mutex;

use crate::access::Access;
use crate::directory;
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::providers::Vouched;
use crate::sessions::Session;
use crate::tokens::Token;
use crate::usage::Bounded;
use crate::users::User;

/// Entries of the journal read at a time; farther behind, everything is forgotten.
const ENTRIES_MAX: u32 = 500;
/// Sessions and tokens kept in memory at most.
const KEPT_MAX: usize = 50_000;

/// What was read, by what it is asked for.
#[derive(Debug, Default)]
pub(crate) struct Known {
    position: Position,
    pub(crate) sessions: HashMap<String, Session>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) users: HashMap<RecordId, User>,
    /// What identity providers that are active vouch for.
    pub(crate) providers: HashMap<RecordId, Vouched>,
    pub(crate) accesses: HashMap<(RecordId, String), Access>,
    pub(crate) environments: HashMap<String, Arc<EnvironmentInfo>>,
    /// How much environments may hold.
    pub(crate) bounded: HashMap<String, Bounded>,
}

/// The memory of one platform.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    known: Mutex<Known>,
}

impl Cache {
    /// What `pick` finds in memory, else what `read` reads from the environment, which `keep` then puts into memory.
    pub(crate) fn get<T>(
        &self,
        environment: &Environment,
        pick: impl FnOnce(&Known) -> Option<T>,
        read: impl FnOnce() -> Result<T, PlatformError>,
        keep: impl FnOnce(&mut Known, &T),
    ) -> Result<T, PlatformError> {
        let position = {
            let mut known = self.known.lock();
            known.catch_up(environment)?;
            if let Some(found) = pick(&known) {
                return Ok(found);
            }
            known.position
        };
        let found = read()?;
        let mut known = self.known.lock();
        // Something was written meanwhile: what was read may be older than what was just forgotten.
        if known.position == position {
            if known.sessions.len() + known.tokens.len() + known.accesses.len() > KEPT_MAX {
                known.forget_all();
            }
            keep(&mut known, &found);
        }
        Ok(found)
    }
}

impl Known {
    fn catch_up(&mut self, environment: &Environment) -> Result<(), PlatformError> {
        let head = environment.position();
        if head <= self.position {
            return Ok(());
        }
        if head - self.position > u64::from(ENTRIES_MAX) {
            self.forget_all();
            self.position = head;
            return Ok(());
        }
        while self.position < head {
            let entries = environment.entries(&Caller::system(), self.position, ENTRIES_MAX)?;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                for change in entry.changes.iter().flatten() {
                    self.forget(&change.entity, change.record);
                }
                self.position = entry.position;
            }
        }
        Ok(())
    }

    fn forget(&mut self, entity: &str, record: RecordId) {
        match entity {
            directory::SESSION => self.sessions.retain(|_, session| session.id != record),
            directory::TOKEN => self.tokens.retain(|_, token| token.id != record),
            directory::USER => {
                self.users.remove(&record);
                self.accesses.retain(|(user, _), _| *user != record);
            }
            directory::PROVIDER => {
                self.providers.remove(&record);
            }
            directory::ACCESS => self.accesses.retain(|_, access| access.id != record),
            directory::ENVIRONMENT | directory::ORGANISATION => {
                self.environments.clear();
                self.accesses.clear();
                self.bounded.clear();
            }
            directory::SUBSCRIPTION | directory::SUBSCRIPTION_QUOTA => self.bounded.clear(),
            _ => {}
        }
    }

    fn forget_all(&mut self) {
        *self = Known { position: self.position, ..Known::default() };
    }
}
