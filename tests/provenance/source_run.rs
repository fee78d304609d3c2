//! The proof by the source run.

use dispatch_guard::format::timestamp::format_rfc3339;
use serde_json::{Value, json};

use crate::support::github::{PULL_7, REPOSITORY_ID, account};
use crate::support::{Reply, Scenario, set, without};
use crate::{NOW, WORKFLOWS, envelope, envelope_without, payload, sent};

const RUN: &str = "GET /repos/acme/charts/actions/runs/123";
const ATTEMPT_1: &str = "GET /repos/acme/charts/actions/runs/123/attempts/1";
const MISMATCH: &str = "provenance.run_mismatch";

fn at(seconds: u64) -> Value {
    json!(format_rfc3339(seconds * 1000))
}

/// W2's run on `main`, which has been going on for a minute when the envelope is made.
fn run() -> Value {
    json!({
        "id": 123, "name": "W2", "run_attempt": 1, "path": ".github/workflows/w2.yml", "head_branch": "main",
        "event": "push", "status": "in_progress", "conclusion": null, "actor": account("mona"),
        "triggering_actor": account("mona"), "created_at": at(NOW - 90), "run_started_at": at(NOW - 90),
        "updated_at": at(NOW - 20), "repository": { "id": REPOSITORY_ID }, "head_repository": { "id": REPOSITORY_ID },
    })
}

fn guarded(envelope: Value) -> Scenario {
    sent(payload(envelope), &format!("require: run, {WORKFLOWS}"))
}

fn with(run: &Value) -> Scenario {
    guarded(envelope()).route(RUN, Reply::json(200, run))
}

#[test]
fn a_run_of_an_allowed_workflow_that_was_going_on() {
    let decided = with(&run()).expect("allowed");
    assert_eq!(decided.output("provenance"), "run");
    decided.requested(&[RUN, PULL_7]);
    assert_eq!(decided.result()["provenance"]["source_actor"], "mona");
    let ended = set(set(run(), "status", json!("completed")), "updated_at", at(NOW - 5));
    with(&ended).expect("allowed");
    // GitHub's own example of a run has the branch behind the path.
    with(&set(run(), "path", json!(".github/workflows/w2.yml@main"))).expect("allowed");
    with(&set(run(), "path", json!(".github/workflows/w2.yml@refs/heads/main"))).expect("allowed");
}

#[test]
fn who_started_the_source_run_is_recorded_and_not_judged() {
    let by_eve = set(set(run(), "actor", account("eve")), "triggering_actor", account("zoe"));
    assert_eq!(with(&by_eve).expect("allowed").result()["provenance"]["source_actor"], "zoe");
    let by_nobody = set(set(run(), "actor", Value::Null), "triggering_actor", Value::Null);
    assert_eq!(with(&by_nobody).expect("allowed").result()["provenance"]["source_actor"], "");
}

#[test]
fn a_run_of_anything_else() {
    for (path, value, words) in [
        ("repository.id", json!(2002), "id 2002"),
        ("head_repository.id", json!(2002), "id 2002"),
        ("path", json!(".github/workflows/evil.yml"), "`.github/workflows/evil.yml`"),
        ("path", json!(".github/workflows/w2.yml@refs/heads/evil"), "`.github/workflows/w2.yml`"),
        ("path", json!("x/.github/workflows/w2.yml"), "`x/.github/workflows/w2.yml`"),
        ("path", json!(".github/workflows/W2.yml"), "W2.yml"),
        ("head_branch", json!("evil"), "`evil`"),
        ("head_branch", json!("refs/heads/main"), "`refs/heads/main`"),
        ("head_branch", Value::Null, "the branch ``"),
        ("event", json!("pull_request"), "`pull_request`"),
        ("event", json!("pull_request_target"), "`pull_request_target`"),
        ("event", json!("pull_request_review"), "`pull_request_review`"),
    ] {
        let decided = with(&set(run(), path, value.clone())).expect_in((path, &value), MISMATCH);
        decided.says(&[words]).requested(&[RUN]);
    }
    // Two workflows are allowed: the run has to be of the one that the envelope names.
    let both =
        "require: run, workflows: [.github/workflows/w2.yml@refs/heads/main, .github/workflows/w3.yml@refs/heads/main]";
    let third = set(run(), "path", json!(".github/workflows/w3.yml"));
    let scenario = sent(payload(envelope()), both).route(RUN, Reply::json(200, &third));
    scenario.expect(MISMATCH).says(&["the envelope names"]);
}

#[test]
fn the_run_was_in_progress_when_the_envelope_was_made() {
    let issued = NOW - 30;
    for (name, started, completed, code) in [
        ("started within the clock skew", issued + 60, None, "allowed"),
        ("started after", issued + 61, None, MISMATCH),
        ("completed within the clock skew", issued - 600, Some(issued - 60), "allowed"),
        ("completed before", issued - 600, Some(issued - 61), MISMATCH),
    ] {
        let started = set(run(), "run_started_at", at(started));
        let changed = match completed {
            None => started,
            Some(completed) => set(set(started, "status", json!("completed")), "updated_at", at(completed)),
        };
        with(&changed).expect_in(name, code);
    }
    let unstarted = set(without(run(), "run_started_at"), "created_at", at(NOW + 600));
    with(&unstarted).expect(MISMATCH).says(&["started at"]);
    // An update long ago means nothing while the run goes on.
    with(&set(run(), "updated_at", at(NOW - 5000))).expect("allowed");
}

#[test]
fn the_attempt_counts_and_not_the_run() {
    let second = set(set(run(), "run_attempt", json!(2)), "run_started_at", at(NOW - 5));
    let first = set(set(run(), "status", json!("completed")), "updated_at", at(NOW - 25));
    let rerun = with(&second).route(ATTEMPT_1, Reply::json(200, &first));
    rerun.expect("allowed").requested(&[RUN, ATTEMPT_1, PULL_7]);
    let ended = set(first.clone(), "updated_at", at(NOW - 500));
    with(&second).route(ATTEMPT_1, Reply::json(200, &ended)).expect(MISMATCH);
    with(&second).route(ATTEMPT_1, Reply::refusal(404, "Not Found")).expect(MISMATCH);
    let another = set(first, "run_attempt", json!(3));
    with(&second).route(ATTEMPT_1, Reply::json(200, &another)).expect("api.invalid_response");
    let third = guarded(set(envelope(), "run_attempt", json!(3))).route(RUN, Reply::json(200, &second));
    third.expect(MISMATCH).says(&["attempt 3", "has had 2"]).requested(&[RUN]);
    with(&without(run(), "run_attempt")).expect("api.invalid_response").says(&["no valid `run_attempt`"]);
}

#[test]
fn what_the_envelope_says_is_judged_before_anything_is_asked() {
    for (path, value, words) in [
        ("run_id", json!(777_000), "this very run"),
        ("workflow_ref", json!("acme/charts/.github/workflows/evil.yml@refs/heads/main"), "evil.yml"),
        ("workflow_ref", json!("acme/charts/.github/workflows/w2.yml@refs/heads/evil"), "refs/heads/evil"),
        ("workflow_ref", json!("acme/other/.github/workflows/w2.yml@refs/heads/main"), "acme/other"),
        ("workflow_ref", json!(".github/workflows/w2.yml@refs/heads/main"), "lists"),
    ] {
        let decided = guarded(set(envelope(), path, value.clone())).expect_in(value, MISMATCH);
        decided.says(&[words]).requested(&[]);
    }
    for path in ["run_id", "run_attempt"] {
        let decided = guarded(envelope_without(&[path])).expect_in(path, "provenance.missing");
        decided.says(&[&format!("`{path}`")]).requested(&[]);
    }
    guarded(envelope_without(&["workflow_ref"])).route(RUN, Reply::json(200, &run())).expect("allowed");
    // What fails without a request is named before what takes one.
    guarded(set(envelope(), "issued_at", json!(NOW - 901))).expect("provenance.expired").requested(&[]);
    guarded(set(envelope(), "hops", json!(4))).expect("provenance.hop_limit").requested(&[]);
}

#[test]
fn a_run_that_cannot_be_read() {
    for (reply, code, words) in [
        (Reply::refusal(404, "Not Found"), MISMATCH, "actions: read"),
        (Reply::refusal(403, "Resource not accessible by integration"), "api.forbidden", "actions: read"),
        (Reply::refusal(401, "Bad credentials"), "api.unauthorized", "token"),
        (Reply::text(200, "<html>"), "api.invalid_response", "not JSON"),
        (Reply::json(200, &json!({})), "api.invalid_response", "another run"),
        (Reply::json(200, &set(run(), "id", json!(124))), "api.invalid_response", "another run"),
        (Reply::json(200, &without(run(), "event")), "api.invalid_response", "`event`"),
        (Reply::json(200, &without(run(), "repository")), "api.invalid_response", "`repository.id`"),
        (
            Reply::json(200, &set(run(), "head_repository.id", json!("2002"))),
            "api.invalid_response",
            "`head_repository.id`",
        ),
        (Reply::json(200, &set(run(), "run_started_at", json!("yesterday"))), "api.invalid_response", "run_started_at"),
        (Reply::json(200, &set(run(), "status", Value::Null)), "api.invalid_response", "`status`"),
    ] {
        guarded(envelope()).route(RUN, reply.clone()).expect_in(reply, code).says(&[words]);
    }
}

#[test]
fn a_tag_is_no_branch() {
    let tagged =
        "require: run, workflows: [.github/workflows/w2.yml@refs/heads/main, .github/workflows/w2.yml@refs/tags/v1]";
    let decided = sent(payload(envelope()), tagged).expect("config.policy_invalid");
    decided.says(&["`.github/workflows/w2.yml@refs/tags/v1`", "require `oidc`"]).requested(&[]);
    sent(json!({ "pr": 7 }), &tagged.replace("run", "oidc")).expect("provenance.missing");
}
