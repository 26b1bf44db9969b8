//! What must stay fast: how SQLite means to run the commonest queries.

use std::sync::Arc;

use dictionary::expression::{Typed, check, check_condition, parse};
use dictionary::model::Sort;
use dictionary::{Dictionary, Layer, RecordId, Value, compile};
use jiff::Timestamp;
use rusqlite::params_from_iter;

use crate::layout::Layouts;
use crate::query::{Context, Keyset, Select};
use crate::sql::Statement;
use crate::sql::select::{count, page};
use crate::sqlite::SqliteStore;
use crate::sqlite::dialect::{Sqlite, unbound};
use crate::{Store, UnitError};

const LAYER: &str = r#"
[entities.account]
label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
order = ["name"]
code = { prefix = "T", width = 6 }
[entities.account.fields]
name = { type = "text", label = { fr = "Nom" } }
city = { type = "text", label = { fr = "Ville" }, indexed = true }
staff = { type = "integer", label = { fr = "Effectif" }, indexed = true }
balance = { type = "decimal", precision = 18, scale = 2, label = { fr = "Solde" }, indexed = true }
seen = { type = "datetime", label = { fr = "Vu le" }, indexed = true }
note = { type = "text", label = { fr = "Note" } }
parent = { type = "reference", to = "account", label = { fr = "Maison mère" } }
"#;

struct Planned {
    _folder: tempfile::TempDir,
    store: SqliteStore,
    dictionary: Arc<Dictionary>,
    context: Context,
}

impl Planned {
    fn new() -> Planned {
        let folder = tempfile::TempDir::new().unwrap();
        let store = SqliteStore::open(folder.path(), "acme", Timestamp::UNIX_EPOCH).unwrap();
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
            Ok(Box::new(()))
        }));
        made.unwrap();
        let context = Context { now: Timestamp::UNIX_EPOCH, zone: jiff::tz::TimeZone::UTC, me: None };
        Planned { _folder: folder, store, dictionary, context }
    }

    fn typed(&self, source: &str, condition: bool) -> Typed {
        let root = parse(source).unwrap().root;
        let account = self.dictionary.entities.iter().position(|e| e.name == "account").unwrap();
        let checked = if condition {
            check_condition(&root, &*self.dictionary, account)
        } else {
            check(&root, &*self.dictionary, account)
        };
        checked.unwrap_or_else(|errors| panic!("{source}: {errors:?}"))
    }

    /// What SQLite says of counting the rows that a filter finds.
    fn count_plan(&self, filter: &str) -> String {
        let filter = self.typed(filter, true);
        let select = Select {
            entity: self.dictionary.entity("account").unwrap(),
            filters: vec![&filter],
            search: None,
            order: &[],
            after: None,
            limit: 0,
            context: &self.context,
            timeout_ms: 0,
        };
        let statement = count(&self.dictionary, &Layouts::default(), &Sqlite, &select, 10_000).unwrap();
        self.explain(statement.unwrap())
    }

    fn explain(&self, statement: Statement) -> String {
        let mut bench = self.store.writer.bench();
        let db = &bench.connection.as_mut().unwrap().db;
        let mut prepared = db.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
        let values = params_from_iter(statement.values.into_iter().map(unbound));
        let lines = prepared.query_map(values, |row| row.get::<_, String>(3)).unwrap();
        lines.map(Result::unwrap).collect::<Vec<_>>().join("; ").replace("COVERING INDEX", "INDEX")
    }

    /// What SQLite says of each statement of a page.
    fn plan(&self, filter: Option<&str>, order: &str, after: Option<Value>) -> Vec<String> {
        let filter = filter.map(|source| self.typed(source, true));
        let order: Vec<Sort> = order
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| {
                let descending = part.starts_with('-');
                Sort { path: self.typed(part.trim_start_matches('-'), false), descending }
            })
            .collect();
        let keyset =
            after.map(|value| Keyset { values: vec![value], id: RecordId(uuid::Uuid::from_u128(5)) });
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
        let statements = page(&self.dictionary, &Layouts::default(), &Sqlite, &select).unwrap();
        statements.into_iter().map(|statement| self.explain(statement)).collect()
    }
}

#[test]
fn comparisons_with_a_constant_are_looked_up_in_an_index() {
    let planned = Planned::new();
    for (filter, expected) in [
        ("code = 'T000042'", "SEARCH t0 USING INDEX _u_account__code (code=?)"),
        ("city = 'Metz'", "SEARCH t0 USING INDEX _i_account__city (city=?)"),
        ("city in ('Metz', 'Nancy')", "SEARCH t0 USING INDEX _i_account__city (city=?)"),
        ("city >= 'M'", "SEARCH t0 USING INDEX _i_account__city (city>?)"),
        ("staff > 10 and note = 'x'", "SEARCH t0 USING INDEX _i_account__staff (staff>?)"),
        ("balance = 12.5", "SEARCH t0 USING INDEX _i_account__balance (balance=?)"),
        ("balance < 12.505", "SEARCH t0 USING INDEX _i_account__balance (balance<?)"),
        ("seen >= now() - days(30)", "SEARCH t0 USING INDEX _i_account__seen (seen>?)"),
        ("seen >= today()", "SEARCH t0 USING INDEX _i_account__seen (seen>?)"),
        (
            "parent = '0192f3a0-0000-7000-8000-000000000001'",
            "SEARCH t0 USING INDEX _i_account__parent (parent=?)",
        ),
    ] {
        let plan = planned.count_plan(filter);
        assert!(plan.contains(expected), "{filter}: {plan}");
    }
}

#[test]
fn a_sorted_page_reads_an_index_in_order_and_starts_where_the_last_one_ended() {
    let planned = Planned::new();
    for (order, value) in [
        ("name", Value::from("Metz")),
        ("-name", Value::from("Metz")),
        ("staff", Value::Integer(4)),
        ("-seen", Value::DateTime(Timestamp::UNIX_EPOCH)),
    ] {
        let first = planned.plan(None, order, None);
        assert!(first[0].starts_with("SCAN t0 USING INDEX _i_account__"), "{order}: {first:?}");
        assert!(!first[0].contains("TEMP B-TREE"), "{order}: {first:?}");
        for next in planned.plan(None, order, Some(value)) {
            assert!(next.starts_with("SEARCH t0 USING INDEX _i_account__"), "{order}: {next}");
            assert!(!next.contains("TEMP B-TREE"), "{order}: {next}");
        }
    }
    let unsorted = planned.plan(None, "", None);
    assert!(unsorted[0].starts_with("SCAN t0 USING INDEX sqlite_autoindex_account_1"), "{unsorted:?}");
}

#[test]
fn references_are_followed_by_id_and_figures_by_the_index_of_the_reference() {
    let planned = Planned::new();
    let joined = planned.plan(Some("parent.city = 'Metz' and parent.staff > 3"), "parent.name", None);
    assert_eq!(joined[0].matches(" t1 ").count(), 1, "one join for both conditions and the sort: {joined:?}");
    let listed = planned.plan(None, "parent.name,-staff", None);
    assert!(listed[0].contains("SEARCH t1 USING INDEX sqlite_autoindex_account_1 (id=?)"), "{listed:?}");
    let counted = planned.count_plan("count(accounts, staff > 1) > 2");
    assert!(counted.contains("_i_account__parent (parent=?)"), "{counted:?}");
}
