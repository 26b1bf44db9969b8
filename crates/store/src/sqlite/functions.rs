//! What SQL alone cannot do exactly, lent to SQLite from `dictionary`: the same code as in memory, so the same answers.
//!
//! The general functions take a signature (see [`super::dialect`]): the form of the result, then that of each argument.

use std::cmp::Ordering;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;

use dictionary::expression::functions::{binary, call, negate};
use dictionary::expression::{Accumulator, AggregateFunction, BinaryOperator, Function, Type};
use dictionary::field_types::{ColumnKind, field_type};
use dictionary::sphere::metres;
use dictionary::text::fold;
use dictionary::value::Point;
use dictionary::{Value, value};
use parking_lot::Mutex;
use rusqlite::functions::{Aggregate, Context as Arguments, FunctionFlags};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, Error};
use rust_decimal::Decimal;

use crate::error::StoreError;
use crate::query::Context;
use crate::sql::Form;
use crate::sqlite::cell;
use crate::sqlite::dialect::{encode, forms};

/// A moment and person that functions read while a statement runs.
pub(crate) type Current = Arc<Mutex<Option<Context>>>;

/// Same arguments, same answer, during one statement; usable from SQL of ours only, not from what a file may contain.
const PURE: FunctionFlags = FunctionFlags::SQLITE_DETERMINISTIC
    .union(FunctionFlags::SQLITE_UTF8)
    .union(FunctionFlags::SQLITE_DIRECTONLY);

/// Makes the collations and the functions known to a connection. Functions read the moment and the person in `context`.
pub(crate) fn register(db: &Connection, context: &Current) -> rusqlite::Result<()> {
    db.create_collation("folded", dictionary::text::compare)?;
    db.create_collation("decimal", compare_decimals)?;
    scalar(db, "t_fold", |a| Ok(text(a, 0)?.map(fold).map_or(Cell::Null, Cell::Text)))?;
    scalar(db, "t_contains", |a| test(a, |text, part| text.contains(part)))?;
    scalar(db, "t_starts", |a| test(a, |text, part| text.starts_with(part)))?;
    scalar(db, "t_ends", |a| test(a, |text, part| text.ends_with(part)))?;
    scalar(db, "t_has_tag", has_tag)?;
    scalar(db, "t_pack", pack)?;
    scalar(db, "t_part", part)?;
    scalar(db, "t_distance", distance)?;
    scalar(db, "t_negate", |a| {
        let forms = signature(a, 0)?;
        answer(&forms, &negate(&argument(a, &forms, 0, 1)?))
    })?;
    scalar(db, "t_binary", |a| {
        let operator = a.get_or_create_aux(0, |cell: ValueRef<'_>| operator_of(cell.as_str()?))?;
        let forms = signature(a, 1)?;
        let (left, right) = (argument(a, &forms, 0, 2)?, argument(a, &forms, 1, 2)?);
        answer(&forms, &binary(*operator, &left, &right))
    })?;
    let current = AssertUnwindSafe(Arc::clone(context)); // a panic leaves the moment as it was
    scalar(db, "t_call", move |a| {
        let name = a.get_or_create_aux(0, |cell: ValueRef<'_>| {
            Function::from_name(cell.as_str()?).ok_or_else(|| wrong("a function of that name"))
        })?;
        let forms = signature(a, 1)?;
        let arguments: Result<Vec<Value>, Error> =
            (0..a.len() - 2).map(|index| argument(a, &forms, index, 2)).collect();
        let current = current.lock();
        let context = current.as_ref().ok_or_else(|| wrong("a moment"))?;
        answer(&forms, &call(*name, &arguments?, context))
    })?;
    for (name, function) in [
        ("t_sum", AggregateFunction::Sum),
        ("t_avg", AggregateFunction::Average),
        ("t_min", AggregateFunction::Min),
        ("t_max", AggregateFunction::Max),
    ] {
        db.create_aggregate_function(name, 2, PURE, Figure(function))?;
    }
    Ok(())
}

fn scalar<F>(db: &Connection, name: &'static str, function: F) -> rusqlite::Result<()>
where
    F: Fn(&Arguments<'_>) -> rusqlite::Result<Cell> + Send + UnwindSafe + RefUnwindSafe + 'static,
{
    db.create_scalar_function(name, -1, PURE, move |arguments| function(arguments))
}

fn wrong(what: &'static str) -> Error {
    Error::UserFunctionError(format!("a function of the store was called without {what}").into())
}

fn compare_decimals(a: &str, b: &str) -> Ordering {
    match (a.parse::<Decimal>(), b.parse::<Decimal>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        _ => a.cmp(b), // never: only exact decimals are given this collation
    }
}

fn text<'a>(arguments: &'a Arguments<'_>, index: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(arguments.get_raw(index).as_str_or_null()?)
}

/// A test of a text's folded form, against an already folded part; false for null.
fn test(arguments: &Arguments<'_>, holds: fn(&str, &str) -> bool) -> rusqlite::Result<Cell> {
    let (Some(text), Some(part)) = (text(arguments, 0)?, text(arguments, 1)?) else {
        return Ok(Cell::Integer(0));
    };
    Ok(Cell::Integer(i64::from(holds(&fold(text), part))))
}

fn has_tag(arguments: &Arguments<'_>) -> rusqlite::Result<Cell> {
    let (Some(tags), Some(tag)) = (text(arguments, 0)?, text(arguments, 1)?) else {
        return Ok(Cell::Integer(0));
    };
    let tags: Vec<String> =
        serde_json::from_str(tags).map_err(|error| Error::UserFunctionError(error.into()))?;
    Ok(Cell::Integer(i64::from(tags.iter().any(|one| one == tag))))
}

/// `t_distance(latitude, longitude, latitude, longitude)`, metres.
fn distance(arguments: &Arguments<'_>) -> rusqlite::Result<Cell> {
    let degrees = |index: usize| arguments.get_raw(index).as_f64_or_null();
    Ok(match (degrees(0)?, degrees(1)?, degrees(2)?, degrees(3)?) {
        (Some(north_a), Some(east_a), Some(north_b), Some(east_b)) => {
            let (a, b) = (
                Point { latitude: north_a, longitude: east_a },
                Point { latitude: north_b, longitude: east_b },
            );
            Cell::Integer(metres(a, b))
        }
        _ => Cell::Null,
    })
}

fn operator_of(text: &str) -> rusqlite::Result<BinaryOperator> {
    use BinaryOperator::*;
    let all = [
        Or,
        And,
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        Contains,
        StartsWith,
        EndsWith,
        Add,
        Subtract,
        Multiply,
        Divide,
    ];
    all.into_iter()
        .find(|operator| operator.to_string() == text)
        .ok_or_else(|| wrong("an operator of that name"))
}

/// The forms of a signature, read once per statement.
fn signature(arguments: &Arguments<'_>, index: i32) -> rusqlite::Result<Arc<Vec<Form>>> {
    arguments.get_or_create_aux(index, |cell: ValueRef<'_>| -> Result<Vec<Form>, Error> {
        forms(cell.as_str()?).ok_or_else(|| wrong("a signature"))
    })
}

/// The value of an argument; `skip` arguments come before the first that the signature speaks of.
fn argument(arguments: &Arguments<'_>, forms: &[Form], index: usize, skip: usize) -> rusqlite::Result<Value> {
    let form = forms.get(index + 1).ok_or_else(|| wrong("a signature"))?;
    decode(*form, arguments.get_raw(index + skip)).map_err(failed)
}

/// A value as the signature says it is returned.
fn answer(forms: &[Form], value: &Value) -> rusqlite::Result<Cell> {
    let form = forms.first().ok_or_else(|| wrong("a signature"))?;
    encode(*form, value).map_err(failed)
}

fn failed(error: StoreError) -> Error {
    Error::UserFunctionError(Box::new(error))
}

/// `t_pack(field type, letters of the cells, cells…)`.
fn pack(arguments: &Arguments<'_>) -> rusqlite::Result<Cell> {
    let kind = text(arguments, 0)?.and_then(field_type).ok_or_else(|| wrong("a type of field"))?;
    let forms = signature(arguments, 1)?;
    let cells: Result<Vec<Value>, Error> = forms
        .iter()
        .enumerate()
        .map(|(i, form)| decode(*form, arguments.get_raw(i + 2)).map_err(failed))
        .collect();
    encode(Form::Packed, &kind.join(cells?)).map_err(failed)
}

/// `t_part(part, signature, packed)`.
fn part(arguments: &Arguments<'_>) -> rusqlite::Result<Cell> {
    let forms = signature(arguments, 1)?;
    let whole = argument(arguments, &forms, 0, 2)?;
    let name = text(arguments, 0)?.ok_or_else(|| wrong("a part"))?;
    answer(&forms, &value::part(&whole, name))
}

/// `t_sum(signature, value)` and its likes.
struct Figure(AggregateFunction);

/// A figure in the making, with the form of its result.
struct Making {
    accumulator: Accumulator,
    forms: Vec<Form>,
}

impl Aggregate<Option<Making>, Cell> for Figure {
    fn init(&self, _: &mut Arguments<'_>) -> rusqlite::Result<Option<Making>> {
        Ok(None)
    }

    fn step(&self, arguments: &mut Arguments<'_>, making: &mut Option<Making>) -> rusqlite::Result<()> {
        let making = match making {
            Some(making) => making,
            None => {
                let forms = text(arguments, 0)?.and_then(forms).ok_or_else(|| wrong("a signature"))?;
                // A body that is null whatever the row says nothing of its type: the result's is the same.
                let telling = forms.iter().skip(1).find(|form| **form != Form::Null).or(forms.first());
                let ty = telling.map_or(Type::Null, |form| number_type(*form));
                making.insert(Making { accumulator: Accumulator::new(self.0, &ty), forms })
            }
        };
        let form = making.forms.get(1).ok_or_else(|| wrong("a signature"))?;
        let value = decode(*form, arguments.get_raw(1)).map_err(failed)?;
        making.accumulator.add(&value);
        Ok(())
    }

    fn finalize(&self, _: &mut Arguments<'_>, making: Option<Option<Making>>) -> rusqlite::Result<Cell> {
        // Without any row SQLite gives no argument, so no signature either: the caller replaces the null of an empty sum.
        match making.flatten() {
            Some(making) => answer(&making.forms, &making.accumulator.finish()),
            None => Ok(Cell::Null),
        }
    }
}

/// The type that a figure adds up.
fn number_type(form: Form) -> Type {
    match form {
        Form::Decimal | Form::Column(ColumnKind::Decimal(_)) => Type::Decimal,
        Form::Column(ColumnKind::Duration) => Type::Duration,
        _ => Type::Integer,
    }
}

/// A value that a statement returned, in that form.
pub(crate) fn decode(form: Form, cell: ValueRef<'_>) -> Result<Value, StoreError> {
    let damaged = || StoreError::database("read an answer of the database", format!("{cell:?} as {form:?}"));
    match (form, cell) {
        (_, ValueRef::Null) | (Form::Null, _) => Ok(Value::Null),
        (Form::Column(kind), cell) => cell::decode(kind, cell),
        (Form::Decimal, ValueRef::Text(text)) => {
            let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
            number.map(Value::Decimal).ok_or_else(damaged)
        }
        (Form::Packed, ValueRef::Blob(bytes)) => journal::value::decode(bytes).map_err(|_| damaged()),
        _ => Err(damaged()),
    }
}
