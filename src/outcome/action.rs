//! The report of an action that does something, as the shim carries it out.

use serde::Serialize;

use crate::decision::RunFacts;
use crate::format::json::{Json, Object};
use crate::format::timestamp::format_rfc3339;
use crate::github::client::ApiRequest;
use crate::reason::ReasonCode;
use crate::rejection::Rejection;
use crate::text::redact::Redactor;
use crate::text::{capitalise, escape_log_line, quote, to_link, to_markdown};

use super::result_v1::{ApiRequestV1, RunV1};
use super::{Annotation, LogGroup, Outcome, Outputs, Row, Table, json, summary};

/// What an action did, or why it did not.
pub struct ActionReport {
    /// The action's name.
    pub action: &'static str,
    /// The word for success, which is also the deciding output unless `deciding` names another.
    pub success_output: &'static str,
    /// The deciding output with its value, if it is more than `true` or `false`.
    pub deciding: Option<(&'static str, String)>,
    /// Whether the job's summary shows it.
    pub has_summary: bool,
    /// What was established, for the audit line and for people, who do not see what is empty.
    pub facts: Vec<(&'static str, Json)>,
    /// What was done with each thing that the action looked at, for people.
    pub table: Option<Table>,
    /// The outputs beside the deciding one and the reason.
    pub outputs: Vec<(&'static str, String)>,
    /// Whether the action did what it is for, even if something after that failed.
    pub is_done: bool,
    /// The sentence for success, or the reason for the failure.
    pub result: Result<String, Rejection>,
}

/// The audit line of an action.
#[derive(Serialize)]
struct Audit<'a> {
    schema_version: u32,
    version: &'static str,
    time: String,
    action: &'static str,
    done: bool,
    reason_code: &'static str,
    reason: &'a str,
    help: &'a str,
    run: RunV1,
    facts: Json,
    api_requests: Vec<ApiRequestV1>,
}

impl ActionReport {
    /// The names of the outputs in the order in which they are written.
    #[cfg(feature = "cli")]
    pub fn output_names(&self) -> Vec<&'static str> {
        let own = self.outputs.iter().map(|(name, _)| *name);
        ["reason-code", "reason"].into_iter().chain(own).chain([self.deciding_name()]).collect()
    }

    #[cfg(feature = "cli")]
    fn deciding_name(&self) -> &'static str {
        self.deciding.as_ref().map_or(self.success_output, |(name, _)| name)
    }

    /// What the shim carries out. `now_ms` is the time in Unix milliseconds.
    pub fn into_outcome(self, run: RunFacts, now_ms: u64, redactor: &Redactor, requests: Vec<ApiRequest>) -> Outcome {
        let redact = |text: String| redactor.redact(text);
        let succeeded = self.result.is_ok();
        let (code, reason, help) = match self.result {
            Ok(sentence) => (ReasonCode::Allowed, sentence, String::new()),
            Err(rejection) => (rejection.code, rejection.to_string(), rejection.help.clone()),
        };
        let (reason, help) = (redact(reason), redact(help));
        let rows: Vec<Row> = self.facts.iter().filter_map(|(name, value)| row(name, value)).collect();
        let facts: Object = self.facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let repository_url = run.repository_url.clone();
        let requests = requests.into_iter().map(|request| ApiRequest { path: redact(request.path), ..request });
        let audit = json(&Audit {
            schema_version: 1,
            version: crate::VERSION,
            time: format_rfc3339(now_ms),
            action: self.action,
            done: self.is_done,
            reason_code: code.name(),
            reason: &reason,
            help: &help,
            run: run.into(),
            facts: Json::Object(facts),
            api_requests: requests.map(ApiRequestV1::from).collect(),
        });

        let title = match (self.is_done, succeeded) {
            (true, true) => self.success_output.to_owned(),
            (true, false) => format!("{}, then failed", self.success_output),
            (false, _) => format!("not {}", self.success_output),
        };
        let mut log = vec![
            format!("dispatch-guard {}: {} ({})", crate::VERSION, title.to_ascii_uppercase(), code.name()),
            format!("  {}.", capitalise(&reason)),
        ];
        if !help.is_empty() {
            log.push(format!("  help: {help}"));
        }
        log.extend(rows.iter().map(|row| format!("  {}: {}", row.name, row.text)));
        let table = self.table.filter(|table| !table.rows.is_empty());
        log.extend(table.iter().flat_map(|table| &table.rows).map(|row| format!("  {}", row.join(": "))));
        let log = log.into_iter().map(|line| escape_log_line(&redact(line))).collect();

        let mut outputs = vec![("reason-code", code.name().to_owned()), ("reason", reason.clone())];
        outputs.extend(self.outputs.into_iter().map(|(name, value)| (name, redact(value))));
        outputs.push(self.deciding.unwrap_or_else(|| (self.success_output, self.is_done.to_string())));
        let summary = self.has_summary.then(|| {
            let head = summary::Head { title: &title, succeeded, code, reason: &reason, help: &help };
            summary::action(&head, &rows, table.as_ref(), &repository_url)
        });
        Outcome {
            outputs: Outputs(outputs),
            exit_code: u8::from(!succeeded),
            annotation: (!succeeded).then(|| Annotation::new("error", code, &reason, &help)),
            log,
            log_groups: vec![LogGroup::audit(&audit)],
            summary: summary.map(redact),
            files: Vec::new(),
        }
    }
}

/// A fact as people read it; `None` if it is empty.
fn row(name: &str, value: &Json) -> Option<Row> {
    let name_in_words = name.replace('_', " ");
    let text = match value {
        // The one value that is meant to be a link is made from the runner's variables and a number.
        Json::String(url) if !url.is_empty() && name == "run_url" => {
            let id = url.rsplit('/').next().unwrap_or_default();
            let markdown = to_link(&to_markdown(id), url);
            return Some(Row { name: "run".to_owned(), text: url.clone(), markdown });
        }
        Json::String(text) if !text.is_empty() => quote(text),
        Json::Number(number) => number.as_str().to_owned(),
        _ => return None,
    };
    let markdown = to_markdown(&text);
    Some(Row { name: name_in_words, text, markdown })
}
