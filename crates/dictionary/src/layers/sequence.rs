//! Modules in an order in which each stands above what it depends on.

use crate::diagnostics::{Diagnostic, Finding, Findings, Place, SourceFile};
use crate::layers::Layer;
use crate::layers::reading;
use crate::layers::tree::Setting;

/// What a layer says it depends on, with the place of each name.
pub(crate) fn depends(table: &crate::layers::tree::Table) -> Vec<(String, Place)> {
    let Some(leaf) = table.leaf("depends") else { return Vec::new() };
    let Setting::List(items) = &leaf.value else { return Vec::new() };
    let named = items.iter().zip(&leaf.items).filter_map(|(item, place)| match item {
        Setting::Text(name) => Some((name.clone(), *place)),
        _ => None,
    });
    named.collect()
}

/// Sorts layers so that each comes after those it depends on, otherwise keeping the order given. Dependencies that are not among
/// `layers` are left to [`crate::compile::compile`] to report.
///
/// Errors: layers that depend on each other in a circle.
pub fn in_order(layers: Vec<Layer>) -> Result<Vec<Layer>, Vec<Diagnostic>> {
    let findings = Findings::default();
    let mut files = Vec::new();
    let mut waiting: Vec<(Layer, Vec<(String, Place)>)> = Vec::new();
    for layer in layers {
        let path = if layer.files.contains_key("module.toml") { "module.toml" } else { "layer.toml" };
        let content = layer.files.get(path).cloned().unwrap_or_default();
        // Faults of syntax are found again, and reported, when the layers are compiled.
        let table = reading::read(files.len(), &content, &mut 0, &Findings::default());
        files.push(SourceFile { layer: layer.name.clone(), path: path.into(), content });
        waiting.push((layer, depends(&table)));
    }
    let mut sorted: Vec<Layer> = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<String> = waiting.iter().map(|(layer, _)| layer.name.clone()).collect();
        let ready = waiting.iter().position(|(_, needs)| !needs.iter().any(|(need, _)| names.contains(need)));
        let Some(ready) = ready else {
            for (layer, needs) in &waiting {
                let (name, need) = (&layer.name, needs.iter().find(|(need, _)| names.contains(need)));
                if let Some((need, place)) = need {
                    findings.push(Finding::new(
                        *place,
                        "depends_cycle",
                        format!("`{name}` dépend de `{need}`, qui dépend de lui à son tour"),
                        format!("`{name}` depends on `{need}`, which depends on it in turn"),
                    ));
                }
            }
            return Err(findings.into_diagnostics(&files));
        };
        sorted.push(waiting.remove(ready).0);
    }
    Ok(sorted)
}
