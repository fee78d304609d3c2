//! The public JSON of a decision: output `result`, the audit line, and what the command line prints with `--json`.
//!
//! These structs are frozen: a released field changes only with a new `schema_version`, whatever the types of the
//! decision become.

use serde::Serialize;

use crate::decision::{
    CheckRecord, Decision, EventCommit, EventFacts, Facts, Identity, PolicyFacts, ProvenanceFacts, RunFacts,
};
use crate::format::json::Json;
use crate::format::timestamp::format_rfc3339;
use crate::github::account::Account;
use crate::github::client::ApiRequest;
use crate::github::pull_request::PullRequest;

/// The version of this document.
const SCHEMA_VERSION: u32 = 1;

/// A decision of dispatch-guard.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Decision"))]
pub struct ResultV1 {
    /// The version of this document's shape.
    pub schema_version: u32,
    /// The version of dispatch-guard.
    pub version: &'static str,
    /// When the decision began: RFC 3339 in UTC.
    pub time: String,
    /// `allow`, `deny` or `error`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["allow", "deny", "error"])))]
    pub decision: &'static str,
    /// Whether the run may proceed; true only for `allow`.
    pub allowed: bool,
    /// One code of the closed set.
    #[cfg_attr(feature = "schema", schemars(schema_with = "reason_code_schema"))]
    pub reason_code: &'static str,
    /// One sentence for a person.
    pub reason: String,
    /// How to fix a denial or an error; empty for `allow`.
    pub help: String,
    /// `enforce` or `evaluate`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["enforce", "evaluate"])))]
    pub mode: &'static str,
    /// `fail` or `skip`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["fail", "skip"])))]
    pub on_deny: &'static str,
    /// The event.
    pub event: EventV1,
    /// The name of the rule that was applied; empty if it has none.
    pub rule: String,
    /// The command as the policy writes it; otherwise empty.
    pub command: String,
    /// The event's label, if the rule's `label` matched it.
    pub label: String,
    /// The run.
    pub run: RunV1,
    /// The policy.
    pub policy: PolicyV1,
    /// Everyone behind the run, in the order in which they are checked.
    pub identities: Vec<IdentityV1>,
    /// The declared fields or arguments, validated; `null` if the event carries none, or they did not pass.
    #[cfg_attr(feature = "schema", schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>"))]
    pub payload: Json,
    /// What is known about the sender.
    pub provenance: ProvenanceV1,
    /// The pull request as far as it was established.
    pub pull_request: Option<PullRequestV1>,
    /// The commit that an event without a pull request is about.
    pub commit: Option<CommitV1>,
    /// Whether `pull_request` and its pins were verified, so that its head commit may be checked out if allowed.
    pub head_verified: bool,
    /// Every check in order.
    pub checks: Vec<CheckV1>,
    /// Every API request in the order in which they were started.
    pub api_requests: Vec<ApiRequestV1>,
}

#[cfg(feature = "schema")]
fn reason_code_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let names: Vec<&str> = crate::reason::ReasonCode::ALL.iter().map(|code| code.name()).collect();
    schemars::json_schema!({ "type": "string", "enum": names })
}

/// The event that the decision is about.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Event"))]
pub struct EventV1 {
    /// The event's name.
    pub name: String,
    /// The dispatch type or activity type; empty if the event has none.
    #[serde(rename = "type")]
    pub activity: String,
}

/// The run that asked for the decision.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Run"))]
pub struct RunV1 {
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
}

/// Where the policy came from.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Policy"))]
pub struct PolicyV1 {
    /// `policy`, `policy-file` or `inputs`; empty if none was read.
    pub source: String,
    /// `owner/name` of the repository of a `policy-file`.
    pub repository: String,
    /// The ref that a `policy-file` was read from; empty for the default branch.
    #[serde(rename = "ref")]
    pub git_ref: String,
    /// The path in that repository.
    pub path: String,
    /// The Git blob id of a `policy-file`, as the API gives it.
    pub blob_sha: String,
    /// SHA-256 of the policy's text in hex; empty for shorthand inputs.
    pub sha256: String,
}

/// An account behind a run, and the entry of the list of actors that it matches.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Identity"))]
pub struct IdentityV1 {
    /// How the account is involved: `actor`, `sender`, `commenter`, `source`, `triggering_actor` or `author`.
    pub kind: &'static str,
    /// The login; empty if it is not known.
    pub login: String,
    /// The numeric id; `null` if it is not known.
    pub id: Option<u64>,
    /// `User`, `Bot` or another; empty if it is not known.
    #[serde(rename = "type")]
    pub account_type: String,
    /// The entry that it matches; `null` if none was looked for or found.
    pub matched_entry: Option<String>,
}

/// What is known about the dispatch's sender beyond the event.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Provenance"))]
pub struct ProvenanceV1 {
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

/// An account.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Account"))]
pub struct AccountV1 {
    /// The login.
    pub login: String,
    /// The numeric id; `null` if GitHub gave none.
    pub id: Option<u64>,
    /// `User`, `Bot`, `Organization` or another; empty if GitHub gave none.
    #[serde(rename = "type")]
    pub account_type: String,
}

/// A pull request. Its title and body are never read.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PullRequest"))]
#[allow(clippy::struct_excessive_bools)] // They are GitHub's.
pub struct PullRequestV1 {
    /// Its number in the base repository.
    pub number: u64,
    /// Who opened it; `null` if the account no longer exists.
    pub author: Option<AccountV1>,
    /// `open`, `closed` or `merged`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["open", "closed", "merged"])))]
    pub state: &'static str,
    /// Whether it is a draft; `null` if GitHub's data does not say.
    pub draft: Option<bool>,
    /// Whether it is merged.
    pub merged: bool,
    /// Whether its head is in another repository than its base, or in one that no longer exists.
    pub fork: bool,
    /// The head branch, without `refs/heads/`.
    pub head_ref: String,
    /// The head commit.
    pub head_sha: String,
    /// `owner/name` of the head repository; empty if it no longer exists.
    pub head_repository: String,
    /// The head repository's id; `null` if it no longer exists.
    pub head_repository_id: Option<u64>,
    /// The base branch, without `refs/heads/`.
    pub base_ref: String,
    /// The base commit.
    pub base_sha: String,
    /// The base repository's id.
    pub base_repository_id: u64,
    /// The commit that merged it; empty unless it is merged.
    pub merge_commit_sha: String,
    /// The names of its labels.
    pub labels: Vec<String>,
}

/// The commit that a `push`, a `merge_group` or a `workflow_run` is about.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Commit"))]
pub struct CommitV1 {
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

/// One check: what was found and what was expected.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Check"))]
pub struct CheckV1 {
    /// The step it belongs to: `config`, `event`, `actor`, `payload`, `provenance`, `pull_request` or `once`.
    pub step: &'static str,
    /// What is checked, in a word or two.
    pub check: String,
    /// `pass`, `fail` or `skip`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["pass", "fail", "skip"])))]
    pub status: &'static str,
    /// What was found; empty if nothing was looked at.
    pub found: String,
    /// What was expected; empty if there is no choice.
    pub expected: String,
}

/// One API request that was made for the decision.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ApiRequest"))]
pub struct ApiRequestV1 {
    /// `GET` or `POST`.
    #[cfg_attr(feature = "schema", schemars(extend("enum" = ["GET", "POST"])))]
    pub method: &'static str,
    /// The path below `GITHUB_API_URL`, with its query.
    pub path: String,
    /// The status of the last response; `null` if there was none.
    pub status: Option<u16>,
    /// How often it was attempted.
    pub attempts: u32,
}

impl From<&Decision> for ResultV1 {
    fn from(decision: &Decision) -> Self {
        let facts: Facts = decision.facts().clone();
        Self {
            schema_version: SCHEMA_VERSION,
            version: crate::VERSION,
            time: format_rfc3339(facts.time_ms),
            decision: decision.verdict().name(),
            allowed: decision.is_allowed(),
            reason_code: decision.code().name(),
            reason: decision.reason().to_owned(),
            help: decision.help().to_owned(),
            mode: facts.mode,
            on_deny: facts.on_deny,
            event: facts.event.into(),
            rule: facts.rule,
            command: facts.command,
            label: facts.label,
            run: facts.run.into(),
            policy: facts.policy.into(),
            identities: facts.identities.into_iter().map(IdentityV1::from).collect(),
            payload: facts.payload.map_or(Json::Null, Json::Object),
            provenance: facts.provenance.into(),
            pull_request: facts.pull_request.map(PullRequestV1::from),
            commit: facts.commit.map(CommitV1::from),
            head_verified: facts.head_verified,
            checks: decision.checks().iter().map(CheckV1::from).collect(),
            api_requests: facts.api_requests.into_iter().map(ApiRequestV1::from).collect(),
        }
    }
}

impl From<EventFacts> for EventV1 {
    fn from(EventFacts { name, activity }: EventFacts) -> Self {
        Self { name, activity }
    }
}

impl From<RunFacts> for RunV1 {
    fn from(
        RunFacts { repository, repository_id, run_id, run_attempt, workflow_ref, url, repository_url: _ }: RunFacts,
    ) -> Self {
        Self { repository, repository_id, run_id, run_attempt, workflow_ref, url }
    }
}

impl From<PolicyFacts> for PolicyV1 {
    fn from(PolicyFacts { source, repository, git_ref, path, blob_sha, sha256 }: PolicyFacts) -> Self {
        Self { source, repository, git_ref, path, blob_sha, sha256 }
    }
}

impl From<Identity> for IdentityV1 {
    fn from(Identity { kind, account, matched_entry }: Identity) -> Self {
        let Account { login, id, account_type } = account;
        Self { kind: kind.name(), login, id, account_type, matched_entry }
    }
}

impl From<ProvenanceFacts> for ProvenanceV1 {
    fn from(facts: ProvenanceFacts) -> Self {
        let ProvenanceFacts { level, proofs, digest, workflow_ref, run_id, run_attempt, .. } = facts;
        let ProvenanceFacts { issued_at, nonce, hops, source_actor, .. } = facts;
        Self { level, proofs, digest, workflow_ref, run_id, run_attempt, issued_at, nonce, hops, source_actor }
    }
}

impl From<PullRequest> for PullRequestV1 {
    fn from(pr: PullRequest) -> Self {
        let (merged, fork) = (pr.is_merged(), pr.is_fork());
        Self {
            number: pr.number,
            author: pr.author.map(|Account { login, id, account_type }| AccountV1 { login, id, account_type }),
            state: pr.state.name(),
            draft: pr.draft,
            merged,
            fork,
            head_ref: pr.head_ref,
            head_sha: pr.head_sha,
            head_repository: pr.head_repository,
            head_repository_id: pr.head_repository_id,
            base_ref: pr.base_ref,
            base_sha: pr.base_sha,
            base_repository_id: pr.base_repository_id,
            merge_commit_sha: if merged { pr.merge_commit_sha } else { String::new() },
            labels: pr.labels,
        }
    }
}

impl From<EventCommit> for CommitV1 {
    fn from(EventCommit { head_ref, head_sha, head_repository, base_ref, base_sha }: EventCommit) -> Self {
        Self { head_ref, head_sha, head_repository, base_ref, base_sha }
    }
}

impl From<&CheckRecord> for CheckV1 {
    fn from(CheckRecord { step, check, status, found, expected }: &CheckRecord) -> Self {
        Self {
            step: step.name(),
            check: check.clone(),
            status: status.name(),
            found: found.clone(),
            expected: expected.clone(),
        }
    }
}

impl From<ApiRequest> for ApiRequestV1 {
    fn from(ApiRequest { method, path, status, attempts }: ApiRequest) -> Self {
        Self { method, path, status, attempts }
    }
}
