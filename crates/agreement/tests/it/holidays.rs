//! Holidays against python's `holidays`, year by year (`tests/reference`), and what the law's own words promise.

use agreement::holidays::{GoodFriday, HolidayRules, Region, easter, holidays};
use jiff::civil::date;

const REFERENCE: &str = include_str!("../reference/holidays.txt");

/// Year, days of metropolitan France, days that Moselle adds; each day as month and day.
fn reference() -> impl Iterator<Item = (i16, Vec<&'static str>, Vec<&'static str>)> {
    REFERENCE.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let (year, days) = line.split_once(' ').unwrap();
        let (mainland, moselle) = days.split_once('|').unwrap();
        (year.parse().unwrap(), mainland.split_whitespace().collect(), moselle.split_whitespace().collect())
    })
}

fn ours(year: i16, rules: HolidayRules, region: Region) -> Vec<String> {
    let days = holidays(year, rules).unwrap();
    let wanted = days.iter().filter(|day| day.region == region);
    wanted.map(|day| day.date.strftime("%m%d").to_string()).collect()
}

#[test]
fn holidays_equal_those_of_python_from_1990_to_2100() {
    let mut years = 0;
    for (year, mainland, moselle) in reference().filter(|(year, ..)| *year >= 1990) {
        let rules = HolidayRules::of(Region::AlsaceMoselle);
        assert_eq!(ours(year, rules, Region::Fr), mainland, "{year}");
        assert_eq!(ours(year, rules, Region::AlsaceMoselle), moselle, "{year}");
        assert_eq!(ours(year, HolidayRules::of(Region::Fr), Region::Fr), mainland, "{year}");
        years += 1;
    }
    assert_eq!(years, 111);
}

/// Read by the law of the time, the years before 1990 differ in one thing: 1 May from 1919 to 1945, which python lists and which no law in force
/// today calls a holiday (docs/agreement.md).
#[test]
fn by_the_law_of_the_time_only_the_first_of_may_differs_before_1946() {
    for (year, mut mainland, moselle) in reference() {
        let rules = HolidayRules { since_law: true, ..HolidayRules::of(Region::AlsaceMoselle) };
        if (1919..1946).contains(&year) {
            mainland.retain(|day| *day != "0501" || easter(year) == date(year, 3, 23));
        }
        assert_eq!(ours(year, rules, Region::Fr), mainland, "{year}");
        assert_eq!(ours(year, rules, Region::AlsaceMoselle), moselle, "{year}");
    }
}

#[test]
fn today_s_law_is_read_for_any_year_unless_asked_otherwise() {
    let rules = HolidayRules::of(Region::Fr);
    assert!(ours(1900, rules, Region::Fr).contains(&"1111".to_owned()));
    let then = HolidayRules { since_law: true, ..rules };
    assert!(!ours(1921, then, Region::Fr).contains(&"1111".to_owned()));
    assert!(ours(1922, then, Region::Fr).contains(&"1111".to_owned()));
    assert!(!ours(1970, then, Region::Fr).contains(&"0508".to_owned()));
}

#[test]
fn a_day_counts_once_when_ascension_falls_on_the_first_or_the_eighth_of_may() {
    for year in 1900..=2200 {
        let days = holidays(year, HolidayRules::of(Region::AlsaceMoselle)).unwrap();
        assert!(days.windows(2).all(|pair| pair[0].date < pair[1].date), "{year}");
        let ascension = easter(year).checked_add(jiff::Span::new().days(39)).unwrap();
        let shared = ascension == date(year, 5, 1) || ascension == date(year, 5, 8);
        let whit = i32::from(!(2005..=2007).contains(&year));
        assert_eq!(i32::try_from(days.len()).unwrap(), 12 + whit - i32::from(shared), "{year}");
    }
    let days = holidays(2008, HolidayRules::of(Region::Fr)).unwrap();
    assert_eq!(days[2].name.fr, "Fête du Travail et Ascension");
    let days = holidays(1997, HolidayRules::of(Region::Fr)).unwrap();
    assert_eq!(days[3].name.en, "Victory Day 1945 and Ascension Day");
}

#[test]
fn good_friday_follows_the_commune_only_when_asked() {
    let of = |good_friday| HolidayRules { good_friday, ..HolidayRules::of(Region::AlsaceMoselle) };
    let has = |rules| ours(2026, rules, Region::AlsaceMoselle).contains(&"0403".to_owned());
    assert!(has(of(GoodFriday::Always)) && has(of(GoodFriday::CommuneWithTemple)));
    assert!(!has(of(GoodFriday::CommuneWithoutTemple)));
    assert_eq!(GoodFriday::default(), GoodFriday::Always);
}

#[test]
fn every_day_cites_its_article() {
    for day in holidays(2026, HolidayRules::of(Region::AlsaceMoselle)).unwrap() {
        let article = if day.region == Region::Fr { "L3133-1" } else { "L3134-13" };
        assert!(day.law.fr.contains(article) && day.law.en.contains(article), "{day:?}");
    }
}

#[test]
fn years_out_of_1900_to_2200_are_refused() {
    assert!(holidays(1899, HolidayRules::of(Region::Fr)).is_err());
    assert!(holidays(2201, HolidayRules::of(Region::Fr)).is_err());
    assert_eq!(holidays(2200, HolidayRules::of(Region::Fr)).unwrap().len(), 11);
}
