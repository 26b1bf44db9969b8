//! Every operation as every standard profile: what it answers follows from what the profile says, read naively.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value as Json, json};
use server::{ROUTES, Route};

use crate::app::App;
use crate::client::{Answer, Client, picture};

/// What an operation asks of whoever calls it.
#[derive(Debug, Clone, Copy)]
enum Needs {
    /// To be let in: what it tells or changes is one's own, or is bounded by what one holds.
    Entry,
    /// A power over the environment.
    Power(&'static str),
    /// A capability on any record of any entity.
    Anywhere(&'static [&'static str]),
    /// A capability on records of the collection: a list of them.
    List(&'static str),
    /// A capability on the record that is named.
    Record(&'static str),
    /// A transition of the record that is named.
    Transition,
    /// A session, and no environment: `strangers` and `sessions` walk these.
    Session,
}

/// What each operation needs, and how it answers whoever has that. A route that is not here fails the walk.
fn asks(route: &Route) -> (Needs, &'static [u16]) {
    use Needs::*;
    const WRITES: &[&str] = &["create", "update", "delete"];
    const IMPORTS: Needs = Anywhere(&["import"]);
    match route.name {
        "health_show"
        | "metrics_show"
        | "session_create"
        | "session_show"
        | "session_change"
        | "session_delete"
        | "password_forgotten"
        | "link_show"
        | "link_use"
        | "sign_in_list"
        | "sign_ins_end"
        | "sign_in_end"
        | "sign_in_events"
        | "own_password_change"
        | "second_factor_show"
        | "second_factor_begin"
        | "second_factor_confirm"
        | "second_factor_remove"
        | "recovery_codes_renew"
        | "passkey_list"
        | "passkey_begin"
        | "passkey_add"
        | "passkey_rename"
        | "passkey_remove"
        | "passkey_sign_in_begin"
        | "passkey_sign_in"
        | "device_list"
        | "device_forget"
        | "brand_show"
        | "brand_logo_show"
        | "provider_list"
        | "provider_begin"
        | "provider_end" => (Session, &[]),
        "events_follow" | "service_show" | "dictionary_show" | "metadata_show" | "openapi_show" | "batch"
        | "search" | "status_show" | "list_show" | "view_list" | "preferences_show"
        | "preferences_change" | "favourite_list" | "notification_list" | "rights_show" | "view_as_show" => {
            (Entry, &[200])
        }
        "view_create" | "favourite_add" => (Entry, &[201]),
        // One's own that there is not.
        "view_change" | "view_delete" | "favourite_remove" | "notification_mark" => (Entry, &[404]),
        // There is none.
        "logo_show" => (Entry, &[404]),
        "notifications_read" => (Entry, &[204]),
        "why_show" => (List("read"), &[200]),
        "list_value_create" | "person_add" | "profile_put" => (Power("administer"), &[201]),
        "list_value_change"
        | "people_list"
        | "person_change"
        | "person_reset"
        | "person_sign_out"
        | "profile_list"
        | "view_as_begin"
        | "assistance_list"
        | "subscription_show"
        | "sign_in_events_of_people"
        | "sign_in_rules_show"
        | "sign_in_rules_change" => (Power("administer"), &[200]),
        // Whoever has no second factor has none to lose.
        "person_reset_factor" => (Power("administer"), &[422]),
        // Whoever has a password is not invited.
        "person_invite" => (Power("administer"), &[422]),
        // Nobody asked for it.
        "assistance_answer" => (Power("administer"), &[404]),
        "provisioning_show" => (Power("administer"), &[200]),
        "provisioning_token_create" => (Power("administer"), &[201]),
        // There is none of that id.
        "provisioning_token_revoke" | "provisioning_group_map" => (Power("administer"), &[404]),
        "person_remove" | "profile_delete" => (Power("administer"), &[204]),
        // Who looks as nobody has nothing to go back from.
        "view_as_end" => (Entry, &[204, 404]),
        // Of what is walked, contacts are people; nobody's name is typed.
        "subject_show" | "subject_export" => (Power("protect"), &[200, 404]),
        "subject_erase" => (Power("protect"), &[404, 422]),
        "erasure_show" | "erasure_resume" => (Power("protect"), &[404]),
        "erasure_list" | "expiring_list" | "access_list" | "export_list" => (Power("protect"), &[200]),
        "expiring_run" => (Power("protect"), &[404, 422]),
        "archive_list" => (Power("administer"), &[200]),
        "archive_ask" => (Power("administer"), &[202]),
        "archive_get" => (Power("administer"), &[404]),
        "archive_show" | "security_show" => (Power("administer"), &[200]),
        "journal_show" | "figures_show" => (Power("audit"), &[200]),
        "file_keep" => (Anywhere(WRITES), &[201]),
        "import_list" => (IMPORTS, &[200]),
        "import_create" => (IMPORTS, &[201]),
        "import_show" | "import_delete" | "import_rows" | "import_left" | "import_refused"
        | "import_detect" | "import_preview" | "import_run" | "import_stop" | "import_undo" => {
            (IMPORTS, &[404])
        }
        "record_list" | "record_count" | "record_query" => (List("read"), &[200]),
        "record_export" => (List("export"), &[200]),
        "record_create" => (Record("create"), &[201]),
        "record_show" | "record_history" | "presence_put" | "property_show" | "value_show"
        | "record_restore" => (Record("read"), &[200]),
        "record_change" | "record_upsert" => (Record("update"), &[200]),
        "file_put" | "file_delete" => (Record("update"), &[204]),
        "record_delete" => (Record("delete"), &[204]),
        "record_transition" => (Transition, &[200]),
        unknown => panic!("{unknown} is a new operation: say what it asks of whoever calls it"),
    }
}

/// A collection that is walked.
struct Walked {
    entity: &'static str,
    collection: &'static str,
    /// A record that an administrator makes.
    body: Json,
    /// A text field.
    field: &'static str,
    file: Option<&'static str>,
    transition: Option<&'static str>,
}

impl Walked {
    /// A record of a name of its own.
    fn fresh(&self) -> Json {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let mut body = self.body.clone();
        let name = body[self.field].as_str().unwrap();
        body[self.field] = json!(format!("{name} {}", MADE.fetch_add(1, Ordering::Relaxed)));
        body
    }
}

fn walked() -> [Walked; 4] {
    let one = |entity, collection, body, field, file, transition| Walked {
        entity,
        collection,
        body,
        field,
        file,
        transition,
    };
    [
        one("account", "accounts", json!({"name": "Lenoir"}), "name", Some("logo"), Some("convert")),
        one("contact", "contacts", json!({"last_name": "Roux"}), "last_name", Some("photo"), None),
        one("task", "tasks", json!({"name": "Rappeler"}), "name", None, Some("start")),
        one("team", "teams", json!({"name": "Nord"}), "name", None, None),
    ]
}

/// To how many records something goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    None,
    Some,
    All,
}

/// What profiles say, as `$profiles` tells it.
struct Says(Vec<Json>);

impl Says {
    fn has(&self, power: &str) -> bool {
        self.0.iter().any(|profile| profile["powers"].as_array().unwrap().contains(&json!(power)))
    }

    /// Those that give, added up, within those that restrict.
    fn combined(&self, entity: &str, of: &dyn Fn(&Json) -> Reach, all: &dyn Fn(&Json) -> Reach) -> Reach {
        let restricts = |profile: &&Json| profile["restricts"] == true;
        let said = |profile: &Json| profile["entities"].get(entity).map(of);
        let given = self.0.iter().filter(|profile| !restricts(profile));
        let given = given.map(|profile| said(profile).unwrap_or_else(|| all(profile))).max();
        let bounds = self.0.iter().filter(restricts).filter_map(said);
        bounds.fold(given.unwrap_or(Reach::None), Reach::min)
    }

    fn reach(&self, entity: &str, capability: &str) -> Reach {
        let own = self.combined(entity, &|grant| granted(grant, capability, capability), &|profile| {
            everywhere(profile, capability)
        });
        match capability {
            "read" => own,
            "create" | "import" if self.reach(entity, "read") > Reach::None => own,
            _ => own.min(self.reach(entity, "read")),
        }
    }

    fn transition(&self, entity: &str, name: &str) -> Reach {
        let of = |grant: &Json| match grant["actions"].as_array() {
            Some(names) if !names.contains(&json!(name)) => Reach::None,
            Some(_) => ruled(grant, "update"),
            None => granted(grant, "update", "update"),
        };
        let own = self.combined(entity, &of, &|profile| everywhere(profile, "update"));
        own.min(self.reach(entity, "read"))
    }

    /// Whether a field is there for them: one that any profile shows.
    fn shows(&self, entity: &str, field: &str) -> bool {
        let level = |grant: &Json| grant["fields"].get(field).unwrap_or(&grant["otherwise"]) != "hidden";
        let givers = self.0.iter().filter(|profile| profile["restricts"] != true);
        givers.into_iter().any(|profile| {
            profile["entities"].get(entity).map_or(everywhere(profile, "read") > Reach::None, level)
        })
    }

    fn anywhere(&self, capabilities: &[&str]) -> bool {
        let named = self.0.iter().flat_map(|profile| profile["entities"].as_object().unwrap().keys());
        let mut all: Vec<&str> = named.map(String::as_str).collect();
        // An entity of which nobody speaks.
        all.push("setting_override");
        capabilities.iter().any(|one| all.iter().any(|entity| self.reach(entity, one) > Reach::None))
    }
}

fn everywhere(profile: &Json, capability: &str) -> Reach {
    if profile["all"].as_array().unwrap().contains(&json!(capability)) { Reach::All } else { Reach::None }
}

fn granted(grant: &Json, capability: &str, rule: &str) -> Reach {
    if grant["allow"].as_array().unwrap().contains(&json!(capability)) {
        ruled(grant, rule)
    } else {
        Reach::None
    }
}

fn ruled(grant: &Json, capability: &str) -> Reach {
    let rule = grant["only"].get(capability).unwrap_or(&grant["rows"]).as_str().unwrap_or("true");
    if rule.is_empty() || rule == "true" { Reach::All } else { Reach::Some }
}

/// How an operation may answer.
fn expected(route: &Route, says: &Says, at: &Walked) -> Vec<u16> {
    let (needs, success) = asks(route);
    let read = says.reach(at.entity, "read");
    let open = success.to_vec();
    let with = |more: &[u16]| [&open, more].concat();
    let of_record = |reach: Reach| match (read, reach) {
        (Reach::None, _) => vec![404],
        (Reach::All, Reach::None) => vec![403],
        (Reach::Some, Reach::None) => vec![403, 404],
        (Reach::All, Reach::All) => open.clone(),
        _ => with(&[403, 404]),
    };
    let keyed = route.name == "record_upsert" && read > Reach::None;
    match needs {
        _ if keyed && !says.shows(at.entity, "code") => vec![400],
        // One out of sight is not there, and making another fails on its key.
        Needs::Record(capability) if keyed && read == Reach::Some => {
            [of_record(says.reach(at.entity, capability)), vec![422]].concat()
        }
        Needs::Entry => open,
        Needs::Power(power) => {
            if says.has(power) {
                open
            } else {
                vec![403]
            }
        }
        Needs::Anywhere(capabilities) => {
            if says.anywhere(capabilities) {
                open
            } else {
                vec![403]
            }
        }
        Needs::List(capability) => match (read, says.reach(at.entity, capability)) {
            (Reach::None, _) => vec![404],
            (_, Reach::None) => vec![403],
            _ => open,
        },
        Needs::Record(capability) => of_record(says.reach(at.entity, capability)),
        Needs::Transition => of_record(says.transition(at.entity, at.transition.unwrap_or_default())),
        Needs::Session => unreachable!("{route:?}"),
    }
}

/// What is at hand for the walk of one person.
struct Place<'a> {
    ada: &'a Client,
    who: &'a str,
    /// People for whoever administers to change: one each, for they do not survive all of it.
    victims: &'a [String],
    at: &'a Walked,
    record: Json,
}

impl Place<'_> {
    fn id(&self) -> &str {
        self.record["id"].as_str().unwrap()
    }

    fn path(&self, route: &Route) -> String {
        let absent = "0192f3a0-7e1c-7c3a-9f5e-0123456789ab";
        let victim = match route.name {
            "person_change" | "person_reset_factor" | "person_invite" => &self.victims[0],
            "person_reset" => &self.victims[1],
            "person_sign_out" => &self.victims[2],
            _ => &self.victims[3],
        };
        let id = match route.path {
            path if path.contains("$people") => victim.as_str(),
            path if path.contains("{collection}") => self.id(),
            _ => absent,
        };
        let key = self.record["code"].as_str().unwrap_or_default();
        let field =
            if route.name.starts_with("file") { self.at.file.unwrap_or_default() } else { self.at.field };
        let parts = [
            ("{env}", "acme"),
            ("{collection}", self.at.collection),
            ("{id}", id),
            ("{key}", "code"),
            ("{value}", key),
            ("{list}", "account_segment"),
            ("{tag}", "company"),
            ("{import}", absent),
            ("{profile}", "walked"),
            ("{field}", field),
            ("{transition}", self.at.transition.unwrap_or_default()),
        ];
        let path = parts.iter().fold(route.path.to_owned(), |path, (name, value)| path.replace(name, value));
        match route.name {
            "search" => format!("{path}?q=lenoir"),
            "why_show" => format!("{path}?collection={}", self.at.collection),
            "import_create" => format!("{path}?collection=accounts"),
            _ => path,
        }
    }

    fn body(&self, name: &str) -> Json {
        match name {
            "batch" => json!({"requests": []}),
            "list_value_create" => json!({"tag": format!("t_{}", self.who), "label": {"fr": "x", "en": "x"}}),
            "list_value_change" => json!({"label": {"fr": "Entreprise", "en": "Company"}}),
            "view_create" => json!({"name": "x", "entity": "account", "state": {}}),
            "favourite_add" => json!({"target": "list/account"}),
            "notification_mark" => json!({"read": true}),
            "person_add" => {
                json!({"name": "x", "email": format!("new-{}@acme.example", self.who), "profiles": ["reader"]})
            }
            "person_change" => json!({"profiles": ["reader"]}),
            "assistance_answer" => json!({"answer": "end"}),
            "provisioning_token_create" => json!({"name": "Entra"}),
            "provisioning_group_map" => json!({"profiles": ["reader"]}),
            "view_as_begin" => json!({"person": self.victims[0]}),
            "profile_put" => json!({"label": {"fr": "x", "en": "x"}}),
            "presence_put" => json!({"page": "p", "does": "look"}),
            "record_create" => self.at.fresh(),
            "record_change" | "record_upsert" => json!({self.at.field: self.at.fresh()[self.at.field]}),
            _ => json!({}),
        }
    }

    /// Asks; nothing where the collection has no such member.
    fn ask(&self, client: &Client, route: &Route) -> Option<Answer> {
        let lacks = match route.name {
            "file_put" | "file_delete" => self.at.file.is_none(),
            "record_transition" => self.at.transition.is_none(),
            "record_upsert" => self.record["code"].is_null(),
            _ => false,
        };
        if lacks {
            return None;
        }
        let path = self.path(route);
        Some(match route.name {
            "file_put" | "file_keep" => {
                let named = client.with("content-disposition", "attachment; filename=\"a.png\"");
                named.send(route.method, &path, Some("image/png"), &picture(0))
            }
            "import_create" => {
                let named = client.with("content-disposition", "attachment; filename=\"a.csv\"");
                named.send(route.method, &path, Some("text/csv"), b"name\nx\n")
            }
            "record_query" => client.send(route.method, &path, Some("text/plain"), b"$top=1"),
            name => {
                let body = matches!(route.method, "POST" | "PUT" | "PATCH").then_some("application/json");
                client.send(route.method, &path, body, self.body(name).to_string().as_bytes())
            }
        })
    }

    /// A record like those of the collection, made by whoever may.
    fn make(&mut self) {
        self.record = self.ada.create(self.at.collection, self.at.fresh());
    }
}

#[test]
fn every_operation_answers_each_standard_profile_by_what_the_profile_says() {
    let app = App::start_standard();
    let ada = app.ada();
    let told = ada.get(&ada.at("$profiles")).json();
    let standard: Vec<Json> = told["value"].as_array().unwrap().clone();
    let mut people: Vec<Vec<&str>> = standard.iter().map(|one| vec![one["name"].as_str().unwrap()]).collect();
    assert!(people.len() >= 7, "{people:?}");
    // One that only restricts is nobody's alone.
    people.iter_mut().for_each(|one| one.extend((one[0] == "own_agency").then_some("sales_manager")));
    people.push(vec!["sales", "own_agency"]);
    people.push(vec!["reader", "external_contact"]);
    let victim = |n: usize| {
        app.with_profiles(&format!("victim{n}"), &["reader"]);
        let people = ada.get(&ada.at("$people")).json();
        let found = people["value"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == format!("victim{n}"))
            .unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let victims: Vec<String> = (0..4).map(victim).collect();
    let (mut walked_through, mut wrong) = (0, Vec::new());
    for profiles in &people {
        let who = profiles.join("_");
        let client = app.with_profiles(&who, profiles);
        let named = |one: &&Json| profiles.contains(&one["name"].as_str().unwrap());
        let says = Says(standard.iter().filter(named).cloned().collect());
        drop(client.follow());
        for (position, at) in walked().iter().enumerate() {
            let mut place = Place { ada: &ada, who: &who, victims: &victims, at, record: Json::Null };
            place.make();
            for route in ROUTES.iter().filter(|route| !matches!(asks(route).0, Needs::Session)) {
                let of_collection = route.path.contains("{collection}") || route.name == "why_show";
                if route.name == "events_follow" || position > 0 && !of_collection {
                    continue;
                }
                let Some(answer) = place.ask(&client, route) else { continue };
                let expected = expected(route, &says, at);
                if !expected.contains(&answer.status) {
                    let (name, of, status) = (route.name, at.collection, answer.status);
                    wrong.push(format!(
                        "{who}, {name} of {of}: {status} instead of {expected:?}: {}",
                        answer.text()
                    ));
                }
                if route.name == "record_delete" && answer.status == 204 {
                    place.make();
                }
                walked_through += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(walked_through > 600, "{walked_through}");
}
