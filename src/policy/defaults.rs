//! What holds if a rule says nothing.

use super::StateRule;
use crate::github::event_name::{EventName, PullRequestSource};

/// Seconds for which an envelope is valid.
pub const MAX_AGE_SECS: u64 = 15 * 60;
/// Dispatches in a chain.
pub const MAX_HOPS: u64 = 3;
/// Approvals.
pub const MIN_APPROVALS: u64 = 1;
/// How the run has to have ended that a `workflow_run` event reports.
pub const CONCLUSIONS: [&str; 1] = ["success"];

/// The state that a pull request has to be in. A rule with `merged` accepts any.
pub fn state(event: EventName) -> StateRule {
    match event.pull_request_source() {
        PullRequestSource::Payload | PullRequestSource::IssueNumber | PullRequestSource::SourceRun => StateRule::Open,
        PullRequestSource::Event
        | PullRequestSource::EventThenLive
        | PullRequestSource::PushedCommit
        | PullRequestSource::None => StateRule::Any,
    }
}

/// Whether pull requests from forks may pass.
///
/// Runs of `pull_request` for forks have neither secrets nor a token that can write (GitHub Docs, "Events that trigger
/// workflows"), and a pushed commit has been merged.
pub fn allow_forks(event: EventName) -> bool {
    matches!(event, EventName::PullRequest | EventName::Push)
}

/// The activity type of comments and reviews unless a rule lists types: a text counts when it is written, and not when
/// somebody else edits or deletes it. `None` = any type.
pub fn activity_type(event: EventName) -> Option<&'static str> {
    match event {
        EventName::IssueComment | EventName::PullRequestReviewComment => Some("created"),
        EventName::PullRequestReview => Some("submitted"),
        EventName::RepositoryDispatch
        | EventName::WorkflowDispatch
        | EventName::PullRequest
        | EventName::PullRequestTarget
        | EventName::Issues
        | EventName::WorkflowRun
        | EventName::MergeGroup
        | EventName::Push
        | EventName::Schedule => None,
    }
}
