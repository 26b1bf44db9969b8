//! Why the platform refused, or failed.

use std::io;
use std::path::PathBuf;

use dictionary::Label;
use engine::EngineError;
use exchange::ExchangeError;

/// Why a call was refused, or failed.
#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    /// No such environment, user, session or token, or not for this caller: the two can't be told apart.
    #[error("not found")]
    NotFound,
    /// The environment has another name now: only those are told who may enter it.
    #[error("the environment is called {name} now")]
    Moved {
        /// Its name.
        name: String,
    },
    /// The e-mail address and the password don't go together, or the person is inactive.
    #[error("wrong e-mail address or password")]
    WrongCredentials,
    /// The password is right, but somebody gave it too long ago.
    #[error("this password was given too long ago to be used")]
    PasswordExpired,
    /// The password that somebody gave serves to choose another, and for nothing else.
    #[error("a password of one's own has to be chosen first")]
    PasswordChangeNeeded,
    /// The password that was to be replaced is not the right one.
    #[error("the present password is not right")]
    WrongPresentPassword,
    /// The password is not to be used, for a reason that is said to the person.
    #[error("{}", message.text(dictionary::Language::En))]
    WeakPassword {
        /// What is wrong and what to do.
        message: Label,
    },
    /// The password is right; a code of the second factor is needed beside it.
    #[error("a code of the second factor is needed")]
    CodeNeeded,
    /// The code of the second factor is wrong, or was used before.
    #[error("wrong code")]
    WrongCode,
    /// What was begun with a passkey is over: too long ago, done already, or begun elsewhere.
    #[error("the ceremony is over")]
    CeremonyOver,
    /// A passkey is not known here, or its answer does not hold.
    #[error("the passkey was refused")]
    PasskeyRefused,
    /// The environment wants a second factor, and the person has none.
    #[error("a second factor has to be added first")]
    FactorNeeded,
    /// The word of an identity provider was not enough.
    #[error("sign-in by an identity provider was refused")]
    Provider(#[from] crate::providers::ProviderError),
    /// What a company's directory sent of its people cannot be.
    #[error("provisioning was refused")]
    Provisioning(#[from] crate::provisioning::ProvisioningError),
    /// A link to choose a password by was used, is void or too old, or was never one.
    #[error("the link is over")]
    LinkOver,
    /// A secret could not be sealed or opened.
    #[error("could not use a sealed secret: {why}")]
    Sealed {
        /// Why.
        why: &'static str,
    },
    /// Too many wrong passwords of late.
    #[error("too many attempts; try again in {retry_after_s} s")]
    Throttled {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// What was asked cannot be: said to the person who asked.
    #[error("{}", message.text(dictionary::Language::En))]
    Refused {
        /// What is wrong and what to do.
        message: Label,
    },
    /// An environment is being used, and must not be for what was asked.
    #[error("the environment {environment} is in use")]
    Busy {
        /// Which.
        environment: String,
    },
    /// The folder holds no platform.
    #[error("{} holds no Tisserand platform; `tisserand demo` or `tisserand serve --create` makes one", .folder.display())]
    NoPlatform {
        /// Which folder.
        folder: PathBuf,
    },
    /// The folder holds something already.
    #[error("{} holds a Tisserand platform already", .folder.display())]
    Exists {
        /// Which folder.
        folder: PathBuf,
    },
    /// The folder was made by a newer Tisserand.
    #[error("{} has layout {found}; this Tisserand knows up to {known}: use a newer one", .folder.display())]
    Newer {
        /// Which folder.
        folder: PathBuf,
        /// Its version.
        found: i64,
        /// The last one known here.
        known: i64,
    },
    /// A file or folder could not be read or written.
    #[error("could not {action} {}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The files of an environment could not be reached.
    #[error("could not use the files of an environment")]
    Files {
        /// Why.
        source: store::files::FileError,
    },
    /// A password could not be hashed or its hash read.
    #[error("could not {action} a password")]
    Password {
        /// What was being done.
        action: &'static str,
        /// Why.
        source: argon2::password_hash::Error,
    },
    /// An environment refused, or failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl PlatformError {
    /// A refusal with its two texts.
    pub fn refused(fr: impl AsRef<str>, en: impl AsRef<str>) -> PlatformError {
        PlatformError::Refused { message: Label::new(fr.as_ref(), en.as_ref()) }
    }

    /// For `map_err` on input and output.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> PlatformError {
        let path = path.into();
        move |source| PlatformError::Io { action, path, source }
    }
}

impl From<ExchangeError> for PlatformError {
    fn from(error: ExchangeError) -> PlatformError {
        match error {
            ExchangeError::Engine(error) => error.into(),
            ExchangeError::Refused(message) => PlatformError::Refused { message },
            ExchangeError::File { action, path, source } => PlatformError::Io { action, path, source },
        }
    }
}
