//! The policy as editors see it: types from which its JSON Schema is made, and nothing else. [`super::read`] judges
//! policies; tests hold these types against it.
//!
//! The first line of a comment is what an editor shows beside a key. What a schema cannot say, such as that a pattern
//! is sound or that two fields exclude each other, is left to the reader.

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A policy of dispatch-guard: which events may go on, sent by whom, with what payload, about which pull requests.
/// Everything that it does not allow is denied.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PolicyDocument {
    /// The version of the policy's grammar.
    #[schemars(extend("const" = 1))]
    pub version: u8,
    /// The events that may go on. One that is not listed is denied.
    pub events: Events,
}

/// The events that may go on, each with its rule.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
pub struct Events {
    /// A dispatch by API or by `org/dispatch-guard/send`.
    pub repository_dispatch: Option<RepositoryDispatchRule>,
    /// A run that somebody started by hand or by API.
    pub workflow_dispatch: Option<WorkflowDispatchRule>,
    /// A change of a pull request. Runs for forks have no secrets.
    pub pull_request: Option<PullRequestEventRule>,
    /// A change of a pull request, in a run that has secrets.
    pub pull_request_target: Option<PullRequestEventRule>,
    /// A review of a pull request.
    pub pull_request_review: Option<PullRequestEventRule>,
    /// A comment on a pull request or an issue.
    pub issue_comment: Option<PullRequestEventRule>,
    /// Another workflow's run.
    pub workflow_run: Option<TypedRule>,
    /// A group of pull requests in the merge queue.
    pub merge_group: Option<TypedRule>,
    /// A push.
    pub push: Option<PlainRule>,
    /// The clock.
    pub schedule: Option<PlainRule>,
}

/// What a `repository_dispatch` has to be like.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RepositoryDispatchRule {
    /// The dispatch types that may pass, compared exactly.
    pub types: Words,
    /// Who may stand behind the run.
    pub actors: Actors,
    /// The fields of `client_payload`. A field that is not declared is denied.
    #[schemars(extend("maxProperties" = 10))]
    pub payload: Option<Fields>,
    /// What becomes of fields that are not declared: `deny` (the default) or `drop`.
    pub unknown_fields: Option<UnknownFields>,
    /// What the pull request has to be like.
    pub pull_request: Option<PullRequestDocument>,
    /// What has to be known of the sender.
    pub provenance: Option<ProvenanceDocument>,
    /// Whether the same dispatch may pass only once.
    pub once: Option<bool>,
}

/// What a `workflow_dispatch` has to be like.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkflowDispatchRule {
    /// Who may stand behind the run.
    pub actors: Actors,
    /// The fields of `inputs`. A field that is not declared is denied.
    #[schemars(extend("maxProperties" = 25))]
    pub payload: Option<Fields>,
    /// What becomes of fields that are not declared: `deny` (the default) or `drop`.
    pub unknown_fields: Option<UnknownFields>,
    /// What the pull request has to be like.
    pub pull_request: Option<PullRequestDocument>,
    /// Whether the same dispatch may pass only once.
    pub once: Option<bool>,
}

/// What an event about a pull request has to be like. Nothing: all of them may pass.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("type" = ["object", "null"]))]
pub struct PullRequestEventRule {
    /// The activity types that may pass, compared exactly; any unless given.
    pub types: Option<Words>,
    /// Who may stand behind the run; anyone unless given.
    pub actors: Option<Actors>,
    /// What the pull request has to be like.
    pub pull_request: Option<PullRequestDocument>,
}

/// What an event has to be like. Nothing: all of them may pass.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("type" = ["object", "null"]))]
pub struct TypedRule {
    /// The activity types that may pass, compared exactly; any unless given.
    pub types: Option<Words>,
    /// Who may stand behind the run; anyone unless given.
    pub actors: Option<Actors>,
}

/// What an event has to be like. Nothing: all of them may pass.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("type" = ["object", "null"]))]
pub struct PlainRule {
    /// Who may stand behind the run; anyone unless given.
    pub actors: Option<Actors>,
}

/// Texts, compared exactly.
#[derive(JsonSchema)]
#[schemars(transparent, inline, extend("minItems" = 1, "maxItems" = 1000, "uniqueItems" = true))]
pub struct Words(pub Vec<Word>);

/// A text without white space around it. YAML's numbers and booleans are read as the text that they are written as.
#[derive(JsonSchema)]
#[schemars(transparent, inline, extend("type" = ["string", "number", "boolean"], "pattern" = r"^\S(?:[\s\S]*\S)?$"))]
pub struct Word(pub String);

/// Who may stand behind a run: one match suffices, but everyone behind the run has to match. There are no wildcards.
#[derive(JsonSchema)]
#[schemars(transparent, extend("minItems" = 1, "maxItems" = 1000))]
pub struct Actors(pub Vec<Actor>);

/// `octocat` or `github-actions[bot]` (a login), `octocat:583231` (login and id), `@org/team` (an active member) or
/// `role:write` (at least this role in the repository).
#[derive(JsonSchema)]
#[schemars(
    transparent,
    extend(
        "type" = ["string", "integer"],
        "pattern" = r"^(?:[A-Za-z0-9_-]{1,100}(?:\[[Bb][Oo][Tt]\])?(?::[1-9][0-9]{0,19})?|@[A-Za-z0-9_-]{1,100}/[A-Za-z0-9_.-]{1,255}|role:(?:read|triage|write|maintain|admin))$",
        "examples" = ["octocat", "github-actions[bot]", "octocat:583231", "@org/team", "role:write"]
    )
)]
pub struct Actor(pub String);

/// Names of branches, or GitHub's filter patterns: `*` stands for anything but `/`, `**` for anything, `!` takes back.
#[derive(JsonSchema)]
#[schemars(
    transparent,
    extend("minItems" = 1, "maxItems" = 1000, "allOf" = [{ "prefixItems": [{ "not": { "type": "string", "pattern": "^!" } }] }])
)]
pub struct Branches(pub Vec<Branch>);

/// The name of a branch, or a pattern of names; without `refs/heads/`.
#[derive(JsonSchema)]
#[schemars(
    transparent,
    inline,
    extend(
        "type" = ["string", "number", "boolean"],
        "maxLength" = 255,
        "pattern" = r"^!?[^\s~^:/](?:[^\s~^:]*[^\s~^:/])?$",
        "not" = { "type": "string", "pattern": "^!?refs/heads/" }
    )
)]
pub struct Branch(pub String);

/// What becomes of fields that are not declared.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum UnknownFields {
    /// The run is denied.
    Deny,
    /// They are passed over and not handed on.
    Drop,
}

/// The fields of a payload: `name: type`, or `name: {type: …, required: false, …}`.
#[derive(JsonSchema)]
#[schemars(
    transparent,
    inline,
    extend("propertyNames" = { "pattern": r"^\S(?:[\s\S]*\S)?$", "not": { "const": "_guard" } })
)]
pub struct Fields(pub BTreeMap<String, FieldDocument>);

/// A field: the name of its type, or the type with what else it takes.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum FieldDocument {
    /// A field that is required and asks for nothing but its type.
    Short(ShortType),
    /// A field with its options.
    Long(LongField),
}

/// The type of a field.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum ShortType {
    /// The number of the pull request that the run is about.
    PullRequest,
    /// The commit that the pull request's head has to be: 40 or 64 lower-case hex digits.
    HeadSha,
    /// A commit: 40 or 64 lower-case hex digits.
    Sha,
    /// A short name that is safe in paths and commands.
    Slug,
    /// 1 to 256 characters, none of them a control character.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// A field with its options.
#[derive(JsonSchema)]
#[schemars(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum LongField {
    /// The number of the pull request that the run is about.
    PullRequest {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
    },
    /// The commit that the pull request's head has to be: 40 or 64 lower-case hex digits.
    HeadSha {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
    },
    /// A commit: 40 or 64 lower-case hex digits.
    #[schemars(transform = default_needs_optional)]
    Sha {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<Word>,
    },
    /// A short name that is safe in paths and commands: 1 to 100 of `A-Z a-z 0-9 . _ -`, a letter or digit first.
    #[schemars(transform = default_needs_optional)]
    Slug {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<Word>,
    },
    /// A text without control characters.
    #[schemars(transform = default_needs_optional)]
    String {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<PlainText>,
        /// A regular expression that the whole value has to match.
        pattern: Option<PlainText>,
        /// How many characters it may have; 256 unless given.
        #[schemars(range(min = 1, max = 8192))]
        max_length: Option<u32>,
    },
    /// A number, which keeps its exact value.
    #[schemars(transform = default_needs_optional)]
    Number {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<AnyNumber>,
        /// The smallest value.
        min: Option<AnyNumber>,
        /// The largest value.
        max: Option<AnyNumber>,
        /// Whether it has to be whole.
        integer: Option<bool>,
    },
    /// `true` or `false`.
    #[schemars(transform = default_needs_optional)]
    Boolean {
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<bool>,
    },
    /// One of the options, exactly.
    #[schemars(transform = default_needs_optional)]
    Choice {
        /// The texts that it may be.
        options: Words,
        /// Whether the sender has to send it; `true` unless given.
        required: Option<bool>,
        /// What it is where the sender does not send it.
        default: Option<Word>,
    },
}

/// A default is of no use to a required field.
fn default_needs_optional(schema: &mut schemars::Schema) {
    let optional = serde_json::json!({ "properties": { "required": { "const": false } }, "required": ["required"] });
    schema.insert("dependentSchemas".to_owned(), serde_json::json!({ "default": optional }));
}

/// A text. YAML's numbers and booleans are read as the text that they are written as.
#[derive(JsonSchema)]
#[schemars(transparent, inline, extend("type" = ["string", "number", "boolean"]))]
pub struct PlainText(pub String);

/// A number.
#[derive(JsonSchema)]
#[schemars(transparent, inline)]
pub struct AnyNumber(pub f64);

/// What the pull request has to be like.
#[derive(JsonSchema)]
#[schemars(
    rename = "PullRequest",
    deny_unknown_fields,
    extend("not" = { "properties": { "merged": { "const": true }, "state": { "const": "open" } }, "required": ["merged", "state"] })
)]
pub struct PullRequestDocument {
    /// The branches that it may go to.
    pub base: Option<Branches>,
    /// The branches that it may come from.
    pub head: Option<Branches>,
    /// `open`, `closed` or `any`. Unless given: `open` on dispatches and comments where `merged` is not given, else `any`.
    pub state: Option<State>,
    /// Whether it has to be merged (`true`), or not to be (`false`).
    pub merged: Option<bool>,
    /// Whether drafts may pass; `allow` unless given.
    pub drafts: Option<AllowOrDeny>,
    /// Whether pull requests from forks may pass; `deny` unless given, on `pull_request` `allow`.
    pub forks: Option<AllowOrDeny>,
    /// The labels that it has to have, or not to have.
    pub labels: Option<Labels>,
    /// Who may have opened it.
    pub authors: Option<Actors>,
}

/// The state of a pull request.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum State {
    /// Open.
    Open,
    /// Closed, merged or not.
    Closed,
    /// Either.
    Any,
}

/// Whether something may pass.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum AllowOrDeny {
    /// It may pass.
    Allow,
    /// It may not.
    Deny,
}

/// Labels, compared exactly.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1))]
pub struct Labels {
    /// It has to have all of these.
    pub all: Option<Words>,
    /// It has to have at least one of these.
    pub any: Option<Words>,
    /// It must have none of these.
    pub none: Option<Words>,
}

/// What has to be known of a dispatch's sender.
#[derive(JsonSchema)]
#[schemars(
    rename = "Provenance",
    rename_all = "kebab-case",
    deny_unknown_fields,
    extend(
        "if" = { "properties": { "require": { "enum": ["run", "oidc"] } }, "required": ["require"] },
        "then" = { "required": ["workflows"] }
    )
)]
pub struct ProvenanceDocument {
    /// The proof that there has to be; `none` unless given.
    pub require: Option<Require>,
    /// The workflows that may send, as `.github/workflows/w2.yml@refs/heads/main`. `run` and `oidc` need them.
    #[schemars(length(min = 1, max = 1000))]
    pub workflows: Option<Vec<Workflow>>,
    /// How old an envelope may be, from `1s` to `7d`; `15m` unless given.
    #[schemars(regex(pattern = r"^0*[1-9][0-9]*[smhd]$"), length(max = 7))]
    pub max_age: Option<String>,
    /// How long a chain of dispatches may be; 3 unless given.
    #[schemars(range(min = 1, max = 100))]
    pub max_hops: Option<u8>,
}

/// A proof of who sent a dispatch.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", inline)]
pub enum Require {
    /// None is needed.
    None,
    /// The run that sent it belongs to a listed workflow and was going on.
    Run,
    /// A signature by a key that sender and guard share.
    Signature,
    /// An ID token that GitHub issued to a listed workflow for this very payload.
    Oidc,
}

/// A workflow file at a full ref.
#[derive(JsonSchema)]
#[schemars(
    transparent,
    inline,
    extend("pattern" = r"^\.github/workflows/[^/*@]+\.ya?ml@refs/(?:heads|tags)/[^*]+$")
)]
pub struct Workflow(pub String);
