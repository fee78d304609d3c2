//! The payload of a dispatch, or the arguments of a command, against the declared fields.

use crate::decision::DecisionBuilder;
use crate::envelope::ENVELOPE_KEY;
use crate::format::json::{Json, Object, UNAMBIGUOUS};
use crate::github::event::Event;
use crate::github::event_name::EventName;
use crate::policy::Rule;
use crate::policy::field::{Encoding, Field, FieldType, describe_value};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{did_you_mean, quote, quote_list};

use super::event::find_command;
use super::pins::{Pin, Pinned};

/// How many characters GitHub accepts in a payload.
pub const MAX_CHARACTERS: usize = 65_535;

/// A payload that has passed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Payload {
    /// The declared fields with their values, in the order in which they are declared.
    pub fields: Object,
    /// The pull request's number, if a field of that type has a value, and the field's path.
    pub pull_request: Option<(u64, String)>,
    /// The head commit, if a field of that type has a value, and the field's path.
    pub head_sha: Option<(String, String)>,
}

impl Payload {
    /// What the payload pins.
    pub fn pins(&self) -> Vec<Pin> {
        let pin = |(sha, path): &(String, String)| Pin::new(&quote(path), Pinned::HeadSha(sha.clone()));
        self.head_sha.iter().map(pin).collect()
    }

    fn set(&mut self, field: &Field, path: &str, value: Json) {
        match (&field.kind, &value) {
            (FieldType::PullRequest, Json::Number(number)) => {
                self.pull_request = number.as_u64().map(|number| (number, path.to_owned()));
            }
            (FieldType::HeadSha, Json::String(sha)) => self.head_sha = Some((sha.clone(), path.to_owned())),
            _ => {}
        }
        self.fields.set(&field.name, value);
    }
}

/// Validates the event's payload, or the arguments of its command.
///
/// # Errors
/// The codes of the step `payload`.
pub fn check(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
) -> Result<Payload, Rejection> {
    if let Some(violation) = event.violations.describe() {
        return Err(malformed(format!("in the event file {violation}"), UNAMBIGUOUS));
    }
    let payload = if name.is_dispatch() {
        check_dispatch(decision, event, name, rule)?
    } else if rule.command.is_some() {
        check_command(decision, event, rule)?
    } else {
        decision.skip("payload", "the event has none");
        return Ok(Payload::default());
    };
    decision.facts.payload = Some(payload.fields.clone());
    Ok(payload)
}

#[inline(never)] // `pull_request` runs never call this, so V8 never has to compile it.
fn check_dispatch(
    decision: &mut DecisionBuilder,
    event: &Event,
    name: EventName,
    rule: &Rule,
) -> Result<Payload, Rejection> {
    let key = name.payload_key();
    let empty = Object::default();
    let sent = match &event.payload {
        Json::Object(sent) => sent,
        Json::Null => &empty,
        Json::String(_) => {
            return Err(malformed(format!("`{key}` is text"), "expected a JSON object").with_help(
                "Send an object: with `gh api`, use `-F client_payload[pr]=7` or a body from `--input`, not \
                 `-f client_payload=…`, which sends text.",
            ));
        }
        other => return Err(malformed(format!("`{key}` is {}", describe_value(other)), "expected a JSON object")),
    };
    check_size(&event.payload, sent, name)?;
    if let Some((first, second)) = event.payload.keys_that_differ_in_case() {
        return Err(malformed(
            format!("`{key}` has the keys {} and {}", quote(first), quote(second)),
            "expressions of workflows ignore case, so that the two could be mixed up",
        ));
    }
    if let Some(path) = &event.secret_in_payload {
        return Err(Rejection::new(
            ReasonCode::PayloadInvalidField,
            format!("{} contains the value of one of this step's secret inputs", quote(path)),
            "everybody who can see the run can read the payload",
        )
        .with_help("Remove the secret from what is sent, and revoke it: it was part of an event."));
    }
    let encoding = if name == EventName::WorkflowDispatch { Encoding::Text } else { Encoding::Json };
    let payload = read_fields(sent, rule, key, encoding)?;
    check_unknown(sent, rule, key)?;
    let names = payload.fields.iter().map(|(name, _)| name);
    decision.pass("payload", format!("`{key}` with {}", quote_list(names, "and")), "as declared");
    Ok(payload)
}

fn malformed(found: String, expected: &str) -> Rejection {
    Rejection::new(ReasonCode::PayloadMalformed, found, expected)
}

fn check_size(payload: &Json, sent: &Object, name: EventName) -> Result<(), Rejection> {
    let key = name.payload_key();
    let max = name.max_payload_properties();
    if sent.len() > max {
        let found = format!("`{key}` has {} properties", sent.len());
        return Err(malformed(found, &format!("GitHub accepts {max}")));
    }
    let characters = payload.to_compact().chars().count();
    if characters > MAX_CHARACTERS {
        let found = format!("`{key}` has {characters} characters");
        return Err(malformed(found, &format!("GitHub accepts {MAX_CHARACTERS}")));
    }
    Ok(())
}

fn read_fields(sent: &Object, rule: &Rule, key: &str, encoding: Encoding) -> Result<Payload, Rejection> {
    // An input of `workflow_dispatch` that was left empty arrives as the empty string.
    let value = |field: &Field| match field.find_in(sent) {
        Some(Json::String(text)) if encoding == Encoding::Text && text.is_empty() => None,
        value => value,
    };
    if let Some(field) = rule.payload.iter().find(|field| field.required && value(field).is_none()) {
        return Err(missing_field(field, key, undeclared(sent, rule)));
    }
    let mut payload = Payload::default();
    for field in &rule.payload {
        let path = format!("{key}.{}", field.dotted_path());
        let accepted = match (value(field), &field.default) {
            (None, None) => continue,
            (None, Some(default)) => default.clone(),
            (Some(value), _) => validate(field, value, encoding, &path)?,
        };
        payload.set(field, &path, accepted);
    }
    Ok(payload)
}

fn validate(field: &Field, value: &Json, encoding: Encoding, path: &str) -> Result<Json, Rejection> {
    field.kind.validate(value, encoding).map_err(|found| {
        Rejection::new(
            ReasonCode::PayloadInvalidField,
            format!("{} is {found}", quote(path)),
            format!("the policy requires {}", field.kind.describe()),
        )
    })
}

fn missing_field<'s>(field: &Field, key: &str, others: impl Iterator<Item = &'s str>) -> Rejection {
    let others: Vec<&str> = others.collect();
    let found = format!("{} is missing", quote(&format!("{key}.{}", field.dotted_path())));
    let instead = match others.as_slice() {
        [] => String::new(),
        others => format!("; undeclared fields came instead: {}", quote_list(others, "and")),
    };
    let expected = format!("the policy requires {}", field.kind.describe());
    Rejection::new(ReasonCode::PayloadMissingField, format!("{found}{instead}"), expected)
}

/// The names of the fields that were sent and are not declared, without the envelope's.
fn undeclared<'s>(sent: &'s Object, rule: &Rule) -> impl Iterator<Item = &'s str> {
    let declared: Vec<String> = rule.payload.iter().map(|field| field.top_level_key().to_owned()).collect();
    sent.iter()
        .map(|(name, _)| name)
        .filter(move |name| *name != ENVELOPE_KEY && declared.iter().all(|known| known != name))
}

fn check_unknown(sent: &Object, rule: &Rule, key: &str) -> Result<(), Rejection> {
    if rule.drop_unknown_fields {
        return Ok(());
    }
    let Some(name) = undeclared(sent, rule).next() else { return Ok(()) };
    let declared = || rule.payload.iter().map(Field::top_level_key);
    Err(Rejection::new(
        ReasonCode::PayloadUnknownField,
        format!("{} is not declared{}", quote(&format!("{key}.{name}")), did_you_mean(name, declared())),
        format!("the policy declares {}", quote_list(declared(), "and")),
    ))
}

/// The arguments behind a command, separated by spaces.
fn check_command(decision: &mut DecisionBuilder, event: &Event, rule: &Rule) -> Result<Payload, Rejection> {
    let text = event.comment.as_ref().map_or("", |comment| comment.body.as_str());
    let found = rule.command.as_ref().and_then(|command| Some((command, find_command(command, text)?)));
    let Some((command, (name, line))) = found else {
        return Err(Rejection::new(ReasonCode::InternalError, "the command is no longer there", ""));
    };
    let mut rest = line.trim_matches(' ');
    let mut payload = Payload::default();
    for (index, field) in command.arguments.iter().enumerate() {
        let takes_rest = command.rest && index + 1 == command.arguments.len();
        let (word, remainder) = if takes_rest { (rest, "") } else { rest.split_once(' ').unwrap_or((rest, "")) };
        rest = remainder.trim_start_matches(' ');
        let path = format!("{name} {}", field.name);
        let value = match (word, &field.default) {
            ("", _) if field.required => return Err(missing_field(field, name, std::iter::empty())),
            ("", None) => continue,
            ("", Some(default)) => default.clone(),
            (word, _) => validate(field, &Json::string(word), Encoding::Text, &path)?,
        };
        payload.set(field, &path, value);
    }
    if !rest.is_empty() {
        let names = command.arguments.iter().map(|field| field.name.as_str());
        return Err(Rejection::new(
            ReasonCode::PayloadUnknownField,
            format!("the command {} is followed by more than its arguments: {}", quote(name), quote(rest)),
            format!("the policy declares {}", quote_list(names, "and")),
        )
        .with_help("Remove what follows the arguments; write further text on later lines."));
    }
    let names = payload.fields.iter().map(|(name, _)| name);
    decision.pass("arguments", quote_list(names, "and"), "as declared");
    Ok(payload)
}
