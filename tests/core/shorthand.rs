//! Shorthand inputs and the policy that they stand for lead to the same decisions, whatever the run.

use serde_json::{Value, json};

use crate::support::github::{self, closed, fork, labelled, merged, pull};
use crate::support::{Scenario, account, policy, set};

/// Inputs, and the policy that means the same.
fn pairs() -> Vec<(Vec<(&'static str, &'static str)>, String)> {
    let dispatch = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n";
    let both = |dispatch_rule: &str, pull_request: &str| {
        let second = policy("pull_request", pull_request);
        policy("repository_dispatch", dispatch_rule) + second.strip_prefix("version: 1\nevents:\n").unwrap()
    };
    let w2 = [("dispatch-types", "chart-pr-created"), ("allowed-actors", "github-actions[bot]")];
    let with = |more: &[(&'static str, &'static str)]| [&w2[..], more].concat();
    vec![
        (with(&[]), both(&format!("{dispatch}payload: {{pr: pull-request}}"), "")),
        (
            with(&[
                ("payload", "pr: pull-request\nchart: slug\nhead: {type: head-sha, required: false}"),
                ("base-branches", "main, release/*"),
                ("activity-types", "opened\nsynchronize"),
            ]),
            both(
                &format!(
                    "{dispatch}payload: {{pr: pull-request, chart: slug, head: {{type: head-sha, required: false}}}}\npull-request: {{base: [main, release/*]}}"
                ),
                "types: [opened, synchronize]\npull-request: {base: [main, release/*]}",
            ),
        ),
        (
            with(&[("required-labels", "ok,go"), ("forbidden-labels", "rejection")]),
            both(
                &format!(
                    "{dispatch}payload: {{pr: pull-request}}\npull-request: {{labels: {{all: [ok, go], none: [rejection]}}}}"
                ),
                "pull-request: {labels: {all: [ok, go], none: [rejection]}}",
            ),
        ),
        (
            with(&[("allow-forks", "true")]),
            both(
                &format!("{dispatch}payload: {{pr: pull-request}}\npull-request: {{forks: allow}}"),
                "pull-request: {forks: allow}",
            ),
        ),
        (
            with(&[("require-merged", "true")]),
            both(
                &format!("{dispatch}payload: {{pr: pull-request}}\npull-request: {{merged: true}}"),
                "pull-request: {merged: true}",
            ),
        ),
        (
            vec![
                ("dispatch-types", "chart-pr-created, other"),
                ("allowed-actors", "mona:2001\neve, github-actions[bot]"),
                ("events", "repository_dispatch"),
            ],
            policy(
                "repository_dispatch",
                "types: [chart-pr-created, other]\nactors: ['mona:2001', eve, 'github-actions[bot]']\npayload: {pr: pull-request}",
            ),
        ),
        (
            vec![
                ("events", "workflow_dispatch, pull_request_target, push"),
                ("allowed-actors", "mona"),
                ("activity-types", "closed"),
                ("payload", "pr: {type: pull-request, required: false}"),
            ],
            policy("workflow_dispatch", "actors: [mona]\npayload: {pr: {type: pull-request, required: false}}")
                + "  pull_request_target: {types: [closed]}\n  push:\n",
        ),
        (
            vec![
                ("events", "pull_request"),
                ("require-merged", "TRUE"),
                ("base-branches", "fork_upstream"),
                ("required-labels", "upstream-sync"),
                ("forbidden-labels", "human-required"),
            ],
            policy(
                "pull_request",
                "pull-request: {merged: true, base: [fork_upstream], labels: {all: [upstream-sync], none: [human-required]}}",
            ),
        ),
        (
            vec![
                ("events", "repository_dispatch, pull_request_target"),
                ("dispatch-types", "chart-pr-created"),
                ("allowed-actors", "mona"),
                ("base-branches", "**\n!dev"),
            ],
            policy(
                "repository_dispatch",
                "types: [chart-pr-created]\nactors: [mona]\npayload: {pr: pull-request}\npull-request: {base: ['**', '!dev']}",
            ) + "  pull_request_target: {pull-request: {base: ['**', '!dev']}}\n",
        ),
    ]
}

fn pulls() -> Vec<Value> {
    let upstream = set(merged(), "base.ref", json!("fork_upstream"));
    vec![
        pull(),
        merged(),
        closed(),
        fork(),
        set(pull(), "head.repo", json!(null)),
        set(pull(), "draft", json!(true)),
        set(pull(), "base.ref", json!("release/1")),
        set(pull(), "base.ref", json!("dev")),
        set(pull(), "head.sha", json!(github::OTHER)),
        labelled(&["ok", "go"]),
        labelled(&["ok", "go", "rejection"]),
        labelled(&["rejection"]),
        set(upstream.clone(), "labels", json!([{ "name": "upstream-sync" }])),
        set(upstream, "labels", json!([{ "name": "upstream-sync" }, { "name": "human-required" }])),
        set(pull(), "user", account("eve")),
    ]
}

/// Runs of every kind.
fn runs() -> Vec<Scenario> {
    let mut runs = Vec::new();
    for pull in pulls() {
        for actor in ["github-actions[bot]", "mona", "eve"] {
            runs.push(Scenario::dispatch_by(actor).pull(&pull));
        }
        for action in ["opened", "closed"] {
            let event = github::pull_request_event("mona", action, pull.clone());
            runs.push(Scenario::new("pull_request", "mona", &event));
            runs.push(Scenario::new("pull_request_target", "mona", &event).pull(&pull));
        }
        let event = github::workflow_dispatch("mona", json!({ "pr": "7" }));
        runs.push(Scenario::new("workflow_dispatch", "mona", &event).pull(&pull));
    }
    for payload in [
        json!({}),
        json!({ "pr": "x" }),
        json!({ "pr": 7, "chart": "redis" }),
        json!({ "pr": 7, "chart": "-" }),
        json!({ "pr": 7, "chart": "a", "head": github::HEAD }),
        json!({ "pr": 7, "chart": "a", "head": github::OTHER }),
        json!({ "pr": 7, "x": 1 }),
    ] {
        runs.push(Scenario::dispatch_of(payload));
    }
    runs.push(Scenario::dispatch().rerun_by("eve"));
    runs.push(Scenario::new("push", "mona", &github::other_event("mona", "ref", json!("refs/heads/main"))));
    runs.push(Scenario::new("workflow_dispatch", "mona", &github::workflow_dispatch("mona", json!({}))));
    runs.push(Scenario::dispatch().event(&github::dispatch("github-actions[bot]", "other", json!({ "pr": 7 }))));
    runs
}

#[test]
fn shorthand_inputs_and_policy_lead_to_the_same_decisions() {
    let runs = runs();
    let mut codes = std::collections::BTreeMap::<&str, u32>::new();
    for (inputs, text) in pairs() {
        for run in &runs {
            let flat = run.clone().flat(&inputs).run();
            let written = run.clone().policy(&text).run();
            assert_eq!(flat.code(), written.code(), "{inputs:?}:\n{}\n{}", flat.trace(), written.trace());
            for (name, value) in &flat.outcome.outputs.0 {
                if *name != "result" {
                    assert_eq!(value, written.output(name), "{inputs:?}: {name}");
                }
            }
            assert_eq!(flat.requests(), written.requests());
            *codes.entry(flat.code()).or_default() += 1;
        }
    }
    // The runs differ enough to distinguish two rules.
    assert!(codes.len() >= 16, "{codes:?}");
    assert!(codes["allowed"] > 50, "{codes:?}");
}

#[test]
fn every_shorthand_input_is_part_of_a_pair() {
    let pairs = pairs();
    for input in dispatch_guard::runner::inputs::GUARD.inputs.iter().filter(|input| input.is_shorthand) {
        assert!(pairs.iter().any(|(inputs, _)| inputs.iter().any(|(name, _)| *name == input.name)), "{}", input.name);
    }
}

#[test]
fn defaults_that_the_runner_fills_in_change_nothing() {
    let as_the_runner = |scenario: Scenario| {
        dispatch_guard::runner::inputs::GUARD
            .inputs
            .iter()
            .filter(|input| !input.default.starts_with("${{") && !matches!(input.name, "policy"))
            .fold(scenario, |scenario, input| scenario.input(input.name, input.default))
    };
    as_the_runner(Scenario::dispatch()).expect("allowed");
    as_the_runner(Scenario::pull_request()).expect("allowed");
    let flat = [("dispatch-types", "chart-pr-created"), ("allowed-actors", "github-actions[bot]")];
    let plain = Scenario::dispatch().flat(&flat).expect("allowed");
    let filled = flat.iter().fold(as_the_runner(Scenario::dispatch().no_input("policy")), |scenario, (name, value)| {
        scenario.input(name, value)
    });
    assert_eq!(filled.expect("allowed").output("result"), plain.output("result"));
}
