//! A scripted host.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use dispatch_guard::host::{Host, Request, Response, TransportError, TransportErrorKind};
use futures_util::future::LocalBoxFuture;

/// When every scenario begins, in Unix milliseconds: 2026-09-21T14:13:20Z.
pub const START_MS: u64 = 1_790_000_000_000;

/// The result of one request, and how long it takes.
#[derive(Debug, Clone)]
pub struct Reply {
    result: Result<Response, TransportError>,
    takes_ms: u64,
}

impl Reply {
    /// A response with a JSON body.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::text(status, &body.to_string())
    }

    /// A response with any body. It takes 20 ms.
    pub fn text(status: u16, body: &str) -> Self {
        let headers = BTreeMap::from([("content-type".to_owned(), "application/json; charset=utf-8".to_owned())]);
        Self { result: Ok(Response { status, headers, body: body.to_owned() }), takes_ms: 20 }
    }

    /// A response as GitHub words its refusals.
    pub fn refusal(status: u16, message: &str) -> Self {
        Self::json(status, &serde_json::json!({ "message": message, "documentation_url": "https://docs.github.com" }))
    }

    /// A redirect.
    pub fn redirect(status: u16, to: &str) -> Self {
        Self::refusal(status, "Moved Permanently").header("location", to)
    }

    /// No response.
    pub fn fault(kind: TransportErrorKind, message: &str, sent: bool) -> Self {
        Self {
            result: Err(TransportError { kind, message: message.to_owned(), may_have_been_received: sent }),
            takes_ms: 20,
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let response = self.result.as_mut().expect("a response");
        response.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same after another time. Beyond the request's own time-out it is a fault.
    #[must_use]
    pub fn after(mut self, ms: u64) -> Self {
        self.takes_ms = ms;
        self
    }

    /// The reply as the shim would hand it to the core.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.result {
            Ok(Response { status, headers, body }) => {
                let headers: BTreeMap<&String, &String> = headers.iter().collect();
                serde_json::json!({ "status": status, "headers": headers, "body": body })
            }
            Err(TransportError { kind, message, may_have_been_received: sent }) => {
                serde_json::json!({ "fault": { "kind": kind.name(), "message": message, "sent": sent } })
            }
        }
    }
}

/// Key as JSON, data, signature: whether they belong together.
pub type Rs256 = fn(&str, &[u8], &[u8]) -> bool;

type Respond = Box<dyn FnMut(&Request) -> Reply>;

/// Who answers requests.
pub enum Script {
    /// Replies by route, `GET /repos/…` below the API's address or `GET https://…` elsewhere. They are given in
    /// order; the last one stays.
    Routes(BTreeMap<String, VecDeque<Reply>>),
    /// A function.
    Any(Respond),
}

/// A request that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// As in the script: `GET /repos/…`.
    pub route: String,
    /// The request.
    pub request: Request,
    /// When it was made, in milliseconds since the start.
    pub at_ms: u64,
}

/// The process around the core.
pub struct FakeHost {
    base: String,
    script: RefCell<Script>,
    clock: Clock,
    /// Every request in order.
    pub made: RefCell<Vec<Made>>,
    /// Every pause in order, in milliseconds.
    pub sleeps: RefCell<Vec<u32>>,
    /// Everything that was to be masked.
    pub masked: RefCell<Vec<String>>,
    /// Every line that was printed at once.
    pub progress: RefCell<Vec<String>>,
    /// The outputs that were written before the end, each time.
    pub interim_outputs: RefCell<Vec<BTreeMap<&'static str, String>>>,
    /// What each random byte is.
    pub random: Cell<u8>,
    /// Whether an RS256 signature belongs to a key.
    pub rs256: Cell<Rs256>,
}

impl FakeHost {
    /// A host whose API is at `base`.
    pub fn new(base: &str, script: Script) -> Self {
        Self {
            base: base.to_owned(),
            script: RefCell::new(script),
            clock: Clock { now: Cell::new(START_MS), timers: RefCell::default() },
            made: RefCell::default(),
            sleeps: RefCell::default(),
            masked: RefCell::default(),
            progress: RefCell::default(),
            interim_outputs: RefCell::default(),
            random: Cell::new(0),
            rs256: Cell::new(|_, _, _| false),
        }
    }

    /// Milliseconds since the start.
    pub fn elapsed_ms(&self) -> u64 {
        self.clock.now.get() - START_MS
    }

    /// Lets the core run to its end; the clock jumps ahead whenever it waits.
    ///
    /// # Panics
    /// Where the core waits for nothing that will happen.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            match future.as_mut().poll(&mut context) {
                Poll::Ready(output) => return output,
                Poll::Pending => self.clock.advance(),
            }
        }
    }

    fn reply(&self, route: &str, request: &Request) -> Reply {
        match &mut *self.script.borrow_mut() {
            Script::Any(respond) => respond(request),
            Script::Routes(routes) => {
                let replies = routes.get_mut(route).unwrap_or_else(|| panic!("unexpected request {route}"));
                if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }.expect("a reply")
            }
        }
    }
}

impl Host for FakeHost {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        let below = request.url.strip_prefix(&self.base).filter(|path| path.starts_with('/'));
        let route = format!("{} {}", request.method, below.unwrap_or(&request.url));
        self.made.borrow_mut().push(Made { route: route.clone(), request: request.clone(), at_ms: self.elapsed_ms() });
        let Reply { result, takes_ms } = self.reply(&route, request);
        let timeout_ms = u64::from(request.timeout_ms);
        Box::pin(async move {
            if takes_ms > timeout_ms {
                self.clock.wait(timeout_ms).await;
                let message = format!("no complete answer within {timeout_ms} ms");
                return Err(TransportError {
                    kind: TransportErrorKind::Timeout,
                    message,
                    may_have_been_received: true,
                });
            }
            self.clock.wait(takes_ms).await;
            result
        })
    }

    fn sleep(&self, ms: u32) -> LocalBoxFuture<'_, ()> {
        self.sleeps.borrow_mut().push(ms);
        Box::pin(self.clock.wait(u64::from(ms)))
    }

    fn now(&self) -> u64 {
        self.clock.now.get()
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![self.random.get(); count]
    }

    fn verify_rs256<'a>(&'a self, jwk: &'a str, data: &'a [u8], signature: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        let holds = self.rs256.get()(jwk, data, signature);
        Box::pin(async move { holds })
    }

    fn mask(&self, secret: &str) {
        self.masked.borrow_mut().push(secret.to_owned());
    }

    fn progress(&self, line: &str) {
        self.progress.borrow_mut().push(line.to_owned());
    }

    fn interim_outputs(&self, outputs: &[(&'static str, String)]) {
        self.interim_outputs.borrow_mut().push(outputs.iter().cloned().collect());
    }
}

/// A clock that stands still while anything can go on.
struct Clock {
    now: Cell<u64>,
    timers: RefCell<Vec<(u64, Waker)>>,
}

impl Clock {
    fn wait(&self, ms: u64) -> Wait<'_> {
        Wait { clock: self, until: self.now.get() + ms }
    }

    fn advance(&self) {
        let mut timers = self.timers.borrow_mut();
        let next = timers.iter().map(|(at, _)| *at).min().expect("the core waits for nothing that will happen");
        self.now.set(next);
        timers.retain(|(at, waker)| {
            if *at <= next {
                waker.wake_by_ref();
            }
            *at > next
        });
    }
}

struct Wait<'a> {
    clock: &'a Clock,
    until: u64,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.clock.now.get() >= self.until {
            return Poll::Ready(());
        }
        self.clock.timers.borrow_mut().push((self.until, context.waker().clone()));
        Poll::Pending
    }
}
