//! A mapping against a dictionary and the columns of a file: every name is found, or told before a row is read.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::expression::error::nearest;
use dictionary::model::{EntityIndex, ID};
use dictionary::text::fold;
use dictionary::{Dictionary, Entity, Field, FieldIndex};

use crate::error::ExchangeError;
use crate::mapping::template::Template;
use crate::mapping::{Mapping, Mode, ReferenceRule};

/// A mapping with nothing left to find.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) entity: EntityIndex,
    pub(crate) key: Key,
    pub(crate) mode: Mode,
    pub(crate) sources: Vec<FieldSource>,
    /// Column, and what passes.
    pub(crate) only: Vec<(usize, Vec<String>)>,
    /// Columns left alone because nobody may write their field.
    pub(crate) ignored: Vec<String>,
}

/// How a row finds its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// Not at all: every row is a new record.
    None,
    /// By identity.
    Id,
    /// By a field that no two records share.
    Unique(FieldIndex),
    /// By fields together.
    Fields(Vec<FieldIndex>),
}

impl Key {
    pub(crate) fn fields(&self) -> Vec<FieldIndex> {
        match self {
            Key::None => Vec::new(),
            Key::Id => vec![ID],
            Key::Unique(field) => vec![*field],
            Key::Fields(fields) => fields.clone(),
        }
    }
}

/// Where a field's value comes from.
#[derive(Debug)]
pub(crate) struct FieldSource {
    pub(crate) field: FieldIndex,
    /// `city` of `main_address.city`.
    pub(crate) part: Option<String>,
    /// As people name it: the column, else the field.
    pub(crate) shown: String,
    pub(crate) take: Take,
    /// `[values]`: what the file says → what is kept.
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) rule: ReferenceRule,
}

/// What is taken from a row.
#[derive(Debug)]
pub(crate) enum Take {
    Column(usize),
    Template(Template, BTreeMap<String, usize>),
    Constant(String),
}

impl Resolved {
    pub(crate) fn entity(&self) -> &Entity {
        &self.dictionary.entities[self.entity]
    }

    pub(crate) fn field(&self, index: FieldIndex) -> &Field {
        &self.entity().fields[index]
    }
}

/// Finds everything a mapping names. `key`: from the command, before the mapping's own.
pub(crate) fn resolve(
    dictionary: Arc<Dictionary>,
    entity: &str,
    mapping: &Mapping,
    key: Option<&[String]>,
    columns: &[String],
) -> Result<Resolved, ExchangeError> {
    let position =
        dictionary.entities.iter().position(|e| e.name == entity || e.collection == entity).ok_or_else(
            || {
                let (fr, en) = meant(entity, dictionary.entities.iter().map(|e| e.name.as_str()));
                ExchangeError::refused(
                    format!("Il n'y a pas d'entité « {entity} ».{fr}"),
                    format!("There is no entity “{entity}”.{en}"),
                )
            },
        )?;
    let found = &dictionary.entities[position];
    if let Some(other) = mapping.entity.as_deref().filter(|m| *m != found.name && *m != found.collection) {
        return Err(ExchangeError::refused(
            format!("Cette correspondance est celle de « {other} », pas de « {} ».", found.name),
            format!("This mapping is for “{other}”, not for “{}”.", found.name),
        ));
    }
    let (mut sources, mut ignored) = (Vec::new(), Vec::new());
    if mapping.columns.is_empty() {
        match_columns(found, mapping, columns, &mut sources, &mut ignored)?;
    }
    for (path, source) in &mapping.columns {
        let source = plain(path, source)?;
        let take = if source.contains('{') {
            let template = Template::parse(&source)?;
            let places = template
                .slots()
                .map(|s| Ok((s.name.clone(), column(columns, &s.name)?)))
                .collect::<Result<_, ExchangeError>>()?;
            Take::Template(template, places)
        } else {
            Take::Column(column(columns, &source)?)
        };
        sources.push(field_source(found, mapping, path, source.clone(), take)?);
    }
    for (path, value) in &mapping.constants {
        sources.push(field_source(found, mapping, path, path.clone(), Take::Constant(plain(path, value)?))?);
    }
    for path in mapping.values.keys().chain(mapping.references.keys()) {
        locate(found, path)?;
    }
    let mut only = Vec::new();
    for (name, passing) in &mapping.only {
        only.push((column(columns, name)?, passing.names().into_iter().map(str::to_owned).collect()));
    }
    let key = find_key(found, mapping, key, &sources)?;
    if key != Key::Id {
        let before = sources.len();
        sources.retain(|s| s.field != ID);
        if sources.len() < before {
            ignored.push("id".to_owned());
        }
    }
    check_writable(found, &sources, &key.fields())?;
    Ok(Resolved { entity: position, key, mode: mapping.mode, sources, only, ignored, dictionary })
}

/// Columns by name, then by label in any language.
fn match_columns(
    entity: &Entity,
    mapping: &Mapping,
    columns: &[String],
    sources: &mut Vec<FieldSource>,
    ignored: &mut Vec<String>,
) -> Result<(), ExchangeError> {
    let (mut unknown, mut taken) = (Vec::new(), BTreeMap::new());
    for (position, name) in columns.iter().enumerate() {
        if name.is_empty() || name.starts_with("tisserand_") || name.starts_with('@') {
            continue;
        }
        let Some(path) = path_of(entity, name) else {
            unknown.push(name.as_str());
            continue;
        };
        if let Some(other) = taken.insert(path.clone(), name) {
            return Err(ExchangeError::refused(
                format!("Les colonnes « {other} » et « {name} » donnent toutes deux le champ {path}."),
                format!("The columns “{other}” and “{name}” both give the field {path}."),
            ));
        }
        let source = field_source(entity, mapping, &path, name.clone(), Take::Column(position))?;
        let field = &entity.fields[source.field];
        let writable = source.field == ID
            || field.name == "code"
            || !(field.system || field.read_only || field.computed.is_some());
        if writable && !matches!(field.kind.name(), "file" | "image" | "signature") {
            sources.push(source);
        } else {
            ignored.push(name.clone());
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let near: Vec<String> = unknown
        .iter()
        .map(|name| match nearest(&fold(name), entity.fields.iter().map(|f| f.name.as_str())) {
            Some(near) => format!("{name} ({near} ?)"),
            None => (*name).to_owned(),
        })
        .collect();
    let (list, label, label_en) = (
        near.join(", "),
        entity.label.text(dictionary::Language::Fr),
        entity.label.text(dictionary::Language::En),
    );
    Err(ExchangeError::refused(
        format!(
            "Ces colonnes ne sont pas des champs de « {label} » : {list}. Renommez-les, retirez-les, ou dites quoi prendre avec --map."
        ),
        format!(
            "These columns are not fields of “{label_en}”: {list}. Rename or remove them, or say what to take with --map."
        ),
    ))
}

/// The path that a column's name means: `siret`, `main_address.city`, `owner_id`, or a label.
pub(crate) fn path_of(entity: &Entity, name: &str) -> Option<String> {
    if locate(entity, name).is_ok() {
        return Some(name.to_owned());
    }
    if let Some(reference) = name.strip_suffix("_id")
        && entity.field(reference).is_some_and(|f| f.kind.name() == "reference")
    {
        return Some(reference.to_owned());
    }
    let folded = fold(name).replace('_', " ");
    let label_is = |field: &&Field| {
        field.label.0.values().any(|label| fold(label) == folded) || field.name.replace('_', " ") == folded
    };
    // A field that people write comes before a computed one of the same label.
    let mut alike: Vec<&Field> = entity.fields.iter().filter(label_is).collect();
    alike.sort_by_key(|f| f.computed.is_some() || f.read_only);
    alike.first().map(|f| f.name.clone())
}

fn field_source(
    entity: &Entity,
    mapping: &Mapping,
    path: &str,
    shown: String,
    take: Take,
) -> Result<FieldSource, ExchangeError> {
    let (field, part) = locate(entity, path)?;
    let rule = mapping.references.get(path).cloned().unwrap_or_default();
    Ok(FieldSource {
        field,
        part,
        shown,
        take,
        values: mapping.values.get(path).cloned().unwrap_or_default(),
        rule,
    })
}

/// Parts of composite types that a column may feed one by one.
pub(crate) fn parts(kind: &str) -> &'static [&'static str] {
    match kind {
        "address" => &["lines", "postcode", "city", "insee", "region", "country"],
        "point" => &["latitude", "longitude"],
        _ => &[],
    }
}

fn locate(entity: &Entity, path: &str) -> Result<(FieldIndex, Option<String>), ExchangeError> {
    let (name, part) = path.split_once('.').map_or((path, None), |(name, part)| (name, Some(part)));
    let Some(index) = entity.index(name) else {
        let (fr, en) = meant(name, entity.fields.iter().map(|f| f.name.as_str()));
        return Err(ExchangeError::refused(
            format!("« {} » n'a pas de champ « {name} ».{fr}", entity.name),
            format!("“{}” has no field “{name}”.{en}", entity.name),
        ));
    };
    if let Some(part) = part {
        let known = parts(entity.fields[index].kind.name());
        if !known.contains(&part) {
            let (fr, en) = meant(part, known.iter().copied());
            return Err(ExchangeError::refused(
                format!("Le champ « {name} » n'a pas de partie « {part} ».{fr}"),
                format!("The field “{name}” has no part “{part}”.{en}"),
            ));
        }
    }
    Ok((index, part.map(str::to_owned)))
}

fn column(columns: &[String], name: &str) -> Result<usize, ExchangeError> {
    let found = columns.iter().position(|c| c == name);
    if let Some(found) = found.or_else(|| columns.iter().position(|c| fold(c) == fold(name))) {
        return Ok(found);
    }
    let (fr, en) = meant(name, columns.iter().map(String::as_str));
    let list = columns.join(", ");
    Err(ExchangeError::refused(
        format!("Le fichier n'a pas de colonne « {name} ».{fr} Ses colonnes : {list}."),
        format!("The file has no column “{name}”.{en} Its columns: {list}."),
    ))
}

fn find_key(
    entity: &Entity,
    mapping: &Mapping,
    asked: Option<&[String]>,
    sources: &[FieldSource],
) -> Result<Key, ExchangeError> {
    let fed = |field: FieldIndex| sources.iter().any(|s| s.field == field);
    let names: Vec<&str> = match (asked, &mapping.key) {
        (Some(asked), _) => asked.iter().map(String::as_str).collect(),
        (None, Some(keys)) => keys.names(),
        (None, None) => {
            if fed(ID) {
                return Ok(Key::Id);
            }
            return Ok(match entity.index("code").filter(|code| fed(*code)) {
                Some(code) => Key::Unique(code),
                None if mapping.mode == Mode::Update => {
                    return Err(ExchangeError::refused(
                        "Pour changer des fiches, dites par quel champ une ligne trouve la sienne : --key code",
                        "To change records, say by which field a row finds its own: --key code",
                    ));
                }
                None => Key::None,
            });
        }
    };
    let mut fields = Vec::new();
    for name in names {
        let (field, part) = locate(entity, name)?;
        if part.is_some() || !fed(field) {
            return Err(ExchangeError::refused(
                format!("La clé « {name} » n'est donnée par aucune colonne du fichier."),
                format!("No column of the file gives the key “{name}”."),
            ));
        }
        fields.push(field);
    }
    Ok(match fields.as_slice() {
        [] => Key::None,
        [ID] => Key::Id,
        [one] if is_unique(entity, *one) => Key::Unique(*one),
        _ => Key::Fields(fields),
    })
}

/// Whether no two records share that field.
pub(crate) fn is_unique(entity: &Entity, field: FieldIndex) -> bool {
    entity.uniques.iter().any(|u| u.fields == [field])
        || (entity.fields[field].name == "code" && entity.code.is_some())
}

fn check_writable(entity: &Entity, sources: &[FieldSource], key: &[FieldIndex]) -> Result<(), ExchangeError> {
    for source in sources {
        let field = &entity.fields[source.field];
        let by_system = field.system && source.field != ID && field.name != "code";
        // Records are found by a key that whoever imports may read only.
        let closed = field.read_only && !field.system && !key.contains(&source.field);
        if by_system || closed || field.computed.is_some() {
            return Err(ExchangeError::refused(
                format!("Le champ « {} » ne se modifie pas ici : un import ne le donne pas.", field.name),
                format!("The field “{}” cannot be changed here: an import does not give it.", field.name),
            ));
        }
    }
    let mut seen: Vec<(FieldIndex, Option<&str>)> = Vec::new();
    for source in sources {
        let place = (source.field, source.part.as_deref());
        if seen.iter().any(|s| s.0 == place.0 && (s.1 == place.1 || s.1.is_none() || place.1.is_none())) {
            let name = &entity.fields[source.field].name;
            return Err(ExchangeError::refused(
                format!("Le champ « {name} » a deux sources ; il n'en faut qu'une."),
                format!("The field “{name}” has two sources; it takes one only."),
            ));
        }
        seen.push(place);
    }
    Ok(())
}

/// A text, number, boolean or date of a mapping, as it would stand in a file.
fn plain(path: &str, value: &toml::Value) -> Result<String, ExchangeError> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Float(number) => Ok(number.to_string()),
        toml::Value::Boolean(value) => Ok(value.to_string()),
        toml::Value::Datetime(moment) => Ok(moment.to_string()),
        toml::Value::Array(_) | toml::Value::Table(_) => Err(ExchangeError::refused(
            format!(
                "{path} : il faut un texte ; pour une partie d'adresse, écrivez \"{path}.city\" entre guillemets."
            ),
            format!("{path}: a text is needed; for part of an address, write \"{path}.city\" in quotes."),
        )),
    }
}

/// "Did you mean", in French and English.
pub(crate) fn meant<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> (String, String) {
    match nearest(written, names) {
        Some(near) => (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")),
        None => (String::new(), String::new()),
    }
}
