//! The boundary: text and bytes in, JSON text out, which crosses in one piece and is read by the engine's own parser.
//! The only module that names `wasm_bindgen`.

#[cfg(feature = "cli")]
pub mod cli;

use gloo_timers::future::TimeoutFuture;
use js_sys::{Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::host::{Host, Request, Response, TransportError, TransportErrorKind};
use crate::outcome::{Outputs, json};
use crate::runner::invocation::Invocation;
use crate::text::escape_log_line;
use futures_util::future::{FutureExt, LocalBoxFuture};

/// `dlmalloc` is large and hot enough for V8 to tier it up during a run of 20 ms; talc stays below that threshold.
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

    #[wasm_bindgen(method)]
    fn progress(this: &JsHost, line: &str);

    #[wasm_bindgen(method, js_name = interimOutputs)]
    fn interim_outputs(this: &JsHost, outputs: &str);
}

/// Decides whether the run may proceed.
///
/// # Errors
/// If the shim's text has another shape than agreed; never for what users, senders or GitHub wrote.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn guard(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::actions::guard::decide(&invocation, &JsHostAdapter(host)).await.into_outcome()))
    }))
}

/// Starts a guarded run.
///
/// # Errors
/// As [`guard`].
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn send(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::actions::send::send(&invocation, &JsHostAdapter(host)).await))
    }))
}

/// Shows a dispatched run's result on the pull request's head commit.
///
/// # Errors
/// As [`guard`].
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn report(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::actions::report::report(&invocation, &JsHostAdapter(host)).await))
    }))
}

/// Finds the pull requests whose run never started, and sends the dispatch for them.
///
/// # Errors
/// As [`guard`].
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn reconcile(run: String, event: Option<Vec<u8>>, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let invocation = Invocation::parse(&run, event.as_deref())?;
        Ok(json(&crate::actions::reconcile::reconcile(&invocation, &JsHostAdapter(host)).await))
    }))
}

/// The result of a task: immediately if it waits for nothing, as most decisions do, otherwise as a promise.
fn into_js(mut task: LocalBoxFuture<'static, Result<String, String>>) -> Result<JsValue, JsError> {
    let settle = |result: Result<String, String>| result.map(JsValue::from).map_err(|error| JsError::new(&error));
    match task.as_mut().now_or_never() {
        Some(result) => settle(result),
        None => Ok(future_to_promise(async move { settle(task.await).map_err(JsValue::from) }).into()),
    }
}

/// The process around the core, through the shim's object.
struct JsHostAdapter(JsHost);

impl Host for JsHostAdapter {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let answer = match request.serialize(&Serializer::json_compatible()) {
                Ok(request) => self.0.request(request).await,
                Err(error) => Err(error.into()),
            };
            answer.map_err(|error| adapter_error(&error)).and_then(|answer| read_answer(&answer))
        })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(TimeoutFuture::new(ms))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Milliseconds since 1970 fit both.
    fn now(&self) -> u64 {
        self.0.now() as u64
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.0.random(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            let verified = self.0.verify_rs256(jwk, data, signature).await;
            verified.ok().and_then(|value| value.as_bool()) == Some(true)
        })
    }

    fn mask(&self, secret: &str) {
        self.0.mask(secret);
    }

    fn progress(&self, line: &str) {
        self.0.progress(&escape_log_line(line));
    }

    fn interim_outputs(&self, outputs: &[(&'static str, String)]) {
        self.0.interim_outputs(&json(&Outputs(outputs.to_vec())));
    }
}

/// A response, or a transport error, from the object that the shim answers with.
fn read_answer(answer: &JsValue) -> Result<Response, TransportError> {
    let fault = get(answer, "fault");
    if fault.is_object() {
        return Err(TransportError {
            kind: TransportErrorKind::from_name(&get_string(&fault, "kind")),
            message: get_string(&fault, "message"),
            may_have_been_received: get(&fault, "sent").as_bool().unwrap_or(true),
        });
    }
    let status = get(answer, "status").as_f64().filter(|status| (100.0..=599.0).contains(status));
    let Some(status) = status else { return Err(adapter_error(answer)) };
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
        body: get_string(answer, "body"),
    })
}

/// The error for a shim that answers with another shape than agreed.
fn adapter_error(error: &JsValue) -> TransportError {
    TransportError {
        kind: TransportErrorKind::Other,
        message: format!("the transport failed: {}", get_string(error, "message")),
        may_have_been_received: true,
    }
}

fn get(object: &JsValue, key: &str) -> JsValue {
    if object.is_object() {
        Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
    } else {
        JsValue::UNDEFINED
    }
}

fn get_string(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}
