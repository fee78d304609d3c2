//! A step of a job, and which of the project's actions it uses.

use super::yaml::{Node, Text};
use crate::format::yaml::Position;
use crate::runner::inputs::{GUARD, RECONCILE, REPORT, Registry, SEND};

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
    /// reconcile.
    Reconcile,
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
                .map(|(key, value)| {
                    // The runner ignores the case of inputs.
                    let name = Text { text: key.text.to_ascii_lowercase(), ..key.clone() };
                    (name, value.text().unwrap_or_else(|| empty(key, value)))
                })
                .collect(),
            continues_on_error: text("continue-on-error").is_some_and(|value| value.text != "false"),
        }
    }

    /// Which action of dispatch-guard it uses.
    pub fn action(&self) -> Option<Uses> {
        // GitHub ignores the case of names.
        let uses = self.uses.as_ref()?.text.to_ascii_lowercase();
        let path = match uses.strip_prefix("./") {
            Some(path) => {
                let has_input = self.with.iter().any(|(name, _)| GUARD_INPUTS.contains(&name.text.as_str()));
                if has_input || path.is_empty() {
                    return Some(Uses::Guard);
                }
                path
            }
            None => uses.split_once('@')?.0.split_once('/')?.1,
        };
        let mut parts = path.trim_end_matches('/').split('/').skip_while(|part| *part != "dispatch-guard").skip(1);
        let is_named = path.split('/').any(|part| part == "dispatch-guard");
        match (parts.next(), parts.next()) {
            (None, _) => is_named.then_some(Uses::Guard),
            (Some("send"), None) => Some(Uses::Send),
            (Some("report"), None) => Some(Uses::Report),
            (Some("reconcile"), None) => Some(Uses::Reconcile),
            _ => Some(Uses::Other),
        }
    }

    /// Whether it is the guard.
    pub fn is_guard(&self) -> bool {
        self.action() == Some(Uses::Guard)
    }

    /// The value of an input; `None` if it is not given.
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
            Uses::Reconcile => Some(RECONCILE),
            Uses::Other => None,
        }
    }
}
