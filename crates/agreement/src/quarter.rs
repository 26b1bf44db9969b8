//! Quarters of a civil year: the period the rate is guaranteed for.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, date};

use crate::holidays::{YEAR_MAX, YEAR_MIN};

/// A quarter, written `2027-Q1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Quarter {
    year: i16,
    number: i8,
}

/// A text that names no quarter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no quarter: write it 2027-Q1, with a year from 1900 to 2200 and a quarter from 1 to 4")]
pub struct NoQuarter(pub String);

impl Quarter {
    /// The quarter `number` (1 to 4) of `year` (1900 to 2200); `None` out of these.
    pub fn new(year: i16, number: i8) -> Option<Self> {
        let known = (YEAR_MIN..=YEAR_MAX).contains(&year) && (1..=4).contains(&number);
        known.then_some(Self { year, number })
    }

    /// The quarter a date is in; `None` out of 1900–2200.
    pub fn of(day: Date) -> Option<Self> {
        Self::new(day.year(), (day.month() - 1) / 3 + 1)
    }

    /// Its first day.
    pub fn first_day(self) -> Date {
        date(self.year, self.number * 3 - 2, 1)
    }

    /// The first day of the next quarter.
    pub fn end(self) -> Date {
        if self.number == 4 { date(self.year + 1, 1, 1) } else { date(self.year, self.number * 3 + 1, 1) }
    }
}

impl FromStr for Quarter {
    type Err = NoQuarter;

    fn from_str(text: &str) -> Result<Self, NoQuarter> {
        let refuse = || NoQuarter(text.to_owned());
        let (year, number) = text.split_once("-Q").ok_or_else(refuse)?;
        let digits =
            |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        if !(digits(year, 4) && digits(number, 1)) {
            return Err(refuse());
        }
        let (Ok(year), Ok(number)) = (year.parse(), number.parse()) else { return Err(refuse()) };
        Self::new(year, number).ok_or_else(refuse)
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-Q{}", self.year, self.number)
    }
}
