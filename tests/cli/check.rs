//! The options of `check`.

use dispatch_guard::cli::check::check;
use dispatch_guard::cli::request::CheckRequest;
use dispatch_guard::cli::workflow::step_of;

use crate::support::{Offline, Repository, now};

const EVENT: &str = r#"{
    "action": "opened", "number": 7,
    "repository": {"id": 1, "full_name": "octo/app"},
    "sender": {"login": "octocat", "id": 583231, "type": "User"},
    "pull_request": {
        "number": 7, "state": "open", "merged": false, "draft": false, "labels": [],
        "user": {"login": "octocat", "id": 583231, "type": "User"},
        "head": {"ref": "topic", "sha": "1111111111111111111111111111111111111111", "repo": {"id": 1, "full_name": "octo/app"}},
        "base": {"ref": "main", "sha": "2222222222222222222222222222222222222222", "repo": {"id": 1, "full_name": "octo/app"}}
    }
}"#;

fn request(event_name: &str) -> CheckRequest {
    CheckRequest {
        policy: Some("version: 1\nevents: {pull_request: {pull-request: {base: [main]}}}\n".to_owned()),
        event_name: event_name.to_owned(),
        ..CheckRequest::default()
    }
}

#[test]
fn an_event_that_the_policy_does_not_list_is_denied_and_an_unknown_one_is_wrong_use() {
    assert_eq!(now(check(&request("pull_request"), EVENT.as_bytes(), &Offline)).unwrap().exit_code, 0);
    assert_eq!(now(check(&request("release"), EVENT.as_bytes(), &Offline)).unwrap().exit_code, 1);
    let error = now(check(&request("pull_requst"), EVENT.as_bytes(), &Offline)).unwrap_err();
    assert!(error.contains("did you mean `pull_request`"), "{error}");
}

#[test]
fn a_server_has_its_own_api() {
    for (server, api) in [
        ("https://ghe.example", "https://ghe.example/api/v3/"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com/"),
        ("https://github.com", "https://api.github.com/"),
    ] {
        let mut request = request("pull_request_target");
        request.policy = Some("version: 1\nevents: {pull_request_target: {pull-request: {base: [main]}}}\n".to_owned());
        request.server_url = server.to_owned();
        let response = now(check(&request, EVENT.as_bytes(), &Offline)).unwrap();
        assert_eq!(response.exit_code, 3, "{}", response.result);
        assert!(response.result.contains(api), "{server}: {}", response.result);
    }
}

#[test]
fn options_that_cannot_be_used_are_named() {
    type Change = fn(&mut CheckRequest);
    let cases: [(Change, &str); 6] = [
        (|request| request.repository = "octo".to_owned(), "--repository"),
        (|request| request.actor = "role:write".to_owned(), "--actor"),
        (|request| request.triggering_actor = "a:1".to_owned(), "--triggering-actor"),
        (|request| request.run_attempt = "0".to_owned(), "--run-attempt"),
        (|request| request.policy = Some(" ".to_owned()), "policy is empty"),
        (|request| request.flat = vec!["base-branch=main".to_owned()], "did you mean `base-branches`"),
    ];
    for (change, part) in cases {
        let mut request = request("pull_request");
        change(&mut request);
        let error = now(check(&request, EVENT.as_bytes(), &Offline)).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

const WORKFLOW: &str = "
on: pull_request
jobs:
  a:
    steps:
      - uses: org/dispatch-guard@v1
        with: {token: '${{ secrets.T }}', policy-file: .github/p.yml}
  b:
    steps:
      - uses: org/dispatch-guard@v1
        with: {base-branches: '${{ vars.B }}'}
  c:
    steps:
      - uses: org/dispatch-guard/report@v1
";

#[test]
fn a_step_is_taken_out_of_a_workflow() {
    let files = Repository::with(".github/p.yml", "version: 1");
    let inputs = step_of(WORKFLOW, "a", &files).unwrap();
    assert_eq!(inputs.into_iter().collect::<Vec<_>>(), [("policy".to_owned(), "version: 1".to_owned())]);
    for (job, part) in [("", "`a` or `b`"), ("b", "only known in a run"), ("c", "no step of the job"), ("d", "no step")]
    {
        let error = step_of(WORKFLOW, job, &files).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
    assert!(step_of(WORKFLOW, "a", &Repository::default()).unwrap_err().contains("cannot be read"));
}
