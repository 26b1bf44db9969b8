//! An authenticator in software: it makes keys and signs with them, as a browser hands its answers on.

use base64ct::{Base64UrlUnpadded, Encoding};
use ciborium::Value as Cbor;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// Present, verified.
pub const VERIFIED: u8 = 0x05;
/// Present, not verified.
pub const PRESENT: u8 = 0x01;
const NEW_KEY: u8 = 0x40;

/// What signs.
pub enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

/// A key that the authenticator holds, and what it says when it signs.
pub struct Key {
    pair: Pair,
    pub id: Vec<u8>,
    person: String,
    pub count: u32,
    pub flags: u8,
    pub origin: String,
    pub domain: String,
    pub cross_origin: bool,
}

pub fn text(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

impl Key {
    /// A key of P-256 for somebody at `origin`, whom the options of the ceremony name.
    pub fn new(options: &Json, origin: &str) -> Key {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).unwrap();
        Key::of(Pair::Es256(pair), options, origin)
    }

    /// A key of Ed25519.
    pub fn ed25519(options: &Json, origin: &str) -> Key {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Key::of(Pair::EdDsa(Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap()), options, origin)
    }

    fn of(pair: Pair, options: &Json, origin: &str) -> Key {
        let mut id = [0; 20];
        ring::rand::SecureRandom::fill(&SystemRandom::new(), &mut id).unwrap();
        Key {
            pair,
            id: id.to_vec(),
            person: options["user"]["id"].as_str().unwrap().to_owned(),
            count: 0,
            flags: VERIFIED,
            origin: origin.to_owned(),
            domain: options["rp"]["id"].as_str().unwrap().to_owned(),
            cross_origin: false,
        }
    }

    /// What a browser answers when the key was made.
    pub fn made(&self, options: &Json) -> Json {
        let mut data = self.data(self.flags | NEW_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(cbor(&self.cose()));
        let attestation = cbor(&Cbor::Map(vec![
            (Cbor::from("fmt"), Cbor::from("none")),
            (Cbor::from("attStmt"), Cbor::Map(Vec::new())),
            (Cbor::from("authData"), Cbor::Bytes(data)),
        ]));
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": text(&self.client("webauthn.create", options)),
                "attestationObject": text(&attestation),
            },
        })
    }

    /// What a browser answers when the key signed.
    pub fn signed(&mut self, options: &Json) -> Json {
        if self.count > 0 {
            self.count += 1;
        }
        let data = self.data(self.flags);
        let client = self.client("webauthn.get", options);
        let message = [data.as_slice(), Sha256::digest(&client).as_slice()].concat();
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&random, &message).unwrap().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(&message).as_ref().to_vec(),
        };
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": text(&client), "authenticatorData": text(&data), "signature": text(&signature),
                "userHandle": self.person,
            },
        })
    }

    fn client(&self, kind: &str, options: &Json) -> Vec<u8> {
        let said = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": self.cross_origin,
        });
        said.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let domain = Sha256::digest(self.domain.as_bytes());
        [domain.as_slice(), &[flags], &self.count.to_be_bytes()].concat()
    }

    /// The public key.
    fn cose(&self) -> Cbor {
        let entry = |label: i64, value: Cbor| (Cbor::from(label), value);
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        Cbor::Map(match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    entry(1, Cbor::from(2)),
                    entry(3, Cbor::from(-7)),
                    entry(-1, Cbor::from(1)),
                    entry(-2, bytes(&point[1..33])),
                    entry(-3, bytes(&point[33..])),
                ]
            }
            Pair::EdDsa(pair) => vec![
                entry(1, Cbor::from(1)),
                entry(3, Cbor::from(-8)),
                entry(-1, Cbor::from(6)),
                entry(-2, bytes(pair.public_key().as_ref())),
            ],
        })
    }
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}
