//! Guaranteed hours, and calendars as data.

use agreement::calendar::{Calendar, CalendarError, History};
use agreement::holidays::Region;
use agreement::hours::{Hours, Known};
use agreement::instant::instant;
use agreement::quarter::Quarter;
use jiff::civil::date;

#[test]
fn guaranteed_hours_are_those_of_the_contract_from_2025_to_2030() {
    let table = [
        (2025, [630, 590, 640, 630]),
        (2026, [630, 590, 650, 640]),
        (2027, [610, 630, 650, 640]),
        (2028, [650, 590, 630, 620]),
        (2029, [630, 600, 640, 630]),
        (2030, [630, 590, 650, 620]),
    ];
    let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
    for (year, quarters) in table {
        for (number, hours) in (1..).zip(quarters) {
            let quarter = Quarter::new(year, number).unwrap();
            let guaranteed = Hours::of_quarter(&calendar, quarter, Known::Last);
            assert_eq!(guaranteed.total_s(), hours * 3600, "{quarter}");
            assert_eq!(guaranteed.open_days() as i64, hours / 10, "{quarter}");
        }
    }
}

#[test]
fn a_quarter_is_as_long_as_its_clock_says() {
    let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
    let length = |quarter: &str| {
        let hours = Hours::of_quarter(&calendar, quarter.parse().unwrap(), Known::Last);
        hours.to() - hours.from()
    };
    assert_eq!(length("2026-Q1"), 90 * 86_400 - 3600); // summer time begins on 29 March
    assert_eq!(length("2026-Q2"), 91 * 86_400);
    assert_eq!(length("2026-Q4"), 92 * 86_400 + 3600);
}

const SHOP: &str = r#"{"versions": [
  {"calendar": {"zone": "Europe/Paris", "week": {"saturday": [["09:00", "12:00"], ["14:00", "17:30"]], "sunday": [["00:00", "24:00"]]},
    "exceptions": {"2026-12-26": {"slots": [["10:00", "11:00"]], "reason": "inventory"}}}},
  {"known_at": "2026-11-14T10:00:00+01:00", "applies_from": "2026-11-14",
   "calendar": {"zone": "Europe/Paris", "week": {"saturday": [["09:00", "11:00"]]}}}
]}"#;

#[test]
fn a_day_has_several_slots_exceptions_and_a_clock_that_changes() {
    let shop: History = serde_json::from_str(SHOP).unwrap();
    let before = Known::At(instant("2026-11-01T00:00:00Z").unwrap());
    let of = |day: jiff::civil::Date, known| Hours::new(&shop, day, day.tomorrow().unwrap(), known).total_s();
    assert_eq!(of(date(2026, 10, 24), before), 3 * 3600 + 3 * 3600 + 1800);
    assert_eq!(of(date(2026, 10, 25), before), 25 * 3600); // the clock goes back
    assert_eq!(of(date(2026, 3, 29), before), 23 * 3600);
    assert_eq!(of(date(2026, 12, 26), before), 3600);
    assert_eq!(of(date(2026, 12, 26), Known::Last), 2 * 3600);
    assert_eq!(of(date(2026, 11, 7), Known::Last), 6 * 3600 + 1800); // the new version applies later
}

#[test]
fn what_has_passed_stays_as_it_was_known() {
    let shop: History = serde_json::from_str(SHOP).unwrap();
    let day = date(2026, 11, 14);
    let of = |known| Hours::new(&shop, day, day.tomorrow().unwrap(), known).spans().collect::<Vec<_>>();
    let at = |time: &str| instant(&format!("2026-11-14T{time}:00+01:00")).unwrap();
    // Before the change is known, the whole old day; after it, the old morning up to then and the new one after.
    assert_eq!(
        of(Known::AsTimePassed(at("09:30"))),
        [(at("09:00"), at("12:00")), (at("14:00"), at("17:30"))]
    );
    assert_eq!(of(Known::AsTimePassed(at("10:00"))), [(at("09:00"), at("11:00"))]);
    assert_eq!(of(Known::Last), [(at("09:00"), at("11:00"))]);
}

#[test]
fn a_deadline_is_never_out_of_hours() {
    let calendar = History::always(Calendar::contract(Region::AlsaceMoselle)).unwrap();
    let hours = Hours::of_quarter(&calendar, "2026-Q2".parse().unwrap(), Known::Last);
    let at = |text: &str| instant(text).unwrap();
    let friday = at("2026-04-17T17:00:00+02:00");
    assert_eq!(hours.after(friday, 3600), Some(at("2026-04-17T18:00:00+02:00")));
    assert_eq!(hours.after(friday, 3601), Some(at("2026-04-20T08:00:01+02:00")));
    assert_eq!(hours.after(at("2026-04-18T12:00:00+02:00"), 0), Some(at("2026-04-20T08:00:00+02:00")));
    assert_eq!(hours.after(friday, 10_000_000), None);
}

#[test]
fn a_calendar_with_a_fault_says_which() {
    let refused = |text: &str| serde_json::from_str::<History>(text).unwrap_err().to_string();
    assert!(refused(r#""lorraine""#).contains("alsace-moselle"));
    assert!(refused(r#"{"versions": []}"#).contains("at least one"));
    let overlapping =
        r#"{"zone": "Europe/Paris", "week": {"monday": [["08:00", "12:00"], ["11:00", "18:00"]]}}"#;
    assert!(refused(overlapping).contains("Monday"));
    let mut moon = Calendar::contract(Region::Fr);
    moon.zone = "Moon/Tycho".to_owned();
    assert_eq!(History::always(moon), Err(CalendarError::Zone("Moon/Tycho".to_owned())));
    for text in ["2027-Q5", "2027-1", "27-Q1", "2027-Q", "1899-Q4", "+207-Q1"] {
        assert!(text.parse::<Quarter>().is_err(), "{text}");
    }
}
