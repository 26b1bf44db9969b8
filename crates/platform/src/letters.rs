//! What the platform writes to people, in French and in English: a text, and the same laid out.

use std::fmt::Write;

use dictionary::Language;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// What a letter is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum About {
    /// Somebody was let in, and chooses a password by a link.
    Invitation {
        /// What the link proves.
        secret: String,
        /// Label of the environment.
        environment: String,
        /// Name of who let them in.
        by: Option<String>,
        /// Until when.
        expires: Timestamp,
    },
    /// Somebody forgot their password, and chooses another by a link.
    PasswordLink {
        /// What the link proves.
        secret: String,
        /// Browser and system of who asked.
        device: Option<String>,
        /// Until when.
        expires: Timestamp,
    },
    /// Somebody who helps asks to be let into their environment, or was let in without them.
    Assistance {
        /// Label of the environment.
        environment: String,
        /// Its identifier, in addresses.
        place: String,
        /// Name of who asks.
        who: String,
        /// Whom they work for.
        organisation: Option<String>,
        /// What for, in their words.
        purpose: String,
        /// The ticket it is for.
        ticket: String,
        /// For how many hours.
        hours: i64,
        /// It opened as an emergency, which two persons say it is.
        opened: bool,
    },
    /// Much of what their subscription includes is used, or all of it.
    Allowance {
        /// Name of the client.
        client: String,
        /// Identifier of an environment of theirs, in addresses.
        place: String,
        /// Tag of the value list `quota_resource`.
        resource: String,
        /// Percent that is used.
        share: i64,
        /// How much is included, in the unit that it is sold by.
        included: i64,
        /// Who raises it, in French and in English.
        raised_by: (String, String),
    },
    /// An archive of their environment is ready.
    Archive {
        /// Label of the environment.
        environment: String,
        /// Its identifier, in addresses.
        place: String,
        /// Until when it can be fetched.
        until: Timestamp,
    },
    /// Their password was changed.
    PasswordChanged {
        /// When.
        at: Timestamp,
        /// Browser and system of who did.
        device: Option<String>,
    },
}

impl About {
    /// Tag of the value list `message_kind`.
    pub(crate) fn tag(&self) -> &'static str {
        match self {
            About::Invitation { .. } => "invitation",
            About::PasswordLink { .. } => "password_link",
            About::Assistance { .. } => "assistance",
            About::Allowance { .. } => "allowance",
            About::Archive { .. } => "archive",
            About::PasswordChanged { .. } => "password_changed",
        }
    }
}

/// A letter, without who it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
}

/// What every letter has: a title, what it says, one thing to do, and what to know beside.
struct Parts {
    subject: String,
    greeting: String,
    says: Vec<String>,
    /// Words of the button, and where it leads.
    button: Option<(String, String)>,
    beside: Vec<String>,
}

/// Writes a letter. `public`: address of the platform as browsers know it, without a slash at its end; `zone`: of the moments in it.
pub(crate) fn written(
    about: &About,
    name: &str,
    language: Language,
    public: &str,
    zone: &TimeZone,
) -> Written {
    let french = language == Language::Fr;
    let say = |fr: &str, en: &str| if french { fr.to_owned() } else { en.to_owned() };
    let when = |moment: Timestamp| moment_in_words(moment, zone, french);
    // After the `#`, what the link proves is sent to no server by following it, and stands in no log.
    let link = |secret: &str| format!("{public}/choose-password#{secret}");
    let choose = say("Choisir mon mot de passe", "Choose my password");
    let greeting = match (name.trim(), french) {
        ("", true) => "Bonjour,".to_owned(),
        ("", false) => "Hello,".to_owned(),
        (name, true) => format!("Bonjour {name},"),
        (name, false) => format!("Hello {name},"),
    };
    let parts = match about {
        About::Invitation { secret, environment, by, expires } => {
            let said = match by {
                Some(by) => say(
                    &format!("{by} vous donne accès à {environment}, sur Tisserand."),
                    &format!("{by} gives you access to {environment}, on Tisserand."),
                ),
                None => say(
                    &format!("Vous avez maintenant accès à {environment}, sur Tisserand."),
                    &format!("You now have access to {environment}, on Tisserand."),
                ),
            };
            Parts {
                subject: say(
                    &format!("Votre accès à {environment}"),
                    &format!("Your access to {environment}"),
                ),
                greeting,
                says: vec![
                    said,
                    say("Choisissez un mot de passe pour entrer :", "Choose a password to enter:"),
                ],
                button: Some((choose, link(secret))),
                beside: vec![
                    say(
                        &format!("Ce lien sert une seule fois, jusqu’au {}.", when(*expires)),
                        &format!("This link serves once, until {}.", when(*expires)),
                    ),
                    say(
                        "Vous n’attendiez rien de tel ? Ne faites rien : sans ce lien, personne n’entre à votre place.",
                        "Did you not expect this? Do nothing: without this link nobody enters in your place.",
                    ),
                ],
            }
        }
        About::PasswordLink { secret, device, expires } => Parts {
            subject: say("Choisir un autre mot de passe", "Choose another password"),
            greeting,
            says: vec![match device {
                Some(device) => say(
                    &format!(
                        "Quelqu’un, depuis {device}, a demandé un autre mot de passe pour votre compte. Si c’est vous, choisissez-le ici :"
                    ),
                    &format!(
                        "Somebody, from {device}, asked for another password of your account. If that was you, choose it here:"
                    ),
                ),
                None => say(
                    "Quelqu’un a demandé un autre mot de passe pour votre compte. Si c’est vous, choisissez-le ici :",
                    "Somebody asked for another password of your account. If that was you, choose it here:",
                ),
            }],
            button: Some((choose, link(secret))),
            beside: vec![
                say(
                    &format!("Ce lien sert une seule fois, jusqu’au {}.", when(*expires)),
                    &format!("This link serves once, until {}.", when(*expires)),
                ),
                say(
                    "Ce n’est pas vous ? Ne faites rien : votre mot de passe reste le même.",
                    "Was it not you? Do nothing: your password stays the same.",
                ),
            ],
        },
        About::Assistance { environment, place, who, organisation, purpose, ticket, hours, opened } => {
            let who = match organisation {
                Some(organisation) => format!("{who} ({organisation})"),
                None => who.clone(),
            };
            let (subject, said, words) = if *opened {
                (
                    say(
                        &format!("Accès d’urgence à {environment}"),
                        &format!("Emergency access to {environment}"),
                    ),
                    say(
                        &format!(
                            "{who} est entré sans attendre votre réponse, pour {hours} h au plus : deux personnes disent que c’est urgent."
                        ),
                        &format!(
                            "{who} entered without waiting for your answer, for {hours} h at most: two persons say that it is urgent."
                        ),
                    ),
                    say("Voir, et mettre fin", "Look, and end it"),
                )
            } else {
                (
                    say(
                        &format!("Demande d’accès à {environment}"),
                        &format!("Request to enter {environment}"),
                    ),
                    say(
                        &format!(
                            "{who} demande à entrer pour {hours} h. Sans votre accord dans les trois jours, personne n’entre."
                        ),
                        &format!(
                            "{who} asks to enter for {hours} h. Unless you agree within three days, nobody enters."
                        ),
                    ),
                    say("Lire et répondre", "Read and answer"),
                )
            };
            Parts {
                subject,
                greeting,
                says: vec![
                    said,
                    say(
                        &format!("Pourquoi : {purpose} (ticket {ticket})"),
                        &format!("What for: {purpose} (ticket {ticket})"),
                    ),
                ],
                button: Some((words, format!("{public}/admin/{place}/assistance"))),
                beside: vec![say(
                    "Vous recevez ceci parce que vous administrez cet environnement. Tout ce qui s’y fait est au journal.",
                    "You get this because you administer this environment. Everything that is done there is in its journal.",
                )],
            }
        }
        About::Allowance { client, place, resource, share, included, raised_by } => {
            let (fr, en) = match resource.as_str() {
                "storage" => (format!("stockage ({included} Mo)"), format!("storage ({included} MB)")),
                "emails" => {
                    (format!("e-mails du mois ({included})"), format!("e-mails of the month ({included})"))
                }
                "sms" => (format!("SMS du mois ({included})"), format!("SMS of the month ({included})")),
                _ => (
                    format!("adresses localisées du mois ({included})"),
                    format!("addresses geocoded this month ({included})"),
                ),
            };
            Parts {
                subject: say(
                    &format!("Abonnement de {client} : {share} % utilisés"),
                    &format!("Subscription of {client}: {share} % used"),
                ),
                greeting,
                says: vec![
                    say(
                        &format!("{share} % de ce que l’abonnement comprend sont utilisés : {fr}."),
                        &format!("{share} % of what the subscription includes is used: {en}."),
                    ),
                    say(
                        &format!(
                            "Ce qui en demanderait davantage est refusé, avec la raison ; rien de ce qui est là n’est perdu. Pour l’augmenter : {}.",
                            raised_by.0
                        ),
                        &format!(
                            "What would ask for more is refused, with the reason; nothing that is there is lost. To raise it: {}.",
                            raised_by.1
                        ),
                    ),
                ],
                button: Some((
                    say("Voir la consommation", "See what is used"),
                    format!("{public}/admin/{place}/subscription"),
                )),
                beside: vec![say(
                    "Vous recevez ceci parce que vous administrez cet environnement.",
                    "You get this because you administer this environment.",
                )],
            }
        }
        About::Archive { environment, place, until } => Parts {
            subject: say(
                &format!("L’archive de {environment} est prête"),
                &format!("The archive of {environment} is ready"),
            ),
            greeting,
            says: vec![say(
                &format!(
                    "Dictionnaire, fiches, journal et fichiers de {environment} sont réunis en une archive, à prendre jusqu’au {}.",
                    when(*until)
                ),
                &format!(
                    "Dictionary, records, journal and files of {environment} are together in one archive, to be fetched until {}.",
                    when(*until)
                ),
            )],
            button: Some((
                say("Prendre l’archive", "Fetch the archive"),
                format!("{public}/admin/{place}/data"),
            )),
            beside: vec![say(
                "Vous recevez ceci parce que vous administrez cet environnement. L’archive est aussi confidentielle que lui.",
                "You get this because you administer this environment. The archive is as confidential as it is.",
            )],
        },
        About::PasswordChanged { at, device } => Parts {
            subject: say("Votre mot de passe a été changé", "Your password was changed"),
            greeting,
            says: vec![
                match device {
                    Some(device) => say(
                        &format!(
                            "Le mot de passe de votre compte a été changé le {}, depuis {device}.",
                            when(*at)
                        ),
                        &format!("The password of your account was changed on {}, from {device}.", when(*at)),
                    ),
                    None => say(
                        &format!("Le mot de passe de votre compte a été changé le {}.", when(*at)),
                        &format!("The password of your account was changed on {}.", when(*at)),
                    ),
                },
                say("Vos autres sessions ont été fermées.", "Your other sessions were ended."),
            ],
            button: None,
            beside: vec![say(
                &format!(
                    "Ce n’est pas vous ? Choisissez-en un autre tout de suite ({public}/forgotten-password), et prévenez votre administrateur."
                ),
                &format!(
                    "Was it not you? Choose another at once ({public}/forgotten-password), and tell your administrator."
                ),
            )],
        },
    };
    Written {
        subject: parts.subject.clone(),
        text: plain(&parts, public),
        html: laid_out(&parts, language, public),
    }
}

fn plain(parts: &Parts, public: &str) -> String {
    let mut text = format!("{}\n\n{}\n", parts.greeting, parts.says.join("\n\n"));
    if let Some((_, address)) = &parts.button {
        let _ = write!(text, "\n{address}\n");
    }
    for line in &parts.beside {
        let _ = write!(text, "\n{line}\n");
    }
    // The mark before it is how mail programs know a signature.
    let _ = write!(text, "\n-- \nTisserand\n{public}\n");
    text
}

/// Laid out with what every mail program understands: a table, styles in place, no picture to fetch.
fn laid_out(parts: &Parts, language: Language, public: &str) -> String {
    const SMALL: &str = "margin:0 0 10px;font-size:13px;line-height:20px;color:#56606E";
    let subject = escaped(&parts.subject);
    let mut body = format!(
        "<h1 class=\"ink\" style=\"margin:0 0 18px;font-size:20px;line-height:28px;font-weight:600\">{subject}</h1>"
    );
    for line in std::iter::once(&parts.greeting).chain(&parts.says) {
        let _ = write!(body, "<p class=\"ink\" style=\"margin:0 0 14px\">{}</p>", escaped(line));
    }
    if let Some((words, address)) = &parts.button {
        let (words, address) = (escaped(words), escaped(address));
        let _ = write!(
            body,
            "<p style=\"margin:22px 0 24px\"><a class=\"button\" href=\"{address}\" style=\"display:inline-block;padding:11px 20px;background:#2B5C8A;color:#FFFFFF;border-radius:6px;font-weight:600;text-decoration:none\">{words}</a></p>"
        );
    }
    for line in &parts.beside {
        let _ = write!(body, "<p class=\"quiet\" style=\"{SMALL}\">{}</p>", escaped(line));
    }
    if let Some((_, address)) = &parts.button {
        let address = escaped(address);
        let instead = if language == Language::Fr {
            "Si le bouton ne fait rien :"
        } else {
            "If the button does nothing:"
        };
        let _ = write!(
            body,
            "<p class=\"quiet\" style=\"{SMALL}\">{instead}<br><a class=\"link\" href=\"{address}\" style=\"color:#2B5C8A;word-break:break-all\">{address}</a></p>"
        );
    }
    let (code, public) = (language.code(), escaped(public));
    format!(
        "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\"><title>{subject}</title>\
<style>@media (prefers-color-scheme:dark){{.page{{background:#12161C!important}}.sheet{{background:#1B212A!important;border-color:#2C3540!important}}\
.ink{{color:#E8ECF1!important}}.quiet{{color:#A3AEBB!important}}.link{{color:#8DB8DE!important}}.button{{background:#8DB8DE!important;color:#12161C!important}}}}</style></head>\n\
<body class=\"page\" style=\"margin:0;padding:0;background:#FAF8F4\"><table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"background:#FAF8F4\"><tr><td align=\"center\" style=\"padding:32px 16px\">\n\
<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" style=\"max-width:520px;font-family:Inter,-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:15px;line-height:23px;color:#1C2430;text-align:left\">\n\
<tr><td class=\"ink\" style=\"padding:0 4px 14px;font-size:18px;font-weight:600;letter-spacing:-0.02em\">tisserand</td></tr>\n\
<tr><td class=\"sheet\" style=\"padding:28px 28px 18px;background:#FFFFFF;border:1px solid #E6E1D7;border-radius:8px\">{body}</td></tr>\n\
<tr><td class=\"quiet\" style=\"padding:16px 4px 0;font-size:12px;line-height:18px;color:#56606E\">Tisserand · <a class=\"quiet\" href=\"{public}\" style=\"color:#56606E\">{public}</a></td></tr>\n\
</table></td></tr></table></body></html>\n"
    )
}

/// A text in HTML: what people call themselves and their companies is theirs to choose, and never markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

fn moment_in_words(moment: Timestamp, zone: &TimeZone, french: bool) -> String {
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let local = zone.to_datetime(moment);
    let month = usize::from(local.month().unsigned_abs().saturating_sub(1)).min(11);
    let (day, year, hour, minute) = (local.day(), local.year(), local.hour(), local.minute());
    if french {
        let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
        return format!("{day} {} {year} à {hour:02}:{minute:02}", FRENCH[month]);
    }
    format!("{day} {} {year} at {hour:02}:{minute:02}", ENGLISH[month])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation(by: &str) -> About {
        About::Invitation {
            secret: "5ecret".to_owned(),
            environment: "Acme & fils".to_owned(),
            by: Some(by.to_owned()),
            expires: "2026-12-06T14:04:00Z".parse().unwrap(),
        }
    }

    fn letter(about: &About, language: Language) -> Written {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        written(about, "Zoé", language, "https://crm.acme.example", &zone)
    }

    #[test]
    fn both_languages_say_the_same_in_text_and_laid_out() {
        for (language, subject, until) in [
            (Language::Fr, "Votre accès à Acme & fils", "jusqu’au 6 décembre 2026 à 15:04"),
            (Language::En, "Your access to Acme & fils", "until 6 December 2026 at 15:04"),
        ] {
            let written = letter(&invitation("Ada Lenoir"), language);
            assert_eq!(written.subject, subject);
            for part in ["Zoé", "Ada Lenoir", until, "https://crm.acme.example/choose-password#5ecret"] {
                assert!(written.text.contains(part) && written.html.contains(part), "{part} in {written:?}");
            }
        }
    }

    #[test]
    fn a_support_access_is_told_with_who_what_for_and_where_to_answer() {
        let about = |opened| About::Assistance {
            environment: "Acme".to_owned(),
            place: "acme".to_owned(),
            who: "Omar".to_owned(),
            organisation: Some("Atelier du Rhin".to_owned()),
            purpose: "Un import bloqué".to_owned(),
            ticket: "T-12".to_owned(),
            hours: 4,
            opened,
        };
        for (opened, language, subject) in [
            (false, Language::Fr, "Demande d’accès à Acme"),
            (false, Language::En, "Request to enter Acme"),
            (true, Language::Fr, "Accès d’urgence à Acme"),
            (true, Language::En, "Emergency access to Acme"),
        ] {
            let written = letter(&about(opened), language);
            assert_eq!(written.subject, subject);
            for part in [
                "Omar (Atelier du Rhin)",
                "Un import bloqué (ticket T-12)",
                "4 h",
                "https://crm.acme.example/admin/acme/assistance",
            ] {
                assert!(written.text.contains(part) && written.html.contains(part), "{part} in {written:?}");
            }
        }
    }

    #[test]
    fn names_are_never_markup() {
        let written = letter(&invitation("<img src=x onerror=alert(1)>"), Language::Fr);
        assert!(!written.html.contains("<img") && written.html.contains("&lt;img"), "{}", written.html);
        assert!(written.html.contains("Acme &amp; fils"));
    }
}
