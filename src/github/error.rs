//! Why an API request gave nothing, and how that becomes a rejection.

use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::{escape_unprintable, quote, quote_whole};

/// GitHub's response to a request that it refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The status: 403, 404, 410, 422 or another that is neither a transient error nor a success.
    pub status: u16,
    /// GitHub's message, whole.
    pub message: String,
    /// The header `X-Accepted-GitHub-Permissions`: what would have been enough.
    pub accepted_permissions: Option<String>,
    /// The address in the header `X-GitHub-SSO`, at which the token can be authorized for the organization.
    pub sso_url: Option<String>,
}

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiError {
    /// GitHub refused; what that means depends on the request.
    Status(ErrorResponse),
    /// There was no response, or one that makes no sense.
    Rejected(Rejection),
    /// Like [`ApiError::Rejected`], for a request that must not be repeated and that GitHub may have carried out.
    Indeterminate(Rejection),
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        ApiError::Rejected(rejection)
    }
}

impl ApiError {
    /// The rejection for an error without a meaning of its own. `what` was requested, and takes `permission`.
    pub fn into_rejection(self, what: &str, permission: &str) -> Rejection {
        match self {
            ApiError::Rejected(rejection) | ApiError::Indeterminate(rejection) => rejection,
            ApiError::Status(response) if response.status == 403 => {
                response.permission_denied(&format!("access to {what}"), permission)
            }
            ApiError::Status(response) => Rejection::new(
                ReasonCode::ApiInvalidResponse,
                format!("GitHub responded with status {} for {what}: {}", response.status, response.quoted_message()),
                "",
            )
            .with_help(
                "Follow GitHub's message. If it does not help, check that GITHUB_API_URL and the proxy lead to \
                 GitHub's REST API.",
            ),
        }
    }
}

impl ErrorResponse {
    /// Whether GitHub refused because the token lacks a permission. A 403 has other reasons: an archived repository,
    /// an IP allow list, an organization that requires SAML.
    pub fn is_about_permissions(&self) -> bool {
        self.accepted_permissions.is_some()
            || ["Resource not accessible", "Must have "].iter().any(|start| self.message.contains(start))
    }

    /// GitHub's message in backticks, not shortened: what to do is often at its end.
    pub fn quoted_message(&self) -> String {
        quote_whole(&self.message)
    }

    /// The rejection for a refused `operation`, such as `access to the file`.
    pub fn permission_denied(&self, operation: &str, permission: &str) -> Rejection {
        let accepted = self
            .accepted_permissions
            .as_deref()
            .map_or(String::new(), |accepted| format!(" (GitHub accepts {})", quote(accepted)));
        let found = format!("GitHub denied {operation} (status {}: {}){accepted}", self.status, self.quoted_message());
        let rejection = Rejection::new(ReasonCode::ApiForbidden, found, "");
        if let Some(url) = &self.sso_url {
            return rejection.with_help(format!("Authorize the token for the organization at {}.", quote_whole(url)));
        }
        // GitHub hides with a 404 what a token may not write to (REST API, "Troubleshooting").
        if self.is_about_permissions() || self.status == 404 {
            let mut rejection = rejection
                .with_help(format!("Add `{permission}` to the job's `permissions:`, or use a `token` that has it."));
            rejection.expected = format!("the token needs `{permission}`");
            return rejection;
        }
        rejection.with_help("Follow GitHub's message: it is not about the token's permissions.")
    }
}

/// The rejection for a response of the API that is not what GitHub documents. `why` ends the sentence that begins with
/// the path.
pub fn invalid_response(path: &str, why: &str) -> Rejection {
    let found = format!("GitHub's response for `{}` {why}", escape_unprintable(path));
    Rejection::new(ReasonCode::ApiInvalidResponse, found, "")
}
