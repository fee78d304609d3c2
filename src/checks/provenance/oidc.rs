//! The proof by an ID token: GitHub itself states which workflow requested a token for exactly this dispatch.
//!
//! The token's claims are checked against the dispatch first, so that no request is made for one that cannot pass, and
//! then its signature against the issuer's keys (RFC 7515, 7517, 7518, 7519; GitHub Docs on OIDC in Actions).

use base64ct::{Base64UrlUnpadded, Encoding};

use crate::checks::CheckContext;
use crate::envelope::digest::Digest;
use crate::envelope::{CLOCK_SKEW_SECS, Envelope};
use crate::format::json::{self, Json};
use crate::github::error::{ApiError, ErrorResponse};
use crate::policy::WorkflowRef;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::runner::environment::Environment;
use crate::text::{quote, quote_list};

/// The smallest RSA modulus in bits (RFC 7518, section 3.3).
const MIN_MODULUS_BITS: usize = 2048;
/// The public exponent that is accepted, 65537, in big-endian bytes. A smaller one can make signatures forgeable.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A token whose claims are valid; its signature has not been checked yet.
pub struct Token {
    key_id: String,
    /// Header and claims as they were sent, which the signature covers.
    signed: String,
    signature: Vec<u8>,
    issuer: String,
    workflow: String,
}

/// Reads a token and checks its header and claims against the dispatch.
///
/// # Errors
/// `provenance.oidc_invalid`.
pub fn read(
    token: &str,
    envelope: &Envelope,
    digest: &Digest,
    workflows: &[WorkflowRef],
    context: CheckContext<'_>,
) -> Result<Token, Rejection> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header_part, claims_part, signature_part] = parts.as_slice() else {
        return Err(invalid("the ID token is malformed", "expected three parts with dots between them"));
    };
    let header = object(header_part, "header")?;
    let claims = object(claims_part, "claims")?;
    let signature = Base64UrlUnpadded::decode_vec(signature_part)
        .map_err(|_| invalid("the ID token's signature is not base64url", ""))?;
    let key_id = check_header(&header)?;
    let issuer = issuer(context.environment);
    check_claims(&claims, &issuer, digest, context.now)?;
    let workflow = check_origin(&claims, envelope, workflows, context)?;
    Ok(Token { key_id, signed: format!("{header_part}.{claims_part}"), signature, issuer, workflow })
}

impl Token {
    /// Fetches the issuer's keys and checks the signature. Returns what the token proves.
    ///
    /// # Errors
    /// `provenance.oidc_invalid`; `api.*` if the keys cannot be fetched.
    pub async fn verify(&self, context: CheckContext<'_>) -> Result<String, Rejection> {
        let url = format!("{}/.well-known/jwks", self.issuer);
        let json = context.github.get_external(&url, None).await.map_err(|error| match error {
            ApiError::Rejected(rejection) | ApiError::Indeterminate(rejection) => rejection,
            // The request carries no token, so its permissions are not the cause.
            ApiError::Status(ErrorResponse { status, .. }) => Rejection::new(
                ReasonCode::ApiInvalidResponse,
                format!("the issuer responded with status {status} to the request for its keys ({})", quote(&url)),
                "",
            )
            .with_help(
                "Check that the runner can reach the issuer, and that `GITHUB_SERVER_URL` is the server's address.",
            ),
        })?;
        let Some(keys) = json.get_path("keys").as_array() else {
            let found = format!("the response for {} is not a key set", quote(&url));
            return Err(Rejection::new(ReasonCode::ApiInvalidResponse, found, ""));
        };
        let mut named = keys.iter().filter(|key| key.get_path("kid").as_str() == Some(&self.key_id)).peekable();
        if named.peek().is_none() {
            return Err(invalid(
                format!("the ID token is signed with the key {}", quote(&self.key_id)),
                format!("the issuer {} has no such key", quote(&self.issuer)),
            ));
        }
        let mut is_usable = false;
        for jwk in named.filter_map(verification_key) {
            is_usable = true;
            if context.host.verify_rs256(&jwk, self.signed.as_bytes(), &self.signature).await {
                return Ok(format!("issued by {} to {}", quote(&self.issuer), quote(&self.workflow)));
            }
        }
        let (key_id, issuer) = (quote(&self.key_id), quote(&self.issuer));
        Err(if is_usable {
            let expected = format!("expected a signature by the key {key_id} of {issuer}");
            invalid("the signature of the ID token does not match its content", expected)
        } else {
            let found = format!("the ID token is signed with the key {key_id} of {issuer}, which is not acceptable");
            invalid(found, format!("expected an RS256 key of at least {MIN_MODULUS_BITS} bits with the exponent 65537"))
        })
    }
}

/// The issuer of the server's ID tokens.
pub fn issuer(environment: &Environment) -> String {
    if environment.is_github_com() {
        return "https://token.actions.githubusercontent.com".to_owned();
    }
    let server = environment.server_url();
    let host = server.strip_prefix("https://").map(str::to_ascii_lowercase).unwrap_or_default();
    match host.strip_suffix(".ghe.com") {
        Some(subdomain) if !subdomain.is_empty() && !subdomain.contains(['.', '/', ':', '@']) => {
            format!("https://token.actions.{subdomain}.ghe.com")
        }
        _ => format!("{server}/_services/token"),
    }
}

fn invalid(found: impl Into<String>, allowed: impl Into<String>) -> Rejection {
    Rejection::new(ReasonCode::ProvenanceOidcInvalid, found, allowed)
}

/// The JSON object in a part of a token.
fn object(part: &str, what: &str) -> Result<Json, Rejection> {
    let unreadable = |why: String| invalid(format!("the ID token's {what} cannot be read: {why}"), "");
    let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| unreadable("it is not base64url".to_owned()))?;
    let document = json::parse(&bytes).map_err(|error| unreadable(format!("it is not JSON: {error}")))?;
    match document.violations.describe() {
        Some(violation) => Err(unreadable(violation)),
        None if document.root.as_object().is_none() => Err(unreadable(format!("it is {}", document.root.type_name()))),
        None => Ok(document.root),
    }
}

/// The id of the key that the header names. A key in the header itself is never used.
fn check_header(header: &Json) -> Result<String, Rejection> {
    if header.get_path("alg").as_str() != Some("RS256") {
        return Err(invalid(format!("the ID token's `alg` is {}", shown(header.get_path("alg"))), "expected `RS256`"));
    }
    let typ = header.get_path("typ");
    if !typ.is_null() && !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Err(invalid(format!("the ID token's `typ` is {}", shown(typ)), "expected `JWT`"));
    }
    if header.as_object().is_some_and(|members| members.get("crit").is_some()) {
        return Err(invalid("the ID token's header has a `crit`", "no critical extension is supported"));
    }
    match header.get_path("kid").as_str() {
        Some(key_id) if !key_id.is_empty() => Ok(key_id.to_owned()),
        _ => Err(invalid(
            format!("the ID token's `kid` is {}", shown(header.get_path("kid"))),
            "expected the id of a key",
        )),
    }
}

/// Issuer, audience and times.
fn check_claims(claims: &Json, issuer: &str, digest: &Digest, now: u64) -> Result<(), Rejection> {
    if claims.get_path("iss").as_str() != Some(issuer) {
        return Err(invalid(
            format!("the ID token was issued by {}", shown(claims.get_path("iss"))),
            format!("this server's issuer is {}", quote(issuer)),
        ));
    }
    let audience = digest.audience();
    let for_this = match claims.get_path("aud") {
        Json::String(text) => *text == audience,
        Json::Array(all) => matches!(all.as_slice(), [Json::String(text)] if *text == audience),
        _ => false,
    };
    if !for_this {
        return Err(invalid(
            format!("the ID token is for the audience {}", shown(claims.get_path("aud"))),
            format!("expected {}: the token is for another payload or another purpose", quote(&audience)),
        ));
    }
    let time = |claim: &str| {
        claims.get_path(claim).as_u64().ok_or_else(|| {
            invalid(
                format!("the ID token's `{claim}` is {}", shown(claims.get_path(claim))),
                "expected a time in Unix seconds",
            )
        })
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    let skew = format!("clocks may differ by {CLOCK_SKEW_SECS} seconds");
    if exp.saturating_add(CLOCK_SKEW_SECS) < now {
        return Err(invalid(format!("the ID token expired {} seconds ago", now - exp), skew)
            .with_help("Send the dispatch again; GitHub's ID tokens are valid for a few minutes only."));
    }
    if nbf > now.saturating_add(CLOCK_SKEW_SECS) {
        return Err(invalid(format!("the ID token is not valid for another {} seconds", nbf - now), skew));
    }
    if iat > now.saturating_add(CLOCK_SKEW_SECS) {
        return Err(invalid(format!("the ID token was issued {} seconds in the future", iat - now), skew));
    }
    Ok(())
}

/// Checks repository, workflow and run. Returns the workflow.
fn check_origin(
    claims: &Json,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    context: CheckContext<'_>,
) -> Result<String, Rejection> {
    let repository_id = context.repository_id().to_string();
    if number(claims.get_path("repository_id")).as_deref() != Some(&repository_id) {
        return Err(invalid(
            format!("the ID token was issued to the repository with id {}", shown(claims.get_path("repository_id"))),
            format!("this repository has the id {repository_id}"),
        ));
    }
    let claimed = claims.get_path("workflow_ref");
    let workflow = claimed.as_str().unwrap_or_default();
    let repository = context.environment.repository();
    let Some(proven) = workflows.iter().find(|listed| listed.matches(workflow, repository)) else {
        return Err(invalid(
            format!("the ID token was issued to the workflow {}", shown(claimed)),
            format!("the policy lists {}", quote_list(workflows.iter().map(ToString::to_string), "and")),
        ));
    };
    if let Some(named) = &envelope.workflow_ref
        && !proven.matches(named, repository)
    {
        return Err(invalid(
            format!("the ID token was issued to the workflow {}", quote(workflow)),
            format!("the envelope names {}", quote(named)),
        ));
    }
    for (claim, named) in [("run_id", envelope.run_id), ("run_attempt", envelope.run_attempt)] {
        let found = claims.get_path(claim);
        // Not every issuer states the attempt.
        if claim == "run_attempt" && (found.is_null() || named.is_none()) {
            continue;
        }
        let named = named.map(|named| named.to_string());
        if named.is_none() || number(found) != named {
            let expected = named.map_or("none".to_owned(), |named| quote(&named));
            return Err(invalid(
                format!("the ID token's `{claim}` is {}", shown(found)),
                format!("the envelope names {expected}"),
            ));
        }
    }
    Ok(workflow.to_owned())
}

/// A number that GitHub writes as text, or as a number.
fn number(claim: &Json) -> Option<String> {
    claim.as_u64().map(|number| number.to_string()).or_else(|| claim.as_str().map(str::to_owned))
}

/// A claim for a message.
fn shown(claim: &Json) -> String {
    match claim {
        Json::Null => "missing".to_owned(),
        Json::String(text) => quote(text),
        other => quote(&other.to_compact()),
    }
}

/// The parts of an issuer's key that a verification needs, or `None` if the key is not acceptable for RS256.
fn verification_key(key: &Json) -> Option<String> {
    let absent_or =
        |name: &str, wanted: &str| key.get_path(name).is_null() || key.get_path(name).as_str() == Some(wanted);
    if key.get_path("kty").as_str() != Some("RSA") || !absent_or("use", "sig") || !absent_or("alg", "RS256") {
        return None;
    }
    let part = |name: &str| {
        let text = key.get_path(name).as_str()?;
        Some((text, Base64UrlUnpadded::decode_vec(text).ok()?))
    };
    let ((n, modulus), (e, exponent)) = (part("n")?, part("e")?);
    if bit_length(&modulus) < MIN_MODULUS_BITS || without_leading_zeros(&exponent) != EXPONENT {
        return None;
    }
    let members = [("kty", "RSA"), ("n", n), ("e", e)];
    Some(
        Json::Object(members.map(|(key, value)| (key.to_owned(), Json::string(value))).into_iter().collect())
            .to_compact(),
    )
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.iter().take_while(|byte| **byte == 0).count()..]
}

/// The number of bits of a big-endian integer.
fn bit_length(bytes: &[u8]) -> usize {
    let significant = without_leading_zeros(bytes);
    significant.first().map_or(0, |first| 8 * significant.len() - first.leading_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn key(bits: usize, exponent: &[u8]) -> Value {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= (8 - bits % 8) % 8;
        let encode = |bytes: &[u8]| Base64UrlUnpadded::encode_string(bytes);
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "n": encode(&modulus), "e": encode(exponent)})
    }

    fn is_accepted(key: &Value) -> bool {
        verification_key(&json::parse(key.to_string().as_bytes()).unwrap().root).is_some()
    }

    #[test]
    fn keys_have_at_least_2048_bits_and_the_exponent_65537() {
        assert!(is_accepted(&key(2048, &[1, 0, 1])));
        assert!(is_accepted(&key(4096, &[0, 1, 0, 1])));
        assert!(!is_accepted(&key(2047, &[1, 0, 1])));
        for exponent in [&[][..], &[0], &[1], &[3], &[1, 0, 2], &[1, 0, 1, 0]] {
            assert!(!is_accepted(&key(2048, exponent)), "{exponent:?}");
        }
    }

    #[test]
    fn keys_for_another_purpose_are_not_used() {
        for (name, value) in [("kty", "EC"), ("use", "enc"), ("alg", "RS512")] {
            let mut key = key(2048, &[1, 0, 1]);
            key[name] = value.into();
            assert!(!is_accepted(&key), "{name}");
        }
    }

    #[test]
    fn headers_with_another_algorithm_or_a_critical_extension_are_refused() {
        let check = |header: Value| check_header(&json::parse(header.to_string().as_bytes()).unwrap().root);
        assert_eq!(check(json!({"alg": "RS256", "typ": "JWT", "kid": "k"})).unwrap(), "k");
        for header in [
            json!({"alg": "none", "kid": "k"}),
            json!({"alg": "HS256", "kid": "k"}),
            json!({"kid": "k"}),
            json!({"alg": "RS256", "kid": "k", "crit": ["exp"]}),
            json!({"alg": "RS256", "kid": "k", "crit": null}),
            json!({"alg": "RS256", "kid": "k", "typ": "JOSE"}),
            json!({"alg": "RS256", "kid": ""}),
            json!({"alg": "RS256"}),
        ] {
            assert!(check(header.clone()).is_err(), "{header}");
        }
    }
}
