//! What a change makes out of date, and the way to it.

use dictionary::Dictionary;
use dictionary::compile::{Step, Target};

use crate::common::dictionary;

const INVOICES: &str = r#"
[entities.customer]
label = { fr = "Client", en = "Customer" }
plural = { fr = "Clients", en = "Customers" }
[entities.customer.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.customer.fields.discount]
type = "decimal"
scale = 2
label = { fr = "Remise", en = "Discount" }
[entities.customer.fields.owed]
type = "computed"
returns = "decimal"
scale = 2
formula = "sum(invoices.total, not paid)"
label = { fr = "Dû", en = "Owed" }

[entities.invoice]
label = { fr = "Facture", en = "Invoice" }
plural = { fr = "Factures", en = "Invoices" }
title = "{number}"
search = ["number", "customer.name"]
[entities.invoice.fields.number]
type = "text"
label = { fr = "Numéro", en = "Number" }
[entities.invoice.fields.customer]
type = "reference"
to = "customer"
label = { fr = "Client", en = "Customer" }
[entities.invoice.fields.paid]
type = "boolean"
label = { fr = "Payée", en = "Paid" }
[entities.invoice.fields.due]
type = "date"
label = { fr = "Échéance", en = "Due" }
[entities.invoice.fields.lines]
type = "lines"
of = "invoice_line"
by = "invoice"
label = { fr = "Lignes", en = "Lines" }
[entities.invoice.fields.total]
type = "computed"
returns = "decimal"
scale = 2
formula = "sum(lines.quantity * lines.price) * (1 - coalesce(customer.discount, 0))"
label = { fr = "Total", en = "Total" }
[entities.invoice.fields.late]
type = "computed"
returns = "boolean"
formula = "not paid and due < today()"
label = { fr = "En retard", en = "Late" }
[entities.invoice.fields.warning]
type = "computed"
returns = "text"
formula = "if(late, 'late', '')"
label = { fr = "Alerte", en = "Warning" }

[entities.invoice_line]
label = { fr = "Ligne", en = "Line" }
plural = { fr = "Lignes", en = "Lines" }
lines_of = "invoice"
[entities.invoice_line.fields.invoice]
type = "reference"
to = "invoice"
label = { fr = "Facture", en = "Invoice" }
[entities.invoice_line.fields.quantity]
type = "integer"
label = { fr = "Quantité", en = "Quantity" }
[entities.invoice_line.fields.price]
type = "decimal"
scale = 2
label = { fr = "Prix", en = "Price" }
"#;

/// `entity.target via step, step`, of everything that a field's change makes out of date.
fn dependents(dictionary: &Dictionary, path: &str) -> Vec<String> {
    let (entity, field) = path.split_once('.').unwrap();
    let position = dictionary.entity_index(entity).unwrap();
    let field = dictionary.entities[position].index(field).unwrap();
    let mut found: Vec<String> = dictionary
        .dependents(position, field)
        .iter()
        .map(|dependent| {
            let owner = &dictionary.entities[dependent.entity];
            let target = match dependent.target {
                Target::Computed(field) => &owner.fields[field].name,
                Target::Search => "search",
            };
            let mut text = format!("{}.{target}", owner.name);
            let mut at = position;
            for step in &dependent.route {
                let (word, holder, field, next) = match *step {
                    Step::ReferredBy { entity, field } => ("referred by", entity, field, entity),
                    Step::Follow { field, to } => ("following", at, field, to),
                };
                let holder = &dictionary.entities[holder];
                text += &format!(", {word} {}.{}", holder.name, holder.fields[field].name);
                at = next;
            }
            assert_eq!(at, dependent.entity, "the route ends at the dependent's entity");
            text
        })
        .collect();
    found.sort();
    found
}

#[test]
fn a_change_is_followed_through_lines_and_references() {
    let dictionary = dictionary(&[("invoices", INVOICES)]);
    let of = |path| dependents(&dictionary, path);
    assert_eq!(of("invoice_line.price"), ["invoice.total, following invoice_line.invoice"]);
    assert_eq!(of("invoice_line.invoice"), ["invoice.total, following invoice_line.invoice"]);
    assert_eq!(of("customer.discount"), ["invoice.total, referred by invoice.customer"]);
    assert_eq!(of("invoice.total"), ["customer.owed, following invoice.customer"]);
    assert_eq!(of("invoice.paid"), ["customer.owed, following invoice.customer"]);
    assert_eq!(
        of("invoice.customer"),
        ["customer.owed, following invoice.customer", "invoice.search", "invoice.total"]
    );
    assert_eq!(of("customer.name"), ["customer.search", "invoice.search, referred by invoice.customer"]);
    assert_eq!(of("invoice.due"), Vec::<String>::new());
}

#[test]
fn what_depends_on_the_moment_is_not_kept_in_rows_nor_is_what_reads_it() {
    let dictionary = dictionary(&[("invoices", INVOICES)]);
    let invoice = dictionary.entity("invoice").unwrap();
    let stored = |name: &str| invoice.field(name).unwrap().is_stored();
    assert!(stored("total"));
    assert!(!stored("late") && !stored("warning") && !stored("lines"));
    assert_eq!(invoice.field("late").unwrap().columns(), []);
}

#[test]
fn computed_fields_are_refreshed_after_what_they_read() {
    let dictionary = dictionary(&[("invoices", INVOICES)]);
    let order: Vec<String> = dictionary
        .compute_order()
        .iter()
        .map(|&(entity, field)| {
            let entity = &dictionary.entities[entity];
            format!("{}.{}", entity.name, entity.fields[field].name)
        })
        .collect();
    assert_eq!(order, ["invoice.total", "customer.owed"]);
}

#[test]
fn lines_go_with_their_parent() {
    let dictionary = dictionary(&[("invoices", INVOICES)]);
    let by = dictionary.entity("invoice_line").unwrap().field("invoice").unwrap();
    assert_eq!(by.options.on_delete, Some(dictionary::model::OnDelete::Cascade));
}
