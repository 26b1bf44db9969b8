//! `subscription`, `usage`: what clients bought, and what they use of it.

use clap::{Args, Subcommand};
use jiff::civil::Date;

#[derive(Debug, Subcommand)]
pub(crate) enum Subscription {
    /// Add one
    #[command(
        after_help = "Example:\n  tisserand subscription add Weber --with core,geography --users 10 --environments 2 --until 2027-12-31"
    )]
    Add {
        /// Name of the client
        client: String,
        /// The only project that it is for; all of them if absent
        #[arg(long, value_name = "NAME")]
        project: Option<String>,
        /// Modules it includes, separated by commas
        #[arg(long, value_delimiter = ',', default_value = "core", value_name = "NAMES")]
        with: Vec<String>,
        /// Named users it includes; without a bound if absent
        #[arg(long, value_name = "COUNT")]
        users: Option<u32>,
        /// Environments it includes; without a bound if absent
        #[arg(long, value_name = "COUNT")]
        environments: Option<u32>,
        /// Storage it includes, records and files, in megabytes; without a bound if absent
        #[arg(long, value_name = "MEGABYTES")]
        storage: Option<u32>,
        /// E-mails it includes, a month; without a bound if absent
        #[arg(long, value_name = "COUNT")]
        emails: Option<u32>,
        /// First day; today if absent
        #[arg(long, value_name = "DAY")]
        from: Option<Date>,
        /// Last day; without an end if absent
        #[arg(long, value_name = "DAY")]
        until: Option<Date>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Usage {
    #[command(subcommand)]
    pub(crate) command: Option<UsageCommand>,
    /// Month, such as 2026-11 [default: the present one]
    #[arg(long, value_name = "MONTH")]
    pub(crate) month: Option<String>,
    /// Name of the only client to show
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsageCommand {
    /// Keep the statements of a month that is over; those that are kept stay as they are
    #[command(after_help = "Example:\n  tisserand usage close --month 2026-10")]
    Close {
        /// Month [default: the last one that is over]
        #[arg(long, value_name = "MONTH")]
        month: Option<String>,
    },
}
