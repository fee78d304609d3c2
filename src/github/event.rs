//! The event, as far as it is read. Titles and bodies are never read, except the text of a comment or review, which may
//! be a command.

use crate::format::json::{Json, Violations};
use crate::github::account::Account;
use crate::github::commit_id::is_commit_id;
use crate::github::event_name::EventName;
use crate::github::pull_request::PullRequest;
use crate::github::workflow_run::WorkflowRun;

/// The event.
#[derive(Debug, Clone, Default)]
pub struct Event {
    /// The dispatch type or activity type; otherwise empty.
    pub activity: String,
    /// The event's sender.
    pub sender: Option<Account>,
    /// The pull request as the event describes it.
    pub pull_request: Option<PullRequest>,
    /// The issue of `issue_comment`.
    pub issue: Option<Issue>,
    /// The label that was added or removed.
    pub label: Option<String>,
    /// The comment or review.
    pub comment: Option<Comment>,
    /// The run that `workflow_run` reports.
    pub workflow_run: Option<WorkflowRun>,
    /// The full ref of `push` and `workflow_dispatch`.
    pub git_ref: String,
    /// The pushed commit.
    pub push: Option<Push>,
    /// The merge group.
    pub merge_group: Option<MergeGroup>,
    /// What the sender of a dispatch chose: `client_payload` or `inputs`.
    pub payload: Json,
    /// The dotted path of a payload value that contained a secret of this step; the value was redacted.
    pub secret_in_payload: Option<String>,
    /// Whether everybody can read the repository; true unless the event says that it is private.
    pub is_public_repository: bool,
    /// What makes the file ambiguous.
    pub violations: Violations,
}

/// An issue that a comment is on. A pull request is an issue too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Its number.
    pub number: u64,
    /// The address of the pull request; `None` if it is an issue only.
    pub pull_request_url: Option<String>,
    /// Whether it is open.
    pub is_open: bool,
    /// When it was closed; empty if it is open.
    pub closed_at: String,
}

/// A comment on an issue, a review, or a comment of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its id; `None` if GitHub gave none.
    pub id: Option<u64>,
    /// Who wrote it; `None` if the account no longer exists.
    pub author: Option<Account>,
    /// Its text; empty if it has none.
    pub body: String,
    /// The state of a review, in lower case; empty for a comment.
    pub state: String,
    /// When it was written, or edited last; empty if GitHub gave neither.
    pub written_at: String,
    /// The commits that a review or review comment is about; `None` for one that GitHub no longer knows.
    pub commit_ids: Vec<Option<String>>,
    /// The slug of the app that wrote it in its author's name.
    pub via_app: Option<String>,
}

/// The commit of a `push`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The commit that the ref points to, or the tag object of an annotated tag; `None` if GitHub gave none.
    pub after: Option<String>,
    /// The commit itself; `None` if the ref was deleted or GitHub gave none.
    pub head_commit: Option<String>,
    /// Whether the ref was deleted.
    pub is_deletion: bool,
}

/// The commit of a merge group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeGroup {
    /// The full ref of the group's branch.
    pub head_ref: String,
    /// The group's commit.
    pub head_sha: String,
    /// The full ref of the branch that it will be merged into.
    pub base_ref: String,
    /// That branch's commit.
    pub base_sha: String,
}

impl Event {
    /// Reads the fields of an event.
    ///
    /// # Errors
    /// The path of the first field that is missing or has the wrong type.
    pub fn read(root: &Json, name: Option<EventName>, violations: Violations) -> Result<Self, String> {
        let mut event = Self {
            sender: Account::read(root.get_path("sender")),
            is_public_repository: root.get_path("repository.private") != &Json::Bool(true),
            violations,
            ..Self::default()
        };
        let Some(name) = name else { return Ok(event) };
        if name.has_types() {
            root.get_path("action").as_str().unwrap_or_default().clone_into(&mut event.activity);
        }
        if name.describes_pull_request() {
            let pr = PullRequest::read(root.get_path("pull_request"));
            event.pull_request = Some(pr.map_err(|field| format!("pull_request.{field}"))?);
        }
        if matches!(event.activity.as_str(), "labeled" | "unlabeled") {
            event.label = root.get_path("label.name").as_str().map(str::to_owned);
        }
        match name {
            EventName::RepositoryDispatch => event.payload = root.get_path(name.payload_key()).clone(),
            EventName::WorkflowDispatch => {
                event.payload = root.get_path(name.payload_key()).clone();
                root.get_path("ref").as_str().unwrap_or_default().clone_into(&mut event.git_ref);
            }
            EventName::IssueComment => {
                event.issue = Some(Issue::read(root.get_path("issue")).map_err(|field| format!("issue.{field}"))?);
                event.comment = Some(read_comment(root, "comment", name)?);
            }
            EventName::PullRequestReview => event.comment = Some(read_comment(root, "review", name)?),
            EventName::PullRequestReviewComment => event.comment = Some(read_comment(root, "comment", name)?),
            EventName::WorkflowRun => {
                let run = WorkflowRun::read(root.get_path("workflow_run"));
                event.workflow_run = Some(run.map_err(|field| format!("workflow_run.{field}"))?);
            }
            EventName::MergeGroup => event.merge_group = Some(MergeGroup::read(root)?),
            EventName::Push => {
                event.git_ref = text(root, "ref")?;
                event.push = Some(Push::read(root)?);
            }
            EventName::PullRequest | EventName::PullRequestTarget | EventName::Issues | EventName::Schedule => {}
        }
        Ok(event)
    }
}

impl Issue {
    fn read(json: &Json) -> Result<Self, String> {
        let is_open = match text(json, "state")?.as_str() {
            "open" => true,
            "closed" => false,
            _ => return Err("state".to_owned()),
        };
        let pull_request_url = match json.get_path("pull_request") {
            Json::Null => None,
            pull_request => Some(text(pull_request, "url").map_err(|field| format!("pull_request.{field}"))?),
        };
        Ok(Self {
            number: json.get_path("number").as_u64().ok_or("number")?,
            pull_request_url,
            is_open,
            closed_at: json.get_path("closed_at").as_str().unwrap_or_default().to_owned(),
        })
    }
}

impl Comment {
    /// Reads a comment or review as the events and the REST API describe it.
    ///
    /// # Errors
    /// The path of the first field that is missing or has the wrong type.
    pub fn read(json: &Json, name: EventName) -> Result<Self, String> {
        let optional = |path: &str| json.get_path(path).as_str().unwrap_or_default().to_owned();
        let commit_ids = match name {
            EventName::PullRequestReview => vec![commit(json, "commit_id")?],
            EventName::PullRequestReviewComment => {
                vec![commit(json, "commit_id")?, commit(json, "original_commit_id")?]
            }
            _ => Vec::new(),
        };
        let body = match json.get_path("body") {
            Json::Null => String::new(),
            body => body.as_str().ok_or("body")?.to_owned(),
        };
        let via_app = match json.get_path("performed_via_github_app") {
            Json::Null => None,
            app => Some(text(app, "slug").map_err(|field| format!("performed_via_github_app.{field}"))?),
        };
        let created_at = optional("created_at");
        let updated_at = optional("updated_at");
        Ok(Self {
            id: json.get_path("id").as_u64(),
            author: Account::read(json.get_path("user")),
            body,
            // Events write `approved`, the REST API `APPROVED`.
            state: optional("state").to_ascii_lowercase(),
            written_at: if updated_at.is_empty() { created_at } else { updated_at },
            commit_ids,
            via_app,
        })
    }
}

impl Push {
    fn read(root: &Json) -> Result<Self, String> {
        let is_deletion = match root.get_path("deleted") {
            Json::Null => false,
            deleted => deleted.as_bool().ok_or("deleted")?,
        };
        let head_commit = if is_deletion { None } else { commit(root, "head_commit.id")? };
        Ok(Self { after: commit(root, "after")?, head_commit, is_deletion })
    }
}

impl MergeGroup {
    fn read(root: &Json) -> Result<Self, String> {
        let branch = |path: &str| root.get_path(path).as_str().unwrap_or_default().to_owned();
        Ok(Self {
            head_ref: branch("merge_group.head_ref"),
            head_sha: commit(root, "merge_group.head_sha")?.unwrap_or_default(),
            base_ref: branch("merge_group.base_ref"),
            base_sha: commit(root, "merge_group.base_sha")?.unwrap_or_default(),
        })
    }
}

/// A commit id; `None` if GitHub gave none.
fn commit(json: &Json, path: &str) -> Result<Option<String>, String> {
    match json.get_path(path) {
        Json::Null => Ok(None),
        value => match value.as_str().filter(|id| is_commit_id(id)) {
            Some(id) => Ok(Some(id.to_owned())),
            None => Err(path.to_owned()),
        },
    }
}

fn read_comment(root: &Json, key: &str, name: EventName) -> Result<Comment, String> {
    Comment::read(root.get_path(key), name).map_err(|field| format!("{key}.{field}"))
}

fn text(json: &Json, path: &str) -> Result<String, String> {
    json.get_path(path).as_str().map(str::to_owned).ok_or_else(|| path.to_owned())
}
