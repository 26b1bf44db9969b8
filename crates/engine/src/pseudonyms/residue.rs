//! Looking for what is left of the originals in a copy.

use dictionary::field_types::Disguise;
use dictionary::{Field, Value};
use journal::Position;

use super::known::Known;
use super::{LEFT_OUT, PAGE, Pages, learned};
use crate::environment::Environment;
use crate::error::{EngineError, failed};
use crate::sweep::no_files;

/// Bytes of a file looked through; none of a copy has as many.
const FILE_BYTES_MAX: usize = 64 << 20;

/// Something of an original that is left. Says where, never what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// `contact.notes`, `journal 42 contact.notes`, `note usage:1`, `file ab12…`.
    pub place: String,
}

impl Environment {
    /// Looks for every value of `source` that is about somebody in all that this environment holds: records, journal, notes, files. At most a
    /// hundred places are told. The files of the dictionary are no data, and values of lists are words of it.
    ///
    /// Errors: a store cannot be read.
    pub fn residues_of(
        &self,
        source: &Environment,
        progress: super::Progress<'_>,
    ) -> Result<Vec<Residue>, EngineError> {
        let known = {
            let snapshot = source.shared.store.snapshot().map_err(failed("read the environment to copy"))?;
            let (prepared, _) = source.shared.prepared(&*snapshot)?;
            learned(&prepared, &*snapshot)?.0
        };
        let snapshot = self.shared.store.snapshot().map_err(failed("read the environment"))?;
        let (prepared, _) = self.shared.prepared(&*snapshot)?;
        let head = snapshot.head().map_err(failed("read the journal's head"))?.position;
        let mut search = Search { known: &known, found: Vec::new() };
        for entity in &prepared.dictionary.entities {
            if entity.name == dictionary::system::DICTIONARY_SOURCE {
                continue;
            }
            let mut pages = Pages::of(entity);
            while let Some(rows) = pages.next(&*snapshot)? {
                for row in rows {
                    for (at, field) in entity.fields.iter().enumerate().filter(|(_, f)| f.is_stored()) {
                        search.value(field, row.get(at), || format!("{}.{}", entity.name, field.name));
                    }
                }
            }
        }
        let mut reached: Position = 0;
        loop {
            let entries = snapshot.entries(reached, PAGE).map_err(failed("read the journal"))?;
            let Some(last) = entries.last() else { break };
            reached = last.position;
            for (entry, change) in
                entries.iter().flat_map(|entry| entry.changes.iter().flatten().map(move |c| (entry, c)))
            {
                if LEFT_OUT.contains(&change.entity.as_str()) {
                    continue;
                }
                let Some(entity) = prepared.dictionary.entity(&change.entity) else { continue };
                for changed in &change.fields {
                    let Some(field) = entity.field(&changed.field) else { continue };
                    let place = || format!("journal {} {}.{}", entry.position, entity.name, field.name);
                    search.value(field, &changed.old, place);
                    search.value(field, &changed.new, place);
                }
            }
            progress(reached, head)?;
        }
        for (key, note) in snapshot.notes("").map_err(failed("read the notes"))? {
            search.text(&note, || format!("note {key}"));
        }
        let mut contents = Vec::new();
        let files = self.shared.store.files();
        files.list(&mut |content| contents.push(content.hash)).map_err(no_files)?;
        for hash in contents {
            let bytes = files.read(&hash, 0, FILE_BYTES_MAX).map_err(no_files)?.unwrap_or_default();
            search.text(&String::from_utf8_lossy(&bytes), || format!("file {hash}"));
        }
        Ok(search.found)
    }
}

struct Search<'k> {
    known: &'k Known,
    found: Vec<Residue>,
}

impl Search<'_> {
    fn text(&mut self, text: &str, place: impl Fn() -> String) {
        if self.found.len() < 100 && !self.known.find(text).is_empty() {
            self.found.push(Residue { place: place() });
        }
    }

    fn value(&mut self, field: &Field, value: &Value, place: impl Fn() -> String) {
        // Tags are words of the dictionary, and ids nobody's names.
        if field.kind.disguise() == Disguise::Kept || field.system {
            return;
        }
        match value {
            Value::Text(text) => self.text(text, place),
            Value::Address(address) => {
                address.lines.iter().for_each(|lines| self.text(lines, &place));
            }
            Value::File(file) => self.text(&file.name, place),
            Value::Json(json) => self.text(&json.to_string(), place),
            _ => {}
        }
    }
}
