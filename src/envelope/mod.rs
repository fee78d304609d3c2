//! The envelope: what send adds to a payload under `_guard`, and what the guard reads there. Parsed strictly, because
//! every part of it is a claim that other facts are checked against.

pub mod digest;

use crate::format::json::{Json, Object};
use crate::github::commit_id::is_commit_id;
use crate::github::pull_request::MAX_NUMBER;
use crate::host::Host;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{did_you_mean, hex, is_unprintable, quote};

/// The key of the envelope in a payload, which is always permitted.
pub const ENVELOPE_KEY: &str = "_guard";

/// The only version of the envelope.
const VERSION: u64 = 1;
/// The largest integer that is read: what a double, and so RFC 8785, holds exactly.
const MAX_INTEGER: u64 = (1 << 53) - 1;
/// Seconds by which the clocks of sender, issuer and API may differ from ours.
pub const CLOCK_SKEW_SECS: u64 = 60;
/// The number of random bytes in a nonce.
const NONCE_BYTES: usize = 16;
/// The longest branch, workflow or signature, in characters.
const MAX_TEXT: usize = 16_384;
/// The longest ID token, in characters.
const MAX_TOKEN_LEN: usize = 8_192;
/// The start of every ID token: the base64url of `{"`.
pub const JWT_PREFIX: &str = "eyJ";
/// The shortest ID token, in characters.
pub const MIN_TOKEN_LEN: usize = 64;
/// The keys of an envelope in the order in which they are written.
const KEYS: [&str; 13] = [
    "v",
    "pr",
    "head_sha",
    "base_ref",
    "base_sha",
    "run_id",
    "run_attempt",
    "workflow_ref",
    "issued_at",
    "nonce",
    "hops",
    "signature",
    "oidc",
];

/// The envelope of a dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Envelope {
    /// The pull request that it pins.
    pub pr: Option<u64>,
    /// The head commit that it pins.
    pub head_sha: Option<String>,
    /// The base branch that it pins, without `refs/heads/`.
    pub base_ref: Option<String>,
    /// The base commit when it was made; recorded, not checked.
    pub base_sha: Option<String>,
    /// The run that sent it.
    pub run_id: Option<u64>,
    /// The attempt of that run, from 1.
    pub run_attempt: Option<u64>,
    /// That run's workflow, `OWNER/REPO/PATH@REF` as in `GITHUB_WORKFLOW_REF`.
    pub workflow_ref: Option<String>,
    /// When it was made, in Unix seconds.
    pub issued_at: u64,
    /// 32 lower-case hex digits that no other envelope has.
    pub nonce: String,
    /// Its position in a chain of dispatches, from 1.
    pub hops: u64,
    /// The proof by a shared key: `sha256=` and 64 hex digits.
    pub signature: Option<String>,
    /// The proof by a GitHub ID token.
    pub oidc: Option<String>,
}

impl Envelope {
    /// A new envelope with a nonce and the time, the first of its chain, and nothing else.
    ///
    /// # Errors
    /// `internal.error` where the host gives no random bytes.
    pub fn new(host: &dyn Host) -> Result<Self, Rejection> {
        let random = host.random(NONCE_BYTES);
        if random.len() != NONCE_BYTES {
            return Err(Rejection::new(ReasonCode::InternalError, "the host gave no random bytes for a nonce", ""));
        }
        Ok(Self { issued_at: host.now() / 1000, nonce: hex(&random), hops: 1, ..Self::default() })
    }

    /// Reads the envelope of a `client_payload`, or `None` if it has none.
    ///
    /// # Errors
    /// `payload.invalid_field` with the path of the invalid value; `payload.malformed` for an invalid token.
    pub fn read(payload: &Json) -> Result<Option<Self>, Rejection> {
        let Some(found) = payload.as_object().and_then(|members| members.get(ENVELOPE_KEY)) else { return Ok(None) };
        let Json::Object(members) = found else {
            return Err(invalid("", &format!("is {}", found.type_name()), "an object, as send writes it"));
        };
        if let Some((unknown, _)) = members.iter().find(|(key, _)| !KEYS.contains(key)) {
            let found = format!("is not a key of an envelope{}", did_you_mean(unknown, KEYS));
            return Err(invalid(unknown, &found, "one of the keys that send writes"));
        }
        let reader = EnvelopeReader { members };
        match members.get("v").map(Json::as_u64) {
            Some(Some(VERSION)) => {}
            Some(Some(other)) => {
                return Err(invalid("v", &format!("is {other}"), "1, the version that this guard reads"));
            }
            Some(None) => return Err(reader.wrong("v", "the number 1")),
            None => return Err(missing("v")),
        }
        let envelope = Self {
            pr: reader.integer("pr", 1, MAX_NUMBER)?,
            head_sha: reader.text("head_sha", is_commit_id, "a commit id of 40 or 64 lower-case hex digits")?,
            base_ref: reader.text("base_ref", is_plain, "the name of a branch")?,
            base_sha: reader.text("base_sha", is_commit_id, "a commit id of 40 or 64 lower-case hex digits")?,
            run_id: reader.integer("run_id", 1, MAX_INTEGER)?,
            run_attempt: reader.integer("run_attempt", 1, MAX_INTEGER)?,
            workflow_ref: reader.text("workflow_ref", is_plain, "a workflow as in `GITHUB_WORKFLOW_REF`")?,
            issued_at: reader.integer("issued_at", 0, MAX_INTEGER)?.ok_or_else(|| missing("issued_at"))?,
            nonce: reader.text("nonce", is_nonce, "32 lower-case hex digits")?.ok_or_else(|| missing("nonce"))?,
            hops: reader.integer("hops", 1, MAX_INTEGER)?.ok_or_else(|| missing("hops"))?,
            // The contents of these two are checked as proofs, not as fields.
            signature: reader.text("signature", is_short, &format!("text of at most {MAX_TEXT} characters"))?,
            oidc: read_token(&reader)?,
        };
        Ok(Some(envelope))
    }

    /// The envelope as send writes it; unknown values are left out.
    pub fn to_json(&self) -> Json {
        let number = |value: Option<u64>| value.map(Json::integer);
        let text = |value: &Option<String>| value.clone().map(Json::String);
        let values = [
            number(Some(VERSION)),
            number(self.pr),
            text(&self.head_sha),
            text(&self.base_ref),
            text(&self.base_sha),
            number(self.run_id),
            number(self.run_attempt),
            text(&self.workflow_ref),
            number(Some(self.issued_at)),
            Some(Json::string(&self.nonce)),
            number(Some(self.hops)),
            text(&self.signature),
            text(&self.oidc),
        ];
        let members = KEYS.into_iter().zip(values);
        Json::Object(members.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect::<Object>())
    }

    /// Sets the envelope of a payload, replacing any other.
    pub fn write_into(&self, payload: &mut Object) {
        payload.set(ENVELOPE_KEY, self.to_json());
    }
}

struct EnvelopeReader<'a> {
    members: &'a Object,
}

impl EnvelopeReader<'_> {
    fn integer(&self, key: &str, from: u64, to: u64) -> Result<Option<u64>, Rejection> {
        match self.members.get(key) {
            None => Ok(None),
            Some(value) => match value.as_u64().filter(|number| (from..=to).contains(number)) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(key, &format!("a whole number from {from} to {to}"))),
            },
        }
    }

    fn text(&self, key: &str, is_valid: fn(&str) -> bool, expected: &str) -> Result<Option<String>, Rejection> {
        match self.members.get(key) {
            None => Ok(None),
            Some(value) => match value.as_str().filter(|text| is_valid(text)) {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(self.wrong(key, expected)),
            },
        }
    }

    fn wrong(&self, key: &str, expected: &str) -> Rejection {
        let found = match self.members.get(key) {
            // Proofs are secrets and never quoted.
            Some(Json::String(text)) if !matches!(key, "signature" | "oidc") => quote(text),
            Some(Json::Number(number)) => quote(number.as_str()),
            Some(other) => other.type_name().to_owned(),
            None => "missing".to_owned(),
        };
        invalid(key, &format!("is {found}"), expected)
    }
}

fn missing(key: &str) -> Rejection {
    invalid(key, "is missing", "in every envelope")
}

fn invalid(key: &str, found: &str, expected: &str) -> Rejection {
    let dot = if key.is_empty() { "" } else { "." };
    let path = quote(&format!("client_payload.{ENVELOPE_KEY}{dot}{key}"));
    Rejection::new(ReasonCode::PayloadInvalidField, format!("{path} {found}"), format!("expected {expected}"))
        .with_help(
            "Send with `org/dispatch-guard/send@v1`, or have the sender write the envelope as the documentation says.",
        )
}

/// An ID token. Text of another form is rejected: it would be treated as a secret, so that a sender could choose what is
/// redacted.
fn read_token(reader: &EnvelopeReader<'_>) -> Result<Option<String>, Rejection> {
    reader.text("oidc", is_token, "an ID token").map_err(|rejection| {
        let mut rejection = rejection.with_code(ReasonCode::PayloadMalformed);
        rejection.expected =
            format!("expected three parts of base64url with dots between them, at most {MAX_TOKEN_LEN} characters");
        rejection
    })
}

/// Whether a text has the form of a signed token: three parts of base64url, at most 8,192 characters.
pub fn is_token(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.len() <= MAX_TOKEN_LEN && text.split('.').count() == 3 && text.split('.').all(is_part)
}

fn is_nonce(text: &str) -> bool {
    text.len() == 2 * NONCE_BYTES && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_short(text: &str) -> bool {
    text.len() <= MAX_TEXT
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && is_short(text) && !text.contains(is_unprintable)
}

/// The position of the next dispatch in a chain: 1 in a run that was not itself dispatched, otherwise one more than its
/// envelope states. A dispatch without an envelope counts as the first.
pub fn next_hops(dispatched: Option<&Json>) -> Result<u64, Rejection> {
    match dispatched {
        None => Ok(1),
        Some(payload) => Ok(Envelope::read(payload)?.map_or(1, |envelope| envelope.hops).saturating_add(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::json;

    fn payload(envelope: &str) -> Json {
        json::parse(format!(r#"{{"pr":7,"_guard":{envelope}}}"#).as_bytes()).unwrap().root
    }

    fn whole() -> Envelope {
        Envelope {
            pr: Some(7),
            head_sha: Some("5d2f8c1a9b3e4f60718293a4b5c6d7e8f9012345".to_owned()),
            base_ref: Some("main".to_owned()),
            base_sha: Some("9a8b7c6d5e4f30211203f4e5d6c7b8a990817263".to_owned()),
            run_id: Some(123),
            run_attempt: Some(1),
            workflow_ref: Some("o/r/.github/workflows/w2.yml@refs/heads/main".to_owned()),
            issued_at: 1_790_000_000,
            nonce: "00112233445566778899aabbccddeeff".to_owned(),
            hops: 1,
            signature: Some("sha256=00".to_owned()),
            oidc: Some("a.b.c".to_owned()),
        }
    }

    /// The smallest envelope, with one member set to a JSON text.
    fn with(key: &str, value: &str) -> Result<Option<Envelope>, Rejection> {
        let mut members =
            vec![("v", "1"), ("issued_at", "1"), ("hops", "1"), ("nonce", r#""00112233445566778899aabbccddeeff""#)];
        members.retain(|(name, _)| *name != key);
        if !value.is_empty() {
            members.push((key, value));
        }
        let members: Vec<String> = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
        Envelope::read(&payload(&format!("{{{}}}", members.join(","))))
    }

    #[test]
    fn what_is_written_is_read_again_and_stands_in_the_contracts_order() {
        let mut members = Object::default();
        whole().write_into(&mut members);
        let written = Json::Object(members);
        assert_eq!(
            written.to_compact(),
            concat!(
                r#"{"_guard":{"v":1,"pr":7,"head_sha":"5d2f8c1a9b3e4f60718293a4b5c6d7e8f9012345","base_ref":"main","#,
                r#""base_sha":"9a8b7c6d5e4f30211203f4e5d6c7b8a990817263","run_id":123,"run_attempt":1,"#,
                r#""workflow_ref":"o/r/.github/workflows/w2.yml@refs/heads/main","issued_at":1790000000,"#,
                r#""nonce":"00112233445566778899aabbccddeeff","hops":1,"signature":"sha256=00","oidc":"a.b.c"}}"#
            )
        );
        assert_eq!(Envelope::read(&written), Ok(Some(whole())));
    }

    #[test]
    fn a_payload_without_an_envelope_has_none() {
        for text in ["{}", r#"{"guard":1}"#, "null", "[]"] {
            let payload = json::parse(text.as_bytes()).unwrap().root;
            assert_eq!(Envelope::read(&payload), Ok(None), "{text}");
        }
    }

    #[test]
    fn an_invalid_value_is_named_by_its_path() {
        for (key, value, found) in [
            ("v", "", "is missing"),
            ("v", "2", "is 2"),
            ("v", "\"1\"", "is `1`"),
            ("v", "1.0", "is `1.0`"),
            ("issued_at", "", "is missing"),
            ("issued_at", "-1", "is `-1`"),
            ("issued_at", "1e9", "is `1e9`"),
            ("issued_at", "9007199254740993", "is `9007199254740993`"),
            ("issued_at", "\"1790000000\"", "is `1790000000`"),
            ("nonce", "", "is missing"),
            ("nonce", "\"0011\"", "is `0011`"),
            ("nonce", "\"00112233445566778899AABBCCDDEEFF\"", "is `00112233445566778899AABBCCDDEEFF`"),
            ("nonce", "12", "is `12`"),
            ("hops", "", "is missing"),
            ("hops", "0", "is `0`"),
            ("hops", "null", "is null"),
            ("pr", "0", "is `0`"),
            ("pr", "\"7\"", "is `7`"),
            ("pr", "2147483648", "is `2147483648`"),
            ("head_sha", "\"main\"", "is `main`"),
            ("head_sha", "\"5D2F8C1A9B3E4F60718293A4B5C6D7E8F9012345\"", "is `5D2F"),
            ("base_sha", "null", "is null"),
            ("base_ref", "\"\"", "is ``"),
            ("base_ref", "\"ma\\u202ein\"", "is `ma\\u{202e}in`"),
            ("run_id", "0", "is `0`"),
            ("run_attempt", "true", "is a boolean"),
            ("workflow_ref", "[]", "is an array"),
            ("signature", "7", "is `7`"),
            ("oidc", "{}", "is an object"),
            ("hop", "1", "is not a key of an envelope"),
        ] {
            let rejection = with(key, value).unwrap_err();
            let code = if key == "oidc" { ReasonCode::PayloadMalformed } else { ReasonCode::PayloadInvalidField };
            assert_eq!(rejection.code, code, "{key} {value}");
            assert!(
                rejection.found.starts_with(&format!("`client_payload._guard.{key}` {found}")),
                "{}",
                rejection.found
            );
        }
        for (envelope, kind) in [("null", "null"), ("\"x\"", "a string"), ("[]", "an array"), ("1", "a number")] {
            let rejection = Envelope::read(&payload(envelope)).unwrap_err();
            assert_eq!(rejection.found, format!("`client_payload._guard` is {kind}"));
        }
        assert!(with("v", "1").is_ok());
    }

    #[test]
    fn a_proof_that_is_not_of_its_form_is_not_quoted() {
        let long = format!("\"{}\"", "s".repeat(MAX_TEXT + 1));
        for key in ["signature", "oidc"] {
            assert!(!with(key, &long).unwrap_err().found.contains("sss"));
        }
    }

    #[test]
    fn hops_count_on_from_the_dispatch_that_started_the_run() {
        assert_eq!(next_hops(None), Ok(1));
        assert_eq!(next_hops(Some(&Json::Null)), Ok(2));
        assert_eq!(
            next_hops(Some(&payload(r#"{"v":1,"issued_at":1,"hops":4,"nonce":"00112233445566778899aabbccddeeff"}"#))),
            Ok(5)
        );
        assert!(next_hops(Some(&payload(r#"{"v":1,"hops":4}"#))).is_err());
    }
}
