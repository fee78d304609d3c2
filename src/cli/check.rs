//! One decision on files: the guard's own, with the inputs and variables that the command line was given.

use std::collections::BTreeMap;

use serde::Serialize;

use super::environment;
use super::policy_errors::{self, PolicyError};
use super::read_only_host::ReadOnlyHost;
use super::request::CheckRequest;
use super::{DENY, EXIT_API, EXIT_USAGE};
use crate::actions::guard::{self, GuardOutcome};
use crate::evidence::Evidence;
use crate::format::json;
use crate::host::Host;
use crate::outcome;
use crate::policy::grammar::TRIGGERS;
use crate::reason::{ReasonCode, Step, Verdict};
use crate::runner::inputs::{self, UNSET};
use crate::runner::invocation::Invocation;
use crate::text::{did_you_mean, escape_log_json, quote};

/// The token of a decision that makes no request. It is never sent anywhere.
const OFFLINE_TOKEN: &str = "no-token-is-needed-offline";

/// A decision as the command line shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckResponse {
    /// The document of output `result`, as one line of JSON that is safe to print.
    pub result: String,
    /// The exit status.
    pub exit_code: u8,
    /// Every error of the policy.
    pub errors: Vec<PolicyError>,
    /// Everything that the decision rested on, if it is to be recorded.
    pub evidence: Option<String>,
}

/// Decides as the guard does. `file` is an event or evidence.
///
/// # Errors
/// In words for the user, if an option cannot be used.
pub async fn check(request: &CheckRequest, file: &[u8], host: &dyn Host) -> Result<CheckResponse, String> {
    let Decided { outcome, policy } = decide(request, file, host).await?;
    Ok(CheckResponse {
        result: escape_log_json(&outcome::decision_json(&outcome.decision)),
        exit_code: exit_code(outcome.decision.code()),
        errors: policy.map_or_else(Vec::new, |policy| policy_errors::in_text(&policy)),
        evidence: outcome.evidence,
    })
}

/// A decision, and the text of the policy that it was made by if that was given as text.
pub(super) struct Decided {
    pub outcome: GuardOutcome,
    policy: Option<String>,
}

/// As [`check`], before anything is rendered.
pub(super) async fn decide(request: &CheckRequest, file: &[u8], host: &dyn Host) -> Result<Decided, String> {
    check_event_name(&request.event_name)?;
    let evidence = read_evidence(file)?;
    let answers = request.evidence.as_deref().map(Evidence::read).transpose()?;
    let (recorded_inputs, event) = match &evidence {
        Some(evidence) => {
            (evidence.inputs.clone().into_iter().collect(), evidence.event.as_deref().map_err(Clone::clone))
        }
        None => (BTreeMap::new(), Ok(file)),
    };
    let inputs = inputs(request, recorded_inputs)?;
    let environment =
        environment::build(request, evidence.as_ref(), answers.as_ref(), event.as_deref().unwrap_or_default())?;
    let read_only = ReadOnlyHost {
        host,
        recorded: evidence.as_ref().map(|evidence| &evidence.replayer),
        answers: match (request.answers.as_str(), &answers, &evidence) {
            ("host", ..) | (_, None, None) => host,
            (_, Some(answers), _) | (_, None, Some(answers)) => &answers.replayer,
        },
        use_host_clock: request.at,
        offline: request.token.is_empty(),
    };
    let policy = inputs.get("policy").filter(|policy| policy.trim() != UNSET).cloned();
    let invocation = Invocation { inputs, environment, event };
    Ok(Decided { outcome: guard::decide(&invocation, &read_only).await, policy })
}

/// A misspelt event would be a denial that looks like the policy's.
fn check_event_name(name: &str) -> Result<(), String> {
    // `workflow_call` starts no run of its own, and nobody can start a run with `dynamic`.
    let known = || TRIGGERS.into_iter().filter(|name| *name != "dynamic").chain(["workflow_call"]);
    if name.is_empty() || known().any(|known| known == name) {
        return Ok(());
    }
    let near = did_you_mean(name, known());
    Err(format!("`--event-name` is {}, which is not an event of GitHub Actions{near}", quote(name)))
}

/// The evidence in a file; nothing if it is another kind of file.
fn read_evidence(file: &[u8]) -> Result<Option<Evidence>, String> {
    let is_evidence = json::parse(file).is_ok_and(|document| {
        document.root.get_path("exchanges").as_array().is_some()
            && document.root.get_path("decision").as_object().is_some()
    });
    match std::str::from_utf8(file) {
        Ok(text) if is_evidence => Evidence::read(text).map(Some),
        _ => Ok(None),
    }
}

/// The exit status for a decision.
pub fn exit_code(code: ReasonCode) -> u8 {
    let meta = code.meta();
    match (meta.verdict, code) {
        (Verdict::Allow, _) => super::ALLOW,
        (Verdict::Deny, _) => DENY,
        (Verdict::Error, ReasonCode::EventUnreadable | ReasonCode::EventMalformed) => EXIT_USAGE,
        (Verdict::Error, _) if meta.step == Some(Step::Config) => EXIT_USAGE,
        (Verdict::Error, _) => EXIT_API,
    }
}

/// The inputs that a step of a workflow would give. Rules that are given replace recorded ones.
fn inputs(request: &CheckRequest, mut inputs: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, String> {
    let shorthand = shorthand_inputs(&request.flat)?;
    if request.policy.is_some() || !shorthand.is_empty() || !request.inputs.is_empty() {
        for name in ["policy", "policy-file"].into_iter().chain(shorthand_names()) {
            inputs.remove(name);
        }
    }
    inputs.extend(request.inputs.iter().map(|(name, value)| (name.clone(), value.clone())));
    inputs.extend(shorthand);
    if let Some(policy) = &request.policy {
        if policy.trim().is_empty() {
            return Err("the policy is empty".to_owned());
        }
        inputs.insert("policy".to_owned(), policy.clone());
    }
    let record = if request.record { "-" } else { "" };
    for (name, value) in
        [("signing-keys", request.signing_keys.as_str()), ("token", &request.token), ("evidence-file", record)]
    {
        if !value.is_empty() {
            inputs.insert(name.to_owned(), value.to_owned());
        }
    }
    inputs.entry("token".to_owned()).or_insert_with(|| OFFLINE_TOKEN.to_owned());
    // The runner sets every declared input, and the guard takes one that is missing for lost.
    for input in inputs::GUARD.inputs {
        inputs.entry(input.name.to_owned()).or_insert_with(|| input.default.to_owned());
    }
    Ok(inputs)
}

fn shorthand_names() -> impl Iterator<Item = &'static str> + Clone {
    inputs::GUARD.inputs.iter().filter(|input| input.is_shorthand).map(|input| input.name)
}

/// The shorthand inputs from a list of `NAME=VALUE`. One that is given twice is a list of both.
fn shorthand_inputs(pairs: &[String]) -> Result<BTreeMap<String, String>, String> {
    let mut inputs: BTreeMap<String, String> = BTreeMap::new();
    for pair in pairs {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(format!("`--flat` is {}; expected `NAME=VALUE`, such as `base-branches=main`", quote(pair)));
        };
        if shorthand_names().all(|known| known != name) {
            let near = did_you_mean(name, shorthand_names());
            return Err(format!("`--flat` names {}, which is not a shorthand input{near}", quote(name)));
        }
        let values = inputs.get(name).map_or_else(|| value.to_owned(), |values| format!("{values}\n{value}"));
        inputs.insert(name.to_owned(), values);
    }
    Ok(inputs)
}
