//! Names of tables, columns and indexes. PostgreSQL keeps 63 bytes of a name and cuts the rest in silence: ours never are longer, on any database.

/// Bytes of a name.
const NAME_MAX: usize = 63;

/// `name` if it fits; else its beginning and a hash of the whole, so that two long names that begin alike stay two.
pub(crate) fn fitted(name: &str) -> String {
    if name.len() <= NAME_MAX {
        return name.to_owned();
    }
    let hash = &blake3::hash(name.as_bytes()).to_hex()[..16];
    let mut end = NAME_MAX - hash.len() - 1;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}~{hash}", &name[..end])
}

/// A name quoted for SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", fitted(name).replace('"', "\"\""))
}

/// The column beside a column of texts that holds them folded: `docs/decisions/0021-tables-of-postgresql.md`.
pub(crate) fn folded(column: &str) -> String {
    fitted(&format!("{column}__folded"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_apart_and_fit() {
        let long = "a".repeat(70);
        let other = format!("{}b", "a".repeat(69));
        assert_eq!(fitted(&long).len(), NAME_MAX);
        assert_ne!(fitted(&long), fitted(&other));
        assert!(fitted(&"é".repeat(40)).len() <= NAME_MAX);
        assert_eq!(fitted("code"), "code");
    }
}
