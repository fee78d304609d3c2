//! A workflow, its policy and its test for a pattern, to start from.

use serde::{Deserialize, Serialize};

use super::workflow;
use crate::text::{did_you_mean, quote, quote_list};

/// What to write.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InitRequest {
    /// The pattern.
    pub pattern: String,
    /// The default branch.
    pub branch: String,
    /// Files that exist already.
    pub existing: Vec<String>,
    /// The workflow whose runs start the guarded one, for `workflow-run`; empty if it is to be found.
    pub source: String,
    /// The repository's workflows.
    pub workflows: Vec<SourceFile>,
}

/// A workflow of the repository.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SourceFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// What to write where.
#[derive(Debug, Clone, Serialize)]
pub struct InitResponse {
    /// The files, with paths from the root of the repository.
    pub files: Vec<NewFile>,
}

/// A file to write.
#[derive(Debug, Clone, Serialize)]
pub struct NewFile {
    /// Its path from the root of the repository.
    pub path: String,
    /// Its content.
    pub text: String,
    /// Whether there is a file already.
    pub exists: bool,
}

struct Pattern {
    name: &'static str,
    workflow: &'static str,
    policy: &'static str,
    test: &'static str,
}

macro_rules! patterns {
    ($($name:literal)*) => {
        [$(Pattern {
            name: $name,
            workflow: include_str!(concat!("templates/", $name, ".workflow.yml")),
            policy: include_str!(concat!("templates/", $name, ".policy.yml")),
            test: include_str!(concat!("templates/", $name, ".test.yml")),
        }),*]
    };
}

const PATTERNS: [Pattern; 5] = patterns!("dispatch" "cascade" "label" "command" "workflow-run");

/// The test file that `test` runs if none is named.
pub const DEFAULT_TEST_FILE: &str = ".github/dispatch-guard.test.yml";

/// The files of a pattern.
///
/// # Errors
/// In words for the user, if the pattern is unknown or the source workflow is not clear.
pub fn init(request: &InitRequest) -> Result<InitResponse, String> {
    let names = || PATTERNS.iter().map(|pattern| pattern.name);
    let Some(pattern) = PATTERNS.iter().find(|pattern| pattern.name == request.pattern) else {
        let near = did_you_mean(&request.pattern, names());
        let names = quote_list(names(), "or");
        return Err(format!("unknown pattern {}{near}; expected {names}", quote(&request.pattern)));
    };
    let branch = if request.branch.is_empty() { "main" } else { &request.branch };
    if !branch.chars().all(|c| c.is_alphanumeric() || "-._/+@#".contains(c)) {
        return Err(format!("the branch is {}; name another one with `--branch`", quote(branch)));
    }
    let (source_path, source_name) =
        if pattern.name == "workflow-run" { source(request)? } else { (String::new(), String::new()) };
    let fill = |template: &str| {
        template
            .replace("@PATTERN@", pattern.name)
            .replace("@SOURCE_PATH@", &source_path)
            .replace("'@SOURCE_NAME@'", &crate::outcome::json(&source_name))
            .replace("@BRANCH@", branch)
    };
    let exists = |path: &str| request.existing.iter().any(|existing| existing == path);
    let own_test = format!(".github/dispatch-guard-{}.test.yml", pattern.name);
    let test = if exists(DEFAULT_TEST_FILE) { own_test } else { DEFAULT_TEST_FILE.to_owned() };
    let files = [
        (format!(".github/workflows/dispatch-guard-{}.yml", pattern.name), pattern.workflow),
        (format!(".github/dispatch-guard-{}.yml", pattern.name), pattern.policy),
        (test, pattern.test),
    ];
    let files = files.into_iter().map(|(path, template)| NewFile { exists: exists(&path), text: fill(template), path });
    Ok(InitResponse { files: files.collect() })
}

/// Path and name of the workflow whose runs start the guarded one.
fn source(request: &InitRequest) -> Result<(String, String), String> {
    let is_source = |file: &&SourceFile| {
        workflow::parse(&file.text)
            .is_ok_and(|workflow| workflow.triggers.iter().any(|trigger| trigger.event.text == "pull_request"))
    };
    let found: Vec<&SourceFile> = match request.source.as_str() {
        "" => request.workflows.iter().filter(is_source).collect(),
        path => request.workflows.iter().filter(|file| file.path == path).collect(),
    };
    match found.as_slice() {
        [only] => Ok((only.path.clone(), workflow::name(&only.text).unwrap_or_else(|| only.path.clone()))),
        [] if request.source.is_empty() => {
            Err("no workflow is started by `pull_request`; name the source workflow with `--source PATH`".to_owned())
        }
        [] => Err(format!("there is no workflow {}", quote(&request.source))),
        several => {
            let paths = quote_list(several.iter().map(|file| file.path.as_str()), "or");
            Err(format!("several workflows are started by `pull_request`; name one with `--source PATH`: {paths}"))
        }
    }
}
