//! `person`: what is held about people.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Person {
    /// Show what is held about somebody, and what erasing them would do
    #[command(after_help = "Example:\n  tisserand person show acme contact C000042")]
    Show(Who),
    /// Write everything that is held about somebody to an archive: person.json, person.html, their files
    #[command(after_help = "Example:\n  tisserand person export acme contact C000042 --out anne-martin.zip")]
    Export {
        #[command(flatten)]
        who: Who,
        /// The archive
        #[arg(long, short, value_name = "FILE")]
        out: PathBuf,
    },
    /// Erase somebody, or go on with an erasure that was interrupted: it cannot be undone
    #[command(after_help = "Example:\n  tisserand person erase acme contact C000042 --name \"Anne Martin\"")]
    Erase {
        #[command(flatten)]
        who: Who,
        /// Their name, as their record is called, to make sure; or the id of their record
        #[arg(long)]
        name: String,
    },
    /// Show what is held longer than the dictionary says; with --run, erase or delete it
    #[command(after_help = "Example:\n  tisserand person expiring acme --run contact")]
    Expiring {
        /// Environment
        env: String,
        /// Do so for this entity
        #[arg(long, value_name = "ENTITY")]
        run: Option<String>,
    },
    /// List the certificates of erasures, newest first
    #[command(after_help = "Example:\n  tisserand person erasures acme")]
    Erasures {
        /// Environment
        env: String,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Who {
    /// Environment
    pub(crate) env: String,
    /// Entity of people, by name or collection: contact, user…
    pub(crate) entity: String,
    /// Id of their record, its code, or their e-mail address
    pub(crate) record: String,
}
