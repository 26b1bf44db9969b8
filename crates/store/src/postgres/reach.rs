//! How a server is reached: where it is, and whether the link is encrypted (decision 0150).

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;

/// Whether the link is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// It is not: on this machine, or where people said so.
    None,
    /// It is, and the server proves who it is.
    Proven,
}

/// What the driver is told.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) config: Config,
    tls: MakeRustlsConnect,
}

type Stream = <MakeRustlsConnect as tokio_postgres::tls::MakeTlsConnect<Socket>>::Stream;

impl Reach {
    /// `roots`: a file of certificates, PEM, that the server's own has to come from; without one, those that browsers trust.
    pub(crate) fn new(
        mut config: Config,
        encryption: Encryption,
        roots: Option<&Path>,
    ) -> Result<Reach, StoreError> {
        let (mode, trusted) = match encryption {
            Encryption::None => (SslMode::Disable, RootCertStore::empty()),
            Encryption::Proven => (SslMode::Require, trusted(roots)?),
        };
        config.ssl_mode(mode);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| StoreError::database("prepare an encrypted link", error))?
            .with_root_certificates(trusted)
            .with_no_client_auth();
        Ok(Reach { config, tls: MakeRustlsConnect::new(tls) })
    }

    /// Connects: the client, and the link that somebody has to drive.
    pub(crate) async fn connect(&self) -> Result<(Client, Connection<Socket, Stream>), Error> {
        self.config.connect(self.tls.clone()).await
    }
}

/// Whether that server is on this machine: nobody listens on the way.
pub(crate) fn is_here(config: &Config) -> bool {
    let named = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    named && config.get_hostaddrs().iter().all(std::net::IpAddr::is_loopback)
}

/// Why a server was not believed, if that is what went wrong, and what to do.
pub(crate) fn not_proven(error: &Error) -> Option<String> {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(format!(
                "the server does not prove who it is ({fault}): name the authority of its certificate, ?sslrootcert=/etc/ssl/authority.pem"
            ));
        }
        cause = error.source();
    }
    error.to_string().contains("TLS").then(|| {
        "the server speaks no TLS: switch it on there (ssl = on), or say ?sslmode=disable on a network that nobody else is on"
            .to_owned()
    })
}

fn trusted(roots: Option<&Path>) -> Result<RootCertStore, StoreError> {
    let Some(file) = roots else {
        return Ok(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
    };
    let failed = |why: String| StoreError::database("read sslrootcert", format!("{}: {why}", file.display()));
    let mut store = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| failed(error.to_string()))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| failed(error.to_string()))?;
        store.add(certificate).map_err(|error| failed(error.to_string()))?;
    }
    if store.is_empty() {
        return Err(failed("it has no certificate, PEM".to_owned()));
    }
    Ok(store)
}
