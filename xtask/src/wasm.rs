//! The pure crates compile for WebAssembly, so that browsers and devices run the same code.
//!
//! With a toolchain that has the target, that is a plain build. Else Debian's `rustc-web`, `cargo-web`, `rust-web-src` and `lld` build the
//! standard library too.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::Findings;

const PURE: &[&str] = &["agreement", "device", "dictionary", "journal", "rights"];
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let Some(mut command) = cargo(root, "check")? else { return Ok(vec![missing()]) };
    for name in PURE {
        command.args(["--package", name]);
    }
    let status = command.status().context("starting cargo")?;
    Ok(if status.success() {
        Vec::new()
    } else {
        vec![format!("{} do not compile for {TARGET}", PURE.join(", "))]
    })
}

/// `cargo build` or `cargo check` for WebAssembly into `target/wasm`; none where nothing here can do that.
pub(crate) fn cargo(root: &Path, what: &str) -> Result<Option<Command>> {
    let with_target = has_target()?;
    let mut command = if with_target {
        Command::new("cargo")
    } else if Path::new("/usr/bin/wasm-ld").exists() && Path::new("/usr/bin/cargo").exists() {
        let mut command = Command::new("/usr/bin/cargo");
        command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
        command.env("RUSTFLAGS", "-Clinker=wasm-ld").env_remove("RUSTUP_TOOLCHAIN");
        command.env_remove("CARGO").env_remove("RUSTDOC");
        command
    } else {
        return Ok(None);
    };
    // One profile for what browsers load and for the check: what both run while they compile is built once.
    command.current_dir(root).args([what, "--quiet", "--locked", "--target", TARGET, "--profile", "device"]);
    command.arg("--target-dir").arg(root.join("target").join("wasm"));
    if !with_target {
        command.arg("-Zbuild-std=std,panic_abort");
    }
    Ok(Some(command))
}

/// What to install.
pub(crate) fn missing() -> String {
    format!(
        "no {TARGET} here: rustup target add {TARGET}, or on Debian: apt-get install rustc-web cargo-web rust-web-src lld"
    )
}

fn has_target() -> Result<bool> {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output()?;
    Ok(Path::new(String::from_utf8_lossy(&output.stdout).trim()).exists())
}
