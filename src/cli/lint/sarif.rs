//! Findings in SARIF 2.1.0, for code scanning.

use serde_json::{Value, json};

use super::registry::{ALL, Severity};
use super::report::Finding;

/// The document.
pub fn render(findings: &[Finding]) -> String {
    let rules: Vec<Value> = ALL
        .iter()
        .map(|rule| {
            json!({
                "id": rule.id,
                "shortDescription": {"text": rule.summary},
                "helpUri": help_uri(rule.id),
                "defaultConfiguration": {"level": level(rule.severity)},
            })
        })
        .collect();
    let results: Vec<Value> = findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "dispatch-guard",
                "version": crate::VERSION,
                "informationUri": "https://github.com/org/dispatch-guard",
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
    .to_string()
}

fn result(finding: &Finding) -> Value {
    json!({
        "ruleId": finding.id,
        "ruleIndex": ALL.iter().position(|rule| rule.id == finding.id),
        "level": level(finding.severity),
        "message": {"text": format!("{}. {}", finding.message, finding.help)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": finding.file.replace('\\', "/")},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }}],
    })
}

fn level(severity: Severity) -> &'static str {
    severity.name()
}

/// The section of a rule in the documentation.
fn help_uri(id: &str) -> String {
    let anchor = id.replace('.', "");
    format!("https://github.com/org/dispatch-guard/blob/v1/docs/lint.md#{anchor}")
}
