//! Findings in SARIF 2.1.0, for code scanning.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
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
                "fullDescription": {"text": rule.summary},
                // Code scanning shows this text, and not the address.
                "help": {
                    "text": format!("{} See {}", rule.summary, help_uri(rule.id)),
                    "markdown": format!("{} [Explanation and fix]({})", rule.summary, help_uri(rule.id)),
                },
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
            "artifactLocation": {"uri": uri(&finding.file)},
            "region": {"startLine": finding.line, "startColumn": finding.column},
        }}],
    })
}

/// A path as a relative reference.
fn uri(path: &str) -> String {
    /// What RFC 3986 does not allow in a path.
    const ESCAPED: &AsciiSet = &CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'#')
        .add(b'%')
        .add(b'<')
        .add(b'>')
        .add(b'?')
        .add(b'[')
        .add(b']')
        .add(b'^')
        .add(b'`')
        .add(b'{')
        .add(b'|')
        .add(b'}');
    utf8_percent_encode(&path.replace('\\', "/"), ESCAPED).to_string()
}

fn level(severity: Severity) -> &'static str {
    severity.name()
}

/// The section of a rule in the documentation.
fn help_uri(id: &str) -> String {
    let anchor = id.replace('.', "");
    format!("https://github.com/org/dispatch-guard/blob/v1/docs/lint.md#{anchor}")
}
