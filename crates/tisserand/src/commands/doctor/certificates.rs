//! Certificates of TLS: how long they hold, and why another was not obtained.

use engine::{Clock, SystemClock};
use jiff::Timestamp;
use platform::Platform;
use platform::certificates::{certificate_attempts, certificate_chain};
use server::{AcmeConfig, CertificateFiles, Validity};

use super::{Examination, Verdict, pair, same};
use crate::settings::Settings;

/// With less than this left, somebody should look why it was not renewed.
const DAYS_LOW: i64 = 14;

/// Those the server would show.
pub(super) fn all(exam: &mut Examination<'_>, settings: &Settings) {
    let Some(tls) = &settings.tls else { return };
    let now = SystemClock.now();
    if let Some(files) = &tls.files {
        own(exam, files, now);
    }
    if let Some(acme) = &tls.acme {
        for host in &acme.hosts {
            obtained(exam, settings, acme, host, now);
        }
    }
}

/// Those of environments' own host names, which the directory knows.
pub(super) fn of_environments(exam: &mut Examination<'_>, settings: &Settings, platform: &Platform) {
    let Some(acme) = settings.tls.as_ref().and_then(|tls| tls.acme.as_ref()) else { return };
    match platform.environment_hosts() {
        Ok(hosts) => {
            let now = SystemClock.now();
            for host in hosts.iter().filter(|host| !acme.hosts.contains(host)) {
                obtained(exam, settings, acme, host, now);
            }
        }
        Err(error) => exam.note("certificate", Verdict::Bad, same(format!("{error:#}")), same("")),
    }
}

fn own(exam: &mut Examination<'_>, files: &CertificateFiles, now: Timestamp) {
    let shown = files.certificate.display();
    match files.check(now) {
        Ok(validity) => {
            let low = validity.days_left(now) < DAYS_LOW;
            exam.note(
                "certificate",
                if low { Verdict::Warning } else { Verdict::Good },
                holds(&shown.to_string(), validity, now),
                pair(
                    "Renouvelez-le ; le serveur relit ses fichiers de lui-même.",
                    "Renew it; the server reads its files again by itself.",
                ),
            );
        }
        Err(fault) => {
            let label = fault.label();
            let text = |language| label.text(language).to_owned();
            let said = pair(text(dictionary::Language::Fr), text(dictionary::Language::En));
            exam.note("certificate", Verdict::Bad, said, same("docs/tls.md"));
        }
    }
}

fn obtained(exam: &mut Examination<'_>, settings: &Settings, acme: &AcmeConfig, host: &str, now: Timestamp) {
    let read = certificate_chain(&settings.data, host)
        .and_then(|chain| Ok((chain, certificate_attempts(&settings.data, host)?)));
    let (chain, failed) = match read {
        Ok((chain, attempts)) => (chain, attempts.filter(|attempts| attempts.failed > 0)),
        Err(error) => {
            let error = format!("{host}: {:#}", anyhow::Error::from(error));
            return exam.note("certificate", Verdict::Bad, same(error), same("docs/tls.md"));
        }
    };
    let validity = chain.as_deref().and_then(Validity::of_chain).filter(|validity| validity.until > now);
    let (fr, en) = match validity {
        Some(validity) => holds(host, validity, now),
        None => pair(format!("{host} n'a pas de certificat"), format!("{host} has no certificate")),
    };
    let verdict = match (validity, &failed) {
        (Some(_), None) => Verdict::Good,
        (None, Some(_)) => Verdict::Bad,
        (Some(_), Some(_)) | (None, None) => Verdict::Warning,
    };
    let Some(failed) = failed else {
        let mend = pair(
            "Le serveur l'obtient quand il tourne : tisserand serve.",
            "The server obtains it while it runs: tisserand serve.",
        );
        return exam.note("certificate", verdict, (fr, en), mend);
    };
    let (count, why, next) = (failed.failed, failed.why, failed.not_before);
    exam.note(
        "certificate",
        verdict,
        (
            format!("{fr} ; {count} tentative(s) en échec : {why} ; prochaine : {next}"),
            format!("{en}; {count} attempt(s) failed: {why}; next one: {next}"),
        ),
        pair(
            format!(
                "Ce nom doit mener ici, port 443, et ce serveur doit pouvoir appeler {} ; puis il réessaie de lui-même (docs/tls.md).",
                acme.directory
            ),
            format!(
                "That name has to lead here, port 443, and this server has to be able to call {}; it then tries again by itself (docs/tls.md).",
                acme.directory
            ),
        ),
    );
}

fn holds(what: &str, validity: Validity, now: Timestamp) -> (String, String) {
    let (days, until) = (validity.days_left(now), validity.until);
    pair(
        format!("{what} : {days} jours, jusqu'au {until}"),
        format!("{what}: {days} days left, until {until}"),
    )
}
