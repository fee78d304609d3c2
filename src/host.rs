//! What the core needs of the process around it: one HTTP exchange, the clock, a pause, randomness, one signature check.

use std::collections::BTreeMap;

use futures_util::future::LocalBoxFuture;
use serde::Serialize;

/// One HTTP request. Redirects are not followed by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The complete URL.
    pub url: String,
    /// Header names and values.
    pub headers: BTreeMap<&'static str, String>,
    /// The body, as JSON text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Milliseconds from the start of the connection to the last byte of the body.
    pub timeout_ms: u32,
}

/// One HTTP response.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, and values.
    pub headers: BTreeMap<String, String>,
    /// The body as text, at most 10 MiB.
    pub body: String,
}

impl Response {
    /// A header's value by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// Why a request had no usable response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// The system's message, without secrets.
    pub message: String,
    /// Whether the server may have received the request.
    pub may_have_been_received: bool,
}

/// The kinds of transport errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransportErrorKind {
    /// The connection was refused.
    Refused,
    /// The connection was closed early.
    Reset,
    /// The request timed out.
    Timeout,
    /// The name does not resolve.
    Dns,
    /// The certificate is not trusted, or the TLS handshake failed.
    Tls,
    /// The proxy did not connect.
    Proxy,
    /// The body is larger than 10 MiB.
    TooLarge,
    /// The body is compressed or not UTF-8.
    NotUtf8,
    /// There is no network on purpose, so a retry is pointless.
    Offline,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    /// Every kind with its name at the boundary.
    pub const NAMES: [(Self, &'static str); 10] = [
        (Self::Refused, "refused"),
        (Self::Reset, "reset"),
        (Self::Timeout, "timeout"),
        (Self::Dns, "dns"),
        (Self::Tls, "tls"),
        (Self::Proxy, "proxy"),
        (Self::TooLarge, "too_large"),
        (Self::NotUtf8, "not_text"),
        (Self::Offline, "offline"),
        (Self::Other, "other"),
    ];

    /// The kind of a name; an unknown name is [`TransportErrorKind::Other`].
    pub fn from_name(name: &str) -> Self {
        Self::NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Other, |(kind, _)| *kind)
    }

    /// The name at the boundary.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("other", |(_, name)| name)
    }
}

/// The process around the core.
pub trait Host {
    /// Makes one HTTP exchange.
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>>;
    /// Waits for some milliseconds.
    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()>;
    /// The time in Unix milliseconds.
    fn now(&self) -> u64;
    /// Bytes from a cryptographic source.
    fn random(&self, count: usize) -> Vec<u8>;
    /// Whether an RSASSA-PKCS1-v1_5 signature with SHA-256 is that of the key, given as a JSON Web Key.
    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool>;
    /// Has the runner mask a secret in the log from now on.
    fn mask(&self, secret: &str);
    /// Prints a line immediately, for an action that takes long. The line contains no secrets.
    fn progress(&self, _line: &str) {}
    /// Writes outputs immediately, for an action that has done something and goes on: whoever cancels it still learns what
    /// was done. Those of the end replace them.
    fn interim_outputs(&self, _outputs: &[(&'static str, String)]) {}
    /// Whether a tag is the HMAC-SHA-256 of a digest under a key. A method of the host, so that evidence can record the
    /// result without the key.
    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        crate::format::hmac::verify(digest, key, tag)
    }
    /// Whether nothing may be written, as on the command line.
    fn read_only(&self) -> bool {
        false
    }
}
