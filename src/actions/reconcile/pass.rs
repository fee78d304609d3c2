//! One pass over the pull requests: which of them have no run, and the dispatch for each of those.

use crate::actions::common::ActionContext;
use crate::actions::report::CommitStatus;
use crate::actions::send::delivery::Delivery;
use crate::actions::send::prepare::{PreparedDispatch, new_envelope};
use crate::actions::send::request::DispatchRequest;
use crate::checks::paging::{PAGE_SIZE, page_path};
use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::client::TOTAL_TIMEOUT_MS;
use crate::github::error::invalid_response;
use crate::github::pull_request::{PullRequest, lacks_field};
use crate::github::url::repository_path;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::invocation::Invocation;
use crate::text::quote;

use super::list::Candidate;
use super::request::ReconcileRequest;

/// How many pages of 100 statuses of a commit are read at most.
const MAX_STATUS_PAGES: usize = 10;
/// How long a pass may go on to the next pull request, in milliseconds.
const PASS_BUDGET_MS: u64 = 20 * 60_000;
/// The pause between two dispatches, in milliseconds (REST API, "Best practices": at least a second between writes).
const PAUSE_MS: u32 = 1_000;

/// What became of a pull request without a run.
enum Step {
    Sent,
    Skipped(&'static str),
}

/// What the pass has found and done.
#[derive(Clone, Default)]
pub struct PassRecord {
    /// The pull requests that have no run.
    pub missed: Vec<u64>,
    /// Those for which a dispatch was sent.
    pub sent: Vec<u64>,
    /// Each with since when, and what was done.
    pub rows: Vec<[String; 3]>,
    /// Why some could not be read or sent.
    pub failures: Vec<Rejection>,
    /// How many dispatches were tried.
    attempts: usize,
}

/// A pass with what it needs.
pub struct Pass<'a> {
    pub invocation: &'a Invocation<'a>,
    pub tools: &'a ActionContext<'a>,
    pub request: &'a ReconcileRequest,
    /// Called after each dispatch.
    pub on_sent: &'a dyn Fn(&PassRecord),
}

impl Pass<'_> {
    /// Looks at each pull request in order. One failure does not keep the others from being sent.
    pub async fn run(&self, candidates: &[Candidate], record: &mut PassRecord) {
        let start_ms = self.tools.host.now();
        for candidate in candidates {
            if self.tools.host.now().saturating_sub(start_ms) > PASS_BUDGET_MS {
                let found = format!("the pass took more than {} minutes", PASS_BUDGET_MS / 60_000);
                let expected = "the next pass looks at the pull requests that are left";
                record.failures.push(Rejection::new(ReasonCode::ApiUnavailable, found, expected));
                return;
            }
            self.visit(candidate, record).await;
        }
    }

    async fn visit(&self, candidate: &Candidate, record: &mut PassRecord) {
        let number = candidate.pr.number;
        self.tools.github.renew_deadline(TOTAL_TIMEOUT_MS);
        let result = match self.has_run(&candidate.pr).await {
            Ok(true) => return,
            Ok(false) => {
                record.missed.push(number);
                self.handle(candidate, record).await
            }
            Err(rejection) => Err(rejection),
        };
        let done = match result {
            Ok(Step::Sent) => {
                record.sent.push(number);
                (self.on_sent)(record);
                "dispatched".to_owned()
            }
            Ok(Step::Skipped(why)) => format!("not sent: {why}"),
            Err(mut rejection) => {
                let done = format!("failed: {}", rejection.found);
                rejection.found = format!("{}: {}", candidate.pr.name(), rejection.found);
                record.failures.push(rejection);
                done
            }
        };
        let line = format!("{}: {done}", candidate.pr.name());
        self.tools.host.progress(&self.tools.github.redact(line));
        record.rows.push([format!("#{number}"), candidate.since.clone(), done]);
    }

    async fn handle(&self, candidate: &Candidate, record: &mut PassRecord) -> Result<Step, Rejection> {
        if candidate.shares_head {
            return Ok(Step::Skipped("another pull request has the same head commit"));
        }
        if self.request.is_dry_run {
            return Ok(Step::Skipped("`dry-run` is `true`"));
        }
        if record.attempts >= self.request.limit {
            return Ok(Step::Skipped("the limit of this pass is reached"));
        }
        if record.attempts > 0 {
            self.tools.host.sleep(PAUSE_MS).await;
        }
        record.attempts += 1;
        self.dispatch(&candidate.pr).await.map(|()| Step::Sent)
    }

    /// Whether the newest status of the context says that there is a run, or that a dispatch was sent not long ago.
    async fn has_run(&self, pr: &PullRequest) -> Result<bool, Rejection> {
        let list = format!("{}/commits/{}/statuses", repository_path(&self.request.repository), pr.head_sha);
        // GitHub ignores the case of a context (REST API, "Commit statuses").
        let wanted = self.request.context.to_lowercase();
        for page in 1..=MAX_STATUS_PAGES {
            let path = page_path(&list, page);
            let (json, next) = self.tools.github.get_page(&path).await.map_err(|error| {
                error.into_rejection(&format!("the statuses of commit `{}`", pr.head_sha), "statuses: read")
            })?;
            let statuses = json.as_array().ok_or_else(|| invalid_response(&path, "is not a list"))?;
            for status in statuses {
                let text = |field: &str| {
                    let text = status.get_path(field).as_str();
                    text.ok_or_else(|| invalid_response(&path, &lacks_field(field)))
                };
                // The newest comes first.
                if text("context")?.to_lowercase() == wanted {
                    return self.counts(text("state")?, status, &path);
                }
            }
            if !next.follows(statuses.len(), PAGE_SIZE) {
                return Ok(false);
            }
        }
        let most = MAX_STATUS_PAGES * PAGE_SIZE;
        let found = format!("commit `{}` has more than {most} statuses", pr.head_sha);
        Err(Rejection::new(ReasonCode::ApiInvalidResponse, found, format!("at most {most} are read")))
    }

    fn counts(&self, state: &str, status: &Json, path: &str) -> Result<bool, Rejection> {
        if state != "pending" {
            return Ok(true);
        }
        let created_at = status.get_path("created_at").as_str().and_then(parse_rfc3339);
        let created_at = created_at.ok_or_else(|| invalid_response(path, &lacks_field("created_at")))?;
        Ok(self.tools.host.now() <= created_at.saturating_mul(1000).saturating_add(self.request.stale_ms))
    }

    /// Marks the head commit, and sends the dispatch. Without the mark the next pass would send it once more.
    async fn dispatch(&self, pr: &PullRequest) -> Result<(), Rejection> {
        let Self { invocation, tools, request, .. } = self;
        let own_id = tools.environment.repository_id().unwrap_or(pr.base_repository_id);
        if pr.base_repository_id != own_id {
            let found = format!("it belongs to the repository with the id {}", pr.base_repository_id);
            let expected = format!("this repository has the id {own_id}");
            return Err(Rejection::new(ReasonCode::PullRequestWrongRepository, found, expected));
        }
        let dispatch = DispatchRequest::for_pull_request(
            &request.repository,
            &request.event_type,
            pr.number,
            request.signing_key.clone(),
            request.oidc,
        )?;
        let envelope = new_envelope(invocation, tools.host, &tools.github.redactor())?;
        let nonce = envelope.nonce.clone();
        let prepared = PreparedDispatch::new(&dispatch, Some(envelope), Some(pr), Some(own_id), tools).await?;
        let status = CommitStatus {
            repository: request.repository.clone(),
            sha: pr.head_sha.clone(),
            context: request.context.clone(),
            state: "pending",
            description: "The run was missing and has been dispatched".to_owned(),
            target_url: tools.environment.run_url(),
        };
        status.set(&tools.github).await?;
        let sent = Delivery::new(&tools.github, &dispatch, &nonce, true).send(prepared.payload).await;
        sent.map(|_| ()).map_err(|mut rejection| {
            rejection.found = format!(
                "{}; its status {} stays `pending`, and a pass after `stale` tries again",
                rejection.found,
                quote(&request.context)
            );
            rejection
        })
    }
}
