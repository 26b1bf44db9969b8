//! Certificates in files: read, checked, told apart by when they end.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use dictionary::Label;
use jiff::{SignedDuration, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, crypto::CryptoProvider};

/// A certificate and its private key, each in a file (PEM).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, then those between it and its authority.
    pub certificate: PathBuf,
    /// Its private key, not encrypted.
    pub key: PathBuf,
}

/// When a certificate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From then on.
    pub from: Timestamp,
    /// Until then.
    pub until: Timestamp,
}

impl Validity {
    /// Of the first certificate of a chain (PEM); `None` if there is none.
    pub fn of_chain(chain: &str) -> Option<Validity> {
        let certificate = CertificateDer::from_pem_slice(chain.as_bytes()).ok()?;
        Validity::of(&certificate)
    }

    fn of(certificate: &CertificateDer<'_>) -> Option<Validity> {
        let (_, read) = x509_parser::parse_x509_certificate(certificate).ok()?;
        let validity = read.validity();
        Some(Validity {
            from: Timestamp::from_second(validity.not_before.timestamp()).ok()?,
            until: Timestamp::from_second(validity.not_after.timestamp()).ok()?,
        })
    }

    /// How long it still holds; below nothing once it is over.
    pub fn left(self, now: Timestamp) -> SignedDuration {
        self.until.duration_since(now)
    }

    /// The same in whole days.
    pub fn days_left(self, now: Timestamp) -> i64 {
        self.left(now).as_hours().div_euclid(24)
    }

    /// Whether it is time for another: a third of its life is left.
    pub fn is_due(self, now: Timestamp) -> bool {
        self.left(now) < self.until.duration_since(self.from) / 3
    }
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CertificateFault {
    /// A file cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no certificate in its file.
    #[error("{} holds no certificate", .0.display())]
    NoCertificate(PathBuf),
    /// There is no key in its file.
    #[error("{} holds no private key that can be used", .0.display())]
    NoKey(PathBuf),
    /// The key is that of another certificate.
    #[error("the key {} is not that of the certificate {}", key.display(), certificate.display())]
    KeyOfAnother {
        /// The certificate.
        certificate: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// It is over.
    #[error("the certificate {} is over since {until}", path.display())]
    Expired {
        /// Which file.
        path: PathBuf,
        /// When it ended.
        until: Timestamp,
    },
}

impl CertificateFault {
    /// What is wrong and what to do, for people.
    pub fn label(&self) -> Label {
        let (fr, en) = match self {
            CertificateFault::Unreadable { path, source } => {
                let path = path.display();
                (
                    format!(
                        "{path} ne se lit pas ({source}). Vérifiez le chemin, et que le compte de Tisserand peut lire ce fichier (chgrp, chmod 640)."
                    ),
                    format!(
                        "{path} cannot be read ({source}). Check the path, and that the account that runs Tisserand may read this file (chgrp, chmod 640)."
                    ),
                )
            }
            CertificateFault::NoCertificate(path) => {
                let path = path.display();
                (
                    format!(
                        "{path} ne contient pas de certificat. Donnez la chaîne entière en PEM (-----BEGIN CERTIFICATE-----), par exemple fullchain.pem."
                    ),
                    format!(
                        "{path} holds no certificate. Give the whole chain as PEM (-----BEGIN CERTIFICATE-----), for instance fullchain.pem."
                    ),
                )
            }
            CertificateFault::NoKey(path) => {
                let path = path.display();
                (
                    format!(
                        "{path} ne contient pas de clé privée utilisable. Donnez-la en PEM, RSA ou ECDSA, sans mot de passe (openssl pkey -in clé.pem -out clé-claire.pem)."
                    ),
                    format!(
                        "{path} holds no private key that can be used. Give it as PEM, RSA or ECDSA, without a password (openssl pkey -in key.pem -out plain-key.pem)."
                    ),
                )
            }
            CertificateFault::KeyOfAnother { certificate, key } => {
                let (certificate, key) = (certificate.display(), key.display());
                (
                    format!(
                        "La clé {key} n'est pas celle du certificat {certificate}. Donnez les deux fichiers d'une même demande ; le certificat de votre serveur vient en premier dans le sien."
                    ),
                    format!(
                        "The key {key} is not that of the certificate {certificate}. Give the two files of one request; the certificate of your server comes first in its file."
                    ),
                )
            }
            CertificateFault::Expired { path, until } => {
                let path = path.display();
                (
                    format!(
                        "Le certificat {path} a expiré le {until}. Renouvelez-le, ou laissez Tisserand en obtenir un : --acme-host."
                    ),
                    format!(
                        "The certificate {path} expired on {until}. Renew it, or let Tisserand obtain one: --acme-host."
                    ),
                )
            }
        };
        Label::new(&fr, &en)
    }
}

/// A certificate as it is shown to clients.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) certified: Arc<CertifiedKey>,
    pub(crate) validity: Validity,
}

impl CertificateFiles {
    /// When the certificate holds, having read it and its key as the server does.
    ///
    /// Errors: it cannot be used; it is over at `now`.
    pub fn check(&self, now: Timestamp) -> Result<Validity, CertificateFault> {
        self.read(&super::provider(), now).map(|shown| shown.validity)
    }

    /// The certificate.
    ///
    /// Errors: as [`CertificateFiles::check`].
    pub(crate) fn read(&self, provider: &CryptoProvider, now: Timestamp) -> Result<Shown, CertificateFault> {
        let chain = read_file(&self.certificate)?;
        let key = read_file(&self.key)?;
        let shown = shown(provider, &chain, &key).map_err(|wrong| match wrong {
            Wrong::Certificate => CertificateFault::NoCertificate(self.certificate.clone()),
            Wrong::Key => CertificateFault::NoKey(self.key.clone()),
            Wrong::Pair => CertificateFault::KeyOfAnother {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
            },
        })?;
        if shown.validity.until <= now {
            let (path, until) = (self.certificate.clone(), shown.validity.until);
            return Err(CertificateFault::Expired { path, until });
        }
        Ok(shown)
    }
}

/// What is wrong with a certificate and a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("there is no certificate")]
    Certificate,
    #[error("there is no private key that can be used")]
    Key,
    #[error("the key is not that of the certificate")]
    Pair,
}

/// The certificate of a chain and a key (PEM).
pub(crate) fn shown(provider: &CryptoProvider, chain: &[u8], key: &[u8]) -> Result<Shown, Wrong> {
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_slice_iter(chain).collect::<Result<_, _>>().map_err(|_| Wrong::Certificate)?;
    let validity = chain.first().and_then(Validity::of).ok_or(Wrong::Certificate)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| Wrong::Key)?;
    let key = provider.key_provider.load_private_key(key).map_err(|_| Wrong::Key)?;
    let certified = CertifiedKey::new(chain, key);
    // Anything else says that it cannot be told: of a certificate that answers an authority, for one, whose extension is not read there.
    if let Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) = certified.keys_match() {
        return Err(Wrong::Pair);
    }
    Ok(Shown { certified: Arc::new(certified), validity })
}

fn read_file(path: &Path) -> Result<Vec<u8>, CertificateFault> {
    std::fs::read(path).map_err(|source| CertificateFault::Unreadable { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn made(until: i32) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(["crm.acme.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(2026, 1, 1);
        params.not_after = rcgen::date_time_ymd(until, 1, 1);
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    #[test]
    fn what_is_wrong_with_a_certificate_is_said_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let files = CertificateFiles {
            certificate: folder.path().join("chain.pem"),
            key: folder.path().join("key.pem"),
        };
        let now: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        let said = || files.check(now).unwrap_err().label().text(dictionary::Language::En).to_owned();
        assert!(said().contains("chain.pem cannot be read"), "{}", said());
        let ((chain, key), (other, _)) = (made(2027), made(2027));
        std::fs::write(&files.certificate, &key).unwrap();
        std::fs::write(&files.key, &key).unwrap();
        assert!(said().contains("holds no certificate"), "{}", said());
        std::fs::write(&files.certificate, &other).unwrap();
        assert!(said().contains("is not that of the certificate"), "{}", said());
        std::fs::write(&files.certificate, &chain).unwrap();
        assert_eq!(files.check(now).unwrap().days_left(now), 32);
        std::fs::write(&files.key, &chain).unwrap();
        assert!(said().contains("holds no private key"), "{}", said());
        let (over, key) = made(2026);
        std::fs::write(&files.certificate, &over).unwrap();
        std::fs::write(&files.key, &key).unwrap();
        assert!(said().contains("expired on 2026-01-01T00:00:00Z"), "{}", said());
    }

    #[test]
    fn another_is_due_when_a_third_of_its_life_is_left() {
        let day = |n: i64| Timestamp::from_second(n * 86_400).unwrap();
        let validity = Validity { from: day(0), until: day(90) };
        assert!(!validity.is_due(day(59)) && !validity.is_due(day(60)));
        assert!(validity.is_due(day(61)) && validity.is_due(day(91)));
        assert_eq!((validity.days_left(day(61)), validity.days_left(day(91))), (29, -1));
        assert_eq!(Validity::of_chain("nothing"), None);
    }
}
