//! Creating and changing records: what is set, what is refused, and where it is said.

use dictionary::Value;
use dictionary::value::FileRef;
use engine::{Caller, EngineError, Input};

use crate::support::{World, admin, decimal, draft, problems, written};

const CRM: &str = r#"
[lists.kind]
label = { fr = "Types", en = "Kinds" }
[lists.kind.values.customer]
label = { fr = "Client", en = "Customer" }
[lists.kind.values.prospect]
label = { fr = "Prospect", en = "Prospect" }

[entities.account]
label = { fr = "Tiers", en = "Account" }
plural = { fr = "Tiers", en = "Accounts" }
title = "{name}"
search = ["name", "city"]
order = ["name"]
[entities.account.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
required = true
max_length = 20
[entities.account.fields.siret]
type = "text"
label = { fr = "SIRET", en = "SIRET" }
unique = true
[entities.account.fields.kind]
type = "choice"
list = "kind"
default = "prospect"
label = { fr = "Type", en = "Kind" }
[entities.account.fields.city]
type = "text"
label = { fr = "Ville", en = "City" }
[entities.account.fields.owner]
type = "reference"
to = "user"
default = "me()"
label = { fr = "Responsable", en = "Owner" }
[entities.account.fields.credit]
type = "money"
label = { fr = "Encours", en = "Credit" }
editable = "kind = 'customer'"
[entities.account.fields.secret_note]
type = "text"
secret = true
label = { fr = "Secret", en = "Secret" }
[entities.account.fields.score]
type = "integer"
read_only = true
label = { fr = "Score", en = "Score" }
[entities.account.fields.reason]
type = "text"
required = true
visible = "kind = 'customer'"
label = { fr = "Motif", en = "Reason" }
[entities.account.fields.opened]
type = "date"
label = { fr = "Ouvert le", en = "Opened" }
[entities.account.fields.closed]
type = "date"
label = { fr = "Fermé le", en = "Closed" }
[entities.account.rules.in_order]
when = "opened != null and closed != null"
require = "closed >= opened"
field = "closed"
message = { fr = "La fermeture vient après l'ouverture.", en = "Closing comes after opening." }

[entities.contact]
label = { fr = "Contact", en = "Contact" }
plural = { fr = "Contacts", en = "Contacts" }
title = "{name}"
[entities.contact.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.contact.fields.account]
type = "reference"
to = "account"
label = { fr = "Tiers", en = "Account" }
[entities.contact.unique.once]
fields = ["account", "name"]
message = { fr = "Ce contact existe déjà.", en = "This contact already exists." }
"#;

#[test]
fn a_created_record_has_its_values_its_defaults_and_its_stamps() {
    let world = World::new(CRM);
    let id = world.create("account", written(&[("name", "  Forge Durand "), ("city", "Épinal")]));
    let record = world.get("account", id);
    assert_eq!(record.title, "Forge Durand");
    assert_eq!(world.value_of(&record, "name"), Value::from("Forge Durand"), "ends are trimmed");
    assert_eq!(world.value_of(&record, "kind"), Value::from("prospect"));
    assert_eq!(world.value_of(&record, "owner"), Value::Null, "this person has no record here");
    assert_eq!(world.value_of(&record, "version"), Value::Integer(2));
    assert_eq!(world.value_of(&record, "created_by"), Value::Id(admin().me().unwrap()));
    assert_eq!(world.value_of(&record, "created_at"), world.value_of(&record, "updated_at"));
}

#[test]
fn me_is_the_default_of_whoever_has_a_record() {
    let world = World::new(CRM);
    let me = admin().me().unwrap();
    let user = written(&[("name", "Ada"), ("email", "ada@example.org")]);
    world.environment.transact(&Caller::system(), move |unit| unit.create("user", Some(me), user)).unwrap();
    let id = world.create("account", written(&[("name", "Forge")]));
    assert_eq!(world.value("account", id, "owner"), Value::Id(me));
}

#[test]
fn everything_wrong_is_said_at_once_each_on_its_field() {
    let world = World::new(CRM);
    let given = written(&[
        ("name", "a name that is far too long"),
        ("kind", "no such kind"),
        ("opened", "2026-02-01"),
        ("closed", "2026-01-01"),
        ("owner", "nobody@example.org"),
        ("citty", "Nancy"),
    ]);
    let refused = world.try_create("account", given);
    let Err(EngineError::Validation(found)) = &refused else { panic!("{refused:?}") };
    let unknown = found.iter().find(|problem| problem.code == "unknown_field").unwrap();
    assert!(unknown.message.0["fr"].contains("« city »"), "{:?}", unknown.message);
    let mut found = problems(refused);
    found.sort();
    let fields: Vec<&str> = found.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["citty", "closed", "kind", "name", "owner"]);
    assert!(found.contains(&("owner".to_owned(), "no_such_record")), "{found:?}");
    assert!(found.contains(&("closed".to_owned(), "rule")), "{found:?}");
    assert_eq!(world.environment.position(), 1, "nothing was written");
}

#[test]
fn a_rule_is_not_asked_of_a_field_that_is_wrong_already() {
    let world = World::new(CRM);
    let given = written(&[("name", "Forge"), ("opened", "not a day"), ("closed", "2026-01-01")]);
    let fields: Vec<String> = problems(world.try_create("account", given)).into_iter().map(|p| p.0).collect();
    assert_eq!(fields, ["opened"]);
}

#[test]
fn a_required_field_may_be_empty_only_while_it_is_hidden() {
    let world = World::new(CRM);
    let id = world.create("account", written(&[("name", "Forge")]));
    let shown = world.try_update("account", id, None, draft().with("kind", "customer"));
    assert_eq!(problems(shown), [("reason".to_owned(), "required")]);
    world.update("account", id, written(&[("kind", "customer"), ("reason", "Signed")]));
    let emptied = world.try_update("account", id, None, draft().with("reason", Value::Null));
    assert_eq!(problems(emptied), [("reason".to_owned(), "required")]);
    assert_eq!(problems(world.try_create("account", draft())), [("name".to_owned(), "required")]);
}

#[test]
fn a_field_is_changed_only_where_it_is_editable() {
    let world = World::new(CRM);
    let id = world.create("account", written(&[("name", "Forge")]));
    let refused = world.try_update("account", id, None, written(&[("credit", "100")]));
    assert_eq!(problems(refused), [("credit".to_owned(), "not_editable")]);
    world.update("account", id, written(&[("kind", "customer"), ("reason", "Signed"), ("credit", "100")]));
    assert_eq!(world.value("account", id, "credit"), decimal("100.00"));
    world.update("account", id, written(&[("kind", "prospect")]));
    world.update("account", id, written(&[("credit", "100"), ("city", "Metz")]));
    assert_eq!(world.value("account", id, "city"), Value::from("Metz"), "the same again is not a change");
}

#[test]
fn what_the_system_fills_in_is_not_a_persons_to_set() {
    let world = World::new(CRM);
    for field in ["score", "version"] {
        let refused =
            world.try_create("account", written(&[("name", "Forge")]).with(field, Value::Integer(3)));
        assert_eq!(problems(refused), [(field.to_owned(), "read_only")]);
    }
    let id = world.create("account", written(&[("name", "Forge")]));
    let given = written(&[("score", "7")]);
    world.update_as(&Caller::system(), "account", id, None, given.clone()).unwrap();
    assert_eq!(world.value("account", id, "score"), Value::Integer(7));
    world.update("account", id, given);
    let other = world.try_update("account", id, None, written(&[("score", "8")]));
    assert_eq!(problems(other), [("score".to_owned(), "read_only")]);
}

#[test]
fn a_unique_value_is_taken_once_and_said_on_its_field() {
    let world = World::new(CRM);
    let first = world.create("account", written(&[("name", "One"), ("siret", "123")]));
    let second = world.create("account", written(&[("name", "Two"), ("siret", "456")]));
    let again = world.try_create("account", written(&[("name", "Three"), ("siret", "123")]));
    assert_eq!(problems(again), [("siret".to_owned(), "duplicate")]);
    let moved = world.try_update("account", second, None, written(&[("siret", "123")]));
    assert_eq!(problems(moved), [("siret".to_owned(), "duplicate")]);
    world.update("account", first, draft().with("siret", Value::Null));
    world.update("account", second, written(&[("siret", "123")]));
}

#[test]
fn a_key_of_two_fields_is_taken_once_with_its_own_message() {
    let world = World::new(CRM);
    let account = world.create("account", written(&[("name", "Forge")]));
    let contact = |name: &str| written(&[("name", name)]).with("account", account);
    world.create("contact", contact("Ada"));
    world.create("contact", contact("Bob"));
    world.create("contact", written(&[("name", "Ada")]));
    world.create("contact", written(&[("name", "Ada")]));
    let again = world.try_create("contact", contact("Ada"));
    let Err(EngineError::Validation(found)) = again else { panic!("{again:?}") };
    assert_eq!((found[0].field.as_str(), found[0].code), ("account", "duplicate"));
    assert_eq!(found[0].message.0["en"], "This contact already exists.");
}

#[test]
fn a_reference_is_given_by_id_by_unique_value_or_by_a_title_that_one_record_has() {
    let world = World::new(CRM);
    let forge = world.create("account", written(&[("name", "Forge"), ("siret", "123")]));
    world.create("account", written(&[("name", "Twin"), ("siret", "1")]));
    world.create("account", written(&[("name", "Twin"), ("siret", "2")]));
    for text in [forge.to_string().as_str(), "123", "Forge"] {
        let id = world.create("contact", written(&[("name", text), ("account", text)]));
        assert_eq!(world.value("contact", id, "account"), Value::Id(forge), "{text}");
    }
    let mut by_code = written(&[("name", "By code")]);
    by_code.fields.insert("account".into(), Input::Code("123".into()));
    let id = world.create("contact", by_code);
    assert_eq!(world.value("contact", id, "account"), Value::Id(forge));

    let twin = world.try_create("contact", written(&[("account", "Twin")]));
    assert_eq!(problems(twin), [("account".to_owned(), "ambiguous")]);
    let nobody = world.try_create("contact", draft().with("account", admin().me().unwrap()));
    assert_eq!(problems(nobody), [("account".to_owned(), "no_such_record")]);
}

#[test]
fn a_file_is_there_before_the_record_that_refers_to_it() {
    let world = World::new(&format!(
        "{CRM}\n[entities.account.fields.contract]\ntype = \"file\"\nlabel = {{ fr = \"Contrat\", en = \"Contract\" }}\n"
    ));
    let file = |hash: &str| {
        let file =
            FileRef { name: "c.txt".into(), media_type: "text/plain".into(), size: 1, hash: hash.into() };
        written(&[("name", "Forge")]).with("contract", Value::File(Box::new(file)))
    };
    let missing = world.try_create("account", file(&"0".repeat(64)));
    assert_eq!(problems(missing), [("contract".to_owned(), "no_such_file")]);
    let files = world.environment.store().files();
    let kept = ::store::files::put(files, &mut "signed".as_bytes(), 100).unwrap();
    let id = world.create("account", file(&kept.hash));
    let Value::File(stored) = world.value("account", id, "contract") else { panic!("a file was given") };
    assert_eq!((stored.size, stored.hash), (6, kept.hash));
}

#[test]
fn upsert_finds_by_a_unique_field_and_creates_otherwise() {
    let world = World::new(CRM);
    let upsert = |value: &'static str, name: &'static str| {
        let work = move |unit: &mut dyn engine::Unit| {
            unit.upsert("account", "siret", value, written(&[("name", name)]))
        };
        world.environment.transact(&admin(), work).unwrap().value
    };
    let (id, created) = upsert("123", "Forge");
    assert!(created);
    assert_eq!(world.value("account", id, "siret"), Value::from("123"));
    assert_eq!(upsert("123", "Forge Durand"), (id, false));
    assert_eq!(world.get("account", id).title, "Forge Durand");
    let by_city =
        world.environment.transact(&admin(), |unit| unit.upsert("account", "city", "Metz", draft()));
    assert_eq!(problems(by_city), [("city".to_owned(), "not_a_key")]);
}

#[test]
fn a_unit_that_fails_leaves_nothing_and_an_operation_that_is_refused_leaves_the_unit_whole() {
    let world = World::new(CRM);
    let failed: Result<_, EngineError> = world.environment.transact(&admin(), |unit| {
        unit.create("account", None, written(&[("name", "Gone")]))?;
        Err::<(), _>(EngineError::NotFound)
    });
    assert!(matches!(failed, Err(EngineError::NotFound)));
    assert!(world.titles("account").is_empty());
    assert_eq!(world.environment.position(), 1);

    let done = world.environment.transact(&admin(), |unit| {
        let mut refused = 0;
        for name in ["One", "", "Two", "", "Three"] {
            let given = written(&[("name", name), ("siret", name)]);
            if unit.create("account", None, given).is_err() {
                refused += 1;
            }
        }
        Ok(refused)
    });
    assert_eq!(done.unwrap().value, 2);
    assert_eq!(world.titles("account"), ["One", "Three", "Two"]);
    assert_eq!(world.environment.position(), 2, "one unit, one entry");
}

#[test]
fn a_unit_reads_what_it_has_written() {
    let world = World::new(CRM);
    let title = world.environment.transact(&admin(), |unit| {
        let id = unit.create("account", None, written(&[("name", "Forge"), ("siret", "9")]))?;
        assert_eq!(unit.find("account", "siret", "9")?, Some(id));
        unit.update("account", id, None, written(&[("name", "Forge Durand")]))?;
        Ok(unit.get("account", id, &[])?.title)
    });
    assert_eq!(title.unwrap().value, "Forge Durand");
}

#[test]
fn a_change_that_changes_nothing_is_no_entry() {
    let world = World::new(CRM);
    let id = world.create("account", written(&[("name", "Forge")]));
    let before = world.get("account", id);
    let position = world.environment.position();
    world.update("account", id, written(&[("name", "Forge")]));
    let back_and_forth = world.environment.transact(&admin(), move |unit| {
        unit.update("account", id, None, written(&[("name", "Other")]))?;
        unit.update("account", id, None, written(&[("name", "Forge")]))
    });
    assert_eq!(back_and_forth.unwrap().position, position);
    assert_eq!(world.get("account", id).row, before.row);
}
