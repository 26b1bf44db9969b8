//! Letters to people: written down with what they are about, sent afterwards, tried again until they are taken or of no more use.
//!
//! Decision 0135. A letter is a record of `message`, made in the transaction that has something to tell. Whoever sends claims it first, for longer than
//! sending takes: several servers, or one that starts again, send it once. One that was taken while the server that sent it was killed may be sent
//! again, under the same identity. What it says is sealed, and forgotten once it is sent.

use dictionary::expression::BinaryOperator;
use dictionary::{RecordId, Value};
use engine::{Caller, Draft, EngineError, Query};
use jiff::{SignedDuration, Timestamp};
use services::mail::{Letter, MailError, MailLink, MailServer};

use crate::directory::{self, ACCESS, Fields, MESSAGE};
use crate::error::PlatformError;
use crate::letters::{self, About};
use crate::platform::Platform;
use crate::users::User;

/// Who sends a letter has it to themselves for this long; sending takes less.
const CLAIMED_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Until when letters are kept after they were written.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// A letter that no link ends with is given up after this long.
pub(crate) const USEFUL_FOR: SignedDuration = SignedDuration::from_hours(24 * 2);

/// Letters sent in one round.
const ROUND: u32 = 50;

/// Where letters go, and what they say of us.
#[derive(Debug, Clone)]
pub struct MailOptions {
    /// The server that takes them.
    pub server: MailServer,
    /// Who writes: `Name <address>` or an address.
    pub from: String,
    /// Address of the platform as browsers know it: links lead there.
    pub public: String,
}

/// What a letter needs to be kept.
pub(crate) struct Outgoing {
    pub(crate) id: RecordId,
    pub(crate) draft: Draft,
}

/// The wait after an attempt that failed: a minute, then longer, an hour at most.
fn wait_after(attempts: i64) -> SignedDuration {
    let minutes = 1_i64 << attempts.clamp(1, 7).saturating_sub(1);
    SignedDuration::from_mins(minutes.min(60))
}

impl Platform {
    /// Whether letters can be sent.
    pub fn sends_mail(&self) -> bool {
        self.mail.is_some()
    }

    /// A letter to be kept, in the transaction of what it tells; none when none can be sent.
    pub(crate) fn letter_to(
        &self,
        user: &User,
        about: &About,
        expires: Timestamp,
    ) -> Result<Option<Outgoing>, PlatformError> {
        if self.mail.is_none() {
            return Ok(None);
        }
        let (id, now) = (self.new_id(), self.clock.now());
        let content =
            serde_json::to_vec(about).map_err(|_| PlatformError::Sealed { why: "it is no JSON" })?;
        let environment = self.environment_counted(user.id)?;
        let sealed = self.keys.seal(&subject_of(id), &content, self.random.as_ref())?;
        let draft = Draft::default()
            .with("kind", about.tag())
            .with("user", user.id)
            .with("environment", environment.map_or(Value::Null, Value::Id))
            .with("recipient", user.email.as_str())
            .with("state", "waiting")
            .with("created", Value::DateTime(now))
            .with("due", Value::DateTime(now))
            .with("expires", Value::DateTime(expires))
            .with("sealed", sealed.as_str());
        Ok(Some(Outgoing { id, draft }))
    }

    /// The environment whose subscription pays for a letter to somebody: the last of a client's that they were let into.
    fn environment_counted(&self, user: RecordId) -> Result<Option<RecordId>, PlatformError> {
        let dictionary = self.root().dictionary();
        let records = self.records_of(ACCESS, "user", user)?;
        let accesses = records.iter().map(|record| Fields::of(&dictionary, record));
        let mut made: Vec<_> = accesses
            .filter_map(|one| Some((one.moment("created_at"), one.reference("environment")?)))
            .collect();
        made.sort_unstable();
        for (_, id) in made.into_iter().rev() {
            if self.environment_info_by_id(id)?.client_id.is_some() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// Sends the letters that are due; returns how many were taken.
    ///
    /// Errors: the reserved environment cannot be read or written. A letter that fails is no error: its record says so.
    pub fn mail_send(&self) -> Result<usize, PlatformError> {
        let Some(mail) = &self.mail else { return Ok(0) };
        let (mut sent, mut link): (usize, Option<MailLink>) = (0, None);
        for (id, version) in self.letters_due()? {
            let Some(claimed) = self.letter_claim(id, version)? else { continue };
            let done = match self.letter_written(mail, id, &claimed)? {
                Ok(letter) => {
                    let opened = match link.take() {
                        Some(open) => Ok(open),
                        None => mail.server.open(),
                    };
                    opened.and_then(|mut open| {
                        open.send(&letter)?;
                        link = Some(open);
                        Ok(())
                    })
                }
                Err(error) => Err(error),
            };
            match &done {
                Ok(()) => sent += 1,
                Err(error) => {
                    tracing::warn!(message.id = %id, message.attempts = claimed.attempts, %error, "a letter was not taken");
                }
            }
            self.letter_settle(id, &claimed, done.err())?;
        }
        if let Some(link) = link {
            link.close();
        }
        Ok(sent)
    }

    /// How many letters failed, and how many wait after a failure.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn mail_troubles(&self) -> Result<(usize, usize), PlatformError> {
        let dictionary = self.root().dictionary();
        let failed = self.records_of(MESSAGE, "state", "failed")?.len();
        let waiting = self.records_of(MESSAGE, "state", "waiting")?;
        let tried = waiting.iter().filter(|record| Fields::of(&dictionary, record).text("error").is_some());
        Ok((failed, tried.count()))
    }

    /// Forgets old letters; returns how many.
    ///
    /// Errors: the reserved environment cannot be written.
    pub fn messages_sweep(&self) -> Result<usize, PlatformError> {
        self.delete_older(MESSAGE, "created", self.clock.now() - KEPT)
    }

    fn letters_due(&self) -> Result<Vec<(RecordId, journal::Position)>, PlatformError> {
        let root = self.root();
        let dictionary = root.dictionary();
        let now = Value::DateTime(self.clock.now());
        let filters = vec![
            directory::condition(
                &dictionary,
                MESSAGE,
                "state",
                BinaryOperator::Equal,
                Value::from("waiting"),
            )?,
            directory::condition(&dictionary, MESSAGE, "due", BinaryOperator::LessOrEqual, now)?,
        ];
        let query = Query { entity: MESSAGE.to_owned(), filters, limit: ROUND, ..Query::default() };
        let page = root.list(&Caller::system(), &query)?;
        let due = page.records.iter().map(|record| Fields::of(&dictionary, record));
        Ok(due.map(|fields| (fields.id(), fields.version())).collect())
    }

    /// Takes a letter for oneself; none when somebody else has it.
    fn letter_claim(
        &self,
        id: RecordId,
        version: journal::Position,
    ) -> Result<Option<Claimed>, PlatformError> {
        let root = self.root();
        let record = match root.get(&Caller::system(), MESSAGE, id, &[]) {
            Ok(record) => record,
            Err(EngineError::NotFound) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let dictionary = root.dictionary();
        let fields = Fields::of(&dictionary, &record);
        let now = self.clock.now();
        let claimed = Claimed {
            attempts: fields.number("attempts").unwrap_or_default() + 1,
            user: fields.reference("user").ok_or(PlatformError::NotFound)?,
            recipient: fields.text("recipient").unwrap_or_default(),
            created: fields.moment("created").unwrap_or(now),
            expires: fields.moment("expires").unwrap_or(now),
        };
        let draft = Draft::default()
            .with("attempts", Value::Integer(claimed.attempts))
            .with("due", Value::DateTime(now + CLAIMED_FOR));
        let taken =
            root.transact(&Caller::system(), move |unit| unit.update(MESSAGE, id, Some(version), draft));
        match taken {
            Ok(_) => Ok(Some(claimed)),
            Err(EngineError::Stale { .. } | EngineError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The letter itself; what is too old to be of use is not written.
    fn letter_written(
        &self,
        mail: &MailOptions,
        id: RecordId,
        claimed: &Claimed,
    ) -> Result<Result<Letter, MailError>, PlatformError> {
        if claimed.expires <= self.clock.now() {
            return Ok(Err(MailError::Refused("too late to be of use".to_owned())));
        }
        let user = self.user(claimed.user)?;
        let sealed = self.root().secret(&Caller::system(), MESSAGE, id, "sealed")?;
        let content = self.keys.open(&subject_of(id), sealed.as_text().unwrap_or_default())?;
        let about: About =
            serde_json::from_slice(&content).map_err(|_| PlatformError::Sealed { why: "it is no letter" })?;
        let zone = &self.root().settings().zone;
        let public = mail.public.trim_end_matches('/');
        let written = letters::written(&about, &user.name, user.language, public, zone);
        let domain =
            mail.from.trim_end_matches('>').rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        Ok(Ok(Letter {
            message_id: format!("{id}@{domain}"),
            from: mail.from.clone(),
            to_name: user.name,
            to: claimed.recipient.clone(),
            subject: written.subject,
            text: written.text,
            html: written.html,
            written: claimed.created,
        }))
    }

    /// Notes how an attempt went.
    fn letter_settle(
        &self,
        id: RecordId,
        claimed: &Claimed,
        error: Option<MailError>,
    ) -> Result<(), PlatformError> {
        let now = self.clock.now();
        let draft = match &error {
            None => Draft::default()
                .with("state", "sent")
                .with("sent", Value::DateTime(now))
                .with("due", Value::Null)
                .with("error", Value::Null)
                .with("sealed", Value::Null),
            Some(error) => {
                let due = now + wait_after(claimed.attempts);
                let words: String = error.to_string().chars().take(500).collect();
                let draft = Draft::default().with("error", words.as_str());
                if error.is_final() || due >= claimed.expires {
                    draft.with("state", "failed").with("due", Value::Null).with("sealed", Value::Null)
                } else {
                    draft.with("due", Value::DateTime(due))
                }
            }
        };
        let done = self.root().transact(&Caller::system(), move |unit| unit.update(MESSAGE, id, None, draft));
        match done {
            // Its person, or what it was about, is gone meanwhile.
            Ok(_) | Err(EngineError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A letter that is ours to send.
struct Claimed {
    attempts: i64,
    user: RecordId,
    recipient: String,
    created: Timestamp,
    expires: Timestamp,
}

/// What the content of a letter is sealed about.
pub(crate) fn subject_of(message: RecordId) -> String {
    format!("letter {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_a_minute_to_an_hour() {
        let waits: Vec<i64> = (1..=9).map(|attempts| wait_after(attempts).as_mins()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }
}
