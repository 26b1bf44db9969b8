//! What reads an entity or a field: what somebody should look at when it changes.

use serde::Serialize;

use crate::compile::reads;
use crate::expression::{Node, Typed};
use crate::model::{Checked, Dictionary, Entity, EntityIndex, Field, FieldIndex, TitlePart};

/// Something that reads what changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    /// Entity it belongs to; empty for the menu and for dashboards.
    pub entity: String,
    /// What it is.
    #[serde(rename = "use")]
    pub what: Use,
    /// Its name.
    pub name: String,
}

/// How something is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Column or quick filter of a list screen.
    List,
    /// Field or related records of a form.
    Form,
    /// Board, calendar or other view of a collection.
    View,
    /// Rule.
    Rule,
    /// Who is told of what happens.
    Notice,
    /// Transition.
    Transition,
    /// Formula of a computed field.
    Formula,
    /// Default or condition of a field, or the filter of a reference.
    Field,
    /// Title.
    Title,
    /// Full-text search.
    Search,
    /// Default sort.
    Order,
    /// Unique key.
    Unique,
    /// State machine.
    States,
    /// Menu.
    Menu,
    /// Part of a dashboard.
    Dashboard,
}

/// What reads a field of a dictionary.
pub(super) fn of_field(dictionary: &Dictionary, entity: &Entity, field: &Field) -> Vec<Touched> {
    let (Some(entity), Some(field)) = (dictionary.entity_index(&entity.name), entity.index(&field.name))
    else {
        return Vec::new();
    };
    let mut search = Search { dictionary, target: (entity, field), found: Vec::new() };
    for at in 0..dictionary.entities.len() {
        search.expressions(at);
        search.screens(at);
    }
    search.dashboards();
    search.own_names();
    search.found
}

/// What names an entity: references and lines of other entities, forms, the menu.
pub(super) fn of_entity(dictionary: &Dictionary, entity: &Entity) -> Vec<Touched> {
    let name = Some(entity.name.as_str());
    let mut found = Vec::new();
    for other in dictionary.entities.iter().filter(|other| other.name != entity.name) {
        for field in other.fields.iter().filter(|field| !field.system) {
            let options = &field.options;
            let listed = options.targets.as_ref().is_some_and(|targets| targets.contains(&entity.name));
            if options.to.as_deref() == name || options.of.as_deref() == name || listed {
                found.push(touched(other, Use::Field, &field.name));
            }
        }
        for tab in &other.form.tabs {
            if tab.related.as_ref().is_some_and(|related| Some(related.entity.as_str()) == name) {
                found.push(touched(other, Use::Form, &tab.name));
            }
        }
        let activity = other.form.activity.iter();
        found.extend(
            activity
                .filter(|activity| Some(activity.entity.as_str()) == name)
                .map(|activity| touched(other, Use::Form, &activity.name)),
        );
    }
    for dashboard in &dictionary.dashboards {
        let about = dashboard.parts.iter().any(|part| Some(part.entity.as_str()) == name);
        if about {
            found.push(Touched { entity: String::new(), what: Use::Dashboard, name: dashboard.name.clone() });
        }
    }
    let items = dictionary.menu.iter().flat_map(|group| &group.items);
    for item in items.filter(|item| item.entity == entity.name) {
        found.push(Touched { entity: String::new(), what: Use::Menu, name: item.id.clone() });
    }
    found
}

fn touched(entity: &Entity, what: Use, name: &str) -> Touched {
    Touched { entity: entity.name.clone(), what, name: name.to_owned() }
}

struct Search<'d> {
    dictionary: &'d Dictionary,
    target: (EntityIndex, FieldIndex),
    found: Vec<Touched>,
}

impl Search<'_> {
    /// Whether an expression about records of the entity `at` reads the field.
    fn is_read(&self, at: EntityIndex, typed: &Typed) -> bool {
        let mut is_read = false;
        reads(at, typed, &mut |read| is_read |= (read.entity, read.field) == self.target);
        is_read
    }

    /// Notes the use if an expression about records of the entity `at` reads the field.
    fn note(&mut self, at: EntityIndex, typed: &Typed, what: Use, name: &str) {
        if self.is_read(at, typed) {
            self.add(at, what, name);
        }
    }

    fn add(&mut self, at: EntityIndex, what: Use, name: &str) {
        let use_ = touched(&self.dictionary.entities[at], what, name);
        if !self.found.contains(&use_) {
            self.found.push(use_);
        }
    }

    fn expressions(&mut self, at: EntityIndex) {
        let dictionary = self.dictionary;
        let entity = &dictionary.entities[at];
        for part in &entity.title.parts {
            if let TitlePart::Path(typed) = part {
                self.note(at, typed, Use::Title, &entity.title.source);
            }
        }
        for typed in &entity.search {
            self.note(at, typed, Use::Search, path_name(typed));
        }
        for sort in &entity.order {
            self.note(at, &sort.path, Use::Order, path_name(&sort.path));
        }
        for rule in &entity.rules {
            for checked in rule.when.iter().chain([&rule.require]) {
                self.note(at, checked, Use::Rule, &rule.name);
            }
        }
        for notice in &entity.notices {
            if let Some(checked) = &notice.when {
                self.note(at, checked, Use::Notice, &notice.name);
            }
        }
        for transition in entity.states.iter().flat_map(|states| &states.transitions) {
            if let Some(checked) = &transition.require {
                self.note(at, checked, Use::Transition, &transition.name);
            }
        }
        for field in &entity.fields {
            if let Some(computed) = &field.computed {
                self.note(at, &computed.formula, Use::Formula, &field.name);
            }
            let conditions: [&Option<Checked>; 3] = [&field.default, &field.visible, &field.editable];
            for checked in conditions.into_iter().flatten() {
                self.note(at, checked, Use::Field, &field.name);
            }
            let target = field.options.to.as_deref().and_then(|to| dictionary.entity_index(to));
            if let (Some(filter), Some(target)) = (&field.options.filter, target)
                && let Ok(typed) = dictionary.filter(&dictionary.entities[target], filter)
            {
                let before = self.found.len();
                self.note(target, &typed, Use::Field, &field.name);
                // The filter is about the target's records, but the field that carries it is here.
                if self.found.len() > before {
                    self.found[before].entity = entity.name.clone();
                }
            }
        }
    }

    fn screens(&mut self, at: EntityIndex) {
        let dictionary = self.dictionary;
        let entity = &dictionary.entities[at];
        for column in &entity.list.columns {
            if let Ok(typed) = dictionary.path(entity, &column.path) {
                self.note(at, &typed, Use::List, &column.path);
            }
        }
        for filter in &entity.list.filters {
            if let Ok(typed) = dictionary.filter(entity, &filter.filter) {
                self.note(at, &typed, Use::List, &filter.name);
            }
        }
        for (kind, paths) in entity.views.paths() {
            for typed in paths.into_iter().filter_map(|path| dictionary.path(entity, path).ok()) {
                self.note(at, &typed, Use::View, kind);
            }
        }
        let chosen =
            entity.views.chart.iter().flat_map(|view| &view.charts).filter_map(|chart| chart.filter.as_ref());
        for typed in chosen.filter_map(|filter| dictionary.filter(entity, filter).ok()) {
            self.note(at, &typed, Use::View, "chart");
        }
        for tab in &entity.form.tabs {
            let Some(related) = &tab.related else { continue };
            let listed = dictionary.entity_index(&related.entity);
            let by =
                listed.and_then(|listed| Some((listed, dictionary.entities[listed].index(&related.by)?)));
            if by == Some(self.target) {
                self.add(at, Use::Form, &tab.name);
            }
        }
        for activity in &entity.form.activity {
            let Some(listed) = dictionary.entity_index(&activity.entity) else { continue };
            let target = &dictionary.entities[listed];
            let named = [&activity.kind, &activity.text, &activity.who];
            let mut names = named.into_iter().flatten().chain([&activity.by, &activity.at]);
            let filter = activity.filter.as_ref().and_then(|filter| dictionary.filter(target, filter).ok());
            if names.any(|name| target.index(name).is_some_and(|field| (listed, field) == self.target)) {
                self.add(at, Use::Form, &activity.name);
            } else if let Some(typed) = filter
                && self.is_read(listed, &typed)
            {
                self.add(at, Use::Form, &activity.name);
            }
        }
    }

    fn dashboards(&mut self) {
        let dictionary = self.dictionary;
        for dashboard in &dictionary.dashboards {
            let reads = dashboard.parts.iter().any(|part| {
                let Some(at) = dictionary.entity_index(&part.entity) else { return false };
                let entity = &dictionary.entities[at];
                let filter = part.filter.as_ref().and_then(|filter| dictionary.filter(entity, filter).ok());
                let paths = part.columns.iter().chain(part.value.iter().flat_map(|value| &value.field));
                let paths = paths.filter_map(|path| dictionary.path(entity, path).ok());
                paths.chain(filter).any(|typed| self.is_read(at, &typed))
            });
            if reads {
                let name = dashboard.name.clone();
                self.found.push(Touched { entity: String::new(), what: Use::Dashboard, name });
            }
        }
    }

    /// Parts of the field's own entity that name it: form, unique keys, states; and the lines that it holds together.
    fn own_names(&mut self) {
        let dictionary = self.dictionary;
        let (at, field) = self.target;
        let entity = &dictionary.entities[at];
        let name = &entity.fields[field].name;
        for tab in &entity.form.tabs {
            let named = tab.sections.iter().flat_map(|section| &section.fields).any(|f| f.field == *name);
            if named {
                self.add(at, Use::Form, &tab.name);
            }
        }
        if entity.form.tiles.iter().any(|tile| tile.field == *name) {
            self.add(at, Use::Form, "tiles");
        }
        for key in entity.uniques.iter().filter(|key| key.fields.contains(&field) && key.name != *name) {
            self.add(at, Use::Unique, &key.name);
        }
        if entity.states.as_ref().is_some_and(|states| states.field == field) {
            self.add(at, Use::States, name);
        }
        for notice in entity.notices.iter().filter(|notice| notice.field == field) {
            self.add(at, Use::Notice, &notice.name);
        }
        for rule in entity.rules.iter().filter(|rule| rule.field.as_ref() == Some(name)) {
            self.add(at, Use::Rule, &rule.name);
        }
    }
}

fn path_name(typed: &Typed) -> &str {
    match &typed.node {
        Node::Path(path) => &path.names,
        _ => "",
    }
}
