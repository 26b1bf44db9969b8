//! What works, but surely not as meant.

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::diagnostics::Finding;
use crate::layers::tree::Table;
use crate::model::Dictionary;

/// Attributes that are texts shown to people.
const TEXTS: &[&str] = &["help", "label", "message", "plural"];

/// Warns of everything.
pub(crate) fn check(cx: &Compiling<'_>, dictionary: &Dictionary, drafts: &[EntityDraft<'_>]) {
    english(cx, &cx.merged.root);
    for (entity, draft) in dictionary.entities.iter().zip(drafts) {
        let (Some(states), Some(entry)) = (&entity.states, draft.states) else { continue };
        let field = &entity.fields[states.field];
        if states.initial.is_none() && field.default.is_none() {
            let name = &field.name;
            let finding = Finding::new(
                entry.key,
                "states_start",
                format!("une nouvelle fiche n'a pas d'état : donnez `initial`, ou un défaut à `{name}`"),
                format!("a new record has no state: give `initial`, or `{name}` a default"),
            );
            cx.findings.push(finding.into_warning());
        }
    }
}

/// Modules are for everybody, so their texts are in French and English; a client's layer may be in French alone.
fn english(cx: &Compiling<'_>, table: &Table) {
    for (name, entry) in &table.entries {
        let Some(inner) = entry.table() else { continue };
        if !TEXTS.contains(&name.as_str()) || inner.leaf("fr").is_none() {
            english(cx, inner);
            continue;
        }
        let owner = cx.merged.layer_of(entry.key);
        let is_module = cx.merged.files.iter().any(|file| file.layer == owner && file.path == "module.toml");
        if is_module && inner.leaf("en").is_none() {
            let finding = Finding::new(
                entry.key,
                "label_english",
                format!("`{name}` n'a pas de texte anglais"),
                format!("`{name}` has no English text"),
            );
            cx.findings.push(finding.into_warning());
        }
    }
}
