//! Which folding of texts this program uses: what a database sorted by another must be sorted again.

use std::sync::OnceLock;

/// The note that says by which folding of texts an environment was sorted.
pub(crate) const FOLD_NOTE: &str = "_folded";

/// What tells this program's folding from another's: a hash of the folded characters of the scripts that people write here.
pub(crate) fn fold_mark() -> &'static str {
    static MARK: OnceLock<String> = OnceLock::new();
    MARK.get_or_init(|| {
        let characters: String = ('\u{80}'..'\u{3000}').collect();
        blake3::hash(dictionary::text::fold(&characters).as_bytes()).to_hex()[..16].to_owned()
    })
}
