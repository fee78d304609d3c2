//! The policy's text.
//!
//! - Every error names a line and a column within the text, in the text's order, and says something.
//! - The same text is always read alike, with whatever line ends.
//! - What is accepted has no list that is empty and so could mean everything, no wildcard for an actor, and no rule that
//!   lacks what the contract requires of it; every number in it is within its limits.
//! - Whatever the policy, nobody whom it does not name can send a dispatch, and every run ends in a whole decision.
#![no_main]

use std::fmt::Debug;

use dispatch_guard::policy::field::{Encoding, Field, FieldType};
use dispatch_guard::policy::parse::{self, Diagnostic};
use dispatch_guard::policy::pattern::Patterns;
use dispatch_guard::policy::{Authors, Policy, Proof, Rule};
use dispatch_guard::text::is_unprintable;
use dispatch_guard_fuzz::mutate;
use dispatch_guard_fuzz::support::{Decided, Reply, Scenario, github};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde_json::json;

/// Somebody whom no policy names, unless it is found by chance.
const NOBODY: &str = "zz-nobody";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    check_reading(text, parse::payload);
    let policy = check_reading(text, parse::policy);
    if let Some(policy) = &policy {
        check_policy(policy);
    }
    let decided = run(Scenario::dispatch(), text);
    assert!(policy.is_some() || !decided.allowed(), "{}", decided.trace());
    if policy.is_some() {
        assert_ne!(decided.code(), "config.policy_invalid");
        let dispatch = github::workflow_dispatch(NOBODY, json!({ "pr": "7" }));
        let strangers = [Scenario::dispatch_by(NOBODY), Scenario::new("workflow_dispatch", NOBODY, &dispatch)];
        for stranger in strangers {
            let decided = run(stranger, text);
            assert!(!decided.allowed() || text.to_ascii_lowercase().contains(NOBODY), "{}", decided.trace());
        }
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutate::lines(data, size, max_size, seed, WORDS)
});

/// Words of policies, and of YAML where it can be misread.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "version: 1", "events:", "repository_dispatch:", "workflow_dispatch:", "pull_request:", "pull_request_target:",
    "pull_request_review:", "issue_comment:", "issues:", "label:", "command:", "/deploy", "arguments:", "rest:", "source:",
    "conclusions:", "branches:", "via-apps:", "rerun-by:", "set-by:", "approvals:", "by:", "files:", "only:", "checks:",
    "build@github-actions", "late-pushes:", "path:", "repositories:", "name:", "review:", "workflow_run:", "merge_group:", "push:", "schedule:", "types:",
    "actors:", "payload:", "unknown-fields:", "deny", "drop", "allow", "pull-request:", "provenance:", "once:", "true",
    "false", "base:", "state:", "open", "closed", "any", "merged:", "drafts:", "forks:", "labels:", "all:", "any:",
    "none:", "authors:", "head:", "require:", "none", "run", "signature", "oidc", "workflows:", "max-age:", "max-hops:",
    "15m", "7d", "8d", "100", "101", ".github/workflows/w2.yml@refs/heads/main",
    ".github/workflows/w2.yml@refs/tags/v1", "type:", "required:", "default:", "pattern:", "max-length:", "8192",
    "8193", "min:", "max:", "integer:", "options:", "pull-request", "head-sha", "sha", "slug", "string", "number",
    "boolean", "choice", "_guard", "octocat", "octocat:583231", "github-actions[bot]", "@acme/team", "role:write", "*",
    "**", "!", "release/**", "[a-z]+", "- ", "[", "]", "{", "}", ": ", ", ", "# ", "|", ">", "|-", "'", "\"", "\\",
    "''", "[]", "{}", "~", "null", "&a", "*a", "!!str", "<<:", "? ", "---", "...", "%YAML 1.2", "\t", "\r", "\u{feff}",
    "\u{85}", "\u{2028}", "\u{202e}", "\u{200b}", "\u{430}", "\0", "0", "007", "-1", "1.5", "1e400", "yes", "on",
    "True", "\"\\u0061\"", "\"\\x41\"", "  ",
];

fn run(scenario: Scenario, text: &str) -> Decided {
    scenario.policy(text).run_with(|request| match &request.url {
        url if url.contains("/pulls/") => Reply::json(200, &github::pull()),
        url if url.contains("/permission") => Reply::json(200, &json!({ "permission": "none", "role_name": "none" })),
        _ => Reply::refusal(404, "Not Found"),
    })
}

fn check_reading<T: Debug>(text: &str, read: fn(&str) -> Result<T, Vec<Diagnostic>>) -> Option<T> {
    let first = read(text);
    let told = format!("{first:?}");
    assert_eq!(format!("{:?}", read(text)), told);
    // A text of half the largest size or more could become too large.
    if text.len() < 100_000 && !text.contains('\r') {
        assert_eq!(format!("{:?}", read(&text.replace('\n', "\r\n"))), told);
    }
    if let Err(diagnostics) = &first {
        check_diagnostics(text, diagnostics);
    }
    first.ok()
}

fn check_diagnostics(text: &str, diagnostics: &[Diagnostic]) {
    let text = text.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    assert!(!diagnostics.is_empty());
    assert!(diagnostics.is_sorted_by_key(|diagnostic| diagnostic.position));
    for diagnostic in diagnostics {
        let (line, column) = (diagnostic.position.line as usize, diagnostic.position.column as usize);
        assert!((1..=lines.len()).contains(&line), "{diagnostic}");
        // Behind the last character is a place, too.
        assert!((1..=lines[line - 1].chars().count() + 1).contains(&column), "{diagnostic}");
        assert!(!diagnostic.message.is_empty());
        assert!(!diagnostic.to_string().contains(is_unprintable), "{diagnostic:?}");
        assert!(diagnostic.to_string().starts_with(&format!("line {line}, column {column}: ")));
    }
}

fn check_policy(policy: &Policy) {
    let events: Vec<_> = policy.events().collect();
    assert!(!events.is_empty());
    for event in events {
        let rules = policy.rules(event);
        assert!((1..=16).contains(&rules.len()));
        for rule in rules {
            check_rule(rule);
            assert!(rules.len() == 1 || rule.types.is_some());
            match event.name() {
                "repository_dispatch" => assert!(rule.types.is_some() && rule.actors.is_some()),
                "workflow_dispatch" => assert!(rule.actors.is_some()),
                _ => assert!(rule.payload.is_empty() && !rule.once && !rule.drop_unknown_fields),
            }
            let mut keys: Vec<&str> = rule.payload.iter().map(Field::top_level_key).collect();
            keys.sort_unstable();
            keys.dedup();
            assert!(keys.len() <= event.max_payload_properties());
        }
    }
}

fn check_rule(rule: &Rule) {
    check_words(rule.types.as_deref());
    let pull_request = rule.pull_request.iter();
    let demands = pull_request.clone().flat_map(|rule| std::iter::once(&rule.demands).chain(&rule.any));
    let authors = demands.clone().filter_map(|demands| match &demands.authors {
        Some(Authors::Listed(actors)) => Some(actors),
        Some(Authors::Any) => {
            assert!(rule.actors.is_some());
            None
        }
        None => None,
    });
    let approvers = demands.clone().filter_map(|demands| demands.approvals.as_ref().map(|rule| &rule.by));
    let setters = demands.clone().filter_map(|demands| demands.labels.set_by.as_ref());
    for actors in rule.actors.iter().chain(&rule.rerun_by).chain(authors).chain(approvers).chain(setters) {
        assert!(!actors.entries().is_empty());
        assert!(actors.entries().iter().all(|entry| !entry.to_string().contains('*') && !entry.to_string().is_empty()));
    }
    for rule in pull_request {
        rule.base.iter().chain(&rule.head).for_each(check_branches);
    }
    for labels in demands.map(|demands| &demands.labels) {
        for label in labels.all.iter().chain(&labels.any).chain(&labels.none) {
            assert!(!label.as_str().trim_matches('*').is_empty());
        }
        assert!(!labels.all.iter().any(|label| labels.none.contains(label)));
    }
    let provenance = &rule.provenance;
    let by_workflow = matches!(provenance.require, Proof::Run | Proof::Oidc);
    assert!(!by_workflow || !provenance.workflows.is_empty());
    assert!((1..=7 * 24 * 60 * 60).contains(&provenance.max_age) && (1..=100).contains(&provenance.max_hops));
    for workflow in &provenance.workflows {
        assert!(workflow.path.starts_with(".github/workflows/") && workflow.git_ref.starts_with("refs/"));
        assert!(!workflow.to_string().contains('*'));
    }
    check_fields(rule);
}

fn check_fields(rule: &Rule) {
    let count = |kind: &str| rule.payload.iter().filter(|field| field.kind.name() == kind).count();
    assert!(count("pull-request") <= 1 && count("head-sha") <= 1);
    assert!(!rule.once || count("pull-request") + count("head-sha") > 0 || rule.pull_request.is_some());
    let mut names: Vec<String> = rule.payload.iter().map(|field| field.name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() == rule.payload.len() && names.iter().all(|name| !name.is_empty() && *name != "_guard"));
    for field in &rule.payload {
        match &field.kind {
            FieldType::Choice(options) => check_words(Some(options)),
            FieldType::String { max_length, .. } => assert!((1..=8192).contains(max_length)),
            _ => {}
        }
        if let Some(default) = &field.default {
            assert!(!field.required);
            assert_eq!(field.kind.validate(default, Encoding::Json).as_ref(), Ok(default));
        }
    }
}

/// A list that is there has something in it, and nothing twice.
fn check_words(words: Option<&[String]>) {
    let Some(words) = words else { return };
    let mut distinct = words.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    assert!(!words.is_empty() && distinct.len() == words.len() && words.iter().all(|word| !word.is_empty()));
}

fn check_branches(patterns: &Patterns) {
    assert!(patterns.as_slice().first().is_some_and(|first| !first.is_negative()));
}
