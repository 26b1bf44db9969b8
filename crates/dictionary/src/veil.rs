//! A dictionary as somebody may know it: what is hidden from them is not there by name, so that nothing which reads names (filters, sorts, bodies of
//! requests, descriptions, documents) has to think of it.
//!
//! Positions stay those of the whole dictionary, and so does its hash: what is read or checked with a veiled one fits the other.

use crate::expression::{self, Node, Typed};
use crate::model::dashboards::Part;
use crate::model::profiles::Level;
use crate::model::views::{Axis, Measure, Views};
use crate::model::{Dictionary, Entity, EntityIndex, Field, FormScreen, TitlePart};

/// How far each field of an entity is open, by position; `None` for an entity that is not to be known of.
pub type Sight = Option<Vec<Level>>;

/// The dictionary as somebody may know it, `sights` being by entity.
pub fn veiled(dictionary: &Dictionary, sights: &[Sight]) -> Dictionary {
    let mut veiled = dictionary.clone();
    for (entity, sight) in veiled.entities.iter_mut().zip(sights) {
        match sight {
            None => entity.internal = true,
            Some(levels) => cover(entity, levels),
        }
    }
    let cut = Cut { whole: dictionary, sights };
    for (index, entity) in veiled.entities.iter_mut().enumerate() {
        if sights[index].is_some() {
            cut.screens(index, entity);
        }
    }
    for group in &mut veiled.menu {
        group.items.retain(|item| cut.knows(&item.entity));
    }
    veiled.menu.retain(|group| !group.items.is_empty());
    for dashboard in &mut veiled.dashboards {
        dashboard.parts.retain_mut(|part| cut.part(part));
    }
    veiled.dashboards.retain(|dashboard| !dashboard.parts.is_empty());
    // Who may do what is not for everybody.
    veiled.profiles.clear();
    veiled.perimeters.clear();
    veiled
}

fn cover(entity: &mut Entity, levels: &[Level]) {
    for (field, level) in entity.fields.iter_mut().zip(levels) {
        match level {
            Level::Hidden => field.secret = true,
            Level::Masked => (field.masked, field.read_only) = (true, true),
            Level::Read => field.read_only = true,
            Level::Write => {}
        }
    }
    let fields = &entity.fields;
    entity.by_name.retain(|(_, index)| levels[*index] > Level::Hidden || fields[*index].system_id());
}

impl Field {
    /// What names a record: never hidden.
    fn system_id(&self) -> bool {
        self.system && matches!(self.name.as_str(), "id" | "version")
    }
}

/// What is left of screens.
struct Cut<'d> {
    whole: &'d Dictionary,
    sights: &'d [Sight],
}

impl Cut<'_> {
    fn knows(&self, entity: &str) -> bool {
        self.whole.entity_index(entity).is_some_and(|index| self.sights[index].is_some())
    }

    fn sees(&self, entity: EntityIndex, field: usize) -> bool {
        self.sights[entity].as_ref().is_some_and(|levels| levels[field] >= Level::Read)
    }

    /// Whether everything that an expression about `entity` reads is seen.
    fn sees_all(&self, entity: EntityIndex, typed: &Typed) -> bool {
        let mut seen = true;
        let follow = |mut at: EntityIndex, hops: &[crate::expression::Hop]| {
            for hop in hops {
                if !self.sees(at, hop.field) {
                    return None;
                }
                at = hop.to;
            }
            Some(at)
        };
        match &typed.node {
            Node::Literal(_) | Node::Perimeter(_) => {}
            Node::Path(path) => {
                seen = follow(entity, &path.hops).is_some_and(|at| self.sees(at, path.field));
            }
            Node::Not(inner) | Node::Negate(inner) => seen = self.sees_all(entity, inner),
            Node::Binary(_, left, right) => {
                seen = self.sees_all(entity, left) && self.sees_all(entity, right);
            }
            Node::In(left, items) => {
                seen = self.sees_all(entity, left) && items.iter().all(|item| self.sees_all(entity, item));
            }
            Node::Call(_, arguments) => seen = arguments.iter().all(|one| self.sees_all(entity, one)),
            Node::Aggregate(aggregate) => {
                let inner = || aggregate.body.iter().chain(&aggregate.filter);
                seen = follow(entity, &aggregate.hops).is_some()
                    && self.sees(aggregate.entity, aggregate.by)
                    && inner().all(|one| self.sees_all(aggregate.entity, one));
            }
        }
        seen
    }

    /// Whether a path such as `account.name` is seen whole.
    fn path(&self, entity: EntityIndex, path: &str) -> bool {
        let path = path.strip_prefix('-').unwrap_or(path);
        match self.whole.path_at(entity, path) {
            Ok(typed) => self.sees_all(entity, &typed),
            // A list of records, which is no value.
            Err(_) => {
                let owner = &self.whole.entities[entity];
                owner.index(path).is_some_and(|field| {
                    let of = owner.fields[field].options.of.as_deref();
                    self.sees(entity, field) && of.is_none_or(|of| self.knows(of))
                })
            }
        }
    }

    /// Whether the text of a condition reads only what is seen.
    fn condition(&self, entity: EntityIndex, source: &str) -> bool {
        let typed = expression::parse(source)
            .ok()
            .and_then(|parsed| expression::check_condition(&parsed.root, self.whole, entity).ok());
        typed.is_some_and(|typed| self.sees_all(entity, &typed))
    }

    fn screens(&self, index: EntityIndex, entity: &mut Entity) {
        let seen = |typed: &Typed| self.sees_all(index, typed);
        entity.title.parts.retain(|part| match part {
            TitlePart::Text(_) => true,
            TitlePart::Path(path) => seen(path),
        });
        entity.search.retain(seen);
        entity.order.retain(|sort| seen(&sort.path));
        entity.rules.retain(|rule| rule.when.iter().chain([&rule.require]).all(|one| seen(&one.typed)));
        let list = &mut entity.list;
        list.columns.retain(|column| self.path(index, &column.path));
        list.filters.retain(|filter| self.condition(index, &filter.filter));
        list.colours.retain(|rule| seen(&rule.when.typed));
        self.form(index, &mut entity.form);
        self.views(index, &mut entity.views);
        if entity.states.as_ref().is_some_and(|states| !self.sees(index, states.field)) {
            entity.states = None;
        }
    }

    fn form(&self, index: EntityIndex, form: &mut FormScreen) {
        form.tiles.retain(|tile| self.path(index, &tile.field));
        form.activity.retain(|activity| {
            let Some(other) = self.whole.entity_index(&activity.entity) else { return false };
            let named = [Some(&activity.by), Some(&activity.at), activity.kind.as_ref()];
            let named = named.into_iter().flatten().chain(&activity.text).chain(&activity.who);
            let filter = activity.filter.as_ref();
            self.knows(&activity.entity)
                && named.into_iter().all(|path| self.path(other, path))
                && filter.is_none_or(|filter| self.condition(other, filter))
        });
        for tab in &mut form.tabs {
            for section in &mut tab.sections {
                // Masked ones are shown, as their masks.
                section.fields.retain(|field| {
                    let found = self.whole.entities[index].index(&field.field);
                    let levels = self.sights[index].as_ref();
                    let level = found.zip(levels).map(|(field, levels)| levels[field]);
                    level == Some(Level::Masked) || self.path(index, &field.field)
                });
            }
            tab.sections.retain(|section| !section.fields.is_empty());
            let related = tab.related.take();
            tab.related = related.filter(|related| {
                let other = self.whole.entity_index(&related.entity);
                other.is_some_and(|other| self.knows(&related.entity) && self.path(other, &related.by))
            });
        }
        form.tabs.retain(|tab| !tab.sections.is_empty() || tab.related.is_some());
    }

    /// A view that lacks something is left out: half a calendar misleads.
    fn views(&self, index: EntityIndex, views: &mut Views) {
        let axis = |axis: &Axis| self.path(index, &axis.path);
        let measure = |measure: &Measure| measure.field.as_ref().is_none_or(|path| self.path(index, path));
        if let Some(charts) = &mut views.chart {
            charts.charts.retain(|chart| {
                axis(&chart.category)
                    && chart.series.iter().all(axis)
                    && measure(&chart.value)
                    && chart.filter.as_ref().is_none_or(|filter| self.condition(index, filter))
            });
        }
        views.chart = views.chart.take().filter(|charts| !charts.charts.is_empty());
        if let Some(pivot) = &mut views.pivot {
            pivot.rows.retain(axis);
            pivot.columns.retain(axis);
            pivot.values.retain(measure);
        }
        views.pivot = views.pivot.take().filter(|pivot| !pivot.rows.is_empty() && !pivot.values.is_empty());
        let lacking: Vec<&str> = views
            .paths()
            .into_iter()
            .filter(|(_, paths)| !paths.iter().all(|path| self.path(index, path)))
            .map(|(kind, _)| kind)
            .collect();
        for kind in lacking {
            match kind {
                "board" => views.board = None,
                "calendar" => views.calendar = None,
                "timeline" => views.timeline = None,
                "map" => views.map = None,
                "tree" => views.tree = None,
                "gallery" => views.gallery = None,
                _ => {}
            }
        }
    }

    fn part(&self, part: &mut Part) -> bool {
        let Some(index) = self.whole.entity_index(&part.entity) else { return false };
        if self.sights[index].is_none() {
            return false;
        }
        let list = &self.whole.entities[index].list;
        let quick = |name: &String| {
            let filter = list.filters.iter().find(|filter| filter.name == *name);
            filter.is_some_and(|filter| self.condition(index, &filter.filter))
        };
        let drawn = |name: &String| {
            let charts = self.whole.entities[index].views.chart.as_ref();
            let chart = charts.and_then(|charts| charts.charts.iter().find(|chart| chart.name == *name));
            chart.is_some_and(|chart| {
                let axes = [&chart.category].into_iter().chain(&chart.series);
                axes.into_iter().all(|axis| self.path(index, &axis.path))
                    && chart.value.field.as_ref().is_none_or(|path| self.path(index, path))
            })
        };
        part.columns.retain(|path| self.path(index, path));
        part.quick.iter().all(quick)
            && part.filter.as_ref().is_none_or(|filter| self.condition(index, filter))
            && part.chart.iter().all(drawn)
            && part.value.iter().all(|value| value.field.as_ref().is_none_or(|path| self.path(index, path)))
    }
}
