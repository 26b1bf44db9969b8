//! Who answers for an environment: whom letters about it are for.

use dictionary::model::profiles::Power;

use crate::directory::{ACCESS, CLIENT, Fields};
use crate::environments::EnvironmentInfo;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::users::User;

impl Platform {
    /// People who may answer for an environment and are let in for good: neither who is there to help, nor who keeps the platform.
    pub(crate) fn administrators_of(&self, info: &EnvironmentInfo) -> Result<Vec<User>, PlatformError> {
        let open = self.environment(&info.name)?;
        let dictionary = open.engine.dictionary();
        let administers = |profile: &str| {
            dictionary
                .profiles
                .iter()
                .any(|one| one.name == profile && one.powers.contains(&Power::Administer))
        };
        let directory = self.root().dictionary();
        let mut found = Vec::new();
        for record in self.records_of(ACCESS, "environment", info.id)? {
            let access = Fields::of(&directory, &record);
            let profiles = access.text("profiles").unwrap_or_default();
            let Some(user) = access.reference("user").filter(|_| access.reference("operation").is_none())
            else {
                continue;
            };
            let answers = profiles.split_whitespace().any(administers);
            if answers && self.organisation_of(user)?.is_none_or(|(_, _, kind)| kind == CLIENT) {
                found.extend(Some(self.user(user)?).filter(|user| user.active));
            }
        }
        Ok(found)
    }
}
