//! What holds for every expression and every value.

use dictionary::Value;
use dictionary::expression::functions::{binary, not};
use dictionary::expression::{BinaryOperator as Op, Expr, ExprKind, Node, Span, Typed, evaluate, parse};
use dictionary::value::compare;
use proptest::prelude::*;

use crate::generate::{any_expression, condition, word_soup};
use crate::world::{World, context};

thread_local! {
    static WORLD: World = World::new();
}

fn value_of(typed: &Typed) -> Value {
    WORLD.with(|world| evaluate(typed, &world.record(10), &context()).unwrap())
}

/// An error rather than a panic: looking for the smallest failing case then stays quiet.
fn checked(source: &str) -> Result<Typed, TestCaseError> {
    let typed = WORLD.with(|world| world.check("account", source));
    typed.map_err(|faults| TestCaseError::fail(format!("{source}: {faults:?}")))
}

/// The tree without its places, which writing it again changes.
fn placeless(expr: &Expr) -> Expr {
    let all = |list: &[Expr]| list.iter().map(placeless).collect::<Vec<_>>();
    let kind = match &expr.kind {
        ExprKind::Call(name, arguments) => ExprKind::Call(name.clone(), all(arguments)),
        ExprKind::Not(inner) => ExprKind::Not(Box::new(placeless(inner))),
        ExprKind::Negate(inner) => ExprKind::Negate(Box::new(placeless(inner))),
        ExprKind::Binary(op, left, right) => {
            ExprKind::Binary(*op, Box::new(placeless(left)), Box::new(placeless(right)))
        }
        ExprKind::In(left, items) => ExprKind::In(Box::new(placeless(left)), all(items)),
        same => same.clone(),
    };
    Expr { kind, span: Span::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(source in any::<String>()) {
        if let Err(fault) = parse(&source) {
            prop_assert!(source.get(fault.span.start..fault.span.end).is_some(), "{fault:?}");
        }
    }

    #[test]
    fn any_words_are_evaluated_or_refused(source in word_soup()) {
        WORLD.with(|world| match world.check("account", &source) {
            Ok(typed) => { value_of(&typed); }
            Err(faults) => for fault in faults {
                assert!(source.get(fault.span.start..fault.span.end).is_some(), "{source}: {fault:?}");
            },
        });
    }

    #[test]
    fn a_tree_is_read_back_from_its_text(source in any_expression()) {
        let tree = parse(&source).unwrap().root;
        let text = tree.to_string();
        prop_assert_eq!(placeless(&parse(&text).unwrap().root), placeless(&tree), "{}", text);
    }

    #[test]
    fn a_checked_tree_is_read_back_with_the_same_meaning(source in any_expression()) {
        let typed = checked(&source)?;
        let text = typed.to_string();
        let again = checked(&text)?;
        prop_assert_eq!(placeless(&again.to_expr()), placeless(&typed.to_expr()), "{}", text);
        prop_assert_eq!(&again.ty, &typed.ty);
        prop_assert_eq!(value_of(&again), value_of(&typed));
    }

    #[test]
    fn an_empty_record_never_stops_an_expression(source in any_expression()) {
        let typed = checked(&source)?;
        WORLD.with(|world| evaluate(&typed, &world.record(11), &context()).unwrap());
    }

    #[test]
    fn logic_has_two_values(a in condition(3), b in condition(3)) {
        let is = |source: String| match value_of(&checked(&source)?) {
            Value::Boolean(boolean) => Ok(boolean),
            other => Err(TestCaseError::fail(format!("{source} is {other:?}"))),
        };
        let (x, y) = (is(format!("not not ({a})"))?, is(format!("not not ({b})"))?);
        prop_assert_eq!(is(format!("not ({a})"))?, !x);
        prop_assert_eq!(is(format!("({a}) and ({b})"))?, x && y);
        prop_assert_eq!(is(format!("({a}) or ({b})"))?, x || y);
        prop_assert_eq!(is(format!("not (({a}) and ({b}))"))?, is(format!("not ({a}) or not ({b})"))?);
        prop_assert_eq!(is(format!("not (({a}) or ({b}))"))?, is(format!("not ({a}) and not ({b})"))?);
    }

    #[test]
    fn comparisons_agree_with_each_other((a, b) in pair()) {
        let is = |op, a: &Value, b: &Value| binary(op, a, b) == Value::Boolean(true);
        prop_assert_eq!(is(Op::NotEqual, &a, &b), !is(Op::Equal, &a, &b));
        prop_assert_eq!(is(Op::Less, &a, &b), is(Op::Greater, &b, &a));
        prop_assert_eq!(is(Op::LessOrEqual, &a, &b), is(Op::GreaterOrEqual, &b, &a));
        let ways = [Op::Less, Op::Equal, Op::Greater].into_iter().filter(|op| is(*op, &a, &b)).count();
        match a.is_null() || b.is_null() {
            true => {
                prop_assert_eq!(is(Op::Equal, &a, &b), a.is_null() && b.is_null());
                prop_assert!(![Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual, Op::Contains].iter().any(|op| is(*op, &a, &b)));
            }
            false => prop_assert_eq!(ways, 1, "{:?} {:?}", a, b),
        }
        prop_assert_eq!(not(&binary(Op::Less, &a, &b)), Value::Boolean(!is(Op::Less, &a, &b)));
    }

    #[test]
    fn the_order_of_values_is_total(a in value(), b in value(), c in value()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
        prop_assert!(compare(&a, &a).is_eq());
        if compare(&a, &b).is_le() && compare(&b, &c).is_le() {
            prop_assert!(compare(&a, &c).is_le(), "{:?} {:?} {:?}", a, b, c);
        }
    }

    #[test]
    fn operators_never_panic(a in value(), b in value()) {
        for op in [Op::Or, Op::And, Op::Equal, Op::NotEqual, Op::Less, Op::LessOrEqual, Op::Greater, Op::GreaterOrEqual, Op::Contains,
            Op::StartsWith, Op::EndsWith, Op::Add, Op::Subtract, Op::Multiply, Op::Divide] {
            binary(op, &a, &b);
        }
    }
}

fn value() -> BoxedStrategy<Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::Integer),
        (-3i64..3).prop_map(Value::Integer),
        decimal(),
        "[a-cA-Cé]{1,3}".prop_map(Value::Text),
        day(),
        (0i64..86_400).prop_map(|s| Value::Time(
            jiff::civil::Time::midnight().wrapping_add(jiff::SignedDuration::from_secs(s))
        )),
        instant(),
        any::<i64>().prop_map(Value::Duration),
        (0u32..5).prop_map(|n| Value::Id(crate::world::id(n))),
        prop::collection::vec("[a-c]{1,2}", 1..3).prop_map(Value::Tags),
        (-90.0..90.0, -180.0..180.0)
            .prop_map(|(latitude, longitude)| Value::Point(dictionary::value::Point { latitude, longitude })),
        "[a-c]{0,2}".prop_map(|text| Value::Json(Box::new(serde_json::json!(text)))),
    ]
    .boxed()
}

fn decimal() -> BoxedStrategy<Value> {
    (any::<i64>(), 0u32..28)
        .prop_map(|(n, scale)| Value::Decimal(rust_decimal::Decimal::new(n, scale)))
        .boxed()
}

fn day() -> BoxedStrategy<Value> {
    (1i16..=9999, 1i8..=12, 1i8..=28).prop_map(|(y, m, d)| Value::Date(jiff::civil::date(y, m, d))).boxed()
}

fn instant() -> BoxedStrategy<Value> {
    (-62_135_596_800i64..=253_402_207_200)
        .prop_map(|s| Value::DateTime(jiff::Timestamp::from_second(s).unwrap()))
        .boxed()
}

/// Two values that an expression may compare, or null.
fn pair() -> BoxedStrategy<(Value, Value)> {
    let or_null = |value: BoxedStrategy<Value>| prop_oneof![1 => Just(Value::Null), 6 => value].boxed();
    let twice = |value: BoxedStrategy<Value>| (or_null(value.clone()), or_null(value)).boxed();
    prop_oneof![
        twice(
            prop_oneof![
                any::<i64>().prop_map(Value::Integer),
                (-3i64..3).prop_map(Value::Integer),
                decimal()
            ]
            .boxed()
        ),
        twice("[a-cA-Cé]{1,3}".prop_map(Value::Text).boxed()),
        twice(day()),
        twice(instant()),
        twice((-5i64..5).prop_map(Value::Duration).boxed()),
    ]
    .boxed()
}

/// The dictionary's types are what the laws above rest on.
#[test]
fn a_day_beside_an_instant_moves_to_where_an_index_serves() {
    let typed = checked("created_at >= today() - days(30)").unwrap();
    assert_eq!(typed.to_string(), "created_at >= datetime(today() - days(30))");
    let Node::Binary(_, left, right) = &typed.node else { panic!("{typed:?}") };
    assert!(matches!(left.node, Node::Path(_)) && right.is_constant() && right.is_volatile());
    assert_eq!(checked("created_at <= today()").unwrap().to_string(), "date(created_at) <= today()");
}
