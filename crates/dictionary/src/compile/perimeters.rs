//! Perimeters, as written: records that belong to whoever asks.

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::expression::FUNCTIONS;
use crate::expression::error::nearest;
use crate::layers::tree::Entry;
use crate::model::Dictionary;
use crate::model::profiles::Perimeter;

/// The perimeters, sorted by name.
pub(crate) fn read(cx: &Compiling<'_>, dictionary: &Dictionary) -> Vec<Perimeter> {
    let entries = cx.section("perimeters").map(|table| table.written()).unwrap_or_default().into_iter();
    let entries = entries.filter(|(_, entry)| !entry.is_removed());
    let mut perimeters: Vec<Perimeter> =
        entries.filter_map(|(name, entry)| perimeter(cx, dictionary, name, entry)).collect();
    perimeters.sort_by(|a, b| a.name.cmp(&b.name));
    perimeters
}

/// A perimeter; `None` when something is wrong, which is reported, or is about an entity that a layer removed.
fn perimeter(cx: &Compiling<'_>, dictionary: &Dictionary, name: &str, entry: &Entry) -> Option<Perimeter> {
    cx.check_identifier(name, entry.key);
    if FUNCTIONS.iter().any(|(function, _)| *function == name) {
        cx.findings.push(Finding::new(
            entry.key,
            "reserved",
            format!("`{name}` est déjà une fonction"),
            format!("`{name}` is a function already"),
        ));
    }
    let reader = Reader::new(cx.findings, entry);
    let label = reader.required_label("label", name);
    let of = reader.text("of");
    let filter = reader.text("where");
    let beneath = reader.text("beneath");
    reader.require(&["of", "where"], ("un périmètre", "a perimeter"));
    reader.finish();
    let of = of.filter(|given| !cx.is_removed_entity(given.value))?;
    let Some(entity) = dictionary.entity_index(of.value) else {
        let names = dictionary.entities.iter().map(|entity| entity.name.as_str());
        let finding = Finding::new(
            of.place,
            "unknown_entity",
            format!("l'entité `{}` n'existe pas", of.value),
            format!("there is no entity `{}`", of.value),
        );
        cx.findings.push(finding.suggest(nearest(of.value, names)));
        return None;
    };
    let filter = cx.condition(dictionary, entity, filter?)?;
    let definition = &dictionary.entities[entity];
    let beneath = match beneath {
        None => None,
        Some(given) => {
            let to_itself = |index: &usize| {
                let field = &definition.fields[*index];
                field.kind.name() == "reference" && field.options.to.as_deref() == Some(&definition.name)
            };
            let found = definition.index(given.value).filter(to_itself);
            if found.is_none() {
                let own = definition.fields.iter().enumerate().filter(|(index, _)| to_itself(index));
                let finding = Finding::new(
                    given.place,
                    "wrong_value",
                    format!("`beneath` nomme une référence de `{0}` à `{0}`", definition.name),
                    format!("`beneath` names a reference from `{0}` to `{0}`", definition.name),
                );
                let near = nearest(given.value, own.map(|(_, field)| field.name.as_str()));
                cx.findings.push(finding.suggest(near));
                return None;
            }
            found
        }
    };
    Some(Perimeter { name: name.to_owned(), label, of: entity, filter, beneath })
}
