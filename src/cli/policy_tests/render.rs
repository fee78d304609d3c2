//! Results of policy tests for people and for programs.

use serde::Serialize;

use super::CaseResult;
use crate::text::escape_unprintable;

#[derive(Serialize)]
struct Document<'r> {
    schema_version: u8,
    file: &'r str,
    passed: usize,
    failed: usize,
    cases: &'r [CaseResult],
}

fn failures(results: &[CaseResult]) -> usize {
    results.iter().filter(|result| !result.passed).count()
}

/// One JSON document.
pub fn json(path: &str, results: &[CaseResult]) -> String {
    let failed = failures(results);
    let document = Document { schema_version: 1, file: path, passed: results.len() - failed, failed, cases: results };
    crate::text::escape_log_json(&crate::outcome::json(&document))
}

/// TAP version 14.
pub fn tap(results: &[CaseResult]) -> String {
    let mut out = format!("TAP version 14\n1..{}\n", results.len());
    for (index, result) in results.iter().enumerate() {
        let status = if result.passed { "ok" } else { "not ok" };
        let name = escape_unprintable(&result.name).replace('\\', "\\\\").replace('#', "\\#");
        out.push_str(&format!("{status} {} - {name}\n", index + 1));
        if !result.passed {
            out.push_str("  ---\n");
            for difference in &result.differences {
                let (expected, found) = (quoted(&difference.expected), quoted(&difference.found));
                out.push_str(&format!("  {}:\n    expected: {expected}\n    found: {found}\n", difference.output));
            }
            out.push_str(&format!("  reason: {}\n  line: {}\n  ...\n", quoted(&result.reason), result.line));
        }
    }
    out.trim_end().to_owned()
}

/// A JSON text is a YAML text.
fn quoted(text: &str) -> String {
    crate::text::escape_log_json(&crate::outcome::json(text))
}

/// A line for each case, and what differs in those that failed.
pub fn text(path: &str, results: &[CaseResult]) -> String {
    let mut out = String::new();
    for result in results {
        let status = if result.passed { "pass" } else { "FAIL" };
        out.push_str(&format!("{status}  {}\n", escape_unprintable(&result.name)));
        for difference in &result.differences {
            let (expected, found) = (escape_unprintable(&difference.expected), escape_unprintable(&difference.found));
            out.push_str(&format!("      {}: expected {expected}\n", difference.output));
            out.push_str(&format!("      {}  found    {found}\n", " ".repeat(difference.output.len())));
        }
        if !result.passed {
            out.push_str(&format!("      reason: {}\n", escape_unprintable(&result.reason)));
            out.push_str(&format!("      at {}:{}\n", escape_unprintable(path), result.line));
        }
    }
    let failed = failures(results);
    out.push_str(&format!("{} passed, {failed} failed", results.len() - failed));
    out
}
