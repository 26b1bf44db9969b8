//! How many files this process may have open, and with them how many environments.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Environments open at once at most, however many files may be: one that is at rest takes about 100 KB, one at work five times as much.
const ENVIRONMENTS_MAX: usize = 2_000;

/// Files of an environment at work: database, log and shared memory for its writer and a few readers, and its locks.
const FILES_OF_ONE: u64 = 12;

/// Files for all else: connections of people, live ones included.
const FILES_BESIDE: u64 = 4_000;

/// Environments that may be open at once. Asks the system for as many files as it lets this process have: what is usual, 1 024, is little.
pub(crate) fn environments_max() -> usize {
    let allowed = getrlimit(Resource::Nofile);
    // `None` is no limit.
    if allowed.current.is_some() && allowed.current != allowed.maximum {
        // Where even that is refused, what there was is what there is.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, ..allowed });
    }
    environments_of(getrlimit(Resource::Nofile).current)
}

fn environments_of(files: Option<u64>) -> usize {
    let Some(files) = files else { return ENVIRONMENTS_MAX };
    // With few files, half of them.
    let left = files.saturating_sub(FILES_BESIDE).max(files / 2);
    usize::try_from(left / FILES_OF_ONE).unwrap_or(ENVIRONMENTS_MAX).clamp(16, ENVIRONMENTS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_environments_are_open_as_there_are_files_for() {
        assert_eq!(environments_of(None), ENVIRONMENTS_MAX);
        assert_eq!(environments_of(Some(1_048_576)), ENVIRONMENTS_MAX);
        assert_eq!(environments_of(Some(20_000)), 1_333);
        assert_eq!(environments_of(Some(1_024)), 42);
        assert_eq!(environments_of(Some(64)), 16);
    }

    #[test]
    fn the_process_has_as_many_files_as_the_system_lets_it() {
        assert!(environments_max() >= 16);
        let now = getrlimit(Resource::Nofile);
        assert_eq!(now.current, now.maximum);
    }
}
