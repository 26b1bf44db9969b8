//! No text makes the language slow, deep or silent.

use dictionary::Value;
use dictionary::expression::{
    BinaryOperator, DEPTH_MAX, Expr, ExprKind, NODES_MAX, SOURCE_BYTES_MAX, Span, check, parse,
};

use crate::world::World;

fn code(source: &str) -> Option<&'static str> {
    parse(source).err().map(|fault| fault.code)
}

#[test]
fn nesting_is_bounded_however_it_is_made() {
    let times = |text: &str| text.repeat(20_000);
    for source in [
        format!("{}1{}", times("("), times(")")),
        times("("),
        format!("{}1", times("-")),
        format!("{}true", times("not ")),
        format!("1{}", times("+1")),
        format!("1{}", times("*1")),
        format!("{}1{}", times("f("), times(")")),
        format!("1 in {}", times("(1 in ")),
    ] {
        let source = &source[..source.len().min(SOURCE_BYTES_MAX)];
        assert!(matches!(code(source), Some("too_deep" | "too_large" | "syntax")), "{:.20}", source);
    }
    let nested = |n: u32| format!("{}1{}", "-(".repeat(n as usize), ")".repeat(n as usize));
    assert_eq!(code(&nested(DEPTH_MAX / 2 - 1)), None);
    assert_eq!(code(&nested(DEPTH_MAX)), Some("too_deep"));
}

#[test]
fn size_is_bounded() {
    assert_eq!(code(&" ".repeat(SOURCE_BYTES_MAX + 1)), Some("too_large"));
    assert_eq!(code(&format!("1 in ({}1)", "1,".repeat(NODES_MAX))), Some("too_large"));
    assert_eq!(code(&vec!["true"; NODES_MAX].join(" or ")), Some("too_large"));
}

#[test]
fn a_thousand_conditions_are_a_shallow_tree() {
    let world = World::new();
    let source: Vec<String> = (0..1_000).map(|n| format!("staff = {n}")).collect();
    let typed = world.check("account", &source.join(" or ")).unwrap();
    assert!(typed.size().1 <= 13, "{:?}", typed.size());
    assert_eq!(world.value(10, &source.join(" or ")), Value::Boolean(true));
    assert_eq!(world.value(10, &source.join(" and ")), Value::Boolean(false));
}

#[test]
fn a_tree_made_by_a_program_is_bounded_too() {
    let world = World::new();
    let mut root = Expr { kind: ExprKind::Literal(Value::Integer(1)), span: Span::default() };
    for _ in 0..200 {
        let one = Expr { kind: ExprKind::Literal(Value::Integer(1)), span: Span::default() };
        root = Expr {
            kind: ExprKind::Binary(BinaryOperator::Add, Box::new(root), Box::new(one)),
            span: Span::default(),
        };
    }
    let account = world.dictionary.entity_index("account").unwrap();
    assert_eq!(check(&root, &world, account).unwrap_err()[0].code, "too_deep");
}

#[test]
fn formulas_in_place_of_fields_are_counted() {
    let mut world = World::new();
    world.compute("account", "age", "if(today() > founded, year(today()) - year(founded), 0)");
    assert_eq!(world.value(10, "age"), Value::Integer(27));
    assert_eq!(world.value(10, "parent.age = 0 and age > 20"), Value::Boolean(true));
    // Each reading doubles the size: without a bound, forty of them would fill the memory.
    for round in 0..40 {
        let source = "if(age > 1, age, age) + if(age > 2, age, age)";
        match world.check("account", source) {
            Ok(_) => world.compute("account", "age", source),
            Err(faults) => {
                assert!(matches!(faults[0].code, "too_large" | "too_deep"), "{faults:?}");
                assert!(round > 1, "even small formulas are refused");
                return;
            }
        }
    }
    panic!("the formulas grew without bound");
}

#[test]
fn a_formula_over_records_is_not_read_through_a_reference() {
    let mut world = World::new();
    world.compute("account", "busy", "exists(contacts, name != null) and now() != null");
    assert_eq!(world.value(10, "busy"), Value::Boolean(true));
    assert_eq!(world.check("account", "parent.busy").unwrap_err()[0].code, "records");
}
