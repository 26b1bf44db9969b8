//! How a person wants their screens: one record of `preference` at most.

use dictionary::label::Label;
use dictionary::system::PREFERENCE;
use dictionary::{RecordId, Value};
use serde_json::{Map, Value as Json};

use crate::caller::Caller;
use crate::draft::{Draft, Input};
use crate::environment::Environment;
use crate::error::{EngineError, FieldProblem};
use crate::personal::{at_this_door, me, own, value};
use crate::query::{Query, Record};

/// How a person wants their screens; what is `None` is as it comes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Preferences {
    /// `auto`, `light`, `dark`.
    pub theme: Option<String>,
    /// `comfortable`, `dense`.
    pub density: Option<String>,
    /// IANA name of the zone in which they read and write hours.
    pub time_zone: Option<String>,
    /// 1 for Monday, 7 for Sunday.
    pub first_day: Option<i64>,
    /// Name of the entity whose list they see first.
    pub start_page: Option<String>,
    /// How they arranged dashboards, by name, as whoever shows them understands it.
    pub dashboards: Map<String, Json>,
}

/// What to set: of each, `None` stays as it is, `Some(None)` becomes what comes by itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PreferencesDraft {
    /// See [`Preferences::theme`].
    pub theme: Option<Option<String>>,
    /// See [`Preferences::density`].
    pub density: Option<Option<String>>,
    /// See [`Preferences::time_zone`].
    pub time_zone: Option<Option<String>>,
    /// See [`Preferences::first_day`].
    pub first_day: Option<Option<i64>>,
    /// See [`Preferences::start_page`].
    pub start_page: Option<Option<String>>,
    /// Dashboards to arrange; `Null` for one that is to be as it comes. The others stay.
    pub dashboards: Map<String, Json>,
}

impl Environment {
    /// How the caller wants their screens; as they come in an environment whose dictionary is older than preferences.
    pub fn preferences(&self, caller: &Caller) -> Result<Preferences, EngineError> {
        Ok(self.preferences_record(caller)?.as_ref().map(read).unwrap_or_default())
    }

    fn preferences_record(&self, caller: &Caller) -> Result<Option<Record>, EngineError> {
        let query = Query { limit: 1, ..Query::default() };
        Ok(self.own_records(caller, PREFERENCE, "owner = me()", query)?.pop())
    }

    /// Changes them; returns what they are then.
    ///
    /// Errors: `Validation` for a zone that is none, a theme that is none, an entity that is none.
    pub fn preferences_change(
        &self,
        caller: &Caller,
        draft: PreferencesDraft,
    ) -> Result<Preferences, EngineError> {
        let owner = me(caller, PREFERENCE)?;
        self.check(&draft)?;
        let known = self.preferences_record(caller)?.map(|record| record.row.id());
        let asking = caller.clone();
        let done = self.transact(&at_this_door(caller), move |unit| {
            let known = match known {
                Some(id) => Some(own(unit, &asking, PREFERENCE, id)?),
                // Another device may have made it meanwhile.
                None => match unit.find(PREFERENCE, "owner", &owner.to_string())? {
                    Some(id) => Some(own(unit, &asking, PREFERENCE, id)?),
                    None => None,
                },
            };
            let before = known.as_ref().map(read).unwrap_or_default();
            let fields = fields(&draft, before.dashboards);
            let id: RecordId = match known {
                Some(record) => {
                    unit.update(PREFERENCE, record.row.id(), None, fields)?;
                    record.row.id()
                }
                None => unit.create(PREFERENCE, None, fields.with("owner", Value::Id(owner)))?,
            };
            Ok(read(&unit.get(PREFERENCE, id, &[])?))
        })?;
        Ok(done.value)
    }

    fn check(&self, draft: &PreferencesDraft) -> Result<(), EngineError> {
        let refuse = |field: &str, code, fr: &str, en: &str| {
            let problem = FieldProblem { field: field.to_owned(), code, message: Label::new(fr, en) };
            Err(EngineError::Validation(vec![problem]))
        };
        if let Some(Some(zone)) = &draft.time_zone
            && jiff::tz::TimeZone::get(zone).is_err()
        {
            return refuse("time_zone", "unknown_zone", "Ce fuseau n'existe pas.", "There is no such zone.");
        }
        if let Some(Some(entity)) = &draft.start_page
            && self.dictionary().entity(entity).is_none_or(|entity| entity.internal)
        {
            return refuse(
                "start_page",
                "unknown_entity",
                "Cette entité n'existe pas.",
                "There is no such entity.",
            );
        }
        Ok(())
    }
}

fn read(record: &Record) -> Preferences {
    let text = |field: &str| value(record, field).as_text().map(str::to_owned);
    Preferences {
        theme: text("theme"),
        density: text("density"),
        time_zone: text("time_zone"),
        first_day: match value(record, "first_day") {
            Value::Integer(day) => Some(*day),
            _ => None,
        },
        start_page: text("start_page"),
        dashboards: match value(record, "dashboards") {
            Value::Json(json) => json.as_object().cloned().unwrap_or_default(),
            _ => Map::new(),
        },
    }
}

fn fields(draft: &PreferencesDraft, mut dashboards: Map<String, Json>) -> Draft {
    let mut fields = Draft::default();
    let mut set = |field: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.fields.insert(field.to_owned(), Input::Value(value));
        }
    };
    let text = |given: &Option<Option<String>>| {
        given.as_ref().map(|value| value.as_deref().map_or(Value::Null, Value::from))
    };
    set("theme", text(&draft.theme));
    set("density", text(&draft.density));
    set("time_zone", text(&draft.time_zone));
    set("start_page", text(&draft.start_page));
    set("first_day", draft.first_day.map(|day| day.map_or(Value::Null, Value::Integer)));
    if !draft.dashboards.is_empty() {
        for (name, arrangement) in &draft.dashboards {
            match arrangement {
                Json::Null => dashboards.remove(name),
                kept => dashboards.insert(name.clone(), kept.clone()),
            };
        }
        set("dashboards", Some(Value::Json(Box::new(Json::Object(dashboards)))));
    }
    fields
}
