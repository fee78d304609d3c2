//! What the inputs ask for. Nothing here makes a request.

use crate::actions::common::ActionContext;
use crate::actions::report;
use crate::actions::send::request::read_event_type;
use crate::policy::{PullRequestRule, shorthand};
use crate::rejection::Rejection;
use crate::runner::inputs::Inputs;
use crate::text::quote;

/// The longest `since` and `stale`, in seconds.
const LONGEST_SECS: u64 = 30 * 24 * 60 * 60;
/// The largest `limit`.
const LARGEST_LIMIT: usize = 1000;

/// Which pull requests to look for, and what to send for them.
pub struct ReconcileRequest {
    /// `owner/name` of this repository.
    pub repository: String,
    /// The type of the dispatch that starts the run.
    pub event_type: String,
    /// The status that a run leaves on the head commit.
    pub context: String,
    /// What a pull request has to fulfil.
    pub rule: PullRequestRule,
    /// Whether only merged ones are looked for, instead of only open ones.
    pub is_merged: bool,
    /// Milliseconds since the last update of a pull request at most.
    pub since_ms: u64,
    /// Milliseconds after which a `pending` status counts as none.
    pub stale_ms: u64,
    /// The most that are sent in one pass.
    pub limit: usize,
    /// Whether nothing is written.
    pub is_dry_run: bool,
    /// The key to sign with.
    pub signing_key: Option<String>,
    /// Whether to add an ID token.
    pub oidc: bool,
}

impl ReconcileRequest {
    /// Reads the inputs.
    ///
    /// # Errors
    /// `config.invalid_input`, or `config.policy_invalid` for a branch pattern or label.
    pub fn read(tools: &ActionContext<'_>) -> Result<Self, Rejection> {
        let inputs = &tools.inputs;
        let event_type = read_event_type(required(inputs, "event-type")?)?;
        let context = required(inputs, "context")?.to_owned();
        report::check_context(&context)?;
        tools.reject_secrets("context", &context)?;
        let repository = tools.environment.repository();
        if !repository.contains('/') {
            let found = format!("the variable `GITHUB_REPOSITORY` is {}", quote(repository));
            return Err(Rejection::invalid_input(found, "the runner sets it to `owner/name`"));
        }
        Ok(Self {
            repository: repository.to_owned(),
            event_type,
            context,
            rule: shorthand::pull_request(inputs)?.unwrap_or_default(),
            is_merged: inputs.flag("require-merged")?,
            since_ms: inputs.duration("since", LONGEST_SECS)? * 1000,
            stale_ms: inputs.duration("stale", LONGEST_SECS)? * 1000,
            limit: limit(inputs)?,
            is_dry_run: inputs.flag("dry-run")?,
            signing_key: inputs.signing_key()?.map(str::to_owned),
            oidc: inputs.flag("oidc")?,
        })
    }
}

fn required<'a>(inputs: &'a Inputs, name: &str) -> Result<&'a str, Rejection> {
    let help = match name {
        "event-type" => "Set it to a type that the receiving workflow lists under `on.repository_dispatch.types`.",
        _ => "Set it to the `context` that the run's report step has.",
    };
    let missing =
        || Rejection::invalid_input(format!("the input `{name}` is not set"), "reconcile needs it").with_help(help);
    inputs.text(name).ok_or_else(missing)
}

fn limit(inputs: &Inputs) -> Result<usize, Rejection> {
    let text = inputs.text("limit").unwrap_or_default();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(limit @ 1..=LARGEST_LIMIT) if is_plain => Ok(limit),
        _ => {
            let found = format!("the input `limit` is {}", quote(text));
            Err(Rejection::invalid_input(found, format!("expected a whole number from 1 to {LARGEST_LIMIT}")))
        }
    }
}
