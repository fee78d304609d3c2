//! The closed table of reason codes. Documentation, schema and tests derive from it.

/// The steps of a decision, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Inputs and policy are read.
    Config,
    /// The event is read and matched against the run and the policy.
    Event,
    /// Every identity behind the run is matched against the list of actors.
    Actor,
    /// The payload is validated against its declared fields.
    Payload,
    /// The sender's proof is verified.
    Provenance,
    /// The pull request is found, pinned and judged.
    PullRequest,
    /// The dispatch is claimed, so that it cannot pass twice.
    Once,
    /// The started run is awaited; only `send` does this.
    Wait,
}

/// The steps that a guard's decision lists in its checks.
pub const GUARD_STEPS: [Step; 7] =
    [Step::Config, Step::Event, Step::Actor, Step::Payload, Step::Provenance, Step::PullRequest, Step::Once];

impl Step {
    /// The step's name in the public JSON.
    pub fn name(self) -> &'static str {
        match self {
            Step::Config => "config",
            Step::Event => "event",
            Step::Actor => "actor",
            Step::Payload => "payload",
            Step::Provenance => "provenance",
            Step::PullRequest => "pull_request",
            Step::Once => "once",
            Step::Wait => "wait",
        }
    }

    /// The step's name for people.
    pub fn title(self) -> &'static str {
        match self {
            Step::Config => "configuration",
            Step::PullRequest => "pull request",
            other => other.name(),
        }
    }
}

/// What a reason code says about the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The run may proceed.
    Allow,
    /// The policy says no.
    Deny,
    /// The question could not be answered.
    Error,
}

impl Verdict {
    /// The value of the output `decision`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
            Verdict::Error => "error",
        }
    }
}

/// A reason code's name, place, and one line each of cause and help.
#[derive(Debug, Clone, Copy)]
pub struct ReasonMeta {
    /// The value of the output `reason-code`.
    pub name: &'static str,
    /// The step that gives it; `None` for codes that any step can give, and for `allowed`.
    pub step: Option<Step>,
    /// Whether it allows, denies or is an error.
    pub verdict: Verdict,
    /// What leads to it.
    pub cause: &'static str,
    /// How to fix it.
    pub help: &'static str,
}

macro_rules! reason_codes {
    ($($variant:ident $name:literal $step:expr, $verdict:ident $cause:literal $help:literal;)*) => {
        /// Every reason that a decision can have. The set is closed: a new code is a new minor version, a changed
        /// meaning a new major one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ReasonCode {
            $(#[doc = $cause] $variant,)*
        }

        impl ReasonCode {
            /// All codes in the order of the checks.
            pub const ALL: &'static [ReasonCode] = &[$(ReasonCode::$variant,)*];

            /// What is known about the code.
            pub fn meta(self) -> ReasonMeta {
                match self {
                    $(ReasonCode::$variant => ReasonMeta {
                        name: $name,
                        step: $step,
                        verdict: Verdict::$verdict,
                        cause: $cause,
                        help: $help,
                    },)*
                }
            }
        }
    };
}

reason_codes! {
    ConfigInvalidInput "config.invalid_input" Some(Step::Config), Error
        "An input of the action, or a variable that the runner sets, has an unusable value."
        "Correct the input that the message names.";
    ConfigPolicyMissing "config.policy_missing" Some(Step::Config), Error
        "There is no policy: none of `policy`, `policy-file` and the shorthand inputs is set, or the file does not exist on the default branch."
        "Set `policy`, `policy-file` or the shorthand inputs, or commit the file to the default branch.";
    ConfigPolicyInvalid "config.policy_invalid" Some(Step::Config), Error
        "The policy breaks its grammar; the message gives line, column and path."
        "Correct the policy; `dispatch-guard lint` lists every error at once.";
    ConfigPolicyConflict "config.policy_conflict" Some(Step::Config), Error
        "More than one of `policy`, `policy-file` and the shorthand inputs is set."
        "Keep one of them.";
    EventUnreadable "event.unreadable" Some(Step::Event), Error
        "The file at `GITHUB_EVENT_PATH` cannot be read."
        "Look for a step before the guard that moves or deletes the event file, and run the guard first.";
    EventMalformed "event.malformed" Some(Step::Event), Error
        "The event file is not a JSON object, or a field that the decision needs has the wrong type."
        "Look for a step before the guard that rewrites the event file, and run the guard first.";
    EventMismatch "event.mismatch" Some(Step::Event), Deny
        "The event file contradicts the run or itself: another repository, another kind of event, or fields that disagree."
        "Look for a step before the guard that rewrites the event file, and run the guard first.";
    EventRepositoryNotAllowed "event.repository_not_allowed" Some(Step::Event), Deny
        "The policy lists repositories, and the run is in another one, such as a copy."
        "Run the workflow in a listed repository, or add this one to `repositories`.";
    EventNotAllowed "event.not_allowed" Some(Step::Event), Deny
        "The policy does not list the event that started the run."
        "Remove the event from the workflow's `on:`, or add a rule for it to the policy.";
    EventTypeNotAllowed "event.type_not_allowed" Some(Step::Event), Deny
        "The policy does not list the dispatch type or activity type."
        "Send a listed type, or add this one to `types` (shorthand: `dispatch-types` or `activity-types`).";
    EventBranchNotAllowed "event.branch_not_allowed" Some(Step::Event), Deny
        "The event is about a branch or tag that the rule does not list."
        "Run the workflow for a listed branch, or add this one to `branches`.";
    EventSourceNotAllowed "event.source_not_allowed" Some(Step::Event), Deny
        "The run that a `workflow_run` event reports does not match the rule's `source`."
        "Compare the source run's workflow file, event, conclusion, branch and repository with `source`.";
    EventLabelNotAllowed "event.label_not_allowed" Some(Step::Event), Deny
        "The label that was added or removed is not listed in the rule's `label`."
        "Use a listed label, or add this one to `label`; to ignore other labels, add this code to `skip-on`.";
    EventReviewNotAllowed "event.review_not_allowed" Some(Step::Event), Deny
        "The review's state is not listed in the rule's `review`."
        "Submit a review of a listed state, or add this one to `review`; to ignore other reviews, add this code to `skip-on`.";
    EventNoCommand "event.no_command" Some(Step::Event), Deny
        "The comment or review does not start with a command of the policy."
        "Start the text with a listed command; to ignore other comments, add `event.no_command` to `skip-on`.";
    ActorNotAllowed "actor.not_allowed" Some(Step::Actor), Deny
        "The actor of the run matches no entry of the list of actors."
        "Have an allowed actor trigger the event, or add this one to `actors` (shorthand: `allowed-actors`).";
    ActorIdentityMismatch "actor.identity_mismatch" Some(Step::Actor), Deny
        "The login is listed, but its id or account type belongs to another account: the login may have changed hands."
        "Find out who holds the login before you change anything; then correct the id in the entry.";
    ActorSenderNotAllowed "actor.sender_not_allowed" Some(Step::Actor), Deny
        "The event's sender matches no entry of the list of actors."
        "Have an allowed actor send the event, or add the sender to `actors` (shorthand: `allowed-actors`).";
    ActorCommenterNotAllowed "actor.commenter_not_allowed" Some(Step::Actor), Deny
        "The author of the comment or review matches no entry of the list of actors, or an app wrote it in their name."
        "Have an allowed actor write the comment or review, or add its author to `actors` (an app: to `via-apps`).";
    ActorSourceNotAllowed "actor.source_not_allowed" Some(Step::Actor), Deny
        "Somebody who started the source run matches no entry of the list of actors."
        "Have an allowed actor start the source run, or add this one to `actors`.";
    ActorRerunNotAllowed "actor.rerun_not_allowed" Some(Step::Actor), Deny
        "Somebody who matches no entry of the list of actors started this attempt of the run."
        "Have an allowed actor re-run it, send the event again, or list who may re-run it in `rerun-by`.";
    ActorConfusedDeputy "actor.confused_deputy" Some(Step::Actor), Deny
        "The actor is allowed, but acts on the pull request of somebody who is not."
        "Review the pull request by hand, or list in `pull-request.authors` whose pull requests may pass.";
    ActorUnverified "actor.unverified" Some(Step::Actor), Error
        "GitHub denied access to what an entry of the list of actors needs: a team, an organization, a role or a run attempt."
        "Give the token the permission that the message names, or list logins instead.";
    PayloadMalformed "payload.malformed" Some(Step::Payload), Deny
        "The payload is ambiguous or beyond GitHub's limits: not an object, repeated keys, keys that differ only in case, nesting over 64, too many properties or characters."
        "Have the sender send one object, each key once, within the limits.";
    PayloadMissingField "payload.missing_field" Some(Step::Payload), Deny
        "A required field is missing from the payload."
        "Have the sender set the field, or declare it with `required: false`.";
    PayloadInvalidField "payload.invalid_field" Some(Step::Payload), Deny
        "A field of the payload does not have its declared type."
        "Have the sender send a value of the declared type.";
    PayloadUnknownField "payload.unknown_field" Some(Step::Payload), Deny
        "The payload has a field that the policy does not declare."
        "Declare the field under `payload`, or do not send it.";
    ProvenanceMissing "provenance.missing" Some(Step::Provenance), Deny
        "The policy requires a proof of who sent the dispatch, and the dispatch has none of that kind."
        "Send with `org/dispatch-guard/send@v1` and the proof that the policy requires.";
    ProvenanceRunMismatch "provenance.run_mismatch" Some(Step::Provenance), Deny
        "The run that the envelope names cannot have sent this dispatch."
        "Send from a workflow and branch that `provenance.workflows` lists, and dispatch while that run is in progress.";
    ProvenanceSignatureInvalid "provenance.signature_invalid" Some(Step::Provenance), Deny
        "The signature does not match this payload, or no accepted key made it."
        "Give sender and guard the same key, and change nothing in the payload after it is signed.";
    ProvenanceOidcInvalid "provenance.oidc_invalid" Some(Step::Provenance), Deny
        "GitHub did not issue the ID token to an allowed workflow for this payload."
        "Send with `oidc: true` from a workflow that `provenance.workflows` lists.";
    ProvenanceExpired "provenance.expired" Some(Step::Provenance), Deny
        "The envelope is older than `max-age`, or from the future."
        "Send the dispatch again, or raise `provenance.max-age`.";
    ProvenanceHopLimit "provenance.hop_limit" Some(Step::Provenance), Deny
        "The dispatch is further down a chain of dispatches than `max-hops` allows."
        "Look for workflows that dispatch each other in a loop; if the chain is intended, raise `provenance.max-hops`.";
    PullRequestMissing "pull_request.missing" Some(Step::PullRequest), Deny
        "The rule is about a pull request, and the event identifies none."
        "Send the pull request's number in the payload field of type `pull-request`.";
    PullRequestAmbiguous "pull_request.ambiguous" Some(Step::PullRequest), Deny
        "Several pull requests match the commit or branch that the event names."
        "Send the pull request's number, or close the pull requests that share the commit.";
    PullRequestNotFound "pull_request.not_found" Some(Step::PullRequest), Deny
        "The repository has no pull request with that number, or the token cannot see it."
        "Send the number of a pull request of this repository, and give the token `pull-requests: read`.";
    PullRequestWrongRepository "pull_request.wrong_repository" Some(Step::PullRequest), Deny
        "The pull request belongs to another repository."
        "Send the number of a pull request of the repository in which the guard runs.";
    PullRequestHeadGone "pull_request.head_gone" Some(Step::PullRequest), Deny
        "The repository of the pull request's head no longer exists, so it may have been a fork."
        "Open the pull request again from a branch of this repository.";
    PullRequestFork "pull_request.fork" Some(Step::PullRequest), Deny
        "The pull request comes from a fork, and the rule denies forks."
        "Open the pull request from a branch of this repository; allow forks (`forks: allow`) only if nothing privileged touches their content.";
    PullRequestHeadMoved "pull_request.head_moved" Some(Step::PullRequest), Deny
        "The pull request's head is not the commit that the event, the sender or the reviewer acted on."
        "Start the run again for the current head commit.";
    PullRequestChanged "pull_request.changed" Some(Step::PullRequest), Deny
        "The pull request, or the comment or review that started the run, has changed since the event."
        "Start the run again for the pull request as it is now.";
    PullRequestBaseNotAllowed "pull_request.base_not_allowed" Some(Step::PullRequest), Deny
        "The pull request targets a branch that the rule does not list."
        "Retarget the pull request to an allowed branch, or add the branch to `pull-request.base` (shorthand: `base-branches`).";
    PullRequestHeadNotAllowed "pull_request.head_not_allowed" Some(Step::PullRequest), Deny
        "The pull request comes from a branch that the rule does not list."
        "Open it from an allowed branch, or add the branch to `pull-request.head`.";
    PullRequestStateNotAllowed "pull_request.state_not_allowed" Some(Step::PullRequest), Deny
        "The pull request is open or closed, and the rule requires the other."
        "Reopen or close it, or change `pull-request.state`.";
    PullRequestNotMerged "pull_request.not_merged" Some(Step::PullRequest), Deny
        "The pull request is not merged, and the rule requires a merge."
        "Merge it; a pull request that was closed without a merge must not pass.";
    PullRequestMerged "pull_request.merged" Some(Step::PullRequest), Deny
        "The pull request is merged, and the rule requires that it is not."
        "No action needed for this one; send the dispatch before the merge next time.";
    PullRequestDraft "pull_request.draft" Some(Step::PullRequest), Deny
        "The pull request is a draft, and the rule denies drafts."
        "Mark it as ready for review.";
    PullRequestAuthorNotAllowed "pull_request.author_not_allowed" Some(Step::PullRequest), Deny
        "The pull request's author matches no entry of `pull-request.authors`."
        "Have an allowed author open it, or add this one to `pull-request.authors`.";
    PullRequestLabelMissing "pull_request.label_missing" Some(Step::PullRequest), Deny
        "The pull request lacks a label that the rule requires."
        "Add the label and start the run again.";
    PullRequestLabelForbidden "pull_request.label_forbidden" Some(Step::PullRequest), Deny
        "The pull request has a label that the rule forbids."
        "Resolve the reason for the label, remove it and start the run again.";
    PullRequestLabelNotTrusted "pull_request.label_not_trusted" Some(Step::PullRequest), Deny
        "Nobody whom `labels.set-by` lists added the label, or somebody removed it later."
        "Have somebody whom `labels.set-by` lists add the label after the last push.";
    PullRequestFileNotAllowed "pull_request.file_not_allowed" Some(Step::PullRequest), Deny
        "The pull request changes a file that the rule does not allow."
        "Take the file out of the pull request, or change `pull-request.files`.";
    PullRequestTooManyFiles "pull_request.too_many_files" Some(Step::PullRequest), Deny
        "The pull request changes more files than GitHub lists."
        "Split the pull request.";
    PullRequestChangesRequested "pull_request.changes_requested" Some(Step::PullRequest), Deny
        "Somebody whose approval counts has requested changes."
        "Address the review and have the reviewer approve, or dismiss the review.";
    PullRequestApprovalMissing "pull_request.approval_missing" Some(Step::PullRequest), Deny
        "Too few of those whose approval counts have approved this head commit."
        "Have more of them approve the current head commit; approvals of earlier commits do not count.";
    PullRequestCheckNotSuccessful "pull_request.check_not_successful" Some(Step::PullRequest), Deny
        "A required check of the head commit is missing, not finished or not successful."
        "Wait for the check to succeed on the head commit, and start the run again.";
    ReplayDuplicate "replay.duplicate" Some(Step::Once), Deny
        "The same dispatch passed before, and the rule lets it pass once."
        "Send the dispatch again; re-running the run that passed first stays possible.";
    RunNotStarted "run.not_started" Some(Step::Wait), Error
        "The dispatch was sent, but no run of it was found in time."
        "Check that a workflow on the default branch listens for it, and that its `run-name` contains the nonce.";
    RunNotCompleted "run.not_completed" Some(Step::Wait), Error
        "The started run did not end in time."
        "Open the run; if it is healthy, raise `wait-timeout`.";
    RunNotSuccessful "run.not_successful" Some(Step::Wait), Error
        "The started run ended with another conclusion than success."
        "Open the run and fix what failed.";
    RunAmbiguous "run.ambiguous" Some(Step::Wait), Error
        "Several runs belong to the dispatch."
        "Name the workflow to wait for in `wait-workflow`.";
    ApiUnauthorized "api.unauthorized" None, Error
        "GitHub does not accept the token, or the token is missing."
        "Check the input `token`: it may be empty, expired or revoked.";
    ApiForbidden "api.forbidden" None, Error
        "The token may not read what the decision needs."
        "Add the permission that the message names to the job's `permissions:`.";
    ApiRateLimited "api.rate_limited" None, Error
        "The token's request limit is used up."
        "Re-run the job after the time that the message names.";
    ApiUnavailable "api.unavailable" None, Error
        "GitHub's API could not be reached or kept failing."
        "Re-run the job later. If the error persists, check GITHUB_API_URL and the proxy.";
    ApiInvalidResponse "api.invalid_response" None, Error
        "The API's response is not what GitHub documents."
        "Check that GITHUB_API_URL and the proxy lead to GitHub's REST API.";
    InternalError "internal.error" None, Error
        "The action itself failed; no decision was made."
        "Re-run the job. If the error persists, open an issue and attach the log.";
    Allowed "allowed" None, Allow
        "Every check passed; from send and report: it was done."
        "No action needed.";
}

impl ReasonCode {
    /// Whether the same request may succeed later.
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::ApiUnavailable | Self::ApiRateLimited)
    }

    /// The value of the output `reason-code`.
    pub fn name(self) -> &'static str {
        self.meta().name
    }

    /// Whether the code allows, denies or is an error.
    pub fn verdict(self) -> Verdict {
        self.meta().verdict
    }

    /// Its place in the order of the checks.
    pub fn position(self) -> usize {
        Self::ALL.iter().position(|code| *code == self).unwrap_or(Self::ALL.len())
    }

    /// The code of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_in_the_order_of_the_steps() {
        let steps: Vec<Step> = ReasonCode::ALL.iter().filter_map(|code| code.meta().step).collect();
        assert!(steps.is_sorted());
        let first_without = ReasonCode::ALL.iter().position(|code| code.meta().step.is_none());
        assert_eq!(first_without, Some(steps.len()));
    }

    #[test]
    fn only_one_code_allows_and_every_name_is_unique() {
        let allowing: Vec<_> = ReasonCode::ALL.iter().filter(|code| code.verdict() == Verdict::Allow).collect();
        assert_eq!(allowing, [&ReasonCode::Allowed]);
        for code in ReasonCode::ALL {
            assert_eq!(ReasonCode::from_name(code.name()), Some(*code));
        }
    }

    #[test]
    fn no_help_proposes_a_wildcard() {
        for code in ReasonCode::ALL {
            assert!(!code.meta().help.contains('*'), "{}", code.name());
        }
    }
}
