//! What protects the platform and its environments.

use dictionary::Language;
use platform::Platform;
use platform::security_report::Surroundings;

use super::{Examination, Verdict, pair, same};
use crate::settings::Settings;

/// Of every environment, what is as it should be included.
pub(super) fn all(exam: &mut Examination<'_>, settings: &Settings, platform: &Platform) {
    match platform.environments() {
        Ok(environments) => {
            for info in environments {
                of(exam, settings, (platform, &info.name), true);
            }
        }
        Err(error) => exam.note("security", Verdict::Bad, same(format!("{error:#}")), same("")),
    }
}

/// Of one environment; without `whole`, only what is not as it should be.
pub(super) fn of(
    exam: &mut Examination<'_>,
    settings: &Settings,
    (platform, environment): (&Platform, &str),
    whole: bool,
) {
    let around = Surroundings {
        secure: settings.secure || settings.tls.is_some(),
        reachable: !settings.address.ip().is_loopback(),
    };
    let report = match platform.security_report(environment, around) {
        Ok(report) => report,
        // That it cannot be read is told by who reads all of it.
        Err(_) if !whole => return,
        Err(error) => {
            return exam.note("security", Verdict::Bad, same(format!("{environment}: {error:#}")), same(""));
        }
    };
    for finding in report {
        if finding.verdict == Verdict::Good && !whole {
            continue;
        }
        let names = match finding.concerned.is_empty() {
            true => String::new(),
            false => format!(" ({})", finding.concerned.join(", ")),
        };
        let (fr, en) = (finding.found.text(Language::Fr), finding.found.text(Language::En));
        exam.note(
            "security",
            finding.verdict,
            pair(format!("{environment} : {fr}{names}"), format!("{environment}: {en}{names}")),
            pair(finding.mend.text(Language::Fr), finding.mend.text(Language::En)),
        );
    }
}
