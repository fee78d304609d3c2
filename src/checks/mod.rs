//! One file for each check of a decision: what GitHub says against what the policy says.

pub mod account_match;
pub mod actor_lookup;
pub mod actors;
pub mod answers;
pub mod approvals;
pub mod ask;
pub mod check_runs;
pub mod configuration;
pub mod consent;
#[cfg(feature = "schema")]
pub mod costs;
pub mod demands;
pub mod event;
pub mod files;
pub mod label_trust;
pub mod labels;
pub mod last_push;
pub mod once;
pub mod paging;
pub mod payload;
pub mod pins;
pub mod provenance;
pub mod pull_request;
pub mod pull_request_lookup;
pub mod questions;
pub mod source;
#[cfg(test)]
mod test_support;

use crate::github::client::GithubClient;
use crate::github::url::repository_path;
use crate::host::Host;
use crate::runner::environment::Environment;

/// What every check works with.
#[derive(Clone, Copy)]
pub struct CheckContext<'a> {
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API.
    pub github: &'a GithubClient<'a>,
    /// The process.
    pub host: &'a dyn Host,
    /// The keys that are accepted from senders.
    pub signing_keys: &'a [&'a str],
    /// When the decision began, in Unix seconds.
    pub now: u64,
    /// Whether everybody can read the repository; true unless the event says otherwise.
    pub is_public_repository: bool,
}

impl CheckContext<'_> {
    /// `/repos/{owner}/{name}` of the run's repository.
    pub fn repository_path(&self) -> String {
        repository_path(self.environment.repository())
    }

    /// The id of the run's repository. An event of another repository, or without an id, is denied before any check
    /// asks; `u64::MAX` is the id of none.
    pub fn repository_id(&self) -> u64 {
        self.environment.repository_id().unwrap_or(u64::MAX)
    }
}
