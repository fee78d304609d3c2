//! What proves the sender of a dispatch: the envelope and its proofs.

pub mod oidc;
pub mod source_run;

use crate::checks::CheckContext;
use crate::decision::DecisionBuilder;
use crate::envelope::digest::{self, Digest, DigestError};
use crate::envelope::{CLOCK_SKEW_SECS, Envelope};
use crate::github::event::Event;
use crate::github::event_name::EventName;
use crate::policy::{Proof, ProvenanceRule, Rule};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{quote, quote_list};

/// The outcome of one check, or why it failed.
type ProofResult = Result<ProofOutcome, Rejection>;

/// A check that did not fail.
enum ProofOutcome {
    /// What was found and what was expected.
    Valid(String, String),
    /// Why it was not made.
    Skipped(&'static str),
}

/// Reads the envelope of a `repository_dispatch`. Its proofs are redacted from every text of the decision.
///
/// # Errors
/// `payload.malformed` for text that is not shaped like a token, else `payload.invalid_field`.
pub fn read_envelope(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
) -> Result<Option<Envelope>, Rejection> {
    if name != EventName::RepositoryDispatch {
        return Ok(None);
    }
    let envelope = Envelope::read(&event.payload)?;
    envelope.iter().flat_map(secrets).for_each(|secret| decision.add_secret(secret));
    Ok(envelope)
}

/// Checks the envelope against the rule: proofs, age, length of the chain.
///
/// What needs no request is checked first, so that none is made for a dispatch that cannot pass. If several of these
/// checks fail, the first in the contract's order names the code.
///
/// # Errors
/// The codes of the step `provenance`, and `api.*`.
pub async fn check(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
    envelope: Option<&Envelope>,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    if name != EventName::RepositoryDispatch {
        decision.skip("envelope", "only a repository_dispatch carries one");
        return Ok(());
    }
    Proof::None.name().clone_into(&mut decision.facts.provenance.level);
    let Some(envelope) = envelope else {
        if rule.provenance.require == Proof::None {
            decision.skip("envelope", "no envelope, and the rule requires no proof");
            return Ok(());
        }
        return Err(missing("`client_payload` has no envelope (`_guard`)".to_owned(), &rule.provenance));
    };
    // Boxed: keeps the proofs out of the state machine of runs without an envelope.
    Box::pin(check_envelope(decision, event, envelope, &rule.provenance, context)).await
}

async fn check_envelope(
    decision: &mut DecisionBuilder,
    event: &Event,
    envelope: &Envelope,
    rule: &ProvenanceRule,
    context: CheckContext<'_>,
) -> Result<(), Rejection> {
    record(decision, envelope);
    let required = required_proof(envelope, rule)?;
    decision.pass("envelope", format!("with the nonce {}", quote(&envelope.nonce)), "");

    let digest = Digest::compute(&event.payload, &event.activity, context.repository_id());
    if let Ok(digest) = &digest {
        decision.facts.provenance.digest = digest.hex();
    }
    let pending = prepare_remote_proof(required, envelope, rule, &digest, context);
    let signature = check_signature(envelope, rule, &digest, context);
    let age = check_age(envelope, rule, context.now);
    let hops = check_hops(envelope, rule);

    let can_pass = pending.is_ok() && signature.is_ok() && age.is_ok() && hops.is_ok();
    let expected = || quote_list(rule.workflows.iter().map(ToString::to_string), "or");
    let remote = match pending {
        Err(rejection) => Err(rejection),
        Ok(_) if !can_pass => Ok(ProofOutcome::Skipped("not checked, because another check failed")),
        Ok(PendingProof::None) => Ok(ProofOutcome::Skipped(NOT_REQUIRED)),
        Ok(PendingProof::Run { run_id, attempt }) => {
            source_run::verify(run_id, attempt, envelope, &rule.workflows, context).await.map(|run| {
                decision.facts.provenance.source_actor = run.actor;
                ProofOutcome::Valid(run.found, expected())
            })
        }
        Ok(PendingProof::Token(token)) => {
            token.verify(context).await.map(|found| ProofOutcome::Valid(found, expected()))
        }
    };
    let unchecked = match envelope.oidc {
        Some(_) => "present but not checked: the rule does not require it",
        None => NOT_REQUIRED,
    };
    let (run, token) = match rule.require {
        Proof::Run => (remote, Ok(ProofOutcome::Skipped(unchecked))),
        Proof::Oidc => (Ok(ProofOutcome::Skipped(NOT_REQUIRED)), remote),
        Proof::None | Proof::Signature => {
            (Ok(ProofOutcome::Skipped(NOT_REQUIRED)), Ok(ProofOutcome::Skipped(unchecked)))
        }
    };
    record_outcome(decision, "source run", run, Some(Proof::Run))?;
    record_outcome(decision, "signature", signature, Some(Proof::Signature))?;
    record_outcome(decision, "ID token", token, Some(Proof::Oidc))?;
    record_outcome(decision, "age", age, None)?;
    record_outcome(decision, "hops", hops, None)
}

/// Why a proof was not checked.
const NOT_REQUIRED: &str = "the rule does not require it";

/// The proofs in an envelope, which nobody else may use. They are not printed.
pub fn secrets(envelope: &Envelope) -> impl Iterator<Item = &str> {
    let signature = envelope.signature.as_deref().filter(|text| digest::parse_signature(text).is_some());
    envelope.oidc.as_deref().into_iter().chain(signature)
}

/// What the required proof needs from the envelope, as far as it needs a request.
enum RequiredProof<'e> {
    Nothing,
    Run { run_id: u64, attempt: u64 },
    Oidc { token: &'e str },
}

fn required_proof<'e>(envelope: &'e Envelope, rule: &ProvenanceRule) -> Result<RequiredProof<'e>, Rejection> {
    let without = |what: &str| missing(format!("the envelope has no `{what}`"), rule);
    Ok(match rule.require {
        Proof::None => RequiredProof::Nothing,
        Proof::Run => RequiredProof::Run {
            run_id: envelope.run_id.ok_or_else(|| without("run_id"))?,
            attempt: envelope.run_attempt.ok_or_else(|| without("run_attempt"))?,
        },
        Proof::Signature => {
            envelope.signature.as_ref().ok_or_else(|| without("signature"))?;
            RequiredProof::Nothing
        }
        Proof::Oidc => {
            let token = envelope.oidc.as_deref().ok_or_else(|| without("oidc"))?;
            envelope.run_id.ok_or_else(|| without("run_id"))?;
            RequiredProof::Oidc { token }
        }
    })
}

/// A proof that needs a request, after the checks that need none.
enum PendingProof {
    None,
    Run { run_id: u64, attempt: u64 },
    Token(oidc::Token),
}

fn prepare_remote_proof(
    required: RequiredProof<'_>,
    envelope: &Envelope,
    rule: &ProvenanceRule,
    digest: &Result<Digest, DigestError>,
    context: CheckContext<'_>,
) -> Result<PendingProof, Rejection> {
    match (required, digest) {
        (RequiredProof::Nothing, _) => Ok(PendingProof::None),
        (RequiredProof::Run { run_id, attempt }, _) => {
            source_run::check_envelope_run(run_id, envelope, &rule.workflows, context)?;
            Ok(PendingProof::Run { run_id, attempt })
        }
        (RequiredProof::Oidc { token }, Ok(digest)) => {
            oidc::read(token, envelope, digest, &rule.workflows, context).map(PendingProof::Token)
        }
        (RequiredProof::Oidc { .. }, Err(why)) => Err(digest_rejection(ReasonCode::ProvenanceOidcInvalid, why)),
    }
}

/// The rejection of a dispatch that has no digest to which a proof could be bound.
fn digest_rejection(code: ReasonCode, why: &DigestError) -> Rejection {
    Rejection::new(code, why.to_string(), "a proof covers the canonical form of the dispatch, which must be exact")
        .with_help("Have the sender write large or long numbers as strings.")
}

fn missing(found: String, rule: &ProvenanceRule) -> Rejection {
    let help = match rule.require {
        Proof::Signature => "Send with `org/dispatch-guard/send@v1` and its input `signing-key`.",
        Proof::Oidc => "Send with `org/dispatch-guard/send@v1`, its input `oidc: true` and `id-token: write`.",
        Proof::Run | Proof::None => {
            "Send with `org/dispatch-guard/send@v1` from one of the workflows that the policy lists."
        }
    };
    Rejection::new(ReasonCode::ProvenanceMissing, found, format!("the policy requires {}", quote(rule.require.name())))
        .with_help(help)
}

fn record(decision: &mut DecisionBuilder, envelope: &Envelope) {
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let facts = &mut decision.facts.provenance;
    facts.workflow_ref = envelope.workflow_ref.clone().unwrap_or_default();
    facts.run_id = number(envelope.run_id);
    facts.run_attempt = number(envelope.run_attempt);
    facts.issued_at = envelope.issued_at.to_string();
    facts.nonce.clone_from(&envelope.nonce);
    facts.hops = envelope.hops.to_string();
}

/// Records a check. A valid proof raises the level.
fn record_outcome(
    decision: &mut DecisionBuilder,
    check: &str,
    result: ProofResult,
    proof: Option<Proof>,
) -> Result<(), Rejection> {
    match result? {
        ProofOutcome::Valid(found, expected) => {
            decision.pass(check, found, expected);
            if let Some(proof) = proof {
                // INVARIANT: proofs are recorded from the weakest to the strongest.
                proof.name().clone_into(&mut decision.facts.provenance.level);
                decision.facts.provenance.proofs.push(proof.name().to_owned());
            }
        }
        ProofOutcome::Skipped(why) => decision.skip(check, why),
    }
    Ok(())
}

/// Checks the signature if the rule requires one, and also if there is one and a key to check it with: an invalid
/// signature is never ignored.
fn check_signature(
    envelope: &Envelope,
    rule: &ProvenanceRule,
    digest: &Result<Digest, DigestError>,
    context: CheckContext<'_>,
) -> ProofResult {
    if rule.require != Proof::Signature {
        if envelope.signature.is_none() {
            return Ok(ProofOutcome::Skipped("no proof of this kind, and the rule does not require it"));
        }
        if context.signing_keys.is_empty() {
            return Ok(ProofOutcome::Skipped(
                "present but not checked: `signing-keys` is not set and the rule does not require it",
            ));
        }
    }
    let digest = digest.as_ref().map_err(|why| digest_rejection(ReasonCode::ProvenanceSignatureInvalid, why))?;
    let invalid =
        |found: &str, expected: String| Rejection::new(ReasonCode::ProvenanceSignatureInvalid, found, expected);
    let Some(tag) = envelope.signature.as_deref().and_then(digest::parse_signature) else {
        let expected = "expected `sha256=` and 64 lower-case hex digits".to_owned();
        return Err(invalid("the envelope's signature is malformed", expected));
    };
    // Every key is used, even after a match, so that the duration does not reveal which one matched.
    let verified =
        context.signing_keys.iter().map(|key| context.host.verify_hmac(digest.bytes(), key.as_bytes(), &tag));
    let matching = verified.enumerate().fold(None, |found, (index, valid)| if valid { Some(index) } else { found });
    let count = context.signing_keys.len();
    let keys = if count == 1 { "the one key".to_owned() } else { format!("any of the {count} keys") };
    match matching {
        Some(index) => {
            // The holder of a key can name any workflow, but not one that the rule does not list.
            if rule.require == Proof::Signature && !rule.workflows.is_empty() {
                source_run::check_workflow(envelope, &rule.workflows, context)?;
            }
            Ok(ProofOutcome::Valid(
                format!("made with key {} of {count}", index + 1),
                format!("{keys} of `signing-keys`"),
            ))
        }
        None => Err(invalid(
            "the signature does not match this dispatch",
            format!("expected a signature of this payload, type and repository with {keys} of `signing-keys`"),
        )),
    }
}

fn check_age(envelope: &Envelope, rule: &ProvenanceRule, now: u64) -> ProofResult {
    let expired = |found: String, expected: String| Rejection::new(ReasonCode::ProvenanceExpired, found, expected);
    if envelope.issued_at > now.saturating_add(CLOCK_SKEW_SECS) {
        return Err(expired(
            format!("the envelope was made {} in the future", duration(envelope.issued_at - now)),
            format!("clocks may differ by {CLOCK_SKEW_SECS} seconds"),
        )
        .with_help("Set the clock of the sending machine."));
    }
    let age = now.saturating_sub(envelope.issued_at);
    if age > rule.max_age {
        return Err(expired(
            format!("the envelope is {} old", duration(age)),
            format!("the policy allows {}", duration(rule.max_age)),
        ));
    }
    Ok(ProofOutcome::Valid(duration(age), format!("at most {}", duration(rule.max_age))))
}

fn check_hops(envelope: &Envelope, rule: &ProvenanceRule) -> ProofResult {
    if envelope.hops > rule.max_hops {
        return Err(Rejection::new(
            ReasonCode::ProvenanceHopLimit,
            format!("the dispatch is number {} in a chain", envelope.hops),
            format!("the policy allows {} dispatches", rule.max_hops),
        ));
    }
    Ok(ProofOutcome::Valid(envelope.hops.to_string(), format!("at most {}", rule.max_hops)))
}

/// A duration in words, in the largest unit of which it is a multiple, at least two.
fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(24 * 60 * 60, "days"), (60 * 60, "hours"), (60, "minutes")];
    let unit = UNITS.iter().find(|(unit, _)| seconds >= 2 * unit && seconds.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None if seconds == 1 => "1 second".to_owned(),
        None => format!("{seconds} seconds"),
    }
}
