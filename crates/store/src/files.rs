//! The bytes of file fields: content-addressed, so that the same picture is kept once and a changed one shows.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use parking_lot::Mutex;

/// Bytes read at a time.
const CHUNK_BYTES: usize = 64 * 1024;

/// Folder of files being written.
const INCOMING: &str = "incoming";

/// File whose lock is shared by those who put contents in their places, and held alone by who removes some.
const PLACES: &str = "places.lock";

/// End of the name of the file whose lock says that somebody writes in a folder.
const LOCK: &str = "lock";

/// Why a file could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The content is larger than allowed; nothing was kept.
    #[error("the file is larger than {size_bytes_max} bytes")]
    TooLarge {
        /// The bound.
        size_bytes_max: u64,
    },
    /// No room; nothing was kept.
    #[error("no space left for files")]
    Full,
    /// Anything else the file system said.
    #[error("could not {action}")]
    Io {
        /// What was being done.
        action: &'static str,
        /// The system's error.
        source: std::io::Error,
    },
}

fn failed(action: &'static str) -> impl Fn(std::io::Error) -> FileError {
    move |source| match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => FileError::Full,
        _ => FileError::Io { action, source },
    }
}

/// A content that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size_bytes: u64,
}

/// A content that is there, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size_bytes: u64,
    /// When it was last received, by the clock of the file system.
    pub kept_at: Timestamp,
}

/// Files of one environment.
pub trait FileStore: Send + Sync {
    /// Begins to keep a content of at most `size_bytes_max`. Dropped before [`Incoming::finish`], it leaves nothing.
    fn begin(&self, size_bytes_max: u64) -> Result<Box<dyn Incoming>, FileError>;

    /// Size in bytes of a content; `None` when it is not here.
    fn size(&self, hash: &str) -> Result<Option<u64>, FileError>;

    /// Bytes of a content from `offset`, at most `length`, fewer only at its end; `None` when it is not here.
    fn read(&self, hash: &str, offset: u64, length: usize) -> Result<Option<Vec<u8>>, FileError>;

    /// Tells every content that is kept, in any order. One that is being received is not among them.
    fn list(&self, each: &mut dyn FnMut(Content)) -> Result<(), FileError>;

    /// Removes a content that was last received before `kept_before`; answers whether it did. One that is received at the same time stays.
    ///
    /// Whoever calls this knows that nothing names the content, and keeps others from naming it meanwhile.
    fn remove(&self, hash: &str, kept_before: Timestamp) -> Result<bool, FileError>;

    /// Whether a content is here and still hashes to its name.
    fn is_whole(&self, hash: &str) -> Result<bool, FileError> {
        let mut hasher = blake3::Hasher::new();
        let mut offset = 0;
        loop {
            let Some(bytes) = self.read(hash, offset, CHUNK_BYTES)? else { return Ok(false) };
            if bytes.is_empty() {
                return Ok(hasher.finalize().to_hex().as_str() == hash);
            }
            hasher.update(&bytes);
            offset += bytes.len() as u64;
        }
    }
}

/// A content on its way in.
pub trait Incoming: Send {
    /// Takes the next bytes. After an error the content is lost.
    fn write(&mut self, bytes: &[u8]) -> Result<(), FileError>;

    /// What has come so far.
    fn content(&mut self) -> Result<Vec<u8>, FileError>;

    /// Makes it durable under its hash. The same content may be there already.
    fn finish(self: Box<Self>) -> Result<Kept, FileError>;
}

/// Keeps everything that `content` gives.
pub fn put(files: &dyn FileStore, content: &mut dyn Read, size_bytes_max: u64) -> Result<Kept, FileError> {
    let mut incoming = files.begin(size_bytes_max)?;
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return incoming.finish(),
            Ok(count) => incoming.write(&buffer[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(FileError::Io { action: "read the file's content", source }),
        }
    }
}

/// Whether `hash` is 64 lower-case hexadecimal digits, the only names that reach the file system.
fn is_hash(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Files in a local folder: `ab/cd…` under the hash `abcd…`. Any number of processes may share it.
#[derive(Debug)]
pub struct LocalFiles {
    folder: PathBuf,
    /// Number of the next incoming file.
    next: AtomicU64,
    /// This handle's own folder of files being written, made at the first one.
    incoming: Mutex<Option<Arc<Workplace>>>,
}

/// A folder of files being written. The lock beside it says that somebody still writes there.
#[derive(Debug)]
struct Workplace {
    folder: PathBuf,
    _lock: File,
}

impl Workplace {
    /// A new one in the folder of all of them.
    fn make(incoming: &Path) -> std::io::Result<Workplace> {
        fs::create_dir_all(incoming)?;
        for number in 0_u32.. {
            let folder = incoming.join(format!("{}-{number}", std::process::id()));
            let path = folder.with_extension(LOCK);
            let lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                opened => opened?,
            };
            // Another process that sweeps may have taken it in between: then it has removed it.
            if lock.try_lock().is_ok() && path.exists() {
                fs::create_dir(&folder)?;
                return Ok(Workplace { folder, _lock: lock });
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // Left to the next opening when it cannot be removed.
        drop(fs::remove_dir_all(&self.folder));
        drop(fs::remove_file(self.folder.with_extension(LOCK)));
    }
}

/// Removes what writers that are no more left half-written.
fn sweep(incoming: &Path) -> std::io::Result<()> {
    let entries = match fs::read_dir(incoming) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let gone = |removed: std::io::Result<()>| match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == LOCK) {
            let Ok(lock) = File::open(&path) else { continue };
            if lock.try_lock().is_ok() {
                gone(fs::remove_dir_all(path.with_extension("")))?;
                gone(fs::remove_file(&path))?;
            }
        } else if path.is_file() {
            gone(fs::remove_file(&path))?; // of an older version of Tisserand
        }
    }
    Ok(())
}

impl LocalFiles {
    /// Files of `folder`, which is made at the first one. What a crash left half-written is removed.
    pub fn open(folder: &Path) -> Result<LocalFiles, FileError> {
        sweep(&folder.join(INCOMING)).map_err(failed("remove files half-written"))?;
        Ok(LocalFiles { folder: folder.to_owned(), next: AtomicU64::new(0), incoming: Mutex::default() })
    }

    /// Where this handle writes.
    fn workplace(&self) -> std::io::Result<Arc<Workplace>> {
        let mut incoming = self.incoming.lock();
        if let Some(workplace) = &*incoming {
            return Ok(workplace.clone());
        }
        let workplace = Arc::new(Workplace::make(&self.folder.join(INCOMING))?);
        Ok(incoming.insert(workplace).clone())
    }

    /// The lock of the places of contents, not taken yet.
    fn places(folder: &Path) -> std::io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).open(folder.join(PLACES))
    }

    fn path(&self, hash: &str) -> Option<PathBuf> {
        is_hash(hash).then(|| self.folder.join(&hash[..2]).join(&hash[2..]))
    }

    fn existing(&self, hash: &str) -> Result<Option<File>, FileError> {
        let Some(path) = self.path(hash) else { return Ok(None) };
        match File::open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("open a file")(error)),
        }
    }
}

impl FileStore for LocalFiles {
    fn begin(&self, size_bytes_max: u64) -> Result<Box<dyn Incoming>, FileError> {
        let workplace = self.workplace().map_err(failed("make the folder of files"))?;
        let path = workplace.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let file = OpenOptions::new().write(true).create_new(true).open(&path);
        Ok(Box::new(LocalIncoming {
            folder: self.folder.clone(),
            file: file.map_err(failed("begin a file"))?,
            path,
            hasher: blake3::Hasher::new(),
            size_bytes: 0,
            size_bytes_max,
            _workplace: workplace,
        }))
    }

    fn size(&self, hash: &str) -> Result<Option<u64>, FileError> {
        let file = self.existing(hash)?;
        file.map(|file| file.metadata().map(|data| data.len())).transpose().map_err(failed("measure a file"))
    }

    fn read(&self, hash: &str, offset: u64, length: usize) -> Result<Option<Vec<u8>>, FileError> {
        let Some(mut file) = self.existing(hash)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(length as u64).read_to_end(&mut bytes))
            .map_err(failed("read a file"))?;
        Ok(Some(bytes))
    }

    fn list(&self, each: &mut dyn FnMut(Content)) -> Result<(), FileError> {
        let failed = failed("list the files");
        let Some(folders) = present(fs::read_dir(&self.folder)).map_err(&failed)? else { return Ok(()) };
        for folder in folders {
            let folder = folder.map_err(&failed)?;
            let Some(start) = folder.file_name().to_str().filter(|name| name.len() == 2).map(str::to_owned)
            else {
                continue;
            };
            for file in fs::read_dir(folder.path()).map_err(&failed)? {
                let file = file.map_err(&failed)?;
                let hash = format!("{start}{}", file.file_name().to_string_lossy());
                if !is_hash(&hash) {
                    continue;
                }
                // Gone since it was told: removed by somebody else.
                let Some(data) = present(file.metadata()).map_err(&failed)? else { continue };
                let kept_at = kept_at(&data).map_err(&failed)?;
                each(Content { hash, size_bytes: data.len(), kept_at });
            }
        }
        Ok(())
    }

    fn remove(&self, hash: &str, kept_before: Timestamp) -> Result<bool, FileError> {
        let failed = failed("remove a file");
        let Some(path) = self.path(hash) else { return Ok(false) };
        if present(fs::metadata(&path)).map_err(&failed)?.is_none() {
            return Ok(false);
        }
        let places = LocalFiles::places(&self.folder).map_err(&failed)?;
        places.lock().map_err(&failed)?;
        let Some(data) = present(fs::metadata(&path)).map_err(&failed)? else { return Ok(false) };
        if kept_at(&data).map_err(&failed)? >= kept_before {
            return Ok(false);
        }
        fs::remove_file(&path).map_err(&failed)?;
        Ok(true)
    }
}

/// What there is; nothing when it is not there.
fn present<T>(found: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// When a content was last put in its place: it is written anew each time it is received.
fn kept_at(data: &fs::Metadata) -> std::io::Result<Timestamp> {
    Timestamp::try_from(data.modified()?).map_err(std::io::Error::other)
}

/// A file written aside until it is whole.
struct LocalIncoming {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    size_bytes: u64,
    size_bytes_max: u64,
    /// Stays as long as somebody writes in it.
    _workplace: Arc<Workplace>,
}

impl LocalIncoming {
    /// Moves the whole, synced file under its hash, so that its name too survives a power cut.
    fn settle(&self, hash: &str) -> std::io::Result<()> {
        self.file.sync_all()?;
        let folder = self.folder.join(&hash[..2]);
        if !folder.is_dir() {
            fs::create_dir_all(&folder)?;
            File::open(&self.folder)?.sync_all()?;
        }
        let places = LocalFiles::places(&self.folder)?;
        places.lock_shared()?;
        // Whoever was there first has the same content: replacing it changes nothing but its age.
        fs::rename(&self.path, folder.join(&hash[2..]))?;
        File::open(&folder)?.sync_all()
    }
}

impl Incoming for LocalIncoming {
    fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.size_bytes += bytes.len() as u64;
        if self.size_bytes > self.size_bytes_max {
            return Err(FileError::TooLarge { size_bytes_max: self.size_bytes_max });
        }
        self.hasher.update(bytes);
        self.file.write_all(bytes).map_err(failed("write a file"))
    }

    fn content(&mut self) -> Result<Vec<u8>, FileError> {
        fs::read(&self.path).map_err(failed("read a file"))
    }

    fn finish(self: Box<Self>) -> Result<Kept, FileError> {
        if self.size_bytes > self.size_bytes_max {
            return Err(FileError::TooLarge { size_bytes_max: self.size_bytes_max });
        }
        let hash = self.hasher.finalize().to_hex().to_string();
        self.settle(&hash).map_err(failed("keep a file"))?;
        Ok(Kept { hash, size_bytes: self.size_bytes })
    }
}

impl Drop for LocalIncoming {
    fn drop(&mut self) {
        // Gone already when it was kept; left to the next opening when it cannot be removed.
        drop(fs::remove_file(&self.path));
    }
}
