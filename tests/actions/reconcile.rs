//! Reconcile: which pull requests have no run, and that none is dispatched twice.

use dispatch_guard::host::TransportErrorKind;
use serde_json::{Value, json};

use crate::run::{Action, Ran, Run};
use crate::support::Reply;
use crate::support::github::{fork, merged, pull, set};

const OPEN: &str = "GET /repos/acme/charts/pulls?state=open&sort=updated&direction=desc&per_page=100";
const CLOSED: &str = "GET /repos/acme/charts/pulls?state=closed&sort=updated&direction=desc&per_page=100";
const DISPATCH: &str = "POST /repos/acme/charts/dispatches";
const CONTEXT: &str = "dispatch-guard / W5";

/// A head commit for each number.
fn head(number: u64) -> String {
    format!("{number:040x}")
}

fn numbered(pull: Value, number: u64) -> Value {
    let listed = set(set(pull, "number", json!(number)), "head.sha", json!(head(number)));
    // The smaller the number, the longer ago.
    let mut listed = set(listed, "updated_at", json!(format!("2026-09-21T13:{number:02}:00Z")));
    // Lists of pull requests do not have it.
    listed.as_object_mut().unwrap().remove("merged");
    listed
}

fn listed(number: u64) -> Value {
    numbered(pull(), number)
}

fn list(pulls: &[Value]) -> Reply {
    Reply::json(200, &json!(pulls))
}

fn statuses(number: u64) -> String {
    format!("GET /repos/acme/charts/commits/{}/statuses?per_page=100", head(number))
}

fn mark(number: u64) -> String {
    format!("POST /repos/acme/charts/statuses/{}", head(number))
}

fn status(context: &str, state: &str, created_at: &str) -> Value {
    json!({ "id": 1, "context": context, "state": state, "created_at": created_at })
}

fn reconcile(pulls: &[Value]) -> Run {
    let inputs = Run::of(Action::Reconcile).input("event-type", "build").input("context", CONTEXT);
    inputs.env("GITHUB_EVENT_NAME", "schedule").route(OPEN, list(pulls)).route(DISPATCH, Reply::text(204, ""))
}

trait Answers {
    /// The head of this pull request has these statuses, and takes a new one.
    fn with(self, number: u64, has: &[Value]) -> Self;
}

impl Answers for Run {
    fn with(self, number: u64, has: &[Value]) -> Self {
        let set = json!({ "state": "pending", "context": CONTEXT });
        self.route(&statuses(number), Reply::json(200, &json!(has))).route(&mark(number), Reply::json(201, &set))
    }
}

fn results(ran: &Ran) -> (&str, &str) {
    (ran.output("missed"), ran.output("sent"))
}

fn dispatches(ran: &Ran) -> usize {
    ran.requests().iter().filter(|route| **route == DISPATCH).count()
}

#[test]
fn a_lost_dispatch_is_found_marked_and_sent_with_the_pull_request_pinned() {
    let run = reconcile(&[listed(8), listed(7)]).with(7, &[]).with(8, &[status(CONTEXT, "failure", "")]);
    let ran = run.expect("allowed", &["looked at 2 pull requests: 1 without"]);
    assert_eq!(ran.requests(), [OPEN, &statuses(7), &mark(7), DISPATCH, &statuses(8)]);
    assert_eq!(results(&ran), ("[7]", "[7]"));
    let sent: Value = serde_json::from_str(ran.made[3].request.body.as_ref().unwrap()).unwrap();
    let payload = &sent["client_payload"];
    assert_eq!((&sent["event_type"], &payload["pr"]), (&json!("build"), &json!(7)));
    let guard = &payload["_guard"];
    assert_eq!((&guard["pr"], &guard["head_sha"], &guard["base_ref"]), (&json!(7), &json!(head(7)), &json!("main")));
    let marked: Value = serde_json::from_str(ran.made[2].request.body.as_ref().unwrap()).unwrap();
    assert_eq!((&marked["state"], &marked["context"]), (&json!("pending"), &json!(CONTEXT)));
    let summary = ran.outcome.summary.as_ref().unwrap();
    assert!(summary.contains("| Pull request | Since | What was done |"), "{summary}");
    assert!(summary.contains("2026-09-21T13:07:00Z") && summary.contains("dispatched"), "{summary}");
}

#[test]
fn a_pending_status_blocks_until_it_is_stale() {
    // A pass begins at 14:13:20.
    for (at, stale, sent) in [
        ("2026-09-21T14:00:00Z", "6h", "[]"),
        ("2026-09-21T08:13:21Z", "6h", "[]"),
        ("2026-09-21T08:13:00Z", "6h", "[7]"),
        ("2026-09-21T14:00:00Z", "10m", "[7]"),
    ] {
        let run = reconcile(&[listed(7)]).with(7, &[status(CONTEXT, "pending", at)]).input("stale", stale);
        assert_eq!(results(&run.expect("allowed", &[])), (sent, sent), "{at} {stale}");
    }
}

#[test]
fn the_newest_status_of_the_context_counts_whatever_its_case() {
    let old = "2026-09-20T00:00:00Z";
    let upper = CONTEXT.to_uppercase();
    for (has, missed) in [
        (vec![status("ci", "success", old)], "[7]"),
        (vec![status("ci", "success", old), status(&upper, "error", old)], "[]"),
        (vec![status(CONTEXT, "pending", old), status(CONTEXT, "success", old)], "[7]"),
        (vec![status(CONTEXT, "success", old), status(CONTEXT, "pending", old)], "[]"),
    ] {
        let ran = reconcile(&[listed(7)]).with(7, &has).input("dry-run", "true").expect("allowed", &[]);
        assert_eq!(ran.output("missed"), missed, "{has:?}");
    }
    let full = vec![status("ci", "success", old); 100];
    let second = format!("{}&page=2", statuses(7));
    let run = reconcile(&[listed(7)]).with(7, &full);
    let ran = run.route(&second, Reply::json(200, &json!([status(CONTEXT, "success", old)]))).expect("allowed", &[]);
    assert_eq!(ran.requests(), [OPEN, &statuses(7), &second]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let ran = reconcile(&[listed(7)]).with(7, &[]).input("dry-run", "true").expect("allowed", &[]);
    assert_eq!(ran.requests(), [OPEN, &statuses(7)]);
    assert_eq!(results(&ran), ("[7]", "[]"));
}

#[test]
fn the_limit_is_the_most_sent_in_one_pass_and_missed_lists_all() {
    let run = reconcile(&[listed(9), listed(8), listed(7)]).with(7, &[]).with(8, &[]).with(9, &[]).input("limit", "2");
    let ran = run.expect("allowed", &[]);
    assert_eq!(results(&ran), ("[7,8,9]", "[7,8]"));
    assert_eq!(ran.sleeps, [1000], "a second between two writes");
    let told: Vec<&str> = ran.interim_outputs.iter().map(|outputs| outputs["sent"].as_str()).collect();
    assert_eq!(told, ["[7]", "[7,8]"], "for whoever cancels the job meanwhile");
}

#[test]
fn pull_requests_with_the_same_head_are_reported_and_not_sent() {
    let twin = set(listed(8), "head.sha", json!(head(7)));
    let ran = reconcile(&[listed(9), twin, listed(7)]).with(7, &[]).with(9, &[]).expect("allowed", &[]);
    assert_eq!(results(&ran), ("[7,8,9]", "[9]"));
    assert!(ran.outcome.summary.as_ref().unwrap().contains("same head commit"));
}

#[test]
fn one_failure_does_not_keep_the_others_from_being_sent() {
    let denied = Reply::refusal(403, "Resource not accessible by integration");
    let run = reconcile(&[listed(9), listed(8), listed(7)]).with(7, &[]).with(8, &[]).with(9, &[]);
    let unreadable = run.clone().route(&statuses(7), denied.clone());
    let ran = unreadable.expect("api.forbidden", &["pull request #7", "`statuses: read`", "2 dispatched"]);
    assert_eq!(results(&ran), ("[8,9]", "[8,9]"));
    assert_eq!(ran.outcome.exit_code, 1);

    // What cannot be marked is not sent: the next pass would send it again.
    let unmarked = run.clone().route(&mark(8), denied).expect("api.forbidden", &["#8", "`statuses: write`"]);
    assert_eq!((results(&unmarked), dispatches(&unmarked)), (("[7,8,9]", "[7,9]"), 2));

    let invalid = vec![Reply::refusal(422, "No."), Reply::text(204, "")];
    let refused = run.replies(DISPATCH, invalid).expect("config.invalid_input", &["#7", "stays `pending`", "`stale`"]);
    assert_eq!((results(&refused), dispatches(&refused)), (("[7,8,9]", "[8,9]"), 3));
}

#[test]
fn nothing_is_sent_twice_whatever_fails() {
    let lost = Reply::fault(TransportErrorKind::Reset, "socket hang up", true);
    for reply in [lost, Reply::refusal(500, "x"), Reply::refusal(502, "x"), Reply::refusal(504, "x")] {
        let run = reconcile(&[listed(7)]).with(7, &[]);
        let ran = run.route(DISPATCH, reply).expect("api.unavailable", &["may have accepted", "nonce"]);
        assert_eq!((results(&ran), dispatches(&ran)), (("[7]", "[]"), 1));
        // The mark comes first, so the next pass finds it.
        assert_eq!(ran.requests()[2], mark(7));
    }
    for fault in [Reply::refusal(503, "x"), Reply::json(200, &json!({})), Reply::text(200, "<html>")] {
        for route in [OPEN, &statuses(7), &mark(7)] {
            let ran = reconcile(&[listed(7)]).with(7, &[]).route(route, fault.clone()).run();
            assert_eq!((ran.output("sent"), dispatches(&ran), ran.outcome.exit_code), ("[]", 0, 1), "{route}");
        }
    }
}

#[test]
fn pages_are_read_until_older_ones_come() {
    let aged = |number: u64, at: &str| set(listed(number), "updated_at", json!(at));
    let mut first: Vec<Value> = (0..98).map(|_| set(listed(1), "base.ref", json!("other"))).collect();
    first.extend([listed(9), listed(8)]);
    // The list moved by one while it was read.
    let second = [listed(8), listed(7), aged(6, "2026-09-20T14:13:19Z"), listed(5)];
    let run = reconcile(&first).route(&format!("{OPEN}&page=2"), list(&second)).input("base-branches", "main");
    let run = run.with(9, &[]).with(8, &[]).with(7, &[]).input("dry-run", "true");
    let ran = run.expect("allowed", &["looked at 3 pull requests"]);
    assert_eq!(ran.requests(), [OPEN, &format!("{OPEN}&page=2"), &statuses(7), &statuses(8), &statuses(9)]);
    // A header that announces no further page ends the list, however long the page is.
    let link = "<https://api.github.com/x?page=1>; rel=\"first\"";
    let ran = run.route(OPEN, list(&first).header("link", link)).expect("allowed", &["looked at 2 pull requests"]);
    assert_eq!(ran.requests()[0], OPEN);
}

#[test]
fn pull_requests_are_judged_as_by_a_rule() {
    let labelled = |number: u64, names: &[&str]| {
        let labels: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        set(listed(number), "labels", json!(labels))
    };
    let pulls = [
        labelled(9, &["sync"]),
        labelled(8, &["sync", "human-required"]),
        listed(7),
        numbered(fork(), 6),
        set(labelled(5, &["sync"]), "base.ref", json!("develop")),
    ];
    let all = (5..=9).fold(reconcile(&pulls), |run, number| run.with(number, &[])).input("dry-run", "true");
    let missed = |run: &Run| run.expect("allowed", &[]).output("missed").to_owned();
    assert_eq!(missed(&all), "[5,7,8,9]", "a fork does not count");
    assert_eq!(missed(&all.clone().input("allow-forks", "true")), "[5,6,7,8,9]");
    let chosen = all.input("base-branches", "ma*").input("required-labels", "sync");
    assert_eq!(missed(&chosen), "[8,9]");
    assert_eq!(missed(&chosen.input("forbidden-labels", "human-required")), "[9]");
}

#[test]
fn merged_pull_requests_are_found_by_when_they_were_merged() {
    let closed = set(numbered(merged(), 8), "merged_at", Value::Null);
    let run = reconcile(&[]).input("require-merged", "true").route(CLOSED, list(&[closed, numbered(merged(), 7)]));
    let ran = run.with(7, &[]).expect("allowed", &[]);
    assert_eq!(ran.requests(), [CLOSED, &statuses(7), &mark(7), DISPATCH]);
    assert!(ran.outcome.summary.as_ref().unwrap().contains("2026-09-21T14:00:00Z"), "since the merge");
}

#[test]
fn a_key_signs_each_dispatch() {
    let run =
        reconcile(&[listed(8), listed(7)]).with(7, &[]).with(8, &[]).input("signing-key", "correct horse battery");
    let ran = run.secret("correct horse battery").expect("allowed", &[]);
    let signatures: Vec<Value> = ran
        .made
        .iter()
        .filter(|made| made.route == DISPATCH)
        .map(|made| serde_json::from_str::<Value>(made.request.body.as_ref().unwrap()).unwrap())
        .map(|body| body["client_payload"]["_guard"]["signature"].clone())
        .collect();
    assert!(signatures.iter().all(|text| text.as_str().unwrap().starts_with("sha256=")), "{signatures:?}");
    assert_ne!(signatures[0], signatures[1]);
}

#[test]
fn inputs_that_cannot_be_used_are_refused_before_any_request() {
    let bare = || Run::of(Action::Reconcile);
    for (run, word) in [
        (bare().input("context", CONTEXT), "`event-type`"),
        (bare().input("event-type", "build"), "`context`"),
        (reconcile(&[]).input("since", "31d"), "`30d`"),
        (reconcile(&[]).input("stale", "0s"), "`stale`"),
        (reconcile(&[]).input("limit", "0"), "`limit`"),
        (reconcile(&[]).input("limit", "+5"), "`limit`"),
        (reconcile(&[]).input("signing-key", ""), "`signing-key`"),
        (reconcile(&[]).env("GITHUB_REPOSITORY", ""), "`GITHUB_REPOSITORY`"),
    ] {
        let ran = run.expect("config.invalid_input", &[word]);
        assert_eq!((results(&ran), ran.requests().len()), (("[]", "[]"), 0));
    }
}
