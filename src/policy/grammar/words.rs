//! The words and limits of the grammar.

use crate::policy::field::LARGEST_MAX_LENGTH;
use crate::policy::{Proof, ReviewState, StateRule};

/// How many elements a list may have, so that a policy cannot make the guard slow.
pub const MAX_LIST_ELEMENTS: usize = 1000;
/// How many rules one event may have.
pub const MAX_RULES: usize = 16;
/// How many keys a `path` may have.
pub const MAX_PATH_KEYS: usize = 5;
/// The longest `max-age`, in seconds: a week.
pub const LONGEST_MAX_AGE_SECS: u64 = 7 * 24 * 60 * 60;
/// The length of a chain of dispatches that a policy may allow.
pub const HOPS: (u64, u64) = (1, 100);
/// The approvals that a policy may require.
pub const APPROVALS: (u64, u64) = (1, 100);
/// The lengths of a `string` that a policy may allow.
pub const STRING_LENGTHS: (u64, u64) = (1, LARGEST_MAX_LENGTH);

/// What `forks`, `drafts` and `late-pushes` can say.
pub const ALLOW_OR_DENY: [(bool, &str); 2] = [(true, "allow"), (false, "deny")];
/// What can happen to fields that are not declared: whether they are dropped.
pub const UNKNOWN_FIELDS: [(bool, &str); 2] = [(false, "deny"), (true, "drop")];

/// How a workflow run can end (REST API, "Workflow runs", `conclusion`).
pub const CONCLUSIONS: [&str; 9] = [
    "success",
    "failure",
    "neutral",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "stale",
    "startup_failure",
];
/// The word that means every conclusion, or every author.
pub const ANY: &str = "any";

/// The events that start workflow runs (GitHub Docs, "Events that trigger workflows"; `dynamic` starts those of GitHub's
/// own features).
pub const TRIGGERS: [&str; 36] = [
    "branch_protection_rule",
    "check_run",
    "check_suite",
    "create",
    "delete",
    "deployment",
    "deployment_status",
    "discussion",
    "discussion_comment",
    "dynamic",
    "fork",
    "gollum",
    "image_version",
    "issue_comment",
    "issues",
    "label",
    "merge_group",
    "milestone",
    "page_build",
    "public",
    "project",
    "project_card",
    "project_column",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "pull_request_target",
    "push",
    "registry_package",
    "release",
    "repository_dispatch",
    "schedule",
    "status",
    "watch",
    "workflow_dispatch",
    "workflow_run",
];
/// The events of a source run whose pull request can be found by its head.
pub const SOURCE_EVENTS_OF_PULL_REQUESTS: [&str; 3] =
    ["pull_request", "pull_request_review", "pull_request_review_comment"];

/// The second elements of a table.
const fn names<T: Copy, const N: usize>(table: &[(T, &'static str); N]) -> [&'static str; N] {
    let mut names = [""; N];
    let mut index = 0;
    while index < N {
        names[index] = table[index].1;
        index += 1;
    }
    names
}

pub(super) const ALLOW_OR_DENY_NAMES: [&str; 2] = names(&ALLOW_OR_DENY);
pub(super) const UNKNOWN_FIELDS_NAMES: [&str; 2] = names(&UNKNOWN_FIELDS);
pub(super) const REVIEW_NAMES: [&str; 3] = names(&ReviewState::NAMES);
pub(super) const STATE_NAMES: [&str; 3] = names(&StateRule::NAMES);
pub(super) const PROOF_NAMES: [&str; 4] = names(&Proof::NAMES);
