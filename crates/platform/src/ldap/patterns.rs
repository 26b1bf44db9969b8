//! What is put into filters and names of a directory, and what is read of names: pure text.

use std::fmt::Write as _;

use ldap3::{dn_escape, ldap_escape};

/// The part of an address before its domain.
fn local(email: &str) -> &str {
    email.rsplit_once('@').map_or(email, |(local, _)| local)
}

/// What a pattern says once its words in braces are filled in; a word that is not known stays as it is.
fn filled(pattern: &str, words: &[(&str, String)]) -> String {
    let (mut text, mut rest) = (String::new(), pattern);
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        // What was filled in is not looked at again.
        match words.iter().find(|(word, _)| rest.starts_with(*word)) {
            Some((word, value)) => {
                text.push_str(value);
                rest = &rest[word.len()..];
            }
            None => {
                text.push('{');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

/// The filter that finds a person, values escaped (RFC 4515, 3).
pub(crate) fn person_filter(pattern: &str, email: &str) -> String {
    let words = [("{email}", escaped(email)), ("{name}", escaped(local(email)))];
    filled(pattern, &words)
}

/// The filter that finds the groups of a person.
pub(crate) fn groups_filter(pattern: &str, dn: &str, email: &str) -> String {
    let words = [("{dn}", escaped(dn)), ("{email}", escaped(email)), ("{name}", escaped(local(email)))];
    filled(pattern, &words)
}

/// As what a person binds: a distinguished name, its values escaped (RFC 4514, 2.4), or another name that the directory takes.
pub(crate) fn bind_name(pattern: &str, email: &str) -> String {
    let is_dn = pattern.contains('=');
    let value = |text: &str| if is_dn { dn_escape(text).into_owned() } else { text.to_owned() };
    filled(pattern, &[("{email}", value(email)), ("{name}", value(local(email)))])
}

fn escaped(text: &str) -> String {
    ldap_escape(text).into_owned()
}

/// An address as it is compared; Active Directory writes those it sends from and to as `SMTP:` and `smtp:`.
pub(crate) fn email(value: &str) -> String {
    let address = match value.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("smtp:") => &value[5..],
        _ => value,
    };
    crate::users::normal_email(address)
}

/// What stays the same of a person, as text. Active Directory's is sixteen bytes, written as it writes them elsewhere.
pub(crate) fn subject(attribute: &str, value: &[u8]) -> String {
    if attribute.eq_ignore_ascii_case("objectGUID")
        && let Ok(bytes) = <[u8; 16]>::try_from(value)
    {
        let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
        let first = hex(&[d, c, b, a]);
        return format!("{first}-{}-{}-{}-{}", hex(&[f, e]), hex(&[h, g]), hex(&rest[..2]), hex(&rest[2..]));
    }
    match std::str::from_utf8(value) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => hex(value),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How a rule may name a group: by its distinguished name; by the value that it begins with, where it is beneath the base of groups, or there is no such
/// base. Somebody who may make groups elsewhere in the directory makes none that is taken for another.
pub(crate) fn names(dn: &str, base: Option<&str>) -> Vec<String> {
    let beneath = base.is_none_or(|base| {
        let (dn, base) = (folded(dn), folded(base));
        dn.strip_suffix(&base).is_some_and(|rest| rest.ends_with(','))
    });
    let mut names = vec![dn.to_owned()];
    names.extend(first_value(dn).filter(|_| beneath));
    names
}

/// Without the spaces that may stand around separators, and in one case.
fn folded(dn: &str) -> String {
    dn.split(',').map(str::trim).collect::<Vec<_>>().join(",").to_lowercase()
}

/// The value that a distinguished name begins with: of `cn=Sales\, north,ou=groups`, `Sales, north`.
fn first_value(dn: &str) -> Option<String> {
    let (_, value) = dn.split_once('=')?;
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match first {
            b',' | b'+' | b';' => break,
            b'\\' => {
                let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
                match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
                    Some(byte) => {
                        bytes.push(byte);
                        rest = &after[2..];
                    }
                    None => {
                        bytes.extend(after.first());
                        rest = after.get(1..).unwrap_or_default();
                    }
                }
            }
            byte => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_somebody_types_stays_a_value_of_the_filter() {
        assert_eq!(person_filter("(mail={email})", "ada@acme.example"), "(mail=ada@acme.example)");
        assert_eq!(
            person_filter("(|(mail={email})(uid={name}))", "*)(uid=*@x"),
            r"(|(mail=\2a\29\28uid=\2a@x)(uid=\2a\29\28uid=\2a))"
        );
        // What was filled in is not filled in again.
        assert_eq!(person_filter("(mail={email})", "{name}@x"), "(mail={name}@x)");
        assert_eq!(
            groups_filter("(member={dn})", r"cn=A\2c (b),dc=x", ""),
            r"(member=cn=A\5c2c \28b\29,dc=x)"
        );
    }

    #[test]
    fn what_somebody_types_stays_a_value_of_the_name() {
        let pattern = "uid={name},ou=people,dc=acme";
        assert_eq!(bind_name(pattern, "ada@acme.example"), "uid=ada,ou=people,dc=acme");
        assert_eq!(bind_name(pattern, "ada,ou=admins@x"), r"uid=ada\2cou\3dadmins,ou=people,dc=acme");
        // Active Directory takes the address itself.
        assert_eq!(bind_name("{email}", "ada+crm@acme.example"), "ada+crm@acme.example");
        assert_eq!(bind_name(r"ACME\{name}", "ada@acme.example"), r"ACME\ada");
    }

    #[test]
    fn groups_are_named_by_their_whole_name_or_beneath_their_base_by_their_own() {
        let dn = r"CN=Sales\, north,OU=Groups,DC=acme,DC=example";
        assert_eq!(names(dn, None), [dn, "Sales, north"]);
        assert_eq!(names(dn, Some("ou=groups, dc=acme,dc=example")), [dn, "Sales, north"]);
        assert_eq!(names(dn, Some("ou=others,dc=acme,dc=example")), [dn]);
        assert_eq!(names("CN=A,OU=xGroups,DC=acme", Some("groups,dc=acme")).len(), 1, "at a separator");
        assert_eq!(first_value(r"cn=Caf\c3\a9+uid=3,dc=x").as_deref(), Some("Café"));
        assert_eq!(first_value("nothing"), None);
    }

    #[test]
    fn what_stays_the_same_is_written_as_the_directory_writes_it() {
        let bytes: Vec<u8> = (0..16).collect();
        assert_eq!(subject("objectGUID", &bytes), "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert_eq!(subject("entryUUID", b"6f1c"), "6f1c");
        assert_eq!(subject("objectSid", &[1, 255]), "01ff");
        assert_eq!(email("SMTP:Ada@Acme.example"), "ada@acme.example");
    }

    proptest! {
        /// Whatever somebody types, the filter has the shape it was given.
        #[test]
        fn no_address_changes_the_shape_of_a_filter(typed in ".{0,40}") {
            let filter = person_filter("(&(objectClass=person)(mail={email}))", &typed);
            prop_assert!(ldap3::parse_filter(&filter).is_ok(), "{filter}");
            prop_assert_eq!(filter.matches('(').count(), 3);
            prop_assert_eq!(filter.matches(')').count(), 3);
            prop_assert!(!filter.contains('*') && !filter.contains('\0'));
        }

        #[test]
        fn names_of_any_kind_are_read_without_ado(dn in ".{0,60}", base in ".{0,20}") {
            prop_assert!(names(&dn, Some(&base)).contains(&dn));
        }
    }
}
