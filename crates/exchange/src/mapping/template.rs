//! Templates: texts with `{slots}`, the same in mapping files and in recipes.

use dictionary::expression::error::nearest;

use crate::error::ExchangeError;
use crate::mapping::filters::Filter;

/// A parsed template.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Texts and slots in turn.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// `{name:04|filter}`.
    Slot(Slot),
}

/// What stands between braces.
#[derive(Debug, Clone, PartialEq)]
pub struct Slot {
    /// Column, or path in a recipe.
    pub name: String,
    /// Digits at least, from `:04`.
    pub width: Option<usize>,
    /// One after another.
    pub filters: Vec<Filter>,
}

impl Template {
    /// Reads a template; `{{` and `}}` are braces.
    pub fn parse(source: &str) -> Result<Template, ExchangeError> {
        let (mut parts, mut text, mut rest) = (Vec::new(), String::new(), source);
        while let Some(at) = rest.find(['{', '}']) {
            text.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                text.push_str(brace);
                rest = after;
                continue;
            }
            let Some((inside, after)) = rest.split_once('}').filter(|_| brace == "{") else {
                return Err(ExchangeError::refused(
                    format!(
                        "« {source} » : accolade sans sa pareille (pour une vraie accolade, doublez-la)."
                    ),
                    format!("“{source}”: a brace without its match (double it to mean a brace)."),
                ));
            };
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            parts.push(Part::Slot(slot(source, inside)?));
            rest = after;
        }
        text.push_str(rest);
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok(Template { parts })
    }

    /// Its slots, in order.
    pub fn slots(&self) -> impl Iterator<Item = &Slot> {
        self.parts.iter().filter_map(|part| match part {
            Part::Slot(slot) => Some(slot),
            Part::Text(_) => None,
        })
    }

    /// The slot, if the template is nothing else.
    pub fn only_slot(&self) -> Option<&Slot> {
        match self.parts.as_slice() {
            [Part::Slot(slot)] => Some(slot),
            _ => None,
        }
    }

    /// The text, `value` giving that of each slot. Spaces run together, ends are trimmed; empty if it has slots and all are.
    pub fn render<E>(&self, mut value: impl FnMut(&Slot) -> Result<String, E>) -> Result<String, E> {
        let (mut text, mut slots, mut filled) = (String::new(), false, false);
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Slot(slot) => {
                    let raw = value(slot)?;
                    let mut cell = raw.trim().to_owned();
                    if let (Some(width), Ok(number)) = (slot.width, cell.parse::<u64>()) {
                        cell = format!("{number:0width$}");
                    }
                    for filter in &slot.filters {
                        cell = filter.apply(&cell);
                    }
                    slots = true;
                    filled |= !cell.is_empty();
                    text.push_str(&cell);
                }
            }
        }
        if slots && !filled {
            return Ok(String::new());
        }
        Ok(text
            .split([' ', '\t', '\u{a0}'])
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
            .trim()
            .to_owned())
    }
}

fn slot(source: &str, inside: &str) -> Result<Slot, ExchangeError> {
    let mut parts = inside.split('|');
    let name = parts.next().unwrap_or_default().trim();
    let (name, width) = match name.rsplit_once(':') {
        Some((name, width)) if width.len() > 1 && width.starts_with('0') => match width.parse() {
            Ok(width) if width <= 20 => (name.trim(), Some(width)),
            _ => (name, None),
        },
        _ => (name, None),
    };
    if name.is_empty() {
        return Err(ExchangeError::refused(
            format!("« {source} » : des accolades vides ; il y faut le nom d'une colonne."),
            format!("“{source}”: empty braces; they must name a column."),
        ));
    }
    let filters = parts
        .map(|filter| {
            Filter::parse(filter).ok_or_else(|| {
                let near = nearest(filter.trim(), Filter::NAMES);
                let (fr, en) = match near {
                    Some(near) => {
                        (format!(" Vouliez-vous dire « {near} » ?"), format!(" Did you mean “{near}”?"))
                    }
                    None => {
                        let all = Filter::NAMES.join(", ");
                        (format!(" Les filtres sont : {all}."), format!(" The filters are: {all}."))
                    }
                };
                let filter = filter.trim();
                ExchangeError::refused(
                    format!("« {source} » : le filtre « {filter} » n'existe pas.{fr}"),
                    format!("“{source}”: there is no filter “{filter}”.{en}"),
                )
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Slot { name: name.to_owned(), width, filters })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(source: &str, cells: &[(&str, &str)]) -> String {
        let value = |slot: &Slot| {
            Ok::<_, std::convert::Infallible>(
                cells
                    .iter()
                    .find(|(name, _)| *name == slot.name)
                    .map_or(String::new(), |(_, text)| (*text).to_owned()),
            )
        };
        Template::parse(source).unwrap().render(value).unwrap()
    }

    #[test]
    fn spaces_run_together_and_a_template_of_empty_cells_is_empty() {
        let cells = [("n", "12 "), ("type", ""), ("street", "GRANDE RUE")];
        assert_eq!(render("{n} {type} {street|proper}", &cells), "12 Grande Rue");
        assert_eq!(render("{lat}, {lon}", &cells), "");
        assert_eq!(render("{{{n}}}", &cells), "{12}");
        assert_eq!(render("T{n:04}", &cells), "T0012");
        assert_eq!(render("plain", &cells), "plain");
    }

    #[test]
    fn faults_say_what_was_probably_meant() {
        assert!(Template::parse("{name|uper}").unwrap_err().to_string().contains("“upper”"));
        assert!(Template::parse("{name").unwrap_err().to_string().contains("brace"));
        assert!(Template::parse("a } b").is_err());
        assert!(Template::parse("{}").is_err());
    }
}
