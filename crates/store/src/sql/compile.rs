//! Checked expressions as SQL.
//!
//! Conditions are two-valued. Where a null counts as false anyway (under `and` and `or` at the top) a comparison stays plain, so that an
//! index serves; under a `not` or inside a function it is made never null.

use std::borrow::Cow;

use dictionary::expression::{
    Aggregate, AggregateFunction, BinaryOperator, EvaluateError, Function, Hop, Node, Path, Scope, Type,
    Typed, evaluate,
};
use dictionary::field_types::ColumnKind;
use dictionary::model::{EntityIndex, FieldIndex, ID};
use dictionary::{Dictionary, Value, sphere};
use rust_decimal::prelude::ToPrimitive;
use sea_query::{Alias, Condition, Expr, ExprTrait, Query, SelectStatement};

use crate::error::StoreError;
use crate::layout::{Layouts, TableColumn};
use crate::query::Context;
use crate::sql::decimal::{Bound, bound, number_of};
use crate::sql::{Dialect, Form, Operand};

/// Whether a null condition may stay null, which the place then reads as false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// `where`, and what `and` and `or` pass down from it.
    Lax,
    /// Anywhere else.
    Never,
}

/// A table that paths start from.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Name of the table in the query.
    pub(crate) alias: String,
    /// Its entity.
    pub(crate) entity: EntityIndex,
}

#[derive(Debug)]
struct Join {
    from: String,
    field: FieldIndex,
    place: Place,
    column: String,
}

/// Compiles the pieces of one statement. References followed become joins, shared by all its pieces.
pub(crate) struct Compiler<'a> {
    dictionary: &'a Dictionary,
    layouts: &'a Layouts,
    dialect: &'a dyn Dialect,
    context: &'a Context,
    /// Joins of the query and of the subqueries around the point being compiled.
    levels: Vec<Vec<Join>>,
    aliases: usize,
}

/// A part of composite value or a place where none can be: the dictionary was not checked, which cannot happen to a compiled one.
fn unsupported(what: &'static str) -> StoreError {
    StoreError::database("compile an expression", what)
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(
        dictionary: &'a Dictionary,
        layouts: &'a Layouts,
        dialect: &'a dyn Dialect,
        context: &'a Context,
    ) -> Compiler<'a> {
        Compiler { dictionary, layouts, dialect, context, levels: vec![Vec::new()], aliases: 0 }
    }

    /// A fresh table alias.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    /// Adds the joins that the compiled pieces need.
    pub(crate) fn join_into(&mut self, statement: &mut SelectStatement) {
        let joins = self.levels.last_mut().map(std::mem::take).unwrap_or_default();
        for Join { from, place, column, .. } in joins {
            let table = self.dictionary.entities[place.entity].name.clone();
            let on = Expr::col((Alias::new(&place.alias), Alias::new("id")))
                .equals((Alias::new(from), Alias::new(column)));
            statement.join_as(sea_query::JoinType::LeftJoin, Alias::new(table), Alias::new(place.alias), on);
        }
    }

    /// A condition of a `where`.
    pub(crate) fn filter(&mut self, typed: &Typed, at: &Place) -> Result<Expr, StoreError> {
        self.condition(typed, at, Nulls::Lax)
    }

    fn boolean(&self, boolean: bool) -> Result<Expr, StoreError> {
        self.dialect.literal(Form::Column(ColumnKind::Boolean), &Value::Boolean(boolean))
    }

    fn condition(&mut self, typed: &Typed, at: &Place, nulls: Nulls) -> Result<Expr, StoreError> {
        if let Some(value) = self.constant(typed) {
            return self.boolean(value == Value::Boolean(true));
        }
        match &typed.node {
            Node::Not(inner) => Ok(self.condition(inner, at, Nulls::Never)?.not()),
            Node::Binary(BinaryOperator::And, a, b) => {
                Ok(self.condition(a, at, nulls)?.and(self.condition(b, at, nulls)?))
            }
            Node::Binary(BinaryOperator::Or, a, b) => {
                Ok(self.condition(a, at, nulls)?.or(self.condition(b, at, nulls)?))
            }
            Node::Binary(operator, a, b) if is_test(*operator) => {
                let near = self.near(*operator, a, b, at)?;
                let (a, b) = (self.value(a, at)?, self.value(b, at)?);
                let test = self.compare(*operator, a, b, nulls)?;
                Ok(match near {
                    Some(near) if nulls == Nulls::Never => self.dialect.never_null(near).and(test),
                    Some(near) => near.and(test),
                    None => test,
                })
            }
            Node::In(item, list) => self.membership(item, list, at, nulls),
            _ => {
                let value = self.value(typed, at)?;
                let yes = self.boolean(true)?;
                match nulls {
                    Nulls::Lax => Ok(value.expr.eq(yes)),
                    Nulls::Never => Ok(self.dialect.same(value.expr, yes)),
                }
            }
        }
    }

    fn compare(
        &self,
        operator: BinaryOperator,
        a: Operand,
        b: Operand,
        nulls: Nulls,
    ) -> Result<Expr, StoreError> {
        use BinaryOperator::{Contains, EndsWith, Equal, NotEqual, StartsWith};
        match (operator, a.form, b.form) {
            (Equal, _, Form::Null) => return Ok(a.expr.is_null()),
            (Equal, Form::Null, _) => return Ok(b.expr.is_null()),
            (NotEqual, _, Form::Null) => return Ok(a.expr.is_not_null()),
            (NotEqual, Form::Null, _) => return Ok(b.expr.is_not_null()),
            (_, Form::Null, _) | (_, _, Form::Null) => return self.boolean(false),
            (Contains, Form::Column(ColumnKind::Tags), Form::Column(ColumnKind::Text)) => {
                return Ok(self.dialect.has_tag(a.expr, b));
            }
            (Contains | StartsWith | EndsWith, ..) => {
                return Ok(self.dialect.text_test(operator, a, b));
            }
            _ => {}
        }
        if let Some(scale) = integer_scale(a.form)
            && let Some(number) = b.literal.as_ref().and_then(number_of)
        {
            return self.compare_number(operator, a.expr, number, scale, nulls);
        }
        if let Some(scale) = integer_scale(b.form)
            && let Some(number) = a.literal.as_ref().and_then(number_of)
        {
            return self.compare_number(mirrored(operator), b.expr, number, scale, nulls);
        }
        let plain = a.form == b.form && matches!(a.form, Form::Column(_));
        if !plain {
            return Ok(self.dialect.binary(operator, a, b, &Type::Boolean));
        }
        let never_null = a.literal.is_some() || b.literal.is_some();
        let (left, right) = match a.form {
            Form::Column(ColumnKind::Text) => self.dialect.text_sides(&a, &b),
            _ => (a.expr, b.expr),
        };
        Ok(self.plain(operator, left, right, never_null, nulls))
    }

    /// A comparison that the database does itself. `constant`: one side is known not to be null.
    fn plain(&self, operator: BinaryOperator, a: Expr, b: Expr, constant: bool, nulls: Nulls) -> Expr {
        let comparison = match operator {
            BinaryOperator::Equal if constant && nulls == Nulls::Lax => return a.eq(b),
            BinaryOperator::Equal => return self.dialect.same(a, b),
            BinaryOperator::NotEqual => return self.dialect.different(a, b),
            BinaryOperator::Less => a.lt(b),
            BinaryOperator::LessOrEqual => a.lte(b),
            BinaryOperator::Greater => a.gt(b),
            _ => a.gte(b),
        };
        match nulls {
            Nulls::Lax => comparison,
            Nulls::Never => self.dialect.never_null(comparison),
        }
    }

    fn compare_number(
        &self,
        operator: BinaryOperator,
        column: Expr,
        number: rust_decimal::Decimal,
        scale: u32,
        nulls: Nulls,
    ) -> Result<Expr, StoreError> {
        Ok(match bound(operator, number, scale) {
            Bound::Compare(operator, integer) => {
                let integer = Form::Column(ColumnKind::Integer).literal(self.dialect, integer)?;
                self.plain(operator, column, integer, true, nulls)
            }
            Bound::Never => self.boolean(false)?,
            Bound::Always => self.boolean(true)?,
            Bound::Present => column.is_not_null(),
        })
    }

    fn membership(
        &mut self,
        item: &Typed,
        list: &[Typed],
        at: &Place,
        nulls: Nulls,
    ) -> Result<Expr, StoreError> {
        let item = self.value(item, at)?;
        let mut constants = Vec::new();
        let mut rest = Vec::new();
        for choice in list {
            let choice = self.value(choice, at)?;
            let plain = item.form == choice.form
                && matches!(item.form, Form::Column(kind) if !matches!(kind, ColumnKind::Decimal(_)));
            if plain && choice.literal.is_some() && item.literal.is_none() {
                constants.push(self.dialect.compared(&choice));
            } else {
                rest.push(choice);
            }
        }
        let mut found: Option<Expr> = None;
        if !constants.is_empty() {
            let within = self.dialect.compared(&item).is_in(constants);
            found = Some(match nulls {
                Nulls::Lax => within,
                Nulls::Never => self.dialect.never_null(within),
            });
        }
        for choice in rest {
            let same = self.compare(BinaryOperator::Equal, item.clone(), choice, nulls)?;
            found = Some(match found {
                None => same,
                Some(found) => found.or(same),
            });
        }
        match found {
            Some(found) => Ok(found),
            None => self.boolean(false),
        }
    }

    /// The value of an expression without paths: worked out here, once.
    fn constant(&self, typed: &Typed) -> Option<Value> {
        constant(typed, self.context)
    }

    fn literal(&self, value: Value, ty: &Type) -> Result<Operand, StoreError> {
        let form = if value.is_null() { Form::Null } else { Form::of(ty) };
        let expr = self.dialect.literal(form, &value)?;
        Ok(Operand { expr, form, literal: Some(value), column: false, folded: None })
    }

    /// An expression as a value, null where it is null.
    pub(crate) fn value(&mut self, typed: &Typed, at: &Place) -> Result<Operand, StoreError> {
        if let Some(value) = self.constant(typed) {
            return self.literal(value, &typed.ty);
        }
        let computed = |expr| Operand::computed(expr, Form::of(&typed.ty));
        match &typed.node {
            Node::Literal(value) => self.literal(value.clone(), &typed.ty),
            Node::Path(path) => self.path(path, &typed.ty, at),
            Node::Negate(inner) => {
                let inner = self.value(inner, at)?;
                Ok(computed(self.dialect.negate(inner, &typed.ty)))
            }
            Node::Binary(operator, a, b) if !is_logic(*operator) && !is_test(*operator) => {
                let (a, b) = (self.value(a, at)?, self.value(b, at)?);
                Ok(computed(self.dialect.binary(*operator, a, b, &typed.ty)))
            }
            Node::Not(_) | Node::Binary(..) | Node::In(..) => {
                Ok(computed(self.condition(typed, at, Nulls::Never)?))
            }
            Node::Call(function, arguments) => {
                if *function == Function::Distance
                    && let [a, b] = &arguments[..]
                    && let Some([north_a, east_a]) = self.degrees(a, at)?
                    && let Some([north_b, east_b]) = self.degrees(b, at)?
                {
                    return Ok(computed(self.dialect.distance([north_a, east_a, north_b, east_b])));
                }
                let arguments: Result<Vec<Operand>, StoreError> =
                    arguments.iter().map(|argument| self.value(argument, at)).collect();
                Ok(computed(self.dialect.call(*function, arguments?, &typed.ty)))
            }
            Node::Aggregate(aggregate) => {
                let mut owner = at.clone();
                for hop in &aggregate.hops {
                    owner = self.hop(&owner, hop.field, hop.to)?;
                }
                self.aggregate(aggregate, &typed.ty, &owner)
            }
            Node::Perimeter(_) => self.literal(Value::Null, &typed.ty),
        }
    }

    fn path(&mut self, path: &Path, ty: &Type, at: &Place) -> Result<Operand, StoreError> {
        let mut place = at.clone();
        for hop in &path.hops {
            place = self.hop(&place, hop.field, hop.to)?;
        }
        let dictionary = self.dictionary;
        let entity = &dictionary.entities[place.entity];
        let field = &entity.fields[path.field];
        if !field.is_stored() {
            let computed = field.computed.as_ref().ok_or_else(|| unsupported("a field without a value"))?;
            return self.value(&computed.formula, &place);
        }
        let layout = self.layouts.of(entity);
        let column = |name: &str| Expr::col((Alias::new(&place.alias), Alias::new(name)));
        let operand = |found: &TableColumn| Operand {
            expr: column(&found.name),
            form: Form::Column(found.kind),
            literal: None,
            column: true,
            folded: self.dialect.folded_column(found).map(|name| column(&name)),
        };
        if let Some(column) = layout.column(path.field, path.part)
            && !matches!(column.kind, ColumnKind::Json | ColumnKind::Real)
        {
            return Ok(operand(column));
        }
        let columns = layout.columns_of(path.field);
        let cells = columns.iter().map(operand).collect();
        let expr = self.dialect.pack(field.kind.name(), cells);
        let whole = Operand::computed(expr, Form::Packed);
        Ok(match path.part {
            None => whole,
            Some(part) => {
                let expr = self.dialect.part(whole, part, ty);
                Operand::computed(expr, Form::of(ty))
            }
        })
    }

    /// Latitude and longitude of a position that is a constant or a field, as they are kept; `None` for any other.
    fn degrees(&mut self, typed: &Typed, at: &Place) -> Result<Option<[Expr; 2]>, StoreError> {
        if let Some(value) = self.constant(typed) {
            return Ok(match value {
                Value::Point(point) => Some([Expr::val(point.latitude), Expr::val(point.longitude)]),
                _ => None,
            });
        }
        let Node::Path(path) = &typed.node else { return Ok(None) };
        let mut place = at.clone();
        for hop in &path.hops {
            place = self.hop(&place, hop.field, hop.to)?;
        }
        let entity = &self.dictionary.entities[place.entity];
        if !entity.fields[path.field].is_stored() {
            return Ok(None);
        }
        let column = |found: &TableColumn| Expr::col((Alias::new(&place.alias), Alias::new(&found.name)));
        Ok(match self.layouts.of(entity).columns_of(path.field) {
            [latitude, longitude] => Some([column(latitude), column(longitude)]),
            _ => None,
        })
    }

    /// Of a test that a position is no further than so many metres from a constant one: that it lies in the box around, which an index
    /// or two comparisons tell without measuring.
    fn near(
        &mut self,
        operator: BinaryOperator,
        a: &Typed,
        b: &Typed,
        at: &Place,
    ) -> Result<Option<Expr>, StoreError> {
        use BinaryOperator::{Greater, GreaterOrEqual, Less, LessOrEqual};
        let (way, most) = match operator {
            Less | LessOrEqual => (a, b),
            Greater | GreaterOrEqual => (b, a),
            _ => return Ok(None),
        };
        let Node::Call(Function::Distance, points) = &way.node else { return Ok(None) };
        let Some(metres) = self.constant(most).as_ref().and_then(number_of).and_then(|most| most.to_f64())
        else {
            return Ok(None);
        };
        let (centre, field) = match (self.constant(&points[0]), self.constant(&points[1])) {
            (Some(Value::Point(centre)), None) => (centre, &points[1]),
            (None, Some(Value::Point(centre))) => (centre, &points[0]),
            _ => return Ok(None),
        };
        let Some([latitude, longitude]) = self.degrees(field, at)? else { return Ok(None) };
        let [south, west, north, east] = sphere::bounds(centre, metres);
        Ok(Some(latitude.between(south, north).and(longitude.between(west, east))))
    }

    /// The table that a reference leads to.
    fn hop(&mut self, from: &Place, field: FieldIndex, to: EntityIndex) -> Result<Place, StoreError> {
        let level = self.levels.last().ok_or_else(|| unsupported("a path outside a query"))?;
        if let Some(join) = level.iter().find(|join| join.from == from.alias && join.field == field) {
            return Ok(join.place.clone());
        }
        let layout = self.layouts.of(&self.dictionary.entities[from.entity]);
        let column = layout.column(field, None).ok_or_else(|| unsupported("a reference without a column"))?;
        let place = Place { alias: self.alias(), entity: to };
        let join =
            Join { from: from.alias.clone(), field, place: place.clone(), column: column.name.clone() };
        self.levels.last_mut().ok_or_else(|| unsupported("a path outside a query"))?.push(join);
        Ok(place)
    }

    fn aggregate(&mut self, aggregate: &Aggregate, ty: &Type, at: &Place) -> Result<Operand, StoreError> {
        let dictionary = self.dictionary;
        let place = Place { alias: self.alias(), entity: aggregate.entity };
        let entity = &dictionary.entities[place.entity];
        let layout = self.layouts.of(entity);
        let by =
            layout.column(aggregate.by, None).ok_or_else(|| unsupported("a reference without a column"))?;
        // The owner's id comes from the query around; joins that the body needs belong to this one.
        let owner = Expr::col((Alias::new(&at.alias), Alias::new("id")));
        let mine = Expr::col((Alias::new(&place.alias), Alias::new(&by.name))).eq(owner);
        self.levels.push(Vec::new());
        let mut query = Query::select();
        let result = self.figure(&mut query, aggregate.function, aggregate.body.as_ref(), ty, &place);
        let filter = aggregate.filter.as_ref().map(|filter| self.condition(filter, &place, Nulls::Lax));
        query.from_as(Alias::new(&entity.name), Alias::new(&place.alias));
        self.join_into(&mut query);
        self.levels.pop();
        let form = result?;
        query.and_where(mine);
        if let Some(filter) = filter {
            query.and_where(filter?);
        }
        let expr = match aggregate.function {
            AggregateFunction::Exists => Expr::exists(query),
            _ => Expr::SubQuery(None, Box::new(query.into())),
        };
        Ok(Operand::computed(expr, form))
    }

    /// Puts a figure in the columns of `query`; returns its form.
    pub(crate) fn figure(
        &mut self,
        query: &mut SelectStatement,
        function: AggregateFunction,
        body: Option<&Typed>,
        returns: &Type,
        at: &Place,
    ) -> Result<Form, StoreError> {
        use AggregateFunction::{Count, Exists, Max, Min};
        let id = Expr::col((Alias::new(&at.alias), Alias::new("id")));
        let body = match (function, body) {
            (Count, _) => {
                query.expr(id.count());
                return Ok(Form::Column(ColumnKind::Integer));
            }
            (Exists, _) => {
                query.expr(Expr::val(1));
                return Ok(Form::Column(ColumnKind::Boolean));
            }
            (_, None) => return Err(unsupported("a figure of nothing")),
            (_, Some(body)) => self.value(body, at)?,
        };
        let sortable = body.column && matches!(body.form, Form::Column(_)) && body.folded.is_none();
        if sortable && matches!(function, Min | Max) {
            let form = body.form;
            query.expr(if function == Min { body.expr.min() } else { body.expr.max() });
            return Ok(form);
        }
        query.expr(self.dialect.aggregate(function, body, returns));
        Ok(Form::of(returns))
    }

    /// A criterion of a sort.
    pub(crate) fn criterion(&mut self, typed: &Typed, at: &Place) -> Result<Operand, StoreError> {
        self.value(typed, at)
    }

    /// The column `id` of a place.
    pub(crate) fn id(&self, at: &Place) -> Operand {
        let layout = self.layouts.of(&self.dictionary.entities[at.entity]);
        let name = layout.columns_of(ID).first().map_or("id", |column| column.name.as_str());
        Operand {
            expr: Expr::col((Alias::new(&at.alias), Alias::new(name))),
            form: Form::Column(ColumnKind::Id),
            literal: None,
            column: true,
            folded: None,
        }
    }
}

impl Operand {
    /// Neither a constant nor a column.
    fn computed(expr: Expr, form: Form) -> Operand {
        Operand { expr, form, literal: None, column: false, folded: None }
    }
}

impl Form {
    /// An integer as a constant of this form.
    fn literal(self, dialect: &dyn Dialect, integer: i64) -> Result<Expr, StoreError> {
        dialect.literal(self, &Value::Integer(integer))
    }
}

/// Digits after the point of a number kept as an integer.
fn integer_scale(form: Form) -> Option<u32> {
    match form {
        Form::Column(ColumnKind::Integer) => Some(0),
        Form::Column(ColumnKind::Decimal(scale)) => Some(scale),
        _ => None,
    }
}

fn mirrored(operator: BinaryOperator) -> BinaryOperator {
    match operator {
        BinaryOperator::Less => BinaryOperator::Greater,
        BinaryOperator::LessOrEqual => BinaryOperator::GreaterOrEqual,
        BinaryOperator::Greater => BinaryOperator::Less,
        BinaryOperator::GreaterOrEqual => BinaryOperator::LessOrEqual,
        other => other,
    }
}

fn is_logic(operator: BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::And | BinaryOperator::Or)
}

fn is_test(operator: BinaryOperator) -> bool {
    use BinaryOperator::*;
    matches!(
        operator,
        Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | Contains | StartsWith | EndsWith
    )
}

/// All conditions of a `where`.
pub(crate) fn all(conditions: Vec<Expr>) -> Condition {
    conditions.into_iter().fold(Condition::all(), Condition::add)
}

/// The value of an expression that reads no record.
fn constant(typed: &Typed, context: &Context) -> Option<Value> {
    if reads(typed) {
        return None;
    }
    evaluate(typed, &NoRecord, context).ok()
}

/// Whether an expression reads a record.
fn reads(typed: &Typed) -> bool {
    match &typed.node {
        Node::Literal(_) | Node::Perimeter(_) => false,
        Node::Path(_) | Node::Aggregate(_) => true,
        Node::Not(inner) | Node::Negate(inner) => reads(inner),
        Node::Binary(_, a, b) => reads(a) || reads(b),
        Node::In(item, list) => reads(item) || list.iter().any(reads),
        Node::Call(_, arguments) => arguments.iter().any(reads),
    }
}

/// The record of expressions that read none.
struct NoRecord;

impl Scope for NoRecord {
    fn field(&self, _: FieldIndex) -> Result<Cow<'_, Value>, EvaluateError> {
        Ok(Cow::Owned(Value::Null))
    }

    fn follow(&self, _: Hop) -> Result<Option<Box<dyn Scope + '_>>, EvaluateError> {
        Ok(None)
    }

    fn children(&self, _: EntityIndex, _: FieldIndex) -> Result<Vec<Box<dyn Scope + '_>>, EvaluateError> {
        Ok(Vec::new())
    }
}
