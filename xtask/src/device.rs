//! What the forms of the web application run: the crate `device` as WebAssembly, with what calls it from TypeScript.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use crate::wasm;

/// Where the web application imports it from; not committed.
const MADE: &str = "web/src/device/made";

/// Builds it; does nothing when it is up to date.
pub(crate) fn build(root: &Path) -> Result<()> {
    let Some(mut command) = wasm::cargo(root, "build")? else { bail!(wasm::missing()) };
    let status = command.args(["--package", "device"]).status();
    if !status.context("starting cargo")?.success() {
        bail!("the crate device does not build for {}", wasm::TARGET);
    }
    let built = root.join("target/wasm").join(wasm::TARGET).join("device/device.wasm");
    let made = root.join(MADE);
    let moment = |path: &Path| fs::metadata(path).and_then(|found| found.modified());
    let is_current = match (moment(&built), moment(&made.join("device_bg.wasm"))) {
        (Ok(built), Ok(made)) => built <= made,
        _ => false,
    };
    if is_current {
        return Ok(());
    }
    fs::create_dir_all(&made).with_context(|| format!("making {}", made.display()))?;
    Bindgen::new()
        .input_path(&built)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&made)
        .with_context(|| format!("writing {}", made.display()))
}
