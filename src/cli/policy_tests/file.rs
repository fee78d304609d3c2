//! The format of test files.

use crate::cli::files::Files;
use crate::cli::request::CheckRequest;
use crate::cli::workflow::yaml::{self, Node, Style, Value};
use crate::format::timestamp::parse_rfc3339;
use crate::format::yaml::{Position, YamlError};
use crate::outcome::guard::OUTPUTS;
use crate::reason::ReasonCode;
use crate::text::{did_you_mean, quote};

/// A test file.
pub struct TestFile {
    /// What is tested.
    pub policy: Policy,
    /// The cases; not empty.
    pub cases: Vec<Case>,
}

/// Where the policy is.
pub enum Policy {
    /// In a file of the repository.
    File(String),
    /// In the test file.
    Inline(String),
    /// In a step of a workflow.
    Workflow {
        /// The file.
        path: String,
        /// The job of the step; empty if there is only one guard.
        job: String,
    },
}

/// A case.
pub struct Case {
    /// Its name.
    pub name: String,
    /// Its line in the file.
    pub line: u32,
    /// The event.
    pub event: Document,
    /// The options of `check`.
    pub options: CheckRequest,
    /// The time of the decision in Unix milliseconds.
    pub at: Option<u64>,
    /// GitHub's answers by their path.
    pub answers: Vec<(String, Answer)>,
    /// The code that is expected.
    pub expect: String,
    /// Outputs that are expected.
    pub outputs: Vec<(String, String)>,
}

/// JSON in the test file, or in a file that it names.
pub enum Document {
    /// In the test file.
    Inline(String),
    /// In a file of the repository.
    File(String),
}

impl Document {
    /// The JSON.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(&self, files: &dyn Files) -> Result<String, String> {
        match self {
            Document::Inline(json) => Ok(json.clone()),
            Document::File(path) => files.read(path).ok_or_else(|| format!("the file {} cannot be read", quote(path))),
        }
    }
}

/// An answer of GitHub.
pub enum Answer {
    /// Status 200 and this body.
    Found(Document),
    /// A status, such as 404.
    Status(u16),
}

const KEYS: [&str; 5] = ["version", "policy", "workflow", "job", "cases"];
const CASE_KEYS: [&str; 16] = [
    "name",
    "event-name",
    "event",
    "repository",
    "actor",
    "triggering-actor",
    "run-id",
    "run-attempt",
    "workflow-ref",
    "server-url",
    "signing-keys",
    "at",
    "answers",
    "expect",
    "outputs",
    "description",
];

/// Whether a text is meant to be a test file rather than a policy.
pub fn is_test_file(text: &str) -> bool {
    yaml::parse(text).is_ok_and(|root| root.get("cases").is_some() && root.get("events").is_none())
}

/// Parses a test file.
///
/// # Errors
/// The first error with its line.
pub fn parse(text: &str) -> Result<TestFile, YamlError> {
    let root = yaml::parse(text)?;
    check_keys(&root, &KEYS)?;
    if root.get("version").and_then(Node::text).is_none_or(|version| version.text != "1") {
        return Err(at(&root, "`version: 1` is missing"));
    }
    let policy = policy(&root)?;
    let cases = root.get("cases").map(Node::elements).unwrap_or_default();
    if cases.is_empty() {
        return Err(at(&root, "`cases` is missing or empty"));
    }
    Ok(TestFile { policy, cases: cases.iter().map(case).collect::<Result<_, _>>()? })
}

fn at(node: &Node, message: &str) -> YamlError {
    at_position(node.position, message)
}

fn at_position(position: Position, message: &str) -> YamlError {
    YamlError { position, message: message.to_owned() }
}

fn check_keys(node: &Node, known: &[&str]) -> Result<(), YamlError> {
    let Value::Mapping(entries) = &node.value else { return Err(at(node, "expected a mapping")) };
    for (index, (key, _)) in entries.iter().enumerate() {
        if !known.contains(&key.text.as_str()) {
            let near = did_you_mean(&key.text, known.iter().copied());
            return Err(at_position(key.position, &format!("unknown key {}{near}", quote(&key.text))));
        }
        if entries[..index].iter().any(|(other, _)| other.text == key.text) {
            return Err(at_position(key.position, &format!("the key {} is given twice", quote(&key.text))));
        }
    }
    Ok(())
}

fn policy(root: &Node) -> Result<Policy, YamlError> {
    let text = |key: &str| root.get(key).and_then(Node::text);
    match (text("policy"), text("workflow")) {
        (Some(policy), None) if matches!(policy.style, Style::Literal | Style::Folded) => {
            Ok(Policy::Inline(policy.text))
        }
        (Some(path), None) => Ok(Policy::File(path.text)),
        (None, Some(path)) => {
            let job = text("job").map(|job| job.text).unwrap_or_default();
            Ok(Policy::Workflow { path: path.text, job })
        }
        _ => Err(at(root, "expected one of `policy` (a file, or the policy as a block) and `workflow` (a file)")),
    }
}

fn case(node: &Node) -> Result<Case, YamlError> {
    check_keys(node, &CASE_KEYS)?;
    let text = |key: &str| node.get(key).and_then(Node::text).map(|text| text.text).unwrap_or_default();
    let required = |key: &str| match text(key) {
        value if value.is_empty() => Err(at(node, &format!("the case has no `{key}`"))),
        value => Ok(value),
    };
    let event = node.get("event").ok_or_else(|| at(node, "the case has no `event`"))?;
    let expect = required("expect")?;
    if ReasonCode::from_name(&expect).is_none() {
        let near = did_you_mean(&expect, ReasonCode::ALL.iter().map(|code| code.name()));
        return Err(at(node, &format!("`expect` is {}, which is not a reason code{near}", quote(&expect))));
    }
    Ok(Case {
        name: required("name")?,
        line: node.position.line,
        event: document(event),
        options: CheckRequest {
            event_name: required("event-name")?,
            repository: text("repository"),
            actor: text("actor"),
            triggering_actor: text("triggering-actor"),
            run_id: text("run-id"),
            run_attempt: text("run-attempt"),
            workflow_ref: text("workflow-ref"),
            server_url: text("server-url"),
            signing_keys: text("signing-keys"),
            ..CheckRequest::default()
        },
        at: match node.get("at") {
            None => None,
            Some(at_node) => Some(
                time(&text("at")).ok_or_else(|| at(at_node, "`at` has to be a time such as `2026-01-31T08:00:00Z`"))?,
            ),
        },
        answers: node
            .get("answers")
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(answer)
            .collect::<Result<_, _>>()?,
        expect,
        outputs: outputs(node)?,
    })
}

fn time(text: &str) -> Option<u64> {
    parse_rfc3339(text)?.checked_mul(1000)
}

fn outputs(node: &Node) -> Result<Vec<(String, String)>, YamlError> {
    let entries = node.get("outputs").map(Node::entries).unwrap_or_default();
    entries
        .iter()
        .map(|(name, value)| {
            let known = || OUTPUTS.iter().map(|(name, _)| *name);
            if known().all(|known| known != name.text) {
                let near = did_you_mean(&name.text, known());
                return Err(at(value, &format!("{} is not an output of the guard{near}", quote(&name.text))));
            }
            Ok((name.text.clone(), value.text().map(|text| text.text).unwrap_or_default()))
        })
        .collect()
}

fn answer((path, node): &(yaml::Text, Node)) -> Result<(String, Answer), YamlError> {
    let answer = match node.text() {
        Some(text) if text.style == Style::Plain && text.text.parse::<u16>().is_ok() => match text.text.parse() {
            Ok(status @ 300..=599) => Answer::Status(status),
            _ => return Err(at(node, "a status has to be from 300 to 599")),
        },
        _ => Answer::Found(document(node)),
    };
    Ok((path.text.trim_start_matches('/').to_owned(), answer))
}

fn document(node: &Node) -> Document {
    match node.text() {
        Some(path) => Document::File(path.text),
        None => Document::Inline(json(node)),
    }
}

/// A value as JSON. Plain scalars are what YAML 1.2's core schema makes of them, with JSON's numbers.
fn json(node: &Node) -> String {
    match &node.value {
        Value::Text(text, Style::Plain) => match text.as_str() {
            "" | "~" | "null" => "null".to_owned(),
            "true" | "false" => text.clone(),
            number if serde_json::from_str::<serde_json::Number>(number).is_ok() => number.to_owned(),
            text => crate::outcome::json(text),
        },
        Value::Text(text, _) => crate::outcome::json(text),
        Value::List(nodes) => format!("[{}]", nodes.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Mapping(entries) => {
            let members =
                entries.iter().map(|(key, value)| format!("{}:{}", crate::outcome::json(&key.text), json(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = include_str!("../../../schema/test.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let keys = |object: &serde_json::Value| {
            let mut keys: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
            keys.sort_unstable();
            keys
        };
        let sorted = |known: &[&str]| {
            let mut known: Vec<String> = known.iter().map(|key| (*key).to_owned()).collect();
            known.sort_unstable();
            known
        };
        assert_eq!(keys(&schema["properties"]), sorted(&KEYS));
        assert_eq!(keys(&schema["$defs"]["case"]["properties"]), sorted(&CASE_KEYS));
    }

    /// `UPDATE_SCHEMA=1` writes them.
    #[test]
    fn the_schema_lists_the_codes_and_outputs() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/test.schema.json");
        let text = std::fs::read_to_string(path).unwrap();
        let codes: Vec<&str> = ReasonCode::ALL.iter().map(|code| code.name()).collect();
        let outputs: Vec<&str> = OUTPUTS.iter().map(|(name, _)| *name).collect();
        let codes = format!(r#""enum": {} }},"#, serde_json::to_string(&codes).unwrap());
        let outputs = format!(r#""propertyNames": {{ "enum": {} }},"#, serde_json::to_string(&outputs).unwrap());
        let line = |line: &str| {
            let indent = &line[..line.len() - line.trim_start().len()];
            match line.trim_start() {
                start if start.starts_with(r#""expect":"#) => {
                    format!(r#"{indent}"expect": {{ "description": "The reason code.", {codes}"#)
                }
                start if start.starts_with(r#""outputs":"#) => format!(
                    r#"{indent}"outputs": {{ "type": "object", {outputs} "additionalProperties": {{ "type": ["string", "integer", "boolean"] }} }}"#
                ),
                _ => line.to_owned(),
            }
        };
        let expected = text.lines().map(line).collect::<Vec<_>>().join("\n") + "\n";
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, &expected).unwrap();
        } else {
            assert!(text == expected, "schema/test.schema.json differs; UPDATE_SCHEMA=1 rewrites it");
        }
    }
}
