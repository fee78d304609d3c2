//! The payload, and the limits that GitHub sets for it.

use crate::checks::payload::MAX_CHARACTERS;
use crate::envelope::ENVELOPE_KEY;
use crate::format::json::{self, Json, Object, UNAMBIGUOUS};
use crate::github::event_name::EventName;
use crate::policy::field::{Encoding, FieldType, describe_value};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::inputs::Inputs;
use crate::text::{quote, quote_list};

/// The payload field that `pr-number` sets.
const PR_FIELD: &str = "pr";

/// The input `client-payload`.
///
/// # Errors
/// `config.invalid_input`, `payload.malformed` or `payload.invalid_field`.
pub fn read_payload(inputs: &Inputs) -> Result<Object, Rejection> {
    // Untrimmed, so that line and column are right.
    let text = inputs.raw("client-payload").or_else(|| inputs.default("client-payload")).unwrap_or_default();
    let document = json::parse(text.as_bytes()).map_err(|error| {
        Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("the input `client-payload` is not JSON: {error}"),
            "expected a JSON object",
        )
        .with_help("Write the payload as JSON, with values from elsewhere as `${{ toJSON(…) }}`.")
    })?;
    if let Some(flaw) = document.violations.describe() {
        return Err(Rejection::new(
            ReasonCode::PayloadMalformed,
            format!("in the input `client-payload` {flaw}"),
            UNAMBIGUOUS,
        )
        .with_help("Correct the payload."));
    }
    let Json::Object(payload) = document.root else {
        return Err(Rejection::new(
            ReasonCode::ConfigInvalidInput,
            format!("the input `client-payload` is {}", document.root.type_name()),
            "expected a JSON object",
        ));
    };
    if payload.get(ENVELOPE_KEY).is_some() {
        return Err(Rejection::new(
            ReasonCode::PayloadInvalidField,
            format!("the input `client-payload` has the key `{ENVELOPE_KEY}`"),
            "that key is the envelope's",
        )
        .with_help("Give the field another name."));
    }
    check_no_token(&Json::Object(payload.clone()))?;
    Ok(payload)
}

/// Sets `pr`. A field `pr` that the user gave has to be the same number.
///
/// # Errors
/// `payload.invalid_field`, or `payload.malformed` for a key such as `PR`.
pub fn set_pull_request(payload: &mut Object, number: u64) -> Result<(), Rejection> {
    match payload.get(PR_FIELD) {
        None => {
            payload.set(PR_FIELD, Json::integer(number));
            check_key_case(payload)
        }
        Some(given) => match FieldType::PullRequest.validate(given, Encoding::Json) {
            Ok(same) if same.as_u64() == Some(number) => Ok(()),
            _ => Err(Rejection::new(
                ReasonCode::PayloadInvalidField,
                format!("`client-payload` has {} as `{PR_FIELD}`", describe_value(given)),
                format!("the input `pr-number` says {number}"),
            )
            .with_help(format!("Leave `{PR_FIELD}` out of `client-payload`: `pr-number` sets it."))),
        },
    }
}

/// GitHub's limit of properties, one of which the envelope takes.
///
/// # Errors
/// `payload.malformed`.
pub fn check_count(payload: &Object, event: EventName, envelope: bool) -> Result<(), Rejection> {
    let most = event.max_payload_properties();
    let free = if envelope { most - 1 } else { most };
    if payload.len() <= free {
        return Ok(());
    }
    let names = payload.iter().map(|(name, _)| name);
    let allowed = if envelope {
        format!("GitHub accepts {most}, one of which is the envelope's `{ENVELOPE_KEY}`")
    } else {
        format!("GitHub accepts {most}")
    };
    Err(Rejection::new(
        ReasonCode::PayloadMalformed,
        format!("the payload has {} properties ({})", payload.len(), quote_list(names, "and")),
        allowed,
    )
    .with_help("Leave some out, or put several into one object."))
}

/// GitHub's limit of characters, for the payload as it is sent.
///
/// # Errors
/// `payload.malformed`, naming the property that takes most of the room.
pub fn check_size(payload: &Object) -> Result<(), Rejection> {
    let characters = |value: &Json| value.to_compact().chars().count();
    let size = characters(&Json::Object(payload.clone()));
    if size <= MAX_CHARACTERS {
        return Ok(());
    }
    let sizes = payload.iter().map(|(name, value)| (characters(value), name));
    let largest = sizes.max_by_key(|(size, _)| *size);
    let most = largest.map_or(String::new(), |(size, name)| format!(", {size} of them in {}", quote(name)));
    Err(Rejection::new(
        ReasonCode::PayloadMalformed,
        format!("the payload has {size} characters{most}"),
        format!("GitHub accepts {MAX_CHARACTERS}"),
    )
    .with_help("Send less: for example the name of an artifact instead of its content."))
}

/// Two keys that differ only in case are one key to the expressions of the workflow that receives them.
///
/// # Errors
/// `payload.malformed`.
pub fn check_key_case(payload: &Object) -> Result<(), Rejection> {
    match Json::Object(payload.clone()).keys_that_differ_in_case() {
        None => Ok(()),
        Some((first, second)) => Err(Rejection::new(
            ReasonCode::PayloadMalformed,
            format!("the payload has the keys {} and {}", quote(first), quote(second)),
            "expressions of workflows ignore case, so that the two could be mixed up",
        )
        .with_help("Rename one of them.")),
    }
}

/// Everybody who can read the repository can read a payload.
fn check_no_token(value: &Json) -> Result<(), Rejection> {
    match value {
        Json::String(text) if looks_like_token(text) => Err(Rejection::new(
            ReasonCode::ConfigInvalidInput,
            "the input `client-payload` contains what looks like a GitHub token",
            "other people can read it on GitHub",
        )
        .with_help("Remove the token from `client-payload`, and revoke it if it was sent before.")),
        Json::Array(elements) => elements.iter().try_for_each(check_no_token),
        Json::Object(members) => members.iter().try_for_each(|(_, value)| check_no_token(value)),
        _ => Ok(()),
    }
}

/// How GitHub's tokens begin (GitHub Docs, "About authentication to GitHub", "GitHub's token formats").
const TOKEN_PREFIXES: [&str; 6] = ["ghp_", "gho_", "ghs_", "ghu_", "ghr_", "github_pat_"];
/// The fewest characters after the prefix that count as a token.
const MIN_TOKEN_LEN: usize = 8;

fn looks_like_token(text: &str) -> bool {
    let is_token = |word: &str| {
        TOKEN_PREFIXES.iter().any(|prefix| word.strip_prefix(prefix).is_some_and(|rest| rest.len() >= MIN_TOKEN_LEN))
    };
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(is_token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_recognised_by_their_prefix() {
        for prefix in TOKEN_PREFIXES {
            assert!(looks_like_token(&format!("https://x:{prefix}0123456789@github.com")), "{prefix}");
        }
        for text in ["ghp_", "the prefix ghs_ of a token", "ghx_0123456789", "laughp_0123456789"] {
            assert!(!looks_like_token(text), "{text}");
        }
    }
}
