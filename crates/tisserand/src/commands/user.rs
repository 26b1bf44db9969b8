//! `user`: people who sign in.

use dictionary::Language;
use platform::password_change::Reset;
use platform::{EventsWanted, Identity, NewUser, PlatformError, SystemRandom};
use serde_json::json;

use crate::cli::User;
use crate::console::Console;
use crate::data;
use crate::failure::refusal;
use crate::settings::Settings;

pub(crate) fn run(settings: &Settings, asked: User, console: &Console) -> anyhow::Result<()> {
    let opened = data::open(settings, "user")?;
    let platform = &opened.platform;
    match asked {
        User::Create { name, email, password, keep, language, grant } => {
            let Some(language) = Language::from_code(&language) else {
                return Err(refusal(
                    format!("« {language} » n'est ni fr ni en."),
                    format!("“{language}” is neither fr nor en."),
                ));
            };
            // Everything is checked before the person is added.
            let grants = grant.iter().map(|text| granted(text)).collect::<anyhow::Result<Vec<_>>>()?;
            for (environment, _) in &grants {
                data::environment(platform, environment)?;
            }
            let (password, made) = given_or_made(password);
            let new = NewUser { name, email, password: password.clone(), given: !keep, language };
            let user = platform.user_create(new)?;
            for (environment, profiles) in grants {
                let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
                platform.access_grant(user.id, &environment, &profiles)?;
            }
            tell(&user.email, made.then_some(password), console);
            Ok(())
        }
        User::Reset { email, password, keep } => {
            let (password, made) = given_or_made(password);
            let user = platform
                .user_reset(&email, Reset { password: &password, given: !keep, by: None })
                .map_err(|error| nobody(&email, error))?;
            tell(&user.email, made.then_some(password), console);
            Ok(())
        }
        User::ResetFactor { email } => {
            let user = platform.user_by_email(&email).map_err(|error| nobody(&email, error))?;
            platform.second_factor_reset(&user, None)?;
            tell(&user.email, None, console);
            Ok(())
        }
        User::SignIns { email, top } => {
            let user = platform.user_by_email(&email).map_err(|error| nobody(&email, error))?;
            let wanted = EventsWanted { limit: top, ..EventsWanted::default() };
            let (events, _) = platform.sign_in_events_of(user.id, &wanted)?;
            if console.json {
                let rows = events.iter().map(|e| {
                    json!({ "at": e.at, "event": e.event, "way": e.way, "by": e.by, "device": e.device, "address": e.address })
                });
                console.data(&rows.collect());
                return Ok(());
            }
            let dictionary = platform.environment("platform")?.engine.dictionary();
            let words = |tag: &str| {
                let values = dictionary.lists.get("sign_in_event").map(|list| list.values.as_slice());
                let known = values.unwrap_or_default().iter().find(|value| value.tag == tag);
                known.map_or(tag.to_owned(), |value| console.label(&value.label))
            };
            let rows: Vec<Vec<String>> = events
                .into_iter()
                .map(|e| {
                    let texts = [e.device, e.address, e.by].map(Option::unwrap_or_default);
                    [vec![e.at.to_string(), words(&e.event)], texts.to_vec()].concat()
                })
                .collect();
            console.table(
                &[
                    console.text("Moment", "Moment"),
                    console.text("Événement", "Event"),
                    console.text("Appareil", "Device"),
                    console.text("Adresse IP", "IP address"),
                    console.text("Par", "By"),
                ],
                &rows,
            );
            Ok(())
        }
        User::List => {
            let mut rows = Vec::new();
            for user in platform.users()? {
                let identity = Identity::of_command(user.clone());
                let places = platform.environments_of(&identity)?;
                let places: Vec<String> = places
                    .into_iter()
                    .map(|(e, p)| format!("{}={}", e.name, p.profiles().join(",")))
                    .collect();
                rows.push(vec![
                    user.email,
                    user.name,
                    if user.active { "✓" } else { "–" }.to_owned(),
                    places.join(", "),
                ]);
            }
            if console.json {
                let rows = rows
                    .iter()
                    .map(|r| json!({ "email": r[0], "name": r[1], "active": r[2] == "✓", "access": r[3] }));
                console.data(&rows.collect());
            } else {
                console.table(
                    &[
                        "E-mail",
                        console.text("Nom", "Name"),
                        console.text("Actif", "Active"),
                        console.text("Accès", "Access"),
                    ],
                    &rows,
                );
            }
            Ok(())
        }
    }
}

fn nobody(email: &str, error: PlatformError) -> anyhow::Error {
    if !error.is_not_found() {
        return error.into();
    }
    refusal(format!("Personne n'a l'adresse {email}."), format!("Nobody has the address {email}."))
}

/// An environment and names of profiles: `acme=sales,own_agency`.
fn granted(text: &str) -> anyhow::Result<(String, Vec<String>)> {
    let parts = text.split_once('=').map(|(environment, profiles)| {
        let names = profiles.split(',').map(str::trim).filter(|name| !name.is_empty());
        (environment.to_owned(), names.map(str::to_owned).collect::<Vec<_>>())
    });
    parts.filter(|(_, profiles)| !profiles.is_empty()).ok_or_else(|| {
        refusal(
            format!("« {text} » : il faut ENVIRONNEMENT=PROFIL, ou plusieurs profils avec des virgules."),
            format!("“{text}”: ENVIRONMENT=PROFILE is needed, or several profiles with commas."),
        )
    })
}

/// The password, and whether it was made here and must be shown.
fn given_or_made(password: Option<String>) -> (String, bool) {
    match password {
        Some(password) => (password, false),
        None => (platform::password::made(&SystemRandom), true),
    }
}

fn tell(email: &str, made: Option<String>, console: &Console) {
    if console.json {
        console.data(&json!({ "email": email, "password": made }));
        return;
    }
    console.out(email);
    if let Some(password) = made {
        console.out(format!("{} {password}", console.text("Mot de passe :", "Password:")));
    }
}
