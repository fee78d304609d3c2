//! The boundary: text and bytes in, JSON text out, which crosses in one piece and is read by the engine's own parser.
//! The only module that names `wasm_bindgen`.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::host::{Fault, FaultKind, Host, Request, Response, Task, at_once};
use crate::invocation::Invocation;
use crate::map::Map;
use crate::outcome::json;

/// Smaller than the standard library's allocator. The engine compiles that one for a run, and then, since it is large and
/// called a thousand times, once more by its optimiser.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[wasm_bindgen]
extern "C" {
    /// The shim's object with the primitives of the process.
    #[wasm_bindgen(typescript_type = "Host")]
    pub type JsHost;

    #[wasm_bindgen(method, catch)]
    async fn request(this: &JsHost, request: JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn now(this: &JsHost) -> f64;

    #[wasm_bindgen(method)]
    fn random(this: &JsHost, count: u32) -> Vec<u8>;

    #[wasm_bindgen(method, catch, js_name = verifyRs256)]
    async fn verify_rs256(this: &JsHost, jwk: &str, data: &[u8], signature: &[u8]) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn mask(this: &JsHost, secret: &str);
}

#[wasm_bindgen(module = "canonicalize")]
extern "C" {
    #[wasm_bindgen(js_name = default, catch)]
    fn canonicalize_value(value: &JsValue) -> Result<Option<String>, JsValue>;
}

/// The canonical form (RFC 8785) of a JSON text without repeated keys; nothing where the text is no JSON.
pub fn canonicalize(json: &str) -> Option<String> {
    canonicalize_value(&js_sys::JSON::parse(json).ok()?).ok()?
}

/// The digits with which ECMAScript writes the double that is nearest to a JSON number; nothing where that is not
/// finite.
pub fn shortest(number: &str) -> Option<String> {
    // The unary plus reads JSON's numbers as the engine's own `JSON.parse` does.
    let double = JsValue::from_str(number).unchecked_into_f64();
    double.is_finite().then(|| js_sys::Number::from(double).to_string_with_radix(10).ok().map(String::from))?
}

/// Decides whether the run may go on.
///
/// # Errors
/// Where the shim's text is of another shape than agreed; never for what users, senders or GitHub wrote.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn guard(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    answer(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::guard::decide(&invocation, &Process(host)).await.outcome()))
    }))
}

/// Starts a guarded run on purpose.
///
/// # Errors
/// As [`guard`].
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn send(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    answer(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::send::send(&invocation, &Process(host)).await))
    }))
}

/// Shows a dispatched run's result on the pull request's head commit.
///
/// # Errors
/// As [`guard`].
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn report(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    answer(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::report::report(&invocation, &Process(host)).await))
    }))
}

/// A decision for the command line, on files. What cannot be used is told as `{"misuse": "…"}`.
///
/// # Errors
/// Never.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn check(question: String, event: Vec<u8>, host: JsHost) -> Result<JsValue, JsError> {
    answer(Box::pin(async move { Ok(told(crate::command::check(&question, &event, &Process(host)).await)) }))
}

/// Every error of a policy: a list of `{line, column, message}`.
#[wasm_bindgen]
pub fn lint(policy: &[u8]) -> String {
    json(&crate::command::lint(policy))
}

/// What somebody who wrote a word most likely meant: ` (did you mean …?)`, or nothing. `known` has one word a line.
#[wasm_bindgen]
pub fn suggestion(word: &str, known: &str) -> String {
    crate::command::suggestion(word, known)
}

/// The names that the completion of a shell offers.
#[wasm_bindgen]
pub fn vocabulary() -> String {
    json(&crate::command::vocabulary())
}

/// The decision that stands in evidence.
#[wasm_bindgen(js_name = recordedDecision)]
pub fn recorded_decision(evidence: &[u8]) -> String {
    told(crate::command::recorded_decision(evidence))
}

/// A decision again, from its evidence.
///
/// # Errors
/// Never.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn replay(evidence: Vec<u8>) -> Result<JsValue, JsError> {
    answer(Box::pin(async move { Ok(told(crate::command::replay(&evidence).await)) }))
}

/// What a task comes to: at once where it waits for nothing, as most decisions do, and else as a promise.
fn answer(mut task: Task<'static, Result<String, String>>) -> Result<JsValue, JsError> {
    let settle = |result: Result<String, String>| result.map(JsValue::from).map_err(|error| JsError::new(&error));
    match at_once(task.as_mut()) {
        Some(result) => settle(result),
        None => Ok(future_to_promise(async move { settle(task.await).map_err(JsValue::from) }).into()),
    }
}

/// An answer, or what is wrong with the question.
fn told<T: Serialize>(answer: Result<T, String>) -> String {
    match answer {
        Ok(answer) => json(&answer),
        Err(misuse) => json(&Map::from([("misuse", misuse)])),
    }
}

/// The process around the core, through the shim's object.
struct Process(JsHost);

impl Host for Process {
    fn request<'a>(&'a self, request: &'a Request) -> Task<'a, Result<Response, Fault>> {
        Box::pin(async move {
            let answer = match request.serialize(&Serializer::json_compatible()) {
                Ok(request) => self.0.request(request).await,
                Err(error) => Err(error.into()),
            };
            answer.map_err(|error| broken(&error)).and_then(|answer| read_answer(&answer))
        })
    }

    fn sleep(&self, ms: u32) -> Task<'_, ()> {
        Box::pin(TimeoutFuture::new(ms))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Milliseconds since 1970 fit both.
    fn now(&self) -> u64 {
        self.0.now() as u64
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.0.random(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> Task<'a, bool> {
        Box::pin(async move {
            let verified = self.0.verify_rs256(jwk, data, signature).await;
            verified.ok().and_then(|value| value.as_bool()) == Some(true)
        })
    }

    fn mask(&self, secret: &str) {
        self.0.mask(secret);
    }
}

/// A response, or a fault, from the object that the shim answers with.
fn read_answer(answer: &JsValue) -> Result<Response, Fault> {
    let fault = get(answer, "fault");
    if fault.is_object() {
        return Err(Fault {
            kind: FaultKind::from_name(&text(&fault, "kind")),
            message: text(&fault, "message"),
            sent: get(&fault, "sent").as_bool().unwrap_or(true),
        });
    }
    let status = get(answer, "status").as_f64().filter(|status| (100.0..=599.0).contains(status));
    let Some(status) = status else { return Err(broken(answer)) };
    let headers = get(answer, "headers");
    let headers = if headers.is_object() { Object::entries(&Object::from(headers)) } else { js_sys::Array::new() };
    Ok(Response {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Checked above.
        status: status as u16,
        headers: headers
            .iter()
            .filter_map(|entry| {
                let entry = js_sys::Array::from(&entry);
                Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
            })
            .collect(),
        body: text(answer, "body"),
    })
}

/// A fault for a shim that does not keep to its side.
fn broken(error: &JsValue) -> Fault {
    Fault { kind: FaultKind::Other, message: format!("the transport failed: {}", text(error, "message")), sent: true }
}

fn get(object: &JsValue, key: &str) -> JsValue {
    if object.is_object() {
        Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
    } else {
        JsValue::UNDEFINED
    }
}

fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}
