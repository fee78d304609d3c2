//! The keys of each mapping.

use super::words::{
    ALLOW_OR_DENY_NAMES, APPROVALS, CONCLUSIONS, HOPS, LONGEST_MAX_AGE_SECS, PROOF_NAMES, REVIEW_NAMES, STATE_NAMES,
    STRING_LENGTHS, TRIGGERS, UNKNOWN_FIELDS_NAMES,
};
use super::{KeyInfo, Mapping, MappingKey, Scope, Shape};
use crate::github::event_name::EventName;
use crate::policy::pattern::PatternKind;
use EventName::{
    IssueComment, Issues, MergeGroup, PullRequest, PullRequestReview, PullRequestReviewComment, PullRequestTarget,
    Push, RepositoryDispatch, WorkflowDispatch, WorkflowRun,
};
use Scope::{Events, Everywhere, FieldTypes, Nowhere};

macro_rules! mapping {
    ($key:ident $constant:ident $name:literal $what:literal {
        $($variant:ident $text:literal in $scope:expr, required in $required:expr, $shape:expr, $help:literal;)*
    }) => {
        #[doc = concat!("Keys of the mapping `", $name, "`.")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $key {
            $(#[doc = $help] $variant,)*
        }

        #[doc = concat!("The mapping `", $name, "`.")]
        pub const $constant: Mapping = Mapping {
            name: $name,
            help: $what,
            keys: &[$(KeyInfo { name: $text, scope: $scope, required: $required, shape: $shape, help: $help },)*],
        };

        impl MappingKey for $key {
            const ALL: &'static [Self] = &[$($key::$variant,)*];
            const MAPPING: &'static Mapping = &$constant;

            fn info(self) -> &'static KeyInfo {
                &Self::MAPPING.keys[self as usize]
            }
        }
    };
}

const WITH_TYPES: &[EventName] = &[
    RepositoryDispatch,
    PullRequest,
    PullRequestTarget,
    PullRequestReview,
    PullRequestReviewComment,
    IssueComment,
    Issues,
    WorkflowRun,
    MergeGroup,
];
const WITH_ACTORS: &[EventName] = &[
    RepositoryDispatch,
    WorkflowDispatch,
    PullRequest,
    PullRequestTarget,
    PullRequestReview,
    PullRequestReviewComment,
    IssueComment,
    Issues,
    WorkflowRun,
    Push,
];
const ACTORS_REQUIRED: &[EventName] =
    &[RepositoryDispatch, WorkflowDispatch, PullRequestReview, PullRequestReviewComment, IssueComment, Issues];
const COMMENTS: &[EventName] = &[PullRequestReview, PullRequestReviewComment, IssueComment];
const DISPATCHES: &[EventName] = &[RepositoryDispatch, WorkflowDispatch];
const WITH_PULL_REQUEST: &[EventName] = &[
    RepositoryDispatch,
    WorkflowDispatch,
    PullRequest,
    PullRequestTarget,
    PullRequestReview,
    PullRequestReviewComment,
    IssueComment,
    WorkflowRun,
    Push,
];

mapping! { PolicyKey POLICY "policy" "which events may proceed, sent by whom, with what payload, about which pull requests" {
    Version "version" in Everywhere, required in Everywhere, Shape::Version,
        "The version of the grammar, the number 1.";
    Repositories "repositories" in Everywhere, required in Nowhere, Shape::Repositories,
        "The repositories in which the policy holds. In any other, such as a copy, every event is denied.";
    Events "events" in Everywhere, required in Everywhere, Shape::Events,
        "The events that may proceed. An event that is not listed is denied.";
} }

mapping! { RuleKey RULE "rule" "what an event must be like" {
    Name "name" in Everywhere, required in Nowhere, Shape::Slug,
        "The rule's name for the output `rule`, unique within the event.";
    Types "types" in Events(WITH_TYPES), required in Events(&[RepositoryDispatch]), Shape::Types,
        "The dispatch types or activity types that may pass, compared exactly. Every rule of a list needs them.";
    Branches "branches" in Events(&[WorkflowDispatch, MergeGroup, Push]), required in Nowhere,
        Shape::Patterns(PatternKind::Branch),
        "The branch that was pushed or that the run was started on; of `merge_group` the base branch.";
    Label "label" in Events(&[PullRequest, PullRequestTarget, Issues]), required in Nowhere, Shape::Labels,
        "The label whose addition or removal is the event. Needs `types` out of `labeled` and `unlabeled`.";
    Review "review" in Events(&[PullRequestReview]), required in Nowhere, Shape::ListOf(&REVIEW_NAMES),
        "The states of a submitted review that may pass.";
    Command "command" in Events(COMMENTS), required in Nowhere, Shape::Command,
        "The command that the first line of the comment or review begins with.";
    Source "source" in Events(&[WorkflowRun]), required in Events(&[WorkflowRun]), Shape::Mapping(&SOURCE),
        "The workflow run that the event reports.";
    Actors "actors" in Events(WITH_ACTORS), required in Events(ACTORS_REQUIRED), Shape::Actors,
        "Who may be behind the run. Every identity of the run must match an entry.";
    ViaApps "via-apps" in Events(COMMENTS), required in Nowhere, Shape::Apps,
        "Slugs of the apps that may write a comment in somebody's name.";
    RerunBy "rerun-by" in Events(WITH_ACTORS), required in Nowhere, Shape::Actors,
        "Who, beside `actors`, may start a later attempt of the run.";
    Payload "payload" in Events(DISPATCHES), required in Nowhere, Shape::Fields,
        "The fields of the payload. A field that is not declared is denied.";
    UnknownFields "unknown-fields" in Events(DISPATCHES), required in Nowhere, Shape::OneOf(&UNKNOWN_FIELDS_NAMES),
        "What happens to fields that are not declared; `deny` unless given.";
    PullRequest "pull-request" in Events(WITH_PULL_REQUEST), required in Nowhere, Shape::Mapping(&PULL_REQUEST),
        "What the pull request must be like.";
    Provenance "provenance" in Events(&[RepositoryDispatch]), required in Nowhere, Shape::Mapping(&PROVENANCE),
        "What must be proven about the sender of the dispatch.";
    Once "once" in Events(DISPATCHES), required in Nowhere, Shape::Boolean,
        "Whether the same dispatch passes only once; `false` unless given.";
} }

mapping! { CommandKey COMMAND "command" "a command and its arguments" {
    Name "name" in Everywhere, required in Everywhere, Shape::CommandNames,
        "The command's name, or its names, such as `/deploy`.";
    Arguments "arguments" in Everywhere, required in Nowhere, Shape::Arguments,
        "The arguments that follow the name, in their order, optional ones last.";
} }

mapping! { SourceKey SOURCE "source" "the run that a `workflow_run` event reports" {
    Workflows "workflows" in Everywhere, required in Everywhere, Shape::WorkflowPaths,
        "The workflow files that the run may belong to, such as `.github/workflows/ci.yml`.";
    Events "events" in Everywhere, required in Nowhere, Shape::ListOf(&TRIGGERS),
        "The events that may have started the run; any unless given. Required beside `pull-request`.";
    Conclusions "conclusions" in Everywhere, required in Nowhere, Shape::ListOfOrAny(&CONCLUSIONS),
        "How a completed run may have ended; `[success]` unless given.";
    Branches "branches" in Everywhere, required in Nowhere, Shape::Patterns(PatternKind::Branch),
        "The run's head branch.";
    Forks "forks" in Everywhere, required in Nowhere, Shape::OneOf(&ALLOW_OR_DENY_NAMES),
        "Whether the run's head may be in a fork; `deny` unless given. Not beside `pull-request`.";
} }

mapping! { PullRequestKey PULL_REQUEST "pull-request" "what the pull request must be like" {
    Base "base" in Everywhere, required in Nowhere, Shape::Patterns(PatternKind::Branch),
        "The branches that it may be merged into.";
    Head "head" in Everywhere, required in Nowhere, Shape::Patterns(PatternKind::Branch),
        "The branches that it may come from.";
    State "state" in Everywhere, required in Nowhere, Shape::OneOf(&STATE_NAMES),
        "Whether it must be open or closed. The default depends on the event.";
    Merged "merged" in Everywhere, required in Nowhere, Shape::Boolean,
        "Whether it must be merged (`true`) or must not be (`false`).";
    Drafts "drafts" in Everywhere, required in Nowhere, Shape::OneOf(&ALLOW_OR_DENY_NAMES),
        "Whether drafts may pass; `allow` unless given.";
    Forks "forks" in Everywhere, required in Nowhere, Shape::OneOf(&ALLOW_OR_DENY_NAMES),
        "Whether pull requests from forks may pass. The default depends on the event.";
    LatePushes "late-pushes" in Everywhere, required in Nowhere, Shape::OneOf(&ALLOW_OR_DENY_NAMES),
        "Whether a comment also counts for commits that were pushed after it; `deny` unless given.";
    Authors "authors" in Everywhere, required in Nowhere, Shape::Authors,
        "Who may have opened it; `any`, only beside `actors`, if that does not matter.";
    Labels "labels" in Everywhere, required in Nowhere, Shape::Mapping(&LABELS),
        "The labels that it must have or must not have.";
    Approvals "approvals" in Everywhere, required in Nowhere, Shape::Mapping(&APPROVALS_MAPPING),
        "Who must have approved its head commit.";
    Files "files" in Everywhere, required in Nowhere, Shape::Mapping(&FILES),
        "The files that it may change.";
    Checks "checks" in Everywhere, required in Nowhere, Shape::CheckRuns,
        "The checks that must have succeeded on its head commit, as `NAME@APP`.";
    Any "any" in Everywhere, required in Nowhere, Shape::Blocks(&BLOCK),
        "Blocks of which at least one must hold as a whole.";
} }

mapping! { BlockKey BLOCK "any" "demands that must hold together" {
    Authors "authors" in Everywhere, required in Nowhere, Shape::Authors,
        "Who may have opened it; `any`, only beside `actors`, if that does not matter.";
    Labels "labels" in Everywhere, required in Nowhere, Shape::Mapping(&LABELS),
        "The labels that it must have or must not have.";
    Approvals "approvals" in Everywhere, required in Nowhere, Shape::Mapping(&APPROVALS_MAPPING),
        "Who must have approved its head commit.";
    Files "files" in Everywhere, required in Nowhere, Shape::Mapping(&FILES),
        "The files that it may change.";
    Checks "checks" in Everywhere, required in Nowhere, Shape::CheckRuns,
        "The checks that must have succeeded on its head commit, as `NAME@APP`.";
} }

mapping! { LabelKey LABELS "labels" "labels of the pull request" {
    All "all" in Everywhere, required in Nowhere, Shape::Labels,
        "It must have all of these labels.";
    Any "any" in Everywhere, required in Nowhere, Shape::Labels,
        "It must have at least one of these labels.";
    None "none" in Everywhere, required in Nowhere, Shape::Labels,
        "It must have none of these labels.";
    SetBy "set-by" in Everywhere, required in Nowhere, Shape::Actors,
        "Who must have added each label of `all`, and one of `any`, after the last push.";
} }

mapping! { ApprovalKey APPROVALS_MAPPING "approvals" "approvals of the head commit" {
    Min "min" in Everywhere, required in Nowhere, Shape::Integer(APPROVALS.0, APPROVALS.1),
        "How many people must approve; 1 unless given.";
    By "by" in Everywhere, required in Everywhere, Shape::Actors,
        "Whose approvals count.";
} }

mapping! { FileKey FILES "files" "files that the pull request changes" {
    Only "only" in Everywhere, required in Nowhere, Shape::Patterns(PatternKind::Path),
        "Every path must match.";
    None "none" in Everywhere, required in Nowhere, Shape::Patterns(PatternKind::Path),
        "No path may match.";
} }

mapping! { ProvenanceKey PROVENANCE "provenance" "what must be proven about the sender of a dispatch" {
    Require "require" in Everywhere, required in Nowhere, Shape::OneOf(&PROOF_NAMES),
        "The proof that is required; `none` unless given.";
    Workflows "workflows" in Everywhere, required in Nowhere, Shape::WorkflowRefs,
        "The workflows that may send. Required for `run` and `oidc`.";
    MaxAge "max-age" in Everywhere, required in Nowhere, Shape::Duration(LONGEST_MAX_AGE_SECS),
        "How old an envelope may be; `15m` unless given.";
    MaxHops "max-hops" in Everywhere, required in Nowhere, Shape::Integer(HOPS.0, HOPS.1),
        "How many dispatches a chain may have; 3 unless given.";
} }

const STRING: &[&str] = &["string"];
const NUMBER: &[&str] = &["number"];
const CHOICE: &[&str] = &["choice"];

mapping! { FieldKey FIELD "field" "a field of the payload, or an argument of a command" {
    Type "type" in Everywhere, required in Everywhere, Shape::FieldType,
        "What the field accepts.";
    Required "required" in Everywhere, required in Nowhere, Shape::Boolean,
        "Whether it must be there; `true` unless given.";
    Default "default" in FieldTypes(&["sha", "slug", "string", "number", "boolean", "choice"]), required in Nowhere,
        Shape::Default,
        "Its value if it is optional and not there.";
    Path "path" in Everywhere, required in Nowhere, Shape::Path,
        "Where it is in a nested `client_payload`, as `pull_request.number`; not of arguments or `inputs`.";
    Pattern "pattern" in FieldTypes(STRING), required in Nowhere, Shape::Regex,
        "A regular expression that the whole value must match.";
    MaxLength "max-length" in FieldTypes(STRING), required in Nowhere,
        Shape::Integer(STRING_LENGTHS.0, STRING_LENGTHS.1),
        "How many characters it may have; 256 unless given.";
    Rest "rest" in FieldTypes(STRING), required in Nowhere, Shape::Boolean,
        "Whether the last argument takes the rest of the line; only of arguments.";
    Min "min" in FieldTypes(NUMBER), required in Nowhere, Shape::Number,
        "The smallest value.";
    Max "max" in FieldTypes(NUMBER), required in Nowhere, Shape::Number,
        "The largest value.";
    Integer "integer" in FieldTypes(NUMBER), required in Nowhere, Shape::Boolean,
        "Whether it must be a whole number; `false` unless given.";
    Options "options" in FieldTypes(CHOICE), required in FieldTypes(CHOICE), Shape::Options,
        "The values that it may have.";
} }

/// Every mapping.
pub const MAPPINGS: [&Mapping; 11] = [
    &POLICY,
    &RULE,
    &COMMAND,
    &SOURCE,
    &PULL_REQUEST,
    &LABELS,
    &APPROVALS_MAPPING,
    &FILES,
    &BLOCK,
    &PROVENANCE,
    &FIELD,
];
