//! The journal alone makes the environment again.

use std::sync::Arc;

use dictionary::layers::Layer;
use dictionary::{RecordId, Value};
use engine::replay::Replay;
use engine::{Draft, EngineError, Environment, TimeOrderedIds, Unit};
use proptest::prelude::*;
use store::Store;

use crate::support::{SteppingClock, World, admin, draft, explained, settings, store, with_lines, written};

const SALES: &str = r#"
[entities.client]
label = { fr = "Client", en = "Client" }
plural = { fr = "Clients", en = "Clients" }
code = { prefix = "C", width = 3 }
title = "{name}"
search = ["name"]
[entities.client.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.client.fields.siret]
type = "text"
unique = true
label = { fr = "SIRET", en = "SIRET" }
[entities.client.fields.spent]
type = "computed"
returns = "money"
formula = "sum(sales.total)"
label = { fr = "Dépensé", en = "Spent" }

[entities.sale]
label = { fr = "Vente", en = "Sale" }
plural = { fr = "Ventes", en = "Sales" }
title = "{client}"
search = ["client.name"]
[entities.sale.fields.client]
type = "reference"
to = "client"
on_delete = "cascade"
label = { fr = "Client", en = "Client" }
[entities.sale.fields.total]
type = "computed"
returns = "money"
formula = "sum(lines.price)"
label = { fr = "Total", en = "Total" }
[entities.sale.fields.lines]
type = "lines"
of = "sale_line"
by = "sale"
label = { fr = "Lignes", en = "Lines" }

[entities.sale_line]
label = { fr = "Ligne", en = "Line" }
plural = { fr = "Lignes", en = "Lines" }
title = "{price}"
lines_of = "sale"
[entities.sale_line.fields.sale]
type = "reference"
to = "sale"
label = { fr = "Vente", en = "Sale" }
[entities.sale_line.fields.price]
type = "money"
label = { fr = "Prix", en = "Price" }
"#;

const LATER: &str = r#"
[entities.client.fields.level]
type = "computed"
returns = "text"
formula = "if(spent > 50, 'gold', 'none')"
label = { fr = "Niveau", en = "Level" }
[entities.client.fields.siret]
remove = true
[entities.client.fields.registration]
type = "text"
was = "siret"
label = { fr = "SIRET", en = "SIRET" }
"#;

/// What a random life of an environment is made of.
#[derive(Debug, Clone)]
enum Step {
    Client(String),
    Rename(usize, String),
    Sale(usize, Vec<i64>),
    Lines(usize, Vec<i64>),
    Move(usize, usize),
    Forget(usize),
    Cancel(usize),
    /// Several in one unit; fails as a whole when the flag says so.
    Together(Vec<Step>, bool),
    Dictionary(bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        "[a-zéè ]{1,6}".prop_map(Step::Client),
        (0..8_usize, "[a-z]{0,6}").prop_map(|(at, name)| Step::Rename(at, name)),
        (0..8_usize, prop::collection::vec(0..50_i64, 0..3)).prop_map(|(at, prices)| Step::Sale(at, prices)),
        (0..8_usize, prop::collection::vec(0..50_i64, 0..3)).prop_map(|(at, prices)| Step::Lines(at, prices)),
        (0..8_usize, 0..8_usize).prop_map(|(sale, client)| Step::Move(sale, client)),
        (0..8_usize).prop_map(Step::Forget),
        (0..8_usize).prop_map(Step::Cancel),
    ];
    let together =
        (prop::collection::vec(one.clone(), 1..5), any::<bool>()).prop_map(|(s, f)| Step::Together(s, f));
    let dictionary = any::<bool>().prop_map(Step::Dictionary);
    prop::collection::vec(prop_oneof![8 => one, 3 => together, 1 => dictionary], 1..25)
}

fn priced(prices: &[i64]) -> Draft {
    let line = |price: &i64| (None, written(&[("price", &price.to_string())]));
    with_lines(draft(), "lines", prices.iter().map(line).collect())
}

/// Records that a life has made, living or dead.
#[derive(Clone, Default)]
struct Known {
    clients: Vec<RecordId>,
    sales: Vec<RecordId>,
}

fn nth(ids: &[RecordId], at: usize) -> Option<RecordId> {
    ids.get(at.checked_rem(ids.len())?).copied()
}

/// Runs a step; what the engine refuses (a dead record, say) is part of life.
fn live(unit: &mut dyn Unit, step: &Step, known: &mut Known) -> Result<(), EngineError> {
    match step {
        Step::Client(name) => known.clients.push(unit.create("client", None, written(&[("name", name)]))?),
        Step::Rename(at, name) => {
            let Some(id) = nth(&known.clients, *at) else { return Ok(()) };
            unit.update("client", id, None, written(&[("name", name)]))?;
        }
        Step::Sale(at, prices) => {
            let client = nth(&known.clients, *at).map_or(Value::Null, Value::Id);
            known.sales.push(unit.create("sale", None, priced(prices).with("client", client))?);
        }
        Step::Lines(at, prices) => {
            let Some(id) = nth(&known.sales, *at) else { return Ok(()) };
            unit.update("sale", id, None, priced(prices))?;
        }
        Step::Move(sale, client) => {
            let (Some(sale), Some(client)) = (nth(&known.sales, *sale), nth(&known.clients, *client)) else {
                return Ok(());
            };
            unit.update("sale", sale, None, draft().with("client", client))?;
        }
        Step::Forget(at) => {
            let Some(id) = nth(&known.clients, *at) else { return Ok(()) };
            unit.delete("client", id, None)?;
        }
        Step::Cancel(at) => {
            let Some(id) = nth(&known.sales, *at) else { return Ok(()) };
            unit.delete("sale", id, None)?;
        }
        Step::Together(steps, fails) => {
            for step in steps {
                // Refused operations leave the unit whole.
                let _ = live(unit, step, known);
            }
            if *fails {
                return Err(EngineError::NotFound);
            }
        }
        Step::Dictionary(_) => {}
    }
    Ok(())
}

fn layers(later: bool) -> Vec<Layer> {
    let mut layers = vec![Layer::single("sales", SALES)];
    layers.extend(later.then(|| Layer::single("later", LATER)));
    layers
}

fn run(world: &World, steps: &[Step]) {
    go_on(world, steps, &mut Known::default());
}

fn go_on(world: &World, steps: &[Step], known: &mut Known) {
    for step in steps {
        if let Step::Dictionary(later) = step {
            explained(world.environment.apply(&admin(), &layers(*later), true));
            continue;
        }
        let (step, mut after) = (step.clone(), known.clone());
        let done = world.environment.transact(&admin(), move |unit| {
            live(unit, &step, &mut after)?;
            Ok(after)
        });
        if let Ok(done) = done {
            *known = done.value;
        }
    }
}

/// The journal of an environment, replayed elsewhere.
fn replayed(world: &World) -> (Environment, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut replay = explained(Replay::new(store(folder.path())));
    let mut after = 0;
    loop {
        let entries = explained(
            world
                .environment
                .store()
                .snapshot()
                .unwrap()
                .entries(after, 7)
                .map_err(|source| EngineError::Store { action: "read", source }),
        );
        for entry in &entries {
            explained(replay.entry(entry));
        }
        match entries.last() {
            Some(last) => after = last.position,
            None => break,
        }
    }
    let environment = replay.into_environment(settings(), SteppingClock::new(), Arc::new(TimeOrderedIds));
    (explained(environment), folder)
}

/// Plays what another store lacks of the journal, and makes search find it.
fn followed(world: &World, there: &Arc<dyn Store>) -> Result<Environment, EngineError> {
    let source = world.environment.store();
    let mut replay = Replay::resume(there.clone(), &*source.snapshot().unwrap())?;
    replay.catch_up(&**source, &settings().zone, &mut |_| Ok(()), &mut |_, _| Ok(()))?;
    let ids = Arc::new(TimeOrderedIds);
    let environment = replay.into_environment_unsearched(settings(), SteppingClock::new(), ids)?;
    environment.search_catch_up(&admin(), &mut |_| Ok(()))?;
    Ok(environment)
}

/// What is found by a word, in no order.
fn found(environment: &Environment, word: &str) -> Vec<RecordId> {
    let found = explained(environment.search(&admin(), word, 100));
    let mut ids: Vec<RecordId> = found.iter().map(|hit| hit.row.id()).collect();
    ids.sort();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever happened, the journal alone leads to the same content, the same chain, and the same answers.
    #[test]
    fn any_life_is_told_whole_by_its_journal(steps in steps()) {
        let world = World::of(&layers(false));
        run(&world, &steps);
        let (again, _folder) = replayed(&world);
        prop_assert_eq!(world.environment.head().unwrap(), again.head().unwrap());
        for entity in ["client", "sale", "sale_line"] {
            let rows = |environment: &Environment| {
                let query = engine::Query { entity: entity.into(), limit: 500, ..Default::default() };
                let page = explained(environment.list(&admin(), &query));
                page.records.into_iter().map(|record| (record.title, record.row)).collect::<Vec<_>>()
            };
            prop_assert_eq!(rows(&world.environment), rows(&again));
        }
        let client = again.transact(&admin(), |unit| unit.create("client", None, draft()));
        prop_assert!(client.is_ok(), "numbers go on: {:?}", client);
    }

    /// Whoever follows a journal while it grows has all of it, and finds by search what is found where it is written.
    #[test]
    fn any_life_is_followed_as_it_goes_on(steps in steps()) {
        let world = World::of(&layers(false));
        let folder = tempfile::tempdir().unwrap();
        let there: Arc<dyn Store> = store(folder.path());
        let mut known = Known::default();
        drop(explained(followed(&world, &there)));
        for part in steps.chunks(3) {
            go_on(&world, part, &mut known);
            let follower = explained(followed(&world, &there));
            prop_assert_eq!(world.environment.head().unwrap(), follower.head().unwrap());
            for client in world.all("client") {
                let name = client.title.trim();
                if !name.is_empty() {
                    prop_assert_eq!(found(&world.environment, name), found(&follower, name), "{}", name);
                }
            }
        }
    }

    /// After any life, every total is what its formula says.
    #[test]
    fn computed_fields_are_right_after_any_life(steps in steps()) {
        let world = World::of(&layers(false));
        run(&world, &steps);
        let number = |value: Value| match value {
            Value::Decimal(number) => number,
            other => panic!("{other:?}"),
        };
        for sale in world.all("sale") {
            let own = |line: &engine::Record| world.value_of(line, "sale") == Value::Id(sale.row.id());
            let lines = world.all("sale_line");
            let sum = lines.iter().filter(|l| own(l)).map(|l| number(world.value_of(l, "price"))).sum();
            prop_assert_eq!(number(world.value_of(&sale, "total")), sum);
        }
        for client in world.all("client") {
            let own = |sale: &engine::Record| world.value_of(sale, "client") == Value::Id(client.row.id());
            let sales = world.all("sale");
            let sum = sales.iter().filter(|s| own(s)).map(|s| number(world.value_of(s, "total"))).sum();
            prop_assert_eq!(number(world.value_of(&client, "spent")), sum);
        }
    }
}

#[test]
fn search_works_in_a_replayed_environment() {
    let world = World::of(&layers(false));
    let client = world.create("client", written(&[("name", "Métallerie")]));
    world.create("sale", draft().with("client", client));
    let (again, _folder) = replayed(&world);
    assert_eq!(explained(again.search(&admin(), "metallerie", 10)).len(), 2);
}

#[test]
fn what_somebody_else_wrote_where_a_journal_is_followed_is_noticed() {
    let world = World::of(&layers(false));
    let folder = tempfile::tempdir().unwrap();
    let there: Arc<dyn Store> = store(folder.path());
    let follower = explained(followed(&world, &there));
    explained(follower.transact(&admin(), |unit| unit.create("client", None, written(&[("name", "Mine")]))));
    for name in ["A", "B", "C"] {
        world.create("client", written(&[("name", name)]));
    }
    let refused = followed(&world, &there).map(drop);
    assert!(matches!(refused, Err(EngineError::Store { .. })), "{refused:?}");
}

#[test]
fn a_journal_with_a_changed_a_missing_or_a_redacted_entry_is_refused() {
    let world = World::of(&layers(false));
    world.create("client", written(&[("name", "A")]));
    world.create("client", written(&[("name", "B")]));
    let entries = world.environment.store().snapshot().unwrap().entries(0, 10).unwrap();
    let refusal = |entries: &[journal::Entry]| {
        let folder = tempfile::tempdir().unwrap();
        let mut replay = explained(Replay::new(store(folder.path())));
        let refused = entries.iter().find_map(|entry| replay.entry(entry).err());
        match refused {
            Some(EngineError::Store { source, .. }) => source.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let mut altered = entries.clone();
    altered[2].changes.as_mut().unwrap()[0].fields[1].new = Value::from("C");
    assert!(refusal(&altered).contains("entry 3 leads to another content"), "{}", refusal(&altered));
    assert!(refusal(&entries[1..]).contains("entry 2 does not follow 0"));
    let mut redacted = entries.clone();
    redacted[1].changes = None;
    assert!(refusal(&redacted).contains("entry 2 was redacted"));
    let mut renamed = entries.clone();
    renamed[1].cause.request = Some("another".into());
    assert!(refusal(&renamed).contains("chain hash"));
}
