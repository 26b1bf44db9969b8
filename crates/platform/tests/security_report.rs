//! What protects an environment, and what is missing.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use dictionary::Language;
use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::password::Cost;
use platform::security_report::{SecurityFinding, Surroundings, Verdict};
use platform::{Limits, NewEnvironment, NewToken, NewUser, Options, Platform, Scope, User};
use store::PostgresDatabase;
use store::postgres::Connections;

struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now += SignedDuration::from_micros(1);
        *now
    }
}

const AT_HOME: Surroundings = Surroundings { secure: false, reachable: false };

struct Company {
    platform: Platform,
    clock: Arc<TestClock>,
    folder: tempfile::TempDir,
}

impl Company {
    /// A platform with the environment `acme`, of one administrator.
    fn new(database: Option<&Arc<PostgresDatabase>>) -> Company {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-10-05T09:00:00Z".parse().unwrap())));
        let mut options = Options::new(folder.path().join("data"));
        options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
        options.clock = clock.clone();
        options.database = database.cloned();
        let platform = Platform::create(options).unwrap();
        platform.environment_create(NewEnvironment::named("acme", "Acme", &["core"])).unwrap();
        let company = Company { platform, clock, folder };
        company.let_in("Ada", "administrator");
        company
    }

    fn let_in(&self, name: &str, profile: &str) -> User {
        let new = NewUser {
            name: name.to_owned(),
            email: format!("{}@acme.example", name.to_lowercase()),
            password: "trois chats sur un toit".to_owned(),
            given: false,
            language: Language::Fr,
        };
        let user = self.platform.user_create(new).unwrap();
        self.platform.access_grant(user.id, "acme", &[profile]).unwrap();
        user
    }

    fn report(&self, environment: &str, around: Surroundings) -> Vec<SecurityFinding> {
        self.platform.security_report(environment, around).unwrap()
    }

    fn of(&self, name: &str) -> SecurityFinding {
        self.report("acme", AT_HOME).into_iter().find(|finding| finding.name == name).unwrap()
    }

    fn days_later(&self, days: i64) {
        *self.clock.0.lock() += SignedDuration::from_hours(24 * days);
    }
}

/// On both kinds of store.
fn everywhere(test: fn(&Company)) {
    test(&Company::new(None));
    let database = PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap();
    test(&Company::new(Some(&database)));
}

#[test]
fn whoever_answers_for_an_environment_alone_or_has_a_password_alone_is_told() {
    everywhere(|company| {
        let alone = company.of("administrators");
        assert_eq!(alone.verdict, Verdict::Warning, "{alone:?}");
        company.let_in("Bruno", "administrator");
        company.let_in("Zoé", "reader");
        let two = company.of("administrators");
        assert_eq!(
            (two.verdict, two.found.text(Language::En)),
            (Verdict::Good, "Administrators: 2, of 3 people.")
        );
        assert_eq!(two.mend.text(Language::Fr), "");
        let factors = company.of("second_factor");
        assert_eq!(factors.verdict, Verdict::Warning);
        assert_eq!(factors.concerned, ["Ada", "Bruno", "Zoé"]);
    });
}

#[test]
fn people_who_stopped_coming_and_tokens_nobody_uses_are_named() {
    everywhere(|company| {
        let ada = company.platform.user_by_email("ada@acme.example").unwrap();
        assert_eq!(company.of("dormant").verdict, Verdict::Good, "she has just got her account");
        assert_eq!(company.of("tokens").found.text(Language::En), "No access tokens.");
        let token = |name: &str, days: Option<i64>| {
            let expires = days.map(|days| company.clock.now() + SignedDuration::from_hours(24 * days));
            let (name, environment) = (name.to_owned(), Some("acme".to_owned()));
            let new = NewToken { name, user: ada.id, environment, scope: Scope::Read, expires };
            company.platform.token_create(new).unwrap();
        };
        token("comptabilité", Some(365));
        assert_eq!(company.of("tokens").verdict, Verdict::Good);
        token("essai", None);
        let endless = company.of("tokens");
        assert_eq!(
            (endless.verdict, &*endless.concerned),
            (Verdict::Warning, &["essai (Ada)".to_owned()][..])
        );
        company.days_later(100);
        assert_eq!(company.of("tokens").concerned.len(), 2, "neither was used for three months");
        let dormant = company.of("dormant");
        assert_eq!((dormant.verdict, &*dormant.concerned), (Verdict::Warning, &["Ada".to_owned()][..]));
        company.days_later(300);
        assert_eq!(company.of("tokens").concerned, ["essai (Ada)"], "the other one has ended");
    });
}

#[test]
fn a_journal_is_told_as_signed_once_it_is() {
    everywhere(|company| {
        assert_eq!(company.of("journal").verdict, Verdict::Warning);
        company.platform.journal_seal("acme").unwrap();
        assert_eq!(company.of("journal").verdict, Verdict::Good);
    });
}

#[test]
fn the_platform_is_told_how_it_is_installed() {
    everywhere(|company| {
        let verdict = |name: &str, around: Surroundings| {
            let report = company.report("platform", around);
            report.iter().find(|finding| finding.name == name).unwrap().verdict
        };
        assert_eq!(verdict("https", AT_HOME), Verdict::Good);
        assert_eq!(verdict("https", Surroundings { secure: false, reachable: true }), Verdict::Bad);
        assert_eq!(verdict("https", Surroundings { secure: true, reachable: true }), Verdict::Good);
        assert_eq!(verdict("key", AT_HOME), Verdict::Warning, "it is in the folder");
        assert_eq!(verdict("operators", AT_HOME), Verdict::Warning, "there is nobody");
        let data = company.folder.path().join("data");
        let allow = |mode| std::fs::set_permissions(&data, std::fs::Permissions::from_mode(mode)).unwrap();
        allow(0o755);
        assert_eq!(verdict("folder", AT_HOME), Verdict::Warning);
        allow(0o750);
        assert_eq!(verdict("folder", AT_HOME), Verdict::Good);
        assert!(company.report("acme", AT_HOME).iter().all(|finding| finding.name != "key"));
    });
}
