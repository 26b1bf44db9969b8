//! A file holds one subject. Past 600 lines it is split by subject, or `tidy.toml` says why not.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::Findings;

const LINES_MAX: usize = 600;
const ENDINGS: &[&str] = &["rs", "ts", "tsx", "css", "mjs"];
const SKIPPED: &[&str] = &["target", "node_modules", "dist", ".git", "data", "test-results"];

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let reasons: toml::Table =
        std::fs::read_to_string(root.join("tidy.toml"))?.parse().context("tidy.toml")?;
    let reasons = reasons.get("long_files").and_then(toml::Value::as_table).cloned().unwrap_or_default();
    let mut findings = Findings::new();
    let mut unused: Vec<&String> = reasons.keys().collect();
    for file in files(root)? {
        let lines =
            std::fs::read_to_string(&file).with_context(|| file.display().to_string())?.lines().count();
        let name = file.strip_prefix(root)?.to_string_lossy().into_owned();
        let listed = reasons.contains_key(&name);
        if lines > LINES_MAX && !listed {
            findings
                .push(format!("{name}: {lines} lines; split it by subject, or give the reason in tidy.toml"));
        }
        if lines > LINES_MAX && listed {
            unused.retain(|known| **known != name);
        }
    }
    findings.extend(unused.iter().map(|name| format!("{name}: listed in tidy.toml without need")));
    Ok(findings)
}

fn files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() && !SKIPPED.contains(&name.as_str()) {
                folders.push(path);
            } else if path.extension().is_some_and(|e| ENDINGS.iter().any(|known| e == *known)) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
