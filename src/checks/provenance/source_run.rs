//! The proof by the source run: according to GitHub's API, the run that the envelope names is of an allowed workflow and
//! was in progress when the envelope was made. That does not prove that this run sent the dispatch.

use crate::checks::CheckContext;
use crate::envelope::{CLOCK_SKEW_SECS, Envelope};
use crate::format::json::Json;
use crate::format::timestamp::{format_rfc3339, parse_rfc3339};
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::policy::WorkflowRef;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

/// The permission to read the source run.
pub const PERMISSION: &str = "actions: read";

/// What the API reports about the source run.
pub struct SourceRun {
    /// What was found, as a clause.
    pub found: String,
    /// Who started the attempt.
    pub actor: String,
}

/// Checks the run that the envelope names against the rule, without a request.
///
/// # Errors
/// `provenance.run_mismatch`.
pub fn check_envelope_run(
    run_id: u64,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    if context.environment.run_id() == Some(run_id) {
        return Err(mismatch(
            format!("the envelope names this very run, {run_id}, as its source"),
            "a run cannot have sent the dispatch that started it",
        ));
    }
    check_workflow(envelope, workflows, context)
}

/// Checks the workflow that the envelope names, if any, against the rule's list.
///
/// # Errors
/// `provenance.run_mismatch`.
pub fn check_workflow(
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    match &envelope.workflow_ref {
        Some(workflow) if !any_matches(workflows, workflow, context) => Err(mismatch(
            format!("the envelope names the workflow {}", quote(workflow)),
            format!("the policy lists {}", listed(workflows)),
        )),
        _ => Ok(()),
    }
}

/// Fetches the run and checks it against envelope and rule.
///
/// # Errors
/// `provenance.run_mismatch`; `api.*` if the run cannot be fetched.
pub async fn verify(
    run_id: u64,
    attempt: u64,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: CheckContext<'_>,
) -> Result<SourceRun, Rejection> {
    let path = format!("{}/actions/runs/{run_id}", context.repository_path());
    let mut run = read(&path, run_id, context).await?;
    if run.attempt < attempt {
        return Err(mismatch(
            format!("the envelope names attempt {attempt} of run {run_id}"),
            format!("the run has had {}", run.attempt),
        ));
    }
    if run.attempt > attempt {
        // It was re-run since; the earlier attempt has other times.
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

fn mismatch(found: impl Into<String>, allowed: impl Into<String>) -> Rejection {
    Rejection::new(ReasonCode::ProvenanceRunMismatch, found, allowed)
}

fn any_matches(workflows: &[WorkflowRef], workflow_ref: &str, context: CheckContext<'_>) -> bool {
    workflows.iter().any(|listed| listed.matches(workflow_ref, context.environment.repository()))
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
    started_at: u64,
    /// `None` while it is in progress.
    completed_at: Option<u64>,
    actor: String,
}

async fn read(path: &str, run_id: u64, context: CheckContext<'_>) -> Result<Run, Rejection> {
    let json = context.github.get(path).await.map_err(|error| match error {
        ApiError::Status(ErrorResponse { status: 404 | 410, .. }) => mismatch(
            format!("there is no run {run_id} in {}", quote(context.environment.repository())),
            "or the token cannot see it: it needs `actions: read`",
        ),
        error => error.into_rejection(&format!("the source run {run_id}"), PERMISSION),
    })?;
    if json.get_path("id").as_u64() != Some(run_id) {
        return Err(invalid_response(path, "is about another run"));
    }
    Run::read(&json).map_err(|field| invalid_response(path, &format!("has no valid `{field}`")))
}

impl Run {
    fn read(json: &Json) -> Result<Self, &'static str> {
        let text = |field: &'static str| json.get_path(field).as_str().map(str::to_owned).ok_or(field);
        let time = |field: &'static str| text(field).and_then(|time| parse_rfc3339(&time).ok_or(field));
        // Older servers do not report when the attempt started.
        let start = if json.get_path("run_started_at").is_null() { "created_at" } else { "run_started_at" };
        let login = |field: &str| json.get_path(field).as_str().filter(|login| !login.is_empty()).map(str::to_owned);
        Ok(Self {
            attempt: json.get_path("run_attempt").as_u64().ok_or("run_attempt")?,
            path: text("path")?,
            head_branch: json.get_path("head_branch").as_str().unwrap_or_default().to_owned(),
            event: text("event")?,
            repository_id: json.get_path("repository.id").as_u64().ok_or("repository.id")?,
            head_repository_id: match json.get_path("head_repository") {
                Json::Null => None,
                repository => Some(repository.get_path("id").as_u64().ok_or("head_repository.id")?),
            },
            started_at: time(start)?,
            completed_at: if text("status")? == "completed" { Some(time("updated_at")?) } else { None },
            actor: login("triggering_actor.login").or_else(|| login("actor.login")).unwrap_or_default(),
        })
    }

    /// Checks repository, workflow file and branch.
    fn check_origin(
        &self,
        run_id: u64,
        named: Option<&str>,
        workflows: &[WorkflowRef],
        context: CheckContext<'_>,
    ) -> Result<(), Rejection> {
        let repository_id = context.repository_id();
        let repositories = [Some(self.repository_id), self.head_repository_id];
        if let Some(id) = repositories.into_iter().flatten().find(|id| *id != repository_id) {
            return Err(mismatch(
                format!("run {run_id} is about the repository with id {id}"),
                format!("this repository has the id {repository_id}"),
            ));
        }
        // The head branch of such a run is the pull request's. Its workflow file is from another branch: the base, or a
        // merge with it.
        if self.event.starts_with("pull_request") {
            return Err(mismatch(
                format!("run {run_id} was started by {}", quote(&self.event)),
                "the head branch of such a run is the pull request's, not that of its workflow",
            )
            .with_help("Send from a run of another event, or have the policy require `oidc`, whose token names the workflow's own ref."));
        }
        // The API reports the path alone, or followed by the short or the full ref.
        let (path, suffix) = self.path.split_once('@').unwrap_or((&self.path, ""));
        let is_source = |workflow: &&WorkflowRef| {
            workflow.path == path
                && workflow.git_ref.strip_prefix("refs/heads/") == Some(&self.head_branch)
                && (suffix.is_empty() || suffix == workflow.git_ref || suffix == self.head_branch)
        };
        let found =
            format!("run {run_id} is of the workflow {} on the branch {}", quote(path), quote(&self.head_branch));
        let Some(workflow) = workflows.iter().find(is_source) else {
            return Err(mismatch(found, format!("the policy lists {}", listed(workflows))));
        };
        match named {
            Some(named) if !workflow.matches(named, context.environment.repository()) => {
                Err(mismatch(found, format!("the envelope names {}", quote(named))))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the attempt was in progress when the envelope was made, as far as the sender's clock can tell.
    fn check_time(&self, run_id: u64, issued_at: u64) -> Result<(), Rejection> {
        let date = |seconds: u64| format_rfc3339(seconds.saturating_mul(1000));
        let wrong = |verb: &str, at: u64| {
            mismatch(
                format!("the attempt of run {run_id} {verb} at {}", date(at)),
                format!("the envelope was made at {}; clocks may differ by {CLOCK_SKEW_SECS} seconds", date(issued_at)),
            )
        };
        if self.started_at > issued_at.saturating_add(CLOCK_SKEW_SECS) {
            return Err(wrong("started", self.started_at));
        }
        match self.completed_at {
            Some(completed) if completed.saturating_add(CLOCK_SKEW_SECS) < issued_at => {
                Err(wrong("completed", completed))
            }
            _ => Ok(()),
        }
    }
}
