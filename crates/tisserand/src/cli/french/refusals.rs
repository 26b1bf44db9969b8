//! Why a command line is refused, in French.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use dictionary::Language;

/// The refusal as it is shown: what is wrong, what was probably meant, how the command is used. `None` for what is no refusal, and for what is left to
/// `clap` to say, in English.
pub(crate) fn refusal(error: &clap::Error, language: Language) -> Option<String> {
    if language != Language::Fr {
        return None;
    }
    let wrong = wrong(error)?;
    let mut told = format!("erreur : {wrong}\n");
    for suggested in
        [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
    {
        let near = texts(error, suggested);
        if !near.is_empty() {
            told += &format!("\n  vouliez-vous dire {} ?\n", near.join(" ou "));
        }
    }
    if let Some(ContextValue::StyledStr(usage)) = error.get(ContextKind::Usage) {
        let usage = usage.to_string();
        told += &format!("\nUtilisation : {}\n", usage.strip_prefix("Usage:").unwrap_or(&usage).trim());
    }
    Some(told + "\nPour en savoir plus : --help\n")
}

fn wrong(error: &clap::Error) -> Option<String> {
    let argument = || text(error, ContextKind::InvalidArg);
    let value = || text(error, ContextKind::InvalidValue);
    Some(match error.kind() {
        ErrorKind::UnknownArgument => format!("l'argument {} n'existe pas ici", argument()?),
        ErrorKind::InvalidSubcommand => {
            format!("la commande {} n'existe pas", text(error, ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::MissingSubcommand => {
            let known = texts(error, ContextKind::ValidSubcommand).join(", ");
            format!("il manque une commande : {known}")
        }
        ErrorKind::MissingRequiredArgument => {
            format!("il manque : {}", texts(error, ContextKind::InvalidArg).join(" "))
        }
        ErrorKind::ArgumentConflict => {
            let with = texts(error, ContextKind::PriorArg).join(" ");
            format!("{} ne va pas avec {with}", argument()?)
        }
        ErrorKind::InvalidValue if value()?.is_empty() => {
            format!("il manque une valeur pour {}", argument()?)
        }
        ErrorKind::InvalidValue => {
            let known = texts(error, ContextKind::ValidValue).join(", ");
            format!("« {} » ne convient pas pour {}\n  valeurs possibles : {known}", value()?, argument()?)
        }
        ErrorKind::ValueValidation => {
            let reason = std::error::Error::source(error).map(|reason| in_french(&reason.to_string()));
            let reason = reason.map(|reason| format!(" : {reason}")).unwrap_or_default();
            format!("« {} » ne convient pas pour {}{reason}", value()?, argument()?)
        }
        _ => return None,
    })
}

/// What those that read values say.
const REASONS: &[(&str, &str)] = &[
    ("invalid digit found in string", "ce n'est pas un nombre"),
    (" is not in ", " n'est pas dans "),
    (
        "; write alsace-moselle, fr, or the name of a JSON file",
        " ; écrivez alsace-moselle, fr, ou le nom d'un fichier JSON",
    ),
    ("write beginning/duration, such as ", "écrivez début/durée, comme "),
    (", and /2 for severity 2", ", et /2 pour la gravité 2"),
    ("write incident=severity, such as ", "écrivez incident=gravité, comme "),
    (" is no severity: write 1, 2 or 3", " n'est pas une gravité : écrivez 1, 2 ou 3"),
];

fn in_french(reason: &str) -> String {
    REASONS.iter().fold(reason.to_owned(), |reason, (english, french)| reason.replace(english, french))
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn texts(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::{Cli, in_language, shown};

    fn refused(line: &str) -> String {
        let command = in_language(shown(Cli::command()), Language::Fr);
        let error = command.try_get_matches_from(line.split(' ')).unwrap_err();
        refusal(&error, Language::Fr).unwrap_or_else(|| panic!("only clap can say: {error}"))
    }

    #[test]
    fn what_is_wrong_with_a_command_line_is_said_in_french() {
        let says = |line: &str, what: &str| {
            let said = refused(line);
            assert!(said.starts_with(&format!("erreur : {what}")), "{line}: {said}");
            for english in ["error", "Usage", "tip", "value", "unexpected", "required"] {
                assert!(!said.contains(english), "{line}: {said}");
            }
        };
        says("tisserand import --nope", "l'argument --nope n'existe pas ici");
        says("tisserand import acme", "il manque : <ENTITÉ> <FICHIER>");
        says("tisserand impot", "la commande impot n'existe pas");
        says(
            "tisserand import acme account a.csv --batch 0",
            "« 0 » ne convient pas pour --batch <N> : 0 n'est pas dans 1",
        );
        says(
            "tisserand journal tail acme --last x",
            "« x » ne convient pas pour --last <N> : ce n'est pas un nombre",
        );
        says(
            "tisserand agreement rate --quarter 2027-Q1 --suppose I",
            "« I » ne convient pas pour --suppose <INCIDENT=GRAVITÉ> : écrivez incident=gravité",
        );
        says(
            "tisserand agreement rate --quarter 2027-Q1 --suppose I-1=9",
            "« I-1=9 » ne convient pas pour --suppose <INCIDENT=GRAVITÉ> : “9” n'est pas une gravité",
        );
        says(
            "tisserand agreement rate --quarter 2027-Q1 --planned x",
            "« x » ne convient pas pour --planned <DÉBUT/DURÉE> : écrivez début/durée, comme 2027",
        );
        says("tisserand import acme account a.csv --batch", "il manque une valeur pour --batch <N>");
        says("tisserand organisation add Weber --kind grocer", "« grocer » ne convient pas pour --kind");
        let calendar = refused("tisserand agreement hours --quarter 2027-Q1 --calendar nowhere");
        assert!(calendar.contains("écrivez alsace-moselle, fr, ou le nom d'un fichier JSON"), "{calendar}");
        assert!(refused("tisserand impot").contains("import ?"));
        assert!(refused("tisserand import acme").contains("\nUtilisation : tisserand import"));
    }

    #[test]
    fn help_is_no_refusal() {
        let command = in_language(shown(Cli::command()), Language::Fr);
        let error = command.try_get_matches_from(["tisserand", "import", "--help"]).unwrap_err();
        assert_eq!(refusal(&error, Language::Fr), None);
        let help = error.to_string();
        for french in
            ["Utilisation : tisserand import", "Montre cette aide", "Exemple :", "[par défaut : 4000]"]
        {
            assert!(help.contains(french), "no {french} in {help}");
        }
        for english in ["Usage", "Print", "Example", "default", "possible values"] {
            assert!(!help.contains(english), "{english} in {help}");
        }
    }
}
