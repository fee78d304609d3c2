//! GitHub's REST API over the host's transport: one address, one token, one budget of time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::format::json::{self, Json};
use crate::github::error::{ApiError, invalid_response};
use crate::github::response::{Attempt, ResponseClass};
pub use crate::github::response::{Idempotency, TOTAL_TIMEOUT_MS};
use crate::github::url::{is_confidential, origin};
use crate::host::{Host, Request, Response};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::redact::Redactor;
use crate::text::{escape_unprintable, quote};

/// The REST API's version; 2022-11-28 is the last that gives `merge_commit_sha`.
const API_VERSION: &str = "2022-11-28";
/// Milliseconds for one request.
const REQUEST_TIMEOUT_MS: u64 = 10_000;
/// How often a request is retried.
const MAX_RETRIES: u32 = 3;
/// The first pause in milliseconds. Each further one is three times as long, and up to half of it is added at random.
const INITIAL_BACKOFF_MS: u64 = 300;
/// How many redirects are followed, on the same host only.
const MAX_REDIRECTS: u32 = 3;

/// One API request that was made for the decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiRequest {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path below `GITHUB_API_URL`, with its query.
    pub path: String,
    /// The status of the last response; `None` if there was none.
    pub status: Option<u16>,
    /// How often it was attempted.
    pub attempts: u32,
}

/// The API of one server, for one run.
pub struct GithubClient<'h> {
    host: &'h dyn Host,
    base: String,
    token: String,
    redactor: RefCell<Redactor>,
    deadline_ms: Cell<u64>,
    requests: RefCell<Vec<ApiRequest>>,
}

impl<'h> GithubClient<'h> {
    /// The API at an address, with a token and 60 seconds from now.
    ///
    /// # Errors
    /// `config.invalid_input` if the address is not https (on this machine: or http), or no header can hold the token.
    pub fn new(host: &'h dyn Host, api_url: &str, token: &str, redactor: Redactor) -> Result<Self, Rejection> {
        let base = api_url.trim_end_matches('/');
        check_base(base)?;
        let token = token.trim();
        if token.bytes().any(|byte| !byte.is_ascii_graphic()) {
            return Err(Rejection::new(
                ReasonCode::ConfigInvalidInput,
                "the input `token` contains a character that no token has, such as a space or a line break",
                "expected one token",
            )
            .with_help("Check the secret or expression that sets `token`."));
        }
        Ok(Self {
            host,
            base: base.to_owned(),
            token: token.to_owned(),
            redactor: RefCell::new(redactor),
            deadline_ms: Cell::new(host.now().saturating_add(TOTAL_TIMEOUT_MS)),
            requests: RefCell::default(),
        })
    }

    /// Gives the requests from here on a new budget of time, in milliseconds from now.
    pub fn renew_deadline(&self, budget_ms: u64) {
        self.deadline_ms.set(self.host.now().saturating_add(budget_ms));
    }

    /// The requests that were made so far.
    pub fn requests(&self) -> Vec<ApiRequest> {
        self.requests.borrow().clone()
    }

    /// Redacts a secret that came up later from everything that is said from now on.
    pub fn add_secret(&self, secret: &str) {
        self.redactor.borrow_mut().add(secret);
    }

    /// Whether the text contains a secret that nobody writes by chance.
    pub fn contains_secret(&self, text: &str) -> bool {
        self.redactor.borrow().contains_secret(text)
    }

    /// The text without any secret.
    pub fn redact(&self, text: String) -> String {
        self.redactor.borrow().redact(text)
    }

    /// What must not be printed.
    pub fn redactor(&self) -> Redactor {
        self.redactor.borrow().clone()
    }

    /// Reads JSON from a path below the API's address.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get(&self, path: &str) -> Result<Json, ApiError> {
        let response = self.api("GET", path, None, Idempotency::Idempotent, MAX_REDIRECTS).await?;
        self.parse(path, &response).map_err(ApiError::Rejected)
    }

    /// Reads JSON from a path whose repository somebody named. A redirect would mean that the name has changed hands.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get_without_redirect(&self, path: &str) -> Result<Json, ApiError> {
        let response = self.api("GET", path, None, Idempotency::Idempotent, 0).await?;
        if (300..400).contains(&response.status) {
            return Err(Rejection::new(
                ReasonCode::ApiInvalidResponse,
                format!("GitHub redirected `{}`", escape_unprintable(path)),
                "the repository was renamed or moved, and the old name can belong to somebody else tomorrow",
            )
            .with_help("Use the repository's current name.")
            .into());
        }
        self.parse(path, &response).map_err(ApiError::Rejected)
    }

    /// Reads one page of a list, and whether there is a next one.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get_page(&self, path: &str) -> Result<(Json, NextPage), ApiError> {
        let response = self.api("GET", path, None, Idempotency::Idempotent, MAX_REDIRECTS).await?;
        let next = match response.header("link") {
            None => NextPage::Unknown,
            Some(link) if link.split(',').any(|link| link.contains("rel=\"next\"")) => NextPage::Yes,
            Some(_) => NextPage::No,
        };
        Ok((self.parse(path, &response).map_err(ApiError::Rejected)?, next))
    }

    /// Reads a path whose response is its status alone: a success or a redirect, which is not followed.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get_status(&self, path: &str) -> Result<u16, ApiError> {
        Ok(self.api("GET", path, None, Idempotency::Idempotent, 0).await?.status)
    }

    /// Sends a JSON text to a path. The result is `null` if the response has no body (204).
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn post(&self, path: &str, body: String, idempotency: Idempotency) -> Result<Json, ApiError> {
        let response = self.api("POST", path, Some(body), idempotency, MAX_REDIRECTS).await?;
        if response.body.trim().is_empty() {
            return Ok(Json::Null);
        }
        match (self.parse(path, &response), idempotency) {
            (Ok(json), _) => Ok(json),
            // The write has happened, whatever the body says: an error would have somebody repeat it.
            (Err(_), Idempotency::NonIdempotent) => Ok(Json::Null),
            (Err(rejection), Idempotency::Idempotent) => Err(ApiError::Rejected(rejection)),
        }
    }

    /// Like [`Self::get_page`], for a path that is requested again and again. The record has it once, with all attempts.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn poll(&self, path: &str) -> Result<(Json, NextPage), ApiError> {
        let result = self.get_page(path).await;
        let mut requests = self.requests.borrow_mut();
        if let Some(last) = requests.pop() {
            match requests.iter_mut().find(|request| request.path == last.path && request.method == last.method) {
                Some(known) => {
                    known.attempts += last.attempts;
                    known.status = last.status;
                }
                None => requests.push(last),
            }
        }
        result
    }

    /// Reads JSON from an address outside the API, without the API's token: an issuer's keys, or the runner's ID token
    /// endpoint, which has a token of its own.
    ///
    /// # Errors
    /// [`ApiError`].
    pub async fn get_external(&self, url: &str, bearer: Option<&str>) -> Result<Json, ApiError> {
        let mut headers = BTreeMap::from([("accept", "application/json".to_owned()), ("user-agent", user_agent())]);
        if let Some(bearer) = bearer {
            headers.insert("authorization", format!("Bearer {bearer}"));
        }
        if !origin(url).is_some_and(|origin| is_confidential(&origin)) {
            let found = format!("{} cannot be requested", quote(url));
            return Err(Rejection::new(ReasonCode::ConfigInvalidInput, found, "expected a URL with `https://`").into());
        }
        let request = Request { method: "GET", url: url.to_owned(), headers, body: None, timeout_ms: 0 };
        let shown = url.split(['?', '#']).next().unwrap_or_default();
        let response = self.execute(request, shown, Idempotency::Idempotent, MAX_REDIRECTS).await?;
        self.parse(shown, &response).map_err(ApiError::Rejected)
    }

    async fn api(
        &self,
        method: &'static str,
        path: &str,
        body: Option<String>,
        idempotency: Idempotency,
        max_redirects: u32,
    ) -> Result<Response, ApiError> {
        if self.token.is_empty() {
            return Err(ApiError::Rejected(Rejection::new(
                ReasonCode::ApiUnauthorized,
                format!("the input `token` is empty, and `{method} {}` needs one", escape_unprintable(path)),
                "",
            )));
        }
        let mut headers = BTreeMap::from([
            ("accept", "application/vnd.github+json".to_owned()),
            ("authorization", format!("Bearer {}", self.token)),
            ("user-agent", user_agent()),
            ("x-github-api-version", API_VERSION.to_owned()),
        ]);
        if body.is_some() {
            headers.insert("content-type", "application/json".to_owned());
        }
        let request = Request { method, url: format!("{}{path}", self.base), headers, body, timeout_ms: 0 };
        self.execute(request, path, idempotency, max_redirects).await
    }

    /// Parses a response. Secrets are removed from its values before anything can shorten or escape them.
    fn parse(&self, path: &str, response: &Response) -> Result<Json, Rejection> {
        let redactor = self.redactor.borrow();
        let mut document = json::parse(response.body.as_bytes())
            .map_err(|error| invalid_response(path, &format!("is not JSON: {error}")))?;
        document.redact(&redactor);
        match document.violations.describe() {
            Some(violation) => Err(invalid_response(path, &format!("is ambiguous: {violation}"))),
            None => Ok(document.root),
        }
    }

    /// One request with its retries and redirects.
    async fn execute(
        &self,
        mut request: Request,
        path: &str,
        idempotency: Idempotency,
        max_redirects: u32,
    ) -> Result<Response, ApiError> {
        let index = self.record_request(request.method, path);
        let mut retries = 0;
        let mut redirects = 0;
        loop {
            let redactor = self.redactor.borrow().clone();
            let now_ms = self.host.now();
            let remaining_ms = self.deadline_ms.get().saturating_sub(now_ms);
            let attempt = Attempt { path, base: &self.base, idempotency, now_ms, remaining_ms, redactor: &redactor };
            if remaining_ms == 0 {
                return Err(attempt.unavailable("the time for all requests is used up").into());
            }
            request.timeout_ms = u32::try_from(remaining_ms.min(REQUEST_TIMEOUT_MS)).unwrap_or(u32::MAX);
            self.record_attempt(index);
            let transient = match self.host.request(&request).await {
                Ok(response) => {
                    self.record_status(index, response.status);
                    if max_redirects == 0 && (300..400).contains(&response.status) {
                        return Ok(response);
                    }
                    match attempt.classify(response)? {
                        ResponseClass::Success(response) => return Ok(response),
                        ResponseClass::Redirect { target, status } => {
                            redirects += 1;
                            request.url = self.follow(&request, path, &target, status, redirects, max_redirects)?;
                            continue;
                        }
                        ResponseClass::Transient(error) => error,
                    }
                }
                Err(error) => attempt.classify_fault(&error)?,
            };
            let pause = transient.retry_after_ms.unwrap_or_else(|| self.backoff_ms(retries));
            let remaining_ms = self.deadline_ms.get().saturating_sub(self.host.now());
            if !transient.retry || retries == MAX_RETRIES || pause >= remaining_ms {
                return Err(transient.into_error());
            }
            retries += 1;
            self.host.sleep(u32::try_from(pause).unwrap_or(u32::MAX)).await;
        }
    }

    /// The address that a redirect leads to, if it may be followed.
    fn follow(
        &self,
        request: &Request,
        path: &str,
        target: &str,
        status: u16,
        count: u32,
        max: u32,
    ) -> Result<String, Rejection> {
        if request.method != "GET" && status < 307 {
            let found = format!("GitHub redirected `{} {}`", request.method, escape_unprintable(path));
            return Err(Rejection::new(
                ReasonCode::ApiInvalidResponse,
                found,
                "the repository was renamed or moved, and a write is not repeated elsewhere",
            )
            .with_help("Use the repository's current name."));
        }
        let from = origin(&request.url).unwrap_or_default();
        let url = if target.starts_with('/') && !target.starts_with("//") && !target.starts_with("/\\") {
            format!("{from}{target}")
        } else {
            target.to_owned()
        };
        if count > max {
            return Err(refused_redirect(path, &format!("more than {max} times")));
        }
        if origin(&url).is_none_or(|to| to != from) {
            return Err(refused_redirect(path, &format!("to {}", quote(&self.redact(url)))));
        }
        Ok(url)
    }

    fn backoff_ms(&self, retries: u32) -> u64 {
        let pause = INITIAL_BACKOFF_MS * 3_u64.pow(retries);
        let jitter = self.host.random(1).first().copied().unwrap_or(0);
        pause + pause * u64::from(jitter) / 510
    }

    fn record_request(&self, method: &'static str, path: &str) -> usize {
        let mut requests = self.requests.borrow_mut();
        requests.push(ApiRequest { method, path: path.to_owned(), status: None, attempts: 0 });
        requests.len() - 1
    }

    fn record_attempt(&self, index: usize) {
        if let Some(request) = self.requests.borrow_mut().get_mut(index) {
            request.attempts += 1;
        }
    }

    fn record_status(&self, index: usize, status: u16) {
        if let Some(request) = self.requests.borrow_mut().get_mut(index) {
            request.status = Some(status);
        }
    }
}

/// Whether a list goes on, as the header `Link` says (REST API, "Using pagination").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextPage {
    /// There is a next page.
    Yes,
    /// This is the last page.
    No,
    /// There is no header: the list has one page, or something between here and GitHub removed it.
    Unknown,
}

impl NextPage {
    /// Whether another page has to be read after one with `count` of at most `page_size` elements.
    pub fn follows(self, count: usize, page_size: usize) -> bool {
        match self {
            NextPage::Yes => true,
            NextPage::No => false,
            // Something between here and GitHub may have removed the header.
            NextPage::Unknown => count >= page_size,
        }
    }
}

fn check_base(base: &str) -> Result<(), Rejection> {
    let confidential = origin(base).is_some_and(|origin| is_confidential(&origin));
    if confidential && !base.contains(['?', '#', '\\']) {
        return Ok(());
    }
    let found = match base {
        "" => "`GITHUB_API_URL` is not set".to_owned(),
        // Whatever precedes an `@` may be a password.
        _ => format!("`GITHUB_API_URL` is {}", quote(base.rsplit('@').next().unwrap_or_default())),
    };
    Err(Rejection::new(
        ReasonCode::ConfigInvalidInput,
        found,
        "expected a URL that starts with `https://`, without a user name, a password or a query",
    )
    .with_help("Set GITHUB_API_URL to the server's REST API; over `http://` anybody on the way could read the token."))
}

fn refused_redirect(path: &str, why: &str) -> Rejection {
    Rejection::new(
        ReasonCode::ApiInvalidResponse,
        format!("`{}` was redirected {why}", escape_unprintable(path)),
        format!("redirects are followed on the same host only, at most {MAX_REDIRECTS}"),
    )
}

fn user_agent() -> String {
    format!("dispatch-guard/{}", crate::VERSION)
}
