//! A label that somebody adds to a pull request, or removes from it, and who added it before.

use serde_json::{Value, json};

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, ACTIVITY, HEAD, OTHER, PULL_7, account, fork, pull};
use crate::support::{Reply, Scenario, policy, set};

const EVENTS: &str = "GET /repos/acme/charts/issues/7/events?per_page=100";
const PUSHED_AT: &str = "2026-09-21T14:00:00Z";

struct World {
    // The event.
    action: &'static str,
    label: &'static str,
    sender: &'static str,
    // The pull request.
    live_labels: &'static [&'static str],
    head: &'static str,
    is_fork: bool,
    author: &'static str,
    // Its history: who did what to the label `go` last, and when.
    set_by: Option<&'static str>,
    set_action: &'static str,
    set_at: &'static str,
    // The rule.
    pattern: &'static str,
    allows_unlabeled: bool,
    allows_forks: bool,
    authors: Option<&'static str>,
    demands_set_by: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            action: digits.pick(&["labeled", "unlabeled", "opened"]),
            label: digits.pick(&["go", "Go", "stop"]),
            sender: digits.pick(&["mona", "eve"]),
            live_labels: digits.pick(&[&["go"] as &[&str], &[], &["stop"]]),
            head: digits.pick(&[HEAD, OTHER]),
            is_fork: digits.pick(&[false, true]),
            author: digits.pick(&["mona", "eve"]),
            set_by: digits.pick(&[Some("mona"), Some("eve"), None]),
            set_action: digits.pick(&["labeled", "unlabeled"]),
            set_at: digits.pick(&["2026-09-21T14:05:00Z", PUSHED_AT]),
            pattern: digits.pick(&["go", "g*"]),
            allows_unlabeled: digits.pick(&[true, false]),
            allows_forks: digits.pick(&[true, false]),
            authors: digits.pick(&[None, Some("any"), Some("[mona]")]),
            demands_set_by: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let is_added = self.action == "labeled";
        let allows_action = is_added || self.action == "unlabeled" && self.allows_unlabeled;
        // Both patterns mean `go` alone here, in its own case.
        let matches_pattern = self.label == "go";
        let has_label = self.live_labels.contains(&"go");
        // `all: [go]` stands beside `set-by`; who added it matters only if it is there.
        let history_counts = self.demands_set_by && has_label;
        let was_added = self.set_action == "labeled";
        [
            (!allows_action, "event.type_not_allowed"),
            (!matches_pattern, "event.label_not_allowed"),
            (self.sender != "mona", "actor.not_allowed"),
            (self.is_fork && !self.allows_forks, "pull_request.fork"),
            (self.head != HEAD, "pull_request.head_moved"),
            (self.authors == Some("[mona]") && self.author != "mona", "pull_request.author_not_allowed"),
            (is_added && !has_label, "pull_request.label_missing"),
            (self.demands_set_by && !has_label, "pull_request.label_missing"),
            (!is_added && has_label, "pull_request.label_forbidden"),
            // What takes a further request comes after what takes none.
            (history_counts && was_added && self.set_at <= PUSHED_AT, "pull_request.head_moved"),
            (history_counts && (!was_added || self.set_by != Some("mona")), "pull_request.label_not_trusted"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let of_event = set(if self.is_fork { fork() } else { pull() }, "user", account(self.author));
        let labels: Value = self.live_labels.iter().map(|name| json!({ "name": name })).collect();
        let live = set(set(of_event.clone(), "head.sha", json!(self.head)), "labels", labels);
        let event = github::pull_request_event(self.sender, self.action, of_event);
        let event = set(event, "label", json!({ "name": self.label }));
        let history = json!([{
            "id": 1,
            "event": self.set_action,
            "label": { "name": "go" },
            "actor": self.set_by.map(account),
            "created_at": self.set_at,
        }]);
        let mut activity = github::activity(PUSHED_AT);
        activity[0]["after"] = json!(self.head);
        Scenario::new("pull_request_target", self.sender, &event)
            .policy(&policy("pull_request_target", &self.rule()))
            .route(PULL_7, Reply::json(200, &live))
            .route(EVENTS, Reply::json(200, &history))
            .route(ACTIVITY, Reply::json(200, &activity))
    }

    fn stricter(&self) -> Vec<Self> {
        vec![
            Self { allows_unlabeled: false, ..*self },
            Self { allows_forks: false, ..*self },
            Self { authors: Some("[mona]"), ..*self },
            Self { demands_set_by: true, ..*self },
        ]
    }
}

impl World {
    fn rule(&self) -> String {
        let types = if self.allows_unlabeled { "[labeled, unlabeled]" } else { "[labeled]" };
        let forks = if self.allows_forks { "allow" } else { "deny" };
        let authors = self.authors.map_or(String::new(), |authors| format!(", authors: {authors}"));
        let labels = if self.demands_set_by { ", labels: {all: [go], set-by: [mona]}" } else { "" };
        // Another rule of the event, which can never apply to a label.
        format!(
            "- {{name: cascade, types: [closed], pull-request: {{merged: true}}}}\n\
             - {{name: gate, types: {types}, label: ['{}'], actors: [mona], pull-request: {{forks: {forks}{authors}{labels}}}}}\n",
            self.pattern
        )
    }
}

#[test]
fn every_label_is_judged_as_the_contract_says() {
    check::<World>(&[
        "actor.not_allowed",
        "allowed",
        "event.label_not_allowed",
        "event.type_not_allowed",
        "pull_request.author_not_allowed",
        "pull_request.fork",
        "pull_request.head_moved",
        "pull_request.label_forbidden",
        "pull_request.label_missing",
        "pull_request.label_not_trusted",
    ]);
}
