//! The days, each with the articles that make it a holiday and the text it comes from.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use super::{Region, easter::easter};
use crate::text::Text;

/// When a day falls.
pub(super) enum When {
    /// Month and day.
    On(i8, i8),
    /// Days after Easter Sunday; negative, before.
    Easter(i16),
}

/// A day that the law names.
pub(super) struct Day {
    when: When,
    pub(super) name: Text,
    pub(super) region: Region,
    pub(super) law: Text,
    /// First and last years in which it was a holiday by the law of the time; several when it came back.
    periods: &'static [(i16, i16)],
    /// Years left out whatever is asked.
    except: &'static [i16],
    pub(super) in_communes_with_temple: bool,
}

const OPEN: i16 = i16::MAX;
/// Before the first year answered for.
const LONG_AGO: &[(i16, i16)] = &[(1803, OPEN)];

impl Day {
    pub(super) fn date(&self, year: i16) -> Date {
        match self.when {
            When::On(month, day) => date(year, month, day),
            When::Easter(days) => easter(year).saturating_add(i32::from(days).days()),
        }
    }

    /// By the law of the time.
    pub(super) fn was_in_force(&self, year: i16) -> bool {
        self.is_in_force(year) && self.periods.iter().any(|(first, last)| (*first..=*last).contains(&year))
    }

    /// By today's law.
    pub(super) fn is_in_force(&self, year: i16) -> bool {
        !self.except.contains(&year)
    }
}

const fn national(when: When, name: Text, law: Text, periods: &'static [(i16, i16)]) -> Day {
    Day { when, name, region: Region::Fr, law, periods, except: &[], in_communes_with_temple: false }
}

/// Source: Labour Code, articles L3133-1 and L3134-13, as numbered since the ordinance 2007-329 of 12 March 2007; before each, the text that made
/// the day a holiday.
pub(super) const DAYS: &[Day] = &[
    national(
        When::On(1, 1),
        Text::of("Jour de l'an", "New Year's Day"),
        Text::of(
            "Code du travail, art. L3133-1, 1° ; avis du Conseil d'État du 23 mars 1810",
            "Labour Code, art. L3133-1, 1°; opinion of the Council of State of 23 March 1810",
        ),
        LONG_AGO,
    ),
    Day {
        when: When::Easter(-2),
        name: Text::of("Vendredi saint", "Good Friday"),
        region: Region::AlsaceMoselle,
        law: Text::of(
            "Code du travail, art. L3134-13, 2° ; ordonnance du 16 août 1892",
            "Labour Code, art. L3134-13, 2°; ordinance of 16 August 1892",
        ),
        periods: &[(1893, OPEN)],
        except: &[],
        in_communes_with_temple: true,
    },
    national(
        When::Easter(1),
        Text::of("Lundi de Pâques", "Easter Monday"),
        Text::of(
            "Code du travail, art. L3133-1, 2° ; loi du 8 mars 1886",
            "Labour Code, art. L3133-1, 2°; law of 8 March 1886",
        ),
        &[(1886, OPEN)],
    ),
    national(
        When::On(5, 1),
        Text::of("Fête du Travail", "Labour Day"),
        Text::of(
            "Code du travail, art. L3133-1, 3° et L3133-4 ; lois n° 46-828 du 26 avril 1946, n° 47-778 du 30 avril 1947, n° 48-746 du 29 avril 1948",
            "Labour Code, art. L3133-1, 3° and L3133-4; laws 46-828 of 26 April 1946, 47-778 of 30 April 1947, 48-746 of 29 April 1948",
        ),
        &[(1946, OPEN)],
    ),
    national(
        When::On(5, 8),
        Text::of("Victoire 1945", "Victory Day 1945"),
        Text::of(
            "Code du travail, art. L3133-1, 4° ; lois n° 53-225 du 20 mars 1953 et n° 81-893 du 2 octobre 1981 (décret n° 59-533 du 11 avril 1959 entre les deux)",
            "Labour Code, art. L3133-1, 4°; laws 53-225 of 20 March 1953 and 81-893 of 2 October 1981 (decree 59-533 of 11 April 1959 in between)",
        ),
        &[(1953, 1959), (1982, OPEN)],
    ),
    national(
        When::Easter(39),
        Text::of("Ascension", "Ascension Day"),
        Text::of(
            "Code du travail, art. L3133-1, 5° ; arrêté du 29 germinal an X",
            "Labour Code, art. L3133-1, 5°; order of 29 germinal year X (19 April 1802)",
        ),
        LONG_AGO,
    ),
    Day {
        when: When::Easter(50),
        name: Text::of("Lundi de Pentecôte", "Whit Monday"),
        region: Region::Fr,
        law: Text::of(
            "Code du travail, art. L3133-1, 6° ; loi du 8 mars 1886 ; lois n° 2004-626 du 30 juin 2004 et n° 2008-351 du 16 avril 2008",
            "Labour Code, art. L3133-1, 6°; law of 8 March 1886; laws 2004-626 of 30 June 2004 and 2008-351 of 16 April 2008",
        ),
        periods: &[(1886, OPEN)],
        // The day of solidarity was worked on it unless an agreement said otherwise: docs/decisions/0071-whit-monday-2005-to-2007.md.
        except: &[2005, 2006, 2007],
        in_communes_with_temple: false,
    },
    national(
        When::On(7, 14),
        Text::of("Fête nationale", "National Day"),
        Text::of(
            "Code du travail, art. L3133-1, 7° ; loi du 6 juillet 1880",
            "Labour Code, art. L3133-1, 7°; law of 6 July 1880",
        ),
        &[(1880, OPEN)],
    ),
    national(
        When::On(8, 15),
        Text::of("Assomption", "Assumption Day"),
        Text::of(
            "Code du travail, art. L3133-1, 8° ; arrêté du 29 germinal an X",
            "Labour Code, art. L3133-1, 8°; order of 29 germinal year X (19 April 1802)",
        ),
        LONG_AGO,
    ),
    national(
        When::On(11, 1),
        Text::of("Toussaint", "All Saints' Day"),
        Text::of(
            "Code du travail, art. L3133-1, 9° ; arrêté du 29 germinal an X",
            "Labour Code, art. L3133-1, 9°; order of 29 germinal year X (19 April 1802)",
        ),
        LONG_AGO,
    ),
    national(
        When::On(11, 11),
        Text::of("Armistice 1918", "Armistice Day 1918"),
        Text::of(
            "Code du travail, art. L3133-1, 10° ; loi du 24 octobre 1922",
            "Labour Code, art. L3133-1, 10°; law of 24 October 1922",
        ),
        &[(1922, OPEN)],
    ),
    national(
        When::On(12, 25),
        Text::of("Noël", "Christmas Day"),
        Text::of(
            "Code du travail, art. L3133-1, 11° ; arrêté du 29 germinal an X",
            "Labour Code, art. L3133-1, 11°; order of 29 germinal year X (19 April 1802)",
        ),
        LONG_AGO,
    ),
    Day {
        when: When::On(12, 26),
        name: Text::of("Saint-Étienne", "Saint Stephen's Day"),
        region: Region::AlsaceMoselle,
        law: Text::of(
            "Code du travail, art. L3134-13, 12° (second jour de Noël) ; ordonnance du 16 août 1892",
            "Labour Code, art. L3134-13, 12° (second day of Christmas); ordinance of 16 August 1892",
        ),
        periods: &[(1892, OPEN)],
        except: &[],
        in_communes_with_temple: false,
    },
];
