//! What holds of every envelope, signed or not: form, age, hops and pins.

use serde_json::json;

use crate::support::github::{self, OTHER, PULL_7};
use crate::support::scenario::dispatch_rule;
use crate::support::{Scenario, set};
use crate::{NOW, W2, envelope, envelope_without, payload, sent};

#[test]
fn a_dispatch_without_one_passes_where_no_proof_is_required() {
    let decided = Scenario::dispatch().expect("allowed");
    assert_eq!(decided.output("provenance"), "none");
    for require in ["run, workflows: [.github/workflows/w2.yml@refs/heads/main]", "signature"] {
        let denied = sent(json!({ "pr": 7 }), &format!("require: {require}")).input("signing-keys", crate::KEY);
        denied.expect("provenance.missing").says(&["`_guard`", "send@v1"]).requested(&[]);
    }
}

#[test]
fn an_envelope_without_proof_proves_nothing_and_is_recorded() {
    let decided = sent(payload(envelope()), "").expect("allowed");
    assert_eq!(decided.output("provenance"), "none");
    decided.requested(&[PULL_7]);
    let facts = decided.result()["provenance"].clone();
    assert_eq!(facts["nonce"], "00112233445566778899aabbccddeeff");
    assert_eq!((&facts["run_id"], &facts["run_attempt"], &facts["hops"]), (&json!("123"), &json!("1"), &json!("1")));
    assert_eq!(facts["workflow_ref"], W2);
    assert_eq!(facts["digest"].as_str().unwrap().len(), 64);
    assert_eq!(facts["proofs"], json!([]));
}

#[test]
fn one_that_is_not_of_its_form_is_denied_without_a_request() {
    for (path, value) in
        [("v", json!(2)), ("nonce", json!("x")), ("pr", json!("7")), ("more", json!(1)), ("hops", json!(null))]
    {
        let decided = sent(payload(set(envelope(), path, value)), "").expect_in(path, "payload.invalid_field");
        decided.says(&[&format!("`client_payload._guard.{path}`")]).requested(&[]);
    }
    sent(json!({ "pr": 7, "_guard": "x" }), "").expect("payload.invalid_field").says(&["`client_payload._guard`"]);
    // What is needed stays needed even where the rest of the payload may be unknown.
    let rule = dispatch_rule("unknown-fields: drop");
    sent(payload(set(envelope(), "more", json!(1))), "").policy(&rule).expect("payload.invalid_field");
}

#[test]
fn an_envelope_is_good_for_max_age_and_not_longer() {
    let aged = |seconds: u64| payload(set(envelope(), "issued_at", json!(NOW - seconds)));
    for (provenance, seconds, code) in [
        ("", 0, "allowed"),
        ("", 900, "allowed"),
        ("", 901, "provenance.expired"),
        ("max-age: 1h", 3600, "allowed"),
        ("max-age: 1h", 3601, "provenance.expired"),
        ("max-age: 1s", 2, "provenance.expired"),
        ("", NOW, "provenance.expired"),
    ] {
        sent(aged(seconds), provenance).expect_in((provenance, seconds), code);
    }
    let denied = sent(aged(3600), "").expect("provenance.expired");
    denied.says(&["60 minutes", "15 minutes"]).requested(&[]);
}

#[test]
fn an_envelope_from_the_future_is_denied_beyond_what_clocks_differ() {
    let early = |seconds: u64| payload(set(envelope(), "issued_at", json!(NOW + seconds)));
    sent(early(60), "").expect("allowed");
    sent(early(61), "").expect("provenance.expired").says(&["61 seconds in the future"]).requested(&[]);
    sent(early(9_007_199_254_740_991 - NOW), "").expect("provenance.expired");
}

#[test]
fn a_chain_has_an_end() {
    let hop = |hops: u64| payload(set(envelope(), "hops", json!(hops)));
    for (provenance, hops, code) in [
        ("", 3, "allowed"),
        ("", 4, "provenance.hop_limit"),
        ("max-hops: 1", 1, "allowed"),
        ("max-hops: 1", 2, "provenance.hop_limit"),
        ("", 9_007_199_254_740_991, "provenance.hop_limit"),
    ] {
        sent(hop(hops), provenance).expect_in((provenance, hops), code);
    }
    sent(hop(9), "").expect("provenance.hop_limit").says(&["number 9", "allows 3"]).requested(&[]);
}

#[test]
fn number_head_and_base_are_held_against_payload_and_live_pull_request() {
    let other = payload(set(envelope(), "pr", json!(8)));
    sent(other, "").expect("pull_request.changed").says(&["`client_payload.pr`", "#7", "#8"]).requested(&[]);

    let moved = payload(set(envelope(), "head_sha", json!(OTHER)));
    sent(moved, "").expect("pull_request.head_moved").says(&["the envelope"]).requested(&[PULL_7]);

    let based = payload(set(envelope(), "base_ref", json!("release")));
    sent(based, "").expect("pull_request.changed").says(&["base branch", "`release`", "the envelope"]);

    // Where the base's tip was is no pin: it moves all the time.
    sent(payload(set(envelope(), "base_sha", json!(OTHER))), "").expect("allowed");
    sent(payload(envelope_without(&["pr", "head_sha", "base_ref", "base_sha"])), "").expect("allowed");
}

#[test]
fn the_envelope_names_the_pull_request_where_the_payload_does_not() {
    let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npull-request: {base: [main]}";
    let scenario = Scenario::dispatch_of(json!({ "_guard": envelope() }));
    let scenario = scenario.policy(&crate::support::policy("repository_dispatch", rule));
    assert_eq!(scenario.expect("allowed").output("pr-number"), "7");
    let unnamed = json!({ "_guard": envelope_without(&["pr"]) });
    crate::resent(scenario, unnamed).expect("pull_request.missing");
}

#[test]
fn what_clothes_itself_as_an_envelope_in_other_events_is_none() {
    let event = github::workflow_dispatch("mona", json!({ "pr": "7", "_guard": "x" }));
    let rule = "actors: [mona]\npayload: {pr: pull-request}";
    Scenario::dispatch_by("mona")
        .env("GITHUB_EVENT_NAME", "workflow_dispatch")
        .event(&event)
        .policy(&crate::support::policy("workflow_dispatch", rule))
        .expect("allowed");
}
