//! What `init` writes passes lint and test at once.

use dispatch_guard::cli::init::{InitRequest, NewFile, SourceFile, init};
use dispatch_guard::cli::lint::{self, registry::Severity};
use dispatch_guard::cli::policy_tests::{TestRequest, run};

use crate::support::{Offline, Repository, now};

const CI: &str = "name: 'CI: all'\non: pull_request\njobs: {test: {runs-on: x, steps: [{run: make}]}}\n";

fn request(pattern: &str) -> InitRequest {
    InitRequest {
        pattern: pattern.to_owned(),
        branch: "trunk".to_owned(),
        workflows: vec![SourceFile { path: ".github/workflows/ci.yml".to_owned(), text: CI.to_owned() }],
        ..InitRequest::default()
    }
}

#[test]
fn every_pattern_passes_its_lint_and_its_test() {
    for pattern in ["dispatch", "cascade", "label", "command", "workflow-run"] {
        let files = init(&request(pattern)).unwrap().files;
        let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), 3, "{paths:?}");
        let repository =
            Repository(files.iter().map(|NewFile { path, text, .. }| (path.clone(), text.clone())).collect());
        for NewFile { path, text, .. } in &files[..2] {
            let source = lint::SourceFile { path: path.clone(), text: text.clone() };
            let found = lint::check_file(&source, &repository);
            let serious: Vec<_> = found.iter().filter(|finding| finding.severity != Severity::Note).collect();
            assert!(serious.is_empty(), "{pattern}: {serious:#?}");
            assert!(!text.contains("@BRANCH@") && !text.contains("@PATTERN@") && !text.contains("@SOURCE"), "{text}");
        }
        let request = TestRequest { text: files[2].text.clone(), ..TestRequest::default() };
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
    assert_eq!(files[2].path, ".github/dispatch-guard-label.test.yml");
    assert!(files.iter().all(|file| !file.exists));
    second.existing.push(files[0].path.clone());
    assert!(init(&second).unwrap().files[0].exists);
}

#[test]
fn a_source_workflow_is_found_or_asked_for() {
    let mut request = request("workflow-run");
    assert!(init(&request).unwrap().files[0].text.contains("workflows: [\"CI: all\"]"));
    request.workflows.push(SourceFile { path: ".github/workflows/more.yml".to_owned(), text: CI.to_owned() });
    assert!(init(&request).unwrap_err().contains("--source"));
    request.source = ".github/workflows/more.yml".to_owned();
    assert!(init(&request).unwrap().files[1].text.contains(".github/workflows/more.yml"));
    request.workflows.clear();
    assert!(init(&request).unwrap_err().contains("there is no workflow"));
}

#[test]
fn an_unknown_pattern_gets_a_suggestion() {
    assert!(init(&request("lable")).unwrap_err().contains("did you mean `label`"));
}
