//! An identity provider at the other end: OpenID Connect over HTTP, with keys, codes that are good once, and PKCE. It tells the truth unless it is told
//! to lie.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use engine::Clock;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::app::TestClock;

pub const CLIENT_ID: &str = "tisserand";
pub const SECRET: &str = "un secret que le fournisseur connaît aussi";

/// How its tokens are signed.
#[derive(Clone, Copy)]
pub enum Signed {
    /// By its key.
    Rightly,
    /// By somebody else's, under the name of its own.
    BySomebodyElse,
    /// With its public key as if that were a shared secret.
    ByThePublicKey,
    /// Not at all.
    Not,
}

/// What it does otherwise than it should.
pub struct Lies {
    pub signed: Signed,
    /// Claims put over the true ones; null takes one away.
    pub claims: Value,
    /// What it says of itself, put over the truth.
    pub metadata: Value,
    /// What it tells of the person when asked for more.
    pub user_info: Value,
    /// Who it says it is in its answer through the browser; null says nothing.
    pub issuer: Option<Value>,
    pub without_token: bool,
}

impl Default for Lies {
    fn default() -> Lies {
        Lies {
            signed: Signed::Rightly,
            claims: json!({}),
            metadata: json!({}),
            user_info: json!({}),
            issuer: None,
            without_token: false,
        }
    }
}

struct Key {
    document: Vec<u8>,
    public: Vec<u8>,
}

impl Key {
    fn new() -> Key {
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        let document = made.unwrap().as_ref().to_vec();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &document, &SystemRandom::new());
        let public = pair.unwrap().public_key().as_ref().to_vec();
        Key { document, public }
    }
}

/// What was asked for when a code was given.
struct Asked {
    nonce: String,
    challenge: String,
    redirect: String,
}

pub struct Shared {
    issuer: String,
    clock: Arc<TestClock>,
    key: Key,
    stranger: Key,
    pub lies: Mutex<Lies>,
    codes: Mutex<HashMap<String, Asked>>,
    used: Mutex<HashSet<String>>,
}

/// A provider that listens.
pub struct IdentityProvider {
    pub issuer: String,
    pub shared: Arc<Shared>,
    _runtime: Runtime,
}

impl IdentityProvider {
    pub fn start(clock: Arc<TestClock>) -> IdentityProvider {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            issuer: issuer.clone(),
            clock,
            key: Key::new(),
            stranger: Key::new(),
            lies: Mutex::default(),
            codes: Mutex::default(),
            used: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/keys", get(keys))
            .route("/me", get(user_info))
            .with_state(shared.clone());
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        IdentityProvider { issuer, shared, _runtime: runtime }
    }

    /// From now on it does this.
    pub fn lie(&self, lies: Lies) {
        *self.shared.lies.lock() = lies;
    }
}

/// What is put over, and null takes away.
fn put(over: &Value, under: Value) -> Value {
    let mut under = under.as_object().cloned().unwrap_or_default();
    for (name, value) in over.as_object().unwrap() {
        match value {
            Value::Null => under.remove(name),
            value => under.insert(name.clone(), value.clone()),
        };
    }
    Value::Object(under)
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = &shared.issuer;
    let truth = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "authorization_response_iss_parameter_supported": true,
    });
    Json(put(&shared.lies.lock().metadata, truth))
}

fn form(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// The person is there already, and agrees.
async fn authorize(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let asked = form(query.as_deref().unwrap_or_default());
    let text = |name: &str| asked.get(name).cloned().unwrap_or_default();
    assert_eq!((text("response_type"), text("client_id")), ("code".to_owned(), CLIENT_ID.to_owned()));
    assert_eq!(text("code_challenge_method"), "S256");
    let redirect = text("redirect_uri");
    let code = format!("code-{}", shared.codes.lock().len());
    let given = Asked { nonce: text("nonce"), challenge: text("code_challenge"), redirect: redirect.clone() };
    shared.codes.lock().insert(code.clone(), given);
    let issuer = match &shared.lies.lock().issuer {
        None => format!("&iss={}", crate::client::encoded(&shared.issuer)),
        Some(Value::String(other)) => format!("&iss={}", crate::client::encoded(other)),
        Some(_) => String::new(),
    };
    Redirect::to(&format!("{redirect}?code={code}&state={}{issuer}", text("state"))).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let form = form(&body);
    let refused = |why: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": why }))).into_response();
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    let who = format!("{}:{}", crate::client::encoded(CLIENT_ID), crate::client::encoded(SECRET));
    let basic = format!("Basic {}", Base64::encode_string(who.as_bytes()));
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some(&basic) {
        return refused("invalid_client");
    }
    let code = text("code");
    if !shared.used.lock().insert(code.clone()) {
        return refused("invalid_grant");
    }
    let codes = shared.codes.lock();
    let Some(asked) = codes.get(&code) else { return refused("invalid_grant") };
    let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(text("code_verifier").as_bytes()));
    if challenge != asked.challenge || text("redirect_uri") != asked.redirect {
        return refused("invalid_grant");
    }
    let lies = shared.lies.lock();
    if lies.without_token {
        return Json(json!({"access_token": "access", "token_type": "Bearer"})).into_response();
    }
    let now = shared.clock.now().as_second();
    let truth = json!({
        "iss": shared.issuer, "aud": CLIENT_ID, "sub": "zoe-1", "iat": now, "exp": now + 300, "nonce": asked.nonce,
        "email": "zoe@acme.example", "email_verified": true, "name": "Zoé Martin", "locale": "en-GB",
        "groups": ["CRM lecture"],
    });
    let claims = put(&lies.claims, truth);
    let id_token = signed(&shared, lies.signed, claims.as_object().unwrap());
    Json(json!({"access_token": "access", "token_type": "Bearer", "id_token": id_token})).into_response()
}

fn signed(shared: &Shared, how: Signed, claims: &Map<String, Value>) -> String {
    let named = |algorithm| Header { kid: Some("one".to_owned()), ..Header::new(algorithm) };
    let by = |key: &Key| EncodingKey::from_ec_der(&key.document);
    let made = match how {
        Signed::Rightly => jsonwebtoken::encode(&named(Algorithm::ES256), claims, &by(&shared.key)),
        Signed::BySomebodyElse => {
            jsonwebtoken::encode(&named(Algorithm::ES256), claims, &by(&shared.stranger))
        }
        Signed::ByThePublicKey => jsonwebtoken::encode(
            &named(Algorithm::HS256),
            claims,
            &EncodingKey::from_secret(&shared.key.public),
        ),
        Signed::Not => {
            let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
            let header = part(&json!({"alg": "none", "kid": "one"}));
            Ok(format!("{header}.{}.", part(&Value::Object(claims.clone()))))
        }
    };
    made.unwrap()
}

async fn keys(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let part = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
    let public = &shared.key.public;
    Json(json!({"keys": [
        {"kty": "strange", "kid": "of a kind to come"},
        {"kty": "EC", "crv": "P-256", "kid": "one", "use": "sig", "x": part(&public[1..33]), "y": part(&public[33..])},
        {"kty": "oct", "kid": "shared", "k": part(public)},
    ]}))
}

async fn user_info(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if headers.get("authorization").and_then(|value| value.to_str().ok()) != Some("Bearer access") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(put(&shared.lies.lock().user_info, json!({"sub": "zoe-1"}))).into_response()
}
