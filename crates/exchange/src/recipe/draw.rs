//! What generators give, at one place of one record.

use std::collections::BTreeMap;
use std::sync::Arc;

use dictionary::field_types::FieldContext;
use dictionary::value::{Address, Point};
use dictionary::{Entity, Field, Language, Value, related};
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::mapping::template::Template;
use crate::recipe::file::{Recipe, plain_text};
use crate::recipe::generator::{Conditions, Generator, Kind, Wanted};
use crate::recipe::sources::Table;
use crate::recipe::stream::{Shape, Stream};
use crate::recipe::world::{Drawn, Made, World, plain};
use crate::recipe::{Files, invented, moments};

/// A record being made.
pub(crate) struct Frame<'a> {
    pub(crate) entity: &'a Entity,
    /// By field index.
    pub(crate) values: Vec<Value>,
    /// Fields that were given, in written order.
    pub(crate) given: Vec<usize>,
    pub(crate) variables: Vec<(String, Drawn)>,
    pub(crate) each: Option<Drawn>,
    pub(crate) parent: Option<&'a Frame<'a>>,
    /// Ordinal in the step, from 1; in its record for lines.
    pub(crate) n: u64,
    /// Ordinal for the member of `for_each`, from 1.
    pub(crate) i: u64,
    /// Where its streams begin: step, ordinal, attempt…
    pub(crate) place: Vec<String>,
}

/// What draws need beside the record.
pub(crate) struct Drawing<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) tables: &'a BTreeMap<String, Table>,
    pub(crate) world: &'a World,
    pub(crate) files: &'a dyn Files,
}

impl Drawing<'_> {
    /// Draws the fields of a record in written order.
    pub(crate) fn fill(&self, frame: &mut Frame<'_>, fields: &[(String, Generator)]) -> Result<(), String> {
        for (name, generator) in fields {
            let drawn = self.draw(frame, name, generator).map_err(|fault| format!("{name}: {fault}"))?;
            if name.starts_with('_') {
                frame.variables.push((name.clone(), drawn));
                continue;
            }
            self.set(frame, name, drawn).map_err(|fault| format!("{name}: {fault}"))?;
        }
        for index in frame.given.clone() {
            if let Value::Address(address) = &frame.values[index]
                && **address == Address::default()
            {
                frame.values[index] = Value::Null;
            }
        }
        Ok(())
    }

    fn set(&self, frame: &mut Frame<'_>, name: &str, drawn: Drawn) -> Result<(), String> {
        let (plain_name, part) = name.split_once('.').map_or((name, None), |(name, part)| (name, Some(part)));
        let index = frame.entity.index(plain_name).ok_or("there is no such field")?;
        if !frame.given.contains(&index) {
            frame.given.push(index);
        }
        let Some(part) = part else {
            frame.values[index] = self.typed(&frame.entity.fields[index], drawn)?;
            return Ok(());
        };
        let text = Some(self.world.text(&drawn)).filter(|text| !text.is_empty());
        let mut address = match std::mem::take(&mut frame.values[index]) {
            Value::Address(address) => *address,
            _ => Address::default(),
        };
        let place = match part {
            "lines" => &mut address.lines,
            "postcode" => &mut address.postcode,
            "city" => &mut address.city,
            "insee" => &mut address.insee,
            "region" => &mut address.region,
            "country" => &mut address.country,
            _ => return Err("an address has no such part".to_owned()),
        };
        *place = text;
        frame.values[index] = Value::Address(Box::new(address));
        Ok(())
    }

    /// The value as the field's type reads it.
    fn typed(&self, field: &Field, drawn: Drawn) -> Result<Value, String> {
        let context =
            FieldContext { zone: &self.recipe.zone, ..FieldContext::of(&self.world.dictionary, field) };
        let value = match drawn {
            Drawn::Empty => return Ok(Value::Null),
            Drawn::Line(_) => return Err("a whole row is for a variable; name one of its columns".to_owned()),
            Drawn::Record(made) => {
                let id = self.world.entry(&made).ok_or("the record is gone")?.id;
                if field.kind.name() == related::TYPE {
                    related::value(&made.entity, id)
                } else {
                    Value::Id(id)
                }
            }
            Drawn::Text(text) if text.is_empty() => return Ok(Value::Null),
            Drawn::Text(text) if field.kind.name() == "reference" => {
                let to = field.options.to.as_deref().unwrap_or_default();
                let found = self.world.indexed(to, "code", std::slice::from_ref(&text)).unwrap_or_default();
                let made = found.first().and_then(|index| self.world.made(to, *index));
                match made.and_then(|made| self.world.entry(&made).map(|entry| entry.id)) {
                    Some(id) => Value::Id(id),
                    None => return Err(format!("no {to} has the code “{text}”")),
                }
            }
            Drawn::Text(text) => field
                .kind
                .parse(&text, &context)
                .map_err(|invalid| format!("“{text}”: {}", invalid.message.text(Language::En)))?,
            Drawn::Value(value) => match (field.kind.name(), value) {
                ("date", Value::DateTime(moment)) => Value::Date(self.recipe.zone.to_datetime(moment).date()),
                ("datetime", Value::Date(date)) => Value::DateTime(self.instant(date.at(0, 0, 0, 0))?),
                ("text" | "long_text" | "code" | "rich_text" | "email" | "phone" | "url", value)
                    if value.as_text().is_none() =>
                {
                    Value::Text(plain(&value))
                }
                (_, value) => value,
            },
        };
        field.kind.check(value, &context).map_err(|invalid| invalid.message.text(Language::En).to_owned())
    }

    fn instant(&self, local: jiff::civil::DateTime) -> Result<Timestamp, String> {
        self.recipe.zone.to_timestamp(local).map_err(|error| error.to_string())
    }

    /// What a generator gives.
    pub(crate) fn draw(&self, frame: &Frame<'_>, name: &str, generator: &Generator) -> Result<Drawn, String> {
        let mut place: Vec<&str> = frame.place.iter().map(String::as_str).collect();
        place.push(name);
        let mut stream = Stream::new(self.recipe.seed, &place);
        // Drawn first, and always: so that a change of `when` changes no other value.
        let emptied = stream.chance(generator.empty);
        if emptied || !self.hold(&generator.when, |path| self.path(frame, path), frame)? {
            return Ok(Drawn::Empty);
        }
        self.kind(frame, name, generator, &mut stream)
    }

    fn kind(
        &self,
        frame: &Frame<'_>,
        name: &str,
        generator: &Generator,
        stream: &mut Stream,
    ) -> Result<Drawn, String> {
        let shape = generator.shape;
        Ok(match &generator.kind {
            Kind::Text(template) => self.template(frame, template)?,
            Kind::Pick { items, in_turn: true, .. } => {
                Drawn::Text(items[(frame.i as usize - 1) % items.len()].clone())
            }
            Kind::Pick { items, cumulated, .. } => Drawn::Text(items[stream.weighted(cumulated)].clone()),
            Kind::Tags(tags) => {
                let kept: Vec<&str> = tags
                    .iter()
                    .filter(|(_, odds)| stream.chance(*odds))
                    .map(|(tag, _)| tag.as_str())
                    .collect();
                if kept.is_empty() { Drawn::Empty } else { Drawn::Text(kept.join(";")) }
            }
            Kind::From { source, column, keep } => match self.line(frame, source, keep, stream)? {
                Some(line) => Drawn::Text(
                    line.cell(column).ok_or_else(|| format!("{source} has no column “{column}”"))?.to_owned(),
                ),
                None => Drawn::Empty,
            },
            Kind::Row { source, keep } => {
                self.line(frame, source, keep, stream)?.map_or(Drawn::Empty, Drawn::Line)
            }
            Kind::Record { entity, keep } => {
                let candidates = self.candidates(entity, keep, frame)?;
                if candidates.is_empty() {
                    return Ok(Drawn::Empty);
                }
                let at = candidates[stream.below(candidates.len(), shape)];
                self.world.made(entity, at).map_or(Drawn::Empty, Drawn::Record)
            }
            Kind::Number { min, max, scale, step } => {
                let unit = step.unwrap_or_else(|| power_of_ten(*scale).recip());
                let steps = ((max - min) / unit + 1e-9).floor().max(0.0) as usize;
                let number = min + stream.below(steps + 1, shape) as f64 * unit;
                let number =
                    format!("{number:.*}", *scale as usize).parse::<Decimal>().map_err(|e| e.to_string())?;
                Drawn::Value(if *scale == 0 {
                    Value::Integer(i64::try_from(number).map_err(|e| e.to_string())?)
                } else {
                    Value::Decimal(number)
                })
                .into_text()
            }
            Kind::Date { from, to, working } => {
                Drawn::Value(Value::Date(self.day(from, to, *working, stream, shape)?))
            }
            Kind::DateTime { from, to, working, minutes, step } => {
                let day = self.day(from, to, *working, stream, shape)?;
                Drawn::Value(Value::DateTime(self.time_of_day(day, *minutes, *step, stream)?))
            }
            Kind::After { field, by, step, minutes } => {
                let base = self.path(frame, field)?;
                self.after(&base, *by, *step, *minutes, (stream, shape))
                    .map_err(|fault| format!("{field} {fault}"))?
            }
            Kind::Duration { from, to, step } => {
                Drawn::Value(Value::Duration(spread((*from, *to), *step, stream, shape)))
            }
            Kind::Near { around, within_m } => {
                let around = match self.template(frame, around)? {
                    Drawn::Value(Value::Point(point)) => Some((point.latitude, point.longitude)),
                    other => coordinates(&self.world.text(&other)),
                };
                let Some((latitude, longitude)) = around else { return Ok(Drawn::Empty) };
                let (latitude, longitude) = invented::near(stream, latitude, longitude, *within_m);
                Drawn::Value(Value::Point(Point { latitude, longitude }))
            }
            Kind::Siren { prefix } => Drawn::Text(invented::siren(stream, prefix)),
            Kind::Siret { of } => {
                invented::siret(stream, &self.rendered(frame, of)?).map_or(Drawn::Empty, Drawn::Text)
            }
            Kind::Vat { of } => invented::vat(&self.rendered(frame, of)?).map_or(Drawn::Empty, Drawn::Text),
            Kind::Phone { prefix } => {
                let number = invented::phone(stream, prefix.as_deref())
                    .ok_or("no range kept for fiction begins like that")?;
                Drawn::Text(number)
            }
            Kind::File(paths) => {
                let path = &paths[stream.below(paths.len(), shape)];
                Drawn::Value(Value::File(Box::new(
                    self.files.keep(&self.recipe.folder.join(path)).map_err(|e| e.to_string())?,
                )))
            }
            Kind::Value(value) => Drawn::Value(Value::Json(Box::new(json(value)))),
            Kind::Match { path, cases } => {
                let texts = self.world.texts(&self.path(frame, path)?);
                let case = cases
                    .iter()
                    .find(|(case, _)| texts.contains(case))
                    .or_else(|| cases.iter().find(|(case, _)| case == "*"));
                match case {
                    Some((case, generator)) => self.draw(frame, &format!("{name}/{case}"), generator)?,
                    None => Drawn::Empty,
                }
            }
        })
    }

    /// An instant of `day` within minutes of the day, on a multiple of `step` minutes.
    fn time_of_day(
        &self,
        day: Date,
        minutes: (i64, i64),
        step: i64,
        stream: &mut Stream,
    ) -> Result<Timestamp, String> {
        let first = (minutes.0 + step - 1) / step;
        let slots = usize::try_from(minutes.1 / step - first).unwrap_or(0);
        let minute = (first + stream.below(slots + 1, Shape::Even) as i64) * step;
        let time =
            Time::new((minute / 60 % 24) as i8, (minute % 60) as i8, 0, 0).map_err(|e| e.to_string())?;
        self.instant(day.to_datetime(time))
    }

    /// Later than `base`: of its kind, unless hours are asked for.
    fn after(
        &self,
        base: &Drawn,
        by: (i64, i64),
        step: i64,
        minutes: Option<(i64, i64)>,
        (stream, shape): (&mut Stream, Shape),
    ) -> Result<Drawn, String> {
        let later = |moment: Timestamp, seconds| {
            moment.saturating_add(SignedDuration::from_secs(seconds)).map_err(|e| e.to_string())
        };
        if let Some(minutes) = minutes {
            let days = spread(by, 86_400, stream, shape);
            let day = match base {
                Drawn::Value(Value::Date(date)) => *date,
                Drawn::Value(Value::DateTime(moment)) => self.recipe.zone.to_datetime(*moment).date(),
                Drawn::Empty => return Ok(Drawn::Empty),
                _ => return Err("is neither a date nor an instant".to_owned()),
            };
            let day = day.saturating_add(SignedDuration::from_secs(days));
            return Ok(Drawn::Value(Value::DateTime(self.time_of_day(
                day,
                minutes,
                (step / 60).max(1),
                stream,
            )?)));
        }
        let seconds = spread(by, step, stream, shape);
        match base {
            Drawn::Value(Value::Date(date)) if seconds % 86_400 == 0 => {
                Ok(Drawn::Value(Value::Date(date.saturating_add(SignedDuration::from_secs(seconds)))))
            }
            Drawn::Value(Value::Date(date)) => {
                Ok(Drawn::Value(Value::DateTime(later(self.instant(date.at(0, 0, 0, 0))?, seconds)?)))
            }
            Drawn::Value(Value::DateTime(moment)) => {
                Ok(Drawn::Value(Value::DateTime(later(*moment, seconds)?)))
            }
            Drawn::Empty => Ok(Drawn::Empty),
            _ => Err("is neither a date nor an instant".to_owned()),
        }
    }

    fn day(
        &self,
        from: &str,
        to: &str,
        working: bool,
        stream: &mut Stream,
        shape: Shape,
    ) -> Result<Date, String> {
        let end = |text: &str| {
            moments::day(text, self.recipe.anchor)
                .ok_or_else(|| format!("“{text}” is neither days (-30d) nor a date"))
        };
        let (first, last) = (end(from)?, end(to)?);
        let days = match working {
            true => moments::working_days(first, last, &self.recipe.holidays),
            false => moments::days(first, last),
        };
        if days.is_empty() {
            return Err(format!("there is no day between {from} and {to}"));
        }
        Ok(days[stream.below(days.len(), shape)])
    }

    fn line(
        &self,
        frame: &Frame<'_>,
        source: &str,
        keep: &Conditions,
        stream: &mut Stream,
    ) -> Result<Option<Arc<crate::recipe::sources::SourceLine>>, String> {
        let table = self.tables.get(source).ok_or_else(|| format!("there is no source “{source}”"))?;
        let mut wanted = BTreeMap::new();
        for (column, values) in keep {
            let texts =
                values.iter().map(|value| self.wanted_texts(frame, value)).collect::<Result<Vec<_>, _>>()?;
            wanted.insert(column.clone(), texts.into_iter().flatten().collect::<Vec<_>>());
        }
        let narrowed = table.narrowed(&wanted);
        if narrowed.rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(table.lines[narrowed.rows[stream.weighted(&narrowed.cumulated)]].clone()))
    }

    /// Positions of the records that conditions keep.
    pub(crate) fn candidates(
        &self,
        entity: &str,
        keep: &Conditions,
        frame: &Frame<'_>,
    ) -> Result<Vec<usize>, String> {
        let mut best: Option<Vec<usize>> = None;
        for (path, values) in keep {
            if values.iter().any(|value| matches!(value, Wanted::Is(_))) {
                continue;
            }
            let texts =
                values.iter().map(|value| self.wanted_texts(frame, value)).collect::<Result<Vec<_>, _>>()?;
            let texts: Vec<String> = texts.into_iter().flatten().collect();
            if let Some(found) = self.world.indexed(entity, path, &texts)
                && best.as_ref().is_none_or(|best| found.len() < best.len())
            {
                best = Some(found);
            }
        }
        let positions = best.unwrap_or_else(|| (0..self.world.count(entity)).collect());
        let mut kept = Vec::new();
        for at in positions {
            let Some(made) = self.world.made(entity, at) else { continue };
            if self.hold(keep, |path| self.walk(Drawn::Record(made.clone()), path), frame)? {
                kept.push(at);
            }
        }
        Ok(kept)
    }

    fn wanted_texts(&self, frame: &Frame<'_>, wanted: &Wanted) -> Result<Vec<String>, String> {
        Ok(match wanted {
            Wanted::Is(value) => vec![value.to_string()],
            Wanted::Text(text) => vec![text.clone()],
            Wanted::Template(template) => match self.template(frame, template)? {
                // A record is meant by its id alone: another may have the same code.
                Drawn::Record(made) => {
                    self.world.entry(&made).map(|entry| entry.id.to_string()).into_iter().collect()
                }
                other => self.world.texts(&other),
            },
        })
    }

    /// Whether all conditions hold, `read` giving what stands at each path.
    pub(crate) fn hold(
        &self,
        conditions: &Conditions,
        read: impl Fn(&str) -> Result<Drawn, String>,
        frame: &Frame<'_>,
    ) -> Result<bool, String> {
        for (path, values) in conditions {
            let actual = read(path)?;
            let texts = self.world.texts(&actual);
            let mut any = false;
            for wanted in values {
                any |= match (wanted, &actual) {
                    (Wanted::Is(wanted), Drawn::Value(Value::Boolean(is))) => wanted == is,
                    (Wanted::Is(wanted), _) => *wanted != texts.is_empty(),
                    (wanted, _) => self.wanted_texts(frame, wanted)?.iter().any(|text| texts.contains(text)),
                };
            }
            if !any {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// What stands at a path, seen from a record being made.
    pub(crate) fn path(&self, frame: &Frame<'_>, path: &str) -> Result<Drawn, String> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let start = match first {
            "n" => Drawn::Text(frame.n.to_string()),
            "i" => Drawn::Text(frame.i.to_string()),
            "each" => frame.each.clone().ok_or("there is no `each` here: the step has no for_each")?,
            "parent" => {
                let parent = frame.parent.ok_or("there is no `parent` here")?;
                let Some(rest) = rest else { return Err("name a field of `parent`".to_owned()) };
                return self.path(parent, rest);
            }
            name => self
                .world
                .of_record(frame.entity, &frame.values, &frame.variables, name)
                .ok_or_else(|| format!("“{name}” is no field of {}", frame.entity.name))?,
        };
        match rest {
            None => Ok(start),
            Some(rest) => self.walk(start, rest),
        }
    }

    fn walk(&self, start: Drawn, path: &str) -> Result<Drawn, String> {
        path.split('.').try_fold(start, |from, name| {
            self.world.step(&from, name).ok_or_else(|| format!("nothing is called “{name}” in “{path}”"))
        })
    }

    fn template(&self, frame: &Frame<'_>, template: &Template) -> Result<Drawn, String> {
        if let Some(slot) =
            template.only_slot().filter(|slot| slot.filters.is_empty() && slot.width.is_none())
        {
            return self.path(frame, &slot.name);
        }
        let text = self.rendered(frame, template)?;
        Ok(if text.is_empty() { Drawn::Empty } else { Drawn::Text(text) })
    }

    fn rendered(&self, frame: &Frame<'_>, template: &Template) -> Result<String, String> {
        template.render(|slot| self.path(frame, &slot.name).map(|drawn| self.world.text(&drawn)))
    }
}

impl Drawn {
    /// A number as text, so that the type of the field reads it whatever it is.
    fn into_text(self) -> Drawn {
        match self {
            Drawn::Value(value) => Drawn::Text(plain(&value)),
            other => other,
        }
    }
}

/// A length between two, a multiple of `step`.
fn spread(by: (i64, i64), step: i64, stream: &mut Stream, shape: Shape) -> i64 {
    let (low, high) = (by.0.min(by.1), by.0.max(by.1));
    if low == high {
        return low;
    }
    let (first, last) = (low.div_euclid(step) + i64::from(low.rem_euclid(step) != 0), high.div_euclid(step));
    let slots = usize::try_from((last - first).max(0)).unwrap_or(0);
    (first + stream.below(slots + 1, shape) as i64) * step
}

fn power_of_ten(scale: u32) -> f64 {
    (0..scale).fold(1.0, |power, _| power * 10.0)
}

/// `48.58, 7.75`.
fn coordinates(text: &str) -> Option<(f64, f64)> {
    let (latitude, longitude) = text.split_once(',')?;
    Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?))
}

fn json(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        toml::Value::Array(values) => values.iter().map(json).collect(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(value) => (*value).into(),
        other => plain_text(other).into(),
    }
}

impl Made {
    /// The record as a generator gives it.
    pub(crate) fn drawn(self) -> Drawn {
        Drawn::Record(self)
    }
}
