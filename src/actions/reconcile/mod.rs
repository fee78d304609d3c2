//! Reconcile: finds the pull requests whose run never started, and sends the dispatch for them.
//!
//! An event can get lost: a merge by `GITHUB_TOKEN` fires none, a workflow was disabled, GitHub had an outage. A run that
//! has started leaves a status on the head commit, so a head without one has had no run.

use crate::actions::common::{ActionContext, finish};
use crate::format::json::Json;
use crate::host::Host;
use crate::outcome::action::ActionReport;
use crate::outcome::{Outcome, Table};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::inputs;
use crate::runner::invocation::Invocation;
use crate::text::quote;

mod list;
mod pass;
pub mod request;

use pass::{Pass, PassRecord};
use request::ReconcileRequest;

/// What is known of the pass so far.
#[derive(Default)]
struct ReconcileReport {
    repository: String,
    event_type: String,
    context: String,
    record: PassRecord,
}

/// Reconciles. Every failure ends in an outcome that says what was sent.
pub async fn reconcile(invocation: &Invocation<'_>, host: &dyn Host) -> Outcome {
    let mut report = ReconcileReport::default();
    match ActionContext::new(inputs::RECONCILE, invocation, host) {
        Err(rejection) => finish(report.into_report(Err(rejection)), invocation, host, None),
        Ok(tools) => {
            let result = perform(invocation, &tools, &mut report).await;
            finish(report.into_report(result), invocation, host, Some(&tools.github))
        }
    }
}

/// The names of the outputs.
#[cfg(feature = "cli")]
pub fn output_names() -> Vec<&'static str> {
    ReconcileReport::default().into_report(Ok(String::new())).output_names()
}

async fn perform(
    invocation: &Invocation<'_>,
    tools: &ActionContext<'_>,
    report: &mut ReconcileReport,
) -> Result<String, Rejection> {
    let request = ReconcileRequest::read(tools)?;
    request.repository.clone_into(&mut report.repository);
    request.event_type.clone_into(&mut report.event_type);
    request.context.clone_into(&mut report.context);
    let candidates = list::candidates(&request, &tools.github, tools.host.now()).await?;
    let ReconcileReport { repository, event_type, context, record } = report;
    // Whoever cancels the job learns what was sent until then.
    let on_sent = |record: &PassRecord| {
        let so_far = ReconcileReport {
            repository: repository.clone(),
            event_type: event_type.clone(),
            context: context.clone(),
            record: record.clone(),
        };
        let found = format!("the step ended after {} dispatches", record.sent.len());
        let ended = Rejection::new(ReasonCode::InternalError, found, "the next pass looks at the other pull requests");
        let outcome = finish(so_far.into_report(Err(ended)), invocation, tools.host, Some(&tools.github));
        tools.host.interim_outputs(&outcome.outputs.0);
    };
    Pass { invocation, tools, request: &request, on_sent: &on_sent }.run(&candidates, record).await;

    let PassRecord { missed, sent, failures, .. } = record;
    let what = format!(
        "looked at {} pull requests: {} without a status {}, {} dispatched as {}",
        candidates.len(),
        missed.len(),
        quote(&request.context),
        sent.len(),
        quote(&request.event_type)
    );
    let Some(first) = failures.first() else { return Ok(what) };
    let mut rejection = first.clone();
    let more = match failures.len() - 1 {
        0 => String::new(),
        more => format!(" (and {more} more failures)"),
    };
    rejection.found = format!("{what}, but {}{more}", rejection.found);
    Err(rejection)
}

impl ReconcileReport {
    fn into_report(self, result: Result<String, Rejection>) -> ActionReport {
        let PassRecord { missed, sent, rows, .. } = self.record;
        let is_done = result.is_ok() || !sent.is_empty();
        let (missed, sent) = (ascending(missed), ascending(sent));
        ActionReport {
            action: "reconcile",
            success_output: "reconciled",
            deciding: Some(("sent", sent.to_compact())),
            has_summary: true,
            facts: vec![
                ("repository", Json::string(self.repository)),
                ("event_type", Json::string(self.event_type)),
                ("context", Json::string(self.context)),
                ("missed", missed.clone()),
                ("sent", sent),
            ],
            table: Some(Table { head: ["Pull request", "Since", "What was done"], rows }),
            outputs: vec![("missed", missed.to_compact())],
            is_done,
            result,
        }
    }
}

fn ascending(mut numbers: Vec<u64>) -> Json {
    numbers.sort_unstable();
    Json::Array(numbers.into_iter().map(Json::integer).collect())
}
