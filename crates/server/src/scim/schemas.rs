//! What the service can do, as clients ask first (RFC 7643, 5 to 7).

use serde_json::{Value as Json, json};

use super::attributes::{Attribute, Kind, Resource};

/// Resources of an answer at most.
pub(super) const RESULTS_MAX: usize = 200;

pub(super) fn service(base: &str) -> Json {
    let no = json!({"supported": false});
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "documentationUri": "https://tisserand.dev/docs/directory",
        "patch": {"supported": true},
        "bulk": {"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": true, "maxResults": RESULTS_MAX},
        "changePassword": no,
        "sort": no,
        "etag": {"supported": true},
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an administrator of the environment makes",
            "specUri": "https://www.rfc-editor.org/rfc/rfc6750",
            "primary": true,
        }],
        "meta": {"resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig")},
    })
}

pub(super) const ALL: &[Resource] = &[Resource::User, Resource::Group];

pub(super) fn resource_type(resource: Resource, base: &str) -> Json {
    let name = resource.name();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": name,
        "name": name,
        "description": description(resource),
        "endpoint": format!("/{}", resource.endpoint()),
        "schema": resource.schema(),
        "schemaExtensions": [],
        "meta": {"resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}")},
    })
}

pub(super) fn schema(resource: Resource, base: &str) -> Json {
    let attributes: Vec<Json> = resource.attributes().iter().map(described).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": resource.schema(),
        "name": resource.name(),
        "description": description(resource),
        "attributes": attributes,
        "meta": {"resourceType": "Schema", "location": format!("{base}/Schemas/{}", resource.schema())},
    })
}

fn description(resource: Resource) -> &'static str {
    match resource {
        Resource::User => "A person of the environment",
        Resource::Group => "A group of people, which gives what an administrator of the environment says",
    }
}

fn described(attribute: &Attribute) -> Json {
    let (kind, many, parts) = match attribute.kind {
        Kind::Text => ("string", false, None),
        Kind::Flag => ("boolean", false, None),
        Kind::Reference(_) => ("reference", false, None),
        Kind::Parts(parts) => ("complex", false, Some(parts)),
        Kind::Many(parts) => ("complex", true, Some(parts)),
    };
    let mut told = json!({
        "name": attribute.name,
        "type": kind,
        "multiValued": many,
        "description": attribute.what,
        "required": attribute.required,
        "caseExact": attribute.exact,
        "mutability": if attribute.told { "readOnly" } else { "readWrite" },
        "returned": "default",
        "uniqueness": if attribute.unique { "server" } else { "none" },
    });
    if let Kind::Reference(to) = attribute.kind {
        told["referenceTypes"] = json!([to]);
        told["mutability"] = json!("immutable");
    }
    if let Some(parts) = parts {
        told["subAttributes"] = parts.iter().map(described).collect();
    }
    told
}
