//! Who decides for an environment.

use axum::http::StatusCode;
use engine::Power;
use platform::Entered;

use crate::problem::Problem;

/// Who administers, as themselves; not those who are here by a support access.
pub(super) fn decides(entered: &Entered) -> Result<(), Problem> {
    administers_as_own(
        entered,
        "Vous êtes ici par un accès d'assistance : seules les personnes du client en décident.",
        "You are here by a support access: only the client's own people decide on this.",
    )
}

/// Who may take the whole environment away: the same people.
pub(super) fn takes_away(entered: &Entered) -> Result<(), Problem> {
    administers_as_own(
        entered,
        "Vous êtes ici par un accès d'assistance : les archives ne sont remises qu'aux personnes du client. Demandez à qui l'administre d'en prendre une.",
        "You are here by a support access: archives are handed to the client's own people only. Ask who administers it to take one.",
    )
}

/// `fr` and `en` are said to those who are here to help.
fn administers_as_own(entered: &Entered, fr: &str, en: &str) -> Result<(), Problem> {
    entered.needs(Power::Administer)?;
    if entered.viewing.is_some() {
        return Err(Problem::viewed(&entered.caller.name));
    }
    match entered.until {
        Some(_) => Err(Problem::new(StatusCode::FORBIDDEN, "forbidden", fr, en)),
        None => Ok(()),
    }
}
