//! The file of an import on its way in: beside the other imports of the environment, until it has a folder of its own.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use platform::files::{FileError, Incoming, Kept};

/// Bytes of a file being written. Dropped before it has another place, it is gone.
pub(super) struct Upload {
    path: PathBuf,
    file: File,
    size_bytes: u64,
    size_bytes_max: u64,
}

/// Where an upload lies until it is taken; removed when dropped.
pub(super) struct Place(pub(super) PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // It was moved to where it stays, or is worth nothing.
        let _ = fs::remove_file(&self.0);
    }
}

impl Upload {
    pub(super) fn begin(path: &Path, size_bytes_max: u64) -> Result<Upload, FileError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed("make the folder of imports"))?;
        }
        let file = File::create(path).map_err(failed("write a file to import"))?;
        Ok(Upload { path: path.to_owned(), file, size_bytes: 0, size_bytes_max })
    }
}

impl Incoming for Upload {
    fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > self.size_bytes_max {
            return Err(FileError::TooLarge { size_bytes_max: self.size_bytes_max });
        }
        self.file.write_all(bytes).map_err(failed("write a file to import"))
    }

    fn content(&mut self) -> Result<Vec<u8>, FileError> {
        fs::read(&self.path).map_err(failed("read a file to import"))
    }

    fn finish(self: Box<Self>) -> Result<Kept, FileError> {
        self.file.sync_all().map_err(failed("write a file to import"))?;
        // Named by its import, not by its content.
        Ok(Kept { hash: String::new(), size_bytes: self.size_bytes })
    }
}

fn failed(action: &'static str) -> impl Fn(std::io::Error) -> FileError {
    move |source| match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::Full,
        _ => FileError::Io { action, source },
    }
}
