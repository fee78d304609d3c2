//! A decision as the shim carries it out.

use crate::decision::{CheckRecord, CheckStatus, Decision, EventCommit, Facts, Identity, IdentityKind};
use crate::format::json::Json;
use crate::github::account::Account;
use crate::github::pull_request::PullRequest;
use crate::runner::inputs::ReportOptions;
use crate::text::{capitalise, escape_log_line, quote};

use super::disposition::Disposition;
use super::{Annotation, File, LogGroup, Outcome, Outputs, decision_json, other_checks_title, summary};

type Value = fn(&Decision) -> String;

/// The guard's outputs: each name and how it follows from the decision. `allowed` is written last, so that whatever
/// goes wrong before leaves it `false`.
pub const OUTPUTS: &[(&str, Value)] = &[
    ("decision", |decision| decision.verdict().name().to_owned()),
    ("reason-code", |decision| decision.code().name().to_owned()),
    ("reason", |decision| decision.reason().to_owned()),
    ("rule", |decision| decision.facts().rule.clone()),
    ("command", |decision| decision.facts().command.clone()),
    ("label", |decision| decision.facts().label.clone()),
    ("event", |decision| decision.facts().event.name.clone()),
    ("event-type", |decision| decision.facts().event.activity.clone()),
    ("actor", |decision| identity(decision, IdentityKind::Actor, |account| account.login.clone())),
    ("actor-id", |decision| {
        identity(decision, IdentityKind::Actor, |account| account.id.map(|id| id.to_string()).unwrap_or_default())
    }),
    ("triggering-actor", triggering_actor),
    ("pr-number", |decision| pull_request(decision, |pr| pr.number.to_string())),
    ("pr-author", |decision| pull_request(decision, |pr| pr.author.clone().unwrap_or_default().login)),
    ("pr-state", |decision| pull_request(decision, |pr| pr.state.name().to_owned())),
    ("head-ref", |decision| head(decision, |pr| &pr.head_ref, |commit| &commit.head_ref)),
    ("head-sha", |decision| {
        // An unverified commit must not be checked out.
        if decision.facts().pull_request.is_some() && !decision.facts().head_verified {
            return String::new();
        }
        head(decision, |pr| &pr.head_sha, |commit| &commit.head_sha)
    }),
    ("head-repo", |decision| head(decision, |pr| &pr.head_repository, |commit| &commit.head_repository)),
    ("base-ref", |decision| head(decision, |pr| &pr.base_ref, |commit| &commit.base_ref)),
    ("base-sha", |decision| head(decision, |pr| &pr.base_sha, |commit| &commit.base_sha)),
    ("fork", |decision| pull_request(decision, |pr| pr.is_fork().to_string())),
    ("draft", |decision| pull_request(decision, |pr| pr.draft.unwrap_or_default().to_string())),
    ("merged", |decision| pull_request(decision, |pr| pr.is_merged().to_string())),
    ("merge-commit-sha", |decision| {
        pull_request(decision, |pr| if pr.is_merged() { pr.merge_commit_sha.clone() } else { String::new() })
    }),
    ("labels", |decision| pull_request(decision, |pr| super::json(&pr.labels))),
    ("payload", |decision| {
        let payload = decision.facts().payload.clone();
        payload.map(|fields| Json::Object(fields).to_compact()).unwrap_or_default()
    }),
    ("provenance", |decision| decision.facts().provenance.level.clone()),
    ("result", decision_json),
    ("allowed", |decision| decision.is_allowed().to_string()),
];

fn pull_request(decision: &Decision, value: impl Fn(&PullRequest) -> String) -> String {
    decision.facts().pull_request.as_ref().map(value).unwrap_or_default()
}

fn head(
    decision: &Decision,
    of_pull_request: fn(&PullRequest) -> &String,
    of_commit: fn(&EventCommit) -> &String,
) -> String {
    let Facts { pull_request, commit, .. } = decision.facts();
    let value = pull_request.as_ref().map(of_pull_request).or_else(|| commit.as_ref().map(of_commit));
    value.cloned().unwrap_or_default()
}

fn identity(decision: &Decision, kind: IdentityKind, value: impl Fn(&Account) -> String) -> String {
    let found = decision.facts().identities.iter().find(|identity: &&Identity| identity.kind == kind);
    found.map(|identity| value(&identity.account)).unwrap_or_default()
}

fn triggering_actor(decision: &Decision) -> String {
    let login = |account: &Account| account.login.clone();
    // It is an identity of its own only if somebody else started the attempt.
    match identity(decision, IdentityKind::TriggeringActor, login) {
        other if other.is_empty() => identity(decision, IdentityKind::Actor, login),
        other => other,
    }
}

/// The sentence for a run that may proceed, without its full stop.
pub fn allowed_sentence(facts: &Facts) -> String {
    let event = &facts.event;
    let activity = if event.activity.is_empty() { String::new() } else { format!(" ({})", quote(&event.activity)) };
    let actor = facts.identities.first().map_or("", |actor| actor.account.login.as_str());
    let about = facts
        .pull_request
        .as_ref()
        .map_or(String::new(), |pr| format!(" for pull request #{} at commit `{}`", pr.number, pr.head_sha));
    format!("the event `{}`{activity} by {} may proceed{about}", event.name, quote(actor))
}

/// What the shim carries out for a decision.
pub fn outcome(decision: &Decision, options: &ReportOptions, evidence: Option<String>) -> Outcome {
    let outputs = Outputs(OUTPUTS.iter().map(|(name, value)| (*name, value(decision))).collect());
    let audit = outputs.get("result");
    let mut files = Vec::new();
    if let (Some(path), Some(text)) = (&options.evidence_file, evidence) {
        files.push(File { input: "evidence-file", path: path.clone(), text, append: false });
    }
    // Last, so that it never records `allowed` for a run that failed to write another file.
    if let Some(path) = &options.audit_file {
        files.push(File { input: "audit-file", path: path.clone(), text: format!("{audit}\n"), append: true });
    }
    let disposition = Disposition::new(decision, options);
    let note = disposition.note(options);
    Outcome {
        exit_code: disposition.exit_code(),
        annotation: annotation(decision, disposition),
        log: log(decision, disposition, note),
        log_groups: vec![other_checks(decision), LogGroup::audit(audit)],
        summary: options.summary.then(|| summary::guard(decision, disposition, note)),
        files,
        outputs,
    }
}

fn annotation(decision: &Decision, disposition: Disposition) -> Option<Annotation> {
    let level = disposition.annotation_level()?;
    let reason = disposition.annotated(decision.reason());
    Some(Annotation::new(level, decision.code(), &reason, decision.help()))
}

/// What a reader has to know, the check that failed included.
fn log(decision: &Decision, disposition: Disposition, note: &str) -> Vec<String> {
    let title = disposition.log_title();
    let mut lines = vec![
        format!("dispatch-guard {}: {title} ({})", crate::VERSION, decision.code().name()),
        format!("  {}.", capitalise(decision.reason())),
    ];
    if !decision.help().is_empty() {
        lines.push(format!("  help: {}", decision.help()));
    }
    if !note.is_empty() {
        lines.push(format!("  note: {note}."));
    }
    let failed = decision.checks().iter().filter(|check| check.status == CheckStatus::Fail);
    lines.extend(failed.map(|check| format!("  {}", check_line(check))));
    lines.iter().map(|line| escape_log_line(line)).collect()
}

/// The checks that passed or were not made.
fn other_checks(decision: &Decision) -> LogGroup {
    let others = decision.checks().iter().filter(|check| check.status != CheckStatus::Fail);
    LogGroup {
        title: other_checks_title(decision.checks()),
        lines: others.map(|check| escape_log_line(&check_line(check))).collect(),
    }
}

fn check_line(check: &CheckRecord) -> String {
    let mark = check.status.mark();
    let expected = match (check.expected.as_str(), check.status) {
        ("", _) => String::new(),
        (expected, CheckStatus::Fail) => format!("; {expected}"),
        (expected, _) => format!(" (expected: {expected})"),
    };
    format!("{mark} {}: {}{expected}", check.label(), check.found)
}
