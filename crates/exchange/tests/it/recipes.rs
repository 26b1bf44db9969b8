use std::path::PathBuf;

use dictionary::Language;
use exchange::ExchangeError;
use exchange::recipe::{Recipe, RecipeOptions, follow};

use crate::support::{Kept, World, modules};

fn followed(name: &str) -> (World, u64) {
    let recipe = Recipe::read(&modules().join("demo").join(name)).unwrap();
    let world = World::of_modules(&["geography", "core"]);
    let options = RecipeOptions { shared: None, small: true };
    match follow(&recipe, &world.environment, &Kept(&world), &options, &mut |_| {}) {
        Ok(made) => (world, made),
        Err(ExchangeError::Refused(label)) => panic!("{}", label.text(Language::En)),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_heating_company_is_the_same_on_every_run_and_its_rules_hold() {
    let ((first, made), (second, again)) = (followed("heating"), followed("heating"));
    assert_eq!(made, again);
    assert_eq!(first.digest(), second.digest());
    assert!(first.records("account").len() > 50 && first.records("event").len() > 200);
    let users = first.column("user", "email");
    assert!(users.contains(&"ada.lenoir@acme-chauffage.example".to_owned()), "{users:?}");
    let sites = first.records("site");
    assert!(sites.iter().all(|site| !site.title.is_empty()));
}

#[test]
fn the_food_company_is_made_too() {
    let (world, made) = followed("food");
    assert!(made > 300, "{made}");
    assert!(world.records("account").len() > 30);
}

#[test]
fn a_fault_in_a_recipe_names_step_record_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = |steps: &str| {
        let head = "name = 'x'\nmodules = ['core']\nseed = 1\nanchor = '2026-11-23'\ntime_zone = 'Europe/Paris'\n[environment]\nname = 'x'\nclient = 'X'\nkind = 'test'\n";
        std::fs::write(folder.path().join("demo.toml"), format!("{head}{steps}")).unwrap();
        PathBuf::from(folder.path())
    };
    let fault = |steps: &str| {
        let world = World::of_modules(&["geography", "core"]);
        let followed = Recipe::read(&recipe(steps)).and_then(|recipe| {
            follow(&recipe, &world.environment, &Kept(&world), &RecipeOptions::default(), &mut |_| {})
        });
        followed.unwrap_err().to_string()
    };
    let unknown = fault("[steps.a]\nentity = 'account'\n[steps.a.fields]\nnane = 'x'\n");
    assert!(unknown.contains("steps.a, record 1") && unknown.contains("nane"), "{unknown}");
    let rule = fault(
        "[steps.a]\nentity = 'account'\ncount = 3\n[steps.a.fields]\nname = 'x{n}'\nsiren = '123456789'\n",
    );
    assert!(rule.contains("steps.a, record 1") && rule.contains("siren"), "{rule}");
    let taken = fault(
        "[steps.a]\nentity = 'account'\ncount = 3\n[steps.a.fields]\nname = 'x'\nexternal_code = 'same'\n",
    );
    assert!(taken.contains("record 2") && taken.contains("unique"), "{taken}");
    let key = fault("[steps.a]\nentity = 'account'\ncuont = 3\n");
    assert!(key.contains("“count”"), "{key}");
}
