//! Bytes of file fields: `…/{id}/{field}`, and `$files` for those that come before their record.

pub(in crate::data) mod arriving;
pub(in crate::data) mod fitting;

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::Value;
use dictionary::model::{Entity, Field, FieldIndex};
use dictionary::value::FileRef;
use engine::{Capability, Draft, Input};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::files::FileStore;
use platform::{Entered, EnvironmentInfo};
use tokio::sync::oneshot;

use crate::cx::Cx;
use crate::data::files::fitting::Use;
use crate::data::idempotency::{self, Done, Once};
use crate::data::operation::{Act, Answering, Operation, Shown};
use crate::data::parameters::parameter;
use crate::data::resource::Key;
use crate::data::{Asked, Reply, entity_of, methods, reading, version_of};
use crate::odata::ListOptions;
use crate::problem::Problem;

/// Bytes read from the store at a time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// Types that browsers show without running anything. All others are saved, never opened: what a stranger uploads must not act as a page
/// of ours.
const SHOWN: &[&str] =
    &["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "application/pdf", "text/plain"];

/// What is needed to send a file.
struct Found {
    file: FileRef,
    files: Arc<dyn FileStore>,
}

/// The bytes of a file, or a range of them.
///
/// `304` when `If-None-Match` names its hash; `416` when the range lies beyond its end.
pub(crate) async fn file_show(
    asked: Asked,
    collection: String,
    key: Key,
    field: String,
) -> Result<Response, Problem> {
    let found = asked.cx.in_environment(&asked.environment, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &collection)?;
        let index = file_field(entity, &field)?;
        let record = reading::record(entered, entity, &key, &[])?;
        match record.row.get(index) {
            Value::File(file) => {
                Ok(Found { file: (**file).clone(), files: entered.environment.files.clone() })
            }
            _ => Err(Problem::not_found()),
        }
    });
    send(asked.cx.clone(), found.await?, &asked.headers)
}

/// The logo of an environment, which is kept with the platform's own files.
///
/// Not found where there is none.
pub(crate) fn send_logo(cx: Cx, info: &EnvironmentInfo, asked: &HeaderMap) -> Result<Response, Problem> {
    let file = info.logo.clone().ok_or_else(Problem::not_found)?;
    let files = cx.state.platform.own_files();
    send(cx, Found { file, files }, asked)
}

fn send(cx: Cx, found: Found, asked: &HeaderMap) -> Result<Response, Problem> {
    let file = &found.file;
    let tag = format!("\"{}\"", file.hash);
    let header_text = |name| asked.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let known = header_text(header::IF_NONE_MATCH).unwrap_or_default();
    let mut headers = file_headers(file, &tag);
    if known.split(',').any(|candidate| candidate.trim().trim_start_matches("W/") == tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // A range of another content than the one the client began with would make a broken file.
    let same = header_text(header::IF_RANGE).is_none_or(|range| range == tag);
    let range = header_text(header::RANGE).filter(|_| same).and_then(|range| Range::read(range, file.size));
    let (status, first, length) = match range {
        None => (StatusCode::OK, 0, file.size),
        Some(Range::Beyond) => {
            headers.insert(header::CONTENT_RANGE, value(format!("bytes */{}", file.size)));
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response());
        }
        Some(Range::Part { first, last }) => {
            headers.insert(header::CONTENT_RANGE, value(format!("bytes {first}-{last}/{}", file.size)));
            (StatusCode::PARTIAL_CONTENT, first, last - first + 1)
        }
    };
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let chunks = Chunks::start(cx, found, first, length);
    Ok((status, headers, Body::from_stream(chunks)).into_response())
}

fn file_headers(file: &FileRef, tag: &str) -> HeaderMap {
    let shown = SHOWN.contains(&file.media_type.as_str());
    let how = if shown { "inline" } else { "attachment" };
    let plain: String = file
        .name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' })
        .collect();
    let encoded = utf8_percent_encode(&file.name, NON_ALPHANUMERIC);
    let media_type =
        if file.media_type == "text/plain" { "text/plain; charset=utf-8" } else { &file.media_type };
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(media_type).unwrap_or(OCTETS));
    headers.insert(
        header::CONTENT_DISPOSITION,
        value(format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")),
    );
    headers.insert(header::ETAG, value(tag.to_owned()));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Were a browser to open it as a page after all, nothing in it would run.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(FILE_POLICY));
    headers
}

/// Nothing in a file runs, whatever it is shown in, and no page has it in a frame.
const FILE_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

fn value(text: String) -> HeaderValue {
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// A range of bytes that a client asks for.
#[derive(Debug, PartialEq)]
enum Range {
    Part { first: u64, last: u64 },
    Beyond,
}

impl Range {
    /// Reads `bytes=0-99`, `bytes=100-`, `bytes=-50`. Several ranges, and what is no range, are answered with the whole: `None`.
    fn read(text: &str, size: u64) -> Option<Range> {
        let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
        let (first, last) = match (first.trim(), last.trim()) {
            ("", suffix) => {
                let length: u64 = suffix.parse().ok()?;
                (size.saturating_sub(length), if length == 0 { return Some(Range::Beyond) } else { u64::MAX })
            }
            (first, "") => (first.parse().ok()?, u64::MAX),
            (first, last) => (first.parse().ok()?, last.parse().ok()?),
        };
        if first > last {
            return None;
        }
        Some(if first < size { Range::Part { first, last: last.min(size - 1) } } else { Range::Beyond })
    }
}

/// Keeps the bytes sent, then writes the field.
///
/// `413` when they are more than the field takes; `422` when their type is not one it takes.
pub(crate) async fn file_put(
    mut asked: Asked,
    collection: String,
    key: Key,
    field: String,
) -> Result<Response, Problem> {
    let expected = version_of(&asked.headers, header::IF_MATCH)?;
    let (at_collection, at_key, at_field) = (collection.clone(), key.clone(), field.clone());
    let (tell, told) = oneshot::channel();
    let arrived = arriving::receive(&mut asked, move |entered| {
        let dictionary = entered.dictionary();
        let entity = entity_of(&dictionary, &at_collection)?;
        let definition = &entity.fields[file_field(entity, &at_field)?];
        entered.may(&entity.name, Capability::Update)?;
        reading::record(entered, entity, &at_key, &[])?;
        drop(tell.send(Use::of(definition)));
        Ok(bytes_max(definition))
    });
    let arrived = arrived.await?;
    let used = told.await.map_err(|error| Problem::internal(&error))?;
    let file = arrived.keep(&asked.cx, &asked.environment, used).await?;
    let metrics = asked.cx.state.metrics.clone();
    let environment = asked.environment.clone();
    let cx = asked.cx.clone();
    let entered = environment.clone();
    let written = cx.in_environment(&entered, move |entered| {
        let once = asked.once(format!("{}\n{}\n{}", file.name, file.media_type, file.hash).as_bytes())?;
        let target = Target { environment, collection, key, field };
        let done = set_field(entered, target, expected, Value::File(Box::new(file)), once.as_ref())?;
        metrics.write();
        Ok(done)
    });
    Ok(written.await?.into_response())
}

/// Keeps the bytes sent, and answers what a record then writes to name them: `{"name", "type", "size", "hash"}`.
///
/// For a record that cannot be without its file. `413` when no file field takes so many; a field's own limits are told when the record
/// names the content.
///
/// A picture is made anew, unless `?as=file` asks for the bytes to stay as they are.
pub(crate) async fn file_keep(mut asked: Asked) -> Result<Response, Problem> {
    let as_it_is = match parameter(asked.query.as_deref(), "as").as_deref() {
        None | Some("image") => Ok(false),
        Some("file") => Ok(true),
        Some(_) => Err(Problem::bad_request("« as » est file ou image.", "“as” is file or image.")),
    };
    let arrived = arriving::receive(&mut asked, |entered| {
        if !entered.may_write() {
            return Err(Problem::from(engine::EngineError::Forbidden { capability: "create".to_owned() }));
        }
        let dictionary = entered.dictionary();
        let fields =
            dictionary.entities.iter().filter(|entity| !entity.internal).flat_map(|entity| &entity.fields);
        fields.filter(|field| holds_file(field)).map(bytes_max).max().ok_or_else(Problem::not_found)
    });
    let used = Use::Later { as_it_is: as_it_is? };
    let file = arrived.await?.keep(&asked.cx, &asked.environment, used).await?;
    let body = serde_json::json!({
        "name": file.name, "type": file.media_type, "size": file.size, "hash": file.hash,
    });
    let reply = Reply { status: StatusCode::CREATED, ..Reply::json(body.to_string().into_bytes()) };
    Ok(reply.into_response())
}

/// Empties the field. The bytes stay for the journal, which may name them.
pub(crate) async fn file_delete(
    asked: Asked,
    collection: String,
    key: Key,
    field: String,
) -> Result<Response, Problem> {
    let expected = version_of(&asked.headers, header::IF_MATCH)?;
    let metrics = asked.cx.state.metrics.clone();
    let environment = asked.environment.clone();
    let once = asked.once(b"")?;
    let written = asked.cx.in_environment(&asked.environment, move |entered| {
        let target = Target { environment, collection, key, field };
        let done = set_field(entered, target, expected, Value::Null, once.as_ref())?;
        metrics.write();
        Ok(done)
    });
    Ok(written.await?.into_response())
}

/// What the field becomes.
fn set_field(
    entered: &Entered,
    target: Target,
    expected: Option<u64>,
    content: Value,
    once: Option<&Once>,
) -> Result<Done, Problem> {
    let Target { environment, collection, key, field } = target;
    let dictionary = entered.dictionary();
    let entity = entity_of(&dictionary, &collection)?;
    let index = file_field(entity, &field)?;
    let mut draft = Draft::default();
    draft.fields.insert(entity.fields[index].name.clone(), Input::Value(content));
    let act = Act::Change { key, draft };
    let operation = Operation { entity: entity.name.clone(), expected, act };
    let (options, applied) = (ListOptions::default(), Vec::new());
    let answering = Answering { environment, collection, options, shown: Shown::Tag, applied };
    idempotency::perform(entered, &dictionary, operation, answering, once)
}

/// The field that is written, as the address names it.
struct Target {
    environment: String,
    collection: String,
    key: Key,
    field: String,
}

pub(crate) fn file_field(entity: &Entity, name: &str) -> Result<FieldIndex, Problem> {
    let index = entity.index(name).filter(|index| holds_file(&entity.fields[*index]));
    index.ok_or_else(|| methods::not_this_way(entity, name))
}

pub(crate) fn holds_file(field: &Field) -> bool {
    matches!(field.kind.name(), "file" | "image" | "signature") && !field.secret
}

/// Bytes that the field takes at most.
fn bytes_max(field: &Field) -> u64 {
    field.options.max_size_mb.map_or(u64::MAX, |megabytes| u64::from(megabytes) << 20)
}

mod chunks {
    //! The bytes of a file as a stream, read a piece at a time: a slow client holds a piece in memory, not the file.

    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use futures_core::Stream;
    use tokio::sync::mpsc;

    use super::{CHUNK_BYTES, Found};
    use crate::cx::Cx;
    use crate::problem::Problem;

    pub(super) struct Chunks(mpsc::Receiver<Result<Vec<u8>, io::Error>>);

    impl Chunks {
        pub(super) fn start(cx: Cx, found: Found, first: u64, length: u64) -> Chunks {
            let (sender, receiver) = mpsc::channel(1);
            tokio::spawn(async move {
                let (mut at, end) = (first, first + length);
                while at < end {
                    let wanted = (end - at).min(CHUNK_BYTES);
                    let (files, hash) = (found.files.clone(), found.file.hash.clone());
                    let read = cx.run(move || {
                        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
                        files
                            .read(&hash, at, wanted)?
                            .filter(|bytes| !bytes.is_empty())
                            .ok_or_else(Problem::not_found)
                    });
                    let chunk = read.await;
                    let failed = chunk.is_err();
                    at += chunk.as_ref().map_or(0, |bytes| bytes.len() as u64);
                    let chunk = chunk.map_err(|problem| io::Error::other(problem.code));
                    if sender.send(chunk).await.is_err() || failed {
                        return;
                    }
                }
            });
            Chunks(receiver)
        }
    }

    impl Stream for Chunks {
        type Item = Result<Vec<u8>, io::Error>;

        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.0.poll_recv(context)
        }
    }
}

use chunks::Chunks;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file_and_told_when_beyond_it() {
        let part = |first, last| Some(Range::Part { first, last });
        assert_eq!(Range::read("bytes=0-99", 1_000), part(0, 99));
        assert_eq!(Range::read("bytes=900-5000", 1_000), part(900, 999));
        assert_eq!(Range::read("bytes=900-", 1_000), part(900, 999));
        assert_eq!(Range::read("bytes=-50", 1_000), part(950, 999));
        assert_eq!(Range::read("bytes=-5000", 1_000), part(0, 999));
        for beyond in ["bytes=1000-", "bytes=-0"] {
            assert_eq!(Range::read(beyond, 1_000), Some(Range::Beyond), "{beyond}");
        }
        assert_eq!(Range::read("bytes=0-", 0), Some(Range::Beyond));
        for nothing in ["bytes=5-2", "items=0-1", "bytes=a-b", "bytes=0-1,5-6", "bytes"] {
            assert_eq!(Range::read(nothing, 1_000), None, "{nothing}");
        }
    }
}
