//! Why an import, an export or a recipe could not go on. A refused *row* is not an error: it goes to the file of refused rows.

use std::path::{Path, PathBuf};

use dictionary::{Label, Language};
use engine::EngineError;

/// Why the whole was given up. What was committed before stays, and an import started again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The file, the mapping or the recipe is not right: the message says what and what to do.
    #[error("{}", .0.text(Language::En))]
    Refused(Label),
    /// A file could not be read or written.
    #[error("could not {action} {}", path.display())]
    File {
        /// `read`, `write`…
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The engine failed on the whole, not on a row.
    #[error("the environment could not go on")]
    Engine(#[from] EngineError),
}

impl ExchangeError {
    /// A refusal with its two texts.
    pub fn refused(fr: impl AsRef<str>, en: impl AsRef<str>) -> ExchangeError {
        ExchangeError::Refused(Label::new(fr.as_ref(), en.as_ref()))
    }

    /// Turns a fault of the file system into an error that names the file.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ExchangeError {
        let path = path.to_owned();
        move |source| ExchangeError::File { action, path, source }
    }
}
