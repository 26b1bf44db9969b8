//! `openapi`: the description of what every server answers, from which clients are generated.

use crate::console::Console;

pub(crate) fn run(console: &Console) -> anyhow::Result<()> {
    let document = server::openapi_general();
    console.out(if console.json { document.to_string() } else { serde_json::to_string_pretty(&document)? });
    Ok(())
}
