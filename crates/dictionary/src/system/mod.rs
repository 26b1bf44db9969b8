//! The built-in layer beneath all others: what the engine itself relies on.

use std::collections::BTreeMap;

use crate::layers::Layer;

/// Name of the built-in layer; no other may have it.
pub const NAME: &str = "system";

/// Entity of people who sign in: `created_by` and `updated_by` refer to it.
pub const USER: &str = "user";

/// Entity that holds the environment's own dictionary files, so that changing them is a journal entry like any other.
pub const DICTIONARY_SOURCE: &str = "dictionary_source";

/// Entity of lists as people arranged them.
pub const SAVED_VIEW: &str = "saved_view";

/// Entity of how people want their screens.
pub const PREFERENCE: &str = "preference";

/// Entity of what people keep at hand.
pub const FAVOURITE: &str = "favourite";

/// Entity of what people are told because it concerns them.
pub const NOTIFICATION: &str = "notification";

/// Entity of the times when somebody looked at the environment as somebody else.
pub const IMPERSONATION: &str = "impersonation";

/// Entity of what was erased of people.
pub const ERASURE: &str = "erasure";

/// Entity of what operators and integrators asked to see here.
pub const ASSISTANCE: &str = "assistance";

/// The built-in layer.
pub fn layer() -> Layer {
    let files = [
        ("module.toml", include_str!("module.toml")),
        ("entities/user.toml", include_str!("entities/user.toml")),
        ("entities/dictionary_source.toml", include_str!("entities/dictionary_source.toml")),
        ("entities/saved_view.toml", include_str!("entities/saved_view.toml")),
        ("entities/preference.toml", include_str!("entities/preference.toml")),
        ("entities/favourite.toml", include_str!("entities/favourite.toml")),
        ("entities/notification.toml", include_str!("entities/notification.toml")),
        ("entities/impersonation.toml", include_str!("entities/impersonation.toml")),
        ("entities/erasure.toml", include_str!("entities/erasure.toml")),
        ("entities/assistance.toml", include_str!("entities/assistance.toml")),
        ("profiles/administrator.toml", include_str!("profiles/administrator.toml")),
        ("profiles/reader.toml", include_str!("profiles/reader.toml")),
        ("lists/language.toml", include_str!("lists/language.toml")),
        ("lists/screen_theme.toml", include_str!("lists/screen_theme.toml")),
        ("lists/screen_density.toml", include_str!("lists/screen_density.toml")),
    ];
    let files: BTreeMap<String, String> =
        files.into_iter().map(|(p, c)| (p.to_owned(), c.to_owned())).collect();
    Layer { name: NAME.into(), files }
}
