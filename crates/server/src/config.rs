//! What a server is told.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread::available_parallelism;
use std::time::Duration;

use crate::tls::TlsConfig;

/// Configuration of a server, read once by the binary.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Where to listen; port 0 takes a free one.
    pub address: SocketAddr,
    /// Whether browsers reach it by HTTPS: session cookies then refuse to travel otherwise. With TLS of its own it is.
    pub secure: bool,
    /// TLS of its own; without it a proxy in front speaks it, or nobody.
    pub tls: Option<TlsConfig>,
    /// Where browsers reach it, such as `https://crm.example.org`; without one, what they say in `Host`. Identity providers send them back there.
    pub public: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Largest body of a request that is not a file, bytes.
    pub body_bytes_max: usize,
    /// Largest body of a batch, bytes.
    pub batch_bytes_max: usize,
    /// Largest file, bytes; a field may ask for less.
    pub file_bytes_max: u64,
    /// Records of a page when the request names no number.
    pub page_size: u32,
    /// Records of a page at most.
    pub page_size_max: u32,
    /// One query, milliseconds.
    pub query_timeout_ms: u64,
    /// Writes running at once, three quarters of them of one environment. Most have no thread and wait for the commit that they share: the more
    /// of them there are, the fewer syncs each of them costs.
    pub calls_at_once: usize,
    /// Groups of writes being committed at once, over all environments. A commit waits for the disk half of its time.
    pub commits_at_once: usize,
    /// Reads running at once. They keep a processor busy, so that more of them than a few per processor would only make each other slower, and
    /// open connections for nothing.
    pub reads_at_once: usize,
    /// Exports running at once; beyond, 429.
    pub exports_at_once: usize,
    /// Calls that may wait for their turn; beyond, 429.
    pub calls_waiting: usize,
    /// How long the head of a request may take to arrive, counted from when its connection waits for one: an idle connection is closed
    /// then. Longer than proxies keep theirs, so that they don't send into one that is being closed.
    pub headers_timeout: Duration,
    /// How long a request body may take to arrive; how long a file may stall.
    pub body_timeout: Duration,
    /// How long work in hand may take after the signal to stop.
    pub drain: Duration,
    /// Comments that keep live connections open come this often.
    pub heartbeat: Duration,
    /// Live connections at most.
    pub live_max: usize,
    /// Requests that a company's directory may send in a minute, by each of its tokens.
    pub scim_per_minute: u32,
}

impl Default for ServerConfig {
    fn default() -> ServerConfig {
        ServerConfig {
            address: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 7700),
            secure: false,
            tls: None,
            public: None,
            trusted_proxies: Vec::new(),
            body_bytes_max: 4 << 20,
            batch_bytes_max: 32 << 20,
            file_bytes_max: 200 << 20,
            page_size: 100,
            page_size_max: 1_000,
            query_timeout_ms: 10_000,
            calls_at_once: 96,
            commits_at_once: (8 * available_parallelism().map_or(1, usize::from)).max(16),
            reads_at_once: (2 * available_parallelism().map_or(1, usize::from)).max(4),
            exports_at_once: 4,
            calls_waiting: 1_024,
            headers_timeout: Duration::from_secs(75),
            body_timeout: Duration::from_secs(60),
            drain: Duration::from_secs(20),
            heartbeat: Duration::from_secs(15),
            live_max: 10_000,
            scim_per_minute: 1_200,
        }
    }
}
