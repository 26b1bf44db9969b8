//! Addresses of the data API: what stands after `/data/{env}/`.

use dictionary::RecordId;
use percent_encoding::percent_decode_str;

/// What an address names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Resource {
    /// `` — the collections there are.
    Service,
    /// `$dictionary`
    Dictionary,
    /// `openapi.json`
    OpenApi,
    /// `$metadata`
    Metadata,
    /// `$batch`
    Batch,
    /// `$search`
    Search,
    /// `$files`: bytes that a record will name
    Files,
    /// `$status`
    Status,
    /// `$lists/{list}`
    List(String),
    /// `$lists/{list}/{tag}`
    ListValue(String, String),
    /// `$views`
    Views,
    /// `$views/{id}`
    View(RecordId),
    /// `$preferences`
    Preferences,
    /// `$favourites`
    Favourites,
    /// `$favourites/{id}`
    Favourite(RecordId),
    /// `$notifications`
    Notifications,
    /// `$notifications/read`
    NotificationsRead,
    /// `$notifications/{id}`
    Notification(RecordId),
    /// `$imports`
    Imports,
    /// `$imports/{id}`
    Import(String),
    /// `$imports/{id}/{part}`
    ImportPart(String, String),
    /// `$journal`
    Journal,
    /// `$archive`
    Archive,
    Archives,
    KeptArchive(RecordId),
    /// `$logo`
    Logo,
    /// `$figures`
    Figures,
    Security,
    /// `$people`
    People,
    /// `$people/{id}`
    Person(RecordId),
    /// `$people/{id}/{part}`
    PersonPart(RecordId, String),
    /// `$sign_in`: what is asked of whoever signs in
    SignInRules,
    /// `$sign_ins`: what happened to the sign-ins of people
    SignIns,
    /// `$subjects/{collection}/{id}`: what is held about a person
    Subject(String, RecordId),
    /// `$subjects/{collection}/{id}/{part}`
    SubjectPart(String, RecordId, String),
    /// `$erasures`
    Erasures,
    /// `$erasures/{id}`
    Erasure(RecordId),
    /// `$erasures/{id}/resume`
    ErasureResume(RecordId),
    /// `$accesses`: who read what is sensitive
    Accesses,
    /// `$exports`: who took lists along
    Exports,
    /// `$expiring`: what is held longer than it should be
    Expiring,
    /// `$expiring/{collection}/run`
    ExpiringRun(String),
    /// `$profiles`
    Profiles,
    /// `$profiles/{profile}`
    Profile(String),
    /// `$rights`: what somebody may do
    Rights,
    /// `$why`: why somebody may or may not
    Why,
    /// `$assistance`: what operators and integrators ask to see
    Assistances,
    /// `$assistance/{id}`
    Assistance(RecordId),
    /// `$provisioning`: what a company's directory keeps up to date
    Provisioning,
    /// `$provisioning/tokens`
    ProvisioningTokens,
    /// `$provisioning/tokens/{id}`
    ProvisioningToken(RecordId),
    /// `$provisioning/groups/{id}`
    ProvisionedGroup(RecordId),
    /// `$subscription`: what the client bought, and what is used of it
    Subscription,
    /// `$view_as`: looking as somebody else
    ViewAs,
    /// `{collection}`
    Collection(String),
    /// `{collection}/$count`
    Count(String),
    /// `{collection}/$export`: a whole list as a file
    Export(String),
    /// `{collection}/{id}`, `{collection}(code='…')`
    Record(String, Key),
    /// `{collection}/$query`: the options of a list in a body
    Query(String),
    /// `{collection}/{id}/{name}/$value`
    Value(String, Key, String),
    /// `{collection}/{id}/$history`
    History(String, Key),
    /// `{collection}/{id}/$presence`
    Presence(String, Key),
    /// `{collection}/{id}/$restore`
    Restore(String, Key),
    /// `{collection}/{id}/{name}`: a property, a file field or a transition
    Member(String, Key, String),
}

/// What is read of an import…
pub(super) const IMPORT_LISTS: &[&str] = &["rows", "left", "refused"];
/// …and asked of it.
pub(super) const IMPORT_TASKS: &[&str] = &["detect", "preview", "run", "stop", "undo"];
/// What is asked about a person.
const PERSON_TASKS: &[&str] = &["reset", "sign_out", "reset_factor", "invite"];

/// How an address names a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Key {
    /// By id.
    Id(RecordId),
    /// By the value of a unique field.
    Unique(String, String),
}

/// Reads the path after `/data/{env}/`, still percent-encoded; `None` if it names nothing.
pub(crate) fn parse(path: &str) -> Option<Resource> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Resource::Service);
    }
    let segments: Option<Vec<String>> = path.split('/').map(decode).collect();
    let segments = segments?;
    let mut segments = segments.iter().map(String::as_str);
    let first = segments.next()?;
    let rest: Vec<&str> = segments.collect();
    if first.starts_with('$') {
        return match (first, rest.as_slice()) {
            ("$dictionary", []) => Some(Resource::Dictionary),
            ("$metadata", []) => Some(Resource::Metadata),
            ("$batch", []) => Some(Resource::Batch),
            ("$search", []) => Some(Resource::Search),
            ("$files", []) => Some(Resource::Files),
            ("$status", []) => Some(Resource::Status),
            ("$imports", []) => Some(Resource::Imports),
            ("$imports", [id]) => Some(Resource::Import((*id).to_owned())),
            ("$imports", [id, part]) if IMPORT_LISTS.contains(part) || IMPORT_TASKS.contains(part) => {
                Some(Resource::ImportPart((*id).to_owned(), (*part).to_owned()))
            }
            ("$journal", []) => Some(Resource::Journal),
            ("$archive", []) => Some(Resource::Archive),
            ("$archives", []) => Some(Resource::Archives),
            ("$archives", [id]) => RecordId::parse(id).map(Resource::KeptArchive),
            ("$logo", []) => Some(Resource::Logo),
            ("$figures", []) => Some(Resource::Figures),
            ("$security", []) => Some(Resource::Security),
            ("$people", []) => Some(Resource::People),
            ("$people", [id]) => Some(Resource::Person(RecordId::parse(id)?)),
            ("$people", [id, part]) if PERSON_TASKS.contains(part) => {
                Some(Resource::PersonPart(RecordId::parse(id)?, (*part).to_owned()))
            }
            ("$sign_in", []) => Some(Resource::SignInRules),
            ("$sign_ins", []) => Some(Resource::SignIns),
            ("$subjects", [collection, id]) => {
                Some(Resource::Subject((*collection).to_owned(), RecordId::parse(id)?))
            }
            ("$subjects", [collection, id, part]) if matches!(*part, "export" | "erase") => {
                let (collection, id) = ((*collection).to_owned(), RecordId::parse(id)?);
                Some(Resource::SubjectPart(collection, id, (*part).to_owned()))
            }
            ("$erasures", []) => Some(Resource::Erasures),
            ("$erasures", [id]) => RecordId::parse(id).map(Resource::Erasure),
            ("$erasures", [id, "resume"]) => RecordId::parse(id).map(Resource::ErasureResume),
            ("$accesses", []) => Some(Resource::Accesses),
            ("$exports", []) => Some(Resource::Exports),
            ("$expiring", []) => Some(Resource::Expiring),
            ("$expiring", [collection, "run"]) => Some(Resource::ExpiringRun((*collection).to_owned())),
            ("$profiles", []) => Some(Resource::Profiles),
            ("$profiles", [name]) => Some(Resource::Profile((*name).to_owned())),
            ("$rights", []) => Some(Resource::Rights),
            ("$why", []) => Some(Resource::Why),
            ("$assistance", []) => Some(Resource::Assistances),
            ("$assistance", [id]) => RecordId::parse(id).map(Resource::Assistance),
            ("$provisioning", []) => Some(Resource::Provisioning),
            ("$provisioning", ["tokens"]) => Some(Resource::ProvisioningTokens),
            ("$provisioning", ["tokens", id]) => RecordId::parse(id).map(Resource::ProvisioningToken),
            ("$provisioning", ["groups", id]) => RecordId::parse(id).map(Resource::ProvisionedGroup),
            ("$subscription", []) => Some(Resource::Subscription),
            ("$view_as", []) => Some(Resource::ViewAs),
            ("$lists", [list]) => Some(Resource::List((*list).to_owned())),
            ("$lists", [list, tag]) => Some(Resource::ListValue((*list).to_owned(), (*tag).to_owned())),
            ("$views", []) => Some(Resource::Views),
            ("$preferences", []) => Some(Resource::Preferences),
            ("$favourites", []) => Some(Resource::Favourites),
            ("$favourites", [id]) => RecordId::parse(id).map(Resource::Favourite),
            ("$notifications", []) => Some(Resource::Notifications),
            ("$notifications", ["read"]) => Some(Resource::NotificationsRead),
            ("$notifications", [id]) => RecordId::parse(id).map(Resource::Notification),
            ("$views", [id]) => RecordId::parse(id).map(Resource::View),
            _ => None,
        };
    }
    if first == "openapi.json" {
        // No collection has a point in its name.
        return rest.is_empty().then_some(Resource::OpenApi);
    }
    if let Some((collection, key)) = first.split_once('(') {
        let key = bracketed_key(key.strip_suffix(')')?)?;
        return record(collection, key, &rest);
    }
    match rest.as_slice() {
        [] => Some(Resource::Collection(first.to_owned())),
        ["$count"] => Some(Resource::Count(first.to_owned())),
        ["$export"] => Some(Resource::Export(first.to_owned())),
        ["$query"] => Some(Resource::Query(first.to_owned())),
        [id, rest @ ..] => record(first, Key::Id(RecordId::parse(id)?), rest),
    }
}

fn record(collection: &str, key: Key, rest: &[&str]) -> Option<Resource> {
    let collection = collection.to_owned();
    match rest {
        [] => Some(Resource::Record(collection, key)),
        ["$history"] => Some(Resource::History(collection, key)),
        ["$restore"] => Some(Resource::Restore(collection, key)),
        ["$presence"] => Some(Resource::Presence(collection, key)),
        [member, "$value"] if !member.is_empty() && !member.starts_with('$') => {
            Some(Resource::Value(collection, key, (*member).to_owned()))
        }
        [member] if !member.is_empty() && !member.starts_with('$') => {
            Some(Resource::Member(collection, key, (*member).to_owned()))
        }
        _ => None,
    }
}

/// `code='T000042'`, or an id with or without quotes.
fn bracketed_key(text: &str) -> Option<Key> {
    if let Some(id) = RecordId::parse(text.trim_matches('\'')) {
        return Some(Key::Id(id));
    }
    let (field, value) = text.split_once('=')?;
    let quoted = value.trim().strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let value = match quoted {
        Some(inner) => inner.replace("''", "'"),
        None => value.trim().to_owned(),
    };
    let field = field.trim();
    if field == "id" {
        return RecordId::parse(&value).map(Key::Id);
    }
    (!field.is_empty() && !value.is_empty()).then(|| Key::Unique(field.to_owned(), value))
}

fn decode(segment: &str) -> Option<String> {
    percent_decode_str(segment).decode_utf8().ok().map(|text| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f3a0-7e1c-7c3a-9f5e-0123456789ab";

    fn unique(value: &str) -> Key {
        Key::Unique("code".to_owned(), value.to_owned())
    }

    #[test]
    fn records_are_named_by_id_or_by_a_unique_field() {
        let id = Key::Id(RecordId::parse(ID).unwrap());
        let record = Some(Resource::Record("accounts".to_owned(), id));
        for path in [format!("accounts/{ID}"), format!("accounts({ID})"), format!("accounts('{ID}')/")] {
            assert_eq!(parse(&path), record, "{path}");
        }
        assert_eq!(
            parse("accounts(code='T000042')"),
            Some(Resource::Record("accounts".to_owned(), unique("T000042")))
        );
        assert_eq!(
            parse("accounts(code='A%2FB''C')"),
            Some(Resource::Record("accounts".to_owned(), unique("A/B'C")))
        );
        assert_eq!(
            parse("accounts(code=%27T%27)/logo"),
            Some(Resource::Member("accounts".to_owned(), unique("T"), "logo".to_owned()))
        );
    }

    #[test]
    fn what_names_nothing_is_nothing() {
        for path in
            ["accounts/x", "accounts(", "accounts()", "$nothing", "$lists", "a/b/c/d", "accounts/%ff", "a//b"]
        {
            assert_eq!(parse(path), None, "{path}");
        }
        assert_eq!(parse(""), Some(Resource::Service));
        assert_eq!(parse("accounts/$count"), Some(Resource::Count("accounts".to_owned())));
        assert_eq!(parse(&format!("accounts/{ID}/$nothing")), None);
    }
}
