//! E-mail, handed over to a mail server (SMTP). One link carries several letters; what fails says whether it may be tried again.

mod server;

use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;

pub use server::{MailServer, MailServerError};

use server::Protection;

/// The server has this long for each of its answers. RFC 5321, 4.5.3.2 allows minutes; a relay of one's own answers in seconds.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A letter to one person.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Identifies it among all letters, `…@…`: the same however often it is tried, so that mailboxes show it once.
    pub message_id: String,
    /// Who writes: `Name <address>` or an address.
    pub from: String,
    /// Name of whom it is for.
    pub to_name: String,
    /// Their address.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same, laid out.
    pub html: String,
    /// When it was written.
    pub written: Timestamp,
}

/// Why a letter was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// No link to the server: not reached, not protected as asked, or it does not take who we say we are.
    #[error("the mail server cannot be used: {0}")]
    Link(String),
    /// It does not take the letter now, or the link broke: it may be tried again.
    #[error("not taken for now: {0}")]
    Later(String),
    /// It does not take this letter, and will not.
    #[error("refused: {0}")]
    Refused(String),
}

impl MailError {
    /// Whether trying again is useless.
    pub fn is_final(&self) -> bool {
        matches!(self, MailError::Refused(_))
    }
}

/// An open link to a mail server.
pub struct MailLink {
    connection: SmtpConnection,
}

impl MailServer {
    /// Opens a link: protected and authenticated as its settings say.
    ///
    /// Errors: [`MailError::Link`].
    pub fn open(&self) -> Result<MailLink, MailError> {
        let failed = |error: lettre::transport::smtp::Error| MailError::Link(words(&error));
        let hello = ClientId::Domain(self.hello.clone());
        let mut tls = TlsParameters::builder(self.host.clone());
        for authority in &self.authorities {
            tls = tls.add_root_certificate(authority.clone());
        }
        let tls = tls.build().map_err(failed)?;
        let wrapped = (self.protection == Protection::Wrapped).then_some(&tls);
        let address = (self.host.as_str(), self.port);
        let mut connection =
            SmtpConnection::connect(address, Some(TIMEOUT), &hello, wrapped, None).map_err(failed)?;
        if self.protection != Protection::Wrapped && connection.can_starttls() {
            connection.starttls(&tls, &hello).map_err(failed)?;
        } else if self.protection == Protection::Upgraded {
            connection.abort();
            return Err(MailError::Link("it offers no encryption (STARTTLS)".to_owned()));
        }
        if let Some((user, password)) = &self.credentials {
            let credentials = Credentials::new(user.clone(), password.0.clone());
            connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(failed)?;
        }
        Ok(MailLink { connection })
    }
}

impl MailLink {
    /// Hands a letter over. After an error the link is of no more use.
    ///
    /// Errors: [`MailError::Later`], [`MailError::Refused`].
    pub fn send(&mut self, letter: &Letter) -> Result<(), MailError> {
        let (envelope, bytes) = letter.written()?;
        match self.connection.send(&envelope, &bytes) {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(words(&error))),
            Err(error) => Err(MailError::Later(words(&error))),
        }
    }

    /// Ends the link as one should.
    pub fn close(mut self) {
        // What was handed over is; how the goodbye goes changes nothing.
        let _ = self.connection.quit();
    }
}

impl Letter {
    /// As it is sent: multipart, text first.
    fn written(&self) -> Result<(Envelope, Vec<u8>), MailError> {
        let unfit = |what: &str| MailError::Refused(format!("{what} is not one mail can be sent with"));
        let from: Mailbox = self.from.parse().map_err(|_| unfit("the sender"))?;
        let address = self.to.parse().map_err(|_| unfit("the address"))?;
        let name: String = self.to_name.chars().filter(|c| !c.is_control()).collect();
        let to = Mailbox::new(Some(name).filter(|name| !name.is_empty()), address);
        let subject: String = self.subject.chars().filter(|c| !c.is_control()).collect();
        let mut message = Message::builder()
            .from(from)
            .to(to)
            .subject(subject)
            .message_id(Some(format!("<{}>", self.message_id)))
            .date(UNIX_EPOCH + Duration::from_secs(self.written.as_second().max(0).unsigned_abs()))
            .multipart(MultiPart::alternative_plain_html(self.text.clone(), self.html.clone()))
            .map_err(|_| unfit("the letter"))?;
        // RFC 3834: nobody's holiday notice answers it.
        let header = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(header, "auto-generated".to_owned()));
        Ok((message.envelope().clone(), message.formatted()))
    }
}

/// An error with its cause, in one line that may be shown.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        if !words.contains(&cause_words) {
            words = format!("{words}: {cause_words}");
        }
        source = cause.source();
    }
    words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(400).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            message_id: "0192@crm.example".to_owned(),
            from: "Acme Chauffage <crm@acme.example>".to_owned(),
            to_name: "Zoé Martin".to_owned(),
            to: "zoe@acme.example".to_owned(),
            subject: "Bienvenue à l'été".to_owned(),
            text: "Bonjour Zoé".to_owned(),
            html: "<p>Bonjour Zoé</p>".to_owned(),
            written: "2026-11-29T14:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_letter_has_text_and_layout_and_is_written_the_same_each_time_but_for_its_boundary() {
        let (envelope, bytes) = letter().written().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(envelope.to()[0].to_string(), "zoe@acme.example");
        for part in [
            "Message-ID: <0192@crm.example>",
            "Date: Sun, 29 Nov 2026 14:00:00",
            "Auto-Submitted: auto-generated",
            "multipart/alternative",
            "text/plain",
            "text/html",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }

    #[test]
    fn a_server_elsewhere_that_offers_no_encryption_is_given_nothing() {
        use std::io::{BufRead, BufReader, Write};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let told = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut greeting = String::new();
            stream.write_all(b"220 mail.example ready\r\n").unwrap();
            reader.read_line(&mut greeting).unwrap();
            stream.write_all(b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n").unwrap();
            let mut rest = String::new();
            reader.read_line(&mut rest).unwrap();
            stream.write_all(b"221 goodbye\r\n").unwrap();
            rest
        });
        let server = MailServer::read("smtps://crm@127.0.0.1", Some("secret"), "crm.example").unwrap();
        let server = MailServer { port, protection: Protection::Upgraded, ..server };
        assert!(matches!(server.open(), Err(MailError::Link(why)) if why.contains("STARTTLS")));
        let rest = told.join().unwrap();
        assert!(rest.is_empty() || rest.starts_with("QUIT"), "{rest}");
    }

    #[test]
    fn nothing_slips_into_the_head_of_a_letter() {
        let subject = "Bonjour\r\nBcc: tous@acme.example".to_owned();
        let to_name = "Zoé\r\nX-Evil: yes".to_owned();
        let (_, bytes) = Letter { subject, to_name, ..letter() }.written().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains("\r\nBcc:") && !text.contains("\r\nX-Evil"), "{text}");
        for to in ["zoe@acme.example\r\nRCPT TO:<x@y.example>", "zoe", "zoe@acme.example>, <x@y.example"] {
            let refused = Letter { to: to.to_owned(), ..letter() }.written();
            assert!(refused.is_err_and(|error| error.is_final()), "{to}");
        }
    }
}
