//! Public holidays (*jours fériés*) of metropolitan France and of Alsace-Moselle, from the law, for 1900 to 2200.
//!
//! Today's law is the Labour Code: article L3133-1 lists eleven days, article L3134-13 those of Moselle, Bas-Rhin and Haut-Rhin, which add
//! Good Friday and 26 December. Five days move with Easter.

mod easter;
mod law;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::Text;
pub use easter::easter;

/// First year answered for.
pub const YEAR_MIN: i16 = 1900;
/// Last year answered for.
pub const YEAR_MAX: i16 = 2200;

/// Where a holiday is one; as a choice, whose holidays are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Region {
    /// All of metropolitan France.
    #[serde(rename = "fr")]
    Fr,
    /// Moselle, Bas-Rhin and Haut-Rhin only. As a choice: these days and those of all France.
    #[serde(rename = "alsace-moselle")]
    AlsaceMoselle,
}

/// What is made of "in communes that have a Protestant temple or a mixed church" (Labour Code, article L3134-13, 2°).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoodFriday {
    /// Good Friday is a holiday in all of Alsace-Moselle, whatever the commune: the contract's reading.
    #[default]
    Always,
    /// The commune has a temple or a mixed church: Good Friday is a holiday there.
    CommuneWithTemple,
    /// The commune has none: Good Friday is a working day there.
    CommuneWithoutTemple,
}

/// Which holidays are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayRules {
    /// Whose.
    pub region: Region,
    /// Only from when, and while, each day was a holiday by the law of the time; else today's law is read for any year.
    #[serde(default)]
    pub since_law: bool,
    /// The reading of the rule of communes.
    #[serde(default)]
    pub good_friday: GoodFriday,
}

impl HolidayRules {
    /// Today's law for a region, Good Friday everywhere in Alsace-Moselle.
    pub const fn of(region: Region) -> Self {
        Self { region, since_law: false, good_friday: GoodFriday::Always }
    }
}

/// A public holiday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holiday {
    /// The day.
    pub date: Date,
    /// Its name; two names when two fall on one day.
    pub name: Text,
    /// Where it is a holiday.
    pub region: Region,
    /// The article of the Labour Code and the text that made it a holiday.
    #[serde(skip)]
    pub law: Text,
}

/// A year out of 1900–2200.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the holidays of {0} are not known: years go from 1900 to 2200")]
pub struct YearOutOfRange(pub i16);

/// The holidays of `year`, by date, each date once: Ascension may fall on 1 or 8 May, and the day then carries both names.
///
/// Errors: a year before 1900 or after 2200.
///
/// ```
/// use agreement::holidays::{HolidayRules, Region, holidays};
///
/// let days = holidays(2027, HolidayRules::of(Region::AlsaceMoselle)).unwrap();
/// assert_eq!(days.len(), 13);
/// assert_eq!(days[1].date.to_string(), "2027-03-26");
/// assert_eq!(days[1].name.fr, "Vendredi saint");
/// assert_eq!(holidays(2008, HolidayRules::of(Region::Fr)).unwrap().len(), 10); // Ascension on 1 May
/// ```
pub fn holidays(year: i16, rules: HolidayRules) -> Result<Vec<Holiday>, YearOutOfRange> {
    if !(YEAR_MIN..=YEAR_MAX).contains(&year) {
        return Err(YearOutOfRange(year));
    }
    let mut found: Vec<Holiday> = Vec::with_capacity(13);
    for day in law::DAYS {
        let wanted = match day.region {
            Region::Fr => true,
            Region::AlsaceMoselle => rules.region == Region::AlsaceMoselle,
        };
        let in_force = if rules.since_law { day.was_in_force(year) } else { day.is_in_force(year) };
        let by_commune =
            !day.in_communes_with_temple || rules.good_friday != GoodFriday::CommuneWithoutTemple;
        if !(wanted && in_force && by_commune) {
            continue;
        }
        let date = day.date(year);
        match found.iter_mut().find(|known| known.date == date) {
            Some(known) => {
                known.name = joined(&known.name, &day.name, (" et ", " and "));
                known.law = joined(&known.law, &day.law, (" ; ", "; "));
            }
            None => {
                found.push(Holiday {
                    date,
                    name: day.name.clone(),
                    region: day.region,
                    law: day.law.clone(),
                });
            }
        }
    }
    found.sort_by_key(|holiday| holiday.date);
    Ok(found)
}

fn joined(one: &Text, other: &Text, (fr, en): (&str, &str)) -> Text {
    Text::made(format!("{}{fr}{}", one.fr, other.fr), format!("{}{en}{}", one.en, other.en))
}
