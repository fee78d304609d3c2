//! The pull request against the rule: what needs no request first, then the rest.

use crate::decision::{DecisionBuilder, EventCommit};
use crate::envelope::Envelope;
use crate::github::event::Event;
use crate::github::event_name::EventName;
use crate::github::pull_request::{PullRequest, PullRequestState};
use crate::policy::{PullRequestRule, Rule, StateRule, defaults};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::answers::Answers;
use super::consent::Consent;
use super::demands;
use super::labels;
use super::payload::Payload;
use super::pins;
use super::pins::check_repository;
use super::pull_request_lookup::{self, Found};
use super::questions::Passed;

/// Finds the pull request and judges it. `None` if the rule is about none.
///
/// # Errors
/// The codes of the step `pull request`, and `api.*`.
pub async fn check(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
    payload: &Payload,
    envelope: Option<&Envelope>,
    context: CheckContext<'_>,
) -> Result<Option<PullRequest>, Rejection> {
    let consent = Consent::of(event, name, context);
    let found = pull_request_lookup::find(decision, event, name, rule, payload, envelope, context).await?;
    let Some(Found { pr, pins }) = found else {
        decision.skip("pull request", "the rule is about none");
        if let Some(consent) = &consent {
            consent.check_issue(decision).await?;
        }
        decision.facts.commit = event_commit(event, context);
        return Ok(None);
    };
    let no_rule = PullRequestRule::default();
    let pr_rule = rule.pull_request.as_ref().unwrap_or(&no_rule);

    check_repository(&pr, context)?;
    decision.pass("repository", format!("id {}", pr.base_repository_id), "");
    decision.facts.pull_request = Some(pr.clone());
    check_fork(decision, &pr, pr_rule.allow_forks.unwrap_or_else(|| defaults::allow_forks(name)))?;
    pins::check(decision, &pr, &pins)?;
    // A comment pins no commit; until its time is compared, the head is not verified.
    decision.facts.head_verified = consent.as_ref().is_none_or(|consent| !consent.needs_push_time(rule, payload, &pr));
    check_branches(decision, &pr, pr_rule)?;
    check_state(decision, &pr, name, pr_rule)?;
    check_draft(decision, &pr, pr_rule)?;
    if let Some(consent) = &consent
        && !consent.needs_push_time(rule, payload, &pr)
    {
        decision.skip("last push", "the event pins the commit, or the rule allows late pushes");
    }
    let event_label = event.label.as_ref().filter(|_| rule.label.is_some());
    if consent.is_some() || event_label.is_some() || demands::rule_needs_more(pr_rule) {
        let evaluate_consent = |answers: &Answers| {
            let of_comment = consent.iter().flat_map(|consent| consent.evaluate(rule, payload, &pr, answers));
            let of_label = event_label.map(|label| {
                let evaluated = labels::evaluate_event_label(&pr, &event.activity, label);
                ("label of the event".to_owned(), evaluated)
            });
            of_comment.chain(of_label).collect()
        };
        // Boxed: keeps all of it out of the state machine of runs that need nothing of it.
        let checked =
            Box::pin(demands::check(decision, pr_rule, &pr, consent.as_ref(), &evaluate_consent, context)).await;
        let is_moved = |rejection: &Rejection| {
            matches!(rejection.code, ReasonCode::PullRequestHeadMoved | ReasonCode::PullRequestChanged)
        };
        match &checked {
            Ok(()) => decision.facts.head_verified = true,
            Err(rejection) if is_moved(rejection) => decision.facts.head_verified = false,
            Err(_) => {}
        }
        checked?;
    } else {
        check_labels(decision, &pr, pr_rule)?;
    }
    Ok(Some(pr))
}

fn check_labels(decision: &mut DecisionBuilder, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Rejection> {
    if rule.demands.labels.is_empty() {
        labels::record_skipped(decision);
        return Ok(());
    }
    labels::check(pr, &rule.demands.labels)?;
    let Passed { found, expected } = labels::passed(pr);
    decision.pass("labels", found, expected);
    Ok(())
}

/// The commit that an event without a pull request is about.
fn event_commit(event: &Event, context: CheckContext<'_>) -> Option<EventCommit> {
    let branch = |git_ref: &str| git_ref.strip_prefix("refs/heads/").unwrap_or(git_ref).to_owned();
    let repository = context.environment.repository().to_owned();
    if let Some(push) = &event.push {
        return Some(EventCommit {
            head_ref: branch(event.git_ref.strip_prefix("refs/tags/").unwrap_or(&event.git_ref)),
            head_sha: push.head_commit.clone().unwrap_or_default(),
            head_repository: repository,
            ..EventCommit::default()
        });
    }
    if let Some(group) = &event.merge_group {
        return Some(EventCommit {
            head_ref: branch(&group.head_ref),
            head_sha: group.head_sha.clone(),
            head_repository: repository,
            base_ref: branch(&group.base_ref),
            base_sha: group.base_sha.clone(),
        });
    }
    let run = event.workflow_run.as_ref()?;
    let is_fork = run.head_repository_id != Some(run.repository_id);
    Some(EventCommit {
        head_ref: run.head_branch.clone(),
        // Nobody evaluated a fork's commit.
        head_sha: if is_fork { String::new() } else { run.head_sha.clone() },
        head_repository: run.head_repository.clone(),
        ..EventCommit::default()
    })
}

fn check_fork(decision: &mut DecisionBuilder, pr: &PullRequest, allow_forks: bool) -> Result<(), Rejection> {
    if !allow_forks && pr.head_repository_id.is_none() {
        return Err(Rejection::new(
            ReasonCode::PullRequestHeadGone,
            format!("the head repository of {} no longer exists", pr.name()),
            "the rule denies forks, and the head may have been in one",
        ));
    }
    if !allow_forks && pr.is_fork() {
        return Err(Rejection::new(
            ReasonCode::PullRequestFork,
            format!("{} comes from the fork {}", pr.name(), quote(&pr.head_repository)),
            "the rule denies forks",
        ));
    }
    let found = match (pr.head_repository_id, pr.is_fork()) {
        (None, _) => "the head repository no longer exists",
        (_, true) => "from a fork",
        (_, false) => "from this repository",
    };
    decision.pass("fork", found, if allow_forks { "any" } else { "no forks" });
    Ok(())
}

fn check_branches(decision: &mut DecisionBuilder, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Rejection> {
    let branches = [
        ("base", ReasonCode::PullRequestBaseNotAllowed, &pr.base_ref, &rule.base),
        ("head", ReasonCode::PullRequestHeadNotAllowed, &pr.head_ref, &rule.head),
    ];
    for (side, code, branch, patterns) in branches {
        let check = format!("{side} branch");
        let Some(patterns) = patterns else {
            decision.skip(&check, "the rule allows any");
            continue;
        };
        let allowed = quote_list(patterns.names(), "and");
        if !patterns.matches(branch) {
            return Err(Rejection::new(
                code,
                format!("the {check} of {} is {}", pr.name(), quote(branch)),
                format!("the rule allows {allowed}"),
            ));
        }
        decision.pass(&check, quote(branch), allowed);
    }
    Ok(())
}

fn check_state(
    decision: &mut DecisionBuilder,
    pr: &PullRequest,
    name: EventName,
    rule: &PullRequestRule,
) -> Result<(), Rejection> {
    let default = || if rule.merged.is_some() { StateRule::Any } else { defaults::state(name) };
    let required = rule.state.unwrap_or_else(default);
    let is_open = pr.state == PullRequestState::Open;
    let state = pr.state.name();
    let holds = match required {
        StateRule::Any => true,
        StateRule::Open => is_open,
        StateRule::Closed => !is_open,
    };
    if !holds {
        return Err(Rejection::new(
            ReasonCode::PullRequestStateNotAllowed,
            format!("{} is {}", pr.name(), quote(state)),
            format!("the rule requires the state {}", quote(required.name())),
        ));
    }
    decision.pass("state", quote(state), required.name());
    match rule.merged {
        Some(true) if !pr.is_merged() => Err(Rejection::new(
            ReasonCode::PullRequestNotMerged,
            format!("{} is {} and not merged", pr.name(), quote(state)),
            "the rule requires a merge",
        )),
        Some(false) if pr.is_merged() => Err(Rejection::new(
            ReasonCode::PullRequestMerged,
            format!("{} is merged", pr.name()),
            "the rule requires that it is not",
        )),
        Some(required) => {
            decision.pass("merged", pr.is_merged().to_string(), required.to_string());
            Ok(())
        }
        None => {
            decision.skip("merged", "the rule does not require it");
            Ok(())
        }
    }
}

fn check_draft(decision: &mut DecisionBuilder, pr: &PullRequest, rule: &PullRequestRule) -> Result<(), Rejection> {
    if !rule.deny_drafts {
        decision.skip("draft", "the rule allows drafts");
        return Ok(());
    }
    let found = match pr.draft {
        Some(false) => {
            decision.pass("draft", "no", "no drafts");
            return Ok(());
        }
        Some(true) => "is a draft",
        None => "may be a draft: GitHub's data does not say",
    };
    Err(Rejection::new(ReasonCode::PullRequestDraft, format!("{} {found}", pr.name()), "the rule denies drafts"))
}
