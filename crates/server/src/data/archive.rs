//! The whole environment as one archive: `GET /data/{env}/$archive`.

use axum::response::Response;
use exchange::{About, Wanted, export_archive};
use platform::Entered;

use crate::data::Asked;
use crate::data::deciding::takes_away;
use crate::data::export::{Pieces, downloaded, handed_on, refused};
use crate::problem::Problem;

/// Dictionary, records, journal and files, for administrators of the client: what leaves nobody dependent on whoever hosts it.
///
/// `429` when as many exports run as the server runs at once.
pub(super) async fn archive_show(asked: Asked) -> Result<Response, Problem> {
    let (platform, name) = (asked.cx.state.platform.clone(), asked.environment.clone());
    let headers = downloaded(&asked.environment, "zip", "application/zip");
    let write = move |entered: &Entered, out: &mut Pieces| {
        takes_away(entered)?;
        let info = platform.environment_to_export(&name)?;
        let about = About::from(&*info);
        let (engine, caller) = (&entered.environment.engine, &entered.caller);
        let manifest =
            export_archive(engine, caller, about, Wanted::Journal, out, &mut |_| {}).map_err(refused)?;
        tracing::info!(environment.name = name, by = %caller.name, parts = manifest.parts.len(), "environment exported");
        Ok(())
    };
    handed_on(asked, headers, false, write).await
}
