//! A small world of records with every awkward value, held in a store and in memory alike, and the expressions asked about it.
//!
//! Everything is drawn from a list of numbers, so that a failure shrinks to a short list: numbers that run out are zeros, and zero always
//! draws the simplest thing.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::expression::{Context, EvaluateError, Hop, Scope};
use dictionary::model::{EntityIndex, FieldIndex};
use dictionary::value::{Address, FileRef, Point};
use dictionary::{Dictionary, RecordId, Value};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use store::Row;

use crate::support::{TestStore, id, row};

/// Numbers to draw from.
pub(crate) struct Draw(std::vec::IntoIter<u16>);

impl Draw {
    pub(crate) fn new(numbers: Vec<u16>) -> Draw {
        Draw(numbers.into_iter())
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % end
    }

    /// One of these.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Accounts with every type of field, and visits to them.
pub(crate) const WORLD: &str = r#"
[lists.mood]
label = { fr = "Humeurs" }
closed = true
[lists.mood.values.calm]
label = { fr = "Calme" }
[lists.mood.values.cross]
label = { fr = "Fâché" }
[lists.mood.values.eager]
label = { fr = "Impatient" }

[entities.account]
label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
order = ["name"]
[entities.account.fields]
name = { type = "text", label = { fr = "Nom" }, indexed = true }
alias = { type = "text", label = { fr = "Alias" } }
code_ape = { type = "code", label = { fr = "APE" } }
staff = { type = "integer", label = { fr = "Effectif" }, indexed = true }
rank = { type = "integer", label = { fr = "Rang" } }
balance = { type = "decimal", precision = 18, scale = 2, label = { fr = "Solde" }, indexed = true }
rate = { type = "decimal", precision = 18, scale = 6, label = { fr = "Taux" } }
blocked = { type = "boolean", label = { fr = "Bloqué" } }
founded = { type = "date", label = { fr = "Créé le" }, indexed = true }
closed_on = { type = "date", label = { fr = "Fermé le" } }
opens = { type = "time", label = { fr = "Ouvre à" } }
seen = { type = "datetime", label = { fr = "Vu le" }, indexed = true }
due = { type = "datetime", label = { fr = "Dû le" } }
delay = { type = "duration", label = { fr = "Délai" } }
mood = { type = "choice", list = "mood", label = { fr = "Humeur" } }
moods = { type = "choices", list = "mood", label = { fr = "Humeurs" } }
site = { type = "address", label = { fr = "Adresse" } }
place = { type = "point", label = { fr = "Position" } }
logo = { type = "image", label = { fr = "Logo" } }
extra = { type = "json", label = { fr = "Divers" } }
parent = { type = "reference", to = "account", label = { fr = "Maison mère" } }
visits = { type = "lines", of = "visit", by = "account", label = { fr = "Visites" } }

[entities.visit]
label = { fr = "Visite", en = "Visit" }
plural = { fr = "Visites", en = "Visits" }
lines_of = "account"
title = "{subject}"
[entities.visit.fields]
account = { type = "reference", to = "account", on_delete = "cascade", label = { fr = "Tiers" } }
sponsor = { type = "reference", to = "account", label = { fr = "Payeur" } }
subject = { type = "text", label = { fr = "Objet" } }
amount = { type = "decimal", precision = 18, scale = 4, label = { fr = "Montant" } }
minutes = { type = "integer", label = { fr = "Minutes" } }
spent = { type = "duration", label = { fr = "Passé" } }
held = { type = "datetime", label = { fr = "Tenue le" } }
"#;

/// Texts that compare in surprising ways.
pub(crate) const TEXTS: &[&str] = &[
    "Étienne",
    "etienne",
    "ETIENNE",
    "e\u{301}tienne",
    "œuvre",
    "Oeuvre",
    "Straße",
    "strasse",
    "zoo",
    "Z",
    "a b",
    "100%",
    "_x",
    "l'été",
    "\"x\"",
    " ",
    "👩\u{200d}🚒",
    "שלום",
    "İstanbul",
    "ısparta",
    "２０",
    "732829320",
    "ﬁn",
    "\u{fdfa}",
];
const INTEGERS: &[i64] =
    &[0, 1, -1, 7, 1_000, -40, i64::MAX, i64::MIN, i64::MAX - 1, 4_611_686_018_427_387_904];
/// In units of the last digit.
const UNITS: &[i64] =
    &[0, 1, -1, 50, 150, 250, -12_345, 999_999_999_999_999_999, -999_999_999_999_999_999, 100];
const DATES: &[&str] = &[
    "2026-03-29",
    "2026-10-25",
    "2024-02-29",
    "1899-12-31",
    "0001-01-01",
    "9999-12-31",
    "1970-01-01",
    "2026-01-01",
];
const TIMES: &[&str] = &["00:00:00", "23:59:59", "12:30:00", "02:30:00"];
/// Around the changes of hour of 2026 in Paris and New York, and at the ends of time.
const INSTANTS: &[&str] = &[
    "2026-03-29T00:59:59.999999Z",
    "2026-03-29T01:00:00Z",
    "2026-10-25T00:30:00Z",
    "2026-10-25T01:30:00Z",
    "2026-03-08T07:00:00Z",
    "2025-12-31T23:30:00Z",
    "1850-06-01T12:00:00.000001Z",
    "0001-01-02T00:00:00Z",
    "9999-12-29T00:00:00Z",
    "1969-12-31T23:59:59.5Z",
];
const SECONDS: &[i64] = &[0, 60, -60, 86_400, 3_599, i64::MAX, i64::MIN];
const ZONES: &[&str] =
    &["Europe/Paris", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];

/// A value for a field of that type, often null.
fn value(draw: &mut Draw, kind: &str, scale: u32, people: usize) -> Value {
    if draw.below(4) == 0 {
        return Value::Null;
    }
    match kind {
        "text" | "code" => Value::from(draw.one(TEXTS)),
        "integer" => Value::Integer(draw.one(INTEGERS)),
        "decimal" => Value::Decimal(rust_decimal::Decimal::new(draw.one(UNITS), scale)),
        "boolean" => Value::Boolean(draw.below(2) == 1),
        "date" => Value::Date(draw.one(DATES).parse::<Date>().unwrap()),
        "time" => Value::Time(draw.one(TIMES).parse::<Time>().unwrap()),
        "datetime" => Value::DateTime(draw.one(INSTANTS).parse::<Timestamp>().unwrap()),
        "duration" => Value::Duration(draw.one(SECONDS)),
        "choice" => Value::from(draw.one(&["calm", "cross", "eager"])),
        "choices" => {
            let tags = [&["calm"][..], &["calm", "cross"], &["cross", "eager"], &["calm", "cross", "eager"]];
            Value::Tags(draw.one(&tags).iter().map(|tag| (*tag).to_owned()).collect())
        }
        "address" => {
            let mut part = || (draw.below(2) == 1).then(|| draw.one(TEXTS).to_owned());
            let address = Address { postcode: part(), city: part(), country: part(), ..Address::default() };
            if address == Address::default() { Value::Null } else { Value::Address(Box::new(address)) }
        }
        "point" => {
            let (latitude, longitude) = draw.one(&[(48.58, 7.75), (0.0, 0.0), (-90.0, 180.0), (1e-9, -0.1)]);
            Value::Point(Point { latitude, longitude })
        }
        "image" => Value::File(Box::new(FileRef {
            name: draw.one(TEXTS).to_owned(),
            media_type: "image/png".into(),
            size: draw.below(9) as u64,
            hash: "00".repeat(32),
        })),
        "json" => Value::Json(Box::new(match draw.below(4) {
            0 => serde_json::json!({"b": [1, 2.5, null], "a": "é"}),
            1 => serde_json::json!(null),
            2 => serde_json::json!(0.1 + 0.2),
            _ => serde_json::json!(u64::MAX),
        })),
        "reference" => Value::Id(id(1 + draw.below(people) as u128)),
        other => unreachable!("no values for {other}"),
    }
}

/// Records by entity, in memory.
pub(crate) struct World {
    pub(crate) dictionary: Arc<Dictionary>,
    pub(crate) records: BTreeMap<EntityIndex, BTreeMap<RecordId, Row>>,
    pub(crate) context: Context,
}

impl World {
    /// Draws a world and puts it into a store.
    pub(crate) fn new(draw: &mut Draw, test: &TestStore) -> World {
        let dictionary = Arc::clone(&test.dictionary);
        let (accounts, visits) = (3 + draw.below(10), draw.below(12));
        let mut drawn: Vec<(&str, RecordId, Row)> = Vec::new();
        for (name, count, first) in [("account", accounts, 1), ("visit", visits, 501)] {
            let entity = dictionary.entity(name).unwrap();
            for n in 0..count {
                let fields = entity.fields.iter().filter(|field| !field.system && field.is_stored());
                let values: Vec<(&str, Value)> = fields
                    .map(|field| {
                        let scale = field.options.scale.unwrap_or(0);
                        (field.name.as_str(), value(draw, field.kind.name(), scale, accounts))
                    })
                    .collect();
                let record = id(first + n as u128);
                drawn.push((name, record, row(entity, record, &values)));
            }
        }
        let unit: Vec<(&'static str, Row)> = drawn
            .iter()
            .map(|(name, _, row)| (if *name == "visit" { "visit" } else { "account" }, row.clone()))
            .collect();
        let shared = Arc::clone(&dictionary);
        test.write(10, move |tx| {
            tx.allow_missing_files();
            unit.into_iter().try_for_each(|(name, row)| tx.insert(shared.entity(name).unwrap(), row, None))
        })
        .unwrap();
        let snapshot = test.store().snapshot().unwrap();
        let mut records: BTreeMap<EntityIndex, BTreeMap<RecordId, Row>> = BTreeMap::new();
        for (name, record, put) in drawn {
            let index = dictionary.entities.iter().position(|entity| entity.name == name).unwrap();
            let found = snapshot.get(&dictionary.entities[index], record).unwrap().unwrap();
            for (field, what) in dictionary.entities[index].fields.iter().enumerate() {
                let same = what.system || found.get(field) == put.get(field);
                assert!(same, "{}: {:?} came back as {:?}", what.name, put.get(field), found.get(field));
            }
            records.entry(index).or_default().insert(record, found);
        }
        let context = Context {
            now: draw.one(INSTANTS).parse().unwrap(),
            zone: TimeZone::get(draw.one(ZONES)).unwrap(),
            me: Some(id(900)),
        };
        World { dictionary, records, context }
    }

    /// Position of an entity.
    pub(crate) fn entity(&self, name: &str) -> EntityIndex {
        self.dictionary.entities.iter().position(|entity| entity.name == name).unwrap()
    }

    /// A record as expressions see it.
    pub(crate) fn record<'w>(&'w self, entity: EntityIndex, row: &'w Row) -> Record<'w> {
        Record { world: self, entity, row }
    }
}

/// A record of the world.
pub(crate) struct Record<'w> {
    world: &'w World,
    entity: EntityIndex,
    row: &'w Row,
}

impl Scope for Record<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        Ok(Cow::Borrowed(self.row.get(field)))
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        let found = self.row.get(hop.field).as_id().and_then(|id| self.world.records.get(&hop.to)?.get(&id));
        Ok(found.map(|row| Box::new(self.world.record(hop.to, row)) as Box<dyn Scope>))
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        assert!(self.entity < self.world.dictionary.entities.len());
        let me = Value::Id(self.row.id());
        let records = self.world.records.get(&entity).into_iter().flat_map(BTreeMap::values);
        let mine = records.filter(|row| *row.get(by) == me);
        Ok(mine.map(|row| Box::new(self.world.record(entity, row)) as Box<dyn Scope>).collect())
    }
}
