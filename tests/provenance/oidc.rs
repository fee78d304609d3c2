//! The proof by an ID token. RS256 itself is played here: a signature is the SHA-256 of key and content. The real one is
//! compared with keys made by Node in `tests/js/provenance`.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::support::github::{HEAD, PULL_7, REPOSITORY_ID};
use crate::support::host::START_MS;
use crate::support::{Reply, Scenario, set, without};
use crate::{KEY, NOW, W2, WORKFLOWS, digest, envelope, envelope_without, payload, sent};

const ISSUER: &str = "https://token.actions.githubusercontent.com";
const JWKS: &str = "GET https://token.actions.githubusercontent.com/.well-known/jwks";
const INVALID: &str = "provenance.oidc_invalid";

fn encode(bytes: &[u8]) -> String {
    Base64UrlUnpadded::encode_string(bytes)
}

/// 2,048 bits, the first of which is set.
fn modulus(name: &str) -> String {
    encode(&[name.as_bytes()[0] | 0x80; 256])
}

fn seal(jwk: &str, data: &[u8]) -> Vec<u8> {
    Sha256::new().chain_update(jwk).chain_update(data).finalize().to_vec()
}

fn check(jwk: &str, data: &[u8], signature: &[u8]) -> bool {
    let jwk: Value = serde_json::from_str(jwk).unwrap();
    seal(jwk["n"].as_str().unwrap(), data) == signature
}

/// A key of the issuer's.
fn key(name: &str) -> Value {
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "n": modulus(name), "e": "AQAB", "x5t": name })
}

fn keys(names: &[&str]) -> Reply {
    Reply::json(200, &json!({ "keys": names.iter().map(|name| key(name)).collect::<Vec<_>>() }))
}

fn header() -> Value {
    json!({ "typ": "JWT", "alg": "RS256", "kid": "a", "x5t": "a" })
}

/// What GitHub claims in a token that W2 asks for when it makes the envelope.
fn claims(audience: &str) -> Value {
    json!({
        "iss": ISSUER, "aud": audience, "sub": "repo:acme/charts:ref:refs/heads/main", "jti": "1",
        "iat": NOW - 29, "nbf": NOW - 329, "exp": NOW + 271, "repository": "acme/charts",
        "repository_id": REPOSITORY_ID.to_string(), "workflow_ref": W2, "run_id": "123", "run_attempt": "1",
    })
}

fn token_of(header: &Value, claims: &Value) -> String {
    let content = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let signature = seal(&modulus("a"), content.as_bytes());
    format!("{content}.{}", encode(&signature))
}

fn with_token(token: &str) -> Scenario {
    scenario(set(payload(envelope()), "_guard.oidc", json!(token)))
}

fn scenario(payload: Value) -> Scenario {
    sent(payload, &format!("require: oidc, {WORKFLOWS}")).route(JWKS, keys(&["a"])).rs256(check)
}

fn audience() -> String {
    digest(&payload(envelope())).audience()
}

/// A dispatch whose token claims something else.
fn claiming(path: &str, value: Value) -> Scenario {
    with_token(&token_of(&header(), &set(claims(&audience()), path, value)))
}

fn good() -> Scenario {
    with_token(&token_of(&header(), &claims(&audience())))
}

#[test]
fn a_token_for_this_dispatch_from_an_allowed_workflow() {
    let decided = good().expect("allowed");
    assert_eq!(decided.output("provenance"), "oidc");
    decided.requested(&[JWKS, PULL_7]);
    let jwks = &decided.made[0].request;
    assert!(!jwks.headers.iter().any(|(name, _)| *name == "authorization"), "no token goes to the issuer");
}

#[test]
fn a_token_that_is_none() {
    let whole = token_of(&header(), &claims(&audience()));
    let parts: Vec<&str> = whole.split('.').collect();
    let (head, body, signature) = (parts[0], parts[1], parts[2]);
    let array = encode(b"[]");
    let twice = encode(br#"{"alg":"RS256","alg":"none","kid":"a"}"#);
    for token in [
        String::new(),
        "x".to_owned(),
        format!("{head}.{body}"),
        format!("{whole}.x"),
        format!("..{signature}"),
        format!("{head}.{body}.{signature}="),
        format!("{head}.{body}.+/+/"),
        format!("{head}=.{body}.{signature}"),
        format!("{array}.{body}.{signature}"),
        format!("{twice}.{body}.{signature}"),
        format!("{head}.{}.{signature}", encode(b"{\"iss\":\"\xff\"}")),
        format!("{head}.{}.{signature}", &body[..body.len() - 4]),
        format!(" {whole}"),
    ] {
        // A text of another form is treated as no token at all.
        let is_part =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let has_form = token.split('.').count() == 3 && token.split('.').all(is_part);
        let decided = with_token(&token).expect_in(&token, if has_form { INVALID } else { "payload.malformed" });
        decided.requested(&[]);
    }
    let long = format!("{head}.{body}.{}", "s".repeat(8192));
    with_token(&long).expect("payload.malformed").requested(&[]);
    scenario(payload(envelope())).expect("provenance.missing").says(&["`oidc`", "`id-token: write`"]).requested(&[]);
    scenario(json!({ "pr": 7 })).expect("provenance.missing").requested(&[]);
    let runless = payload(set(envelope_without(&["run_id"]), "oidc", json!(whole)));
    scenario(runless).expect("provenance.missing").says(&["`run_id`"]);
}

#[test]
fn no_algorithm_but_rs256() {
    for (path, value, words) in [
        ("alg", json!("none"), "`none`"),
        ("alg", json!("HS256"), "`HS256`"),
        ("alg", json!("rs256"), "`rs256`"),
        ("alg", json!("PS256"), "`PS256`"),
        ("alg", json!(["RS256"]), "alg"),
        ("alg", Value::Null, "missing"),
        ("typ", json!("JOSE"), "`JOSE`"),
        ("crit", json!(["exp"]), "crit"),
        ("kid", Value::Null, "missing"),
        ("kid", json!(""), "``"),
    ] {
        let decided = with_token(&token_of(&set(header(), path, value.clone()), &claims(&audience())));
        decided.expect_in((path, value), INVALID).says(&[words]).requested(&[]);
    }
    with_token(&token_of(&without(header(), "typ"), &claims(&audience()))).expect("allowed");
    // A key that the token brings along is not looked at.
    let own = set(header(), "jwk", key("b"));
    with_token(&token_of(&own, &claims(&audience()))).expect("allowed");
}

#[test]
fn each_claim_is_checked_against_the_dispatch() {
    let other = format!("dispatch-guard:{}", "0".repeat(64));
    for (path, value, words) in [
        ("iss", json!("https://evil.example"), "issued by `https://evil.example`"),
        ("iss", json!(format!("{ISSUER}/")), "this server's issuer"),
        ("iss", json!(format!("{ISSUER}/acme")), "this server's issuer"),
        ("iss", Value::Null, "missing"),
        ("aud", json!(other), "another payload"),
        ("aud", json!("https://github.com/acme"), "`https://github.com/acme`"),
        ("aud", json!(audience().to_uppercase()), "audience"),
        ("aud", json!(&audience()["dispatch-guard:".len()..]), "audience"),
        ("aud", json!([audience(), "other"]), "audience"),
        ("aud", json!([]), "audience"),
        ("aud", Value::Null, "missing"),
        ("repository_id", json!("2002"), "id `2002`"),
        ("repository_id", json!("1001 "), "`1001 `"),
        ("repository_id", Value::Null, "missing"),
        ("workflow_ref", json!("acme/charts/.github/workflows/evil.yml@refs/heads/main"), "evil.yml"),
        ("workflow_ref", json!("acme/charts/.github/workflows/w2.yml@refs/heads/evil"), "refs/heads/evil"),
        ("workflow_ref", json!("acme/charts/.github/workflows/w2.yml@refs/pull/7/merge"), "refs/pull/7/merge"),
        ("workflow_ref", json!("eve/charts/.github/workflows/w2.yml@refs/heads/main"), "eve/charts"),
        ("workflow_ref", json!("acme/charts2/.github/workflows/w2.yml@refs/heads/main"), "acme/charts2"),
        ("workflow_ref", Value::Null, "missing"),
        ("run_id", json!("124"), "`run_id` is `124`"),
        ("run_id", Value::Null, "missing"),
        ("run_attempt", json!("2"), "`run_attempt` is `2`"),
        ("exp", json!(NOW - 61), "expired 61 seconds ago"),
        ("exp", Value::Null, "`exp` is missing"),
        ("exp", json!(format!("{}", NOW + 300)), "`exp`"),
        ("exp", json!(-1), "`exp`"),
        ("nbf", json!(NOW + 61), "not valid for another 61 seconds"),
        ("nbf", Value::Null, "`nbf` is missing"),
        ("iat", json!(NOW + 61), "issued 61 seconds in the future"),
        ("iat", Value::Null, "`iat` is missing"),
    ] {
        claiming(path, value.clone()).expect_in((path, value), INVALID).says(&[words]).requested(&[]);
    }
}

#[test]
fn what_may_differ() {
    for (path, value) in [
        ("aud", json!([audience()])),
        ("repository_id", json!(REPOSITORY_ID)),
        ("run_id", json!(123)),
        ("run_attempt", Value::Null),
        ("workflow_ref", json!("ACME/Charts/.github/workflows/w2.yml@refs/heads/main")),
        ("exp", json!(NOW - 60)),
        ("nbf", json!(NOW + 60)),
        ("iat", json!(NOW + 60)),
        ("sub", json!("anything")),
    ] {
        claiming(path, value.clone()).expect_in((path, value), "allowed");
    }
}

#[test]
fn a_token_is_bound_to_every_part_of_the_dispatch() {
    let token = token_of(&header(), &claims(&audience()));
    let whole = set(payload(envelope()), "_guard.oidc", json!(token));
    for (path, value) in
        [("_guard.hops", json!(2)), ("_guard.pr", json!(8)), ("pr", json!(8)), ("_guard.run_attempt", json!(2))]
    {
        scenario(set(whole.clone(), path, value)).expect_in(path, INVALID).requested(&[]);
    }
    // A signature beside it is no part of what is signed, and still has to be right where there is a key.
    let both = set(whole, "_guard.signature", json!(digest(&payload(envelope())).sign(KEY.as_bytes())));
    scenario(both.clone()).expect("allowed");
    let keyed = scenario(both.clone()).input("signing-keys", KEY).expect("allowed");
    assert_eq!(keyed.result()["provenance"]["proofs"], json!(["signature", "oidc"]));
    assert_eq!(keyed.output("provenance"), "oidc");
    scenario(both).input("signing-keys", "another key of ours").expect("provenance.signature_invalid").requested(&[]);
}

#[test]
fn only_the_issuers_own_keys_verify() {
    let json = |value: Value| Reply::json(200, &json!({ "keys": value }));
    for (name, reply, code, words) in [
        (
            "another key of that name",
            json(json!([set(key("b"), "kid", json!("a"))])),
            INVALID,
            "does not match its content",
        ),
        ("unknown", keys(&["b", "c"]), INVALID, "no such key"),
        ("none", keys(&[]), INVALID, "no such key"),
        ("elliptic", json(json!([set(key("a"), "kty", json!("EC"))])), INVALID, "expected an RS256 key"),
        ("secret", json(json!([{ "kty": "oct", "kid": "a", "k": "AAAA" }])), INVALID, "expected an RS256 key"),
        ("for encryption", json(json!([set(key("a"), "use", json!("enc"))])), INVALID, "expected an RS256 key"),
        (
            "for another algorithm",
            json(json!([set(key("a"), "alg", json!("RS512"))])),
            INVALID,
            "expected an RS256 key",
        ),
        ("short", json(json!([set(key("a"), "n", json!(encode(&[0xff; 128])))])), INVALID, "expected an RS256 key"),
        (
            "padded to look long",
            json(json!([set(key("a"), "n", json!(encode(&[&[0; 200][..], &[0xff; 56]].concat())))])),
            INVALID,
            "expected an RS256 key",
        ),
        ("no exponent", json(json!([without(key("a"), "e")])), INVALID, "expected an RS256 key"),
        ("exponent 1", json(json!([set(key("a"), "e", json!("AQ"))])), INVALID, "expected an RS256 key"),
        ("no list", json(json!({})), "api.invalid_response", "not a key set"),
        ("nothing", Reply::json(200, &json!({})), "api.invalid_response", "not a key set"),
        ("a page", Reply::text(200, "<html>"), "api.invalid_response", "not JSON"),
        ("gone", Reply::refusal(404, "Not Found"), "api.invalid_response", "404"),
        ("for members only", Reply::refusal(401, "log in"), "api.invalid_response", "responded with status 401"),
        ("limited", Reply::refusal(429, "slow down"), "api.rate_limited", "`slow down`"),
        ("broken", Reply::refusal(500, "oops"), "api.unavailable", "500"),
        ("elsewhere", Reply::redirect(302, "https://evil.example/jwks"), "api.invalid_response", "redirected"),
    ] {
        good().route(JWKS, reply).expect_in(name, code).says(&[words]);
    }
    good().route(JWKS, keys(&["c", "b", "a"])).expect("allowed");
    let same_name = json(json!([set(key("b"), "kid", json!("a")), set(key("b"), "kid", json!("a")), key("a")]));
    good().route(JWKS, same_name).expect("allowed");
    good().rs256(|_, _, _| false).expect(INVALID).says(&["does not match its content"]);
}

#[test]
fn only_the_needed_parts_of_a_key_are_passed_to_the_host() {
    let decided = good().rs256(|jwk, data, signature| {
        let members: Value = serde_json::from_str(jwk).unwrap();
        assert_eq!(members.as_object().unwrap().keys().collect::<Vec<_>>(), ["e", "kty", "n"]);
        check(jwk, data, signature)
    });
    decided.expect("allowed");
}

#[test]
fn the_issuer_follows_the_server() {
    for (server, issuer) in [
        ("https://github.com", ISSUER),
        ("https://GitHub.com/", ISSUER),
        ("https://acme.ghe.com", "https://token.actions.acme.ghe.com"),
        ("https://ghe.acme.example", "https://ghe.acme.example/_services/token"),
        ("https://ghe.acme.example:8443/", "https://ghe.acme.example:8443/_services/token"),
        ("https://a.b.ghe.com", "https://a.b.ghe.com/_services/token"),
        ("https://ghe.com", "https://ghe.com/_services/token"),
        ("https://evilghe.com", "https://evilghe.com/_services/token"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000/_services/token"),
        ("http://localhost:3000", "http://localhost:3000/_services/token"),
        ("http://[::1]:3000", "http://[::1]:3000/_services/token"),
    ] {
        let scenario = claiming("iss", json!(issuer)).env("GITHUB_SERVER_URL", server);
        let route = format!("GET {issuer}/.well-known/jwks");
        scenario.route(&route, keys(&["a"])).expect_in(server, "allowed").requested(&[&route, PULL_7]);
    }
    for server in
        ["http://ghe.acme.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example", "ftp://x", ""]
    {
        let decided = claiming("iss", json!(format!("{server}/_services/token"))).env("GITHUB_SERVER_URL", server);
        let code = decided.run().code();
        assert!([INVALID, "config.invalid_input"].contains(&code), "{server}: {code}");
        decided.run().requested(&[]);
    }
    // The API's token would travel in the clear as well.
    let plain = "http://ghe.acme.example";
    claiming("iss", json!("http://ghe.acme.example/_services/token"))
        .env("GITHUB_SERVER_URL", plain)
        .env("GITHUB_API_URL", &format!("{plain}/api/v3"))
        .expect("config.invalid_input")
        .requested(&[]);
}

#[test]
fn the_first_failure_in_the_contracts_order_names_the_code() {
    let old = payload(set(set(envelope(), "issued_at", json!(NOW - 5000)), "hops", json!(9)));
    let token = token_of(&header(), &claims(&digest(&old).audience()));
    scenario(set(old.clone(), "_guard.oidc", json!(token))).expect("provenance.expired").requested(&[]);
    scenario(set(old, "_guard.oidc", json!("x.y.z"))).expect(INVALID).requested(&[]);
}

#[test]
fn a_token_is_not_checked_unless_the_rule_requires_one() {
    let token = token_of(&header(), &set(claims(&audience()), "run_id", json!("9")));
    let whole = set(payload(envelope()), "_guard.oidc", json!(token));
    let decided = sent(whole, "").expect("allowed");
    decided.requested(&[PULL_7]);
    assert_eq!(decided.output("provenance"), "none");
    assert!(decided.trace().contains("present but not checked: the rule does not require it"));
}

#[test]
fn the_token_is_redacted_and_nothing_of_the_event_is_masked() {
    let token = token_of(&header(), &claims(&audience()));
    for (scenario, code) in [(good(), "allowed"), (good().route(JWKS, keys(&["b"])), INVALID)] {
        let decided = scenario.expect(code);
        assert!(!dispatch_guard::outcome::json(&decided.outcome).contains(&token));
        assert!(decided.masked.is_empty());
    }
    // Text of another form is rejected: a sender must not choose what is redacted.
    for words in
        ["true", HEAD, &format!("{}/{W2}", "long-name".repeat(5)), &format!("eyJ{}.b.c\n{HEAD}", "x".repeat(70))]
    {
        let decided = with_token(words).expect_in(words, "payload.malformed");
        assert!(decided.masked.is_empty(), "{words}");
        assert!(!decided.trace().contains("***"), "{}", decided.trace());
    }
    assert_eq!(START_MS / 1000, NOW);
}
