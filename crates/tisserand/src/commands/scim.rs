//! `scim`: a company's directory that keeps the people of an environment up to date.

use serde_json::json;

use crate::cli::Scim;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

/// Who does what is done by a command on the machine itself.
const OPERATOR: &str = "tisserand";

pub(crate) fn run(settings: &Settings, asked: Scim, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "scim")?;
    let platform = &opened.platform;
    match asked {
        Scim::Token { env, name } => {
            data::environment(platform, &env)?;
            let made = platform.provisioning_token_make(&env, &name, OPERATOR)?;
            let public = settings.public.as_deref().unwrap_or("https://…").trim_end_matches('/');
            let address = format!("{public}/scim/v2/{env}");
            if console.json {
                console.data(&json!({ "name": made.token.name, "address": address, "token": made.secret }));
            } else {
                console.out(address);
                console.out(made.secret);
                console.note("Gardez-le : il ne sera plus montré.", "Keep it: it will not be shown again.");
            }
        }
        Scim::List { env } => {
            data::environment(platform, &env)?;
            let (tokens, groups) = (platform.provisioning_tokens(&env)?, platform.groups_of(&env, None)?);
            if console.json {
                let tokens = tokens
                    .iter()
                    .map(|one| json!({ "id": one.id, "name": one.name, "used_at": one.last_used }));
                let groups = groups.iter().map(|one| {
                    json!({ "name": one.body.name, "profiles": one.profiles, "members": one.names.len() })
                });
                let (tokens, groups): (Vec<_>, Vec<_>) = (tokens.collect(), groups.collect());
                console.data(&json!({ "tokens": tokens, "groups": groups }));
            } else {
                for one in tokens {
                    console.out(format!("{} · {}", one.name, one.id));
                }
                for one in groups {
                    console.out(format!(
                        "+ {} ({}): {}",
                        one.body.name,
                        one.names.len(),
                        one.profiles.join(", ")
                    ));
                }
            }
        }
        Scim::Revoke { env, token } => {
            data::environment(platform, &env)?;
            let tokens = platform.provisioning_tokens(&env)?;
            let mut named = tokens.iter().filter(|one| one.name == token || one.id.to_string() == token);
            match (named.next(), named.next()) {
                (Some(one), None) => platform.provisioning_token_revoke(&env, one.id, OPERATOR)?,
                (None, _) => {
                    return Err(refusal(
                        format!("Aucun jeton « {token} »."),
                        format!("There is no token “{token}”."),
                    ));
                }
                (Some(_), Some(_)) => {
                    return Err(refusal(
                        format!(
                            "Plusieurs jetons s'appellent « {token} » : donnez l'identifiant (tisserand scim list)."
                        ),
                        format!("Several tokens are called “{token}”: give the id (tisserand scim list)."),
                    ));
                }
            }
            console.out(console.text("Jeton révoqué.", "Token revoked."));
        }
        Scim::Map { env, group, profiles } => {
            data::environment(platform, &env)?;
            let profiles: Vec<&str> =
                profiles.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
            let found = platform.groups_of(&env, Some(&group))?;
            let one = found.first().ok_or_else(|| {
                refusal(
                    format!("L'annuaire n'a envoyé aucun groupe « {group} »."),
                    format!("The directory sent no group “{group}”."),
                )
            })?;
            platform.provisioned_group_map(&env, one.id, &profiles, OPERATOR)?;
            console.out(format!("{}: {}", one.body.name, profiles.join(", ")));
        }
    }
    Ok(())
}
