//! Runs whose whole outcome is committed, so that the core as wasm can be compared with the very same.
//!
//! `tests/fixtures/decisions.json` has a few, whole; `tests/fixtures/worlds.txt` has many generated ones, each with its
//! code and a digest of all that came of it. `UPDATE_FIXTURES=1` rewrites both: review the difference.

use dispatch_guard::host::TransportErrorKind;
use dispatch_guard::outcome;
use serde_json::{Value, json};

use crate::support::github::{self, PULL_7, fork, labelled, merged, pull};
use crate::support::normalize::{digest, normalize};
use crate::support::scenario::dispatch_rule;
use crate::support::{Reply, Scenario, account, committed, policy, set};
use crate::world::World;

/// A few runs of every kind, and those that a boundary could spoil.
fn scenarios() -> Vec<(&'static str, Scenario)> {
    let text = |payload: &str, fields: &str| {
        let event = github::dispatch("github-actions[bot]", "chart-pr-created", json!("@")).to_string();
        let rule = format!("types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {fields}");
        Scenario::dispatch()
            .policy(&policy("repository_dispatch", &rule))
            .event_bytes(event.replace("\"@\"", payload).as_bytes())
    };
    let team = dispatch_rule("pull-request: {authors: ['@acme/release', 'role:write']}");
    vec![
        ("a dispatch that may go on", Scenario::dispatch()),
        ("a pull request that may go on", Scenario::pull_request()),
        ("a merged pull request", Scenario::pull_request_target(merged())),
        (
            "flat inputs",
            Scenario::dispatch().flat(&[
                ("dispatch-types", "chart-pr-created"),
                ("allowed-actors", "github-actions[bot]\nmona"),
                ("base-branches", "main, release/**"),
            ]),
        ),
        ("a wrong actor", Scenario::dispatch_by("eve")),
        (
            "a wrong actor who is let off",
            Scenario::dispatch_by("eve").input("mode", "evaluate").input("audit-file", "audit.jsonl"),
        ),
        ("a deny that is skipped", Scenario::dispatch_by("eve").input("on-deny", "skip").input("summary", "false")),
        ("no policy", Scenario::dispatch().no_input("policy")),
        (
            "a broken policy",
            Scenario::dispatch()
                .policy("version: 1\nevents:\n  pull_request:\n    typs: [opened]\n  push: {once: yes}\n"),
        ),
        ("a policy with a repeated key", Scenario::dispatch().policy("version: 1\nversion: 1\nevents: {push: }\n")),
        ("an unknown input", Scenario::dispatch().input("allowed-actor", "mona")),
        ("no event file", Scenario::dispatch().event_error("ENOENT: no such file or directory, open 'event.json'")),
        ("half an event file", Scenario::dispatch().event_bytes(br#"{"action": "chart-pr-cr"#)),
        ("half of a pair of surrogates", text(r#"{"pr": 7, "note": "\ud83d"}"#, "{pr: pull-request, note: string}")),
        (
            "a whole pair of surrogates",
            text(r#"{"pr": 7, "note": "\ud83d\ude00 é \u0000"}"#, "{pr: pull-request, note: string}"),
        ),
        (
            "texts beyond ASCII",
            text(r#"{"pr": 7, "note": "\ud83d\ude00 größe \u65e5"}"#, "{pr: pull-request, note: string}"),
        ),
        ("a repeated key", text(r#"{"pr": 7, "\u0070r": 7}"#, "{pr: pull-request}")),
        ("a number beyond a double", text(r#"{"pr": 7, "n": 9007199254740993}"#, "{pr: pull-request, n: number}")),
        ("the largest number", text(r#"{"pr": 7, "n": 18446744073709551615}"#, "{pr: pull-request, n: number}")),
        ("a number beyond 64 bits", text(r#"{"pr": 7, "n": 18446744073709551616}"#, "{pr: pull-request, n: number}")),
        (
            "a number as it was written",
            text(r#"{"pr": 7, "n": 1.50, "m": -0, "e": 1E3}"#, "{pr: pull-request, n: number, m: number, e: number}"),
        ),
        (
            "a number above its bound",
            text(r#"{"pr": 7, "n": 1.0000000000000000001}"#, "{pr: pull-request, n: {type: number, max: 1}}"),
        ),
        (
            "a pattern",
            text(r#"{"pr": 7, "v": "v1.2.3"}"#, r"{pr: pull-request, v: {type: string, pattern: 'v\d+(\.\d+)*'}}"),
        ),
        ("an odd pull request number", text(r#"{"pr": "007"}"#, "{pr: pull-request}")),
        (
            "deep nesting",
            text(&format!(r#"{{"pr": 7, "x": {}{}}}"#, "[".repeat(500), "]".repeat(500)), "{pr: pull-request}"),
        ),
        ("a fork", Scenario::dispatch().pull(&fork())),
        (
            "labels",
            Scenario::dispatch()
                .pull(&labelled(&["b", "a|b", "<i>"]))
                .policy(&dispatch_rule("pull-request: {labels: {any: [a, 'a|b']}}")),
        ),
        (
            "hostile texts",
            Scenario::dispatch()
                .pull(&set(pull(), "base.ref", json!("::error::\n##[x]|`<b>\u{202e}")))
                .policy(&dispatch_rule("pull-request: {base: [main]}")),
        ),
        (
            "a team and a role",
            Scenario::dispatch()
                .policy(&team)
                .route("GET /orgs/acme/teams/release/memberships/mona", Reply::refusal(404, "Not Found"))
                .route("GET /orgs/acme/teams/release", Reply::json(200, &json!({ "slug": "release" })))
                .route(
                    "GET /repos/acme/charts/collaborators/mona/permission",
                    Reply::json(
                        200,
                        &json!({ "permission": "write", "role_name": "maintain", "user": account("mona") }),
                    ),
                ),
        ),
        (
            "a redirect",
            Scenario::dispatch()
                .route(PULL_7, Reply::redirect(301, "/repositories/1001/pulls/7"))
                .route("GET /repositories/1001/pulls/7", Reply::json(200, &pull())),
        ),
        (
            "a redirect to another host",
            Scenario::dispatch().route(PULL_7, Reply::redirect(302, "https://evil.example/")),
        ),
        ("not found", Scenario::dispatch().route(PULL_7, Reply::refusal(404, "Not Found"))),
        (
            "forbidden",
            Scenario::dispatch().route(
                PULL_7,
                Reply::refusal(403, "Resource not accessible by integration")
                    .header("x-accepted-github-permissions", "pull_requests=read"),
            ),
        ),
        (
            "a spent limit",
            Scenario::dispatch().route(
                PULL_7,
                Reply::refusal(403, "API rate limit exceeded")
                    .header("x-ratelimit-remaining", "0")
                    .header("x-ratelimit-limit", "1000")
                    .header("x-ratelimit-reset", "1790003600"),
            ),
        ),
        ("HTML", Scenario::dispatch().route(PULL_7, Reply::text(200, "<!doctype html>"))),
        (
            "a body that is too large",
            Scenario::dispatch().route(
                PULL_7,
                Reply::fault(TransportErrorKind::TooLarge, "the body is larger than 10485760 bytes", true),
            ),
        ),
    ]
}

fn document() -> Value {
    let runs = scenarios().into_iter().map(|(name, scenario)| {
        let decided = scenario.run();
        let replies = scenario.routes().iter().map(|(route, replies)| {
            assert_eq!(replies.len(), 1, "{name}: a single reply is enough, and needs no pause");
            (route.clone(), replies[0].to_json())
        });
        json!({
            "name": name,
            "run": serde_json::from_str::<Value>(&scenario.run_text()).unwrap(),
            "event": scenario.event_file().map(|bytes| std::str::from_utf8(bytes).expect("text")),
            "replies": replies.collect::<serde_json::Map<_, _>>(),
            "outcome": normalize(serde_json::from_str(&outcome::json(&decided.outcome)).unwrap()),
        })
    });
    Value::Array(runs.collect())
}

#[test]
fn the_committed_runs_have_the_outcomes_that_are_committed() {
    committed("tests/fixtures/decisions.json", &format!("{:#}\n", document()), "UPDATE_FIXTURES");
}

#[test]
fn they_are_of_every_kind() {
    let codes: Vec<&str> = scenarios().iter().map(|(_, scenario)| scenario.run().code()).collect();
    for prefix in ["config.", "event.", "actor.", "payload.", "pull_request.", "api.", "allowed"] {
        assert!(codes.iter().any(|code| code.starts_with(prefix)), "none ends with {prefix}");
    }
}

/// So many generated worlds of each code.
const OF_EACH: usize = 9;

#[test]
fn generated_worlds_have_the_outcomes_that_are_committed() {
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    let mut lines = String::new();
    for seed in 0..6000 {
        let world = World::from_seed(seed);
        let seen = seen.entry(world.expected()).or_default();
        *seen += 1;
        // Those that pass have the most to say.
        if *seen <= if world.expected() == "allowed" { 5 * OF_EACH } else { OF_EACH } {
            let decided = world.scenario().run();
            let outcome = serde_json::from_str(&outcome::json(&decided.outcome)).unwrap();
            lines += &format!("{seed} {} {}\n", decided.code(), digest(outcome));
        }
    }
    committed("tests/fixtures/worlds.txt", &lines, "UPDATE_FIXTURES");
}
