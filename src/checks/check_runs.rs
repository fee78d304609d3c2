//! The check runs of the head commit.

use crate::github::check_run::CheckRun;
use crate::github::pull_request::PullRequest;
use crate::github::url::encode_path_segment;
use crate::policy::CheckRunName;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

use super::CheckContext;
use super::answers::Answers;
use super::paging::PagedList;
use super::questions::{Passed, Unmet};

/// How many runs of the checks of one name are read.
pub const MAX_CHECK_RUNS: usize = 1_000;

/// The permission that reading them takes.
pub const PERMISSION: &str = "checks: read";

/// Reads the runs of the checks of a name on the head commit, the latest of each suite.
///
/// # Errors
/// `api.*`.
pub async fn fetch(pr: &PullRequest, name: &str, context: CheckContext<'_>) -> Result<Vec<CheckRun>, Rejection> {
    let path = format!(
        "{}/commits/{}/check-runs?check_name={}&filter=latest",
        context.repository_path(),
        pr.head_sha,
        encode_path_segment(name)
    );
    let list = PagedList {
        path: &path,
        what: &format!("the check runs of the head {}", quote(&pr.head_sha)),
        permission: PERMISSION,
        id: "id",
        member: Some("check_runs"),
        max: MAX_CHECK_RUNS,
        help: "Report the check under one name less often, or remove it from `checks`.",
    };
    let runs = list.read_all(context.github).await?;
    runs.iter().map(|run| CheckRun::read(run, &path)).collect()
}

/// Checks that every run of a check succeeded, and that there is one.
///
/// # Errors
/// `pull_request.check_not_successful`, `api.*`.
pub fn evaluate(check: &CheckRunName, pr: &PullRequest, answers: &Answers) -> Result<Passed, Unmet> {
    let listed = answers.check_runs(&check.name)?;
    let of_name = || listed.iter().filter(|run| run.name == check.name);
    let runs: Vec<&CheckRun> = of_name().filter(|run| run.app.eq_ignore_ascii_case(&check.app)).collect();
    let latest: Vec<&&CheckRun> =
        runs.iter().filter(|run| !runs.iter().any(|other| run.is_repeated_by(other))).collect();
    let shown = quote(&check.to_string());
    let rejection = |found: String| {
        let expected =
            "the rule requires that every run of the check is completed with `success`, and that there is one";
        Err(Rejection::new(ReasonCode::PullRequestCheckNotSuccessful, found, expected).into())
    };
    if latest.is_empty() {
        let mut others: Vec<&str> = of_name().map(|run| run.app.as_str()).collect();
        others.sort_unstable();
        others.dedup();
        let others =
            if others.is_empty() { String::new() } else { format!("; {} reported one", quote_list(others, "and")) };
        return rejection(format!("the head {} has no check {shown}{others}", quote(&pr.head_sha)));
    }
    let failed = latest.iter().filter(|run| !run.is_successful());
    match failed.clone().next() {
        Some(run) => {
            let count = if latest.len() > 1 {
                format!(" in {} of {} runs", failed.count(), latest.len())
            } else {
                String::new()
            };
            rejection(format!("the check {shown} is {}{count}", quote(&run.describe())))
        }
        None => Ok(Passed { found: format!("{shown} succeeded"), expected: "every run of it".to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::test_support::{World, minute, pull, read_pull, sha};
    use crate::policy::{Demands, PullRequestRule};

    fn path(name: &str) -> String {
        format!("/commits/{}/check-runs?check_name={name}&filter=latest&per_page=100", sha('a'))
    }

    fn rule(names: &[&str]) -> PullRequestRule {
        let checks =
            names.iter().map(|name| CheckRunName { name: (*name).to_owned(), app: "github-actions".to_owned() });
        PullRequestRule {
            demands: Demands { checks: checks.collect(), ..Demands::default() },
            ..PullRequestRule::default()
        }
    }

    /// Name, app, suite, status, conclusion, and the minutes of start and end.
    type Run = (&'static str, &'static str, u64, &'static str, &'static str, usize, usize);

    fn runs(list: &[Run]) -> Value {
        let run = |(id, (name, app, suite, status, conclusion, start, end)): (usize, &Run)| {
            let over = *status == "completed";
            json!({
                "id": id + 1, "name": name, "app": { "slug": app }, "check_suite": { "id": suite }, "status": status,
                "conclusion": if over { json!(conclusion) } else { json!(null) },
                "started_at": minute(*start), "completed_at": if over { json!(minute(*end)) } else { json!(null) },
            })
        };
        json!({ "total_count": list.len(), "check_runs": list.iter().enumerate().map(run).collect::<Value>() })
    }

    fn code(list: &[Run]) -> ReasonCode {
        World::default().on(&path("build"), &runs(list)).code(&rule(&["build"]), &read_pull(&pull(true, |_| ())))
    }

    const APP: &str = "github-actions";
    const GREEN: Run = ("build", APP, 1, "completed", "success", 0, 1);

    #[test]
    fn every_run_of_the_name_and_app_has_to_succeed() {
        let failed = ReasonCode::PullRequestCheckNotSuccessful;
        for (list, expected) in [
            (vec![GREEN], ReasonCode::Allowed),
            (vec![GREEN, ("build", APP, 2, "completed", "success", 0, 1)], ReasonCode::Allowed),
            (vec![GREEN, ("build", "other", 2, "completed", "failure", 0, 1)], ReasonCode::Allowed),
            (vec![GREEN, ("build / x", APP, 2, "completed", "failure", 0, 1)], ReasonCode::Allowed),
            (vec![], failed),
            (vec![("build", "other", 1, "completed", "success", 0, 1)], failed),
            (vec![("Build", APP, 1, "completed", "success", 0, 1)], failed),
            (vec![("build", APP, 1, "in_progress", "", 0, 0)], failed),
            (vec![("build", APP, 1, "completed", "neutral", 0, 1)], failed),
            (vec![GREEN, ("build", APP, 2, "completed", "skipped", 5, 6)], failed),
            (
                vec![("build", APP, 2, "completed", "failure", 0, 1), ("build", APP, 1, "completed", "success", 5, 6)],
                failed,
            ),
            (vec![GREEN, ("build", APP, 2, "queued", "", 5, 5)], failed),
        ] {
            assert_eq!(code(&list), expected, "{list:?}");
        }
    }

    #[test]
    fn the_latest_run_of_a_suite_counts_and_runs_at_the_same_time_count_both() {
        let failed = ("build", APP, 1, "completed", "failure", 0, 2);
        let again = ("build", APP, 1, "completed", "success", 3, 4);
        let beside = ("build", APP, 1, "completed", "success", 1, 4);
        assert_eq!(code(&[failed, again]), ReasonCode::Allowed);
        assert_eq!(code(&[failed, beside]), ReasonCode::PullRequestCheckNotSuccessful);
        let failed_again = ("build", APP, 1, "completed", "failure", 3, 4);
        assert_eq!(code(&[GREEN, failed_again]), ReasonCode::PullRequestCheckNotSuccessful);
    }

    #[test]
    fn each_name_is_asked_for_once() {
        let world = World::default()
            .on(&path("build"), &runs(&[GREEN]))
            .on(&path("test%20%2F%20x"), &runs(&[("test / x", APP, 1, "completed", "success", 0, 1)]));
        let mut rule = rule(&["build", "test / x"]);
        rule.any = vec![rule.demands.clone()];
        assert_eq!(world.code(&rule, &read_pull(&pull(true, |_| ()))), ReasonCode::Allowed);
        assert_eq!(world.requests(), [path("build"), path("test%20%2F%20x")]);
    }

    #[test]
    fn a_missing_permission_and_half_a_list_are_errors() {
        let pr = read_pull(&pull(true, |_| ()));
        let refused = World::default().refuse(&path("build"), 403, "Resource not accessible by integration");
        let rejection = refused.evaluate(&rule(&["build"]), &pr).unwrap_err();
        assert_eq!(rejection.code, ReasonCode::ApiForbidden);
        assert!(rejection.help.contains("`checks: read`"), "{}", rejection.help);
        let mut half = runs(&[GREEN]);
        half["total_count"] = json!(2);
        let code = World::default().on(&path("build"), &half).code(&rule(&["build"]), &pr);
        assert_eq!(code, ReasonCode::ApiInvalidResponse);
    }
}
