#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, reason = "a command for people")]

mod arrows;
mod device;
mod front_pages;
mod locks;
mod modules;
mod sizes;
mod wasm;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

/// What a check found wrong, one line each; empty when all is well.
type Findings = Vec<String>;

type Check = (&'static str, fn(&Path) -> Result<Findings>);

const CHECKS: &[Check] = &[
    ("crate arrows", arrows::check),
    ("file sizes", sizes::check),
    ("front pages", front_pages::check),
    ("lock files", locks::check),
    ("modules", modules::check),
    ("WebAssembly", wasm::check),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => tidy(true),
        ["tidy", "--no-wasm"] => tidy(false),
        ["device"] => device(),
        _ => {
            println!("usage: cargo xtask tidy [--no-wasm]\n       cargo xtask device");
            ExitCode::from(2)
        }
    }
}

fn tidy(with_wasm: bool) -> ExitCode {
    let root = root();
    let mut failed = false;
    for (name, check) in CHECKS.iter().filter(|(name, _)| with_wasm || *name != "WebAssembly") {
        match check(&root) {
            Ok(findings) if findings.is_empty() => println!("tidy: {name}: good"),
            Ok(findings) => {
                failed = true;
                println!("tidy: {name}:");
                findings.iter().for_each(|finding| println!("  {finding}"));
            }
            Err(error) => {
                failed = true;
                println!("tidy: {name}: could not be checked: {error:#}");
            }
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn device() -> ExitCode {
    match device::build(&root()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("the code of forms could not be built: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
