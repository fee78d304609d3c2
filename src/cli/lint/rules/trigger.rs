//! What starts the workflow against what the policy lists.

use super::Subject;
use crate::cli::lint::guards::{Guard, GuardStep};
use crate::cli::lint::registry::{TRIGGER_MISMATCH, TRIGGER_OWN_FILE, TRIGGER_UNGUARDED};
use crate::cli::lint::report::Report;
use crate::cli::lint::step_inputs::{PolicyOrigin, uses_position};
use crate::cli::workflow::Trigger;
use crate::cli::workflow::condition::Condition;
use crate::format::yaml::Position;
use crate::github::event_name::EventName;
use crate::policy::{Policy, Rule};
use crate::text::quote_list;

/// Events that give anybody's action the secrets and the token of the default branch.
const PRIVILEGED: [&str; 4] = ["pull_request_target", "workflow_run", "issue_comment", "repository_dispatch"];
/// Events whose runs use the workflow file of the pull request or branch.
const OWN_FILE: [&str; 4] = ["pull_request", "pull_request_review", "pull_request_review_comment", "push"];
/// The activity types that start a workflow if `on` lists none (GitHub Docs, "Events that trigger workflows").
const DEFAULT_PULL_REQUEST_TYPES: [&str; 3] = ["opened", "synchronize", "reopened"];

pub(super) fn check_unguarded(subject: &Subject, report: &mut Report) {
    for Trigger { event, .. } in &subject.workflow.triggers {
        if PRIVILEGED.contains(&event.text.as_str()) {
            report.add(
                TRIGGER_UNGUARDED,
                event.position,
                format!(
                    "`{}` starts this workflow with the rights of the default branch, and it has no guard",
                    event.text
                ),
                "Add a guard: `dispatch-guard init` writes an example.",
            );
        }
    }
}

pub(super) fn check(subject: &Subject, report: &mut Report) {
    for Trigger { event, .. } in &subject.workflow.triggers {
        if OWN_FILE.contains(&event.text.as_str()) {
            report.add(
                TRIGGER_OWN_FILE,
                event.position,
                format!(
                    "a run of `{}` uses the workflow file of the pull request or branch, whose author can remove the guard",
                    event.text
                ),
                "Give such runs no secrets, or use an event that runs the default branch's file, such as \
                 `pull_request_target`.",
            );
        }
    }
    let steps: Vec<(&Guard, &GuardStep, &Policy)> = subject
        .guards
        .iter()
        .filter_map(|guard| guard.step.as_ref().map(|step| (guard, step)))
        .filter_map(|(guard, step)| step.policy.as_ref().map(|policy| (guard, step, policy)))
        .collect();
    if steps.len() == subject.guards.len() {
        check_listed(subject, &steps, report);
    }
    for (_, step, policy) in &steps {
        check_started(subject, step, policy, report);
    }
}

/// Every event that starts the workflow has a rule, and so does each of its types.
fn check_listed(subject: &Subject, guards: &[(&Guard, &GuardStep, &Policy)], report: &mut Report) {
    let reads_event = |condition: Option<&crate::cli::workflow::yaml::Text>| {
        condition.is_some_and(|text| Condition::read(&text.text).reads(&["github", "event_name"]))
    };
    // Another event may never reach the guard.
    if guards
        .iter()
        .any(|(guard, step, _)| reads_event(guard.job.condition.as_ref()) || reads_event(step.step.condition.as_ref()))
    {
        return;
    }
    for Trigger { event, types } in &subject.workflow.triggers {
        if event.text == "workflow_call" {
            continue;
        }
        let name = EventName::from_name(&event.text);
        let rules: Vec<&Rule> =
            name.iter().flat_map(|name| guards.iter().flat_map(|(_, _, policy)| policy.rules(*name))).collect();
        if rules.is_empty() {
            report.add(
                TRIGGER_MISMATCH,
                event.position,
                format!(
                    "`{}` starts the workflow and the policy does not list it: every such run is denied",
                    event.text
                ),
                format!("Remove `{}` from `on`, or add a rule for it to the policy.", event.text),
            );
            continue;
        }
        if rules.iter().any(|rule| rule.types.is_none()) {
            continue;
        }
        let listed: Vec<&String> = rules.iter().flat_map(|rule| rule.types.iter().flatten()).collect();
        for kind in types.iter().flatten().filter(|kind| !listed.contains(&&kind.text)) {
            report.add(
                TRIGGER_MISMATCH,
                kind.position,
                format!(
                    "`{}` of `{}` starts the workflow and no rule lists it: every such run is denied",
                    kind.text, event.text
                ),
                format!("Remove it from `types`; the policy lists {}.", quote_list(&listed, "and")),
            );
        }
    }
}

/// Every event that the policy lists starts the workflow. A policy in a file can belong to several workflows.
fn check_started(subject: &Subject, step: &GuardStep, policy: &Policy, report: &mut Report) {
    let is_inline = match &step.inputs.origin {
        PolicyOrigin::Inline(_) => true,
        PolicyOrigin::Shorthand { names_events: true } => false,
        _ => return,
    };
    if subject.is_triggered_by("workflow_call") {
        return;
    }
    for event in policy.events() {
        let position = event_position(step, event);
        let Some(trigger) = subject.workflow.triggers.iter().find(|trigger| trigger.event.text == event.name()) else {
            report.add(
                TRIGGER_MISMATCH,
                position,
                format!("the policy lists `{}`, which does not start the workflow", event.name()),
                format!("Add `{}` to `on`, or remove it from the policy.", event.name()),
            );
            continue;
        };
        let started: Vec<&str> = match &trigger.types {
            Some(types) => types.iter().map(|kind| kind.text.as_str()).collect(),
            None if matches!(event, EventName::PullRequest | EventName::PullRequestTarget) => {
                DEFAULT_PULL_REQUEST_TYPES.to_vec()
            }
            None => continue,
        };
        // The shorthand input lists the types of all events.
        for kind in policy.rules(event).iter().filter(|_| is_inline).flat_map(|rule| rule.types.iter().flatten()) {
            if !started.contains(&kind.as_str()) {
                report.add(
                    TRIGGER_MISMATCH,
                    position,
                    format!("the policy lists `{kind}` of `{}`, which does not start the workflow", event.name()),
                    format!("Add `{kind}` to `on.{}.types`, or remove it from the policy.", event.name()),
                );
            }
        }
    }
}

/// Where a guard's policy names an event; the step if it does not.
pub(super) fn event_position(step: &GuardStep, event: EventName) -> Position {
    let PolicyOrigin::Inline(text) = &step.inputs.origin else {
        let events = step.step.with.iter().find(|(name, _)| matches!(name.text.as_str(), "events" | "policy-file"));
        return events.map_or_else(|| uses_position(step.step), |(name, _)| name.position);
    };
    let key = |line: &str| {
        let name = line.trim_start().trim_start_matches(['"', '\'']);
        name.strip_prefix(event.name()).is_some_and(|rest| rest.trim_start_matches(['"', '\'']).starts_with(':'))
    };
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    match text.text.lines().enumerate().find(|(_, line)| key(line)) {
        Some((index, line)) => {
            let indent = line.len() - line.trim_start().len();
            text.place(Position { line: number(index + 1), column: number(indent + 1) })
        }
        None => text.position,
    }
}
