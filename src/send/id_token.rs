//! The ID token that GitHub gives a job with `id-token: write` (GitHub Docs, "`OpenID` Connect reference").

use crate::decision::{Code, Stop};
use crate::deed::Tools;
use crate::github::{Failure, segment};
use crate::host::Host;

const URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const PERMISSION: &str = "id-token: write";

/// Asks for a token for an audience. From the moment that it is there it is a secret.
///
/// # Errors
/// `api.*`; `api.forbidden` where the job may not ask.
pub async fn request(tools: &mut Tools<'_>, host: &dyn Host, audience: &str) -> Result<String, Stop> {
    let (url, bearer) = (tools.environment.get(URL), tools.environment.get(TOKEN));
    if url.is_empty() || bearer.is_empty() {
        let missing = if url.is_empty() { URL } else { TOKEN };
        let found =
            format!("the input `oidc` is `true`, but the job may not ask for an ID token: no `{missing}` is set");
        return Err(without_permission(found));
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    let address = format!("{url}{separator}audience={}", segment(audience));
    let answer = tools.github.get_elsewhere(&address, Some(bearer)).await.map_err(explain)?;
    let token = answer.at("value").as_str().unwrap_or_default().to_owned();
    // First of all, whatever it is.
    if !token.is_empty() {
        host.mask(&token);
        tools.github.hide(&token);
    }
    if is_token(&token) {
        Ok(token)
    } else {
        let found = "GitHub's answer to the request for an ID token holds none";
        Err(Stop::new(Code::ApiInvalidResponse, found, "it has to be a JSON Web Token in `value`"))
    }
}

fn without_permission(found: String) -> Stop {
    Stop::new(Code::ApiForbidden, found, format!("the job needs `{PERMISSION}`"))
        .mend(format!("Add `{PERMISSION}` to the job's `permissions:`."))
}

fn explain(failure: Failure) -> Stop {
    match failure {
        Failure::Refused(refusal) => {
            without_permission(format!("GitHub refused to give an ID token with status {}", refusal.status))
        }
        Failure::Stop(mut stop) | Failure::Uncertain(mut stop) => {
            stop.found = format!("no ID token could be had: {}", stop.found);
            stop
        }
    }
}

/// Whether a text has the form of a signed token: three parts of base64url.
fn is_token(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    text.split('.').count() == 3 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::is_token;

    #[test]
    fn a_token_has_three_parts() {
        assert!(is_token("eyJh.eyJp.c2ln-_"));
        for other in ["", "a", "a.b", "a.b.c.d", "a..c", "a.b.", "a.b.c\n", "a.b=.c", "***"] {
            assert!(!is_token(other), "{other:?}");
        }
    }
}
