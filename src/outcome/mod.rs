//! What the shim carries out: outputs, log, annotation, summary, files, exit status.

pub mod action;
pub mod disposition;
pub mod guard;
pub mod result_v1;
pub mod summary;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::decision::{CheckRecord, CheckStatus, Decision};
use crate::reason::ReasonCode;
use crate::text::{capitalise, escape_log_json};

/// A fact as people read it.
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its value in the log.
    pub text: String,
    /// Its value in the summary.
    pub markdown: String,
}

/// A table of the summary. The log has its rows too.
pub struct Table {
    /// The names of the columns.
    pub head: [&'static str; 3],
    /// The rows in order.
    pub rows: Vec<[String; 3]>,
}

/// Everything that the shim does after a call.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Outputs in the order in which they are written; the deciding one comes last.
    pub outputs: Outputs,
    /// The exit status.
    pub exit_code: u8,
    /// The annotation on the run, if there is one.
    pub annotation: Option<Annotation>,
    /// Lines for the log, safe against workflow commands.
    pub log: Vec<String>,
    /// What the log has folded below them, each group's lines as safe; the last line of all is the audit record.
    pub log_groups: Vec<LogGroup>,
    /// Markdown for the job's summary.
    pub summary: Option<String>,
    /// Files to write before the outputs; if one cannot be written, nothing is allowed.
    pub files: Vec<File>,
}

/// Lines of the log that the runner folds under a title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogGroup {
    /// Its title.
    pub title: String,
    /// Its lines.
    pub lines: Vec<String>,
}

/// The title over the audit record.
pub const AUDIT_TITLE: &str = "Audit record";

impl LogGroup {
    /// The audit record, one line of JSON.
    pub fn audit(json: &str) -> Self {
        Self { title: AUDIT_TITLE.to_owned(), lines: vec![escape_log_json(json)] }
    }
}

/// A message that GitHub shows on the run's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// `error`, `warning` or `notice`.
    pub level: &'static str,
    /// Its title.
    pub title: String,
    /// Its text.
    pub message: String,
}

impl Annotation {
    /// An annotation for anything but a success.
    pub fn new(level: &'static str, code: ReasonCode, reason: &str, help: &str) -> Self {
        let message = format!("{}.\n{help}\n{}", capitalise(reason), code_url(code));
        Self { level, title: format!("dispatch-guard: {}", code.name()), message }
    }
}

/// The page that explains a code.
pub fn code_url(code: ReasonCode) -> String {
    // GitHub's anchor of a heading keeps letters, digits, hyphens and underscores.
    let anchor = code.name().replace('.', "");
    format!("https://github.com/org/dispatch-guard/blob/v1/docs/reason-codes.md#{anchor}")
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct File {
    /// The input that names it.
    pub input: &'static str,
    /// Where, relative to the working directory.
    pub path: String,
    /// What.
    pub text: String,
    /// Whether to append to what is there.
    pub append: bool,
}

/// Names and values in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs(pub Vec<(&'static str, String)>);

impl Outputs {
    /// An output's value; otherwise empty of the name.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

impl Serialize for Outputs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Any value of ours as compact JSON.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // INVARIANT: our types serialize: they have no maps with keys that are not text and no numbers that are not finite.
    serde_json::to_string(value).unwrap_or_default()
}

/// A decision as the output `result`.
pub fn decision_json(decision: &Decision) -> String {
    json(&result_v1::ResultV1::from(decision))
}

/// How the checks that did not fail went, in numbers.
pub fn other_checks_title(checks: &[CheckRecord]) -> String {
    let count = |status: CheckStatus| checks.iter().filter(|check| check.status == status).count();
    let name = if count(CheckStatus::Fail) == 0 { "Checks" } else { "Other checks" };
    format!("{name}: {} passed, {} skipped", count(CheckStatus::Pass), count(CheckStatus::Skip))
}
