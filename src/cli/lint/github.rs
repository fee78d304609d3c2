//! Findings as annotations of a run of GitHub Actions.

use super::Severity;
use super::report::Finding;

/// One workflow command for each finding.
pub fn render(findings: &[Finding]) -> String {
    let commands: Vec<String> = findings.iter().map(command).collect();
    commands.join("\n")
}

fn command(finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Finding { id, file, line, column, message, help, .. } = finding;
    let file = property(file);
    let data = data(&format!("{message}\n{help}"));
    format!("::{name} file={file},line={line},col={column},title=dispatch-guard%3A {id}::{data}")
}

/// Escapes a message as the runner decodes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
