//! The pull requests that should have started a run.

use std::collections::BTreeSet;

use crate::checks::labels;
use crate::checks::paging::{PAGE_SIZE, page_path};
use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::client::{GithubClient, TOTAL_TIMEOUT_MS};
use crate::github::error::invalid_response;
use crate::github::pull_request::{PullRequest, PullRequestState, lacks_field};
use crate::github::url::repository_path;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;

use super::request::ReconcileRequest;

const PERMISSION: &str = "pull-requests: read";
/// How many pages of 100 pull requests are read at most.
const MAX_PAGES: usize = 50;

/// A pull request that should have started a run.
pub struct Candidate {
    /// The pull request.
    pub pr: PullRequest,
    /// When it was last updated, in Unix seconds.
    updated_at: u64,
    /// The same as GitHub writes it, or when it was merged.
    pub since: String,
    /// Whether another candidate has the same head commit: a status there does not say of which one it is.
    pub shares_head: bool,
}

/// The pull requests that were updated since `since` and that the inputs ask for, the least recently updated first.
///
/// # Errors
/// `api.*`, also for a list that is too long.
pub async fn candidates(
    request: &ReconcileRequest,
    github: &GithubClient<'_>,
    now_ms: u64,
) -> Result<Vec<Candidate>, Rejection> {
    let oldest = now_ms.saturating_sub(request.since_ms) / 1000;
    let state = if request.is_merged { "closed" } else { "open" };
    let list = format!("{}/pulls?state={state}&sort=updated&direction=desc", repository_path(&request.repository));
    let mut numbers = BTreeSet::new();
    let mut found = Vec::new();
    for page in 1..=MAX_PAGES {
        github.renew_deadline(TOTAL_TIMEOUT_MS);
        let path = page_path(&list, page);
        let (json, next) =
            github.get_page(&path).await.map_err(|error| error.into_rejection("the pull requests", PERMISSION))?;
        let elements = json.as_array().ok_or_else(|| invalid_response(&path, "is not a list"))?;
        for element in elements {
            let candidate = Candidate::read(element).map_err(|field| invalid_response(&path, &lacks_field(&field)))?;
            if candidate.updated_at < oldest {
                return Ok(in_order(found));
            }
            // One that is updated while the list is read moves the others to the next page.
            if numbers.insert(candidate.pr.number) && is_asked_for(&candidate.pr, request) {
                found.push(candidate);
            }
        }
        if !next.follows(elements.len(), PAGE_SIZE) {
            return Ok(in_order(found));
        }
    }
    let most = MAX_PAGES * PAGE_SIZE;
    let message = format!("more than {most} pull requests were updated since the time that `since` gives");
    Err(Rejection::new(ReasonCode::ApiInvalidResponse, message, format!("at most {most} are read"))
        .with_help("Give `since` a shorter time, and run the workflow more often."))
}

impl Candidate {
    fn read(json: &Json) -> Result<Self, String> {
        let pr = PullRequest::read(json)?;
        let updated = json.get_path("updated_at").as_str().unwrap_or_default();
        let updated_at = parse_rfc3339(updated).ok_or("updated_at")?;
        let since = if pr.is_merged() { &pr.merged_at } else { updated }.to_owned();
        Ok(Self { pr, updated_at, since, shares_head: false })
    }
}

/// Judges a pull request as a rule with these inputs does.
fn is_asked_for(pr: &PullRequest, request: &ReconcileRequest) -> bool {
    let rule = &request.rule;
    let state = if request.is_merged { PullRequestState::Merged } else { PullRequestState::Open };
    pr.state == state
        && (rule.allow_forks == Some(true) || !pr.is_fork())
        && rule.base.as_ref().is_none_or(|base| base.matches(&pr.base_ref))
        && labels::check(pr, &rule.demands.labels).is_ok()
}

fn in_order(mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    candidates.sort_by_key(|candidate| (candidate.updated_at, candidate.pr.number));
    let (mut heads, mut shared) = (BTreeSet::new(), BTreeSet::new());
    for candidate in &candidates {
        if !heads.insert(candidate.pr.head_sha.clone()) {
            shared.insert(candidate.pr.head_sha.clone());
        }
    }
    for candidate in &mut candidates {
        candidate.shares_head = shared.contains(&candidate.pr.head_sha);
    }
    candidates
}
