//! Reads evidence, and replays its responses.

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use futures_util::future::LocalBoxFuture;

use crate::format::json::{self, Json};
use crate::host::{Host, Request, Response, TransportError, TransportErrorKind};
use crate::text::{escape_unprintable, hex, quote};

use super::{SCHEMA_VERSION, rs256_subject};

/// Everything that a recorded decision depended on.
pub struct Evidence {
    /// The inputs, secrets hidden.
    pub inputs: BTreeMap<String, String>,
    /// The runner's variables.
    pub environment: BTreeMap<String, String>,
    /// The event file's bytes, or why it could not be read.
    pub event: Result<Vec<u8>, String>,
    /// The decision.
    pub decision: Json,
    /// A host that gives the recorded responses.
    pub replayer: Replayer,
}

impl Evidence {
    /// Reads the document of a [`Recorder`].
    ///
    /// # Errors
    /// In words, if the text is not evidence.
    pub fn read(text: &str) -> Result<Self, String> {
        let document = json::parse(text.as_bytes()).map_err(|error| format!("this is not evidence: {error}"))?;
        if let Some(violation) = document.violations.describe() {
            return Err(format!("this is not evidence: {violation}"));
        }
        let root = document.root;
        let version = root.get_path("schema_version");
        match version.as_u64() {
            Some(SCHEMA_VERSION) => {}
            Some(other) => {
                return Err(format!("unsupported version {other} of evidence; expected {SCHEMA_VERSION}"));
            }
            None => return Err("this is not evidence: `schema_version` is missing".to_owned()),
        }
        let decision = root.get_path("decision").clone();
        if decision.as_object().is_none() {
            return Err(invalid("decision"));
        }
        let mut inputs: BTreeMap<String, String> = strings(&root, "inputs")?;
        // A replay records no evidence.
        inputs.remove("evidence-file");
        let (environment, event) = (strings(&root, "environment")?, event_bytes(root.get_path("event"))?);
        Ok(Self { inputs, environment, event, decision, replayer: Replayer::new(&root)? })
    }
}

fn invalid(key: &str) -> String {
    format!("this is not evidence: {} is missing or has the wrong type", quote(key))
}

fn strings<C: FromIterator<(String, String)>>(root: &Json, key: &str) -> Result<C, String> {
    let members = root.get_path(key).as_object().ok_or_else(|| invalid(key))?;
    let text = |(name, value): (&str, &Json)| Some((name.to_owned(), value.as_str()?.to_owned()));
    members.iter().map(text).collect::<Option<C>>().ok_or_else(|| invalid(key))
}

/// The event file's bytes, or why they could not be read then.
fn event_bytes(event: &Json) -> Result<Result<Vec<u8>, String>, String> {
    match (event.get_path("text"), event.get_path("base64"), event.get_path("error")) {
        (Json::String(text), ..) => Ok(Ok(text.clone().into_bytes())),
        (_, Json::String(base64), _) => Base64::decode_vec(base64).map(Ok).map_err(|_| invalid("event.base64")),
        (_, _, Json::String(error)) => Ok(Err(error.clone())),
        _ => Err(invalid("event")),
    }
}

/// A host that gives recorded responses.
pub struct Replayer {
    state: RefCell<Playback>,
    read_only: bool,
}

struct Playback {
    now: u64,
    exchanges: Vec<Exchange>,
    verifications: Vec<Verification>,
}

struct Exchange {
    method: String,
    url: String,
    finished_at_ms: u64,
    result: Result<Response, TransportError>,
}

struct Verification {
    kind: String,
    subject: String,
    valid: bool,
}

impl Replayer {
    fn new(root: &Json) -> Result<Self, String> {
        let list = |key: &'static str| root.get_path(key).as_array().ok_or_else(|| invalid(key));
        let exchanges = list("exchanges")?.iter().map(Exchange::read).collect::<Option<_>>();
        let verifications = list("verifications")?.iter().map(Verification::read).collect::<Option<_>>();
        Ok(Self {
            read_only: root.get_path("read_only").as_bool() == Some(true),
            state: RefCell::new(Playback {
                now: root.get_path("started").as_u64().ok_or_else(|| invalid("started"))?,
                exchanges: exchanges.ok_or_else(|| invalid("exchanges"))?,
                verifications: verifications.ok_or_else(|| invalid("verifications"))?,
            }),
        })
    }

    /// The next recorded result of a check; otherwise false.
    fn verified(&self, kind: &str, subject: &str) -> bool {
        let mut state = self.state.borrow_mut();
        let index = state.verifications.iter().position(|found| found.kind == kind && found.subject == subject);
        index.is_some_and(|index| state.verifications.remove(index).valid)
    }
}

impl Exchange {
    fn read(json: &Json) -> Option<Self> {
        let text = |json: &Json, key: &str| json.get_path(key).as_str().map(str::to_owned);
        let (response, fault) = (json.get_path("response"), json.get_path("fault"));
        let result = if response.is_null() {
            Err(TransportError {
                kind: TransportErrorKind::from_name(fault.get_path("kind").as_str()?),
                message: text(fault, "message")?,
                may_have_been_received: fault.get_path("sent").as_bool()?,
            })
        } else {
            Ok(Response {
                status: u16::try_from(response.get_path("status").as_u64()?).ok()?,
                headers: strings(response, "headers").ok()?,
                body: text(response, "body")?,
            })
        };
        Some(Self {
            method: text(json, "method")?,
            url: text(json, "url")?,
            finished_at_ms: json.get_path("finished_at_ms").as_u64()?,
            result,
        })
    }
}

impl Verification {
    fn read(json: &Json) -> Option<Self> {
        let text = |key: &str| json.get_path(key).as_str().map(str::to_owned);
        Some(Self { kind: text("kind")?, subject: text("subject")?, valid: json.get_path("valid").as_bool()? })
    }
}

impl Host for Replayer {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        let mut state = self.state.borrow_mut();
        let is_same = |exchange: &Exchange| exchange.method == request.method && exchange.url == request.url;
        let result = match state.exchanges.iter().position(is_same) {
            Some(index) => {
                let exchange = state.exchanges.remove(index);
                state.now = state.now.max(exchange.finished_at_ms);
                exchange.result
            }
            None => Err(TransportError {
                kind: TransportErrorKind::Offline,
                message: format!(
                    "the evidence has no response for {} {}",
                    request.method,
                    escape_unprintable(&request.url)
                ),
                may_have_been_received: true,
            }),
        };
        Box::pin(async move { result })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        self.state.borrow_mut().now += u64::from(ms);
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        self.state.borrow().now
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], _: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        let valid = self.verified("rs256", &rs256_subject(jwk, data));
        Box::pin(async move { valid })
    }

    fn mask(&self, _: &str) {}

    fn verify_hmac(&self, digest: &[u8; 32], _: &[u8], _: &[u8; 32]) -> bool {
        self.verified("hmac-sha256", &hex(digest))
    }

    fn read_only(&self) -> bool {
        self.read_only
    }
}
