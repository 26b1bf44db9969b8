//! The command line. Texts are English here; [`in_language`] puts the French ones over them.

mod agreement;
mod environment;
mod french;
mod person;
mod provider;
mod scim;
mod shown;
mod subscription;
mod tls;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

pub(crate) use agreement::{Agreement, Over};
pub(crate) use environment::Env;
pub(crate) use french::{in_language, refusal};
pub(crate) use person::{Person, Who};
pub(crate) use provider::Provider;
pub(crate) use scim::Scim;
pub(crate) use shown::shown;
pub(crate) use subscription::{Subscription, Usage, UsageCommand};
pub(crate) use tls::Tls;
pub(crate) use user::User;

/// Tisserand: an open cloud for customers and field service.
#[derive(Debug, Parser)]
#[command(
    name = "tisserand",
    version,
    after_help = "Example:\n  tisserand demo\n\nHow a server is reached, sends letters and speaks TLS: `tisserand serve --help`.",
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    /// Folder of the platform [default: ./data]
    #[arg(long, global = true, env = "TISSERAND_DATA", value_name = "DIR", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL database that holds the rows, such as postgres://user@host/name [default: files in the folder]
    #[arg(long, global = true, env = "TISSERAND_DATABASE", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// Settings file [default: ./tisserand.toml, if there is one]
    #[arg(long, global = true, env = "TISSERAND_CONFIG", value_name = "FILE", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Read standard modules from this folder instead of those built in
    #[arg(long, global = true, env = "TISSERAND_MODULES", value_name = "DIR", hide_env_values = true)]
    pub(crate) modules: Option<PathBuf>,
    /// Refuse passwords of this file: SHA-1 in hexadecimal, a line each, in order, as Have I Been Pwned gives it
    #[arg(
        long,
        global = true,
        env = "TISSERAND_BREACHED_PASSWORDS",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) breached_passwords: Option<PathBuf>,
    /// Seal secrets that have to be read again with the key of this file [default: TISSERAND_KEY, else a key made in the data folder]
    #[arg(long, global = true, env = "TISSERAND_KEY_FILE", value_name = "FILE", hide_env_values = true)]
    pub(crate) key_file: Option<PathBuf>,
    /// The key itself. Hidden: other people of the machine read command lines, so it comes from the environment
    #[arg(
        long,
        global = true,
        env = "TISSERAND_KEY",
        value_name = "KEY",
        hide = true,
        hide_env_values = true
    )]
    pub(crate) key: Option<String>,
    /// Let this host of our own network be called, by HTTP too: an identity provider that stands there; may be repeated
    #[arg(
        long,
        global = true,
        env = "TISSERAND_OUTGOING_HOSTS",
        value_delimiter = ',',
        value_name = "HOST",
        hide_env_values = true
    )]
    pub(crate) outgoing_host: Vec<String>,
    /// Where browsers reach this platform, such as `https://crm.example.org`: what others are told to come back to
    #[arg(long, global = true, env = "TISSERAND_PUBLIC", value_name = "URL", hide_env_values = true)]
    pub(crate) public: Option<String>,
    /// Mail server that takes letters to people, such as smtp://user@mail.example.org:587 or smtps://…; without one, none are sent
    #[arg(long, global = true, env = "TISSERAND_SMTP", value_name = "URL", hide_env_values = true)]
    pub(crate) smtp: Option<String>,
    /// File with the password of its user
    #[arg(
        long,
        global = true,
        env = "TISSERAND_SMTP_PASSWORD_FILE",
        value_name = "FILE",
        hide_env_values = true
    )]
    pub(crate) smtp_password_file: Option<PathBuf>,
    /// Certificates, PEM, that the mail server's own may come from, beside those that browsers trust
    #[arg(long, global = true, env = "TISSERAND_SMTP_ROOTS", value_name = "FILE", hide_env_values = true)]
    pub(crate) smtp_roots: Option<PathBuf>,
    /// The password itself
    #[arg(long, hide = true, global = true, env = "TISSERAND_SMTP_PASSWORD", hide_env_values = true)]
    pub(crate) smtp_password: Option<String>,
    /// Who letters come from, such as "Acme <crm@acme.example>"
    #[arg(long, global = true, env = "TISSERAND_MAIL_FROM", value_name = "SENDER", hide_env_values = true)]
    pub(crate) mail_from: Option<String>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) tls: Tls,
    #[command(subcommand)]
    pub(crate) command: Cmd,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Only what protects the platform and each environment, what is as it should be included
    #[arg(long)]
    pub(crate) security: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cmd {
    /// Make a platform with two demo companies if there is none, and serve it
    #[command(after_help = "Example:\n  tisserand demo --address 127.0.0.1:0")]
    Demo(Demo),
    /// Serve a platform
    #[command(
        after_help = "Example:\n  tisserand serve --data /srv/tisserand --address 0.0.0.0:7700\n  tisserand serve --address 0.0.0.0:443 --redirect 0.0.0.0:80 --acme-host crm.example.org --acme-contact it@example.org\n  tisserand serve --address 0.0.0.0:443 --tls-certificate /etc/ssl/crm/fullchain.pem --tls-key /etc/ssl/crm/privkey.pem\n\nWith TLS of its own or behind a proxy: docs/tls.md."
    )]
    Serve(Serve),
    /// Check folder, disk, clock, mail, certificates, environments, web application and what protects them; say how to mend each
    #[command(after_help = "Example:\n  tisserand doctor\n  tisserand doctor --security --json")]
    Doctor(Doctor),
    /// Environments
    #[command(subcommand, after_help = "Example:\n  tisserand env list")]
    Env(Env),
    /// Operators, integrators and clients
    #[command(
        subcommand,
        after_help = "Example:\n  tisserand organisation add \"Weber\" --integrator \"Atelier\""
    )]
    Organisation(Organisation),
    /// Projects of clients
    #[command(subcommand, after_help = "Example:\n  tisserand project add Weber Suivi --with core")]
    Project(Project),
    /// Subscriptions of clients
    #[command(subcommand, after_help = "Example:\n  tisserand subscription add Weber --with core --users 10")]
    Subscription(Subscription),
    /// What subscriptions use of what they include, in a month; in JSON, storage is in bytes
    #[command(after_help = "Example:\n  tisserand usage --month 2026-10 --client Weber --json")]
    Usage(Usage),
    /// Operations on environments: make, copy, rename, close, erase, let in
    #[command(
        subcommand,
        after_help = "Example:\n  tisserand operation ask create --client Weber --project Suivi --name weber --person \"Paul Weber\" --email paul@weber.example"
    )]
    Operation(Operation),
    /// Modules
    #[command(subcommand, after_help = "Example:\n  tisserand module check modules/core")]
    Module(Module),
    /// Dictionary of an environment
    #[command(subcommand, after_help = "Example:\n  tisserand dictionary plan acme layers/acme")]
    Dictionary(Dictionary),
    /// Import a CSV, XLSX or JSON lines file
    #[command(
        after_help = "Example:\n  tisserand import acme account clients.csv --key siret --dry-run\n\nAn import that was interrupted goes on where it stopped when it is started again."
    )]
    Import(Import),
    /// Export records to CSV, XLSX or JSON lines
    #[command(
        after_help = "Example:\n  tisserand export acme account --filter \"kind = 'customer'\" --out clients.xlsx"
    )]
    Export(Export),
    /// Print the OpenAPI description of what every server answers
    #[command(
        after_help = "Example:\n  tisserand openapi > openapi.json\n\nA server describes each environment, with its entities, at /data/{environment}/openapi.json."
    )]
    Openapi,
    /// Journal of an environment
    #[command(subcommand, after_help = "Example:\n  tisserand journal tail acme")]
    Journal(Journal),
    /// Identity providers: where the people of a client prove who they are
    #[command(
        subcommand,
        after_help = "Example:\n  tisserand provider set acme --client Acme --issuer https://login.acme.example --client-id tisserand --secret-file secret.txt --domain acme.example"
    )]
    Provider(Provider),
    /// Company directories that keep the people of an environment up to date (SCIM 2.0)
    #[command(subcommand, after_help = "Example:\n  tisserand scim token acme \"Entra, head office\"")]
    Scim(Scim),
    /// People who sign in
    #[command(
        subcommand,
        after_help = "Example:\n  tisserand user create --name \"Ada Lenoir\" --email ada@acme.example --grant acme=administrator"
    )]
    User(User),
    /// What is held about people: its export, its erasure
    #[command(subcommand, after_help = "Example:\n  tisserand person show acme contact C000042")]
    Person(Person),
    /// Tokens of programs
    #[command(
        subcommand,
        after_help = "Example:\n  tisserand token create --user ada@acme.example --name \"Power BI\" --read-only"
    )]
    Token(Token),
    /// Service level: holidays, guaranteed hours, rate, ledger, clocks of tickets
    #[command(subcommand, after_help = "Example:\n  tisserand agreement hours --quarter 2027-Q1")]
    Agreement(Agreement),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:7700]
    #[arg(long, env = "TISSERAND_ADDRESS", value_name = "ADDRESS", hide_env_values = true)]
    pub(crate) address: Option<String>,
    /// Small companies, made in seconds
    #[arg(long)]
    pub(crate) small: bool,
    /// Folder of large real files [default: ../shared/data, if there is one]
    #[arg(long, value_name = "DIR")]
    pub(crate) shared: Option<PathBuf>,
    /// Make the companies, do not serve them
    #[arg(long)]
    pub(crate) only_create: bool,
    /// Listen beyond this machine too, though everybody knows the password of everybody
    #[arg(long)]
    pub(crate) anywhere: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where to listen; port 0 takes a free one [default: 127.0.0.1:7700]
    #[arg(long, env = "TISSERAND_ADDRESS", value_name = "ADDRESS", hide_env_values = true)]
    pub(crate) address: Option<String>,
    /// Make an empty platform if there is none
    #[arg(long)]
    pub(crate) create: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Organisation {
    /// Add one
    #[command(
        after_help = "Example:\n  tisserand organisation add Atelier --kind integrator\n  tisserand organisation add Weber --integrator Atelier"
    )]
    Add {
        /// Its name
        name: String,
        /// What it is to the platform
        #[arg(long, value_enum, default_value = "client")]
        kind: OrganisationKind,
        /// Name of the integrator that looks after this client
        #[arg(long, value_name = "NAME")]
        integrator: Option<String>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum OrganisationKind {
    Operator,
    Integrator,
    Client,
}

impl OrganisationKind {
    /// Tag of the value list `organisation_kind`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            OrganisationKind::Operator => "operator",
            OrganisationKind::Integrator => "integrator",
            OrganisationKind::Client => "client",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Project {
    /// Add one
    #[command(after_help = "Example:\n  tisserand project add Weber Suivi --with core,geography")]
    Add {
        /// Name of the client
        client: String,
        /// Its name
        name: String,
        /// Modules, separated by commas; those they need come along
        #[arg(long, value_delimiter = ',', default_value = "core", value_name = "NAMES")]
        with: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Operation {
    /// Ask for one, carry it out, and say what came of it
    #[command(
        after_help = "Example:\n  tisserand operation ask create --client Weber --project Suivi --name weber --person \"Paul Weber\" --email paul@weber.example\n  tisserand operation ask copy --env weber --name weber-test --usage test\n  tisserand operation ask give_access --env weber --person Léa --email lea@weber.example --profiles \"sales own_agency\"\n  tisserand operation ask delete --env weber-test --after 2027-01-31"
    )]
    Ask(Box<Ask>),
    /// Go on with those that wait or were left in the middle
    #[command(after_help = "Example:\n  tisserand operation run")]
    Run,
    /// List them, newest first
    #[command(after_help = "Example:\n  tisserand operation list --json")]
    List,
}

#[derive(Debug, Args)]
pub(crate) struct Ask {
    /// create, copy, copy_settings, copy_pseudonymised, move, rename, read_only, close, open, delete, give_access, take_access or assist
    pub(crate) kind: String,
    /// Of a new environment: name of the client
    #[arg(long, value_name = "NAME")]
    pub(crate) client: Option<String>,
    /// Of a new environment: name of the client's project
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,
    /// The environment that it is about
    #[arg(long, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// Identifier of a new environment, or the new one
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Name shown of a new environment, or the new one
    #[arg(long)]
    pub(crate) label: Option<String>,
    /// Of a new environment: production, test, development or training
    #[arg(long, value_name = "KIND")]
    pub(crate) usage: Option<String>,
    /// Of a copy of settings: the environment that takes them; a new one if absent
    #[arg(long, value_name = "NAME")]
    pub(crate) into: Option<String>,
    /// Of a move: files or database
    #[arg(long, value_name = "STORE")]
    pub(crate) store: Option<String>,
    /// Name of somebody to let in; of a new environment, who administers it
    #[arg(long, value_name = "NAME")]
    pub(crate) person: Option<String>,
    /// Their e-mail address
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Their profiles, separated by spaces
    #[arg(long, value_name = "NAMES")]
    pub(crate) profiles: Option<String>,
    /// Of a support access: what for; the client reads it
    #[arg(long, value_name = "WORDS")]
    pub(crate) purpose: Option<String>,
    /// Of a support access: the ticket it is for
    #[arg(long)]
    pub(crate) ticket: Option<String>,
    /// Of a support access: for how many hours, 1 to 72; four if absent
    #[arg(long)]
    pub(crate) hours: Option<i64>,
    /// Of a deletion: erase after this day; in thirty days if absent
    #[arg(long, value_name = "DAY")]
    pub(crate) after: Option<Date>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Module {
    /// Check module or layer folders: every fault with file, line and column
    #[command(after_help = "Example:\n  tisserand module check modules/core my-layer")]
    Check {
        /// Folders, lowest first
        #[arg(required = true)]
        folders: Vec<PathBuf>,
    },
    /// List the standard modules
    #[command(after_help = "Example:\n  tisserand module list")]
    List,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Dictionary {
    /// Show every attribute with the layer that set it, or those beneath a path
    #[command(after_help = "Example:\n  tisserand dictionary show acme entities.account.fields.name")]
    Show {
        /// Environment
        env: String,
        /// Beginning of the paths to show
        path: Option<String>,
    },
    /// Say what bringing an environment to these layers would change
    #[command(after_help = "Example:\n  tisserand dictionary plan acme layers/acme")]
    Plan(Layers),
    /// Do it
    #[command(after_help = "Example:\n  tisserand dictionary apply acme layers/acme")]
    Apply {
        #[command(flatten)]
        layers: Layers,
        /// Accept steps that set data aside
        #[arg(long)]
        confirm: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Layers {
    /// Environment
    pub(crate) env: String,
    /// Folders of the layers above its modules, lowest first; those it has if absent
    pub(crate) layers: Vec<PathBuf>,
    /// Add a standard module
    #[arg(long, value_name = "MODULE")]
    pub(crate) with: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// Environment
    pub(crate) env: String,
    /// Entity, by name or collection
    pub(crate) entity: String,
    /// File: .csv, .txt, .xlsx, .jsonl
    pub(crate) file: PathBuf,
    /// Mapping file (docs/import.md); without it columns are matched by name and label
    #[arg(long, value_name = "FILE")]
    pub(crate) map: Option<PathBuf>,
    /// Field by which a row finds its record; several with commas
    #[arg(long, value_delimiter = ',', value_name = "FIELD")]
    pub(crate) key: Option<Vec<String>>,
    /// Say what each row would do; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where refused rows go [default: beside the file]
    #[arg(long, value_name = "FILE")]
    pub(crate) refused: Option<PathBuf>,
    /// Begin again instead of going on from an interruption
    #[arg(long)]
    pub(crate) restart: bool,
    /// Rows, and records with their lines, of one transaction at most: it ends sooner when others wait to write
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(1..=10_000), value_name = "N")]
    pub(crate) batch: u32,
    /// Tell of every row
    #[arg(long)]
    pub(crate) rows: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Environment
    pub(crate) env: String,
    /// Entity, by name or collection
    pub(crate) entity: String,
    /// Only records for which this holds, in the expression language
    #[arg(long, value_name = "CONDITION")]
    pub(crate) filter: Option<String>,
    /// Kind of file [default: by the end of --out, else csv]
    #[arg(long, value_enum)]
    pub(crate) format: Option<ExportFormat>,
    /// File [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Delimiter of CSV [default: ; in French, , in English]
    #[arg(long, value_name = "CHAR")]
    pub(crate) delimiter: Option<char>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    Csv,
    Xlsx,
    Jsonl,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Journal {
    /// Show the newest entries
    #[command(after_help = "Example:\n  tisserand journal tail acme --last 50")]
    Tail {
        /// Environment
        env: String,
        /// How many
        #[arg(long, default_value_t = 20, value_name = "N")]
        last: u32,
    },
    /// Show an entry with every change
    #[command(after_help = "Example:\n  tisserand journal show acme 128")]
    Show {
        /// Environment
        env: String,
        /// Position
        position: u64,
    },
    /// Recompute chain and digest, and check seals; name the first bad position
    #[command(after_help = "Example:\n  tisserand journal verify acme")]
    Verify {
        /// Environment
        env: String,
    },
    /// Sign where the journal stands now, and write the seal; keep it elsewhere
    #[command(after_help = "Example:\n  tisserand journal seal acme --json > acme-seal.json")]
    Seal {
        /// Environment
        env: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Make a token; it is shown once
    #[command(
        after_help = "Example:\n  tisserand token create --user ada@acme.example --name \"Power BI\" --env acme --read-only --days 365"
    )]
    Create {
        /// Address of the person it acts for
        #[arg(long, value_name = "EMAIL")]
        user: String,
        /// Who uses it and what for
        #[arg(long)]
        name: String,
        /// Only in this environment
        #[arg(long, value_name = "ENV")]
        env: Option<String>,
        /// It may read only
        #[arg(long)]
        read_only: bool,
        /// Days until it expires
        #[arg(long, value_name = "N")]
        days: Option<i64>,
    },
    /// List tokens
    #[command(after_help = "Example:\n  tisserand token list")]
    List,
    /// Revoke one
    #[command(after_help = "Example:\n  tisserand token revoke \"Power BI\"")]
    Revoke {
        /// Its name or id
        token: String,
    },
}
