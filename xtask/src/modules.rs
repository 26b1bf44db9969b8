//! Every module folder is a valid dictionary, on top of the modules it depends on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use dictionary::Layer;

use crate::Findings;

pub(crate) fn check(root: &Path) -> Result<Findings> {
    let folder = root.join("modules");
    let mut findings = Findings::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !path.join("module.toml").exists() {
            continue;
        }
        let mut layers = Vec::new();
        gather(&folder, &name, &mut layers)?;
        if let Err(faults) = dictionary::compile(&layers) {
            findings.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    Ok(findings)
}

/// Adds a module and, beneath it, those it depends on.
fn gather(folder: &Path, name: &str, layers: &mut Vec<Layer>) -> Result<()> {
    if layers.iter().any(|layer| layer.name == name) {
        return Ok(());
    }
    if layers.len() > 100 {
        bail!("module {name} depends on itself");
    }
    let text = std::fs::read_to_string(folder.join(name).join("module.toml"))
        .with_context(|| format!("module {name}: no module.toml"))?;
    let manifest: toml::Table = text.parse().with_context(|| format!("modules/{name}/module.toml"))?;
    for beneath in manifest.get("depends").and_then(toml::Value::as_array).into_iter().flatten() {
        gather(folder, beneath.as_str().unwrap_or_default(), layers)?;
    }
    let mut files = BTreeMap::new();
    read(&folder.join(name), "", &mut files)?;
    layers.push(Layer { name: name.to_owned(), files });
    Ok(())
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let place = format!("{prefix}{name}");
        if path.is_dir() {
            read(&path, &format!("{place}/"), files)?;
        } else if name.ends_with(".toml") {
            files.insert(place, std::fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
