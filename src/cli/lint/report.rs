//! Findings and where they are.

use serde::Serialize;

use super::registry::{Rule, Severity};
use crate::format::yaml::Position;
use crate::text::escape_unprintable;

/// One thing that `lint` reports. The fields are the public JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's id.
    pub id: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The file as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// What was found, on one line.
    pub message: String,
    /// How to fix it, on one line.
    pub help: String,
}

/// The findings of one file.
pub struct Report {
    file: String,
    findings: Vec<Finding>,
}

impl Report {
    /// An empty report.
    pub fn new(file: &str) -> Self {
        Self { file: file.to_owned(), findings: Vec::new() }
    }

    /// Adds a finding.
    pub fn add(&mut self, rule: &Rule, position: Position, message: impl AsRef<str>, help: impl AsRef<str>) {
        let finding = Finding {
            id: rule.id,
            severity: rule.severity,
            file: self.file.clone(),
            line: position.line,
            column: position.column,
            message: escape_unprintable(message.as_ref()).into_owned(),
            help: escape_unprintable(help.as_ref()).into_owned(),
        };
        // Two rules can find the same from two sides, such as two guards with one policy file.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    /// The findings in the order of their places.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| (finding.line, finding.column));
        self.findings
    }
}
