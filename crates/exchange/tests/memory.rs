//! What reading a file of rows costs in memory: buffers, and the row at hand; not the file.
#![allow(missing_docs, clippy::unwrap_used)] // tests: names are sentences, and a panic is a failure

use std::fs;

use exchange::source::encoding::survey;
use exchange::source::{FileOptions, open};
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

// One test: the allocator counts for the whole process.
#[test]
fn a_file_costs_a_multiple_of_its_longest_row() {
    let folder = tempfile::tempdir().unwrap();
    let megabytes = |row: &str| row.repeat((8 << 20) / row.len());
    for (name, text, longest) in [
        ("rows.csv", format!("name;size\n{}", megabytes("Étage;1 234,50\n")), 16),
        ("rows.jsonl", megabytes("{\"name\":\"Étage\",\"size\":3}\n"), 32),
        ("quotes.csv", format!("a;b\n{}", megabytes("\"x\"\"y\";\"z\"\n")), 16),
        ("blank.csv", format!("a;b\n{}", megabytes("\r\n")), 2),
        ("open.csv", format!("a;b\n\"{}", "x;\n".repeat(1 << 20)), 3 << 20),
        ("wide.csv", ";".repeat(200_000), 200_000),
        ("deep.jsonl", "{\"a\":".repeat(200_000), 1_000_000),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let cost = peak(|| {
            let Ok(survey) = survey(&path) else { return };
            let Ok(mut source) = open(&path, &survey, &FileOptions::default()) else { return };
            while let Ok(Some(item)) = source.next() {
                drop(item);
            }
        });
        assert!(cost <= 100 * longest + (4 << 20), "{cost} bytes for {name}");
    }
}
