//! `$<id>`: what an earlier request of the batch made or named.

use std::collections::HashMap;

use dictionary::RecordId;
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;

use super::answer::PartAnswer;
use super::request::Part;
use crate::data::resource::{self, Key, Resource};
use crate::problem::Problem;

/// What requests may be called by those that follow.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    /// Address of the record, beneath the environment, by id of the request.
    records: HashMap<String, String>,
    /// Whether it succeeded, by id of the request and by name of the group.
    outcomes: HashMap<String, bool>,
}

impl References {
    /// Notes what became of a request.
    pub(super) fn answered(&mut self, part: &Part, answer: &PartAnswer) {
        let succeeded = answer.succeeded();
        self.outcomes.insert(part.id.clone(), succeeded);
        if let Some(group) = &part.group {
            let whole = self.outcomes.get(group).copied().unwrap_or(true);
            self.outcomes.insert(group.clone(), whole && succeeded);
        }
        let made = answer.header("location").or_else(|| answer.header("odata-entityid"));
        let made =
            made.and_then(|address| address.strip_prefix("/data/")?.split_once('/')).map(|(_, rest)| rest);
        let named = made.map(str::to_owned).or_else(|| {
            let (path, _) = self.split(&part.url);
            matches!(resource::parse(&path)?, Resource::Record(..)).then_some(path)
        });
        if let (true, Some(path)) = (succeeded, named) {
            self.records.insert(part.id.clone(), path);
        }
    }

    /// Notes the record that a request will make, before it does.
    pub(super) fn expected(&mut self, id: &str, path: String) {
        self.records.insert(id.to_owned(), path);
    }

    /// Whether a request, or one of a group, did not succeed.
    pub(super) fn failed(&self, name: &str) -> bool {
        self.outcomes.get(name) == Some(&false)
    }

    /// Path beneath the environment and query of an address: relative to the environment, from the server's root, or whole.
    pub(super) fn address(&self, environment: &str, url: &str) -> Result<(String, Option<String>), Problem> {
        let (path, query) = self.split(url);
        let elsewhere = || {
            Problem::bad_request(
                "Un lot ne s'adresse qu'à son environnement.",
                "A batch is for its own environment only.",
            )
        };
        let path = match path.split_once("://") {
            Some((_, rest)) => format!("/{}", rest.split_once('/').ok_or_else(elsewhere)?.1),
            None => path,
        };
        let Some(rest) = path.strip_prefix('/') else {
            if path.starts_with('$') && !path.starts_with("$metadata") && resource::parse(&path).is_none() {
                return Err(unknown(&path));
            }
            return Ok((path, query));
        };
        let (own, rest) =
            rest.strip_prefix("data/").and_then(|rest| rest.split_once('/')).ok_or_else(elsewhere)?;
        if percent_decode_str(own).decode_utf8_lossy() != environment {
            return Err(elsewhere());
        }
        Ok((rest.to_owned(), query))
    }

    /// Path and query, the path with the record that a `$<id>` at its beginning stands for.
    fn split(&self, url: &str) -> (String, Option<String>) {
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query.to_owned())),
            None => (url, None),
        };
        let (first, rest) = match path.split_once('/') {
            Some((first, rest)) => (first, Some(rest)),
            None => (path, None),
        };
        let record = first.strip_prefix('$').and_then(|id| self.records.get(id));
        let path = match (record, rest) {
            (None, _) => path.to_owned(),
            (Some(record), None) => record.clone(),
            (Some(record), Some(rest)) => format!("{record}/{rest}"),
        };
        (path, query)
    }

    /// A body with what its `$<id>` stand for: in `id`, in `…_id`, and in `…@odata.bind`, `…@bind`. Elsewhere they are texts.
    pub(super) fn within(&self, body: &Json) -> Json {
        match body {
            Json::Array(items) => Json::Array(items.iter().map(|item| self.within(item)).collect()),
            Json::Object(members) => {
                let resolved = members.iter().map(|(name, value)| {
                    let record = value.as_str().and_then(|text| self.records.get(text.strip_prefix('$')?));
                    let value = match record {
                        Some(path) if name.ends_with("@odata.bind") || name.ends_with("@bind") => {
                            Json::String(path.clone())
                        }
                        Some(path) if name == "id" || name.ends_with("_id") => match id_of(path) {
                            Some(id) => Json::String(id.to_string()),
                            None => value.clone(),
                        },
                        _ => self.within(value),
                    };
                    (name.clone(), value)
                });
                Json::Object(resolved.collect())
            }
            other => other.clone(),
        }
    }
}

fn id_of(path: &str) -> Option<RecordId> {
    match resource::parse(path)? {
        Resource::Record(_, Key::Id(id)) => Some(id),
        _ => None,
    }
}

fn unknown(path: &str) -> Problem {
    let name = path.split('/').next().unwrap_or(path);
    Problem::bad_request(
        format!("« {name} » ne désigne la fiche d'aucune demande qui précède."),
        format!("“{name}” does not stand for the record of any request before."),
    )
}
