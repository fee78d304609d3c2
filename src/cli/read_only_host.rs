//! A host that only reads.

use futures_util::future::LocalBoxFuture;

use crate::evidence::Replayer;
use crate::host::{Host, Request, Response, TransportError, TransportErrorKind};

/// A host that only reads. Offline it never waits either: waiting does not bring a missing answer.
pub struct ReadOnlyHost<'a> {
    /// The process.
    pub host: &'a dyn Host,
    /// Who answers requests.
    pub answers: &'a dyn Host,
    /// The evidence that the event came with.
    pub recorded: Option<&'a Replayer>,
    /// Whether the host's clock is used even if there is evidence.
    pub use_host_clock: bool,
    /// Whether no request leaves the process.
    pub offline: bool,
}

impl Host for ReadOnlyHost<'_> {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        if request.method == "GET" {
            return self.answers.request(request);
        }
        let message = "the command line only reads".to_owned();
        Box::pin(async {
            Err(TransportError { kind: TransportErrorKind::Offline, message, may_have_been_received: false })
        })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        if self.offline { Box::pin(async {}) } else { self.host.sleep(ms) }
    }

    fn now(&self) -> u64 {
        match self.recorded {
            Some(recorded) if !self.use_host_clock => recorded.now(),
            _ => self.host.now(),
        }
    }

    fn random(&self, count: usize) -> Vec<u8> {
        self.host.random(count)
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        match self.recorded {
            Some(recorded) => recorded.verify_rs256(jwk, data, signature),
            None => self.host.verify_rs256(jwk, data, signature),
        }
    }

    fn mask(&self, secret: &str) {
        self.host.mask(secret);
    }

    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        match self.recorded {
            Some(recorded) => recorded.verify_hmac(digest, key, tag),
            None => self.host.verify_hmac(digest, key, tag),
        }
    }

    fn read_only(&self) -> bool {
        true
    }
}
