#![doc = include_str!("../README.md")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where nextest's setup script says which server there is.
const VARIABLE: &str = "TISSERAND_TEST_POSTGRES";

/// Address for `PostgresStore` and `--database`, in a place of its own.
///
/// # Panics
/// When no server can be started: the message says what to install.
pub fn address() -> String {
    static SERVER: OnceLock<String> = OnceLock::new();
    // Tests are told by the runner which server there is.
    #[expect(clippy::disallowed_methods, reason = "only tests are configured so")]
    let given = || std::env::var(VARIABLE).unwrap_or_else(|_| start());
    apart(SERVER.get_or_init(given))
}

/// The same server with a prefix of schemas that nobody else has.
fn apart(server: &str) -> String {
    let unique = uuid::Uuid::new_v4().simple().to_string();
    format!("{server}?prefix=t{}_", &unique[..12])
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/test-postgres.sh")
}

/// Starts a server that ends with this process; returns its address.
fn start() -> String {
    let said = Command::new(script()).arg(std::process::id().to_string()).env_remove("NEXTEST_ENV").output();
    let said = said.unwrap_or_else(|error| panic!("scripts/test-postgres.sh: {error}"));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// A server of one test's own.
#[derive(Debug)]
pub struct Server {
    address: String,
    folder: PathBuf,
}

impl Server {
    /// Starts one; it ends with this process.
    ///
    /// # Panics
    /// As [`address`].
    pub fn start() -> Server {
        let address = start();
        Server { folder: folder_of(&address), address }
    }

    /// Address in a place of its own.
    pub fn address(&self) -> String {
        apart(&self.address)
    }

    /// Stops it at once, as a crash would, and starts it again.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn crash_and_restart(&self) {
        let restart = Command::new(script()).arg("restart").arg(&self.folder).output();
        let said = restart.unwrap_or_else(|error| panic!("scripts/test-postgres.sh: {error}"));
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    }

    /// Restarts it so that it is reached by TLS alone; its address at this machine, `localhost`, in a place of its own. `certificate` and `key`: PEM.
    ///
    /// # Panics
    /// When it does not start again.
    pub fn speak_tls(&self, certificate: &str, key: &str) -> String {
        let listener = std::net::TcpListener::bind("127.0.0.1:0");
        let port = listener.and_then(|free| free.local_addr()).expect("a free port").port();
        let (shown, secret) = (self.folder.join("given.crt"), self.folder.join("given.key"));
        for (file, text) in [(&shown, certificate), (&secret, key)] {
            std::fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        }
        let said = Command::new(script())
            .arg("tls")
            .args([&self.folder, &shown, &secret])
            .arg(port.to_string())
            .output()
            .unwrap_or_else(|error| panic!("scripts/test-postgres.sh: {error}"));
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        apart(&format!("postgres://tisserand@localhost:{port}/tisserand"))
    }

    /// The folder of its socket.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Runs SQL as the superuser of the server whose socket is in `folder`; returns what it says, a line per row.
///
/// # Panics
/// When the server refuses.
pub fn sql(folder: &Path, sql: &str) -> String {
    let said = Command::new("psql")
        .args(["-qAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "tisserand", "-c", sql, "-h"])
        .arg(folder)
        .output()
        .unwrap_or_else(|error| panic!("psql: {error}"));
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8_lossy(&said.stdout).trim().to_owned()
}

/// The folder of the socket in an address.
///
/// # Panics
/// On an address of another kind.
pub fn folder_of(address: &str) -> PathBuf {
    let host = address.split('@').nth(1).and_then(|rest| rest.split('/').next());
    PathBuf::from(host.expect("an address of a socket").replace("%2F", "/"))
}
