//! A new key of the platform: what an older one sealed is sealed anew, so that the older one can be taken away.

use dictionary::RecordId;
use engine::{Caller, Draft, EngineError, Query};
use journal::Position;

use crate::directory::{self, Fields, MESSAGE, PROVIDER, SECOND_FACTOR};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::{outbox, providers, second_factor};

/// By which key things are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealedBy {
    /// By the first key, the one that seals now.
    pub first: usize,
    /// By one of the others that are given.
    pub older: usize,
    /// By none that is given: they cannot be opened any more.
    pub missing: usize,
}

/// Something sealed in the reserved environment.
struct Sealed {
    entity: &'static str,
    id: RecordId,
    version: Position,
    field: &'static str,
    /// What it is sealed about.
    about: String,
    text: String,
}

impl Platform {
    /// By which keys what records hold is sealed.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn sealed_by(&self) -> Result<SealedBy, PlatformError> {
        let mut count = SealedBy::default();
        for sealed in self.sealed_records()? {
            match self.keys.place(&sealed.text) {
                Some(0) => count.first += 1,
                Some(_) => count.older += 1,
                None => count.missing += 1,
            }
        }
        Ok(count)
    }

    /// Seals with the first key what records hold that was sealed with an older one; answers how much. Nothing is read where only one key is given.
    /// Certificates and accounts at authorities are sealed anew when they are next read.
    ///
    /// Errors: the reserved environment cannot be read or written; what an older key sealed is damaged. What was done until then stays.
    pub fn secrets_seal_anew(&self) -> Result<usize, PlatformError> {
        if !self.keys.has_older() {
            return Ok(0);
        }
        let mut done = 0;
        for sealed in self.sealed_records()? {
            let Some(anew) = self.keys.seal_anew(&sealed.about, &sealed.text, self.random.as_ref())? else {
                continue;
            };
            let Sealed { entity, id, version, field, .. } = sealed;
            let written = self.root().transact(&Caller::system(), move |unit| {
                unit.update(entity, id, Some(version), Draft::default().with(field, anew.as_str()))
            });
            match written {
                Ok(_) => done += 1,
                // It was changed meanwhile: sealed with the first key then, or found next time.
                Err(EngineError::Stale { .. } | EngineError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(done)
    }

    fn sealed_records(&self) -> Result<Vec<Sealed>, PlatformError> {
        let dictionary = self.root().dictionary();
        let mut sealed = Vec::new();
        for (entity, field) in [(SECOND_FACTOR, "sealed"), (PROVIDER, "sealed_secret"), (MESSAGE, "sealed")] {
            for record in
                directory::all(self.root(), Query { entity: entity.to_owned(), ..Query::default() })?
            {
                let (id, fields) = (record.row.id(), Fields::of(&dictionary, &record));
                let kept = self.root().secret(&Caller::system(), entity, id, field)?;
                let Some(text) = kept.as_text().filter(|text| !text.is_empty()) else { continue };
                let about = match (entity, fields.reference("user")) {
                    (SECOND_FACTOR, Some(user)) => second_factor::about(user),
                    (PROVIDER, _) => providers::about(id),
                    (MESSAGE, _) => outbox::subject_of(id),
                    _ => continue,
                };
                let (text, version) = (text.to_owned(), fields.version());
                sealed.push(Sealed { entity, id, version, field, about, text });
            }
        }
        Ok(sealed)
    }
}
