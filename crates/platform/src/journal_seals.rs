//! Seals of journals: where a journal stood at a moment, signed, so that whoever rewrites it afterwards shows (decision 0149).

use base64ct::{Base64, Encoding};
use dictionary::expression::BinaryOperator;
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Query};
use jiff::{SignedDuration, Timestamp};
use journal::Position;
use journal::json::hexadecimal;
use ring::signature::{ED25519, UnparsedPublicKey};

use crate::directory::{self, Fields, JOURNAL_SEAL};
use crate::environments::PLATFORM;
use crate::error::PlatformError;
use crate::open::OpenEnvironment;
use crate::platform::Platform;

/// A journal that is written to all the time is sealed this often.
const EVERY: SignedDuration = SignedDuration::from_hours(1);

/// One that nobody used for so long is sealed then.
const QUIET: SignedDuration = SignedDuration::from_mins(2);

/// What a journal was seen to be sealed up to, and since when that is so.
pub(crate) type SealedUpTo = (Position, Timestamp);

/// A seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalSeal {
    /// Record of the environment.
    pub environment: RecordId,
    /// Of the last entry that is covered.
    pub position: Position,
    /// Hash of the chain there, hexadecimal.
    pub chain: String,
    /// Digest of the records then, hexadecimal.
    pub digest: String,
    /// When.
    pub sealed: Timestamp,
    /// Ed25519, hexadecimal.
    pub public_key: String,
    /// Base64.
    pub signature: String,
}

/// What the seals of a journal say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SealsVerdict {
    /// Seals by keys of this platform.
    pub ours: usize,
    /// Seals by keys that are not given here, with which the journal agrees.
    pub unknown: usize,
    /// Up to where the last of ours covers it, and since when.
    pub last: Option<(Position, Timestamp)>,
    /// The first position whose seal is not a seal, or says otherwise than the journal.
    pub fault: Option<Position>,
}

impl JournalSeal {
    /// What is signed: `docs/formats/journal-seal.md`.
    fn said(&self) -> String {
        let JournalSeal { environment, position, chain, digest, sealed, .. } = self;
        format!("tisserand journal seal 1\n{environment}\n{position}\n{chain}\n{digest}\n{sealed:.6}\n")
    }

    /// Whether the signature is of these parts, by that key.
    fn is_signed(&self) -> bool {
        let Ok(key) = blake3::Hash::from_hex(&self.public_key) else { return false };
        let Ok(signature) = Base64::decode_vec(&self.signature) else { return false };
        UnparsedPublicKey::new(&ED25519, key.as_bytes()).verify(self.said().as_bytes(), &signature).is_ok()
    }

    fn read(fields: &Fields<'_>) -> Option<JournalSeal> {
        Some(JournalSeal {
            environment: fields.reference("environment")?,
            position: Position::try_from(fields.number("position")?).ok()?,
            chain: fields.text("chain")?,
            digest: fields.text("digest")?,
            sealed: fields.moment("sealed")?,
            public_key: fields.text("public_key")?,
            signature: fields.text("signature")?,
        })
    }
}

impl Platform {
    /// Seals the journals of open environments that are due; returns how many were.
    ///
    /// Errors: a journal or the reserved environment cannot be read or written. The others are sealed all the same.
    pub fn journals_seal(&self) -> Result<usize, PlatformError> {
        let now = self.clock.now();
        let (mut sealed, mut failed) = (0, None);
        let own = self.root.engine.position();
        let mut seal = |environment: &OpenEnvironment, used, at| match self.seal_if_due(environment, used, at)
        {
            Ok(done) => sealed += usize::from(done),
            Err(error) if error.is_not_found() => {} // erased, or renamed just now: the next round
            Err(error) => failed = Some(error),
        };
        for (environment, used) in self.opened.all() {
            seal(&environment, used, environment.engine.position());
        }
        seal(&self.root, now, own);
        // What only tells of seals is no reason for another.
        if sealed > 0 {
            let mut up_to = self.root.sealed.lock();
            if let Some((position, since)) = *up_to
                && position == own
            {
                *up_to = Some((self.root.engine.position(), since));
            }
        }
        failed.map_or(Ok(sealed), Err)
    }

    /// Seals the journal of an environment now; the seal that there is, where nothing was written since.
    ///
    /// Errors: there is no such environment; it cannot be read, or the seal not be kept.
    pub fn journal_seal(&self, name: &str) -> Result<JournalSeal, PlatformError> {
        let environment = self.environment(name)?;
        let id = self.environment_info(name)?.id;
        let head = environment.engine.head()?;
        if let Some(last) = self.last_seal(id)?.filter(|last| last.position == head.position) {
            return Ok(last);
        }
        let (public_key, sealed) = (self.keys.signs_as()?, self.clock.now());
        let mut seal = JournalSeal {
            environment: id,
            position: head.position,
            chain: hexadecimal(&head.chain),
            digest: hexadecimal(&head.digest),
            // As the directory keeps moments.
            sealed: Timestamp::from_microsecond(sealed.as_microsecond()).unwrap_or(sealed),
            public_key,
            signature: String::new(),
        };
        seal.signature = Base64::encode_string(&self.keys.sign(seal.said().as_bytes())?);
        let draft = Draft::default()
            .with("environment", id)
            .with("position", Value::Integer(i64::try_from(seal.position).unwrap_or(i64::MAX)))
            .with("chain", seal.chain.as_str())
            .with("digest", seal.digest.as_str())
            .with("sealed", Value::DateTime(seal.sealed))
            .with("public_key", seal.public_key.as_str())
            .with("signature", seal.signature.as_str());
        match self.root().transact(&Caller::system(), move |unit| unit.create(JOURNAL_SEAL, None, draft)) {
            Ok(_) => Ok(seal),
            Err(error @ EngineError::Validation(_)) => {
                // Another server may have sealed it at the same moment: there is one seal of a position.
                let theirs = self.journal_seals(id)?.into_iter().find(|one| one.position == seal.position);
                theirs.ok_or_else(|| error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Checks every seal of an environment's journal.
    ///
    /// Errors: there is no such environment; it cannot be read.
    pub fn journal_seals_verify(&self, name: &str) -> Result<SealsVerdict, PlatformError> {
        let environment = self.environment(name)?;
        let ours = self.keys.signed_as();
        let mut verdict = SealsVerdict::default();
        let mut seals = self.journal_seals(self.environment_info(name)?.id)?;
        seals.sort_by_key(|seal| seal.position);
        for seal in seals {
            let before = seal.position.saturating_sub(1);
            let entries = environment.engine.entries(&Caller::system(), before, 1)?;
            let chain = entries.first().filter(|entry| entry.position == seal.position);
            let agrees = chain.is_some_and(|entry| hexadecimal(&entry.chain) == seal.chain);
            if !agrees || !seal.is_signed() {
                verdict.fault = verdict.fault.or(Some(seal.position));
            } else if ours.contains(&seal.public_key) {
                verdict.ours += 1;
                verdict.last = Some((seal.position, seal.sealed));
            } else {
                verdict.unknown += 1;
            }
        }
        Ok(verdict)
    }

    /// The newest of an environment, without reading the others: there is one for each hour that people worked.
    fn last_seal(&self, environment: RecordId) -> Result<Option<JournalSeal>, PlatformError> {
        let dictionary = self.root().dictionary();
        if dictionary.entity(JOURNAL_SEAL).is_none() {
            return Ok(None);
        }
        let of = directory::condition(
            &dictionary,
            JOURNAL_SEAL,
            "environment",
            BinaryOperator::Equal,
            Value::Id(environment),
        )?;
        // By the entity's own order, the newest first.
        let query =
            Query { entity: JOURNAL_SEAL.to_owned(), filters: vec![of], limit: 1, ..Query::default() };
        let page = self.root().list(&Caller::system(), &query)?;
        Ok(page.records.first().and_then(|record| JournalSeal::read(&Fields::of(&dictionary, record))))
    }

    fn journal_seals(&self, environment: RecordId) -> Result<Vec<JournalSeal>, PlatformError> {
        let dictionary = self.root().dictionary();
        // Made by an earlier version, and not upgraded.
        if dictionary.entity(JOURNAL_SEAL).is_none() {
            return Ok(Vec::new());
        }
        let records = self.records_of(JOURNAL_SEAL, "environment", environment)?;
        Ok(records.iter().filter_map(|record| JournalSeal::read(&Fields::of(&dictionary, record))).collect())
    }

    /// Seals a journal that moved since it was, where that is long ago or nobody uses it any more.
    fn seal_if_due(
        &self,
        environment: &OpenEnvironment,
        used: Timestamp,
        position: Position,
    ) -> Result<bool, PlatformError> {
        if environment.is_left() {
            return Ok(false);
        }
        let now = self.clock.now();
        let name = &environment.engine.settings().name;
        let known = *environment.sealed.lock();
        let (up_to, since) = match known {
            Some(known) => known,
            None => {
                let id = self.environment_info(name)?.id;
                let up_to = self.last_seal(id)?.map(|seal| seal.position);
                *environment.sealed.lock().insert((up_to.unwrap_or_default(), now))
            }
        };
        let is_due = now.duration_since(since) >= EVERY || now.duration_since(used) >= QUIET;
        if position == up_to || !is_due {
            return Ok(false);
        }
        let seal = self.journal_seal(name)?;
        // Of its own journal the platform says where it stood before the seal was a part of it.
        let up_to = if name == PLATFORM { position } else { seal.position };
        *environment.sealed.lock() = Some((up_to, now));
        Ok(true)
    }
}
