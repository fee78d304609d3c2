//! What is known of a dispatch's sender beyond the event: the envelope and its proofs.

use crate::decision::{Code, Decision, Step, Stop};
use crate::environment::Environment;
use crate::event::Event;
use crate::github::Github;
use crate::host::Host;
use crate::policy::{Proof, ProvenanceRule};
use crate::text::{quote, quote_list};

pub mod digest;
pub mod envelope;
pub mod oidc;
pub mod source_run;

use digest::{Digest, NoDigest};
pub use envelope::Envelope;
use oidc::LEEWAY;

/// What proofs are held against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The runner's variables.
    pub environment: &'a Environment,
    /// The API.
    pub github: &'a Github<'a>,
    /// The process.
    pub host: &'a dyn Host,
    /// The keys that are accepted from senders.
    pub signing_keys: &'a [&'a str],
    /// When the decision was begun, in Unix seconds.
    pub now: u64,
}

/// How one check ended: the text for the record, or why not.
type Checked = Result<Line, Stop>;

/// A check that did not fail.
enum Line {
    /// What was found, and what is allowed.
    Held(String, String),
    /// Why it was not made.
    Skipped(&'static str),
}

/// Holds the envelope against the rule: proofs, age, length of the chain.
///
/// What needs no request is judged first, so that none is made for a dispatch that cannot pass. Among the failures that
/// are known at that point the first in the contract's order names the code.
///
/// # Errors
/// The codes of the step `provenance`, and `api.*`.
pub async fn judge(
    decision: &mut Decision,
    event: &Event,
    envelope: Option<&Envelope>,
    rule: &ProvenanceRule,
    context: Context<'_>,
) -> Result<(), Stop> {
    Proof::None.name().clone_into(&mut decision.provenance.level);
    let Some(envelope) = envelope else {
        if rule.require == Proof::None {
            decision.skip(Step::Provenance, "envelope", "there is none, and the rule asks for no proof");
            return Ok(());
        }
        return Err(missing("`client_payload` has no envelope (`_guard`)".to_owned(), rule));
    };
    record(decision, envelope);
    let needed = needed(envelope, rule)?;
    decision.pass(Step::Provenance, "envelope", format!("with the nonce {}", quote(&envelope.nonce)), "");

    // INVARIANT: an event without the run's repository id has been refused.
    let repository_id = context.environment.repository_id().unwrap_or_default();
    let digest = Digest::of(&event.payload, &event.kind, repository_id);
    if let Ok(digest) = &digest {
        decision.provenance.digest = digest.hex();
    }
    let prepared = prepare(needed, envelope, rule, &digest, context);
    let signature = check_signature(envelope, rule, &digest, context);
    let age = check_age(envelope, rule, context.now);
    let hops = check_hops(envelope, rule);

    let sound = prepared.is_ok() && signature.is_ok() && age.is_ok() && hops.is_ok();
    let allowed = || quote_list(rule.workflows.iter().map(ToString::to_string), "or");
    let asked = match prepared {
        Err(stop) => Err(stop),
        Ok(_) if !sound => Ok(Line::Skipped("not read, because another check fails")),
        Ok(Remote::None) => Ok(Line::Skipped(NOT_ASKED)),
        Ok(Remote::Run { run_id, attempt }) => {
            source_run::verify(run_id, attempt, envelope, &rule.workflows, context).await.map(|run| {
                decision.provenance.source_actor = run.actor;
                Line::Held(run.found, allowed())
            })
        }
        Ok(Remote::Token(token)) => token.verify(context).await.map(|found| Line::Held(found, allowed())),
    };
    let unread = match envelope.oidc {
        Some(_) => "there is one; the rule does not ask, so the issuer's keys were not read",
        None => NOT_ASKED,
    };
    let (run, token) = match rule.require {
        Proof::Run => (asked, Ok(Line::Skipped(unread))),
        Proof::Oidc => (Ok(Line::Skipped(NOT_ASKED)), asked),
        Proof::None | Proof::Signature => (Ok(Line::Skipped(NOT_ASKED)), Ok(Line::Skipped(unread))),
    };
    settle(decision, "source run", run, Some(Proof::Run))?;
    settle(decision, "signature", signature, Some(Proof::Signature))?;
    settle(decision, "ID token", token, Some(Proof::Oidc))?;
    settle(decision, "age", age, None)?;
    settle(decision, "hops", hops, None)
}

/// Why a proof was not looked at.
const NOT_ASKED: &str = "the rule does not ask";

/// The texts in an envelope that prove something to whoever holds them. They are not printed.
pub fn secrets(envelope: &Envelope) -> impl Iterator<Item = &str> {
    let signature = envelope.signature.as_deref().filter(|text| digest::parse_signature(text).is_some());
    token(envelope).into_iter().chain(signature)
}

/// How every ID token begins: the base64url of `{"`.
pub const TOKEN_START: &str = "eyJ";
/// The fewest letters that can be one.
pub const SHORTEST_TOKEN: usize = 64;

/// The envelope's ID token. What is none is not treated as one: a sender must not have words of its choice cut out of
/// the log and the outputs.
pub fn token(envelope: &Envelope) -> Option<&str> {
    let is_token = |text: &&str| {
        text.len() >= SHORTEST_TOKEN && text.trim_start().starts_with(TOKEN_START) && text.split('.').count() == 3
    };
    envelope.oidc.as_deref().filter(is_token)
}

/// What the proof that the rule asks for takes of the envelope, as far as it needs a request.
enum Needed<'e> {
    Nothing,
    Run { run_id: u64, attempt: u64 },
    Oidc { token: &'e str },
}

fn needed<'e>(envelope: &'e Envelope, rule: &ProvenanceRule) -> Result<Needed<'e>, Stop> {
    let lacks = |what: &str| missing(format!("the envelope has no `{what}`"), rule);
    Ok(match rule.require {
        Proof::None => Needed::Nothing,
        Proof::Run => Needed::Run {
            run_id: envelope.run_id.ok_or_else(|| lacks("run_id"))?,
            attempt: envelope.run_attempt.ok_or_else(|| lacks("run_attempt"))?,
        },
        Proof::Signature => {
            envelope.signature.as_ref().ok_or_else(|| lacks("signature"))?;
            Needed::Nothing
        }
        Proof::Oidc => {
            let token = envelope.oidc.as_deref().ok_or_else(|| lacks("oidc"))?;
            envelope.run_id.ok_or_else(|| lacks("run_id"))?;
            Needed::Oidc { token }
        }
    })
}

/// A proof that takes a request, as far as it can be judged without one.
enum Remote {
    None,
    Run { run_id: u64, attempt: u64 },
    Token(oidc::Token),
}

fn prepare(
    needed: Needed<'_>,
    envelope: &Envelope,
    rule: &ProvenanceRule,
    digest: &Result<Digest, NoDigest>,
    context: Context<'_>,
) -> Result<Remote, Stop> {
    match (needed, digest) {
        (Needed::Nothing, _) => Ok(Remote::None),
        (Needed::Run { run_id, attempt }, _) => {
            source_run::check_named(run_id, envelope, &rule.workflows, context)?;
            Ok(Remote::Run { run_id, attempt })
        }
        (Needed::Oidc { token }, Ok(digest)) => {
            oidc::read(token, envelope, digest, &rule.workflows, context).map(Remote::Token)
        }
        (Needed::Oidc { .. }, Err(why)) => Err(undigested(Code::ProvenanceOidcInvalid, why)),
    }
}

/// The stop for a dispatch without the digest that a proof has to be bound to.
fn undigested(code: Code, why: &NoDigest) -> Stop {
    Stop::new(code, why.to_string(), "a proof is bound to the dispatch in a form that has to hold it exactly")
        .mend("Have the sender write large or long numbers as text.")
}

fn missing(found: String, rule: &ProvenanceRule) -> Stop {
    let cure = match rule.require {
        Proof::Signature => "Send with `org/dispatch-guard/send@v1` and its input `signing-key`.",
        Proof::Oidc => "Send with `org/dispatch-guard/send@v1`, its input `oidc: true` and `id-token: write`.",
        Proof::Run | Proof::None => {
            "Send with `org/dispatch-guard/send@v1` from one of the workflows that the policy lists."
        }
    };
    Stop::new(Code::ProvenanceMissing, found, format!("the policy requires {}", quote(rule.require.name()))).mend(cure)
}

fn record(decision: &mut Decision, envelope: &Envelope) {
    let number = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let facts = &mut decision.provenance;
    facts.workflow_ref = envelope.workflow_ref.clone().unwrap_or_default();
    facts.run_id = number(envelope.run_id);
    facts.run_attempt = number(envelope.run_attempt);
    facts.issued_at = envelope.issued_at.to_string();
    facts.nonce.clone_from(&envelope.nonce);
    facts.hops = envelope.hops.to_string();
}

/// Puts a check on record. A proof that held raises the level.
fn settle(decision: &mut Decision, check: &str, checked: Checked, proof: Option<Proof>) -> Result<(), Stop> {
    match checked? {
        Line::Held(found, allowed) => {
            decision.pass(Step::Provenance, check, found, allowed);
            if let Some(proof) = proof {
                // INVARIANT: proofs are settled from the weakest to the strongest.
                proof.name().clone_into(&mut decision.provenance.level);
                decision.provenance.proofs.push(proof.name().to_owned());
            }
        }
        Line::Skipped(why) => decision.skip(Step::Provenance, check, why),
    }
    Ok(())
}

/// A signature is judged where the rule asks for one, and also where there is one and a key to check it with: a wrong
/// one is never passed over.
fn check_signature(
    envelope: &Envelope,
    rule: &ProvenanceRule,
    digest: &Result<Digest, NoDigest>,
    context: Context<'_>,
) -> Checked {
    if rule.require != Proof::Signature {
        if envelope.signature.is_none() {
            return Ok(Line::Skipped("there is none, and the rule does not ask"));
        }
        if context.signing_keys.is_empty() {
            return Ok(Line::Skipped("there is one; the input `signing-keys` is not set and the rule does not ask"));
        }
    }
    let digest = digest.as_ref().map_err(|why| undigested(Code::ProvenanceSignatureInvalid, why))?;
    let invalid = |found: &str, allowed: String| Stop::new(Code::ProvenanceSignatureInvalid, found, allowed);
    let Some(tag) = envelope.signature.as_deref().and_then(digest::parse_signature) else {
        let allowed = "it has to be `sha256=` and 64 lower-case hex digits";
        return Err(invalid("the envelope's signature is not of its form", allowed.to_owned()));
    };
    // Every key is tried whatever the ones before it gave, so that the time tells nothing of which one fits.
    let verified =
        context.signing_keys.iter().map(|key| context.host.verify_hmac(digest.bytes(), key.as_bytes(), &tag));
    let place = verified.enumerate().fold(None, |found, (index, holds)| if holds { Some(index) } else { found });
    let count = context.signing_keys.len();
    let keys = if count == 1 { "the one key".to_owned() } else { format!("any of the {count} keys") };
    match place {
        Some(index) => {
            // What is signed the holder of the key says of itself, so a list of workflows holds for that as well.
            if rule.require == Proof::Signature && !rule.workflows.is_empty() {
                source_run::check_workflow(envelope, &rule.workflows, context)?;
            }
            Ok(Line::Held(format!("made with key {} of {count}", index + 1), format!("{keys} of `signing-keys`")))
        }
        None => Err(invalid(
            "the signature does not belong to this dispatch",
            format!("{keys} of `signing-keys` has to have made it over this payload, type and repository"),
        )),
    }
}

fn check_age(envelope: &Envelope, rule: &ProvenanceRule, now: u64) -> Checked {
    let expired = |found: String, allowed: String| Stop::new(Code::ProvenanceExpired, found, allowed);
    if envelope.issued_at > now.saturating_add(LEEWAY) {
        return Err(expired(
            format!("the envelope was made {} in the future", duration(envelope.issued_at - now)),
            format!("clocks may differ by {LEEWAY} seconds"),
        )
        .mend("Set the clock of the machine that sends."));
    }
    let age = now.saturating_sub(envelope.issued_at);
    if age > rule.max_age {
        return Err(expired(
            format!("the envelope is {} old", duration(age)),
            format!("the policy allows {}", duration(rule.max_age)),
        ));
    }
    Ok(Line::Held(duration(age), format!("at most {}", duration(rule.max_age))))
}

fn check_hops(envelope: &Envelope, rule: &ProvenanceRule) -> Checked {
    if envelope.hops > rule.max_hops {
        return Err(Stop::new(
            Code::ProvenanceHopLimit,
            format!("the dispatch is number {} of a chain", envelope.hops),
            format!("the policy allows {}", rule.max_hops),
        ));
    }
    Ok(Line::Held(envelope.hops.to_string(), format!("at most {}", rule.max_hops)))
}

/// Seconds for a person, in the largest unit that leaves at least two of it.
fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(24 * 60 * 60, "days"), (60 * 60, "hours"), (60, "minutes")];
    let unit = UNITS.iter().find(|(unit, _)| seconds >= 2 * unit && seconds.is_multiple_of(*unit));
    match unit {
        Some((unit, name)) => format!("{} {name}", seconds / unit),
        None if seconds == 1 => "1 second".to_owned(),
        None => format!("{seconds} seconds"),
    }
}
