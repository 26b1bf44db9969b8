//! What PostgreSQL says its own way. What SQL does otherwise than `dictionary` is left to the functions of [`super::shared`].
//!
//! A text is compared by two columns: the folded one, then the text itself. `docs/decisions/0021-tables-of-postgresql.md`.

use std::sync::Arc;

use dictionary::Value;
use dictionary::expression::{AggregateFunction, BinaryOperator, Function, Type};
use dictionary::field_types::ColumnKind;
use dictionary::text::fold;
use sea_query::{
    Alias, CaseStatement, Expr, ExprTrait, Func, PostgresQueryBuilder, SelectStatement, Value as Bound,
};

use crate::cell::checked;
use crate::error::StoreError;
use crate::layout::TableColumn;
use crate::names;
use crate::postgres::cell::Cell;
use crate::postgres::search::query_of;
use crate::postgres::shared::schema;
use crate::postgres::zone::Zone;
use crate::sql::{Dialect, Form, Operand, Statement};

/// The dialect of PostgreSQL, for a statement asked in a time zone.
#[derive(Debug, Clone)]
pub(crate) struct Postgres {
    pub(crate) zone: Arc<Zone>,
}

/// A bound value as a cell.
pub(crate) fn unbound(value: Bound) -> (Cell, tokio_postgres::types::Type) {
    use tokio_postgres::types::Type;
    let number = |number: Option<i64>, ty: Type| (number.map_or(Cell::Null, Cell::Integer), ty);
    match value {
        Bound::Bool(boolean) => (boolean.map_or(Cell::Null, Cell::Boolean), Type::BOOL),
        Bound::Int(integer) => number(integer.map(i64::from), Type::INT4),
        Bound::BigInt(integer) => number(integer, Type::INT8),
        Bound::Unsigned(integer) => number(integer.map(i64::from), Type::INT8),
        // Limits: more rows than i64::MAX cannot be.
        Bound::BigUnsigned(integer) => {
            number(integer.map(|n| i64::try_from(n).unwrap_or(i64::MAX)), Type::INT8)
        }
        Bound::Double(real) => (real.map_or(Cell::Null, Cell::Real), Type::FLOAT8),
        Bound::String(text) => (text.map_or(Cell::Null, Cell::Text), Type::TEXT),
        other => unreachable!("the compiler binds no value like {other:?}"),
    }
}

/// A function of ours.
fn function(name: &str, arguments: impl IntoIterator<Item = Expr>) -> Expr {
    Func::cust(Alias::new(format!("{}.{name}", schema()))).args(arguments).into()
}

/// SQL with expressions in it.
fn sql(template: &str, expressions: impl IntoIterator<Item = Expr>) -> Expr {
    Expr::cust_with_exprs(template.to_owned(), expressions)
}

/// The type of a form, as casts name it.
fn type_name(form: Form) -> &'static str {
    match form {
        Form::Null => "text",
        Form::Decimal => "numeric",
        Form::Packed => "jsonb",
        Form::Column(kind) => match kind {
            ColumnKind::Id => "uuid",
            ColumnKind::Text => "text",
            ColumnKind::Integer | ColumnKind::Decimal(_) | ColumnKind::Duration => "bigint",
            ColumnKind::Boolean => "boolean",
            ColumnKind::Date => "date",
            ColumnKind::Time => "time",
            ColumnKind::DateTime => "timestamptz",
            ColumnKind::Real => "double precision",
            ColumnKind::Tags => "text[]",
            ColumnKind::Json => "json",
        },
    }
}

fn null(form: Form) -> Expr {
    Expr::cust(format!("CAST(NULL AS {})", type_name(form)))
}

/// A number as a `numeric`.
fn number(operand: &Operand) -> Expr {
    match operand.form {
        Form::Null => null(Form::Decimal),
        Form::Column(ColumnKind::Decimal(scale)) => {
            sql(&format!("(CAST($1 AS numeric) * 1e-{scale})"), [operand.expr.clone()])
        }
        Form::Column(_) => sql("CAST($1 AS numeric)", [operand.expr.clone()]),
        _ => operand.expr.clone(),
    }
}

/// An operand in the form of another type: whole numbers become decimals, nulls typed ones.
fn converted(operand: &Operand, to: &Type) -> Expr {
    let wanted = Form::of(to);
    match (operand.form, wanted) {
        (Form::Null, _) => null(wanted),
        (_, Form::Decimal) => number(operand),
        _ => operand.expr.clone(),
    }
}

/// A text folded.
fn folded(operand: &Operand) -> Expr {
    match (&operand.folded, operand.literal.as_ref().and_then(Value::as_text)) {
        (Some(column), _) => column.clone(),
        (None, Some(text)) => text_literal(&fold(text)),
        (None, None) => function("fold", [operand.expr.clone()]),
    }
}

fn text_literal(text: &str) -> Expr {
    sql("CAST($1 AS text)", [Expr::val(text.to_owned())])
}

/// A text as a pair that compares as `dictionary::text::compare` says.
fn pair(operand: &Operand) -> Expr {
    let plain = operand.folded.is_some();
    let byte_order = |expr: Expr| if plain { expr } else { sql("($1) COLLATE \"C\"", [expr]) };
    Expr::tuple([byte_order(folded(operand)), byte_order(operand.expr.clone())])
}

fn is_text(operand: &Operand) -> bool {
    operand.form == Form::Column(ColumnKind::Text)
}

/// The part of a time: of a day, or of an instant in the zone.
fn extract(part: &str, from: Expr) -> Expr {
    sql(&format!("CAST(extract({part} FROM $1) AS bigint)"), [from])
}

/// As [`extract`], of a part that has a fraction.
fn extract_floor(part: &str, from: Expr) -> Expr {
    sql(&format!("CAST(floor(extract({part} FROM $1)) AS bigint)"), [from])
}

impl Postgres {
    /// An array of the zone, read once per statement.
    fn zone_array(array: &str, ty: &str) -> Expr {
        sql(&format!("(SELECT CAST($1 AS {ty}[]))"), [Expr::val(array.to_owned())])
    }

    fn in_zone(&self, name: &str, instant: Expr) -> Expr {
        let changes = Postgres::zone_array(&self.zone.changes, "bigint");
        function(name, [instant, changes, Postgres::zone_array(&self.zone.offsets, "integer")])
    }

    /// The day of a day or an instant.
    fn day(&self, operand: &Operand) -> Expr {
        match operand.form {
            Form::Column(ColumnKind::DateTime) => self.in_zone("local_day", operand.expr.clone()),
            Form::Null => null(Form::Column(ColumnKind::Date)),
            _ => operand.expr.clone(),
        }
    }

    /// The time of a time or an instant.
    fn time(&self, operand: &Operand) -> Expr {
        match operand.form {
            Form::Column(ColumnKind::DateTime) => self.in_zone("local", operand.expr.clone()),
            Form::Null => null(Form::Column(ColumnKind::Time)),
            _ => operand.expr.clone(),
        }
    }

    /// A value as text, empty for null.
    fn shown(operand: &Operand) -> Expr {
        let expr = operand.expr.clone();
        let text = match operand.form {
            Form::Null => return text_literal(""),
            Form::Column(ColumnKind::Text) => expr,
            Form::Column(ColumnKind::Decimal(_)) | Form::Decimal => {
                sql("CAST(trim_scale($1) AS text)", [number(operand)])
            }
            Form::Column(ColumnKind::Date) => sql("to_char($1, 'YYYY-MM-DD')", [expr]),
            Form::Column(ColumnKind::Time) => sql("to_char($1, 'HH24:MI:SS')", [expr]),
            Form::Column(ColumnKind::DateTime) => function("text_of", [expr]),
            Form::Column(ColumnKind::Duration) => function("duration_text", [expr]),
            _ => sql("CAST($1 AS text)", [expr]),
        };
        Func::coalesce([text, text_literal("")]).into()
    }

    /// `div` and `mod`: of whole numbers whole, cut towards zero.
    fn divided(&self, called: Function, a: &Operand, b: &Operand, returns: &Type) -> Expr {
        let whole = Form::of(returns) == Form::Column(ColumnKind::Integer);
        match (called, whole) {
            (Function::Div, true) => {
                function("whole", [sql("div($1, nullif($2, 0))", [number(a), number(b)])])
            }
            (Function::Div, false) => self.binary(BinaryOperator::Divide, a.clone(), b.clone(), returns),
            (_, true) => function("whole", [sql("mod($1, nullif($2, 0))", [number(a), number(b)])]),
            (_, false) => function("remainder", [number(a), number(b)]),
        }
    }

    fn extreme(called: Function, arguments: &[Operand], returns: &Type) -> Expr {
        let text = Form::of(returns) == Form::Column(ColumnKind::Text);
        let values: Vec<Expr> = arguments.iter().map(|argument| converted(argument, returns)).collect();
        let mut none = Expr::val(false);
        for value in &values {
            none = none.or(value.clone().is_null());
        }
        let best = if text {
            let mut best = arguments.iter().zip(values.clone());
            let first = best.next().map(|(_, value)| value).unwrap_or_else(|| null(Form::Null));
            best.fold(first, |best, (_, value)| {
                let order = if called == Function::Min { "<" } else { ">" };
                let fold = schema();
                sql(
                    &format!(
                        "(SELECT CASE WHEN ({fold}.fold(b) COLLATE \"C\", b COLLATE \"C\") {order} ({fold}.fold(a) COLLATE \"C\", a COLLATE \"C\")
                          THEN b ELSE a END FROM (SELECT $1 AS a, $2 AS b) ab)"
                    ),
                    [best, value],
                )
            })
        } else {
            let name = if called == Function::Min { "least" } else { "greatest" };
            Func::cust(Alias::new(name)).args(values).into()
        };
        CaseStatement::new().case(none, null(Form::of(returns))).finally(best).into()
    }
}

impl Dialect for Postgres {
    fn build(&self, statement: &SelectStatement) -> Statement {
        let (sql, values) = statement.build(PostgresQueryBuilder);
        Statement { sql, values: values.0 }
    }

    fn literal(&self, form: Form, value: &Value) -> Result<Expr, StoreError> {
        let misfit = || StoreError::database("give a value to the database", "it is of another type");
        let cast = |text: String| sql(&format!("CAST($1 AS {})", type_name(form)), [Expr::val(text)]);
        Ok(match (form, value) {
            (form, Value::Null) => null(form),
            (Form::Null, _) => null(form),
            (Form::Column(ColumnKind::Boolean), Value::Boolean(boolean)) => Expr::val(*boolean),
            (Form::Column(ColumnKind::Integer), Value::Integer(integer))
            | (Form::Column(ColumnKind::Duration), Value::Duration(integer)) => Expr::val(*integer),
            (Form::Column(ColumnKind::Decimal(scale)), Value::Decimal(number)) => {
                Expr::val(crate::cell::scaled(*number, scale).ok_or_else(misfit)?)
            }
            (Form::Decimal, Value::Decimal(number)) => cast(number.normalize().to_string()),
            (Form::Decimal, Value::Integer(number)) => cast(number.to_string()),
            (Form::Column(ColumnKind::Text), Value::Text(text)) => cast(checked(text)?),
            (Form::Column(ColumnKind::Id), Value::Id(id)) => cast(id.to_string()),
            (Form::Column(ColumnKind::Date), Value::Date(date)) => cast(date.to_string()),
            (Form::Column(ColumnKind::Time), Value::Time(time)) => cast(time.to_string()),
            (Form::Column(ColumnKind::DateTime), Value::DateTime(instant)) => instant_literal(*instant),
            (Form::Column(ColumnKind::Tags), Value::Tags(tags)) => {
                let tags: Result<Vec<String>, StoreError> = tags.iter().map(|tag| checked(tag)).collect();
                let json = crate::cell::json_text(&tags?);
                sql("ARRAY(SELECT jsonb_array_elements_text(CAST($1 AS jsonb)))", [Expr::val(json)])
            }
            (Form::Packed, Value::Point(point)) => {
                let parts = serde_json::json!([point.latitude, point.longitude]);
                sql("CAST($1 AS jsonb)", [Expr::val(parts.to_string())])
            }
            (Form::Packed, _) => sql("CAST($1 AS jsonb)", [Expr::val("[]")]),
            _ => return Err(misfit()),
        })
    }

    fn folded_column(&self, column: &TableColumn) -> Option<String> {
        (column.kind == ColumnKind::Text).then(|| names::folded(&column.name))
    }

    fn compared(&self, operand: &Operand) -> Expr {
        if is_text(operand) { pair(operand) } else { operand.expr.clone() }
    }

    fn text_sides(&self, a: &Operand, b: &Operand) -> (Expr, Expr) {
        (pair(a), pair(b))
    }

    fn order_terms(&self, operand: &Operand) -> Vec<Expr> {
        match pair(operand) {
            Expr::Tuple(terms) if is_text(operand) => terms,
            _ => vec![operand.expr.clone()],
        }
    }

    fn nulls_last_by_index(&self) -> bool {
        false
    }

    fn same(&self, a: Expr, b: Expr) -> Expr {
        sql("(($1) IS NOT DISTINCT FROM ($2))", [a, b])
    }

    fn different(&self, a: Expr, b: Expr) -> Expr {
        sql("(($1) IS DISTINCT FROM ($2))", [a, b])
    }

    fn never_null(&self, condition: Expr) -> Expr {
        Func::coalesce([condition, Expr::val(false)]).into()
    }

    fn text_test(&self, operator: BinaryOperator, a: Operand, b: Operand) -> Expr {
        let (text, part) = (folded(&a), folded(&b));
        let test = match operator {
            BinaryOperator::StartsWith => sql("starts_with($1, $2)", [text, part]),
            BinaryOperator::EndsWith => sql("right($1, length($2)) = $2", [text, part]),
            _ => sql("strpos($1, $2) > 0", [text, part]),
        };
        sql("coalesce($1, false)", [test])
    }

    fn has_tag(&self, tags: Expr, tag: Operand) -> Expr {
        sql("coalesce($1 = ANY($2), false)", [tag.expr, tags])
    }

    fn pack(&self, field_type: &'static str, cells: Vec<Operand>) -> Expr {
        let columns: Vec<Expr> = cells.into_iter().map(|cell| cell.expr).collect();
        // An address is there with any of its parts, everything else with all of them.
        let any = field_type == "address";
        let mut there = Expr::val(!any);
        for column in &columns {
            let present = column.clone().is_not_null();
            there = if any { there.or(present) } else { there.and(present) };
        }
        let parts: Expr = Func::cust(Alias::new("jsonb_build_array")).args(columns).into();
        CaseStatement::new().case(there, parts).finally(null(Form::Packed)).into()
    }

    fn part(&self, packed: Operand, part: &'static str, returns: &Type) -> Expr {
        match part {
            "latitude" => function("degrees", [packed.expr, Expr::val(0)]),
            "longitude" => function("degrees", [packed.expr, Expr::val(1)]),
            _ => null(Form::of(returns)), // every other part has a column of its own
        }
    }

    fn binary(&self, operator: BinaryOperator, a: Operand, b: Operand, returns: &Type) -> Expr {
        use BinaryOperator::{Add, Divide, Multiply, Subtract};
        use ColumnKind::{Date, DateTime, Duration};
        if *returns == Type::Boolean {
            return compare_numbers(operator, &a, &b);
        }
        if a.form == Form::Null || b.form == Form::Null {
            return null(Form::of(returns));
        }
        let kind = |operand: &Operand| match operand.form {
            Form::Column(kind @ (Date | DateTime | Duration)) => Some(kind),
            _ => None,
        };
        let minus = |operand: &Operand| function("whole", [sql("(-$1)", [number(operand)])]);
        let move_by = |name: &str, from: &Operand, by: Expr| function(name, [from.expr.clone(), by]);
        match (operator, kind(&a), kind(&b)) {
            (Add, Some(Date), _) => move_by("moved_day", &a, b.expr.clone()),
            (Add, _, Some(Date)) => move_by("moved_day", &b, a.expr.clone()),
            (Add, Some(DateTime), _) => move_by("moved", &a, b.expr.clone()),
            (Add, _, Some(DateTime)) => move_by("moved", &b, a.expr.clone()),
            (Subtract, Some(Date), Some(Date)) => sql("CAST(($1) - ($2) AS bigint)", [a.expr, b.expr]),
            (Subtract, Some(DateTime), Some(DateTime)) => sql(
                "CAST(trunc(extract(epoch FROM $1) - extract(epoch FROM $2)) AS bigint)",
                [a.expr, b.expr],
            ),
            (Subtract, Some(Date), _) => move_by("moved_day", &a, minus(&b)),
            (Subtract, Some(DateTime), _) => move_by("moved", &a, minus(&b)),
            (Multiply, Some(Duration), _) | (Multiply, _, Some(Duration)) => {
                function("half_even", [function("product", [number(&a), number(&b)])])
            }
            (Divide, Some(Duration), Some(Duration)) => function("quotient", [number(&a), number(&b)]),
            (Divide, Some(Duration), _) => {
                function("half_even", [function("quotient", [number(&a), number(&b)])])
            }
            (Divide, ..) => function("quotient", [number(&a), number(&b)]),
            (operator, ..) => {
                let (x, y) = (number(&a), number(&b));
                match (operator, Form::of(returns)) {
                    (Add, Form::Decimal) => function("sum_of", [x, y]),
                    (Subtract, Form::Decimal) => function("sum_of", [x, sql("(-($1))", [y])]),
                    (Multiply, Form::Decimal) => function("product", [x, y]),
                    (Add, _) => function("whole", [sql("($1) + ($2)", [x, y])]),
                    (Subtract, _) => function("whole", [sql("($1) - ($2)", [x, y])]),
                    _ => function("whole", [sql("($1) * ($2)", [x, y])]),
                }
            }
        }
    }

    fn negate(&self, a: Operand, returns: &Type) -> Expr {
        match Form::of(returns) {
            Form::Decimal => sql("(-($1))", [number(&a)]),
            form if a.form == Form::Null => null(form),
            _ => function("whole", [sql("(-($1))", [number(&a)])]),
        }
    }

    fn call(&self, called: Function, arguments: Vec<Operand>, returns: &Type) -> Expr {
        let first = || arguments.first().map_or_else(|| null(Form::Null), typed);
        let empty_is_null = |text: Expr| sql("nullif($1, '')", [text]);
        let seconds = |unit: i64| match arguments.first() {
            Some(count) if count.form == Form::Column(ColumnKind::Integer) => {
                function("whole", [sql("($1) * ($2)", [number(count), Expr::val(unit)])])
            }
            Some(count) => {
                let unit = sql("CAST($1 AS numeric)", [Expr::val(unit)]);
                function("half_even", [function("product", [number(count), unit])])
            }
            None => null(Form::Column(ColumnKind::Duration)),
        };
        let value = arguments.first().map_or_else(|| null(Form::Decimal), number);
        let Some(argument) = arguments.first() else { return null(Form::of(returns)) };
        match called {
            // Without a path in them they are worked out before.
            Function::Me | Function::Now | Function::Today => null(Form::of(returns)),
            Function::Coalesce => Func::coalesce(arguments.iter().map(|a| converted(a, returns))).into(),
            Function::If => match &arguments[..] {
                [condition, yes, no] => CaseStatement::new()
                    .case(condition_of(condition), converted(yes, returns))
                    .finally(converted(no, returns))
                    .into(),
                _ => null(Form::of(returns)),
            },
            Function::Lower => empty_is_null(function("lower", [first()])),
            Function::Upper => empty_is_null(function("upper", [first()])),
            Function::Trim => empty_is_null(function("trim", [first()])),
            Function::Fold => empty_is_null(folded(argument)),
            Function::Length => sql("CAST(length($1) AS bigint)", [first()]),
            Function::Concat => {
                let parts = arguments.iter().map(Postgres::shown);
                empty_is_null(Func::cust(Alias::new("concat")).args(parts).into())
            }
            Function::Substring => {
                let whole = |operand: &Operand| function("whole", [number(operand)]);
                let start = arguments.get(1).map_or_else(|| null(Form::Null), &whole);
                let length = arguments.get(2).map_or_else(|| Expr::val(i64::MAX), whole);
                empty_is_null(function("part_of", [first(), start, length]))
            }
            Function::Position => match &arguments[..] {
                [text, part] => sql("CAST(strpos($1, $2) AS bigint)", [typed(text), typed(part)]),
                _ => null(Form::of(returns)),
            },
            Function::Div | Function::Mod => match &arguments[..] {
                [a, b] => self.divided(called, a, b, returns),
                _ => null(Form::of(returns)),
            },
            Function::Abs => match Form::of(returns) {
                Form::Decimal => sql("abs($1)", [value]),
                _ => function("whole", [sql("abs($1)", [value])]),
            },
            Function::Round => match arguments.get(1) {
                None => function("whole", [sql("round($1)", [value])]),
                Some(places) => {
                    let places = function("whole", [number(places)]);
                    let rounded = function("round_to", [value, places]);
                    if Form::of(returns) == Form::Decimal { rounded } else { function("whole", [rounded]) }
                }
            },
            Function::Floor => function("whole", [sql("floor($1)", [value])]),
            Function::Ceil => function("whole", [sql("ceil($1)", [value])]),
            Function::Min | Function::Max => Postgres::extreme(called, &arguments, returns),
            Function::Year => extract("year", self.day(argument)),
            Function::Month => extract("month", self.day(argument)),
            Function::Day => extract("day", self.day(argument)),
            Function::Hour => extract("hour", self.time(argument)),
            Function::Minute => extract("minute", self.time(argument)),
            Function::Second => extract_floor("second", self.time(argument)),
            Function::Fraction => {
                let time = self.time(argument);
                sql("trim_scale(extract(second FROM $1) - floor(extract(second FROM $1)))", [time])
            }
            Function::OffsetMinutes => {
                let instant = converted(argument, &Type::DateTime);
                let second = sql("CAST(floor(extract(epoch FROM $1)) AS bigint)", [instant]);
                sql("CAST(floor($1 / 60.0) AS bigint)", [self.in_zone("offset_at", second)])
            }
            Function::TimeOf => sql("CAST(date_trunc('second', $1) AS time)", [self.time(argument)]),
            Function::DateOf => self.day(argument),
            Function::DateTimeOf => {
                let day = converted(argument, &Type::Date);
                let changes = Postgres::zone_array(&self.zone.local_changes, "bigint");
                let offsets = Postgres::zone_array(&self.zone.offsets, "integer");
                function("first_instant", [day, changes, offsets])
            }
            Function::Days => seconds(86_400),
            Function::Hours => seconds(3_600),
            Function::Minutes => seconds(60),
            Function::IsSiren | Function::IsSiret | Function::IsVat | Function::IsIban | Function::Luhn => {
                function(called.name(), [first()])
            }
            Function::Distance => {
                let packed = |operand: &Operand| match operand.form {
                    Form::Null => null(Form::Packed),
                    _ => operand.expr.clone(),
                };
                function("distance", arguments.iter().map(packed))
            }
        }
    }

    fn distance(&self, degrees: [Expr; 4]) -> Expr {
        function("distance", degrees)
    }

    fn aggregate(&self, figure: AggregateFunction, body: Operand, returns: &Type) -> Expr {
        let value = converted(&body, if body.form == Form::Null { returns } else { &Type::Null });
        match figure {
            AggregateFunction::Count | AggregateFunction::Exists => value.count(),
            AggregateFunction::Min | AggregateFunction::Max
                if Form::of(returns) == Form::Column(ColumnKind::Text) =>
            {
                let direction = if figure == AggregateFunction::Min { "" } else { "DESC" };
                let mut terms = self.order_terms(&body).into_iter();
                let (folded, text) = (terms.next().unwrap_or_else(|| value.clone()), value);
                sql(
                    &format!(
                        "(array_agg($2 ORDER BY $1 {direction}, $2 COLLATE \"C\" {direction}) FILTER (WHERE $2 IS NOT NULL))[1]"
                    ),
                    [folded, text],
                )
            }
            AggregateFunction::Min => converted_figure(&body, "min", returns),
            AggregateFunction::Max => converted_figure(&body, "max", returns),
            AggregateFunction::Sum => {
                let exact = if Form::of(returns) == Form::Decimal { "exact" } else { "whole" };
                // The sum of no value is 0; a sum that overflows is null, and must stay so.
                let sum = sql("coalesce(sum($1), 0)", [number(&body)]);
                function(exact, [sum])
            }
            AggregateFunction::Average => {
                // The sum in 96 bits first, as in memory.
                let sum = function("exact", [sql("sum($1)", [number(&body)])]);
                let average = function("quotient", [sum, sql("count($1)", [number(&body)])]);
                if Form::of(returns) == Form::Decimal { average } else { function("half_even", [average]) }
            }
        }
    }

    fn search(&self, entity: &str, alias: &str, text: &str) -> Option<Expr> {
        let query = query_of(text)?;
        let id = Expr::col((Alias::new(alias), Alias::new("id")));
        Some(sql(
            "$1 IN (SELECT s.record FROM _search s WHERE s.entity = (SELECT number FROM _name WHERE name = $2) AND s.words @@ CAST($3 AS tsquery))",
            [id, Expr::val(entity.to_owned()), Expr::val(query)],
        ))
    }
}

/// An instant by its seconds: PostgreSQL reads no year 0, which the first days of year 1 reach elsewhere.
fn instant_literal(instant: jiff::Timestamp) -> Expr {
    let micros = journal::value::micros_of(instant);
    let seconds = rust_decimal::Decimal::new(micros, 6).to_string();
    function("instant", [sql("CAST($1 AS numeric)", [Expr::val(seconds)])])
}

/// An operand with a type, where a bare null has none.
fn typed(operand: &Operand) -> Expr {
    if operand.form == Form::Null { null(Form::Null) } else { operand.expr.clone() }
}

fn condition_of(operand: &Operand) -> Expr {
    match operand.form {
        Form::Null => Expr::val(false),
        _ => sql("coalesce($1, false)", [operand.expr.clone()]),
    }
}

/// `min` or `max` of values that PostgreSQL orders as memory does.
fn converted_figure(body: &Operand, name: &'static str, returns: &Type) -> Expr {
    let value = converted(body, returns);
    Func::cust(Alias::new(name)).arg(value).into()
}

/// A comparison of numbers of whatever form: never null.
fn compare_numbers(operator: BinaryOperator, a: &Operand, b: &Operand) -> Expr {
    let (x, y) = (number(a), number(b));
    let template = match operator {
        BinaryOperator::Equal => "(($1) IS NOT DISTINCT FROM ($2))",
        BinaryOperator::NotEqual => "(($1) IS DISTINCT FROM ($2))",
        BinaryOperator::Less => "coalesce(($1) < ($2), false)",
        BinaryOperator::LessOrEqual => "coalesce(($1) <= ($2), false)",
        BinaryOperator::Greater => "coalesce(($1) > ($2), false)",
        _ => "coalesce(($1) >= ($2), false)",
    };
    sql(template, [x, y])
}
