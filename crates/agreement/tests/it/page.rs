//! The examples of `docs/agreement.md` are true: each log of the page is followed by its answer.

use agreement::calendar::{Calendar, History};
use agreement::holidays::Region;
use agreement::hours::{Hours, Known};
use agreement::quarter::Quarter;
use agreement::ticket;

use crate::support::{at, log, quarter, rate_of};

const PAGE: &str = include_str!("../../../../docs/agreement.md");

/// Blocks of JSON: what the fence says, and the text.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let fenced = PAGE.split("```json ").skip(1).map(|rest| rest.split_once("\n```").unwrap().0);
    fenced.map(|block| block.split_once('\n').unwrap()).collect()
}

#[test]
fn every_example_of_the_page_gives_the_answer_printed_beneath_it() {
    let mut given: Option<String> = None;
    let mut answered = 0;
    for (fence, text) in blocks() {
        match fence.split_once(' ').unwrap_or((fence, "")) {
            ("log", of) => given = Some(serde_json::to_string(&rate_of(&log(text), of)).unwrap()),
            ("tickets", now) => {
                given = Some(
                    serde_json::to_string(&ticket::Log::read(text).unwrap().answer(Some(at(now)))).unwrap(),
                );
            }
            ("answer", "") => {
                assert_eq!(given.take().as_deref(), Some(text));
                answered += 1;
            }
            ("answer:", hours) => {
                let of = hours.strip_prefix("hours ").unwrap();
                let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
                let hours = Hours::of_quarter(&calendar, quarter(of), Known::Last);
                let (days, guaranteed) = (hours.open_days(), hours.total_s());
                assert_eq!(
                    text,
                    format!(r#"{{"quarter":"{of}","days":{days},"guaranteed_s":{guaranteed}}}"#)
                );
                answered += 1;
            }
            other => panic!("a block of the page that no test reads: {other:?}"),
        }
    }
    assert_eq!((answered, given), (6, None));
}

#[test]
fn the_table_of_guaranteed_hours_on_the_page_is_true() {
    let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
    let mut rows = 0;
    for line in PAGE.lines().filter(|line| line.starts_with("| 20")) {
        let cells: Vec<i64> = line.split('|').filter_map(|cell| cell.trim().parse().ok()).collect();
        for (number, hours) in (1..).zip(&cells[1..]) {
            let of = Quarter::new(i16::try_from(cells[0]).unwrap(), number).unwrap();
            assert_eq!(Hours::of_quarter(&calendar, of, Known::Last).total_s(), hours * 3600, "{of}");
        }
        rows += 1;
    }
    assert_eq!(rows, 6);
}
