//! The ID token that GitHub gives a job with `id-token: write` (GitHub Docs, "`OpenID` Connect reference").

use crate::actions::common::ActionContext;
use crate::envelope::is_token;
use crate::github::error::ApiError;
use crate::github::url::encode_path_segment;
use crate::host::Host;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;

const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const PERMISSION: &str = "id-token: write";

/// Asks for a token for an audience. From the moment that it is there it is a secret.
///
/// # Errors
/// `api.*`; `api.forbidden` where the job may not ask.
pub async fn request(tools: &ActionContext<'_>, host: &dyn Host, audience: &str) -> Result<String, Rejection> {
    let (url, bearer) = (tools.environment.get(URL), tools.environment.get(TOKEN));
    if url.is_empty() || bearer.is_empty() {
        let missing = if url.is_empty() { URL } else { TOKEN };
        let found =
            format!("the input `oidc` is `true`, but the job may not ask for an ID token: no `{missing}` is set");
        return Err(without_permission(found));
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    let address = format!("{url}{separator}audience={}", encode_path_segment(audience));
    let answer = tools.github.get_external(&address, Some(bearer)).await.map_err(explain)?;
    let token = answer.get_path("value").as_str().unwrap_or_default().to_owned();
    // First of all, whatever it is.
    if !token.is_empty() {
        host.mask(&token);
        tools.github.add_secret(&token);
    }
    if is_token(&token) {
        Ok(token)
    } else {
        let found = "GitHub's answer to the request for an ID token holds none";
        Err(Rejection::new(ReasonCode::ApiInvalidResponse, found, "it has to be a JSON Web Token in `value`"))
    }
}

fn without_permission(found: String) -> Rejection {
    Rejection::new(ReasonCode::ApiForbidden, found, format!("the job needs `{PERMISSION}`"))
        .with_help(format!("Add `{PERMISSION}` to the job's `permissions:`."))
}

fn explain(failure: ApiError) -> Rejection {
    match failure {
        ApiError::Status(refusal) => {
            without_permission(format!("GitHub refused to give an ID token with status {}", refusal.status))
        }
        ApiError::Rejected(mut rejection) | ApiError::Indeterminate(mut rejection) => {
            rejection.found = format!("no ID token could be had: {}", rejection.found);
            rejection
        }
    }
}
