//! Names that the compiler makes up when files give none.

/// The English plural of an identifier's last word: `city` → `cities`, `value_list` → `value_lists`.
pub(crate) fn plural(name: &str) -> String {
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "iy", "oy", "uy"]) => format!("{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::plural;

    #[test]
    fn collections_are_english_plurals() {
        let pairs = [
            ("account", "accounts"),
            ("city", "cities"),
            ("day", "days"),
            ("address", "addresses"),
            ("tax", "taxes"),
            ("branch", "branches"),
            ("contract_entry", "contract_entries"),
        ];
        for (one, many) in pairs {
            assert_eq!(plural(one), many);
        }
    }
}
