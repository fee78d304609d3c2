//! The event file. An input is the name of an event, a line break, and the file.
//!
//! - The core reads JSON as a plain reader does: what it takes, what it notices, what it writes.
//! - The canonical form is one: written again it is the same, and it holds what the text held.
//! - A run goes on only if the file is of the kind that the event's name says, of this repository, of the type and by
//!   the actor that the policy lists, with no key twice; and the outputs say what the file says.
//! - A policy for another actor or another event, or a run in another repository, never lets it pass.
#![no_main]

use dispatch_guard::envelope::digest::canonical;
use dispatch_guard::format::json;
use dispatch_guard_fuzz::plain::{self, Node, NotRead, is_commit, quoted};
use dispatch_guard_fuzz::support::{Decided, Reply, Scenario, account, github, set};
use dispatch_guard_fuzz::{mutate, number, pick};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::{Value, json};

/// The events of version 1.
const EVENTS: [&str; 10] = [
    "repository_dispatch",
    "workflow_dispatch",
    "pull_request",
    "pull_request_target",
    "pull_request_review",
    "issue_comment",
    "workflow_run",
    "merge_group",
    "push",
    "schedule",
];

/// Somebody whom no event names.
const NOBODY: &str = "zz-nobody";

/// How deep the core keeps a value.
const DEPTH: usize = 64;

fuzz_target!(|data: &[u8]| {
    let (name, file) = parts(data);
    let read = plain::read(file);
    check_json(file, read.as_ref());
    let Ok(name) = std::str::from_utf8(name) else { return };
    let empty = plain::read(b"{}").expect("JSON");
    let case = Case { name, file, body: read.as_ref().unwrap_or(&empty) };
    case.check_listed(read.is_ok());
    match pick(data, 4) {
        0 => assert!(!case.run(&case.policy(NOBODY), case.repository_id()).allowed()),
        1 => {
            let other = EVENTS.into_iter().find(|event| *event != name).expect("another");
            let policy = Case { name: other, ..case }.policy(case.actor());
            assert!(!case.run(&policy, case.repository_id()).allowed());
        }
        2 => assert!(!case.run(&case.policy(case.actor()), "4711").allowed() || case.repository_id() == "4711"),
        _ => {
            let run = || case.run(&case.policy(case.actor()), case.repository_id());
            assert_eq!(run().outcome.outputs.0, run().outcome.outputs.0);
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut chance = mutate::Chance::new(seed);
    if chance.below(20) > 0 {
        return mutate::json(data, size, max_size, seed, |data| data.len() - parts(data).1.len());
    }
    let file = parts(&data[..size]).1.to_vec();
    let text = [chance.one(&EVENTS).as_bytes(), b"\n", &file].concat();
    let length = text.len().min(max_size);
    data[..length].copy_from_slice(&text[..length]);
    length
});

/// The event's name and the file.
fn parts(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (b"", data),
    }
}

fn check_json(text: &[u8], plain: Result<&Node, &NotRead>) {
    let read = json::parse(text);
    let plain = match plain {
        Err(NotRead::TooDeep) => return,
        Err(NotRead::Broken) => return assert!(read.is_err()),
        Ok(plain) => plain,
    };
    let document = read.expect("what a plain reader takes");
    let compact = document.root.to_compact();
    assert_eq!(compact, plain.compact(DEPTH));
    assert_eq!(document.violations.too_deep.is_some(), plain.depth() > DEPTH);
    let kept = plain::read(compact.as_bytes()).expect("JSON");
    assert_eq!(document.violations.repeated_key.is_some(), kept.repeats());
    assert_eq!(document.violations.describe().is_some(), plain.depth() > DEPTH || kept.repeats());
    let again = json::parse(compact.as_bytes()).expect("its own text");
    assert_eq!(again.root, document.root);

    match canonical(&document.root) {
        Ok(bytes) => {
            let read = json::parse(&bytes).expect("its own canonical text");
            assert_eq!(canonical(&read.root).expect("a second time"), bytes);
            assert!(plain::read(&bytes).expect("JSON").same(&kept));
        }
        Err(why) => {
            let exact = kept.numbers().into_iter().all(|number| number::is_exact_double(number) == Some(true));
            assert!(kept.repeats() || !exact, "{why}");
        }
    }
}

/// An event as the runner would start a run for it.
#[derive(Clone, Copy)]
struct Case<'c> {
    name: &'c str,
    file: &'c [u8],
    body: &'c Node,
}

impl Case<'_> {
    fn text(&self, path: &str) -> &str {
        self.body.at(path).and_then(Node::text).unwrap_or_default()
    }

    fn number(&self, path: &str) -> &str {
        self.body.at(path).and_then(Node::number).unwrap_or_default()
    }

    fn actor(&self) -> &str {
        self.text("sender.login")
    }

    fn repository_id(&self) -> &str {
        self.number("repository.id")
    }

    fn is_dispatch(&self) -> bool {
        matches!(self.name, "repository_dispatch" | "workflow_dispatch")
    }

    fn is_pull_request(&self) -> bool {
        matches!(self.name, "pull_request" | "pull_request_target" | "pull_request_review")
    }

    fn has_types(&self) -> bool {
        !matches!(self.name, "workflow_dispatch" | "push" | "schedule")
    }

    /// The policy that lists this event, its type and an actor, and asks for little else.
    fn policy(&self, actor: &str) -> String {
        let mut text = format!("version: 1\nevents:\n  {}:\n    actors: [{}]\n", quoted(self.name), quoted(actor));
        if self.has_types() && !self.text("action").is_empty() {
            text += &format!("    types: [{}]\n", quoted(self.text("action")));
        }
        if self.is_dispatch() {
            text += "    payload: {pr: {type: pull-request, required: false}}\n    unknown-fields: drop\n";
        }
        text
    }

    /// The pull request as GitHub would give it: the event's own, or one that has nothing against it.
    fn live(&self) -> String {
        let number = ["client_payload.pr", "inputs.pr", "issue.number"];
        let number = number.into_iter().find_map(|path| self.body.at(path));
        match (self.body.get("pull_request"), number) {
            (Some(pull), _) if self.is_pull_request() => pull.raw(self.file).to_owned(),
            (_, number) => {
                let number = number.and_then(|node| node.number().or(node.text()));
                let number: u64 = number.and_then(|number| number.parse().ok()).unwrap_or(7);
                let id: Value = self.repository_id().parse().map_or(Value::Null, |id: u64| json!(id));
                let pull = set(set(github::pull(), "base.repo.id", id.clone()), "head.repo.id", id);
                set(set(pull, "number", json!(number)), "user", account("mona")).to_string()
            }
        }
    }

    fn run(&self, policy: &str, repository_id: &str) -> Decided {
        let live = self.live();
        Scenario::new(self.name, self.actor(), &json!({}))
            .event_bytes(self.file)
            .policy(policy)
            .env("GITHUB_ACTOR_ID", self.number("sender.id"))
            .env("GITHUB_REPOSITORY", self.text("repository.full_name"))
            .env("GITHUB_REPOSITORY_ID", repository_id)
            .run_with(move |_| Reply::text(200, &live))
    }

    /// Under the policy that lists it the event may pass; then it is what the contract says that it has to be.
    fn check_listed(&self, is_json: bool) {
        let decided = self.run(&self.policy(self.actor()), self.repository_id());
        assert_eq!(decided.output("event"), self.name);
        if !decided.allowed() {
            return;
        }
        assert!(is_json && self.body.is_object());
        assert!(EVENTS.contains(&self.name));
        assert!(!self.body.repeats() && self.body.depth() <= DEPTH);
        assert!(self.repository_id().parse::<u64>().is_ok());
        assert!(!self.text("repository.full_name").is_empty());
        self.check_kind();
        assert_eq!(decided.output("event-type"), if self.has_types() { self.text("action") } else { "" });
        assert_eq!(decided.output("actor"), self.actor());
        assert!(!self.actor().is_empty());
        if self.actor().to_ascii_lowercase().ends_with("[bot]") {
            assert_eq!(self.text("sender.type"), "Bot");
        }
        if self.is_pull_request() {
            self.check_pull_request(&decided);
        }
    }

    /// `event.mismatch` of the contract.
    fn check_kind(&self) {
        let has = |key: &str| self.body.get(key).is_some();
        let is_object = |key: &str| self.body.get(key).is_some_and(Node::is_object);
        assert_eq!(has("client_payload"), self.name == "repository_dispatch");
        assert!(match self.name {
            "repository_dispatch" | "workflow_dispatch" | "push" | "schedule" => !has("pull_request"),
            "issue_comment" => is_object("issue") && is_object("comment"),
            "workflow_run" | "merge_group" => is_object(self.name),
            "pull_request_review" => is_object("pull_request") && is_object("review"),
            _ => is_object("pull_request"),
        });
    }

    /// The outputs are the event's pull request, of this repository, by an author who is listed.
    fn check_pull_request(&self, decided: &Decided) {
        assert_eq!(decided.output("head-sha"), self.text("pull_request.head.sha"));
        assert!(is_commit(decided.output("head-sha")) && is_commit(decided.output("base-sha")));
        assert_eq!(decided.output("pr-number"), self.number("pull_request.number"));
        assert_eq!(decided.output("head-ref"), self.text("pull_request.head.ref"));
        assert_eq!(decided.output("base-ref"), self.text("pull_request.base.ref"));
        assert_eq!(self.number("pull_request.base.repo.id"), self.repository_id());
        // The author of a review is an identity; the author of what was reviewed is not.
        let is_author_listed = self.text("pull_request.user.login").eq_ignore_ascii_case(self.actor());
        assert!(is_author_listed || self.name == "pull_request_review");
        let is_fork = self.number("pull_request.head.repo.id") != self.repository_id();
        assert_eq!(decided.output("fork"), is_fork.to_string());
        assert!(!is_fork || self.name == "pull_request");
    }
}
