//! `env`: environments of the platform.

use engine::{Caller, Query, Swept};
use exchange::Wanted;
use jiff::SignedDuration;
use platform::{EnvironmentInfo, NewEnvironment};
use serde_json::json;

use crate::cli::Env;
use crate::commands::archive::{self, Again};
use crate::commands::journal::verified;
use crate::commands::module::read_layer;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, env: Env, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "env")?;
    let platform = &opened.platform;
    match env {
        Env::Create { name, label, client, kind, with, layer, zone, currency, country } => {
            let layers = layer.iter().map(|folder| read_layer(folder)).collect::<anyhow::Result<_>>()?;
            let info = platform.environment_create(NewEnvironment {
                label: label.unwrap_or_else(|| name.clone()),
                name,
                client,
                project: None,
                made_by: None,
                kind,
                zone,
                currency,
                country,
                modules: with,
                layers,
            })?;
            if console.json {
                console.data(&as_json(&info));
            } else {
                let name = info.name;
                console.out(
                    console.text(
                        &format!("Environnement {name} créé."),
                        &format!("Environment {name} created."),
                    ),
                );
            }
            Ok(())
        }
        Env::Copy { name, from, from_database } => {
            let there = Settings { data: from, database: from_database, ..settings.clone() };
            let source = data::open(&there, "env copy")?;
            data::environment(&source.platform, &name)?;
            let bar = console.bar(0, &name);
            let copied = platform.environment_copy(&source.platform, &name, &mut |reached, last| {
                bar.set_length(last);
                bar.set_position(reached);
            });
            bar.finish_and_clear();
            let info = copied?;
            let head = platform.environment(&info.name)?.engine.head()?;
            if console.json {
                let mut value = as_json(&info);
                value["position"] = head.position.into();
                value["digest"] = hexadecimal(&head.digest).into();
                console.data(&value);
                return Ok(());
            }
            let (name, position) = (info.name, head.position);
            console.out(console.text(
                &format!("Environnement {name} repris jusqu'à l'entrée {position}, empreinte égale. Donnez-y accès avec `tisserand user create … --grant`."),
                &format!("Environment {name} taken over up to entry {position}, digest equal. Let people in with `tisserand user create … --grant`."),
            ));
            Ok(())
        }
        Env::Export { name, out, without_journal } => {
            let wanted = if without_journal { Wanted::RecordsOnly } else { Wanted::Journal };
            archive::export(platform, &name, &out, wanted, console)
        }
        Env::Import { file, name, label, client, kind } => {
            archive::import(platform, Again { file, name, label, client, kind }, console)
        }
        Env::List => {
            let all = platform.environments()?;
            if console.json {
                console.data(&all.iter().map(as_json).collect());
                return Ok(());
            }
            let header = match console.language {
                dictionary::Language::Fr => ["Identifiant", "Nom", "Usage", "Client", "Modules"],
                dictionary::Language::En => ["Name", "Label", "Kind", "Client", "Modules"],
            };
            let rows: Vec<Vec<String>> = all
                .into_iter()
                .map(|e| vec![e.name, e.label, e.kind, e.client.unwrap_or_default(), e.modules.join(", ")])
                .collect();
            console.table(&header, &rows);
            Ok(())
        }
        Env::Show { name } => {
            let environment = data::environment(platform, &name)?;
            let info = platform.environment_info(&name)?;
            let (head, dictionary) = (environment.engine.head()?, environment.engine.dictionary());
            let mut counts = Vec::new();
            for entity in &dictionary.entities {
                let query = Query { entity: entity.name.clone(), count: true, ..Query::default() };
                let page = environment.engine.list(&Caller::system(), &query)?;
                if let Some((count, capped)) = page.count.filter(|(count, _)| *count > 0) {
                    counts.push((entity, count, capped));
                }
            }
            let mut value = as_json(&info);
            value["position"] = head.position.into();
            value["digest"] = hexadecimal(&head.digest).into();
            value["dictionary"] = head.dictionary.clone().into();
            value["size_bytes"] = environment.engine.store().size_bytes().unwrap_or(0).into();
            value["records"] =
                counts.iter().map(|(entity, count, _)| (entity.name.clone(), json!(count))).collect();
            if console.json {
                console.data(&value);
                return Ok(());
            }
            for (key, value) in value.as_object().into_iter().flatten().filter(|(key, _)| *key != "records") {
                console.out(format!(
                    "{key:<12} {}",
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                ));
            }
            for (entity, count, capped) in counts {
                let more = if capped { "+" } else { "" };
                console.out(format!("  {:<32} {count}{more}", entity.plural.text(console.language)));
            }
            Ok(())
        }
        Env::Delete { name, yes } => {
            let info = data::known(platform, &name, platform.environment_info(&name))?;
            if yes.as_deref() != Some(name.as_str()) {
                let label = &info.label;
                return Err(refusal(
                    format!(
                        "Pour supprimer « {label} » (usage : {}), répétez son nom : --yes {name}. Ses données seront mises de côté, pas effacées.",
                        info.kind
                    ),
                    format!(
                        "To delete “{label}” (kind: {}), repeat its name: --yes {name}. Its data will be set aside, not erased.",
                        info.kind
                    ),
                ));
            }
            platform.environment_delete(&name)?;
            console.out(console.text(
                &format!("Environnement {name} supprimé de la liste ; ses données sont de côté (environments/aside, ou un schéma « aside-… »)."),
                &format!("Environment {name} deleted from the list; its data is set aside (environments/aside, or a schema “aside-…”)."),
            ));
            Ok(())
        }
        Env::Sweep { name, dry_run, grace } => {
            let names = match name {
                Some(name) => vec![name],
                None => platform.environments()?.into_iter().map(|e| e.name).collect(),
            };
            for name in names {
                data::environment(platform, &name)?;
                let swept = platform.files_sweep(&name, SignedDuration::from_hours(grace.into()), dry_run)?;
                told(&name, &swept, dry_run, console);
            }
            Ok(())
        }
        Env::Verify { name } => {
            let names = match name {
                Some(name) => vec![name],
                None => platform.environments()?.into_iter().map(|e| e.name).collect(),
            };
            let mut damaged = 0;
            for name in names {
                let environment = data::environment(platform, &name)?;
                damaged += u64::from(!verified(platform, &environment.engine, &name, console)?);
            }
            if damaged > 0 {
                return Err(refusal(
                    format!(
                        "{damaged} environnement(s) abîmé(s) : arrêtez d'y écrire et restaurez une sauvegarde."
                    ),
                    format!("{damaged} environment(s) damaged: stop writing there and restore a backup."),
                ));
            }
            Ok(())
        }
    }
}

/// Says what a sweep removed, or would.
fn told(name: &str, swept: &Swept, dry_run: bool, console: &Console) {
    let (count, bytes) = (swept.contents.len(), swept.size_bytes());
    if console.json {
        let contents = swept.contents.iter();
        let contents: Vec<_> = contents
            .map(|c| json!({"hash": c.hash, "size_bytes": c.size_bytes, "kept_at": c.kept_at.to_string()}))
            .collect();
        console.data(&json!({
            "environment": name, "removed": !dry_run, "count": count, "size_bytes": bytes, "contents": contents,
        }));
        return;
    }
    let (fr, en) = if dry_run { ("à retirer", "to remove") } else { ("retirés", "removed") };
    console.out(console.text(
        &format!("{name} : {count} contenu(s) {fr}, {bytes} octets."),
        &format!("{name}: {count} content(s) {en}, {bytes} bytes."),
    ));
    if dry_run {
        swept
            .contents
            .iter()
            .for_each(|c| console.out(format!("  {} {:>12} {}", c.hash, c.size_bytes, c.kept_at)));
    }
}

fn as_json(info: &EnvironmentInfo) -> serde_json::Value {
    json!({
        "name": info.name, "label": info.label, "kind": info.kind, "client": info.client, "zone": info.zone,
        "currency": info.currency, "country": info.country, "modules": info.modules, "active": info.active,
    })
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
