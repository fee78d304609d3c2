//! Where the policy comes from, and what is refused before any event is looked at.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::github::PULL_7;
use crate::support::scenario::dispatch_rule;
use crate::support::{Reply, Scenario, set};

const W5: [(&str, &str); 5] = [
    ("dispatch-types", "chart-pr-created"),
    ("allowed-actors", "github-actions[bot]"),
    ("activity-types", "opened, synchronize, reopened"),
    ("base-branches", "main"),
    ("payload", "pr: pull-request\nchart: slug"),
];

#[test]
fn some_policy_is_needed() {
    for scenario in [
        Scenario::dispatch().no_input("policy"),
        Scenario::dispatch().policy("(unset)"),
        Scenario::dispatch().policy("(unset)").input("policy-file", "(unset)"),
        // Inputs at their defaults say nothing.
        Scenario::dispatch().flat(&[
            ("events", "repository_dispatch, pull_request"),
            ("payload", "pr: pull-request"),
            ("require-merged", "false"),
            ("dispatch-types", "(unset)"),
        ]),
        Scenario::dispatch().no_input("policy").input("mode", "evaluate").input("on-deny", "skip"),
    ] {
        let decided = scenario.expect("config.policy_missing");
        decided.says(&["`policy`", "`policy-file`"]).requested(&[]);
        assert_eq!(decided.outcome.exit_code, 1);
    }
}

#[test]
fn one_policy_is_enough() {
    for (name, value) in W5 {
        let decided = Scenario::dispatch().input(name, value).expect_in(name, "config.policy_conflict");
        decided.says(&["`policy`", &format!("`{name}`")]).requested(&[]);
    }
    for (name, value) in [
        ("events", "push"),
        ("required-labels", "a"),
        ("forbidden-labels", "a"),
        ("require-merged", "true"),
        ("allow-forks", "false"),
    ] {
        Scenario::dispatch().input(name, value).expect_in(name, "config.policy_conflict").says(&[name]);
    }
    Scenario::dispatch()
        .input("policy-file", "x.yml")
        .expect("config.policy_conflict")
        .says(&["`policy-file`"])
        .requested(&[]);
    Scenario::dispatch().flat(&W5).input("policy-file", "x.yml").expect("config.policy_conflict").requested(&[]);
    Scenario::dispatch().input("base-branches", "main").input("policy-file", "x.yml").expect("config.policy_conflict");
}

#[test]
fn an_input_that_is_not_known_is_refused_with_the_nearest_name() {
    for (name, near) in [
        ("allowed-actor", "`allowed-actors`"),
        ("allowed_actors", "`allowed-actors`"),
        ("polcy", "`policy`"),
        ("base-branch", "`base-branches`"),
        ("forbiden-labels", "`forbidden-labels`"),
        ("zzzzzzzzzzzz", "zzzz"),
        ("signing-key", "`signing-keys`"),
    ] {
        let decided = Scenario::dispatch().input(name, "x").expect_in(name, "config.invalid_input");
        decided.says(&[&format!("`{name}`"), near]).requested(&[]);
    }
    // Even where it is empty: the name is what was meant.
    Scenario::dispatch().input("forbiden-labels", "").expect("config.invalid_input");
}

#[test]
fn lists_that_are_set_hold_an_element() {
    for name in [
        "events",
        "dispatch-types",
        "activity-types",
        "allowed-actors",
        "base-branches",
        "required-labels",
        "forbidden-labels",
    ] {
        for value in [",", " , ", "\n", ",\n,", "  "] {
            let inputs = [("dispatch-types", "a"), ("allowed-actors", "mona"), (name, value)];
            let decided = Scenario::dispatch().flat(&inputs).run();
            assert_eq!(decided.code(), "config.invalid_input", "{name} {value:?}: {}", decided.trace());
            decided.says(&[&format!("`{name}`")]);
        }
    }
}

#[test]
fn flat_inputs_need_what_their_events_need() {
    for (inputs, names) in [
        (&[("dispatch-types", "a")][..], "`allowed-actors`"),
        (&[("allowed-actors", "mona")], "`dispatch-types`"),
        (&[("base-branches", "main")], "`dispatch-types`"),
        (&[("events", "repository_dispatch"), ("dispatch-types", "a")], "`allowed-actors`"),
        (&[("events", "workflow_dispatch")], "`allowed-actors`"),
        (&[("events", "pull_request, workflow_dispatch")], "`allowed-actors`"),
    ] {
        let decided = Scenario::dispatch().flat(inputs).run();
        assert!(decided.code().starts_with("config."), "{inputs:?}: {}", decided.trace());
        decided.says(&[names]).requested(&[]);
    }
    Scenario::pull_request().flat(&[("events", "pull_request"), ("base-branches", "main")]).expect("allowed");
    Scenario::pull_request().flat(&[("events", "pull_request")]).expect("allowed");
}

#[test]
fn flat_inputs_break_the_same_grammar() {
    for (name, value, says) in [
        ("events", "pull_requests", "did you mean `pull_request`"),
        ("events", "push, *", "`*`"),
        ("allowed-actors", "*", "wildcard"),
        ("allowed-actors", "mona\nocto*", "wildcard"),
        ("allowed-actors", "role:wirte", "did you mean `write`"),
        ("allowed-actors", "m\u{43e}na", "U+043E"),
        ("allowed-actors", "@acme/", "team"),
        ("base-branches", "!main", "`!`"),
        ("base-branches", "a[b", "`[`"),
        ("base-branches", "refs/heads/main", "refs/heads/"),
        ("payload", "pr: pull-requst", "did you mean `pull-request`"),
        ("payload", "- pr", "mapping"),
        ("payload", "pr: pull-request\npr: slug", "repeated"),
        ("payload", "a: pull-request\nb: pull-request", "second field"),
        ("payload", "x: &x slug", "anchor"),
    ] {
        let inputs = [("dispatch-types", "a"), ("allowed-actors", "mona"), ("base-branches", "main")];
        let scenario = Scenario::dispatch().flat(&inputs).input(name, value);
        let decided = scenario.expect_in((name, value), "config.policy_invalid");
        decided.says(&[says, &format!("`{name}`")]).requested(&[]);
        assert!(!decided.decision.help().contains('*'), "{}", decided.trace());
    }
    let decided = Scenario::dispatch()
        .flat(&W5)
        .input("payload", "pr: pull-request\n chart: slug")
        .expect("config.policy_invalid");
    decided.says(&["line 2"]);
}

/// A policy with an error is refused before any event is looked at.
#[test]
fn a_broken_policy_says_where_it_is_broken_and_shows_the_line() {
    let broken = dispatch_rule("pull-request:\n  bsae: [main]");
    let decided = Scenario::dispatch().policy(&broken).event_bytes(b"").expect("config.policy_invalid");
    decided
        .says(&[
            "line 8, column 7",
            "`events.repository_dispatch.pull-request.bsae`",
            "did you mean `base`",
            "`bsae: [main]`",
        ])
        .requested(&[]);
    let decided = Scenario::dispatch().policy(&(broken + "    oncee: true\n")).expect("config.policy_invalid");
    decided.says(&["line 8, column 7", "1 more error"]);
    let decided = Scenario::dispatch().policy("version: 1\nevents:\n  push: [\n").expect("config.policy_invalid");
    decided.says(&["line "]);
}

#[test]
fn bombs_end_within_milliseconds() {
    let laughs: String =
        (1..60).map(|index| format!("l{index}: &l{index} [*l{0}, *l{0}, *l{0}]\n", index - 1)).collect();
    for (name, bomb) in [
        ("laughs", format!("l0: &l0 lol\n{laughs}")),
        ("cycle", "events: &a\n  push: *a\nversion: 1".to_owned()),
        ("brackets", "[".repeat(200_000)),
        ("braces", "{a: ".repeat(60_000)),
        ("keys", (0..30_000).map(|index| format!("k{index}: 1\n")).collect()),
        ("merge", "a: {}\n<<: {version: 1}".to_owned()),
        ("long", "#".repeat(2_000_000)),
        ("list", format!("version: 1\nevents:\n  pull_request:\n    types: [{}]", "a, ".repeat(80_000))),
        (
            "distinct",
            format!(
                "version: 1\nevents:\n  pull_request:\n    types: [{}]",
                (0..30_000).map(|n| format!("t{n}, ")).collect::<String>()
            ),
        ),
        (
            "labels",
            format!(
                "version: 1\nevents:\n  pull_request:\n    pull-request: {{labels: {{all: [{0}], none: [{0}]}}}}",
                (0..12_000).map(|n| format!("t{n},")).collect::<String>()
            ),
        ),
    ] {
        let start = Instant::now();
        let decided = Scenario::dispatch().policy(&bomb).run();
        let took = start.elapsed();
        assert!(!decided.allowed(), "{name}");
        // Milliseconds in a release on an idle machine; what grows with the square takes minutes here.
        assert!(took.as_secs() < 10, "{name} took {took:?}");
    }
}

#[test]
fn signing_keys_are_never_empty() {
    for keys in ["\n", "first-key-of-ours\n\nsecond-key-of-ours", " ", "first-key-of-ours\n \n", "\nfirst-key-of-ours"]
    {
        Scenario::dispatch()
            .input("signing-keys", keys)
            .expect_in(keys, "config.invalid_input")
            .says(&["`signing-keys`"]);
    }
    for keys in
        ["", "first-key-of-ours", "first-key-of-ours\nsecond-key-of-ours", "first-key-of-ours\nsecond-key-of-ours\n"]
    {
        Scenario::dispatch().input("signing-keys", keys).expect_in(keys, "allowed");
    }
}

const FILE: &str = "GET /repos/acme/charts/contents/.github/dispatch-guard.yml";

/// An answer of the contents endpoint, with line breaks in the base64 as GitHub has them.
fn contents(text: &[u8]) -> Value {
    use base64ct::{Base64, Encoding};
    let encoded = Base64::encode_string(text);
    let lines: Vec<&str> = encoded.as_bytes().chunks(60).map(|line| std::str::from_utf8(line).unwrap()).collect();
    json!({ "type": "file", "encoding": "base64", "size": text.len(), "path": ".github/dispatch-guard.yml", "sha": "95b966ae1c166bd92f8ae7d1c313e738c731dfc3", "content": lines.join("\n") + "\n" })
}

fn from_file(answer: Reply) -> Scenario {
    Scenario::dispatch().no_input("policy").input("policy-file", ".github/dispatch-guard.yml").route(FILE, answer)
}

#[test]
fn a_policy_file_is_that_of_the_default_branch() {
    let text = dispatch_rule("");
    let decided = from_file(Reply::json(200, &contents(text.as_bytes()))).expect("allowed");
    decided.requested(&[FILE, PULL_7]);
    let inline = Scenario::dispatch().expect("allowed");
    let policy = decided.result()["policy"].clone();
    assert_eq!(policy["source"], "policy-file");
    assert_eq!(policy["path"], ".github/dispatch-guard.yml");
    assert_eq!(policy["blob_sha"], "95b966ae1c166bd92f8ae7d1c313e738c731dfc3");
    assert_eq!(policy["sha256"], inline.result()["policy"]["sha256"]);
    // It guards as well as any.
    let by_eve = from_file(Reply::json(200, &contents(text.as_bytes()))).env("GITHUB_ACTOR", "eve");
    by_eve.expect("actor.not_allowed").requested(&[FILE]);
}

#[test]
fn a_policy_file_that_is_not_there_or_not_readable() {
    let ok = contents(dispatch_rule("").as_bytes());
    for (name, answer, code) in [
        ("missing", Reply::refusal(404, "Not Found"), "config.policy_missing"),
        ("forbidden", Reply::refusal(403, "Resource not accessible by integration"), "api.forbidden"),
        ("down", Reply::refusal(500, ""), "api.unavailable"),
        ("directory", Reply::json(200, &json!([ok])), "api.invalid_response"),
        ("link", Reply::json(200, &set(ok.clone(), "type", json!("symlink"))), "api.invalid_response"),
        ("module", Reply::json(200, &set(ok.clone(), "type", json!("submodule"))), "api.invalid_response"),
        (
            "too large",
            Reply::json(200, &set(set(ok.clone(), "encoding", json!("none")), "content", json!(""))),
            "api.invalid_response",
        ),
        ("no base64", Reply::json(200, &set(ok.clone(), "content", json!("{}"))), "api.invalid_response"),
        ("half base64", Reply::json(200, &set(ok.clone(), "content", json!("dmVyc2lvbjo"))), "api.invalid_response"),
        ("no text", Reply::json(200, &contents(b"\xff\xfe")), "config.policy_invalid"),
        ("empty", Reply::json(200, &contents(b"")), "config.policy_invalid"),
        ("broken", Reply::json(200, &contents(b"version: 1\nevnts:\n")), "config.policy_invalid"),
        ("bomb", Reply::json(200, &contents(b"a: &a [*a]")), "config.policy_invalid"),
        ("HTML", Reply::text(200, "<html>"), "api.invalid_response"),
    ] {
        let decided = from_file(answer).expect_in(name, code);
        decided.says(&[".github/dispatch-guard.yml"]);
        assert_eq!(decided.requests().first(), Some(&FILE));
        if code == "api.forbidden" {
            decided.says(&["contents: read"]);
        }
    }
    from_file(Reply::json(200, &contents(b"version: 1\nevnts:\n")))
        .run()
        .says(&["line 2, column 1", "did you mean `events`"]);
}

#[test]
fn a_policy_file_stays_in_the_repository() {
    for path in [
        "../policy.yml",
        "/etc/passwd",
        "a/../../b",
        "a/..",
        "./policy.yml",
        "a//b",
        "a/./b",
        "a/",
        "\\policy.yml",
        "a\\..\\b",
        "..",
        ".",
        "a\0b",
        "/",
    ] {
        let scenario = Scenario::dispatch().no_input("policy").input("policy-file", path);
        let decided = scenario.expect_in(path, "config.invalid_input");
        decided.says(&["`policy-file`"]).requested(&[]);
    }
    for (path, route) in [
        ("policy.yml", "GET /repos/acme/charts/contents/policy.yml"),
        (" my policy.yml ", "GET /repos/acme/charts/contents/my%20policy.yml"),
        ("a/b.yml?ref=evil", "GET /repos/acme/charts/contents/a/b.yml%3Fref%3Devil"),
        ("a/b.yml#x", "GET /repos/acme/charts/contents/a/b.yml%23x"),
        ("%2e%2e/x", "GET /repos/acme/charts/contents/%252e%252e/x"),
        ("é.yml", "GET /repos/acme/charts/contents/%C3%A9.yml"),
        ("..a/b..", "GET /repos/acme/charts/contents/..a/b.."),
    ] {
        let answer = Reply::json(200, &contents(dispatch_rule("").as_bytes()));
        let scenario = Scenario::dispatch().no_input("policy").input("policy-file", path).route(route, answer);
        scenario.expect_in(path, "allowed").requested(&[route, PULL_7]);
    }
}

const SHA: &str = "0123456789abcdef0123456789abcdef01234567";

#[test]
fn a_policy_file_of_another_repository() {
    for (location, route) in [
        ("acme/policies:guard.yml", "GET /repos/acme/policies/contents/guard.yml".to_owned()),
        ("ACME/policies:a/b.yml@v1", "GET /repos/ACME/policies/contents/a/b.yml?ref=v1".to_owned()),
        ("acme/policies:a@b.yml@feature/x", "GET /repos/acme/policies/contents/a%40b.yml?ref=feature%2Fx".to_owned()),
        // Names change hands; a commit does not.
        (&format!("other/policies:guard.yml@{SHA}"), format!("GET /repos/other/policies/contents/guard.yml?ref={SHA}")),
    ] {
        let answer = Reply::json(200, &contents(dispatch_rule("").as_bytes()));
        let scenario = Scenario::dispatch().no_input("policy").input("policy-file", location).route(&route, answer);
        let decided = scenario.expect_in(location, "allowed");
        decided.requested(&[&route, PULL_7]);
        let policy = decided.result()["policy"].clone();
        let (repository, _) = location.split_once(':').unwrap();
        assert_eq!((&policy["source"], &policy["repository"]), (&json!("policy-file"), &json!(repository)));
        let git_ref = location.rsplit_once('@').map_or("", |(_, git_ref)| git_ref);
        assert_eq!(policy["ref"], git_ref);
        assert_eq!(policy["blob_sha"], "95b966ae1c166bd92f8ae7d1c313e738c731dfc3");
    }
    for (location, words) in [
        ("other/policies:guard.yml", "full commit id"),
        ("other/policies:guard.yml@v1", "full commit id"),
        ("other/policies:guard.yml@0123456", "full commit id"),
        ("policies:guard.yml", "`OWNER/REPO`"),
        ("acme/:guard.yml", "`OWNER/REPO`"),
        ("/policies:guard.yml", "`OWNER/REPO`"),
        ("acme/..:guard.yml", "`OWNER/REPO`"),
        ("acme/pol icies:guard.yml", "`OWNER/REPO`"),
        ("acme/policies:../guard.yml", "inside the repository"),
        ("acme/policies:", "inside the repository"),
        ("acme/policies:guard.yml@", "inside the repository"),
    ] {
        let scenario = Scenario::dispatch().no_input("policy").input("policy-file", location);
        scenario.expect_in(location, "config.invalid_input").says(&[words]).requested(&[]);
    }
    let route = "GET /repos/acme/policies/contents/guard.yml";
    let moved = Reply::text(301, "{}").header("location", "https://api.github.com/repositories/5/contents/guard.yml");
    let scenario = Scenario::dispatch().no_input("policy").input("policy-file", "acme/policies:guard.yml");
    scenario.clone().route(route, moved).expect("api.invalid_response").requested(&[route]);
    let missing = scenario.route(route, Reply::refusal(404, "Not Found")).expect("config.policy_missing");
    missing.says(&["acme/policies:guard.yml", "`contents: read`"]);
}
