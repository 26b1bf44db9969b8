//! What must stay fast: how PostgreSQL means to run the commonest queries.

use std::sync::Arc;

use dictionary::expression::{check, check_condition, parse};
use dictionary::model::Sort;
use dictionary::{Dictionary, Layer, RecordId, Value, compile};
use jiff::Timestamp;
use uuid::Uuid;

use crate::layout::Layouts;
use crate::postgres::dialect::{Postgres, unbound};
use crate::postgres::zone::zone;
use crate::postgres::{Connections, PostgresDatabase, PostgresStore};
use crate::query::{Context, Keyset, Select};
use crate::row::Row;
use crate::sql::select::page;
use crate::{Store, UnitError};

const LAYER: &str = r#"
[entities.account]
label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
order = ["name"]
[entities.account.fields]
name = { type = "text", label = { fr = "Nom" } }
siren = { type = "text", label = { fr = "SIREN" }, unique = true }
city = { type = "text", label = { fr = "Ville" }, indexed = true }
staff = { type = "integer", label = { fr = "Effectif" }, indexed = true }
balance = { type = "decimal", precision = 18, scale = 2, label = { fr = "Solde" }, indexed = true }
seen = { type = "datetime", label = { fr = "Vu le" }, indexed = true }
parent = { type = "reference", to = "account", label = { fr = "Maison mère" } }
"#;

struct Planned {
    _folder: tempfile::TempDir,
    store: PostgresStore,
    dictionary: Arc<Dictionary>,
    context: Context,
}

impl Planned {
    /// Enough accounts for the planner to care.
    fn new() -> Planned {
        let folder = tempfile::TempDir::new().unwrap();
        let database = PostgresDatabase::open(&test_postgres::address(), Connections::default()).unwrap();
        let store = PostgresStore::open(&database, "acme", folder.path()).unwrap();
        let dictionary = Arc::new(compile(&[Layer::single("test", LAYER)]).unwrap());
        let new = Arc::clone(&dictionary);
        let made = store.write(Box::new(move |tx| {
            tx.set_cause(journal::Cause {
                at: Timestamp::UNIX_EPOCH,
                actor: journal::Actor::System,
                origin: journal::Origin::System,
                device: None,
                request: None,
            });
            tx.migrate(None, &new).map_err(UnitError::Store)?;
            let account = new.entity("account").unwrap();
            for n in 0..4_000_i64 {
                let mut row = Row(vec![Value::Null; account.fields.len()]);
                row.0[0] = Value::Id(RecordId(Uuid::from_u128(n as u128)));
                let mut set = |field: &str, value| row.0[account.index(field).unwrap()] = value;
                set("name", Value::Text(format!("Compte {}", n * 7_919 % 4_000)));
                set("siren", Value::Text(n.to_string()));
                set("city", Value::Text(format!("Ville {}", n % 500)));
                set("staff", Value::Integer(n % 1_000));
                set("balance", Value::Decimal(rust_decimal::Decimal::new(n, 2)));
                set("seen", Value::DateTime(Timestamp::from_second(n * 3_600).unwrap()));
                tx.insert(account, row, None)?;
            }
            Ok(Box::new(()))
        }));
        made.unwrap();
        let (connection, _) = store
            .database
            .writers
            .begin(&store.schema, &store.beginning.write, &store.beginning.head)
            .unwrap();
        connection.batch("analyze", "ANALYZE account; COMMIT").unwrap();
        drop(connection);
        let context = Context { now: Timestamp::UNIX_EPOCH, zone: jiff::tz::TimeZone::UTC, me: None };
        Planned { _folder: folder, store, dictionary, context }
    }

    /// What PostgreSQL says of each statement of a page.
    fn plan(&self, filter: Option<&str>, order: &str, after: Option<Value>) -> Vec<String> {
        let account = self.dictionary.entity_index("account").unwrap();
        let filter = filter
            .map(|source| check_condition(&parse(source).unwrap().root, &*self.dictionary, account).unwrap());
        let order: Vec<Sort> = order
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let source = parse(part.trim_start_matches('-')).unwrap();
                let path = check(&source.root, &*self.dictionary, account).unwrap();
                Sort { path, descending: part.starts_with('-') }
            })
            .collect();
        let keyset = after.map(|value| Keyset { values: vec![value], id: RecordId(Uuid::from_u128(5)) });
        let select = Select {
            entity: self.dictionary.entity("account").unwrap(),
            filters: filter.iter().collect(),
            search: None,
            order: &order,
            after: keyset.as_ref(),
            limit: 50,
            context: &self.context,
            timeout_ms: 0,
        };
        let dialect = Postgres { zone: zone(&self.context.zone) };
        let statements = page(&self.dictionary, &Layouts::default(), &dialect, &select).unwrap();
        let (connection, _) = self
            .store
            .database
            .readers
            .begin(&self.store.schema, &self.store.beginning.read, &self.store.beginning.head)
            .unwrap();
        let explained = statements.into_iter().map(|statement| {
            let (cells, types): (Vec<_>, Vec<_>) = statement.values.into_iter().map(unbound).unzip();
            let sql = format!("EXPLAIN (COSTS OFF) {}", statement.sql);
            let rows = connection.query("explain", &sql, &cells, Some(&types)).unwrap();
            rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>().join("; ")
        });
        explained.collect()
    }
}

#[test]
fn comparisons_with_a_constant_are_looked_up_in_an_index() {
    let planned = Planned::new();
    for (filter, index) in [
        ("siren = '732829320'", "_u_account__siren"),
        ("city = 'Ville 3'", "_i_account__city"),
        ("city in ('Ville 3', 'Ville 4')", "_i_account__city"),
        ("city >= 'Ville 99'", "_i_account__city"),
        ("staff = 12", "_i_account__staff"),
        ("balance < 0.505", "_i_account__balance"),
        ("seen < datetime '1970-01-02T00:00:00Z'", "_i_account__seen"),
        ("parent = '0192f3a0-0000-7000-8000-000000000001'", "_i_account__parent"),
    ] {
        let plan = planned.plan(Some(filter), "", None).remove(0);
        assert!(plan.contains(index), "{filter}: {plan}");
    }
}

#[test]
fn a_sorted_page_reads_an_index_in_order_and_starts_where_the_last_one_ended() {
    let planned = Planned::new();
    for (order, value) in [
        ("name", Value::from("Compte 2")),
        ("-name", Value::from("Compte 2")),
        ("staff", Value::Integer(4)),
        ("-seen", Value::DateTime(Timestamp::from_second(9_000_000).unwrap())),
    ] {
        let index = format!("_i_account__{}", order.trim_start_matches('-'));
        for plan in planned.plan(None, order, None).into_iter().chain(planned.plan(None, order, Some(value)))
        {
            assert!(plan.contains(&index) && !plan.contains("Sort"), "{order}: {plan}");
        }
    }
    assert!(planned.plan(None, "", None)[0].contains("account_pkey"));
}
