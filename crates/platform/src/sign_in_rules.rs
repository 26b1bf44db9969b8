//! What an environment asks of whoever signs in.

use engine::{Caller, Draft};

use crate::access::{Door, Identity};
use crate::directory::ENVIRONMENT;
use crate::error::PlatformError;
use crate::platform::Platform;

impl Platform {
    /// Says whether an environment is entered with a second factor only. It holds at once: who has none is led to add one at their next request.
    ///
    /// Errors: there is no such environment; refused to an administrator who has none themselves and did not come by a passkey, who would be locked out.
    pub fn second_factor_require(
        &self,
        identity: &Identity,
        environment: &str,
        required: bool,
    ) -> Result<(), PlatformError> {
        let by_passkey = matches!(identity.door, Door::Session { passkey: Some(_), .. });
        if required && identity.user.second_factor.is_none() && !by_passkey {
            return Err(PlatformError::refused(
                "Ajoutez d'abord un second facteur à votre compte : vous ne pourriez plus entrer.",
                "Add a second factor to your own account first: you could not enter any more.",
            ));
        }
        let id = self.environment_info(environment)?.id;
        let draft = Draft::default().with("second_factor", dictionary::Value::Boolean(required));
        self.root().transact(&Caller::system(), move |unit| unit.update(ENVIRONMENT, id, None, draft))?;
        tracing::info!(environment.name = environment, required, by = %identity.user.id, "second factor required");
        Ok(())
    }
}
