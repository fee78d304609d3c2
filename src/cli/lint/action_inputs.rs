//! What steps of send, report and reconcile give in `with:`, read by the actions' own code.

use std::collections::BTreeMap;

use futures_util::future::LocalBoxFuture;

use super::report::Report;
use super::step_inputs::{add_rejection, check_each, is_expression};
use crate::actions::common::ActionContext;
use crate::actions::reconcile::request::ReconcileRequest;
use crate::actions::report::CommitStatus;
use crate::actions::send::request::DispatchRequest;
use crate::cli::workflow::{Step, Uses};
use crate::host::{Host, Request, Response, TransportError, TransportErrorKind};
use crate::rejection::Rejection;
use crate::runner::inputs::UNSET;
use crate::runner::invocation::Invocation;

/// Plausible values of inputs whose expressions the runner evaluates. What has none here counts as not given.
const STAND_INS: [(&str, &str); 9] = [
    ("event-type", "any-type"),
    ("workflow", "any.yml"),
    ("ref", "main"),
    ("pr-number", "1"),
    ("head-sha", "0000000000000000000000000000000000000000"),
    ("sha", "0000000000000000000000000000000000000000"),
    ("context", "any"),
    ("signing-key", "any key of 16 characters"),
    // Also the default, which is an expression.
    ("status", "success"),
];

/// Checks each input, and, if all can be used alone, what they come to together.
pub fn check(step: &Step, report: &mut Report) {
    let Some(action) = step.action().filter(|action| *action != Uses::Guard) else { return };
    let Some(registry) = action.registry() else { return };
    if check_each(step, registry, report) {
        return;
    }
    let mut inputs = BTreeMap::from([(registry.always_set.to_owned(), UNSET.to_owned())]);
    if action == Uses::Report {
        inputs.insert("status".to_owned(), "success".to_owned());
    }
    for (name, value) in &step.with {
        let stand_in = STAND_INS.iter().find(|(input, _)| *input == name.text).map(|(_, stand_in)| *stand_in);
        match (is_expression(value), stand_in) {
            (true, Some(stand_in)) => inputs.insert(name.text.clone(), stand_in.to_owned()),
            (true, None) => inputs.insert(name.text.clone(), UNSET.to_owned()),
            (false, _) => inputs.insert(name.text.clone(), value.text.clone()),
        };
    }
    let environment = [("GITHUB_REPOSITORY", "owner/name"), ("GITHUB_WORKFLOW", "workflow")];
    let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    let invocation = Invocation { inputs, environment, event: Err(String::new()) };
    let result = ActionContext::new(registry, &invocation, &NoProcess).and_then(|tools| match action {
        Uses::Send => DispatchRequest::read(&tools).map(drop),
        Uses::Report => CommitStatus::read(&tools).map(drop),
        Uses::Reconcile => ReconcileRequest::read(&tools).map(drop),
        Uses::Guard | Uses::Other => Ok::<(), Rejection>(()),
    });
    if let Err(rejection) = result {
        add_rejection(step, &rejection, report);
    }
}

/// Reading inputs needs nothing of the process.
struct NoProcess;

impl Host for NoProcess {
    fn request<'a>(&'a self, _: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async {
            Err(TransportError {
                kind: TransportErrorKind::Offline,
                message: "`lint` makes no request".to_owned(),
                may_have_been_received: false,
            })
        })
    }

    fn sleep(&self, _: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        0
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, _: &'a str, _: &'a [u8], _: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn mask(&self, _: &str) {}
}
