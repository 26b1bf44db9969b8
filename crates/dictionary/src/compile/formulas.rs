//! Computed fields: their formulas, checked in the order in which they depend on each other.

use std::collections::BTreeMap;

use crate::compile::entities::EntityDraft;
use crate::compile::expressions::{fits, type_text};
use crate::compile::reader::Given;
use crate::compile::{Compiling, dependencies};
use crate::diagnostics::Finding;
use crate::expression::Expression;
use crate::model::{Computed, Dictionary, EntityIndex, FieldIndex};

type FieldId = (EntityIndex, FieldIndex);

struct Formula<'m> {
    given: Given<&'m str>,
    parsed: Expression,
    reads: Vec<FieldId>,
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
    for (entity, draft) in drafts.iter().enumerate() {
        for field in &draft.fields {
            let Some(given) = field.formula else { continue };
            let Some(parsed) = cx.parse(given) else { continue };
            let Some(checked) = cx.check_parsed(dictionary, entity, given, &parsed) else { continue };
            let mut reads = Vec::new();
            dependencies::reads(entity, &checked, &mut |read| reads.push((read.entity, read.field)));
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
