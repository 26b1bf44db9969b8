//! Who decides for an environment.

use engine::{EngineError, Power};
use platform::Entered;

use crate::problem::Problem;

/// Who administers, as themselves; not those who are here by a support access.
pub(super) fn decides(entered: &Entered) -> Result<(), Problem> {
    entered.needs(Power::Administer)?;
    if entered.viewing.is_some() || entered.until.is_some() {
        return Err(EngineError::Forbidden { capability: Power::Administer.name().to_owned() }.into());
    }
    Ok(())
}
