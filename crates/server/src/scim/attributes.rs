//! What is kept of a person and a group, as attributes of SCIM (RFC 7643): names in any case, documents brought into one form.

use serde_json::{Map, Value as Json};

/// What an attribute holds.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// The address of a resource of that kind: told, and passed over when it is sent.
    Reference(&'static str),
    /// Attributes of its own.
    Parts(&'static [Attribute]),
    /// Any number of such.
    Many(&'static [Attribute]),
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) what: &'static str,
    pub(super) required: bool,
    /// Two that differ in case alone are two.
    pub(super) exact: bool,
    /// Told, and not taken.
    pub(super) told: bool,
    pub(super) unique: bool,
}

const fn attribute(name: &'static str, kind: Kind, what: &'static str) -> Attribute {
    Attribute { name, kind, what, required: false, exact: false, told: false, unique: false }
}

const fn told(name: &'static str, kind: Kind, what: &'static str) -> Attribute {
    Attribute { told: true, ..attribute(name, kind, what) }
}

/// The identifier that the directory has for it: of every resource, and of no schema (RFC 7643, 3.1).
pub(super) const EXTERNAL_ID: Attribute =
    Attribute { exact: true, ..attribute("externalId", Kind::Text, "Identifier at the client") };

pub(super) const USER: &[Attribute] = &[
    Attribute {
        required: true,
        unique: true,
        ..attribute(
            "userName",
            Kind::Text,
            "What the person is known by; their address, where they have no other",
        )
    },
    attribute(
        "name",
        Kind::Parts(&[
            attribute("formatted", Kind::Text, "Whole name"),
            attribute("familyName", Kind::Text, "Last name"),
            attribute("givenName", Kind::Text, "First name"),
        ]),
        "Name",
    ),
    attribute("displayName", Kind::Text, "Name shown"),
    attribute("preferredLanguage", Kind::Text, "Language: fr or en, with or without a country"),
    attribute("active", Kind::Flag, "Whether the person may come in"),
    attribute(
        "emails",
        Kind::Many(&[
            attribute("value", Kind::Text, "Address"),
            attribute("type", Kind::Text, "What for: work, home"),
            attribute("primary", Kind::Flag, "The one that counts: people sign in with it"),
        ]),
        "E-mail addresses",
    ),
    told(
        "groups",
        Kind::Many(&[
            told("value", Kind::Text, "Identifier of the group"),
            told("display", Kind::Text, "Name of the group"),
        ]),
        "Groups the person is in",
    ),
];

pub(super) const GROUP: &[Attribute] = &[
    Attribute {
        required: true,
        unique: true,
        ..attribute("displayName", Kind::Text, "Name of the group; an administrator says what it gives")
    },
    attribute(
        "members",
        Kind::Many(&[
            attribute("value", Kind::Text, "Identifier of the person"),
            told("$ref", Kind::Reference("User"), "Address of the person"),
        ]),
        "Who is in it",
    ),
];

/// Attributes of RFC 7643 that directories send by habit, and that are not kept: passed over rather than refused.
const NOT_KEPT: &[&str] = &[
    "nickname",
    "profileurl",
    "title",
    "usertype",
    "locale",
    "timezone",
    "password",
    "phonenumbers",
    "ims",
    "photos",
    "addresses",
    "entitlements",
    "roles",
    "x509certificates",
    "schemas",
    "id",
    "meta",
    "groups",
];

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Resource {
    User,
    Group,
}

impl Resource {
    pub(super) fn name(self) -> &'static str {
        match self {
            Resource::User => "User",
            Resource::Group => "Group",
        }
    }

    /// Where such are.
    pub(super) fn endpoint(self) -> &'static str {
        match self {
            Resource::User => "Users",
            Resource::Group => "Groups",
        }
    }

    pub(super) fn schema(self) -> &'static str {
        match self {
            Resource::User => "urn:ietf:params:scim:schemas:core:2.0:User",
            Resource::Group => "urn:ietf:params:scim:schemas:core:2.0:Group",
        }
    }

    pub(super) fn attributes(self) -> &'static [Attribute] {
        match self {
            Resource::User => USER,
            Resource::Group => GROUP,
        }
    }

    /// The attribute of that name, in any case.
    pub(super) fn attribute(self, name: &str) -> Option<&'static Attribute> {
        if name.eq_ignore_ascii_case(EXTERNAL_ID.name) {
            return Some(&EXTERNAL_ID);
        }
        part(self.attributes(), name)
    }

    /// A path without the schema that may stand before it; `None` for an attribute of a schema that is not kept.
    pub(super) fn without_schema(self, path: &str) -> Option<&str> {
        let schema = self.schema();
        match path.get(..schema.len()) {
            Some(head) if head.eq_ignore_ascii_case(schema) => {
                Some(path[schema.len()..].trim_start_matches(':'))
            }
            _ if path.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:")) => None,
            _ => Some(path),
        }
    }
}

/// Whether an attribute is one that is passed over.
pub(super) fn is_not_kept(name: &str) -> bool {
    NOT_KEPT.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// One of some attributes, by its name in any case.
pub(super) fn part(attributes: &'static [Attribute], name: &str) -> Option<&'static Attribute> {
    attributes.iter().find(|one| one.name.eq_ignore_ascii_case(name))
}

/// A value in the form of its attribute; `None` when it is of another type. Booleans come as texts from some.
pub(super) fn formed(attribute: &Attribute, value: &Json) -> Option<Json> {
    match (attribute.kind, value) {
        (_, Json::Null) => Some(Json::Null),
        (Kind::Text, Json::String(_)) => Some(value.clone()),
        (Kind::Text, Json::Number(number)) => Some(Json::String(number.to_string())),
        (Kind::Flag, Json::Bool(_)) => Some(value.clone()),
        (Kind::Flag, Json::String(text)) if text.eq_ignore_ascii_case("true") => Some(Json::Bool(true)),
        (Kind::Flag, Json::String(text)) if text.eq_ignore_ascii_case("false") => Some(Json::Bool(false)),
        (Kind::Parts(parts), Json::Object(given)) => Some(Json::Object(parts_formed(parts, given)?)),
        (Kind::Many(parts), Json::Array(given)) => {
            let each = given.iter().map(|one| element_formed(parts, one));
            Some(Json::Array(each.collect::<Option<Vec<Json>>>()?))
        }
        // Where one is meant, it may stand by itself.
        (Kind::Many(parts), one) => Some(Json::Array(vec![element_formed(parts, one)?])),
        _ => None,
    }
}

pub(super) fn element_formed(parts: &'static [Attribute], one: &Json) -> Option<Json> {
    match one {
        Json::Object(given) => Some(Json::Object(parts_formed(parts, given)?)),
        Json::String(_) => Some(Json::Object(Map::from_iter([("value".to_owned(), one.clone())]))),
        _ => None,
    }
}

pub(super) fn parts_formed(
    parts: &'static [Attribute],
    given: &Map<String, Json>,
) -> Option<Map<String, Json>> {
    let mut formed_parts = Map::new();
    for (name, value) in given {
        // What has no place is left out, as what is not taken.
        let Some(attribute) = part(parts, name).filter(|one| !one.told) else { continue };
        match formed(attribute, value)? {
            Json::Null => {}
            value => {
                formed_parts.insert(attribute.name.to_owned(), value);
            }
        }
    }
    Some(formed_parts)
}
