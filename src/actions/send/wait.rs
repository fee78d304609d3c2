//! Waiting for the run that a dispatch started.
//!
//! GitHub does not say which run a `repository_dispatch` starts. The newest run may belong to another dispatch, so the run
//! is found by the envelope's nonce: in the run's title, or in the claim that a guard with `once` leaves on the head commit.

use crate::checks::once;
use crate::checks::paging::{PAGE_SIZE, page_path};
use crate::format::json::Json;
use crate::format::timestamp::format_rfc3339;
use crate::github::client::GithubClient;
use crate::github::error::{ApiError, invalid_response};
use crate::github::event_name::EventName;
use crate::github::pull_request::lacks_field;
use crate::github::url::{encode_path_segment, repository_path};
use crate::host::Host;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::request::{Wait, WaitUntil};

const PERMISSION: &str = "actions: read";
/// The first pause between two requests, in milliseconds. Each one is half as long again as the one before.
const FIRST_PAUSE_MS: u64 = 2_000;
/// The longest pause, in milliseconds: 240 requests an hour, of the 1,000 that `GITHUB_TOKEN` has for a repository.
const LONGEST_PAUSE_MS: u64 = 15_000;
/// How often the log says that the action still waits, in milliseconds.
const PROGRESS_MS: u64 = 30_000;
/// How many pages of 100 runs, or 100 statuses, are read at most.
const MAX_PAGES: usize = 10;
/// How far the clocks of runner and server may differ, in milliseconds.
const CLOCK_SKEW_MS: u64 = 60_000;
/// How long the requests of one look may take, in milliseconds.
const LOOK_BUDGET_MS: u64 = 60_000;

/// The dispatch whose run is waited for.
pub struct SentDispatch<'a> {
    /// `owner/name` of the repository where the run starts.
    pub repository: &'a str,
    /// The dispatch in words.
    pub what: &'a str,
    /// The envelope's nonce; empty for a `workflow_dispatch`.
    pub nonce: &'a str,
    /// The pinned head commit, on which a guard with `once` leaves its claim; otherwise empty.
    pub head_sha: &'a str,
    /// When it was sent, in Unix milliseconds.
    pub sent_ms: u64,
}

/// A look at the runs.
enum Look<T> {
    Found(T),
    NotYet,
}

/// Waits for the run of a dispatch.
pub struct Waiter<'a> {
    pub github: &'a GithubClient<'a>,
    pub host: &'a dyn Host,
    pub dispatch: SentDispatch<'a>,
    pub wait: &'a Wait,
}

impl Waiter<'_> {
    /// Waits until the run is known. The answer is its id.
    ///
    /// # Errors
    /// `run.not_started`, `run.ambiguous`, or `api.*`.
    pub async fn find(&self) -> Result<u64, Rejection> {
        let found = self.poll("no run of it is known yet", async || self.look_for_run().await).await?;
        found.map_err(|last_error| {
            let found = format!("{} was sent, and no run of it was found within {}", self.dispatch.what, self.limit());
            let rejection = Rejection::new(ReasonCode::RunNotStarted, found, last_error);
            rejection.with_help(format!(
                "Check that a workflow on the default branch listens for it, and that its `run-name` contains \
                 `${{{{ github.event.client_payload._guard.nonce }}}}`; this nonce is `{}`.",
                self.dispatch.nonce
            ))
        })
    }

    /// Waits until the run has ended. The answer is its conclusion.
    ///
    /// # Errors
    /// `run.not_completed`, or `api.*`.
    pub async fn complete(&self, run: u64) -> Result<String, Rejection> {
        let path = format!("{}/actions/runs/{run}", repository_path(self.dispatch.repository));
        let doing = format!("run {run} has not ended yet");
        let ended = self.poll(&doing, async || self.look_for_conclusion(&path).await).await?;
        ended.map_err(|last_error| {
            let found = format!("{} was sent, and run {run} did not end within {}", self.dispatch.what, self.limit());
            Rejection::new(ReasonCode::RunNotCompleted, found, last_error)
        })
    }

    fn limit(&self) -> String {
        format!("{} s", self.wait.timeout_ms / 1000)
    }

    /// Looks until there is something or the time is up. An error that may pass does not end the wait; the last one is
    /// the answer if the time is up.
    async fn poll<T>(
        &self,
        doing: &str,
        look: impl AsyncFn() -> Result<Look<T>, ApiError>,
    ) -> Result<Result<T, String>, Rejection> {
        let end_ms = self.dispatch.sent_ms.saturating_add(self.wait.timeout_ms);
        let mut pause_ms = FIRST_PAUSE_MS;
        let mut next_progress_ms = self.host.now().saturating_add(PROGRESS_MS);
        let mut last_error;
        loop {
            self.github.renew_deadline(LOOK_BUDGET_MS);
            match look().await {
                Ok(Look::Found(found)) => return Ok(Ok(found)),
                Ok(Look::NotYet) => last_error = String::new(),
                Err(ApiError::Rejected(rejection)) if rejection.code.is_temporary() => {
                    last_error = format!("the last look failed: {}", rejection.found);
                }
                Err(error) => {
                    let mut rejection = error.into_rejection("the workflow runs", PERMISSION);
                    rejection.found = format!("{} was sent, but then: {}", self.dispatch.what, rejection.found);
                    return Err(rejection);
                }
            }
            let now_ms = self.host.now();
            if now_ms >= end_ms {
                return Ok(Err(last_error));
            }
            if now_ms >= next_progress_ms {
                let seconds = now_ms.saturating_sub(self.dispatch.sent_ms) / 1000;
                self.host.progress(&format!("{doing} ({seconds} s of {})", self.limit()));
                next_progress_ms = now_ms.saturating_add(PROGRESS_MS);
            }
            self.host.sleep(u32::try_from(pause_ms.min(end_ms - now_ms)).unwrap_or(u32::MAX)).await;
            pause_ms = (pause_ms + pause_ms / 2).min(LONGEST_PAUSE_MS);
        }
    }

    async fn look_for_run(&self) -> Result<Look<u64>, ApiError> {
        let runs = self.list_runs().await?;
        let mut of_dispatch: Vec<u64> =
            runs.iter().filter(|run| run.title.contains(self.dispatch.nonce)).map(|run| run.id).collect();
        if of_dispatch.is_empty() && !runs.is_empty() && !self.dispatch.head_sha.is_empty() {
            of_dispatch = self.runs_with_claims(&runs).await?;
        }
        match of_dispatch.as_slice() {
            [] => Ok(Look::NotYet),
            [run] => Ok(Look::Found(*run)),
            several => {
                let ids: Vec<String> = several.iter().map(u64::to_string).collect();
                let found = format!("{} started the runs {}", self.dispatch.what, quote_list(&ids, "and"));
                Err(Rejection::new(ReasonCode::RunAmbiguous, found, "expected one run to wait for").into())
            }
        }
    }

    /// The runs of `repository_dispatch` since sending, of the workflow that is meant.
    async fn list_runs(&self) -> Result<Vec<Run>, ApiError> {
        let since = format_rfc3339(self.dispatch.sent_ms.saturating_sub(CLOCK_SKEW_MS));
        let list = format!(
            "{}/actions/runs?event={}&created={}",
            repository_path(self.dispatch.repository),
            EventName::RepositoryDispatch.name(),
            encode_path_segment(&format!(">={since}")),
        );
        let mut runs = Vec::new();
        for page in 1..=MAX_PAGES {
            let path = page_path(&list, page);
            let (json, next) = self.github.poll(&path).await?;
            let elements = json.get_path("workflow_runs").as_array();
            let elements = elements.ok_or_else(|| invalid_response(&path, &lacks_field("workflow_runs")))?;
            for element in elements {
                let run =
                    Run::read(element).ok_or_else(|| invalid_response(&path, "has a run without `id` or `path`"))?;
                let is_meant = self.wait.workflow.as_deref().is_none_or(|file| run.file() == file);
                // A run can move to the next page while the pages are read.
                if is_meant && runs.iter().all(|known: &Run| known.id != run.id) {
                    runs.push(run);
                }
            }
            if !next.follows(elements.len(), PAGE_SIZE) {
                break;
            }
        }
        Ok(runs)
    }

    /// The runs whose guard has claimed the dispatch on the head commit.
    async fn runs_with_claims(&self, runs: &[Run]) -> Result<Vec<u64>, ApiError> {
        let repository = self.dispatch.repository;
        let list = format!("{}/commits/{}/statuses", repository_path(repository), self.dispatch.head_sha);
        let mut claiming = Vec::new();
        for page in 1..=MAX_PAGES {
            let path = page_path(&list, page);
            let (statuses, next) = match self.github.poll(&path).await {
                Ok(answer) => answer,
                // Reading claims is optional: it takes `statuses: read`, and the title is enough.
                Err(ApiError::Status(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error),
            };
            let statuses = statuses.as_array().ok_or_else(|| invalid_response(&path, "is not a list"))?;
            for run in runs {
                let workflow = format!("{repository}/{}", run.workflow_path());
                let context = once::claim_context(&workflow, self.dispatch.nonce);
                let page = format!("/actions/runs/{}", run.id);
                let is_claim = |status: &Json| {
                    status.get_path("context").as_str() == Some(context.as_str())
                        && status.get_path("target_url").as_str().is_some_and(|url| url.ends_with(&page))
                };
                if !claiming.contains(&run.id) && statuses.iter().any(is_claim) {
                    claiming.push(run.id);
                }
            }
            if !next.follows(statuses.len(), PAGE_SIZE) {
                break;
            }
        }
        Ok(claiming)
    }

    async fn look_for_conclusion(&self, path: &str) -> Result<Look<String>, ApiError> {
        let (run, _) = self.github.poll(path).await?;
        match (run.get_path("status").as_str(), run.get_path("conclusion").as_str()) {
            (Some("completed"), Some(conclusion)) => Ok(Look::Found(conclusion.to_owned())),
            (Some(_), _) => Ok(Look::NotYet),
            (None, _) => Err(invalid_response(path, &lacks_field("status")).into()),
        }
    }
}

/// A workflow run as the API lists it.
struct Run {
    id: u64,
    title: String,
    /// The workflow file, with `@` and a ref for some events.
    path: String,
}

impl Run {
    fn read(json: &Json) -> Option<Self> {
        let text = |name: &str| json.get_path(name).as_str().map(str::to_owned);
        Some(Self {
            id: json.get_path("id").as_u64()?,
            title: text("display_title").unwrap_or_default(),
            path: text("path")?,
        })
    }

    fn workflow_path(&self) -> &str {
        self.path.split('@').next().unwrap_or_default()
    }

    fn file(&self) -> &str {
        self.workflow_path().rsplit('/').next().unwrap_or_default()
    }
}

/// What is wrong with a run that has ended, if anything.
///
/// # Errors
/// `run.not_successful`.
pub fn check_conclusion(wait: &Wait, run: u64, conclusion: &str) -> Result<(), Rejection> {
    if wait.until != WaitUntil::Completed || conclusion == "success" {
        return Ok(());
    }
    let found = format!("the dispatch was sent, and run {run} ended with {}", quote(conclusion));
    Err(Rejection::new(ReasonCode::RunNotSuccessful, found, "expected `success`"))
}
