//! Workflow runs as `workflow_run` events describe them.

use crate::format::json::Json;
use crate::github::account::Account;
use crate::github::commit_id::is_commit_id;

/// The run that a `workflow_run` event reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// The path of its workflow file, with an optional repository before and an optional ref behind it.
    pub path: String,
    /// The event that started it.
    pub event: String,
    /// How it ended; empty while it is in progress.
    pub conclusion: String,
    /// The branch that it was started for; otherwise empty.
    pub head_branch: String,
    /// The commit that it was started for.
    pub head_sha: String,
    /// The id of the repository that the run is in.
    pub repository_id: u64,
    /// The id of the repository that the head is in; `None` if it no longer exists.
    pub head_repository_id: Option<u64>,
    /// `owner/name` of that repository; empty if it no longer exists.
    pub head_repository: String,
    /// The login of that repository's owner; empty if it no longer exists.
    pub head_owner: String,
    /// Who started its first attempt.
    pub actor: Option<Account>,
    /// Who started its last attempt.
    pub triggering_actor: Option<Account>,
}

impl WorkflowRun {
    /// Reads a workflow run.
    ///
    /// # Errors
    /// The path of the first field that is missing or has the wrong type.
    pub fn read(json: &Json) -> Result<Self, String> {
        let text = |path: &str| json.get_path(path).as_str().map(str::to_owned).ok_or_else(|| path.to_owned());
        let optional = |path: &str| json.get_path(path).as_str().unwrap_or_default().to_owned();
        let id = |path: &str| json.get_path(path).as_u64().ok_or_else(|| path.to_owned());
        let head_repository_id = match json.get_path("head_repository") {
            Json::Null => None,
            _ => Some(id("head_repository.id")?),
        };
        Ok(Self {
            path: text("path")?,
            event: text("event")?,
            conclusion: optional("conclusion"),
            head_branch: optional("head_branch"),
            head_sha: text("head_sha")
                .and_then(|sha| is_commit_id(&sha).then_some(sha).ok_or_else(|| "head_sha".to_owned()))?,
            repository_id: id("repository.id")?,
            head_repository_id,
            head_repository: optional("head_repository.full_name"),
            head_owner: optional("head_repository.owner.login"),
            actor: Account::read(json.get_path("actor")),
            triggering_actor: Account::read(json.get_path("triggering_actor")),
        })
    }
}
