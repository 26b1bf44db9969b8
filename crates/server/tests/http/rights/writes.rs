//! Writes: refused exactly where the model says so, and then nothing changed.

use serde_json::json;

use super::chance::Chance;
use super::world::World;
use crate::client::Client;

/// Tries to change and to delete records of all kinds, seen or not.
pub fn refused_as_the_model_says(client: &Client, world: &World, chance: &mut Chance, tries: usize) {
    for _ in 0..tries {
        let entity = *chance.one_of(&["place", "client", "visit"]);
        let it = chance.one_of(world.of(entity));
        let first = super::thing::fields(entity)[0].0;
        let address = client.at(&format!("{entity}s/{}", it.id));
        let seen = world.knows(entity) && world.sees(entity, it);
        // The same value again: what is allowed changes nothing, so that the model stays true.
        let answer = client.patch(&address, &json!({ first: it.text(first) }));
        let expected = match (seen, world.may("update", entity, it)) {
            (false, _) => 404,
            (true, false) => 403,
            (true, true) => 200,
        };
        let told = format!("seed {}: change {entity} {}\n{}\n{world}", world.seed, it.id, answer.text());
        // Somebody who may change none of them is told so before it is asked which.
        let alike = answer.status == expected
            || (expected, answer.status) == (404, 403) && world.knows(entity) && {
                world.of(entity).iter().all(|it| !world.may("update", entity, it)) || !seen
            };
        assert!(alike, "{told}");
        if !seen {
            assert!(!answer.text().contains(it.text(first)), "{told}");
        }
        // A field that is not theirs to write is refused, or unknown; never written.
        if expected == 200 {
            let closed = super::thing::fields(entity)
                .iter()
                .find(|(field, holds)| *holds == "integer" && world.level(entity, field) != "write");
            if let Some((field, _)) = closed {
                let answer = client.patch(&address, &json!({ *field: 77 }));
                assert_eq!(answer.status, 422, "{field}: {}", answer.text());
            }
        }
        // A reference to what may not be seen is as one to nothing.
        let unseen = world.of("place").iter().find(|place| !world.sees("place", place));
        if let (Some(place), true) =
            (unseen, entity == "client" && expected == 200 && world.has("client", "place"))
            && world.level("client", "place") == "write"
        {
            let nowhere =
                client.patch(&address, &json!({ "place_id": "01900000-0000-7000-8000-00000000ffff" }));
            let unseen = client.patch(&address, &json!({ "place_id": place.id.to_string() }));
            assert_eq!((unseen.status, unseen.code()), (nowhere.status, nowhere.code()), "{}", unseen.text());
            assert_eq!(unseen.status, 422);
        }
        // A value that must be unique and is taken by a record that may not be seen: told so, and nothing of that record.
        if world.level("client", "ref") == "write"
            && let Some(hidden) = world.of("client").iter().find(|it| !world.sees("client", it))
        {
            let (name, taken) = (hidden.text("name"), hidden.text("ref"));
            let answer = client.post(&client.at("clients"), &json!({ "name": "zzz", "ref": taken }));
            assert!(matches!(answer.status, 403 | 422), "{}", answer.text());
            assert!(
                !answer.text().contains(name) && !answer.text().contains(&hidden.id.to_string()),
                "{told}"
            );
        }
    }
}
