//! An authority that gives certificates by ACME (RFC 8555), and how it is called.

use std::future::Future;
use std::io::Read;
use std::pin::Pin;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Method, Request, Response};
use instant_acme::{
    Account, AccountCredentials, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, Error,
    HttpClient, Identifier, NewAccount, NewOrder, OrderStatus, RetryPolicy,
};
use platform::certificates::Certificate;
use rcgen::{CertificateParams, CustomExtension, KeyPair};
use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::AcmeConfig;

/// A call and its answer take this long at most.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 1 << 20;
/// It looks whether a host is ours, and makes a certificate, within this; what takes longer is asked for again later.
const LOOKS: RetryPolicy =
    RetryPolicy::new().initial_delay(Duration::from_millis(250)).timeout(Duration::from_secs(60));

/// Certificates that the authority's own comes from, PEM; those that browsers trust if empty.
#[derive(Debug, Clone, Default)]
pub struct Roots(Vec<ureq::tls::Certificate<'static>>);

impl Roots {
    /// Those of a file's content; `None` if there are none.
    pub fn read(pem: &[u8]) -> Option<Roots> {
        let items: Vec<_> = parse_pem(pem).filter_map(Result::ok).collect();
        let certificates = items.into_iter().filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        });
        let roots = Roots(certificates.collect());
        (!roots.0.is_empty()).then_some(roots)
    }

    fn trusted(&self) -> RootCerts {
        match self.0.as_slice() {
            [] => RootCerts::WebPki,
            roots => RootCerts::new_with_certs(roots),
        }
    }
}

/// Why no certificate was obtained.
#[derive(Debug, thiserror::Error)]
pub(super) enum ObtainError {
    /// The authority refused, or could not be called.
    #[error("{0}")]
    Authority(#[from] Error),
    /// It does not know our account any more.
    #[error("the authority does not know our account")]
    AccountUnknown,
    /// It looks in other ways only.
    #[error("the authority offers no challenge by TLS (tls-alpn-01)")]
    NoChallenge,
    /// It looked, and did not find us.
    #[error("the authority did not find this server under that name: does it lead here, port 443?")]
    NotFound,
    /// What answers it could not be made or kept.
    #[error("what answers the authority could not be made")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Calls of the authority. Its address is the operator's to say: it may stand in our own network.
#[derive(Debug)]
struct Calls {
    agent: Agent,
}

impl Calls {
    fn new(roots: &Roots) -> Calls {
        let tls = TlsConfig::builder().root_certs(roots.trusted()).build();
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .https_only(true)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .tls_config(tls)
            .build();
        Calls { agent: Agent::new_with_config(config) }
    }
}

impl HttpClient for Calls {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let agent = self.agent.clone();
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = match body.collect().await {
                Ok(body) => body.to_bytes(),
                Err(never) => match never {},
            };
            let called = tokio::task::spawn_blocking(move || {
                let answered = match head.method {
                    Method::POST => agent.run(Request::from_parts(head, body.to_vec())),
                    _ => agent.run(Request::from_parts(head, ())),
                };
                let (head, body) = answered?.into_parts();
                let mut read = Vec::new();
                body.into_reader().take(ANSWER_MAX).read_to_end(&mut read)?;
                Ok::<_, ureq::Error>(Response::from_parts(head, Full::new(Bytes::from(read))))
            });
            let response = called.await.map_err(|error| Error::Other(Box::new(error)))?;
            Ok(BytesResponse::from(response.map_err(|error| Error::Other(Box::new(error)))?))
        })
    }
}

/// An account at the authority, and how it is written down if it is a new one.
///
/// Errors: the authority cannot be called, or refuses.
pub(super) async fn account(
    acme: &AcmeConfig,
    known: Option<&str>,
) -> Result<(Account, Option<String>), ObtainError> {
    let builder = Account::builder_with_http(Box::new(Calls::new(&acme.roots)));
    if let Some(credentials) = known.and_then(|known| serde_json::from_str::<AccountCredentials>(known).ok())
    {
        return Ok((builder.from_credentials(credentials).await?, None));
    }
    let contact = format!("mailto:{}", acme.contact);
    let new = NewAccount { contact: &[&contact], terms_of_service_agreed: true, only_return_existing: false };
    let (account, credentials) = builder.create(&new, acme.directory.clone(), None).await?;
    let written = serde_json::to_string(&credentials).map_err(Error::Json)?;
    Ok((account, Some(written)))
}

/// A certificate for `host`. `keep` is given what has to answer while the authority looks whether the host is ours.
///
/// Errors: see [`ObtainError`].
pub(super) async fn obtain<K, F>(account: &Account, host: &str, keep: K) -> Result<Certificate, ObtainError>
where
    K: FnOnce(Certificate) -> F,
    F: Future<Output = Result<(), ObtainError>>,
{
    let identifiers = [Identifier::Dns(host.to_owned())];
    let mut order = account.new_order(&NewOrder::new(&identifiers)).await.map_err(of_account)?;
    let mut keep = Some(keep);
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        match authorization.status {
            AuthorizationStatus::Pending => {}
            AuthorizationStatus::Valid => continue, // it looked a short while ago
            _ => return Err(ObtainError::NotFound),
        }
        let mut challenge =
            authorization.challenge(ChallengeType::TlsAlpn01).ok_or(ObtainError::NoChallenge)?;
        let answer = answer(host, challenge.key_authorization().digest().as_ref());
        let answer = answer.map_err(|error| ObtainError::Answer(Box::new(error)))?;
        if let Some(keep) = keep.take() {
            keep(answer).await?;
        }
        challenge.set_ready().await?;
    }
    if order.poll_ready(&LOOKS).await? != OrderStatus::Ready {
        return Err(ObtainError::NotFound);
    }
    let key = order.finalize().await?;
    let chain = order.poll_certificate(&LOOKS).await?;
    Ok(Certificate { chain, key })
}

/// The certificate that shows an authority who we are (RFC 8737).
fn answer(host: &str, digest: &[u8]) -> Result<Certificate, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([host.to_owned()])?;
    params.custom_extensions.push(CustomExtension::new_acme_identifier(digest));
    Ok(Certificate { chain: params.self_signed(&key)?.pem(), key: key.serialize_pem() })
}

fn of_account(error: Error) -> ObtainError {
    match &error {
        Error::Api(problem)
            if problem.r#type.as_deref() == Some("urn:ietf:params:acme:error:accountDoesNotExist") =>
        {
            ObtainError::AccountUnknown
        }
        _ => ObtainError::Authority(error),
    }
}
