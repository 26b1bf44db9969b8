//! The French of the command line: what commands and options are for, the words around them, and what is refused.

mod refusals;
mod words;

use clap::{Arg, Command};
use dictionary::Language;

pub(crate) use refusals::refusal;

use crate::cli::french::words::{ARGUMENTS, COMMANDS, NOTES, VALUES};

/// What a help page says, in this order: `clap`'s own, with the French of "Usage".
const TEMPLATE: &str = "{before-help}{about-with-newline}\nUtilisation : {usage}\n\n{all-args}{after-help}";

/// The same commands, described in the language of the person.
pub(crate) fn in_language(mut command: Command, language: Language) -> Command {
    if language != Language::Fr {
        return command;
    }
    // With the options and the command that ask for help, which are described too.
    command.build();
    french(command, "")
}

fn french(mut command: Command, path: &str) -> Command {
    if let Some(about) = of(COMMANDS, path).or_else(|| path.ends_with("help").then_some(HELP)) {
        command = command.about(about);
    }
    if let Some(example) = example(&command, path) {
        command = command.after_help(example);
    }
    command = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("Commandes")
        .subcommand_value_name("COMMANDE");
    command = command.mut_args(|arg| argument(arg, path));
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    for name in names {
        let beneath = if path.is_empty() { name.clone() } else { format!("{path} {name}") };
        command = command.mut_subcommand(&name, |sub| french(sub, &beneath));
    }
    command
}

/// What the command that shows help is for.
const HELP: &str = "Montre cette aide, ou celle de la commande nommée";

fn of(words: &[(&str, &'static str)], wanted: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == wanted).map(|(_, text)| *text)
}

/// What stands after the options: the commands of the example are what they are, the sentences around them are French.
fn example(command: &Command, path: &str) -> Option<String> {
    let after = command.get_after_help()?.to_string();
    let commands = after.strip_prefix("Example:").unwrap_or(&after);
    let commands =
        of(NOTES, path).and_then(|_| commands.split_once("\n\n")).map_or(commands, |(first, _)| first);
    let note = of(NOTES, path).map(|note| format!("\n\n{note}")).unwrap_or_default();
    Some(format!("Exemple :{commands}{note}"))
}

/// An option or argument of a command, with the values that it may have and has by itself told in French.
fn argument(mut arg: Arg, path: &str) -> Arg {
    let Some(help) = help_of(path, arg.get_id().as_str()) else { return arg };
    let mut told = vec![help.to_owned()];
    let takes_value = arg.get_action().takes_values();
    if takes_value && !arg.is_hide_default_value_set() && !arg.get_default_values().is_empty() {
        let values: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !help.contains("[par défaut") {
            told.push(format!("[par défaut : {}]", values.join(", ")));
        }
        arg = arg.hide_default_value(true);
    }
    let possible = arg.get_possible_values();
    if takes_value && !possible.is_empty() {
        let names: Vec<_> =
            possible.iter().filter(|one| !one.is_hide_set()).map(|one| one.get_name()).collect();
        told.push(format!("[valeurs possibles : {}]", names.join(", ")));
        arg = arg.hide_possible_values(true);
    }
    if let Some(value) = arg.get_value_names().and_then(|names| of(VALUES, names.first()?)) {
        arg = arg.value_name(value);
    }
    if let Some(heading) = arg.get_help_heading().and_then(heading_of) {
        arg = arg.help_heading(heading);
    }
    arg.help(told.join(" "))
}

/// What an argument of a command is for, in French.
fn help_of(path: &str, name: &str) -> Option<&'static str> {
    of(ARGUMENTS, &format!("{path} {name}")).or_else(|| of(ARGUMENTS, name)).or(match name {
        "help" => Some("Montre cette aide"),
        "version" => Some("Montre la version"),
        _ => None,
    })
}

/// A heading of options, in French where that is another word.
fn heading_of(heading: &str) -> Option<&'static str> {
    match heading {
        "Options of every command" => Some("Options de toute commande"),
        "Server" => Some("Serveur"),
        "Mail" => Some("Messagerie"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn walk(command: &Command, path: &str, seen: &mut impl FnMut(&str, &Command)) {
        seen(path, command);
        for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
            let beneath = if path.is_empty() {
                sub.get_name().to_owned()
            } else {
                format!("{path} {}", sub.get_name())
            };
            walk(sub, &beneath, seen);
        }
    }

    #[test]
    fn every_command_has_an_example_and_a_french_description() {
        Cli::command().debug_assert();
        walk(&Cli::command(), "", &mut |path, command| {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains("Example:\n  tisserand "), "no example in: {path}");
            assert!(of(COMMANDS, path).is_some(), "not in French: {path}");
            // Paragraphs after the first are sentences, or examples for a certain case.
            let noted = help.split("\n\n").skip(1).any(|paragraph| !paragraph.contains("\n  tisserand "));
            assert_eq!(noted, of(NOTES, path).is_some(), "a note without its French, or the reverse: {path}");
            for arg in command.get_arguments() {
                let name = arg.get_id().as_str();
                assert!(help_of(path, name).is_some(), "not in French: {name} of {path}");
                let values = arg.get_value_names().filter(|_| arg.get_action().takes_values());
                let missing = values.filter(|names| of(VALUES, &names[0]).is_none());
                assert_eq!(missing, None, "not in French: the value of {name} of {path}");
            }
        });
    }
}
