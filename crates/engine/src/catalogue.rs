//! Compiled dictionaries of this process, shared by hash: environments made of the same layers have the same one.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock, Weak};

use dictionary::layers::Layer;
use dictionary::system;
use parking_lot::Mutex;

use crate::error::EngineError;
use crate::prepared::Prepared;

/// Dictionaries kept though no open environment uses them, so that one that was closed opens again without reading a file.
const RECENT_MAX: usize = 16;

#[derive(Default)]
struct Catalogue {
    by_hash: HashMap<String, Weak<Prepared>>,
    by_layers: HashMap<[u8; 32], Weak<Prepared>>,
    recent: VecDeque<Arc<Prepared>>,
}

static CATALOGUE: LazyLock<Mutex<Catalogue>> = LazyLock::new(Mutex::default);

/// The dictionary of that hash, if this process has it.
pub(crate) fn known(hash: &str) -> Option<Arc<Prepared>> {
    let mut catalogue = CATALOGUE.lock();
    let found = catalogue.by_hash.get(hash)?.upgrade()?;
    catalogue.used(&found);
    Some(found)
}

/// The dictionary that layers make on today's built-in layer, compiled unless this process has it.
///
/// Errors: `Dictionary`, with every fault.
pub(crate) fn compiled(layers: &[Layer]) -> Result<Arc<Prepared>, EngineError> {
    let whole: Vec<Layer> = std::iter::once(system::layer()).chain(layers.iter().cloned()).collect();
    compiled_whole(&whole)
}

/// The dictionary that layers make; the first is the built-in one, of today or of the day they were kept.
///
/// Errors: `Dictionary`, with every fault.
pub(crate) fn compiled_whole(layers: &[Layer]) -> Result<Arc<Prepared>, EngineError> {
    let key = layers_hash(layers);
    {
        let mut catalogue = CATALOGUE.lock();
        if let Some(found) = catalogue.by_layers.get(&key).and_then(Weak::upgrade) {
            catalogue.used(&found);
            return Ok(found);
        }
    }
    // Compiling takes milliseconds: nobody waits for it.
    let dictionary = Arc::new(dictionary::compile(layers).map_err(EngineError::Dictionary)?);
    let mut catalogue = CATALOGUE.lock();
    let same = catalogue.by_hash.get(&dictionary.hash).and_then(Weak::upgrade);
    let prepared = same.unwrap_or_else(|| Arc::new(Prepared::new(dictionary)));
    if layers.first() == Some(&system::layer()) {
        prepared.is_current.store(true, Ordering::Relaxed);
    }
    catalogue.by_hash.retain(|_, weak| weak.strong_count() > 0);
    catalogue.by_layers.retain(|_, weak| weak.strong_count() > 0);
    catalogue.by_hash.insert(prepared.dictionary.hash.clone(), Arc::downgrade(&prepared));
    catalogue.by_layers.insert(key, Arc::downgrade(&prepared));
    catalogue.used(&prepared);
    Ok(prepared)
}

impl Catalogue {
    fn used(&mut self, prepared: &Arc<Prepared>) {
        self.recent.retain(|kept| !Arc::ptr_eq(kept, prepared));
        self.recent.push_back(prepared.clone());
        if self.recent.len() > RECENT_MAX {
            self.recent.pop_front();
        }
    }
}

fn layers_hash(layers: &[Layer]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut put = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    for layer in layers {
        put(&layer.name);
        put(&layer.files.len().to_string());
        for (path, content) in &layer.files {
            put(path);
            put(content);
        }
    }
    *hasher.finalize().as_bytes()
}
