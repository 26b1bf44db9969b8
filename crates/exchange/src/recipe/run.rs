//! Following a recipe: imports, then steps, each in batches that are one unit of work.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dictionary::{Dictionary, Entity, RecordId, Value};
use engine::{Caller, Draft, Environment, Input, LineDraft, Query};
use jiff::tz::TimeZone;
use uuid::Builder;

use crate::error::ExchangeError;
use crate::import::{ImportOptions, import};
use crate::mapping::Mapping;
use crate::recipe::draw::{Drawing, Frame};
use crate::recipe::file::{Count, ForEach, ImportSpec, LinesSpec, Recipe, Step, wrong};
use crate::recipe::sources::Table;
use crate::recipe::stream::{Shape, Stream};
use crate::recipe::world::{Drawn, Entry, World};
use crate::recipe::{Files, RecipeOptions, RecipeProgress};

/// Records of a unit of work.
const BATCH: usize = 250;
/// Draws of a record whose unique keys are taken.
const ATTEMPTS: usize = 20;

type Watch<'a> = dyn FnMut(&RecipeProgress<'_>) + 'a;

pub(super) fn follow(
    recipe: &Recipe,
    environment: &Environment,
    files: &dyn Files,
    options: &RecipeOptions,
    progress: &mut Watch<'_>,
) -> Result<u64, ExchangeError> {
    let mut made = 0;
    for spec in &recipe.imports {
        made += run_import(recipe, spec, environment, options, progress)?;
    }
    let mut tables = BTreeMap::new();
    for (name, spec) in &recipe.sources {
        tables.insert(name.clone(), Table::read(&recipe.folder, spec)?);
    }
    let mut follower = Follower {
        recipe,
        environment,
        files,
        tables,
        dictionary: environment.dictionary(),
        world: World::new(environment.dictionary()),
        small: options.small,
        taken: HashSet::new(),
        ordinal: 0,
    };
    for entity in follower.entities() {
        follower.load(&entity)?;
    }
    for step in &recipe.steps {
        made += follower.step(step, progress)?;
    }
    Ok(made)
}

fn run_import(
    recipe: &Recipe,
    spec: &ImportSpec,
    environment: &Environment,
    options: &RecipeOptions,
    progress: &mut Watch<'_>,
) -> Result<u64, ExchangeError> {
    let place = |path: &String| -> Option<PathBuf> {
        match path.strip_prefix("shared:") {
            Some(path) => options.shared.as_ref().filter(|_| !options.small).map(|shared| shared.join(path)),
            None => Some(recipe.folder.join(path)),
        }
    };
    let Some(file) = spec.files.iter().filter_map(place).find(|path| path.exists()) else {
        if spec.optional || spec.files.iter().any(|file| file.starts_with("shared:")) && options.small {
            return Ok(0);
        }
        return Err(wrong(
            &format!("{}, imports.{}", recipe.name, spec.name),
            &format!("no such file: {}", spec.files.join(", ")),
        ));
    };
    let mapping = match &spec.map {
        Some(map) => Mapping::read(&recipe.folder.join(map))?,
        None => Mapping::default(),
    };
    let (process, environment_name) = (std::process::id(), &environment.settings().name);
    let scratch = format!("tisserand-{process}-{environment_name}-{}-{}.refused.csv", recipe.name, spec.name);
    let scratch = std::env::temp_dir().join(scratch);
    let import_options = ImportOptions {
        limit: spec.limit,
        refused: Some(scratch.clone()),
        restart: true,
        ..ImportOptions::new(&spec.entity)
    };
    struct Told<'a, 'b>(&'a mut Watch<'b>, &'a ImportSpec);
    impl crate::import::Watch for Told<'_, '_> {
        fn progress(&mut self, progress: &crate::import::Progress) {
            (self.0)(&RecipeProgress {
                step: &self.1.name,
                entity: &self.1.entity,
                made: progress.rows,
                total: 0,
            });
        }
    }
    let report =
        import(environment, &Caller::system(), &file, &mapping, &import_options, &mut Told(progress, spec))?;
    // Real files hold rows that no rule accepts: they are left out of the company, and nobody mends them here.
    let _ = std::fs::remove_file(&scratch);
    Ok(report.created + report.updated)
}

struct Follower<'a> {
    recipe: &'a Recipe,
    environment: &'a Environment,
    files: &'a dyn Files,
    tables: BTreeMap<String, Table>,
    dictionary: Arc<Dictionary>,
    world: World,
    small: bool,
    /// Unique keys of records made and imported.
    taken: HashSet<String>,
    /// Of the next record, for its id.
    ordinal: u64,
}

/// A record drawn, ready to be written.
struct Ready {
    id: RecordId,
    draft: Draft,
    keys: Vec<String>,
}

impl Follower<'_> {
    /// Entities that steps make or draw from.
    fn entities(&self) -> Vec<String> {
        let mut names: Vec<String> = self.recipe.imports.iter().map(|i| i.entity.clone()).collect();
        names.extend(self.recipe.steps.iter().map(|s| s.entity.clone()));
        names.sort();
        names.dedup();
        names
    }

    /// Takes up the records that are there already.
    fn load(&mut self, name: &str) -> Result<(), ExchangeError> {
        let dictionary = self.dictionary.clone();
        let entity =
            dictionary.entity(name).ok_or_else(|| self.fault(&format!("there is no entity “{name}”")))?;
        self.world.pool(name);
        let mut query = Query { entity: name.to_owned(), limit: 1_000, ..Query::default() };
        loop {
            let page = self.environment.list(&Caller::system(), &query)?;
            for record in page.records {
                let values = Arc::unwrap_or_clone(record.row).0;
                self.taken.extend(unique_keys(entity, &values));
                let id = values[dictionary::model::ID].as_id().unwrap_or(RecordId(uuid::Uuid::nil()));
                self.world.pool(name).push(Entry { id, values, variables: Vec::new() });
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(()),
            }
        }
    }

    fn fault(&self, fault: &str) -> ExchangeError {
        wrong(&self.recipe.name, fault)
    }

    fn step(&mut self, step: &Step, progress: &mut Watch<'_>) -> Result<u64, ExchangeError> {
        let dictionary = self.dictionary.clone();
        let at = |fault: &str| wrong(&format!("{}, steps.{}", self.recipe.name, step.name), fault);
        let entity = dictionary
            .entity(&step.entity)
            .ok_or_else(|| at(&format!("there is no entity “{}”", step.entity)))?;
        let members = self.members(step, entity).map_err(|fault| at(&fault))?;
        let mut plan: Vec<(Option<Drawn>, u64)> = Vec::new();
        for (number, member) in members.into_iter().enumerate() {
            let mut stream = Stream::new(self.recipe.seed, &[&step.name, "count", &number.to_string()]);
            let mut count = drawn_count(step.count, &mut stream);
            if self.small && step.for_each.is_none() {
                count = count.div_ceil(10);
            }
            plan.extend((1..=u64::from(count)).map(|i| (member.clone(), i)));
        }
        let total = plan.len() as u64;
        let mut ready: Vec<Ready> = Vec::new();
        for (position, (each, i)) in plan.into_iter().enumerate() {
            let n = position as u64 + 1;
            let one = self.record(step, entity, each, n, i).map_err(|fault| {
                wrong(&format!("{}, steps.{}, record {n}", self.recipe.name, step.name), &fault)
            })?;
            ready.push(one);
            if ready.len() == BATCH || n == total {
                self.commit(step, entity, std::mem::take(&mut ready), n)?;
                progress(&RecipeProgress { step: &step.name, entity: &step.entity, made: n, total });
            }
        }
        Ok(total)
    }

    fn drawing(&self) -> Drawing<'_> {
        Drawing { recipe: self.recipe, tables: &self.tables, world: &self.world, files: self.files }
    }

    /// What `for_each` goes over; nothing, once, without it.
    fn members(&self, step: &Step, entity: &Entity) -> Result<Vec<Option<Drawn>>, String> {
        match &step.for_each {
            None => Ok(vec![None]),
            Some(ForEach::Row(source)) => {
                let table =
                    self.tables.get(source).ok_or_else(|| format!("there is no source “{source}”"))?;
                Ok(table.lines.iter().map(|line| Some(Drawn::Line(line.clone()))).collect())
            }
            Some(ForEach::Record { entity: of, keep, share }) => {
                if !self.world.has_pool(of) {
                    return Err(format!("no step before this one makes “{of}”"));
                }
                let frame = Frame::new(entity, None, 0, 0, vec![step.name.clone()]);
                let mut kept = Vec::new();
                for (number, index) in self.drawing().candidates(of, keep, &frame)?.into_iter().enumerate() {
                    let mut stream =
                        Stream::new(self.recipe.seed, &[&step.name, "share", &number.to_string()]);
                    if stream.chance(*share) {
                        kept.push(self.world.made(of, index).map(|made| made.drawn()));
                    }
                }
                Ok(kept)
            }
        }
    }

    /// Draws a record, again while its unique keys are taken, and puts it among those made.
    fn record(
        &mut self,
        step: &Step,
        entity: &Entity,
        each: Option<Drawn>,
        n: u64,
        i: u64,
    ) -> Result<Ready, String> {
        for attempt in 0..ATTEMPTS {
            let mut place = vec![step.name.clone(), n.to_string()];
            if attempt > 0 {
                place.push(format!("again {attempt}"));
            }
            let mut frame = Frame::new(entity, each.clone(), n, i, place);
            let drawing = self.drawing();
            drawing.fill(&mut frame, &step.fields)?;
            let keys: Vec<String> = unique_keys(entity, &frame.values);
            if keys.iter().any(|key| self.taken.contains(key)) {
                continue;
            }
            let mut draft = Draft::default();
            for index in &frame.given {
                if !frame.values[*index].is_null() {
                    draft.fields.insert(
                        entity.fields[*index].name.clone(),
                        Input::Value(frame.values[*index].clone()),
                    );
                }
            }
            for lines in &step.lines {
                let made =
                    self.lines(lines, &frame).map_err(|fault| format!("lines.{}, {fault}", lines.field))?;
                if !made.is_empty() {
                    draft.fields.insert(lines.field.clone(), Input::Lines(made));
                }
            }
            self.ordinal += 1;
            let id = self.id(&step.name, n);
            let Frame { mut values, variables, .. } = frame;
            values[dictionary::model::ID] = Value::Id(id);
            self.taken.extend(keys.iter().cloned());
            self.world.pool(&step.entity).push(Entry { id, values, variables });
            return Ok(Ready { id, draft, keys });
        }
        Err(format!("after {ATTEMPTS} draws its unique keys are still taken"))
    }

    fn lines(&self, spec: &LinesSpec, parent: &Frame<'_>) -> Result<Vec<LineDraft>, String> {
        let drawing = self.drawing();
        let field = parent.entity.field(&spec.field).ok_or("there is no such field")?;
        let child = field
            .options
            .of
            .as_deref()
            .and_then(|of| self.dictionary.entity(of))
            .ok_or("it holds no lines")?;
        if !drawing.hold(&spec.when, |path| drawing.path(parent, path), parent)? {
            return Ok(Vec::new());
        }
        let mut place: Vec<String> = parent.place.clone();
        place.push(spec.field.clone());
        let mut stream = Stream::new(self.recipe.seed, &place.iter().map(String::as_str).collect::<Vec<_>>());
        let (mut lines, mut seen) = (Vec::new(), HashSet::new());
        for i in 1..=u64::from(drawn_count(spec.count, &mut stream)) {
            let mut place = place.clone();
            place.push(i.to_string());
            let mut frame =
                Frame { parent: Some(parent), ..Frame::new(child, parent.each.clone(), i, i, place) };
            drawing.fill(&mut frame, &spec.fields).map_err(|fault| format!("line {i}, {fault}"))?;
            if let Some(distinct) = &spec.distinct {
                let value = drawing.path(&frame, distinct)?;
                let text = self.world.text(&value);
                if text.is_empty() || !seen.insert(text) {
                    continue;
                }
            }
            let mut draft = Draft::default();
            for index in &frame.given {
                if !frame.values[*index].is_null() {
                    draft.fields.insert(
                        child.fields[*index].name.clone(),
                        Input::Value(frame.values[*index].clone()),
                    );
                }
            }
            lines.push(LineDraft { id: None, draft });
        }
        Ok(lines)
    }

    /// A UUIDv7 at the anchor, in the order of making.
    fn id(&self, step: &str, n: u64) -> RecordId {
        let midnight =
            TimeZone::UTC.to_timestamp(self.recipe.anchor.at(0, 0, 0, 0)).map(|t| t.as_millisecond());
        let millisecond = u64::try_from(midnight.unwrap_or_default()).unwrap_or_default() + self.ordinal;
        let mut random = [0; 10];
        Stream::new(self.recipe.seed, &[step, &n.to_string(), "id"]).fill(&mut random);
        RecordId(Builder::from_unix_timestamp_millis(millisecond, &random).into_uuid())
    }

    /// Writes records as one unit of work, then takes up what the engine made of them (numbers, defaults, computed fields).
    fn commit(
        &mut self,
        step: &Step,
        entity: &Entity,
        ready: Vec<Ready>,
        last: u64,
    ) -> Result<(), ExchangeError> {
        let first = last - ready.len() as u64 + 1;
        let (name, at) = (step.entity.clone(), Arc::new(AtomicUsize::new(0)));
        let reached = at.clone();
        let written = self.environment.transact(&Caller::system(), move |unit| {
            let mut rows = Vec::with_capacity(ready.len());
            let ids: Vec<RecordId> = ready.iter().map(|r| r.id).collect();
            for (position, one) in ready.into_iter().enumerate() {
                reached.store(position, Ordering::Relaxed);
                drop(one.keys);
                unit.create(&name, Some(one.id), one.draft)?;
            }
            for id in ids {
                rows.push(Arc::unwrap_or_clone(unit.get(&name, id, &[])?.row).0);
            }
            Ok(rows)
        });
        let rows = match written {
            Ok(done) => done.value,
            Err(error) => {
                let n = first + at.load(Ordering::Relaxed) as u64;
                let place = format!("{}, steps.{}, record {n}", self.recipe.name, step.name);
                let reasons = crate::import::reasons(error)?;
                return Err(wrong(
                    &place,
                    &reasons.iter().map(|r| r.text(dictionary::Language::En)).collect::<Vec<_>>().join("; "),
                ));
            }
        };
        let pool = self.world.pool(&step.entity);
        let start = pool.entries.len() - rows.len();
        let mut entries: Vec<Entry> = pool.entries[start..].to_vec();
        pool.truncate(start);
        for (entry, values) in entries.iter_mut().zip(rows) {
            entry.values = values;
            self.taken.extend(unique_keys(entity, &entry.values));
        }
        let pool = self.world.pool(&step.entity);
        for entry in entries {
            pool.push(entry);
        }
        Ok(())
    }
}

impl<'a> Frame<'a> {
    pub(crate) fn new(
        entity: &'a Entity,
        each: Option<Drawn>,
        n: u64,
        i: u64,
        place: Vec<String>,
    ) -> Frame<'a> {
        Frame {
            entity,
            values: vec![Value::Null; entity.fields.len()],
            given: Vec::new(),
            variables: Vec::new(),
            each,
            parent: None,
            n,
            i,
            place,
        }
    }
}

fn drawn_count(count: Count, stream: &mut Stream) -> u32 {
    count.min + stream.below((count.max - count.min) as usize + 1, Shape::Even) as u32
}

/// Texts of the unique keys that a record fills.
fn unique_keys(entity: &Entity, values: &[Value]) -> Vec<String> {
    let mut keys = Vec::new();
    let code = entity.code.as_ref().and_then(|_| entity.index("code")).map(|code| vec![code]);
    for fields in entity.uniques.iter().map(|u| u.fields.clone()).chain(code) {
        if fields.iter().all(|field| !values[*field].is_null()) {
            let texts: Vec<String> = fields.iter().map(|field| format!("{:?}", values[*field])).collect();
            keys.push(format!("{} {fields:?} {}", entity.name, texts.join("\u{1f}")));
        }
    }
    keys
}
