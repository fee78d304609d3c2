//! When somebody last pushed to the head of a pull request, by the server's clock: dates of commits are whatever their
//! author says.

use crate::format::json::Json;
use crate::format::timestamp::parse_rfc3339;
use crate::github::account::Account;
use crate::github::error::{ApiError, ErrorResponse, invalid_response};
use crate::github::pull_request::{PullRequest, lacks_field};
use crate::github::url::{encode_path_segment, repository_path};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::quote;

use super::CheckContext;

/// The permission that reading the activity takes.
pub const PERMISSION: &str = "contents: read";

/// The last push to a pull request's head.
#[derive(Debug, Clone)]
pub struct LastPush {
    /// When, in Unix seconds.
    pub pushed_at: u64,
    /// When, as GitHub writes it.
    pub time: String,
    /// Whoever pushed; `None` if GitHub does not say.
    pub pusher: Option<Account>,
    /// Whether it may have been a push to another branch of the fork.
    pub is_of_any_branch: bool,
}

impl LastPush {
    /// Fetches it.
    ///
    /// # Errors
    /// `pull_request.head_moved` if the server does not establish it, `api.*`.
    pub async fn fetch(pr: &PullRequest, context: CheckContext<'_>) -> Result<Self, Rejection> {
        if pr.head_repository.is_empty() {
            return Err(push_unknown(pr, "the head repository no longer exists"));
        }
        let git_ref = encode_path_segment(&format!("refs/heads/{}", pr.head_ref));
        let activity = format!("{}/activity?ref={git_ref}", repository_path(&pr.head_repository));
        let mut path = format!("{activity}&per_page=1");
        let mut newest = match context.github.get(&path).await {
            Ok(json) => entry(&json, 0, &path)?,
            Err(ApiError::Status(ErrorResponse { status: 403 | 404, .. })) if pr.is_fork() => {
                return Self::of_repository(pr);
            }
            Err(error) => return Err(error.into_rejection("the activity of the head branch", PERMISSION)),
        };
        // Branches are deleted after the merge; the entry before is the last push.
        let deletes_head = |entry: &Json| {
            entry.get_path("activity_type").as_str() == Some("branch_deletion")
                && entry.get_path("before").as_str() == Some(&pr.head_sha)
        };
        if newest.as_ref().is_some_and(deletes_head) {
            path = format!("{activity}&per_page=2");
            let json = context.github.get(&path).await;
            let json = json.map_err(|error| error.into_rejection("the activity of the head branch", PERMISSION))?;
            newest =
                if entry(&json, 0, &path)?.as_ref().is_some_and(deletes_head) { entry(&json, 1, &path)? } else { None };
        }
        let Some(newest) = newest else {
            return Err(push_unknown(pr, "GitHub knows of no push to the head branch"));
        };
        if newest.get_path("after").as_str() != Some(&pr.head_sha) {
            return Err(push_unknown(pr, "the last push to the head branch has another commit"));
        }
        let time = newest.get_path("timestamp").as_str().unwrap_or_default();
        let pushed_at = parse_rfc3339(time).ok_or_else(|| invalid_response(&path, &lacks_field("timestamp")))?;
        let pusher = Account::read(newest.get_path("actor"));
        Ok(Self { pushed_at, time: time.to_owned(), pusher, is_of_any_branch: false })
    }

    /// The last push to any branch of the head repository, which is no earlier than that to the head.
    fn of_repository(pr: &PullRequest) -> Result<Self, Rejection> {
        let pushed_at = parse_rfc3339(&pr.head_pushed_at)
            .ok_or_else(|| push_unknown(pr, "GitHub does not say when the fork was pushed"))?;
        Ok(Self { pushed_at, time: pr.head_pushed_at.clone(), pusher: None, is_of_any_branch: true })
    }

    /// Checks that something which counts for the commit at its time was done after the push. A push in the same second
    /// counts as later: which came first cannot be determined.
    ///
    /// # Errors
    /// `pull_request.head_moved`; `action` says what was done and when.
    pub fn check_before(&self, pr: &PullRequest, done_at: u64, action: &str) -> Result<(), Rejection> {
        if self.pushed_at < done_at {
            return Ok(());
        }
        let other_branch = if self.is_of_any_branch {
            " (or another branch of the fork was, which the token cannot tell apart)"
        } else {
            ""
        };
        Err(Rejection::new(
            ReasonCode::PullRequestHeadMoved,
            format!("the head of {} was pushed at {}{other_branch}", pr.name(), quote(&self.time)),
            format!("{action}, and counts for commits before it"),
        ))
    }
}

fn entry(activity: &Json, index: usize, path: &str) -> Result<Option<Json>, Rejection> {
    let entries = activity.as_array().ok_or_else(|| invalid_response(path, "is not a list"))?;
    Ok(entries.get(index).cloned())
}

/// The rejection if the time of the push, or of what was done for it, is not known.
pub fn push_unknown(pr: &PullRequest, why: &str) -> Rejection {
    Rejection::new(
        ReasonCode::PullRequestHeadMoved,
        format!("it cannot be determined when the head of {} was pushed: {why}", pr.name()),
        "the consent counts for the commit that was there when it was given",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::test_support::{World, minute, pull, read_pull, sha, user};

    const ACTIVITY: &str = "/activity?ref=refs%2Fheads%2Fpatch-1&per_page=1";
    const FORK: &str = "/repos/mallory/charts/activity?ref=refs%2Fheads%2Fpatch-1&per_page=1";

    fn fetch(world: &World, pr: &PullRequest) -> Result<LastPush, Rejection> {
        world.run(async |context| LastPush::fetch(pr, context).await)
    }

    #[test]
    fn the_newest_activity_has_to_be_about_the_head() {
        let pr = read_pull(&pull(false, |_| ()));
        let entry = |after| json!([{ "after": after, "timestamp": minute(3), "actor": user("bob", 1002) }]);
        let push = fetch(&World::default().on(ACTIVITY, &entry(sha('a'))), &pr).unwrap();
        assert_eq!((push.time, push.pusher.and_then(|pusher| pusher.id)), (minute(3), Some(1002)));
        for body in [entry(sha('d')), json!([])] {
            let rejection = fetch(&World::default().on(ACTIVITY, &body), &pr).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::PullRequestHeadMoved);
        }
        for body in [json!({}), json!([{ "after": sha('a'), "timestamp": "yesterday" }])] {
            let rejection = fetch(&World::default().on(ACTIVITY, &body), &pr).unwrap_err();
            assert_eq!(rejection.code, ReasonCode::ApiInvalidResponse);
        }
    }

    #[test]
    fn a_branch_that_was_deleted_after_the_merge_has_its_push_before() {
        let pr = read_pull(&pull(false, |_| ()));
        let push = json!({ "after": sha('a'), "timestamp": minute(3), "actor": null });
        let deletion = |before| json!({ "activity_type": "branch_deletion", "before": before, "after": sha('0') });
        let both = ACTIVITY.replace("per_page=1", "per_page=2");
        let world = |before| {
            let deletion = deletion(before);
            World::default().on(ACTIVITY, &json!([deletion])).on(&both, &json!([deletion, push]))
        };
        assert_eq!(fetch(&world(sha('a')), &pr).unwrap().time, minute(3));
        let of_another_head = world(sha('d'));
        assert_eq!(fetch(&of_another_head, &pr).unwrap_err().code, ReasonCode::PullRequestHeadMoved);
        assert_eq!(of_another_head.requests(), [ACTIVITY]);
    }

    #[test]
    fn a_fork_that_the_token_cannot_read_counts_as_pushed_when_any_branch_was() {
        let pr = read_pull(&pull(true, |_| ()));
        for status in [403, 404] {
            let push = fetch(&World::default().refuse(FORK, status, "Not Found"), &pr).unwrap();
            assert!(push.is_of_any_branch && push.time == minute(0), "{push:?}");
        }
        let silent = read_pull(&pull(true, |pull| pull["head"]["repo"]["pushed_at"] = json!(null)));
        let rejection = fetch(&World::default(), &silent).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::PullRequestHeadMoved);
        let gone = read_pull(&pull(true, |pull| pull["head"]["repo"] = json!(null)));
        assert_eq!(fetch(&World::default(), &gone).unwrap_err().code, ReasonCode::PullRequestHeadMoved);
    }

    #[test]
    fn this_repository_has_to_answer() {
        let pr = read_pull(&pull(false, |_| ()));
        let world = World::default().refuse(ACTIVITY, 403, "Resource not accessible by integration");
        let rejection = fetch(&world, &pr).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ApiForbidden);
        assert!(rejection.help.contains("`contents: read`"), "{}", rejection.help);
    }

    #[test]
    fn the_same_second_counts_as_pushed_after() {
        let pr = read_pull(&pull(true, |_| ()));
        let push = LastPush { pushed_at: 10, time: minute(1), pusher: None, is_of_any_branch: true };
        assert_eq!(push.check_before(&pr, 11, "it was done"), Ok(()));
        let rejection = push.check_before(&pr, 10, "it was done").unwrap_err();
        assert_eq!(rejection.code, ReasonCode::PullRequestHeadMoved);
        assert!(rejection.found.contains("another branch of the fork"), "{rejection}");
    }
}
