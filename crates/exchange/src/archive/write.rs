//! Writing an archive, as it stands at one moment, without keeping any of it in memory.

use std::collections::BTreeSet;
use std::io::Write;

use dictionary::{Entity, RecordId, Value};
use engine::{Caller, Environment, Power, Row};
use journal::json::entry_to_json;
use serde_json::{Map, Value as Json};
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{About, FORMAT, JOURNAL, MANIFEST, Manifest, Part};
use crate::error::ExchangeError;

/// Records and entries read at a time.
const PAGE: u32 = 500;
/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 1 << 18;

/// What an archive is to hold beside dictionary, records and files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The journal too: what makes the environment again. Contents that only the past names come along.
    Journal,
    /// Nothing: it is to be read, not to be brought back.
    RecordsOnly,
}

/// Writes an archive of an environment as it stands now; answers what is in it. `progress` is told how many parts are written.
///
/// Errors: `Engine` with `Forbidden` to anybody but administrators; the environment cannot be read, or `out` not be written.
pub fn export_archive(
    environment: &Environment,
    caller: &Caller,
    about: About,
    wanted: Wanted,
    out: &mut (dyn Write + Send),
    progress: &mut dyn FnMut(u64),
) -> Result<Manifest, ExchangeError> {
    if !environment.has(caller, Power::Administer) {
        let capability = "export the whole environment".to_owned();
        return Err(engine::EngineError::Forbidden { capability }.into());
    }
    let layers = environment.layers(&Caller::system())?;
    let made_at = environment.context(caller).now;
    let snapshot = environment.store().snapshot().map_err(cannot_read)?;
    let head = snapshot.head().map_err(cannot_read)?;
    let dictionary = environment.dictionary();
    if dictionary.hash != head.dictionary {
        return Err(engine::EngineError::Outdated.into());
    }
    let mut archive = Writing { zip: ZipWriter::new_stream(out), parts: Vec::new(), progress };
    for (number, layer) in layers.iter().enumerate() {
        for (path, content) in &layer.files {
            let path = format!("dictionary/{:02}-{}/{path}", number + 1, layer.name);
            archive.part(&path, None, |out| out.put(content.as_bytes()))?;
        }
    }
    let mut contents = BTreeSet::new();
    for entity in &dictionary.entities {
        let page = |after| snapshot.scan(entity, after, PAGE).map_err(cannot_read);
        records(&page, entity, &mut contents, &mut archive)?;
    }
    if wanted == Wanted::Journal {
        let mut reached = 0;
        archive.part(JOURNAL, Some(0), |out| {
            loop {
                let entries = snapshot.entries(reached, PAGE).map_err(cannot_read)?;
                let Some(last) = entries.last() else { return Ok(()) };
                reached = last.position;
                for entry in &entries {
                    for field in entry.changes.iter().flatten().flat_map(|change| &change.fields) {
                        files_in(&field.old, &mut contents);
                        files_in(&field.new, &mut contents);
                    }
                    out.line(&entry_to_json(entry))?;
                }
            }
        })?;
    }
    let files = environment.store().files();
    for hash in contents {
        // What was erased is named by entries of before, and no more there.
        if files.size(&hash).map_err(cannot_read)?.is_none() {
            continue;
        }
        archive.part(&format!("files/{hash}"), None, |out| {
            let mut offset = 0;
            loop {
                let piece = files.read(&hash, offset, PIECE_BYTES).map_err(cannot_read)?.unwrap_or_default();
                if piece.is_empty() {
                    return Ok(());
                }
                offset += piece.len() as u64;
                out.put(&piece)?;
            }
        })?;
    }
    archive.finish(Manifest {
        format: FORMAT,
        made_at,
        environment: about,
        head: (&head).into(),
        parts: Vec::new(),
    })
}

/// The records of an entity, one a line, by property as the data API writes them. What never leaves does not.
fn records(
    page: &dyn Fn(Option<RecordId>) -> Result<Vec<Row>, ExchangeError>,
    entity: &Entity,
    contents: &mut BTreeSet<String>,
    archive: &mut Writing<'_, '_>,
) -> Result<(), ExchangeError> {
    let mut after = None;
    archive.part(&format!("records/{}.jsonl", entity.collection), Some(0), |out| {
        loop {
            let rows = page(after)?;
            after = rows.last().map(Row::id);
            for row in &rows {
                row.0.iter().for_each(|value| files_in(value, contents));
                let fields =
                    entity.fields.iter().enumerate().filter(|(_, field)| field.is_stored() && !field.secret);
                let members: Map<String, Json> = fields
                    .filter(|(at, _)| !row.get(*at).is_null())
                    .map(|(at, field)| {
                        (field.property.clone(), field.kind.to_json(row.get(at), &field.options))
                    })
                    .collect();
                out.line(&Json::Object(members))?;
            }
            if rows.len() < PAGE as usize {
                return Ok(());
            }
        }
    })
}

fn files_in(value: &Value, contents: &mut BTreeSet<String>) {
    if let Value::File(file) = value {
        contents.insert(file.hash.clone());
    }
}

/// An archive on its way.
struct Writing<'o, 'p> {
    zip: ZipWriter<StreamWriter<&'o mut (dyn Write + Send)>>,
    parts: Vec<Part>,
    progress: &'p mut dyn FnMut(u64),
}

/// A part on its way.
struct Open<'w, 'o> {
    zip: &'w mut ZipWriter<StreamWriter<&'o mut (dyn Write + Send)>>,
    hasher: blake3::Hasher,
    size: u64,
    lines: Option<u64>,
}

impl Open<'_, '_> {
    fn put(&mut self, bytes: &[u8]) -> Result<(), ExchangeError> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        self.zip.write_all(bytes).map_err(cannot_write)
    }

    fn line(&mut self, json: &Json) -> Result<(), ExchangeError> {
        self.lines = self.lines.map(|lines| lines + 1);
        self.put(format!("{json}\n").as_bytes())
    }
}

impl<'o> Writing<'o, '_> {
    fn part(
        &mut self,
        path: &str,
        lines: Option<u64>,
        write: impl FnOnce(&mut Open<'_, 'o>) -> Result<(), ExchangeError>,
    ) -> Result<(), ExchangeError> {
        let packed =
            SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(true);
        self.zip.start_file(path, packed).map_err(|error| cannot_write(error.into()))?;
        let mut open = Open { zip: &mut self.zip, hasher: blake3::Hasher::new(), size: 0, lines };
        write(&mut open)?;
        let (size, lines, blake3) = (open.size, open.lines, open.hasher.finalize().to_hex().to_string());
        self.parts.push(Part { path: path.to_owned(), size, blake3, lines });
        (self.progress)(self.parts.len() as u64);
        Ok(())
    }

    fn finish(mut self, mut manifest: Manifest) -> Result<Manifest, ExchangeError> {
        manifest.parts = std::mem::take(&mut self.parts);
        let json = serde_json::to_vec_pretty(&manifest).map_err(|error| cannot_write(error.into()))?;
        self.part(MANIFEST, None, |out| out.put(&json))?;
        self.zip.finish().map_err(|error| cannot_write(error.into()))?;
        Ok(manifest)
    }
}

fn cannot_write(source: std::io::Error) -> ExchangeError {
    ExchangeError::File { action: "write", path: "the archive of an environment".into(), source }
}

fn cannot_read(source: impl std::error::Error + Send + Sync + 'static) -> ExchangeError {
    let source = std::io::Error::other(source);
    ExchangeError::File { action: "read", path: "the environment".into(), source }
}
