//! `provider`: identity providers.

use std::path::Path;

use anyhow::Context;
use platform::ldap::NewDirectory;
use platform::providers::NewProvider;
use serde_json::json;

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
            let secret = content(secret_file.as_deref())?;
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
            for host in platform.hosts_of_client(&new.client)? {
                console.out(format!("https://{host}/providers/{}/callback", new.code));
            }
        }
        Provider::Directory {
            code,
            client,
            name,
            address,
            unencrypted,
            ca_file,
            domain,
            base,
            filter,
            bind_as,
            account,
            password_file,
            email_attribute,
            name_attribute,
            subject_attribute,
            groups_attribute,
            groups_base,
            groups_filter,
        } => {
            // A file of a password ends with a line, as editors have it.
            let password = content(password_file.as_deref())?;
            let new = NewDirectory {
                code,
                name: name.unwrap_or_else(|| client.clone()),
                client,
                address,
                unencrypted,
                authorities: content(ca_file.as_deref())?,
                domains: domain,
                base,
                filter,
                bind_pattern: bind_as,
                account,
                account_password: password,
                email_attribute,
                name_attribute,
                subject_attribute,
                groups_attribute,
                groups_base,
                groups_filter,
            };
            platform.ldap_set(&new)?;
            console.out(&new.code);
        }
        Provider::Look { code, email } => {
            let looked = platform.ldap_look(&code, &email).map_err(|error| {
                if !error.is_not_found() {
                    return anyhow::Error::from(error);
                }
                refusal(format!("Aucun annuaire « {code} »."), format!("There is no directory “{code}”."))
            })?;
            let found = looked.ok_or_else(|| {
                refusal(
                    format!("L'annuaire ne connaît personne à l'adresse {email}."),
                    format!("The directory knows nobody with the address {email}."),
                )
            })?;
            if console.json {
                console.data(&json!({
                    "dn": found.dn, "subject": found.subject, "emails": found.emails, "name": found.name, "groups": found.groups,
                }));
            } else {
                console.out(&found.dn);
                let several = [("=", vec![found.subject]), ("@", found.emails), ("+", found.groups)];
                for (mark, texts) in several {
                    texts.iter().for_each(|text| console.out(format!("{mark} {text}")));
                }
            }
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

/// What a file says.
fn content(path: Option<&Path>) -> anyhow::Result<Option<String>> {
    path.map(|path| std::fs::read_to_string(path).with_context(|| format!("read {}", path.display())))
        .transpose()
}
