//! The closed set of answers, and the one document that log, outputs, summary and command line are made from.

use serde::{Serialize, Serializer};

use crate::environment::Environment;
use crate::event::EventName;
use crate::identity::Identity;
use crate::json::Json;
use crate::payload::Payload;
use crate::pull_request::PullRequest;
use crate::text::Redactor;

/// The steps of a decision in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The inputs and the policy are read.
    Config,
    /// The event is read and held against the run and the policy.
    Event,
    /// Everyone behind the run is held against the list of actors.
    Actor,
    /// The payload is held against its declared fields.
    Payload,
    /// The sender's proof is checked.
    Provenance,
    /// The pull request is found, pinned and held against its rules.
    PullRequest,
    /// The dispatch is used up.
    Once,
    /// Not a step of its own: a fault of the API or of the action.
    Any,
    /// Every step passed.
    Done,
}

/// The steps that are listed in a decision's checks.
pub const STEPS: [Step; 7] =
    [Step::Config, Step::Event, Step::Actor, Step::Payload, Step::Provenance, Step::PullRequest, Step::Once];

/// What kind of answer a code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The run may go on.
    Allow,
    /// The policy says no.
    Deny,
    /// No answer could be had.
    Error,
}

impl Verdict {
    /// The word in the output `decision`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
            Verdict::Error => "error",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $name:literal $step:ident $verdict:ident $cause:literal $cure:literal;)*) => {
        /// Every reason that a decision can have. The set is closed: a new code is a new minor version, a changed
        /// meaning a new major one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Code {
            $(#[doc = $cause] #[cfg_attr(feature = "schema", schemars(rename = $name))] $variant,)*
        }

        impl Code {
            /// All codes in the order of the checks.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)*];

            /// What is known of the code.
            pub fn info(self) -> CodeInfo {
                match self {
                    $(Code::$variant => CodeInfo {
                        name: $name,
                        step: Step::$step,
                        verdict: Verdict::$verdict,
                        cause: $cause,
                        cure: $cure,
                    },)*
                }
            }
        }
    };
}

/// A code's name, place, and a line of cause and of cure.
#[derive(Debug, Clone, Copy)]
pub struct CodeInfo {
    /// As it stands in the output `reason-code`.
    pub name: &'static str,
    /// The step that gives it.
    pub step: Step,
    /// Whether it is a deny or an error.
    pub verdict: Verdict,
    /// What leads to it.
    pub cause: &'static str,
    /// What to change.
    pub cure: &'static str,
}

codes! {
    ConfigInvalidInput "config.invalid_input" Config Error
        "An input of the action, or a variable that the runner sets, has a value that cannot be used."
        "Correct the input that the message names.";
    ConfigPolicyMissing "config.policy_missing" Config Error
        "There is no policy: none of `policy`, `policy-file` and the flat inputs is set, or the file is not on the default branch."
        "Set `policy`, `policy-file` or the flat inputs, or commit the file to the default branch.";
    ConfigPolicyInvalid "config.policy_invalid" Config Error
        "The policy breaks its grammar; the message gives line, column and path."
        "Correct the policy; `dispatch-guard lint` lists every error at once.";
    ConfigPolicyConflict "config.policy_conflict" Config Error
        "More than one of `policy`, `policy-file` and the flat inputs is set."
        "Keep one of them.";
    EventUnreadable "event.unreadable" Event Error
        "The file at `GITHUB_EVENT_PATH` cannot be read."
        "Look for a step before the guard that moves or deletes the event file, and run the guard first.";
    EventMalformed "event.malformed" Event Error
        "The event file is not a JSON object, or a field that the decision needs has the wrong kind."
        "Look for a step before the guard that rewrites the event file, and run the guard first.";
    EventMismatch "event.mismatch" Event Deny
        "The event file and the run disagree: another repository, or not the kind of event that the run says."
        "Look for a step before the guard that rewrites the event file, and run the guard first.";
    EventNotAllowed "event.not_allowed" Event Deny
        "The policy does not list the event that started the run."
        "Take the event out of the workflow's `on:`, or add a rule for it to the policy.";
    EventTypeNotAllowed "event.type_not_allowed" Event Deny
        "The policy does not list the dispatch type or activity type."
        "Send a listed type, or add this one to `types` (flat: `dispatch-types` or `activity-types`).";
    ActorNotAllowed "actor.not_allowed" Actor Deny
        "The actor of the run matches no entry of the list of actors."
        "Have an allowed actor trigger the event, or add this one to `actors` (flat: `allowed-actors`).";
    ActorIdentityMismatch "actor.identity_mismatch" Actor Deny
        "The login is listed, but its id or account type is another's: the login may have changed hands."
        "Find out who holds the login now before anything is changed; then correct the id in the entry.";
    ActorSenderNotAllowed "actor.sender_not_allowed" Actor Deny
        "The event's sender matches no entry of the list of actors."
        "Have an allowed actor send the event, or add the sender to `actors` (flat: `allowed-actors`).";
    ActorRerunNotAllowed "actor.rerun_not_allowed" Actor Deny
        "Somebody who matches no entry of the list of actors started this attempt of the run."
        "Have an allowed actor re-run it, or send the event anew.";
    ActorConfusedDeputy "actor.confused_deputy" Actor Deny
        "The actor is allowed, but acts on the pull request of somebody who is not."
        "Review the pull request by hand, or say in `pull-request.authors` whose pull requests may pass.";
    ActorUnverified "actor.unverified" Actor Error
        "GitHub would not show what an entry of the list of actors needs: a team, a permission or a run attempt."
        "Give the token the permission that the message names, or list logins instead.";
    PayloadMalformed "payload.malformed" Payload Deny
        "The payload is ambiguous or beyond GitHub's limits: repeated keys, nesting over 64, too many properties or characters."
        "Have the sender send each key once and stay within the limits.";
    PayloadMissingField "payload.missing_field" Payload Deny
        "A required field is not in the payload."
        "Have the sender set the field, or declare it with `required: false`.";
    PayloadInvalidField "payload.invalid_field" Payload Deny
        "A field of the payload is not of its declared type."
        "Have the sender send a value of the declared type.";
    PayloadUnknownField "payload.unknown_field" Payload Deny
        "The payload has a field that is not declared."
        "Declare the field under `payload`, or leave it out when sending.";
    ProvenanceMissing "provenance.missing" Provenance Deny
        "The policy requires a proof of who sent the dispatch, and there is none of that kind."
        "Send with `org/dispatch-guard/send@v1` and the proof that the policy requires.";
    ProvenanceRunMismatch "provenance.run_mismatch" Provenance Deny
        "The run that the envelope names is not one that could have sent this dispatch."
        "Send from a workflow and branch that `provenance.workflows` lists, and dispatch while that run goes on.";
    ProvenanceSignatureInvalid "provenance.signature_invalid" Provenance Deny
        "The signature does not belong to this payload, or no accepted key made it."
        "Give sender and guard the same key, and change nothing in the payload after it is signed.";
    ProvenanceOidcInvalid "provenance.oidc_invalid" Provenance Deny
        "The ID token is not one that GitHub issued to an allowed workflow for this payload."
        "Send with `oidc: true` from a workflow that `provenance.workflows` lists.";
    ProvenanceExpired "provenance.expired" Provenance Deny
        "The envelope is older than `max-age`, or from the future."
        "Send the dispatch anew, or raise `provenance.max-age`.";
    ProvenanceHopLimit "provenance.hop_limit" Provenance Deny
        "The dispatch is further down a chain of dispatches than `max-hops` allows."
        "Look for a loop of workflows that dispatch each other; if the chain is meant, raise `provenance.max-hops`.";
    PullRequestMissing "pull_request.missing" PullRequest Deny
        "The rule is about a pull request and the event names none."
        "Send the pull request's number in the payload field of type `pull-request`.";
    PullRequestNotFound "pull_request.not_found" PullRequest Deny
        "The repository has no pull request of that number, or the token may not see it."
        "Send the number of a pull request of this repository, and give the token `pull-requests: read`.";
    PullRequestWrongRepository "pull_request.wrong_repository" PullRequest Deny
        "The pull request belongs to another repository."
        "Send the number of a pull request of the repository in which the guard runs.";
    PullRequestHeadGone "pull_request.head_gone" PullRequest Deny
        "The repository that the pull request's head was in no longer exists, so nobody can say that it is no fork."
        "Open the pull request anew from a branch of this repository.";
    PullRequestFork "pull_request.fork" PullRequest Deny
        "The pull request comes from a fork and the rule denies forks."
        "Open the pull request from a branch of this repository; allow forks (`forks: allow`) only where nothing privileged touches their content.";
    PullRequestHeadMoved "pull_request.head_moved" PullRequest Deny
        "The pull request's head is no longer the commit that the event or the sender named."
        "Start the run anew for the new head commit.";
    PullRequestChanged "pull_request.changed" PullRequest Deny
        "The pull request's base, number or merge state is no longer what the event or the sender named."
        "Start the run anew for the pull request as it is now.";
    PullRequestBaseNotAllowed "pull_request.base_not_allowed" PullRequest Deny
        "The pull request goes to a branch that the rule does not list."
        "Aim the pull request at a listed branch, or add the branch to `pull-request.base` (flat: `base-branches`).";
    PullRequestHeadNotAllowed "pull_request.head_not_allowed" PullRequest Deny
        "The pull request comes from a branch that the rule does not list."
        "Open it from a listed branch, or add the branch to `pull-request.head`.";
    PullRequestStateNotAllowed "pull_request.state_not_allowed" PullRequest Deny
        "The pull request is open or closed and the rule wants the other."
        "Reopen or close it, or change `pull-request.state`.";
    PullRequestNotMerged "pull_request.not_merged" PullRequest Deny
        "The pull request is not merged and the rule wants it merged."
        "Merge it; one that was closed without a merge is not meant to pass.";
    PullRequestMerged "pull_request.merged" PullRequest Deny
        "The pull request is merged and the rule wants it not merged."
        "Nothing is left to do for it; send the dispatch before the merge next time.";
    PullRequestDraft "pull_request.draft" PullRequest Deny
        "The pull request is a draft and the rule denies drafts."
        "Mark it as ready for review.";
    PullRequestAuthorNotAllowed "pull_request.author_not_allowed" PullRequest Deny
        "The pull request's author matches no entry of `pull-request.authors`."
        "Have an allowed author open it, or add this one to `pull-request.authors`.";
    PullRequestLabelMissing "pull_request.label_missing" PullRequest Deny
        "The pull request lacks a label that the rule requires."
        "Add the label and start the run anew.";
    PullRequestLabelForbidden "pull_request.label_forbidden" PullRequest Deny
        "The pull request has a label that the rule forbids."
        "Clear up what the label stands for, remove it and start the run anew.";
    ReplayDuplicate "replay.duplicate" Once Deny
        "The same dispatch has passed before and the rule lets it pass once."
        "Send the dispatch anew; re-running the run that passed first stays possible.";
    ApiUnauthorized "api.unauthorized" Any Error
        "GitHub does not accept the token, or there is none."
        "Check the input `token`: it may be empty, expired or revoked.";
    ApiForbidden "api.forbidden" Any Error
        "The token may not read what the decision needs."
        "Add the permission that the message names to the job's `permissions:`.";
    ApiRateLimited "api.rate_limited" Any Error
        "The token's limit of requests is spent."
        "Run again after the time that the message names.";
    ApiUnavailable "api.unavailable" Any Error
        "GitHub's API could not be reached or kept failing."
        "Run again later; if it stays, check GITHUB_API_URL and the proxy.";
    ApiInvalidResponse "api.invalid_response" Any Error
        "The API's answer is not what GitHub's documentation says."
        "Check that GITHUB_API_URL and the proxy lead to GitHub's REST API.";
    InternalError "internal.error" Any Error
        "The action itself failed; nothing was decided."
        "Run again; if it stays, report it with the log.";
    Allowed "allowed" Done Allow
        "Every check passed; from send and report: it was done."
        "Nothing is to be done.";
}

impl Code {
    /// As it stands in the output `reason-code`.
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Why a decision stopped before its end. It is boxed, so that the many functions which may stop hand on a pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop(Box<StopWords>);

/// What was found, what is allowed, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopWords {
    /// The reason.
    pub code: Code,
    /// What was found, as a clause.
    pub found: String,
    /// What the policy or GitHub allows, as a clause; may be empty.
    pub allowed: String,
    /// What to change, as one or more sentences.
    pub cure: String,
}

impl std::ops::Deref for Stop {
    type Target = StopWords;

    fn deref(&self) -> &StopWords {
        &self.0
    }
}

impl std::ops::DerefMut for Stop {
    fn deref_mut(&mut self) -> &mut StopWords {
        &mut self.0
    }
}

impl Stop {
    /// A stop with the code's own line of cure.
    pub fn new(code: Code, found: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::boxed(code, found.into(), allowed.into())
    }

    #[cold]
    #[inline(never)]
    fn boxed(code: Code, found: String, allowed: String) -> Self {
        Self(Box::new(StopWords { code, found, allowed, cure: code.info().cure.to_owned() }))
    }

    /// The same with another cure.
    #[must_use]
    pub fn mend(mut self, cure: impl Into<String>) -> Self {
        self.0.cure = cure.into();
        self
    }

    /// One sentence for a person.
    pub fn reason(&self) -> String {
        if self.allowed.is_empty() { self.found.clone() } else { format!("{}; {}", self.found, self.allowed) }
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was made and held.
    Pass,
    /// It was made and did not hold, or could not be made.
    Fail,
    /// The rule does not ask for it, or an earlier one failed.
    Skip,
}

impl Status {
    /// A sign for logs and terminals.
    pub fn mark(self) -> char {
        match self {
            Status::Pass => '✓',
            Status::Fail => '✗',
            Status::Skip => '-',
        }
    }
}

/// One check, with what was found against what is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// The step it belongs to.
    pub step: Step,
    /// What is checked, in a word or two.
    pub check: String,
    /// How it ended.
    pub status: Status,
    /// What was found; empty where nothing was looked at.
    pub found: String,
    /// What is allowed; empty where there is no choice.
    pub allowed: String,
}

impl Check {
    /// Step and check in words, without saying the same twice.
    pub fn label(&self) -> String {
        match self.step.title() {
            title if title == self.check => title.to_owned(),
            title => format!("{title}: {}", self.check),
        }
    }
}

/// One API request that was made for the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Call {
    /// `GET` or `POST`.
    pub method: String,
    /// The path below `GITHUB_API_URL`, with its query.
    pub path: String,
    /// The status of the last answer; nothing where there was none.
    pub status: Option<u16>,
    /// How often it was tried.
    pub tries: u32,
}

/// The event that the decision is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventFacts {
    /// The event's name.
    pub name: String,
    /// The dispatch type or activity type; empty where the event has none.
    #[serde(rename = "type")]
    pub kind: String,
}

/// The run that asked for the decision.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RunFacts {
    /// `owner/name`.
    pub repository: String,
    /// The repository's numeric id, as text; empty where the runner gave none.
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

impl RunFacts {
    /// The run that the runner's variables describe.
    pub fn of(environment: &Environment) -> Self {
        Self {
            repository: environment.repository().to_owned(),
            repository_id: environment.get("GITHUB_REPOSITORY_ID").to_owned(),
            run_id: environment.get("GITHUB_RUN_ID").to_owned(),
            run_attempt: environment.get("GITHUB_RUN_ATTEMPT").to_owned(),
            workflow_ref: environment.get("GITHUB_WORKFLOW_REF").to_owned(),
            url: environment.run_url(),
        }
    }
}

/// Where the policy came from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyFacts {
    /// `policy`, `policy-file` or `inputs`; empty where none was read.
    pub source: String,
    /// The path in the repository of a `policy-file`.
    pub path: String,
    /// The Git blob id of a `policy-file`, as the API gives it.
    pub blob_sha: String,
    /// SHA-256 of the policy's text in hex; empty for flat inputs.
    pub sha256: String,
}

/// What is known of the dispatch's sender beyond the event.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvenanceFacts {
    /// The strongest proof that held: `none`, `run`, `signature` or `oidc`; empty where the step was not reached.
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
    /// Where in a chain of dispatches this one is, from 1, as text.
    pub hops: String,
    /// Who started the source run; recorded, not judged.
    pub source_actor: String,
}

/// The whole decision: output `result`, the audit line, and what the command line prints with `--json`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Decision {
    /// The version of this document's shape.
    pub schema_version: u32,
    /// The version of dispatch-guard.
    pub version: String,
    /// When it was decided: RFC 3339 in UTC.
    pub time: String,
    /// `allow`, `deny` or `error`.
    pub decision: Verdict,
    /// Whether the run may go on; true only for `allow`.
    pub allowed: bool,
    /// One code of the closed set.
    pub reason_code: Code,
    /// One sentence for a person.
    pub reason: String,
    /// How to mend a deny or an error; empty for `allow`.
    pub mend: String,
    /// `enforce` or `evaluate`.
    pub mode: String,
    /// `fail` or `skip`.
    pub on_deny: String,
    /// The event.
    pub event: EventFacts,
    /// The run.
    pub run: RunFacts,
    /// The policy.
    pub policy: PolicyFacts,
    /// Everyone behind the run, in the order in which they are checked.
    pub identities: Vec<Identity>,
    /// The declared fields of the payload, validated; `null` where there is no payload or it did not pass.
    #[cfg_attr(feature = "schema", schemars(with = "Option<std::collections::BTreeMap<String, serde_json::Value>>"))]
    pub payload: Json,
    /// What is known of the sender.
    pub provenance: ProvenanceFacts,
    /// The pull request as far as it was established.
    pub pull_request: Option<PullRequest>,
    /// Whether `pull_request` and its pins were verified, so that its head commit may be checked out if allowed.
    pub head_verified: bool,
    /// Every check in order.
    pub checks: Vec<Check>,
    /// Every API request in the order in which they were started.
    pub api_requests: Vec<Call>,
    /// The step under way.
    #[serde(skip)]
    pub at: Step,
    /// The sender's proofs, which are not to be printed.
    #[serde(skip)]
    pub secrets: Vec<String>,
}

impl Decision {
    /// A decision on which nothing has been found yet. It says no until [`Decision::allow`] is called.
    pub fn undecided(now_ms: u64) -> Self {
        Self {
            schema_version: 1,
            version: crate::VERSION.to_owned(),
            time: crate::time::rfc3339(now_ms),
            decision: Verdict::Error,
            allowed: false,
            reason_code: Code::InternalError,
            reason: "nothing was decided".to_owned(),
            mend: Code::InternalError.info().cure.to_owned(),
            mode: "enforce".to_owned(),
            on_deny: "fail".to_owned(),
            event: EventFacts::default(),
            run: RunFacts::default(),
            policy: PolicyFacts::default(),
            identities: Vec::new(),
            payload: Json::Null,
            provenance: ProvenanceFacts::default(),
            pull_request: None,
            head_verified: false,
            checks: Vec::new(),
            api_requests: Vec::new(),
            at: Step::Config,
            secrets: Vec::new(),
        }
    }

    /// Records a check that held.
    pub fn pass(&mut self, step: Step, check: &str, found: impl Into<String>, allowed: impl Into<String>) {
        self.check(step, check, Status::Pass, found, allowed);
    }

    /// Records a check that the rule does not ask for.
    pub fn skip(&mut self, step: Step, check: &str, why: impl Into<String>) {
        self.check(step, check, Status::Skip, why, "");
    }

    fn check(&mut self, step: Step, check: &str, status: Status, found: impl Into<String>, allowed: impl Into<String>) {
        let check = Check { step, check: check.to_owned(), status, found: found.into(), allowed: allowed.into() };
        self.checks.push(check);
    }

    /// Ends the decision with a yes.
    pub fn allow(&mut self, reason: String) {
        self.decision = Verdict::Allow;
        self.allowed = true;
        self.reason_code = Code::Allowed;
        self.reason = reason;
        self.mend = String::new();
    }

    /// Ends the decision with a no, at the step that is under way; the later ones are skipped.
    pub fn stop(&mut self, stop: &Stop) {
        let info = stop.code.info();
        // A fault of the API belongs to whatever step asked for it, and nothing to a step that has passed.
        let at = if info.step == Step::Any { self.at } else { info.step.max(self.at) };
        let check = info.name.split_once('.').map_or(info.name, |(_, check)| check).replace('_', " ");
        self.check(at, &check, Status::Fail, stop.found.clone(), stop.allowed.clone());
        for step in STEPS.into_iter().filter(|step| *step > at) {
            self.skip(step, step.title(), "an earlier check failed");
        }
        self.decision = info.verdict;
        self.allowed = false;
        self.reason_code = stop.code;
        self.reason = stop.reason();
        self.mend.clone_from(&stop.cure);
    }

    /// Records a payload that has passed; events that carry none leave it `null`.
    pub fn set_payload(&mut self, event: EventName, payload: &Payload) {
        if event.is_dispatch() {
            self.payload = Json::Object(payload.fields.clone());
        }
    }

    /// Cuts secrets out of everything that quotes what others wrote.
    pub fn clean(&mut self, redactor: &Redactor) {
        let texts = [&mut self.reason, &mut self.mend].into_iter();
        let checks = self.checks.iter_mut().flat_map(|check| [&mut check.found, &mut check.allowed]);
        let calls = self.api_requests.iter_mut().map(|call| &mut call.path);
        for text in texts.chain(checks).chain(calls) {
            *text = redactor.clean(std::mem::take(text));
        }
    }
}

impl Step {
    /// The step's name for people.
    pub fn title(self) -> &'static str {
        match self {
            Step::Config => "configuration",
            Step::Event => "event",
            Step::Actor => "actor",
            Step::Payload => "payload",
            Step::Provenance => "provenance",
            Step::PullRequest => "pull request",
            Step::Once => "once",
            Step::Any => "any",
            Step::Done => "all passed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_the_order_of_the_steps() {
        let steps: Vec<Step> = Code::ALL.iter().map(|code| code.info().step).collect();
        assert!(steps.is_sorted());
    }

    #[test]
    fn only_one_code_allows_and_every_name_is_unique() {
        let allowing: Vec<_> = Code::ALL.iter().filter(|code| code.info().verdict == Verdict::Allow).collect();
        assert_eq!(allowing, [&Code::Allowed]);
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
    }

    #[test]
    fn no_cure_proposes_a_wildcard() {
        for code in Code::ALL {
            assert!(!code.info().cure.contains('*'), "{}", code.name());
        }
    }

    #[test]
    fn undecided_is_not_allowed() {
        let decision = Decision::undecided(0);
        assert!(!decision.allowed);
        assert_eq!(decision.decision, Verdict::Error);
    }
}
