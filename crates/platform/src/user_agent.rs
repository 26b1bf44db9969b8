//! What a browser says of itself, in the names people know.

/// `Firefox · Windows`; `None` where it does not say. Versions are left out: they tell nobody which device it was.
///
/// ```
/// let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
/// assert_eq!(platform::user_agent::words(phone).as_deref(), Some("Safari · iPhone"));
/// ```
pub fn words(agent: &str) -> Option<String> {
    let first = |names: &[(&[&str], &'static str)]| {
        names.iter().find(|(marks, _)| marks.iter().any(|mark| agent.contains(mark))).map(|(_, name)| *name)
    };
    match (first(BROWSERS), first(SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser} · {system}")),
        (one, other) => one.or(other).map(str::to_owned).or_else(|| program(agent)),
    }
}

/// The name of a program that is no browser: `curl/8.5.0` is `curl`.
fn program(agent: &str) -> Option<String> {
    let name = agent.split(['/', ' ']).next().unwrap_or_default();
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (plain && (1..=40).contains(&name.len()) && name != "Mozilla").then(|| name.to_owned())
}

// The order counts: every one of them also says the name of an older one.
const BROWSERS: &[(&[&str], &str)] = &[
    (&["Edg/", "EdgA/", "EdgiOS/", "Edge/"], "Edge"),
    (&["OPR/", "Opera"], "Opera"),
    (&["SamsungBrowser/"], "Samsung Internet"),
    (&["Firefox/", "FxiOS/"], "Firefox"),
    (&["Chrome/", "CriOS/"], "Chrome"),
    (&["Safari/"], "Safari"),
];

const SYSTEMS: &[(&[&str], &str)] = &[
    (&["iPhone"], "iPhone"),
    (&["iPad"], "iPad"),
    (&["Android"], "Android"),
    (&["CrOS"], "ChromeOS"),
    (&["Windows"], "Windows"),
    (&["Mac OS X", "Macintosh"], "macOS"),
    (&["Linux", "X11"], "Linux"),
];

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_a_browser_says_becomes_the_names_people_know() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        assert_eq!(words(chrome).as_deref(), Some("Chrome · Windows"));
        assert_eq!(words(&format!("{chrome} Edg/140.0")).as_deref(), Some("Edge · Windows"));
        assert_eq!(words("curl/8.5.0").as_deref(), Some("curl"));
        assert_eq!(words("<script>alert(1)</script>"), None);
        assert_eq!(words(""), None);
    }
}
