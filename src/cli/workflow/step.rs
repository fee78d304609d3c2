//! A step of a job, and which of the project's actions it uses.

use super::yaml::{Node, Text};
use crate::format::yaml::Position;
use crate::runner::inputs::{GUARD, REPORT, Registry, SEND};

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Where it begins.
    pub position: Position,
    /// `id`.
    pub id: Option<Text>,
    /// `if`.
    pub condition: Option<Text>,
    /// `uses`.
    pub uses: Option<Text>,
    /// `run`.
    pub run: Option<Text>,
    /// `with`, in its order. A key without a value has an empty one.
    pub with: Vec<(Text, Text)>,
    /// `continue-on-error`, unless it is `false`.
    pub continues_on_error: bool,
}

/// An action of dispatch-guard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uses {
    /// The guard.
    Guard,
    /// send.
    Send,
    /// report.
    Report,
    /// Another action of the repository, whose inputs are not checked.
    Other,
}

/// Inputs that only the guard has. A local action that is given one of them is the guard.
const GUARD_INPUTS: [&str; 4] = ["policy", "policy-file", "dispatch-types", "allowed-actors"];

impl Step {
    pub(super) fn read(node: &Node) -> Self {
        let text = |key: &str| node.get(key).and_then(Node::text);
        let with = node.get("with").map(Node::entries).unwrap_or_default();
        let empty = |key: &Text, value: &Node| Text { position: value.position, text: String::new(), ..key.clone() };
        Self {
            position: node.position,
            id: text("id"),
            condition: text("if"),
            uses: text("uses"),
            run: text("run"),
            with: with
                .iter()
                .map(|(key, value)| (key.clone(), value.text().unwrap_or_else(|| empty(key, value))))
                .collect(),
            continues_on_error: text("continue-on-error").is_some_and(|value| value.text != "false"),
        }
    }

    /// Which action of dispatch-guard it uses.
    pub fn action(&self) -> Option<Uses> {
        let uses = self.uses.as_ref()?.text.as_str();
        if let Some(path) = uses.strip_prefix("./") {
            let is_named = path.trim_end_matches('/').rsplit('/').next() == Some("dispatch-guard");
            let has_input = self.with.iter().any(|(name, _)| GUARD_INPUTS.contains(&name.text.as_str()));
            return (is_named || has_input || path.is_empty()).then_some(Uses::Guard);
        }
        let (path, _) = uses.split_once('@')?;
        let (_, path) = path.split_once('/')?;
        match path {
            "dispatch-guard" => Some(Uses::Guard),
            "dispatch-guard/send" => Some(Uses::Send),
            "dispatch-guard/report" => Some(Uses::Report),
            path => path.starts_with("dispatch-guard/").then_some(Uses::Other),
        }
    }

    /// Whether it is the guard.
    pub fn is_guard(&self) -> bool {
        self.action() == Some(Uses::Guard)
    }

    /// The value of an input, trimmed; `None` if it is not given.
    pub fn input(&self, name: &str) -> Option<&Text> {
        self.with.iter().find(|(key, _)| key.text == name).map(|(_, value)| value)
    }
}

impl Uses {
    /// The inputs that the action has.
    pub fn registry(self) -> Option<Registry> {
        match self {
            Uses::Guard => Some(GUARD),
            Uses::Send => Some(SEND),
            Uses::Report => Some(REPORT),
            Uses::Other => None,
        }
    }
}
