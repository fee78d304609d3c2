//! The guard's own job: what it passes on, what runs before it, what can cancel it.

use super::Subject;
use crate::cli::lint::guards::Guard;
use crate::cli::lint::registry::{
    CONCURRENCY_BEFORE_GUARD, CONDITION_UNDECIDED, GUARD_NO_ID, GUARD_NOT_FIRST, GUARD_OUTPUT_MISSING,
};
use crate::cli::lint::report::Report;
use crate::cli::lint::step_inputs::uses_position;

/// Events whose runs each belong to one pull request or branch, so that they can only cancel their own.
const OWN_GROUP_EVENTS: [&str; 4] = ["pull_request", "push", "merge_group", "schedule"];

pub(super) fn check(subject: &Subject, report: &mut Report) {
    for guard in &subject.guards {
        check_outputs(subject, guard, report);
        check_first(guard, report);
        if let Some(position) = guard.job.matrix {
            report.add(
                CONDITION_UNDECIDED,
                position,
                format!(
                    "the guard's job `{}` has a matrix: its outputs are those of the instance that ends last",
                    guard.job.id.text
                ),
                "Move the guard into a job without a matrix.",
            );
        }
    }
    check_concurrency(subject, report);
}

fn check_outputs(subject: &Subject, guard: &Guard, report: &mut Report) {
    let job = guard.job;
    // In a single job a denial fails the step, and the steps after it do not run.
    let has_readers = subject.workflow.jobs.len() > 1 || subject.is_triggered_by("workflow_call");
    let id = match &guard.step {
        Some(step) if step.step.id.is_none() => {
            let can_pass = step.inputs.options.on_deny == "skip" || !step.inputs.options.skip_on.is_empty();
            if has_readers || can_pass {
                report.add(
                    GUARD_NO_ID,
                    uses_position(step.step),
                    "the guard's step has no `id`, so its output `allowed` cannot be read",
                    "Add `id: guard` to the step.",
                );
            }
            return;
        }
        Some(step) => step.step.id.as_ref().map_or("guard", |id| id.text.as_str()),
        None => "guard",
    };
    if !guard.allowed.is_empty() || !has_readers {
        return;
    }
    let (message, help) = if guard.step.is_some() {
        (
            format!("the job `{}` does not have the guard's `allowed` as an output", job.id.text),
            format!("Add to the job's `outputs`: `allowed: ${{{{ steps.{id}.outputs.allowed }}}}`."),
        )
    } else {
        (
            format!(
                "the workflow that the job `{}` calls does not have the guard's `allowed` as an output",
                job.id.text
            ),
            "Add `allowed` to its `on.workflow_call.outputs`, with the value of the guard's job.".to_owned(),
        )
    };
    report.add(GUARD_OUTPUT_MISSING, job.id.position, message, help);
}

fn check_first(guard: &Guard, report: &mut Report) {
    let before = guard.step.as_ref().map_or(0, |step| step.index);
    // An action of this repository has to be checked out first.
    let is_local =
        guard.step.as_ref().and_then(|step| step.step.uses.as_ref()).is_some_and(|uses| uses.text.starts_with("./"));
    let is_harmless = |uses: &str| {
        uses.starts_with("step-security/harden-runner@") || (is_local && uses.starts_with("actions/checkout@"))
    };
    let runs = guard
        .job
        .steps
        .iter()
        .take(before)
        .find(|step| step.action().is_none() && step.uses.as_ref().is_none_or(|uses| !is_harmless(&uses.text)));
    if let Some(step) = runs {
        report.add(
            GUARD_NOT_FIRST,
            step.position,
            "this step runs before the guard, so it also runs if the guard denies the run",
            "Make the guard the first step, or move this step into a job that needs the guard's.",
        );
    }
    if let Some(other) = guard.job.needs.first() {
        report.add(
            GUARD_NOT_FIRST,
            other.position,
            format!("the job `{}` runs before the guard, so it also runs if the guard denies the run", other.text),
            "Remove it from `needs` of the guard's job, and have it need the guard's job instead.",
        );
    }
}

fn check_concurrency(subject: &Subject, report: &mut Report) {
    let is_own = |event: &str| OWN_GROUP_EVENTS.contains(&event);
    if subject.workflow.triggers.iter().all(|trigger| is_own(&trigger.event.text)) {
        return;
    }
    let of_guards = subject.guards.iter().filter_map(|guard| guard.job.concurrency.as_ref());
    for concurrency in subject.workflow.concurrency.iter().chain(of_guards) {
        if concurrency.group.contains("github.run_id") {
            continue;
        }
        report.add(
            CONCURRENCY_BEFORE_GUARD,
            concurrency.position,
            "this `concurrency` takes effect before the guard decides, so a run that is denied can cancel or replace \
             one that is allowed",
            "Move `concurrency` to the jobs that need the guard's.",
        );
    }
}
