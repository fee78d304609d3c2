//! Send: starts a guarded run on purpose, with a payload that pins what it is about and proves who sent it.
//!
//! Everything that can be known without GitHub is checked first, so that a bad order costs no request; nothing is sent
//! before all of it is known to be good.

use futures_util::future::join;

use crate::decision::{Code, Stop};
use crate::deed::{Deed, Tools};
use crate::event::{Event, EventName};
use crate::host::Host;
use crate::inputs;
use crate::invocation::Invocation;
use crate::json::Json;
use crate::outcome::Outcome;
use crate::provenance::digest::Digest;
use crate::provenance::envelope::{Envelope, next_hops};
use crate::pull_request::PullRequest;
use crate::text::quote;

mod delivery;
mod id_token;
mod order;

use order::Order;

/// What is known of the dispatch, as far as it was established.
#[derive(Debug, Default)]
struct Dispatch {
    /// `owner/name` of the repository that it goes to.
    repository: String,
    event_type: String,
    pr_number: Option<u64>,
    head_sha: String,
    nonce: String,
    /// Where in a chain of dispatches it is, from 1; nothing without an envelope.
    hops: Option<u64>,
    /// `signature` and `oidc`, as far as they were added.
    proofs: Vec<&'static str>,
    /// The payload as it is sent, but without the ID token: the runner drops an output that holds a secret.
    payload: String,
}

/// Sends. Every fault ends in an outcome that says that nothing was sent, or may have been.
pub async fn send(invocation: &Invocation<'_>, host: &dyn Host) -> Outcome {
    let mut dispatch = Dispatch::default();
    match Tools::new(inputs::SEND, invocation, host) {
        Err(stop) => dispatch.ended(Err(stop)).outcome(invocation, host, None),
        Ok(mut tools) => {
            let result = perform(invocation, host, &mut tools, &mut dispatch).await;
            dispatch.ended(result).outcome(invocation, host, Some(&tools.github))
        }
    }
}

impl Dispatch {
    fn ended(self, result: Result<String, Stop>) -> Deed {
        let number = |value: Option<u64>| value.map_or(Json::Null, Json::integer);
        Deed {
            action: "send",
            done: "sent",
            has_summary: true,
            facts: vec![
                ("repository", Json::string(self.repository)),
                ("event_type", Json::string(self.event_type.clone())),
                ("pr_number", number(self.pr_number)),
                ("head_sha", Json::string(self.head_sha.clone())),
                ("nonce", Json::string(self.nonce.clone())),
                ("hops", number(self.hops)),
                ("proofs", Json::string(self.proofs.join(", "))),
            ],
            outputs: vec![
                ("event-type", self.event_type),
                ("nonce", self.nonce),
                ("pr-number", self.pr_number.map(|number| number.to_string()).unwrap_or_default()),
                ("head-sha", self.head_sha),
                ("payload", self.payload),
            ],
            result,
        }
    }
}

/// Every step in order. The answer is the sentence for a dispatch that was sent.
async fn perform(
    invocation: &Invocation<'_>,
    host: &dyn Host,
    tools: &mut Tools<'_>,
    dispatch: &mut Dispatch,
) -> Result<String, Stop> {
    let order = Order::read(tools)?;
    order.repository.clone_into(&mut dispatch.repository);
    order.event_type.clone_into(&mut dispatch.event_type);
    dispatch.pr_number = order.pull_request;
    let mut envelope = if order.envelope { Some(new_envelope(invocation, host)?) } else { None };

    let (pr, repository_id) = look_up(&order, tools).await?;
    if let Some(pr) = &pr {
        pr.head_sha.clone_into(&mut dispatch.head_sha);
    }

    let mut payload = order.payload.clone();
    let seen = pr.is_some() || (order.is_foreign && repository_id.is_some());
    if let Some(envelope) = &mut envelope {
        pin(envelope, pr.as_ref());
        envelope.nonce.clone_into(&mut dispatch.nonce);
        dispatch.hops = Some(envelope.hops);
        envelope.write_into(&mut payload);
    }
    // Here for the output: an ID token is never shown.
    let mut shown = payload.clone();
    if let Some(envelope) = &mut envelope
        && order.is_proven()
    {
        let id = repository_id.ok_or_else(|| Stop::new(Code::InternalError, "the repository's id was not read", ""))?;
        let digest = Digest::of(&Json::Object(payload.clone()), &order.event_type, id)
            .map_err(|why| Stop::new(Code::PayloadMalformed, why.to_string(), ""))?;
        if let Some(key) = &order.signing_key {
            envelope.signature = Some(digest.sign(key.as_bytes()));
            dispatch.proofs.push("signature");
        }
        envelope.write_into(&mut shown);
        if order.oidc {
            envelope.oidc = Some(id_token::request(tools, host, &digest.audience()).await?);
            dispatch.proofs.push("oidc");
        }
        envelope.write_into(&mut payload);
    }
    order::check_size(&payload)?;
    dispatch.payload = Json::Object(shown).to_compact();

    delivery::deliver(&tools.github, &order, payload, seen).await?;
    Ok(sentence(dispatch))
}

/// An envelope that says which run sends it and how far down a chain of dispatches it is.
fn new_envelope(invocation: &Invocation<'_>, host: &dyn Host) -> Result<Envelope, Stop> {
    let environment = &invocation.environment;
    let mut envelope = Envelope::new(host)?;
    let variable = |name: &str| {
        let found = format!("the variable `{name}` is {}", quote(environment.get(name)));
        Stop::new(Code::ConfigInvalidInput, found, "the runner sets it, and the envelope needs it")
            .mend("Run send in a job of GitHub Actions, and let no step change the variables of the runner.")
    };
    envelope.run_id = Some(environment.run_id().ok_or_else(|| variable("GITHUB_RUN_ID"))?);
    envelope.run_attempt = Some(environment.run_attempt().ok_or_else(|| variable("GITHUB_RUN_ATTEMPT"))?);
    // act leaves it empty, and so do old servers.
    let workflow_ref = environment.get("GITHUB_WORKFLOW_REF");
    envelope.workflow_ref = Some(workflow_ref).filter(|name| !name.is_empty()).map(str::to_owned);
    envelope.hops = if environment.event_name() == EventName::RepositoryDispatch.name() {
        // An event that cannot be read is an error: a loop must not be able to start its count anew.
        let event = Event::read(invocation.event.as_deref().map_err(String::as_str), environment)?;
        if let Some(flaw) = event.flaws.describe() {
            let found = format!("in the event file {flaw}");
            return Err(Stop::new(Code::EventMalformed, found, "each key may stand once, nested at most 64 deep"));
        }
        next_hops(Some(&event.payload))?
    } else {
        next_hops(None)?
    };
    Ok(envelope)
}

/// The pull request, and the id of the repository that the dispatch goes to, side by side, where they are needed.
async fn look_up(order: &Order, tools: &Tools<'_>) -> Result<(Option<PullRequest>, Option<u64>), Stop> {
    let needed = order.pull_request.is_some() || order.is_proven();
    let own = tools.environment.repository_id().filter(|_| !order.is_foreign);
    let repository_id = async {
        match own {
            None if needed => delivery::repository_id(&tools.github, order).await.map(Some),
            own => Ok(own),
        }
    };
    let pull_request = async {
        match order.pull_request {
            Some(number) => PullRequest::fetch(&tools.github, &order.repository, number, "").await.map(Some),
            None => Ok(None),
        }
    };
    let (repository_id, pull_request) = join(repository_id, pull_request).await;
    let (repository_id, pull_request) = (repository_id?, pull_request?);
    if let (Some(pr), Some(id)) = (&pull_request, repository_id)
        && pr.base_repository_id != id
    {
        return Err(Stop::new(
            Code::PullRequestWrongRepository,
            format!("{} goes to the repository with id {}", pr.name(), pr.base_repository_id),
            format!("the dispatch goes to {}, which has the id {id}", quote(&order.repository)),
        )
        .mend("Give `pr-number` a pull request of the repository that the dispatch goes to."));
    }
    Ok((pull_request, repository_id))
}

fn pin(envelope: &mut Envelope, pr: Option<&PullRequest>) {
    let Some(pr) = pr else { return };
    envelope.pr = Some(pr.number);
    envelope.head_sha = Some(pr.head_sha.clone());
    envelope.base_ref = Some(pr.base_ref.clone());
    envelope.base_sha = Some(pr.base_sha.clone());
}

fn sentence(dispatch: &Dispatch) -> String {
    let about = dispatch
        .pr_number
        .map_or(String::new(), |number| format!(" for pull request #{number} at commit `{}`", dispatch.head_sha));
    format!("the dispatch {} was sent to {}{about}", quote(&dispatch.event_type), quote(&dispatch.repository))
}
