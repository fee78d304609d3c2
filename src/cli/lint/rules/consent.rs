//! Rules of a policy that let somebody's commit pass without anybody's consent, or make runs fail for nothing.

use super::Subject;
use super::trigger::event_position;
use crate::cli::lint::registry::{AUTHORS_PUSHER_UNJUDGED, CONSENT_MISSING, SKIP_ON_MISSING};
use crate::cli::lint::report::Report;
use crate::cli::lint::step_inputs::uses_position;
use crate::github::event_name::EventName;
use crate::policy::{Authors, Demands, Rule};
use crate::reason::ReasonCode;

pub(super) fn check(subject: &Subject, report: &mut Report) {
    for step in subject.guards.iter().filter_map(|guard| guard.step.as_ref()) {
        let Some(policy) = &step.policy else { continue };
        let mut skippable: Vec<ReasonCode> = Vec::new();
        for event in policy.events() {
            let position = event_position(step, event);
            for rule in policy.rules(event) {
                if lacks_consent(rule) {
                    report.add(
                        CONSENT_MISSING,
                        position,
                        format!(
                            "a rule of `{}` lets pull requests of forks pass, and what it checks (`source`, `checks`) \
                             can be the author's own doing",
                            event.name()
                        ),
                        "Add `labels.set-by`, `approvals`, `label` or `merged: true`, or set `forks: deny`. Keep the rule as it \
                         is only if its jobs treat everything that comes from the run as untrusted data.",
                    );
                }
                if leaves_pusher_unjudged(event, rule) {
                    report.add(
                        AUTHORS_PUSHER_UNJUDGED,
                        position,
                        format!(
                            "a rule of `{}` checks who opened the pull request, and a push by somebody else starts a \
                             run too",
                            event.name()
                        ),
                        "Add `actors`, which checks whoever triggers the run.",
                    );
                }
                if rule.command.is_some() {
                    skippable.push(ReasonCode::EventNoCommand);
                }
                if rule.label.is_some() {
                    skippable.push(ReasonCode::EventLabelNotAllowed);
                }
            }
        }
        let options = &step.inputs.options;
        skippable.sort_unstable_by_key(|code| code.name());
        skippable.dedup();
        skippable.retain(|code| !options.is_lenient(*code));
        let names: Vec<&str> = skippable.iter().map(|code| code.name()).collect();
        if !names.is_empty() && step.step.input("skip-on").is_none_or(|text| !text.text.contains("${{")) {
            report.add(
                SKIP_ON_MISSING,
                uses_position(step.step),
                "every other comment or label makes the run fail",
                format!("Add to the step's `with`: `skip-on: {}`.", names.join(", ")),
            );
        }
    }
}

fn lacks_consent(rule: &Rule) -> bool {
    let Some(pull_request) = &rule.pull_request else { return false };
    let consents = |demands: &Demands| demands.labels.set_by.is_some() || demands.approvals.is_some();
    let all = std::iter::once(&pull_request.demands).chain(&pull_request.any);
    let checks = all.clone().any(|demands| !demands.checks.is_empty());
    let has_consent = rule.label.is_some()
        || pull_request.merged == Some(true)
        || consents(&pull_request.demands)
        || (!pull_request.any.is_empty() && pull_request.any.iter().all(consents));
    pull_request.allow_forks == Some(true) && (rule.source.is_some() || checks) && !has_consent
}

fn leaves_pusher_unjudged(event: EventName, rule: &Rule) -> bool {
    let is_pushed = rule.types.as_ref().is_none_or(|types| types.iter().any(|kind| kind == "synchronize"));
    let lists_authors = rule.pull_request.as_ref().is_some_and(|pull_request| {
        let all = std::iter::once(&pull_request.demands).chain(&pull_request.any);
        all.into_iter().any(|demands| matches!(demands.authors, Some(Authors::Listed(_))))
    });
    matches!(event, EventName::PullRequest | EventName::PullRequestTarget)
        && is_pushed
        && lists_authors
        && rule.actors.is_none()
}
