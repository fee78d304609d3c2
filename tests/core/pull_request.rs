//! The pull request: which one, whose, at which commit, and whether the rule wants it.

use serde_json::{Value, json};

use crate::support::github::{self, BASE, HEAD, OTHER, PULL_7, REPOSITORY_ID, closed, fork, labelled, merged, pull};
use crate::support::scenario::dispatch_rule;
use crate::support::{Reply, Scenario, account, policy, set, without};

/// A dispatch of this pull request under a rule with these keys of `pull-request`.
fn dispatched(rule: &str, pull: &Value) -> Scenario {
    let rule = if rule.is_empty() { String::new() } else { format!("pull-request: {{{rule}}}") };
    Scenario::dispatch().policy(&dispatch_rule(&rule)).pull(pull)
}

/// The same as the three events that read a pull request in three ways.
fn three_ways(rule: &str, pull: &Value) -> [(&'static str, Scenario); 3] {
    let lines = if rule.is_empty() { String::new() } else { format!("pull-request: {{{rule}}}") };
    [
        ("repository_dispatch", dispatched(rule, pull)),
        ("pull_request", Scenario::pull_request_of(pull.clone()).policy(&policy("pull_request", &lines))),
        (
            "pull_request_target",
            Scenario::pull_request_target(pull.clone()).policy(&policy("pull_request_target", &lines)),
        ),
    ]
}

#[track_caller]
fn everywhere(rule: &str, pull: &Value, code: &str) {
    for (event, scenario) in three_ways(rule, pull) {
        scenario.expect_in((event, rule), code);
    }
}

#[test]
fn requests_are_as_few_as_can_be() {
    Scenario::pull_request().expect("allowed").requested(&[]);
    let full = "base: [main], head: ['feature/**'], state: open, drafts: deny, forks: deny, labels: {all: [ok]}, authors: [mona]";
    let rule = policy("pull_request", &format!("types: [synchronize]\nactors: [mona]\npull-request: {{{full}}}"));
    let everything = Scenario::pull_request_of(labelled(&["ok"])).policy(&rule);
    everything.no_input("token").expect("allowed").requested(&[]);
    Scenario::dispatch().expect("allowed").requested(&[PULL_7]);
    dispatched(full, &labelled(&["ok"])).expect("allowed").requested(&[PULL_7]);
    Scenario::pull_request_target(pull()).expect("allowed").requested(&[PULL_7]);
    // No pull request is looked up for a rule that is about none.
    let rule = policy("repository_dispatch", "types: [nightly]\nactors: [mona]");
    let event = github::dispatch("mona", "nightly", json!({}));
    let decided = Scenario::dispatch_by("mona").policy(&rule).event(&event).expect("allowed");
    assert_eq!(decided.output("pr-number"), "");
    decided.requested(&[]);
}

#[test]
fn a_rule_about_a_pull_request_needs_one() {
    let rule = policy("repository_dispatch", "types: [nightly]\nactors: [mona]\npull-request: {base: [main]}");
    let event = github::dispatch("mona", "nightly", json!({}));
    Scenario::dispatch_by("mona").policy(&rule).event(&event).expect("pull_request.missing").requested(&[]);
    let rule = policy("workflow_dispatch", "actors: [mona]\npull-request: {}");
    let event = github::workflow_dispatch("mona", json!({}));
    Scenario::new("workflow_dispatch", "mona", &event).policy(&rule).expect("pull_request.missing").requested(&[]);
}

#[test]
fn what_github_does_not_have() {
    for (status, code) in [(404, "pull_request.not_found"), (410, "pull_request.not_found")] {
        let decided = Scenario::dispatch().route(PULL_7, Reply::refusal(status, "Not Found")).expect_in(status, code);
        decided.says(&["#7", "`client_payload.pr`", "pull-requests: read"]).requested(&[PULL_7]);
    }
    let forbidden = Reply::refusal(403, "Resource not accessible by integration");
    let forbidden = forbidden.header("x-accepted-github-permissions", "pull_requests=read");
    let decided = Scenario::dispatch().route(PULL_7, forbidden).expect("api.forbidden");
    decided.says(&["pull-requests: read", "pull_requests=read", "Resource not accessible"]);
}

#[test]
fn an_answer_that_is_no_pull_request() {
    for (name, reply) in [
        ("HTML", Reply::text(200, "<!doctype html><title>Sign in</title>")),
        ("cut", Reply::text(200, &pull().to_string()[..200])),
        ("nothing", Reply::text(200, "")),
        ("empty object", Reply::json(200, &json!({}))),
        ("list", Reply::json(200, &json!([pull()]))),
        ("null", Reply::json(200, &json!(null))),
        ("another", Reply::json(200, &set(pull(), "number", json!(8)))),
        ("number as text", Reply::json(200, &set(pull(), "number", json!("7")))),
        ("no head", Reply::json(200, &without(pull(), "head"))),
        ("short commit", Reply::json(200, &set(pull(), "head.sha", json!("5d2f8c1")))),
        ("no base id", Reply::json(200, &without(pull(), "base.repo.id"))),
        ("another state", Reply::json(200, &set(pull(), "state", json!("locked")))),
        ("no state", Reply::json(200, &set(pull(), "state", json!(null)))),
        ("no base", Reply::json(200, &set(pull(), "base", json!(null)))),
        ("no base branch", Reply::json(200, &set(pull(), "base.ref", json!(null)))),
        ("no commit", Reply::json(200, &set(pull(), "head.sha", json!(null)))),
        ("labels as text", Reply::json(200, &set(pull(), "labels", json!("all")))),
        ("a label without a name", Reply::json(200, &set(pull(), "labels", json!([{ "name": null }])))),
        ("no labels", Reply::json(200, &without(pull(), "labels"))),
        ("no merged", Reply::json(200, &without(without(pull(), "merged"), "merged_at"))),
        ("open and merged", Reply::json(200, &set(pull(), "merged", json!(true)))),
        (
            "repeated key",
            Reply::text(200, &pull().to_string().replacen("\"number\":7", "\"number\":7,\"number\":7", 1)),
        ),
        (
            "too deep",
            Reply::text(
                200,
                &pull().to_string().replacen("\"Closes nothing.\"", &("[".repeat(80) + &"]".repeat(80)), 1),
            ),
        ),
        ("no text", Reply::text(200, "\u{0}\u{1}")),
        ("nothing at all", Reply::text(204, "")),
    ] {
        Scenario::dispatch().route(PULL_7, reply).expect_in(name, "api.invalid_response").requested(&[PULL_7]);
    }
    // What the decision does not need may be missing.
    for path in ["title", "body", "draft", "merged_at", "user.id", "head.repo.full_name", "head.label"] {
        Scenario::dispatch().pull(&without(pull(), path)).expect_in(path, "allowed");
    }
}

#[test]
fn the_base_repository_is_told_by_its_id() {
    for id in [json!(REPOSITORY_ID + 1), json!(0)] {
        let elsewhere = set(set(pull(), "base.repo.id", id.clone()), "head.repo.id", id.clone());
        everywhere("", &elsewhere, "pull_request.wrong_repository");
        let decided = Scenario::dispatch().pull(&elsewhere).run();
        assert_eq!(decided.output("pr-number"), "", "nothing is known of a pull request elsewhere");
    }
    // Names do not count: neither the same with another id nor another with the same.
    everywhere("", &set(pull(), "base.repo.full_name", json!("acme/renamed")), "allowed");
    let copy = set(pull(), "base.repo.id", json!(3));
    assert_eq!(copy["base"]["repo"]["full_name"], "acme/charts");
    everywhere("forks: allow", &copy, "pull_request.wrong_repository");
}

#[test]
fn forks_are_told_by_ids_alone() {
    let gone = set(pull(), "head.repo", json!(null));
    for (rule, pull, dispatch, event, target) in [
        ("", pull(), "allowed", "allowed", "allowed"),
        ("", fork(), "pull_request.fork", "allowed", "pull_request.fork"),
        ("", gone.clone(), "pull_request.head_gone", "allowed", "pull_request.head_gone"),
        ("forks: allow", fork(), "allowed", "allowed", "allowed"),
        ("forks: allow", gone.clone(), "allowed", "allowed", "allowed"),
        ("forks: deny", pull(), "allowed", "allowed", "allowed"),
        ("forks: deny", fork(), "pull_request.fork", "pull_request.fork", "pull_request.fork"),
        ("forks: deny", gone, "pull_request.head_gone", "pull_request.head_gone", "pull_request.head_gone"),
        // The owner's name and the flag of a repository that was itself forked from elsewhere.
        ("forks: deny", set(pull(), "head.repo.fork", json!(true)), "allowed", "allowed", "allowed"),
        ("forks: deny", set(pull(), "head.repo.full_name", json!("eve/charts")), "allowed", "allowed", "allowed"),
        ("forks: deny", set(pull(), "head.label", json!("eve:feature/redis")), "allowed", "allowed", "allowed"),
    ] {
        let codes = [dispatch, event, target];
        for ((name, scenario), code) in three_ways(rule, &pull).into_iter().zip(codes) {
            let decided = scenario.expect_in((name, rule), code);
            if code == "allowed" {
                assert_eq!(decided.output("head-sha"), HEAD);
            }
        }
    }
    let decided = dispatched("forks: allow", &fork()).expect("allowed");
    assert_eq!((decided.output("fork"), decided.output("head-repo")), ("true", "acme/charts"));
    let decided = dispatched("forks: allow", &set(pull(), "head.repo", json!(null))).expect("allowed");
    assert_eq!((decided.output("fork"), decided.output("head-repo")), ("true", ""));
}

#[test]
fn other_events_deny_forks_unless_told() {
    let review = |rule: &str| {
        let event = github::review_event("mona", "submitted", fork());
        Scenario::new("pull_request_review", "mona", &event)
            .policy(&policy("pull_request_review", &format!("actors: [mona]\n{rule}")))
            .pull(&fork())
    };
    review("").expect("pull_request.fork");
    review("pull-request: {forks: allow}").expect("allowed");
    let comment = |rule: &str| {
        let event = github::comment_event("mona", true);
        Scenario::new("issue_comment", "mona", &event)
            .policy(&policy("issue_comment", &format!("actors: [mona]\n{rule}")))
            .pull(&fork())
            .pushed_before_comments()
    };
    comment("pull-request: {base: [main]}").expect("pull_request.fork");
    comment("pull-request: {forks: allow}").expect("allowed");
    let manual = |rule: &str| {
        let event = github::workflow_dispatch("mona", json!({ "pr": "7" }));
        let rule = policy("workflow_dispatch", &format!("actors: [mona]\npayload: {{pr: pull-request}}\n{rule}"));
        Scenario::new("workflow_dispatch", "mona", &event).policy(&rule).pull(&fork())
    };
    manual("").expect("pull_request.fork");
    manual("pull-request: {forks: allow}").expect("allowed");
}

#[test]
fn the_state_has_a_default_for_each_event() {
    let dispatch = |rule: &str, pull: &Value, code: &str| {
        dispatched(rule, pull).expect_in(rule, code);
    };
    dispatch("", &pull(), "allowed");
    dispatch("", &closed(), "pull_request.state_not_allowed");
    dispatch("", &merged(), "pull_request.state_not_allowed");
    dispatch("state: any", &closed(), "allowed");
    dispatch("state: any", &merged(), "allowed");
    dispatch("state: closed", &merged(), "allowed");
    dispatch("state: closed", &closed(), "allowed");
    dispatch("state: closed", &pull(), "pull_request.state_not_allowed");
    // `merged` makes the default `any`.
    dispatch("merged: true", &merged(), "allowed");
    dispatch("merged: true", &closed(), "pull_request.not_merged");
    dispatch("merged: true", &pull(), "pull_request.not_merged");
    dispatch("merged: false", &closed(), "allowed");
    dispatch("merged: false", &pull(), "allowed");
    dispatch("merged: false", &merged(), "pull_request.merged");
    dispatch("merged: true, state: closed", &merged(), "allowed");
    dispatch("merged: false, state: open", &closed(), "pull_request.state_not_allowed");
    for pull in [pull(), closed(), merged()] {
        Scenario::pull_request_of(pull.clone()).expect("allowed");
        Scenario::pull_request_target(pull).expect("allowed");
    }
    for (rule, pull, code) in [
        ("state: open", closed(), "pull_request.state_not_allowed"),
        ("state: open", pull(), "allowed"),
        ("state: closed", pull(), "pull_request.state_not_allowed"),
        ("state: any", closed(), "allowed"),
        ("merged: true", closed(), "pull_request.not_merged"),
        ("merged: true", merged(), "allowed"),
        ("merged: false", merged(), "pull_request.merged"),
    ] {
        everywhere(rule, &pull, code);
    }
}

#[test]
fn a_comment_and_a_manual_run_want_it_open_unless_told() {
    let comment = |rule: &str, pull: &Value| {
        let event = github::comment_event("mona", true);
        Scenario::new("issue_comment", "mona", &event)
            .policy(&policy("issue_comment", &format!("actors: [mona]\n{rule}")))
            .pull(pull)
            .pushed_before_comments()
    };
    comment("pull-request: {}", &pull()).expect("allowed");
    comment("pull-request: {}", &closed()).expect("pull_request.changed");
    let event = github::workflow_dispatch("mona", json!({ "pr": "7" }));
    let rule = policy("workflow_dispatch", "actors: [mona]\npayload: {pr: pull-request}");
    let manual = Scenario::new("workflow_dispatch", "mona", &event).policy(&rule);
    manual.clone().pull(&pull()).expect("allowed");
    manual.pull(&merged()).expect("pull_request.state_not_allowed");
}

#[test]
fn branches() {
    let from_to = |head: &str, base: &str| set(set(pull(), "head.ref", json!(head)), "base.ref", json!(base));
    for (rule, head, base, code) in [
        ("base: [main]", "x", "main", "allowed"),
        ("base: [main]", "x", "Main", "pull_request.base_not_allowed"),
        ("base: [main]", "x", "main2", "pull_request.base_not_allowed"),
        ("base: [main]", "main", "dev", "pull_request.base_not_allowed"),
        ("base: [main, 'release/*']", "x", "release/1", "allowed"),
        ("base: [main, 'release/*']", "x", "release/1/x", "pull_request.base_not_allowed"),
        ("base: ['release/**']", "x", "release/1/x", "allowed"),
        ("base: ['release/**', '!release/**-alpha']", "x", "release/1-alpha", "pull_request.base_not_allowed"),
        ("base: ['v[0-9]+.x?']", "x", "v12.", "allowed"),
        ("head: ['feature/*']", "feature/a", "main", "allowed"),
        ("head: ['feature/*']", "fix/a", "main", "pull_request.head_not_allowed"),
        ("head: [main]", "x", "main", "pull_request.head_not_allowed"),
        ("base: [main], head: [dev]", "dev", "main", "allowed"),
        ("base: [main], head: [dev]", "main", "dev", "pull_request.base_not_allowed"),
    ] {
        everywhere(rule, &from_to(head, base), code);
    }
    let decided = dispatched("base: [main]", &from_to("x", "dev")).expect("pull_request.base_not_allowed");
    decided.says(&["`dev`", "`main`", "`base-branches`"]);
}

#[test]
fn drafts() {
    let draft = set(pull(), "draft", json!(true));
    everywhere("", &draft, "allowed");
    everywhere("drafts: allow", &draft, "allowed");
    everywhere("drafts: deny", &draft, "pull_request.draft");
    everywhere("drafts: deny", &pull(), "allowed");
    // An answer without `draft` does not say that the pull request is ready.
    for unknown in [set(pull(), "draft", json!(null)), without(pull(), "draft")] {
        everywhere("", &unknown, "allowed");
        everywhere("drafts: deny", &unknown, "pull_request.draft");
    }
}

#[test]
fn an_event_about_another_repositorys_pull_request() {
    let elsewhere = github::pull_request_event("mona", "closed", set(pull(), "base.repo.id", json!(5)));
    Scenario::pull_request_target(pull()).event(&elsewhere).expect("pull_request.wrong_repository").requested(&[]);
}

#[test]
fn a_head_is_a_head_only_of_a_pull_request() {
    let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n\
                payload: {pr: {type: pull-request, required: false}, commit: head-sha}";
    let sent = |payload| Scenario::dispatch_of(payload).policy(&policy("repository_dispatch", rule));
    sent(json!({ "pr": 7, "commit": HEAD })).expect("allowed").requested(&[PULL_7]);
    sent(json!({ "pr": 7, "commit": OTHER })).expect("pull_request.head_moved");
    sent(json!({ "commit": HEAD }))
        .expect("pull_request.missing")
        .says(&["`client_payload.pr` is not set"])
        .requested(&[]);
}

#[test]
fn labels_are_exact() {
    for (rule, labels, code) in [
        ("all: [a]", &["a"][..], "allowed"),
        ("all: [a]", &["b", "a"], "allowed"),
        ("all: [a, b]", &["a"], "pull_request.label_missing"),
        ("all: [a]", &["A"], "pull_request.label_missing"),
        ("all: [a]", &["a "], "pull_request.label_missing"),
        ("all: [a]", &["aa"], "pull_request.label_missing"),
        ("all: [a]", &[], "pull_request.label_missing"),
        ("any: [a, b]", &["b"], "allowed"),
        ("any: [a, b]", &["c"], "pull_request.label_missing"),
        ("any: [a, b]", &[], "pull_request.label_missing"),
        ("none: [a]", &[], "allowed"),
        ("none: [a]", &["A"], "allowed"),
        ("none: [a, b]", &["c", "b"], "pull_request.label_forbidden"),
        ("all: [a], none: [b]", &["a", "b"], "pull_request.label_forbidden"),
        ("all: [a], none: [b]", &["b"], "pull_request.label_missing"),
        ("all: [a], any: [b, c], none: [d]", &["a", "c"], "allowed"),
        ("all: [a], any: [b, c], none: [d]", &["a", "d"], "pull_request.label_missing"),
    ] {
        everywhere(&format!("labels: {{{rule}}}"), &labelled(labels), code);
    }
}

#[test]
fn on_pull_request_target_the_live_one_has_to_agree_with_the_event() {
    for (name, live, code) in [
        ("head", set(pull(), "head.sha", json!(OTHER)), "pull_request.head_moved"),
        ("base", set(pull(), "base.ref", json!("dev")), "pull_request.changed"),
        ("merged", merged(), "pull_request.changed"),
        (
            "head and base",
            set(set(pull(), "base.ref", json!("dev")), "head.sha", json!(OTHER)),
            "pull_request.head_moved",
        ),
        // These may change without anybody noticing; the live ones are judged.
        ("closed", closed(), "pull_request.changed"),
        ("labels", labelled(&["x"]), "allowed"),
        ("draft", set(pull(), "draft", json!(true)), "allowed"),
        ("head branch", set(pull(), "head.ref", json!("renamed")), "allowed"),
        ("base commit", set(pull(), "base.sha", json!(OTHER)), "allowed"),
    ] {
        let decided = Scenario::pull_request_target(pull()).pull(&live).expect_in(name, code);
        decided.requested(&[PULL_7]);
        if code == "pull_request.head_moved" {
            decided.says(&[HEAD, OTHER, "the event"]);
            assert_eq!(decided.output("head-sha"), "");
        }
    }
    let unmerged_since = Scenario::pull_request_target(merged()).pull(&closed());
    unmerged_since.expect("pull_request.changed");
    let other_number = Scenario::pull_request_target(pull()).pull(&set(pull(), "number", json!(8)));
    other_number.expect("api.invalid_response");
}

#[test]
fn on_pull_request_target_the_live_one_is_judged() {
    let rule = |rule: &str| policy("pull_request_target", &format!("pull-request: {{{rule}}}"));
    let target =
        |text: &str, event: Value, live: &Value| Scenario::pull_request_target(event).policy(&rule(text)).pull(live);
    target("labels: {all: [a]}", labelled(&["a"]), &labelled(&[])).expect("pull_request.label_missing");
    target("labels: {all: [a]}", labelled(&[]), &labelled(&["a"])).expect("allowed");
    target("labels: {none: [a]}", labelled(&[]), &labelled(&["a"])).expect("pull_request.label_forbidden");
    target("state: open", closed(), &closed()).expect("pull_request.state_not_allowed");
    target("drafts: deny", pull(), &set(pull(), "draft", json!(true))).expect("pull_request.draft");
    target("forks: deny", pull(), &fork()).expect("pull_request.fork");
    let decided = target("state: any", labelled(&["old"]), &labelled(&["new"])).expect("allowed");
    assert_eq!(decided.output("labels"), r#"["new"]"#);
}

#[test]
fn a_review_reads_the_live_one_too() {
    // The event has neither `merged` nor `draft` as the API has them, but `merged_at`.
    let event = github::review_event("mona", "submitted", without(pull(), "merged"));
    let review =
        Scenario::new("pull_request_review", "mona", &event).policy(&policy("pull_request_review", "actors: [mona]"));
    review.clone().pull(&pull()).expect("allowed").requested(&[PULL_7]);
    let event = github::review_event("mona", "submitted", without(merged(), "merged"));
    review.clone().event(&event).pull(&merged()).expect("allowed");
    review.clone().event(&event).pull(&closed()).expect("pull_request.changed");
    review.clone().pull(&merged()).expect("pull_request.changed");
    review.pull(&set(pull(), "head.sha", json!(OTHER))).expect("pull_request.head_moved");
}

#[test]
fn the_cascade_monitor() {
    let cascade = "version: 1\nevents:\n  pull_request_target:\n    types: [closed]\n    pull-request:\n      base: [fork_upstream]\n      \
                   merged: true\n      labels:\n        all: [upstream-sync]\n        none: [human-required]\n";
    let upstream = |pull: Value, labels: &[&str]| {
        let pull = set(pull, "base.ref", json!("fork_upstream"));
        set(pull, "labels", labels.iter().map(|name| json!({ "name": name })).collect())
    };
    let run = |pull: Value| Scenario::pull_request_target(pull).policy(cascade);
    let decided = run(upstream(merged(), &["upstream-sync"])).expect("allowed");
    assert_eq!(decided.output("merge-commit-sha"), OTHER);
    run(upstream(closed(), &["upstream-sync"])).expect("pull_request.not_merged");
    run(upstream(merged(), &[])).expect("pull_request.label_missing");
    run(upstream(merged(), &["upstream-sync", "human-required"])).expect("pull_request.label_forbidden");
    run(set(upstream(merged(), &["upstream-sync"]), "base.ref", json!("main"))).expect("pull_request.base_not_allowed");
    let event = github::pull_request_event("mona", "labeled", upstream(merged(), &["upstream-sync"]));
    run(pull()).event(&event).expect("event.type_not_allowed").requested(&[]);
}

#[test]
fn the_merge_commit_is_only_of_a_merged_one() {
    // GitHub fills `merge_commit_sha` of an open pull request with a trial merge.
    let decided = Scenario::dispatch().expect("allowed");
    assert_eq!(decided.output("merge-commit-sha"), "");
    let decided = dispatched("merged: true", &merged()).expect("allowed");
    assert_eq!((decided.output("merge-commit-sha"), decided.output("pr-state")), (OTHER, "merged"));
    let decided = dispatched("state: any", &closed()).expect("allowed");
    assert_eq!((decided.output("merge-commit-sha"), decided.output("pr-state")), ("", "closed"));
}

#[test]
fn the_runs_own_ref_and_commit_are_never_the_pull_requests() {
    for scenario in [Scenario::dispatch(), Scenario::pull_request(), Scenario::pull_request_target(pull())] {
        let scenario =
            scenario.env("GITHUB_SHA", OTHER).env("GITHUB_REF", "refs/heads/attack").env("GITHUB_HEAD_REF", "attack");
        let decided = scenario.expect("allowed");
        assert_eq!((decided.output("head-sha"), decided.output("head-ref")), (HEAD, "feature/redis"));
        assert_eq!((decided.output("base-sha"), decided.output("base-ref")), (BASE, "main"));
    }
}

#[test]
fn the_facts_are_all_handed_on() {
    let with_labels = set(labelled(&["a", "b \"c\""]), "user", account("renovate[bot]"));
    let decided = dispatched("", &with_labels).expect("allowed");
    let facts: Vec<(&str, &str)> = decided.facts().into_iter().collect();
    assert_eq!(
        facts,
        [
            ("actor", "github-actions[bot]"),
            ("actor-id", "41898282"),
            ("base-ref", "main"),
            ("base-sha", BASE),
            ("draft", "false"),
            ("event", "repository_dispatch"),
            ("event-type", "chart-pr-created"),
            ("fork", "false"),
            ("head-ref", "feature/redis"),
            ("head-repo", "acme/charts"),
            ("head-sha", HEAD),
            ("labels", r#"["a","b \"c\""]"#),
            ("merged", "false"),
            ("payload", r#"{"pr":7}"#),
            ("pr-author", "renovate[bot]"),
            ("pr-number", "7"),
            ("pr-state", "open"),
            ("provenance", "none"),
            ("triggering-actor", "github-actions[bot]"),
        ]
    );
}

#[test]
fn title_and_body_are_nowhere() {
    let secretive = set(set(pull(), "title", json!("TITLE-OF-IT")), "body", json!("BODY-OF-IT"));
    for scenario in [
        Scenario::dispatch().pull(&secretive),
        Scenario::pull_request_of(secretive.clone()),
        Scenario::pull_request_target(secretive),
    ] {
        let decided = scenario.expect("allowed");
        let everything = dispatch_guard::outcome::json(&decided.outcome);
        assert!(!everything.contains("TITLE-OF-IT") && !everything.contains("BODY-OF-IT"));
    }
}

#[test]
fn a_deny_holds_what_was_established_and_no_commit_unless_verified() {
    for (rule, pull, code, verified) in [
        ("", fork(), "pull_request.fork", false),
        ("", set(pull(), "head.repo", json!(null)), "pull_request.head_gone", false),
        ("base: [dev]", pull(), "pull_request.base_not_allowed", true),
        ("labels: {all: [x]}", pull(), "pull_request.label_missing", true),
    ] {
        let decided = dispatched(rule, &pull).expect_in(rule, code);
        assert_eq!(decided.output("pr-number"), "7");
        assert_eq!(decided.output("base-ref"), "main");
        assert_eq!(decided.output("payload"), r#"{"pr":7}"#);
        assert_eq!(decided.output("head-sha"), if verified { HEAD } else { "" }, "{code}");
    }
    let early = Scenario::dispatch_by("eve").expect("actor.not_allowed");
    assert_eq!(early.output("pr-number"), "");
    assert_eq!(early.output("actor"), "eve");
}
