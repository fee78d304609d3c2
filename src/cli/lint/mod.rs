//! Checks of workflows and policies.

mod action_inputs;
mod github;
mod guards;
pub mod registry;
mod render;
mod report;
mod rules;
mod sarif;
mod step_inputs;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::files::Files;
use super::policy_errors::{self, PolicyError};
use super::policy_tests::file as test_file;
use super::workflow::{self, Workflow};
use super::{ALLOW, EXIT_USAGE};
use crate::format::yaml::Position;
use crate::runner::inputs::UNSET;
use crate::text::{did_you_mean, quote};
use registry::{POLICY_INVALID, Severity, WORKFLOW_INVALID};
use report::Report;

pub use report::Finding;

/// What to check.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct LintRequest {
    /// The files.
    pub files: Vec<SourceFile>,
    /// Whether to check the policy files that workflows name too.
    pub with_policies: bool,
    /// `text`, `json`, `sarif` or `github`.
    pub format: String,
}

/// A file to check.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SourceFile {
    /// Its path: from the root of the repository if it is in one.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// What was found.
#[derive(Debug, Clone, Serialize)]
pub struct LintResponse {
    /// What to print.
    pub output: String,
    /// The exit status.
    pub exit_code: u8,
}

/// The formats of the output.
const FORMATS: [&str; 4] = ["text", "json", "sarif", "github"];

/// Checks files and renders what was found.
///
/// # Errors
/// In words for the user, if the format is unknown.
pub fn lint(request: &LintRequest, files: &dyn Files) -> Result<LintResponse, String> {
    let mut checked = request.files.clone();
    let mut findings = Vec::new();
    let mut policies = BTreeSet::new();
    for file in &request.files {
        let (found, named) = check(file, files);
        findings.extend(found);
        policies.extend(named);
    }
    if request.with_policies {
        policies.retain(|path| request.files.iter().all(|file| file.path != *path));
        for path in policies {
            // One that does not exist is a finding of the workflow.
            let Some(text) = files.read(&path) else { continue };
            let policy = SourceFile { path, text };
            findings.extend(check_file(&policy, files));
            checked.push(policy);
        }
    }
    let output = match request.format.as_str() {
        "json" => render::json(&findings),
        "sarif" => sarif::render(&findings),
        "github" => github::render(&findings),
        "" | "text" => render::text(&findings, &checked),
        other => {
            let near = did_you_mean(other, FORMATS);
            return Err(format!("`--format` is {}{near}; expected `text`, `json`, `sarif` or `github`", quote(other)));
        }
    };
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(LintResponse { output, exit_code: if has_errors { EXIT_USAGE } else { ALLOW } })
}

/// The findings of one file.
pub fn check_file(file: &SourceFile, files: &dyn Files) -> Vec<Finding> {
    check(file, files).0
}

/// The findings of one file, and the policy files that it names.
fn check(file: &SourceFile, files: &dyn Files) -> (Vec<Finding>, Vec<String>) {
    let mut report = Report::new(&file.path);
    let mut policies = Vec::new();
    if workflow::is_workflow(&file.path, &file.text) {
        match workflow::parse(&file.text) {
            Ok(workflow) => {
                rules::check(&workflow, file, files, &mut report);
                policies = policy_files(&workflow);
            }
            Err(error) => {
                let help = "Correct the file: GitHub does not run it as it is.";
                report.add(WORKFLOW_INVALID, error.position, error.message, help);
            }
        }
    } else if workflow::is_action(&file.text) {
        report.add(
            WORKFLOW_INVALID,
            Position { line: 1, column: 1 },
            "this is an action, which is neither a workflow nor a policy",
            "Name the workflows that use it.",
        );
    } else if test_file::is_test_file(&file.text) {
        if let Err(error) = test_file::parse(&file.text) {
            let help = "Correct the test file: see docs/policy-tests.md.";
            report.add(POLICY_INVALID, error.position, error.message, help);
        }
    } else {
        for PolicyError { line, column, message } in policy_errors::in_text(&file.text) {
            let help = "Correct the policy: see docs/policy.md.";
            report.add(POLICY_INVALID, Position { line, column }, message, help);
        }
    }
    (report.into_findings(), policies)
}

fn policy_files(workflow: &Workflow) -> Vec<String> {
    let guards = workflow.jobs.iter().flat_map(|job| &job.steps).filter(|step| step.is_guard());
    let names = guards.filter_map(|step| step.input("policy-file")).map(|name| name.text.trim().to_owned());
    names.filter(|name| !name.contains(':') && !name.contains("${{") && name != UNSET).collect()
}
