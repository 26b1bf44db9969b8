//! GlobalDirectory by command line: a client from nothing to one user too many.

use serde_json::json;

use crate::support::Place;

#[test]
fn a_client_is_set_up_by_commands_and_one_user_too_many_is_refused_with_the_reason() {
    Place::shops().iter().for_each(|place| {
        let ok = |args: &[&str]| place.run(args).ok();
        ok(&["organisation", "add", "Atelier", "--kind", "integrator"]);
        ok(&["organisation", "add", "Weber", "--integrator", "Atelier"]);
        ok(&["project", "add", "Weber", "Suivi", "--with", "geography"]);
        ok(&["subscription", "add", "Weber", "--with", "geography", "--users", "3"]);
        let create = ["operation", "ask", "create", "--client", "Weber", "--project", "Suivi", "--name"];
        let made =
            ok(&[&create[..], &["weber", "--person", "Paul Weber", "--email", "paul@weber.example"]]
                .concat());
        assert!(
            made.out.contains("The environment “weber” is ready; paul@weber.example administers it."),
            "{made:?}"
        );
        ok(&[&create[..], &["weber-test", "--usage", "test"]].concat());
        let give = |number: usize| {
            let email = format!("p{number}@weber.example");
            place.run(&[
                "operation",
                "ask",
                "give_access",
                "--env",
                "weber",
                "--person",
                "P",
                "--email",
                &email,
                "--profiles",
                "reader",
            ])
        };
        for number in 2..=3 {
            give(number).ok();
        }
        let refused = give(4);
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(
            refused.err.contains("The subscription of “Weber” includes 3 named user(s), and all are taken"),
            "{}",
            refused.err
        );
        let usage = ok(&["usage", "--client", "Weber", "--json"]).json();
        let users = &usage[0]["lines"][0];
        assert_eq!(
            (&users["measure"], &users["used"], &users["included"]),
            (&json!("named_users"), &json!(3), &json!(3)),
            "{usage}"
        );
        assert!(ok(&["usage"]).out.contains("Named users"));
        assert!(ok(&["usage", "close"]).out.contains("0 statement(s) closed"));
        let early = place.run(&["usage", "close", "--month", "2999-01"]);
        assert!(early.code == 1 && early.err.contains("The month 2999-01 is not over"), "{early:?}");
        let list = ok(&["operation", "list", "--json"]).json();
        let states: Vec<_> = list.as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
        assert_eq!((states.len(), &states[0], &states[1]), (5, &json!("refused"), &json!("done")));
        for (args, said) in [
            (&["project", "add", "Webr", "Suivi"][..], "No organisation is called “Webr”"),
            (&["operation", "ask", "crate", "--env", "weber"], "give_access"),
            (&["operation", "ask", "close"], "environment"),
            (&["operation", "ask", "close", "--env", "platform"], "“platform” holds all others"),
        ] {
            let said_there = place.run(args);
            assert_eq!(said_there.code, 1, "{args:?}: {said_there:?}");
            assert!(said_there.err.contains(said), "{args:?}: {}", said_there.err);
        }
    });
}
