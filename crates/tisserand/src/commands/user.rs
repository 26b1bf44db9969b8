//! `user`: people who sign in.

use dictionary::Language;
use platform::{Door, Identity, NewUser, SystemRandom};
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
        User::Create { name, email, password, language, grant } => {
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
            let user = platform.user_create(NewUser { name, email, password: password.clone(), language })?;
            for (environment, profiles) in grants {
                let profiles: Vec<&str> = profiles.iter().map(String::as_str).collect();
                platform.access_grant(user.id, &environment, &profiles)?;
            }
            tell(&user.email, made.then_some(password), console);
            Ok(())
        }
        User::Reset { email, password } => {
            let (password, made) = given_or_made(password);
            let user = platform.user_reset(&email, &password).map_err(|error| {
                if error.is_not_found() {
                    refusal(
                        format!("Personne n'a l'adresse {email}."),
                        format!("Nobody has the address {email}."),
                    )
                } else {
                    error.into()
                }
            })?;
            tell(&user.email, made.then_some(password), console);
            Ok(())
        }
        User::List => {
            let mut rows = Vec::new();
            for user in platform.users()? {
                let identity = Identity {
                    user: user.clone(),
                    door: Door::Session { id: None, csrf: String::new(), viewing: None },
                };
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
