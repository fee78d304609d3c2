//! Keeps secrets out of evidence: secret inputs, signatures and ID tokens.

use base64ct::{Base64, Encoding};

use crate::envelope::digest::parse_signature;
use crate::envelope::{JWT_PREFIX, MIN_TOKEN_LEN};
use crate::format::json::{self, Json, Object};
use crate::runner::inputs::SECRETS;
use crate::runner::invocation::Invocation;
use crate::text::redact::Redactor;

use super::object;

/// Replaces a secret input. All that are long enough to be valid look the same.
const HIDDEN: &str = "****************";
/// Replaces the signature in an envelope; it is shaped like one, but not valid.
const NO_SIGNATURE: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
/// Replaces the third part of an ID token, without which the token is worthless.
const NO_TOKEN_SIGNATURE: &str = "redacted";

/// The value with every string in it changed, but not the keys.
pub fn map_strings(json: &Json, change: &dyn Fn(&str) -> String) -> Json {
    match json {
        Json::String(text) => Json::String(change(text)),
        Json::Array(elements) => Json::Array(elements.iter().map(|element| map_strings(element, change)).collect()),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.to_owned(), map_strings(value, change)));
            Json::Object(members.collect::<Object>())
        }
        other => other.clone(),
    }
}

/// Replaces the secret inputs, also where JSON contains them escaped.
pub fn redactor(invocation: &Invocation<'_>) -> Redactor {
    let mut redactor = Redactor::default();
    for secret in SECRETS.iter().filter_map(|name| invocation.inputs.get(*name)).flat_map(|text| text.lines()) {
        let escaped = Json::string(secret.trim()).to_compact();
        redactor.add(secret);
        redactor.add(escaped.trim_matches('"'));
    }
    redactor
}

/// The inputs, with every line of a secret hidden. Empty lines stay visible, since they can be an error.
pub fn inputs(invocation: &Invocation<'_>) -> Json {
    object(invocation.inputs.iter().map(|(name, value)| {
        let shown = if SECRETS.contains(&name.as_str()) {
            // A short line can be an error by itself, so its length is kept.
            let hide = |line: &str| HIDDEN.chars().zip(line.trim().chars()).map(|(star, _)| star).collect::<String>();
            value.split('\n').map(hide).collect::<Vec<_>>().join("\n")
        } else {
            value.clone()
        };
        (name.as_str(), Json::String(shown))
    }))
}

/// A proof in an envelope, and its replacement.
pub struct ProofToken {
    text: String,
    replacement: String,
}

impl ProofToken {
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.text, &self.replacement)
    }

    /// The member of an object as a proof, if its key and form are those of one.
    fn of(key: &str, value: &Json) -> Option<Self> {
        let text = value.as_str()?;
        let replacement = match key {
            "signature" if parse_signature(text).is_some() => NO_SIGNATURE.to_owned(),
            "oidc" if text.len() >= MIN_TOKEN_LEN && text.split('.').count() == 3 => {
                let (content, _) = text.rsplit_once('.')?;
                format!("{content}.{NO_TOKEN_SIGNATURE}")
            }
            _ => return None,
        };
        Some(Self { text: text.to_owned(), replacement })
    }
}

/// Every proof anywhere in the event.
pub fn proofs(invocation: &Invocation<'_>) -> Vec<ProofToken> {
    fn collect(json: &Json, found: &mut Vec<ProofToken>) {
        match json {
            Json::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
            Json::Object(members) => {
                for (key, value) in members.iter() {
                    found.extend(ProofToken::of(key, value));
                    collect(value, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(document) = invocation.event.as_ref().ok().and_then(|bytes| json::parse(bytes).ok()) {
        collect(&document.root, &mut found);
    }
    found
}

/// Replaces the signature of every ID token anywhere in the bytes: an event that is not JSON can contain one too.
fn without_tokens(bytes: &[u8]) -> Vec<u8> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(start) = rest.windows(JWT_PREFIX.len()).position(|part| part == JWT_PREFIX.as_bytes()) {
        let (before, from) = rest.split_at(start);
        let end = from.iter().position(|byte| !is_part(byte)).unwrap_or(from.len());
        let (text, after) = from.split_at(end);
        out.extend_from_slice(before);
        // Header and claims; anything after them may be the signature.
        let mut dots = text.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(index, _)| index);
        match dots.nth(1).filter(|_| text.len() >= MIN_TOKEN_LEN) {
            Some(dot) => {
                out.extend_from_slice(&text[..=dot]);
                out.extend_from_slice(NO_TOKEN_SIGNATURE.as_bytes());
            }
            None => out.extend_from_slice(text),
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

pub fn event(invocation: &Invocation<'_>, proofs: &[ProofToken]) -> Json {
    let bytes = match &invocation.event {
        Ok(bytes) => *bytes,
        Err(error) => return object([("error", Json::string(error))]),
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return object([("base64", Json::string(Base64::encode_string(&without_tokens(bytes))))]);
    };
    let hide = |text: &str| {
        let text = proofs.iter().fold(text.to_owned(), |text, proof| proof.redact(&text));
        // INVARIANT: tokens and their replacements are ASCII.
        String::from_utf8(without_tokens(text.as_bytes())).unwrap_or_default()
    };
    let mut hidden = hide(text);
    // A proof that is written with escapes is not found in the text; then the text is serialized again.
    if let Ok(document) = json::parse(hidden.as_bytes()) {
        let clean = map_strings(&document.root, &hide);
        if clean != document.root {
            hidden = clean.to_compact();
        }
    }
    object([("text", Json::String(hidden))])
}
