//! The guards of a workflow: where they are, what they pass on, and by which policy they decide.

use super::registry::POLICY_INVALID;
use super::report::Report;
use super::step_inputs::{self, PolicyOrigin, StepInputs};
use crate::cli::files::Files;
use crate::cli::workflow::expression;
use crate::cli::workflow::yaml::Text;
use crate::cli::workflow::{self, Job, Step, Workflow};
use crate::policy::{Policy, parse};

/// The outputs that name a commit or branch that the guard has verified.
const VERIFIED_OUTPUTS: [&str; 4] = ["head-sha", "merge-commit-sha", "base-sha", "base-ref"];
/// The most levels of workflows that call each other; GitHub allows 10.
const MAX_CALLS: usize = 10;

/// A guard of a workflow.
pub struct Guard<'w> {
    /// The job that runs it.
    pub job: &'w Job,
    /// The step and what it is given; `None` if it is in a reusable workflow.
    pub step: Option<GuardStep<'w>>,
    /// The job's outputs that are the guard's `allowed`.
    pub allowed: Vec<String>,
    /// The job's outputs that are verified.
    pub verified: Vec<String>,
}

/// The step of a guard.
pub struct GuardStep<'w> {
    /// The step.
    pub step: &'w Step,
    /// Its index in the job.
    pub index: usize,
    /// What its inputs come to.
    pub inputs: StepInputs,
    /// The policy, if it is known and valid.
    pub policy: Option<Policy>,
}

impl Guard<'_> {
    /// Whether a denial lets the job succeed without `allowed` being tested.
    pub fn only_evaluates(&self) -> bool {
        self.step.as_ref().is_some_and(|step| step.inputs.options.mode == "evaluate")
    }
}

/// Finds every guard, and reports what is wrong with its inputs.
pub fn find<'w>(workflow: &'w Workflow, path: &str, files: &dyn Files, report: &mut Report) -> Vec<Guard<'w>> {
    let mut guards = Vec::new();
    for job in &workflow.jobs {
        for (index, step) in job.steps.iter().enumerate().filter(|(_, step)| step.is_guard()) {
            guards.push(Guard {
                job,
                allowed: exported(job, step, &["allowed"]),
                verified: exported(job, step, &VERIFIED_OUTPUTS),
                step: Some(read_step(step, index, path, files, report)),
            });
        }
        if let Some(uses) = &job.uses
            && let Some((allowed, verified)) = called(uses, workflow, job, files)
        {
            guards.push(Guard { job, step: None, allowed, verified });
        }
    }
    guards
}

fn read_step<'w>(step: &'w Step, index: usize, path: &str, files: &dyn Files, report: &mut Report) -> GuardStep<'w> {
    let (inputs, mut policy) = step_inputs::check_guard(step, report);
    if let PolicyOrigin::File(name) = &inputs.origin {
        match files.read(&name.text) {
            // The file has its own findings.
            Some(text) => policy = parse::policy(&text).ok(),
            // Without the repository around it, a workflow says nothing about other files.
            None if path.starts_with(".github/workflows/") && !name.text.contains(':') => report.add(
                POLICY_INVALID,
                name.position,
                format!("the policy file `{}` does not exist in this repository", name.text),
                "Create the file, or correct the path. The guard reads it from the default branch.",
            ),
            None => {}
        }
    }
    GuardStep { step, index, inputs, policy }
}

/// The names under which a job passes outputs of a step on.
fn exported(job: &Job, step: &Step, outputs: &[&str]) -> Vec<String> {
    let Some(id) = &step.id else { return Vec::new() };
    let is_output = |value: &Text| {
        let path = only_path(&value.text);
        path.is_some_and(|path| match path.as_slice() {
            [steps, step, key, name] => {
                steps == "steps"
                    && *step == id.text.to_ascii_lowercase()
                    && key == "outputs"
                    && outputs.contains(&name.as_str())
            }
            _ => false,
        })
    };
    job.outputs.iter().filter(|(_, value)| is_output(value)).map(|(name, _)| name.text.to_ascii_lowercase()).collect()
}

/// The path in `${{ a.b.c }}`; `None` for anything else.
fn only_path(text: &str) -> Option<Vec<String>> {
    let text = text.trim();
    match expression::embedded(text).as_slice() {
        [(0, inner)] if inner.len() + 5 == text.len() => expression::parse(inner).ok()?.path(),
        _ => None,
    }
}

/// The outputs of a job whose reusable workflow contains a guard: those that are `allowed`, and those that are
/// verified.
fn called(uses: &Text, workflow: &Workflow, job: &Job, files: &dyn Files) -> Option<(Vec<String>, Vec<String>)> {
    if let Some(path) = uses.text.strip_prefix("./") {
        return guard_outputs(path, files, MAX_CALLS);
    }
    // The workflow of another repository cannot be read. It is taken for a guard if a job is gated by it.
    let allowed = ["needs".to_owned(), job.id.text.to_ascii_lowercase(), "outputs".to_owned(), "allowed".to_owned()];
    let allowed: Vec<&str> = allowed.iter().map(String::as_str).collect();
    let is_gate = |other: &Job| {
        let condition = other.condition.as_ref().map(|text| workflow::condition::Condition::read(&text.text));
        condition.is_some_and(|condition| condition.reads(&allowed))
    };
    let is_guard = workflow.jobs.iter().any(is_gate);
    is_guard.then(|| (vec!["allowed".to_owned()], VERIFIED_OUTPUTS.map(str::to_owned).to_vec()))
}

/// The outputs of a reusable workflow that come from a guard in it.
fn guard_outputs(path: &str, files: &dyn Files, depth: usize) -> Option<(Vec<String>, Vec<String>)> {
    if depth == 0 {
        return None;
    }
    let workflow = workflow::parse(&files.read(path)?).ok()?;
    let mut found = None;
    for job in &workflow.jobs {
        let (allowed, verified) = match (&job.uses, job.steps.iter().find(|step| step.is_guard())) {
            (_, Some(step)) => (exported(job, step, &["allowed"]), exported(job, step, &VERIFIED_OUTPUTS)),
            (Some(uses), None) => match uses.text.strip_prefix("./") {
                Some(path) => match guard_outputs(path, files, depth - 1) {
                    Some(outputs) => outputs,
                    None => continue,
                },
                None => continue,
            },
            _ => continue,
        };
        let (all_allowed, all_verified) = found.get_or_insert_with(|| (Vec::new(), Vec::new()));
        for (name, value) in &workflow.call_outputs {
            let Some(path) = only_path(&value.text) else { continue };
            let [jobs, id, _, output] = path.as_slice() else { continue };
            if jobs != "jobs" || *id != job.id.text.to_ascii_lowercase() {
                continue;
            }
            if allowed.contains(output) {
                all_allowed.push(name.text.to_ascii_lowercase());
            } else if verified.contains(output) {
                all_verified.push(name.text.to_ascii_lowercase());
            }
        }
    }
    found
}
