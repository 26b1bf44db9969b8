//! Cookies: how they are read and set.

use std::borrow::Cow;

use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::response::Response;

/// Name of the session cookie.
pub(crate) const SESSION: &str = "tisserand_session";

/// Name of the cookie of a browser in which somebody signed in before.
pub(crate) const DEVICE: &str = "tisserand_device";

/// Name of the cookie of a browser that somebody trusts.
pub(crate) const TRUSTED: &str = "tisserand_trusted";

/// Name of the cookie that keeps a sign-in begun at an identity provider.
pub(crate) const BEGUN: &str = "tisserand_begun";

/// Name of the cookie that ties a sign-in by a passkey to the browser that began it.
pub(crate) const CEREMONY: &str = "tisserand_ceremony";

/// What a cookie is called in browsers. By HTTPS they take one of this prefix from this very host only, not from others beneath its domain, and not
/// without encryption. Source: RFC 6265bis, 4.1.3.2.
pub(crate) fn name_of(name: &'static str, secure: bool) -> Cow<'static, str> {
    if secure { format!("__Host-{name}").into() } else { name.into() }
}

/// The value of a cookie; `None` without one, or when it is empty.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &'static str, secure: bool) -> Option<&'a str> {
    let name = name_of(name, secure);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Sets a cookie that scripts cannot read and that other sites do not send along; `age_s` of 0 takes it away.
pub(crate) fn set_cookie(response: &mut Response, name: &'static str, value: &str, age_s: i64, secure: bool) {
    let name = name_of(name, secure);
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age_s}{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let sent = HeaderValue::from_static("a=b; tisserand_session=s3cret; tisserand_device=; c=d");
        let headers = HeaderMap::from_iter([(header::COOKIE, sent)]);
        assert_eq!(cookie(&headers, SESSION, false), Some("s3cret"));
        assert_eq!(cookie(&headers, DEVICE, false), None);
    }

    #[test]
    fn by_https_a_cookie_of_another_host_beneath_our_domain_is_none() {
        let sent = HeaderValue::from_static("tisserand_session=theirs; __Host-tisserand_session=ours");
        let headers = HeaderMap::from_iter([(header::COOKIE, sent)]);
        assert_eq!(cookie(&headers, SESSION, true), Some("ours"));
        let sent = HeaderValue::from_static("tisserand_session=theirs");
        assert_eq!(cookie(&HeaderMap::from_iter([(header::COOKIE, sent)]), SESSION, true), None);
    }
}
