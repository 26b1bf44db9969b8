//! Secrets that have to be read again, sealed: those of second factors, of identity providers. Passwords and sessions are not among them: of those
//! a hash is enough.
//!
//! The key is best kept outside the data folder ([`Options::key`](crate::Options)), so that a copy of the folder or of the database opens nothing.
//! Without one, a key is made in the folder: it keeps secrets out of sight, not from whoever has the whole folder.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64ct::{Base64, Base64Unpadded, Encoding};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use journal::json::hexadecimal;
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::error::PlatformError;
use crate::random::Random;

/// Name of the key in the data folder.
pub const FOLDER_KEY: &str = "platform.key";

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// Form of a sealed text, for those that come after.
const FORM: &str = "x1";

/// What a key is given as: 32 random bytes in hexadecimal or base64, or several of them, one a line. The first seals, each of them opens: a new key
/// is put before the old one, which stays until everything is sealed anew.
#[derive(Clone)]
pub struct KeyText(pub String);

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyText(…)")
    }
}

struct Key {
    /// First digits of a hash of it: which key sealed a text.
    name: String,
    cipher: XChaCha20Poly1305,
    /// Signs seals of journals.
    signing: Ed25519KeyPair,
}

impl Key {
    fn of(bytes: &[u8]) -> Option<Key> {
        let cipher = XChaCha20Poly1305::new_from_slice(bytes).ok()?;
        let name =
            blake3::Hash::from_bytes(blake3::derive_key("tisserand 2026 name of a sealing key", bytes));
        let seed = blake3::derive_key("tisserand 2026 signing journals", bytes);
        let signing = Ed25519KeyPair::from_seed_unchecked(&seed).ok()?;
        Some(Key { name: name.to_hex()[..8].to_owned(), cipher, signing })
    }
}

/// The keys of a platform.
pub(crate) struct Keys {
    keys: Vec<Key>,
    outside: bool,
}

impl Keys {
    /// The keys given, and after them the one in the folder; with none given that one is made if there is none.
    ///
    /// Errors: what is given is no key; the folder's cannot be read or made.
    pub(crate) fn of(
        given: Option<&KeyText>,
        folder: &Path,
        random: &dyn Random,
    ) -> Result<Keys, PlatformError> {
        let mut keys = Vec::new();
        if let Some(given) = given {
            keys = read(&given.0)?;
            if keys.is_empty() {
                return Err(no_key());
            }
        }
        let outside = !keys.is_empty();
        let path = folder.join(FOLDER_KEY);
        match std::fs::read_to_string(&path) {
            Ok(text) => keys.extend(read(&text)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound && outside => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => keys.extend(made(&path, random)?),
            Err(error) => return Err(PlatformError::io("read", &path)(error)),
        }
        Ok(Keys { keys, outside })
    }

    /// Whether the key that seals is kept outside the data folder.
    pub(crate) fn is_outside(&self) -> bool {
        self.outside
    }

    /// Signs with the first key. Ed25519, 64 bytes.
    pub(crate) fn sign(&self, said: &[u8]) -> Result<Vec<u8>, PlatformError> {
        let key = self.keys.first().ok_or(PlatformError::Sealed { why: "there is no key" })?;
        Ok(key.signing.sign(said).as_ref().to_vec())
    }

    /// The public key of what [`Keys::sign`] signs, hexadecimal.
    pub(crate) fn signs_as(&self) -> Result<String, PlatformError> {
        self.signed_as().into_iter().next().ok_or(PlatformError::Sealed { why: "there is no key" })
    }

    /// Public keys of all, hexadecimal.
    pub(crate) fn signed_as(&self) -> Vec<String> {
        self.keys.iter().map(|key| hexadecimal(key.signing.public_key().as_ref())).collect()
    }

    /// Seals a secret. `about`: what it belongs to, in words that do not change: sealed elsewhere it does not open.
    pub(crate) fn seal(
        &self,
        about: &str,
        secret: &[u8],
        random: &dyn Random,
    ) -> Result<String, PlatformError> {
        let key = self.keys.first().ok_or(PlatformError::Sealed { why: "there is no key" })?;
        let mut nonce = [0; NONCE_BYTES];
        random.fill(&mut nonce);
        let payload = Payload { msg: secret, aad: about.as_bytes() };
        let sealed = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| PlatformError::Sealed { why: "the cipher refused" })?;
        let bytes = [nonce.as_slice(), sealed.as_slice()].concat();
        Ok(format!("{FORM}.{}.{}", key.name, Base64Unpadded::encode_string(&bytes)))
    }

    /// Which of the keys sealed a text: 0 is the first; `None` for one that is not given.
    pub(crate) fn place(&self, sealed: &str) -> Option<usize> {
        let name = sealed.split('.').nth(1)?;
        self.keys.iter().position(|key| key.name == name)
    }

    /// Whether more is given than the key that seals.
    pub(crate) fn has_older(&self) -> bool {
        self.keys.len() > 1
    }

    /// A text that an older key sealed, sealed with the first; `None` for one that already is, or of which the key is not given.
    ///
    /// Errors: it is not what was sealed.
    pub(crate) fn seal_anew(
        &self,
        about: &str,
        sealed: &str,
        random: &dyn Random,
    ) -> Result<Option<String>, PlatformError> {
        match self.place(sealed) {
            None | Some(0) => Ok(None),
            Some(_) => self.seal(about, &self.open(about, sealed)?, random).map(Some),
        }
    }

    /// Opens what was sealed about the same thing.
    ///
    /// Errors: its key is not among ours, or it is not what was sealed.
    pub(crate) fn open(&self, about: &str, sealed: &str) -> Result<Vec<u8>, PlatformError> {
        const DAMAGED: PlatformError = PlatformError::Sealed { why: "it is damaged, or belongs elsewhere" };
        let mut parts = sealed.split('.');
        let (form, name, text) = (parts.next(), parts.next(), parts.next());
        let (Some(FORM), Some(name), Some(text), None) = (form, name, text, parts.next()) else {
            return Err(DAMAGED);
        };
        let key = self.keys.iter().find(|key| key.name == name);
        let key = key.ok_or(PlatformError::Sealed { why: "the key that sealed it is not given" })?;
        let bytes = Base64Unpadded::decode_vec(text).map_err(|_| DAMAGED)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(DAMAGED)?;
        let nonce = <[u8; NONCE_BYTES]>::try_from(nonce).map_err(|_| DAMAGED)?;
        let payload = Payload { msg: sealed, aad: about.as_bytes() };
        key.cipher.decrypt(&XNonce::from(nonce), payload).map_err(|_| DAMAGED)
    }
}

fn read(text: &str) -> Result<Vec<Key>, PlatformError> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| bytes_of(line).as_deref().and_then(Key::of).ok_or_else(no_key)).collect()
}

fn bytes_of(line: &str) -> Option<Vec<u8>> {
    if line.len() == 2 * KEY_BYTES {
        return blake3::Hash::from_hex(line).ok().map(|bytes| bytes.as_bytes().to_vec());
    }
    Base64::decode_vec(line).ok().filter(|bytes| bytes.len() == KEY_BYTES)
}

fn no_key() -> PlatformError {
    PlatformError::refused(
        "La clé qui scelle les secrets est de 32 octets, en 64 chiffres hexadécimaux ou en base64, une par ligne : openssl rand -hex 32.",
        "The key that seals secrets is 32 bytes, as 64 hexadecimal digits or in base64, one a line: openssl rand -hex 32.",
    )
}

/// The folder's own key, made; another process may make it at the same moment.
fn made(path: &Path, random: &dyn Random) -> Result<Vec<Key>, PlatformError> {
    let made = crate::secret::secret(random);
    let new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let text = match new {
        Ok(mut file) => {
            let written = file.write_all(format!("{made}\n").as_bytes()).and_then(|()| file.sync_all());
            written.map_err(PlatformError::io("write", path))?;
            made
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::fs::read_to_string(path).map_err(PlatformError::io("read", path))?
        }
        Err(error) => return Err(PlatformError::io("write", path)(error)),
    };
    read(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    fn keys(given: Option<&str>, folder: &Path) -> Keys {
        let given = given.map(|text| KeyText(text.to_owned()));
        Keys::of(given.as_ref(), folder, &SystemRandom).unwrap()
    }

    #[test]
    fn a_sealed_secret_opens_with_its_key_and_for_what_it_belongs_to_only() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = ("11".repeat(32), Base64::encode_string(&[7; 32]));
        let one = keys(Some(&first), folder.path());
        assert!(one.is_outside() && !folder.path().join(FOLDER_KEY).exists());
        let sealed = one.seal("factor of ada", b"secret", &SystemRandom).unwrap();
        assert!(!sealed.contains("secret"));
        assert_eq!(one.open("factor of ada", &sealed).unwrap(), b"secret");
        assert!(one.open("factor of grace", &sealed).is_err());
        assert!(one.open("factor of ada", &sealed.replace("x1", "x2")).is_err());
        let mut broken = sealed.clone().into_bytes();
        *broken.last_mut().unwrap() ^= 1;
        assert!(one.open("factor of ada", std::str::from_utf8(&broken).unwrap()).is_err());
        assert!(keys(Some(&second), folder.path()).open("factor of ada", &sealed).is_err());
        // A new key before the old one: the old opens, the new seals.
        let both = keys(Some(&format!("# new\n{second}\n{first}\n")), folder.path());
        assert_eq!(both.open("factor of ada", &sealed).unwrap(), b"secret");
        let anew = both.seal("factor of ada", b"secret", &SystemRandom).unwrap();
        assert_ne!(anew[..11], sealed[..11]);
    }

    #[test]
    fn without_a_key_the_folder_gets_one_that_still_opens_when_another_is_given() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let own = keys(None, folder.path());
        assert!(!own.is_outside());
        let mode = std::fs::metadata(folder.path().join(FOLDER_KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let sealed = own.seal("a", b"secret", &SystemRandom).unwrap();
        assert_eq!(keys(None, folder.path()).open("a", &sealed).unwrap(), b"secret");
        let given = keys(Some(&"22".repeat(32)), folder.path());
        assert_eq!(given.open("a", &sealed).unwrap(), b"secret");
        for wrong in ["", "short", &"zz".repeat(32), "# nothing\n"] {
            let wrong = KeyText(wrong.to_owned());
            assert!(Keys::of(Some(&wrong), folder.path(), &SystemRandom).is_err(), "{wrong:?}");
        }
        assert_eq!(format!("{:?}", KeyText("abc".to_owned())), "KeyText(…)");
    }
}
