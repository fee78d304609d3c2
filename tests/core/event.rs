//! The event file against the run, and the run against the list of events.

use serde_json::{Value, json};

use crate::support::github::{self, REPOSITORY, REPOSITORY_ID, pull};
use crate::support::scenario::dispatch_rule;
use crate::support::{Reply, Scenario, policy, set, without};

fn dispatch_event() -> Value {
    github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7 }))
}

#[test]
fn a_file_that_cannot_be_read() {
    for error in ["ENOENT: no such file or directory", "EISDIR: illegal operation on a directory, read", ""] {
        let decided = Scenario::dispatch().event_error(error).expect_in(error, "event.unreadable");
        decided.says(&[error, "_github_workflow/event.json"]).requested(&[]);
    }
}

#[test]
fn line_ends_of_every_system() {
    let text = format!("{:#}\n", dispatch_event());
    for line_end in ["\n", "\r\n", "\r"] {
        let decided = Scenario::dispatch().event_bytes(text.replace('\n', line_end).as_bytes()).expect("allowed");
        assert_eq!(decided.output("event-type"), "chart-pr-created");
    }
}

#[test]
fn a_file_that_is_no_object() {
    for bytes in [
        &b""[..],
        b" ",
        b"\x00\x01\x02\xff",
        b"\xef\xbb\xbf",
        b"null",
        b"[]",
        b"7",
        b"\"repository_dispatch\"",
        b"{\"action\": \"chart-pr-created\"",
        b"{} {}",
        b"{'action': 1}",
        b"{\"action\": \"\xff\"}",
        b"<html></html>",
        br#"{"a": "\ud800"}"#,
        br#"{"a": "\udc00\ud800"}"#,
    ] {
        let decided = Scenario::dispatch().event_bytes(bytes).expect_in(bytes, "event.malformed");
        decided.says(&["_github_workflow/event.json"]).requested(&[]);
    }
    let cut = dispatch_event().to_string();
    for length in (1..cut.len()).step_by(7) {
        Scenario::dispatch().event_bytes(&cut.as_bytes()[..length]).expect_in(length, "event.malformed");
    }
}

#[test]
fn the_repository_of_another_run() {
    for (name, event) in [
        ("other id", set(dispatch_event(), "repository.id", json!(REPOSITORY_ID + 1))),
        ("no id", without(dispatch_event(), "repository.id")),
        ("text", set(dispatch_event(), "repository.id", json!("1001"))),
        ("double", set(dispatch_event(), "repository.id", json!(1001.0))),
        ("other name", set(dispatch_event(), "repository.full_name", json!("acme/other"))),
        ("longer name", set(dispatch_event(), "repository.full_name", json!("acme/charts2"))),
        ("no name", without(dispatch_event(), "repository.full_name")),
        ("empty name", set(dispatch_event(), "repository.full_name", json!(""))),
        ("no repository", without(dispatch_event(), "repository")),
        ("null", set(dispatch_event(), "repository", json!(null))),
    ] {
        Scenario::dispatch().event(&event).expect_in(name, "event.mismatch").requested(&[]);
    }
    let renamed = set(dispatch_event(), "repository.full_name", json!(REPOSITORY.to_uppercase()));
    Scenario::dispatch().event(&renamed).expect("allowed");
    for (name, value) in [
        ("GITHUB_REPOSITORY_ID", "1002"),
        ("GITHUB_REPOSITORY_ID", ""),
        ("GITHUB_REPOSITORY_ID", "1001 "),
        ("GITHUB_REPOSITORY", "acme/other"),
        ("GITHUB_REPOSITORY", ""),
    ] {
        Scenario::dispatch().env(name, value).expect_in((name, value), "event.mismatch").requested(&[]);
    }
    Scenario::dispatch().no_env("GITHUB_REPOSITORY_ID").expect("event.mismatch").says(&["GITHUB_REPOSITORY_ID"]);
}

#[test]
fn the_repository_of_another_run_even_without_any() {
    let event = set(without(dispatch_event(), "repository.full_name"), "repository.id", json!(null));
    Scenario::dispatch()
        .event(&event)
        .no_env("GITHUB_REPOSITORY_ID")
        .no_env("GITHUB_REPOSITORY")
        .expect("event.mismatch");
}

#[test]
fn the_body_of_another_event() {
    let every_rule = policy("repository_dispatch", "types: [opened]\nactors: [mona]")
        + "  workflow_dispatch: {actors: [mona]}\n  pull_request:\n  pull_request_target:\n  push:\n  schedule:\n"
        + "  pull_request_review: {actors: [mona]}\n  issue_comment: {actors: [mona]}\n  merge_group:\n"
        + "  workflow_run: {source: {workflows: [.github/workflows/ci.yml]}}\n";
    let bodies = [
        ("repository_dispatch", github::dispatch("mona", "opened", json!({}))),
        ("workflow_dispatch", github::workflow_dispatch("mona", json!({}))),
        ("pull_request", github::pull_request_event("mona", "opened", pull())),
        ("pull_request_target", github::pull_request_event("mona", "opened", pull())),
        ("pull_request_review", github::review_event("mona", "opened", pull())),
        ("issue_comment", github::comment_event("mona", true)),
        ("workflow_run", github::other_event("mona", "workflow_run", json!({ "id": 1 }))),
        ("merge_group", github::other_event("mona", "merge_group", json!({ "head_sha": "" }))),
        ("push", github::other_event("mona", "ref", json!("refs/heads/main"))),
        ("schedule", github::other_event("mona", "schedule", json!("0 5 * * *"))),
    ];
    // What can stand for what: GitHub's bodies do not tell these apart.
    let alike = |run: &str, body: &str| {
        run == body
            || (run.starts_with("pull_request")
                && body.starts_with("pull_request")
                && run != "pull_request_review"
                && body != "pull_request_review")
            || (run == "workflow_dispatch" && !body.starts_with("pull_request") && body != "repository_dispatch")
            || (run == "schedule" && !body.starts_with("pull_request") && body != "repository_dispatch")
            || (run == "push" && body == "workflow_dispatch")
    };
    for (run, _) in &bodies {
        for (kind, body) in &bodies {
            let scenario = Scenario::new(run, "mona", body).policy(&every_rule).pull(&pull()).pushed_before_comments();
            let decided = scenario.run();
            let mismatch = decided.code() == "event.mismatch";
            assert_eq!(mismatch, !alike(run, kind), "a {kind} body in a {run} run: {}", decided.trace());
        }
    }
}

#[test]
fn a_dispatch_has_a_payload_and_no_pull_request() {
    for (name, event) in [
        ("no payload", without(dispatch_event(), "client_payload")),
        ("a pull request", set(dispatch_event(), "pull_request", pull())),
        ("a pull request that is null", set(dispatch_event(), "pull_request", json!(null))),
    ] {
        Scenario::dispatch().event(&event).expect_in(name, "event.mismatch").requested(&[]);
    }
    let event = github::pull_request_event("mona", "opened", pull());
    for (name, event) in [
        ("no pull request", without(event.clone(), "pull_request")),
        ("null", set(event.clone(), "pull_request", json!(null))),
        ("text", set(event.clone(), "pull_request", json!("7"))),
        ("a payload", set(event, "client_payload", json!({}))),
    ] {
        Scenario::pull_request().event(&event).expect_in(name, "event.mismatch");
    }
}

#[test]
fn a_pull_request_without_what_the_decision_needs() {
    for path in [
        "number",
        "state",
        "head.ref",
        "head.sha",
        "base.ref",
        "base.sha",
        "base.repo.id",
        "base.repo",
        "head.repo.id",
        "labels",
        "merged_at",
    ] {
        let mut bare = pull();
        if path == "merged_at" {
            bare = without(bare, "merged");
        }
        let gone = Scenario::pull_request_of(without(bare.clone(), path));
        gone.expect_in(path, "event.malformed").says(&["pull_request."]);
        Scenario::pull_request_of(set(bare, path, json!({ "odd": 1 }))).expect_in(path, "event.malformed");
    }
    for (path, value) in [
        ("number", json!("7")),
        ("number", json!(-7)),
        ("number", json!(7.0)),
        ("state", json!("OPEN")),
        ("state", json!("merged")),
        ("merged", json!(null)),
        ("merged", json!("false")),
        ("merged", json!(true)),
        ("draft", json!("false")),
        ("head.sha", json!("5d2f8c1")),
        ("head.sha", json!(github::HEAD.to_uppercase())),
        ("base.sha", json!("")),
        ("labels", json!([{ "name": null }])),
        ("labels", json!(["bug"])),
        ("head.repo", json!("acme/charts")),
    ] {
        let pull = if path == "merged" { without(pull(), "merged_at") } else { pull() };
        let scenario = Scenario::pull_request_of(set(pull, path, value.clone()));
        scenario.expect_in((path, value), "event.malformed");
    }
}

#[test]
fn events_that_the_policy_does_not_list() {
    let event = github::other_event("mona", "ref", json!("refs/heads/main"));
    Scenario::new("push", "mona", &event)
        .policy(&dispatch_rule(""))
        .expect("event.not_allowed")
        .says(&["`push`", "`repository_dispatch`"])
        .requested(&[]);
    // Events that version 1 does not know cannot be listed, so they never pass.
    for name in ["release", "", "Repository_Dispatch", "repository_dispatch ", "*"] {
        Scenario::dispatch().env("GITHUB_EVENT_NAME", name).expect_in(name, "event.not_allowed").requested(&[]);
    }
    Scenario::dispatch().no_env("GITHUB_EVENT_NAME").expect("event.not_allowed");
    let rule = policy("pull_request", "");
    Scenario::pull_request_target(pull()).policy(&rule).expect("event.not_allowed").requested(&[]);
}

#[test]
fn types_are_compared_exactly() {
    for kind in [
        "Chart-pr-created",
        "chart-pr-create",
        "chart-pr-created2",
        "chart-pr-created\n",
        "chart-pr-created ",
        " chart-pr-created",
        "chart_pr_created",
        "",
    ] {
        let event = github::dispatch("github-actions[bot]", kind, json!({ "pr": 7 }));
        let decided = Scenario::dispatch().event(&event).expect_in(kind, "event.type_not_allowed");
        decided.says(&["`chart-pr-created`", "`dispatch-types`"]).requested(&[]);
    }
    for action in [json!(null), json!(7), json!(["chart-pr-created"])] {
        let event = set(dispatch_event(), "action", action.clone());
        Scenario::dispatch().event(&event).expect_in(action, "event.type_not_allowed");
    }
    Scenario::dispatch().event(&without(dispatch_event(), "action")).expect("event.type_not_allowed");
    // Not a pattern, although it looks like one.
    let event = github::dispatch("mona", "chart-*", json!({}));
    let rule = "types: ['chart-*']\nactors: [mona]";
    let scenario = Scenario::dispatch_by("mona").policy(&policy("repository_dispatch", rule));
    scenario.clone().event(&event).expect("allowed");
    scenario.expect("event.type_not_allowed");
}

#[test]
fn activity_types_are_any_unless_listed() {
    for action in ["opened", "synchronize", "labeled", "closed"] {
        let event = github::pull_request_event("mona", action, pull());
        let scenario = Scenario::pull_request().event(&event);
        scenario.expect_in(action, "allowed");
        let listed = scenario.clone().policy(&policy("pull_request", "types: [opened, closed]"));
        let code = if matches!(action, "opened" | "closed") { "allowed" } else { "event.type_not_allowed" };
        listed.expect_in(action, code);
    }
}

#[test]
fn the_record_names_event_and_type() {
    let decided = Scenario::dispatch().expect("allowed");
    assert_eq!((decided.output("event"), decided.output("event-type")), ("repository_dispatch", "chart-pr-created"));
    let decided = Scenario::pull_request().expect("allowed");
    assert_eq!((decided.output("event"), decided.output("event-type")), ("pull_request", "synchronize"));
    let event = github::workflow_dispatch("mona", json!({}));
    let scenario = Scenario::new("workflow_dispatch", "mona", &set(event, "action", json!("x")));
    let decided = scenario.policy(&policy("workflow_dispatch", "actors: [mona]")).expect("allowed");
    assert_eq!((decided.output("event"), decided.output("event-type")), ("workflow_dispatch", ""));
    let denied = Scenario::dispatch().env("GITHUB_EVENT_NAME", "release").expect("event.not_allowed");
    assert_eq!((denied.output("event"), denied.output("event-type")), ("release", ""));
}

#[test]
fn a_comment_counts_only_on_a_pull_request() {
    let rule = policy("issue_comment", "actors: [mona]\npull-request: {base: [main]}");
    let on = |on_pull_request| {
        Scenario::new("issue_comment", "mona", &github::comment_event("mona", on_pull_request)).policy(&rule)
    };
    on(true).pull(&pull()).pushed_before_comments().expect("allowed");
    on(false).expect("pull_request.missing").says(&["issue"]).requested(&[]);
    let looked_up = on(true).route(github::PULL_7, Reply::refusal(404, "Not Found"));
    looked_up.expect("pull_request.not_found");
    // A comment on a pull request is judged by the defaults even if the rule has no `pull-request`.
    let rule = policy("issue_comment", "actors: [mona]");
    let comment = |on| Scenario::new("issue_comment", "mona", &github::comment_event("mona", on)).policy(&rule);
    let decided = comment(true).pull(&pull()).pushed_before_comments().expect("allowed");
    decided.requested(&[github::PULL_7, github::ACTIVITY]);
    comment(false).expect("allowed").requested(&[]);
}

#[test]
fn a_policy_holds_in_the_repositories_that_it_names() {
    let policy_in = |repositories: &str| {
        let rule = dispatch_rule("").replacen("version: 1", &format!("version: 1\nrepositories: [{repositories}]"), 1);
        Scenario::dispatch().policy(&rule)
    };
    policy_in("acme/charts").expect("allowed");
    policy_in("acme/other, ACME/Charts").expect("allowed");
    for repositories in ["acme/other", "acme/chart", "acme/charts2"] {
        let decided = policy_in(repositories).expect_in(repositories, "event.repository_not_allowed");
        decided.says(&["`acme/charts`", repositories]).requested(&[]);
    }
}

#[test]
fn the_parts_of_an_event_agree() {
    let opened = github::pull_request_event("mona", "opened", github::pull());
    let pushed = github::pull_request_event("mona", "synchronize", github::pull());
    let comment = github::comment_event("mona", true);
    let url = |url: &str| set(comment.clone(), "issue.pull_request.url", json!(url));
    let commented = |event: &Value| {
        Scenario::new("issue_comment", "mona", event)
            .policy(&policy("issue_comment", "actors: [mona]"))
            .pull(&github::pull())
            .pushed_before_comments()
    };
    for (name, scenario, code) in [
        ("number", Scenario::pull_request().event(&set(opened.clone(), "number", json!(8))), "event.mismatch"),
        // A law of every scenario is that nothing invisible is printed.
        ("text", Scenario::pull_request().event(&set(opened.clone(), "number", json!("\u{202e}"))), "event.mismatch"),
        (
            "after",
            Scenario::pull_request().event(&set(pushed.clone(), "after", json!(github::OTHER))),
            "event.mismatch",
        ),
        ("the head", Scenario::pull_request().event(&set(pushed, "after", json!(github::HEAD))), "allowed"),
        // Only a push has a meaning for `after`.
        ("opened", Scenario::pull_request().event(&set(opened, "after", json!(github::OTHER))), "allowed"),
        ("other server", commented(&url("https://ghe.example/api/v3/repos/ACME/charts/pulls/7")), "allowed"),
        ("other number", commented(&url("https://api.github.com/repos/acme/charts/pulls/8")), "event.mismatch"),
        ("other repository", commented(&url("https://api.github.com/repos/evil/charts/pulls/7")), "event.mismatch"),
        ("longer name", commented(&url("https://api.github.com/repos/acme/charts/pulls/7/x")), "event.mismatch"),
    ] {
        scenario.expect_in(name, code);
    }
}

/// From the second attempt on, the comment has to be there still, also on an issue.
#[test]
fn a_rerun_needs_the_comment_unchanged() {
    let event = github::comment_event("mona", false);
    let live = event["comment"].clone();
    let scenario = Scenario::new("issue_comment", "mona", &event).policy(&policy("issue_comment", "actors: [mona]"));
    scenario.expect("allowed").requested(&[]);
    let again = scenario.env("GITHUB_RUN_ATTEMPT", "2");
    let route = "GET /repos/acme/charts/issues/comments/90";
    for (name, reply, code) in [
        ("unchanged", Reply::json(200, &live), "allowed"),
        ("edited", Reply::json(200, &set(live.clone(), "body", json!("/destroy"))), "pull_request.changed"),
        ("gone", Reply::refusal(404, "Not Found"), "pull_request.changed"),
        ("another", Reply::json(200, &set(live, "id", json!(91))), "api.invalid_response"),
        ("forbidden", Reply::refusal(403, "Resource not accessible by integration"), "api.forbidden"),
    ] {
        again.clone().route(route, reply).expect_in(name, code).requested(&[route]);
    }
}
