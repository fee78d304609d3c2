//! What jobs check out, what becomes part of a script, and which actions are pinned.

use super::Subject;
use crate::cli::lint::registry::{CHECKOUT_UNVERIFIED, EXPRESSION_UNTRUSTED, USES_UNPINNED};
use crate::cli::lint::report::Report;
use crate::cli::workflow::expression::{self, Expression};
use crate::cli::workflow::yaml::Text;
use crate::cli::workflow::{Job, Step};
use crate::format::yaml::Position;
use crate::github::commit_id::is_commit_id;

/// Contexts that name the default branch or a base, which no sender chooses.
const TRUSTED_REFS: [&[&str]; 5] = [
    &["github", "event", "repository", "default_branch"],
    &["github", "event", "pull_request", "base", "sha"],
    &["github", "event", "pull_request", "base", "ref"],
    &["github", "workflow_sha"],
    &["vars"],
];

/// The guard's outputs that name what it has verified, and a base.
const VERIFIED_OUTPUTS: [&str; 4] = ["head-sha", "merge-commit-sha", "base-sha", "base-ref"];

pub(super) fn check_pins(subject: &Subject, report: &mut Report) {
    for step in subject.steps().filter(|step| step.action().is_some()) {
        let Some(uses) = &step.uses else { continue };
        let Some((action, version)) = uses.text.split_once('@') else { continue };
        if !is_commit_id(version) {
            report.add(
                USES_UNPINNED,
                uses.position,
                format!("`{action}` is at `{version}`, which can be moved to another commit"),
                format!("Pin it to a full commit id: `{action}@SHA # {version}`."),
            );
        }
    }
}

pub(super) fn check_checkouts(subject: &Subject, report: &mut Report) {
    for job in &subject.workflow.jobs {
        job.steps.iter().for_each(|step| check_checkout(subject, job, step, report));
    }
}

pub(super) fn check_expressions(subject: &Subject, report: &mut Report) {
    for step in subject.steps() {
        if let Some(run) = &step.run {
            check_script(run, "this script", report);
        }
        if let Some(policy) = step.input("policy").filter(|_| step.is_guard()) {
            check_script(policy, "the policy", report);
        }
    }
}

fn check_checkout(subject: &Subject, job: &Job, step: &Step, report: &mut Report) {
    if let Some(run) = step.run.as_ref().filter(|run| run.text.contains("gh pr checkout")) {
        report.add(
            CHECKOUT_UNVERIFIED,
            run.position,
            "`gh pr checkout` checks out the newest commit, which can be another one than the guard verified",
            "Check out the guard's output `head-sha` with actions/checkout.",
        );
    }
    let is_checkout = step.uses.as_ref().is_some_and(|uses| uses.text.starts_with("actions/checkout@"));
    let Some(git_ref) = step.input("ref").filter(|_| is_checkout && step.input("repository").is_none()) else { return };
    let is_verified = match expression::embedded(&git_ref.text).as_slice() {
        [] => !git_ref.text.contains("refs/pull/"),
        expressions => expressions.iter().all(|(_, inner)| {
            expression::parse(inner).is_ok_and(|expression| {
                let reads = expression.reads();
                !reads.is_empty() && reads.iter().all(|path| is_verified(subject, job, path))
            })
        }),
    };
    if !is_verified {
        report.add(
            CHECKOUT_UNVERIFIED,
            git_ref.position,
            format!("`{}` is not the commit that the guard verified", git_ref.text.trim()),
            format!("Write `ref: ${{{{ {} }}}}`.", head_sha(subject, job)),
        );
    }
}

/// Whether a path is an output of a guard that is verified, or nothing that a sender chooses.
fn is_verified(subject: &Subject, job: &Job, path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if TRUSTED_REFS.iter().any(|trusted| path.starts_with(trusted)) {
        return true;
    }
    match path.as_slice() {
        ["needs", id, "outputs", name] => subject.guards.iter().any(|guard| {
            guard.job.id.text.eq_ignore_ascii_case(id) && guard.verified.iter().any(|verified| verified == name)
        }),
        ["steps", id, "outputs", name] => subject.guards.iter().any(|guard| {
            let step = guard.step.as_ref().and_then(|step| step.step.id.as_ref());
            guard.job.id.text == job.id.text
                && step.is_some_and(|step| step.text.eq_ignore_ascii_case(id))
                && VERIFIED_OUTPUTS.contains(name)
        }),
        // The default branch's commit, except where it is the trial merge of the pull request.
        ["github", "sha"] => !subject.is_triggered_by("pull_request"),
        _ => false,
    }
}

fn head_sha(subject: &Subject, job: &Job) -> String {
    let Some(guard) = subject.guards.first() else { return "needs.guard.outputs.head-sha".to_owned() };
    if guard.job.id.text == job.id.text {
        let id = guard.step.as_ref().and_then(|step| step.step.id.as_ref()).map_or("guard", |id| id.text.as_str());
        return format!("steps.{id}.outputs.head-sha");
    }
    format!("needs.{}.outputs.head-sha", guard.job.id.text)
}

fn check_script(text: &Text, what: &str, report: &mut Report) {
    for (offset, inner) in expression::embedded(&text.text) {
        let Ok(expression) = expression::parse(inner) else { continue };
        let Some(path) = untrusted(&expression) else { continue };
        let help = if what == "the policy" {
            "Write the value out: an event must not change the policy."
        } else {
            "Pass it in `env` and use the variable in quotes: `\"$NAME\"`."
        };
        let message = format!("`{path}` becomes part of {what}, so its text can change what {what} does");
        report.add(EXPRESSION_UNTRUSTED, text.place(inner_position(&text.text, offset)), message, help);
    }
}

/// The first path that an event or a job decides. Numbers and ids are no exception: what is safe today can be a text
/// tomorrow.
fn untrusted(expression: &Expression) -> Option<String> {
    let is_untrusted = |path: &&Vec<String>| {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match path.as_slice() {
            ["github", "event", "repository", ..] => false,
            ["github"]
            | ["github", "event", ..]
            | ["github", "head_ref" | "ref_name" | "ref"]
            | ["needs" | "steps", _, "outputs", ..]
            | ["inputs", ..] => true,
            _ => false,
        }
    };
    expression.reads().iter().find(is_untrusted).map(|path| path.join("."))
}

fn inner_position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    Position { line: number(line), column: number(column) }
}
