//! The permissions of the guard's job against what its policy needs.

use std::collections::BTreeMap;

use super::Subject;
use crate::checks::provenance::source_run;
use crate::checks::{check_runs, configuration, last_push, once, pull_request_lookup};
use crate::cli::lint::guards::{Guard, GuardStep};
use crate::cli::lint::registry::{PERMISSIONS_EXCESS, PERMISSIONS_MISSING};
use crate::cli::lint::report::Report;
use crate::cli::lint::step_inputs::PolicyOrigin;
use crate::cli::workflow::{Permissions, Step, Uses};
use crate::github::event_name::EventName;
use crate::policy::actor::{ActorEntry, Actors};
use crate::policy::field::{Field, FieldType};
use crate::policy::{Demands, Policy, Proof, PullRequestRule, Rule};

/// Scopes of a token with what they are needed for.
#[derive(Default)]
struct Needs {
    required: BTreeMap<&'static str, Need>,
    /// Scopes that only some runs need.
    optional: Vec<&'static str>,
}

struct Need {
    write: bool,
    why: &'static str,
}

impl Needs {
    /// Adds a permission, such as `contents: read`.
    fn add(&mut self, permission: &'static str, why: &'static str) {
        let (scope, level) = permission.split_once(": ").unwrap_or((permission, "read"));
        let write = level == "write";
        let need = self.required.entry(scope).or_insert(Need { write, why });
        if write && !need.write {
            *need = Need { write, why };
        }
    }
}

pub(super) fn check(subject: &Subject, report: &mut Report) {
    for guard in &subject.guards {
        let Some(step) = &guard.step else { continue };
        let Some(policy) = step.policy.as_ref().filter(|_| step.inputs.uses_job_token) else { continue };
        let needs = needs(subject, step, policy);
        check_missing(subject, guard, &needs, report);
        check_excess(guard, needs, report);
    }
}

fn check_missing(subject: &Subject, guard: &Guard, needs: &Needs, report: &mut Report) {
    let job = guard.job;
    let granted = job.permissions.as_ref().or(subject.workflow.permissions.as_ref());
    for (scope, Need { write, why }) in &needs.required {
        let level = if *write { "write" } else { "read" };
        let has = match granted {
            Some(Permissions::WriteAll) => true,
            Some(Permissions::ReadAll) => !write,
            Some(Permissions::Scopes(scopes)) => {
                scopes.iter().any(|(name, level)| name.text == *scope && (level == "write" || !write))
            }
            None => false,
        };
        if has {
            continue;
        }
        let message = match granted {
            Some(_) => {
                format!("the guard's job `{}` lacks `{scope}: {level}`, which the policy needs: {why}", job.id.text)
            }
            None => format!(
                "neither the workflow nor the job `{}` has `permissions`; the policy needs `{scope}: {level}`: {why}",
                job.id.text
            ),
        };
        let help = format!("Add `{scope}: {level}` to `permissions` of the job `{}`.", job.id.text);
        report.add(PERMISSIONS_MISSING, job.id.position, message, help);
    }
}

fn check_excess(guard: &Guard, mut needs: Needs, report: &mut Report) {
    let job = guard.job;
    // What other steps do with the token is unknown.
    if job.steps.iter().any(|step| {
        step.uses.is_some() && step.action().is_none_or(|action| action == Uses::Other) || step.run.is_some()
    }) {
        return;
    }
    job.steps.iter().for_each(|step| add_action(step, &mut needs));
    match &job.permissions {
        Some(Permissions::WriteAll) => report.add(
            PERMISSIONS_EXCESS,
            job.id.position,
            format!("the guard's job `{}` has `write-all`", job.id.text),
            format!("List what it needs: {}.", describe(&needs)),
        ),
        Some(Permissions::Scopes(scopes)) => {
            for (scope, level) in scopes {
                let need = needs.required.get(scope.text.as_str());
                let is_needed = need.is_some_and(|need| need.write || level == "read")
                    || (level == "read" && needs.optional.contains(&scope.text.as_str()));
                if !is_needed {
                    let help = match need {
                        Some(_) => format!("Write `{}: read`.", scope.text),
                        None => format!("Remove `{}`, or move the step that needs it into another job.", scope.text),
                    };
                    let message = format!(
                        "the guard's job `{}` has `{}: {level}`, which its policy does not need",
                        job.id.text, scope.text
                    );
                    report.add(PERMISSIONS_EXCESS, scope.position, message, help);
                }
            }
        }
        Some(Permissions::ReadAll) | None => {}
    }
}

fn describe(needs: &Needs) -> String {
    if needs.required.is_empty() {
        return "`permissions: {}`".to_owned();
    }
    let scopes = needs.required.iter();
    let scopes = scopes.map(|(scope, need)| format!("`{scope}: {}`", if need.write { "write" } else { "read" }));
    scopes.collect::<Vec<_>>().join(", ")
}

/// What send and report need beside the guard.
fn add_action(step: &Step, needs: &mut Needs) {
    match step.action() {
        Some(Uses::Send) => {
            needs.add("contents: write", "to send a dispatch");
            needs.add("actions: write", "to start a workflow, or to wait for a run");
            needs.add(pull_request_lookup::PERMISSION, "to pin the pull request");
            needs.add("id-token: write", "to prove who sends");
        }
        Some(Uses::Report) => needs.add("statuses: write", "to set the status"),
        Some(Uses::Reconcile) => {
            needs.add("contents: write", "to send a dispatch");
            needs.add("statuses: write", "to set the status");
            needs.add(pull_request_lookup::PERMISSION, "to list pull requests");
            needs.add("id-token: write", "to prove who sends");
        }
        Some(Uses::Guard | Uses::Other) | None => {}
    }
}

fn needs(subject: &Subject, step: &GuardStep, policy: &Policy) -> Needs {
    let mut needs = Needs::default();
    if let PolicyOrigin::File(name) = &step.inputs.origin
        && !name.text.contains(':')
    {
        needs.add(configuration::PERMISSION, "to read the policy file");
    }
    let any_event = subject.is_triggered_by("workflow_call");
    for event in policy.events().filter(|event| any_event || subject.is_triggered_by(event.name())) {
        for rule in policy.rules(event) {
            add_rule(event, rule, &mut needs);
        }
    }
    needs
}

fn add_rule(event: EventName, rule: &Rule, needs: &mut Needs) {
    if reads_pull_request(event, rule) {
        needs.add(pull_request_lookup::PERMISSION, "to read the pull request");
    }
    let (allows_late_pushes, is_merged) =
        rule.pull_request.as_ref().map_or((false, false), |rule| (rule.allow_late_pushes, rule.merged == Some(true)));
    if event == EventName::IssueComment && !allows_late_pushes {
        let names_commit = |field: &Field| matches!(field.kind, FieldType::HeadSha);
        match &rule.command {
            // Only comments that do not name the commit need it.
            Some(command) if command.arguments.iter().any(names_commit) => needs.optional.push("contents"),
            _ => needs.add(last_push::PERMISSION, "to read when the branch was pushed to"),
        }
    }
    for demands in rule.pull_request.iter().flat_map(all_demands) {
        if (demands.labels.set_by.is_some() && !is_merged) || demands.approvals.is_some() {
            needs.add(last_push::PERMISSION, "to read when the branch was pushed to");
        }
        if !demands.checks.is_empty() {
            needs.add(check_runs::PERMISSION, "to read the check runs");
        }
    }
    if rule.provenance.require == Proof::Run {
        needs.add(source_run::PERMISSION, "to read the source run");
    }
    if rule.once {
        needs.add(once::PERMISSION, "for `once`");
    }
    let entries = rule.actors.iter().chain(rule.rerun_by.iter()).flat_map(Actors::entries);
    if entries.into_iter().any(|entry| matches!(entry, ActorEntry::Login { id: Some(_), .. })) {
        needs.optional.push("actions");
    }
}

fn reads_pull_request(event: EventName, rule: &Rule) -> bool {
    let needs_request = |demands: &Demands| {
        demands.labels.set_by.is_some()
            || demands.approvals.is_some()
            || demands.files.is_some()
            || !demands.checks.is_empty()
    };
    match event {
        EventName::PullRequest => rule.pull_request.iter().flat_map(all_demands).any(needs_request),
        EventName::RepositoryDispatch | EventName::WorkflowDispatch => {
            let is_pull_request = |kind: &FieldType| matches!(kind, FieldType::PullRequest | FieldType::HeadSha);
            rule.pull_request.is_some() || rule.payload.iter().any(|field| is_pull_request(&field.kind))
        }
        EventName::WorkflowRun | EventName::Push => rule.pull_request.is_some(),
        event => event.describes_pull_request() || event == EventName::IssueComment,
    }
}

fn all_demands(rule: &PullRequestRule) -> impl Iterator<Item = &Demands> {
    std::iter::once(&rule.demands).chain(&rule.any)
}
