//! The envelope and its proofs. An input is JSON: a `payload` with `_guard`, and `header` and `claims` of an ID token,
//! in which `$AUD` is the audience that the dispatch has.
//!
//! - No signature and no token passes with a key that the guard does not know.
//! - The digest depends neither on the order of keys nor on the proofs, but on all else.
//! - Signed with the right key, or with a token that the issuer's key verifies, the dispatch passes exactly if every
//!   claim in envelope and token holds, which is worked out a second time here; one change after that, and it does not.
#![no_main]

use base64ct::{Base64UrlUnpadded, Encoding};
use dispatch_guard::envelope::digest::Digest;
use dispatch_guard::format::json;
use dispatch_guard_fuzz::plain::{self, Member, Node, is_commit, quoted};
use dispatch_guard_fuzz::support::host::START_MS;
use dispatch_guard_fuzz::support::scenario::dispatch_rule;
use dispatch_guard_fuzz::support::{Decided, Reply, Scenario, github};
use dispatch_guard_fuzz::{mutate, number, pick};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::json;

const KEY: &str = "correct horse battery staple";
const TYPE: &str = "chart-pr-created";
const NOW: u64 = START_MS / 1000;
const WORKFLOW: &str = ".github/workflows/w2.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";
/// The largest whole number below which a double holds all.
const MAX_INTEGER: u64 = 9_007_199_254_740_991;

fuzz_target!(|data: &[u8]| {
    let Ok(input) = plain::read(data) else { return };
    let Some(payload) = input.get("payload") else { return };
    let raw = payload.raw(data);
    assert!(!signed(raw, "another key").allowed());
    assert!(!token(raw, |_, _, _| false).allowed());

    let Some(digest) = checked_digest(payload) else { return };
    if !payload.get("_guard").is_some_and(Node::is_object) {
        return;
    }
    let holds = envelope_holds(payload);
    let signature = quoted(&digest.sign(KEY.as_bytes()).unwrap());
    let whole = with_member(payload, "signature", &signature);
    let decided = signed(&whole, KEY);
    assert_eq!(decided.allowed(), holds, "{whole}\n{}", decided.trace());
    assert_eq!(
        decided.output("provenance") == "signature",
        decided.result()["provenance"]["proofs"] == json!(["signature"])
    );
    let changed = change(&read(&whole), pick(data, changes(payload)));
    assert!(!signed(&changed, KEY).allowed(), "{changed}");

    if let (Some(header), Some(claims)) = (input.get("header"), input.get("claims")) {
        let audience = digest.audience();
        let claims = claims.raw(data).replace("$AUD", &audience);
        let Ok(read) = plain::read(claims.as_bytes()) else { return };
        let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
        let text = format!("{}.{}.{}", part(header.raw(data)), part(&claims), part("sealed"));
        let whole = with_member(payload, "oidc", &quoted(&text));
        assert!(!token(&whole, |_, _, _| false).allowed());
        let holds = holds && text.len() <= 16_384 && token_holds(header, &read, &audience, payload);
        let decided = token(&whole, |_, _, signature| signature == b"sealed");
        assert_eq!(decided.allowed(), holds, "{whole}\n{claims}\n{}", decided.trace());
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed, |_| 0)
});

/// A dispatch of a payload, given as text.
fn dispatch(payload: &str, provenance: &str) -> Scenario {
    let rule = format!("unknown-fields: drop\nprovenance: {provenance}");
    let event = github::dispatch("github-actions[bot]", TYPE, json!("$PAYLOAD")).to_string();
    Scenario::dispatch()
        .event_bytes(event.replacen("\"$PAYLOAD\"", payload, 1).as_bytes())
        .policy(&dispatch_rule(&rule))
}

fn signed(payload: &str, key: &str) -> Decided {
    let scenario = dispatch(payload, "{require: signature}").input("signing-keys", key);
    scenario.run_with(|_| Reply::json(200, &github::pull()))
}

fn token(payload: &str, rs256: dispatch_guard_fuzz::support::host::Rs256) -> Decided {
    let modulus = Base64UrlUnpadded::encode_string(&[0xff; 256]);
    let keys =
        json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "a", "n": modulus, "e": "AQAB" }] });
    let scenario = dispatch(payload, &format!("{{require: oidc, workflows: ['{WORKFLOW}']}}")).rs256(rs256);
    let pull = github::pull();
    scenario.run_with(move |request| {
        let asks_issuer = request.url.ends_with("/.well-known/jwks");
        Reply::json(200, if asks_issuer { &keys } else { &pull })
    })
}

/// The digest of a payload that has one, with what holds for it.
fn checked_digest(payload: &Node) -> Option<Digest> {
    // A payload with a flaw is refused before anybody asks for its digest.
    if payload.repeats() || payload.depth() > 64 {
        return None;
    }
    let digest = |text: &str, kind: &str, repository: u64| {
        let read = json::parse(text.as_bytes()).expect("JSON");
        Digest::compute(&read.root, kind, repository).ok()
    };
    let of = |text: &str| digest(text, TYPE, github::REPOSITORY_ID);
    let text = payload.compact(64);
    let found = of(&text);

    let bare = read(&with_member(&read(&with_member(payload, "signature", "\"x\"")), "oidc", "\"x\""));
    let exact = bare.numbers().into_iter().all(|number| number::is_exact_double(number) == Some(true));
    assert_eq!(found.is_some(), exact);
    let found = found?;
    assert_eq!(of(&bare.compact(64)), Some(found));
    assert_eq!(of(&payload.reversed()), Some(found));
    assert_ne!(digest(&text, "chart-pr-createe", github::REPOSITORY_ID), Some(found));
    assert_ne!(digest(&text, TYPE, github::FORK_ID), Some(found));
    // A change adds a level, and what is nested too deep is not kept.
    for number in (0..changes(payload)).filter(|_| payload.depth() < 64) {
        assert_ne!(of(&change(payload, number)), Some(found));
    }
    Some(found)
}

fn read(text: &str) -> Node {
    plain::read(text.as_bytes()).expect("JSON")
}

/// The payload with this member in its envelope, where it has one.
fn with_member(payload: &Node, key: &str, value: &str) -> String {
    if !payload.is_object() {
        return payload.compact(64);
    }
    edited(payload, |member| {
        let envelope = Some(&member.value).filter(|value| member.key == "_guard" && value.is_object())?;
        let others = envelope.members().iter().filter(|member| member.key != key);
        let others = others.map(|member| (member.key.as_str(), member.value.compact(64)));
        Some(object(others.chain([(key, value.to_owned())])))
    })
}

/// An object with other values where there are such.
fn edited(object: &Node, other: impl Fn(&Member) -> Option<String>) -> String {
    let members = object.members().iter();
    self::object(members.map(|member| {
        let value = other(member).unwrap_or_else(|| member.value.compact(64));
        (member.key.as_str(), value)
    }))
}

fn object<'m>(members: impl Iterator<Item = (&'m str, String)>) -> String {
    let members: Vec<String> = members.map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    format!("{{{}}}", members.join(","))
}

/// How many ways there are to change a payload.
fn changes(payload: &Node) -> u64 {
    2 + payload.get("_guard").map_or(0, |envelope| envelope.members().len() as u64)
}

/// The payload with something in it that is not what it was, outside of the proofs: something more, a member of the
/// envelope, or all others.
fn change(payload: &Node, number: u64) -> String {
    let wrapped = |value: &Node| format!("[{}]", value.compact(64));
    let is_other = |member: &Member| member.key != "_guard";
    let envelope = payload.get("_guard").map_or(&[][..], Node::members);
    let member = usize::try_from(number).ok().and_then(|number| envelope.get(number));
    match member.filter(|member| !["signature", "oidc"].contains(&member.key.as_str())) {
        _ if !payload.is_object() => wrapped(payload),
        Some(member) => with_member(payload, &member.key, &wrapped(&member.value)),
        None if number.is_multiple_of(2) && payload.members().iter().any(is_other) => {
            edited(payload, |member| is_other(member).then(|| wrapped(&member.value)))
        }
        None => {
            let fresh = "z".repeat(payload.members().iter().map(|member| member.key.len()).max().unwrap_or(0) + 1);
            let members = payload.members().iter().map(|member| (member.key.as_str(), member.value.compact(64)));
            object(members.chain([(fresh.as_str(), "1".to_owned())]))
        }
    }
}

/// Whether payload and envelope are what the contract asks for, except the proofs.
fn envelope_holds(payload: &Node) -> bool {
    let envelope = payload.get("_guard").expect("an envelope");
    let known = [
        "v",
        "pr",
        "head_sha",
        "base_ref",
        "base_sha",
        "run_id",
        "run_attempt",
        "workflow_ref",
        "issued_at",
        "nonce",
        "hops",
        "signature",
        "oidc",
    ];
    let integer = |key: &str, from: u64, to: u64, needed: bool| match envelope.get(key) {
        None => !needed,
        Some(value) => value.integer().is_some_and(|value| (from..=to).contains(&value)),
    };
    let text = |key: &str, holds: &dyn Fn(&str) -> bool| match envelope.get(key) {
        None => true,
        Some(value) => value.text().is_some_and(holds),
    };
    let plain_text =
        |text: &str| !text.is_empty() && text.len() <= 16_384 && !text.contains(dispatch_guard::text::is_unprintable);
    let nonce = |text: &str| text.len() == 32 && text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c));
    let number = payload.get("pr").and_then(|pr| pr.number().or(pr.text()));
    // The event is one level more, and so is the envelope.
    payload.depth() < 64
        && !payload.repeats()
        && payload.members().len() <= 10
        && number == Some("7")
        && envelope.members().iter().all(|member| known.contains(&member.key.as_str()))
        && integer("v", 1, 1, true)
        && integer("pr", 7, 7, false)
        && integer("run_id", 1, MAX_INTEGER, false)
        && integer("run_attempt", 1, MAX_INTEGER, false)
        && integer("issued_at", NOW - 15 * 60, NOW + 60, true)
        && integer("hops", 1, 3, true)
        && envelope.get("nonce").is_some()
        && text("nonce", &nonce)
        && text("head_sha", &|text| text == github::HEAD)
        && text("base_ref", &|text| text == "main")
        && text("base_sha", &is_commit)
        && text("workflow_ref", &plain_text)
        && text("oidc", &|text| text.len() <= 16_384)
        && text("signature", &|text| text.len() <= 16_384)
}

/// Whether an ID token is for this dispatch, but for its signature.
fn token_holds(header: &Node, claims: &Node, audience: &str, payload: &Node) -> bool {
    let sound = |part: &Node| part.is_object() && !part.repeats() && part.depth() <= 64;
    let text = |part: &Node, key: &str| part.get(key).and_then(Node::text).map(str::to_owned);
    let is = |key: &str, wanted: &str| text(claims, key).as_deref() == Some(wanted);
    let number = |key: &str| {
        let value = claims.get(key)?;
        value.integer().map(|value| value.to_string()).or_else(|| value.text().map(str::to_owned))
    };
    let time = |key: &str| claims.get(key).and_then(Node::integer);
    let is_absent = |value: Option<&Node>| value.is_none_or(Node::is_null);
    let named = |key: &str| payload.get("_guard")?.get(key)?.integer().map(|value| value.to_string());
    let for_this = match claims.get("aud") {
        Some(aud) if aud.text().is_some() => aud.text() == Some(audience),
        Some(aud) => matches!(aud.elements(), [one] if one.text() == Some(audience)),
        None => false,
    };
    let is_listed = |workflow: &str| {
        workflow.get(..12).is_some_and(|start| start.eq_ignore_ascii_case("acme/charts/"))
            && workflow[12..] == *WORKFLOW
    };
    let claimed = text(claims, "workflow_ref").is_some_and(|workflow| is_listed(&workflow));
    let envelope = payload.get("_guard").and_then(|envelope| envelope.get("workflow_ref")).and_then(Node::text);
    let attempt = is_absent(claims.get("run_attempt"))
        || named("run_attempt").is_none()
        || number("run_attempt") == named("run_attempt");
    sound(header)
        && sound(claims)
        && text(header, "alg").as_deref() == Some("RS256")
        && text(header, "kid").as_deref() == Some("a")
        && (is_absent(header.get("typ")) || text(header, "typ").is_some_and(|typ| typ.eq_ignore_ascii_case("jwt")))
        && is_absent(header.get("crit"))
        && is("iss", ISSUER)
        && for_this
        && time("exp").is_some_and(|time| time.saturating_add(60) >= NOW)
        && time("nbf").is_some_and(|time| time <= NOW + 60)
        && time("iat").is_some_and(|time| time <= NOW + 60)
        && number("repository_id").as_deref() == Some("1001")
        && claimed
        && envelope.is_none_or(is_listed)
        && named("run_id").is_some()
        && number("run_id") == named("run_id")
        && attempt
}
