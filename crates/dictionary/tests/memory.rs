//! What reading files and expressions costs in memory: a multiple of their length, however they are made.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

use dictionary::expression::parse;
use dictionary::{Layer, compile};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// Bytes that `work` had at once at most, beyond those there were.
fn peak(work: impl FnOnce()) -> usize {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    work();
    ALLOCATED.peak_usage().saturating_sub(before)
}

const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "{",
    "a.",
    "a = ",
    "a = 1\n",
    "[a]\n",
    "[[a]]\n",
    "a = \"",
    "'",
    "\"\"\"",
    "not ",
    "-",
    "a and ",
    "1 + ",
    "if(",
    "sum(",
    "a in (",
    "'é',",
    "0,",
    "#",
    "\\u0041",
    "\n",
    "\0",
    "9",
    "a.b.c = {",
    "lines.any(",
];

/// Two sizes: what costs more than in proportion shows in the larger.
const BYTES: [usize; 2] = [3_000, 30_000];

// One test: the allocator counts for the whole process.
#[test]
fn files_and_expressions_cost_a_multiple_of_their_length() {
    // Tables that are made once are not the input's.
    let _ = (compile(&[Layer::single("warm", "name = \"a\"")]), parse("a = 1"));
    let pairs = PIECES.iter().flat_map(|first| PIECES.iter().map(move |second| format!("{first}{second}")));
    for piece in PIECES.iter().map(|piece| (*piece).to_owned()).chain(pairs.step_by(7)) {
        let single = PIECES.contains(&piece.as_str());
        for bytes in BYTES.into_iter().take(if single { 2 } else { 1 }) {
            let text = piece.repeat(bytes / piece.len());
            let expression = peak(|| drop(parse(&text)));
            assert!(
                expression <= 400 * text.len() + (256 << 10),
                "{expression} bytes for {piece:?} × {bytes}"
            );
            let file = peak(|| drop(compile(&[Layer::single("test", &text)])));
            assert!(file <= 2_000 * text.len() + (8 << 20), "{file} bytes for the file {piece:?} × {bytes}");
        }
    }
}
