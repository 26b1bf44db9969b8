//! The type of a content, by what it begins with.

/// So many first bytes tell the type.
pub const HEAD_BYTES: usize = 8 * 1024;

/// What a look at a content says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// The media type it is kept under.
    Type(String),
    /// It runs on somebody's machine: this is no document.
    Program,
}

/// Types whose every content begins with a signature: what has none is none of them.
const SIGNED: &[&str] = &[
    "application/gzip",
    PDF,
    "application/zip",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/heic",
    "image/heif",
    "image/jpeg",
    "image/png",
    "image/tiff",
    "image/webp",
];

/// Signatures of programs, as `infer` calls them.
const PROGRAMS: &[&str] = &[
    "application/java",
    "application/llvm",
    "application/vnd.microsoft.portable-executable",
    "application/wasm",
    "application/x-executable",
    "application/x-mach-binary",
    "application/x-msdownload",
];

const PDF: &str = "application/pdf";
/// A folder of files in one, which the documents of many programs are.
const ZIP: &str = "application/zip";
/// The same of older programs.
const COMPOUND: &[&str] = &[
    "application/x-ole-storage",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.ms-outlook",
];

/// The type of a content that begins with `head` ([`HEAD_BYTES`] of it, or all), sent as a `declared` one.
///
/// What it begins with counts, not what it is called: a page sent as a picture is a page. Where bytes alone do not tell (text, tables, documents
/// in a common container), the word of the sender does, within what the bytes allow.
///
/// ```
/// use contents::{looked_at, Looked};
/// assert_eq!(looked_at("image/png", b"%PDF-1.7"), Looked::Type("application/pdf".to_owned()));
/// assert_eq!(looked_at("text/csv", b"name;city"), Looked::Type("text/csv".to_owned()));
/// assert_eq!(looked_at("image/png", b"MZ\x90\0"), Looked::Program);
/// ```
pub fn looked_at(declared: &str, head: &[u8]) -> Looked {
    let found = infer::get(head).map(|found| found.mime_type());
    let Some(found) = found else {
        // Readers of PDF look for its beginning in the first kilobyte.
        let late = declared == PDF && head[..head.len().min(1024)].windows(5).any(|part| part == b"%PDF-");
        let lies = SIGNED.contains(&declared) && !late;
        return Looked::Type(if lies { "application/octet-stream" } else { declared }.to_owned());
    };
    if PROGRAMS.contains(&found) {
        return Looked::Program;
    }
    let agrees = declared == found
        || (found == ZIP && is_zipped(declared))
        || (COMPOUND.contains(&found) && COMPOUND.contains(&declared))
        || (is_xml(found) && is_xml(declared))
        || (found == "text/x-shellscript" && declared == "text/plain")
        || (is_recording(found) && is_recording(declared));
    Looked::Type(if agrees { declared } else { found }.to_owned())
}

/// Types whose contents are zip files with a given inside.
fn is_zipped(media_type: &str) -> bool {
    ["application/vnd.", "application/epub+zip", "application/x-zip", "application/java-archive"]
        .iter()
        .any(|begins| media_type.starts_with(begins))
        || media_type.ends_with("+zip")
}

fn is_xml(media_type: &str) -> bool {
    matches!(media_type, "text/xml" | "application/xml") || media_type.ends_with("+xml")
}

/// Sound and film share their containers.
fn is_recording(media_type: &str) -> bool {
    media_type.starts_with("audio/") || media_type.starts_with("video/")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(declared: &str, head: &[u8]) -> String {
        match looked_at(declared, head) {
            Looked::Type(media_type) => media_type,
            Looked::Program => "a program".to_owned(),
        }
    }

    #[test]
    fn what_a_content_begins_with_counts_and_not_what_it_is_called() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        for (declared, head, is) in [
            ("image/png", &png[..], "image/png"),
            ("application/pdf", png, "image/png"),
            ("image/png", b"<html><script>alert(1)</script>", "text/html"),
            ("text/plain", b"<!DOCTYPE html><p>", "text/html"),
            ("image/jpeg", b"nothing of the kind", "application/octet-stream"),
            ("image/png", b"", "application/octet-stream"),
            ("application/octet-stream", b"%PDF-1.7", "application/pdf"),
            ("application/pdf", b"sent by a scanner\n%PDF-1.4", "application/pdf"),
            ("image/svg+xml", b"<?xml version=\"1.0\"?><svg/>", "image/svg+xml"),
            ("image/png", b"<?xml version=\"1.0\"?><svg/>", "text/xml"),
            (
                "application/vnd.oasis.opendocument.text",
                b"PK\x03\x04rest",
                "application/vnd.oasis.opendocument.text",
            ),
            ("image/png", b"PK\x03\x04rest", "application/zip"),
            ("text/plain", b"#!/bin/sh\necho", "text/plain"),
            ("text/csv", b"name;city\nLenoir;Metz", "text/csv"),
            ("text/plain", b"", "text/plain"),
        ] {
            assert_eq!(kept(declared, head), is, "{declared} beginning with {head:?}");
        }
    }

    #[test]
    fn programs_are_told_whatever_they_are_called() {
        for head in [
            &b"MZ\x90\0\x03\0\0\0"[..],
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\xca\xfe\xba\xbe\0\0\0\x34",
            b"\xcf\xfa\xed\xfe\x07\0\0\x01",
            b"\0asm\x01\0\0\0",
        ] {
            for declared in ["image/png", "application/pdf", "text/plain", "application/octet-stream"] {
                assert_eq!(kept(declared, head), "a program", "{declared} beginning with {head:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_a_panic(declared in "[a-z]{1,5}/[a-z]{1,5}", head in prop::collection::vec(any::<u8>(), 0..300)) {
            looked_at(&declared, &head);
        }
    }
}
