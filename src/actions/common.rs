//! What the actions share that do something: send, report and reconcile.

use crate::decision::RunFacts;
use crate::github::client::GithubClient;
use crate::host::Host;
use crate::outcome::Outcome;
use crate::outcome::action::ActionReport;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::runner::inputs::{Inputs, Registry, contains_secret};
use crate::runner::invocation::Invocation;
use crate::text::redact::Redactor;

/// What an action works with.
pub struct ActionContext<'a> {
    /// Its inputs.
    pub inputs: Inputs,
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API.
    pub github: GithubClient<'a>,
    /// The process.
    pub host: &'a dyn Host,
}

impl<'a> ActionContext<'a> {
    /// The context of an action with these inputs.
    ///
    /// # Errors
    /// `config.invalid_input` for an input that cannot be used, or an invalid address of the API.
    pub fn new(registry: Registry, invocation: &'a Invocation<'_>, host: &'a dyn Host) -> Result<Self, Rejection> {
        let environment = &invocation.environment;
        let inputs = Inputs::new(registry, invocation.inputs.clone())?;
        let mut redactor = inputs.redactor();
        redactor.add(environment.get("ACTIONS_ID_TOKEN_REQUEST_TOKEN"));
        let token = inputs.raw("token").unwrap_or_default();
        let github = GithubClient::new(host, environment.api_url(), token, redactor)?;
        Ok(Self { inputs, environment, github, host })
    }

    /// Refuses a text that other people will read and that contains a secret.
    ///
    /// # Errors
    /// `config.invalid_input` with the input's name.
    pub fn reject_secrets(&self, input: &str, text: &str) -> Result<(), Rejection> {
        if self.github.redact(text.to_owned()) == text { Ok(()) } else { Err(contains_secret(input)) }
    }
}

/// Ends an action: what it did becomes what the shim carries out.
pub fn finish(
    report: ActionReport,
    invocation: &Invocation<'_>,
    host: &dyn Host,
    github: Option<&GithubClient<'_>>,
) -> Outcome {
    let run = RunFacts::from_environment(&invocation.environment);
    // Without a client nothing that holds a secret was read.
    let redactor = github.map_or_else(Redactor::default, GithubClient::redactor);
    let requests = github.map(GithubClient::requests).unwrap_or_default();
    report.into_outcome(run, host.now(), &redactor, requests)
}
