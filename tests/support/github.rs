//! GitHub's objects, as short as the core lets them be, with the fields beside them that tempt to be read instead.

use serde_json::{Value, json};

/// The repository in which the guard runs.
pub const REPOSITORY: &str = "acme/charts";
/// Its id.
pub const REPOSITORY_ID: u64 = 1001;
/// The id of a fork of it.
pub const FORK_ID: u64 = 2002;
/// The head commit of pull request 7.
pub const HEAD: &str = "5d2f8c1a9b3e4d6f7a8b9c0d1e2f3a4b5c6d7e8f";
/// Another commit.
pub const OTHER: &str = "0123456789abcdef0123456789abcdef01234567";
/// The base commit of pull request 7.
pub const BASE: &str = "b7c3d9e1f2a4b6c8d0e2f4a6b8c0d2e4f6a8b0c2";
/// Where pull request 7 is read.
pub const PULL_7: &str = "GET /repos/acme/charts/pulls/7";

/// Logins with their ids on github.com, real for the bots.
const IDS: [(&str, u64); 8] = [
    ("github-actions[bot]", 41_898_282),
    ("dependabot[bot]", 49_699_333),
    ("renovate[bot]", 29_139_614),
    ("acme-release[bot]", 3003),
    ("mona", 2001),
    ("hubot", 2002),
    ("zoe", 2003),
    ("eve", 666),
];

/// The id of a login; other logins than the known ones share one.
pub fn id_of(login: &str) -> u64 {
    IDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(login)).map_or(9999, |(_, id)| *id)
}

/// An account.
pub fn account(login: &str) -> Value {
    let kind = if login.ends_with("[bot]") { "Bot" } else { "User" };
    json!({ "login": login, "id": id_of(login), "node_id": "MDQ6VXNlcjE=", "type": kind, "site_admin": false })
}

fn repository(full_name: &str, id: u64) -> Value {
    let (owner, name) = full_name.split_once('/').expect("owner/name");
    json!({ "id": id, "full_name": full_name, "name": name, "owner": account(owner), "fork": false, "private": true })
}

/// Pull request 7: open, by `mona`, from `feature/redis` to `main`, in the repository itself.
pub fn pull() -> Value {
    json!({
        "number": 7,
        "state": "open",
        "title": "Chart redis",
        "body": "Closes nothing.",
        "user": account("mona"),
        "draft": false,
        "merged": false,
        "merged_at": null,
        "merge_commit_sha": OTHER,
        "labels": [],
        "head": { "ref": "feature/redis", "sha": HEAD, "label": "acme:feature/redis", "repo": repository(REPOSITORY, REPOSITORY_ID) },
        "base": { "ref": "main", "sha": BASE, "label": "acme:main", "repo": repository(REPOSITORY, REPOSITORY_ID) },
    })
}

/// Pull request 7 from a fork, whose owner and `fork` flag are those of the base: only the ids differ.
pub fn fork() -> Value {
    set(pull(), "head.repo", repository(REPOSITORY, FORK_ID))
}

/// Pull request 7 after its merge.
pub fn merged() -> Value {
    let closed = set(set(pull(), "state", json!("closed")), "merged", json!(true));
    set(closed, "merged_at", json!("2026-09-21T14:00:00Z"))
}

/// Pull request 7 closed without a merge.
pub fn closed() -> Value {
    set(set(pull(), "state", json!("closed")), "closed_at", json!("2026-09-21T14:00:00Z"))
}

/// Pull request 7 with labels.
pub fn labelled(labels: &[&str]) -> Value {
    set(pull(), "labels", labels.iter().map(|name| json!({ "name": name, "color": "ededed" })).collect())
}

/// The body of a `repository_dispatch` event.
pub fn dispatch(sender: &str, kind: &str, payload: Value) -> Value {
    json!({
        "action": kind,
        "branch": "main",
        "client_payload": payload,
        "repository": repository(REPOSITORY, REPOSITORY_ID),
        "sender": account(sender),
    })
}

/// The body of a `workflow_dispatch` event.
pub fn workflow_dispatch(sender: &str, inputs: Value) -> Value {
    json!({
        "inputs": inputs,
        "ref": "refs/heads/main",
        "workflow": ".github/workflows/w5.yml",
        "repository": repository(REPOSITORY, REPOSITORY_ID),
        "sender": account(sender),
    })
}

/// The body of `pull_request` and `pull_request_target` events.
pub fn pull_request_event(sender: &str, action: &str, pull: Value) -> Value {
    json!({
        "action": action,
        "number": pull["number"],
        "pull_request": pull,
        "repository": repository(REPOSITORY, REPOSITORY_ID),
        "sender": account(sender),
    })
}

/// When comments and reviews are written.
pub const COMMENTED_AT: &str = "2026-09-21T14:10:00Z";

/// The request for the last push to the head of pull request 7.
pub const ACTIVITY: &str = "GET /repos/acme/charts/activity?ref=refs%2Fheads%2Ffeature%2Fredis&per_page=1";

/// The same for another head branch.
pub fn activity_of(branch: &str) -> String {
    format!("GET /repos/acme/charts/activity?ref=refs%2Fheads%2F{}&per_page=1", branch.replace('/', "%2F"))
}

/// The last push to the head of pull request 7, at a time.
pub fn activity(at: &str) -> Value {
    json!([{ "id": 1, "ref": "refs/heads/feature/redis", "after": HEAD, "timestamp": at, "actor": account("mona") }])
}

/// The body of a `pull_request_review` event.
pub fn review_event(sender: &str, action: &str, pull: Value) -> Value {
    let review = json!({
        "id": 80, "state": "approved", "body": null, "user": account(sender), "commit_id": pull["head"]["sha"],
        "submitted_at": COMMENTED_AT,
    });
    set(pull_request_event(sender, action, pull), "review", review)
}

/// The body of an `issue_comment` event on number 7, a pull request or an issue.
pub fn comment_event(sender: &str, on_pull_request: bool) -> Value {
    let issue = json!({ "number": 7, "state": "open", "user": account("mona"), "labels": [] });
    let link = json!({ "url": "https://api.github.com/repos/acme/charts/pulls/7" });
    json!({
        "action": "created",
        "issue": if on_pull_request { set(issue, "pull_request", link) } else { issue },
        "comment": { "id": 90, "body": "/deploy", "user": account(sender), "created_at": COMMENTED_AT, "updated_at": COMMENTED_AT },
        "repository": repository(REPOSITORY, REPOSITORY_ID),
        "sender": account(sender),
    })
}

/// The body of an event without a pull request, with the object or text that makes it what it is.
pub fn other_event(sender: &str, key: &str, value: Value) -> Value {
    let body = json!({ "repository": repository(REPOSITORY, REPOSITORY_ID), "sender": account(sender) });
    set(body, key, value)
}

/// The same with another value at a dotted path.
pub fn set(mut json: Value, path: &str, value: Value) -> Value {
    let mut place = &mut json;
    for key in path.split('.') {
        place = &mut place[key];
    }
    *place = value;
    json
}

/// The same without what is at a dotted path.
pub fn without(mut json: Value, path: &str) -> Value {
    let (parent, key) = path.rsplit_once('.').map_or((None, path), |(parent, key)| (Some(parent), key));
    let mut place = &mut json;
    for key in parent.into_iter().flat_map(|parent| parent.split('.')) {
        place = &mut place[key];
    }
    place.as_object_mut().expect("an object").remove(key).expect("a key to remove");
    json
}
