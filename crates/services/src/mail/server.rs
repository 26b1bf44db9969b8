//! A mail server, as its operator names it.

use std::fmt;
use std::net::IpAddr;

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use percent_encoding::percent_decode_str;

/// How a link is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// From its first byte (port 465).
    Wrapped,
    /// By STARTTLS, which the server has to offer (port 587).
    Upgraded,
    /// By STARTTLS where it is offered: the server is on this very machine.
    Local,
}

/// A password. Shown nowhere.
#[derive(Clone)]
pub(super) struct Secret(pub(super) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// How each certificate begins.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// A mail server and how it is spoken to.
#[derive(Debug, Clone)]
pub struct MailServer {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) credentials: Option<(String, Secret)>,
    /// Name we greet it by.
    pub(super) hello: String,
    /// Whom its certificate may come from, beside those that browsers trust.
    pub(super) authorities: Vec<Certificate>,
}

/// Why an address is not one of a mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MailServerError {
    /// It does not read as one.
    #[error(
        "not an address of a mail server: smtp://user@mail.example.org:587 or smtps://user@mail.example.org"
    )]
    Unreadable,
    /// A password stands in it: addresses are shown, and kept in histories.
    #[error("the password does not belong into the address")]
    PasswordInside,
    /// A user without a password, or the other way round.
    #[error("a user and a password go together")]
    Incomplete,
    /// What should be certificates are none.
    #[error("no certificate, PEM")]
    NoCertificate,
}

impl MailServer {
    /// Reads `smtp://user@host:port` (encrypted by STARTTLS, which is needed unless the server is on this machine) or `smtps://…` (encrypted from the
    /// first byte). `hello`: the domain that letters come from.
    ///
    /// Errors: it does not read so; there is a password in it; a user without a password, or the reverse.
    pub fn read(address: &str, password: Option<&str>, hello: &str) -> Result<MailServer, MailServerError> {
        let (scheme, rest) = address.trim().split_once("://").ok_or(MailServerError::Unreadable)?;
        let (wrapped, port) = match scheme {
            "smtp" => (false, 587),
            "smtps" => (true, 465),
            _ => return Err(MailServerError::Unreadable),
        };
        let rest = rest.trim_end_matches('/');
        let (user, place) = match rest.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, rest),
        };
        let (host, port) = match place.rsplit_once(':') {
            Some((host, given)) if !given.ends_with(']') => {
                (host, given.parse().map_err(|_| MailServerError::Unreadable)?)
            }
            _ => (place, port),
        };
        let host = host.trim_matches(['[', ']']);
        if host.is_empty() || host.contains(['/', '?', '#', ' ']) {
            return Err(MailServerError::Unreadable);
        }
        if user.is_some_and(|user| user.contains(':')) {
            return Err(MailServerError::PasswordInside);
        }
        let user = user.map(|user| percent_decode_str(user).decode_utf8_lossy().into_owned());
        let credentials = match (user, password.map(str::trim).filter(|password| !password.is_empty())) {
            (Some(user), Some(password)) => Some((user, Secret(password.to_owned()))),
            (None, None) => None,
            _ => return Err(MailServerError::Incomplete),
        };
        let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        let protection = match (wrapped, local) {
            (true, _) => Protection::Wrapped,
            (false, true) => Protection::Local,
            (false, false) => Protection::Upgraded,
        };
        let (host, hello) = (host.to_owned(), hello.to_owned());
        Ok(MailServer { host, port, protection, credentials, hello, authorities: Vec::new() })
    }

    /// The same, whose certificate may also come from one of these authorities (PEM): that of a company's own.
    ///
    /// Errors: there is no certificate in it.
    pub fn trusting(mut self, pem: &[u8]) -> Result<MailServer, MailServerError> {
        let unfit = |_: lettre::transport::smtp::Error| MailServerError::NoCertificate;
        // What is none of them is passed over without a word by who reads them.
        if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
            return Err(MailServerError::NoCertificate);
        }
        let authority = Certificate::from_pem(pem).map_err(unfit)?;
        // What is in it is read when it is used: now, so that it is told at the start.
        TlsParameters::builder(self.host.clone())
            .add_root_certificate(authority.clone())
            .build()
            .map_err(unfit)?;
        self.authorities.push(authority);
        Ok(self)
    }

    /// `host:port`, to be shown.
    pub fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_operator_writes_says_where_and_how() {
        let read = |address: &str, password| MailServer::read(address, password, "acme.example");
        let server = read("smtp://crm%40acme.example@mail.acme.example", Some("secret\n")).unwrap();
        assert_eq!(
            (server.place().as_str(), server.protection),
            ("mail.acme.example:587", Protection::Upgraded)
        );
        let (user, password) = server.credentials.clone().unwrap();
        assert_eq!((user.as_str(), password.0.as_str()), ("crm@acme.example", "secret"));
        assert!(!format!("{server:?}").contains("secret"));
        assert_eq!(read("smtps://mail.acme.example", None).unwrap().protection, Protection::Wrapped);
        for local in ["smtp://localhost:2525", "smtp://127.0.0.1:25", "smtp://[::1]:25"] {
            assert_eq!(read(local, None).unwrap().protection, Protection::Local);
        }
        for (wrong, why) in [
            ("mail.acme.example", MailServerError::Unreadable),
            ("http://mail.acme.example", MailServerError::Unreadable),
            ("smtp://", MailServerError::Unreadable),
            ("smtp://mail.acme.example:x", MailServerError::Unreadable),
            ("smtp://crm:secret@mail.acme.example", MailServerError::PasswordInside),
            ("smtp://crm@mail.acme.example", MailServerError::Incomplete),
        ] {
            assert_eq!(read(wrong, None).unwrap_err(), why, "{wrong}");
        }
    }
}
