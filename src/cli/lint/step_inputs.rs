//! What a step gives its action in `with:`, checked by the action's own code.

use std::collections::BTreeMap;

use super::registry::POLICY_INVALID;
use super::report::Report;
use crate::cli::workflow::Step;
use crate::cli::workflow::yaml::Text;
use crate::format::yaml::Position;
use crate::policy::{Policy, parse, shorthand};
use crate::rejection::Rejection;
use crate::runner::inputs::{GUARD, Inputs, Registry, ReportOptions};
use crate::text::quote;

/// Where a guard's policy is.
#[derive(Debug, Clone)]
pub enum PolicyOrigin {
    /// In the step, as YAML.
    Inline(Text),
    /// In a file.
    File(Text),
    /// In the shorthand inputs; whether `events` is one of them.
    Shorthand {
        /// Whether the step names the events.
        names_events: bool,
    },
    /// Unknown until the run, or missing.
    Unknown,
}

/// What a guard's inputs come to.
#[derive(Debug, Clone)]
pub struct StepInputs {
    /// Where the policy is.
    pub origin: PolicyOrigin,
    /// How the guard reports.
    pub options: ReportOptions,
    /// Whether the token is the job's own.
    pub uses_job_token: bool,
}

/// Checks the inputs of a guard, and reads the policy in them.
pub fn check_guard(step: &Step, report: &mut Report) -> (StepInputs, Option<Policy>) {
    let has_errors = check_each(step, GUARD, report);
    let is_known = |name: &str| step.input(name).is_some_and(|text| !is_expression(text));
    let values = known_values(step);
    let inputs = Inputs::new(GUARD, values);
    let (options, settings) = match &inputs {
        Ok(inputs) => ReportOptions::read(inputs),
        Err(_) => (ReportOptions::default(), Ok(())),
    };
    let origin = origin(step, inputs.as_ref().ok());
    let uses_job_token = step
        .input("token")
        .is_none_or(|token| token.text.contains("github.token") || token.text.contains("GITHUB_TOKEN"));
    let known = StepInputs { origin: origin.clone(), options, uses_job_token };
    let Ok(inputs) = inputs else { return (known, None) };
    let mut add = |rejection: &Rejection| add_rejection(step, rejection, report);
    if let Err(rejection) = settings {
        add(&rejection);
    }
    if let Some(rejection) = conflict(step, &inputs) {
        add(&rejection);
        return (known, None);
    }
    let policy = match &origin {
        PolicyOrigin::Inline(text) => inline_policy(text, report),
        PolicyOrigin::Shorthand { .. } if has_errors || step.input("events").is_some_and(is_expression) => None,
        PolicyOrigin::Shorthand { .. } => shorthand::policy(&inputs).map_err(|rejection| add(&rejection)).ok(),
        PolicyOrigin::File(_) | PolicyOrigin::Unknown => None,
    };
    let requires_key = |policy: &Policy| {
        let events: Vec<_> = policy.events().collect();
        let mut rules = events.into_iter().flat_map(|event| policy.rules(event));
        rules.any(|rule| rule.provenance.require == crate::policy::Proof::Signature)
    };
    if policy.as_ref().is_some_and(requires_key) && step.input("signing-keys").is_none() && !is_known("signing-keys") {
        report.add(
            POLICY_INVALID,
            step.position,
            "the policy requires `signature`, and the input `signing-keys` is not set",
            "Set `signing-keys` from a secret, one key a line.",
        );
    }
    (known, policy)
}

/// Checks the names and values of an action's inputs one by one, so that each error has its place. Returns whether
/// there are errors.
pub fn check_each(step: &Step, registry: Registry, report: &mut Report) -> bool {
    let mut has_errors = false;
    for (name, value) in &step.with {
        if is_expression(value) && registry.inputs.iter().any(|input| input.name == name.text) {
            continue;
        }
        let mut values = BTreeMap::from([(registry.always_set.to_owned(), "set".to_owned())]);
        values.insert(name.text.clone(), value.text.clone());
        if let Err(rejection) = Inputs::new(registry, values) {
            has_errors = true;
            report.add(POLICY_INVALID, name.position, rejection.to_string(), &rejection.help);
        }
    }
    has_errors
}

/// Whether the runner replaces the value, or a part of it.
pub fn is_expression(text: &Text) -> bool {
    text.text.contains("${{")
}

/// The values that are known, with plausible ones instead of expressions.
fn known_values(step: &Step) -> BTreeMap<String, String> {
    let mut values = BTreeMap::from([("on-deny".to_owned(), "fail".to_owned())]);
    for (name, value) in &step.with {
        if is_expression(value) {
            let stand_in = match name.text.as_str() {
                "allowed-actors" => "octocat",
                "dispatch-types" | "required-labels" | "forbidden-labels" => "any-name",
                "base-branches" => "main",
                _ => continue,
            };
            values.insert(name.text.clone(), stand_in.to_owned());
        } else if GUARD
            .inputs
            .iter()
            .any(|input| input.name == name.text && (input.may_be_empty || !value.text.trim().is_empty()))
        {
            values.insert(name.text.clone(), value.text.clone());
        }
    }
    values
}

fn origin(step: &Step, inputs: Option<&Inputs>) -> PolicyOrigin {
    let given = |name: &str| step.input(name).filter(|text| !matches!(text.text.trim(), "" | "(unset)"));
    if let Some(policy) = given("policy") {
        return if is_expression(policy) { PolicyOrigin::Unknown } else { PolicyOrigin::Inline(policy.clone()) };
    }
    if let Some(file) = given("policy-file") {
        return if is_expression(file) { PolicyOrigin::Unknown } else { PolicyOrigin::File(file.clone()) };
    }
    match inputs.map(Inputs::shorthand_inputs_set) {
        Some(set) if !set.is_empty() => PolicyOrigin::Shorthand { names_events: given("events").is_some() },
        _ => PolicyOrigin::Unknown,
    }
}

/// The rejection for none of the three places of a policy, or for several.
fn conflict(step: &Step, inputs: &Inputs) -> Option<Rejection> {
    let is_given = |name: &str| step.input(name).is_some_and(|text| is_expression(text) || inputs.raw(name).is_some());
    let shorthand = inputs.shorthand_inputs_set();
    let expressions = step.with.iter().filter(|(name, value)| {
        is_expression(value) && GUARD.inputs.iter().any(|input| input.is_shorthand && input.name == name.text)
    });
    let has_shorthand = !shorthand.is_empty() || expressions.count() > 0;
    match usize::from(is_given("policy")) + usize::from(is_given("policy-file")) + usize::from(has_shorthand) {
        1 => None,
        0 => Some(Rejection::new(
            crate::reason::ReasonCode::ConfigPolicyMissing,
            "none of `policy`, `policy-file` and the shorthand inputs is set",
            "one of them has to say who may start what",
        )),
        _ => Some(Rejection::new(
            crate::reason::ReasonCode::ConfigPolicyConflict,
            format!(
                "{} are set",
                crate::text::quote_list(
                    ["policy", "policy-file"].into_iter().filter(|name| is_given(name)).chain(shorthand),
                    "and"
                )
            ),
            "`policy`, `policy-file` and the shorthand inputs exclude each other",
        )),
    }
}

/// Reports a rejection at the input that it names, or at the action.
pub fn add_rejection(step: &Step, rejection: &Rejection, report: &mut Report) {
    let named = step.with.iter().find(|(name, _)| rejection.found.contains(&format!("`{}`", name.text)));
    let position = named.map_or_else(|| uses_position(step), |(name, _)| name.position);
    report.add(POLICY_INVALID, position, rejection.to_string(), &rejection.help);
}

fn inline_policy(text: &Text, report: &mut Report) -> Option<Policy> {
    match parse::policy(&text.text) {
        Ok(policy) => Some(policy),
        Err(errors) => {
            for error in errors {
                let path = if error.path.is_empty() { String::new() } else { format!("{}: ", quote(&error.path)) };
                let help = "Correct the policy: see docs/policy.md.";
                report.add(POLICY_INVALID, text.place(error.position), format!("{path}{}", error.message), help);
            }
            None
        }
    }
}

/// Where a step names its action.
pub fn uses_position(step: &Step) -> Position {
    step.uses.as_ref().map_or(step.position, |uses| uses.position)
}
