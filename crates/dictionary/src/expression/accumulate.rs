//! Figures over records: the one definition, for memory and for stores, which register it as an aggregate function.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::operators::decimal;
use super::{Aggregate, AggregateFunction, Type, arithmetic};
use crate::value::{self, Value};

/// A figure in the making: [`Accumulator::add`] the value of every record, then [`Accumulator::finish`].
#[derive(Debug, Clone)]
pub struct Accumulator {
    function: AggregateFunction,
    kind: Kind,
    records: i64,
    values: i64,
    whole: i128,
    exact: Option<Decimal>,
    extreme: Value,
}

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Exact,
    Seconds,
}

impl Accumulator {
    /// The figure that `aggregate` asks for.
    pub fn of(aggregate: &Aggregate) -> Accumulator {
        Accumulator::new(aggregate.function, aggregate.body.as_ref().map_or(&Type::Null, |body| &body.ty))
    }

    /// A figure over values of type `ty`, of which only integer, decimal and duration matter: the sum is of the same type.
    pub fn new(function: AggregateFunction, ty: &Type) -> Accumulator {
        let kind = match ty {
            Type::Decimal => Kind::Exact,
            Type::Duration => Kind::Seconds,
            _ => Kind::Whole,
        };
        let exact = Some(Decimal::ZERO);
        Accumulator { function, kind, records: 0, values: 0, whole: 0, exact, extreme: Value::Null }
    }

    /// Takes one more record, with its value (anything for `count` and `exists`). Null counts as a record, not as a value.
    pub fn add(&mut self, value: &Value) {
        self.records += 1;
        if value.is_null() {
            return;
        }
        self.values += 1;
        match self.function {
            AggregateFunction::Count | AggregateFunction::Exists => {}
            AggregateFunction::Min => self.keep(value, Ordering::is_lt),
            AggregateFunction::Max => self.keep(value, Ordering::is_gt),
            AggregateFunction::Sum | AggregateFunction::Average => match value {
                Value::Integer(n) | Value::Duration(n) if self.kind != Kind::Exact => {
                    self.whole += i128::from(*n)
                }
                _ => {
                    self.exact =
                        self.exact.zip(decimal(value)).and_then(|(sum, next)| arithmetic::add(sum, next))
                }
            },
        }
    }

    /// The figure; null where it overflows.
    pub fn finish(self) -> Value {
        match self.function {
            AggregateFunction::Count => Value::Integer(self.records),
            AggregateFunction::Exists => Value::Boolean(self.records > 0),
            AggregateFunction::Min | AggregateFunction::Max => self.extreme,
            AggregateFunction::Sum => self.sum().unwrap_or_default(),
            AggregateFunction::Average => self.average().unwrap_or_default(),
        }
    }

    fn keep(&mut self, value: &Value, beats: fn(Ordering) -> bool) {
        if self.extreme.is_null() || beats(value::compare(value, &self.extreme)) {
            self.extreme = value.clone();
        }
    }

    fn sum(self) -> Option<Value> {
        match self.kind {
            Kind::Exact => self.exact.map(Value::Decimal),
            Kind::Whole => i64::try_from(self.whole).ok().map(Value::Integer),
            Kind::Seconds => i64::try_from(self.whole).ok().map(Value::Duration),
        }
    }

    fn average(self) -> Option<Value> {
        let sum = match self.kind {
            Kind::Exact => self.exact?,
            Kind::Whole | Kind::Seconds => Decimal::try_from_i128_with_scale(self.whole, 0).ok()?,
        };
        let average = arithmetic::divide(sum, Decimal::from(self.values))?;
        match self.kind {
            Kind::Seconds => arithmetic::whole_half_even(average).map(Value::Duration),
            Kind::Exact | Kind::Whole => Some(Value::Decimal(average)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(function: AggregateFunction, ty: Type, values: &[Value]) -> Value {
        let mut accumulator = Accumulator::new(function, &ty);
        values.iter().for_each(|value| accumulator.add(value));
        accumulator.finish()
    }

    #[test]
    fn figures_of_nothing() {
        let none = |function| figure(function, Type::Integer, &[Value::Null]);
        assert_eq!(none(AggregateFunction::Sum), Value::Integer(0));
        assert_eq!(none(AggregateFunction::Count), Value::Integer(1));
        assert_eq!(none(AggregateFunction::Exists), Value::Boolean(true));
        assert_eq!(none(AggregateFunction::Min), Value::Null);
        assert_eq!(none(AggregateFunction::Average), Value::Null);
        assert_eq!(figure(AggregateFunction::Sum, Type::Decimal, &[]), Value::Decimal(Decimal::ZERO));
        assert_eq!(figure(AggregateFunction::Sum, Type::Duration, &[]), Value::Duration(0));
        assert_eq!(figure(AggregateFunction::Exists, Type::Null, &[]), Value::Boolean(false));
    }

    #[test]
    fn a_sum_overflows_only_as_a_whole() {
        let (max, one) = (Value::Integer(i64::MAX), Value::Integer(1));
        let back = [max.clone(), one.clone(), Value::Integer(-1)];
        assert_eq!(figure(AggregateFunction::Sum, Type::Integer, &back), max);
        assert_eq!(figure(AggregateFunction::Sum, Type::Integer, &[max, one]), Value::Null);
    }

    #[test]
    fn averages_are_exact() {
        let whole = [Value::Integer(1), Value::Null, Value::Integer(1), Value::Integer(0)];
        let average = figure(AggregateFunction::Average, Type::Integer, &whole);
        assert_eq!(average, Value::Decimal("0.6666666667".parse().unwrap()));
        let lasting = [Value::Duration(1), Value::Duration(2)];
        assert_eq!(figure(AggregateFunction::Average, Type::Duration, &lasting), Value::Duration(2));
        assert_eq!(figure(AggregateFunction::Max, Type::Duration, &lasting), Value::Duration(2));
    }
}
