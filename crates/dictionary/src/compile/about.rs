//! What layers say of themselves: `module.toml`, and the head of `layer.toml`.

use crate::compile::Compiling;
use crate::compile::reader::Reader;
use crate::diagnostics::Finding;
use crate::expression::error::nearest;
use crate::label::Label;
use crate::model::Module;

/// The layers in order of application. Reports missing attributes and dependencies that are not beneath.
pub(crate) fn read(cx: &Compiling<'_>) -> Vec<Module> {
    let Some(layers) = cx.section("layers") else { return Vec::new() };
    let layers = layers.written();
    let mut modules = Vec::new();
    for (position, (name, entry)) in layers.iter().enumerate() {
        let reader = Reader::new(cx.findings, entry);
        let is_module = cx.merged.files[entry.key.file].path == "module.toml";
        cx.check_identifier(name, entry.key);
        check_name(cx, &reader, name, is_module);
        let version = version(cx, &reader, is_module);
        let label =
            if is_module { Some(reader.required_label("label", name)) } else { reader.label("label") };
        let icon = reader.text("icon").map(|g| g.value.to_owned());
        reader.label("help");
        check_depends(cx, &reader, position, &layers);
        reader.finish();
        let label = label.unwrap_or_else(|| Label::new(name, name));
        modules.push(Module { name: (*name).to_owned(), version, label, icon });
    }
    modules
}

fn check_name(cx: &Compiling<'_>, reader: &Reader<'_>, name: &str, is_module: bool) {
    match reader.text("name") {
        Some(given) if given.value != name => {
            let wrong = given.value;
            let finding = Finding::new(
                given.place,
                "layer_name",
                format!("le dossier s'appelle `{name}`, et non `{wrong}`"),
                format!("the folder is called `{name}`, not `{wrong}`"),
            );
            cx.findings.push(finding.suggest(Some(name.to_owned())));
        }
        None if is_module => reader.require(&["name"], ("un module", "a module")),
        _ => {}
    }
}

fn version(cx: &Compiling<'_>, reader: &Reader<'_>, is_module: bool) -> String {
    let given = reader.text("version");
    if is_module {
        reader.require(&["version"], ("un module", "a module"));
    }
    let Some(given) = given else { return "0.0.0".into() };
    let core = given.value.split(['-', '+']).next().unwrap_or("");
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() != 3 || numbers.iter().any(|n| n.is_empty() || !n.chars().all(|c| c.is_ascii_digit())) {
        let wrong = given.value;
        cx.findings.push(Finding::new(
            given.place,
            "wrong_value",
            format!("`{wrong}` n'est pas une version : trois nombres, comme `1.0.0`"),
            format!("`{wrong}` is not a version: three numbers, such as `1.0.0`"),
        ));
    }
    given.value.to_owned()
}

fn check_depends(
    cx: &Compiling<'_>,
    reader: &Reader<'_>,
    position: usize,
    layers: &[(&str, &crate::layers::tree::Entry)],
) {
    for needed in reader.texts("depends").unwrap_or_default() {
        let name = needed.value;
        let finding = match layers.iter().position(|(other, _)| *other == name) {
            Some(beneath) if beneath < position => continue,
            Some(_) => Finding::new(
                needed.place,
                "depends_above",
                format!("`{name}` doit s'appliquer avant cette couche"),
                format!("`{name}` must be applied before this layer"),
            ),
            None => Finding::new(
                needed.place,
                "unknown_module",
                format!("le module `{name}` n'est pas là"),
                format!("the module `{name}` is not there"),
            )
            .suggest(nearest(name, layers[..position].iter().map(|(other, _)| *other))),
        };
        cx.findings.push(finding);
    }
}
