//! `import`: a file into an environment, with a bar, a dry run, and an end that says what became of the rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::Caller;
use exchange::{ImportOptions, Mapping, Outcome, Progress, Report, RowReport, Watch, import};
use indicatif::ProgressBar;

use crate::cli::Import;
use crate::commands::serve::stop_asked;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

/// Rows told one by one in a dry run without `--rows`.
const TOLD: u64 = 20;

pub(crate) fn run(settings: &Settings, asked: &Import, console: &Console) -> anyhow::Result<()> {
    if !asked.file.is_file() {
        let file = asked.file.display();
        return Err(refusal(
            format!("Il n'y a pas de fichier {file}. Vérifiez son chemin."),
            format!("There is no file {file}. Check its path."),
        ));
    }
    let mapping = asked.map.as_deref().map(Mapping::read).transpose()?.unwrap_or_default();
    let opened = data::open(settings, "import")?;
    let environment = data::environment(&opened.platform, &asked.env)?;
    let options = ImportOptions {
        key: asked.key.clone(),
        dry_run: asked.dry_run,
        batch_rows: asked.batch as usize,
        refused: asked.refused.clone(),
        language: console.language,
        restart: asked.restart,
        ..ImportOptions::new(&asked.entity)
    };
    let mut watcher = Watcher {
        console,
        bar: None,
        stop: on_interrupt(),
        rows_told: 0,
        rows_max: if asked.rows || console.json && asked.dry_run { u64::MAX } else { TOLD },
        dry_run: asked.dry_run,
        tell_all: asked.rows,
        what: asked.entity.clone(),
    };
    let report =
        import(&environment.engine, &Caller::system(), &asked.file, &mapping, &options, &mut watcher)?;
    if let Some(bar) = watcher.bar.take() {
        bar.finish_and_clear();
    }
    tell(&report, asked, console);
    if !report.complete {
        return Err(refusal(
            "Import interrompu. Relancez la même commande : il reprendra où il s'est arrêté.",
            "Import interrupted. Run the same command again: it will go on where it stopped.",
        ));
    }
    if report.refused > 0 && !asked.dry_run {
        let refused = report.refused;
        return Err(refusal(format!("{refused} ligne(s) refusée(s)."), format!("{refused} row(s) refused.")));
    }
    Ok(())
}

fn tell(report: &Report, asked: &Import, console: &Console) {
    if console.json {
        let mut value = serde_json::json!(report);
        value["dry_run"] = asked.dry_run.into();
        console.data(&value);
        return;
    }
    if report.already {
        console.out(console.text(
            "Ce fichier a déjà été importé en entier, et sans clé il ferait des doublons : rien n'a été fait. Donnez une clé (--key), ou --restart pour l'importer encore.",
            "This file was imported to its end already, and without a key it would make duplicates: nothing was done. Give a key (--key), or --restart to import it again.",
        ));
        return;
    }
    if report.resumed_after > 0 {
        let rows = report.resumed_after;
        console.note(
            format!("Repris après la ligne de données {rows}."),
            format!("Went on after data row {rows}."),
        );
    }
    if !report.ignored.is_empty() {
        let list = report.ignored.join(", ");
        console.note(
            format!("Colonnes laissées de côté, tenues par le système : {list}."),
            format!("Columns left alone, kept by the system: {list}."),
        );
    }
    let head = match (asked.dry_run, console.language) {
        (true, dictionary::Language::Fr) => "À blanc, rien n'a été écrit. ",
        (true, dictionary::Language::En) => "Dry run, nothing was written. ",
        _ => "",
    };
    let Report { rows, created, updated, same, refused, left_out, .. } = report;
    console.out(if console.language == dictionary::Language::Fr {
        format!("{head}{rows} lignes : {created} créées, {updated} changées, {same} identiques, {refused} refusées, {left_out} hors sélection.")
    } else {
        format!("{head}{rows} rows: {created} created, {updated} updated, {same} same, {refused} refused, {left_out} left out.")
    });
    if let Some(path) = &report.refused_file {
        let path = path.display();
        console.out(if console.language == dictionary::Language::Fr {
            format!("Lignes refusées, avec leurs raisons : {path}. Corrigez-les là et importez ce fichier.")
        } else {
            format!("Refused rows, with their reasons: {path}. Mend them there and import that file.")
        });
    }
}

struct Watcher<'a> {
    console: &'a Console,
    bar: Option<ProgressBar>,
    stop: Arc<AtomicBool>,
    rows_told: u64,
    rows_max: u64,
    dry_run: bool,
    tell_all: bool,
    what: String,
}

impl Watch for Watcher<'_> {
    fn progress(&mut self, progress: &Progress) {
        let (console, what) = (self.console, &self.what);
        let known = progress.bytes > 0;
        let bar =
            self.bar.get_or_insert_with(|| console.bar(if known { progress.bytes_total } else { 0 }, what));
        bar.set_position(if known { progress.bytes } else { progress.rows });
        bar.set_message(format!("{what}: {}", progress.rows));
    }

    fn row(&mut self, row: &RowReport) {
        let refused = row.outcome == Outcome::Refuse;
        if !(self.dry_run || self.tell_all || refused) || self.rows_told >= self.rows_max {
            return;
        }
        self.rows_told += 1;
        let reasons: Vec<String> = row.reasons.iter().map(|reason| self.console.label(reason)).collect();
        if self.console.json {
            let value = serde_json::json!({ "row": row.number, "line": row.line, "outcome": row.outcome, "reasons": reasons });
            return self.console.data(&value);
        }
        let (fr, en) = match row.outcome {
            Outcome::Create => ("créer", "create"),
            Outcome::Update => ("changer", "update"),
            Outcome::Same => ("identique", "same"),
            Outcome::Refuse => ("refuser", "refuse"),
        };
        let place = self.console.text("ligne", "line");
        let text = format!("{place} {}: {}  {}", row.line, self.console.text(fr, en), reasons.join(" — "));
        match &self.bar {
            Some(bar) => bar.suspend(|| self.console.out(text.trim_end())),
            None => self.console.out(text.trim_end()),
        }
        if self.rows_told == self.rows_max {
            self.console.note("… (--rows pour toutes les lignes)", "… (--rows for every row)");
        }
    }

    fn stop(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// Set by the first Ctrl-C: the batch in hand is finished, and the import can go on later.
fn on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    std::thread::spawn(move || {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(stop_asked());
        told.store(true, Ordering::Relaxed);
    });
    stop
}
