//! What is being established in a run: facts, the checks made, and in the end one verdict.
//!
//! A [`DecisionBuilder`] collects facts and checks while the steps run. [`DecisionBuilder::allow`] or
//! [`DecisionBuilder::reject`] ends it, and gives a [`Decision`] that nothing can change.

mod facts;
mod identity;

pub use facts::{CheckRecord, CheckStatus, EventCommit, EventFacts, Facts, PolicyFacts, ProvenanceFacts, RunFacts};
pub use identity::{Identity, IdentityKind};

use crate::reason::{GUARD_STEPS, ReasonCode, Step, Verdict};
use crate::rejection::Rejection;
use crate::text::redact::Redactor;

/// A finished decision: log, outputs, summary and command line are made from it.
#[derive(Debug, Clone)]
pub struct Decision {
    facts: Facts,
    checks: Vec<CheckRecord>,
    code: ReasonCode,
    reason: String,
    help: String,
}

impl Decision {
    /// What was established before the decision ended.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Every check in order, skipped ones included.
    pub fn checks(&self) -> &[CheckRecord] {
        &self.checks
    }

    /// Allow, deny or error.
    pub fn verdict(&self) -> Verdict {
        self.code.verdict()
    }

    /// Whether the run may proceed.
    pub fn is_allowed(&self) -> bool {
        self.verdict() == Verdict::Allow
    }

    /// The reason code.
    pub fn code(&self) -> ReasonCode {
        self.code
    }

    /// One sentence for a person, without its full stop.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// How to fix a denial or an error; empty if allowed.
    pub fn help(&self) -> &str {
        &self.help
    }
}

/// A decision in progress. Dropped before its end, it has allowed nothing.
#[derive(Debug)]
pub struct DecisionBuilder {
    /// What was established so far.
    pub facts: Facts,
    checks: Vec<CheckRecord>,
    step: Step,
    redactor: Redactor,
}

impl DecisionBuilder {
    /// A decision on which nothing has been found yet, begun at a time in Unix milliseconds.
    pub fn new(now_ms: u64, redactor: Redactor) -> Self {
        let facts = Facts { time_ms: now_ms, ..Facts::default() };
        Self { facts, checks: Vec::new(), step: Step::Config, redactor }
    }

    /// Begins a step: checks and rejections belong to it from here on.
    pub fn begin(&mut self, step: Step) {
        self.step = step;
    }

    /// Keeps a secret that came up during the decision out of every text of it.
    pub fn add_secret(&mut self, secret: &str) {
        self.redactor.add(secret);
    }

    /// Records a check that passed.
    pub fn pass(&mut self, check: &str, found: impl Into<String>, expected: impl Into<String>) {
        self.record(self.step, check, CheckStatus::Pass, found.into(), expected.into());
    }

    /// Records a check that the rule does not ask for.
    pub fn skip(&mut self, check: &str, why: impl Into<String>) {
        self.record(self.step, check, CheckStatus::Skip, why.into(), String::new());
    }

    fn record(&mut self, step: Step, check: &str, status: CheckStatus, found: String, expected: String) {
        self.checks.push(CheckRecord { step, check: check.to_owned(), status, found, expected });
    }

    /// Ends the decision: the run may proceed.
    pub fn allow(self, reason: String) -> Decision {
        self.finish(ReasonCode::Allowed, reason, String::new())
    }

    /// Ends the decision at the step in progress; later steps are recorded as skipped.
    pub fn reject(mut self, rejection: &Rejection) -> Decision {
        let meta = rejection.code.meta();
        // An API error belongs to the step that made the request, and nothing belongs to a step that has passed.
        let failed = meta.step.map_or(self.step, |step| step.max(self.step));
        let check = meta.name.split_once('.').map_or(meta.name, |(_, check)| check).replace('_', " ");
        self.record(failed, &check, CheckStatus::Fail, rejection.found.clone(), rejection.expected.clone());
        for step in GUARD_STEPS.into_iter().filter(|step| *step > failed) {
            self.record(step, step.title(), CheckStatus::Skip, "an earlier check failed".to_owned(), String::new());
        }
        self.finish(rejection.code, rejection.to_string(), rejection.help.clone())
    }

    fn finish(self, code: ReasonCode, reason: String, help: String) -> Decision {
        let Self { mut facts, mut checks, redactor, .. } = self;
        let redact = |text: &mut String| *text = redactor.redact(std::mem::take(text));
        checks.iter_mut().flat_map(|check| [&mut check.found, &mut check.expected]).for_each(redact);
        facts.api_requests.iter_mut().map(|request| &mut request.path).for_each(redact);
        Decision { facts, checks, code, reason: redactor.redact(reason), help: redactor.redact(help) }
    }
}
