//! TLS of the server's own: certificates that somebody else renews, certificates that it obtains.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use engine::Caller;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::SignedDuration;
use platform::certificates::{certificate_attempts, certificate_chain};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use server::{CertificateFiles, TlsConfig, Validity};
use tokio_rustls::TlsConnector;

use crate::app::{App, PASSWORD, until};
use crate::certificate_authority::CertificateAuthority;
use crate::client::Client;
use crate::issuer::Issuer;

const HOST: &str = "crm.acme.example";

/// What a browser trusts.
fn trusting(authority: &str, protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    Arc::new(config)
}

fn socket(app: &App) -> SocketAddr {
    app.address.trim_start_matches("http://").parse().unwrap()
}

/// A connection by HTTP/1.1 that stays open.
struct Open {
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    host: String,
}

impl Open {
    /// Connects and agrees on encryption.
    ///
    /// Errors: the certificate is not one that is trusted for `host`, or there is none.
    fn to(app: &App, host: &str, authority: &str) -> std::io::Result<Open> {
        Open::at(socket(app), host, authority)
    }

    /// The same at an address.
    ///
    /// Errors: the same.
    fn at(server: SocketAddr, host: &str, authority: &str) -> std::io::Result<Open> {
        let name = ServerName::try_from(host.to_owned()).unwrap();
        let connection = ClientConnection::new(trusting(authority, &["http/1.1"]), name).unwrap();
        let mut stream = StreamOwned::new(connection, TcpStream::connect(server)?);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(Open { stream: BufReader::new(stream), host: host.to_owned() })
    }

    /// The certificate that was shown.
    fn shown(&self) -> Vec<u8> {
        self.stream.get_ref().conn.peer_certificates().unwrap()[0].to_vec()
    }

    /// Head and body of an answer.
    fn send(&mut self, method: &str, path: &str, body: &str) -> (String, String) {
        let (host, length) = (&self.host, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        self.stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.stream.read_line(&mut head).unwrap() > 0, "hung up after {head}");
        }
        let head = head.to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap())
    }
}

fn sign_in() -> String {
    serde_json::json!({"email": "ada@acme.example", "password": PASSWORD}).to_string()
}

/// Files of a certificate, replaced as renewing tools do.
struct Files(CertificateFiles);

impl Files {
    fn new(folder: &Path, (chain, key): &(String, String)) -> Files {
        let files = CertificateFiles { certificate: folder.join("chain.pem"), key: folder.join("key.pem") };
        fs::write(&files.certificate, chain).unwrap();
        fs::write(&files.key, key).unwrap();
        Files(files)
    }

    fn replace(&self, path: &Path, content: &str) {
        let aside = path.with_extension("new");
        fs::write(&aside, content).unwrap();
        fs::rename(aside, path).unwrap();
    }

    fn config(&self) -> TlsConfig {
        TlsConfig { files: Some(self.0.clone()), acme: None, redirect: None }
    }
}

/// A server with a certificate for that name in files.
fn with_files(issuer: &Issuer, name: &str) -> (App, Files, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path(), &issuer.certificate(name));
    let app = App::start_with(|config| config.tls = Some(files.config()));
    (app, files, folder)
}

#[test]
fn who_comes_by_https_gets_secure_cookies_and_is_told_to_come_so_again() {
    let issuer = Issuer::new();
    let (app, ..) = with_files(&issuer, HOST);
    let mut browser = Open::to(&app, HOST, &issuer.authority()).unwrap();
    let (head, _) = browser.send("POST", "/session", &sign_in());
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("strict-transport-security: max-age="), "{head}");
    let cookies: Vec<&str> = head.lines().filter(|line| line.starts_with("set-cookie: ")).collect();
    assert!(!cookies.is_empty() && cookies.iter().all(|cookie| cookie.ends_with("; secure")), "{head}");
    let (_, page) = browser.send("GET", "/metrics", "");
    assert!(page.contains("tisserand_certificates_missing 0\n"), "{page}");
    assert!(page.contains("tisserand_certificate_left_seconds 6"), "{page}"); // two thousand years
    // Who speaks without encryption is not answered, who trusts another authority does not go on.
    let mut plain = TcpStream::connect(socket(&app)).unwrap();
    plain.write_all(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!String::from_utf8_lossy(&answer).contains("HTTP/1.1"), "{answer:?}");
    assert!(Open::to(&app, HOST, &Issuer::new().authority()).is_err());
    assert!(Open::to(&app, "www.acme.example", &issuer.authority()).is_err());
}

#[test]
fn http_2_is_spoken_with_who_asks_for_it_many_requests_at_once() {
    let (issuer, name) = (Issuer::new(), "localhost");
    let (app, ..) = with_files(&issuer, name);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(socket(&app)).await.unwrap();
        let connector = TlsConnector::from(trusting(&issuer.authority(), &["h2", "http/1.1"]));
        let stream = connector.connect(ServerName::try_from(name).unwrap(), stream).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
        let made = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (browser, connection) = made.await.unwrap();
        tokio::spawn(connection);
        let send = |method: &str, path: &str, cookie: &str, body: String| {
            let request = Request::builder().method(method).uri(format!("https://{name}{path}"));
            let request = request.header("content-type", "application/json").header("cookie", cookie);
            let request = request.body(Full::new(Bytes::from(body))).unwrap();
            let mut browser = browser.clone();
            async move {
                let answer = browser.send_request(request).await.unwrap();
                let (head, body) = answer.into_parts();
                (head, body.collect().await.unwrap().to_bytes())
            }
        };
        let (head, body) = send("POST", "/session", "", sign_in()).await;
        assert_eq!(head.status, 200, "{body:?}");
        let cookies = head.headers.get_all("set-cookie").iter();
        let cookies = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let mut under_way = Vec::new();
        for _ in 0..40 {
            under_way.push(tokio::spawn(send("GET", "/data/acme/accounts?$top=1", &cookies, String::new())));
        }
        for answer in under_way {
            let (head, body) = answer.await.unwrap();
            assert_eq!((head.status.as_u16(), head.version), (200, hyper::Version::HTTP_2), "{body:?}");
        }
        // Where the host is told by the protocol, addresses that are made of it are right.
        let (_, begun) = send("POST", "/passkeys/begin", &cookies, "{}".to_owned()).await;
        assert!(String::from_utf8_lossy(&begun).contains("\"localhost\""), "{begun:?}");
    });
}

#[test]
fn a_renewed_certificate_is_shown_to_who_comes_next_while_open_connections_go_on() {
    let issuer = Issuer::new();
    let (app, files, _folder) = with_files(&issuer, HOST);
    let authority = issuer.authority();
    let mut before = Open::to(&app, HOST, &authority).unwrap();
    let (chain, key) = issuer.certificate(HOST);
    let wanted = CertificateDer::from_pem_slice(chain.as_bytes()).unwrap();
    // The key comes a moment before its certificate: meanwhile the pair that fits goes on.
    files.replace(&files.0.key, &key);
    assert!(Open::to(&app, HOST, &authority).is_ok());
    files.replace(&files.0.certificate, &chain);
    let shown = || Open::to(&app, HOST, &authority).unwrap().shown();
    until(|| (shown() == wanted.as_ref()).then_some(()));
    assert!(before.send("GET", "/health", "").0.starts_with("http/1.1 200"));
    assert_ne!(before.shown(), wanted.as_ref());
    // What cannot be used is not: neither nonsense nor what is over.
    files.replace(&files.0.certificate, "nonsense");
    for _ in 0..20 {
        assert_eq!(shown(), wanted.as_ref());
    }
    let (third, key) = issuer.certificate(HOST);
    files.replace(&files.0.certificate, &third);
    files.replace(&files.0.key, &key);
    let third = CertificateDer::from_pem_slice(third.as_bytes()).unwrap();
    until(|| (shown() == third.as_ref()).then_some(()));
}

#[test]
fn a_certificate_that_is_over_or_of_another_key_does_not_start() {
    let issuer = Issuer::new();
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path(), &issuer.certificate_until(HOST, 2020));
    let mut app = App::start();
    app.stop();
    let start = || {
        let config = server::ServerConfig {
            address: ([127, 0, 0, 1], 0).into(),
            tls: Some(files.config()),
            ..server::ServerConfig::default()
        };
        let serving = server::serve(config, app.platform.clone(), std::future::pending());
        tokio::runtime::Runtime::new().unwrap().block_on(serving).unwrap_err().to_string()
    };
    assert!(start().contains("is over since 2020-01-01"), "{}", start());
    fs::write(&files.0.certificate, issuer.certificate(HOST).0).unwrap();
    assert!(start().contains("is not that of the certificate"), "{}", start());
}

#[test]
fn browsers_without_encryption_are_sent_on_and_a_silent_connection_keeps_no_server_from_stopping() {
    let issuer = Issuer::new();
    let folder = tempfile::tempdir().unwrap();
    let files = Files::new(folder.path(), &issuer.certificate(HOST));
    let mut app = App::start_with(|config| {
        let redirect = Some(([127, 0, 0, 1], 0).into());
        config.tls = Some(TlsConfig { redirect, ..files.config() });
    });
    let plain = app.redirect_address().unwrap();
    let answer = Client::new(&format!("http://{plain}")).get("/data/acme/accounts?$top=1");
    let there = format!("https://127.0.0.1:{}/data/acme/accounts?$top=1", socket(&app).port());
    assert_eq!((answer.status, answer.header("location")), (308, Some(there.as_str())));
    assert_eq!(answer.header("strict-transport-security"), None);
    let _silent = TcpStream::connect(socket(&app)).unwrap();
    let mut open = Open::to(&app, HOST, &issuer.authority()).unwrap();
    open.send("GET", "/health", "");
    let began = std::time::Instant::now();
    app.stop();
    assert!(began.elapsed().as_secs() < 8, "{:?}", began.elapsed());
}

#[test]
fn a_certificate_is_obtained_used_and_renewed_and_goes_on_while_its_authority_is_away() {
    let mut authority = CertificateAuthority::start();
    let acme = authority.setting(&[HOST]);
    let app = App::start_with(|config| {
        config.tls = Some(TlsConfig { files: None, acme: Some(acme), redirect: None });
    });
    authority.names_lead_to(socket(&app));
    let data = app.folder.path().join("data");
    let attempts = || certificate_attempts(&data, HOST).unwrap();
    let shown = |root: &str| Open::to(&app, HOST, root).ok().map(|open| open.shown());

    let root = authority.root();
    let first = until(|| {
        assert_eq!(attempts().filter(|last| last.failed > 0), None);
        shown(&root)
    });
    let mut browser = Open::to(&app, HOST, &root).unwrap();
    assert!(browser.send("GET", "/health", "").0.starts_with("http/1.1 200"));
    assert!(browser.send("GET", "/metrics", "").1.contains("tisserand_certificates_missing 0\n"));

    // Neither the key of the certificate nor that of the account lies in the clear.
    for file in fs::read_dir(data.join("certificates")).unwrap() {
        let content = fs::read_to_string(file.unwrap().path()).unwrap();
        assert!(!content.contains("PRIVATE KEY") && !content.contains("key_pkcs8"), "{content}");
    }

    // Two thirds of its life are over: it is renewed while it is used.
    let chain = certificate_chain(&data, HOST).unwrap().unwrap();
    let validity = Validity::of_chain(&chain).unwrap();
    let life = validity.until.duration_since(validity.from);
    app.clock.forward(validity.left(engine::Clock::now(&*app.clock)) - life / 4);
    let second = until(|| {
        assert_eq!(attempts().filter(|last| last.failed > 0), None);
        shown(&root).filter(|shown| *shown != first)
    });
    assert!(browser.send("GET", "/health", "").0.starts_with("http/1.1 200"));

    // The authority is away: that is noted, and the certificate goes on.
    authority.stop();
    app.clock.forward(SignedDuration::from_hours(7));
    let failed = until(|| attempts().filter(|attempts| attempts.failed == 1));
    assert!(!failed.why.is_empty() && failed.not_before > validity.from, "{failed:?}");
    assert_eq!(shown(&root), Some(second));

    // It is back, and knows neither us nor what it gave.
    authority.start_anew();
    let root = authority.root();
    app.clock.forward(SignedDuration::from_mins(3));
    let third = until(|| shown(&root));
    assert_ne!(third, first);
    until(|| attempts().filter(|attempts| attempts.failed == 0));
}

#[test]
fn a_host_that_leads_elsewhere_is_told_and_keeps_no_other_from_its_certificate() {
    let authority = CertificateAuthority::start();
    let (here, elsewhere) = ("www.acme.example", "elsewhere.acme.example");
    authority.leads_elsewhere(elsewhere);
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::new();
    let files = Files::new(folder.path(), &issuer.certificate("tisserand.example"));
    let app = App::start_with(|config| {
        let acme = Some(authority.setting(&[elsewhere, here]));
        config.tls = Some(TlsConfig { files: Some(files.0.clone()), acme, redirect: None });
    });
    authority.names_lead_to(socket(&app));
    let root = authority.root();
    until(|| Open::to(&app, here, &root).ok());
    let data = app.folder.path().join("data");
    let failed = until(|| certificate_attempts(&data, elsewhere).unwrap());
    assert_eq!(failed.failed, 1);
    // Whoever asks for something else is shown the certificate in files.
    assert!(Open::to(&app, "tisserand.example", &issuer.authority()).is_ok());
    let figures = Open::to(&app, here, &root).unwrap().send("GET", "/metrics", "").1;
    assert!(figures.contains("tisserand_certificates_missing 1\n"), "{figures}");
}

#[test]
fn any_server_of_a_platform_answers_the_authority_and_shows_what_another_obtained() {
    let authority = CertificateAuthority::start();
    let acme = || Some(authority.setting(&[HOST]));
    let app = App::start_with(|config| {
        config.tls = Some(TlsConfig { files: None, acme: acme(), redirect: None });
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = server::ServerConfig {
        address: ([127, 0, 0, 1], 0).into(),
        tls: Some(TlsConfig { files: None, acme: acme(), redirect: None }),
        ..server::ServerConfig::default()
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let told = async { stopped.await.unwrap_or_default() };
    let other = runtime.block_on(server::serve(config, app.platform.clone(), told)).unwrap();
    authority.names_lead_to(other.address());
    let root = authority.root();
    for server in [socket(&app), other.address()] {
        until(|| Open::at(server, HOST, &root).ok());
    }
    assert_eq!(authority.orders(), 1);
    stop.send(()).unwrap();
    runtime.block_on(other.finished()).unwrap();
}

#[test]
fn an_environments_own_host_name_gets_a_certificate_and_opens_it_until_it_is_taken_away() {
    let authority = CertificateAuthority::start();
    let app = App::start_with(|config| {
        let acme = Some(authority.setting(&[HOST]));
        let redirect = Some(([127, 0, 0, 1], 0).into());
        config.public = Some(format!("https://{HOST}"));
        config.tls = Some(TlsConfig { files: None, acme, redirect });
    });
    authority.names_lead_to(socket(&app));
    let own = "suivi.globex.example";
    let kept = app.own_host("globex", own);

    let trusted = authority.root();
    let mut browser = until(|| Open::to(&app, own, &trusted).ok());
    let (head, _) = browser.send("GET", "/", "");
    assert!(head.starts_with("http/1.1 302") && head.contains("location: /e/globex\r\n"), "{head}");
    let mut elsewhere = until(|| Open::to(&app, HOST, &trusted).ok());
    assert!(!elsewhere.send("GET", "/", "").0.contains("location:"));
    // Who comes there without encryption stays there, and is not sent to the public address.
    let sent_on = |host: &str| {
        let mut plain = TcpStream::connect(app.redirect_address().unwrap()).unwrap();
        plain.write_all(format!("GET /x HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
        let mut answer = String::new();
        plain.read_to_string(&mut answer).unwrap();
        let place = answer.lines().find_map(|line| line.strip_prefix("location: ").map(str::to_owned));
        place.unwrap_or_else(|| panic!("{answer}"))
    };
    assert_eq!(sent_on(own), format!("https://{own}:{}/x", socket(&app).port()));
    assert_eq!(sent_on("www.globex.example"), format!("https://{HOST}/x"));

    let root = app.platform.environment("platform").unwrap();
    root.engine.transact(&Caller::system(), move |unit| unit.delete("environment_host", kept, None)).unwrap();
    until(|| Open::to(&app, own, &trusted).is_err().then_some(()));
    assert!(!browser.send("GET", "/", "").0.contains("location:"));
}
