//! Calls: which function, how many arguments, of which types.

use super::{Checker, Place, typed, types};
use crate::expression::error::nearest;
use crate::expression::{
    AggregateFunction, BinaryOperator, Expr, ExpressionError, FUNCTIONS, Function, Node, Span, Type, Typed,
};

impl Checker<'_> {
    pub(super) fn call(
        &mut self,
        name: &str,
        arguments: &[Expr],
        span: Span,
        place: Place<'_>,
        depth: u32,
    ) -> Option<Typed> {
        let figure = AggregateFunction::from_name(name);
        let function = Function::from_name(name);
        match (figure, function) {
            (Some(figure), None) => self.figure(figure, arguments, span, place, depth),
            (Some(figure), Some(_)) if self.is_over_records(arguments, place) => {
                self.figure(figure, arguments, span, place, depth)
            }
            (_, Some(function)) => self.function(function, arguments, span, place, depth),
            (None, None) if arguments.is_empty() && self.names.perimeter(name).is_some() => {
                let of = self.names.perimeter(name).unwrap_or_default().to_owned();
                Some(typed(Node::Perimeter(name.to_owned()), Type::Reference(of), span))
            }
            (None, None) => {
                let figures = ["sum", "count", "avg", "exists"];
                let near = nearest(name, FUNCTIONS.iter().map(|(name, _)| *name).chain(figures));
                let (fr, en) = (
                    format!("La fonction « {name} » n'existe pas."),
                    format!("There is no function “{name}”."),
                );
                self.fault(ExpressionError::new(span, "unknown_function", fr, en).with_near(near))
            }
        }
    }

    fn function(
        &mut self,
        function: Function,
        arguments: &[Expr],
        span: Span,
        place: Place<'_>,
        depth: u32,
    ) -> Option<Typed> {
        let (least, most) = arity(function);
        if !(least..=most).contains(&arguments.len()) {
            return self.fault(wrong_count(function, span, arguments.len()));
        }
        let checked: Vec<Option<Typed>> = arguments.iter().map(|a| self.expr(a, place, depth + 1)).collect();
        let arguments = checked.into_iter().collect::<Option<Vec<Typed>>>()?;
        match type_of(function, &arguments) {
            Ok(ty) => Some(typed(Node::Call(function, arguments), ty, span)),
            Err(error) => self.fault(error),
        }
    }
}

/// Fewest and most arguments.
fn arity(function: Function) -> (usize, usize) {
    match function {
        Function::Me | Function::Now | Function::Today => (0, 0),
        Function::Coalesce | Function::Concat => (1, usize::MAX),
        Function::Min | Function::Max => (2, usize::MAX),
        Function::If => (3, 3),
        Function::Position | Function::Div | Function::Mod | Function::Distance => (2, 2),
        Function::Substring => (2, 3),
        Function::Round => (1, 2),
        _ => (1, 1),
    }
}

/// The type of the call, or the fault of the first argument that is of the wrong one.
fn type_of(function: Function, arguments: &[Typed]) -> Result<Type, ExpressionError> {
    match function {
        Function::Me => Ok(Type::Reference("user".to_owned())),
        Function::Now => Ok(Type::DateTime),
        Function::Today => Ok(Type::Date),
        Function::Coalesce => unified(arguments),
        Function::If => {
            is(&arguments[0], &[Type::Boolean])?;
            unified(&arguments[1..])
        }
        Function::Min | Function::Max => {
            let ty = unified(arguments)?;
            match arguments.iter().find(|a| !types::has_order(&a.ty) && a.ty != Type::Null) {
                Some(wrong) => Err(types::expected(wrong.span, &Type::Decimal, &wrong.ty)),
                None => Ok(ty),
            }
        }
        Function::Concat => match arguments.iter().find(|argument| !types::has_text(&argument.ty)) {
            Some(wrong) => Err(types::expected(wrong.span, &Type::Text, &wrong.ty)),
            None => Ok(Type::Text),
        },
        Function::Lower | Function::Upper | Function::Trim | Function::Fold => {
            is(&arguments[0], &[Type::Text]).map(|()| Type::Text)
        }
        Function::Length => is(&arguments[0], &[Type::Text]).map(|()| Type::Integer),
        Function::Substring => {
            is(&arguments[0], &[Type::Text])?;
            arguments[1..].iter().try_for_each(|argument| is(argument, &[Type::Integer]))?;
            Ok(Type::Text)
        }
        Function::Position => {
            arguments.iter().try_for_each(|argument| is(argument, &[Type::Text])).map(|()| Type::Integer)
        }
        Function::Div => match (&arguments[0].ty, &arguments[1].ty) {
            (Type::Integer, Type::Integer) => Ok(Type::Integer),
            _ => types::arithmetic(BinaryOperator::Divide, &arguments[0], &arguments[1])
                .map_err(|fault| fault.at(arguments[0].span.to(arguments[1].span))),
        },
        Function::Mod => {
            arguments.iter().try_for_each(|argument| is(argument, &[Type::Decimal, Type::Integer]))?;
            unified(arguments)
        }
        Function::Abs => is(&arguments[0], &[Type::Decimal, Type::Integer, Type::Duration])
            .map(|()| arguments[0].ty.clone()),
        Function::Round if arguments.len() == 2 => {
            is(&arguments[0], &[Type::Decimal, Type::Integer])?;
            is(&arguments[1], &[Type::Integer])?;
            Ok(arguments[0].ty.clone())
        }
        Function::Round | Function::Floor | Function::Ceil => {
            is(&arguments[0], &[Type::Decimal, Type::Integer]).map(|()| Type::Integer)
        }
        Function::Year | Function::Month | Function::Day => {
            is(&arguments[0], &[Type::Date, Type::DateTime]).map(|()| Type::Integer)
        }
        Function::Hour | Function::Minute | Function::Second => {
            is(&arguments[0], &[Type::Time, Type::DateTime]).map(|()| Type::Integer)
        }
        Function::Fraction => is(&arguments[0], &[Type::Time, Type::DateTime]).map(|()| Type::Decimal),
        Function::OffsetMinutes => is(&arguments[0], &[Type::DateTime]).map(|()| Type::Integer),
        Function::TimeOf => is(&arguments[0], &[Type::DateTime, Type::Time]).map(|()| Type::Time),
        Function::DateOf => is(&arguments[0], &[Type::DateTime, Type::Date]).map(|()| Type::Date),
        Function::DateTimeOf => is(&arguments[0], &[Type::Date]).map(|()| Type::DateTime),
        Function::Days | Function::Hours | Function::Minutes => {
            is(&arguments[0], &[Type::Decimal, Type::Integer]).map(|()| Type::Duration)
        }
        Function::IsSiren | Function::IsSiret | Function::IsVat | Function::IsIban | Function::Luhn => {
            is(&arguments[0], &[Type::Text]).map(|()| Type::Boolean)
        }
        Function::Distance => {
            arguments.iter().try_for_each(|argument| is(argument, &[Type::Point])).map(|()| Type::Integer)
        }
    }
}

/// Refuses an argument that is neither null nor of one of `wanted`; the first of them is named.
fn is(argument: &Typed, wanted: &[Type]) -> Result<(), ExpressionError> {
    if argument.ty == Type::Null || wanted.contains(&argument.ty) {
        return Ok(());
    }
    Err(types::expected(argument.span, &wanted[0], &argument.ty))
}

/// The one type of all arguments.
fn unified(arguments: &[Typed]) -> Result<Type, ExpressionError> {
    arguments.iter().try_fold(Type::Null, |ty, argument| {
        types::unify(&ty, &argument.ty).ok_or_else(|| types::expected(argument.span, &ty, &argument.ty))
    })
}

fn wrong_count(function: Function, span: Span, found: usize) -> ExpressionError {
    let name = function.name();
    let (least, most) = arity(function);
    let (fr, en) = match (least, most) {
        (0, 0) => ("aucun argument".to_owned(), "no argument".to_owned()),
        (least, usize::MAX) => {
            (format!("au moins {least} argument(s)"), format!("at least {least} argument(s)"))
        }
        (least, most) if least == most => (format!("{least} argument(s)"), format!("{least} argument(s)")),
        (least, most) => (format!("{least} ou {most} arguments"), format!("{least} or {most} arguments")),
    };
    ExpressionError::new(
        span,
        "arguments",
        format!("{name} prend {fr}, pas {found}."),
        format!("{name} takes {en}, not {found}."),
    )
}
