//! Steps of a plan as people read them.

use crate::label::Label;
use crate::plan::{Change, How};

/// A step in one line.
pub(super) fn of(change: &Change) -> Label {
    let (fr, en) = match change {
        Change::RenameEntity { from, entity } => (
            format!("renomme l'entité `{from}` en `{entity}`"),
            format!("renames the entity `{from}` to `{entity}`"),
        ),
        Change::RenameField { entity, from, field, .. } => (
            format!("renomme le champ `{entity}.{from}` en `{field}`"),
            format!("renames the field `{entity}.{from}` to `{field}`"),
        ),
        Change::DropIndex { entity, field } => (
            format!("supprime l'index de `{entity}.{field}`"),
            format!("drops the index of `{entity}.{field}`"),
        ),
        Change::DropUnique { entity, key } => (
            format!("lève la clé unique `{key}` de `{entity}`"),
            format!("lifts the unique key `{key}` of `{entity}`"),
        ),
        Change::SetAsideEntity { entity } => (
            format!("retire l'entité `{entity}` ; ses fiches sont gardées de côté"),
            format!("removes the entity `{entity}`; its records are kept aside"),
        ),
        Change::SetAsideField { entity, field, columns } if columns.is_empty() => {
            (format!("retire le champ `{entity}.{field}`"), format!("removes the field `{entity}.{field}`"))
        }
        Change::SetAsideField { entity, field, .. } => (
            format!("retire le champ `{entity}.{field}` ; ses valeurs sont gardées de côté"),
            format!("removes the field `{entity}.{field}`; its values are kept aside"),
        ),
        Change::CreateEntity { entity } => {
            (format!("crée l'entité `{entity}`"), format!("creates the entity `{entity}`"))
        }
        Change::AddField { entity, field, .. } => {
            (format!("ajoute le champ `{entity}.{field}`"), format!("adds the field `{entity}.{field}`"))
        }
        Change::ChangeField { entity, field, .. } => (
            format!("change le type du champ `{entity}.{field}`"),
            format!("changes the type of the field `{entity}.{field}`"),
        ),
        Change::AddIndex { entity, field } => {
            (format!("indexe `{entity}.{field}`"), format!("indexes `{entity}.{field}`"))
        }
        Change::AddUnique { entity, key, fields } => {
            let fields = fields.join(", ");
            (
                format!("pose la clé unique `{key}` de `{entity}` ({fields})"),
                format!("sets the unique key `{key}` of `{entity}` ({fields})"),
            )
        }
        Change::NumberRecords { entity } => {
            (format!("numérote les fiches de `{entity}`"), format!("numbers the records of `{entity}`"))
        }
        Change::Retarget { entity, field, renamed, dropped } => {
            retarget_sentence(entity, field, renamed, dropped)
        }
        Change::Compute { entity, field } => (
            format!("calcule `{entity}.{field}` pour toutes les fiches"),
            format!("computes `{entity}.{field}` for all records"),
        ),
        Change::Reindex { entity } => {
            (format!("refait la recherche de `{entity}`"), format!("makes the search of `{entity}` again"))
        }
        Change::AlterField { entity, field, attributes } => {
            let attributes = attributes.join(", ");
            (
                format!("modifie `{entity}.{field}` : {attributes}"),
                format!("changes `{entity}.{field}`: {attributes}"),
            )
        }
        Change::AlterEntity { entity, attributes } => {
            let attributes = attributes.join(", ");
            (format!("modifie `{entity}` : {attributes}"), format!("changes `{entity}`: {attributes}"))
        }
        Change::AlterPart { entity, part, name, how } => part_sentence(entity, part, name, *how),
        Change::AlterList { list, how } => {
            let (fr, en) = verbs(*how);
            (format!("{fr} la liste `{list}`"), format!("{en} the list `{list}`"))
        }
        Change::AlterListValue { list, tag, how } => {
            let (fr, en) = verbs(*how);
            (
                format!("{fr} la valeur `{tag}` de la liste `{list}`"),
                format!("{en} the value `{tag}` of the list `{list}`"),
            )
        }
        Change::AlterDashboard { dashboard, how } => {
            let (fr, en) = verbs(*how);
            (format!("{fr} le tableau de bord `{dashboard}`"), format!("{en} the dashboard `{dashboard}`"))
        }
        Change::AlterProfile { profile, how } => {
            let (fr, en) = verbs(*how);
            (format!("{fr} les droits de `{profile}`"), format!("{en} the rights of `{profile}`"))
        }
        Change::AlterMenu => ("modifie le menu".into(), "changes the menu".into()),
        Change::AlterModule { module, from, to } => module_sentence(module, from.as_deref(), to.as_deref()),
    };
    Label::new(&fr, &en)
}

fn retarget_sentence(
    entity: &str,
    field: &str,
    renamed: &[(String, String)],
    dropped: &[String],
) -> (String, String) {
    let renames: Vec<String> = renamed.iter().map(|(from, to)| format!("`{from}` → `{to}`")).collect();
    let mut parts = (Vec::new(), Vec::new());
    if !renamed.is_empty() {
        let renames = renames.join(", ");
        parts.0.push(format!("suit les entités renommées ({renames})"));
        parts.1.push(format!("follows the renamed entities ({renames})"));
    }
    if !dropped.is_empty() {
        let dropped = dropped.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        parts.0.push(format!("ne désigne plus de fiche de {dropped}"));
        parts.1.push(format!("no longer names records of {dropped}"));
    }
    (
        format!("`{entity}.{field}` {}", parts.0.join(" et ")),
        format!("`{entity}.{field}` {}", parts.1.join(" and ")),
    )
}

fn verbs(how: How) -> (&'static str, &'static str) {
    match how {
        How::Added => ("ajoute", "adds"),
        How::Changed => ("modifie", "changes"),
        How::Removed => ("retire", "removes"),
    }
}

fn part_sentence(entity: &str, part: &str, name: &str, how: How) -> (String, String) {
    let (fr, en) = verbs(how);
    match part {
        "list" => (format!("{fr} la liste de `{entity}`"), format!("{en} the list screen of `{entity}`")),
        "form" => {
            (format!("{fr} le formulaire de `{entity}`"), format!("{en} the form screen of `{entity}`"))
        }
        "board" => (format!("{fr} le tableau de `{entity}`"), format!("{en} the board of `{entity}`")),
        "calendar" => (format!("{fr} l'agenda de `{entity}`"), format!("{en} the calendar of `{entity}`")),
        "timeline" => (format!("{fr} le planning de `{entity}`"), format!("{en} the timeline of `{entity}`")),
        "map" => (format!("{fr} la carte de `{entity}`"), format!("{en} the map of `{entity}`")),
        "tree" => (format!("{fr} l'arbre de `{entity}`"), format!("{en} the tree of `{entity}`")),
        "gallery" => (format!("{fr} la galerie de `{entity}`"), format!("{en} the gallery of `{entity}`")),
        "pivot" => {
            (format!("{fr} le tableau croisé de `{entity}`"), format!("{en} the pivot table of `{entity}`"))
        }
        "chart" => (format!("{fr} les graphiques de `{entity}`"), format!("{en} the charts of `{entity}`")),
        "rule" => {
            (format!("{fr} la règle `{name}` de `{entity}`"), format!("{en} the rule `{name}` of `{entity}`"))
        }
        "notice" => {
            (format!("{fr} l'avis `{name}` de `{entity}`"), format!("{en} the notice `{name}` of `{entity}`"))
        }
        _ => (
            format!("{fr} la transition `{name}` de `{entity}`"),
            format!("{en} the transition `{name}` of `{entity}`"),
        ),
    }
}

fn module_sentence(module: &str, from: Option<&str>, to: Option<&str>) -> (String, String) {
    match (from, to) {
        (None, Some(to)) => (format!("installe `{module}` {to}"), format!("installs `{module}` {to}")),
        (Some(_), None) => (format!("retire `{module}`"), format!("removes `{module}`")),
        (from, to) => {
            let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
            (format!("passe `{module}` de {from} à {to}"), format!("takes `{module}` from {from} to {to}"))
        }
    }
}
