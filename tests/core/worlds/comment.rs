//! Comments on a pull request: who wrote what, when the head was pushed, and what became of it since.

use serde_json::{Value, json};

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, ACTIVITY, COMMENTED_AT, HEAD, OTHER, PULL_7, account, pull};
use crate::support::{Reply, Scenario, policy, set};

const LIVE: &str = "GET /repos/acme/charts/issues/comments/90";
const STAGING: &str = "/deploy staging";

/// What became of the comment until a later attempt.
#[derive(Clone, Copy, PartialEq)]
enum Later {
    FirstAttempt,
    Unchanged,
    Edited,
    Gone,
}

struct World {
    // The event.
    commenter: &'static str,
    sender: &'static str,
    app: bool,
    action: &'static str,
    body: &'static str,
    // The pull request.
    pushed_at: &'static str,
    head: &'static str,
    is_open: bool,
    base: &'static str,
    // The run.
    later: Later,
    rerun_by: &'static str,
    // The rule.
    has_command: bool,
    allows_edits: bool,
    allows_app: bool,
    allows_late_pushes: bool,
    lists_zoe: bool,
    has_base: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            commenter: digits.pick(&["mona", "eve"]),
            sender: digits.pick(&["mona", "hubot", "eve"]),
            app: digits.pick(&[false, true]),
            action: digits.pick(&["created", "edited"]),
            body: digits.pick(&[
                STAGING,
                "/DEPLOY staging\nnow",
                "/deploy",
                "/deploy moon",
                "/deploy staging now",
                "/deployed",
            ]),
            pushed_at: digits.pick(&["2026-09-21T14:00:00Z", COMMENTED_AT]),
            head: digits.pick(&[HEAD, OTHER]),
            is_open: digits.pick(&[true, false]),
            base: digits.pick(&["main", "dev"]),
            later: digits.pick(&[Later::FirstAttempt, Later::Unchanged, Later::Edited, Later::Gone]),
            rerun_by: digits.pick(&["mona", "zoe"]),
            has_command: digits.pick(&[false, true]),
            allows_edits: digits.pick(&[true, false]),
            allows_app: digits.pick(&[true, false]),
            allows_late_pushes: digits.pick(&[true, false]),
            lists_zoe: digits.pick(&[true, false]),
            has_base: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let listed = |login: &str| matches!(login, "mona" | "hubot");
        let first_line = self.body.lines().next().unwrap_or_default();
        let words: Vec<&str> = first_line.split(' ').collect();
        // A command goes with `created` only.
        let types: &[&str] = if self.allows_edits && !self.has_command { &["created", "edited"] } else { &["created"] };
        let is_rerun = self.later != Later::FirstAttempt;
        let rerun_is_listed = listed(self.rerun_by) || self.lists_zoe;
        // The pushed commit is the live head in one half of the worlds, and the server's record must agree.
        let is_late = self.head != HEAD || self.pushed_at >= COMMENTED_AT;
        [
            (!types.contains(&self.action), "event.type_not_allowed"),
            (self.has_command && !words[0].eq_ignore_ascii_case("/deploy"), "event.no_command"),
            (!listed(self.sender), "actor.not_allowed"),
            (!listed(self.commenter) || (self.app && !self.allows_app), "actor.commenter_not_allowed"),
            (is_rerun && !rerun_is_listed, "actor.rerun_not_allowed"),
            (self.has_command && words.len() == 1, "payload.missing_field"),
            (self.has_command && words.len() > 1 && words[1] != "staging", "payload.invalid_field"),
            (self.has_command && words.len() > 2, "payload.unknown_field"),
            (!self.is_open, "pull_request.changed"),
            (self.has_base && self.base != "main", "pull_request.base_not_allowed"),
            // What takes a further request comes after what takes none.
            (!self.allows_late_pushes && is_late, "pull_request.head_moved"),
            (matches!(self.later, Later::Edited | Later::Gone), "pull_request.changed"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let mut event = set(github::comment_event(self.commenter, true), "action", json!(self.action));
        event = set(event, "sender", account(self.sender));
        event = set(event, "comment.body", json!(self.body));
        if self.app {
            event = set(event, "comment.performed_via_github_app", json!({ "slug": "claude" }));
        }
        let comment = event["comment"].clone();
        let mut live = set(pull(), "head.sha", json!(self.head));
        live = set(live, "base.ref", json!(self.base));
        if !self.is_open {
            live = set(set(live, "state", json!("closed")), "closed_at", json!(COMMENTED_AT));
        }
        let mut scenario = Scenario::new("issue_comment", self.sender, &event)
            .policy(&policy("issue_comment", &self.rule()))
            .route(PULL_7, Reply::json(200, &live))
            .route(ACTIVITY, Reply::json(200, &github::activity(self.pushed_at)));
        if self.later != Later::FirstAttempt {
            scenario = scenario.rerun_by(self.rerun_by).route(LIVE, self.live_comment(comment));
            if self.rerun_by == self.sender {
                scenario = scenario.env("GITHUB_RUN_ATTEMPT", "2");
            }
        }
        scenario
    }

    fn stricter(&self) -> Vec<Self> {
        vec![
            Self { has_base: true, ..*self },
            Self { allows_late_pushes: false, ..*self },
            Self { allows_app: false, ..*self },
            Self { allows_edits: false, ..*self },
            Self { lists_zoe: false, ..*self },
            Self { has_command: true, ..*self },
        ]
    }
}

impl World {
    fn rule(&self) -> String {
        let mut rule = "actors: [mona, hubot]\n".to_owned();
        if self.has_command {
            rule += "command: {name: /deploy, arguments: {environment: {type: choice, options: [staging]}}}\n";
        } else if self.allows_edits {
            rule += "types: [created, edited]\n";
        }
        if self.allows_app {
            rule += "via-apps: [claude]\n";
        }
        if self.lists_zoe {
            rule += "rerun-by: [zoe]\n";
        }
        let late = if self.allows_late_pushes { "allow" } else { "deny" };
        let base = if self.has_base { ", base: [main]" } else { "" };
        rule + &format!("pull-request: {{late-pushes: {late}{base}}}\n")
    }

    fn live_comment(&self, comment: Value) -> Reply {
        match self.later {
            Later::Gone => Reply::refusal(404, "Not Found"),
            Later::Edited => Reply::json(200, &set(comment, "body", json!("/deploy production"))),
            Later::FirstAttempt | Later::Unchanged => Reply::json(200, &comment),
        }
    }
}

#[test]
fn every_comment_is_judged_as_the_contract_says() {
    check::<World>(&[
        "actor.commenter_not_allowed",
        "actor.not_allowed",
        "actor.rerun_not_allowed",
        "allowed",
        "event.no_command",
        "event.type_not_allowed",
        "payload.invalid_field",
        "payload.missing_field",
        "payload.unknown_field",
        "pull_request.base_not_allowed",
        "pull_request.changed",
        "pull_request.head_moved",
    ]);
}
