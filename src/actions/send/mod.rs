//! Send: starts a guarded run, with a payload that pins what it is about and proves who sent it, and waits for the run.
//!
//! What needs no request is checked first, so that a wrong input costs nothing. Nothing is sent before everything was
//! checked.

use futures_util::future::join;

use crate::actions::common::{ActionContext, finish};
use crate::format::json::Json;
use crate::github::pull_request::PullRequest;
use crate::host::Host;
use crate::outcome::Outcome;
use crate::outcome::action::ActionReport;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::inputs;
use crate::runner::invocation::Invocation;
use crate::text::quote;

pub mod delivery;
mod id_token;
mod payload;
pub mod prepare;
pub mod request;
mod wait;

use delivery::Delivery;
use prepare::{PreparedDispatch, new_envelope};
use request::{DispatchRequest, Target, WaitUntil};
use wait::{SentDispatch, Waiter};

/// What is known of the dispatch so far.
#[derive(Debug, Clone, Default)]
struct SendReport {
    /// `owner/name` of the target repository.
    repository: String,
    /// Empty for a `workflow_dispatch`.
    event_type: String,
    /// The file of the workflow; empty for a `repository_dispatch`.
    workflow: String,
    pr_number: Option<u64>,
    head_sha: String,
    nonce: String,
    /// Its position in a chain of dispatches, from 1; `None` without an envelope.
    hops: Option<u64>,
    /// `signature` and `oidc`, if they were added.
    proofs: Vec<&'static str>,
    /// The payload as it is sent, without the ID token: the runner drops an output that contains a secret.
    payload: String,
    is_sent: bool,
    run_id: Option<u64>,
    run_url: String,
    /// Empty as long as the run has not ended, or nobody waits.
    conclusion: String,
}

/// Sends. Every failure ends in an outcome that says whether something was sent, or may have been.
pub async fn send(invocation: &Invocation<'_>, host: &dyn Host) -> Outcome {
    let mut report = SendReport::default();
    match ActionContext::new(inputs::SEND, invocation, host) {
        Err(rejection) => finish(report.into_report(Err(rejection)), invocation, host, None),
        Ok(mut tools) => {
            let result = perform(invocation, host, &mut tools, &mut report).await;
            finish(report.into_report(result), invocation, host, Some(&tools.github))
        }
    }
}

/// The names of the outputs.
#[cfg(feature = "cli")]
pub fn output_names() -> Vec<&'static str> {
    SendReport::default().into_report(Ok(String::new())).output_names()
}

impl SendReport {
    fn set_run(&mut self, run_id: Option<u64>, tools: &ActionContext<'_>) {
        self.run_id = run_id;
        self.run_url = run_id.map_or(String::new(), |run| {
            format!("{}/{}/actions/runs/{run}", tools.environment.server_url(), self.repository)
        });
    }

    fn into_report(self, result: Result<String, Rejection>) -> ActionReport {
        let number = |value: Option<u64>| value.map_or(Json::Null, Json::integer);
        ActionReport {
            action: "send",
            success_output: "sent",
            deciding: None,
            has_summary: true,
            facts: vec![
                ("repository", Json::string(self.repository)),
                ("event_type", Json::string(self.event_type.clone())),
                ("workflow", Json::string(self.workflow)),
                ("pr_number", number(self.pr_number)),
                ("head_sha", Json::string(self.head_sha.clone())),
                ("nonce", Json::string(self.nonce.clone())),
                ("hops", number(self.hops)),
                ("proofs", Json::string(self.proofs.join(", "))),
                ("run_url", Json::string(self.run_url.clone())),
                ("conclusion", Json::string(self.conclusion.clone())),
            ],
            table: None,
            outputs: vec![
                ("event-type", self.event_type),
                ("nonce", self.nonce),
                ("pr-number", self.pr_number.map(|number| number.to_string()).unwrap_or_default()),
                ("head-sha", self.head_sha),
                ("payload", self.payload),
                ("run-id", self.run_id.map(|run| run.to_string()).unwrap_or_default()),
                ("run-url", self.run_url),
                ("conclusion", self.conclusion),
            ],
            is_done: self.is_sent,
            result,
        }
    }
}

/// Every step in order. The answer is the sentence for success.
async fn perform(
    invocation: &Invocation<'_>,
    host: &dyn Host,
    tools: &mut ActionContext<'_>,
    report: &mut SendReport,
) -> Result<String, Rejection> {
    let request = DispatchRequest::read(tools)?;
    request.repository.clone_into(&mut report.repository);
    match &request.target {
        Target::EventType(event_type) => event_type.clone_into(&mut report.event_type),
        Target::Workflow { file, .. } => file.clone_into(&mut report.workflow),
    }
    report.pr_number = request.pull_request.as_ref().map(|pr| pr.number);
    let envelope =
        if request.envelope { Some(new_envelope(invocation, host, &tools.github.redactor())?) } else { None };

    let (pr, repository_id) = look_up(&request, tools).await?;
    if let Some(pr) = &pr {
        pr.head_sha.clone_into(&mut report.head_sha);
    }

    if let Some(envelope) = &envelope {
        envelope.nonce.clone_into(&mut report.nonce);
        report.hops = Some(envelope.hops);
    }
    let prepared = PreparedDispatch::new(&request, envelope, pr.as_ref(), repository_id, tools).await?;
    report.proofs = prepared.proofs;
    report.payload = Json::Object(prepared.shown).to_compact();

    let has_read = pr.is_some() || (request.is_cross_repository && repository_id.is_some());
    let sent_ms = host.now();
    let accepted = Delivery::new(&tools.github, &request, &report.nonce, has_read).send(prepared.payload).await?;
    report.is_sent = true;
    report.set_run(accepted.run_id, tools);
    let what = sentence(&request, report);
    if request.wait.until != WaitUntil::Sent {
        let found = format!("{what}, and the step ended before its run was found");
        tell_so_far(report, Rejection::new(ReasonCode::RunNotStarted, found, ""), invocation, tools);
        wait_for_run(&request, invocation, tools, report, sent_ms, &what).await?;
    }
    Ok(match report.run_id {
        Some(run) if report.conclusion.is_empty() => format!("{what}, which started run {run}"),
        Some(run) => format!("{what}; run {run} ended with {}", quote(&report.conclusion)),
        None => what,
    })
}

/// Waits for the run, as the input `wait` says.
async fn wait_for_run(
    request: &DispatchRequest,
    invocation: &Invocation<'_>,
    tools: &ActionContext<'_>,
    report: &mut SendReport,
    sent_ms: u64,
    what: &str,
) -> Result<(), Rejection> {
    let host = tools.host;
    let nonce = if report.nonce.is_empty() { String::new() } else { format!(" with the nonce `{}`", report.nonce) };
    host.progress(&tools.github.redact(format!("{what}{nonce}; waiting for its run")));
    let head_sha = match &request.pull_request {
        Some(pr) if pr.is_in_target => report.head_sha.clone(),
        _ => String::new(),
    };
    let what = request.target.describe();
    let dispatch = SentDispatch {
        repository: &request.repository,
        what: &what,
        nonce: &report.nonce.clone(),
        head_sha: &head_sha,
        sent_ms,
    };
    let waiter = Waiter { github: &tools.github, host, dispatch, wait: &request.wait };
    let run = match report.run_id {
        Some(run) => run,
        None if report.nonce.is_empty() => {
            return Err(Rejection::new(
                ReasonCode::RunNotStarted,
                format!("{what} was sent, and the server did not say which run it started"),
                "only newer servers respond with the run's id",
            )
            .with_help("Remove `wait`, or use `event-type` instead of `workflow`."));
        }
        None => waiter.find().await?,
    };
    report.set_run(Some(run), tools);
    host.progress(&tools.github.redact(format!("run {run} has started: {}", report.run_url)));
    if request.wait.until == WaitUntil::Completed {
        let found = format!("{what} was sent, and the step ended before run {run} did");
        tell_so_far(report, Rejection::new(ReasonCode::RunNotCompleted, found, ""), invocation, tools);
        report.conclusion = waiter.complete(run).await?;
    }
    wait::check_conclusion(&request.wait, run, &report.conclusion)
}

/// Writes the outputs for the case that the step is cancelled from now on: it must not look as if nothing was sent.
fn tell_so_far(report: &SendReport, cancelled: Rejection, invocation: &Invocation<'_>, tools: &ActionContext<'_>) {
    let outcome = finish(report.clone().into_report(Err(cancelled)), invocation, tools.host, Some(&tools.github));
    tools.host.interim_outputs(&outcome.outputs.0);
}

/// The pull request and the id of the target repository, concurrently, if they are needed.
async fn look_up(
    request: &DispatchRequest,
    tools: &ActionContext<'_>,
) -> Result<(Option<PullRequest>, Option<u64>), Rejection> {
    let is_pinned_in_target = request.pull_request.as_ref().is_some_and(|pr| pr.is_in_target);
    let needed = is_pinned_in_target || request.has_proof();
    let own = tools.environment.repository_id().filter(|_| !request.is_cross_repository);
    let repository_id = async {
        match own {
            None if needed => delivery::repository_id(&tools.github, request).await.map(Some),
            own => Ok(own),
        }
    };
    let pull_request = async {
        match &request.pull_request {
            Some(pr) => PullRequest::fetch(&tools.github, &pr.repository, pr.number, "").await.map(Some),
            None => Ok(None),
        }
    };
    let (repository_id, pull_request) = join(repository_id, pull_request).await;
    let (repository_id, pull_request) = (repository_id?, pull_request?);
    if let (Some(pr), Some(id)) = (&pull_request, repository_id)
        && is_pinned_in_target
        && pr.base_repository_id != id
    {
        return Err(Rejection::new(
            ReasonCode::PullRequestWrongRepository,
            format!("{} belongs to the repository with the id {}", pr.name(), pr.base_repository_id),
            format!("the dispatch goes to {}, which has the id {id}", quote(&request.repository)),
        )
        .with_help("Give `pr-number` a pull request of the target repository, or set `pr-repository`."));
    }
    if let (Some(pr), Some(input)) = (&pull_request, &request.pull_request)
        && input.head_sha.as_ref().is_some_and(|known| *known != pr.head_sha)
    {
        return Err(Rejection::new(
            ReasonCode::PullRequestHeadMoved,
            format!("the head of {} is commit `{}`", pr.name(), pr.head_sha),
            format!("the input `head-sha` is `{}`", input.head_sha.as_deref().unwrap_or_default()),
        ));
    }
    Ok((pull_request, repository_id))
}

fn sentence(request: &DispatchRequest, report: &SendReport) -> String {
    let about = report
        .pr_number
        .map_or(String::new(), |number| format!(" for pull request #{number} at commit `{}`", report.head_sha));
    format!("{} was sent to {}{about}", request.target.describe(), quote(&request.repository))
}
