//! Which passwords are taken. Length, what is easily guessed of this person, what is easily guessed of anybody, and what is known to be out: no
//! rule of composition. Source: NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, V6.2.

use crate::breached::Breached;
use crate::error::PlatformError;
use crate::password::{BYTES_MAX, CHARACTERS_MIN};

/// What is left of a password, without what is easily guessed, has so many characters.
const LEFT_MIN: usize = 8;

/// Parts of names and addresses that are shorter are in any text.
const PART_MIN: usize = 4;

/// What people type when they are asked for a password.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "motdepasse",
    "mot de passe",
    "azerty",
    "qwerty",
    "qwertz",
    "bonjour",
    "bienvenue",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "jetaime",
    "je t'aime",
    "iloveyou",
    "i love you",
    "welcome",
    "letmein",
    "changeme",
    "changezmoi",
    "administrateur",
    "administrator",
    "admin",
    "secret",
    "marseille",
    "football",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "master",
    "trustno1",
    "superman",
    "january",
    "february",
    "august",
    "september",
    "october",
    "november",
    "december",
    "janvier",
    "fevrier",
    "juillet",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
    "printemps",
    "automne",
    "summer",
    "winter",
    "spring",
];

/// Keys beside each other.
const ROWS: &[&str] =
    &["azertyuiop", "qsdfghjklm", "wxcvbn", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm"];

/// Whose password it is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Of<'a> {
    pub(crate) name: &'a str,
    pub(crate) email: &'a str,
}

/// The rules of one platform.
#[derive(Debug, Default)]
pub(crate) struct PasswordPolicy {
    pub(crate) breached: Option<Breached>,
}

impl PasswordPolicy {
    /// Refuses a password, saying why and what to do.
    ///
    /// Errors: refused; the list of known passwords cannot be read.
    pub(crate) fn check(&self, password: &str, of: Of<'_>) -> Result<(), PlatformError> {
        if password.chars().count() < CHARACTERS_MIN {
            return Err(weak(
                format!("Un mot de passe a au moins {CHARACTERS_MIN} caractères."),
                format!("A password has at least {CHARACTERS_MIN} characters."),
            ));
        }
        if password.len() > BYTES_MAX {
            return Err(weak(
                format!("Un mot de passe a au plus {BYTES_MAX} octets."),
                format!("A password has at most {BYTES_MAX} bytes."),
            ));
        }
        let folded = dictionary::text::fold(password);
        let own = own_parts(of);
        let without_own = without(&folded, own.iter().map(String::as_str));
        if without_own.chars().count() < LEFT_MIN && without_own != folded {
            return Err(weak(
                "Ce mot de passe est fait de votre nom ou de votre adresse : choisissez-en un que l'on ne devine pas en vous connaissant.",
                "This password is made of your name or your address: choose one that nobody guesses who knows you.",
            ));
        }
        let left = without(&without_own, COMMON.iter().copied());
        if unforeseen(&left) < LEFT_MIN {
            return Err(weak(
                "Ce mot de passe se devine : évitez les mots de passe courants, les suites et les répétitions. Quelques mots sans rapport entre eux font un bon mot de passe.",
                "This password is easily guessed: avoid common passwords, sequences and repetitions. Some unrelated words make a good one.",
            ));
        }
        match &self.breached {
            Some(list) if list.contains(password)? => Err(weak(
                "Ce mot de passe figure dans une liste de mots de passe volés : choisissez-en un autre, et changez-le aussi là où vous l'utilisez.",
                "This password is in a list of stolen passwords: choose another, and change it too wherever else you use it.",
            )),
            _ => Ok(()),
        }
    }
}

fn weak(fr: impl AsRef<str>, en: impl AsRef<str>) -> PlatformError {
    PlatformError::WeakPassword { message: dictionary::Label::new(fr.as_ref(), en.as_ref()) }
}

/// The parts of a name and an address that say whose it is, longest first: `ada.lenoir@acme-chauffage.example` has `acme-chauffage`,
/// `ada.lenoir`, `chauffage`, `lenoir`, `acme`.
fn own_parts(of: Of<'_>) -> Vec<String> {
    let (name, email) = (dictionary::text::fold(of.name), dictionary::text::fold(of.email));
    let (local, domain) = email.split_once('@').unwrap_or((&email, ""));
    let domain = domain.rsplit_once('.').map_or(domain, |(domain, _)| domain);
    let mut parts = Vec::new();
    for whole in [name.as_str(), local, domain] {
        parts.push(whole.to_owned());
        parts.push(whole.chars().filter(|c| c.is_alphanumeric()).collect());
        parts.extend(whole.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
    }
    parts.retain(|part| part.chars().count() >= PART_MIN);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts.dedup();
    parts
}

fn without<'a>(text: &str, parts: impl Iterator<Item = &'a str>) -> String {
    parts.fold(text.to_owned(), |text, part| text.replace(part, ""))
}

/// Characters that those before do not foretell: the third of a repetition, of `123`, `cba` or `azer` is no news, nor is any after it.
fn unforeseen(text: &str) -> usize {
    let characters: Vec<char> = text.chars().collect();
    let mut count = characters.len().min(2);
    for three in characters.windows(3) {
        let (one, other) = (step(three[0], three[1]), step(three[1], three[2]));
        if one.is_none() || one != other {
            count += 1;
        }
    }
    count
}

/// How one gets from a character to the next, where there is a way that people take.
fn step(from: char, to: char) -> Option<(usize, i64)> {
    let distance = i64::from(u32::from(to)) - i64::from(u32::from(from));
    if from.is_alphanumeric() && matches!(distance, -1..=1) || distance == 0 {
        return Some((0, distance));
    }
    ROWS.iter().enumerate().find_map(|(row, keys)| {
        let at =
            |key: char| keys.chars().position(|known| known == key).and_then(|at| i64::try_from(at).ok());
        let moved = at(to)? - at(from)?;
        matches!(moved, -1 | 1).then_some((row + 1, moved))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Of<'_> = Of { name: "Ada Lenoir", email: "ada.lenoir@acme-chauffage.example" };

    fn refused(password: &str) -> Option<String> {
        match PasswordPolicy::default().check(password, ADA) {
            Ok(()) => None,
            Err(PlatformError::WeakPassword { message }) => {
                Some(message.text(dictionary::Language::En).to_owned())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_password_is_long_and_is_neither_the_person_nor_the_company_nor_a_sequence() {
        let cases = [
            ("court", "at least 10"),
            ("ada.lenoir1", "your name or your address"),
            ("LENOIR-2026!", "your name or your address"),
            ("Acme-Chauffage26", "your name or your address"),
            ("AdaLenoir+1", "your name or your address"),
            ("aaaaaaaaaaaaaaaa", "easily guessed"),
            ("12345678901234", "easily guessed"),
            ("azertyuiop", "easily guessed"),
            ("poiuytreza", "easily guessed"),
            ("Motdepasse2026", "easily guessed"),
            ("P@ssw0rd", "at least 10"),
            ("Passw0rd!!!!", "easily guessed"),
            ("abcdefghijkl", "easily guessed"),
        ];
        for (password, why) in cases {
            let said = refused(password).unwrap_or_else(|| panic!("{password} was taken"));
            assert!(said.contains(why), "{password}: {said}");
        }
        assert!(refused(&"a b".repeat(400)).unwrap().contains("at most"));
    }

    #[test]
    fn other_passwords_are_taken_whatever_they_are_made_of() {
        for password in [
            "une phrase de passe",
            "tisserand-demo",
            "correct horse battery",
            "le chat de lenoir boit du lait",
            "kq7hdm3xwrt9vzpn2c4j",
            "пароль из слов",
            "éèàùçîôûäëïö",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }
}
