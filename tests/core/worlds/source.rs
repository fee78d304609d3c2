//! The run that a `workflow_run` event reports, the people behind it, and the pull request that it was about.

use serde_json::{Value, json};

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, HEAD, OTHER, PULL_7, REPOSITORY, REPOSITORY_ID, account, fork, pull};
use crate::support::{Reply, Scenario, policy, set};

const LISTED: &str = "GET /repos/acme/charts/pulls?state=open&head=acme%3Afeature%2Fredis&per_page=100";

struct World {
    // The source run.
    path: &'static str,
    event: &'static str,
    conclusion: &'static str,
    branch: &'static str,
    is_fork: bool,
    actor: &'static str,
    rerun_by: &'static str,
    // What the API lists for its head.
    listed: &'static [&'static str],
    base: &'static str,
    // The rule.
    allows_push: bool,
    allows_failure: bool,
    has_branches: bool,
    allows_fork_sources: bool,
    has_actors: bool,
    has_pull_request: bool,
    allows_forks: bool,
    has_base: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            path: digits.pick(&[
                ".github/workflows/ci.yml",
                "acme/charts/.github/workflows/ci.yml@refs/heads/feature/redis",
                ".github/workflows/ci.yml@main",
                ".github/workflows/evil.yml",
            ]),
            event: digits.pick(&["pull_request", "push"]),
            conclusion: digits.pick(&["success", "failure"]),
            branch: digits.pick(&["feature/redis", "main"]),
            is_fork: digits.pick(&[false, true]),
            actor: digits.pick(&["mona", "eve"]),
            rerun_by: digits.pick(&["mona", "eve"]),
            listed: digits.pick(&[&["same"] as &[&str], &[], &["moved"], &["same", "same"], &["gone"]]),
            base: digits.pick(&["main", "dev"]),
            allows_push: digits.pick(&[false, true]),
            allows_failure: digits.pick(&[true, false]),
            has_branches: digits.pick(&[false, true]),
            allows_fork_sources: digits.pick(&[true, false]),
            has_actors: digits.pick(&[false, true]),
            has_pull_request: digits.pick(&[false, true]),
            allows_forks: digits.pick(&[true, false]),
            has_base: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        // The head branch of this world is `feature/redis` in the API's list, and the event's otherwise.
        let is_path = match self.path {
            ".github/workflows/ci.yml" => true,
            ".github/workflows/evil.yml" => false,
            with_ref => with_ref.ends_with(self.branch),
        };
        let allows_event = self.event == "pull_request" || self.allows_push_here();
        let same = self.listed.iter().filter(|pr| **pr == "same").count();
        // The list was asked for another branch, where nothing is.
        let same = if self.branch == "feature/redis" && (self.base == "main" || !self.has_base) { same } else { 0 };
        let is_gone = self.branch == "feature/redis" && self.listed.contains(&"gone");
        let pr = self.has_pull_request;
        [
            (!is_path, "event.source_not_allowed"),
            (!allows_event, "event.source_not_allowed"),
            (self.conclusion != "success" && !self.allows_failure, "event.source_not_allowed"),
            (self.has_branches && self.branch != "main", "event.source_not_allowed"),
            (self.is_fork && !pr && !self.allows_fork_sources, "event.source_not_allowed"),
            (self.has_actors && self.actor != "mona", "actor.not_allowed"),
            (self.has_actors && self.rerun_by != "mona", "actor.source_not_allowed"),
            (pr && same == 0 && !is_gone, "pull_request.missing"),
            (pr && same > 1, "pull_request.ambiguous"),
            (pr && same == 0 && is_gone, "pull_request.head_gone"),
            (pr && self.is_fork && !self.allows_forks, "pull_request.fork"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let base_pull = if self.is_fork { fork() } else { pull() };
        let head_repository = base_pull["head"]["repo"].clone();
        let live = set(base_pull, "base.ref", json!(self.base));
        let run = json!({
            "id": 55, "path": self.path, "event": self.event, "status": "completed", "conclusion": self.conclusion,
            "head_branch": self.branch, "head_sha": HEAD, "repository": { "id": REPOSITORY_ID, "full_name": REPOSITORY },
            "head_repository": head_repository, "pull_requests": [], "actor": account(self.actor),
            "triggering_actor": account(self.rerun_by),
        });
        let event = github::other_event(self.actor, "workflow_run", run);
        let event = set(event, "action", json!("completed"));
        let mut scenario = Scenario::new("workflow_run", self.actor, &event)
            .policy(&policy("workflow_run", &self.rule()))
            .route(PULL_7, Reply::json(200, &live))
            .route(LISTED, Reply::json(200, &self.list(&live)));
        if self.branch == "main" {
            scenario = scenario.route(&LISTED.replace("feature%2Fredis", "main"), Reply::json(200, &json!([])));
        }
        scenario
    }

    fn stricter(&self) -> Vec<Self> {
        let mut stricter = vec![
            Self { allows_push: false, ..*self },
            Self { allows_failure: false, ..*self },
            Self { has_branches: true, ..*self },
            Self { allows_fork_sources: false, ..*self },
            Self { has_actors: true, ..*self },
            Self { allows_forks: false, ..*self },
        ];
        // `base` chooses among several pull requests with one head, so it can settle what was ambiguous.
        if self.listed.len() < 2 {
            stricter.push(Self { has_base: true, ..*self });
        }
        // With `pull-request` another key decides about forks.
        if !self.is_fork {
            stricter.push(Self { has_pull_request: true, ..*self });
        }
        stricter
    }
}

impl World {
    /// A rule with `pull-request` lists events of pull requests only.
    fn allows_push_here(&self) -> bool {
        self.allows_push && !self.has_pull_request
    }

    fn rule(&self) -> String {
        let events = if self.allows_push_here() { "[pull_request, push]" } else { "[pull_request]" };
        let conclusions = if self.allows_failure { ", conclusions: [success, failure]" } else { "" };
        let branches = if self.has_branches { ", branches: [main]" } else { "" };
        let forks = if self.allows_fork_sources && !self.has_pull_request { ", forks: allow" } else { "" };
        let mut rule = format!(
            "source: {{workflows: [.github/workflows/ci.yml], events: {events}{conclusions}{branches}{forks}}}\n"
        );
        if self.has_actors {
            rule += "actors: [mona]\n";
        }
        if self.has_pull_request {
            let forks = if self.allows_forks { "allow" } else { "deny" };
            let base = if self.has_base { ", base: [main]" } else { "" };
            rule += &format!("pull-request: {{forks: {forks}{base}}}\n");
        }
        rule
    }

    fn list(&self, live: &Value) -> Value {
        let listed = self.listed.iter().enumerate().map(|(index, kind)| {
            let pr = set(live.clone(), "number", json!(7 + index));
            match *kind {
                "moved" => set(pr, "head.sha", json!(OTHER)),
                "gone" => set(pr, "head.repo", json!(null)),
                _ => pr,
            }
        });
        listed.collect()
    }
}

#[test]
fn every_source_run_is_judged_as_the_contract_says() {
    check::<World>(&[
        "actor.not_allowed",
        "actor.source_not_allowed",
        "allowed",
        "event.source_not_allowed",
        "pull_request.ambiguous",
        "pull_request.fork",
        "pull_request.head_gone",
        "pull_request.missing",
    ]);
}
