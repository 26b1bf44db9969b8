//! What imports and archives keep of people, forgotten when one of them is erased.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use engine::Beside;

use crate::desk::job::{FILE, Job, Tally};
use crate::desk::{Desk, DeskError, is_id};
use crate::error::ExchangeError;

/// Folder of imports in that of an environment.
pub const IMPORTS: &str = "imports";
/// Folder of archives in that of an environment.
pub const ARCHIVES: &str = "archives";

/// What lies beside the store of an environment, imports and archives, for an erasure there.
pub struct KeptBeside<'d> {
    /// Who knows which are on their way.
    pub desk: &'d Desk,
    /// The folder of the environment.
    pub folder: &'d Path,
}

impl Beside for KeptBeside<'_> {
    fn forget_imports(&self, entities: &[String]) -> Result<u64, String> {
        // An archive holds everybody: it goes whole, and is made again on request.
        match fs::remove_dir_all(self.folder.join(ARCHIVES)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.to_string()),
            _ => {}
        }
        self.desk.forget_contents(&self.folder.join(IMPORTS), entities).map_err(|error| error.to_string())
    }
}

impl Desk {
    /// Forgets the files of every import into these entities, with all that was shown of them; that one was made, when, and what it wrote stays known.
    /// Nothing finds one person in files of any form: so they go whole. One that wrote nothing goes altogether. Answers how many had something.
    ///
    /// Errors: `Conflict` while one of them is on its way.
    pub fn forget_contents(&self, folder: &Path, entities: &[String]) -> Result<u64, DeskError> {
        let entities: BTreeSet<&str> = entities.iter().map(String::as_str).collect();
        let found = match fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
            found => found.map_err(ExchangeError::file("read", folder))?,
        };
        let mut count = 0;
        for entry in found.flatten() {
            let Some(id) = entry.file_name().into_string().ok().filter(|id| is_id(id)) else { continue };
            let job = match self.at_rest(folder, &id) {
                Ok(job) if entities.contains(job.entity.as_str()) => job,
                // Being received, or what a failure left: nobody uses it.
                Ok(_) | Err(DeskError::NotFound) => continue,
                Err(error) => return Err(error),
            };
            if !job.stage.has_run() {
                self.remove(folder, &id)?;
                count += 1;
            } else if forget(folder, job)? {
                count += 1;
            }
        }
        Ok(count)
    }
}

/// Forgets the files of one; answers whether there were any.
fn forget(folder: &Path, mut job: Job) -> Result<bool, DeskError> {
    let place = folder.join(&job.id);
    let mut had_some = false;
    for entry in fs::read_dir(&place).map_err(ExchangeError::file("read", &place))?.flatten() {
        if entry.file_name() != FILE {
            let path = entry.path();
            fs::remove_file(&path).map_err(ExchangeError::file("remove", &path))?;
            had_some = true;
        }
    }
    // What was shown of the file: the first rows, examples, values in reasons.
    job.file = format!("{}.{}", job.entity, job.detected.format);
    job.detected.rows.clear();
    for column in &mut job.detected.columns {
        column.examples.clear();
        column.values = None;
    }
    let tallies = job.preview.iter_mut().chain(&mut job.report);
    tallies.for_each(|tally: &mut Tally| tally.reasons.clear());
    job.problem = None;
    job.keep(folder)?;
    Ok(had_some)
}
