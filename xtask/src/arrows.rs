//! Which crate may know which: arrows point down this list, and some crates must not know some libraries.

use std::path::Path;

use anyhow::{Context, Result};

use crate::Findings;

/// Outermost first. A crate may depend on crates further down only.
const ORDER: &[&str] = &[
    "xtask",
    "bench",
    "tisserand",
    "server",
    "platform",
    "exchange",
    "services",
    "contents",
    "engine",
    "store",
    "test_postgres",
    "agreement",
    "journal",
    "rights",
    "device",
    "dictionary",
];

/// What a crate must not depend on, and why.
const FORBIDDEN: &[(&str, &[&str], &str)] = &[
    ("server", &["store", "rusqlite", "sea-query"], "the server knows no SQL and no store"),
    ("platform", &["axum", "tower-http", "rusqlite", "sea-query"], "the platform knows no HTTP and no SQL"),
    ("services", &["axum", "tokio", "rusqlite", "sea-query"], "services know no HTTP of ours, and no rows"),
    ("contents", PURE, "a pure crate does no I/O"),
    ("exchange", &["axum", "tower-http", "rusqlite", "sea-query", "store"], "flows go through the engine"),
    ("engine", &["axum", "tokio", "rusqlite", "sea-query"], "the engine knows no HTTP, nor which store"),
    ("store", &["axum", "tower-http"], "the store knows no HTTP and no rights"),
    ("agreement", PURE, "a pure crate does no I/O"),
    ("device", PURE, "a pure crate does no I/O"),
    ("journal", PURE, "a pure crate does no I/O"),
    ("rights", PURE, "a pure crate does no I/O"),
    ("dictionary", PURE, "a pure crate does no I/O"),
];

const PURE: &[&str] =
    &["axum", "tokio", "rusqlite", "sea-query", "tower-http", "rand", "getrandom", "tempfile", "parking_lot"];

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let mut findings = Findings::new();
    for name in crates(root)? {
        let Some(place) = ORDER.iter().position(|known| *known == name) else {
            findings.push(format!(
                "{name}: not in the order of crates; give it its place in xtask/src/arrows.rs"
            ));
            continue;
        };
        let dependencies = dependencies(root, &name)?;
        for dependency in &dependencies {
            if ORDER[..=place].contains(&dependency.as_str()) {
                findings.push(format!("{name} → {dependency}: arrows point inwards, this one points out"));
            }
        }
        for (_, banned, why) in FORBIDDEN.iter().filter(|(who, _, _)| *who == name) {
            for dependency in dependencies.iter().filter(|d| banned.contains(&d.as_str())) {
                findings.push(format!("{name} → {dependency}: {why}"));
            }
        }
    }
    Ok(findings)
}

/// Names of the workspace's crates, `xtask` aside.
pub(crate) fn crates(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("crates"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// What a crate depends on when it is built; what only its tests need is not listed.
fn dependencies(root: &Path, name: &str) -> Result<Vec<String>> {
    let file = root.join("crates").join(name).join("Cargo.toml");
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    let manifest: toml::Table = text.parse().with_context(|| format!("reading {}", file.display()))?;
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    Ok(table.map(|t| t.keys().cloned().collect()).unwrap_or_default())
}
