//! How a server speaks TLS, or who speaks it for it.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "TLS")]
pub(crate) struct Tls {
    /// Speak TLS with the certificate of this file, PEM, the whole chain; it is read again when it is renewed
    #[arg(
        long,
        global = true,
        env = "TISSERAND_TLS_CERTIFICATE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// File of its private key, PEM
    #[arg(long, global = true, env = "TISSERAND_TLS_KEY", value_name = "FILE", hide_env_values = true)]
    pub(crate) tls_key: Option<PathBuf>,
    /// Obtain a certificate for this host and renew it (ACME); it leads here, and port 443 to --address; may be repeated
    #[arg(
        long,
        global = true,
        env = "TISSERAND_ACME_HOSTS",
        value_delimiter = ',',
        value_name = "HOST",
        hide_env_values = true
    )]
    pub(crate) acme_host: Vec<String>,
    /// E-mail address that the authority writes to; giving it agrees to its terms of service
    #[arg(long, global = true, env = "TISSERAND_ACME_CONTACT", value_name = "EMAIL", hide_env_values = true)]
    pub(crate) acme_contact: Option<String>,
    /// Directory of the authority [default: Let's Encrypt]
    #[arg(long, global = true, env = "TISSERAND_ACME_DIRECTORY", value_name = "URL", hide_env_values = true)]
    pub(crate) acme_directory: Option<String>,
    /// Certificates, PEM, that the directory's own has to come from [default: those that browsers trust]
    #[arg(long, global = true, env = "TISSERAND_ACME_ROOTS", value_name = "FILE", hide_env_values = true)]
    pub(crate) acme_roots: Option<PathBuf>,
    /// Listen here too, without TLS, and send browsers on to https
    #[arg(long, global = true, env = "TISSERAND_REDIRECT", value_name = "ADDRESS", hide_env_values = true)]
    pub(crate) redirect: Option<String>,
    /// Believe what this proxy says of where requests come from (X-Forwarded-For): its IP address; may be repeated
    #[arg(
        long,
        global = true,
        env = "TISSERAND_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP",
        hide_env_values = true
    )]
    pub(crate) trusted_proxy: Vec<IpAddr>,
}
