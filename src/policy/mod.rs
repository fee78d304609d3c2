//! The policy: which events may go on, sent by whom, with what payload, about which pull requests.

pub mod actor;
#[cfg(feature = "schema")]
pub mod document;
pub mod field;
pub mod flat;
pub mod pattern;
pub mod read;

use actor::Actors;
use field::Field;
use pattern::Patterns;

use crate::event::EventName;

/// A policy of version 1.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: Vec<(EventName, Rule)>,
}

/// What one event has to be like.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// Allowed dispatch types or activity types; nothing = any.
    pub types: Option<Vec<String>>,
    /// Who may stand behind the run; nothing = anyone whom GitHub lets start it.
    pub actors: Option<Actors>,
    /// The declared fields of the payload.
    pub payload: Vec<Field>,
    /// Whether fields that are not declared are passed over instead of denied.
    pub drop_unknown_fields: bool,
    /// What the pull request has to be like.
    pub pull_request: Option<PullRequestRule>,
    /// What has to be known of a dispatch's sender.
    pub provenance: ProvenanceRule,
    /// Whether the same dispatch passes once only.
    pub once: bool,
}

/// What a pull request has to be like. Nothing = the event's own default, or any.
#[derive(Debug, Clone, Default)]
pub struct PullRequestRule {
    /// Base branches.
    pub base: Option<Patterns>,
    /// Head branches.
    pub head: Option<Patterns>,
    /// Open or closed.
    pub state: Option<StateRule>,
    /// Whether it has to be merged, or not to be.
    pub merged: Option<bool>,
    /// Whether drafts may pass.
    pub allow_drafts: Option<bool>,
    /// Whether pull requests from forks may pass.
    pub allow_forks: Option<bool>,
    /// Labels.
    pub labels: LabelRule,
    /// Who may have opened it.
    pub authors: Option<Actors>,
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

/// Labels, compared exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelRule {
    /// All of these.
    pub all: Vec<String>,
    /// At least one of these; empty = no such demand.
    pub any: Vec<String>,
    /// None of these.
    pub none: Vec<String>,
}

/// Kinds of proof of who sent a dispatch, from the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Proof {
    /// None.
    #[default]
    None,
    /// The source run exists, belongs to an allowed workflow, and was going on when the envelope was made.
    Run,
    /// A key that sender and guard share.
    Signature,
    /// An ID token of GitHub's for the payload.
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

impl std::fmt::Display for WorkflowRef {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}@{}", self.path, self.git_ref)
    }
}

/// What has to be known of a dispatch's sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvenanceRule {
    /// The proof that there has to be.
    pub require: Proof,
    /// The workflows that may send; needed for [`Proof::Run`] and [`Proof::Oidc`].
    pub workflows: Vec<WorkflowRef>,
    /// How old an envelope may be, in seconds.
    pub max_age: u64,
    /// How long a chain of dispatches may be.
    pub max_hops: u64,
}

/// Seconds that an envelope is good for unless the policy says otherwise.
pub const DEFAULT_MAX_AGE: u64 = 15 * 60;
/// Dispatches in a chain unless the policy says otherwise.
pub const DEFAULT_MAX_HOPS: u64 = 3;

impl Default for ProvenanceRule {
    fn default() -> Self {
        Self { require: Proof::None, workflows: Vec::new(), max_age: DEFAULT_MAX_AGE, max_hops: DEFAULT_MAX_HOPS }
    }
}

impl Policy {
    /// A policy of these rules, one an event.
    pub fn new(rules: Vec<(EventName, Rule)>) -> Self {
        Self { rules }
    }

    /// The rule of an event.
    pub fn rule(&self, event: EventName) -> Option<&Rule> {
        self.rules.iter().find(|(name, _)| *name == event).map(|(_, rule)| rule)
    }

    /// The names of the events that have a rule.
    pub fn events(&self) -> impl Iterator<Item = EventName> {
        self.rules.iter().map(|(name, _)| *name)
    }
}
