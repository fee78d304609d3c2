//! The guard: may this run proceed, and for exactly which pull request at which commit?

use crate::checks::configuration::{self, Configuration};
use crate::checks::{CheckContext, actors, event, once, payload, provenance, pull_request};
use crate::decision::{Decision, DecisionBuilder, RunFacts};
use crate::evidence::Recorder;
use crate::github::client::GithubClient;
use crate::host::Host;
use crate::outcome::{self, Outcome};
use crate::reason::Step;
use crate::rejection::Rejection;
use crate::runner::inputs::{self, Inputs, ReportOptions};
use crate::runner::invocation::Invocation;
use crate::text::redact::Redactor;

/// A decision, and how to report it.
pub struct GuardOutcome {
    /// The decision.
    pub decision: Decision,
    /// How to report it.
    pub options: ReportOptions,
    /// All that it rested on, if the input `evidence-file` asks for it.
    pub evidence: Option<String>,
}

impl GuardOutcome {
    /// What the shim carries out.
    pub fn into_outcome(self) -> Outcome {
        outcome::guard::outcome(&self.decision, &self.options, self.evidence)
    }
}

/// Decides. Every error ends in a decision that says no; this function cannot fail.
pub async fn decide(invocation: &Invocation<'_>, host: &dyn Host) -> GuardOutcome {
    let Some(recorder) = Recorder::for_invocation(invocation, host) else {
        return decide_with_host(invocation, host).await;
    };
    // Boxed: keeps the caller's state machine small.
    let mut outcome = Box::pin(decide_with_host(invocation, &recorder)).await;
    outcome.evidence = Some(recorder.document(invocation, &outcome::decision_json(&outcome.decision)));
    outcome
}

async fn decide_with_host(invocation: &Invocation<'_>, host: &dyn Host) -> GuardOutcome {
    let inputs = Inputs::new(inputs::GUARD, invocation.inputs.clone());
    let redactor = inputs.as_ref().map(Inputs::redactor).unwrap_or_default();
    let environment = invocation.environment.redacted(&redactor);
    let invocation = &Invocation { environment, ..invocation.clone() };
    let environment = &invocation.environment;
    let (options, settings) = inputs
        .as_ref()
        .map_or_else(|rejection| (ReportOptions::default(), Err(rejection.clone())), ReportOptions::read);
    let mut decision = DecisionBuilder::new(host.now(), redactor.clone());
    decision.facts.mode = options.mode;
    decision.facts.on_deny = options.on_deny;
    decision.facts.run = RunFacts::from_environment(environment);
    decision.facts.identities = actors::identities_from_environment(environment);
    environment.event_name().clone_into(&mut decision.facts.event.name);

    let decision = match settings.and(inputs) {
        Err(rejection) => decision.reject(&rejection),
        Ok(inputs) => decide_with_inputs(decision, invocation, &inputs, redactor, host).await,
    };
    GuardOutcome { decision, options, evidence: None }
}

async fn decide_with_inputs(
    mut decision: DecisionBuilder,
    invocation: &Invocation<'_>,
    inputs: &Inputs,
    redactor: Redactor,
    host: &dyn Host,
) -> Decision {
    let token = inputs.raw("token").unwrap_or_default();
    let github = match GithubClient::new(host, invocation.environment.api_url(), token, redactor.clone()) {
        Ok(github) => github,
        Err(rejection) => return decision.reject(&rejection),
    };
    let result = run_checks(&mut decision, invocation, inputs, &redactor, &github, host).await;
    decision.facts.api_requests = github.requests();
    match result {
        Ok(()) => {
            let reason = outcome::guard::allowed_sentence(&decision.facts);
            decision.allow(reason)
        }
        Err(rejection) => decision.reject(&rejection),
    }
}

/// Every check in order. The first that fails ends the decision, so that no API request is made for somebody who is not
/// allowed.
async fn run_checks(
    decision: &mut DecisionBuilder,
    invocation: &Invocation<'_>,
    inputs: &Inputs,
    redactor: &Redactor,
    github: &GithubClient<'_>,
    host: &dyn Host,
) -> Result<(), Rejection> {
    let environment = &invocation.environment;

    decision.begin(Step::Config);
    let Configuration { policy, signing_keys } = configuration::read(decision, inputs, environment, github).await?;

    decision.begin(Step::Event);
    let event = event::read(invocation.event.as_deref().map_err(String::as_str), environment, redactor)?;
    event.activity.clone_into(&mut decision.facts.event.activity);
    let (name, rule) = event::select_rule(decision, &event, &policy, environment)?;
    rule.name.clone_into(&mut decision.facts.rule);
    let context = CheckContext {
        environment,
        github,
        host,
        signing_keys: &signing_keys,
        now: decision.facts.time_ms / 1000,
        is_public_repository: event.is_public_repository,
    };

    decision.begin(Step::Actor);
    actors::check(decision, &event, name, rule, context).await?;

    decision.begin(Step::Payload);
    let payload = payload::check(decision, &event, name, rule)?;
    let envelope = provenance::read_envelope(decision, &event, name)?;

    decision.begin(Step::Provenance);
    once::check_key(rule, envelope.as_ref(), &payload)?;
    provenance::check(decision, &event, name, rule, envelope.as_ref(), context).await?;

    decision.begin(Step::PullRequest);
    let pr = pull_request::check(decision, &event, name, rule, &payload, envelope.as_ref(), context).await?;

    decision.begin(Step::Once);
    once::check(decision, &event, rule, envelope.as_ref(), pr.as_ref(), context).await
}
