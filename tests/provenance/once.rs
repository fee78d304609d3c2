//! A dispatch passes once.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use dispatch_guard::actions::guard;
use dispatch_guard::host::{Host, Request, Response, TransportError};
use dispatch_guard::runner::invocation::Invocation;
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};

use crate::support::github::{HEAD, OTHER, PULL_7, dispatch, pull};
use crate::support::scenario::dispatch_rule;
use crate::support::{Decided, Reply, Scenario, policy, set};
use crate::{TYPE, envelope, envelope_without, payload};

const CLAIM: &str = "POST /repos/acme/charts/statuses/5d2f8c1a9b3e4d6f7a8b9c0d1e2f3a4b5c6d7e8f";
const CLAIMS: &str =
    "GET /repos/acme/charts/commits/5d2f8c1a9b3e4d6f7a8b9c0d1e2f3a4b5c6d7e8f/statuses?per_page=100&page=1";
const DUPLICATE: &str = "replay.duplicate";

/// A dispatch of a payload under a rule that lets it pass once.
fn once(payload: Value) -> Scenario {
    Scenario::dispatch_of(payload).policy(&dispatch_rule("once: true"))
}

/// The statuses of all commits, oldest first.
#[derive(Clone, Default)]
pub struct Statuses(Rc<RefCell<Vec<(String, Value)>>>);

impl Statuses {
    fn serve(&self, pull: &Value, request: &Request) -> Reply {
        let path = request.url.strip_prefix("https://api.github.com/repos/acme/charts").unwrap();
        if let Some(sha) = path.strip_prefix("/statuses/") {
            return Reply::json(201, &self.add(sha, request.body.as_deref().unwrap()));
        }
        if let Some(rest) = path.strip_prefix("/commits/") {
            let (sha, page) = rest.split_once("/statuses?per_page=100&page=").unwrap();
            return Reply::json(200, &self.page(sha, page.parse().unwrap(), usize::MAX));
        }
        assert_eq!(path, "/pulls/7");
        Reply::json(200, pull)
    }

    fn add(&self, sha: &str, body: &str) -> Value {
        let mut status: Value = serde_json::from_str(body).unwrap();
        let mut all = self.0.borrow_mut();
        status["id"] = json!(30_000_000_000_u64 + all.len() as u64);
        status["created_at"] = json!("2026-09-21T14:13:20Z");
        all.push((sha.to_owned(), status.clone()));
        status
    }

    /// A page of a commit's statuses, newest first, as a replica knows them that has the first `known` of all.
    fn page(&self, sha: &str, page: usize, known: usize) -> Value {
        let all = self.0.borrow();
        let known = all.iter().take(known).rev().filter(|(of, _)| of == sha).map(|(_, status)| status.clone());
        known.skip((page - 1) * 100).take(100).collect()
    }

    fn run(&self, scenario: &Scenario) -> Decided {
        self.run_at(scenario, pull())
    }

    fn run_at(&self, scenario: &Scenario, pull: Value) -> Decided {
        let statuses = self.clone();
        scenario.run_with(move |request| statuses.serve(&pull, request))
    }
}

#[test]
fn the_first_run_passes_and_every_other_is_a_duplicate() {
    for payload in [json!({ "pr": 7 }), payload(envelope())] {
        let statuses = Statuses::default();
        let scenario = once(payload);
        let first = statuses.run(&scenario);
        assert_eq!(first.code(), "allowed", "{}", first.trace());
        first.requested(&[PULL_7, CLAIM, CLAIMS]);
        let second = statuses.run(&scenario.clone().env("GITHUB_RUN_ID", "777001"));
        assert_eq!(second.code(), DUPLICATE, "{}", second.trace());
        second.says(&["https://github.com/acme/charts/actions/runs/777000", "2026-09-21T14:13:20Z"]);
        assert_eq!(second.output("pr-number"), "7");
        // A re-run, and a second job of the same run, are the same run.
        for run in [scenario.clone(), scenario.clone().env("GITHUB_RUN_ATTEMPT", "2"), scenario] {
            assert_eq!(statuses.run(&run).code(), "allowed");
        }
    }
}

#[test]
fn the_record_holds_up_no_other_check_and_names_its_run() {
    let statuses = Statuses::default();
    statuses.run(&once(payload(envelope())));
    let (sha, status) = statuses.0.borrow()[0].clone();
    assert_eq!(sha, HEAD);
    assert_eq!(status["state"], "success");
    assert_eq!(status["target_url"], "https://github.com/acme/charts/actions/runs/777000");
    assert_eq!(status["description"], "claimed by run 777000, attempt 1; the oldest claim counts");
    let context = status["context"].as_str().unwrap();
    let key = context.strip_prefix("dispatch-guard / once ").unwrap();
    assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{context}");
}

#[test]
fn other_dispatches_are_not_the_same() {
    let statuses = Statuses::default();
    let types =
        "types: [chart-pr-created, other]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request}\nonce: true";
    let rule = policy("repository_dispatch", types);
    let run = |id: &str, payload: Value, kind: &str, workflow: &str| {
        once(json!({}))
            .policy(&rule)
            .event(&dispatch("github-actions[bot]", kind, payload))
            .env("GITHUB_RUN_ID", id)
            .env("GITHUB_WORKFLOW_REF", workflow)
    };
    let w5 = "acme/charts/.github/workflows/w5.yml@refs/heads/main";
    let w6 = "acme/charts/.github/workflows/w6.yml@refs/heads/main";
    let bare = || json!({ "pr": 7 });
    let nonce = |digit: &str| payload(set(envelope(), "nonce", json!(digit.repeat(32))));
    for (id, scenario) in [
        ("plain", run("1", bare(), TYPE, w5)),
        ("another type", run("2", bare(), "other", w5)),
        ("another workflow listens too", run("3", bare(), TYPE, w6)),
        ("with a nonce", run("4", nonce("a"), TYPE, w5)),
        ("with another nonce", run("5", nonce("b"), TYPE, w5)),
    ] {
        assert_eq!(statuses.run(&scenario).code(), "allowed", "{id}");
    }
    // The ref is that of the run: a workflow on a new commit is still the same workflow.
    let tagged = run("6", bare(), TYPE, "acme/charts/.github/workflows/w5.yml@refs/tags/v1");
    assert_eq!(statuses.run(&tagged).code(), DUPLICATE);
    // After a push, a dispatch without an envelope is about another commit.
    assert_eq!(statuses.run_at(&run("7", bare(), TYPE, w5), set(pull(), "head.sha", json!(OTHER))).code(), "allowed");
}

#[test]
fn a_nonce_stays_used_when_the_head_moves() {
    let statuses = Statuses::default();
    let scenario = once(payload(envelope()));
    assert_eq!(statuses.run(&scenario).code(), "allowed");
    let again = scenario.env("GITHUB_RUN_ID", "777001");
    let moved = set(pull(), "head.sha", json!(OTHER));
    assert_eq!(statuses.run_at(&again, moved).code(), "pull_request.head_moved");
    // One that does not name its commit cannot be told from its repetition at another.
    let unpinned = once(payload(envelope_without(&["head_sha"])));
    unpinned.expect("provenance.missing").says(&["`head_sha`", "`pr-number`"]).requested(&[]);
    let rule = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {pr: pull-request, head: head-sha}\nonce: true";
    let named = json!({ "pr": 7, "head": HEAD, "_guard": envelope_without(&["head_sha"]) });
    let scenario = once(named).policy(&policy("repository_dispatch", rule));
    assert_eq!(statuses.run(&scenario).code(), "allowed", "the run that used it may name it so");
    assert_eq!(statuses.run(&scenario.env("GITHUB_RUN_ID", "777001")).code(), DUPLICATE);
}

#[test]
fn the_oldest_claim_is_found_among_many_statuses() {
    let statuses = Statuses::default();
    assert_eq!(statuses.run(&once(json!({ "pr": 7 }))).code(), "allowed");
    for number in 0..250 {
        statuses.add(
            HEAD,
            &json!({ "context": format!("ci/{number}"), "state": "pending", "target_url": null }).to_string(),
        );
    }
    let second = statuses.run(&once(json!({ "pr": 7 })).env("GITHUB_RUN_ID", "777001"));
    assert_eq!(second.code(), DUPLICATE);
    assert_eq!(second.made.len(), 5);
    for number in 0..2000 {
        statuses.add(
            HEAD,
            &json!({ "context": format!("ci/{number}"), "state": "pending", "target_url": null }).to_string(),
        );
    }
    let lost = statuses.run(&once(json!({ "pr": 7 })).env("GITHUB_RUN_ID", "777002"));
    assert_eq!(lost.code(), "api.invalid_response");
    lost.says(&["more than 2000 statuses"]);
}

#[test]
fn a_record_that_cannot_be_kept_is_an_error_with_the_permission_in_it() {
    let scenario = once(json!({ "pr": 7 }));
    for (reply, code, words) in [
        (Reply::refusal(403, "Resource not accessible by integration"), "api.forbidden", "`statuses: write`"),
        (Reply::refusal(404, "Not Found"), "api.forbidden", "`statuses: write`"),
        (Reply::refusal(422, "Validation Failed"), "api.invalid_response", "422"),
        (Reply::refusal(500, "oops"), "api.unavailable", "500"),
        (Reply::json(201, &json!({})), "api.invalid_response", "`id`"),
        (Reply::json(201, &json!({ "id": "1" })), "api.invalid_response", "`id`"),
    ] {
        let decided = scenario.clone().route(CLAIM, reply.clone()).expect_in(reply, code);
        decided.says(&[words]);
        assert!(!decided.allowed());
    }
    let written = scenario.route(CLAIM, Reply::json(201, &json!({ "id": 1 })));
    for (reply, code, words) in [
        (Reply::refusal(403, "Resource not accessible by integration"), "api.forbidden", "statuses"),
        (Reply::json(200, &json!({})), "api.invalid_response", "is not a list"),
        (Reply::json(200, &json!([])), "api.invalid_response", "just written"),
        (Reply::text(200, "<html>"), "api.invalid_response", "not JSON"),
    ] {
        written.clone().route(CLAIMS, reply.clone()).expect_in(reply, code).says(&[words]);
    }
}

#[test]
fn a_replica_that_lags_is_asked_again() {
    let scenario = once(json!({ "pr": 7 }));
    let statuses = Statuses::default();
    let (late, reads) = (statuses.clone(), Rc::new(Cell::new(0)));
    let count = reads.clone();
    let decided = scenario.run_with(move |request| {
        if request.url.contains("/commits/") {
            count.set(count.get() + 1);
            return Reply::json(200, &late.page(HEAD, 1, usize::from(count.get() >= 3)));
        }
        late.serve(&pull(), request)
    });
    assert_eq!(decided.code(), "allowed", "{}", decided.trace());
    assert_eq!((reads.get(), decided.sleeps.len()), (3, 2));
}

#[test]
fn once_needs_a_pull_request() {
    let bare = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\npayload: {chart: slug}\nonce: true";
    let scenario = once(json!({ "chart": "redis" })).policy(&policy("repository_dispatch", bare));
    scenario
        .expect("config.policy_invalid")
        .says(&["events.repository_dispatch.once", "`pull-request`"])
        .requested(&[]);
    let optional = "types: [chart-pr-created]\nactors: ['github-actions[bot]']\n\
        payload: {pr: {type: pull-request, required: false}}\nonce: true";
    once(json!({})).policy(&policy("repository_dispatch", optional)).expect("pull_request.missing").requested(&[]);
    once(json!({ "pr": 7 })).policy(&dispatch_rule("once: false")).expect("allowed").requested(&[PULL_7]);
}

/// Two runs against one API: each poll of a run is one step of it, and each request takes effect in a step of its own.
#[derive(Default)]
pub struct Race {
    statuses: Statuses,
    /// How many of the newest statuses the next reads do not see yet.
    lags: RefCell<Vec<usize>>,
    read_only: bool,
}

impl Host for Race {
    fn request<'a>(&'a self, request: &'a Request) -> LocalBoxFuture<'a, Result<Response, TransportError>> {
        Box::pin(async move {
            Step(false).await;
            if request.url.contains("/commits/") {
                let lag = self.lags.borrow_mut().pop().unwrap_or(0);
                let known = self.statuses.0.borrow().len().saturating_sub(lag);
                let body = self.statuses.page(HEAD, 1, known).to_string();
                return Ok(Response { status: 200, body, ..Response::default() });
            }
            let body = match &request.body {
                Some(body) => self.statuses.add(HEAD, body),
                None => pull(),
            };
            Ok(Response { status: 200, body: body.to_string(), ..Response::default() })
        })
    }

    fn sleep(&self, _: u32) -> LocalBoxFuture<'_, ()> {
        Box::pin(Step(false))
    }

    fn now(&self) -> u64 {
        crate::NOW * 1000
    }

    fn random(&self, count: usize) -> Vec<u8> {
        vec![0; count]
    }

    fn verify_rs256<'a>(&'a self, _: &'a str, _: &'a [u8], _: &'a [u8]) -> LocalBoxFuture<'a, bool> {
        Box::pin(async { false })
    }

    fn mask(&self, _: &str) {}

    fn read_only(&self) -> bool {
        self.read_only
    }
}

/// Lets the other run go first, or not.
struct Step(bool);

impl Future for Step {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The codes of two runs that go on at the same time; each bit of `order` says whose step is next.
fn race(order: u32, lags: Vec<usize>) -> [&'static str; 2] {
    let host = Race { lags: RefCell::new(lags), ..Race::default() };
    let scenarios = ["1", "2"].map(|id| once(payload(envelope())).env("GITHUB_RUN_ID", id));
    let texts = scenarios.each_ref().map(Scenario::run_text);
    let invocations: Vec<Invocation<'_>> = texts
        .iter()
        .zip(&scenarios)
        .map(|(text, scenario)| Invocation::parse(text, scenario.event_file()).unwrap())
        .collect();
    let mut first = pin!(guard::decide(&invocations[0], &host));
    let mut second = pin!(guard::decide(&invocations[1], &host));
    let mut codes = [None, None];
    let mut context = Context::from_waker(Waker::noop());
    for step in 0.. {
        let turn = if step < 32 { (order >> step & 1) as usize } else { step % 2 };
        if codes[turn].is_none() {
            let polled = if turn == 0 { first.as_mut().poll(&mut context) } else { second.as_mut().poll(&mut context) };
            if let Poll::Ready(judgement) = polled {
                codes[turn] = Some(judgement.decision.code().name());
            }
        }
        if let [Some(first), Some(second)] = codes {
            return [first, second];
        }
    }
    panic!("one of the two runs never ends")
}

#[test]
fn of_two_runs_at_the_same_time_exactly_one_passes_in_every_order() {
    let mut winners = [0, 0];
    // Each run takes four steps at least, so eight bits are every order of two of them.
    for order in 0..1 << 9 {
        for lags in [vec![], vec![1, 1], vec![2, 1, 2]] {
            let codes = race(order, lags.clone());
            let winner = codes.iter().position(|code| *code == "allowed");
            let loser = codes.iter().position(|code| *code == DUPLICATE);
            assert!(winner.is_some() && loser.is_some(), "order {order:09b}, lags {lags:?}: {codes:?}");
            winners[winner.unwrap()] += 1;
        }
    }
    assert!(winners[0] > 300 && winners[1] > 300, "both sides win sometimes: {winners:?}");
}

#[test]
fn where_nothing_may_be_written_the_record_is_only_read() {
    let host = Race { read_only: true, ..Race::default() };
    let decide = |id: &str| {
        let scenario = once(payload(envelope())).env("GITHUB_RUN_ID", id);
        let text = scenario.run_text();
        let invocation = Invocation::parse(&text, scenario.event_file()).unwrap();
        crate::evidence::wait(guard::decide(&invocation, &host)).decision
    };
    let decision = decide("1");
    assert!(decision.is_allowed(), "{}", decision.reason());
    assert!(decision.checks().last().unwrap().found.contains("nothing was written"));
    assert!(host.statuses.0.borrow().is_empty());

    let writing = Race { statuses: host.statuses.clone(), ..Race::default() };
    let scenario = once(payload(envelope()));
    let text = scenario.run_text();
    let invocation = Invocation::parse(&text, scenario.event_file()).unwrap();
    assert!(crate::evidence::wait(guard::decide(&invocation, &writing)).decision.is_allowed());
    assert_eq!(decide("2").code().name(), DUPLICATE);
    assert!(decide("777000").is_allowed());
    assert_eq!(host.statuses.0.borrow().len(), 1);
}
