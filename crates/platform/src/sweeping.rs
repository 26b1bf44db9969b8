//! Contents of files that nothing names: swept from open environments once a day, and when somebody asks.

use std::sync::Arc;

use engine::Swept;
use jiff::SignedDuration;

use crate::Platform;
use crate::environments::PLATFORM;
use crate::error::PlatformError;
use crate::open::OpenEnvironment;

/// Uploads that no record named for this long are given up.
pub const FILES_GRACE: SignedDuration = SignedDuration::from_hours(24);

/// Open environments are swept this often.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

impl Platform {
    /// Removes from an environment the contents that no record names, that its journal never named, and that were last received longer than
    /// `grace` ago; says which. With `rehearse` nothing is removed.
    ///
    /// Errors: there is no such environment, or its files or records cannot be read.
    pub fn files_sweep(
        &self,
        name: &str,
        grace: SignedDuration,
        rehearse: bool,
    ) -> Result<Swept, PlatformError> {
        if name == PLATFORM {
            return Ok(self.root().files_sweep(grace, rehearse)?);
        }
        Ok(self.environment(name)?.engine.files_sweep(grace, rehearse)?)
    }

    /// Environments that were opened since the last call: what was left undone in them may be taken up again.
    pub fn environments_just_opened(&self) -> Vec<Arc<OpenEnvironment>> {
        self.opened.just_opened()
    }

    /// Sweeps the open environments that were not swept for a day. An environment is open when somebody uploads to it, and swept again soon after
    /// it is opened: none has to be opened for this. Returns how many contents were removed.
    ///
    /// Errors: the first, after every environment was tried.
    pub fn files_sweep_due(&self) -> Result<usize, PlatformError> {
        let (mut removed, mut failed) = (0, None);
        for (name, environment) in self.opened.to_sweep(self.clock.now(), EVERY) {
            match environment.engine.files_sweep(FILES_GRACE, false) {
                Ok(swept) if swept.contents.is_empty() => {}
                Ok(swept) => {
                    removed += swept.contents.len();
                    tracing::info!(
                        environment.name = name,
                        files.count = swept.contents.len(),
                        files.size_bytes = swept.size_bytes(),
                        "files that nothing names were removed"
                    );
                }
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(removed), |error| Err(error.into()))
    }
}
