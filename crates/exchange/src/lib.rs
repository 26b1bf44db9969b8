#![doc = include_str!("../README.md")]

pub mod archive;
pub mod desk;
pub mod detect;
pub mod error;
pub mod export;
pub mod filter;
pub mod import;
pub mod mapping;
pub mod recipe;
pub mod source;
pub mod undo;

pub use archive::{About, Archive, ArchivedHead, Manifest, Wanted, export_archive};
pub use desk::{ARCHIVES, Desk, IMPORTS, Job, KeptBeside};
pub use error::ExchangeError;
pub use export::{ExportOptions, Sheet, export, export_dossier, export_list};
pub use import::{ImportOptions, Outcome, Progress, Report, RowReport, Watch, import};
pub use mapping::Mapping;
pub use source::Format;
