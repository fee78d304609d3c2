//! One flow for each action.

pub mod common;
pub mod guard;
pub mod reconcile;
pub mod report;
pub mod send;

/// What the shim must know to report a failure without the core, as JSON: the names of the outputs, the deciding one last;
/// the output `result` of a run in which nothing was decided; help and page of `internal.error`; and the value of an input
/// that is not set. The build writes it into the bundles.
#[cfg(feature = "cli")]
pub fn shim_contract() -> String {
    use crate::decision::DecisionBuilder;
    use crate::outcome::{self, json, result_v1::ResultV1};
    use crate::reason::ReasonCode;
    use crate::rejection::Rejection;
    use crate::runner::inputs::ReportOptions;
    use crate::text::redact::Redactor;

    #[derive(serde::Serialize)]
    struct ShimContract {
        outputs: ActionOutputs,
        failed_result: ResultV1,
        audit_title: &'static str,
        help: &'static str,
        url: String,
        unset: &'static str,
    }
    #[derive(serde::Serialize)]
    struct ActionOutputs {
        guard: Vec<&'static str>,
        send: Vec<&'static str>,
        report: Vec<&'static str>,
        reconcile: Vec<&'static str>,
    }

    let code = ReasonCode::InternalError;
    let undecided = DecisionBuilder::new(0, Redactor::default()).reject(&Rejection::new(code, "", ""));
    let ReportOptions { mode, on_deny, .. } = ReportOptions::default();
    // No check was made.
    let failed_result = ResultV1 { mode, on_deny, checks: Vec::new(), ..ResultV1::from(&undecided) };
    json(&ShimContract {
        outputs: ActionOutputs {
            guard: outcome::guard::OUTPUTS.iter().map(|(name, _)| *name).collect(),
            send: send::output_names(),
            report: report::output_names(),
            reconcile: reconcile::output_names(),
        },
        failed_result,
        audit_title: outcome::AUDIT_TITLE,
        help: code.meta().help,
        url: outcome::code_url(code),
        unset: crate::runner::inputs::UNSET,
    })
}
