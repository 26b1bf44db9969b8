//! `env`: environments.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Env {
    /// Make an environment
    #[command(after_help = "Example:\n  tisserand env create acme --label \"Acme Chauffage\" --modules core")]
    Create {
        /// Identifier, in addresses: lower-case letters, digits and hyphens
        name: String,
        /// Name shown
        #[arg(long)]
        label: Option<String>,
        /// Name of the client
        #[arg(long)]
        client: Option<String>,
        /// production, test, development or training
        #[arg(long, default_value = "production")]
        kind: String,
        /// Modules, separated by commas; those they need come along
        #[arg(long, value_delimiter = ',', default_value = "core", value_name = "NAMES")]
        with: Vec<String>,
        /// Folder of a layer above the modules; may be repeated
        #[arg(long, value_name = "DIR")]
        layer: Vec<PathBuf>,
        /// IANA time zone
        #[arg(long, default_value = "Europe/Paris")]
        zone: String,
        /// ISO 4217 currency
        #[arg(long, default_value = "EUR")]
        currency: String,
        /// ISO 3166-1 country of addresses that name none
        #[arg(long, default_value = "FR")]
        country: String,
    },
    /// List environments
    #[command(after_help = "Example:\n  tisserand env list --json")]
    List,
    /// Show one: journal position, digest, modules, records
    #[command(after_help = "Example:\n  tisserand env show acme")]
    Show {
        /// Which one
        name: String,
    },
    /// Take an environment over from another platform, records, history and files; from files to PostgreSQL or back too
    #[command(
        after_help = "Example:\n  tisserand env copy acme --from /srv/tisserand --database postgres://tisserand@db.example/tisserand --data /srv/files"
    )]
    Copy {
        /// Which one
        name: String,
        /// Folder of the other platform
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The database that holds the other platform's rows, if one does
        #[arg(long, value_name = "URL")]
        from_database: Option<String>,
    },
    /// Write the whole of one to an archive: dictionary, records, journal, files
    #[command(after_help = "Example:\n  tisserand env export acme --out acme.zip")]
    Export {
        /// Which one
        name: String,
        /// The archive to write
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Leave the journal out: the archive can be read, and not be brought back
        #[arg(long)]
        without_journal: bool,
    },
    /// Make an environment again from an archive, with the same journal and the same digest
    #[command(after_help = "Example:\n  tisserand env import acme.zip --name acme-again")]
    Import {
        /// The archive
        file: PathBuf,
        /// Identifier; that of the archive if absent
        #[arg(long)]
        name: Option<String>,
        /// Name shown; that of the archive if absent
        #[arg(long)]
        label: Option<String>,
        /// Name of the client
        #[arg(long)]
        client: Option<String>,
        /// production, test, development or training; that of the archive if absent
        #[arg(long)]
        kind: Option<String>,
    },
    /// Take one off the list and set its data aside; nothing is erased
    #[command(after_help = "Example:\n  tisserand env delete acme-test --yes acme-test")]
    Delete {
        /// Which one
        name: String,
        /// Its name again, to confirm
        #[arg(long, value_name = "NAME")]
        yes: Option<String>,
    },
    /// Remove uploaded contents that no record names and the journal never named
    #[command(after_help = "Example:\n  tisserand env sweep acme --dry-run")]
    Sweep {
        /// Which one; all of them if absent
        name: Option<String>,
        /// Say what would be removed, and remove nothing
        #[arg(long)]
        dry_run: bool,
        /// Leave contents received in the last so many hours: their record may still come
        #[arg(long, default_value_t = 24, value_name = "HOURS")]
        grace: u32,
    },
    /// Recompute journal chain and content digest; name the first bad position
    #[command(after_help = "Example:\n  tisserand env verify acme")]
    Verify {
        /// Which one; all of them if absent
        name: Option<String>,
    },
}
