//! The platform's key is replaced by another, and the cost of hashing passwords rises.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use dictionary::Language;
use engine::Caller;
use platform::certificates::Certificate;
use platform::password::Cost;
use platform::seal_anew::SealedBy;
use platform::sealing::KeyText;
use platform::security_report::{Surroundings, Verdict};
use platform::{Limits, NewUser, Options, Platform, Proof, Visitor};
use store::PostgresDatabase;
use store::postgres::Connections;

const EMAIL: &str = "ada@acme.example";
const PASSWORD: &str = "trois chats sur un toit";
const AUTHORITY: (&str, &str) = ("https://authority.example/directory", "it@acme.example");
const HERE: Visitor<'_> = Visitor {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    user_agent: Some("test"),
    session: None,
    device: None,
    trusted: None,
};

type Database = Option<Arc<PostgresDatabase>>;

fn options(folder: &Path, database: &Database, keys: &[&str], passes: u32) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes }, ..Limits::default() };
    options.key = Some(KeyText(keys.join("\n")));
    options.database = database.clone();
    options
}

/// On both kinds of store.
fn everywhere(test: fn(&Path, &Database)) {
    let database = PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap();
    for database in [None, Some(database)] {
        test(tempfile::tempdir().unwrap().path(), &database);
    }
}

fn ada(platform: &Platform) {
    let new = NewUser {
        name: "Ada Lenoir".to_owned(),
        email: EMAIL.to_owned(),
        password: PASSWORD.to_owned(),
        given: false,
        language: Language::Fr,
    };
    platform.user_create(new).unwrap();
}

fn sealing(platform: &Platform) -> Verdict {
    let around = Surroundings { secure: false, reachable: false };
    let report = platform.security_report("platform", around).unwrap();
    report.iter().find(|finding| finding.name == "sealing").unwrap().verdict
}

#[test]
fn what_an_older_key_sealed_is_sealed_anew_and_the_older_key_can_be_taken_away() {
    everywhere(|folder, database| {
        let (old, new, another) = ("11".repeat(32), "22".repeat(32), "33".repeat(32));
        let opened = |keys: &[&str]| Platform::open(options(folder, database, keys, 1)).unwrap();
        let certificate = Certificate { chain: "CHAIN\n".to_owned(), key: "KEY".to_owned() };
        {
            let platform = Platform::create(options(folder, database, &[&old], 1)).unwrap();
            ada(&platform);
            let session = platform.sign_in(EMAIL, PASSWORD, &Proof::default(), &HERE).unwrap().secret;
            let identity = platform.session(&session).unwrap();
            platform.second_factor_begin(&identity, PASSWORD, &HERE).unwrap();
            platform.certificate_keep("crm.acme.example", &certificate).unwrap();
            platform.acme_account_keep(AUTHORITY.0, AUTHORITY.1, "ACCOUNT").unwrap();
            assert_eq!(platform.sealed_by().unwrap(), SealedBy { first: 1, ..SealedBy::default() });
            assert_eq!((sealing(&platform), platform.secrets_seal_anew().unwrap()), (Verdict::Good, 0));
        }
        {
            let platform = opened(&[&new, &old]);
            assert_eq!(platform.sealed_by().unwrap(), SealedBy { older: 1, ..SealedBy::default() });
            assert_eq!(sealing(&platform), Verdict::Warning);
            assert_eq!(platform.secrets_seal_anew().unwrap(), 1);
            assert_eq!(platform.secrets_seal_anew().unwrap(), 0, "there is nothing left to do");
            assert_eq!(sealing(&platform), Verdict::Good);
            // Read by whoever needs them.
            assert_eq!(platform.certificate("crm.acme.example").unwrap().unwrap().key, "KEY");
            assert!(platform.acme_account(AUTHORITY.0, AUTHORITY.1).unwrap().is_some());
        }
        {
            let platform = opened(&[&new]);
            assert_eq!(platform.sealed_by().unwrap(), SealedBy { first: 1, ..SealedBy::default() });
            assert_eq!(platform.certificate("crm.acme.example").unwrap().unwrap().chain, "CHAIN\n");
            assert_eq!(platform.acme_account(AUTHORITY.0, AUTHORITY.1).unwrap().as_deref(), Some("ACCOUNT"));
        }
        // Without the key, nothing opens, and that is told.
        let platform = opened(&[&another]);
        assert_eq!(platform.sealed_by().unwrap(), SealedBy { missing: 1, ..SealedBy::default() });
        assert_eq!((sealing(&platform), platform.secrets_seal_anew().unwrap()), (Verdict::Bad, 0));
        assert!(platform.certificate("crm.acme.example").is_err());
        assert_eq!(platform.acme_account(AUTHORITY.0, AUTHORITY.1).unwrap(), None, "another account is made");
    });
}

#[test]
fn a_password_is_hashed_anew_once_its_person_signs_in_after_the_cost_rose() {
    everywhere(|folder, database| {
        let key = "11".repeat(32);
        let hash = |platform: &Platform| {
            let ada = platform.user_by_email(EMAIL).unwrap().id;
            let root = platform.environment("platform").unwrap();
            let hash = root.engine.secret(&Caller::system(), "user", ada, "password_hash").unwrap();
            hash.as_text().unwrap().to_owned()
        };
        let sign_in = |platform: &Platform, password| {
            platform.sign_in(EMAIL, password, &Proof::default(), &HERE).map(|signed_in| signed_in.secret)
        };
        let before = {
            let platform = Platform::create(options(folder, database, &[&key], 1)).unwrap();
            ada(&platform);
            sign_in(&platform, PASSWORD).unwrap();
            hash(&platform)
        };
        assert!(before.contains("t=1"), "{before}");
        let platform = Platform::open(options(folder, database, &[&key], 2)).unwrap();
        assert!(sign_in(&platform, "quatre chats sur un toit").is_err());
        assert_eq!(hash(&platform), before, "a wrong password changes nothing");
        let session = sign_in(&platform, PASSWORD).unwrap();
        let anew = hash(&platform);
        assert!(anew.contains("t=2"), "{anew}");
        assert!(platform.session(&session).is_ok());
        sign_in(&platform, PASSWORD).unwrap();
        assert_eq!(hash(&platform), anew, "it costs enough now");
    });
}
