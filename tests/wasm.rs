//! The boundary: the core as wasm, called as the shim calls it, with a host that is a JavaScript object.
//!
//! `npm test -- wasm` runs these under Node.

#![cfg(all(target_arch = "wasm32", feature = "cli"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use dispatch_guard::wasm::cli::{JsReadFile, lint};
use dispatch_guard::wasm::{self, JsHost};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

#[allow(unused_imports)] // The native tests use all of it.
mod support;
#[allow(dead_code)] // What is expected of a world is worked out natively.
#[path = "support/world.rs"]
mod world;

use support::normalize;
use world::World;

/// The runs that the native core has decided: see `tests/core/shared.rs`.
const DECISIONS: &str = include_str!("fixtures/decisions.json");
const WORLDS: &str = include_str!("fixtures/worlds.txt");

/// The body of a JavaScript function that makes a host. It answers by route, and keeps what it was asked.
const HOST: &str = "
    const asked = [];
    return {
        asked,
        async request(request) {
            asked.push({ ...request, at: performance.now() });
            const answer = answers(request, asked.length);
            return typeof answer === 'function' ? answer() : answer;
        },
        now: () => 1790000000000,
        random: (count) => new Uint8Array(count),
        // As `world::seal` has it.
        verifyRs256: async (jwk, data, signature) => {
            const sum = data.reduce((sum, byte) => (sum * 31 + byte) % 65521, 1);
            return new TextDecoder().decode(signature) === `${sum}:${JSON.parse(jwk).n.slice(0, 8)}`;
        },
        mask() {},
        progress() {}, interimOutputs() {},
    };
";

fn javascript(arguments: &str, body: &str) -> Function {
    Function::new_with_args(arguments, body)
}

/// A host that answers what a JavaScript expression of `request` and `count` says.
fn host(answers: &str) -> JsHost {
    let answers = javascript("request, count", &format!("return {answers}"));
    javascript("answers", HOST).call1(&JsValue::NULL, &answers).unwrap().unchecked_into()
}

/// A host that gives these replies, by their route, and expects no other request.
fn answering(replies: &Value) -> JsHost {
    host(&format!(
        "(({replies})[request.method + ' ' + request.url.replace('https://api.github.com', '')] \
         ?? (() => {{ throw new Error('nobody expects ' + request.url) }})())"
    ))
}

/// A host with something else in the place of one of its functions.
fn host_with(name: &str, body: &str) -> JsHost {
    let host = host("({ status: 500, headers: {}, body: '{}' })");
    Reflect::set(&host, &name.into(), &javascript("value", body)).unwrap();
    host
}

fn asked(host: &JsValue) -> Vec<Value> {
    let asked = Reflect::get(host, &"asked".into()).unwrap();
    serde_json::from_str(&String::from(JSON::stringify(&asked).unwrap())).unwrap()
}

/// An answer, at once or promised.
async fn settled(answer: Result<JsValue, JsError>) -> Result<String, JsValue> {
    JsFuture::from(Promise::resolve(&answer?)).await.map(|text| text.as_string().expect("a text"))
}

async fn guard(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<String, JsValue> {
    settled(wasm::guard(run, event, host)).await
}

/// What the core answered, as the engine reads it: of two equal keys it would keep the last.
fn read(answer: &str) -> Value {
    let value = JSON::parse(answer).expect("JSON");
    serde_json::from_str(&String::from(JSON::stringify(&value).unwrap())).unwrap()
}

/// A run of the fixture by its name.
fn fixture(name: &str) -> (Value, Vec<u8>) {
    let all: Value = serde_json::from_str(DECISIONS).unwrap();
    let run = all.as_array().unwrap().iter().find(|run| run["name"] == name).unwrap_or_else(|| panic!("no run {name}"));
    (run["run"].clone(), run["event"].as_str().unwrap_or_default().as_bytes().to_vec())
}

async fn decide(run: &Value, event: &[u8], host: JsHost) -> Value {
    read(&guard(run.to_string(), Some(event.to_vec()), host).await.expect("an outcome"))
}

/// What the guard makes of one answer of the host to its one request.
async fn with_answer(answer: &str) -> Value {
    let (run, event) = fixture("a dispatch that may go on");
    decide(&run, &event, host(answer)).await["outputs"].clone()
}

#[wasm_bindgen_test]
async fn decisions_are_those_of_the_native_core() {
    let runs: Value = serde_json::from_str(DECISIONS).unwrap();
    for run in runs.as_array().unwrap() {
        let event = run["event"].as_str().map(|text| text.as_bytes().to_vec());
        let outcome = guard(run["run"].to_string(), event, answering(&run["replies"])).await.expect("an outcome");
        assert_eq!(normalize::normalize(read(&outcome)), run["outcome"], "{}", run["name"]);
    }
    assert!(runs.as_array().unwrap().len() > 30);
}

#[wasm_bindgen_test]
async fn generated_decisions_are_those_of_the_native_core() {
    let mut count = 0;
    for line in WORLDS.lines() {
        let (seed, expected) = line.split_once(' ').unwrap();
        let scenario = World::from_seed(seed.parse().unwrap()).scenario();
        let replies = scenario.routes().iter().map(|(route, replies)| (route.clone(), replies[0].to_json()));
        let host = answering(&Value::Object(replies.collect()));
        let event = scenario.event_file().map(<[u8]>::to_vec);
        let outcome = read(&guard(scenario.run_text(), event, host).await.expect("an outcome"));
        let code = outcome["outputs"]["reason-code"].as_str().unwrap();
        let found = format!("{code} {}", normalize::digest(outcome.clone()));
        assert_eq!(found, expected, "world {seed}: {outcome:#}");
        count += 1;
    }
    assert!(count >= 300, "{count} worlds");
}

#[wasm_bindgen_test]
async fn answers_are_json_of_one_shape() {
    const KEYS: [&str; 7] = ["outputs", "exit_code", "annotation", "log", "log_groups", "summary", "files"];
    let keys = |answer: &str| {
        let names = Object::keys(&Object::from(JSON::parse(answer).unwrap()));
        names.iter().map(|name| name.as_string().unwrap()).collect::<Vec<_>>()
    };
    for name in ["a dispatch that may go on", "a wrong actor who is let off", "a broken policy"] {
        let (run, event) = fixture(name);
        let host = host("({ status: 200, headers: {}, body: '{}' })");
        assert_eq!(keys(&guard(run.to_string(), Some(event), host).await.unwrap()), KEYS, "{name}");
    }
    let run = json!({ "inputs": {}, "environment": {} }).to_string();
    for answer in [wasm::send(run.clone(), None, host("0")), wasm::report(run, None, host("0"))] {
        assert_eq!(keys(&settled(answer).await.unwrap()), KEYS);
    }
    let request = json!({ "files": [{ "path": "policy.yml", "text": "version: 2" }], "format": "json" }).to_string();
    let no_files: JsReadFile = Function::new_no_args("").unchecked_into();
    let report = read(&lint(&request, &no_files));
    let errors = read(report["output"].as_str().unwrap())["findings"].take();
    let places: Vec<_> = errors.as_array().unwrap().iter().map(|error| (&error["line"], &error["column"])).collect();
    assert_eq!(places, [(&json!(1), &json!(1)), (&json!(1), &json!(10))], "{errors}");
    // What is not there is `null`, which `summary: false` and an allowed run show.
    let (run, event) = fixture("a deny that is skipped");
    assert!(decide(&run, &event, host("0")).await["summary"].is_null());
}

#[wasm_bindgen_test]
async fn what_waits_for_nothing_is_answered_at_once() {
    let (run, event) = fixture("a wrong actor");
    assert!(wasm::guard(run.to_string(), Some(event), host("0")).unwrap().is_string());
    let (run, event) = fixture("a dispatch that may go on");
    let answer = wasm::guard(run.to_string(), Some(event), host("({ status: 404, headers: {}, body: '{}' })")).unwrap();
    assert!(answer.is_instance_of::<Promise>());
    let outcome = read(&settled(Ok(answer)).await.unwrap());
    assert_eq!(outcome["outputs"]["reason-code"], "pull_request.not_found");
}

#[wasm_bindgen_test]
async fn outputs_keep_their_order() {
    let (run, event) = fixture("a wrong actor");
    let answer = guard(run.to_string(), Some(event), host("0")).await.unwrap();
    let outputs = Reflect::get(&JSON::parse(&answer).unwrap(), &"outputs".into()).unwrap();
    let names = Object::keys(&Object::from(outputs));
    assert_eq!(
        (names.get(0).as_string().unwrap(), names.pop().as_string().unwrap()),
        ("decision".into(), "allowed".into())
    );
}

#[wasm_bindgen_test]
async fn requests_are_plain_objects() {
    let (run, event) = fixture("a dispatch that may go on");
    let host = host("({ status: 404, headers: {}, body: '{}' })");
    let js: JsValue = host.clone().into();
    decide(&run, &event, host).await;
    let mut asked = asked(&js);
    let request = asked[0].as_object_mut().unwrap();
    request.remove("at");
    let token = run["inputs"]["token"].as_str().unwrap();
    assert_eq!(
        Value::Object(request.clone()),
        json!({
            "method": "GET",
            "url": "https://api.github.com/repos/acme/charts/pulls/7",
            "headers": {
                "accept": "application/vnd.github+json",
                "authorization": format!("Bearer {token}"),
                "user-agent": format!("dispatch-guard/{}", dispatch_guard::VERSION),
                "x-github-api-version": "2022-11-28",
            },
            "timeout_ms": 10_000,
        })
    );
}

#[wasm_bindgen_test]
async fn a_text_of_another_shape_is_the_shims_fault() {
    for run in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"inputs": {}}"#,
        r#"{"inputs": [], "environment": {}}"#,
        "{\"inputs\": {\"a\": \"\\ud800\"}, \"environment\": {}}",
    ] {
        for answer in [
            wasm::guard(run.to_owned(), None, host("0")),
            wasm::send(run.to_owned(), None, host("0")),
            wasm::report(run.to_owned(), None, host("0")),
        ] {
            let error = settled(answer).await.expect_err(run);
            assert!(error.is_instance_of::<js_sys::Error>(), "{run}");
        }
    }
}

#[wasm_bindgen_test]
async fn an_event_that_is_not_there_is_no_empty_one() {
    let (run, _) = fixture("a dispatch that may go on");
    let missing = read(&guard(run.to_string(), None, host("0")).await.unwrap());
    assert_eq!(missing["outputs"]["reason-code"], "event.unreadable");
    let empty = decide(&run, b"", host("0")).await;
    assert_eq!(empty["outputs"]["reason-code"], "event.malformed");
}

#[wasm_bindgen_test]
async fn bytes_that_are_no_text_are_not_mended() {
    let (run, event) = fixture("a dispatch that may go on");
    let text = String::from_utf8(event).unwrap();
    for bytes in [b"\xff".as_slice(), b"\xed\xa0\x80", b"\xc0\xaf", b"\xf8\x88\x80\x80\x80"] {
        let (before, after) = text.split_once("\"main\"").expect("a text to replace");
        let event = [before.as_bytes(), b"\"", bytes, b"\"", after.as_bytes()].concat();
        let outcome = decide(&run, &event, host("0")).await;
        assert_eq!(outcome["outputs"]["reason-code"], "event.malformed", "{bytes:?}");
    }
}

#[wasm_bindgen_test]
async fn faults_are_told_apart() {
    for (fault, code) in [
        ("{ kind: 'too_large', message: 'x', sent: true }", "api.invalid_response"),
        ("{ kind: 'not_text', message: 'x', sent: true }", "api.invalid_response"),
    ] {
        assert_eq!(with_answer(&format!("({{ fault: {fault} }})")).await["reason-code"], code, "{fault}");
    }
    // The others are tried again: here the second time succeeds.
    let (run, event) = fixture("a dispatch that may go on");
    let body = json!({ "message": "Not Found" }).to_string();
    for fault in [
        "{ kind: 'refused', message: 'x', sent: false }",
        "{ kind: 'reset', message: 'x', sent: true }",
        "{ kind: 'timeout', message: 'x', sent: true }",
        "{ kind: 'dns', message: 'x', sent: false }",
        "{ kind: 'tls', message: 'x', sent: false }",
        "{ kind: 'proxy', message: 'x', sent: false }",
        "{ kind: 'other', message: 'x', sent: true }",
        "{ kind: 'of another version', message: 'x', sent: true }",
        "{}",
    ] {
        let answers =
            format!("count === 1 ? {{ fault: {fault} }} : {{ status: 404, headers: {{}}, body: {} }}", json!(body));
        let host = host(&answers);
        let js: JsValue = host.clone().into();
        let outcome = decide(&run, &event, host).await;
        assert_eq!(outcome["outputs"]["reason-code"], "pull_request.not_found", "{fault}");
        assert_eq!(asked(&js).len(), 2, "{fault}");
    }
}

#[wasm_bindgen_test]
async fn a_host_that_does_not_keep_to_its_side_allows_nothing() {
    let good = json!({ "number": 7 });
    for answer in [
        "undefined".to_owned(),
        "null".to_owned(),
        "7".to_owned(),
        "'ok'".to_owned(),
        "[]".to_owned(),
        "({})".to_owned(),
        "({ status: '200', headers: {}, body: '{}' })".to_owned(),
        "({ status: NaN, headers: {}, body: '{}' })".to_owned(),
        "({ status: 1e9, headers: {}, body: '{}' })".to_owned(),
        "({ status: -1, headers: {}, body: '{}' })".to_owned(),
        "({ get status() { throw new Error('x') } })".to_owned(),
        "(() => { throw new Error('x') })()".to_owned(),
        "(() => { throw null })()".to_owned(),
        "() => Promise.reject(new Error('x'))".to_owned(),
        "() => Promise.reject('x')".to_owned(),
        "() => Promise.reject()".to_owned(),
        "({ status: 200, headers: {} })".to_owned(),
        "({ status: 200, headers: null, body: 7 })".to_owned(),
        "({ status: 200, headers: 'x', body: null })".to_owned(),
        format!("({{ status: 200, headers: {{ a: 1, b: null }}, body: {} }})", json!(good.to_string())),
    ] {
        // With a limit that is spent, so that the test need not wait for retries.
        let answers = format!("count === 1 ? {answer} : {{ status: 401, headers: {{}}, body: '' }}");
        let outputs = with_answer(&answers).await;
        assert_eq!(outputs["allowed"], "false", "{answer}");
        let code = outputs["reason-code"].as_str().unwrap();
        assert!(matches!(code, "api.unauthorized" | "api.invalid_response"), "{answer}: {code}");
    }
}

#[wasm_bindgen_test]
async fn pauses_are_real() {
    let (run, event) = fixture("a dispatch that may go on");
    let host = host("count < 3 ? { status: 502, headers: {}, body: '' } : { status: 404, headers: {}, body: '{}' }");
    let js: JsValue = host.clone().into();
    let outcome = decide(&run, &event, host).await;
    assert_eq!(outcome["outputs"]["reason-code"], "pull_request.not_found");
    let asked = asked(&js);
    let at = |index: usize| asked[index]["at"].as_f64().unwrap();
    assert_eq!(asked.len(), 3);
    assert!(at(1) - at(0) >= 250.0 && at(2) - at(1) > at(1) - at(0), "{} {} {}", at(0), at(1), at(2));
}

#[wasm_bindgen_test]
async fn requests_go_out_side_by_side() {
    let (run, event) = fixture("a team and a role");
    let answers = "/pulls\\//.test(request.url) \
        ? { status: 200, headers: {}, body: PULL } \
        : () => new Promise((resolve) => setTimeout(resolve, 200, { status: 403, headers: {}, body: '{}' }))";
    let all: Value = serde_json::from_str(DECISIONS).unwrap();
    let pull = all
        .as_array()
        .unwrap()
        .iter()
        .find_map(|run| run["replies"]["GET /repos/acme/charts/pulls/7"]["body"].as_str());
    let host = host(&answers.replace("PULL", &json!(pull.unwrap()).to_string()));
    let js: JsValue = host.clone().into();
    let outcome = decide(&run, &event, host).await;
    assert_eq!(outcome["outputs"]["reason-code"], "actor.unverified");
    let asked = asked(&js);
    assert_eq!(asked.len(), 3);
    let gap = asked[2]["at"].as_f64().unwrap() - asked[1]["at"].as_f64().unwrap();
    assert!(gap < 150.0, "{gap}");
}

/// What comes of a run whose host breaks in the middle: the message of what reaches the process, as an uncaught error
/// would, or `null` where the promise settles.
async fn breaks(host: &JsHost) -> Option<String> {
    let (run, event) = fixture("a dispatch that may go on");
    let pending: Function = javascript(
        "settled, later",
        "
        return new Promise((resolve) => {
            const caught = (error) => resolve(String(error));
            const others = process.listeners('uncaughtException');
            process.removeAllListeners('uncaughtException');
            process.once('uncaughtException', caught);
            settled.then(() => resolve(null), (error) => resolve(String(error)));
            setTimeout(resolve, 3000, 'nothing');
        }).finally(() => process.removeAllListeners('uncaughtException'));
        ",
    );
    let settled: Promise = wasm_bindgen_futures::future_to_promise({
        let host: JsHost = JsValue::clone(host).unchecked_into();
        async move { Ok(guard(run.to_string(), Some(event), host).await?.into()) }
    });
    let outcome = JsFuture::from(Promise::from(pending.call1(&JsValue::NULL, &settled).unwrap())).await.unwrap();
    outcome.as_string()
}

#[wasm_bindgen_test]
async fn a_host_function_that_throws_reaches_the_process() {
    let message = breaks(&host_with("now", "throw new Error('no clock')")).await;
    assert_eq!(message.as_deref(), Some("Error: no clock"));
    still_answers().await;
}

#[wasm_bindgen_test]
async fn a_core_that_breaks_reaches_the_process() {
    // More than a wasm memory holds: the allocation fails, and the core with it. What a build says of that differs.
    let message = breaks(&host_with("random", "return { length: 4294967295 }")).await;
    let broken = ["RuntimeError: unreachable", "Error: invalid malloc request"];
    assert!(message.as_deref().is_some_and(|text| broken.contains(&text)), "{message:?}");
    still_answers().await;
}

/// A run that has broken off leaves nothing behind that could spoil the next.
async fn still_answers() {
    let (run, event) = fixture("a wrong actor");
    let outcome = decide(&run, &event, host("0")).await;
    assert_eq!(outcome["outputs"]["reason-code"], "actor.not_allowed");
}
