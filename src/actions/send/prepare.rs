//! What is sent: the payload, with an envelope that pins what it is about and proves who sends it.

use crate::actions::common::ActionContext;
use crate::checks::event;
use crate::envelope::digest::Digest;
use crate::envelope::{Envelope, next_hops};
use crate::format::json::{Json, Object, UNAMBIGUOUS};
use crate::github::event_name::EventName;
use crate::github::pull_request::PullRequest;
use crate::host::Host;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::invocation::Invocation;
use crate::text::quote;
use crate::text::redact::Redactor;

use super::request::{DispatchRequest, Target};
use super::{id_token, payload};

/// A dispatch that only has to be sent.
pub struct PreparedDispatch {
    /// The payload as it is sent.
    pub payload: Object,
    /// The payload without the ID token, which is never shown.
    pub shown: Object,
    /// `signature` and `oidc`, if they were added.
    pub proofs: Vec<&'static str>,
}

impl PreparedDispatch {
    /// The dispatch about a pull request, if there is one. `repository_id` is that of the target and needed for proofs.
    ///
    /// # Errors
    /// `payload.malformed` for a payload that is too large; `api.*` if there is no ID token.
    pub async fn new(
        request: &DispatchRequest,
        envelope: Option<Envelope>,
        pr: Option<&PullRequest>,
        repository_id: Option<u64>,
        tools: &ActionContext<'_>,
    ) -> Result<Self, Rejection> {
        let mut payload = request.payload.clone();
        let mut shown = payload.clone();
        let mut proofs = Vec::new();
        if let Some(mut envelope) = envelope {
            pin(&mut envelope, pr);
            envelope.write_into(&mut payload);
            if request.has_proof() {
                proofs = add_proofs(request, &mut envelope, &payload, repository_id, tools).await?;
            }
            envelope.write_into(&mut payload);
            envelope.oidc = None;
            envelope.write_into(&mut shown);
        }
        payload::check_size(&payload)?;
        Ok(Self { payload, shown, proofs })
    }
}

/// An envelope that says which run sends it and how far down a chain of dispatches it is.
///
/// # Errors
/// `config.invalid_input` for a variable that the runner did not set; for an event that cannot be read, or a chain that is
/// too long.
pub fn new_envelope(invocation: &Invocation<'_>, host: &dyn Host, redactor: &Redactor) -> Result<Envelope, Rejection> {
    let environment = &invocation.environment;
    let mut envelope = Envelope::new(host)?;
    let variable = |name: &str| {
        let found = format!("the variable `{name}` is {}", quote(environment.get(name)));
        Rejection::new(ReasonCode::ConfigInvalidInput, found, "the runner sets it, and the envelope needs it")
            .with_help("Run the action in a job of GitHub Actions, and let no step change the variables of the runner.")
    };
    envelope.run_id = Some(environment.run_id().ok_or_else(|| variable("GITHUB_RUN_ID"))?);
    envelope.run_attempt = Some(environment.run_attempt().ok_or_else(|| variable("GITHUB_RUN_ATTEMPT"))?);
    // act leaves it empty, and so do old servers.
    let workflow_ref = environment.get("GITHUB_WORKFLOW_REF");
    envelope.workflow_ref = Some(workflow_ref).filter(|name| !name.is_empty()).map(str::to_owned);
    envelope.hops = if environment.event_name() == EventName::RepositoryDispatch.name() {
        // An event that cannot be read is an error: a loop must not be able to reset its count.
        let event = event::read(invocation.event.as_deref().map_err(String::as_str), environment, redactor)?;
        if let Some(violation) = event.violations.describe() {
            let found = format!("in the event file {violation}");
            return Err(Rejection::new(ReasonCode::EventMalformed, found, UNAMBIGUOUS));
        }
        next_hops(Some(&event.payload))?
    } else {
        next_hops(None)?
    };
    Ok(envelope)
}

fn pin(envelope: &mut Envelope, pr: Option<&PullRequest>) {
    let Some(pr) = pr else { return };
    envelope.pr = Some(pr.number);
    envelope.head_sha = Some(pr.head_sha.clone());
    envelope.base_ref = Some(pr.base_ref.clone());
    envelope.base_sha = Some(pr.base_sha.clone());
}

async fn add_proofs(
    request: &DispatchRequest,
    envelope: &mut Envelope,
    payload: &Object,
    repository_id: Option<u64>,
    tools: &ActionContext<'_>,
) -> Result<Vec<&'static str>, Rejection> {
    let internal = |found: &str| Rejection::new(ReasonCode::InternalError, found, "");
    let id = repository_id.ok_or_else(|| internal("the repository's id was not read"))?;
    // Only a `repository_dispatch` has an envelope.
    let event_type = match &request.target {
        Target::EventType(event_type) => event_type.as_str(),
        Target::Workflow { .. } => "",
    };
    let digest = Digest::compute(&Json::Object(payload.clone()), event_type, id)
        .map_err(|why| Rejection::new(ReasonCode::PayloadMalformed, why.to_string(), ""))?;
    let mut proofs = Vec::new();
    if let Some(key) = &request.signing_key {
        let signature = digest.sign(key.as_bytes());
        envelope.signature = Some(signature.ok_or_else(|| internal("the payload could not be signed"))?);
        proofs.push("signature");
    }
    if request.oidc {
        envelope.oidc = Some(id_token::request(tools, tools.host, &digest.audience()).await?);
        proofs.push("oidc");
    }
    Ok(proofs)
}
