//! The payload of a dispatch against its declared fields.

use crate::decision::{Code, Decision, Step, Stop};
use crate::event::{Event, EventName};
use crate::json::{Json, Object};
use crate::policy::Rule;
use crate::policy::field::{Field, FieldType, found};
use crate::pull_request::{Pin, Pinned};
use crate::text::{did_you_mean, quote, quote_list};

/// How many characters GitHub takes in a payload.
pub const MAX_CHARACTERS: usize = 65_535;
/// The envelope's key, which is always permitted.
pub const ENVELOPE_KEY: &str = "_guard";

/// A payload that has passed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payload {
    /// The declared fields with their values, in the order in which they are declared.
    pub fields: Object,
    /// The pull request's number, where a field of that type has a value, and the field's path.
    pub pull_request: Option<(u64, String)>,
    /// What the payload pins.
    pub pins: Vec<Pin>,
}

/// Holds the event's payload against the rule.
///
/// # Errors
/// The codes of the step `payload`.
pub fn judge(decision: &mut Decision, event: &Event, name: EventName, rule: &Rule) -> Result<Payload, Stop> {
    if let Some(flaw) = event.flaws.describe() {
        return Err(malformed(format!("in the event file {flaw}"), "each key may stand once, nested at most 64 deep"));
    }
    if !name.is_dispatch() {
        decision.skip(Step::Payload, "payload", "the event carries none");
        return Ok(Payload::default());
    }
    judge_sent(decision, event, name, rule)
}

#[inline(never)] // Apart, so that the run of a pull request does not have it compiled.
fn judge_sent(decision: &mut Decision, event: &Event, name: EventName, rule: &Rule) -> Result<Payload, Stop> {
    let key = name.payload_key();
    let empty = Object::default();
    let sent = match &event.payload {
        Json::Object(sent) => sent,
        Json::Null => &empty,
        other => return Err(malformed(format!("`{key}` is {}", found(other)), "it has to be an object")),
    };
    check_size(&event.payload, sent, name)?;
    let textual = name == EventName::WorkflowDispatch;
    let payload = read_fields(sent, rule, key, textual)?;
    check_unknown(sent, rule, key)?;
    let names = payload.fields.iter().map(|(name, _)| name);
    decision.pass(Step::Payload, "payload", format!("`{key}` with {}", quote_list(names, "and")), "as declared");
    Ok(payload)
}

fn malformed(found: String, allowed: impl Into<String>) -> Stop {
    Stop::new(Code::PayloadMalformed, found, allowed)
}

fn check_size(payload: &Json, sent: &Object, name: EventName) -> Result<(), Stop> {
    let key = name.payload_key();
    let most = name.payload_properties();
    if sent.len() > most {
        return Err(malformed(format!("`{key}` has {} properties", sent.len()), format!("GitHub takes {most}")));
    }
    let characters = payload.to_compact().chars().count();
    if characters > MAX_CHARACTERS {
        return Err(malformed(
            format!("`{key}` has {characters} characters"),
            format!("GitHub takes {MAX_CHARACTERS}"),
        ));
    }
    Ok(())
}

fn read_fields(sent: &Object, rule: &Rule, key: &str, textual: bool) -> Result<Payload, Stop> {
    // An input of `workflow_dispatch` that was left empty arrives as the empty string.
    let value = |field: &Field| match sent.get(&field.name) {
        Some(Json::String(text)) if textual && text.is_empty() => None,
        value => value,
    };
    if let Some(missing) = rule.payload.iter().find(|field| field.required && value(field).is_none()) {
        return Err(Stop::new(
            Code::PayloadMissingField,
            format!("`{key}.{}` is missing", missing.name),
            format!("the policy requires {}", missing.kind.describe()),
        ));
    }
    let mut payload = Payload::default();
    for field in &rule.payload {
        let path = format!("{key}.{}", field.name);
        let accepted = match (value(field), &field.default) {
            (None, None) => continue,
            (None, Some(default)) => default.clone(),
            (Some(value), _) => field.kind.accept(value, textual).map_err(|found| {
                Stop::new(
                    Code::PayloadInvalidField,
                    format!("`{path}` is {found}"),
                    format!("the policy wants {}", field.kind.describe()),
                )
            })?,
        };
        match (&field.kind, &accepted) {
            (FieldType::PullRequest, Json::Number(number)) => {
                payload.pull_request = number.as_u64().map(|number| (number, path));
            }
            (FieldType::HeadSha, Json::String(sha)) => {
                payload.pins.push(Pin { origin: format!("`{path}`"), value: Pinned::HeadSha(sha.clone()) });
            }
            _ => {}
        }
        payload.fields.set(&field.name, accepted);
    }
    Ok(payload)
}

fn check_unknown(sent: &Object, rule: &Rule, key: &str) -> Result<(), Stop> {
    if rule.drop_unknown_fields {
        return Ok(());
    }
    let declared = || rule.payload.iter().map(|field| field.name.as_str());
    let unknown =
        sent.iter().map(|(name, _)| name).find(|name| *name != ENVELOPE_KEY && declared().all(|known| known != *name));
    match unknown {
        None => Ok(()),
        Some(name) => Err(Stop::new(
            Code::PayloadUnknownField,
            format!("{} is not declared{}", quote(&format!("{key}.{name}")), did_you_mean(name, declared())),
            format!("the policy declares {}", quote_list(declared(), "and")),
        )),
    }
}
