//! People mentioned in rich text.
//!
//! A mention is a CommonMark link whose target is the person's record: `[@Anne Martin](user/0192…)`. It reads well wherever it goes as text, and the
//! id stays right when the person takes another name.

use crate::model::Field;
use crate::related;
use crate::system::USER;
use crate::value::RecordId;

/// Whether people may be mentioned in a field.
pub fn may_mention(field: &Field) -> bool {
    field.kind.name() == "rich_text"
}

/// The people that a text mentions, in the order of their first mention, each once.
///
/// ```
/// # use dictionary::{RecordId, mentions};
/// let id = "0192f3a0-0000-7000-8000-0000000000ab";
/// let text = format!("Vu avec [@Anne Martin](user/{id}), puis [le site](https://acme.example). [@Anne](user/{id}) ?");
/// assert_eq!(mentions::of(&text), vec![RecordId::parse(id).unwrap()]);
/// assert!(mentions::of("[@Personne](user/nobody) et [un lien](user/0192f3a0-0000-7000-8000-0000000000ab)").is_empty());
/// ```
pub fn of(text: &str) -> Vec<RecordId> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("[@") {
        rest = &rest[at + 2..];
        // The words of a mention hold no bracket.
        let Some((words, target)) = rest.split_once("](") else { break };
        if words.contains(['[', ']']) {
            continue;
        }
        let Some((target, _)) = target.split_once(')') else { break };
        let Some((entity, id)) = related::read(target) else { continue };
        if entity == USER && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}
