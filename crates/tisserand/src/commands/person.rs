//! `person`: what is held about people, and its erasure.

use std::fs::File;
use std::io::{BufWriter, Write};

use anyhow::Context;
use dictionary::RecordId;
use engine::{Caller, EngineError, Environment, Erasure, ErasurePreview, Expiring, Step};
use exchange::{Desk, KeptBeside, export_dossier};
use serde_json::json;

use crate::cli::{Person, Who};
use crate::commands::export::beside;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Person, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "person")?;
    let caller = Caller { language: console.language, ..Caller::system() };
    match asked {
        Person::Show(who) => {
            let environment = data::environment(&opened.platform, &who.env)?;
            let (entity, id) = found(&environment.engine, &caller, &who)?;
            show(&environment.engine.erasure_preview(&caller, &entity, id)?, console);
        }
        Person::Export { who, out } => {
            let environment = data::environment(&opened.platform, &who.env)?;
            let (entity, id) = found(&environment.engine, &caller, &who)?;
            let dossier = environment.engine.dossier(&caller, &entity, id)?;
            let aside = beside(&out);
            let file = File::create(&aside).with_context(|| format!("write {}", out.display()))?;
            let mut writing = BufWriter::new(file);
            let done = export_dossier(&environment.engine, &dossier, console.language, &mut writing)
                .map_err(anyhow::Error::from)
                .and_then(|()| {
                    writing
                        .flush()
                        .and_then(|()| writing.get_ref().sync_all())
                        .context("write the archive")?;
                    std::fs::rename(&aside, &out)
                        .with_context(|| format!("move the archive to {}", out.display()))
                });
            if done.is_err() {
                // Half an archive is worth nothing, and the reason matters more than whether this removal works.
                let _ = std::fs::remove_file(&aside);
            }
            done?;
            let count = dossier.records.len();
            console.note(
                format!("{count} fiches, dans {}.", out.display()),
                format!("{count} records, in {}.", out.display()),
            );
        }
        Person::Erase { who, name } => {
            let environment = data::environment(&opened.platform, &who.env)?;
            let (entity, id) = found(&environment.engine, &caller, &who)?;
            let erasure = environment.engine.erasure_begin(&caller, &entity, id, &name)?;
            let kept = KeptBeside { desk: &Desk::default(), folder: &environment.folder };
            let bar = console.bar(0, &who.record);
            while environment.engine.erasure_step(&caller, erasure, &kept)? != Step::Done {
                bar.inc(1);
            }
            bar.finish_and_clear();
            certificates(&[environment.engine.erasure(&caller, erasure)?], console);
        }
        Person::Expiring { env, run: None } => {
            let environment = data::environment(&opened.platform, &env)?;
            expiring(&environment.engine.expiring(&caller)?, console);
        }
        Person::Expiring { env, run: Some(entity) } => {
            let environment = data::environment(&opened.platform, &env)?;
            let erasure = environment.engine.expiry_begin(&caller, &entity, &entity)?;
            let kept = KeptBeside { desk: &Desk::default(), folder: &environment.folder };
            let done = environment.engine.erasure_carry_out(&caller, erasure, &kept)?;
            certificates(&[done], console);
        }
        Person::Erasures { env } => {
            let environment = data::environment(&opened.platform, &env)?;
            certificates(&environment.engine.erasures(&caller)?, console);
        }
    }
    Ok(())
}

/// The person that is meant.
fn found(environment: &Environment, caller: &Caller, who: &Who) -> anyhow::Result<(String, RecordId)> {
    let dictionary = environment.dictionary();
    let people: Vec<&str> = dictionary.people().map(|at| dictionary.entities[at].name.as_str()).collect();
    let mut entities = dictionary.people().map(|at| &dictionary.entities[at]);
    let entity = entities.find(|entity| entity.name == who.entity || entity.collection == who.entity);
    let Some(entity) = entity else {
        let (wrong, known) = (&who.entity, people.join(", "));
        return Err(refusal(
            format!("Les fiches de « {wrong} » ne sont pas des personnes ; celles-ci le sont : {known}."),
            format!("Records of “{wrong}” are no people; these are: {known}."),
        ));
    };
    if let Some(id) = RecordId::parse(&who.record) {
        return Ok((entity.name.clone(), id));
    }
    let unique = |name: &&str| {
        let field = entity.index(name);
        field.is_some_and(|field| entity.uniques.iter().any(|key| key.fields == [field]))
    };
    for key in ["code", "email"].iter().filter(|key| unique(key)) {
        match environment.find(caller, &entity.name, key, &who.record, &[]) {
            Ok(record) => return Ok((entity.name.clone(), record.row.id())),
            Err(EngineError::NotFound | EngineError::Validation(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(refusal(
        format!("Personne ne correspond à « {} ».", who.record),
        format!("Nobody matches “{}”.", who.record),
    ))
}

fn show(preview: &ErasurePreview, console: &Console) {
    if console.json {
        let records = preview.records.iter().map(
            |erased| json!({"entity": erased.entity, "records": erased.records, "fields": erased.fields}),
        );
        let kept = preview.kept.iter().map(|kept| {
            json!({
                "entity": kept.entity, "id": kept.id, "title": kept.title, "until": kept.until.to_string(),
                "because": console.label(&kept.because),
            })
        });
        console.data(&json!({
            "entity": preview.entity, "id": preview.id, "title": preview.title,
            "records": records.collect::<Vec<_>>(), "deleted": preview.deleted, "entries": preview.entries,
            "files": preview.files, "kept": kept.collect::<Vec<_>>(),
            "refused": preview.refused.as_ref().map(|label| console.label(label)), "running": preview.running,
        }));
        return;
    }
    console.out(&preview.title);
    let rows: Vec<Vec<String>> = preview
        .records
        .iter()
        .map(|erased| {
            let fields: Vec<&str> = erased.fields.keys().map(String::as_str).collect();
            vec![erased.entity.clone(), erased.records.to_string(), fields.join(", ")]
        })
        .collect();
    let heads = [
        console.text("Entité", "Entity"),
        console.text("Fiches", "Records"),
        console.text("Effacé", "Erased"),
    ];
    console.table(&heads, &rows);
    let (entries, files, deleted) = (preview.entries, preview.files, preview.deleted);
    console.out(if console.text("fr", "en") == "fr" {
        format!("{entries} entrées du journal, {files} fichiers, {deleted} fiches supprimées")
    } else {
        format!("{entries} entries of the journal, {files} files, {deleted} deleted records")
    });
    for kept in &preview.kept {
        let (until, why) = (kept.until, console.label(&kept.because));
        let word = console.text("conservé jusqu'au", "kept until");
        console.out(format!("{} {} : {word} {until} — {why}", kept.entity, kept.title));
    }
    if let Some(refused) = &preview.refused {
        console.out(console.label(refused));
    }
}

fn expiring(all: &[Expiring], console: &Console) {
    if console.json {
        let all = all.iter().map(|one| {
            json!({
                "entity": one.entity, "months": one.months, "action": if one.delete { "delete" } else { "erase" },
                "because": console.label(&one.because), "due": one.due, "held_back": one.held_back,
            })
        });
        console.data(&all.collect());
        return;
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|one| {
            let (delete, erase) = (console.text("supprimer", "delete"), console.text("effacer", "erase"));
            let action = if one.delete { delete } else { erase };
            let counts = [u64::from(one.months), one.due, one.held_back].map(|count| count.to_string());
            let [months, due, held_back] = counts;
            vec![one.entity.clone(), months, action.to_owned(), due, held_back, console.label(&one.because)]
        })
        .collect();
    let heads = [
        console.text("Entité", "Entity"),
        console.text("Mois", "Months"),
        console.text("Alors", "Then"),
        console.text("Échues", "Due"),
        console.text("Retenues", "Held back"),
        console.text("Parce que", "Because"),
    ];
    console.table(&heads, &rows);
}

fn certificates(erasures: &[Erasure], console: &Console) {
    if console.json {
        let all = erasures.iter().map(|erasure| {
            json!({
                "id": erasure.id, "entity": erasure.person.0, "person": erasure.person.1, "by": erasure.by,
                "at": erasure.at, "done_at": erasure.done_at, "step": erasure.step, "records": erasure.records,
                "emptied": erasure.emptied, "entries": erasure.entries, "files": erasure.files,
                "answers": erasure.answers, "imports": erasure.imports, "kept": erasure.kept,
                "seal": erasure.seal,
            })
        });
        console.data(&all.collect());
        return;
    }
    let rows: Vec<Vec<String>> = erasures
        .iter()
        .map(|erasure| {
            let state = match erasure.done_at {
                Some(at) => at.to_string(),
                None => console.text("en cours", "going on").to_owned(),
            };
            let counts = [erasure.records, erasure.emptied, erasure.entries, erasure.files];
            let counts = counts.map(|count| count.to_string());
            let person = format!("{}/{}", erasure.person.0, erasure.person.1);
            [vec![person, erasure.at.to_string(), state], counts.to_vec()].concat()
        })
        .collect();
    let heads = [
        console.text("Personne", "Person"),
        console.text("Demandé", "Asked"),
        console.text("Achevé", "Done"),
        console.text("Fiches", "Records"),
        console.text("Valeurs", "Values"),
        console.text("Entrées", "Entries"),
        console.text("Fichiers", "Files"),
    ];
    console.table(&heads, &rows);
}
