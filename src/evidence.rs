//! All that a decision rested on, in one document, and the same decision again from the document alone.
//!
//! A [`Recorder`] stands between the decision and its host and writes down what the host answered: every exchange with
//! the API, every check of a signature, the clock. [`replay`] answers from that. Secrets are left out: what depends on
//! them is kept as the answer that it led to.

use std::cell::RefCell;

use base64ct::{Base64, Encoding};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::decision::Decision;
use crate::guard;
use crate::host::{Fault, FaultKind, Host, Request, Response, Task};
use crate::invocation::Invocation;
use crate::json::{self, Json, Object};
use crate::map::Map;
use crate::outcome;
use crate::provenance::digest::parse_signature;
use crate::provenance::{SHORTEST_TOKEN, TOKEN_START};
use crate::text::{Redactor, hex, printable, quote};

/// The version of the document's shape.
const SCHEMA_VERSION: u64 = 1;
/// What stands in the place of a secret input.
const HIDDEN: &str = "***";
/// The inputs that are secrets.
const SECRET_INPUTS: [&str; 2] = ["token", "signing-keys"];
/// What stands in the place of a signature in an envelope: of its form, and nobody's.
const NO_SIGNATURE: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";
/// What stands in the place of the third part of an ID token, without which the token is good for nothing.
const NO_TOKEN_SIGNATURE: &str = "redacted";
/// The headers of a response that are kept: those that a decision can rest on, and the one that GitHub's support asks for.
const HEADERS: [&str; 7] = [
    "location",
    "retry-after",
    "x-accepted-github-permissions",
    "x-github-request-id",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

/// A host that writes down what another one answers.
///
/// Its clock stands still between answers, so that the same readings can be given again.
pub struct Recorder<'h> {
    host: &'h dyn Host,
    started: u64,
    log: RefCell<Log>,
}

#[derive(Default)]
struct Log {
    now: u64,
    exchanges: Vec<Json>,
    verifications: Vec<Json>,
}

impl<'h> Recorder<'h> {
    /// Where the input `evidence-file` is set: a recorder before the host.
    pub fn wanted(invocation: &Invocation<'_>, host: &'h dyn Host) -> Option<Self> {
        let path = invocation.inputs.get("evidence-file")?;
        let started = host.now();
        let log = RefCell::new(Log { now: started, ..Log::default() });
        (!path.trim().is_empty()).then_some(Self { host, started, log })
    }

    /// The document for a decision that was made over this recorder.
    pub fn document(&self, invocation: &Invocation<'_>, decision: &Decision) -> String {
        let log = self.log.borrow();
        let proofs = proofs(invocation);
        let redactor = redactor(invocation);
        let environment = invocation.environment.public().into_iter();
        let decision = json::parse(outcome::json(decision).as_bytes()).map_or(Json::Null, |document| document.root);
        let members = [
            ("schema_version", Json::integer(SCHEMA_VERSION)),
            ("version", Json::string(crate::VERSION)),
            ("started", Json::integer(self.started)),
            ("read_only", Json::Bool(self.host.read_only())),
            ("inputs", inputs(invocation)),
            ("environment", object(environment.map(|(name, value)| (name, Json::string(value))))),
            ("event", event(invocation, &proofs)),
            ("exchanges", Json::Array(log.exchanges.clone())),
            ("verifications", Json::Array(log.verifications.clone())),
            ("decision", decision),
        ];
        let clean = |text: &str| redactor.clean(proofs.iter().fold(text.to_owned(), |text, proof| proof.hide(&text)));
        let mut text = mapped(&object(members), &clean).to_compact();
        text.push('\n');
        text
    }

    fn tick(&self) {
        // Never back: what was once read as past stays past.
        let now = self.host.now();
        let mut log = self.log.borrow_mut();
        log.now = log.now.max(now);
    }

    fn note_exchange(&self, request: &Request, result: &Result<Response, Fault>) {
        self.tick();
        let mut log = self.log.borrow_mut();
        let mut members = vec![("method", Json::string(request.method)), ("url", Json::string(&request.url))];
        if let Some(body) = &request.body {
            members.push(("body", Json::string(body)));
        }
        members.push(("ended", Json::integer(log.now)));
        members.push(match result {
            Ok(response) => {
                let kept = HEADERS.iter().filter_map(|name| Some((*name, Json::string(response.header(name)?))));
                let parts = [
                    ("status", Json::integer(response.status.into())),
                    ("headers", object(kept)),
                    ("body", Json::string(&response.body)),
                ];
                ("response", object(parts))
            }
            Err(fault) => {
                let parts = [
                    ("kind", Json::string(fault.kind.name())),
                    ("message", Json::string(&fault.message)),
                    ("sent", Json::Bool(fault.sent)),
                ];
                ("fault", object(parts))
            }
        });
        log.exchanges.push(object(members));
    }

    fn note_verification(&self, kind: &str, of: String, holds: bool) {
        let members = [("kind", Json::string(kind)), ("of", Json::string(of)), ("holds", Json::Bool(holds))];
        self.log.borrow_mut().verifications.push(object(members));
    }
}

impl Host for Recorder<'_> {
    fn request<'a>(&'a self, request: &'a Request) -> Task<'a, Result<Response, Fault>> {
        Box::pin(async move {
            let result = self.host.request(request).await;
            self.note_exchange(request, &result);
            result
        })
    }

    fn sleep(&self, ms: u32) -> Task<'_, ()> {
        Box::pin(async move {
            self.host.sleep(ms).await;
            self.tick();
        })
    }

    fn now(&self) -> u64 {
        self.log.borrow().now
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.host.random(count)
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> Task<'a, bool> {
        Box::pin(async move {
            let holds = self.host.verify_rs256(jwk, data, signature).await;
            self.tick();
            self.note_verification("rs256", rs256_subject(jwk, data), holds);
            holds
        })
    }

    fn mask(&self, secret: &str) {
        self.host.mask(secret);
    }

    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        let holds = self.host.verify_hmac(digest, key, tag);
        self.note_verification("hmac-sha256", hex(digest), holds);
        holds
    }

    fn read_only(&self) -> bool {
        self.host.read_only()
    }
}

/// What an RS256 check was about: key and data, without the signature.
fn rs256_subject(jwk: &str, data: &[u8]) -> String {
    hex(&Sha256::new().chain_update(jwk).chain_update(b"\n").chain_update(data).finalize())
}

fn object<'k>(members: impl IntoIterator<Item = (&'k str, Json)>) -> Json {
    Json::Object(members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The value with every string in it changed, but not the keys.
fn mapped(json: &Json, change: &dyn Fn(&str) -> String) -> Json {
    match json {
        Json::String(text) => Json::String(change(text)),
        Json::Array(elements) => Json::Array(elements.iter().map(|element| mapped(element, change)).collect()),
        Json::Object(members) => {
            let members = members.iter().map(|(key, value)| (key.to_owned(), mapped(value, change)));
            Json::Object(members.collect::<Object>())
        }
        other => other.clone(),
    }
}

/// Cuts out the secret inputs, also where a body of JSON holds them escaped.
fn redactor(invocation: &Invocation<'_>) -> Redactor {
    let mut redactor = Redactor::default();
    for secret in SECRET_INPUTS.iter().filter_map(|name| invocation.inputs.get(*name)).flat_map(|text| text.lines()) {
        let escaped = Json::string(secret.trim()).to_compact();
        redactor.add(secret);
        redactor.add(escaped.trim_matches('"'));
    }
    redactor
}

/// The inputs, each line of a secret one hidden. Which lines are empty can still be seen, since that can be an error.
fn inputs(invocation: &Invocation<'_>) -> Json {
    object(invocation.inputs.iter().map(|(name, value)| {
        let shown = if SECRET_INPUTS.contains(&name.as_str()) {
            let hide = |line: &str| if line.trim().is_empty() { line.to_owned() } else { HIDDEN.to_owned() };
            value.split('\n').map(hide).collect::<Vec<_>>().join("\n")
        } else {
            value.clone()
        };
        (name.as_str(), Json::String(shown))
    }))
}

/// A proof in an envelope, and what is written in its place.
struct Proof {
    text: String,
    instead: String,
}

impl Proof {
    fn hide(&self, text: &str) -> String {
        text.replace(&self.text, &self.instead)
    }

    /// The proof that a member of an object is, by its key and form.
    fn of(key: &str, value: &Json) -> Option<Self> {
        let text = value.as_str()?;
        let instead = match key {
            "signature" if parse_signature(text).is_some() => NO_SIGNATURE.to_owned(),
            "oidc" if text.len() >= SHORTEST_TOKEN && text.split('.').count() == 3 => {
                let (content, _) = text.rsplit_once('.')?;
                format!("{content}.{NO_TOKEN_SIGNATURE}")
            }
            _ => return None,
        };
        Some(Self { text: text.to_owned(), instead })
    }
}

/// Every proof in the event, wherever it stands.
fn proofs(invocation: &Invocation<'_>) -> Vec<Proof> {
    fn collect(json: &Json, found: &mut Vec<Proof>) {
        match json {
            Json::Array(elements) => elements.iter().for_each(|element| collect(element, found)),
            Json::Object(members) => {
                for (key, value) in members.iter() {
                    found.extend(Proof::of(key, value));
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

/// The bytes with every ID token in them unsigned, wherever it stands and whatever is around it: an event that is no JSON
/// can hold one as well.
fn without_tokens(bytes: &[u8]) -> Vec<u8> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(start) = rest.windows(TOKEN_START.len()).position(|part| part == TOKEN_START.as_bytes()) {
        let (before, from) = rest.split_at(start);
        let end = from.iter().position(|byte| !is_part(byte)).unwrap_or(from.len());
        let (text, after) = from.split_at(end);
        out.extend_from_slice(before);
        // Header and claims; whatever is behind them may be the signature.
        let mut dots = text.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(place, _)| place);
        match dots.nth(1).filter(|_| text.len() >= SHORTEST_TOKEN) {
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

fn event(invocation: &Invocation<'_>, proofs: &[Proof]) -> Json {
    let bytes = match &invocation.event {
        Ok(bytes) => *bytes,
        Err(error) => return object([("error", Json::string(error))]),
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return object([("base64", Json::string(Base64::encode_string(&without_tokens(bytes))))]);
    };
    let hide = |text: &str| {
        let text = proofs.iter().fold(text.to_owned(), |text, proof| proof.hide(&text));
        // INVARIANT: a token is ASCII, and so is what stands in its place.
        String::from_utf8(without_tokens(text.as_bytes())).unwrap_or_default()
    };
    let mut hidden = hide(text);
    // A proof that is written with escapes is not found in the text; then the text is written anew.
    if let Ok(document) = json::parse(hidden.as_bytes()) {
        let clean = mapped(&document.root, &hide);
        if clean != document.root {
            hidden = clean.to_compact();
        }
    }
    object([("text", Json::String(hidden))])
}

/// A decision that was made again.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The decision as the evidence has it.
    pub then: Json,
    /// The decision now.
    pub now: Decision,
    /// Where the two differ; nothing = they agree.
    pub differences: Vec<Difference>,
}

/// A place in which two decisions differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The dotted path: `checks[3].status`.
    pub path: String,
    /// The value in the evidence as JSON; empty where there is none.
    pub then: String,
    /// The value now as JSON; empty where there is none.
    pub now: String,
}

/// Makes a decision again from its evidence, without network, clock or key. The version of dispatch-guard may be
/// another one and is not compared.
///
/// # Errors
/// In words, where the text is no evidence.
pub async fn replay(text: &str) -> Result<Replayed, String> {
    let Evidence { inputs, environment, event, decision: then, replayer } = Evidence::read(text)?;
    let environment = environment.into_iter().collect();
    let event = event.as_deref().map_err(Clone::clone);
    let now = guard::decide(&Invocation { inputs, environment, event }, &replayer).await.decision;
    let again = json::parse(outcome::json(&now).as_bytes()).map_err(|error| error.to_string())?.root;
    let mut differences = Vec::new();
    compare("", Some(&then), Some(&again), &mut differences);
    differences.retain(|difference| difference.path != "version");
    Ok(Replayed { then, now, differences })
}

/// What a decision rested on, read again.
pub struct Evidence {
    /// The inputs, secrets hidden.
    pub inputs: Map<String, String>,
    /// The runner's variables.
    pub environment: Map<String, String>,
    /// The event file's bytes, or why they could not be read then.
    pub event: Result<Vec<u8>, String>,
    /// The decision.
    pub decision: Json,
    /// A host that gives the answers once more.
    pub replayer: Replayer,
}

impl Evidence {
    /// Reads the document of a [`Recorder`].
    ///
    /// # Errors
    /// In words, where the text is no evidence.
    pub fn read(text: &str) -> Result<Self, String> {
        let document = json::parse(text.as_bytes()).map_err(|error| format!("this is no evidence: {error}"))?;
        if let Some(flaw) = document.flaws.describe() {
            return Err(format!("this is no evidence: {flaw}"));
        }
        let root = document.root;
        let version = root.at("schema_version");
        match version.as_u64() {
            Some(SCHEMA_VERSION) => {}
            Some(other) => {
                return Err(format!("this evidence is of version {other}; version {SCHEMA_VERSION} is read"));
            }
            None => return Err("this is no evidence: `schema_version` is missing".to_owned()),
        }
        let decision = root.at("decision").clone();
        if decision.as_object().is_none() {
            return Err(lacks("decision"));
        }
        let mut inputs: Map<String, String> = texts(&root, "inputs")?;
        // Where the decision is written to has no part in it, and it is not written down a second time.
        inputs.remove("evidence-file");
        let (environment, event) = (texts(&root, "environment")?, event_bytes(root.at("event"))?);
        Ok(Self { inputs, environment, event, decision, replayer: Replayer::new(&root)? })
    }
}

fn lacks(key: &str) -> String {
    format!("this is no evidence: {} is missing or of the wrong kind", quote(key))
}

fn texts<C: FromIterator<(String, String)>>(root: &Json, key: &str) -> Result<C, String> {
    let members = root.at(key).as_object().ok_or_else(|| lacks(key))?;
    let text = |(name, value): (&str, &Json)| Some((name.to_owned(), value.as_str()?.to_owned()));
    members.iter().map(text).collect::<Option<C>>().ok_or_else(|| lacks(key))
}

/// The event file's bytes, or why they could not be read then.
fn event_bytes(event: &Json) -> Result<Result<Vec<u8>, String>, String> {
    match (event.at("text"), event.at("base64"), event.at("error")) {
        (Json::String(text), ..) => Ok(Ok(text.clone().into_bytes())),
        (_, Json::String(base64), _) => Base64::decode_vec(base64).map(Ok).map_err(|_| lacks("event.base64")),
        (_, _, Json::String(error)) => Ok(Err(error.clone())),
        _ => Err(lacks("event")),
    }
}

/// A host that answers from evidence.
pub struct Replayer {
    state: RefCell<Recorded>,
    read_only: bool,
}

struct Recorded {
    now: u64,
    exchanges: Vec<Exchange>,
    verifications: Vec<Verification>,
}

struct Exchange {
    method: String,
    url: String,
    ended: u64,
    result: Result<Response, Fault>,
}

struct Verification {
    kind: String,
    of: String,
    holds: bool,
}

impl Replayer {
    fn new(root: &Json) -> Result<Self, String> {
        let list = |key: &'static str| root.at(key).as_array().ok_or_else(|| lacks(key));
        let exchanges = list("exchanges")?.iter().map(Exchange::read).collect::<Option<_>>();
        let verifications = list("verifications")?.iter().map(Verification::read).collect::<Option<_>>();
        Ok(Self {
            read_only: root.at("read_only").as_bool() == Some(true),
            state: RefCell::new(Recorded {
                now: root.at("started").as_u64().ok_or_else(|| lacks("started"))?,
                exchanges: exchanges.ok_or_else(|| lacks("exchanges"))?,
                verifications: verifications.ok_or_else(|| lacks("verifications"))?,
            }),
        })
    }

    /// The next recorded answer of a kind; nothing verifies that was not verified then.
    fn verified(&self, kind: &str, of: &str) -> bool {
        let mut state = self.state.borrow_mut();
        let place = state.verifications.iter().position(|found| found.kind == kind && found.of == of);
        place.is_some_and(|place| state.verifications.remove(place).holds)
    }
}

impl Exchange {
    fn read(json: &Json) -> Option<Self> {
        let text = |json: &Json, key: &str| json.at(key).as_str().map(str::to_owned);
        let (response, fault) = (json.at("response"), json.at("fault"));
        let result = if response.is_null() {
            Err(Fault {
                kind: FaultKind::from_name(fault.at("kind").as_str()?),
                message: text(fault, "message")?,
                sent: fault.at("sent").as_bool()?,
            })
        } else {
            Ok(Response {
                status: u16::try_from(response.at("status").as_u64()?).ok()?,
                headers: texts(response, "headers").ok()?,
                body: text(response, "body")?,
            })
        };
        Some(Self { method: text(json, "method")?, url: text(json, "url")?, ended: json.at("ended").as_u64()?, result })
    }
}

impl Verification {
    fn read(json: &Json) -> Option<Self> {
        let text = |key: &str| json.at(key).as_str().map(str::to_owned);
        Some(Self { kind: text("kind")?, of: text("of")?, holds: json.at("holds").as_bool()? })
    }
}

impl Host for Replayer {
    fn request<'a>(&'a self, request: &'a Request) -> Task<'a, Result<Response, Fault>> {
        let mut state = self.state.borrow_mut();
        let is_it = |exchange: &Exchange| exchange.method == request.method && exchange.url == request.url;
        let result = match state.exchanges.iter().position(is_it) {
            Some(place) => {
                let exchange = state.exchanges.remove(place);
                state.now = state.now.max(exchange.ended);
                exchange.result
            }
            None => Err(Fault {
                kind: FaultKind::Offline,
                message: format!("the evidence holds no answer for {} {}", request.method, printable(&request.url)),
                sent: true,
            }),
        };
        Box::pin(async move { result })
    }

    fn sleep(&self, ms: u32) -> Task<'_, ()> {
        self.state.borrow_mut().now += u64::from(ms);
        Box::pin(async {})
    }

    fn now(&self) -> u64 {
        self.state.borrow().now
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], _: &'a [u8]) -> Task<'a, bool> {
        let holds = self.verified("rs256", &rs256_subject(jwk, data));
        Box::pin(async move { holds })
    }

    fn mask(&self, _: &str) {}

    fn verify_hmac(&self, digest: &[u8; 32], _: &[u8], _: &[u8; 32]) -> bool {
        self.verified("hmac-sha256", &hex(digest))
    }

    fn read_only(&self) -> bool {
        self.read_only
    }
}

/// Collects every place in which two values differ.
fn compare(path: &str, then: Option<&Json>, now: Option<&Json>, differences: &mut Vec<Difference>) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (then, now) {
        (Some(Json::Object(then)), Some(Json::Object(now))) => {
            let added = now.iter().map(|(key, _)| key).filter(|key| then.get(key).is_none());
            for key in then.iter().map(|(key, _)| key).chain(added) {
                compare(&below(key), then.get(key), now.get(key), differences);
            }
        }
        (Some(Json::Array(then)), Some(Json::Array(now))) => {
            for index in 0..then.len().max(now.len()) {
                compare(&format!("{path}[{index}]"), then.get(index), now.get(index), differences);
            }
        }
        _ if then == now => {}
        _ => {
            let shown = |value: Option<&Json>| value.map(Json::to_compact).unwrap_or_default();
            differences.push(Difference { path: path.to_owned(), then: shown(then), now: shown(now) });
        }
    }
}
