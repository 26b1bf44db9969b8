//! `env export` and `env import`: a whole environment as an archive, and back.

use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use engine::Caller;
use exchange::{About, Archive, ArchivedHead, Wanted, export_archive};
use platform::{NewEnvironment, Platform};
use serde_json::json;

use crate::commands::export::beside;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;

pub(crate) fn export(
    platform: &Platform,
    name: &str,
    out: &Path,
    wanted: Wanted,
    console: &Console,
) -> anyhow::Result<()> {
    let environment = data::environment(platform, name)?;
    let info = platform.environment_to_export(name)?;
    let about = About::from(&*info);
    let aside = beside(out);
    let file = File::create(&aside).map_err(|error| {
        let path = out.display();
        refusal(
            format!("On ne peut pas écrire {path} ({error})."),
            format!("{path} cannot be written ({error})."),
        )
    })?;
    let bar = console.bar(0, name);
    let mut writing = BufWriter::new(file);
    let written =
        export_archive(&environment.engine, &Caller::system(), about, wanted, &mut writing, &mut |parts| {
            bar.set_position(parts)
        });
    bar.finish_and_clear();
    let written = written.map_err(anyhow::Error::from).and_then(|manifest| {
        writing.flush().and_then(|()| writing.get_ref().sync_all()).context("write the archive")?;
        std::fs::rename(&aside, out).with_context(|| format!("move the archive to {}", out.display()))?;
        Ok(manifest)
    });
    let manifest = match written {
        Ok(manifest) => manifest,
        Err(error) => {
            // Half an archive is worth nothing, and the reason matters more than whether this removal works.
            let _ = std::fs::remove_file(&aside);
            return Err(error);
        }
    };
    let (parts, head) = (manifest.parts.len(), &manifest.head);
    if console.json {
        console.data(
            &json!({"environment": name, "parts": parts, "position": head.position, "digest": head.digest}),
        );
        return Ok(());
    }
    console.out(console.text(
        &format!(
            "{name} exporté jusqu'à l'entrée {}, empreinte {} : {parts} parties.",
            head.position, head.digest
        ),
        &format!("{name} exported up to entry {}, digest {}: {parts} parts.", head.position, head.digest),
    ));
    Ok(())
}

/// What is asked of an environment to be made again.
pub(crate) struct Again {
    pub(crate) file: PathBuf,
    pub(crate) name: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) client: Option<String>,
    pub(crate) kind: Option<String>,
}

pub(crate) fn import(platform: &Platform, again: Again, console: &Console) -> anyhow::Result<()> {
    let mut archive = Archive::open(&again.file)?;
    if !archive.has_journal() {
        let shown = again.file.display();
        return Err(refusal(
            format!("{shown} ne contient pas de journal : on peut la lire, pas la reprendre."),
            format!("{shown} holds no journal: it can be read, and not be brought back."),
        ));
    }
    let manifest = archive.manifest().clone();
    let about = manifest.environment;
    let modules: Vec<&str> = about.modules.iter().map(String::as_str).collect();
    let name = again.name.unwrap_or(about.name);
    let label = again.label.unwrap_or(about.label);
    let new = NewEnvironment {
        client: again.client,
        kind: again.kind.unwrap_or(about.kind),
        zone: about.zone,
        currency: about.currency,
        country: about.country,
        ..NewEnvironment::named(&name, &label, &modules)
    };
    let bar = console.bar(manifest.head.position, &name);
    let made = platform.environment_bring_back::<anyhow::Error>(
        new,
        |files, replay| {
            archive.bring_back(
                &mut |content: &mut dyn Read| {
                    platform::files::put(files, content, u64::MAX).context("keep a file of the archive")?;
                    Ok(())
                },
                &mut |entry| {
                    bar.set_position(entry.position);
                    Ok(replay(entry)?)
                },
            )
        },
        |head| ArchivedHead::from(head) == manifest.head,
    );
    bar.finish_and_clear();
    let (info, head) = made?;
    let digest = &manifest.head.digest;
    if console.json {
        console.data(&json!({"environment": info.name, "position": head.position, "digest": digest}));
        return Ok(());
    }
    let (name, position) = (info.name, head.position);
    console.out(console.text(
        &format!("{name} refait jusqu'à l'entrée {position}, empreinte égale ({digest}). Personne n'y a encore accès."),
        &format!("{name} made again up to entry {position}, digest equal ({digest}). Nobody may enter it yet."),
    ));
    Ok(())
}
