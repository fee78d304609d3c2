//! Changes to an input that leave it readable: bytes flipped at random are rarely JSON, and what is none is soon
//! refused.

use libfuzzer_sys::fuzzer_mutate;

use crate::plain::{self, Kind, Node};

/// Numbers at the edge of what is accepted, ids and texts that decide, and texts that act elsewhere.
#[rustfmt::skip]
const VALUES: &[&str] = &[
    "null", "true", "false", "0", "-0", "1", "7", "7.0", "7e0", "-1", "1e400", "1e-400", "5e-324", "0.1", "1e21",
    "2147483647", "2147483648", "9007199254740992", "9007199254740993", "18446744073709551615", "18446744073709551616",
    "0.1000000000000000055511151231257827", "1e100001", "1001", "2002", "41898282", "123", "1790000000", "1789999970",
    "1790000060", "1790000061", "1789999099", "\"\"", "\"7\"", "\"007\"", "\"1001\"", "\"123\"", "\"true\"", "\"open\"",
    "\"closed\"", "\"main\"", "\"Bot\"", "\"User\"", "\"mona\"", "\"github-actions[bot]\"", "\"active\"", "\"write\"",
    "\"completed\"", "\"RS256\"", "\"none\"", "\"$AUD\"", "\"file\"", "\"base64\"", "\"pull-request\"", "\"head-sha\"",
    "\"string\"", "\"number\"", "\"choice\"", "\"slug\"", "\"5d2f8c1a9b3e4d6f7a8b9c0d1e2f3a4b5c6d7e8f\"",
    "\"0123456789abcdef0123456789abcdef01234567\"", "\"5D2F8C1A9B3E4D6F7A8B9C0D1E2F3A4B5C6D7E8F\"",
    "\"00112233445566778899aabbccddeeff\"", "\"chart-pr-created\"", "\"acme/charts\"", "\"ACME/Charts\"",
    "\".github/workflows/w2.yml@refs/heads/main\"", "\"acme/charts/.github/workflows/w2.yml@refs/heads/main\"",
    "\"https://api.github.com/repositories/1001/pulls/7\"", "\"https://evil.example/\"", "\"2026-09-21T14:13:20Z\"",
    "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\u202e\"", "\"::error::x\"", "\"##[error]x\"",
    "\"a\\r\\nb=c\"", "\"</code>|`x`\"", "\"${{ x }}\"", "\"*\"", "[]", "{}", "[{}]", "[\"a\",\"a\"]",
];

/// Keys that mean something somewhere.
#[rustfmt::skip]
const KEYS: &[&str] = &[
    "action", "sender", "login", "id", "type", "repository", "full_name", "client_payload", "inputs", "pull_request",
    "issue", "comment", "review", "workflow_run", "merge_group", "ref", "number", "state", "merged", "merged_at",
    "draft", "head", "base", "sha", "repo", "user", "labels", "name", "merge_commit_sha", "pr", "_guard", "v",
    "head_sha", "base_ref", "base_sha", "run_id", "run_attempt", "workflow_ref", "issued_at", "nonce", "hops",
    "signature", "oidc", "required", "default", "pattern", "max-length", "min", "max", "integer", "options",
    "__proto__", "iss", "aud", "exp", "nbf", "iat", "repository_id", "alg", "kid", "typ", "crit", "status", "headers",
    "body", "fault", "location", "retry-after", "x-ratelimit-remaining", "permission", "role_name", "slug", "x",
];

/// Texts within strings.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "\\u0000", "\\n", "\\r", "\\\"", "\\\\", "\\u202e", "\\u200b", "\\ud83d\\ude00", "::", "##[", "|", "`", "<", "/",
    "*", " ", "\\u0061", "\u{e9}", "\u{430}", "[bot]", "0", "-", ".", "@", "%0A",
];

/// Chance that can be repeated.
pub struct Chance(u64);

impl Chance {
    /// The same seed gives the same choices.
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below another, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % limit
    }

    /// One of some things.
    pub fn one<'a, T: ?Sized>(&mut self, things: &[&'a T]) -> &'a T {
        things[self.below(things.len())]
    }
}

/// Changes an input that is JSON from the byte `from` on; what precedes it, or is not JSON, as libFuzzer does.
pub fn json(data: &mut [u8], size: usize, max_size: usize, seed: u32, from: fn(&[u8]) -> usize) -> usize {
    let mut chance = Chance::new(seed);
    if chance.below(5) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let start = from(&data[..size]);
    let mut text = data[start..size].to_vec();
    for _ in 0..=chance.below(3) {
        let Ok(root) = plain::read(&text) else { break };
        text = changed(&text, &root, &mut chance);
    }
    if start + text.len() > max_size || text == data[start..size] {
        return fuzzer_mutate(data, size, max_size);
    }
    data[start..start + text.len()].copy_from_slice(&text);
    start + text.len()
}

/// The text with one value, or the members of one, changed.
fn changed(text: &[u8], root: &Node, chance: &mut Chance) -> Vec<u8> {
    let all = root.all();
    let node = all[chance.below(all.len())];
    let old = node.raw(text);
    let new = match chance.below(10) {
        0..=2 => chance.one(VALUES).to_owned(),
        3 => all[chance.below(all.len())].raw(text).to_owned(),
        4 => match chance.below(20) {
            0 => format!("{}{old}{}", "[".repeat(64), "]".repeat(64)),
            1 => format!(" \t\n{old}\r "),
            n if n < 10 => format!("[{old}]"),
            _ => format!("{{\"{}\":{old}}}", chance.one(KEYS)),
        },
        _ => match &node.kind {
            Kind::Null | Kind::Bool(_) => chance.one(VALUES).to_owned(),
            Kind::Number(number) => other_number(number, chance),
            Kind::String(_) => other_string(old, chance),
            Kind::Array(_) | Kind::Object(_) => other_members(text, node, chance),
        },
    };
    [&text[..node.start], new.as_bytes(), &text[node.end..]].concat()
}

fn other_number(number: &str, chance: &mut Chance) -> String {
    match chance.below(7) {
        0 => format!("\"{number}\""),
        1 => format!("{number}.0"),
        2 => format!("{number}e0"),
        3 => format!("{number}0"),
        4 => number.strip_prefix('-').map_or_else(|| format!("-{number}"), str::to_owned),
        5 => number.parse::<u64>().map_or("0".to_owned(), |value| value.saturating_sub(1).to_string()),
        _ => number.parse::<u64>().map_or("0".to_owned(), |value| value.saturating_add(1).to_string()),
    }
}

fn other_string(quoted: &str, chance: &mut Chance) -> String {
    let inner = &quoted[1..quoted.len() - 1];
    let places: Vec<usize> = inner.char_indices().map(|(at, _)| at).chain([inner.len()]).collect();
    let at = places[chance.below(places.len())];
    // A cut within an escape gives a text that is not JSON, which is worth a try as well.
    match chance.below(6) {
        0 => format!("\"{}\"", &inner[..at]),
        1 => format!("\"{}\"", &inner[at..]),
        2 => format!("\"{inner}{inner}\""),
        3 => quoted.to_ascii_uppercase(),
        _ => format!("\"{}{}{}\"", &inner[..at], chance.one(PIECES), &inner[at..]),
    }
}

fn other_members(text: &[u8], node: &Node, chance: &mut Chance) -> String {
    let is_object = node.is_object();
    let part = |from: usize, to: usize| std::str::from_utf8(&text[from..to]).expect("a part of a text").to_owned();
    let mut parts: Vec<String> = node.members().iter().map(|member| part(member.start, member.value.end)).collect();
    parts.extend(node.elements().iter().map(|element| part(element.start, element.end)));
    let pick = chance.below(parts.len().max(1));
    let fresh = |chance: &mut Chance| {
        let value = chance.one(VALUES);
        if is_object { format!("\"{}\":{value}", chance.one(KEYS)) } else { value.to_owned() }
    };
    match chance.below(6) {
        _ if parts.is_empty() => parts.push(fresh(chance)),
        0 => _ = parts.remove(pick),
        1 => parts.push(parts[pick].clone()),
        2 => {
            let other = chance.below(parts.len());
            parts.swap(pick, other);
        }
        3 if is_object => {
            let member = &node.members()[pick];
            parts[pick] = format!("\"{}\":{}", chance.one(KEYS), member.value.raw(text));
        }
        _ => parts.insert(pick, fresh(chance)),
    }
    let parts = parts.join(",");
    if is_object { format!("{{{parts}}}") } else { format!("[{parts}]") }
}

/// Changes a text of lines: words put in, lines moved, doubled or taken out, or as libFuzzer does.
pub fn lines(data: &mut [u8], size: usize, max_size: usize, seed: u32, words: &[&str]) -> usize {
    let mut chance = Chance::new(seed);
    let Ok(text) = std::str::from_utf8(&data[..size]) else { return fuzzer_mutate(data, size, max_size) };
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for _ in 0..=chance.below(3) {
        let (at, other) = (chance.below(lines.len()), chance.below(lines.len()));
        match chance.below(10) {
            0 => return fuzzer_mutate(data, size, max_size),
            1 => lines.swap(at, other),
            2 => lines.insert(at, lines[other].clone()),
            3 if lines.len() > 1 => _ = lines.remove(at),
            4 => lines[at] = format!("{}{}", if chance.below(2) == 0 { "  " } else { " " }, lines[at]),
            5 if lines[at].starts_with("  ") => _ = lines[at].drain(..2),
            6 | 7 => {
                // What stands behind a key or a dash.
                let line = &lines[at];
                let end = [": ", "- "].into_iter().filter_map(|sign| Some(line.find(sign)? + sign.len())).min();
                lines[at] = format!("{}{}", &line[..end.unwrap_or(0)], chance.one(words));
            }
            _ => {
                let line = &lines[at];
                let places: Vec<usize> = line.char_indices().map(|(place, _)| place).chain([line.len()]).collect();
                let (from, to) = (places[chance.below(places.len())], places[chance.below(places.len())]);
                let to = if chance.below(2) == 0 { from } else { to.max(from) };
                lines[at] = format!("{}{}{}", &line[..from], chance.one(words), &line[to..]);
            }
        }
    }
    let text = lines.join("\n");
    if text.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..text.len()].copy_from_slice(text.as_bytes());
    text.len()
}
