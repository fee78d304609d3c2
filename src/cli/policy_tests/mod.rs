//! Policy tests: events, answers and the code that a policy gives for them.

pub mod file;
mod host;
mod render;

use serde::{Deserialize, Serialize};

use super::check;
use super::files::Files;
use super::request::CheckRequest;
use super::workflow::step_of;
use super::{ALLOW, DENY};
use crate::host::Host;
use crate::text::did_you_mean;
use file::{Case, Policy};
use host::TestHost;

/// What to run.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TestRequest {
    /// The test file's path, for messages.
    pub path: String,
    /// Its text.
    pub text: String,
    /// `text`, `tap` or `json`.
    pub format: String,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct TestResponse {
    /// What to print.
    pub output: String,
    /// The exit status.
    pub exit_code: u8,
}

/// What came of one case. The fields are the public JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseResult {
    /// The case's name.
    pub name: String,
    /// The line of the case in the test file.
    pub line: u32,
    /// Whether it is as expected.
    pub passed: bool,
    /// What differs; empty if it passed.
    pub differences: Vec<Difference>,
    /// Why the guard decided so.
    pub reason: String,
}

/// What was expected and found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `reason-code` or the name of an output.
    pub output: String,
    /// What the case expects.
    pub expected: String,
    /// What the guard gave.
    pub found: String,
}

const FORMATS: [&str; 3] = ["text", "tap", "json"];

/// Runs the cases of a test file.
///
/// # Errors
/// In words for the user, if the test file cannot be used.
pub async fn run(request: &TestRequest, files: &dyn Files, host: &dyn Host) -> Result<TestResponse, String> {
    let format = if request.format.is_empty() { "text" } else { request.format.as_str() };
    if !FORMATS.contains(&format) {
        return Err(format!(
            "`--format` is `{format}`{}; expected `text`, `tap` or `json`",
            did_you_mean(format, FORMATS)
        ));
    }
    let test_file = file::parse(&request.text).map_err(|error| format!("{}: {error}", request.path))?;
    let rules = rules(&test_file.policy, files)?;
    let mut results = Vec::new();
    for case in &test_file.cases {
        let at_case = |error: String| format!("{}:{}: {error}", request.path, case.line);
        results.push(run_case(case, &rules, files, host).await.map_err(at_case)?);
    }
    let output = match format {
        "json" => render::json(&request.path, &results),
        "tap" => render::tap(&results),
        _ => render::text(&request.path, &results),
    };
    let all_passed = results.iter().all(|result| result.passed);
    Ok(TestResponse { output, exit_code: if all_passed { ALLOW } else { DENY } })
}

/// The rules of all cases, as a part of the request.
fn rules(policy: &Policy, files: &dyn Files) -> Result<CheckRequest, String> {
    let read = |path: &str| files.read(path).ok_or_else(|| format!("the file `{path}` cannot be read"));
    match policy {
        Policy::File(path) => Ok(CheckRequest { policy: Some(read(path)?), ..CheckRequest::default() }),
        Policy::Inline(text) => Ok(CheckRequest { policy: Some(text.clone()), ..CheckRequest::default() }),
        Policy::Workflow { path, job } => {
            let inputs = step_of(&read(path)?, job, files).map_err(|error| format!("{path}: {error}"))?;
            Ok(CheckRequest { inputs, ..CheckRequest::default() })
        }
    }
}

async fn run_case(case: &Case, rules: &CheckRequest, files: &dyn Files, host: &dyn Host) -> Result<CaseResult, String> {
    let request = CheckRequest {
        policy: rules.policy.clone(),
        inputs: rules.inputs.clone(),
        at: true,
        answers: "host".to_owned(),
        ..case.options.clone()
    };
    let event = case.event.read(files)?;
    let answers = TestHost::new(host, case, files)?;
    let decision = check::decide(&request, event.as_bytes(), &answers).await?.outcome;
    let reason = decision.decision.reason().to_owned();
    let outcome = decision.into_outcome();
    let expected = std::iter::once(("reason-code", case.expect.as_str()))
        .chain(case.outputs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let differences: Vec<Difference> = expected
        .map(|(output, expected)| (output, expected, outcome.outputs.get(output)))
        .filter(|(_, expected, found)| expected != found)
        .map(|(output, expected, found)| Difference {
            output: output.to_owned(),
            expected: expected.to_owned(),
            found: found.to_owned(),
        })
        .collect();
    Ok(CaseResult { name: case.name.clone(), line: case.line, passed: differences.is_empty(), differences, reason })
}
