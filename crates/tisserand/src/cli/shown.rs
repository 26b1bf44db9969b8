//! Which options the help of a command shows: its own first, then those of every command; those of a server where one is served or examined.
//! All are taken everywhere: what a server is told by its settings file holds for commands too.

use clap::{Arg, Command};

/// Options that only say how a server is reached, how it sends and what it trusts, and under which heading they stand.
const OF_SERVERS: &[(&str, &str)] = &[
    ("public", "Server"),
    ("key_file", "Server"),
    ("outgoing_host", "Server"),
    ("breached_passwords", "Server"),
    ("smtp", "Mail"),
    ("smtp_password_file", "Mail"),
    ("smtp_roots", "Mail"),
    ("mail_from", "Mail"),
    ("tls_certificate", "TLS"),
    ("tls_key", "TLS"),
    ("acme_host", "TLS"),
    ("acme_contact", "TLS"),
    ("acme_directory", "TLS"),
    ("acme_roots", "TLS"),
    ("redirect", "TLS"),
    ("trusted_proxy", "TLS"),
];

/// Commands that show them.
const SERVERS: [&str; 3] = ["serve", "demo", "doctor"];

/// Heading of the options that every command has.
const EVERYWHERE: &str = "Options of every command";

/// The same commands, each with the options in its help that concern it.
pub(crate) fn shown(mut command: Command) -> Command {
    command = command.mut_args(|arg| {
        let heading = of_servers(&arg).unwrap_or(EVERYWHERE);
        arg.help_heading(heading)
    });
    let of_servers_too: Vec<Arg> =
        command.get_arguments().filter(|arg| of_servers(arg).is_some()).cloned().collect();
    command = command.mut_args(|arg| if of_servers(&arg).is_some() { arg.hide(true) } else { arg });
    for name in SERVERS {
        command = command.mut_subcommand(name, |sub| sub.args(of_servers_too.clone()));
    }
    command
}

fn of_servers(arg: &Arg) -> Option<&'static str> {
    let name = arg.get_id().as_str();
    OF_SERVERS.iter().find(|(known, _)| *known == name).map(|(_, heading)| *heading)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::{Cli, in_language};

    fn help(path: &[&str]) -> String {
        let mut command = in_language(shown(Cli::command()), dictionary::Language::En);
        command.build();
        let found =
            path.iter().fold(&mut command, |command, name| command.find_subcommand_mut(name).unwrap());
        found.render_long_help().to_string()
    }

    #[test]
    fn a_command_shows_its_own_options_first_and_those_of_servers_where_one_is_served() {
        let import = help(&["import"]);
        let place = |text: &str| import.find(text).unwrap_or_else(|| panic!("no {text} in {import}"));
        assert!(place("--map") < place("--key <FIELD>") && place("--batch") < place(EVERYWHERE));
        assert!(place(EVERYWHERE) < place("--data"));
        for (option, _) in OF_SERVERS {
            let option = format!("--{} ", option.replace('_', "-"));
            assert!(!import.contains(&option), "{option} in {import}");
            for server in SERVERS {
                assert!(help(&[server]).contains(&option), "no {option} in the help of {server}");
            }
        }
        assert!(help(&["env", "create"]).contains("--database"));
    }

    #[test]
    fn options_of_servers_are_taken_by_every_command() {
        let command = in_language(shown(Cli::command()), dictionary::Language::En);
        let asked =
            ["tisserand", "import", "acme", "account", "a.csv", "--public", "https://crm.example.org"];
        let matches = command.try_get_matches_from(asked).unwrap();
        assert_eq!(matches.get_one::<String>("public").unwrap(), "https://crm.example.org");
        let command = in_language(shown(Cli::command()), dictionary::Language::En);
        let matches =
            command.try_get_matches_from(["tisserand", "--public", "https://a.example", "serve"]).unwrap();
        assert_eq!(matches.get_one::<String>("public").unwrap(), "https://a.example");
        assert_eq!(matches.subcommand().unwrap().1.get_one::<String>("public").unwrap(), "https://a.example");
    }
}
