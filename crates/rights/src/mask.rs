//! Texts without their content.

use dictionary::Value;

/// A value as somebody sees it who may know that it is there but not what it is: its first letter, of an e-mail address also where it is one, of a
/// phone number its last two figures. Null stays null; what is no text becomes null.
///
/// ```
/// # use dictionary::Value;
/// let shown = |kind, text: &str| rights::masked(kind, &Value::Text(text.into()));
/// assert_eq!(shown("email", "jeanne@acme.example"), Value::Text("j•••@•••".into()));
/// assert_eq!(shown("phone", "+33612345678"), Value::Text("•••• 78".into()));
/// assert_eq!(shown("text", "Jeanne"), Value::Text("J•••".into()));
/// ```
pub fn masked(kind: &str, value: &Value) -> Value {
    let Some(text) = value.as_text() else { return Value::Null };
    let first = text.chars().next();
    let shown = match (kind, first) {
        ("phone", _) => {
            let figures: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            let last: String = figures[figures.len().saturating_sub(2)..].iter().collect();
            format!("•••• {last}")
        }
        ("email", Some(first)) => format!("{first}•••@•••"),
        (_, Some(first)) => format!("{first}•••"),
        (_, None) => return Value::Null,
    };
    Value::Text(shown)
}
