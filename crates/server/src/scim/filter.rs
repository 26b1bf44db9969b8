//! Filters of SCIM (RFC 7644, 3.4.2.2): read with a bound, asked of a resource as it is told.

use dictionary::Label;
use serde_json::Value as Json;

use super::attributes::EXTERNAL_ID;

/// Letters of a filter at most.
const LENGTH_MAX: usize = 4_000;
/// Conditions within each other at most.
const DEPTH_MAX: usize = 20;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    Not(Box<Filter>),
    /// Any element of an attribute.
    Any(String, Box<Filter>),
    Present(String),
    Compare(String, Operator, Json),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Contains,
    Starts,
    Ends,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Filter {
    /// Reads a filter.
    ///
    /// Errors: it cannot be read; says where.
    pub(super) fn read(text: &str) -> Result<Filter, Label> {
        if text.len() > LENGTH_MAX {
            return Err(Label::new(
                &format!("le filtre fait plus de {LENGTH_MAX} lettres"),
                &format!("the filter is longer than {LENGTH_MAX} letters"),
            ));
        }
        let mut reader = Reader { tokens: tokens(text)?, at: 0 };
        let filter = reader.either(0)?;
        match reader.peek() {
            None => Ok(filter),
            Some(token) => Err(about(
                "le filtre continue après sa fin : ",
                "the filter goes on after its end: ",
                &token.shown(),
            )),
        }
    }

    /// Whether it holds of a resource, or of an element.
    pub(super) fn holds(&self, of: &Json) -> bool {
        match self {
            Filter::And(one, other) => one.holds(of) && other.holds(of),
            Filter::Or(one, other) => one.holds(of) || other.holds(of),
            Filter::Not(one) => !one.holds(of),
            Filter::Any(name, each) => elements(of, name).iter().any(|element| each.holds(element)),
            Filter::Present(path) => values(of, path).into_iter().any(is_something),
            Filter::Compare(path, Operator::NotEqual, wanted) => {
                !values(of, path).into_iter().any(|value| compares(path, Operator::Equal, value, wanted))
            }
            Filter::Compare(path, operator, wanted) => {
                values(of, path).into_iter().any(|value| compares(path, *operator, value, wanted))
            }
        }
    }

    /// The text that a path has to equal for the filter to hold, if it says one.
    pub(super) fn requires(&self, path: &str) -> Option<&str> {
        match self {
            Filter::And(one, other) => one.requires(path).or_else(|| other.requires(path)),
            Filter::Compare(named, Operator::Equal, Json::String(text))
                if named.eq_ignore_ascii_case(path) =>
            {
                Some(text)
            }
            _ => None,
        }
    }

    /// What an element has to have for the filter to hold, where it says so by nothing but equality.
    pub(super) fn equalities(&self) -> Option<Vec<(&str, &Json)>> {
        match self {
            Filter::And(one, other) => {
                let (mut all, more) = (one.equalities()?, other.equalities()?);
                all.extend(more);
                Some(all)
            }
            Filter::Compare(path, Operator::Equal, value) => Some(vec![(path.as_str(), value)]),
            _ => None,
        }
    }
}

fn is_something(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(values) => !values.is_empty(),
        Json::Object(parts) => !parts.is_empty(),
        _ => true,
    }
}

/// A member, by its name in any case.
pub(super) fn member<'j>(of: &'j Json, name: &str) -> Option<&'j Json> {
    of.as_object()?.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn elements<'j>(of: &'j Json, name: &str) -> &'j [Json] {
    member(of, name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// What a path leads to; of an attribute with elements, those of each, or their `value`.
fn values<'j>(of: &'j Json, path: &str) -> Vec<&'j Json> {
    let mut found = vec![of];
    for name in path.split('.') {
        let next = found.into_iter().flat_map(|one| match one {
            Json::Array(each) => each.iter().filter_map(|one| member(one, name)).collect(),
            one => member(one, name).into_iter().collect::<Vec<_>>(),
        });
        found = next.collect();
    }
    found
        .into_iter()
        .flat_map(|one| match one {
            Json::Array(each) => each.iter().map(|one| member(one, "value").unwrap_or(one)).collect(),
            one => vec![one],
        })
        .collect()
}

fn compares(path: &str, operator: Operator, value: &Json, wanted: &Json) -> bool {
    let is_exact = path.eq_ignore_ascii_case("id") || path.eq_ignore_ascii_case(EXTERNAL_ID.name);
    let folded = |text: &str| if is_exact { text.to_owned() } else { text.to_lowercase() };
    match (value, wanted) {
        (Json::String(value), Json::String(wanted)) => {
            let (value, wanted) = (folded(value), folded(wanted));
            match operator {
                Operator::Equal => value == wanted,
                Operator::NotEqual => value != wanted,
                Operator::Contains => value.contains(&wanted),
                Operator::Starts => value.starts_with(&wanted),
                Operator::Ends => value.ends_with(&wanted),
                Operator::Greater => value > wanted,
                Operator::GreaterOrEqual => value >= wanted,
                Operator::Less => value < wanted,
                Operator::LessOrEqual => value <= wanted,
            }
        }
        // Some ask for booleans as texts.
        (Json::Bool(value), Json::String(wanted)) => {
            operator == Operator::Equal && wanted.eq_ignore_ascii_case(if *value { "true" } else { "false" })
        }
        (value, wanted) => operator == Operator::Equal && value == wanted,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    OpenElement,
    CloseElement,
    Word(String),
    Value(Json),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::OpenElement => "[".to_owned(),
            Token::CloseElement => "]".to_owned(),
            Token::Word(word) => word.chars().take(60).collect(),
            Token::Value(value) => value.to_string().chars().take(60).collect(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Label> {
    let (mut tokens, mut rest) = (Vec::new(), text.trim_start());
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '(' | ')' | '[' | ']' => {
                tokens.push(match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    '[' => Token::OpenElement,
                    _ => Token::CloseElement,
                });
                1
            }
            '"' => {
                let end = quoted(rest).ok_or_else(|| {
                    Label::new("un texte du filtre ne finit pas", "a text of the filter does not end")
                })?;
                let value = serde_json::from_str(&rest[..end]).map_err(|_| {
                    Label::new("un texte du filtre ne peut être lu", "a text of the filter cannot be read")
                });
                tokens.push(Token::Value(value?));
                end
            }
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '"'))
                    .unwrap_or(rest.len());
                let word = &rest[..end];
                let is_number = word.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                tokens.push(match word {
                    "true" | "false" | "null" => {
                        Token::Value(serde_json::from_str(word).unwrap_or(Json::Null))
                    }
                    _ if is_number => Token::Value(serde_json::from_str(word).map_err(|_| {
                        Label::new(
                            "un nombre du filtre ne peut être lu",
                            "a number of the filter cannot be read",
                        )
                    })?),
                    _ => Token::Word(word.to_owned()),
                });
                end
            }
        };
        rest = rest[taken..].trim_start();
    }
    Ok(tokens)
}

/// What is wrong, and with what.
fn about(fr: &str, en: &str, what: &str) -> Label {
    Label::new(&format!("{fr}{what}"), &format!("{en}{what}"))
}

/// Where a quoted text ends.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned()
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(known)) if known.eq_ignore_ascii_case(word));
        self.at += usize::from(is_it);
        is_it
    }

    fn expects(&mut self, token: &Token) -> Result<(), Label> {
        match self.next() {
            Some(found) if found == *token => Ok(()),
            _ => Err(about("il manque au filtre un ", "the filter lacks a ", &token.shown())),
        }
    }

    fn either(&mut self, depth: usize) -> Result<Filter, Label> {
        if depth > DEPTH_MAX {
            return Err(Label::new(
                &format!("le filtre a plus de {DEPTH_MAX} conditions l'une dans l'autre"),
                &format!("the filter has more than {DEPTH_MAX} conditions within each other"),
            ));
        }
        let mut filter = self.both(depth)?;
        while self.takes("or") {
            filter = Filter::Or(Box::new(filter), Box::new(self.both(depth)?));
        }
        Ok(filter)
    }

    fn both(&mut self, depth: usize) -> Result<Filter, Label> {
        let mut filter = self.one(depth)?;
        while self.takes("and") {
            filter = Filter::And(Box::new(filter), Box::new(self.one(depth)?));
        }
        Ok(filter)
    }

    fn one(&mut self, depth: usize) -> Result<Filter, Label> {
        if self.takes("not") {
            self.expects(&Token::Open)?;
            let filter = self.either(depth + 1)?;
            self.expects(&Token::Close)?;
            return Ok(Filter::Not(Box::new(filter)));
        }
        match self.next() {
            Some(Token::Open) => {
                let filter = self.either(depth + 1)?;
                self.expects(&Token::Close)?;
                Ok(filter)
            }
            Some(Token::Word(path)) => self.condition(path, depth),
            Some(token) => {
                let token = token.shown();
                Err(Label::new(
                    &format!("le filtre a {token} là où un attribut est attendu"),
                    &format!("the filter has {token} where an attribute is expected"),
                ))
            }
            None => Err(Label::new(
                "le filtre finit là où un attribut est attendu",
                "the filter ends where an attribute is expected",
            )),
        }
    }

    fn condition(&mut self, path: String, depth: usize) -> Result<Filter, Label> {
        // `urn:…:User:userName` is `userName`.
        let path = path.rsplit_once(':').map_or(path.as_str(), |(_, name)| name).to_owned();
        if path.is_empty() {
            return Err(Label::new(
                "le filtre a un attribut sans nom",
                "the filter has an attribute without a name",
            ));
        }
        if self.peek() == Some(&Token::OpenElement) {
            self.at += 1;
            let filter = self.either(depth + 1)?;
            self.expects(&Token::CloseElement)?;
            return Ok(Filter::Any(path, Box::new(filter)));
        }
        let Some(Token::Word(operator)) = self.next() else {
            return Err(about(
                "il manque au filtre un opérateur après ",
                "the filter lacks an operator after ",
                &path,
            ));
        };
        let operator = match operator.to_ascii_lowercase().as_str() {
            "pr" => return Ok(Filter::Present(path)),
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "co" => Operator::Contains,
            "sw" => Operator::Starts,
            "ew" => Operator::Ends,
            "gt" => Operator::Greater,
            "ge" => Operator::GreaterOrEqual,
            "lt" => Operator::Less,
            "le" => Operator::LessOrEqual,
            _ => {
                return Err(Label::new(
                    &format!(
                        "le filtre n'a pas d'opérateur après {path} : eq, ne, co, sw, ew, pr, gt, ge, lt, le"
                    ),
                    &format!(
                        "the filter has no operator after {path}: eq, ne, co, sw, ew, pr, gt, ge, lt, le"
                    ),
                ));
            }
        };
        match self.next() {
            Some(Token::Value(value)) => Ok(Filter::Compare(path, operator, value)),
            _ => Err(Label::new(
                &format!(
                    "il manque au filtre une valeur après {path} : les textes sont entre guillemets doubles"
                ),
                &format!("the filter lacks a value after {path}: texts stand in double quotes"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn holds(filter: &str) -> bool {
        let ada = json!({
            "id": "0192", "userName": "Ada@acme.example", "externalId": "A-1", "active": true,
            "name": {"familyName": "Lenoir"},
            "emails": [{"value": "ada@acme.example", "type": "work", "primary": true}, {"value": "a@home.example", "type": "home"}],
        });
        Filter::read(filter).unwrap_or_else(|error| panic!("{filter}: {error:?}")).holds(&ada)
    }

    #[test]
    fn conditions_hold_as_the_rfc_has_them() {
        for yes in [
            r#"userName eq "ada@ACME.example""#,
            r#"USERNAME Eq "ada@acme.example" and active eq true"#,
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ada""#,
            r#"externalId eq "A-1""#,
            r#"name.familyName co "noi""#,
            r#"emails.type eq "home" and emails co "home.example""#,
            r#"emails[type eq "work" and value ew "acme.example"]"#,
            r#"not (userName eq "x") and (active eq "False" or externalId pr)"#,
            r#"userName eq "x" or active eq true and externalId eq "A-1""#,
            r#"userName ne "x""#,
            r#"nickName ne "x""#,
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            r#"externalId eq "a-1""#,
            r#"emails[type eq "work" and value ew "home.example"]"#,
            r#"title pr"#,
            r#"userName eq "ada@acme.example" and active eq false"#,
            r#"active eq "maybe""#,
        ] {
            assert!(!holds(no), "{no}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for wrong in [
            "",
            "userName",
            "userName eq",
            "userName eq ada",
            r#"userName is "ada""#,
            r#"(userName eq "ada""#,
            r#"userName eq "ada"#,
            r#"userName eq "ada" userName eq "x""#,
            r#"emails[type eq "work""#,
            "not userName pr",
            &"(".repeat(100),
            &"not (".repeat(500),
        ] {
            assert!(Filter::read(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_or_refused(text in ".{0,80}") {
            let _ = Filter::read(&text).map(|filter| filter.holds(&json!({"userName": "x"})));
        }

        #[test]
        fn a_text_is_found_whatever_it_says(text in ".{0,40}") {
            let filter = format!("userName eq {}", Json::String(text.clone()));
            let person = json!({"userName": text});
            prop_assert!(Filter::read(&filter).unwrap().holds(&person));
        }
    }
}
