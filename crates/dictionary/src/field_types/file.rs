//! `file`, `image`, `signature`: bytes kept beside the rows, under their hash.

use serde_json::{Value as Json, json};

use super::number_text::shortened;
use super::shapes::wrong;
use super::{Column, ColumnKind, FieldContext, FieldType, Invalid, cleaning};
use crate::expression::Type;
use crate::model::Options;
use crate::value::{FileRef, Value};

/// A file. `image` and `signature` differ by what they accept when the field does not say, and by how screens show them.
///
/// The value only names bytes that are already there: whoever takes values from people must not take hashes from them, which would hand
/// out any file of the environment.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: &'static str,
    /// Media types accepted when the field does not say; all if none.
    pub(super) accept: &'static [&'static str],
}

const SIZE_DEFAULT_MB: u32 = 25;
const NAME_LENGTH_MAX: u32 = 255;

impl FieldType for File {
    fn name(&self) -> &'static str {
        self.name
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["max_size_mb", "accept"]
    }

    fn expression_type(&self, _: &Options) -> Type {
        Type::File
    }

    fn columns(&self, _: &Options) -> Vec<Column> {
        vec![
            Column { part: "name", kind: ColumnKind::Text },
            Column { part: "type", kind: ColumnKind::Text },
            Column { part: "size", kind: ColumnKind::Integer },
            Column { part: "hash", kind: ColumnKind::Text },
        ]
    }

    fn check(&self, value: Value, context: &FieldContext<'_>) -> Result<Value, Invalid> {
        let mut file = match value {
            Value::Null => return Ok(Value::Null),
            Value::File(file) => file,
            _ => return Err(expected()),
        };
        file.name = file_name(&file.name)?;
        let hexadecimal =
            file.hash.len() == 64 && file.hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !hexadecimal || !is_media_type(&file.media_type) || i64::try_from(file.size).is_err() {
            return Err(expected());
        }
        let size_max_mb = context.options.max_size_mb.unwrap_or(SIZE_DEFAULT_MB);
        if file.size > u64::from(size_max_mb) * 1024 * 1024 {
            return Err(Invalid::new(
                "file_too_large",
                format!("{size_max_mb} Mo au plus."),
                format!("{size_max_mb} MB at most."),
            ));
        }
        let own = context.options.accept.as_ref().filter(|accept| !accept.is_empty());
        let accepted = match own {
            Some(accept) => accept.iter().any(|pattern| media_type_matches(pattern, &file.media_type)),
            None => {
                self.accept.is_empty() || self.accept.iter().any(|p| media_type_matches(p, &file.media_type))
            }
        };
        if !accepted {
            return Err(Invalid::new(
                "file_type",
                format!("Un fichier de type {} n'est pas accepté ici.", shortened(&file.media_type)),
                format!("A file of type {} is not accepted here.", shortened(&file.media_type)),
            ));
        }
        Ok(Value::File(file))
    }

    /// Files are not read from text, only emptied by it.
    fn parse(&self, text: &str, _: &FieldContext<'_>) -> Result<Value, Invalid> {
        if text.trim().is_empty() { Ok(Value::Null) } else { Err(expected()) }
    }

    /// The name. The one format that is not read back, since a name is not the bytes.
    fn format(&self, value: &Value, _: &Options) -> String {
        match value {
            Value::File(file) => file.name.clone(),
            _ => String::new(),
        }
    }

    fn from_json(&self, json: &Json, _: &Options) -> Result<Value, Invalid> {
        match json {
            Json::Null => Ok(Value::Null),
            _ => serde_json::from_value::<FileRef>(json.clone())
                .map(|file| Value::File(Box::new(file)))
                .map_err(|_| expected()),
        }
    }

    fn to_json(&self, value: &Value, _: &Options) -> Json {
        match value {
            Value::File(file) => {
                json!({"name": file.name, "type": file.media_type, "size": file.size, "hash": file.hash})
            }
            _ => Json::Null,
        }
    }

    fn split(&self, value: &Value) -> Vec<Value> {
        match value {
            Value::File(file) => vec![
                Value::Text(file.name.clone()),
                Value::Text(file.media_type.clone()),
                i64::try_from(file.size).map_or(Value::Null, Value::Integer),
                Value::Text(file.hash.clone()),
            ],
            _ => vec![Value::Null; 4],
        }
    }

    fn join(&self, cells: Vec<Value>) -> Value {
        let Ok([Value::Text(name), Value::Text(media_type), Value::Integer(size), Value::Text(hash)]) =
            <[Value; 4]>::try_from(cells)
        else {
            return Value::Null;
        };
        let Ok(size) = u64::try_from(size) else { return Value::Null };
        Value::File(Box::new(FileRef { name, media_type, size, hash }))
    }

    fn disguise(&self) -> super::Disguise {
        super::Disguise::File
    }
}

/// The name without folders nor what no system accepts in a name.
fn file_name(given: &str) -> Result<String, Invalid> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = cleaning::line(last.to_owned())?;
    cleaning::length(&name, None, NAME_LENGTH_MAX)?;
    if name.is_empty() || name == "." || name == ".." {
        return Err(Invalid::new("file_name", "Ce fichier n'a pas de nom.", "This file has no name."));
    }
    Ok(name)
}

fn is_media_type(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b))
    };
    text.len() <= 127 && text.split_once('/').is_some_and(|(kind, subtype)| is_part(kind) && is_part(subtype))
}

/// Whether `pattern` (`image/*`, `application/pdf`, `*/*`) covers a media type.
fn media_type_matches(pattern: &str, media_type: &str) -> bool {
    match pattern.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => media_type.split_once('/').is_some_and(|(found, _)| found.eq_ignore_ascii_case(kind)),
        None => pattern.eq_ignore_ascii_case(media_type),
    }
}

fn expected() -> Invalid {
    wrong("un fichier envoyé à part", "a file sent on its own")
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: File = File { name: "image", accept: &["image/*"] };

    fn photo() -> FileRef {
        FileRef {
            name: "C:\\photos\\chaudière.png".into(),
            media_type: "image/png".into(),
            size: 10,
            hash: "ab".repeat(32),
        }
    }

    fn check(file: FileRef, options: &Options) -> Result<Value, &'static str> {
        IMAGE.check(Value::File(Box::new(file)), &FieldContext::new(options)).map_err(|err| err.code)
    }

    #[test]
    fn a_file_has_a_plain_name_a_size_and_a_type_that_are_accepted() {
        let options = Options { max_size_mb: Some(1), ..Options::default() };
        let kept = check(photo(), &options).unwrap();
        assert_eq!(IMAGE.format(&kept, &options), "chaudière.png");
        assert_eq!(check(FileRef { size: 1_048_577, ..photo() }, &options), Err("file_too_large"));
        assert_eq!(
            check(FileRef { media_type: "application/pdf".into(), ..photo() }, &options),
            Err("file_type")
        );
        assert_eq!(check(FileRef { name: "../..".into(), ..photo() }, &options), Err("file_name"));
        assert_eq!(check(FileRef { hash: "x".into(), ..photo() }, &options), Err("wrong_type"));
        let documents = Options { accept: Some(vec!["application/pdf".into()]), ..Options::default() };
        assert!(check(FileRef { media_type: "application/pdf".into(), ..photo() }, &documents).is_ok());
        assert_eq!(check(photo(), &documents), Err("file_type"));
    }

    #[test]
    fn a_file_comes_back_from_its_columns_and_from_json() {
        let value = Value::File(Box::new(photo()));
        assert_eq!(IMAGE.join(IMAGE.split(&value)), value);
        assert_eq!(IMAGE.join(IMAGE.split(&Value::Null)), Value::Null);
        let options = Options::default();
        assert_eq!(IMAGE.from_json(&IMAGE.to_json(&value, &options), &options), Ok(value));
        assert!(IMAGE.from_json(&json!({"name": "a"}), &options).is_err());
    }
}
