//! Cookies: how they are read and set.

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

/// The value of a cookie; `None` without one, or when it is empty.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value).filter(|value| !value.is_empty())
}

/// Sets a cookie that scripts cannot read and that other sites do not send along; `age_s` of 0 takes it away.
pub(crate) fn set_cookie(response: &mut Response, name: &str, value: &str, age_s: i64, secure: bool) {
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
        assert_eq!(cookie(&headers, SESSION), Some("s3cret"));
        assert_eq!(cookie(&headers, DEVICE), None);
    }
}
