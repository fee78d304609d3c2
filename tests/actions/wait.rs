//! Send with `workflow` and with `wait`: which run is found, and what its conclusion means.

use dispatch_guard::checks::once::claim_context;
use serde_json::{Value, json};

use crate::run::{Action, Run};
use crate::support::Reply;
use crate::support::github::{HEAD, PULL_7, pull};

const DISPATCH: &str = "POST /repos/acme/charts/dispatches";
const WORKFLOW: &str = "POST /repos/acme/charts/actions/workflows/w5.yml/dispatches";
/// A minute before the scenario begins.
const RUNS: &str =
    "GET /repos/acme/charts/actions/runs?event=repository_dispatch&created=%3E%3D2026-09-21T14%3A12%3A20Z&per_page=100";
const RUN_55: &str = "GET /repos/acme/charts/actions/runs/55";
/// The nonce that the host's random bytes give.
const NONCE: &str = "abababababababababababababababab";

fn send(wait: &str) -> Run {
    Run::of(Action::Send).input("event-type", "build").input("wait", wait).route(DISPATCH, Reply::text(204, ""))
}

fn workflow_dispatch() -> Run {
    Run::of(Action::Send).input("workflow", "w5.yml").input("ref", "main")
}

fn run(id: u64, title: &str, file: &str) -> Value {
    json!({ "id": id, "display_title": title, "path": format!(".github/workflows/{file}"), "event": "repository_dispatch" })
}

fn runs(runs: &[Value]) -> Reply {
    Reply::json(200, &json!({ "total_count": runs.len(), "workflow_runs": runs }))
}

fn ended(conclusion: &str) -> Reply {
    Reply::json(200, &json!({ "id": 55, "status": "completed", "conclusion": conclusion }))
}

#[test]
fn the_run_is_the_one_with_the_nonce_in_its_title() {
    let title = format!("build {NONCE}");
    let listed = runs(&[run(54, "build of another", "w5.yml"), run(55, &title, "w5.yml"), run(56, "newer", "w5.yml")]);
    let ran = send("started").replies(RUNS, vec![runs(&[]), listed]).expect("allowed", &["run 55"]);
    assert_eq!(ran.requests(), [DISPATCH, RUNS, RUNS]);
    assert_eq!((ran.output("run-id"), ran.output("conclusion"), ran.output("sent")), ("55", "", "true"));
    assert_eq!(ran.output("run-url"), "https://github.com/acme/charts/actions/runs/55");
    assert!(ran.progress[0].contains(NONCE), "whoever cancels the job knows what was sent: {:?}", ran.progress);
    let [interim] = &ran.interim_outputs[..] else { panic!("{:?}", ran.interim_outputs) };
    let told = ["sent", "nonce", "event-type", "run-id", "reason-code"].map(|name| interim[name].as_str());
    assert_eq!(told, ["true", NONCE, "build", "", "run.not_started"]);
    assert!(ran.outcome.summary.as_ref().unwrap().contains("| [55](https://github.com/acme/charts/actions/runs/55) |"));
    assert_eq!(ran.audit_requests(), [("POST", 1), ("GET", 2)], "polls are one request with several attempts");
}

#[test]
fn the_run_is_the_one_that_claimed_the_dispatch() {
    let statuses = format!("GET /repos/acme/charts/commits/{HEAD}/statuses?per_page=100");
    let claim = |file: &str, run: u64| {
        let context = claim_context(&format!("acme/charts/.github/workflows/{file}"), NONCE);
        json!({ "context": context, "target_url": format!("https://github.com/acme/charts/actions/runs/{run}") })
    };
    let listed = runs(&[run(55, "Build", "w5.yml"), run(56, "Build", "w5.yml")]);
    let pinned = send("started").input("pr-number", "7").route(PULL_7, Reply::json(200, &pull())).route(RUNS, listed);
    let claimed = pinned.clone().route(&statuses, Reply::json(200, &json!([claim("w5.yml", 55)])));
    assert_eq!(claimed.expect("allowed", &[]).output("run-id"), "55");
    // A commit can have many statuses.
    let page_2 = format!("{statuses}&page=2");
    let others: Vec<Value> = (0..100).map(|n| json!({ "context": format!("ci {n}"), "target_url": null })).collect();
    let far = pinned.clone().route(&statuses, Reply::json(200, &json!(others)));
    let far = far.route(&page_2, Reply::json(200, &json!([claim("w5.yml", 55)])));
    assert_eq!(far.expect("allowed", &[]).output("run-id"), "55");
    // The claim of another workflow, or of a run that is not listed, says nothing.
    let foreign = pinned.clone().route(&statuses, Reply::json(200, &json!([claim("w6.yml", 55), claim("w5.yml", 57)])));
    foreign.input("wait-timeout", "10s").expect("run.not_started", &["10 s"]);
    let unreadable = pinned.route(&statuses, Reply::refusal(403, "Resource not accessible by integration"));
    unreadable.input("wait-timeout", "10s").expect("run.not_started", &[NONCE]);
}

#[test]
fn several_runs_are_ambiguous_unless_the_workflow_is_named() {
    let title = format!("build {NONCE}");
    let both = send("started").route(RUNS, runs(&[run(55, &title, "w5.yml"), run(56, &title, "w6.yml")]));
    let ran = both.expect("run.ambiguous", &["`55` and `56`", "`wait-workflow`"]);
    assert_eq!((ran.output("sent"), ran.output("run-id")), ("true", ""));
    assert_eq!(both.input("wait-workflow", "w6.yml").expect("allowed", &[]).output("run-id"), "56");
}

#[test]
fn only_success_is_success() {
    let started = send("completed").route(RUNS, runs(&[run(55, NONCE, "w5.yml")]));
    let running = Reply::json(200, &json!({ "id": 55, "status": "in_progress", "conclusion": null }));
    let ran =
        started.clone().replies(RUN_55, vec![running.clone(), ended("success")]).expect("allowed", &["`success`"]);
    assert_eq!((ran.output("conclusion"), ran.requests().len()), ("success", 4));
    let interim = ran.interim_outputs.last().unwrap();
    let told = ["sent", "run-id", "conclusion", "reason-code"].map(|name| interim[name].as_str());
    assert_eq!(told, ["true", "55", "", "run.not_completed"], "for whoever cancels the job now");
    for conclusion in ["failure", "cancelled", "skipped", "neutral", "timed_out", "action_required"] {
        let ran = started.clone().route(RUN_55, ended(conclusion)).expect("run.not_successful", &[conclusion]);
        assert_eq!((ran.output("sent"), ran.output("conclusion")), ("true", conclusion));
        assert_eq!(ran.audit()["done"], true);
    }
    let ran = started.route(RUN_55, running).input("wait-timeout", "2m").expect("run.not_completed", &["120 s"]);
    assert_eq!(ran.sleeps.iter().map(|ms| u64::from(*ms)).max(), Some(15_000));
    let waiting = ran.progress.iter().filter(|line| line.contains("has not ended yet")).count();
    assert!((2..=4).contains(&waiting), "one line every 30 s: {:?}", ran.progress);
}

#[test]
fn a_look_that_fails_ends_the_wait_only_if_it_cannot_pass() {
    let broken = Reply::refusal(503, "Unavailable");
    let listed = runs(&[run(55, NONCE, "w5.yml")]);
    let ran = send("started").replies(RUNS, vec![broken.clone(), broken.clone(), broken.clone(), broken, listed]);
    assert_eq!(ran.expect("allowed", &[]).output("run-id"), "55");
    let denied = Reply::refusal(403, "Resource not accessible by integration");
    let ran = send("started").route(RUNS, denied).expect("api.forbidden", &["was sent, but then", "`actions: read`"]);
    assert_eq!((ran.output("sent"), ran.requests().len()), ("true", 2));
    let ran =
        send("started").route(RUNS, Reply::json(200, &json!({}))).expect("api.invalid_response", &["workflow_runs"]);
    assert_eq!(ran.requests().len(), 2);
}

#[test]
fn a_workflow_is_started_with_text_inputs_and_answers_with_its_run() {
    let run = workflow_dispatch().input("client-payload", r#"{"replicas":3,"dry":true,"env":"staging","list":[1]}"#);
    let answer = Reply::json(200, &json!({ "workflow_run_id": 55, "run_url": "x", "html_url": "x" }));
    let ran = run.clone().route(WORKFLOW, answer.clone()).expect("allowed", &["`w5.yml`", "run 55"]);
    let inputs = json!({ "replicas": "3", "dry": "true", "env": "staging", "list": "[1]" });
    assert_eq!(ran.body(), json!({ "ref": "main", "inputs": inputs, "return_run_details": true }));
    assert_eq!((ran.output("run-id"), ran.output("nonce"), ran.output("event-type")), ("55", "", ""));
    let ran = run.clone().input("wait", "completed").route(WORKFLOW, answer).route(RUN_55, ended("success")).run();
    assert_eq!(ran.requests(), [WORKFLOW, RUN_55]);
    assert_eq!(ran.output("conclusion"), "success");

    let ran = run.route(WORKFLOW, Reply::text(204, "")).expect("allowed", &[]);
    assert_eq!((ran.output("run-id"), ran.output("run-url"), ran.output("sent")), ("", "", "true"));
}

#[test]
fn a_server_that_does_not_know_the_parameter_is_asked_again_without_it() {
    let refused = Reply::refusal(422, "Invalid request.");
    let ran = workflow_dispatch().replies(WORKFLOW, vec![refused.clone(), Reply::text(204, "")]).expect("allowed", &[]);
    assert_eq!(ran.requests(), [WORKFLOW; 2]);
    assert_eq!(ran.body(), json!({ "ref": "main", "inputs": {} }));
    let ran = workflow_dispatch().route(WORKFLOW, refused).expect("config.invalid_input", &["Invalid request."]);
    assert_eq!((ran.requests().len(), ran.output("sent")), (2, "false"));
    let wait = workflow_dispatch().input("wait", "started").route(WORKFLOW, Reply::text(204, ""));
    assert_eq!(wait.expect("run.not_started", &["did not say which run"]).output("sent"), "true");
}

#[test]
fn the_default_branch_is_looked_up_if_no_ref_is_given() {
    let repository = "GET /repos/acme/charts";
    let run = Run::of(Action::Send).input("workflow", "w5.yml").route(WORKFLOW, Reply::text(204, ""));
    let ran = run.route(repository, Reply::json(200, &json!({ "default_branch": "trunk" }))).expect("allowed", &[]);
    assert_eq!(ran.requests(), [repository, WORKFLOW]);
    assert_eq!(ran.body()["ref"], "trunk");
}

#[test]
fn a_workflow_dispatch_is_sent_at_most_once() {
    for reply in [Reply::refusal(500, "x"), Reply::refusal(502, "x"), Reply::refusal(504, "x")] {
        let ran = workflow_dispatch().route(WORKFLOW, reply).expect("api.unavailable", &["may have accepted"]);
        assert_eq!(ran.requests(), [WORKFLOW]);
    }
}

#[test]
fn inputs_that_contradict_each_other_are_refused() {
    let event = || Run::of(Action::Send).input("event-type", "build");
    for (run, words) in [
        (event().input("workflow", "w5.yml"), ["`event-type`", "`workflow`"]),
        (event().input("ref", "main"), ["`ref`", "`workflow`"]),
        (workflow_dispatch().input("oidc", "true"), ["`oidc`", "no envelope"]),
        (workflow_dispatch().input("workflow", "../w5.yml"), ["`workflow`", "../w5.yml"]),
        (
            workflow_dispatch().input("wait", "started").input("wait-workflow", "w5.yml"),
            ["`wait-workflow`", "`workflow`"],
        ),
        (event().input("wait-workflow", "w5.yml"), ["`wait-workflow`", "`wait`"]),
        (event().input("wait", "started").input("envelope", "false"), ["`wait`", "`envelope`"]),
        (event().input("wait", "maybe"), ["`wait`", "`started`"]),
        (event().input("wait-timeout", "7h"), ["`wait-timeout`", "`6h`"]),
        (event().input("head-sha", HEAD), ["`head-sha`", "`pr-number`"]),
        (event().input("pr-repository", "acme/other"), ["`pr-repository`", "`pr-number`"]),
        (event().input("pr-number", "7").input("head-sha", "abc"), ["`head-sha`", "40 or 64"]),
    ] {
        assert_eq!(run.expect("config.invalid_input", &words).requests(), [""; 0]);
    }
}

#[test]
fn a_head_that_moved_sends_nothing() {
    let event = Run::of(Action::Send).input("event-type", "build").route(DISPATCH, Reply::text(204, ""));
    let pinned = event.input("pr-number", "7").route(PULL_7, Reply::json(200, &pull()));
    let ran = pinned.clone().input("head-sha", &"d".repeat(40)).expect("pull_request.head_moved", &[HEAD]);
    assert_eq!(ran.requests(), [PULL_7]);
    assert_eq!(pinned.input("head-sha", &HEAD.to_uppercase()).expect("allowed", &[]).output("head-sha"), HEAD);
}

#[test]
fn a_pull_request_of_another_repository_is_pinned() {
    let event = Run::of(Action::Send).input("event-type", "build").route(DISPATCH, Reply::text(204, ""));
    let route = "GET /repos/acme/other/pulls/7";
    let ran =
        event.input("pr-number", "7").input("pr-repository", "acme/other").route(route, Reply::json(200, &pull()));
    let ran = ran.expect("allowed", &[]);
    assert_eq!(ran.requests(), [route, DISPATCH]);
    assert_eq!(ran.body()["client_payload"]["_guard"]["head_sha"], HEAD);
}

#[test]
fn a_run_can_be_on_a_later_page() {
    let others: Vec<Value> = (100..200).map(|id| run(id, "another", "w5.yml")).collect();
    let sent =
        send("started").route(RUNS, runs(&others)).route(&format!("{RUNS}&page=2"), runs(&[run(55, NONCE, "w5.yml")]));
    assert_eq!(sent.expect("allowed", &[]).output("run-id"), "55");
}

#[test]
fn without_waiting_nothing_is_written_before_the_end() {
    assert!(send("none").expect("allowed", &[]).interim_outputs.is_empty());
}
