//! The payload of a dispatch. An input is JSON: `fields` as a policy declares them, and the `payload`; with `drop`,
//! fields that are not declared are passed over.
//!
//! What each type accepts is worked out a second time here, from the text and by the contract alone. The guard has to
//! agree for `client_payload` and for `inputs`: it denies with a code of the payload, or hands on every value with the
//! digits that it came with.
#![no_main]

use std::cmp::Ordering;

use dispatch_guard_fuzz::mutate;
use dispatch_guard_fuzz::number::{self, Written};
use dispatch_guard_fuzz::plain::{self, Kind, Node, is_commit, quoted};
use dispatch_guard_fuzz::support::{Reply, Scenario, github, policy, set};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::json;

const BOT: &str = "github-actions[bot]";
const TYPE: &str = "chart-pr-created";

fuzz_target!(|data: &[u8]| {
    let Ok(input) = plain::read(data) else { return };
    let (Some(fields), Some(payload)) = (input.get("fields"), input.get("payload")) else { return };
    let drop = input.get("drop").and_then(Node::bool) == Some(true);
    for textual in [false, true] {
        Case { fields, payload, raw: payload.raw(data), drop, textual }.check();
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::json(data, size, max_size, seed, |_| 0)
});

/// What a second reading of the contract says.
enum Expected {
    /// The value is accepted and handed on as this JSON.
    Accepted(String),
    /// It is not.
    Refused,
    /// It is not told here; if it is accepted, it is handed on so.
    Open(String),
}

struct Case<'c> {
    fields: &'c Node,
    payload: &'c Node,
    raw: &'c str,
    drop: bool,
    /// Whether it is `inputs`, in which numbers and booleans are texts.
    textual: bool,
}

impl Case<'_> {
    fn check(&self) {
        let unknown = if self.drop { "unknown-fields: drop\n" } else { "" };
        let rule = format!("actors: ['{BOT}']\npayload: {}\n{unknown}", self.fields.compact(300));
        let slot = json!("$PAYLOAD");
        let (name, rule, event) = if self.textual {
            ("workflow_dispatch", rule, github::workflow_dispatch(BOT, slot))
        } else {
            ("repository_dispatch", format!("types: [{TYPE}]\n{rule}"), github::dispatch(BOT, TYPE, slot))
        };
        let event = event.to_string().replacen("\"$PAYLOAD\"", self.raw, 1);
        // GitHub answers with the commit that the payload pins, if it pins one.
        let head = self.field_of("head-sha").and_then(Node::text).filter(|sha| is_commit(sha)).unwrap_or(github::HEAD);
        let pull = set(github::pull(), "head.sha", json!(head));
        let scenario = Scenario::new(name, BOT, &json!({})).event_bytes(event.as_bytes()).policy(&policy(name, &rule));
        let decided = scenario.run_with(move |request| {
            let number: u64 = request.url.rsplit('/').next().and_then(|number| number.parse().ok()).expect("a number");
            Reply::json(200, &set(pull.clone(), "number", json!(number)))
        });
        if decided.code().starts_with("config.") || (!self.textual && self.payload.get("_guard").is_some()) {
            return;
        }
        let expected = self.expected();
        if decided.allowed() {
            let (Expected::Accepted(json) | Expected::Open(json)) = expected else {
                panic!("{rule} must not accept {}", self.raw)
            };
            let output = plain::read(decided.output("payload").as_bytes()).expect("JSON");
            assert_eq!(output.compact(300), json);
            if let Some(number) = self.field_of("pull-request") {
                assert_eq!(Some(decided.output("pr-number")), number.number().or(number.text()));
            }
        } else {
            assert!(decided.code().starts_with("payload."), "{}", decided.trace());
            assert!(!matches!(expected, Expected::Accepted(_)), "{rule} must accept {}\n{}", self.raw, decided.trace());
        }
    }

    /// The value that was sent for the field of a type that only one field can have.
    fn field_of(&self, kind: &str) -> Option<&Node> {
        let field = self.fields.members().iter().find(|field| Field::read(&field.value).kind == kind)?;
        self.sent(&field.key)
    }

    /// An input that was left empty arrives as the empty string.
    fn sent(&self, name: &str) -> Option<&Node> {
        self.payload.get(name).filter(|value| !self.textual || value.text() != Some(""))
    }

    /// The output `payload`, or why not.
    fn expected(&self) -> Expected {
        let members = self.payload.members();
        let most = if self.textual { 25 } else { 10 };
        let sound = (self.payload.is_object() || self.payload.is_null())
            // The event is one level more.
            && self.payload.depth() < 64
            && !self.payload.repeats()
            && members.len() <= most
            && self.payload.compact(64).chars().count() <= 65_535;
        let declared = |name: &str| self.fields.get(name).is_some() || name == "_guard";
        if !sound || (!self.drop && !members.iter().all(|member| declared(&member.key))) {
            return Expected::Refused;
        }
        let mut accepted = Vec::new();
        let mut open = false;
        for field in self.fields.members() {
            let (name, field) = (&field.key, Field::read(&field.value));
            let value = match (self.sent(name), field.default()) {
                (None, _) if field.required() => return Expected::Refused,
                (None, None) => continue,
                (None, Some(default)) => default,
                (Some(value), _) => match field.accept(value, self.textual) {
                    Expected::Refused => return Expected::Refused,
                    Expected::Accepted(value) => value,
                    Expected::Open(value) => {
                        open = true;
                        value
                    }
                },
            };
            accepted.push(format!("{}:{value}", quoted(name)));
        }
        let json = format!("{{{}}}", accepted.join(","));
        if open { Expected::Open(json) } else { Expected::Accepted(json) }
    }
}

/// A declared field, by its JSON.
struct Field<'f> {
    kind: &'f str,
    node: &'f Node,
}

impl<'f> Field<'f> {
    fn read(node: &'f Node) -> Self {
        Self { kind: node.text().or(node.get("type").and_then(Node::text)).unwrap_or_default(), node }
    }

    fn required(&self) -> bool {
        self.node.get("required").and_then(Node::bool) != Some(false)
    }

    /// A default is of the field's type, or the policy is refused.
    fn default(&self) -> Option<String> {
        let default = self.node.get("default")?;
        match self.kind {
            "number" | "boolean" => Some(default.compact(0)),
            _ => scalar(default).map(|text| quoted(&text)),
        }
    }

    fn accept(&self, value: &Node, textual: bool) -> Expected {
        let same = |holds: bool| if holds { Expected::Accepted(value.compact(300)) } else { Expected::Refused };
        let text_that = |holds: &dyn Fn(&str) -> bool| same(value.text().is_some_and(holds));
        match self.kind {
            "pull-request" => {
                let digits = value.number().or(value.text()).unwrap_or_default();
                let plain =
                    !digits.is_empty() && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
                match digits.parse::<u64>() {
                    Ok(1..=2_147_483_647) if plain => Expected::Accepted(digits.to_owned()),
                    _ => Expected::Refused,
                }
            }
            "head-sha" | "sha" => text_that(&is_commit),
            "slug" => text_that(&|text| {
                let letters: Vec<char> = text.chars().collect();
                (1..=100).contains(&letters.len())
                    && letters[0].is_ascii_alphanumeric()
                    && letters.iter().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(*letter))
            }),
            "choice" => {
                let options = self.node.get("options").expect("a choice has options");
                text_that(&|text| options.elements().iter().any(|option| scalar(option).as_deref() == Some(text)))
            }
            "boolean" => match (&value.kind, value.text()) {
                (Kind::Bool(_), _) => same(true),
                (_, Some(text @ ("true" | "false"))) if textual => Expected::Accepted(text.to_owned()),
                _ => Expected::Refused,
            },
            "string" => self.accept_string(value),
            "number" => {
                let text = if textual { value.number().or(value.text()) } else { value.number() };
                // A text is a number only if it is nothing else.
                let number =
                    text.filter(|text| plain::read(text.as_bytes()).is_ok_and(|all| all.number() == Some(text)));
                number.map_or(Expected::Refused, |number| self.accept_number(number))
            }
            other => panic!("the policy knows no type `{other}`"),
        }
    }

    fn accept_string(&self, value: &Node) -> Expected {
        let Some(text) = value.text() else { return Expected::Refused };
        let most = self.node.get("max-length").and_then(Node::integer).unwrap_or(256);
        let shown = |letter: char| {
            !letter.is_control()
                && !matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
        };
        if text.is_empty() || text.chars().count() as u64 > most || !text.chars().all(shown) {
            return Expected::Refused;
        }
        let json = quoted(text);
        match self.node.get("pattern").and_then(scalar) {
            None => Expected::Accepted(json),
            // Letters and what stands between alternatives; what other expressions match is not worked out here.
            Some(pattern) if pattern.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '|') => {
                if pattern.split('|').any(|one| one == text) { Expected::Accepted(json) } else { Expected::Refused }
            }
            Some(_) => Expected::Open(json),
        }
    }

    fn accept_number(&self, text: &str) -> Expected {
        let bound = |key: &str| self.node.get(key).and_then(Node::number).map(Written::new);
        let (Some(written), Some(kept)) = (Written::new(text), number::is_kept(text)) else {
            return Expected::Open(text.to_owned());
        };
        let whole = self.node.get("integer").and_then(Node::bool) != Some(true) || written.is_whole();
        let mut open = false;
        for (key, forbidden) in [("min", Ordering::Less), ("max", Ordering::Greater)] {
            match bound(key) {
                Some(Some(bound)) if written.compare(&bound) == forbidden => return Expected::Refused,
                Some(None) => open = true,
                _ => {}
            }
        }
        match (kept && whole, open) {
            (false, _) => Expected::Refused,
            (true, true) => Expected::Open(text.to_owned()),
            (true, false) => Expected::Accepted(text.to_owned()),
        }
    }
}

/// What YAML takes for the text of a scalar: `7` and `true` are texts, too.
fn scalar(node: &Node) -> Option<String> {
    match &node.kind {
        Kind::String(text) | Kind::Number(text) => Some(text.clone()),
        Kind::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}
