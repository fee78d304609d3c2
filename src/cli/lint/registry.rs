//! Everything that `lint` can report: id, severity and one line of description.

use serde::Serialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The guard does not protect the run, or cannot decide.
    Error,
    /// Most likely not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The name in all formats.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is about, as a sentence.
    pub summary: &'static str,
}

macro_rules! rules {
    ($($constant:ident $id:literal $severity:ident $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub const $constant: &Rule =
                &Rule { id: $id, severity: Severity::$severity, summary: $summary };
        )*

        /// Every rule, in the order of the documentation.
        pub const ALL: &[&Rule] = &[$($constant,)*];
    };
}

rules! {
    WORKFLOW_INVALID "workflow.invalid" Error "The file is not a workflow that can be read.";
    POLICY_INVALID "policy.invalid" Error "The policy or an input of the step is invalid.";
    GATE_MISSING "gate.missing" Error "A job runs without testing whether the guard allowed the run.";
    GATE_TEXT "gate.text" Error "A condition tests `allowed` as a text, which is true for `false` too.";
    GATE_BYPASSED "gate.bypassed" Error "A condition can hold although the guard denied the run.";
    GUARD_NO_ID "guard.no-id" Error "The step has no `id`, so nothing can read its outputs.";
    GUARD_OUTPUT_MISSING "guard.output-missing" Error "The guard's job does not pass `allowed` on.";
    GUARD_NOT_FIRST "guard.not-first" Warning "Something runs before the guard.";
    CONDITION_UNDECIDED "condition.undecided" Warning "It cannot be determined whether the run is gated.";
    PERMISSIONS_MISSING "permissions.missing" Warning "The token lacks a permission that the policy needs.";
    PERMISSIONS_EXCESS "permissions.excess" Warning "The guard's job has a permission that the policy does not need.";
    TRIGGER_MISMATCH "trigger.mismatch" Warning "`on` and the policy do not list the same events.";
    TRIGGER_OWN_FILE "trigger.own-file" Note "The run uses the workflow file of the pull request or branch.";
    TRIGGER_UNGUARDED "trigger.unguarded" Warning "A privileged trigger starts a workflow without a guard.";
    CONSENT_MISSING "consent.missing" Warning "Nobody consents to the commit of a fork.";
    AUTHORS_PUSHER_UNJUDGED "authors.pusher-unjudged" Warning "`authors` does not check who pushed.";
    SKIP_ON_MISSING "skip-on.missing" Note "Every other comment or label makes the run fail.";
    CHECKOUT_UNVERIFIED "checkout.unverified" Warning "A job checks out something other than the verified commit.";
    EXPRESSION_UNTRUSTED "expression.untrusted" Warning "Text of an event or an output becomes part of a script.";
    CONCURRENCY_BEFORE_GUARD "concurrency.before-guard" Warning "A run that is denied can cancel one that is allowed.";
    EVALUATE_GATED "evaluate.gated" Warning "A job is gated by a guard that only evaluates.";
    USES_UNPINNED "uses.unpinned" Note "The action is not pinned to a commit.";
}
