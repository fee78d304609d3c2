//! The policy: which events may proceed, sent by whom, with what payload, about which pull requests.
//!
//! These are the types that checks judge by. [`grammar`] says how a policy is written, [`parse`] reads one.

pub mod actor;
pub mod defaults;
pub mod field;
pub mod grammar;
pub mod label;
mod overlap;
pub mod parse;
pub mod pattern;
mod rule_checks;
#[cfg(feature = "schema")]
pub mod schema;
pub mod shorthand;
#[cfg(feature = "schema")]
pub mod tables;

use actor::Actors;
use field::Field;
use label::LabelPattern;
use pattern::Patterns;

use crate::github::event_name::EventName;

/// A policy of version 1.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The repositories (`owner/name`) in which it holds; `None` = any.
    pub repositories: Option<Vec<String>>,
    rules: Vec<(EventName, Vec<Rule>)>,
}

impl Policy {
    /// A policy of these rules. Those of one event cannot both apply to the same event.
    pub fn new(repositories: Option<Vec<String>>, rules: Vec<(EventName, Vec<Rule>)>) -> Self {
        Self { repositories, rules }
    }

    /// The rules of an event; empty if the policy does not list the event.
    pub fn rules(&self, event: EventName) -> &[Rule] {
        self.rules.iter().find(|(name, _)| *name == event).map_or(&[], |(_, rules)| rules)
    }

    /// The events that have a rule.
    pub fn events(&self) -> impl Iterator<Item = EventName> {
        self.rules.iter().map(|(name, _)| *name)
    }
}

/// What an event has to be like. `None` or empty = no such demand, unless something else is said.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Its name, unique within the event; empty if it has none.
    pub name: String,
    /// Allowed dispatch types or activity types.
    pub types: Option<Vec<String>>,
    /// Allowed branches of a `push`, a `workflow_dispatch` or a `merge_group`.
    pub branches: Option<Patterns>,
    /// The labels whose addition or removal is the event.
    pub label: Option<Vec<LabelPattern>>,
    /// The states of a submitted review.
    pub review: Option<Vec<ReviewState>>,
    /// The command that the comment or review has to start with.
    pub command: Option<CommandRule>,
    /// The run that a `workflow_run` event reports.
    pub source: Option<SourceRule>,
    /// Who may stand behind the run; `None` = anyone whom GitHub lets start it.
    pub actors: Option<Actors>,
    /// Slugs of apps that may write a comment in somebody's name.
    pub via_apps: Vec<String>,
    /// Who may start a later attempt, beside `actors`.
    pub rerun_by: Option<Actors>,
    /// The declared fields of the payload.
    pub payload: Vec<Field>,
    /// Whether undeclared fields are dropped instead of denied.
    pub drop_unknown_fields: bool,
    /// What the pull request has to be like.
    pub pull_request: Option<PullRequestRule>,
    /// What has to be known about a dispatch's sender.
    pub provenance: ProvenanceRule,
    /// Whether the same dispatch passes only once.
    pub once: bool,
}

/// A command, and the arguments that follow it.
#[derive(Debug, Clone)]
pub struct CommandRule {
    /// Its names as the policy writes them, such as `/deploy`; not empty.
    pub names: Vec<String>,
    /// The arguments in their order, optional ones last.
    pub arguments: Vec<Field>,
    /// Whether the last argument takes what is left of the line.
    pub rest: bool,
}

/// The states of a submitted review that a rule can list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewState {
    /// The reviewer approved.
    Approved,
    /// The reviewer requested changes.
    ChangesRequested,
    /// The reviewer only commented.
    Commented,
}

impl ReviewState {
    /// Every state with its name in policies and events.
    pub const NAMES: [(ReviewState, &'static str); 3] = [
        (ReviewState::Approved, "approved"),
        (ReviewState::ChangesRequested, "changes_requested"),
        (ReviewState::Commented, "commented"),
    ];

    /// The name in policies and events.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

/// What the run has to be like that a `workflow_run` event reports.
#[derive(Debug, Clone, Default)]
pub struct SourceRule {
    /// Paths of workflow files, as `.github/workflows/ci.yml`; not empty.
    pub workflows: Vec<String>,
    /// The events that may have started it.
    pub events: Option<Vec<String>>,
    /// How it may have ended, if it is completed; `None` = in any way.
    pub conclusions: Option<Vec<String>>,
    /// Its head branch.
    pub branches: Option<Patterns>,
    /// Whether its head may be in a fork.
    pub allow_forks: bool,
}

/// What a pull request has to be like.
#[derive(Debug, Clone, Default)]
pub struct PullRequestRule {
    /// Base branches.
    pub base: Option<Patterns>,
    /// Head branches.
    pub head: Option<Patterns>,
    /// Open or closed; `None` = the event's default.
    pub state: Option<StateRule>,
    /// Whether it has to be merged, or not to be.
    pub merged: Option<bool>,
    /// Whether drafts are denied.
    pub deny_drafts: bool,
    /// Whether pull requests from forks may pass; `None` = the event's default.
    pub allow_forks: Option<bool>,
    /// Whether a comment counts for commits that were pushed after it.
    pub allow_late_pushes: bool,
    /// What is demanded in every case.
    pub demands: Demands,
    /// Blocks of which at least one has to hold whole; empty = no such demand.
    pub any: Vec<Demands>,
}

/// The demands that a rule can make directly or in a block of `any`.
#[derive(Debug, Clone, Default)]
pub struct Demands {
    /// Who may have opened it.
    pub authors: Option<Authors>,
    /// Its labels.
    pub labels: LabelRule,
    /// Who has to have approved it.
    pub approvals: Option<ApprovalRule>,
    /// Which files it may change.
    pub files: Option<FileRule>,
    /// The checks that have to have succeeded.
    pub checks: Vec<CheckRunName>,
}

/// Who may have opened a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authors {
    /// Anybody: a trusted person acts on anybody's pull request.
    Any,
    /// These.
    Listed(Actors),
}

/// The state that a pull request has to be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateRule {
    /// Open.
    Open,
    /// Closed, merged or not.
    Closed,
    /// Either.
    Any,
}

impl StateRule {
    /// Every state with its name in a policy.
    pub const NAMES: [(StateRule, &'static str); 3] =
        [(StateRule::Open, "open"), (StateRule::Closed, "closed"), (StateRule::Any, "any")];

    /// The name in a policy.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(state, _)| *state == self).map_or("", |(_, name)| name)
    }
}

/// The labels of a pull request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelRule {
    /// It must have all of these.
    pub all: Vec<LabelPattern>,
    /// It must have at least one of these; empty = no such demand.
    pub any: Vec<LabelPattern>,
    /// It must have none of these.
    pub none: Vec<LabelPattern>,
    /// Who must have added the labels of `all`, and one of `any`.
    pub set_by: Option<Actors>,
}

impl LabelRule {
    /// Whether it demands nothing.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.any.is_empty() && self.none.is_empty()
    }
}

/// The approvals that a pull request needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRule {
    /// How many people.
    pub min: u64,
    /// Whose approvals count.
    pub by: Actors,
}

/// The files that a pull request may change.
#[derive(Debug, Clone, Default)]
pub struct FileRule {
    /// Every file matches one of these.
    pub only: Option<Patterns>,
    /// No file matches any of these.
    pub none: Option<Patterns>,
}

/// A check by its name and the app that reports it: `build@github-actions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRunName {
    /// The name of the check run.
    pub name: String,
    /// The slug of the app.
    pub app: String,
}

impl std::fmt::Display for CheckRunName {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}@{}", self.name, self.app)
    }
}

/// Kinds of proof of who sent a dispatch, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Proof {
    /// None.
    #[default]
    None,
    /// The source run exists, belongs to an allowed workflow, and was in progress when the envelope was made.
    Run,
    /// A key that sender and guard share.
    Signature,
    /// An ID token that GitHub issued for the payload.
    Oidc,
}

impl Proof {
    /// Every proof with its name in policy and outputs.
    pub const NAMES: [(Proof, &'static str); 4] =
        [(Proof::None, "none"), (Proof::Run, "run"), (Proof::Signature, "signature"), (Proof::Oidc, "oidc")];

    /// The name in policy and outputs.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(proof, _)| *proof == self).map_or("", |(_, name)| name)
    }
}

/// A workflow file at a ref: `.github/workflows/w2.yml@refs/heads/main`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRef {
    /// The file's path in the repository.
    pub path: String,
    /// The full ref.
    pub git_ref: String,
}

impl WorkflowRef {
    /// Whether a workflow as in `GITHUB_WORKFLOW_REF` (`OWNER/REPO/PATH@REF`) is this one, in a repository.
    pub fn matches(&self, workflow_ref: &str, repository: &str) -> bool {
        let Some((owner, rest)) = workflow_ref.split_at_checked(repository.len()) else { return false };
        owner.eq_ignore_ascii_case(repository) && rest.strip_prefix('/') == Some(&self.to_string())
    }
}

impl std::fmt::Display for WorkflowRef {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}@{}", self.path, self.git_ref)
    }
}

/// What has to be known about a dispatch's sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenanceRule {
    /// The proof that is required.
    pub require: Proof,
    /// The workflows that may send; needed for [`Proof::Run`] and [`Proof::Oidc`].
    pub workflows: Vec<WorkflowRef>,
    /// How old an envelope may be, in seconds.
    pub max_age: u64,
    /// How long a chain of dispatches may be.
    pub max_hops: u64,
}

impl Default for ProvenanceRule {
    fn default() -> Self {
        Self {
            require: Proof::None,
            workflows: Vec::new(),
            max_age: defaults::MAX_AGE_SECS,
            max_hops: defaults::MAX_HOPS,
        }
    }
}
