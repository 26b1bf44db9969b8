//! The dictionary's files as records: `dictionary_source`, one per file, so that a change of dictionary is journalled as any other.

use std::collections::BTreeMap;

use dictionary::layers::Layer;
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::system;
use dictionary::{Dictionary, Entity, RecordId, Value};
use store::{Row, Snapshot, Transaction};

use crate::catalogue;
use crate::clock::IdSource;
use crate::error::{EngineError, damaged, failed};
use crate::prepared::Prepared;

/// Rows read at a time.
const PAGE: u32 = 500;

/// One file of one layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// Place of the layer; the built-in one has 0.
    pub(crate) position: i64,
    /// Its name.
    pub(crate) layer: String,
    /// Path in the layer.
    pub(crate) path: String,
    /// Text of the file.
    pub(crate) content: String,
}

/// Fields of `dictionary_source`.
struct Columns {
    entity: EntityIndex,
    position: FieldIndex,
    layer: FieldIndex,
    path: FieldIndex,
    content: FieldIndex,
}

impl Columns {
    fn of(dictionary: &Dictionary) -> Result<Columns, EngineError> {
        let missing = || damaged("the dictionary has no place for its own files");
        let found = dictionary.entities.iter().position(|e| e.name == system::DICTIONARY_SOURCE);
        let entity = found.ok_or_else(missing)?;
        let field = |name: &str| dictionary.entities[entity].index(name).ok_or_else(missing);
        Ok(Columns {
            entity,
            position: field("position")?,
            layer: field("layer")?,
            path: field("path")?,
            content: field("content")?,
        })
    }

    fn read(&self, row: &Row) -> Source {
        let text = |field| row.get(field).as_text().unwrap_or_default().to_owned();
        let position = match row.get(self.position) {
            Value::Integer(position) => *position,
            _ => 0,
        };
        Source { position, layer: text(self.layer), path: text(self.path), content: text(self.content) }
    }

    fn write(&self, row: &mut Row, source: &Source) {
        row.0[self.position] = Value::Integer(source.position);
        row.0[self.layer] = Value::from(source.layer.as_str());
        row.0[self.path] = Value::from(source.path.as_str());
        // An empty file is nothing, as an empty text is.
        row.0[self.content] =
            if source.content.is_empty() { Value::Null } else { Value::from(source.content.as_str()) };
    }
}

/// The files of layers, lowest first, the built-in layer beneath them.
pub(crate) fn of_layers(layers: &[Layer]) -> Vec<Source> {
    let all = std::iter::once(system::layer()).chain(layers.iter().cloned());
    let mut sources = Vec::new();
    for (position, layer) in all.enumerate() {
        let position = i64::try_from(position).unwrap_or(i64::MAX);
        for (path, content) in layer.files {
            sources.push(Source { position, layer: layer.name.clone(), path, content });
        }
    }
    sources
}

/// The layers of files, lowest first, the built-in one of their day among them.
pub(crate) fn to_layers(sources: impl IntoIterator<Item = Source>) -> Vec<Layer> {
    let mut layers: BTreeMap<(i64, String), BTreeMap<String, String>> = BTreeMap::new();
    for source in sources {
        layers.entry((source.position, source.layer)).or_default().insert(source.path, source.content);
    }
    layers.into_iter().map(|((_, name), files)| Layer { name, files }).collect()
}

/// The layers an environment keeps, the built-in one of their day first.
pub(crate) fn read_whole(snapshot: &dyn Snapshot) -> Result<Vec<Layer>, EngineError> {
    // The built-in layer alone is enough to read the files of any dictionary.
    let bare = catalogue::compiled(&[])?;
    let columns = Columns::of(&bare.dictionary)?;
    let rows = read_rows(snapshot, bare.entity(columns.entity))?;
    Ok(to_layers(rows.iter().map(|row| columns.read(row))))
}

/// The layers an environment keeps, without the built-in one.
pub(crate) fn read(snapshot: &dyn Snapshot) -> Result<Vec<Layer>, EngineError> {
    let mut layers = read_whole(snapshot)?;
    layers.retain(|layer| layer.name != system::NAME);
    Ok(layers)
}

/// The files that an environment keeps, those of the built-in layer too, by their records.
pub(crate) fn read_files(snapshot: &dyn Snapshot) -> Result<BTreeMap<RecordId, Source>, EngineError> {
    let bare = catalogue::compiled(&[])?;
    let columns = Columns::of(&bare.dictionary)?;
    let rows = read_rows(snapshot, bare.entity(columns.entity))?;
    Ok(rows.iter().map(|row| (row.id(), columns.read(row))).collect())
}

fn read_rows(snapshot: &dyn Snapshot, entity: &Entity) -> Result<Vec<Row>, EngineError> {
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let after = rows.last().map(Row::id);
        let page = snapshot.scan(entity, after, PAGE).map_err(failed("read the dictionary"))?;
        let full = page.len() == PAGE as usize;
        rows.extend(page);
        if !full {
            return Ok(rows);
        }
    }
}

/// Makes the records say these layers, touching only files that differ.
pub(crate) fn write(
    tx: &mut dyn Transaction,
    prepared: &Prepared,
    layers: &[Layer],
    mut id: impl FnMut() -> RecordId,
) -> Result<(), EngineError> {
    let columns = Columns::of(&prepared.dictionary)?;
    let entity = prepared.entity(columns.entity);
    let mut wanted: BTreeMap<(String, String), Source> =
        of_layers(layers).into_iter().map(|s| ((s.layer.clone(), s.path.clone()), s)).collect();
    for row in read_rows(&*tx, entity)? {
        let known = columns.read(&row);
        match wanted.remove(&(known.layer.clone(), known.path.clone())) {
            None => tx.delete(entity, &row).map_err(failed("remove a dictionary file"))?,
            Some(source) if source == known => {}
            Some(source) => {
                let mut new = row.clone();
                columns.write(&mut new, &source);
                tx.update(entity, &row, new, None).map_err(failed("change a dictionary file"))?;
            }
        }
    }
    for source in wanted.values() {
        let mut row = Row(vec![Value::Null; entity.fields.len()]);
        row.0[ID] = Value::Id(id());
        columns.write(&mut row, source);
        tx.insert(entity, row, None).map_err(failed("add a dictionary file"))?;
    }
    Ok(())
}

/// Ids for new files.
pub(crate) fn fresh<'a>(ids: &'a dyn IdSource, now: jiff::Timestamp) -> impl FnMut() -> RecordId + 'a {
    move || ids.next(now)
}
