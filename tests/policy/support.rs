//! What the tests of the policy share.

use std::path::PathBuf;

use dispatch_guard::policy::parse;

/// The repository's directory.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Checks that a generated file is committed as it is generated. With the variable set it is written instead.
#[track_caller]
pub fn committed(path: &str, generated: &str, variable: &str) {
    let file = root().join(path);
    if std::env::var_os(variable).is_some() {
        std::fs::write(&file, generated).unwrap();
    }
    let text = std::fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    let differs = text.lines().zip(generated.lines()).position(|(is, should)| is != should);
    let line = differs.unwrap_or_else(|| text.lines().count().min(generated.lines().count())) + 1;
    assert!(text == generated, "{path} is not up to date from line {line} on: run the tests with {variable}=1");
}

/// A policy with one event, whose rule or list of rules is written on lines of its own.
pub fn policy(event: &str, rule: &str) -> String {
    let lines: String = rule.lines().map(|line| format!("    {line}\n")).collect();
    format!("version: 1\nevents:\n  {event}:\n{lines}")
}

/// What a policy is refused with; empty if it is accepted.
pub fn errors(text: &str) -> Vec<String> {
    parse::policy(text).map_or_else(|errors| errors.iter().map(ToString::to_string).collect(), |_| Vec::new())
}
