//! What expressions are worth: `values.txt` says it line by line, so that any change of meaning shows in a review.

use std::fmt::Write as _;
use std::path::Path;

use dictionary::expression::evaluate;

use crate::world::{World, context};

const VALUES: &str = include_str!("values.txt");

/// Lines `expression` ⇒ `value`, under headings `# entity record`. To accept new values, copy the file that the failure names.
#[test]
fn expressions_have_the_values_of_the_golden_file() {
    let world = World::new();
    let (mut entity, mut record) = (String::new(), 0);
    let mut found = String::new();
    for line in VALUES.lines() {
        if let Some(heading) = line.strip_prefix("# ") {
            let (name, n) = heading.split_once(' ').expect("a heading names an entity and a record");
            (entity, record) = (name.to_owned(), n.parse().expect("a record is a number"));
        }
        let Some((source, _)) = line.split_once("⇒") else {
            writeln!(found, "{line}").unwrap();
            continue;
        };
        let source = source.trim();
        let value = match world.check(&entity, source) {
            Ok(typed) => format!("{:?}", evaluate(&typed, &world.record(record), &context()).unwrap()),
            Err(faults) => faults
                .first()
                .map_or_else(|| panic!("{source}: refused without a reason"), ToString::to_string),
        };
        writeln!(found, "{source:<60} ⇒ {value}").unwrap();
    }
    if found != VALUES {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("values.txt");
        std::fs::write(&path, &found).unwrap();
        let changed = VALUES.lines().zip(found.lines()).filter(|(a, b)| a != b);
        let changed: Vec<String> = changed.map(|(a, b)| format!("- {a}\n+ {b}")).collect();
        panic!("values changed; all of them are in {}\n{}", path.display(), changed.join("\n"));
    }
}
