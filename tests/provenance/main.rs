//! Who sent a dispatch: the envelope, its proofs, and that a dispatch passes once.

#![cfg(not(target_arch = "wasm32"))] // `wasm-pack test` builds every test program.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::too_many_lines)]
#![allow(clippy::missing_panics_doc, clippy::needless_pass_by_value)]

#[path = "../support/mod.rs"]
mod support;

mod envelope;
#[cfg(feature = "cli")]
mod evidence;
mod oidc;
mod once;
mod signature;
mod source_run;

use dispatch_guard::envelope::digest::Digest;
use dispatch_guard::format::json::parse;
use serde_json::{Value, json};
use support::github::{BASE, HEAD, REPOSITORY_ID, dispatch};
use support::host::START_MS;
use support::scenario::dispatch_rule;
use support::{Scenario, set, without};

/// The key that sender and guard share.
pub const KEY: &str = "correct horse battery staple";
/// The workflow that sends.
pub const W2: &str = "acme/charts/.github/workflows/w2.yml@refs/heads/main";
/// The same as a policy lists it.
pub const WORKFLOWS: &str = "workflows: [.github/workflows/w2.yml@refs/heads/main]";
/// When every scenario begins, in Unix seconds.
pub const NOW: u64 = START_MS / 1000;
/// The dispatch type.
pub const TYPE: &str = "chart-pr-created";

/// An envelope as send writes it, made half a minute ago.
pub fn envelope() -> Value {
    json!({
        "v": 1, "pr": 7, "head_sha": HEAD, "base_ref": "main", "base_sha": BASE, "run_id": 123, "run_attempt": 1,
        "workflow_ref": W2, "issued_at": NOW - 30, "nonce": "00112233445566778899aabbccddeeff", "hops": 1,
    })
}

/// The payload of pull request 7 with an envelope.
pub fn payload(envelope: Value) -> Value {
    json!({ "pr": 7, "_guard": envelope })
}

/// The digest of a payload, sent to the repository of every scenario.
pub fn digest(payload: &Value) -> Digest {
    let payload = parse(payload.to_string().as_bytes()).unwrap().root;
    Digest::compute(&payload, TYPE, REPOSITORY_ID).unwrap()
}

/// The payload with its signature.
pub fn signed(payload: Value, key: &str) -> Value {
    let signature = digest(&payload).sign(key.as_bytes());
    set(payload, "_guard.signature", json!(signature))
}

/// A dispatch of a payload under a rule that has this `provenance`, given as the lines of a flow mapping.
pub fn sent(payload: Value, provenance: &str) -> Scenario {
    Scenario::dispatch_of(payload).policy(&dispatch_rule(&format!("provenance: {{{provenance}}}")))
}

/// A dispatch of a payload to the same scenario.
pub fn resent(scenario: Scenario, payload: Value) -> Scenario {
    scenario.event(&dispatch("github-actions[bot]", TYPE, payload))
}

/// An envelope without some of its members.
pub fn envelope_without(paths: &[&str]) -> Value {
    paths.iter().fold(envelope(), |envelope, path| without(envelope, path))
}
