//! Reading an archive: nothing of it is believed that its table of contents does not certify.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use journal::Entry;
use journal::json::entry_from_json;
use zip::ZipArchive;

use super::{FORMAT, JOURNAL, MANIFEST, Manifest, Part};
use crate::error::ExchangeError;

/// Bytes of the table of contents at most.
const MANIFEST_BYTES_MAX: u64 = 256 << 20;

/// An archive that was opened.
pub struct Archive {
    zip: ZipArchive<BufReader<File>>,
    path: PathBuf,
    manifest: Manifest,
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Archive {
    /// Opens an archive, and looks whether its parts are what it says they are.
    ///
    /// Errors: it cannot be read, is none of an environment, is of a newer form, or a part of it is missing or was altered.
    pub fn open(path: &Path) -> Result<Archive, ExchangeError> {
        let file = File::open(path).map_err(ExchangeError::file("read", path))?;
        let zip = ZipArchive::new(BufReader::new(file)).map_err(|_| not_one(path))?;
        let mut archive = Archive { zip, path: path.to_owned(), manifest: none() };
        let mut text = Vec::new();
        let part = archive.zip.by_name(MANIFEST).map_err(|_| not_one(path))?;
        part.take(MANIFEST_BYTES_MAX).read_to_end(&mut text).map_err(ExchangeError::file("read", path))?;
        archive.manifest = serde_json::from_slice(&text).map_err(|_| not_one(path))?;
        if archive.manifest.format > FORMAT {
            let shown = path.display();
            return Err(ExchangeError::refused(
                format!("{shown} a été fait par une version plus récente de Tisserand."),
                format!("{shown} was made by a newer version of Tisserand."),
            ));
        }
        for part in archive.manifest.parts.clone() {
            archive.check(&part)?;
        }
        Ok(archive)
    }

    /// What it is of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Whether it holds the journal, and can be brought back.
    pub fn has_journal(&self) -> bool {
        self.manifest.parts.iter().any(|part| part.path == JOURNAL)
    }

    /// Gives every content, and then every entry of the journal, in order.
    ///
    /// Errors: it cannot be read; what `file` and `entry` answer.
    pub fn bring_back<E: From<ExchangeError>>(
        &mut self,
        file: &mut dyn FnMut(&mut dyn Read) -> Result<(), E>,
        entry: &mut dyn FnMut(&Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        let parts = self.manifest.parts.clone();
        for part in parts.iter().filter(|part| part.path.starts_with("files/")) {
            let mut content = self.zip.by_name(&part.path).map_err(|_| altered(&self.path, part))?;
            file(&mut content)?;
        }
        let Ok(journal) = self.zip.by_name(JOURNAL) else { return Ok(()) };
        for line in BufReader::new(journal).lines() {
            let line = line.map_err(ExchangeError::file("read", &self.path))?;
            let json = serde_json::from_str(&line).ok();
            let read = json.and_then(|json| entry_from_json(&json).ok());
            entry(&read.ok_or_else(|| not_one(&self.path))?)?;
        }
        Ok(())
    }

    fn check(&mut self, part: &Part) -> Result<(), ExchangeError> {
        let mut content = self.zip.by_name(&part.path).map_err(|_| altered(&self.path, part))?;
        let mut hasher = blake3::Hasher::new();
        // A little more than it should be is enough to know.
        let mut reader = (&mut content).take(part.size + 1);
        let size = std::io::copy(&mut reader, &mut hasher).map_err(|_| altered(&self.path, part))?;
        if size == part.size && hasher.finalize().to_hex().as_str() == part.blake3 {
            return Ok(());
        }
        Err(altered(&self.path, part))
    }
}

fn none() -> Manifest {
    let text = String::new;
    Manifest {
        format: 0,
        made_at: jiff::Timestamp::UNIX_EPOCH,
        environment: super::About {
            name: text(),
            label: text(),
            kind: text(),
            zone: text(),
            currency: text(),
            country: text(),
            modules: Vec::new(),
        },
        head: super::ArchivedHead {
            position: 0,
            epoch: 0,
            chain: text(),
            digest: text(),
            dictionary: text(),
        },
        parts: Vec::new(),
    }
}

fn not_one(path: &Path) -> ExchangeError {
    let shown = path.display();
    ExchangeError::refused(
        format!("{shown} n'est pas l'archive d'un environnement."),
        format!("{shown} is no archive of an environment."),
    )
}

fn altered(path: &Path, part: &Part) -> ExchangeError {
    let (shown, part) = (path.display(), &part.path);
    ExchangeError::refused(
        format!("{shown} : « {part} » manque, ou n'est plus ce qui a été exporté."),
        format!("{shown}: “{part}” is missing, or is not what was exported any more."),
    )
}
