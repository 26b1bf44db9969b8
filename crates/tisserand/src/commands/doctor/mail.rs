//! Whether letters can be sent, and whether some were not.

use platform::Platform;

use super::{Examination, Verdict, pair, same};
use crate::settings::Settings;

/// The mail server, as letters are handed over to it.
pub(super) fn server(exam: &mut Examination<'_>, settings: &Settings) {
    let Some(mail) = &settings.mail else {
        return exam.note(
            "mail",
            Verdict::Warning,
            pair("pas de serveur de messagerie", "no mail server"),
            pair(
                "Sans lui, les mots de passe se transmettent de vive voix et ne se retrouvent pas : --smtp, --mail-from, --public.",
                "Without one, passwords are told by voice and cannot be recovered: --smtp, --mail-from, --public.",
            ),
        );
    };
    let place = mail.server.place();
    match mail.server.open() {
        Ok(link) => {
            link.close();
            exam.note(
                "mail",
                Verdict::Good,
                pair(format!("{place} prend nos lettres"), format!("{place} takes our letters")),
                same(""),
            );
        }
        Err(error) => exam.note(
            "mail",
            Verdict::Bad,
            same(format!("{place}: {error}")),
            pair(
                "Vérifiez --smtp, et le mot de passe : TISSERAND_SMTP_PASSWORD ou --smtp-password-file.",
                "Check --smtp, and the password: TISSERAND_SMTP_PASSWORD or --smtp-password-file.",
            ),
        ),
    }
}

/// Letters that were not taken.
pub(super) fn letters(exam: &mut Examination<'_>, platform: &Platform) {
    let (failed, waiting) = match platform.mail_troubles() {
        Ok((0, 0)) => return,
        Ok(troubles) => troubles,
        Err(error) => return exam.note("letters", Verdict::Bad, same(format!("{error:#}")), same("")),
    };
    exam.note(
        "letters",
        Verdict::Warning,
        pair(
            format!("{failed} e-mail(s) en échec, {waiting} réessayé(s)"),
            format!("{failed} e-mail(s) failed, {waiting} being tried again"),
        ),
        pair(
            "L'environnement Plateforme les liste, avec la raison : E-mails envoyés.",
            "The environment Plateforme lists them, with the reason: E-mails sent.",
        ),
    );
}
