//! Whose personal data records hold, and what the law asks to be kept of them.

use dictionary::compile;

use crate::common::{compiled, shown, singles};

const PEOPLE: &str = r#"
[entities.contact]
label = { fr = "Contact", en = "Contact" }
plural = { fr = "Contacts", en = "Contacts" }
personal = true
person = true
[entities.contact.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.contact.fields.active]
type = "boolean"
label = { fr = "Actif", en = "Active" }
personal = false
[entities.contact.fields.consents]
type = "lines"
of = "consent"
by = "contact"
label = { fr = "Consentements", en = "Consents" }
[entities.consent]
label = { fr = "Consentement", en = "Consent" }
plural = { fr = "Consentements", en = "Consents" }
lines_of = "contact"
[entities.consent.fields.contact]
type = "reference"
to = "contact"
label = { fr = "Contact", en = "Contact" }
[entities.bill]
label = { fr = "Facture", en = "Bill" }
plural = { fr = "Factures", en = "Bills" }
[entities.bill.fields.number]
type = "text"
label = { fr = "Numéro", en = "Number" }
[entities.bill.fields.dated_on]
type = "date"
label = { fr = "Date", en = "Date" }
[entities.bill.fields.contact]
type = "reference"
to = "contact"
label = { fr = "Contact", en = "Contact" }
"#;

fn with(more: &str) -> Vec<dictionary::Layer> {
    singles(&[("people", PEOPLE), ("law", more)])
}

#[test]
fn people_and_what_is_about_them_are_known_with_what_the_law_asks() {
    let dictionary = compiled(&with(
        r#"
        [entities.contact.erasure]
        require = "not active"
        message = { fr = "Actif." }
        [entities.bill.fields.contact]
        concerns = true
        [entities.bill.retention]
        months = 120
        since = "dated_on"
        when = "number != null"
        because = { fr = "Dix ans." }
        "#,
    ));
    let [contact, consent, bill] =
        ["contact", "consent", "bill"].map(|name| dictionary.entity(name).unwrap());
    assert!(contact.protection.person && contact.protection.erasable.is_some());
    assert_eq!(consent.protection.concerns, [consent.index("contact").unwrap()], "lines follow their record");
    assert_eq!(bill.protection.concerns, [bill.index("contact").unwrap()]);
    let retention = bill.protection.retention.as_ref().unwrap();
    assert_eq!((retention.months, retention.since), (120, bill.index("dated_on").unwrap()));
    let people: Vec<&str> = dictionary.people().map(|at| dictionary.entities[at].name.as_str()).collect();
    assert_eq!(people, ["contact", "user"]);
}

#[test]
fn without_a_day_the_law_counts_from_the_creation() {
    let dictionary = compiled(&with("[entities.bill.retention]\nmonths = 12\nbecause = { fr = \"Un an.\" }"));
    let bill = dictionary.entity("bill").unwrap();
    assert_eq!(bill.protection.retention.as_ref().unwrap().since, bill.index("created_at").unwrap());
}

#[test]
fn what_makes_no_sense_is_reported_where_it_stands() {
    let faults = compile(&with(
        r#"
        [entities.bill]
        person = true
        [entities.bill.fields.number]
        concerns = true
        [entities.bill.retention]
        months = 0
        since = "dated_n"
        [entities.consent.erasure]
        require = "contact.activ"
        message = { fr = "x" }
        [entities.place]
        label = { fr = "Lieu", en = "Place" }
        plural = { fr = "Lieux", en = "Places" }
        [entities.place.fields.name]
        type = "text"
        label = { fr = "Nom", en = "Name" }
        [entities.visit]
        label = { fr = "Visite", en = "Visit" }
        plural = { fr = "Visites", en = "Visits" }
        [entities.visit.fields.place]
        type = "reference"
        to = "place"
        concerns = true
        label = { fr = "Lieu", en = "Place" }
        "#,
    ));
    let faults = faults.unwrap_err();
    let text = shown(&faults);
    for said in [
        "`bill` is a person, and none of its fields is `personal`",
        "`concerns` makes sense only for a field that names a record",
        "`bill` has no field `dated_n`",
        "dated_on",
        "`place` leads to nobody",
        "`consent` is none",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}
