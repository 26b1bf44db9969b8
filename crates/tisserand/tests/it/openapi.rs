use crate::support::Place;

#[test]
fn the_description_that_is_kept_is_the_one_the_program_gives() {
    let said = Place::empty().run(&["openapi"]).ok();
    let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let kept = std::fs::read_to_string(kept).unwrap_or_default();
    assert!(
        kept == said.out,
        "docs/openapi.json is not what the server answers any more: run make openapi and commit it"
    );
}
