//! The address at which passkeys are made and used: a key made at one serves at no other.

/// Where browsers are when they make or use a passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The domain name that keys belong to: the *relying party identifier*.
    pub domain: String,
    /// Scheme, name and port, as browsers write them.
    pub origin: String,
}

impl Site {
    /// The site of a server that browsers reach at `public`; without one, where the browser says it is (`host`, its header), as long as that is this very
    /// machine. `None` where browsers allow no passkeys: at a network address instead of a name, or without HTTPS elsewhere than on this machine.
    ///
    /// Source: Web Authentication Level 3, 5.1.3 and 13.4.9.
    ///
    /// ```
    /// use platform::passkeys::Site;
    /// let site = Site::of(Some("https://crm.example.org/"), false, None).unwrap();
    /// assert_eq!((site.domain.as_str(), site.origin.as_str()), ("crm.example.org", "https://crm.example.org"));
    /// assert_eq!(Site::of(None, false, Some("localhost:7700")).unwrap().origin, "http://localhost:7700");
    /// assert_eq!(Site::of(None, false, Some("127.0.0.1:7700")), None);
    /// assert_eq!(Site::of(None, true, Some("crm.example.org")), None);
    /// ```
    pub fn of(public: Option<&str>, secure: bool, host: Option<&str>) -> Option<Site> {
        match public {
            Some(public) => {
                let (scheme, rest) = public.trim().split_once("://")?;
                Site::at(&scheme.to_ascii_lowercase(), rest.split(['/', '?', '#']).next()?)
            }
            None => {
                let site = Site::at(if secure { "https" } else { "http" }, host?)?;
                is_this_machine(&site.domain).then_some(site)
            }
        }
    }

    fn at(scheme: &str, authority: &str) -> Option<Site> {
        let (domain, port) = match authority.rsplit_once(':') {
            Some((domain, port)) => (domain, Some(port.parse::<u16>().ok()?)),
            None => (authority, None),
        };
        let domain = domain.to_ascii_lowercase();
        if !is_name(&domain) || !(scheme == "https" || scheme == "http" && is_this_machine(&domain)) {
            return None;
        }
        let usual = if scheme == "https" { 443 } else { 80 };
        let origin = match port.filter(|port| *port != usual) {
            Some(port) => format!("{scheme}://{domain}:{port}"),
            None => format!("{scheme}://{domain}"),
        };
        Some(Site { domain, origin })
    }
}

fn is_this_machine(domain: &str) -> bool {
    domain == "localhost" || domain.ends_with(".localhost")
}

/// A name, as opposed to a network address: those end in a number or stand in brackets.
fn is_name(domain: &str) -> bool {
    let plain = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let last = domain.rsplit('.').next().unwrap_or_default();
    domain.len() <= 253
        && domain.split('.').all(plain)
        && !last.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_in_https_or_this_machine_have_passkeys() {
        let origin = |public| Site::of(Some(public), false, Some("localhost:1")).map(|site| site.origin);
        assert_eq!(origin("https://CRM.example.org:443/x").as_deref(), Some("https://crm.example.org"));
        assert_eq!(origin("https://crm.example.org:8443").as_deref(), Some("https://crm.example.org:8443"));
        assert_eq!(origin("http://localhost:80").as_deref(), Some("http://localhost"));
        for none in [
            "http://crm.example.org",
            "https://192.0.2.1",
            "https://[2001:db8::1]:443",
            "https://",
            "crm.example.org",
        ] {
            assert_eq!(origin(none), None, "{none}");
        }
        let host = |host| Site::of(None, false, Some(host)).map(|site| site.origin);
        assert_eq!(host("acme.localhost:7700").as_deref(), Some("http://acme.localhost:7700"));
        for none in
            ["crm.example.org", "[::1]:7700", "localhost:x", "localhost.example.org", "", "a b.localhost"]
        {
            assert_eq!(host(none), None, "{none}");
        }
        assert_eq!(Site::of(None, false, None), None);
    }
}
