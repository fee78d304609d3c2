//! Worlds: a rule, a run, and what GitHub knows, made from bytes, with what has to come of it by a reference reading of the
//! contract.
//!
//! Every constraint that a rule can have is in there, and for each a run that breaks it. Names are few, so that rule and
//! run meet. The same bytes are the same world on every platform, and no bytes at all are one in which the run may go on:
//! what finds a failure can make it smaller.

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use dispatch_guard::envelope::digest::Digest;
use dispatch_guard::format::json::parse;

use crate::support::github::{self, BASE, HEAD, OTHER, PULL_7, REPOSITORY_ID};
use crate::support::host::START_MS;
use crate::support::{Reply, Scenario, set};

const NOW: u64 = START_MS / 1000;
/// Dispatch types or activity types of an event.
fn types_of(event: &str) -> &'static [&'static str] {
    match event {
        "repository_dispatch" => &["deploy", "opened", "closed"],
        "pull_request_review" => &["submitted", "edited"],
        "issue_comment" => &["created", "edited"],
        _ => &["edited", "opened", "closed"],
    }
}
const BRANCHES: [&str; 3] = ["main", "dev", "fix/a"];
const PATTERNS: [&str; 5] = ["main", "dev", "fix/a", "fix/*", "d**"];
const LABELS: [&str; 3] = ["a", "b", "c"];
const KEYS: [&str; 2] = ["correct horse battery staple", "a key from before"];
const WORKFLOWS: [&str; 3] = ["w2.yml", "w3.yml", "w4.yml"];
const OWN_RUN: u64 = 777_000;
const SOURCE_RUN: u64 = 123;
const JWKS: &str = "GET https://token.actions.githubusercontent.com/.well-known/jwks";
const NONCE: &str = "00112233445566778899aabbccddeeff";

type Names = Vec<&'static str>;
/// Why a run may not go on.
type Broken = Option<&'static str>;

/// Choices out of bytes. Where they are used up, the first choice is made.
struct Dice<'a>(std::slice::Iter<'a, u8>);

impl Dice<'_> {
    fn number(&mut self, below: usize) -> usize {
        usize::from(*self.0.next().unwrap_or(&0)) % below
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.number(of.len())].clone()
    }

    /// `usual`, and one time in `times` something else.
    fn mostly<T: Clone>(&mut self, times: usize, usual: T, others: &[T]) -> T {
        if self.number(times) == times - 1 { self.pick(others) } else { usual }
    }

    fn rarely(&mut self, times: usize) -> bool {
        self.number(times) == times - 1
    }

    /// Some of all, most times with those that are wanted, and never none.
    fn some<T: Clone + PartialEq>(&mut self, of: &[T], wanted: &[T]) -> Vec<T> {
        let mask = self.number(256);
        let mut list: Vec<T> =
            of.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 1).map(|(_, one)| one.clone()).collect();
        for one in wanted {
            if !list.contains(one) && !self.rarely(12) {
                list.push(one.clone());
            }
        }
        if list.is_empty() {
            list.push(of[0].clone());
        }
        list
    }
}

/// An account, as it is.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Person {
    login: &'static str,
    id: u64,
    kind: &'static str,
}

const PEOPLE: [Person; 7] = [
    Person { login: "mona", id: 2001, kind: "User" },
    Person { login: "github-actions[bot]", id: 41_898_282, kind: "Bot" },
    Person { login: "eve", id: 666, kind: "User" },
    Person { login: "zoe", id: 2003, kind: "User" },
    // Who took over a login, and who calls itself a bot.
    Person { login: "mona", id: 13, kind: "User" },
    Person { login: "github-actions[bot]", id: 5, kind: "Bot" },
    Person { login: "github-actions[bot]", id: 41_898_282, kind: "User" },
];

impl Person {
    fn json(self) -> Value {
        json!({ "login": self.login, "id": self.id, "type": self.kind })
    }

    fn encode_path_segment(self) -> String {
        self.login.replace('[', "%5B").replace(']', "%5D")
    }
}

/// An entry of a list of actors.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Entry {
    Login(&'static str),
    WithId(&'static str, u64),
    Team,
    Role(usize),
}

/// From the weakest to the strongest.
const ROLES: [&str; 5] = ["read", "triage", "write", "maintain", "admin"];

const ENTRIES: [Entry; 8] = [
    Entry::Login("mona"),
    Entry::Login("github-actions[bot]"),
    Entry::Login("eve"),
    Entry::WithId("mona", 2001),
    Entry::WithId("zoe", 2003),
    Entry::Team,
    Entry::Role(2),
    Entry::Role(4),
];

impl Entry {
    fn text(self) -> String {
        match self {
            Entry::Login(login) => format!("'{login}'"),
            Entry::WithId(login, id) => format!("'{login}:{id}'"),
            Entry::Team => "'@acme/release'".to_owned(),
            Entry::Role(role) => format!("'role:{}'", ROLES[role]),
        }
    }
}

/// What the API says of teams, roles and attempts.
#[derive(Debug, Clone)]
struct Knowledge {
    /// Who is in the team, by login; nothing where the token may not see it.
    team: Option<Names>,
    /// Whose role is which; nothing where the token may not see it.
    role: Option<usize>,
    shows_attempt: bool,
}

/// The type of a payload field, with its limits.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    PullRequest,
    HeadSha,
    Sha,
    Slug,
    Text { pattern: bool, max_length: Option<usize> },
    Number { min: Option<i32>, max: Option<i32>, integer: bool },
    Boolean,
    Choice(Names),
}

#[derive(Debug, Clone)]
struct Field {
    name: &'static str,
    kind: Kind,
    required: bool,
}

impl Field {
    fn text(&self) -> String {
        let kind = match &self.kind {
            Kind::PullRequest => "type: pull-request".to_owned(),
            Kind::HeadSha => "type: head-sha".to_owned(),
            Kind::Sha => "type: sha".to_owned(),
            Kind::Slug => "type: slug".to_owned(),
            Kind::Boolean => "type: boolean".to_owned(),
            Kind::Choice(options) => format!("type: choice, options: [{}]", options.join(", ")),
            Kind::Text { pattern, max_length } => {
                let pattern = if *pattern { ", pattern: 'v[0-9.]+'" } else { "" };
                let most = max_length.map_or(String::new(), |most| format!(", max-length: {most}"));
                format!("type: string{pattern}{most}")
            }
            Kind::Number { min, max, integer } => {
                let min = min.map_or(String::new(), |min| format!(", min: {min}"));
                let max = max.map_or(String::new(), |max| format!(", max: {max}"));
                format!("type: number{min}{max}{}", if *integer { ", integer: true" } else { "" })
            }
        };
        format!("{}: {{{kind}, required: {}}}", self.name, self.required)
    }

    /// Whether the field takes a value, which in `inputs` is text.
    fn takes(&self, value: &Value, textual: bool) -> bool {
        let text = value.as_str();
        let commit = |text: &str| text.len() == 40 && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        match &self.kind {
            Kind::PullRequest => *value == json!(7) || *value == json!("7"),
            Kind::HeadSha | Kind::Sha => text.is_some_and(commit),
            Kind::Slug => text == Some("redis"),
            Kind::Boolean => value.is_boolean() || (textual && matches!(text, Some("true" | "false"))),
            Kind::Choice(options) => text.is_some_and(|text| options.contains(&text)),
            Kind::Text { pattern, max_length } => text.is_some_and(|text| {
                let length = text.chars().count();
                (1..=max_length.unwrap_or(256)).contains(&length)
                    && !text.contains('\u{202e}')
                    && (!pattern || text == "v1.2")
            }),
            Kind::Number { min, max, integer } => {
                let number = if textual { text.and_then(|text| text.parse::<f64>().ok()) } else { value.as_f64() };
                number.is_some_and(|number| {
                    min.is_none_or(|min| number >= f64::from(min))
                        && max.is_none_or(|max| number <= f64::from(max))
                        && (!integer || number.fract() == 0.0)
                })
            }
        }
    }
}

/// What is sent in a field: first one to three that most such fields take, then ones that some or all do not.
fn values(name: &str) -> Vec<Value> {
    match name {
        "pr" => vec![json!(7), json!("7"), json!("007"), json!(0), json!(7.5), json!("#7")],
        "head" => vec![json!(HEAD), json!(OTHER), json!(HEAD.to_uppercase()), json!(&HEAD[..39]), json!(7)],
        "source" => vec![json!(OTHER), json!(OTHER.to_uppercase()), json!(&OTHER[..7]), json!(null)],
        "chart" => vec![json!("redis"), json!("a b"), json!("-x"), json!("../x"), json!(["redis"])],
        "note" => vec![json!("v1.2"), json!("hello"), json!("x".repeat(257)), json!("a\u{202e}b"), json!(7)],
        "count" => vec![json!(3), json!(7), json!(1.5), json!(-1), json!(100), json!("many"), json!(true)],
        "flag" => vec![json!(true), json!(false), json!("yes"), json!(1)],
        _ => vec![json!("staging"), json!("production"), json!("Staging"), json!("")],
    }
}

/// As in a form: the inputs of `workflow_dispatch` are text.
fn as_input(value: &Value) -> Value {
    if value.is_string() { value.clone() } else { json!(value.to_string()) }
}

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
enum Proof {
    None,
    Run,
    Signature,
    Oidc,
}

#[derive(Debug, Clone)]
struct Provenance {
    require: Proof,
    /// Indices into `WORKFLOWS`.
    workflows: Vec<usize>,
    max_age: Option<u64>,
    max_hops: Option<u64>,
}

/// A rule as a policy writes it.
#[derive(Debug, Clone)]
pub struct Rule {
    types: Option<Names>,
    actors: Option<Vec<Entry>>,
    fields: Vec<Field>,
    drops_unknown: bool,
    base: Option<Names>,
    head: Option<Names>,
    state: Option<&'static str>,
    merged: Option<bool>,
    drafts: Option<&'static str>,
    forks: Option<&'static str>,
    all: Names,
    any: Names,
    none: Names,
    authors: Option<Vec<Entry>>,
    provenance: Option<Provenance>,
    once: bool,
}

/// The envelope of a dispatch, and what is wrong with it.
#[derive(Debug, Clone)]
struct Envelope {
    pr: Option<u64>,
    head: Option<&'static str>,
    base: Option<&'static str>,
    run: Option<u64>,
    attempt: Option<u64>,
    workflow: Option<usize>,
    /// Seconds; below zero it is from the future.
    age: i64,
    hops: u64,
    signature: Signature,
    token: Token,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Signature {
    Missing,
    By(usize),
    OfAnotherDispatch,
    Malformed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Missing,
    Good,
    Broken,
    OfAnotherDispatch,
    OfAnotherWorkflow,
    OfAnotherRun,
    OfAnotherRepository,
    OfAnotherIssuer,
    Expired,
    Unsigned,
    WithUnknownKey,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    Good,
    Missing,
    OfAnotherWorkflow,
    OfAnotherBranch,
    OfAnotherRepository,
    OfPullRequest,
    Over,
    NotBegun,
}

/// A run, and what GitHub knows.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // Each is a thing of its own that can be wrong.
struct Run {
    event: &'static str,
    kind: &'static str,
    elsewhere: bool,
    listed: bool,
    repeated_key: bool,
    actor: Person,
    sender: Person,
    triggering: Person,
    knowledge: Knowledge,
    sent: Vec<(&'static str, Value)>,
    envelope: Option<Envelope>,
    keys: Vec<usize>,
    source: Source,
    /// Whether a comment is on a pull request.
    on_pull_request: bool,
    event_base: &'static str,
    event_head: &'static str,
    event_merged: bool,
    live: Pull,
    claimed: Claimed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Claimed {
    Never,
    ByThisRun,
    ByAnotherRun,
}

#[derive(Debug, Clone)]
struct Pull {
    exists: bool,
    here: bool,
    head_repository: Option<u64>,
    base: &'static str,
    head: &'static str,
    state: &'static str,
    draft: bool,
    author: Person,
    labels: Names,
}

/// A rule, a run, and what GitHub knows.
#[derive(Debug, Clone)]
pub struct World {
    rule: Rule,
    run: Run,
}

const EVENTS: [&str; 10] = [
    "repository_dispatch",
    "repository_dispatch",
    "repository_dispatch",
    "repository_dispatch",
    "pull_request_target",
    "pull_request",
    "workflow_dispatch",
    "pull_request_review",
    "issue_comment",
    "push",
];

impl World {
    /// The world that the bytes choose.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut dice = Dice(bytes.iter());
        let run = Run::roll(&mut dice);
        let rule = Rule::roll(&mut dice, &run);
        Self { rule, run }
    }

    /// The world of a number: everybody who asks gets the same.
    pub fn from_seed(seed: u64) -> Self {
        // xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016.
        let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bytes: Vec<u8> = std::iter::repeat_with(|| {
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
        })
        .take(160)
        .collect();
        Self::from_bytes(&bytes)
    }

    /// The event of the run.
    pub fn event(&self) -> &'static str {
        self.run.event
    }

    /// The policy.
    pub fn policy(&self) -> String {
        self.rule.text(self.run.event, self.run.listed)
    }

    /// The same with one more demand, if the rule can take it.
    pub fn constrained(&self, which: usize, pick: usize) -> Option<Self> {
        Some(Self { rule: self.rule.constrained(self.run.event, which, pick)?, run: self.run.clone() })
    }

    /// How many kinds of demands [`World::constrained`] knows.
    pub const DEMANDS: usize = 31;

    /// The same with every list in another order.
    pub fn turned(&self, seed: usize) -> Self {
        fn turn<T>(list: &mut [T], seed: usize) {
            if !list.is_empty() {
                list.rotate_left(seed % list.len());
            }
            if seed.is_multiple_of(2) {
                list.reverse();
            }
        }
        let mut turned = self.clone();
        let Rule { types, actors, fields, base, head, all, any, none, authors, provenance, .. } = &mut turned.rule;
        for list in [types, base, head].into_iter().flatten() {
            // What is taken back has to come behind what lets it in: there the order is the meaning.
            if list.iter().all(|name| !name.starts_with('!')) {
                turn(list, seed);
            }
        }
        for list in [actors, authors].into_iter().flatten() {
            turn(list, seed);
        }
        for list in [all, any, none, &mut turned.run.live.labels] {
            turn(list, seed);
        }
        for field in fields {
            if let Kind::Choice(options) = &mut field.kind {
                turn(options, seed);
            }
        }
        if let Some(provenance) = provenance {
            turn(&mut provenance.workflows, seed);
        }
        turn(&mut turned.run.keys, seed);
        turn(&mut turned.run.sent, seed);
        turned
    }

    /// Whether the pull request is found and is what everybody says that it is, so that its head commit may be told.
    pub fn verifies_head(&self) -> bool {
        // A comment pins no commit: what it is about is known when its time has been compared, after the other checks.
        let is_pinned = self.run.event != "issue_comment" || self.broken_of_pull_request().is_none();
        self.broken_before_head().is_none() && is_pinned && self.run.number(&self.rule).is_some()
    }
}

impl Run {
    fn roll(dice: &mut Dice<'_>) -> Self {
        let event = dice.pick(&EVENTS);
        let dispatch = event == "repository_dispatch";
        let actor = dice.mostly(3, PEOPLE[usize::from(dispatch)], &PEOPLE);
        let sender = dice.mostly(12, actor, &PEOPLE);
        let triggering = dice.mostly(8, actor, &PEOPLE);
        let knowledge = Knowledge {
            team: dice.mostly(6, Some(vec!["mona", "zoe"]), &[None, Some(vec![]), Some(vec!["zoe"])]),
            role: dice.pick(&[Some(4), Some(2), Some(0), Some(0), Some(1), Some(3), None]),
            shows_attempt: !dice.rarely(6),
        };
        let live = Pull::roll(dice);
        let mut sent = Vec::new();
        for name in ["pr", "head", "source", "chart", "note", "count", "flag", "tier"] {
            let there = if matches!(name, "pr" | "chart") { !dice.rarely(12) } else { dice.rarely(3) };
            if there {
                let all = values(name);
                let usual = match name {
                    "count" => 3,
                    "pr" | "note" | "flag" | "tier" => 2,
                    _ => 1,
                };
                sent.push((name, if dice.rarely(8) { dice.pick(&all) } else { dice.pick(&all[..usual]) }));
            }
        }
        if dice.rarely(16) {
            sent.push(("extra", json!({ "actor": "mona" })));
        }
        Self {
            event,
            kind: dice.pick(types_of(event)),
            elsewhere: dice.rarely(40),
            listed: !dice.rarely(40),
            repeated_key: dice.rarely(40),
            actor,
            sender,
            triggering,
            knowledge,
            sent,
            envelope: (dispatch && !dice.rarely(3)).then(|| Envelope::roll(dice, &live)),
            keys: dice.pick(&[vec![0, 1], vec![0], vec![], vec![1, 0], vec![1]]),
            source: dice.mostly(
                5,
                Source::Good,
                &[
                    Source::Missing,
                    Source::OfAnotherWorkflow,
                    Source::OfAnotherBranch,
                    Source::OfAnotherRepository,
                    Source::OfPullRequest,
                    Source::Over,
                    Source::NotBegun,
                ],
            ),
            on_pull_request: !dice.rarely(6),
            event_base: dice.mostly(10, live.base, &BRANCHES),
            event_head: dice.mostly(10, HEAD, &[OTHER]),
            event_merged: dice.mostly(10, live.state == "merged", &[true, false]),
            live,
            claimed: dice.pick(&[Claimed::Never, Claimed::ByThisRun, Claimed::ByAnotherRun]),
        }
    }

    fn is_dispatch(&self) -> bool {
        matches!(self.event, "repository_dispatch" | "workflow_dispatch")
    }

    fn tells_pull_request(&self) -> bool {
        matches!(self.event, "pull_request" | "pull_request_target" | "pull_request_review")
    }

    /// What was sent in a field; an input that was left empty was not.
    fn sent(&self, name: &str) -> Option<Value> {
        let (_, value) = self.sent.iter().find(|(sent, _)| *sent == name)?;
        let value = if self.event == "workflow_dispatch" { as_input(value) } else { value.clone() };
        (self.event != "workflow_dispatch" || value != json!("")).then_some(value)
    }

    /// The number of the pull request that the run is about.
    fn number(&self, rule: &Rule) -> Option<u64> {
        match self.event {
            "push" => None,
            "issue_comment" => self.on_pull_request.then_some(7),
            _ if self.tells_pull_request() => Some(7),
            _ => {
                let declared = rule.fields.iter().any(|field| field.kind == Kind::PullRequest);
                let named = declared && self.sent("pr").is_some();
                let pinned = self.envelope.as_ref().and_then(|envelope| envelope.pr);
                if named { Some(7) } else { pinned.filter(|_| declared || rule.is_about_pull_request()) }
            }
        }
    }
}

impl Pull {
    fn roll(dice: &mut Dice<'_>) -> Self {
        Self {
            exists: !dice.rarely(24),
            here: !dice.rarely(24),
            head_repository: dice.mostly(8, Some(REPOSITORY_ID), &[Some(github::FORK_ID), None]),
            base: dice.pick(&BRANCHES),
            head: dice.pick(&BRANCHES),
            state: dice.pick(&["open", "open", "open", "merged", "closed"]),
            draft: dice.rarely(3),
            author: dice.mostly(3, PEOPLE[0], &PEOPLE),
            labels: dice.some(&LABELS, &["a"]),
        }
    }

    fn json(&self) -> Value {
        let mut pull = match self.state {
            "open" => github::pull(),
            "closed" => github::closed(),
            _ => github::merged(),
        };
        pull["base"]["ref"] = json!(self.base);
        pull["head"]["ref"] = json!(self.head);
        pull["draft"] = json!(self.draft);
        pull["user"] = self.author.json();
        pull["labels"] = self.labels.iter().map(|name| json!({ "name": name })).collect();
        if !self.here {
            pull["base"]["repo"]["id"] = json!(5);
        }
        match self.head_repository {
            Some(id) => pull["head"]["repo"]["id"] = json!(id),
            None => pull["head"]["repo"] = json!(null),
        }
        pull
    }
}

impl Envelope {
    fn roll(dice: &mut Dice<'_>, live: &Pull) -> Self {
        Self {
            pr: dice.mostly(8, Some(7), &[None, Some(8)]),
            head: dice.mostly(6, Some(HEAD), &[None, Some(OTHER)]),
            base: dice.mostly(8, Some(live.base), &[None, Some("main"), Some("dev")]),
            run: dice.mostly(10, Some(SOURCE_RUN), &[None, Some(OWN_RUN)]),
            attempt: dice.mostly(10, Some(1), &[None]),
            workflow: dice.mostly(10, Some(0), &[None, Some(1), Some(2)]),
            age: dice.mostly(5, 30, &[0, -60, -61, 300, 301, 900, 901, 3600]),
            hops: dice.pick(&[1, 1, 1, 2, 3, 4]),
            signature: dice.pick(&[
                Signature::Missing,
                Signature::By(0),
                Signature::By(0),
                Signature::By(0),
                Signature::By(1),
                Signature::OfAnotherDispatch,
                Signature::Malformed,
            ]),
            token: dice.mostly(
                3,
                Token::Good,
                &[
                    Token::Missing,
                    Token::Broken,
                    Token::OfAnotherDispatch,
                    Token::OfAnotherWorkflow,
                    Token::OfAnotherRun,
                    Token::OfAnotherRepository,
                    Token::OfAnotherIssuer,
                    Token::Expired,
                    Token::Unsigned,
                    Token::WithUnknownKey,
                ],
            ),
        }
    }

    fn issued_at(&self) -> u64 {
        NOW.checked_add_signed(-self.age).unwrap_or_default()
    }

    /// The envelope as send would write it into a payload.
    fn write(&self, payload: &mut Map<String, Value>, kind: &str) {
        let members = [
            ("v", json!(1)),
            ("pr", json!(self.pr)),
            ("head_sha", json!(self.head)),
            ("base_ref", json!(self.base)),
            ("base_sha", json!(BASE)),
            ("run_id", json!(self.run)),
            ("run_attempt", json!(self.attempt)),
            ("workflow_ref", json!(self.workflow.map(full_workflow))),
            ("issued_at", json!(self.issued_at())),
            ("nonce", json!(NONCE)),
            ("hops", json!(self.hops)),
        ];
        let known = members.into_iter().filter(|(_, value)| !value.is_null());
        let mut envelope: Map<String, Value> = known.map(|(key, value)| (key.to_owned(), value)).collect();
        payload.insert("_guard".to_owned(), Value::Object(envelope.clone()));
        let digest_of = |kind: &str| {
            let text = Value::Object(payload.clone()).to_string();
            Digest::compute(&parse(text.as_bytes()).expect("JSON").root, kind, REPOSITORY_ID).ok()
        };
        let signature = match self.signature {
            Signature::Missing => None,
            Signature::By(key) => digest_of(kind).and_then(|digest| digest.sign(KEYS[key].as_bytes())),
            Signature::OfAnotherDispatch => digest_of("another").and_then(|digest| digest.sign(KEYS[0].as_bytes())),
            Signature::Malformed => Some("sha1=00".to_owned()),
        };
        let of = if self.token == Token::OfAnotherDispatch { "another" } else { kind };
        let token = digest_of(of).and_then(|digest| self.token(&digest.audience()));
        for (name, value) in [("signature", signature), ("oidc", token)] {
            if let Some(value) = value {
                envelope.insert(name.to_owned(), json!(value));
            }
        }
        payload.insert("_guard".to_owned(), Value::Object(envelope));
    }

    fn token(&self, audience: &str) -> Option<String> {
        let mut claims = json!({
            "iss": "https://token.actions.githubusercontent.com", "aud": audience, "exp": NOW + 300, "nbf": NOW - 60,
            "iat": NOW - 30, "repository_id": REPOSITORY_ID.to_string(), "workflow_ref": full_workflow(0),
            "run_id": SOURCE_RUN.to_string(), "run_attempt": "1",
        });
        let mut key = "a";
        match self.token {
            Token::Missing => return None,
            Token::Broken => return Some("no token".to_owned()),
            Token::Good | Token::Unsigned | Token::OfAnotherDispatch => {}
            Token::OfAnotherWorkflow => claims["workflow_ref"] = json!(full_workflow(2)),
            Token::OfAnotherRun => claims["run_id"] = json!("124"),
            Token::OfAnotherRepository => claims["repository_id"] = json!("2002"),
            Token::OfAnotherIssuer => claims["iss"] = json!("https://token.actions.evil.example"),
            Token::Expired => claims["exp"] = json!(NOW - 61),
            Token::WithUnknownKey => key = "z",
        }
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": key });
        let signed = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let modulus = if self.token == Token::Unsigned { modulus("b") } else { modulus("a") };
        Some(format!("{signed}.{}", base64(seal(&modulus, signed.as_bytes()).as_bytes())))
    }
}

/// The flags of a role in `user.permissions`.
fn flags(role: usize) -> Value {
    let flags = ["pull", "triage", "push", "maintain", "admin"];
    Value::Object(flags.iter().enumerate().map(|(at, name)| ((*name).to_owned(), json!(at <= role))).collect())
}

fn full_workflow(index: usize) -> String {
    format!("acme/charts/.github/workflows/{}@refs/heads/main", WORKFLOWS[index])
}

fn base64(bytes: &[u8]) -> String {
    use base64ct::{Base64UrlUnpadded, Encoding};
    Base64UrlUnpadded::encode_string(bytes)
}

/// The modulus of the issuer's key of that name.
fn modulus(key: &str) -> String {
    base64(&[key.as_bytes()[0] | 0x80; 256])
}

/// What replaces an RSA signature: a sum over the data, and the beginning of the key. `tests/wasm.rs` has it again.
fn seal(modulus: &str, data: &[u8]) -> String {
    let sum = data.iter().fold(1_u32, |sum, byte| (sum * 31 + u32::from(*byte)) % 65_521);
    format!("{sum}:{}", &modulus[..8])
}

fn is_sealed(jwk: &str, data: &[u8], signature: &[u8]) -> bool {
    let key: Value = serde_json::from_str(jwk).expect("a key");
    key["n"].as_str().is_some_and(|modulus| seal(modulus, data).as_bytes() == signature)
}

/// Whether the event is a comment or a review.
fn is_comment(event: &str) -> bool {
    matches!(event, "issue_comment" | "pull_request_review")
}

impl Rule {
    fn roll(dice: &mut Dice<'_>, run: &Run) -> Self {
        let dispatch = run.event == "repository_dispatch";
        let typed = !matches!(run.event, "workflow_dispatch" | "push");
        let pulls = run.event != "push";
        let wanted = |person: Person| Entry::Login(person.login);
        let people: Vec<Entry> =
            [run.actor, run.sender, run.triggering, run.live.author].map(wanted).into_iter().collect();
        let entries = |dice: &mut Dice<'_>, wanted: &[Entry]| {
            let known: Vec<Entry> = wanted.iter().filter(|entry| ENTRIES.contains(entry)).copied().collect();
            let some = dice.some(&ENTRIES, &known);
            let fewer = dice.some(&ENTRIES, &known);
            let both: Vec<Entry> = some.iter().filter(|entry| fewer.contains(entry)).copied().collect();
            if both.is_empty() { some } else { both }
        };
        let mut fields = Vec::new();
        if run.is_dispatch() {
            if !dice.rarely(10) {
                fields.push(Field { name: "pr", kind: Kind::PullRequest, required: !dice.rarely(3) });
                if run.sent("head").is_some() || dice.rarely(16) {
                    fields.push(Field { name: "head", kind: Kind::HeadSha, required: dice.rarely(6) });
                }
            }
            for name in ["source", "chart", "note", "count", "flag", "tier"] {
                if (run.sent.iter().any(|(sent, _)| *sent == name) && !dice.rarely(30)) || dice.rarely(16) {
                    fields.push(Field { name, kind: Kind::roll(dice, name), required: dice.rarely(6) });
                }
            }
        }
        let is_about = pulls && !dice.rarely(4);
        let pattern = |dice: &mut Dice<'_>, branch: &'static str| {
            let mut list = dice.some(&PATTERNS, &[branch]);
            if dice.rarely(8) {
                list.push("!dev");
            }
            list
        };
        let given = |dice: &mut Dice<'_>, times: usize| is_about && dice.rarely(times);
        let all = if given(dice, 5) { dice.some(&LABELS, &["a"]) } else { Names::new() };
        let any = if given(dice, 5) { dice.some(&LABELS, &["a"]) } else { Names::new() };
        // The reader refuses what can never hold.
        let none = if given(dice, 5) { dice.some(&["c", "b"], &[]) } else { Names::new() };
        let none: Names = none.into_iter().filter(|label| !all.contains(label)).collect();
        let merged = given(dice, 5).then(|| dice.mostly(4, run.live.state == "merged", &[true, false]));
        let state = given(dice, 3).then(|| dice.pick(&["any", "open", "closed"]));
        let state = state.filter(|state| merged != Some(true) || *state != "open");
        let mut rule = Self {
            types: (typed && (dispatch || dice.rarely(2))).then(|| dice.some(types_of(run.event), &[run.kind])),
            actors: (run.is_dispatch() || is_comment(run.event) || dice.rarely(2)).then(|| entries(dice, &people)),
            fields,
            drops_unknown: run.is_dispatch() && dice.rarely(3),
            base: given(dice, 3).then(|| pattern(dice, run.live.base)),
            head: given(dice, 4).then(|| pattern(dice, run.live.head)),
            state,
            merged,
            drafts: given(dice, 4).then(|| dice.pick(&["allow", "deny"])),
            forks: given(dice, 3).then(|| dice.pick(&["allow", "deny"])),
            all,
            any,
            none,
            authors: given(dice, 4).then(|| entries(dice, &people[3..])),
            provenance: (dispatch && dice.rarely(2)).then(|| Provenance {
                require: dice.pick(&[Proof::Oidc, Proof::Run, Proof::Signature, Proof::None]),
                workflows: dice.some(&[1, 2], &[0]),
                max_age: dice.pick(&[None, Some(300), Some(3600)]),
                max_hops: dice.pick(&[None, Some(1), Some(2)]),
            }),
            once: run.is_dispatch() && dice.rarely(3),
        };
        if rule.is_sticky_label_gate(run.event) {
            rule.all.clear();
            rule.any.clear();
        }
        let names_pull_request = rule.fields.iter().any(|field| field.kind == Kind::PullRequest);
        rule.once &= names_pull_request || rule.is_about_pull_request();
        rule
    }

    /// Whether the policy is refused because the label would outlive the commit that it was given for.
    fn is_sticky_label_gate(&self, event: &str) -> bool {
        let exempt = event == "pull_request" || is_comment(event);
        let gates = !self.all.is_empty() || !self.any.is_empty();
        !exempt && gates && self.forks == Some("allow") && self.merged != Some(true)
    }

    fn is_about_pull_request(&self) -> bool {
        !self.pull_request_keys().is_empty()
    }

    fn text(&self, event: &str, listed: bool) -> String {
        let list = |names: &Names| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        let mut lines = Vec::new();
        if let Some(types) = &self.types {
            lines.push(format!("types: [{}]", list(types)));
        }
        if let Some(actors) = &self.actors {
            lines.push(format!("actors: [{}]", entries_text(actors)));
        }
        if !self.fields.is_empty() {
            let fields: Vec<String> = self.fields.iter().map(Field::text).collect();
            lines.push(format!("payload: {{{}}}", fields.join(", ")));
        }
        if self.drops_unknown {
            lines.push("unknown-fields: drop".to_owned());
        }
        let keys = self.pull_request_keys();
        if !keys.is_empty() {
            lines.push(format!("pull-request: {{{}}}", keys.join(", ")));
        }
        if let Some(Provenance { require, workflows, max_age, max_hops }) = &self.provenance {
            let name = ["none", "run", "signature", "oidc"][*require as usize];
            let workflows: Vec<String> =
                workflows.iter().map(|at| format!(".github/workflows/{}@refs/heads/main", WORKFLOWS[*at])).collect();
            let mut keys = vec![format!("require: {name}")];
            if matches!(require, Proof::Run | Proof::Signature | Proof::Oidc) {
                keys.push(format!("workflows: [{}]", workflows.join(", ")));
            }
            keys.extend(max_age.map(|seconds| format!("max-age: {seconds}s")));
            keys.extend(max_hops.map(|hops| format!("max-hops: {hops}")));
            lines.push(format!("provenance: {{{}}}", keys.join(", ")));
        }
        if self.once {
            lines.push("once: true".to_owned());
        }
        let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
        if listed {
            return format!("version: 1\nevents:\n  {event}:\n{lines}  schedule:\n");
        }
        "version: 1\nevents:\n  schedule:\n".to_owned()
    }

    fn pull_request_keys(&self) -> Vec<String> {
        let list = |names: &Names| names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
        let mut keys = Vec::new();
        for (key, names) in [("base", &self.base), ("head", &self.head)] {
            keys.extend(names.as_ref().map(|names| format!("{key}: [{}]", list(names))));
        }
        keys.extend(self.authors.as_ref().map(|entries| format!("authors: [{}]", entries_text(entries))));
        for (key, word) in [("state", self.state), ("drafts", self.drafts), ("forks", self.forks)] {
            keys.extend(word.map(|word| format!("{key}: {word}")));
        }
        keys.extend(self.merged.map(|merged| format!("merged: {merged}")));
        let labels: Vec<String> = [("all", &self.all), ("any", &self.any), ("none", &self.none)]
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(key, names)| format!("{key}: [{}]", list(names)))
            .collect();
        if !labels.is_empty() {
            keys.push(format!("labels: {{{}}}", labels.join(", ")));
        }
        keys
    }

    /// One more demand, if the rule can take it. What the contract makes a default of another key is none: `merged`
    /// changes the default of `state` on a dispatch, and `authors` says who may be the author instead of `actors`. Nor
    /// is a field that is declared, since that permits it.
    fn constrained(&self, event: &str, which: usize, pick: usize) -> Option<Self> {
        fn narrow<T: Clone>(list: &mut Option<Vec<T>>, all: &[T], pick: usize) -> bool {
            match list {
                None => *list = Some(vec![all[pick % all.len()].clone()]),
                Some(list) if list.len() > 1 => _ = list.remove(pick % list.len()),
                Some(_) => return false,
            }
            true
        }
        fn narrow_types(list: &mut Option<Names>, event: &str, pick: usize) -> bool {
            // Comments and reviews without `types` pass only when they are written.
            let default = if is_comment(event) { &types_of(event)[..1] } else { types_of(event) };
            narrow(list, default, pick)
        }
        fn narrow_patterns(list: &mut Option<Names>, pick: usize) -> bool {
            // A pattern that takes back stays, and so does one for it to take back from.
            let Some(list) = list else { return narrow(list, &PATTERNS, pick) };
            let inside = list.iter().filter(|pattern| !pattern.starts_with('!')).count();
            if inside > 1 {
                list.remove(pick % inside);
            }
            inside > 1
        }
        fn shorten<T>(list: &mut Vec<T>, pick: usize) -> bool {
            let long = list.len() > 1;
            if long {
                list.remove(pick % list.len());
            }
            long
        }
        let mut rule = self.clone();
        let sent = matches!(event, "repository_dispatch" | "workflow_dispatch");
        let proven = event == "repository_dispatch";
        let typed = !matches!(event, "workflow_dispatch" | "push");
        let pulls = event != "push";
        let tells_author = matches!(event, "pull_request" | "pull_request_target");
        let waits_open = !tells_author && event != "pull_request_review";
        let label = LABELS[pick % LABELS.len()];
        let field = rule.fields.iter().position(|_| true).map(|_| pick % rule.fields.len());
        let provenance = || Provenance { require: Proof::None, workflows: vec![0, 1], max_age: None, max_hops: None };
        let raise = |rule: &mut Self, to: Proof| {
            let provenance = rule.provenance.get_or_insert_with(provenance);
            // Each level proves something else: only what asks for nothing can be raised.
            let raised = proven && provenance.require == Proof::None;
            provenance.require = to;
            raised
        };
        let done = match which {
            0 => typed && narrow_types(&mut rule.types, event, pick),
            1 => narrow(&mut rule.actors, &ENTRIES, pick),
            2 => pulls && narrow_patterns(&mut rule.base, pick),
            3 => pulls && narrow_patterns(&mut rule.head, pick),
            4 => pulls && rule.base.as_mut().is_some_and(|base| !base.contains(&"!dev") && push(base, "!dev")),
            5 if rule.authors.is_some() || !tells_author || rule.actors.is_none() => {
                pulls && narrow(&mut rule.authors, &ENTRIES, pick)
            }
            6 => pulls && replace(&mut rule.drafts, Some("deny")),
            7 => pulls && replace(&mut rule.forks, Some("deny")),
            8 if rule.state != Some("closed") && rule.merged != Some(true) => {
                pulls && replace(&mut rule.state, Some("open"))
            }
            9 if rule.state == Some("any") => replace(&mut rule.state, Some("closed")),
            10 if rule.merged.is_none() && (!waits_open || rule.state.is_some()) => {
                pulls && replace(&mut rule.merged, Some(pick.is_multiple_of(2) && rule.state != Some("open")))
            }
            11 => pulls && !rule.all.contains(&label) && push(&mut rule.all, label),
            12 => pulls && !rule.none.contains(&label) && push(&mut rule.none, label),
            13 if rule.any.is_empty() => pulls && push(&mut rule.any, label),
            14 => shorten(&mut rule.any, pick),
            15 => rule.fields.get_mut(field?).is_some_and(|field| replace(&mut field.required, true)),
            16 => replace(&mut rule.drops_unknown, false),
            17..=22 => {
                let kinds = rule.fields.iter_mut().map(|field| &mut field.kind);
                kinds.into_iter().any(|kind| kind.constrained(which, pick))
            }
            23 => raise(&mut rule, Proof::Run),
            24 => raise(&mut rule, Proof::Signature),
            25 => raise(&mut rule, Proof::Oidc),
            26 => rule.provenance.as_mut().is_some_and(|rule| shorten(&mut rule.workflows, pick)),
            27 => {
                proven && {
                    let provenance = rule.provenance.get_or_insert_with(provenance);
                    provenance.max_age.unwrap_or(900) > 60 && replace(&mut provenance.max_age, Some(60))
                }
            }
            28 => {
                proven && {
                    let provenance = rule.provenance.get_or_insert_with(provenance);
                    provenance.max_hops.unwrap_or(3) > 1 && replace(&mut provenance.max_hops, Some(1))
                }
            }
            29 => sent && rule.names_pull_request() && replace(&mut rule.once, true),
            30 => pulls && !rule.is_about_pull_request() && replace(&mut rule.drafts, Some("allow")),
            _ => false,
        };
        // The reader refuses what can never hold.
        let possible = !rule.all.iter().any(|label| rule.none.contains(label)) && !rule.is_sticky_label_gate(event);
        (done && possible).then_some(rule)
    }

    fn names_pull_request(&self) -> bool {
        self.is_about_pull_request() || self.fields.iter().any(|field| field.kind == Kind::PullRequest)
    }
}

fn push<T>(list: &mut Vec<T>, one: T) -> bool {
    list.push(one);
    true
}

fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let differs = *place != value;
    *place = value;
    differs
}

fn entries_text(entries: &[Entry]) -> String {
    entries.iter().map(|entry| entry.text()).collect::<Vec<_>>().join(", ")
}

impl Kind {
    fn roll(dice: &mut Dice<'_>, name: &str) -> Self {
        match name {
            "source" => Kind::Sha,
            "chart" => Kind::Slug,
            "note" => Kind::Text { pattern: dice.rarely(3), max_length: dice.pick(&[None, Some(4), Some(300)]) },
            "count" => Kind::Number {
                min: dice.pick(&[None, Some(0), Some(3)]),
                max: dice.pick(&[None, Some(3), Some(50)]),
                integer: dice.rarely(2),
            },
            "flag" => Kind::Boolean,
            _ => Kind::Choice(dice.some(&["staging", "production"], &["staging"])),
        }
    }

    fn constrained(&mut self, which: usize, pick: usize) -> bool {
        match (which, self) {
            (17, Kind::Text { pattern, .. }) => replace(pattern, true),
            (18, Kind::Text { max_length, .. }) => {
                max_length.is_none_or(|most| most > 4) && replace(max_length, Some(4))
            }
            (19, Kind::Number { min, .. }) => min.is_none_or(|min| min < 2) && replace(min, Some(2)),
            (20, Kind::Number { max, .. }) => max.is_none_or(|max| max > 3) && replace(max, Some(3)),
            (21, Kind::Number { integer, .. }) => replace(integer, true),
            (22, Kind::Choice(options)) if options.len() > 1 => {
                options.remove(pick % options.len());
                true
            }
            _ => false,
        }
    }
}

impl World {
    /// The run as the core gets it, with GitHub's answers to whatever it may ask.
    pub fn scenario(&self) -> Scenario {
        let Self { rule, run } = self;
        let live = run.live.json();
        let mut text = self.event_body(&live).to_string();
        if run.repeated_key {
            text = text.replacen('{', "{\"installation\":1,\"installation\":1,", 1);
        }
        let mut scenario = Scenario::new(run.event, run.actor.login, &json!({}))
            .policy(&self.policy())
            .event_bytes(text.as_bytes())
            .env("GITHUB_ACTOR_ID", &run.actor.id.to_string())
            .env("GITHUB_TRIGGERING_ACTOR", run.triggering.login)
            .env("GITHUB_RUN_ATTEMPT", if run.triggering == run.actor { "1" } else { "2" })
            .rs256(is_sealed);
        // Without keys a rule that asks for a signature is no rule.
        let keys = self.keys();
        if !keys.is_empty() {
            let keys: Vec<&str> = keys.iter().map(|at| KEYS[*at]).collect();
            scenario = scenario.input("signing-keys", &keys.join("\n"));
        }
        let found = if run.live.exists { Reply::json(200, &live) } else { Reply::refusal(404, "Not Found") };
        let issuer: Vec<Value> = ["a", "b"]
            .map(|name| json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name, "e": "AQAB", "n": modulus(name) }))
            .into();
        scenario = scenario
            .route(PULL_7, found)
            .route("GET /repos/acme/charts/pulls/8", Reply::refusal(404, "Not Found"))
            .route(JWKS, Reply::json(200, &json!({ "keys": issuer })))
            .route("GET /repos/acme/charts/actions/runs/123", self.source_run());
        if run.event == "issue_comment" {
            scenario = scenario.branch_pushed_before_comments(run.live.head).route(
                "GET /repos/acme/charts/issues/comments/90",
                Reply::json(200, &self.event_body(&live)["comment"]),
            );
        }
        if run.event == "pull_request_review" {
            scenario = scenario.route(
                "GET /repos/acme/charts/pulls/7/reviews/80",
                Reply::json(200, &self.event_body(&live)["review"]),
            );
        }
        scenario = self.with_people(scenario);
        if rule.once { self.with_claims(scenario) } else { scenario }
    }

    fn keys(&self) -> Vec<usize> {
        let needs = self.rule.provenance.as_ref().is_some_and(|rule| rule.require == Proof::Signature);
        if needs && self.run.keys.is_empty() { vec![0] } else { self.run.keys.clone() }
    }

    fn event_body(&self, live: &Value) -> Value {
        let run = &self.run;
        let sender = run.sender.login;
        let body = match run.event {
            "repository_dispatch" => {
                let mut payload: Map<String, Value> =
                    run.sent.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
                if let Some(envelope) = &run.envelope {
                    envelope.write(&mut payload, run.kind);
                }
                github::dispatch(sender, run.kind, Value::Object(payload))
            }
            "workflow_dispatch" => {
                let inputs = run.sent.iter().map(|(name, value)| ((*name).to_owned(), as_input(value)));
                github::workflow_dispatch(sender, Value::Object(inputs.collect()))
            }
            "issue_comment" => set(github::comment_event(sender, run.on_pull_request), "action", json!(run.kind)),
            "push" => github::other_event(sender, "ref", json!("refs/heads/main")),
            "pull_request" => github::pull_request_event(sender, run.kind, live.clone()),
            event => {
                let state = match (run.event_merged, run.live.state) {
                    (true, _) => "merged",
                    (false, "merged") => "closed",
                    (false, state) => state,
                };
                let described = set(Pull { state, ..run.live.clone() }.json(), "base.ref", json!(run.event_base));
                let described = set(described, "head.sha", json!(run.event_head));
                if event == "pull_request_review" {
                    github::review_event(sender, run.kind, described)
                } else {
                    github::pull_request_event(sender, run.kind, described)
                }
            }
        };
        let mut body = set(body, "sender", run.sender.json());
        for key in ["comment", "review"] {
            if body[key].is_object() {
                body[key]["user"] = run.sender.json();
            }
        }
        if run.elsewhere { set(body, "repository.id", json!(5)) } else { body }
    }

    fn source_run(&self) -> Reply {
        let time = |seconds: u64| dispatch_guard::format::timestamp::format_rfc3339(seconds * 1000);
        let long_ago = NOW - 200_000;
        let run = json!({
            "id": SOURCE_RUN, "run_attempt": 1, "path": ".github/workflows/w2.yml", "head_branch": "main",
            "event": "workflow_dispatch", "status": "in_progress", "run_started_at": time(long_ago),
            "updated_at": time(long_ago), "repository": { "id": REPOSITORY_ID }, "head_repository": { "id": REPOSITORY_ID },
            "actor": { "login": "mona" }, "triggering_actor": { "login": "mona" },
        });
        Reply::json(
            200,
            &match self.run.source {
                Source::Good => run,
                Source::Missing => return Reply::refusal(404, "Not Found"),
                Source::OfAnotherWorkflow => set(run, "path", json!(".github/workflows/evil.yml")),
                Source::OfAnotherBranch => set(run, "head_branch", json!("evil")),
                Source::OfAnotherRepository => set(run, "head_repository.id", json!(github::FORK_ID)),
                Source::OfPullRequest => set(run, "event", json!("pull_request_target")),
                Source::Over => set(set(run, "status", json!("completed")), "updated_at", json!(time(NOW - 100_000))),
                Source::NotBegun => set(run, "run_started_at", json!(time(NOW + 3600))),
            },
        )
    }

    fn with_people(&self, mut scenario: Scenario) -> Scenario {
        let Knowledge { team, role, shows_attempt } = &self.run.knowledge;
        let hidden = || Reply::refusal(404, "Not Found");
        let attempt = json!({ "run_attempt": 2, "triggering_actor": self.run.triggering.json() });
        let attempt = if *shows_attempt { Reply::json(200, &attempt) } else { Reply::refusal(403, "No") };
        scenario = scenario.route("GET /repos/acme/charts/actions/runs/777000/attempts/2", attempt).route(
            "GET /orgs/acme/teams/release",
            if team.is_some() { Reply::json(200, &json!({ "slug": "release" })) } else { hidden() },
        );
        for person in &PEOPLE[..4] {
            let login = person.encode_path_segment();
            let member = team.as_ref().is_some_and(|team| team.contains(&person.login));
            let membership = if member { Reply::json(200, &json!({ "state": "active" })) } else { hidden() };
            let permission = match role {
                None => Reply::refusal(403, "Resource not accessible by integration"),
                Some(role) => {
                    let base = ["read", "read", "write", "write", "admin"][*role];
                    Reply::json(
                        200,
                        &json!({ "permission": base, "role_name": ROLES[*role], "user": set(person.json(), "permissions", flags(*role)) }),
                    )
                }
            };
            scenario = scenario
                .route(&format!("GET /orgs/acme/teams/release/memberships/{login}"), membership)
                .route(&format!("GET /repos/acme/charts/collaborators/{login}/permission"), permission);
        }
        scenario
    }

    fn with_claims(&self, scenario: Scenario) -> Scenario {
        let run = &self.run;
        let workflow = "acme/charts/.github/workflows/w5.yml";
        let kind = if run.event == "workflow_dispatch" { "" } else { run.kind };
        let key = if run.envelope.is_some() {
            format!("{workflow}\nnonce\n{NONCE}")
        } else {
            format!("{workflow}\n{}\n{kind}\n7\n{HEAD}", run.event)
        };
        let digest = Sha256::digest(key.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let claim = |id: u64, run: u64| {
            json!({
                "id": id, "context": format!("dispatch-guard / once {}", &digest[..32]),
                "target_url": format!("https://github.com/acme/charts/actions/runs/{run}"),
                "created_at": "2026-09-21T14:13:20Z",
            })
        };
        let other = json!({ "id": 50, "context": "ci", "target_url": null, "created_at": "2026-09-21T14:13:20Z" });
        let older = match run.claimed {
            Claimed::Never => vec![],
            Claimed::ByThisRun => vec![claim(100, OWN_RUN)],
            Claimed::ByAnotherRun => vec![claim(100, 1)],
        };
        let all: Vec<Value> = [vec![claim(200, OWN_RUN)], older, vec![other]].concat();
        scenario
            .route(&format!("POST /repos/acme/charts/statuses/{HEAD}"), Reply::json(201, &json!({ "id": 200 })))
            .route(
                &format!("GET /repos/acme/charts/commits/{HEAD}/statuses?per_page=100&page=1"),
                Reply::json(200, &Value::Array(all)),
            )
    }
}

/// What has to come of it, by the contract.
impl World {
    /// The code: that of the first demand that is not met.
    pub fn expected(&self) -> &'static str {
        self.broken_before_head()
            .or_else(|| self.broken_of_pull_request())
            .or_else(|| self.broken_of_once())
            .unwrap_or("allowed")
    }

    fn broken_before_head(&self) -> Broken {
        self.broken_of_event()
            .or_else(|| self.broken_of_actors())
            .or_else(|| self.broken_of_payload())
            .or_else(|| self.broken_of_provenance())
            .or_else(|| self.broken_of_pins())
    }

    fn broken_of_event(&self) -> Broken {
        let Self { rule, run } = self;
        first([
            (run.elsewhere, "event.mismatch"),
            (!run.listed, "event.not_allowed"),
            (
                rule.types.as_ref().map_or(is_comment(run.event) && run.kind != types_of(run.event)[0], |types| {
                    !types.contains(&run.kind)
                }),
                "event.type_not_allowed",
            ),
        ])
    }

    fn broken_of_actors(&self) -> Broken {
        let Self { rule, run } = self;
        let entries = rule.actors.as_ref()?;
        let rerun = run.triggering.login != run.actor.login;
        let author = matches!(run.event, "pull_request" | "pull_request_target") && rule.authors.is_none();
        [
            (true, run.actor, IdentityKind::Actor, "actor.not_allowed"),
            (true, run.sender, IdentityKind::Told, "actor.sender_not_allowed"),
            (is_comment(run.event), run.sender, IdentityKind::Told, "actor.commenter_not_allowed"),
            (rerun, run.triggering, IdentityKind::Triggering, "actor.rerun_not_allowed"),
            (author, run.live.author, IdentityKind::Told, "actor.confused_deputy"),
        ]
        .into_iter()
        .filter(|(counts, ..)| *counts)
        .find_map(|(_, person, part, code)| self.broken_of_actor(person, part, entries, code))
    }

    fn broken_of_actor(&self, person: Person, part: IdentityKind, entries: &[Entry], code: &'static str) -> Broken {
        let Knowledge { team, role, shows_attempt } = &self.run.knowledge;
        let mut hidden = false;
        let mut mismatch = false;
        let mut other_account = false;
        for entry in entries {
            let matches = match entry {
                Entry::Login(login) | Entry::WithId(login, _) => {
                    *login == person.login && {
                        let bot = *login == "github-actions[bot]";
                        let id = match entry {
                            Entry::WithId(_, id) => Some(*id),
                            _ if bot => Some(41_898_282),
                            _ => None,
                        };
                        // The runner's variables have no type, and no id of who started the attempt; the API has both.
                        let asks = part == IdentityKind::Triggering && id.is_some();
                        let knows_type = part == IdentityKind::Told || asks;
                        let same = id.is_none_or(|id| id == person.id) && !(bot && knows_type && person.kind != "Bot");
                        let shown = !asks || *shows_attempt;
                        hidden |= !shown;
                        mismatch |= !same;
                        same && shown
                    }
                }
                Entry::Team => {
                    hidden |= team.is_none();
                    team.as_ref().is_some_and(|team| team.contains(&person.login))
                }
                Entry::Role(least) => {
                    hidden |= role.is_none();
                    // The API describes the account that has the login now. Of a re-run the id is known only if asked.
                    let asked = entries.iter().any(|entry| match entry {
                        Entry::WithId(login, _) => *login == person.login,
                        Entry::Login(login) => *login == person.login && *login == "github-actions[bot]",
                        _ => false,
                    });
                    let knows_id = part != IdentityKind::Triggering || (asked && *shows_attempt);
                    let same = !knows_id
                        || PEOPLE
                            .iter()
                            .find(|known| known.login == person.login)
                            .is_none_or(|known| known.id == person.id);
                    other_account |= role.is_some() && !same;
                    same && role.is_some_and(|role| role >= *least)
                }
            };
            if matches {
                return None;
            }
        }
        first([
            (other_account, "actor.identity_mismatch"),
            (hidden, "actor.unverified"),
            (mismatch, "actor.identity_mismatch"),
        ])
        .or(Some(code))
    }

    fn broken_of_payload(&self) -> Broken {
        let Self { rule, run } = self;
        if run.repeated_key {
            return Some("payload.malformed");
        }
        if !run.is_dispatch() {
            return None;
        }
        let textual = run.event == "workflow_dispatch";
        let missing = rule.fields.iter().any(|field| field.required && run.sent(field.name).is_none());
        let invalid =
            rule.fields.iter().any(|field| run.sent(field.name).is_some_and(|value| !field.takes(&value, textual)));
        let unknown = run.sent.iter().any(|(name, _)| rule.fields.iter().all(|field| field.name != *name));
        first([
            (missing, "payload.missing_field"),
            (invalid, "payload.invalid_field"),
            (unknown && !rule.drops_unknown, "payload.unknown_field"),
            (run.envelope.as_ref().is_some_and(|envelope| envelope.token == Token::Broken), "payload.malformed"),
        ])
    }

    fn broken_of_provenance(&self) -> Broken {
        let Self { rule, run } = self;
        if run.event != "repository_dispatch" {
            return None;
        }
        let none = Provenance { require: Proof::None, workflows: vec![], max_age: None, max_hops: None };
        let Provenance { require, workflows, max_age, max_hops } = rule.provenance.as_ref().unwrap_or(&none);
        let Some(envelope) = &run.envelope else {
            return (*require != Proof::None).then_some("provenance.missing");
        };
        let names_head = rule.fields.iter().any(|field| field.kind == Kind::HeadSha) && run.sent("head").is_some();
        let lists = |workflow: usize| workflows.contains(&workflow);
        let lacks = match require {
            Proof::None => false,
            Proof::Run => envelope.run.is_none() || envelope.attempt.is_none(),
            Proof::Signature => envelope.signature == Signature::Missing,
            Proof::Oidc => envelope.token == Token::Missing || envelope.run.is_none(),
        };
        let keys = self.keys();
        let signed = match envelope.signature {
            Signature::Missing => true,
            Signature::By(key) => keys.contains(&key) || (keys.is_empty() && *require != Proof::Signature),
            _ => keys.is_empty() && *require != Proof::Signature,
        };
        // What the envelope and the token say is compared with the rule before anything is asked.
        let run_is_named_well = envelope.run == Some(SOURCE_RUN) && envelope.workflow.is_none_or(lists);
        let run_holds = run.source == Source::Good && lists(0) && envelope.workflow.is_none_or(|named| named == 0);
        let token_reads_well = matches!(envelope.token, Token::Good | Token::Unsigned | Token::WithUnknownKey)
            && lists(0)
            && envelope.workflow.is_none_or(|named| named == 0)
            && envelope.run == Some(SOURCE_RUN)
            || envelope.token == Token::OfAnotherWorkflow
                && lists(2)
                && envelope.workflow.is_none_or(|named| named == 2)
                && envelope.run == Some(SOURCE_RUN);
        let token_verifies = matches!(envelope.token, Token::Good | Token::OfAnotherWorkflow);
        let known = first([
            (rule.once && envelope.head.is_none() && !names_head, "provenance.missing"),
            (lacks, "provenance.missing"),
            (*require == Proof::Run && !run_is_named_well, "provenance.run_mismatch"),
            (!signed, "provenance.signature_invalid"),
            (
                *require == Proof::Signature && !workflows.is_empty() && !envelope.workflow.is_none_or(lists),
                "provenance.run_mismatch",
            ),
            (*require == Proof::Oidc && !token_reads_well, "provenance.oidc_invalid"),
            (envelope.age < -60 || envelope.age > max_age.unwrap_or(900).cast_signed(), "provenance.expired"),
            (envelope.hops > max_hops.unwrap_or(3), "provenance.hop_limit"),
        ]);
        known.or_else(|| {
            first([
                (*require == Proof::Run && !run_holds, "provenance.run_mismatch"),
                (*require == Proof::Oidc && !token_verifies, "provenance.oidc_invalid"),
            ])
        })
    }

    /// Which pull request, where it is from and goes to, and whether it is still what everybody says.
    fn broken_of_pins(&self) -> Broken {
        let Self { rule, run } = self;
        let pull = &run.live;
        let envelope = run.envelope.as_ref();
        let pinned = envelope.and_then(|envelope| envelope.pr);
        let declared = rule.fields.iter().any(|field| field.kind == Kind::PullRequest);
        let named = run.is_dispatch() && declared && run.sent("pr").is_some();
        if named && pinned.is_some_and(|number| number != 7) {
            return Some("pull_request.changed");
        }
        let Some(number) = run.number(rule) else {
            let head = rule.fields.iter().any(|field| field.kind == Kind::HeadSha) && run.sent("head").is_some();
            let needs = run.event != "push" && (rule.is_about_pull_request() || run.is_dispatch() && head);
            return needs.then_some("pull_request.missing");
        };
        let asked = run.event != "pull_request";
        let agrees = matches!(run.event, "pull_request_target" | "pull_request_review");
        let allows_forks = rule.forks.map_or(run.event == "pull_request", |forks| forks == "allow");
        let head_field = rule.fields.iter().any(|field| field.kind == Kind::HeadSha);
        let heads = [
            run.sent("head").filter(|_| head_field && run.is_dispatch()),
            envelope.and_then(|envelope| envelope.head).map(Value::from),
            agrees.then(|| json!(run.event_head)),
        ];
        let bases = [envelope.and_then(|envelope| envelope.base), agrees.then_some(run.event_base)];
        let merged = pull.state == "merged";
        let base_id = if pull.here { REPOSITORY_ID } else { 5 };
        first([
            // The event says so itself, without a request.
            (agrees && !pull.here, "pull_request.wrong_repository"),
            (asked && (!pull.exists || number != 7), "pull_request.not_found"),
            (!pull.here, "pull_request.wrong_repository"),
            (!allows_forks && pull.head_repository.is_none(), "pull_request.head_gone"),
            (!allows_forks && pull.head_repository != Some(base_id), "pull_request.fork"),
            (heads.iter().flatten().any(|head| *head != HEAD), "pull_request.head_moved"),
            (bases.iter().flatten().any(|base| *base != pull.base), "pull_request.changed"),
            (agrees && run.event_merged != merged, "pull_request.changed"),
            // The issue of a comment is open in the event.
            (run.event == "issue_comment" && pull.state != "open", "pull_request.changed"),
        ])
    }

    fn broken_of_pull_request(&self) -> Broken {
        let Self { rule, run } = self;
        run.number(rule)?;
        let pull = &run.live;
        let waits_open = run.is_dispatch() || run.event == "issue_comment";
        let wanted = rule.state.unwrap_or(if waits_open && rule.merged.is_none() { "open" } else { "any" });
        let state = if pull.state == "open" { "open" } else { "closed" };
        let merged = pull.state == "merged";
        let outside = |patterns: &Option<Names>, branch| patterns.as_ref().is_some_and(|all| !matches(all, branch));
        let has = |label: &&str| pull.labels.contains(label);
        first([
            (outside(&rule.base, pull.base), "pull_request.base_not_allowed"),
            (outside(&rule.head, pull.head), "pull_request.head_not_allowed"),
            (wanted != "any" && wanted != state, "pull_request.state_not_allowed"),
            (rule.merged == Some(true) && !merged, "pull_request.not_merged"),
            (rule.merged == Some(false) && merged, "pull_request.merged"),
            (rule.drafts == Some("deny") && pull.draft, "pull_request.draft"),
        ])
        .or_else(|| {
            let author = || {
                let code = "pull_request.author_not_allowed";
                let broken = self.broken_of_actor(pull.author, IdentityKind::Told, rule.authors.as_ref()?, code)?;
                Some(if broken == "actor.unverified" { broken } else { code })
            };
            let labels = first([
                (!rule.all.iter().all(has), "pull_request.label_missing"),
                (!rule.any.is_empty() && !rule.any.iter().any(has), "pull_request.label_missing"),
                (rule.none.iter().any(has), "pull_request.label_forbidden"),
            ]);
            // What needs no request is judged first.
            let needs_requests = |entry: &Entry| matches!(entry, Entry::Team | Entry::Role(_));
            let authors_need_requests = rule.authors.iter().flatten().any(needs_requests);
            // Without the head's repository nobody can say when the head was pushed.
            let is_push_unknown = run.event == "issue_comment" && pull.head_repository.is_none();
            let push = is_push_unknown.then_some("pull_request.head_moved");
            if !authors_need_requests {
                return author().or(labels).or(push);
            }
            labels.or_else(|| match author() {
                // Its code comes before that of the push.
                Some("actor.unverified") => Some("actor.unverified"),
                author => push.or(author),
            })
        })
    }

    fn broken_of_once(&self) -> Broken {
        let Self { rule, run } = self;
        if !rule.once {
            return None;
        }
        first([
            (run.number(rule).is_none(), "pull_request.missing"),
            (run.claimed == Claimed::ByAnotherRun, "replay.duplicate"),
        ])
    }
}

/// What is known of an account beforehand.
#[derive(Clone, Copy, PartialEq)]
enum IdentityKind {
    /// Login and id, from the runner's variables.
    Actor,
    /// The login alone.
    Triggering,
    /// Login, id and type, from an event or the API.
    Told,
}

/// The code of the first of these that is true.
fn first<const N: usize>(violations: [(bool, &'static str); N]) -> Broken {
    violations.into_iter().find(|(broken, _)| *broken).map(|(_, code)| code)
}

/// Whether a branch is let in: the last pattern that matches decides.
fn matches(patterns: &[&str], branch: &str) -> bool {
    let fits = |pattern: &str| match pattern {
        "fix/*" => branch == "fix/a",
        "d**" => branch == "dev",
        name => branch == name,
    };
    patterns.iter().fold(false, |inside, pattern| match pattern.strip_prefix('!') {
        Some(out) => inside && !fits(out),
        None => inside || fits(pattern),
    })
}
