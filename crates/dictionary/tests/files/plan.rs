//! What a plan says of the difference between two dictionaries.

use crate::common::{LIBRARY, dictionary, singles};
use dictionary::compile;
use dictionary::plan::{Change, Conversion, How, Plan, Step, Use, creation, plan};

/// The plan from the library to the library with a layer above it.
fn above(layer: &str) -> Plan {
    plan(&dictionary(&[("library", LIBRARY)]), &dictionary(&[("library", LIBRARY), ("layer", layer)]))
}

/// The plan from the library to one whose text differs.
fn replaced(from: &str, to: &str) -> Plan {
    assert!(LIBRARY.contains(from), "the test replaces what is there");
    plan(&dictionary(&[("library", LIBRARY)]), &dictionary(&[("library", &LIBRARY.replace(from, to))]))
}

fn step(plan: &Plan, matches: impl Fn(&Change) -> bool) -> &Step {
    plan.steps
        .iter()
        .find(|step| matches(&step.change))
        .unwrap_or_else(|| panic!("no such step in {plan:#?}"))
}

/// Steps that a store has to do with.
fn storage(plan: &Plan) -> Vec<&Change> {
    plan.steps.iter().map(|step| &step.change).filter(|change| change.concerns_storage()).collect()
}

#[test]
fn equal_dictionaries_need_no_plan() {
    let one = dictionary(&[("library", LIBRARY)]);
    let other = dictionary(&[("library", LIBRARY)]);
    assert_eq!(plan(&one, &other).steps, []);
    assert_eq!(one.hash, other.hash);
}

#[test]
fn an_environment_starts_by_creating_every_entity() {
    let library = dictionary(&[("library", LIBRARY)]);
    let created = creation(&library);
    let names: Vec<&str> = library.entities.iter().map(|entity| entity.name.as_str()).collect();
    let steps: Vec<&str> = created
        .steps
        .iter()
        .map(|step| match &step.change {
            Change::CreateEntity { entity } => entity.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(steps, names);
}

#[test]
fn a_required_field_without_default_is_said_to_need_one() {
    let label = "label = { fr = \"ISBN\", en = \"ISBN\" }";
    let plan = above(&format!("[entities.book.fields.isbn]\ntype = \"code\"\nrequired = true\n{label}"));
    let added = step(&plan, |change| matches!(change, Change::AddField { field, .. } if field == "isbn"));
    assert!(added.needs_default && !added.destructive);
    assert!(added.message.0["en"].contains("without a default"), "{:?}", added.message);

    let plan = above(&format!(
        "[entities.book.fields.isbn]\ntype = \"code\"\nrequired = true\ndefault = \"'none'\"\n{label}"
    ));
    assert!(!step(&plan, |change| matches!(change, Change::AddField { .. })).needs_default);
}

#[test]
fn a_field_that_says_its_former_name_keeps_its_values() {
    let renamed = LIBRARY
        .replace("[entities.book.fields.pages]", "[entities.book.fields.length]\nwas = \"pages\"")
        .replace("pages = null or pages > 0", "length = null or length > 0")
        .replace("field = \"pages\"", "field = \"length\"");
    let (old, new) = (dictionary(&[("library", LIBRARY)]), dictionary(&[("library", &renamed)]));
    let renaming = plan(&old, &new);
    let columns = vec![("pages".to_owned(), "length".to_owned())];
    let (entity, from, field) = ("book".to_owned(), "pages".to_owned(), "length".to_owned());
    assert_eq!(storage(&renaming), [&Change::RenameField { entity, from, field, columns }]);
    assert_eq!(renaming.destructive().count(), 0);

    // Once applied, the former name means nothing any more.
    assert_eq!(plan(&new, &new).steps, []);
}

#[test]
fn an_entity_that_says_its_former_name_keeps_its_records_and_who_refers_to_it() {
    let renamed = LIBRARY
        .replace("[entities.author]", "[entities.writer]\nwas = \"author\"")
        .replace("[entities.author.", "[entities.writer.")
        .replace("to = \"author\"", "to = \"writer\"");
    let plan = plan(&dictionary(&[("library", LIBRARY)]), &dictionary(&[("library", &renamed)]));
    assert_eq!(storage(&plan), [&Change::RenameEntity { from: "author".into(), entity: "writer".into() }]);
    assert_eq!(plan.destructive().count(), 0);
}

#[test]
fn a_removed_field_is_kept_aside_and_its_readers_are_named() {
    let layer =
        "[entities.book.fields.pages]\nremove = true\n[entities.book.rules.some_pages]\nremove = true";
    let plan = above(layer);
    let gone =
        step(&plan, |change| matches!(change, Change::SetAsideField { field, .. } if field == "pages"));
    assert!(gone.destructive);
    let uses: Vec<(Use, &str)> = gone.touches.iter().map(|use_| (use_.what, use_.name.as_str())).collect();
    assert!(uses.contains(&(Use::Rule, "some_pages")), "{uses:?}");
    assert!(uses.contains(&(Use::List, "pages")), "{uses:?}");
    assert!(uses.contains(&(Use::Form, "general")), "{uses:?}");
    assert!(plan.steps.iter().any(|step| step.change
        == Change::AlterPart {
            entity: "book".into(),
            part: "rule",
            name: "some_pages".into(),
            how: How::Removed
        }));
}

#[test]
fn a_removed_entity_is_kept_aside() {
    let plan = above("[entities.book]\nremove = true");
    let destructive: Vec<&Step> = plan.destructive().collect();
    assert_eq!(destructive.len(), 1);
    assert_eq!(destructive[0].change, Change::SetAsideEntity { entity: "book".into() });
}

#[test]
fn a_new_type_says_what_becomes_of_the_values() {
    let conversion = |to: &str| {
        let library =
            LIBRARY.replace("require = \"pages = null or pages > 0\"", "require = \"pages != null\"");
        let changed = library.replace("type = \"integer\"", to);
        let plan = plan(&dictionary(&[("library", &library)]), &dictionary(&[("library", &changed)]));
        match &step(&plan, |change| matches!(change, Change::ChangeField { .. })).change {
            Change::ChangeField { conversion, .. } => *conversion,
            _ => unreachable!(),
        }
    };
    assert_eq!(conversion("type = \"decimal\"\nscale = 2"), Conversion::Lossless);
    assert_eq!(conversion("type = \"text\""), Conversion::Lossless);
    assert_eq!(conversion("type = \"text\"\nmax_length = 5"), Conversion::Lossy);
    assert_eq!(conversion("type = \"date\""), Conversion::Lossy);
}

#[test]
fn a_shorter_text_destroys_nothing() {
    let plan = replaced("required = true", "required = true\nmax_length = 20");
    assert_eq!(storage(&plan), Vec::<&Change>::new());
    let altered = step(&plan, |change| matches!(change, Change::AlterField { .. }));
    assert!(altered.message.0["en"].contains("existing values stay"), "{:?}", altered.message);
}

#[test]
fn a_value_taken_out_of_a_list_needs_a_confirmation() {
    let plan = above("[lists.genre.values.essay]\nremove = true");
    let removed = step(&plan, |change| matches!(change, Change::AlterListValue { .. }));
    assert!(removed.destructive);
    assert_eq!(storage(&plan), Vec::<&Change>::new());
}

#[test]
fn an_entity_that_becomes_numbered_numbers_its_records() {
    let plan = above("[entities.author.code]\nprefix = \"A\"");
    let changes = storage(&plan);
    let adds = changes.iter().position(|c| matches!(c, Change::AddField { field, .. } if field == "code"));
    let numbers = changes.iter().position(|c| matches!(c, Change::NumberRecords { .. }));
    let unique = changes.iter().position(|c| matches!(c, Change::AddUnique { key, .. } if key == "code"));
    assert!(adds.is_some() && adds < numbers && numbers < unique, "{changes:?}");
}

#[test]
fn searching_something_else_makes_the_search_again() {
    let plan = replaced("search = [\"title\", \"author.name\"]", "search = [\"title\"]");
    assert_eq!(storage(&plan), [&Change::Reindex { entity: "book".into() }]);
}

#[test]
fn labels_screens_and_versions_concern_no_store() {
    let plan = above(
        "version = \"1.2.0\"\n[entities.book]\nlabel = { fr = \"Ouvrage\", en = \"Work\" }\n[screens.book.list.columns.title]\nwidth = 300",
    );
    assert_eq!(storage(&plan), Vec::<&Change>::new());
    let messages: Vec<&str> = plan.steps.iter().map(|step| step.message.0["en"].as_str()).collect();
    assert_eq!(
        messages,
        ["changes `book`: label", "changes the list screen of `book`", "installs `layer` 1.2.0"]
    );
}

#[test]
fn broken_dictionaries_have_no_plan_because_they_do_not_compile() {
    assert!(compile(&singles(&[("library", "[entities.book]")])).is_err());
}

#[test]
fn a_reference_to_another_entity_starts_empty() {
    let plan = replaced("to = \"author\"", "to = \"user\"");
    let aside =
        step(&plan, |change| matches!(change, Change::SetAsideField { field, .. } if field == "author"));
    assert!(aside.destructive);
    assert!(
        plan.steps.iter().any(|s| matches!(&s.change, Change::AddField { field, .. } if field == "author"))
    );
}

#[test]
fn a_formula_in_the_place_of_given_values_keeps_them_aside_and_the_reverse_keeps_them() {
    let given = LIBRARY
        .replace("some_pages]\nrequire = \"pages = null or pages > 0\"", "some_pages]\nrequire = \"true\"");
    let computed = given.replace(
        "type = \"integer\"",
        "type = \"computed\"\nreturns = \"integer\"\nformula = \"length(title)\"",
    );
    let (given, computed) = (dictionary(&[("library", &given)]), dictionary(&[("library", &computed)]));
    let forth = plan(&given, &computed);
    assert!(step(&forth, |change| matches!(change, Change::SetAsideField { .. })).destructive);
    let entity = "book".to_owned();
    assert!(storage(&forth).contains(&&Change::Compute { entity, field: "pages".into() }));
    assert_eq!(storage(&plan(&computed, &given)), Vec::<&Change>::new());
}

#[test]
fn a_list_that_lacks_tags_empties_the_values_that_have_them() {
    let lists =
        "[lists.era]\nlabel = { fr = \"Époques\" }\n[lists.era.values.novel]\nlabel = { fr = \"Roman\" }\n";
    let old = dictionary(&[("library", &(lists.to_owned() + LIBRARY))]);
    let new = dictionary(&[(
        "library",
        &(lists.to_owned() + &LIBRARY.replace("list = \"genre\"", "list = \"era\"")),
    )]);
    let narrowed = plan(&old, &new);
    let change = step(&narrowed, |change| matches!(change, Change::ChangeField { .. }));
    assert!(change.destructive);
    let widened = plan(&new, &old);
    assert_eq!(storage(&widened), Vec::<&Change>::new());
}
