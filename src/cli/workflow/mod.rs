//! Workflow files: a model of what the rules of `lint` look at, with places.

pub mod condition;
mod evaluate;
pub mod expression;
mod step;
pub mod yaml;

use std::collections::BTreeMap;

use super::files::Files;
use crate::format::yaml::{Position, YamlError};
use crate::runner::inputs::UNSET;
use crate::text::{quote, quote_list};
use yaml::{Node, Text};

pub use step::{Step, Uses};

/// A workflow.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// `permissions` of all jobs.
    pub permissions: Option<Permissions>,
    /// Where `concurrency` of the whole run is.
    pub concurrency: Option<Concurrency>,
    /// Its jobs.
    pub jobs: Vec<Job>,
    /// The outputs that it has for workflows that call it.
    pub call_outputs: Vec<(Text, Text)>,
}

/// An event under `on`.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Its name.
    pub event: Text,
    /// The activity types or dispatch types, if they are listed.
    pub types: Option<Vec<Text>>,
}

/// What a token may do.
#[derive(Debug, Clone)]
pub enum Permissions {
    /// `read-all`.
    ReadAll,
    /// `write-all`.
    WriteAll,
    /// Scopes and their levels.
    Scopes(Vec<(Text, String)>),
}

/// A concurrency group.
#[derive(Debug, Clone)]
pub struct Concurrency {
    /// Where it is.
    pub position: Position,
    /// Its name.
    pub group: String,
}

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its id and where that is.
    pub id: Text,
    /// The jobs that it waits for.
    pub needs: Vec<Text>,
    /// `if`.
    pub condition: Option<Text>,
    /// `permissions`.
    pub permissions: Option<Permissions>,
    /// Its outputs.
    pub outputs: Vec<(Text, Text)>,
    /// A reusable workflow instead of steps.
    pub uses: Option<Text>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// `concurrency`.
    pub concurrency: Option<Concurrency>,
    /// Where its matrix is.
    pub matrix: Option<Position>,
}

/// Parses a workflow.
///
/// # Errors
/// If the file is not YAML or not a workflow.
pub fn parse(text: &str) -> Result<Workflow, YamlError> {
    let root = yaml::parse(text)?;
    let Some(jobs) = root.get("jobs") else {
        let message = "this is not a workflow: the key `jobs` is missing".to_owned();
        return Err(YamlError { position: root.position, message });
    };
    let call = root.get("on").and_then(|on| on.get("workflow_call"));
    let call_outputs = call.and_then(|call| call.get("outputs")).map(Node::entries).unwrap_or_default();
    Ok(Workflow {
        triggers: root.get("on").map(triggers).unwrap_or_default(),
        permissions: root.get("permissions").map(permissions),
        concurrency: root.get("concurrency").map(concurrency),
        jobs: jobs.entries().iter().map(|(id, node)| job(id, node)).collect(),
        call_outputs: call_outputs
            .iter()
            .filter_map(|(name, output)| Some((name.clone(), output.get("value")?.text()?)))
            .collect(),
    })
}

/// Whether a file is meant to be a workflow rather than a policy.
pub fn is_workflow(path: &str, text: &str) -> bool {
    path.contains(".github/workflows/")
        || yaml::parse(text).is_ok_and(|root| root.get("jobs").is_some() || root.get("on").is_some())
}

/// Whether a file is the definition of an action, `action.yml`.
pub fn is_action(text: &str) -> bool {
    yaml::parse(text).is_ok_and(|root| root.get("runs").is_some_and(|runs| runs.get("using").is_some()))
}

fn triggers(on: &Node) -> Vec<Trigger> {
    let named = on.texts().into_iter().map(|event| Trigger { event, types: None });
    let keyed = on.entries().iter().map(|(event, node)| {
        let types = node.get("types").map(Node::texts);
        Trigger { event: event.clone(), types }
    });
    named.chain(keyed).collect()
}

fn permissions(node: &Node) -> Permissions {
    match node.text().as_ref().map(|text| text.text.as_str()) {
        Some("write-all") => Permissions::WriteAll,
        Some(_) => Permissions::ReadAll,
        None => Permissions::Scopes(
            node.entries()
                .iter()
                .filter_map(|(scope, level)| Some((scope.clone(), level.text()?.text)))
                .filter(|(_, level)| level != "none")
                .collect(),
        ),
    }
}

fn concurrency(node: &Node) -> Concurrency {
    let group = node.text().or_else(|| node.get("group")?.text());
    Concurrency { position: node.position, group: group.map(|group| group.text).unwrap_or_default() }
}

fn job(id: &Text, node: &Node) -> Job {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let outputs = node.get("outputs").map(Node::entries).unwrap_or_default();
    Job {
        id: id.clone(),
        needs: node.get("needs").map(Node::texts).unwrap_or_default(),
        condition: text("if"),
        permissions: node.get("permissions").map(permissions),
        outputs: outputs.iter().filter_map(|(name, value)| Some((name.clone(), value.text()?))).collect(),
        uses: text("uses"),
        steps: node.get("steps").map(Node::elements).unwrap_or_default().iter().map(Step::read).collect(),
        concurrency: node.get("concurrency").map(concurrency),
        matrix: node.get("strategy").and_then(|strategy| strategy.get("matrix")).map(|matrix| matrix.position),
    }
}

/// The inputs of the guard in a workflow, as `check` and `test` use them. `job` is the guard's job; it may be empty if
/// there is only one guard.
///
/// # Errors
/// In words for the user, if there is no such step or an input is only known in a run.
pub fn step_of(text: &str, job: &str, files: &dyn Files) -> Result<BTreeMap<String, String>, String> {
    let workflow = parse(text).map_err(|error| error.to_string())?;
    let jobs = workflow.jobs.iter().filter(|candidate| job.is_empty() || candidate.id.text == job);
    let guards: Vec<(&Job, &Step)> = jobs
        .flat_map(|job| job.steps.iter().map(move |step| (job, step)))
        .filter(|(_, step)| step.is_guard())
        .collect();
    let step = match guards.as_slice() {
        [(_, step)] => step,
        [] if job.is_empty() => return Err("no step uses dispatch-guard".to_owned()),
        [] => return Err(format!("no step of the job {} uses dispatch-guard", quote(job))),
        several => {
            let names = several.iter().map(|(job, _)| job.id.text.as_str());
            return Err(format!("several steps use dispatch-guard; name the job: {}", quote_list(names, "or")));
        }
    };
    let mut inputs = BTreeMap::new();
    for (name, value) in &step.with {
        match name.text.as_str() {
            // They do not change the decision, or come from options of the command.
            "token" | "signing-keys" | "audit-file" | "evidence-file" | "summary" => continue,
            name if value.text.contains("${{") => {
                return Err(format!("the input `{name}` is an expression, whose value is only known in a run"));
            }
            _ => inputs.insert(name.text.clone(), value.text.clone()),
        };
    }
    let path = inputs.get("policy-file").map(|path| path.trim().to_owned()).filter(|path| path != UNSET);
    if let Some(path) = path.filter(|path| !path.contains(':')) {
        let policy = files.read(&path).ok_or_else(|| format!("the policy file {} cannot be read", quote(&path)))?;
        inputs.remove("policy-file");
        inputs.insert("policy".to_owned(), policy);
    }
    Ok(inputs)
}

/// The name of a workflow; `None` if it has none.
pub fn name(text: &str) -> Option<String> {
    Some(yaml::parse(text).ok()?.get("name")?.text()?.text)
}
