//! Where a database is, as people write it.

use std::path::PathBuf;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio_postgres::Config;

use crate::error::StoreError;
use crate::names::fitted;
use crate::postgres::reach::{Encryption, Reach, is_here};

/// A server that does not answer within this is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A link that says nothing for this long is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// The longest beginning of schema names: what follows must fit beside it.
const PREFIX_MAX: usize = 20;

/// A database, and how the schemas of this platform are called in it.
#[derive(Clone)]
pub(crate) struct Address {
    /// How its server is reached.
    pub(crate) reach: Reach,
    /// What the names of this platform's schemas begin with.
    prefix: String,
}

impl Address {
    /// Reads `postgres://user@host:port/database?parameters`. Three parameters are ours: `prefix`, what schemas begin with, so that several platforms
    /// can share a database; `sslmode`, which is `verify-full` for a server elsewhere unless it says otherwise; `sslrootcert`, the file of the authority
    /// that the server's certificate comes from.
    pub(crate) fn parse(text: &str) -> Result<Address, StoreError> {
        let refused = |why: String| StoreError::database("read the address of the database", why);
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut prefix = String::new();
        let (mut mode, mut roots) = (None, None);
        let mut rest: Vec<&str> = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.split_once('=') {
                Some(("prefix", given)) => prefix = given.to_owned(),
                Some(("sslmode", given)) => mode = Some(given),
                Some(("sslrootcert", given)) => {
                    let path = percent_decode_str(given).decode_utf8_lossy();
                    roots = Some(PathBuf::from(path.as_ref()));
                }
                _ => rest.push(parameter),
            }
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if prefix.len() > PREFIX_MAX || !prefix.chars().all(plain) {
            return Err(refused(format!(
                "prefix={prefix}: at most {PREFIX_MAX} lower-case letters, digits and underscores"
            )));
        }
        let address = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let mut config: Config = address.parse().map_err(|error: tokio_postgres::Error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            refused(format!(
                "{}; it is written postgres://user:password@host:5432/database",
                source.unwrap_or_else(|| error.to_string())
            ))
        })?;
        let encryption = match mode {
            Some("disable") => Encryption::None,
            None if is_here(&config) => Encryption::None,
            // Without a proof, whoever stands in between reads along all the same: one kind of encryption is enough.
            None | Some("require" | "verify-ca" | "verify-full") => Encryption::Proven,
            Some(other) => {
                return Err(refused(format!(
                    "sslmode={other}: it is verify-full, or disable for a network that nobody else is on"
                )));
            }
        };
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(KEEPALIVE);
        if config.get_application_name().is_none() {
            config.application_name("tisserand");
        }
        Ok(Address { reach: Reach::new(config, encryption, roots.as_deref())?, prefix })
    }

    /// The schema of an environment.
    pub(crate) fn schema(&self, environment: &str) -> String {
        fitted(&format!("{}env_{environment}", self.prefix))
    }

    /// The address without its password, for people.
    pub(crate) fn shown(&self) -> String {
        let hosts: Vec<String> = self
            .reach
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                tokio_postgres::config::Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        format!(
            "{} at {}",
            self.reach.config.get_dbname().unwrap_or("the default database"),
            hosts.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

    use super::*;

    #[test]
    fn the_prefix_is_ours_and_the_rest_is_the_drivers() {
        let address = Address::parse("postgres://a@h/db?prefix=shop_&application_name=x")
            .unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(address.schema("acme-test"), "shop_env_acme-test");
        assert_eq!(address.reach.config.get_application_name(), Some("x"));
        assert_eq!(address.shown(), "db at h");
        for wrong in ["postgres://a@h/db?prefix=A", "mysql://h/db", "postgres://a@h/db?sslmode=prefer"] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_link_that_leaves_the_machine_is_encrypted_unless_somebody_says_otherwise() {
        let mode = |address: &str| {
            let address = Address::parse(address).unwrap_or_else(|e| panic!("{e:?}"));
            address.reach.config.get_ssl_mode()
        };
        for here in
            ["postgres://a@localhost/db", "postgres://a@127.0.0.1/db", "postgres://a@%2Frun%2Fpostgresql/db"]
        {
            assert_eq!(mode(here), SslMode::Disable, "{here}");
        }
        for elsewhere in
            ["postgres://a@db.example/db", "postgres://a@localhost,db.example/db", "postgres://a@10.0.0.4/db"]
        {
            assert_eq!(mode(elsewhere), SslMode::Require, "{elsewhere}");
            assert_eq!(mode(&format!("{elsewhere}?sslmode=disable")), SslMode::Disable, "{elsewhere}");
        }
        assert_eq!(mode("postgres://a@localhost/db?sslmode=verify-full"), SslMode::Require);
        assert!(Address::parse("postgres://a@h/db?sslrootcert=/nowhere.pem").is_err());
    }
}
