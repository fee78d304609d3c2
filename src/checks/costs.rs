//! What each key of a policy costs in requests and permissions, for the documentation. The numbers and permissions are
//! those of the checks.

use crate::policy::tables::markdown;

use super::paging::PAGE_SIZE;
use super::{
    actor_lookup, approvals, check_runs, configuration, consent, files, label_trust, last_push, once, provenance,
    pull_request_lookup,
};

/// The cost of a key.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// The key, or an entry of a list of actors, as the documentation writes it.
    pub key: &'static str,
    /// The requests in words. `{page}` is the number of elements of a page.
    pub requests: &'static str,
    /// The permissions as a workflow writes them; empty if every token of the repository has them.
    pub permissions: &'static [&'static str],
    /// How much is read at most, and of what.
    pub bound: Option<(usize, &'static str)>,
    /// What happens beyond the bound: a reason code.
    pub beyond: &'static str,
}

impl Cost {
    const fn unbounded(key: &'static str, requests: &'static str, permissions: &'static [&'static str]) -> Self {
        Self { key, requests, permissions, bound: None, beyond: "" }
    }

    const fn bounded(
        key: &'static str,
        requests: &'static str,
        permissions: &'static [&'static str],
        bound: (usize, &'static str),
        beyond: &'static str,
    ) -> Self {
        Self { key, requests, permissions, bound: Some(bound), beyond }
    }
}

/// The table of the documentation, in Markdown.
pub fn table() -> String {
    let head = ["key", "requests", "permissions", "at most", "beyond"].map(str::to_owned);
    let row = |cost: &Cost| {
        let permissions: Vec<String> = cost.permissions.iter().map(|name| format!("`{name}`")).collect();
        let bound = cost.bound.map_or(String::new(), |(count, what)| format!("{count} {what}"));
        let beyond = if cost.beyond.is_empty() { String::new() } else { format!("`{}`", cost.beyond) };
        let requests = cost.requests.replace("{page}", &PAGE_SIZE.to_string());
        vec![cost.key.to_owned(), requests, permissions.join(", "), bound, beyond]
    };
    let rows: Vec<Vec<String>> = std::iter::once(head.to_vec()).chain(COSTS.iter().map(row)).collect();
    markdown(&rows)
}

/// Every key that can make requests, in the order of the steps.
pub const COSTS: &[Cost] = &[
    Cost::unbounded("`policy-file`", "1", &[configuration::PERMISSION]),
    Cost::unbounded("`login:id` in a later attempt", "1", &[actor_lookup::ACTIONS]),
    Cost::unbounded("`@org/team`", "1 per account, and 1 if it is not a member", &[actor_lookup::MEMBERS]),
    Cost::unbounded("`@org`", "1 per account, and 1 if the token may not see the members", &[actor_lookup::MEMBERS]),
    Cost::unbounded("`role:LEVEL`", "1 per account", &[]),
    Cost::unbounded("`provenance.require: run`", "1", &[provenance::source_run::PERMISSION]),
    Cost::unbounded("`provenance.require: oidc`", "1, to the issuer and without the token", &[]),
    Cost::unbounded("a pull request, on any event but `pull_request`", "1", &[pull_request_lookup::PERMISSION]),
    Cost::bounded(
        "`head-sha` that finds the pull request",
        "1, and 1 for each {page} open pull requests if forks are allowed and the commit has none",
        &[pull_request_lookup::PERMISSION],
        (pull_request_lookup::MAX_PULL_REQUESTS, "pull requests"),
        "api.invalid_response",
    ),
    Cost::bounded(
        "`source` with `pull-request`",
        "1 for each {page} pull requests of the head",
        &[pull_request_lookup::PERMISSION],
        (pull_request_lookup::MAX_PULL_REQUESTS, "pull requests"),
        "api.invalid_response",
    ),
    Cost::bounded(
        "`push` with `pull-request`",
        "1, and 1 after 5 seconds if GitHub knows of none yet",
        &[pull_request_lookup::PERMISSION],
        (pull_request_lookup::MAX_PULL_REQUESTS, "pull requests"),
        "api.invalid_response",
    ),
    Cost::unbounded(
        "a comment on a pull request, unless it names the commit or `late-pushes: allow`",
        "1, and 1 if the branch was deleted",
        &[last_push::PERMISSION],
    ),
    Cost::unbounded("a comment or review in a later attempt", "1", &[consent::PERMISSION]),
    Cost::unbounded("`authors`", "those of its entries", &[]),
    Cost::bounded(
        "`labels.set-by`",
        "1 for each {page} events of the pull request, those of its entries, and unless `merged: true` 1 for the last push",
        &[label_trust::PERMISSION, last_push::PERMISSION],
        (label_trust::MAX_EVENTS, "events"),
        "api.invalid_response",
    ),
    Cost::bounded(
        "`files`",
        "1 for each {page} files, and 1 for the pull request after them",
        &[files::PERMISSION],
        (files::MAX_FILES, "files"),
        "pull_request.too_many_files",
    ),
    Cost::bounded(
        "`approvals`",
        "1 for each {page} reviews, and 1 for the last push to a branch of this repository",
        &[approvals::PERMISSION, last_push::PERMISSION],
        (approvals::MAX_REVIEWS, "reviews"),
        "api.invalid_response",
    ),
    Cost::bounded(
        "`approvals.by` with teams, organizations or roles",
        "those of its entries, for each reviewer who can matter",
        &[],
        (approvals::MAX_REVIEWERS, "reviewers"),
        "actor.unverified",
    ),
    Cost::bounded(
        "`checks`",
        "1 for each {page} runs of each name",
        &[check_runs::PERMISSION],
        (check_runs::MAX_CHECK_RUNS, "runs of a name"),
        "api.invalid_response",
    ),
    Cost::unbounded(
        "`any`",
        "those of its blocks, unless one holds without a request; nothing is requested twice",
        &[],
    ),
    Cost::bounded(
        "`once`",
        "2, and 1 more for each {page} statuses of the head commit",
        &[once::PERMISSION],
        (once::MAX_STATUSES, "statuses"),
        "api.invalid_response",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::ReasonCode;

    #[test]
    fn what_happens_beyond_a_bound_is_a_reason_code() {
        for cost in COSTS {
            assert_eq!(cost.bound.is_some(), ReasonCode::from_name(cost.beyond).is_some(), "{}", cost.key);
        }
    }
}
