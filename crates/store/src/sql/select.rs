//! Whole statements: pages, counts, figures.

use dictionary::expression::{Accumulator, AggregateFunction, Type};
use dictionary::{Dictionary, Value};
use sea_query::{Alias, Expr, ExprTrait, NullOrdering, Order, Query, SelectStatement};

use crate::error::StoreError;
use crate::layout::Layouts;
use crate::query::{Aggregation, Figure, Grouping, Select};
use crate::sql::compile::{Compiler, Place, all};
use crate::sql::keyset::{self, Criterion};
use crate::sql::{Dialect, Form, Statement};

/// Alias of the table that a query is about.
const BASE: &str = "t0";

/// The parts of a query that every statement over it shares.
struct Parts<'a> {
    compiler: Compiler<'a>,
    place: Place,
    conditions: Vec<Expr>,
    /// Full-text search has no word to look for: there is no row.
    nothing: bool,
}

fn parts<'a>(
    dictionary: &'a Dictionary,
    layouts: &'a Layouts,
    dialect: &'a dyn Dialect,
    select: &'a Select<'_>,
) -> Result<Parts<'a>, StoreError> {
    let position = |name: &str| dictionary.entities.binary_search_by(|e| e.name.as_str().cmp(name));
    let entity = position(&select.entity.name)
        .map_err(|_| StoreError::database("query rows", "the entity is not of this dictionary"))?;
    let place = Place { alias: BASE.to_owned(), entity };
    let mut compiler = Compiler::new(dictionary, layouts, dialect, select.context);
    let mut conditions = Vec::new();
    for filter in &select.filters {
        conditions.push(compiler.filter(filter, &place)?);
    }
    let mut nothing = false;
    if let Some(text) = select.search.filter(|text| !text.trim().is_empty()) {
        match dialect.search(&select.entity.name, BASE, text) {
            Some(found) => conditions.push(found),
            None => nothing = true,
        }
    }
    Ok(Parts { compiler, place, conditions, nothing })
}

/// Statements whose rows, one after the other up to the limit, are the page. Columns are those of the table, in order.
pub(crate) fn page(
    dictionary: &Dictionary,
    layouts: &Layouts,
    dialect: &dyn Dialect,
    select: &Select<'_>,
) -> Result<Vec<Statement>, StoreError> {
    let Parts { mut compiler, place, conditions, nothing } = parts(dictionary, layouts, dialect, select)?;
    if nothing {
        return Ok(Vec::new());
    }
    let mut criteria = Vec::with_capacity(select.order.len() + 1);
    for sort in select.order {
        let operand = compiler.criterion(&sort.path, &place)?;
        if !keyset::is_sortable(operand.form) {
            return Err(StoreError::database("sort rows", "this type has no order"));
        }
        criteria.push(Criterion { operand, descending: sort.descending });
    }
    let descending = criteria.last().is_some_and(|last| last.descending);
    criteria.push(Criterion { operand: compiler.id(&place), descending });

    let mut query = Query::select();
    let layout = layouts.of(select.entity);
    for column in &layout.columns {
        query.column((Alias::new(BASE), Alias::new(&column.name)));
    }
    query.from_as(Alias::new(&select.entity.name), Alias::new(BASE));
    compiler.join_into(&mut query);
    query.cond_where(all(conditions));
    query.limit(u64::from(select.limit));

    let parts = match select.after {
        Some(after) => {
            if after.values.len() != select.order.len() {
                return Err(StoreError::database("go on with a list", "the key is of another sort"));
            }
            let mut key = after.values.clone();
            key.push(Value::Id(after.id));
            keyset::after(dialect, &criteria, &key)?
        }
        // The id, which every sort ends with, is never null.
        None if criteria.len() > 1 && criteria[0].descending && !dialect.nulls_last_by_index() => {
            keyset::whole(dialect, &criteria[0])
        }
        None => {
            order(&mut query, dialect, &criteria, false);
            return Ok(vec![dialect.build(&query)]);
        }
    };
    let statements = parts.into_iter().map(|part| {
        let mut query = query.clone();
        query.and_where(part);
        order(&mut query, dialect, &criteria, true);
        dialect.build(&query)
    });
    Ok(statements.collect())
}

/// Sorts. `apart`: rows whose first criterion has a value are read apart from those where it is null.
fn order(query: &mut SelectStatement, dialect: &dyn Dialect, criteria: &[Criterion], apart: bool) {
    let last = criteria.len() - 1;
    let told = apart && !dialect.nulls_last_by_index();
    for (index, Criterion { operand, descending }) in criteria.iter().enumerate() {
        let direction = || if *descending { Order::Desc } else { Order::Asc };
        for term in dialect.order_terms(operand) {
            // Never null, or always: then the index read in that direction has the order.
            if index == last || (index == 0 && told) {
                query.order_by_expr(term, direction());
            } else {
                query.order_by_expr_with_nulls(term, direction(), NullOrdering::Last);
            }
        }
    }
}

/// How many rows, counting to `cap`. `None` for none.
pub(crate) fn count(
    dictionary: &Dictionary,
    layouts: &Layouts,
    dialect: &dyn Dialect,
    select: &Select<'_>,
    cap: u64,
) -> Result<Option<Statement>, StoreError> {
    let Parts { mut compiler, conditions, nothing, .. } = parts(dictionary, layouts, dialect, select)?;
    if nothing {
        return Ok(None);
    }
    let mut inner = Query::select();
    inner.expr_as(Expr::val(1), Alias::new("one"));
    inner.from_as(Alias::new(&select.entity.name), Alias::new(BASE));
    compiler.join_into(&mut inner);
    inner.cond_where(all(conditions)).limit(cap);
    let mut query = Query::select();
    query.expr(Expr::col(sea_query::Asterisk).count()).from_subquery(inner, Alias::new("found"));
    Ok(Some(dialect.build(&query)))
}

/// A figure over rows, and the form of the answer. `None` when there is no row at all.
pub(crate) fn aggregate(
    dictionary: &Dictionary,
    layouts: &Layouts,
    dialect: &dyn Dialect,
    select: &Select<'_>,
    aggregation: &Aggregation<'_>,
) -> Result<Option<(Statement, Form)>, StoreError> {
    let Parts { mut compiler, place, conditions, nothing } = parts(dictionary, layouts, dialect, select)?;
    if nothing {
        return Ok(None);
    }
    let mut query = Query::select();
    let returns = figure_type(aggregation);
    let form = compiler.figure(&mut query, aggregation.function, aggregation.body, &returns, &place)?;
    query.from_as(Alias::new(&select.entity.name), Alias::new(BASE));
    compiler.join_into(&mut query);
    query.cond_where(all(conditions));
    if aggregation.function == AggregateFunction::Exists {
        let mut outer = Query::select();
        outer.expr(Expr::exists(query));
        return Ok(Some((dialect.build(&outer), form)));
    }
    Ok(Some((dialect.build(&query), form)))
}

/// Groups with their figures, and the form of each column of the answer. `None` when there is no row at all.
pub(crate) fn group(
    dictionary: &Dictionary,
    layouts: &Layouts,
    dialect: &dyn Dialect,
    select: &Select<'_>,
    grouping: &Grouping<'_>,
) -> Result<Option<(Statement, Vec<Form>)>, StoreError> {
    let Parts { mut compiler, place, conditions, nothing } = parts(dictionary, layouts, dialect, select)?;
    if nothing {
        return Ok(None);
    }
    let mut query = Query::select();
    let mut forms = Vec::with_capacity(grouping.keys.len() + grouping.figures.len());
    for (index, key) in grouping.keys.iter().enumerate() {
        let operand = compiler.value(key, &place)?;
        query.expr(operand.expr);
        forms.push(operand.form);
        // By its place among the columns: values bound in it would not be bound to the same names twice.
        query.add_group_by([Expr::cust((index + 1).to_string())]);
    }
    for figure in &grouping.figures {
        match figure {
            Figure::Of(aggregation) => {
                let returns = figure_type(aggregation);
                let Aggregation { function, body } = aggregation;
                forms.push(compiler.figure(&mut query, *function, *body, &returns, &place)?);
            }
            Figure::Distinct(body) => {
                query.expr(compiler.value(body, &place)?.expr.count_distinct());
                forms.push(Form::of(&Type::Integer));
            }
        }
    }
    query.from_as(Alias::new(&select.entity.name), Alias::new(BASE));
    compiler.join_into(&mut query);
    query.cond_where(all(conditions)).limit(u64::from(grouping.limit));
    Ok(Some((dialect.build(&query), forms)))
}

/// Figures over no row at all.
pub(crate) fn figures_of_nothing(figures: &[Figure<'_>]) -> Vec<Value> {
    let nothing = |figure: &Figure<'_>| match figure {
        Figure::Of(Aggregation { function, body }) => {
            Accumulator::new(*function, body.map_or(&Type::Null, |body| &body.ty)).finish()
        }
        Figure::Distinct(_) => Value::Integer(0),
    };
    figures.iter().map(nothing).collect()
}

/// Type of a figure.
pub(crate) fn figure_type(aggregation: &Aggregation<'_>) -> Type {
    match (aggregation.function, aggregation.body) {
        (AggregateFunction::Exists, _) => Type::Boolean,
        (AggregateFunction::Count, _) | (_, None) => Type::Integer,
        (AggregateFunction::Average, Some(body)) if body.ty != Type::Duration => Type::Decimal,
        (_, Some(body)) => body.ty.clone(),
    }
}
