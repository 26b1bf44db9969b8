//! Settings: command line, then environment variables (both read by `clap`), then `tisserand.toml`, then defaults.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use dictionary::Label;
use dictionary::expression::error::nearest;
use platform::KeyText;
use platform::outbox::MailOptions;
use serde::Deserialize;
use server::TlsConfig;

use crate::cli::Tls;
use crate::failure::WrongUse;

mod mail;
mod tls;

/// Where `demo` and `serve` listen when nothing says otherwise.
const ADDRESS: &str = "127.0.0.1:7700";

/// `tisserand.toml`. Unknown keys refuse to start: a misspelt setting must not be silently ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    data: Option<PathBuf>,
    database: Option<String>,
    address: Option<String>,
    modules: Option<PathBuf>,
    breached_passwords: Option<PathBuf>,
    key_file: Option<PathBuf>,
    outgoing_hosts: Option<Vec<String>>,
    public: Option<String>,
    smtp: Option<String>,
    smtp_password_file: Option<PathBuf>,
    smtp_roots: Option<PathBuf>,
    mail_from: Option<String>,
    secure: Option<bool>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    acme_hosts: Option<Vec<String>>,
    acme_contact: Option<String>,
    acme_directory: Option<String>,
    acme_roots: Option<PathBuf>,
    redirect: Option<String>,
    trusted_proxies: Option<Vec<IpAddr>>,
    log: Option<String>,
}

/// What every command knows.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The folder of the platform.
    pub(crate) data: PathBuf,
    /// The database that holds its rows; in the folder without one.
    pub(crate) database: Option<String>,
    /// Where to listen.
    pub(crate) address: SocketAddr,
    /// Standard modules from a folder instead of those built in.
    pub(crate) modules: Option<PathBuf>,
    /// Passwords that are known to be out: a file as Have I Been Pwned gives it.
    pub(crate) breached_passwords: Option<PathBuf>,
    /// What seals secrets that have to be read again; a key in the folder without one.
    pub(crate) key: Option<KeyText>,
    /// Hosts of our own network that may be called, by HTTP too.
    pub(crate) outgoing_hosts: Vec<String>,
    /// Where browsers reach us.
    pub(crate) public: Option<String>,
    /// Where letters go.
    pub(crate) mail: Option<MailOptions>,
    /// Browsers come by HTTPS.
    pub(crate) secure: bool,
    /// Proxies that say where requests come from.
    pub(crate) trusted_proxies: Vec<IpAddr>,
    /// TLS of the server's own.
    pub(crate) tls: Option<TlsConfig>,
    /// Filter of logs, as `tracing` understands it.
    pub(crate) log: String,
}

/// What the command line may set.
// Not to be printed: passwords are among it.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub(crate) config: Option<PathBuf>,
    pub(crate) data: Option<PathBuf>,
    pub(crate) database: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) modules: Option<PathBuf>,
    pub(crate) breached_passwords: Option<PathBuf>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) key: Option<KeyText>,
    pub(crate) outgoing_hosts: Vec<String>,
    pub(crate) public: Option<String>,
    pub(crate) smtp: Option<String>,
    pub(crate) smtp_password: Option<String>,
    pub(crate) smtp_password_file: Option<PathBuf>,
    pub(crate) smtp_roots: Option<PathBuf>,
    pub(crate) mail_from: Option<String>,
    pub(crate) tls: Tls,
}

impl Settings {
    /// Reads `tisserand.toml` (of the working folder unless named) and puts what the command line says over it.
    pub(crate) fn read(given: Given) -> anyhow::Result<Settings> {
        let path = given.config.clone().unwrap_or_else(|| PathBuf::from("tisserand.toml"));
        let file = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&path, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && given.config.is_none() => {
                SettingsFile::default()
            }
            Err(error) => {
                return Err(wrong(
                    format!("Le fichier de réglages {} ne se lit pas : {error}", path.display()),
                    format!("The settings file {} cannot be read: {error}", path.display()),
                ));
            }
        };
        let address = given.address.or(file.address).unwrap_or_else(|| ADDRESS.to_owned());
        let address: SocketAddr = address.parse().map_err(|_| {
            wrong(
                format!("« {address} » n'est pas une adresse d'écoute ; par exemple {ADDRESS}, ou 127.0.0.1:0 pour un port libre."),
                format!("“{address}” is not an address to listen on; for instance {ADDRESS}, or 127.0.0.1:0 for a free port."),
            )
        })?;
        let key = match (given.key, given.key_file.or(file.key_file)) {
            (Some(key), _) => Some(key),
            (None, Some(path)) => Some(KeyText(std::fs::read_to_string(&path).map_err(|error| {
                wrong(
                    format!("La clé {} ne se lit pas : {error}", path.display()),
                    format!("The key {} cannot be read: {error}", path.display()),
                )
            })?)),
            (None, None) => None,
        };
        let public = given.public.or(file.public).filter(|address| !address.is_empty());
        let mail = mail::read(mail::Named {
            smtp: given.smtp.or(file.smtp).filter(|address| !address.is_empty()),
            password: given.smtp_password,
            password_file: given.smtp_password_file.or(file.smtp_password_file),
            roots: given.smtp_roots.or(file.smtp_roots),
            from: given.mail_from.or(file.mail_from),
            public: public.clone(),
        })?;
        let tls = given.tls.over(Tls {
            tls_certificate: file.tls_certificate,
            tls_key: file.tls_key,
            acme_host: file.acme_hosts.unwrap_or_default(),
            acme_contact: file.acme_contact,
            acme_directory: file.acme_directory,
            acme_roots: file.acme_roots,
            redirect: file.redirect,
            trusted_proxy: file.trusted_proxies.unwrap_or_default(),
        });
        Ok(Settings {
            key,
            trusted_proxies: tls.trusted_proxy.clone(),
            tls: tls::read(tls)?,
            mail,
            outgoing_hosts: match given.outgoing_hosts.is_empty() {
                true => file.outgoing_hosts.unwrap_or_default(),
                false => given.outgoing_hosts,
            },
            public,
            data: given.data.or(file.data).unwrap_or_else(|| PathBuf::from("data")),
            database: given.database.or(file.database).filter(|address| !address.is_empty()),
            address,
            modules: given.modules.or(file.modules),
            breached_passwords: given.breached_passwords.or(file.breached_passwords),
            secure: file.secure.unwrap_or(false),
            log: file.log.unwrap_or_else(|| "info".to_owned()),
        })
    }
}

fn wrong(fr: String, en: String) -> anyhow::Error {
    WrongUse(Label::new(&fr, &en)).into()
}

fn parse(path: &Path, text: &str) -> anyhow::Result<SettingsFile> {
    toml::from_str(text).map_err(|error| {
        let message = error.message();
        let mut names = message.split('`').skip(1).step_by(2);
        let near = match message.strip_prefix("unknown field ").and(names.next()) {
            Some(written) => nearest(written, names),
            None => None,
        };
        let line =
            error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
        let (fr, en) = match near {
            Some(near) => (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?")),
            None => (String::new(), String::new()),
        };
        wrong(
            format!("{}:{line} : {message}.{fr}", path.display()),
            format!("{}:{line}: {message}.{en}", path.display()),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_setting_refuses_to_start_and_names_the_near_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tisserand.toml");
        std::fs::write(&path, "data = \"x\"\nadress = \"127.0.0.1:1\"\n").unwrap();
        let error = Settings::read(Given { config: Some(path), ..Given::default() }).unwrap_err();
        assert!(error.is::<WrongUse>());
        assert!(
            error.to_string().contains(":2: unknown field `adress`")
                && error.to_string().contains("“address”"),
            "{error}"
        );
    }

    #[test]
    fn the_command_line_comes_before_the_file_and_the_file_before_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tisserand.toml");
        std::fs::write(&path, "data = \"x\"\naddress = \"127.0.0.1:1\"\n").unwrap();
        let given = Given { config: Some(path), data: Some("y".into()), ..Given::default() };
        let settings = Settings::read(given).unwrap();
        assert_eq!((settings.data, settings.address.port(), settings.log.as_str()), ("y".into(), 1, "info"));
    }
}
