//! CSDL JSON.

use serde_json::{Map, Value as Json, json};

use super::model::{COMPLEX, EntityType, Model};
use super::{CONTAINER, NAMESPACE};

pub(super) fn write(model: &Model<'_>) -> Json {
    let mut schema = Map::new();
    for (name, parts) in COMPLEX {
        let mut complex = Map::from_iter([("$Kind".to_owned(), json!("ComplexType"))]);
        for (part, ty) in *parts {
            complex.insert((*part).to_owned(), json!({"$Type": ty, "$Nullable": true}));
        }
        schema.insert((*name).to_owned(), Json::Object(complex));
    }
    let mut container = Map::from_iter([("$Kind".to_owned(), json!("EntityContainer"))]);
    for ty in &model.types {
        schema.insert(ty.name.to_owned(), entity_type(ty));
        let bindings = ty.navigations.iter().map(|n| (n.name.to_owned(), json!(n.target.1)));
        let bindings: Map<String, Json> = bindings.collect();
        let mut set = json!({"$Collection": true, "$Type": format!("{NAMESPACE}.{}", ty.name)});
        if !bindings.is_empty() {
            set["$NavigationPropertyBinding"] = Json::Object(bindings);
        }
        container.insert(ty.set.to_owned(), set);
    }
    schema.insert(CONTAINER.to_owned(), Json::Object(container));
    json!({
        "$Version": "4.01",
        "$EntityContainer": format!("{NAMESPACE}.{CONTAINER}"),
        "$Reference": {
            "https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.json":
                {"$Include": [{"$Namespace": "Org.OData.Core.V1", "$Alias": "Core"}]}
        },
        NAMESPACE: schema,
    })
}

fn entity_type(ty: &EntityType<'_>) -> Json {
    let mut members = Map::from_iter([
        ("$Kind".to_owned(), json!("EntityType")),
        ("$Key".to_owned(), json!(["id"])),
        ("@Core.Description".to_owned(), json!(ty.label)),
    ]);
    for property in &ty.properties {
        let mut facets = Map::new();
        // Edm.String is what a property is when nothing is said.
        if property.ty != "Edm.String" {
            facets.insert("$Type".to_owned(), json!(property.ty));
        }
        let numbers = [
            ("$MaxLength", property.max_length),
            ("$Precision", property.precision),
            ("$Scale", property.scale),
        ];
        for (facet, value) in numbers {
            if let Some(value) = value {
                facets.insert(facet.to_owned(), json!(value));
            }
        }
        for (facet, holds) in [
            ("$Collection", property.collection),
            ("$Nullable", property.nullable),
            ("@Core.Computed", property.computed),
        ] {
            if holds {
                facets.insert(facet.to_owned(), json!(true));
            }
        }
        facets.insert("@Core.Description".to_owned(), json!(property.label));
        members.insert(property.name.clone(), Json::Object(facets));
    }
    for navigation in &ty.navigations {
        let mut described =
            json!({"$Kind": "NavigationProperty", "$Type": format!("{NAMESPACE}.{}", navigation.target.0)});
        if navigation.collection {
            described["$Collection"] = json!(true);
        } else if navigation.nullable {
            described["$Nullable"] = json!(true);
        }
        if let Some((own, theirs)) = &navigation.constraint {
            described["$ReferentialConstraint"] = json!({ own.as_str(): theirs });
        }
        members.insert(navigation.name.to_owned(), described);
    }
    Json::Object(members)
}
