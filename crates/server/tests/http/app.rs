//! A real server on a free port, with a real platform in a folder of its own, and people who talk to it.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use dictionary::{Language, RecordId};
use engine::{Caller, Clock, Draft};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use platform::password::Cost;
use platform::{Limits, Modules, NewEnvironment, NewToken, NewUser, Options, Platform, Scope};
use server::{ServerConfig, Serving};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::client::Client;

pub const PASSWORD: &str = "une phrase de passe";

/// A clock that moves when told to.
pub struct TestClock(Mutex<Timestamp>);

impl TestClock {
    pub fn forward(&self, by: SignedDuration) {
        let mut now = self.0.lock();
        *now += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        // A microsecond at each look keeps moments apart, as real ones are.
        let mut now = self.0.lock();
        *now += SignedDuration::from_micros(1);
        *now
    }
}

/// A running server.
pub struct App {
    pub platform: Arc<Platform>,
    pub clock: Arc<TestClock>,
    pub address: String,
    pub folder: TempDir,
    serving: Option<(Serving, oneshot::Sender<()>)>,
    runtime: Runtime,
}

impl App {
    /// Two clients: `acme`, with Ada who administers and Rémi who reads, and `globex`, with Grace.
    pub fn start() -> App {
        App::start_with(|_| {})
    }

    pub fn start_with(configure: impl FnOnce(&mut ServerConfig)) -> App {
        App::start_within(None, configure)
    }

    /// The same, in environments of that size at most.
    pub fn start_within(rows_bytes_max: Option<u64>, configure: impl FnOnce(&mut ServerConfig)) -> App {
        App::start_so(|options| options.limits.rows_bytes_max = rows_bytes_max, configure)
    }

    /// The same, of a platform opened otherwise.
    pub fn start_on(open: impl FnOnce(&mut Options)) -> App {
        App::start_so(open, |_| {})
    }

    /// The same, of a platform and a server that are set otherwise.
    pub fn start_so(open: impl FnOnce(&mut Options), configure: impl FnOnce(&mut ServerConfig)) -> App {
        let folder = tempfile::tempdir().unwrap();
        write_module(&folder.path().join("modules"));
        let modules = Modules::folder(folder.path().join("modules"));
        App::start_from(folder, (modules, "shop"), open, configure)
    }

    /// Gives an environment a host name of its own; its record.
    pub fn own_host(&self, environment: &str, host: &str) -> RecordId {
        let environment = self.platform.environment_info(environment).unwrap().id;
        let draft = Draft::default().with("host", host).with("environment", environment);
        let root = self.platform.environment("platform").unwrap();
        let kept =
            root.engine.transact(&Caller::system(), move |unit| unit.create("environment_host", None, draft));
        kept.unwrap().value
    }

    /// The same people, in environments made of the standard module `core`.
    pub fn start_standard() -> App {
        let modules = Modules::folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../modules"));
        App::start_from(tempfile::tempdir().unwrap(), (modules, "core"), |_| {}, |_| {})
    }

    fn start_from(
        folder: TempDir,
        (modules, module): (Modules, &str),
        open: impl FnOnce(&mut Options),
        configure: impl FnOnce(&mut ServerConfig),
    ) -> App {
        let clock = Arc::new(TestClock(Mutex::new("2026-11-23T09:00:00Z".parse().unwrap())));
        let mut options = Options::new(folder.path().join("data"));
        options.database = crate::database();
        options.clock = clock.clone();
        options.modules = modules;
        let password_cost = Cost { memory_kib: 64, passes: 1 };
        options.limits = Limits { password_cost, ..Limits::default() };
        open(&mut options);
        let platform = Arc::new(Platform::create(options).unwrap());
        for (name, label) in [("acme", "Acme Chauffage"), ("globex", "Globex")] {
            let mut new = NewEnvironment::named(name, label, &[module]);
            new.client = Some(label.to_owned());
            platform.environment_create(new).unwrap();
        }
        let people = [
            ("Ada Lenoir", "ada@acme.example", "acme", "administrator"),
            ("Rémi Petit", "remi@acme.example", "acme", "reader"),
            ("Grace Roux", "grace@globex.example", "globex", "administrator"),
        ];
        for (name, email, environment, profile) in people {
            let user = platform.user_create(NewUser {
                name: name.to_owned(),
                email: email.to_owned(),
                password: PASSWORD.to_owned(),
                given: false,
                language: Language::Fr,
            });
            platform.access_grant(user.unwrap().id, environment, &[profile]).unwrap();
        }
        let mut config = ServerConfig { address: "127.0.0.1:0".parse().unwrap(), ..ServerConfig::default() };
        configure(&mut config);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        let serving = runtime.block_on(server::serve(config, platform.clone(), shutdown)).unwrap();
        let address = format!("http://{}", serving.address());
        App { platform, clock, address, folder, serving: Some((serving, stop)), runtime }
    }

    /// Somebody with these profiles in `acme`, signed in.
    pub fn with_profiles(&self, name: &str, profiles: &[&str]) -> Client {
        let email = format!("{name}@acme.example");
        let user = self.platform.user_create(NewUser {
            name: name.to_owned(),
            email: email.clone(),
            password: PASSWORD.to_owned(),
            given: false,
            language: Language::En,
        });
        self.platform.access_grant(user.unwrap().id, "acme", profiles).unwrap();
        self.signed_in(&email, "acme")
    }

    /// Somebody who is nobody yet.
    pub fn stranger(&self) -> Client {
        Client::new(&self.address)
    }

    /// Somebody signed in, in `environment`.
    pub fn signed_in(&self, email: &str, environment: &str) -> Client {
        let mut client = Client::new(&self.address);
        let answer = client.post("/session", &serde_json::json!({"email": email, "password": PASSWORD}));
        assert_eq!(answer.status, 200, "{answer:?}");
        client.keep_session(&answer, environment);
        client
    }

    pub fn ada(&self) -> Client {
        self.signed_in("ada@acme.example", "acme")
    }

    pub fn remi(&self) -> Client {
        self.signed_in("remi@acme.example", "acme")
    }

    pub fn grace(&self) -> Client {
        self.signed_in("grace@globex.example", "globex")
    }

    /// A token of Ada's.
    pub fn token(&self, scope: Scope, environment: Option<&str>, expires: Option<Timestamp>) -> String {
        let user = self.user("ada@acme.example");
        let environment = environment.map(str::to_owned);
        let new = NewToken { name: "test".to_owned(), user, environment, scope, expires };
        self.platform.token_create(new).unwrap()
    }

    pub fn user(&self, email: &str) -> RecordId {
        self.platform.user_by_email(email).unwrap().id
    }

    /// Stops the server and waits until it has.
    pub fn stop(&mut self) {
        if let Some((serving, stop)) = self.serving.take() {
            let _ = stop.send(());
            self.runtime.block_on(serving.finished()).unwrap();
        }
    }

    /// Tells the server to stop, without waiting.
    pub fn tell_to_stop(&mut self) -> Serving {
        let (serving, stop) = self.serving.take().unwrap();
        let _ = stop.send(());
        serving
    }

    /// Where browsers are sent on from that come without TLS.
    pub fn redirect_address(&self) -> Option<std::net::SocketAddr> {
        self.serving.as_ref().and_then(|(serving, _)| serving.redirect_address())
    }

    pub fn wait(&self, serving: Serving) {
        self.runtime.block_on(serving.finished()).unwrap();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A module with every type of field, made of nothing but files.
fn write_module(folder: &Path) {
    for (path, text) in crate::module::FILES {
        let path = folder.join("shop").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// What `look` comes to see.
#[track_caller]
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::yield_now();
    }
}
