//! The same decision again, from its evidence alone.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use base64ct::{Base64, Encoding};
use dispatch_guard::cli::replay::{Replay, replay};
use serde_json::{Value, json};

use crate::support::github::{self, OTHER, PULL_7, REPOSITORY_ID, pull};
use crate::support::scenario::{TOKEN, dispatch_rule};
use crate::support::{Decided, Reply, Scenario, account, policy, set};
use crate::{KEY, NOW, WORKFLOWS, digest, envelope, payload, sent, signed};

const FILE: &str = "out/evidence.json";

/// Lets a future that waits for nothing but itself run to its end.
pub fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// The evidence of a run.
fn evidence(decided: &Decided) -> String {
    let file = decided.outcome.files.iter().find(|file| file.path == FILE).expect("evidence");
    assert!(!file.append);
    file.text.clone()
}

/// The decision of a replay.
fn result(replay: &Replay) -> Value {
    serde_json::from_str(&replay.result).expect("JSON")
}

fn again(evidence: &str) -> Replay {
    wait(replay(evidence.as_bytes())).expect("evidence")
}

/// What can be decided, and how.
fn scenarios() -> Vec<(&'static str, Scenario)> {
    let run = json!({
        "id": 123, "run_attempt": 1, "path": ".github/workflows/w2.yml", "head_branch": "main", "event": "push",
        "status": "in_progress", "actor": account("mona"), "created_at": "2026-09-21T14:00:00Z",
        "repository": { "id": REPOSITORY_ID },
    });
    let actors =
        policy("repository_dispatch", "types: [chart-pr-created]\nactors: ['role:write']\npayload: {pr: pull-request}");
    let file = json!({ "type": "file", "encoding": "base64", "content": base64(&dispatch_rule("")), "sha": OTHER });
    let token = format!("{}.{}.{}", "h".repeat(40), "c".repeat(40), "s".repeat(40));
    let limited = Reply::refusal(403, "API rate limit exceeded").header("x-ratelimit-remaining", "0");
    vec![
        ("plain", Scenario::dispatch()),
        ("pull request", Scenario::pull_request()),
        ("target", Scenario::pull_request_target(github::merged())),
        ("denied", Scenario::dispatch_by("eve")),
        ("moved", Scenario::pull_request_target(pull()).pull(&set(pull(), "head.sha", json!(OTHER)))),
        (
            "flat",
            Scenario::dispatch()
                .flat(&[("dispatch-types", "chart-pr-created"), ("allowed-actors", "github-actions[bot]")]),
        ),
        ("no policy", Scenario::dispatch().no_input("policy")),
        ("bad policy", Scenario::dispatch().policy("version: 2")),
        ("evaluate", Scenario::dispatch_by("eve").input("mode", "evaluate")),
        ("no token", Scenario::dispatch().no_input("token")),
        (
            "signed",
            sent(signed(payload(envelope()), KEY), "require: signature")
                .input("signing-keys", &format!("an older key of ours\n{KEY}")),
        ),
        (
            "wrong key",
            sent(signed(payload(envelope()), "another key of ours"), "require: signature").input("signing-keys", KEY),
        ),
        (
            "empty key",
            sent(signed(payload(envelope()), KEY), "require: signature")
                .input("signing-keys", &format!("{KEY}\n\nanother key of ours")),
        ),
        (
            "run",
            sent(payload(envelope()), &format!("require: run, {WORKFLOWS}"))
                .route("GET /repos/acme/charts/actions/runs/123", Reply::json(200, &run)),
        ),
        ("expired", sent(payload(set(envelope(), "issued_at", json!(NOW - 999))), "")),
        (
            "no token of GitHub's",
            sent(payload(set(envelope(), "oidc", json!(token))), &format!("require: oidc, {WORKFLOWS}")),
        ),
        (
            "roles",
            Scenario::dispatch_by("mona").policy(&actors).route(
                "GET /repos/acme/charts/collaborators/mona/permission",
                Reply::json(200, &json!({ "permission": "write", "role_name": "write", "user": account("mona") })),
            ),
        ),
        (
            "policy file",
            Scenario::dispatch()
                .no_input("policy")
                .input("policy-file", ".github/guard.yml")
                .route("GET /repos/acme/charts/contents/.github/guard.yml", Reply::json(200, &file)),
        ),
        (
            "after retries",
            Scenario::dispatch().replies(
                PULL_7,
                vec![Reply::refusal(500, "oops"), Reply::refusal(502, "oops"), Reply::json(200, &pull())],
            ),
        ),
        (
            "after a pause",
            Scenario::dispatch().replies(
                PULL_7,
                vec![Reply::refusal(429, "slow down").header("retry-after", "7"), Reply::json(200, &pull())],
            ),
        ),
        (
            "pause too long",
            Scenario::dispatch().route(PULL_7, Reply::refusal(429, "slow down").header("retry-after", "600")),
        ),
        ("limited", Scenario::dispatch().route(PULL_7, limited.header("x-ratelimit-reset", "1790001000"))),
        ("unavailable", Scenario::dispatch().route(PULL_7, Reply::refusal(503, "oops"))),
        ("too slow", Scenario::dispatch().route(PULL_7, Reply::json(200, &pull()).after(20_000))),
        (
            "forbidden",
            Scenario::dispatch().route(
                PULL_7,
                Reply::refusal(403, "Resource not accessible by integration")
                    .header("x-accepted-github-permissions", "pull_requests=read"),
            ),
        ),
        (
            "redirected",
            Scenario::dispatch()
                .route(PULL_7, Reply::redirect(301, "https://api.github.com/repositories/1001/pulls/7"))
                .route("GET /repositories/1001/pulls/7", Reply::json(200, &pull())),
        ),
        ("echo", Scenario::dispatch().route(PULL_7, Reply::refusal(403, &format!("no: Bearer {TOKEN}")))),
        ("no file", Scenario::dispatch().event_error("ENOENT: no such file")),
        ("binary file", Scenario::dispatch().event_bytes(b"\x00\xff")),
        (
            "repeated keys",
            Scenario::dispatch().event_bytes(
                github::dispatch("github-actions[bot]", "chart-pr-created", json!({ "pr": 7 }))
                    .to_string()
                    .replace("\"pr\":7", "\"pr\":7,\"pr\":8")
                    .as_bytes(),
            ),
        ),
    ]
}

fn base64(text: &str) -> String {
    use base64ct::Encoding;
    base64ct::Base64::encode_string(text.as_bytes())
}

#[test]
fn every_decision_replays_without_secrets() {
    for (name, scenario) in scenarios() {
        let decided = scenario.input("evidence-file", FILE).run();
        let text = evidence(&decided);
        for secret in [TOKEN, KEY, "Bearer"] {
            assert!(!text.contains(secret) || (name == "echo" && secret == "Bearer"), "{name}: {secret} in {text}");
        }
        let replayed = again(&text);
        assert_eq!(replayed.differences, [], "{name}");
        assert_eq!(result(&replayed), decided.result(), "{name}");
        // It says the same however often it is asked.
        assert_eq!(again(&text).differences, [], "{name}");
    }
}

#[test]
fn without_the_input_there_is_none() {
    assert!(Scenario::dispatch().run().outcome.files.is_empty());
    assert!(Scenario::dispatch().input("evidence-file", "  ").run().outcome.files.is_empty());
    let both = Scenario::dispatch().input("evidence-file", FILE).input("audit-file", "audit.jsonl").run();
    assert_eq!(both.outcome.files.len(), 2);
}

#[test]
fn the_recorder_changes_no_decision() {
    for (name, scenario) in scenarios() {
        let (with, without) = (scenario.clone().input("evidence-file", FILE).run(), scenario.run());
        assert_eq!(with.output("result"), without.output("result"), "{name}");
        assert_eq!(with.requests(), without.requests(), "{name}");
    }
}

#[test]
fn the_document_contains_what_the_decision_rested_on() {
    let decided =
        Scenario::dispatch().input("evidence-file", FILE).env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "s3cret").run();
    let document: Value = serde_json::from_str(&evidence(&decided)).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["version"], dispatch_guard::VERSION);
    assert_eq!(document["started"], NOW * 1000);
    assert_eq!(document["inputs"]["token"], "*".repeat(16));
    assert_eq!(document["environment"]["GITHUB_ACTOR"], "github-actions[bot]");
    assert!(document["environment"].get("ACTIONS_ID_TOKEN_REQUEST_TOKEN").is_none());
    assert_eq!(document["exchanges"].as_array().unwrap().len(), 1);
    let exchange = &document["exchanges"][0];
    assert_eq!((exchange["method"].as_str(), exchange["response"]["status"].as_u64()), (Some("GET"), Some(200)));
    assert_eq!(exchange["url"], "https://api.github.com/repos/acme/charts/pulls/7");
    assert!(exchange.get("headers").is_none());
    assert_eq!(document["decision"], decided.result());
    let event: Value = serde_json::from_str(document["event"]["text"].as_str().unwrap()).unwrap();
    assert_eq!(event["client_payload"]["pr"], 7);
}

#[test]
fn proofs_are_redacted_and_their_checks_kept() {
    let good = signed(payload(envelope()), KEY);
    let token = format!("{}.{}.{}", "h".repeat(40), "c".repeat(40), "s".repeat(40));
    let whole = set(good.clone(), "_guard.oidc", json!(token));
    let scenario = sent(whole, "require: signature")
        .input("signing-keys", &format!("an older key of ours\n{KEY}\na newer key of ours"));
    let decided = scenario.clone().input("evidence-file", FILE).expect("allowed");
    let text = evidence(&decided);
    let signature = good["_guard"]["signature"].as_str().unwrap();
    assert!(!text.contains(signature) && !text.contains(&token) && !text.contains(&"s".repeat(40)));
    // The claims stay, so that it can be seen what the token said.
    assert!(text.contains(&format!("{}.{}.redacted", "h".repeat(40), "c".repeat(40))));
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["inputs"]["signing-keys"], vec!["*".repeat(16); 3].join("\n"));
    let holds: Vec<bool> =
        document["verifications"].as_array().unwrap().iter().map(|check| check["valid"].as_bool().unwrap()).collect();
    assert_eq!(holds, [false, true, false]);
    assert_eq!(document["verifications"][0]["subject"], digest(&payload(envelope())).hex());
    assert_eq!(again(&text).differences, []);

    // Written with escapes, a proof is still found.
    let event = String::from_utf8(scenario.event_file().unwrap().to_vec()).unwrap();
    let escaped = event.replace("sha256=", "sha256\\u003d").replace("hhhh", "\\u0068hhh");
    let decided = scenario.event_bytes(escaped.as_bytes()).input("evidence-file", FILE).expect("allowed");
    let text = evidence(&decided);
    assert!(!text.contains(&signature[7..]) && !text.contains(&"s".repeat(40)), "{text}");
    assert_eq!(again(&text).differences, []);
}

/// The evidence of an allowed, signed dispatch, changed.
fn changed(path: &str, change: impl Fn(&str) -> String) -> Replay {
    let scenario = sent(signed(payload(envelope()), KEY), "require: signature").input("signing-keys", KEY);
    let text = evidence(&scenario.input("evidence-file", FILE).expect("allowed"));
    let mut document: Value = serde_json::from_str(&text).unwrap();
    let place = document.pointer_mut(path).expect(path);
    *place = json!(change(place.as_str().unwrap_or_default()));
    again(&document.to_string())
}

#[test]
fn changes_to_the_evidence_show() {
    let codes = |replayed: &Replay| {
        let found = replayed.differences.iter().find(|difference| difference.path == "reason_code");
        found.map(|difference| (difference.recorded.clone(), difference.replayed.clone()))
    };
    let denied = |code: &str| Some(("\"allowed\"".to_owned(), format!("\"{code}\"")));
    let moved = changed("/exchanges/0/response/body", |body| body.replace(github::HEAD, OTHER));
    assert_eq!(codes(&moved), denied("pull_request.head_moved"));
    let other = changed("/event/text", |text| text.replace("\"hops\":1", "\"hops\":2"));
    assert_eq!(codes(&other), denied("provenance.signature_invalid"));
    let stricter = changed("/inputs/policy", |policy| policy.replace("github-actions[bot]", "mona"));
    assert_eq!(codes(&stricter), denied("actor.not_allowed"));
    let unanswered = changed("/exchanges/0/url", |url| format!("{url}0"));
    assert_eq!(codes(&unanswered), denied("api.unavailable"));
    assert!(unanswered.result.contains("the evidence has no response"), "{}", unanswered.result);
    // The version that decided then is not compared with this one.
    assert_eq!(changed("/version", |_| "0.0.1".to_owned()).differences, []);
    let reworded = changed("/decision/reason", |_| "because".to_owned());
    assert_eq!(reworded.differences.len(), 1);
    assert_eq!(reworded.differences[0].path, "reason");
    assert_eq!(reworded.differences[0].recorded, "\"because\"");
    let more = changed("/decision/checks/0/status", |_| "fail".to_owned());
    assert_eq!(more.differences[0].path, "checks[0].status");
}

#[test]
fn text_that_is_not_evidence_is_rejected() {
    let good = evidence(&Scenario::dispatch().input("evidence-file", FILE).run());
    let without = |key: &str| {
        let mut document: Value = serde_json::from_str(&good).unwrap();
        document.as_object_mut().unwrap().remove(key).unwrap();
        document.to_string()
    };
    for (text, words) in [
        (String::new(), "not evidence"),
        ("[]".to_owned(), "`schema_version` is missing"),
        (good.replace("\"schema_version\":1,\"version\"", "\"schema_version\":2,\"version\""), "version 2"),
        (good.replace("{\"schema_version\":1", "{\"schema_version\":1,\"schema_version\":1"), "repeated"),
        (good[..good.len() / 2].to_owned(), "not evidence"),
        (good.replace("\"status\":200", "\"status\":99999"), "`exchanges`"),
    ] {
        let error = wait(replay(text.as_bytes())).expect_err(words);
        assert!(error.contains(words), "{error}");
    }
    for key in ["started", "inputs", "environment", "event", "exchanges", "verifications", "decision"] {
        let error = wait(replay(without(key).as_bytes())).expect_err(key);
        assert!(error.contains(&format!("`{key}`")), "{error}");
    }
}

#[test]
fn no_token_is_kept_whatever_the_event_is() {
    let signature = "s".repeat(40);
    let token = format!("eyJ{}.{}.{signature}", "h".repeat(40), "c".repeat(40));
    let whole = sent(payload(set(envelope(), "oidc", json!(token))), "").event_file().unwrap().to_vec();
    let text = String::from_utf8(whole.clone()).unwrap();
    let in_text = format!("{{\"client_payload\": {}}}", json!(text));
    for bytes in [
        whole[..whole.len() - 1].to_vec(),
        [b"\xef\xbb\xbf", whole.as_slice()].concat(),
        [whole.as_slice(), b"\xff"].concat(),
        in_text.into_bytes(),
        text.replace("\"oidc\"", "\"OIDC\"").into_bytes(),
        text.replace(&token, &format!("{token}.more")).into_bytes(),
    ] {
        let scenario = Scenario::dispatch().event_bytes(&bytes).input("evidence-file", FILE);
        let evidence = evidence(&scenario.run());
        let file: Value = serde_json::from_str(&evidence).unwrap();
        let base64 = file["event"]["base64"].as_str().map(|text| Base64::decode_vec(text).unwrap());
        let kept = base64.map_or(evidence, |bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(!kept.contains(&signature), "{kept}");
        assert!(kept.contains("redacted"), "{kept}");
    }
}
