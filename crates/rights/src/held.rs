//! What somebody holds: profiles, and what bounds them.

use std::sync::{Arc, LazyLock};

use dictionary::model::profiles::ADMINISTRATOR;

/// The profiles of somebody, through the door by which they came. Cheap to clone; equal ones have the same rights under the same dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Held(Arc<Inner>);

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Inner {
    /// Sorted, each once.
    profiles: Vec<String>,
    /// Tisserand itself: what entities keep from people is not kept from it.
    system: bool,
    /// Came through a door that only reads.
    read_only: bool,
    /// Parts of the product that the subscription leaves out, sorted.
    without: Vec<String>,
}

impl Held {
    /// Those profiles, in any order.
    pub fn new<T: Into<String>>(profiles: impl IntoIterator<Item = T>) -> Held {
        let mut profiles: Vec<String> = profiles.into_iter().map(Into::into).collect();
        profiles.sort();
        profiles.dedup();
        Held(Arc::new(Inner { profiles, system: false, read_only: false, without: Vec::new() }))
    }

    /// Every right: those of Tisserand itself.
    pub fn everything() -> Held {
        static EVERYTHING: LazyLock<Held> = LazyLock::new(|| {
            let profiles = vec![ADMINISTRATOR.to_owned()];
            Held(Arc::new(Inner { profiles, system: true, read_only: false, without: Vec::new() }))
        });
        EVERYTHING.clone()
    }

    /// The same, but nothing can be changed.
    pub fn read_only(&self) -> Held {
        Held(Arc::new(Inner { read_only: true, ..(*self.0).clone() }))
    }

    /// The same, without parts of the product that the subscription leaves out.
    pub fn without<T: Into<String>>(&self, features: impl IntoIterator<Item = T>) -> Held {
        let mut without: Vec<String> = features.into_iter().map(Into::into).collect();
        without.sort();
        without.dedup();
        Held(Arc::new(Inner { without, ..(*self.0).clone() }))
    }

    /// Names of the profiles, sorted.
    pub fn profiles(&self) -> &[String] {
        &self.0.profiles
    }

    /// Names of the parts of the product that are left out, sorted.
    pub fn left_out(&self) -> &[String] {
        &self.0.without
    }

    /// Whether nothing can be changed.
    pub fn is_read_only(&self) -> bool {
        self.0.read_only
    }

    /// Whether nothing at all bounds it, not even what entities keep from people.
    pub fn is_system(&self) -> bool {
        self.0.system && !self.0.read_only && self.0.without.is_empty()
    }

    /// Whether nothing bounds it but what entities keep from people.
    pub fn is_everything(&self) -> bool {
        !self.0.read_only && self.0.without.is_empty() && self.0.profiles == [ADMINISTRATOR]
    }
}
