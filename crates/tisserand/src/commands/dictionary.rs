//! `dictionary`: what an environment is made of, and changes to it.

use dictionary::layers::{self, Layer, Setting};
use dictionary::plan::Plan;
use engine::Caller;
use platform::{OpenEnvironment, Platform};
use serde_json::json;

use crate::cli::{Dictionary, Layers};
use crate::commands::module::read_layer;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Dictionary, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "dictionary")?;
    let caller = Caller { language: console.language, ..Caller::system() };
    match asked {
        Dictionary::Show { env, path } => {
            let environment = data::environment(&opened.platform, &env)?;
            show(&environment.engine.layers(&caller)?, path.as_deref(), console)
        }
        Dictionary::Plan(wanted) => {
            let environment = data::environment(&opened.platform, &wanted.env)?;
            let layers = layers_of(&opened.platform, &environment, &wanted)?;
            tell(&environment.engine.plan(&caller, &layers)?, console);
            Ok(())
        }
        Dictionary::Apply { layers: wanted, confirm } => {
            let environment = data::environment(&opened.platform, &wanted.env)?;
            let layers = layers_of(&opened.platform, &environment, &wanted)?;
            let done = environment.engine.apply(&caller, &layers, confirm)?;
            tell(&done.value, console);
            let position = done.position;
            console.note(format!("Appliqué, position {position}."), format!("Applied, position {position}."));
            Ok(())
        }
    }
}

/// Standard modules as this binary has them, then the layers given; those the environment has if none are.
fn layers_of(
    platform: &Platform,
    environment: &OpenEnvironment,
    wanted: &Layers,
) -> anyhow::Result<Vec<Layer>> {
    let own: Vec<Layer> = environment.engine.layers(&Caller::system())?;
    let standard = platform.modules();
    let known = standard.names()?;
    let mut modules: Vec<String> =
        own.iter().map(|l| l.name.clone()).filter(|name| known.contains(name)).collect();
    modules.extend(wanted.with.iter().cloned());
    let mut layers = standard.layers(&modules)?;
    if wanted.layers.is_empty() {
        layers.extend(own.into_iter().filter(|layer| !known.contains(&layer.name)));
    } else {
        for folder in &wanted.layers {
            layers.push(read_layer(folder)?);
        }
    }
    Ok(layers)
}

fn show(layers: &[Layer], path: Option<&str>, console: &Console) -> anyhow::Result<()> {
    let merged = layers::merge(layers).map_err(engine::EngineError::Dictionary)?;
    let beneath = |name: &str| match path {
        None => true,
        Some(path) => name == path || name.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')),
    };
    let mut shown = 0;
    for (name, setting) in merged.attributes().into_iter().filter(|(name, _)| beneath(name)) {
        shown += 1;
        let from = merged.provenance(&name);
        if console.json {
            let (layer, file, line) =
                from.map_or((None, None, None), |p| (Some(p.layer), Some(p.file), Some(p.line)));
            console.data(&json!({ "path": name, "value": written(setting), "layer": layer, "file": file, "line": line }));
        } else {
            let from = from.map_or(String::new(), |p| format!("   # {} {}:{}", p.layer, p.file, p.line));
            console.out(format!("{name} = {}{from}", written(setting)));
        }
    }
    if shown == 0 {
        let path = path.unwrap_or_default();
        return Err(refusal(format!("Rien sous « {path} »."), format!("Nothing beneath “{path}”.")));
    }
    Ok(())
}

/// A value as it stands in a dictionary file.
fn written(setting: &Setting) -> String {
    match setting {
        Setting::Text(text) => format!("{text:?}"),
        Setting::Float(text) | Setting::Moment(text) => text.clone(),
        Setting::Integer(number) => number.to_string(),
        Setting::Boolean(value) => value.to_string(),
        Setting::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
    }
}

fn tell(plan: &Plan, console: &Console) {
    if console.json {
        console.data(&json!(plan));
        return;
    }
    if plan.is_empty() {
        console.out(console.text("Rien ne change.", "Nothing changes."));
    }
    for step in &plan.steps {
        let mark = if step.destructive { "!" } else { " " };
        console.out(format!("{mark} {}", step.message.text(console.language)));
    }
}
