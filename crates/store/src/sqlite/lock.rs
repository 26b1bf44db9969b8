//! One process at a time: the lock of an environment's folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;

use crate::error::StoreError;

/// The system lets go of it when the process ends, whatever way it ends. Dropping it lets go too.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock of `folder`, or says who has it.
    pub(crate) fn take(folder: &Path, environment: &str, now: Timestamp) -> Result<FolderLock, StoreError> {
        let path = folder.join("lock");
        let failed = |error| StoreError::database("lock the environment's folder", error);
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = options.map_err(|error: std::io::Error| failed(error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let said = fs::read_to_string(&path).unwrap_or_default();
                let holder = match said.trim() {
                    "" => "unknown process".to_owned(),
                    said => said.to_owned(),
                };
                return Err(StoreError::Locked { environment: environment.to_owned(), holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let holder = format!("process {} since {now:.0}\n", std::process::id());
        let write = |file: &mut File| -> std::io::Result<()> {
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(holder.as_bytes())
        };
        // A full disk must not keep a store from opening: the lock holds without its text.
        drop(write(&mut file));
        Ok(FolderLock { _file: file })
    }
}
