//! Imports as they are answered.

use std::collections::HashMap;
use std::path::Path;

use dictionary::{Language, RecordId};
use exchange::Job;
use exchange::desk::{PreviewRow, Stage, Tally};
use exchange::detect::targets;
use exchange::undo::LeftRecord;
use platform::Entered;
use serde_json::{Value as Json, json};

use crate::data::history::People;

/// Makes answers of imports, in the language of who asks.
pub(super) struct View<'a> {
    entered: &'a Entered,
    folder: &'a Path,
    language: Language,
    people: People<'a>,
    titles: HashMap<(String, RecordId), Option<String>>,
}

impl<'a> View<'a> {
    pub(super) fn new(entered: &'a Entered, folder: &'a Path) -> View<'a> {
        let language = entered.caller.language;
        View { entered, folder, language, people: People::new(entered), titles: HashMap::new() }
    }

    /// An import as a list shows it.
    pub(super) fn short(&mut self, job: &Job) -> Json {
        let tally = |tally: &Option<Tally>| {
            tally.as_ref().map(|tally| {
                let reasons: Vec<Json> = tally
                    .reasons
                    .iter()
                    .map(|r| json!({"message": r.message.text(self.language), "count": r.count}))
                    .collect();
                json!({
                    "rows": tally.rows, "created": tally.created, "updated": tally.updated, "same": tally.same,
                    "refused": tally.refused, "left_out": tally.left_out, "ignored": tally.ignored,
                    "reasons": reasons,
                })
            })
        };
        let undone = job.undone.as_ref().map(|undone| {
            json!({"done": undone.done, "left": undone.left, "complete": undone.complete, "round": undone.round})
        });
        let (preview, report) = (tally(&job.preview), tally(&job.report));
        let refused = job.stage.has_run() && job.refused(self.folder).exists();
        json!({
            "id": job.id,
            "entity": job.entity,
            "file": job.file,
            "size_bytes": job.detected.size_bytes,
            "format": job.detected.format,
            "created_at": job.created_at,
            "started_at": job.started_at,
            "ended_at": job.ended_at,
            "by": job.by.map(|id| self.people.person(id)),
            "stage": job.stage,
            "live": job.live,
            "interrupted": job.is_interrupted(),
            "advance": job.advance,
            "preview": preview,
            "report": report,
            "undone": undone,
            "problem": job.problem.as_ref().map(|label| label.text(self.language)),
            "refused_file": refused,
        })
    }

    /// All that is known of one. `others`: what was asked of files with the same columns is proposed again, and the same file is recognised.
    pub(super) fn whole(&mut self, job: &Job, others: &[Job]) -> Json {
        let mut view = self.short(job);
        let dictionary = self.entered.dictionary();
        view["asked"] = job.asked.clone().unwrap_or(Json::Null);
        view["detected"] = json!(job.detected);
        view["targets"] = json!(dictionary.entity(&job.entity).map(targets).unwrap_or_default());
        let alike = |other: &&Job| other.id != job.id && other.entity == job.entity;
        let names = |job: &Job| {
            let mut names: Vec<String> = job.detected.columns.iter().map(|c| c.name.clone()).collect();
            names.sort_unstable();
            names
        };
        let wanted = names(job);
        let remembered = others
            .iter()
            .filter(alike)
            .find(|other| other.stage.has_run() && other.asked.is_some() && names(other) == wanted);
        view["remembered"] = remembered
            .map(|other| json!({"mapping": other.asked, "file": other.file, "at": other.started_at}))
            .unwrap_or(Json::Null);
        let same = others.iter().filter(alike).find(|other| {
            other.detected.hash == job.detected.hash && matches!(other.stage, Stage::Done | Stage::Running)
        });
        view["same_file"] =
            same.map(|other| json!({"id": other.id, "at": other.started_at})).unwrap_or(Json::Null);
        view
    }

    /// A row of a dry run.
    pub(super) fn row(&self, row: &PreviewRow) -> Json {
        let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.text(self.language)).collect();
        json!({
            "number": row.number, "line": row.line, "outcome": row.outcome,
            "reasons": reasons, "cells": row.cells,
        })
    }

    /// A record that an undo left.
    pub(super) fn left(&mut self, left: &LeftRecord) -> Json {
        let reasons: Vec<&str> = left.reasons.iter().map(|reason| reason.text(self.language)).collect();
        let others: Vec<Json> =
            left.others.iter().map(|(entity, count)| json!({"entity": entity, "count": count})).collect();
        json!({
            "entity": left.entity,
            "id": left.id,
            "title": self.title(&left.entity, left.id),
            "why": left.why,
            "by": left.by.map(|id| self.people.person(id)),
            "at": left.at,
            "others": others,
            "reasons": reasons,
        })
    }

    fn title(&mut self, entity: &str, id: RecordId) -> Option<String> {
        let (engine, caller) = (&self.entered.environment.engine, &self.entered.caller);
        let title = self.titles.entry((entity.to_owned(), id));
        title.or_insert_with(|| engine.get(caller, entity, id, &[]).ok().map(|record| record.title)).clone()
    }
}
