//! `scim`: a company's directory that keeps the people of an environment up to date.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Scim {
    /// Make a token for a directory; prints its address and the token, this once
    #[command(after_help = "Example:\n  tisserand scim token acme \"Entra, head office\"")]
    Token {
        /// Environment
        env: String,
        /// Who uses it
        name: String,
    },
    /// Show the tokens and groups of an environment
    #[command(after_help = "Example:\n  tisserand scim list acme")]
    List {
        /// Environment
        env: String,
    },
    /// Revoke a token, by its name or identifier
    #[command(after_help = "Example:\n  tisserand scim revoke acme \"Entra, head office\"")]
    Revoke {
        /// Environment
        env: String,
        /// Name or identifier of the token
        token: String,
    },
    /// Say which profiles the members of a group hold
    #[command(
        after_help = "Example:\n  tisserand scim map acme \"CRM sales\" sales,own_agency\n\nWithout profiles the group gives nothing."
    )]
    Map {
        /// Environment
        env: String,
        /// Group, as the directory calls it
        group: String,
        /// Profiles, separated by commas
        #[arg(value_delimiter = ',')]
        profiles: Vec<String>,
    },
}
