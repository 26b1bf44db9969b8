//! Where a database is, as people write it.

use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;

use crate::error::StoreError;
use crate::names::fitted;

/// A server that does not answer within this is not there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A link that says nothing for this long is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// The longest beginning of schema names: what follows must fit beside it.
const PREFIX_MAX: usize = 20;

/// A database, and how the schemas of this platform are called in it.
#[derive(Clone)]
pub(crate) struct Address {
    /// What the driver is told.
    pub(crate) config: Config,
    /// What the names of this platform's schemas begin with.
    prefix: String,
}

impl Address {
    /// Reads `postgres://user@host:port/database?parameters`. One parameter is ours, `prefix`: what schemas begin with, so that several platforms
    /// can share a database.
    pub(crate) fn parse(text: &str) -> Result<Address, StoreError> {
        let refused = |why: String| StoreError::database("read the address of the database", why);
        let (base, query) = text.split_once('?').unwrap_or((text, ""));
        let mut prefix = String::new();
        let mut rest: Vec<&str> = Vec::new();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            match parameter.strip_prefix("prefix=") {
                Some(given) => prefix = given.to_owned(),
                None => rest.push(parameter),
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
        if config.get_ssl_mode() == SslMode::Require {
            return Err(refused("sslmode=require: encrypted links to PostgreSQL are not there yet; use a private network, or a local socket".into()));
        }
        config.ssl_mode(SslMode::Disable);
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        config.keepalives_idle(KEEPALIVE);
        if config.get_application_name().is_none() {
            config.application_name("tisserand");
        }
        Ok(Address { config, prefix })
    }

    /// The schema of an environment.
    pub(crate) fn schema(&self, environment: &str) -> String {
        fitted(&format!("{}env_{environment}", self.prefix))
    }

    /// The address without its password, for people.
    pub(crate) fn shown(&self) -> String {
        let hosts: Vec<String> = self
            .config
            .get_hosts()
            .iter()
            .map(|host| match host {
                tokio_postgres::config::Host::Tcp(name) => name.clone(),
                #[cfg(unix)]
                tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
            })
            .collect();
        format!("{} at {}", self.config.get_dbname().unwrap_or("the default database"), hosts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_is_ours_and_the_rest_is_the_drivers() {
        let address = Address::parse("postgres://a@h/db?prefix=shop_&application_name=x")
            .unwrap_or_else(|e| panic!("{e:?}"));
        assert_eq!(address.schema("acme-test"), "shop_env_acme-test");
        assert_eq!(address.config.get_application_name(), Some("x"));
        assert_eq!(address.shown(), "db at h");
        for wrong in ["postgres://a@h/db?prefix=A", "mysql://h/db", "postgres://a@h/db?sslmode=require"] {
            assert!(Address::parse(wrong).is_err(), "{wrong}");
        }
    }
}
