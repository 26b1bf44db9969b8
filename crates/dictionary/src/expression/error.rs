//! What is wrong with an expression, said to the person who wrote it.

use strsim::normalized_damerau_levenshtein;

use crate::expression::Span;
use crate::label::{Label, Language};

/// A fault in an expression, with its place and, where one is near, the name that was probably meant.
///
/// Codes: `syntax`, `too_large`, `too_deep`, `literal`, `unknown_name`, `unknown_function`, `unknown_tag`, `not_a_reference`, `too_many_hops`,
/// `records`, `ambiguous`, `arguments`, `type`, `secret`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", message.text(Language::En))]
pub struct ExpressionError {
    /// Bytes of the source at fault.
    pub span: Span,
    /// Stable code.
    pub code: &'static str,
    /// French and English; already names `near`.
    pub message: Label,
    /// What was probably meant.
    pub near: Option<String>,
}

impl ExpressionError {
    /// A fault at `span`.
    pub fn new(span: Span, code: &'static str, fr: impl AsRef<str>, en: impl AsRef<str>) -> ExpressionError {
        ExpressionError { span, code, message: Label::new(fr.as_ref(), en.as_ref()), near: None }
    }

    /// The same fault, with what was probably meant added to its texts. Nothing changes if `near` is `None`.
    #[must_use]
    pub fn with_near(self, near: Option<String>) -> ExpressionError {
        let Some(meant) = &near else { return self };
        let fr = format!("{} Vouliez-vous dire « {meant} » ?", self.message.text(Language::Fr));
        let en = format!("{} Did you mean “{meant}”?", self.message.text(Language::En));
        ExpressionError { message: Label::new(&fr, &en), near, ..self }
    }
}

const WRITTEN_BYTES_MAX: usize = 120;

/// The candidate that `written` is most likely a slip of; `None` if none is near enough to help.
pub fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // A slip is in a name; comparing a whole page with every candidate would take seconds.
    if written.len() > WRITTEN_BYTES_MAX {
        return None;
    }
    candidates
        .into_iter()
        .map(|candidate| (normalized_damerau_levenshtein(written, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}
