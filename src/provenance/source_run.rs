//! The proof by the source run: GitHub's API says that the run which the envelope names is one of an allowed workflow,
//! and that it was going on when the envelope was made. It does not say that this run sent the dispatch.

use super::Context;
use super::envelope::Envelope;
use super::oidc::is_listed;
use crate::decision::{Code, Stop};
use crate::github::{Failure, Refusal};
use crate::identity::repository_path;
use crate::json::Json;
use crate::policy::WorkflowRef;
use crate::text::{quote, quote_list};
use crate::time::{parse_rfc3339, rfc3339};

/// What the API says of the source run.
pub struct SourceRun {
    /// What was found, as a clause.
    pub found: String,
    /// Who started the attempt.
    pub actor: String,
}

/// Holds what the envelope says of the run against the rule, without a request.
///
/// # Errors
/// `provenance.run_mismatch`.
pub fn check_named(
    run_id: u64,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: Context<'_>,
) -> Result<(), Stop> {
    if context.environment.run_id() == Some(run_id) {
        return Err(mismatch(
            format!("the envelope names this very run, {run_id}, as its source"),
            "a run cannot have sent the dispatch that started it",
        ));
    }
    check_workflow(envelope, workflows, context)
}

/// Holds the workflow that the envelope names, if it does, against the rule's list.
///
/// # Errors
/// `provenance.run_mismatch`.
pub fn check_workflow(envelope: &Envelope, workflows: &[WorkflowRef], context: Context<'_>) -> Result<(), Stop> {
    match &envelope.workflow_ref {
        Some(workflow) if !is_listed(workflow, workflows, context.environment.repository()) => Err(mismatch(
            format!("the envelope names the workflow {}", quote(workflow)),
            format!("the policy lists {}", listed(workflows)),
        )),
        _ => Ok(()),
    }
}

/// Reads the run and holds it against envelope and rule.
///
/// # Errors
/// `provenance.run_mismatch`; `api.*` where the run cannot be read.
pub async fn verify(
    run_id: u64,
    attempt: u64,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: Context<'_>,
) -> Result<SourceRun, Stop> {
    let path = format!("{}/actions/runs/{run_id}", repository_path(context.environment));
    let mut run = read(&path, run_id, context).await?;
    if run.attempt < attempt {
        return Err(mismatch(
            format!("the envelope names attempt {attempt} of run {run_id}"),
            format!("the run has had {}", run.attempt),
        ));
    }
    if run.attempt > attempt {
        // It was re-run since; the earlier attempt has times of its own.
        let earlier = format!("{path}/attempts/{attempt}");
        run = read(&earlier, run_id, context).await?;
        if run.attempt != attempt {
            return Err(invalid_response(&earlier, "is about another attempt"));
        }
    }
    run.check_origin(run_id, envelope.workflow_ref.as_deref(), workflows, context)?;
    run.check_time(run_id, envelope.issued_at)?;
    Ok(SourceRun { found: format!("run {run_id}, attempt {attempt}, of {}", quote(&run.path)), actor: run.actor })
}

fn mismatch(found: impl Into<String>, allowed: impl Into<String>) -> Stop {
    Stop::new(Code::ProvenanceRunMismatch, found, allowed)
}

fn invalid_response(path: &str, why: &str) -> Stop {
    Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for {} {why}", quote(path)), "")
}

fn listed(workflows: &[WorkflowRef]) -> String {
    quote_list(workflows.iter().map(ToString::to_string), "and")
}

/// A workflow run, or one attempt of it, as far as it is read.
struct Run {
    attempt: u64,
    path: String,
    head_branch: String,
    event: String,
    repository_id: u64,
    head_repository_id: Option<u64>,
    begun: u64,
    /// When it ended; nothing while it goes on.
    ended: Option<u64>,
    actor: String,
}

async fn read(path: &str, run_id: u64, context: Context<'_>) -> Result<Run, Stop> {
    let json = context.github.get(path).await.map_err(|failure| match failure {
        Failure::Refused(Refusal { status: 404 | 410, .. }) => mismatch(
            format!("there is no run {run_id} in {}", quote(context.environment.repository())),
            "or the token may not see it: it needs `actions: read`",
        ),
        failure => failure.into_stop(&format!("the source run {run_id}"), "actions: read"),
    })?;
    if json.at("id").as_u64() != Some(run_id) {
        return Err(invalid_response(path, "is about another run"));
    }
    Run::read(&json).map_err(|field| invalid_response(path, &format!("lacks a sound `{field}`")))
}

impl Run {
    fn read(json: &Json) -> Result<Self, &'static str> {
        let text = |field: &'static str| json.at(field).as_str().map(str::to_owned).ok_or(field);
        let time = |field: &'static str| text(field).and_then(|time| parse_rfc3339(&time).ok_or(field));
        let begun = if json.at("run_started_at").is_null() { time("created_at") } else { time("run_started_at") }?;
        let login = |field: &str| json.at(field).as_str().filter(|login| !login.is_empty()).map(str::to_owned);
        Ok(Self {
            attempt: if json.at("run_attempt").is_null() {
                1
            } else {
                json.at("run_attempt").as_u64().ok_or("run_attempt")?
            },
            path: text("path")?,
            head_branch: json.at("head_branch").as_str().unwrap_or_default().to_owned(),
            event: text("event")?,
            repository_id: json.at("repository.id").as_u64().ok_or("repository.id")?,
            head_repository_id: match json.at("head_repository") {
                Json::Null => None,
                repository => Some(repository.at("id").as_u64().ok_or("head_repository.id")?),
            },
            begun,
            ended: if text("status")? == "completed" { Some(time("updated_at")?) } else { None },
            actor: login("triggering_actor.login").or_else(|| login("actor.login")).unwrap_or_default(),
        })
    }

    /// Repository, workflow file and branch.
    fn check_origin(
        &self,
        run_id: u64,
        named: Option<&str>,
        workflows: &[WorkflowRef],
        context: Context<'_>,
    ) -> Result<(), Stop> {
        let repository_id = context.environment.repository_id().unwrap_or_default();
        let elsewhere = [Some(self.repository_id), self.head_repository_id];
        if let Some(id) = elsewhere.into_iter().flatten().find(|id| *id != repository_id) {
            return Err(mismatch(
                format!("run {run_id} is about the repository with id {id}"),
                format!("this repository has the id {repository_id}"),
            ));
        }
        // Such a run has the head branch of a pull request, which says nothing of the branch that its workflow file
        // came from: that was the base's, or a merge with any branch that the pull request goes to.
        if self.event.starts_with("pull_request") {
            return Err(mismatch(
                format!("run {run_id} was started by {}", quote(&self.event)),
                "the branch of such a run is the pull request's and not that of its workflow",
            )
            .mend("Send from a run of another event, or have the policy require `oidc`, whose token names the workflow's own ref."));
        }
        // The API writes the path alone, or with the short or the full ref behind it.
        let (path, suffix) = self.path.split_once('@').unwrap_or((&self.path, ""));
        let is_this = |workflow: &&WorkflowRef| {
            workflow.path == path
                && workflow.git_ref.strip_prefix("refs/heads/") == Some(&self.head_branch)
                && (suffix.is_empty() || suffix == workflow.git_ref || suffix == self.head_branch)
        };
        let found =
            format!("run {run_id} is of the workflow {} on the branch {}", quote(path), quote(&self.head_branch));
        let Some(workflow) = workflows.iter().find(is_this) else {
            return Err(mismatch(found, format!("the policy lists {}", listed(workflows))));
        };
        match named {
            Some(named) if !is_listed(named, std::slice::from_ref(workflow), context.environment.repository()) => {
                Err(mismatch(found, format!("the envelope names {}", quote(named))))
            }
            _ => Ok(()),
        }
    }

    /// Whether the attempt was going on when the envelope was made.
    fn check_time(&self, run_id: u64, issued_at: u64) -> Result<(), Stop> {
        let made = format!("the envelope was made at {}", rfc3339(issued_at.saturating_mul(1000)));
        if self.begun > issued_at {
            let begun = rfc3339(self.begun.saturating_mul(1000));
            return Err(mismatch(format!("the attempt of run {run_id} began at {begun}"), made));
        }
        match self.ended {
            Some(ended) if ended < issued_at => {
                let ended = rfc3339(ended.saturating_mul(1000));
                Err(mismatch(format!("the attempt of run {run_id} ended at {ended}"), made))
            }
            _ => Ok(()),
        }
    }
}
