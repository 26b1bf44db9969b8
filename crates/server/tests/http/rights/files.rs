//! The dictionaries of the two environments.

use super::thing::{ENTITIES, fields};
use super::world::World;

impl World {
    /// The dictionary: whole, with the profiles; or of what they may know, and one who may read it all.
    pub fn files(&self, only_visible: bool) -> String {
        let shown = |entity: &str| !only_visible || self.knows(entity);
        let there = |entity: &str, field: &str| !only_visible || self.has(entity, field);
        let read = |entity: &str, field: &str| !only_visible || self.reads(entity, field);
        let mut text = String::new();
        let mut put = |line: &str| {
            text.push_str(line);
            text.push('\n');
        };
        for entity in ENTITIES.into_iter().filter(|entity| shown(entity)) {
            let title = fields(entity)[0].0;
            put(&format!(
                "[entities.{entity}]\nlabel = {{ fr = \"{entity}\" }}\nplural = {{ fr = \"{entity}s\" }}"
            ));
            let beyond = match entity {
                "visit" if read("visit", "client") => " — {client}",
                _ => "",
            };
            put(&format!("title = \"{{{title}}}{beyond}\"\norder = [\"{title}\"]"));
            let searched: Vec<String> = [title, "note", "region", "kind"]
                .into_iter()
                .filter(|name| fields(entity).iter().any(|(field, _)| field == name) && read(entity, name))
                .map(|name| format!("\"{name}\""))
                .collect();
            put(&format!("search = [{}]", searched.join(", ")));
            if entity == "item" {
                put("lines_of = \"client\"");
            }
            for (field, holds) in fields(entity) {
                if !there(entity, field) {
                    continue;
                }
                put(&format!("[entities.{entity}.fields.{field}]\nlabel = {{ fr = \"{field}\" }}"));
                match *holds {
                    "text" | "integer" | "phone" | "file" => put(&format!("type = \"{holds}\"")),
                    to => put(&format!("type = \"reference\"\nto = \"{to}\"\non_delete = \"cascade\"")),
                }
                if (entity, *field) == ("client", "ref") {
                    put("unique = true");
                }
                if (entity, *field) == ("item", "client") {
                    put("required = true");
                }
            }
            if entity == "client" {
                put(
                    "[entities.client.fields.items]\nlabel = { fr = \"items\" }\ntype = \"lines\"\nof = \"item\"\nby = \"client\"",
                );
                if read("client", "amount") {
                    put(
                        "[entities.client.fields.twice]\nlabel = { fr = \"twice\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"amount * 2\"",
                    );
                    put(
                        "[entities.client.fields.live]\nlabel = { fr = \"live\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"if(today() = null, 0, amount + 1)\"",
                    );
                }
                if shown("visit") && read("visit", "client") {
                    // Depends on the moment, so that it is worked out for whoever reads.
                    put(
                        "[entities.client.fields.seen]\nlabel = { fr = \"seen\" }\ntype = \"computed\"\nreturns = \"integer\"\nformula = \"if(today() = null, 0, count(visits))\"",
                    );
                }
            }
        }
        if only_visible {
            put(
                "[profiles.free]\nlabel = { fr = \"free\" }\nall = [\"read\", \"export\", \"create\", \"update\", \"import\"]",
            );
            return text;
        }
        put(
            "[perimeters.mine]\nlabel = { fr = \"mine\" }\nof = \"place\"\nwhere = \"exists(clients, owner = me())\"\nbeneath = \"parent\"",
        );
        for profile in &self.profiles {
            profile.write(&mut put);
        }
        text
    }
}
