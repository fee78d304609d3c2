//! The proof by a shared key.

use dispatch_guard::actions::guard;
use dispatch_guard::envelope::digest::Digest;
use dispatch_guard::runner::invocation::Invocation;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::evidence::wait;
use crate::once::Race;
use crate::support::github::{PULL_7, REPOSITORY_ID, dispatch};
use crate::support::scenario::dispatch_rule;
use crate::support::{Scenario, policy, set, without};
use crate::{KEY, NOW, TYPE, WORKFLOWS, digest, envelope, envelope_without, payload, sent, signed};

const REQUIRED: &str = "require: signature";

fn guarded(payload: Value) -> Scenario {
    sent(payload, REQUIRED).input("signing-keys", KEY)
}

#[test]
fn the_right_key_proves_it_without_a_request_more() {
    let decided = guarded(signed(payload(envelope()), KEY)).expect("allowed");
    assert_eq!(decided.output("provenance"), "signature");
    assert_eq!(decided.result()["provenance"]["proofs"], json!(["signature"]));
    decided.requested(&[PULL_7]);
}

/// The same bytes that Node's `crypto` makes of the same dispatch; see `tests/js/provenance`.
#[test]
fn digest_and_signature_are_those_of_another_implementation() {
    let golden: Value = serde_json::from_str(include_str!("../fixtures/provenance/golden.json")).unwrap();
    for case in golden.as_array().unwrap() {
        let name = &case["name"];
        let text = case["client_payload"].as_str().unwrap();
        let payload = dispatch_guard::format::json::parse(text.as_bytes()).unwrap().root;
        let id = case["repository_id"].as_u64().unwrap();
        let digest = Digest::compute(&payload, case["event_type"].as_str().unwrap(), id).unwrap();
        assert_eq!(digest.hex(), case["digest"].as_str().unwrap(), "{name}");
        let signature = digest.sign(case["key"].as_str().unwrap().as_bytes()).unwrap();
        assert_eq!(signature, case["signature"].as_str().unwrap(), "{name}");
    }
}

const OLD: &str = "the key of last year";
const NEW: &str = "the key of next year";

#[test]
fn keys_are_rotated_by_listing_both() {
    let with_keys = |keys: &str| guarded(signed(payload(envelope()), KEY)).input("signing-keys", keys);
    for keys in
        [format!("{KEY}\n{NEW}"), format!("{OLD}\n{KEY}\n"), format!("{OLD}\r\n  {KEY}  \r\n{NEW}\r\n"), KEY.to_owned()]
    {
        with_keys(&keys).expect_in(&keys, "allowed");
    }
    let decided = with_keys(&format!("{OLD}\n{KEY}\n{NEW}")).expect("allowed");
    assert!(decided.trace().contains("key 2 of 3"), "{}", decided.trace());
    let denied = with_keys(&format!("{OLD}\n{NEW}")).expect("provenance.signature_invalid");
    denied.says(&["any of the 2 keys"]).requested(&[]);
}

#[test]
fn a_key_that_is_not_there_is_an_error_and_not_a_pass() {
    let unkeyed = sent(signed(payload(envelope()), KEY), REQUIRED);
    unkeyed
        .expect("config.invalid_input")
        .says(&["`signing-keys`", "a secret that does not exist is empty"])
        .requested(&[]);
    unkeyed.clone().input("signing-keys", "").expect("config.invalid_input");
    unkeyed.clone().input("signing-keys", "\n").expect("config.invalid_input");
    unkeyed.input("signing-keys", &format!("{KEY}\n\n")).expect("config.invalid_input");
    // Runs for a fork's pull request get no secrets, and their event carries nothing to sign.
    let both = format!("{}  pull_request:\n", dispatch_rule(&format!("provenance: {{{REQUIRED}}}")));
    Scenario::pull_request().policy(&both).expect("allowed");
}

#[test]
fn a_signature_that_is_missing_or_none() {
    guarded(payload(envelope())).expect("provenance.missing").says(&["`signature`", "`signing-key`"]).requested(&[]);
    let good = digest(&payload(envelope())).sign(KEY.as_bytes()).unwrap();
    let sha1 = good.replace("sha256", "sha1");
    for signature in ["", "sha256=", &good[..70], &sha1, &good.to_uppercase(), &format!("{good} ")] {
        let decided = guarded(payload(set(envelope(), "signature", json!(signature))));
        decided.expect_in(signature, "provenance.signature_invalid").says(&["form"]).requested(&[]);
    }
}

#[test]
fn a_signature_for_another_dispatch_is_none_for_this_one() {
    let good = signed(payload(envelope()), KEY);
    let denied = "provenance.signature_invalid";
    // Another repository, another type, another key, and a payload that was changed after it was signed.
    let elsewhere = |id: u64, kind: &str| {
        let bare = dispatch_guard::format::json::parse(payload(envelope()).to_string().as_bytes()).unwrap().root;
        let signature = Digest::compute(&bare, kind, id).unwrap().sign(KEY.as_bytes()).unwrap();
        guarded(set(good.clone(), "_guard.signature", json!(signature)))
    };
    elsewhere(REPOSITORY_ID, TYPE).expect("allowed");
    elsewhere(REPOSITORY_ID + 1, TYPE).expect(denied);
    elsewhere(REPOSITORY_ID, "chart-pr-closed").expect(denied);
    guarded(signed(payload(envelope()), "another key")).expect(denied);
    let both =
        "types: [chart-pr-created, chart-pr-merged]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request}";
    let both = policy("repository_dispatch", &format!("{both}\nprovenance: {{{REQUIRED}}}"));
    let other_type = dispatch("github-actions[bot]", "chart-pr-merged", good.clone());
    guarded(good.clone()).policy(&both).expect("allowed");
    guarded(good.clone()).policy(&both).event(&other_type).expect(denied).requested(&[]);
    for (path, value) in [
        ("pr", json!(8)),
        ("_guard.pr", json!(8)),
        ("_guard.nonce", json!("ffffffffffffffffffffffffffffffff")),
        ("_guard.issued_at", json!(NOW)),
        ("_guard.hops", json!(2)),
        ("_guard.run_id", json!(124)),
    ] {
        guarded(set(good.clone(), path, value)).expect_in(path, denied).requested(&[]);
    }
    for path in ["_guard.head_sha", "_guard.base_ref", "_guard.run_id"] {
        guarded(without(good.clone(), path)).expect_in(path, denied).requested(&[]);
    }
}

#[test]
fn a_wrong_signature_is_never_passed_over() {
    let good = signed(payload(envelope()), KEY);
    let with_key = |payload: Value| sent(payload, "").input("signing-keys", KEY);
    assert_eq!(with_key(good.clone()).expect("allowed").output("provenance"), "signature");
    with_key(set(good.clone(), "_guard.hops", json!(2))).expect("provenance.signature_invalid");
    with_key(signed(payload(envelope()), "another key")).expect("provenance.signature_invalid");
    with_key(payload(set(envelope(), "signature", json!("x")))).expect("provenance.signature_invalid");
    // Without a key nobody can tell, and nothing is claimed.
    let unknown = sent(good, "").expect("allowed");
    assert_eq!(unknown.output("provenance"), "none");
    assert!(unknown.trace().contains("`signing-keys` is not set"), "{}", unknown.trace());
}

#[test]
fn the_first_failure_in_the_contracts_order_names_the_code() {
    let old = set(envelope(), "issued_at", json!(NOW - 5000));
    let old_and_far = set(old.clone(), "hops", json!(9));
    guarded(signed(payload(old_and_far.clone()), "another key")).expect("provenance.signature_invalid");
    guarded(signed(payload(old_and_far), KEY)).expect("provenance.expired");
    guarded(signed(payload(set(envelope(), "hops", json!(9))), KEY)).expect("provenance.hop_limit");
    guarded(payload(old)).expect("provenance.missing");
}

#[test]
fn a_number_that_cannot_be_signed_is_no_way_around() {
    let rule = dispatch_rule(&format!("unknown-fields: drop\nprovenance: {{{REQUIRED}}}"));
    let good = signed(json!({ "pr": 7, "_guard": envelope(), "n": 9_007_199_254_740_992_u64 }), KEY);
    guarded(good.clone()).policy(&rule).expect("allowed");
    let rounded =
        dispatch("github-actions[bot]", TYPE, good).to_string().replace("9007199254740992", "9007199254740993");
    let decided = guarded(json!({})).policy(&rule).event_bytes(rounded.as_bytes());
    decided.expect("provenance.signature_invalid").says(&["`9007199254740993`"]);
}

#[test]
fn proofs_are_not_printed() {
    let good = signed(payload(envelope()), KEY);
    let signature = good["_guard"]["signature"].as_str().unwrap().to_owned();
    let decided = guarded(good).expect("allowed");
    assert!(!dispatch_guard::outcome::json(&decided.outcome).contains(&signature));
}

/// A payload as W2 sends it, with every kind of value in it.
fn realistic() -> Value {
    json!({
        "pr": 7, "chart": "redis", "title": "Zé \"ü\" \\ \u{1f600}\n", "ratio": -1.5e-7, "count": 20, "draft": false,
        "nested": { "list": [null, true, 0.1, "x", {}, []], "€": "é" }, "_guard": envelope(),
    })
}

/// Whether a changed event says the same as the original: then it is the same dispatch, spelt otherwise.
fn same(changed: &[u8], original: &Value) -> bool {
    serde_json::from_slice::<Value>(changed).is_ok_and(|changed| changed == *original)
}

#[test]
fn every_single_bit_of_a_signed_payload_counts() {
    let rule = dispatch_rule(&format!("unknown-fields: drop\nprovenance: {{{REQUIRED}}}"));
    let scenario = guarded(json!({})).policy(&rule);
    let event = dispatch("github-actions[bot]", TYPE, signed(realistic(), KEY));
    scenario.clone().event(&event).expect("allowed");
    let text = event.to_string();
    let inside = event["client_payload"].to_string();
    let start = text.find(&inside).unwrap();
    let (run, host) = (scenario.run_text(), Race::default());
    let (mut denied, mut respelt) = (0, 0);
    for place in start..start + inside.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let invocation = Invocation::parse(&run, Some(&bytes)).unwrap();
            if wait(guard::decide(&invocation, &host)).decision.is_allowed() {
                assert!(same(&bytes, &event), "byte {place} bit {bit}: {}", String::from_utf8_lossy(&bytes));
                respelt += 1;
            } else {
                denied += 1;
            }
        }
    }
    assert!(denied > 4000, "{denied}");
    // `1.5e-7` may also be written `1.5E-7`; there is no other freedom in a compact text.
    assert!(respelt <= 1, "{respelt}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_signed_passes_and_no_flipped_bit_of_it(value in any_json(), place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let rule = dispatch_rule(&format!("unknown-fields: drop\nprovenance: {{{REQUIRED}}}"));
        let scenario = guarded(json!({})).policy(&rule);
        let event = dispatch("github-actions[bot]", TYPE, signed(json!({ "pr": 7, "more": value, "_guard": envelope() }), KEY));
        let (run, host) = (scenario.run_text(), Race::default());
        let allowed = |bytes: &[u8]| {
            let invocation = Invocation::parse(&run, Some(bytes)).unwrap();
            wait(guard::decide(&invocation, &host)).decision.is_allowed()
        };
        let text = event.to_string();
        prop_assert!(allowed(text.as_bytes()), "{text}");

        let inside = event["client_payload"].to_string();
        let start = text.find(&inside).unwrap();
        let mut bytes = text.into_bytes();
        bytes[start + place.index(inside.len())] ^= 1_u8 << bit;
        prop_assert!(!allowed(&bytes) || same(&bytes, &event), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn a_list_of_workflows_holds_for_what_is_signed() {
    let rule = format!("require: signature, {WORKFLOWS}");
    let by = |envelope: Value| sent(signed(payload(envelope), KEY), &rule).input("signing-keys", KEY);
    by(envelope()).expect("allowed");
    by(envelope_without(&["workflow_ref"])).expect("allowed");
    let evil = json!("acme/charts/.github/workflows/evil.yml@refs/heads/main");
    by(set(envelope(), "workflow_ref", evil)).expect("provenance.run_mismatch").says(&["evil.yml"]).requested(&[]);
}
