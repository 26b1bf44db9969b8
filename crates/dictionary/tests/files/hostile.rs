//! Files that nobody would write: the answer is a list of faults, never a fall.

use dictionary::{Layer, compile};
use proptest::prelude::*;

use crate::common::LIBRARY;

#[test]
fn parts_inside_parts_without_end_are_refused() {
    let deep = "a.".repeat(100_000) + "a = 1";
    assert!(compile(&[Layer::single("deep", &deep)]).is_err());
    let nested = "a = ".to_owned() + &"{ a = ".repeat(100_000) + "1" + &" }".repeat(100_000);
    assert!(compile(&[Layer::single("nested", &nested)]).is_err());
    let list = "a = ".to_owned() + &"[".repeat(100_000) + &"]".repeat(100_000);
    assert!(compile(&[Layer::single("list", &list)]).is_err());
    let header = format!("[{}a]", "a.".repeat(100_000));
    assert!(compile(&[Layer::single("header", &header)]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(192) })]

    /// Pieces of a dictionary cut out, doubled or replaced: every fault still has a place and an underlined text.
    #[test]
    fn a_damaged_file_is_reported_with_places(
        cuts in prop::collection::vec((0..3000_usize, 0..40_usize, "[a-zé{}\\[\\]=\".' \n0-9]{0,6}"), 1..6)
    ) {
        let mut text: Vec<char> = LIBRARY.chars().collect();
        for (start, length, replacement) in cuts {
            let start = start.min(text.len());
            let end = (start + length).min(text.len());
            text.splice(start..end, replacement.chars());
        }
        let text: String = text.into_iter().collect();
        if let Err(faults) = compile(&[Layer::single("damaged", &text)]) {
            prop_assert!(!faults.is_empty());
            for fault in &faults {
                prop_assert_eq!(fault.file.as_str(), "damaged/layer.toml");
                prop_assert_eq!(text.lines().nth(fault.line - 1).unwrap_or(""), fault.text.as_str());
                prop_assert!(fault.column <= fault.text.chars().count() + 1);
                prop_assert!(fault.length >= 1);
            }
            let order: Vec<(usize, usize)> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
            prop_assert!(order.is_sorted());
        }
    }
}
