//! Profiles and perimeters as clients see and write them.

use serde_json::{Map, Value as Json, json};

use crate::model::Dictionary;
use crate::model::profiles::{Capability, EntityGrant, Level, Perimeter, Power, Profile};

/// A profile, with the names and texts of its file.
pub fn profile(dictionary: &Dictionary, profile: &Profile) -> Json {
    let names = |all: &[Capability]| all.iter().map(|one| one.name()).collect::<Vec<_>>();
    let entities = profile.entities.iter().map(|(entity, grant)| {
        let entity = &dictionary.entities[*entity];
        (entity.name.clone(), describe_grant(entity, grant))
    });
    json!({
        "name": profile.name,
        "label": profile.label,
        "help": profile.help,
        "layer": profile.layer,
        "restricts": profile.restricts,
        "all": names(&profile.all),
        "powers": profile.powers.iter().map(|one: &Power| one.name()).collect::<Vec<_>>(),
        "entities": entities.collect::<Map<_, _>>(),
    })
}

fn describe_grant(entity: &crate::model::Entity, grant: &EntityGrant) -> Json {
    let level = |level: &Level| Json::from(level.name());
    let fields = grant.fields.iter().map(|(field, given)| (entity.fields[*field].name.clone(), level(given)));
    let only = grant.only.iter().map(|(one, rule)| (one.name().to_owned(), Json::from(rule.source.as_str())));
    json!({
        "allow": grant.allow.iter().map(|one| one.name()).collect::<Vec<_>>(),
        "actions": grant.actions,
        "rows": grant.rows.as_ref().map(|rule| &rule.source),
        "only": only.collect::<Map<_, _>>(),
        "fields": fields.collect::<Map<_, _>>(),
        "otherwise": level(&grant.otherwise),
    })
}

/// A perimeter, with the names and texts of its file.
pub fn perimeter(dictionary: &Dictionary, perimeter: &Perimeter) -> Json {
    let entity = &dictionary.entities[perimeter.of];
    json!({
        "name": perimeter.name,
        "label": perimeter.label,
        "of": entity.name,
        "where": perimeter.filter.source,
        "beneath": perimeter.beneath.map(|field| &entity.fields[field].name),
    })
}
