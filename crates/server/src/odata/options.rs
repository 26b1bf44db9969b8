//! The query string of a request.

use std::borrow::Cow;

use dictionary::expression::Span;
use dictionary::expression::error::nearest;

use super::OptionFault;
use super::style::Style;
use crate::data::parameters::digits;

/// Longest query string, bytes.
pub(crate) const QUERY_BYTES_MAX: usize = 32 * 1024;

/// Query options of OData that are read somewhere, and Tisserand's own `$where`.
const KNOWN: &[&str] = &[
    "$filter",
    "$where",
    "$select",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$skiptoken",
    "$deltatoken",
    "$apply",
    "$count",
    "$search",
    "$format",
];

/// The options of a list, still as text where they need the dictionary to be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ListOptions {
    pub(crate) filter: Option<String>,
    pub(crate) condition: Option<String>,
    pub(crate) select: Option<String>,
    pub(crate) expand: Option<String>,
    pub(crate) order: Option<String>,
    pub(crate) search: Option<String>,
    pub(crate) top: Option<u32>,
    pub(crate) skip: Option<u32>,
    pub(crate) apply: Option<String>,
    pub(crate) deltatoken: Option<String>,
    pub(crate) skiptoken: Option<String>,
    pub(crate) count: bool,
    pub(crate) format: Option<String>,
    /// How the answer is written.
    pub(crate) style: Style,
    /// Parameter aliases, `@name`, with what they stand for.
    pub(crate) aliases: Vec<(String, String)>,
}

impl ListOptions {
    /// Reads a query string. An option of OData may lack its `$`; parameters that are not OData's are passed over, as it asks.
    pub(crate) fn read(query: Option<&str>) -> Result<ListOptions, OptionFault> {
        let query = query.unwrap_or_default();
        if query.len() > QUERY_BYTES_MAX {
            return Err(OptionFault::new(
                "$filter",
                Span { start: QUERY_BYTES_MAX, end: query.len() },
                format!("La requête a plus de {QUERY_BYTES_MAX} octets."),
                format!("The query has more than {QUERY_BYTES_MAX} bytes."),
            ));
        }
        let mut options = ListOptions::default();
        let mut seen: Vec<&'static str> = Vec::new();
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            if key.starts_with('@') {
                options.aliases.push((key.into_owned(), value.into_owned()));
                continue;
            }
            let Some(option) = option(&key)? else { continue };
            if seen.contains(&option) {
                return Err(OptionFault::new(
                    option,
                    Span::default(),
                    format!("{option} est donné deux fois."),
                    format!("{option} is given twice."),
                ));
            }
            seen.push(option);
            options.set(option, value)?;
        }
        Ok(options)
    }

    fn set(&mut self, option: &'static str, value: Cow<'_, str>) -> Result<(), OptionFault> {
        let text = Some(value.as_ref()).filter(|value| !value.trim().is_empty()).map(str::to_owned);
        // Of the others, nothing is what somebody chose: no words looked for, no filter.
        if text.is_none() && matches!(option, "$format" | "$skiptoken" | "$deltatoken") {
            return Err(OptionFault::new(
                option,
                Span::default(),
                format!("{option} est vide : ne le nommez pas, ou donnez-lui une valeur."),
                format!("{option} is empty: leave it out, or give it a value."),
            ));
        }
        match option {
            "$filter" => self.filter = text,
            "$where" => self.condition = text,
            "$select" => self.select = text,
            "$expand" => self.expand = text,
            "$orderby" => self.order = text,
            "$search" => self.search = text,
            "$skiptoken" => self.skiptoken = text,
            "$format" => self.format = text,
            "$apply" => self.apply = text,
            "$deltatoken" => self.deltatoken = text,
            "$top" | "$skip" => {
                let number = digits(&value).ok_or_else(|| {
                    let span = Span { start: 0, end: value.len() };
                    OptionFault::new(
                        option,
                        span,
                        format!("« {value} » n'est pas un nombre entier positif."),
                        format!("“{value}” is not a whole, positive number."),
                    )
                })?;
                match option {
                    "$top" => self.top = Some(number),
                    _ => self.skip = Some(number),
                }
            }
            _ => {
                self.count = match value.as_ref() {
                    "true" => true,
                    "false" => false,
                    other => {
                        let span = Span { start: 0, end: other.len() };
                        return Err(OptionFault::new(
                            option,
                            span,
                            format!("« {other} » n'est ni true ni false."),
                            format!("“{other}” is neither true nor false."),
                        ));
                    }
                };
            }
        }
        Ok(())
    }
}

/// The option a parameter names; `None` for a parameter that is nobody's business here.
fn option(key: &str) -> Result<Option<&'static str>, OptionFault> {
    let found = KNOWN.iter().copied().find(|known| *known == key || known.strip_prefix('$') == Some(key));
    if found.is_some() || !key.starts_with('$') {
        return Ok(found);
    }
    let span = Span { start: 0, end: key.len() };
    let fault = OptionFault::new(
        key,
        span,
        format!("L'option « {key} » n'existe pas."),
        format!("There is no option “{key}”."),
    );
    let near = nearest(key, KNOWN.iter().copied());
    Err(OptionFault { error: fault.error.with_near(near), ..fault })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_with_or_without_their_dollar() {
        let options = ListOptions::read(Some("$top=5&filter=name+eq+'A%26B'&%24count=true&page=2")).unwrap();
        assert_eq!(options.top, Some(5));
        assert_eq!(options.filter.as_deref(), Some("name eq 'A&B'"));
        assert!(options.count);
    }

    #[test]
    fn an_option_that_does_not_exist_or_comes_twice_is_told() {
        let error = ListOptions::read(Some("$fliter=x")).unwrap_err();
        assert_eq!((error.option.as_str(), error.error.near.as_deref()), ("$fliter", Some("$filter")));
        assert!(ListOptions::read(Some("$top=1&top=2")).is_err());
        assert!(ListOptions::read(Some("$top=-1")).is_err());
        assert!(ListOptions::read(Some("$count=yes")).is_err());
    }
}
