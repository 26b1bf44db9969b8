//! What is held about one person as an archive: `person.json` for programs, `person.html` for people, and their files.

mod html;
mod json;

use std::collections::BTreeMap;
use std::io::Write;

use dictionary::value::FileRef;
use dictionary::{Language, Value};
use engine::{Dossier, Environment};
use jiff::tz::TimeZone;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use crate::error::ExchangeError;

/// Bytes of a file read at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// Files of the archive: the name in it of each content, by hash.
type Names = BTreeMap<String, String>;

/// What both documents are written from.
struct Telling<'d> {
    dossier: &'d Dossier,
    environment: &'d str,
    files: &'d Names,
    language: Language,
    zone: TimeZone,
}

/// Writes the archive, file contents piece by piece.
///
/// Contents that are no longer kept are told of without being in it. Errors: `File` when `out` cannot be written or a content cannot be read.
pub fn export_dossier(
    environment: &Environment,
    dossier: &Dossier,
    language: Language,
    out: &mut (dyn Write + Send),
) -> Result<(), ExchangeError> {
    let contents = contents(environment, dossier)?;
    let names: Names = contents.iter().map(|(hash, (_, name))| (hash.clone(), name.clone())).collect();
    let settings = environment.settings();
    let telling = Telling {
        dossier,
        environment: &settings.name,
        files: &names,
        language,
        zone: settings.zone.clone(),
    };
    let mut archive = ZipWriter::new_stream(out);
    let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    begin(&mut archive, "person.json", packed)?;
    let json =
        serde_json::to_vec_pretty(&json::document(&telling)).map_err(|error| cannot_write(error.into()))?;
    archive.write_all(&json).map_err(cannot_write)?;
    begin(&mut archive, "person.html", packed)?;
    archive.write_all(html::document(&telling).as_bytes()).map_err(cannot_write)?;
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
    for (hash, (file, name)) in &contents {
        begin(&mut archive, name, plain)?;
        copy(environment, hash, file, &mut archive)?;
    }
    archive.finish().map_err(|error| cannot_write(error.into()))?;
    Ok(())
}

fn begin<W: Write>(
    archive: &mut ZipWriter<StreamWriter<W>>,
    name: &str,
    options: SimpleFileOptions,
) -> Result<(), ExchangeError> {
    archive.start_file(name, options).map_err(|error| cannot_write(error.into()))
}

/// The contents that are kept, by hash, each with a name of its own in the archive.
fn contents<'d>(
    environment: &Environment,
    dossier: &'d Dossier,
) -> Result<BTreeMap<String, (&'d FileRef, String)>, ExchangeError> {
    let mut contents = BTreeMap::new();
    for file in dossier.records.iter().flat_map(files_of) {
        if contents.contains_key(&file.hash) {
            continue;
        }
        let size = environment.store().files().size(&file.hash);
        if size.map_err(|error| cannot_read(file, error))?.is_some() {
            let start = file.hash.get(..8).unwrap_or(&file.hash);
            let name: String = file
                .name
                .chars()
                .map(|c| if c.is_control() || "/\\:#?%&\"".contains(c) { '_' } else { c })
                .collect();
            contents.insert(file.hash.clone(), (file, format!("files/{start}-{name}")));
        }
    }
    Ok(contents)
}

/// Files of a record, as it is and as it was.
fn files_of(told: &engine::Told) -> impl Iterator<Item = &FileRef> {
    let now = told.record.iter().flat_map(|record| &record.row.0);
    let then = told.past.iter().flat_map(|past| &past.changes).flat_map(|change| [&change.old, &change.new]);
    now.chain(then).filter_map(|value| match value {
        Value::File(file) => Some(&**file),
        _ => None,
    })
}

fn copy(
    environment: &Environment,
    hash: &str,
    file: &FileRef,
    out: &mut impl Write,
) -> Result<(), ExchangeError> {
    let mut offset = 0;
    loop {
        let piece = environment.store().files().read(hash, offset, PIECE_BYTES);
        let piece = piece.map_err(|error| cannot_read(file, error))?.unwrap_or_default();
        if piece.is_empty() {
            return Ok(());
        }
        offset += piece.len() as u64;
        out.write_all(&piece).map_err(cannot_write)?;
    }
}

fn cannot_write(source: std::io::Error) -> ExchangeError {
    ExchangeError::File { action: "write", path: "the archive of a person".into(), source }
}

fn cannot_read(file: &FileRef, source: impl std::error::Error + Send + Sync + 'static) -> ExchangeError {
    let source = std::io::Error::other(source);
    ExchangeError::File { action: "read", path: file.name.clone().into(), source }
}
