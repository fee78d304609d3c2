//! What the shim carries out: outputs, log, annotation, summary, files, exit status.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::decision::{Code, Decision, Status, Verdict};
use crate::guard::Judgement;
use crate::json::Json;
use crate::pull_request::PullRequest;
use crate::summary;
use crate::text::{capitalise, log_json, log_line};

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
    /// Markdown for the job's summary.
    pub summary: Option<String>,
    /// Files to write before the outputs; if one cannot be written, nothing is allowed.
    pub files: Vec<File>,
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
    pub fn new(level: &'static str, code: Code, reason: &str, mend: &str) -> Self {
        let message = format!("{}.\n{mend}", capitalise(reason));
        Self { level, title: format!("dispatch-guard: {}", code.name()), message }
    }
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
    /// Whether it is added to what is there.
    pub append: bool,
}

/// Names and values in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outputs(pub Vec<(&'static str, String)>);

impl Outputs {
    /// An output's value; empty where there is none of the name.
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

type Value = fn(&Decision) -> String;

/// The guard's outputs: each name and how it follows from the decision. `allowed` is written last, so that whatever
/// goes wrong before leaves it `false`.
pub const GUARD: &[(&str, Value)] = &[
    ("decision", |decision| decision.decision.name().to_owned()),
    ("reason-code", |decision| decision.reason_code.name().to_owned()),
    ("reason", |decision| decision.reason.clone()),
    ("event", |decision| decision.event.name.clone()),
    ("event-type", |decision| decision.event.kind.clone()),
    ("actor", |decision| identity(decision, "actor", |identity| identity.login.clone())),
    ("actor-id", |decision| identity(decision, "actor", |identity| id(identity.id))),
    ("triggering-actor", triggering_actor),
    ("pr-number", |decision| pull_request(decision, |pr| pr.number.to_string())),
    ("pr-author", |decision| pull_request(decision, |pr| pr.author.clone().unwrap_or_default().login)),
    ("pr-state", |decision| pull_request(decision, |pr| pr.state.clone())),
    ("head-ref", |decision| pull_request(decision, |pr| pr.head_ref.clone())),
    ("head-sha", |decision| {
        // Nothing may check out a commit that was not verified.
        if decision.head_verified { pull_request(decision, |pr| pr.head_sha.clone()) } else { String::new() }
    }),
    ("head-repo", |decision| pull_request(decision, |pr| pr.head_repository.clone())),
    ("base-ref", |decision| pull_request(decision, |pr| pr.base_ref.clone())),
    ("base-sha", |decision| pull_request(decision, |pr| pr.base_sha.clone())),
    ("fork", |decision| pull_request(decision, |pr| pr.fork.to_string())),
    ("draft", |decision| pull_request(decision, |pr| pr.draft.to_string())),
    ("merged", |decision| pull_request(decision, |pr| pr.merged.to_string())),
    ("merge-commit-sha", |decision| pull_request(decision, |pr| pr.merge_commit_sha.clone())),
    ("labels", |decision| pull_request(decision, |pr| json(&pr.labels))),
    ("payload", |decision| match &decision.payload {
        Json::Null => String::new(),
        payload => payload.to_compact(),
    }),
    ("provenance", |decision| decision.provenance.level.clone()),
    ("result", json),
    ("allowed", |decision| decision.allowed.to_string()),
];

fn pull_request(decision: &Decision, value: impl Fn(&PullRequest) -> String) -> String {
    decision.pull_request.as_ref().map(value).unwrap_or_default()
}

fn identity(decision: &Decision, part: &str, value: impl Fn(&crate::identity::Identity) -> String) -> String {
    decision.identities.iter().find(|identity| identity.part.title() == part).map(value).unwrap_or_default()
}

fn triggering_actor(decision: &Decision) -> String {
    // It is an identity of its own only where somebody else started the attempt.
    match identity(decision, "triggering actor", |identity| identity.login.clone()).as_str() {
        "" => identity(decision, "actor", |identity| identity.login.clone()),
        login => login.to_owned(),
    }
}

fn id(id: Option<u64>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

/// Any value of ours as compact JSON.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    // INVARIANT: our types serialise: they have no maps with keys that are not text and no numbers that are not finite.
    serde_json::to_string(value).unwrap_or_default()
}

impl Judgement {
    /// What the shim carries out for a decision of the guard.
    pub fn outcome(&self) -> Outcome {
        let Judgement { decision, reporting, evidence } = self;
        let outputs = Outputs(GUARD.iter().map(|(name, value)| (*name, value(decision))).collect());
        let audit = outputs.get("result");
        let mut files = Vec::new();
        if let (Some(path), Some(text)) = (&reporting.evidence_file, evidence) {
            files.push(File { input: "evidence-file", path: path.clone(), text: text.clone(), append: false });
        }
        // The audit record comes last: it must not say `allowed` of a run that ends for want of another file.
        if let Some(path) = &reporting.audit_file {
            files.push(File { input: "audit-file", path: path.clone(), text: format!("{audit}\n"), append: true });
        }
        Outcome {
            exit_code: self.exit_code(),
            annotation: self.annotation(),
            log: log(decision, audit),
            summary: reporting.summary.then(|| summary::guard(decision)),
            files,
            outputs,
        }
    }

    fn annotation(&self) -> Option<Annotation> {
        let level = match (self.decision.decision, self.exit_code()) {
            (Verdict::Allow, _) => return None,
            (_, 1) => "error",
            _ if self.reporting.mode == "evaluate" => "warning",
            _ => "notice",
        };
        let Decision { reason_code, reason, mend, .. } = &self.decision;
        Some(Annotation::new(level, *reason_code, reason, mend))
    }
}

/// The lines for people, and the audit line as the last.
fn log(decision: &Decision, audit: &str) -> Vec<String> {
    let mut lines = vec![format!(
        "dispatch-guard {}: {} ({})",
        decision.version,
        decision.decision.name().to_ascii_uppercase(),
        decision.reason_code.name()
    )];
    lines.push(format!("  {}.", capitalise(&decision.reason)));
    if !decision.mend.is_empty() {
        lines.push(format!("  {}", decision.mend));
    }
    for check in &decision.checks {
        let mark = check.status.mark();
        let against = match (check.allowed.as_str(), check.status) {
            ("", _) => String::new(),
            (allowed, Status::Fail) => format!("; {allowed}"),
            (allowed, _) => format!(" (allowed: {allowed})"),
        };
        lines.push(format!("  {mark} {}: {}{against}", check.label(), check.found));
    }
    let mut lines: Vec<String> = lines.iter().map(|line| log_line(line)).collect();
    lines.push(log_json(audit));
    lines
}
