//! What a step makes of a decision, in the words that log, annotation and summary share.

use crate::decision::Decision;
use crate::reason::Verdict;
use crate::runner::inputs::ReportOptions;

/// What a step makes of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// The run may proceed.
    Allowed,
    /// The step fails.
    Denied,
    /// The step passes, because `mode: evaluate` only reports.
    WouldBeDenied,
    /// The step passes, because `on-deny: skip` or `skip-on` tolerates the denial; jobs that test `allowed` are skipped.
    Skipped,
    /// The step fails, because the question could not be answered.
    Undecided,
}

impl Disposition {
    /// What a step with these options makes of the decision.
    pub fn new(decision: &Decision, options: &ReportOptions) -> Self {
        match decision.verdict() {
            Verdict::Allow => Disposition::Allowed,
            Verdict::Error => Disposition::Undecided,
            Verdict::Deny if !options.is_lenient(decision.code()) => Disposition::Denied,
            Verdict::Deny if options.mode == "evaluate" => Disposition::WouldBeDenied,
            Verdict::Deny => Disposition::Skipped,
        }
    }

    /// The exit status of the step.
    pub fn exit_code(self) -> u8 {
        match self {
            Disposition::Allowed | Disposition::WouldBeDenied | Disposition::Skipped => 0,
            Disposition::Denied | Disposition::Undecided => 1,
        }
    }

    /// The level of the annotation; an allowed run has none.
    pub fn annotation_level(self) -> Option<&'static str> {
        match self {
            Disposition::Allowed => None,
            Disposition::Denied | Disposition::Undecided => Some("error"),
            Disposition::WouldBeDenied => Some("warning"),
            Disposition::Skipped => Some("notice"),
        }
    }

    /// The first word of the log.
    pub fn log_title(self) -> &'static str {
        match self {
            Disposition::Allowed => "ALLOW",
            Disposition::Denied => "DENY",
            Disposition::WouldBeDenied => "WOULD BE DENIED",
            Disposition::Skipped => "SKIPPED",
            Disposition::Undecided => "ERROR",
        }
    }

    /// The title of the summary.
    pub fn summary_title(self) -> &'static str {
        match self {
            Disposition::Allowed => "✅ allowed",
            Disposition::Denied => "⛔ denied",
            Disposition::WouldBeDenied => "🔎 would be denied",
            Disposition::Skipped => "⏩ skipped",
            Disposition::Undecided => "❗ no decision",
        }
    }

    /// Why the step succeeds although the run is denied, in one sentence without its full stop; empty if it does not.
    pub fn note(self, options: &ReportOptions) -> &'static str {
        match self {
            Disposition::WouldBeDenied => {
                "the step succeeds because of `mode: evaluate`; the output `allowed` is `false`"
            }
            Disposition::Skipped if options.on_deny == "skip" => {
                "the step succeeds because of `on-deny: skip`; the output `allowed` is `false`"
            }
            Disposition::Skipped => "the step succeeds because of `skip-on`; the output `allowed` is `false`",
            Disposition::Allowed | Disposition::Denied | Disposition::Undecided => "",
        }
    }

    /// The reason as an annotation says it, without its full stop.
    pub fn annotated(self, reason: &str) -> String {
        match self {
            Disposition::WouldBeDenied => format!("the run would be denied: {reason}"),
            Disposition::Skipped => format!("the run is skipped: {reason}"),
            Disposition::Allowed | Disposition::Denied | Disposition::Undecided => reason.to_owned(),
        }
    }
}
