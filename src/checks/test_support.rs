//! A scripted API for the unit tests of the checks.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use super::CheckContext;
use super::demands;
use crate::decision::DecisionBuilder;
use crate::format::json;
use crate::github::client::GithubClient;
use crate::github::pull_request::PullRequest;
use crate::host::{Host, Request, Response, TransportError};
use crate::policy::PullRequestRule;
use crate::policy::actor::{ActorEntry, Actors};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::redact::Redactor;

const API: &str = "https://api.github.com";
pub const REPOSITORY: &str = "/repos/acme/charts";

/// A commit id of one repeated digit.
pub fn sha(digit: char) -> String {
    digit.to_string().repeat(40)
}

/// A time on one day, by its minute.
pub fn minute(minute: usize) -> String {
    format!("2026-11-20T{:02}:{:02}:00Z", 12 + minute / 60, minute % 60)
}

/// An account of a person.
pub fn user(login: &str, id: u64) -> Value {
    json!({ "login": login, "id": id, "type": "User" })
}

/// A list of actors.
pub fn actors(entries: &[&str]) -> Actors {
    Actors::new(entries.iter().map(|entry| ActorEntry::parse(entry).unwrap()).collect()).unwrap()
}

/// Pull request #7 of mallory's fork, or of a branch of the repository.
pub fn pull(is_fork: bool, change: impl FnOnce(&mut Value)) -> Value {
    let repository = json!({ "id": 1, "full_name": "acme/charts", "pushed_at": minute(0) });
    let fork = json!({ "id": 2, "full_name": "mallory/charts", "pushed_at": minute(0) });
    let mut pull = json!({
        "number": 7, "state": "open", "draft": false, "merged": false, "merged_at": null, "closed_at": null,
        "merge_commit_sha": null, "user": user("mallory", 666), "labels": [], "changed_files": 1,
        "head": { "ref": "patch-1", "sha": sha('a'), "repo": if is_fork { fork } else { repository.clone() } },
        "base": { "ref": "main", "sha": sha('b'), "repo": repository },
    });
    change(&mut pull);
    pull
}

pub fn read_pull(pull: &Value) -> PullRequest {
    PullRequest::read(&json::parse(pull.to_string().as_bytes()).unwrap().root).unwrap()
}

/// The API and the runner.
#[derive(Default)]
pub struct World {
    replies: RefCell<BTreeMap<String, VecDeque<Response>>>,
    requests: RefCell<Vec<String>>,
    /// The number of the run's attempt.
    pub attempt: Cell<u64>,
    /// How long the core waited, in milliseconds.
    pub slept: RefCell<Vec<u32>>,
}

impl World {
    /// Replies to a path below the repository with 200. Several replies are given in their order; the last one stays.
    pub fn on(self, path: &str, body: &Value) -> Self {
        self.reply(path, 200, &[], body)
    }

    /// Replies with a status.
    pub fn refuse(self, path: &str, status: u16, message: &str) -> Self {
        self.reply(path, status, &[], &json!({ "message": message }))
    }

    /// Replies with a page of a list.
    pub fn page(self, path: &str, body: &Value, link: &str) -> Self {
        self.reply(path, 200, &[("link", link)], body)
    }

    fn reply(self, path: &str, status: u16, headers: &[(&str, &str)], body: &Value) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let path = if path.starts_with("/repos/") || path.starts_with("/orgs/") {
            path.to_owned()
        } else {
            format!("{REPOSITORY}{path}")
        };
        let response = Response { status, headers, body: body.to_string() };
        self.replies.borrow_mut().entry(path).or_default().push_back(response);
        self
    }

    /// The paths that were requested, in order.
    pub fn requests(&self) -> Vec<String> {
        let short = |path: &String| path.strip_prefix(REPOSITORY).unwrap_or(path).to_owned();
        self.requests.borrow().iter().map(short).collect()
    }

    /// Lets a check run in this world.
    pub fn run<T>(&self, check: impl AsyncFnOnce(CheckContext<'_>) -> T) -> T {
        let variables = [
            ("GITHUB_REPOSITORY", "acme/charts"),
            ("GITHUB_REPOSITORY_ID", "1"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_RUN_ATTEMPT", &self.attempt.get().max(1).to_string()),
        ];
        let environment: Environment =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let github = GithubClient::new(self, API, "token", Redactor::default()).unwrap();
        let context = CheckContext {
            environment: &environment,
            github: &github,
            host: self,
            signing_keys: &[],
            now: 1_800_000_000,
            is_public_repository: true,
        };
        check(context).now_or_never().expect("every reply is there at once")
    }

    /// Judges a pull request by a rule.
    pub fn evaluate(&self, rule: &PullRequestRule, pr: &PullRequest) -> Result<(), Rejection> {
        let mut decision = DecisionBuilder::new(0, Redactor::default());
        self.run(async |context| demands::check(&mut decision, rule, pr, None, &|_| Vec::new(), context).await)
    }

    /// The code by which a pull request is evaluated.
    pub fn code(&self, rule: &PullRequestRule, pr: &PullRequest) -> ReasonCode {
        self.evaluate(rule, pr).map_or_else(|rejection| rejection.code, |()| ReasonCode::Allowed)
    }
}

impl Host for World {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        let path = request.url.strip_prefix(API).expect("a request to the API").to_owned();
        let mut replies = self.replies.borrow_mut();
        let reply = match replies.get_mut(&path) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        };
        self.requests.borrow_mut().push(path);
        let body = json!({ "message": "Not Found" }).to_string();
        let reply = reply.unwrap_or(Response { status: 404, body, ..Response::default() });
        Box::pin(async move { Ok(reply) })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        self.slept.borrow_mut().push(ms);
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        1_800_000_000_000
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, _: &'a str, _: &'a [u8], _: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn mask(&self, _: &str) {}
}
