//! Signing in by an identity provider: authorization code with PKCE, state and nonce. Source: OpenID Connect Core 1.0; RFC 9700 (best current practice).
//!
//! What was begun is kept by the browser alone, sealed, in a cookie: any server of the platform can end it, nothing is left where somebody gave up.
//! The keys of the provider are asked for at each sign-in, so that a rotation is followed at once.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use dictionary::{Language, RecordId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use crate::devices::Visitor;
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::providers::{Protocol, Provider, ProviderError, Refused, Told};
use crate::secret;
use crate::sessions::{Opening, SignedIn};
use crate::sign_in_events::{Event, Noted, Way};
use crate::throttle::{Attempt, Guess, Standing};

/// A sign-in that was begun has to end within this time.
pub const BEGUN_FOR: SignedDuration = SignedDuration::from_mins(10);

/// How far the provider's clock may be from ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// Letters of a name at most.
const NAME_MAX: usize = 120;

/// What a browser's cookie is sealed about.
const BEGUN: &str = "sign-in begun at an identity provider";

/// Ways to sign that are taken; none that a public key could be mistaken for a secret in.
const ALGORITHMS: &[Algorithm] = &[
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// A sign-in that was begun.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What it keeps meanwhile.
    pub kept: String,
}

/// What comes back from the provider.
#[derive(Debug, Clone, Default)]
pub struct CameBack {
    /// What to exchange.
    pub code: Option<String>,
    /// What we sent along.
    pub state: Option<String>,
    /// Who answers, where they say (RFC 9207).
    pub issuer: Option<String>,
    /// Why not.
    pub error: Option<String>,
}

/// What a provider says of itself.
struct Metadata {
    authorization: String,
    token: String,
    keys: String,
    user_info: Option<String>,
    posts_secret: bool,
    /// It says in each answer that it is the one who answers (RFC 9207).
    names_itself: bool,
}

/// What a browser kept.
struct Kept {
    provider: RecordId,
    redirect: String,
    state: String,
    nonce: String,
    verifier: String,
    to: Option<String>,
}

impl Platform {
    /// Begins to sign in by a provider. `redirect`: our address that it, and no other, sends the browser back to; `to`: where the person wants to go
    /// afterwards.
    ///
    /// Errors: there is no such provider; it cannot be called.
    pub fn provider_begin(
        &self,
        code: &str,
        redirect: &str,
        to: Option<&str>,
    ) -> Result<Begun, PlatformError> {
        let provider = self.provider_gone_to(code)?;
        let metadata = self.metadata(&provider)?;
        let fresh = || secret::secret(self.random.as_ref());
        let (state, nonce, verifier) = (fresh(), fresh(), fresh());
        let challenge = Base64UrlUnpadded::encode_string(&Sha256::digest(verifier.as_bytes()));
        let mut scope = vec!["openid", "email", "profile"];
        scope.extend(provider.scopes.iter().map(String::as_str));
        let scope = scope.join(" ");
        let asked = [
            ("response_type", "code"),
            ("client_id", provider.client_id.as_str()),
            ("redirect_uri", redirect),
            ("scope", scope.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let query: Vec<String> = asked
            .iter()
            .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
            .collect();
        let joint = if metadata.authorization.contains('?') { '&' } else { '?' };
        let until = self.clock.now() + BEGUN_FOR;
        let kept = json!({
            "provider": provider.id, "redirect": redirect, "state": state, "nonce": nonce, "verifier": verifier, "to": to,
            "until": until,
        });
        let kept = self.keys.seal(BEGUN, kept.to_string().as_bytes(), self.random.as_ref())?;
        Ok(Begun { url: format!("{}{joint}{}", metadata.authorization, query.join("&")), kept })
    }

    /// Ends to sign in by a provider: the session, and where the person wanted to go. `code`: the provider whose address the browser came back to.
    ///
    /// Errors: it was not begun in this browser, or too long ago; the provider refused, or what it sent does not hold; it may not speak for this person.
    pub fn provider_end(
        &self,
        code: &str,
        kept: Option<&str>,
        back: &CameBack,
        visitor: &Visitor<'_>,
    ) -> Result<(SignedIn, Option<String>), PlatformError> {
        let kept = kept.and_then(|kept| self.kept(kept)).ok_or(ProviderError::NotBegun)?;
        // Compared as hashes: how long that takes tells nothing of what was expected.
        let state = back.state.as_deref().unwrap_or_default();
        if secret::hash(state) != secret::hash(&kept.state) {
            return Err(ProviderError::NotBegun.into());
        }
        let provider = self.provider_gone_to(code)?;
        // Each provider has an address of its own to send browsers back to: one that sends them on to another's is found out (RFC 9700, 4.4.2.2).
        if kept.provider != provider.id {
            return Err(ProviderError::NotBegun.into());
        }
        let account = format!("identity provider {}", provider.id);
        let now = self.clock.now();
        let attempt = Attempt {
            guess: Guess::Password,
            account: &account,
            address: visitor.address,
            // Of one address, not of the provider: a stranger hinders nobody else.
            standing: Standing::Place,
            now,
        };
        if let Err(retry_after_s) = self.throttle.attempt(attempt) {
            self.note_slowed(None, visitor)?;
            return Err(PlatformError::Throttled { retry_after_s });
        }
        let user = match self.provider_told(&provider, &kept, back) {
            Ok(told) => self.provider_person(&provider, &told),
            Err(error) => Err(error.into()),
        };
        let user = match user {
            Ok(user) => user,
            Err(Refused { user, error }) => {
                let event = match error {
                    PlatformError::WrongCredentials => Event::Inactive,
                    _ => Event::ProviderRefused,
                };
                self.note(Noted::at_the_door(event, user, visitor))?;
                return Err(error);
            }
        };
        self.throttle.succeeded(attempt);
        let known = self.devices_known(user.id, visitor)?;
        let opening = Opening { provider: Some(provider.id), ..Opening::of(Way::Provider) };
        let signed_in = self.session_open(user.id, known, opening, visitor)?;
        Ok((signed_in, kept.to))
    }

    /// An active provider that people go to, and come back from.
    fn provider_gone_to(&self, code: &str) -> Result<Provider, PlatformError> {
        let provider = self.provider(code)?;
        if provider.protocol == Protocol::Oidc { Ok(provider) } else { Err(PlatformError::NotFound) }
    }

    /// What a provider tells of whoever comes back from it.
    fn provider_told(
        &self,
        provider: &Provider,
        kept: &Kept,
        back: &CameBack,
    ) -> Result<Told, PlatformError> {
        if back.issuer.as_ref().is_some_and(|issuer| *issuer != provider.issuer) {
            return Err(ProviderError::Invalid("another issuer answered").into());
        }
        if let Some(error) = &back.error {
            let error = error.chars().filter(|c| !c.is_control()).take(100).collect();
            return Err(ProviderError::Denied(error).into());
        }
        let code = back.code.as_deref().ok_or(ProviderError::Invalid("it sent no code"))?;
        let metadata = self.metadata(provider)?;
        if metadata.names_itself && back.issuer.is_none() {
            return Err(ProviderError::Invalid("it did not say that it is the one who answers").into());
        }
        self.exchanged(provider, &metadata, kept, code)
    }

    /// Exchanges a code, and reads what the provider tells of the person.
    fn exchanged(
        &self,
        provider: &Provider,
        metadata: &Metadata,
        kept: &Kept,
        code: &str,
    ) -> Result<Told, PlatformError> {
        let secret = self.provider_secret(provider)?;
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", kept.redirect.as_str()),
            ("code_verifier", kept.verifier.as_str()),
        ];
        let basic = format!("{}:{}", encoded(&provider.client_id), encoded(&secret));
        let basic = format!("Basic {}", Base64::encode_string(basic.as_bytes()));
        if metadata.posts_secret {
            form.extend([("client_id", provider.client_id.as_str()), ("client_secret", secret.as_str())]);
        }
        let authorization = (!metadata.posts_secret).then_some(basic.as_str());
        let tokens =
            self.outgoing.post(&metadata.token, authorization, &form).map_err(ProviderError::from)?;
        let id_token = tokens["id_token"].as_str().ok_or(ProviderError::Invalid("there is no ID token"))?;
        let keys = self.outgoing.get(&metadata.keys, None).map_err(ProviderError::from)?;
        let mut claims = claims(provider, id_token, &keys, &kept.nonce, self.clock.now())?;
        // An address and whether it is verified are taken from one place, never one from here and the other from there.
        if !(claims.contains_key("email") && claims.contains_key("email_verified")) {
            claims.remove("email");
            claims.remove("email_verified");
        }
        let lacks = |name: &str| !claims.contains_key(name);
        if (lacks("email") || lacks(&provider.groups_claim))
            && let (Some(url), Some(access)) = (&metadata.user_info, tokens["access_token"].as_str())
        {
            let more = self.outgoing.get(url, Some(access)).map_err(ProviderError::from)?;
            if more["sub"] != claims["sub"] {
                return Err(ProviderError::Invalid("the user information is somebody else's").into());
            }
            let has_address = claims.contains_key("email");
            for (name, value) in more.as_object().cloned().unwrap_or_default() {
                let is_of_address = has_address && name.starts_with("email");
                // What is signed comes first.
                if !is_of_address {
                    claims.entry(name).or_insert(value);
                }
            }
        }
        told(provider, &claims)
    }

    /// What a provider says of itself: where it is to be asked.
    fn metadata(&self, provider: &Provider) -> Result<Metadata, PlatformError> {
        let issuer = provider.issuer.trim_end_matches('/');
        let url = format!("{issuer}/.well-known/openid-configuration");
        let said = self.outgoing.get(&url, None).map_err(ProviderError::from)?;
        // Mix-up and phishing begin with a document that speaks for another.
        if said["issuer"].as_str() != Some(provider.issuer.as_str()) {
            return Err(ProviderError::Invalid("its document names another issuer").into());
        }
        let address = |name: &str| -> Result<String, PlatformError> {
            let url = said[name].as_str().ok_or(ProviderError::Invalid("its document lacks an address"))?;
            self.outgoing.allowed(url).map_err(ProviderError::from)?;
            Ok(url.to_owned())
        };
        let methods = said["token_endpoint_auth_methods_supported"].as_array();
        let takes = |method: &str| methods.is_some_and(|methods| methods.iter().any(|one| one == method));
        Ok(Metadata {
            authorization: address("authorization_endpoint")?,
            token: address("token_endpoint")?,
            keys: address("jwks_uri")?,
            user_info: if said["userinfo_endpoint"].is_string() {
                Some(address("userinfo_endpoint")?)
            } else {
                None
            },
            names_itself: said["authorization_response_iss_parameter_supported"] == true,
            posts_secret: takes("client_secret_post") && !takes("client_secret_basic"),
        })
    }

    fn kept(&self, sealed: &str) -> Option<Kept> {
        let kept: Json = serde_json::from_slice(&self.keys.open(BEGUN, sealed).ok()?).ok()?;
        let text = |name: &str| kept[name].as_str().map(str::to_owned);
        let until: Timestamp = kept["until"].as_str()?.parse().ok()?;
        if until <= self.clock.now() {
            return None;
        }
        Some(Kept {
            provider: RecordId::parse(kept["provider"].as_str()?)?,
            redirect: text("redirect")?,
            state: text("state")?,
            nonce: text("nonce")?,
            verifier: text("verifier")?,
            to: text("to"),
        })
    }
}

/// The claims of an ID token that holds: signed by a key of the provider, for us, by it, now, for this very sign-in.
fn claims(
    provider: &Provider,
    token: &str,
    keys: &Json,
    nonce: &str,
    now: Timestamp,
) -> Result<Map<String, Json>, PlatformError> {
    let invalid = |why: &'static str| PlatformError::from(ProviderError::Invalid(why));
    let header = jsonwebtoken::decode_header(token).map_err(|_| invalid("the ID token cannot be read"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(invalid("the ID token is signed in a way that is not taken"));
    }
    // A set may have keys of kinds that we do not know.
    let all = keys["keys"].as_array().cloned().unwrap_or_default();
    let signs = |key: &Json| key["use"].as_str().is_none_or(|used| used == "sig");
    let known = all.into_iter().filter(signs).filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let mut known = known.filter(|key| match &header.kid {
        Some(kid) => key.common.key_id.as_ref() == Some(kid),
        None => true,
    });
    // Without a name, only the one there is.
    let key = match (known.next(), known.next()) {
        (Some(key), None) => Some(key),
        (Some(key), Some(_)) if header.kid.is_some() => Some(key),
        _ => None,
    };
    let key =
        key.ok_or_else(|| invalid("the ID token is signed by a key that the provider does not have"))?;
    let key = DecodingKey::from_jwk(&key).map_err(|_| invalid("the provider's key cannot be used"))?;
    let mut validation = Validation::new(header.alg);
    validation.set_audience(&[&provider.client_id]);
    validation.set_issuer(&[&provider.issuer]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // By our clock, below.
    validation.validate_exp = false;
    let decoded = jsonwebtoken::decode::<Map<String, Json>>(token, &key, &validation)
        .map_err(|_| invalid("the ID token is not signed by the provider, or not for us"))?;
    let claims = decoded.claims;
    // One that is there and is no number is not the same as one that is not there.
    let moment = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            let moment = value.as_i64().and_then(|second| Timestamp::from_second(second).ok());
            moment.map(Some).ok_or_else(|| invalid("the ID token has a moment that cannot be read"))
        }
    };
    let skewed = |at: Timestamp| at.saturating_add(SKEW).unwrap_or(Timestamp::MAX);
    if moment("exp")?.is_none_or(|exp| skewed(exp) <= now) {
        return Err(invalid("the ID token is too old"));
    }
    if moment("iat")?.is_some_and(|iat| iat > skewed(now))
        || moment("nbf")?.is_some_and(|nbf| nbf > skewed(now))
    {
        return Err(invalid("the ID token is not valid yet"));
    }
    let sent = claims.get("nonce").and_then(Json::as_str).unwrap_or_default();
    if secret::hash(sent) != secret::hash(nonce) {
        return Err(invalid("the ID token is of another sign-in"));
    }
    let several = claims.get("aud").and_then(Json::as_array).is_some_and(|aud| aud.len() > 1);
    let party = claims.get("azp").and_then(Json::as_str);
    if several && party.is_none() || party.is_some_and(|party| party != provider.client_id) {
        return Err(invalid("the ID token was made for another party"));
    }
    Ok(claims)
}

fn told(provider: &Provider, claims: &Map<String, Json>) -> Result<Told, PlatformError> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str).map(str::to_owned);
    let verified = match claims.get("email_verified") {
        Some(Json::Bool(verified)) => *verified,
        Some(Json::String(text)) => text == "true", // some say it so
        _ => false,
    };
    let email = text("email").map(|email| crate::users::normal_email(&email)).filter(|_| verified);
    let groups = match claims.get(&provider.groups_claim) {
        Some(Json::Array(groups)) => {
            groups.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        }
        Some(Json::String(group)) => vec![group.clone()],
        _ => Vec::new(),
    };
    Ok(Told {
        subject: text("sub")
            .filter(|sub| sub.len() <= 255)
            .ok_or(ProviderError::Invalid("there is no subject"))?,
        email: email.ok_or(ProviderError::Unverified)?,
        name: text("name").map(|name| name.chars().take(NAME_MAX).collect()),
        language: text("locale").and_then(|locale| Language::from_code(locale.get(..2)?)),
        groups,
    })
}

/// As forms write it: RFC 6749, 2.3.1 has identifiers and secrets so before Basic.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
