//! Pull requests as events and the REST API describe them.

use crate::format::json::Json;
use crate::github::account::Account;
use crate::github::client::GithubClient;
use crate::github::commit_id::is_commit_id;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::url::repository_path;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

/// The largest number of a pull request that is accepted.
pub const MAX_NUMBER: u64 = 2_147_483_647;

/// What is known about a pull request. Its title and body are never read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    /// Its number in the base repository.
    pub number: u64,
    /// Who opened it; `None` if the account no longer exists.
    pub author: Option<Account>,
    /// Open, closed or merged.
    pub state: PullRequestState,
    /// Whether it is a draft; `None` if GitHub's data does not say, as on old servers.
    pub draft: Option<bool>,
    /// When it was merged, as GitHub writes it; empty if it is not, or GitHub gave none.
    pub merged_at: String,
    /// When it was closed, as GitHub writes it; empty if it is open.
    pub closed_at: String,
    /// The head branch, without `refs/heads/`.
    pub head_ref: String,
    /// The head commit.
    pub head_sha: String,
    /// `owner/name` of the head repository; empty if it no longer exists.
    pub head_repository: String,
    /// The head repository's id; `None` if it no longer exists.
    pub head_repository_id: Option<u64>,
    /// When somebody last pushed to the head repository, on any branch; empty if GitHub gave none.
    pub head_pushed_at: String,
    /// The base branch, without `refs/heads/`.
    pub base_ref: String,
    /// The base commit.
    pub base_sha: String,
    /// The base repository's id.
    pub base_repository_id: u64,
    /// The commit that merged it or, while it is open, its trial merge with the base; empty if GitHub gave none.
    pub merge_commit_sha: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// How many files it changes; `None` if GitHub gave no number, as in lists of pull requests.
    pub changed_files: Option<u64>,
}

/// The state of a pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullRequestState {
    /// Open.
    Open,
    /// Closed without a merge.
    Closed,
    /// Closed by a merge.
    Merged,
}

impl PullRequestState {
    /// The value of the output `pr-state`.
    pub fn name(self) -> &'static str {
        match self {
            PullRequestState::Open => "open",
            PullRequestState::Closed => "closed",
            PullRequestState::Merged => "merged",
        }
    }
}

impl PullRequest {
    /// Reads a pull request. Fields that no check needs are not looked at.
    ///
    /// # Errors
    /// The path of the first field that is missing or has the wrong type.
    pub fn read(json: &Json) -> Result<Self, String> {
        let text = |path: &str| json.get_path(path).as_str().map(str::to_owned).ok_or_else(|| path.to_owned());
        let optional = |path: &str| json.get_path(path).as_str().unwrap_or_default().to_owned();
        let commit =
            |path: &str| text(path).and_then(|id| is_commit_id(&id).then_some(id).ok_or_else(|| path.to_owned()));
        let id = |path: &str| json.get_path(path).as_u64().ok_or_else(|| path.to_owned());
        let state = match (text("state")?.as_str(), read_merged(json)?) {
            ("open", false) => PullRequestState::Open,
            ("closed", false) => PullRequestState::Closed,
            ("closed", true) => PullRequestState::Merged,
            _ => return Err("state".to_owned()),
        };
        let draft = match json.get_path("draft") {
            Json::Bool(draft) => Some(*draft),
            Json::Null => None,
            _ => return Err("draft".to_owned()),
        };
        let head_repository_id = match json.get_path("head.repo") {
            Json::Null => None,
            _ => Some(id("head.repo.id")?),
        };
        let merge_commit_sha = match json.get_path("merge_commit_sha") {
            Json::Null if state == PullRequestState::Merged => return Err("merge_commit_sha".to_owned()),
            Json::Null => String::new(),
            _ => commit("merge_commit_sha")?,
        };
        let labels = json.get_path("labels").as_array().ok_or("labels")?;
        let labels = labels.iter().map(|label| label.get_path("name").as_str().map(str::to_owned));
        Ok(Self {
            number: id("number")?,
            author: Account::read(json.get_path("user")),
            state,
            draft,
            merged_at: optional("merged_at"),
            closed_at: optional("closed_at"),
            head_ref: text("head.ref")?,
            head_sha: commit("head.sha")?,
            head_repository: optional("head.repo.full_name"),
            head_repository_id,
            head_pushed_at: optional("head.repo.pushed_at"),
            base_ref: text("base.ref")?,
            base_sha: commit("base.sha")?,
            base_repository_id: id("base.repo.id")?,
            merge_commit_sha,
            labels: labels.collect::<Option<_>>().ok_or("labels")?,
            changed_files: json.get_path("changed_files").as_u64(),
        })
    }

    /// Fetches a pull request of a repository (`owner/name`). `origin` ends the clause that says it does not exist,
    /// such as `, which …,`.
    ///
    /// # Errors
    /// `pull_request.not_found`, or `api.*`.
    pub async fn fetch(
        github: &GithubClient<'_>,
        repository: &str,
        number: u64,
        origin: &str,
    ) -> Result<Self, Rejection> {
        let path = format!("{}/pulls/{number}", repository_path(repository));
        let json = github.get(&path).await.map_err(|error| match error {
            ApiError::Status(ErrorResponse { status: 404 | 410, .. }) => Rejection::new(
                ReasonCode::PullRequestNotFound,
                format!("there is no pull request #{number}{origin} in {}", quote(repository)),
                "or the token cannot see it: it needs `pull-requests: read`",
            ),
            error => error.into_rejection(&format!("pull request #{number}"), "pull-requests: read"),
        })?;
        let pr = Self::read(&json).map_err(|field| invalid_response(&path, &lacks_field(&field)))?;
        if pr.number == number {
            Ok(pr)
        } else {
            Err(invalid_response(&path, &format!("is pull request #{}", pr.number)))
        }
    }

    /// Whether it is merged.
    pub fn is_merged(&self) -> bool {
        self.state == PullRequestState::Merged
    }

    /// Whether its head is in another repository than its base, or in one that no longer exists.
    ///
    /// Only the ids tell: names can be reused, and GitHub's `fork` is about the repository's own origin.
    pub fn is_fork(&self) -> bool {
        self.head_repository_id != Some(self.base_repository_id)
    }

    /// The pull request in a word or two for messages.
    pub fn name(&self) -> String {
        format!("pull request #{}", self.number)
    }
}

/// Review events carry a pull request without `merged`, but with `merged_at`.
fn read_merged(json: &Json) -> Result<bool, String> {
    match (json.get_path("merged"), json.get_path("merged_at")) {
        (Json::Bool(merged), _) => Ok(*merged),
        (Json::Null, Json::String(_)) => Ok(true),
        (Json::Null, Json::Null) if json.as_object().is_some_and(|pr| pr.get("merged_at").is_some()) => Ok(false),
        _ => Err("merged".to_owned()),
    }
}

/// The clause for a response that lacks a field, or has it with the wrong type.
pub fn lacks_field(field: &str) -> String {
    format!("has no valid `{field}`")
}
