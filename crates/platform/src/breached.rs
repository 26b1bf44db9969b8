//! Passwords that are known to be out: a file that the operator supplies, looked up where it lies.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

use crate::error::PlatformError;

/// Digits of a hash.
const HASH: usize = 40;
/// What is read at a time: a line has some fifty bytes.
const WINDOW: usize = 128;
/// Places at which the order is looked at when the file is opened.
const PROBES: u64 = 64;

/// A file of SHA-1 hashes in hexadecimal, one a line, in ascending order, each followed by `:` and a count or by nothing: as *Pwned Passwords*
/// (Have I Been Pwned) gives it, "ordered by hash". Some forty gigabytes: it is never read whole. Looking up takes about forty small reads.
#[derive(Debug)]
pub struct Breached {
    path: PathBuf,
    file: File,
    size_bytes: u64,
}

impl Breached {
    /// Opens the file and looks at some of its lines.
    ///
    /// Errors: it cannot be read, or is no such file, or is not in order.
    pub fn open(path: impl Into<PathBuf>) -> Result<Breached, PlatformError> {
        let path = path.into();
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (size_bytes, file) = opened.map_err(PlatformError::io("read", &path))?;
        let list = Breached { path, file, size_bytes };
        let mut before = String::new();
        for probe in 0..PROBES {
            let from = u64::try_from(u128::from(size_bytes) * u128::from(probe) / u128::from(PROBES));
            let Some((_, hash)) = list.line_from(from.unwrap_or(u64::MAX))? else { continue };
            if hash < before {
                return Err(list.unlike("its lines are not in ascending order"));
            }
            before = hash;
        }
        if before.is_empty() { Err(list.unlike("it has no line")) } else { Ok(list) }
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether that password is in the list.
    ///
    /// Errors: the file cannot be read any more.
    pub fn contains(&self, password: &str) -> Result<bool, PlatformError> {
        let wanted: String = Sha1::digest(password.as_bytes()).iter().map(|b| format!("{b:02X}")).collect();
        // Lines that begin before `low` come before what is wanted, those that begin at `high` or after come after it.
        let (mut low, mut high) = (0, self.size_bytes);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)?.filter(|(begins, _)| *begins < high) {
                None => high = middle,
                Some((begins, hash)) => match hash.cmp(&wanted) {
                    std::cmp::Ordering::Equal => return Ok(true),
                    std::cmp::Ordering::Less => low = begins + 1,
                    std::cmp::Ordering::Greater => high = middle,
                },
            }
        }
        Ok(false)
    }

    /// The first line that begins at a place or after it: where, and its hash.
    fn line_from(&self, place: u64) -> Result<Option<(u64, String)>, PlatformError> {
        let begins = if place == 0 {
            0
        } else {
            let before = self.read(place - 1)?;
            match before.iter().position(|byte| *byte == b'\n') {
                Some(end) => place + end as u64,
                None if place - 1 + before.len() as u64 >= self.size_bytes => return Ok(None),
                None => return Err(self.unlike("a line is too long")),
            }
        };
        let line = self.read(begins)?;
        let line = line.split(|byte| matches!(*byte, b'\n' | b'\r')).next().unwrap_or_default();
        if line.is_empty() {
            return Ok(None); // nothing after the last line
        }
        let hash = line.get(..HASH).filter(|hash| hash.iter().all(u8::is_ascii_hexdigit));
        match (hash, line.get(HASH)) {
            (Some(hash), None | Some(b':')) => {
                Ok(Some((begins, String::from_utf8_lossy(hash).to_ascii_uppercase())))
            }
            _ => Err(self.unlike("a line does not begin with 40 hexadecimal digits")),
        }
    }

    fn read(&self, place: u64) -> Result<Vec<u8>, PlatformError> {
        let mut window = vec![0; WINDOW];
        let mut filled = 0;
        while filled < WINDOW {
            match self.file.read_at(&mut window[filled..], place + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(PlatformError::io("read", &self.path)(error)),
            }
        }
        window.truncate(filled);
        Ok(window)
    }

    fn unlike(&self, why: &str) -> PlatformError {
        let said = format!("not a list of SHA-1 hashes in order, as Pwned Passwords gives it: {why}");
        PlatformError::io("use", &self.path)(io::Error::new(io::ErrorKind::InvalidData, said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(passwords: &[String], line: impl Fn(&str) -> String) -> tempfile::NamedTempFile {
        let hash = |password: &String| {
            Sha1::digest(password.as_bytes()).iter().map(|b| format!("{b:02X}")).collect::<String>()
        };
        let mut hashes: Vec<String> = passwords.iter().map(hash).collect();
        hashes.sort();
        let file = tempfile::NamedTempFile::new().unwrap();
        let lines: String = hashes.iter().map(|hash| line(hash)).collect();
        std::fs::write(file.path(), lines).unwrap();
        file
    }

    #[test]
    fn every_password_of_the_list_is_found_and_no_other_whatever_ends_its_lines() {
        let passwords: Vec<String> = (0..500).map(|n| format!("motdepasse{n}")).collect();
        let forms: [&dyn Fn(&str) -> String; 3] = [
            &|hash| format!("{hash}:{}\r\n", hash.len() * 1_000),
            &|hash| format!("{}\n", hash.to_lowercase()),
            &|hash| format!("{hash}:1\n"),
        ];
        for form in forms {
            let file = listed(&passwords, form);
            let list = Breached::open(file.path()).unwrap();
            assert!(passwords.iter().all(|password| list.contains(password).unwrap()));
            assert!((500..1_000).all(|n| !list.contains(&format!("motdepasse{n}")).unwrap()));
        }
        let one = listed(&passwords[..1], |hash| hash.to_owned());
        let list = Breached::open(one.path()).unwrap();
        assert!(list.contains("motdepasse0").unwrap() && !list.contains("motdepasse1").unwrap());
    }

    #[test]
    fn what_is_no_such_list_is_refused_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "password\n123456\n", "FFFF:1\n"] {
            std::fs::write(file.path(), text).unwrap();
            assert!(Breached::open(file.path()).is_err(), "{text}");
        }
        // By count, not by hash.
        let passwords: Vec<String> = (0..200).map(|n| format!("motdepasse{n}")).collect();
        let file = listed(&passwords, |hash| format!("{hash}:1\n"));
        let lines = std::fs::read_to_string(file.path()).unwrap();
        let turned: Vec<&str> = lines.lines().rev().collect();
        std::fs::write(file.path(), turned.join("\n")).unwrap();
        assert!(Breached::open(file.path()).is_err());
        assert!(Breached::open("/nowhere/at/all").is_err());
    }
}
