//! Layers on disk, for tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dictionary::Layer;

/// The layer in a folder.
pub(crate) fn layer(folder: &Path) -> Layer {
    let name = folder.file_name().and_then(|name| name.to_str()).expect("a layer's folder has a name");
    let mut files = BTreeMap::new();
    read(folder, folder, &mut files);
    Layer { name: name.into(), files }
}

/// The folders in a folder, sorted by name.
pub(crate) fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|err| panic!("{}: {err}", folder.display()));
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            let relative = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(relative, fs::read_to_string(&path).unwrap());
        }
    }
}
