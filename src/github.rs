//! GitHub's REST API over the host's transport: one address, one token, one budget of time.

use std::cell::RefCell;

use crate::decision::{Call, Code, Stop};
use crate::host::{Fault, FaultKind, Host, Request, Response};
use crate::json::{self, Json};
use crate::map::Map;
use crate::text::{Redactor, printable, quote};
use crate::time::rfc3339;

/// The REST API's version; 2022-11-28 is the last that gives `merge_commit_sha`.
const API_VERSION: &str = "2022-11-28";
/// Milliseconds for one request.
const REQUEST_MS: u64 = 10_000;
/// Milliseconds for all requests of a decision, pauses included.
const TOTAL_MS: u64 = 60_000;
/// How often a request is tried again.
const RETRIES: u32 = 3;
/// The first pause in milliseconds; each further one is three times as long, and up to half of it is added by chance.
const FIRST_PAUSE_MS: u64 = 300;
/// How many redirects are followed, on the same host only.
const REDIRECTS: u32 = 3;

/// When a request may be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// After any passing fault: to repeat it changes nothing.
    Safe,
    /// Only where the server certainly did not take it.
    OnlyIfNotTaken,
}

/// What GitHub answered where it did not give what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status: 403, 404, 410, 422 or another that is neither a fault nor a success.
    pub status: u16,
    /// GitHub's message.
    pub message: String,
    /// The header `X-Accepted-GitHub-Permissions`: what would have been enough.
    pub accepted_permissions: Option<String>,
}

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// GitHub said no; what that means depends on what was asked.
    Refused(Refusal),
    /// No answer could be had, or one that makes no sense.
    Stop(Stop),
    /// As [`Failure::Stop`], for a request that must not be repeated and that GitHub may have carried out all the same.
    Uncertain(Stop),
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        Failure::Stop(stop)
    }
}

impl Failure {
    /// The stop for a failure that has no meaning of its own: `what` was asked for and takes `permission`.
    pub fn into_stop(self, what: &str, permission: &str) -> Stop {
        match self {
            Failure::Stop(stop) | Failure::Uncertain(stop) => stop,
            Failure::Refused(refusal) if refusal.status == 403 => refusal.forbidden(what, permission),
            Failure::Refused(refusal) => Stop::new(
                Code::ApiInvalidResponse,
                format!("GitHub answered {} for {what}: {}", refusal.status, quote(&refusal.message)),
                "",
            )
            .mend(
                "Do what GitHub's message says; where it says nothing of use, check that GITHUB_API_URL and the proxy \
                 lead to GitHub's REST API.",
            ),
        }
    }
}

impl Refusal {
    /// The stop for a 403, quoting the permissions that GitHub would have accepted.
    pub fn forbidden(&self, what: &str, permission: &str) -> Stop {
        self.denied(&format!("to give {what}"), permission)
    }

    /// The same for anything that GitHub refused `to` do.
    pub fn denied(&self, to: &str, permission: &str) -> Stop {
        let accepted = self
            .accepted_permissions
            .as_deref()
            .map_or(String::new(), |accepted| format!(" (GitHub accepts {})", quote(accepted)));
        Stop::new(
            Code::ApiForbidden,
            format!("GitHub refused {to} with status {}: {}{accepted}", self.status, quote(&self.message)),
            format!("the token needs `{permission}`"),
        )
        .mend(format!("Add `{permission}` to the job's `permissions:`, or give a `token` that has it."))
    }
}

/// The API of one server, for one run.
pub struct Github<'h> {
    host: &'h dyn Host,
    base: String,
    token: String,
    redactor: Redactor,
    deadline: u64,
    calls: RefCell<Vec<Call>>,
}

impl<'h> Github<'h> {
    /// The API at an address, with a token and 60 seconds from now.
    ///
    /// # Errors
    /// `config.invalid_input` where the address is none of http or https, or no header can hold the token.
    pub fn new(host: &'h dyn Host, api_url: &str, token: &str, redactor: Redactor) -> Result<Self, Stop> {
        let base = api_url.trim_end_matches('/');
        if origin(base).is_none() || base.contains(['?', '#', '\\']) {
            let found = match base {
                "" => "`GITHUB_API_URL` is not set".to_owned(),
                // Whatever stands before an `@` may be a password.
                _ => format!("`GITHUB_API_URL` is {}", quote(base.rsplit('@').next().unwrap_or_default())),
            };
            return Err(Stop::new(
                Code::ConfigInvalidInput,
                found,
                "it has to be an address that starts with `https://`, without a user's name, a password or a query",
            ));
        }
        let token = token.trim();
        if token.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(Stop::new(
                Code::ConfigInvalidInput,
                "the input `token` holds a character that no token has, such as a space or a line break",
                "it has to be one token",
            )
            .mend("Look at the secret or expression that `token` is set from."));
        }
        Ok(Self {
            host,
            base: base.to_owned(),
            token: token.to_owned(),
            redactor,
            deadline: host.now() + TOTAL_MS,
            calls: RefCell::default(),
        })
    }

    /// The requests that were made so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }

    /// Takes a secret that came up later out of everything that is said from now on.
    pub fn hide(&mut self, secret: &str) {
        self.redactor.add(secret);
    }

    /// Whether a secret that nobody writes by chance is in the text.
    pub fn finds_secret(&self, text: &str) -> bool {
        self.redactor.finds(text)
    }

    /// The text without any secret.
    pub fn clean(&self, text: String) -> String {
        self.redactor.clean(text)
    }

    /// Reads what is at a path below the API's address.
    pub async fn get(&self, path: &str) -> Result<Json, Failure> {
        let response = self.api("GET", path, None, Retry::Safe).await?;
        self.json(path, &response).map_err(Failure::Stop)
    }

    /// Sends a JSON text to a path. The answer is `null` where there is no body (204).
    pub async fn post(&self, path: &str, body: String, retry: Retry) -> Result<Json, Failure> {
        let response = self.api("POST", path, Some(body), retry).await?;
        if response.body.trim().is_empty() {
            return Ok(Json::Null);
        }
        self.json(path, &response).map_err(Failure::Stop)
    }

    /// Sends a JSON text to a path for the one effect that it has, and never twice unless GitHub certainly did not take
    /// it. Nothing but 204 says that it was taken.
    ///
    /// # Errors
    /// [`Failure::Uncertain`] where GitHub may have taken it although nothing says so.
    pub async fn post_once(&self, path: &str, body: String) -> Result<(), Failure> {
        let response = self.api("POST", path, Some(body), Retry::OnlyIfNotTaken).await?;
        if response.status == 204 {
            return Ok(());
        }
        let found = format!("the answer to `POST {}` has status {}", printable(path), response.status);
        Err(Failure::Uncertain(Stop::new(Code::ApiInvalidResponse, found, "GitHub answers with 204")))
    }

    /// Reads JSON from an address outside the API, without the API's token: an issuer's keys, or the runner's ID token
    /// endpoint, which has a token of its own.
    pub async fn get_elsewhere(&self, url: &str, bearer: Option<&str>) -> Result<Json, Failure> {
        let mut headers = Map::from([("accept", "application/json".to_owned()), ("user-agent", user_agent())]);
        if let Some(bearer) = bearer {
            headers.insert("authorization", format!("Bearer {bearer}"));
        }
        if !self.may_be_asked(url) {
            let found = format!("{} is not an address that may be asked", quote(url));
            return Err(Stop::new(Code::ConfigInvalidInput, found, "it has to start with `https://`").into());
        }
        let request = Request { method: "GET", url: url.to_owned(), headers, body: None, timeout_ms: 0 };
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let response = self.exchange(request, shown, Retry::Safe).await?;
        self.json(shown, &response).map_err(Failure::Stop)
    }

    /// Whether an address outside the API is asked: in the clear only on this machine, or where the API itself is.
    fn may_be_asked(&self, url: &str) -> bool {
        origin(url).is_some_and(|origin| {
            origin.starts_with("https:") || self.base.starts_with("http:") || is_loopback(&origin)
        })
    }

    async fn api(
        &self,
        method: &'static str,
        path: &str,
        body: Option<String>,
        retry: Retry,
    ) -> Result<Response, Failure> {
        if self.token.is_empty() {
            return Err(Failure::Stop(Stop::new(
                Code::ApiUnauthorized,
                format!("the input `token` is empty and `{method} {path}` needs one"),
                "",
            )));
        }
        let mut headers = Map::from([
            ("accept", "application/vnd.github+json".to_owned()),
            ("authorization", format!("Bearer {}", self.token)),
            ("user-agent", user_agent()),
            ("x-github-api-version", API_VERSION.to_owned()),
        ]);
        if body.is_some() {
            headers.insert("content-type", "application/json".to_owned());
        }
        let request = Request { method, url: format!("{}{path}", self.base), headers, body, timeout_ms: 0 };
        self.exchange(request, path, retry).await
    }

    fn json(&self, path: &str, response: &Response) -> Result<Json, Stop> {
        let broken = |why: String| {
            Stop::new(Code::ApiInvalidResponse, format!("GitHub's answer for `{}` {why}", printable(path)), "")
        };
        let document = json::parse(response.body.as_bytes())
            .map_err(|error| broken(format!("is not JSON: {}", self.redactor.clean(error.to_string()))))?;
        match document.flaws.describe() {
            None => Ok(document.root),
            Some(flaw) => Err(broken(format!("is ambiguous: {flaw}"))),
        }
    }

    /// One request with its retries and redirects.
    async fn exchange(&self, mut request: Request, shown: &str, retry: Retry) -> Result<Response, Failure> {
        let call = self.start_call(request.method, shown);
        let mut retries = 0;
        let mut redirects = 0;
        loop {
            let left = self.deadline.saturating_sub(self.host.now());
            if left == 0 {
                return Err(self.unavailable(shown, "the 60 seconds for all requests are over").into());
            }
            request.timeout_ms = u32::try_from(left.min(REQUEST_MS)).unwrap_or(u32::MAX);
            self.count_try(call);
            let result = self.host.request(&request).await;
            let trouble = match result {
                Ok(response) => {
                    self.note_status(call, response.status);
                    match self.assess(response, shown, retry, left)? {
                        Assessed::Good(response) => return Ok(response),
                        Assessed::Redirect { target, keeps_method } => {
                            redirects += 1;
                            if request.method != "GET" && !keeps_method {
                                return Err(refused_redirect(shown, "although it writes").into());
                            }
                            request.url = self.redirect(&request, shown, &target, redirects)?;
                            continue;
                        }
                        Assessed::Trouble(trouble) => trouble,
                    }
                }
                Err(fault) => self.fault(&fault, shown, retry)?,
            };
            let pause = trouble.wait_ms.unwrap_or_else(|| self.pause(retries));
            let left = self.deadline.saturating_sub(self.host.now());
            if trouble.uncertain {
                return Err(Failure::Uncertain(trouble.stop));
            }
            if !trouble.again || retries == RETRIES || pause >= left {
                return Err(trouble.stop.into());
            }
            retries += 1;
            self.host.sleep(u32::try_from(pause).unwrap_or(u32::MAX)).await;
        }
    }

    /// What a response calls for.
    fn assess(&self, response: Response, shown: &str, retry: Retry, left: u64) -> Result<Assessed, Failure> {
        let status = response.status;
        match status {
            200..=299 => Ok(Assessed::Good(response)),
            301 | 302 | 303 | 307 | 308 => {
                let target = response.header("location").unwrap_or_default().to_owned();
                Ok(Assessed::Redirect { target, keeps_method: status >= 307 })
            }
            401 if is_of_the_api(shown) => Err(Failure::Stop(Stop::new(
                Code::ApiUnauthorized,
                format!(
                    "GitHub did not accept the token for `{}`: {}",
                    printable(shown),
                    quote(&self.message(&response))
                ),
                "",
            ))),
            500..=599 => {
                let stop = self.unavailable(shown, &format!("GitHub answered with status {status}"));
                let again = retry == Retry::Safe || matches!(status, 502..=504);
                self.with_retry_after(&response, Trouble { stop, again, uncertain: !again, wait_ms: None }, left)
            }
            403 | 429 if self.is_rate_limit(&response) => {
                let stop = self.rate_limited(shown, &response);
                let spent = response.header("x-ratelimit-remaining") == Some("0");
                let again = !spent || response.header("retry-after").is_some();
                // A limited request was certainly not carried out.
                self.with_retry_after(&response, Trouble { stop, again, uncertain: false, wait_ms: None }, left)
            }
            _ => Err(Failure::Refused(Refusal {
                status,
                message: self.message(&response),
                accepted_permissions: response
                    .header("x-accepted-github-permissions")
                    .map(|text| printable(text).into_owned()),
            })),
        }
    }

    /// `Retry-After` is obeyed if it fits the time that is left; if not, waiting would be in vain.
    fn with_retry_after(&self, response: &Response, trouble: Trouble, left: u64) -> Result<Assessed, Failure> {
        let Some(seconds) = response.header("retry-after") else { return Ok(Assessed::Trouble(trouble)) };
        match seconds.trim().parse::<u64>() {
            Ok(seconds) if seconds.saturating_mul(1000) < left => {
                Ok(Assessed::Trouble(Trouble { wait_ms: Some(seconds * 1000), ..trouble }))
            }
            Ok(seconds) => {
                let ends = rfc3339(self.host.now().saturating_add(seconds.saturating_mul(1000)));
                Err(Failure::Stop(Stop::new(
                    Code::ApiRateLimited,
                    format!("GitHub asks for a pause of {seconds} seconds before the next request, until {ends}"),
                    "all requests of a decision have 60 seconds",
                )))
            }
            Err(_) => Err(Failure::Stop(Stop::new(
                Code::ApiRateLimited,
                format!("GitHub asks for a pause until {}", quote(seconds)),
                "all requests of a decision have 60 seconds",
            ))),
        }
    }

    fn is_rate_limit(&self, response: &Response) -> bool {
        response.status == 429
            || response.header("x-ratelimit-remaining") == Some("0")
            || response.header("retry-after").is_some()
            || is_secondary(&self.message(response))
    }

    fn rate_limited(&self, shown: &str, response: &Response) -> Stop {
        if !is_of_the_api(shown) {
            let found = format!("`{}` is asked too often: {}", printable(shown), quote(&self.message(response)));
            return Stop::new(Code::ApiRateLimited, found, "").mend("Run again later.");
        }
        if response.header("x-ratelimit-remaining").is_some_and(|left| left != "0") {
            let found = format!(
                "GitHub takes no more requests for now, although the token's limit is not spent (`{}`: {})",
                printable(shown),
                quote(&self.message(response))
            );
            return Stop::new(Code::ApiRateLimited, found, "its secondary limit is on how many come at once")
                .mend("Run again some minutes later.");
        }
        let limit =
            response.header("x-ratelimit-limit").map_or(String::new(), |limit| format!(" of {}", printable(limit)));
        let ends = response
            .header("x-ratelimit-reset")
            .and_then(|seconds| seconds.parse::<u64>().ok())
            .map_or(String::new(), |seconds| format!(", until {}", rfc3339(seconds.saturating_mul(1000))));
        Stop::new(
            Code::ApiRateLimited,
            format!(
                "the token's request limit{limit} is spent{ends} (`{}`: {})",
                printable(shown),
                quote(&self.message(response))
            ),
            "`GITHUB_TOKEN` has 1,000 requests an hour and repository",
        )
    }

    fn fault(&self, fault: &Fault, shown: &str, retry: Retry) -> Result<Trouble, Failure> {
        let message = self.redactor.clean(printable(&fault.message).into_owned());
        let uncertain = retry == Retry::OnlyIfNotTaken && fault.sent;
        match fault.kind {
            FaultKind::TooLarge | FaultKind::NotText => {
                let found = format!("GitHub's answer for `{}` cannot be read: {message}", printable(shown));
                let stop = Stop::new(Code::ApiInvalidResponse, found, "");
                Err(if uncertain { Failure::Uncertain(stop) } else { Failure::Stop(stop) })
            }
            kind => {
                let again = !uncertain && kind != FaultKind::Offline;
                let mut stop = self.unavailable(shown, &message);
                if kind == FaultKind::Tls {
                    stop = stop.mend(
                        "If the certificate is of an authority of your own, set NODE_EXTRA_CA_CERTS to that one's file \
                         where the runner is started; if not, somebody else may be answering.",
                    );
                }
                Ok(Trouble { stop, again, uncertain, wait_ms: None })
            }
        }
    }

    fn unavailable(&self, shown: &str, why: &str) -> Stop {
        let from = if is_of_the_api(shown) { format!(" from {}", quote(&self.base)) } else { String::new() };
        Stop::new(Code::ApiUnavailable, format!("`{}` had no good answer{from}: {why}", printable(shown)), "")
    }

    /// The address that a redirect leads to, if it may be followed.
    fn redirect(&self, request: &Request, shown: &str, target: &str, count: u32) -> Result<String, Stop> {
        let from = origin(&request.url).unwrap_or_default();
        let url = if target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\") {
            format!("{from}{target}")
        } else {
            target.to_owned()
        };
        if count > REDIRECTS {
            return Err(refused_redirect(shown, &format!("more than {REDIRECTS} times")));
        }
        if origin(&url).is_none_or(|to| to != from) {
            return Err(refused_redirect(shown, &format!("to {}", quote(&self.redactor.clean(url)))));
        }
        Ok(url)
    }

    fn pause(&self, retries: u32) -> u64 {
        let pause = FIRST_PAUSE_MS * 3_u64.pow(retries);
        let chance = self.host.random(1).first().copied().unwrap_or(0);
        pause + pause * u64::from(chance) / 510
    }

    /// GitHub's own words in an answer that is not a success: the message, and what a validation found.
    fn message(&self, response: &Response) -> String {
        let root = json::parse(response.body.as_bytes()).map_or(Json::Null, |document| document.root);
        let message = root.at("message").as_str().unwrap_or("no message");
        let errors = root.at("errors").as_array().unwrap_or_default().iter();
        let details = errors.filter_map(|error| error.as_str().or(error.at("message").as_str()));
        let words: Vec<&str> = std::iter::once(message).chain(details).collect();
        self.redactor.clean(words.join("; "))
    }

    fn start_call(&self, method: &str, path: &str) -> usize {
        let mut calls = self.calls.borrow_mut();
        calls.push(Call { method: method.to_owned(), path: path.to_owned(), status: None, tries: 0 });
        calls.len() - 1
    }

    fn count_try(&self, call: usize) {
        if let Some(call) = self.calls.borrow_mut().get_mut(call) {
            call.tries += 1;
        }
    }

    fn note_status(&self, call: usize, status: u16) {
        if let Some(call) = self.calls.borrow_mut().get_mut(call) {
            call.status = Some(status);
        }
    }
}

/// Whether GitHub's words are those of a secondary limit; the second are of older servers.
fn is_secondary(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("rate limit") || message.contains("abuse detection")
}

/// Whether a request went to the API, with its token: then it is shown as a path, and otherwise as a whole address.
fn is_of_the_api(shown: &str) -> bool {
    shown.starts_with('/')
}

enum Assessed {
    Good(Response),
    /// `keeps_method` as 307 and 308 do (RFC 9110, section 15.4); GitHub answers writes to a renamed repository so.
    Redirect {
        target: String,
        keeps_method: bool,
    },
    Trouble(Trouble),
}

/// A passing fault: what to say if it stays, whether to try again, and how long GitHub asks to wait.
struct Trouble {
    stop: Stop,
    again: bool,
    /// Whether the request may have been carried out, and must not be repeated for that.
    uncertain: bool,
    wait_ms: Option<u64>,
}

fn refused_redirect(shown: &str, why: &str) -> Stop {
    Stop::new(
        Code::ApiInvalidResponse,
        format!("`{}` was redirected {why}", printable(shown)),
        format!("redirects are followed on the same host only, at most {REDIRECTS}"),
    )
}

fn user_agent() -> String {
    format!("dispatch-guard/{}", crate::VERSION)
}

/// Scheme, host and port of an http or https address, in lower case.
pub(crate) fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let sound = matches!(scheme.as_str(), "http" | "https")
        && !authority.is_empty()
        && authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte));
    sound.then(|| format!("{scheme}://{}", authority.to_ascii_lowercase()))
}

/// Whether an origin is on this machine.
fn is_loopback(origin: &str) -> bool {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    // No name ends in a number (URL Standard, "ends in a number checker"), so what begins so is an address.
    let is_ipv4 = host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    matches!(host, "localhost" | "[::1]") || (is_ipv4 && host.starts_with("127."))
}

/// `/repos/{owner}/{name}` of a repository that is named `owner/name`.
pub fn repository_path(repository: &str) -> String {
    let (owner, name) = repository.split_once('/').unwrap_or_default();
    format!("/repos/{}/{}", segment(owner), segment(name))
}

/// A text as one segment of a path (RFC 3986: only unreserved characters stay).
pub fn segment(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_compared_as_a_whole() {
        assert_eq!(origin("https://API.github.com/x").as_deref(), Some("https://api.github.com"));
        assert_eq!(origin("http://127.0.0.1:80/x?y").as_deref(), Some("http://127.0.0.1:80"));
        for other in
            ["https://api.github.com@evil.example/", "ftp://x/", "https:///x", "api.github.com", "https://a b/"]
        {
            assert_eq!(origin(other), None, "{other}");
        }
        assert_ne!(origin("https://api.github.com.evil.example/x"), origin("https://api.github.com/x"));
        assert_ne!(origin("http://api.github.com/x"), origin("https://api.github.com/x"));
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for here in
            ["http://127.0.0.1", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:80", "http://[::1]"]
        {
            assert!(is_loopback(here), "{here}");
        }
        for elsewhere in
            ["http://127.0.0.1.evil.example", "http://localhost.evil.example", "http://10.0.0.1", "http://x"]
        {
            assert!(!is_loopback(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn segments_cannot_leave_their_place() {
        assert_eq!(segment("github-actions[bot]"), "github-actions%5Bbot%5D");
        assert_eq!(segment("a/../b?c#d"), "a%2F..%2Fb%3Fc%23d");
    }
}
