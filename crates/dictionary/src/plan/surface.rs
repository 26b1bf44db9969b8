//! Differences that no store sees: labels, rules, screens, lists, menu, modules.

use serde_json::Value as Json;

use crate::describe::{profiles, sort_text};
use crate::model::notices::Notice;
use crate::model::{Checked, Dictionary, Entity, Rule, Transition, ValueList};
use crate::plan::entities::former;
use crate::plan::{Change, How, Planning, Step};

impl Planning<'_> {
    pub(super) fn surface(&mut self) {
        let (old, new) = (self.old, self.new);
        for entity in &new.entities {
            if let Some(before) = former(old, new, entity) {
                self.attributes(before, entity);
                self.rules(before, entity);
                self.notices(before, entity);
                self.transitions(before, entity);
                self.screens(before, entity);
            }
        }
        self.lists();
        if old.menu != new.menu {
            self.push(Step::new(Change::AlterMenu));
        }
        self.dashboards();
        self.profiles();
        self.modules();
    }

    fn dashboards(&mut self) {
        let (old, new) = (&self.old.dashboards, &self.new.dashboards);
        let step =
            |dashboard: &str, how| Step::new(Change::AlterDashboard { dashboard: dashboard.to_owned(), how });
        let mut steps = Vec::new();
        for after in new {
            match old.iter().find(|before| before.name == after.name) {
                None => steps.push(step(&after.name, How::Added)),
                Some(before) if before != after => steps.push(step(&after.name, How::Changed)),
                Some(_) => {}
            }
        }
        let gone = old.iter().filter(|before| new.iter().all(|after| after.name != before.name));
        steps.extend(gone.map(|before| step(&before.name, How::Removed)));
        steps.into_iter().for_each(|step| self.push(step));
    }

    fn profiles(&mut self) {
        // By what their files say: positions mean something in one dictionary only.
        let told = |dictionary: &Dictionary| -> Vec<(String, Json)> {
            let profiles = dictionary.profiles.iter();
            let profiles = profiles.map(|one| (one.name.clone(), profiles::profile(dictionary, one)));
            let perimeters = dictionary.perimeters.iter();
            let perimeters = perimeters.map(|one| (one.name.clone(), profiles::perimeter(dictionary, one)));
            profiles.chain(perimeters).collect()
        };
        let (old, new) = (told(self.old), told(self.new));
        let step = |profile: &str, how| Step::new(Change::AlterProfile { profile: profile.to_owned(), how });
        let mut steps = Vec::new();
        for (name, after) in &new {
            match old.iter().find(|(before, _)| before == name) {
                None => steps.push(step(name, How::Added)),
                Some((_, before)) if before != after => steps.push(step(name, How::Changed)),
                Some(_) => {}
            }
        }
        let gone = old.iter().filter(|(before, _)| new.iter().all(|(after, _)| after != before));
        steps.extend(gone.map(|(before, _)| step(before, How::Removed)));
        steps.into_iter().for_each(|step| self.push(step));
    }

    fn attributes(&mut self, before: &Entity, after: &Entity) {
        let order = |entity: &Entity| entity.order.iter().map(sort_text).collect::<Vec<_>>();
        let states = |entity: &Entity| {
            entity.states.as_ref().map(|s| (entity.fields[s.field].name.clone(), s.initial.clone()))
        };
        let messages = |entity: &Entity| {
            entity.uniques.iter().map(|key| (key.name.clone(), key.message.clone())).collect::<Vec<_>>()
        };
        // A key that comes or goes is a step of its own; here, only what is said when it is broken.
        let same_keys = before.uniques.len() == after.uniques.len()
            && before.uniques.iter().zip(&after.uniques).all(|(a, b)| a.name == b.name);
        let differences: [(&'static str, bool); 11] = [
            ("label", before.label != after.label),
            ("plural", before.plural != after.plural),
            ("help", before.help != after.help),
            ("icon", before.icon != after.icon),
            ("collection", before.collection != after.collection),
            ("feature", before.feature != after.feature),
            ("title", before.title.source != after.title.source),
            ("code", before.code.is_some() && after.code.is_some() && before.code != after.code),
            ("order", order(before) != order(after)),
            ("states", states(before) != states(after)),
            ("unique", same_keys && messages(before) != messages(after)),
        ];
        let attributes: Vec<&'static str> =
            differences.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
        if !attributes.is_empty() {
            self.push(Step::new(Change::AlterEntity { entity: after.name.clone(), attributes }));
        }
    }

    fn rules(&mut self, before: &Entity, after: &Entity) {
        let text = |rule: &Rule| {
            let source = |checked: &Checked| checked.source.clone();
            (rule.when.as_ref().map(source), source(&rule.require), rule.message.clone(), rule.field.clone())
        };
        let named =
            |entity: &Entity| -> Vec<_> { entity.rules.iter().map(|r| (r.name.clone(), text(r))).collect() };
        self.parts(after, "rule", &named(before), &named(after));
    }

    fn notices(&mut self, before: &Entity, after: &Entity) {
        let named = |entity: &Entity| -> Vec<_> {
            let text = |notice: &Notice| {
                let when = notice.when.as_ref().map(|checked| checked.source.clone());
                (entity.fields[notice.field].name.clone(), notice.text.clone(), when)
            };
            entity.notices.iter().map(|notice| (notice.name.clone(), text(notice))).collect()
        };
        self.parts(after, "notice", &named(before), &named(after));
    }

    fn transitions(&mut self, before: &Entity, after: &Entity) {
        let text = |t: &Transition| {
            let require = t.require.as_ref().map(|checked| checked.source.clone());
            (t.label.clone(), t.from.clone(), t.to.clone(), require, t.icon.clone(), t.colour.clone())
        };
        let named = |entity: &Entity| -> Vec<_> {
            let transitions = entity.states.iter().flat_map(|states| &states.transitions);
            transitions.map(|t| (t.name.clone(), text(t))).collect()
        };
        self.parts(after, "transition", &named(before), &named(after));
    }

    fn screens(&mut self, before: &Entity, after: &Entity) {
        let (old, new) = (&before.views, &after.views);
        let screens = [
            ("list", before.list != after.list),
            ("form", before.form != after.form),
            ("board", old.board != new.board),
            ("calendar", old.calendar != new.calendar),
            ("timeline", old.timeline != new.timeline),
            ("map", old.map != new.map),
            ("tree", old.tree != new.tree),
            ("gallery", old.gallery != new.gallery),
            ("pivot", old.pivot != new.pivot),
            ("chart", old.chart != new.chart),
        ];
        for (part, _) in screens.into_iter().filter(|(_, differs)| *differs) {
            let (entity, name) = (after.name.clone(), after.name.clone());
            self.push(Step::new(Change::AlterPart { entity, part, name, how: How::Changed }));
        }
    }

    fn parts<T: PartialEq>(
        &mut self,
        entity: &Entity,
        part: &'static str,
        before: &[(String, T)],
        after: &[(String, T)],
    ) {
        for (name, how) in compared(before, after) {
            self.push(Step::new(Change::AlterPart { entity: entity.name.clone(), part, name, how }));
        }
    }

    fn lists(&mut self) {
        let (old, new) = (self.old, self.new);
        let head = |list: &ValueList| (list.label.clone(), list.closed);
        let heads = |lists: &std::collections::BTreeMap<String, ValueList>| -> Vec<_> {
            lists.iter().map(|(name, list)| (name.clone(), head(list))).collect()
        };
        for (list, how) in compared(&heads(&old.lists), &heads(&new.lists)) {
            self.push(Step::new(Change::AlterList { list, how }));
        }
        for (name, list) in &new.lists {
            let Some(before) = old.lists.get(name) else { continue };
            let values = |list: &ValueList| -> Vec<_> {
                let value = |value: &crate::model::ListValue| {
                    (
                        value.tag.clone(),
                        (value.label.clone(), value.colour.clone(), value.icon.clone(), value.active),
                    )
                };
                list.values.iter().map(value).collect()
            };
            for (tag, how) in compared(&values(before), &values(list)) {
                let destructive = how == How::Removed;
                let step = Step::new(Change::AlterListValue { list: name.clone(), tag, how })
                    .destructive(destructive);
                self.push(if destructive {
                    step.noting(
                        " ; les fiches qui la portent la gardent, sans libellé",
                        "; records that carry it keep it, without a label",
                    )
                } else {
                    step
                });
            }
            let common = |of: &ValueList, other: &ValueList| -> Vec<String> {
                let stays = |tag: &str| other.values.iter().any(|value| value.tag == tag);
                of.values.iter().map(|v| v.tag.clone()).filter(|tag| stays(tag)).collect()
            };
            if common(before, list) != common(list, before) && head(before) == head(list) {
                self.push(Step::new(Change::AlterList { list: name.clone(), how: How::Changed }));
            }
        }
    }

    fn modules(&mut self) {
        let (old, new) = (self.old, self.new);
        let version = |modules: &[crate::model::Module], name: &str| {
            modules.iter().find(|module| module.name == name).map(|module| module.version.clone())
        };
        let mut names: Vec<&String> =
            old.modules.iter().chain(&new.modules).map(|module| &module.name).collect();
        names.sort();
        names.dedup();
        for name in names {
            let (from, to) = (version(&old.modules, name), version(&new.modules, name));
            if from != to {
                self.push(Step::new(Change::AlterModule { module: name.clone(), from, to }));
            }
        }
    }
}

/// What happens to named things: new ones and different ones in their new order, then those that go.
fn compared<T: PartialEq>(before: &[(String, T)], after: &[(String, T)]) -> Vec<(String, How)> {
    let mut differences = Vec::new();
    for (name, value) in after {
        match before.iter().find(|(other, _)| other == name) {
            None => differences.push((name.clone(), How::Added)),
            Some((_, was)) if was != value => differences.push((name.clone(), How::Changed)),
            Some(_) => {}
        }
    }
    let gone = before.iter().filter(|(name, _)| !after.iter().any(|(other, _)| other == name));
    differences.extend(gone.map(|(name, _)| (name.clone(), How::Removed)));
    differences
}
