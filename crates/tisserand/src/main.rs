#![doc = include_str!("../README.md")]

mod cli;
mod commands;
mod console;
mod data;
mod failure;
mod open_files;
mod settings;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::cli::Cli;
use crate::console::Console;

/// Requests allocate much and shortly, on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let language = console::language_of_system();
    let matches = cli::in_language(cli::shown(Cli::command()), language).get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let console = Console::new(language, cli.json);
    match commands::run(cli, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure::tell(&failure, &console),
    }
}
