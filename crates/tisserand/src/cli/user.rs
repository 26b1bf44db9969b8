//! `user`: people who sign in.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a person
    #[command(
        after_help = "Example:\n  tisserand user create --name \"Ada Lenoir\" --email ada@acme.example --grant acme=administrator"
    )]
    Create {
        /// Name shown
        #[arg(long)]
        name: String,
        /// What they sign in with
        #[arg(long)]
        email: String,
        /// First password [default: one is made and shown]
        #[arg(long, env = "TISSERAND_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// The person chose this password: it need not be replaced at the first sign-in
        #[arg(long, requires = "password")]
        keep: bool,
        /// fr or en
        #[arg(long, default_value = "fr")]
        language: String,
        /// ENVIRONMENT=PROFILE, or several with commas: acme=sales,own_agency; may be repeated
        #[arg(long, value_name = "ENV=PROFILES")]
        grant: Vec<String>,
    },
    /// Give a person another password; their sessions end
    #[command(after_help = "Example:\n  tisserand user reset ada@acme.example")]
    Reset {
        /// Their address
        email: String,
        /// Their new password [default: one is made and shown]
        #[arg(long, env = "TISSERAND_PASSWORD", hide_env_values = true)]
        password: Option<String>,
        /// The person chose this password: it need not be replaced at the next sign-in
        #[arg(long, requires = "password")]
        keep: bool,
    },
    /// Take the second factor and the passkeys of a person away who lost them; their sessions end
    #[command(after_help = "Example:\n  tisserand user reset-factor ada@acme.example")]
    ResetFactor {
        /// Their address
        email: String,
    },
    /// Show what happened to a person's sign-ins, newest first
    #[command(after_help = "Example:\n  tisserand user sign-ins ada@acme.example --top 20")]
    SignIns {
        /// Their address
        email: String,
        /// Events at most
        #[arg(long, default_value_t = 50, value_name = "N")]
        top: u32,
    },
    /// List people
    #[command(after_help = "Example:\n  tisserand user list")]
    List,
}
