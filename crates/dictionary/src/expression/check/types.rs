//! What types go together, and how they are called in messages.

use crate::expression::{BinaryOperator, ExpressionError, Function, Node, Span, Type, Typed};
use crate::value::Value;

/// A fault that does not know its place yet.
pub(super) struct Unplaced {
    fr: String,
    en: String,
    near: Option<&'static str>,
}

impl Unplaced {
    pub(super) fn at(self, span: Span) -> ExpressionError {
        ExpressionError::new(span, "type", self.fr, self.en).with_near(self.near.map(str::to_owned))
    }
}

/// The one type of values of `a` and `b`: null goes with everything, whole numbers with decimals.
pub(super) fn unify(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Null, other) | (other, Type::Null) => Some(other.clone()),
        (Type::Integer, Type::Decimal) | (Type::Decimal, Type::Integer) => Some(Type::Decimal),
        // An id that does not say of which entity.
        (Type::Reference(name), other @ Type::Reference(_))
        | (other @ Type::Reference(_), Type::Reference(name))
            if name.is_empty() =>
        {
            Some(other.clone())
        }
        _ if a == b => Some(a.clone()),
        _ => None,
    }
}

/// Whether `<` means something.
pub(super) fn has_order(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Integer
            | Type::Decimal
            | Type::Text
            | Type::Date
            | Type::Time
            | Type::DateTime
            | Type::Duration
    )
}

/// Whether `=` means something beside null.
pub(super) fn has_equality(ty: &Type) -> bool {
    has_order(ty) || matches!(ty, Type::Null | Type::Boolean | Type::Reference(_) | Type::Tags)
}

/// Whether the type has a text for `concat`.
pub(super) fn has_text(ty: &Type) -> bool {
    has_order(ty) || matches!(ty, Type::Null | Type::Boolean)
}

/// The operator that says the same with its sides exchanged.
pub(super) fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        same => same,
    }
}

/// The type of `left operator right`, for `+ - * /`.
pub(super) fn arithmetic(operator: BinaryOperator, left: &Typed, right: &Typed) -> Result<Type, Unplaced> {
    use BinaryOperator::{Add, Divide, Multiply, Subtract};
    use Type::{Date, DateTime, Decimal, Duration, Integer, Null};
    let found = match (operator, &left.ty, &right.ty) {
        (Divide, Integer | Decimal | Null, Integer | Decimal | Null) => Some(Decimal),
        (Add | Subtract | Multiply, Integer | Decimal | Null, Integer | Decimal | Null) => {
            unify(&left.ty, &right.ty)
        }
        (Add | Subtract, Duration | Null, Duration | Null) => Some(Duration),
        (Multiply, Duration, Integer | Decimal | Null) | (Multiply, Integer | Decimal | Null, Duration) => {
            Some(Duration)
        }
        (Divide, Duration, Integer | Decimal | Null) => Some(Duration),
        (Divide, Duration, Duration) => Some(Decimal),
        (Add | Subtract, Date, Duration | Null) if is_part_of_day(right) => return Err(part_of_day()),
        (Add, Duration, Date) if is_part_of_day(left) => return Err(part_of_day()),
        (Subtract, Date, Date) => Some(Integer),
        (Subtract, DateTime, DateTime) => Some(Duration),
        (Add | Subtract, Date, Duration | Null) | (Add, Duration | Null, Date) => Some(Date),
        (Add | Subtract, DateTime, Duration | Null) | (Add, Duration | Null, DateTime) => Some(DateTime),
        (Subtract, Null, Date) => Some(Integer),
        (Subtract, Null, DateTime) => Some(Duration),
        _ => None,
    };
    found.ok_or_else(|| {
        let near = match (operator, &left.ty, &right.ty) {
            (Add, Type::Text, _) | (Add, _, Type::Text) => Some("concat(…)"),
            (Add | Subtract, Date | DateTime, Integer) => Some("days(…)"),
            _ => None,
        };
        let (l, r) = (name(&left.ty), name(&right.ty));
        Unplaced {
            fr: format!("« {operator} » ne s'applique pas à {} et {}.", l.0, r.0),
            en: format!("“{operator}” does not apply to {} and {}.", l.1, r.1),
            near,
        }
    })
}

/// Whether a duration is written in hours or minutes: a day does not move by them.
fn is_part_of_day(duration: &Typed) -> bool {
    matches!(&duration.node, Node::Call(Function::Hours | Function::Minutes, _))
}

fn part_of_day() -> Unplaced {
    Unplaced {
        fr: "Un jour ne se décale que de jours entiers.".to_owned(),
        en: "A day only moves by whole days.".to_owned(),
        near: Some("days(…)"),
    }
}

/// The fault of a piece that is not of the type wanted.
pub(super) fn expected(span: Span, wanted: &Type, found: &Type) -> ExpressionError {
    let (wanted, found) = (name(wanted), name(found));
    ExpressionError::new(
        span,
        "type",
        format!("On attend {}, pas {}.", wanted.0, found.0),
        format!("Expected {}, not {}.", wanted.1, found.1),
    )
}

/// The fault of two sides that do not compare. A text beside a date was probably meant as one.
pub(super) fn mismatch(span: Span, left: &Typed, right: &Typed) -> ExpressionError {
    let near = literal_meant(left, &right.ty).or_else(|| literal_meant(right, &left.ty));
    let (l, r) = (name(&left.ty), name(&right.ty));
    ExpressionError::new(
        span,
        "type",
        format!("{} ne se compare pas à {}.", capital(&l.0), r.0),
        format!("{} does not compare with {}.", capital(&l.1), r.1),
    )
    .with_near(near)
}

fn literal_meant(side: &Typed, other: &Type) -> Option<String> {
    let Node::Literal(Value::Text(text)) = &side.node else { return None };
    let word = match other {
        Type::Date => "date",
        Type::Time => "time",
        Type::DateTime => "datetime",
        Type::Duration => "duration",
        Type::Integer | Type::Decimal => {
            return text.parse::<rust_decimal::Decimal>().ok().map(|n| n.to_string());
        }
        Type::Boolean => return matches!(text.as_str(), "true" | "false").then(|| text.clone()),
        _ => return None,
    };
    let readable = crate::field_types::literal(word, text).is_some_and(|read| read.is_ok());
    readable.then(|| format!("{word} '{text}'"))
}

/// The fault of a comparison that the type does not have.
pub(super) fn no_comparison(span: Span, operator: BinaryOperator, ty: &Type) -> ExpressionError {
    let (fr, en) = name(ty);
    ExpressionError::new(
        span,
        "type",
        format!("« {operator} » ne s'applique pas à {fr} ; on peut le comparer à null."),
        format!("“{operator}” does not apply to {en}; it can be compared with null."),
    )
}

/// The type in French and English, with its article.
pub(super) fn name(ty: &Type) -> (String, String) {
    let (fr, en) = match ty {
        Type::Null => ("null", "null"),
        Type::Boolean => ("une condition", "a condition"),
        Type::Integer => ("un nombre entier", "a whole number"),
        Type::Decimal => ("un nombre", "a number"),
        Type::Text => ("un texte", "a text"),
        Type::Date => ("une date", "a date"),
        Type::Time => ("une heure", "a time"),
        Type::DateTime => ("une date avec heure", "a date with time"),
        Type::Duration => ("une durée", "a duration"),
        Type::Reference(entity) if entity.is_empty() => ("une fiche", "a record"),
        Type::Reference(entity) => {
            return (format!("une fiche de {entity}"), format!("a record of {entity}"));
        }
        Type::Tags => ("plusieurs choix", "several choices"),
        Type::Point => ("une position", "a position"),
        Type::Address => ("une adresse", "an address"),
        Type::File => ("un fichier", "a file"),
        Type::Json => ("du JSON", "JSON"),
        Type::Records(entity) => return (format!("des fiches de {entity}"), format!("records of {entity}")),
    };
    (fr.to_owned(), en.to_owned())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
