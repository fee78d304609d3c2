//! The facts that a decision is made of. The public JSON is a copy of them in `outcome/result_v1`.

use crate::format::json::Object;
use crate::github::client::ApiRequest;
use crate::github::pull_request::PullRequest;
use crate::reason::Step;
use crate::runner::environment::Environment;

use super::Identity;

/// Everything that is established during a decision.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// When the decision began, in Unix milliseconds.
    pub time_ms: u64,
    /// `enforce` or `evaluate`.
    pub mode: &'static str,
    /// `fail` or `skip`.
    pub on_deny: &'static str,
    /// The event.
    pub event: EventFacts,
    /// The run.
    pub run: RunFacts,
    /// The policy.
    pub policy: PolicyFacts,
    /// The name of the rule that was applied; empty if it has none.
    pub rule: String,
    /// The command as the policy writes it; otherwise empty.
    pub command: String,
    /// The event's label, if the rule's `label` matched it.
    pub label: String,
    /// Everyone behind the run, in the order in which they are checked.
    pub identities: Vec<Identity>,
    /// The declared fields or arguments, validated; `None` if the event carries none, or they did not pass.
    pub payload: Option<Object>,
    /// What is known about the sender.
    pub provenance: ProvenanceFacts,
    /// The pull request as far as it was established.
    pub pull_request: Option<PullRequest>,
    /// The commit that an event without a pull request is about.
    pub commit: Option<EventCommit>,
    /// Whether the pull request and its pins were verified, so that its head may be checked out if allowed.
    pub head_verified: bool,
    /// Every API request in the order in which they were started.
    pub api_requests: Vec<ApiRequest>,
}

/// The event that the decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventFacts {
    /// The event's name.
    pub name: String,
    /// The dispatch type or activity type; empty if the event has none.
    pub activity: String,
}

/// The run that asked for the decision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RunFacts {
    /// `owner/name`.
    pub repository: String,
    /// The repository's numeric id, as text; empty if the runner gave none.
    pub repository_id: String,
    /// The workflow run's id, as text.
    pub run_id: String,
    /// The number of the attempt, from 1, as text.
    pub run_attempt: String,
    /// The workflow file and ref, as in `GITHUB_WORKFLOW_REF`.
    pub workflow_ref: String,
    /// The run's page.
    pub url: String,
    /// The repository's page.
    pub repository_url: String,
}

impl RunFacts {
    /// The run that the runner's variables describe.
    pub fn from_environment(environment: &Environment) -> Self {
        Self {
            repository: environment.repository().to_owned(),
            repository_id: environment.get("GITHUB_REPOSITORY_ID").to_owned(),
            run_id: environment.get("GITHUB_RUN_ID").to_owned(),
            run_attempt: environment.get("GITHUB_RUN_ATTEMPT").to_owned(),
            workflow_ref: environment.get("GITHUB_WORKFLOW_REF").to_owned(),
            url: environment.run_url(),
            repository_url: environment.repository_url(),
        }
    }
}

/// Where the policy came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyFacts {
    /// `policy`, `policy-file` or `inputs`; empty if none was read.
    pub source: String,
    /// `owner/name` of the repository of a `policy-file`.
    pub repository: String,
    /// The ref that a `policy-file` was read from; empty for the default branch.
    pub git_ref: String,
    /// The path in that repository.
    pub path: String,
    /// The Git blob id of a `policy-file`, as the API gives it.
    pub blob_sha: String,
    /// SHA-256 of the policy's text in hex; empty for shorthand inputs.
    pub sha256: String,
}

/// What is known about the dispatch's sender beyond the event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProvenanceFacts {
    /// The strongest proof that held: `none`, `run`, `signature` or `oidc`; empty on events without an envelope.
    pub level: String,
    /// Every proof that held.
    pub proofs: Vec<String>,
    /// SHA-256 of the dispatch in canonical form, in hex: what signature and ID token are bound to.
    pub digest: String,
    /// The source run's workflow file and ref, as the envelope names it.
    pub workflow_ref: String,
    /// The source run's id, as text.
    pub run_id: String,
    /// The attempt of the source run, as text.
    pub run_attempt: String,
    /// When the envelope was made, in Unix seconds, as text.
    pub issued_at: String,
    /// The envelope's nonce.
    pub nonce: String,
    /// Which dispatch of a chain this is, from 1, as text.
    pub hops: String,
    /// Who started the source run; recorded, not judged.
    pub source_actor: String,
}

/// The commit that a `push`, a `merge_group` or a `workflow_run` is about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventCommit {
    /// Its branch, without `refs/heads/`.
    pub head_ref: String,
    /// Its id; empty if nothing vouches for it.
    pub head_sha: String,
    /// `owner/name` of its repository.
    pub head_repository: String,
    /// The base branch of a merge group, without `refs/heads/`.
    pub base_ref: String,
    /// The base commit of a merge group.
    pub base_sha: String,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
    /// It was made and passed.
    Pass,
    /// It was made and failed, or could not be made.
    Fail,
    /// The rule does not ask for it, or an earlier one failed.
    Skip,
}

impl CheckStatus {
    /// The name in the public JSON.
    pub fn name(self) -> &'static str {
        match self {
            CheckStatus::Pass => "pass",
            CheckStatus::Fail => "fail",
            CheckStatus::Skip => "skip",
        }
    }

    /// A sign for logs and terminals.
    pub fn mark(self) -> char {
        match self {
            CheckStatus::Pass => '✓',
            CheckStatus::Fail => '✗',
            CheckStatus::Skip => '-',
        }
    }
}

/// One check: what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRecord {
    /// The step it belongs to.
    pub step: Step,
    /// What is checked, in a word or two.
    pub check: String,
    /// How it ended.
    pub status: CheckStatus,
    /// What was found; empty if nothing was looked at.
    pub found: String,
    /// What was expected; empty if there is no choice.
    pub expected: String,
}

impl CheckRecord {
    /// Step and check in words, without saying the same twice.
    pub fn label(&self) -> String {
        match self.step.title() {
            title if title == self.check => title.to_owned(),
            title => format!("{title}: {}", self.check),
        }
    }
}
