//! A plan, applied step by step to the tables of the old dictionary, makes the tables of the new one.

use std::collections::{BTreeMap, BTreeSet};

use dictionary::Dictionary;
use dictionary::plan::{Change, Conversion, creation, former_entity, former_field, plan};
use proptest::prelude::*;

use crate::common::dictionary;

/// What a store keeps of a dictionary.
#[derive(Debug, Default, Clone, PartialEq)]
struct Tables(BTreeMap<String, Table>);

#[derive(Debug, Default, Clone, PartialEq)]
struct Table {
    columns: BTreeMap<String, String>,
    indexes: BTreeSet<String>,
    uniques: BTreeMap<String, Vec<String>>,
}

impl Tables {
    fn of(dictionary: &Dictionary) -> Tables {
        let mut tables = Tables::default();
        for entity in &dictionary.entities {
            tables.create(dictionary, &entity.name);
        }
        tables
    }

    fn create(&mut self, dictionary: &Dictionary, name: &str) {
        let entity = dictionary.entity(name).unwrap();
        let mut table = Table::default();
        for field in &entity.fields {
            table.columns.extend(field.columns().into_iter().map(|c| (c.name, format!("{:?}", c.kind))));
            if field.indexed && field.is_stored() {
                table.indexes.insert(field.name.clone());
            }
        }
        for key in &entity.uniques {
            let fields = key.fields.iter().map(|&field| entity.fields[field].name.clone());
            table.uniques.insert(key.name.clone(), fields.collect());
        }
        assert!(self.0.insert(name.into(), table).is_none(), "{name} is created twice");
    }

    fn table(&mut self, entity: &str) -> &mut Table {
        self.0.get_mut(entity).unwrap_or_else(|| panic!("there is no table {entity}"))
    }

    fn apply(&mut self, change: &Change, new: &Dictionary) {
        match change {
            Change::RenameEntity { from, entity } => {
                let table = self.0.remove(from).unwrap();
                assert!(self.0.insert(entity.clone(), table).is_none(), "{entity} is taken");
            }
            Change::RenameField { entity, from, field, columns } => {
                let table = self.table(entity);
                for (from, to) in columns {
                    let kind = table.columns.remove(from).unwrap();
                    assert!(table.columns.insert(to.clone(), kind).is_none(), "{to} is taken");
                }
                if table.indexes.remove(from) {
                    table.indexes.insert(field.clone());
                }
                for fields in table.uniques.values_mut() {
                    fields.iter_mut().filter(|f| *f == from).for_each(|f| f.clone_from(field));
                }
            }
            Change::DropIndex { entity, field } => {
                assert!(self.table(entity).indexes.remove(field), "{field}")
            }
            Change::DropUnique { entity, key } => {
                assert!(self.table(entity).uniques.remove(key).is_some(), "{key}")
            }
            Change::SetAsideEntity { entity } => assert!(self.0.remove(entity).is_some(), "{entity}"),
            Change::SetAsideField { entity, columns, .. } => {
                for column in columns {
                    let kind = self.table(entity).columns.remove(&column.name);
                    assert_eq!(kind, Some(format!("{:?}", column.kind)), "{}", column.name);
                }
            }
            Change::CreateEntity { entity } => self.create(new, entity),
            Change::AddField { entity, columns, .. } => {
                for column in columns {
                    let there =
                        self.table(entity).columns.insert(column.name.clone(), format!("{:?}", column.kind));
                    assert_eq!(there, None, "{}", column.name);
                }
            }
            Change::ChangeField { entity, from, to, conversion, .. } => {
                let table = self.table(entity);
                for column in from {
                    assert!(table.columns.remove(&column.name).is_some(), "{}", column.name);
                }
                table.columns.extend(to.iter().map(|c| (c.name.clone(), format!("{:?}", c.kind))));
                assert!(*conversion != Conversion::Keep || from == to, "kept values need the same columns");
            }
            Change::AddIndex { entity, field } => {
                assert!(self.table(entity).indexes.insert(field.clone()), "{field}")
            }
            Change::AddUnique { entity, key, fields } => {
                assert_eq!(self.table(entity).uniques.insert(key.clone(), fields.clone()), None, "{key}");
            }
            other => assert!(
                matches!(
                    other,
                    Change::Compute { .. } | Change::NumberRecords { .. } | Change::Reindex { .. }
                ) || !other.concerns_storage()
            ),
        }
    }
}

/// Whether values that people gave are no longer where they were after a change.
fn loses_values(change: &Change, old: &Dictionary, new: &Dictionary) -> bool {
    match change {
        Change::SetAsideEntity { .. } => true,
        Change::ChangeField { conversion, .. } => *conversion == Conversion::Lossy,
        Change::SetAsideField { entity, field, .. } => {
            let after = new.entity(entity).unwrap();
            let before = former_entity(old, new, after).unwrap();
            let renamed = after.field(field).and_then(|field| former_field(before, after, field));
            let was = renamed.or_else(|| before.field(field)).unwrap();
            was.is_stored() && was.computed.is_none()
        }
        _ => false,
    }
}

/// A field: its name, its type, and whether it is indexed, unique, renamed.
type FieldSketch = (u8, u8, bool, bool, bool);

const TYPES: &[&str] = &[
    "type = \"text\"",
    "type = \"long_text\"",
    "type = \"integer\"",
    "type = \"decimal\"\nscale = 2",
    "type = \"decimal\"\nscale = 4",
    "type = \"date\"",
    "type = \"choice\"\nlist = \"language\"",
    "type = \"reference\"\nto = \"user\"",
    "type = \"computed\"\nreturns = \"integer\"\nformula = \"1 + 1\"",
    "type = \"computed\"\nreturns = \"date\"\nformula = \"today()\"",
];

/// A dictionary of up to three entities. An entity or field may say that it was another one.
fn sketch() -> impl Strategy<Value = String> {
    let field = (0..5_u8, 0..TYPES.len() as u8, any::<bool>(), any::<bool>(), any::<bool>());
    let fields = prop::collection::vec(field, 0..5);
    let entity = (0..4_u8, any::<bool>(), any::<bool>(), fields);
    prop::collection::vec(entity, 0..4).prop_map(|entities| {
        let mut text = String::new();
        let mut seen = BTreeSet::new();
        for (name, numbered, renamed, fields) in entities {
            if seen.insert(name) {
                text += &entity_text(name, numbered, renamed, &fields);
            }
        }
        text
    })
}

fn entity_text(name: u8, numbered: bool, renamed: bool, fields: &[FieldSketch]) -> String {
    let mut text = format!("[entities.e{name}]\nlabel = {{ fr = \"E\" }}\nplural = {{ fr = \"E\" }}\n");
    if numbered {
        text += "code = { prefix = \"E\" }\n";
    }
    if renamed {
        text += &format!("was = \"e{}\"\n", (name + 1) % 4);
    }
    let mut seen = BTreeSet::new();
    for &(field, kind, indexed, unique, renamed) in fields {
        if !seen.insert(field) {
            continue;
        }
        let kind = TYPES[usize::from(kind)];
        text += &format!(
            "[entities.e{name}.fields.f{field}]\nlabel = {{ fr = \"F\" }}\n{kind}\nindexed = {indexed}\n"
        );
        if renamed {
            text += &format!("was = \"f{}\"\n", (field + 1) % 5);
        }
        if unique && !kind.contains("long_text") && !kind.contains("computed") {
            text += "unique = true\n";
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn applying_a_plan_makes_the_tables_of_the_new_dictionary(old in sketch(), new in sketch()) {
        let (old, new) = (dictionary(&[("old", &old)]), dictionary(&[("new", &new)]));
        let mut tables = Tables::of(&old);
        for step in plan(&old, &new).steps {
            tables.apply(&step.change, &new);
            prop_assert_eq!(step.destructive, loses_values(&step.change, &old, &new), "{:?}", step);
        }
        prop_assert_eq!(&tables, &Tables::of(&new));

        let mut created = Tables::default();
        for step in creation(&new).steps {
            created.apply(&step.change, &new);
        }
        prop_assert_eq!(&created, &tables);

        prop_assert!(plan(&new, &new).is_empty());
    }
}
