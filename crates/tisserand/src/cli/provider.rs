//! `provider`: identity providers.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Provider {
    /// Set a provider of a client (OpenID Connect); prints the address that it has to send browsers back to
    #[command(
        after_help = "Example:\n  tisserand provider set acme --client \"Acme\" --issuer https://login.acme.example --client-id tisserand --secret-file secret.txt --domain acme.example\n\nThere, the address to come back to is https://YOUR-SERVER/providers/acme/callback."
    )]
    Set {
        /// Identifier, in addresses: lower-case letters, digits and hyphens
        code: String,
        /// Name of the client
        #[arg(long)]
        client: String,
        /// Name on the button [default: that of the client]
        #[arg(long)]
        name: Option<String>,
        /// Address of the provider, as its tokens say it
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// Our identifier there
        #[arg(long, value_name = "ID")]
        client_id: String,
        /// File with our secret there; the one that is kept stays, without
        #[arg(long, value_name = "FILE")]
        secret_file: Option<PathBuf>,
        /// Domain of the addresses it speaks for; may be repeated
        #[arg(long, required = true, value_name = "DOMAIN")]
        domain: Vec<String>,
        /// Claim that lists the groups of a person
        #[arg(long, default_value = "groups", value_name = "CLAIM")]
        groups_claim: String,
        /// What is asked beside openid, email and profile; may be repeated
        #[arg(long, value_name = "SCOPE")]
        scope: Vec<String>,
    },
    /// Say which profiles the members of a group hold in an environment
    #[command(
        after_help = "Example:\n  tisserand provider map acme \"CRM sales\" sales,own_agency\n\nWithout profiles the rule is taken away."
    )]
    Map {
        /// Environment
        env: String,
        /// Group, as the provider calls it
        group: String,
        /// Profiles, separated by commas
        #[arg(value_delimiter = ',')]
        profiles: Vec<String>,
    },
    /// Forget who a person is at their provider: whoever has their address there is them at the next sign-in
    #[command(after_help = "Example:\n  tisserand provider untie ada@acme.example")]
    Untie {
        /// Their address
        email: String,
    },
}
