//! In which encoding a text file is, and its lines as UTF-8.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::ExchangeError;

/// Encoding of a text file. `Latin1` is Windows-1252, which is what files called Latin-1 are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    Utf8,
    /// Windows-1252, a superset of the printable part of ISO 8859-1.
    Latin1,
    /// UTF-16, least byte first.
    Utf16Le,
    /// UTF-16, greatest byte first.
    Utf16Be,
}

impl Encoding {
    /// Reads the name that a mapping file or a person gives: `utf-8`, `latin-1`, `windows-1252`, `iso-8859-1`, `utf-16`…
    pub fn from_name(name: &str) -> Option<Encoding> {
        let plain: String =
            name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        match plain.as_str() {
            "utf8" | "utf8bom" | "utf8sig" => Some(Encoding::Utf8),
            "latin1" | "latin9" | "windows1252" | "cp1252" | "iso88591" | "iso885915" | "ansi" => {
                Some(Encoding::Latin1)
            }
            "utf16" | "utf16le" => Some(Encoding::Utf16Le),
            "utf16be" => Some(Encoding::Utf16Be),
            _ => None,
        }
    }
}

/// What one pass over a file tells before it is read in earnest.
#[derive(Debug, Clone)]
pub struct Survey {
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub hash: String,
    /// Bytes.
    pub size: u64,
    /// Recognised encoding.
    pub encoding: Encoding,
}

/// Reads the whole file once: its hash and its encoding.
///
/// A file that is not quite UTF-8 is taken for UTF-8 with damaged lines when most of its accented letters are good UTF-8, else for Latin-1.
pub fn survey(path: &Path) -> Result<Survey, ExchangeError> {
    let mut file = File::open(path).map_err(ExchangeError::file("read", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let (mut size, mut tally) = (0_u64, Tally::default());
    let mut head = Vec::new();
    loop {
        let read = file.read(&mut buffer).map_err(ExchangeError::file("read", path))?;
        if read == 0 {
            break;
        }
        let bytes = &buffer[..read];
        if head.len() < 1024 {
            head.extend_from_slice(&bytes[..read.min(1024)]);
        }
        hasher.update(bytes);
        tally.add(bytes);
        size += read as u64;
    }
    tally.end();
    let encoding = match head.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8,
        [0xFF, 0xFE, ..] => Encoding::Utf16Le,
        [0xFE, 0xFF, ..] => Encoding::Utf16Be,
        head => match zeros(head) {
            Some(encoding) => encoding,
            None if tally.bad == 0 || tally.good > 10 * tally.bad => Encoding::Utf8,
            None => Encoding::Latin1,
        },
    };
    Ok(Survey { hash: hasher.finalize().to_hex().to_string(), size, encoding })
}

/// UTF-16 without its mark: every other byte of Latin text is zero.
fn zeros(head: &[u8]) -> Option<Encoding> {
    let (even, odd) = head
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == 0)
        .fold((0, 0), |(even, odd), (i, _)| if i % 2 == 0 { (even + 1, odd) } else { (even, odd + 1) });
    match () {
        () if odd > head.len() / 3 && even == 0 => Some(Encoding::Utf16Le),
        () if even > head.len() / 3 && odd == 0 => Some(Encoding::Utf16Be),
        () => None,
    }
}

/// Counts good and bad sequences beyond ASCII over chunks cut anywhere.
#[derive(Default)]
struct Tally {
    good: u64,
    bad: u64,
    rest: Vec<u8>,
}

impl Tally {
    fn add(&mut self, bytes: &[u8]) {
        if self.rest.is_empty() && bytes.is_ascii() {
            return;
        }
        let mut joined = std::mem::take(&mut self.rest);
        joined.extend_from_slice(bytes);
        let mut chunks = joined.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            self.good += chunk.valid().chars().filter(|c| !c.is_ascii()).count() as u64;
            let invalid = chunk.invalid();
            let cut = chunks.peek().is_none()
                && invalid.len() < 4
                && std::str::from_utf8(invalid).is_err_and(|e| e.error_len().is_none());
            if cut {
                self.rest = invalid.to_vec();
            } else if !invalid.is_empty() {
                self.bad += 1;
            }
        }
    }

    fn end(&mut self) {
        self.bad += u64::from(!self.rest.is_empty());
    }
}

/// A line of a text file.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// From 1.
    pub(crate) number: u64,
    /// Without its end. Bytes that are not of the encoding are shown as `\u{FFFD}`.
    pub(crate) text: String,
    /// Whether some bytes were not of the encoding.
    pub(crate) damaged: bool,
}

/// The lines of a file, one after another, in constant memory. Lines may be given back.
pub(crate) struct Lines {
    path: PathBuf,
    reader: Box<dyn BufRead + Send>,
    encoding: Encoding,
    number: u64,
    bytes: u64,
    returned: VecDeque<Line>,
}

/// A line longer than this is not a line of a table, and must not fill the memory.
const LINE_BYTES_MAX: u64 = 16 << 20;

impl Lines {
    pub(crate) fn open(path: &Path, encoding: Encoding) -> Result<Lines, ExchangeError> {
        let file = File::open(path).map_err(ExchangeError::file("read", path))?;
        let reader: Box<dyn BufRead + Send> = match encoding {
            Encoding::Utf8 | Encoding::Latin1 => Box::new(BufReader::with_capacity(1 << 16, file)),
            Encoding::Utf16Le => Box::new(BufReader::new(Transcoder::new(file, UTF_16LE.new_decoder()))),
            Encoding::Utf16Be => Box::new(BufReader::new(Transcoder::new(file, UTF_16BE.new_decoder()))),
        };
        Ok(Lines { path: path.to_owned(), reader, encoding, number: 0, bytes: 0, returned: VecDeque::new() })
    }

    /// Bytes read so far (of UTF-8, for a UTF-16 file).
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Puts lines back before what follows, in their order.
    pub(crate) fn give_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.returned.push_front(line);
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Line>, ExchangeError> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut raw = Vec::new();
        let read = self
            .reader
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut raw)
            .map_err(ExchangeError::file("read", &self.path))?;
        if read == 0 {
            return Ok(None);
        }
        self.bytes += read as u64;
        self.number += 1;
        if raw.last() == Some(&b'\n') {
            raw.pop();
            if raw.last() == Some(&b'\r') {
                raw.pop();
            }
        }
        let (mut text, damaged) = match self.encoding {
            Encoding::Latin1 => (WINDOWS_1252.decode_without_bom_handling(&raw).0.into_owned(), false),
            Encoding::Utf8 => match String::from_utf8(raw) {
                Ok(text) => (text, false),
                Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
            },
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let text = String::from_utf8_lossy(&raw).into_owned();
                let damaged = text.contains('\u{FFFD}');
                (text, damaged)
            }
        };
        if self.number == 1 && text.starts_with('\u{FEFF}') {
            text.remove(0);
        }
        Ok(Some(Line { number: self.number, text, damaged }))
    }
}

/// Turns a UTF-16 file into UTF-8 while it is read.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    output: VecDeque<u8>,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    fn new(inner: R, decoder: Decoder) -> Transcoder<R> {
        Transcoder { inner, decoder, output: VecDeque::new(), ended: false }
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.output.is_empty() && !self.ended {
            let mut raw = [0; 8192];
            let read = self.inner.read(&mut raw)?;
            self.ended = read == 0;
            let mut text = String::with_capacity(4 * 8192);
            let _ = self.decoder.decode_to_string(&raw[..read], &mut text, self.ended);
            self.output.extend(text.as_bytes());
        }
        self.output.read(into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(bytes: &[u8]) -> (Encoding, Vec<(String, bool)>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        let encoding = survey(&path).unwrap().encoding;
        let mut lines = Lines::open(&path, encoding).unwrap();
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.text, line.damaged));
        }
        (encoding, found)
    }

    #[test]
    fn every_usual_encoding_is_recognised_and_read_alike() {
        let text = "nom;ville\r\nBoulangerie Émile;Sélestat\r\n";
        let expected =
            vec![("nom;ville".to_owned(), false), ("Boulangerie Émile;Sélestat".to_owned(), false)];
        let utf16 = |big: bool, mark: bool| -> Vec<u8> {
            let marked = if mark { format!("\u{FEFF}{text}") } else { text.to_owned() };
            marked.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let latin = WINDOWS_1252.encode(text).0.into_owned();
        for (bytes, encoding) in [
            (text.as_bytes().to_vec(), Encoding::Utf8),
            (format!("\u{FEFF}{text}").into_bytes(), Encoding::Utf8),
            (latin, Encoding::Latin1),
            (utf16(false, true), Encoding::Utf16Le),
            (utf16(true, true), Encoding::Utf16Be),
            (utf16(false, false), Encoding::Utf16Le),
        ] {
            assert_eq!(lines_of(&bytes), (encoding, expected.clone()));
        }
    }

    #[test]
    fn one_bad_byte_in_a_long_utf_8_file_damages_one_line_only() {
        let mut bytes = "é;è\n".repeat(40).into_bytes();
        bytes.extend(b"caf\xE9;1\n");
        bytes.extend("à;ù\n".as_bytes());
        let (encoding, lines) = lines_of(&bytes);
        assert_eq!(encoding, Encoding::Utf8);
        assert_eq!(lines.iter().filter(|(_, damaged)| *damaged).count(), 1);
        assert!(lines[40].1);
        assert_eq!(lines[41].0, "à;ù");
    }
}
