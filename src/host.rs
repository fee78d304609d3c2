//! What the core asks of the process around it: one HTTP exchange, the clock, a pause, randomness, one signature check.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use serde::Serialize;

use crate::map::Map;

/// A future on the one thread there is.
pub type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// One HTTP request. Redirects are not followed by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// Header names and values.
    pub headers: Map<&'static str, String>,
    /// A JSON text to send.
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
    pub headers: Map<String, String>,
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
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// The system's own words, with no secret in them.
    pub message: String,
    /// Whether the server may have received the request.
    pub sent: bool,
}

/// The kinds of fault that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Nobody listens at the address.
    Refused,
    /// The connection broke.
    Reset,
    /// The time was up.
    Timeout,
    /// The name does not resolve.
    Dns,
    /// The certificate or the handshake is bad.
    Tls,
    /// The proxy would not connect.
    Proxy,
    /// The body is larger than 10 MiB.
    TooLarge,
    /// The body is compressed or not UTF-8.
    NotText,
    /// There is no network on purpose, so nothing comes of trying again.
    Offline,
    /// Anything else.
    Other,
}

impl FaultKind {
    /// Every kind with its name at the boundary.
    pub const NAMES: [(Self, &'static str); 10] = [
        (Self::Refused, "refused"),
        (Self::Reset, "reset"),
        (Self::Timeout, "timeout"),
        (Self::Dns, "dns"),
        (Self::Tls, "tls"),
        (Self::Proxy, "proxy"),
        (Self::TooLarge, "too_large"),
        (Self::NotText, "not_text"),
        (Self::Offline, "offline"),
        (Self::Other, "other"),
    ];

    /// The kind of a name; an unknown name is [`FaultKind::Other`].
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
    fn request<'a>(&'a self, request: &'a Request) -> Task<'a, Result<Response, Fault>>;
    /// Waits for some milliseconds.
    fn sleep(&self, ms: u32) -> Task<'_, ()>;
    /// The time in Unix milliseconds.
    fn now(&self) -> u64;
    /// Bytes from a cryptographic source.
    fn random(&self, count: usize) -> Vec<u8>;
    /// Whether an RSASSA-PKCS1-v1_5 signature with SHA-256 is that of the key, given as a JSON Web Key.
    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> Task<'a, bool>;
    /// Has the runner cut a secret out of the log from now on.
    fn mask(&self, secret: &str);
    /// Whether a tag is the HMAC-SHA-256 of a digest under a key. Asked of the host so that evidence can keep the
    /// answer without the key.
    fn verify_hmac(&self, digest: &[u8; 32], key: &[u8], tag: &[u8; 32]) -> bool {
        crate::provenance::digest::verify_hmac(digest, key, tag)
    }
    /// Whether nothing may be written, as on the command line.
    fn read_only(&self) -> bool {
        false
    }
}

/// What a task comes to if it waits for nothing. One that does can be awaited afterwards.
pub fn at_once<T>(task: Pin<&mut (dyn Future<Output = T> + '_)>) -> Option<T> {
    match task.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => Some(result),
        Poll::Pending => None,
    }
}

/// A task whose code stands by itself. The engine compiles each function when it is first called, so what a run does
/// not reach should not be part of a function that it does reach.
#[inline(never)]
pub fn apart<'a, T>(task: impl Future<Output = T> + 'a) -> Task<'a, T> {
    Box::pin(task)
}

/// Runs tasks side by side and gives their results in the tasks' order.
pub async fn side_by_side<T>(tasks: impl IntoIterator<Item = Task<'_, T>>) -> Vec<T> {
    let mut waiting: Vec<Result<T, Task<'_, T>>> = tasks.into_iter().map(Err).collect();
    std::future::poll_fn(|context| {
        for slot in &mut waiting {
            if let Err(task) = slot
                && let Poll::Ready(result) = task.as_mut().poll(context)
            {
                *slot = Ok(result);
            }
        }
        if waiting.iter().all(Result::is_ok) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(Result::ok).collect()
}
