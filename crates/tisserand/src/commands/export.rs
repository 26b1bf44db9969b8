//! `export`: records to a file or to standard output.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use engine::Caller;
use exchange::{ExportOptions, Format, export};

use crate::cli::{Export, ExportFormat};
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: &Export, console: &Console) -> anyhow::Result<()> {
    let format = match asked.format {
        Some(ExportFormat::Csv) => Format::Csv,
        Some(ExportFormat::Xlsx) => Format::Xlsx,
        Some(ExportFormat::Jsonl) => Format::JsonLines,
        None => asked.out.as_deref().map_or(Format::Csv, Format::of),
    };
    let opened = data::open(settings, "export")?;
    let environment = data::environment(&opened.platform, &asked.env)?;
    let options = ExportOptions {
        entity: asked.entity.clone(),
        filter: asked.filter.clone(),
        format,
        delimiter: asked.delimiter,
        language: console.language,
    };
    let bar = console.bar(0, &asked.entity);
    let mut told = |records: u64| bar.set_position(records);
    let caller = Caller::system();
    let written = match &asked.out {
        None => {
            let mut out = BufWriter::new(std::io::stdout());
            export(&environment.engine, &caller, &options, &mut out, &mut told)?
        }
        Some(path) => {
            let aside = beside(path);
            let file = File::create(&aside).map_err(|error| {
                let path = path.display();
                refusal(
                    format!("On ne peut pas écrire {path} ({error})."),
                    format!("{path} cannot be written ({error})."),
                )
            })?;
            let mut out = BufWriter::new(file);
            let done = export(&environment.engine, &caller, &options, &mut out, &mut told);
            let done = done.map_err(anyhow::Error::from).and_then(|written| {
                out.flush().and_then(|()| out.get_ref().sync_all()).context("write the export")?;
                // A file of that name is replaced by a whole one or not at all.
                std::fs::rename(&aside, path)
                    .with_context(|| format!("move the export to {}", path.display()))?;
                Ok(written)
            });
            if done.is_err() {
                // Half an export is worth nothing, and the reason matters more than whether this removal works.
                let _ = std::fs::remove_file(&aside);
            }
            done?
        }
    };
    bar.finish_and_clear();
    console.note(format!("{written} fiches exportées."), format!("{written} records exported."));
    Ok(())
}

/// Where a file is written until it is whole.
pub(super) fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".part");
    path.with_file_name(name)
}
