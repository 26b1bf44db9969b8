//! Letters of the platform: kept until they are taken, whatever stops in between.
#![expect(unreachable_pub, reason = "one program: nothing is public beyond it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(
    dead_code,
    reason = "the mail server is shared with the tests of the HTTP server, which use all of it"
)]

use std::path::Path;
use std::sync::Arc;

use dictionary::Value;
use engine::{Caller, Clock, Draft};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::outbox::MailOptions;
use platform::password::Cost;
use platform::{Asked, Limits, OperationKind, Options, Platform};
use services::mail::MailServer;

#[path = "../../server/tests/http/mail_server.rs"]
mod mail_server;

use mail_server::{MailPeer, Mood};

struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn pass(&self, time: SignedDuration) {
        *self.0.lock() += time;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now += SignedDuration::from_micros(1);
        *now
    }
}

fn options(folder: &Path, clock: &Arc<TestClock>, peer: &MailPeer) -> Options {
    let mut options = Options::new(folder.join("data"));
    options.limits = Limits { password_cost: Cost { memory_kib: 64, passes: 1 }, ..Limits::default() };
    options.clock = clock.clone();
    options.mail = Some(MailOptions {
        server: MailServer::read(&peer.address, None, "crm.example").unwrap(),
        from: "nepasrepondre@crm.example".to_owned(),
        public: "https://crm.example".to_owned(),
    });
    options
}

#[test]
fn people_let_in_by_operations_are_invited_once_and_a_restart_neither_loses_nor_repeats_a_letter() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(TestClock(Mutex::new("2026-11-23T09:00:00Z".parse().unwrap())));
    let peer = MailPeer::start();
    peer.be(Mood::Closed);
    let platform = Platform::create(options(folder.path(), &clock, &peer)).unwrap();
    let root = platform.environment("platform").unwrap();
    let made = root.engine.transact(&Caller::system(), |unit| {
        let client = unit.create("organisation", None, Draft::default().with("name", "Weber"))?;
        let modules = Value::Tags(vec!["geography".to_owned()]);
        let project = Draft::default().with("name", "Suivi").with("client", client).with("modules", modules);
        unit.create("project", None, project)
    });
    drop(root);
    // Its administrator is let in with the environment; the server of mail lets nobody in.
    let asked = Asked {
        project: Some(made.unwrap().value),
        name: Some("weber".to_owned()),
        label: Some("Suivi de Weber".to_owned()),
        person_name: Some("Paul Weber".to_owned()),
        person_email: Some("paul@weber.example".to_owned()),
        ..Asked::of(OperationKind::Create)
    };
    platform.operation_ask(asked).unwrap();
    platform.operations_run().unwrap();
    assert_eq!(platform.mail_send().unwrap(), 0);
    assert_eq!(platform.mail_troubles().unwrap(), (0, 1));
    // Another process finds the letter, once it is time.
    drop(platform);
    peer.be(Mood::Takes);
    let platform = Platform::open(options(folder.path(), &clock, &peer)).unwrap();
    assert_eq!(platform.mail_send().unwrap(), 0, "not yet");
    clock.pass(SignedDuration::from_mins(2));
    assert_eq!(platform.mail_send().unwrap(), 1);
    let letter = peer.next();
    assert_eq!(letter.to, "paul@weber.example");
    assert!(letter.text().contains("Suivi de Weber"), "{}", letter.text());
    drop(platform);
    clock.pass(SignedDuration::from_mins(60));
    let platform = Platform::open(options(folder.path(), &clock, &peer)).unwrap();
    assert_eq!(platform.mail_send().unwrap(), 0, "once");
    // Given access once more, they have their invitation already.
    let asked = Asked {
        environment: Some(platform.environment_info("weber").unwrap().id),
        person_name: Some("Paul Weber".to_owned()),
        person_email: Some("paul@weber.example".to_owned()),
        profiles: Some("reader".to_owned()),
        ..Asked::of(OperationKind::GiveAccess)
    };
    platform.operation_ask(asked).unwrap();
    platform.operations_run().unwrap();
    assert_eq!(platform.mail_send().unwrap(), 0);
    assert!(peer.rest().is_empty());
}
