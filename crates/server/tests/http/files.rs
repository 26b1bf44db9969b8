//! File fields.

use std::time::{Duration, UNIX_EPOCH};

use engine::Clock;
use jiff::SignedDuration;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::client::{Answer, Client, picture};

fn send(client: &Client, path: &str, name: &str, media_type: &str, bytes: &[u8]) -> Answer {
    let disposition = format!("attachment; filename=\"{name}\"");
    client.with("content-disposition", &disposition).send("PUT", path, Some(media_type), bytes)
}

fn account(client: &Client) -> String {
    let account = client.create("accounts", json!({"name": "Lenoir"}));
    client.at(&format!("accounts/{}", account["id"].as_str().unwrap()))
}

/// Bytes that don't repeat soon, of what passes for a PDF.
fn content(length: usize) -> Vec<u8> {
    let rest = (4..length).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8);
    b"%PDF".iter().copied().chain(rest).collect()
}

#[test]
fn a_file_comes_back_as_it_was_sent_whole_or_in_part() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let path = format!("{record}/contract");
    assert_eq!(ada.get(&path).status, 404);
    let bytes = content(700_000);
    let sent = send(&ada, &path, "contrat 2026.pdf", "application/pdf", &bytes);
    assert_eq!(sent.status, 204, "{}", sent.text());
    let field = ada.get(&record).json()["contract"].clone();
    assert_eq!(
        (&field["name"], &field["type"], &field["size"]),
        (&json!("contrat 2026.pdf"), &json!("application/pdf"), &json!(700_000))
    );

    let whole = ada.get(&path);
    assert_eq!((whole.status, whole.bytes == bytes), (200, true));
    assert_eq!(whole.header("content-type"), Some("application/pdf"));
    assert!(
        whole.header("content-disposition").unwrap().starts_with("inline; filename=\"contrat 2026.pdf\"")
    );
    let etag = whole.header("etag").unwrap();
    assert_eq!(etag, format!("\"{}\"", field["hash"].as_str().unwrap()));
    assert_eq!(ada.with("if-none-match", etag).get(&path).status, 304);

    let part = ada.with("range", "bytes=300000-300009").get(&path);
    assert_eq!((part.status, &part.bytes[..]), (206, &bytes[300_000..300_010]));
    assert_eq!(part.header("content-range"), Some("bytes 300000-300009/700000"));
    assert_eq!(ada.with("range", "bytes=-3").get(&path).bytes, &bytes[699_997..]);
    let beyond = ada.with("range", "bytes=700000-").get(&path);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */700000")));
    assert_eq!(ada.with("range", "bytes=0-9").with("if-range", "\"other\"").get(&path).status, 200);

    assert_eq!(ada.delete(&path).status, 204);
    assert_eq!(ada.get(&path).status, 404);
    assert_eq!(ada.get(&record).json()["contract"], Json::Null);
    assert_eq!(ada.get(&format!("{record}/$history")).json()["value"].as_array().unwrap().len(), 3);
}

#[test]
fn what_a_stranger_uploads_is_saved_and_never_opened_as_a_page() {
    let app = App::start();
    let ada = app.ada();
    let path = format!("{}/contract", account(&ada));
    assert_eq!(send(&ada, &path, "page.html", "text/html", b"<script>alert(1)</script>").status, 204);
    let page = ada.get(&path);
    assert!(page.header("content-disposition").unwrap().starts_with("attachment; filename=\"page.html\""));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        page.header("content-security-policy"),
        Some("default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox")
    );
}

#[test]
fn what_a_content_is_counts_and_not_what_it_is_called() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let picture = picture(0);
    let (contract, logo) = (format!("{record}/contract"), format!("{record}/logo"));
    // A picture is no contract and a page no picture, whatever they are called.
    for (path, name, media_type, code, other) in [
        (&contract, "contrat.pdf", "application/pdf", "contract", &picture[..]),
        (&logo, "logo.png", "image/png", "logo", b"<!DOCTYPE html><script>alert(1)</script>"),
    ] {
        let other = send(&ada, path, name, media_type, other);
        assert_eq!(other.refusal(), (422, "validation".to_owned()), "{}", other.text());
        assert!(other.json()["fields"][code].is_string(), "{}", other.text());
        let program = send(&ada, path, name, media_type, b"MZ\x90\0\x03\0\0\0");
        assert!(program.json()["fields"][code].as_str().unwrap().contains("programme"), "{}", program.text());
    }
    let program = ada.send("POST", &ada.at("$files?as=file"), Some("application/pdf"), b"MZ\x90\0\x03\0\0\0");
    assert_eq!(program.refusal(), (422, "validation".to_owned()));
    // Nor does a record name it otherwise than it is.
    let page = ada.send("POST", &ada.at("$files"), Some("image/png"), b"<!DOCTYPE html><p>").json();
    assert_eq!(page["type"], "text/html");
    let named = json!({"name": "logo.png", "type": "image/png", "size": page["size"], "hash": page["hash"]});
    let refused = ada.patch(&record, &json!({"logo": named}));
    assert_eq!(refused.refusal(), (422, "validation".to_owned()), "{}", refused.text());
    assert_eq!(ada.get(&logo).status, 404);
    assert_eq!(ada.get(&contract).status, 404);
}

#[test]
fn a_picture_is_made_anew_and_a_document_stays_as_it_is() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let logo = format!("{record}/logo");
    let picture = picture(0);
    let sent = [&picture, &b"taken at 48.5734 N 7.7521 E"[..]].concat();
    assert_eq!(send(&ada, &logo, "logo.png", "image/png", &sent).status, 204);
    let kept = ada.get(&logo);
    assert_eq!(kept.header("content-type"), Some("image/png"));
    assert!(kept.bytes.starts_with(b"\x89PNG") && !kept.bytes.windows(8).any(|part| part == b"taken at"));
    // Sent again it is the same.
    let known = ada.get(&record).json()["logo"].clone();
    assert_eq!(send(&ada, &logo, "logo.png", "image/png", &sent).status, 204);
    assert_eq!(ada.get(&record).json()["logo"], known);
    // So it is before its record is there, unless it is asked for as it is.
    let before = |path: &str| ada.send("POST", &ada.at(path), Some("image/png"), &sent).json();
    assert_eq!(before("$files")["hash"], known["hash"]);
    assert_eq!(before("$files?as=file")["size"], sent.len());
    assert_eq!(ada.send("POST", &ada.at("$files?as=x"), Some("image/png"), &sent).refusal().0, 400);
    // A damaged one is said to be, and what was there stays.
    let damaged = send(&ada, &logo, "logo.png", "image/png", &picture[..40]);
    assert!(damaged.json()["fields"]["logo"].as_str().unwrap().contains("abîmée"), "{}", damaged.text());
    assert_eq!(ada.get(&logo).bytes, kept.bytes);
}

#[test]
fn a_picture_that_was_kept_with_what_it_says_of_its_place_is_shown_by_no_field() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let picture = picture(0);
    let place = b"\0\0\0\x10tEXtplace\x0048.57 N\0\0\0\0\0\0\0";
    let sent = [&picture[..33], place, &picture[33..]].concat();
    let kept = ada.send("POST", &ada.at("$files?as=file"), Some("image/png"), &sent).json();
    let told = ada.patch(&record, &json!({"logo": kept}));
    assert_eq!(told.refusal(), (422, "validation".to_owned()));
    assert!(told.json()["fields"]["logo"].as_str().unwrap().contains("sans ?as=file"), "{}", told.text());
    // As it was taken, it may be kept for evidence where files are; made anew, it is shown.
    let anew = ada.send("POST", &ada.at("$files"), Some("image/png"), &picture).json();
    assert_eq!(ada.patch(&record, &json!({"logo": anew})).status, 200);
}

#[test]
fn files_too_large_or_of_another_kind_are_refused_and_nothing_is_kept() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let path = format!("{record}/contract");
    assert_eq!(
        send(&ada, &path, "x.pdf", "application/pdf", &content((1 << 20) + 1)).refusal(),
        (413, "too_large".to_owned())
    );
    let wrong = send(&ada, &path, "x.zip", "application/zip", b"PK");
    assert_eq!(wrong.refusal(), (422, "validation".to_owned()));
    assert!(wrong.json()["fields"]["contract"].is_string(), "{}", wrong.text());
    assert_eq!(
        send(&app.remi(), &path, "x.pdf", "application/pdf", b"%PDF").refusal(),
        (403, "forbidden".to_owned())
    );
    assert_eq!(send(&ada, &format!("{record}/name"), "x.pdf", "application/pdf", b"%PDF").status, 405);
    assert_eq!(send(&ada, &format!("{record}/nothing"), "x.pdf", "application/pdf", b"%PDF").status, 404);
    assert_eq!(
        send(&ada.without("x-csrf-token"), &path, "x.pdf", "application/pdf", b"%PDF").refusal(),
        (403, "csrf".to_owned())
    );
    assert_eq!(ada.get(&path).status, 404);
    let stale = ada.with("if-match", "W/\"1\"");
    assert_eq!(send(&stale, &path, "x.pdf", "application/pdf", b"%PDF").refusal(), (412, "stale".to_owned()));
}

#[test]
fn a_record_cannot_name_a_file_that_was_never_sent() {
    let app = App::start();
    let ada = app.ada();
    let record = account(&ada);
    let invented =
        json!({"contract": {"name": "x.pdf", "type": "application/pdf", "size": 3, "hash": "0".repeat(64)}});
    assert_eq!(ada.patch(&record, &invented).refusal(), (422, "validation".to_owned()));
    assert_eq!(send(&ada, &format!("{record}/contract"), "x.pdf", "application/pdf", b"%PDF").status, 204);
    let known = ada.get(&record).json()["contract"].clone();
    let other = account(&ada);
    assert_eq!(ada.patch(&other, &json!({"contract": known})).status, 200);
    assert_eq!(ada.get(&format!("{other}/contract")).bytes, b"%PDF");
}

#[test]
fn content_is_sent_first_when_a_record_cannot_be_without_it() {
    let app = App::start();
    let ada = app.ada();
    let disposition = "attachment; filename=\"contrat.pdf\"";
    let keep = |client: &Client, bytes: &[u8]| {
        let named = client.with("content-disposition", disposition);
        named.send("POST", &client.at("$files"), Some("application/pdf"), bytes)
    };
    let sent = keep(&ada, b"%PDF");
    assert_eq!(sent.status, 201, "{}", sent.text());
    let file = sent.json();
    assert_eq!(
        (&file["name"], &file["type"], &file["size"]),
        (&json!("contrat.pdf"), &json!("application/pdf"), &json!(4))
    );
    // A refusal loses nothing: the same content is named again.
    let refused = ada.post(&ada.at("accounts"), &json!({"contract": file}));
    assert_eq!(refused.refusal(), (422, "validation".to_owned()));
    let account = ada.create("accounts", json!({"name": "Lenoir", "contract": file}));
    let path = ada.at(&format!("accounts/{}/contract", account["id"].as_str().unwrap()));
    assert_eq!(ada.get(&path).bytes, b"%PDF");

    assert_eq!(keep(&app.remi(), b"%PDF").refusal(), (403, "forbidden".to_owned()));
    assert_eq!(keep(&ada.without("x-csrf-token"), b"%PDF").refusal(), (403, "csrf".to_owned()));
    // The limits of a field hold for what comes before its record too.
    let large = keep(&ada, &content((1 << 20) + 1));
    assert_eq!(large.status, 201);
    let refused = ada.post(&ada.at("accounts"), &json!({"name": "Roux", "contract": large.json()}));
    assert_eq!(refused.refusal(), (422, "validation".to_owned()));
    assert!(refused.json()["fields"]["contract"].is_string(), "{}", refused.text());
    assert_eq!(ada.names("accounts"), ["Lenoir"]);
}

#[test]
fn content_larger_than_the_server_takes_is_refused_before_it_is_read() {
    let app = App::start_with(|config| config.file_bytes_max = 1_000);
    let ada = app.ada();
    let answer = ada.send("POST", &ada.at("$files"), Some("image/png"), &content(1_001));
    assert_eq!(answer.refusal(), (413, "too_large".to_owned()));
    assert_eq!(answer.json()["bytes_max"], 1_000);
}

#[test]
fn an_upload_that_no_record_names_within_a_day_is_swept_from_open_environments() {
    let app = App::start();
    let ada = app.ada();
    let sent = |content: &[u8]| {
        let kept = ada.send("POST", &ada.at("$files"), Some("application/pdf"), content);
        assert_eq!(kept.status, 201, "{}", kept.text());
        kept.json()
    };
    let (lost, named) = (sent(b"%PDF lost"), sent(b"%PDF named"));
    let record = account(&ada);
    assert_eq!(ada.patch(&record, &json!({"contract": named})).status, 200);
    let files = app.platform.environment("acme").unwrap().files.clone();
    let here = |file: &Json| files.size(file["hash"].as_str().unwrap()).unwrap().is_some();
    // The age of a content is told by the disk: both were received 23 hours ago by the clock of the test.
    let received = (app.clock.now() - SignedDuration::from_hours(23)).as_second();
    let received = UNIX_EPOCH + Duration::from_secs(received.cast_unsigned());
    for file in [&lost, &named] {
        let hash = file["hash"].as_str().unwrap();
        let path = app.folder.path().join("data/environments/acme/files").join(&hash[..2]).join(&hash[2..]);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(received).unwrap();
    }
    app.platform.files_sweep_due().unwrap();
    assert!(here(&lost) && here(&named), "within a day its record may still come");
    app.clock.forward(SignedDuration::from_hours(25));
    assert_eq!(app.platform.files_sweep_due().unwrap(), 1);
    assert!(!here(&lost) && here(&named));
    assert_eq!(app.platform.files_sweep_due().unwrap(), 0, "once a day");
}
