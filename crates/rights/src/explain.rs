//! Why somebody may, or may not: the predicate told as a tree.

use dictionary::expression::{BinaryOperator, Node, Typed};
use dictionary::label::Label;
use dictionary::model::profiles::{Capability, Level, Profile};
use dictionary::model::{EntityIndex, FieldIndex, Transition};
use dictionary::{Dictionary, Language};
use serde::Serialize;

use crate::compile::Rights;
use crate::words::words;

/// What is asked about.
#[derive(Debug, Clone, Copy)]
pub enum Deed<'a> {
    /// A capability.
    Capability(Capability),
    /// A transition of the entity's states.
    Transition(&'a Transition),
}

/// A reason, and what it rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// In words.
    pub text: Label,
    /// Whether it is so; `None` for a condition about a record when none is at hand.
    pub holds: Option<bool>,
    /// What it rests on.
    pub because: Vec<Reason>,
}

impl Rights {
    /// Why they may use a capability or a transition on an entity, or on one of its records: `holds` then answers whether a condition holds for that
    /// record. Whether its state allows the transition is not asked here.
    pub fn explain(
        &self,
        entity: EntityIndex,
        deed: Deed<'_>,
        holds: Option<&dyn Fn(&Typed) -> bool>,
    ) -> Reason {
        let teller = Teller { rights: self, dictionary: self.dictionary(), entity, holds };
        teller.deed(deed)
    }

    /// Why a field is as open to them as it is.
    pub fn explain_field(&self, entity: EntityIndex, field: FieldIndex) -> Reason {
        let teller = Teller { rights: self, dictionary: self.dictionary(), entity, holds: None };
        teller.field(field)
    }
}

struct Teller<'a> {
    rights: &'a Rights,
    dictionary: &'a Dictionary,
    entity: EntityIndex,
    holds: Option<&'a dyn Fn(&Typed) -> bool>,
}

impl Teller<'_> {
    fn deed(&self, deed: Deed<'_>) -> Reason {
        let owner = &self.dictionary.entities[self.entity];
        let (fr, en) = match deed {
            Deed::Capability(capability) => verb(capability),
            Deed::Transition(one) => (one.label.text(Language::Fr), one.label.text(Language::En)),
        };
        let reach = match deed {
            Deed::Capability(capability) => self.rights.reach(self.entity, capability),
            Deed::Transition(one) => self.rights.entity(self.entity).transition(&one.name),
        };
        let writes = match deed {
            Deed::Capability(capability) => capability.writes(),
            Deed::Transition(_) => true,
        };
        let holds = match (reach, self.holds) {
            (crate::Reach::Never, _) => Some(false),
            (crate::Reach::Always, _) => Some(true),
            (crate::Reach::When(condition), Some(holds)) => Some(holds(condition)),
            (crate::Reach::When(_), None) => None,
        };
        let mut because = Vec::new();
        let held = self.rights.held();
        if let Some(feature) = owner.feature.as_ref().filter(|feature| held.left_out().contains(feature)) {
            because.push(reason(
                &format!("L'abonnement ne comprend pas « {feature} »."),
                &format!("The subscription does not include “{feature}”."),
                false,
            ));
        }
        let capability = match deed {
            Deed::Capability(capability) => capability,
            Deed::Transition(_) => Capability::Update,
        };
        if owner.keeps_from_people(capability) {
            because.push(reason(
                "Tisserand le fait lui-même ; personne ne peut le faire à la main.",
                "Tisserand does it itself; nobody can do it by hand.",
                false,
            ));
        }
        if held.is_read_only() && writes {
            because.push(reason("Cet accès est en lecture seule.", "This access only reads.", false));
        }
        let profiles: Vec<&Profile> =
            held.profiles().iter().filter_map(|name| self.dictionary.profile(name)).collect();
        if profiles.is_empty() {
            because.push(reason("Aucun profil.", "No profile.", false));
        }
        because.extend(profiles.into_iter().map(|profile| self.profile(profile, deed)));
        let text = Label::new(
            &format!("{fr} : {}", owner.plural.text(Language::Fr)),
            &format!("{en}: {}", owner.plural.text(Language::En)),
        );
        Reason { text, holds, because }
    }

    fn profile(&self, profile: &Profile, deed: Deed<'_>) -> Reason {
        // Whoever may change a record may make its transitions, unless a profile names them.
        let capability = match deed {
            Deed::Capability(capability) => capability,
            Deed::Transition(_) => Capability::Update,
        };
        let named = |fr: &str, en: &str| {
            Label::new(
                &format!("{} : {fr}", profile.label.text(Language::Fr)),
                &format!("{}: {en}", profile.label.text(Language::En)),
            )
        };
        let parent = self.dictionary.entities[self.entity].lines_of.as_deref();
        let parent = parent.and_then(|name| self.dictionary.entities.iter().position(|e| e.name == name));
        let own = profile.entities.get(&self.entity);
        // Lines are a part of their record: who may change it may add some and take some away.
        let capability = match capability {
            Capability::Create | Capability::Delete if own.is_none() && parent.is_some() => {
                Capability::Update
            }
            other => other,
        };
        let Some(grant) = own.or_else(|| parent.and_then(|parent| profile.entities.get(&parent))) else {
            return match (profile.restricts, profile.all.contains(&capability)) {
                (true, _) => Reason {
                    text: named("ne restreint rien ici", "restricts nothing here"),
                    holds: Some(true),
                    because: Vec::new(),
                },
                (false, true) => Reason {
                    text: named("le permet partout", "allows it everywhere"),
                    holds: Some(true),
                    because: Vec::new(),
                },
                (false, false) => Reason {
                    text: named("ne le permet pas", "does not allow it"),
                    holds: Some(false),
                    because: Vec::new(),
                },
            };
        };
        let named_actions = grant.actions.as_ref().filter(|_| own.is_some());
        let allows = match (deed, named_actions) {
            (Deed::Transition(one), Some(names)) => names.contains(&one.name),
            _ => grant.allow.contains(&capability),
        };
        if !allows {
            let text = match profile.restricts {
                true => named("l'interdit", "forbids it"),
                false => named("ne le permet pas", "does not allow it"),
            };
            return Reason { text, holds: Some(false), because: Vec::new() };
        }
        let verb = match profile.restricts {
            true => ("ne laisse que", "leaves only"),
            false => ("le permet", "allows it"),
        };
        match grant.rows_of(capability) {
            None => Reason { text: named(verb.0, verb.1), holds: Some(true), because: Vec::new() },
            Some(rule) => {
                let rows = self.condition(&rule.typed, own.is_some());
                let text = named(
                    &format!("{} pour les fiches où", verb.0),
                    &format!("{} for records where", verb.1),
                );
                Reason { text, holds: rows.holds, because: vec![rows] }
            }
        }
    }

    /// A condition, taken apart at `and` and `or`. `own`: it is about the entity itself, and can be asked of its record.
    fn condition(&self, typed: &Typed, own: bool) -> Reason {
        let holds = self.holds.filter(|_| own).map(|holds| holds(typed));
        let (text, because) = match &typed.node {
            Node::Binary(operator @ (BinaryOperator::And | BinaryOperator::Or), left, right) => {
                let mut parts = Vec::new();
                flatten(*operator, left, &mut parts);
                flatten(*operator, right, &mut parts);
                let text = match operator {
                    BinaryOperator::And => Label::new("tout ceci est vrai", "all of this is so"),
                    _ => Label::new("l'un de ceux-ci est vrai", "one of these is so"),
                };
                (text, parts.into_iter().map(|part| self.condition(part, own)).collect())
            }
            _ => (words(self.dictionary, self.entity, typed), Vec::new()),
        };
        Reason { text, holds, because }
    }

    fn field(&self, field: FieldIndex) -> Reason {
        let owner = &self.dictionary.entities[self.entity];
        let level = self.rights.entity(self.entity).level(field);
        let label = &owner.fields[field].label;
        let told = |level: Level, language: Language| level_words(level, language);
        let held = self.rights.held();
        let profiles = held.profiles().iter().filter_map(|name| self.dictionary.profile(name));
        let because = profiles.map(|profile| {
            let said = profile.entities.get(&self.entity).map(|grant| grant.level(field));
            let line = |language: Language| {
                let name = profile.label.text(language);
                match said {
                    Some(level) => format!("{name} : {}", told(level, language)),
                    None => format!("{name} : —"),
                }
            };
            let text = Label::new(&line(Language::Fr), &line(Language::En));
            Reason { text, holds: said.map(|said| said >= Level::Read), because: Vec::new() }
        });
        let line = |language: Language| format!("{} : {}", label.text(language), told(level, language));
        Reason {
            text: Label::new(&line(Language::Fr), &line(Language::En)),
            holds: Some(level >= Level::Read),
            because: because.collect(),
        }
    }
}

pub(crate) fn flatten<'t>(operator: BinaryOperator, typed: &'t Typed, parts: &mut Vec<&'t Typed>) {
    match &typed.node {
        Node::Binary(own, left, right) if *own == operator => {
            flatten(operator, left, parts);
            flatten(operator, right, parts);
        }
        _ => parts.push(typed),
    }
}

fn reason(fr: &str, en: &str, holds: bool) -> Reason {
    Reason { text: Label::new(fr, en), holds: Some(holds), because: Vec::new() }
}

/// What a capability is called.
fn verb(capability: Capability) -> (&'static str, &'static str) {
    match capability {
        Capability::Read => ("Voir", "See"),
        Capability::Create => ("Créer", "Create"),
        Capability::Update => ("Modifier", "Change"),
        Capability::Delete => ("Supprimer", "Delete"),
        Capability::Export => ("Exporter", "Export"),
        Capability::Import => ("Importer", "Import"),
        Capability::Print => ("Imprimer", "Print"),
    }
}

fn level_words(level: Level, language: Language) -> &'static str {
    match (level, language) {
        (Level::Hidden, Language::Fr) => "caché",
        (Level::Masked, Language::Fr) => "masqué",
        (Level::Read, Language::Fr) => "lu",
        (Level::Write, Language::Fr) => "modifié",
        (Level::Hidden, Language::En) => "hidden",
        (Level::Masked, Language::En) => "masked",
        (Level::Read, Language::En) => "read",
        (Level::Write, Language::En) => "changed",
    }
}
