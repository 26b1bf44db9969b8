//! `$orderby`: paths, each ascending or descending.

use dictionary::expression::{Expr, ExprKind, ExpressionError, Span};
use dictionary::model::{Dictionary, Entity};

use super::lambda::resolve;
use super::lexer::{Kind, syntax, tokens};

/// Most criteria of a sort.
const CRITERIA_MAX: usize = 8;

/// The criteria that `text` names: paths as expressions still to be checked, and whether the highest comes first.
pub(crate) fn parse(
    dictionary: &Dictionary,
    entity: &Entity,
    text: &str,
) -> Result<Vec<(Expr, bool)>, ExpressionError> {
    let mut criteria = Vec::new();
    let mut tokens = tokens(text)?.into_iter().peekable();
    loop {
        let Some(token) = tokens.next() else { return Ok(criteria) };
        let Kind::Word(first) = token.kind else {
            return Err(syntax(
                token.span,
                "Il faudrait le nom d'un champ.",
                "The name of a field is expected.",
            ));
        };
        let mut names = vec![first];
        let mut span: Span = token.span;
        while tokens.next_if(|token| token.kind == Kind::Slash).is_some() {
            match tokens.next() {
                Some(next) if matches!(next.kind, Kind::Word(_)) => {
                    let Kind::Word(name) = next.kind else { continue };
                    names.push(name);
                    span.end = next.span.end;
                }
                _ => {
                    return Err(syntax(
                        span,
                        "Il manque un champ après « / ».",
                        "A field is missing after “/”.",
                    ));
                }
            }
        }
        resolve(dictionary, entity, &mut names);
        let mut descending = false;
        if let Some(word) = tokens.next_if(|token| matches!(token.kind, Kind::Word(_))) {
            descending = match &word.kind {
                Kind::Word(direction) if direction == "desc" => true,
                Kind::Word(direction) if direction == "asc" => false,
                _ => {
                    return Err(syntax(
                        word.span,
                        "Après un champ viennent « asc », « desc » ou une virgule.",
                        "After a field come “asc”, “desc” or a comma.",
                    ));
                }
            };
        }
        criteria.push((Expr { kind: ExprKind::Path(names), span }, descending));
        if criteria.len() > CRITERIA_MAX {
            let message = (
                format!("Au plus {CRITERIA_MAX} critères de tri."),
                format!("At most {CRITERIA_MAX} criteria."),
            );
            return Err(ExpressionError::new(span, "too_large", message.0, message.1));
        }
        match tokens.next() {
            Some(end) if end.kind == Kind::End => return Ok(criteria),
            Some(comma) if comma.kind == Kind::Comma => {}
            Some(other) => {
                return Err(syntax(
                    other.span,
                    "Il faudrait une virgule ou la fin.",
                    "A comma or the end is expected.",
                ));
            }
            None => return Ok(criteria),
        }
    }
}
