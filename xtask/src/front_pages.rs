//! A crate's README is its documentation's front page, so there is one text to keep true.

use std::path::Path;

use anyhow::Result;

use crate::{Findings, arrows};

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let mut findings = Findings::new();
    for name in arrows::crates(root)? {
        let folder = root.join("crates").join(&name);
        let text = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        if text.lines().count() < 5 {
            findings.push(format!("{name}: README.md is missing or says nothing"));
        }
        let front = ["src/lib.rs", "src/main.rs"]
            .iter()
            .filter_map(|file| std::fs::read_to_string(folder.join(file)).ok())
            .any(|source| source.starts_with("#![doc = include_str!(\"../README.md\")]"));
        if !front {
            findings.push(format!(
                "{name}: its source does not begin with #![doc = include_str!(\"../README.md\")]"
            ));
        }
    }
    Ok(findings)
}
