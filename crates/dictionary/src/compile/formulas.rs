//! Computed fields: their formulas, checked in the order in which they depend on each other.

use std::collections::BTreeMap;

use crate::compile::Compiling;
use crate::compile::entities::EntityDraft;
use crate::compile::expressions::{fits, type_text};
use crate::compile::reader::Given;
use crate::diagnostics::Finding;
use crate::expression::{Expr, ExprKind, Expression, Names};
use crate::model::{Computed, Dictionary, EntityIndex, FieldIndex};

type FieldId = (EntityIndex, FieldIndex);

struct Formula<'m> {
    given: Given<&'m str>,
    parsed: Expression,
    reads: Vec<FieldId>,
}

/// Sets `computed` of every computed field; returns those in an order in which each comes after what it reads. Reports circles.
pub(crate) fn read(
    cx: &Compiling<'_>,
    dictionary: &mut Dictionary,
    drafts: &[EntityDraft<'_>],
) -> Vec<FieldId> {
    let mut formulas: BTreeMap<FieldId, Formula<'_>> = BTreeMap::new();
    for (entity, draft) in drafts.iter().enumerate() {
        for field in &draft.fields {
            let Some(given) = field.formula else { continue };
            let Some(parsed) = cx.parse(given) else { continue };
            let mut reads = Vec::new();
            collect(dictionary, entity, &[], &parsed.root, &mut reads);
            formulas.insert((entity, field.index), Formula { given, parsed, reads });
        }
    }
    let order = in_order(cx, dictionary, &formulas);
    for &(entity, field) in &order {
        let Formula { given, parsed, .. } = &formulas[&(entity, field)];
        let Some(formula) = cx.check_parsed(dictionary, entity, *given, parsed) else { continue };
        let target = &dictionary.entities[entity].fields[field];
        let returns = target.kind.expression_type(&target.options);
        if !fits(&formula.ty, &returns) {
            let (found, expected) = (type_text(&formula.ty), type_text(&returns));
            cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("cette formule rend {found}, mais le champ attend {expected}"),
                format!("this formula gives {found}, but the field expects {expected}"),
            ));
        }
        let stored = !formula.is_volatile();
        dictionary.entities[entity].fields[field].computed = Some(Computed { formula, stored });
    }
    order
}

/// Sorts by depth first, so that what is read comes before what reads it.
fn in_order(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    formulas: &BTreeMap<FieldId, Formula<'_>>,
) -> Vec<FieldId> {
    let mut order = Vec::new();
    let mut open = Vec::new();
    for &id in formulas.keys() {
        visit(cx, dictionary, formulas, id, &mut open, &mut order);
    }
    order
}

fn visit(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    formulas: &BTreeMap<FieldId, Formula<'_>>,
    id: FieldId,
    open: &mut Vec<FieldId>,
    order: &mut Vec<FieldId>,
) {
    if order.contains(&id) {
        return;
    }
    if let Some(start) = open.iter().position(|other| *other == id) {
        let circle: Vec<String> = open[start..].iter().chain([&id]).map(|id| name(dictionary, *id)).collect();
        let circle = circle.join(" → ");
        cx.findings.push(Finding::new(
            formulas[&open[start]].given.place,
            "formula_cycle",
            format!("ces champs calculés dépendent les uns des autres : {circle}"),
            format!("these computed fields depend on each other: {circle}"),
        ));
        return;
    }
    open.push(id);
    for &read in &formulas[&id].reads {
        if formulas.contains_key(&read) {
            visit(cx, dictionary, formulas, read, open, order);
        }
    }
    open.pop();
    order.push(id);
}

fn name(dictionary: &Dictionary, (entity, field): FieldId) -> String {
    let entity = &dictionary.entities[entity];
    format!("{}.{}", entity.name, entity.fields[field].name)
}

/// Fields that an expression names, as far as they can be found before it is checked. Inside the first argument of a figure, names start
/// with `records`, and are those of the records.
fn collect(
    names: &dyn Names,
    entity: EntityIndex,
    records: &[String],
    expr: &Expr,
    reads: &mut Vec<FieldId>,
) {
    match &expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Path(path) => {
            collect_path(names, entity, path.strip_prefix(records).unwrap_or(path), reads);
        }
        ExprKind::Not(inner) | ExprKind::Negate(inner) => collect(names, entity, records, inner, reads),
        ExprKind::Binary(_, left, right) => {
            collect(names, entity, records, left, reads);
            collect(names, entity, records, right, reads);
        }
        ExprKind::In(item, among) => {
            collect(names, entity, records, item, reads);
            among.iter().for_each(|one| collect(names, entity, records, one, reads));
        }
        ExprKind::Call(_, arguments) => match figure(names, entity, records, arguments) {
            Some((child, prefix)) => {
                collect(names, child, prefix, &arguments[0], reads);
                arguments[1..].iter().for_each(|filter| collect(names, child, &[], filter, reads));
            }
            None => arguments.iter().for_each(|one| collect(names, entity, records, one, reads)),
        },
    }
}

fn collect_path(names: &dyn Names, entity: EntityIndex, path: &[String], reads: &mut Vec<FieldId>) {
    let mut at = entity;
    for name in path {
        let Some((field, shape)) = names.field(at, name) else { return };
        reads.push((at, field));
        match shape.options.to.as_deref().and_then(|to| names.entity_index(to)) {
            Some(next) => at = next,
            None => return,
        }
    }
}

/// Of the arguments of a figure, the entity of its records and what names in the first argument start with. `None` for another call.
fn figure<'e>(
    names: &dyn Names,
    entity: EntityIndex,
    records: &[String],
    arguments: &'e [Expr],
) -> Option<(EntityIndex, &'e [String])> {
    let path = arguments.first().and_then(first_path)?;
    let name = path.strip_prefix(records)?.first()?;
    let child = match names.field(entity, name) {
        Some((_, shape)) => names.entity_index(shape.options.of.as_deref()?)?,
        None => names.collection_index(name)?,
    };
    Some((child, &path[..=records.len()]))
}

/// The first name in an expression, reading from left to right.
fn first_path(expr: &Expr) -> Option<&[String]> {
    match &expr.kind {
        ExprKind::Literal(_) => None,
        ExprKind::Path(path) => Some(path),
        ExprKind::Call(_, arguments) => arguments.iter().find_map(first_path),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => first_path(inner),
        ExprKind::Binary(_, left, right) => first_path(left).or_else(|| first_path(right)),
        ExprKind::In(left, items) => first_path(left).or_else(|| items.iter().find_map(first_path)),
    }
}
