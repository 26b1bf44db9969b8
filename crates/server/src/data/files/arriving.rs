//! Bytes on their way in, with the name and the type they come under.

use std::sync::Arc;
use std::time::Duration;

use axum::http::header::{self, HeaderMap};
use contents::{HEAD_BYTES, Looked, is_picture, looked_at, made_anew};
use dictionary::value::FileRef;
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use platform::Entered;
use platform::files::{FileStore, Incoming};
use tokio::time::Instant;

use crate::body::{announced_length, discard, too_slow};
use crate::cx::Cx;
use crate::data::Asked;
use crate::data::files::fitting::{Unfit, Use};
use crate::problem::Problem;

/// Longest name of a file, characters.
const NAME_MAX: usize = 200;
/// Slowest pace of a file, once its first bytes had time to come.
const SLOWEST_BYTES_PER_S: u64 = 1024;

/// Bytes that came whole and are not kept yet: dropped, they are gone.
pub(in crate::data) struct Arrived {
    pub(in crate::data) name: String,
    media_type: String,
    /// The first of them, which tell what they are.
    head: Vec<u8>,
    incoming: Box<dyn Incoming>,
}

impl Arrived {
    /// Puts the bytes where they stay, for who knows where that is.
    pub(in crate::data) fn finish(self) -> Result<(), Problem> {
        self.incoming.finish()?;
        Ok(())
    }
}

/// A file for the environment's own, come whole and not kept yet.
pub(super) struct ArrivedFile {
    arrived: Arrived,
    files: Arc<dyn FileStore>,
    bytes_max: u64,
}

impl ArrivedFile {
    /// Puts the bytes where they stay, a picture made anew; returns how a record names them.
    ///
    /// `422` for what the use does not take, and for programs.
    pub(super) async fn keep(self, cx: &Cx, environment: &str, used: Use) -> Result<FileRef, Problem> {
        let ArrivedFile { arrived, files, bytes_max } = self;
        let Arrived { name, media_type, head, mut incoming } = arrived;
        let media_type = match looked_at(&media_type, &head) {
            Looked::Type(media_type) => media_type,
            Looked::Program => return Err(used.refuses(&Unfit::Program)),
        };
        let anew = used.wants_anew() && is_picture(&media_type);
        if used.is_picture() && !anew {
            return Err(used.refuses(&Unfit::NoPicture { media_type }));
        }
        if !anew {
            let kept = cx.run(move || Ok(incoming.finish()?)).await?;
            return Ok(FileRef { name, media_type, size: kept.size_bytes, hash: kept.hash });
        }
        let whose = Some(environment.into());
        let make = move || {
            let picture = made_anew(&incoming.content()?).map_err(|error| used.refuses(&error.into()))?;
            let mut made = files.begin(bytes_max)?;
            made.write(&picture.bytes)?;
            let kept = made.finish()?;
            let name =
                if picture.media_type == media_type { name } else { renamed(&name, picture.extension) };
            let media_type = picture.media_type.to_owned();
            Ok(FileRef { name, media_type, size: kept.size_bytes, hash: kept.hash })
        };
        cx.state.pictures.run_for(&whose, make).await
    }
}

/// The name with another ending.
fn renamed(name: &str, extension: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    format!("{stem}.{extension}")
}

/// Takes in the body of a request.
///
/// `allow` says how many bytes are taken at most, or refuses: who may not write must not fill the disk first.
pub(super) async fn receive(
    asked: &mut Asked,
    allow: impl FnOnce(&Entered) -> Result<u64, Problem> + Send + 'static,
) -> Result<ArrivedFile, Problem> {
    let begin = |entered: &Entered, bytes_max| {
        let files = entered.environment.files.clone();
        Ok((files.begin(bytes_max)?, (files, bytes_max)))
    };
    let (arrived, (files, bytes_max)) = receive_into(asked, allow, begin).await?;
    Ok(ArrivedFile { arrived, files, bytes_max })
}

/// As [`receive`], into what `begin` gives; returned with what it gives beside.
pub(in crate::data) async fn receive_into<T: Send + 'static>(
    asked: &mut Asked,
    allow: impl FnOnce(&Entered) -> Result<u64, Problem> + Send + 'static,
    begin: impl FnOnce(&Entered, u64) -> Result<(Box<dyn Incoming>, T), Problem> + Send + 'static,
) -> Result<(Arrived, T), Problem> {
    let mut body = std::mem::take(&mut asked.body);
    let (server_max, announced) = (asked.cx.state.config.file_bytes_max, announced_length(&asked.headers));
    let began = asked.cx.in_environment(&asked.environment, move |entered| {
        let bytes_max = allow(entered)?.min(server_max);
        if announced.is_some_and(|bytes| bytes > bytes_max) {
            return Err(Problem::too_large(bytes_max));
        }
        // Before the bytes come; one whose length nobody announces is refused with the record that names it.
        entered.has_room(announced.unwrap_or(0))?;
        begin(entered, bytes_max)
    });
    let (mut incoming, beside) = match began.await {
        Ok(begun) => begun,
        Err(problem) => {
            discard(body).await;
            return Err(problem);
        }
    };
    // Passed on as it comes. A client that stalls, or sends only enough not to, is given up.
    let (began, patience) = (Instant::now(), asked.cx.state.config.body_timeout);
    let mut received_bytes = 0_u64;
    let mut head = Vec::new();
    loop {
        let deadline = deadline(began, Instant::now(), patience, received_bytes);
        let frame = tokio::time::timeout_at(deadline, body.frame()).await.map_err(|_| too_slow())?;
        let Some(frame) = frame else { break };
        let cut =
            |_| Problem::bad_request("Le fichier n'est pas arrivé entier.", "The file did not arrive whole.");
        let Ok(bytes) = frame.map_err(cut)?.into_data() else { continue };
        received_bytes = received_bytes.saturating_add(bytes.len() as u64);
        head.extend_from_slice(&bytes[..bytes.len().min(HEAD_BYTES - head.len())]);
        let written = asked.cx.run(move || {
            incoming.write(&bytes)?;
            Ok(incoming)
        });
        incoming = match written.await {
            Ok(incoming) => incoming,
            Err(problem) => {
                discard(body).await;
                return Err(problem);
            }
        };
    }
    let (name, media_type) = (file_name(&asked.headers), media_type(&asked.headers));
    Ok((Arrived { name, media_type, head, incoming }, beside))
}

/// Until when the next bytes are waited for: `patience` from now, and no longer than the whole takes at the slowest pace.
fn deadline(began: Instant, now: Instant, patience: Duration, received_bytes: u64) -> Instant {
    let whole = patience + Duration::from_secs(received_bytes / SLOWEST_BYTES_PER_S);
    (now + patience).min(began + whole)
}

/// The name that `Content-Disposition` gives, without folders; `filename*` comes before `filename`.
fn file_name(headers: &HeaderMap) -> String {
    let text =
        headers.get(header::CONTENT_DISPOSITION).map(|value| String::from_utf8_lossy(value.as_bytes()));
    let text = text.unwrap_or_default();
    let parameter = |name: &str| {
        text.split(';').find_map(|part| {
            let (key, value) = part.trim().split_once('=')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let extended = parameter("filename*").and_then(|value| {
        let encoded = value.strip_prefix("UTF-8''").or_else(|| value.strip_prefix("utf-8''"))?.to_owned();
        percent_decode_str(&encoded).decode_utf8().ok().map(|name| name.into_owned())
    });
    let name = extended.or_else(|| parameter("filename").map(|value| value.trim_matches('"').to_owned()));
    let name = name.unwrap_or_default();
    let name: String = name
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect();
    let name = name.trim().to_owned();
    if matches!(name.as_str(), "" | "." | "..") { "fichier".to_owned() } else { name }
}

/// The media type that `Content-Type` gives, without parameters.
fn media_type(headers: &HeaderMap) -> String {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type.contains('/') { media_type } else { "application/octet-stream".to_owned() }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_file_may_be_slow_but_not_drip() {
        let (began, patience) = (Instant::now(), Duration::from_secs(60));
        let after = |seconds: u64| began + Duration::from_secs(seconds);
        assert_eq!(deadline(began, began, patience, 0), after(60));
        // 300 kB in 100 s is slow, and waited for; 59 bytes in 59 s are not waited for much longer.
        assert_eq!(deadline(began, after(100), patience, 300_000), after(160));
        assert_eq!(deadline(began, after(59), patience, 59), after(60));
    }

    #[test]
    fn names_of_files_have_no_folders_and_may_have_accents() {
        let name = |text: &'static str| {
            file_name(&HeaderMap::from_iter([(header::CONTENT_DISPOSITION, HeaderValue::from_static(text))]))
        };
        assert_eq!(name("attachment; filename=\"devis 12.pdf\""), "devis 12.pdf");
        assert_eq!(name("attachment; filename=\"../../etc/passwd\""), "passwd");
        assert_eq!(
            name("attachment; filename=\"c_t_.pdf\"; filename*=UTF-8''c%C3%B4t%C3%A9.pdf"),
            "côté.pdf"
        );
        assert_eq!(name("attachment; filename=\"..\""), "fichier");
        assert_eq!(name("attachment"), "fichier");
    }
}
