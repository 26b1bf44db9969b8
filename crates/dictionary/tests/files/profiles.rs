//! Profiles and perimeters: what is read, what is said of faults, what a plan tells.

use dictionary::compile;
use dictionary::model::profiles::{Capability, Level};
use dictionary::plan::{Change, How, plan};

use crate::common::{LIBRARY, dictionary, shown, singles};

const CLERK: &str = r#"
[entities.author.fields.mentor]
type = "reference"
to = "author"
label = { fr = "Maître", en = "Mentor" }
[perimeters.my_authors]
label = { fr = "mes auteurs", en = "my authors" }
of = "author"
where = "created_by = me()"
beneath = "mentor"
[profiles.clerk]
label = { fr = "Employé", en = "Clerk" }
all = ["read"]
[profiles.clerk.entities.book]
allow = ["read", "update"]
rows = "author in (my_authors())"
only = { update = "pages < 100" }
fields = { pages = "read", title = "masked" }
"#;

#[test]
fn a_profile_says_what_is_allowed_to_which_records_and_how_far_fields_are_open() {
    let dictionary = dictionary(&[("library", LIBRARY), ("clerk", CLERK)]);
    let clerk = dictionary.profile("clerk").unwrap();
    let book = dictionary.entities.iter().position(|entity| entity.name == "book").unwrap();
    let grant = &clerk.entities[&book];
    assert_eq!(grant.allow, [Capability::Read, Capability::Update]);
    assert_eq!(grant.rows_of(Capability::Read).unwrap().source, "author in (my_authors())");
    assert_eq!(grant.rows_of(Capability::Update).unwrap().source, "pages < 100");
    let field = |name: &str| dictionary.entities[book].index(name).unwrap();
    assert_eq!(grant.level(field("pages")), Level::Read);
    assert_eq!(grant.level(field("title")), Level::Masked);
    assert_eq!(grant.level(field("genre")), Level::Write);
    assert!(dictionary.perimeters[0].beneath.is_some());
    let names: Vec<&str> = dictionary.profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, ["administrator", "reader", "clerk"]);
}

#[test]
fn faults_of_profiles_are_placed_and_say_what_was_meant() {
    let faulty = "
[profiles.clerk.entities.book]
allow = [\"read\", \"updat\"]
actions = [\"lend\"]
rows = \"pages > 'a'\"
fields = { pagez = \"hidden\", pages = \"masked\", id = \"hidden\", genre = \"hiden\" }
[profiles.clerk.entities.bok]
allow = [\"read\"]
[profiles.clerk.entities.author]
rows = \"id in (my_autors())\"
[profiles.administrator.entities.book]
allow = []
[profiles.bound]
label = { fr = \"Borne\", en = \"Bound\" }
restricts = true
all = [\"read\"]
[perimeters.wrong]
label = { fr = \"x\", en = \"x\" }
of = \"author\"
where = \"name = 'x'\"
beneath = \"name\"
[entities.book.rules.mine]
require = \"author in (my_authors())\"
message = { fr = \"x\", en = \"x\" }
";
    let layers = singles(&[("library", LIBRARY), ("clerk", CLERK), ("faulty", faulty)]);
    let said = shown(&compile(&layers).unwrap_err());
    for expected in [
        "`allow` cannot hold `updat`",
        "did you mean `update`?",
        "`book` has no transition `lend`",
        "`book` has no field `pagez`",
        "only a text can be masked; `pages` is of type integer",
        "`id` is what names a record",
        "`genre` cannot be `hiden`",
        "there is no entity `bok`",
        "what a profile says of an entity has an attribute `allow`",
        "There is no function “my_autors”",
        "the profile `administrator` may do everything and is not changed",
        "`all` gives, and this profile restricts",
        "`beneath` names a reference from `author` to `author`",
        // Perimeters are about somebody: only rules of profiles name them.
        "There is no function “my_authors”",
    ] {
        assert!(said.contains(expected), "{expected} is not in:\n{said}");
    }
}

#[test]
fn a_plan_tells_whose_rights_change() {
    let before = dictionary(&[("library", LIBRARY), ("clerk", CLERK)]);
    let layer = "
        [profiles.clerk.entities.book]
        rows = \"\"
        [profiles.new]
        label = { fr = \"Neuf\", en = \"New\" }
    ";
    let after = dictionary(&[("library", LIBRARY), ("clerk", CLERK), ("client", layer)]);
    assert_ne!(before.hash, after.hash);
    let changes: Vec<Change> = plan(&before, &after).steps.into_iter().map(|step| step.change).collect();
    for (profile, how) in [("clerk", How::Changed), ("new", How::Added)] {
        let wanted = Change::AlterProfile { profile: profile.into(), how };
        assert!(changes.contains(&wanted), "{wanted:?} is not in {changes:?}");
    }
}
