//! `$apply`: a pipeline of filters, groups and figures. Source: OData Extension for Data Aggregation 4.0.

use dictionary::expression::error::nearest;
use dictionary::expression::{AggregateFunction, ExpressionError, Span};

use super::OptionFault;
use super::parts::parts;

/// Steps of one pipeline at most.
const STEPS_MAX: usize = 10;
/// Keys, or figures, of one step at most.
const COLUMNS_MAX: usize = 30;

/// A text and the byte of the option where it begins.
pub(crate) type Placed = (usize, String);

/// A step of the pipeline, still as text where it needs to know what it is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// `filter(…)`
    Filter(Placed),
    /// `compute(month(starts_at) as m)`: names for the keys of the first groups.
    Compute(Vec<Computed>),
    /// `groupby((…),aggregate(…))`, and `aggregate(…)`, which has no key.
    Group { keys: Vec<Placed>, figures: Vec<Figure> },
}

/// `month(starts_at) as m`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Computed {
    pub(crate) of: Placed,
    pub(crate) name: String,
}

/// `amount with sum as total`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figure {
    pub(crate) method: Method,
    /// Of what; nothing for a count.
    pub(crate) of: Placed,
    /// Name of the result.
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// What is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Count,
    Of(AggregateFunction),
    Distinct,
}

const METHODS: &[(&str, Method)] = &[
    ("sum", Method::Of(AggregateFunction::Sum)),
    ("min", Method::Of(AggregateFunction::Min)),
    ("max", Method::Of(AggregateFunction::Max)),
    ("average", Method::Of(AggregateFunction::Average)),
    ("countdistinct", Method::Distinct),
];

/// Reads the steps of `$apply`.
pub(crate) fn read(text: &str) -> Result<Vec<Step>, OptionFault> {
    let steps = parts(text, '/');
    if steps.is_empty() || steps.len() > STEPS_MAX {
        let span = Span { start: 0, end: text.len() };
        return Err(fault(
            span,
            format!("$apply a de 1 à {STEPS_MAX} étapes."),
            format!("$apply has 1 to {STEPS_MAX} steps."),
        ));
    }
    let read: Vec<Step> = steps.iter().map(|(at, step)| one(step, *at)).collect::<Result<_, _>>()?;
    let grouped = read.iter().position(|step| matches!(step, Step::Group { .. })).unwrap_or(0);
    for ((at, text), step) in steps.iter().zip(&read).skip(grouped) {
        if matches!(step, Step::Compute(_)) {
            return Err(fault(
                Span { start: *at, end: at + text.len() },
                "compute précède le groupby dont il nomme des clés.",
                "compute comes before the groupby whose keys it names.",
            ));
        }
    }
    Ok(read)
}

fn one(text: &str, at: usize) -> Result<Step, OptionFault> {
    let (name, inside, inside_at) = call(text, at)?;
    match name {
        "filter" => Ok(Step::Filter((inside_at, inside.to_owned()))),
        "aggregate" => Ok(Step::Group { keys: Vec::new(), figures: figures(inside, inside_at)? }),
        "groupby" => group(inside, inside_at),
        "compute" => computed(inside, inside_at),
        other => {
            let near = nearest(other, ["filter", "compute", "groupby", "aggregate"]);
            let fault = fault(
                Span { start: at, end: at + other.len() },
                format!(
                    "« {other} » n'est pas une étape de $apply : filter, compute, groupby et aggregate le sont."
                ),
                format!("“{other}” is not a step of $apply; filter, compute, groupby and aggregate are."),
            );
            Err(OptionFault { error: fault.error.with_near(near), ..fault })
        }
    }
}

/// The name of a call, and what stands between its parentheses.
fn call(text: &str, at: usize) -> Result<(&str, &str, usize), OptionFault> {
    let open = text.find('(').unwrap_or(text.len());
    match text.get(open + 1..).and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => Ok((text[..open].trim_end(), inside, at + open + 1)),
        None => Err(fault(
            Span { start: at, end: at + text.len() },
            "Une étape s'écrit nom(…).",
            "A step is written name(…).",
        )),
    }
}

fn group(text: &str, at: usize) -> Result<Step, OptionFault> {
    let arguments = parts(text, ',');
    let span = Span { start: at, end: at + text.len() };
    let (keys, rest) = match arguments.as_slice() {
        [(start, keys), rest @ ..] if rest.len() < 2 => ((*start, *keys), rest.first()),
        _ => return Err(shape(span)),
    };
    let listed = keys.1.strip_prefix('(').and_then(|keys| keys.strip_suffix(')'));
    let listed = listed.ok_or_else(|| shape(span))?;
    let keys_at = at + keys.0 + 1;
    let keys: Vec<Placed> =
        parts(listed, ',').into_iter().map(|(start, key)| (keys_at + start, key.to_owned())).collect();
    if keys.is_empty() || keys.len() > COLUMNS_MAX {
        return Err(shape(span));
    }
    let figures = match rest {
        None => Vec::new(),
        Some((start, step)) => match one(step, at + start)? {
            Step::Group { keys, figures } if keys.is_empty() => figures,
            _ => return Err(shape(span)),
        },
    };
    Ok(Step::Group { keys, figures })
}

fn figures(text: &str, at: usize) -> Result<Vec<Figure>, OptionFault> {
    let listed = parts(text, ',');
    if listed.is_empty() || listed.len() > COLUMNS_MAX {
        let span = Span { start: at, end: at + text.len() };
        return Err(fault(
            span,
            format!("aggregate prend de 1 à {COLUMNS_MAX} calculs."),
            format!("aggregate takes 1 to {COLUMNS_MAX} figures."),
        ));
    }
    listed.into_iter().map(|(start, figure)| one_figure(figure, at + start)).collect()
}

fn computed(text: &str, at: usize) -> Result<Step, OptionFault> {
    let listed = parts(text, ',');
    let wrong = |start: usize, length: usize| {
        fault(
            Span { start, end: start + length },
            "compute s'écrit compute(month(date) as mois,…).",
            "compute is written compute(month(date) as month,…).",
        )
    };
    if listed.is_empty() || listed.len() > COLUMNS_MAX {
        return Err(wrong(at, text.len()));
    }
    let one = |(start, item): (usize, &str)| {
        let refused = || wrong(at + start, item.len());
        let (of, name) = item.rsplit_once(" as ").ok_or_else(refused)?;
        let name = name.trim();
        if !is_name(name) {
            return Err(refused());
        }
        Ok(Computed { of: (at + start, of.to_owned()), name: name.to_owned() })
    };
    listed.into_iter().map(one).collect::<Result<_, _>>().map(Step::Compute)
}

/// What a figure or a computed key may be called.
fn is_name(name: &str) -> bool {
    name.len() <= 60
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn one_figure(text: &str, at: usize) -> Result<Figure, OptionFault> {
    let span = Span { start: at, end: at + text.len() };
    let wrong = || {
        fault(
            span,
            "Un calcul s'écrit « $count as n » ou « montant with sum as total ».",
            "A figure is written “$count as n” or “amount with sum as total”.",
        )
    };
    let (what, name) = text.rsplit_once(" as ").ok_or_else(wrong)?;
    let name = name.trim();
    if !is_name(name) {
        return Err(wrong());
    }
    if what.trim() == "$count" {
        let of = (at, String::new());
        return Ok(Figure { method: Method::Count, of, name: name.to_owned(), span });
    }
    let (of, method) = what.rsplit_once(" with ").ok_or_else(wrong)?;
    let method = method.trim();
    let Some((_, found)) = METHODS.iter().find(|(known, _)| *known == method) else {
        let near = nearest(method, METHODS.iter().map(|(known, _)| *known));
        let fault = fault(
            span,
            format!("« {method} » n'est pas un calcul : sum, min, max, average et countdistinct le sont."),
            format!("“{method}” is not a figure; sum, min, max, average and countdistinct are."),
        );
        return Err(OptionFault { error: fault.error.with_near(near), ..fault });
    };
    Ok(Figure { method: *found, of: (at, of.to_owned()), name: name.to_owned(), span })
}

fn shape(span: Span) -> OptionFault {
    fault(
        span,
        "groupby s'écrit groupby((champ,…),aggregate(…)).",
        "groupby is written groupby((field,…),aggregate(…)).",
    )
}

pub(crate) fn fault(span: Span, fr: impl AsRef<str>, en: impl AsRef<str>) -> OptionFault {
    OptionFault::new("$apply", span, fr, en)
}

/// A fault in a text of `$apply`, with its place in the whole.
pub(crate) fn placed(at: usize) -> impl Fn(ExpressionError) -> OptionFault {
    move |error| {
        let span = Span { start: error.span.start + at, end: error.span.end + at };
        OptionFault { option: "$apply".to_owned(), error: ExpressionError { span, ..error } }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn steps_are_cut_outside_of_quotes_and_parentheses() {
        let text = "filter(name ne 'a/b')/groupby((owner/name, kind),aggregate($count as n,amount mul 2 with sum as t))";
        let steps = read(text).unwrap();
        assert_eq!(steps[0], Step::Filter((7, "name ne 'a/b'".to_owned())));
        let Step::Group { keys, figures } = &steps[1] else { panic!("{steps:?}") };
        assert_eq!(keys.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>(), ["owner/name", "kind"]);
        assert_eq!(text[keys[1].0..].get(..4), Some("kind"));
        assert_eq!((figures[0].method, figures[1].of.1.as_str()), (Method::Count, "amount mul 2"));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "[a-z(),/' $é]{0,60}") {
            if let Err(fault) = read(&text) {
                prop_assert!(fault.error.span.end <= text.len(), "{} {:?}", text, fault);
            }
        }
    }
}
