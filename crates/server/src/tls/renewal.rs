//! Certificates that are there stay fresh: files are read again, what is due is obtained.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use platform::certificates::{Attempts, Certificate, certificate_attempts};
use platform::{Platform, PlatformError};
use tokio::time::{Interval, MissedTickBehavior};

use super::AcmeConfig;
use super::authority::{ObtainError, account, obtain};
use super::offered::Offered;

/// Whether something changed, or is due, is looked at this often.
const ROUND: Duration = Duration::from_secs(1);
/// To obtain one certificate takes this long at most.
const OBTAINED_WITHIN: Duration = Duration::from_secs(180);

fn rounds() -> Interval {
    let mut rounds = tokio::time::interval(ROUND);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    rounds
}

/// Reads again what others renewed; never ends.
pub(crate) async fn follow_files(offered: Arc<Offered>) {
    let mut rounds = rounds();
    loop {
        rounds.tick().await;
        let offered = offered.clone();
        // It logs what is wrong itself; a panic costs one round.
        let _ = tokio::task::spawn_blocking(move || offered.read_again()).await;
    }
}

/// Obtains what is missing or due; never ends, but where nothing is to be obtained. What fails is tried again after waits that grow, and what was in
/// use goes on being used.
pub(crate) async fn renew(offered: Arc<Offered>, platform: Arc<Platform>) {
    let Some(acme) = offered.acme.clone() else { return };
    let mut rounds = rounds();
    loop {
        rounds.tick().await;
        for host in offered.due() {
            let round = Round { platform: &platform, acme: &acme, offered: &offered, host: &host };
            if let Err(error) = round.run().await {
                tracing::warn!(%error, tls.host = host, "certificates could not be looked after; it is tried again");
            }
        }
    }
}

/// One host whose certificate is due.
struct Round<'a> {
    platform: &'a Arc<Platform>,
    acme: &'a AcmeConfig,
    offered: &'a Arc<Offered>,
    host: &'a str,
}

impl Round<'_> {
    async fn run(&self) -> Result<(), PlatformError> {
        let host = self.host.to_owned();
        let offered = self.offered.clone();
        let turn = blocking(self.platform, move |platform| {
            let attempts = certificate_attempts(platform.folder(), &host)?;
            // A certificate that was taken away is missed at once; one that could not be obtained is waited for.
            let counts = |attempts: &Attempts| attempts.failed > 0 || offered.has(&host);
            if attempts.filter(counts).is_some_and(|last| last.not_before > platform.clock().now()) {
                return Ok(None);
            }
            let turn = platform.certificates_turn()?;
            offered.read_again(); // another server had the turn meanwhile
            Ok(turn.filter(|_| offered.due().contains(&host)))
        });
        let Some(_turn) = turn.await? else { return Ok(()) };
        let obtained = match tokio::time::timeout(OBTAINED_WITHIN, self.obtained()).await {
            Ok(obtained) => obtained,
            Err(_) => Err("the authority took too long".to_owned()),
        };
        let (host, offered) = (self.host.to_owned(), self.offered.clone());
        blocking(self.platform, move |platform| {
            platform.challenge_forget(&host)?;
            let why = match obtained {
                Ok(kept) if offered.can_show(&kept.chain, &kept.key) => {
                    platform.certificate_keep(&host, &kept)?;
                    tracing::info!(tls.host = host, "certificate obtained");
                    offered.read_again();
                    return Ok(());
                }
                Ok(_) => "what the authority gave is no certificate that can be used".to_owned(),
                Err(why) => why,
            };
            let failed = platform.certificate_failed(&host, &why)?;
            tracing::warn!(tls.host = host, why, attempts.failed = failed.failed, attempts.next = %failed.not_before, "no certificate was obtained");
            Ok(())
        })
        .await
    }

    /// The certificate, or why there is none.
    async fn obtained(&self) -> Result<Certificate, String> {
        match self.obtained_by(true).await {
            // It began anew: so do we, once.
            Err(ObtainError::AccountUnknown) => self.obtained_by(false).await,
            other => other,
        }
        .map_err(|error| said(&error))
    }

    async fn obtained_by(&self, known: bool) -> Result<Certificate, ObtainError> {
        let (directory, contact) = (self.acme.directory.clone(), self.acme.contact.clone());
        let kept = blocking(self.platform, move |platform| {
            if known {
                return Ok(platform.acme_account(&directory, &contact).unwrap_or_else(|error| {
                    tracing::warn!(%error, "the account at the authority cannot be read; another is made");
                    None
                }));
            }
            platform.acme_account_forget(&directory, &contact)?;
            Ok(None)
        });
        let kept = kept.await.map_err(not_kept)?;
        let (account, written) = account(self.acme, kept.as_deref()).await?;
        if let Some(written) = written {
            let (directory, contact) = (self.acme.directory.clone(), self.acme.contact.clone());
            let keep = move |platform: &Platform| platform.acme_account_keep(&directory, &contact, &written);
            blocking(self.platform, keep).await.map_err(not_kept)?;
        }
        let host = self.host.to_owned();
        let keep = |answer| async move {
            let keep = move |platform: &Platform| platform.challenge_keep(&host, &answer);
            blocking(self.platform, keep).await.map_err(not_kept)
        };
        obtain(&account, self.host, keep).await
    }
}

fn not_kept(error: PlatformError) -> ObtainError {
    ObtainError::Answer(Box::new(error))
}

/// An error with its causes.
fn said(error: &ObtainError) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !said.contains(&text) {
            said = format!("{said}: {text}");
        }
        cause = error.source();
    }
    said
}

/// Calls the platform, which blocks.
async fn blocking<T: Send + 'static>(
    platform: &Arc<Platform>,
    call: impl FnOnce(&Platform) -> Result<T, PlatformError> + Send + 'static,
) -> Result<T, PlatformError> {
    let platform = platform.clone();
    match tokio::task::spawn_blocking(move || call(&platform)).await {
        Ok(done) => done,
        Err(broken) => match broken.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => std::future::pending().await, // the server is stopping
        },
    }
}
