//! The proof by an ID token: GitHub itself says which workflow asked for a token for exactly this dispatch.
//!
//! What the token claims is held against the dispatch first, so that no request is made for one that cannot pass; then
//! its signature against the issuer's keys (RFC 7515, 7517, 7518, 7519; GitHub Docs on OIDC in Actions).

use std::slice;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::Context;
use super::digest::Digest;
use super::envelope::Envelope;
use crate::decision::{Code, Stop};
use crate::environment::Environment;
use crate::github::{Failure, Refusal};
use crate::json::{self, Json};
use crate::policy::WorkflowRef;
use crate::text::{quote, quote_list};

/// Seconds by which clocks may differ.
pub const LEEWAY: u64 = 60;
/// The smallest RSA modulus in bytes: 2048 bits (RFC 7518, section 3.3).
const MIN_MODULUS: usize = 256;

/// A token whose claims have held; its signature has not been checked yet.
pub struct Token {
    key_id: String,
    /// The part that is signed, as it was sent.
    signed: String,
    signature: Vec<u8>,
    issuer: String,
    workflow: String,
}

/// Reads a token and holds its header and claims against the dispatch.
///
/// # Errors
/// `provenance.oidc_invalid`, with wording of its own for each part.
pub fn read(
    token: &str,
    envelope: &Envelope,
    digest: &Digest,
    workflows: &[WorkflowRef],
    context: Context<'_>,
) -> Result<Token, Stop> {
    let parts: Vec<&str> = token.split('.').collect();
    let [header_part, claims_part, signature_part] = parts.as_slice() else {
        return Err(invalid("the ID token is no token", "a token has three parts with dots between them"));
    };
    let header = object(header_part, "header")?;
    let claims = object(claims_part, "claims")?;
    let signature = Base64UrlUnpadded::decode_vec(signature_part)
        .map_err(|_| invalid("the ID token's signature is not base64url", ""))?;
    let key_id = check_header(&header)?;
    let issuer = issuer(context.environment);
    check_claims(&claims, &issuer, digest, context.now)?;
    let workflow = check_origin(&claims, envelope, workflows, context.environment)?;
    Ok(Token { key_id, signed: format!("{header_part}.{claims_part}"), signature, issuer, workflow })
}

impl Token {
    /// Checks the signature against the issuer's keys, which are read for it. The answer says what the token proves.
    ///
    /// # Errors
    /// `provenance.oidc_invalid`; `api.*` where the keys cannot be had.
    pub async fn verify(&self, context: Context<'_>) -> Result<String, Stop> {
        let url = format!("{}/.well-known/jwks", self.issuer);
        let json = context.github.get_elsewhere(&url, None).await.map_err(|failure| match failure {
            Failure::Stop(stop) | Failure::Uncertain(stop) => stop,
            // No token is sent there, so none is to blame.
            Failure::Refused(Refusal { status, .. }) => Stop::new(
                Code::ApiInvalidResponse,
                format!("the issuer answered {status} instead of giving its keys ({})", quote(&url)),
                "",
            )
            .mend("Check that the runner can reach the issuer, and that `GITHUB_SERVER_URL` is the server's address."),
        })?;
        let Some(keys) = json.at("keys").as_array() else {
            let found = format!("the answer for {} is no set of keys", quote(&url));
            return Err(Stop::new(Code::ApiInvalidResponse, found, ""));
        };
        let mut named = keys.iter().filter(|key| key.at("kid").as_str() == Some(&self.key_id)).peekable();
        if named.peek().is_none() {
            return Err(invalid(
                format!("the ID token is signed with the key {}", quote(&self.key_id)),
                format!("the issuer {} has no such key", quote(&self.issuer)),
            ));
        }
        let mut usable = false;
        for jwk in named.filter_map(verification_key) {
            usable = true;
            if context.host.verify_rs256(&jwk, self.signed.as_bytes(), &self.signature).await {
                return Ok(format!("issued by {} to {}", quote(&self.issuer), quote(&self.workflow)));
            }
        }
        let found = if usable {
            "the signature of the ID token does not belong to its content"
        } else {
            "the key that the ID token names is none for RS256"
        };
        Err(invalid(found, format!("the key {} of {} has to verify it", quote(&self.key_id), quote(&self.issuer))))
    }
}

/// The issuer of ID tokens of the server on which the run is.
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

fn invalid(found: impl Into<String>, allowed: impl Into<String>) -> Stop {
    Stop::new(Code::ProvenanceOidcInvalid, found, allowed)
}

/// The JSON object in a part of a token.
fn object(part: &str, what: &str) -> Result<Json, Stop> {
    let broken = |why: String| invalid(format!("the ID token's {what} cannot be read: {why}"), "");
    let bytes = Base64UrlUnpadded::decode_vec(part).map_err(|_| broken("it is not base64url".to_owned()))?;
    let document = json::parse(&bytes).map_err(|error| broken(format!("it is not JSON: {error}")))?;
    match document.flaws.describe() {
        Some(flaw) => Err(broken(flaw)),
        None if document.root.as_object().is_none() => Err(broken(format!("it is {}", document.root.kind()))),
        None => Ok(document.root),
    }
}

/// The id of the key that the header names. A key that the header itself brings along is never looked at.
fn check_header(header: &Json) -> Result<String, Stop> {
    if header.at("alg").as_str() != Some("RS256") {
        return Err(invalid(
            format!("the ID token's `alg` is {}", shown(header.at("alg"))),
            "`RS256` is the only algorithm",
        ));
    }
    let typ = header.at("typ");
    if !typ.is_null() && !typ.as_str().is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Err(invalid(format!("the ID token's `typ` is {}", shown(typ)), "it has to be `JWT`"));
    }
    if !header.at("crit").is_null() {
        return Err(invalid("the ID token's header has a `crit`", "no extension is known"));
    }
    match header.at("kid").as_str() {
        Some(key_id) if !key_id.is_empty() => Ok(key_id.to_owned()),
        _ => Err(invalid(format!("the ID token's `kid` is {}", shown(header.at("kid"))), "it has to name a key")),
    }
}

/// Issuer, audience and times.
fn check_claims(claims: &Json, issuer: &str, digest: &Digest, now: u64) -> Result<(), Stop> {
    if claims.at("iss").as_str() != Some(issuer) {
        return Err(invalid(
            format!("the ID token was issued by {}", shown(claims.at("iss"))),
            format!("this server's issuer is {}", quote(issuer)),
        ));
    }
    let audience = digest.audience();
    let for_this = match claims.at("aud") {
        Json::String(text) => *text == audience,
        Json::Array(all) => matches!(all.as_slice(), [Json::String(text)] if *text == audience),
        _ => false,
    };
    if !for_this {
        return Err(invalid(
            format!("the ID token is for the audience {}", shown(claims.at("aud"))),
            format!("this dispatch has {}: the token is for another payload or another purpose", quote(&audience)),
        ));
    }
    let time = |claim: &str| {
        claims.at(claim).as_u64().ok_or_else(|| {
            invalid(
                format!("the ID token's `{claim}` is {}", shown(claims.at(claim))),
                "it has to be a time in Unix seconds",
            )
        })
    };
    let (exp, nbf, iat) = (time("exp")?, time("nbf")?, time("iat")?);
    let leeway = format!("clocks may differ by {LEEWAY} seconds");
    if exp.saturating_add(LEEWAY) < now {
        return Err(invalid(format!("the ID token expired {} seconds ago", now - exp), leeway)
            .mend("Send the dispatch anew; GitHub's ID tokens are good for a few minutes only."));
    }
    if nbf > now.saturating_add(LEEWAY) {
        return Err(invalid(format!("the ID token is not good before {} seconds from now", nbf - now), leeway));
    }
    if iat > now.saturating_add(LEEWAY) {
        return Err(invalid(format!("the ID token was issued {} seconds in the future", iat - now), leeway));
    }
    Ok(())
}

/// Repository, workflow and run. The answer is the workflow.
fn check_origin(
    claims: &Json,
    envelope: &Envelope,
    workflows: &[WorkflowRef],
    environment: &Environment,
) -> Result<String, Stop> {
    let repository_id = environment.repository_id().map(|id| id.to_string()).unwrap_or_default();
    if number(claims.at("repository_id")).as_deref() != Some(&repository_id) {
        return Err(invalid(
            format!("the ID token was issued to the repository with id {}", shown(claims.at("repository_id"))),
            format!("this repository has the id {repository_id}"),
        ));
    }
    let claimed = claims.at("workflow_ref");
    let workflow = claimed.as_str().unwrap_or_default();
    let repository = environment.repository();
    let Some(proven) = workflows.iter().find(|listed| is_listed(workflow, slice::from_ref(listed), repository)) else {
        return Err(invalid(
            format!("the ID token was issued to the workflow {}", shown(claimed)),
            format!("the policy lists {}", quote_list(workflows.iter().map(ToString::to_string), "and")),
        ));
    };
    if let Some(named) = &envelope.workflow_ref
        && !is_listed(named, slice::from_ref(proven), repository)
    {
        return Err(invalid(
            format!("the ID token was issued to the workflow {}", quote(workflow)),
            format!("the envelope names {}", quote(named)),
        ));
    }
    for (claim, named) in [("run_id", envelope.run_id), ("run_attempt", envelope.run_attempt)] {
        let found = claims.at(claim);
        if claim == "run_attempt" && (found.is_null() || named.is_none()) {
            continue;
        }
        let named = named.map(|named| named.to_string()).unwrap_or_default();
        if number(found).as_deref() != Some(&named) {
            return Err(invalid(
                format!("the ID token's `{claim}` is {}", shown(found)),
                format!("the envelope names {}", quote(&named)),
            ));
        }
    }
    Ok(workflow.to_owned())
}

/// Whether a workflow as in `GITHUB_WORKFLOW_REF` (`OWNER/REPO/PATH@REF`) is one of the list, in the run's repository.
pub fn is_listed(workflow: &str, workflows: &[WorkflowRef], repository: &str) -> bool {
    let own = workflow.get(..repository.len()).filter(|own| own.eq_ignore_ascii_case(repository));
    let Some(rest) = own.and_then(|_| workflow[repository.len()..].strip_prefix('/')) else { return false };
    workflows.iter().any(|listed| rest == listed.to_string())
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

/// A key of the issuer with nothing in it but what verifies; nothing where it is not meant for RS256 signatures.
fn verification_key(key: &Json) -> Option<String> {
    let absent_or = |name: &str, wanted: &str| key.at(name).is_null() || key.at(name).as_str() == Some(wanted);
    if key.at("kty").as_str() != Some("RSA") || !absent_or("use", "sig") || !absent_or("alg", "RS256") {
        return None;
    }
    let part = |name: &str| {
        let text = key.at(name).as_str()?;
        Some((text, Base64UrlUnpadded::decode_vec(text).ok()?))
    };
    let ((n, modulus), (e, exponent)) = (part("n")?, part("e")?);
    let significant = modulus.iter().skip_while(|byte| **byte == 0).count();
    if significant < MIN_MODULUS || exponent.is_empty() {
        return None;
    }
    let members = [("kty", "RSA"), ("n", n), ("e", e)];
    Some(
        Json::Object(members.map(|(key, value)| (key.to_owned(), Json::string(value))).into_iter().collect())
            .to_compact(),
    )
}
