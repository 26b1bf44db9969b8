//! Who may do what, over every path: worlds made at random, held against worlds in which what may not be seen does not exist.

mod chance;
mod change;
mod files;
mod fill;
mod imports;
mod moves;
mod profiles;
mod requests;
mod thing;
mod told;
mod world;
mod writes;

use std::collections::BTreeMap;

use crate::app::App;
use chance::Chance;
use told::told;
use world::World;

/// Worlds of a run, and requests asked in each. `TISSERAND_RIGHTS=worlds,requests,seed` asks for more, or for one again.
#[expect(clippy::disallowed_methods, reason = "a test is asked for more by its environment")]
fn size() -> (u64, usize, u64) {
    let asked = std::env::var("TISSERAND_RIGHTS").unwrap_or_default();
    let mut parts = asked.split(',').map(str::parse::<u64>);
    let mut part = |default: u64| parts.next().and_then(Result::ok).unwrap_or(default);
    let (worlds, requests) = (part(6), part(120));
    (worlds, usize::try_from(requests).unwrap(), part(20_261_129))
}

/// Non-interference: whatever somebody with bounded rights asks, they are answered as somebody with every right would be in an environment that holds
/// only what the first may see. That environment is the model: it knows nothing of rights.
#[test]
fn nothing_tells_what_may_not_be_seen_from_what_does_not_exist() {
    let app = App::start();
    let (worlds, requests, seed) = size();
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut deltas, mut imported) = (0, 0);
    for number in 0..worlds {
        let seed = seed + number;
        let mut chance = Chance::new(seed);
        let mut world = World::make(&app, &mut chance, seed);
        let (bounded, free) = world.enter(&app);
        let viewer = world.look_as(&app);
        for _ in 0..requests {
            let request = requests::random(&mut chance, &world);
            *asked.entry(request.path).or_default() += 1;
            let (a, b) = (request.ask(&bounded), request.ask(&free));
            // Whoever looks as them is answered as they are, but takes no list away.
            let mut c = request.ask(&viewer);
            if let Some(viewed) = c.body.pointer_mut("/me/viewed") {
                *viewed = serde_json::Value::Null;
            }
            if requests::EXPORTS.contains(&request.path) {
                assert_eq!((c.status, &c.body["code"]), (403, &"viewed".into()), "seed {seed}: {request:?}");
            } else {
                let (a, c) = (told(a.clone(), &world), told(c, &world));
                assert!(a == c, "seed {seed}: {request:?}\n{}\n{world}", apart(&c, &a));
            }
            // What is masked is there, and nothing can be asked of it: no model says that but this.
            if world.level("client", "phone") == "masked" {
                assert!(!a.body.to_string().contains("+3361234"), "seed {seed}: {request:?}\n{world}");
                if request.names("phone") {
                    continue;
                }
            }
            let (a, b) = (told(a, &world), told(b, &world));
            assert!(a == b, "seed {seed}: {request:?}\n{}\n{world}", apart(&a, &b));
        }
        writes::refused_as_the_model_says(&bounded, &world, &mut chance, requests / 4);
        deltas +=
            moves::told_as_the_model_says(&app, (&bounded, &free), &mut world, &mut chance, requests / 40);
        // Last, for what may not be deleted stays. It waits for its work four times over: not in every world.
        if number % 3 == 0 {
            imported += imports::tell_what_the_model_says((&bounded, &free), &world, &mut chance);
        }
    }
    // Every path was taken: a generator that forgets one proves nothing about it.
    if worlds * requests as u64 >= 600 {
        assert!(
            deltas > 0 && imported > 0,
            "{deltas} lists told what changed, {imported} rows were imported"
        );
        for path in requests::PATHS {
            assert!(asked.contains_key(path), "{path} was never asked: {asked:?}");
        }
    }
}

/// The lines in which two answers differ.
fn apart(bounded: &serde_json::Value, free: &serde_json::Value) -> String {
    let (bounded, free) = (format!("{bounded:#}"), format!("{free:#}"));
    let (bounded, free): (Vec<&str>, Vec<&str>) = (bounded.lines().collect(), free.lines().collect());
    let first = bounded.iter().zip(&free).position(|(a, b)| a != b).unwrap_or(bounded.len().min(free.len()));
    let shown = |lines: &[&str]| lines[first.saturating_sub(3)..lines.len().min(first + 8)].join("\n");
    format!("bounded …\n{}\nfree …\n{}", shown(&bounded), shown(&free))
}
