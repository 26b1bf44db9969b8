//! What the engine and the platform refuse, as problems.

use axum::http::StatusCode;
use dictionary::Language;
use dictionary::label::Label;
use engine::{EngineError, FieldProblem};
use platform::PlatformError;
use platform::files::FileError;
use platform::outgoing::OutgoingError;
use platform::providers::ProviderError;
use serde_json::json;

use crate::odata::OptionFault;
use crate::problem::Problem;

impl From<PlatformError> for Problem {
    fn from(error: PlatformError) -> Problem {
        match error {
            PlatformError::NotFound => Problem::not_found(),
            PlatformError::Moved { name } => Problem::moved(&name),
            PlatformError::WrongCredentials => Problem::new(
                StatusCode::UNAUTHORIZED,
                "wrong_credentials",
                "L'adresse ou le mot de passe n'est pas le bon.",
                "The address or the password is not right.",
            ),
            PlatformError::Provider(ProviderError::Outgoing(
                OutgoingError::Failed { .. } | OutgoingError::Busy { .. },
            )) => Problem::new(
                StatusCode::BAD_GATEWAY,
                "provider_failed",
                "Le fournisseur d'identité, ou l'annuaire de votre entreprise, ne répond pas. Réessayez dans un moment ; s'il ne répond toujours pas, prévenez votre administrateur.",
                "The identity provider, or your company's directory, does not answer. Try again in a moment; if it still does not, tell your administrator.",
            ),
            PlatformError::Provider(ProviderError::NotTheirs) => Problem::new(
                StatusCode::FORBIDDEN,
                "provider_not_theirs",
                "Le mot de passe est juste, mais l'annuaire de votre entreprise ne peut pas parler pour ce compte : prévenez votre administrateur.",
                "The password is right, but your company's directory may not speak for this account: tell your administrator.",
            ),
            PlatformError::Provider(ProviderError::NoGroup) => Problem::new(
                StatusCode::FORBIDDEN,
                "provider_no_group",
                "Le mot de passe est juste, mais aucun de vos groupes n'ouvre quoi que ce soit ici : prévenez votre administrateur.",
                "The password is right, but none of your groups opens anything here: tell your administrator.",
            ),
            PlatformError::Provider(_) => Problem::new(
                StatusCode::BAD_GATEWAY,
                "provider_failed",
                "Le fournisseur d'identité n'a pas répondu comme il faut : prévenez votre administrateur.",
                "The identity provider did not answer as it should: tell your administrator.",
            ),
            PlatformError::Provisioning(why) => {
                let why = why.to_string();
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "validation", &why, &why)
            }
            PlatformError::LinkOver => Problem::new(
                StatusCode::GONE,
                "link_over",
                "Ce lien a déjà servi, ou n'est plus bon : demandez-en un autre.",
                "This link was used already, or is no good any more: ask for another.",
            ),
            PlatformError::CodeNeeded => Problem::new(
                StatusCode::UNAUTHORIZED,
                "code_needed",
                "Donnez aussi un code de votre application.",
                "Give a code of your application too.",
            ),
            PlatformError::WrongCode => validation(vec![FieldProblem {
                field: "code".to_owned(),
                code: "wrong",
                message: Label::new(
                    "Ce code n'est pas le bon, ou a déjà servi : attendez le suivant.",
                    "This code is not right, or was used already: wait for the next.",
                ),
            }]),
            PlatformError::FactorNeeded => Problem::new(
                StatusCode::FORBIDDEN,
                "second_factor_needed",
                "Cet environnement demande un second facteur : ajoutez-en un à votre compte.",
                "This environment asks for a second factor: add one to your account.",
            ),
            PlatformError::CeremonyOver => Problem::new(
                StatusCode::GONE,
                "ceremony_over",
                "Cela a pris trop de temps, ou a déjà servi : recommencez.",
                "This took too long, or was used already: begin again.",
            ),
            PlatformError::PasskeyRefused => Problem::new(
                StatusCode::UNAUTHORIZED,
                "passkey_refused",
                "Cette clé d'accès n'est pas acceptée ici : elle a peut-être été retirée. Connectez-vous autrement.",
                "This passkey is not accepted here: it may have been removed. Sign in another way.",
            ),
            PlatformError::PasswordExpired => Problem::new(
                StatusCode::UNAUTHORIZED,
                "password_expired",
                "Ce mot de passe vous a été donné il y a trop longtemps : demandez-en un autre à votre administrateur.",
                "This password was given to you too long ago: ask your administrator for another.",
            ),
            PlatformError::PasswordChangeNeeded => Problem::new(
                StatusCode::FORBIDDEN,
                "password_change_needed",
                "Choisissez d'abord un mot de passe à vous, à la place de celui que l'on vous a donné.",
                "Choose a password of your own first, in place of the one you were given.",
            ),
            PlatformError::WrongPresentPassword => validation(vec![FieldProblem {
                field: "present".to_owned(),
                code: "wrong",
                message: Label::new(
                    "Ce n'est pas votre mot de passe actuel.",
                    "This is not your present password.",
                ),
            }]),
            PlatformError::WeakPassword { message } => {
                validation(vec![FieldProblem { field: "password".to_owned(), code: "weak", message }])
            }
            PlatformError::Throttled { retry_after_s } => {
                let mut problem = Problem::too_many(retry_after_s);
                problem.detail = Label::new(
                    &format!("Trop d'essais de connexion ; réessayez dans {retry_after_s} s."),
                    &format!("Too many attempts to sign in; try again in {retry_after_s} s."),
                );
                problem
            }
            PlatformError::Refused { message } => Problem {
                detail: message,
                ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "validation", "", "")
            },
            PlatformError::Busy { environment } => Problem::new(
                StatusCode::CONFLICT,
                "busy",
                format!("L'environnement « {environment} » est en cours d'usage ; réessayez."),
                format!("The environment “{environment}” is in use; try again."),
            ),
            PlatformError::Engine(error) => Problem::from(error),
            error @ (PlatformError::NoPlatform { .. }
            | PlatformError::Exists { .. }
            | PlatformError::Newer { .. }
            | PlatformError::Io { .. }
            | PlatformError::Files { .. }
            | PlatformError::Sealed { .. }
            | PlatformError::Password { .. }) => Problem::internal(&error),
        }
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Problem {
        // No `_` arm: a new variant has to choose its status.
        match error {
            EngineError::NotFound => Problem::not_found(),
            EngineError::Forbidden { capability } => Problem::new(
                StatusCode::FORBIDDEN,
                "forbidden",
                format!("Votre profil ne permet pas cela ({capability})."),
                format!("Your profile does not allow this ({capability})."),
            ),
            EngineError::Viewed { name } => Problem::viewed(&name),
            EngineError::Validation(problems) => validation(problems),
            EngineError::Expired { message } => {
                Problem { detail: message, ..Problem::new(StatusCode::GONE, "expired", "", "") }
            }
            EngineError::Stale { expected, stored, .. } => Problem::new(
                StatusCode::PRECONDITION_FAILED,
                "stale",
                format!(
                    "La fiche est passée de la version {expected} à la version {stored} ; rien n'a été écrit."
                ),
                format!("The record moved from version {expected} to version {stored}; nothing was written."),
            ),
            EngineError::Referenced { by, .. } => {
                let count: u64 = by.iter().map(|(_, count)| count).sum();
                let by: Vec<_> =
                    by.iter().map(|(entity, count)| json!({"entity": entity, "count": count})).collect();
                let (fr, en) = match count {
                    0 => (
                        "D'autres fiches, que vous ne voyez pas,".to_owned(),
                        "Other records, that you do not see,".to_owned(),
                    ),
                    count => (format!("{count} autre(s) fiche(s)"), format!("{count} other record(s)")),
                };
                Problem::new(
                    StatusCode::CONFLICT,
                    "referenced",
                    format!("{fr} s'y réfèrent ; elle ne peut pas être supprimée."),
                    format!("{en} refer to it; it cannot be deleted."),
                )
                .with("by", json!(by))
            }
            EngineError::Transition { message } => Problem {
                detail: message,
                ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "transition", "", "")
            },
            EngineError::Expression(errors) => expression(errors),
            EngineError::Dictionary(found) => {
                let texts = |language| {
                    found
                        .iter()
                        .map(|fault| fault.message.text(language).to_owned())
                        .collect::<Vec<_>>()
                        .join(" ")
                };
                Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "validation",
                    texts(Language::Fr),
                    texts(Language::En),
                )
            }
            EngineError::Destructive(_) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "validation",
                "Ce changement mettrait des données de côté ; il demande une confirmation.",
                "This change would set data aside; it needs a confirmation.",
            ),
            EngineError::Outdated => Problem::new(
                StatusCode::CONFLICT,
                "dictionary_changed",
                "Le dictionnaire vient de changer : rechargez-le, puis recommencez.",
                "The dictionary has just changed: load it again, then retry.",
            ),
            EngineError::TooMany { message } => Problem {
                detail: message,
                ..Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "", "")
            },
            EngineError::OverQuota { message } => Problem {
                detail: message,
                ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "over_quota", "", "")
            },
            EngineError::Store { action, source } => store(action, source),
        }
    }
}

fn store(action: &'static str, source: engine::StoreError) -> Problem {
    match source {
        engine::StoreError::Timeout { .. } => Problem::timeout(),
        engine::StoreError::Held => Problem::moving(),
        engine::StoreError::Full => full(action),
        source => Problem::internal(&EngineError::Store { action, source }),
    }
}

fn full(action: &'static str) -> Problem {
    tracing::error!(action, "storage full");
    Problem::new(
        StatusCode::INSUFFICIENT_STORAGE,
        "storage_full",
        "Le disque du serveur est plein : rien n'a été écrit, rien n'est perdu. Prévenez l'exploitant, puis réessayez.",
        "The server's disk is full: nothing was written, nothing is lost. Tell the operator, then try again.",
    )
}

impl From<FileError> for Problem {
    fn from(error: FileError) -> Problem {
        match error {
            FileError::TooLarge { size_bytes_max } => Problem::too_large(size_bytes_max),
            FileError::Full => full("keep a file"),
            error @ FileError::Io { .. } => Problem::internal(&error),
        }
    }
}

/// Fields that are not right. One code for all of them when they agree, so that a duplicate is told from a malformed value.
fn validation(problems: Vec<FieldProblem>) -> Problem {
    let all = |code: &str| !problems.is_empty() && problems.iter().all(|problem| problem.code == code);
    let (code, fr, en) = if all("duplicate") {
        ("duplicate", "Une autre fiche a déjà cette valeur.", "Another record has this value already.")
    } else if problems.iter().any(|problem| problem.code == "unknown_field") {
        ("unknown_field", "Un champ n'existe pas.", "A field does not exist.")
    } else {
        (
            "validation",
            "Certains champs sont à corriger ; rien n'a été enregistré.",
            "Some fields need correcting; nothing was saved.",
        )
    };
    let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, fr, en);
    problem.fields = problems.into_iter().map(|field| (field.field, field.message)).collect();
    problem
}

fn expression(errors: Vec<dictionary::expression::ExpressionError>) -> Problem {
    let mut problem = Problem::bad_request("Un filtre ne se lit pas.", "A filter cannot be read.");
    if let Some(first) = errors.into_iter().next() {
        problem.detail = first.message.clone();
        problem.extra.insert("position".to_owned(), json!(first.span.start));
    }
    problem
}

impl From<FieldProblem> for Problem {
    fn from(problem: FieldProblem) -> Problem {
        validation(vec![problem])
    }
}

impl From<Vec<FieldProblem>> for Problem {
    fn from(problems: Vec<FieldProblem>) -> Problem {
        validation(problems)
    }
}

impl From<OptionFault> for Problem {
    fn from(fault: OptionFault) -> Problem {
        let OptionFault { option, error } = fault;
        let (start, texts) = (error.span.start, &error.message);
        let mut problem = Problem::bad_request(
            format!("{option}, position {start} : {}", texts.text(Language::Fr)),
            format!("{option}, position {start}: {}", texts.text(Language::En)),
        );
        problem.extra.insert("option".to_owned(), json!(option));
        problem.extra.insert("position".to_owned(), json!(error.span.start));
        problem.extra.insert("length".to_owned(), json!(error.span.end.saturating_sub(error.span.start)));
        problem.extra.insert("fault".to_owned(), json!(error.code));
        if let Some(near) = error.near {
            problem.extra.insert("near".to_owned(), json!(near));
        }
        problem
    }
}
