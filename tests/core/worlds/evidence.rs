//! What a rule demands of a pull request beside its state: approvals, files, checks, and blocks of which one holds.

use serde_json::{Value, json};

use super::{Digits, SmallWorld, check};
use crate::support::github::{self, ACTIVITY, HEAD, OTHER, account, pull};
use crate::support::scenario::dispatch_rule;
use crate::support::{Reply, Scenario, set};

const REVIEWS: &str = "GET /repos/acme/charts/pulls/7/reviews?per_page=100";
const FILES: &str = "GET /repos/acme/charts/pulls/7/files?per_page=100";

struct World {
    // The pull request, by mona.
    reviewer: &'static str,
    states: &'static [&'static str],
    reviewed: &'static str,
    pusher: &'static str,
    file: &'static str,
    previous: Option<&'static str>,
    check_status: &'static str,
    check_conclusion: Option<&'static str>,
    app: &'static str,
    labels: &'static [&'static str],
    // The rule.
    wants_approval: bool,
    wants_only: bool,
    wants_none: bool,
    wants_check: bool,
    /// One of: labelled `quick`, or approved.
    wants_any: bool,
}

impl SmallWorld for World {
    fn read(digits: &mut Digits) -> Self {
        Self {
            reviewer: digits.pick(&["zoe", "hubot", "mona", "eve"]),
            states: digits.pick(&[
                &["APPROVED"] as &[&str],
                &["CHANGES_REQUESTED"],
                &["APPROVED", "COMMENTED"],
                &["CHANGES_REQUESTED", "APPROVED"],
                &["APPROVED", "DISMISSED"],
            ]),
            reviewed: digits.pick(&[HEAD, OTHER]),
            pusher: digits.pick(&["mona", "zoe"]),
            file: digits.pick(&["charts/a.yml", "docs/a.md"]),
            previous: digits.pick(&[None, Some("charts/secret/a.yml")]),
            check_status: digits.pick(&["completed", "in_progress"]),
            check_conclusion: digits.pick(&[Some("success"), Some("failure"), None]),
            app: digits.pick(&["github-actions", "evil"]),
            labels: digits.pick(&[&["quick"] as &[&str], &[]]),
            wants_approval: digits.pick(&[false, true]),
            wants_only: digits.pick(&[false, true]),
            wants_none: digits.pick(&[false, true]),
            wants_check: digits.pick(&[false, true]),
            wants_any: digits.pick(&[false, true]),
        }
    }

    fn expected(&self) -> &'static str {
        let decisive = self.states.iter().rfind(|state| **state != "COMMENTED").copied();
        let is_listed = matches!(self.reviewer, "zoe" | "hubot" | "mona");
        let objects = is_listed && decisive == Some("CHANGES_REQUESTED");
        let is_independent = self.reviewer != "mona" && self.reviewer != self.pusher;
        let approves = is_listed && is_independent && decisive == Some("APPROVED") && self.reviewed == HEAD;
        let names = [Some(self.file), self.previous];
        let is_only = names.iter().flatten().all(|name| name.starts_with("charts/"));
        let has_secret = names.iter().flatten().any(|name| name.starts_with("charts/secret/"));
        let succeeds = self.app == "github-actions"
            && self.check_status == "completed"
            && self.check_conclusion == Some("success");
        let is_quick = self.labels.contains(&"quick");
        // Of two blocks that fail, the one with approvals came further.
        let wants_approval = self.wants_approval || self.wants_any && !is_quick;
        [
            (self.wants_only && !is_only, "pull_request.file_not_allowed"),
            (self.wants_none && has_secret, "pull_request.file_not_allowed"),
            (wants_approval && objects, "pull_request.changes_requested"),
            (wants_approval && !approves, "pull_request.approval_missing"),
            (self.wants_check && !succeeds, "pull_request.check_not_successful"),
        ]
        .iter()
        .find(|(violated, _)| *violated)
        .map_or("allowed", |(_, code)| code)
    }

    fn scenario(&self) -> Scenario {
        let labels: Value = self.labels.iter().map(|name| json!({ "name": name })).collect();
        let live = set(set(pull(), "changed_files", json!(1)), "labels", labels);
        let review = |(index, state): (usize, &&str)| {
            json!({
                "id": index + 1, "user": account(self.reviewer), "state": state, "commit_id": self.reviewed,
                "submitted_at": format!("2026-09-21T14:0{index}:00Z"),
            })
        };
        let reviews: Value = self.states.iter().enumerate().map(review).collect();
        let mut file = json!({ "filename": self.file, "status": "modified" });
        if let Some(previous) = self.previous {
            file = set(set(file, "status", json!("renamed")), "previous_filename", json!(previous));
        }
        let run = json!({
            "id": 1, "name": "build", "head_sha": HEAD, "status": self.check_status,
            "conclusion": self.check_conclusion, "app": { "slug": self.app }, "check_suite": { "id": 1 },
            "started_at": "2026-09-21T14:00:00Z",
        });
        let runs =
            format!("GET /repos/acme/charts/commits/{HEAD}/check-runs?check_name=build&filter=latest&per_page=100");
        let mut activity = github::activity("2026-09-21T14:00:00Z");
        activity[0]["actor"] = account(self.pusher);
        Scenario::dispatch()
            .policy(&dispatch_rule(&self.rule()))
            .pull(&live)
            .route(REVIEWS, Reply::json(200, &reviews))
            .route(FILES, Reply::json(200, &json!([file])))
            .route(&runs, Reply::json(200, &json!({ "total_count": 1, "check_runs": [run] })))
            .route(ACTIVITY, Reply::json(200, &activity))
    }

    fn stricter(&self) -> Vec<Self> {
        vec![
            Self { wants_approval: true, ..*self },
            Self { wants_only: true, ..*self },
            Self { wants_none: true, ..*self },
            Self { wants_check: true, ..*self },
            Self { wants_any: true, ..*self },
        ]
    }
}

impl World {
    fn rule(&self) -> String {
        let approvals = "approvals: {by: [zoe, hubot, mona]}";
        let files = match (self.wants_only, self.wants_none) {
            (false, false) => "",
            (true, false) => "files: {only: ['charts/**']}",
            (false, true) => "files: {none: ['charts/secret/**']}",
            (true, true) => "files: {only: ['charts/**'], none: ['charts/secret/**']}",
        };
        let any = format!("any: [{{labels: {{all: [quick]}}}}, {{{approvals}}}]");
        let demands = [
            (self.wants_approval, approvals),
            (!files.is_empty(), files),
            (self.wants_check, "checks: [build@github-actions]"),
            (self.wants_any, any.as_str()),
        ];
        let demands: Vec<&str> = demands.iter().filter(|(wanted, _)| *wanted).map(|(_, text)| *text).collect();
        format!("pull-request: {{{}}}\n", demands.join(", "))
    }
}

#[test]
fn every_demand_is_judged_as_the_contract_says() {
    check::<World>(&[
        "allowed",
        "pull_request.approval_missing",
        "pull_request.changes_requested",
        "pull_request.check_not_successful",
        "pull_request.file_not_allowed",
    ]);
}
