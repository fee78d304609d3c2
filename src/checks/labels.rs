//! The labels of a pull request.

use crate::decision::DecisionBuilder;
use crate::github::pull_request::PullRequest;
use crate::policy::LabelRule;
use crate::policy::label::LabelPattern;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::questions::{Passed, Unmet};

/// Checks that the labels are there that the rule requires, and none that it forbids.
///
/// # Errors
/// `pull_request.label_missing`, `pull_request.label_forbidden`.
pub fn check(pr: &PullRequest, rule: &LabelRule) -> Result<(), Rejection> {
    let has = |pattern: &&LabelPattern| pr.labels.iter().any(|label| pattern.matches(label));
    if let Some(missing) = rule.all.iter().find(|pattern| !has(pattern)) {
        let expected = format!("the rule requires {}", quote_list(&rule.all, "and"));
        let help = format!("Add the label {} to the pull request and start the run again.", quote(missing.as_str()));
        return Err(label_missing(pr, std::slice::from_ref(missing), expected).with_help(help));
    }
    if !rule.any.is_empty() && !rule.any.iter().any(|pattern| has(&pattern)) {
        let expected = format!("the rule requires one of {}", quote_list(&rule.any, "or"));
        return Err(label_missing(pr, &rule.any, expected));
    }
    let forbidden = pr.labels.iter().find(|label| rule.none.iter().any(|pattern| pattern.matches(label)));
    match forbidden {
        None => Ok(()),
        Some(label) => Err(Rejection::new(
            ReasonCode::PullRequestLabelForbidden,
            format!("{} has the label {}", pr.name(), quote(label)),
            format!("the rule forbids {}", quote_list(&rule.none, "and")),
        )),
    }
}

fn label_missing(pr: &PullRequest, patterns: &[LabelPattern], expected: String) -> Rejection {
    let mut found = match pr.labels.as_slice() {
        [] => format!("{} has no label", pr.name()),
        labels => format!("{} has the labels {}", pr.name(), quote_list(labels, "and")),
    };
    let in_another_case =
        pr.labels.iter().find(|label| patterns.iter().any(|pattern| pattern.matches_in_another_case(label)));
    if let Some(label) = in_another_case {
        found.push_str(&format!(", of which {} differs only in case", quote(label)));
    }
    Rejection::new(ReasonCode::PullRequestLabelMissing, found, expected)
}

/// The labels as a passed check.
pub fn passed(pr: &PullRequest) -> Passed {
    Passed { found: quote_list(&pr.labels, "and"), expected: "as the rule requires".to_owned() }
}

/// Records that the rule asks for no labels.
pub fn record_skipped(decision: &mut DecisionBuilder) {
    decision.skip("labels", "the rule requires none");
}

/// Checks that the pull request still has the label whose addition started the run, or no longer has the one whose
/// removal did.
///
/// # Errors
/// `pull_request.label_missing`, `pull_request.label_forbidden`.
pub fn evaluate_event_label(pr: &PullRequest, activity: &str, label: &str) -> Result<Passed, Unmet> {
    let is_there = pr.labels.iter().any(|known| known == label);
    let (code, found, expected) = match (activity, is_there) {
        ("labeled", false) => (ReasonCode::PullRequestLabelMissing, "no longer has", "stay"),
        ("unlabeled", true) => (ReasonCode::PullRequestLabelForbidden, "has again", "stay removed"),
        (_, is_there) => {
            let found = format!("{} {}", quote(label), if is_there { "is there" } else { "is not there" });
            return Ok(Passed { found, expected: "as when the run was started".to_owned() });
        }
    };
    let expected = format!("the label has to {expected} until the run starts");
    Err(Rejection::new(code, format!("{} {found} the label {}", pr.name(), quote(label)), expected).into())
}
