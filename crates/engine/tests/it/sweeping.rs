//! Contents of files that nothing names, and what becomes of them.

use ::store::files;
use dictionary::Value;
use dictionary::value::FileRef;
use engine::{Clock, Draft};
use jiff::SignedDuration;

use crate::support::{World, explained, written};

const PAPERS: &str = r#"
[entities.paper]
label = { fr = "Papier", en = "Paper" }
plural = { fr = "Papiers", en = "Papers" }
title = "{name}"
[entities.paper.fields.name]
type = "text"
label = { fr = "Nom", en = "Name" }
[entities.paper.fields.scan]
type = "file"
label = { fr = "Scan", en = "Scan" }
"#;

fn kept(world: &World, content: &str) -> FileRef {
    let kept = files::put(world.environment.store().files(), &mut content.as_bytes(), 1_000).unwrap();
    FileRef { name: "a.txt".into(), media_type: "text/plain".into(), size: kept.size_bytes, hash: kept.hash }
}

fn with(file: &FileRef) -> Draft {
    written(&[("name", "Facture")]).with("scan", Value::File(Box::new(file.clone())))
}

/// Sweeps as if every content had been received `age` ago, with an hour of grace.
fn sweep(world: &World, age: SignedDuration, rehearse: bool) -> Vec<String> {
    let mut kept_at = None;
    world.environment.store().files().list(&mut |content| kept_at = Some(content.kept_at)).unwrap();
    let Some(kept_at) = kept_at else { return Vec::new() };
    let real_age = world.clock.now().duration_since(kept_at);
    let grace = SignedDuration::from_hours(1) + real_age - age;
    let swept = explained(world.environment.files_sweep(grace, rehearse));
    swept.contents.into_iter().map(|content| content.hash).collect()
}

const YOUNG: SignedDuration = SignedDuration::from_mins(30);
const OLD: SignedDuration = SignedDuration::from_mins(90);

#[test]
fn only_what_no_record_and_no_entry_of_the_journal_names_is_removed_and_only_after_its_grace() {
    let world = World::new(PAPERS);
    let (named, replaced, lost) = (kept(&world, "named"), kept(&world, "replaced"), kept(&world, "lost"));
    let paper = world.create("paper", with(&replaced));
    world.update("paper", paper, with(&named));
    let gone = kept(&world, "of a deleted record");
    let deleted = world.create("paper", with(&gone));
    explained(world.delete("paper", deleted));

    assert_eq!(sweep(&world, YOUNG, false), [] as [&str; 0], "its record may still come");
    assert_eq!(sweep(&world, OLD, true), [lost.hash.as_str()]);
    let here = |file: &FileRef| world.environment.store().files().size(&file.hash).unwrap().is_some();
    assert!(here(&lost), "a rehearsal removes nothing");
    let before = world.environment.position();
    assert_eq!(sweep(&world, OLD, false), [lost.hash.as_str()]);
    assert!(!here(&lost));
    assert!(
        here(&named) && here(&replaced) && here(&gone),
        "history and restores need what the journal names"
    );
    assert_eq!(world.environment.position(), before, "nothing of the records changed");
    assert_eq!(sweep(&world, OLD, false), [] as [&str; 0]);
}

#[test]
fn an_upload_in_progress_is_never_removed_and_its_record_finds_it() {
    let world = World::new(PAPERS);
    let lost = kept(&world, "lost");
    let mut arriving = world.environment.store().files().begin(100).unwrap();
    arriving.write(b"half ").unwrap();
    assert_eq!(sweep(&world, OLD, false), [lost.hash.as_str()]);
    arriving.write(b"and half").unwrap();
    let whole = arriving.finish().unwrap();
    let file = FileRef { size: whole.size_bytes, hash: whole.hash, ..lost };
    let paper = world.create("paper", with(&file));
    assert_eq!(sweep(&world, OLD, false), [] as [&str; 0]);
    assert_eq!(world.value("paper", paper, "scan"), Value::File(Box::new(file)));
}

#[test]
fn what_was_removed_cannot_be_named_before_it_is_sent_again() {
    let world = World::new(PAPERS);
    let lost = kept(&world, "lost");
    assert_eq!(sweep(&world, OLD, false).len(), 1);
    let refused = crate::support::problems(world.try_create("paper", with(&lost)));
    assert_eq!(refused, [("scan".to_owned(), "no_such_file")]);
    assert_eq!(kept(&world, "lost"), lost);
    world.create("paper", with(&lost));
}

#[test]
fn sweeps_and_saves_at_the_same_time_leave_every_named_content_in_place() {
    let world = World::new(PAPERS);
    kept(&world, "something to begin with");
    std::thread::scope(|scope| {
        let sweeping = scope.spawn(|| (0..40).map(|_| sweep(&world, OLD, false).len()).sum::<usize>());
        for writer in 0..3 {
            let world = &world;
            scope.spawn(move || {
                for n in 0..25 {
                    // Received long ago, as far as the sweep is concerned: named now, or refused and sent again.
                    let content = format!("content {writer} {n}");
                    while world.try_create("paper", with(&kept(world, &content))).is_err() {}
                }
            });
        }
        sweeping.join().unwrap();
    });
    let files = world.environment.store().files();
    let papers = world.all("paper");
    assert_eq!(papers.len(), 75);
    for paper in &papers {
        let Value::File(file) = world.value_of(paper, "scan") else { panic!("each has its scan") };
        assert!(files.is_whole(&file.hash).unwrap(), "{}", file.hash);
    }
}
