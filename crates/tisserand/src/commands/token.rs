//! `token`: keys of programs.

use dictionary::model::Dictionary;
use engine::{Caller, Clock, Expand, Expanded, Query, Record, SystemClock};
use jiff::SignedDuration;
use platform::{NewToken, OpenEnvironment, Platform, Scope};
use serde_json::json;

use crate::cli::Token;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

const TOKEN: &str = "token";

pub(crate) fn run(settings: &Settings, asked: Token, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "token")?;
    let platform = &opened.platform;
    match asked {
        Token::Create { user, name, env, read_only, days } => {
            let owner = platform.user_by_email(&user).map_err(|error| {
                if error.is_not_found() {
                    refusal(
                        format!("Personne n'a l'adresse {user}."),
                        format!("Nobody has the address {user}."),
                    )
                } else {
                    error.into()
                }
            })?;
            if let Some(env) = &env {
                data::environment(platform, env)?;
            }
            let now = SystemClock.now();
            let expires =
                days.map(|days| now.checked_add(SignedDuration::from_hours(days.saturating_mul(24))));
            let scope = if read_only { Scope::Read } else { Scope::Write };
            let new = NewToken {
                name: name.clone(),
                user: owner.id,
                environment: env,
                scope,
                expires: expires.transpose()?,
            };
            let secret = platform.token_create(new)?;
            if console.json {
                console.data(&json!({ "name": name, "token": secret }));
            } else {
                console.out(secret);
                console.note(
                    "Gardez-le : il ne sera plus montré. À donner en `Authorization: Bearer …`.",
                    "Keep it: it will not be shown again. Give it as `Authorization: Bearer …`.",
                );
            }
            Ok(())
        }
        Token::List => {
            let (root, records) = tokens(platform)?;
            let dictionary = root.engine.dictionary();
            let rows: Vec<Vec<String>> = records
                .iter()
                .map(|record| {
                    vec![
                        record.title.clone(),
                        named(&dictionary, record, "user"),
                        named(&dictionary, record, "environment"),
                        text(&dictionary, record, "scopes"),
                        text(&dictionary, record, "expires"),
                        record.row.id().to_string(),
                    ]
                })
                .collect();
            if console.json {
                let rows = rows.iter().map(|r| {
                    json!({ "name": r[0], "user": r[1], "environment": r[2], "scopes": r[3], "expires": r[4], "id": r[5] })
                });
                console.data(&rows.collect());
            } else {
                let header = match console.language {
                    dictionary::Language::Fr => {
                        ["Nom", "Personne", "Environnement", "Portée", "Expire", "Identifiant"]
                    }
                    dictionary::Language::En => ["Name", "User", "Environment", "Scopes", "Expires", "Id"],
                };
                console.table(&header, &rows);
            }
            Ok(())
        }
        Token::Revoke { token } => {
            let (root, records) = tokens(platform)?;
            let found: Vec<_> = records
                .iter()
                .filter(|r| r.title == token || r.row.id().to_string() == token)
                .map(|r| r.row.id())
                .collect();
            let id = match found.as_slice() {
                [id] => *id,
                [] => {
                    return Err(refusal(
                        format!("Aucun jeton « {token} »."),
                        format!("There is no token “{token}”."),
                    ));
                }
                _ => {
                    return Err(refusal(
                        format!(
                            "Plusieurs jetons s'appellent « {token} » : donnez l'identifiant (tisserand token list)."
                        ),
                        format!("Several tokens are called “{token}”: give the id (tisserand token list)."),
                    ));
                }
            };
            root.engine.transact(&Caller::system(), move |unit| unit.delete(TOKEN, id, None))?;
            console.out(console.text("Jeton révoqué.", "Token revoked."));
            Ok(())
        }
    }
}

fn tokens(platform: &Platform) -> anyhow::Result<(std::sync::Arc<OpenEnvironment>, Vec<Record>)> {
    let root = platform.environment("platform")?;
    let expand = ["user", "environment"].map(|field| Expand { field: field.to_owned(), ..Expand::default() });
    let mut query =
        Query { entity: TOKEN.to_owned(), limit: 500, expand: expand.to_vec(), ..Query::default() };
    let mut records = Vec::new();
    loop {
        let page = root.engine.list(&Caller::system(), &query)?;
        records.extend(page.records);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok((root, records)),
        }
    }
}

fn text(dictionary: &Dictionary, record: &Record, name: &str) -> String {
    let entity = &dictionary.entities[record.entity];
    entity.index(name).map_or(String::new(), |index| {
        let field = &entity.fields[index];
        field.kind.format(record.row.get(index), &field.options)
    })
}

fn named(dictionary: &Dictionary, record: &Record, name: &str) -> String {
    let index = dictionary.entities[record.entity].index(name);
    match index.and_then(|index| record.expanded.get(&index)) {
        Some(Expanded::One(Some(record))) => record.title.clone(),
        _ => String::new(),
    }
}
