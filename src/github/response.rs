//! What a response or a transport error calls for: use it, follow it, or wait and retry.

use crate::format::json::{self, Json};
use crate::format::timestamp::{format_rfc3339, parse_http_date};
use crate::github::error::{ApiError, ErrorResponse};
use crate::host::{Response, TransportError, TransportErrorKind};
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::redact::Redactor;
use crate::text::{escape_unprintable, quote};

/// Milliseconds for all requests of a decision, pauses included.
pub const TOTAL_TIMEOUT_MS: u64 = 60_000;

/// Whether a request may be repeated (RFC 9110, section 9.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idempotency {
    /// Repeating it changes nothing: it is retried after any transient error.
    Idempotent,
    /// It is retried only if the server certainly did not carry it out.
    NonIdempotent,
}

/// What a response calls for.
pub enum ResponseClass {
    /// It can be used.
    Success(Response),
    /// It names another address. 307 and 308 keep the method (RFC 9110, section 15.4); GitHub answers writes to a
    /// renamed repository that way.
    Redirect {
        /// The header `Location`.
        target: String,
        /// The status.
        status: u16,
    },
    /// It may pass.
    Transient(TransientError),
}

/// An error that may pass.
pub struct TransientError {
    /// What to say if it persists.
    pub rejection: Rejection,
    /// Whether to retry.
    pub retry: bool,
    /// Whether the request may have been carried out, and must not be repeated for that reason.
    pub indeterminate: bool,
    /// How long GitHub asks to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

impl TransientError {
    /// The error if it is not retried.
    pub fn into_error(self) -> ApiError {
        if self.indeterminate { ApiError::Indeterminate(self.rejection) } else { ApiError::Rejected(self.rejection) }
    }
}

/// A request as the classification sees it.
pub struct Attempt<'a> {
    /// The API's path, or a whole address outside the API.
    pub path: &'a str,
    /// The API's address.
    pub base: &'a str,
    /// Whether the request may be repeated.
    pub idempotency: Idempotency,
    /// The time in Unix milliseconds.
    pub now_ms: u64,
    /// Milliseconds that are left for all requests.
    pub remaining_ms: u64,
    /// What must not be printed.
    pub redactor: &'a Redactor,
}

impl Attempt<'_> {
    /// What a response calls for.
    ///
    /// # Errors
    /// GitHub's refusal.
    pub fn classify(&self, response: Response) -> Result<ResponseClass, ApiError> {
        let status = response.status;
        match status {
            200..=299 => Ok(ResponseClass::Success(response)),
            301 | 302 | 303 | 307 | 308 => {
                let target = response.header("location").unwrap_or_default().to_owned();
                Ok(ResponseClass::Redirect { target, status })
            }
            401 if is_api_path(self.path) => Err(ApiError::Rejected(Rejection::new(
                ReasonCode::ApiUnauthorized,
                format!("GitHub did not accept the token for {}: {}", self.shown(), quote(&self.message(&response))),
                "",
            ))),
            500..=599 => {
                let rejection = self.unavailable(&format!("GitHub responded with status {status}"));
                // 503 says that the server did not process the request; any other 5xx may come after it was written.
                let retry = self.idempotency == Idempotency::Idempotent || status == 503;
                let error = TransientError { rejection, retry, indeterminate: !retry, retry_after_ms: None };
                Ok(ResponseClass::Transient(self.with_retry_after(&response, error)))
            }
            403 | 429 if self.is_rate_limit(&response) => {
                let rejection = self.rate_limited(&response);
                let exhausted = response.header("x-ratelimit-remaining") == Some("0");
                let retry = !exhausted || response.header("retry-after").is_some();
                // A limited request was certainly not carried out.
                let error = TransientError { rejection, retry, indeterminate: false, retry_after_ms: None };
                Ok(ResponseClass::Transient(self.with_retry_after(&response, error)))
            }
            _ => Err(ApiError::Status(self.error_response(&response))),
        }
    }

    /// What a transport error calls for.
    ///
    /// # Errors
    /// A response that cannot be read, which another attempt would not change.
    pub fn classify_fault(&self, error: &TransportError) -> Result<TransientError, ApiError> {
        let message = escape_unprintable(&self.redactor.redact(error.message.clone())).into_owned();
        let indeterminate = self.idempotency == Idempotency::NonIdempotent && error.may_have_been_received;
        if matches!(error.kind, TransportErrorKind::TooLarge | TransportErrorKind::NotUtf8) {
            let found = format!("GitHub's response for {} cannot be read: {message}", self.shown());
            let rejection = Rejection::new(ReasonCode::ApiInvalidResponse, found, "");
            return Err(TransientError { rejection, retry: false, indeterminate, retry_after_ms: None }.into_error());
        }
        let mut rejection = self.unavailable(&message);
        if error.kind == TransportErrorKind::Offline {
            rejection = rejection
                .with_help("Give GitHub's answers: `--api` with a folder or evidence, or `--api-url` with a token.");
        }
        if error.kind == TransportErrorKind::Tls {
            rejection = rejection.with_help(
                "If a private certificate authority issued the certificate, set NODE_EXTRA_CA_CERTS to its file on \
                 the runner; if not, somebody else may be responding.",
            );
        }
        let retry = !indeterminate && error.kind != TransportErrorKind::Offline;
        Ok(TransientError { rejection, retry, indeterminate, retry_after_ms: None })
    }

    /// The rejection for a request that got no usable response.
    pub fn unavailable(&self, why: &str) -> Rejection {
        let target = if is_api_path(self.path) {
            format!("`{}{}`", self.base, escape_unprintable(self.path))
        } else {
            self.shown()
        };
        Rejection::new(ReasonCode::ApiUnavailable, format!("request to {target} failed: {why}"), "")
    }

    fn shown(&self) -> String {
        format!("`{}`", escape_unprintable(self.path))
    }

    /// `Retry-After` is obeyed if it fits into the remaining time. If it does not fit or cannot be read, there is no
    /// point in another attempt.
    fn with_retry_after(&self, response: &Response, error: TransientError) -> TransientError {
        let Some(header) = response.header("retry-after") else { return error };
        let header = header.trim();
        let wait_ms = header.parse::<u64>().map(|seconds| seconds.saturating_mul(1000)).ok().or_else(|| {
            let until = parse_http_date(header)?.saturating_mul(1000);
            Some(until.saturating_sub(self.now_ms))
        });
        match wait_ms {
            Some(wait) if wait < self.remaining_ms => TransientError { retry_after_ms: Some(wait), ..error },
            _ => {
                let until = wait_ms.map_or_else(
                    || quote(&self.redactor.redact(header.to_owned())),
                    |wait| format_rfc3339(self.now_ms.saturating_add(wait)),
                );
                let mut error = TransientError { retry: false, ..error };
                error.rejection.expected = format!(
                    "GitHub asks to wait until {until}, and all requests of a decision have {} seconds",
                    TOTAL_TIMEOUT_MS / 1000
                );
                error
            }
        }
    }

    fn is_rate_limit(&self, response: &Response) -> bool {
        response.status == 429
            || response.header("x-ratelimit-remaining") == Some("0")
            || response.header("retry-after").is_some()
            || is_secondary_limit(&self.message(response))
    }

    fn rate_limited(&self, response: &Response) -> Rejection {
        let message = quote(&self.message(response));
        let shown = self.shown();
        if !is_api_path(self.path) {
            let found = format!("the server limits requests to {shown}: {message}");
            return Rejection::new(ReasonCode::ApiRateLimited, found, "").with_help("Re-run the job later.");
        }
        if response.header("x-ratelimit-remaining").is_some_and(|left| left != "0") {
            let found = format!(
                "GitHub accepts no requests for now, although the token's limit is not used up ({shown}: {message})"
            );
            return Rejection::new(ReasonCode::ApiRateLimited, found, "its secondary limit is on concurrent requests")
                .with_help("Re-run the job a few minutes later.");
        }
        let limit = response
            .header("x-ratelimit-limit")
            .map_or(String::new(), |limit| format!(" of {}", escape_unprintable(limit)));
        let ends = response
            .header("x-ratelimit-reset")
            .and_then(|seconds| seconds.parse::<u64>().ok())
            .map_or(String::new(), |seconds| format!(", until {}", format_rfc3339(seconds.saturating_mul(1000))));
        Rejection::new(
            ReasonCode::ApiRateLimited,
            format!("the token's request limit{limit} is used up{ends} ({shown}: {message})"),
            "`GITHUB_TOKEN` has 1,000 requests per hour and repository",
        )
    }

    fn error_response(&self, response: &Response) -> ErrorResponse {
        let header = |name: &str| {
            let text = self.redactor.redact(response.header(name)?.to_owned());
            Some(escape_unprintable(&text).into_owned())
        };
        let sso = header("x-github-sso")
            .and_then(|text| text.split(';').find_map(|part| part.trim().strip_prefix("url=")).map(str::to_owned));
        ErrorResponse {
            status: response.status,
            message: self.message(response),
            accepted_permissions: header("x-accepted-github-permissions"),
            sso_url: sso,
        }
    }

    /// GitHub's own words in an error response: the message, and what a validation found.
    fn message(&self, response: &Response) -> String {
        let root = json::parse(response.body.as_bytes()).map_or(Json::Null, |document| document.root);
        let message = root.get_path("message").as_str().unwrap_or("no message");
        let errors = root.get_path("errors").as_array().unwrap_or_default().iter();
        let details = errors.filter_map(|error| error.as_str().or(error.get_path("message").as_str()));
        let words: Vec<&str> = std::iter::once(message).chain(details).collect();
        self.redactor.redact(words.join("; "))
    }
}

/// Whether GitHub's words are those of a secondary limit; older servers say "abuse detection".
fn is_secondary_limit(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("rate limit") || message.contains("abuse detection")
}

/// Whether a request went to the API, with its token. Others are shown with their whole address.
fn is_api_path(path: &str) -> bool {
    path.starts_with('/')
}
