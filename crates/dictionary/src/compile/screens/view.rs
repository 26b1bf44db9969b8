//! What the readers of views share: attributes that name fields and paths, and figures.

use crate::compile::Compiling;
use crate::compile::expressions::type_text;
use crate::compile::naming::read_order;
use crate::compile::reader::{Given, Reader, list_text};
use crate::describe::sort_text;
use crate::diagnostics::Finding;
use crate::expression::{Type, Typed};
use crate::layers::ordered;
use crate::layers::tree::{Entry, Setting};
use crate::model::views::{Axis, Hours, Look, Measure, Span};
use crate::model::{Dictionary, Entity, EntityIndex, Field};

/// Methods of figures.
const METHODS: &[&str] = &["count", "sum", "average", "min", "max", "distinct"];
/// Steps of an axis of days.
const PERIODS: &[&str] = &["day", "week", "month", "quarter", "year"];

/// A part of a view being read.
pub(in crate::compile) struct View<'a, 'm> {
    pub(in crate::compile) cx: &'a Compiling<'m>,
    pub(in crate::compile) dictionary: &'a Dictionary,
    pub(in crate::compile) position: EntityIndex,
    pub(in crate::compile) reader: Reader<'m>,
}

impl<'a, 'm> View<'a, 'm> {
    pub(in crate::compile) fn new(
        cx: &'a Compiling<'m>,
        dictionary: &'a Dictionary,
        position: EntityIndex,
        entry: &'m Entry,
    ) -> View<'a, 'm> {
        View { cx, dictionary, position, reader: Reader::new(cx.findings, entry) }
    }

    pub(in crate::compile) fn entity(&self) -> &'a Entity {
        &self.dictionary.entities[self.position]
    }

    /// A reader of a part beneath this one.
    fn beneath(&self, entry: &'m Entry) -> View<'a, 'm> {
        let view = View::new(self.cx, self.dictionary, self.position, entry);
        view.reader.know(&["after"]);
        view
    }

    /// The name of an own field of one of these types; `None` when absent, wrong (which is reported) or removed by a layer.
    pub(in crate::compile) fn field(&self, name: &'static str, kinds: &[&'static str]) -> Option<&'a Field> {
        let given = self.reader.text(name)?;
        if self.cx.is_removed_field(&self.entity().name, given.value) {
            return None;
        }
        let index = self.cx.own_field(self.entity(), given)?;
        let field = &self.entity().fields[index];
        self.expect(given, field, kinds).then_some(field)
    }

    /// As [`View::field`]; when absent, the only field that would do, else it is reported as missing.
    pub(in crate::compile) fn needed(
        &self,
        name: &'static str,
        kinds: &[&'static str],
        owner: (&str, &str),
        would_do: impl Fn(&Field) -> bool,
    ) -> Option<&'a Field> {
        if self.reader.has(name) {
            return self.field(name, kinds);
        }
        self.reader.know(&[name]);
        let fits = |field: &&Field| !field.system && kinds.contains(&field.kind.name()) && would_do(field);
        let found: Vec<&Field> = self.entity().fields.iter().filter(fits).collect();
        match found[..] {
            [only] => Some(only),
            _ => {
                self.reader.require(&[name], owner);
                None
            }
        }
    }

    /// A path whose last field has one of these types; `None` as for [`View::field`].
    pub(in crate::compile) fn path(&self, given: Given<&str>, kinds: &[&'static str]) -> Option<String> {
        self.known_path(given)?;
        self.expect(given, self.last_field(given.value)?, kinds).then(|| given.value.to_owned())
    }

    /// Paths, one text or several.
    fn paths(&self, name: &'static str, kinds: &[&'static str]) -> Vec<String> {
        let one = self.reader.leaf(name).is_some_and(|leaf| matches!(leaf.value, Setting::Text(_)));
        let given = if one {
            self.reader.text(name).into_iter().collect()
        } else {
            self.reader.texts(name).unwrap_or_default()
        };
        given.into_iter().filter_map(|given| self.path(given, kinds)).collect()
    }

    /// A path that exists; nothing is said of one that a layer removed.
    pub(in crate::compile) fn known_path(&self, given: Given<&str>) -> Option<Typed> {
        let first = given.value.split('.').next().unwrap_or(given.value);
        if self.cx.is_removed_field(&self.entity().name, first) {
            return None;
        }
        self.cx.path(self.dictionary, self.position, given)
    }

    /// The last field of a path that exists; of a part of an address, the address.
    fn last_field(&self, path: &str) -> Option<&'a Field> {
        let mut entity = self.entity();
        let mut found = None;
        for name in path.split('.') {
            let Some(field) = entity
                .field(name.strip_suffix("_id").filter(|_| entity.field(name).is_none()).unwrap_or(name))
            else {
                return found;
            };
            found = Some(field);
            match field.options.to.as_deref().and_then(|to| self.dictionary.entity(to)) {
                Some(target) => entity = target,
                None => return found,
            }
        }
        found
    }

    fn expect(&self, given: Given<&str>, field: &Field, kinds: &[&'static str]) -> bool {
        let good = kinds.contains(&field.kind.name());
        if !good {
            let (name, kind, wanted) = (given.value, field.kind.name(), list_text(kinds));
            self.cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("`{name}` est de type {kind} ; on attend {wanted}"),
                format!("`{name}` is of type {kind}; expected is {wanted}"),
            ));
        }
        good
    }

    /// Name, card, colours and sort.
    pub(in crate::compile) fn look(&self) -> Look {
        let label = self.reader.label("label");
        let mut card = Vec::new();
        for (path, entry) in self.children("card") {
            self.beneath(entry).reader.finish();
            if self.known_path(Given { value: path, place: entry.key }).is_some() {
                card.push(path.to_owned());
            }
        }
        let colour = self.paths("colour", &["choice", "boolean", "colour"]);
        let order = self.reader.texts("order").map(|given| {
            let kept = given.into_iter().filter(|given| {
                let path = given.value.strip_prefix('-').unwrap_or(given.value);
                !self.cx.is_removed_field(&self.entity().name, path.split('.').next().unwrap_or(path))
            });
            read_order(self.cx, self.dictionary, self.position, &kept.collect::<Vec<_>>())
        });
        Look { label, card, colour, order: order.iter().flatten().map(sort_text).collect() }
    }

    /// The children of a part, in display order.
    pub(in crate::compile) fn children(&self, name: &'static str) -> Vec<(&'m str, &'m Entry)> {
        let table = self.reader.part(name).and_then(Entry::table);
        table.map(|table| ordered(table, &[], self.cx.findings)).unwrap_or_default()
    }

    /// `starts`, `ends` and `all_day`.
    pub(in crate::compile) fn span(&self, owner: (&str, &str)) -> Option<Span> {
        let starts = self.needed("starts", &["date", "datetime"], owner, |field| field.computed.is_none());
        let ends = self.field("ends", &["date", "datetime"]);
        let all_day = self.field("all_day", &["boolean"]);
        let starts = starts?;
        if let Some(ends) = ends.filter(|ends| ends.kind.name() != starts.kind.name()) {
            let (first, last) = (starts.kind.name(), ends.kind.name());
            self.cx.findings.push(Finding::new(
                self.reader.value_place("ends"),
                "type",
                format!("la fin est de type {last}, mais le début de type {first}"),
                format!("the end is of type {last}, but the start of type {first}"),
            ));
        }
        let name = |field: &Field| field.name.clone();
        Some(Span { starts: name(starts), ends: ends.map(name), all_day: all_day.map(name) })
    }

    /// `day_from`, `day_to` and `step`.
    pub(in crate::compile) fn hours(&self) -> Hours {
        let (from, to) = (self.hour("day_from", "07:00"), self.hour("day_to", "20:00"));
        if from >= to {
            self.cx.findings.push(Finding::new(
                self.reader.value_place("day_to"),
                "wrong_value",
                format!("la journée finit ({to}) avant de commencer ({from})"),
                format!("the day ends ({to}) before it starts ({from})"),
            ));
        }
        Hours { day_from: from, day_to: to, step: self.reader.number("step", 5..=240).unwrap_or(30) }
    }

    fn hour(&self, name: &'static str, absent: &str) -> String {
        let Some(given) = self.reader.text(name) else { return absent.to_owned() };
        let good = match given.value.split_once(':') {
            Some((hour, "00" | "15" | "30" | "45")) => {
                hour.len() == 2 && hour.parse::<u8>().is_ok_and(|hour| hour < 24)
            }
            _ => given.value == "24:00",
        };
        if good {
            return given.value.to_owned();
        }
        self.cx.findings.push(Finding::new(
            given.place,
            "wrong_value",
            format!("`{name}` attend une heure à un quart d'heure près, comme \"07:30\""),
            format!("`{name}` expects a time of day on a quarter of an hour, such as \"07:30\""),
        ));
        absent.to_owned()
    }

    /// What figures are grouped by: the path is the name of the part.
    pub(in crate::compile) fn axis(&self, path: &str, entry: &'m Entry) -> Option<Axis> {
        let view = self.beneath(entry);
        let per = view.reader.one_of("per", PERIODS);
        view.reader.finish();
        self.checked_axis(Given { value: path, place: entry.key }, per)
    }

    /// As [`View::axis`], of the attributes `<name>` and `<name>_per`.
    pub(in crate::compile) fn named_axis(&self, name: &'static str, per: &'static str) -> Option<Axis> {
        let given = self.reader.text(name);
        let per = self.reader.one_of(per, PERIODS);
        self.checked_axis(given?, per)
    }

    fn checked_axis(&self, given: Given<&str>, per: Option<Given<&'static str>>) -> Option<Axis> {
        let typed = self.known_path(given)?;
        let dated = matches!(typed.ty, Type::Date | Type::DateTime);
        let groups =
            dated || matches!(typed.ty, Type::Boolean | Type::Integer | Type::Text | Type::Reference(_));
        let (name, found) = (given.value, type_text(&typed.ty));
        if !groups {
            self.cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("rien ne se regroupe par `{name}`, de type {found}"),
                format!("nothing is grouped by `{name}`, of type {found}"),
            ));
            return None;
        }
        if let Some(per) = per.filter(|_| !dated) {
            self.cx.findings.push(Finding::new(
                per.place,
                "type",
                format!("seule une date se regroupe par période ; `{name}` est de type {found}"),
                format!("only a date is grouped by period; `{name}` is of type {found}"),
            ));
        }
        let per = per.map(|given| given.value).or(dated.then_some("month"));
        Some(Axis { path: given.value.to_owned(), per })
    }

    /// The figure that a part describes; its field is the part's name where it names none and its method needs one.
    pub(in crate::compile) fn measure(
        &self,
        name: &str,
        entry: &'m Entry,
        named_by_field: bool,
    ) -> Option<Measure> {
        let view = self.beneath(entry);
        let label = view.reader.label("label");
        let method = view.reader.one_of("method", METHODS);
        let field = view.reader.text("field");
        view.reader.finish();
        let fallback = if named_by_field { "sum" } else { "count" };
        let method = method.map_or(fallback, |given| given.value);
        let own = Given { value: name, place: entry.key };
        let field = field.or((named_by_field && method != "count").then_some(own));
        self.checked_measure(name, label, method, field, entry)
    }

    fn checked_measure(
        &self,
        name: &str,
        label: Option<crate::label::Label>,
        method: &'static str,
        field: Option<Given<&str>>,
        entry: &Entry,
    ) -> Option<Measure> {
        let Some(given) = field else {
            if method != "count" {
                self.cx.findings.push(Finding::new(
                    entry.key,
                    "attribute_missing",
                    format!("`{method}` a besoin d'un champ : l'attribut `field`"),
                    format!("`{method}` needs a field: the attribute `field`"),
                ));
                return None;
            }
            return Some(Measure { name: name.to_owned(), label, method, field: None });
        };
        let typed = self.known_path(given)?;
        let good = match method {
            "sum" | "average" => matches!(typed.ty, Type::Integer | Type::Decimal | Type::Duration),
            "min" | "max" => matches!(
                typed.ty,
                Type::Integer | Type::Decimal | Type::Duration | Type::Date | Type::DateTime | Type::Time
            ),
            _ => !matches!(typed.ty, Type::Records(_)),
        };
        if !good {
            let (path, found) = (given.value, type_text(&typed.ty));
            self.cx.findings.push(Finding::new(
                given.place,
                "type",
                format!("`{method}` ne se calcule pas sur `{path}`, de type {found}"),
                format!("`{method}` is not computed over `{path}`, of type {found}"),
            ));
            return None;
        }
        Some(Measure { name: name.to_owned(), label, method, field: Some(given.value.to_owned()) })
    }
}
