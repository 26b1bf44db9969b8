//! Programs that tests talk to. They end with the test, be it killed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::app::until;

/// The shell says when the program ended by itself, and ends it once nobody speaks to the shell any more.
const SHELL: &str = "ended=$1; shift; { \"$@\" & echo $! >\"$ended.id\"; wait $!; : >\"$ended\"; } & \
    cat >/dev/null; kill \"$(cat \"$ended.id\")\"; wait";

/// A running program.
pub struct Peer {
    shell: Child,
}

impl Peer {
    /// Starts a program and waits until it listens on these ports of this machine; `None` if it ended before: somebody was quicker to take a port. What it
    /// says goes to `says` in `folder`.
    pub fn start(folder: &Path, says: &str, program: &Command, ports: &[u16]) -> Option<Peer> {
        let ended = folder.join(format!("{says}.ended"));
        let _ = fs::remove_file(&ended); // of one before
        let output = fs::File::create(folder.join(says)).unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", SHELL, "sh"]).arg(&ended).arg(program.get_program()).args(program.get_args());
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        shell.stdin(Stdio::piped()).stdout(output.try_clone().unwrap()).stderr(output);
        let mut peer = Peer { shell: shell.spawn().unwrap() };
        let answers = || ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok());
        let started = until(|| if ended.exists() { Some(false) } else { answers().then_some(true) });
        if !started {
            peer.stop();
            return None;
        }
        Some(peer)
    }

    /// Ends it.
    pub fn stop(&mut self) {
        drop(self.shell.stdin.take());
        let _ = self.shell.wait();
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ports that nobody listens on, all different.
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// A program of Debian's, by where it may lie.
pub fn program(places: &[&str], package: &str) -> PathBuf {
    let found = places.iter().map(PathBuf::from).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("{}: on Debian, apt-get install {package}", places[0]))
}
