//! What SQLite says its own way. What SQL cannot do exactly is left to the functions of [`super::functions`], which take a signature first:
//! a letter for the type of the result, then one per argument (see [`letter`]).

use dictionary::Value;
use dictionary::expression::{AggregateFunction, BinaryOperator, Function, Type};
use dictionary::field_types::ColumnKind;
use dictionary::text::fold;
use rusqlite::types::Value as Cell;
use sea_query::{Alias, Expr, ExprTrait, Func, SelectStatement, SqliteQueryBuilder, Value as Bound};

use crate::error::StoreError;
use crate::layout::TableColumn;
use crate::sql::{Dialect, Form, Operand, Statement};
use crate::sqlite::cell;

/// The dialect of SQLite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sqlite;

/// Bits of a row number within its entity, in the rows of `_search`.
pub(crate) const SEARCH_SHIFT: u32 = 40;

/// The letter of a form in a signature; a scaled integer is `s` and its scale in two digits.
pub(crate) fn letter(form: Form) -> String {
    let letter = match form {
        Form::Null => "n",
        Form::Decimal => "m",
        Form::Packed => "x",
        Form::Column(kind) => match kind {
            ColumnKind::Id => "r",
            ColumnKind::Text => "t",
            ColumnKind::Integer => "i",
            ColumnKind::Decimal(scale) => return format!("s{scale:02}"),
            ColumnKind::Boolean => "b",
            ColumnKind::Date => "d",
            ColumnKind::Time => "h",
            ColumnKind::DateTime => "z",
            ColumnKind::Duration => "u",
            ColumnKind::Real => "f",
            ColumnKind::Tags => "g",
            ColumnKind::Json => "j",
        },
    };
    letter.to_owned()
}

/// The forms of a signature.
pub(crate) fn forms(signature: &str) -> Option<Vec<Form>> {
    let mut forms = Vec::new();
    let mut letters = signature.chars();
    while let Some(letter) = letters.next() {
        let kind = match letter {
            'n' | 'm' | 'x' => {
                forms.push(match letter {
                    'n' => Form::Null,
                    'm' => Form::Decimal,
                    _ => Form::Packed,
                });
                continue;
            }
            's' => {
                let (tens, units) = (letters.next()?.to_digit(10)?, letters.next()?.to_digit(10)?);
                ColumnKind::Decimal(tens * 10 + units)
            }
            'r' => ColumnKind::Id,
            't' => ColumnKind::Text,
            'i' => ColumnKind::Integer,
            'b' => ColumnKind::Boolean,
            'd' => ColumnKind::Date,
            'h' => ColumnKind::Time,
            'z' => ColumnKind::DateTime,
            'u' => ColumnKind::Duration,
            'f' => ColumnKind::Real,
            'g' => ColumnKind::Tags,
            'j' => ColumnKind::Json,
            _ => return None,
        };
        forms.push(Form::Column(kind));
    }
    Some(forms)
}

/// A value in that form, as functions take and return it.
pub(crate) fn encode(form: Form, value: &Value) -> Result<Cell, StoreError> {
    match (form, value) {
        (_, Value::Null) | (Form::Null, _) => Ok(Cell::Null),
        (Form::Column(ColumnKind::Integer), Value::Decimal(_))
        | (Form::Column(ColumnKind::Decimal(_)), Value::Integer(_)) => {
            Err(StoreError::database("give a value to the database", "it is of another type"))
        }
        (Form::Column(kind), value) => cell::encode(kind, value),
        (Form::Decimal, Value::Decimal(number)) => Ok(Cell::Text(number.normalize().to_string())),
        (Form::Decimal, Value::Integer(number)) => Ok(Cell::Text(number.to_string())),
        (Form::Decimal, _) => Err(StoreError::database("give a value to the database", "it is not a number")),
        (Form::Packed, value) => {
            let mut bytes = Vec::new();
            journal::value::encode_value(&mut bytes, value);
            Ok(Cell::Blob(bytes))
        }
    }
}

/// A value of SQLite as a bound value of a statement.
pub(crate) fn bound(cell: Cell) -> Bound {
    match cell {
        Cell::Null => Bound::BigInt(None),
        Cell::Integer(number) => Bound::BigInt(Some(number)),
        Cell::Real(number) => Bound::Double(Some(number)),
        Cell::Text(text) => Bound::String(Some(text)),
        Cell::Blob(bytes) => Bound::Bytes(Some(bytes)),
    }
}

/// A bound value of a statement as a value of SQLite.
pub(crate) fn unbound(value: sea_query::Value) -> Cell {
    let number = |number: Option<i64>| number.map_or(Cell::Null, Cell::Integer);
    match value {
        Bound::Bool(boolean) => number(boolean.map(i64::from)),
        Bound::Int(integer) => number(integer.map(i64::from)),
        Bound::BigInt(integer) => number(integer),
        Bound::Unsigned(integer) => number(integer.map(i64::from)),
        // Limits: more rows than i64::MAX cannot be.
        Bound::BigUnsigned(integer) => number(integer.map(|n| i64::try_from(n).unwrap_or(i64::MAX))),
        Bound::Double(real) => real.map_or(Cell::Null, Cell::Real),
        Bound::String(text) => text.map_or(Cell::Null, Cell::Text),
        Bound::Bytes(bytes) => bytes.map_or(Cell::Null, Cell::Blob),
        other => unreachable!("the compiler binds no value like {other:?}"),
    }
}

fn function(name: &'static str, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Func::cust(Alias::new(name)).args(arguments).into()
}

fn folded(text: Expr) -> Expr {
    Expr::cust_with_expr("? COLLATE folded", text)
}

fn text(text: impl Into<String>) -> Expr {
    Expr::val(text.into())
}

fn signature(returns: &Type, operands: &[&Operand]) -> Expr {
    let mut letters = letter(Form::of(returns));
    letters.extend(operands.iter().map(|operand| letter(operand.form)));
    text(letters)
}

impl Dialect for Sqlite {
    fn build(&self, statement: &SelectStatement) -> Statement {
        let (sql, values) = statement.build(SqliteQueryBuilder);
        // SQLite plans a statement for the limit that is bound, and anew each time one is bound, be it the same: not for one with a sign.
        let sql = sql.replace(" LIMIT ?", " LIMIT +?");
        Statement { sql, values: values.0 }
    }

    fn literal(&self, form: Form, value: &Value) -> Result<Expr, StoreError> {
        Ok(Expr::val(bound(encode(form, value)?)))
    }

    fn same(&self, a: Expr, b: Expr) -> Expr {
        a.is(b)
    }

    fn different(&self, a: Expr, b: Expr) -> Expr {
        a.is_not(b)
    }

    fn never_null(&self, condition: Expr) -> Expr {
        Func::coalesce([condition, Expr::val(0)]).into()
    }

    fn folded_column(&self, _: &TableColumn) -> Option<String> {
        None // the collation folds
    }

    fn compared(&self, operand: &Operand) -> Expr {
        match operand.form {
            _ if operand.column || operand.literal.is_some() => operand.expr.clone(),
            Form::Column(ColumnKind::Text) => folded(operand.expr.clone()),
            Form::Decimal => Expr::cust_with_expr("? COLLATE decimal", operand.expr.clone()),
            _ => operand.expr.clone(),
        }
    }

    fn text_sides(&self, a: &Operand, b: &Operand) -> (Expr, Expr) {
        let left = if a.column { a.expr.clone() } else { folded(a.expr.clone()) };
        (left, b.expr.clone())
    }

    fn order_terms(&self, operand: &Operand) -> Vec<Expr> {
        vec![self.compared(operand)]
    }

    fn nulls_last_by_index(&self) -> bool {
        true
    }

    fn text_test(&self, operator: BinaryOperator, a: Operand, b: Operand) -> Expr {
        let name = match operator {
            BinaryOperator::StartsWith => "t_starts",
            BinaryOperator::EndsWith => "t_ends",
            _ => "t_contains",
        };
        match b.literal.as_ref().and_then(Value::as_text) {
            // Folded once, here, and not at every row.
            Some(part) => function(name, [a.expr, text(fold(part))]),
            None => function(name, [a.expr, function("t_fold", [b.expr])]),
        }
    }

    fn has_tag(&self, tags: Expr, tag: Operand) -> Expr {
        function("t_has_tag", [tags, tag.expr])
    }

    fn pack(&self, field_type: &'static str, cells: Vec<Operand>) -> Expr {
        let letters: String = cells.iter().map(|cell| letter(cell.form)).collect();
        let head = [text(field_type), text(letters)];
        function("t_pack", head.into_iter().chain(cells.into_iter().map(|cell| cell.expr)))
    }

    fn binary(&self, operator: BinaryOperator, a: Operand, b: Operand, returns: &Type) -> Expr {
        let signature = signature(returns, &[&a, &b]);
        function("t_binary", [text(operator.to_string()), signature, a.expr, b.expr])
    }

    fn negate(&self, a: Operand, returns: &Type) -> Expr {
        let signature = signature(returns, &[&a]);
        function("t_negate", [signature, a.expr])
    }

    fn call(&self, called: Function, arguments: Vec<Operand>, returns: &Type) -> Expr {
        let signature = signature(returns, &arguments.iter().collect::<Vec<_>>());
        let head = [text(called.name()), signature];
        function("t_call", head.into_iter().chain(arguments.into_iter().map(|argument| argument.expr)))
    }

    fn distance(&self, degrees: [Expr; 4]) -> Expr {
        function("t_distance", degrees)
    }

    fn aggregate(&self, figure: AggregateFunction, body: Operand, returns: &Type) -> Expr {
        let name = match figure {
            AggregateFunction::Sum => "t_sum",
            AggregateFunction::Average => "t_avg",
            AggregateFunction::Min => "t_min",
            AggregateFunction::Max => "t_max",
            AggregateFunction::Count | AggregateFunction::Exists => "count",
        };
        let signature = signature(returns, &[&body]);
        let figure = function(name, [signature, body.expr]);
        if name != "t_sum" {
            return figure;
        }
        // The sum of no row is 0. A sum that overflows is null, and must stay so.
        let zero = match Form::of(returns) {
            Form::Decimal => Expr::val("0"),
            _ => Expr::val(0),
        };
        let none = Expr::cust("count(*)").eq(0);
        sea_query::CaseStatement::new().case(none, zero).finally(figure).into()
    }

    fn part(&self, packed: Operand, part: &'static str, returns: &Type) -> Expr {
        let signature = signature(returns, &[&packed]);
        function("t_part", [text(part), signature, packed.expr])
    }

    fn search(&self, entity: &str, alias: &str, text: &str) -> Option<Expr> {
        let words = words(text)?;
        // Identifiers of entities are plain ASCII words: `alias` is ours, the entity is bound.
        let sql = format!(
            "\"{alias}\".\"_row\" IN (SELECT s.rowid & {mask} FROM (SELECT number << {SEARCH_SHIFT} AS base FROM _name WHERE name = ?) n
             JOIN _search s ON s.rowid BETWEEN n.base AND n.base + {mask} WHERE s.text MATCH ?)",
            mask = (1_i64 << SEARCH_SHIFT) - 1,
        );
        Some(Expr::cust_with_values(sql, [entity.to_owned(), words]))
    }
}

/// A query of FTS5: every word, folded as the texts were; the last may go on. `None` without any word.
pub(crate) fn words(text: &str) -> Option<String> {
    let folded = fold(text);
    let mut words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| format!("\"{word}\""))
        .collect();
    let last = words.last_mut()?;
    if folded.chars().next_back().is_some_and(char::is_alphanumeric) {
        last.push('*');
    }
    Some(words.join(" "))
}
