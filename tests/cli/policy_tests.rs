//! Policy tests.

use dispatch_guard::cli::policy_tests::{TestRequest, TestResponse, run};

use crate::support::{Offline, Repository, now};

const HEAD: &str = "
version: 1
policy: |
  version: 1
  events:
    workflow_dispatch:
      actors: [octocat]
      payload: {chart: slug}
cases:
";

const EVENT: &str = "
    event-name: workflow_dispatch
    event:
      ref: refs/heads/main
      inputs: {chart: redis}
      repository: {id: 1, full_name: octo/app}
      sender: {login: octocat, id: 583231, type: User}
";

fn try_run(text: &str, format: &str) -> Result<TestResponse, String> {
    let request = TestRequest { path: "t.yml".to_owned(), text: text.to_owned(), format: format.to_owned() };
    now(run(&request, &Repository::default(), &Offline))
}

fn cases(cases: &[(&str, &str)]) -> String {
    let cases = cases.iter().map(|(name, rest)| format!("  - name: {name}{EVENT}{rest}\n"));
    HEAD.to_owned() + &cases.collect::<String>()
}

#[test]
fn a_case_that_fails_shows_what_was_expected_and_found() {
    let text = cases(&[
        ("passes", "    expect: allowed\n    outputs: {payload: '{\"chart\":\"redis\"}'}"),
        ("fails", "    expect: actor.not_allowed"),
    ]);
    let response = try_run(&text, "text").unwrap();
    assert_eq!(response.exit_code, 1);
    for part in [
        "pass  passes",
        "FAIL  fails",
        "expected actor.not_allowed",
        "found    allowed",
        "at t.yml:",
        "1 passed, 1 failed",
    ] {
        assert!(response.output.contains(part), "{part}: {}", response.output);
    }
    let tap = try_run(&text, "tap").unwrap().output;
    assert!(tap.starts_with("TAP version 14\n1..2\nok 1 - passes\nnot ok 2 - fails\n  ---\n"), "{tap}");
    let json: serde_json::Value = serde_json::from_str(&try_run(&text, "json").unwrap().output).unwrap();
    assert_eq!((json["passed"].as_u64(), json["failed"].as_u64()), (Some(1), Some(1)));
    assert_eq!(json["cases"][1]["differences"][0]["found"], "allowed");
}

#[test]
fn a_test_file_that_cannot_be_used_is_wrong_use() {
    let good = "    expect: allowed";
    for (text, part) in [
        ("version: 2".to_owned(), "version: 1"),
        (HEAD.to_owned(), "`cases` is missing or empty"),
        (cases(&[("a", "    expect: pull_request.merge")]), "did you mean `pull_request.merged`"),
        (cases(&[("a", "    expects: allowed")]), "did you mean `expect`"),
        (cases(&[("a", "    expect: allowed\n    outputs: {pr_number: 1}")]), "did you mean `pr-number`"),
        (cases(&[("a", "    expect: allowed\n    at: yesterday")]), "`at` has to be a time"),
        (cases(&[("a", "    expect: allowed\n    answers: {a: 200}")]), "from 300 to 599"),
        (cases(&[("a", good)]).replace("policy: |", "workflow: missing.yml\npolicy_text: |"), "unknown key"),
        (
            cases(&[("a", good)]).replace("workflow_dispatch\n    event:", "workflow_dispach\n    event:"),
            "did you mean",
        ),
    ] {
        let error = try_run(&text, "text").unwrap_err();
        assert!(error.starts_with("t.yml:") && error.contains(part), "{part}: {error}");
    }
    assert!(try_run(&cases(&[("a", good)]), "xml").unwrap_err().contains("expected `text`, `tap` or `json`"));
}

#[test]
fn answers_and_events_can_be_files() {
    let mut files = Repository::with("policy.yml", "version: 1\nevents: {workflow_dispatch: {actors: [role:write]}}\n");
    let event = r#"{"ref":"refs/heads/main","inputs":{},"repository":{"id":1,"full_name":"octo/app"},"sender":{"login":"octocat","id":583231,"type":"User"}}"#;
    files.0.insert("event.json".to_owned(), event.to_owned());
    let answer =
        r#"{"permission":"write","user":{"login":"octocat","id":583231,"permissions":{"pull":true,"push":true}}}"#;
    files.0.insert("answer.json".to_owned(), answer.to_owned());
    let text = "
version: 1
policy: policy.yml
cases:
  - {name: a, event-name: workflow_dispatch, event: event.json, expect: allowed,
     answers: {/repos/octo/app/collaborators/octocat/permission: answer.json}}
  - {name: b, event-name: workflow_dispatch, event: event.json, expect: actor.unverified,
     answers: {repos/octo/app/collaborators/octocat/permission: 403}}
  - {name: c, event-name: workflow_dispatch, event: event.json, expect: actor.unverified}
";
    let request = TestRequest { text: text.to_owned(), ..TestRequest::default() };
    let response = now(run(&request, &files, &Offline)).unwrap();
    assert!(response.output.ends_with("3 passed, 0 failed"), "{}", response.output);
}

#[test]
fn the_example_of_the_documentation_passes() {
    let page = include_str!("../../docs/policy-tests.md");
    let text = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    let policy = "
version: 1
events:
  repository_dispatch:
    types: [chart-pr-created]
    actors: ['github-actions[bot]']
    payload: {pr: pull-request}
    pull-request: {base: [main]}
";
    let pull = r#"{"number": 7, "state": "open", "draft": false, "merged": false, "labels": [],
        "user": {"login": "octocat", "id": 583231, "type": "User"},
        "head": {"ref": "a", "sha": "1111111111111111111111111111111111111111", "repo": {"id": 100200, "full_name": "acme/charts"}},
        "base": {"ref": "main", "sha": "2222222222222222222222222222222222222222", "repo": {"id": 100200, "full_name": "acme/charts"}}}"#;
    let dispatch = r#"{"action": "chart-pr-created", "client_payload": {"pr": 7}, "repository": {"id": 100200, "full_name": "acme/charts"},
        "sender": {"login": "eve", "id": 2666, "type": "User"}}"#;
    let files = [
        (".github/dispatch-guard.yml", policy),
        (".github/tests/pull-7.json", pull),
        (".github/tests/dispatch-by-eve.json", dispatch),
    ];
    let files = Repository(files.map(|(path, text)| (path.to_owned(), text.to_owned())).into());
    let request = TestRequest { text: text.to_owned(), ..TestRequest::default() };
    let response = now(run(&request, &files, &Offline)).unwrap();
    assert!(response.output.ends_with("3 passed, 0 failed"), "{}", response.output);
}

/// Where the READMEs of the examples say that the files are copied.
const COPIES: [(&str, &[(&str, &str)]); 7] = [
    ("agent-gate", &[("policy.yml", ".github/agents.yml")]),
    ("cascade", &[("cascade.yml", ".github/workflows/cascade-monitor.yml")]),
    ("command", &[("command.yml", ".github/workflows/command.yml"), ("policy.yml", ".github/commands.yml")]),
    ("dispatch", &[("w5.yml", ".github/workflows/w5.yml")]),
    ("dispatch-chain", &[("w5-chain.yml", ".github/workflows/w5-chain.yml")]),
    ("label-gate", &[("label-gate.yml", ".github/workflows/label-gate.yml")]),
    ("workflow-run", &[("coverage.yml", ".github/workflows/coverage.yml")]),
];

#[test]
fn every_example_passes_its_own_test() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let read = |example: &str, name: &str| std::fs::read_to_string(examples.join(example).join(name)).unwrap();
    for (example, copies) in COPIES {
        let files = copies.iter().map(|(name, path)| ((*path).to_owned(), read(example, name)));
        let repository = Repository(files.collect());
        let request = TestRequest { text: read(example, "dispatch-guard.test.yml"), ..TestRequest::default() };
        let response = now(run(&request, &repository, &Offline)).unwrap();
        assert_eq!(response.exit_code, 0, "{example}: {}", response.output);
    }
    let tested = std::fs::read_dir(&examples)
        .unwrap()
        .filter(|entry| entry.as_ref().is_ok_and(|entry| entry.path().join("dispatch-guard.test.yml").exists()));
    assert_eq!(tested.count(), COPIES.len());
}
