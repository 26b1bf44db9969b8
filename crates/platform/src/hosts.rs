//! Host names of environments' own: a browser that comes by one is led to its environment, and the server obtains a certificate for it.

use engine::{Caller, Query};

use crate::certificates::is_host;
use crate::directory::{self, Fields, HOST};
use crate::error::PlatformError;
use crate::platform::Platform;

/// Names that certificates are obtained for at most: authorities bound how many they give.
const HOSTS_MAX: usize = 1_000;

impl Platform {
    /// Host names of all environments, in order.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn environment_hosts(&self) -> Result<Vec<String>, PlatformError> {
        let records = directory::all(self.root(), Query { entity: HOST.to_owned(), ..Query::default() })?;
        let dictionary = self.root().dictionary();
        let named = records.iter().filter_map(|record| Fields::of(&dictionary, record).text("host"));
        let mut hosts: Vec<String> = named.filter(|host| is_host(host)).collect();
        hosts.sort();
        hosts.truncate(HOSTS_MAX);
        Ok(hosts)
    }

    /// Host names of the environments of a client, in order.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn hosts_of_client(&self, client: &str) -> Result<Vec<String>, PlatformError> {
        let mut theirs = Vec::new();
        for host in self.environment_hosts()? {
            let Some(name) = self.environment_of_host(&host)? else { continue };
            if self.environment_info(&name)?.client.as_deref() == Some(client) {
                theirs.push(host);
            }
        }
        Ok(theirs)
    }

    /// Name of the environment that a host belongs to; `None` of others.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn environment_of_host(&self, host: &str) -> Result<Option<String>, PlatformError> {
        let found = match self.root().find(&Caller::system(), HOST, "host", host, &[]) {
            Ok(found) => found,
            Err(error) => {
                let error = PlatformError::from(error);
                return if error.is_not_found() { Ok(None) } else { Err(error) };
            }
        };
        let dictionary = self.root().dictionary();
        let Some(id) = Fields::of(&dictionary, &found).reference("environment") else { return Ok(None) };
        match self.environment_info_by_id(id) {
            Ok(info) => Ok(Some(info.name)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }
}
