//! Who is told of what happens to records: what is read, what is said of faults.

use dictionary::compile;
use dictionary::plan::{Change, How, plan};

use crate::common::{compiled, shown, singles};

const TASK: &str = r#"
[entities.task]
label = { fr = "Tâche", en = "Task" }
plural = { fr = "Tâches", en = "Tasks" }
[entities.task.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.task.fields.assignee]
type = "reference"
to = "user"
label = { fr = "Pour", en = "For" }
[entities.task.fields.notes]
type = "rich_text"
label = { fr = "Notes", en = "Notes" }
"#;

fn with(notices: &str) -> Vec<dictionary::Layer> {
    singles(&[("tasks", &format!("{TASK}{notices}"))])
}

#[test]
fn a_notice_follows_a_reference_to_people_or_a_rich_text() {
    let notices = r#"
        [entities.task.notify.assigned]
        field = "assignee"
        text = { fr = "vous a confié une tâche", en = "assigned you a task" }
        when = "name != 'essai'"
        [entities.task.notify.mentioned]
        field = "notes"
        text = { fr = "vous cite" }
    "#;
    let (before, after) = (compiled(&with("")), compiled(&with(notices)));
    let task = after.entity("task").unwrap();
    let names: Vec<_> = task.notices.iter().map(|n| (n.name.as_str(), n.when.is_some())).collect();
    assert_eq!(names, [("assigned", true), ("mentioned", false)]);
    let steps = plan(&before, &after).steps;
    let is_new = |name: &str| {
        let part =
            Change::AlterPart { entity: "task".into(), part: "notice", name: name.into(), how: How::Added };
        steps.iter().any(|step| step.change == part)
    };
    assert!(is_new("assigned") && is_new("mentioned"), "{steps:?}");
}

#[test]
fn a_field_that_names_nobody_is_reported() {
    let faults = compile(&with(
        r#"
        [entities.task.notify.named]
        field = "name"
        text = { fr = "x" }
        [entities.task.notify.lost]
        field = "asignee"
        text = { fr = "x" }
        "#,
    ));
    let faults = faults.unwrap_err();
    let codes: Vec<_> = faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["type", "unknown_field"], "{}", shown(&faults));
}
