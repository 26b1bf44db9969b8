//! Lock files name public registries or none: one that names a private mirror installs nowhere else.

use std::path::Path;

use anyhow::{Context, Result};

use crate::Findings;

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let mut findings = Findings::new();
    let cargo = std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock")?;
    for line in cargo.lines().filter(|line| line.starts_with("source = ")) {
        if line != "source = \"registry+https://github.com/rust-lang/crates.io-index\"" {
            findings.push(format!("Cargo.lock: {line}"));
        }
    }
    findings.dedup();
    for folder in ["web", "crates/server/tests/odata"] {
        let npm = root.join(folder).join("package-lock.json");
        let Ok(text) = std::fs::read_to_string(npm) else { continue };
        let named = text.lines().filter(|line| line.trim_start().starts_with("\"resolved\"")).count();
        if named > 0 {
            findings.push(format!(
                "{folder}/package-lock.json: {named} addresses; install with npm's omit-lockfile-registry-resolved"
            ));
        }
    }
    Ok(findings)
}
