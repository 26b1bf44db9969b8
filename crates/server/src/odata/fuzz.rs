//! Options nobody would send: each is read, or refused at a place within it; never a fall, never a wait.

use dictionary::Dictionary;
use dictionary::compile;
use dictionary::layers::Layer;
use peak_alloc::PeakAlloc;
use proptest::prelude::*;

use super::{ListOptions, OptionFault, apply, expand, filter, order, typed};
use crate::data::resource;

/// Counts what tests hold at once at most.
#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const LAYER: &str = "name = \"test\"\n\
    [entities.thing]\nlabel = { fr = \"Chose\" }\nplural = { fr = \"Choses\" }\n\
    [entities.thing.fields.name]\ntype = \"text\"\nlabel = { fr = \"Nom\" }\n\
    [entities.thing.fields.size]\ntype = \"integer\"\nlabel = { fr = \"Taille\" }\n\
    [entities.thing.fields.born]\ntype = \"date\"\nlabel = { fr = \"Né\" }\n\
    [entities.thing.fields.parent]\ntype = \"reference\"\nto = \"thing\"\nlabel = { fr = \"Parent\" }\n";

/// What options are made of, and what surprises readers of them.
const PIECES: &[&str] = &[
    "name",
    "size",
    "born",
    "parent",
    "parent_id",
    "things",
    "nothing",
    "$count",
    "$filter",
    "$it",
    "$expand",
    "$orderby",
    "$top",
    "filter",
    "groupby",
    "aggregate",
    "with",
    "as",
    "sum",
    "average",
    "countdistinct",
    "eq",
    "ne",
    "gt",
    "in",
    "has",
    "and",
    "or",
    "not",
    "add",
    "sub",
    "mul",
    "div",
    "divby",
    "mod",
    "any",
    "all",
    "contains",
    "substring",
    "year",
    "case",
    "round",
    "null",
    "true",
    "'a'",
    "''''",
    "'",
    "\"",
    "(",
    ")",
    "((",
    "))",
    "/",
    ",",
    ";",
    ":",
    "=",
    "@",
    "@a",
    "-",
    "+",
    "*",
    "%",
    "0",
    "1",
    "9223372036854775808",
    "-1e999",
    "0.1",
    "99999999999999999999999999999999999999",
    "2026-11-23",
    "2026-02-30T25:61:61Z",
    "duration'P9999999999D'",
    "0192f3a0-7e1c-7c3a-9f5e-0123456789ab",
    "é",
    "e\u{301}",
    "\u{202e}",
    "\u{0}",
    "👩\u{200d}🚒",
    "\u{feff}",
    "İ",
    "ß",
];

/// Options that are good, for others to be made of.
const GOOD: &[&str] = &[
    "name eq 'L''Arc' and not (size gt 3) or parent/name ne null",
    "things/any(t:t/size gt 3 and contains(t/name,'x')) and year(born) ge 2020",
    "parent($select=name;$expand=parent),things($filter=size gt 1;$orderby=name desc;$top=5;$count=true)",
    "filter(size gt 1)/groupby((parent/name,name),aggregate($count as n,size with sum as total))",
    "name desc,parent/size,born asc",
    "case(size gt 1:'a',true:'b') eq 'a' and size in (1,2,3)",
];

/// What nests.
const OPENINGS: &[&str] = &[
    "(",
    "not ",
    "-",
    "not(",
    "parent/",
    "contains(",
    "things/any(t:",
    "parent($expand=",
    "things($filter=(",
    "filter(",
    "groupby((",
    "case(",
    "'",
    "name,",
    "size in (",
    "1 add ",
    "1 mul ",
    "true or ",
    "true and ",
    "things/$count($filter=",
    "/",
    "[",
    "{",
    "@a",
    "@a eq ",
];

fn text() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 0..40);
    let joined = (pieces, prop::sample::select(vec!["", " "])).prop_map(|(pieces, by)| pieces.join(by));
    let cuts = prop::collection::vec(
        (any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(PIECES)),
        1..6,
    );
    let damaged = (prop::sample::select(GOOD), cuts).prop_map(|(good, cuts)| {
        let mut text: Vec<char> = good.chars().collect();
        for (at, length, piece) in cuts {
            let start = at.index(text.len() + 1);
            let end = (start + length).min(text.len());
            text.splice(start..end, piece.chars());
        }
        text.into_iter().collect()
    });
    prop_oneof![3 => joined, 5 => damaged, 1 => any::<String>()]
}

/// Reads a text as every option, and says what was wrong with it.
fn read_as_all(dictionary: &Dictionary, text: &str) -> Vec<OptionFault> {
    let thing = dictionary.entity("thing").unwrap();
    let aliases = [("@a".to_owned(), text.to_owned())];
    let mut faults = Vec::new();
    let condition = filter::parse(dictionary, thing, &aliases, text);
    faults.extend(condition.err().map(OptionFault::of("$filter")));
    faults.extend(order::parse(dictionary, thing, text).err().map(OptionFault::of("$orderby")));
    faults.extend(apply::read(text).err());
    let options = ListOptions {
        expand: Some(text.to_owned()),
        select: Some(text.to_owned()),
        aliases: aliases.into(),
        ..ListOptions::default()
    };
    faults.extend(expand::selection(dictionary, thing, &options).err());
    let options = ListOptions { select: None, ..options };
    faults.extend(expand::selection(dictionary, thing, &options).err());
    if let Ok(expr) = filter::parse(dictionary, thing, &[], text) {
        // What can be read is checked too: that ends as well.
        let _ = typed::value(dictionary, thing, &expr);
    }
    faults
}

fn dictionary() -> Dictionary {
    compile::compile(&[Layer::single("test", LAYER)]).unwrap()
}

proptest! {
    #[test]
    fn a_fault_of_an_option_lies_within_it(text in text()) {
        for fault in read_as_all(&dictionary(), &text) {
            let span = fault.error.span;
            prop_assert!(span.start <= span.end && span.end <= text.len(), "{:?} in {:?}", fault, text);
            prop_assert!(text.is_char_boundary(span.start), "{:?} in {:?}", fault, text);
        }
    }

    #[test]
    fn a_query_string_and_an_address_are_read_or_refused(text in text(), raw in "[!-~]{0,60}") {
        for text in [text.as_str(), raw.as_str()] {
            let _ = ListOptions::read(Some(text));
            for name in ["$filter", "$top", "$skip", "$count", "$format", "$skiptoken", "$apply", "@a"] {
                let _ = ListOptions::read(Some(&format!("{name}={text}")));
            }
            let _ = resource::parse(text);
            let _ = resource::parse(&format!("things({text})/x"));
        }
    }
}

#[test]
fn nesting_without_end_is_refused_whatever_it_is_made_of() {
    let dictionary = dictionary();
    let times = |text: &str| text.repeat(200_000 / text.len());
    for opening in OPENINGS {
        let text = times(opening);
        // Whole, and cut to what an option may be long.
        for text in [&text[..], &text[..filter::BYTES_MAX], &text[..4_000]] {
            assert!(!read_as_all(&dictionary, text).is_empty(), "{opening}");
        }
    }
}

#[test]
fn options_cost_a_multiple_of_their_length() {
    let dictionary = dictionary();
    // Tables that are made once are not the input's.
    drop(read_as_all(&dictionary, GOOD[0]));
    let pairs =
        OPENINGS.iter().flat_map(|first| OPENINGS.iter().map(move |second| format!("{first}{second}")));
    let texts =
        OPENINGS.iter().chain(PIECES).chain(GOOD).map(|piece| (*piece).to_owned()).chain(pairs.step_by(9));
    for piece in texts {
        let text = piece.repeat(filter::BYTES_MAX / piece.len());
        let before = ALLOCATED.current_usage();
        ALLOCATED.reset_peak_usage();
        drop(read_as_all(&dictionary, &text));
        let cost = ALLOCATED.peak_usage().saturating_sub(before);
        assert!(cost <= 400 * text.len() + (256 << 10), "{cost} bytes for {piece:?}");
    }
}

/// Each alias stands for the next one twice: read in full, they would be a thousand million.
#[test]
fn aliases_of_aliases_end() {
    let dictionary = dictionary();
    let thing = dictionary.entity("thing").unwrap();
    let twice = |n: usize| (format!("@a{n}"), format!("(@a{} and @a{})", n + 1, n + 1));
    let mut aliases: Vec<(String, String)> = (0..30).map(twice).collect();
    aliases.push(("@a30".to_owned(), "size gt 1".to_owned()));
    let refused = filter::parse(&dictionary, thing, &aliases, "@a0").unwrap_err();
    assert!(["too_large", "too_deep"].contains(&refused.code), "{refused:?}");
    aliases.drain(..25);
    assert!(filter::parse(&dictionary, thing, &aliases, "@a25").is_ok());
}
