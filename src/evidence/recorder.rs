//! Records what a decision depends on.

use std::cell::RefCell;

use futures_util::future::LocalBoxFuture;

use crate::format::json::{self, Json};
use crate::host::{Host, Request, Response, TransportError};
use crate::runner::inputs::UNSET;
use crate::runner::invocation::Invocation;
use crate::text::hex;

use super::redaction::{event, inputs, map_strings, proofs, redactor};
use super::{SCHEMA_VERSION, object, rs256_subject};

/// The response headers that are recorded: those that a decision can depend on, and the one that GitHub's support asks
/// for.
const HEADERS: [&str; 9] = [
    "link",
    "location",
    "retry-after",
    "x-accepted-github-permissions",
    "x-github-request-id",
    "x-github-sso",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

/// A host that records the responses of another one.
///
/// Its clock advances only with a response, so that a replay reads the same times.
pub struct Recorder<'h> {
    host: &'h dyn Host,
    started: u64,
    log: RefCell<Recording>,
}

#[derive(Default)]
struct Recording {
    now: u64,
    exchanges: Vec<Json>,
    verifications: Vec<Json>,
}

impl<'h> Recorder<'h> {
    /// A recorder for the host if the input `evidence-file` is set.
    pub fn for_invocation(invocation: &Invocation<'_>, host: &'h dyn Host) -> Option<Self> {
        let path = invocation.inputs.get("evidence-file")?;
        let started = host.now();
        let log = RefCell::new(Recording { now: started, ..Recording::default() });
        (!matches!(path.trim(), "" | UNSET)).then_some(Self { host, started, log })
    }

    /// The document for a decision that was made with this recorder.
    pub fn document(&self, invocation: &Invocation<'_>, decision: &str) -> String {
        let log = self.log.borrow();
        let proofs = proofs(invocation);
        let redactor = redactor(invocation);
        let environment = invocation.environment.recordable().into_iter();
        let decision = json::parse(decision.as_bytes()).map_or(Json::Null, |document| document.root);
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
        let clean =
            |text: &str| redactor.redact(proofs.iter().fold(text.to_owned(), |text, proof| proof.redact(&text)));
        let mut text = map_strings(&object(members), &clean).to_compact();
        text.push('\n');
        text
    }

    fn advance_clock(&self) {
        // Never back: what was past stays past.
        let now = self.host.now();
        let mut log = self.log.borrow_mut();
        log.now = log.now.max(now);
    }

    fn note_exchange(&self, request: &Request, result: &Result<Response, TransportError>) {
        self.advance_clock();
        let mut log = self.log.borrow_mut();
        let mut members = vec![("method", Json::string(request.method)), ("url", Json::string(&request.url))];
        if let Some(body) = &request.body {
            members.push(("body", Json::string(body)));
        }
        members.push(("finished_at_ms", Json::integer(log.now)));
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
            Err(error) => {
                let parts = [
                    ("kind", Json::string(error.kind.name())),
                    ("message", Json::string(&error.message)),
                    ("sent", Json::Bool(error.may_have_been_received)),
                ];
                ("fault", object(parts))
            }
        });
        log.exchanges.push(object(members));
    }

    fn note_verification(&self, kind: &str, subject: String, valid: bool) {
        let members = [("kind", Json::string(kind)), ("subject", Json::string(subject)), ("valid", Json::Bool(valid))];
        self.log.borrow_mut().verifications.push(object(members));
    }
}

impl Host for Recorder<'_> {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            let result = self.host.request(request).await;
            self.note_exchange(request, &result);
            result
        })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(async move {
            self.host.sleep(ms).await;
            self.advance_clock();
        })
    }

    fn now(&self) -> u64 {
        self.log.borrow().now
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.host.random(count)
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async move {
            let valid = self.host.verify_rs256(jwk, data, signature).await;
            self.advance_clock();
            self.note_verification("rs256", rs256_subject(jwk, data), valid);
            valid
        })
    }

    fn mask(&self, secret: &str) {
        self.host.mask(secret);
    }

    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        let valid = self.host.verify_hmac(digest, key, tag);
        self.note_verification("hmac-sha256", hex(digest), valid);
        valid
    }

    fn read_only(&self) -> bool {
        self.host.read_only()
    }
}
