//! What is said about expressions that are wrong.

use dictionary::Language;
use dictionary::expression::ExpressionError;

use crate::world::World;

fn faults(world: &World, source: &str) -> Vec<ExpressionError> {
    world.check("account", source).expect_err(source)
}

/// Code, faulty text and suggestion of the only fault.
fn fault<'s>(world: &World, source: &'s str) -> (&'static str, &'s str, Option<String>) {
    let faults = faults(world, source);
    assert_eq!(faults.len(), 1, "{source}: {faults:?}");
    let ExpressionError { span, code, near, message } = faults[0].clone();
    for language in [Language::Fr, Language::En] {
        assert!(!message.text(language).is_empty());
    }
    (code, &source[span.start..span.end], near)
}

#[test]
fn faults_of_writing_say_where_and_what_was_meant() {
    let world = World::new();
    for (source, code, text, near) in [
        ("", "syntax", "", None),
        ("name =", "syntax", "", None),
        ("name = 'x", "syntax", "'x", None),
        ("name == 'x'", "syntax", "==", Some("=")),
        ("staff <> 1", "syntax", "<>", Some("!=")),
        ("blocked && true", "syntax", "&&", Some("and")),
        ("!blocked", "syntax", "!", Some("not")),
        ("name = \"x\"", "syntax", "\"", Some("'")),
        ("blocked AND true", "syntax", "AND", Some("and")),
        ("(blocked", "syntax", "(", None),
        ("blocked)", "syntax", ")", None),
        ("1 < 2 < 3", "syntax", "<", None),
        ("kind in ()", "syntax", ")", None),
        ("kind in 'a'", "syntax", "'a'", None),
        ("name starts 'a'", "syntax", "'a'", None),
        ("1 2", "syntax", "2", None),
        ("owner.", "syntax", "", None),
        ("name # 1", "syntax", "#", None),
        ("name = 'é' é", "syntax", "é", None),
        ("date '2026-13-01' < today()", "literal", "date '2026-13-01'", None),
        ("99999999999999999999999999999999 > 1", "literal", "99999999999999999999999999999999", None),
    ] {
        assert_eq!(fault(&world, source), (code, text, near.map(str::to_owned)), "{source}");
    }
}

#[test]
fn faults_of_names_suggest_the_near_one() {
    let world = World::new();
    for (source, code, text, near) in [
        ("nmae = 'x'", "unknown_name", "nmae", Some("name")),
        ("owner.nam = 'x'", "unknown_name", "owner.nam", Some("name")),
        ("main_address.citty = 'x'", "not_a_reference", "main_address.citty", Some("city")),
        ("name.x = 'x'", "not_a_reference", "name.x", None),
        ("main_address.city.x = 'x'", "not_a_reference", "main_address.city.x", None),
        ("today = founded", "unknown_name", "today", Some("today()")),
        ("todday() = founded", "unknown_function", "todday()", Some("today")),
        ("kind = 'custommer'", "unknown_tag", "'custommer'", Some("customer")),
        ("labels contains 'vipp'", "unknown_tag", "'vipp'", Some("vip")),
        ("pin starts with '1'", "secret", "pin", None),
        ("contacts = null", "records", "contacts", None),
        ("count(contact)", "unknown_name", "contact", Some("contacts")),
        ("count(name)", "records", "name", None),
        ("count(products)", "records", "products", None),
        ("count(quotes)", "ambiguous", "quotes", None),
        ("sum(contacts)", "records", "contacts", None),
        ("count(contacts.name)", "records", "contacts.name", Some("count(contacts)")),
        (
            "parent.parent.parent.parent.parent.name = 'x'",
            "too_many_hops",
            "parent.parent.parent.parent.parent.name",
            None,
        ),
        ("owner = 'ada'", "literal", "'ada'", None),
        ("min(contacts.name, name = 'x') < min(contacts.nme)", "unknown_name", "contacts.nme", Some("name")),
    ] {
        assert_eq!(fault(&world, source), (code, text, near.map(str::to_owned)), "{source}");
    }
}

#[test]
fn faults_of_types_say_what_was_expected() {
    let world = World::new();
    for (source, text, near) in [
        ("staff = 'x'", "staff = 'x'", None),
        ("staff = '12'", "staff = '12'", Some("12")),
        ("founded > '2026-01-01'", "founded > '2026-01-01'", Some("date '2026-01-01'")),
        ("founded + 1 > today()", "founded + 1", Some("days(…)")),
        ("founded + hours(1) > today()", "founded + hours(1)", Some("days(…)")),
        ("name + 'x' = 'y'", "name + 'x'", Some("concat(…)")),
        ("not staff", "staff", None),
        ("staff and blocked", "staff", None),
        ("staff contains '1'", "staff", None),
        ("blocked < true", "blocked < true", None),
        ("main_address = main_address", "main_address = main_address", None),
        ("owner = parent", "owner = parent", None),
        ("owner > me()", "owner > me()", None),
        ("if(staff, 1, 2) = 1", "staff", None),
        ("coalesce(staff, name) = 1", "name", None),
        ("kind in ('customer', 1)", "1", None),
        ("-name = 'x'", "name", None),
        ("length(staff) = 1", "staff", None),
        ("avg(contacts.name) = 1", "contacts.name", None),
        ("count(contacts, name) = 1", "name", None),
    ] {
        let (code, found, meant) = fault(&world, source);
        assert_eq!((code, found, meant), ("type", text, near.map(str::to_owned)), "{source}");
    }
    for source in [
        "round(1, 2, 3) = 1",
        "today(1) = founded",
        "if(true, 1) = 1",
        "min(1) = 1",
        "count() = 1",
        "sum(contacts.name, gone, 1) = 1",
    ] {
        assert_eq!(fault(&world, source).0, "arguments", "{source}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let world = World::new();
    let codes: Vec<&str> = faults(&world, "nmae = 'x' and (staff = 'y' or todday() > 1) and pin = '0'")
        .iter()
        .map(|f| f.code)
        .collect();
    assert_eq!(codes, ["unknown_name", "type", "unknown_function", "secret"]);
    let many = vec!["nmae = 'x'"; 100].join(" or ");
    assert_eq!(faults(&world, &many).len(), 20);
}

#[test]
fn messages_are_sentences_in_both_languages() {
    let world = World::new();
    let found = &faults(&world, "nmae = 'x'")[0];
    assert_eq!(found.message.text(Language::En), "“nmae” is not a field of account. Did you mean “name”?");
    assert_eq!(
        found.message.text(Language::Fr),
        "« nmae » n'est pas un champ de account. Vouliez-vous dire « name » ?"
    );
}
