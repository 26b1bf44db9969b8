//! A mail server that wants encryption and a password: a company's relay, or a provider's.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use base64ct::{Base64, Encoding};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use services::mail::{Letter, MailError, MailServer, MailServerError};

const PASSWORD: &str = "un secret de relais";

/// What the server was told, and whether it was encrypted then.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    encrypted: bool,
    line: String,
}

struct Relay {
    port: u16,
    /// Its authority, PEM.
    authority: String,
    told: Receiver<Told>,
}

impl Relay {
    /// `wrapped`: encrypted from the first byte; otherwise by STARTTLS.
    fn start(wrapped: bool) -> Relay {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap(),
            )
            .unwrap();
        let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
        let port = listener.local_addr().unwrap().port();
        let (sender, told) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (config, sender) = (config.clone(), sender.clone());
                // Who is not believed hangs up: the end of that link, and of nothing else.
                std::thread::spawn(move || serve(stream?, wrapped, config, &sender));
            }
        });
        Relay { port, authority: issuer.pem(), told }
    }

    fn server(&self, scheme: &str, password: &str) -> MailServer {
        let address = format!("{scheme}://crm%40acme.example@localhost:{}", self.port);
        MailServer::read(&address, Some(password), "crm.example").unwrap()
    }

    /// All that it was told until the link ended.
    fn heard(&self) -> Vec<Told> {
        let patience = Duration::from_secs(20);
        let mut heard = Vec::new();
        while let Ok(told) = self.told.recv_timeout(patience) {
            if told.line == "END" {
                break;
            }
            heard.push(told);
        }
        heard
    }
}

fn serve(
    stream: TcpStream,
    wrapped: bool,
    config: Arc<ServerConfig>,
    told: &Sender<Told>,
) -> std::io::Result<()> {
    let end = |told: &Sender<Told>| drop(told.send(Told { encrypted: false, line: "END".to_owned() }));
    let encrypt = |stream| -> std::io::Result<_> {
        Ok(StreamOwned::new(ServerConnection::new(config.clone()).map_err(std::io::Error::other)?, stream))
    };
    let served = match wrapped {
        true => encrypt(stream).and_then(|stream| speak(stream, true, true, told).map(drop)),
        false => match speak(stream, false, true, told) {
            Ok(Some(stream)) => encrypt(stream).and_then(|stream| speak(stream, true, false, told).map(drop)),
            other => other.map(drop),
        },
    };
    end(told);
    served
}

/// Speaks until the end, or until encryption is asked for: the stream is given back then.
fn speak<S: Read + Write>(
    stream: S,
    encrypted: bool,
    greets: bool,
    told: &Sender<Told>,
) -> std::io::Result<Option<S>> {
    let mut reader = BufReader::new(stream);
    let mut authenticated = false;
    if greets {
        reader.get_mut().write_all(b"220 relay.example ready\r\n")?;
    }
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        let _ = told.send(Told { encrypted, line: line.clone() });
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" if encrypted => b"250-relay.example\r\n250 AUTH PLAIN LOGIN\r\n",
            "EHLO" => b"250-relay.example\r\n250 STARTTLS\r\n",
            "STARTTLS" => {
                reader.get_mut().write_all(b"220 go on\r\n")?;
                return Ok(Some(reader.into_inner()));
            }
            "AUTH" => {
                let given = line.rsplit(' ').next().unwrap_or_default();
                let given = Base64::decode_vec(given).unwrap_or_default();
                authenticated = given == format!("\0crm@acme.example\0{PASSWORD}").into_bytes();
                if authenticated { b"235 welcome\r\n" } else { b"535 5.7.8 not known\r\n" }
            }
            "MAIL" if !authenticated => b"530 5.7.0 who are you\r\n",
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n")?;
                let mut line = String::new();
                while line != ".\r\n" {
                    line.clear();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(None);
                    }
                }
                b"250 taken\r\n"
            }
            "QUIT" => {
                reader.get_mut().write_all(b"221 goodbye\r\n")?;
                return Ok(None);
            }
            _ => b"250 ok\r\n",
        };
        reader.get_mut().write_all(answer)?;
    }
}

fn letter() -> Letter {
    Letter {
        message_id: "0192@crm.example".to_owned(),
        from: "Acme Chauffage <crm@acme.example>".to_owned(),
        to_name: "Zoé Martin".to_owned(),
        to: "zoe@acme.example".to_owned(),
        subject: "Bienvenue".to_owned(),
        text: "Bonjour Zoé".to_owned(),
        html: "<p>Bonjour Zoé</p>".to_owned(),
        written: "2026-11-29T14:00:00Z".parse().unwrap(),
    }
}

fn verbs(heard: &[Told], encrypted: bool) -> Vec<&str> {
    let said = heard.iter().filter(|told| told.encrypted == encrypted);
    said.map(|told| told.line.split(' ').next().unwrap()).collect()
}

#[test]
fn a_letter_goes_by_starttls_with_a_password_and_nothing_of_it_in_the_clear() {
    let relay = Relay::start(false);
    let server = relay.server("smtp", PASSWORD).trusting(relay.authority.as_bytes()).unwrap();
    let mut link = server.open().unwrap();
    link.send(&letter()).unwrap();
    link.close();
    let heard = relay.heard();
    assert_eq!(verbs(&heard, false), ["EHLO", "STARTTLS"], "{heard:?}");
    assert_eq!(verbs(&heard, true), ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"], "{heard:?}");
}

#[test]
fn a_letter_goes_encrypted_from_the_first_byte() {
    let relay = Relay::start(true);
    let server = relay.server("smtps", PASSWORD).trusting(relay.authority.as_bytes()).unwrap();
    let mut link = server.open().unwrap();
    link.send(&letter()).unwrap();
    link.close();
    assert_eq!(verbs(&relay.heard(), true).last(), Some(&"QUIT"));
}

#[test]
fn a_server_that_does_not_prove_who_it_is_is_told_no_password() {
    let (relay, other) = (Relay::start(false), Relay::start(false));
    for server in [
        relay.server("smtp", PASSWORD),
        relay.server("smtp", PASSWORD).trusting(other.authority.as_bytes()).unwrap(),
    ] {
        let refused = server.open().err().unwrap();
        assert!(matches!(&refused, MailError::Link(why) if why.contains("certificate")), "{refused}");
        let heard = relay.heard();
        assert_eq!(verbs(&heard, false), ["EHLO", "STARTTLS"]);
        assert_eq!(verbs(&heard, true), Vec::<&str>::new(), "{heard:?}");
    }
}

#[test]
fn a_wrong_password_is_told_and_may_be_mended_and_tried_again() {
    let relay = Relay::start(true);
    let server = relay.server("smtps", "un autre").trusting(relay.authority.as_bytes()).unwrap();
    let refused = server.open().err().unwrap();
    assert!(
        matches!(&refused, MailError::Link(why) if why.contains("535") || why.contains("not known")),
        "{refused}"
    );
    assert!(!refused.is_final(), "letters wait until it is mended");
    assert!(!refused.to_string().contains("un autre"));
}

#[test]
fn what_is_no_certificate_is_refused_when_it_is_read() {
    let relay = Relay::start(true);
    for wrong in ["", "bonjour", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let refused = relay.server("smtps", PASSWORD).trusting(wrong.as_bytes());
        assert_eq!(refused.err(), Some(MailServerError::NoCertificate), "{wrong}");
    }
}
