//! What can go wrong in a store.

/// Why a store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process has this environment open.
    #[error(
        "environment {environment} is open in another process ({holder}); stop it first, or use its address"
    )]
    Locked {
        /// Which one.
        environment: String,
        /// What the lock says of its holder.
        holder: String,
    },
    /// Two rows would share a unique key.
    #[error("unique key {key} of {entity} is taken")]
    Duplicate {
        /// Entity.
        entity: String,
        /// Name of the unique key.
        key: String,
    },
    /// A row refers to a file that is not in the store.
    #[error("file {hash} is not there: it is put before the record that refers to it")]
    MissingFile {
        /// Its hash.
        hash: String,
    },
    /// What it holds is being moved elsewhere, or was: nothing is written here any more.
    #[error("the environment is being moved: nothing is written just now")]
    Held,
    /// The disk is full: nothing of the unit was kept, reads go on.
    #[error("no space left on the disk of the store")]
    Full,
    /// The query ran longer than allowed.
    #[error("the query took longer than {timeout_ms} ms")]
    Timeout {
        /// Bound that was passed.
        timeout_ms: u64,
    },
    /// The database went away while it was committing, and did not come back in time to tell what became of it: the change may stand or not.
    /// Look before doing it again.
    #[error(
        "the database went away during a commit: the change may have been kept or not; look before doing it again"
    )]
    Uncertain {
        /// Why nothing more is known.
        source: Box<StoreError>,
    },
    /// The content is not what it should be: stop and restore.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// Anything else the database said.
    #[error("could not {action}")]
    Database {
        /// What was being done.
        action: &'static str,
        /// The driver's error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// A failure of the database or of its use, with its cause.
    pub(crate) fn database(
        action: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        StoreError::Database { action, source: source.into() }
    }

    /// The same again, for the other units of a group that failed as a whole.
    pub(crate) fn again(&self) -> StoreError {
        match self {
            StoreError::Locked { environment, holder } => {
                StoreError::Locked { environment: environment.clone(), holder: holder.clone() }
            }
            StoreError::Duplicate { entity, key } => {
                StoreError::Duplicate { entity: entity.clone(), key: key.clone() }
            }
            StoreError::MissingFile { hash } => StoreError::MissingFile { hash: hash.clone() },
            StoreError::Held => StoreError::Held,
            StoreError::Full => StoreError::Full,
            StoreError::Timeout { timeout_ms } => StoreError::Timeout { timeout_ms: *timeout_ms },
            StoreError::Uncertain { source } => StoreError::Uncertain { source: Box::new(source.again()) },
            StoreError::Damaged { what } => StoreError::Damaged { what: what.clone() },
            StoreError::Database { action, source } => StoreError::database(action, source.to_string()),
        }
    }
}
