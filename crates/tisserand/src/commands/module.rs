//! `module`: standard modules, and folders of one's own checked.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use dictionary::layers::Layer;
use serde_json::json;

use crate::cli::Module;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Module, console: &Console) -> anyhow::Result<()> {
    match asked {
        Module::Check { folders } => {
            let mut layers: Vec<Layer> = Vec::new();
            for folder in &folders {
                let layer = read_layer(folder)?;
                for needed in needs(&layer) {
                    let beneath = data::modules(settings).layers(&[needed])?;
                    let new: Vec<Layer> =
                        beneath.into_iter().filter(|b| layers.iter().all(|l| l.name != b.name)).collect();
                    layers.extend(new.into_iter().filter(|b| b.name != layer.name));
                }
                layers.retain(|l| l.name != layer.name);
                layers.push(layer);
            }
            match dictionary::compile(&layers) {
                Ok(compiled) => {
                    if console.json {
                        console.data(&json!({ "faults": [], "hash": compiled.hash, "entities": compiled.entities.len() }));
                    } else {
                        let count = compiled.entities.len();
                        console.out(console.text(
                            &format!("Aucune faute. {count} entités, empreinte {}.", compiled.hash),
                            &format!("No fault. {count} entities, hash {}.", compiled.hash),
                        ));
                    }
                    Ok(())
                }
                Err(faults) => {
                    if console.json {
                        let rendered: Vec<String> =
                            faults.iter().map(|fault| fault.render(console.language)).collect();
                        console.data(&json!({ "faults": rendered }));
                    } else {
                        faults.iter().for_each(|fault| console.out(fault.render(console.language)));
                    }
                    let count = faults.len();
                    Err(refusal(format!("{count} faute(s)."), format!("{count} fault(s).")))
                }
            }
        }
        Module::List => {
            let standard = data::modules(settings);
            let mut rows = Vec::new();
            for name in standard.names()? {
                let layer = standard.layer(&name)?;
                let table = module_table(&layer);
                let text =
                    |key: &str| table.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
                let label = table
                    .get("label")
                    .and_then(|l| l.get(console.language.code()))
                    .and_then(toml::Value::as_str);
                rows.push(vec![
                    name,
                    text("version"),
                    label.unwrap_or_default().to_owned(),
                    needs(&layer).join(", "),
                ]);
            }
            if console.json {
                let rows = rows
                    .iter()
                    .map(|r| json!({ "name": r[0], "version": r[1], "label": r[2], "depends": r[3] }));
                console.data(&rows.collect());
            } else {
                console.table(
                    &["Module", "Version", console.text("Nom", "Label"), console.text("Sur", "Over")],
                    &rows,
                );
            }
            Ok(())
        }
    }
}

fn module_table(layer: &Layer) -> toml::Table {
    layer.files.get("module.toml").and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Modules that must be beneath.
fn needs(layer: &Layer) -> Vec<String> {
    let table = module_table(layer);
    let depends = table.get("depends").and_then(toml::Value::as_array);
    depends.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
}

/// Folders of a module that are not its dictionary.
const OTHER_FOLDERS: [&str; 5] = ["data", "demo", "docs", "maps", "tests"];

/// The layer in a folder: its name is that of `module.toml` or `layer.toml`, else of the folder.
pub(crate) fn read_layer(folder: &Path) -> anyhow::Result<Layer> {
    if !folder.is_dir() {
        let folder = folder.display();
        return Err(refusal(
            format!("Il n'y a pas de dossier {folder}."),
            format!("There is no folder {folder}."),
        ));
    }
    let mut files = BTreeMap::new();
    gather(folder, folder, &mut files)?;
    if files.is_empty() {
        let folder = folder.display();
        return Err(refusal(
            format!("{folder} ne contient aucun fichier TOML : ce n'est ni un module ni une couche."),
            format!("{folder} holds no TOML file: it is neither a module nor a layer."),
        ));
    }
    let own = ["module.toml", "layer.toml"].iter().find_map(|file| files.get(*file));
    let table: toml::Table = own.and_then(|text: &String| text.parse().ok()).unwrap_or_default();
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let of_folder = absolute.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let name = table.get("name").and_then(toml::Value::as_str).map_or(of_folder, str::to_owned);
    Ok(Layer { name, files })
}

fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("read the folder {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("read the folder {}", folder.display()))?.path();
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let name: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
        let name = name.join("/");
        if path.is_dir() {
            if !OTHER_FOLDERS.contains(&name.as_str()) {
                gather(root, &path, files)?;
            }
        } else if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
            files.insert(name, text);
        }
    }
    Ok(())
}
