//! Pushes: which branch, and who.

use serde_json::json;

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, HEAD, OTHER, account};
use crate::support::{Scenario, policy, set};

struct World {
    // The event.
    git_ref: &'static str,
    is_deleted: bool,
    sender: &'static str,
    // The run.
    run_ref: Option<&'static str>,
    // The rule.
    branches: Option<&'static str>,
    has_actors: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            git_ref: digits.pick(&["refs/heads/main", "refs/heads/release/1", "refs/heads/dev", "refs/tags/main"]),
            is_deleted: digits.pick(&[false, true]),
            sender: digits.pick(&["mona", "eve"]),
            run_ref: digits.pick(&[None, Some("refs/heads/other")]),
            branches: digits.pick(&[None, Some("[main]"), Some("[main, 'release/*']"), Some("['**', '!dev']")]),
            has_actors: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let branch = self.git_ref.strip_prefix("refs/heads/");
        let is_listed = match self.branches {
            None => true,
            // A deleted branch never matches, nor does a tag.
            Some(_) if self.is_deleted => false,
            Some("[main]") => branch == Some("main"),
            Some("['**', '!dev']") => branch.is_some_and(|branch| branch != "dev"),
            Some(_) => branch.is_some_and(|branch| branch == "main" || branch.starts_with("release/")),
        };
        [
            // The run of a deletion is one of the default branch.
            (!self.is_deleted && self.run_ref.is_some(), "event.mismatch"),
            (!is_listed, "event.branch_not_allowed"),
            (self.has_actors && self.sender != "mona", "actor.not_allowed"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let event = github::other_event(self.sender, "ref", json!(self.git_ref));
        let after = if self.is_deleted { "0".repeat(40) } else { HEAD.to_owned() };
        let commit = if self.is_deleted { json!(null) } else { json!({ "id": HEAD }) };
        let mut event = set(event, "after", json!(after));
        event = set(event, "before", json!(OTHER));
        event = set(event, "deleted", json!(self.is_deleted));
        event = set(event, "head_commit", commit);
        event = set(event, "pusher", account(self.sender));
        let rule = format!(
            "{}{}",
            self.branches.map_or(String::new(), |branches| format!("branches: {branches}\n")),
            if self.has_actors { "actors: [mona]\n" } else { "" }
        );
        Scenario::new("push", self.sender, &event)
            .policy(&policy("push", &rule))
            .env("GITHUB_REF", self.run_ref.unwrap_or(self.git_ref))
    }

    fn stricter(&self) -> Vec<Self> {
        vec![Self { branches: Some("[main]"), ..*self }, Self { has_actors: true, ..*self }]
    }
}

#[test]
fn every_push_is_judged_as_the_contract_says() {
    check::<World>(&["actor.not_allowed", "allowed", "event.branch_not_allowed", "event.mismatch"]);
}
