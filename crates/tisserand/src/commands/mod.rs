//! One file per command.

mod agreement;
mod archive;
mod demo;
mod dictionary;
mod directory;
mod doctor;
mod environment;
mod export;
mod import;
mod journal;
mod module;
mod openapi;
mod operation;
mod person;
mod provider;
mod scim;
mod serve;
mod token;
mod usage;
mod user;

use crate::cli::{Cli, Cmd};
use crate::console::Console;
use crate::settings::{Given, Settings};

/// Runs what the command line asks for.
pub(crate) fn run(cli: Cli, console: &Console) -> anyhow::Result<()> {
    // Arithmetic on what is given: it has no platform, so no settings.
    if let Cmd::Agreement(asked) = cli.command {
        return agreement::run(asked, console);
    }
    let address = match &cli.command {
        Cmd::Demo(demo) => demo.address.clone(),
        Cmd::Serve(serve) => serve.address.clone(),
        _ => None,
    };
    let settings = Settings::read(Given {
        config: cli.config,
        data: cli.data,
        database: cli.database,
        address,
        modules: cli.modules,
        breached_passwords: cli.breached_passwords,
        key_file: cli.key_file,
        outgoing_hosts: cli.outgoing_host,
        public: cli.public,
        smtp: cli.smtp,
        smtp_password: cli.smtp_password,
        smtp_password_file: cli.smtp_password_file,
        smtp_roots: cli.smtp_roots,
        mail_from: cli.mail_from,
        tls: cli.tls,
        key: cli.key.map(platform::KeyText),
    })?;
    match cli.command {
        Cmd::Demo(demo) => demo::run(&settings, &demo, console),
        Cmd::Serve(serve) => serve::run(&settings, &serve, console),
        Cmd::Doctor(options) => doctor::run(&options, &settings, console),
        Cmd::Env(env) => environment::run(&settings, env, console),
        Cmd::Module(module) => module::run(&settings, module, console),
        Cmd::Dictionary(dictionary) => self::dictionary::run(&settings, dictionary, console),
        Cmd::Import(import) => import::run(&settings, &import, console),
        Cmd::Export(export) => export::run(&settings, &export, console),
        Cmd::Openapi => openapi::run(console),
        Cmd::Journal(journal) => journal::run(&settings, journal, console),
        Cmd::Organisation(asked) => directory::organisation(&settings, asked, console),
        Cmd::Project(asked) => directory::project(&settings, asked, console),
        Cmd::Subscription(asked) => directory::subscription(&settings, asked, console),
        Cmd::Usage(asked) => usage::run(&settings, asked, console),
        Cmd::Operation(asked) => operation::run(&settings, asked, console),
        Cmd::Person(person) => person::run(&settings, person, console),
        Cmd::Provider(provider) => provider::run(&settings, provider, console),
        Cmd::Scim(scim) => scim::run(&settings, scim, console),
        Cmd::User(user) => user::run(&settings, user, console),
        Cmd::Token(token) => token::run(&settings, token, console),
        Cmd::Agreement(asked) => agreement::run(asked, console),
    }
}
