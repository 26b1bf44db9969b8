//! Computed fields: their formulas, checked in the order in which they depend on each other.

use std::collections::BTreeMap;

use crate::compile::entities::EntityDraft;
use crate::compile::expressions::{fits, type_text};
use crate::compile::reader::Given;
use crate::compile::{Compiling, dependencies};
use crate::diagnostics::Finding;
use crate::expression::{Expression, Typed};
use crate::model::{Computed, Dictionary, EntityIndex, FieldIndex};

/// A field: its entity and its place there.
pub type FieldId = (EntityIndex, FieldIndex);

struct Formula<'m> {
    given: Given<&'m str>,
    parsed: Expression,
}

/// Sets `computed` of every computed field; returns those in an order in which each comes after what it reads. Reports circles.
///
/// Formulas are checked twice: first to learn what each reads, then in order, when the formula of a virtual field can take its place.
pub(crate) fn read(
    cx: &Compiling<'_>,
    dictionary: &mut Dictionary,
    drafts: &[EntityDraft<'_>],
) -> Vec<FieldId> {
    let mut formulas: BTreeMap<FieldId, Formula<'_>> = BTreeMap::new();
    let mut reads: BTreeMap<FieldId, Vec<FieldId>> = BTreeMap::new();
    for (entity, draft) in drafts.iter().enumerate() {
        for field in &draft.fields {
            let Some(given) = field.formula else { continue };
            let Some(parsed) = cx.parse(given) else { continue };
            let Some(checked) = cx.check_parsed(dictionary, entity, given, &parsed) else { continue };
            reads.insert((entity, field.index), read_by(entity, &checked));
            formulas.insert((entity, field.index), Formula { given, parsed });
        }
    }
    let order = in_order(&reads, &mut |circle| report_circle(cx, dictionary, &formulas, circle));
    for &(entity, field) in &order {
        let Formula { given, parsed } = &formulas[&(entity, field)];
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

/// Fields that a formula about records of `entity` reads.
pub fn read_by(entity: EntityIndex, formula: &Typed) -> Vec<FieldId> {
    let mut found = Vec::new();
    dependencies::reads(entity, formula, &mut |read| found.push((read.entity, read.field)));
    found
}

/// Fields that formulas read, each after those it reads itself; `circle` hears of each circle, from its first field to its last. Sorts by
/// depth first.
pub(crate) fn in_order(
    reads: &BTreeMap<FieldId, Vec<FieldId>>,
    circle: &mut dyn FnMut(&[FieldId]),
) -> Vec<FieldId> {
    let mut order = Vec::new();
    let mut open = Vec::new();
    for &id in reads.keys() {
        visit(reads, id, &mut open, &mut order, circle);
    }
    order
}

fn visit(
    reads: &BTreeMap<FieldId, Vec<FieldId>>,
    id: FieldId,
    open: &mut Vec<FieldId>,
    order: &mut Vec<FieldId>,
    circle: &mut dyn FnMut(&[FieldId]),
) {
    if order.contains(&id) {
        return;
    }
    if let Some(start) = open.iter().position(|other| *other == id) {
        circle(&open[start..]);
        return;
    }
    open.push(id);
    for &read in &reads[&id] {
        if reads.contains_key(&read) {
            visit(reads, read, open, order, circle);
        }
    }
    open.pop();
    order.push(id);
}

fn report_circle(
    cx: &Compiling<'_>,
    dictionary: &Dictionary,
    formulas: &BTreeMap<FieldId, Formula<'_>>,
    circle: &[FieldId],
) {
    let names: Vec<String> = circle.iter().chain([&circle[0]]).map(|id| name(dictionary, *id)).collect();
    let names = names.join(" → ");
    cx.findings.push(Finding::new(
        formulas[&circle[0]].given.place,
        "formula_cycle",
        format!("ces champs calculés dépendent les uns des autres : {names}"),
        format!("these computed fields depend on each other: {names}"),
    ));
}

fn name(dictionary: &Dictionary, (entity, field): FieldId) -> String {
    let entity = &dictionary.entities[entity];
    format!("{}.{}", entity.name, entity.fields[field].name)
}
