//! The events that a policy of version 1 knows, and what GitHub says about each.

macro_rules! events {
    ($($variant:ident $name:literal [$($activity:literal)*];)*) => {
        /// The events that a policy of version 1 knows.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum EventName {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl EventName {
            /// Every event.
            pub const ALL: &'static [EventName] = &[$(EventName::$variant,)*];

            /// The event's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(EventName::$variant => $name,)*
                }
            }

            /// The activity types that GitHub documents for workflows ("Events that trigger workflows"); empty if the
            /// event has none, or senders choose them.
            pub fn activity_types(self) -> &'static [&'static str] {
                match self {
                    $(EventName::$variant => &[$($activity,)*],)*
                }
            }
        }
    };
}

events! {
    RepositoryDispatch "repository_dispatch" [];
    WorkflowDispatch "workflow_dispatch" [];
    PullRequest "pull_request" [
        "assigned" "unassigned" "labeled" "unlabeled" "opened" "edited" "closed" "reopened" "synchronize"
        "converted_to_draft" "locked" "unlocked" "enqueued" "dequeued" "milestoned" "demilestoned" "ready_for_review"
        "review_requested" "review_request_removed" "auto_merge_enabled" "auto_merge_disabled"
    ];
    PullRequestTarget "pull_request_target" [
        "assigned" "unassigned" "labeled" "unlabeled" "opened" "edited" "closed" "reopened" "synchronize"
        "converted_to_draft" "ready_for_review" "locked" "unlocked" "review_requested" "review_request_removed"
        "auto_merge_enabled" "auto_merge_disabled"
    ];
    PullRequestReview "pull_request_review" ["submitted" "edited" "dismissed"];
    PullRequestReviewComment "pull_request_review_comment" ["created" "edited" "deleted"];
    IssueComment "issue_comment" ["created" "edited" "deleted"];
    Issues "issues" [
        "opened" "edited" "deleted" "transferred" "pinned" "unpinned" "closed" "reopened" "assigned" "unassigned"
        "labeled" "unlabeled" "locked" "unlocked" "milestoned" "demilestoned" "typed" "untyped" "field_added"
        "field_removed"
    ];
    WorkflowRun "workflow_run" ["requested" "in_progress" "completed"];
    MergeGroup "merge_group" ["checks_requested"];
    Push "push" [];
    Schedule "schedule" [];
}

/// Where an event's pull request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullRequestSource {
    /// The event describes it whole; no API request.
    Event,
    /// The event describes it, and the live one is fetched and has to agree.
    EventThenLive,
    /// The event gives the issue's number, and the live pull request is fetched.
    IssueNumber,
    /// The payload gives its number or its head commit, and the live one is fetched.
    Payload,
    /// It is looked up by the head of the source run, and then fetched.
    SourceRun,
    /// It is looked up by the pushed commit, and then fetched.
    PushedCommit,
    /// The event is about no pull request.
    None,
}

impl EventName {
    /// The event of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|event| event.name() == name)
    }

    /// Where its pull request comes from.
    pub fn pull_request_source(self) -> PullRequestSource {
        match self {
            EventName::RepositoryDispatch | EventName::WorkflowDispatch => PullRequestSource::Payload,
            EventName::PullRequest => PullRequestSource::Event,
            EventName::PullRequestTarget | EventName::PullRequestReview | EventName::PullRequestReviewComment => {
                PullRequestSource::EventThenLive
            }
            EventName::IssueComment => PullRequestSource::IssueNumber,
            EventName::WorkflowRun => PullRequestSource::SourceRun,
            EventName::Push => PullRequestSource::PushedCommit,
            EventName::Issues | EventName::MergeGroup | EventName::Schedule => PullRequestSource::None,
        }
    }

    /// Whether a person or program sends the event with a payload of its choice.
    pub fn is_dispatch(self) -> bool {
        matches!(self, EventName::RepositoryDispatch | EventName::WorkflowDispatch)
    }

    /// Whether the event describes a pull request.
    pub fn describes_pull_request(self) -> bool {
        matches!(self.pull_request_source(), PullRequestSource::Event | PullRequestSource::EventThenLive)
    }

    /// Whether the event is a comment or review, which counts for the commit that was there when it was written.
    pub fn is_comment(self) -> bool {
        matches!(self, EventName::IssueComment | EventName::PullRequestReview | EventName::PullRequestReviewComment)
    }

    /// Whether the event has dispatch types or activity types.
    pub fn has_types(self) -> bool {
        self == EventName::RepositoryDispatch || !self.activity_types().is_empty()
    }

    /// What its types are called.
    pub fn type_label(self) -> &'static str {
        if self == EventName::RepositoryDispatch { "dispatch type" } else { "activity type" }
    }

    /// The key of the payload that the sender chose.
    pub fn payload_key(self) -> &'static str {
        match self {
            EventName::WorkflowDispatch => "inputs",
            EventName::RepositoryDispatch => "client_payload",
            _ => "command",
        }
    }

    /// How many properties GitHub accepts in the payload: 10 in `client_payload`; 25 in `inputs` since December 2025
    /// (GitHub Docs, "Workflow syntax", `on.workflow_dispatch.inputs`).
    pub fn max_payload_properties(self) -> usize {
        if self == EventName::WorkflowDispatch { 25 } else { 10 }
    }
}
