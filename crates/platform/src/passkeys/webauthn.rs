//! What a browser and an authenticator answer to a challenge, read and verified. Pure: no I/O, no clock.
//!
//! Source: W3C, *Web Authentication Level 3*, 7.1 (registration) and 7.2 (authentication). Attestation is neither asked for nor looked at: what a key is made
//! of is not our business (decision 0136).

use base64ct::{Base64UrlUnpadded, Encoding};
use ciborium::Value as Cbor;
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::Site;

/// Ways to sign that are taken, the one preferred first: ES256, EdDSA (Ed25519), RS256. Names of COSE (RFC 9053, RFC 8812).
pub(crate) const ALGORITHMS: &[i64] = &[ES256, EDDSA, RS256];

const ES256: i64 = -7;
const EDDSA: i64 = -8;
const RS256: i64 = -257;

/// Bytes of an identifier at most. Source: 7.1, step 25.
const CREDENTIAL_MAX: usize = 1023;
/// Bytes of a public key at most: RSA of 8192 bits.
const KEY_MAX: usize = 1200;

/// Flags of the authenticator.
mod flag {
    /// Somebody was there.
    pub(super) const PRESENT: u8 = 0x01;
    /// It verified who: by a fingerprint, a face, a code.
    pub(super) const VERIFIED: u8 = 0x04;
    /// May be copied to other devices of its person.
    pub(super) const MAY_BE_COPIED: u8 = 0x08;
    /// Is.
    pub(super) const COPIED: u8 = 0x10;
    /// A new key is told.
    pub(super) const NEW_KEY: u8 = 0x40;
    /// Extensions follow.
    pub(super) const EXTENDED: u8 = 0x80;
}

/// Why an answer does not hold: for the log, never for whoever sent it.
pub(crate) type Why = &'static str;

/// A key that was just made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewKey {
    /// What the authenticator calls it.
    pub(crate) credential: Vec<u8>,
    /// COSE.
    pub(crate) public_key: Vec<u8>,
    pub(crate) sign_count: u32,
}

/// What was signed, and by which key it says.
#[derive(Debug, Clone)]
pub(crate) struct Assertion {
    pub(crate) credential: Vec<u8>,
    /// Whose key it is, where the authenticator says so.
    pub(crate) person: Option<Vec<u8>>,
    client: Vec<u8>,
    authenticator: Vec<u8>,
    signature: Vec<u8>,
}

/// A key made in answer to `challenge` at `site`, by somebody whom the authenticator verified. `answer`: `RegistrationResponseJSON`.
pub(crate) fn new_key(answer: &Json, challenge: &str, site: &Site) -> Result<NewKey, Why> {
    let response = &answer["response"];
    let client = bytes(&response["clientDataJSON"])?;
    check_client(&client, "webauthn.create", challenge, site)?;
    let attestation = bytes(&response["attestationObject"])?;
    let attestation: Cbor =
        ciborium::from_reader(attestation.as_slice()).map_err(|_| "the attestation object cannot be read")?;
    let authenticator = attestation
        .as_map()
        .and_then(|map| map.iter().find(|(name, _)| name.as_text() == Some("authData")))
        .and_then(|(_, data)| data.as_bytes())
        .ok_or("there is no authenticator data")?;
    let data = Data::read(authenticator, site)?;
    let key = data.key.ok_or("no key is told")?;
    if bytes(&answer["id"])? != key.credential {
        return Err("the key is called otherwise by the browser");
    }
    PublicKey::read(&key.public_key)?;
    Ok(NewKey { sign_count: data.sign_count, ..key })
}

impl Assertion {
    /// Reads an answer: `AuthenticationResponseJSON`.
    pub(crate) fn read(answer: &Json) -> Result<Assertion, Why> {
        let response = &answer["response"];
        let person = match &response["userHandle"] {
            Json::Null => None,
            person => Some(bytes(person)?),
        };
        Ok(Assertion {
            credential: bytes(&answer["id"])?,
            person,
            client: bytes(&response["clientDataJSON"])?,
            authenticator: bytes(&response["authenticatorData"])?,
            signature: bytes(&response["signature"])?,
        })
    }

    /// Whether it answers `challenge` at `site`, signed by `public_key`, by somebody whom the authenticator verified; what it counts.
    pub(crate) fn verify(&self, public_key: &[u8], challenge: &str, site: &Site) -> Result<u32, Why> {
        check_client(&self.client, "webauthn.get", challenge, site)?;
        let data = Data::read(&self.authenticator, site)?;
        let signed = [self.authenticator.as_slice(), Sha256::digest(&self.client).as_slice()].concat();
        PublicKey::read(public_key)?.verify(&signed, &self.signature)?;
        Ok(data.sign_count)
    }
}

/// What the browser says that was asked, of whom, and where.
fn check_client(client: &[u8], kind: &str, challenge: &str, site: &Site) -> Result<(), Why> {
    let said: Json = serde_json::from_slice(client).map_err(|_| "what the browser says cannot be read")?;
    if said["type"] != kind {
        return Err("it is of another ceremony");
    }
    if said["challenge"] != challenge {
        return Err("it answers another challenge");
    }
    if said["origin"] != site.origin.as_str() {
        return Err("it was made at another address");
    }
    if said["crossOrigin"] == true {
        return Err("it was made within a page of another site");
    }
    Ok(())
}

/// What the authenticator says.
struct Data {
    sign_count: u32,
    key: Option<NewKey>,
}

impl Data {
    /// Reads it, and refuses what is of another domain, and whoever was not verified. Source: 6.1.
    fn read(bytes: &[u8], site: &Site) -> Result<Data, Why> {
        const SHORT: Why = "the authenticator data is too short";
        let (domain, rest) = bytes.split_first_chunk::<32>().ok_or(SHORT)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(SHORT)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        let has = |flag: u8| flags & flag != 0;
        if domain.as_slice() != Sha256::digest(site.domain.as_bytes()).as_slice() {
            return Err("it is of another domain");
        }
        if !has(flag::PRESENT) || !has(flag::VERIFIED) {
            return Err("the authenticator did not verify who was there");
        }
        if has(flag::COPIED) && !has(flag::MAY_BE_COPIED) {
            return Err("it is copied and may not be");
        }
        let sign_count = u32::from_be_bytes(*count);
        let mut key = None;
        if has(flag::NEW_KEY) {
            let (_model, after) = rest.split_first_chunk::<16>().ok_or(SHORT)?;
            let (length, after) = after.split_first_chunk::<2>().ok_or(SHORT)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > CREDENTIAL_MAX {
                return Err("the identifier is empty or too long");
            }
            let (credential, after) = after.split_at_checked(length).ok_or(SHORT)?;
            let (public_key, after) = one_of_cbor(after)?;
            if public_key.len() > KEY_MAX {
                return Err("the key is too long");
            }
            key =
                Some(NewKey { credential: credential.to_vec(), public_key: public_key.to_vec(), sign_count });
            rest = after;
        }
        if has(flag::EXTENDED) {
            rest = one_of_cbor(rest)?.1;
        }
        if rest.is_empty() {
            Ok(Data { sign_count, key })
        } else {
            Err("something follows the authenticator data")
        }
    }
}

/// The first item of CBOR, and what follows it.
fn one_of_cbor(bytes: &[u8]) -> Result<(&[u8], &[u8]), Why> {
    let mut rest = bytes;
    let read: Result<Cbor, _> = ciborium::from_reader(&mut rest);
    read.map_err(|_| "what the authenticator says cannot be read")?;
    Ok(bytes.split_at(bytes.len() - rest.len()))
}

/// A public key. Source: RFC 9052, 7; RFC 9053, 7; RFC 8230, 4.
#[derive(Debug)]
enum PublicKey {
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    Rs256 { modulus: Vec<u8>, exponent: Vec<u8> },
}

impl PublicKey {
    fn read(cose: &[u8]) -> Result<PublicKey, Why> {
        const OTHER: Why = "the key is of a kind that is not taken";
        let read: Cbor = ciborium::from_reader(cose).map_err(|_| "the key cannot be read")?;
        let map = read.as_map().ok_or("the key cannot be read")?;
        let of = |label: i64| {
            map.iter().find(|(name, _)| name.as_integer() == Some(label.into())).map(|(_, value)| value)
        };
        let number =
            |label: i64| of(label).and_then(Cbor::as_integer).and_then(|one| i64::try_from(one).ok());
        let part = |label: i64, lengths: std::ops::RangeInclusive<usize>| {
            let part = of(label).and_then(Cbor::as_bytes).filter(|part| lengths.contains(&part.len()));
            part.cloned().ok_or("a part of the key is missing, or of another length")
        };
        match (number(1), number(3), number(-1)) {
            (Some(2), Some(ES256), Some(1)) => {
                Ok(PublicKey::Es256([vec![4], part(-2, 32..=32)?, part(-3, 32..=32)?].concat()))
            }
            (Some(1), Some(EDDSA), Some(6)) => Ok(PublicKey::EdDsa(part(-2, 32..=32)?)),
            (Some(3), Some(RS256), _) => {
                Ok(PublicKey::Rs256 { modulus: part(-1, 256..=1024)?, exponent: part(-2, 1..=8)? })
            }
            _ => Err(OTHER),
        }
    }

    fn verify(&self, signed: &[u8], signature: &[u8]) -> Result<(), Why> {
        let verified = match self {
            PublicKey::Es256(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key).verify(signed, signature)
            }
            PublicKey::EdDsa(key) => UnparsedPublicKey::new(&ED25519, key).verify(signed, signature),
            PublicKey::Rs256 { modulus, exponent } => RsaPublicKeyComponents { n: modulus, e: exponent }
                .verify(&RSA_PKCS1_2048_8192_SHA256, signed, signature),
        };
        verified.map_err(|_| "the signature is not the key's")
    }
}

/// Bytes in base64url. Some libraries of browsers pad them.
fn bytes(text: &Json) -> Result<Vec<u8>, Why> {
    let text = text.as_str().ok_or("a part is missing")?;
    Base64UrlUnpadded::decode_vec(text.trim_end_matches('=')).map_err(|_| "a part is not in base64url")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A key of 2048 bits, and what it signed: the word `tisserand`. Made with OpenSSL.
    const MODULUS: &str = "mVZZJ3RC6j-2RByGwHA5ftd7lWLlDDqVofATmLpxAdZUVOg2mVp_wrI6nyuuGwYuzeKCqnWrducj-PBDL3m_HkzdX84ttuqvbo92B2qInUkQP1ibE1AcFKrEcHvO_NyfKbj4OiBVz-CLFEYfBNciD-SF64b0T2uibcMkhdxvCIjK3S0qK73IvnOEC3Xf4ML5vqKzTX_-F4gjvLwaG-e8xKxWSsWUfKClGlKxWaHF3oHVJcKLe6NQ1sJzChEz2W3Ir41oamYWqbvwXUFb1xhnqXNT7EK5q9QA3b1DeAQFQIO5pEgi0E1TqyvmteCSYcbBvByMov8zB6UNIkSspdpo0Q";
    const SIGNATURE: &str = "TE3yC4LRsWm8qtHzi3NpwtzuJC3J38ln7xn1WF8Ggv0vx8mWfcRKH7MqZT3HJ2SCWYaOjp9JAxgJ87Y6eOIOepOKrmzWPIvzX86Yl0dw6CnXkMw4YaKnv3FcLBlv3KqEsvgaXONzP4vpvg02i8Coh2r4tyP_SuiGa6h9lFoW2aMjWn9gtGIai-34rwXCk2GDFr19MHIAT3A5MThX8B3VQjVYfqKkYkSuSPJ54leU4SVIDLyosCllT_OYkGnd0rFZxuGdkelq3s3NoEue0AYj2vJN-Tvhl_A0Cu24YE4IiezkpVA4czgtbyzATybLMCOrIoOkaqBtVaN7c18EB3wKeQ";

    fn cose(entries: &[(i64, Cbor)]) -> Vec<u8> {
        let map = entries.iter().map(|(label, value)| (Cbor::from(*label), value.clone())).collect();
        let mut bytes = Vec::new();
        ciborium::into_writer(&Cbor::Map(map), &mut bytes).unwrap();
        bytes
    }

    fn rsa(modulus: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        cose(&[(1, 3.into()), (3, RS256.into()), (-1, part(modulus)), (-2, part(&[1, 0, 1]))])
    }

    #[test]
    fn what_an_rsa_key_signed_is_verified_and_short_or_strange_keys_are_not_taken() {
        let (modulus, signature) = (bytes(&json!(MODULUS)).unwrap(), bytes(&json!(SIGNATURE)).unwrap());
        let key = PublicKey::read(&rsa(&modulus)).unwrap();
        assert_eq!(key.verify(b"tisserand", &signature), Ok(()));
        assert!(key.verify(b"tisserande", &signature).is_err());
        assert!(PublicKey::read(&rsa(&modulus[..128])).is_err(), "1024 bits");
        let point = |length: usize| Cbor::Bytes(vec![1; length]);
        let of = |kind: i64, way: i64, curve: i64, length: usize| {
            cose(&[
                (1, kind.into()),
                (3, way.into()),
                (-1, curve.into()),
                (-2, point(length)),
                (-3, point(length)),
            ])
        };
        assert!(PublicKey::read(&of(2, ES256, 1, 32)).is_ok());
        assert!(PublicKey::read(&of(1, EDDSA, 6, 32)).is_ok());
        for other in [
            of(2, ES256, 2, 32),
            of(2, EDDSA, 1, 32),
            of(2, ES256, 1, 31),
            of(2, -35, 2, 48),
            of(4, 5, 1, 32),
        ] {
            assert!(PublicKey::read(&other).is_err());
        }
        // A point that is not on the curve verifies nothing.
        assert!(PublicKey::read(&of(2, ES256, 1, 32)).unwrap().verify(b"x", &signature).is_err());
        for garbage in
            [&b""[..], b"\xff", b"\xa1", b"\x00", b"\xbf\xff", b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"]
        {
            assert!(PublicKey::read(garbage).is_err(), "{garbage:?}");
        }
    }

    #[test]
    fn authenticator_data_is_read_whole_or_not_at_all() {
        let site =
            Site { domain: "crm.example.org".to_owned(), origin: "https://crm.example.org".to_owned() };
        let domain = Sha256::digest(site.domain.as_bytes()).to_vec();
        let data = |flags: u8, rest: &[u8]| [&domain[..], &[flags], &[0, 0, 0, 9], rest].concat();
        let verified = flag::PRESENT | flag::VERIFIED;
        let read = |bytes: &[u8]| Data::read(bytes, &site).map(|data| (data.sign_count, data.key));
        assert_eq!(read(&data(verified, &[])), Ok((9, None)));
        assert_eq!(read(&data(verified | flag::EXTENDED, b"\xa0")), Ok((9, None)));
        let key = [&[0; 16][..], &[0, 2], b"id", &cose(&[(1, 2.into())])].concat();
        let told = read(&data(verified | flag::NEW_KEY, &key)).unwrap().1.unwrap();
        assert_eq!(
            (told.credential.as_slice(), told.public_key.as_slice()),
            (&b"id"[..], &b"\xa1\x01\x02"[..])
        );
        let whole = data(verified | flag::NEW_KEY | flag::EXTENDED, &[&key[..], b"\xa0"].concat());
        assert!(read(&whole).is_ok());
        for length in 0..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length}");
        }
        assert!(read(&[&whole[..], b"x"].concat()).is_err());
        for flags in [0, flag::PRESENT, flag::VERIFIED, verified | flag::COPIED, verified | flag::EXTENDED] {
            assert!(read(&data(flags, &[])).is_err(), "{flags:x}");
        }
        assert!(read(&data(verified | flag::NEW_KEY, &[&[0; 16][..], &[0, 0], b"\xa0"].concat())).is_err());
    }
}
