//! Workflows in the shapes that repositories have, with everything that `lint` reports about each, and the project's own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dispatch_guard::cli::lint::{Finding, SourceFile, check_file, registry::Severity};

use crate::support::Repository;

const DEPLOY_POLICY: &str = "
version: 1
events:
  issue_comment:
    types: [created]
    command: {name: /deploy, arguments: {environment: {type: choice, options: [staging, production]}}}
    actors: ['role:maintain']
    pull-request: {base: [main], checks: [test@github-actions]}
";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The YAML files of a folder by their names.
fn yaml_files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "yml"));
    files.map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap())).collect()
}

fn lint(files: &Repository, path: &str, text: &str) -> Vec<Finding> {
    check_file(&SourceFile { path: path.to_owned(), text: text.to_owned() }, files)
}

/// Compares with a file, or writes it if `UPDATE_FIXTURES` is set.
fn assert_snapshot(path: &Path, text: &str) {
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(path, text).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert_eq!(text, expected, "differs from {}; UPDATE_FIXTURES=1 rewrites it", path.display());
}

#[test]
fn workflows_of_public_shapes() {
    let folder = root().join("tests/cli/lint/workflows");
    let workflows = yaml_files(&folder);
    assert!(workflows.len() >= 30);
    let mut files = Repository::with(".github/deploy.yml", DEPLOY_POLICY);
    for (name, text) in &workflows {
        files.0.insert(format!(".github/workflows/{name}"), text.clone());
    }
    let mut snapshot = String::new();
    for (name, text) in &workflows {
        let findings = lint(&files, &format!(".github/workflows/{name}"), text);
        // Every example has this one.
        let findings: Vec<_> = findings.iter().filter(|finding| finding.id != "uses.unpinned").collect();
        snapshot.push_str(
            &format!("{name}: {}\n", if findings.is_empty() { "no findings" } else { "" }).replace(": \n", ":\n"),
        );
        for Finding { id, severity, line, column, message, help, .. } in findings {
            snapshot.push_str(&format!("  {line}:{column} {} {id}: {message}\n    {help}\n", severity.name()));
        }
    }
    assert_snapshot(&folder.join("findings.txt"), &snapshot);
}

#[track_caller]
fn assert_clean(findings: &[Finding]) {
    let wrong: Vec<_> = findings.iter().filter(|finding| finding.severity != Severity::Note).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_examples_have_neither_errors_nor_warnings() {
    for entry in fs::read_dir(root().join("examples")).unwrap().map(Result::unwrap) {
        let (mut workflows, mut files) = (Vec::new(), Repository::default());
        for (name, text) in yaml_files(&entry.path()) {
            if name == "policy.yml" {
                // Each example names its policy as it likes.
                for path in [".github/agents.yml", ".github/commands.yml"] {
                    files.0.insert(path.to_owned(), text.clone());
                }
            } else if !name.ends_with(".test.yml") {
                workflows.push((format!(".github/workflows/{name}"), text));
            }
        }
        for (path, text) in workflows {
            let mut findings = lint(&files, &path, &text);
            // Its job takes a number out of the artifact and nothing else.
            findings.retain(|finding| !(path.ends_with("/coverage.yml") && finding.id == "consent.missing"));
            assert_clean(&findings);
        }
    }
}

#[test]
fn the_workflows_of_the_project_are_read() {
    // They run the guard to test it, so not every job is gated.
    for (name, text) in yaml_files(&root().join(".github/workflows")) {
        for finding in lint(&Repository::default(), &format!(".github/workflows/{name}"), &text) {
            assert!(!finding.id.ends_with(".invalid") && finding.id != "guard.not-first", "{finding:#?}");
        }
    }
}

#[test]
fn the_workflows_of_the_readme_have_neither_errors_nor_warnings() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("\n```yaml").skip(1).filter_map(|block| block.split("\n```").next());
    let blocks = blocks.filter_map(|block| block.split_once('\n')).map(|(_, text)| text);
    let workflows: Vec<&str> = blocks.filter(|text| text.contains("\njobs:")).collect();
    assert!(!workflows.is_empty());
    for text in workflows {
        assert_clean(&lint(&Repository::default(), "readme.yml", text));
    }
}
