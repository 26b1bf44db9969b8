//! Computed fields: kept right on the record and on every other that reads it.

use dictionary::Value;

use crate::support::{World, admin, decimal, draft, problems, with_lines, written};

const SALES: &str = r#"
[entities.tax]
label = { fr = "TVA", en = "Tax" }
plural = { fr = "TVA", en = "Taxes" }
title = "{name}"
[entities.tax.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.tax.fields.rate]
type = "decimal"
precision = 6
scale = 4
label = { fr = "Taux", en = "Rate" }

[entities.client]
label = { fr = "Client", en = "Client" }
plural = { fr = "Clients", en = "Clients" }
title = "{name}"
search = ["name"]
[entities.client.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.client.fields.spent]
type = "computed"
returns = "money"
formula = "sum(orders.total)"
label = { fr = "Dépensé", en = "Spent" }
[entities.client.fields.biggest]
type = "computed"
returns = "money"
formula = "max(orders.total)"
label = { fr = "Plus grosse", en = "Biggest" }
[entities.client.fields.ceiling]
type = "money"
label = { fr = "Plafond", en = "Limit" }
[entities.client.rules.within]
when = "ceiling != null"
require = "spent <= ceiling"
field = "ceiling"
message = { fr = "Le plafond est dépassé.", en = "The limit is exceeded." }

[entities.order_line]
label = { fr = "Ligne", en = "Line" }
plural = { fr = "Lignes", en = "Lines" }
lines_of = "order_head"
[entities.order_line.fields.sale]
type = "reference"
to = "order_head"
label = { fr = "Commande", en = "Order" }
[entities.order_line.fields.quantity]
type = "integer"
label = { fr = "Quantité", en = "Quantity" }
required = true
[entities.order_line.fields.price]
type = "money"
label = { fr = "Prix", en = "Price" }
[entities.order_line.fields.tax]
type = "reference"
to = "tax"
label = { fr = "TVA", en = "Tax" }
[entities.order_line.fields.amount]
type = "computed"
returns = "money"
formula = "quantity * price * (1 + coalesce(tax.rate, 0))"
label = { fr = "Montant", en = "Amount" }

[entities.order_head]
label = { fr = "Commande", en = "Order" }
plural = { fr = "Commandes", en = "Orders" }
collection = "orders"
code = { prefix = "O", width = 4 }
title = "{code} {client}"
search = ["code", "client.name"]
[entities.order_head.fields.client]
type = "reference"
to = "client"
label = { fr = "Client", en = "Client" }
[entities.order_head.fields.lines]
type = "lines"
of = "order_line"
by = "sale"
label = { fr = "Lignes", en = "Lines" }
[entities.order_head.fields.total]
type = "computed"
returns = "money"
formula = "sum(lines.amount)"
label = { fr = "Total", en = "Total" }
[entities.order_head.fields.label]
type = "computed"
returns = "text"
formula = "concat(client.name, ' / ', lower(code))"
label = { fr = "Libellé", en = "Label" }
[entities.order_head.fields.age]
type = "computed"
returns = "integer"
formula = "today() - date(created_at)"
label = { fr = "Âge", en = "Age" }
[entities.order_head.rules.not_empty]
require = "count(lines) > 0"
field = "lines"
message = { fr = "Une commande a des lignes.", en = "An order has lines." }
"#;

fn line(quantity: &str, price: &str) -> engine::Draft {
    written(&[("quantity", quantity), ("price", price)])
}

#[test]
fn a_total_follows_its_lines_and_the_totals_above_follow_it() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge")]));
    let of = || draft().with("client", client);
    let order = world.create(
        "order_head",
        with_lines(of(), "lines", vec![(None, line("2", "10")), (None, line("1", "5.50"))]),
    );
    world.create("order_head", with_lines(of(), "lines", vec![(None, line("1", "100"))]));
    assert_eq!(world.value("order_head", order, "total"), decimal("25.50"));
    assert_eq!(world.value("client", client, "spent"), decimal("125.50"));
    assert_eq!(world.value("client", client, "biggest"), decimal("100.00"));

    let lines = world.all("order_line");
    let second = lines.iter().find(|l| world.value_of(l, "price") == decimal("5.50")).unwrap().row.id();
    world.update("order_line", second, line("3", "5.50"));
    assert_eq!(world.value("order_head", order, "total"), decimal("36.50"));
    assert_eq!(world.value("client", client, "spent"), decimal("136.50"));

    world.delete("order_line", second).unwrap();
    assert_eq!(world.value("client", client, "spent"), decimal("120.00"));
}

#[test]
fn a_record_two_references_away_is_followed() {
    let world = World::new(SALES);
    let tax = world.create("tax", written(&[("name", "Normal"), ("rate", "0.2")]));
    let client = world.create("client", written(&[("name", "Forge")]));
    let lines = vec![(None, line("1", "100").with("tax", tax))];
    let order = world.create("order_head", with_lines(draft().with("client", client), "lines", lines));
    assert_eq!(world.value("order_head", order, "total"), decimal("120.00"));
    world.update("tax", tax, written(&[("rate", "0.055")]));
    assert_eq!(world.value("order_head", order, "total"), decimal("105.50"));
    assert_eq!(world.value("client", client, "spent"), decimal("105.50"));

    let position = world.environment.position();
    let entry = world.environment.entries(&admin(), position - 1, 1).unwrap().remove(0);
    let touched: Vec<String> = entry.changes.unwrap().into_iter().map(|change| change.entity).collect();
    assert_eq!(touched, ["tax", "order_line", "order_head", "client"], "one entry says all of it");
}

#[test]
fn a_record_that_passes_from_one_parent_to_another_counts_for_the_new_one_only() {
    let world = World::new(SALES);
    let first = world.create("client", written(&[("name", "Forge")]));
    let second = world.create("client", written(&[("name", "Moulin")]));
    let order = draft().with("client", first);
    let order = world.create("order_head", with_lines(order, "lines", vec![(None, line("1", "30"))]));
    world.update("order_head", order, draft().with("client", second));
    assert_eq!(world.value("client", first, "spent"), decimal("0.00"));
    assert_eq!(world.value("client", first, "biggest"), Value::Null);
    assert_eq!(world.value("client", second, "spent"), decimal("30.00"));
    world.delete("order_head", order).unwrap();
    assert_eq!(world.value("client", second, "spent"), decimal("0.00"));
}

#[test]
fn a_formula_reads_the_number_given_in_the_same_breath() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge")]));
    let order = with_lines(draft().with("client", client), "lines", vec![(None, line("1", "1"))]);
    let order = world.create("order_head", order);
    assert_eq!(world.value("order_head", order, "label"), Value::from("Forge / o0001"));
    world.update("client", client, written(&[("name", "Forge Durand")]));
    assert_eq!(world.value("order_head", order, "label"), Value::from("Forge Durand / o0001"));
}

#[test]
fn a_virtual_field_is_worked_out_when_read() {
    let world = World::new(SALES);
    let order = world.create("order_head", with_lines(draft(), "lines", vec![(None, line("1", "1"))]));
    assert_eq!(world.value("order_head", order, "age"), Value::Integer(0));
}

#[test]
fn a_computed_field_is_nobodys_to_set() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge")]));
    let refused = world.try_update("client", client, None, written(&[("spent", "3")]));
    assert_eq!(problems(refused), [("spent".to_owned(), "read_only")]);
    world.update("client", client, written(&[("spent", "0"), ("name", "Moulin")]));
}

#[test]
fn a_consequence_that_breaks_a_rule_elsewhere_refuses_the_change() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge"), ("ceiling", "50")]));
    let order =
        |price: &str| with_lines(draft().with("client", client), "lines", vec![(None, line("1", price))]);
    let first = world.create("order_head", order("40"));
    let refused = world.try_create("order_head", order("20"));
    assert_eq!(problems(refused), [("ceiling".to_owned(), "rule")]);
    assert_eq!(world.value("client", client, "spent"), decimal("40.00"));

    let empty = world.try_update("order_head", first, None, with_lines(draft(), "lines", vec![]));
    assert_eq!(problems(empty), [("lines".to_owned(), "rule")]);
}

#[test]
fn a_line_changed_by_itself_answers_to_the_rules_of_its_record() {
    let world = World::new(SALES);
    let sale = world.create(
        "order_head",
        with_lines(draft(), "lines", vec![(None, line("1", "40")), (None, line("1", "2"))]),
    );
    let lines: Vec<_> = world.all("order_line").into_iter().map(|line| line.row.id()).collect();
    world.delete("order_line", lines[0]).unwrap();
    assert_eq!(problems(world.delete("order_line", lines[1])), [("lines".to_owned(), "rule")]);
    assert!(world.exists("order_line", lines[1]));
    let replaced = world.environment.transact(&admin(), move |unit| {
        unit.delete("order_line", lines[1], None)?;
        unit.create("order_line", None, line("2", "3").with("sale", sale))
    });
    replaced.unwrap();
    assert_eq!(world.value("order_head", sale, "total"), decimal("6.00"), "only the end of a unit counts");
    world.delete("order_head", sale).unwrap();
}

#[test]
fn a_hundred_lines_in_one_unit_refresh_their_parent_once() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge")]));
    let first = with_lines(draft().with("client", client), "lines", vec![(None, line("1", "1"))]);
    let order = world.create("order_head", first);
    let before = world.environment.position();
    let total = world.environment.transact(&admin(), move |unit| {
        for _ in 0..99 {
            unit.create("order_line", None, line("1", "1").with("sale", order))?;
        }
        Ok(unit.get("order_head", order, &[])?.row)
    });
    let total = total.unwrap().value;
    let dictionary = world.dictionary();
    let field = dictionary.entity("order_head").unwrap().index("total").unwrap();
    assert_eq!(*total.get(field), decimal("100.00"), "the unit sees its own consequences");
    assert_eq!(world.environment.position(), before + 1);
    assert_eq!(world.value("client", client, "spent"), decimal("100.00"));
}

#[test]
fn a_record_is_found_by_the_present_name_of_another() {
    let world = World::new(SALES);
    let client = world.create("client", written(&[("name", "Forge")]));
    let order = with_lines(draft().with("client", client), "lines", vec![(None, line("1", "1"))]);
    let order = world.create("order_head", order);
    let found = |words: &str| {
        let query = engine::Query {
            entity: "order_head".into(),
            search: Some(words.to_owned()),
            limit: 10,
            ..engine::Query::default()
        };
        let page = world.environment.list(&admin(), &query).unwrap();
        page.records.into_iter().map(|record| record.row.id()).collect::<Vec<_>>()
    };
    assert_eq!(found("forge"), [order]);
    world.update("client", client, written(&[("name", "Moulin à vent")]));
    assert_eq!(found("MOULIN a"), [order]);
    assert!(found("forge").is_empty());
}
