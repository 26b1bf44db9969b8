//! A certificate authority (ACME, RFC 8555): Pebble, on free ports, in a folder of its own, with names that all lead to this machine.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use server::AcmeConfig;
use server::tls::Roots;
use tempfile::TempDir;
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::issuer::Issuer;
use crate::peer::{Peer, free_ports, program};

/// A running authority.
pub struct CertificateAuthority {
    issuer: Issuer,
    port: u16,
    management: u16,
    names: u16,
    names_management: u16,
    door: Door,
    pebble: Option<Peer>,
    _names: Peer,
    folder: TempDir,
}

impl CertificateAuthority {
    pub fn start() -> CertificateAuthority {
        let folder = tempfile::tempdir().unwrap();
        let issuer = Issuer::new();
        let (own, key) = issuer.certificate("127.0.0.1");
        fs::write(folder.path().join("own.pem"), own).unwrap();
        fs::write(folder.path().join("key.pem"), key).unwrap();
        let door = Door::open();
        for _ in 0..5 {
            let [port, management, names, names_management] = free_ports();
            let mut resolver = Command::new(program(&["/usr/bin/pebble-challtestsrv"], "pebble"));
            resolver.args(["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""]);
            resolver.args(["-dns01", &format!("127.0.0.1:{names}")]);
            resolver.args(["-management", &format!("127.0.0.1:{names_management}")]);
            let Some(resolver) = Peer::start(folder.path(), "names", &resolver, &[names, names_management])
            else {
                continue;
            };
            let pebble = serve(&folder, (port, management, names), &door);
            let Some(pebble) = pebble else { continue };
            let pebble = Some(pebble);
            return CertificateAuthority {
                issuer,
                port,
                management,
                names,
                names_management,
                door,
                pebble,
                _names: resolver,
                folder,
            };
        }
        panic!("pebble does not start: its words are in {}", folder.keep().display())
    }

    /// How Tisserand is told of it.
    pub fn setting(&self, hosts: &[&str]) -> AcmeConfig {
        AcmeConfig {
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            contact: "it@acme.example".to_owned(),
            directory: format!("https://127.0.0.1:{}/dir", self.port),
            roots: Roots::read(self.issuer.authority().as_bytes()).unwrap(),
        }
    }

    /// Where all names lead: it looks there, and waits with looking until this is known.
    pub fn names_lead_to(&self, server: SocketAddr) {
        self.door.lead_to(server);
    }

    /// That name leads elsewhere: to another address of this machine, where nobody listens.
    pub fn leads_elsewhere(&self, name: &str) {
        let address = format!("http://127.0.0.1:{}/add-a", self.names_management);
        let said = serde_json::json!({"host": format!("{name}."), "addresses": ["127.0.0.2"]});
        ureq::post(&address).send(said.to_string()).unwrap();
    }

    /// The root of what it gives, PEM: another each time it starts.
    pub fn root(&self) -> String {
        let authority = Certificate::from_pem(self.issuer.authority().as_bytes()).unwrap();
        let tls = TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[authority])).build();
        let agent = Agent::new_with_config(Agent::config_builder().tls_config(tls).build());
        let address = format!("https://127.0.0.1:{}/roots/0", self.management);
        agent.get(&address).call().unwrap().into_body().read_to_string().unwrap()
    }

    /// How many certificates it was asked for since it started.
    pub fn orders(&self) -> usize {
        let said = fs::read_to_string(self.folder.path().join("pebble")).unwrap();
        said.lines().filter(|line| line.contains("Added order ")).count()
    }

    /// It is away.
    pub fn stop(&mut self) {
        self.pebble = None;
    }

    /// It is back, and remembers nobody.
    pub fn start_anew(&mut self) {
        let pebble = serve(&self.folder, (self.port, self.management, self.names), &self.door);
        self.pebble = Some(pebble.expect("its ports are still free"));
    }
}

fn serve(folder: &TempDir, (port, management, names): (u16, u16, u16), door: &Door) -> Option<Peer> {
    let at = |name: &str| folder.path().join(name).display().to_string();
    let config = serde_json::json!({"pebble": {
        "listenAddress": format!("127.0.0.1:{port}"),
        "managementListenAddress": format!("127.0.0.1:{management}"),
        "certificate": at("own.pem"),
        "privateKey": at("key.pem"),
        "httpPort": door.port,
        "tlsPort": door.port,
    }});
    fs::write(folder.path().join("pebble.json"), config.to_string()).unwrap();
    let mut pebble = Command::new(program(&["/usr/bin/pebble"], "pebble"));
    pebble.args(["-config", &at("pebble.json"), "-dnsserver", &format!("127.0.0.1:{names}")]);
    // It looks at once. It refuses one nonce of a hundred, as real ones do now and then: three in a row would be an attempt that failed.
    pebble.env("PEBBLE_VA_NOSLEEP", "1").env("PEBBLE_WFE_NONCEREJECT", "1");
    Peer::start(folder.path(), "pebble", &pebble, &[port, management])
}

/// Where an authority looks: connections are handed on to the server, as soon as that is known. A server's own port is free, and known too late.
struct Door {
    port: u16,
    leads_to: Arc<(Mutex<Option<SocketAddr>>, Condvar)>,
}

impl Door {
    fn open() -> Door {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let leads_to: Arc<(Mutex<Option<SocketAddr>>, Condvar)> = Arc::default();
        let known = leads_to.clone();
        thread::spawn(move || {
            for caller in listener.incoming() {
                let (caller, known) = (caller.unwrap(), known.clone());
                thread::spawn(move || hand_on(&caller, &known));
            }
        });
        Door { port, leads_to }
    }

    fn lead_to(&self, server: SocketAddr) {
        *self.leads_to.0.lock().unwrap() = Some(server);
        self.leads_to.1.notify_all();
    }
}

fn hand_on(caller: &TcpStream, (known, told): &(Mutex<Option<SocketAddr>>, Condvar)) {
    let server = *told.wait_while(known.lock().unwrap(), |known| known.is_none()).unwrap();
    let Ok(server) = TcpStream::connect(server.unwrap()) else { return };
    let copy = |mut from: TcpStream, mut to: TcpStream| {
        let _ = io::copy(&mut from, &mut to); // whoever hangs up ends it
        let _ = to.shutdown(std::net::Shutdown::Write);
    };
    let (there, back) = (caller.try_clone().unwrap(), server.try_clone().unwrap());
    let answers = caller.try_clone().unwrap();
    let way = thread::spawn(move || copy(there, server));
    copy(back, answers);
    let _ = way.join();
}
