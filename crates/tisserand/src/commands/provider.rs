//! `provider`: identity providers.

use anyhow::Context;
use platform::providers::NewProvider;

use crate::cli::Provider;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: Provider, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "provider")?;
    let platform = &opened.platform;
    match asked {
        Provider::Set { code, client, name, issuer, client_id, secret_file, domain, groups_claim, scope } => {
            let secret = match &secret_file {
                Some(path) => {
                    Some(std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?)
                }
                None => None,
            };
            let new = NewProvider {
                code,
                name: name.unwrap_or_else(|| client.clone()),
                client,
                issuer,
                client_id,
                client_secret: secret,
                domains: domain,
                groups_claim,
                scopes: scope,
            };
            platform.provider_set(&new)?;
            let public = settings.public.as_deref().unwrap_or("https://…").trim_end_matches('/');
            console.out(format!("{public}/providers/{}/callback", new.code));
        }
        Provider::Map { env, group, profiles } => {
            data::environment(platform, &env)?;
            let profiles: Vec<&str> =
                profiles.iter().map(|one| one.trim()).filter(|one| !one.is_empty()).collect();
            platform.group_map(&env, &group, &profiles)?;
            console.out(format!("{group}: {}", profiles.join(", ")));
        }
        Provider::Untie { email } => {
            platform.provider_untie(&email).map_err(|error| {
                if !error.is_not_found() {
                    return error.into();
                }
                refusal(
                    format!("Personne n'a l'adresse {email}."),
                    format!("Nobody has the address {email}."),
                )
            })?;
            console.out(&email);
        }
    }
    Ok(())
}
