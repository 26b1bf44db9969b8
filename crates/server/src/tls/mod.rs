//! TLS of the server's own: certificates from files that somebody else renews, or obtained and renewed by the server (ACME).

mod authority;
pub mod certificate;
mod offered;
mod redirect;
mod renewal;

use std::net::SocketAddr;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;

pub use authority::Roots;
pub use certificate::{CertificateFault, CertificateFiles, Validity};
pub(crate) use offered::{ACME_PROTOCOL, HTTP_2, Offered};
pub(crate) use redirect::redirect;
pub(crate) use renewal::{follow_files, renew};

/// The directory of Let's Encrypt.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// How a server speaks TLS.
#[derive(Debug, Clone)]
pub struct TlsConfig {
    /// A certificate that somebody else renews; shown to whoever asks for a host that has none of its own.
    pub files: Option<CertificateFiles>,
    /// Certificates that the server obtains.
    pub acme: Option<AcmeConfig>,
    /// Where browsers that come without TLS are sent on from; nowhere without it.
    pub redirect: Option<SocketAddr>,
}

/// Where certificates are obtained, for which hosts.
#[derive(Debug, Clone)]
pub struct AcmeConfig {
    /// Names that lead to this server, each with a certificate of its own.
    pub hosts: Vec<String>,
    /// E-mail address that the authority writes to.
    pub contact: String,
    /// Address of its directory.
    pub directory: String,
    /// Certificates that the directory's own comes from, beside those that browsers trust.
    pub roots: Roots,
}

/// The cryptography of everything that speaks TLS here.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
