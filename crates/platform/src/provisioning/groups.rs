//! Groups of a directory, and what an administrator says that they give.

use std::collections::BTreeSet;

use dictionary::{RecordId, Value};
use engine::{Caller, Draft, Record};
use jiff::Timestamp;

use crate::access::words;
use crate::directory::{Fields, PROVISIONED_GROUP, PROVISIONED_MEMBER, PROVISIONED_PERSON};
use crate::error::PlatformError;
use crate::platform::Platform;
use crate::provisioning::people::key;
use crate::provisioning::{Provisioner, ProvisioningError, in_name_of};

/// What a directory says of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupBody {
    /// What it is called.
    pub name: String,
    /// Its identifier there.
    pub external_id: Option<String>,
    /// Who is in it.
    pub members: BTreeSet<RecordId>,
}

/// A group that is provisioned.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its identifier here.
    pub id: RecordId,
    /// Position of the last change.
    pub version: u64,
    /// When it came.
    pub created: Option<Timestamp>,
    /// When it last changed.
    pub modified: Option<Timestamp>,
    /// What the directory says.
    pub body: GroupBody,
    /// The profiles that its members hold here.
    pub profiles: Vec<String>,
    /// User names of its members.
    pub names: Vec<(RecordId, String)>,
}

/// A change of who is in a group, in one transaction with what else changes of it.
struct Change {
    group: RecordId,
    expected: Option<u64>,
    draft: Draft,
    joins: BTreeSet<RecordId>,
    leaves: BTreeSet<RecordId>,
}

impl Platform {
    /// Provisioned groups of the environment, by name; `named`: only the one of that name.
    ///
    /// Errors: the reserved environment cannot be read.
    pub fn provisioned_groups(
        &self,
        provisioner: &Provisioner,
        named: Option<&str>,
    ) -> Result<Vec<Group>, PlatformError> {
        self.groups_of(&provisioner.info.name, named)
    }

    /// The same, for whoever administers the environment.
    ///
    /// Errors: there is no such environment.
    pub fn groups_of(&self, environment: &str, named: Option<&str>) -> Result<Vec<Group>, PlatformError> {
        let info = self.environment_info(environment)?;
        let named = named.map(key);
        let by = named.as_deref().map(|name| ("name_key", name));
        let records = self.provisioned_records(PROVISIONED_GROUP, &info, by)?;
        let mut groups = Vec::new();
        for record in &records {
            groups.push(self.provisioned_group_of(record)?);
        }
        groups.sort_by(|a, b| dictionary::text::compare(&a.body.name, &b.body.name));
        Ok(groups)
    }

    /// One of them.
    ///
    /// Errors: not found.
    pub fn provisioned_group(&self, provisioner: &Provisioner, id: RecordId) -> Result<Group, PlatformError> {
        let record = self.provisioned_record(PROVISIONED_GROUP, &provisioner.info, id)?;
        self.provisioned_group_of(&record)
    }

    /// Adds a group, which gives nothing until an administrator says what.
    ///
    /// Errors: another has that name; a member is nobody here.
    pub fn provisioned_group_create(
        &self,
        provisioner: &Provisioner,
        body: &GroupBody,
    ) -> Result<Group, PlatformError> {
        self.group_check(provisioner, body, None)?;
        let now = self.clock.now();
        let draft =
            draft_of(body).with("environment", provisioner.info.id).with("changed", Value::DateTime(now));
        let members = body.members.clone();
        let done = self.root().transact(&provisioner.caller(), move |unit| {
            let group = unit.create(PROVISIONED_GROUP, None, draft)?;
            for person in members {
                let draft = Draft::default().with("in_group", group).with("person", person);
                unit.create(PROVISIONED_MEMBER, None, draft)?;
            }
            Ok(group)
        })?;
        self.provisioned_group(provisioner, done.value)
    }

    /// Changes a group; `expected`: the version that it is to be a change of. Who joins holds what it gives, who leaves no longer does. When that cannot be, as
    /// where a subscription includes nobody more, nothing is changed.
    ///
    /// Errors: not found; stale; as [`Platform::provisioned_group_create`]; refused with the reason.
    pub fn provisioned_group_replace(
        &self,
        provisioner: &Provisioner,
        id: RecordId,
        expected: Option<u64>,
        body: &GroupBody,
    ) -> Result<Group, PlatformError> {
        let before = self.provisioned_group(provisioner, id)?;
        self.group_check(provisioner, body, Some(id))?;
        let joins: BTreeSet<RecordId> = body.members.difference(&before.body.members).copied().collect();
        let leaves: BTreeSet<RecordId> = before.body.members.difference(&body.members).copied().collect();
        let affected: Vec<RecordId> = joins.union(&leaves).copied().collect();
        let (draft, back) = (draft_of(body), draft_of(&before.body));
        let change = Change { group: id, expected, draft, joins: joins.clone(), leaves: leaves.clone() };
        self.group_change(provisioner, change)?;
        self.apply_to(provisioner, &affected, || {
            let change = Change { group: id, expected: None, draft: back, joins: leaves, leaves: joins };
            self.group_change(provisioner, change)
        })?;
        self.provisioned_group(provisioner, id)
    }

    /// Takes a group away, with what it gave.
    ///
    /// Errors: not found; stale.
    pub fn provisioned_group_remove(
        &self,
        provisioner: &Provisioner,
        id: RecordId,
        expected: Option<u64>,
    ) -> Result<(), PlatformError> {
        let before = self.provisioned_group(provisioner, id)?;
        self.root()
            .transact(&provisioner.caller(), move |unit| unit.delete(PROVISIONED_GROUP, id, expected))?;
        // What is left of their groups gives less: nothing that could be refused.
        for person in before.body.members {
            self.provisioned_apply(provisioner, person)?;
        }
        Ok(())
    }

    /// Says which profiles the members of a group hold. `by`: name of who says so. When that cannot be for one of them, nothing is changed.
    ///
    /// Errors: the environment has no such group or profile; refused with the reason.
    pub fn provisioned_group_map(
        &self,
        environment: &str,
        id: RecordId,
        profiles: &[&str],
        by: &str,
    ) -> Result<Group, PlatformError> {
        let info = self.environment_info(environment)?;
        let before = self.provisioned_group_of(&self.provisioned_record(PROVISIONED_GROUP, &info, id)?)?;
        if !profiles.is_empty() {
            self.check_profiles(environment, profiles)?;
        }
        let write = |profiles: String| {
            let draft = Draft::default().with("profiles", profiles.as_str());
            self.root().transact(&in_name_of(by), move |unit| unit.update(PROVISIONED_GROUP, id, None, draft))
        };
        write(profiles.join(" "))?;
        let provisioner = Provisioner { token: id, name: by.to_owned(), info: info.clone() };
        let members: Vec<RecordId> = before.body.members.iter().copied().collect();
        self.apply_to(&provisioner, &members, || {
            write(before.profiles.join(" "))?;
            Ok(())
        })?;
        self.provisioned_group_of(&self.provisioned_record(PROVISIONED_GROUP, &info, id)?)
    }

    /// Makes what people hold what their groups give; when that cannot be for one of them, `back` takes the change back, and all hold what they did.
    fn apply_to(
        &self,
        provisioner: &Provisioner,
        people: &[RecordId],
        back: impl FnOnce() -> Result<(), PlatformError>,
    ) -> Result<(), PlatformError> {
        let applied = people.iter().try_for_each(|person| self.provisioned_apply(provisioner, *person));
        let Err(refused) = applied else { return Ok(()) };
        back()?;
        people.iter().try_for_each(|person| self.provisioned_apply(provisioner, *person))?;
        Err(refused)
    }

    fn group_change(&self, provisioner: &Provisioner, change: Change) -> Result<(), PlatformError> {
        let Change { group, expected, mut draft, joins, leaves } = change;
        let dictionary = self.root().dictionary();
        let members = self.records_of(PROVISIONED_MEMBER, "in_group", group)?;
        let gone = members.iter().map(|record| Fields::of(&dictionary, record));
        let gone = gone.filter(|one| one.reference("person").is_some_and(|person| leaves.contains(&person)));
        let gone: Vec<RecordId> = gone.map(|one| one.id()).collect();
        if !joins.is_empty() || !gone.is_empty() {
            draft = draft.with("changed", Value::DateTime(self.clock.now()));
        }
        self.root().transact(&provisioner.caller(), move |unit| {
            unit.update(PROVISIONED_GROUP, group, expected, draft)?;
            for member in gone {
                unit.delete(PROVISIONED_MEMBER, member, None)?;
            }
            for person in joins {
                let draft = Draft::default().with("in_group", group).with("person", person);
                unit.create(PROVISIONED_MEMBER, None, draft)?;
            }
            Ok(())
        })?;
        Ok(())
    }

    fn group_check(
        &self,
        provisioner: &Provisioner,
        body: &GroupBody,
        but: Option<RecordId>,
    ) -> Result<(), PlatformError> {
        if body.name.trim().is_empty() {
            return Err(ProvisioningError::invalid("il manque displayName", "displayName is needed").into());
        }
        let name = key(&body.name);
        let named = Some(("name_key", name.as_str()));
        let named = self.provisioned_records(PROVISIONED_GROUP, &provisioner.info, named)?;
        if named.iter().any(|one| Some(one.row.id()) != but) {
            return Err(ProvisioningError::taken(
                "un autre groupe a déjà ce displayName",
                "another group has this displayName already",
            )
            .into());
        }
        for person in &body.members {
            match self.provisioned_record(PROVISIONED_PERSON, &provisioner.info, *person) {
                Ok(_) => {}
                Err(error) if error.is_not_found() => {
                    return Err(ProvisioningError::invalid(
                        "un membre n'est personne que l'annuaire tienne ici",
                        "a member is nobody who is provisioned here",
                    )
                    .into());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn provisioned_group_of(&self, record: &Record) -> Result<Group, PlatformError> {
        let dictionary = self.root().dictionary();
        let fields = Fields::of(&dictionary, record);
        let mut names = Vec::new();
        for member in self.records_of(PROVISIONED_MEMBER, "in_group", fields.id())? {
            let Some(person) = Fields::of(&dictionary, &member).reference("person") else { continue };
            let person = self.root().get(&Caller::system(), PROVISIONED_PERSON, person, &[])?;
            let name = Fields::of(&dictionary, &person).text("user_name").unwrap_or_default();
            names.push((person.row.id(), name));
        }
        names.sort_by(|a, b| dictionary::text::compare(&a.1, &b.1));
        Ok(Group {
            id: fields.id(),
            version: fields.version(),
            created: fields.moment("created_at"),
            modified: fields.moment("modified_at"),
            body: GroupBody {
                name: fields.text("name").unwrap_or_default(),
                external_id: fields.text("external_id"),
                members: names.iter().map(|(id, _)| *id).collect(),
            },
            profiles: words(fields.text("profiles")),
            names,
        })
    }
}

fn draft_of(body: &GroupBody) -> Draft {
    let external_id = body.external_id.as_deref().map_or(Value::Null, Value::from);
    Draft::default()
        .with("name", body.name.trim())
        .with("name_key", key(&body.name).as_str())
        .with("external_id", external_id)
}
