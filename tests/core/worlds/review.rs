//! Reviews and review comments: whose, with which state, on which commit.

use serde_json::json;

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, COMMENTED_AT, HEAD, OTHER, PULL_7, account, fork, pull};
use crate::support::{Reply, Scenario, policy, set};

struct World {
    // The event.
    is_comment: bool,
    action: &'static str,
    state: &'static str,
    body: &'static str,
    reviewer: &'static str,
    sender: &'static str,
    commit: Option<&'static str>,
    original_commit: Option<&'static str>,
    // The pull request.
    head: &'static str,
    is_fork: bool,
    author: &'static str,
    // The rule.
    allows_changes_requested: bool,
    has_command: bool,
    allows_forks: bool,
    has_authors: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            is_comment: digits.pick(&[false, true]),
            action: digits.pick(&["written", "edited"]),
            state: digits.pick(&["approved", "changes_requested", "commented"]),
            body: digits.pick(&["@bot", "@bot now", "fine"]),
            reviewer: digits.pick(&["mona", "eve"]),
            sender: digits.pick(&["mona", "eve"]),
            commit: digits.pick(&[Some(HEAD), Some(OTHER), None]),
            original_commit: digits.pick(&[Some(HEAD), Some(OTHER)]),
            head: digits.pick(&[HEAD, OTHER]),
            is_fork: digits.pick(&[false, true]),
            author: digits.pick(&["mona", "eve"]),
            allows_changes_requested: digits.pick(&[true, false]),
            has_command: digits.pick(&[false, true]),
            allows_forks: digits.pick(&[true, false]),
            has_authors: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let is_review = !self.is_comment;
        let allows_state =
            self.state == "approved" || self.state == "changes_requested" && self.allows_changes_requested;
        // The event describes the pull request as it was, with its head at the first commit.
        let is_moved = self.head != HEAD
            || self.commit != Some(self.head)
            || self.is_comment && self.original_commit != Some(self.head);
        [
            (self.action == "edited", "event.type_not_allowed"),
            (is_review && !allows_state, "event.review_not_allowed"),
            (self.has_command && self.body == "fine", "event.no_command"),
            (self.sender != "mona", "actor.not_allowed"),
            (self.reviewer != "mona", "actor.commenter_not_allowed"),
            (self.has_command && self.body == "@bot now", "payload.unknown_field"),
            (self.is_fork && !self.allows_forks, "pull_request.fork"),
            (is_moved, "pull_request.head_moved"),
            (self.has_authors && self.author != "mona", "pull_request.author_not_allowed"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let of_event = set(if self.is_fork { fork() } else { pull() }, "user", account(self.author));
        let live = set(of_event.clone(), "head.sha", json!(self.head));
        let (name, written) = if self.is_comment {
            ("pull_request_review_comment", "created")
        } else {
            ("pull_request_review", "submitted")
        };
        let action = if self.action == "written" { written } else { self.action };
        let mut event = github::review_event(self.reviewer, action, of_event);
        event = set(event, "sender", account(self.sender));
        if self.is_comment {
            event.as_object_mut().unwrap().remove("review");
            let comment = json!({
                "id": 90, "body": self.body, "user": account(self.reviewer), "commit_id": self.commit,
                "original_commit_id": self.original_commit, "created_at": COMMENTED_AT, "updated_at": COMMENTED_AT,
            });
            event = set(event, "comment", comment);
        } else {
            event = set(event, "review.state", json!(self.state));
            event = set(event, "review.body", json!(self.body));
            event = set(event, "review.commit_id", json!(self.commit));
        }
        Scenario::new(name, self.sender, &event)
            .policy(&policy(name, &self.rule()))
            .route(PULL_7, Reply::json(200, &live))
    }

    fn stricter(&self) -> Vec<Self> {
        vec![
            Self { allows_changes_requested: false, ..*self },
            Self { has_command: true, ..*self },
            Self { allows_forks: false, ..*self },
            Self { has_authors: true, ..*self },
        ]
    }
}

impl World {
    fn rule(&self) -> String {
        let mut rule = "actors: [mona]\n".to_owned();
        if !self.is_comment {
            let more = if self.allows_changes_requested { ", changes_requested" } else { "" };
            rule += &format!("types: [submitted]\nreview: [approved{more}]\n");
        }
        if self.has_command {
            rule += "command: '@bot'\n";
        }
        let forks = if self.allows_forks { "allow" } else { "deny" };
        let authors = if self.has_authors { ", authors: [mona]" } else { "" };
        rule + &format!("pull-request: {{forks: {forks}{authors}}}\n")
    }
}

#[test]
fn every_review_is_judged_as_the_contract_says() {
    check::<World>(&[
        "actor.commenter_not_allowed",
        "actor.not_allowed",
        "allowed",
        "event.no_command",
        "event.review_not_allowed",
        "event.type_not_allowed",
        "payload.unknown_field",
        "pull_request.author_not_allowed",
        "pull_request.fork",
        "pull_request.head_moved",
    ]);
}
