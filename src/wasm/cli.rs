//! What only the command line calls.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::{JsHost, JsHostAdapter, into_js};
use crate::cli;
use crate::cli::files::Files;
use crate::outcome::json;

/// A decision on files. Wrong use gives `{"error": "…"}`.
///
/// # Errors
/// Never.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn check(request: String, event: Vec<u8>, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let response = match parse(&request) {
            Ok(request) => cli::check::check(&request, &event, &JsHostAdapter(host)).await,
            Err(error) => Err(error),
        };
        Ok(to_json_result(response))
    }))
}

/// The text of a file of the repository, or `undefined`.
#[wasm_bindgen(typescript_custom_section)]
const READ_FILE: &str = "export type ReadFile = (path: string) => string | undefined;";

#[wasm_bindgen]
extern "C" {
    /// A function that reads a file of the repository.
    #[wasm_bindgen(extends = js_sys::Function, typescript_type = "ReadFile")]
    pub type JsReadFile;
}

impl Files for JsReadFile {
    fn read(&self, path: &str) -> Option<String> {
        self.call1(&JsValue::UNDEFINED, &path.into()).ok()?.as_string()
    }
}

/// Checks workflows and policies. Wrong use gives `{"error": "…"}`.
#[wasm_bindgen]
pub fn lint(request: &str, read: &JsReadFile) -> String {
    to_json_result(parse(request).and_then(|request| cli::lint::lint(&request, read)))
}

/// Runs the cases of a test file. Wrong use gives `{"error": "…"}`.
///
/// # Errors
/// Never.
#[wasm_bindgen(js_name = runTests, unchecked_return_type = "string | Promise<string>")]
pub fn run_tests(request: String, read: JsReadFile, host: JsHost) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move {
        let response = match parse(&request) {
            Ok(request) => cli::policy_tests::run(&request, &read, &JsHostAdapter(host)).await,
            Err(error) => Err(error),
        };
        Ok(to_json_result(response))
    }))
}

/// The files of a pattern. Wrong use gives `{"error": "…"}`.
#[wasm_bindgen]
pub fn init(request: &str) -> String {
    to_json_result(parse(request).and_then(|request| cli::init::init(&request)))
}

/// The inputs of the guard in a workflow: `{NAME: VALUE}`. Wrong use gives `{"error": "…"}`.
#[wasm_bindgen(js_name = workflowStep)]
pub fn workflow_step(workflow: &str, job: &str, read: &JsReadFile) -> String {
    to_json_result(cli::workflow::step_of(workflow, job, read))
}

/// What somebody who wrote a word most likely meant: ` (did you mean …?)`, or nothing. `known` has one word a line.
#[wasm_bindgen]
pub fn suggestion(word: &str, known: &str) -> String {
    cli::suggestion(word, known)
}

/// The decision in evidence.
#[wasm_bindgen(js_name = recordedDecision)]
pub fn recorded_decision(evidence: &[u8]) -> String {
    to_json_result(cli::replay::recorded_decision(evidence))
}

/// A decision again, from its evidence.
///
/// # Errors
/// Never.
#[wasm_bindgen(unchecked_return_type = "string | Promise<string>")]
pub fn replay(evidence: Vec<u8>) -> Result<JsValue, JsError> {
    into_js(Box::pin(async move { Ok(to_json_result(cli::replay::replay(&evidence).await)) }))
}

/// What the shim must know to report a failure without the core, as JSON.
#[wasm_bindgen(js_name = shimContract)]
pub fn shim_contract() -> String {
    crate::actions::shim_contract()
}

/// A request of the command line's own JavaScript.
fn parse<T: DeserializeOwned>(request: &str) -> Result<T, String> {
    serde_json::from_str(request).map_err(|error| format!("the request to the core is invalid: {error}"))
}

fn to_json_result<T: Serialize>(response: Result<T, String>) -> String {
    #[derive(Serialize)]
    struct Failure {
        error: String,
    }
    match response {
        Ok(response) => json(&response),
        Err(error) => json(&Failure { error }),
    }
}
