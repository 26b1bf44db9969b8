#![doc = include_str!("../README.md")]

mod cli;
mod commands;
mod console;
mod data;
mod failure;
mod open_files;
mod settings;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::cli::Cli;
use crate::console::Console;

/// Requests allocate much and shortly, on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let language = console::language_of_system();
    let asked = cli::in_language(cli::shown(Cli::command()), language).try_get_matches();
    let cli = match asked.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => match cli::refusal(&error, language) {
            Some(told) => {
                // As `clap` ends what it refuses.
                let _ = std::io::stderr().write_all(told.as_bytes());
                return ExitCode::from(2);
            }
            None => error.exit(),
        },
    };
    let console = Console::new(language, cli.json);
    match commands::run(cli, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure::tell(&failure, &console),
    }
}
