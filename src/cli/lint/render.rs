//! Findings as JSON for programs and as text for people.

use serde::Serialize;

use super::report::Finding;
use super::{Severity, SourceFile};
use crate::text::escape_unprintable;

/// The version of the JSON.
const SCHEMA_VERSION: u8 = 1;
/// The most characters of a line of the file that are shown.
const MAX_LINE: usize = 120;

#[derive(Serialize)]
struct Document<'f> {
    schema_version: u8,
    findings: &'f [Finding],
}

/// The public JSON.
pub fn json(findings: &[Finding]) -> String {
    crate::outcome::json(&Document { schema_version: SCHEMA_VERSION, findings })
}

/// Each finding with its line and a caret, and a summary at the end.
pub fn text(findings: &[Finding], files: &[SourceFile]) -> String {
    let mut out = String::new();
    for finding in findings {
        let Finding { id, severity, file, line, column, message, help } = finding;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        out.push_str(&format!("{}[{id}]: {message}\n", severity.name()));
        out.push_str(&format!("{margin}--> {}:{line}:{column}\n", escape_unprintable(file)));
        let source = files.iter().find(|source| source.path == *file);
        let shown =
            source.and_then(|source| source.text.lines().nth((*line as usize).saturating_sub(1))).unwrap_or_default();
        let shown: String = shown.chars().take(MAX_LINE).map(|c| if c == '\t' { ' ' } else { c }).collect();
        if !shown.trim().is_empty() && (*column as usize) <= MAX_LINE {
            let indent = " ".repeat((*column as usize).saturating_sub(1));
            out.push_str(&format!("{margin} |\n{number} | {}\n{margin} | {indent}^\n", escape_unprintable(&shown)));
        }
        out.push_str(&format!("{margin} = help: {help}\n\n"));
    }
    out.push_str(&summary(findings, files.len()));
    out
}

fn summary(findings: &[Finding], files: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    format!(
        "{}: {}, {}, {}",
        plural(files, "file"),
        plural(count(Severity::Error), "error"),
        plural(count(Severity::Warning), "warning"),
        plural(count(Severity::Note), "note"),
    )
}
