//! Where letters go: the mail server, who writes, and the address that links lead to.

use std::path::PathBuf;

use platform::outbox::MailOptions;
use services::mail::{MailServer, MailServerError};

use super::wrong;

/// What is said of it, wherever it is said.
pub(super) struct Named {
    pub(super) smtp: Option<String>,
    pub(super) password: Option<String>,
    pub(super) password_file: Option<PathBuf>,
    pub(super) roots: Option<PathBuf>,
    pub(super) from: Option<String>,
    pub(super) public: Option<String>,
}

/// None without a mail server; with one, everything that goes with it has to be there.
pub(super) fn read(named: Named) -> anyhow::Result<Option<MailOptions>> {
    let Some(smtp) = named.smtp else { return Ok(None) };
    let password = match (named.password, named.password_file) {
        (Some(password), _) => Some(password),
        (None, Some(path)) => Some(std::fs::read_to_string(&path).map_err(|error| {
            wrong(
                format!(
                    "Le mot de passe du serveur de messagerie, {}, ne se lit pas : {error}",
                    path.display()
                ),
                format!("The password of the mail server, {}, cannot be read: {error}", path.display()),
            )
        })?),
        (None, None) => None,
    };
    let from = named.from.filter(|from| !from.is_empty()).ok_or_else(|| {
        wrong(
            "Dites aussi qui écrit : --mail-from \"Acme <crm@acme.exemple>\" (mail_from).".to_owned(),
            "Say who writes, too: --mail-from \"Acme <crm@acme.example>\" (mail_from).".to_owned(),
        )
    })?;
    let public = named.public.ok_or_else(|| {
        wrong(
            "Dites aussi où mènent les liens des e-mails : --public https://crm.exemple.fr (public)."
                .to_owned(),
            "Say where links in e-mails lead, too: --public https://crm.example.org (public).".to_owned(),
        )
    })?;
    if !public.starts_with("https://") && !public.starts_with("http://") {
        return Err(wrong(
            format!("« {public} » n'est pas une adresse : https://crm.exemple.fr."),
            format!("“{public}” is not an address: https://crm.example.org."),
        ));
    }
    let domain =
        from.trim_end_matches('>').rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned();
    let server = MailServer::read(&smtp, password.as_deref(), &domain).map_err(unfit)?;
    let server = match named.roots {
        None => server,
        Some(path) => {
            let pem = std::fs::read(&path).unwrap_or_default();
            server.trusting(&pem).map_err(|_| {
                let path = path.display();
                wrong(
                    format!("{path} ne contient pas de certificat PEM, ou ne se lit pas (smtp_roots)."),
                    format!("{path} holds no PEM certificate, or cannot be read (smtp_roots)."),
                )
            })?
        }
    };
    Ok(Some(MailOptions { server, from, public }))
}

/// What is wrong with the address of a mail server.
fn unfit(error: MailServerError) -> anyhow::Error {
    let (fr, en) = match error {
        MailServerError::PasswordInside => (
            "Le mot de passe du serveur de messagerie ne se met pas dans l'adresse : TISSERAND_SMTP_PASSWORD, ou --smtp-password-file.",
            "The password of the mail server does not belong into its address: TISSERAND_SMTP_PASSWORD, or --smtp-password-file.",
        ),
        MailServerError::Incomplete => (
            "La personne et le mot de passe du serveur de messagerie vont ensemble : smtp://personne@… et TISSERAND_SMTP_PASSWORD, ou --smtp-password-file.",
            "The user and the password of the mail server go together: smtp://user@… and TISSERAND_SMTP_PASSWORD, or --smtp-password-file.",
        ),
        MailServerError::Unreadable | MailServerError::NoCertificate => (
            "L'adresse du serveur de messagerie ne se lit pas : smtp://personne@mail.exemple.fr:587 ou smtps://personne@mail.exemple.fr.",
            "The address of the mail server cannot be read: smtp://user@mail.example.org:587 or smtps://user@mail.example.org.",
        ),
    };
    wrong(fr.to_owned(), en.to_owned())
}
