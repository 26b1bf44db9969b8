//! A whole list as a file: `GET /data/{env}/{collection}/$export`.
//!
//! A thread of its own reads page after page and hands the bytes on through a short channel, so that neither a long list nor a slow client
//! holds more than a few pieces in memory. What is wrong with the question is found before the first byte, and is a problem as anywhere.

use std::io::{self, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use dictionary::Language;
use engine::{Capability, Query};
use exchange::{ExchangeError, Format, Sheet, export_list};
use futures_core::Stream;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::Entered;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::data::list_exports::{Taken, note};
use crate::data::parameters::{flag, parameter};
use crate::data::{Asked, entity_of, reading};
use crate::odata::ListOptions;
use crate::problem::Problem;
use crate::turns::Turn;

/// Bytes handed on at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces that wait for the client.
const PIECES: usize = 4;
/// How long a client may take for a piece before the export is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many records the file holds, where that is known before it is sent.
const RECORDS: HeaderName = HeaderName::from_static("tisserand-records");

/// The records of a list, all of them, as CSV, XLSX or JSON lines.
///
/// `400` names what is wrong; `429` when as many exports run as the server runs at once.
pub(crate) async fn record_export(asked: Asked, collection: String) -> Result<Response, Problem> {
    let options = ListOptions::read(asked.query.as_deref())?;
    let file = File::asked(asked.query.as_deref(), &options)?;
    let (headers, whole) = (file.headers(), file.format == Format::Xlsx);
    let (language, timeout_ms) = (asked.cx.language(), asked.cx.state.config.query_timeout_ms);
    let platform = asked.cx.state.platform.clone();
    let write = move |entered: &Entered, out: &mut Pieces| {
        let done = written(entered, &collection, &options, &file, (language, timeout_ms), out);
        let dictionary = entered.dictionary();
        if let Ok(entity) = entity_of(&dictionary, &collection) {
            let taken = Taken {
                entity: &entity.name,
                records: out.records.load(Ordering::Relaxed),
                format: file.format.name(),
                narrowed: [&options.filter, &options.condition, &options.search]
                    .into_iter()
                    .any(Option::is_some),
                whole: done.is_ok(),
            };
            note(entered, platform.clock().now(), &taken)?;
        }
        done
    };
    handed_on(asked, headers, whole, write).await
}

/// Answers a file that `write` writes on a thread of its own, as it is written; `whole` when nothing of it is before everything was read.
///
/// `429` when as many exports run as the server runs at once.
pub(super) async fn handed_on(
    asked: Asked,
    mut headers: HeaderMap,
    whole: bool,
    write: impl FnOnce(&Entered, &mut Pieces) -> Result<(), Problem> + Send + 'static,
) -> Result<Response, Problem> {
    // Whoever may not enter takes no turn from those who may, and is answered as everywhere.
    asked.cx.in_environment(&asked.environment, |_| Ok(())).await?;
    let whose = Some(asked.environment.as_str().into());
    let turn = asked.cx.state.exports.turn_at_once(&whose).ok_or_else(|| Problem::too_many(5))?;
    let (begun, beginning) = oneshot::channel();
    let (sender, receiver) = mpsc::channel(PIECES);
    let (cx, environment, handle) = (asked.cx.clone(), asked.environment.clone(), Handle::current());
    let span = tracing::Span::current();
    asked.cx.state.engine.run_back(&whose, move || {
        let _span = span.entered();
        let (begun, turn) = (Some(begun), Some(turn));
        let mut out =
            Pieces { begun, turn, sender, handle, piece: Vec::new(), records: Arc::default(), whole };
        let done = cx.enter(&environment).and_then(|entered| write(&entered, &mut out));
        out.end(done);
    });
    let known = beginning.await.unwrap_or_else(|error| Err(Problem::internal(&error)))?;
    if let Some(records) = known {
        headers.insert(RECORDS, HeaderValue::from(records));
    }
    Ok((headers, Body::from_stream(Received(receiver))).into_response())
}

fn written(
    entered: &Entered,
    collection: &str,
    options: &ListOptions,
    file: &File,
    (language, timeout_ms): (Language, u64),
    out: &mut Pieces,
) -> Result<(), Problem> {
    let dictionary = entered.dictionary();
    let entity = entity_of(&dictionary, collection)?;
    entered.may(&entity.name, Capability::Export)?;
    let query = Query {
        filters: reading::filters(&dictionary, entity, options)?,
        search: reading::search_words(options)?,
        order: reading::sort(&dictionary, entity, options)?,
        entity: entity.name.clone(),
        timeout_ms,
        dictionary: Some(dictionary.clone()),
        purpose: Capability::Export,
        ..Query::default()
    };
    let sheet = Sheet {
        columns: file.columns.clone(),
        reading: file.reading,
        format: file.format,
        delimiter: None,
        language,
    };
    let records = out.records.clone();
    let mut told = |written| records.store(written, Ordering::Relaxed);
    export_list(&entered.environment.engine, &entered.caller, query, &sheet, out, &mut told)
        .map(drop)
        .map_err(refused)
}

pub(super) fn refused(error: ExchangeError) -> Problem {
    match error {
        ExchangeError::Refused(detail) => Problem { detail, ..Problem::bad_request("", "") },
        ExchangeError::Engine(error) => error.into(),
        ExchangeError::File { source, .. } if source.kind() == io::ErrorKind::BrokenPipe => {
            tracing::debug!("the client of an export went away");
            // Nobody hears of it.
            Problem::bad_request("", "")
        }
        error @ ExchangeError::File { .. } => Problem::internal(&error),
    }
}

/// What is asked of the file.
#[derive(Debug, Clone)]
struct File {
    format: Format,
    columns: Vec<String>,
    reading: bool,
    name: String,
}

impl File {
    /// Reads `$format` (the kind of file), `$select` (paths of columns) and `labels`, `name`, which are ours.
    fn asked(query: Option<&str>, options: &ListOptions) -> Result<File, Problem> {
        let format = options.format.as_deref().unwrap_or("csv");
        let format = Format::from_name(format).ok_or_else(|| {
            Problem::bad_request("$format est csv, xlsx ou jsonl.", "$format is csv, xlsx or jsonl.")
                .with("option", "$format".into())
        })?;
        let columns = options.select.as_deref().unwrap_or_default().split(',').map(str::trim);
        let columns = columns.filter(|path| !path.is_empty()).map(|path| path.replace('/', ".")).collect();
        let reading = flag(query, "labels")? && format != Format::JsonLines;
        Ok(File { format, columns, reading, name: parameter(query, "name").unwrap_or_default() })
    }

    fn headers(&self) -> HeaderMap {
        let (end, media_type) = match self.format {
            Format::Csv => ("csv", "text/csv; charset=utf-8"),
            Format::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Format::JsonLines => ("jsonl", "application/x-ndjson"),
        };
        downloaded(&self.name, end, media_type)
    }
}

/// Headers of a file to be kept under a name.
pub(super) fn downloaded(name: &str, end: &str, media_type: &'static str) -> HeaderMap {
    let name: String = name.chars().filter(|c| !c.is_control() && !"/\\\"".contains(*c)).take(100).collect();
    let name = if name.trim().is_empty() { "export" } else { name.trim() };
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename=\"{plain}.{end}\"; filename*=UTF-8''{encoded}.{end}");
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers
}

/// Takes what is written and hands it on in pieces.
pub(super) struct Pieces {
    /// Told once, before the first piece: how many records there are, where that is known, or why there is no file.
    begun: Option<oneshot::Sender<Result<Option<u64>, Problem>>>,
    /// Given back before the client knows that this ended: it may ask for the next file at once. So it stands before what tells the end.
    turn: Option<Turn>,
    sender: mpsc::Sender<Result<Vec<u8>, io::Error>>,
    handle: Handle,
    piece: Vec<u8>,
    /// Records written so far.
    records: Arc<AtomicU64>,
    /// Nothing is written before every record was read.
    whole: bool,
}

impl Pieces {
    fn hand_on(&mut self, all_read: bool) -> io::Result<()> {
        if let Some(begun) = self.begun.take() {
            let known = all_read.then(|| self.records.load(Ordering::Relaxed));
            begun.send(Ok(known)).map_err(|_| gone())?;
        }
        let piece = std::mem::take(&mut self.piece);
        let sent = tokio::time::timeout(PATIENCE, self.sender.send(Ok(piece)));
        match self.handle.block_on(sent) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(gone()),
        }
    }

    /// The rest, or why there is none: a file that was begun is broken off, so that it is not taken for a whole one.
    fn end(mut self, done: Result<(), Problem>) {
        match (done, self.begun.take()) {
            (Ok(()), begun) => {
                self.begun = begun;
                if self.hand_on(true).is_err() {
                    tracing::debug!("the client of an export went away");
                }
            }
            (Err(problem), Some(begun)) => {
                drop(self.turn.take());
                drop(begun.send(Err(problem)));
            }
            (Err(problem), None) => {
                let broken = Err(io::Error::other(problem.code));
                drop(self.handle.block_on(tokio::time::timeout(PATIENCE, self.sender.send(broken))));
            }
        }
    }
}

fn gone() -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, "the client went away")
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE_BYTES {
            self.hand_on(self.whole)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Received(mpsc::Receiver<Result<Vec<u8>, io::Error>>);

impl Stream for Received {
    type Item = Result<Vec<u8>, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
