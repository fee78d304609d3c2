//! A workflow, its policy and its test for a pattern, to start from: the files of `examples/`.

use serde::{Deserialize, Serialize};

use super::workflow;
use crate::text::{did_you_mean, quote, quote_list};

/// What to write.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InitRequest {
    /// The pattern.
    pub pattern: String,
    /// The base branch of the pull requests; empty for the default branch.
    pub branch: String,
    /// The default branch; empty if it is not known.
    pub default_branch: String,
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
    /// The files of the example, and where its page says that they belong.
    files: &'static [(&'static str, &'static str)],
    /// The base branch in the example.
    base: &'static str,
    test: &'static str,
}

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../examples/", $name))
    };
}

const PATTERNS: [Pattern; 5] = [
    Pattern {
        name: "dispatch",
        files: &[(".github/workflows/w5.yml", example!("dispatch/w5.yml"))],
        base: "main",
        test: example!("dispatch/dispatch-guard.test.yml"),
    },
    Pattern {
        name: "cascade",
        files: &[(".github/workflows/cascade-monitor.yml", example!("cascade/cascade.yml"))],
        base: "fork_upstream",
        test: example!("cascade/dispatch-guard.test.yml"),
    },
    Pattern {
        name: "label",
        files: &[(".github/workflows/label-gate.yml", example!("label-gate/label-gate.yml"))],
        base: "main",
        test: example!("label-gate/dispatch-guard.test.yml"),
    },
    Pattern {
        name: "command",
        files: &[
            (".github/workflows/command.yml", example!("command/command.yml")),
            (".github/commands.yml", example!("command/policy.yml")),
        ],
        base: "main",
        test: example!("command/dispatch-guard.test.yml"),
    },
    Pattern {
        name: "workflow-run",
        files: &[(".github/workflows/coverage.yml", example!("workflow-run/coverage.yml"))],
        base: "main",
        test: example!("workflow-run/dispatch-guard.test.yml"),
    },
];

/// The default branch in every example.
const DEFAULT_BRANCH: &str = "main";
/// The workflow that starts the one of `workflow-run`, in the example: its path and its name.
const SOURCE: (&str, &str) = (".github/workflows/ci.yml", "workflows: [CI]");

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
    let or = |name: &str, otherwise: &str| if name.is_empty() { otherwise.to_owned() } else { name.to_owned() };
    let default_branch = or(&request.default_branch, DEFAULT_BRANCH);
    let branch = or(&request.branch, &default_branch);
    for name in [&default_branch, &branch] {
        if !name.chars().all(|c| c.is_alphanumeric() || "-._/+@#".contains(c)) {
            return Err(format!("the branch is {}; name another one with `--branch`", quote(name)));
        }
    }
    let is_workflow_run = pattern.name == "workflow-run";
    let (source_path, source_name) = if is_workflow_run { source(request)? } else { Default::default() };
    let fill = |example: &str| {
        let text = example
            .replace(&format!("[{}]", pattern.base), &format!("['{branch}']"))
            .replace(&format!("base-branches: {}\n", pattern.base), &format!("base-branches: '{branch}'\n"))
            .replace(&format!("ref: {},", pattern.base), &format!("ref: '{branch}',"))
            .replace(&format!("default_branch: {DEFAULT_BRANCH},"), &format!("default_branch: '{default_branch}',"))
            .replace(&format!("--ref {DEFAULT_BRANCH} "), &format!("--ref {default_branch} "));
        if !is_workflow_run {
            return text;
        }
        text.replace(SOURCE.0, &source_path)
            .replace(SOURCE.1, &format!("workflows: [{}]", crate::outcome::json(&source_name)))
    };
    let exists = |path: &str| request.existing.iter().any(|existing| existing == path);
    let own_test = format!(".github/dispatch-guard-{}.test.yml", pattern.name);
    let test = if exists(DEFAULT_TEST_FILE) { own_test } else { DEFAULT_TEST_FILE.to_owned() };
    let files = pattern.files.iter().map(|(path, text)| ((*path).to_owned(), fill(text)));
    let files = files.chain([(test, fill(pattern.test))]);
    let files = files.map(|(path, text)| NewFile { exists: exists(&path), text, path });
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
