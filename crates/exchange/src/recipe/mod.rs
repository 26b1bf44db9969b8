//! Demo companies: data made from a recipe and a seed, written through the engine like anybody's.

mod draw;
mod file;
mod generator;
mod invented;
mod moments;
mod run;
mod sources;
mod stream;
mod world;

use std::path::{Path, PathBuf};

use dictionary::value::FileRef;
use engine::Environment;

pub use file::{EnvironmentPart, Recipe};
pub use stream::Shape;

use crate::error::ExchangeError;

/// Where the bytes of file fields go.
pub trait Files {
    /// Keeps the content of a file; returns what the field holds.
    fn keep(&self, path: &Path) -> Result<FileRef, ExchangeError>;
}

/// How a recipe is followed.
#[derive(Debug, Clone, Default)]
pub struct RecipeOptions {
    /// What `shared:` means; nothing is there if `None`.
    pub shared: Option<PathBuf>,
    /// A quick company for tests: a tenth of every count, no large file.
    pub small: bool,
}

/// What happens while a recipe is followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeProgress<'a> {
    /// Import or step, by name.
    pub step: &'a str,
    /// Entity it makes.
    pub entity: &'a str,
    /// Records made by it so far.
    pub made: u64,
    /// Records it will make; 0 while that is not known.
    pub total: u64,
}

/// Follows a recipe in an environment that is empty but for what imports brought; returns the records made.
///
/// Errors name recipe, step, record and field. What was committed before stays: the caller removes the environment.
pub fn follow(
    recipe: &Recipe,
    environment: &Environment,
    files: &dyn Files,
    options: &RecipeOptions,
    progress: &mut dyn FnMut(&RecipeProgress<'_>),
) -> Result<u64, ExchangeError> {
    run::follow(recipe, environment, files, options, progress)
}
