//! CSDL JSON.

use serde_json::{Map, Value as Json, json};

use super::model::{COMPLEX, EntityType, Model, RECORD_OF};
use super::{CAPABILITIES, CONTAINER, FORMATS, NAMESPACE, VOCABULARIES};

pub(super) fn write(model: &Model<'_>) -> Json {
    let mut schema = Map::new();
    for (name, parts) in COMPLEX {
        let mut complex = Map::from_iter([("$Kind".to_owned(), json!("ComplexType"))]);
        for (part, ty) in *parts {
            // Edm.String is what a property is when nothing is said.
            let described = match *ty {
                "Edm.String" => json!({"$Nullable": true}),
                ty => json!({"$Type": ty, "$Nullable": true}),
            };
            complex.insert((*part).to_owned(), described);
        }
        schema.insert((*name).to_owned(), Json::Object(complex));
    }
    schema.insert(
        RECORD_OF.to_owned(),
        json!({"$Kind": "Term", "$Collection": true, "$AppliesTo": ["Property"]}),
    );
    let mut container = Map::from_iter([("$Kind".to_owned(), json!("EntityContainer"))]);
    for ty in &model.types {
        schema.insert(ty.name.to_owned(), entity_type(ty));
        let bindings = ty.navigations.iter().map(|n| (n.name.to_owned(), json!(n.target.1)));
        let bindings: Map<String, Json> = bindings.collect();
        let mut set = json!({"$Collection": true, "$Type": format!("{NAMESPACE}.{}", ty.name)});
        if !bindings.is_empty() {
            set["$NavigationPropertyBinding"] = Json::Object(bindings);
        }
        set["@Common.Label"] = json!(ty.plural);
        set["@Capabilities.SearchRestrictions"] = json!({"Searchable": ty.searchable});
        set["@Capabilities.CountRestrictions"] = json!({"Countable": true});
        set["@Capabilities.ChangeTracking"] = json!({"Supported": true});
        set["@Capabilities.TopSupported"] = json!(true);
        set["@Capabilities.SkipSupported"] = json!(true);
        container.insert(ty.set.to_owned(), set);
    }
    for (term, holds) in CAPABILITIES {
        container.insert(format!("@Capabilities.{term}"), json!(holds));
    }
    container.insert("@Capabilities.SupportedFormats".to_owned(), json!(FORMATS));
    let references = VOCABULARIES.iter().map(|(namespace, alias, address)| {
        let included = json!({"$Include": [{"$Namespace": namespace, "$Alias": alias}]});
        (format!("{address}.json"), included)
    });
    let references: Map<String, Json> = references.collect();
    schema.insert(CONTAINER.to_owned(), Json::Object(container));
    json!({
        "$Version": "4.01",
        "$EntityContainer": format!("{NAMESPACE}.{CONTAINER}"),
        "$Reference": references,
        NAMESPACE: schema,
    })
}

fn entity_type(ty: &EntityType<'_>) -> Json {
    let mut members = Map::from_iter([
        ("$Kind".to_owned(), json!("EntityType")),
        ("$Key".to_owned(), json!(["id"])),
        ("@Common.Label".to_owned(), json!(ty.label)),
    ]);
    for property in &ty.properties {
        let mut facets = Map::new();
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
        facets.insert("@Common.Label".to_owned(), json!(property.label));
        if let Some(help) = property.help {
            facets.insert("@Core.Description".to_owned(), json!(help));
        }
        if property.computed {
            facets.insert("@Core.Permissions".to_owned(), json!("Read"));
        }
        if !property.choices.is_empty() {
            let value = |(tag, label): &(&str, &str)| json!({"Value": tag, "@Common.Label": label});
            let values: Vec<Json> = property.choices.iter().map(value).collect();
            facets.insert("@Validation.AllowedValues".to_owned(), Json::Array(values));
        }
        if !property.record_of.is_empty() {
            facets.insert(format!("@{NAMESPACE}.{RECORD_OF}"), json!(property.record_of));
        }
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
