//! A small company, in memory, for expressions to read.

use std::borrow::Cow;
use std::collections::BTreeMap;

use dictionary::expression::{
    self, Context, EvaluateError, ExpressionError, FieldShape, Hop, Names, Scope, Typed, evaluate,
};
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::value::{Address, Point};
use dictionary::{Dictionary, Layer, RecordId, Value, compile};
use jiff::tz::TimeZone;

const FILE: &str = include_str!("company.toml");

/// Dictionary, records and formulas.
pub(crate) struct World {
    pub(crate) dictionary: Dictionary,
    rows: BTreeMap<RecordId, (EntityIndex, Vec<Value>)>,
    /// Formulas of computed fields that no row keeps.
    formulas: BTreeMap<(EntityIndex, FieldIndex), Typed>,
}

/// The id that ends in `n`.
pub(crate) fn id(n: u32) -> RecordId {
    RecordId::parse(&format!("00000000-0000-7000-8000-{n:012}")).unwrap()
}

/// Monday 23 November 2026, 14:05 in Paris; the caller is user 1.
pub(crate) fn context() -> Context {
    Context {
        now: "2026-11-23T13:05:00Z".parse().unwrap(),
        zone: TimeZone::get("Europe/Paris").unwrap(),
        me: Some(id(1)),
    }
}

fn text(text: &str) -> Value {
    Value::from(text)
}

fn number(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

impl World {
    /// One account with everything filled (10), one with nothing (11), and what refers to them.
    pub(crate) fn new() -> World {
        let dictionary = compile(&[Layer::single("company", FILE)]).unwrap_or_else(|faults| {
            panic!("{}", faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
        });
        let mut world = World { dictionary, rows: BTreeMap::new(), formulas: BTreeMap::new() };
        let instant = |text: &str| Value::DateTime(text.parse().unwrap());
        world.add("user", 1, &[("name", text("Ada Lenoir"))]);
        let address = Address {
            lines: Some("3 rue du Fil".into()),
            postcode: Some("67000".into()),
            city: Some("Strasbourg".into()),
            country: Some("FR".into()),
            ..Address::default()
        };
        world.add(
            "account",
            10,
            &[
                ("created_at", instant("2026-10-25T00:30:00Z")),
                ("name", text("Chauffage Lénoir & Œuvres")),
                ("kind", text("customer")),
                ("labels", Value::Tags(vec!["oil".into(), "vip".into()])),
                ("siret", text("732 829 320 00074")),
                ("blocked", Value::Boolean(false)),
                ("founded", Value::Date("1999-12-31".parse().unwrap())),
                ("opens", Value::Time("08:30:00".parse().unwrap())),
                ("response", Value::Duration(5_400)),
                ("staff", Value::Integer(12)),
                ("rate", number("0.2000")),
                ("turnover", number("1234567.89")),
                ("owner", Value::Id(id(1))),
                ("parent", Value::Id(id(11))),
                ("main_address", Value::Address(Box::new(address))),
                ("position", Value::Point(Point { latitude: 48.5734, longitude: 7.7521 })),
                ("settings", Value::Json(Box::new(serde_json::json!({"a": 1})))),
            ],
        );
        world.add("account", 11, &[("name", text("Siège"))]);
        world.add("contact", 20, &[("name", text("Zoé")), ("account", Value::Id(id(10)))]);
        world.add(
            "contact",
            21,
            &[("name", text("abel")), ("account", Value::Id(id(10))), ("gone", Value::Boolean(true))],
        );
        world.add("product", 30, &[("name", text("Pompe")), ("taxed", Value::Boolean(true))]);
        world.add("quote", 40, &[("account", Value::Id(id(10))), ("sent", instant("2026-11-22T23:30:00Z"))]);
        for (n, product, quantity, price) in
            [(50, Some(30), 3, "10.50"), (51, None, 2, "0.25"), (52, Some(30), 0, "99.99")]
        {
            let product = product.map_or(Value::Null, |n| Value::Id(id(n)));
            world.add(
                "quote_line",
                n,
                &[
                    ("quote", Value::Id(id(40))),
                    ("product", product),
                    ("quantity", Value::Integer(quantity)),
                    ("price", number(price)),
                ],
            );
        }
        world.add("quote_line", 53, &[("quote", Value::Id(id(40)))]);
        world
    }

    fn add(&mut self, entity: &str, n: u32, values: &[(&str, Value)]) {
        let index = self.dictionary.entity_index(entity).unwrap();
        let entity = &self.dictionary.entities[index];
        let mut row = vec![Value::Null; entity.fields.len()];
        row[ID] = Value::Id(id(n));
        for (name, value) in values {
            row[entity.index(name).unwrap()] = value.clone();
        }
        self.rows.insert(id(n), (index, row));
    }

    /// Makes a field computed by a formula that no row keeps.
    pub(crate) fn compute(&mut self, entity: &str, field: &str, formula: &str) {
        let typed = self.check(entity, formula).unwrap();
        let index = self.dictionary.entity_index(entity).unwrap();
        let field = self.dictionary.entities[index].index(field).unwrap();
        self.formulas.insert((index, field), typed);
    }

    /// The checked expression, or its faults.
    pub(crate) fn check(&self, entity: &str, source: &str) -> Result<Typed, Vec<ExpressionError>> {
        let parsed = expression::parse(source).map_err(|fault| vec![fault])?;
        expression::check(&parsed.root, self, self.dictionary.entity_index(entity).unwrap())
    }

    /// The record that ends in `n`.
    pub(crate) fn record(&self, n: u32) -> Record<'_> {
        Record { world: self, id: id(n) }
    }

    /// The value of an expression about the record that ends in `n`.
    pub(crate) fn value(&self, n: u32, source: &str) -> Value {
        let entity = self.dictionary.entities[self.rows[&id(n)].0].name.clone();
        let typed = self.check(&entity, source).unwrap_or_else(|faults| panic!("{source}: {faults:?}"));
        evaluate(&typed, &self.record(n), &context()).unwrap()
    }
}

/// One record.
pub(crate) struct Record<'w> {
    world: &'w World,
    id: RecordId,
}

impl Scope for Record<'_> {
    fn field(&self, field: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        Ok(Cow::Borrowed(&self.world.rows[&self.id].1[field]))
    }

    fn follow(&self, hop: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        let Some(id) = self.field(hop.field)?.as_id() else { return Ok(None) };
        let (entity, _) =
            self.world.rows.get(&id).ok_or_else(|| EvaluateError::read("the record is gone"))?;
        assert_eq!(*entity, hop.to);
        Ok(Some(Box::new(Record { world: self.world, id })))
    }

    fn children(
        &self,
        entity: EntityIndex,
        by: FieldIndex,
    ) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        let of = |(_, (e, row)): &(&RecordId, &(EntityIndex, Vec<Value>))| {
            *e == entity && row[by].as_id() == Some(self.id)
        };
        let found = self.world.rows.iter().filter(of);
        Ok(found.map(|(id, _)| Box::new(Record { world: self.world, id: *id }) as Box<dyn Scope>).collect())
    }
}

impl Names for World {
    fn entity_index(&self, name: &str) -> Option<EntityIndex> {
        Names::entity_index(&self.dictionary, name)
    }

    fn collection_index(&self, collection: &str) -> Option<EntityIndex> {
        self.dictionary.collection_index(collection)
    }

    fn entity_name(&self, entity: EntityIndex) -> &str {
        self.dictionary.entity_name(entity)
    }

    fn collection_name(&self, entity: EntityIndex) -> &str {
        self.dictionary.collection_name(entity)
    }

    fn entity_count(&self) -> usize {
        self.dictionary.entity_count()
    }

    fn field(&self, entity: EntityIndex, name: &str) -> Option<(FieldIndex, FieldShape<'_>)> {
        Names::field(&self.dictionary, entity, name)
    }

    fn field_names(&self, entity: EntityIndex) -> Vec<&str> {
        self.dictionary.field_names(entity)
    }

    fn references(&self, from: EntityIndex, to: EntityIndex) -> Vec<(FieldIndex, &str)> {
        self.dictionary.references(from, to)
    }

    fn formula(&self, entity: EntityIndex, field: FieldIndex) -> Option<&Typed> {
        self.formulas.get(&(entity, field))
    }

    fn tags(&self, list: &str) -> Option<Vec<&str>> {
        Some(self.dictionary.lists.get(list)?.values.iter().map(|value| value.tag.as_str()).collect())
    }
}
