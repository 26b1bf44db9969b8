//! Display order: as written, then moved by `after`.

use std::collections::BTreeMap;

use crate::diagnostics::{Finding, Findings};
use crate::expression::error::nearest;
use crate::layers::tree::{Entry, Setting, Table};

/// Children of a table that no layer removed, in display order: as written, except that one with `after` follows the one it names (and
/// after it, in written order, others that name the same).
///
/// `firsts` are names outside the table that `after` may also give: what names them comes before everything else. Reports an `after` that
/// names nothing, and cycles; such children keep their written order.
pub(crate) fn ordered<'t>(
    table: &'t Table,
    firsts: &[&str],
    findings: &Findings,
) -> Vec<(&'t str, &'t Entry)> {
    let children: Vec<(&str, &Entry)> =
        table.all_written().into_iter().filter(|(_, entry)| entry.table().is_some()).collect();
    let mut heads = Vec::new();
    let mut roots = Vec::new();
    let mut followers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (position, (name, entry)) in children.iter().enumerate() {
        match after(entry) {
            Some((target, _)) if children.iter().any(|(n, _)| *n == target) => {
                followers.entry(target).or_default().push(position);
            }
            Some((target, _)) if firsts.contains(&target) => heads.push(position),
            Some((target, place)) => {
                let names = children.iter().map(|(n, _)| *n).filter(|n| n != name);
                findings.push(
                    Finding::new(
                        place,
                        "unknown_after",
                        format!("`{name}` ne peut pas suivre `{target}`, qui n'existe pas ici"),
                        format!("`{name}` cannot follow `{target}`, which is not here"),
                    )
                    .suggest(nearest(target, names)),
                );
                roots.push(position);
            }
            None => roots.push(position),
        }
    }
    let mut placed = Vec::with_capacity(children.len());
    let mut stack: Vec<usize> = heads.into_iter().chain(roots).rev().collect();
    while let Some(position) = stack.pop() {
        placed.push(position);
        stack.extend(followers.get(children[position].0).into_iter().flatten().rev());
    }
    for (position, (name, entry)) in children.iter().enumerate() {
        if placed.contains(&position) {
            continue;
        }
        placed.push(position);
        if let Some((target, place)) = after(entry) {
            findings.push(Finding::new(
                place,
                "after_cycle",
                format!("`{name}` suit `{target}`, qui le suit lui-même"),
                format!("`{name}` follows `{target}`, which follows it in turn"),
            ));
        }
    }
    placed.into_iter().map(|position| children[position]).filter(|(_, entry)| !entry.is_removed()).collect()
}

fn after(entry: &Entry) -> Option<(&str, crate::diagnostics::Place)> {
    let leaf = entry.table()?.leaf("after")?;
    match &leaf.value {
        Setting::Text(target) => Some((target, leaf.place)),
        _ => None,
    }
}
