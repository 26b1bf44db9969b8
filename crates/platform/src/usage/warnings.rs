//! Administrators of a client are warned by e-mail when much of what their subscription includes is used, and when all of it is.

use std::collections::BTreeSet;

use dictionary::Language;

use crate::error::PlatformError;
use crate::letters::About;
use crate::outbox::{Outgoing, USEFUL_FOR};
use crate::platform::Platform;
use crate::subscriptions::Subscription;

impl Platform {
    /// Letters to whoever answers for the environments of a subscription, each person once.
    pub(super) fn warnings(
        &self,
        subscription: &Subscription,
        resource: &str,
        share: i64,
        included: i64,
    ) -> Result<Vec<Outgoing>, PlatformError> {
        let raised_by = self.who_raises(subscription.client_id)?;
        let (mut told, mut letters) = (BTreeSet::new(), Vec::new());
        for id in self.environments_within(subscription)? {
            let info = self.environment_info_by_id(id)?;
            for user in self.administrators_of(&info)? {
                if !told.insert(user.id) {
                    continue;
                }
                let about = About::Allowance {
                    client: subscription.client.clone(),
                    place: info.name.clone(),
                    resource: resource.to_owned(),
                    share,
                    included,
                    raised_by: (
                        raised_by.text(Language::Fr).to_owned(),
                        raised_by.text(Language::En).to_owned(),
                    ),
                };
                letters.extend(self.letter_to(&user, &about, self.clock.now() + USEFUL_FOR)?);
            }
        }
        Ok(letters)
    }
}

/// At which percent people are warned, given what they were warned of already: of what is used up by working. Places and environments are
/// taken on purpose, and who takes one too many is told at once.
pub(super) fn warning_due(resource: &str, share: i64, warned: i64) -> i64 {
    const AT: [i64; 2] = [80, 100];
    const AGAIN_BELOW: i64 = 70;
    if matches!(resource, "named_users" | "environments") || share < AGAIN_BELOW {
        return 0;
    }
    AT.into_iter().filter(|at| share >= *at).max().unwrap_or_default().max(warned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_warned_once_at_each_step_and_again_after_it_fell() {
        let warned = [
            (50, 0),
            (79, 0),
            (80, 80),
            (79, 80),
            (85, 80),
            (100, 100),
            (99, 100),
            (140, 100),
            (69, 0),
            (81, 80),
        ];
        let mut before = 0;
        for (share, now) in warned {
            before = warning_due("storage", share, before);
            assert_eq!(before, now, "at {share} %");
        }
        assert_eq!(warning_due("named_users", 100, 0), 0, "who takes one too many is told at once");
    }
}
