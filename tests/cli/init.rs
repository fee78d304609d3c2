//! What `init` writes passes lint and test at once.

use dispatch_guard::cli::init::{InitRequest, NewFile, SourceFile, init};
use dispatch_guard::cli::lint::{self, registry::Severity};
use dispatch_guard::cli::policy_tests::{TestRequest, run};

use crate::support::{Offline, Repository, now};

const CI: &str = "name: 'CI: all'\non: pull_request\njobs: {test: {runs-on: x, steps: [{run: make}]}}\n";

fn request(pattern: &str) -> InitRequest {
    InitRequest {
        pattern: pattern.to_owned(),
        default_branch: "trunk".to_owned(),
        workflows: vec![SourceFile { path: ".github/workflows/ci.yml".to_owned(), text: CI.to_owned() }],
        ..InitRequest::default()
    }
}

#[test]
fn every_pattern_passes_its_lint_and_its_test() {
    for pattern in ["dispatch", "cascade", "label", "command", "workflow-run"] {
        let files = init(&request(pattern)).unwrap().files;
        let repository =
            Repository(files.iter().map(|NewFile { path, text, .. }| (path.clone(), text.clone())).collect());
        let (test, written) = files.split_last().unwrap();
        for NewFile { path, text, .. } in written {
            let source = lint::SourceFile { path: path.clone(), text: text.clone() };
            let mut found = lint::check_file(&source, &repository);
            found.retain(|finding| finding.severity != Severity::Note);
            // Its job takes a number out of the artifact and nothing else.
            found.retain(|finding| pattern != "workflow-run" || finding.id != "consent.missing");
            assert!(found.is_empty(), "{pattern}: {found:#?}");
            assert!(!text.contains("main]") && !text.contains(": main\n") && !text.contains("--ref main"), "{text}");
        }
        assert!(written.iter().any(|file| file.text.contains("trunk")), "{pattern}");
        assert!(!test.text.contains(": main,") && !test.text.contains("fork_upstream"), "{}", test.text);
        let request = TestRequest { text: test.text.clone(), ..TestRequest::default() };
        let response = now(run(&request, &repository, &Offline)).unwrap();
        assert!(response.output.ends_with("2 passed, 0 failed"), "{pattern}: {}", response.output);
        assert_eq!(response.exit_code, 0);
    }
}

#[test]
fn a_second_pattern_leaves_the_first_test_file_alone() {
    let mut second = request("label");
    second.existing = vec![".github/dispatch-guard.test.yml".to_owned()];
    let files = init(&second).unwrap().files;
    assert_eq!(files.last().unwrap().path, ".github/dispatch-guard-label.test.yml");
    assert!(files.iter().all(|file| !file.exists));
    second.existing.push(files[0].path.clone());
    assert!(init(&second).unwrap().files[0].exists);
}

#[test]
fn the_base_branch_is_the_one_that_is_named() {
    let mut request = request("cascade");
    request.branch = "release/1.x".to_owned();
    let files = init(&request).unwrap().files;
    assert_eq!(files[0].text.matches("['release/1.x']").count(), 3, "{}", files[0].text);
    assert!(!files[0].text.contains("[fork_upstream]"));
    request.branch = "a b".to_owned();
    assert!(init(&request).unwrap_err().contains("--branch"));
}

#[test]
fn a_source_workflow_is_found_or_asked_for() {
    let mut request = request("workflow-run");
    assert!(init(&request).unwrap().files[0].text.contains("workflows: [\"CI: all\"]"));
    request.workflows.push(SourceFile { path: ".github/workflows/more.yml".to_owned(), text: CI.to_owned() });
    assert!(init(&request).unwrap_err().contains("--source"));
    request.source = ".github/workflows/more.yml".to_owned();
    assert!(init(&request).unwrap().files[0].text.contains(".github/workflows/more.yml"));
    request.workflows.clear();
    assert!(init(&request).unwrap_err().contains("there is no workflow"));
}

#[test]
fn an_unknown_pattern_gets_a_suggestion() {
    assert!(init(&request("lable")).unwrap_err().contains("did you mean `label`"));
}
