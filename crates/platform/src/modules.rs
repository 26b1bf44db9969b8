//! Standard modules: built into the binary, or read from a folder in their place.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dictionary::layers::Layer;
use rust_embed::RustEmbed;

use crate::error::PlatformError;

/// The repository's modules. In a debug build they are read from the repository at run time.
#[derive(RustEmbed)]
#[folder = "../../modules"]
struct BuiltIn;

/// Where modules come from.
#[derive(Debug, Clone, Default)]
pub struct Modules {
    folder: Option<PathBuf>,
}

impl Modules {
    /// The modules this binary was built with.
    pub fn built_in() -> Modules {
        Modules { folder: None }
    }

    /// The modules in a folder, one folder each; of those it lacks, the built-in ones.
    pub fn folder(folder: impl Into<PathBuf>) -> Modules {
        Modules { folder: Some(folder.into()) }
    }

    /// Names of all modules, sorted.
    ///
    /// Errors: the folder cannot be read.
    pub fn names(&self) -> Result<Vec<String>, PlatformError> {
        let mut names: Vec<String> = BuiltIn::iter()
            .filter_map(|path| path.strip_suffix("/module.toml").map(str::to_owned))
            .filter(|name| !name.contains('/'))
            .collect();
        if let Some(folder) = &self.folder {
            for entry in fs::read_dir(folder).map_err(PlatformError::io("read the folder", folder))? {
                let entry = entry.map_err(PlatformError::io("read the folder", folder))?;
                if entry.path().join("module.toml").exists() {
                    names.push(entry.file_name().to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Every file of a module by path relative to its folder: its dictionary, and its data, maps and demo recipes. Empty if there is no
    /// such module.
    ///
    /// Errors: a file cannot be read.
    pub fn files(&self, module: &str) -> Result<BTreeMap<String, Vec<u8>>, PlatformError> {
        if let Some(folder) = self.folder.as_ref().map(|folder| folder.join(module)).filter(|f| f.is_dir()) {
            return folder_files(&folder);
        }
        let prefix = format!("{module}/");
        let mut files = BTreeMap::new();
        for path in BuiltIn::iter() {
            let Some(relative) = path.strip_prefix(&prefix) else { continue };
            let Some(file) = BuiltIn::get(&path) else { continue };
            files.insert(relative.to_owned(), file.data.into_owned());
        }
        Ok(files)
    }

    /// The layer of a module: the files its dictionary is made of.
    ///
    /// Errors: there is no such module; a file cannot be read.
    pub fn layer(&self, module: &str) -> Result<Layer, PlatformError> {
        let mut files = BTreeMap::new();
        for (path, bytes) in self.files(module)? {
            if is_dictionary_file(&path) {
                let text = String::from_utf8(bytes).map_err(|_| not_text(module, &path))?;
                files.insert(path, text);
            }
        }
        if !files.contains_key("module.toml") {
            let known = self.names()?.join(", ");
            return Err(PlatformError::refused(
                format!("Le module « {module} » n'existe pas. Modules connus : {known}."),
                format!("There is no module “{module}”. Known modules: {known}."),
            ));
        }
        Ok(Layer { name: module.to_owned(), files })
    }

    /// The layers of these modules and of those they depend on, lowest first.
    ///
    /// Errors: a module is missing, or depends on itself; a `module.toml` cannot be read.
    pub fn layers(&self, modules: &[String]) -> Result<Vec<Layer>, PlatformError> {
        let mut layers = Vec::new();
        for module in modules {
            self.add_with_dependencies(module, &mut Vec::new(), &mut layers)?;
        }
        Ok(layers)
    }

    fn add_with_dependencies(
        &self,
        module: &str,
        above: &mut Vec<String>,
        layers: &mut Vec<Layer>,
    ) -> Result<(), PlatformError> {
        if layers.iter().any(|layer| layer.name == module) {
            return Ok(());
        }
        if above.iter().any(|name| name == module) {
            let circle = above.join(" → ");
            return Err(PlatformError::refused(
                format!("Le module « {module} » dépend de lui-même : {circle} → {module}."),
                format!("Module “{module}” depends on itself: {circle} → {module}."),
            ));
        }
        above.push(module.to_owned());
        let layer = self.layer(module)?;
        for dependency in depends(&layer)? {
            self.add_with_dependencies(&dependency, above, layers)?;
        }
        above.pop();
        layers.push(layer);
        Ok(())
    }
}

/// What a module says it needs beneath it.
fn depends(layer: &Layer) -> Result<Vec<String>, PlatformError> {
    let text = layer.files.get("module.toml").map_or("", String::as_str);
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        PlatformError::refused(
            format!("{}/module.toml ne se lit pas : {error}", layer.name),
            format!("{}/module.toml cannot be read: {error}", layer.name),
        )
    })?;
    let depends = table.get("depends").and_then(toml::Value::as_array);
    Ok(depends.into_iter().flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

/// Folders of a module that are not its dictionary. The dictionary's reader passes over them too; leaving them out keeps data out of the
/// journal, where an environment keeps its layers.
const OTHER_FOLDERS: &[&str] = &["data", "demo", "docs", "maps", "tests"];

fn is_dictionary_file(path: &str) -> bool {
    path.ends_with(".toml") && path.split_once('/').is_none_or(|(folder, _)| !OTHER_FOLDERS.contains(&folder))
}

/// Every file beneath a folder, by relative path with `/`.
fn folder_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, PlatformError> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).map_err(PlatformError::io("read the folder", &current))? {
            let path = entry.map_err(PlatformError::io("read the folder", &current))?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).map_err(PlatformError::io("read", &path))?;
            let relative = path.strip_prefix(folder).unwrap_or(&path);
            let parts: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy()).collect();
            files.insert(parts.join("/"), bytes);
        }
    }
    Ok(files)
}

fn not_text(module: &str, path: &str) -> PlatformError {
    PlatformError::refused(
        format!("{module}/{path} n'est pas un texte en UTF-8."),
        format!("{module}/{path} is not a text in UTF-8."),
    )
}
