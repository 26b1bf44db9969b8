//! Fields that come, go, change or take another name.

use crate::model::{ColumnShape, Entity, Field};
use crate::plan::conversion::{Fate, fate};
use crate::plan::{Change, Conversion, Planning, Step, touches};

impl Planning<'_> {
    pub(super) fn fields(&mut self, before: &Entity, after: &Entity) {
        for field in &after.fields {
            match former(before, after, field) {
                Some(was) => self.field(before, was, after, field),
                None => self.add(after, field),
            }
        }
        for field in &before.fields {
            let stays =
                after.fields.iter().any(|f| former(before, after, f).is_some_and(|b| b.name == field.name));
            if !stays {
                self.set_aside(before, field, after, field.computed.is_none() && field.is_stored());
            }
        }
    }

    fn add(&mut self, after: &Entity, field: &Field) {
        let (entity, name) = (after.name.clone(), field.name.clone());
        let columns = columns(field, &field.name);
        let step = Step::new(Change::AddField { entity: entity.clone(), field: name.clone(), columns });
        let needs_default =
            field.required && field.default.is_none() && !field.system && field.computed.is_none();
        let step = if needs_default {
            step.noting(
                " ; obligatoire sans défaut : il manquera aux fiches existantes",
                "; required without a default: existing records will lack it",
            )
        } else {
            step
        };
        self.push(Step { needs_default, ..step });
        self.fill(after, field);
        if field.indexed && field.is_stored() {
            self.push(Step::new(Change::AddIndex { entity, field: name }));
        }
    }

    /// Computes a stored computed field for the records that exist.
    fn fill(&mut self, after: &Entity, field: &Field) {
        if field.computed.as_ref().is_some_and(|computed| computed.stored) {
            let (entity, field) = (after.name.clone(), field.name.clone());
            self.push(Step::new(Change::Compute { entity, field }));
        }
    }

    /// `field` belongs to `before`, and is named as `before` names it.
    fn set_aside(&mut self, before: &Entity, field: &Field, after: &Entity, destructive: bool) {
        if field.indexed && field.is_stored() {
            let (entity, field) = (after.name.clone(), field.name.clone());
            self.push(Step::new(Change::DropIndex { entity, field }));
        }
        let columns = columns(field, &field.name);
        let change = Change::SetAsideField { entity: after.name.clone(), field: field.name.clone(), columns };
        let step = Step::new(change).destructive(destructive);
        self.push(step.touching(touches::of_field(self.old, before, field)));
    }

    fn field(&mut self, before: &Entity, was: &Field, after: &Entity, field: &Field) {
        let (entity, name) = (after.name.clone(), field.name.clone());
        let from = columns(was, &field.name);
        let to = columns(field, &field.name);
        if was.name != field.name {
            let old_names = columns(was, &was.name);
            let pairs =
                old_names.into_iter().zip(&from).map(|(old, new)| (old.name, new.name.clone())).collect();
            let change = Change::RenameField {
                entity: entity.clone(),
                from: was.name.clone(),
                field: name.clone(),
                columns: pairs,
            };
            self.push(Step::new(change).touching(touches::of_field(self.old, before, was)));
        }
        match fate(self.old, was, self.new, field) {
            Fate::Stay => self.keep(before, was, after, field, from, to),
            Fate::Convert { lossless } => {
                let conversion = if lossless { Conversion::Lossless } else { Conversion::Lossy };
                self.convert(before, was, after, field, (from, to), conversion);
            }
            Fate::Replace { lost } => {
                if !from.is_empty() {
                    let (entity, field) = (entity.clone(), name.clone());
                    let change = Change::SetAsideField { entity, field, columns: from };
                    let step = Step::new(change).destructive(lost);
                    self.push(step.touching(touches::of_field(self.old, before, was)));
                }
                if !to.is_empty() {
                    let (entity, field) = (entity.clone(), name.clone());
                    self.push(Step::new(Change::AddField { entity, field, columns: to }));
                }
                self.fill(after, field);
            }
        }
        self.retarget(was, after, field);
        self.index(was, after, field);
        self.alter(was, after, field);
    }

    /// A field whose columns stay: says so when it takes another type, and computes it again when it takes another formula.
    fn keep(
        &mut self,
        before: &Entity,
        was: &Field,
        after: &Entity,
        field: &Field,
        from: Vec<ColumnShape>,
        to: Vec<ColumnShape>,
    ) {
        if was.kind.name() != field.kind.name() || was.options.list != field.options.list {
            self.convert(before, was, after, field, (from, to), Conversion::Keep);
        }
        let formula = |field: &Field| field.computed.as_ref().map(|computed| computed.formula.source.clone());
        if formula(was) != formula(field) {
            self.fill(after, field);
        }
    }

    fn convert(
        &mut self,
        before: &Entity,
        was: &Field,
        after: &Entity,
        field: &Field,
        (from, to): (Vec<ColumnShape>, Vec<ColumnShape>),
        conversion: Conversion,
    ) {
        let (entity, name) = (after.name.clone(), field.name.clone());
        let change = Change::ChangeField { entity, field: name, from, to, conversion };
        let step = Step::new(change).destructive(conversion == Conversion::Lossy);
        let step = match conversion {
            Conversion::Keep => step,
            Conversion::Lossless => step.noting(" ; toutes les valeurs sont reprises", "; every value is carried over"),
            Conversion::Lossy => step.noting(
                " ; les valeurs qui ne s'y lisent pas deviennent vides, l'ancienne colonne est gardée de côté",
                "; values that cannot be read so become empty, the old column is kept aside",
            ),
        };
        self.push(step.touching(touches::of_field(self.old, before, was)));
    }

    fn index(&mut self, was: &Field, after: &Entity, field: &Field) {
        let has = |field: &Field| field.indexed && field.is_stored();
        let (entity, name) = (after.name.clone(), field.name.clone());
        match (has(was), has(field)) {
            (false, true) => self.push(Step::new(Change::AddIndex { entity, field: name })),
            (true, false) => self.push(Step::new(Change::DropIndex { entity, field: name })),
            _ => {}
        }
    }

    /// Attributes that concern no column.
    fn alter(&mut self, was: &Field, after: &Entity, field: &Field) {
        let source = |checked: &Option<crate::model::Checked>| checked.as_ref().map(|c| c.source.clone());
        let (a, b) = (&was.options, &field.options);
        let same_kind = was.kind.name() == field.kind.name();
        let differences: [(&'static str, bool); 31] = [
            ("label", was.label != field.label),
            ("help", was.help != field.help),
            ("required", was.required != field.required),
            ("read_only", was.read_only != field.read_only),
            ("secret", was.secret != field.secret),
            ("feature", was.feature != field.feature),
            ("personal", was.personal != field.personal),
            ("default", source(&was.default) != source(&field.default)),
            ("visible", source(&was.visible) != source(&field.visible)),
            ("editable", source(&was.editable) != source(&field.editable)),
            ("width", was.width != field.width),
            (
                "formula",
                was.computed.is_some() && {
                    let formula = |f: &Field| f.computed.as_ref().map(|c| c.formula.source.clone());
                    field.computed.is_some() && formula(was) != formula(field)
                },
            ),
            ("max_length", same_kind && a.max_length != b.max_length),
            ("min_length", same_kind && a.min_length != b.min_length),
            ("pattern", same_kind && a.pattern != b.pattern),
            ("transform", same_kind && a.transform != b.transform),
            ("min", same_kind && a.min != b.min),
            ("max", same_kind && a.max != b.max),
            ("unit", same_kind && a.unit != b.unit),
            ("precision", same_kind && a.precision != b.precision),
            ("currency", same_kind && a.currency != b.currency),
            ("on_delete", same_kind && a.on_delete != b.on_delete),
            ("to", same_kind && a.targets != b.targets),
            ("filter", same_kind && a.filter != b.filter),
            ("of", same_kind && a.of != b.of),
            ("by", same_kind && a.by != b.by),
            ("max_size_mb", same_kind && a.max_size_mb != b.max_size_mb),
            ("max_size_kb", same_kind && a.max_size_kb != b.max_size_kb),
            ("accept", same_kind && a.accept != b.accept),
            ("colour", same_kind && a.colour != b.colour),
            ("region", same_kind && a.region != b.region),
        ];
        let attributes: Vec<&'static str> =
            differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
        if attributes.is_empty() {
            return;
        }
        let needs_default = field.required && !was.required && field.default.is_none();
        let checks = ["required", "max_length", "min_length", "pattern", "min", "max", "precision"];
        let stricter = attributes.iter().any(|attribute| checks.contains(attribute));
        let change = Change::AlterField { entity: after.name.clone(), field: field.name.clone(), attributes };
        let mut step = Step::new(change);
        if stricter {
            step = step.noting(
                " ; les valeurs existantes restent et seront vérifiées à leur prochaine modification",
                "; existing values stay and are checked when they next change",
            );
        }
        self.push(Step { needs_default, ..step });
    }
}

/// What `field`, a field of the entity `after`, was in `before`: the same name, else the name it says it had, as for
/// [`super::former_entity`].
pub fn former<'d>(before: &'d Entity, after: &Entity, field: &Field) -> Option<&'d Field> {
    before.field(&field.name).or_else(|| {
        let was = field.was.as_deref()?;
        before.field(was).filter(|former| !former.system && after.field(was).is_none())
    })
}

/// Columns of a field under a name; none for what rows do not hold.
fn columns(field: &Field, name: &str) -> Vec<ColumnShape> {
    let mut columns = field.columns();
    for column in &mut columns {
        column.name = column.name.replacen(&field.name, name, 1);
    }
    columns
}
